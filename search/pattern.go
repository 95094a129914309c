package search

import (
	"math"

	"overflight/geodesy"
)

// Pattern is a search pattern of the IAMSAR manual, volume II, chapter 5.
type Pattern string

// The patterns that can be chosen.
const (
	ParallelSweep   Pattern = "parallel-sweep"      // lanes along the longer side of a box
	CreepingLine    Pattern = "creeping-line-ahead" // lanes along its shorter side
	ExpandingSquare Pattern = "expanding-square"    // around a datum
	SectorSearch    Pattern = "sector"              // through a datum, in triangles
	TrackLine       Pattern = "track-line"          // along a line and back beside it
)

// Patterns are all of them.
func Patterns() []Pattern {
	return []Pattern{ParallelSweep, CreepingLine, ExpandingSquare, SectorSearch, TrackLine}
}

// Box is a rectangle: its middle, its half sides, and the direction of the first one.
type Box struct {
	Middle          Point
	Length, Breadth geodesy.Length // half sides
	Heading         geodesy.Angle
}

// at is a point of the box by its own axes.
func (b Box) at(u, v float64) Point {
	sin, cos := math.Sincos(b.Heading.Radians())
	return Point{b.Middle.X + geodesy.Length(u*cos-v*sin), b.Middle.Y + geodesy.Length(u*sin+v*cos)}
}

// segment is a straight piece that is to be sensed.
type segment struct{ from, to Point }

func (s segment) pose() Pose {
	return Pose{s.from, geodesy.Angle(math.Atan2(float64(s.to.Y-s.from.Y), float64(s.to.X-s.from.X)) * (180 / math.Pi))}
}

func (s segment) length() geodesy.Length {
	return geodesy.Length(math.Hypot(float64(s.to.X-s.from.X), float64(s.to.Y-s.from.Y)))
}

// mostSegments bounds a pattern.
const mostSegments = 10_000

// Fly returns the route of a pattern over a box with a track spacing, as far as the length of the task goes: it is home
// in time. The square and the sectors are around the middle of the box, the line is its long axis. Turns are exact and
// not sensed. What of it lies where the aircraft may not be is left out, as is what cannot be reached or left.
func (k Pattern) Fly(t *Task, b Box, spacing geodesy.Length) []Leg {
	return k.fly(t, b, spacing, groundOf(t))
}

func (k Pattern) fly(t *Task, b Box, spacing geodesy.Length, g *ground) []Leg {
	if !(spacing > 0) {
		return nil
	}
	return fly(t, g.clipped(t, k.shape(b, spacing)), g)
}

// shape is what a pattern senses over a box, in its order.
func (k Pattern) shape(b Box, spacing geodesy.Length) []segment {
	s := float64(spacing)
	if b.Breadth > b.Length {
		b.Length, b.Breadth = b.Breadth, b.Length
		b.Heading += 90
	}
	long, short := float64(b.Length), float64(b.Breadth)
	var line []segment
	switch k {
	case ParallelSweep:
		line = lanes(b, long, short, s, false)
	case CreepingLine:
		line = lanes(b, long, short, s, true)
	case ExpandingSquare:
		u, v := 0.0, 0.0
		for i := range 4 * int(math.Min(long/s+1, mostSegments/4)) {
			du, dv := [4]float64{1, 0, -1, 0}[i&3], [4]float64{0, 1, 0, -1}[i&3]
			n := s * float64(i/2+1)
			line = append(line, segment{b.at(u, v), b.at(u+du*n, v+dv*n)})
			u, v = u+du*n, v+dv*n
		}
	case SectorSearch:
		// Three triangles with one corner at the datum; each further round is turned by 30 degrees.
		for round := range 4 {
			for leg := range 3 {
				a := (float64(round)*30 + float64(leg)*120) * math.Pi / 180
				sin, cos := math.Sincos(a)
				s2, c2 := math.Sincos(a + math.Pi/3)
				out, over := b.at(short*cos, short*sin), b.at(short*c2, short*s2)
				line = append(line, segment{b.Middle, out}, segment{out, over}, segment{over, b.Middle})
			}
		}
	case TrackLine:
		line = []segment{{b.at(-long, -s/2), b.at(long, -s/2)}, {b.at(long, s/2), b.at(-long, s/2)}}
	}
	return line
}

