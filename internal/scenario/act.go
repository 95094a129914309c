package scenario

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/designation"
	"overflight/evidence"
	"overflight/internal/airframes"
	"overflight/internal/designations"
	"overflight/internal/rulesets"
	"overflight/statement"
)

// act puts on record what a sentence says.
func (w *world) act(s *sentence) error {
	switch s.word {
	case "aircraft catalogue":
		return w.airframes()
	case "ruleset":
		return w.ruleset(s)
	case "designations shipped":
		return w.shipped()
	case "list edition":
		return w.edition(s)
	case "designation":
		return w.notice(s)
	case "expectation":
		return w.expected(s)
	case "pick":
		return w.designate(designation.Picked{
			ID: s.text("id", w.name("pick")), Typed: s.values[0].text, Entity: designation.Entity{List: designation.List(s.get("meaning", 0).text), ID: s.get("meaning", 1).text},
			Reason: s.text("because", ""), By: s.text("by", ""),
		})
	case "plan":
		return w.file(s)
	case "fly":
		return w.fly(s)
	case "say":
		return w.say(s)
	case "complete":
		return w.complete(s)
	}
	a, err := w.authorityAct(s)
	if err != nil {
		return err
	}
	_, err = w.record(a, names(s))
	return err
}

// authorityAct is the act that a sentence of one act stands for.
func (w *world) authorityAct(s *sentence) (authority.Act, error) {
	first := s.values[0].text
	switch s.word {
	case "request":
		return authority.RequestMade{
			ID: first, Question: s.values[1].text, By: authority.Party(s.text("by", "")), Purpose: authority.Purpose(s.text("purpose", "")),
			Area: s.get("area", 0).area, Period: w.during(s),
		}, nil
	case "basis":
		b := authority.Order
		if s.has("host request") {
			b = authority.HostRequest
		}
		return authority.BasisStated{
			ID: first, Basis: b, Issuer: authority.Party(s.text("of", "")), Reference: s.text("ref", ""), Period: w.during(s),
			Purposes: purposesOf(s.get("purposes", 0)), NoLethalForce: s.has("no-lethal-force"), Document: paper(s.text("ref", "")),
		}, nil
	case "agreement":
		return w.agreement(s), nil
	case "sign":
		p, ok := w.proposed(first)
		if !ok {
			return nil, fmt.Errorf("%w: agreement %s", authority.ErrNoSuch, first)
		}
		return authority.AgreementSigned{Agreement: first, Text: p, Party: authority.Party(s.text("of", "")), By: s.text("by", ""), At: s.when("on", w.now)}, nil
	case "warn":
		return authority.AgreementWarned{
			Agreement: s.text("of", ""), To: authority.Party(first), Loosens: conditionsOf(s.get("loosens", 0)), Means: s.text("means", "letter"), At: s.when("on", w.now),
		}, nil
	case "clearance":
		return w.clearance(s), nil
	case "revoke":
		by := authority.Party(s.text("by", ""))
		for _, e := range w.authority.Clearances(w.now) {
			if by == "" && e.Act.ID == first {
				by = e.Act.Issuer
			}
		}
		return authority.ClearanceRevoked{Clearance: first, By: by, From: s.when("from", w.now), Reason: s.text("because", "")}, nil
	case "notice":
		return authority.NoticeSent{
			ID: s.text("id", w.name("notice")), State: airspace.State(first), From: authority.Party(s.text("from", string(w.operator))), To: authority.Party(s.text("to", first)),
			Sortie: s.text("sortie", ""), Period: s.values[1].period(time.Time{}), Area: s.get("area", 0).area, Sent: s.when("sent", w.now), Means: s.text("means", "letter"),
		}, nil
	case "delivered":
		return authority.NoticeDelivered{Notice: first, At: s.when("on", w.now), By: s.text("by", "")}, nil
	case "acknowledged":
		return authority.NoticeAcknowledged{Notice: first, At: s.when("on", w.now), By: authority.Party(s.text("by", ""))}, nil
	case "disputed":
		return authority.NoticeDisputed{Notice: first, At: s.when("on", w.now), By: authority.Party(s.text("by", "")), Says: s.text("because", "")}, nil
	case "loadout":
		return w.loadout(s), nil
	case "inspect":
		return authority.LoadoutInspected{
			Loadout: first, Party: authority.Party(s.text("of", "")), Inspector: s.text("by", ""), At: s.when("on", w.now), Agrees: !s.has("disagrees"), Remarks: s.text("disagrees", ""),
		}, nil
	case "approve":
		p, ok := w.plans[first]
		if !ok {
			return nil, fmt.Errorf("%w: plan %s", authority.ErrNoSuch, first)
		}
		return authority.PlanApproved{Sortie: first, Plan: p.digest, By: s.text("by", ""), Role: s.text("role", "approver"), At: w.now}, nil
	case "override":
		p, ok := w.plans[first]
		if !ok {
			return nil, fmt.Errorf("%w: plan %s", authority.ErrNoSuch, first)
		}
		return authority.RuleOverridden{
			Sortie: first, Plan: p.digest, Rule: authority.RuleID(s.values[1].text), Reason: s.text("because", ""), By: [2]string{s.text("by", ""), s.text("and", "")}, At: w.now,
		}, nil
	}
	return nil, fmt.Errorf("%w: %s", authority.ErrKind, s.word)
}

