// Package scenario tells stories in plain text that lawyers and officials can read and that run as tests: what was put on record
// when, what was flown, what was said, and what a decision, an account or a statement beside the record is expected to be.
//
// A story is in English or Spanish, told by its first keyword. One statement stands on a line, with the lines that are indented
// below it; docs/scenarios.md has the language. Acts are encoded, signed with keys made for the story, verified and applied as the
// node does; flights are paths along geodesics that airspace.Reckon accounts for. Nothing of the product is imitated here.
//
// A story has no sensor: what a look shows is the places of its area. It has no stream either, so that nothing in one can contradict an
// attested loadout.
package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"overflight/authority"
	"overflight/internal/catalogue"
)

// Story is a file as it was read.
type Story struct {
	File     string
	Title    string
	Language catalogue.Language

	sentences []sentence
}

// sentence is a statement with its clauses in the order in which they are written.
type sentence struct {
	word    Word
	line    int
	refused bool
	values  []value
	clauses []part
	rows    [][]value
}

// part is a clause as it was written.
type part struct {
	word   Word
	line   int
	values []value
}

// has reports whether a clause is there.
func (s *sentence) has(w Word) bool { return s.find(w) != nil }

func (s *sentence) find(w Word) *part {
	for i := range s.clauses {
		if s.clauses[i].word == w {
			return &s.clauses[i]
		}
	}
	return nil
}

// get returns value n of a clause; the zero value where the clause is not there.
func (s *sentence) get(w Word, n int) value {
	if c := s.find(w); c != nil && n < len(c.values) {
		return c.values[n]
	}
	return value{}
}

// text returns the text of a clause, or another.
func (s *sentence) text(w Word, otherwise string) string {
	if c := s.find(w); c != nil {
		return c.values[0].text
	}
	return otherwise
}

// when returns the instant of a clause, or another.
func (s *sentence) when(w Word, otherwise time.Time) time.Time {
	if c := s.find(w); c != nil {
		return c.values[0].at.Time
	}
	return otherwise
}

type parser struct {
	file  string
	words *lexicon
	rest  block
	line  int  // of the last token taken
	word  Word // of the statement
}

// Parse reads a story. The error is a *Fault: one line, in the language of the file.
func Parse(file string, text []byte) (*Story, error) {
	p := &parser{file: file, words: lexicons[catalogue.English]}
	if spoken(string(text)) == catalogue.Spanish {
		p.words = lexicons[catalogue.Spanish]
	}
	all, err := p.blocks(string(text))
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, p.fault(1, "", wantScenario)
	}
	s := &Story{File: file, Language: p.words.language}
	for i, b := range all {
		x, err := p.sentence(b)
		if err != nil {
			return nil, err
		}
		switch {
		case (i == 0) != (x.word == "scenario"):
			return nil, p.fault(x.line, b[0].text, wantScenario)
		case i == 0:
			s.Title = x.values[0].text
		default:
			s.sentences = append(s.sentences, x)
		}
	}
	return s, nil
}

// spoken tells the language of a file by its first keyword.
func spoken(text string) catalogue.Language {
	for line := range strings.SplitSeq(strings.TrimPrefix(text, mark), "\n") {
		if f := strings.Fields(line); len(f) > 0 && f[0][0] != '#' {
			if fold(f[0]) == fold(lexicons[catalogue.Spanish].spelled["scenario"]) {
				return catalogue.Spanish
			}
			return catalogue.English
		}
	}
	return catalogue.English
}

