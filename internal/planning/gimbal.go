package planning

import (
	"fmt"
	"io"
	"time"

	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/search"
)

// Gimbal is where a turret looks along the routes of a plan, planned apart from them.
type Gimbal struct {
	Turret  search.Turret
	POS     float64
	Bound   float64 // of any way to look along these routes
	Glances []Glimpse
}

// Glimpse is one look at a cell, so long after its sortie began.
type Glimpse struct {
	Sortie int // from 1
	After  time.Duration
	At     geodesy.Position // middle of the cell
}

// Gimbal plans a turret along the routes of a plan. Its area rate is that of the strip: sweep width times speed. Ground
// may be looked at where the aircraft may not be.
func (p *Plan) Gimbal(reach geodesy.Length, field geodesy.Angle) (*Gimbal, error) {
	if !(reach > 0 && reach <= 200*geodesy.Kilometre) {
		return nil, fault(CodeRange, "--reach", fmt.Sprintf("%g", float64(reach)/1000), "0..200")
	}
	if !(field > 0 && field <= 180) {
		return nil, fault(CodeRange, "--field", fmt.Sprintf("%g", float64(field)), "0..180")
	}
	g := &Gimbal{Turret: search.Turret{Rate: float64(p.Request.Sweep) * float64(p.Speed), Farthest: reach, Field: field}}
	task := p.wings[0].task
	effort := search.Effort(0)
	for k, s := range p.Sorties {
		turret := g.Turret
		turret.Rate = float64(p.Request.Sweep) * float64(s.Speed)
		plan, err := turret.Schedule(&task, s.Legs, p.wings[s.Wing].airspeed, nil)
		if err != nil {
			return nil, err
		}
		g.POS, g.Bound = g.POS+plan.POS, plan.Bound
		pod := make([]float64, task.Prior.Cells())
		for _, x := range plan.Glances {
			c := x.Row*task.Prior.Columns + x.Column
			pod[c] = 1 - (1-pod[c])*(1-p.Request.Detection)
			g.Glances = append(g.Glances, Glimpse{Sortie: k + 1, After: x.After, At: p.Position(task.Prior.Centre(x.Column, x.Row))})
		}
		task.Prior = task.Prior.Left(pod)
		effort += search.Effort(turret.Rate * s.Duration.Seconds())
	}
	if len(p.Sorties) > 1 { // all looks of all sorties, wherever they reach
		g.Bound = p.wings[0].task.Prior.Looks(effort, p.wings[0].task.Detection)
	}
	return g, nil
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

// line is what the table says of it.
func (g *Gimbal) line(words *catalogue.Catalogue) string {
	return words.Text("plan.turret", catalogue.Decimal(float64(g.Turret.Farthest)/1000, 1), catalogue.Integer(len(g.Glances)), percent(g.POS), percent(g.Bound), percent(g.share()))
}

func (g *Gimbal) share() float64 {
	if g.Bound == 0 {
		return 0
	}
	return g.POS / g.Bound
}
