package planning

import (
	"math"
	"slices"
	"time"

	"overflight/coverage"
	"overflight/evidence"
	"overflight/geodesy"
)

// Map is the probability that the place is in each cell of a grid in degrees. With the rest of the world they sum to 1.
type Map struct {
	coverage.Grid
	POC    []float64 // row by row from the north
	Record Record
}

// RecordKind is the form of a Record.
const RecordKind = "overflight-prior/v1"

// Record is what a map was made of, so that it can be made again and held against its sources.
type Record struct {
	Kind     string    `json:"kind"`
	AsOf     time.Time `json:"as_of"`
	HalfLife float64   `json:"half_life_s"` // 0: tips do not fade
	Cell     float64   `json:"cell_m"`      // about
	Given    float64   `json:"rest_given"`  // the rest of the world before what was cleared
	Rest     float64   `json:"rest_of_world"`
	Inputs   []Part    `json:"inputs"`
	Cleared  []Taken   `json:"cleared,omitempty"`
}

// Part is what a source adds.
type Part struct {
	Name     string          `json:"name"`
	Kind     string          `json:"kind"` // "areas", "tip", "layer"
	Digest   evidence.Digest `json:"sha256,omitzero"`
	Features int             `json:"features"`
	Weight   float64         `json:"weight"`            // of all its features
	Faded    float64         `json:"weight_as_of"`      // what time has left of it
	Drawn    float64         `json:"weight_drawn"`      // what of that has ground to lie on
	Share    float64         `json:"share"`             // of all probability, before what was cleared
	Reached  float64         `json:"reached,omitempty"` // share of the map that a layer has data on
}

// Taken is what an earlier look takes off.
type Taken struct {
	Name   string          `json:"name"`
	Digest evidence.Digest `json:"sha256,omitzero"`
	Found  float64         `json:"would_have_found"` // probability with which it would have found the place, looks of others left out
	Looked float64         `json:"looked"`           // share of the ground where the place may be
}

// Mass is the probability that the place is on the map.
func (m *Map) Mass() float64 { return total(m.POC) }

// Top is a cell where the place is more likely than around it.
type Top struct {
	Column, Row int
	PerKm2      float64 // probability
	Times       float64 // how many times as likely as on the mean of the ground where it may be
}

// Tops are the likeliest cells per area, no two nearer to each other than a twentieth of the map.
func (m *Map) Tops(most int) []Top {
	area := newDrawing(&m.Grid).area
	ground, order := 0.0, make([]int, 0, len(m.POC))
	for c, v := range m.POC {
		if v > 0 {
			ground += area[c/m.Columns]
			order = append(order, c)
		}
	}
	density := func(c int) float64 { return m.POC[c] / area[c/m.Columns] }
	slices.SortFunc(order, func(a, b int) int {
		switch x, y := density(a), density(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return a - b
	})
	apart := float64(max(m.Columns, m.Rows)) / 20
	var out []Top
	for _, c := range order {
		column, row := c%m.Columns, c/m.Columns
		if slices.ContainsFunc(out, func(t Top) bool { return math.Hypot(float64(t.Column-column), float64(t.Row-row)) < apart }) {
			continue
		}
		out = append(out, Top{column, row, density(c), density(c) * ground / m.Mass()})
		if len(out) == most {
			break
		}
	}
	return out
}

// places are some of the ground where the place may be: of every part of a coarse division of the map one cell that holds something.
func (m *Map) places() []geodesy.Position {
	const parts = 32
	var out []geodesy.Position
	var taken [parts * parts]bool
	for c, v := range m.POC {
		column, row := c%m.Columns, c/m.Columns
		if k := row*parts/m.Rows*parts + column*parts/m.Columns; v > 0 && !taken[k] {
			taken[k] = true
			out = append(out, m.Centre(column, row))
		}
	}
	return out
}

// Half is the smallest ground that holds half of what is on the map, and all ground where the place may be, in km2.
func (m *Map) Half() (half, all float64) {
	area := newDrawing(&m.Grid).area
	type cell struct{ poc, area float64 }
	var cells []cell
	for c, v := range m.POC {
		if v > 0 {
			cells = append(cells, cell{v, area[c/m.Columns]})
			all += area[c/m.Columns]
		}
	}
	slices.SortFunc(cells, func(a, b cell) int {
		switch x, y := a.poc*b.area, b.poc*a.area; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	left := m.Mass() / 2
	for _, c := range cells {
		if left -= c.poc; left < 0 {
			return half + c.area*(1+left/c.poc), all
		}
		half += c.area
	}
	return half, all
}
