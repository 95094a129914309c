package journal_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/journal"
	"overflight/sensor"
)

var update = flag.Bool("update", false, "write the golden file")

func exported(reflect.Type) bool { return true }

func record(e journal.Event) journal.Record {
	return journal.Record{Producer: "node-1/ingest", Sequence: 7, Event: e}
}

func encode(t testing.TB, r journal.Record) []byte {
	t.Helper()
	b, err := journal.Encode(r)
	if err != nil {
		t.Fatalf("encoding %T: %v", r.Event, err)
	}
	return b
}

// same reports a difference between a record and what its bytes read as.
func same(t *testing.T, r journal.Record) []byte {
	t.Helper()
	b := encode(t, r)
	got, defects := journal.Decode(b)
	if len(defects) > 0 || !reflect.DeepEqual(got, r) {
		t.Fatalf("%T: %v\n%s", r.Event, defects, cmp.Diff(r, got, cmp.Exporter(exported)))
	}
	return b
}

func TestListIsWhole(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	parts := []string{"Event", "Unknown", "MediaDigest", "SegmentCounts", "Withheld", "Look", "Signature"}
	declared, listed := []string{}, []string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.TypeSpec); ok && !slices.Contains(parts, s.Name.Name) {
			declared = append(declared, s.Name.Name)
		}
		return true
	})
	for _, e := range every {
		listed = append(listed, reflect.TypeOf(e).Name())
	}
	slices.Sort(declared)
	slices.Sort(listed)
	if d := cmp.Diff(declared, listed); d != "" {
		t.Errorf("declared and tested differ (-declared +tested): %s", d)
	}
}

func TestEveryFieldComesBack(t *testing.T) {
	t.Parallel()
	kinds := map[journal.Kind]bool{}
	for _, like := range every {
		f := filler{}
		same(t, record(f.event(like)))
		same(t, record(like0(like)))
		if kinds[like.Kind()] {
			t.Errorf("%s twice", like.Kind())
		}
		kinds[like.Kind()] = true
	}
}

// like0 is the emptiest event that can be written: a Day is never empty.
func like0(e journal.Event) journal.Event {
	if n, ok := e.(journal.NoFlightDeclared); ok {
		n.Day = journal.Day{Year: 1, Month: 1, Day: 1}
		return n
	}
	return e
}

func TestRandomEventsComeBack(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	f := filler{random: rand.New(rand.NewPCG(seed, 1))}
	for range 200 {
		for _, like := range every {
			e := f.event(like)
			if n, ok := e.(journal.NoFlightDeclared); ok && n.Day == (journal.Day{}) {
				e = like0(e)
			}
			same(t, record(e))
		}
	}
}

func TestGoldenBytes(t *testing.T) {
	t.Parallel()
	const name = "testdata/version1.txt"
	var b strings.Builder
	for _, like := range every {
		f := filler{}
		fmt.Fprintf(&b, "%s %x\n", like.Kind(), encode(t, record(f.event(like))))
	}
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("the bytes of version 1 have changed: they may not, a change is a new version, or one more form beside those that are read\n%s", d)
	}
}

// Journals from before bands and sizes of pictures were kept are read, and a footprint without either is written as it was then: one
// form a footprint, in eleven items or in fourteen.
func TestTwoFormsOfFootprints(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/footprints-without-band.txt")
	if err != nil {
		t.Fatal(err)
	}
	old, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	r, found := journal.Decode(old)
	e, ok := r.Event.(journal.FootprintsRecorded)
	if !ok || len(found) > 0 || len(e.Footprints) != 2 {
		t.Fatalf("%+v, %v", r, found)
	}
	for i := range e.Footprints {
		if f := &e.Footprints[i].Footprint; f.Band != sensor.UnknownBand || f.Picture.Known() || f.Corners[3].Lon == 0 {
			t.Errorf("footprint %d: %+v", i, f)
		}
	}
	if got := encode(t, r); !bytes.Equal(got, old) {
		t.Error("written again they are other bytes")
	}
	for name, change := range map[string]func(*sensor.Footprint){
		"band":    func(f *sensor.Footprint) { f.Band = sensor.Thermal },
		"picture": func(f *sensor.Footprint) { f.Picture = sensor.Picture{Columns: 1280, Rows: 720} },
		"one of two": func(f *sensor.Footprint) {
			if f == &e.Footprints[1].Footprint {
				f.Band = sensor.Visible
			}
		},
	} {
		for i := range e.Footprints {
			f := &e.Footprints[i].Footprint
			f.Band, f.Picture = sensor.UnknownBand, sensor.Picture{}
			change(f)
		}
		if now := same(t, journal.Record{Producer: r.Producer, Sequence: r.Sequence, Event: e}); len(now) <= len(old) {
			t.Errorf("%s: %d bytes, %d without", name, len(now), len(old))
		}
	}
	// Fourteen items of which the last three say nothing are not the one form.
	e.Footprints = e.Footprints[:1]
	e.Footprints[0].Footprint.Band, e.Footprints[0].Footprint.Picture = sensor.Thermal, sensor.Picture{}
	long := encode(t, journal.Record{Producer: r.Producer, Sequence: r.Sequence, Event: e})
	at := bytes.LastIndex(long, []byte{0xf5, 2, 0, 0}) // converted, thermal, no picture
	if at < 0 {
		t.Fatalf("%x", long)
	}
	long[at+1] = 0
	if r, found := journal.Decode(long); len(found) != 1 || found[0].Code != journal.CodeMalformed {
		t.Errorf("a second form is read: %+v, %v", r, found)
	}
}

func TestBytesAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	// By hand after RFC 8949: [1, "padding", "p", 1, [h'00..00', [0, 5]]].
	want := "850167" + hex.EncodeToString([]byte("padding")) + "617001" + "82" + "5820" + strings.Repeat("00", 32) + "820005"
	got := encode(t, journal.Record{Producer: "p", Sequence: 1, Event: journal.Padding{At: time.Unix(0, 5).UTC()}})
	if hex.EncodeToString(got) != want {
		t.Errorf("got %x, want %s", got, want)
	}
}

func TestFloats(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct { // RFC 8949 appendix A, as far as it has floats
		value float64
		bytes string
	}{
		{0, "f90000"},
		{math.Copysign(0, -1), "f98000"},
		{1, "f93c00"},
		{1.1, "fb3ff199999999999a"},
		{1.5, "f93e00"},
		{65504, "f97bff"},
		{100000, "fa47c35000"},
		{3.4028234663852886e+38, "fa7f7fffff"},
		{1.0e+300, "fb7e37e43c8800759c"},
		{5.960464477539063e-8, "f90001"},
		{0.00006103515625, "f90400"},
		{-4, "f9c400"},
		{-4.1, "fbc010666666666666"},
		{math.Inf(1), "f97c00"},
		{math.Inf(-1), "f9fc00"},
		{math.NaN(), "f97e00"},
		{math.Ldexp(1023, -24), "f903ff"},
		{math.Ldexp(2047, -25), "fa387fe000"},
		{65536, "fa47800000"},
	} {
		e := journal.FixesRecorded{Fixes: []flight.Fix{{Radius: geodesy.Length(tc.value)}}}
		b := encode(t, record(e))
		if !strings.Contains(hex.EncodeToString(b), tc.bytes+"f4f4") { // the radius stands before two false
			t.Errorf("%g: not %s in %x", tc.value, tc.bytes, b)
		}
		r, defects := journal.Decode(b)
		if len(defects) > 0 {
			t.Fatalf("%g: %v", tc.value, defects)
		}
		got := float64(r.Event.(journal.FixesRecorded).Fixes[0].Radius)
		if math.Float64bits(got) != math.Float64bits(tc.value) && !(math.IsNaN(got) && math.IsNaN(tc.value)) {
			t.Errorf("got %g, want %g", got, tc.value)
		}
	}
}

