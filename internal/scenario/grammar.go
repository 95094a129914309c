package scenario

// kind is what stands at a place of a statement. The text that says so is in the catalogue.
type kind string

// The kinds of values.
const (
	wantText     kind = "text"     // "quoted"
	wantName     kind = "name"     // a word, or quoted
	wantNames    kind = "names"    // NAME, NAME
	wantState    kind = "state"    // MEX
	wantParty    kind = "party"    // MEX, USA/DEA
	wantInstant  kind = "instant"  // 2025-02-18T12:00Z, a day, or +20m
	wantDay      kind = "day"      // 2025-02-18
	wantPeriod   kind = "period"   // FROM/TO
	wantSpan     kind = "span"     // 72h, 18m, 30d
	wantLength   kind = "length"   // 42km, 18m, 30NM
	wantAltitude kind = "altitude" // 6000m MSL, FL180
	wantBand     kind = "band"     // ALTITUDE to ALTITUDE
	wantSpeed    kind = "speed"    // 120kt, 60m/s
	wantNumber   kind = "number"   // 2
	wantPoints   kind = "points"   // 31.2N 111.5W, ...
	wantArea     kind = "area"     // points, a circle, or a corridor
	wantPurpose  kind = "purpose"
	wantPurposes kind = "purposes"
	wantRule     kind = "rule"
	wantRules    kind = "rules"
	wantLoosened kind = "loosened" // purpose, no-lethal-force, unarmed
	wantVerdict  kind = "verdict"
	wantOutcome  kind = "outcome"
	wantFinding  kind = "finding"
	wantLooks    kind = "looks"
)

// What else a fault may ask for.
const (
	wantSmall     kind = "small"
	wantShort     kind = "short"
	wantFewer     kind = "fewer"
	wantUTF8      kind = "utf8"
	wantQuote     kind = "quote"
	wantStatement kind = "statement"
	wantScenario  kind = "scenario"
	wantOnce      kind = "once"
	wantLater     kind = "later"
	wantNothing   kind = "nothing"
	wantRuleSet   kind = "ruleset"
	wantManner    kind = "manner"
	wantClaim     kind = "claim"
	wantAct       kind = "act"
	wantExpected  kind = "expected"
	wantEither    kind = "either"
	wantScope     kind = "scope"
	wantRow       kind = "row"
	wantClock     kind = "clock"
)

// clause is a keyword of a statement and what follows it.
type clause struct {
	word   Word
	args   []kind
	needed bool
	many   bool
}

// shape is a statement: what follows its keyword, and the clauses that it may have.
type shape struct {
	args    []kind
	last    bool // the last of args may be left out
	row     bool // lines that begin with no keyword are rows
	act     bool // puts something on record: it may be refused
	clauses []clause
}

func c(w Word, args ...kind) clause     { return clause{word: w, args: args} }
func must(w Word, args ...kind) clause  { return clause{word: w, args: args, needed: true} }
func every(w Word, args ...kind) clause { return clause{word: w, args: args, many: true} }

// asks are what a state asks for, each said of the state that "asks" named last.
var asks = []clause{
	every("needs clearance"), every("state-aircraft"), every("unmanned"), every("needs notice", wantSpan), every("needs acknowledgement"), every("looks", wantLooks),
	every("stand-off", wantLength), every("ground-resolution", wantLength), every("altitude", wantBand), every("retention", wantSpan), every("needs inspection"),
	every("release delay", wantSpan), every("release", wantLength), every("boundary", wantText),
	every("points within", wantLength), every("longest way", wantLength), every("quota", wantNumber), every("report within", wantSpan), every("needs transponder"), every("needs flight-plan"),
}