func (w *world) during(s *sentence) authority.Period {
	v := s.get("during", 0)
	return v.period(time.Time{})
}

func purposesOf(v value) []authority.Purpose {
	var out []authority.Purpose
	for _, p := range v.list {
		out = append(out, authority.Purpose(p))
	}
	return out
}

func conditionsOf(v value) []authority.Condition {
	var out []authority.Condition
	for _, c := range v.list {
		out = append(out, authority.Condition(c))
	}
	return out
}

func (w *world) proposed(id string) (evidence.Digest, bool) {
	for _, e := range w.authority.Agreements(w.now) {
		if e.Act.ID == id {
			return e.Recorded.Digest, true
		}
	}
	return evidence.Digest{}, false
}

func (w *world) clearance(s *sentence) authority.ClearanceGiven {
	state := s.values[0].text
	id := s.text("id", "")
	ref := s.text("ref", "")
	if id == "" {
		if id = ref; id == "" {
			id = w.name("clearance")
		}
	}
	if ref == "" {
		ref = id
	}
	a := authority.ClearanceGiven{
		ID: id, State: airspace.State(state), Issuer: authority.Party(s.text("issuer", state)), Reference: ref, Issued: s.when("issued", w.now),
		Period: s.values[1].period(time.Time{}), Area: s.get("area", 0).area, Altitude: s.get("altitude", 0).band, Aircraft: s.get("aircraft", 0).list,
		Operator: authority.Party(s.text("operator", "")), StateAircraft: s.has("state-aircraft"), Unmanned: s.has("unmanned"), Looks: s.has("looks"),
		Deepest: s.get("deepest", 0).metres, Sensors: s.get("sensors", 0).list, Document: paper(ref),
	}
	for i := range s.clauses {
		if c := &s.clauses[i]; c.word == "condition" {
			a.Conditions = append(a.Conditions, c.values[0].text)
		}
	}
	return a
}

// reliance is how long an attested loadout may be relied on where a story does not say.
const reliance = 48 * time.Hour

func (w *world) loadout(s *sentence) authority.LoadoutAttested {
	at := s.when("attested", w.now)
	a := authority.LoadoutAttested{
		ID: s.text("id", w.name("loadout")), Tail: s.values[0].text, Sortie: s.text("sortie", ""), At: at, By: s.text("by", ""), Capable: s.has("capable") || s.has("armed"), Armed: s.has("armed"),
		Period: authority.Period{From: at, To: at.Add(reliance)}, Stations: []authority.Station{{Station: "1", Carried: authority.Sensor}},
	}
	if s.has("armed") {
		a.Stations = append(a.Stations, authority.Station{Station: "2", Carried: authority.Armament, Release: true})
	}
	if s.has("during") {
		a.Period = w.during(s)
	}
	return a
}

func (w *world) agreement(s *sentence) authority.AgreementProposed {
	a := authority.AgreementProposed{
		ID: s.values[0].text, Parties: [2]authority.Party{authority.Party(s.text("between", "")), authority.Party(s.text("and", ""))}, Amends: s.text("amends", ""),
		Period: authority.Period{From: s.when("from", time.Time{})},
		Terms: authority.Terms{
			Purposes: purposesOf(s.get("purposes", 0)), NoLethalForce: s.has("no-lethal-force"), Unarmed: s.has("unarmed"), Warning: authority.Duration(s.get("warning", 0).span),
			States: map[airspace.State]authority.Requirements{},
		},
	}
	if v := s.get("to", 0); s.has("to") {
		a.Period.To = v.at.end(time.Time{})
	}
	for i := range s.clauses {
		if c := &s.clauses[i]; c.word == "area" {
			a.Terms.Areas = append(a.Terms.Areas, c.values[0].area)
		}
	}
	required(s, a.Terms.States)
	return a
}