func (p *parser) sentence(b block) (sentence, error) {
	p.rest, p.line = b, b[0].line
	var s sentence
	s.line = b[0].line
	word, ok := p.keyword(statements)
	if ok && word == "refused" {
		s.refused = true
		word, ok = p.keyword(refusable)
	}
	if !ok {
		among := statements
		if s.refused {
			among = refusable
		}
		return s, p.unknown(among)
	}
	s.word, p.word = word, word
	g := grammar[word]
	var err error
	if s.values, err = p.values(g.args, g.last); err != nil {
		return s, err
	}
	allowed := make([]Word, len(g.clauses))
	for i := range g.clauses {
		allowed[i] = g.clauses[i].word
	}
	for len(p.rest) > 0 {
		if t := p.rest[0]; g.row && t.first && t.text[0] >= '0' && t.text[0] <= '9' {
			row, err := p.values([]kind{wantName, wantNames, wantText}, false)
			if err != nil {
				return s, err
			}
			s.rows = append(s.rows, row)
			s.clauses = append(s.clauses, part{word: "row", line: t.line})
			continue
		}
		line, got := p.rest[0].line, p.rest[0].text
		w, ok := p.keyword(allowed)
		if !ok {
			return s, p.unknown(allowed)
		}
		c := &g.clauses[slices.Index(allowed, w)]
		if !c.many && s.has(w) {
			return s, p.fault(line, got, wantOnce)
		}
		v, err := p.values(c.args, false)
		if err != nil {
			return s, err
		}
		s.clauses = append(s.clauses, part{word: w, line: line, values: v})
	}
	for i := range g.clauses {
		if c := &g.clauses[i]; c.needed && !s.has(c.word) {
			return s, p.wants(p.line, "", strconv.Quote(p.words.spelled[c.word]))
		}
	}
	return s, p.sense(&s)
}

// excluding are words of which a statement has one at most.
var excluding = [...][]Word{
	{"cleared", "notified", "none", "disputed"},
	{"from outside", "from inside"},
	{"agrees", "disagrees"},
	{"armed", "unarmed"},
	{"revoked", "amended"},
	{"transponder on", "transponder off"},
}

// sense asks for what the table cannot say.
func (p *parser) sense(s *sentence) error {
	one := func(want kind, among ...Word) error {
		n := 0
		for _, w := range among {
			if s.has(w) {
				n++
			}
		}
		if n != 1 {
			return p.fault(s.line, p.words.spelled[s.word], want)
		}
		return nil
	}
	// Of what excludes each other the later one would be read by nobody.
	for _, set := range excluding {
		said := 0
		for _, w := range set {
			if said += s.count(w); said > 1 {
				return p.fault(s.line, p.words.spelled[w], wantEither)
			}
		}
	}
	switch s.word {
	case "say":
		if err := one(wantManner, "claims", "denies", "cannot say", "did not address"); err != nil {
			return err
		}
		n := 0
		for _, w := range claims {
			if s.has(w) {
				n++
			}
		}
		if n > 1 {
			return p.fault(s.line, p.words.spelled[s.word], wantClaim)
		}
	case "basis":
		return one(wantAct, "order", "host request")
	case "at":
		if s.has("because") && !s.has("expect") {
			return p.fault(s.line, p.words.spelled["because"], wantExpected)
		}
		return one(wantExpected, "expect", "expect rule")
	case "plan":
		if err := one(wantScope, "scope", "scope host request", "scope agreement"); err != nil {
			return err
		}
		if looks, times := s.count("look"), s.count("during"); looks != times {
			return p.fault(s.line, p.words.spelled["look"], wantPeriod)
		}
	case "list edition":
		if len(s.rows) == 0 {
			return p.fault(p.line, "", wantRow)
		}
	}
	return nil
}

func (s *sentence) count(w Word) int {
	n := 0
	for i := range s.clauses {
		if s.clauses[i].word == w {
			n++
		}
	}
	return n
}

// keyword takes the longest keyword at the front that is among some.
func (p *parser) keyword(among []Word) (Word, bool) {
	joined := ""
	var found Word
	taken := 0
	for i := 0; i < len(p.rest) && i <= p.words.longest && !p.rest[i].quoted && !p.rest[i].comma && (i == 0 || !p.rest[i].first); i++ {
		if i > 0 {
			joined += " "
		}
		joined += p.rest[i].text
		if w, ok := p.words.words[fold(joined)]; ok && slices.Contains(among, w) {
			found, taken = w, i+1
		}
	}
	p.take(taken)
	return found, taken > 0
}

func (p *parser) take(n int) {
	if n > 0 {
		p.line = p.rest[n-1].line
		p.rest = p.rest[n:]
	}
}

