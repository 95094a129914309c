package main

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"overflight/evidence"
	"overflight/format/raster"
	"overflight/internal/planning"
)

func digestOf(b []byte) evidence.Digest { return sha256.Sum256(b) }

// skipped says what of a document of areas was not read.
func (t *terminal) skipped(file string, p *planning.Prior) {
	if len(p.Skipped) == 0 {
		return
	}
	var all []string
	for _, s := range p.Skipped {
		all = append(all, fmt.Sprintf("%d %s", s.Count, s.Element))
	}
	fmt.Fprintln(t.err, t.words.Text("prior.skipped", file, strings.Join(all, ", ")))
}

// readPlaced reads a GeoTIFF that says where it lies.
func readPlaced(file string, b []byte) (*raster.Raster, error) {
	m, err := raster.ReadTIFF(b, 1)
	if err != nil {
		return nil, &planning.Fault{Code: planning.CodeFile, Args: []any{file, err}}
	}
	if _, _, utm := m.CRS.UTM(); !m.Placed || !utm && !m.CRS.Geographic() {
		return nil, &planning.Fault{Code: planning.CodePlace, Args: []any{file}}
	}
	return m, nil
}

// readCleared reads what earlier looks come to.
func readCleared(file string) (planning.Cleared, error) {
	b, err := readBounded(file, mostPriorFile)
	if err != nil {
		return planning.Cleared{}, err
	}
	m, err := readPlaced(file, b)
	return planning.Cleared{Name: file, Digest: digestOf(b), Raster: m}, err
}

// readLayer reads a layer as it is typed: FILE[@WEST,SOUTH,EAST,NORTH][:WEIGHT]. What is no number belongs to the name of the file.
func readLayer(given string) (planning.Layer, error) {
	l := planning.Layer{Name: given, Weight: 1}
	if i := strings.LastIndexByte(given, ':'); i > 0 {
		if w, err := strconv.ParseFloat(given[i+1:], 64); err == nil {
			l.Name, l.Weight = given[:i], w
		}
		if !(l.Weight > 0 && l.Weight <= 1e6) {
			return l, &planning.Fault{Code: planning.CodeLayer, Args: []any{given}}
		}
	}
	box := ""
	if i := strings.LastIndexByte(l.Name, '@'); i > 0 && strings.Contains(l.Name[i:], ",") {
		l.Name, box = l.Name[:i], l.Name[i+1:]
	}
	b, err := readBounded(l.Name, mostPriorFile)
	if err != nil {
		return l, err
	}
	l.Digest = digestOf(b)
	switch {
	case !raster.SniffNPY(b):
		if box != "" {
			return l, &planning.Fault{Code: planning.CodeLayerPlaced, Args: []any{l.Name}}
		}
		l.Raster, err = readPlaced(l.Name, b)
		return l, err
	case box == "":
		return l, &planning.Fault{Code: planning.CodeLayerBounds, Args: []any{l.Name}}
	}
	if l.Raster, err = raster.ReadNPY(b); err != nil {
		return l, &planning.Fault{Code: planning.CodeFile, Args: []any{l.Name, err}}
	}
	v, ok := numbers(box, 180, 90, 180, 90)
	if ok && v[2] <= v[0] {
		v[2] += 360 // beyond 180 degrees
	}
	if !ok || v[3] <= v[1] {
		return l, &planning.Fault{Code: planning.CodeLayerBox, Args: []any{l.Name, box}}
	}
	r := l.Raster
	r.CRS, r.Placed = raster.WGS84, true
	r.Transform = raster.Transform{v[0], (v[2] - v[0]) / float64(r.Columns), 0, v[3], 0, -(v[3] - v[1]) / float64(r.Rows)}
	return l, nil
}
