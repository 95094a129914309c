package simulate

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

// small is a sortie that is as short as one can be; the tables change one thing of it.
const small = `title: small
aircraft: {tail: T1, platform: MQ-9}
start: "2025-03-03T18:00:00Z"
duration: 1m
geoid: -29.6 m
ground: 1400 m HAE
route:
  - {lat: 31.39, lon: -110.60, altitude: 6300 m HAE, speed: 92 m/s}
  - {lat: 31.30, lon: -110.60}
looks:
  - {from: 0s, dwell: {lat: 31.31, lon: -110.56}}
zoom:
  - {from: 0s, hfov: 3 deg}
`

// badSorties change one text of small into another and say what must come of it.
var badSorties = []struct{ name, old, put, want string }{
	{"unknown field", "title: small", "titel: small", "line 1: titel: unknown field, expected one of title, aircraft"},
	{"unknown field of a waypoint", "speed: 92 m/s", "speed: 92 m/s, heading: 3", "line 8: route[1].heading: unknown field, expected one of lat, lon"},
	{"no aircraft", "aircraft: {tail: T1, platform: MQ-9}\n", "", "line 1: aircraft: missing"},
	{"no tail", "tail: T1, ", "", "line 2: aircraft: expected tail and platform"},
	{"latitude 91", "lat: 31.39", "lat: 91", "line 8: route[1].lat: expected -89.9 to 89.9"},
	{"longitude of a text", "lon: -110.60}", "lon: west}", `line 9: route[2].lon: expected -180 to 180, such as "20", got "west"`},
	{"latitude missing", "lat: 31.31, ", "", "line 11: looks[1].dwell.lat: missing"},
	{"speed without a unit", "92 m/s", "92", `line 8: route[1].speed: expected 20 to 250 m/s, such as "20 m/s", got "92"`},
	{"speed of light", "92 m/s", "3e8 m/s", "line 8: route[1].speed: expected 20 to 250 m/s"},
	{"height without its datum", "6300 m HAE", "6300 m", `line 8: route[1].altitude: expected a height of -400 to 18000 m with its datum`},
	{"height above ground", "6300 m HAE", "6300 m AGL", `such as "6500 m HAE" or "21000 ft MSL", got "6300 m AGL"`},
	{"MSL without a geoid", "geoid: -29.6 m\nground: 1400 m HAE", "ground: 1400 m MSL", "line 5: ground: expected the sortie to state its geoid height"},
	{"local time", "18:00:00Z", "18:00:00+02:00", "line 3: start: expected an instant in UTC"},
	{"no time", `"2025-03-03T18:00:00Z"`, "noon", "line 3: start: expected an instant in UTC"},
	{"one waypoint", "  - {lat: 31.30, lon: -110.60}\n", "", "line 8: route: expected two waypoints"},
	{"longer than the route", "duration: 1m", "duration: 3h", "line 8: duration: expected at most the 1m48s that the route takes, got 3h0m0s"},
	{"no room for a turn", "  - {lat: 31.30, lon: -110.60}\n", "  - {lat: 31.385, lon: -110.60}\n  - {lat: 31.385, lon: -110.50}\n", "line 9: waypoint 2: expected a leg long enough for its turns"},
	{"turning back", "  - {lat: 31.30, lon: -110.60}\n", "  - {lat: 31.30, lon: -110.60}\n  - {lat: 31.39, lon: -110.60}\n", "line 9: waypoint 2: expected a turn of at most 150 deg"},
	{"the same point twice", "lat: 31.30, lon: -110.60", "lat: 31.39, lon: -110.60", "line 9: waypoint 2: expected a leg of 1 m to 2,000 km"},
	{"inside its orbit", "lat: 31.30, lon: -110.60}", "lat: 31.38, lon: -110.60, orbit: {radius: 5 km, turns: 1}}", "line 9: waypoint 2: expected a way to it from outside its orbit"},
	{"orbit too tight", "lon: -110.60}\n", "lon: -110.60, orbit: {radius: 600 m, turns: 1}}\n", "expected an orbit that needs at most 45 deg of bank"},
	{"beyond the horizon", "lat: 31.31, lon: -110.56", "lat: 36, lon: -110.56", "line 11: look 1: expected ground that is seen at 2 deg or more above its horizon"},
	{"two looks at once", "dwell: {lat", "horizon: {bearing: 1 deg, elevation: 1 deg}, dwell: {lat", "line 11: looks[1]: expected exactly one of dwell, sweep"},
	{"looks begin late", "from: 0s, dwell", "from: 5s, dwell", "line 11: looks[1]: expected times that begin with 0s and rise"},
	{"zoom too wide", "hfov: 3 deg", "hfov: 170 deg", "line 13: zoom[1].hfov: expected 0.05 to 90 deg"},
	{"unknown carriage", "zoom:", "metadata: {carriage: udp}\nzoom:", `line 12: metadata.carriage: expected one of sync, async, async-pts, got "udp"`},
	{"version of the future", "zoom:", "metadata: {version: 40}\nzoom:", "line 12: metadata.version: expected 17 to 19"},
	{"half a version", "zoom:", "metadata: {version: 17.5}\nzoom:", "line 12: metadata.version: expected a whole number"},
	{"classification", "zoom:", "security: {classification: cosmic}\nzoom:", "line 12: security.classification: expected one of unclassified"},
	{"country", "zoom:", "security: {country: Mexico}\nzoom:", "line 12: security.country: expected at most 1 three-letter codes"},
	{"wide video", "zoom:", "video:\n  - {from: 0s, to: 5s, width: 320, height: 200}\nzoom:", "line 13: video[1]: expected from before to, and a 4:3 picture"},
	{"fault backwards", "zoom:", "faults:\n  - {kind: drop, from: 9s, to: 5s}\nzoom:", "line 13: faults[1]: expected from before to"},
	{"fault without its item", "zoom:", "faults:\n  - {kind: zero-length, from: 1s, to: 5s}\nzoom:", "line 13: faults[1]: expected an item with zero-length"},
	{"site twice", "zoom:", "sites:\n  - {id: 1, lat: 31, lon: -110}\n  - {id: 1, lat: 31, lon: -110}\nzoom:", "line 14: sites[2]: expected an id of its own"},
	{"town without rows", "zoom:", "town: {lat: 31, lon: -110, columns: 3}\nzoom:", "line 12: town.rows: missing, expected 1 to 40"},
	{"street of houses", "zoom:", "town: {lat: 31, lon: -110, rows: 2, columns: 3, houses: 9}\nzoom:", "line 12: town.houses: unknown field"},
	{"building on its side", "zoom:", "buildings:\n  - {lat: 31, lon: -110, length: 5 m, width: 9 m}\nzoom:", "line 13: buildings[1]: expected a length that is no less"},
	{"golden roof", "zoom:", "buildings:\n  - {lat: 31, lon: -110, length: 9 m, width: 5 m, roof: gold}\nzoom:", `line 13: buildings[1].roof: expected one of grey, white, red, blue, got "gold"`},
	{"written backwards", "zoom:", "written: {from: 9s, to: 5s}\nzoom:", "line 12: written: expected from before to"},
	{"written beyond the end", "zoom:", "written: {from: 9s, to: 61s}\nzoom:", "written: expected a stretch of the 1m0s that the sortie takes, got one to 1m1s"},
	{"nothing written", "zoom:", "written: {from: 9s, to: 9.1s}\nzoom:", "expected time for at least one metadata packet"},
	{"video that is not written", "zoom:", "written: {from: 9s, to: 15s}\nvideo:\n  - {from: 8s, to: 12s}\nzoom:", "video[1]: expected it within what is written, 9s to 15s"},
	{"quality of a number", "zoom:", "video:\n  - {from: 8s, to: 12s, quality: 99}\nzoom:", "line 13: video[1].quality: expected 15 to 45"},
	{"mark too small", "zoom:", "video:\n  - {from: 0s, to: 5s, width: 256, height: 192, writing: mark}\nzoom:", "line 13: video[1]: expected a width of 320 or more"},
	{"field twice", "title: small", "title: small\ntitle: big", "line 2: expected YAML: mapping key \"title\" already defined"},
	{"not YAML", "aircraft: {", "aircraft: {{", "expected"},
	{"tab", "  - {lat: 31.30", "\t- {lat: 31.30", "line 9: expected YAML"},
	{"a list", small, "- 1\n- 2\n", "line 1: sortie: expected fields with names"},
	{"empty", small, "", "line 1: expected one YAML document"},
	{"binary", small, "\x00\x47\xff\x10", "line 1: "},
	{"deep", small, strings.Repeat("[", 5000), "line 1: expected at most 24 levels of nesting"},
	{"alias", "title: small", "title: &a small\nx: *a", "line 1: title: expected a text"},
}

