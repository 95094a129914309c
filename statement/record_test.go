package statement

import (
	"testing"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/validity"
)

// The record that the tests set claims beside: flights of February 2025, made by hand so that each event has a sequence of its
// own by which a result names it.

func at(t testing.TB, text string) time.Time {
	t.Helper()
	for _, form := range []string{time.DateOnly, "2006-01-02 15:04", time.RFC3339} {
		if v, err := time.Parse(form, text); err == nil {
			return v
		}
	}
	t.Fatalf("%q is no instant", text)
	return time.Time{}
}

func day(t testing.TB, text string) Day { return Day{Time: at(t, text)} }

func period(t testing.TB, from, to string) authority.Period {
	return authority.Period{From: at(t, from), To: at(t, to)}
}

// author writes a record event by event.
type author struct {
	t        testing.TB
	record   *Memory
	sequence uint64
}

func newAuthor(t testing.TB) *author { return &author{t: t, record: &Memory{}} }

func (a *author) event(kind, id, recorded string) Event {
	a.sequence++
	return Event{Kind: kind, ID: id, Recorded: at(a.t, recorded), Sequence: a.sequence}
}

// fly adds a closed flight of two hours that begins at an instant, with every frame of its sensors seen, and its events
// recorded as it was flown.
func (a *author) fly(number, from string) *Flight {
	begin := at(a.t, from)
	end := begin.Add(2 * time.Hour)
	opened := a.event("flight.opened", number, from)
	closed := a.event("flight.closed", number, end.Format(time.RFC3339))
	a.record.All = append(a.record.All, Flight{
		Number: number, Tail: "N1", Mission: "sortie-1", From: begin, To: end, Opened: opened, Closed: &closed, Fixes: 7200, Frames: 7200, Seen: 7200,
	})
	return &a.record.All[len(a.record.All)-1]
}

// enter adds an entry from one half hour of the flight to the next.
func (a *author) enter(f *Flight, state airspace.State, verdict airspace.Verdict) *Flight {
	first, last := f.From.Add(30*time.Minute), f.From.Add(time.Hour)
	s := Stay{
		State: state, Verdict: verdict, First: first, Last: last, Depth: 42_000, DepthKnown: true,
		Entered: airspace.Interval{Earliest: first.Add(-time.Second), Latest: first}, Left: airspace.Interval{Earliest: last, Latest: last.Add(time.Second)},
		Event: a.event("entry.found", f.Number+":1", last.Format(time.RFC3339)),
	}
	if verdict == airspace.Possible {
		s.First, s.Last = time.Time{}, time.Time{}
	}
	f.Entries = append(f.Entries, s)
	return f
}

func (a *author) look(f *Flight, state airspace.State, from Vantage, resolved bool) *Flight {
	begin, end := f.From.Add(20*time.Minute), f.From.Add(40*time.Minute)
	f.Looks = append(f.Looks, Look{State: state, From: from, Resolved: resolved, Begin: begin, End: end, Event: a.event("looked.into", f.Number, end.Format(time.RFC3339))})
	return f
}

func (a *author) covers(from, to string) {
	a.record.Reach.Covered = append(a.record.Reach.Covered, Coverage{
		Operator: "DEMO", Period: validity.Period{From: at(a.t, from), To: at(a.t, to)}, How: Numbered, Event: a.event("flight.closed", "numbers", to),
	})
}

func (a *author) act(act authority.Act, recorded string) {
	a.t.Helper()
	if err := act.Check(); err != nil {
		a.t.Fatal(err)
	}
	a.sequence++
	a.record.Given.Apply(act, authority.Recorded{At: at(a.t, recorded), Sequence: a.sequence})
}

func source(title string) authority.Document {
	d := digest(title)
	return authority.Document{Title: title, SHA256: &d}
}

// said returns a whole statement with a claim, of a minister of the host state.
func said(t testing.TB, c Claim) Made {
	return Made{
		ID: "s-1", Party: "MEX/SEDENA", Speaker: Speaker{Office: "minister"}, Date: day(t, "2025-02-19"), Source: source("transcript"),
		Language: "es", Quotation: "Lo que se dijo.", Paraphrase: true, Manner: Claims, Claim: Checkable{c},
	}
}
