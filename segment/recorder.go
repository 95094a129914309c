package segment

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"overflight/evidence"
	"overflight/format/mpegts"
	"overflight/ingest"
	"overflight/journal"
	"overflight/sensor"
)

// Recorder records one source. It is for one goroutine.
type Recorder struct {
	cfg     Config
	kind    ingest.Kind
	head    []byte // until the kind is told
	session *ingest.Session
	door    *door // nil: everything is stored

	kept   store // and not cut
	base   int64 // offset of the first of them among the bytes stored
	starts []int64
	keys   []key
	lapses []lapse // withheld, in the order of the bytes
	video  bool    // there was a picture

	now      time.Time // by the clock; zero before the first
	minute   period    // of the cut that is being filled
	due      *due      // it is over, and waits for a place to end
	waits    []told    // told while it is due: they may belong behind its end
	units    int       // metadata packets in it
	arrivals []arrival // of what is in the buffer, by the clock of arrival
	ticks    int64     // PTS of the first key picture in it, of video without any other time
	hasTicks bool

	replaying bool // a segment that was cut before

	paths   []*path
	byPID   map[int]*path
	told    map[evidence.Code]int // findings that were stated
	classes ingest.Classes
	counts  journal.SegmentCounts
	seen    int

	at   time.Time // of the bytes at hand
	cuts []Cut
	err  error
}

// key is where a key picture begins.
type key struct {
	offset int64
	pid    int
	codec  string
}

// period is the time that a cut covers.
type period struct {
	from, to time.Time
	end      time.Time // of the minute; zero before anything has a time
}

// due says since where and when a cut is due.
type due struct {
	from int64
	at   time.Time
}

// told is an observation and how far its bytes reach.
type told struct {
	end    int64
	path   *path
	moment moment
}

// arrival is when the bytes from an offset on arrived.
type arrival struct {
	offset int64
	at     time.Time
}

// NewRecorder returns a Recorder that has recorded nothing.
func NewRecorder(c Config) (*Recorder, error) {
	if c.Most <= 0 {
		c.Most = DefaultMost
	}
	if len(c.Lines) == 0 {
		return nil, errors.New("segment: no boundary line")
	}
	r := &Recorder{cfg: c, byPID: map[int]*path{}, told: map[evidence.Code]int{}}
	if c.Area != nil {
		r.door = &door{area: c.Area, open: map[int]bool{}, starts: map[int]bool{}}
	}
	if c.Kind != "" {
		return r, r.begin(c.Kind)
	}
	return r, nil
}

func (r *Recorder) begin(kind ingest.Kind) error {
	session, err := ingest.NewSession(kind, ingest.Options{Source: r.cfg.Source, Scale: r.cfg.Scale, Heads: true, Sights: true}, ingest.Visitor{
		Observation: r.observe, Picture: r.picture, Unit: r.unit,
	})
	if err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	r.kind, r.session = kind, session
	return nil
}

// Kind is what the stream was told to be; empty before its first bytes have told.
func (r *Recorder) Kind() ingest.Kind { return r.kind }

// sniffed is how many bytes tell a transport stream.
const sniffed = 4096

// KindOf tells the kind of a stream by its first bytes; what is neither is taken for a transport stream that has lost its
// packets.
func KindOf(head []byte) ingest.Kind {
	if _, ok := mpegts.Sniff(head); ok {
		return ingest.TransportStream
	}
	if len(head) >= 4 && head[0] == 0x06 && head[1] == 0x0E && head[2] == 0x2B && head[3] == 0x34 {
		return ingest.BareKLV
	}
	return ingest.TransportStream
}

// Take takes bytes as they arrived at an instant, and returns what is over. Without bytes it says that the time has come
// without any: a minute that is long over ends. b is not kept.
func (r *Recorder) Take(b []byte, at time.Time) ([]Cut, error) {
	if r.err != nil {
		return nil, r.err
	}
	r.cuts, r.at = nil, at
	if r.cfg.Clock == journal.ArrivalClock {
		r.arrive(at, len(b) == 0)
	}
	if r.kept.size+int64(len(r.head)+len(b)) > r.cfg.Most && r.kept.size > 0 {
		r.cut(r.end())
	}
	if r.session == nil {
		r.head = append(r.head, b...)
		if len(r.head) < sniffed {
			return r.cuts, nil
		}
		if b, r.err = r.head, r.begin(KindOf(r.head)); r.err != nil {
			return nil, r.err
		}
		r.head = nil
	}
	if len(b) > 0 {
		r.store(b)
	}
	return r.cuts, r.err
}

