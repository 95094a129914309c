// Package app wires the parts together: what the commands do, without the commands.
package app

import (
	"errors"
	"fmt"
	"os"
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/ingest"
	"overflight/internal/atlas"
	"overflight/internal/geoid"
	"overflight/internal/report"
	"overflight/internal/source"
	"overflight/sensor"
	"overflight/validity"
)

// Request is what an account is asked for.
type Request struct {
	Files      []string
	Boundaries []string      // GeoJSON files of official lines
	MaxSpeed   geodesy.Speed // 0 is that of the aircraft type
	Gap        time.Duration // 0 is the default
	Scale      ingest.TimeScale
	Progress   func(file string) source.Progress // nil is none
}

// Result is an account, and what kept a file from being read at all.
type Result struct {
	Account  *report.Account
	Failures []error // a file each
}

// Account reads every file and accounts for it. A file that cannot be read is a failure beside the
// account of the others.
func Account(r Request) (*Result, error) {
	lines, err := Lines(r.Boundaries)
	if err != nil {
		return nil, err
	}
	k := &bookkeeper{request: r, lines: lines, config: account.Config{Airspace: airspace.Config{MaxSpeed: r.MaxSpeed, Gap: r.Gap}}}
	out := &Result{}
	for _, file := range r.Files {
		if err := k.file(file); err != nil {
			out.Failures = append(out.Failures, err)
		}
	}
	out.Account = report.Build(&k.account, k.extras, k.drawings)
	return out, nil
}

// Lines opens the embedded boundaries and the official ones beside them.
func Lines(files []string) ([]airspace.DatedLine, error) {
	a, err := atlas.Open()
	if err != nil {
		return nil, fmt.Errorf("opening the embedded boundaries: %w", err)
	}
	lines := []airspace.DatedLine{{Line: a, Valid: validity.Period{}}}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		official, err := atlas.Official(file, b)
		if err != nil {
			return nil, err
		}
		for _, l := range official {
			lines = append(lines, airspace.DatedLine{Line: l, Valid: l.Valid})
		}
	}
	return lines, nil
}

// bookkeeper collects the account of several files.
type bookkeeper struct {
	request  Request
	lines    []airspace.DatedLine
	config   account.Config
	account  account.Account
	extras   []report.Extra
	drawings []report.Drawing
}

