package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"overflight/bundle"
	"overflight/transparency"
)

// The exit codes.
const (
	exitVerified = 0
	exitError    = 1 // something could not be read
	exitUsage    = 2
	exitFailed   = 4 // the bundle proves nothing
)

// maxText is more than any policy or checkpoint has.
const maxText = 1 << 20

type options struct {
	bundle, policy, language string
	held                     []string
	json, help               bool
}

// run is the command without the process around it.
func run(args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	o, err := parse(args, getenv)
	if o.help {
		fmt.Fprint(stdout, say(o.language, "usage"))
		return exitVerified
	}
	if err != nil {
		fmt.Fprintf(stderr, "overflight-verify: %s\n\n%s", err, say(o.language, "usage"))
		return exitUsage
	}
	report, err := check(o)
	if err == nil {
		if o.json {
			err = writeJSON(stdout, report, o.language)
		} else {
			err = writeText(stdout, report, o.language)
		}
	}
	if err != nil {
		fmt.Fprintf(stderr, "overflight-verify: %s\n", sentence(o.language, err))
		return exitError
	}
	if !report.Verified() {
		return exitFailed
	}
	return exitVerified
}

// parse takes flags before and after the name of the bundle.
func parse(args []string, getenv func(string) string) (options, error) {
	o := options{language: languageOf(getenv)}
	flags := flag.NewFlagSet("overflight-verify", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.policy, "policy", "", "")
	flags.BoolVar(&o.json, "json", false, "")
	flags.Func("held", "", func(s string) error { o.held = append(o.held, s); return nil })
	flags.Func("lang", "", func(s string) error {
		for _, l := range bundle.Languages() {
			if s == l {
				o.language = l
				return nil
			}
		}
		return errors.New(say(o.language, "language"))
	})
	var names []string
	for {
		if err := flags.Parse(args); err != nil {
			o.help = errors.Is(err, flag.ErrHelp)
			return o, err
		}
		if args = flags.Args(); len(args) == 0 {
			break
		}
		names, args = append(names, args[0]), args[1:]
	}
	if len(names) != 1 {
		return o, errors.New(say(o.language, "onebundle"))
	}
	if o.policy == "" {
		return o, errors.New(say(o.language, "nopolicy"))
	}
	o.bundle = names[0]
	return o, nil
}

func check(o options) (bundle.Report, error) {
	text, err := readText(o.policy)
	if err != nil {
		return bundle.Report{}, err
	}
	policy, err := transparency.ParsePolicy(text)
	if err != nil {
		return bundle.Report{}, fmt.Errorf("%s: %w", o.policy, err)
	}
	var held []transparency.SignedCheckpoint
	for _, name := range o.held {
		text, err := readText(name)
		if err != nil {
			return bundle.Report{}, err
		}
		s, err := transparency.ParseUnverified(text)
		if err != nil {
			return bundle.Report{}, fmt.Errorf("%s: %w", name, err)
		}
		held = append(held, s)
	}
	f, err := os.Open(o.bundle)
	if err != nil {
		return bundle.Report{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return bundle.Report{}, err
	}
	if !info.Mode().IsRegular() {
		return bundle.Report{}, fmt.Errorf("%s: %s", o.bundle, say(o.language, "nofile"))
	}
	return bundle.Check(f, info.Size(), policy, held...), nil
}

func readText(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err != nil {
		return nil, err
	}
	return b, nil
}

// sentence says an error that has a code in a language, with the file in front; others as they are.
func sentence(language string, err error) string {
	var coded transparency.Coded
	if !errors.As(err, &coded) {
		return err.Error()
	}
	file, _, _ := strings.Cut(err.Error(), ": ")
	return file + ": " + bundle.Say(language, bundle.Line{Code: coded.Code(), Args: coded.Args()})
}

// languageOf tells the language as POSIX does: LC_ALL, else LC_MESSAGES, else LANG.
func languageOf(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "es") {
				return "es"
			}
			return "en"
		}
	}
	return "en"
}
