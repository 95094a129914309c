package release

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Handling is a label of the Traffic Light Protocol, version 2.0 (FIRST, 2022), from open to closed.
type Handling string

// The labels, each stricter than the one before.
const (
	Clear       Handling = "TLP:CLEAR"
	Green       Handling = "TLP:GREEN"
	Amber       Handling = "TLP:AMBER"
	AmberStrict Handling = "TLP:AMBER+STRICT"
	Red         Handling = "TLP:RED"
)

var handlings = []Handling{Clear, Green, Amber, AmberStrict, Red}

// Classifications are from open to closed; a policy names its own words for them.
var classifications = []string{"UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET"}

// Marking says how a field may be handled, and by whom.
type Marking struct {
	Policy         string    `json:"policy"`         // whose words these are, as "USA" or "NATO"
	Classification string    `json:"classification"` // one of the closed list
	ReleasableTo   []string  `json:"releasable_to"`  // ISO 3166-1 alpha-3, sorted; empty: to its own originator only
	Caveats        []string  `json:"caveats"`        // compartments that a reader has to hold, every one of them; sorted
	Handling       Handling  `json:"handling"`
	Originator     string    `json:"originator"`
	Created        time.Time `json:"created"`
	Review         time.Time `json:"review"` // when it is looked at again; zero: never
}

// MarkingError says which part of a marking is none, and what was expected.
type MarkingError struct {
	Part, Got, Want string
}

func (e *MarkingError) Error() string {
	return fmt.Sprintf("marking: %s %q: expected %s", e.Part, e.Got, e.Want)
}

// Check refuses a marking that nobody could hold or that says nothing.
func (m *Marking) Check() error {
	switch {
	case m.Policy == "":
		return &MarkingError{"policy", "", "whose marking it is"}
	case !slices.Contains(classifications, m.Classification):
		return &MarkingError{"classification", m.Classification, strings.Join(classifications, ", ")}
	case !slices.Contains(handlings, m.Handling):
		return &MarkingError{"handling", string(m.Handling), fmt.Sprint(handlings)}
	case m.Originator == "":
		return &MarkingError{"originator", "", "who made it"}
	case !m.Review.IsZero() && m.Review.Before(m.Created):
		return &MarkingError{"review", m.Review.Format(time.RFC3339), "an instant after it was made"}
	}
	for _, s := range m.ReleasableTo {
		if len(s) != 3 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return &MarkingError{"releasable_to", s, "codes of states as MEX"}
		}
	}
	for _, c := range m.Caveats {
		if c == "" || strings.TrimSpace(c) != c {
			return &MarkingError{"caveats", c, "words"}
		}
	}
	if !slices.IsSorted(m.ReleasableTo) || !slices.IsSorted(m.Caveats) {
		return &MarkingError{"releasable_to, caveats", strings.Join(append(slices.Clone(m.ReleasableTo), m.Caveats...), ","), "each in order"}
	}
	return nil
}

// Banner is the marking of a whole of which the parts are marked: the strictest classification and handling, all caveats, and only
// those states that every part may go to.
func Banner(parts []Marking) Marking {
	if len(parts) == 0 {
		return Marking{}
	}
	out := parts[0]
	out.ReleasableTo = slices.Clone(out.ReleasableTo)
	out.Caveats = slices.Clone(out.Caveats)
	for _, p := range parts[1:] {
		if slices.Index(classifications, p.Classification) > slices.Index(classifications, out.Classification) {
			out.Classification = p.Classification
		}
		if slices.Index(handlings, p.Handling) > slices.Index(handlings, out.Handling) {
			out.Handling = p.Handling
		}
		out.ReleasableTo = slices.DeleteFunc(out.ReleasableTo, func(s string) bool { return !slices.Contains(p.ReleasableTo, s) })
		for _, c := range p.Caveats {
			if !slices.Contains(out.Caveats, c) {
				out.Caveats = append(out.Caveats, c)
			}
		}
		if p.Policy != out.Policy {
			out.Policy = ""
		}
		if p.Originator != out.Originator {
			out.Originator = ""
		}
		if p.Created.After(out.Created) {
			out.Created = p.Created
		}
		if !p.Review.IsZero() && (out.Review.IsZero() || p.Review.Before(out.Review)) {
			out.Review = p.Review
		}
	}
	slices.Sort(out.Caveats)
	return out
}

// Line is a marking in one line, as it is repeated where its parts would get lost.
func (m *Marking) Line() string {
	parts := []string{m.Classification}
	if len(m.ReleasableTo) > 0 {
		parts = append(parts, "REL TO "+strings.Join(m.ReleasableTo, ", "))
	}
	parts = append(parts, m.Caveats...)
	return strings.Join(append(parts, string(m.Handling)), "//")
}
