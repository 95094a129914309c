package sqlite

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/journal"
)

func TestDumpDoesNotDependOnBatches(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		a := newAuthor(seed)
		a.write(200)
		whole := fresh(t)
		apply(t, whole, a.events)
		want := dumpOf(t, whole)
		if err := whole.Verify(context.Background()); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		random := rand.New(rand.NewPCG(seed, 1))
		for range 2 {
			file := filepath.Join(t.TempDir(), "m.db")
			m := open(t, file)
			for rest := a.events; len(rest) > 0; {
				n := min(len(rest), 1+random.IntN(100))
				apply(t, m, rest[:n])
				rest = rest[n:]
				if random.IntN(10) == 0 {
					if err := m.Close(); err != nil {
						t.Fatal(err)
					}
					m = open(t, file)
				}
			}
			if d := difference(want, dumpOf(t, m)); d != "" {
				t.Fatalf("seed %d: %s", seed, d)
			}
		}
	}
}

// difference is short: dumps are long.
func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return cmp.Diff(x[i][:min(len(x[i]), 300)], y[i][:min(len(y[i]), 300)]) + " in a line"
		}
	}
	if len(x) != len(y) {
		return "another number of lines"
	}
	return ""
}

func TestDumpDoesNotDependOnTheOrderOfStreams(t *testing.T) {
	t.Parallel()
	a := newAuthor(11)
	a.write(100)
	m := fresh(t)
	apply(t, m, a.events)
	want := dumpOf(t, m)
	byStream := map[string][]Positioned{}
	for i, e := range a.events {
		// What is of a second flight goes into a stream of its own.
		byStream[e.Stream] = append(byStream[e.Stream], a.events[i])
	}
	ledgerFirst := append(append([]Positioned(nil), byStream["LEDGER"]...), byStream["EVT"]...)
	ledgerLast := append(append([]Positioned(nil), byStream["EVT"]...), byStream["LEDGER"]...)
	for _, events := range [][]Positioned{ledgerFirst, ledgerLast} {
		m := fresh(t)
		apply(t, m, events)
		if d := difference(want, dumpOf(t, m)); d != "" {
			t.Error(d)
		}
	}
}

func TestPathsOfTwoStreams(t *testing.T) {
	t.Parallel()
	write := func(k int, stream string) []Positioned {
		a := newAuthor(uint64(k))
		for range 5 {
			fr, fp := a.block(sortie(k), source(k), a.clock, place(20, 30), 30)
			a.say(stream, fr)
			a.say(stream, fp)
		}
		return a.events
	}
	x, y := write(1, "A"), write(2, "B")
	m, n := fresh(t), fresh(t)
	apply(t, m, append(append([]Positioned(nil), x...), y...))
	apply(t, n, append(append([]Positioned(nil), y...), x...))
	if d := difference(dumpOf(t, m), dumpOf(t, n)); d != "" {
		t.Error(d)
	}
}

func TestSequence(t *testing.T) {
	t.Parallel()
	a := newAuthor(3)
	a.write(50)
	ctx := context.Background()
	for name, test := range map[string]struct {
		events []Positioned
		want   SequenceError
	}{
		"gap":          {a.events[1:], SequenceError{"EVT", 2, 1}},
		"repeated":     {append(append([]Positioned(nil), a.events...), a.events[0]), SequenceError{}},
		"other stream": {[]Positioned{{Place: Place{"X", 7}}}, SequenceError{"X", 7, 1}},
		"zero":         {[]Positioned{{Place: Place{"X", 0}}}, SequenceError{"X", 0, 1}},
	} {
		m := fresh(t)
		before := dumpOf(t, m)
		err := m.Apply(ctx, test.events)
		var got *SequenceError
		if !errors.As(err, &got) || test.want.Stream != "" && test.events[0].Stream == test.want.Stream && *got != test.want {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than one line: %q", name, err)
		}
		if d := difference(before, dumpOf(t, m)); d != "" {
			t.Errorf("%s: something was applied: %s", name, d)
		}
		if err := m.Apply(ctx, a.events[:1]); !errors.Is(err, ErrHalted) {
			t.Errorf("%s: not halted: %v", name, err)
		}
	}
}

