package planning

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/search"
)

// Gimbal is where a turret looks along the routes of a plan, planned apart from them.
type Gimbal struct {
	Turret search.Turret
	POS    float64
	Bound  float64 // of any way to look along these routes

	Anywhere float64 // bound of any routes with this turret in the time there is
	Sensor   Sensor
	Glances  []Glimpse
}

// Glimpse is one look at a cell, so long after its sortie began.
type Glimpse struct {
	Sortie int // from 1
	After  time.Duration
	At     geodesy.Position // middle of the cell
}

// Sensor is a turret as it is asked for.
type Sensor struct {
	Reach geodesy.Length // over the ground; 0: by the slant range and the resolution
	Field geodesy.Angle  // of regard, to each side of the nose
	// Height above the ground that is flown at, the longest slant range (0: any), the angle of a pixel in radians and the coarsest
	// size of a pixel on the ground that still shows what is looked for (0: any).
	Height, Slant geodesy.Length
	Pixel         float64
	Coarsest      geodesy.Length
	Orbits        int // circles in each sortie, where there is most to see
}

// mostOrbits bounds the circles of a sortie.
const mostOrbits = 50

// check returns the first thing that is wrong, and how far the turret sees over the ground.
func (s *Sensor) check() (geodesy.Length, error) {
	for _, x := range []struct {
		option string
		v      float64
		most   float64
		zero   bool
	}{
		{"--reach", float64(s.Reach) / 1000, 200, true},
		{"--field", float64(s.Field), 180, false},
		{"--slant", float64(s.Slant) / 1000, 200, true},
		{"--gsd", float64(s.Coarsest), 100, true},
		{"--orbits", float64(s.Orbits), mostOrbits, true},
	} {
		if !(x.v <= x.most && (x.v > 0 || x.zero && x.v == 0)) {
			return 0, fault(CodeRange, x.option, fmt.Sprintf("%g", x.v), fmt.Sprintf("0..%g", x.most))
		}
	}
	if s.Reach > 0 {
		return s.Reach, nil
	}
	slant := s.Slant
	if slant == 0 {
		slant = 200 * geodesy.Kilometre
	}
	reach := search.GroundReach(s.Height, slant, s.Pixel, s.Coarsest)
	if !(reach > 0) {
		return 0, fault(CodeTooHigh, fmt.Sprintf("%.0f", float64(s.Height)), fmt.Sprintf("%.0f", float64(search.GroundReach(0, slant, s.Pixel, s.Coarsest))))
	}
	return reach, nil
}

// Gimbal plans a turret along the routes of a plan. Its area rate is that of the strip: sweep width times speed. Ground
// may be looked at where the aircraft may not be, as far as what is on record lets it.
func (p *Plan) Gimbal(reach geodesy.Length, field geodesy.Angle) (*Gimbal, error) {
	if reach <= 0 {
		return nil, fault(CodeRange, "--reach", fmt.Sprintf("%g", float64(reach)/1000), "0..200")
	}
	return p.gimbal(&Sensor{Reach: reach, Field: field})
}

func (p *Plan) gimbal(sensor *Sensor) (*Gimbal, error) {
	reach, err := sensor.check()
	if err != nil {
		return nil, err
	}
	g := &Gimbal{Turret: search.Turret{Rate: float64(p.Request.Sweep) * float64(p.Speed), Farthest: reach, Field: sensor.Field}, Sensor: *sensor}
	task := p.sighted()
	prior := task.Prior
	effort := search.Effort(0)
	reached := make([]bool, prior.Cells())
	visible := p.visible(sensor)
	for k, s := range p.Sorties {
		turret := g.Turret
		turret.Rate = float64(p.Request.Sweep) * float64(s.Speed)
		plan, err := turret.Schedule(&task, s.Legs, p.wings[s.Wing].airspeed, visible)
		if err != nil {
			return nil, err
		}
		g.POS += plan.POS
		pod := make([]float64, prior.Cells())
		for c, n := range plan.Looks {
			pod[c] = search.Looks(p.Request.Detection, int(n))
			reached[c] = reached[c] || plan.Reached[c]
		}
		for _, x := range plan.Glances {
			g.Glances = append(g.Glances, Glimpse{Sortie: k + 1, After: x.After, At: p.Position(prior.Centre(x.Column, x.Row))})
		}
		task.Prior = task.Prior.Left(pod)
		effort += search.Effort(turret.Rate * s.Duration.Seconds())
	}
	// All looks of all sorties, at what any of them reaches.
	g.Bound = prior.Seen(func(i, j int) bool { return reached[j*prior.Columns+i] }).Looks(effort, task.Detection)
	g.Anywhere = p.anywhere(&g.Turret, visible, reached)
	return g, g.sound()
}

