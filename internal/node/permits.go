package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/validity"
)

// PermitsRequest asks what states permit a sortie that is yet to be routed.
type PermitsRequest struct {
	// Plan is whose aircraft, operator and sensors are asked about; nil takes the plan on record of Sortie, which may be the
	// number of a flight too.
	Plan     *authority.Plan
	Sortie   string
	From, To time.Time // zero: those of the plan
	Known    time.Time // zero is now
	Altitude geodesy.Altitude
	States   []airspace.State
	Prefer   func(airspace.State, *authority.Area) float64
}

// Permitted is what states permit, and for whom and by which rule set that was asked.
type Permitted struct {
	Plan     authority.Plan
	Filed    evidence.Digest // of the plan on record; zero of one that is only asked about
	From, To time.Time
	Known    time.Time
	RuleSet  string
	Rules    evidence.Digest
	Permits  []authority.Permit
}

// Permits tells what states permit a sortie in a period. authority.ErrNoSuch where there is no such plan, ErrNoRules where no
// rule set is in force to ask by.
func (n *Node) Permits(ctx context.Context, q PermitsRequest) (*Permitted, error) {
	now := n.now()
	out := &Permitted{From: q.From, To: q.To, Known: now}
	if !q.Known.IsZero() && q.Known.Before(now) {
		out.Known = q.Known
	}
	flight, isFlight := journal.Sortie{}, false
	var whole sqlite.Whole
	if q.Plan == nil {
		var err error
		if flight, err = journal.ParseSortie(q.Sortie); err == nil {
			isFlight = true
			if err := n.Caught(ctx); err != nil {
				return nil, err
			}
			if whole, err = n.Models().Flight(ctx, flight); err != nil {
				return nil, err
			}
		}
	}
	return out, n.Authority(ctx, func(r *authority.Register) error {
		switch {
		case q.Plan != nil:
			out.Plan = *q.Plan
		case isFlight:
			from, to := whole.From, whole.To
			if from.IsZero() {
				from, to = now, now
			}
			e, ok := r.PlanOf(flight.String(), whole.Registration, from, to, out.Known)
			if !ok {
				return fmt.Errorf("%w: plan of flight %s", authority.ErrNoSuch, flight)
			}
			out.Plan, out.Filed = e.Act.Plan, e.Recorded.Digest
		default:
			e, ok := r.Plan(q.Sortie, out.Known)
			if !ok {
				return fmt.Errorf("%w: plan %s", authority.ErrNoSuch, q.Sortie)
			}
			out.Plan, out.Filed = e.Act.Plan, e.Recorded.Digest
		}
		if out.From.IsZero() {
			out.From = out.Plan.From()
		}
		if out.To.IsZero() {
			out.To = out.From.Add(out.Plan.To().Sub(out.Plan.From()))
		}
		rules, ok := r.RuleSetOf(out.Plan.Operator, out.From, out.Known)
		if !ok {
			return fmt.Errorf("%w: party %s", ErrNoRules, out.Plan.Operator)
		}
		out.RuleSet, out.Rules = rules.Act.ID, rules.Recorded.Digest
		out.Permits = r.Permits(&authority.PermitQuestion{
			Plan: &out.Plan, From: out.From, To: out.To, Known: out.Known, RuleSet: &rules.Act, Altitude: q.Altitude, States: q.States, Prefer: q.Prefer,
		})
		return nil
	})
}

// Whereabouts is where an aircraft was last known to be on a flight, and where it was going.
type Whereabouts struct {
	At       time.Time
	Position geodesy.Position
	Course   geodesy.Angle // true
	Altitude geodesy.Altitude
	TookOff  time.Time // the earliest instant of the record: it may have been in the air before
	Open     bool      // the flight goes on
	Live     bool      // of the stream, not sealed yet
}

// ErrNowhere is a flight of which no position is on record until the instant that is asked about.
var ErrNowhere = errors.New("no position of the flight is on record")

// For how long before a fix counts by which the course is told, and how far off it lies.
const (
	courseWithin = 10 * time.Minute
	courseLeast  = geodesy.Length(100)
)

