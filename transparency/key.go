package transparency

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"filippo.io/mldsa"
	"golang.org/x/mod/sumdb/note"
)

// Algorithm is the signature type of a key (c2sp.org/signed-note, c2sp.org/tlog-cosignature).
type Algorithm byte

// The signature types. A log signs with Ed25519 or ML-DSA-44, a witness with either cosignature.
const (
	Ed25519            Algorithm = 1
	Ed25519Cosignature Algorithm = 4
	MLDSA44Cosignature Algorithm = 6
)

const (
	maxName = 255 // an ML-DSA cosignature cannot name more
	maxKey  = 4096
)

// Key is a public key in the form NAME+ID+KEY of c2sp.org/signed-note.
type Key struct {
	name      string
	id        uint32
	algorithm Algorithm
	public    []byte
	text      string
	verify    note.Verifier
}

// Name returns the name of the key; that of a log's key is the log's origin.
func (k Key) Name() string { return k.name }

// ID returns the four bytes by which signatures name the key.
func (k Key) ID() uint32 { return k.id }

// Algorithm returns the signature type.
func (k Key) Algorithm() Algorithm { return k.algorithm }

// String returns the key in its text form.
func (k Key) String() string { return k.text }

// Verifier returns what golang.org/x/mod/sumdb/note opens notes with.
func (k Key) Verifier() note.Verifier { return k.verify }

// SamePublic reports whether two keys are one under two names or types.
func (k Key) SamePublic(other Key) bool { return bytes.Equal(k.public, other.public) }

// ParseLogKey reads the key of a log: Ed25519 (1) or ML-DSA-44 (6).
func ParseLogKey(s string) (Key, error) {
	return parseKey(s, "1 / 6", Ed25519, MLDSA44Cosignature)
}

// ParseWitnessKey reads the key of a witness: an Ed25519 cosignature (4) or ML-DSA-44 (6).
func ParseWitnessKey(s string) (Key, error) {
	return parseKey(s, "4 / 6", Ed25519Cosignature, MLDSA44Cosignature)
}

// ParseEd25519Key reads a key that signs plain notes, no checkpoints: Ed25519 (1) and nothing else.
func ParseEd25519Key(s string) (Key, error) { return parseKey(s, "1", Ed25519) }

func parseKey(s, right string, allowed ...Algorithm) (Key, error) {
	if len(s) > maxKey {
		return Key{}, fault(CodeKeySyntax, s)
	}
	name, rest, _ := strings.Cut(s, "+")
	id16, key64, _ := strings.Cut(rest, "+")
	id, err := strconv.ParseUint(id16, 16, 32)
	raw, err64 := base64.StdEncoding.Strict().DecodeString(key64)
	if err != nil || err64 != nil || len(id16) != 8 || len(raw) < 2 || !ValidName(name) {
		return Key{}, fault(CodeKeySyntax, s)
	}
	if own := keyID(name, raw); own != uint32(id) {
		return Key{}, fault(CodeKeyID, name, id16, fmt.Sprintf("%08x", own))
	}
	k := Key{name: name, id: uint32(id), algorithm: Algorithm(raw[0]), public: raw[1:], text: s}
	permitted := false
	for _, a := range allowed {
		permitted = permitted || a == k.algorithm
	}
	if !permitted {
		return Key{}, fault(CodeKeyAlgorithm, name, strconv.Itoa(int(raw[0])), right)
	}
	switch k.algorithm {
	case Ed25519:
		k.verify, err = note.NewVerifier(s)
	case Ed25519Cosignature:
		if len(k.public) != ed25519.PublicKeySize {
			return Key{}, fault(CodeKeySyntax, s)
		}
		k.verify = cosignatureVerifier{key: k, fits: func(text string, at uint64, sig []byte) bool {
			return ed25519.Verify(k.public, ed25519Message(text, at), sig)
		}}
	case MLDSA44Cosignature:
		var public *mldsa.PublicKey
		if public, err = mldsa.NewPublicKey(mldsa.MLDSA44(), k.public); err != nil {
			return Key{}, fault(CodeKeySyntax, s)
		}
		k.verify = cosignatureVerifier{key: k, fits: func(text string, at uint64, sig []byte) bool {
			c, err := parseCheckpointText(text)
			if err != nil || len(c.Origin) > maxName {
				return false
			}
			return mldsa.Verify(public, mldsaMessage(name, c, at), sig, nil) == nil
		}}
	}
	if err != nil {
		return Key{}, fault(CodeKeySyntax, s)
	}
	return k, nil
}

// ValidName is the rule of c2sp.org/signed-note: not empty, no space, no plus.
func ValidName(s string) bool {
	return s != "" && len(s) <= maxName && utf8.ValidString(s) && !strings.Contains(s, "+") &&
		strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r < 0x20 || r == 0x7f }) < 0
}

// keyID hashes the name and the typed key.
func keyID(name string, typed []byte) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write(typed)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// FormatKey returns the private and the public text form of the key that follows from a seed. The seed
// MUST be random and is the key: who has it signs.
func FormatKey(name string, a Algorithm, seed [32]byte) (private, public string, err error) {
	if !ValidName(name) {
		return "", "", fault(CodeKeySyntax, name)
	}
	typed := []byte{byte(a)}
	switch a {
	case Ed25519, Ed25519Cosignature:
		typed = append(typed, ed25519.NewKeyFromSeed(seed[:])[ed25519.SeedSize:]...)
	case MLDSA44Cosignature:
		key, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), seed[:])
		if err != nil {
			return "", "", fmt.Errorf("making a key: %w", err)
		}
		typed = append(typed, key.PublicKey().Bytes()...)
	default:
		return "", "", fault(CodeKeyAlgorithm, name, strconv.Itoa(int(a)), "1 / 4 / 6")
	}
	id := keyID(name, typed)
	private = fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(append([]byte{byte(a)}, seed[:]...)))
	return private, fmt.Sprintf("%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(typed)), nil
}

