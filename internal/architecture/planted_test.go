package architecture

import (
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A test that cannot fail is a defect: each rule is shown one planted fault.

func TestClockIsFoundUnderAnyName(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		src  string
		want []string
	}{
		"plain":   {`package p; import "time"; var x = time.Now()`, []string{"time.Now"}},
		"renamed": {`package p; import t "time"; var x = t.NewTicker(1)`, []string{"time.NewTicker"}},
		"value":   {`package p; import "time"; var f = time.After`, []string{"time.After"}},
		"dot":     {`package p; import . "time"; var x = Now()`, []string{"a dot import of time"}},
		"none":    {`package p; import "time"; var x = time.Unix(0, 0)`, nil},
		"other":   {`package p; import "x/clock"; var x = clock.Now()`, nil},
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "p.go", tc.src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tc.want, clockUses(f)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"WeaponLoad":    {"weapon", "load"},
		"Personnel":     {"personnel"},
		"HTTPServerAPI": {"http", "server", "api"},
		"from_limit":    {"from", "limit"},
	} {
		if got := words(name); !slices.Equal(got, want) {
			t.Errorf("words(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestAllowedPatterns(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		patterns []string
		path     string
		want     bool
	}{
		{[]string{"geodesy"}, "geodesy", true},
		{[]string{"format/..."}, "format/misb/st0601", true},
		{[]string{"format/..."}, "formats", false},
		{[]string{"..."}, "anything", true},
		{nil, "geodesy", false},
	} {
		if got := allowed(tc.patterns, tc.path); got != tc.want {
			t.Errorf("allowed(%v, %q) = %v", tc.patterns, tc.path, got)
		}
	}
}
