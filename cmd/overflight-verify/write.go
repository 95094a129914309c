package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"overflight/bundle"
)

func writeText(w io.Writer, r bundle.Report, language string) error {
	var b strings.Builder
	b.WriteString(r.Sentence(language) + "\n\n")
	for _, c := range r.Checks {
		what := bundle.Say(language, c.What)
		if c.OK() {
			fmt.Fprintf(&b, "%s  %s\n", say(language, "ok"), what)
		} else {
			fmt.Fprintf(&b, "%s  %s: %s\n", say(language, "fail"), what, bundle.Say(language, c.Reason))
		}
	}
	writeActs(&b, r, language)
	if len(r.NotShown) > 0 {
		b.WriteString("\n" + say(language, "notshown") + "\n")
	}
	for _, n := range r.NotShown {
		b.WriteString("  - " + bundle.Say(language, n) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeActs tells what was in the log before the flight began, and what came after.
func writeActs(b *strings.Builder, r bundle.Report, language string) {
	acts, began, ok := r.Acts()
	for _, earlier := range []bool{true, false} {
		said := false
		for _, a := range acts {
			if a.Earlier != earlier {
				continue
			}
			if !said {
				head := say(language, "acts")
				switch {
				case ok && earlier:
					head = fmt.Sprintf(say(language, "before"), began)
				case ok:
					head = fmt.Sprintf(say(language, "after"), began)
				}
				b.WriteString("\n" + head + "\n")
				said = true
			}
			by := say(language, "unsigned")
			if a.Signed > 0 {
				by = fmt.Sprintf(say(language, "signed"), a.Signed)
			}
			if !a.Document {
				by += "; " + say(language, "digest")
			}
			fmt.Fprintf(b, "  %d  %s %s (%s)\n", a.Index, a.Act, a.ID, by)
		}
	}
}

type lineJSON struct {
	Code string   `json:"code"`
	Args []string `json:"args"`
	Text string   `json:"text"`
}

type checkJSON struct {
	Check  lineJSON  `json:"check"`
	OK     bool      `json:"ok"`
	Reason *lineJSON `json:"reason"`
}

type cosignatureJSON struct {
	Witness string    `json:"witness"`
	Key     string    `json:"key"`
	At      time.Time `json:"at"`
}

type entryJSON struct {
	Index  uint64 `json:"index"`
	Opened bool   `json:"opened"`
	Kind   string `json:"kind"`
	Body   []byte `json:"body"` // base64
}

type actJSON struct {
	Index  uint64 `json:"index"`
	Act    string `json:"act"`
	ID     string `json:"id"`
	Signed int    `json:"signatures"`
	Before bool   `json:"before_flight"` // in the log before the flight's own first entry
}

type reportJSON struct {
	Verified bool              `json:"verified"`
	Verdict  string            `json:"verdict"`
	Flight   string            `json:"flight"`
	Log      string            `json:"log"`
	Size     uint64            `json:"size"`
	Cosigned []cosignatureJSON `json:"cosigned"`
	Checks   []checkJSON       `json:"checks"`
	Entries  []entryJSON       `json:"entries"`
	Acts     []actJSON         `json:"acts"`
	NotShown []lineJSON        `json:"not_shown"`
}

func writeJSON(w io.Writer, r bundle.Report, language string) error {
	line := func(l bundle.Line) lineJSON {
		args := l.Args
		if args == nil {
			args = []string{}
		}
		return lineJSON{Code: string(l.Code), Args: args, Text: bundle.Say(language, l)}
	}
	d := reportJSON{
		Verified: r.Verified(), Verdict: r.Sentence(language), Flight: r.Flight, Log: r.Log, Size: r.Size,
		Cosigned: []cosignatureJSON{}, Checks: []checkJSON{}, Entries: []entryJSON{}, Acts: []actJSON{}, NotShown: []lineJSON{},
	}
	for _, c := range r.Cosigned {
		d.Cosigned = append(d.Cosigned, cosignatureJSON{Witness: c.Witness, Key: c.Key.String(), At: c.At})
	}
	for _, c := range r.Checks {
		k := checkJSON{Check: line(c.What), OK: c.OK()}
		if !c.OK() {
			reason := line(c.Reason)
			k.Reason = &reason
		}
		d.Checks = append(d.Checks, k)
	}
	for _, e := range r.Entries {
		d.Entries = append(d.Entries, entryJSON{Index: e.Index, Opened: e.Opened, Kind: string(e.Kind), Body: e.Body})
	}
	acts, _, _ := r.Acts()
	for _, a := range acts {
		d.Acts = append(d.Acts, actJSON{Index: a.Index, Act: a.Act, ID: a.ID, Signed: a.Signed, Before: a.Earlier})
	}
	for _, n := range r.NotShown {
		d.NotShown = append(d.NotShown, line(n))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}
