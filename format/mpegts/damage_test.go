package mpegts

import (
	"bytes"
	"testing"

	"overflight/evidence"
)

// packetsOf returns the packets of a PID.
func packetsOf(ts []byte, pid int) (at []int) {
	for i := 0; i+188 <= len(ts); i += 188 {
		if int(ts[i+1]&0x1F)<<8|int(ts[i+2]) == pid {
			at = append(at, i)
		}
	}
	return at
}

func without(ts []byte, at ...int) []byte {
	var out []byte
	for i := 0; i+188 <= len(ts); i += 188 {
		drop := false
		for _, a := range at {
			drop = drop || a == i
		}
		if !drop {
			out = append(out, ts[i:i+188]...)
		}
	}
	return out
}

func insert(ts []byte, at int, b []byte) []byte {
	return append(append(bytes.Clone(ts[:at]), b...), ts[at:]...)
}

// starts returns the packets of a PID in which a unit starts.
func starts(ts []byte, pid int) (at []int) {
	for _, i := range packetsOf(ts, pid) {
		if ts[i+1]&0x40 != 0 {
			at = append(at, i)
		}
	}
	return at
}

// renumber gives a PID continuous counters again after an edit.
func renumber(ts []byte, pid int) {
	cc := byte(0)
	for _, i := range packetsOf(ts, pid) {
		if ts[i+3]&0x10 == 0 {
			ts[i+3] = ts[i+3]&0xF0 | (cc-1)&0xF
			continue
		}
		ts[i+3] = ts[i+3]&0xF0 | cc
		cc = (cc + 1) & 0xF
	}
}

const (
	videoPID    = 0x100
	metadataPID = 0x101
	pmtPID      = 0x1000
)

// payloadAt returns where the payload of the packet at i starts.
func payloadAt(ts []byte, i int) int {
	if ts[i+3]&0x20 != 0 {
		return i + 5 + int(ts[i+4])
	}
	return i + 4
}

func shiftPCR(ts []byte, i int, ticks int64) {
	p := ts[i+6:]
	base := int64(p[0])<<25 | int64(p[1])<<17 | int64(p[2])<<9 | int64(p[3])<<1 | int64(p[4]>>7)
	base += ticks
	p[0], p[1], p[2], p[3] = byte(base>>25), byte(base>>17), byte(base>>9), byte(base>>1)
	p[4] = p[4]&0x7F | byte(base<<7)
}

func clocks(ts []byte, pid int) (at []int) {
	for _, i := range packetsOf(ts, pid) {
		if ts[i+3]&0x20 != 0 && ts[i+4] > 0 && ts[i+5]&0x10 != 0 {
			at = append(at, i)
		}
	}
	return at
}

type damage struct {
	name   string
	edit   func(ts []byte) []byte
	codes  []evidence.Code // each at least once, no others
	units  int             // whole units that are left, of 90
	cut    int             // truncated units beside
	offset int             // of the first finding; -1 where it is at the end or of several
}

