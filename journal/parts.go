package journal

import (
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/designation"
	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/sensor"
	"overflight/survey"
	"overflight/validity"
)

// The parts of events: each writes or reads one structure of the domain, its fields in the order of declaration.

func sortie(c *coder, s *Sortie) {
	if c.absent(s.IsZero()) {
		return
	}
	if c.writing && !s.valid() {
		c.fail(ErrSortie)
		return
	}
	c.array(3)
	text(c, &s.Operator)
	signed(c, &s.Year)
	unsigned(c, &s.Number)
	if c.err == nil && !s.valid() {
		c.fail(ErrSortie)
	}
}

func day(c *coder, d *Day) {
	if c.writing && !d.valid() {
		c.fail(errRange)
		return
	}
	c.array(3)
	signed(c, &d.Year)
	signed(c, &d.Month)
	signed(c, &d.Day)
	if c.err == nil && !d.valid() {
		c.fail(errRange)
	}
}

// valid reports whether the calendar has the day.
func (d Day) valid() bool {
	y, m, day := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Date()
	return y == d.Year && m == d.Month && day == d.Day && y >= 1 && y <= 9999
}

func aircraft(c *coder, a *flight.Aircraft) {
	c.array(5)
	text(c, &a.Address)
	text(c, &a.Registration)
	text(c, &a.Callsign)
	text(c, &a.Type)
	text(c, &a.Mission)
}

func ref(c *coder, r *evidence.Ref) {
	c.array(3)
	text(c, &r.Source)
	signed(c, &r.Offset)
	signed(c, &r.Length)
}

func position(c *coder, p *geodesy.Position) {
	c.array(2)
	float(c, &p.Lat)
	float(c, &p.Lon)
}

func altitude(c *coder, a *geodesy.Altitude) {
	c.array(2)
	float(c, &a.Value)
	unsigned(c, &a.Datum)
}

func fix(c *coder, f *flight.Fix) {
	c.array(8)
	c.instant(&f.Time)
	position(c, &f.Position)
	altitude(c, &f.Altitude)
	float(c, &f.GroundSpeed)
	float(c, &f.Radius)
	c.boolean(&f.OnGround)
	c.boolean(&f.NewLeg)
	ref(c, &f.Ref)
}

func look(c *coder, l *Look) {
	c.array(3)
	optional(c, &l.Sensor, position)
	optional(c, &l.Altitude, altitude)
	footprint(c, &l.Footprint)
}

// Band and picture came later: a footprint of which neither is known is written as it was before there were any, in eleven items.
const (
	footprintItems = 11
	withBand       = 14
)

func footprint(c *coder, f *sensor.Footprint) {
	n := footprintItems
	if f.Band != sensor.UnknownBand || f.Picture != (sensor.Picture{}) {
		n = withBand
	}
	n = c.either(footprintItems, withBand, n)
	c.instant(&f.Time)
	ref(c, &f.Ref)
	unsigned(c, &f.Method)
	unsigned(c, &f.Reason)
	unsigned(c, &f.Field)
	c.array(len(f.Corners))
	for i := range f.Corners {
		position(c, &f.Corners[i])
	}
	optional(c, &f.Centre, position)
	optional(c, &f.SlantRange, float[geodesy.Length])
	float(c, &f.Uncertainty)
	unsigned(c, &f.Datum)
	c.boolean(&f.Converted)
	if n != withBand {
		return
	}
	unsigned(c, &f.Band)
	unsigned(c, &f.Picture.Columns)
	unsigned(c, &f.Picture.Rows)
	if c.err == nil && f.Band == sensor.UnknownBand && f.Picture == (sensor.Picture{}) {
		c.fail(errCanonical)
	}
}

func defect(c *coder, d *evidence.Defect) {
	c.array(5)
	text(c, &d.Code)
	signed(c, &d.Offset)
	text(c, &d.Item)
	text(c, &d.Got)
	text(c, &d.Want)
}

func withheld(c *coder, w *Withheld) {
	c.array(3)
	unsigned(c, &w.Packets)
	unsigned(c, &w.Bytes)
	signed(c, &w.Duration)
}

func counts(c *coder, s *SegmentCounts) {
	c.array(4)
	unsigned(c, &s.Fixes)
	unsigned(c, &s.Frames)
	unsigned(c, &s.Footprints)
	unsigned(c, &s.Defects)
}

func media(c *coder, m *MediaDigest) {
	c.array(4)
	unsigned(c, &m.PID)
	text(c, &m.Kind)
	unsigned(c, &m.Bytes)
	c.digest(&m.Digest)
}

func signature(c *coder, s *Signature) {
	c.array(2)
	text(c, &s.Name)
	text(c, &s.Line)
}

func interval(c *coder, i *airspace.Interval) {
	c.array(2)
	c.instant(&i.Earliest)
	c.instant(&i.Latest)
}

func sample(c *coder, s *airspace.Sample) {
	c.array(4)
	signed(c, &s.Index)
	c.instant(&s.Time)
	position(c, &s.Position)
	ref(c, &s.Ref)
}

func state(c *coder, s *airspace.State) { text(c, s) }

func nearest(c *coder, n *airspace.Nearest) {
	c.array(4)
	float(c, &n.Distance)
	position(c, &n.Point)
	float(c, &n.Uncertainty)
	state(c, &n.Neighbour)
}

