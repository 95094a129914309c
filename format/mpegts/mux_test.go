package mpegts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// triplet makes a KLV triplet of the ST 0601 key whose value has n bytes and starts with Item 2.
func triplet(i, n int) []byte {
	v := append([]byte{2, 8}, binary.BigEndian.AppendUint64(nil, uint64(1340980354000000+i*33333))...)
	rnd := rand.New(rand.NewPCG(uint64(i), uint64(n)))
	for len(v) < n {
		v = append(v, byte(rnd.UintN(256)))
	}
	v = v[:max(n, 10)]
	b := bytes.Clone(uasKey)
	switch {
	case len(v) < 0x80:
		b = append(b, byte(len(v)))
	case len(v) < 1<<16:
		b = append(b, 0x82, byte(len(v)>>8), byte(len(v)))
	default:
		b = append(b, 0x83, byte(len(v)>>16), byte(len(v)>>8), byte(len(v)))
	}
	return append(b, v...)
}

// frame makes an access unit of H.264 of about n bytes, with the time of triplet i in its SEI.
func frame(i, n int, key bool) []byte {
	b := []byte{0, 0, 0, 1, 9, 0xF0, 0, 0, 1, 6, 5, 28}
	b = append(b, "MISPmicrosectime"...)
	t := binary.BigEndian.AppendUint64(nil, uint64(1340980354000000+i*33333))
	b = append(b, 0x1F, t[0], t[1], 0xFF, t[2], t[3], 0xFF, t[4], t[5], 0xFF, t[6], t[7], 0x80)
	slice := byte(0x41)
	if key {
		slice = 0x65
	}
	b = append(b, 0, 0, 1, slice, 0x9A)
	for len(b) < n {
		b = append(b, byte(len(b)%251)|1)
	}
	return b
}

const frameTicks = 3003

// film writes frames with one triplet each and returns the stream and the triplets.
func film(t testing.TB, c MuxConfig, frames, size int) (ts []byte, triplets [][]byte) {
	t.Helper()
	var out bytes.Buffer
	m, err := NewMuxer(&out, c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range frames {
		pts := int64(Ticks + i*frameTicks)
		if !c.NoVideo {
			if err := m.WriteVideo(Frame{PTS: pts, Key: i%30 == 0, Data: frame(i, 2000+i%7*190, i%30 == 0)}); err != nil {
				t.Fatal(err)
			}
		}
		k := triplet(i, size+i%5*31)
		triplets = append(triplets, k)
		if err := m.WriteMetadata(pts, k); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes(), triplets
}

func sameTriplets(t *testing.T, units []Unit, want [][]byte) {
	t.Helper()
	if len(units) != len(want) {
		t.Errorf("%d units, want %d", len(units), len(want))
	}
	for i := range min(len(units), len(want)) {
		if !bytes.Equal(units[i].Data, want[i]) {
			t.Fatalf("unit %d is not what was written: %d and %d B", i, len(units[i].Data), len(want[i]))
		}
	}
}

// TestRoundTrip writes programs of every shape; what is read is what was written, without findings.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for i, c := range []MuxConfig{
		{},
		{AsyncPTS: true},
		{PESSize: 100},
		{PESSize: 17},
		{Carriage: Sync},
		{Carriage: Sync, CellSize: 40},
		{Carriage: Sync, PESSize: 60, Service: 3},
		{Carriage: Sync, FixedSequence: true},
		{Carriage: Sync, PacketSize: 192, NoVideo: true},
		{PacketSize: 192, Codec: H264, Program: 7, PMTPID: 99, VideoPID: 100, MetadataPID: 8000},
	} {
		for _, size := range []int{10, 100, 300, 70000} {
			t.Run(fmt.Sprint(i, " ", size), func(t *testing.T) {
				t.Parallel()
				frames, keyFrames := 300, 10
				if size > 1000 {
					frames, keyFrames = 31, 2
				}
				ts, want := film(t, c, frames, size)
				r, s := demux(ts, Config{Video: VideoHeads}, -1)
				sameTriplets(t, r.units, want)
				for code, n := range r.codes() {
					if code == CodePTSUnexpected && c.AsyncPTS {
						continue
					}
					t.Errorf("%s: %d", code, n)
				}
				for i, u := range r.units {
					want := int64(Ticks + i*frameTicks)
					if u.PTS != want || u.Estimated == (c.AsyncPTS || c.Carriage == Sync) || u.Service != c.Service {
						t.Fatalf("unit %d: %+v, want PTS %d", i, u, want)
					}
				}
				if !c.NoVideo {
					keys := 0
					for i, p := range r.pictures {
						if p.RandomAccess {
							keys++
						}
						if !p.HasTime || p.Time.Micros() != itemTwo(t, want[i]) {
							t.Fatalf("picture %d: time %+v", i, p.Time)
						}
					}
					if len(r.pictures) != frames || keys != keyFrames {
						t.Errorf("%d pictures, %d keys", len(r.pictures), keys)
					}
				}
				if len(s.Programs) != 1 || s.Reason != "" {
					t.Errorf("%+v", s)
				}
			})
		}
	}
}

// TestSharedPES holds that triplets which share PES packets, cells or transport packets are told
// apart, and that each has the offset of the packet that holds its key.
func TestSharedPES(t *testing.T) {
	t.Parallel()
	for _, c := range []MuxConfig{
		{}, {Carriage: Sync}, {PESSize: 50}, {PESSize: 333}, {Carriage: Sync, CellSize: 33, PESSize: 190},
	} {
		var out bytes.Buffer
		m, err := NewMuxer(&out, c)
		if err != nil {
			t.Fatal(err)
		}
		var want [][]byte
		for i := range 200 {
			var group [][]byte
			for j := range 1 + i%7 {
				group = append(group, triplet(i*7+j, (i*37+j*11)%400))
			}
			want = append(want, group...)
			if err := m.WriteMetadata(int64(i*frameTicks), group...); err != nil {
				t.Fatal(err)
			}
		}
		r, _ := demux(out.Bytes(), Config{}, -1)
		sameTriplets(t, r.units, want)
		if len(r.defects) > 0 {
			t.Errorf("%+v: %v", c, r.defects[0])
		}
		ts := out.Bytes()
		for i, u := range r.units {
			p := ts[u.Offset : u.Offset+188]
			// A key that is cut by the end of the packet shows there in part.
			if !bytes.Contains(p, u.Data[:16]) && !keyAtEnd(p, u.Data[:16]) && c.CellSize == 0 && c.PESSize == 0 {
				t.Fatalf("%+v: unit %d: key is not in the packet at %d", c, i, u.Offset)
			}
		}
	}
}

func keyAtEnd(p, key []byte) bool {
	for n := 1; n < len(key); n++ {
		if bytes.HasSuffix(p, key[:n]) {
			return true
		}
	}
	return false
}

func TestMuxerRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []MuxConfig{
		{PacketSize: 204}, {VideoPID: 5}, {VideoPID: 0x1FFF}, {VideoPID: 77, MetadataPID: 77}, {Carriage: 9}, {PESSize: 70000}, {PESSize: 5}, {CellSize: -1},
	} {
		if _, err := NewMuxer(&bytes.Buffer{}, c); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
	m, err := NewMuxer(&bytes.Buffer{}, MuxConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.WriteVideo(Frame{PTS: 5 * Ticks}); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteMetadata(Ticks, triplet(0, 20)); !errors.Is(err, ErrOrder) {
		t.Errorf("got %v, want ErrOrder", err)
	}
}
