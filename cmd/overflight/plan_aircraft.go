package main

import (
	"strconv"
	"strings"

	"overflight/authority"
	"overflight/internal/planning"
)

// wing reads an aircraft as it is asked for: TYPE[:SORTIES][@LAT,LON][/HOURS]. What is left out is that of the flags.
func (f *planFlags) wing(t *terminal, known []authority.Airframe, given string) (planning.Wing, error) {
	w := planning.Wing{Given: given, Sorties: f.sorties, Hours: hours(f.hours)}
	bad := func() (planning.Wing, error) {
		return w, usage("%s", t.words.Text("error.plan.aircraft", given, "mq-9a:2@25.78,-100.11/20"))
	}
	rest, inTheAir, timed := strings.Cut(given, "/")
	rest, at, based := strings.Cut(rest, "@")
	name, sorties, counted := strings.Cut(rest, ":")
	if timed {
		h, err := strconv.ParseFloat(inTheAir, 64)
		if err != nil {
			return bad()
		}
		w.Hours = hours(h)
	} else if f.hours == 0 {
		return w, usage("%s", t.words.Text("error.plan.missing", "--hours"))
	}
	if counted {
		n, err := strconv.Atoi(sorties)
		if err != nil {
			return bad()
		}
		w.Sorties = n
	}
	if !based {
		at = f.base
	}
	if at == "" {
		return w, usage("%s", t.words.Text("error.plan.missing", "--base"))
	}
	var err error
	if w.Aircraft, err = airframe(known, name); err != nil {
		return w, err
	}
	if w.Air, err = parseSpeed(f.speed); err != nil {
		return w, usage("%s", t.words.Text("error.speed", "--speed", f.speed))
	}
	w.Base, err = placeFlag(t, at)
	return w, err
}
