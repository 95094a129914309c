package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/config"
	"overflight/internal/node"
)

// exitVerify is the exit code of a verification that failed.
const exitVerify = 4

// folder is which data folder a verb is about.
type folder struct {
	config string
	data   string
}

func (f *folder) flags(t *terminal, c *cobra.Command) {
	c.Flags().StringVar(&f.config, "config", "", t.words.Text("help.config"))
	c.Flags().StringVar(&f.data, "data", "", t.words.Text("help.data"))
}

// settings reads the configuration. The folder of the command line or the environment goes before that of the file.
func (f *folder) settings(t *terminal) (node.Config, error) {
	c, err := config.Read(f.config)
	if err != nil {
		return node.Config{}, err
	}
	data := f.data
	if data == "" {
		data = t.getenv("OVERFLIGHT_DATA")
	}
	if data != "" {
		c = c.In(data)
	}
	return node.Config{Config: c, Logger: slog.New(slog.DiscardHandler)}, nil
}

// with speaks to the node of a folder.
func (f *folder) with(ctx context.Context, t *terminal, create bool, do func(*client.Client) error) error {
	c, err := f.settings(t)
	if err != nil {
		return err
	}
	k, err := client.Dial(ctx, client.Options{Config: c, Create: create, Language: t.words.Language(), Version: version()})
	if err != nil {
		return err
	}
	return errors.Join(do(k), k.Close())
}

// logger writes structured lines.
func logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// who is the name under which a person's statement is entered: that of --by, else of the account.
func who(by string) string {
	if by != "" {
		return by
	}
	return os.Getenv("USER")
}

// instantFlag reads an instant, RFC 3339 or a day.
// wireInstant is how instants are written to the server.
const wireInstant = "2006-01-02T15:04:05.999999Z"

// queryInstants puts instants that were typed into a query, by their names; those that were not are left out.
func queryInstants(t *terminal, query url.Values, typed map[string]string) error {
	for name, value := range typed {
		at, err := instantFlag(t, value)
		if err != nil {
			return err
		}
		if value != "" {
			query.Set(name, at.UTC().Format(wireInstant))
		}
	}
	return nil
}

func instantFlag(t *terminal, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, nil
		}
	}
	return time.Time{}, usage("%s", t.words.Text("error.instant", s))
}
