package planning

import (
	"math"

	"overflight/format/raster"
	"overflight/geodesy"
	"overflight/search"
)

// Layer is a raster whose values say how likely the place is here rather than there, per area: only their ratios count. Its weight is
// shared out over the map of the areas beside theirs; cells without data, and ground that it does not reach, get none of it.
type Layer struct {
	Name   string
	Raster *raster.Raster
	Weight float64
}

// Cleared is what earlier looks come to: the probability with which each place would have been detected, as `overflight coverage`
// writes it. Where it has no data nobody looked.
type Cleared struct {
	Name   string
	Raster *raster.Raster
}

// sample is the value at a place, also of a raster that goes on beyond 180 degrees of longitude.
func sample(r *raster.Raster, p geodesy.Position) (float64, bool) {
	for _, turn := range [...]float64{0, 360, -360} {
		if v, ok := r.Sample(float64(p.Lat), float64(p.Lon)+turn); ok {
			return v, true
		}
	}
	return 0, false
}

// draw adds the weight of a layer.
func (l *Layer) draw(f frame, g search.Grid, weights []float64) error {
	own := make([]float64, len(weights))
	sum := 0.0
	for c := range own {
		v, ok := sample(l.Raster, f.position(g.Centre(c%g.Columns, c/g.Columns)))
		if !ok {
			continue
		}
		if !(v >= 0) || math.IsInf(v, 0) {
			return fault(CodeLayerValue, l.Name, v)
		}
		own[c] = v
		sum += v
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return fault(CodeLayerEmpty, l.Name)
	}
	for c, v := range own {
		weights[c] += l.Weight * (v / sum)
	}
	return nil
}

// missed is the map after the earlier looks, which found nothing.
func (k *Cleared) missed(f frame, p *search.Prior) (*search.Prior, error) {
	pod := make([]float64, p.Cells())
	reached := false
	for c := range pod {
		v, ok := sample(k.Raster, f.position(p.Centre(c%p.Columns, c/p.Columns)))
		if !ok {
			continue
		}
		if !(v >= 0 && v < 1) {
			return nil, fault(CodeClearedValue, k.Name, v)
		}
		pod[c], reached = v, true
	}
	if !reached {
		return nil, fault(CodeClearedEmpty, k.Name)
	}
	return p.Missed(pod)
}
