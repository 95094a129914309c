package spool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// findings collects what a spool says.
type findings struct {
	mu  sync.Mutex
	all []evidence.Defect
}

func (f *findings) add(d evidence.Defect) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, d)
}

func (f *findings) codes() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, d := range f.all {
		out = append(out, string(d.Code))
	}
	return out
}

func open(t *testing.T, c Config) (*Spool, *findings) {
	t.Helper()
	f := &findings{}
	c.Source, c.Finding = "feed", f.add
	s, err := Open(c, start)
	if err != nil {
		t.Fatal(err)
	}
	return s, f
}

// shut ends a spool in order.
func shut(t *testing.T, s *Spool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

func body(i int) []byte { return bytes.Repeat([]byte(fmt.Sprintf("%08d", i)), 20) }

func fill(t *testing.T, s *Spool, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		if _, err := s.Append(Record{Arrival: start.Add(time.Duration(i) * 10 * time.Millisecond), Track: "0", First: i == 0, Bytes: body(i)}); err != nil {
			t.Fatal(err)
		}
	}
}

func sync1(t *testing.T, s *Spool) {
	t.Helper()
	if err := s.Sync(start); err != nil {
		t.Fatal(err)
	}
}

// drain reads what there is, without waiting.
func drain(t *testing.T, s *Spool) []Record {
	t.Helper()
	var out []Record
	for {
		r, ok, wait, err := s.tryNext()
		if errors.Is(err, ErrClosed) || wait {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			out = append(out, r)
		}
	}
}

// account checks that what came and what was declared lost are all sequences of [first, last], and
// that what came is what was appended: number i has sequence i+1.
func account(t *testing.T, got []Record, losses []Loss, first, last uint64) {
	t.Helper()
	seen := map[uint64]bool{}
	for _, r := range got {
		if seen[r.Sequence] {
			t.Fatalf("%d came twice", r.Sequence)
		}
		seen[r.Sequence] = true
		if want := body(int(r.Sequence) - 1); !bytes.Equal(r.Bytes, want) {
			t.Fatalf("record %d is %.8q, want %.8q", r.Sequence, r.Bytes, want)
		}
	}
	if !slices.IsSortedFunc(got, func(a, b Record) int { return int(a.Sequence) - int(b.Sequence) }) {
		t.Fatal("out of order")
	}
	for i := first; i <= last; i++ {
		if !seen[i] && !slices.ContainsFunc(losses, func(l Loss) bool { return l.FirstSequence <= i && i <= l.LastSequence }) {
			t.Fatalf("%d neither came nor was it declared lost (%+v)", i, losses)
		}
	}
}

func TestWhatGoesInComesOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, f := open(t, Config{Dir: dir})
	producer := s.Producer()
	fill(t, s, 0, 1000)
	account(t, drain(t, s), nil, 1, 1000) // from memory, before any disk
	sync1(t, s)
	s.Rewind()
	account(t, drain(t, s), nil, 1, 1000)
	s.Ack(400)
	shut(t, s)
	if _, err := s.Append(Record{}); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if err := s.Sync(start); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}

	s, f2 := open(t, Config{Dir: dir})
	if s.Producer() != producer {
		t.Error("the producer changed")
	}
	got := drain(t, s)
	account(t, got, nil, 401, 1000)
	if len(got) != 600 {
		t.Errorf("%d records, want 600", len(got))
	}
	if want := (Record{Sequence: 401, Arrival: start.Add(4 * time.Second), Track: "0", Bytes: body(400)}); cmp.Diff(want, got[0]) != "" {
		t.Error(cmp.Diff(want, got[0]))
	}
	if n, err := s.Append(Record{Bytes: body(1000)}); err != nil || n != 1001 {
		t.Errorf("sequence %d (%v), want 1001", n, err)
	}
	s.Ack(1 << 40) // no more than there is
	if st := s.State(); st.Acked != 1001 || st.Waiting != 0 || st.Memory != 0 {
		t.Errorf("%+v", st)
	}
	shut(t, s)
	s, _ = open(t, Config{Dir: dir})
	if got := drain(t, s); len(got) != 0 || s.State().Next != 1002 {
		t.Errorf("%d records, next %d", len(got), s.State().Next)
	}
	shut(t, s)
	if c := append(f.codes(), f2.codes()...); len(c) > 0 {
		t.Error(c)
	}
}

func TestAnotherSourceIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, _ := open(t, Config{Dir: dir})
	shut(t, s)
	if _, err := Open(Config{Dir: dir, Source: "other"}, start); !errors.Is(err, ErrSource) {
		t.Error(err)
	}
	for _, c := range []Config{{Source: "x"}, {Dir: dir}, {Dir: dir, Source: strings.Repeat("x", maxSource+1)}} {
		if _, err := Open(c, start); err == nil {
			t.Errorf("%+v was opened", c)
		}
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	s, _ := open(t, Config{Dir: t.TempDir(), MaxRecord: 100})
	defer shut(t, s)
	for _, r := range []Record{{Bytes: make([]byte, 101)}, {Track: strings.Repeat("x", 256)}} {
		if _, err := s.Append(r); !errors.Is(err, ErrTooLarge) {
			t.Error(err)
		}
	}
	if s.State().Next != 1 {
		t.Error("a refused record took a sequence")
	}
}

func TestTheBoundIsADeclaredLoss(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := Config{Dir: dir, MaxBytes: 200 << 10, FileBytes: 16 << 10}
	s, f := open(t, c)
	for i := range 40 {
		fill(t, s, 100*i, 100)
		sync1(t, s)
	}
	st := s.State()
	if st.Disk > c.MaxBytes || st.Lost == 0 || st.Durable != 4000 {
		t.Errorf("%+v", st)
	}
	losses := s.Losses()
	got := drain(t, s)
	account(t, got, losses, 1, 4000)
	if len(losses) != 1 || losses[0].Cause != CauseBound || !losses[0].Counted || losses[0].Records+uint64(len(got)) != 4000 {
		t.Errorf("%d came, %+v", len(got), losses)
	}
	if l := losses[0]; !l.From.Equal(start) || !l.To.Equal(got[0].Arrival.Add(-10*time.Millisecond)) || l.Bytes != 160*l.Records {
		t.Errorf("%+v", l)
	}
	if c := f.codes(); len(c) == 0 || c[0] != string(CodeLoss) {
		t.Error(c)
	}
	shut(t, s)
	s, _ = open(t, c)
	if d := cmp.Diff(losses, s.Losses()); d != "" {
		t.Error(d)
	}
	s.Noted(losses[0].ID)
	shut(t, s)
	s, _ = open(t, c)
	if l := s.Losses(); len(l) > 0 {
		t.Error(l)
	}
	shut(t, s)
}

// TestAMinuteIsKept: 60 s of 2 Mbit/s and metadata with room for a tenth more.
func TestAMinuteIsKept(t *testing.T) {
	t.Parallel()
	s, f := open(t, Config{Dir: t.TempDir(), MaxBytes: 17 << 20})
	data := make([]byte, 1316)
	const n = 60 * 190
	for i := range n {
		if _, err := s.Append(Record{Arrival: start.Add(time.Duration(i) * time.Minute / n), Bytes: data}); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 0 {
			sync1(t, s)
		}
	}
	sync1(t, s)
	if st := s.State(); st.Waiting != n || st.Lost != 0 || !st.Oldest.Equal(start) || len(f.codes()) > 0 {
		t.Errorf("%+v %v", st, f.codes())
	}
	if got := drain(t, s); len(got) != n {
		t.Errorf("%d records", len(got))
	}
	// Behind the consumer no more stays in memory than it may soon want.
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held > keepTail+1500 {
		t.Errorf("%d bytes in memory", held)
	}
	s.Ack(n)
	sync1(t, s)
	if st := s.State(); st.Disk > 9<<20 {
		t.Errorf("%d bytes on disk when all is acknowledged", st.Disk)
	}
	shut(t, s)
}

