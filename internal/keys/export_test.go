package keys

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const phrase = "sixteen and more characters"

func TestExport(t *testing.T) {
	t.Parallel()
	for _, role := range Roles() {
		k, err := Create(filepath.Join(t.TempDir(), "keys"), role, "example.org/log")
		if err != nil {
			t.Fatal(err)
		}
		b, err := export(k, phrase, 4)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("PRIVATE")) || !strings.HasPrefix(string(b), "-----BEGIN AGE ENCRYPTED FILE-----") {
			t.Errorf("%s: exported\n%s", role, b)
		}
		folder := filepath.Join(t.TempDir(), "keys")
		if _, err := Restore(folder, b, "another passphrase"); !errors.Is(err, ErrPassphrase) {
			t.Errorf("%s: wrong passphrase: %v", role, err)
		}
		back, err := Restore(folder, b, phrase)
		if err != nil || back.private() != k.private() || back.role != role {
			t.Fatalf("%s: %v, %v", role, back, err)
		}
		if opened, err := Open(folder, role); err != nil || opened.private() != k.private() {
			t.Errorf("%s: %v", role, err)
		}
		if _, err := Restore(folder, b, phrase); !errors.Is(err, ErrExists) {
			t.Errorf("%s: restored over a key: %v", role, err)
		}
		for at := 40; at < len(b)-40; at += 13 {
			bad := bytes.Clone(b)
			bad[at] ^= 1
			if _, err := decrypt(bad, phrase); err == nil {
				t.Fatalf("%s: an export with byte %d changed was taken", role, at)
			}
		}
		for cut := range len(b) / 8 {
			if _, err := decrypt(b[:len(b)-1-cut*8], phrase); err == nil && cut > 0 {
				t.Fatalf("%s: an export cut short by %d was taken", role, cut*8)
			}
		}
		if _, err := export(k, "too short", 4); err == nil {
			t.Errorf("%s: a short passphrase was taken", role)
		}
	}
	if _, err := decrypt(make([]byte, maxExport+1), phrase); err == nil {
		t.Error("an export of any size was read")
	}
}

// TestRotateCutShort leaves the folder as a crash at each step of a rotation would: the next Rotate
// finishes it, there is one key in use all the time, and one record in the end.
func TestRotateCutShort(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	base := filepath.Join(t.TempDir(), "keys")
	before, err := Create(base, Log, "example.org/log")
	if err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(t.TempDir(), "keys")
	copied(t, base, whole)
	after, r, err := Rotate(whole, Log, at)
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct{ name, text string }{
		{"log.key.next", after.private() + "\n"},
		{filepath.Base(recordName(before, after)), string(r.Bytes())},
		{filepath.Base(retired("", before)), before.private() + "\n"},
		{"log.key", after.private() + "\n"},
	}
	for n := range len(steps) + 1 {
		folder := filepath.Join(t.TempDir(), "keys")
		copied(t, base, folder)
		for _, s := range steps[:n] {
			if err := os.WriteFile(filepath.Join(folder, s.name), []byte(s.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Open(folder, Log); err != nil {
			t.Fatalf("after %d steps: %v", n, err)
		}
		got, r, err := Rotate(folder, Log, at.Add(time.Hour))
		if err != nil {
			t.Fatalf("after %d steps: %v", n, err)
		}
		if n > 0 && got.private() != after.private() {
			t.Errorf("after %d steps: another key", n)
		}
		all, err := Rotations(folder)
		if err != nil || len(all) != 1 || !bytes.Equal(all[0].Bytes(), r.Bytes()) {
			t.Errorf("after %d steps: %d records, %v", n, len(all), err)
		}
		entries, err := os.ReadDir(folder)
		if err != nil || len(entries) != 3 {
			t.Errorf("after %d steps: %v, %v", n, entries, err)
		}
	}
}

// copied copies a folder of keys with its modes.
func copied(t *testing.T, from, to string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
