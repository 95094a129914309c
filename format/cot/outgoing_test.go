package cot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var refusals = map[string]string{
	"b-m-p-t": RuleTargets, "b-m-p-t-x": RuleTargets, "b-m-p-tx": RuleTargets, "B-M-P-T": RuleTargets, "b-m-p-a": RuleDesignated, "b-m-p-a-i": RuleDesignated, "t-k": RuleTasking, "t-k-d": RuleTasking, "t-ka": RuleTasking,
	"a-h-G": RuleHostile, "a-h": RuleHostile, "A-H-g-U-C": RuleHostile,
	"a-f-G-U-C": RulePeople, "a-f-G-U-C-I": RulePeople, "a-u-g-u-c": RulePeople, "a-n-G-U-Cx": RulePeople,
	"": RuleForm, " a-h-G": RuleForm, "a-.-G": RuleForm, "a-h-G\n": RuleForm, "a--h": RuleForm, "a-f-А": RuleForm,

	"a-f-A-M-F-Q": "", "a-u-G": "", "b-m-p-s-p-i": "", "b-m-p-s-m": "", "b-m-p-s-p-loc": "", "u-d-f": "", "t-x-d-d": "", "t-x-c-t-r": "", "t-x-takp-v": "", "a-n-A-C-F-q": "", "a-f-G-U": "", "a-u-G-E-C": "", "a": "",
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for kind, want := range refusals {
		if rule, refused := Refusal(kind); rule != want || refused != (want != "") {
			t.Errorf("%q: %q %v, want %q", kind, rule, refused, want)
		}
		e := Event{UID: "u", Type: kind, How: "m-g", Time: time.Unix(1, 0), Start: time.Unix(1, 0), Stale: time.Unix(2, 0)}
		_, asXML := e.AppendOutgoingXML(nil)
		_, asFrame := e.AppendOutgoingFrame(nil)
		for _, err := range []error{asXML, asFrame} {
			var refused *RefusedError
			if errors.As(err, &refused) != (want != "") || want == "" && err != nil {
				t.Errorf("%q: %v", kind, err)
			}
		}
	}
}

// A link can bring what the event itself does not.
func TestRefusalsWithin(t *testing.T) {
	t.Parallel()
	for detail, want := range map[string]bool{
		`<link uid="x" type="a-f-G-U-C" relation="p-p"/>`: true, `<a><b Type="a-h-G"/></a>`: true, `<link type=" t-k"/>`: true, `<x:link xmlns:x="y" x:type="b-m-p-t"/>`: true,
		`<link uid="x" type="a-u-G" relation="p-p"/>`: false, `<sensor type="r-e"/>`: false, `<remarks>type="a-h-G"</remarks>`: false,
	} {
		e := Event{UID: "u", Type: "a-u-G", How: "m-g", Time: time.Unix(1, 0), Start: time.Unix(1, 0), Stale: time.Unix(2, 0), Detail: []byte(detail)}
		for _, appended := range []func([]byte) ([]byte, error){e.AppendOutgoingXML, e.AppendOutgoingFrame} {
			b, err := appended(nil)
			if (err != nil) != want || want && len(b) > 0 {
				t.Errorf("%s: %v, %d bytes", detail, err, len(b))
			}
		}
	}
	e := Event{UID: "u", Type: "a-u-G", Detail: []byte("<open>")}
	if err := e.Outgoing(); err == nil {
		t.Error("a detail that nobody can read")
	}
}

// Nothing outside this package writes events in any other way than those that refuse.
func TestEveryOutputRefuses(t *testing.T) {
	t.Parallel()
	written := regexp.MustCompile(`\.AppendXML\(|cot\.Message\{|cot\.AppendFrame\(`)
	refusing := 0
	for _, root := range []string{"../../share", "../../internal", "../../cmd", "../../release"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			if m := written.Find(b); m != nil && strings.Contains(string(b), `"overflight/format/cot"`) {
				t.Errorf("%s has %s: what goes out is appended by AppendOutgoingXML or AppendOutgoingFrame", path, m)
			}
			refusing += strings.Count(string(b), ".AppendOutgoing")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if refusing < 4 {
		t.Errorf("only %d places that write events were found", refusing)
	}
}