// failing is a file that takes writes only while the disk does.
type failing struct {
	File
	disk *disk
}

type disk struct {
	mu                     sync.Mutex
	write, sync, trunc, mk bool // these fail
	torn                   bool // a failed write leaves half
}

var errFull = errors.New("no space left on device")

func (d *disk) set(write, sync, trunc, mk, torn bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.write, d.sync, d.trunc, d.mk, d.torn = write, sync, trunc, mk, torn
}

func (d *disk) create(name string) (File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mk {
		return nil, errFull
	}
	f, err := createFile(name)
	return failing{f, d}, err
}

func (f failing) Write(b []byte) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.write {
		n := 0
		if f.disk.torn {
			n, _ = f.File.Write(b[:len(b)/2])
		}
		return n, errFull
	}
	return f.File.Write(b)
}

func (f failing) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.sync {
		return errFull
	}
	return f.File.Sync()
}

func (f failing) Truncate(n int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.trunc {
		return errFull
	}
	return f.File.Truncate(n)
}

func TestADiskThatTakesNoWrites(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*disk){
		"full":               func(d *disk) { d.set(true, false, false, true, false) },
		"full, torn":         func(d *disk) { d.set(true, false, false, false, true) },
		"sync":               func(d *disk) { d.set(false, true, false, false, false) },
		"torn, not cut":      func(d *disk) { d.set(true, false, true, true, true) },
		"sync, not cut":      func(d *disk) { d.set(false, true, true, true, false) },
		"no files, not torn": func(d *disk) { d.set(true, true, true, true, false) },
	} {
		for _, crash := range []bool{false, true} {
			t.Run(fmt.Sprint(name, crash), func(t *testing.T) {
				t.Parallel()
				d := &disk{}
				c := Config{Dir: t.TempDir(), MaxMemory: 64 << 10, FileBytes: 8 << 10, Create: d.create}
				s, f := open(t, c)
				fill(t, s, 0, 50)
				sync1(t, s)
				set(d)
				fill(t, s, 50, 100)
				if err := s.Sync(start); !errors.Is(err, errFull) {
					t.Fatal(err)
				}
				if st := s.State(); st.Failing == nil || st.Durable != 50 || !st.Since.Equal(start) {
					t.Errorf("%+v", st)
				}
				account(t, drain(t, s), nil, 1, 150) // the consumer goes on
				d.set(false, false, false, false, false)
				sync1(t, s)
				if st := s.State(); st.Failing != nil || st.Durable != 150 || st.Memory != 0 {
					t.Errorf("%+v", st)
				}
				if crash {
					// Dropped as it is.
					s, f = open(t, c)
				} else {
					s.Rewind()
				}
				account(t, drain(t, s), nil, 1, 150)
				// More than memory holds: a declared loss, and the newest stay.
				next := int(s.State().Next) - 1
				set(d)
				for i := range 1000 {
					if _, err := s.Append(Record{Bytes: body(next + i)}); err != nil {
						t.Fatal(err)
					}
					if i == 300 {
						if err := s.Sync(start); !errors.Is(err, errFull) {
							t.Fatal(err)
						}
					}
				}
				if st := s.State(); st.Memory > int64(c.MaxMemory) || st.Lost == 0 {
					t.Errorf("%+v", st)
				}
				d.set(false, false, false, false, false)
				sync1(t, s)
				account(t, drain(t, s), s.Losses(), uint64(next)+1, uint64(next)+1000)
				if !slices.Contains(f.codes(), string(CodeDisk)) && !crash {
					t.Error(f.codes())
				}
				shut(t, s)
			})
		}
	}
}

func spoolFiles(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.spool"))
	if err != nil || len(names) == 0 {
		t.Fatal("no files", err)
	}
	return names
}

