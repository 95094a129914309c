package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"overflight/evidence"
	"overflight/format/misb/st0601"
	"overflight/format/mpegts"
)

// change parses an example with some of its text changed, pairs of old and new.
func change(t testing.TB, name string, pairs ...string) Sortie {
	t.Helper()
	text, err := os.ReadFile("../../examples/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(string(text), pairs[i]) {
			t.Fatalf("%s has no %q", name, pairs[i])
		}
		text = []byte(strings.Replace(string(text), pairs[i], pairs[i+1], 1))
	}
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// read demultiplexes a stream and calls f for every packet, decoded.
func read(t testing.TB, ts []byte, c mpegts.Carriage, f func(*mpegts.Unit, *st0601.Set)) (mpegts.Summary, []evidence.Defect, []mpegts.Picture) {
	t.Helper()
	var defects []evidence.Defect
	var pictures []mpegts.Picture
	var set st0601.Set
	var dec st0601.Decoder
	d := mpegts.NewDemuxer(&mpegts.Funcs{
		OnUnit: func(u *mpegts.Unit) {
			if u.Carriage != c {
				t.Fatalf("carriage %v, want %v", u.Carriage, c)
			}
			if err := dec.Decode(u.Data, &set); err != nil {
				t.Fatalf("packet at %d: %v", u.Offset, err)
			}
			f(u, &set)
		},
		OnPicture: func(p *mpegts.Picture) { pictures = append(pictures, *p) },
		OnDefect:  func(e evidence.Defect) { defects = append(defects, e) },
	}, mpegts.Config{Video: mpegts.VideoHeads})
	if _, err := d.ReadFrom(bytes.NewReader(ts)); err != nil {
		t.Fatal(err)
	}
	return d.Summary(), defects, pictures
}

// near reports a value that is further from the truth than the step of its item allows: half a step
// of what is rounded, a whole one of what ST 1201 rounds down.
func near(t *testing.T, at time.Duration, set *st0601.Set, tag st0601.Tag, want float64) {
	t.Helper()
	got, ok := set.Real(tag)
	item, _ := st0601.Lookup(tag)
	limit := item.Step() * 0.500001
	if item.Kind == st0601.Mapped {
		limit = item.Step() * 1.000001
	}
	d := math.Abs(got - want)
	if item.Unit == "deg" && item.Max == 360 {
		d = math.Abs(wrap180(got - want))
	}
	if !ok || !(d <= limit) {
		t.Errorf("at %v %s: got %v (%v), want %v within %g", at, item.Name, got, ok, want, limit)
	}
}

// cast follows the line of sight that the decoded items describe, by this package's own vectors, to
// the ground at the height they state, and holds it to the frame centre that they state. It may be
// off by what the rounding of the heights moves it, and a tenth of a metre.
func cast(t *testing.T, at time.Duration, set *st0601.Set) {
	t.Helper()
	v := func(tag st0601.Tag) float64 { x, _ := set.Real(tag); return x }
	eye := point{v(13), v(14), v(104)}
	body := attitude(eye.northEastDown(), v(5), v(6), v(7))
	sinA, cosA := math.Sincos(v(18) * degree)
	sinE, cosE := math.Sincos(v(19) * degree)
	ray := combine(cosE*cosA, cosE*sinA, -sinE, body)
	g, slant, ok := surface(eye.cartesian(), ray, v(78))
	if !ok {
		t.Errorf("at %v: the line of sight misses the ground", at)
		return
	}
	steep := ray.dot(g.northEastDown().w)
	item, _ := st0601.Lookup(78)
	limit := 0.1 + 0.5*item.Step()*math.Sqrt(1-steep*steep)/steep
	if d := apart(g, v(23), v(24), v(78)); slant < 40e3 && d > limit {
		t.Errorf("at %v: the line of sight ends %.3f m from the frame centre, want %.3f", at, d, limit)
	}
}

