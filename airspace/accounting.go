package airspace

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/validity"
)

// Config is what the user states. The zero value takes every default.
type Config struct {
	MaxSpeed     geodesy.Speed  // greatest ground speed, wind included; 0 takes that of AircraftType
	AircraftType string         // ICAO designator or platform designation
	Gap          time.Duration  // silence longer than this is a gap; 0 is DefaultGap
	Resolution   time.Duration  // step of the time stamps
	CrossCheck   geodesy.Length // agreement of independent land borders; 0 is DefaultCrossCheck
}

// The defaults. Fifteen seconds is how long receivers take a position to be fresh; four hundred
// metres is how far independent sources of a land border lie apart, nineteen times in twenty.
const (
	DefaultGap                       = 15 * time.Second
	DefaultCrossCheck geodesy.Length = 400
)

// DatedLine is a boundary source with the period in which it is in force.
type DatedLine struct {
	Line
	Valid validity.Period
}

// Reckoning is whose airspace a path was in.
type Reckoning struct {
	Fixes int
	From  time.Time
	To    time.Time
	// FixesByState counts fixes by the first line in force at their instant; "" is outside every
	// state. A fix under overlapping claims counts for every claimant.
	FixesByState map[State]int
	Unjudged     int // fixes at whose instant no line was in force
	Entries      []Entry
	Gaps         []Gap
	Findings     []evidence.Defect
	Boundaries   []Boundary // the lines, in order of loading; Uncertainty is not set
	Ceiling      Ceiling
	Gap          time.Duration // the threshold that was used
	Resolution   time.Duration
}

// ErrNoLine is returned when there is no boundary to reckon by.
var ErrNoLine = errors.New("airspace: no boundary line")

// Reckon accounts for a whole path. The first line is the one that entries are told by; the others
// must agree.
func Reckon(path flight.Path, lines []DatedLine, cfg Config) (Reckoning, error) {
	if cfg.AircraftType == "" {
		cfg.AircraftType = path.Aircraft.Type
	}
	if cfg.Resolution == 0 {
		cfg.Resolution = path.Resolution
	}
	t, err := NewTally(lines, cfg)
	if err != nil {
		return Reckoning{}, err
	}
	for part := range slices.Chunk(path.Fixes, block) {
		t.take(part)
	}
	return t.Close(), nil
}

// block is how many fixes are reckoned at once: enough for the search for the deepest to skip nearly
// all, few enough to hold their vectors in cache.
const block = 4096

// Tally accounts for fixes as they come. It is for one path and one goroutine, and holds no more than
// a block of fixes.
type Tally struct {
	cfg      Config
	lines    []lineTally
	buffer   []flight.Fix
	last     flight.Fix // the latest that was reckoned
	previous int        // its number; -1 before the first
	count    int        // fixes seen, also those left out
	counted  member     // claimants of the latest fixes, and how many fixes in a row
	inRow    int
	is       []member
	surface  surface
	spare    [][]geodesy.Vector // room for witnesses, from runs that are over
	reached  []*Entry           // possible entries that end with the latest fix
	result   Reckoning
	scratch
}

// scratch is room to work in. Nothing in it lasts from one block of fixes to the next.
type scratch struct {
	vectors []geodesy.Vector
	steps   []time.Duration // since the fix before
	groups  []group
	bounds  []float64 // squares of chords, by fix of the segment
	near    []State
}

// member is what one line says of one fix.
type member struct {
	states  States
	inForce bool
}

func (m *member) equal(o *member) bool {
	return m.inForce == o.inForce && m.states.equal(&o.states)
}

func (s *States) equal(o *States) bool {
	if s.n != o.n {
		return false
	}
	for i, x := range s.list[:s.n] {
		if x != o.list[i] {
			return false
		}
	}
	return true
}

// lineTally is the runs by one line.
type lineTally struct {
	line     Line
	source   Source
	valid    validity.Period
	now      member // of the latest fix
	open     []*run
	done     []*run
	byState  map[State][]*run // done, once the path is over
	holds    map[State]bool   // states of which the line has an outline
	landless map[State]bool   // states that share no edge with another
}

