package survey

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"overflight/designation"
	"overflight/geodesy"
)

// Box is a part of the Earth between two parallels and two meridians. One whose West is beyond its East goes across 180°.
type Box struct{ West, South, East, North geodesy.Angle }

// holds reports whether a place lies in the box or on its edge.
func (x *Box) holds(p geodesy.Position) bool {
	if p.Lat < x.South || p.Lat > x.North {
		return false
	}
	if x.West <= x.East {
		return p.Lon >= x.West && p.Lon <= x.East
	}
	return p.Lon >= x.West || p.Lon <= x.East
}

// Order is how sites are listed.
type Order string

// The orders.
const (
	ByNumber     Order = "number"
	ByLaboratory Order = "laboratory" // the likeliest first
	ByChange     Order = "changed"    // what was put on record last first
)

// Query says which sites are asked for. What is left out asks for all.
type Query struct {
	Box         *Box
	Classes     []Class         // with a report of any of them
	Outcomes    []Outcome       // that count now, any of them; "" where the host has said nothing
	Designation designation.Key // that they are said to be of: members that are empty are any
	Changed     uint64          // with a statement from this place in the journal on
	Order       Order           // "" is by number
	Limit       int             // of a part; 0 is all
	After       string          // the cursor of the part before
}

// Part is a part of the sites that a query holds, with the cursor of the next, empty after the last. Its sites have no steps.
type Part struct {
	Sites []Site
	Next  string
	Total int // in all parts
}

// ErrCursor is returned for a cursor that is none of the order asked for.
var ErrCursor = errors.New("not a cursor of this list of sites")

// rank is where a site stands in an order: the greater rank first, then the lower number. It is the cursor too, so that a list which
// changes while it is read loses nothing that stays in its place.
type rank struct {
	by float64 // 0 by number
	id SiteID
}

func (q *Query) rankOf(a *Assessment, s *site) rank {
	switch q.Order {
	case ByLaboratory:
		_, w := a.chancesOf(s)
		return rank{w[laboratory], s.id}
	case ByChange:
		return rank{float64(s.changed), s.id}
	case ByNumber:
	}
	return rank{0, s.id}
}

func (r rank) compare(o rank) int { return cmp.Or(cmp.Compare(o.by, r.by), cmp.Compare(r.id, o.id)) }

func (r rank) cursor() string {
	return strconv.FormatUint(math.Float64bits(r.by), 36) + "." + strconv.FormatUint(uint64(r.id), 36)
}

func parseCursor(s string) (rank, error) {
	by, id, _ := strings.Cut(s, ".")
	bits, err1 := strconv.ParseUint(by, 36, 64)
	n, err2 := strconv.ParseUint(id, 36, 32)
	r := rank{math.Float64frombits(bits), SiteID(n)}
	if err := errors.Join(err1, err2); err != nil || math.IsNaN(r.by) || r.cursor() != s {
		return rank{}, fmt.Errorf("%w: %.40q", ErrCursor, s)
	}
	return r, nil
}

// Select returns a part of the sites that a query holds.
func (a *Assessment) Select(q Query) (Part, error) {
	after := rank{by: math.Inf(1)}
	if q.After != "" {
		var err error
		if after, err = parseCursor(q.After); err != nil {
			return Part{}, err
		}
	}
	type ranked struct {
		rank
		site *site
	}
	var all []ranked
	out := Part{}
	for _, s := range a.book.sites {
		if s.into != 0 || !q.holds(s) {
			continue
		}
		out.Total++
		if r := q.rankOf(a, s); r.compare(after) > 0 {
			all = append(all, ranked{r, s})
		}
	}
	slices.SortFunc(all, func(x, y ranked) int { return x.compare(y.rank) })
	if q.Limit > 0 && len(all) > q.Limit {
		all = all[:q.Limit]
		out.Next = all[q.Limit-1].cursor()
	}
	for _, r := range all {
		out.Sites = append(out.Sites, a.view(r.site))
	}
	return out, nil
}

func (q *Query) holds(s *site) bool {
	if s.changed < q.Changed || q.Box != nil && !q.Box.holds(s.position) {
		return false
	}
	if len(q.Classes) > 0 && !slices.ContainsFunc(q.Classes, func(c Class) bool { return s.reports(c) > 0 }) {
		return false
	}
	if len(q.Outcomes) > 0 {
		o, _ := counts(s.outcomes)
		if !slices.Contains(q.Outcomes, o.Outcome) {
			return false
		}
	}
	if q.Designation == (designation.Key{}) {
		return true
	}
	return slices.ContainsFunc(s.attributions, func(t Attributed) bool {
		k := q.Designation
		return t.Stance == Asserts && (k.List == "" || k.List == t.Key.List) && (k.ID == "" || k.ID == t.Key.ID) && (k.Programme == "" || k.Programme == t.Key.Programme)
	})
}
