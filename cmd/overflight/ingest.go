package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/live"
	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/internal/server"
)

func newIngest(t *terminal) *cobra.Command {
	var f folder
	var q node.SourceRequest
	var detach bool
	c := &cobra.Command{
		Use:   "ingest SOURCE...",
		Short: t.words.Text("help.ingest"),
		Long:  t.words.Text("help.ingest") + "\n\n" + t.words.Text("help.ingest.long") + "\n\n  " + live.Forms,
		Args:  files(t),
		RunE:  func(c *cobra.Command, args []string) error { return doIngest(c.Context(), t, &f, q, detach, args) },
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&q.Name, "name", "", t.words.Text("help.name"))
	flags.StringVar(&q.Aircraft, "aircraft", "", t.words.Text("help.aircraft"))
	flags.StringVar(&q.Flight, "flight", "", t.words.Text("help.flight-join"))
	flags.BoolVar(&q.Again, "again", false, t.words.Text("help.again"))
	flags.BoolVar(&q.Exposed, "exposed", false, t.words.Text("help.exposed"))
	flags.BoolVar(&detach, "detach", false, t.words.Text("help.detach"))
	return c
}

func doIngest(ctx context.Context, t *terminal, f *folder, q node.SourceRequest, detach bool, urls []string) error {
	if q.Name != "" && len(urls) > 1 {
		return usage("%s", t.words.Text("error.one-name"))
	}
	return f.with(ctx, t, true, func(k *client.Client) error {
		if detach && k.Local {
			return errors.New(t.words.Text("error.detach"))
		}
		// A live source that a server takes in is the server's from then on; without a server it lasts as long as the command.
		q.Keep = !k.Local
		var all sync.WaitGroup
		errs := make([]error, len(urls))
		for i, address := range urls {
			q := q
			q.URL = absolute(address)
			all.Go(func() { errs[i] = ingestOne(ctx, t, k, q, detach) })
		}
		all.Wait()
		failed := 0
		for _, err := range errs {
			if err != nil {
				failed++
				if len(urls) > 1 {
					fmt.Fprintf(t.err, "overflight: %s\n", t.say(err))
				}
			}
		}
		switch {
		case failed == 0:
			return nil
		case len(urls) == 1:
			return errs[0]
		case failed < len(urls):
			return &exit{code: exitIncomplete}
		}
		return &exit{code: exitError}
	})
}

// absolute makes a path one that the server understands, which may run in another folder.
func absolute(address string) string {
	if a, err := live.Parse(address); err == nil && a.Scheme == live.SchemeFile {
		if path, err := filepath.Abs(a.Path); err == nil {
			return path
		}
	}
	return address
}

func ingestOne(ctx context.Context, t *terminal, k *client.Client, q node.SourceRequest, detach bool) error {
	var s server.Source
	if err := k.JSON(ctx, http.MethodPost, "/sources", nil, q, &s); err != nil {
		return err
	}
	if s.Live && !k.Local || detach {
		fmt.Fprintln(t.out, t.words.Text("ingest.taken", s.Name, s.URL))
		return nil
	}
	if s.Live {
		fmt.Fprintln(t.err, t.words.Text("ingest.listening", s.Name, s.URL))
	}
	bar := newProgress(t, q.URL)
	for !s.Ended {
		err := k.JSON(ctx, http.MethodGet, "/sources/"+url.PathEscape(s.Name)+"/end", url.Values{"seconds": {"1"}}, nil, &s)
		if ctx.Err() != nil && s.Live {
			return stopped(context.WithoutCancel(ctx), t, k, s.Name)
		}
		if err != nil {
			bar.clear()
			return err
		}
		if t.errIsTerminal && !s.Ended {
			bar.show(t.words.Text("ingest.progress", s.Name, fmt.Sprintf("%.1f", float64(s.Bytes)/1e6)), false)
		}
	}
	bar.clear()
	if s.Error != nil {
		return s.Error
	}
	return concludeIngest(ctx, t, k, &s)
}

// stopped ends a source that lasts as long as the command.
func stopped(ctx context.Context, t *terminal, k *client.Client, name string) error {
	if err := k.JSON(ctx, http.MethodDelete, "/sources/"+url.PathEscape(name), url.Values{"by": {who("")}}, nil, nil); err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.words.Text("ingest.stopped", name))
	return nil
}

// concludeIngest says what a recording became.
func concludeIngest(ctx context.Context, t *terminal, k *client.Client, s *server.Source) error {
	if s.Flight == "" {
		fmt.Fprintln(t.out, t.words.Text("ingest.nothing", s.Name))
		return nil
	}
	var flight report.Flight
	if err := k.JSON(ctx, http.MethodGet, "/flights/"+s.Flight, nil, nil, &flight); err != nil {
		return err
	}
	states := []string{}
	for i := range flight.Entries {
		states = append(states, flight.Entries[i].State)
	}
	entered := t.words.Text("ingest.no-entry")
	if len(states) > 0 {
		entered = t.words.Text("ingest.entries", strings.Join(distinct(states), ", "))
	}
	fmt.Fprintln(t.out, t.words.Text("ingest.done", flight.Flight, t.words.Count("count.segments", int(flight.Segments)), t.words.Count("count.fixes", int(flight.Fixes)), entered))
	return nil
}

func distinct(all []string) []string {
	var out []string
	for _, s := range all {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
