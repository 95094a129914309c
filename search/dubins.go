package search

import (
	"math"

	"overflight/geodesy"
)

// Gravity is the standard acceleration, metres a second squared (ISO 80000-3).
const Gravity = 9.80665

// TurnRadius is that of a level turn, V^2 / (g tan bank), at a speed against the air.
func TurnRadius(v geodesy.Speed, bank geodesy.Angle) geodesy.Length {
	return geodesy.Length(float64(v) * float64(v) / (Gravity * math.Tan(bank.Radians())))
}

// Point is a place on the plane of the map, in metres.
type Point struct{ X, Y geodesy.Length }

// Pose is a place with the direction of flight, counter-clockwise from the x axis.
type Pose struct {
	Point
	Heading geodesy.Angle
}

// Word names the three parts of a shortest path: left, straight, right.
type Word string

// The six words of Dubins ("On curves of minimal length with a constraint on average curvature", 1957).
const (
	LSL Word = "LSL"
	RSR Word = "RSR"
	LSR Word = "LSR"
	RSL Word = "RSL"
	RLR Word = "RLR"
	LRL Word = "LRL"
)

// words are tried in this order, so that of two equally short paths it is always the same one.
var words = [...]Word{LSL, RSR, LSR, RSL, RLR, LRL}

// Link is a shortest path between two poses: three parts, each an arc of the turn radius or straight.
type Link struct {
	From  Pose
	Turn  geodesy.Length // radius
	Word  Word
	Parts [3]geodesy.Length // length of each part
}

// Length is that of the whole path.
func (l *Link) Length() geodesy.Length { return l.Parts[0] + l.Parts[1] + l.Parts[2] }

// At returns the pose at a distance along the path.
func (l *Link) At(s geodesy.Length) Pose {
	p, r := l.From, float64(l.Turn)
	for i, part := range l.Parts {
		d := min(s, part)
		if i == 2 {
			d = s
		}
		p = ahead(p, l.Word[i], float64(d), r)
		if s -= d; s <= 0 {
			break
		}
	}
	return p
}

// End is the pose at the end of the path.
func (l *Link) End() Pose { return l.At(l.Length()) }

// Reversed is the same path flown the other way.
func (l *Link) Reversed() Link {
	end := l.End()
	end.Heading = geodesy.NormalizeAzimuth(end.Heading + 180)
	back := Link{From: end, Turn: l.Turn, Parts: [3]geodesy.Length{l.Parts[2], l.Parts[1], l.Parts[0]}}
	back.Word = l.Word.reversed()
	return back
}

// reversed is the word of a path flown the other way: the parts in the other order, left for right.
func (w Word) reversed() Word {
	switch w {
	case LSL:
		return RSR
	case RSR:
		return LSL
	case RLR:
		return LRL
	case LRL:
		return RLR
	case LSR, RSL: // the same word again
	}
	return w
}

// Straight is the path straight ahead.
func Straight(from Pose, n geodesy.Length) Link {
	return Link{From: from, Turn: 1, Word: LSL, Parts: [3]geodesy.Length{0, n, 0}}
}

// Reach returns the shortest path from a pose to a point that may be passed in any direction: an arc and a straight
// part, or two arcs where the point lies inside the nearer circle.
func Reach(from Pose, to Point, turn geodesy.Length) Link {
	r := float64(turn)
	dx, dy := float64(to.X-from.X)/r, float64(to.Y-from.Y)/r
	sin, cos := math.Sincos(from.Heading.Radians())
	u, v := dx*cos+dy*sin, dy*cos-dx*sin
	word, parts := reach(u, math.Abs(v))
	l := Link{From: from, Turn: turn, Word: word}
	for i := range parts {
		l.Parts[i] = geodesy.Length(parts[i] * r)
	}
	if v < 0 { // solved for a point to the left
		l.Word = word.reversed() // of LSL, RSR and RLR that is the mirror image too
	}
	return l
}

// reach solves for unit radius from the origin along x to the point (u, v), v of 0 or more.
func reach(u, v float64) (Word, [3]float64) {
	if t, p, ok := arcStraight(u, v); ok {
		return LSL, [3]float64{t, p, 0}
	}
	// Inside the left circle: to the right all round, or to the right and then to the left.
	t, p, _ := arcStraight(u, -v)
	word, parts := RSR, [3]float64{t, p, 0}
	if a, b := arcs(u, v); a+b < t+p {
		word, parts = RLR, [3]float64{a, b, 0}
	}
	return word, parts
}

// arcStraight is a left turn and then straight to (u, v), which has to lie outside the circle.
func arcStraight(u, v float64) (t, p float64, ok bool) {
	d2 := u*u + (v-1)*(v-1)
	if d2 < 1 {
		return 0, 0, false
	}
	p = math.Sqrt(d2 - 1)
	// Seen from the centre the tangent point lies before (u, v) by the angle of a triangle with the sides 1 and p.
	return around(math.Atan2(v-1, u) + math.Pi/2 - math.Atan(p)), p, true
}

