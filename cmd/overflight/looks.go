package main

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/report"
	"overflight/internal/server"
)

func newLooks(t *terminal) *cobra.Command {
	var f folder
	var since, until string
	var asJSON, asCSV bool
	c := &cobra.Command{
		Use:   "looks LAT,LON|AREA",
		Short: t.words.Text("help.looks"),
		Long:  t.words.Text("help.looks") + "\n\n" + t.words.Text("help.looks.long"),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("%s", t.words.Text("error.one-argument", c.CommandPath(), "LAT,LON|AREA"))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			query := url.Values{"limit": {"1000"}}
			if err := queryInstants(t, query, map[string]string{"since": since, "until": until}); err != nil {
				return err
			}
			what := strings.Join(args, " ")
			if isFile(what) {
				return f.with(c.Context(), t, false, func(k *client.Client) error { return areaLooks(c, t, k, what, query, asJSON, asCSV) })
			}
			if _, err := placeFlag(t, what); err != nil {
				return err
			}
			query.Set("at", what)
			return f.with(c.Context(), t, false, func(k *client.Client) error { return placeLooks(c, t, k, query, asJSON, asCSV) })
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&since, "since", "", t.words.Text("help.looks.since"))
	flags.StringVar(&until, "until", "", t.words.Text("help.looks.until"))
	flags.BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	flags.BoolVar(&asCSV, "csv", false, t.words.Text("help.csv"))
	c.MarkFlagsMutuallyExclusive("json", "csv")
	return c
}

// isFile tells an area from a place: it is a file, or is called like one.
func isFile(s string) bool {
	if ext := strings.ToLower(filepath.Ext(s)); ext == ".geojson" || ext == ".json" {
		return true
	}
	info, err := os.Stat(s)
	return err == nil && info.Mode().IsRegular()
}

func placeLooks(c *cobra.Command, t *terminal, k *client.Client, query url.Values, asJSON, asCSV bool) error {
	all := server.Looks{Items: []server.Look{}}
	for {
		var part server.Looks
		if err := k.JSON(c.Context(), http.MethodGet, "/looks", query, nil, &part); err != nil {
			return err
		}
		part.Items = append(all.Items, part.Items...)
		all = part
		if part.Next == "" {
			break
		}
		query.Set("after", part.Next)
	}
	switch {
	case asJSON:
		return lines(t, []server.Looks{all})
	case asCSV:
		return writeLooksCSV(t, &all)
	}
	return writeLooks(t, &all)
}

func degreesText(p [2]float64) string {
	return fmt.Sprintf("%.5f, %.5f", p[1], p[0])
}

// spanText says in which period was asked.
func spanText(t *terminal, since, until *report.Instant) string {
	switch {
	case since != nil && until != nil:
		return t.words.Text("looks.between", shortInstant(time.Time(*since)), shortInstant(time.Time(*until)))
	case since != nil:
		return t.words.Text("looks.since", shortInstant(time.Time(*since)))
	case until != nil:
		return t.words.Text("looks.until", shortInstant(time.Time(*until)))
	}
	return t.words.Text("looks.ever")
}

func writeLooks(t *terminal, all *server.Looks) error {
	where := degreesText(all.At)
	if !all.Looked {
		fmt.Fprintln(t.out, t.words.Text("looks.none", where, spanText(t, all.Since, all.Until)))
		return nil
	}
	fmt.Fprintln(t.out, sumText(t, all))
	g := grid(t, "column.flight", "column.time", "column.duration", "column.range", "column.grazing", "column.azimuth", "column.resolution", "column.light", "column.pod")
	for i := range all.Items {
		l := &all.Items[i]
		from, lasted := "–", "–"
		if l.From != nil {
			from = shortInstant(time.Time(*l.From))
			lasted = fmt.Sprintf("%.0f s", time.Time(*l.To).Sub(time.Time(*l.From)).Seconds())
		}
		pod := probability(l.POD)
		if l.Nothing != "" {
			pod += ": " + t.words.Text("look.nothing."+l.Nothing)
		}
		cells(g, l.Flight, from, lasted, measured(l.Slant, "%.0f m"), measured(l.Grazing, "%.0f°"), measured(l.Azimuth, "%03.0f°"),
			measured(l.Resolution, "%.2f m"), t.words.Text("light."+l.Light), pod)
	}
	if err := g.Flush(); err != nil {
		return err
	}
	return writeModel(t, &all.Model)
}

// sumText says what all looks come to. One look from one side has no other to miss with.
func sumText(t *terminal, all *server.Looks) string {
	where, span, looks, groups := degreesText(all.At), spanText(t, all.Since, all.Until), t.words.Count("count.looks", all.Looks), t.words.Count("count.groups", all.Groups)
	pod, correlated, independent := probability(all.POD), probability(all.Correlated), probability(all.Independent)
	switch {
	case all.Looks == 1 && all.Groups <= 1:
		return t.words.Text("looks.single", where, span, pod, looks)
	case all.Looks == 1:
		return t.words.Text("looks.sides", where, span, pod, correlated, independent, looks, groups)
	}
	return t.words.Text("looks.sum", where, span, pod, correlated, independent, looks, groups)
}

