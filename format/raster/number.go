package raster

import (
	"encoding/binary"
	"math"
)

// number is how a value stands in a file.
type number struct {
	kind byte // 'u', 'i' or 'f'
	size int  // bytes
}

// read takes values out of b, which holds one for each of dst, every so many bytes.
func (n number) read(dst []float64, b []byte, stride int, order binary.ByteOrder) {
	switch n {
	case number{'u', 1}:
		for i := range dst {
			dst[i] = float64(b[i*stride])
		}
	case number{'i', 1}:
		for i := range dst {
			dst[i] = float64(int8(b[i*stride]))
		}
	case number{'u', 2}:
		for i := range dst {
			dst[i] = float64(order.Uint16(b[i*stride:]))
		}
	case number{'i', 2}:
		for i := range dst {
			dst[i] = float64(int16(order.Uint16(b[i*stride:])))
		}
	case number{'u', 4}:
		for i := range dst {
			dst[i] = float64(order.Uint32(b[i*stride:]))
		}
	case number{'i', 4}:
		for i := range dst {
			dst[i] = float64(int32(order.Uint32(b[i*stride:])))
		}
	case number{'f', 4}:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(order.Uint32(b[i*stride:])))
		}
	case number{'u', 8}:
		for i := range dst {
			dst[i] = float64(order.Uint64(b[i*stride:]))
		}
	case number{'i', 8}:
		for i := range dst {
			dst[i] = float64(int64(order.Uint64(b[i*stride:])))
		}
	case number{'f', 8}:
		for i := range dst {
			dst[i] = math.Float64frombits(order.Uint64(b[i*stride:]))
		}
	}
}

// known tells whether read knows it.
func (n number) known() bool {
	switch n.kind {
	case 'u', 'i':
		return n.size == 1 || n.size == 2 || n.size == 4 || n.size == 8
	case 'f':
		return n.size == 4 || n.size == 8
	}
	return false
}
