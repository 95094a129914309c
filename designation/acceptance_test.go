package designation_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/designation"
	"overflight/evidence"
	"overflight/ingest"
	"overflight/internal/designations"
	"overflight/internal/recordings"
	"overflight/validity"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func key(id, programme string) designation.Key {
	return designation.Key{List: designation.OFAC, ID: id, Programme: programme}
}

func entity(id string) designation.Entity { return designation.Entity{List: designation.OFAC, ID: id} }

// The sample editions, dated as their provenance says. That the dates are right is not known; it does not matter here.
var editions = []struct{ file, day string }{
	{"sdn_2019-01_extract.csv", "2019-01-15T05:00:00Z"},
	{"sdn_2021-07_extract.csv", "2021-07-07T04:00:00Z"},
	{"sdn_2026-04-23_extract.csv", "2026-04-23T04:00:00Z"},
}

// takeIn imports a sample edition, recorded at an instant.
func takeIn(t testing.TB, r *designation.Register, file string, day, recorded time.Time, alt bool) designation.Report {
	t.Helper()
	b := recordings.Read(t, "authority/"+file)
	e := designation.Edition{
		List: designation.OFAC, Document: day, By: "duty officer", Convention: "days begin in New York",
		Sources: []designation.Source{{Name: file, Digest: sha256.Sum256(b)}},
	}
	var second, third io.Reader
	if alt {
		c, d := recordings.Read(t, "authority/alt_2025-12-24_extract.csv"), recordings.Read(t, "authority/add_2025-12-24_extract.csv")
		e.Sources = append(e.Sources, designation.Source{Name: "ALT.CSV", Digest: sha256.Sum256(c)}, designation.Source{Name: "ADD.CSV", Digest: sha256.Sum256(d)})
		second, third = bytes.NewReader(c), bytes.NewReader(d)
	}
	l, err := ingest.OFAC(bytes.NewReader(b), second, third, nil)
	if err != nil {
		t.Fatal(err)
	}
	acts, report, err := r.Import(l.All, e)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range acts {
		apply(t, r, a, recorded)
	}
	return report
}

func apply(t testing.TB, r *designation.Register, a designation.Act, recorded time.Time) {
	t.Helper()
	if err := r.Apply(a, recorded); err != nil {
		t.Fatal(err)
	}
}

var expectation = designation.Expected{
	ID: "e1", Key: key("11440", "FTO"), By: "an outlet, quoting officials", Said: at("2025-02-18T15:00:00Z"),
	For: at("2025-02-19T05:00:00Z"), Source: "report of 18 February 2025",
}

// february is the register of a node that imported each edition on its day, recorded the expectation, and got the
// fact file with the product in 2026.
func february(t testing.TB) *designation.Register {
	t.Helper()
	r := designation.New(designations.Shipped)
	for _, e := range editions[:2] {
		takeIn(t, r, e.file, at(e.day), at(e.day).Add(6*time.Hour), false)
	}
	apply(t, r, expectation, at("2025-02-18T16:00:00Z"))
	takeIn(t, r, editions[2].file, at(editions[2].day), at(editions[2].day).Add(6*time.Hour), true)
	facts(t, r, at("2026-05-01T00:00:00Z"))
	return r
}

func facts(t testing.TB, r *designation.Register, recorded time.Time) {
	t.Helper()
	all, err := designations.Notices()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range all {
		apply(t, r, n, recorded)
	}
}

