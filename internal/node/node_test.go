package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overflight/geodesy"
	"overflight/internal/config"
	"overflight/internal/node"
	"overflight/internal/simulate"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// waiting is how long a test waits for a state.
const waiting = 5 * time.Minute

// sortie is a simulated flight of two hours along and across a border.
var sortie = sync.OnceValue(func() []byte {
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

func settings(dir string) node.Config {
	c := config.Default()
	c.Data = dir
	c.Archive = config.Archive{
		Copy: filepath.Join(dir, "segments"), SecondCopy: filepath.Join(dir, "segments-second"),
		Keys: filepath.Join(dir, "keys"), SecondKeys: filepath.Join(dir, "keys-second"), Largest: 64 << 20,
	}
	c.Log.PerDay = 0
	c.Log.Checkpoint = 200 * time.Millisecond
	c.Disk.Free = 1 << 20
	return node.Config{Config: c}
}

// running is a node that runs.
type running struct {
	*node.Node
	t    *testing.T
	stop func() error
}

func start(t *testing.T, c node.Config) *running {
	t.Helper()
	if there, err := node.Exists(c.Config); err != nil {
		t.Fatal(err)
	} else if !there {
		if err := node.Create(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	n, err := node.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	r := &running{Node: n, t: t}
	r.stop = sync.OnceValue(func() error {
		cancel()
		err := <-done
		return errors.Join(err, n.Close())
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	select {
	case <-n.Ready():
	case err := <-done:
		t.Fatal("the node ended: ", err)
	case <-time.After(waiting):
		t.Fatal("the node is not ready")
	}
	return r
}

func file(t *testing.T, b []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sortie.ts")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func (r *running) ingest(q node.SourceRequest) (node.Source, error) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), waiting)
	defer cancel()
	s, err := r.AddSource(ctx, q)
	if err != nil {
		return s, err
	}
	s, err = r.WaitSource(ctx, s.Source)
	return s, errors.Join(err, s.Err)
}

func (r *running) dump() string {
	r.t.Helper()
	if err := r.CaughtUp(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.Models().Dump(r.t.Context(), &b); err != nil {
		r.t.Fatal(err)
	}
	return b.String()
}

// lines are those that only one of two dumps has, at most ten of each.
func lines(want, got string) string {
	if want == got {
		return ""
	}
	only := func(of, not string) (out []string) {
		has := map[string]bool{}
		for l := range strings.SplitSeq(not, "\n") {
			has[l] = true
		}
		for l := range strings.SplitSeq(of, "\n") {
			if !has[l] && len(out) < 10 {
				out = append(out, l)
			}
		}
		return out
	}
	return fmt.Sprintf("%d bytes and %d; only in the first:\n%s\nonly in the second:\n%s", len(want), len(got), strings.Join(only(want, got), "\n"), strings.Join(only(got, want), "\n"))
}

func (r *running) verify() {
	r.t.Helper()
	ok, err := r.Verify(r.t.Context(), func(s node.Step) {
		if !s.OK() || len(s.Healed) > 0 {
			r.t.Errorf("%+v", s)
		}
	})
	if err != nil || !ok {
		r.t.Errorf("not verified: %v", err)
	}
}

// TestRecording: a file becomes a flight, sealed, logged and told, once; it is there after a restart, and the read models
// are the same when they are made again.
func TestRecording(t *testing.T) {
	t.Parallel()
	c := settings(t.TempDir())
	r := start(t, c)
	name := file(t, sortie())
	s, err := r.ingest(node.SourceRequest{URL: name, Aircraft: "OVF-01"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Sortie.String() != "LOCAL-"+strconv.Itoa(time.Now().UTC().Year())+"-0001" || s.Sealed != int64(len(sortie())) {
		t.Errorf("%+v", s)
	}
	if err := r.CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, err := r.Models().Flight(t.Context(), s.Sortie)
	if err != nil {
		t.Fatal(err)
	}
	entered := 0
	for _, e := range f.Entries {
		if e.Entry.State == "MEX" && !e.Open {
			entered++
		}
		if !e.FoundAt.Logged {
			t.Errorf("entry %d has no leaf", e.Number)
		}
	}
	if f.State != sqlite.Closed || len(f.Segments) < 110 || entered == 0 || len(f.Looked) == 0 || f.Closed.Segments != uint64(len(f.Segments)) {
		t.Errorf("%s: %d segments, %d entries into MEX, %d looks, %+v", f.State, len(f.Segments), entered, len(f.Looked), f.Closed)
	}
	var before *node.IngestedError
	if _, err := r.ingest(node.SourceRequest{URL: name}); !errors.As(err, &before) || before.Flight != s.Sortie {
		t.Errorf("a second time: %v", err)
	}
	r.verify()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = start(t, c) // what a node has found of its sources it states every ten seconds, and at its end
	want := r.dump()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if err := node.Rebuild(t.Context(), c, func(node.Step) {}); err != nil {
		t.Fatal(err)
	}
	again := start(t, c)
	if diff := lines(want, again.dump()); diff != "" {
		t.Error(diff)
	}
	var b bytes.Buffer
	got, err := again.Bundle(t.Context(), &b, node.BundleRequest{Flight: s.Sortie, Who: "auditor", Purpose: "test", From: f.Segments[0].From, To: f.Segments[2].From, Segments: true})
	if err != nil || got.Segments != 2 || got.Bytes != int64(b.Len()) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestLive: what a live source sends is a flight while it is flown, over restarts, and closed when asked.
func TestLive(t *testing.T) {
	t.Parallel()
	c := settings(t.TempDir())
	r := start(t, c)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := sortie()[:3_000_000]
	send := make(chan []byte)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			for part := range send {
				if part == nil {
					break
				}
				if _, err := conn.Write(part); err != nil {
					return
				}
			}
			_ = conn.Close()
		}
	}()
	listening, err := r.Live("")
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.AddSource(t.Context(), node.SourceRequest{Name: "cam", URL: "tcp://" + l.Addr().String(), Keep: true})
	if err != nil || !s.Live {
		t.Fatalf("%+v, %v", s, err)
	}
	send <- b[:1_000_000]
	ctx, cancel := context.WithTimeout(t.Context(), waiting)
	defer cancel()
	if p, err := listening.Next(ctx); err != nil || p.Kind != "frame" || !bytes.Contains(p.Data, []byte(`"position":[-110`)) {
		t.Fatalf("%s %s %v", p.Kind, p.Data, err)
	}
	if err := listening.Close(); err != nil {
		t.Fatal(err)
	}
	r.received("cam", 1_000_000)
	before := r.Newest()
	if len(before) != 1 || before[0].Flight == "" || before[0].Position == nil || before[0].Arrived.IsZero() {
		t.Fatalf("%+v", before)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	send <- nil
	r = start(t, c)
	if d := cmp.Diff(before, r.Newest(), cmpopts.IgnoreFields(node.Frame{}, "Boundary")); d != "" { // nothing has come since; a boundary is looked for now and then
		t.Error(d)
	}
	r.isAt(before[0].Flight, func(w node.Whereabouts) bool {
		heading := before[0].Heading != nil && math.Abs(float64(w.Course)-*before[0].Heading) < 1e-9
		return w.Live && w.Open && heading && w.At.Equal(before[0].Time) && w.Position.Lon == geodesy.Angle(before[0].Position[0]) && !w.TookOff.After(w.At)
	})
	send <- b[1_000_000:]
	r.received("cam", 2_000_000)
	state := r.Sources()[0]
	if err := r.StopSource(ctx, "cam", "a person"); err != nil {
		t.Fatal(err)
	}
	if err := r.CaughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	f, err := r.Models().Flight(ctx, state.Sortie)
	if err != nil {
		t.Fatal(err)
	}
	total := uint64(0)
	for _, s := range f.Segments {
		total += s.Sealed.Bytes
	}
	// What is sealed tells where it was last, and where it was going: south at first, along its route.
	r.isAt(state.Sortie.String(), func(w node.Whereabouts) bool {
		last := f.Paths[0].Last.Fixes[0]
		return !w.Live && !w.Open && w.At.Equal(last.Time) && w.Position == last.Position && w.TookOff.Equal(f.From) && w.Course > 90 && w.Course < 300
	})
	if _, err := r.Whereabouts(ctx, journal.Sortie{Operator: state.Sortie.Operator, Year: state.Sortie.Year, Number: state.Sortie.Number + 1}, time.Time{}); !errors.Is(err, sqlite.ErrNotFound) {
		t.Errorf("a flight that there is not: %v", err)
	}
	if f.State != sqlite.Closed || total != uint64(len(b)) || f.Closed.Reason != journal.ClosedAsked {
		t.Errorf("%s, %d of %d bytes, %+v", f.State, total, len(b), f.Closed)
	}
	r.verify()
}

// isAt fails unless a flight is where it should be.
func (r *running) isAt(flight string, ok func(node.Whereabouts) bool) {
	r.t.Helper()
	sortie, err := journal.ParseSortie(flight)
	if err != nil {
		r.t.Fatal(err)
	}
	w, err := r.Whereabouts(r.t.Context(), sortie, time.Time{})
	if err != nil || !ok(w) {
		r.t.Errorf("%s is at %+v: %v", flight, w, err)
	}
}

// received waits until a source's bytes are journalled.
func (r *running) received(name string, bytes uint64) {
	r.t.Helper()
	for deadline := time.Now().Add(waiting); ; {
		for _, s := range r.Sources() {
			if s.Source == name && s.Bytes >= bytes && s.Spool.Waiting == 0 {
				return
			}
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%+v", r.Sources())
		}
		time.Sleep(5 * time.Millisecond)
	}
}
