package search

import "math"

// Looks is the probability of detection of n looks of which each finds q on its own: 1 - (1-q)^n. It
// holds for looks whose misses have no cause in common.
func Looks(q float64, n int) float64 {
	if n == 0 {
		return 0 // also where q is 1
	}
	return -math.Expm1(float64(n) * math.Log1p(-q))
}
