package node

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/account"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/statement"
)

// TestRuns: the numbers of flights tell that none was flown between two only where both were recorded as they were flown, were
// closed, and follow each other.
func TestRuns(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	flight := func(number uint32, day int, opened time.Duration) sqlite.Flight {
		from := begin.AddDate(0, 0, day)
		return sqlite.Flight{
			Sortie: journal.Sortie{Operator: "DEMO", Year: 2026, Number: number}, State: sqlite.Closed, From: from, To: from.Add(time.Hour),
			Opened: journal.FlightOpened{At: from.Add(opened)}, Closed: journal.FlightClosed{At: from.Add(opened + time.Hour)},
		}
	}
	open := flight(6, 9, time.Second)
	open.State = sqlite.Opened
	all := []sqlite.Flight{
		flight(1, 0, time.Second), flight(2, 1, time.Minute), // recorded as they were flown
		flight(3, 2, 1000*time.Hour),                         // read from a file long after
		flight(5, 4, time.Second), flight(7, 6, time.Second), // between them are others
		open,
	}
	var got []string
	for _, c := range runs("DEMO", all) {
		got = append(got, c.Event.ID+" "+c.Event.Kind+" "+c.Period.From.Format("02 15h")+"-"+c.Period.To.Format("02 15h"))
	}
	want := []string{
		"DEMO-2026-0001 flight.closed 01 12h-01 13h", "DEMO-2026-0002 flight.opened 01 12h-02 12h", "DEMO-2026-0002 flight.closed 02 12h-02 13h",
		"DEMO-2026-0005 flight.closed 05 12h-05 13h", "DEMO-2026-0007 flight.closed 07 12h-07 13h",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got): %s", d)
	}
}

// TestLooksOf: of several intervals that one is resolved which holds the deepest point, and ground of no state is no look into one.
func TestLooksOf(t *testing.T) {
	t.Parallel()
	at := func(m int) time.Time { return time.Date(2026, 3, 1, 12, m, 0, 0, time.UTC) }
	e := journal.LookedInto{Source: "s", Look: account.Look{
		State: "MEX", From: account.Outside, Resolved: true, Deepest: account.Deepest{Known: true, Time: at(12)},
		Intervals: []account.Interval{{From: at(0), To: at(5)}, {From: at(10), To: at(15)}},
	}}
	got := looksOf("DEMO-2026-0001", &e, 7)
	if len(got) != 2 || got[0].Resolved || !got[1].Resolved || got[0].From != statement.Outside || got[1].Event.ID != "DEMO-2026-0001/s/MEX/outside" {
		t.Errorf("%+v", got)
	}
	e.Look.State = ""
	if got := looksOf("DEMO-2026-0001", &e, 7); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
