package server

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/designation"
	"overflight/evidence"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/survey"
	"overflight/validity"
)

func (a *api) sites(h huma.API) {
	operation(h, http.MethodPost, "/observations", "add-observation", "Put a report of an outside detector or a gas sensor on record", a.addObservation)
	operation(h, http.MethodPost, "/marks", "add-mark", "Put an analyst's mark on a frame or the map on record", a.addMark)
	get(h, "/sites", "list-sites", "Places that were reported, part by part, and the safety notices of all of them", a.listSites)
	get(h, "/sites/geojson", "map-sites", "The same as GeoJSON: each site as a point and its 95 % ellipse as a polygon", a.mapSites)
	get(h, "/sites/rates", "get-site-rates", "What chances are reckoned with: how often sensors report, by outcomes and before any", a.siteRates)
	get(h, "/sites/{id}", "get-site", "One site with what is behind it: reports and their bytes, looks, how its chances came about, outcomes, attributions", a.oneSite)
	get(h, "/sites/{id}/observations", "list-site-observations", "The reports of a site in the order of the journal, part by part", a.siteObservations)
	get(h, "/sites/{id}/looks", "list-site-looks", "Who had a site in sight, by time, part by part", a.siteLooks)
	get(h, "/sites/{id}/steps", "list-site-steps", "How the chances of a site came to be what they are, by time, part by part", a.siteSteps)
	get(h, "/sites/{id}/geojson", "map-site", "One site as GeoJSON: point, ellipse, and its reports with theirs", a.mapSite)
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

// query is what is asked of the sites.
func (a *api) query(ctx context.Context, in *sitesInput) (survey.Query, error) {
	q := survey.Query{
		Designation: designation.Key{List: designation.List(in.List), ID: in.Number, Programme: in.Programme}, Order: survey.Order(in.Order), Limit: in.Limit, After: in.After,
	}
	if in.Box != "" {
		var err error
		if q.Box, err = parseBox(in.Box); err != nil {
			return q, err
		}
	}
	for _, c := range in.Class {
		q.Classes = append(q.Classes, survey.Class(c))
	}
	for _, o := range in.Outcome {
		if o == noOutcome {
			o = ""
		}
		q.Outcomes = append(q.Outcomes, survey.Outcome(o))
	}
	var err error
	if !in.Since.IsZero() {
		q.Changed, err = a.node.SurveyedSince(ctx, in.Since)
	}
	return q, err
}

// noOutcome asks for sites of which the host has said nothing.
const noOutcome = "none"

// parseBox reads west, south, east, north. A map that goes on beyond 180° may say so.
func parseBox(s string) (*survey.Box, error) {
	const farthest = 720
	noBox := &survey.Fault{Where: "box", Got: s, Want: survey.WantBox}
	parts := strings.Split(s, ",")
	var v [4]geodesy.Angle
	if len(parts) != len(v) {
		return nil, noBox
	}
	for i, p := range parts {
		x, err := strconv.ParseFloat(p, 64)
		if err != nil || !(math.Abs(x) <= farthest) {
			return nil, noBox
		}
		v[i] = geodesy.Angle(x)
	}
	west, south, east, north := v[0], v[1], v[2], v[3]
	if !(south >= -90 && south <= north && north <= 90) {
		return nil, noBox
	}
	if east-west >= 360 {
		return &survey.Box{West: -180, South: south, East: 180, North: north}, nil
	}
	return &survey.Box{West: geodesy.NormalizeLongitude(west), South: south, East: geodesy.NormalizeLongitude(east), North: north}, nil
}

// selected are the sites that are asked for.
func (a *api) selected(ctx context.Context, in *sitesInput) (Sites, error) {
	w := words(ctx)
	out := Sites{Items: []Site{}, Safety: []SiteSafety{}}
	q, err := a.query(ctx, in)
	if err != nil {
		return out, err
	}
	err = a.node.Survey(ctx, func(x *node.Surveyed) error {
		part, err := x.Select(q)
		if err != nil {
			return err
		}
		for i := range part.Sites {
			out.Items = append(out.Items, siteOf(x, &part.Sites[i], w))
		}
		out.Next, out.Total, out.Outcomes = part.Next, part.Total, x.Rates().Outcomes
		all := x.Hazards()
		out.Hazards = len(all)
		for i := range all[:min(len(all), mostNotices)] {
			out.Safety = append(out.Safety, safetyOf(&all[i], w))
		}
		return nil
	})
	return out, err
}

// mostNotices bounds the safety notices of one answer. Every site carries its own besides.
const mostNotices = 100

func safetyOf(h *survey.HazardousSite, w *catalogue.Catalogue) SiteSafety {
	return SiteSafety{
		Site: uint32(h.ID), Lat: float64(h.Position.Lat), Lon: float64(h.Position.Lon), Ellipse: ellipseOf(h.Ellipse), Text: w.Text("site.safety", h.ID), Reports: h.Reports,
		At: stamp(h.Latest.At), Event: h.Latest.Sequence,
	}
}

func (a *api) listSites(ctx context.Context, in *sitesInput) (*body[Sites], error) {
	out, err := a.selected(ctx, in)
	if err != nil {
		return nil, err
	}
	out.LeftOut, err = a.node.LeftOut(ctx)
	if out.LeftOut > 0 {
		out.Text = words(ctx).Count("site.left-out", int(out.LeftOut))
	}
	return &body[Sites]{out}, err
}

func (a *api) mapSites(ctx context.Context, in *sitesInput) (*huma.StreamResponse, error) {
	out, err := a.selected(ctx, in)
	if err != nil {
		return nil, err
	}
	return drawn(out.Items, nil, out.Next), nil
}

func (a *api) mapSite(ctx context.Context, in *siteInput) (*huma.StreamResponse, error) {
	var out Site
	var reports []SiteReport
	err := a.behind(ctx, in.ID, func(x *node.Surveyed, s *survey.Site) error {
		out = siteOf(x, s, words(ctx))
		for i := range s.Sightings[:min(len(s.Sightings), mostDrawn)] {
			reports = append(reports, siteReport(&s.Sightings[i], x.Rates()))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := a.lead(ctx, reports); err != nil {
		return nil, err
	}
	return drawn([]Site{out}, reports, ""), nil
}

// mostDrawn bounds the reports that are drawn of one site.
const mostDrawn = 1000

// drawn sends sites as a map draws them.
func drawn(sites []Site, reports []SiteReport, next string) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "application/geo+json")
		c.SetHeader("Cache-Control", "no-store")
		_ = WriteSitesGeoJSON(c.BodyWriter(), sites, reports, next) // nobody is left to tell
	}}
}

