package auth

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overflight/internal/catalogue"
	"overflight/internal/durable"
)

const week = 7 * 24 * time.Hour

func pass(t *testing.T, s *Store, office string) (Pass, string) {
	t.Helper()
	p, token, err := s.GivePass(office, catalogue.Spanish, week, noon)
	if err != nil {
		t.Fatal(err)
	}
	return p, token
}

// TestPasses: good until it ends or is revoked, for one office, also after the program began again.
func TestPasses(t *testing.T) {
	t.Parallel()
	m := durable.NewFaulty()
	s := open(t, m)
	p, token := pass(t, s, "MEX/SEDENA")
	other, otherToken := pass(t, s, "MEX/FGR")
	is := func(what, token string, at time.Time, want string) {
		t.Helper()
		switch got, err := s.Pass(token, at); {
		case want == "" && !errors.Is(err, ErrPass):
			t.Errorf("%s: %+v, %v", what, got, err)
		case want != "" && (err != nil || got.Office != want):
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	is("at once", token, noon, "MEX/SEDENA")
	is("at last", token, noon.Add(week-1), "MEX/SEDENA")
	is("over", token, noon.Add(week), "")
	is("of another office", otherToken, noon, "MEX/FGR")
	for _, x := range []string{"", p.ID, token + "x", token[:20]} {
		is("no token", x, noon, "")
	}
	if _, err := s.RevokePass(p.ID, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	is("revoked", token, noon.Add(time.Hour), "")
	is("the other", otherToken, noon.Add(time.Hour), "MEX/FGR")
	s = open(t, m)
	is("revoked, and begun again", token, noon.Add(time.Hour), "")
	is("the other, begun again", otherToken, noon.Add(time.Hour), "MEX/FGR")
	if all := s.Passes(); len(all) != 2 || !all[0].Revoked.Equal(noon.Add(time.Hour)) || all[1] != other || all[1].Language != catalogue.Spanish {
		t.Errorf("%+v", all)
	}
	if again, err := s.RevokePass(p.ID, noon.Add(2*time.Hour)); err != nil || !again.Revoked.Equal(noon.Add(time.Hour)) {
		t.Errorf("revoked twice: %+v, %v", again, err)
	}
	if _, err := s.RevokePass("none", noon); !errors.Is(err, ErrNoPass) {
		t.Error(err)
	}
	b, ok := m.Contents("/users/passes.json")
	if !ok || bytes.Contains(b, []byte(token)) || bytes.Contains(b, []byte(otherToken)) {
		t.Errorf("the file: %s", b)
	}
}

func TestPassesRefused(t *testing.T) {
	t.Parallel()
	s := open(t, durable.NewFaulty())
	var named *OfficeError
	for _, office := range []string{"", "MEX", "mex/SEDENA", "MEX/", "MEX/a b", "MEX/" + strings.Repeat("a", 61), "MEX/../x"} {
		if _, _, err := s.GivePass(office, catalogue.Spanish, week, noon); !errors.Is(err, ErrPassOffice) || !errors.As(err, &named) || named.Office != office {
			t.Errorf("%q: %v", office, err)
		}
	}
	for _, lasts := range []time.Duration{-week, 0, LeastPass - 1, MostPassDays*24*time.Hour + 1} {
		if _, _, err := s.GivePass("MEX/SEDENA", catalogue.Spanish, lasts, noon); !errors.Is(err, ErrPassLasts) {
			t.Errorf("%v: %v", lasts, err)
		}
	}
	if _, _, err := s.GivePass("MEX/SEDENA", "fr", week, noon); !errors.Is(err, ErrLanguage) {
		t.Error(err)
	}
}

// TestPassesAreBounded: those that are over make room.
func TestPassesAreBounded(t *testing.T) {
	t.Parallel()
	s := open(t, durable.NewFaulty())
	for i := range MostPasses {
		s.passes = append(s.passes, keptPass{ID: string(rune(i)), Token: digest{byte(i), byte(i >> 8)}, Office: "MEX/SEDENA", Language: catalogue.Spanish, Created: noon, Ends: noon.Add(week)})
	}
	if _, _, err := s.GivePass("MEX/SEDENA", catalogue.Spanish, week, noon); !errors.Is(err, ErrPassesFull) {
		t.Error(err)
	}
	if _, _, err := s.GivePass("MEX/SEDENA", catalogue.Spanish, week, noon.Add(week)); err != nil || len(s.Passes()) != 1 {
		t.Errorf("%d passes: %v", len(s.Passes()), err)
	}
}

const onePass = `{"id":"a1","token":"00000000000000000000000000000000000000000000000000000000000000ff","office":"MEX/SEDENA","language":"es","created":"2026-11-28T12:00:00Z","ends":"2026-12-05T12:00:00Z"}`

func TestPassFiles(t *testing.T) {
	t.Parallel()
	for what, x := range map[string]struct {
		text string
		good bool
	}{
		"none": {`{"version":1,"passes":[]}`, true}, "one": {`{"version":1,"passes":[` + onePass + `]}`, true},
		"cut": {`{"version":1,"passes":[` + onePass, false}, "twice": {`{"version":1,"passes":[` + onePass + `,` + onePass + `]}`, false},
		"of a later version": {`{"version":2,"passes":[]}`, false}, "of no office": {`{"version":1,"passes":[` + strings.Replace(onePass, "MEX/", "", 1) + `]}`, false},
		"that ends before it begins": {`{"version":1,"passes":[` + strings.Replace(onePass, "2026-12-05", "2026-11-05", 1) + `]}`, false},
		"with more":                  {`{"version":1,"passes":[` + strings.Replace(onePass, `"id"`, `"x":1,"id"`, 1) + `]}`, false},
	} {
		m := durable.NewFaulty()
		open(t, m)
		if err := m.FS().WriteFile("/users/passes.json", []byte(x.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(Config{Folder: "/users", FS: m.FS(), work: cheap})
		var file *FileError
		if x.good != (err == nil) || err != nil && !errors.As(err, &file) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestPassIsOnTheDiskBeforeItCounts: what could not be written neither lets in nor is lost.
func TestPassIsOnTheDiskBeforeItCounts(t *testing.T) {
	t.Parallel()
	m := durable.NewFaulty()
	s := open(t, m)
	p, token := pass(t, s, "MEX/SEDENA")
	m.SetRoom(0)
	if _, _, err := s.GivePass("MEX/FGR", catalogue.Spanish, week, noon); err == nil || len(s.Passes()) != 1 {
		t.Errorf("%d passes on a full disk: %v", len(s.Passes()), err)
	}
	if _, err := s.RevokePass(p.ID, noon); err == nil {
		t.Error("revoked on a full disk")
	}
	if _, err := s.Pass(token, noon); err != nil {
		t.Errorf("a pass that could not be revoked, and nobody was told that it was: %v", err)
	}
}

// FuzzPasses: a file that is read is written again as one that says the same.
func FuzzPasses(f *testing.F) {
	f.Add([]byte(`{"version":1,"passes":[` + onePass + `]}`))
	f.Add([]byte(`{"version":1,"passes":[]}`))
	f.Add([]byte(`{"version":1,"passes":[` + strings.Replace(onePass, `"ends"`, `"revoked":"2026-11-29T00:00:00+01:00","ends"`, 1) + `]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := parsePasses(b)
		if err != nil {
			return
		}
		s := open(t, durable.NewFaulty())
		if err := s.savePasses(all); err != nil {
			t.Fatal(err)
		}
		text, err := s.disk.ReadFile(s.passesName(), mostFile)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parsePasses(text)
		if err != nil || cmp.Diff(all, again, cmpopts.EquateEmpty()) != "" {
			t.Fatalf("%v: %s", err, cmp.Diff(all, again))
		}
	})
}
