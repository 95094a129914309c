package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestStoppedAtOnce: a source that is stopped while its last bytes are on their way into the journal has all of them sealed.
func TestStoppedAtOnce(t *testing.T) {
	t.Parallel()
	c := settings(t.TempDir())
	if err := Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	n, end := begin(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b := simulated()[:200_000/188*188]
	for range 5 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if conn, err := l.Accept(); err == nil {
				_, _ = conn.Write(b)
			}
		}()
		name := "hasty"
		if _, err := n.AddSource(ctx, SourceRequest{Name: name, URL: "tcp://" + l.Addr().String()}); err != nil {
			t.Fatal(err)
		}
		n.mu.Lock()
		f := n.feeders[name]
		n.mu.Unlock()
		until(t, "all has come", func() bool {
			for _, r := range f.recordings() {
				r.mu.Lock()
				got := r.received
				r.mu.Unlock()
				return got == int64(len(b))
			}
			return false
		})
		if err := n.StopSource(ctx, name, "test"); err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		if err := n.Caught(ctx); err != nil {
			t.Fatal(err)
		}
		segments, err := n.segments(ctx, f.latestSortie())
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, x := range segments {
			total += int(x.Sealed.Bytes)
		}
		if total != len(b) {
			t.Errorf("%s: %d of %d bytes", f.latestSortie(), total, len(b))
		}
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
}

// TestRunOnce: a source that is added while all are started is run once, and not taken in twice.
func TestRunOnce(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "one.ts")
	b := simulated()[:300_000/188*188]
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	c := settings(t.TempDir())
	if err := Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	n, end := begin(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := n.AddSource(ctx, SourceRequest{Name: "one", URL: name}); err != nil {
		t.Fatal(err)
	}
	n.startConfigured()
	s, err := n.WaitSource(ctx, "one")
	if err = errors.Join(err, s.Err); err != nil {
		t.Fatal(err)
	}
	if s.Sealed != int64(len(b)) {
		t.Errorf("%d of %d bytes are sealed", s.Sealed, len(b))
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
}

// TestHealthWhileRecovering asks for the health from the first moment on: who runs a server looks at it before it is ready.
func TestHealthWhileRecovering(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := settings(dir)
	if err := Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	var kept []SourceRequest
	for i := range 20 {
		kept = append(kept, SourceRequest{Name: fmt.Sprintf("kept-%d", i), URL: fmt.Sprintf("tcp://127.0.0.1:%d", 1+i), Keep: true})
	}
	b, err := json.Marshal(kept)
	if err == nil {
		err = os.WriteFile(placesOf(c.Config).sources, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	n, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	asked := make(chan int, 1)
	go func() {
		times := 0
		for {
			n.Health(ctx)
			times++
			select {
			case <-n.Ready():
				asked <- times
				return
			default:
			}
		}
	}()
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	if times := <-asked; times == 0 || len(n.Sources()) != len(kept) {
		t.Errorf("asked %d times, %d sources", times, len(n.Sources()))
	}
	stop()
	if err := errors.Join(<-done, n.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestNumbersGoOn: numbers of flights have no gap and none is given twice, however often the node was started anew.
func TestNumbersGoOn(t *testing.T) {
	t.Parallel()
	c := settings(t.TempDir())
	if err := Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	files := t.TempDir()
	var numbers []uint32
	for i := range 5 {
		n, end := begin(t, c)
		for k := range 1 + i%2 {
			name := filepath.Join(files, fmt.Sprintf("%d-%d.ts", i, k))
			var b []byte
			for j := range uint64(400) {
				b = append(b, numbered(uint64(1000*(2*i+k))+j+1)...)
			}
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := n.AddSource(ctx, SourceRequest{URL: name})
			if err == nil {
				s, err = n.WaitSource(ctx, s.Source)
			}
			if err = errors.Join(err, s.Err); err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, s.Sortie.Number)
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
	}
	if want := []uint32{1, 2, 3, 4, 5, 6, 7}; !slices.Equal(numbers, want) {
		t.Errorf("%v, want %v", numbers, want)
	}
}