// grammar are the statements.
var grammar = map[Word]shape{
	"scenario":           {args: []kind{wantText}},
	"clock":              {args: []kind{wantInstant}},
	"aircraft catalogue": {act: true},
	"ruleset": {act: true, args: []kind{wantRuleSet}, clauses: append([]clause{
		must("of", wantParty), c("id", wantName), c("from", wantInstant), c("purposes", wantPurposes), every("asks", wantState), c("approvers", wantNumber),
	}, asks...)},
	"designations shipped": {act: true},
	"list edition":         {act: true, args: []kind{wantName, wantInstant}, row: true, clauses: []clause{every("aka", wantText), c("by", wantName), c("source", wantText)}},
	"designation": {act: true, args: []kind{wantName, wantName, wantName, wantText}, last: true, clauses: []clause{
		c("id", wantName), c("signed", wantInstant), c("published", wantInstant), must("effective", wantInstant), c("revoked"), c("amended"), c("document", wantText),
		c("convention", wantText), every("aka", wantText), c("by", wantName), c("source", wantText),
	}},
	"expectation": {act: true, args: []kind{wantName, wantName, wantName}, clauses: []clause{
		c("id", wantName), must("expected on", wantInstant), must("by", wantName), c("on", wantInstant), c("source", wantText),
	}},
	"pick": {act: true, args: []kind{wantText}, clauses: []clause{c("id", wantName), must("meaning", wantName, wantName), must("by", wantName), must("because", wantText)}},
	"request": {act: true, args: []kind{wantName, wantText}, clauses: []clause{
		must("by", wantParty), must("purpose", wantPurpose), must("during", wantPeriod), c("area", wantArea),
	}},
	"basis": {act: true, args: []kind{wantName}, clauses: []clause{
		c("order"), c("host request"), must("of", wantParty), must("ref", wantText), must("during", wantPeriod), must("purposes", wantPurposes), c("no-lethal-force"),
	}},
	"agreement": {act: true, args: []kind{wantName}, clauses: append([]clause{
		must("between", wantParty), must("and", wantParty), must("from", wantInstant), c("to", wantInstant), c("amends", wantName), must("purposes", wantPurposes),
		c("no-lethal-force"), c("unarmed"), c("warning", wantSpan), every("area", wantArea), every("asks", wantState),
	}, asks...)},
	"sign": {act: true, args: []kind{wantName}, clauses: []clause{must("of", wantParty), must("by", wantName), c("on", wantInstant), every("signed by", wantNames)}},
	"warn": {act: true, args: []kind{wantParty}, clauses: []clause{must("of", wantName), must("loosens", wantLoosened), c("means", wantText), c("on", wantInstant)}},
	"clearance": {act: true, args: []kind{wantState, wantPeriod}, clauses: []clause{
		c("id", wantName), c("ref", wantName), c("issuer", wantParty), c("issued", wantInstant), c("area", wantArea), c("altitude", wantBand), c("aircraft", wantNames),
		c("operator", wantParty), c("state-aircraft"), c("unmanned"), c("looks"), c("deepest", wantLength), c("sensors", wantNames), every("condition", wantText),
	}},
	"revoke": {act: true, args: []kind{wantName}, clauses: []clause{must("from", wantInstant), c("by", wantParty), must("because", wantText)}},
	"notice": {act: true, args: []kind{wantState, wantPeriod}, clauses: []clause{
		c("id", wantName), c("from", wantParty), c("to", wantParty), c("sortie", wantName), c("area", wantArea), c("points", wantPoints), c("sent", wantInstant), c("means", wantText),
	}},
	"delivered":    {act: true, args: []kind{wantName}, clauses: []clause{c("on", wantInstant), must("by", wantName)}},
	"acknowledged": {act: true, args: []kind{wantName}, clauses: []clause{c("on", wantInstant), must("by", wantParty)}},
	"disputed":     {act: true, args: []kind{wantName}, clauses: []clause{c("on", wantInstant), must("by", wantParty), must("because", wantText)}},
	"loadout": {act: true, args: []kind{wantName}, clauses: []clause{
		c("id", wantName), c("armed"), c("unarmed"), c("capable"), c("attested", wantInstant), must("by", wantName), c("during", wantPeriod), c("sortie", wantName), c("signed by", wantNames),
	}},
	"inspect": {act: true, args: []kind{wantName}, clauses: []clause{must("of", wantParty), must("by", wantName), c("on", wantInstant), c("agrees"), c("disagrees", wantText), c("signed by", wantNames)}},
	"plan": {act: true, args: []kind{wantName}, clauses: []clause{
		c("operator", wantParty), must("aircraft", wantName), must("type", wantName), c("manned"), c("state-aircraft"), c("planner", wantName), must("purpose", wantPurpose),
		c("scope", wantName, wantName, wantNames), c("scope host request"), c("scope agreement"),
		every("rests on agreement", wantName), every("rests on basis", wantName), every("rests on clearance", wantName), c("answers", wantNames),
		c("cites clearance", wantNames), c("cites notice", wantNames), c("cites loadout", wantName), every("sensor", wantName, wantLength), c("retention", wantSpan),
		c("release delay", wantSpan), c("release", wantLength), c("transponder on"), c("transponder off"), c("flight-plan", wantText),
		must("route", wantPoints), must("altitude", wantAltitude), must("speed", wantSpeed), must("start", wantInstant), every("look", wantArea), every("during", wantPeriod),
	}},
	"approve": {act: true, args: []kind{wantName}, clauses: []clause{must("by", wantName), c("role", wantText), c("signed by", wantNames)}},
	"override": {act: true, args: []kind{wantName, wantRule}, clauses: []clause{
		must("by", wantName), must("and", wantName), must("because", wantText), c("signed by", wantNames),
	}},
	"fly":      {act: true, args: []kind{wantName}, clauses: []clause{c("start", wantInstant)}},
	"complete": {act: true, args: []kind{wantPeriod}, clauses: []clause{must("flights", wantNumber), c("id", wantName), c("operator", wantName), c("by", wantName)}},
	"say": {act: true, args: []kind{wantParty, wantText}, last: true, clauses: []clause{
		c("id", wantName), c("office", wantText), c("unnamed", wantText), c("via", wantNames), must("on", wantDay), c("source", wantText),
		c("claims"), c("denies"), c("cannot say"), c("did not address"),
		c("flights over", wantState), c("at least", wantNumber), c("at most", wantNumber), c("carried no arms"), c("notified before entry", wantState), c("did not enter", wantState),
		c("looked in from outside", wantState), c("at request of", wantParty), c("began by", wantDay, wantState), c("stepped up since", wantDay, wantState), c("days", wantNumber),
		c("during", wantPeriod), c("quotes", wantText), c("paraphrase", wantText), c("answers", wantName), c("supersedes", wantName),
	}},
	"at": {args: []kind{wantInstant}, clauses: []clause{
		c("expect", wantVerdict), c("expect rule", wantRule, wantOutcome), c("because", wantRules), c("code", wantName), c("known at", wantInstant), c("of", wantName), c("by rules of", wantParty),
	}},
	"expect entry": {args: []kind{wantState}, clauses: []clause{
		c("depth", wantLength), c("for", wantSpan), c("cleared"), c("notified"), c("none"), c("disputed"), c("code", wantName), c("known at", wantInstant), c("of", wantName),
	}},
	"expect no entry": {args: []kind{wantState}, clauses: []clause{c("of", wantName)}},
	"expect look into": {args: []kind{wantState}, clauses: []clause{
		c("from outside"), c("from inside"), c("cleared"), c("none"), c("code", wantName), c("known at", wantInstant), c("of", wantName),
	}},
	"expect no look into": {args: []kind{wantState}, clauses: []clause{c("from outside"), c("from inside"), c("of", wantName)}},
	"expect statement":    {args: []kind{wantName, wantFinding}, clauses: []clause{c("shows", wantFinding), c("beside looks"), c("known at", wantInstant)}},
	"expect name":         {args: []kind{wantName, wantName, wantText}, clauses: []clause{c("on", wantInstant), c("known at", wantInstant)}},
	"expect search":       {args: []kind{wantText}, clauses: []clause{must("first", wantName), c("beside", wantNames)}},
	"expect loosened":     {args: []kind{wantName, wantLoosened}, clauses: []clause{c("in effect"), c("not in effect"), c("known at", wantInstant), must("on", wantInstant)}},
}
