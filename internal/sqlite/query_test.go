package sqlite

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/journal"
	"overflight/sensor"
	"overflight/validity"
)

// every asks for all pages of a list.
func every[T any](t testing.TB, limit int, ask func(Page) ([]T, string, error)) []T {
	t.Helper()
	var all []T
	page := Page{Limit: limit}
	for range 10000 {
		part, next, err := ask(page)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part...)
		if next == "" {
			return all
		}
		page.After = next
	}
	t.Fatal("the list has no end")
	return nil
}

func TestPagesMakeTheList(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newAuthor(41)
	a.write(200)
	m := fresh(t)
	apply(t, m, a.events)
	check := func(name string, lengths func(limit int) []int) {
		t.Helper()
		whole := lengths(MostInPage)[0]
		if whole == 0 {
			t.Errorf("%s: empty", name)
		}
		for _, limit := range []int{1, 7} {
			if got := lengths(limit)[0]; got != whole {
				t.Errorf("%s: %d in pages of %d, %d in one", name, got, limit, whole)
			}
		}
	}
	counts := map[string]func(limit int) int{
		"flights": func(n int) int {
			return len(every(t, n, func(p Page) ([]Flight, string, error) { return m.Flights(ctx, FlightFilter{}, p) }))
		},
		"entries": func(n int) int {
			return len(every(t, n, func(p Page) ([]Entry, string, error) { return m.Entries(ctx, EntryFilter{}, p) }))
		},
		"defects": func(n int) int {
			return len(every(t, n, func(p Page) ([]Defect, string, error) { return m.Defects(ctx, DefectFilter{}, p) }))
		},
		"sources": func(n int) int {
			return len(every(t, n, func(p Page) ([]Source, string, error) { return m.Sources(ctx, p) }))
		},
		"segments": func(n int) int {
			return len(every(t, n, func(p Page) ([]Segment, string, error) { return m.Segments(ctx, sortie(1), p) }))
		},
		"fixes": func(n int) int {
			all := every(t, n, func(p Page) ([]Fix, string, error) { return m.Fixes(ctx, sortie(1), source(1), p) })
			if !slices.IsSortedFunc(all, func(x, y Fix) int { return int(x.Number) - int(y.Number) }) {
				t.Error("fixes out of order")
			}
			return len(all)
		},
		"fixes in a box": func(n int) int {
			return len(every(t, n, func(p Page) ([]Fix, string, error) {
				return m.FixesIn(ctx, Box{20, 30, -110, -108}, validity.Period{}, p)
			}))
		},
		"footprints": func(n int) int {
			return len(every(t, n, func(p Page) ([]journal.FootprintsRecorded, string, error) {
				return m.Footprints(ctx, sortie(2), source(2), p)
			}))
		},
		"no flights": func(n int) int {
			return len(every(t, n, func(p Page) ([]NoFlight, string, error) { return m.NoFlights(ctx, StatementFilter{}, p) }))
		},
		"losses": func(n int) int {
			return len(every(t, n, func(p Page) ([]Loss, string, error) { return m.Losses(ctx, StatementFilter{}, p) }))
		},
		"reads": func(n int) int {
			return len(every(t, n, func(p Page) ([]Read, string, error) { return m.Reads(ctx, StatementFilter{}, p) }))
		},
		"exports": func(n int) int {
			return len(every(t, n, func(p Page) ([]Export, string, error) { return m.Exports(ctx, StatementFilter{}, p) }))
		},
		"keys": func(n int) int {
			return len(every(t, n, func(p Page) ([]Key, string, error) { return m.Keys(ctx, StatementFilter{}, p) }))
		},
		"hours": func(n int) int {
			return len(every(t, n, func(p Page) ([]Hours, string, error) {
				return m.HourReadings(ctx, StatementFilter{Subject: "N1"}, p)
			}))
		},
	}
	for name, f := range counts {
		check(name, func(n int) []int { return []int{f(n)} })
	}
	for _, bad := range []string{"x", "!!", cursor("a"), cursor(1, 2, 3, 4, 5, 6)} {
		if _, _, err := m.Flights(ctx, FlightFilter{}, Page{After: bad}); !errors.Is(err, ErrCursor) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestFlight(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newAuthor(42)
	a.write(200)
	m := fresh(t)
	apply(t, m, a.events)
	whole, err := m.Flight(ctx, sortie(1))
	if err != nil {
		t.Fatal(err)
	}
	if whole.State == Mentioned || whole.Opened.Aircraft != reaper || !whole.OpenedAt.Logged {
		t.Errorf("%+v", whole.Flight)
	}
	// The same, counted from the events.
	var defects uint64
	var sealed, erased, losses int
	entries := map[uint64]journal.Event{}
	for _, e := range a.events {
		switch e := e.Record.Event.(type) {
		case journal.DefectsFound:
			if e.Flight == sortie(1) {
				defects += e.Count
			}
		case journal.SegmentSealed:
			if e.Flight == sortie(1) {
				sealed++
			}
		case journal.SegmentErased:
			if e.Flight == sortie(1) {
				erased++
			}
		case journal.EntryFound:
			if e.Flight == sortie(1) {
				entries[e.Number] = e
			}
		case journal.EntryUpdated:
			if e.Flight == sortie(1) {
				entries[e.Number] = e
			}
		case journal.LossDeclared:
			if e.Flight == sortie(1) {
				losses++
			}
		}
	}
	got := map[SegmentState]int{}
	for _, s := range whole.Segments {
		got[s.State]++
		if s.State == Sealed && (!s.SealedAt.Logged || s.SealedAt.Leaf >= a.at["LEDGER"]) {
			t.Errorf("segment %s without its leaf: %+v", s.Sealed.Segment, s.SealedAt)
		}
	}
	if got[Sealed] != sealed-erased || got[Erased] != erased || got[Provisional] > 1 {
		t.Errorf("%v of %d sealed, %d erased", got, sealed, erased)
	}
	var counted uint64
	for _, d := range whole.Defects {
		if d.Example.Code == "klv.checksum" {
			counted += d.Count
		}
	}
	if counted != defects || len(whole.Losses) != losses || len(whole.Entries) != len(entries) {
		t.Errorf("%d of %d defects, %d of %d losses, %d of %d entries", counted, defects, len(whole.Losses), losses, len(whole.Entries), len(entries))
	}
	for _, e := range whole.Entries {
		var want airspace.Entry
		switch x := entries[e.Number].(type) {
		case journal.EntryFound:
			want = x.Entry
		case journal.EntryUpdated:
			want = x.Entry
		}
		if d := cmp.Diff(want, e.Entry); d != "" {
			t.Errorf("entry %d: %s", e.Number, d)
		}
	}
	if _, err := m.Flight(ctx, sortie(99)); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such flight: %v", err)
	}
	if _, _, err := m.Fixes(ctx, sortie(1), "nobody", Page{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such path: %v", err)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	m := fresh(t)
	a := newAuthor(43)
	for k := 1; k <= 3; k++ {
		craft := flight.Aircraft{Address: "ae000" + string(rune('0'+k)), Registration: "N" + string(rune('0'+k)), Callsign: "C"}
		a.say("EVT", journal.FlightOpened{Flight: sortie(k), Aircraft: craft, Source: source(k), At: a.clock})
		start := epoch.Add(time.Duration(k) * time.Hour)
		fr, _ := a.block(sortie(k), source(k), start, place(20, -100), 30)
		a.say("EVT", fr)
		at := func(d time.Duration) airspace.Sample { return airspace.Sample{Time: start.Add(d)} }
		e := airspace.Entry{State: "MEX", Verdict: airspace.Verdict(k - 1), First: at(0), Last: at(time.Minute)}
		a.say("EVT", journal.EntryFound{Flight: sortie(k), Source: source(k), Number: 1, Entry: e, At: a.clock})
	}
	a.say("EVT", journal.FlightClosed{Flight: sortie(2), At: a.clock, From: epoch.Add(2 * time.Hour), To: epoch.Add(150 * time.Minute)})
	apply(t, m, a.events)
	for name, test := range map[string]struct {
		filter FlightFilter
		want   []uint32
	}{
		"all":      {FlightFilter{}, []uint32{3, 2, 1}},
		"operator": {FlightFilter{Operator: "X"}, nil},
		"year":     {FlightFilter{Year: 2025}, []uint32{3, 2, 1}},
		"address":  {FlightFilter{Aircraft: "ae0003"}, []uint32{3}},
		"tail":     {FlightFilter{Aircraft: "N2"}, []uint32{2}},
		"callsign": {FlightFilter{Aircraft: "C"}, []uint32{3, 2, 1}},
		"open":     {FlightFilter{State: "open"}, []uint32{3, 1}},
		"closed":   {FlightFilter{State: "closed"}, []uint32{2}},
		"entered":  {FlightFilter{Entered: "MEX"}, []uint32{3, 2, 1}},
		"not":      {FlightFilter{Entered: "GTM"}, nil},
		"period":   {FlightFilter{Period: validity.Period{From: epoch.Add(140 * time.Minute), To: epoch.Add(3 * time.Hour)}}, []uint32{2}},
		"since":    {FlightFilter{Period: validity.Period{From: epoch.Add(2 * time.Hour)}}, []uint32{3, 2}},
	} {
		got, next, err := m.Flights(ctx, test.filter, Page{})
		var numbers []uint32
		for _, f := range got {
			numbers = append(numbers, f.Sortie.Number)
		}
		if d := cmp.Diff(test.want, numbers); d != "" || err != nil || next != "" {
			t.Errorf("%s: %v %q %s", name, err, next, d)
		}
	}
	if _, _, err := m.Flights(ctx, FlightFilter{State: "flying"}, Page{}); err == nil {
		t.Error("a state that is none was taken")
	}
	for name, test := range map[string]struct {
		filter EntryFilter
		want   int
	}{
		"all":     {EntryFilter{}, 3},
		"state":   {EntryFilter{State: "MEX"}, 3},
		"none":    {EntryFilter{State: "USA"}, 0},
		"verdict": {EntryFilter{Verdicts: []airspace.Verdict{airspace.Entered, airspace.Possible}}, 2},
		"flight":  {EntryFilter{Flight: sortie(2)}, 1},
		"period":  {EntryFilter{Period: validity.Period{From: epoch.Add(61 * time.Minute), To: epoch.Add(2 * time.Hour)}}, 1},
		"between": {EntryFilter{Period: validity.Period{From: epoch.Add(62 * time.Minute), To: epoch.Add(2 * time.Hour)}}, 0},
	} {
		if got, _, err := m.Entries(ctx, test.filter, Page{}); err != nil || len(got) != test.want {
			t.Errorf("%s: %d entries, %v", name, len(got), err)
		}
	}
	if flown, n, err := m.FlownHours(ctx, "N2", validity.Period{}); err != nil || n != 1 || flown != 30*time.Minute {
		t.Errorf("%v of %d flights, %v", flown, n, err)
	}
}

func TestWitnessed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	m := fresh(t)
	a := newAuthor(44)
	for _, c := range []journal.CheckpointCosigned{
		{Size: 5, Witness: "own"}, {Size: 20, Witness: "b", Independent: true}, {Size: 10, Witness: "a", Independent: true},
	} {
		c.Origin, c.At, c.Witnessed = "o", a.clock, a.clock
		a.say("EVT", c)
	}
	apply(t, m, a.events)
	for leaf, want := range map[uint64]string{0: "a", 9: "a", 10: "b", 19: "b"} {
		if got, err := m.Witnessed(ctx, leaf); err != nil || got.Event.Witness != want {
			t.Errorf("%d: %v, %v", leaf, got.Event.Witness, err)
		}
	}
	if _, err := m.Witnessed(ctx, 20); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestGlimpsesAt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	m := fresh(t)
	a := newAuthor(45)
	type where struct{ lat, lon float64 }
	spots := []where{{20, -100}, {10, 179.995}, {10, -179.998}, {-70, 0.001}, {0, 0}}
	var blocks []journal.FootprintsRecorded
	for i := range 60 { // twelve rounds over five places; in each a second
		s := spots[i%len(spots)]
		start := epoch.Add(time.Duration(i) * time.Second)
		_, fp := a.block(sortie(1), source(1), start, place(s.lat, s.lon), 30)
		a.say("EVT", fp)
		blocks = append(blocks, fp)
	}
	apply(t, m, a.events)
	for i, s := range append(spots, where{20.5, -100}, where{10, 180}, where{10, -180}, where{20.01037, -99.99951}, where{20.012, -100}) {
		at := place(s.lat, s.lon)
		var want, got []uint64
		for _, b := range blocks {
			for k := range b.Footprints {
				if inside(&b.Footprints[k].Footprint, at) {
					want = append(want, b.First+uint64(k))
				}
			}
		}
		err := m.GlimpsesAt(ctx, at, validity.Period{}, func(x Sighting) error {
			if x.Flight != sortie(1) || x.Source != source(1) || !x.Glimpse.Height.Known() {
				t.Errorf("%+v", x)
			}
			if x.Glimpse.Holds(at) {
				got = append(got, x.Glimpse.Number)
			}
			return nil
		})
		if err != nil || !slices.Equal(got, want) || i < len(spots) && len(want) < 100 {
			t.Errorf("%v: %d frames, want %d; %v", s, len(got), len(want), err)
		}
	}
	half := validity.Period{From: epoch, To: epoch.Add(500 * time.Millisecond)}
	n := 0
	err := m.GlimpsesAt(ctx, place(20, -100), half, func(x Sighting) error {
		n++
		if !half.InForce(x.Glimpse.Time) {
			t.Errorf("%v", x.Glimpse.Time)
		}
		return nil
	})
	if err != nil || n == 0 || n > 15 {
		t.Errorf("%d, %v", n, err)
	}
	if err := m.GlimpsesAt(ctx, place(91, 0), half, nil); err == nil {
		t.Error("latitude 91 was taken")
	}
}

// inside is a second opinion: in longitude and latitude, which near the middle of a small footprint is the same.
func inside(f *sensor.Footprint, p geodesy.Position) bool {
	if !f.OnGround() {
		return false
	}
	in := false
	for i, c := range f.Corners {
		d := f.Corners[(i+1)%4]
		cx, dx := near(float64(c.Lon), float64(p.Lon)), near(float64(d.Lon), float64(p.Lon))
		if (c.Lat > p.Lat) != (d.Lat > p.Lat) && float64(p.Lon) < cx+(dx-cx)*float64((p.Lat-c.Lat)/(d.Lat-c.Lat)) {
			in = !in
		}
	}
	return in
}

func TestThinningKeepsWhatMatters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const rate = 30
	var path []flight.Fix
	at := epoch
	add := func(step time.Duration, ground, leg bool) int {
		at = at.Add(step)
		path = append(path, flight.Fix{
			Time: at, Position: place(20+float64(len(path))*1e-5, -100), OnGround: ground, NewLeg: leg, GroundSpeed: 90,
			Altitude: geodesy.Altitude{Value: 100, Datum: geodesy.HAE}, Ref: evidence.Ref{Source: "f", Offset: int64(len(path))},
		})
		return len(path) - 1
	}
	must := map[int]string{}
	const step = time.Second / rate
	for range 100 {
		add(step, true, false)
	}
	must[len(path)-1], must[add(step, false, false)] = "last on the ground", "first in the air"
	for range 200 {
		add(step, false, false)
	}
	must[len(path)-1], must[add(time.Minute, false, false)] = "before the silence", "after the silence"
	for range 50 {
		add(step, false, false)
	}
	must[len(path)-1], must[add(step, false, true)] = "end of the leg", "new leg"
	for range 777 {
		add(step, false, false)
	}
	must[0] = "first"
	// A run that begins, is deepest and ends between the seconds.
	sample := func(i int) airspace.Sample {
		return airspace.Sample{Index: i, Time: path[i].Time, Position: path[i].Position, Ref: path[i].Ref}
	}
	entry := airspace.Entry{State: "MEX", First: sample(411), Last: sample(703), FromLimit: airspace.Depth{Known: true, Fix: sample(555)}}
	gap := airspace.Gap{From: sample(300), To: sample(301)}
	marks := map[uint64]Mark{411: RunBegins, 703: RunEnds, 555: Deepest, 300: BeforeGap, 301: AfterGap}

	dumps := map[string]int{}
	for _, size := range []int{1, 30, len(path)} {
		a := newAuthor(1)
		for first := 0; first < len(path); first += size {
			block := path[first:min(first+size, len(path))]
			a.say("EVT", journal.FixesRecorded{Flight: sortie(1), Source: "f", First: uint64(first), Fixes: block, At: path[len(path)-1].Time})
		}
		m := fresh(t)
		apply(t, m, a.events)
		a.events = nil
		a.say("EVT", journal.EntryFound{Flight: sortie(1), Source: "f", Number: 1, Entry: entry, At: at})
		a.say("EVT", journal.GapFound{Flight: sortie(1), Source: "f", Gap: gap, At: at})
		apply(t, m, a.events)
		got := every(t, 9, func(p Page) ([]Fix, string, error) { return m.Fixes(ctx, sortie(1), "f", p) })
		kept := map[int]bool{}
		text := ""
		for _, f := range got {
			kept[int(f.Number)] = true
			if f.Marks != marks[f.Number] {
				t.Errorf("fix %d: marks %b, want %b", f.Number, f.Marks, marks[f.Number])
			}
			want := path[f.Number]
			if f.Sampled {
				want.Altitude, want.GroundSpeed = geodesy.Altitude{}, -1
			}
			if d := cmp.Diff(want, f.Fix); d != "" {
				t.Errorf("fix %d: %s", f.Number, d)
			}
			text += time.Duration(f.Number).String() + " "
		}
		dumps[text]++
		for i, why := range must {
			if !kept[i] {
				t.Errorf("blocks of %d: fix %d (%s) is gone", size, i, why)
			}
		}
		for n := range marks {
			if !kept[int(n)] {
				t.Errorf("blocks of %d: fix %d (%b) is gone", size, n, marks[n])
			}
		}
		if seconds := len(path)/rate + 2; len(got) > seconds+len(must)+len(marks) {
			t.Errorf("blocks of %d: %d fixes of %d kept in %d seconds", size, len(got), len(path), seconds)
		}
	}
	if len(dumps) != 1 {
		t.Errorf("what is kept depends on how the path was cut: %d ways", len(dumps))
	}
}
