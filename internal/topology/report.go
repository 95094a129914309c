package topology

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Print writes the report for a person.
func (r *Report) Print(w io.Writer) {
	d := r.Displacement
	fmt.Fprintf(w, "vertices: %d read, %d kept\n", r.Read, r.Kept)
	fmt.Fprintf(w, "snapping: %d corners merged, %d put into a neighbour's edge; displacement p95 %.1f m, max %.1f m\n", d.Merged, d.Inserted, d.P95, d.Max)
	n := r.Noding
	fmt.Fprintf(w, "noding: %d rounds, %d crossings, %d touches, %d of a feature with itself (%s)\n", n.Rounds, n.Crossings, n.Touches, n.Self, strings.Join(r.InvalidSource, " "))
	s := r.Slivers
	fmt.Fprintf(w, "slivers: %d gaps and %d overlaps given away, %.3f km2, widest %.1f m; %d kept\n", s.Gaps, s.Overlaps, s.Area/1e6, s.Widest, s.Kept)
	fmt.Fprintf(w, "antimeridian: %d artificial edges dropped\n", r.Antimeridian)
	printRegions(w, "overlap", r.Overlaps)
	printRegions(w, "enclosed gap", r.Gaps)
}

// printRegions sums the regions by their claimants.
func printRegions(w io.Writer, kind string, list []Region) {
	type sum struct {
		n    int
		area float64
		at   Point
	}
	sums := map[string]*sum{}
	var names []string
	for _, r := range list {
		k := strings.Join(r.Codes, "+")
		if sums[k] == nil {
			sums[k] = &sum{at: r.At}
			names = append(names, k)
		}
		sums[k].n++
		sums[k].area += r.Area
	}
	slices.Sort(names)
	for _, k := range names {
		s := sums[k]
		fmt.Fprintf(w, "%s %s: %d faces, %.3f km2, at %.5f,%.5f\n", kind, k, s.n, s.area/1e6, float64(s.at.Y)/1e7, float64(s.at.X)/1e7)
	}
}