// compare holds every item of a packet against the truth.
func compare(t *testing.T, s *Sortie, f *Frame, set *st0601.Set) {
	t.Helper()
	check := func(tag st0601.Tag, want float64) { t.Helper(); near(t, f.Offset, set, tag, want) }
	if us, ok := set.Time(); !ok || us != s.stamp(f.Time) {
		t.Errorf("at %v: item 2 is %d, want %d", f.Offset, us, s.stamp(f.Time))
	}
	sin, cos := math.Sincos(float64(f.Course) * degree)
	for tag, want := range map[st0601.Tag]float64{
		st0601.TagPlatformHeadingAngle: float64(f.Heading), st0601.TagPlatformPitchAngle: float64(f.Pitch),
		st0601.TagPlatformRollAngle: float64(f.Roll), 8: float64(f.Airspeed), 13: float64(f.Platform.Lat), 14: float64(f.Platform.Lon),
		15: float64(f.Platform.Height - s.Geoid), 104: float64(f.Platform.Height), 16: float64(f.HFOV), 17: float64(f.VFOV),
		18: float64(f.Azimuth), 19: float64(f.Elevation), 20: float64(f.Rotation), 35: float64(s.Wind.From), 36: float64(s.Wind.Speed),
		51: float64(f.ClimbRate), 56: float64(f.GroundSpeed), 79: float64(f.GroundSpeed) * cos, 80: float64(f.GroundSpeed) * sin, 112: float64(f.Course),
	} {
		check(tag, want)
	}
	if v, ok := set.Version(); !ok || v != uint64(s.Metadata.Version) {
		t.Errorf("at %v: item 65 is %d", f.Offset, v)
	}
	if !f.InView {
		for _, tag := range []st0601.Tag{23, 24} {
			if st := set.State(tag); st != st0601.OffEarth {
				t.Errorf("at %v: item %d is %v, want off earth", f.Offset, tag, st)
			}
		}
	} else {
		check(21, float64(f.Slant))
		check(23, float64(f.Centre.Lat))
		check(24, float64(f.Centre.Lon))
		check(25, float64(f.Centre.Height-s.Geoid))
		check(78, float64(f.Centre.Height))
		cast(t, f.Offset, set)
		width, ok := set.TargetWidth()
		if !ok || math.Abs(width-f.width()) > 0.3 {
			t.Errorf("at %v: target width %v, want %v", f.Offset, width, f.width())
		}
	}
	for i, c := range f.Corner {
		lat, lon := st0601.Tag(82+2*i), st0601.Tag(83+2*i)
		if !f.CornerInView[i] {
			if set.State(lat) == st0601.OK || set.State(26+st0601.Tag(2*i)) == st0601.OK {
				t.Errorf("at %v: corner %d is in the sky and has a place", f.Offset, i)
			}
			continue
		}
		check(lat, float64(c.Lat))
		check(lon, float64(c.Lon))
		if tag := st0601.Tag(26 + 2*i); s.Metadata.Corners == BothCorners && f.InView && math.Abs(float64(c.Lat-f.Centre.Lat)) < 0.075 {
			check(tag, float64(c.Lat-f.Centre.Lat))
		}
	}
}

