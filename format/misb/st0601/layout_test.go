package st0601

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// differs tells where two sets of the same bytes differ; empty when nowhere.
func differs(a, b *Set) string {
	switch {
	case a.Checksum != b.Checksum || a.Stored != b.Stored || a.Computed != b.Computed:
		return "checksum"
	case !slices.Equal(a.Defects, b.Defects):
		return "findings"
	case a.stop != b.stop || a.hasVMTI != b.hasVMTI:
		return "end"
	}
	for tag := Tag(1); tag < tagCount; tag++ {
		if a.state[tag] != b.state[tag] {
			return "state of item " + decimal(int(tag))
		}
		if a.state[tag] == Absent {
			continue
		}
		if a.head(tag) != b.head(tag) {
			return "place of item " + decimal(int(tag))
		}
		if kind := ops[tag].kind; a.state[tag] == OK && kind != Text && kind != Nested && a.bits[tag] != b.bits[tag] {
			return "value of item " + decimal(int(tag))
		}
	}
	return ""
}

// checkLike reads packets with one decoder, and each with a decoder of its own that knows no layout.
func checkLike(t *testing.T, packets ...[]byte) (laid int) {
	t.Helper()
	var d Decoder
	var s, alone Set
	for i, p := range packets {
		var fresh Decoder
		fresh.vmti = d.vmti // VMTI may hang on what came before
		got, want := d.Decode(p, &s), fresh.Decode(p, &alone)
		if (got == nil) != (want == nil) {
			t.Fatalf("packet %d: %v, alone %v", i, got, want)
		}
		if where := differs(&s, &alone); where != "" {
			t.Fatalf("packet %d: %s differs\n% x", i, where, p)
		}
		if s.laid != nil {
			laid++
		}
	}
	return laid
}

// TestLayout reads real packets, and the same with bytes changed, as they come in a stream.
func TestLayout(t *testing.T) {
	t.Parallel()
	all := packets(t, "osh_sample-stream.ts", oshPID)
	if laid := checkLike(t, all...); laid < 200 {
		t.Errorf("%d of %d packets were read by a layout", laid, len(all))
	}
	random := rand.New(rand.NewPCG(7, 8))
	var changed [][]byte
	for range 20 {
		for _, p := range all {
			p = bytes.Clone(p)
			for range random.IntN(3) {
				p[17+random.IntN(len(p)-17)] = byte(random.Uint32())
			}
			changed = append(changed, p)
		}
	}
	checkLike(t, changed...)
	checkLike(t, packets(t, "h264_klv.ts", h264PID)...)
}

// TestLayoutTakesTurns: a stream whose packets take turns keeps its layout, and one that has changed gets another.
func TestLayoutTakesTurns(t *testing.T) {
	t.Parallel()
	a, b := packet(unhex(t, clean+"0502 0001 0602 0002")), packet(unhex(t, clean+"0702 0001 0801 02"))
	var d Decoder
	var s Set
	read := func(p []byte) *layout {
		if err := d.Decode(p, &s); err != nil {
			t.Fatal(err)
		}
		return d.layout
	}
	first := read(a)
	if first == nil || read(a) != first || s.laid != first {
		t.Fatal("the first packet taught nothing")
	}
	for range 1000 {
		if read(b) != first || read(a) != first {
			t.Fatal("a stream whose packets take turns changes its layout")
		}
	}
	for range 2 {
		read(b)
	}
	if d.layout == first || read(b) == first || s.laid == nil {
		t.Fatal("a stream that has changed keeps its layout")
	}
}

func FuzzLayout(f *testing.F) {
	for i, c := range cases {
		other := cases[(i+1)%len(cases)]
		f.Add(unhex(f, clean+c.items), unhex(f, clean+c.items+other.items))
		f.Add(unhex(f, clean+c.items+other.items), unhex(f, clean+other.items+c.items))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		first, second := packet(a), packet(b)
		checkLike(t, first, first, second, second, second, first)
		checkLike(t, first[:min(len(first), 40)], first, second[:len(second)-len(second)/3])
	})
}
