package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/sensor"
)

// CBOR major types and simple values, RFC 8949 section 3.
const (
	majorUnsigned = 0 << 5
	majorNegative = 1 << 5
	majorBytes    = 2 << 5
	majorText     = 3 << 5
	majorArray    = 4 << 5
	majorSimple   = 7 << 5

	cborFalse  = 0xf4
	cborTrue   = 0xf5
	cborNull   = 0xf6
	cborHalf   = 0xf9
	cborSingle = 0xfa
	cborDouble = 0xfb

	halfNaN = 0x7e00
)

var (
	errShort     = errors.New("bytes end within an item")
	errType      = errors.New("item of another type")
	errCanonical = errors.New("item not in its one form")
	errRange     = errors.New("value out of range")
	errCount     = errors.New("another number of items")
	errTrailing  = errors.New("bytes after the record")
)

// coder walks over the fields of an event and either writes them or reads them, so that one list of fields serves
// both ways and they cannot part. It stops at the first fault: afterwards every step does nothing.
type coder struct {
	writing bool
	buf     []byte // written so far, or to be read
	at      int    // next byte to be read
	last    string // the text read last: blocks repeat the name of their source
	err     error
}

func (c *coder) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// head writes the head of an item in its shortest form.
func (c *coder) head(major byte, n uint64) {
	switch {
	case n < 24:
		c.buf = append(c.buf, major|byte(n))
	case n <= math.MaxUint8:
		c.buf = append(c.buf, major|24, byte(n))
	case n <= math.MaxUint16:
		c.buf = binary.BigEndian.AppendUint16(append(c.buf, major|25), uint16(n))
	case n <= math.MaxUint32:
		c.buf = binary.BigEndian.AppendUint32(append(c.buf, major|26), uint32(n))
	default:
		c.buf = binary.BigEndian.AppendUint64(append(c.buf, major|27), n)
	}
}

// peek returns the next byte without taking it, 0 after a fault.
func (c *coder) peek() byte {
	if c.err != nil {
		return 0
	}
	if c.at >= len(c.buf) {
		c.fail(errShort)
		return 0
	}
	return c.buf[c.at]
}

// take reads n bytes. They alias the input.
func (c *coder) take(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n > len(c.buf)-c.at {
		c.fail(errShort)
		return nil
	}
	b := c.buf[c.at : c.at+n]
	c.at += n
	return b
}

// argument reads the head of an item and returns its major type and argument.
func (c *coder) argument() (major byte, n uint64) {
	first := c.peek()
	if c.err != nil {
		return 0, 0
	}
	major, info := first&0xe0, first&0x1f
	if info > 27 {
		c.fail(errCanonical) // reserved, or of indefinite length
		return 0, 0
	}
	c.at++
	if info < 24 {
		return major, uint64(info)
	}
	width := 1 << (info - 24)
	for _, b := range c.take(width) {
		n = n<<8 | uint64(b)
	}
	least := [...]uint64{24, 1 << 8, 1 << 16, 1 << 32}[info-24]
	if n < least {
		c.fail(errCanonical)
	}
	return major, n
}

// array opens an array of exactly n items.
func (c *coder) array(n int) {
	if c.err != nil {
		return
	}
	if c.writing {
		c.head(majorArray, uint64(n))
		return
	}
	switch major, got := c.argument(); {
	case c.err != nil:
	case major != majorArray:
		c.fail(errType)
	case got != uint64(n):
		c.fail(errCount)
	}
}

// either opens an array of a or b items: n of them when writing. It returns how many there are.
func (c *coder) either(a, b, n int) int {
	if !c.writing && c.err == nil {
		at := c.at
		if major, got := c.argument(); c.err == nil && major == majorArray && got == uint64(b) {
			return b
		}
		c.at, n = at, a
		if c.err != nil {
			return a
		}
	}
	c.array(n)
	return n
}

// absent writes or reads null: it reports whether the value is not there. missing matters in writing only.
func (c *coder) absent(missing bool) bool {
	if c.err != nil {
		return true
	}
	if c.writing {
		if missing {
			c.buf = append(c.buf, cborNull)
		}
		return missing
	}
	if c.peek() == cborNull {
		c.at++
		return true
	}
	return c.err != nil
}

