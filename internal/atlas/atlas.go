// Package atlas embeds the boundaries of every state and the tables that stand beside them.
//
// boundaries.bin is a database derived from OpenStreetMap, under the ODbL and not under the licence of
// the code: see LICENSE-ODbL.md. territories.csv and uncertainty.csv are ours.
package atlas

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"overflight/airspace"
	"overflight/geodesy"
)

var (
	//go:embed boundaries.bin
	boundaries []byte
	//go:embed territories.csv
	territories string
	//go:embed uncertainty.csv
	uncertainty string
	//go:embed LICENSE-ODbL.md
	licence string
)

// Attribution stands beside every figure that comes from the embedded boundaries.
const Attribution = "(c) OpenStreetMap contributors, ODbL 1.0"

// Licence is the text of the licence of the embedded boundaries, with the recipe that rebuilds them.
func Licence() string { return licence }

// Open returns the embedded atlas. Every caller gets the same one.
func Open() (*airspace.Atlas, error) { return open() }

var open = sync.OnceValues(Load)

// Load returns an atlas of its own, with nothing decoded yet.
func Load() (*airspace.Atlas, error) {
	sovereign, err := Sovereigns()
	if err != nil {
		return nil, err
	}
	doubt, err := Uncertainties()
	if err != nil {
		return nil, err
	}
	return airspace.OpenAtlas(boundaries, airspace.Tables{Sovereign: sovereign, Uncertainty: doubt.Of})
}

// Sovereigns returns the sovereign of every code of the source. A code whose standing is disputed keeps
// itself; the table says so in neutral words.
func Sovereigns() (map[airspace.State]airspace.State, error) {
	rows, err := table("territories.csv", territories, 3)
	if err != nil {
		return nil, err
	}
	out := make(map[airspace.State]airspace.State, len(rows))
	for _, r := range rows {
		if r[1] != "" {
			out[airspace.State(r[0])] = airspace.State(r[1])
		}
	}
	return out, nil
}

// Doubt is how far the lines of the atlas may be off.
type Doubt struct {
	sea, land geodesy.Length
	measured  map[stretch]geodesy.Length
}

// stretch is the part of the outline of a state beside a neighbour that lies in one cell of one degree.
type stretch struct {
	state, neighbour airspace.State
	south, west      int
}

// Uncertainties reads the table. Its first two rows are for every stretch that has none of its own:
// where an outline faces no state ("sea") and where it does. The others are stretches where two extracts
// of the source disagree.
func Uncertainties() (*Doubt, error) {
	rows, err := table("uncertainty.csv", uncertainty, 6)
	if err != nil {
		return nil, err
	}
	d := &Doubt{measured: make(map[stretch]geodesy.Length, len(rows))}
	for i, r := range rows {
		m, err := strconv.ParseFloat(r[4], 64)
		if err != nil || !(m > 0) {
			return nil, fmt.Errorf("reading uncertainty.csv: row %d: %q is no length in metres", i+2, r[4])
		}
		switch {
		case r[0] == "*" && r[1] == "sea":
			d.sea = geodesy.Length(m)
			continue
		case r[0] == "*":
			d.land = geodesy.Length(m)
			continue
		}
		s := stretch{state: airspace.State(r[0]), neighbour: airspace.State(r[1])}
		if s.neighbour == "sea" {
			s.neighbour = ""
		}
		if s.south, err = strconv.Atoi(r[2]); err != nil {
			return nil, fmt.Errorf("reading uncertainty.csv: row %d: %w", i+2, err)
		}
		if s.west, err = strconv.Atoi(r[3]); err != nil {
			return nil, fmt.Errorf("reading uncertainty.csv: row %d: %w", i+2, err)
		}
		d.measured[s] = geodesy.Length(m)
	}
	if d.sea == 0 || d.land == 0 {
		return nil, fmt.Errorf("reading uncertainty.csv: no row for what is not named")
	}
	return d, nil
}

// Of returns the uncertainty of the outline of s at a point of it, beside a neighbour; "" is where it
// faces no state.
func (d *Doubt) Of(s, neighbour airspace.State, at geodesy.Position) geodesy.Length {
	k := stretch{s, neighbour, int(math.Floor(float64(at.Lat))), int(math.Floor(float64(at.Lon)))}
	return max(d.Least(s, neighbour, at), d.measured[k])
}

// Least is the uncertainty that every line of the kind has anyway.
func (d *Doubt) Least(_, neighbour airspace.State, _ geodesy.Position) geodesy.Length {
	if neighbour == "" {
		return d.sea
	}
	return d.land
}

func table(name, text string, columns int) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = columns
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("reading %s: no rows", name)
	}
	return rows[1:], nil
}