// Whereabouts tells where a flight is by the newest there is: a live frame, else the last fix that is sealed. Of an earlier instant it
// tells by the last fix until then; zero asks about none.
func (n *Node) Whereabouts(ctx context.Context, sortie journal.Sortie, until time.Time) (Whereabouts, error) {
	var out Whereabouts
	if err := n.Caught(ctx); err != nil {
		return out, err
	}
	whole, err := n.Models().Flight(ctx, sortie)
	if err != nil {
		return out, err
	}
	out.Open = whole.State == sqlite.Opened
	source := ""
	for i := range whole.Paths {
		p := &whole.Paths[i]
		if !p.From.IsZero() && (out.TookOff.IsZero() || p.From.Before(out.TookOff)) {
			out.TookOff = p.From
		}
		last := p.Last.Fixes
		if !until.IsZero() && slices.ContainsFunc(last, func(f flight.Fix) bool { return f.Time.After(until) }) {
			if last, err = n.lastBy(ctx, sortie, p.Source, until); err != nil {
				return out, err
			}
		}
		for _, f := range last {
			if f.Time.After(out.At) {
				out.At, out.Position, out.Altitude, source = f.Time, f.Position, f.Altitude, p.Source
			}
		}
	}
	heading := false
	for _, f := range n.Newest() {
		if f.Flight != sortie.String() || f.Position == nil || !f.Time.After(out.At) || !until.IsZero() && f.Time.After(until) {
			continue
		}
		out.At, out.Position, out.Live = f.Time, geodesy.Position{Lon: geodesy.Angle(f.Position[0]), Lat: geodesy.Angle(f.Position[1])}, true
		if out.TookOff.IsZero() {
			out.TookOff = f.Time
		}
		if heading = f.Heading != nil; heading {
			out.Course = geodesy.NormalizeAzimuth(geodesy.Angle(*f.Heading))
		}
	}
	if out.At.IsZero() {
		return out, fmt.Errorf("%w: %s", ErrNowhere, sortie)
	}
	if heading {
		return out, nil
	}
	return out, n.course(ctx, &out, sortie, source)
}

// lastBy is the last fix of a path until an instant; none where it begins later.
func (n *Node) lastBy(ctx context.Context, sortie journal.Sortie, source string, until time.Time) ([]flight.Fix, error) {
	var last []flight.Fix
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		all, next, err := n.Models().Fixes(ctx, sortie, source, page)
		if err != nil {
			return nil, err
		}
		for i := range all {
			f := &all[i].Fix
			if !f.Time.IsZero() && !f.Time.After(until) && (last == nil || f.Time.After(last[0].Time)) {
				last = []flight.Fix{*f}
			}
		}
		if page.After = next; next == "" {
			return last, nil
		}
	}
}

// course is the direction from the latest fix that lies far enough off to where the aircraft is; north where none does.
func (n *Node) course(ctx context.Context, w *Whereabouts, sortie journal.Sortie, source string) error {
	const around = 1 // degree: more than any aircraft comes in that time, but near the poles
	p := w.Position
	box := sqlite.Box{South: max(-90, p.Lat-around), North: min(90, p.Lat+around), West: geodesy.NormalizeLongitude(p.Lon - 2*around), East: geodesy.NormalizeLongitude(p.Lon + 2*around)}
	page := sqlite.Page{Limit: sqlite.MostInPage}
	best := time.Time{}
	for {
		all, next, err := n.Models().FixesIn(ctx, box, validity.Period{From: w.At.Add(-courseWithin), To: w.At}, page)
		if err != nil {
			return err
		}
		for i := range all {
			f := &all[i]
			if f.Flight != sortie || source != "" && f.Source != source || !f.Fix.Time.After(best) || !f.Fix.Time.Before(w.At) {
				continue
			}
			if d, azimuth, _ := geodesy.Inverse(f.Fix.Position, p); d >= courseLeast {
				best, w.Course = f.Fix.Time, geodesy.NormalizeAzimuth(azimuth)
			}
		}
		if page.After = next; next == "" {
			return nil
		}
	}
}