// six are the organisations of the notice, with what §1 of the fact sheet says of them.
var six = []struct {
	id, before, programmesBefore, after, programmesAfter string
	aliases                                              []string
}{
	{"10386", "GULF CARTEL", "SDNTK", "GULF CARTEL", "FTO ILLICIT-DRUGS-EO14059 SDGT SDNTK", []string{"CDG", "CARTEL DEL GOLFO"}},
	{"11438", "LOS ZETAS", "SDNTK TCO", "CARTEL DEL NORESTE", "FTO ILLICIT-DRUGS-EO14059 SDGT SDNTK TCO", []string{"LOS ZETAS", "CDN", "NORTHEAST CARTEL"}},
	{"11440", "SINALOA CARTEL", "SDNTK", "SINALOA CARTEL", "FTO ILLICIT-DRUGS-EO14059 SDGT SDNTK", []string{"CARTEL DE SINALOA", "MEXICAN FEDERATION"}},
	{"17671", "CARTEL DE JALISCO NUEVA GENERACION", "SDNTK", "CARTEL DE JALISCO NUEVA GENERACION", "FTO ILLICIT-DRUGS-EO14059 SDGT SDNTK", []string{"CJNG", "JALISCO NEW GENERATION CARTEL"}},
	{"39376", "", "", "LA NUEVA FAMILIA MICHOACANA", "FTO ILLICIT-DRUGS-EO14059 SDGT", []string{"LNFM"}},
	{"52892", "", "", "CARTELES UNIDOS", "FTO ILLICIT-DRUGS-EO14059 SDGT", []string{"UNITED CARTELS", "CARTEL DE TEPALCATEPEC"}},
}

func TestTheSixAcrossEditions(t *testing.T) {
	t.Parallel()
	r := february(t)
	var ids []string
	for _, e := range r.Entities(designation.OFAC) {
		ids = append(ids, e.ID)
	}
	if got := strings.Join(ids, " "); got != "10386 11438 11439 11440 15412 17671 17672 39376 52435 52892" {
		t.Error(got)
	}
	if got := r.Keys(entity("52892")); len(got) != 3 || got[0] != key("52892", "FTO") {
		t.Error(got)
	}
	for _, s := range six {
		for _, day := range []string{"2019-02-01T00:00:00Z", "2021-08-01T00:00:00Z"} {
			row, ok := r.Row(entity(s.id), validity.AsOf{Valid: at(day), Known: at(day)})
			if ok != (s.before != "") || row.Name != s.before || strings.Join(row.Programmes, " ") != s.programmesBefore {
				t.Errorf("%s on %s: %+v %v", s.id, day, row, ok)
			}
		}
		now := at("2026-05-02T00:00:00Z")
		row, ok := r.Row(entity(s.id), validity.AsOf{Valid: now, Known: now})
		if !ok || row.Name != s.after || strings.Join(row.Programmes, " ") != s.programmesAfter {
			t.Errorf("%s now: %+v %v", s.id, row, ok)
		}
		for _, alias := range s.aliases {
			if !slices.ContainsFunc(row.Aliases, func(n designation.Name) bool { return n.Text == alias }) {
				t.Errorf("%s has no alias %s: %v", s.id, alias, row.Aliases)
			}
		}
		for _, p := range []string{"FTO", "SDGT"} {
			if a := r.InForce(key(s.id, p), validity.AsOf{Valid: at("2025-02-20T12:00:00Z"), Known: now}); a.Standing != designation.In || a.Reason != designation.ByNotice {
				t.Errorf("%v on 20 February 2025: %v, %v", a.Key, a.Standing, a.Reason)
			}
			if a := r.InForce(key(s.id, p), validity.AsOf{Valid: at("2025-02-18T12:00:00Z"), Known: now}); a.Standing != designation.NotIn {
				t.Errorf("%v on 18 February 2025: %v, %v", a.Key, a.Standing, a.Reason)
			}
		}
	}
}

