package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"overflight/signature"
	"overflight/transparency"
)

// useOfSigners is what the leaf of a person's key says that it is for.
const useOfSigners = "person"

// signer is a key with which a person signs, and where in the log it is in force.
type signer struct {
	key      transparency.Key
	from, to uint64 // indexes of leaves: in force after from, or from the beginning, and before to
	always   bool   // from the beginning: the policy names it, or the log says only that it ended
	vouched  bool   // the policy names it
}

func (s *signer) began(index uint64) bool { return s.always || s.from < index }

// signers are the keys that are known, by name and identifier, and their names.
type signers struct {
	keys  map[string][]*signer
	names map[string][]string
}

func (all *signers) add(s *signer) {
	label := signature.Label(s.key)
	all.keys[label] = append(all.keys[label], s)
	if name := s.key.Name(); !slices.Contains(all.names[name], label) {
		all.names[name] = append(all.names[name], label)
	}
}

// acts checks who signed what, in the order of the log: whose keys they are is said by the policy and by leaves before.
func (c *checking) acts() {
	all := &signers{keys: map[string][]*signer{}, names: map[string][]string{}}
	for _, k := range c.policy.Signatories() {
		all.add(&signer{key: k, to: math.MaxUint64, always: true, vouched: true})
	}
	for _, e := range c.manifest.Entries {
		if o, ok := c.opened[e.Index]; ok && o.Kind == transparency.KindKey {
			c.keyLeaf(all, e.Index, o.Body)
		}
	}
	for _, e := range c.manifest.Entries {
		if o, ok := c.opened[e.Index]; ok && o.Kind == transparency.KindAuthorisation {
			c.act(all, e.Index, o.Body)
		}
	}
}

// membersOf returns the members of a body in canonical form.
func membersOf(body []byte) (map[string]json.RawMessage, bool) {
	var members map[string]json.RawMessage
	again, err := signature.Canonical(body)
	if err != nil || !bytes.Equal(again, body) || json.Unmarshal(body, &members) != nil {
		return nil, false
	}
	return members, true
}

// textOf returns a member that is text.
func textOf(raw json.RawMessage) (string, bool) {
	var s string
	return s, len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil
}

// keyLeaf reads the leaf of a person's key: a new one, one that takes the place of another, or the end of one.
func (c *checking) keyLeaf(all *signers, index uint64, body []byte) {
	members, ok := membersOf(body)
	if use, _ := textOf(members["use"]); !ok || use != useOfSigners {
		return
	}
	name, _ := textOf(members["name"])
	before, _ := textOf(members["old"])
	after, _ := textOf(members["new"])
	what := []string{number(index), name}
	var keys [2]*transparency.Key
	for i, text := range []string{before, after} {
		if text == "" {
			continue
		}
		k, err := signature.ParseKey(text)
		if err == nil && k.Name() != name {
			err = refuse(signature.CodeOtherName, name, k.Name())
		}
		if err != nil {
			c.report.fail(code(err), WhatSigner, what...)
			return
		}
		keys[i] = &k
	}
	if old := keys[0]; old != nil {
		known := all.keys[signature.Label(*old)]
		if len(known) == 0 {
			all.add(&signer{key: *old, to: index, always: true})
		}
		for _, s := range known {
			if s.began(index) {
				s.to = min(s.to, index)
			}
		}
	}
	if fresh := keys[1]; fresh != nil {
		all.add(&signer{key: *fresh, from: index, to: math.MaxUint64})
	}
	c.report.pass(WhatSigner, what...)
}

// act checks every signature that a leaf carries. Nothing is asked of a leaf of its kind that is no act.
func (c *checking) act(all *signers, index uint64, body []byte) {
	at := number(index)
	members, ok := membersOf(body)
	if !ok {
		c.report.fail(refuse(CodeAct, at, "RFC 8785"), WhatAct, at, "?", "?")
		return
	}
	if _, ok := members["act"]; !ok {
		return
	}
	a, wrong := actOf(members)
	if wrong != "" {
		c.report.fail(refuse(CodeAct, at, wrong), WhatAct, at, "?", "?")
		return
	}
	c.report.pass(WhatAct, at, a.kind, strconv.Itoa(len(a.signed)))
	var keys []transparency.Key
	for _, s := range a.signed {
		label, err := s.Key()
		if err != nil {
			c.report.fail(code(err), WhatSigned, at, transparency.Excerpt(s.Name), a.kind)
			continue
		}
		what := []string{at, label, a.kind}
		k, refused := all.inForce(label, s.Name, index)
		switch {
		case refused != nil:
			c.report.fail(refused, WhatSigned, what...)
			continue
		case k == nil:
			c.report.pass(WhatUnknownSigner, what...)
			c.unknown++
			continue
		}
		err = signature.VerifyDigest(a.kind, a.digest, s, k.key)
		if err == nil {
			keys = append(keys, k.key)
			err = signature.Distinct(keys, 0)
		}
		if err != nil {
			c.report.fail(code(err), WhatSigned, what...)
			continue
		}
		if !k.vouched {
			c.operators++
		}
		c.report.pass(WhatSigned, what...)
	}
}

// inForce returns the key of a signature on a leaf, nil where nothing is known of who it says it is.
func (all *signers) inForce(label, name string, index uint64) (*signer, transparency.Coded) {
	known := all.keys[label]
	if len(known) == 0 {
		if others := all.names[name]; len(others) > 0 {
			return nil, refuse(signature.CodeOtherKey, label, strings.Join(others, ", "))
		}
		return nil, nil
	}
	last := known[0]
	for _, s := range known {
		if s.began(index) && index < s.to {
			return s, nil
		}
		if s.began(index) {
			last = s
		}
	}
	if last.began(index) {
		return nil, refuse(CodeSignerEnded, label, number(last.to))
	}
	return nil, refuse(CodeSignerLater, label, number(last.from))
}

// signedAct is what the leaf of an act says that was signed.
type signedAct struct {
	kind   string
	digest [sha256.Size]byte
	signed []signature.Signed
}

// actOf reads an act; wrong is the member that is not as it should be.
func actOf(members map[string]json.RawMessage) (a signedAct, wrong string) {
	if a.kind, _ = textOf(members["act"]); !signature.ValidKind(a.kind) {
		return a, "act"
	}
	document, shown := members["document"]
	sum, hidden := members["sha256"]
	switch {
	case shown == hidden:
		return a, "document"
	case shown:
		if document[0] != '{' {
			return a, "document"
		}
		a.digest = sha256.Sum256(document) // as the body has it, so in canonical form
	default:
		text, _ := textOf(sum)
		d, ok := transparency.ParseDigest(text)
		if !ok {
			return a, "sha256"
		}
		a.digest = d
	}
	var list []map[string]json.RawMessage
	// None: nobody signed it. It is in the log all the same, and what it is worth is the reader's to say.
	if err := json.Unmarshal(members["signatures"], &list); err != nil || list == nil || len(list) > signature.MaxSigned {
		return a, "signatures"
	}
	for _, m := range list {
		name, named := textOf(m["name"])
		line, lined := textOf(m["line"])
		if !named || !lined || len(m) != 2 {
			return a, "signatures"
		}
		a.signed = append(a.signed, signature.Signed{Name: name, Line: line})
	}
	return a, ""
}