// sound holds the schedule to its bounds.
func (g *Gimbal) sound() error {
	if !(g.POS <= g.Bound+1e-9 && g.Bound <= g.Anywhere+1e-9) {
		return fmt.Errorf("%w: turret: POS %v, bound %v, of any route %v", ErrAboveBound, g.POS, g.Bound, g.Anywhere)
	}
	return nil
}

// sighted is what a turret is planned by: a look finds the same wherever it may be had.
func (p *Plan) sighted() search.Task {
	t := p.wings[0].task
	t.Detection = []float64{p.Request.Detection}
	return t
}

// anywhere is bound B3 with this turret, of any route: looks for the whole time at cells that a permitted position sees, and
// from which they may be looked at.
func (p *Plan) anywhere(k *search.Turret, visible func(search.Point, int, int) bool, reached []bool) float64 {
	t := p.sighted()
	effort := search.Effort(0)
	for i := range p.Sorties {
		effort += search.Effort(float64(p.Request.Sweep) * float64(p.Sorties[i].Speed) * p.wings[p.Sorties[i].Wing].available.Seconds())
	}
	// Positions are taken by cells there: what these routes reach belongs to it in any case.
	sees := t.Sees(k.Farthest, visible)
	return t.Prior.Seen(func(i, j int) bool { return reached[j*t.Prior.Columns+i] || sees(i, j) }).Looks(effort, t.Detection)
}

// visible tells which ground may be looked at from where; nil where that is not asked. From within a state's airspace its ground is
// below; from outside it takes its leave. No ground is looked at more finely than its state lets it be.
func (p *Plan) visible(sensor *Sensor) func(search.Point, int, int) bool {
	a := p.Request.Airspace
	if a == nil {
		return nil
	}
	prior := p.prior()
	type ground struct {
		at     geodesy.Position
		states []airspace.State
		shown  bool
		finest float64
	}
	cells := make([]*ground, prior.Cells())
	of := func(c int) *ground {
		if cells[c] == nil {
			at := p.Position(prior.Centre(c%prior.Columns, c/prior.Columns))
			g := &ground{at: at, states: a.states(at)}
			g.shown = a.shows(g.states, at)
			for _, s := range g.states {
				g.finest = max(g.finest, a.Permits[s].Finest)
			}
			cells[c] = g
		}
		return cells[c]
	}
	var last search.Point
	var over []airspace.State
	asked := false
	return func(from search.Point, column, row int) bool {
		g := of(row*prior.Columns + column)
		if g.finest > 0 && sensor.Pixel > 0 {
			q := prior.Centre(column, row)
			if slant := math.Hypot(math.Hypot(float64(q.X-from.X), float64(q.Y-from.Y)), float64(sensor.Height)); slant*sensor.Pixel < g.finest {
				return false
			}
		}
		if g.shown {
			return true
		}
		if !asked || from != last {
			asked, last, over = true, from, a.states(p.Position(from))
		}
		for _, s := range g.states {
			if x, known := a.Permits[s]; !slices.Contains(over, s) && !(known && x.Shows(g.at)) {
				return false
			}
		}
		return true
	}
}

// WriteCSV writes a schedule: sortie, seconds after its start, latitude, longitude.
func (g *Gimbal) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "sortie,seconds,lat,lon\n"); err != nil {
		return err
	}
	for _, x := range g.Glances {
		if _, err := fmt.Fprintf(w, "%d,%.1f,%.6f,%.6f\n", x.Sortie, x.After.Seconds(), float64(x.At.Lat), float64(x.At.Lon)); err != nil {
			return err
		}
	}
	return nil
}

// lines are what the table says of it.
func (g *Gimbal) lines(words *catalogue.Catalogue) []string {
	out := []string{
		words.Text("plan.turret", catalogue.Decimal(float64(g.Turret.Farthest)/1000, 1), catalogue.Integer(len(g.Glances)), percent(g.POS), percent(g.Bound), percent(g.share())),
		"  " + words.Text("plan.turret.anywhere", percent(g.Anywhere)),
	}
	if s := &g.Sensor; s.Reach == 0 {
		out = append(out, "  "+words.Text("plan.turret.reach", catalogue.Decimal(float64(s.Height), 0), catalogue.Decimal(float64(s.Coarsest), 2), catalogue.Decimal(s.Pixel*1e6, 1)))
	}
	if g.Sensor.Orbits > 0 {
		out = append(out, "  "+words.Text("plan.turret.orbits", g.Sensor.Orbits))
	}
	return out
}

func (g *Gimbal) share() float64 {
	if g.Bound == 0 {
		return 0
	}
	return g.POS / g.Bound
}
