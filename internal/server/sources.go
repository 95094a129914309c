package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/evidence"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/report"
)

// Source is a source as it stands.
type Source struct {
	Name        string          `json:"name"`
	URL         string          `json:"url"` // without secrets
	Live        bool            `json:"live"`
	Phase       string          `json:"phase"`
	Ended       bool            `json:"ended"`
	Error       *Problem        `json:"error,omitempty"` // why it ended
	Flight      string          `json:"flight"`          // the latest
	Peer        string          `json:"peer"`
	Since       *report.Instant `json:"since"`
	LastByte    *report.Instant `json:"last_byte"`
	Age         float64         `json:"age_s"`
	Bytes       uint64          `json:"bytes"`
	Rate        float64         `json:"bytes_per_s"`
	Lost        *uint64         `json:"lost_packets"` // null where the transport does not count
	Reconnects  uint64          `json:"reconnects"`
	Sealed      int64           `json:"sealed_bytes"`
	Findings    uint64          `json:"findings"`
	LastFinding *SourceFinding  `json:"last_finding"`
	Spool       Spool           `json:"spool"`
}

// SourceFinding is the newest finding about a source.
type SourceFinding struct {
	At   report.Instant `json:"at"`
	Code string         `json:"code"`
	Text string         `json:"text"`
}

// Spool is what waits for the journal.
type Spool struct {
	Waiting uint64          `json:"waiting"`
	Bytes   int64           `json:"bytes"`
	Oldest  *report.Instant `json:"oldest"`
	Lost    uint64          `json:"lost"`
	Failing string          `json:"failing"`
}

func sourceOf(ctx context.Context, s *node.Source) Source {
	language, _ := ctx.Value(languageKey{}).(catalogue.Language)
	if language == "" {
		language = catalogue.English
	}
	out := Source{
		Name: s.Source, URL: s.URL, Live: s.Live, Phase: string(s.Phase), Ended: s.Ended, Flight: s.Sortie.String(), Peer: s.Peer,
		Since: stamp(s.Since), LastByte: stamp(s.LastByte), Age: s.Age.Seconds(), Bytes: s.Bytes, Rate: float64(s.Rate), Reconnects: s.Reconnects,
		Sealed: s.Sealed, Findings: s.State.Findings,
		Spool: Spool{Waiting: s.Spool.Waiting, Bytes: s.Spool.Disk + s.Spool.Memory, Oldest: stamp(s.Spool.Oldest), Lost: s.Spool.Lost},
	}
	if s.Loss.Known {
		lost := s.Loss.Packets
		out.Lost = &lost
	}
	if s.Err != nil {
		out.Error = ProblemOf(s.Err, language)
	}
	if s.Spool.Failing != nil {
		out.Spool.Failing = s.Spool.Failing.Error()
	}
	if !s.LastDefectAt.IsZero() {
		out.LastFinding = &SourceFinding{report.Instant(s.LastDefectAt), string(s.LastDefect.Code), finding(language, s.LastDefect)}
	}
	return out
}

func finding(language catalogue.Language, d evidence.Defect) string {
	return catalogue.Open(language).Finding(d)
}

type addInput struct {
	Body node.SourceRequest
}

type nameInput struct {
	Name string `path:"name"`
	By   string `query:"by" doc:"who asks"`
}

type waitInput struct {
	Name    string `path:"name"`
	Seconds int    `query:"seconds" minimum:"1" maximum:"60" default:"20" doc:"how long at most"`
}

func (a *api) sources(h huma.API) {
	get(h, "/sources", "list-sources", "Sources that were asked for since the server began", func(ctx context.Context, _ *struct{}) (*body[list[Source]], error) {
		out := list[Source]{Items: []Source{}}
		for _, s := range a.node.Sources() {
			out.Items = append(out.Items, sourceOf(ctx, &s))
		}
		return &body[list[Source]]{out}, nil
	})
	operation(h, http.MethodPost, "/sources", "add-source", "Take in a live source, a file or a folder", func(ctx context.Context, in *addInput) (*body[Source], error) {
		s, err := a.node.AddSource(ctx, in.Body)
		if err != nil {
			return nil, err
		}
		return &body[Source]{sourceOf(ctx, &s)}, nil
	})
	operation(h, http.MethodDelete, "/sources/{name}", "stop-source", "Stop a source and end its flight", func(ctx context.Context, in *nameInput) (*struct{}, error) {
		return nil, a.node.StopSource(ctx, in.Name, byWhom(ctx, in.By))
	})
	get(h, "/sources/{name}/end", "await-source", "Wait until a source has ended; answers with how it stands when it has or the time is over", func(ctx context.Context, in *waitInput) (*body[Source], error) {
		ctx, cancel := context.WithTimeout(ctx, time.Duration(in.Seconds)*time.Second)
		defer cancel()
		s, err := a.node.WaitSource(ctx, in.Name)
		if err != nil && ctx.Err() == nil {
			return nil, err
		}
		return &body[Source]{sourceOf(ctx, &s)}, nil
	})
}
