package coverage

import "slices"

// Tally adds up the looks at one place. The zero Tally has none, and a POD of 0.
type Tally struct {
	best    []grouped // by group, sorted; few
	missed  float32   // product of the misses of the looks that are over
	current float32   // best of the look at hand
	looks   int32
	most    float32
}

type grouped struct {
	group Group
	pod   float32
}

// Add counts a frame. anew says that it begins another look: that a pause, or frames that did not show the place, came before it.
func (t *Tally) Add(g Group, pod float64, anew bool) {
	if anew || t.looks == 0 {
		if t.looks == 0 {
			t.missed = 1
		}
		t.missed *= 1 - t.current
		t.current = 0
		t.looks++
	}
	p := float32(pod)
	t.current, t.most = max(t.current, p), max(t.most, p)
	if p == 0 {
		return
	}
	i, has := slices.BinarySearchFunc(t.best, g, func(x grouped, g Group) int { return int(x.group) - int(g) })
	switch {
	case !has:
		t.best = slices.Insert(t.best, i, grouped{g, p})
	case p > t.best[i].pod:
		t.best[i].pod = p
	}
}

// Cumulative is what all looks at a place come to. Under looks that do not hinder each other the truth lies from Correlated to
// Independent; POD lies between them and is never above the ceiling of the model.
type Cumulative struct {
	Looks       int
	Groups      int     // with a POD
	POD         float64 // of groups: the greatest within each, 1 less the product of the misses over all, under WholeCap
	Correlated  float64 // of looks that all miss together: the greatest
	Independent float64 // of looks that miss each by itself: 1 less the product of the misses of all
}

// Sum returns what the looks so far come to.
func (t *Tally) Sum(m *Model) Cumulative {
	if t.looks == 0 {
		return Cumulative{}
	}
	missed := 1.0
	for _, b := range t.best {
		missed *= 1 - float64(b.pod)
	}
	return Cumulative{
		Looks: int(t.looks), Groups: len(t.best), POD: min(1-missed, m.WholeCap), Correlated: float64(t.most),
		Independent: 1 - float64(t.missed)*(1-float64(t.current)),
	}
}
