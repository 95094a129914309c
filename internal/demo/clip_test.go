package demo

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb/st0601"
	"overflight/format/misb/st0903"
	"overflight/format/mpegts"
	"overflight/geodesy"
	"overflight/ingest"
	"overflight/internal/simulate"
	"overflight/sensor"
)

// example reads one of the sorties that the files of this package were made from.
func example(t testing.TB, name string) ([]byte, simulate.Sortie) {
	t.Helper()
	text, err := os.ReadFile("../../examples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := simulate.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return text, s
}

// TestClipIsItsExample simulates the clip's metadata again: scripts/clip has been run since the example
// or the simulator changed.
func TestClipIsItsExample(t *testing.T) {
	t.Parallel()
	c := clip(t)
	_, s := example(t, "orbit-clip.yaml")
	var packets [][]byte
	d := mpegts.NewDemuxer(&mpegts.Funcs{OnUnit: func(u *mpegts.Unit) { packets = append(packets, bytes.Clone(u.Data)) }}, mpegts.Config{})
	truth, err := simulate.Write(t.Context(), s, d, simulate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d.Flush()
	n, pictures := 0, 0
	for _, p := range c.parts {
		switch {
		case p.video:
			if p.key != (pictures%15 == 0) || p.ticks != int64(pictures)*mpegts.Ticks/15 {
				t.Fatalf("picture %d at %d ticks, key %v", pictures, p.ticks, p.key)
			}
			pictures++
		case n < len(packets) && !bytes.Equal(p.data, packets[n]):
			t.Fatalf("packet %d of the clip is another than the example's: run scripts/clip", n)
		default:
			n++
		}
	}
	if n != len(packets) || n != 900 || pictures != 900 || c.Length() != time.Minute {
		t.Errorf("%d packets, the example has %d; %d pictures; %v", n, len(packets), pictures, c.Length())
	}
	if len(clipStream) > 2_600_000 {
		t.Errorf("the clip has %d bytes", len(clipStream))
	}
	if got, want := fmt.Sprint(c.Truth.Buildings), fmt.Sprint(truth.Buildings); got != want || len(truth.Buildings) != 3 {
		t.Errorf("buildings %s, the example has %s", got, want)
	}
	if len(c.Truth.Pictures) != 900 {
		t.Fatalf("the truth tells of %d pictures", len(c.Truth.Pictures))
	}
	text, _ := example(t, "border-sortie.yaml")
	if !bytes.Equal(text, recorded) {
		t.Error("recorded.yaml is another than examples/border-sortie.yaml: run scripts/clip")
	}
}

// TestEndJoinsBeginning flies on from the end of the clip, and is where it began.
func TestEndJoinsBeginning(t *testing.T) {
	t.Parallel()
	_, s := example(t, "orbit-clip.yaml")
	f, err := simulate.Plan(&s)
	if err != nil {
		t.Fatal(err)
	}
	for at := s.Written.From; at < s.Written.From+10*time.Second; at += time.Second {
		a, b := f.At(at), f.At(at+s.Written.To-s.Written.From)
		off := geodesy.ToECEF(a.Platform.Position, a.Platform.Height).Minus(geodesy.ToECEF(b.Platform.Position, b.Platform.Height)).Norm()
		if off > 0.001 || a.Heading != b.Heading || a.Pitch != b.Pitch || a.Roll != b.Roll || a.Centre != b.Centre {
			t.Errorf("after %v: %.4f m off, attitude %v %v %v and %v %v %v", at, off, a.Heading, a.Pitch, a.Roll, b.Heading, b.Pitch, b.Roll)
		}
	}
}

// TestBuildingsAreWhereTheySeem computes the footprint of each frame with the product's own geometry,
// which shares no formula with the simulator's, and holds it to the true places of the buildings: in
// the footprint, and where the picture shows them.
func TestBuildingsAreWhereTheySeem(t *testing.T) {
	t.Parallel()
	c := clip(t)
	ts := play(t, c, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), c.Length()+time.Second, 20*time.Millisecond)
	var footprints []sensor.Footprint
	session, err := ingest.NewSession(ingest.TransportStream, ingest.Options{}, ingest.Visitor{Observation: func(o *ingest.Observation) error {
		footprints = append(footprints, sensor.Compute(&o.Frame, sensor.Options{}))
		if !o.HasFix || o.Frame.Quarantined {
			t.Errorf("at %v there is no fix", o.Frame.Time)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.Write(ts.Bytes()); err != nil {
		t.Fatal(err)
	}
	if _, err := session.Flush(); err != nil {
		t.Fatal(err)
	}
	hall := c.Truth.Buildings[0]
	if hall.Name != "white hall" || hall.Colour != "white" {
		t.Fatalf("the first building is %+v", hall)
	}
	units := receive(t, ts.Bytes()).units
	if len(units) != len(footprints) || len(units) < 900 {
		t.Fatalf("%d packets, %d footprints", len(units), len(footprints))
	}
	var set st0601.Set
	var dec st0601.Decoder
	worst, compared, roomy := 0.0, 0, geodesy.Length(0)
	for i, fp := range footprints {
		if !fp.OnGround() {
			t.Fatalf("frame %d: %v", i, fp.Reason)
		}
		roomy = max(roomy, fp.Uncertainty)
		for _, p := range hall.Outline {
			if x, y := shownAt(&fp, geodesy.Position{Lat: geodesy.Angle(p[0]), Lon: geodesy.Angle(p[1])}); math.Abs(x) > 1 || math.Abs(y) > 1 {
				t.Fatalf("frame %d: a corner of the white hall is at %.2f, %.2f", i, x, y)
			}
		}
		if err := dec.Decode(units[i].data, &set); err != nil {
			t.Fatal(err)
		}
		v, ok := set.VMTI()
		if !ok {
			continue
		}
		for _, site := range v.Targets {
			truth := c.Truth.Buildings[site.ID-1]
			at := geodesy.Position{Lat: truth.Lat, Lon: truth.Lon}
			l, ok := site.Location()
			if d := geodesy.Distance(at, geodesy.Position{Lat: geodesy.Angle(l.Lat), Lon: geodesy.Angle(l.Lon)}); !ok || d > 0.1 {
				t.Fatalf("frame %d: place %d is reported %.2f m from where it is", i, site.ID, d)
			}
			number, ok := site.Uint(st0903.Centroid)
			if !ok {
				t.Fatalf("frame %d: place %d has no pixel", i, site.ID)
			}
			px, py := float64((number-1)%640)+0.5, float64((number-1)/640)+0.5
			x, y := shownAt(&fp, at)
			// Pixels to metres by the width of the picture there.
			wide := float64(geodesy.Distance(fp.Corners[0], fp.Corners[1])+geodesy.Distance(fp.Corners[3], fp.Corners[2])) / 2
			off := math.Hypot((x+1)/2*640-px, (y+1)/2*480-py) / 640 * wide
			worst = max(worst, off)
			compared++
			if geodesy.Length(off) > fp.Uncertainty {
				t.Errorf("frame %d: place %d is shown %.1f m off, the footprint is good to %.1f m", i, site.ID, off, fp.Uncertainty)
			}
		}
	}
	t.Logf("%d places in %d frames: %.2f m at most, stated uncertainty up to %.0f m", compared, len(footprints), worst, roomy)
	if worst > 1 || compared < 120 {
		t.Errorf("%d places were compared, off by %.2f m at most", compared, worst)
	}
}

// TestPicturesAreTold holds what the truth says of each picture to the packet of its instant: item 2, the place of the sensor and the
// corners, which the packet gives with 32 bits of half a turn or of a whole one.
func TestPicturesAreTold(t *testing.T) {
	t.Parallel()
	c := clip(t)
	var set st0601.Set
	var dec st0601.Decoder
	n, sensorOff, cornerOff := 0, geodesy.Length(0), geodesy.Length(0)
	for _, p := range c.parts {
		if p.video {
			continue
		}
		if err := dec.Decode(p.data, &set); err != nil {
			t.Fatal(err)
		}
		told := c.Truth.Pictures[n]
		if us, ok := set.Time(); !ok || told.Number != n || us != uint64(told.Time.UnixMicro()) {
			t.Fatalf("picture %d is number %d of %v, its packet says %d", n, told.Number, told.Time, us)
		}
		apart := func(lat, lon st0601.Tag, at [2]float64) geodesy.Length {
			a, okLat := set.Real(lat)
			b, okLon := set.Real(lon)
			if !okLat || !okLon {
				t.Fatalf("packet %d has no items %d and %d", n, lat, lon)
			}
			return geodesy.Distance(geodesy.Position{Lat: geodesy.Angle(a), Lon: geodesy.Angle(b)}, geodesy.Position{Lat: geodesy.Angle(at[0]), Lon: geodesy.Angle(at[1])})
		}
		sensorOff = max(sensorOff, apart(13, 14, told.Sensor))
		for i, at := range told.Corners {
			cornerOff = max(cornerOff, apart(st0601.Tag(82+2*i), st0601.Tag(83+2*i), *at))
		}
		n++
	}
	t.Logf("%d pictures: sensor %.4f m, corners %.4f m", n, sensorOff, cornerOff)
	if n != len(c.Truth.Pictures) || sensorOff > 0.01 || cornerOff > 0.01 {
		t.Errorf("%d packets for %d pictures; the sensor is %.4f m off, a corner %.4f m", n, len(c.Truth.Pictures), sensorOff, cornerOff)
	}
}

// shownAt is where a place of flat ground is in a picture with a footprint, right and down from -1 to 1:
// the projective map of the plane that takes the corners of the ground to those of the picture.
func shownAt(fp *sensor.Footprint, p geodesy.Position) (x, y float64) {
	origin := fp.Corners[0]
	plane := func(p geodesy.Position) (u, v float64) {
		return float64(p.Lon-origin.Lon) * math.Cos(origin.Lat.Radians()) * 111320, float64(p.Lat-origin.Lat) * 110900
	}
	// The map from the picture to the ground, by Heckbert's solution for the unit square, inverted.
	var q [4][2]float64
	for i, c := range fp.Corners { // upper left, upper right, lower right, lower left
		q[i][0], q[i][1] = plane(c)
	}
	dx1, dx2, sx := q[1][0]-q[2][0], q[3][0]-q[2][0], q[0][0]-q[1][0]+q[2][0]-q[3][0]
	dy1, dy2, sy := q[1][1]-q[2][1], q[3][1]-q[2][1], q[0][1]-q[1][1]+q[2][1]-q[3][1]
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	a, b, c := q[1][0]-q[0][0]+g*q[1][0], q[3][0]-q[0][0]+h*q[3][0], q[0][0]
	d, e, f := q[1][1]-q[0][1]+g*q[1][1], q[3][1]-q[0][1]+h*q[3][1], q[0][1]
	u, v := plane(p)
	// (a - g u) s + (b - h u) t = u - c; (d - g v) s + (e - h v) t = v - f
	m, n, o, r := a-g*u, b-h*u, d-g*v, e-h*v
	det = m*r - n*o
	s, t := ((u-c)*r-n*(v-f))/det, (m*(v-f)-(u-c)*o)/det
	return 2*s - 1, 2*t - 1
}

// TestRecorded writes the recorded sortie and counts its packets.
func TestRecorded(t *testing.T) {
	t.Parallel()
	s, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteRecorded(t.Context(), s, &out); err != nil {
		t.Fatal(err)
	}
	n := 0
	scanner := klv.Scanner{
		OnTriplet: func(klv.Triplet) { n++ },
		OnDefect:  func(d evidence.Defect) { t.Errorf("finding %v", d) },
	}
	if _, err := scanner.Write(out.Bytes()); err != nil {
		t.Fatal(err)
	}
	// Two hours at 5 Hz, less two minutes of silence.
	if n != 7200*5+1-120*5 {
		t.Errorf("%d packets", n)
	}
	if err := WriteRecorded(t.Context(), s, full{}); err == nil {
		t.Error("a full disk was not noticed")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, os.ErrClosed }
