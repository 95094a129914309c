package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"overflight/internal/app"

	"overflight/airspace"
)

var boundaries = sync.OnceValues(func() ([]airspace.DatedLine, error) { return app.Lines(nil) })

func config(t testing.TB, folder string) Config {
	t.Helper()
	lines, err := boundaries()
	if err != nil {
		t.Fatal(err)
	}
	return Config{Lines: lines, Open: func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(folder, name)) }}
}

func tell(t *testing.T, file string) *Result {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(filepath.Base(file), b)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(s, config(t, filepath.Dir(file)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestScenarios runs every story of this package and of the documents.
func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"testdata", "../../docs/scenarios"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.scenario"))
		if err != nil || len(files) < 2 {
			t.Fatalf("%s has %d scenarios: %v", folder, len(files), err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				r := tell(t, file)
				if len(r.Checks) == 0 {
					t.Error("it expects nothing")
				}
				for _, c := range r.Checks {
					if !c.Pass {
						t.Errorf("line %d: expected %s; came %s\n  %s", c.Line, c.Want, c.Got, strings.Join(c.Reasons, "\n  "))
					}
				}
			})
		}
	}
}
