// Package signature is how persons sign: what exactly is signed of a document, what a signature looks like, whether it holds,
// and whether two of them are of two persons. docs/signature.md has the format whole.
//
// A document is a JSON object in canonical form (RFC 8785). What is signed is the text of a c2sp.org/signed-note of three
// lines: "overflight act v1", the kind of the act, and the SHA-256 digest of the document in base64 (RFC 4648 section 4). The
// signature is the line of that note, made with an Ed25519 key (RFC 8032; signature type 1 of signed-note). No checkpoint has
// such a text: its second line would have to be a number.
//
// The package reads no clock, keeps no keys and knows no private ones: whose key it was at which instant is for others to say.
package signature

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"overflight/transparency"
)

// header is the first line of what is signed.
const header = "overflight act v1"

const (
	// MaxName is the most bytes of the name of a key with which persons sign.
	MaxName = 64
	// MaxSigned is the most signatures that one document may carry.
	MaxSigned = 8
)

var kindForm = regexp.MustCompile(`^[a-z][a-z0-9.-]{0,39}/v[1-9][0-9]{0,2}$`)

// ValidKind reports whether a kind of act is a word and a version.
func ValidKind(kind string) bool { return kindForm.MatchString(kind) }

// The reasons why something is refused. The comment gives the arguments.
const (
	CodeSize      transparency.Code = "document.size"    // bytes, limit
	CodeSyntax    transparency.Code = "document.syntax"  // byte, what was expected there
	CodeDepth     transparency.Code = "document.depth"   // byte, limit
	CodeTwice     transparency.Code = "document.twice"   // member
	CodeNumber    transparency.Code = "document.number"  // the number
	CodeForm      transparency.Code = "document.form"    // first byte that is not as in the canonical form
	CodeKind      transparency.Code = "signed.kind"      // kind
	CodeName      transparency.Code = "signed.name"      // name of the key, most bytes
	CodeLine      transparency.Code = "signed.line"      // the line
	CodeOtherName transparency.Code = "signed.othername" // name stated, name in the line
	CodeOtherKey  transparency.Code = "signed.otherkey"  // name and identifier in the line, those of the key
	CodeChanged   transparency.Code = "signed.changed"   // name of the key, kind
	CodeMany      transparency.Code = "signed.many"      // signatures, limit
	CodeSameKey   transparency.Code = "signed.samekey"   // name of the key
	CodeSameName  transparency.Code = "signed.samename"  // name of both keys
	CodeAlone     transparency.Code = "signed.alone"     // signatures, how many are needed
)

// Signed is one signature of a document: the name of the key, and the signature line of c2sp.org/signed-note without its
// newline. Who reads one from elsewhere knows nothing before Verify.
type Signed struct {
	Name string `json:"name"`
	Line string `json:"line"`
}

// ValidName reports whether a person's key can have a name: no space and no plus, on one line, at most MaxName bytes.
func ValidName(name string) bool { return len(name) <= MaxName && transparency.ValidName(name) }

// ParseKey reads the public key of a person, NAME+ID+KEY of c2sp.org/signed-note with signature type 1 (Ed25519) and a name of
// at most MaxName bytes.
func ParseKey(s string) (transparency.Key, error) {
	k, err := transparency.ParseEd25519Key(s)
	if err != nil {
		return k, err
	}
	if len(k.Name()) > MaxName {
		return transparency.Key{}, fault(CodeName, k.Name(), strconv.Itoa(MaxName))
	}
	return k, nil
}

// Text returns what is signed of a document. The kind is a word, with dots or hyphens, and a version: "loadout.attested/v1". A
// document that is not in canonical form is refused: Canonical makes it so.
func Text(kind string, document []byte) ([]byte, error) {
	canonical, err := Canonical(document)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(canonical, document) {
		return nil, fault(CodeForm, strconv.Itoa(differ(canonical, document)))
	}
	return TextOf(kind, sha256.Sum256(document))
}

// TextOf returns what is signed of a document with a digest. It is for who does not have the document; what it says is not
// held against anything.
func TextOf(kind string, digest [sha256.Size]byte) ([]byte, error) {
	if !ValidKind(kind) {
		return nil, fault(CodeKind, kind)
	}
	return fmt.Appendf(nil, "%s\n%s\n%s\n", header, kind, base64.StdEncoding.EncodeToString(digest[:])), nil
}

