package search

import "math/bits"

// luck is a generator of numbers that are the same for the same seed, on every machine and in every release:
// splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
type luck uint64

func (r *luck) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is one of 0 to n-1.
func (r *luck) below(n int) int {
	high, _ := bits.Mul64(r.next(), uint64(n))
	return int(high)
}

// share is in [0, 1).
func (r *luck) share() float64 { return float64(r.next()>>11) / (1 << 53) }

// small is 1 or more, each number half as likely as the one before it.
func (r *luck) small() int32 { return int32(bits.TrailingZeros64(r.next()|1<<12)) + 1 }
