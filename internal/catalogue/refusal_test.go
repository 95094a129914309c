package catalogue

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// verb is where a format writes a value.
var verb = regexp.MustCompile(`%[a-z]`)

// sample is what an expression of a text can say, with 7 where a value stands; false where it is no text of its own.
func sample(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return verb.ReplaceAllString(s, "7"), err == nil
		}
	case *ast.BinaryExpr:
		a, ok := sample(e.X)
		b, also := sample(e.Y)
		if !ok {
			a = "7"
		}
		if !also {
			b = "7"
		}
		return a + b, ok || also
	case *ast.CallExpr:
		if text(e.Fun) == "fmt.Sprintf" {
			return sample(e.Args[0])
		}
	}
	return "", false
}

// expected are what the packages of acts can say that they expect.
func expected(t *testing.T) []string {
	t.Helper()
	var out []string
	add := func(e ast.Expr) {
		if s, ok := sample(e); ok && s != "" {
			out = append(out, s)
		}
	}
	sources(t, func(_ string, file *ast.File) {
		if p := file.Name.Name; p != "authority" && p != "statement" && p != "designation" {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f := text(n.Fun); f == "fault" && len(n.Args) == 3 {
					add(n.Args[2])
				}
			case *ast.FuncDecl:
				if n.Name.Name == "article" {
					ast.Inspect(n, func(n ast.Node) bool {
						if r, ok := n.(*ast.ReturnStmt); ok {
							add(r.Results[0])
						}
						return true
					})
				}
			}
			return true
		})
	})
	if len(out) < 100 {
		t.Fatalf("only %d texts found in the packages of acts", len(out))
	}
	return out
}

// TestEveryRefusalIsSaidInSpanish: whatever a package of acts expects, and every chain that it ends in, has its text; and every
// text is of something that is said.
func TestEveryRefusalIsSaidInSpanish(t *testing.T) {
	t.Parallel()
	en, es := Open(English), Open(Spanish)
	used := map[string]bool{}
	say := func(message string) string {
		for _, r := range refusals() {
			if r.form.MatchString(message) {
				used[r.key] = true
				if inner := r.form.FindStringSubmatch(message); r.ends {
					for _, x := range refusals() {
						if last := inner[len(inner)-1]; x.form.MatchString(last) {
							used[x.key] = true
							break
						}
					}
				}
				return es.Text(r.key)
			}
		}
		return ""
	}
	for _, s := range expected(t) {
		if say(s) == "" {
			t.Errorf("no text says what is expected: %q", s)
		}
	}
	for message, want := range map[string]string{
		`not put on record: clearance.given/v1: state is "MXX": expected a state by the three letters of ISO 3166-1`: `no se registró: clearance.given/v1: state es "MXX": se esperaba un Estado por las tres letras de ISO 3166-1`,
		`clearance.given/v1: document is missing: expected the SHA-256 of the document's bytes`:                      `clearance.given/v1: falta document: se esperaba el SHA-256 de los bytes del documento`,
		`clearance.given/v1: "stat" is no member of it`:                                                              `clearance.given/v1: "stat" no es un miembro suyo`,
		`a.yaml: plan.filed/v1: route[1].at is "x: expected y": expected an instant, RFC 3339`:                       `a.yaml: plan.filed/v1: route[1].at es "x: expected y": se esperaba un instante, RFC 3339`,
		`purpose is "a text": expected one of [a b]`:                                                                 `purpose es "a text": se esperaba uno de [a b]`,
		`not put on record: authority: not on record: clearance.given/v1 C-9`:                                        `no se registró: no consta en el registro: clearance.given/v1 C-9`,
		`not put on record: authority: not on record: a plan of S-1 with the digest ab`:                              `no se registró: no consta en el registro: un plan de S-1 con el resumen ab`,
		`not put on record: authority: signature is missing: agreement.signed/v1 A-1:MEX is not signed by luis`:      `no se registró: falta una firma: agreement.signed/v1 A-1:MEX no está firmado por luis`,
		`authority: signature is missing: act.corrected/v1 of a/v1 x is signed by neither ana nor ben`:               `falta una firma: act.corrected/v1 de a/v1 x no está firmado ni por ana ni por ben`,
		`authority: signature is missing: act.corrected/v1 of a/v1 x is not signed by ana, whose word it takes back`: `falta una firma: act.corrected/v1 de a/v1 x no está firmado por ana, cuya palabra retira`,
		`authority: on record already, and different: a/v1 x; take it back first, or give it another identifier`:     `ya consta en el registro, y es distinto: a/v1 x; retírelo antes, o dele otro identificador`,
		`authority: on record already, and different: statement x`:                                                   `ya consta en el registro, y es distinto: statement x`,
		`authority: overlaps what is in force: a/v1 A-2 and A-1 of the same states; let one amend the other`:         `se traslapa con lo vigente: a/v1 A-2 y A-1, de los mismos Estados; haga que uno modifique al otro`,
		`authority: overlaps what is in force: a/v1 R-2 and R-1 of USA; end one before the other begins`:             `se traslapa con lo vigente: a/v1 R-2 y R-1, de USA; haga que uno termine antes de que empiece el otro`,
		`authority: unknown kind of act: "x"`:                                                                        `clase de acto desconocida: "x"`,
		`not put on record: "x" is no kind of act`:                                                                   `no se registró: "x" no es una clase de acto`,
		`not put on record: a/v1 x: no such document: ab; keep its bytes first`:                                      `no se registró: a/v1 x: no hay tal documento: ab; entregue antes sus bytes`,
		`no such document: ab`:                                                       `no hay tal documento: ab`,
		`not accepted: unexpected end of JSON input`:                                 `no se acepta: unexpected end of JSON input`,
		`designation: name: expected a text`:                                         `designación: name: se esperaba un texto`,
		`designation: op: found "x", expected added, changed or removed`:             `designación: op: se encontró "x", se esperaba added, changed o removed`,
		`designation: on record already: notice n1`:                                  `designación: ya consta en el registro: notice n1`,
		`designation: not on record: notice n1`:                                      `designación: no consta en el registro: notice n1`,
		`designation: out of order: part 2 of edition x`:                             `designación: fuera de orden: part 2 of edition x`,
		`f.yaml: expected YAML or JSON: [1:3] mapping`:                               `f.yaml: se esperaba YAML o JSON: [1:3] mapping`,
		`f.yaml: larger than 7 bytes`:                                                `f.yaml: mayor de 7 bytes`,
		`f.json: expected GeoJSON: unexpected`:                                       `f.json: se esperaba GeoJSON: unexpected`,
		`f.json: got "Point", expected one Polygon without holes, or one LineString`: `f.json: se encontró "Point", se esperaba un Polygon sin huecos, o una LineString`,
		`something else: that nobody has said`:                                       `something else: that nobody has said`,
	} {
		if got := es.Refusal(message); got != want {
			t.Errorf("%s\n got %s\nwant %s", message, got, want)
		}
		if got := en.Refusal(message); got != message {
			t.Errorf("in English %q is %q", message, got)
		}
		for rest := message; rest != ""; {
			say(rest)
			_, after, _ := strings.Cut(rest, ": ")
			rest = after
		}
	}
	for key := range en.texts {
		if strings.HasPrefix(key, "refused.") && !used[key] {
			t.Errorf("nobody says %s: %q", key, en.texts[key])
		}
	}
}
