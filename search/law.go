package search

import "math"

// CoverageFactor is C = Z/A, effort over area; for parallel lanes W/S. One means swept once, not found.
type CoverageFactor float64

// Law gives the probability of detection that a coverage factor comes to, given that the object is there.
type Law func(CoverageFactor) float64

// RandomSearch is Koopman's law of effort that falls at random: 1 - exp(-C). It is the least that a
// search with this effort finds, and no bound on one that is laid out with care.
func RandomSearch(c CoverageFactor) float64 { return -math.Expm1(-max(0, float64(c))) }

// InverseCube is the law of parallel lanes under the inverse cube law of sighting: erf(sqrt(pi)/2 C).
func InverseCube(c CoverageFactor) float64 {
	return math.Erf(math.Sqrt(math.Pi) / 2 * max(0, float64(c)))
}

// Exhaustive is the law of a definite range without overlap: min(1, C).
func Exhaustive(c CoverageFactor) float64 { return min(1, max(0, float64(c))) }

// Looks is the probability of detection of n looks of which each finds q on its own: 1 - (1-q)^n. It
// holds for looks whose misses have no cause in common.
func Looks(q float64, n int) float64 {
	if n == 0 {
		return 0 // also where q is 1
	}
	return -math.Expm1(float64(n) * math.Log1p(-q))
}
