package segment

import (
	"time"

	"overflight/geodesy"
	"overflight/ingest"
	"overflight/journal"
)

// Why video was withheld.
const (
	ReasonOutside  = "outside-area"  // it shows ground outside the authorised area and its margin
	ReasonUnplaced = "place-unknown" // nobody can tell what it shows
)

// unseen is how long video is still taken after the last frame whose ground is known.
const unseen = 2 * time.Second

// door holds back video that shows no ground of the authorised area. Metadata always passes.
type door struct {
	area   *Area
	inside bool      // the ground that was shown last is within the area
	placed time.Time // when ground was shown last
	known  bool
	open   map[int]bool // video PIDs that pass: closed as soon as the ground is outside, open again from a key picture
	carry  []byte       // less than a packet
	videos []ingest.Video
	starts map[int]bool // by PID: whether its latest PES packet was of video, by its stream_id
	since  time.Time
}

// lapse is what was withheld at an offset of what is stored.
type lapse struct {
	at      int64
	bytes   int64
	packets int64
	long    time.Duration
	reason  string
}

// look notes where a frame looks.
func (d *door) look(m *moment) {
	if m.frame.Quarantined {
		return
	}
	t := m.frame.Time
	switch {
	case m.footprint.OnGround():
		d.known, d.placed = true, t
		d.inside = d.area.Holds(m.footprint.Corners[:])
	case t.Sub(d.placed) > unseen || t.Before(d.placed):
		d.known, d.inside = false, false
	}
	if !d.inside {
		clear(d.open)
	}
}

func (d *door) reason() string {
	if d.known {
		return ReasonOutside
	}
	return ReasonUnplaced
}

const tsPacket = 188

// filter stores what passes the door, packet by packet. Bytes that are in no packet are no video, and pass.
func (r *Recorder) filter(b []byte) {
	d := r.door
	if len(d.carry) > 0 {
		n := min(tsPacket-len(d.carry), len(b))
		d.carry = append(d.carry, b[:n]...)
		b = b[n:]
		if len(d.carry) < tsPacket {
			return
		}
		r.pass(d.carry)
		d.carry = d.carry[:0]
	}
	for len(b) >= tsPacket && r.err == nil {
		n := tsPacket
		if b[0] != 0x47 { // out of step: up to the next that may be one
			for n = 1; n < len(b) && b[n] != 0x47; n++ {
			}
		}
		r.pass(b[:n])
		b = b[n:]
	}
	d.carry = append(d.carry, b...)
}

// leftover stores what is no whole packet at the end.
func (r *Recorder) leftover() {
	if len(r.door.carry) > 0 {
		r.kept.append(r.door.carry)
		r.read(r.door.carry)
		r.door.carry = nil
	}
}

// pass stores a packet, or counts it as withheld.
func (r *Recorder) pass(p []byte) {
	if len(p) == tsPacket && !r.door.passes(p, r.session) {
		r.withhold(p)
		return
	}
	r.kept.append(p)
	r.read(p)
}

func (d *door) passes(p []byte, s *ingest.Session) bool {
	pid := int(p[1]&0x1F)<<8 | int(p[2])
	if pid < 0x20 || pid == 0x1FFF {
		return true
	}
	start := p[1]&0x40 != 0
	if start {
		d.videos = s.Videos(d.videos[:0])
		d.starts[pid] = isVideo(p)
	}
	codec, video := "", false
	for _, v := range d.videos {
		if v.PID == pid {
			codec, video = v.Codec, true
		}
	}
	if !video {
		// Tables may come late, and may be wrong: a PES packet says itself that it is video. What continues one that
		// nobody saw the start of is not let in either, before there are tables.
		says, known := d.starts[pid]
		video = says || !known && len(d.videos) == 0
	}
	if !video || d.open[pid] {
		return true
	}
	if d.inside && beginsKey(p, codec) {
		d.open[pid] = true
		return true
	}
	return false
}

// isVideo tells whether a packet that starts something starts a PES packet of video (ISO/IEC 13818-1 table 2-22).
func isVideo(p []byte) bool {
	at := 4
	if p[3]&0x20 != 0 {
		at += 1 + int(p[4])
	}
	return at+4 <= len(p) && p[at] == 0 && p[at+1] == 0 && p[at+2] == 1 && p[at+3]&0xF0 == 0xE0
}

// again brings the door to where it stood at the end of stored bytes: each packet of video in them had passed.
func (d *door) again(plain []byte, s *ingest.Session) {
	if !d.inside {
		return
	}
	d.videos = s.Videos(d.videos[:0])
	for i := 0; i+tsPacket <= len(plain); i += tsPacket {
		pid := int(plain[i+1]&0x1F)<<8 | int(plain[i+2])
		for _, v := range d.videos {
			if plain[i] == 0x47 && v.PID == pid {
				d.open[pid] = true
			}
		}
	}
}

