package scenario

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/evidence"
	"overflight/internal/catalogue"
	"overflight/statement"
)

// expect holds one expectation against what is on record.
func (w *world) expect(s *sentence) (Check, error) {
	switch s.word {
	case "at":
		return w.decision(s)
	case "expect entry":
		return w.entry(s)
	case "expect no entry":
		return w.noEntry(s)
	case "expect look into", "expect no look into":
		return w.lookedInto(s)
	case "expect statement":
		return w.statement(s)
	case "expect loosened":
		return w.loosened(s)
	case "expect name":
		return w.calledAs(s), nil
	case "expect search":
		return w.searched(s), nil
	}
	return Check{}, fmt.Errorf("%w: %s", authority.ErrKind, s.word)
}

var verdicts = map[authority.Verdict]Word{authority.Go: "go", authority.NoGo: "no-go", authority.Incomplete: "incomplete"}

var outcomes = map[authority.Outcome]Word{authority.Pass: "pass", authority.Fail: "fail", authority.Unknown: "unknown"}

var errNoRules = errors.New("no rule set is in force")

// question asks about a plan as if it took off at an instant.
func (w *world) question(p *filed, at, known time.Time, by authority.Party) (*authority.Question, error) {
	rules, ok := w.authority.RuleSetOf(by, at, w.now)
	if !ok {
		return nil, fmt.Errorf("%w: %s", errNoRules, by)
	}
	seen, err := authority.Foresee(&p.plan, at, w.lines, w.authority.StandOffs(p.plan.Operator.State(), at, known, &rules.Act.Rules))
	if err != nil {
		return nil, err
	}
	return &authority.Question{
		Plan: &p.plan, Digest: p.digest, From: at, To: at.Add(p.plan.To().Sub(p.plan.From())), Known: known, RuleSet: &rules.Act, Rules: rules.Recorded.Digest,
		Crossings: seen.Crossings, LookIns: seen.LookIns, Approaches: seen.Approaches, Designations: authority.DesignatedBy(w.designations),
	}, nil
}

func (w *world) decision(s *sentence) (Check, error) {
	p, name, ok := w.sortie(s.text("of", ""))
	if !ok {
		return Check{}, fmt.Errorf("%w: plan %s", authority.ErrNoSuch, name)
	}
	by := p.plan.Operator
	if s.has("by rules of") {
		by = authority.Party(s.text("by rules of", ""))
	}
	q, err := w.question(&p, s.values[0].at.Time, s.when("known at", w.now), by)
	if err != nil {
		return Check{}, err
	}
	d := w.authority.Decide(q)
	return w.judge(s, &d), nil
}

// judge holds a decision against what is expected of it.
func (w *world) judge(s *sentence, d *authority.Decision) Check {
	var c Check
	var told []authority.Result
	if s.has("expect rule") {
		rule, want := s.get("expect rule", 0).words[0], s.get("expect rule", 1).words[0]
		got := outcomes[d.Outcome(authority.RuleID(rule))]
		c.Want, c.Got = w.word(rule)+": "+w.word(want), w.word(rule)+": "+w.word(got)
		c.Came, c.Pass = string(rule)+" "+string(got), got == want
		told = d.Of(authority.RuleID(rule))
	} else {
		want, got := s.get("expect", 0).words[0], verdicts[d.Verdict]
		c.Want, c.Got, c.Came, c.Pass = w.word(want), w.word(got), string(got), got == want
		told = against(d)
	}
	if b := s.find("because"); b != nil {
		because := make([]string, 0, len(b.values[0].words))
		for _, rule := range b.values[0].words {
			because = append(because, w.word(rule))
			c.Pass = c.Pass && d.Outcome(authority.RuleID(rule)) == grounds[s.get("expect", 0).text]
			c.Came += " " + string(rule)
		}
		c.Want += " " + w.word("because") + " " + strings.Join(because, ", ")
	}
	w.coded(s, &c, told)
	for i := range told {
		c.Reasons = append(c.Reasons, w.reason(&told[i]))
		if n := w.expectations(&told[i], d); n > 0 {
			c.Reasons = append(c.Reasons, w.words().Count("inforce.expected", n))
		}
	}
	return c
}

