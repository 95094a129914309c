package statement

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/authority"
)

const whole = `{"id":"s-1","party":"MEX/SEDENA","speaker":{"office":"minister"},"date":"2025-02-19",` +
	`"source":{"title":"transcript","sha256":"` + zeros + `"},"language":"es","quotation":"No.","kind":"claims",` +
	`"claim":{"is":"did-not-enter","state":"MEX","period":{"from":"2025-02-01T00:00:00Z","to":"2025-03-01T00:00:00Z"}}}`

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

// changed is the whole document with one piece replaced.
func changed(piece, by string) string { return strings.Replace(whole, piece, by, 1) }

// refused are documents that are not taken, and what is said of each.
var refused = []struct{ document, want string }{
	{``, `statement.made/v1: document is "an end": expected a whole JSON object`},
	{`{`, `statement.made/v1: document is "an end": expected a whole JSON object`},
	{whole + `{}`, `statement.made/v1: document is "more": expected one JSON object and nothing behind it`},
	{changed(`"id":"s-1"`, `"id":"s 1"`), `statement.made/v1: id is "s 1": expected 1 to 64 letters, digits, dots, hyphens and underscores`},
	{changed(`"id":"s-1"`, `"id":"s-1","colour":"red"`), `statement.made/v1: colour is missing: expected no such member`},
	{changed(`"state":"MEX"`, `"state":"MEX","colour":"red"`), `statement.made/v1: claim.colour is missing: expected no such member`},
	{changed(`MEX/SEDENA`, `XXX/SEDENA`), `statement.made/v1: party is "XXX": expected a state by the three letters of ISO 3166-1`},
	{changed(`"state":"MEX"`, `"state":"mex"`), `statement.made/v1: claim.state is "mex": expected a state by the three letters of ISO 3166-1`},
	{changed(`did-not-enter`, `did-not-care`), `statement.made/v1: claim.is is "did-not-care": expected one of [flights-over unarmed notified-before did-not-enter looked-in-from-outside at-request-of began-by stepped-up-since]`},
	{changed(`"kind":"claims"`, `"kind":"lies"`), `statement.made/v1: kind is "lies": expected one of [claims denies cannot-say did-not-address]`},
	{changed(`"to":"2025-03-01`, `"to":"2025-01-01`), `statement.made/v1: claim.period is "2025-02-01T00:00:00Z to 2025-01-01T00:00:00Z": expected an end after its beginning`},
	{changed(`,"period":{"from":"2025-02-01T00:00:00Z","to":"2025-03-01T00:00:00Z"}`, ``), `statement.made/v1: claim.period is missing: expected a period, or flights or a period in about`},
	{changed(`{"office":"minister"}`, `{}`), `statement.made/v1: speaker is missing: expected a name, an office, or what an unnamed official was called`},
	{changed(`{"office":"minister"}`, `{"office":"minister","unnamed":"an official"}`), `statement.made/v1: speaker.unnamed is "an official": expected a name or an office, or what an unnamed official was called, not both`},
	{changed(`2025-02-19`, `19 Feb`), `statement.made/v1: date is "19 Feb": expected a day, YYYY-MM-DD`},
	{changed(`"date":"2025-02-19",`, ``), `statement.made/v1: date is missing: expected a day, YYYY-MM-DD`},
	{changed(`,"sha256":"`+zeros+`"`, ``), `statement.made/v1: source.sha256 is missing: expected the SHA-256 of the document's bytes`},
	{changed(`"No."`, `""`), `statement.made/v1: quotation is missing: expected what was said`},
	{changed(`"language":"es"`, `"language":"Spanish!"`), `statement.made/v1: language is "Spanish!": expected a language by its code (BCP 47): "es", "es-MX"`},
	{changed(`"kind"`, `"relays":[{"by":"EFE","date":"2025-02-01"}],"kind"`), `statement.made/v1: relays[0].date is "2025-02-01": expected a day not before that of whom it quotes, 2025-02-19`},
	{changed(`"kind"`, `"answers":"s-1","kind"`), `statement.made/v1: answers is "s-1": expected another statement`},
	{changed(`"kind"`, `"about":{"flights":["seven"]},"kind"`), `statement.made/v1: about.flights[0] is "seven": expected the number of a flight: OPERATOR-2026-0007`},
	{changed(`"kind"`, `"about":{"flights":["A-2026-0007","A-2026-0007"]},"kind"`), `statement.made/v1: about.flights[1] is "A-2026-0007": expected each flight once`},
	{changed(`did-not-enter`, `flights-over","number":1,"at_least":1,"x":"`), `statement.made/v1: claim.x is missing: expected no such member`},
	{changed(`2025-02-01T00`, `2025-0J-01T00`), `statement.made/v1: claim is "2025-0J-01T00:00:00Z": expected an instant, as 2025-02-20T05:00:00Z`},
	{changed(`2025-02-01T00:00:00Z`, strings.Repeat("9", 2000)), `statement.made/v1: claim is "` + strings.Repeat("9", 80) + `…": expected an instant, as 2025-02-20T05:00:00Z`},
	{changed(`did-not-enter`, `flights-over","`+strings.Repeat("x", 2000)+`":"`), `statement.made/v1: claim.` + strings.Repeat("x", 74) + `… is missing: expected no such member`},
	{changed(`did-not-enter"`, `flights-over","number":1,"at_least":1`), `statement.made/v1: claim.number is "1": expected a number, or at least and at most, not both`},
	{changed(`did-not-enter"`, `flights-over","at_most":1,"at_least":2`), `statement.made/v1: claim.at_most is "1": expected no less than at_least, 2`},
	{changed(`did-not-enter"`, `flights-over","at_most":-1`), `statement.made/v1: claim.at_most is "-1": expected a number of flights from 0 to 1000000`},
	{changed(`"quotation":"No."`, `"quotation":"`+strings.Repeat("a", mostQuotation+1)+`"`), `statement.made/v1: quotation is "` + strings.Repeat("a", 80) + `…": expected at most 8000 bytes`},
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := Decode(KindMade, []byte(whole)); err != nil {
		t.Fatal(err)
	}
	for _, tc := range refused {
		_, err := Decode(KindMade, []byte(tc.document))
		if err == nil || err.Error() != tc.want || !errors.Is(err, authority.ErrInput) {
			t.Errorf("%.120s\n got %v\nwant %s", tc.document, err, tc.want)
		}
	}
	if _, err := Decode(KindMade, make([]byte, mostDocument+1)); !errors.Is(err, authority.ErrInput) {
		t.Errorf("a long document: %v", err)
	}
	if _, err := Decode("statement.made/v2", []byte(whole)); !errors.Is(err, authority.ErrKind) {
		t.Errorf("another kind: %v", err)
	}
	if _, err := Decode(authority.Kind(strings.Repeat("k", 2000)), nil); !errors.Is(err, authority.ErrKind) || len(err.Error()) > 200 {
		t.Errorf("a kind of two thousand letters: %v", err)
	}
	for _, tc := range []struct {
		kind           authority.Kind
		document, want string
	}{
		{KindCorrected, `{"statement":"s-1","reason":"","by":"ana"}`, `statement.corrected/v1: reason is missing: expected a text`},
		{KindCorrected, `{"statement":"s-1","reason":"x","by":"ana","replacement":"s-1"}`, `statement.corrected/v1: replacement is "s-1": expected another statement`},
		{KindComplete, `{"id":"c","operator":"DEMO","period":{"from":"2025-01-01T00:00:00Z"},"flights":1,"by":"ana"}`, `statement.complete/v1: period.to is missing: expected an instant, RFC 3339: nobody knows all flights to come`},
		{KindComplete, `{"id":"c","operator":"DEMO","period":{"to":"2025-01-01T00:00:00Z"},"flights":-1,"by":"ana"}`, `statement.complete/v1: flights is "-1": expected a number of flights from 0 to 10000000`},
	} {
		if _, err := Decode(tc.kind, []byte(tc.document)); err == nil || err.Error() != tc.want {
			t.Errorf("%s\n got %v\nwant %s", tc.document, err, tc.want)
		}
	}
}

