package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/simulate"
)

func newSimulate(t *terminal) *cobra.Command {
	var out, truth string
	noVideo := false
	c := &cobra.Command{
		Use:   "simulate SORTIE.yaml",
		Short: t.words.Text("help.simulate"),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("%s", t.words.Text("error.one-file", c.CommandPath()))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			base := strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0]))
			if out == "" {
				out = base + ".ts"
			}
			if truth == "" {
				truth = strings.TrimSuffix(out, filepath.Ext(out)) + ".truth.json"
			}
			return doSimulate(c.Context(), t, args[0], out, truth, noVideo)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", t.words.Text("help.output"))
	c.Flags().StringVar(&truth, "truth", "", t.words.Text("help.truth"))
	c.Flags().BoolVar(&noVideo, "no-video", false, t.words.Text("help.no-video"))
	return c
}

func doSimulate(ctx context.Context, t *terminal, file, out, truth string, noVideo bool) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	sortie, err := simulate.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	var options simulate.Options
	if !noVideo {
		// Without an encoder the stream has metadata only; the summary says so.
		if options.Encoder, err = simulate.FindEncoder(ctx); err != nil {
			options.Encoder = ""
		}
	}
	bar := newProgress(t, out)
	if t.errIsTerminal {
		options.Progress = func(done, whole time.Duration) {
			bar.show(fmt.Sprintf("%s  %3d %%", out, 100*done/max(whole, 1)), done >= whole)
		}
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	told, err := simulate.Write(ctx, sortie, w, options)
	bar.clear()
	if err := errors.Join(err, w.Flush(), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", out, err)
	}
	if noVideo {
		told.Picture.State = "none" // nobody looked for an encoder
	}
	b, err := told.Text()
	if err != nil {
		return err
	}
	if err := os.WriteFile(truth, b, 0o644); err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.words.Text("simulate.done", out, t.words.Count("inspect.total", told.Packets), bytesOf(told.Bytes), t.words.Text("simulate.video."+told.Picture.State), truth))
	return nil
}
