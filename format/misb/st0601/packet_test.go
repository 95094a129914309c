package st0601

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb"
	"overflight/format/misb/st0102"
)

// clean starts every packet of the table: items 2 and 65.
const clean = "0208 0004 5FF4 A6AA 4AA8 4101 13 "

type states map[Tag]State

// cases are items after clean, with the states and findings that they lead to.
var cases = []struct {
	name, items string
	states      states
	codes       []evidence.Code
}{
	{"a value", "0502 71C2", states{5: OK, 6: Absent}, nil},
	{"out of range", "0602 8000 0702 8000 3202 8000 5A04 80000000", states{6: OutOfRange, 7: OutOfRange, 50: OutOfRange, 90: OutOfRange}, nil},
	{"reserved", "0D04 80000000 0E04 80000000", states{13: Unknown, 14: Unknown}, nil},
	{"off the Earth", "1704 80000000 1804 80000000 1A02 8000 5204 80000000", states{23: OffEarth, 24: OffEarth, 26: OffEarth, 82: OffEarth}, nil},
	{"the lowest number", "0602 8001 0D04 80000001", states{6: OK, 13: OK}, nil},
	{"no reserved code in an unsigned item", "0502 8000 0F02 8000", states{5: OK, 15: OK}, nil},
	{"special values", "6003 C80000 6803 E00000 6903 D00000 7002 A000", states{96: Unknown, 104: OutOfRange, 105: Unknown, 112: Unknown}, nil},
	{"beyond the range", "7002 7FFF", states{112: OutOfRange}, []evidence.Code{CodeRange}},
	{
		"wrong lengths", "0501 71 0D02 5595 6E05 0000000001 6009 000000000000000000",
		states{5: Malformed, 13: Malformed, 110: Malformed, 96: Malformed},
		[]evidence.Code{CodeLength, CodeLength, CodeLength, CodeLength},
	},
	{"a number of 64 bytes", "6040" + strings.Repeat("00", 64), states{96: Malformed}, []evidence.Code{CodeLength}},
	{"cleared", "0500 0300 6000", states{5: Cleared, 3: Cleared, 96: Cleared}, nil},
	{"cleared where it may not be", "6400 8C 00", states{100: Cleared}, []evidence.Code{CodeCleared, CodeTruncated, CodeNoChecksum}},
	{"undefined code", "3F01 D1", states{63: OutOfRange}, []evidence.Code{CodeUndefined}},
	{"repeated with the same value", "0502 71C2 0502 71C2", states{5: OK}, []evidence.Code{CodeDuplicate}},
	{"repeated with another value", "0502 71C2 0502 71C3", states{5: Duplicate}, []evidence.Code{CodeDuplicate}},
	{"commands may repeat", "7303 010141 7303 020142", states{115: OK}, nil},
	{"unknown tags", "8110 01FF 8F7F 0101 0001 00", states{5: Absent}, []evidence.Code{CodeUnknownTag, CodeUnknownTag, CodeUnknownTag}},
	{"two-byte tag", "8103 0105", states{131: OK}, nil},
	{"long length", "0581 02 71C2", states{5: OK}, []evidence.Code{CodeLongForm}},
	{"not UTF-8", "0302 FF41", states{3: Malformed}, []evidence.Code{CodeText}},
	{"not UTF-8, long", "030A 41414141414141414180", states{3: Malformed}, []evidence.Code{CodeText}},
	{"UTF-8", "0303 C3B161", states{3: OK}, nil},
	{"75 and 104", "4B02 C221 6803 2F921E", states{75: OK, 104: OK}, []evidence.Code{CodeDatum}},
	{"an item too long", "05FF", states{5: Absent}, []evidence.Code{CodeTruncated}},
	{"143 at the root", "810F 0101", states{143: OK}, []evidence.Code{CodePlace}},
	{"segment and amend", "6403 050200 6503 050200", states{100: OK, 101: OK}, []evidence.Code{CodeBranch}},
	{"temperature below zero", "2701 80", states{39: OK}, nil},
}