// NewTally returns a Tally over the lines, of which the first is the one that entries are told by.
func NewTally(lines []DatedLine, cfg Config) (*Tally, error) {
	if len(lines) == 0 {
		return nil, ErrNoLine
	}
	if cfg.MaxSpeed < 0 || cfg.Gap < 0 || cfg.Resolution < 0 || cfg.CrossCheck < 0 {
		return nil, fmt.Errorf("airspace: negative setting in %+v", cfg)
	}
	if cfg.Gap == 0 {
		cfg.Gap = DefaultGap
	}
	if cfg.CrossCheck == 0 {
		cfg.CrossCheck = DefaultCrossCheck
	}
	t := &Tally{cfg: cfg, previous: -1, is: make([]member, len(lines))}
	for _, l := range lines {
		lt := lineTally{
			line: l.Line, source: l.Source(), valid: l.Valid,
			holds: map[State]bool{}, landless: map[State]bool{},
		}
		t.lines = append(t.lines, lt)
		t.result.Boundaries = append(t.result.Boundaries, Boundary{Source: lt.source, Valid: lt.valid})
	}
	t.result.FixesByState = map[State]int{}
	t.result.Ceiling = CeilingFor(cfg.AircraftType)
	if cfg.MaxSpeed > 0 {
		t.result.Ceiling = Ceiling{Speed: cfg.MaxSpeed, Basis: Stated, Type: cfg.AircraftType}
	}
	t.result.Gap, t.result.Resolution = cfg.Gap, cfg.Resolution
	return t, nil
}

// Add takes the next fix.
func (t *Tally) Add(f flight.Fix) {
	t.buffer = append(t.buffer, f)
	if len(t.buffer) == block {
		t.take(t.buffer)
		t.buffer = t.buffer[:0]
	}
}

// Close takes what is left and returns the reckoning. The Tally is spent.
func (t *Tally) Close() Reckoning {
	t.take(t.buffer)
	t.buffer = nil
	t.tell()
	r := &t.result
	t.settle(nil)
	for i := range t.lines {
		l := &t.lines[i]
		l.done = append(l.done, l.open...)
		l.open = nil
	}
	t.judge()
	r.sort()
	return *r
}

func (r *Reckoning) sort() {
	slices.SortStableFunc(r.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.First.Index, b.First.Index), cmp.Compare(a.Last.Index, b.Last.Index), cmp.Compare(a.State, b.State))
	})
}

// take reckons some fixes, leaving out those that are none.
func (t *Tally) take(fixes []flight.Fix) {
	begin, latest := 0, t.last.Time
	for i := range fixes {
		f := &fixes[i]
		if f.Position.Valid() && !f.Time.Before(latest) {
			latest = f.Time
			continue
		}
		t.segment(fixes[begin:i])
		d := evidence.Defect{Code: CodePosition, Offset: f.Ref.Offset, Item: number(t.count), Got: degrees(f.Position), Want: "[-90, 90], [-180, 180]"}
		if f.Position.Valid() {
			d.Code, d.Got, d.Want = CodeOrder, stamp(f.Time), stamp(latest)
		}
		t.result.Findings = append(t.result.Findings, d)
		t.count++
		begin = i + 1
	}
	t.segment(fixes[begin:])
}

