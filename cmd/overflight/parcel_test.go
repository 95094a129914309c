package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overflight/dissemination"
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
	for name, x := range map[string]struct {
		file           []byte
		policy, lang   string
		holds          bool
		said, saidElse string
	}{
		"whole": {whole, vectors + "policy", "en", true, "It holds: release RL-1 of report R-1, version 1, to MEX/SEDENA, as it was entered in the log log.example of 5 leaves.", "1 records, 0 of them withheld whole."},
		"spanish": {
			whole, vectors + "policy", "es", true, "Se sostiene: entrega RL-1 del informe R-1, versión 1, a MEX/SEDENA, tal como se inscribió en el registro log.example de 5 hojas.", "no que sea verdad",
		},
		"a salt":          {changed(salt), vectors + "policy", "en", false, "(product)", "it is not the one that was released"},
		"the checkpoint":  {changed(func(p *dissemination.Parcel) { p.Checkpoint[len(p.Checkpoint)-20] ^= 1 }), vectors + "policy", "es", false, "(checkpoint)", "Lo que llegó no es lo que consta en el registro del originador"},
		"another leaf":    {changed(func(p *dissemination.Parcel) { p.Release.Index-- }), vectors + "policy", "en", false, "(release)", ""},
		"another log":     {whole, other, "en", false, "", "log.example"},
		"cut":             {whole[:len(whole)-10], vectors + "policy", "en", false, "(form)", ""},
		"a product alone": {product, vectors + "policy", "en", false, "(form)", ""},
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
