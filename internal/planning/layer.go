package planning

import (
	"math"

	"overflight/evidence"
	"overflight/format/raster"
	"overflight/geodesy"
	"overflight/search"
)

// Layer is a raster whose values say how likely the place is here rather than there, per area: only their ratios count. Its weight is
// shared out over the map of the areas beside theirs; cells without data, and ground that it does not reach, get none of it.
type Layer struct {
	Name   string
	Digest evidence.Digest // of the file
	Raster *raster.Raster
	Weight float64
}

// Cleared is what earlier looks come to: the probability with which each place would have been detected, as `overflight coverage`
// writes it. Where it has no data nobody looked.
type Cleared struct {
	Name   string
	Digest evidence.Digest // of the file, or of what the record answered; zero is not known
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

// span adds the edges of a layer to what a map spans.
func (l *Layer) span(e *extent) {
	const parts = 16
	r := l.Raster
	for k := range parts + 1 {
		u := float64(k) / parts
		for _, c := range [...][2]float64{{u, 0}, {u, 1}, {0, u}, {1, u}} {
			if lat, lon, ok := r.CRS.Unproject(r.Transform.Position(c[0]*float64(r.Columns), c[1]*float64(r.Rows))); ok && math.Abs(lat) <= 90 {
				e.add(geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.NormalizeLongitude(geodesy.Angle(lon))})
			}
		}
	}
}

// mostParts is into how many parts across a cell is cut where a raster is finer than the map.
const mostParts = 4

// parts is into how many parts across a cell is cut, so that none of the raster's is missed.
func (d *drawing) parts(r *raster.Raster) int {
	size := math.Sqrt(math.Abs(r.Transform[1]*r.Transform[5] - r.Transform[2]*r.Transform[4]))
	if r.CRS.Geographic() {
		size *= metresPerDegree * math.Sqrt(math.Cos(float64(d.plane.origin.Lat)*math.Pi/180))
	}
	return int(min(max(math.Ceil(metresPerDegree*float64(d.Height)/size-1e-3), 1), mostParts))
}

// mean is the mean value of a raster over a cell, parts without data counted as 0; false where all are.
func (d *drawing) mean(r *raster.Raster, column, row, parts int, check func(float64) bool) (mean float64, some, right bool) {
	for k := range parts * parts {
		x := float64(column) + (float64(k%parts)+0.5)/float64(parts)
		y := float64(row) + (float64(k/parts)+0.5)/float64(parts)
		v, ok := sample(r, geodesy.Position{Lat: d.North - geodesy.Angle(y)*d.Height, Lon: geodesy.NormalizeLongitude(d.West + geodesy.Angle(x)*d.Width)})
		if !ok {
			continue
		}
		if !check(v) {
			return v, true, false
		}
		mean += v / float64(parts*parts)
		some = true
	}
	return mean, some, true
}

// layer adds the weight of a layer.
func (d *drawing) layer(l *Layer, weights []float64) (Part, error) {
	in := Part{Name: l.Name, Kind: "layer", Digest: l.Digest, Features: 1, Weight: l.Weight, Faded: l.Weight}
	w := d.window([2]float64{0, 0}, [2]float64{float64(d.Columns), float64(d.Rows)})
	reached, all := 0.0, 0.0
	parts := d.parts(l.Raster)
	for row := range d.Rows {
		for column := range d.Columns {
			all += d.area[row]
			v, some, right := d.mean(l.Raster, column, row, parts, func(v float64) bool { return v >= 0 && !math.IsInf(v, 0) })
			if !right {
				return in, fault(CodeLayerValue, l.Name, v)
			}
			if some {
				reached += d.area[row]
				w.values[row*d.Columns+column] = v * d.area[row]
			}
		}
	}
	if sum := total(w.values); !(sum > 0) || math.IsInf(sum, 0) || !d.add(&w, l.Weight, weights) {
		return in, fault(CodeLayerEmpty, l.Name)
	}
	in.Drawn, in.Reached = l.Weight, reached/all
	return in, nil
}

func total(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

// Clear takes off what earlier looks would have found, and did not. Where several reach a cell the largest counts. What the map was
// cleared of before is not taken off again.
func (m *Map) Clear(all []Cleared) error {
	if len(all) == 0 {
		return nil
	}
	for i := range all {
		for _, k := range m.Record.Cleared {
			if k.Digest != (evidence.Digest{}) && k.Digest == all[i].Digest {
				return fault(CodeClearedTwice, all[i].Name, k.Name)
			}
		}
	}
	d := newDrawing(&m.Grid)
	p := &search.Prior{Grid: search.Grid{Columns: m.Columns, Rows: m.Rows, Cell: 1}, POC: m.POC, Rest: m.Record.Rest}
	pod := make([]float64, len(m.POC))
	for i := range all {
		k := &all[i]
		parts := d.parts(k.Raster)
		found, looked, whole := 0.0, 0.0, 0.0
		for c := range pod {
			v, some, right := d.mean(k.Raster, c%m.Columns, c/m.Columns, parts, func(v float64) bool { return v >= 0 && v < 1 })
			if !right {
				return fault(CodeClearedValue, k.Name, v)
			}
			if m.POC[c] > 0 {
				whole += d.area[c/m.Columns]
				if some {
					looked += d.area[c/m.Columns]
				}
			}
			found += m.POC[c] * v
			pod[c] = max(pod[c], v)
		}
		if looked == 0 {
			return fault(CodeClearedEmpty, k.Name)
		}
		m.Record.Cleared = append(m.Record.Cleared, Taken{Name: k.Name, Digest: k.Digest, Found: found, Looked: looked / whole})
	}
	after, err := p.Missed(pod)
	if err != nil {
		return fault(CodeClearedValue, all[0].Name, 1)
	}
	m.POC, m.Record.Rest = after.POC, after.Rest
	return nil
}
