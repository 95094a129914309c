package transparency

import (
	"strconv"
	"strings"

	"overflight/evidence"
)

// Code names a check or the reason why one failed. The texts in English and Spanish are kept apart,
// by code.
type Code string

// The reasons why something is refused. The comment gives the arguments.
const (
	CodeKeySyntax    Code = "key.syntax"    // the key
	CodeKeyID        Code = "key.id"        // name, identifier stated, identifier of the key
	CodeKeyAlgorithm Code = "key.algorithm" // name, signature type, types that are right here

	CodeEntrySyntax  Code = "entry.syntax"   // bytes
	CodeEntryVersion Code = "entry.version"  // version
	CodeKind         Code = "entry.kind"     // kind
	CodeBodySize     Code = "entry.size"     // bytes, limit
	CodeOpening      Code = "entry.opening"  // commitment of the leaf, commitment of the opening
	CodeBody         Code = "entry.body"     // kind
	CodeOpenSyntax   Code = "opening.syntax" // -
	CodeOpenVersion  Code = "opening.version"

	CodeCheckpointSyntax Code = "checkpoint.syntax" // line, what stands there
	CodeNoteSyntax       Code = "note.syntax"       // -
	CodeProofSyntax      Code = "proof.syntax"      // line, what stands there
	CodeProofVersion     Code = "proof.version"     // header
	CodeRequestSyntax    Code = "request.syntax"    // line, what stands there

	CodePolicySyntax    Code = "policy.syntax"    // line, what stands there
	CodePolicyCharacter Code = "policy.character" // line
	CodePolicyName      Code = "policy.name"      // line, name that is not defined above
	CodePolicyTwice     Code = "policy.twice"     // line, name or key
	CodePolicyOwnKey    Code = "policy.ownkey"    // line, witness that holds a log's key
	CodePolicyThreshold Code = "policy.threshold" // line, threshold, members
	CodePolicyQuorum    Code = "policy.quorum"    // -
	CodePolicyNoLog     Code = "policy.nolog"     // -
	CodePolicySize      Code = "policy.size"      // bytes or lines, limit

	CodeOrigin       Code = "origin"       // origin of the checkpoint, origins that are known
	CodeNoSignature  Code = "signature.no" // name of the key
	CodeBadSignature Code = "signature.bad"
	CodeTimestamp    Code = "cosignature.time" // name of the key, seconds
	CodeQuorum       Code = "quorum"           // witnesses that cosigned, witnesses known, quorum
	CodeIndex        Code = "index"            // index, size
	CodeInclusion    Code = "inclusion"        // index, size
	CodeConsistency  Code = "consistency"      // older size, newer size
	CodeFork         Code = "fork"             // size, older root, newer root
	CodeRollback     Code = "rollback"         // size that was known, size that is offered
	CodeStale        Code = "stale"            // size stated, size held
	CodeConflict     Code = "conflict"         // origin
)

// Coded is an error with a stable code and arguments, so that it can be said in any language.
type Coded interface {
	error
	Code() Code
	Args() []string
}

// Fault is a refusal that needs no more evidence than its arguments.
type Fault struct {
	code Code
	args []string
}

var _ Coded = (*Fault)(nil)

// NewFault makes a refusal out of a code and its arguments, of which it keeps excerpts.
func NewFault(code Code, args ...string) *Fault {
	kept := make([]string, len(args))
	for i := range args {
		kept[i] = Excerpt(args[i])
	}
	return &Fault{code: code, args: kept}
}

// Code returns the reason.
func (f *Fault) Code() Code { return f.code }

// Args returns the arguments of the reason.
func (f *Fault) Args() []string { return f.args }

// Error is for logs; what a person reads is made from the code.
func (f *Fault) Error() string { return say(f) }

func say(c Coded) string {
	if len(c.Args()) == 0 {
		return string(c.Code())
	}
	quoted := make([]string, 0, len(c.Args()))
	for _, a := range c.Args() {
		quoted = append(quoted, Excerpt(a))
	}
	return string(c.Code()) + ": " + strings.Join(quoted, ", ")
}

