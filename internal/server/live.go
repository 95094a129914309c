package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

type liveInput struct {
	Flight string `query:"flight" doc:"one flight; empty is all"`
}

// live streams what is newest, one object a line. It is provisional: not evidence before its minute is sealed.
func (a *api) live(h huma.API) {
	get(h, "/live", "live", "What is newest of each path, one JSON object a line: provisional until its minute is sealed; a slow reader gets the newest, never a backlog", func(ctx context.Context, in *liveInput) (*huma.StreamResponse, error) {
		l, err := a.node.Live(in.Flight)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(c huma.Context) {
			defer func() { _ = l.Close() }() // nobody is left to tell
			c.SetHeader("Content-Type", "application/x-ndjson")
			c.SetHeader("Cache-Control", "no-store")
			w := c.BodyWriter()
			flush, _ := w.(interface{ Flush() })
			for {
				if flush != nil {
					flush.Flush()
				}
				p, err := l.Next(ctx)
				if err != nil {
					return
				}
				if _, err := w.Write(append(p.Data, '\n')); err != nil {
					return
				}
			}
		}}, nil
	})
}