// TestStreamDecodesToTheTruth writes a sortie in each carriage and time scale and reads every item
// of every packet back.
func TestStreamDecodesToTheTruth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		carriage mpegts.Carriage
		findings int // habits that the carriage has against the standard
		pairs    []string
	}{
		{"async", mpegts.Async, 0, nil},
		{"async with PTS", mpegts.Async, 1, []string{"carriage: async", "carriage: async-pts"}},
		{"sync, MISP time", mpegts.Sync, 0, []string{"carriage: async", "carriage: sync, time: misp", "version: 17", "version: 19"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := change(t, "short-sortie", tt.pairs...)
			var frames []Frame
			var ts bytes.Buffer
			truth, err := Write(t.Context(), s, &ts, Options{Observe: func(f *Frame) { frames = append(frames, *f) }})
			if err != nil {
				t.Fatal(err)
			}
			n, constants, reports := 0, 0, 0
			_, defects, _ := read(t, ts.Bytes(), tt.carriage, func(u *mpegts.Unit, set *st0601.Set) {
				f := &frames[n]
				n++
				if set.Checksum != st0601.ChecksumOK || len(set.Defects) > 0 {
					t.Fatalf("at %v: checksum %v, %v", f.Offset, set.Checksum, set.Defects)
				}
				if want := pts(f.Offset); u.HasPTS && !u.Estimated && u.PTS != want {
					t.Fatalf("at %v: PTS %d, want %d", f.Offset, u.PTS, want)
				}
				compare(t, &s, f, set)
				if tail, ok := set.Text(st0601.TagPlatformTailNumber); ok {
					constants++
					if sec, ok := set.Security(); tail != "OVF-02" || !ok || len(sec.Defects) > 0 {
						t.Errorf("at %v: tail %q, security %v", f.Offset, tail, sec)
					}
				}
				if leap, ok := set.Int(st0601.TagLeapSeconds); ok {
					utc := time.UnixMicro(int64(s.stamp(f.Time))).Add(time.Duration(leap) * time.Second)
					if d := utc.Sub(f.Time).Abs(); d > time.Millisecond || !s.Metadata.MISP {
						t.Errorf("at %v: item 2 and item 136 (%d s) miss UTC by %v", f.Offset, leap, d)
					}
				}
				if v, ok := set.VMTI(); ok {
					reports++
					for _, site := range v.Targets {
						l, ok := site.Location()
						if !ok || site.ID != 7 || math.Abs(l.Lat-31.31) > 1e-6 || math.Abs(l.Lon+110.56) > 1e-6 || math.Abs(l.HAE-1390) > 1 {
							t.Errorf("at %v: site %d at %+v", f.Offset, site.ID, l)
						}
					}
				}
			})
			if n != len(frames) || n != truth.Packets || n != 1801 {
				t.Errorf("%d packets read, %d observed, %d in the truth", n, len(frames), truth.Packets)
			}
			if constants != 19 || reports < 60 {
				t.Errorf("%d packets with constants, %d with reports", constants, reports)
			}
			if len(defects) != tt.findings {
				t.Errorf("findings %v", defects)
			}
			if len(truth.NoGround) != 1 || len(truth.Frames) != 19 || truth.Picture.State != "no encoder" {
				t.Errorf("truth: %v in the sky, %d frames, video %v", truth.NoGround, len(truth.Frames), truth.Picture)
			}
			if _, err := json.Marshal(truth); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSameSortieSameBytes(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if _, err := Write(t.Context(), load(t, "short-sortie"), w, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two runs differ")
	}
}

// TestFaults does each kind of damage to 100 of 1,801 packets and looks for it in what is read.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault   string
		packets int
		is      func(*st0601.Set, *Frame) bool
		harmed  int
	}{
		{"{kind: silence, from: 20s, to: 30s}", 1701, func(*st0601.Set, *Frame) bool { return false }, 0},
		{"{kind: drop, from: 20s, to: 40s, every: 2}", 1701, func(*st0601.Set, *Frame) bool { return false }, 0},
		{"{kind: checksum, from: 20s, to: 30s}", 1801, func(s *st0601.Set, _ *Frame) bool { return s.Checksum == st0601.ChecksumBad }, 100},
		{"{kind: flip, from: 20s, to: 40s, every: 2}", 1801, func(s *st0601.Set, _ *Frame) bool { return s.Checksum != st0601.ChecksumOK }, 100},
		{"{kind: zero-length, item: 13, from: 20s, to: 30s}", 1801, func(s *st0601.Set, _ *Frame) bool { return s.State(13) == st0601.Cleared }, 100},
		{"{kind: reserved, from: 20s, to: 30s}", 1801, func(s *st0601.Set, _ *Frame) bool { _, ok := s.Real(13); return !ok }, 100},
		{"{kind: backwards, by: 5s, from: 20s, to: 30s}", 1801, func(s *st0601.Set, f *Frame) bool {
			us, _ := s.Time()
			return us == uint64(f.Time.Add(-5*time.Second).UnixMicro())
		}, 100},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			s := change(t, "short-sortie", "video:", "faults:\n  - "+tt.fault+"\nvideo:")
			var frames []Frame
			var ts bytes.Buffer
			truth, err := Write(t.Context(), s, &ts, Options{Observe: func(f *Frame) { frames = append(frames, *f) }})
			if err != nil {
				t.Fatal(err)
			}
			n, harmed := 0, 0
			read(t, ts.Bytes(), mpegts.Async, func(_ *mpegts.Unit, set *st0601.Set) {
				if tt.is(set, &frames[n]) {
					harmed++
				}
				n++
			})
			if n != tt.packets || truth.Packets != tt.packets || harmed != tt.harmed {
				t.Errorf("%d packets, %d in the truth, %d harmed", n, truth.Packets, harmed)
			}
			if silent := len(truth.Silent) == 1; silent != strings.Contains(tt.fault, "silence") || len(truth.Harmed) == 0 == !silent {
				t.Errorf("truth: silent %v, %d harmed", truth.Silent, len(truth.Harmed))
			}
		})
	}
}

