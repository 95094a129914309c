package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/airspace"
	"overflight/authority"
	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/internal/airframes"
	"overflight/internal/app"
	"overflight/internal/planning"
	"overflight/internal/source"
)

type planFlags struct {
	found, tips                    []string
	sortie, resume, pattern, level string
	resumeSortie                   int
	overlap                        float64
	gsd, fov, slant                float64
	pixels, orbits                 int
	folder                         folder

	base, prior, fromNow, speed, wind, lanes, asOf, depart string
	aircraft                                               []string
	turnaround                                             time.Duration
	apart                                                  float64
	hours, reserve, bank, sweep, detection, rest, height   float64
	halfLife                                               time.Duration
	exclude, states, layers                                []string
	cleared                                                string
	sorties, iterations                                    int
	seed                                                   uint64
	json, patterns, soonest, turns                         bool
	geojson, kml, station, gimbal                          string
	reach, field                                           float64
	changed                                                func(option string) bool
}

func newPlan(t *terminal) *cobra.Command {
	var f planFlags
	c := &cobra.Command{
		Use:   "plan --aircraft TYPE --base LAT,LON --hours H --prior FILE",
		Short: t.words.Text("help.plan"),
		Long:  t.words.Text("help.plan") + "\n\n" + t.words.Text("help.plan.long"),
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f.changed = c.Flags().Changed
			return doPlan(c.Context(), t, &f)
		},
	}
	flags := c.Flags()
	flags.StringArrayVar(&f.aircraft, "aircraft", nil, t.words.Text("help.plan.aircraft"))
	flags.StringVar(&f.base, "base", "", t.words.Text("help.plan.base"))
	flags.Float64Var(&f.hours, "hours", 0, t.words.Text("help.plan.hours"))
	flags.Float64Var(&f.reserve, "reserve", 1, t.words.Text("help.plan.reserve"))
	flags.StringVar(&f.prior, "prior", "", t.words.Text("help.plan.prior"))
	flags.StringArrayVar(&f.layers, "layer", nil, t.words.Text("help.plan.layer"))
	flags.StringVar(&f.cleared, "cleared", "", t.words.Text("help.plan.cleared"))
	flags.Float64Var(&f.rest, "rest", 0.1, t.words.Text("help.plan.rest"))
	flags.DurationVar(&f.halfLife, "half-life", 0, t.words.Text("help.plan.half-life"))
	flags.StringVar(&f.asOf, "as-of", "", t.words.Text("help.plan.as-of"))
	f.folder.flags(t, c)
	flags.StringVar(&f.sortie, "for", "", t.words.Text("help.plan.for"))
	flags.StringVar(&f.level, "level", "", t.words.Text("help.plan.level"))
	flags.StringArrayVar(&f.tips, "tip", nil, t.words.Text("help.plan.tip"))
	flags.StringArrayVar(&f.found, "found", nil, t.words.Text("help.plan.found"))
	flags.StringVar(&f.resume, "resume", "", t.words.Text("help.plan.resume"))
	flags.IntVar(&f.resumeSortie, "resume-sortie", 1, t.words.Text("help.plan.resume-sortie"))
	flags.Float64Var(&f.overlap, "overlap", 2, t.words.Text("help.plan.overlap"))
	flags.StringVar(&f.pattern, "pattern", "", t.words.Text("help.plan.pattern"))
	flags.StringVar(&f.fromNow, "from-now", "", t.words.Text("help.plan.from-now"))
	flags.StringVar(&f.speed, "speed", "", t.words.Text("help.plan.speed"))
	flags.Float64Var(&f.bank, "bank", 20, t.words.Text("help.plan.bank"))
	flags.StringVar(&f.wind, "wind", "", t.words.Text("help.plan.wind"))
	flags.Float64Var(&f.sweep, "sweep", 4, t.words.Text("help.plan.sweep"))
	flags.Float64Var(&f.detection, "detection", 0.6, t.words.Text("help.plan.detection"))
	flags.StringVar(&f.lanes, "lanes", "", t.words.Text("help.plan.lanes"))
	flags.StringArrayVar(&f.exclude, "exclude", nil, t.words.Text("help.plan.exclude"))
	flags.StringSliceVar(&f.states, "states", nil, t.words.Text("help.plan.states"))
	flags.IntVar(&f.sorties, "sorties", 1, t.words.Text("help.plan.sorties"))
	flags.DurationVar(&f.turnaround, "turnaround", 2*time.Hour, t.words.Text("help.plan.turnaround"))
	flags.Float64Var(&f.apart, "apart", 5, t.words.Text("help.plan.apart"))
	flags.StringVar(&f.depart, "depart", "", t.words.Text("help.plan.depart"))
	flags.Uint64Var(&f.seed, "seed", 1, t.words.Text("help.plan.seed"))
	flags.IntVar(&f.iterations, "iterations", 1_000_000, t.words.Text("help.plan.iterations"))
	flags.BoolVar(&f.soonest, "soonest", false, t.words.Text("help.plan.soonest"))
	flags.BoolVar(&f.patterns, "patterns", false, t.words.Text("help.plan.patterns"))
	flags.BoolVar(&f.turns, "turns", false, t.words.Text("help.plan.turns"))
	flags.BoolVar(&f.json, "json", false, t.words.Text("help.json"))
	flags.StringVar(&f.geojson, "geojson", "", t.words.Text("help.plan.geojson"))
	flags.StringVar(&f.kml, "kml", "", t.words.Text("help.plan.kml"))
	flags.StringVar(&f.station, "station", "", t.words.Text("help.plan.station"))
	flags.Float64Var(&f.reach, "reach", 0, t.words.Text("help.plan.reach"))
	flags.Float64Var(&f.field, "field", 180, t.words.Text("help.plan.field"))
	flags.Float64Var(&f.gsd, "gsd", 0, t.words.Text("help.plan.gsd"))
	flags.IntVar(&f.pixels, "pixels", 0, t.words.Text("help.plan.pixels"))
	flags.Float64Var(&f.fov, "fov", 0, t.words.Text("help.plan.fov"))
	flags.Float64Var(&f.slant, "slant", 0, t.words.Text("help.plan.slant"))
	flags.IntVar(&f.orbits, "orbits", 0, t.words.Text("help.plan.orbits"))
	flags.StringVar(&f.gimbal, "gimbal", "", t.words.Text("help.plan.gimbal"))
	flags.Float64Var(&f.height, "height", 4500, t.words.Text("help.plan.height"))
	return c
}

