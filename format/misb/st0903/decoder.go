package st0903

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/format/klv"
)

// ErrKey is returned for a packet that does not begin with the key of a standalone VMTI set.
var ErrKey = errors.New("not a VMTI local set")

// Decoder reads the VMTI sets of one stream, in the order of the stream. It keeps what is sent
// seldom: version, system name, frame size. The zero value is ready.
type Decoder struct {
	// FrameCentre is that of the ST 0601 set around the next embedded set, in degrees. The caller
	// sets it before each DecodeLocal if it is known; it helps to tell legacy encodings when the
	// version was never sent.
	FrameCentre FrameCentre

	context Context
	series  []span
}

// FrameCentre is a position in degrees, if it is known.
type FrameCentre struct {
	Lat, Lon float64
	Known    bool
}

// span is an item that has to wait for others.
type span struct {
	tag    uint32
	value  []byte
	offset int // of the tag
	at     int // of the value
}

// Context returns what the stream has said so far.
func (d *Decoder) Context() Context { return d.context }

// DecodeLocal reads an embedded set: the value of ST 0601 Item 74. Dst is emptied first and its
// memory is used again; it keeps slices of value. Offsets of defects are relative to value.
func (d *Decoder) DecodeLocal(value []byte, dst *Set) {
	dst.Reset()
	d.decode(value, dst, true)
}

// DecodePacket reads a standalone set with key and checksum. An error says that there is no set;
// a set with a bad checksum is decoded, says so in Integrity, and leaves no trace in the Decoder.
// Offsets of defects are relative to the first byte of the key.
func (d *Decoder) DecodePacket(packet []byte, dst *Set) error {
	dst.Reset()
	if len(packet) < len(klv.Key{}) || klv.Key(packet[:16]) != klv.KeyST0903 {
		return fmt.Errorf("reading VMTI packet: %w", ErrKey)
	}
	n, size, err := klv.ParseLength(packet[16:])
	if err != nil {
		return fmt.Errorf("reading VMTI packet length: %w", err)
	}
	head := 16 + size
	value := packet[head:]
	dst.base = head
	if n > len(value) {
		dst.defect(evidence.Defect{
			Code: CodeSyntax, Offset: int64(16 - head),
			Got: strconv.Itoa(len(value)), Want: strconv.Itoa(n),
		})
	} else {
		value = value[:n]
	}
	before := d.context
	tail := d.decode(value, dst, false)
	d.check(packet, head+len(value), tail, dst)
	if dst.Integrity == Bad {
		d.context = before
	}
	return nil
}

// check compares Item 1, which must be the last: the sum covers everything before its value.
func (d *Decoder) check(packet []byte, end, sumAt int, dst *Set) {
	at := dst.base + sumAt
	if sumAt < 0 || at+2 != end {
		dst.Integrity = Absent
		dst.defect(evidence.Defect{Code: CodeNoSum, Offset: int64(end - dst.base), Item: "1"})
		return
	}
	got := uint16(packet[at])<<8 | uint16(packet[at+1])
	want := klv.Checksum(packet[:at])
	if got == want {
		dst.Integrity = Good
		return
	}
	dst.Integrity = Bad
	dst.defect(evidence.Defect{
		Code: CodeChecksum, Offset: int64(sumAt), Item: "1", Got: hex16(got), Want: hex16(want),
	})
}

func hex16(v uint16) string { return fmt.Sprintf("%04X", v) }

// defect appends a finding; its offset is relative to the value of the set.
func (s *Set) defect(f evidence.Defect) {
	f.Offset += int64(s.base)
	s.Defects = append(s.Defects, f)
}

func (s *Set) finding(code evidence.Code, offset int, path string, tag uint32) {
	s.defect(evidence.Defect{Code: code, Offset: int64(offset), Item: path + strconv.FormatUint(uint64(tag), 10)})
}

