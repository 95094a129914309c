package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/internal/auth"
	"overflight/internal/catalogue"
	"overflight/signature"
	"overflight/transparency"
)

// signer is somebody with a key that follows from their name.
func signer(t *testing.T, name string) (note.Signer, string) {
	t.Helper()
	private, public, err := transparency.FormatKey(name, transparency.Ed25519, sha256.Sum256([]byte(name)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return s, public
}

// post asks as the owner, and reads the answer.
func post[T any](s *site, path string, in any) T {
	s.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	answer := s.ask(asking{method: http.MethodPost, path: "/api/v1" + path, body: string(b), header: map[string]string{"Authorization": "Bearer " + ownerToken}})
	var out T
	if answer.StatusCode >= http.StatusBadRequest {
		s.t.Fatalf("%s: %s", path, answer.text)
	}
	if err := json.Unmarshal([]byte(answer.text), &out); err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	return out
}

// reader makes a user who reads for an office.
func (s *site) reader(name, office string) string {
	s.t.Helper()
	_, link, err := s.users.AddOf(office, name, []auth.Role{auth.Partner}, catalogue.Spanish, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	token, _, err := s.users.Finish(s.t.Context(), link, "", secret, "", time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// TestAnOfficeSeesItsOwn: who reads for an office sees what was released to it, and nothing that is another's or to come; who reads for no
// office sees none.
func TestAnOfficeSeesItsOwn(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ana, anaKey := signer(t, "ana")
	ben, benKey := signer(t, "ben")
	for _, k := range []string{anaKey, benKey} {
		post[Stated](s, "/persons", map[string]any{"key": k, "by": "owner"})
	}
	post[Observed](s, "/observations", map[string]any{
		"id": "o-1", "class": "tank", "lat": 25.0, "lon": -106.0, "time": time.Now().UTC().Add(-time.Hour).Truncate(time.Second), "sensor": "nose", "by": "owner",
	})
	_, node := signer(t, "node")
	release := map[string]ReleaseOf{}
	for i, office := range []string{"MEX/SEDENA", "MEX/FGR"} {
		_, luz := signer(t, []string{"luz", "eva"}[i])
		post[Stated](s, "/offices", map[string]any{
			"office": office, "level": "RESTRICTED", "handling": "TLP:AMBER", "classes": []string{"position", "finding"}, "purposes": []string{"find-laboratories"}, "place_digits": 6,
			"time_digits": 12, "delay_s": 0, "node": node, "signatories": []string{luz}, "by": "owner",
		})
		report := post[Report](s, "/reports", map[string]any{"site": 1, "releasable_to": []string{"MEX"}, "by": "owner"})
		r := post[ReleaseOf](s, "/reports/"+report.ID+"/releases", map[string]any{"office": office, "purpose": "find-laboratories", "signers": []string{"ana", "ben"}, "by": "owner"})
		document, err := signature.Canonical(r.ToSign.Document)
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range []note.Signer{ana, ben} {
			signed, err := signature.Sign(r.ToSign.Act, document, who)
			if err != nil {
				t.Fatal(err)
			}
			r = post[ReleaseOf](s, "/releases/"+r.ID+"/signatures", map[string]any{"signature": Signature{signed.Name, signed.Line}, "by": "owner"})
		}
		if r.State != "sent" || r.Number != i+1 {
			t.Fatalf("%+v", r)
		}
		release[office] = r
	}
	// One more waits for a signature, of which nobody is told.
	report := post[Report](s, "/reports", map[string]any{"site": 1, "releasable_to": []string{"MEX"}, "by": "owner"})
	waiting := post[ReleaseOf](s, "/reports/"+report.ID+"/releases", map[string]any{"office": "MEX/SEDENA", "purpose": "find-laboratories", "signers": []string{"ana", "ben"}, "by": "owner"})
	luz, none := s.reader("luz", "MEX/SEDENA"), s.reader("nobody", "")
	get := func(cookie, path string) reply {
		t.Helper()
		return s.ask(asking{method: http.MethodGet, path: "/api/v1" + path, cookie: cookie})
	}
	for path, want := range map[string]struct{ luz, none int }{
		"/releases/" + release["MEX/SEDENA"].ID:       {http.StatusOK, http.StatusNotFound},
		"/releases/" + release["MEX/FGR"].ID:          {http.StatusNotFound, http.StatusNotFound},
		"/releases/" + waiting.ID:                     {http.StatusNotFound, http.StatusNotFound},
		"/documents/" + release["MEX/SEDENA"].Product: {http.StatusOK, http.StatusForbidden},
		"/documents/" + release["MEX/FGR"].Product:    {http.StatusForbidden, http.StatusForbidden},
		"/documents/" + waiting.Product:               {http.StatusForbidden, http.StatusForbidden},
		"/flights":                                    {http.StatusForbidden, http.StatusOK},
		"/sites":                                      {http.StatusForbidden, http.StatusOK},
		"/session":                                    {http.StatusOK, http.StatusOK},
		"/reports":                                    {http.StatusForbidden, http.StatusForbidden},
		"/partners":                                   {http.StatusForbidden, http.StatusForbidden},
		"/withholdings":                               {http.StatusForbidden, http.StatusForbidden},
	} {
		if a, b := get(luz, path), get(none, path); a.StatusCode != want.luz || b.StatusCode != want.none {
			t.Errorf("%s: %d and %d, want %v: %s", path, a.StatusCode, b.StatusCode, want, a.text)
		}
	}
	if a, b := get(luz, "/releases"), get(none, "/releases"); !strings.Contains(a.text, release["MEX/SEDENA"].ID) || strings.Contains(a.text, "MEX/FGR") || strings.Contains(a.text, waiting.ID) || strings.Contains(b.text, "RL-") {
		t.Errorf("%s\n%s", a.text, b.text)
	}
	if a := get(luz, "/acts"); a.StatusCode != http.StatusForbidden {
		t.Errorf("acts: %d", a.StatusCode)
	}
	if a := get(none, "/acts?limit=1000"); a.StatusCode != http.StatusOK || strings.Contains(a.text, "RL-") || strings.Contains(a.text, "office.described") {
		t.Errorf("acts tell of others' copies: %s", a.text)
	}
	if a := s.ask(asking{method: http.MethodPost, path: "/api/v1/acts", cookie: luz, body: `{"act":"request.made/v1","document":{}}`}); a.StatusCode != http.StatusForbidden {
		t.Errorf("an act that is no receipt: %d", a.StatusCode)
	}
	// What an office has is what it may have.
	if a := get(luz, "/documents/"+release["MEX/SEDENA"].Product); bytes.Contains([]byte(a.text), []byte("nose")) || !strings.Contains(a.text, `"document":"overflight.product/1"`) {
		t.Error(a.text)
	}
	if _, _, err := s.users.AddOf("MEX/SEDENA", "analyst", []auth.Role{auth.Analyst, auth.Partner}, catalogue.Spanish, time.Now()); err == nil {
		t.Error("an analyst reads for an office")
	}

	// A file that leaks is found again by the mark that it has.
	file := post[ExportedFile](s, "/reports/"+report.ID+"/exports", map[string]any{"format": "csv", "office": "MEX/SEDENA", "purpose": "find-laboratories", "by": "owner"})
	var written list[Exported]
	if a := s.ask(asking{method: http.MethodGet, path: "/api/v1/exports", header: map[string]string{"Authorization": "Bearer " + ownerToken}}); json.Unmarshal([]byte(a.text), &written) != nil || len(written.Items) != 1 {
		t.Fatal(a.text)
	}
	if mark := written.Items[0].Mark; len(mark) != 32 || !bytes.Contains(file.Content, []byte(mark)) || written.Items[0].File != file.SHA256 {
		t.Errorf("%+v of\n%s", written.Items[0], file.Content)
	}

	// Programs for maps read the same by a pass, which is on record, until it is revoked.
	given := post[Given](s, "/passes", map[string]any{"office": "MEX/SEDENA", "days": 1})
	features := func(want int) string {
		t.Helper()
		a := s.ask(asking{method: http.MethodGet, path: given.Features + "/collections/site/items"})
		var items struct {
			Matched int `json:"numberMatched"`
		}
		if err := json.Unmarshal([]byte(a.text), &items); err != nil || items.Matched != want || strings.Contains(a.text, "nose") {
			t.Errorf("%d %s, want %d", a.StatusCode, a.text, want)
		}
		return a.text
	}
	if a := features(1); !strings.Contains(a, report.ID[:2]) || strings.Contains(a, "MEX/FGR") {
		t.Error(a)
	}
	features(1)
	post[Stated](s, "/releases/"+release["MEX/SEDENA"].ID+"/revocation", map[string]any{"reason": "the wrong office", "by": "owner"})
	features(0)
	// An office that was shut off reads nothing more, though its release was not revoked by itself.
	eva, copied := s.reader("eva", "MEX/FGR"), "/documents/"+release["MEX/FGR"].Product
	if a := get(eva, copied); a.StatusCode != http.StatusOK {
		t.Errorf("its own copy: %d %s", a.StatusCode, a.text)
	}
	post[Stated](s, "/offices/MEX/FGR/revocation", map[string]any{"reason": "a leak", "by": "owner"})
	if a := get(eva, copied); a.StatusCode != http.StatusForbidden || a.code == "" {
		t.Errorf("its copy after it was shut off: %d %s", a.StatusCode, a.text)
	}
	reads := ""
	for deadline := time.Now().Add(5 * time.Minute); !strings.Contains(reads, "released/"); {
		if time.Now().After(deadline) {
			t.Fatal("that the office read is not on record")
		}
		reads = s.ask(asking{method: http.MethodGet, path: "/api/v1/statements/reads", header: map[string]string{"Authorization": "Bearer " + ownerToken}}).text
	}
	if strings.Count(reads, `"released/1/`+release["MEX/SEDENA"].ID+`"`) != 1 || strings.Count(reads, "released/") != 1 || !strings.Contains(reads, "MEX/SEDENA") || !strings.Contains(reads, "find-laboratories") {
		t.Error(reads)
	}
}