func (c *coder) boolean(v *bool) {
	if c.err != nil {
		return
	}
	if c.writing {
		if *v {
			c.buf = append(c.buf, cborTrue)
		} else {
			c.buf = append(c.buf, cborFalse)
		}
		return
	}
	switch c.peek() {
	case cborTrue:
		*v = true
	case cborFalse:
		*v = false
	default:
		c.fail(errType)
	}
	c.at++
}

func unsigned[T ~uint8 | ~uint16 | ~uint32 | ~uint64](c *coder, v *T) {
	if c.err != nil {
		return
	}
	if c.writing {
		c.head(majorUnsigned, uint64(*v))
		return
	}
	switch major, n := c.argument(); {
	case c.err != nil:
	case major != majorUnsigned:
		c.fail(errType)
	case uint64(T(n)) != n:
		c.fail(errRange)
	default:
		*v = T(n)
	}
}

func signed[T ~int | ~int64](c *coder, v *T) {
	if c.err != nil {
		return
	}
	if c.writing {
		if n := int64(*v); n < 0 {
			c.head(majorNegative, uint64(^n))
		} else {
			c.head(majorUnsigned, uint64(n))
		}
		return
	}
	switch major, n := c.argument(); {
	case c.err != nil:
	case major != majorUnsigned && major != majorNegative:
		c.fail(errType)
	case n > math.MaxInt64 || int64(T(n)) != int64(n):
		c.fail(errRange)
	case major == majorNegative:
		*v = T(^int64(n))
	default:
		*v = T(n)
	}
}

// float writes the shortest form that keeps the value, RFC 8949 section 4.2.1; every NaN becomes one.
func float[T ~float64](c *coder, v *T) {
	if c.err != nil {
		return
	}
	if c.writing {
		c.appendFloat(float64(*v))
		return
	}
	switch c.peek() {
	case cborHalf:
		c.at++
		if b := c.take(2); b != nil {
			h := binary.BigEndian.Uint16(b)
			f := fromHalf(h)
			if f != f && h != halfNaN {
				c.fail(errCanonical)
			}
			*v = T(f)
		}
	case cborSingle:
		c.at++
		if b := c.take(4); b != nil {
			f := math.Float32frombits(binary.BigEndian.Uint32(b))
			if _, ok := toHalf(f); ok || f != f {
				c.fail(errCanonical)
			}
			*v = T(f)
		}
	case cborDouble:
		c.at++
		if b := c.take(8); b != nil {
			f := math.Float64frombits(binary.BigEndian.Uint64(b))
			if float64(float32(f)) == f || f != f {
				c.fail(errCanonical)
			}
			*v = T(f)
		}
	default:
		c.fail(errType)
	}
}

func (c *coder) appendFloat(f float64) {
	if f != f {
		c.buf = append(c.buf, cborHalf, halfNaN>>8, halfNaN&0xff)
		return
	}
	f32 := float32(f)
	if float64(f32) != f {
		c.buf = binary.BigEndian.AppendUint64(append(c.buf, cborDouble), math.Float64bits(f))
		return
	}
	if h, ok := toHalf(f32); ok {
		c.buf = binary.BigEndian.AppendUint16(append(c.buf, cborHalf), h)
		return
	}
	c.buf = binary.BigEndian.AppendUint32(append(c.buf, cborSingle), math.Float32bits(f32))
}

// toHalf returns f in IEEE 754 binary16 when that holds it exactly; never for a NaN.
func toHalf(f float32) (uint16, bool) {
	bits := math.Float32bits(f)
	sign := uint16(bits >> 16 & 0x8000)
	exponent := int(bits>>23&0xff) - 127
	mantissa := bits & 0x7fffff
	switch {
	case exponent == -127 && mantissa == 0:
		return sign, true
	case exponent == 128:
		return sign | 0x7c00, mantissa == 0
	case exponent >= -14 && exponent <= 15:
		return sign | uint16(exponent+15)<<10 | uint16(mantissa>>13), mantissa&0x1fff == 0
	case exponent >= -24 && exponent < -14: // a subnormal of 2^-24
		shift := uint(-exponent - 14 + 13)
		full := mantissa | 0x800000
		return sign | uint16(full>>shift), full&(1<<shift-1) == 0
	}
	return 0, false
}

