package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// TestDocumentLinks: every link in a document leads somewhere in the tree, and no document outgrows
// its purpose.
func TestDocumentLinks(t *testing.T) {
	t.Parallel()
	docs, err := filepath.Glob("../../*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"../../docs/*.md", "../../docs/es/*.md"} {
		more, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, more...)
	}
	if len(docs) < 4 {
		t.Fatalf("only %d documents found", len(docs))
	}
	for _, doc := range docs {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); filepath.Base(doc) == "README.md" && lines > 120 {
			t.Errorf("README.md has %d lines, at most 120", lines)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", filepath.Base(doc), m[1])
			}
		}
	}
}

// TestGlossaryNamesExist: the code column of the glossary names what the code has.
func TestGlossaryNamesExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../GLOSSARY.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	for _, p := range packages(t) {
		declared[p.Name] = true
		for _, f := range files(t, p) {
			for _, name := range exported(f.ast) {
				declared[p.Name+"."+name] = true
			}
		}
	}
	names := regexp.MustCompile("\\| `([a-z0-9]+(?:\\.[A-Za-z]+)?)` \\|\n").FindAllStringSubmatch(string(text), -1)
	if len(names) < 10 {
		t.Fatalf("only %d names found in the glossary", len(names))
	}
	for _, m := range names {
		if !declared[m[1]] {
			t.Errorf("the glossary names %s, which the code does not have", m[1])
		}
	}
}

// TestStandardsNameTests: the tests that docs/standards.md names exist.
func TestStandardsNameTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/standards.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	if err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(source), -1) {
			declared[m[1]] = true
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(text), -1)
	if len(named) < 20 {
		t.Fatalf("only %d tests named", len(named))
	}
	for _, m := range named {
		if !declared[m[1]] {
			t.Errorf("docs/standards.md names %s, which does not exist", m[1])
		}
	}
}
