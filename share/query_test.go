package share

import (
	"errors"
	"strings"
	"testing"
	"time"

	"overflight/internal/catalogue"
	"overflight/release"
)

func day(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }

// TestSpans: an instant of any number of digits stands for all that begin so, by the calendar.
func TestSpans(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04:05.000", s+"2006-01-02 00:00:00.000"[len(s):])
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for digits, want := range map[string][2]string{
		"2":         {"2000-01-01", "3000-01-01"},
		"20":        {"2000-01-01", "2100-01-01"},
		"2026":      {"2026-01-01", "2027-01-01"},
		"20260":     {"2026-01-01", "2026-10-01"},
		"20261":     {"2026-10-01", "2027-01-01"},
		"202602":    {"2026-02-01", "2026-03-01"},
		"2024022":   {"2024-02-20", "2024-03-01"},
		"2026020":   {"2026-02-01", "2026-02-10"},
		"2026033":   {"2026-03-30", "2026-04-01"},
		"20260301":  {"2026-03-01", "2026-03-02"},
		"202603012": {"2026-03-01 20:00", "2026-03-02"},
	} {
		from, to, ok := span(release.Value{Kind: release.Instant, Text: digits})
		if !ok || !from.Equal(at(want[0])) || !to.Equal(at(want[1])) {
			t.Errorf("%s stands for %v to %v, %v", digits, from, to, ok)
		}
	}
	for _, digits := range []string{"", "x", "20269", "2026023", "20260x"} {
		if from, to, ok := span(release.Value{Kind: release.Instant, Text: digits}); ok {
			t.Errorf("%q stands for %v to %v", digits, from, to)
		}
	}
}

// TestPlacesAreShownNoSmallerThanTheyAre: the edges that are printed hold the cell, and its size is rounded up.
func TestPlacesAreShownNoSmallerThanTheyAre(t *testing.T) {
	t.Parallel()
	words := speak(t, catalogue.English)
	for digits, want := range map[string]string{
		"9s7te6":       "cell 24.88403° N – 24.88953° N, 107.4354° W – 107.4243° W (about 1.2 km × 610 m; 9s7te6)",
		"9s7te":        "cell 24.8730° N – 24.9170° N, 107.4463° W – 107.4023° W (about 4.5 km × 4.9 km; 9s7te)",
		"9":            "cell 0.0° N – 45.0° N, 135.0° W – 90.0° W (about 5100 km × 5000 km; 9)",
		"9s7te6wnbzcc": "24.887980° N, 107.427028° W",
	} {
		f := field{spec: release.FieldSpec{Name: "place"}, state: coarse, value: release.Value{Kind: release.Place, Text: digits}}
		if len(digits) == 12 {
			f.state = shown
		}
		if got := strings.NewReplacer("\u00A0", " ", "\u202F", " ").Replace(f.text(words)); got != want {
			t.Errorf("%s: %q, want %q", digits, got, want)
		}
	}
}

// queries are parameters of a collection, and what is wrong with them; empty: nothing.
var queries = []struct{ name, value, wrong string }{
	{"bbox", "-110,20,-100,30", ""},
	{"bbox", "-110,20,0,-100,30,10", ""},
	{"bbox", "170,-10,-170,10", ""},
	{"bbox", " -1e1 , 2 , 3 , 4 ", ""},
	{"bbox", "", "bbox"},
	{"bbox", "1,2,3,4,5", "bbox"},
	{"bbox", "1,2,Inf,4", "bbox"},
	{"datetime", "2026-03-01t00:00:00z", ""},
	{"datetime", "2026-03-01T00:00:00.5Z/", ""},
	{"datetime", "", "datetime"},
	{"datetime", "/", "datetime"},
	{"datetime", "2026-03-01/2026-03-02/2026-03-03", "datetime"},
	{"datetime", "0000-01-01T00:00:00Z", "datetime"},
	{"limit", "10", ""},
	{"limit", "99999999999999999999999", ""},
	{"limit", "-99999999999999999999999", "limit"},
	{"limit", "+1", "limit"},
	{"offset", "0", ""},
	{"offset", "x", "offset"},
	{"f", "kml", ""},
	{"crs", "x", "crs"},
}

func TestQueries(t *testing.T) {
	t.Parallel()
	for _, x := range queries {
		q, err := parseQuery(map[string][]string{x.name: {x.value}})
		var wrong *QueryError
		switch {
		case x.wrong == "" && err != nil:
			t.Errorf("%s=%s: %v", x.name, x.value, err)
		case x.wrong != "" && (!errors.As(err, &wrong) || wrong.Parameter != x.wrong || wrong.Want == ""):
			t.Errorf("%s=%s: %v", x.name, x.value, err)
		case err == nil && (q.limit < 1 || q.limit > MostPage):
			t.Errorf("%s=%s: a page of %d", x.name, x.value, q.limit)
		}
	}
}

// FuzzQuery: whatever is asked, a page is bounded, what is refused names a parameter, and what is accepted can be asked for again.
func FuzzQuery(f *testing.F) {
	for _, x := range queries {
		f.Add(x.name, x.value)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		given := map[string][]string{name: {value}}
		q, err := parseQuery(given)
		var wrong *QueryError
		if err != nil {
			if !errors.As(err, &wrong) || len(wrong.Got) > 400 || strings.ContainsAny(wrong.Got, "\x00\x1b") {
				t.Fatalf("%q=%q: %v", name, value, err)
			}
			return
		}
		if q.limit < 1 || q.limit > MostPage || q.offset < 0 || q.boxed && (q.box[1] > q.box[3]) || q.dated && !q.from.IsZero() && !q.to.IsZero() && q.to.Before(q.from) {
			t.Fatalf("%q=%q: %+v", name, value, q)
		}
		for _, c := range []byte(q.parameters(given, 7, "json")) {
			if c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '\\' {
				t.Fatalf("%q=%q: a link with %q", name, value, c)
			}
		}
	})
}

// TestWhatIsOfATime: the end of a span is not in it, an instant is.
func TestWhatIsOfATime(t *testing.T) {
	t.Parallel()
	fine := row{fields: []field{{state: shown, value: instant(t, "2026-03-02T00:00:00Z")}}}
	rough := row{fields: []field{{state: coarse, value: release.Value{Kind: release.Instant, Text: "20260302"}}}}
	for _, x := range []struct {
		datetime    string
		fine, rough bool
	}{
		{"2026-03-02T00:00:00Z", true, true},
		{"2026-03-02T12:00:00Z", false, true},
		{"2026-03-03T00:00:00Z", false, false},
		{"../2026-03-01T23:59:59Z", false, false},
		{"../2026-03-02T00:00:00Z", true, true},
		{"2026-03-02T00:00:00Z/..", true, true},
		{"2026-03-03T00:00:00Z/..", false, false},
	} {
		q, err := parseQuery(map[string][]string{"datetime": {x.datetime}})
		if err != nil {
			t.Fatal(err)
		}
		if got := q.takes(&fine); got != x.fine {
			t.Errorf("%s takes an instant: %v", x.datetime, got)
		}
		if got := q.takes(&rough); got != x.rough {
			t.Errorf("%s takes a day: %v", x.datetime, got)
		}
	}
	if _, end, _ := rough.during(); !end.Equal(day(3)) {
		t.Error(end)
	}
}
