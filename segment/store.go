package segment

import "sync"

// blockSize is how bytes are kept until they are cut: in blocks that are used again, because memory that was never
// touched costs more than the copying.
const blockSize = 256 << 10

var blocks = sync.Pool{New: func() any { return new([blockSize]byte) }}

// store is bytes that are not cut yet.
type store struct {
	blocks [][]byte // all full but for the last; the first may begin within its block
	size   int64
}

func (s *store) append(b []byte) {
	s.size += int64(len(b))
	for len(b) > 0 {
		n := len(s.blocks)
		if n == 0 || len(s.blocks[n-1]) == cap(s.blocks[n-1]) {
			x, _ := blocks.Get().(*[blockSize]byte)
			s.blocks = append(s.blocks, x[:0])
			n++
		}
		last := &s.blocks[n-1]
		k := min(len(b), cap(*last)-len(*last))
		*last = append(*last, b[:k]...)
		b = b[k:]
	}
}

// cut takes the first n bytes. What follows them in their last block moves to a block of its own.
func (s *store) cut(n int64) [][]byte {
	var out [][]byte
	left := n
	for i, b := range s.blocks {
		if int64(len(b)) <= left {
			out = append(out, b)
			left -= int64(len(b))
			continue
		}
		rest := s.blocks[i:]
		if left > 0 {
			out = append(out, b[:left])
			x, _ := blocks.Get().(*[blockSize]byte)
			rest = append([][]byte{append(x[:0], b[left:]...)}, s.blocks[i+1:]...)
		}
		// The last may be filled up, the others are passed over.
		s.blocks, s.size = rest, s.size-n
		return out
	}
	s.blocks, s.size = nil, s.size-n
	return out
}
