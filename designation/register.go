package designation

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"overflight/evidence"
)

// What Apply refuses. Each is wrapped in one line that says which act and why.
var (
	// ErrExists: an act of the same kind with the same identifier is on record.
	ErrExists = errors.New("designation: on record already")
	// ErrNoSuch: the act names another that is not on record.
	ErrNoSuch = errors.New("designation: not on record")
	// ErrOrder: a part of an edition without the one before it, or an edition against another than the last.
	ErrOrder = errors.New("designation: out of order")
)

// Register is the fold of acts in the order in which they were recorded. It may be read by any number at once, but
// not while an act is applied: who writes keeps readers out.
type Register struct {
	shipped  func(evidence.Digest) bool
	notices  map[string]*notice
	others   map[string]bool // identifiers of Expected and Picked, behind their kind
	byKey    map[Key][]*notice
	byEntity map[Entity][]*notice
	expected map[Key][]Record
	picked   map[Entity][]Record
	lists    map[List]*list
	index    index
}

// notice is a Noticed on record.
type notice struct {
	Noticed
	record   Record
	does     Relation  // of a correction: what the notice does that it stands for
	replaced time.Time // from when a correction of it is known; zero when there is none
	order    int
	shipped  bool // of a fact file that counts as such
}

// known reports whether the notice counts by what was known at k.
func (n *notice) known(k time.Time) bool {
	return !n.record.Known.After(k) && (n.replaced.IsZero() || k.Before(n.replaced)) && !n.Void
}

// list is the editions of one list and the organisations that any of them has.
type list struct {
	editions []*edition // in the order of recording
	byTime   []*edition // by From, then by recording
	entities map[string]*entity
	pending  []Imported // the parts of an edition that is not closed
}

// edition is a closed edition. Its rows are in the entities.
type edition struct {
	Edition
	ident   string
	ordinal int
	from    time.Time
	record  Record // without changes
	listed  int
	// replaced is from when an edition that corrects this one is known; zero when there is none.
	replaced time.Time
}

// known reports whether the edition counts by what was known at k.
func (e *edition) known(k time.Time) bool {
	return !e.record.Known.After(k) && (e.replaced.IsZero() || k.Before(e.replaced))
}

// entity is one organisation: its row from one edition on, in the order of recording.
type entity struct {
	versions []version
}

type version struct {
	ordinal int  // of the edition
	row     *Row // nil: not in it
}

// at returns the row in the edition of an ordinal, nil when it has none.
func (e *entity) at(ordinal int) *Row {
	if e == nil {
		return nil
	}
	for i := len(e.versions) - 1; i >= 0; i-- { // few: an organisation changes a handful of times
		if e.versions[i].ordinal <= ordinal {
			return e.versions[i].row
		}
	}
	return nil
}

// New returns a register without acts. Shipped tells the fact files that count as such: a notice that names any
// other is known from when it was recorded, so that nobody can put knowledge back in time. It may be nil.
func New(shipped func(evidence.Digest) bool) *Register {
	return &Register{
		shipped: shipped,
		notices: map[string]*notice{}, others: map[string]bool{},
		byKey: map[Key][]*notice{}, byEntity: map[Entity][]*notice{},
		expected: map[Key][]Record{}, picked: map[Entity][]Record{},
		lists: map[List]*list{}, index: index{seen: map[indexed]bool{}},
	}
}

// Apply adds an act that was recorded at an instant. An act that is refused leaves the register as it was.
func (r *Register) Apply(a Act, recorded time.Time) error {
	if err := a.Check(); err != nil {
		return err
	}
	if err := checkInstant("recorded", recorded, true); err != nil {
		return err
	}
	record := Record{Act: a, Recorded: recorded, Known: recorded}
	switch a := a.(type) {
	case Noticed:
		return r.notice(a, record)
	case Expected:
		if err := r.once(a); err != nil {
			return err
		}
		r.expected[a.Key] = append(r.expected[a.Key], record)
	case Picked:
		if err := r.once(a); err != nil {
			return err
		}
		r.picked[a.Entity] = append(r.picked[a.Entity], record)
	case Imported:
		return r.imported(a, record)
	}
	return nil
}

func (r *Register) once(a Act) error {
	id := string(a.Kind()) + " " + a.Ident()
	if r.others[id] {
		return fmt.Errorf("%w: %s", ErrExists, id)
	}
	r.others[id] = true
	return nil
}

