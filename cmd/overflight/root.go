package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"overflight/internal/catalogue"
	"overflight/internal/server"
	"overflight/internal/source"
)

// The exit codes of every command.
const (
	exitOK         = 0 // done, or GO
	exitError      = 1
	exitUsage      = 2
	exitIncomplete = 5 // readable, but some input was lost or unknown
)

// exit is an error that asks for a code of its own. An empty text has been said already.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &exit{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// run runs the command line and returns the exit code.
func run(ctx context.Context, args []string, t terminal) int {
	t.words = catalogue.Open(language(args, t.getenv))
	root := newRoot(&t)
	root.SetArgs(southern(args))
	root.SetOut(t.out)
	root.SetErr(t.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	code := exitError
	var e *exit
	if errors.As(err, &e) {
		code = e.code
	}
	if said := t.say(err); said != "" {
		fmt.Fprintf(t.err, "overflight: %s\n", said)
	}
	return code
}

// southern keeps places with a minus in front from being taken for flags: a blank before it does, and means nothing in a place.
func southern(args []string) []string {
	if len(args) == 0 || args[0] != "looks" {
		return args
	}
	args = slices.Clone(args)
	for i, a := range args {
		if len(a) > 1 && a[0] == '-' && a[1] >= '0' && a[1] <= '9' {
			args[i] = " " + a
		}
	}
	return args
}

// language looks for --lang before the flags are parsed, because the help text needs it too.
func language(args []string, getenv func(string) string) catalogue.Language {
	for i, a := range args {
		value, ok := strings.CutPrefix(a, "--lang=")
		if a == "--lang" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok {
			if l, known := catalogue.Parse(value); known {
				return l
			}
		}
	}
	return catalogue.FromEnvironment(getenv)
}

// say puts an error into one line of the user's language.
func (t *terminal) say(err error) string {
	var refusal *source.Error
	if errors.As(err, &refusal) {
		return t.words.Defect(refusal.File, refusal.Defect)
	}
	if p := server.ProblemOf(err, t.words.Language()); p.Code != "error" && p.Code != "no-file" {
		return strings.ReplaceAll(p.Detail, "\n", "; ")
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return t.words.Text("error.not-found", path.Path)
		case errors.Is(err, fs.ErrPermission):
			return t.words.Text("error.permission", path.Path)
		}
	}
	return t.words.Refusal(strings.ReplaceAll(err.Error(), "\n", "; "))
}

func newRoot(t *terminal) *cobra.Command {
	root := &cobra.Command{
		Use:           "overflight",
		Short:         t.words.Text("help.overflight"),
		Long:          t.words.Text("help.overflight") + "\n\n" + t.words.Text("help.exit-codes"),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("%s", t.words.Text("error.unknown-command", args[0]))
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().String("lang", "", t.words.Text("help.lang"))
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		lang, err := c.Flags().GetString("lang")
		if _, ok := catalogue.Parse(lang); err == nil && lang != "" && !ok {
			return usage("%s", t.words.Text("error.language", lang))
		}
		return nil
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%s", t.words.Text("error.flag", err, c.CommandPath()))
	})
	root.AddCommand(
		newServe(t), newIngest(t), newSources(t), newFlights(t), newFlight(t), newBundle(t), newClose(t), newErase(t), newDeclare(t), newAirframe(t),
		newJournal(t), newWitness(t), newPolicy(t), newKey(t), newSign(t), newUser(t), newDoctor(t), newConfig(t),
		newRequest(t), newAgreement(t), newBasis(t), newClearance(t), newNotice(t), newLoadout(t), newSortie(t), newRuleSet(t), newAirframeType(t), newCorrect(t),
		newAuthorise(t), newDesignations(t), newScenario(t), newStatement(t), newTempo(t),
		newPrior(t), newPlan(t), newLooks(t), newCoverage(t), newSites(t), newSite(t), newObservation(t),
		newReport(t), newRelease(t), newPartner(t), newInbox(t), newOpen(t), newAcknowledge(t), newDispute(t), newAnswer(t), newExport(t),
		newAccount(t), newInspect(t), newSimulate(t), newDemo(t), newVersion(t),
	)
	return root
}

// files asks for at least one file.
func files(t *terminal) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage("%s", t.words.Text("error.no-file", c.CommandPath()))
		}
		return nil
	}
}
