package report

import (
	"io"
	"time"

	"overflight/flight"
	"overflight/format/geojson"
	"overflight/geodesy"
)

// WriteGeoJSON writes paths, entries with their outermost and deepest fixes, gaps and footprints as a
// feature collection (RFC 7946). Every feature has a "kind": path, entry, entry first fix, entry last
// fix, entry deepest fix, gap or footprint.
func WriteGeoJSON(w io.Writer, a *Account) error {
	g := &features{w: geojson.NewWriter(w)}
	for i := range a.Paths {
		g.path(&a.Paths[i], a.Attribution)
	}
	if g.err != nil {
		return g.err
	}
	return g.w.Close()
}

type features struct {
	w   *geojson.Writer
	err error
}

type properties map[string]any

func (g *features) add(geometry geojson.Geometry, p properties) {
	if g.err == nil {
		g.err = g.w.Write(geojson.Feature{Geometry: geometry, Properties: p})
	}
}

func (g *features) path(p *Path, attribution []string) {
	track := p.drawing.Track
	if lines := linesOf(track); len(lines) > 0 {
		g.add(lines, properties{
			"kind": "path", "aircraft": p.Aircraft, "file": p.File, "from": p.From, "to": p.To, "fixes": p.Fixes,
			"fixes_by_state": p.FixesByState, "attribution": attribution,
		})
	}
	for i := range p.Entries {
		e := &p.Entries[i]
		about := func(kind string) properties {
			return properties{
				"kind": kind, "entry": i + 1, "aircraft": p.Aircraft, "state": e.State, "verdict": e.Verdict, "entered": e.Entered, "left": e.Left,
				"depth_m": e.Depth, "dwell_s": e.Dwell, "boundary": e.Boundary,
			}
		}
		from, to := time.Time(e.First.Time), time.Time(e.Last.Time)
		var run []flight.Fix
		for _, f := range track {
			if !f.Time.Before(from) && !f.Time.After(to) {
				run = append(run, f)
			}
		}
		if lines := linesOf(run); len(lines) > 0 {
			g.add(lines, about("entry"))
		}
		g.add(pointOf(e.First.Place), about("entry first fix"))
		g.add(pointOf(e.Last.Place), about("entry last fix"))
		if e.Deepest != nil {
			g.add(pointOf(e.Deepest.Place), about("entry deepest fix"))
		}
	}
	for _, x := range p.Gaps {
		if lines := parted([]geodesy.Position{x.begin, x.end}); len(lines) > 0 {
			g.add(lines, properties{
				"kind": "gap", "aircraft": p.Aircraft, "from": x.From, "to": x.To, "duration_s": x.Duration, "what": x.Kind, "reachable": x.Reachable,
			})
		}
	}
	for _, f := range p.drawing.Footprints {
		ring := make(geojson.Ring, 0, 5)
		for _, c := range f.Corners {
			ring = append(ring, geojson.Position{c.Lon.Degrees(), c.Lat.Degrees()})
		}
		g.add(geojson.Polygon{oriented(append(ring, ring[0]))}, properties{"kind": "footprint", "aircraft": p.Aircraft, "time": instant(f.Time)})
	}
}

// oriented turns a ring counter-clockwise, as RFC 7946 wants outer rings.
func oriented(r geojson.Ring) geojson.Ring {
	area := 0.0
	for i := 1; i < len(r); i++ {
		area += r[i-1][0]*r[i][1] - r[i][0]*r[i-1][1]
	}
	if area < 0 {
		for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
			r[i], r[j] = r[j], r[i]
		}
	}
	return r
}

func pointOf(p Place) geojson.Point { return geojson.Point{p.Lon, p.Lat} }

func linesOf(track []flight.Fix) geojson.MultiLineString {
	points := make([]geodesy.Position, len(track))
	for i := range track {
		points[i] = track[i].Position
	}
	return parted(points)
}

// parted cuts a line at the antimeridian (RFC 7946, 3.1.9).
func parted(points []geodesy.Position) geojson.MultiLineString {
	var all geojson.MultiLineString
	var line []geojson.Position
	end := func() {
		if len(line) > 1 {
			all = append(all, line)
		}
		line = nil
	}
	for i, p := range points {
		if i > 0 {
			a := points[i-1]
			if d := p.Lon.Degrees() - a.Lon.Degrees(); d > 180 || d < -180 {
				side := 180.0
				if a.Lon < 0 {
					side = -180
				}
				other := p.Lon.Degrees() + 2*side
				lat := a.Lat.Degrees()
				if width := other - a.Lon.Degrees(); width != 0 {
					lat += (p.Lat - a.Lat).Degrees() * (side - a.Lon.Degrees()) / width
				}
				line = append(line, geojson.Position{side, lat})
				end()
				line = append(line, geojson.Position{-side, lat})
			}
		}
		line = append(line, geojson.Position{p.Lon.Degrees(), p.Lat.Degrees()})
	}
	end()
	return all
}
