package statement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"overflight/authority"
	"overflight/validity"
)

// Entry is a statement on record.
type Entry = authority.Entry[Made]

// Ledger is the fold of statements in the order in which they were recorded. Nothing in it is overwritten: a question names
// the instant by whose knowledge it is answered. It is read by any number at once, and written by one.
type Ledger struct {
	made     []Entry
	byID     map[string][]int
	complete []authority.Entry[Complete]
	taken    map[string]authority.Entry[Corrected]
}

// NewLedger returns a ledger without statements.
func NewLedger() *Ledger {
	return &Ledger{byID: map[string][]int{}, taken: map[string]authority.Entry[Corrected]{}}
}

// Admit reports whether Apply would put an act on record, and changes nothing: authority.ErrExists where another document has
// its identifier, authority.ErrNoSuch where it names a statement that is not on record.
func (l *Ledger) Admit(a authority.Act, rec authority.Recorded) error {
	_, err := l.admit(a, rec)
	return err
}

// admit returns what Apply does; nil where the same document is on record already.
func (l *Ledger) admit(a authority.Act, rec authority.Recorded) (func(), error) {
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	switch a := a.(type) {
	case Made:
		return l.admitMade(a, rec)
	case Corrected:
		i, ok := l.standing(a.Statement)
		if !ok {
			if was, taken := l.taken[a.Statement]; taken && was.Recorded.Digest == rec.Digest {
				return func() {}, nil
			}
			return nil, fmt.Errorf("%w: statement %s", authority.ErrNoSuch, a.Statement)
		}
		if a.Replacement != "" {
			if _, ok := l.standing(a.Replacement); !ok {
				return nil, fmt.Errorf("%w: statement %s", authority.ErrNoSuch, a.Replacement)
			}
		}
		return func() {
			l.made[i].Corrected = rec.At
			l.taken[a.Statement] = authority.Entry[Corrected]{Act: a, Recorded: rec}
		}, nil
	case Complete:
		for i := range l.complete {
			if e := &l.complete[i]; e.Act.ID == a.ID {
				if e.Recorded.Digest == rec.Digest {
					return func() {}, nil
				}
				return nil, fmt.Errorf("%w: %s %s", authority.ErrExists, a.Kind(), a.ID)
			}
		}
		return func() { l.complete = append(l.complete, authority.Entry[Complete]{Act: a, Recorded: rec}) }, nil
	}
	return nil, fmt.Errorf("%w: %q", authority.ErrKind, string(a.Kind()))
}

func (l *Ledger) admitMade(a Made, rec authority.Recorded) (func(), error) {
	if i, ok := l.standing(a.ID); ok {
		if l.made[i].Recorded.Digest == rec.Digest {
			return func() {}, nil
		}
		return nil, fmt.Errorf("%w: statement %s", authority.ErrExists, a.ID)
	}
	if a.Answers != "" {
		if _, ok := l.standing(a.Answers); !ok {
			return nil, fmt.Errorf("%w: statement %s, which %s answers", authority.ErrNoSuch, a.Answers, a.ID)
		}
	}
	if a.Supersede != "" {
		i, ok := l.standing(a.Supersede)
		if !ok {
			return nil, fmt.Errorf("%w: statement %s, which %s supersedes", authority.ErrNoSuch, a.Supersede, a.ID)
		}
		if of := l.made[i].Act.Party; of.State() != a.Party.State() {
			return nil, fmt.Errorf("%s: %w", a.Kind(), fault("supersedes", a.Supersede, "a statement of "+string(a.Party.State())+", not of "+string(of)))
		}
	}
	return func() {
		l.byID[a.ID] = append(l.byID[a.ID], len(l.made))
		l.made = append(l.made, Entry{Act: a, Recorded: rec})
	}, nil
}

// standing returns the statement of an identifier that was not taken back.
func (l *Ledger) standing(id string) (int, bool) {
	of := l.byID[id]
	if n := len(of); n > 0 && l.made[of[n-1]].Corrected.IsZero() {
		return of[n-1], true
	}
	return 0, false
}

// Apply puts an act on record. It changes nothing when it returns an error; the same document recorded again is none.
func (l *Ledger) Apply(a authority.Act, rec authority.Recorded) error {
	do, err := l.admit(a, rec)
	if err == nil {
		do()
	}
	return err
}

