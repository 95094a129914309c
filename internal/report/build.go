package report

import (
	"cmp"
	"math"
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
	"overflight/internal/atlas"
	"overflight/internal/catalogue"
)

// Extra is what a source has to say beside the account of it.
type Extra struct {
	Bytes       int64
	Packets     int
	Quarantined int
	TimeScale   string
	Counts      map[evidence.Code]int
}

// Build puts an account in the form that is reported. Extras and drawings belong to the sources and
// the paths of the account, in their order; either may be shorter.
func Build(a *account.Account, extras []Extra, drawings []Drawing) *Account {
	out := &Account{Sources: []Source{}, Paths: []Path{}, Attribution: []string{atlas.Attribution}}
	for i := range a.Sources {
		s := &a.Sources[i]
		src := Source{
			File: s.File, Kind: s.Kind, SHA256: s.Digest.String(), Fixes: s.Fixes, Frames: s.Frames,
			Defects: DefectsOf(s.Defects), DefectsByCode: map[string]int{},
		}
		for _, d := range s.Defects {
			src.DefectsByCode[string(d.Code)]++
		}
		if i < len(extras) {
			x := &extras[i]
			src.Bytes, src.Packets, src.Quarantined, src.TimeScale = x.Bytes, x.Packets, x.Quarantined, x.TimeScale
			for c, n := range x.Counts {
				src.DefectsByCode[string(c)] = n
			}
		}
		for c := range src.DefectsByCode {
			out.Incomplete = out.Incomplete || Loses(evidence.Code(c))
		}
		out.Sources = append(out.Sources, src)
	}
	for i := range a.Paths {
		p := pathOf(&a.Paths[i])
		for _, d := range p.Findings {
			out.Incomplete = out.Incomplete || Loses(evidence.Code(d.Code))
		}
		if i < len(drawings) {
			p.drawing = drawings[i]
		}
		out.Paths = append(out.Paths, p)
	}
	return out
}

func pathOf(path *account.Path) Path {
	words := catalogue.Open(catalogue.English)
	a, r, f := path.Aircraft, &path.Airspace, &path.Frames
	p := Path{
		Aircraft: cmp.Or(a.Address, a.Registration, a.Callsign, a.Mission),
		Details:  Aircraft{Address: a.Address, Registration: a.Registration, Callsign: a.Callsign, Type: a.Type, Mission: a.Mission},
		File:     path.Source, From: instant(path.From), To: instant(path.To), Fixes: r.Fixes,
		FixesByState: map[string]int{}, Unjudged: r.Unjudged,
		Entries: []Entry{}, LookedInto: []LookedInto{}, Gaps: []Gap{}, Findings: DefectsOf(path.Findings), Boundaries: []Boundary{},
		Looks: Looks{
			Frames: f.Total, Footprints: f.Looked, Quarantined: f.Quarantined, Unplaced: f.Unplaced, Untimed: f.Untimed,
			Unjudged: f.Unjudged, NoFootprint: map[string]int{},
		},
		Assumed: Assumed{
			MaxSpeed: round(float64(r.Ceiling.Speed), 3), MaxSpeedBasis: r.Ceiling.Basis.String(),
			GapThreshold: r.Gap.Seconds(), Resolution: r.Resolution.Seconds(),
		},
	}
	for reason, n := range f.Nowhere {
		p.Looks.NoFootprint[reason.String()] = n
	}
	for i := range path.LookedInto {
		p.LookedInto = append(p.LookedInto, lookOf(&path.LookedInto[i]))
	}
	for s, n := range r.FixesByState {
		p.FixesByState[string(s)] = n
	}
	for i := range r.Entries {
		p.Entries = append(p.Entries, entryOf(&r.Entries[i], words))
	}
	for i := range r.Gaps {
		p.Gaps = append(p.Gaps, gapOf(&r.Gaps[i]))
	}
	for _, b := range r.Boundaries {
		p.Boundaries = append(p.Boundaries, boundaryOf(b))
	}
	return p
}

func gapOf(g *airspace.Gap) Gap {
	return Gap{
		From: Instant(g.From.Time), To: Instant(g.To.Time), Duration: round(g.Duration.Seconds(), 6), Distance: metres(g.Distance),
		Kind: g.Kind.String(), Reachable: codes(g.Reachable), begin: g.From.Position, end: g.To.Position,
	}
}

func lookOf(l *account.Look) LookedInto {
	out := LookedInto{
		State: string(l.State), From: l.From.String(), Intervals: []Span{}, Area: round(l.AreaKm2, 6), Frames: l.Frames,
		Uncertainty: metres(l.Deepest.Uncertainty), Resolved: l.Resolved, Boundary: boundaryOf(l.Boundary),
	}
	for _, i := range l.Intervals {
		out.Intervals = append(out.Intervals, Span{From: Instant(i.From), To: Instant(i.To)})
	}
	if d := &l.Deepest; d.Known {
		m := metres(d.Nearest.Distance)
		out.Deepest = &m
		out.DeepestAt = &Sample{Time: Instant(d.Time), Place: *placeOf(d.Point), Offset: d.Ref.Offset, Length: d.Ref.Length}
	}
	return out
}

