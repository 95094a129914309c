package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds of the text.
const (
	mostText   = 1 << 20
	mostLevels = 16
)

// document keeps the first fault; what is read after it does not matter.
type document struct{ err *Error }

func (d *document) fail(line int, format string, args ...any) {
	if d.err == nil {
		d.err = &Error{Line: line, What: fmt.Sprintf(format, args...)}
	}
}

// table is a mapping. A field that was asked for is taken out: what is left at the end is unknown.
type table struct {
	*document
	line   int
	path   string
	fields map[string]ast.Node
	order  []*ast.MappingValueNode
}

// parseDocument returns the mapping at the root, nil for a text without any.
func parseDocument(text []byte) (root *table, err error) {
	switch line, deep := tooDeep(text); {
	case len(text) > mostText:
		return nil, &Error{Line: 1, What: fmt.Sprintf("expected at most %d bytes", mostText)}
	case deep:
		return nil, &Error{Line: line, What: fmt.Sprintf("expected at most %d levels", mostLevels)}
	}
	// What a foreign parser panics over is a bad file and no fault of the server.
	defer func() {
		if recover() != nil {
			root, err = nil, &Error{Line: 1, What: "expected YAML"}
		}
	}()
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		wrong := &Error{Line: 1, What: "expected YAML"}
		var y yaml.Error
		if errors.As(err, &y) {
			wrong.What += ": " + strings.Join(strings.Fields(y.GetMessage()), " ")
			if k := y.GetToken(); k != nil && k.Position != nil {
				wrong.Line = k.Position.Line
			}
		}
		return nil, wrong
	}
	bodies := []ast.Node{}
	for _, d := range file.Docs {
		if _, comment := d.Body.(*ast.CommentGroupNode); d.Body != nil && !comment {
			bodies = append(bodies, d.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, nil
	case 1:
	default:
		return nil, &Error{Line: place(bodies[1]), What: "expected one document"}
	}
	d := &document{}
	if root = d.table(bodies[0], ""); d.err != nil {
		return nil, d.err
	}
	return root, nil
}

// tooDeep looks at brackets before a parser that calls itself does.
func tooDeep(text []byte) (int, bool) {
	line, depth, dashes := 1, 0, 0
	for i, c := range text {
		switch c {
		case '\n':
			line, dashes = line+1, 0
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case '-', '?', ':':
			if i+1 < len(text) && strings.IndexByte(" \t\n", text[i+1]) >= 0 {
				dashes++
			}
		}
		if depth > mostLevels || dashes > 2*mostLevels {
			return line, true
		}
	}
	return 0, false
}

func place(n ast.Node) int {
	if n != nil {
		if k := n.GetToken(); k != nil && k.Position != nil {
			return k.Position.Line
		}
	}
	return 1
}

// join names a field. A key may be any text that YAML allows: one that is no name is quoted, so that an error stays a line.
func join(path, key string) string {
	if !named.MatchString(key) {
		key = fmt.Sprintf("%.60q", key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

var named = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,60}$`)

func (d *document) table(n ast.Node, path string) *table {
	t := &table{document: d, path: path, line: place(n), fields: map[string]ast.Node{}}
	switch m := n.(type) {
	case *ast.MappingNode:
		t.order = m.Values
	case *ast.MappingValueNode:
		t.order = []*ast.MappingValueNode{m}
	default:
		where := path
		if path == "" {
			where = "configuration"
		}
		d.fail(t.line, "%s: expected fields with names", where)
	}
	for i, v := range t.order {
		if i == 0 {
			t.line = place(v.Key)
		}
		key := v.Key.String()
		if _, twice := t.fields[key]; twice {
			d.fail(place(v.Key), "%s: expected once", join(path, key))
		}
		if _, null := v.Value.(*ast.NullNode); null || v.Value == nil {
			d.fail(place(v.Key), "%s: expected a value", join(path, key))
		}
		t.fields[key] = v.Value
	}
	return t
}

func (t *table) take(key string) (ast.Node, bool) {
	n, ok := t.fields[key]
	delete(t.fields, key)
	return n, ok
}

// done reports the first field that nobody asked for.
func (t *table) done(known string) {
	for _, v := range t.order {
		if _, left := t.fields[v.Key.String()]; left {
			t.fail(place(v.Key), "%s: unknown field, expected one of %s", join(t.path, v.Key.String()), known)
			return
		}
	}
}

// scalar returns the text of a value.
func (t *table) scalar(key, want string) (string, int, bool) {
	n, ok := t.take(key)
	if !ok {
		return "", t.line, false
	}
	line := place(n)
	switch v := n.(type) {
	case *ast.StringNode:
		return strings.TrimSpace(v.Value), line, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return strings.TrimSpace(v.GetToken().Value), line, true
	}
	t.fail(line, "%s: expected %s", join(t.path, key), want)
	return "", line, false
}

func (t *table) text(key string, limit int, otherwise string) string {
	want := fmt.Sprintf("printable text of 1 to %d bytes", limit)
	s, line, ok := t.scalar(key, want)
	if !ok {
		return otherwise
	}
	if s == "" || len(s) > limit || strings.ContainsFunc(s, unprintable) {
		t.fail(line, "%s: expected %s", join(t.path, key), want)
	}
	return s
}

// file reads the name of a file or folder.
func (t *table) file(key, otherwise string) string { return t.text(key, 1024, otherwise) }

func (t *table) word(key string, limit int, of string, valid func(byte) bool, otherwise string) string {
	want := fmt.Sprintf("1 to %d of %s", limit, of)
	s, line, ok := t.scalar(key, want)
	if !ok {
		return otherwise
	}
	bad := s == "" || len(s) > limit
	for _, c := range []byte(s) {
		bad = bad || !valid(c)
	}
	if bad {
		t.fail(line, "%s: expected %s, got %.60q", join(t.path, key), want, s)
	}
	return s
}

func (t *table) choice(key, otherwise string, words ...string) string {
	want := "one of " + strings.Join(words, ", ")
	s, line, ok := t.scalar(key, want)
	if !ok {
		return otherwise
	}
	for _, w := range words {
		if s == w {
			return s
		}
	}
	t.fail(line, "%s: expected %s, got %.60q", join(t.path, key), want, s)
	return otherwise
}

func (t *table) boolean(key string, otherwise bool) bool {
	if _, there := t.fields[key]; !there {
		return otherwise
	}
	return t.choice(key, "false", "true", "false") == "true"
}

func (t *table) whole(key string, low, high, otherwise int) int {
	want := fmt.Sprintf("a whole number from %d to %d", low, high)
	s, line, ok := t.scalar(key, want)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		t.fail(line, "%s: expected %s, got %.60q", join(t.path, key), want, s)
	}
	return n
}

func (t *table) number(key string, low, high, otherwise float64) float64 {
	want := fmt.Sprintf("a number from %v to %v", low, high)
	s, line, ok := t.scalar(key, want)
	if !ok {
		return otherwise
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= low && v <= high) {
		t.fail(line, "%s: expected %s, got %.60q", join(t.path, key), want, s)
	}
	return v
}

func (t *table) duration(key string, low, high, otherwise time.Duration) time.Duration {
	want := fmt.Sprintf("a time of %v to %v, such as %q", low, high, "12m30s")
	s, line, ok := t.scalar(key, want)
	if !ok {
		return otherwise
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < low || v > high {
		t.fail(line, "%s: expected %s, got %.60q", join(t.path, key), want, s)
	}
	return v
}

func (t *table) child(key string) (*table, bool) {
	n, ok := t.take(key)
	if !ok {
		return nil, false
	}
	return t.table(n, join(t.path, key)), true
}

// list reads words: each as it has to be, none with a comma, each once; in order.
func (t *table) list(key string, most int, want string, valid func(string) bool) List {
	n, ok := t.take(key)
	if !ok {
		return ""
	}
	values, isList := n.(*ast.SequenceNode)
	if !isList || len(values.Values) > most {
		t.fail(place(n), "%s: expected a list of at most %d", join(t.path, key), most)
		return ""
	}
	var words []string
	for _, v := range values.Values {
		s, isText := v.(*ast.StringNode)
		if !isText || strings.Contains(s.Value, ",") || !valid(s.Value) || slices.Contains(words, s.Value) {
			t.fail(place(v), "%s: expected %s, each once", join(t.path, key), want)
			return ""
		}
		words = append(words, s.Value)
	}
	slices.Sort(words)
	return List(strings.Join(words, ","))
}

// each calls f with every mapping of a list, as long as nothing is wrong.
func (t *table) each(key string, most int, f func(*table)) {
	n, ok := t.take(key)
	if !ok {
		return
	}
	list, isList := n.(*ast.SequenceNode)
	if !isList {
		t.fail(place(n), "%s: expected a list", join(t.path, key))
		return
	}
	if len(list.Values) > most {
		t.fail(place(n), "%s: expected at most %d, got %d", join(t.path, key), most, len(list.Values))
		return
	}
	for i, v := range list.Values {
		if t.err != nil {
			return
		}
		f(t.table(v, fmt.Sprintf("%s[%d]", join(t.path, key), i+1)))
	}
}
