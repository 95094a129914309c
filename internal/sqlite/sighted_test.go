package sqlite

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/journal"
	"overflight/sensor"
	"overflight/validity"
)

// sweep is a block of frames of a flight that flies on from a place, at one a second.
func sweep(s journal.Sortie, source string, first uint64, start time.Time, at *geodesy.Position, heading geodesy.Angle, size geodesy.Length, n int) journal.FootprintsRecorded {
	e := journal.FootprintsRecorded{Flight: s, Source: source, First: first, At: start.Add(time.Duration(n) * time.Second)}
	for i := range n {
		fp := sensor.Footprint{
			Time: start.Add(time.Duration(i) * time.Second), Method: sensor.CastRays, Uncertainty: 30, Centre: sensor.Known(*at),
			SlantRange: sensor.Known(geodesy.Length(8000)),
		}
		for k := range fp.Corners {
			fp.Corners[k], _ = geodesy.Direct(*at, heading+geodesy.Angle(45+90*k), size*geodesy.Length(math.Sqrt2/2))
		}
		eye, _ := geodesy.Direct(*at, heading-90, 5000)
		if !start.IsZero() && i%17 == 16 {
			fp.Time = time.Time{}
		}
		e.Footprints = append(e.Footprints, journal.Look{
			Sensor: sensor.Known(eye), Altitude: sensor.Known(geodesy.Altitude{Value: 7000, Datum: geodesy.HAE}), Footprint: fp,
		})
		*at, _ = geodesy.Direct(*at, heading, 90)
	}
	return e
}

type seenFrame struct {
	flight journal.Sortie
	source string
	number uint64
}

