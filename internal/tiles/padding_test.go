package tiles_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"overflight/internal/tiles"
	"overflight/transparency"
)

func TestPadder(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, c := range []struct {
		perDay uint32
		base   uint64
		since  time.Duration
		leaves uint64
		due    uint64
		ahead  uint64
	}{
		{1440, 0, -time.Hour, 0, 0, 0},
		{1440, 0, 0, 0, 0, 0},
		{1440, 0, time.Minute - 1, 0, 0, 0},
		{1440, 0, time.Minute, 0, 1, 0},
		{1440, 0, day, 1440, 0, 0},
		{1440, 0, day, 1400, 40, 0},
		{1440, 0, day, 1441, 0, 1},
		{1440, 50, day, 50, 1440, 0},
		{7, 3, 365 * day, 0, 3 + 7*365, 0},
		{0, 9, 365 * day, 9, 0, 0},
		{1<<32 - 1, 0, 100 * 365 * day, 0, (1<<32 - 1) * 36500, 0},
	} {
		p := tiles.Padder{Start: noon, Base: c.base, PerDay: c.perDay}
		if due := p.Due(noon.Add(c.since), c.leaves); due != c.due {
			t.Errorf("%+v: due %d", c, due)
		}
		if ahead := p.Ahead(noon.Add(c.since), c.leaves); ahead != c.ahead {
			t.Errorf("%+v: ahead %d", c, ahead)
		}
	}
}

// TestPadderHidesFlyingHours pads a day that flew and one that did not: every minute, the ledger is
// the same length.
func TestPadderHidesFlyingHours(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	p := tiles.Padder{Start: noon, PerDay: 8640}
	var quiet, busy uint64
	for minute := range 3 * 1440 {
		at := noon.Add(time.Duration(minute) * time.Minute)
		quiet += p.Due(at, quiet)
		// Events come between two instants of padding, never more than the schedule has room for.
		if minute%1440 > 600 && minute%1440 < 1100 {
			room := p.Due(at, busy)
			busy += min(room, uint64(random.IntN(5)))
		}
		busy += p.Due(at, busy)
		if quiet != busy {
			t.Fatalf("minute %d: %d leaves without a flight, %d with", minute, quiet, busy)
		}
	}
	if quiet != p.Scheduled(noon.Add((3*1440-1)*time.Minute)) {
		t.Errorf("%d leaves in three days", quiet)
	}
}

func TestPadderNext(t *testing.T) {
	t.Parallel()
	for _, perDay := range []uint32{1, 7, 1440, 8640, 1 << 31} {
		p := tiles.Padder{Start: noon, Base: 5, PerDay: perDay}
		for _, leaves := range []uint64{0, 5, 6, 1000, 12345} {
			at, ok := p.Next(leaves)
			if !ok {
				t.Fatalf("%d a day, %d leaves: never", perDay, leaves)
			}
			if leaves >= p.Base && p.Due(at.Add(-1), leaves) != 0 {
				t.Errorf("%d a day, %d leaves: due before %v", perDay, leaves, at)
			}
			if p.Due(at, leaves) == 0 {
				t.Errorf("%d a day, %d leaves: not due at %v", perDay, leaves, at)
			}
		}
	}
	if _, ok := (tiles.Padder{}).Next(3); ok {
		t.Error("a schedule without growth has a next leaf")
	}
}

func TestPad(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	event := transparency.Opening{Salt: transparency.Salt{1}, Kind: transparency.KindSegment, Body: []byte(`{"flight":7}`)}
	e, err := event.Entry()
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		o, b, err := tiles.Pad()
		if err != nil {
			t.Fatal(err)
		}
		entry, err := transparency.ParseEntry(b)
		if err != nil {
			t.Fatal(err)
		}
		if !o.IsPadding() || o.Opens(entry) != nil {
			t.Error("an auditor cannot open it")
		}
		if len(b) != len(e.Bytes()) {
			t.Error("its length tells it from an event")
		}
		if seen[string(b)] {
			t.Error("made twice")
		}
		seen[string(b)] = true
	}
}