func (k *bookkeeper) file(name string) error {
	var progress source.Progress
	if k.request.Progress != nil {
		progress = k.request.Progress(name)
	}
	in, err := source.Open(name, progress)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	if in.Kind.Metadata() {
		err = k.metadata(in)
	} else {
		err = k.receiver(in)
	}
	var refusal *source.Error
	if err != nil && !errors.As(err, &refusal) {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return err
}

// source files what is known of an input once it is read.
func (k *bookkeeper) source(in *source.Input, fixes, frames int, defects *ingest.Defects, extra report.Extra) error {
	digest, err := in.Digest()
	if err != nil {
		return err
	}
	extra.Bytes, extra.Counts = in.Count(), defects.Counts()
	k.account.Sources = append(k.account.Sources, account.Source{
		File: in.Name, Kind: string(in.Kind), Digest: digest, Fixes: fixes, Frames: frames, Defects: defects.List(),
	})
	k.extras = append(k.extras, extra)
	return nil
}

func (k *bookkeeper) receiver(in *source.Input) error {
	got, failure := ingest.Receiver(in, in.Kind, in.Name)
	fixes := 0
	for i := range got.Paths {
		p := &got.Paths[i]
		fixes += len(p.Fixes)
		path, err := account.Of(*p, k.lines, k.config)
		if err != nil {
			return err
		}
		k.account.Paths = append(k.account.Paths, path)
		k.drawings = append(k.drawings, report.Drawing{Track: p.Fixes})
	}
	if err := k.source(in, fixes, 0, &got.Defects, report.Extra{}); err != nil {
		return errors.Join(failure, err)
	}
	return failure
}

func (k *bookkeeper) metadata(in *source.Input) error {
	s := &streams{keeper: k, source: in.Name, options: sensor.Options{Geoid: geoid.EGM96()}, byPID: map[int]*aircraft{}}
	got, failure := ingest.ReadMetadata(in, in.Kind, ingest.Options{Source: in.Name, Scale: k.request.Scale}, ingest.Visitor{Observation: s.observe})
	if err := s.close(); err != nil {
		return errors.Join(failure, err)
	}
	extra := report.Extra{Packets: got.Packets, Quarantined: got.Quarantined, TimeScale: string(got.Scale)}
	if err := k.source(in, s.fixes, s.frames, &got.Defects, extra); err != nil {
		return errors.Join(failure, err)
	}
	return failure
}

// streams keeps an account for each metadata stream of an input.
type streams struct {
	keeper  *bookkeeper
	source  string
	options sensor.Options
	byPID   map[int]*aircraft
	order   []*aircraft
	fixes   int
	frames  int
}

// aircraft is the account of one stream while it is being read.
type aircraft struct {
	keeper  *account.Keeper
	is      flight.Aircraft
	waiting []moment
	drawing sketch
}

// moment is what one packet said.
type moment struct {
	fix    flight.Fix
	hasFix bool
	frame  sensor.Frame
}

// patience is how many packets may pass before the stream must have told the aircraft type: it
// decides the maximum speed.
const patience = 300

func (s *streams) observe(o *ingest.Observation) error {
	a := s.byPID[o.PID]
	if a == nil {
		a = &aircraft{}
		s.byPID[o.PID] = a
		s.order = append(s.order, a)
	}
	if o.Aircraft != nil {
		a.is = *o.Aircraft
	}
	m := moment{fix: o.Fix, hasFix: o.HasFix, frame: o.Frame}
	s.frames++
	if o.HasFix {
		s.fixes++
	}
	if a.keeper == nil {
		a.waiting = append(a.waiting, m)
		if a.is.Type == "" && len(a.waiting) < patience {
			return nil
		}
		return s.begin(a)
	}
	s.take(a, &m)
	return nil
}

func (s *streams) begin(a *aircraft) error {
	keeper, err := account.New(a.is, s.source, s.keeper.lines, s.keeper.config)
	if err != nil {
		return err
	}
	a.keeper = keeper
	for i := range a.waiting {
		s.take(a, &a.waiting[i])
	}
	a.waiting = nil
	return nil
}

func (s *streams) take(a *aircraft, m *moment) {
	if m.hasFix {
		a.keeper.Fix(m.fix)
		a.drawing.fix(m.fix)
	}
	fp := sensor.Compute(&m.frame, s.options)
	a.keeper.Frame(&m.frame, &fp)
	a.drawing.footprint(&fp)
}

func (s *streams) close() error {
	for _, a := range s.order {
		if a.keeper == nil {
			if err := s.begin(a); err != nil {
				return err
			}
		}
		a.keeper.Identify(a.is)
		s.keeper.account.Paths = append(s.keeper.account.Paths, a.keeper.Close())
		s.keeper.drawings = append(s.keeper.drawings, a.drawing.Drawing)
	}
	return nil
}

// sketch thins what a map is drawn from, so that its memory does not grow with the stream.
type sketch struct {
	report.Drawing
	everyFix, everyLook int // one of so many is kept
	fixes, looks        int
}

const (
	mostFixes = 50000
	mostLooks = 6000
)

func (s *sketch) fix(f flight.Fix) {
	s.everyFix = max(1, s.everyFix)
	if s.fixes%s.everyFix == 0 {
		s.Track = append(s.Track, f)
	}
	if s.fixes++; len(s.Track) == mostFixes {
		s.Track, s.everyFix = half(s.Track), s.everyFix*2
	}
}

func (s *sketch) footprint(fp *sensor.Footprint) {
	if !fp.OnGround() {
		return
	}
	s.everyLook = max(1, s.everyLook)
	if s.looks%s.everyLook == 0 {
		s.Footprints = append(s.Footprints, report.Glimpse{Time: fp.Time, Corners: fp.Corners})
	}
	if s.looks++; len(s.Footprints) == mostLooks {
		s.Footprints, s.everyLook = half(s.Footprints), s.everyLook*2
	}
}

// half keeps every second element.
func half[T any](all []T) []T {
	for i := range len(all) / 2 {
		all[i] = all[2*i]
	}
	return all[:len(all)/2]
}

// Paths returns the account of every path of some files, as account tells it.
func Paths(r Request) ([]account.Path, error) {
	lines, err := Lines(r.Boundaries)
	if err != nil {
		return nil, err
	}
	k := &bookkeeper{request: r, lines: lines, config: account.Config{Airspace: airspace.Config{MaxSpeed: r.MaxSpeed, Gap: r.Gap}}}
	for _, file := range r.Files {
		if err := k.file(file); err != nil {
			return nil, err
		}
	}
	return k.account.Paths, nil
}