func (r *Register) notice(a Noticed, record Record) error {
	if _, twice := r.notices[a.ID]; twice {
		return fmt.Errorf("%w: notice %s", ErrExists, a.ID)
	}
	n := &notice{Noticed: a, record: record, does: a.Relation, order: len(r.notices)}
	n.shipped = a.FactFile != (evidence.Digest{}) && r.shipped != nil && r.shipped(a.FactFile)
	if n.shipped && a.Public.Before(record.Recorded) {
		n.record.Known = a.Public
	}
	if a.Relation == RelationCorrected {
		before, ok := r.notices[a.Corrects]
		if !ok {
			return fmt.Errorf("%w: notice %s, which %s corrects", ErrNoSuch, a.Corrects, a.ID)
		}
		if !before.replaced.IsZero() {
			return fmt.Errorf("%w: notice %s is corrected by another: correct that one", ErrExists, a.Corrects)
		}
		n.does = before.does
		if !a.Until.IsZero() && n.does != RelationStayed {
			return fault("until", a.Until.Format(time.RFC3339), "nothing: "+a.Corrects+" is no stay")
		}
		before.replaced = n.record.Known
	}
	r.notices[a.ID] = n
	byEffective := func(x, y *notice) int { return cmp.Or(x.Effective.Compare(y.Effective), cmp.Compare(x.order, y.order)) }
	insert := func(all []*notice) []*notice {
		i, _ := slices.BinarySearchFunc(all, n, byEffective)
		return slices.Insert(all, i, n)
	}
	r.byKey[a.Key] = insert(r.byKey[a.Key])
	r.byEntity[a.Key.Entity()] = insert(r.byEntity[a.Key.Entity()])
	r.index.add(a.Key.Entity(), a.Name)
	for _, alias := range a.Aliases {
		r.index.add(a.Key.Entity(), alias.Text)
	}
	return nil
}

// imported keeps the parts of an edition until the last one closes it. A first part begins anew: what an import
// that broke off has left is nothing.
func (r *Register) imported(a Imported, record Record) error {
	l := r.lists[a.Edition.List]
	if l == nil {
		l = &list{entities: map[string]*entity{}}
	}
	ident := a.Edition.Ident()
	if l.edition(ident) != nil {
		return fmt.Errorf("%w: edition %s", ErrExists, ident)
	}
	if a.Edition.Corrects != "" {
		switch wrong := l.edition(a.Edition.Corrects); {
		case wrong == nil:
			return fmt.Errorf("%w: edition %s, which %s corrects", ErrNoSuch, shown(a.Edition.Corrects), ident)
		case !wrong.replaced.IsZero():
			return fmt.Errorf("%w: edition %s is corrected by another: correct that one", ErrExists, wrong.ident)
		}
	}
	if base := l.last(); a.Base != base {
		return fmt.Errorf("%w: edition %s is told against %q, the last on record is %q", ErrOrder, ident, shown(a.Base), base)
	}
	if a.Part > 1 {
		if n := len(l.pending); n != a.Part-1 || l.pending[0].Edition.Ident() != ident || l.pending[0].Parts != a.Parts {
			return fmt.Errorf("%w: part %d of edition %s does not follow on another", ErrOrder, a.Part, ident)
		}
	}
	pending := []Imported{a}
	if a.Part > 1 {
		pending = append(l.pending, a)
	}
	if a.Part == a.Parts {
		if err := l.close(pending, ident, record); err != nil {
			return err
		}
		for _, part := range pending {
			r.learn(a.Edition.List, part.Changes)
		}
		pending = nil
	}
	l.pending = pending
	r.lists[a.Edition.List] = l
	return nil
}

// learn adds the names of an edition to those that can be searched.
func (r *Register) learn(in List, changes []Change) {
	for i := range changes {
		row := &changes[i].Row
		e := Entity{List: in, ID: row.ID}
		r.index.add(e, row.Name)
		for _, alias := range row.Aliases {
			r.index.add(e, alias.Text)
		}
	}
}

// edition returns a closed edition by its identifier, nil when there is none.
func (l *list) edition(ident string) *edition {
	for _, e := range l.editions {
		if e.ident == ident {
			return e
		}
	}
	return nil
}

// last is the edition against which the next one is told.
func (l *list) last() string {
	if l == nil || len(l.editions) == 0 {
		return ""
	}
	return l.editions[len(l.editions)-1].ident
}