// end is the offset behind what is stored.
func (r *Recorder) end() int64 { return r.base + r.kept.size }

// store stores bytes and reads them; through the door, packet by packet.
func (r *Recorder) store(b []byte) {
	if r.door != nil && r.kind == ingest.TransportStream {
		r.filter(b)
		return
	}
	r.kept.append(b)
	r.read(b)
}

func (r *Recorder) read(b []byte) {
	if _, err := r.session.Write(b); err != nil && r.err == nil {
		r.err = fmt.Errorf("segment: %w", err)
	}
}

// Finish ends the recording: the last cuts, with everything settled. The Recorder is spent.
func (r *Recorder) Finish(at time.Time) ([]Cut, error) {
	if r.err != nil {
		return nil, r.err
	}
	r.cuts, r.at = nil, at
	if r.session == nil {
		if r.err = r.begin(KindOf(r.head)); r.err != nil {
			return nil, r.err
		}
		r.store(r.head)
		r.head = nil
	}
	if r.door != nil {
		r.leftover()
	}
	if _, err := r.session.Flush(); err != nil {
		return nil, fmt.Errorf("segment: %w", err)
	}
	r.settle(r.end())
	r.due = nil
	for _, p := range r.paths {
		if err := p.close(); err != nil {
			return nil, err
		}
	}
	if r.kept.size > 0 || len(r.lapses) > 0 || len(r.paths) > 0 {
		r.emit(r.end())
	}
	return r.cuts, r.err
}

// Resume records a sealed segment again: plain is what it holds. What ended it then is not told by its bytes, so it ends
// where they end. What follows from it was stated then, and is not returned.
func (r *Recorder) Resume(plain []byte, sealed journal.SegmentSealed) error {
	r.cuts, r.at = nil, sealed.At
	if r.session == nil {
		if r.err = r.begin(KindOf(plain)); r.err != nil {
			return r.err
		}
	}
	r.replaying = true
	r.kept.append(plain)
	r.read(plain)
	r.replaying = false
	if r.door != nil {
		r.door.again(plain, r.session)
	}
	if n := int64(sealed.Withheld.Bytes); n > 0 {
		r.lapses = append(r.lapses, lapse{at: r.end(), bytes: n})
	}
	if r.cfg.Clock == journal.ArrivalClock {
		r.now, r.arrivals = sealed.To, nil
	}
	r.cut(r.end())
	r.cuts = nil
	return r.err
}

// Told says how many findings of each code were stated for what Resume was given.
func (r *Recorder) Told(findings map[evidence.Code]int) {
	for code, n := range findings {
		r.told[code] = max(r.told[code], n)
	}
}

// unit is told where a metadata packet begins.
func (r *Recorder) unit(u *ingest.Unit) {
	if r.due != nil && !r.video && !r.replaying && u.Offset >= r.due.from && u.Offset > r.base {
		r.cut(u.Offset)
	}
	r.starts = append(r.starts, u.Offset)
	r.units++
}

// picture is told where a picture begins.
func (r *Recorder) picture(p *ingest.Picture) {
	r.video = true
	r.starts = append(r.starts, p.Offset)
	if !p.Key {
		return
	}
	r.keys = append(r.keys, key{offset: p.Offset, pid: p.PID, codec: p.Codec})
	switch {
	case r.replaying || p.Offset <= r.base:
	case r.due != nil && p.Offset >= r.due.from:
		r.cut(p.Offset)
		return
	case r.cfg.Clock == journal.StreamClock && len(r.paths) == 0 && p.HasPTS:
		// Video that nobody tells the time of is cut by its own.
		if !r.hasTicks {
			r.ticks, r.hasTicks = p.PTS, true
		}
		if d := p.PTS - r.ticks; d < 0 || d >= int64(time.Minute/time.Second)*mpegts.Ticks {
			r.ticks = p.PTS
			r.cut(p.Offset)
		}
	}
}

