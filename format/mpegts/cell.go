package mpegts

import "bytes"

// cellHead is the size of a metadata access unit cell header (clause 2.12.4.2).
const cellHead = 5

// Cell fragment indications.
const (
	fragmentMiddle = 0
	fragmentLast   = 1
	fragmentFirst  = 2
	fragmentWhole  = 3
)

// cell is the state of the access unit cells of one stream.
type cell struct {
	head [cellHead]byte
	n    int // bytes of head
	left int // bytes of the cell's data that are to come

	inUnit bool // a first fragment came, its last did not

	sequence byte
	hasSeq   bool
	counts   bool // the producer increments; many always write 0
}

// reset forgets the cell but not the sequence: that tells how much was lost.
func (c *cell) reset() { c.n, c.left = 0, 0 }

// cells takes bytes of a synchronous PES packet.
func (st *stream) cells(b []byte) {
	c := &st.cell
	for len(b) > 0 {
		if c.left > 0 {
			n := min(c.left, len(b))
			c.left -= n
			st.join.feed(b[:n], &st.src)
			b = b[n:]
			continue
		}
		n := copy(c.head[c.n:], b)
		c.n += n
		b = b[n:]
		if c.n < cellHead {
			return
		}
		c.n = 0
		if !st.beginCell(len(b)) {
			// No cell: the bytes may still be KLV, or go on with what the cell before began.
			if st.once(&st.noted.cell, CodeCell, st.src.offset) {
				st.d.defect(CodeCell, st.src.offset, st.item(), hexBytes(c.head[:]), "")
			}
			st.raw = true
			st.join.feed(c.head[:], &st.src)
			if len(b) > 0 {
				st.join.feed(b, &st.src)
			}
			return
		}
	}
}

// beginCell reads the header in head; here is how many bytes of its data are at hand.
func (st *stream) beginCell(here int) bool {
	c := &st.cell
	length := int(c.head[3])<<8 | int(c.head[4])
	room := st.unlimited || st.lossy || length <= here+st.left
	if bytes.HasPrefix(c.head[:], labelPrefix) || c.head[2]&0x0F != 0x0F || !room {
		return false
	}
	st.sequence(c.head[1])
	st.src.service, st.src.sequence = c.head[0], c.head[1]
	switch c.head[2] >> 6 {
	case fragmentWhole, fragmentFirst:
		if c.inUnit {
			st.d.defect(CodeFragment, st.src.offset, st.item(), "first", "last")
		}
		st.join.cut()
		c.inUnit = c.head[2]>>6 == fragmentFirst
	case fragmentMiddle, fragmentLast:
		if !c.inUnit {
			st.d.defect(CodeFragment, st.src.offset, st.item(), "continuation", "first")
		}
		c.inUnit = c.head[2]>>6 == fragmentMiddle
	}
	c.left = length
	return true
}

// sequence checks the sequence number, which increments by one with each cell of the stream
// whatever its service.
func (st *stream) sequence(v byte) {
	c := &st.cell
	if c.hasSeq && v != c.sequence+1 && (c.counts || v != 0 || c.sequence != 0) {
		st.d.defect(CodeSequence, st.src.offset, st.item(), decimal(int64(v)), decimal(int64(c.sequence+1)))
	}
	if c.hasSeq && v != c.sequence {
		c.counts = true
	}
	c.sequence, c.hasSeq = v, true
}

// endCells ends the cells of a PES packet: none goes on in the next (ST 1402-09).
func (st *stream) endCells() {
	c := &st.cell
	if (c.left > 0 || c.n > 0) && !st.lossy {
		st.d.defect(CodeCell, st.src.offset, st.item(), "", decimal(int64(c.left))+" B more")
	}
	c.reset()
}
