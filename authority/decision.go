package authority

import (
	"fmt"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/evidence"
)

// Outcome is what one rule says.
type Outcome uint8

// The outcomes. Unknown never counts as Pass.
const (
	Unknown Outcome = iota
	Pass
	Fail
)

// String returns the word that reports and the JSON contract use.
func (o Outcome) String() string {
	switch o {
	case Pass:
		return "pass"
	case Fail:
		return "fail"
	case Unknown:
	}
	return "unknown"
}

// MarshalText writes the word.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the word.
func (o *Outcome) UnmarshalText(b []byte) error {
	for _, v := range []Outcome{Unknown, Pass, Fail} {
		if v.String() == string(b) {
			*o = v
			return nil
		}
	}
	return fault("outcome", string(b), `"pass", "fail" or "unknown"`)
}

// Verdict is what all rules together say.
type Verdict uint8

// The verdicts. Only Go may fly.
const (
	Incomplete Verdict = iota
	Go
	NoGo
)

// String returns the word that reports and the JSON contract use.
func (v Verdict) String() string {
	switch v {
	case Go:
		return "GO"
	case NoGo:
		return "NO-GO"
	case Incomplete:
	}
	return "INCOMPLETE"
}

// MarshalText writes the word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the word.
func (v *Verdict) UnmarshalText(b []byte) error {
	for _, w := range []Verdict{Incomplete, Go, NoGo} {
		if w.String() == string(b) {
			*v = w
			return nil
		}
	}
	return fault("verdict", string(b), `"GO", "NO-GO" or "INCOMPLETE"`)
}

// RuleID names a rule.
type RuleID string

// The rules, in the order in which they are told.
const (
	RuleScope         RuleID = "scope"
	RuleBasis         RuleID = "basis"
	RulePurpose       RuleID = "purpose"
	RuleUnarmed       RuleID = "unarmed"
	RuleNoLethalForce RuleID = "no-lethal-force"
	RuleClearance     RuleID = "clearance"
	RuleLooksIn       RuleID = "looks-in"
	RuleArea          RuleID = "area"
	RuleBoundary      RuleID = "boundary"
	RuleNotice        RuleID = "notice"
	RuleStandOff      RuleID = "stand-off"
	RulePoints        RuleID = "points"
	RuleAltitude      RuleID = "altitude"
	RuleDistance      RuleID = "distance"
	RuleQuota         RuleID = "quota"
	RuleReports       RuleID = "reports"
	RuleTransponder   RuleID = "transponder"
	RuleFlightPlan    RuleID = "flight-plan"
	RuleGround        RuleID = "ground-resolution"
	RuleRetention     RuleID = "retention"
	RuleRelease       RuleID = "release"
	RuleRequest       RuleID = "request"
	RuleAircraft      RuleID = "aircraft"
	RuleApprovers     RuleID = "approvers"
)

// Rules lists the rules in the order in which they are told.
func Rules() []RuleID {
	return []RuleID{
		RuleScope, RuleBasis, RulePurpose, RuleUnarmed, RuleNoLethalForce, RuleClearance, RuleLooksIn, RuleArea, RuleBoundary,
		RuleNotice, RulePoints, RuleStandOff, RuleAltitude, RuleDistance, RuleQuota, RuleReports, RuleTransponder, RuleFlightPlan, RuleGround, RuleRetention, RuleRelease, RuleRequest, RuleAircraft, RuleApprovers,
	}
}

// overridable reports whether two persons may let the rule not count. That the aircraft carries no arms, and that no
// lethal force is authorised, is nobody's to waive.
func (r RuleID) overridable() bool {
	return r != RuleUnarmed && r != RuleNoLethalForce && slices.Contains(Rules(), r)
}

// Fact is an act that a result rests on, and when it was recorded.
type Fact struct {
	Kind     Kind      `json:"kind"`
	ID       string    `json:"id"`
	Recorded time.Time `json:"recorded"`
	Sequence uint64    `json:"sequence,omitempty"` // in the journal
}

