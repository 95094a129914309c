package bundle

import (
	"strings"

	"overflight/signature"
	"overflight/transparency"
)

// Languages are those that reports are said in.
func Languages() []string { return []string{"en", "es"} }

// Say returns a line in a language, English for one that is not there. A code without a text is shown
// as it is, with its arguments, so that nothing is lost.
func Say(language string, l Line) string {
	table := english()
	if language == "es" {
		table = spanish()
	}
	text, ok := table[l.Code]
	if !ok {
		return strings.TrimSpace(string(l.Code) + " " + strings.Join(l.Args, " "))
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		// Places are {0} to {9}.
		if text[i] == '{' && i+2 < len(text) && text[i+2] == '}' && text[i+1] >= '0' && int(text[i+1]-'0') < len(l.Args) {
			b.WriteString(l.Args[text[i+1]-'0'])
			i += 2
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// Sentence returns the verdict in a language, with the reason where there is no proof.
func (r Report) Sentence(language string) string {
	if failed, ok := r.Failed(); ok {
		return Say(language, r.Verdict) + " " + Say(language, failed.Reason)
	}
	return Say(language, r.Verdict)
}

func english() map[transparency.Code]string {
	return map[transparency.Code]string{
		VerdictOne:          "Verified: 1 entry of flight {0} is in the log of {1}, cosigned by {2} of {3} witnesses, first at {4}.",
		VerdictMany:         "Verified: {0} entries of flight {1} are in the log of {2}, cosigned by {3} of {4} witnesses, first at {5}.",
		VerdictOperatorOne:  "Verified: 1 entry of flight {0} is in the log of {1}, by the operator's word alone: no independent witness cosigned.",
		VerdictOperatorMany: "Verified: {0} entries of flight {1} are in the log of {2}, by the operator's word alone: no independent witness cosigned.",
		VerdictFailed:       "Not verified:",

		"step.policy":      "the policy can be used: logs {0}, witnesses {1}, required {2}",
		"step.origin":      "the checkpoint is of {0}",
		"step.signature":   "{0} signed the checkpoint of {1} entries",
		"step.cosignature": "witness {0} cosigned it at {1}",
		"step.quorum":      "{0} of {1} witnesses cosigned, required {2}",
		"step.inclusion":   "entry {0} is in the log of {1} entries",

		WhatContainer:   "the file is a bundle, files {0}",
		WhatManifest:    "the files are those of the manifest",
		WhatInside:      "the bundle's own policy can be read (it counts for nothing)",
		WhatLog:         "the manifest names the log {0} at {1} entries",
		WhatConsistency: "the checkpoint of {1} entries continues the one of {0} that you hold",
		WhatEntry:       "entry {0} is in the log of {1} entries",
		WhatOpening:     "entry {0} commits to what is shown of it: {1}",
		WhatSegment:     "the segment of entry {0} is as it was sealed, packets {1}, bytes {2}",
		WhatPacket:      "packet {1} of the segment of entry {0} is as it was sealed",

		WhatSigner:        "entry {0} says what the key of {1} is from there on",
		WhatAct:           "the act {1} of entry {0} has the form of one, signatures {2}",
		WhatSigned:        "{1} signed the act {2} of entry {0}",
		WhatUnknownSigner: "whether {1} signed the act {2} of entry {0} cannot be told: the key is not known",

		NotTruth:        "that what was recorded is true: only that it was committed to by then and is unchanged since",
		NotComplete:     "that nothing is missing: a bundle shows the entries that its maker chose",
		NotClock:        "that the clocks inside the records were right: witnesses vouch for their own clocks only",
		NotOrder:        "in which order things were entered: without a witness that is the operator's word",
		NotLater:        "what the log says after its first {0} entries",
		NotUnopened:     "what the entries say that are not opened, nor that they are of this flight (their number: {0})",
		NotFlight:       "that the opened entries that name no flight are of this one (their number: {0})",
		NotUndisclosed:  "what the bytes are of segments that are not in the bundle (their number: {0})",
		NotSigner:       "who signed with the keys that are not known: neither your policy nor the bundle names them (their signatures: {0})",
		NotHolder:       "that the keys that only the log names are held by whom they name: that is the operator's word (their signatures: {0})",
		NotPolicyChoice: "that the witnesses of the policy are independent: whom to trust is the choice of who wrote it",

		CodeArchive:         "the file is not a bundle: it is no zip archive, or it is damaged or cut short",
		CodePath:            "the name {0} is none that a bundle may have",
		CodeTwice:           "the name {0} stands for two files",
		CodeCompressed:      "{0} is compressed: the files of a bundle are stored as they are",
		CodeOverlap:         "{0} says that it is larger than the bundle has room for",
		CodeFiles:           "the bundle has {0} files, at most {1} are read",
		CodeLarge:           "{0} has {1} bytes, at most {2} are read",
		CodeMissing:         "{0} is missing",
		CodeExtra:           "{0} is in the bundle, but not in its manifest",
		CodeRead:            "{0} cannot be read",
		CodeManifest:        "the manifest is not in the form of a bundle's manifest",
		CodeVersion:         "the bundle is of version {0}, which is newer than this program: it reads up to version {1}",
		CodeEmpty:           "the bundle holds no entry",
		CodeInside:          "the bundle's own policy is no policy",
		CodeLog:             "the manifest is of the log {0} at {1} entries, the checkpoint of {2} at {3}",
		CodeOtherProof:      "the proof of entry {0} is for a checkpoint of {1} entries, the bundle's is of {2}",
		CodeProofIndex:      "the proof of entry {0} is for entry {1}",
		CodeProofSignatures: "the proof of entry {0} carries other signatures than the bundle's checkpoint",
		CodeFlight:          "entry {0} is of flight {1}, the bundle says {2}",
		CodeNoProof:         "the bundle holds no proof that its checkpoint of {1} entries continues the one of {0} that you hold",
		CodeNotOpened:       "entry {0} is not opened, or its opening does not hold, so that nothing can be held against it",
		CodeNotASegment:     "entry {0} is of the kind {1}, not a segment",
		CodeLengths:         "the lengths of the packets of segment {0} do not add up to its bytes",
		CodeBytes:           "segment {0} has {1} bytes, {2} were sealed",
		CodePackets:         "segment {0} has {1} packets, {2} were sealed",
		CodeRoot:            "segment {0} was changed: its packets give the root {1}, sealed was {2}",
		CodeMedia:           "segment {0} was changed: its {1} has the digest {2}, sealed was {3}",
		CodePacketRange:     "segment {0} has no packet {1}: it has {2}",
		CodeAct:             "the act of entry {0} is not in the form of one: {1}",
		CodeSignerLater:     "the key {0} was not yet that of a signer: entry {1} begins it",
		CodeSignerEnded:     "the key {0} was no longer that of a signer: entry {1} ends it",
		CodePacket:          "packet {1} of segment {0} was changed: it does not lead to the root that was sealed",

		transparency.CodeKeySyntax:    "{0} is not a key",
		transparency.CodeKeyID:        "the key of {0} has the identifier {2}, not {1}",
		transparency.CodeKeyAlgorithm: "the key of {0} is of type {1}, here it has to be {2}",

		transparency.CodeEntrySyntax:  "the leaf of {0} bytes is not a leaf of this log",
		transparency.CodeEntryVersion: "the leaf is of version {0}, which this program does not know",
		transparency.CodeKind:         "{0} is not a kind of entry",
		transparency.CodeBodySize:     "the entry has {0} bytes, at most {1} may be",
		transparency.CodeOpening:      "the opening was changed: the leaf commits to {0}, the opening to {1}",
		transparency.CodeBody:         "what the entry commits to is not of the form {0}",
		transparency.CodeOpenSyntax:   "the opening is not in the form of an opening",
		transparency.CodeOpenVersion:  "the opening is of version {0}, which this program does not know",

		transparency.CodeCheckpointSyntax: "line {0} of the checkpoint is wrong: {1}",
		transparency.CodeNoteSyntax:       "the checkpoint is not a signed note",
		transparency.CodeProofSyntax:      "line {0} of the proof is wrong: {1}",
		transparency.CodeProofVersion:     "the proof is of a version that this program does not know: {0}",
		transparency.CodeRequestSyntax:    "line {0} of the request is wrong: {1}",

		transparency.CodePolicySyntax:    "line {0} of the policy is wrong: {1}",
		transparency.CodePolicyCharacter: "line {0} of the policy holds a control character",
		transparency.CodePolicyName:      "line {0} of the policy names {1}, which is not defined above",
		transparency.CodePolicyTwice:     "line {0} of the policy says {1} a second time",
		transparency.CodePolicyOwnKey:    "line {0} of the policy: witness {1} holds the key of a log, so that it is not independent",
		transparency.CodePolicyThreshold: "line {0} of the policy: {1} of {2} members is no threshold",
		transparency.CodePolicyQuorum:    "the policy has no quorum line",
		transparency.CodePolicyNoLog:     "the policy names no log",
		transparency.CodePolicySize:      "the policy has a size of {0}, at most {1} is read",

		transparency.CodeOrigin:       "the checkpoint is of the log {0}, known is {1}",
		transparency.CodeNoSignature:  "the checkpoint has no signature of {0} under the key in the policy",
		transparency.CodeBadSignature: "the signature of {0} does not fit the checkpoint: one of them was changed",
		transparency.CodeTimestamp:    "the cosignature of {0} has no instant: {1}",
		transparency.CodeQuorum:       "{0} of {1} witnesses cosigned, which is too few: required {2}",
		transparency.CodeIndex:        "the checkpoint of {1} entries does not reach entry {0}",
		transparency.CodeInclusion:    "the leaf or its proof was changed: entry {0} does not lead to the root of the {1} entries",
		transparency.CodeConsistency:  "the history was changed: {1} entries are not shown to continue the first {0}",
		transparency.CodeFork:         "the log shows two histories: {0} entries with root {1}, and with root {2}",
		transparency.CodeRollback:     "the checkpoint is rolled back: {0} entries are known, it is of {1}",
		transparency.CodeStale:        "the update starts from {0} entries, held are {1}",
		transparency.CodeConflict:     "the checkpoint of {0} changed meanwhile",

		signature.CodeSize:      "the document has {0} bytes, at most {1} may be",
		signature.CodeSyntax:    "the document is no JSON object that can be signed: at byte {0} this is expected: {1}",
		signature.CodeDepth:     "the document is too deep at byte {0}: at most {1} levels may be",
		signature.CodeTwice:     "the document has the member {0} twice",
		signature.CodeNumber:    "the document has a number that not every reader keeps: {0}",
		signature.CodeForm:      "the document is not in canonical form (RFC 8785): it departs from it at byte {0}",
		signature.CodeKind:      "{0} is not a kind of act: a word and a version are expected, as in loadout.attested/v1",
		signature.CodeName:      "the name {0} of the key is too long: at most {1} bytes may be",
		signature.CodeLine:      "this is not a signature line: {0}",
		signature.CodeOtherName: "the name is given as {0}, but is {1}",
		signature.CodeOtherKey:  "the signature is of the key {0}, known is {1}",
		signature.CodeChanged:   "the signature of {0} does not fit the act {1}: one of them was changed, or somebody else signed",
		signature.CodeMany:      "there are {0} signatures, at most {1} may be",
		signature.CodeSameKey:   "one key signed twice, as {0}: that is one signature",
		signature.CodeSameName:  "{0} signed twice: that is one signature",
		signature.CodeAlone:     "there are {0} signatures, needed are {1} of different people",
	}
}
