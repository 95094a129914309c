package search

import "math"

// annealer improves a tour by many small moves (Kirkpatrick, Gelatt and Vecchi, Science 220, 1983). What a move is
// worth is counted in cells of length: POS gained over the price of a cell, less the length it costs. A move that
// loses is taken with probability exp(worth / temperature). The price follows the length, so that the budget binds.
type annealer struct {
	*tour
	luck
	price       float64 // POS a cell
	worth       float64 // 1 / price
	temperature float64
	floor       float64 // what the move in hand must be worth
	hard        bool    // no move may lead over the budget

	spare   []Lane // those that a move puts back
	best    []Lane
	bestPOS float64

	tried, taken [moves]int
}

const moves = 11

func (a *annealer) step() {
	n := len(a.lanes)
	a.floor = a.temperature * math.Log(1-a.share())
	k := 0
	r := a.next() & 1023
	for k = range weights {
		if r < weights[k] {
			break
		}
		r -= weights[k]
	}
	a.tried[k]++
	ok := false
	switch k {
	case 0:
		ok = n > 0 && a.stretch()
	case 1:
		ok = n > 1 && a.stretchTurn()
	case 2:
		ok = n > 0 && a.slide()
	case 3:
		ok = n > 1 && a.drop()
	case 4:
		ok = a.put()
	case 5:
		ok = n > 1 && a.reverse()
	case 6:
		ok = n > 2 && a.relocate()
	case 7:
		ok = n > 0 && a.split()
	case 8:
		ok = n > 1 && a.slideTogether()
	case 9:
		ok = n > 0 && a.turn()
	case 10:
		ok = a.putTurned()
	}
	if ok {
		a.taken[k]++
	}
}

var weights = [moves]uint64{265, 160, 140, 30, 48, 93, 76, 54, 83, 15, 60}

// take tells whether a move is taken.
func (a *annealer) take(dpos, dlen float64) bool {
	if dpos*a.worth-dlen < a.floor {
		return false
	}
	return !a.hard || dlen <= 0 || a.length+dlen <= a.budget
}

// linkWith is the link to place i if lanes i-1 and i were p and q.
func (a *annealer) linkWith(i int, p, q Lane) float64 {
	return a.join(p, q, i == 0, i == len(a.lanes))
}

func (a *annealer) laneAt(i int) Lane {
	if i < 0 || i >= len(a.lanes) {
		return Lane{}
	}
	return a.lanes[i]
}

// The temperatures of the first and the last move, in cells of length at the first price.
const (
	hot  = 8
	cold = 0.3
)

// every is how many moves are made between two looks at the price.
const every = 500

// round makes the moves of one round; done is the share of all rounds that are over. price is that of the first one.
func (a *annealer) round(done, price float64) {
	a.temperature = hot * math.Pow(cold/hot, done) * price / a.price
	a.hard = done > 0.97
	for range every {
		a.step()
	}
	a.merge()
	if !a.hard {
		// So slowly that hot tours do not swing.
		a.price *= math.Exp(max(-0.02, min(0.02, 0.2*(a.length-a.budget)/a.budget)))
		a.worth = 1 / a.price
	}
	if a.length <= a.budget && a.pos > a.bestPOS {
		a.bestPOS = a.pos
		a.best = append(a.best[:0], a.lanes...)
	}
}
