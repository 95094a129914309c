package share

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"overflight/release"
)

// sums are the digests of what is written, a line for each format.
func sums(t *testing.T) string {
	t.Helper()
	files := everything(t, []*release.Product{forOffice(t, sinaloa(t)), drawnAt(t, sinaloa(t), 6)}, spanish(t))
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&out, "%x %s\n", sha256.Sum256(files[name]), name)
	}
	return out.String()
}

// TestElsewhereAreTheSameBytes: another process, in another time zone, language and folder for temporary files, writes the same.
func TestElsewhereAreTheSameBytes(t *testing.T) {
	t.Parallel()
	const asked = "OVERFLIGHT_WRITE_ELSEWHERE"
	if file := os.Getenv(asked); file != "" {
		if err := os.WriteFile(file, []byte(sums(t)), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	here := sums(t)
	file := t.TempDir() + "/sums"
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestElsewhereAreTheSameBytes$")
	cmd.Env = append(os.Environ(), asked+"="+file, "TZ=Asia/Kathmandu", "LANG=ar_EG.UTF-8", "LC_ALL=ar_EG.UTF-8", "TMPDIR="+t.TempDir(), "GOMAXPROCS=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	there, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(there, []byte(here)) {
		t.Errorf("here:\n%sthere:\n%s", here, there)
	}
}
