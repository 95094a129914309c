package validity

import (
	"errors"
	"testing"
	"time"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestInForceAtMidnight(t *testing.T) {
	t.Parallel()
	feb := Period{From: at("2025-02-20T00:00:00Z"), To: at("2025-02-21T00:00:00Z")}
	open := Period{From: feb.From}
	since := Period{To: feb.To}
	for _, c := range []struct {
		name string
		p    Period
		t    string
		want bool
	}{
		{"one nanosecond early", feb, "2025-02-19T23:59:59.999999999Z", false},
		{"first instant", feb, "2025-02-20T00:00:00Z", true},
		{"first instant, told in another zone", feb, "2025-02-19T18:00:00-06:00", true},
		{"last nanosecond", feb, "2025-02-20T23:59:59.999999999Z", true},
		{"the end is out", feb, "2025-02-21T00:00:00Z", false},
		{"the end is out in another zone", feb, "2025-02-21T01:00:00+01:00", false},
		{"until further notice", open, "9999-12-31T23:59:59Z", true},
		{"until further notice, before", open, "2025-02-19T23:59:59Z", false},
		{"since ever", since, "0001-01-01T00:00:01Z", true},
		{"since ever, at the end", since, "2025-02-21T00:00:00Z", false},
		{"always", Period{}, "1970-01-01T00:00:00Z", true},
		{"empty", Period{From: feb.From, To: feb.From}, "2025-02-20T00:00:00Z", false},
	} {
		if got := c.p.InForce(at(c.t)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestNeighboursShareNoInstant(t *testing.T) {
	t.Parallel()
	midnight := at("2025-02-20T00:00:00Z")
	before, after := Period{To: midnight}, Period{From: midnight}
	for _, d := range []time.Duration{-time.Hour, -1, 0, 1, time.Hour} {
		if b, a := before.InForce(midnight.Add(d)), after.InForce(midnight.Add(d)); a == b {
			t.Errorf("%v from midnight: %v and %v", d, b, a)
		}
	}
	if p, ok := before.Intersect(after); ok {
		t.Errorf("neighbours have %v in common", p)
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("UTC-6", -6*3600)
	d := Day(time.Date(2024, 12, 31, 23, 59, 59, 0, zone))
	if want := at("2025-01-01T06:00:00Z"); !d.To.Equal(want) {
		t.Errorf("ends %v, want %v", d.To, want)
	}
	if !d.InForce(d.From) || d.InForce(d.To) {
		t.Error("a day holds its first midnight and not its last")
	}
}

func TestNewRefusesNothing(t *testing.T) {
	t.Parallel()
	a := at("2025-02-20T00:00:00Z")
	if _, err := New(a, a); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %v, want ErrEmpty", err)
	}
	if _, err := New(a, a.Add(1)); err != nil {
		t.Error(err)
	}
	if _, err := New(time.Time{}, time.Time{}); err != nil {
		t.Error(err)
	}
}

func TestIntersect(t *testing.T) {
	t.Parallel()
	p := Period{From: at("2025-01-01T00:00:00Z"), To: at("2025-03-01T00:00:00Z")}
	q := Period{From: at("2025-02-01T00:00:00Z")}
	want := Period{From: q.From, To: p.To}
	for _, pair := range [][2]Period{{p, q}, {q, p}} {
		if got, ok := pair[0].Intersect(pair[1]); !ok || got != want {
			t.Errorf("got %v %v, want %v", got, ok, want)
		}
	}
	if got, ok := p.Intersect(Period{}); !ok || got != p {
		t.Errorf("with always: got %v %v", got, ok)
	}
}

func TestVersionInTwoTimes(t *testing.T) {
	t.Parallel()
	published := at("2025-02-20T00:00:00Z")
	corrected := at("2025-03-05T00:00:00Z")
	old := Version{Valid: Period{From: published}, Known: Period{From: published, To: corrected}}
	amended := Version{Valid: Period{From: published.AddDate(0, 0, 1)}, Known: Period{From: corrected}}
	for _, c := range []struct {
		name         string
		valid, known time.Time
		old, amended bool
	}{
		{"before anything was known", published, published.Add(-1), false, false},
		{"known at the instant it was published", published, published, true, false},
		{"as known on the eve of the correction", published, corrected.Add(-1), true, false},
		{"as known from the correction on", published, corrected, false, false},
		{"the day after, from the correction on", published.AddDate(0, 0, 1), corrected, false, true},
	} {
		q := AsOf{Valid: c.valid, Known: c.known}
		if o, a := old.InForce(q), amended.InForce(q); o != c.old || a != c.amended {
			t.Errorf("%s: got %v %v, want %v %v", c.name, o, a, c.old, c.amended)
		}
	}
}
