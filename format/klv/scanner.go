package klv

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"overflight/evidence"
)

// The defects of a byte stream of triplets. Offsets are those of the stream.
const (
	CodeSkipped   evidence.Code = "klv.skipped"       // bytes not in any packet; Got is their count
	CodeTruncated evidence.Code = "klv.truncated"     // the stream ends inside a packet; Got and Want count its bytes
	CodeLength    evidence.Code = "klv.length"        // indefinite, too wide or beyond the bound
	CodePadded    evidence.Code = "klv.padded_length" // length not in its shortest form
)

// DefaultMaxPacket bounds a packet whose Scanner has no bound of its own: 16 MiB is far beyond any
// metadata packet with an image chip.
const DefaultMaxPacket = 16 << 20

// headerMax is key, length octet and four bytes of length.
const headerMax = 16 + 5

// Triplet is one key-length-value packet. The slices belong to who gave the bytes: those of a
// Scanner are valid until the callback returns.
type Triplet struct {
	Key    Key
	Offset int64  // of the key's first byte in the stream
	Packet []byte // key, length and value
	Value  []byte
}

// ErrNoKey is returned when bytes hold no universal label.
var ErrNoKey = errors.New("no universal label")

// Next reads the first triplet of b, which is in memory as a whole, and what is behind it. Bytes
// before the key are skipped: Offset counts them. At an error rest is what can still be tried:
// after a bad length the bytes behind the label's prefix, else nothing.
func Next(b []byte) (t Triplet, rest []byte, err error) {
	at := bytes.Index(b, Prefix[:])
	if at < 0 {
		return Triplet{}, nil, fmt.Errorf("reading triplet: %w", ErrNoKey)
	}
	t.Offset = int64(at)
	p := b[at:]
	if len(p) < 17 {
		return t, nil, fmt.Errorf("reading key: %w", ErrTruncated)
	}
	t.Key = Key(p[:16])
	n, size, err := ParseLength(p[16:])
	if errors.Is(err, ErrTruncated) {
		return t, nil, fmt.Errorf("reading length: %w", err)
	}
	if err != nil {
		return t, p[len(Prefix):], fmt.Errorf("reading length: %w", err)
	}
	head := 16 + size
	if n > len(p)-head {
		t.Packet, t.Value = p, p[head:]
		return t, p[len(Prefix):], fmt.Errorf("reading value of %d bytes, have %d: %w", n, len(p)-head, ErrTruncated)
	}
	end := head + n
	t.Packet, t.Value = p[:end:end], p[head:end:end]
	return t, p[end:], nil
}

// Scanner finds triplets in a stream of bytes that comes in chunks of any size. It resynchronises
// on the prefix of universal labels, and whatever is in no packet becomes a finding.
//
// A label in the middle of a value is part of the value as long as the packet's end can be
// reached and its own label does not show that the length is damaged. When the stream ends inside a packet, the scan goes on behind its prefix, so that a
// length that lies does not swallow the packets after it. Memory is bounded by Max plus one chunk.
type Scanner struct {
	// OnTriplet gets every packet, OnDefect every finding, in the order of the stream. Both must
	// be set before the first Write.
	OnTriplet func(Triplet)
	OnDefect  func(evidence.Defect)
	// Max is the largest packet in bytes; 0 means DefaultMaxPacket.
	Max int

	held    []byte
	at      int64 // stream offset of held[0]
	skipped int64 // bytes before at that are in no packet and not yet reported
}

// Write takes the next bytes of the stream. It never fails; the error is for io.Writer.
func (s *Scanner) Write(chunk []byte) (int, error) {
	b := chunk
	if len(s.held) > 0 {
		s.held = append(s.held, chunk...)
		b = s.held
	}
	rest := s.scan(b, false)
	// While a packet is waited for, nothing moves. Else rest may be a part of held: the copy goes
	// to the front and is safe.
	if len(s.held) == 0 || len(rest) != len(s.held) {
		s.held = append(s.held[:0], rest...)
	}
	return len(chunk), nil
}

// Flush ends the stream. What is left of it and is no whole packet becomes findings, and a packet
// inside one that could not be completed is still found.
func (s *Scanner) Flush() {
	s.scan(s.held, true)
	s.held = s.held[:0]
	s.report()
}

func (s *Scanner) max() int {
	if s.Max > 0 {
		return s.Max
	}
	return DefaultMaxPacket
}

// scan hands out the whole packets of b and returns the bytes that have to wait for more.
func (s *Scanner) scan(b []byte, end bool) []byte {
	for {
		i := bytes.Index(b, Prefix[:])
		if i < 0 {
			keep := 0
			if !end {
				keep = prefixTail(b)
			}
			s.skip(len(b) - keep)
			return b[len(b)-keep:]
		}
		s.skip(i)
		b = b[i:]
		used, wait := s.packet(b, end)
		if wait {
			return b
		}
		b = b[used:]
	}
}

