package designation

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Report is what an edition changes against the one that precedes it by date.
type Report struct {
	// Already is the edition that is on record with the same files, or with the same date and content: there is
	// nothing to record, and no act.
	Already *Edition
	Against *Edition // nil for the first of its list
	Listed  int      // organisations in the edition
	Rows    Tally
	Keys    KeyChanges
	Names   []NameChange
}

// Tally counts organisations.
type Tally struct{ Added, Changed, Removed int }

// KeyChanges are designations. Changed are those of which the name, an alias, a place or the day changed.
type KeyChanges struct{ Added, Changed, Removed []Key }

// NameChange is a name that came, went or took the place of another: Before is empty for one that came, After
// for one that went.
type NameChange struct {
	Entity  Entity
	Primary bool
	Before  string
	After   string
}

// mostListed bounds the organisations of an edition.
const mostListed = 200_000

// mostPart is how many bytes of changes go into one act, so that it fits a message of the journal.
const mostPart = 384 << 10

// Import compares an edition with what is on record and returns the acts by which it is put there, to be applied
// in their order, all of them or none. An error of rows, a row that is not good, or a number twice refuses the
// edition as a whole. The register is not changed.
//
// The same files again, or the same content under the same date, give no act. Rows may come in any order.
func (r *Register) Import(rows iter.Seq2[Row, error], e Edition) ([]Imported, Report, error) {
	var report Report
	if err := e.Check(); err != nil {
		return nil, report, err
	}
	l := r.lists[e.List]
	if l == nil {
		l = &list{}
	}
	for _, o := range l.editions {
		if slices.Equal(o.digests(), e.digests()) {
			report.Already, report.Listed = &o.Edition, o.listed
			return nil, report, nil
		}
	}
	now, err := collect(rows)
	if err != nil {
		return nil, report, err
	}
	report.Listed = len(now)
	base := len(l.editions) - 1
	changes := l.diff(base, now)
	var against *edition
	for _, o := range l.byTime {
		if o.from.After(e.From()) {
			break
		}
		against = o
	}
	told := changes
	switch {
	case against == nil:
		told = l.diff(-1, now)
	case against.ordinal != base:
		told = l.diff(against.ordinal, now)
	}
	if against != nil {
		if len(told) == 0 && against.Document.Equal(e.Document) && against.from.Equal(e.From()) {
			report.Already = &against.Edition
			return nil, report, nil
		}
		report.Against = &against.Edition
		l.tell(&report, e.List, against.ordinal, told)
	} else {
		l.tell(&report, e.List, -1, told)
	}
	acts, err := parts(e, l.last(), len(now), changes)
	return acts, report, err
}

// collect takes in all rows or none.
func collect(rows iter.Seq2[Row, error]) (map[string]*Row, error) {
	now := map[string]*Row{}
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		if err := row.Check(); err != nil {
			return nil, err
		}
		if now[row.ID] != nil {
			return nil, fault("row "+row.ID, row.ID, "each number once in an edition")
		}
		if len(now) == mostListed {
			return nil, fault("rows", "", fmt.Sprintf("at most %d", mostListed))
		}
		row = row.normal()
		now[row.ID] = &row
	}
	if len(now) == 0 {
		return nil, fault("rows", "none", "at least one organisation")
	}
	return now, nil
}

// diff returns the changes that make the edition of an ordinal into the rows given, in the order of numbers.
func (l *list) diff(ordinal int, now map[string]*Row) []Change {
	var out []Change
	for id, row := range now {
		switch before := l.entities[id].at(ordinal); {
		case before == nil:
			out = append(out, Change{Op: OpAdded, Row: *row})
		case !before.equal(row):
			out = append(out, Change{Op: OpChanged, Row: *row})
		}
	}
	for id, e := range l.entities {
		if e.at(ordinal) != nil && now[id] == nil {
			out = append(out, Change{Op: OpRemoved, Row: Row{ID: id}})
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return byNumber(a.Row.ID, b.Row.ID) })
	return out
}

// byNumber orders numbers of one length as text: 9 comes before 10.
func byNumber(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }

// tell fills the report.
func (l *list) tell(report *Report, in List, ordinal int, changes []Change) {
	for i := range changes {
		c := &changes[i]
		e := Entity{List: in, ID: c.Row.ID}
		before, after := l.entities[c.Row.ID].at(ordinal), &c.Row
		switch c.Op {
		case OpAdded:
			report.Rows.Added++
			before = &Row{}
		case OpChanged:
			report.Rows.Changed++
		case OpRemoved:
			report.Rows.Removed++
			after = &Row{}
		}
		key := func(p string) Key { return Key{List: in, ID: c.Row.ID, Programme: p} }
		for _, p := range after.Programmes {
			if !slices.Contains(before.Programmes, p) {
				report.Keys.Added = append(report.Keys.Added, key(p))
			} else {
				report.Keys.Changed = append(report.Keys.Changed, key(p))
			}
		}
		for _, p := range before.Programmes {
			if !slices.Contains(after.Programmes, p) {
				report.Keys.Removed = append(report.Keys.Removed, key(p))
			}
		}
		if before.Name != after.Name {
			report.Names = append(report.Names, NameChange{Entity: e, Primary: true, Before: before.Name, After: after.Name})
		}
		has := func(r *Row, text string) bool {
			return slices.ContainsFunc(r.Aliases, func(n Name) bool { return n.Text == text })
		}
		for _, n := range after.Aliases {
			if !has(before, n.Text) {
				report.Names = append(report.Names, NameChange{Entity: e, After: n.Text})
			}
		}
		for _, n := range before.Aliases {
			if !has(after, n.Text) {
				report.Names = append(report.Names, NameChange{Entity: e, Before: n.Text})
			}
		}
	}
	// A row of which only its programmes changed leaves the designations that stayed as they were.
	report.Keys.Changed = slices.DeleteFunc(report.Keys.Changed, func(k Key) bool {
		i, _ := slices.BinarySearchFunc(changes, k.ID, func(c Change, id string) int { return byNumber(c.Row.ID, id) })
		before, after := l.entities[k.ID].at(ordinal), changes[i].Row
		after.Programmes = before.Programmes
		return before.equal(&after)
	})
}

var errPart = errors.New("a change is longer than a part")

// parts writes the changes into as many acts as they need, at least one.
func parts(e Edition, base string, listed int, changes []Change) ([]Imported, error) {
	out := []Imported{{Edition: e, Base: base, Listed: listed}}
	size := 0
	for _, c := range changes {
		document, err := marshal(c)
		if err != nil {
			return nil, fmt.Errorf("row %s: %w", c.Row.ID, err)
		}
		if len(document) > mostPart {
			return nil, fmt.Errorf("row %s: %w", c.Row.ID, errPart)
		}
		if size+len(document)+1 > mostPart {
			out = append(out, Imported{Edition: e, Base: base, Listed: listed})
			size = 0
		}
		size += len(document) + 1
		last := &out[len(out)-1]
		last.Changes = append(last.Changes, c)
	}
	for i := range out {
		out[i].Part, out[i].Parts = i+1, len(out)
	}
	return out, nil
}
