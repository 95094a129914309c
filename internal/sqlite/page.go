package sqlite

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"overflight/validity"
)

// Page asks for a part of a list. The zero Page is the first part, of the usual length.
type Page struct {
	Limit int    // 1 to MostInPage; 0 is DefaultInPage, more is MostInPage
	After string // the cursor that the part before came with; empty for the first
}

// Bounds of answers.
const (
	DefaultInPage = 100
	MostInPage    = 1000
	// MostParts is how many entries, gaps and so on of one flight one answer holds.
	MostParts = 20000
)

func (p Page) limit() int {
	if p.Limit <= 0 {
		return DefaultInPage
	}
	return min(p.Limit, MostInPage)
}

// cursor names the last row of a page by the columns that it is ordered by.
func cursor(values ...any) string {
	b, err := json.Marshal(values)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// seek reads a cursor into values: *int64 or *string.
func (p Page) seek(values ...any) (bool, error) {
	if p.After == "" {
		return false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(p.After)
	var parts []json.RawMessage
	if err != nil || len(b) > 4096 || json.Unmarshal(b, &parts) != nil || len(parts) != len(values) {
		return false, fmt.Errorf("%w: %.40q", ErrCursor, p.After)
	}
	for i, v := range values {
		if err := json.Unmarshal(parts[i], v); err != nil {
			return false, fmt.Errorf("%w: %.40q", ErrCursor, p.After)
		}
	}
	return true, nil
}

// where gathers conditions and their arguments.
type where struct {
	text []string
	args []any
}

func (w *where) and(text string, args ...any) {
	w.text = append(w.text, text)
	w.args = append(w.args, args...)
}

func (w *where) String() string {
	if len(w.text) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(w.text, " AND ")
}

// overlaps demands that [from, to] of a row, both bounded, meets the period.
func (w *where) overlaps(from, to string, p validity.Period) {
	if !p.To.IsZero() {
		w.and(from+" < ?", p.To.UnixMicro())
	}
	if !p.From.IsZero() {
		w.and(to+" >= ?", p.From.UnixMicro())
	}
}

// unbounded reports whether a bounded instant is none.
func unbounded(n int64) bool { return n == math.MinInt64 || n == math.MaxInt64 }

// paged reads one row more than a page has, to know whether there is another. last makes the cursor of a row.
func (v *view) paged(t *table, w *where, order string, p Page, last func(row) string, f func(row) error) (string, error) {
	n, next := 0, ""
	var before row
	args := append(w.args, int64(p.limit()+1))
	err := v.each(t, w.String()+" ORDER BY "+order+" LIMIT ?", args, func(r row) error {
		if n++; n > p.limit() {
			next = last(before)
			return nil
		}
		before = r
		return f(r)
	})
	return next, err
}