func entryOf(e *airspace.Entry, words *catalogue.Catalogue) Entry {
	out := Entry{
		State: string(e.State), Entered: intervalOf(e.Entered), Left: intervalOf(e.Left),
		Depth: Depth{FromLimit: depthOf(e.FromLimit), FromLandBorder: depthOf(e.FromLandBorder)},
		Dwell: round(e.Dwell.Seconds(), 6), Altitude: Altitude{Datum: e.Altitude.Datum.String()},
		Gap:     Silences{Before: silence(e.GapBefore), Inside: silence(e.GapInside), After: silence(e.GapAfter)},
		Verdict: e.Verdict.String(), Boundary: boundaryOf(e.Boundary),
		Fixes: e.Fixes, First: sampleOf(e.First), Last: sampleOf(e.Last), DepthPossible: metres(e.DepthPossible),
		PossibleExits: []Interval{}, Claimants: codes(e.Others), Reasons: []Reason{}, Views: []View{},
	}
	if e.Altitude.Known {
		lo, hi := metres(e.Altitude.Min), metres(e.Altitude.Max)
		out.Altitude.Min, out.Altitude.Max = &lo, &hi
	} else {
		out.Altitude.Datum = geodesy.UnknownDatum.String()
	}
	if e.FromLimit.Known && e.Fixes > 0 {
		s := sampleOf(e.FromLimit.Fix)
		out.Deepest, out.NearestLimit = &s, placeOf(e.FromLimit.Nearest.Point)
	}
	if e.FromLandBorder.Known && e.Fixes > 0 {
		out.NearestLand = placeOf(e.FromLandBorder.Nearest.Point)
	}
	for _, x := range e.PossibleExits {
		out.PossibleExits = append(out.PossibleExits, intervalOf(x))
	}
	for _, r := range e.Reasons {
		out.Reasons = append(out.Reasons, Reason{Code: string(r.Code), Line: r.Line, Text: words.Text("defect." + string(r.Code)), Got: r.Got, Want: r.Want})
	}
	for _, v := range e.Views {
		out.Views = append(out.Views, View{
			Boundary: boundaryOf(v.Boundary), Runs: v.Runs, Fixes: v.Fixes, FromLimit: depthOf(v.FromLimit),
			Entered: intervalOf(v.Entered), Left: intervalOf(v.Left),
		})
	}
	return out
}

// DefectsOf puts findings in the form of the contract.
func DefectsOf(ds []evidence.Defect) []Defect {
	out := make([]Defect, 0, len(ds))
	for _, d := range ds {
		out = append(out, defectOf(d))
	}
	return out
}

func defectOf(d evidence.Defect) Defect {
	x := Defect{Offset: d.Offset, Reason: catalogue.Open(catalogue.English).Finding(d), Code: string(d.Code), Got: d.Got, Want: d.Want}
	if d.Item != "" {
		item := d.Item
		x.Item = &item
	}
	return x
}

// evidence puts a finding back for the catalogue of another language.
func (d Defect) evidence() evidence.Defect {
	e := evidence.Defect{Code: evidence.Code(d.Code), Offset: d.Offset, Got: d.Got, Want: d.Want}
	if d.Item != nil {
		e.Item = *d.Item
	}
	return e
}

func intervalOf(i airspace.Interval) Interval {
	return Interval{Earliest: instant(i.Earliest), Latest: instant(i.Latest)}
}

func depthOf(d airspace.Depth) *float64 {
	if !d.Known {
		return nil
	}
	m := metres(d.Nearest.Distance)
	return &m
}

func silence(s airspace.Silence) *float64 {
	if !s.Known {
		return nil
	}
	v := round(s.Duration.Seconds(), 6)
	return &v
}

func sampleOf(s airspace.Sample) Sample {
	return Sample{Time: Instant(s.Time), Place: *placeOf(s.Position), Offset: s.Ref.Offset, Length: s.Ref.Length}
}

func placeOf(p geodesy.Position) *Place {
	return &Place{Lat: round(p.Lat.Degrees(), 7), Lon: round(p.Lon.Degrees(), 7)}
}

func boundaryOf(b airspace.Boundary) Boundary {
	return Boundary{Source: b.Source.Name, Version: b.Source.Version, Licence: b.Source.Licence, SHA256: b.Source.Digest.String(), Uncertainty: metres(b.Uncertainty)}
}

func codes(states []airspace.State) []string {
	out := make([]string, 0, len(states))
	for _, s := range states {
		out = append(out, string(s))
	}
	return out
}

// metres are given to the millimetre: what geodesics agree to.
func metres(l geodesy.Length) float64 { return round(l.Metres(), 3) }

func round(v float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(v*p) / p
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * float64(time.Second))) }
