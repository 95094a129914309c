package delivery

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"overflight/evidence"
)

// A message is one piece of an item, big endian:
//
//	"OFD1" · sequence 8 · digest 32 · length of the body 4 · offset of the piece 4 · length of the kind 1 · length of the id 1 · kind · id · piece
//
// The digest is over kind, 0, id, 0 and body. The first piece has offset 0, the others follow without another item between.
// A first piece where another was due begins anew: a sender that died within an item sends it, or another under the same
// sequence, again.
const (
	frameMagic = "OFD1"
	frameHead  = len(frameMagic) + 8 + sha256.Size + 4 + 4 + 1 + 1
	maxKind    = 32
	// pieceSize leaves a message well below what servers take by default.
	pieceSize = 512 << 10
)

// frame is a piece of an item. kind, id and piece are within the message.
type frame struct {
	sequence     uint64
	digest       evidence.Digest
	size, offset uint32
	kind, id     []byte
	piece        []byte
}

func digestOf(kind, id string, body []byte) evidence.Digest {
	h := sha256.New()
	h.Write([]byte(kind + "\x00" + id + "\x00"))
	h.Write(body)
	return evidence.Digest(h.Sum(nil))
}

// frames cuts an item into messages.
func frames(i Item, digest evidence.Digest) [][]byte {
	var out [][]byte
	for offset := 0; offset == 0 || offset < len(i.Body); offset += pieceSize {
		piece := i.Body[offset:min(offset+pieceSize, len(i.Body))]
		b := make([]byte, 0, frameHead+len(i.Kind)+len(i.ID)+len(piece))
		b = append(b, frameMagic...)
		b = binary.BigEndian.AppendUint64(b, i.Sequence)
		b = append(b, digest[:]...)
		b = binary.BigEndian.AppendUint32(b, uint32(len(i.Body)))
		b = binary.BigEndian.AppendUint32(b, uint32(offset))
		b = append(b, byte(len(i.Kind)), byte(len(i.ID)))
		b = append(b, i.Kind...)
		b = append(b, i.ID...)
		out = append(out, append(b, piece...))
	}
	return out
}

func parseFrame(b []byte) (frame, error) {
	var f frame
	if len(b) < frameHead || string(b[:4]) != frameMagic {
		return f, fmt.Errorf("%w: %d bytes that are no piece of an item", ErrDamaged, len(b))
	}
	f.sequence = binary.BigEndian.Uint64(b[4:])
	f.digest = evidence.Digest(b[12 : 12+sha256.Size])
	f.size, f.offset = binary.BigEndian.Uint32(b[44:]), binary.BigEndian.Uint32(b[48:])
	kind, id := int(b[52]), int(b[53])
	b = b[frameHead:]
	if kind == 0 || kind > maxKind || len(b) < kind+id {
		return f, fmt.Errorf("%w: a kind of %d and an id of %d bytes in %d", ErrDamaged, kind, id, len(b))
	}
	f.kind, f.id, f.piece = b[:kind], b[kind:kind+id], b[kind+id:]
	whole := uint64(f.offset)+uint64(len(f.piece)) <= uint64(f.size)
	if f.sequence == 0 || f.size > MaxBody || !whole || len(f.piece) > pieceSize || len(f.piece) == 0 && f.size > 0 || !validID(string(f.id)) {
		return f, fmt.Errorf("%w: a piece of %d bytes at %d of %d", ErrDamaged, len(f.piece), f.offset, f.size)
	}
	return f, nil
}

// assembly puts items together.
type assembly struct {
	next uint64 // sequence of the item that is due or under way
	head *frame // of the item under way
	body []byte
}

// add takes the next piece, and returns the item that it completes.
func (a *assembly) add(message []byte) (*Item, error) {
	f, err := parseFrame(message)
	if err != nil {
		return nil, err
	}
	if f.sequence != a.next {
		return nil, fmt.Errorf("%w: item %d where %d was due", ErrDamaged, f.sequence, a.next)
	}
	if f.offset == 0 {
		head := frame{sequence: f.sequence, digest: f.digest, size: f.size, kind: bytes.Clone(f.kind), id: bytes.Clone(f.id)}
		a.head, a.body = &head, nil
	}
	h := a.head
	if h == nil || f.digest != h.digest || f.size != h.size || int(f.offset) != len(a.body) || !bytes.Equal(f.kind, h.kind) || !bytes.Equal(f.id, h.id) {
		return nil, fmt.Errorf("%w: item %d: a piece that does not follow the one before", ErrDamaged, f.sequence)
	}
	a.body = append(a.body, f.piece...)
	if len(a.body) < int(h.size) {
		return nil, nil //nolint:nilnil // more has to come
	}
	i := &Item{Sequence: h.sequence, Kind: string(h.kind), ID: string(h.id), Body: a.body}
	if digestOf(i.Kind, i.ID, i.Body) != h.digest {
		return nil, fmt.Errorf("%w: item %d does not fit its digest", ErrDamaged, i.Sequence)
	}
	a.head, a.body = nil, nil
	a.next++
	return i, nil
}
