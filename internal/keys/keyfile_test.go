package keys

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"overflight/signature"
)

// keyFile is the file of a person's key that one of two programs made. Files are random: each program writes its own, once,
// and both read both. UPDATE_KEYFILES=1 makes it anew.
type keyFile struct {
	Maker      string `json:"maker"`
	Passphrase string `json:"passphrase"`
	File       string `json:"file"`
	Public     string `json:"public"`
	Kind       string `json:"kind"`
	Document   string `json:"document"`
	Line       string `json:"line"`
}

func keyFilePath(maker string) string {
	return filepath.Join("..", "..", "docs", "vectors", "signature", "keyfile-"+maker+".json")
}

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	if os.Getenv("UPDATE_KEYFILES") == "1" {
		file := filepath.Join(t.TempDir(), "luisa.age")
		v := keyFile{Maker: "go", Passphrase: passphrase, Kind: "loadout.attested/v1", Document: `{"armed":false,"stations":["cámara"]}`}
		k, err := createSigner(file, "Luisa.Núñez", v.Passphrase, 10)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := k.SignAct(v.Kind, []byte(v.Document))
		if err != nil {
			t.Fatal(err)
		}
		v.File, v.Public, v.Line = string(b), k.Public().String(), s.Line
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(keyFilePath("go"), out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, maker := range []string{"go", "typescript"} {
		b, err := os.ReadFile(keyFilePath(maker))
		if err != nil {
			t.Fatal(err)
		}
		var v keyFile
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), maker+".age")
		if err := os.WriteFile(file, []byte(v.File), 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := OpenSigner(file, v.Passphrase)
		if err != nil {
			t.Fatalf("%s: %v", maker, err)
		}
		s, err := k.SignAct(v.Kind, []byte(v.Document))
		if err != nil || s.Line != v.Line || k.Public().String() != v.Public {
			t.Errorf("%s: %q, %v", maker, s.Line, err)
		}
		if err := signature.Verify(v.Kind, []byte(v.Document), s, k.Public()); err != nil {
			t.Errorf("%s: %v", maker, err)
		}
	}
}
