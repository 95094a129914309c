package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEmbeddedFileIsReproducible builds the file again from its published source.
func TestEmbeddedFileIsReproducible(t *testing.T) {
	source := os.Getenv("OVERFLIGHT_BOUNDARY_SOURCE")
	if source == "" {
		t.Skip("OVERFLIGHT_BOUNDARY_SOURCE is not set: the embedded file is not built again")
	}
	if testing.Short() {
		t.Skip("-short: the embedded file is not built again")
	}
	t.Parallel()
	out := filepath.Join(t.TempDir(), "boundaries.bin")
	var report bytes.Buffer
	if err := run([]string{"-source", source, "-out", out}, &report); err != nil {
		t.Fatal(err)
	}
	t.Log(report.String())
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../internal/atlas/boundaries.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("built %d bytes that differ from the %d embedded ones", len(got), len(want))
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	other := filepath.Join(t.TempDir(), "other.json")
	if err := os.WriteFile(other, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-source", "missing.json"}, "missing.json"},
		{[]string{"-source", other}, "SHA-256"},
		{[]string{"-compare", "missing.json"}, "missing.json"},
		{[]string{"-compare", other}, "no feature"},
	} {
		if err := run(c.args, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want an error with %q", c.args, err, c.want)
		}
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := run([]string{"-geojson", dir}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "MEX.geojson"))
	if err != nil || !bytes.Contains(b, []byte("ODbL")) {
		t.Errorf("MEX.geojson: %d bytes, %v", len(b), err)
	}
}
