package simulate

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"overflight/geodesy"
)

const maxSortie = 48 * time.Hour

// Parse reads a sortie in YAML. It is strict: an unknown field, a number without its unit, a value
// that cannot be and a route that cannot be flown are each one *SortieError with the line.
func Parse(text []byte) (Sortie, error) {
	root, err := parseDocument(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")))
	if err != nil {
		return Sortie{}, err
	}
	s := Sortie{}
	s.read(root)
	if root.err != nil {
		return Sortie{}, root.err
	}
	if w := s.Written; w.To > 0 {
		for i, v := range s.Video {
			if v.From < w.From || v.To > w.To {
				return Sortie{}, &SortieError{s.Route[0].line, fmt.Sprintf("video[%d]: expected it within what is written, %v to %v", i+1, w.From, w.To)}
			}
		}
	}
	flight, err := Plan(&s)
	if err != nil {
		return Sortie{}, err
	}
	whole, line := flight.Duration().Truncate(time.Millisecond), s.Route[0].line
	switch {
	case s.Duration > whole:
		return Sortie{}, &SortieError{line, "duration: expected at most the " +
			whole.Round(time.Second).String() + " that the route takes, got " + s.Duration.String()}
	case s.Duration == 0 && whole > maxSortie:
		return Sortie{}, &SortieError{line, "route: expected at most 48h of flight, it takes " + whole.Round(time.Second).String()}
	case s.Written.To > flight.sortie.Duration:
		return Sortie{}, &SortieError{line, "written: expected a stretch of the " +
			flight.sortie.Duration.Round(time.Second).String() + " that the sortie takes, got one to " + s.Written.To.String()}
	case flight.sortie.Duration.Seconds()*s.Metadata.Rate < 1,
		s.Written.To > 0 && (s.Written.To-s.Written.From).Seconds()*s.Metadata.Rate < 1:
		return Sortie{}, &SortieError{line, "duration: expected time for at least one metadata packet"}
	}
	if err := flight.check(); err != nil {
		return Sortie{}, err
	}
	return *flight.sortie, nil
}

func (s *Sortie) read(t *table) {
	s.Title = t.text("title", 200, "")
	if a, ok := t.child("aircraft"); ok {
		s.Aircraft = Aircraft{
			Tail: a.text("tail", 127, ""), Platform: a.text("platform", 127, ""), Sensor: a.text("sensor", 127, "EO"),
			CallSign: a.text("call_sign", 127, ""), Mission: a.text("mission", 127, ""),
		}
		if s.Aircraft.Tail == "" || s.Aircraft.Platform == "" {
			t.fail(a.line, "aircraft: expected tail and platform")
		}
		a.done("tail, platform, sensor, call_sign, mission")
	} else {
		t.fail(t.line, "aircraft: missing, expected {tail, platform}")
	}
	s.readStart(t)
	s.Duration = t.duration("duration", time.Second, maxSortie, false, 0)
	s.Bank = geodesy.Angle(t.number("bank", 1, 45, false, 20, angleUnits...))
	_, hasGeoid := t.fields["geoid"]
	s.Geoid = geodesy.Length(t.number("geoid", -110, 90, false, 0, lengthUnits...))
	s.Ground.Height = t.height("ground", -430, 8900, s.Geoid, hasGeoid, true, 0)
	if w, ok := t.child("wind"); ok {
		s.Wind = Wind{
			From:  geodesy.Angle(w.number("from", 0, 360, true, 0, angleUnits...)),
			Speed: geodesy.Speed(w.number("speed", 0, 40, true, 0, speedUnits...)),
		}
		w.done("from, speed")
	}
	t.each("route", true, func(w *table) { s.readWaypoint(w, hasGeoid) })
	if t.err == nil && len(s.Route) < 2 {
		t.fail(s.Route[0].line, "route: expected two waypoints or more")
	}
	t.each("looks", true, func(l *table) { s.readLook(l, hasGeoid) })
	t.each("zoom", true, func(z *table) {
		v := Zoom{From: z.duration("from", 0, maxSortie, true, 0), HFOV: geodesy.Angle(z.number("hfov", 0.05, 90, true, 0, angleUnits...))}
		if n := len(s.Zooms); n > 0 && s.Zooms[n-1].From >= v.From || n == 0 && v.From != 0 {
			z.fail(z.line, "%s: expected times that begin with 0s and rise", z.path)
		}
		s.Zooms = append(s.Zooms, v)
		z.done("from, hfov")
	})
	t.each("sites", false, func(v *table) { s.readSite(v, hasGeoid) })
	s.readTown(t)
	t.each("buildings", false, func(b *table) { s.readBuilding(b, hasGeoid) })
	s.readMetadata(t)
	s.readSecurity(t)
	t.each("video", false, s.readVideo)
	t.each("faults", false, s.readFault)
	s.Still = t.choice("air", "restless", "restless", "still") == "still"
	if w, ok := t.child("written"); ok {
		s.Written = Stretch{w.duration("from", 0, maxSortie, true, 0), w.duration("to", 0, maxSortie, true, 0)}
		if s.Written.To <= s.Written.From {
			w.fail(w.line, "%s: expected from before to", w.path)
		}
		w.done("from, to")
	}
	t.done("title, aircraft, start, duration, bank, geoid, ground, wind, route, looks, zoom, sites, town, buildings, metadata, security, video, faults, air, written")
}

func (s *Sortie) readStart(t *table) {
	text, line, ok := t.scalar("start", `an instant in UTC such as "2025-02-24T14:00:00Z"`, true)
	if !ok {
		return
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 2017 || at.Year() > 2100 || !strings.HasSuffix(text, "Z") {
		t.fail(line, `start: expected an instant in UTC from 2017 on, such as "2025-02-24T14:00:00Z", got %q`, text)
	}
	s.Start = at.UTC()
}

func (s *Sortie) readWaypoint(t *table, hasGeoid bool) {
	w := Waypoint{line: t.line, Position: t.position()}
	first := len(s.Route) == 0
	var before Waypoint
	if !first {
		before = s.Route[len(s.Route)-1]
	}
	w.Height = t.height("altitude", -400, 18000, s.Geoid, hasGeoid, first, before.Height)
	w.Speed = geodesy.Speed(t.number("speed", 20, 250, first, float64(before.Speed), speedUnits...))
	w.Bank = geodesy.Angle(t.number("bank", 1, 45, false, float64(s.Bank), angleUnits...))
	if o, ok := t.child("orbit"); ok {
		w.Orbit = Orbit{
			Radius: geodesy.Length(o.number("radius", 500, 100000, true, 0, lengthUnits...)),
			Turns:  o.number("turns", 0.1, 100, true, 0, plainUnits...),
			Left:   o.choice("direction", "right", "left", "right") == "left",
		}
		w.Bank = 0 // follows from the radius
		if first {
			t.fail(t.line, "%s: expected an orbit at the second waypoint or later", t.path)
		}
		o.done("radius, turns, direction")
	}
	t.done("lat, lon, altitude, speed, bank, orbit")
	s.Route = append(s.Route, w)
}

func (s *Sortie) place(t *table, hasGeoid bool) Place {
	return Place{t.position(), t.height("height", -430, 8900, s.Geoid, hasGeoid, false, s.Ground.Height)}
}

func (s *Sortie) readLook(t *table, hasGeoid bool) {
	l := Look{line: t.line}
	l.From = t.duration("from", 0, maxSortie, true, 0)
	l.Slew = t.duration("slew", 0, time.Minute, false, 4*time.Second)
	kinds := 0
	if p, ok := t.child("dwell"); ok {
		l.Kind, l.Point = Dwell, s.place(p, hasGeoid)
		p.done("lat, lon, height")
		kinds++
	}
	if p, ok := t.child("sweep"); ok {
		l.Kind, l.Period = Sweep, p.duration("period", time.Second, maxSortie, true, 0)
		for _, end := range []struct {
			key string
			to  *Place
		}{{"start", &l.Point}, {"end", &l.To}} {
			if q, ok := p.child(end.key); ok {
				*end.to = s.place(q, hasGeoid)
				q.done("lat, lon, height")
			} else {
				p.fail(p.line, "%s: expected start and end, each {lat, lon}", p.path)
			}
		}
		p.done("start, end, period")
		if d, _, _, ok := inverse(l.Point.point(), l.To.point()); !ok || d > 200e3 {
			p.fail(p.line, "%s: expected ends at most 200 km apart", p.path)
		}
		kinds++
	}
	if p, ok := t.child("abeam"); ok {
		l.Kind, l.Distance = Abeam, geodesy.Length(p.number("distance", 100, 100000, true, 0, lengthUnits...))
		if p.choice("side", "", "left", "right") == "left" {
			l.Distance = -l.Distance
		}
		p.done("side, distance")
		kinds++
	}
	if p, ok := t.child("fixed"); ok {
		l.Kind = Fixed
		l.Bearing = geodesy.Angle(p.number("azimuth", -180, 360, true, 0, angleUnits...))
		l.Elevation = geodesy.Angle(p.number("elevation", -90, 30, true, 0, angleUnits...))
		p.done("azimuth, elevation")
		kinds++
	}
	if p, ok := t.child("horizon"); ok {
		l.Kind = Horizon
		l.Bearing = geodesy.Angle(p.number("bearing", 0, 360, true, 0, angleUnits...))
		l.Elevation = geodesy.Angle(p.number("elevation", -90, 30, true, 0, angleUnits...))
		p.done("bearing, elevation")
		kinds++
	}
	t.done("from, slew, dwell, sweep, abeam, fixed, horizon")
	if kinds != 1 {
		t.fail(t.line, "%s: expected exactly one of dwell, sweep, abeam, fixed, horizon, got %d", t.path, kinds)
	}
	if n := len(s.Looks); n > 0 && s.Looks[n-1].From >= l.From || n == 0 && l.From != 0 {
		t.fail(t.line, "%s: expected times that begin with 0s and rise", t.path)
	}
	s.Looks = append(s.Looks, l)
}

func (s *Sortie) readSite(t *table, hasGeoid bool) {
	v := Site{Place: s.place(t, hasGeoid)}
	v.ID = uint32(t.whole("id", 1, 1<<20, true, 0))
	v.Name = t.text("name", 64, "")
	v.Radius = geodesy.Length(t.number("radius", 1, 2000, false, 30, lengthUnits...))
	for _, other := range s.Sites {
		if other.ID == v.ID {
			t.fail(t.line, "%s: expected an id of its own, %d is taken", t.path, v.ID)
		}
	}
	t.done("id, name, lat, lon, height, radius")
	s.Sites = append(s.Sites, v)
}
