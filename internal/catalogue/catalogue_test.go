package catalogue

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/account"
	"overflight/airspace"
	"overflight/authority"
	"overflight/coverage"
	"overflight/designation"
	"overflight/evidence"
	"overflight/format/misb"
	"overflight/geodesy"
	"overflight/ingest"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/release"
	"overflight/segment"
	"overflight/sensor"
	"overflight/statement"
)

const module = "../.."

var place = regexp.MustCompile(`\{[0-9]\}`)

func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	en, es := Open(English).texts, Open(Spanish).texts
	if d := cmp.Diff(slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(es))); d != "" {
		t.Errorf("keys differ (-en +es): %s", d)
	}
	for key, text := range en {
		a, b := place.FindAllString(text, -1), place.FindAllString(es[key], -1)
		slices.Sort(a)
		slices.Sort(b)
		if d := cmp.Diff(a, b); d != "" {
			t.Errorf("%s: places differ: %q, %q", key, text, es[key])
		}
		for _, s := range []string{text, es[key]} {
			if s == "" || strings.TrimSpace(s) != s {
				t.Errorf("%s: %q", key, s)
			}
		}
		if single, ok := strings.CutSuffix(key, ".one"); ok && en[single+".other"] == "" {
			t.Errorf("%s has no .other", key)
		}
	}
}

// sources calls f for every Go file of the module that is no test.
func sources(t *testing.T, f func(path string, file *ast.File)) {
	t.Helper()
	set := token.NewFileSet()
	err := filepath.WalkDir(module, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != module && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "build" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f(path, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// constants returns the values of the string constants of a type, under the name that it has in and
// outside its package.
func constants(t *testing.T, names ...string) []string {
	t.Helper()
	var out []string
	sources(t, func(path string, file *ast.File) {
		for _, decl := range file.Decls {
			g, ok := decl.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v, ok := s.(*ast.ValueSpec)
				if !ok || v.Type == nil || !slices.Contains(names, file.Name.Name+":"+text(v.Type)) && !slices.Contains(names, text(v.Type)) {
					continue
				}
				for _, x := range v.Values {
					if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						s, err := strconv.Unquote(lit.Value)
						if err != nil {
							t.Fatal(err)
						}
						out = append(out, s)
					}
				}
			}
		}
	})
	return out
}

func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return text(e.X) + "." + e.Sel.Name
	}
	return ""
}

