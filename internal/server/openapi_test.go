package server

import (
	"flag"
	"net/http"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write api/openapi.yaml anew")

// TestDescription holds api/openapi.yaml to what the server does: clients are made from it.
func TestDescription(t *testing.T) {
	t.Parallel()
	got, err := Describe(http.NewServeMux(), "1", &api{}).OpenAPI().YAML()
	if err != nil {
		t.Fatal(err)
	}
	const file = "../../api/openapi.yaml"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("api/openapi.yaml is another: run go test ./internal/server -update\n%s", diff)
	}
}
