package account

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"overflight/airspace"
	"overflight/coverage"
	"overflight/evidence"
	"overflight/flight"
	"overflight/sensor"
)

// Config is what an account is made with. The zero value takes every default.
type Config struct {
	Airspace airspace.Config
	Ground   coverage.Config
	// Pause is the longest time between two frames of one interval; 0 is DefaultPause.
	Pause time.Duration
}

// DefaultPause bridges packets that were lost or quarantined, and the slowest streams in use.
const DefaultPause = 5 * time.Second

// Keeper keeps the account of one aircraft by one source, from fixes and frames as they come. It is for
// one goroutine. Fixes and frames may be interleaved in any way; frames of an earlier time may follow
// later ones.
type Keeper struct {
	config   Config
	path     Path
	tally    *airspace.Tally
	lines    []*sight
	findings map[evidence.Code]*evidence.Defect
	counts   map[evidence.Code]int
}

// New returns a Keeper over the lines; the first of them in force tells whose ground was looked at.
func New(aircraft flight.Aircraft, source string, lines []airspace.DatedLine, c Config) (*Keeper, error) {
	if c.Pause <= 0 {
		c.Pause = DefaultPause
	}
	if c.Airspace.AircraftType == "" {
		c.Airspace.AircraftType = aircraft.Type
	}
	t, err := airspace.NewTally(lines, c.Airspace)
	if err != nil {
		return nil, err
	}
	k := &Keeper{
		config: c, tally: t,
		path:     Path{Aircraft: aircraft, Source: source, Frames: Frames{Nowhere: map[sensor.Reason]int{}}},
		findings: map[evidence.Code]*evidence.Defect{},
		counts:   map[evidence.Code]int{},
	}
	for _, l := range lines {
		k.lines = append(k.lines, newSight(l, &k.config))
	}
	return k, nil
}

// Of makes the account of a whole path without frames.
func Of(p flight.Path, lines []airspace.DatedLine, c Config) (Path, error) {
	if c.Airspace.Resolution == 0 {
		c.Airspace.Resolution = p.Resolution
	}
	k, err := New(p.Aircraft, p.Source, lines, c)
	if err != nil {
		return Path{}, err
	}
	for i := range p.Fixes {
		k.Fix(p.Fixes[i])
	}
	return k.Close(), nil
}

// Identify replaces what is known of the aircraft: streams tell it late, or in parts. The aircraft type
// for the maximum speed is the one that New was given.
func (k *Keeper) Identify(a flight.Aircraft) { k.path.Aircraft = a }

// Fix takes the next fix.
func (k *Keeper) Fix(f flight.Fix) { k.tally.Add(f) }

// Frame takes the next frame and the footprint that was computed from it. Nothing of a quarantined frame
// is believed.
func (k *Keeper) Frame(f *sensor.Frame, fp *sensor.Footprint) {
	n := &k.path.Frames
	n.Total++
	if f.Quarantined || fp.Reason == sensor.Quarantined {
		n.Quarantined++
		return
	}
	if !fp.OnGround() {
		n.Nowhere[fp.Reason]++
		return
	}
	n.Looked++
	timed := !f.Time.IsZero()
	if timed {
		if k.path.From.IsZero() || f.Time.Before(k.path.From) {
			k.path.From = f.Time
		}
		if f.Time.After(k.path.To) {
			k.path.To = f.Time
		}
	} else {
		n.Untimed++
		k.note(CodeUntimed, f)
	}
	if !f.Position.Known() {
		n.Unplaced++
		k.note(CodeUnplaced, f)
	}
	for _, s := range k.lines {
		// A frame without a time is told by the first line.
		if timed && !s.line.Valid.InForce(f.Time) {
			continue
		}
		if !s.look(f, fp) {
			k.note(CodeWide, f)
		}
		return
	}
	n.Unjudged++
	k.note(CodeUnjudged, f)
}

// note counts a finding; the first frame stands for all.
func (k *Keeper) note(c evidence.Code, f *sensor.Frame) {
	if k.findings[c] == nil {
		k.findings[c] = &evidence.Defect{Code: c, Offset: f.Ref.Offset}
	}
	k.counts[c]++
}

// Snapshot returns the account so far, and leaves the Keeper to go on.
func (k *Keeper) Snapshot() Path {
	p := k.path
	p.Frames.Nowhere = maps.Clone(p.Frames.Nowhere)
	p.Airspace = k.tally.Snapshot()
	k.assemble(&p)
	return p
}

// Close returns the account. The Keeper is spent.
func (k *Keeper) Close() Path {
	k.path.Airspace = k.tally.Close()
	k.assemble(&k.path)
	return k.path
}

// assemble puts together what is known of the path and the frames.
func (k *Keeper) assemble(p *Path) {
	if a := &p.Airspace; a.Fixes > 0 {
		if p.From.IsZero() || a.From.Before(p.From) {
			p.From = a.From
		}
		if a.To.After(p.To) {
			p.To = a.To
		}
	}
	p.Findings = append(p.Findings, p.Airspace.Findings...)
	for _, s := range k.lines {
		p.LookedInto = append(p.LookedInto, s.looks()...)
		if s.ground.Coarsened() && k.findings[CodeCoarse] == nil {
			k.findings[CodeCoarse] = &evidence.Defect{Code: CodeCoarse}
			k.counts[CodeCoarse] = 1
		}
	}
	slices.SortStableFunc(p.LookedInto, func(a, b Look) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.From, b.From))
	})
	for _, c := range []evidence.Code{CodeUntimed, CodeUnplaced, CodeUnjudged, CodeWide, CodeCoarse} {
		if d := k.findings[c]; d != nil {
			told := *d
			told.Got = strconv.Itoa(k.counts[c])
			p.Findings = append(p.Findings, told)
		}
	}
}
