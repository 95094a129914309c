package mpegts

import (
	"bytes"
	"fmt"
	"strconv"
)

func decimal(v int64) string { return strconv.FormatInt(v, 10) }

func hex(v uint64, digits int) string { return fmt.Sprintf("%0*X", digits, v) }

func millis(ticks int64) string {
	return strconv.FormatFloat(float64(ticks)/(Ticks/1000), 'f', 1, 64) + " ms"
}

func (st *stream) item() string { return "PID " + decimal(int64(st.pid)) }

// adaptation is what is read of an adaptation field (clause 2.4.3.4).
type adaptation struct {
	discontinuity bool
	randomAccess  bool
	hasPCR        bool
	pcr           int64 // 27 MHz
}

// parseAdaptation reads the adaptation field of a packet and returns where the payload starts.
func parseAdaptation(p []byte) (a adaptation, payload int, ok bool) {
	n := int(p[4])
	payload = 5 + n
	if payload > packetSize {
		return a, packetSize, false
	}
	if n == 0 {
		return a, payload, true
	}
	a.discontinuity = p[5]&0x80 != 0
	a.randomAccess = p[5]&0x40 != 0
	if p[5]&0x10 != 0 {
		if n < 7 {
			return a, payload, false
		}
		base := int64(p[6])<<25 | int64(p[7])<<17 | int64(p[8])<<9 | int64(p[9])<<1 | int64(p[10]>>7)
		a.hasPCR = true
		a.pcr = base*300 + (int64(p[10]&1)<<8 | int64(p[11]))
	}
	return a, payload, true
}

// packet takes one transport packet that the hot loop could not pass over. A damaged packet, one
// that is marked as in error or that had a bad sync byte, is used only if its PID is known and it
// is the next of it: then nothing is lost, and what is made of it says Damaged.
func (d *Demuxer) packet(p []byte, off int64, damaged bool) {
	d.position = off + packetSize
	pid := uint16(p[1]&0x1F)<<8 | uint16(p[2])
	ps := &d.pids[pid]
	if p[1]&0x80 != 0 {
		d.defect(CodeError, off, "PID "+decimal(int64(pid)), "", "")
	}
	if pid == nullPID {
		ps.packets++
		return
	}
	if damaged && !ps.seen {
		return
	}
	start, control := p[1]&0x40 != 0, p[3]>>4&3
	hasPayload := control&1 != 0
	var a adaptation
	payload, broken := 4, false
	if control&2 != 0 {
		var ok bool
		if a, payload, ok = parseAdaptation(p); !ok {
			d.defect(CodeAdaptation, off, "PID "+decimal(int64(pid)), decimal(int64(p[4]))+" B", "")
			broken = hasPayload
		}
	} else if control == 0 {
		d.defect(CodeAdaptation, off, "PID "+decimal(int64(pid)), "00", "01, 10 or 11")
		return
	}
	st := d.streamOf(pid)
	lost, duplicate := d.continuity(st, ps, p, payload, a.discontinuity, hasPayload, off, damaged)
	if duplicate {
		return
	}
	ps.packets++
	if a.hasPCR {
		d.pcr(pid, a, off)
	} else if a.discontinuity {
		d.announce(pid)
	}
	if lost || broken {
		d.loss(st, off)
	}
	if hasPayload && payload < packetSize {
		if p[3]&0xC0 != 0 {
			if !st.scrambled {
				d.defect(CodeScrambled, off, st.item(), "", "")
			} else {
				d.tally(CodeScrambled, off)
			}
			st.scrambled = true
			d.loss(st, off)
		} else {
			st.src.offset, st.src.damaged = off, damaged
			d.payload(st, p[payload:], off, start, a.randomAccess)
		}
	}
	ps.look()
	if st.passable() {
		ps.next = syncByte<<24 | uint32(pid)<<8 | 0x10 | uint32(ps.cc+1)&0xF
	}
}

// continuity checks the continuity counter (clause 2.4.3.3).
func (d *Demuxer) continuity(st *stream, ps *pidState, p []byte, payload int, discontinuity, hasPayload bool, off int64, damaged bool) (lost, ignore bool) {
	cc := p[3] & 0xF
	ps.look()
	body := p[min(payload, packetSize):]
	if ps.seen {
		want := ps.cc
		if hasPayload {
			want = (ps.cc + 1) & 0xF
		}
		if cc != want {
			if damaged {
				return false, true
			}
			if hasPayload && cc == ps.cc && !discontinuity && (!st.keepsLast() || bytes.Equal(st.last, body)) {
				d.defect(CodeDuplicate, off, st.item(), decimal(int64(cc)), decimal(int64(want)))
				return false, true
			}
			if !discontinuity {
				d.defect(CodeContinuity, off, st.item(), decimal(int64(cc)), decimal(int64(want)))
			}
			lost = true
		}
	}
	ps.cc, ps.seen = cc, true
	if hasPayload && st.keepsLast() {
		st.last = append(st.last[:0], body...)
	}
	return lost, false
}
