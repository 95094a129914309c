package imapb

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"overflight/internal/recordings"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	return recordings.Read(t, "misb/"+name)
}

// The vectors give numbers, or "Infinity", "-Infinity", "+QNaN", "-QNaN".
type number struct {
	value float64
	name  string
}

func (n *number) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		n.name = strings.Trim(string(b), `"`)
		return nil
	}
	return json.Unmarshal(b, &n.value)
}

func TestVectors(t *testing.T) {
	t.Parallel()
	var vectors []struct {
		A, B          float64
		L             int
		X             number
		Forward       string `json:"forwardResultHex"`
		Reverse       number `json:"reverseResult"`
		SF, SR, Zero  float64
		ForwardResult json.Number `json:"forwardResult"`
	}
	if err := json.Unmarshal(sample(t, "st1201_vectors.json"), &vectors); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]Kind{"Infinity": PosInf, "-Infinity": NegInf, "+QNaN": PosQuietNaN, "-QNaN": NegQuietNaN}
	finite, special := 0, 0
	for i, v := range vectors {
		s := New(v.A, v.B, v.L)
		if v.X.name == "" {
			y, kind := s.Encode(v.X.value)
			if got := fmt.Sprintf("0x%0*x", 2*v.L, y); kind != Finite || got != v.Forward {
				t.Errorf("%d: %g in [%g,%g] as %d bytes: %s %v, want %s", i, v.X.value, v.A, v.B, v.L, got, kind, v.Forward)
			}
			b, _ := s.Append(nil, v.X.value)
			x, kind := s.Decode(b)
			if kind != Finite || x != v.Reverse.value {
				t.Errorf("%d: % x in [%g,%g]: %v %v, want %v", i, b, v.A, v.B, x, kind, v.Reverse.value)
			}
			finite++
			continue
		}
		want := kinds[v.X.name]
		b := s.AppendKind(nil, want)
		if got := fmt.Sprintf("0x%x", b); got != v.Forward {
			t.Errorf("%d: %s: %s, want %s", i, v.X.name, got, v.Forward)
		}
		x, kind := s.Decode(b)
		if kind != want || !math.IsInf(x, 0) && !math.IsNaN(x) {
			t.Errorf("%d: % x: %v %v, want %v", i, b, x, kind, want)
		}
		if again, _ := s.Append(nil, x); string(again) != string(b) {
			t.Errorf("%d: %v encodes to % x, want % x", i, x, again, b)
		}
		special++
	}
	if finite != 488 || special != 576 {
		t.Errorf("%d finite and %d special vectors, want 488 and 576", finite, special)
	}
}

var patterns = []struct {
	bytes string
	kind  Kind
}{
	{"\x00\x00", Finite},
	{"\x7F\xFF", Finite},
	{"\x80\x00", Finite}, // only the top bit: an ordinary value
	{"\x80\x01", ReservedValue},
	{"\xC8\x00", PosInf},
	{"\xE8\x00", NegInf},
	{"\xD0\x00", PosQuietNaN},
	{"\xF0\x00", NegQuietNaN},
	{"\xD8\x12", PosSignalNaN},
	{"\xF8\x00", NegSignalNaN},
	{"\xC0\x01", UserDefined},
	{"\xE0\x00", BelowMinimum},
	{"\xE1\x00", AboveMaximum},
	{"\xE2\x00", OtherMISB},
	{"\xA0\x00", ReservedValue},
	{"\x00", Malformed},
	{"", Malformed},
	{"\x00\x00\x00", Malformed},
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	s := New(-900, 40000, 2)
	for _, p := range patterns {
		if _, kind := s.Decode([]byte(p.bytes)); kind != p.kind {
			t.Errorf("% x: %v, want %v", p.bytes, kind, p.kind)
		}
	}
	var none Scale
	if _, kind := none.Decode(nil); kind != Malformed {
		t.Errorf("zero Scale: %v", kind)
	}
	if _, kind := none.Decode([]byte{1}); kind != Malformed {
		t.Errorf("zero Scale: %v", kind)
	}
	for _, bad := range []Scale{New(1, 1, 2), New(2, 1, 2), New(0, 1, 0), New(0, 1, 9), New(0, math.Inf(1), 2), New(math.NaN(), 1, 2)} {
		if bad != none {
			t.Errorf("%+v: want no scale", bad)
		}
	}
}

func TestOutsideIsSaid(t *testing.T) {
	t.Parallel()
	s := New(0, 360, 2)
	for x, want := range map[float64]Kind{-0.1: BelowMinimum, 360.1: AboveMaximum, 0: Finite, 360: Finite} {
		if b, kind := s.Append(nil, x); kind != want {
			t.Errorf("%g: % x %v, want %v", x, b, kind, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, p := range patterns {
		f.Add([]byte(p.bytes), -900.0, 40000.0)
	}
	f.Fuzz(func(t *testing.T, b []byte, low, high float64) {
		s := New(low, high, len(b))
		x, kind := s.Decode(b)
		if kind != Finite || math.Abs(low) > 1e12 || math.Abs(high) > 1e12 || x > high || x < low {
			return
		}
		// What was decoded encodes to what decodes to the same, wherever the step is not finer
		// than a double can tell.
		y, _ := s.Quantize(x)
		if got := s.value(y); math.Abs(got-x) > s.Step() {
			t.Fatalf("% x in [%g,%g]: %v becomes %v", b, low, high, x, got)
		}
	})
}

// With one byte the step of item 104 is 512 m, and the lowest integer decodes to below the range.
func TestQuantizeAtTheEdge(t *testing.T) {
	t.Parallel()
	for length := 1; length <= 3; length++ {
		s := New(-900, 40000, length)
		top := uint64(1) << (8*length - 1)
		for _, y := range []uint64{0, 1, top - 1, top} {
			x, kind := s.DecodeBits(y << (64 - 8*length))
			if low, high := s.Range(); kind != Finite || x <= low-s.Step() || x >= high+s.Step() {
				continue
			}
			if got, kind := s.Quantize(x); got != y || kind != Finite {
				t.Errorf("length %d: %d decodes to %g and goes back to %d (%v)", length, y, x, got, kind)
			}
		}
	}
}
