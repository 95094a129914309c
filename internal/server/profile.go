package server

import (
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/geodesy"
	"overflight/internal/report"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// Profile is how a path went over its time, thinned for a plot: each point was measured, none is a mean.
type Profile struct {
	Source string         `json:"source"`
	Frames int            `json:"frames" doc:"of which the points were taken"`
	Points []ProfilePoint `json:"points"`
}

// ProfilePoint is one frame. Lengths are metres.
type ProfilePoint struct {
	Time     report.Instant `json:"time"`
	Altitude *float64       `json:"altitude_m,omitempty"`
	Datum    string         `json:"datum,omitempty"`
	Slant    *float64       `json:"slant_m,omitempty"`
	Width    *float64       `json:"width_m,omitempty" doc:"of the ground in the middle of the picture, from its left to its right edge"`
}

type profileInput struct {
	FlightPath
	Source string `query:"source" doc:"name of the path; that of the first path where there is only one"`
	Points int    `query:"points" minimum:"10" maximum:"5000" default:"1200" doc:"how many at most"`
}

func (a *api) profile(h huma.API) {
	get(h, "/flights/{flight}/profile", "get-profile", "Altitude, slant range and ground width of a path over its time, thinned for a plot", a.profiled)
}

func (a *api) profiled(ctx context.Context, in *profileInput) (*body[Profile], error) {
	sortie, err := journal.ParseSortie(in.Flight)
	if err != nil {
		return nil, err
	}
	if err := a.node.Caught(ctx); err != nil {
		return nil, err
	}
	paths, err := a.node.Models().Paths(ctx, sortie)
	if err != nil {
		return nil, err
	}
	if in.Source == "" && len(paths) > 0 {
		in.Source = paths[0].Source
	}
	out := Profile{Source: in.Source, Points: []ProfilePoint{}}
	at := slices.IndexFunc(paths, func(p sqlite.Path) bool { return p.Source == in.Source })
	if at < 0 {
		return &body[Profile]{out}, nil
	}
	p := &paths[at]
	step := p.To.Sub(p.From) / time.Duration(in.Points)
	var next time.Time
	for page := (sqlite.Page{Limit: blocksAtOnce}); ; {
		blocks, after, err := a.node.Models().Footprints(ctx, sortie, in.Source, page)
		if err != nil {
			return nil, err
		}
		for i := range blocks {
			for j := range blocks[i].Footprints {
				out.Frames++
				l := &blocks[i].Footprints[j]
				t := l.Footprint.Time
				if t.IsZero() || t.Before(next) || len(out.Points) >= in.Points {
					continue
				}
				next = t.Add(step)
				out.Points = append(out.Points, pointOf(l))
			}
		}
		if after == "" {
			return &body[Profile]{out}, nil
		}
		page.After = after
	}
}

// blocksAtOnce is how many blocks of footprints are read together; each is a minute at most.
const blocksAtOnce = 100

func pointOf(l *journal.Look) ProfilePoint {
	x := ProfilePoint{Time: report.Instant(l.Footprint.Time)}
	if v, ok := l.Altitude.Get(); ok {
		m := float64(v.Value)
		x.Altitude, x.Datum = &m, v.Datum.String()
	}
	if v, ok := l.Footprint.SlantRange.Get(); ok {
		m := float64(v)
		x.Slant = &m
	}
	if f := &l.Footprint; f.OnGround() {
		m := float64(geodesy.Distance(between(f.Corners[0], f.Corners[3]), between(f.Corners[1], f.Corners[2])))
		x.Width = &m
	}
	return x
}

// between is the middle of a side of a footprint: a side is short, and its middle in degrees is that on the ground.
func between(a, b geodesy.Position) geodesy.Position {
	lon := float64(b.Lon - a.Lon)
	switch {
	case lon > 180:
		lon -= 360
	case lon < -180:
		lon += 360
	}
	return geodesy.Position{Lat: (a.Lat + b.Lat) / 2, Lon: a.Lon + geodesy.Angle(lon/2)}
}