// grounds is what a rule has to come to, to be why a verdict is what it is.
var grounds = map[string]authority.Outcome{"go": authority.Pass, "no-go": authority.Fail, "incomplete": authority.Unknown}

// against are the results that stand against GO; all of them where none does.
func against(d *authority.Decision) []authority.Result {
	out := slices.DeleteFunc(slices.Clone(d.Results), func(r authority.Result) bool { return r.Outcome == authority.Pass || r.Overridden != "" })
	if len(out) == 0 {
		return d.Results
	}
	return out
}

// coded asks that one of the results says what a code stands for: "clearance.after_entry".
func (w *world) coded(s *sentence, c *Check, told []authority.Result) {
	if !s.has("code") {
		return
	}
	want := s.text("code", "")
	c.Want += " (" + want + ")"
	c.Came += " " + want
	if !slices.ContainsFunc(told, func(r authority.Result) bool { return coded(r.Code, want) }) {
		c.Pass = false
		c.Came += "?"
	}
}

func coded(code evidence.Code, want string) bool {
	return string(code) == want || string(code) == "authority."+want
}

func (w *world) reason(r *authority.Result) string {
	words := w.words()
	state := ""
	if r.State != "" {
		state = " (" + string(r.State) + ")"
	}
	return words.Text("rule."+string(r.Rule)) + state + ": " + words.Text("outcome."+r.Outcome.String()) + ": " + words.Sentence(r.Code, r.Args)
}

func (w *world) flightAsked(s *sentence) (*flown, *filed, error) {
	p, name, _ := w.sortie(s.text("of", ""))
	f, ok := w.flown[name]
	if !ok {
		return nil, nil, fmt.Errorf("%w: flight %s", authority.ErrNoSuch, name)
	}
	return f, &p, nil
}

// answers asks the rules of each entry and look of a flight; without a rule set no leave is asked for.
func (w *world) answers(f *flown, p *filed, known time.Time) ([]authority.Flown, error) {
	rules, ok := w.authority.RuleSetOf(p.plan.Operator, f.from, w.now)
	if !ok {
		return nil, fmt.Errorf("%w: %s", errNoRules, p.plan.Operator)
	}
	q := authority.Question{
		Plan: &p.plan, Digest: p.digest, From: f.from, To: f.to, Known: known, RuleSet: &rules.Act, Rules: rules.Recorded.Digest, Crossings: f.crossed, Flown: true,
		Designations: authority.DesignatedBy(w.designations),
	}
	for i := range f.looks {
		if f.looks[i].vantage == statement.Outside {
			q.LookIns = append(q.LookIns, f.looks[i].LookIn)
		}
	}
	return w.authority.Flown(&q), nil
}

var leaves = []Word{"cleared", "notified", "none", "disputed"}

func leaveAsked(s *sentence) Word {
	for _, l := range leaves {
		if s.has(l) {
			return l
		}
	}
	return ""
}

func (w *world) entry(s *sentence) (Check, error) {
	f, p, err := w.flightAsked(s)
	if err != nil {
		return Check{}, err
	}
	state := airspace.State(s.values[0].text)
	leave := leaveAsked(s)
	var answers []authority.Flown
	if leave != "" || s.has("code") {
		if answers, err = w.answers(f, p, s.when("known at", w.now)); err != nil {
			return Check{}, err
		}
	}
	c := Check{Want: w.words().Text("scenario.entry", state)}
	for _, part := range []Word{"depth", "for"} {
		if s.has(part) {
			c.Want += " " + w.word(part) + " " + s.text(part, "")
		}
	}
	if leave != "" {
		c.Want += " " + w.word(leave)
	}
	var got []string
	for i := range f.entries {
		e := &f.entries[i]
		if e.State != state {
			continue
		}
		text, ok := w.measured(s, e)
		if e.Verdict != airspace.Entered {
			// Within the doubt of the boundary: neither an entry nor none.
			text, ok = text+" ("+w.words().Text("verdict."+e.Verdict.String())+")", false
		}
		a := answerOf(answers, f.number, i+1, false)
		one := Check{Pass: ok, Came: string(state)}
		if a != nil {
			if leave != "" {
				one.Pass = one.Pass && Word(a.Now.Leave) == leave
			}
			text += " " + w.word(Word(a.Now.Leave))
			one.Came += " " + string(a.Now.Leave)
			w.coded(s, &one, a.Now.Results)
			for k := range a.Now.Results {
				one.Reasons = append(one.Reasons, w.reason(&a.Now.Results[k]))
			}
		}
		got = append(got, text)
		c.Reasons = append(c.Reasons, one.Reasons...)
		if one.Pass {
			c.Pass, c.Came = true, one.Came
		} else if c.Came == "" {
			c.Came = one.Came
		}
	}
	if c.Got = strings.Join(got, "; "); len(got) == 0 {
		c.Got, c.Came = w.words().Text("scenario.no-entry", string(state)), "none"
	}
	return c, nil
}

