package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/coverage"
	"overflight/evidence"
	"overflight/format/raster"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/internal/client"
	"overflight/internal/durable"
	"overflight/internal/planning"
	"overflight/internal/server"
	"overflight/internal/source"
)

func newPrior(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "prior", Short: t.words.Text("help.prior"), Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newPriorBuild(t))
	return c
}

type priorFlags struct {
	folder

	tips, layers, cleared, looked []string
	asOf, out                     string
	rest, cell                    float64
	halfLife                      time.Duration
	json                          bool
}

func newPriorBuild(t *terminal) *cobra.Command {
	var f priorFlags
	c := &cobra.Command{
		Use:   "build [AREA...] [--tip PLACE] [--layer FILE] -o PRIOR.tif|PRIOR.geojson",
		Short: t.words.Text("help.prior.build"),
		Long:  t.words.Text("help.prior.build") + "\n\n" + t.words.Text("help.prior.build.long"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.build(c.Context(), t, args); err != nil {
				return sayPlan(t, err)
			}
			return nil
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringArrayVar(&f.tips, "tip", nil, t.words.Text("help.prior.tip"))
	flags.StringArrayVar(&f.layers, "layer", nil, t.words.Text("help.prior.layer"))
	flags.StringArrayVar(&f.cleared, "cleared", nil, t.words.Text("help.prior.cleared"))
	flags.StringArrayVar(&f.looked, "looked", nil, t.words.Text("help.prior.looked"))
	flags.Float64Var(&f.rest, "rest", 0.1, t.words.Text("help.plan.rest"))
	flags.DurationVar(&f.halfLife, "half-life", 0, t.words.Text("help.plan.half-life"))
	flags.StringVar(&f.asOf, "as-of", "", t.words.Text("help.plan.as-of"))
	flags.Float64Var(&f.cell, "cell", 0, t.words.Text("help.prior.cell"))
	flags.StringVarP(&f.out, "out", "o", "", t.words.Text("help.prior.out"))
	flags.BoolVar(&f.json, "json", false, t.words.Text("help.json"))
	return c
}

func (f *priorFlags) build(ctx context.Context, t *terminal, args []string) error {
	write, ok := map[string]func(*planning.Map, io.Writer) error{"": nil, ".tif": (*planning.Map).WriteTIFF, ".geojson": (*planning.Map).WriteGeoJSON}[strings.ToLower(filepath.Ext(f.out))]
	if !ok || write == nil && f.out != "" {
		return usage("%s", t.words.Text("coverage.ending", f.out, ".geojson, .tif"))
	}
	s, err := f.sources(t, args)
	if err != nil {
		return err
	}
	m, err := s.Build()
	if err != nil {
		return err
	}
	var earlier []planning.Cleared
	for _, file := range f.cleared {
		k, err := readCleared(file)
		if err != nil {
			return err
		}
		earlier = append(earlier, k)
	}
	if len(f.looked) > 0 {
		err := f.with(ctx, t, false, func(k *client.Client) error {
			for _, what := range f.looked {
				l, err := askLooked(ctx, t, k, what, &m.Grid)
				if err != nil {
					return err
				}
				earlier = append(earlier, l)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := m.Clear(earlier); err != nil {
		return err
	}
	if write != nil {
		var b bytes.Buffer
		if err := write(m, &b); err != nil {
			return err
		}
		if err := durable.OS().WriteFile(f.out, b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	if f.json {
		return t.write(source.Stdin, func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			return e.Encode(priorDocument(m))
		})
	}
	return t.write(source.Stdin, func(w io.Writer) error { return writePrior(w, t.words, f.out, m) })
}

// sources reads what the map is made of, but for the earlier looks.
func (f *priorFlags) sources(t *terminal, args []string) (*planning.Sources, error) {
	s := &planning.Sources{Rest: f.rest, HalfLife: f.halfLife, Cell: geodesy.Length(f.cell), AsOf: time.Now().UTC().Truncate(time.Second)}
	if f.asOf != "" {
		var err error
		if s.AsOf, err = instantFlag(t, f.asOf); err != nil {
			return nil, err
		}
	}
	for _, file := range args {
		b, err := readBounded(file, mostPriorFile)
		if err != nil {
			return nil, err
		}
		p, err := planning.ReadPrior(file, b)
		if err != nil {
			return nil, err
		}
		if p.Map != nil {
			return nil, &planning.Fault{Code: planning.CodeWhole, Args: []any{file, "prior build"}}
		}
		t.skipped(file, p)
		s.Areas = append(s.Areas, planning.Areas{Name: file, Digest: digestOf(b), Features: p.Features})
	}
	for _, text := range f.tips {
		tip, err := tipFlag(t, text)
		if err != nil {
			return nil, err
		}
		s.Areas = append(s.Areas, tip)
	}
	for _, given := range f.layers {
		l, err := readLayer(given)
		if err != nil {
			return nil, err
		}
		s.Layers = append(s.Layers, l)
	}
	return s, nil
}

// askLooked asks the node what the looks of a flight or a period come to. Cells are as fine as those of the map where the whole of what
// was seen has room for it.
func askLooked(ctx context.Context, t *terminal, k *client.Client, what string, grid *coverage.Grid) (planning.Cleared, error) {
	path, query := "/flights/"+url.PathEscape(what)+"/coverage", url.Values{}
	if from, to, is := strings.Cut(what, "/"); is {
		path = "/coverage"
		if err := queryInstants(t, query, map[string]string{"since": from, "until": to}); err != nil {
			return planning.Cleared{}, err
		}
	}
	seen, out, err := askSeen(ctx, k, path, query)
	if err != nil {
		return out, err
	}
	if fine := min(float64(seen.Height), max(float64(grid.Height), float64(seen.Height)*math.Sqrt(float64(seen.Columns*seen.Rows)/(0.9*coverage.MostCells)))); fine < 0.9*float64(seen.Height) {
		query.Set("cell", plain(math.Ceil(fine*metresPerDegree)))
		if _, out, err = askSeen(ctx, k, path, query); err != nil {
			return out, err
		}
	}
	out.Name = what
	return out, nil
}

// metresPerDegree of latitude, about.
const metresPerDegree = 111_195

// askSeen asks the node for the probability of detection that looks come to, known by the digest of the GeoTIFF that `coverage` writes
// of it: so that a map is not cleared of it by the record and by its file.
func askSeen(ctx context.Context, k *client.Client, path string, query url.Values) (coverage.Grid, planning.Cleared, error) {
	var out planning.Cleared
	answer, err := k.Stream(ctx, http.MethodGet, path, query)
	if err != nil {
		return coverage.Grid{}, out, err
	}
	grid, layers, err := server.DecodeRaster(answer)
	if err = errors.Join(err, answer.Close()); err != nil {
		return grid, out, err
	}
	var b bytes.Buffer
	if err := server.WriteCoverageTIFF(&b, grid, layers[0]); err != nil {
		return grid, out, err
	}
	out.Digest = digestOf(b.Bytes())
	out.Raster, err = raster.ReadTIFF(b.Bytes(), 1)
	return grid, out, err
}

// tops is how many of the likeliest places are told.
const tops = 5

// priorJSON is the map in figures, as other programs read it.
type priorJSON struct {
	planning.Record

	OnMap   float64    `json:"on_map"`
	Columns int        `json:"columns"`
	Rows    int        `json:"rows"`
	Half    float64    `json:"half_km2"`
	Ground  float64    `json:"ground_km2"`
	Top     []priorTop `json:"top"`
}

type priorTop struct {
	Place [2]float64 `json:"place"` // latitude, longitude
	POC   float64    `json:"poc_per_km2"`
	Times float64    `json:"times_mean"`
}

func priorDocument(m *planning.Map) priorJSON {
	d := priorJSON{Record: m.Record, OnMap: m.Mass(), Columns: m.Columns, Rows: m.Rows}
	d.Half, d.Ground = m.Half()
	for _, x := range m.Tops(tops) {
		p := m.Centre(x.Column, x.Row)
		d.Top = append(d.Top, priorTop{[2]float64{seven(p.Lat), seven(p.Lon)}, x.PerKm2, x.Times})
	}
	return d
}

func shareOf(v float64) string { return catalogue.Decimal(100*v, 2) + " %" }

// writePrior writes the figures of a map for a reader.
func writePrior(w io.Writer, words *catalogue.Catalogue, out string, m *planning.Map) error {
	d := priorDocument(m)
	title := words.Text("prior.title", catalogue.Integer(m.Columns), catalogue.Integer(m.Rows), catalogue.Decimal(d.Cell, 0), d.AsOf.Format("2006-01-02 15:04:05"))
	if out != "" {
		title = out + ": " + title
	}
	lines := []string{
		title, "",
		"  " + words.Text("prior.on-map", shareOf(d.OnMap)),
		"  " + words.Text("prior.rest", shareOf(d.Rest)),
		"  " + words.Text("prior.sum", shareOf(d.OnMap+d.Rest)),
		"  " + words.Text("prior.half", catalogue.Decimal(d.Half, 1), catalogue.Decimal(d.Ground, 1)),
		"", "  " + words.Text("prior.inputs"),
	}
	for _, in := range d.Inputs {
		kind := words.Text("prior.areas")
		switch in.Kind {
		case "tip":
			kind = words.Text("prior.tip")
		case "layer":
			kind = words.Text("prior.layer")
		}
		line := words.Text("prior.input", in.Name, kind, catalogue.Decimal(in.Weight, 2), catalogue.Decimal(in.Faded, 2), shareOf(in.Share))
		if in.Kind == "layer" {
			line += "; " + words.Text("prior.reached", shareOf(in.Reached))
		} else if in.Drawn < in.Faded {
			line += "; " + words.Text("prior.lost", catalogue.Decimal(in.Faded-in.Drawn, 2))
		}
		if in.Digest != (evidence.Digest{}) {
			line += "; SHA-256 " + in.Digest.String()[:16]
		}
		lines = append(lines, "    "+line)
	}
	if len(d.Cleared) > 0 {
		lines = append(lines, "", "  "+words.Text("prior.cleared"))
		for _, k := range d.Cleared {
			lines = append(lines, "    "+words.Text("prior.taken", k.Name, shareOf(k.Found), shareOf(k.Looked)))
		}
	}
	lines = append(lines, "", "  "+words.Text("prior.tops"))
	for i, x := range d.Top {
		lines = append(lines, "    "+words.Text("prior.top", i+1, strconv.FormatFloat(x.Place[0], 'f', 5, 64), strconv.FormatFloat(x.Place[1], 'f', 5, 64), catalogue.Decimal(100*x.POC, 4)+" %", catalogue.Decimal(x.Times, 1)))
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(w, l); err != nil {
			return err
		}
	}
	return nil
}
