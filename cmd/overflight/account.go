package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/geodesy"
	"overflight/ingest"
	"overflight/internal/app"
	"overflight/internal/atlas"
	"overflight/internal/report"
	"overflight/internal/source"
)

type accountFlags struct {
	json       bool
	geojson    string
	html       string
	boundaries []string
	maxSpeed   string
	gap        time.Duration
	timeScale  string
}

func newAccount(t *terminal) *cobra.Command {
	var f accountFlags
	c := &cobra.Command{
		Use:   "account FILE...",
		Short: t.words.Text("help.account"),
		Long:  t.words.Text("help.account") + "\n\n" + t.words.Text("help.account.long"),
		Args:  files(t),
		RunE:  func(_ *cobra.Command, args []string) error { return doAccount(t, &f, args) },
	}
	flags := c.Flags()
	flags.BoolVar(&f.json, "json", false, t.words.Text("help.json"))
	flags.StringVar(&f.geojson, "geojson", "", t.words.Text("help.geojson"))
	flags.Lookup("geojson").NoOptDefVal = source.Stdin
	flags.StringVar(&f.html, "html", "", t.words.Text("help.html"))
	flags.StringArrayVar(&f.boundaries, "boundary", nil, t.words.Text("help.boundary"))
	flags.StringVar(&f.maxSpeed, "max-speed", "", t.words.Text("help.max-speed"))
	flags.DurationVar(&f.gap, "gap", 0, t.words.Text("help.gap"))
	flags.StringVar(&f.timeScale, "time-scale", string(ingest.AutoScale), t.words.Text("help.time-scale"))
	return c
}

func doAccount(t *terminal, f *accountFlags, files []string) error {
	speed, err := parseSpeed(f.maxSpeed)
	if err != nil {
		return usage("%s", t.words.Text("error.speed", "--max-speed", f.maxSpeed))
	}
	if f.gap < 0 {
		return usage("%s", t.words.Text("error.gap", f.gap))
	}
	scale, err := parseScale(f.timeScale)
	if err != nil {
		return usage("%s", t.words.Text("error.time-scale", f.timeScale))
	}
	if f.json && f.geojson == source.Stdin || f.html == source.Stdin && (f.json || f.geojson == source.Stdin) {
		return usage("%s", t.words.Text("error.stdout"))
	}
	request := app.Request{Files: files, Boundaries: f.boundaries, MaxSpeed: speed, Gap: f.gap, Scale: scale}
	var bar *progress
	if t.errIsTerminal && !f.json {
		request.Progress = func(file string) source.Progress {
			bar = newProgress(t, file)
			return bar.source()
		}
	}
	result, err := app.Account(request)
	if bar != nil {
		bar.clear()
	}
	if err != nil {
		return err
	}
	if err := writeAccount(t, f, result.Account); err != nil {
		return err
	}
	return conclude(t, result, len(files))
}

// writeAccount writes what was asked for. A file of "-" is standard output, in place of the table.
func writeAccount(t *terminal, f *accountFlags, a *report.Account) error {
	table := !f.json
	if f.geojson != "" {
		table = table && f.geojson != source.Stdin
		if err := t.write(f.geojson, func(w io.Writer) error { return report.WriteGeoJSON(w, a) }); err != nil {
			return err
		}
	}
	if f.html != "" {
		outlines, err := atlas.Open()
		if err != nil {
			return err
		}
		table = table && f.html != source.Stdin
		page := report.Page{Account: a, Outlines: outlines, Language: t.words.Language(), Made: time.Now(), Version: version()}
		if err := t.write(f.html, func(w io.Writer) error { return report.WriteHTML(w, page) }); err != nil {
			return err
		}
	}
	if f.json {
		return t.write(source.Stdin, func(w io.Writer) error { return report.WriteJSON(w, a) })
	}
	if table && len(a.Sources) > 0 {
		return t.write(source.Stdin, func(w io.Writer) error { return report.WriteTable(w, a, t.words, t.colour()) })
	}
	return nil
}

// write writes to a file, or to standard output under the name "-".
func (t *terminal) write(name string, write func(io.Writer) error) error {
	if name == source.Stdin {
		w := bufio.NewWriterSize(t.out, 1<<16)
		if err := write(w); err != nil {
			return err
		}
		return w.Flush()
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<16)
	if err := errors.Join(write(w), w.Flush(), file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// conclude says what could not be read and settles the exit code.
func conclude(t *terminal, r *app.Result, asked int) error {
	for _, err := range r.Failures {
		fmt.Fprintf(t.err, "overflight: %s\n", t.say(err))
	}
	switch {
	case len(r.Failures) == asked && len(r.Account.Paths) == 0:
		return &exit{code: exitError}
	case len(r.Failures) > 0:
		return &exit{code: exitIncomplete}
	}
	if r.Account.Incomplete {
		for _, line := range report.Losses(r.Account, t.words) {
			fmt.Fprintf(t.err, "overflight: %s\n", line)
		}
		return &exit{code: exitIncomplete}
	}
	return nil
}

var errSpeed = errors.New("no speed")

// parseSpeed reads "240kt", "450km/h", "120m/s", or a bare number of knots.
func parseSpeed(s string) (geodesy.Speed, error) {
	if s == "" {
		return 0, nil
	}
	number, unit := strings.TrimSpace(s), geodesy.Knot
	for _, u := range []struct {
		suffix string
		unit   geodesy.Speed
	}{{"km/h", 1000.0 / 3600}, {"kmh", 1000.0 / 3600}, {"m/s", 1}, {"kts", geodesy.Knot}, {"kt", geodesy.Knot}, {"kn", geodesy.Knot}} {
		if rest, ok := strings.CutSuffix(strings.ToLower(number), u.suffix); ok {
			number, unit = strings.TrimSpace(rest), u.unit
			break
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v > 0) || math.IsInf(v, 0) || geodesy.Speed(v)*unit > 10000 {
		return 0, errSpeed
	}
	return geodesy.Speed(v) * unit, nil
}

var errScale = errors.New("no time scale")

// parseScale reads the time scale of ST 0601 item 2; "tai" is another word for MISP time.
func parseScale(s string) (ingest.TimeScale, error) {
	switch strings.ToLower(s) {
	case "auto", "":
		return ingest.AutoScale, nil
	case "utc":
		return ingest.UTC, nil
	case "misp", "tai":
		return ingest.MISP, nil
	}
	return "", errScale
}