// TestBorderTruth holds the example's flight to the crossings that generate.py found with shapely on
// the original polygons.
func TestBorderTruth(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"border-sortie", "short-sortie"} {
		text, err := os.ReadFile("../../examples/" + name + ".truth.json")
		if err != nil {
			t.Fatal(err)
		}
		var truth struct {
			Crossings []struct {
				Offset            float64 `json:"offset_s"`
				Lat, Lon, HeightM float64
			}
			NoGround []struct {
				From float64 `json:"from_s"`
				To   float64 `json:"to_s"`
			} `json:"no_ground"`
		}
		if err := json.Unmarshal(text, &truth); err != nil {
			t.Fatal(err)
		}
		s := load(t, name)
		if len(truth.Crossings) == 0 || len(truth.NoGround) != 1 {
			t.Fatalf("%s: %d crossings, %d in the sky", name, len(truth.Crossings), len(truth.NoGround))
		}
		for _, c := range truth.Crossings {
			f := s.flight.At(time.Duration(c.Offset * float64(time.Second)))
			p := f.Platform.point()
			// Times are given to a millisecond, in which the aircraft flies a tenth of a metre.
			if d := apart(p, c.Lat, c.Lon, p.height); d > 0.2 {
				t.Errorf("%s: the crossing at %.3f s is %.2f m off", name, c.Offset, d)
			}
		}
		for _, g := range truth.NoGround {
			for at, want := range map[float64]bool{g.From - 0.01: true, g.From + 0.01: false, g.To - 0.01: false, g.To + 0.01: true} {
				if got := s.flight.At(time.Duration(at * float64(time.Second))).InView; got != want {
					t.Errorf("%s at %.3f s: ground in view %v", name, at, got)
				}
			}
		}
	}
}

// TestVideo encodes the stretch of the short sortie, reads its times back and lets ffmpeg play it.
func TestVideo(t *testing.T) {
	t.Parallel()
	encoder, err := FindEncoder(t.Context())
	if err != nil {
		t.Skipf("no video is made here: %v", err)
	}
	checkClipVideo(t, encoder)
	s := change(t, "short-sortie", "to: 30s", "to: 14s")
	var ts bytes.Buffer
	truth, err := Write(t.Context(), s, &ts, Options{Encoder: encoder})
	if err != nil {
		t.Fatal(err)
	}
	units := 0
	_, defects, pictures := read(t, ts.Bytes(), mpegts.Async, func(*mpegts.Unit, *st0601.Set) { units++ })
	keys := 0
	for i, p := range pictures {
		at := 10*time.Second + time.Duration(i)*200*time.Millisecond
		if p.RandomAccess {
			keys++
		}
		if !p.HasTime || p.Time.Count != s.stamp(s.Start.Add(at)) || p.PTS != pts(at) {
			t.Errorf("picture %d: time %d (%v), PTS %d", i, p.Time.Count, p.HasTime, p.PTS)
		}
	}
	if len(pictures) != 20 || keys != 2 || truth.Picture.Frames != 20 || units != 1801 {
		t.Errorf("%d pictures, %d keys, %d in the truth, %d packets", len(pictures), keys, truth.Picture.Frames, units)
	}
	for _, d := range defects {
		t.Errorf("finding %v", d)
	}
	play := exec.CommandContext(t.Context(), encoder, "-v", "error", "-i", "pipe:0", "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-")
	play.Stdin = bytes.NewReader(ts.Bytes())
	out, err := play.CombinedOutput()
	if err != nil {
		t.Fatalf("playing: %v: %s", err, out)
	}
	frames := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			frames[line[strings.LastIndexByte(line, ',')+1:]] = true
		}
	}
	if len(frames) != 20 {
		t.Errorf("%d different frames play, want 20:\n%s", len(frames), out)
	}
}

// checkClipVideo encodes two seconds as the clip asks for: baseline, a key picture each second.
func checkClipVideo(t *testing.T, encoder string) {
	s := change(t, "orbit-clip", "to: 120s", "to: 62s", "to: 120s, rate: 15, width: 640, height: 480", "to: 62s, rate: 15, width: 320, height: 240")
	var ts bytes.Buffer
	truth, err := Write(t.Context(), s, &ts, Options{Encoder: encoder})
	if err != nil {
		t.Fatal(err)
	}
	times := map[int64]uint64{}
	_, defects, pictures := read(t, ts.Bytes(), mpegts.Sync, func(u *mpegts.Unit, set *st0601.Set) {
		times[u.PTS], _ = set.Time()
	})
	decode := exec.Command(encoder, "-v", "error", "-i", "-", "-map", "0:v", "-f", "rawvideo", "-pix_fmt", "gray", "-")
	decode.Stdin = bytes.NewReader(ts.Bytes())
	grey, err := decode.Output()
	if err != nil || len(grey) != 30*320*240 || len(truth.Pictures) != 30 {
		t.Fatalf("%d bytes of grey, the truth tells of %d pictures: %v", len(grey), len(truth.Pictures), err)
	}
	for i, p := range pictures {
		// What a decoder shows, what the truth tells and what the packet of that PTS says are one picture.
		if n, told := readMark(t, grey[i*320*240:], 320), truth.Pictures[i]; n != i || told.Number != i || times[p.PTS] != uint64(told.Time.UnixMicro()) || times[p.PTS] != p.Time.Micros() {
			t.Errorf("picture %d: its mark is %d; the truth says %d at %v, its packet %d, itself %d", i, n, told.Number, told.Time, times[p.PTS], p.Time.Micros())
		}
		if p.RandomAccess != (i%15 == 0) || p.PTS != firstPTS+int64(i)*mpegts.Ticks/15 {
			t.Errorf("picture %d: key %v, PTS %d", i, p.RandomAccess, p.PTS)
		}
	}
	// The profile is the first byte of the sequence parameter set: 66 is baseline.
	if len(pictures) != 30 || len(defects) > 0 || !bytes.Contains(ts.Bytes(), []byte{0, 0, 0, 1, 0x67, 66}) {
		t.Errorf("%d pictures, findings %v", len(pictures), defects)
	}
}

