package mpegts

// Units that come before the first time of their program wait for it, within these bounds.
const (
	heldUnits = 256
	heldBytes = 1 << 20
)

// held is the queue of units that wait for a time. All units wait behind the first, so that their
// order stays that of the stream.
type held struct {
	units []heldUnit
	bytes int
	over  bool // the queue was full once: no more waiting
}

type heldUnit struct {
	unit    Unit
	program *program
}

// deliver hands out d.unit, or lets it wait.
func (d *Demuxer) deliver(p *program) {
	u := &d.unit
	if !u.HasPTS && p.hasNear {
		u.PTS, u.HasPTS, u.Estimated, u.Timeline = p.near, true, true, p.timeline
	}
	if d.held.over || len(d.held.units) == 0 && u.HasPTS {
		d.h.Unit(u)
		return
	}
	w := heldUnit{unit: *u, program: p}
	w.unit.Data = append([]byte(nil), u.Data...)
	d.held.units = append(d.held.units, w)
	d.held.bytes += len(u.Data)
	if len(d.held.units) >= heldUnits || d.held.bytes >= heldBytes {
		d.held.over = true
		d.release()
	}
}

// resolveHeld gives the first time of p to the units that wait for it, and hands out those that
// wait no more.
func (d *Demuxer) resolveHeld(p *program) {
	n := 0
	for i := range d.held.units {
		w := &d.held.units[i]
		if w.program == p && !w.unit.HasPTS {
			w.unit.PTS, w.unit.HasPTS, w.unit.Estimated, w.unit.Timeline = p.near, true, true, p.timeline
		}
		if n == i && w.unit.HasPTS {
			d.h.Unit(&w.unit)
			d.held.bytes -= len(w.unit.Data)
			n++
		}
	}
	d.held.units = d.held.units[n:]
}

// release hands out all that wait.
func (d *Demuxer) release() {
	for i := range d.held.units {
		d.h.Unit(&d.held.units[i].unit)
	}
	d.held.units, d.held.bytes = nil, 0
}
