package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/designation"
	"overflight/evidence"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/survey"
	"overflight/validity"
)

func (a *api) sites(h huma.API) {
	operation(h, http.MethodPost, "/observations", "add-observation", "Put a report of an outside detector or a gas sensor on record", a.addObservation)
	operation(h, http.MethodPost, "/marks", "add-mark", "Put an analyst's mark on a frame or the map on record", a.addMark)
	get(h, "/sites", "list-sites", "Places that were reported, by number", a.listSites)
	get(h, "/sites/{id}", "get-site", "One site with every report and look behind it", a.oneSite)
	operation(h, http.MethodPost, "/sites/{id}/outcome", "report-outcome", "Put on record what the host found at a site", a.reportOutcome)
	operation(h, http.MethodPost, "/sites/{id}/attribution", "attribute-site", "Put on record who takes a site for that of a designated organisation, or contests it", a.attributeSite)
}

// defaultRadius holds what states no ellipse 95 times in 100.
const defaultRadius = 100 * geodesy.Metre

// spreadOf is the covariance of a stated ellipse, or of the default.
func spreadOf(e *Ellipse) (spread survey.Covariance, assumed bool, err error) {
	if e == nil {
		return survey.Circle(defaultRadius), true, nil
	}
	stated := survey.Ellipse{Major: geodesy.Length(e.Major), Minor: geodesy.Length(e.Minor), Azimuth: geodesy.Angle(e.Azimuth)}
	if err := stated.Check(); err != nil {
		return survey.Covariance{}, false, err
	}
	return stated.Covariance(), false, nil
}

func refOf(b *Bytes) evidence.Ref {
	if b == nil {
		return evidence.Ref{}
	}
	return evidence.Ref{Source: b.Source, Offset: b.Offset, Length: b.Length}
}

// detectorCommon is how much reports of one pass of an outside detector have in common where it does not say.
const detectorCommon = 0.5

func (a *api) addObservation(ctx context.Context, in *observationInput) (*body[Observed], error) {
	b := &in.Body
	o := survey.Observation{
		ID: b.ID, Class: survey.Class(b.Class), Count: max(1, b.Count), Position: geodesy.Position{Lat: geodesy.Angle(b.Lat), Lon: geodesy.Angle(b.Lon)},
		Common: detectorCommon, At: b.Time.UTC(), Sensor: b.Sensor, Origin: survey.FromDetector, Flight: b.Flight, Frame: refOf(b.Frame),
		Reading: b.Reading, Unit: b.Unit, Note: b.Note,
	}
	if b.Common != nil {
		o.Common = *b.Common
	}
	return a.observe(ctx, o, b.Ellipse, byWhom(ctx, b.By))
}

// analyst is the sensor of marks: persons are not told apart by how often they are right.
const analyst = "analyst"

func (a *api) addMark(ctx context.Context, in *markInput) (*body[Observed], error) {
	b := &in.Body
	return a.observe(ctx, survey.Observation{
		ID: b.ID, Class: survey.Class(b.Class), Count: max(1, b.Count), Position: geodesy.Position{Lat: geodesy.Angle(b.Lat), Lon: geodesy.Angle(b.Lon)},
		Common: detectorCommon, At: b.Time.UTC(), Sensor: analyst, Origin: survey.FromAnalyst, Flight: b.Flight, Frame: refOf(b.Frame), Note: b.Note,
	}, b.Ellipse, byWhom(ctx, b.By))
}

func (a *api) observe(ctx context.Context, o survey.Observation, e *Ellipse, by string) (*body[Observed], error) {
	var err error
	if o.Spread, o.Assumed, err = spreadOf(e); err != nil {
		return nil, err
	}
	done, err := a.node.Observe(ctx, o, by)
	if err != nil {
		return nil, err
	}
	stated, err := statedOf(done.Stated, nil)
	if err != nil {
		return nil, err
	}
	return &body[Observed]{Observed{Stated: stated.Body, ID: done.ID, Site: uint32(done.Site), Known: done.Known}}, nil
}

func (a *api) reportOutcome(ctx context.Context, in *outcomeInput) (*body[Stated], error) {
	b := &in.Body
	return statedOf(a.node.ReportOutcome(ctx, survey.Found{
		Site: survey.SiteID(in.ID), Outcome: survey.Outcome(b.Outcome), Visited: b.Visited, Party: b.Party, Note: b.Note, By: byWhom(ctx, b.By),
	}))
}

