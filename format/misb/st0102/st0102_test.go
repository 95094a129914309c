package st0102

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/format/misb"
)

const complete = "01010102010d03042f2f555304022f2f050b544553542d4341564541540602555307074b6974776172650804544553540904544553540a08" +
	"31393730303130310b012e0c010d0d04005500530e04544553541602000c170a313937302d30312d3031180a313937302d30312d3031"

var sets = []struct {
	name, hex string
	countries []string
	ascii     bool
	codes     []evidence.Code
}{
	{"every item", complete, []string{"US"}, false, nil},
	{"ASCII countries", "010101020101 03042f2f5553 0c0101 0d025553", []string{"US"}, true, []evidence.Code{CodeCountries}},
	{"two countries", "010105 02010e 03052f2f555341 0c010e 0d0e005500530041003b004d00450058", []string{"USA", "MEX"}, false, nil},
	{"undefined codes", "010109 020163 03042f2f5553 0c01ff 0d0400550053", []string{"US"}, false, []evidence.Code{CodeUndefined, CodeUndefined, CodeUndefined}},
	{"wrong lengths", "01020101 020101 03042f2f5553 0c0101 0d0300550a 160101", nil, false, []evidence.Code{CodeLength, CodeLength, CodeLength}},
	{"duplicate", "010101 010102 020101 03042f2f5553 0c0101 0d0400550053", []string{"US"}, false, []evidence.Code{CodeDuplicate}},
	{"unknown tag", "010101 020101 03042f2f5553 0c0101 0d0400550053 8100011f", []string{"US"}, false, []evidence.Code{CodeUnknown}},
	{"bad text", "010101 020101 0302ff31 0c0101 0d0400550053", []string{"US"}, false, []evidence.Code{CodeText}},
	{"truncated", "010101 020101 03042f2f5553 0c0101 0d0400550053 0a08313233", []string{"US"}, false, []evidence.Code{CodeTruncated}},
	{"only a tag", "01", nil, false, []evidence.Code{CodeTruncated, CodeIncomplete, CodeIncomplete, CodeIncomplete, CodeIncomplete, CodeIncomplete}},
	{"empty", "", nil, false, []evidence.Code{CodeIncomplete, CodeIncomplete, CodeIncomplete, CodeIncomplete, CodeIncomplete}},
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, c := range sets {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := Decode(unhex(t, c.hex))
			codes, ascii, _ := s.ObjectCountries()
			if diff := cmp.Diff(c.countries, codes); diff != "" || ascii != c.ascii {
				t.Errorf("countries (ASCII %v): %s", ascii, diff)
			}
			var got []evidence.Code
			for _, d := range s.Defects {
				got = append(got, d.Code)
			}
			if diff := cmp.Diff(c.codes, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryItem(t *testing.T) {
	t.Parallel()
	raw := unhex(t, complete)
	s := Decode(raw)
	if c, ok := s.Classification(); !ok || c != Unclassified {
		t.Errorf("classification %v %v", c, ok)
	}
	if m, ok := s.CountryMethod(); !ok || m != GENCTwoLetter {
		t.Errorf("method %v %v", m, ok)
	}
	if country, ok := s.ClassifyingCountry(); !ok || country != "US" {
		t.Errorf("classifying country %q %v", country, ok)
	}
	if to, ok := s.ReleasableTo(); !ok || len(to) != 1 || to[0] != "US" {
		t.Errorf("releasable to %q %v", to, ok)
	}
	if v, ok := s.Version(); !ok || v != 12 {
		t.Errorf("version %d %v", v, ok)
	}
	if _, ok := s.Text(TagVersion); ok {
		t.Error("the version is no text")
	}
	if !bytes.Equal(s.AppendLocal(nil), raw) {
		t.Errorf("encodes to % x", s.AppendLocal(nil))
	}
	for _, item := range s.Describe().Items {
		if item.Name == "" || item.Value == nil {
			t.Errorf("item %s: %q %v", item.Key, item.Name, item.Value)
		}
		if _, unknown := item.Value.(misb.Unknown); unknown {
			t.Errorf("item %s: %v", item.Key, item.Value)
		}
	}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	var s Set
	s.SetClassification(Unclassified)
	s.SetCountryMethod(GENCThreeLetter)
	s.SetText(TagClassifyingCountry, "//USA")
	s.SetObjectCountries(GENCThreeLetter, "USA", "MEX")
	s.SetVersion(12)
	s.SetVersion(13)
	got := Decode(s.AppendLocal(nil))
	if len(got.Defects) != 0 {
		t.Error(got.Defects)
	}
	codes, ascii, ok := got.ObjectCountries()
	if diff := cmp.Diff([]string{"USA", "MEX"}, codes); diff != "" || ascii || !ok {
		t.Error(diff, ascii, ok)
	}
	if v, _ := got.Version(); v != 13 {
		t.Errorf("version %d", v)
	}
	if v, ok := new(Set).Version(); v != 3 || !ok {
		t.Errorf("version of a set without item 22: %d", v)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range sets {
		f.Add(unhex(f, c.hex))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		s := Decode(value)
		s.Describe()
		s.ObjectCountries()
		again := Decode(s.AppendLocal(nil))
		if len(again.Fields) != len(s.Fields) {
			t.Fatalf("%d fields become %d", len(s.Fields), len(again.Fields))
		}
		for i := range s.Fields {
			if s.Fields[i].Tag != again.Fields[i].Tag || !bytes.Equal(s.Fields[i].Raw, again.Fields[i].Raw) {
				t.Fatalf("field %d: %v becomes %v", i, s.Fields[i], again.Fields[i])
			}
		}
	})
}
