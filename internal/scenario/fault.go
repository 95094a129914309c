package scenario

import (
	"strings"

	"overflight/internal/catalogue"
)

// Fault is what a file does not say as it has to: one line, in the language of the file.
type Fault struct {
	File string
	Line int
	Word string // what was found; empty at the end of a line
	// Want is what was expected, Near the keyword that may have been meant.
	Want     string
	Near     string
	Cause    error // why an act was not put on record
	language catalogue.Language
}

// Error implements error.
func (f *Fault) Error() string {
	words := catalogue.Open(f.language)
	switch {
	case f.Cause != nil:
		return words.Text("scenario.fault.act", f.File, f.Line, f.Word, refusal(words, f.Cause))
	case f.Near != "":
		return words.Text("scenario.fault.near", f.File, f.Line, f.Word, f.Near)
	case f.Word == "":
		return words.Text("scenario.fault.end", f.File, f.Line, f.Want)
	}
	return words.Text("scenario.fault.word", f.File, f.Line, f.Word, f.Want)
}

// refusal is why an act was not put on record, in a line.
func refusal(words *catalogue.Catalogue, err error) string {
	return words.Refusal(strings.ReplaceAll(err.Error(), "\n", "; "))
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Cause }

const shown = 60 // bytes of what was found that a fault repeats

func (p *parser) fault(line int, got string, want kind) error {
	return p.wants(line, got, catalogue.Open(p.words.language).Text("scenario.want."+string(want)))
}

func (p *parser) wants(line int, got, want string) error {
	return &Fault{File: p.file, Line: line, Word: clip(got), Want: want, language: p.words.language}
}

func clip(s string) string {
	if len(s) <= shown {
		return s
	}
	cut := shown
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}
