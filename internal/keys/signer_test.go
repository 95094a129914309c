package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overflight/signature"
)

func signer(t *testing.T, file string) *Key {
	t.Helper()
	k, err := createSigner(file, "ana", passphrase, 10)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestSigner: the key of a person is made once, opens with its passphrase alone, signs documents and nothing else, and
// lies nowhere unencrypted.
func TestSigner(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ana.age")
	made := signer(t, file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	b, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(b, []byte("-----BEGIN AGE ENCRYPTED FILE-----\n")) || bytes.Contains(b, []byte("PRIVATE")) {
		t.Errorf("%s, %v", b, err)
	}
	k, err := OpenSigner(file, passphrase)
	if err != nil || k.Public().String() != made.Public().String() {
		t.Fatalf("%v, %v", k, err)
	}
	s, err := k.SignAct("loadout.attested/v1", []byte(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := signature.Verify("loadout.attested/v1", []byte(`{"a":1}`), s, k.Public()); err != nil {
		t.Error(err)
	}
	if _, err := k.SignAct("loadout.attested/v1", []byte(`{ "a":1}`)); err == nil {
		t.Error("signed a document in another form")
	}
	if _, err := k.Signer(); err == nil {
		t.Error("signs checkpoints")
	}
	if _, err := k.Cosigner(); err == nil {
		t.Error("cosigns checkpoints")
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", k, *k, k, k); strings.Contains(shown, "PRIVATE") || strings.Contains(shown, k.private()[len(k.private())-40:]) {
		t.Errorf("shows the key: %s", shown)
	}
	if _, err := OpenSigner(file, "another passphrase altogether"); !errors.Is(err, ErrPassphrase) {
		t.Errorf("opened with another passphrase: %v", err)
	}
	if _, err := createSigner(file, "ana", passphrase, 10); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made again: %v", err)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, b) {
		t.Error("the file was written over")
	}
}

func TestSignerRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "x.age")
	for name, make := range map[string]func() error{
		"a short passphrase": func() error { _, err := createSigner(file, "ana", "short", 10); return err },
		"no name":            func() error { _, err := createSigner(file, "", passphrase, 10); return err },
		"a name of two":      func() error { _, err := createSigner(file, "ana luisa", passphrase, 10); return err },
		"a long name":        func() error { _, err := createSigner(file, strings.Repeat("a", 65), passphrase, 10); return err },
		"no file":            func() error { _, err := OpenSigner(file, passphrase); return err },
		"a key of a folder":  func() error { _, err := Create(filepath.Join(dir, "keys"), Signer, "ana"); return err },
		"open in a folder":   func() error { _, err := Open(dir, Signer); return err },
	} {
		if err := make(); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Lstat(file); err == nil {
			t.Fatalf("%s: a file was left", name)
		}
	}
	// The file of a person's key is not put into a folder, and the export of a log's key signs no documents.
	signer(t, file)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(filepath.Join(dir, "folder"), b, passphrase); err == nil {
		t.Error("restored into a folder")
	}
	if _, err := os.Lstat(filepath.Join(dir, "folder")); err == nil {
		t.Error("a folder was made")
	}
	log, err := Create(filepath.Join(dir, "log"), Log, "overflight.example/log")
	if err != nil {
		t.Fatal(err)
	}
	exported, err := export(log, passphrase, 10)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "log.age")
	if err := os.WriteFile(other, exported, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSigner(other, passphrase); err == nil || !strings.Contains(err.Error(), "not a person's") {
		t.Errorf("opened the key of a log: %v", err)
	}
	if _, err := log.SignAct("a/v1", []byte("{}")); err == nil {
		t.Error("the key of a log signed a document")
	}
}
