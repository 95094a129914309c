package scenario

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/internal/catalogue"
)

// TestEveryKeywordHasOneSpellingInEachLanguage: both directions, as they are read: without accents and capitals.
func TestEveryKeywordHasOneSpellingInEachLanguage(t *testing.T) {
	t.Parallel()
	for _, l := range catalogue.Languages() {
		x := lexicons[l]
		if len(x.words) != len(keywords) || len(x.spelled) != len(keywords) {
			t.Errorf("%s: %d spellings and %d words of %d keywords", l, len(x.words), len(x.spelled), len(keywords))
		}
		for _, k := range keywords {
			s := k.spelling(l)
			for _, written := range []string{s, strings.ToUpper(s), fold(s)} {
				if got := x.words[fold(written)]; got != k.Word {
					t.Errorf("%s: %q is %q, want %q", l, written, got, k.Word)
				}
			}
			if x.spelled[k.Word] != s || strings.TrimSpace(s) != s || s == "" {
				t.Errorf("%s: %q is spelled %q, want %q", l, k.Word, x.spelled[k.Word], s)
			}
		}
	}
}

// TestTheGrammarSpeaksInKeywords: every word of the grammar is in the table, and every keyword is used.
func TestTheGrammarSpeaksInKeywords(t *testing.T) {
	t.Parallel()
	used := map[Word]bool{"refused": true, "around": true, "along": true, "to": true}
	for w, g := range grammar {
		used[w] = true
		seen := map[Word]bool{}
		for _, c := range g.clauses {
			if used[c.word] = true; seen[c.word] {
				t.Errorf("%s has %q twice", w, c.word)
			}
			seen[c.word] = true
		}
	}
	for _, words := range choices {
		for _, w := range words {
			used[w] = true
		}
	}
	for w := range used {
		if lexicons[catalogue.Spanish].spelled[w] == "" {
			t.Errorf("%q is not in the table", w)
		}
	}
	for _, k := range keywords {
		if !used[k.Word] {
			t.Errorf("%q is used by nothing", k.Word)
		}
	}
}

var row = regexp.MustCompile("^\\| `[^`]+` \\| `[^`]+` \\|$")

// TestTheManualsHaveTheTable: the table of the manuals is that of the package.
func TestTheManualsHaveTheTable(t *testing.T) {
	t.Parallel()
	for file, spanish := range map[string]bool{"../../docs/scenarios.md": false, "../../docs/es/escenarios.md": true} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, k := range keywords {
			first, second := string(k.Word), k.Spanish
			if spanish {
				first, second = second, first
			}
			want = append(want, fmt.Sprintf("| `%s` | `%s` |", first, second))
		}
		for line := range strings.SplitSeq(string(b), "\n") {
			if row.MatchString(line) {
				got = append(got, line)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got): %s", file, d)
		}
	}
}
