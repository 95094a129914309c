package mpegts

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// st0604 is an identifier with a status and a time of ST 0604.
func st0604(id string, status byte, count uint64) []byte {
	t := binary.BigEndian.AppendUint64(nil, count)
	return append([]byte(id), status, t[0], t[1], 0xFF, t[2], t[3], 0xFF, t[4], t[5], 0xFF, t[6], t[7])
}

// escape puts emulation prevention bytes in.
func escape(b []byte) (out []byte) {
	zeros := 0
	for _, c := range b {
		if zeros >= 2 && c <= 3 {
			out = append(out, 3)
			zeros = 0
		}
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}

func message(kind byte, payload []byte) []byte {
	return append([]byte{kind, byte(len(payload))}, payload...)
}

func nal(b ...[]byte) []byte { return append([]byte{0, 0, 1}, bytes.Join(b, nil)...) }

func TestPictures(t *testing.T) {
	t.Parallel()
	const micros = 1340980354000000
	good := Timestamp{Count: micros, Status: 0x1F, Plausible: true}
	type shown struct {
		Key  bool
		Time Timestamp
	}
	stop := []byte{0x80}
	for _, test := range []struct {
		name  string
		kind  byte
		video Video
		body  []byte
		want  []shown
		codes int
	}{
		{"H.264 without anything", typeH264, VideoHeads, nal([]byte{0x41, 0x9A}), []shown{{}}, 0},
		{"H.264 IDR", typeH264, VideoHeads, nal([]byte{0x65, 0x9A}), []shown{{Key: true}}, 0},
		{"H.264 recovery point", typeH264, VideoHeads, append(nal([]byte{6}, message(6, []byte{0xC4}), stop), nal([]byte{0x41})...), []shown{{Key: true}}, 0},
		{"H.264 time", typeH264, VideoHeads, append(nal([]byte{6}, message(5, st0604("MISPmicrosectime", 0x1F, micros)), stop), nal([]byte{0x41})...), []shown{{Time: good}}, 0},
		{"H.264 time after another message", typeH264, VideoHeads, append(nal([]byte{6}, message(1, []byte{1, 2}), message(5, st0604("MISPmicrosectime", 0x1F, micros)), stop), nal([]byte{0x41})...), []shown{{Time: good}}, 0},
		{
			"H.264 time with emulation prevention", typeH264, VideoHeads,
			append(nal([]byte{6}, escape(append(message(4, []byte{0, 0, 0, 0, 0, 1}), message(5, st0604("MISPmicrosectime", 0x1F, micros))...)), stop), nal([]byte{0x41})...),
			[]shown{{Time: good}},
			0,
		},
		{"H.264 time not asked for", typeH264, VideoClock, append(nal([]byte{6}, message(5, st0604("MISPmicrosectime", 0x1F, micros)), stop), nal([]byte{0x65})...), []shown{{}}, 0},
		{"H.264 implausible time", typeH264, VideoHeads, append(nal([]byte{6}, message(5, st0604("MISPmicrosectime", 0, 5)), stop), nal([]byte{0x41})...), []shown{{Time: Timestamp{Count: 5}}}, 1},
		{"H.264 time without its markers", typeH264, VideoHeads, append(nal([]byte{6}, message(5, append([]byte("MISPmicrosectime"), make([]byte, 12)...)), stop), nal([]byte{0x41})...), []shown{{}}, 1},
		{"H.264 SEI and no slice", typeH264, VideoHeads, nal([]byte{6}, message(5, st0604("MISPmicrosectime", 0x1F, micros)), stop), []shown{{Time: good}}, 0},
		{"H.264 length of a message that lies", typeH264, VideoHeads, append(nal([]byte{6, 5, 200}, []byte("MISPmicrosectime")), nal([]byte{0x41})...), []shown{{}}, 0},
		{
			"H.264 two access units in a PES packet", typeH264, VideoFull,
			bytes.Join([][]byte{nal([]byte{9, 0xF0}), nal([]byte{0x65}), nal([]byte{0x65, 1}), nal([]byte{9, 0xF0}), nal([]byte{6}, message(5, st0604("MISPmicrosectime", 0x1F, micros)), stop), nal([]byte{0x41})}, nil),
			[]shown{{Key: true}, {Time: good}},
			0,
		},
		{"HEVC IDR, microseconds", typeHEVC, VideoHeads, append(nal([]byte{78, 1}, message(5, st0604(string(idMicrosHEVC), 0x1F, micros)), stop), nal([]byte{38, 1})...), []shown{{Key: true, Time: good}}, 0},
		{
			"HEVC nanoseconds", typeHEVC, VideoHeads, append(nal([]byte{78, 1}, message(5, st0604(string(idNanosHEVC), 0x9F, micros*1000+7)), stop), nal([]byte{2, 1})...),
			[]shown{{Time: Timestamp{Count: micros*1000 + 7, Nano: true, Status: 0x9F, Plausible: true}}},
			0,
		},
		{
			"MPEG-2", typeMPEG2, VideoHeads,
			bytes.Join([][]byte{nal([]byte{0xB3, 1, 2}), nal([]byte{0xB2}, st0604("MISPmicrosectime", 0x1F, micros)), nal([]byte{0, 0, 8}), nal([]byte{1})}, nil),
			[]shown{{Key: true, Time: good}},
			0,
		},
		{"unknown codec", typeVVC, VideoHeads, nal([]byte{1, 2, 3}), []shown{{}}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			// A filler of every length moves each byte over the edge between two packets.
			for n := range 190 {
				var s script
				s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x101, declared{test.kind, 0x101, ""}))
				s.pes(0x101, 0xE0, 0, append(bytes.Repeat([]byte{0xAA}, n), test.body...)...)
				r, _ := demux(s.b, Config{Video: test.video}, 0)
				var got []shown
				for _, p := range r.pictures {
					if p.HasTime != (p.Time != Timestamp{}) {
						t.Fatalf("HasTime %v: %+v", p.HasTime, p.Time)
					}
					got = append(got, shown{p.RandomAccess, p.Time})
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Fatalf("filler of %d: (-want +got)\n%s", n, diff)
				}
				if len(r.defects) != test.codes {
					t.Fatalf("findings %v, want %d", r.defects, test.codes)
				}
			}
		})
	}
}
