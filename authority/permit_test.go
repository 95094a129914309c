package authority

import (
	"testing"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
)

// TestAPermitSaysWhatADecisionWould: at every place, whatever is changed about the record, a flight is let in by the permit
// exactly where a decision on an entry at that place finds nothing against clearance, area and altitude; and the same of looks.
func TestAPermitSaysWhatADecisionWould(t *testing.T) {
	t.Parallel()
	corridor := Area{Line: [][2]float64{{-110, 26}, {-104, 26}}, HalfWidth: 50_000}
	inside, outside := 0, 0
	for name, edit := range map[string]func(*world){
		"as it is":      func(*world) {},
		"none":          func(w *world) { w.drop(KindClearanceGiven) },
		"in a square":   func(w *world) { change(w, func(c *ClearanceGiven) { c.Area = square }) },
		"in a corridor": func(w *world) { change(w, func(c *ClearanceGiven) { c.Area = corridor }) },
		"too low": func(w *world) {
			change(w, func(c *ClearanceGiven) { c.Altitude = Band{Least: metresOf(7000), Datum: "MSL"} })
		},
		"another datum": func(w *world) {
			change(w, func(c *ClearanceGiven) { c.Altitude = Band{Least: metresOf(1000), Datum: "HAE"} })
		},
		"high enough": func(w *world) {
			change(w, func(c *ClearanceGiven) { c.Altitude = Band{Least: metresOf(5000), Datum: "MSL"} })
		},
		"shallow":        func(w *world) { change(w, func(c *ClearanceGiven) { c.Deepest = 100_000 }) },
		"over too soon":  func(w *world) { change(w, func(c *ClearanceGiven) { c.Period.To = at("2025-03-10T17:00:00Z") }) },
		"another tail":   func(w *world) { change(w, func(c *ClearanceGiven) { c.Aircraft = []string{"N701"} }) },
		"another sensor": func(w *world) { change(w, func(c *ClearanceGiven) { c.Sensors = []string{"radar"} }) },
		"no unmanned":    func(w *world) { change(w, func(c *ClearanceGiven) { c.Unmanned = false }) },
		"recorded late":  func(w *world) { recorded[ClearanceGiven](w, at("2025-03-10T15:00:00Z")); w.q.Known = landing },
		"revoked": func(w *world) {
			w.add(ClearanceRevoked{Clearance: "C-1", By: "MEX/SRE", From: at("2025-03-09T00:00:00Z"), Reason: "r"}, at("2025-03-09T00:00:00Z"))
		},
		"state's ceiling": func(w *world) {
			w.asks(func(r *Requirements) { r.Altitude = Band{Most: metresOf(5000), Datum: "MSL"} })
		},
		"free": func(w *world) {
			w.asks(func(r *Requirements) {
				r.Clearance, r.StateAircraft, r.Unmanned, r.LooksIn = false, false, false, LooksPermitted
			})
		},
		"looks cleared":   func(w *world) { change(w, func(c *ClearanceGiven) { c.Looks, c.Area = true, square }) },
		"looks forbidden": func(w *world) { w.asks(func(r *Requirements) { r.LooksIn = LooksForbidden }) },
	} {
		w := newWorld()
		edit(w)
		w.q.Crossings, w.q.LookIns = nil, nil
		q, reg := *w.question(), w.register(t)
		altitude := geodesy.Altitude{Value: 6000, Datum: geodesy.MSL}
		p := reg.Permits(&PermitQuestion{Plan: &w.plan, From: entered, To: left, Known: q.Known, RuleSet: &w.set, Altitude: altitude, States: []airspace.State{"MEX"}})[0]
		for _, place := range []geodesy.Position{{Lat: 29, Lon: -109}, {Lat: 26.1, Lon: -107}, {Lat: 20, Lon: -100}} {
			for _, deep := range []geodesy.Length{50_000, 200_000} {
				one := q
				one.Crossings = []Crossing{{State: "MEX", From: entered, To: left, Depth: deep, Verdict: airspace.Entered, Samples: []Sample{{At: entered, Position: place, Altitude: altitude}}}}
				want := met(reg.Decide(&one), RuleClearance, RuleArea, RuleAltitude)
				got := p.Holds(place, func(_ airspace.State, limit geodesy.Length) geodesy.Length { return min(limit, deep) })
				if got != want {
					t.Errorf("%s: at %v, %v m deep: %v by the permit (%v), %v by the decision", name, place, deep, got, p.Enter.Code, want)
				}
				if got {
					inside++
				} else {
					outside++
				}
			}
			one := q
			one.LookIns = []LookIn{{State: "MEX", From: entered, To: left, Resolved: true, Ground: []geodesy.Position{place}}}
			if got, want := p.Shows(place), met(reg.Decide(&one), RuleLooksIn, RuleArea); got != want {
				t.Errorf("%s: look at %v: %v by the permit (%v), %v by the decision", name, place, got, p.Look.Code, want)
			}
		}
	}
	if inside < 10 || outside < 10 {
		t.Errorf("%d let in, %d not: too few to tell", inside, outside)
	}
}

func met(d Decision, rules ...RuleID) bool {
	for i := range d.Results {
		for _, r := range rules {
			if d.Results[i].Rule == r && d.Results[i].Outcome != Pass {
				return false
			}
		}
	}
	return true
}

// TestOfTwoClearancesTheOneThatHoldsMore is taken, and the other is named.
func TestOfTwoClearancesTheOneThatHoldsMore(t *testing.T) {
	t.Parallel()
	w := newWorld()
	change(w, func(c *ClearanceGiven) { c.Area = Area{Polygon: [][2]float64{{-110, 24}, {-109, 24}, {-109, 25}}} })
	second := clearance("C-2")
	second.Area = square
	w.add(second, february)
	late := clearance("C-3")
	late.Period.From = left.Add(-time.Hour)
	w.add(late, february)
	reg := w.register(t)
	ask := PermitQuestion{Plan: &w.plan, From: entered, To: left, Known: takeOff, RuleSet: &w.set, States: []airspace.State{"MEX", "USA"}}
	if p := reg.Permits(&ask)[0]; p.Clearance != "C-1" || len(p.Others) != 1 || p.Others[0] != "C-2" {
		t.Errorf("%+v", p)
	}
	ask.Prefer = func(_ airspace.State, a *Area) float64 { return float64(len(a.Polygon)) }
	all := reg.Permits(&ask)
	if p := all[0]; p.Clearance != "C-2" || len(p.Others) != 1 || p.Others[0] != "C-1" {
		t.Errorf("%+v", p)
	}
	if p := all[1]; p.Enter.Outcome != Pass || p.Look.Outcome != Pass || !p.Holds(geodesy.Position{Lat: 33, Lon: -110}, nil) {
		t.Errorf("its own state: %+v", p)
	}
}