func depth(c *coder, d *airspace.Depth) {
	c.array(3)
	c.boolean(&d.Known)
	nearest(c, &d.Nearest)
	sample(c, &d.Fix)
}

func altitudes(c *coder, a *airspace.Altitudes) {
	c.array(7)
	c.boolean(&a.Known)
	float(c, &a.Min)
	float(c, &a.Max)
	unsigned(c, &a.Datum)
	signed(c, &a.Fixes)
	signed(c, &a.Others)
	signed(c, &a.Absent)
}

func silence(c *coder, s *airspace.Silence) {
	c.array(2)
	c.boolean(&s.Known)
	signed(c, &s.Duration)
}

func line(c *coder, s *airspace.Source) {
	c.array(4)
	text(c, &s.Name)
	text(c, &s.Version)
	text(c, &s.Licence)
	c.digest(&s.Digest)
}

func period(c *coder, p *validity.Period) {
	c.array(2)
	c.instant(&p.From)
	c.instant(&p.To)
}

func boundary(c *coder, b *airspace.Boundary) {
	c.array(3)
	line(c, &b.Source)
	period(c, &b.Valid)
	float(c, &b.Uncertainty)
}

func view(c *coder, v *airspace.View) {
	c.array(6)
	boundary(c, &v.Boundary)
	signed(c, &v.Runs)
	signed(c, &v.Fixes)
	depth(c, &v.FromLimit)
	interval(c, &v.Entered)
	interval(c, &v.Left)
}

func reason(c *coder, r *airspace.Reason) {
	c.array(4)
	text(c, &r.Code)
	text(c, &r.Line)
	text(c, &r.Got)
	text(c, &r.Want)
}

func entry(c *coder, e *airspace.Entry) {
	c.array(20)
	state(c, &e.State)
	unsigned(c, &e.Verdict)
	list(c, &e.Reasons, reason)
	boundary(c, &e.Boundary)
	interval(c, &e.Entered)
	interval(c, &e.Left)
	sample(c, &e.First)
	sample(c, &e.Last)
	signed(c, &e.Fixes)
	signed(c, &e.Dwell)
	depth(c, &e.FromLimit)
	depth(c, &e.FromLandBorder)
	float(c, &e.DepthPossible)
	altitudes(c, &e.Altitude)
	silence(c, &e.GapBefore)
	silence(c, &e.GapInside)
	silence(c, &e.GapAfter)
	list(c, &e.PossibleExits, interval)
	list(c, &e.Others, state)
	list(c, &e.Views, view)
}

func gap(c *coder, g *airspace.Gap) {
	c.array(6)
	sample(c, &g.From)
	sample(c, &g.To)
	signed(c, &g.Duration)
	float(c, &g.Distance)
	unsigned(c, &g.Kind)
	list(c, &g.Reachable, state)
}

func summary(c *coder, l *account.Look) {
	c.array(8)
	state(c, &l.State)
	unsigned(c, &l.From)
	boundary(c, &l.Boundary)
	list(c, &l.Intervals, looking)
	signed(c, &l.Frames)
	float(c, &l.AreaKm2)
	deepest(c, &l.Deepest)
	c.boolean(&l.Resolved)
}

func looking(c *coder, i *account.Interval) {
	c.array(3)
	c.instant(&i.From)
	c.instant(&i.To)
	signed(c, &i.Frames)
}

func deepest(c *coder, d *account.Deepest) {
	c.array(6)
	c.boolean(&d.Known)
	position(c, &d.Point)
	nearest(c, &d.Nearest)
	c.instant(&d.Time)
	ref(c, &d.Ref)
	float(c, &d.Uncertainty)
}

func observation(c *coder, o *survey.Observation) {
	c.array(15)
	text(c, &o.ID)
	text(c, &o.Class)
	unsigned(c, &o.Count)
	position(c, &o.Position)
	covariance(c, &o.Spread)
	float(c, &o.Common)
	c.boolean(&o.Assumed)
	c.instant(&o.At)
	text(c, &o.Sensor)
	text(c, &o.Origin)
	text(c, &o.Flight)
	ref(c, &o.Frame)
	float(c, &o.Reading)
	text(c, &o.Unit)
	text(c, &o.Note)
}

func covariance(c *coder, v *survey.Covariance) {
	c.array(3)
	float(c, &v.EE)
	float(c, &v.EN)
	float(c, &v.NN)
}

func found(c *coder, f *survey.Found) {
	c.array(8)
	unsigned(c, &f.Site)
	text(c, &f.Founder)
	text(c, &f.Outcome)
	c.instant(&f.Visited)
	text(c, &f.Party)
	text(c, &f.Note)
	text(c, &f.By)
	c.instant(&f.At)
}

func attribution(c *coder, a *survey.Attribution) {
	c.array(14)
	text(c, &a.ID)
	unsigned(c, &a.Site)
	text(c, &a.Founder)
	key(c, &a.Key)
	text(c, &a.Stance)
	text(c, &a.Of)
	text(c, &a.Who)
	text(c, &a.Source)
	text(c, &a.Reliability)
	unsigned(c, &a.Credibility)
	c.instant(&a.Said)
	text(c, &a.Note)
	text(c, &a.By)
	c.instant(&a.At)
}

func key(c *coder, k *designation.Key) {
	c.array(3)
	text(c, &k.List)
	text(c, &k.ID)
	text(c, &k.Programme)
}
