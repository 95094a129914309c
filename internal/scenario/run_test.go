package scenario

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overflight/authority"
	"overflight/designation"
	"overflight/internal/catalogue"
	"overflight/validity"
)

// twins are the English and the Spanish telling of each story of the documents.
var twins = map[string]string{"origin-story": "historia-de-origen", "permission-on-record": "permiso-en-el-registro"}

// TestTwinsTellTheSame: statement by statement, but for names and texts, and with the same results.
func TestTwinsTellTheSame(t *testing.T) {
	t.Parallel()
	const folder = "../../docs/scenarios"
	all, err := filepath.Glob(filepath.Join(folder, "*.scenario"))
	if err != nil || len(all) != 2*len(twins) {
		t.Fatalf("%d scenarios, %d pairs: %v", len(all), len(twins), err)
	}
	for en, es := range twins {
		told := map[string][]string{}
		for name, language := range map[string]catalogue.Language{en: catalogue.English, es: catalogue.Spanish} {
			file := filepath.Join(folder, name+".scenario")
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Parse(file, b)
			if err != nil {
				t.Fatal(err)
			}
			r := tell(t, file)
			if s.Language != language || len(r.Checks) == 0 {
				t.Errorf("%s is in %s and has %d checks", name, s.Language, len(r.Checks))
			}
			for i := range s.sentences {
				told[name] = append(told[name], neutral(&s.sentences[i]))
			}
			for _, c := range r.Checks {
				told[name] = append(told[name], fmt.Sprint(c.Line > 0, c.Came, c.Pass))
			}
		}
		if d := cmp.Diff(told[en], told[es]); d != "" {
			t.Errorf("%s and %s (-en +es): %s", en, es, d)
		}
	}
}

// neutral is a sentence without names and texts.
func neutral(s *sentence) string {
	var b strings.Builder
	write := func(all []value) {
		for i := range all {
			v := &all[i]
			fmt.Fprint(&b, " ", v.words, v.at, v.to, v.span, v.metres, v.datum, v.number, v.points, len(v.list))
			if isParty(v.text) {
				b.WriteString(v.text)
			}
		}
	}
	fmt.Fprint(&b, s.word, s.refused)
	write(s.values)
	for i := range s.clauses {
		fmt.Fprint(&b, "\n  ", s.clauses[i].word)
		write(s.clauses[i].values)
	}
	for _, row := range s.rows {
		fmt.Fprint(&b, "\n  ", row[0].text, row[1].list, row[2].text)
	}
	return b.String()
}

