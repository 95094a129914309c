// Package st0601 reads and writes the UAS Datalink Local Set of MISB ST 0601.19, items 1 to 143,
// with the sets and packs that are nested in it.
//
// A [Decoder] belongs to one stream and reads a packet into a [Set], all values at once, without
// allocating. Values are asked for by name ([Set.SensorLatitude]) or by tag ([Set.Real]), and
// every question answers whether there is a value at all: an absent item, a reserved code, a
// malformed or cleared item is never a number. Bytes are kept as they came; [Set.Describe] shows
// everything, [Set.Append] writes it again, a [Builder] makes new packets.
//
// Stores and laser items (60 to 62, 140) are read because a stream that has them contradicts what
// an unarmed flight was allowed to be. Nothing here acts on them.
//
// Left out on purpose: merging Segment and Amend sets into their parent (ST 1607), which would
// overwrite what was sent; leap second tables, item 2 is handed out as it is.
package st0601

import (
	"iter"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb/st0903"
)

// Key is the universal label of the set.
var Key = klv.Key{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x0B, 0x01, 0x01, 0x0E, 0x01, 0x03, 0x01, 0x01, 0x00, 0x00, 0x00}

// The findings about a packet.
const (
	CodeChecksum   evidence.Code = "st0601.checksum"  // the checksum is wrong
	CodeNoChecksum evidence.Code = "st0601.unchecked" // the packet has none
	CodeTrailing   evidence.Code = "st0601.trailing"  // bytes after the packet's end
	CodeLongForm   evidence.Code = "st0601.longform"  // a length longer than it need be (ST 0107.3-05)
	CodeTruncated  evidence.Code = "st0601.truncated" // bytes end inside an item
	CodeLength     evidence.Code = "st0601.length"    // wrong length for the item
	CodeOrder      evidence.Code = "st0601.order"     // item 2 is not first or item 1 not last (ST 0601.13-23)
	CodeDuplicate  evidence.Code = "st0601.duplicate" // an item that may occur once occurs again
	CodeMissing    evidence.Code = "st0601.missing"   // item 1, 2 or 65 is absent
	CodeCleared    evidence.Code = "st0601.cleared"   // a zero-length item where none is allowed (ST 0107.4-16, -17)
	CodeText       evidence.Code = "st0601.text"      // not UTF-8, or longer than allowed
	CodeUndefined  evidence.Code = "st0601.undefined" // a code that the standard does not define
	CodeRange      evidence.Code = "st0601.range"     // a value beyond the item's range
	CodeUnknownTag evidence.Code = "st0601.unknown"   // a tag that the standard does not define
	CodeDatum      evidence.Code = "st0601.datum"     // items 75 and 104 in one packet (ST 0902)
	CodeBranch     evidence.Code = "st0601.branch"    // Segment and Amend against ST 1607's rules
	CodePack       evidence.Code = "st0601.pack"      // a nested pack, list or set cannot be read
	CodeTooDeep    evidence.Code = "st0601.depth"     // sets nested deeper than this package follows
	CodePlace      evidence.Code = "st0601.place"     // item 143 outside items 100 and 101
)

// State is what is known of an item in a packet.
type State uint8

// The states. Only OK has a value.
const (
	Absent     State = iota // not in the packet
	OK                      // a value
	Unknown                 // a reserved code, or a special value of ST 1201
	OutOfRange              // the code for a value out of range, or a value beyond the item's range
	OffEarth                // the code for a point that is not on the Earth
	Malformed               // a length or content that the item cannot have
	Cleared                 // zero length: the earlier value no longer holds
	Duplicate               // sent twice with different values, of which none can be preferred
)

// String returns the name of the state.
func (s State) String() string {
	switch s {
	case Absent:
		return "absent"
	case OK:
		return "ok"
	case Unknown:
		return "unknown"
	case OutOfRange:
		return "out of range"
	case OffEarth:
		return "off earth"
	case Malformed:
		return "malformed"
	case Cleared:
		return "cleared"
	case Duplicate:
		return "duplicate"
	}
	return "state"
}