// withhold counts a packet that is not stored.
func (r *Recorder) withhold(p []byte) {
	at, reason := r.end(), r.door.reason()
	n := len(r.lapses)
	if n == 0 || r.lapses[n-1].at != at || r.lapses[n-1].reason != reason {
		// A lapse goes on over the metadata in between.
		r.lapses = append(r.lapses, lapse{at: at, reason: reason})
		n++
	}
	l := &r.lapses[n-1]
	l.bytes += int64(len(p))
	l.packets++
	now := r.now
	if !r.door.since.IsZero() && now.After(r.door.since) && now.Sub(r.door.since) < unseen {
		l.long += now.Sub(r.door.since)
	}
	r.door.since = now
}

// withheld sums what was withheld before an offset.
func (r *Recorder) withheld(at int64) (journal.Withheld, int64) {
	var w journal.Withheld
	for i := range r.lapses {
		if l := &r.lapses[i]; l.at <= at {
			w.Packets += uint64(l.packets)
			w.Bytes += uint64(l.bytes)
			w.Duration += l.long
		}
	}
	return w, int64(w.Bytes)
}

// lapsed states what was withheld, by reason, and forgets it.
func (r *Recorder) lapsed(c *Cut) []journal.Event {
	var out []journal.Event
	for _, reason := range []string{ReasonOutside, ReasonUnplaced} {
		var w journal.Withheld
		for _, l := range r.lapses {
			if l.at <= r.base+c.Size && l.reason == reason {
				w.Packets += uint64(l.packets)
				w.Bytes += uint64(l.bytes)
				w.Duration += l.long
			}
		}
		if w.Packets > 0 {
			out = append(out, journal.MediaWithheld{Flight: r.cfg.Sortie, Source: r.cfg.Source, Reason: reason, Withheld: w, At: r.at})
		}
	}
	rest := r.lapses[:0]
	for _, l := range r.lapses {
		if l.at > r.base+c.Size {
			rest = append(rest, l)
		}
	}
	r.lapses = rest
	return out
}

// beginsKey tells whether a packet begins a picture at which decoding can start: by its adaptation field, or by what the
// first bytes of its PES packet hold.
func beginsKey(p []byte, codec string) bool {
	if p[1]&0x40 == 0 {
		return false
	}
	at := 4
	if p[3]&0x20 != 0 {
		if p[4] > 0 && p[5]&0x40 != 0 {
			return true
		}
		at += 1 + int(p[4])
	}
	for i := at; i+3 < len(p); i++ {
		if p[i] != 0 || p[i+1] != 0 || p[i+2] != 1 {
			continue
		}
		switch n := p[i+3]; codec {
		case "H.264":
			if n&0x80 == 0 && (n&0x1F == 5 || n&0x1F == 7) {
				return true
			}
		case "HEVC":
			if t := n >> 1 & 0x3F; n&0x80 == 0 && (t >= 16 && t <= 21 || t == 32 || t == 33) {
				return true
			}
		case "MPEG-2":
			if n == 0xB3 {
				return true
			}
		}
	}
	return false
}

// Area is ground that may be looked at.
type Area struct {
	rings  [][]geodesy.Position // closed or not; even and odd
	margin geodesy.Length
}

// NewArea is the ground within rings, by even and odd, and a margin around it.
func NewArea(rings [][]geodesy.Position, margin geodesy.Length) *Area {
	return &Area{rings: rings, margin: margin}
}

// Holds tells whether all points are in the area or within its margin.
func (a *Area) Holds(points []geodesy.Position) bool {
	for _, p := range points {
		if !a.inside(p) && !a.near(p) {
			return false
		}
	}
	return true
}

func (a *Area) inside(p geodesy.Position) bool {
	in := false
	for _, ring := range a.rings {
		for i, q := range ring {
			b := ring[(i+1)%len(ring)]
			ax, bx := geodesy.LongitudeDifference(p.Lon, q.Lon), geodesy.LongitudeDifference(p.Lon, b.Lon)
			if (q.Lat > p.Lat) != (b.Lat > p.Lat) && ax+(bx-ax)*(p.Lat-q.Lat)/(b.Lat-q.Lat) > 0 {
				in = !in
			}
		}
	}
	return in
}

// near tells whether a point is within the margin of an edge.
func (a *Area) near(p geodesy.Position) bool {
	for _, ring := range a.rings {
		for i, q := range ring {
			if geodesy.Distance(p, nearestOn(p, q, ring[(i+1)%len(ring)])) <= a.margin {
				return true
			}
		}
	}
	return false
}
