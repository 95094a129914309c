package planning

import (
	"errors"
	"math"
	"testing"
	"time"

	"overflight/authority"
	"overflight/geodesy"
	"overflight/search"
)

// TestSeveralAircraftKeepApart: two types from two bases, three flights: each is home in time, one aircraft flies again only
// after its turnaround, no two come nearer than they may, and all together find no more than their pooled effort can.
func TestSeveralAircraftKeepApart(t *testing.T) {
	t.Parallel()
	for _, wind := range []geodesy.Speed{0, 20} {
		r := request()
		lanes := geodesy.Angle(0)
		r.WindSpeed, r.WindFrom, r.Iterations, r.Lanes = wind, 300, 20_000, &lanes
		r.Turnaround, r.Apart = 90*time.Minute, 6000
		slow := authority.Airframe{Type: "slow", Name: "Slow", Cruise: authority.Figure{Value: 60}, Endurance: authority.Figure{Value: 10}}
		r.Others = []Wing{{Given: "slow:2", Aircraft: slow, Base: geodesy.Position{Lat: 25.3, Lon: -105.9}, Hours: 5 * time.Hour, Sorties: 2}}
		p, err := Make(t.Context(), r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Sorties) != 3 || p.Sorties[0].Wing != 0 || p.Sorties[1].Wing != 1 || p.Sorties[2].Number != 2 {
			t.Fatalf("%+v", p.Sorties)
		}
		sum := 0.0
		for k, s := range p.Sorties {
			w := p.wings[s.Wing]
			sum += s.POS
			if s.Duration > w.Hours-r.Reserve {
				t.Errorf("sortie %d is %v in the air", k, s.Duration)
			}
			if d := geodesy.Distance(p.Position(s.Legs[0].From.Point), w.Base); d > 1 {
				t.Errorf("sortie %d begins %v m from its base", k, d)
			}
			for i := range k {
				o := p.Sorties[i]
				apart(t, p, i, k)
				if o.Wing == s.Wing && s.Begins < o.Begins+o.Duration+r.Turnaround {
					t.Errorf("sortie %d begins at %v, the one before it is down at %v", k, s.Begins, o.Begins+o.Duration)
				}
			}
		}
		if math.Abs(sum-p.POS) > 1e-9 || p.POS > p.Bound || p.First >= p.Bound {
			t.Errorf("POS %v of %v, bound %v, of the first %v", sum, p.POS, p.Bound, p.First)
		}
		if p.Closest == nil || p.Closest.Distance < r.Apart {
			t.Errorf("closest: %+v", p.Closest)
		}
		// Alone, or with less in the air, less is found.
		r.Others[0].Sorties = 1
		less, err := Make(t.Context(), r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if less.POS >= p.POS || less.Bound >= p.Bound {
			t.Errorf("two sorties find %v of %v, three %v of %v", less.POS, less.Bound, p.POS, p.Bound)
		}
		written(t, p)
	}
}

// apart walks two flights by the second.
func apart(t *testing.T, p *Plan, i, k int) {
	t.Helper()
	a, b := &p.Sorties[i], &p.Sorties[k]
	u, v := p.wings[a.Wing], p.wings[b.Wing]
	for at := max(a.Begins, b.Begins); at < min(a.Begins+a.Duration, b.Begins+b.Duration); at += 10 * time.Second {
		x, y := u.airspeed.At(a.Legs, at-a.Begins).Point, v.airspeed.At(b.Legs, at-b.Begins).Point
		if d := distance(x, y); d < float64(p.Request.Apart) && max(distance(x, v.task.Base), distance(y, v.task.Base)) > 2*float64(p.Request.Apart) {
			t.Fatalf("sorties %d and %d are %.0f m apart at %v", i+1, k+1, d, at)
		}
	}
}

func TestAnAircraftOfSeveralThatCannotFly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want   Code
		change func(*Wing)
	}{
		{CodeShort, func(w *Wing) { w.Base = geodesy.Position{Lat: 32, Lon: -106} }},
		{CodeEndurance, func(w *Wing) { w.Hours = 29 * time.Hour }},
		{CodeFigure, func(w *Wing) { w.Aircraft.Cruise.Value = 0 }},
		{CodeRange, func(w *Wing) { w.Sorties = 0 }},
		{CodeRange, func(w *Wing) { w.Hours = 0 }},
	} {
		r := request()
		r.Iterations = 0
		w := Wing{Given: "mq-9a:1@32,-106", Aircraft: r.Aircraft, Base: r.Base, Hours: r.Hours, Sorties: 1}
		c.change(&w)
		r.Others = []Wing{w}
		_, err := Make(t.Context(), r, nil)
		var f *Fault
		if !errors.As(err, &f) || f.Code != c.want || f.Of != w.Given {
			t.Errorf("%v, want %s of %s", err, c.want, w.Given)
		}
	}
	r := request()
	r.Sorties, r.Others = 50, []Wing{{Aircraft: r.Aircraft, Base: r.Base, Hours: r.Hours, Sorties: 1}}
	var f *Fault
	if _, err := Make(t.Context(), r, nil); !errors.As(err, &f) || f.Code != CodeRange {
		t.Errorf("51 sorties: %v", err)
	}
}

