package scenario

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/authority"
	"overflight/internal/catalogue"
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
