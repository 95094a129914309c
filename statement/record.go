package statement

import (
	"slices"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/geodesy"
	"overflight/validity"
)

// Event names what a result rests on: an event of the journal, or an act on record.
type Event struct {
	Kind     string    `json:"kind"`
	ID       string    `json:"id"`
	Recorded time.Time `json:"recorded"`
	Sequence uint64    `json:"sequence,omitempty"` // in the journal; 0 where it is not known
}

// KnownAt reports whether the event was on record at an instant.
func (e *Event) KnownAt(k time.Time) bool { return !e.Recorded.After(k) }

// Record is what statements are set beside. An implementation MUST return everything that is on record, whenever it was
// recorded, with the instant of that: Check leaves out what was not known. It MUST return the same for the same record, and be
// safe for concurrent use.
type Record interface {
	// Flights returns, by their numbers, the flights whose time meets a period, whose time is not known, or of which more was to
	// come at the instant of knowledge and which began before the end of the period. It may return more.
	Flights(p validity.Period) ([]Flight, error)
	// Flight returns a flight by its number; authority.ErrNoSuch where there is none.
	Flight(number string) (Flight, error)
	// Extent returns for which periods the record claims to be complete, and what is missing from it.
	Extent(p validity.Period) (Extent, error)
	// Papers returns what was given about flights.
	Papers() (Papers, error)
}

// Flight is a flight as it is on record.
type Flight struct {
	Number   string
	Tail     string    // registration; empty when not known
	Mission  string    // of the plan; empty when not known
	From, To time.Time // of its fixes and frames; zero when nothing had a time
	Opened   Event
	Closed   *Event // nil while it is open
	Fixes    uint64
	// Frames are the pictures of its sensors, Seen those of which it is known what ground they show.
	Frames, Seen uint64
	Entries      []Stay
	Looks        []Look
	Arms         []Arms
	Lost         []Event // data of the flight that is no longer there
}

// knownAt reports whether the flight was on record at an instant.
func (f *Flight) knownAt(k time.Time) bool { return f.Opened.KnownAt(k) }

// open reports whether more of the flight was to come, by what was known at an instant.
func (f *Flight) open(k time.Time) bool { return f.Closed == nil || !f.Closed.KnownAt(k) }

// last returns the event after which nothing more came of the flight, or that which opened it.
func (f *Flight) last(k time.Time) Event {
	if f.open(k) {
		return f.Opened
	}
	return *f.Closed
}

// meets reports whether the time of the flight has an instant in a period. What has no beginning may be at any; what has no end
// goes on.
func (f *Flight) meets(p validity.Period) bool {
	switch {
	case f.From.IsZero():
		return true
	case f.To.IsZero():
		return p.To.IsZero() || f.From.Before(p.To)
	}
	return during(p, f.From, f.To)
}

// during reports whether an instant of [from, to] lies in a period.
func during(p validity.Period, from, to time.Time) bool {
	return (p.To.IsZero() || from.Before(p.To)) && (p.From.IsZero() || !to.Before(p.From))
}

// Stay is one entry of a flight into the airspace of a state, as one event stated it.
type Stay struct {
	State         airspace.State
	Verdict       airspace.Verdict
	Entered, Left airspace.Interval
	First, Last   time.Time // of the fixes inside; zero where there is none
	Depth         geodesy.Length
	DepthKnown    bool
	Event         Event
	// Replaced is when a later event stated the entry anew; zero where none did.
	Replaced time.Time
}

func (s *Stay) knownAt(k time.Time) bool {
	return s.Event.KnownAt(k) && (s.Replaced.IsZero() || k.Before(s.Replaced))
}

// surely reports whether the aircraft was inside at some instant of a period.
func (s *Stay) surely(p validity.Period) bool {
	return s.Verdict == airspace.Entered && !s.First.IsZero() && !s.Last.IsZero() && during(p, s.First, s.Last)
}

// maybe reports whether it can have been.
func (s *Stay) maybe(p validity.Period) bool {
	from, to := s.Entered.Earliest, s.Left.Latest
	return (to.IsZero() || p.From.IsZero() || !to.Before(p.From)) && (from.IsZero() || p.To.IsZero() || from.Before(p.To))
}

// Vantage is where an aircraft was when its sensor showed the ground of a state.
type Vantage uint8

// The vantages. Unplaced is a frame without a sensor position.
const (
	Unplaced Vantage = iota
	Inside
	Outside
)

// Look is the ground of a state that a flight imaged from one vantage, as one event stated it.
type Look struct {
	State    airspace.State
	From     Vantage
	Resolved bool      // some of it was farther inside than every doubt together
	Begin    time.Time // of the frames; zero when they have no time
	End      time.Time
	Event    Event
	Replaced time.Time // as that of Stay
}

func (l *Look) knownAt(k time.Time) bool {
	return l.Event.KnownAt(k) && (l.Replaced.IsZero() || k.Before(l.Replaced))
}

// Arms is an item of the stream of a flight that says that the aircraft carried arms (ST 0601 items 60, 61 and 140).
type Arms struct {
	Item  string
	Event Event
}

// How says on what a claim of completeness rests.
type How string

// The grounds. Each is the operator's word.
const (
	Numbered How = "numbered"  // flights are numbered without gaps, as they are flown
	NoFlight How = "no-flight" // declared for a day
	Stated   How = "stated"    // by a Complete
)

// Coverage is a period for which the record claims to have all flights of an operator.
type Coverage struct {
	Operator string
	Period   validity.Period
	How      How
	Flights  int // that the word says there are, none for NoFlight; it does not hold where the record has another number
	Event    Event
}

// Hole is a period of which data is no longer there, or was never taken in.
type Hole struct {
	Period validity.Period // zero when not known
	Event  Event
}

