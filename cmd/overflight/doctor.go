package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/config"
	"overflight/internal/server"
)

func newDoctor(t *terminal) *cobra.Command {
	var f folder
	c := &cobra.Command{
		Use:   "doctor",
		Short: t.words.Text("help.doctor"),
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			bad := false
			err := f.with(c.Context(), t, false, func(k *client.Client) error {
				var h server.Health
				if err := k.JSON(c.Context(), http.MethodGet, "/health", nil, nil, &h); err != nil {
					return err
				}
				if k.Local {
					fmt.Fprintln(t.out, t.words.Text("doctor.no-server"))
				}
				bad = sayHealth(t, &h)
				return nil
			})
			if err != nil {
				return err
			}
			if bad {
				return &exit{code: exitError}
			}
			return nil
		},
	}
	f.flags(t, c)
	return c
}

// sayHealth says in sentences how the node is, and whether something is wrong.
func sayHealth(t *terminal, h *server.Health) bool {
	bad := false
	for _, p := range h.Parts {
		mark := "  "
		if !p.OK {
			mark, bad = "! ", true
		}
		fmt.Fprintln(t.out, mark+p.Text)
	}
	switch {
	case !h.Log.Policy:
		fmt.Fprintln(t.out, "· "+t.words.Text("doctor.no-policy"))
	case h.Log.Witnessed == 0:
		fmt.Fprintln(t.out, "· "+t.words.Text("doctor.no-cosignature"))
	default:
		fmt.Fprintln(t.out, "  "+t.words.Text("doctor.witnessed", fmt.Sprint(h.Log.Witnessed), fmt.Sprint(h.Log.Leaves)))
	}
	free := min(h.Disk.Free[0], h.Disk.Free[1])
	if h.Disk.Hours != nil {
		fmt.Fprintln(t.out, "  "+t.words.Text("doctor.hours", fmt.Sprintf("%.0f", *h.Disk.Hours), bytesOf(free)))
	} else {
		fmt.Fprintln(t.out, "  "+t.words.Text("doctor.free", bytesOf(free)))
	}
	return bad
}

func newConfig(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: t.words.Text("help.config-verb"), Args: noVerb(t), RunE: showHelp}
	c.AddCommand(&cobra.Command{
		Use:   "check [FILE]",
		Short: t.words.Text("help.config.check"),
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			c, err := config.Read(name)
			var wrong *config.Error
			if errors.As(err, &wrong) {
				return &exit{code: exitError, err: err}
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(t.out, t.words.Text("config.good", c.Data, c.Server.Listen, fmt.Sprint(c.Sources.Len())))
			return nil
		},
	})
	return c
}