// observe is told what a packet says.
func (r *Recorder) observe(o *ingest.Observation) error {
	p := r.path(o)
	m := moment{fix: o.Fix, hasFix: o.HasFix, frame: o.Frame, classes: o.Classes, marking: o.Marking}
	if o.Aircraft != nil {
		m.aircraft = *o.Aircraft
	}
	m.footprint = sensor.Compute(&m.frame, sensor.Options{Geoid: r.cfg.Geoid})
	m.sights = sightsOf(o.Sights, &m.footprint)
	if r.door != nil {
		r.door.look(&m)
	}
	if r.cfg.Clock == journal.StreamClock && !m.frame.Quarantined && !m.frame.Time.IsZero() && p == r.paths[0] {
		r.tick(m.frame.Time, m.frame.Ref.Offset)
	}
	x := told{end: r.session.Position(), path: p, moment: m}
	p.newest(&m)
	if r.due != nil {
		r.waits = append(r.waits, x)
		return nil
	}
	return r.apply(&x)
}

func (r *Recorder) apply(x *told) error {
	m := &x.moment
	if r.cfg.Clock == journal.StreamClock && x.path == r.paths[0] && !m.frame.Quarantined && !m.frame.Time.IsZero() {
		r.cover(m.frame.Time)
	}
	r.counts.Frames++
	if m.hasFix {
		r.counts.Fixes++
	}
	if m.footprint.OnGround() {
		r.counts.Footprints++
	}
	r.classes.People += m.classes.People
	r.classes.Vehicles += m.classes.Vehicles
	r.classes.Others += m.classes.Others
	return x.path.take(m)
}

// tick moves the clock of the stream to the time of the packet at an offset.
func (r *Recorder) tick(t time.Time, offset int64) {
	if r.replaying {
		r.now = t
		return
	}
	switch {
	case r.minute.end.IsZero() || offset <= r.base:
	case t.Before(r.now.Add(-backward)) || t.After(r.now.Add(forward)):
		// A jump parts segments where it is, once there is something to part.
		if r.units > settled {
			r.cut(offset)
		}
	case r.due == nil && !t.Before(r.minute.end):
		if !r.video {
			r.cut(offset)
			break
		}
		r.due = &due{from: offset, at: t}
		// The key picture may have been told before the packet that says the time.
		for _, k := range r.keys {
			if k.offset >= offset {
				r.cut(k.offset)
				break
			}
		}
	case r.due != nil && !t.Before(r.due.at.Add(patience)):
		r.cut(offset)
	}
	r.now = t
}

// cover notes that the cut holds an instant.
func (r *Recorder) cover(t time.Time) {
	m := &r.minute
	if m.from.IsZero() || t.Before(m.from) {
		m.from = t
	}
	if t.After(m.to) {
		m.to = t
	}
	if m.end.IsZero() {
		m.end = t.Truncate(time.Minute).Add(time.Minute)
	}
}

// arrive moves the clock of arrival, before the bytes that arrived are stored.
func (r *Recorder) arrive(at time.Time, idle bool) {
	held := r.kept.size > 0 || len(r.lapses) > 0
	if held && r.session != nil && !r.minute.end.IsZero() {
		switch {
		case !at.Before(r.minute.end.Add(patience)):
			r.cut(r.end())
		case r.due == nil && !at.Before(r.minute.end) && !idle:
			if r.units == 0 && !r.video {
				r.cut(r.end())
				break
			}
			r.due = &due{from: r.end(), at: at}
		}
	}
	if idle {
		return
	}
	r.now = at
	r.arrivals = append(r.arrivals, arrival{offset: r.end(), at: at})
	r.cover(r.arrivals[0].at)
}

// arrived is when the byte at an offset arrived.
func (r *Recorder) arrived(offset int64) (time.Time, bool) {
	for _, a := range slices.Backward(r.arrivals) {
		if a.offset <= offset {
			return a.at, true
		}
	}
	return time.Time{}, false
}

// settle applies what was told while a cut was due, up to an offset.
func (r *Recorder) settle(through int64) {
	waits := r.waits
	r.waits = nil
	for i := range waits {
		if waits[i].end > through {
			r.waits = append(r.waits, waits[i])
			continue
		}
		if err := r.apply(&waits[i]); err != nil && r.err == nil {
			r.err = err
		}
	}
}

// cut ends the cut that is being filled at an offset, and begins the next.
func (r *Recorder) cut(at int64) {
	r.settle(at)
	r.due = nil
	r.emit(at)
	rest := r.waits
	r.waits = nil
	for i := range rest {
		if err := r.apply(&rest[i]); err != nil && r.err == nil {
			r.err = err
		}
	}
}
