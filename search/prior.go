package search

import (
	"errors"
	"fmt"
	"math"

	"overflight/geodesy"
)

// Grid is square cells in rows from the corner of the map: cell (i, j) is from i to i+1 cells along x and
// from j to j+1 along y.
type Grid struct {
	Columns, Rows int
	Cell          geodesy.Length // side
}

// Cells is how many there are.
func (g Grid) Cells() int { return g.Columns * g.Rows }

// Area is that of one cell, in square metres.
func (g Grid) Area() float64 { return float64(g.Cell) * float64(g.Cell) }

// Centre is the middle of the cell in column i and row j.
func (g Grid) Centre(i, j int) Point {
	return Point{geodesy.Length(float64(i)+0.5) * g.Cell, geodesy.Length(float64(j)+0.5) * g.Cell}
}

// MostCells bounds a map: 4,000 x 4,000 cells.
const MostCells = 16_000_000

// The reasons why there is no prior.
var (
	ErrGrid  = errors.New("a map needs cells of a size")
	ErrMass  = errors.New("a probability is no number of 0 or more")
	ErrEmpty = errors.New("the probabilities sum to 0")
)

// MassError says which cell holds no probability.
type MassError struct {
	Column, Row int
	Mass        float64
}

func (e *MassError) Error() string {
	return fmt.Sprintf("column %d, row %d holds %v: %v", e.Column, e.Row, e.Mass, ErrMass)
}

// Unwrap returns ErrMass.
func (e *MassError) Unwrap() error { return ErrMass }

// Prior is the probability of containment of every cell, row by row, and of the rest of the world. They
// sum to 1. The rest is kept: what is not on the map cannot be found there, and it grows with every miss.
type Prior struct {
	Grid
	POC  []float64
	Rest float64
}

// NewPrior takes weights and the probability that the place is not on the map at all. The weights are
// scaled to what is left; they are copied.
func NewPrior(g Grid, weights []float64, rest float64) (*Prior, error) {
	if g.Columns <= 0 || g.Rows <= 0 || g.Columns > MostCells/g.Rows || !(g.Cell > 0) || math.IsInf(float64(g.Cell), 0) || len(weights) != g.Cells() {
		return nil, fmt.Errorf("%d x %d cells of %v m, %d weights: %w", g.Columns, g.Rows, float64(g.Cell), len(weights), ErrGrid)
	}
	if !(rest >= 0 && rest < 1) {
		return nil, fmt.Errorf("rest of the world %v, expected 0 or more and less than 1: %w", rest, ErrMass)
	}
	sum, most := 0.0, 0.0
	for c, w := range weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, &MassError{Column: c % g.Columns, Row: c / g.Columns, Mass: w}
		}
		most = max(most, w)
	}
	if most == 0 {
		return nil, ErrEmpty
	}
	for _, w := range weights {
		sum += w / most // no sum of finite weights is infinite so
	}
	p := &Prior{Grid: g, POC: make([]float64, len(weights)), Rest: rest}
	for c, w := range weights {
		p.POC[c] = w / most / sum * (1 - rest)
	}
	return p, nil
}

// Mass is the probability that the place is on the map.
func (p *Prior) Mass() float64 {
	sum := 0.0
	for _, m := range p.POC {
		sum += m
	}
	return sum
}

// ErrFound is a miss that cannot be: where the search finds what is there with certainty, and nothing is elsewhere.
var ErrFound = errors.New("nothing is left that a miss could mean")

// Missed is the posterior after a search that found nothing: POC (1 - POD) / (1 - POS) in every cell. The
// rest of the world grows. pod has a probability of detection a cell.
func (p *Prior) Missed(pod []float64) (*Prior, error) {
	if len(pod) != len(p.POC) {
		return nil, fmt.Errorf("%d probabilities of detection for %d cells: %w", len(pod), len(p.POC), ErrGrid)
	}
	after := &Prior{Grid: p.Grid, POC: make([]float64, len(p.POC)), Rest: p.Rest}
	left := p.Rest
	for c, m := range p.POC {
		if !(pod[c] >= 0 && pod[c] <= 1) {
			return nil, &MassError{Column: c % p.Columns, Row: c / p.Columns, Mass: pod[c]}
		}
		after.POC[c] = m * (1 - pod[c])
		left += after.POC[c]
	}
	if left <= 0 {
		return nil, ErrFound
	}
	for c := range after.POC {
		after.POC[c] /= left
	}
	after.Rest /= left
	return after, nil
}
