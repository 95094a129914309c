package server

import (
	"errors"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/internal/node"
	"overflight/validity"
)

// An answer that goes out in parts is reckoned once, and all parts are of it; it is given up with the last, or for newer ones.
func TestAnswersInParts(t *testing.T) {
	t.Parallel()
	var x answers
	reckoned := 0
	visits := 25
	place := func(i int) geodesy.Position { return geodesy.Position{Lat: geodesy.Angle(i), Lon: -110} }
	ask := func(at geodesy.Position, period validity.Period, first int) int {
		t.Helper()
		got, err := x.whole(at, period, first, 10, func() (node.PlaceLooks, error) {
			reckoned++
			return node.PlaceLooks{Visits: make([]node.Visit, visits)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(got.Visits)
	}
	parts := func(at geodesy.Position, period validity.Period) {
		t.Helper()
		for first := 0; first < 25; first += 10 {
			if n := ask(at, period, first); n != 25 {
				t.Errorf("the part after %d is of %d looks", first, n)
			}
			visits = 26 // a flight comes in between two parts
		}
		visits = 25
	}
	since := time.Date(2025, 3, 3, 0, 0, 0, 0, time.UTC)
	parts(place(1), validity.Period{})
	parts(place(1), validity.Period{From: since})
	if reckoned != 2 || len(x.all) != 0 {
		t.Errorf("reckoned %d times for two answers, %d are kept", reckoned, len(x.all))
	}

	// Two that go out at once do not mix; who begins anew is told what is so now.
	reckoned = 0
	ask(place(1), validity.Period{}, 0)
	ask(place(1), validity.Period{From: since}, 0)
	ask(place(2), validity.Period{}, 0)
	visits = 26
	if n := ask(place(1), validity.Period{From: since.In(time.FixedZone("", 3600))}, 10); n != 25 || reckoned != 3 {
		t.Errorf("a part of %d looks, %d reckoned", n, reckoned)
	}
	if n := ask(place(1), validity.Period{}, 0); n != 26 || reckoned != 4 || len(x.all) != 3 {
		t.Errorf("anew: %d looks, %d reckoned, %d kept", n, reckoned, len(x.all))
	}
	if n := ask(place(3), validity.Period{}, 10); n != 26 || reckoned != 5 {
		t.Errorf("a part of an answer that is not kept: %d looks, %d reckoned", n, reckoned)
	}

	// Answers are given up for newer ones, the oldest first, and one that is too large is not kept.
	x = answers{}
	visits = keptLooks / 2
	ask(place(1), validity.Period{}, 0)
	ask(place(2), validity.Period{}, 0)
	ask(place(3), validity.Period{}, 0)
	if _, kept := x.take(place(1), validity.Period{}); kept || len(x.all) != 2 {
		t.Errorf("the oldest is kept, or %d are not two", len(x.all))
	}
	visits = keptLooks + 1
	ask(place(4), validity.Period{}, 0)
	if len(x.all) != 2 {
		t.Errorf("%d are kept beside one that is too large", len(x.all))
	}

	gone := errors.New("gone")
	if _, err := x.whole(place(1), validity.Period{}, 0, 10, func() (node.PlaceLooks, error) { return node.PlaceLooks{}, gone }); !errors.Is(err, gone) {
		t.Error(err)
	}
}
