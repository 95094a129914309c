package st0903

import (
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/format/klv"
)

// cases are embedded sets, what is wrong with them, and the seeds of the fuzzer.
var cases = []struct {
	name    string
	value   string // hexadecimal
	centre  FrameCentre
	defects []evidence.Code
	check   func(t *testing.T, s *Set)
}{
	{name: "empty"},
	{
		name: "pixel without frame width", value: "040104 65 06 05 01 01 02 0102",
		check: func(t *testing.T, s *Set) {
			if _, ok := s.CentroidPixel(&s.Targets[0]); ok {
				t.Error("a pixel number has a place without a frame width")
			}
		},
	},
	{
		name: "frame width after the targets", value: "040104 65 06 05 01 01 02 0102 08 02 0064",
		check: func(t *testing.T, s *Set) {
			if p, ok := s.CentroidPixel(&s.Targets[0]); !ok || p != (Pixel{3, 58}) {
				t.Errorf("pixel %v %v", p, ok)
			}
		},
	},
	{
		name: "legacy offset", value: "040103 65 06 05 01 0A 02 8001",
		check: func(t *testing.T, s *Set) {
			if v, ok := s.Targets[0].Real(OffsetLatitude); !ok || v != -0.075 {
				t.Errorf("offset %v %v", v, ok)
			}
		},
	},
	{
		name: "infinite offset", value: "040104 65 07 06 01 0A 03 C80000", defects: []evidence.Code{CodeSpecial},
		check: func(t *testing.T, s *Set) {
			if v, ok := s.Targets[0].Real(OffsetLatitude); ok {
				t.Errorf("infinity is the number %v", v)
			}
		},
	},
	{
		name: "location without height", value: "040104 65 0E 0D 01 11 0A 2D000000 2D000000 D000",
		defects: []evidence.Code{CodeSpecial},
		check: func(t *testing.T, s *Set) {
			if l, ok := s.Targets[0].Location(); !ok || l.HasHAE || l.Lat != 0 || l.Lon != 0 {
				t.Errorf("location %+v %v", l, ok)
			}
		},
	},
	{
		name: "version never sent, near the centre when current", value: "65 0E 0D 01 11 0A 2D000000 2D000000 0384",
		centre: FrameCentre{Lat: 0.1, Lon: 0.1, Known: true}, defects: []evidence.Code{CodeAssumed},
		check: func(t *testing.T, s *Set) {
			if s.Legacy || !s.Assumed {
				t.Errorf("legacy %v assumed %v", s.Legacy, s.Assumed)
			}
		},
	},
	{
		name: "version never sent, near the centre when legacy", value: "65 0E 0D 01 11 0A 2D000000 2D000000 0384",
		centre: FrameCentre{Lat: -58, Lon: -53, Known: true}, defects: []evidence.Code{CodeAssumed},
		check: func(t *testing.T, s *Set) {
			if !s.Legacy || !s.Assumed {
				t.Errorf("legacy %v assumed %v", s.Legacy, s.Assumed)
			}
		},
	},
	{
		name: "version 0 is as none", value: "040100 65 0E 0D 01 11 0A 2D000000 2D000400 D000",
		centre: FrameCentre{Lat: -46, Lon: -77, Known: true}, defects: []evidence.Code{CodeAssumed},
		check: func(t *testing.T, s *Set) {
			if !s.Legacy || !s.Assumed {
				t.Errorf("legacy %v assumed %v", s.Legacy, s.Assumed)
			}
		},
	},
	{name: "pack beyond its series", value: "040104 65 04 7F 01 0101", defects: []evidence.Code{CodeSyntax}},
	{name: "pack without id", value: "040104 65 01 00", defects: []evidence.Code{CodeSyntax}},
	{name: "item beyond its pack", value: "040104 65 06 05 01 01 7F 0102", defects: []evidence.Code{CodeSyntax}},
	{name: "series cut", value: "040104 65 06 05", defects: []evidence.Code{CodeSyntax}},
	{name: "two-byte tag", value: "040104 8148 01 00", defects: []evidence.Code{CodeUnknown}},
	{name: "lengths in long form", value: "04 8101 04", defects: []evidence.Code{CodePadded}},
	{name: "version twice", value: "040104 040105", defects: []evidence.Code{CodeDuplicate}},
	{name: "frame width of nine bytes", value: "040104 0809 000000000000000001", defects: []evidence.Code{CodeLength}},
	{name: "system name in Latin-1", value: "040104 0301 E9", defects: []evidence.Code{CodeText}},
	{name: "width cleared", value: "040104 0800", defects: []evidence.Code{CodeCleared}},
	{name: "fewer packs than reported", value: "040104 0601 02 65 03 02 01 00", defects: []evidence.Code{CodeSyntax, CodeCount}},
	{name: "pixel outside", value: "040104 080101 090101 65 06 05 01 01 02 0102", defects: []evidence.Code{CodeOutside}},
	{name: "algorithm and ontology", value: "040104 66 09 08 0101 09 0203 414243 67 0A 09 0101 11 020107 0301 55"},
	{name: "contour", value: "040104 65 11 10 01 12 0D 0A 2D000000 2D000000 0384 0100"},
	{name: "checksum inside", value: "040104 0102 0000", defects: []evidence.Code{CodeEmbedded}},
}