// segment reckons consecutive sound fixes.
func (t *Tally) segment(fixes []flight.Fix) {
	if len(fixes) == 0 {
		return
	}
	base := t.count
	t.vectors, t.steps = t.vectors[:0], t.steps[:0]
	for i := range fixes {
		t.vectors = append(t.vectors, t.surface.at(fixes[i].Position))
	}
	if t.result.Fixes == 0 {
		t.result.From = fixes[0].Time
	}
	seg := segment{fixes: fixes, vectors: t.vectors, base: base}
	before := geodesy.ToECEF(t.last.Position, 0)
	a := &t.last
	for i := range fixes {
		b := &fixes[i]
		changed := t.previous < 0
		for k := range t.lines {
			l := &t.lines[k]
			m := &t.is[k]
			force := l.valid.InForce(b.Time)
			var states States
			if force {
				states = l.line.StatesAt(b.Position)
			}
			// Most fixes are where the one before was: nothing is written then.
			if force != m.inForce || !states.equal(&m.states) {
				m.inForce, m.states = force, states
				changed = true
			}
		}
		var dt time.Duration
		if t.previous >= 0 {
			dt = b.Time.Sub(a.Time)
			t.jump(a, b, &before, &t.vectors[i], dt, base+i)
			if dt > t.cfg.Gap {
				t.gap(a, b, base+i, t.is)
			} else if len(t.reached) > 0 {
				t.settle(nil)
			}
		}
		t.steps = append(t.steps, dt)
		if changed {
			for k := range t.lines {
				l := &t.lines[k]
				if t.previous < 0 || !l.now.equal(&t.is[k]) {
					t.change(l, &t.is[k], &seg, a, b, i)
				}
			}
			t.tally()
		} else {
			t.inRow++
		}
		a, before, t.previous = b, t.vectors[i], base+i
	}
	for k := range t.lines {
		for _, r := range t.lines[k].open {
			t.flush(&t.lines[k], r, &seg, len(fixes))
			r.from = 0
		}
	}
	t.last = *a
	t.count += len(fixes)
	t.result.Fixes += len(fixes)
	t.result.To = a.Time
}

// tally counts the latest fix for its claimants, once for each row of fixes that agree.
func (t *Tally) tally() {
	t.tell()
	t.counted, t.inRow = member{}, 1
	for k := range t.is {
		if t.is[k].inForce {
			t.counted = t.is[k]
			break
		}
	}
}

func (t *Tally) tell() {
	switch c := &t.counted; {
	case t.inRow == 0:
	case !c.inForce:
		t.result.Unjudged += t.inRow
	case c.states.n == 0:
		t.result.FixesByState[""] += t.inRow
	default:
		for _, s := range c.states.list[:c.states.n] {
			t.result.FixesByState[s] += t.inRow
		}
	}
	t.inRow = 0
}

// change closes the runs that end between a and b and opens those that begin.
func (t *Tally) change(l *lineTally, is *member, seg *segment, a, b *flight.Fix, i int) {
	l.open = slices.DeleteFunc(l.open, func(r *run) bool {
		if is.states.Has(r.entry.State) {
			return false
		}
		var left Interval
		if is.inForce {
			left = t.cross(l, r, a, b, seg.base+i, false)
		}
		t.flush(l, r, seg, i)
		r.entry.GapAfter = Silence{Known: true, Duration: b.Time.Sub(a.Time)}
		if is.inForce {
			r.entry.Left = left
		} else {
			r.undated = true
		}
		l.done = append(l.done, r)
		t.spare = append(t.spare, r.limit.witnesses[:0], r.land.witnesses[:0])
		r.limit.witnesses, r.land.witnesses = nil, nil
		return true
	})
	for _, s := range is.states.list[:is.states.n] {
		if l.now.states.Has(s) && t.previous >= 0 {
			continue
		}
		r := &run{from: i}
		if n := len(t.spare); n >= 2 {
			r.limit.witnesses, r.land.witnesses = t.spare[n-1], t.spare[n-2]
			t.spare = t.spare[:n-2]
		}
		r.entry = Entry{State: s, First: sample(seg.base+i, b), Boundary: Boundary{Source: l.source, Valid: l.valid}}
		if t.previous < 0 {
			r.entry.Entered.Latest = b.Time.Add(t.cfg.Resolution)
		} else {
			r.entry.GapBefore = Silence{Known: true, Duration: b.Time.Sub(a.Time)}
			if l.now.inForce {
				r.entry.Entered = t.cross(l, r, a, b, seg.base+i, true)
			} else {
				r.entry.Entered.Latest = b.Time.Add(t.cfg.Resolution)
				r.undated = true
			}
		}
		l.open = append(l.open, r)
	}
	for _, r := range l.open {
		for _, o := range l.open {
			if o != r {
				r.entry.Others = addState(r.entry.Others, o.entry.State)
			}
		}
	}
	l.now = *is
}
