package report

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }

// longestGaps returns the n longest gaps, and every gap that reaches a state, in the order of time.
func longestGaps(all []Gap, n int) []Gap {
	list := slices.Clone(all)
	slices.SortStableFunc(list, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(len(b.Reachable), len(a.Reachable)), cmp.Compare(b.Duration, a.Duration))
	})
	list = list[:min(n, len(list))]
	slices.SortStableFunc(list, func(a, b Gap) int { return time.Time(a.From).Compare(time.Time(b.From)) })
	return list
}
