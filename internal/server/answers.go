package server

import (
	"slices"
	"sync"

	"overflight/geodesy"
	"overflight/internal/node"
	"overflight/validity"
)

// keptLooks is how many looks all answers that are kept have together: 50 MB.
const keptLooks = 100_000

// answers keeps what was found of places whose looks go out in parts, so that it is not reckoned anew for every part, and that all parts are
// of one answer. An answer is given up with its last part, or for newer ones.
type answers struct {
	mu  sync.Mutex // guards all
	all []answer   // the newest at the end
}

type answer struct {
	at     geodesy.Position
	period validity.Period
	looks  node.PlaceLooks
}

// take returns an answer that is kept, and gives it up.
func (x *answers) take(at geodesy.Position, period validity.Period) (node.PlaceLooks, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := slices.IndexFunc(x.all, func(a answer) bool {
		return a.at == at && a.period.From.Equal(period.From) && a.period.To.Equal(period.To)
	})
	if i < 0 {
		return node.PlaceLooks{}, false
	}
	looks := x.all[i].looks
	x.all = slices.Delete(x.all, i, i+1)
	return looks, true
}

func (x *answers) keep(at geodesy.Position, period validity.Period, looks node.PlaceLooks) {
	x.take(at, period)
	if len(looks.Visits) > keptLooks {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.all = append(x.all, answer{at, period, looks})
	kept := 0
	for i := len(x.all) - 1; i >= 0; i-- {
		if kept += len(x.all[i].looks.Visits); kept > keptLooks {
			x.all = slices.Delete(x.all, 0, i+1)
			return
		}
	}
}

// whole is the answer of which up to limit looks after the first go out: the one that the parts before were of, else a new one.
func (x *answers) whole(at geodesy.Position, period validity.Period, first, limit int, reckon func() (node.PlaceLooks, error)) (node.PlaceLooks, error) {
	var got node.PlaceLooks
	kept := false
	if first > 0 {
		got, kept = x.take(at, period)
	}
	if !kept {
		var err error
		if got, err = reckon(); err != nil {
			return got, err
		}
	}
	if first < len(got.Visits)-limit {
		x.keep(at, period, got)
	}
	return got, nil
}
