package survey

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"overflight/coverage"
)

// TestTheDocumentHasTheNumbers holds the tables of docs/sites.md to what is reckoned with.
func TestTheDocumentHasTheNumbers(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../docs/sites.md")
	if err != nil {
		t.Fatal(err)
	}
	r := newRates(coverage.WholeCap)
	for _, c := range Classes() {
		name := strings.ReplaceAll(string(c), "-", " ")
		want := fmt.Sprintf(`\| %s \| %.2f \| %.2f \| [^|]+ \| %.1f \|`, name, signs[c].laboratory, signs[c].other, r.Ratio("A", c))
		if !regexp.MustCompile(want).Match(b) {
			t.Errorf("docs/sites.md has no row %s", want)
		}
	}
	for _, want := range []string{
		fmt.Sprintf("| %.2f, %.2f, %.2f | most of what a first report shows is nothing; among what is there, ordinary uses are commoner | %.0f |", places[0], places[1], places[2], weightPlaces),
		fmt.Sprintf("| %.2f | detectors are tuned for it, and shadow and angle take the rest | %.0f |", defaultSeen.Mean(), defaultSeen.Yes+defaultSeen.No),
		fmt.Sprintf("| %.2f | one place in twenty looks like it is not | %.0f |", defaultFalse.Mean(), defaultFalse.Yes+defaultFalse.No),
		fmt.Sprintf("none above %.2f, all together with %.2f at most", coverage.FrameCap, coverage.WholeCap),
		fmt.Sprintf("%.0f m (one standard deviation, each axis)", Extent),
		"without a pause of ten minutes",
		fmt.Sprintf("right %.0f times in 100", 100*sureness),
	} {
		if !strings.Contains(strings.Join(strings.Fields(string(b)), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("docs/sites.md does not say %q", want)
		}
	}
	if PassGap.Minutes() != 10 {
		t.Errorf("docs/sites.md says that a pass has no pause of ten minutes, it is %s", PassGap)
	}
}
