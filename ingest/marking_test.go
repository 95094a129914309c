package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/format/misb/st0102"
)

func TestMarking(t *testing.T) {
	t.Parallel()
	var s st0102.Set
	s.SetClassification(st0102.Restricted)
	s.SetText(st0102.TagClassifyingCountry, "//MEX")
	s.SetText(st0102.TagReleasingInstructions, "MEX USA")
	s.SetText(st0102.TagCaveats, "NO FOTO")
	raw := s.AppendLocal(nil)
	var m marked
	m.read(raw)
	want := &Marking{Classification: "RESTRICTED", Country: "MEX", Caveats: "NO FOTO", Releasable: []string{"MEX", "USA"}}
	if diff := cmp.Diff(want, m.newest); diff != "" {
		t.Fatal(diff)
	}
	first := m.newest
	m.read(raw)
	if m.newest != first {
		t.Error("the same bytes were read again")
	}
	m.read([]byte{st0102.TagClassification, 1, 99}) // a code that the standard does not define
	if m.newest != first {
		t.Errorf("%+v: what says nothing took the place of what was said", m.newest)
	}
	s.SetClassification(st0102.Secret)
	m.read(s.AppendLocal(nil))
	if m.newest.Classification != "SECRET" || first.Classification != "RESTRICTED" {
		t.Errorf("%+v, and %+v before", m.newest, first)
	}
}