// lanes fills a box with lanes, the first one half a spacing inside.
func lanes(b Box, long, short, s float64, creeping bool) []segment {
	along, across := long, short
	if creeping {
		along, across = short, long
	}
	n := max(1, int(math.Min(math.Round(2*across/s), mostSegments)))
	out := make([]segment, 0, n)
	for i := range n {
		v := -across + s*(float64(i)+0.5)
		from, to := b.at(-along, v), b.at(along, v)
		if creeping {
			from, to = b.at(v, -along), b.at(v, along)
		}
		if i&1 == 1 {
			from, to = to, from
		}
		out = append(out, segment{from, to})
	}
	return out
}

// fly links segments by shortest paths, while the way home fits. The last one is cut short. On ground that is given a segment
// is cut at its ends by as much as turns take, and left out where it cannot be reached or left even so.
func fly(t *Task, line []segment, g *ground) []Leg {
	var legs []Leg
	used := geodesy.Length(0)
	at := Pose{Point: t.origin()}
	first := true
	reach := func(s segment) Link {
		switch {
		case !first:
			return Shortest(at, s.pose(), t.Turn)
		case t.Start != nil:
			return Shortest(*t.Start, s.pose(), t.Turn)
		}
		to := s.pose()
		to.Heading += 180
		back := Reach(to, t.Base, t.Turn)
		return back.Reversed()
	}
	for _, s := range line {
		if g != nil {
			var ok bool
			if s, ok = g.room(t, s, reach); !ok {
				continue
			}
		}
		n := s.length()
		if n <= 0 {
			continue
		}
		link := reach(s)
		home := func(n geodesy.Length) Link {
			sensed := Straight(s.pose(), n)
			return Reach(sensed.End(), t.Base, t.Turn)
		}
		end := home(n)
		whole := used+link.Length()+n+end.Length() <= t.Length
		if !whole {
			low, high := geodesy.Length(0), n
			for range 40 {
				n = (low + high) / 2
				end = home(n)
				if used+link.Length()+n+end.Length() <= t.Length {
					low = n
				} else {
					high = n
				}
			}
			if end = home(low); low < t.Prior.Cell || g != nil && !g.path(&end, t.Prior.Cell) {
				break
			}
			n = low
		}
		lane := Straight(s.pose(), n)
		legs = append(legs, Leg{Link: link}, Leg{Link: lane, Sensed: true})
		used += link.Length() + n
		at, first = lane.End(), false
		if !whole {
			break
		}
	}
	if len(legs) == 0 {
		return nil
	}
	return append(legs, Leg{Link: Reach(at, t.Base, t.Turn)})
}

// room cuts a segment at its ends, by up to three turn radii each, until it can be reached and left on permitted ground.
func (g *ground) room(t *Task, s segment, reach func(segment) Link) (segment, bool) {
	const most = 3
	whole := Straight(s.pose(), s.length())
	for cut := range 2*most + 1 {
		for before := max(0, cut-most); before <= min(cut, most); before++ {
			from, to := geodesy.Length(before)*t.Turn, whole.Length()-geodesy.Length(cut-before)*t.Turn
			if to-from < t.Prior.Cell {
				continue
			}
			c := segment{whole.At(from).Point, whole.At(to).Point}
			link, back := reach(c), Reach(whole.At(to), t.Base, t.Turn)
			if g.path(&link, t.Prior.Cell) && g.path(&back, t.Prior.Cell) {
				return c, true
			}
		}
	}
	return s, false
}

// Compared is what a pattern comes to beside the bound of its task.
type Compared struct {
	Pattern Pattern
	Box     Box
	Spacing geodesy.Length
	Legs    []Leg
	POS     float64
}

// Compare flies every pattern at a spacing of the sweep width over the best box of a coarse choice for each, so that the
// optimised plan stands beside patterns that were chosen with the same knowledge. A pattern that can be flown over none of
// the boxes, or finds nothing there, is left out.
func Compare(t *Task) []Compared {
	var out []Compared
	g := groundOf(t)
	boxes := t.boxes(g)
	for _, k := range Patterns() {
		if c, ok := k.best(t, g, boxes); ok {
			out = append(out, c)
		}
	}
	return out
}

