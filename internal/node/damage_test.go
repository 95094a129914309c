package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"overflight/internal/durable"
	"overflight/internal/simulate"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// flown makes a folder with one flight, from a stream of numbered packets, and the numbers that are sealed.
func flown(t *testing.T) (dir string, numbers []uint64) {
	t.Helper()
	dir = t.TempDir()
	c := settings(dir)
	if err := Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	n, end := begin(t, c)
	var b []byte
	for i := range uint64(3000) {
		b = append(b, numbered(i+1)...)
	}
	name := filepath.Join(t.TempDir(), "flown.ts")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 2 {
		s, err := n.AddSource(ctx, SourceRequest{Name: "flown", URL: name, Again: true})
		if err == nil {
			s, err = n.WaitSource(ctx, s.Source)
		}
		if err = errors.Join(err, s.Err); err != nil {
			t.Fatal(err)
		}
		numbers = n.numbersOf(ctx, t, s.Sortie)
	}
	if _, err := n.DeclareNoFlight(ctx, "X", journal.Day{Year: 2026, Month: 1, Day: 2}, "test"); err != nil {
		t.Fatal(err)
	}
	if err := n.CaughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	return dir, numbers
}

// outcome is what became of a folder with a damaged file.
type outcome struct {
	opened  error
	ended   error
	healed  []string
	faults  []string
	numbers []uint64
	dump    string
}

func (o *outcome) text() string {
	return fmt.Sprint(o.opened, o.ended, o.healed, o.faults)
}

