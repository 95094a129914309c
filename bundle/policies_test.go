package bundle_test

import (
	"errors"
	"strings"
	"testing"

	"overflight/bundle"
	"overflight/transparency"
)

type policyVector struct {
	Name   string   `json:"name"`
	Policy string   `json:"policy"`
	Reason []string `json:"reason"` // a code and its arguments; empty: it can be used
	Text   string   `json:"text"`
	TextES string   `json:"text_es"`
}

func policyVectors(t *testing.T) any {
	f := newForger(t)
	_, log := f.key(origin, transparency.Ed25519, origin)
	_, w1 := f.key("witness.example/mx", transparency.Ed25519Cosignature, "w1")
	_, w2 := f.key("testigo.ejemplo/año", transparency.Ed25519Cosignature, "w2")
	_, own := f.key("w", transparency.Ed25519Cosignature, origin)
	_, same := f.key("another.name", transparency.Ed25519Cosignature, "w1")
	_, ana := f.key("ana", transparency.Ed25519, "ana")
	_, eva := f.key("eva", transparency.Ed25519, "ana")
	l, a, b := "log "+log+"\n", "witness a "+w1+"\n", "witness b "+w2+"\n"
	id := strings.Split(log, "+")[1]
	var out []policyVector
	for _, c := range []struct{ name, policy, want string }{
		{"one log", l + "quorum none", ""},
		{"groups, comments, tabs and addresses", "# x\n" + a + "\t" + b + "log\t" + log + "  https://x \n group g 1 a b\ngroup h all g\nquorum h\n", ""},
		{"people, and words that are comments", l + "quorum none\n#person " + ana + "\n# person x\n#persons x\n#Person\n", ""},
		{"a person without a key", l + "quorum none\n#person\n", "policy.syntax"},
		{"a person with an address", l + "quorum none\n#person " + ana + " x\n", "policy.syntax"},
		{"a person twice", l + "quorum none\n#person " + ana + "\n#person " + eva + "\n", "policy.twice"},
		{"a person with the key of a witness", l + "quorum none\n#person " + w1 + "\n", "key.algorithm"},
		{"a word that is none", l + "wintess a " + w1 + "\n", "policy.syntax"},
		{"a word too many", l + "quorum none none\n", "policy.syntax"},
		{"a long line", l + "año " + strings.Repeat("ñ", 200) + "\n", "policy.syntax"},
		{"a carriage return", l + "quorum none\r\n", "policy.character"},
		{"a name that is not defined", l + "quorum a\n", "policy.name"},
		{"a member that is not defined", l + a + "group g any a b\n", "policy.name"},
		{"a log twice", l + l, "policy.twice"},
		{"a witness under two names", l + a + "witness c " + same + "\n", "policy.twice"},
		{"a name twice", l + a + "witness a " + w2 + "\n", "policy.twice"},
		{"a witness called none", l + "witness none " + w1 + "\n", "policy.twice"},
		{"a witness in two groups", l + a + b + "group g any a\ngroup h any b a\n", "policy.twice"},
		{"a quorum twice", l + "quorum none\nquorum none\n", "policy.twice"},
		{"a witness with the log's key", "witness w " + own + "\n" + l, "policy.ownkey"},
		{"a threshold of nothing", l + a + "group g 0 a\n", "policy.threshold"},
		{"a threshold with a zero", l + a + "group g 01 a\n", "policy.threshold"},
		{"a threshold too high", l + a + b + "group g 3 a b\n", "policy.threshold"},
		{"no quorum", l + a, "policy.quorum"},
		{"nothing", "", "policy.quorum"},
		{"no log", a + "quorum a\n", "policy.nolog"},
		{"too many lines", strings.Repeat("\n", 1024), "policy.size"},
		{"a key that is none", "log overflight.example/log\n", "key.syntax"},
		{"a key with a bit too many", "log x+" + id + "+AQF=\n", "key.syntax"},
		{"a key cut short", "log x+" + id + "+AQ==\n", "key.syntax"},
		{"a key without a name", "log +" + id + "+" + strings.Split(log, "+")[2] + "\n", "key.syntax"},
		{"a key with another identifier", "log " + strings.Replace(log, id, "0000000F", 1) + "\n", "key.id"},
		{"a key of another name", "log x" + log + "\n", "key.id"},
		{"a log with the key of a witness", "log " + w1 + "\n", "key.algorithm"},
		{"a witness with the key of a log", "witness a " + log + "\n", "key.algorithm"},
	} {
		v := policyVector{Name: c.name, Policy: c.policy, Reason: []string{}}
		_, err := transparency.ParsePolicy([]byte(c.policy))
		var coded transparency.Coded
		if errors.As(err, &coded) {
			said := bundle.Line{Code: coded.Code(), Args: coded.Args()}
			v.Reason, v.Text, v.TextES = line(said), bundle.Say("en", said), bundle.Say("es", said)
		}
		if got := reason(err); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		out = append(out, v)
	}
	return out
}
