package bundle

import (
	"overflight/transparency"
)

// The reasons why a bundle is refused, beside those of transparency. The comment gives the arguments.
const (
	CodeArchive         transparency.Code = "bundle.archive"         // -
	CodePath            transparency.Code = "bundle.path"            // name
	CodeTwice           transparency.Code = "bundle.twice"           // name
	CodeCompressed      transparency.Code = "bundle.compressed"      // name
	CodeOverlap         transparency.Code = "bundle.overlap"         // name
	CodeFiles           transparency.Code = "bundle.files"           // files, limit
	CodeLarge           transparency.Code = "bundle.large"           // name, bytes, limit
	CodeMissing         transparency.Code = "bundle.missing"         // name
	CodeExtra           transparency.Code = "bundle.extra"           // name
	CodeRead            transparency.Code = "bundle.read"            // name
	CodeManifest        transparency.Code = "bundle.manifest"        // -
	CodeVersion         transparency.Code = "bundle.version"         // version, last version that is known
	CodeEmpty           transparency.Code = "bundle.empty"           // -
	CodeLog             transparency.Code = "bundle.log"             // log and size in the manifest, those of the checkpoint
	CodeOtherProof      transparency.Code = "bundle.otherproof"      // index, size of the proof's checkpoint, size of the bundle's
	CodeProofIndex      transparency.Code = "bundle.proofindex"      // index, index in the proof
	CodeProofSignatures transparency.Code = "bundle.proofsignatures" // index
	CodeFlight          transparency.Code = "bundle.flight"          // index, flight in the leaf, flight of the bundle
	CodeNoProof         transparency.Code = "bundle.noproof"         // size
	CodeNotOpened       transparency.Code = "segment.notopened"      // index
	CodeNotASegment     transparency.Code = "segment.kind"           // index, kind
	CodeLengths         transparency.Code = "segment.lengths"        // index
	CodeBytes           transparency.Code = "segment.bytes"          // index, bytes, bytes in the leaf
	CodePackets         transparency.Code = "segment.packets"        // index, packets, packets in the leaf
	CodeRoot            transparency.Code = "segment.root"           // index, root, root in the leaf
	CodeMedia           transparency.Code = "segment.media"          // index, name, digest, digest in the leaf
	CodePacketRange     transparency.Code = "packet.range"           // index, packet, packets
	CodePacket          transparency.Code = "packet.inclusion"       // index, packet
	CodeInside          transparency.Code = "bundle.inside"          // -
	CodeAct             transparency.Code = "act.form"               // index, member that is wrong
	CodeSignerLater     transparency.Code = "signer.later"           // name and identifier of the key, index of the leaf that begins it
	CodeSignerEnded     transparency.Code = "signer.ended"           // name and identifier of the key, index of the leaf that ends it
)

// What is looked at, beside the steps of transparency.
const (
	WhatContainer   transparency.Code = "what.container"   // files
	WhatInside      transparency.Code = "what.inside"      // -
	WhatManifest    transparency.Code = "what.manifest"    // -
	WhatLog         transparency.Code = "what.log"         // log, size
	WhatConsistency transparency.Code = "what.consistency" // size that is held, size of the bundle
	WhatEntry       transparency.Code = "what.entry"       // index, size
	WhatOpening     transparency.Code = "what.opening"     // index, kind
	WhatSegment     transparency.Code = "what.segment"     // index, packets, bytes
	WhatPacket      transparency.Code = "what.packet"      // index, packet
	WhatSigner      transparency.Code = "what.signer"      // index, name of the key
	WhatAct         transparency.Code = "what.act"         // index, kind of act, signatures
	WhatSigned      transparency.Code = "what.signed"      // index, name and identifier of the key, kind of act

	// WhatUnknownSigner is no failure: who is not known may have signed all the same.
	WhatUnknownSigner transparency.Code = "what.unknownsigner" // index, name and identifier of the key, kind of act
)

// The verdicts, and what no verdict says.
const (
	VerdictOne          transparency.Code = "verdict.one"           // flight, log, cosigned, witnesses, earliest cosignature
	VerdictMany         transparency.Code = "verdict.many"          // entries, and the same
	VerdictOperatorOne  transparency.Code = "verdict.operator.one"  // flight, log
	VerdictOperatorMany transparency.Code = "verdict.operator.many" // entries, flight, log
	VerdictFailed       transparency.Code = "verdict.failed"        // - ; the reason follows

	NotTruth        transparency.Code = "not.truth"
	NotComplete     transparency.Code = "not.complete"
	NotClock        transparency.Code = "not.clock"
	NotUnopened     transparency.Code = "not.unopened"
	NotFlight       transparency.Code = "not.flight"
	NotOrder        transparency.Code = "not.order"
	NotLater        transparency.Code = "not.later"
	NotUndisclosed  transparency.Code = "not.undisclosed"
	NotPolicyChoice transparency.Code = "not.policy"
	NotSigner       transparency.Code = "not.signer"
	NotHolder       transparency.Code = "not.holder"
)

// Line is something to be said: a code and its arguments.
type Line struct {
	Code transparency.Code
	Args []string
}

// Result is what came of looking at one thing.
type Result struct {
	What   Line
	Reason Line  // zero where it passed
	Err    error // what failed, with its evidence; nil where it passed
}

// OK reports a pass.
func (c Result) OK() bool { return c.Err == nil }

// Report is what a bundle proves: a verdict, every check in the order in which it was made, and what
// is not proven. After a failure, what rests on it is not looked at and not listed.
type Report struct {
	Verdict  Line
	Checks   []Result
	NotShown []Line // what this does not prove

	Flight   string // unauthenticated where the verdict is a failure
	Log      string
	Size     uint64
	Cosigned []transparency.Cosignature
	Entries  []Shown
}

// Shown is one leaf that was found to be in the log.
type Shown struct {
	Index  uint64
	Opened bool
	Kind   transparency.Kind // of an opened leaf
	Body   []byte
}

// Verified reports whether every check passed.
func (r Report) Verified() bool { return r.Err() == nil && len(r.Checks) > 0 }

// Err returns the first failure.
func (r Report) Err() error {
	for _, c := range r.Checks {
		if c.Err != nil {
			return c.Err
		}
	}
	return nil
}

// Failed returns the first check that failed.
func (r Report) Failed() (Result, bool) {
	for _, c := range r.Checks {
		if !c.OK() {
			return c, true
		}
	}
	return Result{}, false
}

// pass and fail return whether the check passed, so that a caller can stop.
func (r *Report) pass(what transparency.Code, args ...string) bool {
	r.Checks = append(r.Checks, Result{What: Line{Code: what, Args: excerpts(args)}})
	return true
}

func (r *Report) fail(err transparency.Coded, what transparency.Code, args ...string) bool {
	r.Checks = append(r.Checks, Result{
		What: Line{Code: what, Args: excerpts(args)}, Err: err, Reason: Line{Code: err.Code(), Args: excerpts(err.Args())},
	})
	return false
}

func refuse(code transparency.Code, args ...string) transparency.Coded {
	return transparency.NewFault(code, args...)
}

func excerpts(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = transparency.Excerpt(a)
	}
	return out
}
