package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"overflight/geodesy"
	"overflight/internal/app"
	"overflight/internal/client"
	"overflight/internal/planning"
	"overflight/internal/server"
	"overflight/search"
)

// asksNode tells whether a plan takes something from the record of a node.
func (f *planFlags) asksNode() bool {
	return f.sortie != "" || f.asksPosition()
}

// learned puts what is known of the sortie that is in the air into the request, and what else was learned since the first plan.
func (f *planFlags) learned(ctx context.Context, t *terminal, r *planning.Request) error {
	if f.resume != "" && (r.Flights() > 1 || f.pattern != "") {
		return usage("%s", t.words.Text("error.plan.resume"))
	}
	if f.pattern != "" && f.soonest {
		return usage("%s", t.words.Text("error.plan.pattern.soonest"))
	}
	if f.pattern != "" {
		known := search.Patterns()
		for _, k := range known {
			if string(k) == f.pattern {
				r.Pattern = k
			}
		}
		if r.Pattern == "" {
			return usage("%s", t.words.Text("error.plan.pattern", f.pattern, strings.Trim(fmt.Sprint(known), "[]")))
		}
	}
	for _, given := range f.found {
		v, ok := numbers(given, 90, 180, 200)
		if !ok {
			if v, ok = numbers(given, 90, 180); ok {
				v = append(v, f.sweep)
			}
		}
		if !ok || !(v[2] > 0) {
			return usage("%s", t.words.Text("error.plan.numbers", "--found", given, "24.1,-104.5"))
		}
		r.Found = append(r.Found, planning.Found{Position: geodesy.Position{Lat: geodesy.Angle(v[0]), Lon: geodesy.Angle(v[1])}, Radius: geodesy.Length(v[2]) * geodesy.Kilometre})
	}
	elapsed := time.Duration(0)
	if f.fromNow != "" && !f.asksPosition() {
		v, ok := numbers(f.fromNow, 90, 180, 360)
		if !ok {
			return usage("%s", t.words.Text("error.plan.numbers", "--from-now", f.fromNow, "24.1,-104.5,270"))
		}
		r.Start = &planning.Start{Position: geodesy.Position{Lat: geodesy.Angle(v[0]), Lon: geodesy.Angle(v[1])}, Course: geodesy.Angle(v[2])}
	}
	if f.asksNode() {
		if err := f.folder.with(ctx, t, false, func(k *client.Client) error {
			if f.asksPosition() {
				var err error
				if elapsed, err = f.flying(ctx, t, k, r); err != nil {
					return err
				}
			}
			if f.sortie != "" {
				return f.permits(ctx, t, k, r)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if f.resume == "" {
		return nil
	}
	b, err := readInput(r, "--resume", f.resume)
	if err != nil {
		return err
	}
	route, err := planning.ReadRoute(b, f.resume, f.resumeSortie)
	if err != nil {
		return &planning.Fault{Code: planning.CodeFile, Args: []any{f.resume, err}}
	}
	r.Resume = &planning.Resume{Route: route, Elapsed: elapsed, Overlap: geodesy.Length(f.overlap) * geodesy.Kilometre}
	return nil
}

// asksPosition tells whether --from-now names a flight, not a place.
func (f *planFlags) asksPosition() bool { return f.fromNow != "" && !strings.Contains(f.fromNow, ",") }

// flying takes where a flight is, how long it has been in the air and what it has looked at from the record.
func (f *planFlags) flying(ctx context.Context, t *terminal, k *client.Client, r *planning.Request) (time.Duration, error) {
	var w server.Whereabouts
	path := "/flights/" + url.PathEscape(f.fromNow)
	if err := k.JSON(ctx, http.MethodGet, path+"/position", nil, nil, &w); err != nil {
		return 0, err
	}
	at, off := time.Time(*w.Time), time.Time(*w.TookOff)
	elapsed := at.Sub(off)
	r.InAir = &planning.InAir{Flight: w.Flight, At: at, TookOff: off, Open: w.Open}
	r.Start = &planning.Start{Position: geodesy.Position{Lat: geodesy.Angle(w.Lat), Lon: geodesy.Angle(w.Lon)}, Course: geodesy.Angle(w.Course)}
	if f.asOf == "" {
		r.AsOf = at // so that the same record gives the same plan
	}
	if r.TakeOff.IsZero() {
		r.TakeOff = at
	}
	if elapsed >= r.Hours-r.Reserve {
		return 0, &planning.Fault{Code: planning.CodeSpent, Args: []any{w.Flight, fmt.Sprintf("%.1f", elapsed.Hours()), fmt.Sprintf("%.1f", (r.Hours - r.Reserve).Hours())}}
	}
	r.Hours -= elapsed
	_, seen, err := askSeen(ctx, k, path+"/coverage", nil)
	var none *server.Problem
	if errors.As(err, &none) && none.Code == "no-ground" {
		return elapsed, nil // it has looked at nothing so far
	}
	if err != nil {
		return 0, err
	}
	seen.Name = w.Flight
	r.Flown = &seen
	r.Inputs = append(r.Inputs, planning.Input{Option: "--from-now", Name: seen.Name, SHA256: seen.Digest})
	return elapsed, nil
}

// permits asks what states on the way and around the ground permit, by what is on record of the sortie.
func (f *planFlags) permits(ctx context.Context, t *terminal, k *client.Client, r *planning.Request) error {
	lines, err := app.Lines(nil)
	if err != nil {
		return err
	}
	in := map[string]any{}
	if err := putSortie(in, f.sortie); err != nil {
		return err
	}
	from := r.TakeOff
	if from.IsZero() {
		from = time.Now().UTC().Truncate(time.Minute).Add(time.Minute)
	}
	if f.level != "" {
		v, ok := numbers(strings.TrimRight(strings.ToUpper(f.level), "HAEMSL"), 50_000)
		datum := strings.TrimLeft(strings.ToUpper(f.level), "0123456789.-")
		if !ok || datum != "HAE" && datum != "MSL" {
			return usage("%s", t.words.Text("error.plan.level", f.level))
		}
		in["altitude_m"], in["datum"] = v[0], datum
	}
	line := lines[0].Line
	q := r.Question(line, from)
	in["from"], in["to"], in["states"] = q.From, q.To, q.States
	var where [][2]float64
	for _, g := range q.Ground {
		where = append(where, [2]float64{float64(g.Lon), float64(g.Lat)})
	}
	in["ground"] = where
	var p server.Permits
	if err := k.JSON(ctx, http.MethodPost, "/plans/permits", nil, in, &p); err != nil {
		return err
	}
	r.Airspace, r.Inputs = p.Airspace(line), append(r.Inputs, p.Inputs()...)
	return nil
}
