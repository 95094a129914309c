package st0601

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb/imapb"
	"overflight/format/misb/st0903"
)

// ErrKey is returned for bytes that do not start with Key.
var ErrKey = errors.New("not the key of an ST 0601 set")

// RefreshPeriod is how long an item that is not repeated stays current, in microseconds of item 2
// (ST 0107.4-15, -18).
const RefreshPeriod = 30_000_000

// maxPacket bounds a packet. The largest that a transport stream was seen to carry is below 3 kB;
// VMTI with image chips goes further.
const maxPacket = 1 << 28

// Decoder reads the packets of one stream in their order. The zero value is ready. It keeps what
// packets say once for those after: the VMTI state and when each item was last seen.
type Decoder struct {
	had      [tagCount]State // what the last good packet had; first, so that it lies on whole lines of the cache
	vmti     st0903.Decoder
	layout   *layout
	laid     *layout          // of the packet that had is of, where it was all like one
	differed int              // packets in a row that were not
	patience int              // so many of them are borne, before another is learned; twice as many each time
	last     uint64           // item 2 of that packet
	seen     [tagCount]uint64 // item 2 of the last good packet that had the item, where the last one had not
	known    [tagCount]bool   // whether seen says anything
}

// Reset forgets the stream, as after a discontinuity.
func (d *Decoder) Reset() { *d = Decoder{layout: d.layout, patience: d.patience} }

// LastSeen returns item 2 of the last packet with a good checksum that had the item.
func (d *Decoder) LastSeen(tag Tag) (us uint64, ok bool) {
	if tag == 0 || tag >= tagCount {
		return 0, false
	}
	if d.had[tag] != Absent {
		return d.last, true
	}
	return d.seen[tag], d.known[tag]
}

// note remembers what a good packet had. Packets of a stream mostly have the same items, so only
// those that the last one had and this one has not are written down.
func (d *Decoder) note(s *Set, us uint64) {
	if same := s.laid != nil && s.laid == d.laid; !same && d.had != s.state {
		for i := 0; i < tagCount; i += 16 { // sixteen states are compared at once
			if [16]State(d.had[i:i+16]) == [16]State(s.state[i:i+16]) {
				continue
			}
			for tag := i; tag < i+16; tag++ {
				if d.had[tag] != Absent && s.state[tag] == Absent {
					d.seen[tag], d.known[tag] = d.last, true
				}
			}
		}
		d.had = s.state
	}
	d.last, d.laid = us, s.laid
}

// learn takes the layout of a packet that was read to its end, when those before it were not like
// the layout either. A stream whose packets take turns keeps the one that it has.
func (d *Decoder) learn(s *Set) {
	if d.differed++; d.differed > d.patience {
		d.layout = layoutOf(s)
		d.differed, d.patience = 0, min(2*d.patience+1, mostPatience)
	}
}

// Current reports whether the value that was last sent of an item still holds at the time us: not
// older than RefreshPeriod, that included.
func (d *Decoder) Current(tag Tag, us uint64) bool {
	seen, ok := d.LastSeen(tag)
	return ok && (us <= seen || us-seen <= RefreshPeriod)
}

