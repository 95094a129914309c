package transparency

import (
	"fmt"
	"strconv"
	"strings"
)

// Policy says whose word is needed (c2sp.org/tlog-policy): any of the logs, and a quorum of
// witnesses. Unlike the format, at least one log has to be named, and no witness may hold a log's
// key, because it would not be independent of it.
type Policy struct {
	logs       []Key
	witnesses  []PolicyWitness
	signers    []Key
	components map[string]component
	quorum     string
}

// PolicyWitness is a witness that the policy names.
type PolicyWitness struct {
	Name string // within the policy
	Key  Key
}

// component is a witness (no members) or a group of which need members have to be satisfied.
type component struct {
	need    int
	members []string
}

const (
	maxPolicy      = 1 << 20
	maxPolicyLines = 1024
	noQuorum       = "none"
	signerWord     = "#person"
)

// Logs returns the logs that are accepted.
func (p *Policy) Logs() []Key { return p.logs }

// Witnesses returns the witnesses that are known, in the order of the file.
func (p *Policy) Witnesses() []PolicyWitness { return p.witnesses }

// Signatories returns the keys of people whose signatures on documents the policy vouches for. They are lines "#person KEY",
// which for every other reader of c2sp.org/tlog-policy are comments.
func (p *Policy) Signatories() []Key { return p.signers }

// Quorum returns the name of the witness or group that is required, "none" where no cosignature is.
func (p *Policy) Quorum() string { return p.quorum }

// ParsePolicy reads a policy file.
func ParsePolicy(data []byte) (*Policy, error) {
	if len(data) > maxPolicy {
		return nil, fault(CodePolicySize, strconv.Itoa(len(data)), strconv.Itoa(maxPolicy))
	}
	p := &Policy{components: map[string]component{}}
	lines := strings.Split(string(data), "\n")
	if len(lines) > maxPolicyLines {
		return nil, fault(CodePolicySize, strconv.Itoa(len(lines)), strconv.Itoa(maxPolicyLines))
	}
	r := policyReader{policy: p, member: map[string]bool{}}
	for i, line := range lines {
		r.line = strconv.Itoa(i + 1)
		for _, c := range []byte(line) {
			if c < 0x20 && c != '\t' || c == 0x7f {
				return nil, fault(CodePolicyCharacter, r.line)
			}
		}
		fields := strings.FieldsFunc(line, func(c rune) bool { return c == ' ' || c == '\t' })
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") && fields[0] != signerWord {
			continue
		}
		if err := r.take(line, fields); err != nil {
			return nil, err
		}
	}
	if p.quorum == "" {
		return nil, fault(CodePolicyQuorum)
	}
	if len(p.logs) == 0 {
		return nil, fault(CodePolicyNoLog)
	}
	return p, nil
}

type policyReader struct {
	policy *Policy
	line   string
	member map[string]bool // names that are in a group
}

func (r *policyReader) take(line string, fields []string) error {
	switch {
	case fields[0] == "log" && (len(fields) == 2 || len(fields) == 3):
		return r.log(fields[1])
	case fields[0] == "witness" && (len(fields) == 3 || len(fields) == 4):
		return r.witness(fields[1], fields[2])
	case fields[0] == signerWord && len(fields) == 2:
		return r.signer(fields[1])
	case fields[0] == "group" && len(fields) >= 4:
		return r.group(fields[1], fields[2], fields[3:])
	case fields[0] == "quorum" && len(fields) == 2:
		if r.policy.quorum != "" {
			return fault(CodePolicyTwice, r.line, "quorum")
		}
		if _, ok := r.policy.components[fields[1]]; !ok && fields[1] != noQuorum {
			return fault(CodePolicyName, r.line, fields[1])
		}
		r.policy.quorum = fields[1]
		return nil
	}
	return fault(CodePolicySyntax, r.line, line)
}

func (r *policyReader) log(text string) error {
	k, err := ParseLogKey(text)
	if err != nil {
		return fmt.Errorf("policy line %s: %w", r.line, err)
	}
	for _, other := range r.policy.logs {
		if other.SamePublic(k) {
			return fault(CodePolicyTwice, r.line, k.Name())
		}
	}
	r.policy.logs = append(r.policy.logs, k)
	return r.ownKeys()
}

