package share

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/internal/rulesets"
	"overflight/release"
)

var made = time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC)

func spanish(t testing.TB) Words { return speak(t, catalogue.Spanish) }

func speak(t testing.TB, l catalogue.Language) Words {
	t.Helper()
	p, _, err := rulesets.Release()
	if err != nil {
		t.Fatal(err)
	}
	return catalogue.Open(l).Reader(func(id string) (string, string, bool) {
		r, ok := p.Rule(id)
		return r.English, r.Spanish, ok && r.English != ""
	})
}

func marked() release.Marking {
	return release.Marking{
		Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX", "USA"}, Caveats: []string{}, Handling: release.Amber,
		Originator: "USA/OPS", Created: made, Review: made.AddDate(1, 0, 0),
	}
}

func instant(t testing.TB, s string) release.Value {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	v, err := release.InstantValue(at)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func text(s string) release.Value   { return release.Value{Kind: release.Text, Text: s} }
func code(s string) release.Value   { return release.Value{Kind: release.Code, Text: s} }
func number(s string) release.Value { return release.Value{Kind: release.Number, Text: s} }
func place(lat, lon float64) release.Value {
	return release.PlaceValue(geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)})
}

func record(t testing.TB, kind string, values map[string]release.Value) release.Record {
	t.Helper()
	r, err := release.NewRecord(kind, marked(), values)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sinaloa is a report of a flight: an entry, looks, sites with what was seen of them, and positions of the aircraft.
func sinaloa(t testing.TB) *release.Report {
	t.Helper()
	r := &release.Report{ID: "MEX-2026-7", Version: 2, Made: made}
	add := func(kind string, values map[string]release.Value) {
		r.Records = append(r.Records, record(t, kind, values))
	}
	add("flight/1", map[string]release.Value{
		"flight": text("LOCAL-2026-0001"), "aircraft": code("AE1234"), "callsign": text("SALSA 31"), "operator": code("USA"), "purpose": code("find-laboratories"),
		"basis": text("Solicitud R-1 del 2026-02-10"), "unarmed": code("yes"), "from": instant(t, "2026-03-01T09:12:00Z"), "to": instant(t, "2026-03-01T19:47:31Z"),
		"states_entered": text("MEX"), "states_looked_into": text("MEX"), "segments": number("636"), "withheld_s": number("0"), "lost_s": number("12.5"),
	})
	add("entry/1", map[string]release.Value{
		"flight": text("LOCAL-2026-0001"), "state": code("MEX"), "verdict": code("entry"), "leave": code("cleared"), "entered": instant(t, "2026-03-01T10:00:37.123Z"),
		"left": instant(t, "2026-03-01T18:22:18.5Z"), "place_in": place(24.91, -108.42), "place_out": place(25.31, -108.86), "deepest": place(25.12, -106.94),
		"depth": number("142315.2"), "dwell": number("30101.4"), "altitude": number("6512"), "datum": code("HAE"), "boundary": text("maritime_10m 1.1.0"),
	})
	for i := range 3 {
		add("look/1", map[string]release.Value{
			"flight": text("LOCAL-2026-0001"), "state": code("MEX"), "from": instant(t, fmt.Sprintf("2026-03-01T1%d:14:31Z", i+1)), "to": instant(t, fmt.Sprintf("2026-03-01T1%d:39:12Z", i+1)),
			"place": place(24.8+0.11*float64(i), -107.38-0.17*float64(i)), "sensor_place": place(24.7, -107.21), "range": number("9120.5"), "grazing": number("34.2"), "gsd": number("0.21"),
			"band": code("thermal"), "light": code("day"), "terrain": code("hills"), "pod": number("0.64"), "source": text("0001/37"),
		})
	}
	for i, site := range []string{"S-0007", "S-0012"} {
		add("site/1", map[string]release.Value{
			"site": text(site), "place": place(24.9131+0.21*float64(i), -107.4178+0.12*float64(i)), "semi_major": number("41.5"), "semi_minor": number("22.1"), "azimuth": number("71"),
			"signs": text("structure, tank, plume"), "laboratory": number("0.71"), "something": number("0.93"), "notice": code("explosive-hazard"),
			"first_seen": instant(t, "2026-02-21T11:31:22Z"), "last_seen": instant(t, "2026-03-01T12:41:37Z"), "organisation": text("OFAC-SDN 11440"), "grade": code("B2"),
		})
		add("observation/1", map[string]release.Value{
			"site": text(site), "flight": text("LOCAL-2026-0001"), "class": code("plume"), "at": instant(t, "2026-03-01T12:41:37Z"), "place": place(24.9133+0.21*float64(i), -107.4176+0.12*float64(i)),
			"semi_major": number("55"), "semi_minor": number("31"), "azimuth": number("12"), "sensor": text("EO/IR"), "reading": number("0.4"), "unit": text("m"), "count": number("1"),
			"frame": text("0001/37/1120"), "note": text("Humo claro junto al arroyo; techo de lámina al norte del cañón, visto con viento del oeste."),
		})
	}
	for i := range 4 {
		add("fix/1", map[string]release.Value{
			"flight": text("LOCAL-2026-0001"), "at": instant(t, fmt.Sprintf("2026-03-01T1%d:13:14.151Z", i)), "place": place(24.9+0.06*float64(i), -108.3+0.31*float64(i)), "altitude": number("6490"), "datum": code("HAE"),
			"course": number("84"), "speed": number("92.5"), "source": text("0001/37"),
		})
	}
	return r
}

var seed = release.Seed{7, 1, 3}

func copyFor(office string, n byte) release.Copy {
	return release.Copy{Office: office, State: "MEX", Mark: hex.EncodeToString([]byte{n, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}), Released: made.Add(26 * time.Hour), Purpose: "find-laboratories", Caveats: []string{"not-for-targeting"}}
}

// forOffice redacts by the rules that come with the program: places to a cell of 1.2 by 0.6 km, nothing of how it was sensed or by whom.
func forOffice(t testing.TB, r *release.Report) *release.Product {
	t.Helper()
	rules, _, err := rulesets.Release()
	if err != nil {
		t.Fatal(err)
	}
	granted := rules.Granted(release.Question{Purpose: "find-laboratories", Age: 30 * 24 * time.Hour, Office: release.Office{
		ID: "MEX/SEDENA", State: "MEX", Level: "SECRET", Handling: release.Amber, Purposes: []string{"find-laboratories"}, PlaceDigits: 5, TimeDigits: 12,
		Classes: []release.Class{release.Identity, release.Authority, release.Time, release.Position, release.Finding, release.Outcome},
	}})
	p, err := release.Redact(r, seed, func(n int, s release.FieldSpec, f release.Field) release.Grant {
		if n == 3 || n == len(r.Records)-1 {
			return release.Grant{}
		}
		return granted(n, s, f)
	}, copyFor("MEX/SEDENA", 1))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// whole shows everything.
func whole(t testing.TB, r *release.Report) *release.Product {
	t.Helper()
	p, err := release.Redact(r, seed, func(_ int, _ release.FieldSpec, f release.Field) release.Grant {
		return release.Grant{Digits: max(1, f.Value.Kind.Whole())}
	}, copyFor("USA/OPS", 2))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
