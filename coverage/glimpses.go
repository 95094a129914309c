package coverage

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"overflight/geodesy"
	"overflight/sensor"
)

// The form of a block of glimpses: its version and how many there are, then each by its difference from the one before. The
// corners of one picture move together, so that the second to the fourth are written by their difference from the first's
// move: some 30 bytes a frame.
const glimpsesVersion = 2

// MostGlimpses bounds a block.
const MostGlimpses = 1 << 16

// ErrGlimpses is returned for bytes that are no block of glimpses.
var ErrGlimpses = errors.New("coverage: not a block of glimpses")

const (
	hasTime = 1 << iota
	hasEye
	hasHeight
	hasPicture
	bandShift = iota
)

// last is what the next glimpse is told by.
type last struct {
	number  uint64
	micros  int64
	corners [4][2]int64
	eye     [2]int64
	height  int64
	picture [2]int64
	doubt   int64
}

// AppendGlimpses appends a block; numbers MUST rise. It panics on nothing that GlimpseOf returned.
func AppendGlimpses(dst []byte, all []Glimpse) []byte {
	dst = append(dst, glimpsesVersion)
	dst = binary.AppendUvarint(dst, uint64(len(all)))
	var l last
	for i := range all {
		g := &all[i]
		flags := byte(g.Band) << bandShift
		eye, okEye := g.Eye.Get()
		height, okHeight := g.Height.Get()
		if !g.Time.IsZero() {
			flags |= hasTime
		}
		if okEye {
			flags |= hasEye
		}
		if okHeight {
			flags |= hasHeight
		}
		if g.Picture.Known() {
			flags |= hasPicture
		}
		dst = append(dst, flags)
		dst = binary.AppendUvarint(dst, g.Number-l.number)
		l.number = g.Number
		if flags&hasTime != 0 {
			dst = l.delta(dst, &l.micros, g.Time.UnixMicro())
		}
		var moved [2]int64
		for k, c := range g.Corners {
			for axis, v := range [2]int64{units(c.Lat), units(c.Lon)} {
				d := v - l.corners[k][axis]
				l.corners[k][axis] = v
				if k == 0 {
					moved[axis] = d
				} else {
					d -= moved[axis]
				}
				dst = binary.AppendVarint(dst, d)
			}
		}
		if okEye {
			dst = l.delta(dst, &l.eye[0], units(eye.Lat))
			dst = l.delta(dst, &l.eye[1], units(eye.Lon))
		}
		if okHeight {
			dst = l.delta(dst, &l.height, int64(math.Round(float64(height)*10)))
		}
		if flags&hasPicture != 0 {
			dst = l.delta(dst, &l.picture[0], int64(g.Picture.Columns))
			dst = l.delta(dst, &l.picture[1], int64(g.Picture.Rows))
		}
		dst = l.delta(dst, &l.doubt, int64(math.Round(float64(g.Uncertainty)*10)))
	}
	return dst
}

func (l *last) delta(dst []byte, was *int64, v int64) []byte {
	d := v - *was
	*was = v
	return binary.AppendVarint(dst, d)
}

// reader reads numbers; bad stays true after the first that was none.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) unsigned() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) signed() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) delta(was *int64) int64 {
	*was += r.signed()
	return *was
}

// Glimpses calls f with each glimpse of a block until it returns false. The glimpse is overwritten by the next.
func Glimpses(b []byte, f func(*Glimpse) bool) error {
	r := reader{b: b}
	if r.byte() != glimpsesVersion {
		return ErrGlimpses
	}
	n := r.unsigned()
	if r.bad || n > MostGlimpses || n > uint64(len(b)) {
		return ErrGlimpses
	}
	var l last
	var g Glimpse
	for range n {
		flags := r.byte()
		l.number += r.unsigned()
		g = Glimpse{Number: l.number, Band: sensor.Band(flags >> bandShift)}
		if flags&hasTime != 0 {
			g.Time = time.UnixMicro(r.delta(&l.micros)).UTC()
		}
		var moved [2]int64
		for k := range g.Corners {
			for axis := range moved {
				d := r.signed()
				if k == 0 {
					moved[axis] = d
				} else {
					d += moved[axis]
				}
				l.corners[k][axis] += d
			}
			g.Corners[k] = geodesy.Position{Lat: degrees(l.corners[k][0]), Lon: degrees(l.corners[k][1])}
			r.bad = r.bad || !g.Corners[k].Valid()
		}
		if flags&hasEye != 0 {
			at := geodesy.Position{Lat: degrees(r.delta(&l.eye[0])), Lon: degrees(r.delta(&l.eye[1]))}
			r.bad = r.bad || !at.Valid()
			g.Eye = sensor.Known(at)
		}
		if flags&hasHeight != 0 {
			g.Height = sensor.Known(geodesy.Length(float64(r.delta(&l.height)) / 10))
		}
		if flags&hasPicture != 0 {
			columns, rows := r.delta(&l.picture[0]), r.delta(&l.picture[1])
			g.Picture = sensor.Picture{Columns: uint16(columns), Rows: uint16(rows)}
			r.bad = r.bad || min(columns, rows) < 1 || max(columns, rows) > math.MaxUint16
		}
		g.Uncertainty = geodesy.Length(float64(r.delta(&l.doubt)) / 10)
		if r.bad || g.Band >= sensor.Bands {
			return ErrGlimpses
		}
		if !f(&g) {
			return nil
		}
	}
	if len(r.b) != 0 {
		return ErrGlimpses
	}
	return nil
}
