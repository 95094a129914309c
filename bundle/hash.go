package bundle

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"

	"overflight/evidence"
	"overflight/transparency"
)

// hashed is what the bytes of a segment turned out to be.
type hashed struct {
	bytes   uint64
	packets uint64
	root    evidence.Digest
	media   []evidence.Digest
	extra   bool // lengths go on after the bytes end, or the other way round
}

// A segment that is hashed alone takes this much memory: chunks on their way from one goroutine to the next.
const (
	chunk  = 128 << 10
	chunks = 12
)

// workers is how many goroutines hash: packets of one segment, or segments.
const workers = 2

var errLengths = errors.New("lengths of packets")

// piece is a chunk of a segment, and the hashes of the packets that end in it.
type piece struct {
	room   []byte // one byte for the prefix of a leaf, then a chunk
	bytes  []byte // of the chunk, what was read
	whole  []cut  // packets that lie in it from beginning to end
	leaves []evidence.Digest
	hashed chan struct{} // of capacity 1: all leaves are there
}

func newPiece() *piece {
	return &piece{room: make([]byte, 1+chunk), hashed: make(chan struct{}, 1)}
}

// cut is a packet in a piece.
type cut struct {
	at, end int // in its room, the byte before the packet included
	leaf    int // index of its leaf
}

// hash hashes the packets where they lie, with the prefix of a leaf written over the byte before: nobody needs that any more.
func (x *piece) hash() {
	for _, c := range x.whole {
		packet := x.room[c.at:c.end]
		packet[0] = leafPrefix
		x.leaves[c.leaf] = sha256.Sum256(packet)
	}
}

// leafPrefix is the first byte of what a leaf hash is of (RFC 6962 section 2.1).
const leafPrefix = 0

// hashing is a segment that is read once and hashed.
type hashing struct {
	from    io.Reader
	n       uint64 // bytes read
	err     error  // of reading
	media   *media
	packets *packets
	failed  error // of the lengths
	tree    transparency.Tree
}

// block is how much is read at once: what is hashed next is then still near the processor.
const block = 16 << 10

// read fills a piece and hashes its media; false at the end.
func (h *hashing) read(x *piece) bool {
	n := 0
	var err error
	for n < chunk && err == nil {
		var k int
		k, err = io.ReadFull(h.from, x.room[1+n:1+n+block])
		h.media.write(x.room[1+n : 1+n+k])
		n += k
	}
	x.bytes, x.whole, x.leaves = x.room[1:1+n], x.whole[:0], x.leaves[:0]
	h.n += uint64(n)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		h.err = err
	}
	return err == nil
}

func (h *hashing) cut(x *piece) {
	if h.failed == nil { // else the segment is only brought to its end
		h.failed = h.packets.cut(x)
	}
}

func (h *hashing) append(x *piece) {
	for _, leaf := range x.leaves {
		h.tree.Append(leaf)
	}
}

// one does everything in turn.
func (h *hashing) one() {
	x := newPiece()
	for more := true; more; {
		more = h.read(x)
		h.cut(x)
		x.hash()
		h.append(x)
	}
}

// sideBySide has a goroutine for each thing that is to be done, and two for the packets: they and the media are each as much
// work as hashing the segment.
func (h *hashing) sideBySide() {
	free, read, cut := make(chan *piece, chunks), make(chan *piece, chunks), make(chan *piece, chunks)
	for range chunks {
		free <- newPiece()
	}
	go func() {
		defer close(read)
		for more := true; more; {
			x := <-free
			more = h.read(x)
			read <- x
		}
	}()
	work := make(chan *piece, chunks)
	defer close(work)
	for range workers {
		go func() {
			for x := range work {
				x.hash()
				x.hashed <- struct{}{}
			}
		}()
	}
	go func() {
		defer close(cut)
		for x := range read {
			h.cut(x)
			work <- x
			cut <- x
		}
	}()
	for x := range cut {
		<-x.hashed
		h.append(x)
		free <- x
	}
}

// hashSegment reads a segment once. alone says that no other is hashed at the same time.
func hashSegment(r io.Reader, lengths io.Reader, runs []transparency.Media, alone bool) (hashed, error) {
	h := hashing{from: r, media: newMedia(runs), packets: newPackets(lengths)}
	if alone {
		h.sideBySide()
	} else {
		h.one()
	}
	if err := errors.Join(h.err, h.failed); err != nil {
		return hashed{}, err
	}
	done, err := h.packets.ended()
	if err != nil {
		return hashed{}, err
	}
	return hashed{bytes: h.n, packets: h.tree.Size(), root: h.tree.Root(), media: h.media.sums(), extra: !done}, nil
}

// packets cuts pieces into packets whose lengths come from beside.
type packets struct {
	lengths *bufio.Reader
	run     Run       // what is left of it
	left    uint64    // bytes of the packet under way; 0: none is
	leaf    hash.Hash // of a packet that goes over the end of a chunk
}

func newPackets(lengths io.Reader) *packets {
	return &packets{lengths: bufio.NewReaderSize(lengths, 4096), leaf: sha256.New()}
}

// cut finds the packets of a piece, and hashes its part of those that go over its ends.
func (p *packets) cut(x *piece) error {
	for at := 0; at < len(x.bytes); {
		there := uint64(len(x.bytes) - at)
		if p.left == 0 {
			if err := p.next(); err != nil {
				return err
			}
			if p.left <= there {
				end := at + int(p.left)
				x.whole = append(x.whole, cut{at: at, end: 1 + end, leaf: len(x.leaves)})
				x.leaves = append(x.leaves, evidence.Digest{})
				at, p.left = end, 0
				continue
			}
			p.leaf.Reset()
			p.leaf.Write([]byte{leafPrefix})
		}
		n := int(min(there, p.left))
		p.leaf.Write(x.bytes[at : at+n])
		at, p.left = at+n, p.left-uint64(n)
		if p.left == 0 {
			x.leaves = append(x.leaves, evidence.Digest(p.leaf.Sum(nil)))
		}
	}
	return nil
}

func (p *packets) next() error {
	if p.run.Count == 0 {
		count, err := binary.ReadUvarint(p.lengths)
		if err != nil || count == 0 {
			return errLengths
		}
		length, err := binary.ReadUvarint(p.lengths)
		if err != nil || length == 0 {
			return errLengths
		}
		p.run = Run{Count: count, Length: length}
	}
	p.run.Count--
	p.left = p.run.Length
	return nil
}

// ended reports whether the lengths end where the bytes do.
func (p *packets) ended() (bool, error) {
	if p.left != 0 || p.run.Count != 0 {
		return false, nil
	}
	_, err := p.lengths.ReadByte()
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

// media hashes runs of a segment.
type media struct {
	runs   []transparency.Media
	hashes []hash.Hash
	at     uint64
}

func newMedia(runs []transparency.Media) *media {
	m := &media{runs: runs}
	for range runs {
		m.hashes = append(m.hashes, sha256.New())
	}
	return m
}

func (m *media) write(b []byte) {
	end := m.at + uint64(len(b))
	for i, r := range m.runs {
		from, to := max(r.Offset, m.at), min(r.Offset+r.Bytes, end)
		if from < to {
			m.hashes[i].Write(b[from-m.at : to-m.at])
		}
	}
	m.at = end
}

func (m *media) sums() []evidence.Digest {
	var out []evidence.Digest
	for _, h := range m.hashes {
		out = append(out, evidence.Digest(h.Sum(nil)))
	}
	return out
}