func TestDamage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		hurt func(b []byte) []byte
		file int // -1 for the last with records
		code evidence.Code
	}{
		"flipped bit in a record": {func(b []byte) []byte { b[len(b)/2] ^= 4; return b }, 0, CodeDamaged},
		"flipped bit in the head": {func(b []byte) []byte { b[10] ^= 4; return b }, 0, CodeDamaged},
		"a sector of zeros":       {func(b []byte) []byte { clear(b[1000:1512]); return b }, 1, CodeDamaged},
		"truncated in the middle": {func(b []byte) []byte { return b[:len(b)/2] }, 0, CodeDamaged},
		"truncated tail":          {func(b []byte) []byte { return b[:len(b)-7] }, -1, CodeTail},
		"garbage behind the end":  {func(b []byte) []byte { return append(b, "no frame at all, nor a part of one"...) }, -1, CodeTail},
		"truncated at a frame": {func(b []byte) []byte {
			e := 0
			walk(b, 1<<20, func(f frame) {
				if e == 0 && f.record.Sequence == 30 {
					e = bytes.Index(b, appendRecord(nil, f.record))
				}
			})
			return b[:e]
		}, 0, CodeLoss},
		"empty":                     {func(b []byte) []byte { return nil }, 0, CodeDamaged},
		"length beyond every bound": {func(b []byte) []byte { copy(b[len(b)/2:], "\x5F\x0D\x1E\x5A\x01\xFF\xFF\xFF\xFF"); return b }, 0, CodeDamaged},
	} {
		for _, running := range []bool{false, true} {
			t.Run(fmt.Sprint(name, running), func(t *testing.T) {
				t.Parallel()
				c := Config{Dir: t.TempDir(), FileBytes: 16 << 10}
				s, f := open(t, c)
				producer := s.Producer()
				for i := range 10 {
					fill(t, s, 40*i, 40)
					sync1(t, s)
				}
				files := spoolFiles(t, c.Dir)
				at := tc.file
				if at < 0 {
					at = len(files) - 1
				}
				b, err := os.ReadFile(files[at])
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(files[at], tc.hurt(b), 0o600); err != nil {
					t.Fatal(err)
				}
				if running {
					// As if memory had been left behind long ago.
					s.mu.Lock()
					s.tail, s.unsaved, s.held, s.tailFrom = nil, 0, 0, s.next
					s.mu.Unlock()
				} else {
					s, f = open(t, c)
					if s.Producer() != producer {
						t.Error("the producer changed")
					}
				}
				got := drain(t, s)
				if !running && !slices.Contains(f.codes(), string(tc.code)) {
					t.Errorf("%v, want %s", f.codes(), tc.code)
				}
				account(t, got, s.Losses(), 1, 400)
				if !running && s.State().Next <= 400 {
					t.Error("sequences are given twice")
				}
				if len(got) < 250 {
					t.Errorf("only %d of 400 came", len(got))
				}
				t.Logf("%d came; %+v; %v", len(got), s.Losses(), f.codes())
			})
		}
	}
}

func TestForeignFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"notes.spool", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, f := open(t, Config{Dir: dir})
	shut(t, s)
	for _, name := range []string{"notes.spool", "notes.txt"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != "mine" {
			t.Error(name, err)
		}
	}
	if d := cmp.Diff([]string{string(CodeForeign)}, f.codes()); d != "" {
		t.Error(d)
	}
}

func TestRunWritesAndNextWaits(t *testing.T) {
	t.Parallel()
	s, _ := open(t, Config{Dir: t.TempDir(), Flush: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	got := make(chan Record)
	go func() {
		for {
			r, err := s.Next(context.Background())
			if err != nil {
				close(got)
				return
			}
			got <- r
		}
	}()
	for i := range 100 {
		fill(t, s, i, 1)
		if r := <-got; r.Sequence != uint64(i+1) || !bytes.Equal(r.Bytes, body(i)) {
			t.Fatalf("%+v", r)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, more := <-got; more {
		t.Error("a record from nowhere")
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	s2, _ := open(t, Config{Dir: t.TempDir()})
	if _, err := s2.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	shut(t, s2)
}
