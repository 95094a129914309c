package mpegts

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestSniff(t *testing.T) {
	t.Parallel()
	ts, _ := film(t, MuxConfig{}, 20, 100)
	text := bytes.Repeat([]byte("Go and look at the GGGGG. "), 200)
	for _, test := range []struct {
		name string
		b    []byte
		size int
		ok   bool
	}{
		{"188", ts[:4096], 188, true},
		{"192", repacket(ts, 192)[:4096], 192, true},
		{"204", repacket(ts, 204)[:4096], 204, true},
		{"188, first packet cut", ts[77:4096], 188, true},
		{"192, first packet cut", repacket(ts, 192)[77:4096], 192, true},
		{"one packet", ts[:188], 188, true},
		{"whole file of a megabyte", bytes.Repeat(ts, 10), 188, true},
		{"less than a packet", ts[:187], 0, false},
		{"empty", nil, 0, false},
		{"text", text, 0, false},
		{"zeros", make([]byte, 4096), 0, false},
		{"KLV", bytes.Repeat(triplet(0, 100), 30), 0, false},
	} {
		if size, ok := Sniff(test.b); size != test.size || ok != test.ok {
			t.Errorf("%s: %d, %v, want %d, %v", test.name, size, ok, test.size, test.ok)
		}
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{"empty": nil, "text": bytes.Repeat([]byte("no stream, G or not. "), 5000), "short": {0x47, 1, 2}} {
		r, s := demux(b, Config{}, -1)
		if s.Reason != NotTransport || len(r.units) > 0 || s.PacketSize != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestFindingsAreBounded holds that a stream of nothing but faults is told in few findings, with all
// of them counted.
func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	ts, _ := film(t, MuxConfig{}, 100, 100)
	n := 0
	for i := 0; i < len(ts); i += 188 {
		ts[i+1] |= 0x80
		n++
	}
	r, s := demux(ts, Config{MaxDefects: 10}, 0)
	if got := r.codes()[CodeError]; got != 10 {
		t.Errorf("%d findings handed out, want 10", got)
	}
	var f Finding
	for _, f = range s.Findings {
		if f.Code == CodeError {
			break
		}
	}
	if diff := cmp.Diff(Finding{Code: CodeError, Count: int64(n), First: 0, Last: int64(len(ts) - 188)}, f); diff != "" {
		t.Error(diff)
	}
}

// TestWaitingIsBounded holds that units without any clock are handed out all the same.
func TestWaitingIsBounded(t *testing.T) {
	t.Parallel()
	var s script
	s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
	for i := range 1000 {
		s.pes(0x102, 0xBD, -1, triplet(i, 20+i%400)...)
	}
	d := NewDemuxer(&counter{}, Config{})
	d.Write(s.b)
	if got := len(d.held.units); got > heldUnits {
		t.Errorf("%d units wait", got)
	}
	r, _ := demux(s.b, Config{}, 0)
	if len(r.units) != 1000 {
		t.Fatalf("%d units, want 1000", len(r.units))
	}
	for i, u := range r.units {
		if u.HasPTS || !bytes.Equal(u.Data, triplet(i, 20+i%400)) {
			t.Fatalf("unit %d", i)
		}
	}
}

// TestUnitIsBounded holds that a length that lies costs no memory.
func TestUnitIsBounded(t *testing.T) {
	t.Parallel()
	var s script
	s.table(0, patOf(0, 1, 0x100)).table(0x100, pmtOf(0, 1, 0x102, declared{typePrivate, 0x102, klva}))
	huge := append(bytes.Clone(uasKey), 0x84, 0xFF, 0xFF, 0xFF, 0xFF)
	s.pes(0x102, 0xBD, 0, append(huge, triplet(1, 50)...)...)
	r, _ := demux(s.b, Config{MaxUnit: 1000}, 0)
	if len(r.units) != 1 || r.codes()[CodeUnitLength] != 1 || r.codes()[CodeLoose] != 1 {
		t.Errorf("%d units, %v", len(r.units), r.defects)
	}
}

// TestMetadataStreamsAreBounded holds that a stream that claims to be all metadata costs no memory.
func TestMetadataStreamsAreBounded(t *testing.T) {
	t.Parallel()
	var s script
	for pid := range uint16(100) {
		s.pes(0x200+pid, 0xBD, -1, triplet(1, 50)...)
	}
	r, _ := demux(s.b, Config{}, 0)
	if got := r.codes(); len(r.units) != maxMetadata || got[CodeLimit] != 100-maxMetadata {
		t.Errorf("%d units, %v", len(r.units), got)
	}
}

func TestReadFrom(t *testing.T) {
	t.Parallel()
	ts, want := film(t, MuxConfig{}, 50, 100)
	r := &record{}
	d := NewDemuxer(r, Config{})
	n, err := d.ReadFrom(iotest.HalfReader(bytes.NewReader(ts)))
	if n != int64(len(ts)) || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	sameTriplets(t, r.units, want)

	r = &record{}
	broken := errors.New("cable cut")
	d = NewDemuxer(r, Config{})
	_, err = d.ReadFrom(io.MultiReader(bytes.NewReader(ts), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	sameTriplets(t, r.units, want)
}

// TestJoiner cuts a sequence of triplets and other bytes at every place.
func TestJoiner(t *testing.T) {
	t.Parallel()
	a, b, c := triplet(1, 12), triplet(2, 200), append(bytes.Clone(uasKey), 0)
	all := bytes.Join([][]byte{a, {6, 0x0E, 6, 0x0E, 0x2B, 1}, b, c, c, {6, 0x0E, 0x2B}, a, {0x34}}, nil)
	at := int64(bytes.Index(all, b))
	for i := range all {
		for _, j := range []int{i, i + 1, i + 17, i + 22} {
			j = min(j, len(all))
			out := &cuts{}
			jn := joiner{out: out, max: 1000}
			for _, p := range []struct{ from, to int }{{0, i}, {i, j}, {j, len(all)}} {
				if p.from < p.to {
					jn.feed(all[p.from:p.to], &source{offset: int64(p.from)})
				}
			}
			jn.end()
			if want := [][]byte{a, b, c, c, a}; !slices.EqualFunc(want, out.data, bytes.Equal) {
				t.Fatalf("cut at %d and %d:\n%s", i, j, cmp.Diff(want, out.data))
			}
			if out.lost != 10 || out.runs != 3 {
				t.Fatalf("cut at %d and %d: %d bytes in %d runs are in no triplet", i, j, out.lost, out.runs)
			}
			want := int64(0)
			if at >= int64(j) {
				want = int64(j)
			} else if at >= int64(i) {
				want = int64(i)
			}
			if out.offsets[1] != want {
				t.Fatalf("cut at %d and %d: offset %d, want %d", i, j, out.offsets[1], want)
			}
		}
	}
}

type cuts struct {
	data       [][]byte
	offsets    []int64
	lost, runs int64
}

func (c *cuts) triplet(src *source, data []byte, _, _ bool) {
	c.data = append(c.data, bytes.Clone(data))
	c.offsets = append(c.offsets, src.offset)
}
func (c *cuts) loose(_, n int64)       { c.lost += n; c.runs++ }
func (c *cuts) badLength(*source, int) {}

// FuzzDemuxer holds that no input breaks the Demuxer, that memory stays bounded, and that neither
// chunks nor repetition change what comes out.
func FuzzDemuxer(f *testing.F) {
	clean, _ := film(f, MuxConfig{Carriage: Sync}, 90, 400)
	for _, d := range damages {
		ts := d.edit(bytes.Clone(clean))
		// The tables, and the surroundings of the tenth unit where most of the damage is.
		f.Add(append(bytes.Clone(ts[:3*188]), ts[min(len(ts), 202*188):min(len(ts), 212*188)]...))
	}
	for _, s := range scripts(triplet(1, 30)) {
		var b script
		s.write(&b)
		f.Add(b.b)
	}
	async, _ := film(f, MuxConfig{PESSize: 50, PacketSize: 192}, 3, 100)
	f.Add(async)
	f.Fuzz(func(t *testing.T, b []byte) {
		c := Config{Video: VideoFull, MaxUnit: 4096, MaxDefects: 50}
		whole, s := demux(b, c, 0)
		parts, _ := demux(b, c, -1)
		if diff := difference(whole, parts); diff != "" {
			t.Fatalf("chunks change the output:\n%s", diff)
		}
		total := 0
		for _, u := range whole.units {
			total += len(u.Data)
			if len(u.Data) > 4096 || u.Offset < 0 || u.Offset >= int64(len(b)) {
				t.Fatalf("unit of %d B at %d", len(u.Data), u.Offset)
			}
		}
		if total > len(b) {
			t.Fatalf("%d B of units in %d B", total, len(b))
		}
		if (s.Units == 0) == (s.Reason == "") {
			t.Fatalf("%d units, reason %q", s.Units, s.Reason)
		}
	})
}
