package mpegts

const (
	wrap       = int64(1) << 33 // of PTS, DTS and PCR base
	pcrWrap    = wrap * 300
	pcrGapMax  = 27000000 / 10    // 100 ms (ST 1402.2 clause 7.2)
	ptsGapMax  = Ticks * 7 / 10   // 0.7 s (ST 1402.2 clause 7.3)
	psiGapMax  = Ticks * 25 / 100 // 250 ms (ST 1402-02)
	pcrPerTick = 300
)

// clock is the time base of one program.
type clock struct {
	ref      int64 // last unwrapped time of the program; others are taken as nearest to it
	hasRef   bool
	byPCR    bool // ref is that of a PCR, which may lie before a wrap that the first PTS has behind it
	timeline int

	lastPCR     int64 // 27 MHz, wrapped
	hasPCR      bool
	expectsJump bool // a discontinuity was declared, its first PCR is to come

	now    int64 // time of what is being read: DTS of the video, PCR where there is none
	hasNow bool

	near    int64 // PTS for units that have none
	hasNear bool
}

// unwrap returns the time nearest to the last one that equals raw modulo 33 bits. The first PTS of
// a timeline is taken as it is.
func (c *clock) unwrap(raw int64, isPCR bool) int64 {
	if !c.hasRef || c.byPCR && !isPCR {
		c.ref, c.hasRef, c.byPCR = raw, true, isPCR
		return raw
	}
	c.ref += signed(raw-c.ref, wrap)
	return c.ref
}

// signed returns d modulo m in the range -m/2 up to m/2.
func signed(d, m int64) int64 {
	d %= m
	if d < 0 {
		d += m
	}
	if d >= m/2 {
		d -= m
	}
	return d
}

// reanchor starts a new timeline at a declared discontinuity.
func (c *clock) reanchor(raw int64) {
	if c.hasRef {
		c.timeline++
	}
	c.ref, c.hasRef, c.byPCR = raw, true, true
	c.hasPCR, c.hasNow, c.expectsJump = false, false, false
}

// psiTime measures the distance between repetitions of a table. The clock ticks once a picture,
// so the time of a table is known only as between two ticks: the distance taken is the shortest
// that fits, from the first tick after one table to the last before the next.
type psiTime struct {
	tick     int64
	timeline int
	has      bool // tick is that of the first tick after the table
	waits    bool
}

// repeated takes note of the table and returns the distance to the one before.
func (t *psiTime) repeated(c *clock) (gap int64, ok bool) {
	if t.has && c.hasNow && t.timeline == c.timeline {
		gap, ok = c.now-t.tick, true
	}
	t.has, t.waits = false, true
	return gap, ok
}

func (t *psiTime) ticked(c *clock) {
	if t.waits {
		t.tick, t.timeline = c.now, c.timeline
		t.has, t.waits = true, false
	}
}

// tick moves the time of a program to now.
func (d *Demuxer) tick(p *program, now int64) {
	p.now, p.hasNow = now, true
	p.pmtAt.ticked(&p.clock)
	if d.psiClock == nil {
		d.psiClock = p
	}
	if d.psiClock == p {
		d.patAt.ticked(&p.clock)
	}
}

// setNear takes pts as the time of units that have none of their own.
func (d *Demuxer) setNear(p *program, pts int64) {
	first := !p.hasNear
	p.near, p.hasNear = pts, true
	if first {
		d.resolveHeld(p)
	}
}

// announce notes a declared discontinuity whose PCR is to come.
func (d *Demuxer) announce(pid uint16) {
	for _, p := range d.programs {
		if p.hasPMT && p.pcrPID == pid {
			p.expectsJump = true
		}
	}
}

// pcr takes a program clock reference.
func (d *Demuxer) pcr(pid uint16, a adaptation, off int64) {
	for _, p := range d.programs {
		if !p.hasPMT || p.pcrPID != pid {
			continue
		}
		if a.discontinuity || p.expectsJump {
			p.reanchor(a.pcr / pcrPerTick)
		}
		if p.hasPCR {
			switch delta := signed(a.pcr-p.lastPCR, pcrWrap); {
			case delta < 0:
				d.defect(CodePCRBackward, off, "PID "+decimal(int64(pid)), millis(delta/pcrPerTick), "")
			case delta > pcrGapMax:
				d.defect(CodePCRGap, off, "PID "+decimal(int64(pid)), millis(delta/pcrPerTick), "100 ms")
			}
		}
		p.lastPCR, p.hasPCR = a.pcr, true
		if !p.hasVideo {
			now := p.unwrap(a.pcr/pcrPerTick, true)
			d.tick(p, now)
			d.setNear(p, now)
		}
	}
}

// stamp unwraps the times of a PES packet and checks their distance from those before.
func (d *Demuxer) stamp(st *stream, h *pesHeader) (pts, dts int64) {
	p := st.program
	pts = p.unwrap(h.pts, false)
	dts = pts
	if h.hasDTS {
		dts = pts + signed(h.dts-h.pts, wrap)
	}
	if st.hasStamp && st.stampTimeline == p.timeline {
		switch delta := dts - st.stamp; {
		case delta > ptsGapMax:
			d.defect(CodePTSGap, st.pesOffset, st.item(), millis(delta), "700 ms")
		case delta < -ptsGapMax, delta < 0 && st.isMetadata():
			d.defect(CodePTSBackward, st.pesOffset, st.item(), millis(delta), "")
		}
	}
	st.stamp, st.stampTimeline, st.hasStamp = dts, p.timeline, true
	return pts, dts
}