// unknown is a word that is no keyword where it stands. One that is near is named, else all that could stand there.
func (p *parser) unknown(among []Word) error {
	if len(p.rest) == 0 {
		return p.wants(p.line, "", p.list(among))
	}
	t := p.rest[0]
	if !t.quoted && !t.comma {
		joined, near := "", ""
		for i := 0; i < len(p.rest) && i < 3 && !p.rest[i].quoted && !p.rest[i].comma && (i == 0 || !p.rest[i].first); i++ {
			joined = strings.TrimSpace(joined + " " + p.rest[i].text)
			if n := p.words.nearest(joined, among); n != "" {
				near = n
			}
		}
		if near != "" {
			return &Fault{File: p.file, Line: t.line, Word: clip(t.text), Near: near, language: p.words.language}
		}
	}
	return p.wants(t.line, t.text, p.list(among))
}

func (p *parser) list(among []Word) string {
	if len(among) == 0 {
		return catalogue.Open(p.words.language).Text("scenario.want." + string(wantNothing))
	}
	out := make([]string, 0, len(among))
	for _, w := range among {
		out = append(out, p.words.spelled[w])
	}
	return strings.Join(out, ", ")
}

func (p *parser) values(kinds []kind, last bool) ([]value, error) {
	var out []value
	for i, k := range kinds {
		if last && i == len(kinds)-1 && (len(p.rest) == 0 || !p.rest[0].quoted) {
			break
		}
		v, err := p.value(k)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// value takes what a kind asks for.
func (p *parser) value(k kind) (value, error) {
	if len(p.rest) == 0 {
		return value{}, p.fault(p.line, "", k)
	}
	t := p.rest[0]
	if k == wantRuleSet && t.quoted {
		p.take(1)
		return value{text: t.text}, nil // the name of a file
	}
	bad := func() (value, error) { return value{}, p.fault(t.line, t.text, k) }
	if t.comma || t.quoted && k != wantText && k != wantName && k != wantNames {
		return bad()
	}
	switch k {
	case wantPurpose, wantRule, wantOutcome, wantVerdict, wantFinding, wantLooks, wantRuleSet:
		w, ok := p.keyword(choices[k])
		if !ok {
			return value{}, p.unknown(choices[k])
		}
		return value{text: string(w), words: []Word{w}}, nil
	case wantPurposes, wantRules, wantLoosened:
		var v value
		for {
			w, ok := p.keyword(choices[k])
			if !ok {
				return value{}, p.unknown(choices[k])
			}
			v.words, v.list = append(v.words, w), append(v.list, string(w))
			if !p.comma() {
				return v, nil
			}
		}
	case wantArea, wantPoints:
		return p.places(k)
	case wantAltitude:
		return p.altitude()
	case wantBand:
		return p.band()
	default: // one word, below
	}
	p.take(1)
	v := value{text: t.text}
	ok := true
	switch k {
	case wantText:
		ok = t.quoted
	case wantNames:
		v.list = []string{t.text}
		for p.comma() {
			if len(p.rest) == 0 || p.rest[0].comma {
				return value{}, p.fault(p.line, "", k)
			}
			v.list = append(v.list, p.rest[0].text)
			p.take(1)
		}
	case wantState:
		ok = isState(t.text)
	case wantParty:
		ok = isParty(t.text)
	case wantInstant:
		v.at, ok = parseInstant(t.text)
		ok = ok && !v.at.plus
	case wantDay:
		v.at, ok = parseInstant(t.text)
		ok = ok && v.at.day
	case wantPeriod:
		from, to, two := strings.Cut(t.text, "/")
		var okFrom, okTo bool
		v.at, okFrom = parseInstant(from)
		v.to, okTo = parseInstant(to)
		ok = two && okFrom && okTo && v.at.plus == v.to.plus && (p.word == "plan" || !v.at.plus) && v.at.from(time.Time{}).Before(v.to.end(time.Time{}))
	case wantSpan:
		var half time.Duration
		v.span, half, ok = parseSpan(t.text)
		v.step = half.Seconds()
	case wantLength:
		v.metres, v.step, ok = parseQuantity(t.text, lengths)
		ok = ok && v.metres <= 1e7
	case wantSpeed:
		v.metres, v.step, ok = parseQuantity(t.text, speeds)
		ok = ok && v.metres >= 1 && v.metres <= 400
	case wantNumber:
		var err error
		v.number, err = strconv.Atoi(t.text)
		ok = err == nil && v.number >= 0 && v.number <= 1_000_000
	default: // a name is any word
	}
	if !ok {
		return bad()
	}
	return v, nil
}

func (p *parser) comma() bool {
	if len(p.rest) > 0 && p.rest[0].comma {
		p.take(1)
		return true
	}
	return false
}

// places reads "31.2N 111.5W, ..."; an area also as "5km around PLACE" and "10km along PLACE, PLACE".
func (p *parser) places(k kind) (value, error) {
	var v value
	var round Word
	t := p.rest[0]
	if m, _, ok := parseQuantity(t.text, lengths); ok && k == wantArea && !t.quoted {
		p.take(1)
		if round, ok = p.keyword([]Word{"around", "along"}); !ok {
			return v, p.unknown([]Word{"around", "along"})
		}
		v.metres = m
	}
	for {
		if len(p.rest) < 2 || p.rest[1].comma {
			got := ""
			if len(p.rest) > 0 {
				got = p.rest[0].text
			}
			return v, p.fault(p.line, got, wantPoints)
		}
		at, ok := parsePlace(p.rest[0].text, p.rest[1].text, p.words.language)
		if !ok {
			return v, p.fault(p.rest[0].line, p.rest[0].text+" "+p.rest[1].text, wantPoints)
		}
		v.points = append(v.points, at)
		p.take(2)
		if !p.comma() {
			break
		}
	}
	least := 2
	switch {
	case round == "around":
		v.area, least = circle(v.points[0], v.metres), 1
	case round == "along":
		v.area = authority.Area{Line: ring(v.points), HalfWidth: v.metres}
	case k == wantArea:
		v.area, least = authority.Area{Polygon: ring(v.points)}, 3
	}
	if len(v.points) < least || round == "around" && len(v.points) > 1 || round != "" && !(v.metres > 0 && v.metres <= 500_000) {
		return v, p.fault(t.line, t.text, k)
	}
	return v, nil
}

// altitude reads "6000m MSL" and "FL180". A story is told in the standard atmosphere of ICAO Doc 7488, in which a flight level is
// a height above mean sea level.
func (p *parser) altitude() (value, error) {
	t := p.rest[0]
	v := value{text: t.text}
	p.take(1)
	if level, ok := strings.CutPrefix(t.text, "FL"); ok {
		n, err := strconv.ParseUint(level, 10, 16)
		if err != nil || n > 1000 {
			return v, p.fault(t.line, t.text, wantAltitude)
		}
		v.metres, v.datum = float64(n)*100*0.3048, "MSL"
		return v, nil
	}
	var ok bool
	if v.metres, v.step, ok = parseQuantity(t.text, lengths); !ok || v.metres >= 50_000 {
		return v, p.fault(t.line, t.text, wantAltitude)
	}
	if len(p.rest) == 0 || p.rest[0].text != "MSL" && p.rest[0].text != "HAE" {
		got := ""
		if len(p.rest) > 0 {
			got = p.rest[0].text
		}
		return v, p.fault(p.line, got, wantAltitude)
	}
	v.datum = p.rest[0].text
	p.take(1)
	return v, nil
}

func (p *parser) band() (value, error) {
	t := p.rest[0]
	low, err := p.altitude()
	if err != nil {
		return low, err
	}
	if _, ok := p.keyword([]Word{"to"}); !ok {
		return low, p.unknown([]Word{"to"})
	}
	if len(p.rest) == 0 {
		return low, p.fault(p.line, "", wantAltitude)
	}
	high, err := p.altitude()
	if err != nil {
		return low, err
	}
	if low.datum != high.datum || low.metres >= high.metres {
		return low, p.fault(t.line, t.text, wantBand)
	}
	return value{band: authority.Band{Least: &low.metres, Most: &high.metres, Datum: low.datum}}, nil
}
