package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// Stated is where a statement stands.
type Stated struct {
	Event uint64  `json:"event"`
	Leaf  *uint64 `json:"leaf"`
}

func statedOf(s node.Stated, err error) (*body[Stated], error) {
	if err != nil {
		return nil, err
	}
	out := Stated{Event: s.Sequence}
	if s.Logged {
		leaf := s.Leaf
		out.Leaf = &leaf
	}
	return &body[Stated]{out}, nil
}

type noFlightInput struct {
	Body struct {
		Tail string `json:"tail" doc:"empty: none of the operator's airframes"`
		Day  string `json:"day" format:"date"`
		By   string `json:"by,omitempty" doc:"who states it; of a user who is signed in, that user"`
	}
}

type hoursInput struct {
	Body struct {
		Tail  string  `json:"tail"`
		Hours float64 `json:"hours" minimum:"0" maximum:"1000000"`
		By    string  `json:"by,omitempty" doc:"who states it; of a user who is signed in, that user"`
	}
}

type lossInput struct {
	Body struct {
		Flight string    `json:"flight"`
		Source string    `json:"source"`
		From   time.Time `json:"from,omitempty"`
		To     time.Time `json:"to,omitempty"`
		Cause  string    `json:"cause"`
		By     string    `json:"by,omitempty" doc:"who states it; of a user who is signed in, that user"`
	}
}

type eraseInput struct {
	ID   string `path:"id"`
	Body struct {
		Reason string `json:"reason"`
		By     string `json:"by,omitempty" doc:"who states it; of a user who is signed in, that user"`
	}
}

type closeInput struct {
	FlightPath
	Body struct {
		By string `json:"by,omitempty" doc:"who states it; of a user who is signed in, that user"`
	}
}

type kindInput struct {
	Page
	Kind string `path:"kind" enum:"no-flights,hours,reads,exports"`
}

func (a *api) statements(h huma.API) {
	operation(h, http.MethodPost, "/statements/no-flight", "declare-no-flight", "State that an airframe did not fly on a day", func(ctx context.Context, in *noFlightInput) (*body[Stated], error) {
		day, err := time.Parse(time.DateOnly, in.Body.Day)
		if err != nil {
			return nil, &Problem{Title: http.StatusText(http.StatusUnprocessableEntity), Status: http.StatusUnprocessableEntity, Detail: err.Error(), Code: "day", Args: []string{in.Body.Day}}
		}
		return statedOf(a.node.DeclareNoFlight(ctx, in.Body.Tail, journal.Day{Year: day.Year(), Month: day.Month(), Day: day.Day()}, byWhom(ctx, in.Body.By)))
	})
	operation(h, http.MethodPost, "/statements/hours", "declare-hours", "State what the hour meter of an airframe shows", func(ctx context.Context, in *hoursInput) (*body[Stated], error) {
		return statedOf(a.node.ReadHours(ctx, in.Body.Tail, time.Duration(in.Body.Hours*float64(time.Hour)).Round(time.Second), byWhom(ctx, in.Body.By)))
	})
	operation(h, http.MethodPost, "/statements/loss", "declare-loss", "State that data is lost", func(ctx context.Context, in *lossInput) (*body[Stated], error) {
		e := journal.LossDeclared{Source: in.Body.Source, From: in.Body.From, To: in.Body.To, Cause: in.Body.Cause, By: byWhom(ctx, in.Body.By)}
		if in.Body.Flight != "" {
			whole, err := a.whole(ctx, in.Body.Flight)
			if err != nil {
				return nil, err
			}
			e.Flight = whole.Sortie
		}
		return statedOf(a.node.DeclareLoss(ctx, e))
	})
	operation(h, http.MethodPost, "/segments/{id}/erasure", "erase-segment", "Destroy the key of a segment; its tombstone stays", func(ctx context.Context, in *eraseInput) (*body[Stated], error) {
		return statedOf(a.node.Erase(ctx, journal.SegmentID(in.ID), in.Body.Reason, byWhom(ctx, in.Body.By)))
	})
	operation(h, http.MethodPost, "/flights/{flight}/end", "close-flight", "End an open flight", func(ctx context.Context, in *closeInput) (*body[Stated], error) {
		sortie, err := journal.ParseSortie(in.Flight)
		if err != nil {
			return nil, err
		}
		return statedOf(a.node.CloseFlight(ctx, sortie, byWhom(ctx, in.Body.By)))
	})
	get(h, "/statements/{kind}", "list-statements", "Statements of one kind, in their order", a.statementsOf)
	get(h, "/airframes/{tail}/hours", "airframe-hours", "Hours flown by the log between two readings of the meter, beside their difference", a.hours)
}

func (a *api) statementsOf(ctx context.Context, in *kindInput) (*body[list[report.Statement]], error) {
	standing := a.standing(ctx)
	m, p := a.node.Models(), in.of()
	switch in.Kind {
	case "no-flights":
		all, next, err := m.NoFlights(ctx, sqlite.StatementFilter{}, p)
		return saidOf(all, next, err, standing)
	case "hours":
		all, next, err := m.HourReadings(ctx, sqlite.StatementFilter{}, p)
		return saidOf(all, next, err, standing)
	case "reads":
		all, next, err := m.Reads(ctx, sqlite.StatementFilter{}, p)
		return saidOf(all, next, err, standing)
	default:
		all, next, err := m.Exports(ctx, sqlite.StatementFilter{}, p)
		return saidOf(all, next, err, standing)
	}
}

func saidOf[E journal.Event](all []sqlite.Said[E], next string, err error, standing uint64) (*body[list[report.Statement]], error) {
	out := list[report.Statement]{Items: []report.Statement{}, Next: next}
	for _, s := range all {
		out.Items = append(out.Items, report.SaidOf(s, standing))
	}
	return &body[list[report.Statement]]{out}, err
}

type tailInput struct {
	Tail string `path:"tail"`
}

// Hours sets the difference of two readings of an hour meter beside the hours of the flights that ended between them.
type Hours struct {
	Tail      string          `json:"tail"`
	From      *report.Instant `json:"from"` // of the first reading
	To        *report.Instant `json:"to"`   // of the last
	Metered   *float64        `json:"metered_h"`
	Flown     float64         `json:"flown_h"`
	Flights   int             `json:"flights"`
	Unlogged  *float64        `json:"unlogged_h"` // metered and not flown by the log
	NumberOf  int             `json:"readings"`
	Backwards bool            `json:"backwards"` // the meter went back
}

func (a *api) hours(ctx context.Context, in *tailInput) (*body[Hours], error) {
	if err := a.node.Caught(ctx); err != nil {
		return nil, err
	}
	all, _, err := a.node.Models().HourReadings(ctx, sqlite.StatementFilter{Subject: in.Tail}, sqlite.Page{Limit: sqlite.MostInPage})
	if err != nil {
		return nil, err
	}
	out := Hours{Tail: in.Tail, NumberOf: len(all)}
	var period Span
	if n := len(all); n > 0 {
		first, last := all[0].Event, all[n-1].Event
		out.From, out.To = stamp(first.At), stamp(last.At)
		if n > 1 {
			period = Span{From: first.At, To: last.At}
			metered := (last.Total - first.Total).Hours()
			out.Metered, out.Backwards = &metered, metered < 0
		}
	}
	flown, flights, err := a.node.Models().FlownHours(ctx, in.Tail, period.period())
	if err != nil {
		return nil, err
	}
	out.Flown, out.Flights = flown.Hours(), flights
	if out.Metered != nil {
		unlogged := *out.Metered - out.Flown
		out.Unlogged = &unlogged
	}
	return &body[Hours]{out}, nil
}