// damages are faults in a stream of 90 frames, 90 synchronous triplets of 400 B and more (three
// packets each).
var damages = []damage{
	{"none", func(ts []byte) []byte { return ts }, nil, 90, 0, -1},
	{"metadata packet missing in the middle", func(ts []byte) []byte {
		return without(ts, starts(ts, metadataPID)[10]+188)
	}, []evidence.Code{CodeContinuity, CodeUnitCut, CodeLoose}, 89, 1, -1},
	{"metadata packet missing at the start", func(ts []byte) []byte {
		return without(ts, starts(ts, metadataPID)[10])
	}, []evidence.Code{CodeContinuity, CodeLoose, CodeSequence}, 89, 0, -1},
	{"video packet missing", func(ts []byte) []byte {
		return without(ts, packetsOf(ts, videoPID)[40])
	}, []evidence.Code{CodeContinuity}, 90, 0, -1},
	{"metadata packet twice", func(ts []byte) []byte {
		i := starts(ts, metadataPID)[10] + 188
		return insert(ts, i, ts[i:i+188])
	}, []evidence.Code{CodeDuplicate}, 90, 0, -1},
	{"video packet twice", func(ts []byte) []byte {
		i := starts(ts, videoPID)[10] + 188
		return insert(ts, i, ts[i:i+188])
	}, []evidence.Code{CodeDuplicate}, 90, 0, -1},
	{"table twice", func(ts []byte) []byte {
		return insert(ts, 0, ts[:188])
	}, []evidence.Code{CodeDuplicate}, 90, 0, 188},
	{"error indicator", func(ts []byte) []byte {
		ts[starts(ts, metadataPID)[10]+1] |= 0x80
		return ts
	}, []evidence.Code{CodeError}, 90, 0, -1},
	{"error indicator on video", func(ts []byte) []byte {
		ts[starts(ts, videoPID)[10]+188+1] |= 0x80
		return ts
	}, []evidence.Code{CodeError}, 90, 0, -1},
	{"bad sync byte", func(ts []byte) []byte {
		ts[starts(ts, metadataPID)[10]] = 0x46
		return ts
	}, []evidence.Code{CodeSync}, 90, 0, -1},
	{"bad sync bytes in a row", func(ts []byte) []byte {
		i := starts(ts, metadataPID)[10]
		ts[i], ts[i+188] = 0, 0
		return ts
	}, []evidence.Code{CodeSync}, 90, 0, -1},
	{"bytes between packets", func(ts []byte) []byte {
		return insert(ts, starts(ts, metadataPID)[10], make([]byte, 1000))
	}, []evidence.Code{CodeSync}, 90, 0, -1},
	{"bytes missing from a video packet", func(ts []byte) []byte {
		i := starts(ts, videoPID)[10] + 188
		return append(bytes.Clone(ts[:i+50]), ts[i+70:]...)
	}, []evidence.Code{CodeSync, CodeContinuity}, 90, 0, -1},
	{"cut first packet", func(ts []byte) []byte { return ts[100:] }, []evidence.Code{CodeSync, CodeUndeclared}, 90, 0, 0},
	{"cut last packet", func(ts []byte) []byte { return ts[:len(ts)-100] }, []evidence.Code{CodeTruncated, CodeUnitCut}, 89, 1, -1},
	{"cut between packets", func(ts []byte) []byte { return ts[:len(ts)-188] }, []evidence.Code{CodeTruncated, CodeUnitCut}, 89, 1, -1},
	{"PES length too short", func(ts []byte) []byte {
		p := payloadAt(ts, starts(ts, metadataPID)[10])
		ts[p+5] -= 20
		return ts
	}, []evidence.Code{CodePESLength, CodeCell, CodeLoose, CodeSequence}, 90, 0, -1},
	{"PES length too long", func(ts []byte) []byte {
		p := payloadAt(ts, starts(ts, metadataPID)[10])
		ts[p+4]++
		return ts
	}, []evidence.Code{CodePESLength}, 90, 0, -1},
	{"PES start code", func(ts []byte) []byte {
		ts[payloadAt(ts, starts(ts, metadataPID)[10])+2] = 7
		return ts
	}, []evidence.Code{CodePESStart, CodeLoose, CodeSequence}, 90, 0, -1},
	{"no PTS", func(ts []byte) []byte {
		p := payloadAt(ts, starts(ts, metadataPID)[10])
		ts[p+7] = 0
		return ts
	}, []evidence.Code{CodePTSMissing}, 90, 0, -1},
	{"other stream id", func(ts []byte) []byte {
		for _, i := range starts(ts, metadataPID) {
			ts[payloadAt(ts, i)+3] = 0xBD
		}
		return ts
	}, []evidence.Code{CodeStreamID}, 90, 0, -1},
	{"PTS gap", func(ts []byte) []byte {
		for n, i := range starts(ts, metadataPID) {
			if n >= 45 { // PTS bits 29 to 22 count 46.6 s
				ts[payloadAt(ts, i)+10]++
			}
		}
		return ts
	}, []evidence.Code{CodePTSGap}, 90, 0, -1},
	{"PCR gap", func(ts []byte) []byte {
		at := clocks(ts, videoPID)
		return without(ts, at[20], at[21])
	}, []evidence.Code{CodePCRGap}, 90, 0, -1},
	{"PCR backward", func(ts []byte) []byte {
		shiftPCR(ts, clocks(ts, videoPID)[20], -Ticks/20)
		return ts
	}, []evidence.Code{CodePCRBackward}, 90, 0, -1},
	{"tables more than 250 ms apart", func(ts []byte) []byte {
		pat, pmt := packetsOf(ts, 0), packetsOf(ts, pmtPID)
		ts = without(ts, append(pat[5:8:8], pmt[5:8]...)...)
		renumber(ts, 0)
		renumber(ts, pmtPID)
		return ts
	}, []evidence.Code{CodePSIGap}, 90, 0, -1},
	{"CRC of PAT and PMT", func(ts []byte) []byte {
		ts[packetsOf(ts, 0)[3]+10] ^= 1
		ts[packetsOf(ts, pmtPID)[4]+22] ^= 1
		return ts
	}, []evidence.Code{CodeCRC}, 90, 0, -1},
	{"no PAT", func(ts []byte) []byte { return without(ts, packetsOf(ts, 0)...) }, []evidence.Code{CodeNoPAT, CodeUndeclared}, 90, 0, -1},
	{"no PMT", func(ts []byte) []byte { return without(ts, packetsOf(ts, pmtPID)...) }, []evidence.Code{CodeNoPMT, CodeUndeclared}, 90, 0, -1},
	{"no video packets", func(ts []byte) []byte {
		at := packetsOf(ts, videoPID)
		return without(ts, at...)
	}, []evidence.Code{CodeMissingPID}, 90, 0, -1},
	{"scrambled", func(ts []byte) []byte {
		for _, i := range packetsOf(ts, videoPID) {
			ts[i+3] |= 0x80
		}
		return ts
	}, []evidence.Code{CodeScrambled}, 90, 0, -1},
	{"adaptation field too long", func(ts []byte) []byte {
		i := starts(ts, videoPID)[30]
		ts[i+3] |= 0x20
		ts[i+4] = 200
		return ts
	}, []evidence.Code{CodeAdaptation}, 90, 0, -1},
	{"cell length", func(ts []byte) []byte {
		p := payloadAt(ts, starts(ts, metadataPID)[10])
		ts[p+14+3] = 0xFF
		return ts
	}, []evidence.Code{CodeCell, CodeLoose, CodeSequence}, 90, 0, -1},
	{"sequence number", func(ts []byte) []byte {
		ts[payloadAt(ts, starts(ts, metadataPID)[10])+14+1] = 99
		return ts
	}, []evidence.Code{CodeSequence}, 90, 0, -1},
	{"fragment flags", func(ts []byte) []byte {
		ts[payloadAt(ts, starts(ts, metadataPID)[10])+14+2] = 0x9F
		return ts
	}, []evidence.Code{CodeFragment}, 90, 0, -1},
	{"key", func(ts []byte) []byte {
		ts[payloadAt(ts, starts(ts, metadataPID)[10])+14+5] ^= 0x10
		return ts
	}, []evidence.Code{CodeLoose}, 89, 0, -1},
	{"BER length", func(ts []byte) []byte {
		ts[payloadAt(ts, starts(ts, metadataPID)[10])+14+5+16] = 0x80
		return ts
	}, []evidence.Code{CodeUnitLength, CodeLoose}, 89, 0, -1},
	{"BER length too long", func(ts []byte) []byte {
		ts[payloadAt(ts, starts(ts, metadataPID)[10])+14+5+17] = 0x7F
		return ts
	}, []evidence.Code{CodeUnitCut}, 89, 1, -1},
}

