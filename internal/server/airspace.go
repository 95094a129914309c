package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/atlas"
)

type airspaceInput struct {
	States string `query:"states" required:"true" pattern:"^[A-Z]{3}(,[A-Z]{3}){0,31}$" doc:"ISO 3166-1 alpha-3, with commas between"`
	Accept string `header:"Accept-Encoding"`
}

// outlines are drawn once for each set of states that is asked for.
type outlines struct {
	mu    sync.Mutex // guards what follows
	drawn map[string][]byte
}

// mostOutlines bounds what is kept; a state has some hundred kilobytes.
const mostOutlines = 64

// airspace gives out the boundaries that entries are told by, so that what is drawn is what was reckoned with.
func (a *api) airspace(h huma.API) {
	known := &outlines{drawn: map[string][]byte{}}
	get(h, "/airspace", "get-airspace", "The airspace of states as GeoJSON: the boundaries that entries are told by", func(_ context.Context, in *airspaceInput) (*huma.StreamResponse, error) {
		b, err := known.of(in.States)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(c huma.Context) {
			c.SetHeader("Content-Type", "application/geo+json")
			c.SetHeader("Cache-Control", "private, max-age=3600")
			c.SetHeader("Vary", "Accept-Encoding")
			if !strings.Contains(in.Accept, "gzip") {
				r, err := gzip.NewReader(bytes.NewReader(b))
				if err == nil {
					_, _ = io.Copy(c.BodyWriter(), r) //nolint:gosec // of what was compressed here
				}
				return
			}
			c.SetHeader("Content-Encoding", "gzip")
			_, _ = c.BodyWriter().Write(b) // nobody is left to tell
		}}, nil
	})
}

// of returns the outlines of states, compressed. States that the boundaries do not know are left out.
func (o *outlines) of(list string) ([]byte, error) {
	states := strings.Split(list, ",")
	slices.Sort(states)
	key := strings.Join(slices.Compact(states), ",")
	o.mu.Lock()
	defer o.mu.Unlock()
	if b, ok := o.drawn[key]; ok {
		return b, nil
	}
	lines, err := atlas.Open()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(collection(lines, strings.Split(key, ",")))
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	for k := range o.drawn {
		if len(o.drawn) < mostOutlines {
			break
		}
		delete(o.drawn, k)
	}
	o.drawn[key] = b.Bytes()
	return b.Bytes(), nil
}

// collection writes a FeatureCollection (RFC 7946) with a millionth of a degree, a tenth of a metre: the boundaries are not
// known better than metres.
func collection(lines *airspace.Atlas, states []string) []byte {
	b := []byte(`{"type":"FeatureCollection","source":` + strconv.Quote(lines.Info().Name+" "+lines.Info().Version) + `,"features":[`)
	first := true
	for _, s := range states {
		polygons := lines.Polygons(airspace.State(s))
		if len(polygons) == 0 {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, `{"type":"Feature","properties":{"state":"`+s+`"},"geometry":{"type":"MultiPolygon","coordinates":[`...)
		for i, polygon := range polygons {
			b = separated(b, i, '[')
			for j, ring := range polygon {
				b = separated(b, j, '[')
				for k, p := range ring {
					b = separated(b, k, '[')
					b = append(append(decimal(b, p.Lon), ','), decimal(nil, p.Lat)...)
					b = append(b, ']')
				}
				b = append(b, ']')
			}
			b = append(b, ']')
		}
		b = append(b, `]}}`...)
	}
	return append(b, `]}`...)
}

func separated(b []byte, i int, open byte) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return append(b, open)
}

func decimal(b []byte, a geodesy.Angle) []byte {
	return strconv.AppendFloat(b, math.Round(float64(a)*1e6)/1e6, 'f', -1, 64)
}