func TestPosition(t *testing.T) {
	t.Parallel()
	a := newAuthor(5)
	a.write(560)
	m := fresh(t)
	if !m.Created() {
		t.Error("not created")
	}
	apply(t, m, a.events)
	for stream, want := range a.at {
		if got, err := m.Position(context.Background(), stream); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", stream, got, err, want)
		}
	}
	if got, err := m.Position(context.Background(), "none"); err != nil || got != 0 {
		t.Errorf("%d, %v", got, err)
	}
}

func TestRefusedEvent(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	a := newAuthor(1)
	a.write(30)
	apply(t, m, a.events)
	before := dumpOf(t, m)
	// An event that cannot be written down again takes its transaction with it, and no more.
	a.events = nil
	a.write(3)
	good := a.events
	bad := append(append([]Positioned(nil), good...), Positioned{
		Place:  Place{good[len(good)-1].Stream, good[len(good)-1].Sequence + 1},
		Record: journal.Record{Event: journal.FlightOpened{Flight: sortie(9)}},
	})
	if err := m.Apply(context.Background(), bad); !errors.Is(err, journal.ErrProducer) {
		t.Fatal(err)
	}
	if d := difference(before, dumpOf(t, m)); d != "" {
		t.Fatal(d)
	}
	apply(t, m, good)
	other := fresh(t)
	b := newAuthor(1)
	b.write(30)
	b.write(3)
	apply(t, other, b.events)
	if d := difference(dumpOf(t, other), dumpOf(t, m)); d != "" {
		t.Error(d)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newAuthor(2)
	a.write(40)
	prepare := func(pragma string) string {
		file := filepath.Join(t.TempDir(), "m.db")
		m := open(t, file)
		apply(t, m, a.events)
		if _, err := m.w.conn.ExecContext(ctx, pragma); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for pragma, words := range map[string]string{
		"PRAGMA user_version = 99999":  "are of version 390.159, this program knows 5.1: use the later program, or rebuild them",
		"PRAGMA application_id = 4711": "holds no read models of this program",
	} {
		file := prepare(pragma)
		_, err := Open(ctx, Config{File: file})
		var version *VersionError
		if !errors.As(err, &version) || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", pragma, err)
		}
		if _, err := os.Stat(file); err != nil {
			t.Error("the file of another is gone")
		}
	}
	m := open(t, prepare("PRAGMA user_version = 3"))
	if n, err := m.Position(ctx, "EVT"); err != nil || n != 0 || !m.Created() {
		t.Errorf("an older version was not emptied: %d, %v", n, err)
	}
	apply(t, m, a.events)
	if err := os.WriteFile(filepath.Join(t.TempDir(), "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database at all\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, Config{File: text}); !errors.Is(err, ErrDamaged) {
		t.Errorf("text: %v", err)
	}
	for _, file := range []string{"", t.TempDir(), filepath.Join(t.TempDir(), "no", "folder")} {
		if m, err := Open(ctx, Config{File: file}); err == nil {
			t.Errorf("%q was opened", file)
			_ = m.Close()
		}
	}
}

func TestEncodedBytesChangeNothing(t *testing.T) {
	t.Parallel()
	a := newAuthor(21)
	a.write(150)
	m, n := fresh(t), fresh(t)
	apply(t, m, a.events)
	for i := range a.events {
		e := &a.events[i]
		if _, unknown := e.Record.Event.(journal.Unknown); unknown || e.Record.Event == nil {
			continue // an Unknown of the story has invented bytes
		}
		var err error
		if e.Encoded, err = journal.Encode(e.Record); err != nil {
			t.Fatal(err)
		}
		e.Record, _ = journal.Decode(e.Encoded)
	}
	apply(t, n, a.events)
	if d := difference(dumpOf(t, m), dumpOf(t, n)); d != "" {
		t.Error(d)
	}
}