func TestWhatCannotBeReadIsKept(t *testing.T) {
	t.Parallel()
	good := encode(t, journal.Record{Producer: "p", Sequence: 3, Event: journal.Padding{At: time.Unix(9, 0).UTC()}})
	change := func(at int, with ...byte) []byte {
		return slices.Concat(good[:at], with, good[at+1:])
	}
	for _, tc := range []struct {
		name     string
		bytes    []byte
		code     evidence.Code
		producer journal.Producer
		sequence uint64
		unknown  journal.Unknown
	}{
		{"later version", change(1, 9), journal.CodeVersion, "p", 3, journal.Unknown{Name: "padding", Version: 9}},
		{"later version with more items", slices.Concat([]byte{0x86}, change(1, 2)[1:], []byte{0xf6}), journal.CodeVersion, "p", 3, journal.Unknown{Name: "padding", Version: 2}},
		{"kind", change(3, 'q'), journal.CodeKind, "p", 3, journal.Unknown{Name: "qadding", Version: 1}},
		{"nothing", nil, journal.CodeMalformed, "", 0, journal.Unknown{}},
		{"version 0", change(1, 0), journal.CodeMalformed, "", 0, journal.Unknown{}},
		{"long form of the version", change(1, 0x18, 1), journal.CodeMalformed, "", 0, journal.Unknown{}},
		{"sequence 0", change(12, 0), journal.CodeMalformed, "", 0, journal.Unknown{}},
		{"cut", good[:len(good)-1], journal.CodeMalformed, "p", 3, journal.Unknown{}},
		{"more", slices.Concat(good, []byte{0}), journal.CodeMalformed, "p", 3, journal.Unknown{}},
		{"zero time", slices.Concat(good[:len(good)-3], []byte{0x82, 0x3b, 0, 0, 0, 0x0e, 0x77, 0x91, 0xf6, 0xff, 0}), journal.CodeMalformed, "p", 3, journal.Unknown{}},
		{"too long", slices.Concat(good, make([]byte, journal.MaxRecord)), journal.CodeMalformed, "", 0, journal.Unknown{}},
	} {
		r, defects := journal.Decode(tc.bytes)
		if len(defects) != 1 || defects[0].Code != tc.code {
			t.Errorf("%s: defects %v, want %s", tc.name, defects, tc.code)
		}
		tc.unknown.Bytes = append([]byte(nil), tc.bytes...)
		want := journal.Record{Producer: tc.producer, Sequence: tc.sequence, Event: tc.unknown}
		if d := cmp.Diff(want, r); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
		if again, err := journal.Encode(r); !bytes.Equal(again, tc.bytes) && len(tc.bytes) <= journal.MaxRecord {
			t.Errorf("%s: written as %x: %v", tc.name, again, err)
		}
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		record journal.Record
		want   error
	}{
		{"nil", record(nil), journal.ErrEvent},
		{"pointer", record(&journal.Padding{}), journal.ErrEvent},
		{"no producer", journal.Record{Sequence: 1, Event: journal.Padding{}}, journal.ErrProducer},
		{"producer with a space", journal.Record{Producer: "a b", Sequence: 1, Event: journal.Padding{}}, journal.ErrProducer},
		{"no sequence", journal.Record{Producer: "a", Event: journal.Padding{}}, journal.ErrProducer},
		{"sortie without number", record(journal.FlightOpened{Flight: journal.Sortie{Operator: "A", Year: 2026}}), journal.ErrSortie},
		{"no day", record(journal.NoFlightDeclared{}), journal.ErrEvent},
		{"30 February", record(journal.NoFlightDeclared{Day: journal.Day{Year: 2026, Month: 2, Day: 30}}), journal.ErrEvent},
		{"too long", record(journal.CheckpointPublished{Note: make([]byte, journal.MaxRecord)}), journal.ErrTooLong},
		{"empty unknown", record(journal.Unknown{}), journal.ErrTooLong},
	} {
		dst := []byte("kept")
		got, err := journal.Append(dst, tc.record)
		if !errors.Is(err, tc.want) || string(got) != "kept" {
			t.Errorf("%s: %q, %v; want %v", tc.name, got, err, tc.want)
		}
	}
}

func TestNamesThatAreNotText(t *testing.T) {
	t.Parallel()
	same(t, record(journal.SourceStarted{Source: "a\xffb", Address: "ñ", At: time.Unix(1, 0).UTC()}))
}

