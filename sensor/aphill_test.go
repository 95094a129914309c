package sensor_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"overflight/geodesy"
	"overflight/sensor"
)

var universalSet = []byte{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x01, 0x01, 0x01, 0x0E, 0x01, 0x01, 0x02, 0x01, 0x01, 0, 0}

// packets returns the values of every set with the given key on one PID. It is this test's own reader,
// a few lines for one file known to be sound.
func packets(t testing.TB, ts []byte, pid uint16, key []byte) [][]byte {
	t.Helper()
	var stream []byte
	for ; len(ts) >= 188; ts = ts[188:] {
		if ts[0] != 0x47 {
			t.Fatal("lost the transport packets")
		}
		if binary.BigEndian.Uint16(ts[1:])&0x1FFF != pid || ts[3]&0x10 == 0 {
			continue
		}
		payload := ts[4:188]
		if ts[3]&0x20 != 0 {
			payload = payload[1+int(payload[0]):]
		}
		if ts[1]&0x40 != 0 {
			payload = payload[9+int(payload[8]):] // PES header
		}
		stream = append(stream, payload...)
	}
	var sets [][]byte
	for {
		i := bytes.Index(stream, key)
		if i < 0 {
			return sets
		}
		value, rest := value(stream[i+len(key):])
		sets, stream = append(sets, value), rest
	}
}

// value reads a BER length and what it counts.
func value(b []byte) (v, rest []byte) {
	n, at := int(b[0]), 1
	if n >= 0x80 {
		k := n & 0x7F
		n, at = 0, 1+k
		for _, c := range b[1:at] {
			n = n<<8 | int(c)
		}
	}
	return b[at : at+n], b[at+n:]
}

// flown returns the frames of the real flight, EG 0104. There is no frame-centre elevation in it; its
// slant ranges are those to mean sea level.
func flown(t testing.TB) []sensor.Frame {
	var frames []sensor.Frame
	for _, set := range packets(t, sample(t, "misb/aphill_short.ts"), 257, universalSet) {
		m := map[string]float64{}
		for len(set) > 16 {
			tail := string(set[4:16])
			var v []byte
			v, set = value(set[16:])
			switch len(v) {
			case 4:
				m[tail] = float64(math.Float32frombits(binary.BigEndian.Uint32(v)))
			case 8:
				m[tail] = math.Float64frombits(binary.BigEndian.Uint64(v))
			}
		}
		angle := func(tail string) sensor.Optional[geodesy.Angle] {
			v, ok := m[tail]
			if !ok {
				t.Fatalf("no item %x", tail)
			}
			return sensor.Known(geodesy.Angle(v))
		}
		place := func(lat, lon string) sensor.Optional[geodesy.Position] {
			a, _ := angle(lat).Get()
			o, _ := angle(lon).Get()
			return sensor.Known(geodesy.Position{Lat: a, Lon: o})
		}
		f := sensor.Frame{
			Position:        place("\x01\x01\x01\x03\x07\x01\x02\x01\x02\x04\x02\x00", "\x01\x01\x01\x03\x07\x01\x02\x01\x02\x06\x02\x00"),
			Altitude:        sensor.Known(geodesy.Altitude{Value: geodesy.Length(m["\x01\x01\x01\x01\x07\x01\x02\x01\x02\x02\x00\x00"]), Datum: geodesy.MSL}),
			CentreElevation: sensor.Known(geodesy.Altitude{Value: 0, Datum: geodesy.MSL}),
			Heading:         angle("\x01\x01\x01\x07\x07\x01\x10\x01\x06\x00\x00\x00"),
			Pitch:           angle("\x01\x01\x01\x07\x07\x01\x10\x01\x05\x00\x00\x00"),
			Roll:            angle("\x01\x01\x01\x07\x07\x01\x10\x01\x04\x00\x00\x00"),
			SightAzimuth:    angle("\x01\x01\x01\x01\x07\x01\x10\x01\x02\x00\x00\x00"),
			SightElevation:  angle("\x01\x01\x01\x01\x07\x01\x10\x01\x03\x00\x00\x00"),
			HFOV:            angle("\x01\x01\x01\x02\x04\x20\x02\x01\x01\x08\x00\x00"),
			VFOV:            angle("\x01\x01\x01\x07\x04\x20\x02\x01\x01\x0A\x01\x00"),
			Centre:          place("\x01\x01\x01\x01\x07\x01\x02\x01\x03\x02\x00\x00", "\x01\x01\x01\x01\x07\x01\x02\x01\x03\x04\x00\x00"),
			SlantRange:      sensor.Known(geodesy.Length(m["\x01\x01\x01\x01\x07\x01\x08\x01\x01\x00\x00\x00"])),
		}
		for i := range f.Corners {
			f.Corners[i] = place("\x01\x01\x01\x03\x07\x01\x02\x01\x03"+string(rune(7+i))+"\x01\x00", "\x01\x01\x01\x03\x07\x01\x02\x01\x03"+string(rune(11+i))+"\x01\x00")
		}
		frames = append(frames, f)
	}
	return frames
}

// The real flight's centre and corners were computed in the air, ours are cast from angle to north,
// obliquity and fields of view. Its angle to north turns out to be from the grid north of UTM zone 18
// and not from true north: it is 1.466 degrees more than the bearing of its own frame centre in every
// set, and that is the convergence there. Turned by it, the two agree.
func TestCastAgreesWithTheRealFlight(t *testing.T) {
	t.Parallel()
	frames := flown(t)
	if len(frames) != 48 {
		t.Fatalf("got %d frames, want 48", len(frames))
	}
	var worst struct{ untouched, centre, corner, slant float64 }
	for i := range frames {
		f := &frames[i]
		stated := sensor.Compute(f, sensor.Options{})
		if stated.Method != sensor.FullCorners {
			t.Fatalf("frame %d: method %v (%v)", i, stated.Method, stated.Reason)
		}
		want, _ := f.Centre.Get()
		apart := func() float64 {
			cast := sensor.Cast(f, sensor.Options{})
			if cast.Method != sensor.CastRays {
				t.Fatalf("frame %d: %v %v", i, cast.Reason, cast.Field)
			}
			centre, _ := cast.Centre.Get()
			slant, _ := cast.SlantRange.Get()
			wantSlant, _ := f.SlantRange.Get()
			worst.slant = math.Max(worst.slant, math.Abs(float64(slant-wantSlant)))
			return float64(geodesy.Distance(centre, want))
		}
		worst.untouched = math.Max(worst.untouched, apart())

		azimuth, _ := f.SightAzimuth.Get()
		at, _ := f.Position.Get()
		convergence := math.Atan(math.Tan((at.Lon + 75).Radians()) * math.Sin(at.Lat.Radians()))
		f.SightAzimuth = sensor.Known(azimuth + geodesy.Angle(convergence*180/math.Pi))
		worst.centre = math.Max(worst.centre, apart())
		cast := sensor.Cast(f, sensor.Options{})
		for k := range cast.Corners {
			worst.corner = math.Max(worst.corner, float64(geodesy.Distance(cast.Corners[k], stated.Corners[k])))
		}
	}
	if !(worst.untouched <= 40) || !(worst.centre <= 0.5) || !(worst.corner <= 2) || !(worst.slant <= 0.5) {
		t.Errorf("worst: %+v", worst)
	}
	t.Logf("worst: centre %.1f m as it stands; turned to true north: centre %.2f m, corner %.2f m, slant range %.2f m",
		worst.untouched, worst.centre, worst.corner, worst.slant)
}