func TestOneIdentityThroughARename(t *testing.T) {
	t.Parallel()
	r := february(t)
	zetas := entity("11438")
	apply(t, r, designation.Picked{ID: "p1", Typed: "Los Zetas", Entity: zetas, Reason: "named so in the order", By: "A. Rivas"}, at("2021-08-01T00:00:00Z"))
	for _, tc := range []struct{ day, name string }{
		{"2019-02-01T00:00:00Z", "LOS ZETAS"}, {"2021-08-01T00:00:00Z", "LOS ZETAS"}, {"2026-05-02T00:00:00Z", "CARTEL DEL NORESTE"},
	} {
		if name, ok := r.NameAt(zetas, validity.AsOf{Valid: at(tc.day), Known: at(tc.day)}); !ok || name != tc.name {
			t.Errorf("on %s it is %q", tc.day, name)
		}
	}
	if picks := r.Picks(zetas); len(picks) != 1 || picks[0].Act.(designation.Picked).Typed != "Los Zetas" {
		t.Errorf("%+v", picks)
	}
	var primary []string
	for _, n := range r.Names(zetas, at("2026-05-02T00:00:00Z")) {
		if n.Primary {
			primary = append(primary, n.Text)
		}
	}
	if d := cmp.Diff([]string{"CARTEL DEL NORESTE", "LOS ZETAS"}, primary); d != "" {
		t.Error(d)
	}
	for _, n := range r.Names(zetas, at("2021-08-01T00:00:00Z")) {
		if n.Text == "CARTEL DEL NORESTE" {
			t.Error("the new name was known in 2021")
		}
	}
}

// TestWhenFTO is §4 of the fact sheet and the origin story, on a node that had imported the edition of 2021.
func TestWhenFTO(t *testing.T) {
	t.Parallel()
	r := february(t)
	const now = "2026-06-01T00:00:00Z"
	for _, tc := range []struct {
		name, id, programme, valid, known string
		standing                          designation.Standing
		reason                            designation.Reason
		expected                          int
	}{
		{"18th, then", "11440", "FTO", "2025-02-18T12:00:00Z", "2025-02-18T12:00:00Z", designation.NotIn, designation.NeverListed, 0},
		{"18th, with hindsight", "11440", "FTO", "2025-02-18T12:00:00Z", now, designation.NotIn, designation.BeforeNotice, 1},
		{"19th, expected, known that morning", "11440", "FTO", "2025-02-19T12:00:00Z", "2025-02-19T04:00:00Z", designation.NotIn, designation.NeverListed, 1},
		{"19th, at public inspection", "11440", "FTO", "2025-02-19T12:00:00Z", "2025-02-19T20:00:00Z", designation.NotIn, designation.BeforeNotice, 1},
		{"19th, with hindsight", "11440", "FTO", "2025-02-19T12:00:00Z", now, designation.NotIn, designation.BeforeNotice, 1},
		{"20th", "11440", "FTO", "2025-02-20T12:00:00Z", "2025-02-20T12:00:00Z", designation.In, designation.ByNotice, 1},
		{"20th 06:00, known on the 19th 20:00", "11440", "FTO", "2025-02-20T06:00:00Z", "2025-02-19T20:00:00Z", designation.In, designation.ByNotice, 1},
		{"20th, known on the 18th", "11440", "FTO", "2025-02-20T12:00:00Z", "2025-02-18T12:00:00Z", designation.NotIn, designation.NeverListed, 0},
		{"20th 02:00, before midnight in New York", "11440", "FTO", "2025-02-20T02:00:00Z", now, designation.NotIn, designation.BeforeNotice, 1},
		{"the first instant", "11440", "FTO", "2025-02-20T05:00:00Z", now, designation.In, designation.ByNotice, 1},
		{"an hour before midnight", "11440", "FTO", "2025-02-20T04:59:59Z", now, designation.NotIn, designation.BeforeNotice, 1},
		{"today", "11440", "FTO", now, now, designation.In, designation.ByNotice, 1},
		{"LFM is not FTO", "11439", "FTO", "2025-02-20T12:00:00Z", now, designation.NotIn, designation.NeverListed, 0},
		{"LFM stands under SDNTK", "11439", "SDNTK", "2025-02-20T12:00:00Z", now, designation.In, designation.Listed, 0},
		{"Viagras are not FTO", "52435", "FTO", "2025-02-20T12:00:00Z", now, designation.NotIn, designation.NeverListed, 0},
		{"Cuinis are not FTO", "17672", "FTO", "2025-02-20T12:00:00Z", now, designation.NotIn, designation.NeverListed, 0},
		{"Viagras came between editions", "52435", "ILLICIT-DRUGS-EO14059", "2025-02-20T12:00:00Z", now, designation.Unknown, designation.Appeared, 0},
		{"Viagras today", "52435", "ILLICIT-DRUGS-EO14059", now, now, designation.In, designation.Listed, 0},
		{"before the first edition that lists it", "11440", "SDNTK", "2018-01-01T00:00:00Z", now, designation.Unknown, designation.BeforeListed, 0},
		{"a list that was never imported", "CDe.001", "DRC", now, now, designation.Unknown, designation.NeverImported, 0},
	} {
		k := key(tc.id, tc.programme)
		if tc.id == "CDe.001" {
			k.List = designation.UN
		}
		a := r.InForce(k, validity.AsOf{Valid: at(tc.valid), Known: at(tc.known)})
		if a.Standing != tc.standing || a.Reason != tc.reason || len(a.Expected) != tc.expected {
			t.Errorf("%s: %v %s with %d expectations, want %v %s with %d", tc.name, a.Standing, a.Reason, len(a.Expected), tc.standing, tc.reason, tc.expected)
		}
		if a.Reason != designation.NeverImported && len(a.Used) == 0 {
			t.Errorf("%s: rests on nothing", tc.name)
		}
		if valid := a.Valid.InForce(at(tc.valid)); !valid {
			t.Errorf("%s: the answer holds for %v, not for the instant asked about", tc.name, a.Valid)
		}
	}
}

