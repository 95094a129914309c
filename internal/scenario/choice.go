package scenario

import (
	"maps"
	"slices"
	"time"

	"overflight/authority"
)

// claims are the words of what a statement claims.
var claims = []Word{
	"flights over", "carried no arms", "notified before entry", "did not enter", "looked in from outside", "at request of", "began by", "stepped up since",
}

// choices are the keywords that may stand where one of a closed list has to.
var choices = map[kind][]Word{
	wantPurpose: purposes(), wantPurposes: purposes(), wantRule: rules(), wantRules: rules(),
	wantVerdict: {"go", "no-go", "incomplete"}, wantOutcome: {"pass", "fail", "unknown"},
	wantFinding: {"supported", "contradicted", "undetermined", "unchecked"}, wantLooks: {"permitted", "with-clearance", "forbidden"},
	wantRuleSet:  {"default", "host example"},
	wantLoosened: {"purpose", "no-lethal-force", "unarmed"},
}

func purposes() []Word {
	var out []Word
	for _, p := range authority.Purposes() {
		out = append(out, Word(p))
	}
	return out
}

func rules() []Word {
	var out []Word
	for _, r := range authority.Rules() {
		out = append(out, Word(r))
	}
	return out
}

// statements are the keywords with which a line begins; refusable are those of acts.
var statements, refusable = beginnings()

func beginnings() (all, acts []Word) {
	all = []Word{"refused"}
	for _, w := range slices.Sorted(maps.Keys(grammar)) {
		all = append(all, w)
		if grammar[w].act {
			acts = append(acts, w)
		}
	}
	return all, acts
}

// The form of states and parties is that of package authority, which knows the codes of ISO 3166-1: it is asked.

func isParty(s string) bool {
	return authority.NoticeAcknowledged{Notice: "n", By: authority.Party(s), At: time.Unix(0, 0)}.Check() == nil
}

func isState(s string) bool { return len(s) == 3 && isParty(s) }