// decode reads the items of the set and returns where the value of Item 1 begins, -1 without it.
func (d *Decoder) decode(value []byte, dst *Set, embedded bool) (sumAt int) {
	dst.raw = value
	d.series = d.series[:0]
	sumAt = -1
	var seen uint32
	it := klv.WalkItems(value)
	for it.Next() {
		if it.Padded {
			dst.finding(CodePadded, it.Offset, "", it.Tag)
		}
		if it.Tag < 32 {
			if seen>>it.Tag&1 != 0 {
				dst.finding(CodeDuplicate, it.Offset, "", it.Tag)
			}
			seen |= 1 << it.Tag
		}
		if len(it.Value) == 0 {
			dst.cleared(&it)
			continue
		}
		switch it.Tag {
		case Checksum:
			if embedded {
				dst.finding(CodeEmbedded, it.Offset, "", it.Tag)
				dst.keep(it.Tag, it.Value)
			} else if len(it.Value) == 2 {
				sumAt = it.Start
			} else {
				dst.malformed(&it)
			}
		case SystemName, SourceSensor, MIISID:
			dst.text(&it)
		case Timestamp, TargetsDetected, TargetsReported, FrameNumber, FrameWidth, FrameHeight:
			if v, ok := parseUint(it.Value, vmtiSchema.items[it.Tag].size); ok {
				dst.numbers.put(it.Tag, v, len(it.Value))
			} else {
				dst.malformed(&it)
			}
		case Version:
			if v, ok := parseUint(it.Value, 2); ok {
				dst.numbers.put(it.Tag, v, len(it.Value))
			} else {
				dst.malformed(&it)
			}
		case HorizontalFOV, VerticalFOV, TargetSeries, AlgorithmSeries, OntologySeries:
			// Their reading depends on items that may come later.
			d.series = append(d.series, span{it.Tag, it.Value, it.Offset, it.Start})
		default:
			dst.keep(it.Tag, it.Value)
			dst.finding(CodeUnknown, it.Offset, "", it.Tag)
		}
	}
	if err := it.Err(); err != nil {
		dst.syntax(err, "", 0)
	}
	d.remember(dst)
	d.decideVersion(dst)
	d.readSeries(dst, embedded)
	return sumAt
}

// remember carries the seldom items from set to set, both ways.
func (d *Decoder) remember(dst *Set) {
	if v, ok := dst.Uint(Version); ok && v > 0 { // there is no version 0: it tells nothing
		d.context.Version = int(v)
	}
	if v, ok := dst.Uint(FrameWidth); ok {
		d.context.FrameWidth = int(v)
	}
	if v, ok := dst.Uint(FrameHeight); ok {
		d.context.FrameHeight = int(v)
	}
	if v, ok := dst.Bytes(SystemName); ok {
		d.context.name(v)
	}
	dst.Context = d.context
}

// readSeries reads what had to wait for the version and the frame width.
func (d *Decoder) readSeries(dst *Set, embedded bool) {
	var seen uint8
	for _, s := range d.series {
		if s.tag >= TargetSeries {
			bit := uint8(1) << (s.tag - TargetSeries)
			if seen&bit != 0 {
				dst.finding(CodeDuplicate, s.offset, "", s.tag)
			}
			seen |= bit
		}
		switch s.tag {
		case HorizontalFOV, VerticalFOV:
			dst.number(&dst.numbers, &vmtiSchema, s, "", &dst.Others)
		case TargetSeries:
			dst.readTargets(s, embedded)
		case AlgorithmSeries:
			dst.eachEntry(s, "102.", dst.readAlgorithm)
		case OntologySeries:
			dst.eachEntry(s, "103.", dst.readOntology)
		}
	}
	if n, ok := dst.Reported(); ok && n != len(dst.Targets) {
		dst.defect(evidence.Defect{
			Code: CodeCount, Item: "6", Got: strconv.Itoa(len(dst.Targets)), Want: strconv.Itoa(n),
		})
	}
}

func (s *Set) keep(tag uint32, v []byte) { s.Others = append(s.Others, Element{tag, v}) }

func (s *Set) cleared(it *klv.Items) {
	s.keep(it.Tag, it.Value)
	s.finding(CodeCleared, it.Offset, "", it.Tag)
}

func (s *Set) malformed(it *klv.Items) {
	s.keep(it.Tag, it.Value)
	s.wrongLength(it.Offset, "", it.Tag, len(it.Value))
}

func (s *Set) wrongLength(offset int, path string, tag uint32, n int) {
	s.defect(evidence.Defect{
		Code: CodeLength, Offset: int64(offset),
		Item: path + strconv.FormatUint(uint64(tag), 10), Got: strconv.Itoa(n),
	})
}

func (s *Set) text(it *klv.Items) {
	i := textSlot(int(it.Tag))
	s.texts[i] = it.Value
	s.sent |= 1 << i
	if it.Tag != MIISID && !utf8.Valid(it.Value) {
		s.finding(CodeText, it.Offset, "", it.Tag)
	}
}

func (s *Set) syntax(err *klv.SyntaxError, path string, base int) {
	f := evidence.Defect{Code: CodeSyntax, Offset: int64(base + err.Offset), Got: strconv.Itoa(err.Have)}
	if err.Tag != 0 {
		f.Item = path + strconv.FormatUint(uint64(err.Tag), 10)
	}
	if err.Want != 0 {
		f.Want = strconv.Itoa(err.Want)
	}
	s.defect(f)
}

func parseUint(v []byte, most int) (uint64, bool) {
	if len(v) == 0 || len(v) > most {
		return 0, false
	}
	if len(v) == 8 {
		return binary.BigEndian.Uint64(v), true
	}
	var u uint64
	for _, c := range v {
		u = u<<8 | uint64(c)
	}
	return u, true
}
