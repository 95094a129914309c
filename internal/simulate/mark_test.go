package simulate

import (
	"math/bits"
	"testing"
)

// readMark reads the mark of a picture from its grey values, as docs/simulate.md describes it: this is what a reader who has only the
// document does.
func readMark(t testing.TB, grey []byte, width int) int {
	t.Helper()
	side := 4 * (width / 320)
	left, top := width-20*side, 3*side
	cell := func(i int) int {
		sum, n := 0, 0
		for y := top + side/4; y < top+side-side/4; y++ {
			for x := left + i*side + side/4; x < left+(i+1)*side-side/4; x++ {
				sum, n = sum+int(grey[y*width+x]), n+1
			}
		}
		return sum / n
	}
	white, black := cell(0), cell(1)
	if white-black < 150 {
		t.Fatalf("white is %d and black %d", white, black)
	}
	v := 0
	for i := range 17 {
		share := 100 * (cell(2+i) - black) / (white - black)
		if share > 25 && share < 75 {
			t.Fatalf("cell %d is neither white nor black: %d %%", i, share)
		}
		v <<= 1
		if share >= 75 {
			v |= 1
		}
	}
	if bits.OnesCount(uint(v))%2 != 1 {
		t.Fatalf("the cells %017b are even", v)
	}
	return v >> 1
}

// TestMark draws pictures and reads their numbers.
func TestMark(t *testing.T) {
	t.Parallel()
	s := load(t, "orbit-clip")
	f := s.flight.At(s.Written.From)
	for _, width := range []int{320, 640, 1008} {
		p := newPicture(&s, Video{Width: width, Height: width / 4 * 3, Label: true, Mark: true})
		for _, n := range []int{0, 1, 899, 0x5555, 0xFFFF} {
			p.number = n
			p.draw(&f)
			if got := readMark(t, grey(p.pix), width); got != n || p.number != n+1 {
				t.Errorf("%d wide: picture %d is read as %d, and %d is next", width, n, got, p.number)
			}
		}
	}
}

func grey(pix []byte) []byte {
	out := make([]byte, len(pix)/3)
	for i := range out {
		out[i] = pix[3*i+1]
	}
	return out
}