func TestDamage(t *testing.T) {
	t.Parallel()
	clean, _ := film(t, MuxConfig{Carriage: Sync}, 90, 400)
	for _, test := range damages {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ts := test.edit(bytes.Clone(clean))
			r, s := demux(ts, Config{Video: VideoHeads}, 0)
			whole, cut := 0, 0
			for _, u := range r.units {
				if u.Truncated {
					cut++
				} else {
					whole++
				}
			}
			if whole != test.units || cut != test.cut {
				t.Errorf("%d units and %d truncated, want %d and %d", whole, cut, test.units, test.cut)
			}
			got := r.codes()
			for _, c := range test.codes {
				if got[c] == 0 {
					t.Errorf("no finding %s", c)
				}
				delete(got, c)
			}
			for c, n := range got {
				t.Errorf("%d findings %s", n, c)
			}
			if test.offset >= 0 && r.defects[0].Offset != int64(test.offset) {
				t.Errorf("offset %d, want %d", r.defects[0].Offset, test.offset)
			}
			if t.Failed() {
				for i := range min(12, len(r.defects)) {
					t.Log(r.defects[i])
				}
				t.Logf("%+v", s.Findings)
			}
			for _, chunk := range []int{-1, 1, 190} {
				again, _ := demux(ts, Config{Video: VideoHeads}, chunk)
				if len(again.units) != len(r.units) || len(again.defects) != len(r.defects) || len(again.pictures) != len(r.pictures) {
					t.Errorf("chunks of %d: %d units, %d findings, %d pictures, want %d, %d, %d", chunk,
						len(again.units), len(again.defects), len(again.pictures), len(r.units), len(r.defects), len(r.pictures))
				}
			}
		})
	}
}