// claims are one of each kind, with every member.
func claims(t testing.TB) []Claim {
	p := period(t, "2025-02-01", "2025-03-01")
	return []Claim{
		FlightsOver{State: "MEX", Period: p, AtLeast: number(2), AtMost: number(3)},
		FlightsOver{State: "MEX", Period: p, Number: number(0)},
		Unarmed{Period: p},
		NotifiedBefore{State: "MEX", Period: p},
		DidNotEnter{State: "MEX", Period: p},
		LookedInFromOutside{State: "MEX", Period: p},
		AtRequestOf{Party: "MEX/FGR", Period: p},
		BeganBy{Date: day(t, "2025-02-01"), State: "MEX"},
		SteppedUpSince{Date: day(t, "2025-02-01"), State: "MEX", Days: 14},
	}
}

func TestEncodeIsCanonical(t *testing.T) {
	t.Parallel()
	words := map[Word]bool{}
	for _, c := range claims(t) {
		words[c.Is()] = true
		a := said(t, c)
		a.About.Flights = []string{"DEMO-2025-0001"}
		b, err := Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(KindMade, b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if d := cmp.Diff(a, got); d != "" {
			t.Errorf("%s (-written +read): %s", b, d)
		}
		var loose map[string]any
		if err := json.Unmarshal(b, &loose); err != nil || loose["claim"].(map[string]any)["is"] != string(c.Is()) {
			t.Errorf("%s: %v", b, err)
		}
	}
	if len(words) != len(Words()) {
		t.Errorf("%d of %d words were written", len(words), len(Words()))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(string(KindMade), []byte(whole))
	for _, tc := range refused {
		f.Add(string(KindMade), []byte(tc.document))
	}
	for _, c := range claims(f) {
		b, err := Encode(said(f, c))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(KindMade), b)
	}
	f.Add(string(KindCorrected), []byte(`{"statement":"s-1","reason":"x","by":"ana"}`))
	f.Add(string(KindComplete), []byte(`{"id":"c","operator":"DEMO","period":{"to":"2025-01-01T00:00:00Z"},"flights":1,"by":"ana"}`))
	f.Fuzz(func(t *testing.T, kind string, document []byte) {
		a, err := Decode(authority.Kind(kind), document)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 1000 {
				t.Errorf("%q is not one short line", err)
			}
			return
		}
		b, err := Encode(a)
		if err != nil {
			return // what JSON has and the canonical form does not: a number too large, a text that is no UTF-8
		}
		again, err := Decode(authority.Kind(kind), b)
		if err != nil {
			t.Fatalf("%s\nread and written: %v", b, err)
		}
		c, err := Encode(again)
		if err != nil || string(b) != string(c) {
			t.Errorf("written twice: %v\n%s\n%s", err, b, c)
		}
		if m, ok := a.(Made); ok {
			if _, err := Check(m, &Memory{}, time.Time{}); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestLedger(t *testing.T) {
	t.Parallel()
	l := NewLedger()
	n := uint64(0)
	put := func(a authority.Act, recorded string) error {
		b, err := Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		n++
		rec := authority.Recorded{At: at(t, recorded), Sequence: n, Digest: digest(string(b))}
		admitted := l.Admit(a, rec)
		err = l.Apply(a, rec)
		if (admitted == nil) != (err == nil) {
			t.Errorf("admitted: %v, applied: %v", admitted, err)
		}
		return err
	}
	first := said(t, DidNotEnter{State: "MEX", Period: period(t, "2025-02-01", "2025-03-01")})
	second := said(t, FlightsOver{State: "MEX", Period: period(t, "2025-02-10", "2025-02-20")})
	second.ID, second.Party, second.Manner, second.Date = "s-2", "USA", Denies, day(t, "2025-02-18")
	third := said(t, Unarmed{})
	third.ID, third.About.Flights, third.Answers, third.Party = "s-3", []string{"DEMO-2025-0001"}, "s-2", "USA/CIA"
	other := said(t, DidNotEnter{State: "GTM", Period: period(t, "2025-02-01", "2025-03-01")})
	other.ID = "s-4"
	for _, tc := range []struct {
		act  authority.Act
		at   string
		want error
	}{
		{third, "2025-03-01", authority.ErrNoSuch}, // s-2, which it answers
		{first, "2025-03-01", nil},
		{first, "2025-03-02", nil}, // the same document
		{second, "2025-03-03", nil},
		{third, "2025-03-04", nil},
		{other, "2025-03-05", nil},
		{Corrected{Statement: "s-9", Reason: "x", By: "ana"}, "2025-03-06", authority.ErrNoSuch},
		{Corrected{Statement: "s-1", Reason: "typed wrongly", By: "ana", Replacement: "s-4"}, "2025-03-06", nil},
		{Corrected{Statement: "s-1", Reason: "typed wrongly", By: "ana", Replacement: "s-4"}, "2025-03-06", nil},
		{Complete{ID: "c", Operator: "DEMO", Period: period(t, "2025-01-01", "2025-02-01"), By: "ana"}, "2025-03-07", nil},
		{Complete{ID: "c", Operator: "DEMO", Period: period(t, "2025-01-01", "2025-02-01"), By: "eva"}, "2025-03-07", authority.ErrExists},
	} {
		if err := put(tc.act, tc.at); !errors.Is(err, tc.want) {
			t.Errorf("%s %s: %v, want %v", tc.act.Kind(), tc.act.Ident(), err, tc.want)
		}
	}
	another := second
	another.Quotation = "Something else."
	if err := put(another, "2025-03-08"); !errors.Is(err, authority.ErrExists) {
		t.Errorf("another document of the same identifier: %v", err)
	}
	foreign := second
	foreign.ID, foreign.Party, foreign.Supersede = "s-5", "MEX", "s-2"
	if err := put(foreign, "2025-03-08"); !errors.Is(err, authority.ErrInput) {
		t.Errorf("superseding a statement of another state: %v", err)
	}

	ids := func(all []Entry) string {
		var out []string
		for _, e := range all {
			out = append(out, e.Act.ID)
		}
		return strings.Join(out, " ")
	}
	for _, tc := range []struct {
		filter Filter
		known  string
		want   string
	}{
		{Filter{}, "2025-02-28", ""},
		{Filter{}, "2025-03-02", "s-1"},
		{Filter{}, "2025-03-05", "s-2 s-1 s-3 s-4"},
		{Filter{}, "2025-03-06", "s-2 s-3 s-4"}, // s-1 was taken back
		{Filter{Party: "USA"}, "2025-03-06", "s-2 s-3"},
		{Filter{Party: "USA/CIA"}, "2025-03-06", "s-3"},
		{Filter{Manner: Denies}, "2025-03-06", "s-2"},
		{Filter{Flight: "DEMO-2025-0001"}, "2025-03-06", "s-3"},
	} {
		if got := ids(l.List(tc.filter, at(t, tc.known))); got != tc.want {
			t.Errorf("%+v as known at %s: %q, want %q", tc.filter, tc.known, got, tc.want)
		}
	}
	if same, err := l.SameMatter("s-2", at(t, "2025-03-05")); err != nil || ids(same) != "s-1 s-3" {
		t.Errorf("on the matter of s-2: %q %v", ids(same), err)
	}
	if e, err := l.Find("s-1", at(t, "2025-03-05")); err != nil || !e.Corrected.IsZero() {
		t.Errorf("before it was taken back: %+v %v", e, err)
	}
	if _, err := l.Find("s-1", at(t, "2025-03-06")); !errors.Is(err, authority.ErrNoSuch) {
		t.Errorf("after it was taken back: %v", err)
	}
	if taken := l.Taken(at(t, "2025-03-05")); len(taken) != 0 {
		t.Errorf("taken back before it was: %v", taken)
	}
	if taken := l.Taken(at(t, "2025-03-06")); len(taken) != 1 || taken[0].Act.Reason != "typed wrongly" {
		t.Errorf("taken back: %v", taken)
	}
	if c := l.Complete(at(t, "2025-03-06")); len(c) != 0 {
		t.Errorf("complete before it was said: %v", c)
	}
	if c := l.Complete(at(t, "2025-03-07")); len(c) != 1 {
		t.Errorf("complete: %v", c)
	}
}