// packet deals with b, which begins with a prefix. It returns how many bytes are done with, or
// that more are needed.
func (s *Scanner) packet(b []byte, end bool) (used int, wait bool) {
	n, size := 0, 0
	err := ErrTruncated
	if len(b) > 16 {
		n, size, err = ParseLength(b[16:])
	}
	head := 16 + size
	switch {
	case errors.Is(err, ErrTruncated):
		if !end {
			return 0, true
		}
		s.truncated(len(b), headerMax)
		return s.past(len(b), b)
	case err != nil:
		s.defect(CodeLength, strconv.FormatUint(uint64(b[16]), 16), "BER length of 0 to 4 bytes")
		return s.past(len(Prefix), b)
	case n > s.max()-head:
		s.defect(CodeLength, strconv.Itoa(n), "at most "+strconv.Itoa(s.max()-head))
		return s.past(len(Prefix), b)
	case n > len(b)-head:
		if !end {
			return 0, true
		}
		s.truncated(len(b), head+n)
		return s.past(len(Prefix), b)
	}
	total := head + n
	switch swallows(b, head, total, end) {
	case yes:
		s.defect(CodeLength, strconv.Itoa(n), "end before the next packet")
		return s.past(len(Prefix), b)
	case later:
		return 0, true
	case no:
	}
	s.report()
	if size > minimalLengthSize(n) {
		s.defect(CodePadded, strconv.Itoa(size), strconv.Itoa(minimalLengthSize(n)))
	}
	s.OnTriplet(Triplet{Key: Key(b[:16]), Offset: s.at, Packet: b[:total:total], Value: b[head:total:total]})
	s.at += int64(total)
	return total, false
}

type verdict uint8

const (
	no verdict = iota
	yes
	later // the bytes behind the packet are needed
)

// swallows says whether a damaged length made the packets behind part of this one: its own key is
// inside the value, and where it would end there is no label.
func swallows(b []byte, head, total int, end bool) verdict {
	if !bytes.Contains(b[head:total], b[:16]) {
		return no
	}
	behind := b[total:]
	if len(behind) >= len(Prefix) {
		if bytes.HasPrefix(behind, Prefix[:]) {
			return no
		}
		return yes
	}
	if !bytes.HasPrefix(Prefix[:], behind) {
		return yes
	}
	if end {
		return no
	}
	return later
}

// past counts n bytes of b as being in no packet.
func (s *Scanner) past(n int, b []byte) (used int, wait bool) {
	n = min(n, len(b))
	s.skip(n)
	return n, false
}

func (s *Scanner) skip(n int) {
	s.at += int64(n)
	s.skipped += int64(n)
}

// report tells of the bytes before the current position that are in no packet.
func (s *Scanner) report() {
	if s.skipped == 0 {
		return
	}
	s.OnDefect(evidence.Defect{Code: CodeSkipped, Offset: s.at - s.skipped, Got: strconv.FormatInt(s.skipped, 10)})
	s.skipped = 0
}

func (s *Scanner) defect(code evidence.Code, got, want string) {
	s.OnDefect(evidence.Defect{Code: code, Offset: s.at, Got: got, Want: want})
}

func (s *Scanner) truncated(have, want int) {
	s.defect(CodeTruncated, strconv.Itoa(have), strconv.Itoa(want))
}

// prefixTail is how many bytes at the end of b may be the beginning of a prefix.
func prefixTail(b []byte) int {
	for n := min(len(b), len(Prefix)-1); n > 0; n-- {
		if bytes.HasSuffix(b, Prefix[:n]) {
			return n
		}
	}
	return 0
}

// Sniff says whether b, the beginning of a file, is bare KLV: a universal label with a legal
// length within the first bytes, and behind its value, if that is in b, the next label or nothing.
// Known is true when the first label is one that Standard names.
func Sniff(b []byte) (known, ok bool) {
	const window = 4096
	at := bytes.Index(b[:min(len(b), window)], Prefix[:])
	if at < 0 || len(b) < at+17 {
		return false, false
	}
	p := b[at:]
	n, size, err := ParseLength(p[16:])
	if err != nil || n > DefaultMaxPacket {
		return false, false
	}
	_, known = Standard(Key(p[:16]))
	rest := p[min(16+size+n, len(p)):]
	rest = rest[:min(len(rest), len(Prefix))]
	follows := bytes.HasPrefix(Prefix[:], rest)
	return known, follows || known && at == 0
}
