package released

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overflight/evidence"
	"overflight/internal/node"
	"overflight/internal/tak"
	"overflight/release"
)

// shelf is what is on record, in memory.
type shelf struct {
	offices  []release.Office
	given    map[string][]node.Given
	products map[evidence.Digest]*release.Product
}

func (s *shelf) Recipients(context.Context) ([]release.Office, error) { return s.offices, nil }

func (s *shelf) Given(_ context.Context, office string) ([]node.Given, error) {
	return slices.Clone(s.given[office]), nil
}

func (s *shelf) Product(_ context.Context, g *node.Given) (*release.Product, error) {
	if p := s.products[g.Product]; p != nil {
		return p, nil
	}
	return nil, errors.New("lost")
}

func newShelf(offices ...release.Office) *shelf {
	return &shelf{given: map[string][]node.Given{}, products: map[evidence.Digest]*release.Product{}, offices: offices}
}

// give gives an office a report of sites.
func (s *shelf) give(t *testing.T, office, report string, version int, sites ...string) {
	t.Helper()
	d := evidence.Digest{byte(len(s.products) + 1)}
	s.products[d] = sitesProduct(t, office, report, version, release.Marking{
		Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX"}, Caveats: []string{}, Handling: release.Amber, Originator: "USA/OPS", Created: start,
	}, sites...)
	s.given[office] = append(s.given[office], node.Given{Release: fmt.Sprint("RL-", len(s.products)), Report: report, Product: d})
}

// What is on record is shown, what was revoked is taken back, and who begins again begins with all of that. Offices on record are there beside
// those of the configuration; one that is shut off is shut out.
func TestFollow(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	for _, name := range []string{"server", "rosa", "ana"} {
		ca.issue(name)
	}
	if err := os.WriteFile(filepath.Join(ca.folder, "revoked"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(fmt.Sprintf(settings, ca.folder), "{name: eva, office: MEX/FGR}", "{name: eva, office: MEX/FGR}, {name: rosa, office: MEX/SEMAR}, {name: max, office: MEX/NONE}", 1)
	if _, err := opened(t, text, newRecord()); err == nil || !strings.Contains(err.Error(), "tak: MEX/NONE: expected one of tak.offices") {
		t.Fatal(err)
	}
	on := newShelf(office("MEX/SEMAR", nil), office("MEX/SEDENA", nil))
	on.give(t, "MEX/SEDENA", "A", 1, "12")
	on.give(t, "MEX/SEMAR", "A", 1, "12", "13")
	on.give(t, "MEX/SEMAR", "B", 1, "14")
	on.given["MEX/SEMAR"][1].Revoked = time.Now().Add(-time.Hour)
	told := newRecord()
	begin := func() (*Service, func(office, want string)) {
		t.Helper()
		s, err := opened(t, text, told, on)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		r := &room{t: t, Picture: s.Picture(), ca: ca, cert: ca.issue("server"), hubs: map[string]*tak.Hub{}}
		for id, a := range s.admitted {
			r.hubs[id] = a.Hub
		}
		return s, func(office, want string) {
			t.Helper()
			var got []string
			for kind := range r.sees(office) {
				got = append(got, kind[:5])
			}
			slices.Sort(got)
			if all := strings.Join(got, " "); all != want {
				t.Errorf("%s is shown %q, want %q", office, all, want)
			}
		}
	}
	s, sees := begin()
	s.follow(t.Context(), true)
	sees("MEX/SEDENA", "a-u-G")
	sees("MEX/SEMAR", "a-u-G t-x-d") // under one name each
	sees("MEX/FGR", "")
	sees("MEX/NONE", "")
	told.until(t, "TAK: not shown.*office=MEX/NONE.*it is neither one of tak.offices nor on record")

	on.give(t, "MEX/FGR", "C", 1, "15")
	on.given["MEX/FGR"] = append(on.given["MEX/FGR"], node.Given{Release: "RL-9", Report: "D", Product: evidence.Digest{99}})
	s.follow(t.Context(), false)
	sees("MEX/FGR", "a-u-G")
	told.until(t, "TAK: not shown.*office=MEX/FGR.*lost")
	on.given["MEX/SEDENA"][0].Revoked = time.Now()
	s.follow(t.Context(), false)
	sees("MEX/SEDENA", "t-x-d")

	// Again from the beginning: the same.
	s, sees = begin()
	s.follow(t.Context(), true)
	sees("MEX/SEDENA", "t-x-d")
	sees("MEX/SEMAR", "a-u-G t-x-d")

	admitted := func(name string) error {
		_, err := s.admit(t.Context(), certificateOf(t, ca.issue(name)))
		return err
	}
	if err := errors.Join(admitted("rosa"), admitted("ana")); err != nil {
		t.Error(err)
	}
	if err := admitted("max"); !errors.Is(err, errShut) {
		t.Errorf("of an office that is not on record: %v", err)
	}
	// One that is put on record is let in at once, with what it was given.
	on.offices = append(on.offices, office("MEX/NONE", nil))
	on.give(t, "MEX/NONE", "E", 1, "16")
	if err := admitted("max"); err != nil {
		t.Error(err)
	}
	sees("MEX/NONE", "a-u-G")
	for i := range on.offices {
		on.offices[i].Revoked = true
	}
	s.follow(t.Context(), false)
	for _, name := range []string{"rosa", "ana"} { // the latter by the configuration too
		if err := admitted(name); !errors.Is(err, errShut) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
