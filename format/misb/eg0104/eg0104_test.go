package eg0104

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb"
	"overflight/internal/recordings"
)

// recording returns the sets of the sample of a real flight.
func recording(t testing.TB) [][]byte {
	t.Helper()
	stream := recordings.Read(t, "misb/aphill_short.ts")
	const pid = 257
	var payload []byte
	for ; len(stream) >= 188; stream = stream[188:] {
		p := stream[:188]
		if int(p[1]&0x1F)<<8|int(p[2]) != pid || p[3]&0x10 == 0 {
			continue
		}
		rest := p[4:]
		if p[3]&0x20 != 0 {
			rest = rest[1+rest[0]:]
		}
		if p[1]&0x40 != 0 {
			rest = rest[9+int(rest[8]):]
		}
		payload = append(payload, rest...)
	}
	var out [][]byte
	s := klv.Scanner{
		OnTriplet: func(x klv.Triplet) { out = append(out, bytes.Clone(x.Packet)) },
		OnDefect:  func(d evidence.Defect) { t.Errorf("scanning: %v", d) },
	}
	s.Write(payload)
	s.Flush()
	return out
}

var same = cmp.Options{
	cmp.AllowUnexported(Set{}), cmpopts.IgnoreFields(Set{}, "Defects"),
	cmpopts.IgnoreFields(Item{}, "Offset"), cmpopts.EquateEmpty(),
}

func TestRecording(t *testing.T) {
	t.Parallel()
	all := recording(t)
	if len(all) != 48 {
		t.Fatalf("%d sets, want 48", len(all))
	}
	var d Decoder
	var s, again Set
	before := uint64(0)
	for i, p := range all {
		if err := d.Decode(p, &s); err != nil {
			t.Fatal(err)
		}
		if len(s.Items) != 23 || len(s.Defects) != 0 || len(p) != 554 {
			t.Errorf("set %d: %d items, %d bytes, %v", i, len(s.Items), len(p), s.Defects)
		}
		us, ok := s.Time()
		if !ok || us <= before {
			t.Errorf("set %d: time %d after %d", i, us, before)
		}
		before = us
		if !bytes.Equal(s.Append(nil), p) {
			t.Errorf("set %d is not written back as it was", i)
		}
		if err := d.Decode(s.Append(nil), &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&s, &again, same); diff != "" {
			t.Error(diff)
		}
		consistent(t, &s)
	}
	if err := d.Decode(all[0], &s); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		field     Field
		want, tol float64
	}{
		{PlatformHeading, -102.79, 0.005},
		{AngleToNorth, 124.57, 0.005},
		{Obliquity, -37.55, 0.005},
		{SlantRange, 1729.9, 0.05},
		{DeviceAltitude, 1054.4, 0.05},
		{DeviceLatitude, 38.252336, 1e-12},
		{CornerLongitude4, -77.35381503864505, 1e-13},
	} {
		if got, ok := s.Real(c.field); !ok || math.Abs(got-c.want) > c.tol {
			t.Errorf("%s is %v %v, want %v", c.field, got, ok, c.want)
		}
	}
	if name, _ := s.Text(DeviceDesignation); name != "ABCD" {
		t.Errorf("device designation %q", name)
	}
	if us, _ := s.Time(); us/1e6 != 1221515219 {
		t.Errorf("time %d", us)
	}
	if tree := s.Describe(); tree.Items[1].Key != "User Defined Time Stamp" || tree.Items[2].Unit != "deg" ||
		tree.Items[2].Value != misb.Real(38.252336) {
		t.Errorf("described as %+v", tree.Items[:3])
	}
}

// consistent holds the angles against the positions, on a flat earth: it is the evidence for what
// SensorElevation and AngleToNorth mean.
func consistent(t *testing.T, s *Set) {
	t.Helper()
	lat, lon, _ := s.Position()
	cLat, cLon, _ := s.FrameCenter()
	slant, _ := s.Real(SlantRange)
	const degree = 111_000.0
	north, east := (cLat-lat)*degree, (cLon-lon)*degree*math.Cos(lat*math.Pi/180)
	elevation := -math.Acos(math.Hypot(north, east)/slant) * 180 / math.Pi
	if got, ok := s.SensorElevation(); !ok || math.Abs(got-elevation) > 1 {
		t.Errorf("elevation %v, positions and slant range say %v", got, elevation)
	}
	azimuth := math.Atan2(east, north) * 180 / math.Pi
	if got, ok := s.Real(AngleToNorth); !ok || math.Abs(math.Remainder(got-azimuth, 360)) > 2 {
		t.Errorf("angle to north %v, positions say %v", got, azimuth)
	}
}

func TestNoAllocation(t *testing.T) {
	all := recording(t)
	var d Decoder
	var s Set
	run := func() {
		for _, p := range all {
			if err := d.Decode(p, &s); err != nil {
				t.Fatal(err)
			}
		}
	}
	run()
	if n := testing.AllocsPerRun(20, run); n != 0 {
		t.Errorf("%v allocations for %d sets", n, len(all))
	}
}

