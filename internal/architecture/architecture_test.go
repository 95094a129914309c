package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

const module = "overflight"

// pkg is what `go list` says of one package of this module.
type pkg struct {
	ImportPath string
	Dir        string
	Name       string
	GoFiles    []string
	Imports    []string
}

func (p pkg) path() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// pure reports whether the package may touch nothing but its arguments.
func (p pkg) pure() bool {
	return !strings.HasPrefix(p.path(), "internal/") && !strings.HasPrefix(p.path(), "cmd/") && p.path() != "web" // the page as it was built
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Name,GoFiles,Imports", module+"/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	var all []pkg
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
	if len(all) < 5 {
		t.Fatalf("only %d packages found", len(all))
	}
	return all
}

var row = regexp.MustCompile("^\\| `([^`]+)` \\| (.*) \\|$")

// table reads the import table out of ARCHITECTURE.md.
func table(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for line := range strings.SplitSeq(string(text), "\n") {
		m := row.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if _, twice := rows[m[1]]; twice {
			t.Errorf("ARCHITECTURE.md: %s has two rows", m[1])
		}
		rows[m[1]] = []string{}
		for f := range strings.FieldsSeq(m[2]) {
			if f != "-" {
				rows[m[1]] = append(rows[m[1]], strings.Trim(f, "`"))
			}
		}
	}
	return rows
}

func allowed(patterns []string, path string) bool {
	for _, p := range patterns {
		if p == "..." || p == path {
			return true
		}
		if prefix, ok := strings.CutSuffix(p, "/..."); ok && (path == prefix || strings.HasPrefix(path, prefix+"/")) {
			return true
		}
	}
	return false
}

func TestImports(t *testing.T) {
	t.Parallel()
	rows := table(t)
	seen := map[string]bool{}
	for _, p := range packages(t) {
		seen[p.path()] = true
		permitted, ok := rows[p.path()]
		if !ok {
			t.Errorf("%s has no row in ARCHITECTURE.md", p.path())
			continue
		}
		for _, imp := range p.Imports {
			if inner, ok := strings.CutPrefix(imp, module+"/"); ok && !allowed(permitted, inner) {
				t.Errorf("%s imports %s, which its row in ARCHITECTURE.md does not allow", p.path(), inner)
			}
		}
	}
	for path := range rows {
		if !seen[path] {
			t.Errorf("ARCHITECTURE.md has a row for %s, which does not exist", path)
		}
	}
}

// banned is what a pure package may not import, with all below it.
var banned = []string{"os", "net", "database/sql", "log", "syscall", "unsafe", "embed", "math/rand", "crypto/rand"}

// clock is what a pure package may not call: the instant is an argument.
var clock = map[string]bool{
	"Now": true, "Since": true, "Until": true, "After": true, "AfterFunc": true,
	"Tick": true, "NewTimer": true, "NewTicker": true, "Sleep": true,
}

func TestPurity(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !p.pure() {
			continue
		}
		for _, imp := range p.Imports {
			for _, b := range banned {
				if imp == b || strings.HasPrefix(imp, b+"/") {
					t.Errorf("%s is pure and imports %s", p.path(), imp)
				}
			}
		}
		for _, f := range files(t, p) {
			for _, fault := range clockUses(f.ast) {
				t.Errorf("%s: %s in a pure package: take the instant as an argument", f.name, fault)
			}
		}
	}
}

// clockUses finds the clock however the time package was named on import.
func clockUses(f *ast.File) []string {
	name := ""
	for _, imp := range f.Imports {
		if imp.Path.Value == `"time"` {
			name = "time"
			if imp.Name != nil {
				name = imp.Name.Name
			}
		}
	}
	var faults []string
	switch name {
	case "":
		return nil
	case ".":
		return []string{"a dot import of time"}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && clock[sel.Sel.Name] {
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == name {
				faults = append(faults, "time."+sel.Sel.Name)
			}
		}
		return true
	})
	return faults
}

type file struct {
	name  string
	ast   *ast.File
	lines int
}