func doPlan(ctx context.Context, t *terminal, f *planFlags) error {
	out := 0
	for _, to := range []string{f.geojson, f.kml, f.station, f.gimbal} {
		if to == source.Stdin {
			out++
		}
	}
	if f.json {
		out++
	}
	if out > 1 {
		return usage("%s", t.words.Text("error.plan.stdout"))
	}
	if (f.gimbal != "" || f.orbits > 0) && f.reach == 0 && f.gsd == 0 && f.slant == 0 {
		return usage("%s", t.words.Text("error.plan.missing", "--reach"))
	}
	if f.gsd != 0 && !(f.pixels > 0 && f.fov > 0 && f.fov < 180) {
		return usage("%s", t.words.Text("error.plan.pixel"))
	}
	r, err := f.request(t)
	if err == nil {
		err = f.learned(ctx, t, r)
	}
	if err != nil {
		return sayPlan(t, err)
	}
	if flights := r.Flights(); f.station == source.Stdin && flights > 1 {
		return usage("%s", t.words.Text("error.plan.stdout"))
	}
	if r.Turning && r.Flights() > 1 {
		return usage("%s", t.words.Text("error.plan.turns"))
	}
	r.Sensor = f.sensor()
	p, err := planning.Make(ctx, r, nil)
	if err != nil {
		return sayPlan(t, err)
	}
	for _, x := range []struct {
		file  string
		write func(io.Writer) error
	}{
		{f.geojson, func(w io.Writer) error { return p.WriteGeoJSON(w, t.words) }},
		{f.kml, func(w io.Writer) error { return p.WriteKML(w, t.words) }},
		{f.gimbal, func(w io.Writer) error { return p.Turret.WriteCSV(w) }},
	} {
		if x.file != "" {
			if err := t.write(x.file, x.write); err != nil {
				return err
			}
		}
	}
	for k := range p.Sorties {
		if f.station == "" {
			break
		}
		if err := t.write(stationFile(f.station, k, len(p.Sorties)), func(w io.Writer) error { return p.WriteStation(w, k, geodesy.Length(f.height)) }); err != nil {
			return err
		}
	}
	switch {
	case f.json:
		return t.write(source.Stdin, func(w io.Writer) error { return p.WriteJSON(w, t.words) })
	case f.geojson == source.Stdin || f.kml == source.Stdin || f.station == source.Stdin || f.gimbal == source.Stdin:
		return nil
	}
	return t.write(source.Stdin, func(w io.Writer) error { return p.WriteTable(w, t.words) })
}

