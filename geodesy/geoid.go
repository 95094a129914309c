package geodesy

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Geoid is a grid of geoid undulations over the whole Earth: rows from the north pole to the south
// pole, columns from longitude 0 eastwards, in centimetres. It is safe for concurrent use.
type Geoid struct {
	rows, cols int
	cm         []int16
}

// ErrGeoid is returned for bytes that are no geoid file.
var ErrGeoid = errors.New("not a geoid file")

const (
	geoidMagic   = "geoid\x00\x00\x01"
	geoidHeader  = len(geoidMagic) + 4
	geoidLargest = 1 << 24 // points; 1' of arc would be 233 million, 15' is 1 million
)

// NewGeoid takes a grid whose first row is the north pole and last row the south pole, rows x cols
// values in centimetres. It keeps the slice.
func NewGeoid(rows, cols int, cm []int16) (*Geoid, error) {
	if rows < 2 || cols < 2 || rows > 1<<16-1 || cols > 1<<16-1 || rows*cols > geoidLargest {
		return nil, fmt.Errorf("%w: %d rows by %d columns", ErrGeoid, rows, cols)
	}
	if len(cm) != rows*cols {
		return nil, fmt.Errorf("%w: %d values for %d rows by %d columns", ErrGeoid, len(cm), rows, cols)
	}
	return &Geoid{rows, cols, cm}, nil
}

// ParseGeoid reads what Append wrote: a magic of eight bytes, rows and columns as big-endian 16-bit
// numbers, and a DEFLATE stream (RFC 1951) of one zigzag varint a point, north-west first: the value
// less west + north - north-west, where what lies outside the grid counts as 0.
func ParseGeoid(b []byte) (*Geoid, error) {
	if len(b) < geoidHeader || string(b[:len(geoidMagic)]) != geoidMagic {
		return nil, fmt.Errorf("%w: want magic %q", ErrGeoid, geoidMagic)
	}
	rows := int(binary.BigEndian.Uint16(b[len(geoidMagic):]))
	cols := int(binary.BigEndian.Uint16(b[len(geoidMagic)+2:]))
	if rows < 2 || cols < 2 || rows*cols > geoidLargest {
		return nil, fmt.Errorf("%w: %d rows by %d columns", ErrGeoid, rows, cols)
	}
	// A varint of a 16-bit grid's residuals takes at most three bytes.
	points := rows * cols
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b[geoidHeader:])), int64(3*points)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: inflating: %w", ErrGeoid, err)
	}
	if len(raw) < points {
		return nil, fmt.Errorf("%w: %d bytes for %d values", ErrGeoid, len(raw), points)
	}
	cm := make([]int16, points)
	for i := range cm {
		r, n := binary.Varint(raw)
		if n <= 0 {
			return nil, fmt.Errorf("%w: %d of %d values", ErrGeoid, i, points)
		}
		raw = raw[n:]
		v := r + predict(cm, i, cols)
		if v < math.MinInt16 || v > math.MaxInt16 {
			return nil, fmt.Errorf("%w: value %d is %d cm", ErrGeoid, i, v)
		}
		cm[i] = int16(v)
	}
	if len(raw) != 0 {
		return nil, fmt.Errorf("%w: %d bytes after the last value", ErrGeoid, len(raw))
	}
	return &Geoid{rows, cols, cm}, nil
}

// predict extends the plane through the three known neighbours.
func predict(cm []int16, i, cols int) int64 {
	var w, n, nw int64
	if i%cols > 0 {
		w = int64(cm[i-1])
	}
	if i >= cols {
		n = int64(cm[i-cols])
		if i%cols > 0 {
			nw = int64(cm[i-cols-1])
		}
	}
	return w + n - nw
}

// Append appends the geoid in the form that ParseGeoid reads. The bytes depend on nothing but the
// grid and the release of compress/flate.
func (g *Geoid) Append(dst []byte) ([]byte, error) {
	dst = append(dst, geoidMagic...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(g.rows))
	dst = binary.BigEndian.AppendUint16(dst, uint16(g.cols))
	var residuals []byte
	for i, v := range g.cm {
		residuals = binary.AppendVarint(residuals, int64(v)-predict(g.cm, i, g.cols))
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("deflating the geoid: %w", err)
	}
	if _, err := w.Write(residuals); err != nil {
		return nil, fmt.Errorf("deflating the geoid: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("deflating the geoid: %w", err)
	}
	return append(dst, packed.Bytes()...), nil
}

// Undulation returns the height of the geoid above the ellipsoid at p, by bilinear interpolation
// between the four grid points around it. Between the points of a 15' grid that leaves out what is
// narrower than 28 km: centimetres as a rule, more in high mountains, and less than the error of 0.5
// to 1 m that EGM96 itself has.
func (g *Geoid) Undulation(p Position) Length {
	y := (90 - float64(p.Lat)) / 180 * float64(g.rows-1)
	if !(y >= 0 && y <= float64(g.rows-1)) {
		return Length(math.NaN())
	}
	lon := wrap(float64(p.Lon))
	if lon < 0 {
		lon += 360
	}
	x := lon / 360 * float64(g.cols)
	if math.IsNaN(x) {
		return Length(x)
	}
	r, c := min(int(y), g.rows-2), int(x)
	fy, fx := y-float64(r), x-float64(c)
	c0, c1 := c%g.cols, (c+1)%g.cols
	north, south := g.cm[r*g.cols:(r+1)*g.cols], g.cm[(r+1)*g.cols:(r+2)*g.cols]
	top := float64(north[c0])*(1-fx) + float64(north[c1])*fx
	bottom := float64(south[c0])*(1-fx) + float64(south[c1])*fx
	return Length((top + fy*(bottom-top)) / 100)
}

// ToHAE returns the altitude above the ellipsoid: HAE as it is, MSL plus the undulation. Heights above
// the ground, barometric ones and unknown ones cannot be converted: false.
func (g *Geoid) ToHAE(p Position, a Altitude) (Altitude, bool) {
	switch a.Datum {
	case HAE:
		return a, true
	case MSL:
		return Altitude{a.Value + g.Undulation(p), HAE}, true
	case AGL, Barometric, Unstated, UnknownDatum:
	}
	return Altitude{}, false
}

// ToMSL returns the altitude above mean sea level: MSL as it is, HAE less the undulation. Heights
// above the ground, barometric ones and unknown ones cannot be converted: false.
func (g *Geoid) ToMSL(p Position, a Altitude) (Altitude, bool) {
	switch a.Datum {
	case MSL:
		return a, true
	case HAE:
		return Altitude{a.Value - g.Undulation(p), MSL}, true
	case AGL, Barometric, Unstated, UnknownDatum:
	}
	return Altitude{}, false
}
