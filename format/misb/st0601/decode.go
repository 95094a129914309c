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
	vmti st0903.Decoder
	seen [256]uint64 // item 2 of the packet that last had the item, plus one; 0 never
	void [256]uint64 // takes the writes that packets with a bad checksum must not make
}

// Reset forgets the stream, as after a discontinuity.
func (d *Decoder) Reset() { *d = Decoder{} }

// LastSeen returns item 2 of the last packet with a good checksum that had the item.
func (d *Decoder) LastSeen(tag Tag) (us uint64, ok bool) {
	if tag >= tagCount || d.seen[tag] == 0 {
		return 0, false
	}
	return d.seen[tag] - 1, true
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
	set.reset(nil, 0)
	if len(packet) < len(Key) || klv.Key(packet[:16]) != Key {
		return ErrKey
	}
	length, size, err := klv.ParseLength(packet[16:])
	if err != nil {
		return fmt.Errorf("reading the length of the set: %w", err)
	}
	body := len(Key) + size
	if length > len(packet)-body || length > maxPacket {
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
	seen, now := &d.void, uint64(0)
	inOrder := length >= 10 && whole[body] == byte(TagPrecisionTimeStamp) && whole[body+1] == 8
	if set.Checksum == ChecksumOK {
		seen = &d.seen
		if inOrder {
			now = binary.BigEndian.Uint64(whole[body+2:]) + 1
		}
	}
	end := set.walk(body, len(whole), seen, now)
	if set.Checksum != ChecksumOK || set.state[TagChecksum] != OK || !inOrder ||
		set.state[TagVersion] != OK || end != len(whole) || set.state[TagSensorEllipsoidHeight] != Absent ||
		set.state[TagSegmentLocalSet] == OK || set.state[TagMSID] != Absent {
		set.verify(d, end)
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
// item that cannot be read. There are always eight bytes before the end of a value, the key being
// sixteen, so that numbers of every length are read with one load.
func (s *Set) walk(pos, end int, seen *[256]uint64, now uint64) int {
	p := s.packet[:end]
	spans := s.spans[:0]
	for pos < len(p)-1 {
		head := pos
		tag, n := uint32(p[pos]), int(p[pos+1])
		pos += 2
		if (tag|uint32(n))&0x80 != 0 {
			var ok bool
			if tag, n, pos, ok = s.longHead(p, head); !ok {
				s.spans = spans
				return head
			}
		}
		if n > len(p)-pos {
			s.spans = spans
			s.defect(CodeTruncated, head, tag, decimal(len(p)-pos), decimal(n))
			return head
		}
		spans = append(spans, span{tag: tag, head: int32(head), at: int32(pos), n: int32(n)})
		next := pos + n
		if tag >= tagCount || s.state[tag] != Absent || n == 0 {
			s.unusual(spans)
			pos = next
			continue
		}
		s.first[tag] = uint32(len(spans) - 1)
		seen[tag] = now
		o := &ops[tag]
		if n > 8 || o.length != 0 && n != int(o.length) {
			s.state[tag] = s.long(o, spans[len(spans)-1])
			pos = next
			continue
		}
		top := binary.BigEndian.Uint64(p[next-8:]) << ((64 - 8*uint(n)) & 63)
		v := int64(top) >> ((64 - 8*uint(n)) & 63)
		pos = next
		switch o.kind {
		case Linear:
			v &= o.mask
			s.bits[tag] = math.Float64bits(float64(v)*o.mul/o.div + o.add)
			state := OK
			if v == o.code {
				state = o.reserved
			}
			s.state[tag] = state
		case Unsigned, Instant:
			s.bits[tag] = top >> ((64 - 8*uint(n)) & 63)
			s.state[tag] = OK
			if n > int(o.most) {
				s.state[tag] = s.badLength(spans[len(spans)-1])
			}
		case Sum, Flags, Code, Signed, Mapped:
			s.state[tag] = s.short(o, spans[len(spans)-1], top)
		case Text:
			s.state[tag] = OK
			if top&0x8080808080808080 != 0 {
				s.state[tag] = s.long(o, spans[len(spans)-1])
			}
		case Nested, Opaque:
			s.state[tag] = OK
		}
	}
	s.spans = spans
	if pos < end {
		s.defect(CodeTruncated, pos, 0, decimal(end-pos), "tag and length")
	}
	return pos
}

// longHead reads a tag or length of more than one byte.
func (s *Set) longHead(p []byte, head int) (tag uint32, n, pos int, ok bool) {
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

// unusual takes the last span when it is of an unknown tag, a repeat or of zero length.
func (s *Set) unusual(spans []span) {
	sp := spans[len(spans)-1]
	switch {
	case sp.tag >= tagCount || sp.tag == 0:
		s.defect(CodeUnknownTag, int(sp.head), sp.tag, "", "")
	case s.state[sp.tag] != Absent:
		if Tag(sp.tag).Repeats() {
			if s.state[sp.tag] == Cleared && sp.n > 0 {
				s.first[sp.tag], s.state[sp.tag] = uint32(len(spans)-1), OK
			}
			return
		}
		s.defect(CodeDuplicate, int(sp.head), sp.tag, "", "")
		if string(s.value(spans[s.first[sp.tag]])) != string(s.value(sp)) {
			s.state[sp.tag] = Duplicate
		}
	default:
		s.first[sp.tag] = uint32(len(spans) - 1)
		s.state[sp.tag] = Cleared
		if tag := Tag(sp.tag); tag.Repeats() || tag == TagWeaponsStores || tag == TagChecksum || tag == TagPrecisionTimeStamp || tag == TagVersion {
			s.defect(CodeCleared, int(sp.head), sp.tag, "0", "")
		}
	}
}

// long judges values of more than eight bytes, of a wrong length, and text that is not ASCII.
func (s *Set) long(o *op, sp span) State {
	switch o.kind {
	case Text:
		raw := s.value(sp)
		if !utf8.Valid(raw) {
			s.defect(CodeText, int(sp.head), sp.tag, "", "UTF-8")
			return Malformed
		}
		if len(raw) > int(o.most) {
			s.defect(CodeText, int(sp.head), sp.tag, decimal(len(raw)), decimal(int(o.most)))
		}
		return OK
	case Nested, Opaque:
		return OK
	case Linear, Mapped, Unsigned, Signed, Instant, Code, Flags, Sum:
	}
	return s.badLength(sp)
}

func (s *Set) badLength(sp span) State {
	item := items[sp.tag]
	want := decimal(item.Length)
	if item.Length != item.MaxLength {
		want = "1.." + decimal(item.MaxLength)
	}
	s.defect(CodeLength, int(sp.head), sp.tag, decimal(int(sp.n)), want)
	return Malformed
}

// short reads the kinds that are seldom or need a look at the value. The value is in the top bytes
// of top.
func (s *Set) short(o *op, sp span, top uint64) State {
	shift := (64 - 8*uint(sp.n)) & 63
	switch o.kind {
	case Mapped:
		if sp.n > int32(o.most) {
			return s.badLength(sp)
		}
		x, kind := o.scales[sp.n].DecodeBits(top)
		s.bits[sp.tag] = math.Float64bits(x)
		return s.mapped(&o.scales[sp.n], sp, x, kind)
	case Signed:
		if sp.n > int32(o.most) {
			return s.badLength(sp)
		}
		s.bits[sp.tag] = uint64(int64(top) >> shift)
		return OK
	case Code:
		s.bits[sp.tag] = top >> shift
		if top>>shift >= uint64(o.meanings) {
			s.defect(CodeUndefined, int(sp.head), sp.tag, strconv.FormatUint(top>>shift, 10), "")
			return OutOfRange
		}
		return OK
	case Flags, Sum:
		s.bits[sp.tag] = top >> shift
		return OK
	case Linear, Unsigned, Instant, Text, Nested, Opaque:
	}
	return OK
}

// mapped tells the states of an IMAPB value. The lowest code decodes to less than a step below the
// minimum when the range spans zero, so a step is allowed for.
func (s *Set) mapped(scale *imapb.Scale, sp span, x float64, kind imapb.Kind) State {
	switch kind {
	case imapb.Finite:
		if low, high := scale.Range(); x < low-scale.Step() || x > high+scale.Step() {
			s.defect(CodeRange, int(sp.head), sp.tag, strconv.FormatFloat(x, 'g', -1, 64),
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
func (s *Set) verify(d *Decoder, end int) {
	if s.state[TagChecksum] == Absent && end == len(s.packet) {
		s.Checksum, s.Stored, s.Computed = ChecksumAbsent, 0, 0
	}
	if s.state[TagChecksum] == OK {
		if sp := s.spans[s.first[TagChecksum]]; int(sp.at+sp.n) != len(s.packet) {
			s.defect(CodeOrder, int(sp.head), uint32(TagChecksum), "", "last")
			s.Stored = uint16(s.bits[TagChecksum])
			s.Computed = klv.Checksum(s.packet[:sp.at])
			s.Checksum = ChecksumBad // what follows it is covered by nothing
		}
	}
	switch s.Checksum {
	case ChecksumBad:
		s.defect(CodeChecksum, len(s.packet)-2, uint32(TagChecksum), hex16(s.Computed), hex16(s.Stored))
	case ChecksumAbsent:
		s.defect(CodeNoChecksum, len(s.packet), uint32(TagChecksum), "", "")
	case ChecksumOK:
	}
	us, timed := s.Time()
	if s.state[TagPrecisionTimeStamp] != Absent && s.spans[0].tag != uint32(TagPrecisionTimeStamp) {
		s.defect(CodeOrder, int(s.spans[s.first[TagPrecisionTimeStamp]].head), uint32(TagPrecisionTimeStamp), "", "first")
		for _, sp := range s.spans {
			if timed && s.Checksum == ChecksumOK && sp.tag < tagCount {
				d.seen[sp.tag] = us + 1
			}
		}
	}
	for _, tag := range [...]Tag{TagPrecisionTimeStamp, TagVersion} {
		if s.state[tag] == Absent {
			s.defect(CodeMissing, s.body, uint32(tag), "", "")
		}
	}
	if s.state[TagMSID] != Absent {
		s.defect(CodePlace, int(s.spans[s.first[TagMSID]].head), uint32(TagMSID), "", "")
	}
	s.verifyLevel()
}

// verifyLevel holds for packets and for the sets nested in them.
func (s *Set) verifyLevel() {
	if s.state[TagSensorEllipsoidHeight] == OK && s.state[TagSensorEllipsoidHeightExtended] == OK {
		s.defect(CodeDatum, int(s.spans[s.first[TagSensorEllipsoidHeightExtended]].head), uint32(TagSensorEllipsoidHeightExtended), "75 104", "")
	}
	if s.state[TagSegmentLocalSet] == OK && s.state[TagAmendLocalSet] == OK {
		s.defect(CodeBranch, int(s.spans[s.first[TagAmendLocalSet]].head), uint32(TagAmendLocalSet), "100 101", "")
	}
}

// decodeVMTI reads item 74 with the state of the stream.
func (d *Decoder) decodeVMTI(s *Set) {
	sp := s.spans[s.first[TagVMTILocalSet]]
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
		s.Defects = append(s.Defects, within(defect, int(sp.at), TagVMTILocalSet))
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

func (s *Set) value(sp span) []byte { return s.packet[sp.at : sp.at+sp.n : sp.at+sp.n] }

func decimal(n int) string { return strconv.Itoa(n) }

func hex16(v uint16) string { return fmt.Sprintf("%04X", v) }
