package main

import (
	"io"

	"overflight/coverage"
	"overflight/format/geoparquet"
)

// coverRow is a row of a map: a cell that was looked at or planned, or a gap. What is not said of it is null.
type coverRow struct {
	Geometry    []byte   `parquet:"geometry"`
	Kind        string   `parquet:"kind,dict"` // "cell", "gap"
	Looked      *bool    `parquet:"looked,optional"`
	Looks       *int32   `parquet:"looks,optional"`
	POD         *float64 `parquet:"pod,optional"`
	Correlated  *float64 `parquet:"pod_correlated,optional"`
	Independent *float64 `parquet:"pod_independent,optional"`
	Planned     *bool    `parquet:"planned,optional"`
	PlannedPOD  *float64 `parquet:"planned_pod,optional"`
	Number      *int32   `parquet:"number,optional"` // of a gap
	AreaKm2     *float64 `parquet:"area_km2,optional"`
	Cells       *int32   `parquet:"cells,optional"`
	West        *float64 `parquet:"west,optional"`
	South       *float64 `parquet:"south,optional"`
	East        *float64 `parquet:"east,optional"`
	North       *float64 `parquet:"north,optional"`
}

// WKB implements geoparquet.Row.
func (r coverRow) WKB() []byte { return r.Geometry }

// writeCoverParquet writes what writeCoverGeoJSON does, as rows.
func writeCoverParquet(to io.Writer, m *cover, gaps []coverage.Gap) error {
	w, err := geoparquet.NewWriter[coverRow](to, geoparquet.Config{Column: "geometry"})
	if err != nil {
		return err
	}
	for c := range m.told() {
		err := w.Write(coverRow{
			Geometry: geoparquet.AppendPolygon(nil, [][][2]float64{c.ring[:]}), Kind: c.Kind, Looked: &c.Looked, Looks: &c.Looks, POD: &c.POD,
			Correlated: &c.Correlated, Independent: &c.Independent, Planned: c.Planned, PlannedPOD: c.PlannedPOD, AreaKm2: &c.AreaKm2,
		})
		if err != nil {
			return err
		}
	}
	for i, g := range gaps {
		number, area, cells := int32(i+1), squareMetres(g.AreaKm2), int32(g.Cells)
		west, south, east, north := seven(g.Bounds.West), seven(g.Bounds.South), seven(g.Bounds.East), seven(g.Bounds.North)
		err := w.Write(coverRow{
			Geometry: geoparquet.AppendPoint(nil, seven(g.Middle.Lon), seven(g.Middle.Lat)), Kind: "gap", Number: &number, AreaKm2: &area, Cells: &cells,
			West: &west, South: &south, East: &east, North: &north,
		})
		if err != nil {
			return err
		}
	}
	return w.Close()
}
