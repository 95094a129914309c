package dissemination

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"overflight/authority"
	"overflight/release"
	"overflight/signature"
	"overflight/transparency"
)

// MostDelay bounds the delay that is agreed with an office.
const MostDelay = 10 * 366 * 24 * time.Hour

// OfficeDescribed says what an office of another state may have, under which rules of release judge, and by which keys it answers. The
// next version of it takes the place of the one before; what was released before stays as it was.
type OfficeDescribed struct {
	Office       string           `json:"office"` // as "MEX/SEDENA"
	Version      int              `json:"version"`
	Level        string           `json:"level"`    // the highest classification that it may have
	Handling     release.Handling `json:"handling"` // the strictest label that it may have
	Compartments []string         `json:"compartments"`
	Classes      []release.Class  `json:"classes"`  // what it may be told of
	Purposes     []string         `json:"purposes"` // what it may use it for: package authority's
	PlaceDigits  int              `json:"place_digits"`
	TimeDigits   int              `json:"time_digits"`
	Delay        int64            `json:"delay_s"`
	// Node is the public key by which the node of its state says that something arrived (signature.ParseKey); Signatories are those of the
	// people who answer for the office.
	Node        string   `json:"node"`
	Signatories []string `json:"signatories"`
	// Witness is the public key by which its state's node cosigns checkpoints (c2sp.org/tlog-cosignature); empty while it has none.
	Witness string `json:"witness,omitempty"`
}

// Kind implements authority.Act.
func (OfficeDescribed) Kind() authority.Kind { return KindOffice }

// Ident implements authority.Act.
func (a OfficeDescribed) Ident() string { return a.Office + ":" + strconv.Itoa(a.Version) }

// State is the state of an office, ISO 3166-1 alpha-3.
func State(office string) string {
	state, _, _ := strings.Cut(office, "/")
	return state
}

// Check implements authority.Act.
func (a OfficeDescribed) Check() error {
	whole := release.Place.Whole()
	err := first(
		wantOffice("office", a.Office), wantRange("version", a.Version, 1, 1_000_000), wantWords("compartments", a.Compartments),
		wantRange("place_digits", a.PlaceDigits, 0, whole), wantRange("time_digits", a.TimeDigits, 0, release.Instant.Whole()),
	)
	if err != nil {
		return err
	}
	if a.Delay < 0 || a.Delay > int64(MostDelay/time.Second) {
		return fault(CodeNumber, "delay_s", strconv.FormatInt(a.Delay, 10), "0", strconv.FormatInt(int64(MostDelay/time.Second), 10))
	}
	// What no marking can have no office can hold.
	probe := release.Marking{Policy: "x", Classification: a.Level, Handling: a.Handling, Originator: "x"}
	if err := probe.Check(); err != nil {
		return fault(CodeMarking, err.Error())
	}
	var classes []string
	for _, c := range a.Classes {
		classes = append(classes, string(c))
	}
	if err := first(choices("classes", classes, Classes()), choices("purposes", a.Purposes, Purposes())); err != nil {
		return err
	}
	if _, err := signature.ParseKey(a.Node); err != nil {
		return fault(CodeKey, "node", a.Node)
	}
	if len(a.Signatories) == 0 || len(a.Signatories) > mostWords {
		return fault(CodeNumber, "signatories", number(len(a.Signatories)), "1", number(mostWords))
	}
	seen := []string{a.Node}
	for _, p := range a.Signatories {
		k, err := signature.ParseKey(p)
		if err != nil {
			return fault(CodeKey, "signatories", p)
		}
		for _, s := range seen {
			if other, _ := signature.ParseKey(s); strings.EqualFold(other.Name(), k.Name()) || other.SamePublic(k) {
				return fault(CodeTwice, "signatories", k.Name())
			}
		}
		seen = append(seen, p)
	}
	if a.Witness != "" {
		if _, err := transparency.ParseWitnessKey(a.Witness); err != nil {
			return fault(CodeKey, "witness", a.Witness)
		}
	}
	return nil
}

// Recipient is the office as rules of release see it.
func (a *OfficeDescribed) Recipient(revoked bool) release.Office {
	return release.Office{
		ID: a.Office, State: State(a.Office), Level: a.Level, Handling: a.Handling, Compartments: a.Compartments, Classes: a.Classes, Purposes: a.Purposes,
		PlaceDigits: a.PlaceDigits, TimeDigits: a.TimeDigits, Delay: time.Duration(a.Delay) * time.Second, Revoked: revoked,
	}
}

// KeyOf returns the key under a name: that of the node, or of a person.
func (a *OfficeDescribed) KeyOf(name string) (key transparency.Key, node, ok bool) {
	for i, text := range append([]string{a.Node}, a.Signatories...) {
		if k, err := signature.ParseKey(text); err == nil && k.Name() == name {
			return k, i == 0, true
		}
	}
	return transparency.Key{}, false, false
}

// OfficeRevoked shuts an office off from everything that is released from then on.
type OfficeRevoked struct {
	Office string `json:"office"`
	Reason string `json:"reason"`
}

// Kind implements authority.Act.
func (OfficeRevoked) Kind() authority.Kind { return KindOfficeRevoked }

// Ident implements authority.Act.
func (a OfficeRevoked) Ident() string { return a.Office }

// Check implements authority.Act.
func (a OfficeRevoked) Check() error {
	return first(wantOffice("office", a.Office), wantText("reason", a.Reason))
}

// Classes lists what an office may be told of.
func Classes() []string {
	return []string{
		string(release.Identity), string(release.Platform), string(release.Authority), string(release.Time), string(release.Position), string(release.Sensing),
		string(release.Finding), string(release.Claim), string(release.Outcome), string(release.Source),
	}
}

// Purposes lists what something may be used for.
func Purposes() []string {
	var out []string
	for _, p := range authority.Purposes() {
		out = append(out, string(p))
	}
	return out
}

// choices refuses what is none of a list, and what is there twice.
func choices(member string, got, of []string) error {
	for i, g := range got {
		switch {
		case !slices.Contains(of, g):
			return fault(CodeChoice, member, g, strings.Join(of, ", "))
		case slices.Contains(got[:i], g):
			return fault(CodeTwice, member, g)
		}
	}
	return nil
}

func choice(member, got string, of []string) error { return choices(member, []string{got}, of) }

func wantRange(member string, got, least, most int) error {
	if got < least || got > most {
		return fault(CodeNumber, member, number(got), number(least), number(most))
	}
	return nil
}

func number(n int) string { return fmt.Sprint(n) }