func unhex(s string) []byte {
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] != ' ' {
			b = append(b, s[i])
		}
	}
	out, err := hex.DecodeString(string(b))
	if err != nil {
		panic(err)
	}
	return out
}

func TestCases(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := Decoder{FrameCentre: c.centre}
			var s Set
			d.DecodeLocal(unhex(c.value), &s)
			var codes []evidence.Code
			for _, f := range s.Defects {
				codes = append(codes, f.Code)
			}
			if diff := cmp.Diff(c.defects, codes); diff != "" {
				t.Errorf("defects (-want +got):\n%s%v", diff, s.Defects)
			}
			if c.check != nil {
				c.check(t, &s)
			}
			roundTrip(t, unhex(c.value), c.centre)
		})
	}
}

// roundTrip holds that decode, encode, decode says the same twice, and that nothing panics.
func roundTrip(t *testing.T, value []byte, centre FrameCentre) {
	t.Helper()
	d := Decoder{FrameCentre: centre}
	var a, b, c Set
	d.DecodeLocal(value, &a)
	a.Describe()
	one := a.AppendLocal(nil)
	// The version may have been concluded from items that stand last in one and first in two.
	e := Decoder{context: Context{Version: lastLegacyVersion + 1}}
	if a.Legacy {
		e.context.Version = lastLegacyVersion
	}
	e.DecodeLocal(one, &b)
	if a.Context.Version == 0 {
		b.Context.Version = 0
	}
	if diff := cmp.Diff(&a, &b, same); diff != "" {
		t.Errorf("decode, encode, decode (-first +second):\n%s", diff)
	}
	e.DecodeLocal(b.AppendLocal(nil), &c)
	if two := b.AppendLocal(nil); string(one) != string(two) {
		t.Errorf("encodings differ:\n%x\n%x", one, two)
	}
	if n := len(a.Targets) + len(a.Others) + len(a.Defects); n > 8*len(value)+8 {
		t.Errorf("%d targets, items and defects out of %d bytes", n, len(value))
	}
	// The same bytes as a standalone set, good and truncated.
	p := klv.AppendLength(append([]byte(nil), klv.KeyST0903[:]...), len(value))
	p = append(p, value...)
	if err := d.DecodePacket(p, &a); err != nil {
		t.Error(err)
	}
	a.Describe()
	if err := d.DecodePacket(p[:len(p)-len(value)/2], &a); err != nil {
		t.Error(err)
	}
	if err := d.DecodePacket(b.AppendPacket(nil), &c); err != nil || c.Integrity != Good {
		t.Errorf("standalone: %v, integrity %v", err, c.Integrity)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range cases {
		f.Add(unhex(c.value), c.centre.Lat, c.centre.Lon)
	}
	f.Fuzz(func(t *testing.T, value []byte, lat, lon float64) {
		roundTrip(t, value, FrameCentre{Lat: lat, Lon: lon, Known: lat != 0})
	})
}

// TestMade encodes a set that was never decoded.
func TestMade(t *testing.T) {
	t.Parallel()
	for _, version := range []uint64{3, 5} {
		var s, got Set
		s.SetUint(Version, version)
		s.SetUint(Timestamp, 1_700_000_000_000_000)
		s.SetUint(FrameWidth, 1280)
		s.SetBytes(SystemName, []byte("maker"))
		g := s.AddTarget(300)
		g.SetUint(Centroid, 1280*9+5)
		g.SetReal(OffsetLatitude, 0.0125)
		g.SetReal(OffsetLongitude, -0.0125)
		g.SetLocation(Location{Lat: 31.5, Lon: -106.25, HAE: 1200, HasHAE: true})
		var d Decoder
		d.DecodeLocal(s.AppendLocal(nil), &got)
		if len(got.Defects) != 0 || len(got.Targets) != 1 || got.Targets[0].ID != 300 {
			t.Fatalf("version %d: %v, %d targets", version, got.Defects, len(got.Targets))
		}
		l, _ := got.Targets[0].Location()
		lat, lon, ok := got.Targets[0].Offset()
		p, okPixel := got.CentroidPixel(&got.Targets[0])
		if !ok || !okPixel || p != (Pixel{10, 5}) || abs(lat-0.0125) > 8e-6 || abs(lon+0.0125) > 8e-6 ||
			abs(l.Lat-31.5) > 1e-7 || abs(l.Lon+106.25) > 1e-7 || abs(l.HAE-1200) > 0.51 {
			t.Errorf("version %d: %v %v %v %+v", version, lat, lon, p, l)
		}
		if s.SetUint(FrameWidth, 1<<24) || s.SetReal(HorizontalFOV, 181) || g.SetUint(OffsetLatitude, 1) {
			t.Error("set accepts what the item cannot hold")
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }
