package segment

import (
	"fmt"
	"reflect"
	"strconv"
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/ingest"
	"overflight/journal"
	"overflight/sensor"
	"overflight/survey"
)

// moment is what one packet said.
type moment struct {
	aircraft  flight.Aircraft
	fix       flight.Fix
	hasFix    bool
	frame     sensor.Frame
	footprint sensor.Footprint
	classes   ingest.Classes
	marking   *ingest.Marking
	sights    []survey.Observation
}

// path is one metadata stream while it is recorded: its account, and what of it was not stated yet.
type path struct {
	cfg      *Config
	source   string
	is       flight.Aircraft
	keeper   *account.Keeper
	waiting  []moment // until the aircraft type is told: it decides the maximum speed
	closed   bool
	final    account.Path
	latest   Provisional
	fresh    bool
	findings map[evidence.Code]int // of the account, as it stood at the last cut
	examples map[evidence.Code]evidence.Defect

	fixes      []flight.Fix
	firstFix   uint64
	looks      []journal.Look
	firstLook  uint64
	sights     []survey.Observation
	firstSight uint64
	thin       thin
	resolution time.Duration

	numbers map[entryKey]uint64
	stated  map[entryKey]statedEntry
	gaps    int
	looked  map[lookKey]account.Look
}

// entryKey tells entries apart while they grow.
type entryKey struct {
	state    airspace.State
	first    int
	possible bool
	line     string
}

type statedEntry struct {
	entry airspace.Entry
	open  bool
}

type lookKey struct {
	state airspace.State
	from  account.Vantage
}

// undecided is how many packets may pass before the stream must have told the aircraft type: as `account` has it.
const undecided = 300

func (r *Recorder) path(o *ingest.Observation) *path {
	p := r.byPID[o.PID]
	if p == nil {
		source := r.cfg.Source
		if len(r.paths) > 0 {
			source += "#" + strconv.Itoa(o.PID)
		}
		p = newPath(&r.cfg, source)
		r.byPID[o.PID] = p
		r.paths = append(r.paths, p)
	}
	return p
}

func newPath(c *Config, source string) *path {
	return &path{
		cfg: c, source: source, numbers: map[entryKey]uint64{}, stated: map[entryKey]statedEntry{}, looked: map[lookKey]account.Look{},
	}
}

func (p *path) newest(m *moment) {
	if m.frame.Quarantined {
		return
	}
	p.latest = Provisional{
		Source: p.source, Aircraft: m.aircraft, Fix: m.fix, HasFix: m.hasFix, Frame: m.frame.Time,
		Sensor: m.frame.Position, Heading: m.frame.Heading, Altitude: m.frame.Altitude, Footprint: m.footprint,
		Marking: m.marking,
	}
	p.fresh = true
}

// take takes what a packet said.
func (p *path) take(m *moment) error {
	p.is = m.aircraft
	if m.hasFix {
		p.fixes = append(p.fixes, m.fix)
	}
	if !m.frame.Quarantined {
		p.looks = append(p.looks, journal.Look{Sensor: m.frame.Position, Altitude: m.frame.Altitude, Footprint: m.footprint})
		p.sights = append(p.sights, m.sights...)
	}
	if p.keeper == nil {
		p.waiting = append(p.waiting, *m)
		if p.is.Type == "" && len(p.waiting) < undecided {
			return nil
		}
		return p.begin()
	}
	p.keep(m)
	return nil
}

func (p *path) begin() error {
	keeper, err := account.New(p.is, p.source, p.cfg.Lines, p.cfg.Account)
	if err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	p.keeper = keeper
	for i := range p.waiting {
		p.keep(&p.waiting[i])
	}
	p.waiting = nil
	return nil
}

func (p *path) keep(m *moment) {
	if m.hasFix {
		p.keeper.Fix(m.fix)
	}
	p.keeper.Frame(&m.frame, &m.footprint)
}

// close settles the account.
func (p *path) close() error {
	if p.keeper == nil {
		if err := p.begin(); err != nil {
			return err
		}
	}
	p.keeper.Identify(p.is)
	p.final, p.closed = p.keeper.Close(), true
	return nil
}

// events states what is new since the cut before.
func (p *path) events(at time.Time) []journal.Event {
	flight := p.cfg.Sortie
	var out []journal.Event
	for len(p.fixes) > 0 {
		n := min(len(p.fixes), fixBlock)
		out = append(out, journal.FixesRecorded{
			Flight: flight, Aircraft: p.is, Source: p.source, Resolution: p.resolution, First: p.firstFix, Fixes: p.fixes[:n:n], At: at,
		})
		p.fixes, p.firstFix = p.fixes[n:], p.firstFix+uint64(n)
	}
	for len(p.looks) > 0 {
		n := min(len(p.looks), footprintBlock)
		out = append(out, journal.FootprintsRecorded{Flight: flight, Source: p.source, First: p.firstLook, Footprints: p.looks[:n:n], At: at})
		p.looks, p.firstLook = p.looks[n:], p.firstLook+uint64(n)
	}
	out = append(out, p.observations(at)...)
	p.fixes, p.looks, p.sights = nil, nil, nil
	if p.keeper == nil {
		return out
	}
	account := p.final
	if !p.closed {
		account = p.keeper.Snapshot()
	}
	return append(out, p.account(&account, at)...)
}

