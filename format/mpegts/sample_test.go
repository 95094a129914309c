package mpegts

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"testing"

	"overflight/evidence"
	"overflight/internal/recordings"

	"github.com/google/go-cmp/cmp"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	return recordings.Read(t, "misb/"+name)
}

// record is a Handler that keeps copies.
type record struct {
	units    []Unit
	pictures []Picture
	defects  []evidence.Defect
}

func (r *record) Unit(u *Unit) {
	c := *u
	c.Data = bytes.Clone(u.Data)
	r.units = append(r.units, c)
}
func (r *record) Picture(p *Picture)       { r.pictures = append(r.pictures, *p) }
func (r *record) Defect(d evidence.Defect) { r.defects = append(r.defects, d) }

func (r *record) codes() map[evidence.Code]int {
	m := map[evidence.Code]int{}
	for _, d := range r.defects {
		m[d.Code]++
	}
	return m
}

// demux runs b through a Demuxer in chunks of the given size, 0 for one, -1 for random ones.
func demux(b []byte, c Config, chunk int) (*record, Summary) {
	r := &record{}
	d := NewDemuxer(r, c)
	rnd := rand.New(rand.NewPCG(1, 2))
	for rest := b; len(rest) > 0; {
		n := chunk
		if chunk == 0 {
			n = len(rest)
		} else if chunk < 0 {
			n = 1 + rnd.IntN(700)
		}
		n = min(n, len(rest))
		d.Write(rest[:n])
		rest = rest[n:]
	}
	d.Flush()
	return r, d.Summary()
}

var uasKey = []byte{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x0B, 0x01, 0x01, 0x0E, 0x01, 0x03, 0x01, 0x01, 0, 0, 0}

// itemTwo returns the time of a ST 0601 set whose first item it is.
func itemTwo(t *testing.T, set []byte) uint64 {
	t.Helper()
	i := 17
	if set[16] >= 0x80 {
		i += int(set[16] & 0x7F)
	}
	if set[i] != 2 || set[i+1] != 8 {
		t.Fatalf("item 2 is not first: % X", set[i:i+2])
	}
	return binary.BigEndian.Uint64(set[i+2:])
}

func TestSamples(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file       string
		units      int
		carriage   Carriage
		pictures   int
		keys       int
		estimated  bool
		reason     Reason
		videoTimes int // pictures whose time equals item 2 of some unit
	}{
		{"osh_sample-stream.ts", 277, Async, 277, 28, false, "", 277},
		{"osh_sync.ts", 277, Sync, 277, 277, false, "", 0},
		{"h264_klv.ts", 30, Async, 30, 1, true, "", 30},
		{"aphill_short.ts", 48, Async, 96, 3, false, "", 0},
		{"h264_no_klv.ts", 0, 0, 30, 1, false, NoneDeclared, 0},
		{"h264_audio.ts", 0, 0, 29, 3, false, NoneDeclared, 0},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			b := sample(t, test.file)
			r, s := demux(b, Config{Video: VideoHeads}, 0)
			t.Logf("findings: %+v", s.Findings)
			for i, d := range r.defects {
				if i < 12 {
					t.Log(d)
				}
			}
			if len(r.units) != test.units || s.Units != int64(test.units) {
				t.Fatalf("%d units, want %d", len(r.units), test.units)
			}
			if s.Reason != test.reason {
				t.Errorf("reason %q, want %q", s.Reason, test.reason)
			}
			keys := 0
			times := map[uint64]bool{}
			pts := map[int64]bool{}
			for _, p := range r.pictures {
				if p.RandomAccess {
					keys++
				}
				if p.HasTime && p.Time.Plausible {
					times[p.Time.Micros()] = true
				}
				pts[p.PTS] = true
			}
			if len(r.pictures) != test.pictures || keys != test.keys {
				t.Errorf("%d pictures, %d keys, want %d, %d", len(r.pictures), keys, test.pictures, test.keys)
			}
			equal := 0
			for i, u := range r.units {
				if u.Carriage != test.carriage || u.PID != 257 || u.Program != 1 || u.Truncated || u.Damaged {
					t.Fatalf("unit %d: %+v", i, u)
				}
				if !u.HasPTS || u.Estimated != test.estimated {
					t.Errorf("unit %d: PTS %v, estimated %v", i, u.HasPTS, u.Estimated)
				}
				if b[u.Offset] != syncByte || u.Offset%188 != 0 {
					t.Errorf("unit %d: offset %d is no packet", i, u.Offset)
				}
				// All these files start a PES packet with each key.
				if !bytes.Contains(b[u.Offset:u.Offset+188], u.Data[:16]) {
					t.Errorf("unit %d: key is not in the packet at %d", i, u.Offset)
				}
				if !u.Estimated && !pts[u.PTS] && test.file != "aphill_short.ts" {
					t.Errorf("unit %d: PTS %d is that of no picture", i, u.PTS)
				}
				if bytes.HasPrefix(u.Data, uasKey) && times[itemTwo(t, u.Data)] {
					equal++
				}
			}
			if equal != test.videoTimes {
				t.Errorf("%d units with the time of a picture, want %d", equal, test.videoTimes)
			}
		})
	}
}