func TestBothInstantsAndTheConventionStayVisible(t *testing.T) {
	t.Parallel()
	r := february(t)
	a := r.InForce(key("11440", "FTO"), validity.AsOf{Valid: at("2025-02-20T02:00:00Z"), Known: at("2025-03-01T00:00:00Z")})
	if !a.Used[0].Known.Equal(at("2025-02-19T05:00:00Z")) || !a.Used[0].Recorded.Equal(at("2026-05-01T00:00:00Z")) {
		t.Errorf("known %v, recorded %v", a.Used[0].Known, a.Used[0].Recorded)
	}
	if c := strings.Join(a.Conventions(), "; "); !strings.Contains(c, "00:00 America/New_York") {
		t.Errorf("the convention is not said: %q", c)
	}
	n := a.Used[0].Act.(designation.Noticed)
	if !n.Signed.Equal(at("2025-02-06T05:00:00Z")) || !n.Published.Equal(at("2025-02-20T05:00:00Z")) || n.Document.Reference != "2025-02873" {
		t.Errorf("%+v", n)
	}
}

// TestBeforePublication: a node that has nothing but the fact file says what was so before the notice was public. Of what the
// file does not have it knows nothing, and an edition that was known then is asked first.
func TestBeforePublication(t *testing.T) {
	t.Parallel()
	fresh := designation.New(designations.Shipped)
	facts(t, fresh, at("2026-05-01T00:00:00Z"))
	edition := designation.New(designations.Shipped)
	takeIn(t, edition, editions[1].file, at(editions[1].day), at(editions[1].day), false)
	facts(t, edition, at("2026-05-01T00:00:00Z"))
	now := "2026-06-01T00:00:00Z"
	for _, tc := range []struct {
		r                        *designation.Register
		id, programme, at, known string
		standing                 designation.Standing
		reason                   designation.Reason
	}{
		{fresh, "11440", "FTO", "2025-02-18T12:00:00Z", "2025-02-18T12:00:00Z", designation.NotIn, designation.NotPublished},
		{fresh, "11440", "FTO", "2025-02-20T12:00:00Z", "2025-02-18T12:00:00Z", designation.NotIn, designation.NotPublished},
		{fresh, "11440", "FTO", "2025-02-20T12:00:00Z", "2025-02-19T04:59:59Z", designation.NotIn, designation.NotPublished},
		{fresh, "11440", "FTO", "2025-02-20T12:00:00Z", "2025-02-19T05:00:00Z", designation.In, designation.ByNotice},
		{fresh, "11440", "FTO", "2025-02-19T12:00:00Z", "2025-02-19T12:00:00Z", designation.NotIn, designation.BeforeNotice},
		{fresh, "11440", "FTO", "2025-02-18T12:00:00Z", now, designation.NotIn, designation.BeforeNotice},
		{fresh, "11440", "SDNTK", "2025-02-18T12:00:00Z", "2025-02-18T12:00:00Z", designation.Unknown, designation.NeverImported},
		{fresh, "11439", "FTO", "2025-02-18T12:00:00Z", "2025-02-18T12:00:00Z", designation.Unknown, designation.NeverImported},
		{edition, "11440", "FTO", "2025-02-18T12:00:00Z", "2025-02-18T12:00:00Z", designation.NotIn, designation.NeverListed},
	} {
		a := tc.r.InForce(key(tc.id, tc.programme), validity.AsOf{Valid: at(tc.at), Known: at(tc.known)})
		if a.Standing != tc.standing || a.Reason != tc.reason {
			t.Errorf("%s %s at %s known %s: %v, %v", tc.id, tc.programme, tc.at, tc.known, a.Standing, a.Reason)
		}
		if a.Reason == designation.NotPublished && (len(a.Used) != 1 || !a.Used[0].Known.Equal(at("2025-02-19T05:00:00Z"))) {
			t.Errorf("rests on %+v", a.Used)
		}
	}
}