// close makes an edition of all its parts, after checking that they fit onto the one before.
func (l *list) close(parts []Imported, ident string, record Record) error {
	ordinal := len(l.editions)
	listed := 0
	if ordinal > 0 {
		listed = l.editions[ordinal-1].listed
	}
	seen := map[string]bool{}
	for _, p := range parts {
		for i := range p.Changes {
			c := &p.Changes[i]
			has := l.entities[c.Row.ID].at(ordinal-1) != nil
			if seen[c.Row.ID] || has == (c.Op == OpAdded) {
				return fmt.Errorf("%w: edition %s: row %s cannot be %s", ErrOrder, ident, c.Row.ID, c.Op)
			}
			seen[c.Row.ID] = true
			switch c.Op {
			case OpAdded:
				listed++
			case OpRemoved:
				listed--
			case OpChanged:
			}
		}
	}
	last := parts[len(parts)-1]
	if listed != last.Listed {
		return fmt.Errorf("%w: edition %s has %d organisations by its parts, and states %d", ErrOrder, ident, listed, last.Listed)
	}
	last.Changes = nil
	record.Act = last
	e := &edition{Edition: last.Edition, ident: ident, ordinal: ordinal, from: last.Edition.From(), record: record, listed: listed}
	for _, p := range parts {
		for i := range p.Changes {
			c := &p.Changes[i]
			to := l.entities[c.Row.ID]
			if to == nil {
				to = &entity{}
				l.entities[c.Row.ID] = to
			}
			v := version{ordinal: ordinal}
			if c.Op != OpRemoved {
				row := c.Row.normal()
				v.row = &row
			}
			to.versions = append(to.versions, v)
		}
	}
	if wrong := l.edition(e.Corrects); wrong != nil {
		wrong.replaced = record.Known
	}
	l.editions = append(l.editions, e)
	i, _ := slices.BinarySearchFunc(l.byTime, e, func(x, y *edition) int {
		return cmp.Or(x.from.Compare(y.from), cmp.Compare(x.ordinal, y.ordinal))
	})
	l.byTime = slices.Insert(l.byTime, i, e)
	return nil
}

// Editions returns the closed editions of a list in the order of their dates, those that were corrected included.
func (r *Register) Editions(of List) []Record {
	l := r.lists[of]
	if l == nil {
		return nil
	}
	var out []Record
	for _, e := range l.byTime {
		out = append(out, e.record)
	}
	return out
}

// Entities returns every organisation of a list that an edition or a notice has ever named, in the order of numbers.
func (r *Register) Entities(of List) []Entity {
	ids := map[string]bool{}
	if l := r.lists[of]; l != nil {
		for id := range l.entities {
			ids[id] = true
		}
	}
	for e := range r.byEntity {
		if e.List == of {
			ids[e.ID] = true
		}
	}
	out := make([]Entity, 0, len(ids))
	for _, id := range slices.SortedFunc(maps.Keys(ids), byNumber) {
		out = append(out, Entity{List: of, ID: id})
	}
	return out
}

// Keys returns every designation of an organisation that an act speaks of, in the order of programmes.
func (r *Register) Keys(of Entity) []Key {
	programmes := map[string]bool{}
	if l := r.lists[of.List]; l != nil && l.entities[of.ID] != nil {
		for _, v := range l.entities[of.ID].versions {
			if v.row != nil {
				for _, p := range v.row.Programmes {
					programmes[p] = true
				}
			}
		}
	}
	for _, n := range r.byEntity[of] {
		programmes[n.Key.Programme] = true
	}
	for k := range r.expected {
		if k.Entity() == of {
			programmes[k.Programme] = true
		}
	}
	var out []Key
	for _, p := range slices.Sorted(maps.Keys(programmes)) {
		out = append(out, Key{List: of.List, ID: of.ID, Programme: p})
	}
	return out
}

// Acts returns the notices and expectations of a designation in the order in which they were recorded, those
// that were corrected included.
func (r *Register) Acts(of Key) []Record {
	var out []Record
	for _, n := range r.byKey[of] {
		out = append(out, n.record)
	}
	out = append(out, r.expected[of]...)
	slices.SortStableFunc(out, func(a, b Record) int { return a.Recorded.Compare(b.Recorded) })
	return out
}

// Picks returns who chose an organisation for which name, in the order in which it was recorded.
func (r *Register) Picks(of Entity) []Record { return slices.Clone(r.picked[of]) }
