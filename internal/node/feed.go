package node

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"overflight/internal/jetstream"
	"overflight/journal"
)

// rawFeed is the stream of what live sources sent and is not sealed yet. It is read again only after a restart.
var rawFeed = jetstream.Raw("feed")

// parcel is one message of rawFeed: pieces that arrived one after the other at one source.
//
//	version 1 | source | track | sortie | spool producer: each a length in one byte and text
//	offset: bytes of this source and track in this sortie before the parcel, unsigned LEB128
//	the bytes of all pieces
//	of each piece: spool sequence, arrival (nanoseconds since 1970), length<<2 | mark, unsigned LEB128
//	number of pieces, and of the bytes that tell of them: 4 bytes each, big-endian
//
// What tells of the pieces comes last, so that the bytes are put once where they are published.
//
// Everything that follows from it is a function of the bytes and their arrival, so both are kept as they were; and so is
// each instant at which something was done because nothing had come: a tick, or the end.
type parcel struct {
	line
	Producer string // who counts the sequences of the pieces: the spool
	Offset   int64
	Pieces   []piece
	Bytes    []byte
}

// line names what one source sends on one track about one sortie.
type line struct {
	Sortie journal.Sortie
	Source string
	Track  string
}

// name is that of the line's paths in the journal: that of the source, with the track where it has several.
func (l line) name() string {
	if l.Track == "" {
		return l.Source
	}
	return l.Source + "/" + l.Track
}

type piece struct {
	Sequence uint64
	Arrival  time.Time
	Length   int
	Mark     mark
}

// mark is what a piece is beside its bytes. A tick and an end have none.
type mark uint8

const (
	plain mark = iota
	first      // of a connection
	tick       // nothing came, and the minute was over
	end        // of the sortie
)

const parcelVersion = 1

// ourselves is the producer of ticks and ends; their sequence is none of a spool, that of an end is its reason.
const ourselves = "node"

// mostPieces bounds a parcel; a datagram of a transport stream has 1,316 bytes.
const mostPieces = 1 << 12

var errParcel = errors.New("message of " + string(rawFeed) + " is no parcel")

// head is what comes before the bytes.
func (p *parcel) head() ([]byte, error) {
	room, _ := messages.Get().(*[]byte)
	b := append((*room)[:0], parcelVersion)
	for _, s := range []string{p.Source, p.Track, p.Sortie.String(), p.Producer} {
		if len(s) > 255 {
			return nil, fmt.Errorf("%w: %.40q is too long", errParcel, s)
		}
		b = append(append(b, byte(len(s))), s...)
	}
	return binary.AppendUvarint(b, uint64(p.Offset)), nil
}

// messages are the memory of parcels that the stream has.
var messages = sync.Pool{New: func() any { b := make([]byte, 0, parcelRoom); return &b }}

// parcelRoom is how much room a parcel begins with: what two megabits a second send until it is published, and more.
const parcelRoom = 32 << 10

// tail appends what comes after the bytes.
func (p *parcel) tail(b []byte) []byte {
	before := len(b)
	for _, x := range p.Pieces {
		b = binary.AppendUvarint(b, x.Sequence)
		b = binary.AppendUvarint(b, uint64(x.Arrival.UnixNano()))
		b = binary.AppendUvarint(b, uint64(x.Length)<<2|uint64(x.Mark))
	}
	told := len(b) - before
	b = binary.BigEndian.AppendUint32(b, uint32(len(p.Pieces)))
	return binary.BigEndian.AppendUint32(b, uint32(told))
}

// decodeParcel reads what encode wrote. Bytes are those of b.
func decodeParcel(b []byte) (parcel, error) {
	var p parcel
	if len(b) == 0 || b[0] != parcelVersion {
		return p, fmt.Errorf("%w: version", errParcel)
	}
	b = b[1:]
	var texts [4]string
	for i := range texts {
		if len(b) == 0 || len(b) <= int(b[0]) {
			return p, fmt.Errorf("%w: cut short", errParcel)
		}
		texts[i], b = string(b[1:1+b[0]]), b[1+b[0]:]
	}
	sortie, err := journal.ParseSortie(texts[2])
	if err != nil {
		return p, fmt.Errorf("%w: %w", errParcel, err)
	}
	p.line = line{Sortie: sortie, Source: texts[0], Track: texts[1]}
	p.Producer = texts[3]
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			err = fmt.Errorf("%w: cut short", errParcel)
			return 0
		}
		b = b[n:]
		return v
	}
	p.Offset = int64(next())
	if err == nil && len(b) < 8 {
		err = fmt.Errorf("%w: cut short", errParcel)
	}
	if err != nil {
		return p, err
	}
	count, told := binary.BigEndian.Uint32(b[len(b)-8:]), int64(binary.BigEndian.Uint32(b[len(b)-4:]))
	b = b[:len(b)-8]
	if told > int64(len(b)) || count > mostPieces || int64(count) > told {
		return p, fmt.Errorf("%w: %d pieces in %d bytes", errParcel, count, told)
	}
	p.Bytes = b[:int64(len(b))-told]
	b = b[int64(len(b))-told:]
	p.Pieces = make([]piece, count)
	total := 0
	for i := range p.Pieces {
		x := &p.Pieces[i]
		x.Sequence = next()
		x.Arrival = time.Unix(0, int64(next())).UTC()
		length := next()
		if err == nil && length>>2 > uint64(len(p.Bytes)) {
			err = fmt.Errorf("%w: piece of %d bytes", errParcel, length>>2)
		}
		if err != nil {
			return p, err
		}
		x.Length, x.Mark = int(length>>2), mark(length&3)
		total += x.Length
	}
	if total != len(p.Bytes) || len(b) != 0 || p.Offset < 0 {
		return p, fmt.Errorf("%w: %d bytes for %d", errParcel, len(p.Bytes), total)
	}
	return p, nil
}

// subject is raw.feed.<source>.<sortie>. Names of sources may hold full stops, tokens may not.
func (l line) subject() string {
	return "raw.feed." + strings.ReplaceAll(l.Source, ".", "_") + "." + l.Sortie.String()
}
