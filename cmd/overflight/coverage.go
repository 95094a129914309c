package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"overflight/coverage"
	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/internal/client"
	"overflight/internal/durable"
	"overflight/internal/server"
)

// cover is what a map is made of.
type cover struct {
	coverage.Grid
	pod, correlated, independent, looks []float32 // row by row; NaN where nobody looked
	plan                                []planned
}

// mapWriters write maps, by the ending of the file.
var mapWriters = map[string]func(io.Writer, *cover, []coverage.Gap) error{
	".geojson": writeCoverGeoJSON, ".parquet": writeCoverParquet, ".tif": writeCoverTIFF,
}

func newCoverage(t *terminal) *cobra.Command {
	var f folder
	var out, plan string
	var cell float64
	c := &cobra.Command{
		Use:   "coverage FLIGHT|FROM/TO -o MAP.geojson|MAP.parquet|MAP.tif",
		Short: t.words.Text("help.coverage"),
		Long:  t.words.Text("help.coverage") + "\n\n" + t.words.Text("help.coverage.long"),
		Args:  one(t, "FLIGHT|FROM/TO"),
		RunE: func(c *cobra.Command, args []string) error {
			write := mapWriters[strings.ToLower(filepath.Ext(out))]
			if write == nil {
				return usage("%s", t.words.Text("coverage.ending", out, endings()))
			}
			path, query := "/flights/"+url.PathEscape(args[0])+"/coverage", url.Values{"layers": {"all"}}
			if from, to, is := strings.Cut(args[0], "/"); is {
				path = "/coverage"
				if err := queryInstants(t, query, map[string]string{"since": from, "until": to}); err != nil {
					return err
				}
			}
			if cell > 0 {
				query.Set("cell", plain(cell))
			}
			m := &cover{}
			if plan != "" {
				var err error
				if m.plan, err = readAreas(t, plan); err != nil {
					return err
				}
				b := planBounds(m.plan)
				query.Set("include", strings.Join([]string{plain(float64(b.West)), plain(float64(b.South)), plain(float64(b.East)), plain(float64(b.North))}, ","))
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				answer, err := k.Stream(c.Context(), http.MethodGet, path, query)
				if err != nil {
					return err
				}
				grid, layers, err := server.DecodeRaster(answer)
				if err = errors.Join(err, answer.Close()); err != nil {
					return err
				}
				if len(layers) != 4 {
					return fmt.Errorf("reading coverage: %d layers, want 4", len(layers))
				}
				m.Grid, m.pod, m.correlated, m.independent, m.looks = grid, layers[0], layers[1], layers[2], layers[3]
				gaps := m.gaps()
				var b bytes.Buffer
				if err := write(&b, m, gaps); err != nil {
					return err
				}
				if err := durable.OS().WriteFile(out, b.Bytes(), 0o644); err != nil {
					return err
				}
				m.summary(t, out, gaps)
				return nil
			})
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVarP(&out, "out", "o", "", t.words.Text("help.coverage.out"))
	flags.StringVar(&plan, "plan", "", t.words.Text("help.coverage.plan"))
	flags.Float64Var(&cell, "cell", 0, t.words.Text("help.coverage.cell"))
	return c
}

func endings() string {
	var all []string
	for e := range mapWriters {
		all = append(all, e)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// planned is ground that was to be looked at, and with what probability where the plan says so.
type planned struct {
	rings [][][2]float64
	area  coverage.Area
	pod   float64 // NaN where it does not say
}

// mostPlan bounds the file of an area or a plan.
const mostPlan = 16 << 20

// readAreas reads the polygons of a GeoJSON file; lines and points, such as those of a route, are left out.
func readAreas(t *terminal, file string) ([]planned, error) {
	b, err := readBounded(file, mostPlan)
	if err != nil {
		return nil, err
	}
	bad := func(what string) error {
		return &exit{code: exitError, err: errors.New(t.words.Text("area.file", file, what))}
	}
	var whole struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(b, &whole); err != nil {
		return nil, bad(err.Error())
	}
	features := whole.Features
	if whole.Type != "FeatureCollection" {
		features = []json.RawMessage{b}
	}
	var out []planned
	for _, raw := range features {
		var x struct {
			Geometry *struct {
				Type string `json:"type"`
			} `json:"geometry"`
			Properties struct {
				POD *float64 `json:"pod"`
			} `json:"properties"`
		}
		if err := json.Unmarshal(raw, &x); err != nil {
			return nil, bad(err.Error())
		}
		if x.Geometry != nil && !strings.HasSuffix(x.Geometry.Type, "Polygon") {
			continue
		}
		polygons, err := geojson.ReadPolygons(raw)
		if err != nil {
			return nil, bad(err.Error())
		}
		p := planned{pod: math.NaN()}
		if x.Properties.POD != nil {
			p.pod = *x.Properties.POD
		}
		var rings [][]geodesy.Position
		for _, polygon := range polygons {
			for _, ring := range polygon {
				var r []geodesy.Position
				var flat [][2]float64
				for _, c := range ring {
					r = append(r, geodesy.Position{Lat: geodesy.Angle(c[1]), Lon: geodesy.Angle(c[0])})
					flat = append(flat, c)
				}
				rings, p.rings = append(rings, r), append(p.rings, flat)
			}
		}
		if p.area, err = coverage.NewArea(rings); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, bad(t.words.Text("area.empty"))
	}
	return out, nil
}

func planBounds(all []planned) coverage.Bounds {
	var e coverage.Extent
	for i := range all {
		e.AddBounds(all[i].area.Bounds())
	}
	b, _ := e.Bounds()
	// Written as an area may be: from -180 on.
	east := b.East - b.West
	b.West = geodesy.NormalizeLongitude(b.West)
	b.East = b.West + east
	return b
}

// planAt says whether a cell is in the plan, and with what probability.
func (m *cover) planAt(column, row int) (pod float64, in bool) {
	at := m.Centre(column, row)
	pod = math.NaN()
	for i := range m.plan {
		if p := &m.plan[i]; p.area.Contains(at) {
			in = true
			if !math.IsNaN(p.pod) && !(pod >= p.pod) {
				pod = p.pod
			}
		}
	}
	return pod, in
}

// gaps are the pieces of the plan that nobody looked at; without a plan there are none, for nothing was to be looked at.
func (m *cover) gaps() []coverage.Gap {
	if len(m.plan) == 0 {
		return nil
	}
	open := make([]bool, len(m.looks))
	for i := range open {
		if math.IsNaN(float64(m.looks[i])) {
			_, open[i] = m.planAt(i%m.Columns, i/m.Columns)
		}
	}
	return m.Pieces(open)
}

func (m *cover) summary(t *terminal, out string, gaps []coverage.Gap) {
	seen, pod, wanted, met := 0.0, 0.0, 0.0, 0.0
	for row := range m.Rows {
		size := m.AreaKm2(row)
		for column := range m.Columns {
			i := row*m.Columns + column
			looked := !math.IsNaN(float64(m.looks[i]))
			if looked {
				seen, pod = seen+size, pod+size*float64(m.pod[i])
			}
			if _, in := m.planAt(column, row); in {
				wanted += size
				if looked {
					met += size
				}
			}
		}
	}
	mean := 0.0
	if seen > 0 {
		mean = pod / seen
	}
	fmt.Fprintln(t.out, t.words.Text("coverage.done", out, km2(seen), probability(mean), fmt.Sprintf("%d × %d", m.Columns, m.Rows), fmt.Sprintf("%.0f m", float64(m.Side()))))
	if len(m.plan) == 0 {
		return
	}
	fmt.Fprintln(t.out, t.words.Text("coverage.planned", km2(wanted), km2(met), t.words.Count("count.unlooked", len(gaps))))
	var named []server.Unlooked
	for _, g := range gaps {
		named = append(named, server.Unlooked{Middle: [2]float64{float64(g.Middle.Lon), float64(g.Middle.Lat)}, AreaKm2: g.AreaKm2})
	}
	writeGaps(t, named)
}

// coverCell is what a map says of a cell that was looked at or planned.
type coverCell struct {
	Kind        string   `json:"kind"`
	Looked      bool     `json:"looked"`
	Looks       int32    `json:"looks"`
	POD         float64  `json:"pod"`
	Correlated  float64  `json:"pod_correlated"`
	Independent float64  `json:"pod_independent"`
	Planned     *bool    `json:"planned,omitempty"` // nil where there is no plan
	PlannedPOD  *float64 `json:"planned_pod,omitempty"`
	AreaKm2     float64  `json:"area_km2"`
	ring        [5][2]float64
}

// told are the cells that were looked at or planned, row by row.
func (m *cover) told() iter.Seq[coverCell] {
	return func(yield func(coverCell) bool) {
		for i, looks := range m.looks {
			column, row := i%m.Columns, i/m.Columns
			c := coverCell{Kind: "cell", Looked: !math.IsNaN(float64(looks))}
			if len(m.plan) > 0 {
				pod, in := m.planAt(column, row)
				if c.Planned = &in; in && !math.IsNaN(pod) {
					c.PlannedPOD = &pod
				}
			}
			if !c.Looked && (c.Planned == nil || !*c.Planned) {
				continue
			}
			if c.Looked {
				c.Looks, c.POD, c.Correlated, c.Independent = int32(looks), four(m.pod[i]), four(m.correlated[i]), four(m.independent[i])
			}
			c.AreaKm2 = squareMetres(m.AreaKm2(row))
			for k, p := range m.Ring(column, row) {
				c.ring[k] = [2]float64{seven(p.Lon), seven(p.Lat)}
			}
			if !yield(c) {
				return
			}
		}
	}
}

// writeCoverGeoJSON writes a polygon a cell, then a point a gap.
func writeCoverGeoJSON(to io.Writer, m *cover, gaps []coverage.Gap) error {
	w := geojson.NewWriter(to)
	for c := range m.told() {
		var ring geojson.Ring
		for _, p := range c.ring {
			ring = append(ring, p)
		}
		if err := w.Write(geojson.Feature{Geometry: geojson.Polygon{ring}, Properties: c}); err != nil {
			return err
		}
	}
	for i, g := range gaps {
		err := w.Write(geojson.Feature{Geometry: geojson.Point{seven(g.Middle.Lon), seven(g.Middle.Lat)}, Properties: map[string]any{
			"kind": "gap", "number": i + 1, "area_km2": squareMetres(g.AreaKm2), "cells": g.Cells,
			"west": seven(g.Bounds.West), "south": seven(g.Bounds.South), "east": seven(g.Bounds.East), "north": seven(g.Bounds.North),
		}})
		if err != nil {
			return err
		}
	}
	return w.Close()
}

func squareMetres(km2 float64) float64 { return math.Round(km2*1e6) / 1e6 }

func four(v float32) float64 { return math.Round(float64(v)*1e4) / 1e4 }

func seven(a geodesy.Angle) float64 { return math.Round(float64(a)*1e7) / 1e7 }