func TestStates(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var d Decoder
			var s Set
			if err := d.Decode(packet(unhex(t, clean+c.items)), &s); err != nil {
				t.Fatal(err)
			}
			for tag, want := range c.states {
				if got := s.State(tag); got != want {
					t.Errorf("item %d: %v, want %v", tag, got, want)
				}
				if _, ok := s.Real(tag); ok && want != OK {
					t.Errorf("item %d is %v and a number", tag, want)
				}
			}
			var got []evidence.Code
			for _, defect := range s.Defects {
				got = append(got, defect.Code)
			}
			if c.name == "an item too long" || c.name == "cleared where it may not be" {
				return // what follows is misread; it is enough that it is found
			}
			if diff := cmp.Diff(c.codes, got); diff != "" {
				t.Error(diff, s.Defects)
			}
		})
	}
}

func TestNoPacket(t *testing.T) {
	t.Parallel()
	good := packet(unhex(t, clean))
	long := bytes.Clone(good)
	long[16]++
	for _, c := range []struct {
		name   string
		packet []byte
		err    error
	}{
		{"nothing", nil, ErrKey},
		{"half a key", good[:8], ErrKey},
		{"another key", bytes.Repeat([]byte{6}, 40), ErrKey},
		{"only a key", good[:16], klv.ErrTruncated},
		{"cut", good[:len(good)-1], klv.ErrTruncated},
		{"a length too long", long, klv.ErrTruncated},
		{"indefinite length", append(bytes.Clone(good[:16]), 0x80), klv.ErrLength},
		{"four gigabytes", append(bytes.Clone(good[:16]), 0x84, 0xFF, 0xFF, 0xFF, 0xFF), klv.ErrTruncated},
	} {
		var d Decoder
		var s Set
		if err := d.Decode(c.packet, &s); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
		if _, ok := s.Time(); ok {
			t.Errorf("%s has a time", c.name)
		}
	}
	var d Decoder
	var s Set
	if err := d.Decode(append(bytes.Clone(good), 1, 2), &s); err != nil || len(s.Defects) != 1 || s.Defects[0].Code != CodeTrailing || s.Checksum != ChecksumOK {
		t.Errorf("trailing bytes: %v %v %v", err, s.Checksum, s.Defects)
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	build := func(tags map[Tag]float64) *Set {
		b := NewBuilder()
		b.SetTime(1)
		for tag, x := range tags {
			if err := b.SetReal(tag, x); err != nil {
				t.Fatal(err)
			}
		}
		var d Decoder
		s := new(Set)
		if err := d.Decode(b.Append(nil), s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	close := func(name string, got, want float64, ok bool) {
		t.Helper()
		if !ok || math.Abs(got-want) > 0.5 {
			t.Errorf("%s: %v %v, want %v", name, got, ok, want)
		}
	}
	s := build(map[Tag]float64{6: 10, 90: 40, 7: 5, 50: 3, 92: 30, 52: 4, 93: 100, 15: 1000, 75: 2000, 25: 100, 78: 200, 22: 500, 96: 20000, 38: 1, 103: 3000, 69: 10, 105: 90})
	x, ok := s.Pitch()
	close("pitch", x, 40, ok)
	x, ok = s.Roll()
	close("roll", x, 5, ok)
	x, ok = s.AngleOfAttack()
	close("angle of attack", x, 30, ok)
	x, ok = s.Sideslip()
	close("sideslip", x, 100, ok)
	x, ok = s.TargetWidth()
	close("target width", x, 20000, ok)
	x, ok = s.DensityAltitude()
	close("density altitude", x, 3000, ok)
	h, ok := s.SensorAltitude()
	close("sensor altitude", h.Metres, 2000, ok && h.Datum == HAE && h.Tag == 75)
	h, ok = s.AlternatePlatformAltitude()
	close("alternate platform", h.Metres, 90, ok && h.Datum == HAE && h.Tag == 105)
	h, ok = s.FrameCenterElevation()
	close("frame centre", h.Metres, 200, ok && h.Datum == HAE && h.Tag == 78)
	if h, ok = build(map[Tag]float64{15: 0}).SensorAltitude(); !ok || h.Datum != MSL || h.Tag != 15 {
		t.Errorf("an altitude of zero: %v %v", h, ok)
	}
	if _, ok = build(nil).SensorAltitude(); ok {
		t.Error("no altitude is an altitude")
	}
	offsets := map[Tag]float64{23: 10, 24: 179.99}
	for i := Tag(26); i <= 33; i++ {
		offsets[i] = 0.05
	}
	c, source, ok := build(offsets).Corners()
	if !ok || source != OffsetCorners || math.Abs(c[2].Lat-10.05) > 1e-5 || math.Abs(c[2].Lon+179.96) > 1e-5 {
		t.Errorf("corners %v %v %v", c, source, ok)
	}
	for i := Tag(82); i <= 89; i++ {
		offsets[i] = 20
	}
	if c, source, ok = build(offsets).Corners(); !ok || source != FullCorners || math.Abs(c[0].Lat-20) > 1e-6 {
		t.Errorf("corners %v %v %v", c, source, ok)
	}
	delete(offsets, 23)
	delete(offsets, 84)
	if _, source, ok = build(offsets).Corners(); ok || source != 0 {
		t.Error("corners from nothing")
	}
}

func TestBuilder(t *testing.T) {
	t.Parallel()
	b := NewBuilder()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var security st0102.Set
	security.SetClassification(st0102.Unclassified)
	must(b.SetUint(TagVersion, 19))
	must(b.SetText(TagMissionID, "MISIÓN 1"))
	must(b.SetReal(TagSensorLatitude, 31.5))
	must(b.SetReal(TagSensorLatitude, 32.5))
	must(b.SetRealLength(TagSensorEllipsoidHeightExtended, 5000.0625, 4))
	must(b.SetUnknown(TagFrameCenterLatitude))
	must(b.SetUnknown(TagTargetWidthExtended))
	must(b.SetInt(TagLeapSeconds, -18))
	must(b.SetUint(TagTimeAirborne, 70000))
	must(b.SetUint(TagPlatformStatus, 9))
	must(b.SetBytes(TagSecurityLocalSet, security.AppendLocal(nil)))
	must(b.SetBytes(TagControlCommand, Command{ID: 1, Text: "a"}.AppendTo(nil)))
	must(b.SetBytes(TagControlCommand, Command{ID: 2, Text: "b", Time: 7, HasTime: true}.AppendTo(nil)))
	b.SetTime(1_700_000_000_000_000)
	p := b.Append([]byte("before"))[6:]
	var d Decoder
	var s Set
	must(d.Decode(p, &s))
	if s.Checksum != ChecksumOK || len(s.Defects) != 0 {
		t.Errorf("checksum %v, %v", s.Checksum, s.Defects)
	}
	if x, ok := s.SensorLatitude(); !ok || math.Abs(x-32.5) > 1e-7 {
		t.Errorf("latitude %v %v", x, ok)
	}
	if h, _ := s.SensorAltitude(); h.Metres != 5000.0625 {
		t.Errorf("height %v", h)
	}
	if s.State(TagFrameCenterLatitude) != OffEarth || s.State(TagTargetWidthExtended) != Unknown {
		t.Error("unknown values are not")
	}
	if v, ok := s.Int(TagLeapSeconds); !ok || v != -18 {
		t.Errorf("leap seconds %d %v", v, ok)
	}
	if v, ok := s.Uint(TagTimeAirborne); !ok || v != 70000 {
		t.Errorf("airborne %d %v", v, ok)
	}
	if text, ok := s.Text(TagMissionID); !ok || text != "MISIÓN 1" {
		t.Errorf("mission %q %v", text, ok)
	}
	if diff := cmp.Diff([]Command{{ID: 1, Text: "a"}, {ID: 2, Text: "b", Time: 7, HasTime: true}}, s.Commands()); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(s.Append(nil), p) {
		t.Error("the packet does not come out as it went in")
	}
	for _, err := range []error{
		b.SetReal(TagMissionID, 1), b.SetText(TagSensorLatitude, "x"), b.SetText(TagMissionID, ""), b.SetText(TagMissionID, "\xFF"),
		b.SetUint(TagVersion, 256), b.SetUint(TagPlatformStatus, 13), b.SetInt(TagLeapSeconds, 1<<40), b.SetBytes(TagChecksum, nil),
		b.SetUnknown(TagPlatformHeadingAngle), b.SetUint(200, 1), b.SetUint(TagTimeAirborne, 1<<32),
	} {
		var item *ItemError
		if !errors.As(err, &item) {
			t.Errorf("error %v", err)
		}
	}
	if got := b.Append([]byte("before"))[6:]; !bytes.Equal(got, p) {
		t.Error("a refused item changed the packet")
	}
}

// TestBranches nests sets deeper than they may be.
func TestBranches(t *testing.T) {
	t.Parallel()
	inner := NewBuilder()
	_ = inner.SetReal(TagSensorLatitude, 10)
	_ = inner.SetBytes(TagMSID, Substream{Local: 3}.AppendTo(nil))
	value := inner.AppendLocal(nil)
	for range 10 {
		b := NewBuilder()
		_ = b.SetBytes(TagAmendLocalSet, value)
		value = b.AppendLocal(nil)
	}
	b := NewBuilder()
	b.SetTime(1)
	_ = b.SetBytes(TagSegmentLocalSet, inner.AppendLocal(nil))
	_ = b.SetBytes(TagSegmentLocalSet, value)
	var d Decoder
	var s Set
	p := b.Append(nil)
	if err := d.Decode(p, &s); err != nil {
		t.Fatal(err)
	}
	branches := s.Branches(TagSegmentLocalSet)
	if len(branches) != 2 {
		t.Fatalf("%d branches", len(branches))
	}
	if x, ok := branches[0].SensorLatitude(); !ok || math.Abs(x-10) > 1e-7 {
		t.Errorf("latitude %v %v", x, ok)
	}
	if m, ok := branches[0].Substream(); !ok || m.Local != 3 {
		t.Errorf("substream %v %v", m, ok)
	}
	tree, deep := s.Describe(), false
	for _, defect := range tree.Defects {
		deep = deep || defect.Code == CodeTooDeep
	}
	if !deep {
		t.Errorf("no finding about depth: %v", tree.Defects)
	}
	checkOffsets(t, tree, p)
}

// checkOffsets holds every item's bytes against the packet at its offset.
func checkOffsets(t *testing.T, set *misb.Set, p []byte) {
	t.Helper()
	for _, item := range set.Items {
		if item.Offset < 0 || item.Offset+2+len(item.Raw) > len(p) || !bytes.Contains(p[item.Offset:min(len(p), item.Offset+11+len(item.Raw))], item.Raw) {
			t.Errorf("item %s of %s is not at %d", item.Key, set.Standard, item.Offset)
		}
		if inner, ok := item.Value.(*misb.Set); ok {
			checkOffsets(t, inner, p)
		}
	}
}

func TestPacks(t *testing.T) {
	t.Parallel()
	check := func(name string, want, got any, ok bool, again, raw []byte) {
		t.Helper()
		if !ok || !reflect.DeepEqual(want, got) {
			t.Errorf("%s: %+v %v, want %+v", name, got, ok, want)
		}
		if !bytes.Equal(again, raw) {
			t.Errorf("%s: % x, was % x", name, again, raw)
		}
	}
	raw := unhex(t, "010e0343414e0003465241")
	countries, ok := ParseCountries(raw)
	check("countries", Countries{Method: 14, Overflight: "CAN", Manufacture: "FRA", given: 3}, countries, ok, countries.AppendTo(nil), raw)
	raw = unhex(t, "83d4608769")
	rate, ok := ParseFrameRate(raw)
	check("frame rate", FrameRate{60000, 1001}, rate, ok, rate.AppendTo(nil), raw)
	raw = unhex(t, "063480004b0000061a40000c8000")
	domain, ok := ParseViewDomain(raw)
	check("view domain", ViewDomain{Azimuth: Sweep{210, 300, 3}, Elevation: Sweep{-75, 50, 3}}, domain, ok, domain.AppendTo(nil), raw)
	raw = unhex(t, "0b406bc20919bda554070e000b40783cb819a2927407c600")
	bases, ok := ParseAirbases(raw)
	check("airbases", true, bases.HasTakeOff && bases.Recovery.Height == 95, ok, bases.AppendTo(nil), raw)
	raw = unhex(t, "0d15000007d000000fa04e4e4952")
	bands, ok := ParseWavelengths(raw)
	check("wavelengths", []Wavelength{{21, 1000, 2000, "NNIR"}}, bands, ok, bands[0].AppendTo(nil), raw)
	raw = unhex(t, "031200000f564953204e6f73652043616d657261")
	total, payloads, ok := ParsePayloads(raw)
	check("payloads", []Payload{{0, 0, "VIS Nose Camera"}}, payloads, ok && total == 3, AppendPayloads(nil, total, payloads), raw)
	raw = unhex(t, "0f03fffe004071e5af19bf5aa7096000")
	points, ok := ParseWaypoints(raw)
	check("waypoints", int16(-2), points[0].Order, ok, points[0].AppendTo(nil), raw)
	raw = unhex(t, "0170f592f02373364af8aa9162c00f2eb2da16b74341000841a0be365b5ab96a3645")
	id, ok := ParseIdentifier(raw)
	check("identifier", [2]uint8{3, 2}, [2]uint8{id.SensorType, id.PlatformType}, ok, id.AppendTo(nil), raw)
	raw = unhex(t, "002438007FFFFFFF80000001")
	horizon, ok := ParseHorizon(raw)
	check("horizon", Horizon{Y0: 36, X1: 56, Start: Point{90, -180}, HasStart: true}, horizon, ok, horizon.AppendTo(nil), raw)
	cov, ok := ParseCovariance(unhex(t, "03b304803f8000004000000000000000200000"), []Tag{4, 13, 14, 5})
	check("covariance", Covariance{Tags: []Tag{13, 14, 5}, Sigma: []float64{1, 2, 0}, Rho: []float64{-0.5, 0, 0}}, cov, ok, nil, nil)
	if _, ok := ParseCovariance(unhex(t, "03b304803f8000004000000000000000200000"), []Tag{13, 14}); ok {
		t.Error("a covariance of three items after two")
	}
	ids, ok := ParseIDs(unhex(t, "0307"))
	check("ids", []uint32{3, 7}, ids, ok, AppendIDs(nil, ids), []byte{3, 7})
	check("active payloads", []uint32{0, 1, 3, 8}, ParseActivePayloads([]byte{1, 0x0B}), true, nil, nil)
}

// FuzzDecode holds what must be so for any bytes: no panic, every item shown, and what was
// decoded encodes to what decodes to the same.
func FuzzDecode(f *testing.F) {
	for _, c := range cases {
		f.Add(unhex(f, clean+c.items))
	}
	f.Add(unhex(f, clean+"6503 620101 8102 0B0B406bc20919bda554070e00 6614 03b304803f8000004000000000000000200000 5103002438"))
	f.Fuzz(func(t *testing.T, items []byte) {
		var d Decoder
		var s, again Set
		if err := d.Decode(packet(items), &s); err != nil {
			t.Fatal(err)
		}
		tree := s.Describe()
		checkOffsets(t, tree, s.Packet())
		for _, item := range tree.Items {
			if item.Value == nil {
				t.Fatalf("item %s has no value", item.Key)
			}
		}
		s.Covariances()
		s.Corners()
		out := s.Append(nil)
		if err := d.Decode(out, &again); err != nil {
			t.Fatal(err)
		}
		if again.Checksum != ChecksumOK {
			t.Fatalf("checksum %v", again.Checksum)
		}
		for tag := Tag(2); tag < tagCount; tag++ {
			if s.state[tag] != again.state[tag] {
				t.Fatalf("item %d: %v becomes %v", tag, s.state[tag], again.state[tag])
			}
			if a, b := s.bits[tag], again.bits[tag]; s.state[tag] == OK && a != b && ops[tag].kind != Text && ops[tag].kind != Nested {
				t.Fatalf("item %d: %x becomes %x", tag, a, b)
			}
		}
		if once := again.Append(nil); !bytes.Equal(once, out) {
			t.Fatalf("% x becomes % x", out, once)
		}
	})
}