// look opens a folder, reads everything and says what came of it.
func look(t *testing.T, dir string) (o outcome) {
	t.Helper()
	c := settings(dir)
	n, err := Open(t.Context(), c)
	if err != nil {
		o.opened = err
		return o
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	done := make(chan error, 1)
	run, stop := context.WithCancel(ctx)
	go func() { done <- n.Run(run) }()
	defer func() {
		stop()
		o.ended = errors.Join(o.ended, <-done, n.Close())
	}()
	select {
	case <-n.Ready():
	case err := <-done:
		o.ended = err
		done <- nil
		return o
	}
	for _, f := range n.openings.Healed() {
		o.healed = append(o.healed, f.File)
	}
	for _, d := range n.tiles.Healed() {
		o.healed = append(o.healed, d.Error())
	}
	_, err = n.Verify(ctx, func(s Step) {
		o.healed, o.faults = append(o.healed, s.Healed...), append(o.faults, s.Faults...)
	})
	if err != nil {
		o.faults = append(o.faults, err.Error())
	}
	flights, _, err := n.Models().Flights(ctx, sqlite.FlightFilter{}, sqlite.Page{Limit: 1})
	if err != nil || len(flights) == 0 {
		o.faults = append(o.faults, fmt.Sprint("no flights: ", err))
		return o
	}
	segments, err := n.segments(ctx, flights[0].Sortie)
	if err != nil {
		o.faults = append(o.faults, err.Error())
		return o
	}
	for _, s := range segments {
		b, err := n.plain(ctx, s.Sealed.Segment)
		if err != nil {
			o.faults = append(o.faults, err.Error())
			return o
		}
		o.numbers = append(o.numbers, numbersIn(b)...)
	}
	return o
}

// TestDamage flips a bit, cuts the end off and takes away a file of every kind: each time it is named and put right from
// the other copy, made again, or everything halts; never is there a shorter answer.
func TestDamage(t *testing.T) {
	t.Parallel()
	dir, want := flown(t)
	if len(want) != 3000 {
		t.Fatalf("%d packets are sealed", len(want))
	}
	flip := func(b []byte) []byte { b = slices.Clone(b); b[len(b)/2] ^= 4; return b }
	cut := func(b []byte) []byte { return b[:len(b)/2] }
	gone := func([]byte) []byte { return nil }
	for _, tc := range []struct {
		kind, glob string
		which      int // of the files found, from the last if negative
		how        map[string]func([]byte) []byte
		halts      bool // nothing else has it: everything stands still and says so
		silently   bool // it follows from the rest and is made again
	}{
		{kind: "first copy of a segment", glob: "segments/data/*.age", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}},
		{kind: "second copy of a segment", glob: "segments-second/data/*.age", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}},
		{kind: "record of a segment", glob: "segments/segments/*.segment", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}},
		{kind: "key of a segment", glob: "keys/*.key", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}},
		{kind: "openings", glob: "keys/openings/openings", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}},
		{kind: "second openings", glob: "keys-second/openings/openings", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}},
		{kind: "block of events", glob: "journal/jetstream/*/streams/EVT/msgs/*.blk", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}, halts: true},
		{kind: "block of leaves", glob: "journal/jetstream/*/streams/LEDGER/msgs/*.blk", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}, halts: true},
		{kind: "tile", glob: "log/tile/0/000.p/*", which: -1, how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}, halts: true},
		{kind: "entry bundle", glob: "log/tile/entries/000.p/*", which: -1, how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}, halts: true},
		{kind: "checkpoint", glob: "log/checkpoint", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}},
		{kind: "read models", glob: "readmodels.db", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut, "gone": gone}, silently: true},
		{kind: "mark", glob: "marks/*", how: map[string]func([]byte) []byte{"flip": flip, "cut": cut}, halts: true},
	} {
		for how, do := range tc.how {
			t.Run(tc.kind+"/"+how, func(t *testing.T) {
				t.Parallel()
				d := filepath.Join(t.TempDir(), "node")
				if err := os.CopyFS(d, os.DirFS(dir)); err != nil {
					t.Fatal(err)
				}
				private(t, d)
				found, err := filepath.Glob(filepath.Join(d, tc.glob))
				if err != nil || len(found) == 0 {
					t.Fatalf("no %s: %v", tc.glob, err)
				}
				name := found[(tc.which+len(found))%len(found)]
				b, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if b = do(b); b == nil {
					err = os.Remove(name)
				} else {
					err = os.WriteFile(name, b, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				o := look(t, d)
				wrong := o.opened != nil || o.ended != nil || len(o.faults) > 0
				whole := slices.Equal(o.numbers, want)
				switch {
				case tc.halts && !wrong && !whole:
					t.Errorf("%s: a shorter answer and no word of it: %d of %d packets", name, len(o.numbers), len(want))
				case !tc.halts && (wrong || !whole):
					t.Errorf("%s is not put right: %s, %d of %d packets", name, o.text(), len(o.numbers), len(want))
				case !tc.halts && !tc.silently && len(o.healed) == 0:
					t.Errorf("%s: nobody says that it was damaged", name)
				case tc.halts && !wrong && len(o.healed) == 0 && !bytes.Contains([]byte(tc.kind), []byte("block")):
					t.Errorf("%s: nobody says that it was damaged", name)
				}
			})
		}
	}
}

// private gives a copy the permissions that keys must have.
func private(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFullDisk: when the archive's disk takes nothing, what comes is still acknowledged and kept, the health says so, and as
// soon as there is room everything is sealed without anybody's doing.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := durable.NewFaulty()
	c := settings(t.TempDir())
	c.disk = disk.FS()
	for _, f := range []string{"/a", "/b", "/ka", "/kb"} {
		if err := c.disk.Mkdir(f, 0o700); err != nil {
			t.Fatal(err)
		}
	}

	c.Archive.Copy, c.Archive.SecondCopy, c.Archive.Keys, c.Archive.SecondKeys = "/a/segments", "/b/segments", "/ka/keys", "/kb/keys"
	if err := Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	n, end := begin(t, c)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	parts := make(chan []byte)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		for b := range parts {
			_, _ = conn.Write(b)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := n.AddSource(ctx, SourceRequest{Name: "cam", URL: "tcp://" + l.Addr().String()}); err != nil {
		t.Fatal(err)
	}
	disk.SetRoom(0)
	var b []byte
	for i := range uint64(5000) {
		b = append(b, numbered(i+1)...)
	}
	parts <- b
	until(t, "everything is acknowledged", func() bool {
		s := n.Sources()[0]
		return s.Bytes == uint64(len(b)) && s.Spool.Waiting == 0
	})
	closing := make(chan error, 1)
	flight := n.Sources()[0].Sortie
	go func() {
		_, err := n.CloseFlight(ctx, flight, "test")
		closing <- err
	}()
	until(t, "the health says that the archive ails", func() bool {
		for _, p := range n.Health(ctx).Parts {
			if p.Name == partArchive {
				return !p.OK && strings.Contains(strings.Join(p.Args, ""), "no space")
			}
		}
		return false
	})
	disk.SetRoom(1 << 30)
	if err := <-closing; err != nil {
		t.Fatal(err)
	}
	if got := n.numbersOf(ctx, t, flight); len(got) != 5000 {
		t.Errorf("%d of 5000 packets are sealed", len(got))
	}
	if h := n.Health(ctx); h.Parts == nil || n.ailment(partArchive) != nil {
		t.Errorf("%+v", h.Parts)
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not so: %s", what)
		}
	}
}

// TestTwoClaimOne: two live sources whose streams say that they are the same aircraft are two flights, each kept whole, and
// both are told.
func TestTwoClaimOne(t *testing.T) {
	t.Parallel()
	c := settings(t.TempDir())
	if err := Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	n, end := begin(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b := simulated()[:600_000]
	for _, name := range []string{"one", "two"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			if conn, err := l.Accept(); err == nil {
				_, _ = conn.Write(b)
			}
		}()
		if _, err := n.AddSource(ctx, SourceRequest{Name: name, URL: "tcp://" + l.Addr().String()}); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "both are told", func() bool {
		told := 0
		for _, s := range n.Sources() {
			for _, f := range s.Findings {
				if f.Code == CodeClaimed && f.Item == "OVF-01" {
					told++
				}
			}
		}
		return told == 2
	})
	for _, s := range n.Sources() {
		if err := n.StopSource(ctx, s.Source, "test"); err != nil {
			t.Fatal(err)
		}
		total := 0
		segments, err := n.segments(ctx, s.Sortie)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.Caught(ctx); err != nil {
			t.Fatal(err)
		}
		for _, x := range segments {
			total += int(x.Sealed.Bytes)
		}
		if total != len(b) {
			t.Errorf("%s: %d of %d bytes", s.Source, total, len(b))
		}
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
}

var simulated = sync.OnceValue(func() []byte {
	text, err := os.ReadFile("../../examples/border-sortie.yaml")
	if err != nil {
		panic(err)
	}
	s, err := simulate.Parse(text)
	if err != nil {
		panic(err)
	}
	var b bytes.Buffer
	if _, err := simulate.Write(context.Background(), s, &b, simulate.Options{}); err != nil {
		panic(err)
	}
	return b.Bytes()
})