// sensor is the turret that is asked for; nil: none.
func (f *planFlags) sensor() *planning.Sensor {
	if f.reach == 0 && f.gsd == 0 && f.slant == 0 && f.orbits == 0 {
		return nil
	}
	s := &planning.Sensor{
		Reach: geodesy.Length(f.reach) * geodesy.Kilometre, Field: geodesy.Angle(f.field), Height: geodesy.Length(f.height),
		Slant: geodesy.Length(f.slant) * geodesy.Kilometre, Coarsest: geodesy.Length(f.gsd), Orbits: f.orbits,
	}
	if f.pixels > 0 {
		s.Pixel = geodesy.Angle(f.fov).Radians() / float64(f.pixels)
	}
	return s
}

// stationFile numbers the files of several sorties: "a.plan", "a-2.plan".
func stationFile(name string, k, of int) string {
	if k == 0 || of == 1 || name == source.Stdin {
		return name
	}
	stem, ext := name, ""
	if i := strings.LastIndexByte(name, '.'); i > strings.LastIndexByte(name, '/') {
		stem, ext = name[:i], name[i:]
	}
	return fmt.Sprintf("%s-%d%s", stem, k+1, ext)
}

// sayPlan puts what keeps a plan from being made into a sentence of the user's language.
func sayPlan(t *terminal, err error) error {
	var fault *planning.Fault
	if errors.As(err, &fault) {
		text := t.words.Text("planning."+string(fault.Code), fault.Args...)
		if fault.Of != "" {
			text = fault.Of + ": " + text
		}
		return usage("%s", text)
	}
	return err
}

// mostPriorFile bounds a file of areas, in bytes.
const mostPriorFile = 64 << 20

func (f *planFlags) request(t *terminal) (*planning.Request, error) {
	r := &planning.Request{
		Reserve: hours(f.reserve), Bank: geodesy.Angle(f.bank), File: f.prior, Rest: f.rest, HalfLife: f.halfLife, AsOf: time.Now().UTC().Truncate(time.Second),
		Sweep: geodesy.Length(f.sweep) * geodesy.Kilometre, Detection: f.detection, Seed: f.seed, Iterations: f.iterations, Soonest: f.soonest, Patterns: f.patterns, Turning: f.turns,
		Turnaround: f.turnaround, Apart: geodesy.Length(f.apart) * geodesy.Kilometre,
	}
	if len(f.aircraft) == 0 {
		return nil, usage("%s", t.words.Text("error.plan.missing", "--aircraft"))
	}
	known, err := airframes.Shipped()
	if err != nil {
		return nil, err
	}
	for i, given := range f.aircraft {
		w, err := f.wing(t, known, given)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			r.Others = append(r.Others, w)
			continue
		}
		r.Aircraft, r.Base, r.Hours, r.Air, r.Sorties = w.Aircraft, w.Base, w.Hours, w.Air, w.Sorties
	}
	if f.prior == "" {
		return nil, usage("%s", t.words.Text("error.plan.missing", "--prior"))
	}
	if r.TakeOff, err = instantFlag(t, f.depart); err != nil {
		return nil, err
	}
	if f.wind != "" {
		v, ok := numbers(f.wind, 360, 150)
		if !ok {
			return nil, usage("%s", t.words.Text("error.plan.numbers", "--wind", f.wind, "270,12"))
		}
		r.WindFrom, r.WindSpeed = geodesy.Angle(v[0]), geodesy.Speed(v[1])
	}
	if f.lanes != "" {
		v, ok := numbers(f.lanes, 360)
		if !ok {
			return nil, usage("%s", t.words.Text("error.plan.numbers", "--lanes", f.lanes, "35"))
		}
		axis := geodesy.Angle(v[0])
		r.Lanes = &axis
	}
	if f.asOf != "" {
		if r.AsOf, err = instantFlag(t, f.asOf); err != nil {
			return nil, err
		}
	}
	return r, f.ground(t, r)
}

