package bundle

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"sync/atomic"

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

// piece is a chunk of a segment, read once for whoever hashes it.
type piece struct {
	bytes []byte
	users atomic.Int32
}

// pipe reads a segment ahead of those who hash it, each in a goroutine: the tree of packets and the runs of media are
// each as much work as hashing the segment, and reading it out of the archive is work too.
type pipe struct {
	free chan *piece
	to   []chan *piece
	err  error // of the reader; may be read when the channels are closed
	n    uint64
}

func newPipe(r io.Reader, users int) *pipe {
	p := &pipe{free: make(chan *piece, chunks)}
	for range chunks {
		p.free <- &piece{bytes: make([]byte, chunk)}
	}
	for range users {
		p.to = append(p.to, make(chan *piece, chunks))
	}
	go func() {
		defer func() {
			for _, c := range p.to {
				close(c)
			}
		}()
		for {
			x := <-p.free
			n, err := io.ReadFull(r, x.bytes[:chunk])
			x.bytes = x.bytes[:n]
			p.n += uint64(n)
			x.users.Store(int32(users))
			for _, c := range p.to {
				c <- x
			}
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return
			}
			if err != nil {
				p.err = err
				return
			}
		}
	}()
	return p
}

// done lets go of a piece.
func (p *pipe) done(x *piece) {
	if x.users.Add(-1) == 0 {
		p.free <- x
	}
}

// hashSegment reads a segment once and hashes it side by side.
func hashSegment(r io.Reader, lengths io.Reader, runs []transparency.Media) (hashed, error) {
	var out hashed
	users := 1
	if len(runs) > 0 {
		users = 2
	}
	p := newPipe(r, users)
	side := newMedia(runs)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if users == 1 {
			return
		}
		for x := range p.to[1] {
			side.write(x.bytes)
			p.done(x)
		}
	}()
	packets := newPackets(lengths)
	var failed error
	for x := range p.to[0] {
		if failed == nil { // else the reader is only brought to its end
			failed = packets.write(x.bytes)
		}
		p.done(x)
	}
	<-ended
	if err := errors.Join(p.err, failed); err != nil {
		return out, err
	}
	out.bytes, out.media = p.n, side.sums()
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
