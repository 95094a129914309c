package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"overflight/internal/client"
)

func newBundle(t *terminal) *cobra.Command {
	var f folder
	var out, from, to, purpose, by string
	var segments bool
	c := &cobra.Command{
		Use:   "bundle FLIGHT -o FILE",
		Short: t.words.Text("help.bundle"),
		Long:  t.words.Text("help.bundle") + "\n\n" + t.words.Text("help.bundle.long"),
		Args:  one(t, "FLIGHT"),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage("%s", t.words.Text("error.no-output", c.CommandPath()))
			}
			query := url.Values{"by": {who(by)}, "purpose": {purpose}}
			if err := queryInstants(t, query, map[string]string{"from": from, "to": to}); err != nil {
				return err
			}
			if segments {
				query.Set("segments", "true")
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				b, err := k.Stream(c.Context(), http.MethodGet, "/flights/"+url.PathEscape(args[0])+"/bundle", query)
				if err != nil {
					return err
				}
				size, err := save(out, b)
				if err != nil {
					return err
				}
				fmt.Fprintln(t.out, t.words.Text("bundle.done", out, args[0], bytesOf(size)))
				return nil
			})
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVarP(&out, "output", "o", "", t.words.Text("help.output"))
	flags.StringVar(&from, "from", "", t.words.Text("help.from"))
	flags.StringVar(&to, "to", "", t.words.Text("help.to"))
	flags.BoolVar(&segments, "segments", false, t.words.Text("help.segments"))
	flags.StringVar(&purpose, "purpose", "", t.words.Text("help.purpose"))
	flags.StringVar(&by, "by", "", t.words.Text("help.by"))
	return c
}

// save writes a stream to a file that is there only when it is whole.
func save(name string, from io.ReadCloser) (int64, error) {
	part, err := os.CreateTemp(filepath.Dir(name), ".part-*")
	if err != nil {
		return 0, errors.Join(err, from.Close())
	}
	n, err := io.Copy(part, from)
	if err = errors.Join(err, from.Close(), part.Close()); err == nil {
		err = os.Rename(part.Name(), name)
	}
	if err != nil {
		return 0, errors.Join(fmt.Errorf("writing %s: %w", name, err), os.Remove(part.Name()))
	}
	return n, nil
}
