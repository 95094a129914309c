package transparency

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"overflight/evidence"
)

// Checkpoint is the state of a log at one size (c2sp.org/tlog-checkpoint).
type Checkpoint struct {
	Origin     string
	Size       uint64 // leaves
	Root       evidence.Digest
	Extensions []string // lines that the log adds; nobody but the log vouches for them
}

// Text returns the body of the signed note.
func (c Checkpoint) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
	for _, e := range c.Extensions {
		b.WriteString(e)
		b.WriteByte('\n')
	}
	return b.String()
}

func (c Checkpoint) validate() error {
	if own, err := parseCheckpointText(c.Text()); err != nil || len(own.Extensions) != len(c.Extensions) {
		return fault(CodeCheckpointSyntax, "1", c.Origin)
	}
	return nil
}

// Sign returns the checkpoint as a note signed by the log.
func (c Checkpoint) Sign(signer note.Signer) ([]byte, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	b, err := note.Sign(&note.Note{Text: c.Text()}, signer)
	if err != nil {
		return nil, fmt.Errorf("signing a checkpoint: %w", err)
	}
	return b, nil
}

// Signature is one signature line of a note.
type Signature struct {
	Name string
	ID   uint32
	Blob []byte // without the identifier; an instant comes first in a cosignature
}

// SignedCheckpoint is a checkpoint with the signature lines that came with it. Reading one verifies
// nothing: only Policy.Verify and Verify say what it is worth.
type SignedCheckpoint struct {
	Checkpoint
	Signatures []Signature
	text       string
	raw        []byte
}

// Raw returns the note as it was read. The caller must not change it.
func (s SignedCheckpoint) Raw() []byte { return s.raw }

// Limits on what is read.
const (
	maxCheckpoint = 64 << 10 // a hundred Ed25519 or fifteen ML-DSA cosignatures
	maxLine       = 1024
)

// ParseUnverified reads a signed checkpoint without checking any signature: every field is what a
// stranger wrote.
func ParseUnverified(b []byte) (SignedCheckpoint, error) {
	if len(b) > maxCheckpoint {
		return SignedCheckpoint{}, fault(CodeNoteSyntax)
	}
	// With no verifier every signature comes back unverified, inside the error.
	_, err := note.Open(b, note.VerifierList())
	var unverified *note.UnverifiedNoteError
	if !errors.As(err, &unverified) {
		return SignedCheckpoint{}, fault(CodeNoteSyntax)
	}
	n := unverified.Note
	c, err := parseCheckpointText(n.Text)
	if err != nil {
		return SignedCheckpoint{}, err
	}
	s := SignedCheckpoint{Checkpoint: c, text: n.Text, raw: bytes.Clone(b)}
	for _, sig := range n.UnverifiedSigs {
		blob, err := base64.StdEncoding.DecodeString(sig.Base64)
		if err != nil || len(blob) < 4 || binary.BigEndian.Uint32(blob) != sig.Hash {
			return SignedCheckpoint{}, fault(CodeNoteSyntax)
		}
		s.Signatures = append(s.Signatures, Signature{Name: sig.Name, ID: sig.Hash, Blob: blob[4:]})
	}
	return s, nil
}

func parseCheckpointText(text string) (Checkpoint, error) {
	bad := func(line int, got string) (Checkpoint, error) {
		return Checkpoint{}, fault(CodeCheckpointSyntax, strconv.Itoa(line), got)
	}
	body, ok := strings.CutSuffix(text, "\n")
	if !ok {
		return bad(1, "")
	}
	lines := strings.Split(body, "\n")
	for i, l := range lines {
		if l == "" || len(l) > maxLine {
			return bad(i+1, l)
		}
	}
	if len(lines) < 3 {
		return bad(len(lines)+1, "")
	}
	size, ok := parseSize(lines[1])
	if !ok {
		return bad(2, lines[1])
	}
	root, ok := parseHash(lines[2])
	if !ok {
		return bad(3, lines[2])
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if len(lines) > 3 {
		c.Extensions = lines[3:]
	}
	return c, nil
}

// parseSize reads a decimal number without leading zeroes.
func parseSize(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > maxSize || number(n) != s {
		return 0, false
	}
	return n, true
}

// parseHash reads a digest in base64 that encodes back to itself.
func parseHash(s string) (evidence.Digest, bool) {
	if len(s) != base64.StdEncoding.EncodedLen(len(evidence.Digest{})) {
		return evidence.Digest{}, false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(evidence.Digest{}) {
		return evidence.Digest{}, false
	}
	return evidence.Digest(b), true
}

// AddSignatures returns the note with further signature lines, as a witness answers them. Lines that
// are there already are not added twice.
func (s SignedCheckpoint) AddSignatures(lines []byte) (SignedCheckpoint, error) {
	out := bytes.Clone(s.raw)
	for line := range bytes.Lines(lines) {
		if !bytes.Contains(s.raw, line) {
			out = append(out, line...)
		}
	}
	return ParseUnverified(out)
}

// verifiedBy returns nil where a key signed, and every signature under its name and identifier fits:
// a note with a bad signature of a key that is known is malformed.
func (s SignedCheckpoint) verifiedBy(k Key) ([]Signature, error) {
	var good []Signature
	for _, sig := range s.Signatures {
		if sig.Name != k.name || sig.ID != k.id {
			continue
		}
		if !k.verify.Verify([]byte(s.text), sig.Blob) {
			return nil, &SignatureError{Key: k, Text: s.text, Reason: CodeBadSignature}
		}
		good = append(good, sig)
	}
	if len(good) == 0 {
		return nil, &SignatureError{Key: k, Text: s.text, Reason: CodeNoSignature}
	}
	return good, nil
}
