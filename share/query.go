package share

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The bounds of a page of records.
const (
	MostPage  = 10_000
	usualPage = 1000
)

// ErrNoSuch says that the service has nothing under a path.
var ErrNoSuch = errors.New("no such collection or record")

// QueryError names a parameter of a request that is not as it has to be. What was got is the caller's own text.
type QueryError struct{ Parameter, Got, Want string }

func (e *QueryError) Error() string {
	return fmt.Sprintf("parameter %s: %q: expected %s", e.Parameter, e.Got, e.Want)
}

// Known says whether the parameter is one of those of the service.
func (e *QueryError) Known() bool {
	return slices.Contains(ofItems, e.Parameter)
}

// Query is what is asked of a collection. Parameters are those of OGC 17-069r3, 7.15, with a list of values each.
type query struct {
	box           [4]float64
	boxed         bool
	from, to      time.Time // both in it; zero: open
	dated         bool
	limit, offset int
	beyond        string // the limit that was asked for, where it is more than MostPage
}

// parameters of the paths of the service.
var (
	ofAll   = []string{"f"}
	ofItems = []string{"bbox", "datetime", "f", "limit", "offset"}
)

// one checks that only known parameters are there, each once.
func one(given map[string][]string, known []string) error {
	names := make([]string, 0, len(given))
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names) // one of several faults, always the same
	for _, name := range names {
		if !slices.Contains(known, name) {
			return &QueryError{short(name), short(strings.Join(given[name], " ")), strings.Join(known, ", ")}
		}
		if len(given[name]) != 1 {
			return &QueryError{name, fmt.Sprint(len(given[name])), "1"}
		}
	}
	return nil
}

func short(s string) string { return clean(s[:min(len(s), 100)]) }

func parseQuery(given map[string][]string) (query, error) {
	q := query{limit: usualPage}
	if err := one(given, ofItems); err != nil {
		return q, err
	}
	for name, parse := range map[string]func(string) error{"bbox": q.bbox, "datetime": q.datetime, "limit": q.count(&q.limit, 1), "offset": q.count(&q.offset, 0)} {
		if values, ok := given[name]; ok {
			if err := parse(values[0]); err != nil {
				return q, err
			}
		}
	}
	if q.limit > MostPage { // no error: OGC 17-069r4, 7.15.2, requirement 22 C
		q.limit, q.beyond = MostPage, short(given["limit"][0])
	}
	return q, nil
}

// count reads a whole number. One that is too great to be one is the greatest.
func (q *query) count(into *int, least int) func(string) error {
	return func(s string) error {
		n, err := strconv.Atoi(s)
		if errors.Is(err, strconv.ErrRange) && !strings.HasPrefix(s, "-") {
			n, err = math.MaxInt32, nil
		}
		if err != nil || n < least || strings.HasPrefix(s, "+") {
			name := "limit"
			if least == 0 {
				name = "offset"
			}
			return &QueryError{name, short(s), fmt.Sprintf(">= %d", least)}
		}
		*into = min(n, math.MaxInt32)
		return nil
	}
}

func (q *query) bbox(s string) error {
	bad := &QueryError{"bbox", short(s), "west,south,east,north | west,south,low,east,north,high (-180..180, -90..90)"}
	parts := strings.Split(s, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return bad
	}
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return bad
		}
		numbers[i] = v
	}
	if len(numbers) == 6 { // what is shared has no heights: every height is in
		if numbers[2] > numbers[5] {
			return bad
		}
		numbers = []float64{numbers[0], numbers[1], numbers[3], numbers[4]}
	}
	w, so, e, n := numbers[0], numbers[1], numbers[2], numbers[3]
	if math.Abs(w) > 180 || math.Abs(e) > 180 || math.Abs(so) > 90 || math.Abs(n) > 90 || so > n {
		return bad
	}
	q.box, q.boxed = [4]float64{w, so, e, n}, true
	return nil
}

func (q *query) datetime(s string) error {
	bad := &QueryError{"datetime", short(s), "2026-03-01T00:00:00Z | 2026-03-01T00:00:00Z/2026-03-02T00:00:00Z | ../2026-03-02T00:00:00Z | 2026-03-01T00:00:00Z/.."}
	first, last, both := strings.Cut(s, "/")
	open := func(s string) bool { return both && (s == "" || s == "..") }
	var ok bool
	if !open(first) {
		if q.from, q.to, ok = moment(first); !ok {
			return bad
		}
	}
	if both {
		q.to = time.Time{}
		if !open(last) {
			if _, q.to, ok = moment(last); !ok {
				return bad
			}
		}
	}
	if open(first) && open(last) || !q.from.IsZero() && !q.to.IsZero() && q.to.Before(q.from) {
		return bad
	}
	q.dated = true
	return nil
}

// moment reads an instant after RFC 3339, or a day: its first instant and its last.
func moment(s string) (first, last time.Time, ok bool) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, t.AddDate(0, 0, 1).Add(-time.Millisecond), true
	}
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	return t, t, err == nil && t.Year() > 0
}

// takes says whether a record is asked for. One without a place is in no box, and one without an instant in no time.
func (q *query) takes(r *row) bool {
	if q.boxed {
		if s := r.shape(); !s.meets(q.box) {
			return false
		}
	}
	if q.dated {
		from, to, ok := r.during()
		before := !q.from.IsZero() && (to.Before(q.from) || to.Equal(q.from) && from.Before(to)) // the end of a span is not in it
		if !ok || before || !q.to.IsZero() && from.After(q.to) {
			return false
		}
	}
	return true
}

// parameters writes a query again, for links.
func (q *query) parameters(given map[string][]string, offset int, format string) string {
	var b strings.Builder
	b.WriteString("?f=" + format + "&limit=" + strconv.Itoa(q.limit))
	if offset > 0 {
		b.WriteString("&offset=" + strconv.Itoa(offset))
	}
	for _, name := range []string{"bbox", "datetime"} {
		if values := given[name]; len(values) > 0 {
			b.WriteString("&" + name + "=" + escape(values[0], ",:/"))
		}
	}
	return b.String()
}

// escape writes a text as a part of an address (RFC 3986, 2.1).
func escape(s, also string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~"+also, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
