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

// A segment takes this much memory: chunks that are read, some of which wait for the side.
const (
	chunk  = 256 << 10
	chunks = 6
)

var errLengths = errors.New("lengths of packets")

// hashSegment reads a segment once. The tree of packets and the runs of media are hashed side by
// side, because each alone is as much work as hashing the segment.
func hashSegment(r io.Reader, lengths io.Reader, media []transparency.Media) (hashed, error) {
	var out hashed
	packets := newPackets(lengths)
	side := newMedia(media)
	defer side.close()
	for {
		b := side.buffer()
		n, err := io.ReadFull(r, b)
		side.give(b[:n])
		if failed := packets.write(b[:n]); failed != nil {
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
	side.close()
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
	run     Run       // what is left of it
	left    uint64    // bytes of the packet under way; 0: none is
	leaf    hash.Hash // of a packet that goes over the end of a chunk, or is long
	short   []byte    // the prefix and a packet that does not
	tree    transparency.Tree
}

// maxShort is the longest packet that is copied behind its prefix, which is less work than to hash in pieces.
const maxShort = 16 << 10

func newPackets(lengths io.Reader) *packets {
	// The first byte is the prefix of a leaf (RFC 6962 section 2.1).
	return &packets{lengths: bufio.NewReaderSize(lengths, 4096), leaf: sha256.New(), short: make([]byte, 1, 1+maxShort)}
}

func (p *packets) write(b []byte) error {
	for len(b) > 0 {
		if p.left == 0 {
			if err := p.next(); err != nil {
				return err
			}
			if p.left <= maxShort && p.left <= uint64(len(b)) {
				p.tree.Append(sha256.Sum256(append(p.short, b[:p.left]...)))
				b, p.left = b[p.left:], 0
				continue
			}
			p.leaf.Reset()
			p.leaf.Write(p.short)
		}
		n := min(uint64(len(b)), p.left)
		p.leaf.Write(b[:n])
		b, p.left = b[n:], p.left-n
		if p.left == 0 {
			p.tree.Append(evidence.Digest(p.leaf.Sum(nil)))
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

// media hashes runs of a segment in a goroutine, which ends with close. Without a run there is none.
type media struct {
	runs   []transparency.Media
	hashes []hash.Hash
	at     uint64
	free   chan []byte // chunks that nobody reads
	in     chan []byte
	done   chan struct{}
	own    []byte // the one chunk, without a goroutine
}

func newMedia(runs []transparency.Media) *media {
	m := &media{runs: runs}
	if len(runs) == 0 {
		m.own = make([]byte, chunk)
		return m
	}
	for range runs {
		m.hashes = append(m.hashes, sha256.New())
	}
	m.free, m.in, m.done = make(chan []byte, chunks), make(chan []byte, chunks), make(chan struct{})
	for range chunks {
		m.free <- make([]byte, chunk)
	}
	go func() {
		defer close(m.done)
		for b := range m.in {
			m.write(b)
			m.free <- b[:chunk]
		}
	}()
	return m
}

// buffer returns a chunk to read into. The caller is finished with the one before.
func (m *media) buffer() []byte {
	if m.free == nil {
		return m.own
	}
	return <-m.free
}

// give hands a chunk to the goroutine. The caller may still read it, until it asks for the next.
func (m *media) give(b []byte) {
	if m.in != nil {
		m.in <- b
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

// close waits until all that was given is hashed. Calling it again does nothing.
func (m *media) close() {
	if m.in != nil {
		close(m.in)
		<-m.done
		m.in = nil
	}
}
