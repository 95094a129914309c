package server

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"overflight/coverage"
	"overflight/format/raster"
	"overflight/geodesy"
	"overflight/internal/node"
	"overflight/journal"
)

// CoverageInput says of which period and how a raster is asked for.
type CoverageInput struct {
	Sought
	Cell    float64 `query:"cell" minimum:"0" maximum:"100000" doc:"metres; left out, about 100,000 cells"`
	Layers  string  `query:"layers" enum:",pod,all" doc:"pod alone, or pod, correlated, independent and the number of looks"`
	Include string  `query:"include" maxLength:"100" pattern:"^-?[0-9.]+(,-?[0-9.]+){3}$" doc:"west, south, east, north that the raster holds in any case"`
	Within  string  `query:"within" maxLength:"100" pattern:"^-?[0-9.]+(,-?[0-9.]+){3}$" doc:"west, south, east, north: the raster is of that and no more, so that its cells are finer"`
	Format  string  `query:"format" enum:",tif" doc:"a GeoTIFF of the probability of detection instead of the layers"`
}

type flightCoverageInput struct {
	FlightPath
	CoverageInput
}

// A raster goes as bytes, little endian:
//
//	"OVC1" | columns u32 | rows u32 | layers u32 | north f64 | west f64 | height of a cell f64 | width of a cell f64
//	each layer: rows from north to south, in each the columns from west to east, f32
//
// Angles are degrees; columns go on beyond 180 degrees. The first layer is the probability of detection, the others that of looks
// that all miss together, that of looks that miss each by itself, and the number of looks. NaN is ground that nobody looked at.
const (
	coverageMagic = "OVC1"
	coverageHead  = 48
	allLayers     = 4
)

func (a *api) cover(ctx context.Context, sortie journal.Sortie, in *CoverageInput) (*huma.StreamResponse, error) {
	q := node.Coverage{Flight: sortie, Period: in.period(), Cell: geodesy.Length(in.Cell)}
	var err error
	if q.Include, err = readBounds(in.Include); err != nil {
		return nil, err
	}
	if q.Within, err = readBounds(in.Within); err != nil {
		return nil, err
	}
	r, err := a.node.Cover(ctx, q)
	if err != nil {
		return nil, err
	}
	layers := 1
	if in.Layers == "all" {
		layers = allLayers
	}
	b, kind := encodeRaster(r, layers), "application/octet-stream"
	if in.Format == "tif" {
		if b, err = rasterTIFF(r); err != nil {
			return nil, err
		}
		kind = "image/tiff"
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", kind)
		c.SetHeader("Cache-Control", "no-store")
		_, _ = c.BodyWriter().Write(b) // nobody is left to tell
	}}, nil
}

// readBounds reads west, south, east and north; nil where there are none.
func readBounds(s string) (*coverage.Bounds, error) {
	if s == "" {
		return nil, nil
	}
	var v [4]float64
	for i, text := range strings.Split(s, ",") {
		var err error
		if v[i], err = strconv.ParseFloat(text, 64); err != nil {
			return nil, coverage.ErrArea
		}
	}
	if !(v[0] >= -180 && v[0] <= v[2] && v[2] <= v[0]+360 && v[1] >= -90 && v[1] <= v[3] && v[3] <= 90) {
		return nil, coverage.ErrArea
	}
	return &coverage.Bounds{West: geodesy.Angle(v[0]), South: geodesy.Angle(v[1]), East: geodesy.Angle(v[2]), North: geodesy.Angle(v[3])}, nil
}

func encodeRaster(r *coverage.Raster, layers int) []byte {
	le := binary.LittleEndian
	n := r.Columns * r.Rows
	b := make([]byte, coverageHead+4*layers*n)
	copy(b, coverageMagic)
	le.PutUint32(b[4:], uint32(r.Columns))
	le.PutUint32(b[8:], uint32(r.Rows))
	le.PutUint32(b[12:], uint32(layers))
	for i, v := range [4]geodesy.Angle{r.North, r.West, r.Height, r.Width} {
		le.PutUint64(b[16+8*i:], math.Float64bits(float64(v)))
	}
	for i := range n {
		c := r.At(i%r.Columns, i/r.Columns)
		values := [allLayers]float64{c.POD, c.Correlated, c.Independent, float64(c.Looks)}
		for k, v := range values[:layers] {
			if c.Looks == 0 {
				v = math.NaN()
			}
			le.PutUint32(b[coverageHead+4*(k*n+i):], math.Float32bits(float32(v)))
		}
	}
	return b
}

// errRaster is returned for bytes that are no raster.
var errRaster = errors.New("reading a raster: not one of this program")

// DecodeRaster reads what get-coverage answers: its grid and its layers.
func DecodeRaster(from io.Reader) (coverage.Grid, [][]float32, error) {
	le := binary.LittleEndian
	var head [coverageHead]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return coverage.Grid{}, nil, errRaster
	}
	columns, rows, layers := le.Uint32(head[4:]), le.Uint32(head[8:]), le.Uint32(head[12:])
	n := uint64(columns) * uint64(rows)
	if string(head[:4]) != coverageMagic || n == 0 || n > coverage.MostCells || layers == 0 || layers > allLayers {
		return coverage.Grid{}, nil, errRaster
	}
	angle := func(i int) geodesy.Angle { return geodesy.Angle(math.Float64frombits(le.Uint64(head[16+8*i:]))) }
	g := coverage.Grid{North: angle(0), West: angle(1), Height: angle(2), Width: angle(3), Columns: int(columns), Rows: int(rows)}
	b := make([]byte, 4*n)
	out := make([][]float32, layers)
	for k := range out {
		if _, err := io.ReadFull(from, b); err != nil {
			return coverage.Grid{}, nil, errRaster
		}
		out[k] = make([]float32, n)
		for i := range out[k] {
			out[k][i] = math.Float32frombits(le.Uint32(b[4*i:]))
		}
	}
	return g, out, nil
}

// tileSide is that of the tiles of a map, in cells.
const tileSide = 256

// WriteCoverageTIFF writes the probability of detection of every cell, row by row, and no data where nobody looked: a 0 would say that
// somebody did.
func WriteCoverageTIFF(to io.Writer, g coverage.Grid, pod []float32) error {
	r := raster.Raster{
		Columns: g.Columns, Rows: g.Rows, Values: make([]float64, len(pod)), CRS: raster.WGS84, Placed: true,
		Transform: raster.Transform{float64(g.West), float64(g.Width), 0, float64(g.North), 0, -float64(g.Height)},
	}
	for i, v := range pod {
		r.Values[i] = float64(v)
	}
	return raster.WriteTIFF(to, &r, raster.TIFFOptions{Tile: tileSide})
}

func rasterTIFF(r *coverage.Raster) ([]byte, error) {
	pod := make([]float32, r.Columns*r.Rows)
	for i := range pod {
		c := r.At(i%r.Columns, i/r.Columns)
		if pod[i] = float32(c.POD); c.Looks == 0 {
			pod[i] = float32(math.NaN())
		}
	}
	var b bytes.Buffer
	err := WriteCoverageTIFF(&b, r.Grid, pod)
	return b.Bytes(), err
}
