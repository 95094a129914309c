package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"overflight/internal/catalogue"
	"overflight/internal/node"
)

// Health is how the node is, for people: each part with a sentence of what is wrong.
type Health struct {
	Ready   bool         `json:"ready"`
	OK      bool         `json:"ok"`
	Version string       `json:"version"`
	Halted  string       `json:"halted"`
	Parts   []Part       `json:"parts"`
	Journal JournalState `json:"journal"`
	Log     LogState     `json:"log"`
	Disk    DiskState    `json:"disk"`
}

// Part is one part of the node.
type Part struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

// JournalState is how far the journal is.
type JournalState struct {
	Events    uint64 `json:"events"`
	Projected uint64 `json:"projected"`
	Feed      uint64 `json:"feed_messages"` // received and not sealed
	FeedBytes uint64 `json:"feed_bytes"`
}

// LogState is how far the log is.
type LogState struct {
	Origin     string `json:"origin"`
	Key        string `json:"key"`
	Leaves     uint64 `json:"leaves"`
	Checkpoint uint64 `json:"checkpoint"`
	Witnessed  uint64 `json:"witnessed"` // leaves that independent witnesses have covered
	Policy     bool   `json:"policy"`
	Ahead      uint64 `json:"ahead_of_padding"`
}

// DiskState is the room there is.
type DiskState struct {
	Used    int64    `json:"used_bytes"`
	Free    [2]int64 `json:"free_bytes"`
	Hours   *float64 `json:"hours"` // at the present rate; null at none
	Rate    float64  `json:"bytes_per_s"`
	Sealed  int      `json:"segments"`
	Erased  int      `json:"erased"`
	Sources int      `json:"sources"`
	Behind  float64  `json:"behind_s"` // age of the oldest bytes that the journal does not have
}

func (a *api) health(h huma.API) {
	get(h, "/health", "get-health", "How the node is", func(ctx context.Context, _ *struct{}) (*body[Health], error) {
		x := a.node.Health(ctx)
		return &body[Health]{a.healthOf(&x, words(ctx))}, nil
	})
}

func (a *api) healthOf(x *node.Health, words *catalogue.Catalogue) Health {
	out := Health{
		Ready: x.Ready, OK: x.OK, Version: a.Version, Halted: x.Halted, Parts: []Part{},
		Journal: JournalState{Events: x.Events.Last, Projected: x.Projected, Feed: x.Feed.Messages, FeedBytes: x.Feed.Bytes},
		Log: LogState{
			Origin: a.node.LogKey().Name(), Key: a.node.LogKey().String(), Leaves: x.Entered.Leaves, Checkpoint: x.Checkpoint,
			Witnessed: x.Standing, Policy: a.node.Policy() != nil, Ahead: x.Entered.Ahead,
		},
		Disk: DiskState{
			Used: x.Disk.Used, Free: x.Disk.Free, Rate: x.Rate, Sealed: x.Segments.Segments, Erased: x.Segments.Erased, Sources: x.Sources, Behind: x.Behind.Seconds(),
		},
	}
	if x.Rate > 0 {
		out.Disk.Hours = &x.Disk.Hours
	}
	for _, p := range x.Parts {
		text := words.Text("health.ok." + p.Name)
		if !p.OK {
			args := make([]any, len(p.Args))
			for i, v := range p.Args {
				args[i] = v
			}
			text = words.Text(p.Code, args...)
		}
		out.Parts = append(out.Parts, Part{Name: p.Name, OK: p.OK, Text: text})
	}
	return out
}
