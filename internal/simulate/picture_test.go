package simulate

import (
	"math"
	"testing"
	"time"
)

// TestPicture looks for what must be where: the cleared disc at the centre of a dwell on it, the shed
// where the projection of its place says, sky above ground while the camera rises, and sky alone
// above the horizon.
func TestPicture(t *testing.T) {
	t.Parallel()
	s := load(t, "border-sortie")
	p := newPicture(&s, Video{Width: 320, Height: 240})
	at := func(x, y int) colour {
		i := 3 * (y*p.width + x)
		return colour{float64(p.pix[i]) / 255, float64(p.pix[i+1]) / 255, float64(p.pix[i+2]) / 255}
	}
	// The sky is bluer than it is red, the ground the reverse.
	blue := func(c colour) bool { return c.b > c.r }
	show := func(offset time.Duration) Frame {
		f := s.flight.At(offset)
		p.draw(&f)
		return f
	}

	f := show(45 * time.Minute)
	if disc, ground := at(166, 126), at(166, 40); disc.r < ground.r+0.1 {
		t.Errorf("the clearing %v is no lighter than the ground %v", disc, ground)
	}
	x, y, ok := f.project(s.Sites[1].Place)
	px, py := int((x+1)/2*320), int((y+1)/2*240)
	if c := at(px, py); !ok || math.Abs(c.r-c.b) > 0.15 || c.g < 0.5 {
		t.Errorf("at the place of the shed (%d, %d; %v) the colour is %v", px, py, ok, c)
	}
	if c := at(310, 120); blue(c) {
		t.Errorf("the ground is %v", c)
	}

	if f = show(20 * time.Minute); f.InView || !blue(at(160, 40)) || !blue(at(100, 200)) {
		t.Errorf("above the horizon: ground in view %v, colours %v, %v", f.InView, at(160, 40), at(100, 200))
	}
	mixed := false
	for ms := range 80 {
		offset := 19*time.Minute + time.Duration(ms)*100*time.Millisecond
		if f := s.flight.At(offset); f.CornerInView == [4]bool{false, false, true, true} {
			show(offset)
			mixed = true
			if high, low := at(160, 20), at(160, 200); high.b-high.r < low.b-low.r {
				t.Errorf("at %v the picture is %v above and %v below", offset, high, low)
			}
		}
	}
	if !mixed {
		t.Error("the horizon never passed through the picture")
	}
}

// BenchmarkPicture draws one frame of 320 x 240.
func BenchmarkPicture(b *testing.B) {
	s := load(b, "border-sortie")
	p := newPicture(&s, Video{Width: 320, Height: 240})
	f := s.flight.At(45 * time.Minute)
	for b.Loop() {
		p.draw(&f)
	}
}
