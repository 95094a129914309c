// Package validity says when something is in force: half-open periods, in the time when it holds and
// in the time when it was known.
//
// It has no calendar and no time zone of its own: midnight is whatever instant the caller made of it.
package validity

import (
	"errors"
	"fmt"
	"time"
)

// Period is the half-open interval [From, To). A zero From is "since ever", a zero To "until further
// notice"; the zero Period is always in force.
type Period struct {
	From time.Time
	To   time.Time
}

// ErrEmpty is returned for a period that ends where or before it begins.
var ErrEmpty = errors.New("validity: period holds no instant")

// New returns the period [from, to).
func New(from, to time.Time) (Period, error) {
	p := Period{From: from, To: to}
	if p.Empty() {
		return Period{}, fmt.Errorf("period %s to %s: %w", from.Format(time.RFC3339), to.Format(time.RFC3339), ErrEmpty)
	}
	return p, nil
}

// Day returns the period of the calendar day of t in the location of t. It ends at the next midnight
// there, which is not always 24 hours later.
func Day(t time.Time) Period {
	y, m, d := t.Date()
	return Period{
		From: time.Date(y, m, d, 0, 0, 0, 0, t.Location()),
		To:   time.Date(y, m, d+1, 0, 0, 0, 0, t.Location()),
	}
}

// InForce reports whether t lies in the period. The first instant does, the last does not.
func (p Period) InForce(t time.Time) bool {
	if !p.From.IsZero() && t.Before(p.From) {
		return false
	}
	return p.To.IsZero() || t.Before(p.To)
}

// Empty reports whether no instant lies in the period.
func (p Period) Empty() bool {
	return !p.From.IsZero() && !p.To.IsZero() && !p.From.Before(p.To)
}

// Intersect returns what two periods have in common; false when that is nothing.
func (p Period) Intersect(q Period) (Period, bool) {
	if p.From.Before(q.From) {
		p.From = q.From
	}
	if p.To.IsZero() || !q.To.IsZero() && q.To.Before(p.To) {
		p.To = q.To
	}
	return p, !p.Empty()
}

// AsOf is a question in two times: what held at Valid, by what was known at Known.
type AsOf struct {
	Valid time.Time
	Known time.Time
}

// Version is one version of a fact: the period for which it holds, and the period in which it was
// the best that was known. A correction ends Known of the old version and begins that of the new;
// nothing is overwritten.
type Version struct {
	Valid Period
	Known Period
}

// InForce reports whether the version answers the question.
func (v Version) InForce(at AsOf) bool {
	return v.Valid.InForce(at.Valid) && v.Known.InForce(at.Known)
}