// TestAPlanAboveItsBoundIsNone: no figure of a plan is shown above its bound.
func TestAPlanAboveItsBoundIsNone(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*Plan{
		"plan":      {POS: 0.5, Bound: 0.49},
		"no number": {POS: math.NaN(), Bound: 1},
		"pattern":   {POS: 0.4, Bound: 0.5, First: 0.3, Patterns: []Pattern{{search.SectorSearch, 0.31}}},
	} {
		if err := p.sound(); !errors.Is(err, ErrAboveBound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (&Plan{POS: 0.5, Bound: 0.5}).sound(); err != nil {
		t.Error(err)
	}
}

// TestACourseIsTrueWhereItIsFlown: meridians come together toward the poles, so that a course on the plane depends on where
// the aircraft is.
func TestACourseIsTrueWhereItIsFlown(t *testing.T) {
	t.Parallel()
	for _, origin := range []geodesy.Position{{Lat: 25, Lon: -106}, {Lat: 64, Lon: 179}} {
		f := frame{origin: origin, axis: 115}
		for _, at := range []geodesy.Position{origin, {Lat: origin.Lat + 1, Lon: geodesy.NormalizeLongitude(origin.Lon + 5)}, {Lat: origin.Lat - 2, Lon: origin.Lon - 4}} {
			for course := geodesy.Angle(0); course < 360; course += 45 {
				p := f.pose(&Start{Position: at, Course: course})
				link := search.Straight(*p, 5000)
				_, azimuth, _ := geodesy.Inverse(at, f.position(link.End().Point))
				if d := math.Remainder(float64(azimuth-course), 360); math.Abs(d) > 0.1 {
					t.Errorf("at %v the course of %v becomes %v", at, course, azimuth)
				}
			}
		}
	}
}

// TestPatternsArePlans: a pattern that is chosen is flown by every sortie over what those before leave, within its bound and home
// in time, and the optimised plan finds more.
func TestPatternsArePlans(t *testing.T) {
	t.Parallel()
	lanes := geodesy.Angle(0)
	r := request()
	r.Lanes, r.Sorties, r.Iterations = &lanes, 2, 1000
	ours, err := Make(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range search.Patterns() {
		for _, wind := range []geodesy.Speed{0, 20}[:max(1, 2-i)] {
			r := request()
			r.Lanes, r.Pattern, r.Sorties, r.WindSpeed, r.WindFrom = &lanes, k, 2, wind, 240
			p, err := Make(t.Context(), r, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range p.Sorties {
				if s.Duration > r.Hours-r.Reserve || s.Lanes == 0 || s.POS <= 0 {
					t.Errorf("%s, sortie %d: %v in the air, %d lanes, POS %v", k, i+1, s.Duration, s.Lanes, s.POS)
				}
			}
			if p.POS > p.Bound || p.POS > ours.POS || p.Sorties[1].POS > p.Sorties[0].POS+1e-9 {
				t.Errorf("%s: POS %v, bound %v, optimised %v", k, p.POS, p.Bound, ours.POS)
			}
		}
	}
	// Time for a short lane where the ground begins, and not for a way to its middle.
	r.Hours, r.Sorties = 80*time.Minute, 1
	if _, err := Make(t.Context(), r, nil); err != nil {
		t.Error(err)
	}
	r.Pattern = search.SectorSearch
	var f *Fault
	if _, err := Make(t.Context(), r, nil); !errors.As(err, &f) || f.Code != CodePattern {
		t.Errorf("a pattern without room: %v", err)
	}
}

// TestATurretOrbitsWithinItsTime: the plan with orbits is home in time, in wind too; its schedule looks from the orbits; its reach
// follows from height and resolution.
func TestATurretOrbitsWithinItsTime(t *testing.T) {
	t.Parallel()
	for _, wind := range []geodesy.Speed{0, 10} {
		r := request()
		lanes := geodesy.Angle(0)
		r.Lanes, r.Iterations, r.Sorties, r.WindSpeed, r.WindFrom = &lanes, 200, 2, wind, 100
		r.Sensor = &Sensor{Field: 120, Height: 5000, Pixel: 30e-6, Coarsest: 0.39, Orbits: 4}
		p, err := Make(t.Context(), r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if g := p.Turret; math.Abs(float64(g.Turret.Farthest)-12_000) > 1 || g.POS <= 0 || g.POS > g.Bound || g.Bound > g.Anywhere {
			t.Errorf("reach %v, POS %v of %v of %v", g.Turret.Farthest, g.POS, g.Bound, g.Anywhere)
		}
		for i, s := range p.Sorties {
			circles := 0
			for k := range s.Legs {
				if l := &s.Legs[k]; l.Parts[0] > 6*l.Turn && l.Turn > 10 {
					circles++
				}
			}
			if circles != 4 || s.Duration > r.Hours-r.Reserve {
				t.Errorf("sortie %d: %d orbits, %v in the air", i+1, circles, s.Duration)
			}
		}
	}
	for want, s := range map[Code]*Sensor{
		CodeTooHigh: {Field: 120, Height: 15_000, Pixel: 30e-6, Coarsest: 0.39},
		CodeRange:   {Field: 120, Reach: 10_000, Orbits: 51},
	} {
		r := request()
		r.Sensor = s
		var f *Fault
		if _, err := Make(t.Context(), r, nil); !errors.As(err, &f) || f.Code != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := (&Gimbal{POS: 0.5, Bound: 0.4, Anywhere: 1}).sound(); !errors.Is(err, ErrAboveBound) {
		t.Error(err)
	}
}

// TestFindsCountByWhenTheyAreMade: the value lies below its bound B4, and under the POS, since none counts more than in full.
func TestFindsCountByWhenTheyAreMade(t *testing.T) {
	t.Parallel()
	r := request()
	lanes := geodesy.Angle(0)
	r.Lanes, r.Soonest, r.Sorties, r.Turnaround = &lanes, true, 2, time.Hour
	p, err := Make(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := p.Value
	if v == nil || !(v.Value > 0 && v.Value < v.Bound && v.Bound < p.Bound && v.Value < p.POS) {
		t.Errorf("%+v, POS %v of %v", v, p.POS, p.Bound)
	}
	if err := (&Plan{POS: 0.1, Bound: 0.5, Value: &Value{0.3, 0.2}}).sound(); !errors.Is(err, ErrAboveBound) {
		t.Error(err)
	}
}

// TestMakeShowsNoPlanAboveItsBound: where the map is changed under the planner's hands the figures no longer agree, and no plan
// comes out.
func TestMakeShowsNoPlanAboveItsBound(t *testing.T) {
	t.Parallel()
	r := request()
	lanes := geodesy.Angle(0)
	r.Lanes = &lanes
	changed := false
	p, err := Make(t.Context(), r, func(p *Plan) {
		if poc := p.wings[0].task.Prior.POC; !changed {
			for c := range poc {
				poc[c] *= 10
			}
			changed = true
		}
	})
	if !errors.Is(err, ErrAboveBound) || p != nil {
		t.Errorf("%v", err)
	}
}
