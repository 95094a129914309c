package coverage

import "slices"

// Tally adds up the looks at one place. The zero Tally has none, and a POD of 0.
type Tally struct {
	best    []grouped // by group, sorted; few
	current []grouped // the same of the look at hand
	missed  float32   // product of the misses of the looks that are over, group by group
	looks   int32
	most    float32
}

type grouped struct {
	group Group
	pod   float32
}

// Add counts a frame. anew says that it begins another look: that a pause, or frames that did not show the place, came before it.
func (t *Tally) Add(g Group, pod float64, anew bool) {
	if t.looks == 0 {
		t.missed, anew = 1, true
	}
	if anew {
		t.missed *= float32(misses(t.current))
		t.current = t.current[:0]
		t.looks++
	}
	p := float32(pod)
	t.most = max(t.most, p)
	if p > 0 {
		t.best, t.current = raise(t.best, g, p), raise(t.current, g, p)
	}
}

// raises reports whether Add would change more than how many looks there are.
func (t *Tally) raises(g Group, pod float64, anew bool) bool {
	p := float32(pod)
	if anew || t.looks == 0 {
		return p > 0
	}
	for _, x := range t.current {
		if x.group == g {
			return p > x.pod
		}
	}
	return p > 0
}

// raise takes p as the best of a group where it is.
func raise(all []grouped, g Group, p float32) []grouped {
	i := len(all)
	for i > 0 && all[i-1].group >= g {
		i--
	}
	if i < len(all) && all[i].group == g {
		all[i].pod = max(all[i].pod, p)
		return all
	}
	return slices.Insert(all, i, grouped{g, p})
}

func misses(all []grouped) float64 {
	missed := 1.0
	for _, x := range all {
		missed *= 1 - float64(x.pod)
	}
	return missed
}

// joined counts a group of which something is not known as one with the best of those that it may be: that takes the least for
// independent. All others stay as they are.
func joined(all []grouped) []grouped {
	if !slices.ContainsFunc(all, func(x grouped) bool { return !x.group.sure() }) {
		return all
	}
	out := slices.Clone(all)
	for i := 0; i < len(out); {
		into := -1
		for k := range out {
			if k != i && !out[i].group.sure() && out[i].group.mayBe(out[k].group) && (into < 0 || out[k].pod > out[into].pod) {
				into = k
			}
		}
		if into < 0 {
			i++
			continue
		}
		out[into].pod = max(out[into].pod, out[i].pod)
		out = slices.Delete(out, i, i+1)
	}
	return out
}

// Cumulative is what all looks at a place come to. Under looks that do not hinder each other the truth lies from Correlated to
// Independent; POD lies between them, but for the ceiling of the model, which it is never above.
type Cumulative struct {
	Looks       int
	Groups      int     // with a POD, those counted as one that may be one
	POD         float64 // of groups: the greatest within each, 1 less the product of the misses over all, under WholeCap
	Correlated  float64 // of looks that all miss together: the greatest
	Independent float64 // of looks that miss each by itself, and from each side: 1 less the product of the misses of all
}

// Sum returns what the looks so far come to.
func (t *Tally) Sum(m *Model) Cumulative {
	if t.looks == 0 {
		return Cumulative{}
	}
	best := joined(t.best)
	return Cumulative{
		Looks: int(t.looks), Groups: len(best), POD: min(1-misses(best), m.WholeCap), Correlated: float64(t.most),
		Independent: 1 - float64(t.missed)*misses(t.current),
	}
}