// Filter chooses statements. Zero fields choose all.
type Filter struct {
	Party  authority.Party // a state chooses its offices too
	Manner Manner
	Flight string // that it names
}

func (f *Filter) holds(a *Made) bool {
	return (f.Party == "" || f.Party == a.Party || f.Party == authority.Party(a.Party.State())) &&
		(f.Manner == "" || f.Manner == a.Manner) && (f.Flight == "" || slices.Contains(a.About.Flights, f.Flight))
}

// List returns the statements that were on record at an instant and not taken back by then, by the day on which they were
// made, and of one day in the order of recording.
func (l *Ledger) List(f Filter, known time.Time) []Entry {
	var out []Entry
	for i := range l.made {
		if e := &l.made[i]; e.KnownAt(known) && f.holds(&e.Act) {
			out = append(out, l.seen(e, known))
		}
	}
	slices.SortStableFunc(out, func(a, b Entry) int { return a.Act.Date.Compare(b.Act.Date.Time) })
	return out
}

// seen hides a correction that was not known yet.
func (*Ledger) seen(e *Entry, known time.Time) Entry {
	out := *e
	if out.Corrected.After(known) {
		out.Corrected = time.Time{}
	}
	return out
}

// Find returns the statement of an identifier that was on record at an instant, authority.ErrNoSuch where there was none.
func (l *Ledger) Find(id string, known time.Time) (Entry, error) {
	of := l.byID[id]
	for i := len(of) - 1; i >= 0; i-- {
		if e := &l.made[of[i]]; e.KnownAt(known) {
			return l.seen(e, known), nil
		}
	}
	return Entry{}, fmt.Errorf("%w: statement %s", authority.ErrNoSuch, id)
}

// Taken returns the statements that were taken back by an instant, and why.
func (l *Ledger) Taken(known time.Time) []authority.Entry[Corrected] {
	var out []authority.Entry[Corrected]
	for _, e := range l.taken {
		if !e.Recorded.At.After(known) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b authority.Entry[Corrected]) int {
		if c := a.Recorded.At.Compare(b.Recorded.At); c != 0 {
			return c
		}
		return strings.Compare(a.Act.Statement, b.Act.Statement)
	})
	return out
}

// Complete returns what operators said of the completeness of the record, by an instant.
func (l *Ledger) Complete(known time.Time) []authority.Entry[Complete] {
	var out []authority.Entry[Complete]
	for i := range l.complete {
		if e := &l.complete[i]; e.KnownAt(known) {
			out = append(out, *e)
		}
	}
	return out
}

// SameMatter returns the other statements that were on record at an instant and are on the matter of one: that it answers,
// supersedes, or is answered or superseded by; that name a flight that it names; or that are of the same state and of a period
// that meets its own. They are for showing side by side, whatever they say.
func (l *Ledger) SameMatter(id string, known time.Time) ([]Entry, error) {
	of, err := l.Find(id, known)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, e := range l.List(Filter{}, known) {
		if e.Act.ID != id && sameMatter(&of.Act, &e.Act) {
			out = append(out, e)
		}
	}
	return out, nil
}

func sameMatter(a, b *Made) bool {
	if a.Answers == b.ID || b.Answers == a.ID || a.Supersede == b.ID || b.Supersede == a.ID {
		return true
	}
	for _, f := range a.About.Flights {
		if slices.Contains(b.About.Flights, f) {
			return true
		}
	}
	s, t := state(a.Claim.Claim), state(b.Claim.Claim)
	if s == "" || s != t {
		return false
	}
	p, okP := a.Span()
	q, okQ := b.Span()
	if !okP || !okQ {
		return false
	}
	_, meet := p.Intersect(q)
	return meet
}

// Span is the time that a statement is of; false where it is of flights only.
func (a *Made) Span() (validity.Period, bool) {
	switch c := a.Claim.Claim.(type) {
	case BeganBy:
		return validity.Period{To: c.Date.AddDate(0, 0, 1)}, true
	case SteppedUpSince:
		before, since := c.windows()
		return validity.Period{From: before.From, To: since.To}, true
	}
	p := a.period()
	return p.Valid(), p != (authority.Period{})
}
