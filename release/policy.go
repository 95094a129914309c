package release

import (
	"fmt"
	"slices"
	"time"

	"github.com/cedar-policy/cedar-go"

	"overflight/evidence"
)

// Office is a recipient. A state is not one: each of its offices has keys of its own, holds what it was given to hold, and can be shut off
// without the others.
type Office struct {
	ID           string        // as "MEX/SEDENA"
	State        string        // ISO 3166-1 alpha-3
	Level        string        // the highest classification that it may have
	Handling     Handling      // the strictest label that it may have
	Compartments []string      // caveats that it holds
	Classes      []Class       // what it may be told of
	Purposes     []string      // what it may use it for
	PlaceDigits  int           // the finest place
	TimeDigits   int           // the finest instant
	Delay        time.Duration // after which it may have it
	Revoked      bool
}

// Policy is the rules by which fields are shown, in Cedar: what no rule permits is withheld, one that forbids outweighs all that permit,
// and a rule that cannot be told (as by an attribute that is not there) withholds.
//
// A rule is asked with principal Office::"id", action Action::"show" and resource Field::"name". An office has id, state, level,
// handling, compartments, classes, purposes, place_digits, time_digits, delay_s and revoked; a field has name, class, kind, policy, level,
// handling, releasable_to, caveats and originator. Levels and labels are numbers, 0 the most open. The context has purpose, age_s and
// digits. Every rule has an identifier, and one that forbids says why in both languages: @id, @en, @es.
type Policy struct {
	Digest evidence.Digest // of its text
	set    *cedar.PolicySet
	rules  map[cedar.PolicyID]Rule
}

// Rule is a rule by its identifier, with what it says to people.
type Rule struct {
	ID      string
	English string
	Spanish string
}

// The reasons that are not in a policy's text.
const (
	ReasonNoRule = "release.no-rule" // nothing permits it
	ReasonBroken = "release.broken"  // a rule could not be told
)

// ParsePolicy reads rules. Every one needs an identifier of its own, and every one that forbids its texts.
func ParsePolicy(name string, text []byte, digest evidence.Digest) (*Policy, error) {
	set, err := cedar.NewPolicySetFromBytes(name, text)
	if err != nil {
		return nil, fmt.Errorf("reading release rules %s: %w", name, err)
	}
	p := &Policy{Digest: digest, set: set, rules: map[cedar.PolicyID]Rule{}}
	seen := map[string]bool{}
	for id, rule := range set.All() {
		a := rule.Annotations()
		r := Rule{ID: string(a["id"]), English: string(a["en"]), Spanish: string(a["es"])}
		at := rule.Position()
		switch {
		case r.ID == "" || seen[r.ID]:
			return nil, fmt.Errorf("reading release rules %s: line %d: @id(%q): expected an identifier of its own", name, at.Line, r.ID)
		case rule.Effect() == cedar.Forbid && (r.English == "" || r.Spanish == ""):
			return nil, fmt.Errorf("reading release rules %s: line %d: rule %s: expected @en(…) and @es(…), which say why it withholds", name, at.Line, r.ID)
		}
		seen[r.ID] = true
		p.rules[id] = r
	}
	if len(p.rules) == 0 {
		return nil, fmt.Errorf("reading release rules %s: no rule: nothing could be released", name)
	}
	return p, nil
}