// measured writes depth and time inside, and says whether they are those that are asked for, as exactly as they are written.
func (w *world) measured(s *sentence, e *airspace.Entry) (string, bool) {
	depth, inside := float64(e.FromLimit.Nearest.Distance), e.Dwell
	ok := true
	if d := s.get("depth", 0); s.has("depth") {
		ok = e.FromLimit.Known && math.Abs(depth-d.metres) <= d.step
	}
	if d := s.get("for", 0); s.has("for") {
		ok = ok && math.Abs((inside-d.span).Seconds()) <= d.step
	}
	return w.words().Text("scenario.entry", e.State) + " " + w.word("depth") + " " + kilometres(depth) + " " + w.word("for") + " " + minutes(inside), ok
}

func answerOf(all []authority.Flown, number string, n int, isLook bool) *authority.Flown {
	for i := range all {
		if all[i].Look == isLook && all[i].Entry == number+":"+strconv.Itoa(n) {
			return &all[i]
		}
	}
	return nil
}

func (w *world) noEntry(s *sentence) (Check, error) {
	f, _, err := w.flightAsked(s)
	if err != nil {
		return Check{}, err
	}
	state := airspace.State(s.values[0].text)
	c := Check{Want: w.words().Text("scenario.no-entry", string(state)), Pass: true, Came: "none"}
	c.Got = c.Want
	var got []string
	for i := range f.entries {
		if e := &f.entries[i]; e.State == state {
			// A possible entry is not none: unknown is not false.
			text, _ := w.measured(&sentence{}, e)
			got = append(got, text+" ("+w.words().Text("verdict."+e.Verdict.String())+")")
		}
	}
	if len(got) > 0 {
		c.Pass, c.Got, c.Came = false, strings.Join(got, "; "), "entry"
	}
	return c, nil
}

func (w *world) lookedInto(s *sentence) (Check, error) {
	f, p, err := w.flightAsked(s)
	if err != nil {
		return Check{}, err
	}
	state := airspace.State(s.values[0].text)
	leave := leaveAsked(s)
	var answers []authority.Flown
	if leave != "" || s.has("code") {
		if answers, err = w.answers(f, p, s.when("known at", w.now)); err != nil {
			return Check{}, err
		}
	}
	none := s.word == "expect no look into"
	c := Check{Want: w.words().Text("scenario.look", state), Pass: none, Came: "none", Got: w.words().Text("scenario.no-look", string(state))}
	if none {
		c.Want = c.Got
	}
	for _, v := range []Word{"from outside", "from inside"} {
		if s.has(v) {
			c.Want += " " + w.word(v)
		}
	}
	if leave != "" {
		c.Want += " " + w.word(leave)
	}
	var got []string
	for i := range f.looks {
		l := &f.looks[i]
		vantage := Word("from outside")
		if l.vantage == statement.Inside {
			vantage = "from inside"
		}
		if l.State != state || (s.has("from outside") || s.has("from inside")) && !s.has(vantage) {
			continue
		}
		text := w.words().Text("scenario.look", state) + " " + w.word(vantage)
		one := Check{Pass: true, Came: string(state) + " " + string(vantage)}
		if a := answerOf(answers, f.number, i+1, true); a != nil {
			text += " " + w.word(Word(a.Now.Leave))
			one.Came += " " + string(a.Now.Leave)
			if leave != "" {
				one.Pass = Word(a.Now.Leave) == leave
			}
			w.coded(s, &one, a.Now.Results)
			for k := range a.Now.Results {
				c.Reasons = append(c.Reasons, w.reason(&a.Now.Results[k]))
			}
		} else if leave != "" || s.has("code") {
			one.Pass = false
		}
		got = append(got, text)
		c.Pass = !none && (c.Pass || one.Pass)
		c.Came = one.Came
	}
	if len(got) > 0 {
		c.Got = strings.Join(got, "; ")
	}
	return c, nil
}

