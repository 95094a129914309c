package designation

import (
	"slices"
	"sort"
	"time"

	"overflight/validity"
)

// InForce answers for a designation at an instant by what was known at another. It takes the time of a few
// look-ups, however many organisations and editions there are.
//
// Notices count first, in the order of their effect. Editions fill what notices leave open: between an edition
// that has the row and a neighbour that has not, nothing is known; on either side the edition says it. An
// edition that lacks what a notice made and none ended does not end it: the answer is then unknown.
//
// Of a designation that a shipped fact file has, it is known too what was so before its notice was public: there was none.
func (r *Register) InForce(k Key, at validity.AsOf) Answer {
	a := Answer{Key: k, At: at}
	for _, e := range r.expected[k] {
		if !e.Known.After(at.Known) {
			a.Expected = append(a.Expected, e)
		}
	}
	q := question{key: k, at: at, list: r.lists[k.List]}
	if q.list != nil {
		q.entity = q.list.entities[k.ID]
	}
	var notices []*notice
	for _, n := range r.byKey[k] {
		if n.known(at.Known) && n.does != RelationAmended {
			notices = append(notices, n)
		}
	}
	if len(notices) > 0 {
		q.byNotices(&a, notices)
	} else {
		q.byEditions(&a, validity.Period{})
		if a.Reason == NeverImported {
			q.beforePublication(&a, r.byKey[k])
		}
	}
	a.Valid = q.unchanged(notices)
	return a
}

// question is one call of InForce.
type question struct {
	key    Key
	at     validity.AsOf
	list   *list
	entity *entity
}

// row returns the row that stands under the programme in an edition, nil when there is none.
func (q *question) row(e *edition) *Row {
	if e == nil {
		return nil
	}
	if row := q.entity.at(e.ordinal); row != nil && slices.Contains(row.Programmes, q.key.Programme) {
		return row
	}
	return nil
}

// around returns the last edition not after the instant and the first after it, of those that were known and
// lie within the bounds; either may be nil. Of several with one date the one recorded last stands.
func (q *question) around(within validity.Period) (before, after *edition) {
	if q.list == nil {
		return nil, nil
	}
	all := q.list.byTime
	counts := func(e *edition) bool { return e.known(q.at.Known) && within.InForce(e.from) }
	first := sort.Search(len(all), func(i int) bool { return all[i].from.After(q.at.Valid) })
	for i := first - 1; i >= 0 && before == nil && (within.From.IsZero() || !all[i].from.Before(within.From)); i-- {
		if counts(all[i]) {
			before = all[i]
		}
	}
	for _, e := range all[first:] {
		if after != nil && !e.from.Equal(after.from) || !within.To.IsZero() && !e.from.Before(within.To) {
			break
		}
		if counts(e) {
			after = e
		}
	}
	return before, after
}

// byEditions answers by the editions within the bounds, those that notices leave.
func (q *question) byEditions(a *Answer, within validity.Period) {
	before, after := q.around(within)
	if before != nil && before.from.Equal(q.at.Valid) {
		after = nil // at its own instant an edition needs no neighbour
	}
	say := func(s Standing, why Reason, used ...*edition) {
		a.Standing, a.Reason = s, why
		for _, e := range used {
			if e != nil {
				a.Used = append(a.Used, e.record)
			}
		}
	}
	had, has := q.row(before), q.row(after)
	switch {
	case before == nil && after == nil:
		say(Unknown, NeverImported)
	case had != nil && after != nil && has == nil:
		say(Unknown, Disappeared, before, after)
	case had != nil && q.at.Valid.Before(had.Since):
		say(NotIn, BeforeSince, before)
	case had != nil && !had.Since.IsZero():
		say(In, ListedSince, before)
	case had != nil:
		say(In, Listed, before)
	case has != nil && !has.Since.IsZero() && (before == nil || has.Since.After(before.from)):
		// The list states the day itself, and no edition speaks against it.
		if q.at.Valid.Before(has.Since) {
			say(NotIn, BeforeSince, before, after)
		} else {
			say(In, ListedSince, after)
		}
	case has != nil && before == nil:
		say(Unknown, BeforeListed, after)
	case has != nil:
		say(Unknown, Appeared, before, after)
	case q.ever():
		say(NotIn, NotListed, before, after)
	default:
		say(NotIn, NeverListed, before, after)
	}
}

// ever reports whether any edition that was known lists the designation.
func (q *question) ever() bool {
	if q.entity == nil {
		return false
	}
	for _, v := range q.entity.versions {
		if e := q.list.editions[v.ordinal]; q.row(e) != nil && e.known(q.at.Known) {
			return true
		}
	}
	return false
}

