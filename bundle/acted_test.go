package bundle_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/bundle"
	"overflight/bundle/bundletest"
	"overflight/transparency"
)

// TestActs: what was in the log before the flight and what came after; nothing where nothing is proven.
func TestActs(t *testing.T) {
	t.Parallel()
	f := newForger(t)
	act := func(kind, id string) said {
		return said{transparency.KindAuthorisation, f.canonical(map[string]any{
			"act": kind, "id": id, "by": "rosa", "document": json.RawMessage(`{"reference":"SRE-1"}`), "signatures": []any{}, "event": "act.recorded",
		})}
	}
	flown := said{transparency.KindSortie, fmt.Sprintf(`{"event":"flight.opened","flight":%q}`, bundletest.Flight)}
	sealed := f.history(said{transparency.KindAuthorisation, `{"a":1}`}, act("clearance.given/v1", "MEX-1"), flown, act("clearance.revoked/v1", "MEX-1"))
	p, err := transparency.ParsePolicy([]byte(f.policy(2)))
	f.must(err)
	acts, began, ok := check(sealed, p).Acts()
	want := []bundle.Acted{
		{Index: 1, Act: "clearance.given/v1", ID: "MEX-1", Earlier: true, Document: true},
		{Index: 3, Act: "clearance.revoked/v1", ID: "MEX-1", Document: true},
	}
	if d := cmp.Diff(want, acts); d != "" || began != 2 || !ok {
		t.Errorf("began at %d, %v: %s", began, ok, d)
	}
	acts, _, ok = check(f.history(act("clearance.given/v1", "MEX-1")), p).Acts()
	if len(acts) != 1 || acts[0].Earlier || ok {
		t.Errorf("without a leaf of the flight: %+v, %v", acts, ok)
	}
	// What is shown of the clearance is another.
	changed := bytes.Replace(sealed, []byte(base64.StdEncoding.EncodeToString([]byte(act("clearance.given/v1", "MEX-1").body))),
		[]byte(base64.StdEncoding.EncodeToString([]byte(act("clearance.given/v1", "MEX-2").body))), 1)
	if bytes.Equal(changed, sealed) {
		t.Fatal("the clearance is not in the bundle as an opening has it")
	}
	if r := check(changed, p); r.Verified() {
		t.Error("a changed act is verified")
	} else if acts, _, _ := r.Acts(); len(acts) != 0 {
		t.Errorf("a report that failed lists %+v", acts)
	}
}
