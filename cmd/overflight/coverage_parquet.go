package main

import (
	"io"
	"math"

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
}

// WKB implements geoparquet.Row.
func (r coverRow) WKB() []byte { return r.Geometry }

// writeCoverParquet writes what writeCoverGeoJSON does, as rows.
func writeCoverParquet(to io.Writer, m *cover, gaps []coverage.Gap) error {
	w, err := geoparquet.NewWriter[coverRow](to, geoparquet.Config{Column: "geometry"})
	if err != nil {
		return err
	}
	rings := make([][][2]float64, 1)
	for row := range m.Rows {
		area := m.AreaKm2(row)
		for column := range m.Columns {
			i := row*m.Columns + column
			looked := !math.IsNaN(float64(m.looks[i]))
			out := coverRow{Kind: "cell", Looked: &looked, AreaKm2: &area}
			planned := false
			if len(m.plan) > 0 {
				var pod float64
				pod, planned = m.planAt(column, row)
				out.Planned = &planned
				if planned && !math.IsNaN(pod) {
					out.PlannedPOD = &pod
				}
			}
			if !looked && !planned {
				continue
			}
			var looks int32
			var pod, correlated, independent float64
			if looked {
				looks, pod, correlated, independent = int32(m.looks[i]), four(m.pod[i]), four(m.correlated[i]), four(m.independent[i])
			}
			out.Looks, out.POD, out.Correlated, out.Independent = &looks, &pod, &correlated, &independent
			corners := m.Ring(column, row)
			rings[0] = rings[0][:0]
			for _, c := range corners {
				rings[0] = append(rings[0], [2]float64{seven(c.Lon), seven(c.Lat)})
			}
			out.Geometry = geoparquet.AppendPolygon(nil, rings)
			if err := w.Write(out); err != nil {
				return err
			}
		}
	}
	for i, g := range gaps {
		number, area, cells := int32(i+1), g.AreaKm2, int32(g.Cells)
		err := w.Write(coverRow{
			Geometry: geoparquet.AppendPoint(nil, seven(g.Middle.Lon), seven(g.Middle.Lat)), Kind: "gap", Number: &number, AreaKm2: &area, Cells: &cells,
		})
		if err != nil {
			return err
		}
	}
	return w.Close()
}