// families are the keys that are put together when they are used.
func families(t *testing.T) map[string][]string {
	t.Helper()
	names := func(n int, name func(int) string) (out []string) {
		for i := range n {
			if s := name(i); s != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
		return out
	}
	f := map[string][]string{
		"defect.":            constants(t, "evidence.Code"),
		"reason.":            constants(t, "misb:Reason"),
		"nothing.":           constants(t, "mpegts:Reason"),
		"kind.":              constants(t, "ingest:Kind"),
		"scale.":             constants(t, "ingest:TimeScale"),
		"inspect.carriage.":  {string(ingest.Sync), string(ingest.Async)},
		"inspect.checksum.":  constants(t, "ingest:Checksum"),
		"simulate.video.":    {"none", "no encoder", "written"},
		"compass.":           {"N", "S", "E", "W"},
		"method.":            {"1", "2", "3", "4", "5", "6"},
		"verdict.":           names(3, func(i int) string { return airspace.Verdict(i).String() }),
		"basis.":             names(3, func(i int) string { return airspace.Basis(i).String() }),
		"gap.":               names(2, func(i int) string { return airspace.GapKind(i).String() }),
		"vantage.":           names(3, func(i int) string { return account.Vantage(i).String() }),
		"datum.":             names(8, func(i int) string { return geodesy.Datum(i).String() }),
		"nofootprint.":       names(32, func(i int) string { return sensor.Reason(i).String() }),
		"closed.":            names(8, func(i int) string { return journal.CloseReason(i).String() }),
		"flight.":            names(3, func(i int) string { return sqlite.FlightState(i).String() }),
		"phase.":             constants(t, "live:Phase"),
		"play.":              constants(t, "playback:Verdict"),
		"inforce.":           append(constants(t, "designation:Reason"), "expected.one", "expected.other"),
		"standing.":          names(3, func(i int) string { return designation.Standing(i).String() }),
		"relation.":          constants(t, "designation:Relation"),
		"listchange.":        constants(t, "designation:Op"),
		"role.":              constants(t, "auth:Role"),
		"page.theme.":        {"day", "night", "red"},
		"page.carried.":      constants(t, "authority:Carried"),
		"page.class.":        constants(t, "release:Class"),
		"page.claim.":        constants(t, "statement:Word"),
		"page.scope.":        {"designation", "host-request", "agreement"},
		"page.history.":      {"noticed", "expected", "imported"},
		"user.state.":        constants(t, "auth:State"),
		"rule.":              constants(t, "authority:RuleID"),
		"leave.":             constants(t, "authority:Leave"),
		"compliance.":        constants(t, "authority:Compliance"),
		"purpose.":           constants(t, "authority:Purpose"),
		"permission.":        constants(t, "authority:BasisKind"),
		"condition.":         constants(t, "authority:Condition"),
		"scenario.want.":     constants(t, "scenario:kind"),
		"withheld.":          {segment.ReasonOutside, segment.ReasonUnplaced},
		"health.ok.":         literals(t, "../node/health.go", `^\tpart[A-Z]\w+ += "([a-z]+)"`),
		"step.":              literals(t, "../node/verify.go", `Step\{Name: "([a-z]+)"`),
		"decision.":          names(3, func(i int) string { return authority.Verdict(i).String() }),
		"outcome.":           names(3, func(i int) string { return authority.Outcome(i).String() }),
		"light.":             names(8, func(i int) string { return coverage.Light(i).String() }),
		"look.nothing.":      names(8, func(i int) string { return coverage.Nothing(i).String() }),
		"coordinate.":        constants(t, "geodesy:CoordinateFault"),
		"statement.":         constants(t, "statement:Code"),
		"release.state.":     {"proposed", "waiting", "sent", "revoked"},
		"partner.tak.ended.": append(constants(t, "tak:Reason"), "none"),
		"sharing.":           constants(t, "dissemination:Code"),
		"sharing.part.":      constants(t, "dissemination:Part"),
		"receipt.":           constants(t, "dissemination:Step"),
		"link.apart.":        constants(t, "node:Apart"),
		"page.link.apart.":   constants(t, "node:Apart"),
		"sign.":              constants(t, "survey:Class"),
		"found.":             constants(t, "survey:Outcome"),
		"sitechange.":        constants(t, "survey:Change"),
		"sitestep.":          constants(t, "survey:Cause"),
		"siteplace.":         constants(t, "survey:Place"),
		"admiralty.":         {"A", "B", "C", "D", "E", "F", "1", "2", "3", "4", "5", "6"},
		"wanted.":            constants(t, "survey:Want"),
		"manner.":            constants(t, "statement:Manner"),
		"complete.":          constants(t, "statement:How"),
		"kept.":              constants(t, "statement:Kept"),
		"claim.":             append(constants(t, "statement:Word"), "number", "between", "at-least", "at-most", "period"),
		"share.reason.":      {"no-rule", "broken", "coarse-place", "narrows-place"},
		"share.band.":        names(int(sensor.Bands), func(i int) string { return sensor.Band(i).String() }),
		"share.unarmed.":     {"yes", "no", "unknown"},
		"finding.":           names(4, func(i int) string { return statement.Finding(i).String() }),
		"planning.":          constants(t, "planning:Code"),
		"pattern.":           constants(t, "search:Pattern"),
		"problem.":           literals(t, "../server/problem.go", `(?:http\.Status\w+, )"([a-z-]+)"`),
	}
	f["partner.certificate."] = append(literals(t, "../jetstream/handshake.go", `ErrCertificate\w+: "([a-z]+)"`), "list")
	f["problem."] = append(f["problem."], "day", "zone")
	for _, s := range release.Schemas() {
		kind, _, _ := strings.Cut(s.Kind, "/")
		f["share.kind."], f["share.kinds."] = append(f["share.kind."], kind), append(f["share.kinds."], kind)
		for _, x := range s.Fields {
			f["share.field."] = append(f["share.field."], x.Name)
		}
	}
	f["share.field."] = append(f["share.field."], "ground") // of several fields
	f["share.kinds."] = append(f["share.kinds."], "withheld")
	// TestEveryRefusalIsSaidInSpanish holds these to what is said.
	for key := range Open(English).texts {
		if name, ok := strings.CutPrefix(key, "refused."); ok {
			f["refused."] = append(f["refused."], name)
		}
	}
	f["problem."] = append(f["problem."], constants(t, "node:SignatoryFault")...)
	f["invalid."] = literals(t, "../server/invalid.go", `, "([a-z-]+)"},$`)
	for _, v := range f["verdict."] {
		f["lead."] = append(f["lead."], v+".one", v+".other")
	}
	if len(f["rule."]) != len(authority.Rules()) {
		t.Fatalf("%d rules found in the module, %d are asked", len(f["rule."]), len(authority.Rules()))
	}
	if len(f["defect."]) < 50 || len(f["reason."]) < 8 || !slices.Contains(f["reason."], string(misb.OffEarth)) {
		t.Fatalf("only %d codes and %d reasons found in the module", len(f["defect."]), len(f["reason."]))
	}
	return f
}

// literals are what a pattern finds in a file.
func literals(t *testing.T, path, pattern string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?m)"+pattern).FindAllStringSubmatch(string(b), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatalf("%s has none of %s", path, pattern)
	}
	return out
}