// differ returns the first place at which two slices differ.
func differ(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Sign signs what is to be signed of a document. The signer MUST hold an Ed25519 key of type 1.
func Sign(kind string, document []byte, signer note.Signer) (Signed, error) {
	text, err := Text(kind, document)
	if err != nil {
		return Signed{}, err
	}
	if name := signer.Name(); len(name) > MaxName {
		return Signed{}, fault(CodeName, name, strconv.Itoa(MaxName))
	}
	b, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		return Signed{}, fmt.Errorf("signing %s: %w", kind, err)
	}
	_, line, _ := strings.Cut(string(b), "\n\n")
	return Signed{Name: signer.Name(), Line: strings.TrimSuffix(line, "\n")}, nil
}

// Verify returns nil where the key signed just this document as this kind of act, else one of the reasons above.
func Verify(kind string, document []byte, s Signed, key transparency.Key) error {
	text, err := Text(kind, document)
	if err != nil {
		return err
	}
	return s.verify(kind, text, key)
}

// VerifyDigest is Verify for who has the digest of the document alone.
func VerifyDigest(kind string, digest [sha256.Size]byte, s Signed, key transparency.Key) error {
	text, err := TextOf(kind, digest)
	if err != nil {
		return err
	}
	return s.verify(kind, text, key)
}

func (s Signed) verify(kind string, text []byte, key transparency.Key) error {
	id, raw, err := s.parse()
	if err != nil {
		return err
	}
	if s.Name != key.Name() || id != key.ID() {
		return fault(CodeOtherKey, label(s.Name, id), label(key.Name(), key.ID()))
	}
	if !key.Verifier().Verify(text, raw) {
		return fault(CodeChanged, s.Name, kind)
	}
	return nil
}

// Key returns the name and identifier of the key that a signature says it is of, "NAME+ID".
func (s Signed) Key() (string, error) {
	id, _, err := s.parse()
	if err != nil {
		return "", err
	}
	return label(s.Name, id), nil
}

// Label returns the name and identifier of a key as Key returns those of a signature.
func Label(k transparency.Key) string { return label(k.Name(), k.ID()) }

func label(name string, id uint32) string { return fmt.Sprintf("%s+%08x", name, id) }

const (
	dash      = "— "
	rawLength = 4 + 64 // identifier of the key, Ed25519 signature
)

// parse takes a signature line apart.
func (s Signed) parse() (id uint32, signature []byte, err error) {
	bad := fault(CodeLine, s.Line)
	rest, ok := strings.CutPrefix(s.Line, dash)
	if !ok || len(s.Line) > len(dash)+MaxName+1+base64.StdEncoding.EncodedLen(rawLength) {
		return 0, nil, bad
	}
	name, text, _ := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != rawLength || strings.ContainsAny(text, "\r\n") || !transparency.ValidName(name) {
		return 0, nil, bad
	}
	if name != s.Name {
		return 0, nil, fault(CodeOtherName, s.Name, name)
	}
	return binary.BigEndian.Uint32(raw), raw[4:], nil
}

// fold makes letters of ASCII small: names that differ by no more are one. Other alphabets are left as they are, so that every
// program does the same.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

// Distinct returns nil where the keys, each of which signed, are those of at least so many persons: no key is there twice, and
// no name. Two keys of one person are one person's word, and one key under two names too.
func Distinct(keys []transparency.Key, need int) error {
	if len(keys) > MaxSigned {
		return fault(CodeMany, strconv.Itoa(len(keys)), strconv.Itoa(MaxSigned))
	}
	for i, k := range keys {
		for _, other := range keys[:i] {
			switch {
			case k.SamePublic(other):
				return fault(CodeSameKey, k.Name())
			case fold(k.Name()) == fold(other.Name()):
				return fault(CodeSameName, k.Name())
			}
		}
	}
	if len(keys) < need {
		return fault(CodeAlone, strconv.Itoa(len(keys)), strconv.Itoa(need))
	}
	return nil
}
