package scenario

import (
	"fmt"
	"time"

	"overflight/airspace"
	"overflight/internal/catalogue"
)

// Config is what a story is run with.
type Config struct {
	// Lines are the boundaries by which flights are accounted for; the first is the one that entries are told by.
	Lines []airspace.DatedLine
	// Open reads a rule set that a story names; nil has none.
	Open func(name string) ([]byte, error)
}

// Check is one thing that a story expected.
type Check struct {
	Line int    `json:"line"`
	Want string `json:"expected"`
	Got  string `json:"came"` // in the language of the file
	Pass bool   `json:"pass"`
	// Reasons are why it came so.
	Reasons []string `json:"reasons,omitempty"`
	// Came is what came in words of no language, so that two tellings of one story can be held against each other.
	Came string `json:"came_word"`
}

// Result is what became of a story.
type Result struct {
	File     string             `json:"file"`
	Title    string             `json:"title"`
	Language catalogue.Language `json:"language"`
	Checks   []Check            `json:"checks"`
}

// Pass reports whether everything came as it was expected.
func (r *Result) Pass() bool {
	for i := range r.Checks {
		if !r.Checks[i].Pass {
			return false
		}
	}
	return true
}

// Run tells a story: every statement in its order, each put on record at the clock. The error is a *Fault: a statement that could
// not be put on record, and was not expected to be refused. What was expected and did not come is no error.
func Run(s *Story, cfg Config) (*Result, error) {
	w := newWorld(s, cfg)
	out := &Result{File: s.File, Title: s.Title, Language: s.Language}
	p := &parser{file: s.File, words: lexicons[s.Language]}
	for i := range s.sentences {
		x := &s.sentences[i]
		if x.word == "clock" {
			to := x.values[0].at
			if to.plus || to.Before(w.now) {
				return nil, p.wants(x.line, x.values[0].text, w.words().Text("scenario.want."+string(wantLater), stamp(w.now)))
			}
			w.now = to.Time
			continue
		}
		if w.now.IsZero() {
			return nil, p.fault(x.line, p.words.spelled[x.word], wantClock)
		}
		if !grammar[x.word].act {
			c, err := w.expect(x)
			if err != nil {
				return nil, p.failed(x, err)
			}
			c.Line = x.line
			out.Checks = append(out.Checks, c)
			continue
		}
		err := w.act(x)
		switch {
		case x.refused:
			c := Check{Line: x.line, Want: w.words().Text("scenario.refused"), Pass: err != nil, Came: "refused"}
			if c.Got = c.Want; err == nil {
				c.Got, c.Came = w.words().Text("scenario.recorded"), "recorded"
			} else {
				c.Reasons = []string{refusal(w.words(), err)}
			}
			out.Checks = append(out.Checks, c)
		case err != nil:
			return nil, p.failed(x, err)
		}
	}
	return out, nil
}

func (p *parser) failed(s *sentence, err error) error {
	return &Fault{File: p.file, Line: s.line, Word: p.words.spelled[s.word], Cause: err, language: p.words.language}
}

func (w *world) words() *catalogue.Catalogue { return catalogue.Open(w.story.Language) }

// word is how a keyword is written in the language of the file.
func (w *world) word(x Word) string { return lexicons[w.story.Language].spelled[x] }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func kilometres(m float64) string { return fmt.Sprintf("%.1f km", m/1000) }

func minutes(d time.Duration) string { return d.Round(time.Second).String() }