// handed are the beginnings of keys that are handed on before they are looked up.
var handed = regexp.MustCompile(`^(help|health|column)\.[a-z.-]+$`)

// TestTheKeysAreThoseInUse: every code, reason and literal key has a text, and every text is used.
func TestTheKeysAreThoseInUse(t *testing.T) {
	t.Parallel()
	used := map[string]string{}
	for prefix, values := range families(t) {
		for _, v := range values {
			used[prefix+v] = "the constants"
		}
	}
	sources(t, func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if key, err := strconv.Unquote(lit.Value); err == nil && handed.MatchString(key) && !strings.HasSuffix(key, ".") {
					used[key] = path
				}
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			lit, isLit := call.Args[0].(*ast.BasicLit)
			if !ok || !isLit || lit.Kind != token.STRING || !slices.Contains([]string{"Text", "Count", "T", "Has"}, fun.Sel.Name) {
				return true
			}
			key, err := strconv.Unquote(lit.Value)
			if err != nil || !strings.Contains(key, ".") {
				return true
			}
			if fun.Sel.Name == "Count" {
				used[key+".one"], used[key+".other"] = path, path
			} else {
				used[key] = path
			}
			return true
		})
	})
	for _, path := range []string{"../report/page.html", "../../share/page.go"} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`T(?:ext)? "([a-z0-9.-]+)"`).FindAllStringSubmatch(string(b), -1) {
			used[m[1]] = path
		}
	}
	pageKeys(t, used)
	// Keys in the bodies of lists, as the statement of method has them, are in a family above.
	c := Open(English)
	for key, where := range used {
		if !c.Has(key) {
			t.Errorf("%s, used by %s, has no text", key, where)
		}
	}
	for key := range c.texts {
		if used[key] == "" {
			t.Errorf("%s is used by nothing", key)
		}
	}
}

func TestLanguageOfTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		env  map[string]string
		want Language
	}{
		{nil, English},
		{map[string]string{"LANG": "es_MX.UTF-8"}, Spanish},
		{map[string]string{"LANG": "es_MX.UTF-8", "LC_ALL": "C"}, English},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "es"}, Spanish},
		{map[string]string{"LANG": "de_DE.UTF-8"}, English},
		{map[string]string{"LANG": "es@euro"}, Spanish},
	} {
		if got := FromEnvironment(func(k string) string { return tc.env[k] }); got != tc.want {
			t.Errorf("%v speaks %s, want %s", tc.env, got, tc.want)
		}
	}
	if _, ok := Parse("fr"); ok {
		t.Error("French is not spoken here")
	}
}