// TestKnowledgeCannotBePutBack: only a fact file that is shipped counts as known from its public date.
func TestKnowledgeCannotBePutBack(t *testing.T) {
	t.Parallel()
	for name, shipped := range map[string]func(evidence.Digest) bool{"none": nil, "another": func(evidence.Digest) bool { return false }} {
		r := designation.New(shipped)
		facts(t, r, at("2026-05-01T00:00:00Z"))
		q := validity.AsOf{Valid: at("2025-02-20T12:00:00Z"), Known: at("2025-02-20T12:00:00Z")}
		if a := r.InForce(key("11440", "FTO"), q); a.Standing != designation.Unknown || a.Reason != designation.NeverImported {
			t.Errorf("%s: %v %v", name, a.Standing, a.Reason)
		}
		q.Known = at("2026-05-01T00:00:00Z")
		if a := r.InForce(key("11440", "FTO"), q); a.Standing != designation.In {
			t.Errorf("%s: %v %v", name, a.Standing, a.Reason)
		}
	}
}

func TestTheSameFileAgainChangesNothing(t *testing.T) {
	t.Parallel()
	r := february(t)
	e := editions[1]
	if report := takeIn(t, r, e.file, at(e.day), at("2026-06-01T00:00:00Z"), false); report.Already == nil || !report.Already.Document.Equal(at(e.day)) {
		t.Errorf("the same file: %+v", report)
	}
	if got := len(r.Editions(designation.OFAC)); got != 3 {
		t.Errorf("%d editions", got)
	}
	// The same rows in another file, with other line ends and another order.
	lines := strings.Split(strings.TrimSpace(string(recordings.Read(t, "authority/"+e.file))), "\n")
	slices.Reverse(lines)
	l, err := ingest.OFAC(strings.NewReader(strings.Join(lines, "\n")+"\n"), nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	edition := designation.Edition{List: designation.OFAC, Document: at(e.day), By: "x", Sources: []designation.Source{{Name: "other", Digest: evidence.Digest{1}}}}
	if acts, report, err := r.Import(l.All, edition); err != nil || len(acts) != 0 || report.Already == nil {
		t.Errorf("the same content: %d acts, %+v, %v", len(acts), report, err)
	}
	edition.Document = at("2022-01-01T00:00:00Z")
	if acts, report, err := r.Import(l.All, edition); err != nil || len(acts) != 1 || report.Already != nil || report.Rows != (designation.Tally{}) {
		t.Errorf("the same content on a later day is an edition without changes: %d acts, %+v, %v", len(acts), report, err)
	}
}

func TestReportOfAnEdition(t *testing.T) {
	t.Parallel()
	r := designation.New(nil)
	first := takeIn(t, r, editions[1].file, at(editions[1].day), at(editions[1].day), false)
	if first.Against != nil || first.Rows != (designation.Tally{Added: 7}) || first.Listed != 7 {
		t.Errorf("%+v", first)
	}
	report := takeIn(t, r, editions[2].file, at(editions[2].day), at(editions[2].day), false)
	if report.Against == nil || !report.Against.Document.Equal(at(editions[1].day)) {
		t.Errorf("against %+v", report.Against)
	}
	for _, tc := range []struct {
		what string
		in   []designation.Key
		key  designation.Key
		want bool
	}{
		{"added", report.Keys.Added, key("11440", "FTO"), true},
		{"added", report.Keys.Added, key("52892", "SDGT"), true},
		{"added", report.Keys.Added, key("11439", "FTO"), false},
		{"removed", report.Keys.Removed, key("15412", "TCO"), true},
		{"changed", report.Keys.Changed, key("11438", "SDNTK"), true},
		{"changed", report.Keys.Changed, key("11439", "SDNTK"), false}, // a programme was added, nothing else
	} {
		if got := slices.Contains(tc.in, tc.key); got != tc.want {
			t.Errorf("%s %v: %v", tc.what, tc.key, got)
		}
	}
	for _, n := range []designation.NameChange{
		{Entity: entity("11438"), Primary: true, Before: "LOS ZETAS", After: "CARTEL DEL NORESTE"},
		{Entity: entity("11438"), After: "LOS ZETAS"},
		{Entity: entity("15412"), Primary: true, Before: "MS-13"},
	} {
		if !slices.Contains(report.Names, n) {
			t.Errorf("no %+v in %+v", n, report.Names)
		}
	}
	// An older edition that comes late is told against the one that precedes it, and nothing of what was known before changes.
	q := validity.AsOf{Valid: at("2024-01-01T00:00:00Z"), Known: at("2026-05-01T00:00:00Z")}
	before := r.InForce(key("17672", "SDNTK"), q)
	late := takeIn(t, r, editions[0].file, at(editions[0].day), at("2026-06-01T00:00:00Z"), false)
	if late.Against != nil || late.Rows != (designation.Tally{Added: 6}) {
		t.Errorf("%+v", late)
	}
	if d := cmp.Diff(before, r.InForce(key("17672", "SDNTK"), q)); d != "" {
		t.Error(d)
	}
	q = validity.AsOf{Valid: at("2019-06-01T00:00:00Z"), Known: at("2026-07-01T00:00:00Z")}
	if a := r.InForce(key("11438", "TCO"), q); a.Standing != designation.In {
		t.Errorf("%v %v", a.Standing, a.Reason)
	}
	if a := r.InForce(key("17672", "SDNTK"), q); a.Standing != designation.Unknown || a.Reason != designation.Appeared {
		t.Errorf("%v %v", a.Standing, a.Reason)
	}
}

func TestALookAlikeIsNeverAMatch(t *testing.T) {
	t.Parallel()
	r := february(t)
	beside := func(s designation.Suggestion, id string) bool {
		return slices.ContainsFunc(s.Beside, func(l designation.LookAlike) bool { return l.Entity == entity(id) })
	}
	for _, tc := range []struct{ asked, first, other string }{
		{"LA FAMILIA MICHOACANA", "11439", "39376"},
		{"La Nueva Familia Michoacana", "39376", "11439"},
		{"familia  michoacána, LA", "11439", "39376"},
	} {
		got := r.Search(tc.asked, 10)
		if len(got) < 2 || got[0].Entity != entity(tc.first) || got[1].Entity != entity(tc.other) || !beside(got[0], tc.other) || !beside(got[1], tc.first) {
			t.Errorf("%s: %+v", tc.asked, got)
		}
	}
	if got := r.Search("LNFM", 10); len(got) == 0 || got[0].Entity != entity("39376") || !got[0].Exact {
		t.Errorf("LNFM: %+v", got)
	}
}

// TestNamesSuggest is §5 of the fact sheet: the pairs that are the same, in both languages and under old names.
func TestNamesSuggest(t *testing.T) {
	t.Parallel()
	r := february(t)
	for _, tc := range []struct {
		asked, first string
		exact        bool
	}{
		{"Cartel de Sinaloa", "11440", true},
		{"Cartel of Sinaloa", "11440", false},
		{"Cártel de Sinaloa", "11440", true},
		{"United Cartels", "52892", true},
		{"Carteles Unidos", "52892", true},
		{"Cartel del Golfo", "10386", true},
		{"Gulf Cartel", "10386", true},
		{"Cartel of the Gulf", "10386", false},
		{"CJNG", "17671", true},
		{"Los Zetas", "11438", true},
		{"zetas los", "11438", false},
		{"Clan del Golfo", "10386", false}, // another organisation, and only a suggestion
	} {
		got := r.Search(tc.asked, 5)
		if len(got) == 0 || got[0].Entity != entity(tc.first) || got[0].Exact != tc.exact {
			t.Errorf("%s: %+v", tc.asked, got)
		}
		for _, s := range got {
			if s.Exact != (s.Score == 1) || s.Primary == "" {
				t.Errorf("%s: %+v", tc.asked, s)
			}
		}
	}
	if got := r.Search("Los Zetas", 5); got[0].Primary != "CARTEL DEL NORESTE" || got[0].Name != "LOS ZETAS" {
		t.Errorf("%+v", got[0])
	}
	if got := r.Search("...", 5); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestTheUnitedNationsStateDays(t *testing.T) {
	t.Parallel()
	r := designation.New(nil)
	b := recordings.Read(t, "authority/UN_consolidated.xml")
	l, err := ingest.UnitedNations(bytes.NewReader(b), time.UTC, nil)
	if err != nil || len(l.Rows) != 273 || l.Main.Individuals != 730 {
		t.Fatalf("%d entities: %v", len(l.Rows), err)
	}
	day := at("2026-02-27T00:00:00Z")
	acts, _, err := r.Import(l.All, designation.Edition{
		List: designation.UN, Document: day, By: "x", Convention: "days without a zone begin in UTC",
		Sources: []designation.Source{{Name: "consolidated.xml", Digest: sha256.Sum256(b), Rows: 1003}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range acts {
		apply(t, r, a, day)
	}
	adf := designation.Key{List: designation.UN, ID: "CDe.001", Programme: "DRC"}
	for _, tc := range []struct {
		valid    string
		standing designation.Standing
		reason   designation.Reason
	}{
		{"2014-06-29T23:59:59Z", designation.NotIn, designation.BeforeSince},
		{"2014-06-30T00:00:00Z", designation.In, designation.ListedSince},
		{"2026-03-01T00:00:00Z", designation.In, designation.ListedSince},
	} {
		if a := r.InForce(adf, validity.AsOf{Valid: at(tc.valid), Known: day}); a.Standing != tc.standing || a.Reason != tc.reason || !a.Valid.InForce(at(tc.valid)) {
			t.Errorf("%s: %v %v %v", tc.valid, a.Standing, a.Reason, a.Valid)
		}
	}
	for _, name := range []string{"SINALOA CARTEL", "LOS ZETAS"} {
		for _, s := range r.Search(name, 10) {
			if s.Exact {
				t.Errorf("%s is %+v", name, s)
			}
		}
	}
}

func TestHalfAFileWritesNothing(t *testing.T) {
	t.Parallel()
	b := recordings.Read(t, "authority/sdn_2026-04-23_extract.csv")
	half := b[:len(b)-100]
	l, err := ingest.OFAC(bytes.NewReader(half), nil, nil, nil)
	if err == nil || len(l.Rows) != 0 || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "line 9, column 12") {
		t.Errorf("%d rows: %v", len(l.Rows), err)
	}
	good := recordings.Read(t, "authority/alt_2025-12-24_extract.csv")
	if l, err := ingest.OFAC(bytes.NewReader(b), bytes.NewReader(good[:len(good)-9]), nil, nil); err == nil || len(l.Rows) != 0 || !strings.HasPrefix(err.Error(), "ALT: ") {
		t.Errorf("%d rows: %v", len(l.Rows), err)
	}
}
