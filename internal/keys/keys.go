// Package keys keeps the private keys of a log and of a witness as files: the key that signs
// checkpoints and the keys that cosign them, in the text form of c2sp.org/signed-note.
//
// A key is made once: Create refuses to make it again, Open refuses to make it at all. Files that
// others could read are refused. A private key is in no error, no log line and no formatted value;
// it leaves the folder only encrypted, by Export.
package keys

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"overflight/internal/durable"
	"overflight/transparency"
)

// Role says what a key is for. A folder holds one key of each role but Signer.
type Role string

// The roles. A witness that signs with both kinds of key is believed by those who know either. The key of a person lies in
// that person's own file, encrypted, and in no folder.
const (
	Log            Role = "log"            // Ed25519, signs checkpoints
	Witness        Role = "witness"        // Ed25519, cosigns them
	WitnessQuantum Role = "witness-ml-dsa" // ML-DSA-44 (FIPS 204), cosigns them
	Signer         Role = "person"         // Ed25519, signs documents
	Node           Role = "node"           // Ed25519, signs for a partner's node that something arrived
	suffix              = ".key"
	maxKey              = 8 << 10
)

// Roles lists the roles that a folder has keys of.
func Roles() []Role { return []Role{Log, Witness, WitnessQuantum} }

func (r Role) algorithm() (transparency.Algorithm, error) {
	switch r {
	case Log, Signer, Node:
		return transparency.Ed25519, nil
	case Witness:
		return transparency.Ed25519Cosignature, nil
	case WitnessQuantum:
		return transparency.MLDSA44Cosignature, nil
	}
	return 0, fmt.Errorf("role is %q: known are %s, %s and %s", string(r), Log, Witness, WitnessQuantum)
}

// inFolder refuses the role whose keys lie in no folder.
func (r Role) inFolder() error {
	if r == Signer {
		return errors.New("key of a person lies in that person's own file, not in a folder: key person create NAME -o FILE")
	}
	_, err := r.algorithm()
	return err
}

// What a caller tells apart.
var (
	ErrExists   = errors.New("key exists already")
	ErrNotFound = errors.New("key not found")
	ErrMode     = errors.New("others can get at it")
)

// Key is a private key. However it is formatted, only its public half shows.
type Key struct {
	role    Role
	public  transparency.Key
	private func() string // so that no printer or encoder reaches it through a struct
}

// Role returns what the key is for.
func (k *Key) Role() Role { return k.role }

// Public returns the public half.
func (k *Key) Public() transparency.Key { return k.public }

// String returns the public half in its text form.
func (k Key) String() string { return k.public.String() }

// GoString keeps %#v from the private half.
func (k Key) GoString() string { return "keys.Key(" + k.public.String() + ")" }

// Format keeps every verb from the private half.
func (k Key) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(k.public.String())) }

// LogValue keeps structured logs from the private half.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.public.String()) }

// MarshalText keeps encoders from the private half.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.public.String()), nil }

// Signer signs checkpoints; only a key of the log does.
func (k *Key) Signer() (note.Signer, error) {
	if k.role != Log {
		return nil, fmt.Errorf("key %s is a %s's and signs no checkpoints", k.public.Name(), k.role)
	}
	s, err := note.NewSigner(k.private())
	if err != nil {
		return nil, fmt.Errorf("key %s cannot sign", k.public.Name()) // the cause could hold the key
	}
	return s, nil
}

// Cosigner cosigns checkpoints; only a key of a witness does.
func (k *Key) Cosigner() (*transparency.Cosigner, error) {
	if k.role != Witness && k.role != WitnessQuantum {
		return nil, fmt.Errorf("key %s is a %s's and cosigns nothing", k.public.Name(), k.role)
	}
	c, err := transparency.ParseCosigner(k.private())
	if err != nil {
		return nil, fmt.Errorf("key %s cannot cosign", k.public.Name())
	}
	return c, nil
}

// Path returns the file of a role's key in a folder.
func Path(folder string, role Role) string { return filepath.Join(folder, string(role)+suffix) }

