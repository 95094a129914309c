package keys

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/internal/durable"
	"overflight/transparency"
)

const (
	rotationHeader = "overflight key rotation v1"
	nextSuffix     = ".next"
	rotationSuffix = ".rotation"
	maxRotation    = 64 << 10
)

// Rotation records that a key took the place of another. Both have signed it, so that nobody else can
// have made it: the old key says who follows, the new one that it is there.
type Rotation struct {
	Role     Role
	Old, New transparency.Key
	At       time.Time // to the second, by the operator's clock
	raw      []byte
}

// Bytes returns the record as a signed note, to be entered in the log and given to those who hold a
// policy with the old key.
func (r Rotation) Bytes() []byte { return r.raw }

func rotationText(role Role, before, after transparency.Key, at time.Time) string {
	return fmt.Sprintf("%s\n%s\n%s\n%s\n%s\n", rotationHeader, role, before, after, at.UTC().Format(time.RFC3339))
}

// Rotate makes a new key of a role under the same name and retires the old one. The old key stays in
// the folder, under its identifier, until it is destroyed with Destroy. A Rotate that a crash cut short is finished by the next.
func Rotate(folder string, role Role, at time.Time) (*Key, Rotation, error) {
	before, err := Open(folder, role)
	if err != nil {
		return nil, Rotation{}, err
	}
	name := Path(folder, role)
	after, err := read(name+nextSuffix, role)
	switch {
	case errors.Is(err, ErrNotFound):
		a, err := role.algorithm()
		if err != nil {
			return nil, Rotation{}, err
		}
		if after, err = generate(role, a, before.public.Name()); err != nil {
			return nil, Rotation{}, err
		}
		if err := after.write(name + nextSuffix); err != nil {
			return nil, Rotation{}, err
		}
	case err != nil:
		return nil, Rotation{}, fmt.Errorf("finishing a rotation: %w", err)
	case after.private() == before.private():
		// All was done but taking the spare copy away.
		all, err := Rotations(folder)
		if err != nil {
			return nil, Rotation{}, err
		}
		for _, r := range all {
			if r.New.String() == after.public.String() {
				return after, r, finish(name)
			}
		}
		return nil, Rotation{}, errors.New("record of the last rotation is missing")
	}
	r, err := record(folder, before, after, at)
	if err != nil {
		return nil, Rotation{}, err
	}
	if err := before.write(retired(folder, before)); err != nil && !errors.Is(err, ErrExists) {
		return nil, Rotation{}, err
	}
	// From here on the new key is the key.
	if err := durable.OS().WriteFile(name, []byte(after.private()+"\n"), 0o600); err != nil {
		return nil, Rotation{}, fmt.Errorf("writing a key: %w", err)
	}
	return after, r, finish(name)
}

// finish destroys the spare copy of the new key.
func finish(name string) error {
	if err := durable.OS().Destroy(name + nextSuffix); err != nil {
		return fmt.Errorf("finishing a rotation: %w", err)
	}
	return nil
}

// Destroy overwrites and removes the retired key that a rotation left in the folder.
func Destroy(folder string, r Rotation) error {
	if err := private(folder, true); err != nil {
		return err
	}
	current, err := Open(folder, r.Role)
	if err != nil {
		return err
	}
	if current.public.ID() == r.Old.ID() {
		return fmt.Errorf("key %s+%08x is in use", r.Old.Name(), r.Old.ID())
	}
	name := filepath.Join(folder, fmt.Sprintf("%s-%08x%s", r.Role, r.Old.ID(), suffix))
	if err := durable.OS().Destroy(name); err != nil {
		return fmt.Errorf("destroying a retired key: %w", err)
	}
	return nil
}

func retired(folder string, k *Key) string {
	return filepath.Join(folder, fmt.Sprintf("%s-%08x%s", k.role, k.public.ID(), suffix))
}

func recordName(before, after *Key) string {
	return fmt.Sprintf("%s-%08x-%08x%s", before.role, before.public.ID(), after.public.ID(), rotationSuffix)
}

// record writes the record of a rotation, or reads the one that is there.
func record(folder string, before, after *Key, at time.Time) (Rotation, error) {
	name := filepath.Join(folder, recordName(before, after))
	text := rotationText(before.role, before.public, after.public, at)
	old, err := before.noteSigner()
	if err != nil {
		return Rotation{}, err
	}
	fresh, err := after.noteSigner()
	if err != nil {
		return Rotation{}, err
	}
	b, err := note.Sign(&note.Note{Text: text}, old, fresh)
	if err != nil {
		return Rotation{}, fmt.Errorf("recording a rotation: %w", err)
	}
	err = durable.OS().CreateFile(name, b, 0o600)
	if errors.Is(err, fs.ErrExist) {
		if b, err = durable.OS().ReadFile(name, maxRotation); err != nil {
			return Rotation{}, fmt.Errorf("reading the record of a rotation: %w", err)
		}
		return ParseRotation(b)
	}
	if err != nil {
		return Rotation{}, fmt.Errorf("recording a rotation: %w", err)
	}
	return ParseRotation(b)
}

// Rotations returns the records that a folder holds, in the order of their instants.
func Rotations(folder string) ([]Rotation, error) {
	if err := private(folder, true); err != nil {
		return nil, err
	}
	entries, err := durable.OS().List(folder)
	if err != nil {
		return nil, fmt.Errorf("reading records of rotations: %w", err)
	}
	var out []Rotation
	for _, e := range entries {
		if !strings.HasSuffix(e.Name, rotationSuffix) {
			continue
		}
		b, err := durable.OS().ReadFile(filepath.Join(folder, e.Name), maxRotation)
		if err != nil {
			return nil, fmt.Errorf("reading records of rotations: %w", err)
		}
		r, err := ParseRotation(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Rotation) int { return a.At.Compare(b.At) })
	return out, nil
}

// ParseRotation reads a record and checks both signatures.
func ParseRotation(b []byte) (Rotation, error) {
	if len(b) > maxRotation {
		return Rotation{}, fmt.Errorf("record of a rotation is larger than %d bytes", maxRotation)
	}
	head, _, ok := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(lines) != 5 || lines[0] != rotationHeader {
		return Rotation{}, fmt.Errorf("record of a rotation does not begin with %q", rotationHeader)
	}
	r := Rotation{Role: Role(lines[1]), raw: bytes.Clone(b)}
	var err error
	if r.Old, err = publicOf(r.Role, lines[2]); err != nil {
		return Rotation{}, err
	}
	if r.New, err = publicOf(r.Role, lines[3]); err != nil {
		return Rotation{}, err
	}
	if r.At, err = time.Parse(time.RFC3339, lines[4]); err != nil {
		return Rotation{}, fmt.Errorf("reading the record of a rotation: %w", err)
	}
	r.At = r.At.UTC()
	if rotationText(r.Role, r.Old, r.New, r.At) != string(head)+"\n" {
		return Rotation{}, errors.New("record of a rotation is not in its one form")
	}
	n, err := note.Open(b, note.VerifierList(statement{r.Old}, statement{r.New}))
	if err != nil {
		return Rotation{}, fmt.Errorf("checking the record of a rotation: %w", err)
	}
	if len(n.Sigs) != 2 || len(n.UnverifiedSigs) != 0 || r.Old.ID() == r.New.ID() {
		return Rotation{}, errors.New("record of a rotation is not signed by both keys")
	}
	for _, sig := range n.Sigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return Rotation{}, errors.New("record of a rotation is not in its one form")
		}
	}
	return r, nil
}