// arcs is a right turn and then a left one to a point inside the left circle of the start. The second circle touches
// the first one, and the point lies on it: its centre is 2 from (0, -1) and 1 from the point.
func arcs(u, v float64) (first, second float64) {
	first = math.Inf(1)
	d := math.Hypot(u, v+1)
	a := math.Acos(max(-1, min(1, (d*d+3)/(4*d))))
	for _, s := range [2]float64{-a, a} {
		t := math.Atan2(v+1, u) + s
		x, y := 2*math.Cos(t), 2*math.Sin(t)-1
		f, g := around(math.Pi/2-t), around(math.Atan2(v-y, u-x)-t-math.Pi)
		if f+g < first+second {
			first, second = f, g
		}
	}
	return first, second
}

// ahead moves a pose along an arc or straight.
func ahead(p Pose, kind byte, d, r float64) Pose {
	h := p.Heading.Radians()
	x, y := float64(p.X), float64(p.Y)
	sin, cos := math.Sincos(h)
	switch kind {
	case 'S':
		x, y = x+d*cos, y+d*sin
	case 'L':
		s2, c2 := math.Sincos(h + d/r)
		x, y, h = x+r*(s2-sin), y-r*(c2-cos), h+d/r
	case 'R':
		s2, c2 := math.Sincos(h - d/r)
		x, y, h = x-r*(s2-sin), y+r*(c2-cos), h-d/r
	}
	return Pose{Point{geodesy.Length(x), geodesy.Length(y)}, geodesy.Angle(h * (180 / math.Pi))}
}

// Shortest returns the shortest path from one pose to another with no turn tighter than the radius.
func Shortest(from, to Pose, turn geodesy.Length) Link {
	r := float64(turn)
	dx, dy := float64(to.X-from.X), float64(to.Y-from.Y)
	h := from.Heading.Radians()
	sin, cos := math.Sincos(h)
	w, parts := shortest((dx*cos+dy*sin)/r, (dy*cos-dx*sin)/r, to.Heading.Radians()-h)
	l := Link{From: from, Turn: turn, Word: words[w]}
	for i := range parts {
		l.Parts[i] = geodesy.Length(parts[i] * r)
	}
	return l
}

const circle = 2 * math.Pi

// around takes an angle into [0, 2 pi). A whole turn that is one for its rounding alone is none.
func around(a float64) float64 {
	a = math.Mod(a, circle)
	if a < 0 {
		a += circle
	}
	if a > circle-1e-9 {
		return 0
	}
	return a
}

// shortest solves for unit radius, from the origin along the x axis to (x, y) at an angle.
func shortest(x, y, angle float64) (word int, parts [3]float64) {
	sb, cb := math.Sincos(angle)
	best := math.Inf(1)
	keep := func(w int, t, p, q float64) {
		t, q = around(t), around(q)
		if n := t + p + q; n < best-1e-12 {
			best, word, parts = n, w, [3]float64{t, p, q}
		}
	}
	// Circles on one side: the centres' distance is the straight part.
	if dx, dy := x-sb, y-1+cb; true { // LSL: centres (0, 1) and (x - sin, y + cos)
		a := 0.0
		if dx != 0 || dy != 0 {
			a = math.Atan2(dy, dx)
		}
		keep(0, a, math.Hypot(dx, dy), angle-a)
	}
	if dx, dy := x+sb, y+1-cb; true { // RSR: centres (0, -1) and (x + sin, y - cos)
		a := 0.0
		if dx != 0 || dy != 0 {
			a = math.Atan2(dy, dx)
		}
		keep(1, -a, math.Hypot(dx, dy), a-angle)
	}
	// Circles on two sides: the inner tangent.
	if dx, dy := x+sb, y-1-cb; dx*dx+dy*dy >= 4 { // LSR
		p := math.Sqrt(dx*dx + dy*dy - 4)
		a := math.Atan2(dy, dx) + math.Atan2(2, p)
		keep(2, a, p, a-angle)
	}
	if dx, dy := x-sb, y+1+cb; dx*dx+dy*dy >= 4 { // RSL
		p := math.Sqrt(dx*dx + dy*dy - 4)
		a := math.Atan2(dy, dx) - math.Atan2(2, p)
		keep(3, -a, p, angle-a)
	}
	// Three circles that touch; the middle arc is the long one, more than half a turn.
	if dx, dy := x+sb, y+1-cb; dx*dx+dy*dy <= 16 { // RLR
		half := math.Acos(math.Hypot(dx, dy) / 4)
		t, p := around(math.Pi/2-math.Atan2(dy, dx)+half), math.Pi+2*half
		keep(4, t, p, p-t-angle)
	}
	if dx, dy := x-sb, y-1+cb; dx*dx+dy*dy <= 16 { // LRL
		half := math.Acos(math.Hypot(dx, dy) / 4)
		t, p := around(math.Pi/2+math.Atan2(dy, dx)+half), math.Pi+2*half
		keep(5, t, p, p-t+angle)
	}
	return word, parts
}