// Excerpt keeps what strangers wrote on one short line, without control characters.
func Excerpt(s string) string {
	const limit = 120
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return '\ufffd'
		}
		return r
	}, s)
	if len(clean) > limit {
		cut := limit
		for cut > 0 && clean[cut]&0xc0 == 0x80 {
			cut--
		}
		clean = clean[:cut] + "..."
	}
	return clean
}

func fault(code Code, args ...string) *Fault { return NewFault(code, args...) }

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// SignatureError says that a key which the policy knows did not sign, or that its signature does not
// fit. Text is what would have been signed; it is unauthenticated.
type SignatureError struct {
	Key    Key
	Text   string
	Reason Code // CodeNoSignature or CodeBadSignature
}

var _ Coded = (*SignatureError)(nil)

// Code returns the reason.
func (e *SignatureError) Code() Code { return e.Reason }

// Args returns the name of the key.
func (e *SignatureError) Args() []string { return []string{e.Key.Name()} }

func (e *SignatureError) Error() string { return say(e) }

// InclusionError says that a leaf is not shown to be in a tree. The proof is unauthenticated; the
// checkpoint is what its signatures make it.
type InclusionError struct {
	Index      uint64
	Leaf       evidence.Digest // RFC 6962 leaf hash
	Checkpoint Checkpoint
	Proof      []evidence.Digest
}

var _ Coded = (*InclusionError)(nil)

// Code returns the reason.
func (e *InclusionError) Code() Code {
	if e.Index >= e.Checkpoint.Size {
		return CodeIndex
	}
	return CodeInclusion
}

// Args returns the index and the size of the tree.
func (e *InclusionError) Args() []string {
	return []string{number(e.Index), number(e.Checkpoint.Size)}
}

func (e *InclusionError) Error() string { return say(e) }

// InconsistencyError holds two checkpoints of which the newer is not shown to continue the older.
// Where both carry the log's signature, CodeFork is proof that the log showed two histories: keep it.
type InconsistencyError struct {
	Older, Newer SignedCheckpoint
	Proof        []evidence.Digest // unauthenticated
}

var _ Coded = (*InconsistencyError)(nil)

// Code returns the reason: a fork at one size, a newer one that is smaller, or a proof that does not
// hold.
func (e *InconsistencyError) Code() Code {
	switch {
	case e.Older.Size == e.Newer.Size && e.Older.Root != e.Newer.Root:
		return CodeFork
	case e.Older.Size > e.Newer.Size:
		return CodeRollback
	default:
		return CodeConsistency
	}
}

// Args returns the sizes, and the roots of a fork.
func (e *InconsistencyError) Args() []string {
	if e.Code() == CodeFork {
		return []string{number(e.Newer.Size), e.Older.Root.String(), e.Newer.Root.String()}
	}
	return []string{number(e.Older.Size), number(e.Newer.Size)}
}

func (e *InconsistencyError) Error() string { return say(e) }

// StaleError says that the size from which an update starts is not the one that the witness holds.
type StaleError struct {
	Stated, Held uint64
}

var _ Coded = (*StaleError)(nil)

// Code returns the reason.
func (e *StaleError) Code() Code { return CodeStale }

// Args returns both sizes.
func (e *StaleError) Args() []string { return []string{number(e.Stated), number(e.Held)} }

func (e *StaleError) Error() string { return say(e) }

// QuorumError says that too few witnesses cosigned.
type QuorumError struct {
	Cosigned []Cosignature
	Known    int
	Quorum   string // name of the witness or group that is required
}

var _ Coded = (*QuorumError)(nil)

// Code returns the reason.
func (e *QuorumError) Code() Code { return CodeQuorum }

// Args returns how many cosigned, how many are known and the quorum that was not reached.
func (e *QuorumError) Args() []string {
	return []string{strconv.Itoa(len(e.Cosigned)), strconv.Itoa(e.Known), e.Quorum}
}

func (e *QuorumError) Error() string { return say(e) }
