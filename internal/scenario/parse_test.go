package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// faults are files that are refused, and the one line that says why.
var faults = []struct{ name, text, want string }{
	{"empty", "", `f, line 1: something is missing, expected "scenario" and a title, once and before all else`},
	{"no title", "clock 2025-01-01", `f, line 1: found "clock", expected "scenario" and a title, once and before all else`},
	{"two titles", "scenario \"a\"\nscenario \"b\"", `f, line 2: found "scenario", expected "scenario" and a title, once and before all else`},
	{"indented", "  clock 2025-01-01", `f, line 1: found "clock", expected a statement for an indented line to belong to`},
	{"a word", "scenario \"a\"\nclok 2025-01-01", `f, line 2: "clok" is no keyword here; the nearest is "clock"`},
	{"a clause", "scenario \"a\"\nclearance MEX 2025-01-01/2025-01-02\n  isued 2025-01-01", `f, line 3: "isued" is no keyword here; the nearest is "issued"`},
	{"two words", "scenario \"a\"\nexpect entri MEX", `f, line 2: "expect" is no keyword here; the nearest is "expect entry"`},
	{"far from any", "scenario \"a\"\nfly S1 xylophone 3", `f, line 2: found "xylophone", expected start`},
	{"no clause at all", "scenario \"a\"\nclock 2025-01-01 now", `f, line 2: found "now", expected the end of the statement`},
	{"an instant", "scenario \"a\"\nclock 18.2.2025", `f, line 2: found "18.2.2025", expected an instant or a day, as 2025-02-18T12:00Z or 2025-02-18`},
	{"no instant", "scenario \"a\"\nclock # none", `f, line 2: something is missing, expected an instant or a day, as 2025-02-18T12:00Z or 2025-02-18`},
	{"a state", "scenario \"a\"\nclearance MEXICO 2025-01-01/2025-01-02", `f, line 2: found "MEXICO", expected a state by its three letters, as MEX`},
	{"no state of the world", "scenario \"a\"\nclearance QQQ 2025-01-01/2025-01-02", `f, line 2: found "QQQ", expected a state by its three letters, as MEX`},
	{"an inverted period", "scenario \"a\"\nclearance MEX 2025-02-02/2025-01-02", `f, line 2: found "2025-02-02/2025-01-02", expected a period from one instant or day to a later one, as 2025-02-10/2025-02-20`},
	{"a unit", "scenario \"a\"\nexpect entry MEX depth 42", `f, line 2: found "42", expected a length, as 42km, 500m or 30NM`},
	{"a span", "scenario \"a\"\nexpect entry MEX for 18km", `f, line 2: found "18km", expected a length of time, as 72h, 18m or 30d`},
	{"a datum", "scenario \"a\"\nplan S altitude 6000m", `f, line 2: something is missing, expected an altitude with what it is measured from, as 6000m MSL, 6000m HAE or FL180`},
	{"a band", "scenario \"a\"\nclearance MEX 2025-01-01/2025-01-02 altitude 6000m MSL to 5000m MSL", `f, line 2: found "6000m", expected a lower and a higher altitude above the same surface`},
	{"a place", "scenario \"a\"\nplan S route 31.9N 110.5W, 95N 110W", `f, line 2: found "95N 110W", expected two or more places, as 31.2N 111.5W, 31.4N 111.0W`},
	{"one place", "scenario \"a\"\nplan S route 31.9N 110.5W speed 9kt", `f, line 2: found "31.9N", expected two or more places, as 31.2N 111.5W, 31.4N 111.0W`},
	{"a purpose", "scenario \"a\"\nplan S purpose find-airstrip", `f, line 2: "find-airstrip" is no keyword here; the nearest is "find-airstrips"`},
	{"a rule", "scenario \"a\"\nat 2025-01-01 expect no-go because scop", `f, line 2: "scop" is no keyword here; the nearest is "scope"`},
	{"what is needed", "scenario \"a\"\nsign A by ana", `f, line 2: something is missing, expected "of"`},
	{"twice", "scenario \"a\"\nfly S start 2025-01-01 start 2025-01-02", `f, line 2: found "start", expected each of these once`},
	{"a quotation mark", "scenario \"a\"\npick \"Los Zetas", `f, line 2: found ""Los Zetas", expected the quotation mark that ends the text`},
	{"a text", "scenario a", `f, line 1: found "a", expected a text in quotation marks`},
	{"a manner", "scenario \"a\"\nsay MEX \"x\" on 2025-01-01", `f, line 2: found "say", expected one of: claims, denies, cannot say, did not address`},
	{"two claims", "scenario \"a\"\nsay MEX \"x\" on 2025-01-01 claims did not enter MEX flights over MEX", `f, line 2: found "say", expected at most one claim`},
	{"both of two", "scenario \"a\"\nexpect entry MEX cleared none", `f, line 2: found "none", expected one of the two: they exclude each other`},
	{"a ground of nothing", "scenario \"a\"\nat 2025-01-01 expect rule unarmed fail because clearance", `f, line 2: found "because", expected one expectation`},
	{"no row", "scenario \"a\"\nlist edition OFAC-SDN 2025-01-01", `f, line 2: something is missing, expected rows of the list, as 11440 SDNTK "SINALOA CARTEL"`},
	{"half a row", "scenario \"a\"\nlist edition OFAC-SDN 2025-01-01\n  11440 SDNTK", `f, line 3: something is missing, expected a text in quotation marks`},
	{"nothing is refused", "scenario \"a\"\nrefused clock 2025-01-01", `f, line 2: found "clock", expected ` + english(refusable)},
	{"a verdict in the other language", "scenario \"a\"\nat 2025-01-01 expect procede", `f, line 2: found "procede", expected go, no-go, incomplete`},
	{"marked", "\ufeffescenario \"a\"\nreloz 2025-01-01", `f, línea 2: "reloz" no es una palabra clave aquí; la más parecida es "reloj"`},
	{"bytes", "scenario \"a\"\nclock \xff", `f, line 2: something is missing, expected text in UTF-8 without control characters`},
	{"a control character", "scenario \"a\"\nclock \x1b[2J", `f, line 2: something is missing, expected text in UTF-8 without control characters`},
	{"a time after nothing", "scenario \"a\"\nclock +20m", `f, line 2: found "+20m", expected an instant or a day, as 2025-02-18T12:00Z or 2025-02-18`},
	{"a period after nothing", "scenario \"a\"\nclearance MEX +20m/+30m", `f, line 2: found "+20m/+30m", expected a period from one instant or day to a later one, as 2025-02-10/2025-02-20`},
	{"spanish", "escenario \"a\"\nreloz 2025-01-01", `f, línea 2: "reloz" no es una palabra clave aquí; la más parecida es "reloj"`},
	{"spanish in English", "escenario \"a\"\nclock 2025-01-01", `f, línea 2: se encontró "clock", se esperaba ` + spanish(statements)},
	{"spanish without accents", "escenario \"a\"\nplan S proposito localizar-pista", `f, línea 2: "localizar-pista" no es una palabra clave aquí; la más parecida es "localizar-pistas"`},
	{"spanish place", "escenario \"a\"\nplan S ruta 31.9N 110.5O, 32N 110.5X", `f, línea 2: se encontró "32N 110.5X", se esperaba dos o más lugares, como 31.2N 111.5O, 31.4N 111.0O`},
}

