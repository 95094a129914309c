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

// chunk is how much is read at a time: two of them are all the memory that a segment takes.
const chunk = 256 << 10

var errLengths = errors.New("lengths of packets")

// hashSegment reads a segment once. The tree of packets and the runs of media are hashed side by
// side, because each alone is as much work as hashing the segment.
func hashSegment(r io.Reader, lengths io.Reader, media []transparency.Media) (hashed, error) {
	var out hashed
	packets := newPackets(lengths)
	side := newMedia(media)
	defer side.close()
	buffers := [2][]byte{make([]byte, chunk), make([]byte, chunk)}
	for i := 0; ; i = 1 - i {
		// The side may still read the other buffer; this one it gave back in the last round.
		n, err := io.ReadFull(r, buffers[i])
		b := buffers[i][:n]
		side.wait()
		side.give(b)
		if failed := packets.write(b); failed != nil {
			return out, failed
		}
		out.bytes += uint64(n)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return out, err
		}
	}
	side.wait()
	out.media = side.sums()
	out.packets, out.root = packets.tree.Size(), packets.tree.Root()
	done, err := packets.ended()
	if err != nil {
		return out, err
	}
	out.extra = !done
	return out, nil
}

// packets hashes bytes into the tree of packets whose lengths come from beside.
type packets struct {
	lengths *bufio.Reader
	run     Run    // what is left of it
	left    uint64 // bytes of the packet under way; 0: none is
	leaf    hash.Hash
	sum     [sha256.Size]byte
	tree    transparency.Tree
}

var leafPrefix = []byte{0} // RFC 6962 section 2.1

func newPackets(lengths io.Reader) *packets {
	return &packets{lengths: bufio.NewReaderSize(lengths, 4096), leaf: sha256.New()}
}

func (p *packets) write(b []byte) error {
	for len(b) > 0 {
		if p.left == 0 {
			if err := p.next(); err != nil {
				return err
			}
		}
		n := min(uint64(len(b)), p.left)
		p.leaf.Write(b[:n])
		b, p.left = b[n:], p.left-n
		if p.left == 0 {
			p.tree.Append(evidence.Digest(p.leaf.Sum(p.sum[:0])))
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
	p.leaf.Reset()
	p.leaf.Write(leafPrefix)
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

// media hashes runs of a segment in a goroutine that ends with close.
type media struct {
	runs   []transparency.Media
	hashes []hash.Hash
	at     uint64
	in     chan []byte
	done   chan struct{}
	busy   bool
}

func newMedia(runs []transparency.Media) *media {
	m := &media{runs: runs}
	if len(runs) == 0 {
		return m
	}
	for range runs {
		m.hashes = append(m.hashes, sha256.New())
	}
	m.in, m.done = make(chan []byte), make(chan struct{})
	go func() {
		defer close(m.done)
		for b := range m.in {
			m.write(b)
			m.done <- struct{}{}
		}
	}()
	return m
}

// give hands bytes to the goroutine; they must not change before wait returns.
func (m *media) give(b []byte) {
	if m.in != nil {
		m.in <- b
		m.busy = true
	}
}

func (m *media) wait() {
	if m.busy {
		<-m.done
		m.busy = false
	}
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

func (m *media) close() {
	if m.in != nil {
		m.wait()
		close(m.in)
		<-m.done
	}
}