func run(t *testing.T, text string) (*Result, error) {
	t.Helper()
	s, err := Parse("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Run(s, config(t, "testdata"))
}

const before = `clock 2025-03-01
ruleset default of USA
plan S1
  aircraft N1 type mq-9a purpose find-airstrips scope agreement
  route 31.9N 110.5W, 31.9N 109.5W altitude 6000m MSL speed 200kt start 2025-03-05T12:00Z
`

var looked = strings.TrimSuffix(before, "\n") + "\n  look 3km around 31.1N 110.3W during +2m/+10m\nfly S1\n"

const said = `say USA unnamed "an official" on 2025-03-06 claims looked in from outside MEX during 2025-03-05/2025-03-05 paraphrase "It was looked at."
`

var listed = "clock 2025-01-01\nlist edition OFAC-SDN 2025-01-01\n  1 SDNTK \"ALPHA\"\n" + before

var expecting = strings.Replace(strings.TrimPrefix(before, "clock 2025-03-01\nruleset default of USA\n"), "scope agreement", "scope OFAC-SDN FTO 1", 1) + "expectation OFAC-SDN 1 FTO expected on 2025-03-04 by \"an outlet\"\n"

const amended = before + `agreement A1 between USA and MEX from 2025-01-01 purposes find-airstrips
sign A1 of USA by "ana"
sign A1 of MEX by "benito"
agreement A2 between USA and MEX from 2025-01-01 purposes find-airstrips, survey-area amends A1
sign A2 of USA by "ana"
sign A2 of MEX by "benito"
`

// TestWhatCannotBeToldIsAFault: an act that is not admitted, in one line with its cause.
func TestWhatCannotBeToldIsAFault(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text, want string
		cause      error
	}{
		"no clock":      {"fly S1", `f, line 2: found "fly", expected the clock to be set first`, nil},
		"backwards":     {"clock 2025-02-01\nclock 2025-01-01", `f, line 3: found "2025-01-01", expected an instant no earlier than the clock, 2025-02-01 00:00:00 UTC`, nil},
		"no plan":       {"clock 2025-02-01\nfly S1", `f, line 3: fly: not put on record: authority: not on record: plan S1`, authority.ErrNoSuch},
		"no rules":      {strings.Replace(before, "ruleset default of USA\n", "", 1) + "at 2025-03-05 expect go", `f, line 3: plan: not put on record: plan.filed/v1: operator is missing`, authority.ErrInput},
		"no flight":     {before + "expect no entry MEX", `f, line 7: expect no entry: not put on record: authority: not on record: flight S1`, authority.ErrNoSuch},
		"another's key": {before + "loadout N1 unarmed by \"ana\" signed by \"benito\"", `f, line 7: loadout: not put on record: authority: signature is missing`, authority.ErrSignature},
		"no statement":  {before + "expect statement 1 supported", `f, line 7: expect statement: not put on record:`, authority.ErrNoSuch},
		"a file":        {"clock 2025-02-01\nruleset \"none.json\" of MEX", `f, line 3: ruleset: not put on record: open testdata/none.json`, os.ErrNotExist},
		"an overlap":    {before + "ruleset default of USA id other", `f, line 7: ruleset: not put on record:`, authority.ErrOverlap},
	} {
		r, err := run(t, "scenario \"a\"\n"+tc.text)
		if r != nil || err == nil || !strings.HasPrefix(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if tc.cause != nil && !errors.Is(err, tc.cause) {
			t.Errorf("%s: %v is no %v", name, err, tc.cause)
		}
	}
}

// TestAFailureSaysWhatWasExpectedAndWhatCame: in the language of the file, with the reasons of the decision.
func TestAFailureSaysWhatWasExpectedAndWhatCame(t *testing.T) {
	t.Parallel()
	spanish := strings.NewReplacer("clock", "reloj", "ruleset default", "reglas predeterminadas", " of ", " de ", "aircraft", "aeronave", "type", "tipo", "purpose find-airstrips", "propósito localizar-pistas",
		"scope agreement", "ámbito por acuerdo", "route", "ruta", "altitude", "altitud", "speed", "velocidad", "start", "inicio", "W", "O").Replace(before)
	for _, tc := range []struct{ text, want, got, reason string }{
		{"scenario \"a\"\n" + before + "at 2025-03-05T12:00Z expect go because basis", "go because basis", "no-go", "basis of permission: Not met: The plan names nothing that permission rests on."},
		{"scenario \"a\"\n" + before + "at 2025-03-05T12:00Z expect rule unarmed pass", "unarmed: pass", "unarmed: unknown", "unarmed: Not known: "},
		{"scenario \"a\"\n" + before + "at 2025-03-05T12:00Z expect no-go because scope", "no-go because scope", "no-go", "organisation in scope: Not known: "},
		{"scenario \"a\"\n" + before + "at 2025-03-05T12:00Z expect rule basis fail code basis.unknown", "basis: fail (basis.unknown)", "basis: fail", "basis of permission: Not met: "},
		{"scenario \"a\"\n" + before + "fly S1\nexpect entry MEX depth 42km for 18m cleared", "entry into MEX depth 42km for 18m cleared", "no entry into MEX", ""},
		{"scenario \"a\"\n" + before + "fly S1\nexpect no entry USA", "no entry into USA", "entry into USA depth ", ""},
		{"scenario \"a\"\n" + before + "fly S1\nexpect look into MEX from outside", "look into MEX from outside", "no look into MEX", ""},
		{"scenario \"a\"\n" + looked + "expect look into MEX from outside cleared", "look into MEX from outside cleared", "look into MEX from outside none", "looks from outside (MEX): Not known"},
		{"scenario \"a\"\n" + looked + "expect look into MEX from inside", "look into MEX from inside", "no look into MEX", ""},
		{"scenario \"a\"\n" + looked + "expect no look into MEX", "no look into MEX", "look into MEX from outside", ""},
		{"scenario \"a\"\n" + looked + said + "expect statement 1 supported shows contradicted", "s-1: supported, shows contradicted", "s-1: supported, shows supported", "looked"},
		{"scenario \"a\"\n" + looked + said + "expect statement 1 unchecked", "s-1: unchecked", "s-1: supported", "SIM-2025-0001"},
		{"scenario \"a\"\n" + looked + said + "expect statement 1 supported beside looks", "s-1: supported, beside looks", "s-1: supported", ""},
		{"scenario \"a\"\n" + amended + "expect loosened A2 purpose in effect on 2025-03-05", "A2: purpose, in effect", "A2: purpose, not in effect", ""},
		{"scenario \"a\"\n" + amended + "expect loosened A2 unarmed on 2025-03-05", "A2: unarmed", "A2: purpose, not in effect", ""},
		{"scenario \"a\"\n" + amended + "expect loosened A9 unarmed on 2025-03-05", "A9: unarmed", "A9: none", ""},
		{"scenario \"a\"\n" + listed + "expect name OFAC-SDN 1 \"B\"", "OFAC-SDN 1 B", "OFAC-SDN 1 ALPHA", ""},
		{"scenario \"a\"\n" + listed + "expect name OFAC-SDN 2 \"B\"", "OFAC-SDN 2 B", "OFAC-SDN 2 unknown", ""},
		{"scenario \"a\"\n" + listed + "expect search \"ALPHA\" first 1 beside 2", "first 1 beside 2", "first 1", ""},
		{"scenario \"a\"\n" + listed + "expect search \"ALPHA\" first 2", "first 2", "first 1", ""},
		{"scenario \"a\"\n" + listed + "expect search \"WORDS\" first 1", "first 1", "none", ""},
		{"scenario \"a\"\n" + listed + strings.Replace(expecting, "plan S1", "plan S2", 1) + "at 2025-03-05T12:00Z expect rule scope pass", "scope: pass", "scope: fail", "1 expectation was on record; an expectation changes nothing"},
		{"scenario \"a\"\n" + before + "refused approve S1 by \"ana\"", "refused", "put on record", ""},
		{"escenario \"a\"\n" + spanish + "al 2025-03-05T12:00Z espera procede porque fundamento", "procede porque fundamento", "no-procede", "fundamento del permiso: No se cumple: El plan no nombra nada en que se funde el permiso."},
		{"escenario \"a\"\n" + spanish + "vuela S1\nespera ingreso MEX profundidad 42km", "ingreso a MEX profundidad 42km", "ningún ingreso a MEX", ""},
	} {
		r, err := run(t, tc.text)
		if err != nil {
			t.Errorf("%s: %v", tc.want, err)
			continue
		}
		c := r.Checks[len(r.Checks)-1]
		if c.Pass || r.Pass() || c.Want != tc.want || !strings.HasPrefix(c.Got, tc.got) || !strings.Contains(strings.Join(c.Reasons, "\n"), tc.reason) {
			t.Errorf("%q, %q: passes: %v\n%s", c.Want, c.Got, c.Pass, strings.Join(c.Reasons, "\n"))
		}
	}
}

// TestWithinTheDoubtOfTheBoundaryIsNeither: what is not resolved is no entry and not none.
func TestWithinTheDoubtOfTheBoundaryIsNeither(t *testing.T) {
	t.Parallel()
	story := "scenario \"a\"\n" + strings.Replace(before, "31.9N 109.5W", "31.3325N 110.5W", 1) + "fly S1\nexpect no entry MEX\nexpect entry MEX"
	r, err := run(t, story)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Checks {
		if c.Pass || !strings.Contains(c.Got, "(unresolved)") {
			t.Errorf("%s passes: %v; came %s", c.Want, c.Pass, c.Got)
		}
	}
}

// TestAQuantityIsMeantAsExactlyAsItIsWritten: 37km is any depth that rounds to it.
func TestAQuantityIsMeantAsExactlyAsItIsWritten(t *testing.T) {
	t.Parallel()
	story := "scenario \"a\"\n" + strings.Replace(before, "31.9N 109.5W", "31.0N 110.5W, 31.9N 110.5W", 1) + "fly S1\nexpect entry MEX "
	for quantity, want := range map[string]bool{
		"depth 37km": true, "depth 36km": false, "depth 38km": false, "depth 36.9km": true, "depth 37.0km": false, "depth 37.2km": false, "depth 20NM": true, "depth 19NM": false,
		"for 12m": true, "for 11m": false, "for 13m": false, "for 12m1s": false, "depth 37km for 12m none": true, "depth 37km for 13m none": false, "depth 37km cleared": false,
	} {
		r, err := run(t, story+quantity)
		if err != nil {
			t.Fatal(err)
		}
		if r.Pass() != want {
			t.Errorf("%s passes: %v; came %s", quantity, r.Pass(), r.Checks[0].Got)
		}
	}
}

// TestAnEditionHasItsOtherNames: those that are written behind a row are of that row.
func TestAnEditionHasItsOtherNames(t *testing.T) {
	t.Parallel()
	s, err := Parse("f", []byte("scenario \"a\"\nclock 2025-01-01\nlist edition OFAC-SDN 2025-01-01\n  1 SDNTK \"A\" aka \"B\" aka \"C\"\n  2 SDNTK, FTO \"D\""))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(s, config(t, "testdata"))
	w.now = s.sentences[0].values[0].at.Time
	if err := w.act(&s.sentences[1]); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]designation.Row{
		"1": {ID: "1", Name: "A", Programmes: []string{"SDNTK"}, Aliases: []designation.Name{{Text: "B", Kind: "a.k.a."}, {Text: "C", Kind: "a.k.a."}}},
		"2": {ID: "2", Name: "D", Programmes: []string{"FTO", "SDNTK"}},
	} {
		got, ok := w.designations.Row(designation.Entity{List: designation.OFAC, ID: id}, validity.AsOf{Valid: w.now, Known: w.now})
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" || !ok {
			t.Errorf("row %s (-want +got): %s", id, d)
		}
	}
}

// TestTheExamplesOfTheManualsRun: what the manuals show is told as they say.
func TestTheExamplesOfTheManualsRun(t *testing.T) {
	t.Parallel()
	for file, first := range map[string]string{"../../docs/scenarios.md": "    scenario ", "../../docs/es/escenarios.md": "    escenario "} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, found := strings.Cut(string(b), "\n"+first)
		example, _, ended := strings.Cut(rest, "\n\n")
		if !found || !ended {
			t.Fatalf("%s has no example", file)
		}
		r, err := run(t, strings.TrimSpace(first)+" "+strings.ReplaceAll(example, "\n    ", "\n"))
		if err != nil || !r.Pass() || len(r.Checks) != 2 {
			t.Errorf("%s: %v, %+v", file, err, r)
		}
	}
}
