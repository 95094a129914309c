package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestRowsMeasuredAgainTakeTheirPlaces(t *testing.T) {
	all := []section{
		{"A", []row{{what: "one", ours: value{"one", 1, "s"}}, {what: "the same", ours: value{"two", 1, "s"}}}},
		{"B", []row{{what: "the same", ours: value{"three", 1, "s"}}}},
	}
	var b bytes.Buffer
	render(&b, measurements{"one": 1, "two": 2, "three": 3}, all)
	got, err := renewed(b.String(), measurements{"two": 22}, all, "Again.")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(b.String(), "| the same | 2 s |", "| the same | 22 s |", 1)
	want = strings.Replace(want, "\n\n## A", "\n\nAgain.\n\n## A", 1)
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got, err := renewed(strings.Split(b.String(), "\n## B")[0], measurements{"three": 33}, all, "Again."); err != nil || !strings.Contains(got, "\n## B\n") || !strings.Contains(got, "| 33 s |") {
		t.Errorf("a section that is new: %s %v", got, err)
	}
	for _, broken := range []string{strings.Replace(b.String(), "## B", "## C", 1), strings.Replace(b.String(), "| one", "| none |\n| one", 1)} {
		if _, err := renewed(broken, measurements{"two": 22}, all, ""); err == nil {
			t.Errorf("taken: %q", broken)
		}
	}
}
