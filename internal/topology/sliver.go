package topology

import (
	"cmp"
	"math"
	"slices"
)

// Slivers is what became of the faces between independently simplified neighbours.
type Slivers struct {
	Gaps, Overlaps int     // faces given to one neighbour
	Kept           int     // narrow faces without a neighbour that could take them
	Area           float64 // square metres given away
	Widest         float64 // mean width of the widest, metres
}

// Region is a face that is no sliver and yet lies between states or under several.
type Region struct {
	Codes []string
	Area  float64 // square metres
	At    Point   // a corner of it
}

// dissolve gives faces of a mean width under width metres to one neighbour: gaps and overlaps, never
// ground that exactly one feature claims. The neighbour with the longest common edge takes it, the
// lower set on a tie, so that the result does not depend on the order of the input.
func (f *faces) dissolve(width float64) Slivers {
	var rep Slivers
	handle := make([]int32, len(f.area))
	for h := len(f.cycle) - 1; h >= 0; h-- {
		handle[f.cycle[h]] = int32(h)
	}
	var pending []int32
	open := map[int32]bool{}
	for c := range f.area {
		if f.outer[c] || f.area[c] <= 0 || len(f.sets.list[f.claim[c]]) == 1 {
			continue
		}
		if 2*f.area[c]/f.round[c] < width {
			pending = append(pending, int32(c))
			open[int32(c)] = true
		}
	}
	for len(pending) > 0 {
		type gift struct {
			cycle int32
			claim setID
		}
		var gifts []gift
		for _, c := range pending {
			if s, ok := f.taker(c, handle[c], open); ok {
				gifts = append(gifts, gift{c, s})
			}
		}
		if len(gifts) == 0 {
			rep.Kept += len(pending)
			break
		}
		for _, g := range gifts {
			if f.claim[g.cycle] == 0 {
				rep.Gaps++
			} else {
				rep.Overlaps++
			}
			rep.Area += f.area[g.cycle]
			rep.Widest = math.Max(rep.Widest, 2*f.area[g.cycle]/f.round[g.cycle])
			f.claim[g.cycle] = g.claim
			delete(open, g.cycle)
		}
		pending = slices.DeleteFunc(pending, func(c int32) bool { return !open[c] })
	}
	return rep
}

// taker finds the neighbouring claim that takes face c over.
func (f *faces) taker(c, handle int32, open map[int32]bool) (setID, bool) {
	shared := map[setID]float64{}
	for g := handle; ; {
		t := f.cycle[g^1]
		if s := f.claim[t]; !open[t] && f.fits(s, f.claim[c]) {
			shared[s] += f.length(g)
		}
		if g = f.next[g]; g == handle {
			break
		}
	}
	best, found := setID(0), false
	for s, l := range shared {
		if !found || l > shared[best] || l == shared[best] && slices.Compare(f.sets.list[s], f.sets.list[best]) < 0 {
			best, found = s, true
		}
	}
	return best, found
}

// fits reports whether claim s may take a sliver of claim own: a gap goes to any claimant, an
// overlap to one or some of those that overlap.
func (f *faces) fits(s, own setID) bool {
	if s == 0 {
		return false
	}
	return own == 0 || s != own && f.sets.within(s, own)
}

// regions lists the wide faces under several claimants and the gaps that states enclose.
func (f *faces) regions(codes []string) (overlaps, gaps []Region) {
	corner := make([]int32, len(f.area))
	for h := len(f.cycle) - 1; h >= 0; h-- {
		corner[f.cycle[h]] = f.from(int32(h))
	}
	for c := range f.area {
		set := f.sets.list[f.claim[c]]
		if f.outer[c] || len(set) == 1 {
			continue
		}
		r := Region{Area: f.area[c], At: f.m.points[corner[c]]}
		for _, k := range set {
			r.Codes = append(r.Codes, codes[k])
		}
		if len(set) == 0 {
			gaps = append(gaps, r)
		} else {
			overlaps = append(overlaps, r)
		}
	}
	order := func(a, b Region) int {
		return cmp.Or(-cmp.Compare(a.Area, b.Area), comparePoints(a.At, b.At))
	}
	slices.SortFunc(overlaps, order)
	slices.SortFunc(gaps, order)
	return overlaps, gaps
}
