package airspace

import (
	"math"
	"slices"
	"strconv"
	"time"

	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
)

// run is an entry while its fixes are still coming in.
type run struct {
	entry     Entry
	from      int // first fix of the run in the segment at hand
	bands     [6]band
	absent    int
	reported  int // fixes with a containment radius
	sure      bool
	sureAt    int  // number of the fix that is inside beyond doubt
	undated   bool // the line was not in force at the fix before or after
	lastFix   flight.Fix
	limit     search         // from the whole outline
	land      search         // from what the state shares with another
	uncertain geodesy.Length // greatest uncertainty met
}

// band is the altitudes in one datum.
type band struct {
	min, max geodesy.Length
	fixes    int
}

// segment is consecutive sound fixes with their surface points; base is the number of the first.
type segment struct {
	fixes   []flight.Fix
	vectors []geodesy.Vector
	base    int
}

// flush takes the fixes of a run up to to, exclusive, into its entry.
func (t *Tally) flush(l *lineTally, r *run, seg *segment, to int) {
	if r.from >= to {
		return
	}
	e := &r.entry
	for i := r.from; i < to; i++ {
		f := &seg.fixes[i]
		if f.Radius > 0 {
			r.reported++
		}
		if d := f.Altitude.Datum; d == geodesy.UnknownDatum || int(d) >= len(r.bands) || math.IsNaN(float64(f.Altitude.Value)) {
			r.absent++
		} else {
			b := &r.bands[d]
			if b.fixes == 0 {
				b.min, b.max = f.Altitude.Value, f.Altitude.Value
			}
			b.min, b.max = min(b.min, f.Altitude.Value), max(b.max, f.Altitude.Value)
			b.fixes++
		}
	}
	e.GapInside.Known = e.Fixes > 0 || to-r.from > 1
	first := r.from // that has a fix of the run before it
	if e.Fixes == 0 {
		first++
	}
	longest := time.Duration(0)
	for i := first; i < to; i++ {
		longest = max(longest, t.steps[i])
	}
	e.GapInside.Duration = max(e.GapInside.Duration, longest)
	t.deepest(l, r, seg, to)
	for i := first; longest > t.cfg.Gap && i < to; i++ {
		if t.steps[i] <= t.cfg.Gap {
			continue
		}
		prev := &r.lastFix
		if i > r.from {
			prev = &seg.fixes[i-1]
		}
		t.inside(l, r, prev, &seg.fixes[i])
	}
	e.Fixes += to - r.from
	r.lastFix = seg.fixes[to-1]
	e.Last = sample(seg.base+to-1, &r.lastFix)
	e.Dwell = e.Last.Time.Sub(e.First.Time)
	e.Left.Earliest = e.Last.Time.Add(-t.cfg.Resolution)
}

// inside asks of a gap between two fixes inside how deep the aircraft can have gone and whether it
// can have left.
func (t *Tally) inside(l *lineTally, r *run, a, b *flight.Fix) {
	e := &r.entry
	limit := t.reachIn(b.Time.Sub(a.Time))
	// No fix is deeper than the deepest, so most gaps cannot matter.
	if bound := e.FromLimit.Nearest.Distance + limit/2; bound > e.DepthPossible && !landing(a, b) {
		da, _ := l.line.Nearest(e.State, Limit, a.Position, everywhere)
		db, _ := l.line.Nearest(e.State, Limit, b.Position, everywhere)
		e.DepthPossible = max(e.DepthPossible, (da.Distance+db.Distance+limit)/2)
	}
	if landing(a, b) {
		return
	}
	if _, _, ok := l.line.LeastPath(e.State, a.Position, b.Position, limit); !ok {
		return
	}
	da, _ := l.line.Nearest(e.State, Limit, a.Position, limit+1)
	db, _ := l.line.Nearest(e.State, Limit, b.Position, limit+1)
	e.PossibleExits = append(e.PossibleExits, Interval{
		Earliest: a.Time.Add(t.flown(da.Distance) - t.cfg.Resolution),
		Latest:   b.Time.Add(t.cfg.Resolution - t.flown(db.Distance)),
	})
}