// required adds what states ask for. What a state that is named asks for is what is said of it here, and nothing else.
func required(s *sentence, all map[airspace.State]authority.Requirements) {
	state := airspace.State("")
	for i := range s.clauses {
		c := &s.clauses[i]
		if c.word == "asks" {
			state = airspace.State(c.values[0].text)
			all[state] = authority.Requirements{}
			continue
		}
		r, ok := all[state]
		if state == "" || !ok {
			continue
		}
		switch c.word {
		case "needs clearance":
			r.Clearance = true
		case "state-aircraft":
			r.StateAircraft = true
		case "unmanned":
			r.Unmanned = true
		case "needs notice":
			r.Notice, r.NoticeLead = true, authority.Duration(c.values[0].span)
		case "needs acknowledgement":
			r.Acknowledgement = true
		case "looks":
			r.LooksIn = authority.LooksRule(c.values[0].text)
		case "stand-off":
			r.StandOff = c.values[0].metres
		case "ground-resolution":
			r.FinestGround = c.values[0].metres
		case "altitude":
			r.Altitude = c.values[0].band
		case "retention":
			r.Retention = authority.Duration(c.values[0].span)
		case "needs inspection":
			r.Inspection = true
		case "release delay":
			r.ReleaseDelay = authority.Duration(c.values[0].span)
		case "release":
			r.ReleasePlace = c.values[0].metres
		case "boundary":
			r.BoundaryLine = c.values[0].text
		}
		all[state] = r
	}
}