func TestADefectIsOneLine(t *testing.T) {
	t.Parallel()
	d := evidence.Defect{Code: "st0601.checksum", Offset: 18612, Item: "1", Got: "AA43", Want: "3E1E"}
	for l, want := range map[Language]string{
		English: "a.ts: byte 18612: item 1: bad checksum: found AA43, expected 3E1E",
		Spanish: "a.ts: byte 18612: elemento 1: suma de comprobación incorrecta: se encontró AA43, se esperaba 3E1E",
	} {
		if got := Open(l).Defect("a.ts", d); got != want {
			t.Errorf("%s: %q", l, got)
		}
	}
	half := evidence.Defect{Code: "sanctions.half", Item: "programme", Got: "4", Want: "12"}
	for l, want := range map[Language]string{
		English: "SDN.CSV: line 2, column 4: programme: the list breaks off within a row: found 4, expected 12",
		Spanish: "SDN.CSV: línea 2, columna 4: programme: la lista se interrumpe a media fila: se encontró 4, se esperaba 12",
	} {
		if got := Open(l).DefectInRow("SDN.CSV", 2, 4, half); got != want {
			t.Errorf("%s: %q", l, got)
		}
	}
	if got := Open(English).Finding(evidence.Defect{Code: "no.such", Got: "x"}); got != "defect.no.such: found x" {
		t.Errorf("%q", got)
	}
}

// TestAResultIsASentence: instants, lengths and words are written for a reader, identifiers are left as they are.
func TestAResultIsASentence(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		code   evidence.Code
		args   []string
		en, es string
	}{
		{
			authority.CodeClearanceAfterEntry,
			[]string{"C-1", "2025-02-17T00:00:00Z", "2025-02-19T08:30:00.25Z", "2025-02-18T12:00:00Z"},
			"Clearance C-1 is dated 2025-02-17 00:00:00 UTC but was put on record at 2025-02-19 08:30:00.25 UTC, after the entry at 2025-02-18 12:00:00 UTC.",
			"La autorización C-1 lleva fecha 2025-02-17 00:00:00 UTC, pero se registró el 2025-02-19 08:30:00.25 UTC, después del ingreso del 2025-02-18 12:00:00 UTC.",
		},
		{
			authority.CodeClearanceAltitude,
			[]string{"20250218", "12500", "HAE", "2025-02-18T12:00:00Z"},
			"Clearance 20250218 does not cover 12\u202F500 m (HAE) at 2025-02-18 12:00:00 UTC.",
			"La autorización 20250218 no cubre 12\u202F500 m (HAE) el 2025-02-18 12:00:00 UTC.",
		},
		{
			authority.CodeClearancePeriod, // of neither end is the instant known
			[]string{"C-1", "2026-11-27T21:00:00Z", "", "", "2025-03-03T16:01:25.5Z"},
			"Clearance C-1 runs from 2026-11-27 21:00:00 UTC to …; the entry lasts from … to 2025-03-03 16:01:25.5 UTC.",
			"La autorización C-1 va del 2026-11-27 21:00:00 UTC al …; el ingreso dura del … al 2025-03-03 16:01:25.5 UTC.",
		},
		{
			authority.CodePurposeBasis,
			[]string{"survey-area", "O-7"},
			"The purpose, surveying an area, is not one of O-7, on which the permission rests.",
			"El propósito, reconocer un área, no es uno de los de O-7, en que se funda el permiso.",
		},
		{
			authority.CodeBasisUnknown,
			[]string{"host-request", "R-1"},
			"The request of the host state R-1 is not on record.", "El fundamento solicitud del Estado anfitrión R-1 no consta en el registro.",
		},
		{
			"inforce.before-notice",
			[]string{"OFAC-SDN", "11440", "FTO", "SINALOA CARTEL", "2025-02-18T12:00:00Z"},
			"SINALOA CARTEL (OFAC-SDN 11440, FTO) at 2025-02-18 12:00:00 UTC: the notice that makes it so takes effect later",
			"SINALOA CARTEL (OFAC-SDN 11440, FTO) a fecha 2025-02-18 12:00:00 UTC: el aviso que la establece surte efecto después",
		},
		{
			authority.CodeScopeNoList,
			[]string{"OFAC-SDN", "11440", "FTO"},
			"Whether 11440 is designated by OFAC-SDN under FTO is not known: the list is not loaded.",
			"No se sabe si 11440 está designada por OFAC-SDN conforme a FTO: la lista no está cargada.",
		},
		{authority.CodeReleaseSooner, []string{"MEX", "24h0m0s", "72h0m0s"}, "What is seen of MEX would be released after 24 h; it asks for at least 72 h.", "Lo que se vea de MEX se entregaría después de 24 h; pide al menos 72 h."},
	} {
		if got := Open(English).Sentence(tc.code, tc.args); got != tc.en {
			t.Errorf("%s: %q", tc.code, got)
		}
		if got := Open(Spanish).Sentence(tc.code, tc.args); got != tc.es {
			t.Errorf("%s: %q", tc.code, got)
		}
	}
}