func TestEveryKeyIsItsOwn(t *testing.T) {
	t.Parallel()
	if len(fields) != int(fieldCount)-1 {
		t.Errorf("%d keys for %d fields", len(fields), fieldCount-1)
	}
	for f := None + 1; f < fieldCount; f++ {
		if f.String() == "" || FieldOf(f.Key()) != f {
			t.Errorf("field %d is %q with key %s of field %d", f, f, f.Key(), FieldOf(f.Key()))
		}
	}
}

// set makes a packet out of items.
func set(items ...[]byte) []byte {
	value := bytes.Join(items, nil)
	return append(klv.AppendLength(append([]byte(nil), klv.KeyEG0104[:]...), len(value)), value...)
}

func item(f Field, v []byte) []byte {
	k := f.Key()
	return append(klv.AppendLength(k[:], len(v)), v...)
}

func f64(x float64) []byte { return binary.BigEndian.AppendUint64(nil, math.Float64bits(x)) }

var (
	now     = item(UserDefinedTimestamp, []byte{0, 4, 0x56, 0xF6, 0x2C, 0xBC, 0xC9, 0x60})
	unknown = append(append([]byte{0x06, 0x0E, 0x2B, 0x34}, "some unknown"...), 1, 'x')
)

// cases are the seeds of FuzzDecode, too.
var cases = []struct {
	name    string
	packet  []byte
	defects []evidence.Code
}{
	{"empty", set(), []evidence.Code{CodeNoTime}},
	{"time alone", set(now), nil},
	{"latitude 91", set(now, item(DeviceLatitude, f64(91))), []evidence.Code{CodeRange}},
	{"longitude as 0 to 360", set(now, item(DeviceLongitude, f64(282))), nil},
	{"altitude NaN", set(now, item(DeviceAltitude, f64(math.NaN()))), []evidence.Code{CodeRange}},
	{"altitude of eight bytes", set(now, item(DeviceAltitude, f64(1000))), nil},
	{"altitude of two bytes", set(now, item(DeviceAltitude, []byte{1, 2})), []evidence.Code{CodeLength}},
	{"cleared", set(now, item(PlatformRoll, nil)), []evidence.Code{CodeCleared}},
	{"twice", set(now, now), []evidence.Code{CodeDuplicate}},
	{"unknown key", set(now, unknown), []evidence.Code{CodeUnknown}},
	{"no text", set(now, item(DeviceDesignation, []byte{0xFF})), []evidence.Code{CodeText}},
	{"item beyond the set", set(now, item(DeviceLatitude, f64(1))[:20]), []evidence.Code{CodeSyntax}},
	{"item key cut", set(now, unknown[:12]), []evidence.Code{CodeSyntax}},
	{"packet cut", set(now)[:30], []evidence.Code{CodeSyntax, CodeSyntax, CodeNoTime}},
	{"security", set(now, item(SecurityLocalSet, []byte{1, 1, 1})), nil},
}

func TestCases(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s Set
			if err := (Decoder{}).Decode(c.packet, &s); err != nil {
				t.Fatal(err)
			}
			var codes []evidence.Code
			for _, d := range s.Defects {
				codes = append(codes, d.Code)
			}
			if diff := cmp.Diff(c.defects, codes); diff != "" {
				t.Errorf("defects (-want +got):\n%s%v", diff, s.Defects)
			}
			if _, ok := s.Real(DeviceLatitude); ok {
				t.Error("there is no usable latitude in any case")
			}
		})
	}
}

func TestNoSet(t *testing.T) {
	t.Parallel()
	var s Set
	for _, b := range [][]byte{nil, []byte("text"), klv.KeyST0601[:], klv.KeyEG0104[:], append(klv.KeyEG0104[:], 0x80)} {
		if err := (Decoder{}).Decode(b, &s); err == nil {
			t.Errorf("%x is a set", b)
		}
	}
}

func TestMade(t *testing.T) {
	t.Parallel()
	var s, got Set
	if !s.SetTime(1_221_515_219_000_000) || !s.SetReal(DeviceLatitude, 38.25) || !s.SetReal(SlantRange, 1700) ||
		!s.SetText(DeviceDesignation, "X") || !s.SetReal(Obliquity, 30) {
		t.Fatal("a field does not take its value")
	}
	if s.SetReal(DeviceLatitude, 91) || s.SetText(SlantRange, "x") || s.SetReal(fieldCount, 1) || s.SetText(None, "") {
		t.Error("a field takes what it cannot have")
	}
	if err := (Decoder{}).Decode(s.Append(nil), &got); err != nil || len(got.Defects) != 0 {
		t.Fatal(err, got.Defects)
	}
	if diff := cmp.Diff(&s, &got, same); diff != "" {
		t.Error(diff)
	}
	if e, ok := got.SensorElevation(); !ok || e != -30 {
		t.Errorf("elevation %v %v", e, ok)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range cases {
		f.Add(c.packet)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var a, again Set
		if err := (Decoder{}).Decode(b, &a); err != nil {
			return
		}
		a.Describe()
		if err := (Decoder{}).Decode(a.Append(nil), &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&a, &again, same); diff != "" {
			t.Errorf("decode, encode, decode (-first +second):\n%s", diff)
		}
	})
}
