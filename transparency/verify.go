package transparency

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"overflight/evidence"
)

// Step names a check. The steps of a verdict stand in this order.
type Step Code

// The steps of Verify.
const (
	StepPolicy      Step = "step.policy"      // the policy is usable: logs, witnesses, quorum
	StepOrigin      Step = "step.origin"      // the checkpoint is of a log that the policy names
	StepSignature   Step = "step.signature"   // that log signed the checkpoint
	StepCosignature Step = "step.cosignature" // a witness cosigned it; one check a cosignature that is there
	StepQuorum      Step = "step.quorum"      // enough witnesses did
	StepInclusion   Step = "step.inclusion"   // the leaf is in the tree of the checkpoint
)

// Check is one thing that was looked at. A nil Err is a pass; otherwise it is the reason, with its
// evidence. Args say what was found.
type Check struct {
	Step Step
	Args []string
	Err  Coded
}

// OK reports a pass.
func (c Check) OK() bool { return c.Err == nil }

// Cosignature is a witness's word, verified: at that instant this was the largest tree of the log
// that it had seen, and it continued all that it had seen before.
type Cosignature struct {
	Witness string // name in the policy
	Key     Key
	At      time.Time // by the witness's clock, to the second
	Size    uint64
}

// Verdict lists every check in order, and what was established. What follows a failed check that it
// rests on was not looked at and is not listed.
type Verdict struct {
	Checks     []Check
	Checkpoint Checkpoint    // unauthenticated unless OK
	Cosigned   []Cosignature // those that hold, in the order of the policy
}

// OK reports whether every check passed. A verdict without checks is none.
func (v Verdict) OK() bool { return len(v.Checks) > 0 && v.Err() == nil }

// Err returns the first failure, nil where there is none.
func (v Verdict) Err() error {
	for _, c := range v.Checks {
		if c.Err != nil {
			return c.Err
		}
	}
	return nil
}

func (v *Verdict) add(step Step, err error, args ...string) bool {
	c := Check{Step: step, Args: args}
	if err != nil && !errors.As(err, &c.Err) {
		c.Err = fault(CodeNoteSyntax)
	}
	v.Checks = append(v.Checks, c)
	return err == nil
}

// VerifyCheckpoint looks at the policy's keys, the origin, the log's signature, the cosignatures and
// the quorum, in this order. A cosignature that is there and does not fit is a failure, also where the
// quorum would be reached without it.
func (p *Policy) VerifyCheckpoint(s SignedCheckpoint) Verdict {
	v := Verdict{Checkpoint: s.Checkpoint}
	v.add(StepPolicy, nil, strconv.Itoa(len(p.logs)), strconv.Itoa(len(p.witnesses)), p.quorum)
	err := p.CheckLog(s)
	var unknown *Fault
	if errors.As(err, &unknown) && unknown.code == CodeOrigin {
		v.add(StepOrigin, err, Excerpt(s.Origin))
		return v
	}
	v.add(StepOrigin, nil, Excerpt(s.Origin))
	if !v.add(StepSignature, err, Excerpt(s.Origin), number(s.Size)) {
		return v
	}
	cosigned := map[string]bool{}
	for _, w := range p.witnesses {
		sigs, err := s.verifiedBy(w.Key)
		var failed *SignatureError
		if errors.As(err, &failed) && failed.Reason == CodeNoSignature {
			continue // the quorum says whether it was needed
		}
		if err != nil {
			v.add(StepCosignature, err, w.Name, "?")
			continue
		}
		at, ok := earliest(sigs)
		if !ok {
			v.add(StepCosignature, fault(CodeTimestamp, w.Key.Name(), "0"), w.Name, "?")
			continue
		}
		v.add(StepCosignature, nil, w.Name, at.Format(time.RFC3339))
		cosigned[w.Name] = true
		v.Cosigned = append(v.Cosigned, Cosignature{Witness: w.Name, Key: w.Key, At: at, Size: s.Size})
	}
	err = nil
	if !p.satisfied(cosigned) {
		err = &QuorumError{Cosigned: v.Cosigned, Known: len(p.witnesses), Quorum: p.quorum}
	}
	v.add(StepQuorum, err, strconv.Itoa(len(v.Cosigned)), strconv.Itoa(len(p.witnesses)), p.quorum)
	return v
}

// CheckLog returns nil where a log that the policy names signed the checkpoint: no word of its witnesses.
func (p *Policy) CheckLog(s SignedCheckpoint) error {
	var named []Key
	known := make([]string, 0, len(p.logs))
	for _, k := range p.logs {
		known = append(known, k.Name())
		if k.Name() == s.Origin {
			named = append(named, k)
		}
	}
	if len(named) == 0 {
		return fault(CodeOrigin, s.Origin, strings.Join(known, ", "))
	}
	return signedByAny(s, named)
}

func signedByAny(s SignedCheckpoint, keys []Key) error {
	var first error
	good := false
	for _, k := range keys {
		_, err := s.verifiedBy(k)
		var failed *SignatureError
		switch {
		case err == nil:
			good = true
		case errors.As(err, &failed) && failed.Reason == CodeBadSignature:
			return err
		case first == nil:
			first = err
		}
	}
	if good {
		return nil
	}
	return first
}

// earliest returns the first instant that a witness gave to a checkpoint. Every signature has to have one.
func earliest(sigs []Signature) (time.Time, bool) {
	var first time.Time
	for i, sig := range sigs {
		at, ok := cosignatureTime(sig.Blob)
		if !ok {
			return time.Time{}, false
		}
		if i == 0 || at.Before(first) {
			first = at
		}
	}
	return first, len(sigs) > 0
}

// Verify looks at everything that makes a leaf part of a log: the policy's keys, the origin and
// signature of the checkpoint, its cosignatures, the quorum, the path from the leaf to the root.
func Verify(p *Policy, proof Proof, leaf []byte) Verdict {
	s, err := ParseUnverified(proof.Checkpoint)
	if err != nil {
		var v Verdict
		v.add(StepPolicy, nil, strconv.Itoa(len(p.logs)), strconv.Itoa(len(p.witnesses)), p.quorum)
		v.add(StepOrigin, err, "?")
		return v
	}
	v := p.VerifyCheckpoint(s)
	if !v.OK() {
		return v
	}
	v.Include(s.Checkpoint, proof.Index, LeafHash(leaf), proof.Hashes)
	return v
}

// Include adds the check of one more leaf under a checkpoint that the verdict is about.
func (v *Verdict) Include(c Checkpoint, index uint64, leaf evidence.Digest, proof []evidence.Digest) bool {
	return v.add(StepInclusion, CheckInclusion(c, index, leaf, proof), number(index), number(c.Size))
}