// partOf is a part of a list by a cursor that counts, with the cursor of the next.
func partOf[T any](p Page, all []T) ([]T, string, error) {
	first, err := p.offset()
	if err != nil {
		return nil, "", err
	}
	first = min(first, len(all))
	last, next := min(first+p.Limit, len(all)), ""
	if last < len(all) {
		next = strconv.Itoa(last)
	}
	return all[first:last], next, nil
}

// behind lets f read one site with everything behind it.
func (a *api) behind(ctx context.Context, id uint32, f func(*node.Surveyed, *survey.Site) error) error {
	return a.node.Survey(ctx, func(x *node.Surveyed) error {
		s, err := x.Site(survey.SiteID(id))
		if err != nil {
			return err
		}
		return f(x, &s)
	})
}

// firstPart is what a site has of each list behind it before more is asked for.
var firstPart = Page{Limit: 100}

func (a *api) oneSite(ctx context.Context, in *siteInput) (*body[WholeSite], error) {
	w := words(ctx)
	var out WholeSite
	var site survey.Site
	err := a.behind(ctx, in.ID, func(x *node.Surveyed, s *survey.Site) (err error) {
		site = *s
		out = WholeSite{Site: siteOf(x, s, w), Asked: in.ID, History: []SiteChange{}, Said: []SiteOutcome{}, Claims: []SiteClaim{}}
		out.LooksTotal, out.StepsTotal = len(s.Seen)+len(s.Unseen), len(s.Steps)
		if out.Observations, out.ObservationsNext, err = reportsOf(x, s, firstPart); err != nil {
			return err
		}
		if out.Looks, out.LooksNext, err = looksOf(s, firstPart); err != nil {
			return err
		}
		out.Steps, out.StepsNext, err = stepsOf(s, w, firstPart)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := a.lead(ctx, out.Observations); err != nil {
		return nil, err
	}
	for _, c := range newest(site.History) {
		other := c.Other
		if other == site.ID {
			other = c.Site
		}
		out.History = append(out.History, SiteChange{
			Change: string(c.Change), Text: w.Text("sitechange."+string(c.Change), other, c.Reports), Other: uint32(other), At: stamp(c.At), Event: c.Sequence, Reports: c.Reports,
		})
	}
	said := newest(site.Outcomes)
	for i := range said {
		out.Said = append(out.Said, outcomeOf(&said[i], w))
	}
	out.Claims, err = a.claimsOf(ctx, &site, w)
	return &body[WholeSite]{out}, err
}

// mostSaid bounds what of statements by people and of changes one answer has: the newest.
const mostSaid = 1000

func newest[T any](all []T) []T { return all[max(0, len(all)-mostSaid):] }

func (a *api) siteObservations(ctx context.Context, in *sitePartInput) (*body[list[SiteReport]], error) {
	out := list[SiteReport]{}
	err := a.behind(ctx, in.ID, func(x *node.Surveyed, s *survey.Site) (err error) {
		out.Items, out.Next, err = reportsOf(x, s, in.Page)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[list[SiteReport]]{out}, a.lead(ctx, out.Items)
}

func (a *api) siteLooks(ctx context.Context, in *sitePartInput) (*body[list[SiteLook]], error) {
	out := list[SiteLook]{}
	err := a.behind(ctx, in.ID, func(_ *node.Surveyed, s *survey.Site) (err error) {
		out.Items, out.Next, err = looksOf(s, in.Page)
		return err
	})
	return &body[list[SiteLook]]{out}, err
}

func (a *api) siteSteps(ctx context.Context, in *sitePartInput) (*body[list[SiteStep]], error) {
	out := list[SiteStep]{}
	err := a.behind(ctx, in.ID, func(_ *node.Surveyed, s *survey.Site) (err error) {
		out.Items, out.Next, err = stepsOf(s, words(ctx), in.Page)
		return err
	})
	return &body[list[SiteStep]]{out}, err
}

func reportsOf(x *node.Surveyed, s *survey.Site, p Page) ([]SiteReport, string, error) {
	part, next, err := partOf(p, s.Sightings)
	out := make([]SiteReport, 0, len(part))
	for i := range part {
		out = append(out, siteReport(&part[i], x.Rates()))
	}
	return out, next, err
}

func looksOf(s *survey.Site, p Page) ([]SiteLook, string, error) {
	part, next, err := partOf(p, allLooks(s))
	out := make([]SiteLook, 0, len(part))
	for i := range part {
		l := &part[i]
		out = append(out, SiteLook{Flight: l.Flight, Sensor: l.Sensor, From: stamp(l.From), To: stamp(l.To), Best: stamp(l.Best), POD: rounded(l.POD), Saw: l.saw})
	}
	return out, next, err
}

// look is one time that a site was in sight.
type look struct {
	survey.Look
	saw bool
}

// allLooks are those that saw something and those that did not, by time.
func allLooks(s *survey.Site) []look {
	all := make([]look, 0, len(s.Seen)+len(s.Unseen))
	for _, l := range s.Seen {
		all = append(all, look{l, true})
	}
	for _, l := range s.Unseen {
		all = append(all, look{l, false})
	}
	slices.SortStableFunc(all, func(x, y look) int { return x.From.Compare(y.From) })
	return all
}

func stepsOf(s *survey.Site, w *catalogue.Catalogue, p Page) ([]SiteStep, string, error) {
	part, next, err := partOf(p, s.Steps)
	out := make([]SiteStep, 0, len(part))
	for i := range part {
		x := &part[i]
		step := SiteStep{
			At: stamp(x.At), What: string(x.Cause), Text: stepText(x, w), Flight: x.Flight, Sensor: x.Sensor, Saw: x.Cause == survey.ByReport || x.Cause == survey.ByPass, Class: string(x.Class), Report: x.Report,
			Outcome: string(x.Outcome), Laboratory: x.Laboratory, Something: x.Something, Event: x.Sequence,
		}
		if x.Cause != survey.ByOutcome {
			step.POD = number(x.POD, 4)
		}
		out = append(out, step)
	}
	return out, next, err
}

// sensorName is what a sensor reports under, or of marks what the people are who make them.
func sensorName(sensor string, w *catalogue.Catalogue) string {
	if sensor == analyst {
		return w.Text("role.analyst")
	}
	return sensor
}

// stepText says in words what moved the chances.
func stepText(x *survey.Step, w *catalogue.Catalogue) string {
	switch x.Cause {
	case survey.ByReport:
		return w.Text("sitestep.report", sensorName(x.Sensor, w), w.Text("sign."+string(x.Class)))
	case survey.ByPass:
		return w.Text("sitestep.pass", sensorName(x.Sensor, w))
	case survey.ByLook:
		return w.Text("sitestep.look", sensorName(x.Sensor, w))
	case survey.ByOutcome:
	}
	return w.Text("sitestep.outcome", x.Sensor, w.Text("found."+string(x.Outcome)))
}

// lead finds the sealed segments that hold the bytes of reports.
func (a *api) lead(ctx context.Context, all []SiteReport) error {
	find := a.node.SegmentFinder()
	for i := range all {
		r := &all[i]
		if r.Frame == nil || r.Flight == "" {
			continue
		}
		segment, err := find(ctx, r.Flight, r.Frame.Source, time.Time(*r.Time))
		if err != nil {
			return err
		}
		r.Frame.Segment = string(segment)
	}
	return nil
}

func ellipseOf(e survey.Ellipse) Ellipse {
	return Ellipse{Major: float64(e.Major), Minor: float64(e.Minor), Azimuth: float64(e.Azimuth)}
}

func siteOf(x *node.Surveyed, s *survey.Site, w *catalogue.Catalogue) Site {
	out := Site{
		ID: uint32(s.ID), Lat: float64(s.Position.Lat), Lon: float64(s.Position.Lon), Ellipse: ellipseOf(s.Ellipse), Laboratory: s.Laboratory,
		Something: s.Something, Reported: s.Reported, Classes: []SiteTally{}, From: stamp(s.From), To: stamp(s.To), Reports: s.Reports, Passes: s.Passes,
		Unseen: len(s.Unseen), Claimed: []SiteClaimed{}, Changed: stamp(x.Recorded(s.Changed)), Event: s.Changed,
	}
	for _, c := range s.Classes {
		out.Classes = append(out.Classes, SiteTally{Class: string(c.Class), Text: w.Text("sign." + string(c.Class)), Reports: c.Reports, Most: c.Most})
	}
	if s.Hazards > 0 {
		out.Safety = w.Text("site.safety", s.ID)
	}
	if o, ok := s.Outcome(); ok {
		said := outcomeOf(&o, w)
		out.Outcome = &said
	}
	against := contested(s)
	for i := range s.Attributions {
		if t := &s.Attributions[i]; t.Stance == survey.Asserts {
			out.Claimed = append(out.Claimed, SiteClaimed{Designation: t.Key, Grade: t.Grade(), Contested: len(against[t.ID]) > 0})
		}
	}
	return out
}

// contested lists by whom each attribution of a site is contested.
func contested(s *survey.Site) map[string][]string {
	out := map[string][]string{}
	for i := range s.Attributions {
		if t := &s.Attributions[i]; t.Of != "" {
			out[t.Of] = append(out[t.Of], t.ID)
		}
	}
	return out
}

func outcomeOf(o *survey.Reported, w *catalogue.Catalogue) SiteOutcome {
	return SiteOutcome{
		Outcome: string(o.Outcome), Text: w.Text("found." + string(o.Outcome)), Visited: stamp(o.Visited), Party: o.Party, Note: o.Note, By: o.By, At: stamp(o.At), Event: o.Sequence,
	}
}

func siteReport(o *survey.Sighting, r *survey.Rates) SiteReport {
	out := SiteReport{
		ID: o.ID, Class: string(o.Class), Count: o.Count, Lat: float64(o.Position.Lat), Lon: float64(o.Position.Lon), Ellipse: ellipseOf(o.Spread.Ellipse()),
		Common: o.Common, Assumed: o.Assumed, Time: stamp(o.At), Sensor: o.Sensor, Origin: string(o.Origin), Flight: o.Flight, Reading: o.Reading, Unit: o.Unit,
		Note: o.Note, Pass: o.Pass, Event: o.Sequence, Ratio: r.Ratio(o.Sensor, o.Class),
	}
	if o.Frame != (evidence.Ref{}) {
		out.Frame = &Bytes{Source: o.Frame.Source, Offset: o.Frame.Offset, Length: o.Frame.Length}
	}
	return out
}

// claimsOf say who takes a site for whose, with what was in force each time that it was in sight.
func (a *api) claimsOf(ctx context.Context, s *survey.Site, w *catalogue.Catalogue) ([]SiteClaim, error) {
	all, against := newest(s.Attributions), contested(s)
	instants := inSight(s)
	out := make([]SiteClaim, 0, len(all))
	for i := range all {
		t := &all[i]
		c := SiteClaim{
			ID: t.ID, Designation: t.Key, Stance: string(t.Stance), Of: t.Of, Contested: append([]string{}, against[t.ID]...), Who: t.Who, Source: t.Source, Grade: t.Grade(),
			GradeText: w.Text("admiralty."+t.Reliability) + "; " + w.Text("admiralty."+strconv.Itoa(int(t.Credibility))), Said: stamp(t.Said), Note: t.Note, By: t.By,
			At: stamp(t.At), Event: t.Sequence, InForce: []SiteStanding{},
		}
		var err error
		if c.InForce, err = a.standings(ctx, t.Key, instants, w); err != nil {
			return nil, err
		}
		err = a.node.Designations(ctx, func(r *designation.Register) error {
			c.Name, _ = r.NameAt(t.Key.Entity(), validity.AsOf{Valid: a.now(), Known: a.now()})
			return nil
		})
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// inSight are the instants at which a site came into sight: of every look, and of every report that no look is known of.
func inSight(s *survey.Site) []time.Time {
	var out []time.Time
	for _, l := range allLooks(s) {
		out = append(out, l.From)
	}
	last := 0
	for i := range s.Sightings {
		o := &s.Sightings[i]
		within := slices.ContainsFunc(s.Seen, func(l survey.Look) bool { return !o.At.Before(l.From) && !o.At.After(l.To) })
		if !within && o.Pass != last {
			out, last = append(out, o.At), o.Pass
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// standings say what was in force at each instant, those one after the other that have one answer taken together.
func (a *api) standings(ctx context.Context, k designation.Key, instants []time.Time, w *catalogue.Catalogue) ([]SiteStanding, error) {
	all, err := a.node.InForceAt(ctx, k, instants)
	out := []SiteStanding{}
	for i := range all {
		x := &all[i]
		then, now := x.Then.Standing.String(), x.Now.Standing.String()
		if n := len(out); n > 0 && out[n-1].Then == then && out[n-1].Now == now {
			out[n-1].To = stamp(x.At)
			out[n-1].Looks++
			continue
		}
		out = append(out, SiteStanding{From: stamp(x.At), To: stamp(x.At), Looks: 1, Then: then, Now: now, ThenText: w.Text("standing." + then), NowText: w.Text("standing." + now)})
	}
	return out, err
}
