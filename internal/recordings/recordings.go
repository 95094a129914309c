// Package recordings finds the outside recordings that tests are held against. They belong to others
// and are not in this repository: OVERFLIGHT_SAMPLES names the folder that holds them. Only tests
// import this package.
package recordings

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the path of a recording. Where it is not there the test is skipped and says so; with
// OVERFLIGHT_REQUIRE_SAMPLES=1 it fails.
func Path(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("OVERFLIGHT_SAMPLES")
	path := filepath.Join(dir, filepath.FromSlash(name))
	if dir != "" {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	if os.Getenv("OVERFLIGHT_REQUIRE_SAMPLES") == "1" {
		t.Fatalf("OVERFLIGHT_REQUIRE_SAMPLES is 1 and %s is not in OVERFLIGHT_SAMPLES=%q", name, dir)
	}
	t.Skipf("NOT CHECKED: OVERFLIGHT_SAMPLES=%q holds no %s", dir, name)
	return ""
}

// Read returns the bytes of a recording.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
