package segment

import (
	"fmt"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/survey"
)

func TestThin(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	home := geodesy.Position{Lat: 25, Lon: -106}
	report := func(after time.Duration, east geodesy.Length, class survey.Class, sensor string) survey.Observation {
		at, _ := geodesy.Direct(home, 90, east)
		return survey.Observation{Class: class, Sensor: sensor, Position: at, At: start.Add(after), Spread: survey.Circle(50), Common: 0.9, Count: 1}
	}
	north := func(o survey.Observation, metres geodesy.Length) survey.Observation {
		o.Position, _ = geodesy.Direct(o.Position, 0, metres)
		return o
	}
	type said struct {
		o    survey.Observation
		want bool
	}
	second := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	for name, all := range map[string][]said{
		"again and again": {
			{report(0, 0, survey.Tank, "vmti"), true},
			{report(second(0.03), 3, survey.Tank, "vmti"), false},
			{report(second(59), 5, survey.Tank, "vmti"), false},
			{report(second(60), 5, survey.Tank, "vmti"), true},
			{report(second(61), 0, survey.Tank, "vmti"), false},
		},
		// The error that reports do not share is 50 m times the root of a tenth, of two of them 22.4 m.
		"farther than a place wanders": {{report(0, 0, survey.Tank, "vmti"), true}, {report(second(1), 22, survey.Tank, "vmti"), false}, {report(second(2), 23, survey.Tank, "vmti"), true}},
		"the same northwards": {
			{report(0, 0, survey.Tank, "vmti"), true},
			{north(report(second(1), 0, survey.Tank, "vmti"), 22.3), false},
			{north(report(second(2), 0, survey.Tank, "vmti"), -22.3), false},
			{north(report(second(3), 0, survey.Tank, "vmti"), 22.5), true},
		},
		"two in one frame": {
			{report(0, 0, survey.Tank, "vmti"), true},
			{report(0, 8, survey.Tank, "vmti"), true},
			{report(second(1), 1, survey.Tank, "vmti"), false},
			{report(second(1), 9, survey.Tank, "vmti"), false},
			{report(second(1), 4, survey.Tank, "vmti"), true},
		},
		"another class, another sensor": {{report(0, 0, survey.Tank, "vmti"), true}, {report(second(1), 0, survey.Plume, "vmti"), true}, {report(second(1), 0, survey.Tank, "nose"), true}},
		"time that steps back":          {{report(second(120), 0, survey.Tank, "vmti"), true}, {report(second(100), 0, survey.Tank, "vmti"), false}, {report(0, 0, survey.Tank, "vmti"), true}},
	} {
		var th thin
		for i := range all {
			if got := th.fresh(&all[i].o); got != all[i].want {
				t.Errorf("%s: report %d is fresh: %v", name, i, got)
			}
		}
	}
}

// A day of a detector with sixteen targets at 30 Hz, a minute of it: what is stated does not grow with the rate, and no place is lost.
func TestThinKeepsEveryPlace(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	home := geodesy.Position{Lat: 25, Lon: -106}
	for _, rate := range []int{1, 30} {
		var th thin
		stated := map[string]int{}
		for i := range 60 * rate {
			for k := range 16 {
				at, _ := geodesy.Direct(home, geodesy.Angle(k)*22.5, geodesy.Length(400+float64(i%5)))
				o := survey.Observation{Class: survey.Structure, Sensor: "vmti", Position: at, At: start.Add(time.Duration(i) * time.Second / time.Duration(rate)), Spread: survey.Circle(40), Common: 0.9}
				if th.fresh(&o) {
					stated[fmt.Sprint(k)]++
				}
			}
		}
		if len(stated) != 16 {
			t.Errorf("at %d Hz %d places of 16", rate, len(stated))
		}
		for k, n := range stated {
			if n != 1 {
				t.Errorf("at %d Hz place %s was stated %d times", rate, k, n)
			}
		}
	}
}
