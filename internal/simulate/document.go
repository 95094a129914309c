package simulate

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"overflight/geodesy"
)

// maxDocument bounds the text of a sortie, maxDepth its nesting, maxList each of its lists.
const (
	maxDocument = 1 << 20
	maxDepth    = 24
	maxList     = 4096
)

// document reads a YAML tree field by field and keeps the first fault. Quantities carry their unit
// in the text ("92 m/s", "6500 m HAE"), so that no number is ever taken in the wrong one.
type document struct{ err *SortieError }

func (d *document) fail(line int, format string, args ...any) {
	if d.err == nil {
		d.err = &SortieError{Line: line, What: fmt.Sprintf(format, args...)}
	}
}

// table is a YAML mapping; what has been asked for is crossed off, what is left is unknown.
type table struct {
	*document
	line   int
	path   string
	fields map[string]ast.Node
	order  []string
}

// parseDocument returns the root mapping.
func parseDocument(text []byte) (root *table, err error) {
	if len(text) > maxDocument {
		return nil, &SortieError{Line: 1, What: fmt.Sprintf("expected at most %d bytes of YAML, got %d", maxDocument, len(text))}
	}
	if line, deep := tooDeep(text); deep {
		return nil, &SortieError{Line: line, What: fmt.Sprintf("expected at most %d levels of nesting", maxDepth)}
	}
	// The YAML parser is not ours: a fault in it must not be one of the program that reads a file.
	defer func() {
		if recover() != nil {
			root, err = nil, &SortieError{Line: 1, What: "expected YAML, got text that its parser cannot digest"}
		}
	}()
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		line, what := 1, strings.SplitN(err.Error(), "\n", 2)[0]
		if y := yaml.Error(nil); errors.As(err, &y) {
			what = y.GetMessage()
			if tk := y.GetToken(); tk != nil && tk.Position != nil {
				line = tk.Position.Line
			}
		}
		return nil, &SortieError{Line: line, What: "expected YAML: " + strings.ReplaceAll(what, "\n", " ")}
	}
	d := &document{}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, &SortieError{Line: 1, What: fmt.Sprintf("expected one YAML document, got %d", len(file.Docs))}
	}
	t := d.table(file.Docs[0].Body, "")
	if d.err != nil {
		return nil, d.err
	}
	return t, nil
}

// tooDeep looks at brackets and indentation before the recursive parser does.
func tooDeep(text []byte) (int, bool) {
	line, depth, run := 1, 0, 0
	for i, c := range text {
		switch c {
		case '\n':
			line++
			run = 0
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case '-', '?', ':':
			if i+1 < len(text) && (text[i+1] == ' ' || text[i+1] == '\t' || text[i+1] == '\n') {
				run++
			}
		}
		if depth > maxDepth || run > 4*maxDepth {
			return line, true
		}
	}
	return 0, false
}

func lineOf(n ast.Node) int {
	if n != nil && n.GetToken() != nil && n.GetToken().Position != nil {
		return n.GetToken().Position.Line
	}
	return 1
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (d *document) table(n ast.Node, path string) *table {
	t := &table{document: d, path: path, fields: map[string]ast.Node{}, line: lineOf(n)}
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		d.fail(t.line, "%s: expected fields with names", name(path))
	}
	for i, v := range values {
		key := v.Key.String()
		if i == 0 {
			t.line = lineOf(v.Key)
		}
		if _, twice := t.fields[key]; twice {
			d.fail(lineOf(v.Key), "%s: expected it once", join(path, key))
		}
		t.fields[key] = v.Value
		t.order = append(t.order, key)
		if t.fields[key] == nil {
			d.fail(lineOf(v.Key), "%s: expected a value", join(path, key))
		}
	}
	return t
}

func name(path string) string {
	if path == "" {
		return "sortie"
	}
	return path
}

func (t *table) take(key string) (ast.Node, bool) {
	n, ok := t.fields[key]
	delete(t.fields, key)
	return n, ok && n != nil
}

// done reports the first field that nobody asked for.
func (t *table) done(known string) {
	for _, key := range t.order {
		if n, left := t.fields[key]; left {
			line := t.line
			if n != nil {
				line = lineOf(n)
			}
			t.fail(line, "%s: unknown field, expected one of %s", join(t.path, key), known)
			return
		}
	}
}

// scalar returns the text of a field.
func (t *table) scalar(key, want string, required bool) (string, int, bool) {
	n, ok := t.take(key)
	if !ok {
		if required {
			t.fail(t.line, "%s: missing, expected %s", join(t.path, key), want)
		}
		return "", t.line, false
	}
	line := lineOf(n)
	switch v := n.(type) {
	case *ast.StringNode:
		return strings.TrimSpace(v.Value), line, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return strings.TrimSpace(v.GetToken().Value), line, true
	case *ast.LiteralNode:
		return strings.TrimSpace(v.Value.Value), line, true
	}
	t.fail(line, "%s: expected %s", join(t.path, key), want)
	return "", line, false
}

