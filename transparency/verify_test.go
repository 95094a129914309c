package transparency

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"overflight/evidence"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	log, other := newLog(t, origin), newLog(t, "other.example/log")
	w1, w2, w3 := newWitness(t, "w1.example"), newWitness(t, "w2.example"), newMLDSA(t, "w3.example")
	leaves, all := entries(t, 21)
	p := policy(t, 2, log, w1, w2, w3)
	good := signed(t, log, origin, all, noon, w1, w2, w3)
	one := signed(t, log, origin, all, noon, w1)

	replace := func(old, with string) func(Proof) Proof {
		return func(p Proof) Proof {
			b := bytes.Replace(p.Checkpoint, []byte(old), []byte(with), 1)
			if bytes.Equal(b, p.Checkpoint) {
				t.Errorf("%q is not in the checkpoint", old)
			}
			p.Checkpoint = b
			return p
		}
	}
	stranger := signed(t, other, origin, all, noon, w1, w2)
	for _, c := range []struct {
		name   string
		from   SignedCheckpoint
		leaf   int
		change func(Proof) Proof
		policy *Policy
		want   Code // empty: verified
		steps  string
	}{
		{"all sign", good, 7, nil, p, "", "policy origin signature cosignature cosignature cosignature quorum inclusion"},
		{"first leaf", good, 0, nil, p, "", "policy origin signature cosignature cosignature cosignature quorum inclusion"},
		{"no quorum wanted", one, 20, nil, policy(t, 0, log), "", "policy origin signature quorum inclusion"},
		{"too few witnesses", one, 7, nil, p, CodeQuorum, "policy origin signature cosignature quorum"},
		{"another log's policy", good, 7, nil, policy(t, 1, other, w1), CodeOrigin, "policy origin"},
		{"another key under the log's name", stranger, 7, nil, p, CodeNoSignature, "policy origin signature"},
		{"witness in the place of the log", signed(t, other, "other.example/log", all, noon, w1, w2), 7, nil, p, CodeOrigin, "policy origin"},
		{"size changed", good, 7, replace("\n21\n", "\n20\n"), p, CodeBadSignature, "policy origin signature"},
		{"origin changed", good, 7, replace(origin+"\n", "overflight.example/lag\n"), p, CodeOrigin, "policy origin"},
		{"extension added", good, 7, replace("=\n\n", "=\nmore\n\n"), p, CodeBadSignature, "policy origin signature"},
		{"no note", good, 7, replace("\n\n", "\n"), p, CodeNoteSyntax, "policy origin"},
		{
			"another leaf", good, 7, func(p Proof) Proof { p.Index = 8; return p }, p, CodeInclusion,
			"policy origin signature cosignature cosignature cosignature quorum inclusion",
		},
		{
			"beyond the tree", good, 7, func(p Proof) Proof { p.Index = 21; return p }, p, CodeIndex,
			"policy origin signature cosignature cosignature cosignature quorum inclusion",
		},
		{"hash too many", good, 7, func(p Proof) Proof {
			p.Hashes = append(p.Hashes[:len(p.Hashes):len(p.Hashes)], evidence.Digest{})
			return p
		}, p, CodeInclusion, "policy origin signature cosignature cosignature cosignature quorum inclusion"},
		{
			"hash too few", good, 7, func(p Proof) Proof { p.Hashes = p.Hashes[1:]; return p }, p, CodeInclusion,
			"policy origin signature cosignature cosignature cosignature quorum inclusion",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			proof := proven(t, c.from, all, uint64(c.leaf))
			if c.change != nil {
				proof = c.change(proof)
			}
			v := Verify(c.policy, proof, leaves[c.leaf])
			if got := steps(v); got != c.steps {
				t.Errorf("steps %s, want %s", got, c.steps)
			}
			checkCode(t, v.Err(), c.want)
			if v.OK() != (c.want == "") {
				t.Errorf("OK is %v with %v", v.OK(), v.Err())
			}
		})
	}
	t.Run("every flipped bit of a leaf", func(t *testing.T) {
		t.Parallel()
		proof := proven(t, one, all, 3)
		for i := range 8 * len(leaves[3]) {
			leaf := bytes.Clone(leaves[3])
			leaf[i/8] ^= 1 << (i % 8)
			if err := CheckInclusion(one.Checkpoint, 3, LeafHash(leaf), proof.Hashes); err == nil {
				t.Fatalf("bit %d is not covered", i)
			}
		}
	})
	t.Run("a bad cosignature fails what the quorum would pass", func(t *testing.T) {
		t.Parallel()
		// w3's instant is moved by a second; w1 and w2 would be enough.
		s := good
		s.Signatures = append([]Signature{}, good.Signatures...)
		last := &s.Signatures[len(s.Signatures)-1]
		last.Blob = bytes.Clone(last.Blob)
		last.Blob[7]++
		checkCode(t, p.VerifyCheckpoint(s).Err(), CodeBadSignature)
	})
}

