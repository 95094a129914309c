package sensor_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"overflight/geodesy"
	"overflight/sensor"
)

// sample reads a file of the outside sample data.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("OVERFLIGHT_SAMPLES")
	if dir == "" {
		if os.Getenv("OVERFLIGHT_REQUIRE_SAMPLES") == "1" {
			t.Fatal("OVERFLIGHT_SAMPLES is not set, and OVERFLIGHT_REQUIRE_SAMPLES demands it")
		}
		t.Skip("OVERFLIGHT_SAMPLES is not set: the folder of sample recordings")
	}
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatalf("reading a sample: %v", err)
	}
	return b
}

// packets returns the values of every set with the given key on one PID. It is this test's own reader,
// a few lines for two files known to be sound, so that the geometry is judged apart from the decoders.
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

// items splits a local set whose tags are all below 128.
func items(set []byte) map[int][]byte {
	m := map[int][]byte{}
	for len(set) > 1 {
		tag := int(set[0])
		m[tag], set = value(set[1:])
	}
	return m
}

// scaled reads ST 0601's linear maps: signed over ±span, unsigned from low over span.
func scaled(b []byte, signed bool, low, span float64) float64 {
	var u uint64
	for _, c := range b {
		u = u<<8 | uint64(c)
	}
	bits := 8 * len(b)
	if signed {
		return float64(int64(u<<(64-bits))>>(64-bits)) * span / float64(uint64(1)<<(bits-1)-1)
	}
	return low + float64(u)*span/float64(uint64(1)<<bits-1)
}

var localSet = []byte{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x0B, 0x01, 0x01, 0x0E, 0x01, 0x03, 0x01, 0x01, 0, 0, 0}

// recorded returns the frames of the recording from the simulator.
func recorded(t testing.TB) []sensor.Frame {
	var frames []sensor.Frame
	for _, set := range packets(t, sample(t, "misb/osh_sample-stream.ts"), 257, localSet) {
		m := items(set)
		angle := func(tag int, signed bool, span float64) sensor.Optional[geodesy.Angle] {
			return sensor.Known(geodesy.Angle(scaled(m[tag], signed, 0, span)))
		}
		place := func(lat, lon int) sensor.Optional[geodesy.Position] {
			return sensor.Known(geodesy.Position{
				Lat: geodesy.Angle(scaled(m[lat], true, 0, 90)), Lon: geodesy.Angle(scaled(m[lon], true, 0, 180)),
			})
		}
		height := func(tag int) sensor.Optional[geodesy.Altitude] {
			return sensor.Known(geodesy.Altitude{Value: geodesy.Length(scaled(m[tag], false, -900, 19900)), Datum: geodesy.MSL})
		}
		f := sensor.Frame{
			Position: place(13, 14), Altitude: height(15),
			Heading: angle(5, false, 360), Pitch: angle(6, true, 20), Roll: angle(7, true, 50),
			RelativeAzimuth: angle(18, false, 360), RelativeElevation: angle(19, true, 180), RelativeRoll: angle(20, false, 360),
			HFOV: angle(16, false, 180), VFOV: angle(17, false, 180),
			Centre: place(23, 24), CentreElevation: height(25),
			SlantRange: sensor.Known(geodesy.Length(scaled(m[21], false, 0, 5e6))),
			Width:      sensor.Known(geodesy.Length(scaled(m[22], false, 0, 1e4))),
		}
		for i := range f.CornerOffsets {
			f.CornerOffsets[i] = sensor.Known(sensor.Offset{
				Lat: geodesy.Angle(scaled(m[26+2*i], true, 0, 0.075)), Lon: geodesy.Angle(scaled(m[27+2*i], true, 0, 0.075)),
			})
		}
		frames = append(frames, f)
	}
	return frames
}

// The recording's own frame centre and corners were computed by its simulator; ours are cast from
// angles alone.
func TestCastAgreesWithTheRecording(t *testing.T) {
	t.Parallel()
	frames := recorded(t)
	if len(frames) != 277 {
		t.Fatalf("got %d frames, want 277", len(frames))
	}
	var worst struct{ centre, corner, slant, width float64 }
	for i := range frames {
		f := &frames[i]
		cast, stated := sensor.Cast(f, sensor.Options{}), sensor.Compute(f, sensor.Options{})
		if cast.Method != sensor.CastRays || stated.Method != sensor.OffsetCorners {
			t.Fatalf("frame %d: methods %v (%v), %v (%v)", i, cast.Method, cast.Reason, stated.Method, stated.Reason)
		}
		centre, _ := cast.Centre.Get()
		want, _ := stated.Centre.Get()
		worst.centre = math.Max(worst.centre, float64(geodesy.Distance(centre, want)))
		for k := range cast.Corners {
			worst.corner = math.Max(worst.corner, float64(geodesy.Distance(cast.Corners[k], stated.Corners[k])))
		}
		slant, _ := cast.SlantRange.Get()
		wantSlant, _ := f.SlantRange.Get()
		worst.slant = math.Max(worst.slant, math.Abs(float64(slant-wantSlant)))
		if !(worst.centre <= 0.5) || !(worst.corner <= 10) || !(worst.slant <= 0.5) {
			t.Errorf("frame %d: %+v", i, worst)
		}
		if u := float64(cast.Uncertainty); !(u > worst.corner && u < 100) {
			t.Errorf("frame %d: uncertainty %.1f m", i, u)
		}

		f.CornerOffsets = [4]sensor.Optional[sensor.Offset]{}
		f.HFOV = sensor.Optional[geodesy.Angle]{}
		width := sensor.Compute(f, sensor.Options{})
		if width.Method != sensor.CentreWidth {
			t.Fatalf("frame %d: method %v (%v)", i, width.Method, width.Reason)
		}
		for k := range width.Corners {
			d := float64(geodesy.Distance(width.Corners[k], stated.Corners[k]))
			worst.width = math.Max(worst.width, d)
			if !(d <= float64(width.Uncertainty)) {
				t.Errorf("frame %d: corner %d from the width is %.0f m off, uncertainty %.0f m", i, k, d, width.Uncertainty)
			}
		}
	}
	t.Logf("worst: centre %.2f m, corner %.2f m, slant range %.2f m, corner from the width %.0f m",
		worst.centre, worst.corner, worst.slant, worst.width)
}

func BenchmarkCompute(b *testing.B) {
	frames := recorded(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		sensor.Compute(&frames[i%len(frames)], sensor.Options{})
	}
}

func BenchmarkCast(b *testing.B) {
	frames := recorded(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		sensor.Cast(&frames[i%len(frames)], sensor.Options{})
	}
}