func english(words []Word) string { return (&parser{words: lexicons["en"]}).list(words) }
func spanish(words []Word) string { return (&parser{words: lexicons["es"]}).list(words) }

func TestAFaultNamesLineAndWordAndWhatWasExpected(t *testing.T) {
	t.Parallel()
	for _, tc := range faults {
		s, err := Parse("f", []byte(tc.text))
		var f *Fault
		if s != nil || !errors.As(err, &f) || err.Error() != tc.want {
			t.Errorf("%s:\n got %v\nwant %s", tc.name, err, tc.want)
		}
	}
}

// TestTheBounds: no length is taken on trust.
func TestTheBounds(t *testing.T) {
	t.Parallel()
	head := "scenario \"a\"\n"
	for name, tc := range map[string]struct{ text, want string }{
		"file":  {head + strings.Repeat("#\n", MostBytes/2), "at most 1 MiB"},
		"line":  {head + "#" + strings.Repeat("x", mostLine), "at most 4096 bytes"},
		"words": {head + "fly S1\n" + strings.Repeat(" a, b\n", mostTokens), "at most 2000 words"},
		"level": {head + "plan S altitude FL9999", "FL180"},
		"span":  {head + "expect entry MEX for 9999999h", "a length of time"},
		"far":   {head + "expect entry MEX depth 99999999km", "a length, as"},
		"wide":  {head + "clearance MEX 2025-01-01/2025-01-02 area 501km around 1N 1E", "three places or more"},
		"fast":  {head + "plan S speed 900m/s", "a speed from 1 to 400 m/s"},
	} {
		if _, err := Parse("f", []byte(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, tc := range faults {
		f.Add(tc.text)
	}
	for _, pattern := range []string{"testdata/*.scenario", "../../docs/scenarios/*.scenario"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(b))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("f", []byte(text))
		var fault *Fault
		switch {
		case err == nil:
			again, err := Parse("f", []byte(text))
			if err != nil || len(again.sentences) != len(s.sentences) {
				t.Fatalf("read twice, it is another story: %v", err)
			}
			// Without boundaries nothing is flown or decided; everything else is put on record.
			r, err := Run(s, Config{})
			if err == nil && r != nil {
				return
			}
			if r != nil || !errors.As(err, &fault) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%v and %v", r, err)
			}
		case s != nil || !errors.As(err, &fault):
			t.Fatalf("%v and %v", s, err)
		case strings.Contains(err.Error(), "\n"):
			t.Fatalf("more than one line: %q", err)
		case fault.Line < 1 || fault.Line > 1+strings.Count(text, "\n"):
			t.Fatalf("line %d of %d", fault.Line, 1+strings.Count(text, "\n"))
		}
	})
}