func (a *api) attributeSite(ctx context.Context, in *attributionInput) (*body[AttributedAs], error) {
	b := &in.Body
	stance := survey.Stance(b.Stance)
	if stance == "" {
		stance = survey.Asserts
	}
	id, s, err := a.node.AttributeSite(ctx, survey.Attribution{
		ID: b.ID, Site: survey.SiteID(in.ID), Key: b.Designation, Stance: stance, Of: b.Of, Who: b.Who, Source: b.Source, Reliability: b.Reliability,
		Credibility: b.Credibility, Said: b.Said, Note: b.Note, By: byWhom(ctx, b.By),
	})
	stated, err := statedOf(s, err)
	if err != nil {
		return nil, err
	}
	return &body[AttributedAs]{AttributedAs{Stated: stated.Body, ID: id}}, nil
}

func (a *api) listSites(ctx context.Context, _ *struct{}) (*body[Sites], error) {
	w := words(ctx)
	out := Sites{Items: []Site{}}
	err := a.node.Survey(ctx, func(x *survey.Assessment) error {
		for _, s := range x.Sites() {
			out.Items = append(out.Items, siteOf(&s, w))
		}
		out.Outcomes = x.Rates().Outcomes
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.LeftOut, err = a.node.LeftOut(ctx)
	if out.LeftOut > 0 {
		out.Text = w.Count("site.left-out", int(out.LeftOut))
	}
	return &body[Sites]{out}, err
}

func (a *api) oneSite(ctx context.Context, in *siteInput) (*body[WholeSite], error) {
	var s survey.Site
	ratios := map[[2]string]float64{}
	err := a.node.Survey(ctx, func(x *survey.Assessment) (err error) {
		if s, err = x.Site(survey.SiteID(in.ID)); err != nil {
			return err
		}
		for i := range s.Sightings {
			o := &s.Sightings[i]
			ratios[[2]string{o.Sensor, string(o.Class)}] = x.Rates().Ratio(o.Sensor, o.Class)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	w := words(ctx)
	out := WholeSite{
		Site: siteOf(&s, w), Asked: in.ID, Observations: []SiteReport{}, Looks: []SiteLook{}, Steps: []SiteStep{}, History: []SiteChange{}, Said: []SiteOutcome{}, Claims: []SiteClaim{},
	}
	for i := range s.Sightings {
		r, err := a.siteReport(ctx, &s.Sightings[i])
		if err != nil {
			return nil, err
		}
		r.Ratio = ratios[[2]string{r.Sensor, r.Class}]
		out.Observations = append(out.Observations, r)
	}
	for _, all := range []struct {
		looks []survey.Look
		saw   bool
	}{{s.Seen, true}, {s.Unseen, false}} {
		for _, l := range all.looks {
			out.Looks = append(out.Looks, SiteLook{Flight: l.Flight, Sensor: l.Sensor, From: stamp(l.From), To: stamp(l.To), POD: l.POD, Saw: all.saw})
		}
	}
	slices.SortStableFunc(out.Looks, func(x, y SiteLook) int { return time.Time(*x.From).Compare(time.Time(*y.From)) })
	for _, p := range s.Steps {
		out.Steps = append(out.Steps, SiteStep{At: stamp(p.At), Sensor: p.Sensor, Saw: p.Saw, Laboratory: p.Laboratory})
	}
	for _, c := range s.History {
		other := c.Other
		if other == s.ID {
			other = c.Site
		}
		out.History = append(out.History, SiteChange{
			Change: string(c.Change), Text: w.Text("sitechange."+string(c.Change), other, c.Reports), Other: uint32(other), At: stamp(c.At), Event: c.Sequence, Reports: c.Reports,
		})
	}
	for i := range s.Outcomes {
		out.Said = append(out.Said, outcomeOf(&s.Outcomes[i], w))
	}
	for i := range s.Attributions {
		c, err := a.claimOf(ctx, &s, &s.Attributions[i], w)
		if err != nil {
			return nil, err
		}
		out.Claims = append(out.Claims, c)
	}
	return &body[WholeSite]{out}, nil
}

func ellipseOf(e survey.Ellipse) Ellipse {
	return Ellipse{Major: float64(e.Major), Minor: float64(e.Minor), Azimuth: float64(e.Azimuth)}
}

func siteOf(s *survey.Site, w *catalogue.Catalogue) Site {
	out := Site{
		ID: uint32(s.ID), Lat: float64(s.Position.Lat), Lon: float64(s.Position.Lon), Ellipse: ellipseOf(s.Ellipse), Laboratory: s.Laboratory,
		Something: s.Something, Reported: s.Reported, Classes: []SiteTally{}, From: stamp(s.From), To: stamp(s.To), Reports: len(s.Sightings), Passes: s.Passes,
		Unseen: len(s.Unseen), Claimed: []string{},
	}
	for _, c := range s.Classes {
		out.Classes = append(out.Classes, SiteTally{Class: string(c.Class), Text: w.Text("sign." + string(c.Class)), Reports: c.Reports, Most: c.Most})
	}
	if s.Hazard {
		out.Safety = w.Text("site.safety", s.ID)
	}
	if o, ok := s.Outcome(); ok {
		said := outcomeOf(&o, w)
		out.Outcome = &said
	}
	for i := range s.Attributions {
		if t := &s.Attributions[i]; t.Stance == survey.Asserts {
			out.Claimed = append(out.Claimed, t.Key.String()+" "+t.Grade())
		}
	}
	return out
}

func outcomeOf(o *survey.Reported, w *catalogue.Catalogue) SiteOutcome {
	return SiteOutcome{
		Outcome: string(o.Outcome), Text: w.Text("found." + string(o.Outcome)), Visited: stamp(o.Visited), Party: o.Party, Note: o.Note, By: o.By, At: stamp(o.At), Event: o.Sequence,
	}
}

func (a *api) siteReport(ctx context.Context, o *survey.Sighting) (SiteReport, error) {
	out := SiteReport{
		ID: o.ID, Class: string(o.Class), Count: o.Count, Lat: float64(o.Position.Lat), Lon: float64(o.Position.Lon), Ellipse: ellipseOf(o.Spread.Ellipse()),
		Common: o.Common, Assumed: o.Assumed, Time: stamp(o.At), Sensor: o.Sensor, Origin: string(o.Origin), Flight: o.Flight, Reading: o.Reading, Unit: o.Unit,
		Note: o.Note, Pass: o.Pass, Event: o.Sequence,
	}
	if o.Frame == (evidence.Ref{}) {
		return out, nil
	}
	out.Frame = &Bytes{Source: o.Frame.Source, Offset: o.Frame.Offset, Length: o.Frame.Length}
	if o.Flight == "" {
		return out, nil
	}
	segment, err := a.node.SegmentAt(ctx, o.Flight, o.Frame.Source, o.At)
	out.Frame.Segment = string(segment)
	return out, err
}

// claimOf says who takes a site for whose, with what was in force each time that it was in sight.
func (a *api) claimOf(ctx context.Context, s *survey.Site, t *survey.Attributed, w *catalogue.Catalogue) (SiteClaim, error) {
	out := SiteClaim{
		ID: t.ID, Designation: t.Key, Stance: string(t.Stance), Of: t.Of, Who: t.Who, Source: t.Source, Grade: t.Grade(), Said: stamp(t.Said), Note: t.Note,
		By: t.By, At: stamp(t.At), Event: t.Sequence, InForce: []SiteStanding{},
	}
	var instants []time.Time
	for _, p := range s.Steps {
		instants = append(instants, p.At)
	}
	all, err := a.node.InForceAt(ctx, t.Key, instants)
	if err != nil {
		return out, err
	}
	for i := range all {
		x := &all[i]
		out.InForce = append(out.InForce, SiteStanding{
			At: stamp(x.At), Then: x.Then.Standing.String(), Now: x.Now.Standing.String(),
			ThenText: w.Text("standing." + x.Then.Standing.String()), NowText: w.Text("standing." + x.Now.Standing.String()),
		})
	}
	err = a.node.Designations(ctx, func(r *designation.Register) error {
		out.Name, _ = r.NameAt(t.Key.Entity(), validity.AsOf{Valid: a.now(), Known: a.now()})
		return nil
	})
	return out, err
}