// Create makes the key of a role, under a name that verifiers will know it by; that of a log's key is
// its origin, a URL without a scheme by custom. ErrExists where there is one: another key would be
// another log. It makes the folder, of mode 0700, if there is none.
func Create(folder string, role Role, name string) (*Key, error) {
	if err := role.inFolder(); err != nil {
		return nil, err
	}
	a, err := role.algorithm()
	if err != nil {
		return nil, err
	}
	if err := prepare(folder); err != nil {
		return nil, err
	}
	k, err := generate(role, a, name)
	if err != nil {
		return nil, err
	}
	return k, k.write(Path(folder, role))
}

func generate(role Role, a transparency.Algorithm, name string) (*Key, error) {
	var seed [32]byte
	rand.Read(seed[:])
	private, _, err := transparency.FormatKey(name, a, seed)
	if err != nil {
		return nil, fmt.Errorf("making a key named %q: %w", name, err)
	}
	return parse(role, private)
}

// write makes the file of a key that is not there yet.
func (k *Key) write(name string) error {
	err := durable.OS().CreateFile(name, []byte(k.private()+"\n"), 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s", ErrExists, name)
	}
	if err != nil {
		return fmt.Errorf("writing a key: %w", err)
	}
	return nil
}

// Open reads the key of a role. ErrNotFound where there is none, ErrMode where others can get at it.
func Open(folder string, role Role) (*Key, error) {
	if err := role.inFolder(); err != nil {
		return nil, err
	}
	if err := private(folder, true); err != nil {
		return nil, err
	}
	return read(Path(folder, role), role)
}

func read(name string, role Role) (*Key, error) {
	if err := private(name, false); err != nil {
		return nil, err
	}
	b, err := durable.OS().ReadFile(name, maxKey)
	if err != nil {
		return nil, fmt.Errorf("reading a key: %w", err)
	}
	text, ok := strings.CutSuffix(string(b), "\n")
	if !ok || strings.Contains(text, "\n") {
		return nil, fmt.Errorf("%s holds no key: one line was expected", name)
	}
	k, err := parse(role, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return k, nil
}

// prepare makes a folder for keys, or checks the one that is there.
func prepare(folder string) error {
	err := durable.OS().Mkdir(folder, 0o700)
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the folder of keys: %w", err)
	}
	if err := private(folder, true); err != nil {
		return err
	}
	if _, err := durable.OS().Sweep(folder, true); err != nil {
		return fmt.Errorf("clearing the folder of keys: %w", err)
	}
	return nil
}

// private refuses a file or folder that others than its owner can get at, in one line that says how
// to mend it.
func private(name string, folder bool) error {
	what, want := "key file", fs.FileMode(0o600)
	if folder {
		what, want = "folder of keys", 0o700
	}
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrNotFound, name)
	}
	if err != nil {
		return fmt.Errorf("looking at a key: %w", err)
	}
	if folder != info.IsDir() || !folder && !info.Mode().IsRegular() {
		return fmt.Errorf("%s %s is not one, but %s", what, name, info.Mode().Type())
	}
	if mode := info.Mode().Perm(); mode&^want != 0 {
		return fmt.Errorf("%w: %s %s has mode %04o, at most %04o is allowed: chmod %04o %s", ErrMode, what, name, mode, want, want, name)
	}
	return nil
}

// parse reads a private key. No error holds any of it.
func parse(role Role, text string) (*Key, error) {
	a, err := role.algorithm()
	if err != nil {
		return nil, err
	}
	seed, name, ok := seedOf(text, a)
	if !ok {
		return nil, fmt.Errorf("private key of a %s was expected (signature type %d)", role, a)
	}
	private, public, err := transparency.FormatKey(name, a, seed)
	if err != nil || private != text {
		return nil, errors.New("private key does not fit its name and identifier")
	}
	k := &Key{role: role, private: func() string { return text }}
	k.public, err = publicOf(role, public)
	return k, err
}
