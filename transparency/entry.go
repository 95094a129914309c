// Package transparency is the log that cannot be quietly changed, seen from outside: what a leaf is,
// who signed which tree, whether a leaf is in it, whether one tree continues another, and what a
// witness does before it signs.
//
// Trees are those of RFC 6962 section 2.1 with SHA-256. Checkpoints, cosignatures, proofs and
// policies have the formats of C2SP: tlog-checkpoint, tlog-cosignature (Ed25519 and ML-DSA-44),
// tlog-proof v1, tlog-policy and the add-checkpoint request of tlog-witness, so that verifiers of
// other makers work on them. A leaf is a salted commitment; nothing but its version can be read from it.
//
// The package reads no clock and makes no random numbers: instants and salts are arguments. Storing
// tiles and making checkpoints of a growing log are left to others on purpose.
package transparency

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strconv"

	"overflight/evidence"
)

// Kind says what an entry's body is, with the version of its encoding: "segment/v1". The kind is
// inside the commitment: the tiles do not tell a padding leaf from a flight.
type Kind string

// The kinds. A reader checks the commitment of kinds that it does not know, too.
const (
	KindSegment       Kind = "segment/v1"
	KindReport        Kind = "report/v1"
	KindAuthorisation Kind = "authorisation/v1"
	KindAirspaceEntry Kind = "entry/v1"
	KindRelease       Kind = "release/v1"
	KindReceipt       Kind = "receipt/v1"
	KindKey           Kind = "key/v1"
	KindGap           Kind = "gap/v1"
	KindWithheld      Kind = "withheld/v1"
	KindSortie        Kind = "sortie/v1"
	KindNoFlight      Kind = "no-flight/v1"
	KindAirframe      Kind = "airframe-hours/v1"
	KindRead          Kind = "read/v1"
	KindExport        Kind = "export/v1"
	KindErasure       Kind = "erasure/v1"
	KindObservation   Kind = "observation/v1"
	KindOutcome       Kind = "outcome/v1"
	KindAttribution   Kind = "attribution/v1"
	KindPadding       Kind = "padding/v1"
)

var kindForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}/v[1-9][0-9]{0,2}$`)

// Valid reports whether the kind is a word and a version.
func (k Kind) Valid() bool { return kindForm.MatchString(string(k)) }

// MaxBody is the most bytes that a body may have: a signed document of half of it with its signatures has room.
const MaxBody = 4096

// EntryVersion is the version of the leaf's encoding that this package writes.
const EntryVersion = 1

// entrySize: four letters, a version, a SHA-256 digest. Every leaf has it, so that size tells nothing.
const entrySize = 4 + 1 + sha256.Size

var entryMagic = [4]byte{'O', 'V', 'F', 'L'}

// Entry is a leaf of the log: a commitment to a kind and a body.
type Entry struct {
	Commitment evidence.Digest
}

// Bytes returns the leaf as it is entered: "OVFL", the version 1, the commitment.
func (e Entry) Bytes() []byte {
	b := make([]byte, 0, entrySize)
	b = append(b, entryMagic[:]...)
	b = append(b, EntryVersion)
	return append(b, e.Commitment[:]...)
}

// ParseEntry reads a leaf. A version from the future is refused by name.
func ParseEntry(b []byte) (Entry, error) {
	if len(b) < 5 || !bytes.Equal(b[:4], entryMagic[:]) {
		return Entry{}, fault(CodeEntrySyntax, strconv.Itoa(len(b)))
	}
	if b[4] != EntryVersion {
		return Entry{}, fault(CodeEntryVersion, strconv.Itoa(int(b[4])))
	}
	if len(b) != entrySize {
		return Entry{}, fault(CodeEntrySyntax, strconv.Itoa(len(b)))
	}
	return Entry{Commitment: evidence.Digest(b[5:])}, nil
}

// LeafHash returns the hash of a leaf as RFC 6962 section 2.1 has it: SHA-256 of 0x00 and the leaf.
func LeafHash(leaf []byte) evidence.Digest {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(leaf)
	return evidence.Digest(h.Sum(nil))
}

// Salt hides a body from who would guess it. It MUST be random and used once; destroying it makes the
// body of a leaf unprovable for ever.
type Salt [16]byte

// Opening is what turns a leaf into a statement: who has it can show what was committed.
type Opening struct {
	Salt Salt
	Kind Kind
	Body []byte
}

// commitLabel keeps these digests apart from all others.
const commitLabel = "overflight/entry/v1\x00"

// Entry returns the leaf that the opening opens: the commitment is SHA-256 of the label
// "overflight/entry/v1" and a zero byte, the salt, the length of the kind in one byte, the kind, the
// length of the body in four bytes, big-endian, and the body.
func (o Opening) Entry() (Entry, error) {
	if !o.Kind.Valid() {
		return Entry{}, fault(CodeKind, string(o.Kind))
	}
	if len(o.Body) > MaxBody {
		return Entry{}, fault(CodeBodySize, strconv.Itoa(len(o.Body)), strconv.Itoa(MaxBody))
	}
	b := make([]byte, 0, len(commitLabel)+len(o.Salt)+1+len(o.Kind)+4+len(o.Body))
	b = append(b, commitLabel...)
	b = append(b, o.Salt[:]...)
	b = append(b, byte(len(o.Kind)))
	b = append(b, o.Kind...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(o.Body)))
	b = append(b, o.Body...)
	return Entry{Commitment: sha256.Sum256(b)}, nil
}

// Opens returns nil where the leaf commits to just this kind and body.
func (o Opening) Opens(e Entry) error {
	own, err := o.Entry()
	if err != nil {
		return err
	}
	if own != e {
		return fault(CodeOpening, e.Commitment.String(), own.Commitment.String())
	}
	return nil
}

// Padding returns the opening of a leaf that says nothing. Its leaf looks like any other; an auditor
// who is given the opening sees that it hides no event.
func Padding(s Salt) Opening { return Opening{Salt: s, Kind: KindPadding} }

// IsPadding reports whether the opening is of a padding leaf with nothing in it.
func (o Opening) IsPadding() bool { return o.Kind == KindPadding && len(o.Body) == 0 }

// openingDocument has its members in alphabetical order, as RFC 8785 wants them.
type openingDocument struct {
	Body    []byte `json:"body"` // base64
	Kind    Kind   `json:"kind"`
	Salt    string `json:"salt"` // hexadecimal
	Version int    `json:"version"`
}

// maxOpening is more than the largest opening needs.
const maxOpening = 8192

// Bytes returns the opening as canonical JSON (RFC 8785).
func (o Opening) Bytes() []byte {
	body := o.Body
	if body == nil {
		body = []byte{}
	}
	b, err := canonical(openingDocument{Body: body, Kind: o.Kind, Salt: hex.EncodeToString(o.Salt[:]), Version: 1})
	if err != nil {
		return nil // strings, bytes and a number always encode
	}
	return b
}

// ParseOpening reads an opening in canonical JSON and nothing else.
func ParseOpening(b []byte) (Opening, error) {
	var d openingDocument
	if len(b) > maxOpening {
		return Opening{}, fault(CodeOpenSyntax)
	}
	var head struct {
		Version int `json:"version"`
	}
	if json.Unmarshal(b, &head) == nil && head.Version > 1 {
		return Opening{}, fault(CodeOpenVersion, strconv.Itoa(head.Version))
	}
	if err := json.Unmarshal(b, &d); err != nil {
		return Opening{}, fault(CodeOpenSyntax)
	}
	salt, err := hex.DecodeString(d.Salt)
	if err != nil || len(salt) != len(Salt{}) {
		return Opening{}, fault(CodeOpenSyntax)
	}
	o := Opening{Salt: Salt(salt), Kind: d.Kind, Body: d.Body}
	if !o.Kind.Valid() {
		return Opening{}, fault(CodeKind, string(o.Kind))
	}
	if len(o.Body) > MaxBody {
		return Opening{}, fault(CodeBodySize, strconv.Itoa(len(o.Body)), strconv.Itoa(MaxBody))
	}
	if !bytes.Equal(o.Bytes(), b) {
		return Opening{}, fault(CodeOpenSyntax)
	}
	return o, nil
}

// canonical encodes a struct whose members stand in alphabetical order. Strings with U+2028 and
// U+2029, where encoding/json departs from RFC 8785, are kept out by who calls it.
func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