func writeModel(t *terminal, m *server.DetectionModel) error {
	fmt.Fprintln(t.out, t.words.Text("looks.assumed", fmt.Sprintf("%g", m.Size), fmt.Sprintf("%g", m.Cycles), fmt.Sprintf("%d × %d", m.Columns, m.Rows), fmt.Sprintf("%g", m.LeafArea),
		probability(m.FrameCap), probability(m.WholeCap), fmt.Sprintf("%g", m.Thermal)))
	if m.Reason != "" {
		fmt.Fprintln(t.out, t.words.Text("looks.reason", m.Reason))
	}
	return nil
}

// probability is one as people read it; what is not nothing never reads as nothing, and what is not sure never as sure.
func probability(p float64) string {
	switch {
	case p > 0 && p < 0.005:
		return "< 0.01"
	case p < 1 && p >= 0.995:
		return "> 0.99"
	}
	return fmt.Sprintf("%.2f", p)
}

func measured(v *float64, form string) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf(form, *v)
}

// writeLooksCSV writes a row a look. A cell without a number is empty, which is not zero.
func writeLooksCSV(t *terminal, all *server.Looks) error {
	w := csv.NewWriter(t.out)
	if err := w.Write([]string{
		"flight", "source", "from", "to", "frames", "best_frame", "best_time", "sensor_lat", "sensor_lon", "height_m", "slant_range_m", "grazing_deg", "azimuth_deg",
		"resolution_m", "band", "light", "terrain", "pod", "best_pod", "pod_resolution", "pod_canopy", "nothing", "group", "uncertainty_m",
	}); err != nil {
		return err
	}
	for i := range all.Items {
		l := &all.Items[i]
		lat, lon := "", ""
		if l.Sensor != nil {
			lat, lon = plain(l.Sensor[1]), plain(l.Sensor[0])
		}
		if err := w.Write([]string{
			l.Flight, l.Source, stampText(l.From), stampText(l.To), strconv.FormatUint(l.Frames, 10), strconv.FormatUint(l.Best, 10), stampText(l.BestAt), lat, lon,
			optional(l.Height), optional(l.Slant), optional(l.Grazing), optional(l.Azimuth), optional(l.Resolution), l.Band, l.Light, l.Terrain,
			plain(l.POD), plain(l.BestPOD), plain(l.ByDetail), plain(l.ByCanopy), l.Nothing, strconv.Itoa(l.Group), plain(l.Uncertainty),
		}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func optional(v *float64) string {
	if v == nil {
		return ""
	}
	return plain(*v)
}

func stampText(i *report.Instant) string {
	if i == nil {
		return ""
	}
	return time.Time(*i).UTC().Format(wireInstant)
}

func areaLooks(c *cobra.Command, t *terminal, k *client.Client, file string, query url.Values, asJSON, asCSV bool) error {
	areas, err := readAreas(t, file)
	if err != nil {
		return err
	}
	var in struct {
		Areas [][][][2]float64 `json:"areas"`
	}
	for _, a := range areas {
		in.Areas = append(in.Areas, a.rings)
	}
	query.Del("limit")
	var got server.AreaLooks
	if err := k.JSON(c.Context(), http.MethodPost, "/looks/area", query, in, &got); err != nil {
		return err
	}
	switch {
	case asJSON:
		return lines(t, []server.AreaLooks{got})
	case asCSV:
		return writeAreaCSV(t, &got)
	}
	return writeArea(t, file, &got)
}

func km2(v float64) string { return fmt.Sprintf("%.2f km²", v) }

func writeArea(t *terminal, file string, all *server.AreaLooks) error {
	span := spanText(t, all.Since, all.Until)
	if !all.Looked {
		fmt.Fprintln(t.out, t.words.Text("looks.area-none", file, km2(all.AreaKm2), span))
		return nil
	}
	fmt.Fprintln(t.out, t.words.Text("looks.area", file, km2(all.AreaKm2), span, km2(all.SeenKm2), probability(all.POD), fmt.Sprintf("%.0f m", all.Cell)))
	g := grid(t, "column.flight", "column.source", "column.between", "column.area", "column.pod")
	for i := range all.Flights {
		f := &all.Flights[i]
		between := "–"
		if f.From != nil {
			between = shortInstant(time.Time(*f.From)) + " – " + shortInstant(time.Time(*f.To))
		}
		cells(g, f.Flight, f.Source, between, km2(f.AreaKm2), probability(f.POD))
	}
	if err := g.Flush(); err != nil {
		return err
	}
	writeGaps(t, all.Gaps)
	return writeModel(t, &all.Model)
}

// mostGapsShown is how many gaps a screen lists; files have them all.
const mostGapsShown = 10

func writeGaps(t *terminal, gaps []server.Unlooked) {
	for i, g := range gaps {
		if i == mostGapsShown {
			fmt.Fprintln(t.out, t.words.Text("looks.more-gaps", len(gaps)-i))
			return
		}
		fmt.Fprintln(t.out, t.words.Text("looks.gap", i+1, km2(g.AreaKm2), degreesText(g.Middle)))
	}
}

func writeAreaCSV(t *terminal, all *server.AreaLooks) error {
	w := csv.NewWriter(t.out)
	if err := w.Write([]string{"flight", "source", "from", "to", "frames", "area_km2", "pod"}); err != nil {
		return err
	}
	for i := range all.Flights {
		f := &all.Flights[i]
		if err := w.Write([]string{f.Flight, f.Source, stampText(f.From), stampText(f.To), strconv.Itoa(f.Frames), plain(f.AreaKm2), plain(f.POD)}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
