package server

import (
	"context"
	"math"

	"overflight/geodesy"
	"overflight/internal/report"
)

// Nearest is the ground that was looked at nearest to a place; without a flight there is none within the distance that was searched.
type Nearest struct {
	Flight   string          `json:"flight"`
	Source   string          `json:"source"`
	Time     *report.Instant `json:"time"`       // of the frame
	At       *[2]float64     `json:"at"`         // longitude, latitude: the edge of its ground
	Distance float64         `json:"distance_m"` // of it from the place
	Bearing  float64         `json:"bearing_deg"`
	Within   float64         `json:"within_m"` // how far was searched
}

type nearestInput struct {
	Sought
	Spot
}

func (a *api) nearest(ctx context.Context, in *nearestInput) (*body[Nearest], error) {
	at, err := in.place(ctx)
	if err != nil {
		return nil, err
	}
	got, err := a.node.Nearest(ctx, at, in.period())
	if err != nil {
		return nil, err
	}
	out := Nearest{Within: float64(got.Within)}
	if !got.Flight.IsZero() {
		_, bearing, _ := geodesy.Inverse(at, got.At)
		out.Flight, out.Source, out.Time = got.Flight.String(), got.Source, stamp(got.Glimpse.Time)
		out.At = &[2]float64{float64(got.At.Lon), float64(got.At.Lat)}
		out.Distance = math.Round(float64(got.Distance)*10) / 10
		out.Bearing = math.Round(math.Mod(float64(bearing)+360, 360)*10) / 10
	}
	return &body[Nearest]{out}, nil
}
