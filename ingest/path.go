package ingest

import (
	"strconv"
	"time"

	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
)

// Defects of a sequence of fixes, whatever it came from.
const (
	CodePosition      evidence.Code = "path.position"       // latitude or longitude that is no place
	CodeTimeBackwards evidence.Code = "path.time-backwards" // a fix older than the one before it
	CodeDuplicate     evidence.Code = "path.duplicate"      // the same fix again
	CodeNoTime        evidence.Code = "path.no-time"        // a position without an instant
)

// PathBuilder collects fixes into a path whose times never run backwards. A fix that cannot belong
// to it is left out and becomes a defect; nothing is moved or mended.
type PathBuilder struct {
	path    flight.Path
	gate    gate
	defects Defects
}

// NewPathBuilder starts a path. Resolution is the step of the time stamps.
func NewPathBuilder(source string, aircraft flight.Aircraft, resolution time.Duration) *PathBuilder {
	return &PathBuilder{path: flight.Path{Aircraft: aircraft, Source: source, Resolution: resolution}}
}

// Add appends a fix, or records why it was left out. It reports whether the fix was taken.
func (b *PathBuilder) Add(f flight.Fix) bool {
	if d, ok := b.gate.check(&f); !ok {
		b.defects.Add(d)
		return false
	}
	b.path.Fixes = append(b.path.Fixes, f)
	return true
}

// gate lets through the fixes that can follow each other in a path.
type gate struct {
	last flight.Fix
	open bool // there is a last
}

func (g *gate) check(f *flight.Fix) (evidence.Defect, bool) {
	d := evidence.Defect{Offset: f.Ref.Offset, Got: stamp(f.Time)}
	switch {
	case f.Time.IsZero():
		d.Code, d.Got = CodeNoTime, ""
	case !f.Position.Valid():
		d.Code, d.Got, d.Want = CodePosition, degrees(f.Position.Lat)+", "+degrees(f.Position.Lon), "-90..90, -180..180"
	case g.open && f.Time.Before(g.last.Time):
		d.Code, d.Want = CodeTimeBackwards, "≥ "+stamp(g.last.Time)
	case g.open && f.Time.Equal(g.last.Time) && f.Position == g.last.Position && f.Altitude == g.last.Altitude:
		d.Code = CodeDuplicate
	default:
		g.last, g.open = *f, true
		return evidence.Defect{}, true
	}
	return d, false
}

// Aircraft gives access to what is known of the aircraft, which a stream tells piece by piece.
func (b *PathBuilder) Aircraft() *flight.Aircraft { return &b.path.Aircraft }

// Path returns the path. The builder must not be used afterwards.
func (b *PathBuilder) Path() flight.Path { return b.path }

// Defects returns what was left out, and why.
func (b *PathBuilder) Defects() *Defects { return &b.defects }

func degrees(a geodesy.Angle) string { return strconv.FormatFloat(a.Degrees(), 'f', -1, 64) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z") }

// keptDefects is how many defects of one code are kept one by one; the rest are counted.
const keptDefects = 1000

// Defects is a bounded list of defects: of every code the first thousand are kept and all are
// counted, so that a stream that is wrong in every packet cannot fill the memory and nothing is
// lost in silence. The zero value is ready.
type Defects struct {
	list   []evidence.Defect
	counts map[evidence.Code]int
}

// Add records a defect.
func (d *Defects) Add(x evidence.Defect) {
	if d.counts == nil {
		d.counts = map[evidence.Code]int{}
	}
	d.counts[x.Code]++
	if d.counts[x.Code] <= keptDefects {
		d.list = append(d.list, x)
	}
}

// AddAll records several.
func (d *Defects) AddAll(xs []evidence.Defect) {
	for _, x := range xs {
		d.Add(x)
	}
}

// Count raises the count of a code by n without keeping a defect: somebody else had kept enough.
func (d *Defects) Count(code evidence.Code, n int) {
	if d.counts == nil {
		d.counts = map[evidence.Code]int{}
	}
	d.counts[code] += n
}

// Merge adds what another list kept and counted.
func (d *Defects) Merge(o *Defects) {
	d.AddAll(o.list)
	kept := map[evidence.Code]int{}
	for _, x := range o.list {
		kept[x.Code]++
	}
	for code, n := range o.counts {
		d.Count(code, n-kept[code])
	}
}

// List returns the defects that were kept, in the order of their discovery.
func (d *Defects) List() []evidence.Defect { return d.list }

// Kept is how many defects List returns, and Since those of them after the first n.
func (d *Defects) Kept() int { return len(d.list) }

// Since returns the defects that were kept after the first n.
func (d *Defects) Since(n int) []evidence.Defect { return d.list[min(n, len(d.list)):] }

// Total is how many there were of a code, kept or not.
func (d *Defects) Total(code evidence.Code) int { return d.counts[code] }

// Counts returns the totals by code.
func (d *Defects) Counts() map[evidence.Code]int { return d.counts }