// ChecksumState says whether a packet is what its producer wrote.
type ChecksumState uint8

// The checksum states. Anything but ChecksumOK is to be kept, shown and not relied on.
const (
	ChecksumAbsent ChecksumState = iota
	ChecksumOK
	ChecksumBad
)

// String returns the word that reports print.
func (c ChecksumState) String() string {
	switch c {
	case ChecksumAbsent:
		return "absent"
	case ChecksumOK:
		return "ok"
	case ChecksumBad:
		return "bad"
	}
	return "absent"
}

// span is one item in the packet.
type span struct {
	tag  uint32
	head int // offset of the tag
	at   int // offset of the value
	n    int // length of the value
}

// Set is one decoded packet. It is reused from packet to packet: a Decoder overwrites it, and it
// refers to the packet's bytes, which must stay as they are while the Set is in use. To keep a
// packet, keep its bytes.
type Set struct {
	state [tagCount]State // first, so that it lies on whole lines of the cache

	Checksum ChecksumState
	Stored   uint16 // the checksum that was sent
	Computed uint16 // the checksum of the bytes

	// Defects has the findings about the packet; offsets count from the first byte of its key.
	// Those of nested sets that are read on demand are in the Defects of what Describe returns.
	Defects []evidence.Defect

	packet  []byte
	laid    *layout          // that the packet is all like; nil when it is like none
	first   [tagCount]uint32 // offset of the first such tag, valid unless Absent or laid; see head
	bits    [tagCount]uint64 // a float's bits for Linear and Mapped, else the integer; valid when OK
	vmti    st0903.Set       // of item 74, when its state is OK
	body    int              // where the first item is
	stop    int              // where reading ended: the packet\'s end, or the item that cannot be read
	depth   int              // 0 for a packet, else how deep a Segment or Amend set lies
	hasVMTI bool
}

// maxDepth bounds how deep Segment and Amend sets are followed: ST 0601.19 allows an Amend inside
// a Segment, no deeper.
const maxDepth = 4

// reset empties the set for the next packet. Values are not cleared: a state says which hold.
func (s *Set) reset(packet []byte, body int) {
	s.Checksum, s.Stored, s.Computed = ChecksumAbsent, 0, 0
	s.Defects = s.Defects[:0]
	s.packet, s.body, s.depth = packet, body, 0
	s.stop = body
	s.state = [tagCount]State{}
	s.hasVMTI, s.laid = false, nil
}

// head returns the offset of the first item with a tag that is there.
func (s *Set) head(tag Tag) uint32 {
	if s.laid != nil {
		return s.laid.first[tag]
	}
	return s.first[tag]
}

// spans yields the items in the order of the stream. Their places are not written down when a
// packet is read: finding them again is quicker.
func (s *Set) spans() iter.Seq[span] {
	return func(yield func(span) bool) {
		for at := s.body; at < s.stop-1; {
			sp := s.span(uint32(at))
			if !yield(sp) {
				return
			}
			at = sp.at + sp.n
		}
	}
}

// span reads the head of an item again, which walk has found to be good.
func (s *Set) span(head uint32) span {
	p := s.packet[head:]
	tag, size, _ := klv.ParseOID(p)
	n, width, _ := klv.ParseLength(p[size:])
	return span{tag: tag, head: int(head), at: int(head) + size + width, n: n}
}

func (s *Set) value(sp span) []byte { return s.packet[sp.at : sp.at+sp.n : sp.at+sp.n] }

func (s *Set) defect(code evidence.Code, at int, tag uint32, got, want string) {
	item := ""
	if tag != 0 {
		item = decimal(int(tag))
	}
	s.Defects = append(s.Defects, evidence.Defect{Code: code, Offset: int64(at), Item: item, Got: got, Want: want})
}