// Whoever showed a place is found, of small ground and of large, at the special places too: the same as by asking every frame.
func TestGlimpsesAgainstEveryFrame(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	m := fresh(t)
	a := newAuthor(46)
	r := rand.New(rand.NewPCG(46, 1))
	homes := []geodesy.Position{{Lat: 28, Lon: -106}, {Lat: -17, Lon: 179.99}, {Lat: 89.9, Lon: 40}, {Lat: 35.26, Lon: 45}}
	var blocks []journal.FootprintsRecorded
	for k := range 12 {
		at := homes[k%len(homes)]
		size := geodesy.Length(100 * math.Pow(10, float64(k/4)))
		for i := range 6 {
			e := sweep(sortie(k+1), source(k%3), uint64(i*40), epoch.Add(time.Duration(i*50)*time.Second), &at, geodesy.Angle(360*r.Float64()), size, 40)
			a.say("EVT", e)
			blocks = append(blocks, e)
		}
	}
	apply(t, m, a.events)
	type kept struct {
		of    seenFrame
		g     coverage.Glimpse
		cells []coverage.Located
	}
	var all []kept
	for _, e := range blocks {
		for i := range e.Footprints {
			l := &e.Footprints[i]
			if g, ok := coverage.GlimpseOf(e.First+uint64(i), l.Sensor, l.Altitude, &l.Footprint); ok {
				all = append(all, kept{seenFrame{e.Flight, e.Source, g.Number}, g, g.AppendCells(nil)})
			}
		}
	}
	found, asked, touching := 0, 0, 0
	for range 300 {
		b := &blocks[r.IntN(len(blocks))]
		near := b.Footprints[r.IntN(len(b.Footprints))].Footprint.Corners[0]
		at, _ := geodesy.Direct(near, geodesy.Angle(360*r.Float64()), geodesy.Length(2000*r.Float64()))
		from := epoch.Add(time.Duration(r.IntN(300)) * time.Second)
		period := []validity.Period{{}, {From: from}, {To: from}, {From: from, To: from.Add(20 * time.Second)}}[r.IntN(4)]
		var want, got []seenFrame
		in := coverage.CellsAt(at)
		for i := range all {
			g := &all[i].g
			if !g.Time.IsZero() && !period.InForce(g.Time) {
				continue
			}
			if g.Holds(at) {
				want = append(want, all[i].of)
			}
			if slices.ContainsFunc(all[i].cells, func(c coverage.Located) bool { return slices.Contains(in[:], c) }) {
				touching++
			}
		}
		err := m.GlimpsesAt(ctx, at, period, func(s Sighting) error {
			if asked++; s.Glimpse.Holds(at) {
				got = append(got, seenFrame{s.Flight, s.Source, s.Glimpse.Number})
			}
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v in %v: %d frames, want %d; %v", at, period, len(got), len(want), err)
		}
		found += len(got)
	}
	// Beside what touches a cell of the place, only frames between two of a run are asked.
	if found < 3000 || asked < touching || asked > touching+touching/20 {
		t.Errorf("%d frames were found, of %d that were asked; %d touch a cell of the place", found, asked, touching)
	}
	for name, ask := range map[string]func(func(Sighting) error) error{
		"of a flight": func(f func(Sighting) error) error { return m.GlimpsesOf(ctx, sortie(2), f) },
		"in a period": func(f func(Sighting) error) error {
			return m.GlimpsesDuring(ctx, validity.Period{From: epoch.Add(time.Minute), To: epoch.Add(2 * time.Minute)}, f)
		},
		"in a box": func(f func(Sighting) error) error {
			return m.GlimpsesIn(ctx, Box{South: -18, North: -16, West: 179, East: -179}, validity.Period{}, f)
		},
	} {
		n := 0
		var before Sighting
		if err := ask(func(s Sighting) error {
			if before.Flight == s.Flight && before.Source == s.Source && s.Glimpse.Number <= before.Glimpse.Number {
				t.Fatalf("%s: %d after %d", name, s.Glimpse.Number, before.Glimpse.Number)
			}
			g := *s.Glimpse
			if name == "in a box" && g.Corners[0].Lat > 85 {
				return nil // blocks that come near a pole are of every box
			}
			before, n = Sighting{s.Flight, s.Source, &g}, n+1
			return nil
		}); err != nil {
			t.Error(name, err)
		}
		if want := map[string]int{"of a flight": 240, "in a period": 12 * 62, "in a box": 3 * 240}[name]; n < want-60 || n > want+60 {
			t.Errorf("%s: %d frames, about %d expected", name, n, want)
		}
	}
	if err := m.GlimpsesOf(ctx, sortie(99), nil); err == nil {
		t.Error("a flight that is not there has frames")
	}
}

// A path that looks at the same ground again and again for long has several pieces, and none is lost; it stays so when the file
// is opened anew between the blocks.
func TestPieces(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "m.db")
	m := open(t, file)
	a := newAuthor(47)
	at := geodesy.Position{Lat: 28, Lon: -106}
	const rounds = 700
	for i := range rounds { // a frame every 10 s: each is a run of its own
		p := at
		a.say("EVT", sweep(sortie(1), source(1), uint64(i), epoch.Add(time.Duration(i)*10*time.Second), &p, 0, 300, 1))
	}
	for i := 0; i < len(a.events); i += 100 {
		apply(t, m, a.events[i:min(i+100, len(a.events))])
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		m = open(t, file)
	}
	pieces, n := 0, 0
	err := m.view(ctx, func(v *view) error {
		return v.each(sights, "", nil, func(r row) error { pieces++; return nil })
	})
	if err != nil || pieces < 3 {
		t.Errorf("%d pieces, %v", pieces, err)
	}
	if err := m.GlimpsesAt(ctx, at, validity.Period{}, func(s Sighting) error {
		if s.Glimpse.Number != uint64(n) {
			t.Fatalf("frame %d, want %d", s.Glimpse.Number, n)
		}
		n++
		return nil
	}); err != nil || n != rounds {
		t.Errorf("%d frames, want %d; %v", n, rounds, err)
	}
}
