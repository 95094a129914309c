package st0601

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/format/misb"
	"overflight/format/misb/imapb"
	"overflight/format/misb/st0102"
)

// Describe returns the neutral form of everything in the packet, in the order of the stream.
// Offsets count from the first byte of the key, those of nested items too. It allocates and is
// meant for people; programs ask the Set.
func (s *Set) Describe() *misb.Set {
	out := &misb.Set{Standard: "ST 0601", Defects: append([]evidence.Defect(nil), s.Defects...)}
	var before []Tag // the items so far, for item 102
	for sp := range s.spans() {
		item := misb.Item{Key: decimal(int(sp.tag)), Raw: s.value(sp), Offset: sp.head}
		if known, ok := Lookup(Tag(sp.tag)); ok {
			item.Name, item.Unit = known.Name, known.Unit
		}
		v := view{set: s, span: sp, before: before, defects: &out.Defects}
		item.Value = v.value()
		out.Items = append(out.Items, item)
		before = append(before, Tag(sp.tag))
	}
	return out
}

// view is one item on its way into the neutral form.
type view struct {
	set     *Set
	span    span
	before  []Tag
	defects *[]evidence.Defect
}

// bad says that a nested thing cannot be read. Its bytes are in the item.
func (v view) bad() misb.Value {
	*v.defects = append(*v.defects, evidence.Defect{
		Code: CodePack, Offset: int64(v.span.head), Item: decimal(int(v.span.tag)), Got: decimal(v.span.n),
	})
	return misb.Unknown{Reason: misb.Malformed}
}

func (v view) value() misb.Value {
	raw, tag := v.set.value(v.span), Tag(v.span.tag)
	item, ok := Lookup(tag)
	if !ok {
		return misb.Bytes(raw)
	}
	if len(raw) == 0 {
		return misb.Unknown{Reason: misb.Cleared}
	}
	o := &ops[tag]
	if item.Kind != Text && item.Kind != Nested && (len(raw) > 8 || o.lengths>>len(raw)&1 == 0) {
		return misb.Unknown{Reason: misb.Malformed}
	}
	switch item.Kind {
	case Linear:
		x, state := o.linear(raw)
		return real64(x, state)
	case Mapped:
		return mappedValue(&o.scales[len(raw)], raw)
	case Unsigned, Sum:
		return misb.Uint(unsignedBits(raw))
	case Signed:
		return misb.Int(signedBits(raw))
	case Instant:
		return instantValue(unsignedBits(raw))
	case Code:
		return meaning(int64(raw[0]), item.meanings)
	case Flags:
		return flagged(uint64(raw[0]), item.meanings)
	case Text:
		if !utf8.Valid(raw) {
			return misb.Unknown{Reason: misb.Malformed}
		}
		return misb.Text(raw)
	case Nested:
		return v.nested(tag, raw)
	case Opaque:
	}
	return misb.Bytes(raw)
}

// linear is what run does, for one value.
func (o *op) linear(raw []byte) (float64, State) {
	v := (int64(unsignedBits(raw)&o.mask) ^ o.sign) - o.sign
	if v == o.code {
		return 0, o.reserved
	}
	return float64(v)*o.scale + o.add, OK
}

func real64(x float64, state State) misb.Value {
	switch state {
	case OK:
		return misb.Real(x)
	case OutOfRange:
		return misb.Unknown{Reason: misb.OutOfRange}
	case OffEarth:
		return misb.Unknown{Reason: misb.OffEarth}
	case Cleared:
		return misb.Unknown{Reason: misb.Cleared}
	case Malformed:
		return misb.Unknown{Reason: misb.Malformed}
	case Absent, Unknown, Duplicate:
	}
	return misb.Unknown{Reason: misb.Special}
}

// mappedValue keeps infinities and NaN, which are what the source meant to say, as such.
func mappedValue(scale *imapb.Scale, raw []byte) misb.Value {
	x, kind := scale.Decode(raw)
	switch kind {
	case imapb.Finite:
		if low, high := scale.Range(); x < low-scale.Step() || x > high+scale.Step() {
			return misb.Unknown{Reason: misb.OutOfRange}
		}
		return misb.Real(x)
	case imapb.PosInf, imapb.NegInf, imapb.PosQuietNaN, imapb.NegQuietNaN, imapb.PosSignalNaN, imapb.NegSignalNaN:
		return misb.Real(x)
	case imapb.BelowMinimum, imapb.AboveMaximum:
		return misb.Unknown{Reason: misb.OutOfRange}
	case imapb.Malformed:
		return misb.Unknown{Reason: misb.Malformed}
	case imapb.UserDefined, imapb.OtherMISB, imapb.ReservedValue:
	}
	return misb.Unknown{Reason: misb.Special}
}

// lastInstant is the end of the year 9999, beyond which no date is written.
const lastInstant = 253402300799_999_999

func instantValue(us uint64) misb.Value {
	if us > lastInstant {
		return misb.Uint(us)
	}
	return misb.Time(time.UnixMicro(int64(us)).UTC())
}

func meaning(code int64, texts []string) misb.Value {
	if code >= 0 && code < int64(len(texts)) {
		return misb.Enum{Code: code, Text: texts[code]}
	}
	return misb.Enum{Code: code}
}

