package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"overflight/internal/node"
	"overflight/journal"
)

type bundleInput struct {
	FlightPath
	Span
	Segments bool   `query:"segments" doc:"with the bytes of the segments"`
	Who      string `query:"by" doc:"who takes it out"`
	Purpose  string `query:"purpose"`
}

type openingsInput struct {
	From    uint64 `query:"from" doc:"index of the first leaf"`
	Who     string `query:"by"`
	Purpose string `query:"purpose"`
}

// Opened is a leaf and what opens it.
type Opened struct {
	Leaf    uint64          `json:"leaf"`
	Event   uint64          `json:"event"` // 0 of padding
	Opening json.RawMessage `json:"opening"`
}

func (a *api) openings(ctx context.Context, in *openingsInput) (*huma.StreamResponse, error) {
	return stream("application/x-ndjson", func(c huma.Context) error {
		lines := json.NewEncoder(c.BodyWriter())
		lines.SetEscapeHTML(false)
		return a.node.Openings(ctx, in.From, byWhom(ctx, in.Who), in.Purpose, func(leaf, event uint64, opening []byte) error {
			return lines.Encode(Opened{leaf, event, opening})
		})
	}), nil
}

type segmentInput struct {
	ID      string `path:"id"`
	Who     string `query:"by"`
	Purpose string `query:"purpose"`
	Range   string `header:"Range"`
}

// Step is one thing that was verified.
type Step = node.Step

func (a *api) evidence(h huma.API) {
	get(h, "/flights/{flight}/bundle", "get-bundle", "An evidence bundle, a zip archive that overflight-verify checks offline", a.bundle)
	get(h, "/segments/{id}/bytes", "get-segment", "The bytes of a sealed segment as they were received; ranges are served", a.segment)
	get(h, "/openings", "list-openings", "What opens every leaf of the log, padding too, one JSON object a line: for an auditor", a.openings)
	operation(h, http.MethodPost, "/journal/verification", "verify", "Read everything again; answers with one step a line of JSON", a.verify)
}

// stream answers with what write writes. An error before the first byte is a problem.
func stream(kind string, write func(huma.Context) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", kind)
		if err := write(c); err != nil {
			p := ProblemOf(err, languageOf(c.Header("Accept-Language")))
			c.SetHeader("Content-Type", "application/problem+json")
			c.SetStatus(p.Status)
			_ = json.NewEncoder(c.BodyWriter()).Encode(p) // nobody is left to tell
		}
	}}
}

func (a *api) bundle(ctx context.Context, in *bundleInput) (*huma.StreamResponse, error) {
	sortie, err := journal.ParseSortie(in.Flight)
	if err != nil {
		return nil, err
	}
	return stream("application/zip", func(c huma.Context) error {
		out := &counted{to: c.BodyWriter()}
		c.SetHeader("Content-Disposition", `attachment; filename="`+in.Flight+`.zip"`)
		_, err := a.node.Bundle(ctx, out, node.BundleRequest{Flight: sortie, From: in.From, To: in.To, Segments: in.Segments, Who: byWhom(ctx, in.Who), Purpose: in.Purpose})
		if err != nil && out.bytes > 0 {
			a.Logger.Error("bundle", slog.Any("error", err))
			panic(http.ErrAbortHandler) // a bundle that is cut short must not look whole
		}
		return err
	}), nil
}

type counted struct {
	to    io.Writer
	bytes int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	c.bytes += int64(n)
	return n, err
}

func (a *api) segment(ctx context.Context, in *segmentInput) (*huma.StreamResponse, error) {
	reader, err := a.node.OpenSegment(ctx, journal.SegmentID(in.ID), byWhom(ctx, in.Who), in.Purpose)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { _ = reader.Close() }() // it was only read
		size := reader.Size()
		from, to, partial, ok := byteRange(in.Range, size)
		c.SetHeader("Accept-Ranges", "bytes")
		if !ok {
			c.SetHeader("Content-Range", fmt.Sprintf("bytes */%d", size))
			c.SetStatus(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		c.SetHeader("Content-Type", "video/mp2t")
		c.SetHeader("ETag", `"`+reader.Segment().Digest.String()+`"`)
		c.SetHeader("Cache-Control", "private, no-store") // what is erased is to be gone
		c.SetHeader("Content-Length", fmt.Sprint(to-from))
		if partial {
			c.SetHeader("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, size))
			c.SetStatus(http.StatusPartialContent)
		}
		if _, err := io.Copy(c.BodyWriter(), io.NewSectionReader(reader, from, to-from)); err != nil && ctx.Err() == nil {
			a.Logger.Warn("segment", slog.String("id", in.ID), slog.Any("error", err))
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

// byteRange reads a Range header of one range (RFC 9110 14.1.2). Others are answered with everything, as the RFC allows.
func byteRange(header string, size int64) (from, to int64, partial, ok bool) {
	spec, found := strings.CutPrefix(header, "bytes=")
	if !found || strings.Contains(spec, ",") {
		return 0, size, false, true
	}
	first, last, _ := strings.Cut(spec, "-")
	var a, b int64
	switch {
	case first == "":
		if _, err := fmt.Sscanf(last, "%d", &b); err != nil || b <= 0 {
			return 0, 0, false, false
		}
		return max(0, size-b), size, true, size > 0
	case last == "":
		b = size - 1
	default:
		if _, err := fmt.Sscanf(last, "%d", &b); err != nil {
			return 0, 0, false, false
		}
	}
	if _, err := fmt.Sscanf(first, "%d", &a); err != nil || a < 0 || a > b || a >= size {
		return 0, 0, false, false
	}
	return a, min(b+1, size), true, true
}

func (a *api) verify(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
	return stream("application/x-ndjson", func(c huma.Context) error {
		w := c.BodyWriter()
		lines := json.NewEncoder(w)
		flush, _ := w.(http.Flusher)
		_, err := a.node.Verify(ctx, func(s Step) {
			_ = lines.Encode(s) // who asked may be gone
			if flush != nil {
				flush.Flush()
			}
		})
		return err
	}), nil
}

// logHandler serves the log as c2sp.org/tlog-tiles has it, and takes cosignatures.
func (a *api) logHandler() http.Handler {
	files := http.FileServer(http.Dir(a.node.LogFolder()))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /tile/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		if strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /policy", func(w http.ResponseWriter, r *http.Request) {
		text, err := a.node.PolicyText()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(text)
	})
	mux.HandleFunc("POST /cosignatures", func(w http.ResponseWriter, r *http.Request) {
		note, err := io.ReadAll(io.LimitReader(r.Body, maxNote))
		if err == nil {
			_, err = a.node.Attach(r.Context(), note)
		}
		if err != nil {
			p := ProblemOf(err, languageOf(r.Header.Get("Accept-Language")))
			w.Header().Set("Content-Type", p.ContentType(""))
			w.WriteHeader(p.Status)
			_ = json.NewEncoder(w).Encode(p) // nobody is left to tell
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

const maxNote = 64 << 10
