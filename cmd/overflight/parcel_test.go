package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overflight/dissemination"
	"overflight/transparency"
)

// TestCheckParcel: what an office was given is checked in a file; no node runs, and nothing is asked of anybody. Every part is held to the
// log, and what does not hold is named.
func TestCheckParcel(t *testing.T) {
	t.Parallel()
	const vectors = "../../docs/vectors/redaction/"
	whole, err := os.ReadFile(vectors + "parcel.json")
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*dissemination.Parcel)) []byte {
		t.Helper()
		p, err := dissemination.ReadItem[dissemination.Parcel](whole)
		if err != nil {
			t.Fatal(err)
		}
		change(p)
		b, err := dissemination.EncodeItem(p)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	salt := func(p *dissemination.Parcel) {
		head := []byte(`"salts":["`)
		p.Product[bytes.Index(p.Product, head)+len(head)] ^= 1
	}
	product := func() (b []byte) {
		changed(func(p *dissemination.Parcel) { b = p.Product })
		return b
	}()
	folder := t.TempDir()
	other := filepath.Join(folder, "other")
	if err := os.WriteFile(other, []byte("log log.example+6bd33a50+AffIdG8wlPOROsrMkDoYwWe6Yx/EKsy5QqtdMuYzA0qA\nquorum none\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	byView, err := os.ReadFile(vectors + "parcel_view.json")
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := os.ReadFile(vectors + "policy")
	if err != nil {
		t.Fatal(err)
	}
	log, _, _ := strings.Cut(string(trusted), "#person")
	nobody, another := filepath.Join(folder, "nobody"), filepath.Join(folder, "another")
	_, newKey, err := transparency.FormatKey("ben", transparency.Ed25519, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{nobody: log, another: log + "#person " + newKey + "\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, x := range map[string]struct {
		file           []byte
		policy, lang   string
		holds          bool
		said, saidElse string
	}{
		"whole":                      {whole, vectors + "policy", "en", true, "It holds: release RL-1 of report R-1, version 1, to MEX/SEDENA, as it was entered in the log log.example of 5 leaves.", "Signed by ana, ben, each with a key that the policy names.\n1 records, 0 of them withheld whole."},
		"by a view":                  {byView, vectors + "policy", "es", true, "Se sostiene: entrega RL-1 ", "Por la vista V-1, que firmaron ana, ben, cada cual con una clave que la política nombra.\n"},
		"nobody is known":            {whole, nobody, "en", true, "It names ana, ben as those who signed. Whether they did cannot be told: the policy has no key of ana, ben.", "1 records"},
		"who signed has another key": {whole, another, "en", false, "The release: the signature is of the key ben+", "known is ben+"},
		"spanish": {
			whole, vectors + "policy", "es", true, "Se sostiene: entrega RL-1 del informe R-1, versión 1, a MEX/SEDENA, tal como se inscribió en el registro log.example de 5 hojas.", "no que sea verdad",
		},
		"a salt":          {changed(salt), vectors + "policy", "en", false, "The copy: it is not the one that was released.", ""},
		"the checkpoint":  {changed(func(p *dissemination.Parcel) { p.Checkpoint[len(p.Checkpoint)-20] ^= 1 }), vectors + "policy", "es", false, "Lo que llegó no es lo que consta en el registro del originador. El punto de control: la firma de log.example no corresponde al punto de control", ""},
		"another leaf":    {changed(func(p *dissemination.Parcel) { p.Release.Index-- }), vectors + "policy", "en", false, "The release: the leaf or its proof was changed", ""},
		"another log":     {whole, other, "en", false, "", "log.example"},
		"cut":             {whole[:len(whole)-10], vectors + "policy", "en", false, "The item: it cannot be read: ", ""},
		"a product alone": {product, vectors + "policy", "en", false, "The item: it cannot be read: ", ""},
		"no policy":       {whole, "", "es", false, "indique con --policy en qué registro se confía", ""},
		"no such policy":  {whole, filepath.Join(folder, "nothing"), "en", false, "nothing", ""},
	} {
		file := filepath.Join(folder, strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(file, x.file, 0o600); err != nil {
			t.Fatal(err)
		}
		var out, problems bytes.Buffer
		code := run(t.Context(), []string{"inbox", "check", file, "--policy", x.policy, "--lang", x.lang}, terminal{out: &out, err: &problems, getenv: func(string) string { return "" }})
		if said := out.String() + problems.String(); (code == 0) != x.holds || !strings.Contains(said, x.said) || !strings.Contains(said, x.saidElse) || (out.Len() > 0) != x.holds {
			t.Errorf("%s: exits with %d and says %s", name, code, said)
		}
	}
}
