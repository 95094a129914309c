package mpegts

import (
	"bytes"
	"encoding/binary"
	"testing"

	"overflight/evidence"

	"github.com/google/go-cmp/cmp"
)

// rewrite writes the triplets of a sample again in another shape.
func rewrite(t *testing.T, c MuxConfig, units []Unit, together int) []byte {
	t.Helper()
	var out bytes.Buffer
	m, err := NewMuxer(&out, c)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(units); i += together {
		var group [][]byte
		for _, u := range units[i:min(i+together, len(units))] {
			group = append(group, u.Data)
		}
		if err := m.WriteMetadata(units[i].PTS, group...); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// TestSampleInOtherShapes writes the recorded sets again in each shape of ST 1402 and some of
// producers that do not follow it.
func TestSampleInOtherShapes(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"osh_sync.ts", "aphill_short.ts", "h264_klv.ts"} {
		original, _ := demux(sample(t, file), Config{}, 0)
		var want [][]byte
		for _, u := range original.units {
			want = append(want, u.Data)
		}
		for name, test := range map[string]struct {
			c        MuxConfig
			together int
			chunk    int
		}{
			"sequence 0 to 255 and again":  {MuxConfig{Carriage: Sync}, 1, 0},
			"sequence always 0":            {MuxConfig{Carriage: Sync, FixedSequence: true}, 1, 0},
			"several units in a PES":       {MuxConfig{Carriage: Sync}, 5, -1},
			"fragments":                    {MuxConfig{Carriage: Sync, CellSize: 100}, 1, -1},
			"fragments of several":         {MuxConfig{Carriage: Sync, CellSize: 64, PESSize: 300}, 3, -1},
			"async over several PES":       {MuxConfig{PESSize: 120}, 1, -1},
			"async, three over several":    {MuxConfig{PESSize: 120}, 3, -1},
			"async with PTS, 192 B":        {MuxConfig{AsyncPTS: true, PacketSize: 192}, 1, -1},
			"sync, no video, 192 B, other": {MuxConfig{Carriage: Sync, PacketSize: 192, NoVideo: true, Program: 3, MetadataPID: 4000}, 1, -1},
		} {
			t.Run(file+" "+name, func(t *testing.T) {
				t.Parallel()
				r, _ := demux(rewrite(t, test.c, original.units, test.together), Config{}, test.chunk)
				sameTriplets(t, r.units, want)
				for _, d := range r.defects {
					if d.Code != CodePTSUnexpected && d.Code != CodeMissingPID && d.Code != CodePTSGap {
						t.Error(d)
					}
				}
				for i, u := range r.units {
					if original := original.units[i/test.together*test.together]; test.c.Carriage == Sync && u.PTS != original.PTS {
						t.Fatalf("unit %d: PTS %d, want %d", i, u.PTS, original.PTS)
					}
				}
			})
		}
	}
}

// psiPacket is a transport packet with one section.
func psiPacket(pid uint16, cc byte, section []byte) []byte {
	p := append([]byte{syncByte, 0x40 | byte(pid>>8), byte(pid), 0x10 | cc&0xF, 0}, section...)
	for len(p) < packetSize {
		p = append(p, 0xFF)
	}
	return p[:packetSize]
}

func patOf(version byte, programs ...uint16) []byte {
	s := []byte{tablePAT, 0, 0, 0, 1, 0xC1 | version<<1, 0, 0}
	for i := 0; i < len(programs); i += 2 {
		s = binary.BigEndian.AppendUint16(s, programs[i])
		s = binary.BigEndian.AppendUint16(s, 0xE000|programs[i+1])
	}
	return closeSection(s)
}

type declared struct {
	kind        byte
	pid         uint16
	descriptors string
}

func pmtOf(version byte, program, pcr uint16, elements ...declared) []byte {
	s := []byte{tablePMT, 0, 0, byte(program >> 8), byte(program), 0xC1 | version<<1, 0, 0}
	s = binary.BigEndian.AppendUint16(s, 0xE000|pcr)
	s = append(s, 0xF0, 0)
	for _, e := range elements {
		s = append(s, e.kind)
		s = binary.BigEndian.AppendUint16(s, 0xE000|e.pid)
		s = binary.BigEndian.AppendUint16(s, 0xF000|uint16(len(e.descriptors)))
		s = append(s, e.descriptors...)
	}
	return closeSection(s)
}

const (
	klva        = "\x05\x04KLVA"
	klvaSync    = "\x26\x09\x01\x00\xFFKLVA\x00\x0F\x27\x09\xC0\x00\x00\xC0\x00\x00\xC0\x00\x00"
	klvaFFFF    = "\x26\x0D\xFF\xFFKLVA\xFFKLVA\x05\x0F"
	noDescribed = ""
)

// script writes PES packets and tables by hand.
type script struct {
	b  []byte
	cc [8192]byte
}

func (s *script) table(pid uint16, section []byte) *script {
	s.b = append(s.b, psiPacket(pid, s.cc[pid], section)...)
	s.cc[pid]++
	return s
}

func (s *script) pes(pid uint16, id byte, pts int64, body ...byte) *script {
	m := Muxer{c: MuxConfig{PacketSize: packetSize}}
	m.cc[pid] = s.cc[pid] & 0xF
	n := len(body)
	if id&0xF0 == 0xE0 {
		n = 0
	}
	m.packetise(pid, appendPESHeader(nil, id, n, true, max(pts, 0)&(wrap-1), pts >= 0, 0, false), body, false)
	s.cc[pid] = m.cc[pid]
	s.b = append(s.b, m.out...)
	return s
}

func (s *script) pcr(pid uint16, t int64, discontinuity bool) *script {
	m := Muxer{c: MuxConfig{PacketSize: packetSize, VideoPID: pid}}
	m.cc[pid] = s.cc[pid] & 0xF
	m.clock(t + muxDelay)
	if discontinuity {
		m.out[5] |= 0x80
	}
	s.b = append(s.b, m.out...)
	return s
}

type seen struct {
	Program, PID uint16
	Carriage     Carriage
	PTS          int64
	Flags        string
	Bytes        int
}

func see(units []Unit) (all []seen) {
	for _, u := range units {
		f := ""
		if u.HasPTS {
			f += "t"
		}
		if u.Estimated {
			f += "e"
		}
		if u.Truncated {
			f += "c"
		}
		for range u.Timeline {
			f += "+"
		}
		all = append(all, seen{u.Program, u.PID, u.Carriage, u.PTS, f, len(u.Data)})
	}
	return all
}

func cellOf(sequence, flags byte, data []byte) []byte {
	return append([]byte{0, sequence, flags<<6 | 0x1F, byte(len(data) >> 8), byte(len(data))}, data...)
}

func TestScripts(t *testing.T) {
	t.Parallel()
	k := triplet(1, 30) // 47 B
	for _, test := range scripts(k) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var s script
			test.write(&s)
			for _, chunk := range []int{0, -1} {
				r, sum := demux(s.b, Config{Video: VideoHeads}, chunk)
				if diff := cmp.Diff(test.want, see(r.units)); diff != "" {
					t.Errorf("chunk %d: (-want +got)\n%s", chunk, diff)
				}
				got := r.codes()
				want := map[evidence.Code]int{}
				for _, c := range test.codes {
					want[c]++
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("findings (-want +got)\n%s%v", diff, r.defects)
				}
				if sum.Reason != test.reason {
					t.Errorf("reason %q, want %q", sum.Reason, test.reason)
				}
			}
		})
	}
}

