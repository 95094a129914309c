package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"overflight/airspace"
	"overflight/internal/app"
	"overflight/internal/catalogue"
	"overflight/internal/scenario"
)

func newScenario(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "scenario", Short: t.words.Text("help.scenario"), RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	var asJSON bool
	run := &cobra.Command{
		Use: "run FILE...", Short: t.words.Text("help.scenario.run"), Long: t.words.Text("help.scenario.run") + "\n\n" + t.words.Text("help.scenario.run.long"), Args: files(t),
		RunE: func(_ *cobra.Command, args []string) error { return runScenarios(t, args, asJSON) },
	}
	run.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	check := &cobra.Command{
		Use: "check FILE...", Short: t.words.Text("help.scenario.check"), Args: files(t),
		RunE: func(_ *cobra.Command, args []string) error { return checkScenarios(t, args) },
	}
	c.AddCommand(run, check)
	return c
}

// outcome is what --json says of one file.
type outcome struct {
	*scenario.Result
	File  string `json:"file"`
	Pass  bool   `json:"pass"`
	Error string `json:"error,omitempty"`
}

// runScenarios runs every file, whatever becomes of those before it.
func runScenarios(t *terminal, args []string, asJSON bool) error {
	boundaries, err := app.Lines(nil)
	if err != nil {
		return err
	}
	failed := 0
	var all []outcome
	for _, file := range args {
		r, err := runScenario(file, boundaries)
		o := outcome{Result: r, File: file, Pass: err == nil && r.Pass()}
		if err != nil {
			o.Error = sayFault(t, err)
		}
		if !o.Pass {
			failed++
		}
		all = append(all, o)
		if !asJSON {
			writeScenario(t, &o)
		}
	}
	if asJSON {
		if err := lines(t, all); err != nil {
			return err
		}
	}
	if failed > 0 {
		return &exit{code: exitError, err: errors.New(t.words.Count("scenario.failures", failed))}
	}
	return nil
}

// sayFault leaves a fault of a story in the language of the story.
func sayFault(t *terminal, err error) string {
	var f *scenario.Fault
	if errors.As(err, &f) {
		return strings.ReplaceAll(f.Error(), "\n", "; ")
	}
	return t.say(err)
}

func runScenario(file string, boundaries []airspace.DatedLine) (*scenario.Result, error) {
	s, err := readScenario(file)
	if err != nil {
		return nil, err
	}
	folder := filepath.Dir(file)
	return scenario.Run(s, scenario.Config{Lines: boundaries, Open: func(name string) ([]byte, error) {
		// A story from elsewhere names files beside itself, and no others.
		if !filepath.IsLocal(name) {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
		}
		return readBounded(filepath.Join(folder, name), mostDocumentFile)
	}})
}

func readScenario(file string) (*scenario.Story, error) {
	b, err := readBounded(file, scenario.MostBytes)
	if err != nil {
		return nil, err
	}
	return scenario.Parse(file, b)
}

func writeScenario(t *terminal, o *outcome) {
	switch {
	case o.Error != "":
		fmt.Fprintln(t.out, t.words.Text("scenario.failed", o.File, o.Error))
		return
	case o.Pass:
		fmt.Fprintln(t.out, t.words.Text("scenario.passed", o.File, o.Title))
		return
	}
	fmt.Fprintln(t.out, t.words.Text("scenario.failed", o.File, o.Title))
	words := catalogue.Open(o.Language)
	for i := range o.Checks {
		c := &o.Checks[i]
		if c.Pass {
			continue
		}
		fmt.Fprintln(t.out, "  "+words.Text("scenario.line", filepath.Base(o.File), c.Line, c.Want, c.Got))
		for _, r := range c.Reasons {
			fmt.Fprintln(t.out, "    "+r)
		}
	}
}

func checkScenarios(t *terminal, args []string) error {
	failed := 0
	for _, file := range args {
		s, err := readScenario(file)
		if err != nil {
			failed++
			fmt.Fprintln(t.out, t.words.Text("scenario.failed", file, sayFault(t, err)))
			continue
		}
		fmt.Fprintln(t.out, t.words.Text("scenario.read", file, s.Title))
	}
	if failed > 0 {
		return &exit{code: exitError, err: errors.New(t.words.Count("scenario.failures", failed))}
	}
	return nil
}
