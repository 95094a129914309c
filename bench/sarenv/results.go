package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"overflight/format/raster"
)

// configuration is how many drones share how many metres.
type configuration struct {
	drones int
	budget float64
}

func (c configuration) String() string { return fmt.Sprintf("n%d, %g km", c.drones, c.budget/1000) }

// result is a row of the published results.
type result struct {
	set, algorithm string
	configuration
	published
	area float64 // square kilometres
}

// readResults reads published results. A file with other columns is none, and says so.
func readResults(name string) ([]result, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(io.LimitReader(f, 64<<20))
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	columns := []string{"Dataset", "Algorithm", "n_agents", "Budget (m)", "Likelihood Score", "Time-Discounted Score", "Area Covered (km²)", "Total Path Length (km)"}
	var at []int
	for _, c := range columns {
		i := slices.Index(head, c)
		if i < 0 {
			return nil, fmt.Errorf("reading %s: no column %q: expected results as the benchmark writes them", name, c)
		}
		at = append(at, i)
	}
	var out []result
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		var v [8]float64
		for i := 2; i < len(at); i++ {
			if v[i], err = strconv.ParseFloat(row[at[i]], 64); err != nil {
				line, _ := r.FieldPos(at[i])
				return nil, fmt.Errorf("reading %s: line %d, %s: %q: expected a number", name, line, columns[i], row[at[i]])
			}
		}
		if v[2] < 1 || v[2] > 100 || v[2] != math.Trunc(v[2]) || !(v[3] > 0 && v[3] < 1e8) {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("reading %s: line %d: %v drones and %v m: expected 1 to 100, and a budget", name, line, v[2], v[3])
		}
		out = append(out, result{
			set: row[at[0]], algorithm: row[at[1]], configuration: configuration{int(v[2]), v[3]},
			published: published{likelihood: v[4], discounted: v[5], length: v[7]}, area: v[6],
		})
	}
}

// folder is what a folder holds: heat maps by name, and results.
type folder struct {
	names   []string // of the sets, in order
	maps    map[string]*raster.Raster
	results []result
}

// readFolder reads NAME.npy or NAME/heatmap.npy, and every CSV file.
func readFolder(dir string) (*folder, error) {
	f := &folder{maps: map[string]*raster.Raster{}}
	for _, pattern := range []string{"*.npy", "*/heatmap.npy"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range found {
			set := filepath.Base(file[:len(file)-len(".npy")])
			if set == "heatmap" {
				set = filepath.Base(filepath.Dir(file))
			}
			b, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			m, err := raster.ReadNPY(b)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", file, err)
			}
			f.maps[set] = m
			f.names = append(f.names, set)
		}
	}
	if len(f.names) == 0 {
		return nil, fmt.Errorf("%s holds no heat map: expected NAME.npy or NAME/heatmap.npy", dir)
	}
	slices.SortFunc(f.names, func(a, b string) int {
		if n := len(a) - len(b); n != 0 {
			return n
		}
		if a < b {
			return -1
		}
		return 1
	})
	tables, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		return nil, err
	}
	for _, name := range tables {
		rows, err := readResults(name)
		if err != nil {
			return nil, err
		}
		f.results = append(f.results, rows...)
	}
	return f, nil
}

// configurations are those of the results; without results it is one drone with 100 km.
func (f *folder) configurations() []configuration {
	var out []configuration
	for _, r := range f.results {
		if !slices.Contains(out, r.configuration) {
			out = append(out, r.configuration)
		}
	}
	if len(out) == 0 {
		out = append(out, configuration{1, 100e3})
	}
	slices.SortFunc(out, func(a, b configuration) int {
		if a.drones != b.drones {
			return a.drones - b.drones
		}
		return int(a.budget - b.budget)
	})
	return out
}

// fitted is a disc with how it was cut, and how far what is flown again is from what was published.
type fitted struct {
	*disc
	crop
	rows                   int     // that were flown again
	likelihood, discounted float64 // largest difference
	length, area           float64 // largest difference, kilometres; relative
	naive                  float64 // largest difference of likelihood with every cell on the rim taken in
}

// fit cuts the disc as the published results must have: of the 81 ways that roundings leave open, the one that agrees best with every
// pattern that can be flown again. One way has to agree with all of them, which is what checks it. Without results the middle is cut.
func fit(m *raster.Raster, set string, results []result, flown *flights) (*fitted, error) {
	type check struct {
		result
		*flight
	}
	var checks []check
	for _, r := range results {
		if r.set != set {
			continue
		}
		if fl := flown.of(r.algorithm, r.configuration); fl != nil {
			checks = append(checks, check{r, fl})
		}
	}
	worst := func(d *disc) (most float64) {
		for _, c := range checks {
			var sum float64
			for i, seen := range c.seen {
				if seen {
					sum += d.mass[i]
				}
			}
			most = math.Max(most, math.Abs(sum-c.published.likelihood))
		}
		return most
	}
	var best *fitted
tries:
	for _, leans := range [][2]int{{0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
		for _, offs := range [][2]int{{0, 0}, {-1, 0}, {0, -1}, {1, 0}, {0, 1}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}} {
			c := crop{offs[0], offs[1], leans[0], leans[1]}
			d, err := c.cut(m)
			if err != nil {
				return nil, err
			}
			if e := worst(d); best == nil || e < best.likelihood-1e-12 {
				best = &fitted{disc: d, crop: c, likelihood: e}
			}
			if best.likelihood < 1e-12 {
				break tries
			}
		}
	}
	plain := best.crop // the whole rim
	plain.leanEast, plain.leanNorth = 0, 0
	d, err := plain.cut(m)
	if err != nil {
		return nil, err
	}
	best.naive = worst(d)
	best.rows = len(checks)
	for _, c := range checks {
		s, _ := best.score(c.paths)
		best.discounted = math.Max(best.discounted, math.Abs(s.discounted-c.published.discounted))
		best.length = math.Max(best.length, math.Abs(s.length-c.published.length))
		best.area = math.Max(best.area, math.Abs(c.swept.area()/c.result.area-1))
	}
	return best, nil
}

// flight is a pattern flown again.
type flight struct {
	paths []path
	seen  [side * side]bool
	swept *ground
}

// flights are the patterns in the configurations that were asked for; none of them depends on a prior.
type flights struct {
	known map[string]*flight
}

// of flies a pattern once; nil for one that cannot be flown again.
func (f *flights) of(name string, c configuration) *flight {
	for _, p := range patterns {
		if p.name != name {
			continue
		}
		key := name + c.String()
		if f.known[key] == nil {
			paths := within(p.make(c.drones), c.budget)
			_, seen := (&disc{}).score(paths)
			f.known[key] = &flight{paths: paths, seen: seen, swept: swept(paths)}
		}
		return f.known[key]
	}
	return nil
}
