package jetstream

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func rounds() int {
	if os.Getenv("OVERFLIGHT_SOAK") != "" {
		return 20
	}
	return 3
}

// whole asserts that every acknowledged message is there, at the sequence that was told, and none twice.
func whole(t *testing.T, c *Conn, marks Marks, acked map[string]uint64) {
	t.Helper()
	got, err := readAll(t, c, ReaderConfig{Stream: Events, Marks: marks})
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]uint64{}
	for _, m := range got {
		if _, twice := at[string(m.Data)]; twice {
			t.Errorf("%s is there twice", m.Data)
		}
		at[string(m.Data)] = m.Sequence
	}
	for data, sequence := range acked {
		if at[data] != sequence {
			t.Errorf("%s was acknowledged at %d and is at %d", data, sequence, at[data])
		}
	}
	t.Logf("%d acknowledged, %d stored", len(acked), len(got))
}

// TestKilledWhileWriting kills the process that holds the writer and the embedded server.
func TestKilledWhileWriting(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	acked := map[string]uint64{}
	note := func(line string) {
		var data, end string
		var sequence uint64
		if _, err := fmt.Sscan(line, &data, &sequence, &end); err == nil && end == "whole" { // the last may be cut
			acked[data] = sequence
		}
	}
	for round := range rounds() {
		c := start(t, "writer", dir, "")
		for range 1 + random.IntN(600) {
			note(c.line(t))
		}
		_ = c.cmd.Process.Kill()
		for c.out.Scan() { // what was acknowledged and not yet read
			note(c.out.Text())
		}
		_ = c.cmd.Wait()
		t.Logf("round %d: %d acknowledged", round, len(acked))
	}
	whole(t, open(t, Config{Dir: filepath.Join(dir, "journal")}), marksIn(t, dir), acked)
}

// TestServerKilled kills the server under a writer and a reader, which wait for it and go on.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	dir := t.TempDir()
	server := start(t, "server", dir, "-1")
	url := server.line(t)
	c := open(t, Config{URL: url})
	ensure(t, c, Events, StreamConfig{})
	marks := marksIn(t, t.TempDir())
	w, stop := run(t, c, WriterConfig{Stream: Events, Producer: "p", Marks: marks, Most: 40, Queue: 200})

	ctx, cancel := context.WithCancel(patience(t))
	read := make(chan uint64, 1)
	ended := make(chan error, 1)
	go func() {
		n := uint64(0)
		err := c.NewReader(ReaderConfig{Stream: Events, Name: "r", Marks: marks}).Run(ctx, func(m Message) error {
			n++
			return nil
		})
		read <- n
		ended <- err
	}()

	acked := map[string]uint64{}
	written := 0
	for range rounds() {
		left := 1 + random.IntN(300) // messages until the kill
		var receipts []*Receipt
		for range 600 {
			r, err := w.Publish(ctx, "evt.obs.flight", numbered(written))
			if err != nil {
				t.Fatal(err)
			}
			written++
			receipts = append(receipts, r)
			if left--; left == 0 {
				server.kill()
				server = start(t, "server", dir, portOf(t, url))
			}
		}
		for _, r := range receipts {
			sequence, err := r.Wait(ctx)
			if err != nil {
				t.Fatal(err)
			}
			acked[string(r.data)] = sequence
		}
	}
	if len(acked) != written {
		t.Errorf("%d of %d acknowledged", len(acked), written)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	whole(t, c, marks, acked)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := <-read; n > uint64(written) {
		t.Errorf("the reader saw %d of %d", n, written)
	}
}
