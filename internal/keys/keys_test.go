package keys_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/internal/keys"
	"overflight/transparency"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const origin = "example.org/overflight/log"

func create(t *testing.T, folder string, role keys.Role) *keys.Key {
	t.Helper()
	k, err := keys.Create(folder, role, origin)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestCreateIsNotOpen(t *testing.T) {
	t.Parallel()
	for _, role := range keys.Roles() {
		folder := filepath.Join(t.TempDir(), "keys")
		if _, err := keys.Open(folder, role); !errors.Is(err, keys.ErrNotFound) {
			t.Fatalf("%s: Open of nothing: %v", role, err)
		}
		if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%s: Open made a folder", role)
		}
		k := create(t, folder, role)
		if _, err := keys.Create(folder, role, "another.example"); !errors.Is(err, keys.ErrExists) {
			t.Fatalf("%s: made twice: %v", role, err)
		}
		again, err := keys.Open(folder, role)
		if err != nil || again.Public().String() != k.Public().String() {
			t.Fatalf("%s: %v, %v", role, again, err)
		}
		for name, want := range map[string]os.FileMode{folder: 0o700, keys.Path(folder, role): 0o600} {
			info, err := os.Stat(name)
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s has mode %04o", name, info.Mode().Perm())
			}
		}
	}
	if _, err := keys.Create(t.TempDir(), keys.Role("strange"), origin); err == nil {
		t.Error("an unknown role has a key")
	}
	for _, name := range []string{"", "a b", "a+b", "a\nb", strings.Repeat("n", 256)} {
		if _, err := keys.Create(filepath.Join(t.TempDir(), "keys"), keys.Log, name); err == nil {
			t.Errorf("a key is named %q", name)
		}
	}
}

