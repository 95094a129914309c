package designations

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/designation"
)

func TestTheSixAndTheirDates(t *testing.T) {
	t.Parallel()
	all, err := Notices()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range all {
		got = append(got, n.Key.ID+" "+n.Key.Programme)
		for _, d := range []struct {
			what string
			at   time.Time
			want string
		}{
			{"signed", n.Signed, "2025-02-06T05:00:00Z"},
			{"public", n.Public, "2025-02-19T05:00:00Z"},
			{"published", n.Published, "2025-02-20T05:00:00Z"},
			{"effective", n.Effective, "2025-02-20T05:00:00Z"},
		} {
			if d.at.Format(time.RFC3339) != d.want {
				t.Errorf("%s %s %v", n.ID, d.what, d.at)
			}
		}
		if n.Relation != designation.RelationDesignated || n.Name == "" || !strings.Contains(n.Citation, "2025-02873") || !strings.Contains(n.Convention, "05:00Z") || !Shipped(n.FactFile) {
			t.Errorf("%+v", n)
		}
	}
	want := []string{}
	for _, id := range []string{"10386", "11438", "11440", "17671", "39376", "52892"} {
		want = append(want, id+" FTO", id+" SDGT")
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestLookAlikesAreNotInIt(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"11439", "52435", "17672"} {
		if bytes.Contains(File(), []byte(id)) {
			t.Errorf("%s is in the fact file", id)
		}
	}
}

// TestItSaysWhatIsNotEstablished: nothing is invented where the sources are silent.
func TestItSaysWhatIsNotEstablished(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"the page number of the notice", "SDGT have a notice of their own, and its number", "the hour of public inspection", "00:00 America/New_York"} {
		if !bytes.Contains(File(), []byte(s)) {
			t.Errorf("the file does not say: %s", s)
		}
	}
}

func TestTheOffsetIsThatOfNewYork(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skipf("NOT CHECKED: no time zones on this machine: %v", err)
	}
	all, err := Notices()
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2025, 2, 20, 0, 0, 0, 0, zone); !all[0].Effective.Equal(want) {
		t.Errorf("%v, want %v", all[0].Effective, want)
	}
}

func TestABrokenFileIsOneLine(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"half":           file[:len(file)/2],
		"unknown member": bytes.Replace(file, []byte(`"title"`), []byte(`"titel"`), 1),
		"a day":          bytes.Replace(file, []byte(`"2025-02-06"`), []byte(`"6 February"`), 1),
		"a programme":    bytes.Replace(file, []byte(`"FTO"`), []byte(`"FTO] [SDGT"`), 1),
		"more":           slices.Concat(file, []byte("{}")),
	} {
		if all, err := notices(b); err == nil || all != nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := bytes.Replace(file, []byte("11440"), []byte("11439"), 1)
	all, err := notices(other)
	if err != nil {
		t.Fatal(err)
	}
	if Shipped(all[0].FactFile) {
		t.Error("a file that was altered counts as shipped")
	}
}