func (w *world) airframes() error {
	all, err := airframes.Shipped()
	if err != nil {
		return err
	}
	for _, a := range all {
		if _, err := w.record(authority.AirframeDescribed{Airframe: a}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) ruleset(s *sentence) error {
	var a authority.RuleSetAdopted
	var err error
	switch name := s.values[0]; {
	case len(name.words) == 0:
		if w.open == nil {
			return fmt.Errorf("%w: %s", fs.ErrNotExist, name.text)
		}
		var document []byte
		if document, err = w.open(name.text); err != nil {
			return err
		}
		var act authority.Act
		if act, err = authority.Decode(authority.KindRuleSetAdopted, document); err != nil {
			return err
		}
		a, _ = act.(authority.RuleSetAdopted)
	case name.words[0] == "host example":
		a, err = rulesets.Host()
	default:
		a, err = rulesets.Operator()
	}
	if err != nil {
		return err
	}
	a.Party = authority.Party(s.text("of", ""))
	a.ID = s.text("id", a.ID)
	a.Period.From = s.when("from", a.Period.From)
	if s.has("purposes") {
		a.Rules.Purposes = purposesOf(s.get("purposes", 0))
	}
	if s.has("approvers") {
		a.Rules.Approvers = s.get("approvers", 0).number
	}
	if a.Rules.States == nil {
		a.Rules.States = map[airspace.State]authority.Requirements{}
	}
	required(s, a.Rules.States)
	if _, err := w.record(a, nil); err != nil {
		return err
	}
	if w.operator == "" {
		w.operator = a.Party
	}
	return nil
}

func (w *world) shipped() error {
	all, err := designations.Notices()
	if err != nil {
		return err
	}
	for _, a := range all {
		if err := w.designate(a); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) edition(s *sentence) error {
	var text strings.Builder
	var rows []designation.Row
	row := -1
	for i := range s.clauses {
		switch c := &s.clauses[i]; c.word {
		case "row":
			row++
			r := s.rows[row]
			rows = append(rows, designation.Row{ID: r[0].text, Programmes: r[1].list, Name: r[2].text})
			fmt.Fprintln(&text, r[0].text, r[1].list, r[2].text)
		case "aka":
			if row >= 0 {
				rows[row].Aliases = append(rows[row].Aliases, designation.Name{Text: c.values[0].text, Kind: "a.k.a."})
				fmt.Fprintln(&text, c.values[0].text)
			}
		}
	}
	var from iter.Seq2[designation.Row, error] = func(yield func(designation.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
	acts, _, err := w.designations.Import(from, designation.Edition{
		List: designation.List(s.values[0].text), Document: s.values[1].at.Time, By: s.text("by", "scenario"),
		Sources: []designation.Source{{Name: s.text("source", "rows of the scenario"), Digest: sha256.Sum256([]byte(text.String())), Rows: len(rows)}},
	})
	if err != nil {
		return err
	}
	for _, a := range acts {
		if err := w.designate(a); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) notice(s *sentence) error {
	n := designation.Noticed{
		Relation: designation.RelationDesignated, Key: designation.Key{List: designation.List(s.values[0].text), ID: s.values[1].text, Programme: s.values[2].text},
		Signed: s.when("signed", time.Time{}), Published: s.when("published", time.Time{}), Effective: s.when("effective", time.Time{}),
		Convention: s.text("convention", ""), Citation: s.text("source", s.text("document", "scenario")), By: s.text("by", "scenario"),
	}
	n.ID = s.text("id", w.name(strings.Join([]string{n.Key.ID, n.Key.Programme}, "-")))
	switch {
	case s.has("revoked"):
		n.Relation = designation.RelationRevoked
	case s.has("amended"):
		n.Relation = designation.RelationAmended
	}
	if len(s.values) > 3 {
		n.Name = s.values[3].text
	}
	for i := range s.clauses {
		if c := &s.clauses[i]; c.word == "aka" {
			n.Aliases = append(n.Aliases, designation.Name{Text: c.values[0].text, Kind: "a.k.a."})
		}
	}
	ref := s.text("document", n.ID)
	n.Document = designation.Document{Reference: ref, Digest: sha256.Sum256([]byte(ref))}
	return w.designate(n)
}

func (w *world) expected(s *sentence) error {
	return w.designate(designation.Expected{
		ID: s.text("id", w.name("expectation")), Key: designation.Key{List: designation.List(s.values[0].text), ID: s.values[1].text, Programme: s.values[2].text},
		By: s.text("by", ""), Said: s.when("on", w.now), For: s.when("expected on", time.Time{}), Source: s.text("source", s.text("by", "")),
	})
}

func (w *world) complete(s *sentence) error {
	p := s.values[0].period(time.Time{})
	id := s.text("id", w.name("complete"))
	a := statement.Complete{ID: id, Operator: s.text("operator", string(w.operator)), Period: p, Flights: s.get("flights", 0).number, By: s.text("by", string(w.operator))}
	if err := w.state(a); err != nil {
		return err
	}
	w.beside.Reach.Covered = append(w.beside.Reach.Covered, statement.Coverage{
		Operator: a.Operator, Period: p.Valid(), How: statement.Stated, Flights: a.Flights,
		Event: statement.Event{Kind: string(a.Kind()), ID: id, Recorded: w.now, Sequence: w.sequence},
	})
	return nil
}

func (w *world) say(s *sentence) error {
	m := statement.Made{
		ID: s.text("id", w.name("s")), Party: authority.Party(s.values[0].text), Date: statement.Day{Time: s.get("on", 0).at.Time}, Language: string(w.story.Language),
		Source: paper(s.text("source", s.text("via", string(w.story.Title)))), Answers: s.text("answers", ""), Supersede: s.text("supersedes", ""),
		Speaker: statement.Speaker{Office: s.text("office", ""), Unnamed: s.text("unnamed", "")},
	}
	if len(s.values) > 1 {
		m.Speaker.Name = s.values[1].text
	}
	for _, by := range s.get("via", 0).list {
		m.Relays = append(m.Relays, statement.Relay{By: by})
	}
	if m.Quotation = s.text("quotes", ""); m.Quotation == "" {
		m.Quotation = s.text("paraphrase", "")
		m.Paraphrase = m.Quotation != ""
	}
	switch {
	case s.has("claims"):
		m.Manner = statement.Claims
	case s.has("denies"):
		m.Manner = statement.Denies
	case s.has("cannot say"):
		m.Manner = statement.CannotSay
	default:
		m.Manner = statement.DidNotAddress
	}
	p := w.during(s)
	if !s.has("during") {
		p = authority.Period{}
	}
	m.About.Period = p
	m.Claim = statement.Checkable{Claim: claimOf(s)}
	if err := w.state(m); err != nil {
		return err
	}
	w.said = append(w.said, m.ID)
	return nil
}

// claimOf is what a statement claims; nil for none. The period is that of what it is about.
func claimOf(s *sentence) statement.Claim {
	state := func(w Word, n int) airspace.State { return airspace.State(s.get(w, n).text) }
	day := func(w Word) statement.Day { return statement.Day{Time: s.get(w, 0).at.Time} }
	switch {
	case s.has("flights over"):
		f := statement.FlightsOver{State: state("flights over", 0)}
		if s.has("at least") {
			n := s.get("at least", 0).number
			f.AtLeast = &n
		}
		if s.has("at most") {
			n := s.get("at most", 0).number
			f.AtMost = &n
		}
		return f
	case s.has("carried no arms"):
		return statement.Unarmed{}
	case s.has("notified before entry"):
		return statement.NotifiedBefore{State: state("notified before entry", 0)}
	case s.has("did not enter"):
		return statement.DidNotEnter{State: state("did not enter", 0)}
	case s.has("looked in from outside"):
		return statement.LookedInFromOutside{State: state("looked in from outside", 0)}
	case s.has("at request of"):
		return statement.AtRequestOf{Party: authority.Party(s.text("at request of", ""))}
	case s.has("began by"):
		return statement.BeganBy{Date: day("began by"), State: state("began by", 1)}
	case s.has("stepped up since"):
		return statement.SteppedUpSince{Date: day("stepped up since"), State: state("stepped up since", 1), Days: s.get("days", 0).number}
	}
	return nil
}
