package main

import (
	"fmt"
	"strings"
	"time"

	"overflight/internal/source"
)

// progress shows how far a long input has been read, on the error stream and only on a terminal. The
// first half second passes in silence: most inputs are done by then.
type progress struct {
	t     *terminal
	label string
	begun time.Time
	shown time.Time
	width int
}

const (
	quiet  = 500 * time.Millisecond
	redraw = 100 * time.Millisecond
)

func newProgress(t *terminal, label string) *progress {
	return &progress{t: t, label: label, begun: time.Now()}
}

// source returns the callback of an input; nil where nobody looks.
func (p *progress) source() source.Progress {
	return func(read, size int64) {
		text := fmt.Sprintf("%s  %s", p.label, bytesOf(read))
		if size > 0 {
			text = fmt.Sprintf("%s  %3d %%  %s / %s", p.label, 100*read/size, bytesOf(read), bytesOf(size))
		}
		p.show(text, size > 0 && read >= size)
	}
}

func (p *progress) show(text string, done bool) {
	now := time.Now()
	if now.Sub(p.begun) < quiet || !done && now.Sub(p.shown) < redraw {
		return
	}
	p.shown = now
	fmt.Fprintf(p.t.err, "\r%s%s", text, strings.Repeat(" ", max(0, p.width-len(text))))
	p.width = len(text)
	if done {
		p.clear()
	}
}

// clear takes the line away.
func (p *progress) clear() {
	if p.width > 0 {
		fmt.Fprintf(p.t.err, "\r%s\r", strings.Repeat(" ", p.width))
		p.width = 0
	}
}

func bytesOf(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d kB", n/1000)
}