// cross bounds the instant at which the aircraft crossed the outline between a and b, of which one is
// inside: b when entering. It also says how deep the aircraft can have been between them.
func (t *Tally) cross(l *lineTally, r *run, a, b *flight.Fix, ib int, entering bool) Interval {
	e := &r.entry
	plain := Interval{Earliest: a.Time.Add(-t.cfg.Resolution), Latest: b.Time.Add(t.cfg.Resolution)}
	// The outline lies between them, so it is no farther from either than they are apart; slivers of
	// neighbours that were simplified apart are the exception, hence the second try.
	apart := arcAbove(geodesy.Chord(a.Position, b.Position))
	da, okA := t.outline(l, e.State, a.Position, apart+1)
	db, okB := t.outline(l, e.State, b.Position, apart+1)
	if !okA || !okB {
		return plain
	}
	r.uncertain = max(r.uncertain, da.Uncertainty, db.Uncertainty)
	limit := t.reachIn(b.Time.Sub(a.Time))
	in, out := db.Distance, da.Distance
	if entering {
		r.know(Limit, db, ib, b)
	} else {
		in, out = out, in
		r.know(Limit, da, t.previous, a)
	}
	e.DepthPossible = max(e.DepthPossible, (in-out+limit)/2)
	narrow := Interval{
		Earliest: plain.Earliest.Add(t.flown(da.Distance)),
		Latest:   plain.Latest.Add(-t.flown(db.Distance)),
	}
	if narrow.Earliest.After(narrow.Latest) {
		need := float64(da.Distance+db.Distance) / math.Max(b.Time.Sub(a.Time).Seconds(), 1e-9)
		t.result.Findings = append(t.result.Findings, evidence.Defect{
			Code: CodeCrossing, Offset: b.Ref.Offset, Item: number(ib) + " " + string(e.State),
			Got: knots(geodesy.Speed(need)), Want: knots(t.result.Ceiling.Speed),
		})
		return plain
	}
	return narrow
}

// outline is Nearest of the limit, first within reach and then anywhere.
func (t *Tally) outline(l *lineTally, s State, p geodesy.Position, limit geodesy.Length) (Nearest, bool) {
	if n, ok := l.line.Nearest(s, Limit, p, limit); ok {
		return n, true
	}
	return l.line.Nearest(s, Limit, p, everywhere)
}

// jump reports two fixes that no flight joins: farther apart than (1.5 gs + 100 kt)(dt + resolution).
// Both fixes are kept.
func (t *Tally) jump(a, b *flight.Fix, va, vb *geodesy.Vector, dt time.Duration, ib int) {
	speed := max(a.GroundSpeed, b.GroundSpeed)
	if !(speed >= 0) {
		speed = t.result.Ceiling.Speed
	}
	allowed := geodesy.Length(float64(1.5*speed+100*geodesy.Knot) * (dt.Seconds() + t.cfg.Resolution.Seconds()))
	if chord := geodesy.Length(vb.Minus(*va).Norm()); arcAbove(chord) <= allowed {
		return
	}
	if d := geodesy.Distance(a.Position, b.Position); d > allowed {
		t.result.Findings = append(t.result.Findings, evidence.Defect{
			Code: CodeJump, Offset: b.Ref.Offset, Item: number(ib), Got: metres(d), Want: metres(allowed),
		})
	}
}

// altitudes picks the datum that most fixes have, the lower constant when two are even.
func (r *run) altitudes() Altitudes {
	a := Altitudes{Absent: r.absent}
	for d, b := range r.bands {
		if b.fixes > a.Fixes {
			a.Others += a.Fixes
			a.Known, a.Min, a.Max, a.Datum, a.Fixes = true, b.min, b.max, geodesy.Datum(d), b.fixes
			continue
		}
		a.Others += b.fixes
	}
	return a
}

// holdsState reports whether the line has an outline of s at all.
func (l *lineTally) holdsState(s State) bool {
	has, known := l.holds[s]
	if !known {
		_, has = l.line.Nearest(s, Limit, geodesy.Position{}, everywhere)
		l.holds[s] = has
	}
	return has
}

// everywhere is farther than any two points of the Earth are apart.
const everywhere geodesy.Length = 20_100_000

func number(i int) string { return strconv.Itoa(i) }

func metres(l geodesy.Length) string {
	return strconv.FormatFloat(float64(l), 'f', 0, 64) + " m"
}

func knots(v geodesy.Speed) string {
	return strconv.FormatFloat(float64(v/geodesy.Knot), 'f', 0, 64) + " kt"
}

func degrees(p geodesy.Position) string {
	return strconv.FormatFloat(float64(p.Lat), 'f', 6, 64) + "," + strconv.FormatFloat(float64(p.Lon), 'f', 6, 64)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z") }

// addState keeps dst sorted and without repeats.
func addState(dst []State, s State) []State {
	i, found := slices.BinarySearch(dst, s)
	if found {
		return dst
	}
	return slices.Insert(dst, i, s)
}