// TestSameOutput holds that neither the chunks nor the packet size change what comes out.
func TestSameOutput(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"osh_sample-stream.ts", "osh_sync.ts", "h264_klv.ts", "aphill_short.ts", "h264_audio.ts"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			b := sample(t, file)
			b = b[:min(len(b), 1500*188)]
			c := Config{Video: VideoHeads}
			whole, _ := demux(b, c, 0)
			for _, chunk := range []int{-1, 1, 187, 188, 1316, 65536} {
				got, _ := demux(b, c, chunk)
				if diff := difference(whole, got); diff != "" {
					t.Fatalf("chunks of %d: %.2000s", chunk, diff)
				}
			}
			for _, size := range []int{192, 204} {
				got, s := demux(repacket(b, size), c, -1)
				if s.PacketSize != size {
					t.Fatalf("packet size %d, want %d", s.PacketSize, size)
				}
				if size == 192 {
					back(got, 192, 4)
				} else {
					back(got, 204, 0)
				}
				if diff := difference(whole, got); diff != "" {
					t.Fatalf("packets of %d: %.2000s", size, diff)
				}
			}
		})
	}
}

// difference is cmp.Diff, but quick where there is none.
func difference(a, b *record) string {
	if reflect.DeepEqual(a, b) {
		return ""
	}
	return cmp.Diff(a, b, cmp.AllowUnexported(record{}))
}

// repacket makes packets of 192 or 204 bytes of those of 188.
func repacket(b []byte, size int) []byte {
	var out []byte
	for i := 0; i+188 <= len(b); i += 188 {
		if size == 192 {
			out = append(out, byte(i>>24), byte(i>>16), byte(i>>8), byte(i))
		}
		out = append(out, b[i:i+188]...)
		if size == 204 {
			out = append(out, make([]byte, 16)...)
		}
	}
	return out
}

// back gives the offsets that packets of 188 bytes would have.
func back(r *record, size, prefix int64) {
	f := func(o *int64) { *o = (*o - prefix) / size * 188 }
	for i := range r.units {
		f(&r.units[i].Offset)
	}
	for i := range r.pictures {
		f(&r.pictures[i].Offset)
	}
	for i := range r.defects {
		if r.defects[i].Code == CodeNoPAT || r.defects[i].Code == CodeNoPMT || r.defects[i].Code == CodeMissingPID {
			continue
		}
		f(&r.defects[i].Offset)
	}
}

// TestSameSets holds the synchronous copy of a stream against the asynchronous original.
func TestSameSets(t *testing.T) {
	t.Parallel()
	a, _ := demux(sample(t, "osh_sample-stream.ts"), Config{}, 0)
	b, _ := demux(sample(t, "osh_sync.ts"), Config{}, 0)
	if len(a.units) != len(b.units) {
		t.Fatalf("%d and %d units", len(a.units), len(b.units))
	}
	for i := range a.units {
		if sha256.Sum256(a.units[i].Data) != sha256.Sum256(b.units[i].Data) {
			t.Errorf("unit %d differs", i)
		}
	}
}
