package live

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"overflight/internal/spool"
)

func TestFile(t *testing.T) {
	t.Parallel()
	ts := stream(t, 3, 20000)
	path := filepath.Join(t.TempDir(), "a.ts")
	if err := os.WriteFile(path, ts, 0o600); err != nil {
		t.Fatal(err)
	}
	var ids [2][]ID
	for i, url := range []string{path, "file://" + path} {
		r := run(t, Config{URL: url})
		r.waitPhase(PhaseEnded)
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(r.sink.received("a.ts"), ts) {
			t.Fatal("what came is not what is in the file")
		}
		chunks := r.sink.all()
		for j, k := range chunks {
			ids[i] = append(ids[i], k.ID)
			if k.Sequence != uint64(j+1) || k.First != (j == 0) || k.Last != (j == len(chunks)-1) || len(k.Bytes) > chunkSize {
				t.Fatalf("%+v", k.ID)
			}
		}
	}
	if !slices.Equal(ids[0], ids[1]) {
		t.Error("the chunks of a file are not named the same twice")
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := run(t, Config{URL: filepath.Join(t.TempDir(), "nosuch.ts")})
	r.waitPhase(PhaseEnded)
	if err := r.stop(); !errors.Is(err, fs.ErrNotExist) || !r.has(CodeFile) {
		t.Errorf("%v %v", err, r.codes())
	}
	empty := filepath.Join(t.TempDir(), "empty.ts")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r = run(t, Config{URL: empty})
	r.waitPhase(PhaseEnded)
	if err := r.stop(); err != nil || !r.has(CodeFile) {
		t.Errorf("%v %v", err, r.codes())
	}
	text := filepath.Join(t.TempDir(), "text.ts")
	if err := os.WriteFile(text, []byte("no stream"), 0o600); err != nil {
		t.Fatal(err)
	}
	r = run(t, Config{URL: text})
	r.waitBytes(9)
	r.wait("a finding", func() bool { return r.has(CodeContent) })
}

func TestAFileWaitsForTheSink(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.ts")
	ts := stream(t, 4, 60000)
	if err := os.WriteFile(path, ts, 0o600); err != nil {
		t.Fatal(err)
	}
	sink := newCollector()
	sink.hold = make(chan struct{})
	r := run(t, Config{URL: path, Sink: sink})
	r.wait("reading", func() bool { return r.State().Chunks > 0 })
	if n := r.State().Chunks; n != 1 {
		t.Errorf("%d chunks were read ahead", n)
	}
	close(sink.hold)
	r.waitPhase(PhaseEnded)
	if !bytes.Equal(sink.received("*"), ts) {
		t.Error("what came is not what is in the file")
	}
}

// folder is a watched folder under a clock that is moved by hand.
type folder struct {
	*running
	dir   string
	clock *hand
}

func watch(t *testing.T, dir, notes string) folder {
	t.Helper()
	clock := newHand()
	return folder{run(t, Config{
		URL: dir, Clock: clock, Poll: time.Second, Settle: 2 * time.Second, Spool: spool.Config{Dir: notes},
		FirstPause: time.Second, LastPause: time.Second,
	}), dir, clock}
}

func (f folder) write(name string, b []byte) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.dir, name), b, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// looks has the folder be looked into so many times.
func (f folder) looks(n int) {
	f.t.Helper()
	for range n {
		f.wait("a look", func() bool { return len(f.clock.pending()) == 1 })
		f.clock.advance(time.Second)
	}
	f.wait("a look", func() bool { return len(f.clock.pending()) == 1 })
}

func (f folder) names() []string {
	var out []string
	for _, k := range f.sink.all() {
		if k.Last {
			out = append(out, k.Track)
		}
	}
	return out
}

func TestWatchedFolder(t *testing.T) {
	t.Parallel()
	dir, notes := t.TempDir(), t.TempDir()
	f := watch(t, dir, notes)
	f.looks(2)
	// One that grows is not picked before it has settled.
	f.write("grows.ts", []byte("\x47a"))
	f.looks(2)
	f.write("grows.ts", []byte("\x47ab"))
	f.looks(2)
	f.write("grows.ts", []byte("\x47abc"))
	f.write(".hidden.ts", []byte("\x47"))
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	f.looks(2)
	if n := f.names(); len(n) > 0 {
		t.Errorf("%v picked while it grew", n)
	}
	f.looks(1)
	if n := f.names(); !slices.Equal(n, []string{"grows.ts"}) {
		t.Fatalf("%v", n)
	}
	// One that is moved in whole is picked once, however often one looks.
	other := filepath.Join(t.TempDir(), "moved.ts")
	ts := stream(t, 1, 10000)
	if err := os.WriteFile(other, ts, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, filepath.Join(dir, "moved.ts")); err != nil {
		t.Skipf("folders on two file systems: %v", err)
	}
	f.looks(10)
	if n := f.names(); !slices.Equal(n, []string{"grows.ts", "moved.ts"}) {
		t.Fatalf("%v", n)
	}
	if !bytes.Equal(f.sink.received("moved.ts"), ts) || string(f.sink.received("grows.ts")) != "\x47abc" {
		t.Error("what came is not what is in the files")
	}
	// Only one of them is acknowledged; the other comes again after a restart, under the same names.
	var before []ID
	for _, k := range f.sink.all() {
		if k.Track == "moved.ts" {
			before = append(before, k.ID)
		} else if k.Last {
			f.Ack(k.ID)
		}
	}
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	g := watch(t, dir, notes)
	g.looks(5)
	if n := g.names(); !slices.Equal(n, []string{"moved.ts"}) {
		t.Fatalf("%v after a restart", n)
	}
	var after []ID
	for _, k := range g.sink.all() {
		after = append(after, k.ID)
		g.Ack(k.ID)
	}
	if !slices.Equal(before, after) {
		t.Error("the chunks are not named the same twice")
	}
	// A name that is used again for other bytes is another file.
	g.write("grows.ts", []byte("\x47quite another"))
	g.looks(4)
	if n := g.names(); !slices.Equal(n, []string{"moved.ts", "grows.ts"}) {
		t.Fatalf("%v", n)
	}
	if err := g.stop(); err != nil {
		t.Fatal(err)
	}
	// The list is torn where a line was being written: what is whole in it still counts.
	list := filepath.Join(notes, pickedFile)
	b, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, append(b, `{"name":"gr`...), 0o600); err != nil {
		t.Fatal(err)
	}
	h := watch(t, dir, notes)
	h.looks(5)
	if n := h.names(); !slices.Equal(n, []string{"grows.ts"}) || !h.has(CodeFile) {
		t.Errorf("%v %v", n, h.codes())
	}
}

func TestAFolderThatGoesAway(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "in")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f := watch(t, dir, t.TempDir())
	f.looks(1)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	f.looks(3)
	if c := f.codes(); !slices.Equal(c, []string{string(CodeFile)}) {
		t.Errorf("%v, want it said once", c)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f.write("a.ts", []byte("\x47a"))
	f.looks(4)
	if n := f.names(); !slices.Equal(n, []string{"a.ts"}) {
		t.Errorf("%v", n)
	}
}
