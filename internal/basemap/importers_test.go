package basemap

import (
	"os/exec"
	"strings"
	"testing"
)

// TestOnlyTheReportImportsIt: the land is for drawing, so nothing that decides anything may know it.
func TestOnlyTheReportImportsIt(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "overflight/...").Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		for _, imp := range words[1:] {
			if imp != "overflight/internal/basemap" {
				continue
			}
			seen++
			if p := words[0]; p != "overflight/internal/report" && p != "overflight/internal/basemap/build" {
				t.Errorf("%s imports the land, which is for drawing only", p)
			}
		}
	}
	if seen == 0 {
		t.Error("nothing imports the land")
	}
}
