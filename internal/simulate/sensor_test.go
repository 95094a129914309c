package simulate

import (
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/sensor"
)

// TestSensorSeesTheTruth gives what was true of the aircraft and its gimbal to package sensor, which
// shares no formula with this one, and holds the ground that its rays reach to the ground that was
// chosen.
func TestSensorSeesTheTruth(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"border-sortie", "short-sortie"} {
		s := load(t, name)
		var centre, corner float64
		compared, sky := 0, 0
		for at := time.Duration(0); at <= s.Duration; at += 700 * time.Millisecond {
			f := s.flight.At(at)
			fp := sensor.Cast(&sensor.Frame{
				Position: sensor.Known(f.Platform.Position),
				Altitude: sensor.Known(geodesy.Altitude{Value: f.Platform.Height, Datum: geodesy.HAE}),
				Heading:  sensor.Known(f.Heading), Pitch: sensor.Known(f.Pitch), Roll: sensor.Known(f.Roll),
				RelativeAzimuth: sensor.Known(f.Azimuth), RelativeElevation: sensor.Known(f.Elevation), RelativeRoll: sensor.Known(f.Rotation),
				HFOV: sensor.Known(f.HFOV), VFOV: sensor.Known(f.VFOV),
				CentreElevation: sensor.Known(geodesy.Altitude{Value: max(f.Centre.Height, 0), Datum: geodesy.HAE}),
			}, sensor.Options{})
			whole := f.InView && f.CornerInView == [4]bool{true, true, true, true}
			if !whole {
				sky++
				if fp.OnGround() {
					t.Errorf("%s at %v: part of the picture is sky, yet it has the footprint %v", name, at, fp.Corners)
				}
				continue
			}
			if f.Slant > 40e3 {
				continue // grazing: there a centimetre of height is metres on the ground
			}
			c, ok := fp.Centre.Get()
			if !ok || !fp.OnGround() {
				t.Fatalf("%s at %v: no footprint: %v", name, at, fp.Reason)
			}
			compared++
			centre = max(centre, apart(f.Centre.point(), float64(c.Lat), float64(c.Lon), float64(f.Centre.Height)))
			for i, c := range fp.Corners {
				corner = max(corner, apart(f.Corner[i].point(), float64(c.Lat), float64(c.Lon), float64(f.Corner[i].Height)))
			}
		}
		t.Logf("%s: %d footprints: centre %.2g m, corners %.2g m; %d with sky", name, compared, centre, corner, sky)
		if centre > 0.001 || corner > 0.001 || compared < 200 || sky < 20 {
			t.Errorf("%s: off by %.3g m in the centre and %.3g m in the corners", name, centre, corner)
		}
	}
}