// Best is the pattern over the box where it finds most: of the whole map and the six that hold most by their size and shape;
// where there are places that are not permitted, also of the six of those that lie clear of them. ok is false where it can be
// flown over none of them, or finds nothing there.
func (k Pattern) Best(t *Task) (best Compared, ok bool) {
	g := groundOf(t)
	return k.best(t, g, t.boxes(g))
}

func (k Pattern) best(t *Task, g *ground, boxes []Box) (best Compared, ok bool) {
	best = Compared{Pattern: k, Spacing: t.Sweep}
	for _, b := range boxes {
		legs := k.fly(t, b, t.Sweep, g)
		if len(legs) == 0 {
			continue
		}
		pos := t.Prior.POS(PODs(t.Prior, legs, t.Sweep, t.Detection))
		if pos > best.POS {
			best.Box, best.Legs, best.POS = b, legs, pos
		}
	}
	return best, len(best.Legs) > 0
}

// sums has what all cells hold that lie below and left of a corner, so that what a box holds is told by its four corners.
type sums struct {
	columns int // of corners
	below   []float64
}

func newSums(g Grid, of func(column, row int) float64) sums {
	s := sums{columns: g.Columns + 1, below: make([]float64, (g.Columns+1)*(g.Rows+1))}
	for j := range g.Rows {
		row := 0.0
		for i := range g.Columns {
			row += of(i, j)
			s.below[(j+1)*s.columns+i+1] = s.below[j*s.columns+i+1] + row
		}
	}
	return s
}

func (s *sums) box(i, j, w, h int) float64 {
	n := s.columns
	return s.below[(j+h)*n+i+w] - s.below[j*n+i+w] - s.below[(j+h)*n+i] + s.below[j*n+i]
}

// boxes are the whole map and, for some sizes and shapes, where a box holds most ground that the aircraft may fly over; where
// that is not all of it, also where one holds most and lies clear of the rest.
func (t *Task) boxes(g *ground) []Box {
	p := t.Prior
	may := func(i, j int) bool { return g == nil || g.at(float64(i)+0.5, float64(j)+0.5) > barred }
	mass := newSums(p.Grid, func(i, j int) float64 {
		if !may(i, j) {
			return 0
		}
		return p.POC[j*p.Columns+i]
	})
	shut := newSums(p.Grid, func(i, j int) float64 {
		if !may(i, j) {
			return 1
		}
		return 0
	})
	out := []Box{{Middle: Point{p.Cell * geodesy.Length(p.Columns) / 2, p.Cell * geodesy.Length(p.Rows) / 2}, Length: p.Cell * geodesy.Length(p.Columns) / 2, Breadth: p.Cell * geodesy.Length(p.Rows) / 2}}
	area := float64(t.Sweep) * float64(t.Length) / p.Area() // cells that the effort covers once
	for _, share := range [...]float64{0.85, 0.4} {
		for _, shape := range [...]float64{1, 2, 0.5} {
			w, h := int(math.Sqrt(area*share*shape)), int(math.Sqrt(area*share/shape))
			w, h = max(1, min(p.Columns, w)), max(1, min(p.Rows, h))
			type place struct {
				i, j int
				mass float64
			}
			most, clear := place{mass: -1}, place{mass: -1}
			for j := 0; j+h <= p.Rows; j += max(1, p.Rows/50) {
				for i := 0; i+w <= p.Columns; i += max(1, p.Columns/50) {
					here := place{i, j, mass.box(i, j, w, h)}
					if here.mass > most.mass {
						most = here
					}
					if here.mass > clear.mass && shut.box(i, j, w, h) == 0 {
						clear = here
					}
				}
			}
			box := func(at place) Box {
				return Box{
					Middle: Point{p.Cell * (geodesy.Length(at.i) + geodesy.Length(w)/2), p.Cell * (geodesy.Length(at.j) + geodesy.Length(h)/2)},
					Length: p.Cell * geodesy.Length(w) / 2, Breadth: p.Cell * geodesy.Length(h) / 2,
				}
			}
			out = append(out, box(most))
			if clear.mass >= 0 && clear != most {
				out = append(out, box(clear))
			}
		}
	}
	return out
}
