package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/airspace"
	"overflight/authority"
	"overflight/format/geojson"
	"overflight/format/raster"
	"overflight/geodesy"
	"overflight/internal/airframes"
	"overflight/internal/app"
	"overflight/internal/planning"
	"overflight/internal/source"
)

type planFlags struct {
	aircraft, base, prior, fromNow, speed, wind, lanes, asOf string
	hours, reserve, bank, sweep, detection, rest, height     float64
	halfLife                                                 time.Duration
	exclude, states, layers                                  []string
	cleared                                                  string
	sorties, iterations                                      int
	seed                                                     uint64
	json, patterns, soonest                                  bool
	geojson, kml, station, gimbal                            string
	reach, field                                             float64
}

func newPlan(t *terminal) *cobra.Command {
	var f planFlags
	c := &cobra.Command{
		Use:   "plan --aircraft TYPE --base LAT,LON --hours H --prior FILE",
		Short: t.words.Text("help.plan"),
		Long:  t.words.Text("help.plan") + "\n\n" + t.words.Text("help.plan.long"),
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return doPlan(c.Context(), t, &f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.aircraft, "aircraft", "", t.words.Text("help.plan.aircraft"))
	flags.StringVar(&f.base, "base", "", t.words.Text("help.plan.base"))
	flags.Float64Var(&f.hours, "hours", 0, t.words.Text("help.plan.hours"))
	flags.Float64Var(&f.reserve, "reserve", 1, t.words.Text("help.plan.reserve"))
	flags.StringVar(&f.prior, "prior", "", t.words.Text("help.plan.prior"))
	flags.StringArrayVar(&f.layers, "layer", nil, t.words.Text("help.plan.layer"))
	flags.StringVar(&f.cleared, "cleared", "", t.words.Text("help.plan.cleared"))
	flags.Float64Var(&f.rest, "rest", 0.1, t.words.Text("help.plan.rest"))
	flags.DurationVar(&f.halfLife, "half-life", 0, t.words.Text("help.plan.half-life"))
	flags.StringVar(&f.asOf, "as-of", "", t.words.Text("help.plan.as-of"))
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
	flags.Uint64Var(&f.seed, "seed", 1, t.words.Text("help.plan.seed"))
	flags.IntVar(&f.iterations, "iterations", 1_000_000, t.words.Text("help.plan.iterations"))
	flags.BoolVar(&f.soonest, "soonest", false, t.words.Text("help.plan.soonest"))
	flags.BoolVar(&f.patterns, "patterns", false, t.words.Text("help.plan.patterns"))
	flags.BoolVar(&f.json, "json", false, t.words.Text("help.json"))
	flags.StringVar(&f.geojson, "geojson", "", t.words.Text("help.plan.geojson"))
	flags.StringVar(&f.kml, "kml", "", t.words.Text("help.plan.kml"))
	flags.StringVar(&f.station, "station", "", t.words.Text("help.plan.station"))
	flags.Float64Var(&f.reach, "reach", 0, t.words.Text("help.plan.reach"))
	flags.Float64Var(&f.field, "field", 180, t.words.Text("help.plan.field"))
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
	if out > 1 || f.station == source.Stdin && f.sorties > 1 {
		return usage("%s", t.words.Text("error.plan.stdout"))
	}
	if f.gimbal != "" && f.reach == 0 {
		return usage("%s", t.words.Text("error.plan.missing", "--reach"))
	}
	r, err := f.request(t)
	if err != nil {
		return sayPlan(t, err)
	}
	p, err := planning.Make(ctx, r, nil)
	if err != nil {
		return sayPlan(t, err)
	}
	if f.reach != 0 || f.gimbal != "" {
		if p.Turret, err = p.Gimbal(geodesy.Length(f.reach)*geodesy.Kilometre, geodesy.Angle(f.field)); err != nil {
			return sayPlan(t, err)
		}
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
		return usage("%s", t.words.Text("planning."+string(fault.Code), fault.Args...))
	}
	return err
}

// mostPriorFile bounds a file of areas, in bytes.
const mostPriorFile = 64 << 20

func (f *planFlags) request(t *terminal) (*planning.Request, error) {
	r := &planning.Request{
		Hours: hours(f.hours), Reserve: hours(f.reserve), Bank: geodesy.Angle(f.bank), File: f.prior, Rest: f.rest, HalfLife: f.halfLife, AsOf: time.Now(),
		Sweep: geodesy.Length(f.sweep) * geodesy.Kilometre, Detection: f.detection, Sorties: f.sorties, Seed: f.seed, Iterations: f.iterations, Soonest: f.soonest, Patterns: f.patterns,
	}
	for _, x := range []struct{ option, value string }{{"--aircraft", f.aircraft}, {"--base", f.base}, {"--prior", f.prior}} {
		if x.value == "" {
			return nil, usage("%s", t.words.Text("error.plan.missing", x.option))
		}
	}
	known, err := airframes.Shipped()
	if err != nil {
		return nil, err
	}
	if r.Aircraft, err = airframe(known, f.aircraft); err != nil {
		return nil, err
	}
	if r.Base, err = placeFlag(t, f.base); err != nil {
		return nil, err
	}
	if f.fromNow != "" {
		v, ok := numbers(f.fromNow, 90, 180, 360)
		if !ok {
			return nil, usage("%s", t.words.Text("error.plan.numbers", "--from-now", f.fromNow, "24.1,-104.5,270"))
		}
		r.Start = &planning.Start{Position: geodesy.Position{Lat: geodesy.Angle(v[0]), Lon: geodesy.Angle(v[1])}, Course: geodesy.Angle(v[2])}
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
	if r.Air, err = parseSpeed(f.speed); err != nil {
		return nil, usage("%s", t.words.Text("error.speed", "--speed", f.speed))
	}
	if f.asOf != "" {
		if r.AsOf, err = time.Parse(time.RFC3339, f.asOf); err != nil {
			return nil, usage("%s", t.words.Text("error.plan.as-of", f.asOf))
		}
	}
	return r, f.ground(t, r)
}

// ground reads the prior, what is excluded, and the states whose airspace is permitted.
func (f *planFlags) ground(t *terminal, r *planning.Request) error {
	b, err := readBounded(f.prior, mostPriorFile)
	if err != nil {
		return err
	}
	var weight *geojson.WeightError
	switch r.Features, err = geojson.ReadWeighted(b); {
	case errors.As(err, &weight):
		return &planning.Fault{Code: planning.CodeWeight, Args: []any{f.prior, weight.Feature, weight.Property, weight.Got, weight.Want}}
	case err != nil:
		return &planning.Fault{Code: planning.CodeFile, Args: []any{f.prior, err}}
	}
	if err := f.rasters(r); err != nil {
		return err
	}
	for _, file := range f.exclude {
		b, err := readBounded(file, mostPriorFile)
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
	permitted := map[airspace.State]bool{}
	for _, s := range f.states {
		permitted[airspace.State(strings.ToUpper(s))] = true
	}
	r.States = strings.ToUpper(strings.Join(f.states, ", "))
	r.Permitted = func(p geodesy.Position) bool {
		states := lines[0].Line.StatesAt(p)
		for i := range states.Len() {
			if !permitted[states.At(i)] {
				return false
			}
		}
		return true
	}
	return nil
}

// rasters reads what adds to the map, and what earlier looks take off it.
func (f *planFlags) rasters(r *planning.Request) error {
	read := func(file string) (*raster.Raster, error) {
		b, err := readBounded(file, mostPriorFile)
		if err != nil {
			return nil, err
		}
		m, err := raster.ReadTIFF(b, 1)
		if err != nil {
			return nil, &planning.Fault{Code: planning.CodeFile, Args: []any{file, err}}
		}
		if _, _, utm := m.CRS.UTM(); !m.Placed || !utm && !m.CRS.Geographic() {
			return nil, &planning.Fault{Code: planning.CodePlace, Args: []any{file}}
		}
		return m, nil
	}
	for _, given := range f.layers {
		l := planning.Layer{Name: given, Weight: 1}
		if i := strings.LastIndexByte(given, ':'); i > 0 {
			// What is no number belongs to the name of the file.
			if w, err := strconv.ParseFloat(given[i+1:], 64); err == nil {
				l.Name, l.Weight = given[:i], w
			}
			if !(l.Weight > 0 && l.Weight <= 1e6) {
				return &planning.Fault{Code: planning.CodeLayer, Args: []any{given}}
			}
		}
		var err error
		if l.Raster, err = read(l.Name); err != nil {
			return err
		}
		r.Layers = append(r.Layers, l)
	}
	if f.cleared == "" {
		return nil
	}
	m, err := read(f.cleared)
	r.Cleared = &planning.Cleared{Name: f.cleared, Raster: m}
	return err
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
