package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"
)

// The frame: marker, kind, length of the body, CRC-32C over kind, length and body, body. The marker is
// there so that reading can go on behind a damaged stretch.
const (
	marker     = 0x5F0D1E5A
	frameHead  = 4 + 1 + 4 + 4
	recordHead = 8 + 8 + 1 + 1
	// maxTrack is what the length of a track's name can say.
	maxTrack = 255
)

type kind byte

const (
	kindRecord kind = 1
	kindAck    kind = 2 // every record up to this sequence needs no keeping
	kindEnd    kind = 3 // closed in order; the next sequence
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errShort = errors.New("frame goes on behind the bytes at hand")
	errFrame = errors.New("no frame")
)

// Record is one piece of what arrived.
type Record struct {
	Sequence uint64    // 1 and up; given by Append
	Arrival  time.Time // stamped once, where the bytes arrived; kept to the nanosecond, in UTC
	Track    string    // of a source with several; at most 255 bytes
	First    bool      // the first of a connection
	Bytes    []byte
}

const flagFirst = 1

// size is what a record takes in a file.
func (r Record) size() int { return frameHead + recordHead + len(r.Track) + len(r.Bytes) }

func appendFrame(b []byte, k kind, body func([]byte) []byte) []byte {
	at := len(b)
	b = binary.BigEndian.AppendUint32(b, marker)
	b = append(b, byte(k), 0, 0, 0, 0, 0, 0, 0, 0)
	b = body(b)
	f := b[at:]
	binary.BigEndian.PutUint32(f[5:], uint32(len(f)-frameHead))
	sum := crc32.Update(crc32.Checksum(f[4:9], castagnoli), castagnoli, f[frameHead:])
	binary.BigEndian.PutUint32(f[9:], sum)
	return b
}

func appendRecord(b []byte, r Record) []byte {
	return appendFrame(b, kindRecord, func(b []byte) []byte {
		b = binary.BigEndian.AppendUint64(b, r.Sequence)
		b = binary.BigEndian.AppendUint64(b, uint64(r.Arrival.UnixNano()))
		var flags byte
		if r.First {
			flags = flagFirst
		}
		b = append(b, flags, byte(len(r.Track)))
		b = append(b, r.Track...)
		return append(b, r.Bytes...)
	})
}

func appendMark(b []byte, k kind, sequence uint64) []byte {
	return appendFrame(b, k, func(b []byte) []byte { return binary.BigEndian.AppendUint64(b, sequence) })
}

// frame is what was read: a record, or a mark with its sequence in the record.
type frame struct {
	kind   kind
	record Record
	length int // with its head
}

// parseFrame reads the frame at the beginning of b; its bytes stay b's. It returns errShort when more
// bytes are needed to tell and errFrame when no more bytes would help.
func parseFrame(b []byte, maxRecord int) (frame, error) {
	if len(b) < frameHead {
		return frame{}, errShort
	}
	n := binary.BigEndian.Uint32(b[5:])
	if binary.BigEndian.Uint32(b) != marker || int64(n) > int64(maxRecord+recordHead+maxTrack) {
		return frame{}, errFrame
	}
	end := frameHead + int(n)
	if len(b) < end {
		return frame{}, errShort
	}
	body := b[frameHead:end]
	if sum := crc32.Update(crc32.Checksum(b[4:9], castagnoli), castagnoli, body); sum != binary.BigEndian.Uint32(b[9:]) {
		return frame{}, errFrame
	}
	f := frame{kind: kind(b[4]), length: end}
	if len(body) < 8 {
		return frame{}, errFrame
	}
	f.record.Sequence = binary.BigEndian.Uint64(body)
	switch f.kind {
	case kindRecord:
		if len(body) < recordHead || len(body) < recordHead+int(body[17]) {
			return frame{}, errFrame
		}
		at := recordHead + int(body[17])
		f.record.Arrival = time.Unix(0, int64(binary.BigEndian.Uint64(body[8:]))).UTC()
		f.record.First = body[16]&flagFirst != 0
		f.record.Track = string(body[recordHead:at])
		f.record.Bytes = body[at:]
	case kindAck, kindEnd:
		if len(body) != 8 {
			return frame{}, errFrame
		}
	default:
		return frame{}, errFrame
	}
	return f, nil
}

// stretch is a part of a file that holds no frame.
type stretch struct{ offset, length int64 }

// walk reads the frames of b one after the other and goes on behind what is none. It returns how far
// the last frame reaches and what was skipped before it; what is left behind that is the caller's to
// judge: a frame not all there, or damage.
func walk(b []byte, maxRecord int, f func(frame)) (end int, skipped []stretch) {
	for at := 0; at < len(b); {
		fr, err := parseFrame(b[at:], maxRecord)
		if err != nil {
			at++
			next := nextMarker(b, at)
			if next < 0 {
				return end, skipped
			}
			at = next
			continue
		}
		if at > end {
			skipped = append(skipped, stretch{int64(end), int64(at - end)})
		}
		f(fr)
		at += fr.length
		end = at
	}
	return end, skipped
}

func nextMarker(b []byte, at int) int {
	for ; at+4 <= len(b); at++ {
		if b[at] == marker>>24 && binary.BigEndian.Uint32(b[at:]) == marker {
			return at
		}
	}
	return -1
}

// The head of a file: magic, producer, base sequence, source, CRC-32C of all before.
const magic = "OFSPOOL1"

// head is what a file begins with. No sequence of base+reserve or more is in use while the file is the
// last one.
type head struct {
	producer [16]byte
	base     uint64
	source   string
}

func (h head) append(b []byte) []byte {
	at := len(b)
	b = append(b, magic...)
	b = append(b, h.producer[:]...)
	b = binary.BigEndian.AppendUint64(b, h.base)
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.source)))
	b = append(b, h.source...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[at:], castagnoli))
}

// maxSource bounds the name of a source.
const maxSource = 1024

func parseHead(b []byte) (head, int, error) {
	const fixed = len(magic) + 16 + 8 + 2
	if len(b) < fixed || string(b[:len(magic)]) != magic {
		return head{}, 0, errFrame
	}
	var h head
	copy(h.producer[:], b[len(magic):])
	h.base = binary.BigEndian.Uint64(b[len(magic)+16:])
	end := fixed + int(binary.BigEndian.Uint16(b[fixed-2:]))
	if end-fixed > maxSource || len(b) < end+4 || crc32.Checksum(b[:end], castagnoli) != binary.BigEndian.Uint32(b[end:]) {
		return head{}, 0, errFrame
	}
	h.source = string(b[fixed:end])
	return h, end + 4, nil
}
