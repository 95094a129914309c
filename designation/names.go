package designation

import (
	"slices"
	"strings"
	"time"

	"overflight/validity"
)

// Naming is a name of an organisation with its history: none is ever forgotten.
type Naming struct {
	Name
	Primary bool // the list or a notice has it as the name, not as an alias
	// First and Last are the earliest and the latest edition or notice that has it.
	First, Last Mention
}

// Mention is where a name stands.
type Mention struct {
	Source string // identifier of the edition or the notice
	At     time.Time
	Known  time.Time
}

// Names returns every name of an organisation that was known at an instant, primary names first, the latest
// before the earlier.
func (r *Register) Names(of Entity, known time.Time) []Naming {
	var out []Naming
	add := func(n Name, primary bool, m Mention) {
		for i := range out {
			if o := &out[i]; o.Text == n.Text && o.Primary == primary {
				if m.At.Before(o.First.At) {
					o.First = m
				}
				if !m.At.Before(o.Last.At) {
					o.Last, o.Kind = m, n.Kind
				}
				return
			}
		}
		out = append(out, Naming{Name: n, Primary: primary, First: m, Last: m})
	}
	if l := r.lists[of.List]; l != nil {
		for _, e := range l.byTime {
			row := l.entities[of.ID].at(e.ordinal)
			if row == nil || e.record.Known.After(known) {
				continue
			}
			m := Mention{Source: e.ident, At: e.from, Known: e.record.Known}
			add(Name{Text: row.Name}, true, m)
			for _, a := range row.Aliases {
				add(a, false, m)
			}
		}
	}
	for _, n := range r.byEntity[of] {
		if !n.known(known) {
			continue
		}
		m := Mention{Source: n.ID, At: n.Effective, Known: n.record.Known}
		if n.Name != "" {
			add(Name{Text: n.Name}, true, m)
		}
		for _, a := range n.Aliases {
			add(a, false, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Naming) int {
		if a.Primary != b.Primary {
			if a.Primary {
				return -1
			}
			return 1
		}
		if c := b.Last.At.Compare(a.Last.At); c != 0 {
			return c
		}
		return strings.Compare(a.Text, b.Text)
	})
	return out
}

// NameAt returns the primary name of an organisation at an instant as known at another: that of the last edition
// or notice before it, else of the first after it. False when none was known.
func (r *Register) NameAt(of Entity, at validity.AsOf) (string, bool) {
	var name string
	var from time.Time
	consider := func(text string, t time.Time) {
		if text == "" {
			return
		}
		later, past := t.After(at.Valid), !from.After(at.Valid)
		switch {
		case name == "", later && !past && t.Before(from), !later && (!past || !t.Before(from)):
			name, from = text, t
		}
	}
	for _, n := range r.byEntity[of] {
		if n.known(at.Known) {
			consider(n.Name, n.Effective)
		}
	}
	if l := r.lists[of.List]; l != nil {
		for _, e := range l.byTime {
			if row := l.entities[of.ID].at(e.ordinal); row != nil && !e.record.Known.After(at.Known) {
				consider(row.Name, e.from)
			}
		}
	}
	return name, name != ""
}

// Row returns an organisation as the last edition before an instant has it, by what was known at another; false
// when that edition has it not.
func (r *Register) Row(of Entity, at validity.AsOf) (Row, bool) {
	q := question{at: at, list: r.lists[of.List]}
	before, _ := q.around(validity.Period{})
	if before == nil {
		return Row{}, false
	}
	row := q.list.entities[of.ID].at(before.ordinal)
	if row == nil {
		return Row{}, false
	}
	return *row, true
}