func files(t *testing.T, p pkg) []file {
	t.Helper()
	var all []file
	for _, name := range p.GoFiles {
		fset := token.NewFileSet()
		path := filepath.Join(p.Dir, name)
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file{name: p.path() + "/" + name, ast: f, lines: fset.Position(f.End()).Line})
	}
	return all
}

// vague are package names that collect vague things.
var vague = map[string]bool{
	"util": true, "utils": true, "common": true, "helpers": true, "helper": true, "defs": true, "models": true,
	"types": true, "core": true, "base": true, "manager": true, "misc": true, "shared": true,
}

// refused are the words that name what this project does not build. A standard may name its items
// so, and format/misb and authority may say what a standard or a stream says.
var refused = map[string]bool{
	"weapon": true, "weapons": true, "person": true, "persons": true, "strike": true, "engage": true, "munition": true,
	"munitions": true, "kill": true, "aim": true, "aimpoint": true, "lethal": true, "face": true, "gait": true, "plate": true,
}

func TestNames(t *testing.T) {
	t.Parallel()
	names := map[string]string{}
	for _, p := range packages(t) {
		if strings.ContainsAny(p.Name, "_-") || vague[p.Name] {
			t.Errorf("%s: package name %q says nothing", p.path(), p.Name)
		}
		if p.Name != "main" {
			if other, twice := names[p.Name]; twice {
				t.Errorf("two packages are named %s: %s and %s", p.Name, other, p.path())
			}
			names[p.Name] = p.path()
		}
		for _, f := range files(t, p) {
			if f.lines > 600 {
				t.Errorf("%s has %d lines: more than one idea", f.name, f.lines)
			}
			if filepath.Base(f.name) == "main.go" && f.lines > 100 {
				t.Errorf("%s has %d lines, at most 100", f.name, f.lines)
			}
			mayName := strings.HasPrefix(p.path(), "format/misb") || p.path() == "authority"
			checkDeclarations(t, p, f, mayName)
		}
	}
}

// checkDeclarations looks at every declared name and every JSON name of a file.
func checkDeclarations(t *testing.T, p pkg, f file, mayName bool) {
	t.Helper()
	check := func(name string) {
		if mayName {
			return
		}
		for _, w := range words(name) {
			if refused[w] {
				t.Errorf("%s: %q uses the refused word %q", f.name, name, w)
			}
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch d := n.(type) {
		case *ast.FuncDecl:
			check(d.Name.Name)
			if d.Recv == nil && d.Name.Name == "init" {
				t.Errorf("%s has an init()", f.name)
			}
		case *ast.TypeSpec:
			check(d.Name.Name)
			if d.Name.IsExported() && p.Name != "main" {
				if w := words(d.Name.Name); len(w) > 1 && w[0] == p.Name {
					t.Errorf("%s: %s.%s stutters", f.name, p.Name, d.Name.Name)
				}
			}
		case *ast.ValueSpec:
			for _, id := range d.Names {
				check(id.Name)
			}
		case *ast.Field:
			for _, id := range d.Names {
				check(id.Name)
			}
			if d.Tag != nil {
				if tag, err := strconv.Unquote(d.Tag.Value); err == nil {
					check(strings.NewReplacer(`"`, " ", "_", " ", ":", " ").Replace(tag))
				}
			}
		}
		return true
	})
}

// words splits a name at camel-case bounds and punctuation, in lower case: whole words, so that
// "Personnel" is not "person".
func words(name string) []string {
	var out []string
	var cur []rune
	flush := func() {
		if len(cur) > 0 {
			out = append(out, strings.ToLower(string(cur)))
			cur = nil
		}
	}
	rs := []rune(name)
	for i, r := range rs {
		switch {
		case !unicode.IsLetter(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(rs[i-1]) || (i+1 < len(rs) && unicode.IsLower(rs[i+1]))):
			flush()
		}
		cur = append(cur, r)
	}
	flush()
	return out
}

// exported lists the exported package-level names of a file.
func exported(f *ast.File) []string {
	var names []string
	add := func(id *ast.Ident) {
		if id.IsExported() {
			names = append(names, id.Name)
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					add(s.Name)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						add(id)
					}
				}
			}
		}
	}
	return names
}
