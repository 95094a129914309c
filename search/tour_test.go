package search

import (
	"math"
	"slices"
	"testing"
)

// TestMovesKeepTheBooks: after every move the lanes lie on the map, and length, links, looks and POS are those that
// follow from the lanes.
func TestMovesKeepTheBooks(t *testing.T) {
	t.Parallel()
	task := instances[0].task()
	o := newTour(task)
	lanes, price := o.first()
	o.set(lanes)
	a := &annealer{tour: o, luck: 7, price: price, worth: 1 / price}
	fresh := newTour(task)
	fresh.links = o.links
	for i := range 6000 {
		a.temperature = 40
		before := a.taken
		a.step()
		if i%100 == 0 {
			a.merge()
		}
		if a.taken == before {
			continue
		}
		which := 0
		for k := range before {
			if a.taken[k] != before[k] {
				which = k
			}
		}
		for _, l := range a.lanes {
			if !a.fits(l) {
				t.Fatalf("step %d, move %d: lane %+v", i, which, l)
			}
		}
		if len(a.link) != len(a.lanes)+1 {
			t.Fatalf("step %d, move %d: %d links of %d lanes", i, which, len(a.link), len(a.lanes))
		}
		length := 0.0
		for k := range a.link {
			if want := a.linkAt(k); math.Abs(want-a.link[k]) > 1e-9 {
				t.Fatalf("step %d, move %d: link %d of %d is %v, want %v", i, which, k, len(a.lanes), a.link[k], want)
			}
			length += a.link[k]
		}
		for _, l := range a.lanes {
			length += float64(l.length())
		}
		if math.Abs(length-a.length) > 1e-6 {
			t.Fatalf("step %d, move %d: length %v, want %v", i, which, a.length, length)
		}
		if i%50 == 0 {
			fresh.set(a.lanes)
			if math.Abs(fresh.pos-a.pos) > 1e-9 || !slices.Equal(fresh.looks, a.looks) {
				t.Fatalf("step %d, move %d: POS %v, want %v", i, which, a.pos, fresh.pos)
			}
		}
	}
	for k, n := range a.taken {
		if n == 0 {
			t.Errorf("move %d was never taken", k)
		}
	}
}
