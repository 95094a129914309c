package planning

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"overflight/coverage"
	"overflight/format/geojson"
	"overflight/format/raster"
	"overflight/geodesy"
)

// The items of a GeoTIFF beside its values.
const (
	itemRecord = "OVERFLIGHT_PRIOR"
	itemRest   = "REST_OF_WORLD" // for other programs; the record has it too
)

// mapTile is the side of the tiles of a map, in cells.
const mapTile = 256

// WriteTIFF writes the map as a GeoTIFF of doubles with its record beside the values: read back it is the same to the bit.
func (m *Map) WriteTIFF(w io.Writer) error {
	b, err := json.Marshal(m.Record)
	if err != nil {
		return err
	}
	r := raster.Raster{
		Columns: m.Columns, Rows: m.Rows, Values: m.POC, CRS: raster.WGS84, Placed: true,
		Transform: raster.Transform{float64(m.West), float64(m.Width), 0, float64(m.North), 0, -float64(m.Height)},
	}
	return raster.WriteTIFF(w, &r, raster.TIFFOptions{Tile: mapTile, Doubles: true, Metadata: []raster.Item{
		{Name: itemRest, Value: strconv.FormatFloat(m.Record.Rest, 'g', -1, 64)}, {Name: itemRecord, Value: string(b)},
	}})
}

// mostPolygons bounds a map that is written as polygons.
const mostPolygons = 200_000

// mapHead is the foreign member (RFC 7946, clause 6.1) that makes a feature collection of cells a map.
type mapHead struct {
	Record

	North   float64 `json:"north"`
	West    float64 `json:"west"`
	Height  float64 `json:"cell_height_deg"`
	Width   float64 `json:"cell_width_deg"`
	Columns int     `json:"columns"`
	Rows    int     `json:"rows"`
}

// mapCell is what a polygon says.
type mapCell struct {
	Column int     `json:"column"`
	Row    int     `json:"row"`
	POC    float64 `json:"poc"`
}

// WriteGeoJSON writes a polygon for every cell where the place may be. Read back the map is the same to the bit.
func (m *Map) WriteGeoJSON(w io.Writer) error {
	cells := 0
	for _, v := range m.POC {
		if v > 0 {
			cells++
		}
	}
	if cells > mostPolygons {
		return fault(CodeManyCells, cells, mostPolygons)
	}
	head, err := json.Marshal(mapHead{m.Record, float64(m.North), float64(m.West), float64(m.Height), float64(m.Width), m.Columns, m.Rows})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\"type\":\"FeatureCollection\",\"overflight_prior\":%s,\"features\":[", head); err != nil {
		return err
	}
	between := "\n"
	for c, v := range m.POC {
		if v <= 0 {
			continue
		}
		var ring geojson.Ring
		for _, p := range m.Ring(c%m.Columns, c/m.Columns) {
			ring = append(ring, geojson.Position{round(float64(p.Lon)), round(float64(p.Lat))})
		}
		b, err := geojson.Feature{Geometry: geojson.Polygon{ring}, Properties: mapCell{c % m.Columns, c / m.Columns, v}}.MarshalJSON()
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s%s", between, b); err != nil {
			return err
		}
		between = ",\n"
	}
	_, err = io.WriteString(w, "\n]}\n")
	return err
}

// readMapTIFF reads what WriteTIFF wrote.
func readMapTIFF(name string, b []byte) (*Map, error) {
	items, err := raster.TIFFMetadata(b)
	if err != nil {
		return nil, fault(CodeFile, name, err)
	}
	text := ""
	for _, it := range items {
		if it.Name == itemRecord {
			text = it.Value
		}
	}
	if text == "" {
		return nil, fault(CodeRecord, name)
	}
	m := &Map{}
	if err := json.Unmarshal([]byte(text), &m.Record); err != nil {
		return nil, fault(CodeFile, name, itemRecord+": "+err.Error())
	}
	r, err := raster.ReadTIFF(b, 1)
	if err != nil {
		return nil, fault(CodeFile, name, err)
	}
	t := r.Transform
	if !r.Placed || r.CRS != raster.WGS84 || t[2] != 0 || t[4] != 0 {
		return nil, fault(CodePlace, name)
	}
	m.Grid = coverage.Grid{North: geodesy.Angle(t[3]), West: geodesy.Angle(t[0]), Height: geodesy.Angle(-t[5]), Width: geodesy.Angle(t[1]), Columns: r.Columns, Rows: r.Rows}
	m.POC = r.Values
	return m, m.check(name)
}

// readMapJSON reads what WriteGeoJSON wrote; nil where it is another GeoJSON file.
func readMapJSON(name string, b []byte) (*Map, error) {
	if !bytes.Contains(b[:min(len(b), 256)], []byte(`"overflight_prior"`)) {
		return nil, nil
	}
	var f struct {
		Prior    mapHead `json:"overflight_prior"`
		Features []struct {
			Properties mapCell `json:"properties"`
		} `json:"features"`
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fault(CodeFile, name, err)
	}
	h := &f.Prior
	m := &Map{Record: h.Record, Grid: coverage.Grid{North: geodesy.Angle(h.North), West: geodesy.Angle(h.West), Height: geodesy.Angle(h.Height), Width: geodesy.Angle(h.Width), Columns: h.Columns, Rows: h.Rows}}
	if !m.sized() {
		return nil, fault(CodeFile, name, fmt.Sprintf("%d x %d cells", h.Columns, h.Rows))
	}
	m.POC = make([]float64, h.Columns*h.Rows)
	for i := range f.Features {
		c := &f.Features[i].Properties
		if c.Column < 0 || c.Column >= h.Columns || c.Row < 0 || c.Row >= h.Rows || m.POC[c.Row*h.Columns+c.Column] != 0 {
			return nil, fault(CodeFile, name, fmt.Sprintf("feature %d: row %d, column %d", i, c.Row, c.Column))
		}
		m.POC[c.Row*h.Columns+c.Column] = c.POC
	}
	return m, m.check(name)
}

// sized tells whether the grid is one that a map may have.
func (m *Map) sized() bool {
	return m.Columns > 0 && m.Rows > 0 && m.Columns <= coverage.MostCells && m.Rows <= coverage.MostCells && m.Columns*m.Rows <= coverage.MostCells &&
		m.Height > 0 && m.Width > 0 && m.West >= -180 && m.West <= 180 && m.North <= mostLat+5 && m.North-geodesy.Angle(m.Rows)*m.Height >= -mostLat-5 &&
		float64(m.Columns)*float64(m.Width) <= 360
}

// check holds a map that was read to what a map is.
func (m *Map) check(name string) error {
	if m.Record.Kind != RecordKind {
		return fault(CodeFile, name, fmt.Sprintf("kind %q; expected %q", m.Record.Kind, RecordKind))
	}
	if !m.sized() {
		return fault(CodeFile, name, fmt.Sprintf("%d x %d cells, %v,%v", m.Columns, m.Rows, float64(m.North), float64(m.West)))
	}
	for c, v := range m.POC {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fault(CodeMass, name, c/m.Columns, c%m.Columns, v)
		}
	}
	mass, rest := m.Mass(), m.Record.Rest
	if !(rest >= 0 && rest < 1) || math.Abs(mass+rest-1) > 1e-6 || !(mass > 0) {
		return fault(CodeSum, name, fmt.Sprintf("%.6g", mass), fmt.Sprintf("%.6g", rest))
	}
	return nil
}
