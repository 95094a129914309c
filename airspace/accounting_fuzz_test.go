package airspace_test

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
)

// walk makes a path of bytes, eight a fix: time step, movement, altitude and flags, with some values
// that no aircraft has.
func walk(b []byte) flight.Path {
	p := flight.Path{Resolution: time.Second}
	now, at := time.Date(2025, 2, 5, 0, 0, 0, 0, time.UTC), geodesy.Position{Lat: 31.75, Lon: -106.5}
	for ; len(b) >= 8 && len(p.Fixes) < 300; b = b[8:] {
		now = now.Add(time.Duration(int16(binary.BigEndian.Uint16(b))) * time.Second / 16)
		at.Lat += geodesy.Angle(int8(b[2])) / 512
		at.Lon += geodesy.Angle(int8(b[3])) / 512
		f := flight.Fix{
			Time: now, Position: at, GroundSpeed: geodesy.Speed(int8(b[4])) * 3, Radius: geodesy.Length(b[5]) * 20,
			Altitude: geodesy.Altitude{Value: geodesy.Length(b[6]) * 50, Datum: geodesy.Datum(b[7] & 7)},
			OnGround: b[7]&0x18 == 0x18, NewLeg: b[7]&0x60 == 0x60,
		}
		switch b[4] {
		case 1:
			f.Position.Lat = 91
		case 2:
			f.Position.Lon = geodesy.Angle(math.NaN())
		case 3:
			f.Altitude.Value = geodesy.Length(math.NaN())
		case 4:
			f.Radius, f.GroundSpeed = geodesy.Length(math.NaN()), geodesy.Speed(math.NaN())
		case 5:
			f.Time = now.AddDate(300, 0, 0)
		case 6:
			f.Position = geodesy.Position{Lat: 90, Lon: 180}
		}
		p.Fixes = append(p.Fixes, f)
	}
	return p
}

func FuzzReckon(f *testing.F) {
	lines := world(f)
	f.Add([]byte{0, 16, 0, 10, 30, 1, 100, 1, 0, 16, 246, 10, 30, 1, 100, 1, 0, 16, 246, 10, 30, 1, 100, 1})
	f.Add([]byte{8, 0, 127, 10, 30, 0, 0, 0, 8, 0, 129, 10, 30, 1, 100, 1, 120, 16, 246, 10, 5, 1, 100, 1, 0, 1, 1, 1, 1, 1, 1, 1})
	f.Add([]byte{0, 16, 0, 10, 6, 1, 100, 1, 0, 16, 246, 10, 2, 1, 100, 1, 255, 0, 246, 10, 4, 1, 100, 0x18, 1, 1, 1, 1, 30, 1, 1, 0x60})
	f.Fuzz(func(t *testing.T, b []byte) {
		p := walk(b)
		r, err := airspace.Reckon(p, lines, airspace.Config{})
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, x := range r.Findings {
			if x.Code == airspace.CodePosition || x.Code == airspace.CodeOrder {
				left++
			}
		}
		if r.Fixes+left != len(p.Fixes) {
			t.Errorf("%d fixes and %d left out of %d", r.Fixes, left, len(p.Fixes))
		}
		byEntry := map[airspace.State]int{}
		for i, e := range r.Entries {
			byEntry[e.State] += e.Fixes
			if i > 0 && e.First.Index < r.Entries[i-1].First.Index {
				t.Error("entries are out of order")
			}
			for _, x := range append([]airspace.Interval{e.Entered, e.Left}, e.PossibleExits...) {
				if w, ok := x.Width(); ok && w < 0 {
					t.Errorf("an empty interval: %+v", e)
				}
			}
			if e.Dwell < 0 || e.DepthPossible < e.FromLimit.Nearest.Distance || math.IsNaN(float64(e.DepthPossible)) {
				t.Errorf("got %+v", e)
			}
			if (e.Verdict == airspace.Possible) != (e.Fixes == 0) {
				t.Errorf("%v of %d fixes", e.Verdict, e.Fixes)
			}
		}
		for s, n := range r.FixesByState {
			if s != "" && byEntry[s] != n {
				t.Errorf("%s: %d fixes in entries, %d by state", s, byEntry[s], n)
			}
		}
		again, err := airspace.NewTally(lines, airspace.Config{Resolution: p.Resolution})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range p.Fixes {
			again.Add(x)
		}
		if diff := cmp.Diff(r, again.Close(), cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); diff != "" {
			t.Error(diff)
		}
	})
}
