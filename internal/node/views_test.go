package node_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/dissemination"
	"overflight/internal/node"
	"overflight/journal"
	"overflight/release"
)

// TestWithheldIsCounted: two persons keep an entry from a state, and its node counts it in the log without knowing what it is.
func TestWithheldIsCounted(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	x.carry()
	w := dissemination.EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0001", Reason: "an open investigation", By: [2]string{"ana", "ben"}}
	kind := string(w.Kind())
	for _, none := range []string{w.Flight, "LOCAL", "nothing-of-it"} { // of which nothing is on record
		w := w
		w.Flight = none
		document, err := dissemination.Encode(w)
		if err != nil {
			t.Fatal(err)
		}
		_, err = x.operator.RecordAct(t.Context(), kind, document, []journal.Signature{x.ana.sign(t, kind, document), x.ben.sign(t, kind, document)}, "ana")
		if code(err) != dissemination.CodeNoFlight || !strings.Contains(err.Error(), none) {
			t.Errorf("%s is withheld, and there is no such flight: %v", none, err)
		}
	}
	x.flown(1)
	document, err := dissemination.Encode(w)
	if err != nil {
		t.Fatal(err)
	}
	one := []journal.Signature{x.ana.sign(t, kind, document)}
	if _, err := x.operator.RecordAct(t.Context(), kind, document, one, "ana"); code(err) != dissemination.CodeNotSigned {
		t.Errorf("withheld by one: %v", err)
	}
	if _, err := x.operator.RecordAct(t.Context(), kind, document, append(one, x.ben.sign(t, kind, document)), "ana"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the placeholder", func() bool {
		n := 0
		_ = x.partner.Dissemination(t.Context(), func(r *dissemination.Register) error { n = len(r.Counted()); return nil })
		return n == 1
	})
	for _, c := range x.pipe.out {
		if bytes.Contains(c.Body, []byte("investigation")) || bytes.Contains(c.Body, []byte("LOCAL-2026")) {
			t.Errorf("%s says what is withheld: %s", c.Kind, c.Body)
		}
	}
}

// TestPlaceholderOfAnother: what says that something is withheld from another state is not counted.
func TestPlaceholderOfAnother(t *testing.T) {
	t.Parallel()
	x := meet(t, func(c *node.Carried) {
		if p, err := dissemination.ReadItem[dissemination.Placeholder](c.Body); err == nil {
			p.State = "GTM"
			c.Body, _ = dissemination.EncodeItem(p)
		}
	})
	x.carry()
	x.flown(1)
	x.both(dissemination.EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0001", Reason: "an open investigation", By: [2]string{"ana", "ben"}})
	eventually(t, "the refusal", func() bool {
		refused, counted := 0, 0
		_ = x.partner.Dissemination(t.Context(), func(r *dissemination.Register) error {
			refused, counted = len(r.Refused()), len(r.Counted())
			return nil
		})
		return refused == 1 && counted == 0
	})
}

// TestViews: an entry into a state is shown to its office by default, once, with nothing of other states; what two persons withheld is not.
func TestViews(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	ctx := t.Context()
	key, err := x.partner.NodeKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.operator.DescribeOffice(ctx, dissemination.OfficeDescribed{ // without a delay
		Office: x.office, Level: "RESTRICTED", Handling: release.Amber, Compartments: []string{}, Classes: []release.Class{release.Identity, release.Position, release.Time, release.Authority},
		Purposes: []string{"find-laboratories"}, PlaceDigits: 5, TimeDigits: 12, Node: key.Public().String(), Signatories: []string{x.luz.public},
	}, "ana"); err != nil {
		t.Fatal(err)
	}
	x.both(dissemination.ViewAgreed{ID: "V-1", Office: x.office, Purpose: "find-laboratories", By: [2]string{"ana", "ben"}})
	at := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	for number := uint32(901); number <= 903; number++ {
		flight := journal.Sortie{Operator: "LOCAL", Year: 2026, Number: number}
		states := []airspace.State{"MEX", "GTM"}
		if number == 903 {
			states = states[1:]
		}
		events := []journal.Event{journal.FlightOpened{Flight: flight, Source: "cam", At: at}}
		for i, s := range states {
			e := airspace.Entry{State: s, Verdict: airspace.Entered, Entered: airspace.Interval{Earliest: at, Latest: at}, Left: airspace.Interval{Earliest: at.Add(time.Minute), Latest: at.Add(time.Minute)}}
			events = append(events, journal.EntryFound{Flight: flight, Source: "cam", Number: uint64(i + 1), Entry: e, At: at})
		}
		for _, e := range append(events, journal.FlightClosed{Flight: flight, At: time.Now().UTC(), Reason: journal.ClosedAsked, From: at, To: at.Add(time.Minute)}) {
			if err := x.operator.State(ctx, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	x.both(dissemination.EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0902", Reason: "an open investigation", By: [2]string{"ana", "ben"}})
	x.carry()
	for range 2 { // once, however often is looked
		if err := x.operator.ShowViews(ctx); err != nil {
			t.Fatal(err)
		}
	}
	// One that was withheld since it was looked which are due.
	if err := x.operator.ShowFlight(ctx, "V-1", journal.Sortie{Operator: "LOCAL", Year: 2026, Number: 902}); err != nil {
		t.Fatal(err)
	}
	var shown []dissemination.Release
	if err := x.operator.Dissemination(ctx, func(r *dissemination.Register) error { shown = r.Releases(); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(shown) != 1 || shown[0].Act.Standing != "V-1" {
		t.Fatalf("%+v", shown)
	}
	id := shown[0].Act.ID
	eventually(t, "the arrival of what was shown", func() bool { a, _ := x.receipts(id); return a == "arrived" })
	if err := x.say(id, dissemination.Opened, nil); err != nil {
		t.Fatal(err)
	}
	item, err := x.partner.InboxItem(ctx, id)
	if err != nil || len(item.Product.Parts) != 2 || item.Product.Parts[1].Kind != "entry/1" {
		t.Fatalf("%+v %v", item, err)
	}
	if b, err := x.partner.Document(item.Act.Product); err != nil || bytes.Contains(b, []byte("GTM")) || !bytes.Contains(b, []byte("LOCAL-2026-0901")) {
		t.Errorf("%s %v", b, err)
	}
}
