package raster

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"golang.org/x/image/tiff/lzw"
)

// blocks reads every strip or tile of a band into the raster. fill is for those that the file leaves out.
func (t *tiff) blocks(l *layout, band int, r *Raster, fill float64) error {
	pixel := l.pixel()
	buffer := make([]byte, l.blockWidth*l.blockHeight*pixel)
	scratch := make([]byte, l.blockWidth*pixel)
	first := 0
	skip := band * l.number.size
	if l.apart {
		first, skip = band*l.across*l.down, 0
	}
	for y := range l.down {
		for x := range l.across {
			i := uint64(first + y*l.across + x)
			at, _ := t.integer(l.offsets, i)
			count, _ := t.integer(l.counts, i)
			rows := l.blockHeight
			if !l.tiled {
				rows = min(rows, l.height-y*l.blockHeight)
			}
			columns := min(l.blockWidth, l.width-x*l.blockWidth)
			high := min(rows, l.height-y*l.blockHeight)
			if at == 0 && count == 0 {
				for row := range high {
					begin := (y*l.blockHeight+row)*l.width + x*l.blockWidth
					for k := range columns {
						r.Values[begin+k] = fill
					}
				}
				continue
			}
			if at > uint64(len(t.b)) || count > uint64(len(t.b))-at {
				return tiffFault(ErrSyntax, fmt.Sprintf("strip or tile %d", i), int64(min(at, math.MaxInt64)), fmt.Sprintf("%d bytes", count), fmt.Sprintf("bytes within the %d of the file", len(t.b)))
			}
			block := buffer[:rows*l.blockWidth*pixel]
			if err := unpack(block, t.b[at:at+count], l.compression); err != nil {
				return tiffFault(ErrSyntax, fmt.Sprintf("strip or tile %d", i), int64(at), err.Error(), fmt.Sprintf("%d bytes, compressed", len(block)))
			}
			order := t.order
			for row := range high {
				line := block[row*l.blockWidth*pixel : (row+1)*l.blockWidth*pixel]
				samples := pixel / l.number.size
				switch l.predictor {
				case 2:
					sumUp(line, samples, l.number.size, order)
				case 3:
					joinUp(line, scratch, samples, l.number.size)
					order = binary.BigEndian
				}
				begin := (y*l.blockHeight+row)*l.width + x*l.blockWidth
				l.number.read(r.Values[begin:begin+columns], line[skip:], pixel, order)
			}
		}
	}
	return nil
}

// unpack fills dst from what was compressed. What follows is left: some writers pad.
func unpack(dst, src []byte, compression uint64) error {
	var r io.Reader
	switch compression {
	case plain:
		if len(src) < len(dst) {
			return fmt.Errorf("%d bytes", len(src))
		}
		copy(dst, src)
		return nil
	case packBits:
		return unpackBits(dst, src)
	case lzwCoded:
		// The old form, least significant bit first, is no longer written: its first bytes are 0 and an odd number.
		if len(src) >= 2 && src[0] == 0 && src[1]&1 == 1 {
			return fmt.Errorf("LZW of before TIFF 6.0")
		}
		d := lzw.NewReader(bytes.NewReader(src), lzw.MSB, 8)
		defer func() { _ = d.Close() }()
		r = d
	default:
		d, err := zlib.NewReader(bytes.NewReader(src))
		if err != nil {
			return err
		}
		defer func() { _ = d.Close() }()
		r = d
	}
	if n, err := io.ReadFull(r, dst); err != nil {
		return fmt.Errorf("%d bytes, then %w", n, err)
	}
	return nil
}

// unpackBits is PackBits (TIFF 6.0, section 9).
func unpackBits(dst, src []byte) error {
	n := 0
	for n < len(dst) {
		if len(src) == 0 {
			return fmt.Errorf("%d bytes", n)
		}
		c := int(int8(src[0]))
		src = src[1:]
		switch {
		case c >= 0:
			if len(src) < c+1 {
				return fmt.Errorf("%d bytes, then a run cut off", n)
			}
			n += copy(dst[n:], src[:c+1])
			src = src[c+1:]
		case c != -128:
			if len(src) == 0 {
				return fmt.Errorf("%d bytes, then a run cut off", n)
			}
			for k := n; k < min(len(dst), n+1-c); k++ {
				dst[k] = src[0]
			}
			n = min(len(dst), n+1-c)
			src = src[1:]
		}
	}
	return nil
}

// sumUp undoes predictor 2, differences to the cell on the left (TIFF 6.0, section 14), over values of any size.
func sumUp(line []byte, samples, size int, order binary.ByteOrder) {
	step := samples * size
	for i := step; i+size <= len(line); i += size {
		switch size {
		case 1:
			line[i] += line[i-step]
		case 2:
			order.PutUint16(line[i:], order.Uint16(line[i:])+order.Uint16(line[i-step:]))
		case 4:
			order.PutUint32(line[i:], order.Uint32(line[i:])+order.Uint32(line[i-step:]))
		case 8:
			order.PutUint64(line[i:], order.Uint64(line[i:])+order.Uint64(line[i-step:]))
		}
	}
}

// joinUp undoes predictor 3 (TIFF Technical Note 3): bytes of equal weight stand together, the heaviest first, as differences. The
// floats are big-endian then.
func joinUp(line, scratch []byte, samples, size int) {
	for i := samples; i < len(line); i++ {
		line[i] += line[i-samples]
	}
	n := len(line) / size
	scratch = scratch[:len(line)]
	copy(scratch, line)
	for i := range n {
		for k := range size {
			line[i*size+k] = scratch[k*n+i]
		}
	}
}