// Cosigner makes cosignatures with one key (c2sp.org/tlog-cosignature).
type Cosigner struct {
	name string
	id   uint32
	sign func(c Checkpoint, at uint64) ([]byte, error)
}

// Name returns the name of the key.
func (c *Cosigner) Name() string { return c.name }

// ParseCosigner reads a private key in the form PRIVATE+KEY+NAME+ID+KEY of type 4 or 6.
func ParseCosigner(private string) (*Cosigner, error) {
	// The text of a private key is in no error.
	bad := fault(CodeKeySyntax, "PRIVATE+KEY")
	rest, ok := strings.CutPrefix(private, "PRIVATE+KEY+")
	if !ok || len(private) > maxKey {
		return nil, bad
	}
	name, rest, _ := strings.Cut(rest, "+")
	id16, key64, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(key64)
	if err != nil || !ValidName(name) || len(id16) != 8 || len(raw) != 1+ed25519.SeedSize {
		return nil, bad
	}
	c := &Cosigner{name: name}
	switch Algorithm(raw[0]) {
	case Ed25519Cosignature:
		key := ed25519.NewKeyFromSeed(raw[1:])
		c.id = keyID(name, append([]byte{byte(Ed25519Cosignature)}, key[ed25519.SeedSize:]...))
		c.sign = func(cp Checkpoint, at uint64) ([]byte, error) {
			return ed25519.Sign(key, ed25519Message(cp.Text(), at)), nil
		}
	case MLDSA44Cosignature:
		key, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), raw[1:])
		if err != nil {
			return nil, bad
		}
		c.id = keyID(name, append([]byte{byte(MLDSA44Cosignature)}, key.PublicKey().Bytes()...))
		c.sign = func(cp Checkpoint, at uint64) ([]byte, error) {
			if len(cp.Origin) > maxName {
				return nil, fault(CodeCheckpointSyntax, "1", cp.Origin)
			}
			return key.SignDeterministic(mldsaMessage(name, cp, at), nil)
		}
	case Ed25519:
		return nil, fault(CodeKeyAlgorithm, name, "1", "4 / 6")
	default:
		return nil, fault(CodeKeyAlgorithm, name, strconv.Itoa(int(raw[0])), "4 / 6")
	}
	if id, err := strconv.ParseUint(id16, 16, 32); err != nil || uint32(id) != c.id {
		return nil, fault(CodeKeyID, name, id16, fmt.Sprintf("%08x", c.id))
	}
	return c, nil
}

// Cosign returns the signature line, with its newline, over a checkpoint at an instant. It checks
// nothing: a Witness does.
func (c *Cosigner) Cosign(cp Checkpoint, at time.Time) ([]byte, error) {
	if err := cp.validate(); err != nil {
		return nil, err
	}
	seconds := at.Unix()
	if seconds <= 0 {
		return nil, fault(CodeTimestamp, c.name, strconv.FormatInt(seconds, 10))
	}
	sig, err := c.sign(cp, uint64(seconds))
	if err != nil {
		return nil, err
	}
	blob := binary.BigEndian.AppendUint32(nil, c.id)
	blob = binary.BigEndian.AppendUint64(blob, uint64(seconds))
	blob = append(blob, sig...)
	return fmt.Appendf(nil, "— %s %s\n", c.name, base64.StdEncoding.EncodeToString(blob)), nil
}

// ed25519Message is what an Ed25519 cosignature signs (c2sp.org/tlog-cosignature).
func ed25519Message(text string, at uint64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
}

// mldsaMessage is what an ML-DSA-44 cosignature signs: the whole tree, without extension lines. Both
// names have at most 255 bytes.
func mldsaMessage(name string, c Checkpoint, at uint64) []byte {
	b := []byte("subtree/v1\n\x00")
	b = append(b, byte(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint64(b, at)
	b = append(b, byte(len(c.Origin)))
	b = append(b, c.Origin...)
	b = binary.BigEndian.AppendUint64(b, 0)
	b = binary.BigEndian.AppendUint64(b, c.Size)
	return append(b, c.Root[:]...)
}

// cosignatureVerifier is a note.Verifier for signatures that begin with an instant.
type cosignatureVerifier struct {
	key  Key
	fits func(text string, at uint64, sig []byte) bool
}

// Name implements note.Verifier.
func (v cosignatureVerifier) Name() string { return v.key.name }

// KeyHash implements note.Verifier.
func (v cosignatureVerifier) KeyHash() uint32 { return v.key.id }

// Verify implements note.Verifier.
func (v cosignatureVerifier) Verify(text, sig []byte) bool {
	return len(sig) > 8 && v.fits(string(text), binary.BigEndian.Uint64(sig), sig[8:])
}

// cosignatureTime returns the instant inside the bytes of a cosignature.
func cosignatureTime(sig []byte) (time.Time, bool) {
	if len(sig) < 8 {
		return time.Time{}, false
	}
	seconds := binary.BigEndian.Uint64(sig)
	if seconds == 0 || seconds > math.MaxInt64 {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0).UTC(), true
}