var findings = map[statement.Finding]Word{
	statement.Supported: "supported", statement.Contradicted: "contradicted", statement.CannotBeDetermined: "undetermined", statement.NotChecked: "unchecked",
}

// statement sets a statement beside the record: by its identifier, or by its number in the story.
func (w *world) statement(s *sentence) (Check, error) {
	id, known := s.values[0].text, s.when("known at", w.now)
	if n, err := strconv.Atoi(id); err == nil && n >= 1 && n <= len(w.said) {
		id = w.said[n-1]
	}
	said, err := w.statements.Find(id, known)
	if err != nil {
		return Check{}, err
	}
	r, err := statement.Check(said.Act, &w.beside, known)
	if err != nil {
		return Check{}, err
	}
	want, got := s.values[1].words[0], findings[r.Finding]
	c := Check{Want: id + ": " + w.word(want), Got: id + ": " + w.word(got), Came: string(got), Pass: got == want}
	if s.has("shows") {
		want, got := s.get("shows", 0).words[0], findings[r.Shows]
		c.Want += ", " + w.word("shows") + " " + w.word(want)
		c.Got += ", " + w.word("shows") + " " + w.word(got)
		c.Came += " " + string(got)
		c.Pass = c.Pass && got == want
	}
	beside := slices.ContainsFunc(r.Beside, func(p statement.Part) bool { return p.Code == statement.PartLook })
	if s.has("beside looks") {
		c.Want += ", " + w.word("beside looks")
		c.Pass = c.Pass && beside
	}
	if beside {
		c.Got += ", " + w.word("beside looks")
		c.Came += " beside"
	}
	words := w.words()
	c.Reasons = append(c.Reasons, says(words, r.Code, r.Args))
	for i := range r.Parts {
		c.Reasons = append(c.Reasons, strings.TrimSpace(r.Parts[i].Flight+" "+says(words, r.Parts[i].Code, r.Parts[i].Args)))
	}
	return c, nil
}

func says(words *catalogue.Catalogue, code statement.Code, args []string) string {
	all := make([]any, len(args))
	for i, a := range args {
		all[i] = a
	}
	switch {
	case code == statement.PartPossible && len(args) == 2:
		all[1] = words.Text("verdict." + args[1])
	case code == statement.PartComplete && len(args) == 4:
		all[1] = words.Text("complete." + args[1])
	}
	return words.Text("statement."+string(code), all...)
}

// loosened asks what a decision tells of an amendment.
func (w *world) loosened(s *sentence) (Check, error) {
	p, name, ok := w.sortie("")
	if !ok {
		return Check{}, fmt.Errorf("%w: plan %s", authority.ErrNoSuch, name)
	}
	q, err := w.question(&p, s.when("on", w.now), s.when("known at", w.now), p.plan.Operator)
	if err != nil {
		return Check{}, err
	}
	id, want := s.values[0].text, s.values[1].list
	effect := func(is bool) Word {
		if is {
			return "in effect"
		}
		return "not in effect"
	}
	c := Check{Want: id + ": " + w.spell(want), Got: id + ": " + w.word("none"), Came: "none"}
	for _, e := range []Word{"in effect", "not in effect"} {
		if s.has(e) {
			c.Want += ", " + w.word(e)
		}
	}
	d := w.authority.Decide(q)
	for i := range d.Changes {
		x := &d.Changes[i]
		if x.Agreement != id {
			continue
		}
		var got []string
		for _, l := range x.Loosens {
			got = append(got, string(l))
		}
		is := effect(x.InEffect)
		c.Got, c.Came = id+": "+w.spell(got)+", "+w.word(is), strings.Join(got, ",")+" "+string(is)
		c.Pass = slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) && (s.has(is) || !s.has("in effect") && !s.has("not in effect"))
	}
	return c, nil
}

func (w *world) spell(words []string) string {
	out := make([]string, len(words))
	for i, x := range words {
		out[i] = w.word(Word(x))
	}
	return strings.Join(out, ", ")
}