// Decode reads one packet, key, BER length and value, into set. An error means that the bytes are
// no packet (ErrKey, klv.ErrTruncated, klv.ErrLength); whatever is wrong inside one is in
// set.Defects, and what could be read is there. A packet whose checksum is not ChecksumOK is read
// all the same but leaves no trace in the Decoder.
func (d *Decoder) Decode(packet []byte, set *Set) error {
	if len(packet) < len(Key) || klv.Key(packet[:16]) != Key {
		set.reset(nil, 0)
		return ErrKey
	}
	length, size, err := klv.ParseLength(packet[16:])
	if err != nil {
		set.reset(nil, 0)
		return fmt.Errorf("reading the length of the set: %w", err)
	}
	body := len(Key) + size
	if length > len(packet)-body || length > maxPacket {
		set.reset(nil, 0)
		return fmt.Errorf("set of %d bytes in %d: %w", length, len(packet)-body, klv.ErrTruncated)
	}
	whole := packet[:body+length]
	set.reset(whole, body)
	if len(packet) > len(whole) {
		set.defect(CodeTrailing, len(whole), 0, decimal(len(packet)-len(whole)), "0")
	}
	if longForm(size, length) {
		set.defect(CodeLongForm, len(Key), 0, decimal(size), "")
	}

	// The checksum comes first: a packet that fails it must not change the state of the stream.
	tail := len(whole) - 4
	if tail >= body && whole[tail] == byte(TagChecksum) && whole[tail+1] == 2 {
		set.Stored = binary.BigEndian.Uint16(whole[tail+2:])
		set.Computed = klv.Checksum(whole[:tail+2])
		if set.Checksum = ChecksumOK; set.Stored != set.Computed {
			set.Checksum = ChecksumBad
		}
	}
	end := d.layout.follow(set)
	if set.laid != nil {
		set.stop, d.differed = end, 0
	} else if end = set.walk(end, len(whole)); end == len(whole) {
		d.learn(set)
	}
	inOrder := length >= 10 && whole[body] == byte(TagPrecisionTimeStamp) && whole[body+1] == 8
	if set.Checksum != ChecksumOK || set.state[TagChecksum] != OK || !inOrder ||
		set.state[TagVersion] != OK || end != len(whole) || set.state[TagSensorEllipsoidHeight] != Absent ||
		set.state[TagSegmentLocalSet] == OK || set.state[TagMSID] != Absent {
		set.verify(end)
	}
	if set.state[TagPrecisionTimeStamp] == OK && set.Checksum == ChecksumOK {
		d.note(set, set.bits[TagPrecisionTimeStamp])
	}
	if set.state[TagVMTILocalSet] == OK {
		d.decodeVMTI(set)
	}
	return nil
}

// longForm reports whether a BER length took more bytes than it needed.
func longForm(size, length int) bool {
	switch size {
	case 1:
		return false
	case 2:
		return length < 1<<7
	case 3:
		return length < 1<<8
	case 4:
		return length < 1<<16
	}
	return length < 1<<24
}

// walk reads the items in packet[pos:end] and returns where it stopped: end, or the offset of the
// item that cannot be read.
func (s *Set) walk(pos, end int) int {
	p := s.packet[:end]
	for {
		pos = s.run(p, pos)
		s.stop = pos
		if pos >= end-1 {
			break
		}
		next, ok := s.item(p, pos)
		if !ok {
			return pos
		}
		pos = next
	}
	if pos < end {
		s.defect(CodeTruncated, pos, 0, decimal(end-pos), "tag and length")
	}
	return pos
}

// run reads items as long as they are plain: tag and length of one byte, not there before, a
// length that the item can have, a kind that is read without a question. It returns where it
// stopped. It is a function of its own, and calls none, so that what it works on stays in
// registers: item does the rest.
//
// There are always eight bytes before the end of a value, the key being sixteen, so that numbers
// of every length are read with one load.
func (s *Set) run(p []byte, pos int) int {
	p = p[:len(p):len(p)]
	for pos < len(p)-1 {
		tag, n := p[pos], int(p[pos+1])
		next := pos + 2 + n
		o := &plain[tag]
		at := tag & 0x7F
		if next > len(p) || s.state[at] != Absent {
			break
		}
		load := binary.BigEndian.Uint64(p[next-8 : next : next])
		if n != int(o.length) {
			if o.lengths>>uint(n)&1 == 0 || o.kind == Text && !ascii(p[pos+2:next], load) {
				break
			}
			s.state[at] = OK
			s.first[at] = uint32(pos)
			pos = next
			continue
		}
		v := (int64(load&o.mask) ^ o.sign) - o.sign
		s.first[at] = uint32(pos)
		pos = next
		if o.kind != Linear {
			s.bits[at] = uint64(v)
			s.state[at] = OK
			continue
		}
		s.bits[at] = math.Float64bits(float64(v)*o.scale + o.add)
		s.state[at] = OK
		if v == o.code {
			s.state[at] = o.reserved
		}
	}
	return pos
}

// ascii reports whether text has no byte above 127; last are the eight bytes before its end.
func ascii(text []byte, last uint64) bool {
	if len(text) < 8 {
		last <<= 64 - 8*uint(len(text))
	}
	for ; len(text) > 8; text = text[8:] {
		last |= binary.BigEndian.Uint64(text)
	}
	return last&0x8080808080808080 == 0
}