// account states what is new in the account of the path.
func (p *path) account(a *account.Path, at time.Time) []journal.Event {
	flight := p.cfg.Sortie
	var out []journal.Event
	for i := range a.Airspace.Entries {
		e := a.Airspace.Entries[i]
		k := entryKey{e.State, e.First.Index, e.Verdict == airspace.Possible, e.Boundary.Source.Name}
		now := statedEntry{e, !p.closed && a.Airspace.Open(&e)}
		before, known := p.stated[k]
		switch {
		case !known:
			p.numbers[k] = uint64(len(p.numbers) + 1)
			out = append(out, journal.EntryFound{Flight: flight, Source: p.source, Number: p.numbers[k], Entry: e, At: at})
			if now.open {
				out = append(out, journal.EntryUpdated{Flight: flight, Source: p.source, Number: p.numbers[k], Entry: e, Open: true, At: at})
			}
		case !reflect.DeepEqual(before, now):
			out = append(out, journal.EntryUpdated{Flight: flight, Source: p.source, Number: p.numbers[k], Entry: e, Open: now.open, At: at})
		default:
			continue
		}
		p.stated[k] = now
	}
	for ; p.gaps < len(a.Airspace.Gaps); p.gaps++ {
		out = append(out, journal.GapFound{Flight: flight, Source: p.source, Gap: a.Airspace.Gaps[p.gaps], At: at})
	}
	for _, l := range a.LookedInto {
		k := lookKey{l.State, l.From}
		if before, ok := p.looked[k]; ok && reflect.DeepEqual(before, l) {
			continue
		}
		p.looked[k] = l
		out = append(out, journal.LookedInto{Flight: flight, Source: p.source, Look: l, At: at})
	}
	p.findings, p.examples = map[evidence.Code]int{}, map[evidence.Code]evidence.Defect{}
	for _, d := range a.Findings {
		n := 1
		if v, err := strconv.Atoi(d.Got); err == nil && counted[d.Code] {
			n = v
		}
		p.findings[d.Code] += n
		p.examples[d.Code] = d
	}
	return out
}

// counted are the findings of an account that stand once for many.
var counted = map[evidence.Code]bool{
	account.CodeUntimed: true, account.CodeUnplaced: true, account.CodeUnjudged: true, account.CodeWide: true, account.CodeCoarse: true,
}

// Provisional returns the newest of each path that has something newer than at the call before.
func (r *Recorder) Provisional(dst []Provisional) []Provisional {
	for _, p := range r.paths {
		if p.fresh {
			dst = append(dst, p.latest)
			p.fresh = false
		}
	}
	return dst
}

// Latest returns the newest of each path, also when it was returned before.
func (r *Recorder) Latest(dst []Provisional) []Provisional {
	for _, p := range r.paths {
		dst = append(dst, p.latest)
	}
	return dst
}

// Aircraft is what the first path tells of the aircraft so far.
func (r *Recorder) Aircraft() flight.Aircraft {
	if len(r.paths) == 0 {
		return flight.Aircraft{}
	}
	return r.paths[0].latest.Aircraft
}

// OfPath is the one cut of a file of positions: its bytes whole, and what follows from one of its paths.
func OfPath(c Config, from flight.Path, bytes []byte, defects []evidence.Defect, at time.Time) (Cut, error) {
	out := Cut{Blocks: [][]byte{bytes}, Size: int64(len(bytes)), Consumed: int64(len(bytes)), Clock: journal.StreamClock, Uncertainty: -time.Microsecond}
	if len(bytes) > 0 {
		out.Packets = []Range{{Length: int64(len(bytes))}}
	}
	told, err := account.Of(from, c.Lines, c.Account)
	if err != nil {
		return out, fmt.Errorf("segment: %w", err)
	}
	p := newPath(&c, c.Source)
	p.is, p.fixes, p.resolution = from.Aircraft, from.Fixes, from.Resolution
	out.From, out.To = told.From, told.To
	if n := len(from.Fixes); n > 0 && out.From.IsZero() {
		out.From, out.To = from.Fixes[0].Time, from.Fixes[n-1].Time
	}
	out.Minute = out.From.Truncate(time.Minute)
	out.Counts.Fixes = uint64(len(from.Fixes))
	out.Events = p.events(at)
	p.closed = true
	out.Events = append(out.Events, p.account(&told, at)...)
	for _, d := range append(defects, told.Findings...) {
		out.Counts.Defects++
		out.Events = append(out.Events, journal.DefectsFound{Flight: c.Sortie, Source: c.Source, Example: d, Count: 1, At: at})
	}
	return out, nil
}