type scripted struct {
	name   string
	write  func(*script)
	want   []seen
	codes  []evidence.Code
	reason Reason
}

func scripts(k []byte) []scripted {
	join := func(b ...[]byte) []byte { return bytes.Join(b, nil) }
	return []scripted{
		{"two programs, two metadata streams each", func(s *script) {
			s.table(0, patOf(0, 1, 0x100, 2, 0x200))
			s.table(0x100, pmtOf(0, 1, 0x101, declared{typeH264, 0x101, ""}, declared{typePrivate, 0x102, klva}, declared{typeMetadata, 0x103, klvaSync}))
			s.table(0x200, pmtOf(0, 2, 0x201, declared{typePrivate, 0x201, klva}, declared{typeMetadata, 0x202, klvaFFFF + "\x27\x09\xC0\x00\x00\xC0\x00\x00\xC0\x00\x00"}))
			s.pes(0x101, 0xE0, 5000, frame(0, 100, true)...)
			s.pes(0x102, 0xBD, -1, k...)
			s.pes(0x103, 0xFC, 5100, cellOf(0, 3, k)...)
			s.pes(0x202, 0xFC, 900000, cellOf(0, 3, k)...)
			s.pcr(0x201, 890000, false)
			s.pes(0x201, 0xBD, -1, k...)
		}, []seen{
			{1, 0x102, Async, 5000, "te", 47},
			{1, 0x103, Sync, 5100, "t", 47},
			{2, 0x202, Sync, 900000, "t", 47},
			{2, 0x201, Async, 890000, "te", 47},
		}, nil, ""},
		{"program network information is no program", func(s *script) {
			s.table(0, patOf(0, 0, 0x10, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
			s.pes(0x102, 0xBD, -1, k...)
		}, []seen{{1, 0x102, Async, 0, "", 47}}, nil, ""},
		{"PMT moves the metadata to another PID", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typeMetadata, 0x102, klvaSync}))
			s.pes(0x102, 0xFC, 1, cellOf(0, 3, k)...)
			s.table(0x100, pmtOf(1, 1, 0x102, declared{typeMetadata, 0x105, klvaSync}))
			s.pes(0x105, 0xFC, 2, cellOf(0, 3, k)...)
		}, []seen{{1, 0x102, Sync, 1, "t", 47}, {1, 0x105, Sync, 2, "t", 47}}, []evidence.Code{CodeProgram}, ""},
		{"PMT changes the type", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typeMetadata, 0x102, klvaSync}))
			s.pes(0x102, 0xFC, 1, cellOf(0, 3, k)...)
			s.table(0x100, pmtOf(1, 1, 0x102, declared{typePrivate, 0x102, klva}))
			s.pes(0x102, 0xBD, -1, k...)
		}, []seen{{1, 0x102, Sync, 1, "t", 47}, {1, 0x102, Async, 0, "", 47}}, []evidence.Code{CodeProgram}, ""},
		{"PMT of a new version with the same content", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
			s.pes(0x102, 0xBD, -1, k[:20]...)
			s.table(0x100, pmtOf(1, 1, 0x102, declared{typePrivate, 0x102, klva}))
			s.pes(0x102, 0xBD, -1, k[20:]...)
		}, []seen{{1, 0x102, Async, 0, "", 47}}, []evidence.Code{CodeAlignment}, ""},
		{"PAT moves the PMT and drops a program", func(s *script) {
			s.table(0, patOf(0, 1, 0x100, 9, 0x900)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
			s.table(0x900, pmtOf(0, 9, 0x902, declared{typePrivate, 0x902, klva}))
			s.table(0, patOf(1, 1, 0x110)).table(0x110, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
			s.pes(0x102, 0xBD, -1, k...)
		}, []seen{{1, 0x102, Async, 0, "", 47}}, []evidence.Code{CodeProgram, CodeProgram}, ""},
		{"a section over three packets", func(s *script) {
			var many []declared
			for i := range uint16(80) {
				many = append(many, declared{0x0F, 0x300 + i, ""})
			}
			many = append(many, declared{typePrivate, 0x102, klva})
			b := append([]byte{0}, pmtOf(0, 1, 0x102, many...)...)
			s.table(0, patOf(0, 1, 0x100))
			for i := 0; i < len(b); i += 184 {
				p := append([]byte{syncByte, 0x01, 0x00, 0x10 | s.cc[0x100]}, b[i:min(i+184, len(b))]...)
				if i == 0 {
					p[1] |= 0x40
				}
				s.cc[0x100]++
				for len(p) < packetSize {
					p = append(p, 0xFF)
				}
				s.b = append(s.b, p...)
			}
			s.pes(0x102, 0xBD, -1, k...)
			for _, e := range many[:80] {
				s.pes(e.pid, 0xC0, -1, 1, 2, 3)
			}
		}, []seen{{1, 0x102, Async, 0, "", 47}}, nil, ""},
		{
			"metadata before the tables", func(s *script) {
				s.pes(0x102, 0xFC, 100, cellOf(0, 3, k)...).pes(0x103, 0xBD, -1, k...)
				s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typeMetadata, 0x102, klvaSync}, declared{typePrivate, 0x103, klva}))
				s.pes(0x102, 0xFC, 200, cellOf(1, 3, k)...)
			},
			[]seen{{0, 0x102, Sync, 100, "t", 47}, {0, 0x103, Async, 0, "", 47}, {1, 0x102, Sync, 200, "t", 47}},
			[]evidence.Code{CodeUndeclared, CodeUndeclared},
			"",
		},
		{
			"private data without descriptor", func(s *script) {
				s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, noDescribed}, declared{typeMetadata, 0x103, noDescribed}))
				s.pes(0x102, 0xBD, -1, k...).pes(0x102, 0xBD, -1, k...).pes(0x103, 0xFC, 7, cellOf(0, 3, k)...)
			},
			[]seen{{1, 0x102, Async, 0, "", 47}, {1, 0x102, Async, 0, "", 47}, {1, 0x103, Sync, 7, "t", 47}},
			[]evidence.Code{CodeDescriptor, CodeDescriptor},
			"",
		},
		{"subtitles are no metadata", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, "\x59\x08eng\x10\x00\x01\x00\x01"}))
			s.pes(0x102, 0xBD, 100, 0x20, 0, 0x0F, 0x10).pes(0x102, 0xBD, 200, 0x20, 0, 0x0F, 0x10)
		}, nil, nil, NoneDeclared},
		{"declared but empty", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
		}, nil, []evidence.Code{CodeMissingPID}, DeclaredEmpty},
		{"declared, but no KLV in it", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
			s.pes(0x102, 0xBD, -1, []byte("no key here, only text")...)
		}, nil, []evidence.Code{CodeAlignment, CodeLoose}, NoTriplets},
		{"PMT announced and never sent", func(s *script) { s.table(0, patOf(0, 1, 0x100)) }, nil, []evidence.Code{CodeNoPMT}, NoTables},
		{"KLV without cells in a synchronous stream", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typeMetadata, 0x102, klvaSync}))
			s.pes(0x102, 0xFC, 1, k...).pes(0x102, 0xFC, 2, join(k, k)...)
		}, []seen{{1, 0x102, Sync, 1, "t", 47}, {1, 0x102, Sync, 2, "t", 47}, {1, 0x102, Sync, 2, "t", 47}}, []evidence.Code{CodeCell}, ""},
		{"cells: several, fragments over PES, several triplets in one", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typeMetadata, 0x102, klvaSync}))
			s.pes(0x102, 0xFC, 1, join(cellOf(254, 3, k), cellOf(255, 3, join(k, k)), cellOf(0, 2, k[:9]))...)
			s.pes(0x102, 0xFC, 2, join(cellOf(1, 0, k[9:30]), cellOf(2, 1, k[30:]))...)
		}, []seen{
			{1, 0x102, Sync, 1, "t", 47}, {1, 0x102, Sync, 1, "t", 47}, {1, 0x102, Sync, 1, "t", 47}, {1, 0x102, Sync, 1, "t", 47},
		}, nil, ""},
		{"cells: a first without a last", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typeMetadata, 0x102, klvaSync}))
			s.pes(0x102, 0xFC, 1, cellOf(7, 2, k[:30])...).pes(0x102, 0xFC, 2, cellOf(9, 3, k)...)
		}, []seen{{1, 0x102, Sync, 1, "tc", 30}, {1, 0x102, Sync, 2, "t", 47}}, []evidence.Code{CodeSequence, CodeFragment, CodeUnitCut}, ""},
		{
			"async: bytes between triplets, a cut triplet before an aligned one", func(s *script) {
				s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
				s.pes(0x102, 0xBD, -1, join(k, []byte{0, 0, 6, 0x0E, 0x2B, 0}, k, k[:40])...).pes(0x102, 0xBD, -1, k...)
			},
			[]seen{{1, 0x102, Async, 0, "", 47}, {1, 0x102, Async, 0, "", 47}, {1, 0x102, Async, 0, "c", 40}, {1, 0x102, Async, 0, "", 47}},
			[]evidence.Code{CodeLoose, CodeUnitCut},
			"",
		},
		{"PTS wraps", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x101, declared{typeH264, 0x101, ""}, declared{typeMetadata, 0x102, klvaSync}))
			s.pes(0x101, 0xE0, wrap-3000, frame(0, 50, true)...).pes(0x102, 0xFC, wrap-3000, cellOf(0, 3, k)...)
			s.pes(0x101, 0xE0, wrap, frame(0, 50, true)...).pes(0x102, 0xFC, wrap, cellOf(1, 3, k)...)
			s.pes(0x101, 0xE0, wrap+3000, frame(0, 50, true)...).pes(0x102, 0xFC, wrap+3000, cellOf(2, 3, k)...)
		}, []seen{{1, 0x102, Sync, wrap - 3000, "t", 47}, {1, 0x102, Sync, wrap, "t", 47}, {1, 0x102, Sync, wrap + 3000, "t", 47}}, nil, ""},
		{"a declared discontinuity starts a timeline", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x101, declared{typeH264, 0x101, ""}, declared{typeMetadata, 0x102, klvaSync}))
			s.pcr(0x101, wrap-9000, false)
			s.pes(0x101, 0xE0, wrap-1, frame(0, 50, true)...).pes(0x102, 0xFC, wrap+5, cellOf(0, 3, k)...)
			s.pcr(0x101, 400000, true)
			s.pes(0x101, 0xE0, 409000, frame(0, 50, true)...).pes(0x102, 0xFC, 409000, cellOf(1, 3, k)...)
		}, []seen{{1, 0x102, Sync, wrap + 5, "t", 47}, {1, 0x102, Sync, 409000, "t+", 47}}, nil, ""},
		{
			"an undeclared jump is a finding", func(s *script) {
				s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typeMetadata, 0x102, klvaSync}))
				s.pes(0x102, 0xFC, 900000, cellOf(0, 3, k)...).pes(0x102, 0xFC, 800000, cellOf(1, 3, k)...)
				s.pes(0x102, 0xFC, 900000, cellOf(2, 3, k)...)
			},
			[]seen{{1, 0x102, Sync, 900000, "t", 47}, {1, 0x102, Sync, 800000, "t", 47}, {1, 0x102, Sync, 900000, "t", 47}},
			[]evidence.Code{CodePTSBackward, CodePTSGap},
			"",
		},
		{"KLV before the first picture waits for its time, in order", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x101, declared{typeH264, 0x101, ""}, declared{typePrivate, 0x102, klva}, declared{typeMetadata, 0x103, klvaSync}))
			s.pes(0x102, 0xBD, -1, k...).pes(0x103, 0xFC, 77, cellOf(0, 3, k)...).pes(0x102, 0xBD, -1, k...)
			s.pcr(0x101, 1000, false)
			s.pes(0x101, 0xE0, 5000, frame(0, 50, true)...).pes(0x102, 0xBD, -1, k...)
		}, []seen{
			{1, 0x102, Async, 5000, "te", 47}, {1, 0x103, Sync, 77, "t", 47}, {1, 0x102, Async, 5000, "te", 47}, {1, 0x102, Async, 5000, "te", 47},
		}, nil, ""},
		{"a discontinuity is declared before its PCR", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x101, declared{typeH264, 0x101, ""}, declared{typeMetadata, 0x102, klvaSync}))
			s.pcr(0x101, 100000, false).pes(0x102, 0xFC, 110000, cellOf(0, 3, k)...)
			s.b = append(s.b, syncByte, 0x01, 0x01, 0x20|(s.cc[0x101]-1)&0xF, 183, 0x80)
			s.b = append(s.b, bytes.Repeat([]byte{0xFF}, 182)...)
			s.pcr(0x101, 50000, false).pes(0x102, 0xFC, 60000, cellOf(1, 3, k)...)
			s.pes(0x101, 0xE0, 60000, frame(0, 50, true)...)
		}, []seen{{1, 0x102, Sync, 110000, "t", 47}, {1, 0x102, Sync, 60000, "t+", 47}}, nil, ""},
		{"two sections in a packet, one that goes on behind a pointer", func(s *script) {
			pat, pmt := patOf(0, 1, 0x100), pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva})
			s.table(0, append(pat, pat...))
			first := append([]byte{0}, bytes.Repeat(pmtOf(0, 77, 0x102), 1)...)
			for len(first)+len(pmt) <= 184 { // sections of another program, until the last is cut
				first = append(first, pmtOf(0, 77, 0x102)...)
			}
			cut := 184 - len(first)
			first = append(first, pmt[:cut]...)
			s.b = append(s.b, append([]byte{syncByte, 0x41, 0x00, 0x10}, first...)...)
			s.cc[0x100] = 1
			s.table(0x100, append(bytes.Clone(pmt[cut:]), pmt...))
			s.b[len(s.b)-184] = byte(len(pmt) - cut)
			s.pes(0x102, 0xBD, -1, k...)
		}, []seen{{1, 0x102, Async, 0, "", 47}}, nil, ""},
		{"a pointer beyond the packet, a section cut by the next, one too long", func(s *script) {
			s.table(0, patOf(0, 1, 0x100))
			s.table(0x100, pmtOf(0, 1, 0x102))
			s.b[len(s.b)-184] = 200
			long := pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva})
			long[1], long[2] = 0xB1, 0xF0
			s.table(0x100, long).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
			s.pes(0x102, 0xBD, -1, k...)
		}, []seen{{1, 0x102, Async, 0, "", 47}}, []evidence.Code{CodeSection, CodeSection}, ""},
		{"lengths in a PMT that lie", func(s *script) {
			s.table(0, patOf(0, 1, 0x100, 2, 0x200, 3, 0x300))
			s.table(0x200, closeSection([]byte{tablePMT, 0, 0, 0, 2, 0xC1, 0, 0, 0xE1, 0x02, 0xF0, 0x10}))
			s.table(0x300, closeSection([]byte{tablePMT, 0, 0, 0, 3, 0xC1, 0, 0, 0xE1, 0x02}))
			s.table(0x100, closeSection([]byte{
				tablePMT, 0, 0, 0, 1, 0xC1, 0, 0, 0xE1, 0x02, 0xF0, 0, typePrivate, 0xE1, 0x02, 0xF0, 6, 5, 4, 'K', 'L', 'V', 'A',
				typePrivate, 0xE1, 0x03, 0xF0, 99,
			}))
			s.pes(0x102, 0xBD, -1, k...)
		}, []seen{{1, 0x102, Async, 0, "", 47}}, []evidence.Code{CodeSection, CodeSection, CodeSection, CodeNoPMT, CodeNoPMT}, ""},
		{
			"descriptors that are missing or lie", func(s *script) {
				s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva + "\x26\x20\x01"},
					declared{typeMetadata, 0x103, klva}, declared{typeMetadata, 0x104, "\x26\x09\x01\x00\xFFKLVA\x00\x0F"}, declared{typeMetadata, 0x105, "\x26\x0D\xFF\xFFID3 \xFFID3 \x00\x0F"}))
				s.pes(0x102, 0xBD, -1, k...).pes(0x103, 0xFC, 1, cellOf(0, 3, k)...).pes(0x104, 0xFC, 1, cellOf(0, 3, k)...).pes(0x105, 0xBD, 1, 'I', 'D', '3')
			},
			[]seen{{1, 0x102, Async, 0, "", 47}, {1, 0x103, Sync, 1, "t", 47}, {1, 0x104, Sync, 1, "t", 47}},
			[]evidence.Code{CodeDescriptor, CodeDescriptor, CodeDescriptor},
			"",
		},
		{"a PES header over two packets", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typeMetadata, 0x102, klvaSync}))
			body := cellOf(0, 3, k)
			head := appendPESHeader(nil, 0xFC, len(body)+200, false, 4321, true, 0, false)
			head[8] += 200
			m := Muxer{c: MuxConfig{PacketSize: packetSize}}
			m.packetise(0x102, nil, append(append(head, bytes.Repeat([]byte{0xFF}, 200)...), body...), false)
			s.b = append(s.b, m.out...)
		}, []seen{{1, 0x102, Sync, 4321, "t", 47}}, nil, ""},
		{"padding and MPEG-1 headers", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
			m := Muxer{c: MuxConfig{PacketSize: packetSize}}
			m.packetise(0x102, []byte{0, 0, 1, 0xBE, 0, 3}, []byte{0xFF, 0xFF, 0xFF}, false)
			m.packetise(0x102, []byte{0, 0, 1, 0xBD, 0, 48, 0x0F}, k, false)
			s.b = append(s.b, m.out...)
		}, []seen{{1, 0x102, Async, 0, "", 47}}, []evidence.Code{CodePESStart, CodeLoose}, ""},
		{"a PES packet without a length", func(s *script) {
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
			m := Muxer{c: MuxConfig{PacketSize: packetSize}}
			m.packetise(0x102, appendPESHeader(nil, 0xBD, 0, true, 0, false, 0, false), k, false)
			s.b = append(s.b, m.out...)
		}, []seen{{1, 0x102, Async, 0, "", 47}}, []evidence.Code{CodePESLength}, ""},
		{"a table that is not yet in force, another table on the PID", func(s *script) {
			next := pmtOf(1, 1, 0x102, declared{0x0F, 0x102, ""})
			next[5] &^= 1
			binary.BigEndian.PutUint32(next[len(next)-4:], crc32(next[:len(next)-4]))
			other := pmtOf(0, 1, 0x102)
			other[0] = 0xC0
			s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva})).table(0x100, next).table(0x100, other)
			s.pes(0x102, 0xBD, -1, k...)
		}, []seen{{1, 0x102, Async, 0, "", 47}}, nil, ""},
	}
}
