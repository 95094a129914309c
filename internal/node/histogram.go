package node

import (
	"sync"
	"time"
)

// lagBounds are the upper bounds of the histogram, in seconds.
var lagBounds = []float64{0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2, 5, 10, 30, 60}

// histogram counts durations as Prometheus does: each bound counts all that are no longer.
type histogram struct {
	mu     sync.Mutex
	counts [16]uint64
	sum    float64
}

func (h *histogram) observe(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, b := range lagBounds {
		if d.Seconds() <= b {
			h.counts[i]++
		}
	}
	h.counts[len(lagBounds)]++
	h.sum += d.Seconds()
}

func (h *histogram) read() (bounds []float64, counts [16]uint64, sum float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return lagBounds, h.counts, h.sum
}