// item reads the item at head, whatever it is, and returns where the next one is.
func (s *Set) item(p []byte, head int) (next int, ok bool) {
	tag, n, pos, ok := s.readHead(p, head)
	if !ok {
		return head, false
	}
	if n > len(p)-pos {
		s.defect(CodeTruncated, head, tag, decimal(len(p)-pos), decimal(n))
		return head, false
	}
	sp := span{tag, head, pos, n}
	if tag >= tagCount || tag == 0 || s.state[tag] != Absent {
		s.unusual(sp)
		return pos + n, true
	}
	s.first[tag] = uint32(head)
	o := &ops[tag]
	if n > 63 || o.lengths>>n&1 == 0 || o.kind == Text {
		s.state[tag] = s.long(o, sp)
		return pos + n, true
	}
	raw := s.value(sp)
	s.state[tag] = OK
	switch o.kind {
	case Linear:
		var x float64
		x, s.state[tag] = o.linear(raw)
		s.bits[tag] = math.Float64bits(x)
	case Unsigned, Instant, Flags, Sum:
		s.bits[tag] = unsignedBits(raw)
	case Signed:
		s.bits[tag] = uint64(signedBits(raw))
	case Code:
		s.bits[tag] = uint64(raw[0])
		if raw[0] >= o.meanings {
			s.defect(CodeUndefined, head, tag, decimal(int(raw[0])), "")
			s.state[tag] = OutOfRange
		}
	case Mapped:
		x, kind := o.scales[n].Decode(raw)
		s.bits[tag] = math.Float64bits(x)
		s.state[tag] = s.mapped(&o.scales[n], sp, x, kind)
	case Text, Nested, Opaque:
	}
	return pos + n, true
}

// readHead reads tag and length.
func (s *Set) readHead(p []byte, head int) (tag uint32, n, pos int, ok bool) {
	tag, size, err := klv.ParseOID(p[head:])
	if err != nil {
		s.defect(CodeTruncated, head, 0, decimal(len(p)-head), "tag")
		return 0, 0, 0, false
	}
	n, width, err := klv.ParseLength(p[head+size:])
	if err != nil {
		s.defect(CodeTruncated, head, tag, decimal(len(p)-head-size), "length")
		return 0, 0, 0, false
	}
	if longForm(width, n) {
		s.defect(CodeLongForm, head, tag, decimal(width), "")
	}
	return tag, n, head + size + width, true
}

// unusual takes an item of an unknown tag, and one that was there before.
func (s *Set) unusual(sp span) {
	switch {
	case sp.tag >= tagCount || sp.tag == 0:
		s.defect(CodeUnknownTag, sp.head, sp.tag, "", "")
	case Tag(sp.tag).Repeats():
		if s.state[sp.tag] == Cleared && sp.n > 0 {
			s.first[sp.tag], s.state[sp.tag] = uint32(sp.head), OK
		}
	default:
		s.defect(CodeDuplicate, sp.head, sp.tag, "", "")
		if string(s.value(s.span(s.head(Tag(sp.tag))))) != string(s.value(sp)) {
			s.state[sp.tag] = Duplicate
		}
	}
}

// long judges values of a length that the fast way does not take: none, wrong, or more than a
// machine word; and text that is not ASCII.
func (s *Set) long(o *op, sp span) State {
	if sp.n == 0 {
		switch tag := Tag(sp.tag); {
		case tag.Repeats(), tag == TagWeaponsStores, tag == TagChecksum, tag == TagPrecisionTimeStamp, tag == TagVersion:
			s.defect(CodeCleared, sp.head, sp.tag, "0", "")
		}
		return Cleared
	}
	switch o.kind {
	case Text:
		raw := s.value(sp)
		if !utf8.Valid(raw) {
			s.defect(CodeText, sp.head, sp.tag, "", "UTF-8")
			return Malformed
		}
		if sp.n > int(o.most) {
			s.defect(CodeText, sp.head, sp.tag, decimal(sp.n), decimal(int(o.most)))
		}
		return OK
	case Nested, Opaque:
		return OK
	case Linear, Mapped, Unsigned, Signed, Instant, Code, Flags, Sum:
	}
	item := items[sp.tag]
	want := decimal(item.Length)
	if item.Length != item.MaxLength {
		want = "1.." + decimal(item.MaxLength)
	}
	s.defect(CodeLength, sp.head, sp.tag, decimal(sp.n), want)
	return Malformed
}

