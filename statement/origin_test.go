package statement

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"overflight/authority"
)

// originLedger puts the statements of the origin story on record in the order of their files.
func originLedger(t *testing.T) *Ledger {
	t.Helper()
	note, err := os.ReadFile("testdata/origin/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/origin/*.json")
	if err != nil || len(files) != 8 {
		t.Fatalf("%d statements: %v", len(files), err)
	}
	l := NewLedger()
	for i, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		a, err := Decode(KindMade, b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := Documents(a); len(d) != 1 || d[0] != sha256.Sum256(note) {
			t.Errorf("%s names %v, the note on sources is %x", name, d, sha256.Sum256(note))
		}
		if err := l.Apply(a, authority.Recorded{At: at(t, "2025-03-01"), Sequence: uint64(100 + i), Digest: sha256.Sum256(b)}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return l
}

// originRecord is a simulated record: two flights that looked into Mexico from outside, on the two days of which the minister
// spoke, with an attested loadout; complete from the first of these days to the last, and silent of all others.
func originRecord(t *testing.T) *author {
	a := newAuthor(t)
	for i, from := range []string{"2025-01-31 15:00", "2025-02-03 15:00"} {
		number := []string{"SIM-2025-0001", "SIM-2025-0002"}[i]
		a.act(authority.LoadoutAttested{
			ID: "loadout-" + number, Tail: "N1", Stations: []authority.Station{{Station: "1", Carried: authority.Sensor}},
			At: at(t, from), Period: authority.Period{From: at(t, from), To: at(t, from).AddDate(0, 0, 1)}, By: "ana",
		}, from[:10])
		a.look(a.fly(number, from), "MEX", Outside, true)
	}
	a.covers("2025-01-31", "2025-02-04")
	return a
}

// TestOriginStory: a flight that looked in from outside satisfies both sentences of the minister, and both are shown beside the
// looks; what the record does not tell contradicts nobody.
func TestOriginStory(t *testing.T) {
	t.Parallel()
	l, a := originLedger(t), originRecord(t)
	looks := []uint64{4, 8} // events of the two looks
	for _, tc := range []struct {
		id     string
		want   Finding
		shows  Finding
		code   Code
		parts  []Code
		beside []uint64
	}{
		{"origin-not-entered", Supported, Supported, CodeNotEntered, []Code{PartClear, PartClear, PartComplete}, looks},
		{"origin-cannot-rule-out", NotChecked, Supported, CodeLooked, []Code{PartLook, PartLook}, nil},
		{"origin-flights-reported", CannotBeDetermined, CannotBeDetermined, CodeNoneOnRecord, []Code{PartNotComplete, PartNotComplete}, looks},
		{"origin-stepped-up", CannotBeDetermined, CannotBeDetermined, CodeMayBeMore, []Code{PartNotComplete, PartNotComplete, PartNotComplete}, nil},
		{"origin-unarmed", Supported, Supported, CodeUnarmed, []Code{PartAttested, PartAttested}, nil},
		{"origin-designations-expected", NotChecked, NotChecked, CodeNoClaim, nil, nil},
		{"origin-designations-published", NotChecked, NotChecked, CodeNoClaim, nil, nil},
		{"origin-not-addressed", NotChecked, CannotBeDetermined, CodeNoneOnRecord, []Code{PartNotComplete, PartNotComplete}, looks},
	} {
		e, err := l.Find(tc.id, at(t, now))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Check(e.Act, a.record, at(t, now))
		if err != nil {
			t.Fatal(err)
		}
		var parts []Code
		for _, p := range got.Parts {
			parts = append(parts, p.Code)
		}
		var beside []uint64
		for _, p := range got.Beside {
			for _, x := range p.Events {
				beside = append(beside, x.Sequence)
			}
		}
		if got.Finding != tc.want || got.Shows != tc.shows || got.Code != tc.code || !slices.Equal(parts, tc.parts) || !slices.Equal(beside, tc.beside) {
			t.Errorf("%s: %v, shows %v, %s: %v beside %v", tc.id, got.Finding, got.Shows, got.Code, parts, beside)
		}
		if !got.Consistent() {
			t.Errorf("%s is contradicted", tc.id)
		}
	}
	same, err := l.SameMatter("origin-not-entered", at(t, now))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range same {
		ids = append(ids, e.Act.ID)
	}
	if want := []string{"origin-cannot-rule-out", "origin-flights-reported", "origin-stepped-up", "origin-not-addressed"}; !slices.Equal(ids, want) {
		t.Errorf("on the same matter: %v, want %v", ids, want)
	}
}
