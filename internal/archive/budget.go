package archive

import (
	"math"
	"path/filepath"
)

// Budget is the room an archive takes and has, in bytes.
type Budget struct {
	Used  int64    // encrypted files of both copies
	Free  [2]int64 // under each copy; the same bytes twice if both are on one device
	Hours float64  // until the first device is full at the rate given; +Inf at no rate
}

// Budget asks the disks. The rate is of bytes as received, in bytes a second; each is written once
// to either copy, and so twice to a device that holds both. Encryption and records add under 1% to
// segments of 1 MB or more, which is not counted.
func (a *Archive) Budget(rate float64) (Budget, error) {
	var b Budget
	var device [2]uint64
	for i, folder := range a.cfg.Copies {
		entries, err := a.cfg.FS.List(filepath.Join(folder, dataFolder))
		if err != nil {
			return Budget{}, err
		}
		for _, e := range entries {
			b.Used += e.Size
		}
		s, err := a.cfg.FS.Space(folder)
		if err != nil {
			return Budget{}, err
		}
		b.Free[i], device[i] = s.Free, s.Device
	}
	if device[0] == device[1] {
		rate *= 2
	}
	b.Hours = math.Inf(1)
	if rate > 0 {
		b.Hours = float64(min(b.Free[0], b.Free[1])) / rate / 3600
	}
	return b, nil
}