// mapped tells the states of an IMAPB value. The lowest code decodes to less than a step below the
// minimum when the range spans zero, so a step is allowed for.
func (s *Set) mapped(scale *imapb.Scale, sp span, x float64, kind imapb.Kind) State {
	switch kind {
	case imapb.Finite:
		if low, high := scale.Range(); x <= low-scale.Step() || x >= high+scale.Step() {
			s.defect(CodeRange, sp.head, sp.tag, strconv.FormatFloat(x, 'g', -1, 64),
				strconv.FormatFloat(low, 'g', -1, 64)+".."+strconv.FormatFloat(high, 'g', -1, 64))
			return OutOfRange
		}
		return OK
	case imapb.BelowMinimum, imapb.AboveMaximum:
		return OutOfRange
	case imapb.Malformed:
		return Malformed
	case imapb.PosInf, imapb.NegInf, imapb.PosQuietNaN, imapb.NegQuietNaN, imapb.PosSignalNaN, imapb.NegSignalNaN,
		imapb.UserDefined, imapb.OtherMISB, imapb.ReservedValue:
	}
	return Unknown
}

// verify looks into a packet that is not plainly in order.
func (s *Set) verify(end int) {
	if s.state[TagChecksum] == Absent && end == len(s.packet) {
		s.Checksum, s.Stored, s.Computed = ChecksumAbsent, 0, 0
	}
	if s.state[TagChecksum] == OK {
		if sp := s.span(s.head(TagChecksum)); sp.at+sp.n != len(s.packet) {
			s.defect(CodeOrder, sp.head, sp.tag, "", "last")
			s.Stored = uint16(s.bits[TagChecksum])
			s.Computed = klv.Checksum(s.packet[:sp.at])
			s.Checksum = ChecksumBad // what follows it is covered by nothing
		}
	}
	switch s.Checksum {
	case ChecksumBad:
		s.defect(CodeChecksum, len(s.packet)-2, uint32(TagChecksum), hex16(s.Stored), hex16(s.Computed))
	case ChecksumAbsent:
		s.defect(CodeNoChecksum, len(s.packet), uint32(TagChecksum), "", "")
	case ChecksumOK:
	}
	if s.state[TagPrecisionTimeStamp] != Absent && s.head(TagPrecisionTimeStamp) != uint32(s.body) {
		s.defect(CodeOrder, int(s.head(TagPrecisionTimeStamp)), uint32(TagPrecisionTimeStamp), "", "first")
	}
	for _, tag := range [...]Tag{TagPrecisionTimeStamp, TagVersion} {
		if s.state[tag] == Absent {
			s.defect(CodeMissing, s.body, uint32(tag), "", "")
		}
	}
	if s.state[TagMSID] != Absent {
		s.defect(CodePlace, int(s.head(TagMSID)), uint32(TagMSID), "", "")
	}
	s.verifyLevel()
}

// verifyLevel holds for packets and for the sets nested in them.
func (s *Set) verifyLevel() {
	if s.state[TagSensorEllipsoidHeight] == OK && s.state[TagSensorEllipsoidHeightExtended] == OK {
		s.defect(CodeDatum, int(s.head(TagSensorEllipsoidHeightExtended)), uint32(TagSensorEllipsoidHeightExtended), "75 104", "")
	}
	if s.state[TagSegmentLocalSet] == OK && s.state[TagAmendLocalSet] == OK {
		s.defect(CodeBranch, int(s.head(TagAmendLocalSet)), uint32(TagAmendLocalSet), "100 101", "")
	}
}

// decodeVMTI reads item 74 with the state of the stream.
func (d *Decoder) decodeVMTI(s *Set) {
	sp := s.span(s.head(TagVMTILocalSet))
	decoder := &d.vmti
	if s.Checksum != ChecksumOK {
		scratch := d.vmti
		decoder = &scratch
	}
	var centre st0903.FrameCentre
	lat, ok1 := s.FrameCenterLatitude()
	lon, ok2 := s.FrameCenterLongitude()
	if ok1 && ok2 {
		centre = st0903.FrameCentre{Lat: lat, Lon: lon, Known: true}
	}
	decoder.FrameCentre = centre
	decoder.DecodeLocal(s.value(sp), &s.vmti)
	s.hasVMTI = true
	for _, defect := range s.vmti.Defects {
		s.Defects = append(s.Defects, within(defect, sp.at, TagVMTILocalSet))
	}
}

// within moves a finding of a nested set into its packet.
func within(d evidence.Defect, at int, tag Tag) evidence.Defect {
	d.Offset += int64(at)
	if d.Item == "" {
		d.Item = decimal(int(tag))
	} else {
		d.Item = decimal(int(tag)) + "." + d.Item
	}
	return d
}

func decimal(n int) string { return strconv.Itoa(n) }

func hex16(v uint16) string { return fmt.Sprintf("%04X", v) }