func TestParseRefusesWithOneLine(t *testing.T) {
	t.Parallel()
	if _, err := Parse([]byte(small)); err != nil {
		t.Fatalf("the sortie that the table changes: %v", err)
	}
	for _, tt := range badSorties {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(small, tt.old, tt.put, 1)
			if text == small {
				t.Fatal("the table changes nothing")
			}
			_, err := Parse([]byte(text))
			var s *SortieError
			if !errors.As(err, &s) {
				t.Fatalf("got %v, want a SortieError", err)
			}
			if got := err.Error(); !strings.Contains(got, tt.want) || strings.Contains(got, "\n") {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestParseReadsUnitsAndDefaults(t *testing.T) {
	t.Parallel()
	s := load(t, "short-sortie")
	if got, want := float64(s.Route[0].Height), 21000*0.3048-29.6; math.Abs(got-want) > 1e-9 {
		t.Errorf("21000 ft MSL is %.3f m HAE, want %.3f", got, want)
	}
	if got, want := float64(s.Route[1].Speed), 180*1852.0/3600; math.Abs(got-want) > 1e-9 {
		t.Errorf("speed taken over is %.3f m/s, want %.3f", got, want)
	}
	if s.Duration != 3*time.Minute || s.Metadata.Carriage != AsyncCarriage || s.Metadata.Version != 17 || s.Security.Country != "USA" || s.Bank != 20 {
		t.Errorf("got %v, %+v, %+v", s.Duration, s.Metadata, s.Security)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	for _, tt := range badSorties {
		f.Add([]byte(strings.Replace(small, tt.old, tt.put, 1)))
	}
	for _, name := range []string{"border-sortie", "short-sortie", "orbit-clip"} {
		text, err := os.ReadFile("../../examples/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err != nil {
			var se *SortieError
			if !errors.As(err, &se) || strings.Contains(err.Error(), "\n") || se.Line < 1 {
				t.Fatalf("got %q, want one line with its number", err)
			}
			return
		}
		for _, at := range []time.Duration{0, s.Duration / 3, s.Duration} {
			fr := s.flight.At(at)
			if !fr.Platform.Valid() || math.IsNaN(float64(fr.Heading+fr.Roll+fr.Azimuth+fr.Elevation+fr.Rotation)) {
				t.Fatalf("at %v: %+v", at, fr)
			}
		}
	})
}

// TestDocumentedNotation parses the sortie that docs/simulate.md shows.
func TestDocumentedNotation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/simulate.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	block, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("docs/simulate.md has no yaml block")
	}
	s, err := Parse([]byte(block))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Looks) != 5 || len(s.Faults) != 7 || s.Duration != 8*time.Minute || s.Security.Caveats != "EXERCISE" || s.Town.Rows != 3 || len(s.Buildings) != 1 || !s.Route[2].Orbit.Left {
		t.Errorf("got %+v", s)
	}
}