// Result is what one rule says of one thing: of the whole sortie, or of one state.
type Result struct {
	Rule    RuleID         `json:"rule"`
	Outcome Outcome        `json:"outcome"`
	Code    evidence.Code  `json:"code"` // its texts are in the catalogue
	Args    []string       `json:"args,omitempty"`
	State   airspace.State `json:"state,omitempty"`
	Entry   string         `json:"entry,omitempty"` // "SOURCE:NUMBER" of an entry that was flown
	Facts   []Fact         `json:"facts,omitempty"`
	// Overridden says why the result does not count; empty when it does.
	Overridden string `json:"overridden,omitempty"`
}

// Change is a condition of an agreement that was loosened, told in every decision from then on.
type Change struct {
	Agreement string      `json:"agreement"`
	Amends    string      `json:"amends"`
	Loosens   []Condition `json:"loosens"`
	Since     time.Time   `json:"since"`
	// InEffect is false while the other party has not been warned for long enough.
	InEffect bool `json:"in_effect"`
}

// Decision is the answer to a question, with everything that it rests on.
type Decision struct {
	Verdict Verdict         `json:"verdict"`
	Results []Result        `json:"results"`
	Changes []Change        `json:"changes,omitempty"`
	From    time.Time       `json:"from"` // of the sortie that was asked about
	To      time.Time       `json:"to"`
	Known   time.Time       `json:"known"` // nothing recorded later was used
	Sortie  string          `json:"sortie"`
	Plan    evidence.Digest `json:"plan"`
	RuleSet string          `json:"ruleset"`
	Rules   evidence.Digest `json:"ruleset_sha256"`
}

// Overridden reports whether some result does not count because two persons said so.
func (d *Decision) Overridden() bool {
	return slices.ContainsFunc(d.Results, func(r Result) bool { return r.Overridden != "" })
}

// Of returns the results of one rule.
func (d *Decision) Of(rule RuleID) []Result {
	var out []Result
	for _, r := range d.Results {
		if r.Rule == rule {
			out = append(out, r)
		}
	}
	return out
}

// Outcome returns what the results of one rule come to: Fail when one fails, else Unknown when one is, else Pass. A rule
// without results is Pass: it had nothing to ask.
func (d *Decision) Outcome(rule RuleID) Outcome {
	out := Pass
	for i := range d.Results {
		if r := &d.Results[i]; r.Rule == rule {
			out = worse(out, r.Outcome)
		}
	}
	return out
}

func worse(a, b Outcome) Outcome {
	switch {
	case a == Fail || b == Fail:
		return Fail
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return Pass
}

// DecisionMade puts a decision on record before it is shown.
type DecisionMade struct {
	ID       string   `json:"id"`
	By       string   `json:"by"` // who asked
	Decision Decision `json:"decision"`
}

// Kind implements Act.
func (DecisionMade) Kind() Kind { return KindDecisionMade }

// Ident implements Act.
func (a DecisionMade) Ident() string { return a.ID }

// Check implements Act.
func (a DecisionMade) Check() error {
	if err := first(wantID("id", a.ID), wantText("by", a.By), wantID("decision.sortie", a.Decision.Sortie)); err != nil {
		return err
	}
	for i := range a.Decision.Results {
		r := &a.Decision.Results[i]
		switch {
		case !slices.Contains(Rules(), r.Rule):
			return fault(fmt.Sprintf("decision.results[%d].rule", i), string(r.Rule), fmt.Sprintf("one of %v", Rules()))
		case r.Overridden != "" && !r.Rule.overridable():
			return fault(fmt.Sprintf("decision.results[%d].overridden", i), r.Overridden, "nothing: nobody may override "+string(r.Rule))
		}
	}
	if v := verdict(a.Decision.Results); v != a.Decision.Verdict {
		return fault("decision.verdict", a.Decision.Verdict.String(), v.String()+", to which its results come")
	}
	return nil
}
