package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/report"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/validity"
)

// Page is how lists are asked for part by part.
type Page struct {
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"how many at most"`
	After string `query:"after" doc:"the cursor that the part before came with"`
}

func (p Page) of() sqlite.Page { return sqlite.Page{Limit: p.Limit, After: p.After} }

// Span is a time that is asked for; an end that is not given is open.
type Span struct {
	From time.Time `query:"from" doc:"RFC 3339"`
	To   time.Time `query:"to" doc:"RFC 3339"`
}

func (s Span) period() validity.Period { return validity.Period{From: s.From, To: s.To} }

// body is an answer in JSON.
type body[T any] struct{ Body T }

// list is a part of a list, with the cursor of the next, empty after the last.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

func get[I, O any](h huma.API, path, id, summary string, f func(context.Context, *I) (*O, error)) {
	operation(h, http.MethodGet, path, id, summary, f)
}

func operation[I, O any](h huma.API, method, path, id, summary string, f func(context.Context, *I) (*O, error)) {
	extensions, security := access(id)
	huma.Register(h, huma.Operation{
		OperationID: id, Method: method, Path: "/api/v1" + path, Summary: summary, Security: security, Extensions: extensions,
	}, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			logRefusal(ctx, id, err)
			return nil, fail(ctx, err)
		}
		return out, nil
	})
}

// standing is how many leaves independent witnesses have covered.
func (a *api) standing(ctx context.Context) uint64 {
	s, err := a.node.Standing(ctx)
	if err != nil {
		return 0
	}
	return s.Size
}

type flightsInput struct {
	Page
	Span
	Aircraft string `query:"aircraft" doc:"address, registration or callsign, as stated"`
	State    string `query:"state" enum:"open,closed,mentioned"`
	Entered  string `query:"entered" pattern:"^[A-Z]{3}$" doc:"ISO 3166-1 alpha-3 of a state that an entry is stated for"`
	Year     int    `query:"year"`
}

// FlightPath names a flight.
type FlightPath struct {
	Flight string `path:"flight" example:"LOCAL-2026-0001"`
}

type entriesInput struct {
	Page
	Span
	Flight string `query:"flight"`
	State  string `query:"state" pattern:"^[A-Z]{3}$"`
}

type fixesInput struct {
	Page
	FlightPath
	Source string `query:"source" doc:"name of the path; that of the first path where there is only one"`
}

// Fix is one kept fix.
type Fix struct {
	Number   uint64          `json:"number"`
	Time     *report.Instant `json:"time"`
	Lat      float64         `json:"lat"`
	Lon      float64         `json:"lon"`
	Altitude *float64        `json:"altitude_m"`
	Datum    string          `json:"datum"`
	Speed    *float64        `json:"ground_speed_m_s"`
	Offset   int64           `json:"offset"`
}

func (a *api) flights(h huma.API) {
	get(h, "/flights", "list-flights", "What was flown, the latest number first", func(ctx context.Context, in *flightsInput) (*body[list[report.Summary]], error) {
		if err := a.node.Caught(ctx); err != nil {
			return nil, err
		}
		all, next, err := a.node.Models().Flights(ctx, sqlite.FlightFilter{
			Year: in.Year, Aircraft: in.Aircraft, State: in.State, Entered: in.Entered, Period: in.period(),
		}, in.of())
		if err != nil {
			return nil, err
		}
		out := list[report.Summary]{Items: []report.Summary{}, Next: next}
		standing := a.standing(ctx)
		for i := range all {
			out.Items = append(out.Items, report.SummaryOf(&all[i], standing))
		}
		return &body[list[report.Summary]]{out}, nil
	})
	get(h, "/flights/{flight}", "get-flight", "Everything that was stated of a flight but its fixes and footprints", func(ctx context.Context, in *FlightPath) (*body[*report.Flight], error) {
		whole, err := a.whole(ctx, in.Flight)
		if err != nil {
			return nil, err
		}
		return &body[*report.Flight]{report.FlightOf(whole, a.standing(ctx))}, nil
	})
	get(h, "/flights/{flight}/fixes", "list-fixes", "The kept fixes of a path, in their order", a.fixes)
	get(h, "/entries", "list-entries", "Entries into airspace, by their earliest instant", func(ctx context.Context, in *entriesInput) (*body[list[report.FlightEntry]], error) {
		var sortie journal.Sortie
		var err error
		if in.Flight != "" {
			if sortie, err = journal.ParseSortie(in.Flight); err != nil {
				return nil, err
			}
		}
		all, next, err := a.node.Models().Entries(ctx, sqlite.EntryFilter{Flight: sortie, State: airspace.State(in.State), Period: in.period()}, in.of())
		if err != nil {
			return nil, err
		}
		out := list[report.FlightEntry]{Items: []report.FlightEntry{}, Next: next}
		standing := a.standing(ctx)
		for i := range all {
			out.Items = append(out.Items, report.FlightEntryOf(&all[i], standing))
		}
		return &body[list[report.FlightEntry]]{out}, nil
	})
}

func stamp(t time.Time) *report.Instant {
	if t.IsZero() {
		return nil
	}
	i := report.Instant(t)
	return &i
}

func (a *api) whole(ctx context.Context, number string) (*sqlite.Whole, error) {
	sortie, err := journal.ParseSortie(number)
	if err != nil {
		return nil, err
	}
	if err := a.node.Caught(ctx); err != nil {
		return nil, err
	}
	whole, err := a.node.Models().Flight(ctx, sortie)
	return &whole, err
}

func (a *api) fixes(ctx context.Context, in *fixesInput) (*body[list[Fix]], error) {
	sortie, err := journal.ParseSortie(in.Flight)
	if err != nil {
		return nil, err
	}
	if in.Source == "" {
		paths, err := a.node.Models().Paths(ctx, sortie)
		if err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			return &body[list[Fix]]{list[Fix]{Items: []Fix{}}}, nil
		}
		in.Source = paths[0].Source
	}
	all, next, err := a.node.Models().Fixes(ctx, sortie, in.Source, in.of())
	if err != nil {
		return nil, err
	}
	out := list[Fix]{Items: []Fix{}, Next: next}
	for i := range all {
		f := &all[i].Fix
		x := Fix{
			Number: all[i].Number, Time: stamp(f.Time), Lat: float64(f.Position.Lat), Lon: float64(f.Position.Lon),
			Datum: f.Altitude.Datum.String(), Offset: f.Ref.Offset,
		}
		if f.Altitude.Datum != geodesy.UnknownDatum {
			v := float64(f.Altitude.Value)
			x.Altitude = &v
		}
		if f.GroundSpeed >= 0 && !all[i].Sampled {
			v := float64(f.GroundSpeed)
			x.Speed = &v
		}
		out.Items = append(out.Items, x)
	}
	return &body[list[Fix]]{out}, nil
}