// TestStretch writes two seconds of the clip's orbit: times are those of the sortie, PTS begins with the
// stretch, and the constants and the places are told at its beginning.
func TestStretch(t *testing.T) {
	t.Parallel()
	s := change(t, "orbit-clip", "to: 120s", "to: 62s", "to: 120s, rate", "to: 62s, rate")
	var ts bytes.Buffer
	truth, err := Write(t.Context(), s, &ts, Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	read(t, ts.Bytes(), mpegts.Sync, func(u *mpegts.Unit, set *st0601.Set) {
		at := s.Written.From + (time.Duration(n)*time.Second/15 + time.Microsecond/2).Truncate(time.Microsecond)
		if us, ok := set.Time(); !ok || us != s.stamp(s.Start.Add(at)) || u.PTS != pts(at-s.Written.From) {
			t.Errorf("packet %d: %d us, PTS %d", n, us, u.PTS)
		}
		_, named := set.Text(st0601.TagPlatformTailNumber)
		_, places := set.VMTI()
		if n == 0 && (!named || !places) {
			t.Error("the first packet has no constants or no places")
		}
		n++
	})
	if n != 30 || truth.Packets != 30 || !truth.Start.Equal(s.Start.Add(time.Minute)) || truth.End.Sub(truth.Start) != 2*time.Second {
		t.Errorf("%d packets, truth %d from %v to %v", n, truth.Packets, truth.Start, truth.End)
	}
	if len(truth.Buildings) != 3 {
		t.Fatalf("buildings %v", truth.Buildings)
	}
	for i, b := range truth.Buildings {
		// The corners lie as far from the middle as length and width say.
		reach := math.Hypot(float64(s.Buildings[i].Length), float64(s.Buildings[i].Width)) / 2
		for _, c := range b.Outline {
			if d := apart(s.Buildings[i].point(), c[0], c[1], b.Height); math.Abs(d-reach) > 0.01 {
				t.Errorf("%s: a corner is %.3f m from the middle, want %.3f", b.Name, d, reach)
			}
		}
	}
}

type brokenPipe struct{ left int }

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

// TestWriteEnds sees that a full disk, an interruption and a missing encoder each end it with their
// own error and leave no encoder behind.
func TestWriteEnds(t *testing.T) {
	t.Parallel()
	s := load(t, "short-sortie")
	if _, err := Write(t.Context(), s, &brokenPipe{left: 900_000}, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want io.ErrClosedPipe", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Write(ctx, s, io.Discard, Options{Progress: func(done, _ time.Duration) {
		if done > 0 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := Write(t.Context(), s, io.Discard, Options{Encoder: "/nonexistent/encoder"}); err == nil || !strings.Contains(err.Error(), "encoding video") {
		t.Errorf("got %v, want an error about the encoder", err)
	}
	if _, err := Write(t.Context(), s, io.Discard, Options{Encoder: "false"}); err == nil || !strings.Contains(err.Error(), "encoding video") {
		t.Errorf("got %v, want an error about the encoder", err)
	}
	if encoder, err := FindEncoder(t.Context()); err == nil {
		if _, err := Write(t.Context(), s, &brokenPipe{left: 300_000}, Options{Encoder: encoder}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("got %v, want io.ErrClosedPipe", err)
		}
	}
	if _, err := Write(t.Context(), Sortie{}, io.Discard, Options{}); err == nil {
		t.Error("a sortie that was not parsed was written")
	}
}

// BenchmarkWrite writes the two-hour sortie without its video.
func BenchmarkWrite(b *testing.B) {
	s := load(b, "border-sortie")
	for b.Loop() {
		truth, err := Write(b.Context(), s, io.Discard, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(truth.Bytes)
	}
}
