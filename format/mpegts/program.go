package mpegts

import (
	"encoding/binary"
	"slices"
)

// maxPrograms bounds what a PAT can make us keep; the table's 16-bit numbers allow 65,536.
const maxPrograms = 4096

// program is one program of the PAT.
type program struct {
	clock
	number   uint16
	pmtPID   uint16
	pcrPID   uint16
	version  int
	hasPMT   bool
	hasVideo bool
	elements []element
	pmtAt    psiTime
}

// element is one elementary stream of a PMT.
type element struct {
	pid        uint16
	streamType byte
	ds         descriptors
}

// role is what the packets of a PID are to us.
type role uint8

const (
	roleUnlisted  role = iota // no table names it
	rolePAT                   // program association section
	rolePMT                   // program map section
	roleAsync                 // metadata in PES
	roleSync                  // metadata in access unit cells in PES
	roleUndecided             // private data that may turn out to be metadata
	roleVideo
	roleOther // an elementary stream of no concern
)

// Stream types of clause 2.4.4.9, table 2-34.
const (
	typeMPEG1    = 0x01
	typeMPEG2    = 0x02
	typePrivate  = 0x06
	typeMPEG4    = 0x10
	typeMetadata = 0x15
	typeH264     = 0x1B
	typeHEVC     = 0x24
	typeVVC      = 0x33
)

// roleOf tells what an element of a PMT is to us.
func roleOf(e *element) role {
	switch e.streamType {
	case typeMPEG1, typeMPEG2, typeMPEG4, typeH264, typeHEVC, typeVVC:
		return roleVideo
	case typePrivate:
		if e.ds.registration == formatKLVA || e.ds.metadata == formatKLVA {
			return roleAsync
		}
		return roleUndecided
	case typeMetadata:
		if e.ds.metadata == formatKLVA || e.ds.registration == formatKLVA {
			return roleSync
		}
		return roleUndecided
	}
	return roleOther
}

func codecOf(streamType byte) Codec {
	switch streamType {
	case typeMPEG1, typeMPEG2:
		return MPEG2
	case typeH264:
		return H264
	case typeHEVC:
		return HEVC
	}
	return UnknownCodec
}

func (d *Demuxer) program(number uint16) *program {
	for _, p := range d.programs {
		if p.number == number {
			return p
		}
	}
	return nil
}

// pat takes the programs of a section. Only a PAT of one section tells which programs are gone.
func (d *Demuxer) pat(b []byte, whole bool, off int64) {
	first := !d.seenPAT
	d.seenPAT = true
	var listed []uint16
	for ; len(b) >= 4; b = b[4:] {
		number, pid := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])&0x1FFF
		if number == 0 {
			continue // network information
		}
		listed = append(listed, number)
		p := d.program(number)
		if p == nil {
			if len(d.programs) >= maxPrograms {
				d.defect(CodeSection, off, "PAT", "", decimal(maxPrograms)+" programs at most")
				return
			}
			p = &program{number: number}
			d.programs = append(d.programs, p)
			if !first {
				d.defect(CodeProgram, off, "program "+decimal(int64(number)), "added", "")
			}
		} else if p.pmtPID != pid {
			d.defect(CodeProgram, off, "program "+decimal(int64(number))+" PMT PID", decimal(int64(pid)), decimal(int64(p.pmtPID)))
		}
		p.pmtPID = pid
		st := d.streamOf(pid)
		if st.role != rolePAT && st.role != rolePMT {
			d.endStream(st, off)
			st.role = rolePMT
			d.pids[pid].look()
		}
	}
	if !whole {
		return
	}
	kept := d.programs[:0]
	for _, p := range d.programs {
		if slices.Contains(listed, p.number) {
			kept = append(kept, p)
			continue
		}
		d.defect(CodeProgram, off, "program "+decimal(int64(p.number)), "removed", "")
		d.drop(p, nil, off)
		if d.psiClock == p {
			d.psiClock = nil
		}
	}
	clear(d.programs[len(kept):])
	d.programs = kept
}

// drop ends the streams of p that are not in the new list.
func (d *Demuxer) drop(p *program, list []element, off int64) {
	for _, e := range p.elements {
		if slices.ContainsFunc(list, func(n element) bool { return n.pid == e.pid }) {
			continue
		}
		if st := d.streamOf(e.pid); st.program == p && st.role != rolePAT && st.role != rolePMT {
			d.endStream(st, off)
			st.setRole(roleUnlisted)
			st.program = d.stray
			d.pids[e.pid].look()
		}
	}
}

