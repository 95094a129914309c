// Package atlas embeds the boundaries of every state and the tables that stand beside them.
//
// boundaries.bin is a database derived from OpenStreetMap, under the ODbL and not under the licence of
// the code: see LICENSE-ODbL.md. territories.csv and uncertainty.csv are ours.
package atlas

import (
	_ "embed"
	"encoding/csv"
	"fmt"
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
	limit, land map[airspace.State]geodesy.Length
}

// Uncertainties reads the table: by state and kind of edge, with "*" for every state not named.
func Uncertainties() (*Doubt, error) {
	rows, err := table("uncertainty.csv", uncertainty, 4)
	if err != nil {
		return nil, err
	}
	d := &Doubt{limit: map[airspace.State]geodesy.Length{}, land: map[airspace.State]geodesy.Length{}}
	for i, r := range rows {
		m, err := strconv.ParseFloat(r[2], 64)
		if err != nil || !(m > 0) {
			return nil, fmt.Errorf("reading uncertainty.csv: row %d: %q is no length in metres", i+2, r[2])
		}
		switch r[1] {
		case "limit":
			d.limit[airspace.State(r[0])] = geodesy.Length(m)
		case "land":
			d.land[airspace.State(r[0])] = geodesy.Length(m)
		default:
			return nil, fmt.Errorf("reading uncertainty.csv: row %d: %q is neither limit nor land", i+2, r[1])
		}
	}
	if d.limit["*"] == 0 || d.land["*"] == 0 {
		return nil, fmt.Errorf("reading uncertainty.csv: no row for every other state")
	}
	return d, nil
}

// Of returns the uncertainty of the outline of s: Limit where it faces the sea, LandBorder where it
// faces another state.
func (d *Doubt) Of(s airspace.State, k airspace.EdgeKind) geodesy.Length {
	m := d.limit
	if k == airspace.LandBorder {
		m = d.land
	}
	if l, ok := m[s]; ok {
		return l
	}
	return m["*"]
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