func steps(v Verdict) string {
	var out []string
	for _, c := range v.Checks {
		out = append(out, strings.TrimPrefix(string(c.Step), "step."))
	}
	return strings.Join(out, " ")
}

func checkCode(t *testing.T, err error, want Code) {
	t.Helper()
	var coded Coded
	switch {
	case err == nil && want != "":
		t.Errorf("accepted, want %s", want)
	case err == nil:
	case !errors.As(err, &coded):
		t.Errorf("error without a code: %v", err)
	case coded.Code() != want:
		t.Errorf("got %v, want %q", err, want)
	}
}

// TestErrorsCarryTheEvidence: what failed can be checked by somebody else from the error alone.
func TestErrorsCarryTheEvidence(t *testing.T) {
	t.Parallel()
	log := newLog(t, origin)
	_, all := entries(t, 9)
	_, fork := entries(t, 10)
	fork[3] = evidence.Digest{1}
	older, newer := signed(t, log, origin, all, noon), signed(t, log, origin, fork, noon)
	proof, _ := ProveConsistency(fork, 9)
	var inconsistent *InconsistencyError
	if err := CheckConsistency(older, newer, proof); !errors.As(err, &inconsistent) {
		t.Fatalf("got %v", err)
	}
	for _, s := range []SignedCheckpoint{inconsistent.Older, inconsistent.Newer} {
		again, err := ParseUnverified(s.Raw())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.verifiedBy(log.key); err != nil {
			t.Error(err)
		}
	}
	if len(inconsistent.Proof) != len(proof) {
		t.Error("the proof is lost")
	}
	var inclusion *InclusionError
	if err := CheckInclusion(newer.Checkpoint, 3, all[3], proof); !errors.As(err, &inclusion) || inclusion.Leaf != all[3] || inclusion.Checkpoint.Size != 10 {
		t.Errorf("got %v", err)
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	at := func(size uint64, minutes int) Cosignature {
		return Cosignature{Size: size, At: noon.Add(time.Duration(minutes) * time.Minute)}
	}
	seen := []Cosignature{at(30, 30), at(10, 5), at(8, 2), at(20, 15), at(11, 10)}
	o := OrderOf(10, seen)
	if c, ok := o.NotAfter(); !ok || c.Size != 11 {
		t.Errorf("not after %v %v", c.Size, ok)
	}
	if c, ok := o.NotBefore(); !ok || c.Size != 10 {
		t.Errorf("not before %v %v", c.Size, ok)
	}
	for _, c := range []struct {
		name  string
		order Order
		event time.Time
		want  bool
	}{
		{"cosigned a minute before", o, noon.Add(11 * time.Minute), false},
		{"cosigned a second before", o, noon.Add(10*time.Minute + time.Second), false},
		{"cosigned in the same second", o, noon.Add(10*time.Minute + 999*time.Millisecond), true},
		{"cosigned after", o, noon.Add(9 * time.Minute), true},
		{"never cosigned", OrderOf(10, nil), noon.Add(time.Hour), true},
		{"only smaller trees", OrderOf(30, seen), noon.Add(time.Hour), true},
	} {
		if got := c.order.OperatorsWord(c.event); got != c.want {
			t.Errorf("%s: operator's word %v", c.name, got)
		}
	}
}

// BenchmarkVerify checks one proof of the kind that is handed on: a log signature, two cosignatures, a path
// of 16 hashes. The policy is parsed once.
func BenchmarkVerify(b *testing.B) {
	log, w1, w2 := newLog(b, origin), newWitness(b, "w1.example"), newWitness(b, "w2.example")
	leaves, all := entries(b, 1<<16)
	s := signed(b, log, origin, all, noon, w1, w2)
	p := policy(b, 2, log, w1, w2)
	text := proven(b, s, all, 12345).Bytes()
	for b.Loop() {
		q, err := ParseProof(text)
		if err != nil {
			b.Fatal(err)
		}
		if v := Verify(p, q, leaves[12345]); !v.OK() {
			b.Fatal(v.Err())
		}
	}
}