// Rule returns a rule by its identifier.
func (p *Policy) Rule(id string) (Rule, bool) {
	for _, r := range p.rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// Question is what a policy is asked about.
type Question struct {
	Office  Office
	Purpose string
	Age     time.Duration // of what is reported, when it is released
}

// Granted answers for every field by the policy. Fields of one marking and one place in the schema are asked about once.
func (p *Policy) Granted(q Question) Granted {
	office := q.Office.entity()
	known := map[string]Grant{}
	return func(_ int, spec FieldSpec, f Field) Grant {
		key := string(f.Value.Kind) + "|" + spec.Name + "|" + string(spec.Class) + "|" + f.Marking.key()
		g, ok := known[key]
		if !ok {
			g = p.grant(office, q, spec, f)
			known[key] = g
		}
		return g
	}
}

// grant finds the finest digits that are permitted, and why no finer ones are.
func (p *Policy) grant(office cedar.Entity, q Question, spec FieldSpec, f Field) Grant {
	field := fieldEntity(spec, f)
	entities := cedar.EntityMap{office.UID: office, field.UID: field}
	whole := max(f.Value.Kind.Whole(), 1)
	var reasons []string
	for digits := whole; digits > 0; digits-- {
		permitted, why := p.ask(entities, cedar.Request{
			Principal: office.UID, Action: cedar.NewEntityUID("Action", "show"), Resource: field.UID,
			Context: cedar.NewRecord(cedar.RecordMap{"purpose": cedar.String(q.Purpose), "age_s": cedar.Long(q.Age / time.Second), "digits": cedar.Long(digits)}),
		})
		if permitted {
			return Grant{digits, reasons}
		}
		reasons = why
	}
	return Grant{0, reasons}
}

func (p *Policy) ask(entities cedar.EntityMap, r cedar.Request) (bool, []string) {
	decision, d := cedar.Authorize(p.set, entities, r)
	// Cedar passes over a rule that it cannot tell: one that forbids would be lost.
	if len(d.Errors) > 0 {
		out := []string{ReasonBroken}
		for _, e := range d.Errors {
			out = append(out, p.rules[e.PolicyID].ID)
		}
		return false, sorted(out)
	}
	if decision == cedar.Allow {
		return true, nil
	}
	var out []string
	for _, x := range d.Reasons {
		out = append(out, p.rules[x.PolicyID].ID)
	}
	if len(out) == 0 {
		out = []string{ReasonNoRule}
	}
	return false, sorted(out)
}

func sorted(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}

func (o Office) entity() cedar.Entity {
	classes := make([]string, len(o.Classes))
	for i, c := range o.Classes {
		classes[i] = string(c)
	}
	return cedar.Entity{UID: cedar.NewEntityUID("Office", cedar.String(o.ID)), Attributes: cedar.NewRecord(cedar.RecordMap{
		"id": cedar.String(o.ID), "state": cedar.String(o.State), "level": cedar.Long(slices.Index(classifications, o.Level)), "handling": cedar.Long(slices.Index(handlings, o.Handling)),
		"compartments": set(o.Compartments), "classes": set(classes), "purposes": set(o.Purposes), "place_digits": cedar.Long(o.PlaceDigits), "time_digits": cedar.Long(o.TimeDigits),
		"delay_s": cedar.Long(o.Delay / time.Second), "revoked": cedar.Boolean(o.Revoked),
	})}
}

func fieldEntity(spec FieldSpec, f Field) cedar.Entity {
	m := f.Marking
	return cedar.Entity{UID: cedar.NewEntityUID("Field", cedar.String(spec.Name)), Attributes: cedar.NewRecord(cedar.RecordMap{
		"name": cedar.String(spec.Name), "class": cedar.String(spec.Class), "kind": cedar.String(spec.Kind), "policy": cedar.String(m.Policy), "level": cedar.Long(slices.Index(classifications, m.Classification)),
		"handling": cedar.Long(slices.Index(handlings, m.Handling)), "releasable_to": set(m.ReleasableTo), "caveats": set(m.Caveats), "originator": cedar.String(m.Originator),
	})}
}

func set(words []string) cedar.Set {
	out := make([]cedar.Value, len(words))
	for i, w := range words {
		out[i] = cedar.String(w)
	}
	return cedar.NewSet(out...)
}

// key tells markings apart as far as rules can. Words are quoted: one with a separator in it is not two.
func (m *Marking) key() string {
	return fmt.Sprintf("%q %q %q %q %q %q", m.Policy, m.Classification, m.ReleasableTo, m.Caveats, string(m.Handling), m.Originator)
}