// text reads a printable text of at most limit bytes.
func (t *table) text(key string, limit int, otherwise string) string {
	s, line, ok := t.scalar(key, "a text", false)
	if !ok {
		return otherwise
	}
	if len(s) > limit || s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0xFFFD }) {
		t.fail(line, "%s: expected printable text of 1 to %d bytes", join(t.path, key), limit)
	}
	return s
}

// number reads a value in one of the units given with their size, within [low, high] in the first.
func (t *table) number(key string, low, high float64, required bool, otherwise float64, units ...unit) float64 {
	sized := func(v string) string { return strings.TrimSpace(v + " " + units[0].name) }
	want := fmt.Sprintf("%g to %s, such as %q", low, sized(strconv.FormatFloat(high, 'g', -1, 64)), sized(example(low, high)))
	s, line, ok := t.scalar(key, want, required)
	if !ok {
		return otherwise
	}
	v, ok := parseQuantity(s, units)
	if !ok || !(v >= low && v <= high) {
		t.fail(line, "%s: expected %s, got %q", join(t.path, key), want, s)
	}
	return v
}

func example(low, high float64) string {
	for _, v := range []float64{5, 20, 92, 1500, 6500} {
		if v >= low && v <= high && (high < 20*v || v == 6500) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	return strconv.FormatFloat(low, 'g', -1, 64)
}

type unit struct {
	name string
	size float64
}

var (
	angleUnits  = []unit{{"deg", 1}}
	lengthUnits = []unit{{"m", 1}, {"km", 1000}, {"NM", 1852}, {"ft", 0.3048}}
	speedUnits  = []unit{{"m/s", 1}, {"kt", 1852.0 / 3600}, {"km/h", 1 / 3.6}}
	rateUnits   = []unit{{"Hz", 1}}
	plainUnits  = []unit{{"", 1}}
)

func parseQuantity(s string, units []unit) (float64, bool) {
	value, of, _ := strings.Cut(s, " ")
	of = strings.TrimSpace(of)
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false
	}
	for _, u := range units {
		if u.name == of {
			return v * u.size, true
		}
	}
	return 0, false
}

// height reads a height with its datum and returns it above the ellipsoid.
func (t *table) height(key string, low, high float64, geoid geodesy.Length, hasGeoid, required bool, otherwise geodesy.Length) geodesy.Length {
	want := fmt.Sprintf("a height of %g to %g m with its datum, such as %q or %q", low, high, "6500 m HAE", "21000 ft MSL")
	s, line, ok := t.scalar(key, want, required)
	if !ok {
		return otherwise
	}
	value, datum := s, ""
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		value, datum = s[:i], s[i+1:]
	}
	v, ok := parseQuantity(value, lengthUnits)
	switch {
	case ok && datum == "MSL" && !hasGeoid:
		t.fail(line, "%s: expected the sortie to state its geoid height (geoid: -29.5 m) where a height is MSL", join(t.path, key))
	case ok && datum == "MSL":
		v += float64(geoid)
	case datum != "HAE":
		ok = false
	}
	if !ok || !(v >= low && v <= high) {
		t.fail(line, "%s: expected %s, got %q", join(t.path, key), want, s)
	}
	return geodesy.Length(v)
}

// duration reads a length of time such as 1h2m3s.
func (t *table) duration(key string, low, high time.Duration, required bool, otherwise time.Duration) time.Duration {
	want := fmt.Sprintf("a time between %v and %v, such as %q", low, high, "12m30s")
	s, line, ok := t.scalar(key, want, required)
	if !ok {
		return otherwise
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < low || v > high {
		t.fail(line, "%s: expected %s, got %q", join(t.path, key), want, s)
	}
	return v
}

// choice reads one of some words.
func (t *table) choice(key string, otherwise string, words ...string) string {
	want := "one of " + strings.Join(words, ", ")
	s, line, ok := t.scalar(key, want, otherwise == "")
	if !ok {
		return otherwise
	}
	for _, w := range words {
		if s == w {
			return s
		}
	}
	t.fail(line, "%s: expected %s, got %q", join(t.path, key), want, s)
	return otherwise
}

func (t *table) position() geodesy.Position {
	return geodesy.Position{
		Lat: geodesy.Angle(t.number("lat", -89.9, 89.9, true, 0, plainUnits...)),
		Lon: geodesy.Angle(t.number("lon", -180, 180, true, 0, plainUnits...)),
	}
}

// child returns a mapping inside this one.
func (t *table) child(key string) (*table, bool) {
	n, ok := t.take(key)
	if !ok {
		return nil, false
	}
	return t.table(n, join(t.path, key)), true
}

// each calls f for every mapping of a list.
func (t *table) each(key string, required bool, f func(*table)) {
	n, ok := t.take(key)
	if !ok {
		if required {
			t.fail(t.line, "%s: missing, expected a list", join(t.path, key))
		}
		return
	}
	list, ok := n.(*ast.SequenceNode)
	if !ok || len(list.Values) == 0 || len(list.Values) > maxList {
		t.fail(lineOf(n), "%s: expected a list of 1 to %d", join(t.path, key), maxList)
		return
	}
	for i, v := range list.Values {
		f(t.table(v, fmt.Sprintf("%s[%d]", join(t.path, key), i+1)))
		if t.err != nil {
			return
		}
	}
}
