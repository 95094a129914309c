package tiles

import (
	"crypto/rand"
	"fmt"
	"math/bits"
	"time"

	"overflight/transparency"
)

// Padder keeps the growth of the ledger constant, so that it does not tell flying hours. It is a
// schedule: at an instant t the ledger should hold Base leaves and PerDay more for each 24 hours since
// Start. Where events have left it short, padding fills it up; the leaves cannot be told apart.
//
// An auditor can be given the opening of every padding leaf and see that it hides no event
// (transparency.Opening.IsPadding); the openings have to be kept for that, like those of events.
//
// PerDay has to be above the busiest day's events at any time of the day: Ahead is what growth gives
// away where it is not.
type Padder struct {
	Start  time.Time
	Base   uint64 // leaves at Start
	PerDay uint32
}

// Scheduled returns how many leaves the ledger should hold at an instant: Base before Start.
func (p Padder) Scheduled(at time.Time) uint64 {
	since := at.Sub(p.Start)
	if since <= 0 {
		return p.Base
	}
	// Exact: 128 bits hold the product, and the quotient is below PerDay times the days of an int64.
	hi, lo := bits.Mul64(uint64(since), uint64(p.PerDay))
	n, _ := bits.Div64(hi, lo, uint64(24*time.Hour))
	return p.Base + n
}

// Due returns how many padding leaves have to be added at an instant to a ledger of so many leaves.
func (p Padder) Due(at time.Time, leaves uint64) uint64 {
	if want := p.Scheduled(at); want > leaves {
		return want - leaves
	}
	return 0
}

// Ahead returns by how many leaves the ledger is above its schedule at an instant.
func (p Padder) Ahead(at time.Time, leaves uint64) uint64 {
	if want := p.Scheduled(at); leaves > want {
		return leaves - want
	}
	return 0
}

// Next returns the instant at which the ledger of so many leaves is due one more; ok is false for a
// schedule that never is.
func (p Padder) Next(leaves uint64) (at time.Time, ok bool) {
	if p.PerDay == 0 {
		return time.Time{}, false
	}
	if leaves < p.Base {
		return p.Start, true
	}
	hi, lo := bits.Mul64(leaves-p.Base+1, uint64(24*time.Hour))
	if hi >= uint64(p.PerDay) {
		return time.Time{}, false
	}
	n, rest := bits.Div64(hi, lo, uint64(p.PerDay))
	if rest > 0 {
		n++
	}
	if n > 1<<62 {
		return time.Time{}, false
	}
	return p.Start.Add(time.Duration(n)), true
}

// Pad makes a padding leaf of fresh randomness, and its opening.
func Pad() (transparency.Opening, []byte, error) {
	var salt transparency.Salt
	rand.Read(salt[:])
	o := transparency.Padding(salt)
	e, err := o.Entry()
	if err != nil {
		return transparency.Opening{}, nil, fmt.Errorf("padding: %w", err)
	}
	return o, e.Bytes(), nil
}
