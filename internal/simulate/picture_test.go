package simulate

import (
	"math"
	"slices"
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

// TestTown goes once round the town of the clip and looks for the buildings where the projection of
// their true places says, in their colours; and for the shadow of the white one.
func TestTown(t *testing.T) {
	t.Parallel()
	s := load(t, "orbit-clip")
	p := newPicture(&s, Video{Width: 640, Height: 480, Label: true})
	at := func(x, y float64) colour {
		i := 3 * (int((y+1)/2*480)*p.width + int((x+1)/2*640))
		return colour{float64(p.pix[i]) / 255, float64(p.pix[i+1]) / 255, float64(p.pix[i+2]) / 255}
	}
	shaded := 0
	for turn := range 12 {
		f := s.flight.At(s.Written.From + time.Duration(turn)*5*time.Second)
		p.draw(&f)
		for i, is := range []func(colour) bool{
			func(c colour) bool { return min(c.r, c.g, c.b) > 0.85 },
			func(c colour) bool { return c.b > 1.2*c.r },
			func(c colour) bool { return c.r > 1.5*c.b },
		} {
			roof := s.Buildings[i].Place
			roof.Height += s.Buildings[i].Above
			if x, y, ok := f.project(roof); !ok || !is(at(x, y)) {
				t.Errorf("at %v the roof of the %s at %.2f, %.2f (%v) is %v", f.Offset, s.Buildings[i].Name, x, y, ok, at(x, y))
			}
		}
		// The light falls from the north-west: three metres from the south-east corner the ground is dark.
		corner := s.Buildings[0].outline()[1]
		dark, _ := direct(corner, 135, 3)
		bright, _ := direct(corner, 225, 8)
		x, y, _ := f.project(placeOf(dark))
		u, v, _ := f.project(placeOf(bright))
		a, b := at(x, y), at(u, v)
		if min(a.r, a.g, a.b) > 0.85 {
			continue // the building is before it
		}
		shaded++
		if a.g > 0.8*b.g {
			t.Errorf("at %v the shadow is %v, the ground beside it %v", f.Offset, a, b)
		}
	}
	if shaded < 6 {
		t.Errorf("the shadow was seen %d times", shaded)
	}
	// A turn later nothing has changed, so no time is written on the picture either.
	first := s.flight.At(s.Written.From)
	p.draw(&first)
	before := slices.Clone(p.pix)
	again := s.flight.At(s.Written.To)
	p.draw(&again)
	changed := 0
	for i := range before {
		if d := int(before[i]) - int(p.pix[i]); d > 2 || d < -2 {
			changed++
		}
	}
	if changed > len(before)/1000 {
		t.Errorf("%d of %d values differ after one turn", changed, len(before))
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
