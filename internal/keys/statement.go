package keys

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"filippo.io/mldsa"
	"golang.org/x/mod/sumdb/note"

	"overflight/signature"
	"overflight/transparency"
)

// statement verifies what a key signed that is no checkpoint: the bytes of a note, without the instant
// that a cosignature has. The first line of such a note is that of no checkpoint, so that neither can
// be taken for the other.
type statement struct{ key transparency.Key }

func (s statement) Name() string    { return s.key.Name() }
func (s statement) KeyHash() uint32 { return s.key.ID() }

func (s statement) Verify(msg, sig []byte) bool {
	_, b64, _ := strings.Cut(strings.TrimPrefix(s.key.String(), s.key.Name()+"+"), "+")
	b, err := base64.StdEncoding.DecodeString(b64)
	if err != nil || len(b) < 2 {
		return false
	}
	switch s.key.Algorithm() {
	case transparency.Ed25519, transparency.Ed25519Cosignature:
		return len(b) == 1+ed25519.PublicKeySize && ed25519.Verify(b[1:], msg, sig)
	case transparency.MLDSA44Cosignature:
		public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), b[1:])
		return err == nil && mldsa.Verify(public, msg, sig, nil) == nil
	}
	return false
}

// stater signs statements.
type stater struct {
	name string
	id   uint32
	sign func([]byte) ([]byte, error)
}

func (s stater) Name() string                    { return s.name }
func (s stater) KeyHash() uint32                 { return s.id }
func (s stater) Sign(msg []byte) ([]byte, error) { return s.sign(msg) }

func (k *Key) noteSigner() (note.Signer, error) {
	seed, _, ok := seedOf(k.private(), k.public.Algorithm())
	if !ok {
		return nil, errors.New("key cannot sign")
	}
	s := stater{name: k.public.Name(), id: k.public.ID()}
	if k.public.Algorithm() != transparency.MLDSA44Cosignature {
		key := ed25519.NewKeyFromSeed(seed[:])
		s.sign = func(msg []byte) ([]byte, error) { return ed25519.Sign(key, msg), nil }
		return s, nil
	}
	key, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), seed[:])
	if err != nil {
		return nil, errors.New("key cannot sign")
	}
	s.sign = func(msg []byte) ([]byte, error) {
		b, err := key.SignDeterministic(msg, nil)
		if err != nil {
			return nil, fmt.Errorf("signing with %s: %w", k.public.Name(), err)
		}
		return b, nil
	}
	return s, nil
}

func publicOf(role Role, text string) (transparency.Key, error) {
	a, err := role.algorithm()
	if err != nil {
		return transparency.Key{}, err
	}
	var k transparency.Key
	switch role {
	case Log:
		k, err = transparency.ParseLogKey(text)
	case Signer, Node:
		k, err = signature.ParseKey(text)
	default:
		k, err = transparency.ParseWitnessKey(text)
	}
	if err != nil {
		return k, fmt.Errorf("reading a public key: %w", err)
	}
	if k.Algorithm() != a {
		return k, fmt.Errorf("public key of a %s was expected (signature type %d)", role, a)
	}
	return k, nil
}
