package share

import (
	"bytes"
	"fmt"
	"math"
	"math/rand"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/format/cot"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/release"
)

var (
	cotMade = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	cotSeed = release.Seed{7}
	cotCopy = release.Copy{Office: "MEX/SEDENA", State: "MEX", Mark: "00112233445566778899aabbccddeeff", Released: cotMade, Purpose: "find-laboratories", Caveats: []string{"NOT FOR TARGETING"}}
	cotPos  = geodesy.Position{Lat: 24.61234, Lon: -107.53456}
)

func cotLanguages() []CoTLanguage {
	return []CoTLanguage{{"en", catalogue.Open(catalogue.English)}, {"es", catalogue.Open(catalogue.Spanish)}}
}

func cotRecord(t testing.TB, kind string, values map[string]release.Value) release.Record {
	t.Helper()
	m := release.Marking{Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX", "USA"}, Caveats: []string{"SURVEY"}, Handling: release.Amber, Originator: "USA/OPS", Created: cotMade}
	r, err := release.NewRecord(kind, m, values)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func cotAt(t testing.TB, at time.Time) release.Value {
	t.Helper()
	v, err := release.InstantValue(at)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func cotTextValue(s string) release.Value   { return release.Value{Kind: release.Text, Text: s} }
func cotCodeValue(s string) release.Value   { return release.Value{Kind: release.Code, Text: s} }
func cotNumberValue(s string) release.Value { return release.Value{Kind: release.Number, Text: s} }

// cotReport is one flight at one instant over one site, seen from 6 km to the west.
func cotReport(t testing.TB) *release.Report {
	t.Helper()
	at := cotAt(t, cotMade.Add(12*time.Minute+34*time.Second+567*time.Millisecond))
	place := func(azimuth geodesy.Angle, s geodesy.Length) release.Value {
		p, _ := geodesy.Direct(cotPos, azimuth, s)
		return release.PlaceValue(p)
	}
	aircraft := place(270, 6000)
	return &release.Report{ID: "MEX-2026-7", Version: 2, Made: cotMade, Records: []release.Record{
		cotRecord(t, "flight/1", map[string]release.Value{"flight": cotTextValue("LOCAL-2026-0001"), "callsign": cotTextValue("TROY <1>")}),
		cotRecord(t, "fix/1", map[string]release.Value{"flight": cotTextValue("LOCAL-2026-0001"), "at": at, "place": aircraft, "altitude": cotNumberValue("4512.5"), "datum": cotCodeValue("HAE"), "course": cotNumberValue("91.5"), "speed": cotNumberValue("72")}),
		cotRecord(t, "footprint/1", map[string]release.Value{
			"flight": cotTextValue("LOCAL-2026-0001"), "at": at, "corner_1": place(300, 400), "corner_2": place(60, 500), "corner_3": place(120, 500), "corner_4": place(240, 400), "centre": release.PlaceValue(cotPos),
			"sensor_place": aircraft, "doubt": cotNumberValue("35.5"),
		}),
		cotRecord(t, "look/1", map[string]release.Value{"flight": cotTextValue("LOCAL-2026-0002"), "from": at, "to": at, "place": place(90, 3000), "sensor_place": aircraft}),
		cotRecord(t, "site/1", map[string]release.Value{
			"site": cotTextValue("12"), "place": release.PlaceValue(cotPos), "semi_major": cotNumberValue("41.2"), "semi_minor": cotNumberValue("20"), "azimuth": cotNumberValue("30"), "laboratory": cotNumberValue("0.82"), "last_seen": at,
			"organisation": cotTextValue("Cártel de Tal"), "grade": cotCodeValue("B2"),
		}),
	}}
}

func cotProduct(t testing.TB, r *release.Report, granted release.Granted) *release.Product {
	t.Helper()
	p, err := release.Redact(r, cotSeed, granted, cotCopy)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func cotGrantAll(_ int, _ release.FieldSpec, f release.Field) release.Grant {
	return release.Grant{Digits: max(1, f.Value.Kind.Whole())}
}

// places grants all, and so many digits of places.
func cotGrantPlaces(digits int) release.Granted {
	return func(n int, s release.FieldSpec, f release.Field) release.Grant {
		if f.Value.Kind == release.Place {
			return release.Grant{Digits: digits}
		}
		return cotGrantAll(n, s, f)
	}
}

func cotEvents(t testing.TB, p *release.Product, at time.Time, o CoTOptions) []*cot.Event {
	t.Helper()
	if o.Languages == nil {
		o.Languages = cotLanguages()
	}
	out, err := Events(p, at, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range out {
		b, err := e.AppendOutgoingXML(nil)
		if err != nil {
			t.Fatalf("%s %s: %v", e.Type, e.Detail, err)
		}
		if _, err := cot.ParseXML(b); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
	}
	return out
}

func cotChild(t testing.TB, e *cot.Event, name, attribute string) string {
	t.Helper()
	c, ok := e.Child(name)
	if !ok {
		return ""
	}
	s, _ := c.Attribute(attribute)
	return s
}

func TestEventsWhole(t *testing.T) {
	t.Parallel()
	p := cotProduct(t, cotReport(t), cotGrantAll)
	out := cotEvents(t, p, cotMade.Add(time.Hour), CoTOptions{Video: func(flight string) (CoTVideo, bool) {
		return CoTVideo{"rtsp://192.0.2.1/" + flight + "?a=1&b=2", "Troy"}, flight == "LOCAL-2026-0001"
	}})
	var types []string
	for _, e := range out {
		types = append(types, e.Type)
		if e.Access != "RESTRICTED" || e.Caveat != "SURVEY,not-for-targeting" || e.ReleasableTo != "MEX,USA" || e.CE == 0 || !math.IsNaN(e.LE) {
			t.Errorf("%+v", e)
		}
		remarks, _ := e.Child("remarks")
		for _, want := range []string{"RESTRICTED//REL TO MEX, USA//SURVEY//not-for-targeting//TLP:AMBER", "Not for targeting.", "No debe usarse para fijar blancos."} {
			if !strings.Contains(string(remarks.Raw), want) {
				t.Errorf("%s: no %q", remarks.Raw, want)
			}
		}
		mark, _ := e.Child("__overflight")
		if want := `<__overflight tlp="TLP:AMBER" rel="MEX,USA" lang="en,es" obs="MEX-2026-7.2#`; !strings.HasPrefix(string(mark.Raw), want) || cotChild(t, e, "__overflight", "proof") != p.Statement.Root.String() {
			t.Errorf("%s", mark.Raw)
		}
		if strings.Contains(string(e.Detail), "xmlns") || strings.Contains(string(e.Detail), "Cártel") {
			t.Errorf("%s", e.Detail)
		}
	}
	if d := cmp.Diff([]string{"a-f-A-M-F-Q", "b-m-p-s-p-i", "b-m-p-s-p-i", "b-m-p-s-p-i", "a-u-G"}, types); d != "" {
		t.Fatal(d)
	}
	own, view, point, look, site := out[0], out[1], out[2], out[3], out[4]
	at := cotMade.Add(12*time.Minute + 34*time.Second + 567*time.Millisecond)
	if own.Time != at || own.Start != at || own.Stale != at.Add(time.Millisecond+30*time.Second) || own.How != "m-g" || own.HAE != 4512.5 || !math.IsNaN(own.CE) || cotChild(t, own, "track", "course") != "91.5" || cotChild(t, own, "contact", "callsign") != "TROY <1>" {
		t.Errorf("%+v %s", own, own.Detail)
	}
	if s := cotChild(t, own, "sensor", "azimuth"); s != "90" {
		t.Errorf("azimuth %s", s)
	}
	// 200 m to either side at 5,654 m, and 250 m at 6,433 m.
	if fov, reach := cotChild(t, own, "sensor", "fov"), cotChild(t, own, "sensor", "range"); fov != "5" || reach < "6430" || reach > "6450" {
		t.Errorf("fov %s, range %s", fov, reach)
	}
	if s := cotChild(t, own, "__video", "url"); s != "rtsp://192.0.2.1/LOCAL-2026-0001?a=1&b=2" || cotChild(t, own, "__video", "spi") != point.UID || cotChild(t, own, "__video", "sensor") != own.UID {
		t.Errorf("%s: %s", point.UID, own.Detail)
	}
	if view.UID != own.UID+".FOV1" || strings.Count(string(view.Detail), "<vertex ") != 4 || cotChild(t, view, "link", "uid") != own.UID {
		t.Errorf("%s %s", view.UID, view.Detail)
	}
	if point.UID != own.UID+".SPI1" || point.CE != 36 || geodesy.Distance(geodesy.Position{Lat: geodesy.Angle(point.Lat), Lon: geodesy.Angle(point.Lon)}, cotPos) > 0.05 {
		t.Errorf("%+v", point)
	}
	if look.UID == point.UID || !math.IsNaN(look.CE) {
		t.Errorf("%+v", look)
	}
	if site.CE != 42 || site.Stale != cotMade.Add(time.Hour+7*24*time.Hour) || cotChild(t, site, "contact", "callsign") != "Site 12 / Sitio 12" || !strings.Contains(string(site.Detail), `<ellipse major="41.2" minor="20" angle="30"/>`) || !strings.Contains(string(site.Detail), "0.82") {
		t.Errorf("%+v %s", site, site.Detail)
	}
}

// A coarse place is told with how far off it may be, nothing is computed from it that would be finer, and a video would be.
func TestEventsCoarse(t *testing.T) {
	t.Parallel()
	r := cotReport(t)
	for digits := 1; digits < 12; digits++ {
		now := cotMade.Add(13 * time.Minute)
		out := cotEvents(t, cotProduct(t, r, cotGrantPlaces(digits)), now, CoTOptions{Live: true, Video: func(string) (CoTVideo, bool) {
			t.Error("asked for a video")
			return CoTVideo{"rtsp://x/", ""}, true
		}})
		if len(out) != 5 || out[4].Type != "b-m-p-s-m" {
			t.Fatalf("%d digits: %d events", digits, len(out))
		}
		for i, e := range out {
			field := []string{"place", "corner_1", "centre", "place", "place"}[i]
			record := []int{1, 2, 2, 3, 4}[i]
			whole := r.Records[record].Fields
			for _, f := range whole {
				if f.Name != field {
					continue
				}
				box, err := f.Value.Box()
				if err != nil {
					t.Fatal(err)
				}
				off := geodesy.Distance(box.Middle(), geodesy.Position{Lat: geodesy.Angle(e.Lat), Lon: geodesy.Angle(e.Lon)}).Metres()
				if i != 1 && !(e.CE >= off) {
					t.Errorf("%d digits: %s is %.0f m off, ce %v", digits, e.Type, off, e.CE)
				}
			}
			for _, no := range []string{"<sensor", "<ellipse", "__video"} {
				if strings.Contains(string(e.Detail), no) {
					t.Errorf("%d digits: %s", digits, e.Detail)
				}
			}
			if i < 4 { // what moves
				step := e.Stale.Sub(e.Time)
				if e.Stale.Before(now.Add(30*time.Second)) || e.Start != e.Time || step <= 0 {
					t.Errorf("%d digits: %s to %s", digits, e.Time, e.Stale)
				}
			}
			if cotChild(t, e, "__overflight", "obs") != "live" || cotChild(t, e, "__overflight", "proof") != "" || !strings.Contains(string(e.Detail), "no es prueba") {
				t.Errorf("%s", e.Detail)
			}
		}
		cotHolds(t, out[1], r.Records[2])
	}
}

var cotVertex = regexp.MustCompile(`<vertex lat="([^"]+)" lon="([^"]+)"/>`)

// holds checks that the shape of an event holds the true corners.
func cotHolds(t *testing.T, e *cot.Event, r release.Record) {
	t.Helper()
	var ring [][2]float64
	for _, m := range cotVertex.FindAllStringSubmatch(string(e.Detail), -1) {
		lat, err1 := strconv.ParseFloat(m[1], 64)
		lon, err2 := strconv.ParseFloat(m[2], 64)
		if err1 != nil || err2 != nil {
			t.Fatal(m)
		}
		ring = append(ring, [2]float64{lon, lat})
	}
	if len(ring) < 3 {
		t.Fatalf("%s", e.Detail)
	}
	for _, f := range r.Fields {
		if !strings.HasPrefix(f.Name, "corner_") {
			continue
		}
		box, err := f.Value.Box()
		if err != nil {
			t.Fatal(err)
		}
		at := box.Middle()
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if (b[0]-a[0])*(float64(at.Lat)-a[1])-(b[1]-a[1])*(float64(at.Lon)-a[0]) < -1e-9 {
				t.Errorf("%s of %v is outside %v", f.Name, at, ring)
			}
		}
	}
}

var cotProofs = regexp.MustCompile(`proof="[0-9a-f]*"`)

// What is withheld makes no difference: two reports that differ in nothing else give the same events, byte for byte but for the root that
// each was logged by.
func TestEventsTellNothingElse(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewSource(1))
	const digits = "0123456789bcdefghjkmnpqrstuvwxyz"
	drawn := 0
	for range 300 {
		grants := map[string]int{}
		granted := func(n int, s release.FieldSpec, f release.Field) release.Grant {
			return release.Grant{Digits: grants[fmt.Sprint(n, s.Name)]}
		}
		a, b := cotReport(t), cotReport(t)
		for n, r := range a.Records {
			for i, f := range r.Fields {
				whole := max(1, f.Value.Kind.Whole())
				shown := rnd.Intn(whole+2) - 1
				if rnd.Intn(2) == 0 {
					shown = whole
				}
				grants[fmt.Sprint(n, f.Name)] = max(0, shown)
				_ = i
			}
		}
		before := cotProduct(t, a, granted)
		for n := range b.Records {
			for i := range b.Records[n].Fields {
				f := &b.Records[n].Fields[i]
				s := before.Parts[n]
				var shown *release.Opening
				if s.Kind != "" {
					shown = s.Fields[i].Opening
				}
				switch f.Value.Kind {
				case release.Place:
					keep := 0
					if shown != nil {
						keep = len(shown.Value.Text)
					}
					rest := []byte(f.Value.Text)
					for j := keep; j < len(rest); j++ {
						rest[j] = digits[rnd.Intn(len(digits))]
					}
					f.Value.Text = string(rest)
				case release.Instant:
					other := cotMade.Add(time.Duration(rnd.Int63n(int64(300 * 24 * time.Hour))))
					v := cotAt(t, other)
					if shown == nil {
						f.Value = v
					} else if len(shown.Value.Text) >= 8 {
						from, to, err := shown.Value.Span()
						if err != nil {
							t.Fatal(err)
						}
						f.Value = cotAt(t, from.Add(time.Duration(rnd.Int63n(int64(to.Sub(from))))))
					}
				case release.Text, release.Code:
					if shown == nil {
						f.Value.Text = strconv.Itoa(rnd.Int())
					}
				case release.Number:
					if shown == nil {
						f.Value.Text = strconv.Itoa(rnd.Intn(1000))
					}
				case release.Absent:
					if shown == nil {
						f.Value = release.Value{Kind: release.Absent}
					}
				}
			}
		}
		// The commitments differ, and so does the root; what is shown must not.
		after := cotProduct(t, b, granted)
		o := CoTOptions{Live: rnd.Intn(2) == 0, Video: func(flight string) (CoTVideo, bool) { return CoTVideo{"rtsp://192.0.2.1/" + flight, flight}, true }, Languages: cotLanguages()}
		var texts [2]string
		for i, p := range []*release.Product{before, after} {
			for _, e := range cotEvents(t, p, cotMade.Add(time.Hour), o) {
				x, err := e.AppendOutgoingXML(nil)
				if err != nil {
					t.Fatal(err)
				}
				f, err := e.AppendOutgoingFrame(nil)
				if err != nil {
					t.Fatal(err)
				}
				texts[i] += cotProofs.ReplaceAllString(string(x)+string(f), "")
				drawn++
			}
		}
		if texts[0] != texts[1] {
			t.Fatalf("grants %v:\n%s", grants, cmp.Diff(texts[0], texts[1]))
		}
	}
	if drawn < 1000 {
		t.Errorf("only %d events were drawn", drawn)
	}
}

// What moves and shows no instant would be told by when it comes.
func TestEventsWithoutInstant(t *testing.T) {
	t.Parallel()
	for _, digits := range []int{0, 4, 6} {
		out := cotEvents(t, cotProduct(t, cotReport(t), func(n int, s release.FieldSpec, f release.Field) release.Grant {
			if s.Kind == release.Instant {
				return release.Grant{Digits: digits}
			}
			return cotGrantAll(n, s, f)
		}), cotMade.Add(time.Hour), CoTOptions{})
		if len(out) != 1 || out[0].Type != "a-u-G" || out[0].Time != cotMade {
			t.Errorf("%d digits: %d events", digits, len(out))
		}
	}
}

// A flight that is not shown is in nothing, not even behind a hash that could be guessed.
func TestCoTUIDs(t *testing.T) {
	t.Parallel()
	r := cotReport(t)
	unnamed := func(n int, s release.FieldSpec, f release.Field) release.Grant {
		if s.Class == release.Identity {
			return release.Grant{}
		}
		return cotGrantAll(n, s, f)
	}
	first := cotEvents(t, cotProduct(t, r, unnamed), cotMade, CoTOptions{})[0].UID
	r.Records[1].Fields[0].Value.Text = "LOCAL-2026-0002"
	if other := cotEvents(t, cotProduct(t, r, unnamed), cotMade, CoTOptions{})[0].UID; other != first {
		t.Errorf("%s and %s tell a flight", first, other)
	}
	p := cotProduct(t, r, cotGrantAll)
	one := cotEvents(t, p, cotMade, CoTOptions{})
	p.Copy.Mark = "another"
	if again := cotEvents(t, p, cotMade, CoTOptions{}); again[0].UID != one[0].UID {
		t.Error("another copy for the same office has other uids")
	}
	p.Copy.Office = "MEX/FGR"
	if other := cotEvents(t, p, cotMade, CoTOptions{}); other[0].UID == one[0].UID {
		t.Error("two offices have the same uids")
	}
}

func TestCoTVideoAddress(t *testing.T) {
	t.Parallel()
	p := cotProduct(t, cotReport(t), cotGrantAll)
	for _, address := range []string{"rtsp://ana:secret@192.0.2.1/x", "/just/a/path", "::"} {
		_, err := Events(p, cotMade, CoTOptions{Video: func(string) (CoTVideo, bool) { return CoTVideo{address, "Troy"}, true }})
		if err == nil || !strings.Contains(err.Error(), "expected an address without a user") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestCoTVideoInParts(t *testing.T) {
	t.Parallel()
	p := cotProduct(t, cotReport(t), cotGrantAll)
	for address, want := range map[string]string{
		"rtsp://192.0.2.1:8554/a/b?c=1": `protocol="rtsp" address="192.0.2.1" port="8554" path="/a/b?c=1"`,
		"rtsp://[2001:db8::1]/a":        `protocol="rtsp" address="2001:db8::1" port="554" path="/a"`,
		"https://video.example":         `protocol="https" address="video.example" port="443" path=""`,
		"udp://[2001:db8::1]:5000":      `protocol="udp" address="2001:db8::1" port="5000" path=""`,
		"udp://239.0.0.1?x=@":           `protocol="udp" address="239.0.0.1" port="-1" path="?x=@"`,
	} {
		e := cotEvents(t, p, cotMade, CoTOptions{Video: func(string) (CoTVideo, bool) { return CoTVideo{address, "Troy"}, true }})[0]
		if !strings.Contains(string(e.Detail), want) {
			t.Errorf("%s: %s", address, e.Detail)
		}
	}
}

func TestCoTWithdrawals(t *testing.T) {
	t.Parallel()
	before := cotEvents(t, cotProduct(t, cotReport(t), cotGrantAll), cotMade, CoTOptions{})
	gone := Withdrawals(append(before, before[4]), before[:4], cotMade, time.Hour)
	if len(gone) != 1 || gone[0].Type != "t-x-d-d" || Withdrawn(gone[0]) != before[4].UID || cotChild(t, gone[0], "link", "uid") != before[4].UID || cotChild(t, gone[0], "link", "type") != "a-u-G" {
		t.Errorf("%+v", gone)
	}
	if Withdrawn(before[0]) != "" || len(Withdrawals(before, before, cotMade, time.Hour)) != 0 {
		t.Error("something else is taken back")
	}
}

func TestWriteCoT(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := cotProduct(t, cotReport(t), cotGrantAll)
	if err := WriteCoT(&b, []*release.Product{p, p}, cotMade, CoTOptions{Languages: cotLanguages()}); err != nil {
		t.Fatal(err)
	}
	r := cot.NewReader(&b, 0)
	n := 0
	for ; ; n++ {
		f, err := r.Next()
		if err != nil {
			break
		}
		if _, err := f.Event(); err != nil {
			t.Fatal(err)
		}
	}
	if n != 10 {
		t.Errorf("%d events", n)
	}
}

// Round the antimeridian and over the nadir.
func TestCoTOutlines(t *testing.T) {
	t.Parallel()
	var corners []cotPlace
	for _, p := range []geodesy.Position{{Lat: 1.01, Lon: 179.99}, {Lat: 1.01, Lon: -179.98}, {Lat: 0.99, Lon: -179.98}, {Lat: 0.99, Lon: 179.99}} {
		v := release.PlaceValue(p)
		v.Text = v.Text[:6]
		box, err := v.Box()
		if err != nil {
			t.Fatal(err)
		}
		corners = append(corners, cotPlace{at: box.Middle(), box: box})
	}
	for _, p := range cotOutline(corners) {
		if d := geodesy.Distance(p, geodesy.Position{Lat: 1, Lon: -180}); d > 5000 {
			t.Errorf("%v is %v away", p, d)
		}
	}
	under := cotPlace{at: cotPos, whole: true}
	var around []cotPlace
	for _, azimuth := range []geodesy.Angle{45, 135, 225, 315} {
		p, _ := geodesy.Direct(cotPos, azimuth, 300)
		around = append(around, cotPlace{at: p, whole: true})
	}
	cone, ok := cotCone(under, around)
	if !ok || cone[3] != "270" || cone[5] != "301" && cone[5] != "300" {
		t.Error(cone)
	}
	p, _ := geodesy.Direct(cotPos, 180, 3000)
	if cone, ok = cotCone(cotPlace{at: p, whole: true}, around); !ok || cone[1] != "0.01" {
		t.Error(cone)
	}
}