// Extent is how far a record claims to go.
type Extent struct {
	Covered []Coverage
	Holes   []Hole
}

// Papers are the acts about flights that claims are set beside.
type Papers struct {
	Notices      []authority.Entry[authority.NoticeSent]
	Delivered    []authority.Entry[authority.NoticeDelivered]
	Acknowledged []authority.Entry[authority.NoticeAcknowledged]
	Disputed     []authority.Entry[authority.NoticeDisputed]
	Loadouts     []authority.Entry[authority.LoadoutAttested]
	Inspected    []authority.Entry[authority.LoadoutInspected]
	Requests     []authority.Entry[authority.RequestMade]
	Bases        []authority.Entry[authority.BasisStated]
}

// Apply adds an act that is on record. Acts of kinds that no claim is set beside are left out.
func (p *Papers) Apply(a authority.Act, rec authority.Recorded) {
	switch a := a.(type) {
	case authority.NoticeSent:
		p.Notices = append(p.Notices, authority.Entry[authority.NoticeSent]{Act: a, Recorded: rec})
	case authority.NoticeDelivered:
		p.Delivered = append(p.Delivered, authority.Entry[authority.NoticeDelivered]{Act: a, Recorded: rec})
	case authority.NoticeAcknowledged:
		p.Acknowledged = append(p.Acknowledged, authority.Entry[authority.NoticeAcknowledged]{Act: a, Recorded: rec})
	case authority.NoticeDisputed:
		p.Disputed = append(p.Disputed, authority.Entry[authority.NoticeDisputed]{Act: a, Recorded: rec})
	case authority.LoadoutAttested:
		p.Loadouts = append(p.Loadouts, authority.Entry[authority.LoadoutAttested]{Act: a, Recorded: rec})
	case authority.LoadoutInspected:
		p.Inspected = append(p.Inspected, authority.Entry[authority.LoadoutInspected]{Act: a, Recorded: rec})
	case authority.RequestMade:
		p.Requests = append(p.Requests, authority.Entry[authority.RequestMade]{Act: a, Recorded: rec})
	case authority.BasisStated:
		p.Bases = append(p.Bases, authority.Entry[authority.BasisStated]{Act: a, Recorded: rec})
	case authority.ActCorrected:
		p.correct(a, rec.At)
	}
}

func (p *Papers) correct(a authority.ActCorrected, at time.Time) {
	switch a.Of {
	case authority.KindNoticeSent:
		takeBack(p.Notices, a.ID, at)
	case authority.KindNoticeDelivered:
		takeBack(p.Delivered, a.ID, at)
	case authority.KindNoticeAcknowledged:
		takeBack(p.Acknowledged, a.ID, at)
	case authority.KindNoticeDisputed:
		takeBack(p.Disputed, a.ID, at)
	case authority.KindLoadoutAttested:
		takeBack(p.Loadouts, a.ID, at)
	case authority.KindLoadoutInspected:
		takeBack(p.Inspected, a.ID, at)
	case authority.KindRequestMade:
		takeBack(p.Requests, a.ID, at)
	case authority.KindBasisStated:
		takeBack(p.Bases, a.ID, at)
	default: // no claim is set beside it
	}
}

func takeBack[A authority.Act](all []authority.Entry[A], id string, at time.Time) {
	for i := len(all) - 1; i >= 0; i-- {
		if e := &all[i]; e.Act.Ident() == id && e.Corrected.IsZero() {
			e.Corrected = at
			return
		}
	}
}

// known returns the entries that were on record at an instant.
func known[A authority.Act](all []authority.Entry[A], k time.Time) []*authority.Entry[A] {
	var out []*authority.Entry[A]
	for i := range all {
		if all[i].KnownAt(k) {
			out = append(out, &all[i])
		}
	}
	return out
}

func eventOf[A authority.Act](e *authority.Entry[A]) Event {
	return Event{Kind: string(e.Act.Kind()), ID: e.Act.Ident(), Recorded: e.Recorded.At, Sequence: e.Recorded.Sequence}
}

// uncovered returns the parts of a period for which the record did not claim, at an instant, to be complete; the claims that
// do not hold because the record has another number of flights; and those that hold. flights returns how many flights the
// record has in a period.
func (x *Extent) uncovered(p validity.Period, k time.Time, flights func(validity.Period) (int, error)) (open []validity.Period, broken, held []Coverage, err error) {
	open = []validity.Period{p}
	for i := range x.Covered {
		c := &x.Covered[i]
		if _, meet := c.Period.Intersect(p); !meet || !c.Event.KnownAt(k) {
			continue
		}
		if c.How != Numbered {
			n, err := flights(c.Period)
			if err != nil {
				return nil, nil, nil, err
			}
			if n != c.Flights {
				broken = append(broken, *c)
				continue
			}
		}
		held = append(held, *c)
		open = without(open, c.Period)
	}
	for i := range x.Holes {
		h := &x.Holes[i]
		if part, meet := h.Period.Intersect(p); meet && h.Event.KnownAt(k) {
			open = append(without(open, part), part)
		}
	}
	slices.SortFunc(open, func(a, b validity.Period) int { return a.From.Compare(b.From) })
	return open, broken, held, nil
}

// without takes a period out of others.
func without(from []validity.Period, p validity.Period) []validity.Period {
	var out []validity.Period
	for _, q := range from {
		if _, meet := q.Intersect(p); !meet {
			out = append(out, q)
			continue
		}
		if !p.From.IsZero() && (q.From.IsZero() || q.From.Before(p.From)) {
			out = append(out, validity.Period{From: q.From, To: p.From})
		}
		if !p.To.IsZero() && (q.To.IsZero() || p.To.Before(q.To)) {
			out = append(out, validity.Period{From: p.To, To: q.To})
		}
	}
	return out
}