// pmt takes the program map section of p.
func (d *Demuxer) pmt(p *program, b []byte, version int, off int64) {
	item := "PMT of program " + decimal(int64(p.number))
	if len(b) < 4 {
		d.defect(CodeSection, off, item, decimal(int64(len(b)))+" B", "4 B or more")
		return
	}
	pcrPID := binary.BigEndian.Uint16(b) & 0x1FFF
	info := int(binary.BigEndian.Uint16(b[2:]) & 0x0FFF)
	if 4+info > len(b) {
		d.defect(CodeSection, off, item, "program_info_length "+decimal(int64(info)), "")
		return
	}
	b = b[4+info:]
	var list []element
	for len(b) >= 5 {
		n := int(binary.BigEndian.Uint16(b[3:]) & 0x0FFF)
		if 5+n > len(b) {
			d.defect(CodeSection, off, item, "ES_info_length "+decimal(int64(n)), "")
			break
		}
		e := element{streamType: b[0], pid: binary.BigEndian.Uint16(b[1:]) & 0x1FFF, ds: parseDescriptors(b[5 : 5+n])}
		b = b[5+n:]
		if e.pid == nullPID || slices.ContainsFunc(list, func(o element) bool { return o.pid == e.pid }) {
			d.defect(CodeSection, off, item, "PID "+decimal(int64(e.pid)), "")
			continue
		}
		list = append(list, e)
	}
	if p.hasPMT {
		if changed := changes(p, pcrPID, list); changed != "" {
			d.defect(CodeProgram, off, item, changed, "")
		}
		d.drop(p, list, off)
	}
	if p.pcrPID != pcrPID {
		p.hasPCR = false
	}
	p.pcrPID, p.version, p.hasPMT = pcrPID, version, true
	p.elements = list
	p.hasVideo = false
	for i := range list {
		d.declare(p, &list[i], off)
	}
}

// changes says what a new PMT changes, empty for nothing but its version.
func changes(p *program, pcrPID uint16, list []element) string {
	var s string
	if p.pcrPID != pcrPID {
		s += "PCR PID " + decimal(int64(p.pcrPID)) + " to " + decimal(int64(pcrPID)) + "; "
	}
	for _, e := range list {
		i := slices.IndexFunc(p.elements, func(o element) bool { return o.pid == e.pid })
		if i < 0 {
			s += "PID " + decimal(int64(e.pid)) + " added; "
		} else if o := p.elements[i]; o.streamType != e.streamType {
			s += "PID " + decimal(int64(e.pid)) + " type " + hex(uint64(o.streamType), 2) + " to " + hex(uint64(e.streamType), 2) + "; "
		}
	}
	for _, o := range p.elements {
		if !slices.ContainsFunc(list, func(e element) bool { return o.pid == e.pid }) {
			s += "PID " + decimal(int64(o.pid)) + " removed; "
		}
	}
	if s != "" {
		s = s[:len(s)-2]
	}
	return s
}

// maxMetadata bounds how many PIDs are read as metadata: each may keep a unit of Config.MaxUnit.
const maxMetadata = 64

// admit returns r, or roleOther for a metadata stream too many.
func (d *Demuxer) admit(st *stream, r role, off int64) role {
	if r.carriage() == 0 || st.join != nil {
		return r
	}
	if d.metadata >= maxMetadata {
		d.defect(CodeLimit, off, st.item(), "", decimal(maxMetadata)+" metadata streams at most")
		return roleOther
	}
	d.metadata++
	return r
}

// declare gives a PID the role that a PMT names for it.
func (d *Demuxer) declare(p *program, e *element, off int64) {
	st := d.streamOf(e.pid)
	r := roleOf(e)
	if r == roleVideo {
		p.hasVideo = true
	}
	if st.role == rolePAT || st.role == rolePMT {
		d.defect(CodeSection, off, st.item(), "", "")
		return
	}
	// What the content already told stays: metadata that came before its PMT goes on.
	if r == roleUndecided && st.isMetadata() && st.found {
		r = st.role
	}
	if r != st.role {
		r = d.admit(st, r, off)
		d.endStream(st, off)
		st.setRole(r)
	}
	st.program = p
	st.streamType = e.streamType
	st.declared = true
	if st.role == roleVideo {
		st.codec = codecOf(e.streamType)
	}
	d.pids[e.pid].look()
	item := st.item() + " descriptors"
	switch {
	case !e.ds.whole:
		d.defect(CodeDescriptor, off, item, "", "")
	case r == roleSync && !e.ds.hasMetadata:
		d.defect(CodeDescriptor, off, item, "", "26 "+formatKLVA)
	case r == roleSync && !e.ds.hasSTD:
		d.defect(CodeDescriptor, off, item, "", "27")
	}
}
