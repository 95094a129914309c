package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/server"
)

func newObservation(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "observation", Short: t.words.Text("help.observation"), Args: noVerb(t), RunE: showHelp}
	c.AddCommand(newObservationAdd(t))
	return c
}

func newObservationAdd(t *terminal) *cobra.Command {
	var f folder
	var id, class, at, ellipse, when, sensor, flight, frame, unit, note, by string
	var count uint64
	var reading float64
	var mark bool
	c := &cobra.Command{
		Use: "add", Short: t.words.Text("help.observation.add"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if mark {
				if err := only(t, c, "observation add --mark", "mark", "id", "class", "count", "at", "ellipse", "time", "flight", "frame", "note", "by"); err != nil {
					return err
				}
			}
			place, err := placeFlag(t, at)
			if err != nil {
				return err
			}
			instant, err := instantFlag(t, when)
			if err != nil {
				return err
			}
			if when == "" {
				return usage("%s", t.words.Text("error.when"))
			}
			in := map[string]any{
				"id": id, "class": class, "count": count, "lat": float64(place.Lat), "lon": float64(place.Lon), "time": instant.UTC(), "flight": flight, "note": note, "by": who(by),
			}
			if ellipse != "" {
				e, ok := numbers(ellipse, mostEllipse, mostEllipse, 360)
				if !ok {
					return usage("%s", t.words.Text("error.ellipse", ellipse))
				}
				in["ellipse"] = map[string]float64{"major_m": e[0], "minor_m": e[1], "azimuth_deg": e[2]}
			}
			if frame != "" {
				b, err := bytesFlag(frame)
				if err != nil {
					return usage("%s", t.words.Text("error.frame", frame))
				}
				in["frame"] = b
			}
			path := "/marks"
			if !mark {
				path = "/observations"
				in["sensor"] = sensor
				if c.Flags().Changed("reading") != c.Flags().Changed("unit") {
					return usage("%s", t.words.Text("error.reading"))
				}
				if unit != "" {
					in["reading"], in["unit"] = reading, unit
				}
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var o server.Observed
				if err := k.JSON(c.Context(), http.MethodPost, path, nil, in, &o); err != nil {
					return err
				}
				switch {
				case o.Known:
					fmt.Fprintln(t.out, t.words.Text("observation.known", o.ID))
				case o.Site == 0:
					fmt.Fprintln(t.out, t.words.Text("observation.nowhere", o.ID))
				default:
					fmt.Fprintln(t.out, t.words.Text("observation.site", o.ID, o.Site))
				}
				writeStated(t, &o.Stated)
				return nil
			})
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&id, "id", "", t.words.Text("help.observation.id"))
	flags.StringVar(&class, "class", "", t.words.Text("help.observation.class"))
	flags.StringVar(&at, "at", "", t.words.Text("help.observation.at"))
	flags.StringVar(&ellipse, "ellipse", "", t.words.Text("help.observation.ellipse"))
	flags.StringVar(&when, "time", "", t.words.Text("help.observation.time"))
	flags.StringVar(&sensor, "sensor", "", t.words.Text("help.observation.sensor"))
	flags.StringVar(&flight, "flight", "", t.words.Text("help.observation.flight"))
	flags.StringVar(&frame, "frame", "", t.words.Text("help.observation.frame"))
	flags.Uint64Var(&count, "count", 1, t.words.Text("help.observation.count"))
	flags.Float64Var(&reading, "reading", 0, t.words.Text("help.observation.reading"))
	flags.StringVar(&unit, "unit", "", t.words.Text("help.observation.unit"))
	flags.StringVar(&note, "note", "", t.words.Text("help.site.note"))
	flags.StringVar(&by, "by", "", t.words.Text("help.by"))
	flags.BoolVar(&mark, "mark", false, t.words.Text("help.observation.mark"))
	return c
}

// mostEllipse is how far an axis may reach that the server then judges, in metres.
const mostEllipse = 1e9

// bytesFlag reads SOURCE:OFFSET+LENGTH.
func bytesFlag(s string) (map[string]any, error) {
	i := strings.LastIndexByte(s, ':')
	if i < 1 {
		return nil, strconv.ErrSyntax
	}
	from, length, ok := strings.Cut(s[i+1:], "+")
	offset, err1 := strconv.ParseInt(from, 10, 63)
	n, err2 := strconv.ParseInt(length, 10, 63)
	if !ok || err1 != nil || err2 != nil || offset < 0 || n < 0 {
		return nil, strconv.ErrSyntax
	}
	return map[string]any{"source": s[:i], "offset": offset, "length": n}, nil
}