// readInput reads a file that a plan is made of, and notes what was read.
func readInput(r *planning.Request, option, file string) ([]byte, error) {
	b, err := readBounded(file, mostPriorFile)
	if err == nil {
		r.Inputs = append(r.Inputs, planning.Input{Option: option, Name: file, SHA256: digestOf(b)})
	}
	return b, err
}

// ground reads the prior, what is excluded, and the states whose airspace is permitted.
func (f *planFlags) ground(t *terminal, r *planning.Request) error {
	b, err := readInput(r, "--prior", f.prior)
	if err != nil {
		return err
	}
	prior, err := planning.ReadPrior(f.prior, b)
	if err != nil {
		return err
	}
	t.skipped(f.prior, prior)
	if r.Features, r.Map = prior.Features, prior.Map; r.Map != nil {
		for _, option := range []string{"layer", "tip", "rest", "half-life", "as-of"} {
			if f.changed(option) {
				return &planning.Fault{Code: planning.CodeWhole, Args: []any{f.prior, "--" + option}}
			}
		}
		r.Rest = r.Map.Record.Rest
	}
	for _, given := range f.tips {
		tip, err := tipFlag(t, given)
		if err != nil {
			return err
		}
		r.Tips = append(r.Tips, tip)
	}
	if err := f.rasters(r); err != nil {
		return err
	}
	for _, file := range f.exclude {
		b, err := readInput(r, "--exclude", file)
		if err != nil {
			return err
		}
		zones, err := geojson.ReadPolygons(b)
		if err != nil {
			return &planning.Fault{Code: planning.CodeFile, Args: []any{file, err}}
		}
		r.Excluded = append(r.Excluded, zones...)
	}
	if len(f.states) == 0 {
		return nil
	}
	lines, err := app.Lines(nil)
	if err != nil {
		return err
	}
	states := make([]airspace.State, len(f.states))
	for i, s := range f.states {
		states[i] = airspace.State(strings.ToUpper(s))
	}
	r.States, r.Permitted = strings.ToUpper(strings.Join(f.states, ", ")), planning.Within(lines[0].Line, states)
	return nil
}

// rasters reads what adds to the map, and what earlier looks take off it.
func (f *planFlags) rasters(r *planning.Request) error {
	for _, given := range f.layers {
		l, err := readLayer(given)
		if err != nil {
			return err
		}
		r.Inputs = append(r.Inputs, planning.Input{Option: "--layer", Name: l.Name, SHA256: l.Digest})
		r.Layers = append(r.Layers, l)
	}
	if f.cleared == "" {
		return nil
	}
	k, err := readCleared(f.cleared)
	if err != nil {
		return err
	}
	r.Cleared = &k
	r.Inputs = append(r.Inputs, planning.Input{Option: "--cleared", Name: k.Name, SHA256: k.Digest})
	return nil
}

func airframe(known []authority.Airframe, name string) (authority.Airframe, error) {
	var names []string
	for _, a := range known {
		if a.Type == strings.ToLower(name) {
			return a, nil
		}
		names = append(names, a.Type)
	}
	return authority.Airframe{}, &planning.Fault{Code: planning.CodeAircraft, Args: []any{name, strings.Join(names, ", ")}}
}

// hours is a length of time; one that is beyond what a clock can hold stays beyond every limit.
func hours(h float64) time.Duration {
	const most = 1e6
	if h != h {
		return -time.Hour
	}
	return time.Duration(min(max(h, -most), most) * float64(time.Hour))
}
