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
	if len(r.NotShown) > 0 {
		b.WriteString("\n" + say(language, "notshown") + "\n")
	}
	for _, n := range r.NotShown {
		b.WriteString("  - " + bundle.Say(language, n) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
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

type reportJSON struct {
	Verified bool              `json:"verified"`
	Verdict  string            `json:"verdict"`
	Flight   string            `json:"flight"`
	Log      string            `json:"log"`
	Size     uint64            `json:"size"`
	Cosigned []cosignatureJSON `json:"cosigned"`
	Checks   []checkJSON       `json:"checks"`
	Entries  []entryJSON       `json:"entries"`
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
		Cosigned: []cosignatureJSON{}, Checks: []checkJSON{}, Entries: []entryJSON{}, NotShown: []lineJSON{},
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
	for _, n := range r.NotShown {
		d.NotShown = append(d.NotShown, line(n))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}