func TestSigning(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "keys")
	c := transparency.Checkpoint{Origin: origin, Size: 0, Root: transparency.Root(nil)}
	log := create(t, folder, keys.Log)
	signer, err := log.Signer()
	if err != nil {
		t.Fatal(err)
	}
	signed, err := c.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(signed, note.VerifierList(log.Public().Verifier())); err != nil {
		t.Error(err)
	}
	if _, err := log.Cosigner(); err == nil {
		t.Error("the key of a log cosigns")
	}
	for _, role := range []keys.Role{keys.Witness, keys.WitnessQuantum} {
		w := create(t, folder, role)
		if _, err := w.Signer(); err == nil {
			t.Errorf("the key of a %s signs", role)
		}
		cosigner, err := w.Cosigner()
		if err != nil {
			t.Fatal(err)
		}
		line, err := cosigner.Cosign(c, noon)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := note.Open(append(bytes.Clone(signed), line...), note.VerifierList(w.Public().Verifier())); err != nil {
			t.Errorf("%s: %v", role, err)
		}
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o601, 0o604, 0o610, 0o620, 0o640, 0o644, 0o666, 0o700} {
		folder := filepath.Join(t.TempDir(), "keys")
		create(t, folder, keys.Log)
		name := keys.Path(folder, keys.Log)
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		_, err := keys.Open(folder, keys.Log)
		want := fmt.Sprintf("others can get at it: key file %s has mode %04o, at most 0600 is allowed: chmod 0600 %s", name, mode, name)
		if !errors.Is(err, keys.ErrMode) || err.Error() != want {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
	for _, mode := range []os.FileMode{0o701, 0o750, 0o755, 0o777} {
		folder := filepath.Join(t.TempDir(), "keys")
		create(t, folder, keys.Log)
		if err := os.Chmod(folder, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.Open(folder, keys.Log); !errors.Is(err, keys.ErrMode) {
			t.Errorf("folder of mode %04o: %v", mode, err)
		}
		if _, err := keys.Create(folder, keys.Witness, origin); !errors.Is(err, keys.ErrMode) {
			t.Errorf("Create in a folder of mode %04o: %v", mode, err)
		}
	}
	folder := filepath.Join(t.TempDir(), "keys")
	create(t, folder, keys.Log)
	if err := os.Symlink(keys.Path(folder, keys.Log), keys.Path(folder, keys.Witness)); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Open(folder, keys.Witness); err == nil {
		t.Error("a link was taken for a key")
	}
}

// secret returns the text of a private key.
func secret(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// TestNeverPrinted formats a key in every way that code could come upon.
func TestNeverPrinted(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "keys")
	k := create(t, folder, keys.Log)
	text := secret(t, keys.Path(folder, keys.Log))
	inner := text[strings.LastIndex(text, "+")+1:]
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T", "%p"} {
		fmt.Fprintf(&out, verb+"\n", k)
		fmt.Fprintf(&out, verb+"\n", *k)
		fmt.Fprintf(&out, verb+"\n", struct{ K *keys.Key }{k})
		fmt.Fprintf(&out, verb+"\n", []keys.Key{*k})
		fmt.Fprintf(&out, verb+"\n", struct{ k keys.Key }{*k})
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", slog.Any("key", k), slog.Any("value", *k))
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", slog.Any("key", k))
	b, err := json.Marshal(map[string]any{"key": k, "value": *k})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(b)
	// Errors over a damaged file hold nothing of it either.
	for at := 0; at < len(text); at += 3 {
		bad := []byte(text + "\n")
		bad[at] ^= 2
		if err := os.WriteFile(keys.Path(folder, keys.Log), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := keys.Open(folder, keys.Log)
		if err == nil {
			t.Fatalf("a key with byte %d changed was opened: %s", at, k)
		}
		fmt.Fprintln(&out, err)
	}
	for i := 0; i+12 <= len(inner); i++ {
		if strings.Contains(out.String(), inner[i:i+12]) {
			t.Fatalf("a part of the private key was printed:\n%s", out.String())
		}
	}
	if strings.Contains(out.String(), "PRIVATE") {
		t.Errorf("a private key was printed:\n%s", out.String())
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	for _, role := range keys.Roles() {
		folder := filepath.Join(t.TempDir(), "keys")
		first := create(t, folder, role)
		second, r, err := keys.Rotate(folder, role, noon)
		if err != nil {
			t.Fatal(err)
		}
		if r.Old.String() != first.String() || r.New.String() != second.String() || !r.At.Equal(noon) || r.Role != role {
			t.Errorf("%s: record %+v", role, r)
		}
		if second.Public().Name() != first.Public().Name() || second.Public().ID() == first.Public().ID() {
			t.Errorf("%s: %s follows %s", role, second, first)
		}
		now, err := keys.Open(folder, role)
		if err != nil || now.String() != second.String() {
			t.Errorf("%s: %v is in use: %v", role, now, err)
		}
		if _, _, err := keys.Rotate(folder, role, noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		all, err := keys.Rotations(folder)
		if err != nil || len(all) != 2 || all[0].New.String() != all[1].Old.String() {
			t.Errorf("%s: records %+v, %v", role, all, err)
		}
		if err := keys.Destroy(folder, all[0]); err != nil {
			t.Error(err)
		}
		if err := keys.Destroy(folder, all[0]); err == nil {
			t.Error("destroyed twice")
		}
		if err := keys.Destroy(folder, keys.Rotation{Role: role, Old: all[1].New}); err == nil {
			t.Error("the key in use was destroyed")
		}
		for at := range r.Bytes() {
			bad := bytes.Clone(r.Bytes())
			bad[at] ^= 1
			if _, err := keys.ParseRotation(bad); err == nil && role != keys.WitnessQuantum {
				t.Fatalf("%s: a record with byte %d changed was taken:\n%s", role, at, bad)
			}
			if role == keys.WitnessQuantum && at > 200 {
				break
			}
		}
	}
}

func FuzzParseRotation(f *testing.F) {
	folder := filepath.Join(f.TempDir(), "keys")
	if _, err := keys.Create(folder, keys.Log, origin); err != nil {
		f.Fatal(err)
	}
	_, r, err := keys.Rotate(folder, keys.Log, noon)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.Bytes())
	f.Add([]byte("overflight key rotation v1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := keys.ParseRotation(b); err == nil && !bytes.Equal(r.Bytes(), b) {
			t.Error("a record is not its bytes")
		}
	})
}
