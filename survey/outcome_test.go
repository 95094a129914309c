package survey

import (
	"errors"
	"testing"
	"time"

	"overflight/designation"
)

var key = designation.Key{List: designation.OFAC, ID: "11440", Programme: "FTO"}

// TestAttributions: asserted and contested stand side by side; what names no designation or no attribution is refused.
func TestAttributions(t *testing.T) {
	t.Parallel()
	var b Book
	observe(t, &b, report("a", Tank, 0, 0, 30, "A", noon), report("b", Tank, 3000, 0, 30, "A", noon))
	a := Attribution{
		ID: "x", Site: 1, Founder: "a", Key: key, Stance: Asserts, Who: "SEDENA", Source: "report 7", Reliability: "B", Credibility: 2, Said: noon, By: "ana", At: noon.Add(time.Hour),
	}
	if err := b.Attribute(a, 3); err != nil {
		t.Fatal(err)
	}
	c := a
	c.ID, c.Stance, c.Of, c.Who = "y", Contests, "x", "FGR"
	if err := b.Attribute(c, 4); err != nil {
		t.Fatal(err)
	}
	s, err := b.Assess(nil).Site(1)
	if err != nil || len(s.Attributions) != 2 || s.Attributions[0].Grade() != "B2" || s.Attributions[1].Of != "x" {
		t.Errorf("%+v, %v", s.Attributions, err)
	}
	for name, change := range map[string]func(*Attribution){
		"stance": func(a *Attribution) { a.Stance = "knows" }, "of": func(a *Attribution) { a.Of = "x" }, "reliability": func(a *Attribution) { a.Reliability = "G" },
		"credibility": func(a *Attribution) { a.Credibility = 7 }, "said": func(a *Attribution) { a.Said = a.At.Add(time.Hour) }, "who": func(a *Attribution) { a.Who = "" },
		"designation": func(a *Attribution) { a.Key.Programme = "" }, "source": func(a *Attribution) { a.Source = "two\nlines" },
	} {
		bad := a
		bad.ID = "z"
		change(&bad)
		var f *Fault
		if err := b.Attribute(bad, 5); !errors.As(err, &f) || f.Where != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.ID, c.Of = "z", "nobody's"
	if err := b.Attribute(c, 6); !errors.Is(err, ErrInput) {
		t.Errorf("contests nothing: %v", err)
	}
	c.Of, c.Site, c.Founder = "x", 2, "b"
	if err := b.Attribute(c, 7); !errors.Is(err, ErrInput) {
		t.Errorf("contests that of another site: %v", err)
	}
	if err := b.Attribute(a, 8); !errors.Is(err, ErrExists) {
		t.Errorf("the same id again: %v", err)
	}
	a.ID = "site-1-3" // somebody's own name is what the third would be called
	if err := b.Attribute(a, 9); err != nil {
		t.Fatal(err)
	}
	for seq, want := range []string{"site-1-4", "site-1-5"} {
		if a.ID = b.FreeID(1); a.ID != want {
			t.Errorf("the next is called %s, want %s", a.ID, want)
		}
		if err := b.Attribute(a, uint64(10+seq)); err != nil {
			t.Error(err)
		}
	}
	a.ID, a.Site, a.Founder = "site-2-1", 1, "a"
	if err := b.Attribute(a, 12); err != nil {
		t.Fatal(err)
	}
	if got := b.FreeID(2); got != "site-2-2" {
		t.Errorf("the first of the second site is called %s, which another has", got)
	}
}