// byNotices answers by the notices that were known, in the order of their effect, and by editions where they
// leave a question open.
func (q *question) byNotices(a *Answer, all []*notice) {
	t := q.at.Valid
	var ruling, stay *notice
	next := time.Time{}
	for _, n := range all {
		if n.Effective.After(t) {
			next = n.Effective
			break
		}
		if n.does == RelationStayed {
			stay = n
		} else {
			ruling, stay = n, nil
		}
	}
	if stay != nil && !stay.Until.IsZero() && !t.Before(stay.Until) {
		stay = nil
	}
	use := func(s Standing, why Reason, notices ...*notice) {
		a.Standing, a.Reason = s, why
		var used []Record
		for _, n := range notices {
			if n != nil {
				used = append(used, n.record)
			}
		}
		a.Used = append(used, a.Used...)
	}
	switch {
	case stay != nil:
		use(NotIn, Stayed, ruling, stay)
	case ruling == nil:
		q.beforeNotices(a, all[0], next)
	case ruling.does == RelationDesignated:
		// An edition of the very day of effect may be of its morning: only a later one speaks against the notice.
		if e, _ := q.around(validity.Period{From: ruling.Effective.Add(time.Nanosecond), To: next}); e != nil && q.row(e) == nil {
			a.Used = []Record{e.record}
			use(Unknown, NoLongerListed, ruling)
			return
		}
		use(In, ByNotice, ruling)
	default:
		q.afterRevocation(a, ruling, next, use)
	}
}

// beforeNotices answers for an instant before the first notice takes effect, or after a stay of what no notice
// made. A first notice that designates says that before it there was nothing; one that ends or suspends says that
// before it there was something. Neither speaks against an edition of that time.
func (q *question) beforeNotices(a *Answer, first *notice, next time.Time) {
	q.byEditions(a, validity.Period{To: next})
	open := a.Reason == NeverImported || a.Reason == NotListed || a.Reason == NeverListed
	if !open || next.IsZero() {
		return
	}
	a.Standing, a.Reason = Unknown, BeforeEnd
	if first.does == RelationDesignated {
		a.Standing, a.Reason = NotIn, BeforeNotice
	}
	a.Used = append([]Record{first.record}, a.Used...)
}

// beforePublication answers where nothing was known, neither notice nor edition. A designation is made by a notice that
// everybody can read; of one that a shipped fact file has, it is on record when that was. Before, no notice made it: that is
// not silence, but what the public record said then. The notice may not have begun what another, unknown, had ended; so it
// has to be the first of all.
func (q *question) beforePublication(a *Answer, all []*notice) {
	if len(all) == 0 || !all[0].shipped || all[0].does != RelationDesignated || all[0].Void || !q.at.Known.Before(all[0].record.Known) {
		return
	}
	a.Standing, a.Reason, a.Used = NotIn, NotPublished, []Record{all[0].record}
}

// unchanged is the period round the instant in which nothing that was known could change the answer.
func (q *question) unchanged(notices []*notice) validity.Period {
	var p validity.Period
	bound := func(t time.Time) {
		switch {
		case t.IsZero():
		case t.After(q.at.Valid):
			if p.To.IsZero() || t.Before(p.To) {
				p.To = t
			}
		case t.After(p.From):
			p.From = t
		}
	}
	for _, n := range notices {
		bound(n.Effective)
		bound(n.Until)
	}
	before, after := q.around(validity.Period{})
	for _, e := range []*edition{before, after} {
		if e == nil {
			continue
		}
		bound(e.from)
		bound(e.from.Add(time.Nanosecond)) // an edition speaks for its own instant without its neighbours
		if row := q.row(e); row != nil {
			bound(row.Since)
		}
	}
	return p
}

// afterRevocation answers for an instant after a revocation. A list may carry a row on for a while: only where an
// edition after the revocation lacks it do later editions speak again.
func (q *question) afterRevocation(a *Answer, ruling *notice, next time.Time, use func(Standing, Reason, ...*notice)) {
	within := validity.Period{From: ruling.Effective, To: next}
	lacked := false
	if q.list != nil {
		for _, e := range q.list.byTime {
			if e.from.After(q.at.Valid) {
				break
			}
			if e.known(q.at.Known) && within.InForce(e.from) && q.row(e) == nil {
				lacked = true
				break
			}
		}
	}
	if lacked {
		if q.byEditions(a, within); a.Standing != NotIn {
			return
		}
	}
	use(NotIn, Revoked, ruling)
}