func TestSortie(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"CBP-2026-0001", "a_b-0001-99999", "X-9999-4294967295"} {
		s, err := journal.ParseSortie(text)
		if err != nil || s.String() != text {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "CBP", "CBP-2026", "CBP-2026-0", "CBP-2026-1", "CBP-26-0001", "-2026-0001", "C.P-2026-0001", "CBP-0000-0001", "A-2026-0001-1", "A-2026-+001", strings.Repeat("a", 33) + "-2026-0001"} {
		if s, err := journal.ParseSortie(text); !errors.Is(err, journal.ErrSortie) {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	if (journal.Sortie{}).String() != "" {
		t.Error("no sortie has a form")
	}
}

func TestChecker(t *testing.T) {
	t.Parallel()
	opened := func(n uint32) journal.Event {
		return journal.FlightOpened{Flight: journal.Sortie{Operator: "A", Year: 2026, Number: n}}
	}
	sealed := func(id journal.SegmentID) journal.Event { return journal.SegmentSealed{Segment: id} }
	type step struct {
		sequence uint64
		producer journal.Producer
		number   uint64
		event    journal.Event
	}
	for _, tc := range []struct {
		name  string
		steps []step
		want  []evidence.Code
	}{
		{"whole", []step{{1, "a", 1, opened(1)}, {2, "b", 1, sealed("x")}, {3, "a", 2, opened(2)}, {4, "b", 2, journal.SegmentErased{Segment: "x"}}}, nil},
		{"unknown", []step{{1, "", 0, journal.Unknown{}}, {2, "a", 1, sealed("x")}}, nil},
		{"begins late", []step{{2, "a", 1, sealed("x")}, {3, "a", 2, sealed("y")}}, []evidence.Code{journal.CodeSequence}},
		{"gap", []step{{1, "a", 1, sealed("x")}, {3, "a", 3, sealed("y")}, {4, "a", 4, sealed("z")}}, []evidence.Code{journal.CodeSequence, journal.CodeProducerSequence}},
		{"again", []step{{1, "a", 1, sealed("x")}, {1, "a", 1, sealed("y")}}, []evidence.Code{journal.CodeSequence, journal.CodeProducerSequence}},
		{"producer", []step{{1, "a", 1, sealed("x")}, {2, "a", 3, sealed("y")}}, []evidence.Code{journal.CodeProducerSequence}},
		{"sealed twice", []step{{1, "a", 1, sealed("x")}, {2, "b", 1, sealed("x")}}, []evidence.Code{journal.CodeSegmentTwice}},
		{"erased unsealed", []step{{1, "a", 1, journal.SegmentErased{Segment: "x"}}}, []evidence.Code{journal.CodeErasedUnsealed}},
		{"sortie left out", []step{{1, "a", 1, opened(1)}, {2, "a", 2, opened(3)}}, []evidence.Code{journal.CodeSortieNumber}},
		{"sortie twice", []step{{1, "a", 1, opened(1)}, {2, "a", 2, opened(1)}}, []evidence.Code{journal.CodeSortieNumber}},
	} {
		var k journal.Checker
		var got []evidence.Code
		for _, s := range tc.steps {
			for _, d := range k.Add(s.sequence, journal.Record{Producer: s.producer, Sequence: s.number, Event: s.event}) {
				got = append(got, d.Code)
			}
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, like := range every {
		fill := filler{}
		b := encode(f, record(fill.event(like)))
		f.Add(b)
		f.Add(b[:len(b)/2])
		f.Add(encode(f, record(like0(like))))
	}
	f.Add([]byte{})
	f.Add([]byte{0x85, 0x01, 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, defects := journal.Decode(b)
		_, unknown := r.Event.(journal.Unknown)
		if unknown != (len(defects) == 1) || len(defects) > 1 {
			t.Fatalf("%T with %v", r.Event, defects)
		}
		if len(b) == 0 || len(b) > journal.MaxRecord {
			return
		}
		// What is read is written as the same bytes: there is one form.
		again, err := journal.Encode(r)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("read %x, written as %x: %v", b, again, err)
		}
	})
}

func block(n int) journal.Record {
	e := journal.FixesRecorded{Flight: journal.Sortie{Operator: "A", Year: 2026, Number: 1}, Source: "recording.ts"}
	for i := range n {
		e.Fixes = append(e.Fixes, flight.Fix{
			Time:     time.Unix(1_700_000_000, int64(i)*33_333_333).UTC(),
			Position: geodesy.Position{Lat: 31.123456 + geodesy.Angle(i)*1e-5, Lon: -110.654321},
			Altitude: geodesy.Altitude{Value: 6000.5, Datum: geodesy.HAE}, GroundSpeed: 80.25,
			Ref: evidence.Ref{Source: "recording.ts", Offset: int64(i) * 9000, Length: 400},
		})
	}
	return record(e)
}

func BenchmarkEncodeFixes(b *testing.B) {
	r := block(1000)
	var buf []byte
	for b.Loop() {
		buf, _ = journal.Append(buf[:0], r)
	}
	b.ReportMetric(float64(len(buf))/1000, "B/fix")
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "fixes/s")
}

func BenchmarkDecodeFixes(b *testing.B) {
	buf := encode(b, block(1000))
	for b.Loop() {
		if _, defects := journal.Decode(buf); len(defects) > 0 {
			b.Fatal(defects)
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "fixes/s")
}