// TestTheGateSaysNothingOfLaw: what passes is recorded as met, and no text of the gate says more.
func TestTheGateSaysNothingOfLaw(t *testing.T) {
	t.Parallel()
	law := regexp.MustCompile(`(?i)\b(un)?lawful|\b(il)?legal|\b(i)?lícit|violat|violaci`)
	n := 0
	for _, l := range Languages() {
		for key, text := range Open(l).texts {
			if strings.HasPrefix(key, "defect.authority.") || strings.HasPrefix(key, "rule.") || strings.HasPrefix(key, "leave.") || strings.HasPrefix(key, "compliance.") {
				if n++; law.MatchString(text) {
					t.Errorf("%s: %q", key, text)
				}
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d texts of the gate", n)
	}
}

// TestARulesTextHasItsArguments: no text asks for an argument that the code does not have.
func TestARulesTextHasItsArguments(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../authority/codes.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\tCode\w+ +evidence\.Code = "(authority\.[a-z_.]+)"(?: +// (.*))?$`).FindAllStringSubmatch(string(b), -1)
	if len(found) < 100 {
		t.Fatalf("only %d codes", len(found))
	}
	for _, m := range found {
		arguments := 0
		if m[2] != "" {
			arguments = strings.Count(m[2], ", ") + 1
		}
		for _, p := range place.FindAllString(Open(English).texts["defect."+m[1]], -1) {
			if n, _ := strconv.Atoi(p[1:2]); n >= arguments {
				t.Errorf("%s has %d arguments, its text asks for %s", m[1], arguments, p)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "0.0", -0.04: "-0.0", 1234.56: "1\u202F234.6", -1234567.0: "-1\u202F234\u202F567.0", 999.96: "1\u202F000.0"} {
		if got := Decimal(v, 1); got != want {
			t.Errorf("Decimal(%v) = %q, want %q", v, got, want)
		}
	}
	if got := strings.Join([]string{Integer(7), Integer(1000), Integer(-1000)}, " "); got != "7 1\u202F000 -1\u202F000" {
		t.Error(got)
	}
	if got := Open(English).Count("count.fixes", 1) + Open(Spanish).Count("count.fixes", 2); got != "1 fix2 posiciones" {
		t.Error(got)
	}
}

// pageKeys adds the keys that the page uses: literal ones, and those of a number of things.
func pageKeys(t *testing.T, used map[string]string) {
	t.Helper()
	literal, counted := regexp.MustCompile(`'(page\.[a-z0-9.-]+)'`), regexp.MustCompile(`count\('(page\.[a-z0-9.-]+)'`)
	found := 0
	err := filepath.WalkDir("../../web/src", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".svelte") && !strings.HasSuffix(path, ".ts") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		many := map[string]bool{}
		for _, m := range counted.FindAllStringSubmatch(string(b), -1) {
			many[m[1]] = true
			used[m[1]+".one"], used[m[1]+".other"] = path, path
		}
		for _, m := range literal.FindAllStringSubmatch(string(b), -1) {
			if !many[m[1]] {
				used[m[1]] = path
			}
			found++
		}
		return nil
	})
	if err != nil || found < 100 {
		t.Fatalf("%d keys in the page: %v", found, err)
	}
}
