package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"overflight/airspace"
	"overflight/format/geojson"
	"overflight/internal/atlas"
	"overflight/internal/topology"
)

// worth is the disagreement in metres, at the 95th percentile, from which on a row is worth printing.
const worth = 500

// compareWith prints, as uncertainty.csv, where another extract of the same lines disagrees with the embedded
// one, neighbour by neighbour and degree by degree.
func compareWith(name string, c topology.Config, stdout io.Writer) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("reading other extract: %w", err)
	}
	defer f.Close()
	src, err := topology.Read(f, "ATA")
	if err != nil {
		return err
	}
	t, _, err := topology.Build(src, c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := topology.Write(&b, t, airspace.AtlasInfo{Name: filepath.Base(name)}); err != nil {
		return err
	}
	sovereign, err := atlas.Sovereigns()
	if err != nil {
		return err
	}
	other, err := airspace.OpenAtlas(b.Bytes(), airspace.Tables{Sovereign: sovereign})
	if err != nil {
		return err
	}
	own, err := atlas.Open()
	if err != nil {
		return err
	}
	fmt.Fprint(stdout, "state,beside,south,west,metres,why\n"+
		"*,sea,,,500,sea limit of the OpenStreetMap family until an official baseline is loaded\n"+
		"*,*,,,50,land border of the OpenStreetMap family\n")
	for _, s := range topology.Compare(own, other) {
		if s.P95 <= worth {
			continue
		}
		beside := s.Neighbour
		if beside == "" {
			beside = "sea"
		}
		fmt.Fprintf(stdout, "%s,%s,%d,%d,%.0f,median %.0f at most %.0f of %d\n",
			s.State, beside, s.South, s.West, math.Ceil(s.P95/10)*10, s.P50, s.Most, s.Points)
	}
	return nil
}

// exportTo writes the outlines that are embedded, for whoever wants to use or check the changed database.
func exportTo(dir string) error {
	a, err := atlas.Open()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making folder: %w", err)
	}
	for _, s := range a.States() {
		var b bytes.Buffer
		w := geojson.NewWriter(&b)
		if err := w.Write(atlas.Feature(a, s)); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, string(s)+".geojson"), b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("writing outline: %w", err)
		}
	}
	return nil
}