func (r *policyReader) signer(text string) error {
	k, err := ParseEd25519Key(text)
	if err != nil {
		return fmt.Errorf("policy line %s: %w", r.line, err)
	}
	for _, other := range r.policy.signers {
		if other.SamePublic(k) {
			return fault(CodePolicyTwice, r.line, k.Name())
		}
	}
	r.policy.signers = append(r.policy.signers, k)
	return nil
}

func (r *policyReader) witness(name, text string) error {
	k, err := ParseWitnessKey(text)
	if err != nil {
		return fmt.Errorf("policy line %s: %w", r.line, err)
	}
	if err := r.define(name, component{}); err != nil {
		return err
	}
	for _, other := range r.policy.witnesses {
		if other.Key.SamePublic(k) {
			return fault(CodePolicyTwice, r.line, k.Name())
		}
	}
	r.policy.witnesses = append(r.policy.witnesses, PolicyWitness{Name: name, Key: k})
	return r.ownKeys()
}

func (r *policyReader) ownKeys() error {
	for _, l := range r.policy.logs {
		for _, w := range r.policy.witnesses {
			if l.SamePublic(w.Key) {
				return fault(CodePolicyOwnKey, r.line, w.Name)
			}
		}
	}
	return nil
}

func (r *policyReader) define(name string, c component) error {
	if _, twice := r.policy.components[name]; twice || name == noQuorum {
		return fault(CodePolicyTwice, r.line, name)
	}
	r.policy.components[name] = c
	return nil
}

func (r *policyReader) group(name, need string, members []string) error {
	for _, m := range members {
		if _, ok := r.policy.components[m]; !ok {
			return fault(CodePolicyName, r.line, m)
		}
		// A name counts once, so that no witness counts twice.
		if r.member[m] {
			return fault(CodePolicyTwice, r.line, m)
		}
		r.member[m] = true
	}
	n := len(members)
	switch need {
	case "any":
		n = 1
	case "all":
	default:
		k, err := strconv.Atoi(need)
		if err != nil || k < 1 || k > n || strconv.Itoa(k) != need {
			return fault(CodePolicyThreshold, r.line, need, strconv.Itoa(n))
		}
		n = k
	}
	return r.define(name, component{need: n, members: members})
}

// satisfied reports whether the witnesses that cosigned, by name, are enough. A name stands in one
// group only and groups name what is above them, so that the walk ends.
func (p *Policy) satisfied(cosigned map[string]bool) bool {
	if p.quorum == noQuorum {
		return true
	}
	var holds func(name string) bool
	holds = func(name string) bool {
		c := p.components[name]
		if len(c.members) == 0 {
			return cosigned[name]
		}
		have := 0
		for _, m := range c.members {
			if holds(m) {
				have++
			}
		}
		return have >= c.need
	}
	return holds(p.quorum)
}

// FormatPolicy writes a policy of one log and any need of the witnesses; with need 0, "quorum none". It vouches for the keys of persons.
func FormatPolicy(log Key, witnesses []PolicyWitness, need int, signatories ...Key) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "log %s\n", log)
	for _, w := range witnesses {
		fmt.Fprintf(&b, "witness %s %s\n", w.Name, w.Key)
	}
	switch {
	case need == 0:
		b.WriteString("quorum " + noQuorum + "\n")
	case need == 1 && len(witnesses) == 1:
		b.WriteString("quorum " + witnesses[0].Name + "\n")
	default:
		group := fmt.Sprintf("%d-of-%d", need, len(witnesses))
		fmt.Fprintf(&b, "group %s %d", group, need)
		for _, w := range witnesses {
			b.WriteString(" " + w.Name)
		}
		b.WriteString("\nquorum " + group + "\n")
	}
	for _, k := range signatories {
		fmt.Fprintf(&b, "%s %s\n", signerWord, k)
	}
	if _, err := ParsePolicy([]byte(b.String())); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}
