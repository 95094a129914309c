package rulesets

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/release"
)

func office() release.Office {
	return release.Office{
		ID: "MEX/SEDENA", State: "MEX", Level: "CONFIDENTIAL", Handling: release.Amber, Compartments: []string{"SIERRA"},
		Classes: []release.Class{release.Position, release.Time, release.Finding}, Purposes: []string{"find-laboratories"}, PlaceDigits: 6, TimeDigits: 12, Delay: time.Hour,
	}
}

// Each rule withholds by itself what it is about, and says so.
func TestReleaseRules(t *testing.T) {
	t.Parallel()
	p, _, err := Release()
	if err != nil {
		t.Fatal(err)
	}
	text, place := release.FieldSpec{Name: "signs", Class: release.Finding, Kind: release.Text}, release.FieldSpec{Name: "place", Class: release.Position, Kind: release.Place}
	at := release.FieldSpec{Name: "first_seen", Class: release.Time, Kind: release.Instant}
	type ask struct {
		o    release.Office
		q    release.Question
		m    release.Marking
		spec release.FieldSpec
	}
	for _, x := range []struct {
		name   string
		change func(*ask)
		want   release.Grant
	}{
		{"all is well", func(*ask) {}, release.Grant{Digits: 1}},
		{"a place", func(a *ask) { a.spec = place }, release.Grant{Digits: 6, Reasons: []string{"place-floor"}}},
		{"a fine place", func(a *ask) { a.spec, a.o.PlaceDigits = place, 12 }, release.Grant{Digits: 12}},
		{"no place", func(a *ask) { a.spec, a.o.PlaceDigits = place, 0 }, release.Grant{Reasons: []string{"place-floor"}}},
		{"an instant", func(a *ask) { a.spec = at }, release.Grant{Digits: 12, Reasons: []string{"time-floor"}}},
		{"another class", func(a *ask) { a.spec.Class = release.Source }, release.Grant{Reasons: []string{release.ReasonNoRule}}},
		{"another state", func(a *ask) { a.o.State = "GTM" }, release.Grant{Reasons: []string{"not-releasable"}}},
		{"nobody", func(a *ask) { a.m.ReleasableTo = nil }, release.Grant{Reasons: []string{"not-releasable"}}},
		{"too secret", func(a *ask) { a.m.Classification = "SECRET" }, release.Grant{Reasons: []string{"classification"}}},
		{"too strict", func(a *ask) { a.m.Handling = release.AmberStrict }, release.Grant{Reasons: []string{"handling"}}},
		{"held", func(a *ask) { a.m.Caveats = []string{"SIERRA"} }, release.Grant{Digits: 1}},
		{"not held", func(a *ask) { a.m.Caveats = []string{"NORTE", "SIERRA"} }, release.Grant{Reasons: []string{"compartment"}}},
		{"another purpose", func(a *ask) { a.q.Purpose = "elections" }, release.Grant{Reasons: []string{"purpose"}}},
		{"too soon", func(a *ask) { a.q.Age = time.Minute }, release.Grant{Reasons: []string{"delay"}}},
		{"revoked", func(a *ask) { a.o.Revoked = true }, release.Grant{Reasons: []string{"office-revoked"}}},
		{"several", func(a *ask) { a.o.Revoked, a.m.Classification, a.q.Age = true, "TOP SECRET", 0 }, release.Grant{Reasons: []string{"classification", "delay", "office-revoked"}}},
		{"an office that is nothing", func(a *ask) { a.o = release.Office{} }, release.Grant{Reasons: []string{"classification", "handling", "not-releasable", "purpose"}}},
	} {
		a := ask{office(), release.Question{Purpose: "find-laboratories", Age: 2 * time.Hour}, release.Marking{Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX"}, Handling: release.Amber, Originator: "USA/OPS"}, text}
		x.change(&a)
		a.q.Office = a.o
		v := release.Value{Kind: release.Text, Text: "tank"}
		switch a.spec.Kind {
		case release.Place:
			v = release.Value{Kind: release.Place, Text: "9s7ecbcdefgh"}
		case release.Instant:
			v = release.Value{Kind: release.Instant, Text: "20260301100000123"}
		}
		got := p.Granted(a.q)(0, a.spec, release.Field{Name: a.spec.Name, Value: v, Marking: a.m})
		if d := cmp.Diff(x.want, got); d != "" {
			t.Errorf("%s: %s", x.name, d)
		}
		for _, id := range got.Reasons {
			if r, ok := p.Rule(id); !ok && id != release.ReasonNoRule || ok && (r.English == "" || r.Spanish == "" || r.English == r.Spanish) {
				t.Errorf("%s: rule %s says %q and %q", x.name, id, r.English, r.Spanish)
			}
		}
	}
}

// A rule that cannot be told withholds: Cedar alone would pass over one that forbids.
func TestBrokenRule(t *testing.T) {
	t.Parallel()
	p, err := release.ParsePolicy("x", []byte(`@id("a") permit (principal, action, resource); @id("b") @en("b") @es("c") forbid (principal, action, resource) when { resource.colour == "red" };`), evidence.Digest{})
	if err != nil {
		t.Fatal(err)
	}
	got := p.Granted(release.Question{Office: office()})(0, release.FieldSpec{Name: "x", Class: release.Finding, Kind: release.Text}, release.Field{Value: release.Value{Kind: release.Text}})
	if d := cmp.Diff(release.Grant{Reasons: []string{"b", release.ReasonBroken}}, got); d != "" {
		t.Error(d)
	}
	for text, want := range map[string]string{
		``:                                      "no rule",
		`permit (principal, action, resource);`: `line 1: @id("")`,
		`@id("a") forbid (principal, action, resource);`:                                                "line 1: rule a: expected @en",
		`@id("a") permit (principal, action, resource); @id("a") permit (principal, action, resource);`: `@id("a")`,
		`permit (`: "reading release rules x",
	} {
		if _, err := release.ParsePolicy("x", []byte(text), evidence.Digest{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Markings are told apart by their words, not by how those look in a row.
func TestReleaseCaveatsWithSeparators(t *testing.T) {
	t.Parallel()
	p, _, err := Release()
	if err != nil {
		t.Fatal(err)
	}
	o := office()
	o.Compartments = []string{"NORTE", "SIERRA"}
	granted := p.Granted(release.Question{Office: o, Purpose: "find-laboratories", Age: 2 * time.Hour})
	spec := release.FieldSpec{Name: "signs", Class: release.Finding, Kind: release.Text}
	for _, x := range []struct {
		caveats []string
		want    int
	}{{[]string{"NORTE", "SIERRA"}, 1}, {[]string{"NORTE,SIERRA"}, 0}} {
		m := release.Marking{Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX"}, Caveats: x.caveats, Handling: release.Amber, Originator: "USA/OPS"}
		if g := granted(0, spec, release.Field{Name: spec.Name, Value: release.Value{Kind: release.Text, Text: "x"}, Marking: m}); g.Digits != x.want {
			t.Errorf("%q: %+v", x.caveats, g)
		}
	}
}
