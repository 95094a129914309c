// Command overflight accounts for unarmed surveillance flights: whose airspace, whose ground, how
// sure.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"

	"golang.org/x/term"

	"overflight/internal/catalogue"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], terminal{
		out: os.Stdout, err: os.Stderr, getenv: os.Getenv,
		outIsTerminal: term.IsTerminal(int(os.Stdout.Fd())), errIsTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	})
	stop()
	os.Exit(code)
}

// terminal is what a command speaks to.
type terminal struct {
	out, err                     io.Writer
	getenv                       func(string) string
	outIsTerminal, errIsTerminal bool
	words                        *catalogue.Catalogue
}

// colour reports whether the table may use it (no-color.org).
func (t *terminal) colour() bool {
	return t.outIsTerminal && t.getenv("NO_COLOR") == "" && t.getenv("TERM") != "dumb"
}
