package main

import (
	"errors"
	"strconv"
	"strings"

	"overflight/geodesy"
	"overflight/internal/planning"
	"overflight/internal/server"
)

// placeFlag reads a place as people write it, in degrees or on the grid.
func placeFlag(t *terminal, s string) (geodesy.Position, error) {
	p, err := geodesy.ParsePosition(s)
	if err != nil {
		err = &exit{code: exitUsage, err: server.ProblemOf(err, t.words.Language())}
	}
	return p, err
}

// tipFlag reads a tip as it is typed.
func tipFlag(t *terminal, s string) (planning.Areas, error) {
	tip, err := planning.ParseTip(s)
	var place *geodesy.CoordinateError
	if errors.As(err, &place) {
		err = &exit{code: exitUsage, err: server.ProblemOf(err, t.words.Language())}
	}
	return tip, err
}

// numbers reads numbers with commas between them, each at most so far from zero.
func numbers(s string, most ...float64) ([]float64, bool) {
	parts := strings.Split(s, ",")
	if len(parts) != len(most) {
		return nil, false
	}
	out := make([]float64, len(most))
	for i, p := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || !(v >= -most[i] && v <= most[i]) {
			return nil, false
		}
		out[i] = v
	}
	return out, true
}
