package mpegts

import (
	"bytes"
	"encoding/binary"
)

// maxSection is the size of the longest section of any table (clause 2.4.4); PAT and PMT stay
// below 1,024.
const maxSection = 4096

var crcTable = func() (t [256]uint32) {
	for i := range t {
		c := uint32(i) << 24
		for range 8 {
			if c&0x80000000 != 0 {
				c = c<<1 ^ 0x04C11DB7
			} else {
				c <<= 1
			}
		}
		t[i] = c
	}
	return t
}()

// crc32 is that of annex A: not reflected, all ones at the start, not inverted. Over a section
// with its CRC it is 0.
func crc32(b []byte) uint32 {
	c := ^uint32(0)
	for _, v := range b {
		c = c<<8 ^ crcTable[byte(c>>24)^v]
	}
	return c
}

// assembler puts sections together out of the packets of one PID.
type assembler struct {
	buf    []byte
	at     int64 // offset of the packet in which the section starts
	active bool
}

// sections takes the payload of a PSI packet.
func (d *Demuxer) sections(st *stream, b []byte, off int64, start bool) {
	s := &st.psi
	if start {
		pointer := int(b[0])
		b = b[1:]
		if pointer > len(b) {
			d.defect(CodeSection, off, st.item(), "pointer_field "+decimal(int64(pointer)), "")
			s.active = false
			return
		}
		if s.active {
			d.grow(st, b[:pointer])
			if s.active {
				d.defect(CodeSection, s.at, st.item(), decimal(int64(len(s.buf)))+" B", decimal(int64(sectionSize(s.buf)))+" B")
			}
		}
		s.active, s.buf = false, s.buf[:0]
		b = b[pointer:]
	} else if !s.active {
		return
	}
	for len(b) > 0 {
		if !s.active {
			if b[0] == 0xFF || !start {
				return // stuffing
			}
			s.active, s.at, s.buf = true, off, s.buf[:0]
		}
		b = d.grow(st, b)
	}
}

// sectionSize is the whole length of the section in b, 0 while its head is not there.
func sectionSize(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	return 3 + int(b[1]&0x0F)<<8 + int(b[2])
}

// grow adds to the section and returns what does not belong to it.
func (d *Demuxer) grow(st *stream, b []byte) []byte {
	s := &st.psi
	for len(s.buf) < 3 && len(b) > 0 {
		s.buf = append(s.buf, b[0])
		b = b[1:]
	}
	size := sectionSize(s.buf)
	if size == 0 {
		return b
	}
	if size > maxSection {
		d.defect(CodeSection, s.at, st.item(), decimal(int64(size))+" B", decimal(maxSection)+" B at most")
		s.active = false
		return nil
	}
	n := min(size-len(s.buf), len(b))
	s.buf = append(s.buf, b[:n]...)
	if len(s.buf) == size {
		s.active = false
		d.section(st, s.buf, s.at)
	}
	return b[n:]
}

// Tables of clause 2.4.4.
const (
	tablePAT = 0x00
	tablePMT = 0x02
)

// section takes one whole section of a PAT or PMT PID.
func (d *Demuxer) section(st *stream, b []byte, off int64) {
	want := byte(tablePMT)
	if st.role == rolePAT {
		want = tablePAT
	}
	if b[0] != want {
		return // other tables may share the PID of a PMT
	}
	if b[1]&0x80 == 0 || len(b) < 12 {
		d.defect(CodeSection, off, st.item(), decimal(int64(len(b)))+" B", "")
		return
	}
	same := bytes.Equal(b, st.lastSection)
	if !same {
		if crc32(b) != 0 {
			stored := binary.BigEndian.Uint32(b[len(b)-4:])
			d.defect(CodeCRC, off, st.item(), hex(uint64(stored), 8), hex(uint64(crc32(b[:len(b)-4])), 8))
			return
		}
		st.lastSection = append(st.lastSection[:0], b...)
	}
	if b[5]&1 == 0 {
		return // not yet in force
	}
	body := b[8 : len(b)-4]
	if st.role == rolePAT {
		if b[6] == 0 && d.psiClock != nil {
			d.psiGap(&d.patAt, d.psiClock, off, tablePAT)
		} else if d.psiClock == nil {
			d.patAt.waits = true
		}
		if !same {
			d.pat(body, b[6] == 0 && b[7] == 0, off)
		}
		return
	}
	number := binary.BigEndian.Uint16(b[3:])
	p := d.program(number)
	if p == nil || p.pmtPID != st.pid {
		return
	}
	d.psiGap(&p.pmtAt, p, off, tablePMT)
	if !same || !p.hasPMT {
		d.pmt(p, body, int(b[5]>>1&0x1F), off)
	}
}

func (d *Demuxer) psiGap(t *psiTime, p *program, off int64, table byte) {
	if gap, ok := t.repeated(&p.clock); ok && gap > psiGapMax {
		item := "PAT"
		if table == tablePMT {
			item = "PMT of program " + decimal(int64(p.number))
		}
		d.defect(CodePSIGap, off, item, millis(gap), "250 ms")
	}
}

// descriptors of clause 2.6 that say what metadata is in an elementary stream.
type descriptors struct {
	registration string // 0x05 format_identifier
	metadata     string // 0x26 metadata_format_identifier
	hasMetadata  bool   // 0x26
	services     []byte // 0x26 metadata_service_id
	hasSTD       bool   // 0x27
	whole        bool   // no descriptor ran over the end
}

const (
	tagRegistration = 0x05
	tagMetadata     = 0x26
	tagMetadataSTD  = 0x27
	formatKLVA      = "KLVA"
)

func parseDescriptors(b []byte) (ds descriptors) {
	for len(b) >= 2 {
		n := int(b[1])
		if 2+n > len(b) {
			return ds
		}
		v := b[2 : 2+n]
		switch b[0] {
		case tagRegistration:
			if n >= 4 {
				ds.registration = string(v[:4])
			}
		case tagMetadata:
			ds.hasMetadata = true
			// metadata_application_format 0xFFFF and metadata_format 0xFF each put four bytes in.
			if n >= 2 && v[0] == 0xFF && v[1] == 0xFF {
				v = v[min(4, len(v)-2):]
			}
			if len(v) >= 3 && v[2] == 0xFF {
				if len(v) >= 8 {
					ds.metadata = string(v[3:7])
					ds.services = append(ds.services, v[7])
				}
			} else if len(v) >= 4 {
				ds.services = append(ds.services, v[3])
			}
		case tagMetadataSTD:
			ds.hasSTD = n >= 9
		}
		b = b[2+n:]
	}
	ds.whole = len(b) == 0
	return ds
}