// flagged names the bits that are set; a bit without a meaning is named by its number.
func flagged(bits uint64, texts []string) misb.Value {
	f := misb.Flags{Bits: bits}
	for i := range 64 {
		if bits>>i&1 == 0 {
			continue
		}
		if i < len(texts) {
			f.Set = append(f.Set, texts[i])
		} else {
			f.Set = append(f.Set, "bit "+strconv.Itoa(i))
		}
	}
	return f
}

// unsignedBits reads a big-endian integer of at most eight bytes.
func unsignedBits(raw []byte) uint64 {
	var v uint64
	for _, c := range raw {
		v = v<<8 | uint64(c)
	}
	return v
}

func signedBits(raw []byte) int64 {
	if len(raw) == 0 {
		return 0
	}
	shift := 64 - 8*min(len(raw), 8)
	return int64(unsignedBits(raw)) << shift >> shift
}

// float reads an IEEE 754 number of four or eight bytes.
func float(raw []byte) (float64, bool) {
	switch len(raw) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(raw))), true
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(raw)), true
	}
	return 0, false
}

// nested shows sets, packs and lists.
func (v view) nested(tag Tag, raw []byte) misb.Value {
	var out misb.Value
	ok := true
	switch tag {
	case TagSecurityLocalSet:
		out = v.move(st0102.Decode(raw).Describe())
	case TagVMTILocalSet:
		if v.set.hasVMTI && v.span.head == int(v.set.head(tag)) {
			inner := v.set.vmti.Describe()
			inner.Defects = nil // they are among the packet's already
			out = v.move(inner)
			break
		}
		out = misb.Bytes(raw)
	case TagRVTLocalSet:
		out = v.move(st0806.describe(raw, 0))
	case TagSARMotionImageryLocalSet:
		out = v.move(st1206.describe(raw, 0))
	case TagRangeImageLocalSet:
		out = v.move(st1002.describe(raw, 0))
	case TagGeoRegistrationLocalSet:
		out = v.move(st1601.describe(raw, 0))
	case TagCompositeImagingLocalSet:
		out = v.move(st1602.describe(raw, 0))
	case TagSegmentLocalSet, TagAmendLocalSet:
		inner := v.set.branch(v.span).Describe()
		*v.defects = append(*v.defects, inner.Defects...)
		inner.Defects = nil
		out = inner
	case TagSDCCFLP:
		var c Covariance
		if c, ok = ParseCovariance(raw, v.before); ok {
			out = c.describe()
		}
	default:
		out, ok = describePack(tag, raw)
	}
	if !ok {
		return v.bad()
	}
	return out
}

// move turns offsets in a nested set into offsets in the packet and lifts its findings into the
// packet's.
func (v view) move(inner *misb.Set) *misb.Set {
	for _, d := range inner.Defects {
		*v.defects = append(*v.defects, within(d, v.span.at, Tag(v.span.tag)))
	}
	inner.Defects = nil
	shift(inner, v.span.at)
	return inner
}

func shift(set *misb.Set, by int) {
	for i := range set.Items {
		set.Items[i].Offset += by
		shiftValue(set.Items[i].Value, by)
	}
}

func shiftValue(v misb.Value, by int) {
	switch v := v.(type) {
	case *misb.Set:
		if v != nil {
			shift(v, by)
		}
	case misb.List:
		for _, e := range v {
			shiftValue(e, by)
		}
	case misb.Field:
		shiftValue(v.Value, by)
	}
}

// branch reads a Segment or Amend set. Its offsets are those of the packet.
func (s *Set) branch(sp span) *Set {
	child := &Set{packet: s.packet[:sp.at+sp.n], body: sp.at, depth: s.depth + 1}
	if child.depth > maxDepth {
		child.defect(CodeTooDeep, sp.head, sp.tag, decimal(child.depth), decimal(maxDepth))
		return child
	}
	child.walk(sp.at, sp.at+sp.n)
	child.verifyLevel()
	if child.state[TagMSID] == Absent {
		child.defect(CodeBranch, sp.head, sp.tag, "", decimal(int(TagMSID)))
	}
	for inner := range child.spans() {
		if Tag(sp.tag) == TagAmendLocalSet && Tag(inner.tag) == TagSegmentLocalSet {
			child.defect(CodeBranch, inner.head, inner.tag, "100 in 101", "")
		}
	}
	for i := range child.Defects {
		if d := &child.Defects[i]; d.Item != "" && d.Item != decimal(int(sp.tag)) {
			d.Item = decimal(int(sp.tag)) + "." + d.Item
		}
	}
	return child
}

// Branches returns the sets of items 100 (Segment) or 101 (Amend, ST 1607), in their order. They
// say what differs from their parent and are not merged into it; offsets are those of the packet.
func (s *Set) Branches(tag Tag) []*Set {
	var out []*Set
	if tag != TagSegmentLocalSet && tag != TagAmendLocalSet {
		return nil
	}
	for sp := range s.spans() {
		if sp.tag == uint32(tag) && sp.n > 0 {
			out = append(out, s.branch(sp))
		}
	}
	return out
}