func fromHalf(h uint16) float64 {
	exponent, mantissa := int(h>>10&0x1f), float64(h&0x3ff)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(mantissa, -24)
	case 31:
		f = math.Inf(1)
		if mantissa != 0 {
			return math.NaN()
		}
	default:
		f = math.Ldexp(mantissa+1024, exponent-25)
	}
	if h&0x8000 != 0 {
		return math.Copysign(f, -1)
	}
	return f
}

// text writes UTF-8 as text and anything else as bytes: a name from a stream may be neither, and is kept.
func text[T ~string](c *coder, v *T) {
	if c.err != nil {
		return
	}
	if c.writing {
		major := byte(majorText)
		if !utf8.ValidString(string(*v)) {
			major = majorBytes
		}
		c.head(major, uint64(len(*v)))
		c.buf = append(c.buf, *v...)
		return
	}
	major, n := c.argument()
	if c.err == nil && major != majorText && major != majorBytes {
		c.fail(errType)
	}
	b := c.run(n)
	if c.err != nil {
		return
	}
	if utf8.Valid(b) != (major == majorText) {
		c.fail(errCanonical)
		return
	}
	if string(b) != c.last {
		c.last = string(b)
	}
	*v = T(c.last)
}

// bytes reads a copy; none is nil.
func (c *coder) bytes(v *[]byte) {
	if c.err != nil {
		return
	}
	if c.writing {
		c.head(majorBytes, uint64(len(*v)))
		c.buf = append(c.buf, *v...)
		return
	}
	major, n := c.argument()
	if c.err == nil && major != majorBytes {
		c.fail(errType)
	}
	*v = append([]byte(nil), c.run(n)...)
}

// fixed is bytes of a length that both sides know.
func (c *coder) fixed(v []byte) {
	if c.err != nil {
		return
	}
	if c.writing {
		c.head(majorBytes, uint64(len(v)))
		c.buf = append(c.buf, v...)
		return
	}
	major, n := c.argument()
	if c.err == nil && (major != majorBytes || n != uint64(len(v))) {
		c.fail(errType)
	}
	copy(v, c.run(n))
}

func (c *coder) digest(v *evidence.Digest) { c.fixed(v[:]) }

// run takes n bytes of a stated length, which may be anything.
func (c *coder) run(n uint64) []byte {
	if c.err == nil && n > uint64(len(c.buf)-c.at) {
		c.fail(errShort)
		return nil
	}
	return c.take(int(n))
}

// instant is null for the zero time, else [seconds since 1970 UTC, nanoseconds].
func (c *coder) instant(v *time.Time) {
	if c.absent(v.IsZero()) {
		return
	}
	var (
		seconds int64
		nanos   uint32
	)
	if c.writing {
		seconds, nanos = v.Unix(), uint32(v.Nanosecond())
	}
	c.array(2)
	signed(c, &seconds)
	unsigned(c, &nanos)
	if c.writing || c.err != nil {
		return
	}
	if nanos >= 1e9 {
		c.fail(errRange)
		return
	}
	if *v = time.Unix(seconds, int64(nanos)).UTC(); v.IsZero() {
		c.fail(errCanonical)
	}
}

// list is an array of any number of items, each of at least one byte. None is nil.
func list[T any](c *coder, v *[]T, item func(*coder, *T)) {
	if c.err != nil {
		return
	}
	if c.writing {
		c.head(majorArray, uint64(len(*v)))
	} else {
		major, n := c.argument()
		switch {
		case c.err != nil:
			return
		case major != majorArray:
			c.fail(errType)
			return
		case n > uint64(len(c.buf)-c.at):
			c.fail(errShort)
			return
		case n == 0:
			return
		}
		// A false count costs no more memory than most records need: beyond it the list grows as items are read.
		*v = make([]T, 0, min(n, mostReserved))
		for ; n > 0 && c.err == nil; n-- {
			var t T
			item(c, &t)
			*v = append(*v, t)
		}
		return
	}
	for i := range *v {
		item(c, &(*v)[i])
	}
}

// mostReserved is how many items are allocated on the word of a count.
const mostReserved = 1024

func optional[T any](c *coder, v *sensor.Optional[T], value func(*coder, *T)) {
	known, ok := v.Get()
	if c.absent(!ok) {
		return
	}
	value(c, &known)
	if !c.writing && c.err == nil {
		*v = sensor.Known(known)
	}
}

// fault says where reading stopped and why.
func (c *coder) fault() error { return fmt.Errorf("byte %d: %w", c.at, c.err) }
