package search

import (
	"errors"
	"math"
	"math/rand"
	"reflect"
	"slices"
	"testing"
	"time"

	"overflight/geodesy"
)

// small is a task that plans in no time: 60 x 60 cells, three hills.
func small() *Task {
	rng := rand.New(rand.NewSource(9))
	g := Grid{60, 60, 1000}
	w := make([]float64, g.Cells())
	for range 3 {
		cx, cy, s := 10+40*rng.Float64(), 10+40*rng.Float64(), 3+5*rng.Float64()
		for c := range w {
			m := g.Centre(c%60, c/60)
			w[c] += 0.002 + math.Exp(-(math.Pow(float64(m.X)/1000-cx, 2)+math.Pow(float64(m.Y)/1000-cy, 2))/(2*s*s))
		}
	}
	p, err := NewPrior(g, w, 0.1)
	if err != nil {
		panic(err)
	}
	return &Task{Prior: p, Sweep: 4000, Detection: []float64{0.6}, Turn: 2270, Length: 700 * geodesy.Kilometre, Base: Point{30_000, -10_000}}
}

// TestTheTwoEvaluatorsAgree: parts of cells give what whole cells give where a route lies on the lattice.
func TestTheTwoEvaluatorsAgree(t *testing.T) {
	t.Parallel()
	task := small()
	p := planned(t, task, 1, 20_000)
	whole, parts := p.PODs(task), PODs(task.Prior, p.Route(task), task.Sweep, task.Detection)
	for c := range whole {
		if math.Abs(whole[c]-parts[c]) > 1e-9 {
			t.Fatalf("cell %d: %v by cells, %v by parts", c, whole[c], parts[c])
		}
	}
}

// TestAStripCreditsItsArea: however it lies, what a strip credits is the area that it sweeps.
func TestAStripCreditsItsArea(t *testing.T) {
	t.Parallel()
	g := Grid{60, 60, 1000}
	w := make([]float64, g.Cells())
	for c := range w {
		w[c] = 1
	}
	p, err := NewPrior(g, w, 0)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewSource(3))
	for range 40 {
		from := Pose{Point{geodesy.Length(25_000 + 10_000*rng.Float64()), geodesy.Length(25_000 + 10_000*rng.Float64())}, geodesy.Angle(360 * rng.Float64())}
		length, sweep := geodesy.Length(5000+10_000*rng.Float64()), geodesy.Length(1000+4000*rng.Float64())
		pod := PODs(p, []Leg{{Link: Straight(from, length), Sensed: true}}, sweep, []float64{1})
		want := float64(length) * float64(sweep) / p.Area() / 3600
		if got := p.POS(pod); !(math.Abs(got-want) <= 0.02*want) {
			t.Errorf("%v x %v m at %v: %v, want %v", length, sweep, from, got, want)
		}
	}
}

func TestPatternsAreFlownWithinTheirBudget(t *testing.T) {
	t.Parallel()
	task := small()
	bound := task.Bound()
	ours := planned(t, task, 1, 100_000)
	for _, c := range Compare(task) {
		if len(c.Legs) == 0 {
			t.Errorf("%s is not flown", c.Pattern)
			continue
		}
		_, walkedLength := walked(t, task, c.Legs)
		if walkedLength > task.Length+1 {
			t.Errorf("%s: %v m, at most %v", c.Pattern, walkedLength, task.Length)
		}
		t.Logf("%s %.4f, %.1f%% of the bound; optimised %.1f%%", c.Pattern, c.POS, 100*c.POS/bound, 100*ours.Share())
		if c.POS > bound || c.POS > ours.POS || c.POS <= 0 {
			t.Errorf("%s: POS %v, optimised %v, bound %v", c.Pattern, c.POS, ours.POS, bound)
		}
	}
}

// TestPatternsKeepOutOfZones: those that are compared are flown where the aircraft may be, or not at all.
func TestPatternsKeepOutOfZones(t *testing.T) {
	t.Parallel()
	task := small()
	all := Compare(task)
	task.Permitted = func(p Point) bool { return p.Y < 38_000 || p.X > 40_000 }
	some := Compare(task)
	for _, c := range some {
		walked(t, task, c.Legs) // fails at a place that is not permitted
	}
	// A small zone in the midst of what is worth most: each pattern goes on behind it, or lies beside it.
	inTheWay := small()
	inTheWay.Permitted = func(p Point) bool { return distance(p, inTheWay.likeliest()) > 1500 }
	bound := inTheWay.Bound()
	for i, c := range Compare(inTheWay) {
		pos, _ := walked(t, inTheWay, c.Legs)
		t.Logf("%s %.4f beside a zone, %.4f without, bound %.4f", c.Pattern, pos, all[i].POS, bound)
		if c.Pattern != all[i].Pattern || math.Abs(pos-c.POS) > 1e-9 || pos > bound || pos < 0.6*all[i].POS {
			t.Errorf("%s: POS %v, walked %v, without the zone %v of %s", c.Pattern, c.POS, pos, all[i].POS, all[i].Pattern)
		}
	}
	task.Permitted = func(p Point) bool { return p.Y < -3000 }
	if none := Compare(task); len(all) != len(Patterns()) || len(some) == 0 || len(none) != 0 {
		t.Errorf("%d patterns, %d beside a zone, %d where there is no room", len(all), len(some), len(none))
	}
}

// likeliest is the middle of the cell that holds most.
func (t *Task) likeliest() Point {
	most := 0
	for c, m := range t.Prior.POC {
		if m > t.Prior.POC[most] {
			most = c
		}
	}
	return t.Prior.Centre(most%t.Prior.Columns, most/t.Prior.Columns)
}

// TestPatternsHaveTheirShape after IAMSAR, volume II: legs that grow by the spacing every second turn; triangles through
// the datum; lanes half a spacing inside.
func TestPatternsHaveTheirShape(t *testing.T) {
	t.Parallel()
	task := small()
	task.Length = 1e9
	b := Box{Middle: Point{30_000, 30_000}, Length: 10_000, Breadth: 6000}
	lengths := func(k Pattern) (out []geodesy.Length) {
		for _, l := range k.Fly(task, b, 2000) {
			if l.Sensed {
				out = append(out, l.Length())
			}
		}
		return out
	}
	for i, n := range lengths(ExpandingSquare) {
		if want := 2000 * geodesy.Length(i/2+1); math.Abs(float64(n-want)) > 1e-6 {
			t.Errorf("leg %d of the square is %v m, want %v", i, n, want)
		}
	}
	for i, n := range lengths(SectorSearch) {
		if math.Abs(float64(n-6000)) > 1e-6 {
			t.Errorf("leg %d of the sectors is %v m", i, n)
		}
	}
	if n := lengths(ParallelSweep); len(n) != 6 || math.Abs(float64(n[0]-20_000)) > 1e-6 {
		t.Errorf("lanes of the parallel sweep: %v", n)
	}
	if n := lengths(CreepingLine); len(n) != 10 || math.Abs(float64(n[0]-12_000)) > 1e-6 {
		t.Errorf("lanes of the creeping line: %v", n)
	}
	if n := lengths(TrackLine); len(n) != 2 || math.Abs(float64(n[0]-20_000)) > 1e-6 {
		t.Errorf("lanes of the track line: %v", n)
	}
	if legs := ParallelSweep.Fly(task, b, 2000); math.Abs(float64(legs[1].From.Y-25_000)) > 1e-6 {
		t.Errorf("the first lane lies at %v", legs[1].From)
	}
}

func TestSpeedOverTheGround(t *testing.T) {
	t.Parallel()
	w := Wind{X: 20}
	for course, want := range map[geodesy.Angle]geodesy.Speed{0: 110, 180: 70, 90: geodesy.Speed(math.Sqrt(90*90 - 400))} {
		if got := w.Over(90, course); math.Abs(float64(got-want)) > 1e-9 {
			t.Errorf("on course %v: %v, want %v", course, got, want)
		}
	}
	a := Airspeed{Air: 90, Wind: w, Bank: 20}
	out := Straight(Pose{}, 77_000)
	if got := a.Time(&out); math.Abs(got.Seconds()-700) > 1e-6 {
		t.Errorf("with the wind: %v", got)
	}
	// A whole circle takes longer than in still air: more time is spent against the wind.
	circleLink := Link{Turn: 2000, Word: LSL, Parts: [3]geodesy.Length{2000 * circle, 0, 0}}
	numeric := 0.0
	for k := range 100_000 {
		numeric += 2000 * circle / 100_000 / float64(w.Over(90, geodesy.Angle(k)*360/100_000))
	}
	if got := a.Time(&circleLink).Seconds(); math.Abs(got-numeric) > 0.05 || got <= 2000*circle/90 {
		t.Errorf("a circle takes %v s, want %v", got, numeric)
	}
	if err := (Airspeed{Air: 30, Wind: Wind{40, 0}}).Check(); !errors.Is(err, ErrWind) {
		t.Errorf("%v", err)
	}
	if a.Turn() <= TurnRadius(90, 20) {
		t.Error("the wind leaves the radius as it is")
	}
}

// TestSortiesAfterEachOther: planned on what the ones before leave they find more than planned alone, and less than the
// bound of all.
func TestSortiesAfterEachOther(t *testing.T) {
	t.Parallel()
	task := small()
	task.Length = 300 * geodesy.Kilometre
	tasks := []Task{*task, *task, *task}
	fleet, err := NewFleet(tasks, 1, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	before := 0.0
	for more := true; more; {
		if more, err = fleet.Improve(7000); err != nil {
			t.Fatal(err)
		}
		if _, pos := fleet.Plans(); pos <= 0 || pos > PooledBound(tasks) {
			t.Errorf("POS %v in the making, %v before", pos, before)
		} else {
			before = pos
		}
	}
	plans, pos := fleet.Plans()
	bound := PooledBound(tasks)
	alone := task.Prior
	for k := range tasks {
		alone = alone.Left(planned(t, task, uint64(k+10), 20_000).PODs(task))
	}
	// Nor less than planning each once on what the ones before leave.
	next, inTurn := *task, 0.0
	for k := range tasks {
		p := planned(t, &next, uint64(1+k), 20_000)
		inTurn += p.POS
		next.Prior = next.Prior.Left(p.PODs(&next))
	}
	if pos < inTurn-1e-9 {
		t.Errorf("POS %v, planned in turn %v", pos, inTurn)
	}
	left, sum := task.Prior, 0.0
	for _, p := range plans {
		if p.Length > task.Length+1e-3 {
			t.Errorf("length %v", p.Length)
		}
		left = left.Left(p.PODs(task))
		sum += p.POS
	}
	together := task.Prior.Mass() - left.Mass()
	if math.Abs(together-pos) > 1e-9 || math.Abs(sum-pos) > 1e-9 {
		t.Errorf("POS %v, of the plans %v, by what is left %v", pos, sum, together)
	}
	if independent := task.Prior.Mass() - alone.Mass(); pos <= independent || pos > bound {
		t.Errorf("POS %v, planned alone %v, bound %v", pos, independent, bound)
	}
	if one := task.Bound(); bound <= one || bound > 3*one {
		t.Errorf("pooled bound %v, of one %v", bound, one)
	}
}

func TestFlightsKeepApart(t *testing.T) {
	t.Parallel()
	task := small()
	p := planned(t, task, 1, 5000)
	legs := p.Route(task)
	a := Airspeed{Air: 90, Bank: 20}
	flights := []Flight{{legs, a, 0, 0}, {legs, a, 0, 1}, {legs, a, 0, 2}, {legs, a, 0, 0}}
	if d, _, ok := Closest(flights[0], flights[1], 0); !ok || d != 0 {
		t.Errorf("the same flight is %v m away", d)
	}
	out := Separate(flights, 3000, time.Hour, time.Minute)
	if last := out[3].Begins; last < out[0].Ends()+time.Hour {
		t.Errorf("the first aircraft begins again at %v, down at %v", last, out[0].Ends())
	}
	if d, _, ok := Closest(out[0], out[1], 6000); !ok || d < 3000 {
		t.Errorf("apart by %v m", d)
	}
	for i := range out {
		for j := range i {
			f, g := out[i], out[j]
			for s := time.Duration(0); s < f.Airspeed.Duration(legs)+f.Begins; s += 10 * time.Second {
				if s < f.Begins || s < g.Begins || s > g.Begins+a.Duration(legs) {
					continue
				}
				x, y := a.At(f.Legs, s-f.Begins), a.At(g.Legs, s-g.Begins)
				home := max(distance(x.Point, task.Base), distance(y.Point, task.Base))
				if d := distance(x.Point, y.Point); d < 3000 && home > 6000 {
					t.Fatalf("flights %d and %d are %v m apart at %v", i, j, d, s)
				}
			}
		}
	}
}

// TestAPlanThatBreaksOffIsResumed: what is flown and what remains cover all of it, and a part twice. Where a length is left
// that brings it home the rest is flown as it was planned.
func TestAPlanThatBreaksOffIsResumed(t *testing.T) {
	t.Parallel()
	task := small()
	p := planned(t, task, 1, 5000)
	legs := p.Route(task)
	for _, flown := range []geodesy.Length{0, 50_000, 123_456, 400_000, p.Length - 11_000} {
		rest := Resume(legs, flown, 2000)
		at, sensed := geodesy.Length(0), geodesy.Length(0)
		var stopped Pose
		for _, leg := range legs {
			if at <= flown {
				stopped = leg.At(flown - at)
			}
			if leg.Sensed {
				sensed += min(leg.Length(), max(0, flown-at))
			}
			at += leg.Length()
		}
		again := geodesy.Length(0)
		for _, l := range rest {
			again += l.Length()
		}
		if over := sensed + again - p.Sensed; over < -1e-6 || over > 2000 {
			t.Errorf("after %v m: %v sensed, %v remain, of %v", flown, sensed, again, p.Sensed)
		}
		now := *task
		now.Start, now.Length = &stopped, p.Length-flown+30_000
		route := Follow(&now, rest)
		all, flownAgain := Length(route)
		if all > now.Length+1e-6 || math.Abs(float64(flownAgain-again)) > 1e-6 {
			t.Errorf("after %v m: %v m of %v flown, %v sensed of %v", flown, all, now.Length, flownAgain, again)
		}
		if now.Length = p.Length / 4; flown == 50_000 {
			if all, some := Length(Follow(&now, rest)); all > now.Length+1e-6 || some <= 0 || some >= again {
				t.Errorf("in %v m: %v m, %v sensed", now.Length, all, some)
			}
		}
	}
	if rest := Resume(legs, p.Length, 2000); rest != nil {
		t.Errorf("nothing remains, and yet %v", rest)
	}
	// Where the aircraft may no longer be, nothing is flown.
	task.Permitted = func(p Point) bool { return p.X < 38_000 || p.Y < -3000 }
	route := Follow(task, Resume(legs, 0, 0))
	walked(t, task, route)
	if _, sensed := Length(route); sensed <= 0 || sensed >= p.Sensed {
		t.Errorf("%v m of %v are still flown", sensed, p.Sensed)
	}
}

func TestATurretLooksWhereItPays(t *testing.T) {
	t.Parallel()
	task := small()
	task.Length = 250 * geodesy.Kilometre
	p := planned(t, task, 1, 20_000)
	legs := p.Route(task)
	a := Airspeed{Air: 90, Bank: 20}
	k := Turret{Rate: 4000 * 90, Nearest: 0, Farthest: 8000, Field: 120}
	s, err := k.Schedule(task, legs, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Counted again, glance by glance, from where the aircraft is then.
	looks := map[int]int{}
	for i, g := range s.Glances {
		if i > 0 && g.After-s.Glances[i-1].After < time.Duration(task.Prior.Area()/k.Rate*0.999*float64(time.Second)) {
			t.Fatalf("glance %d comes %v after the one before", i, g.After-s.Glances[i-1].After)
		}
		from := a.At(legs, g.After+time.Duration(task.Prior.Area()/k.Rate/2*float64(time.Second)))
		c := task.Prior.Centre(g.Column, g.Row)
		if d := distance(from.Point, c); d > k.Farthest+1 {
			t.Fatalf("glance %d is %v m away", i, d)
		}
		bearing := math.Atan2(float64(c.Y-from.Y), float64(c.X-from.X)) * 180 / math.Pi
		if off := math.Abs(math.Remainder(bearing-float64(from.Heading), 360)); off > 120.001 {
			t.Fatalf("glance %d is %v degrees off the nose", i, off)
		}
		looks[g.Row*60+g.Column]++
	}
	pos := 0.0
	for c, n := range looks {
		pos += task.Prior.POC[c] * Looks(0.6, n)
	}
	if math.Abs(pos-s.POS) > 1e-9 || s.POS > s.Bound || s.POS <= p.POS {
		t.Errorf("POS %v, counted %v, bound %v; the strip finds %v", s.POS, pos, s.Bound, p.POS)
	}
	// Half of the ground may not be looked at.
	half, err := k.Schedule(task, legs, a, func(_ Point, i, _ int) bool { return i < 30 })
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range half.Glances {
		if g.Column >= 30 {
			t.Fatalf("%+v may not be looked at", g)
		}
	}
	if half.Bound >= s.Bound || half.POS > half.Bound {
		t.Errorf("POS %v, bound %v; of all ground %v", half.POS, half.Bound, s.Bound)
	}
	if _, err := (Turret{}).Schedule(task, legs, a, nil); !errors.Is(err, ErrTask) {
		t.Errorf("no turret: %v", err)
	}
	if got := GroundReach(3000, 5000, 0, 0); got != 4000 {
		t.Errorf("reach %v", got)
	}
	if got := GroundReach(3000, 9000, 1e-4, 0.5); math.Abs(float64(got-4000)) > 1e-6 {
		t.Errorf("reach by resolution %v", got)
	}
	if got := GroundReach(3000, 2000, 0, 0); got != 0 {
		t.Errorf("reach from too high %v", got)
	}
}

// TestSoonerIsTheSameInAnotherOrder: the lanes and the POS stay, finds come sooner, and the flight is home in time.
func TestSoonerIsTheSameInAnotherOrder(t *testing.T) {
	t.Parallel()
	task := small()
	less := *task
	less.Length *= 0.95
	p := planned(t, &less, 1, 20_000)
	o := newTour(task)
	when := func(lanes []Lane) float64 {
		var all []worthy
		for _, l := range lanes {
			all = append(all, worthy{l, o.gain(l)})
		}
		return o.when(all)
	}
	// From the worse of its two directions there is always something to gain.
	turned := slices.Clone(p.Lanes)
	slices.Reverse(turned)
	for i := range turned {
		turned[i] = turned[i].reversed()
	}
	if when(turned) > when(p.Lanes) {
		p.Lanes = turned
	}
	q := p.Sooner(task)
	check(t, task, q)
	if a, b := when(p.Lanes), when(q.Lanes); b >= 0.98*a {
		t.Errorf("finds come after %v cells, before after %v", b, a)
	}
	strip := func(lanes []Lane) map[Lane]int {
		n := map[Lane]int{}
		for _, l := range lanes {
			if l.backward() {
				l = l.reversed()
			}
			n[l]++
		}
		return n
	}
	if !reflect.DeepEqual(strip(p.Lanes), strip(q.Lanes)) {
		t.Error("other lanes are flown")
	}
}

// TestOrbitsAreFlownWhereTheyPay: circles are put into the route where there is most to see, on permitted ground; the route is
// longer by their length and otherwise the same, and a turret finds more along it.
func TestOrbitsAreFlownWhereTheyPay(t *testing.T) {
	t.Parallel()
	task := small()
	task.Length = 250 * geodesy.Kilometre
	a := Airspeed{Air: 90, Bank: 20}
	k := Turret{Rate: 1000 * 90, Farthest: 9000, Field: 120}
	for name, permitted := range map[string]func(Point) bool{"anywhere": nil, "in the west": func(p Point) bool { return p.X < 42_000 }} {
		task.Permitted = permitted
		p := planned(t, task, 1, 5000)
		legs := p.Route(task)
		with, err := k.WithOrbits(task, legs, a, 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		all, sensed := Length(with)
		if d := float64(all - p.Length - 3*2*math.Pi*task.Turn); math.Abs(d) > 1 || math.Abs(float64(sensed-p.Sensed)) > 1e-6 {
			t.Errorf("%s: %v m, %v sensed; without orbits %v, %v", name, all, sensed, p.Length, p.Sensed)
		}
		longer := *task
		longer.Length = all
		walked(t, &longer, with)
		circles := 0
		for i := range with {
			if l := &with[i].Link; l.Parts[0] > 6*task.Turn && l.Parts[1] == 0 {
				circles++
			}
		}
		before, err := k.Schedule(task, legs, a, nil)
		if err != nil {
			t.Fatal(err)
		}
		after, err := k.Schedule(task, with, a, nil)
		if err != nil {
			t.Fatal(err)
		}
		if circles != 3 || after.POS <= before.POS || after.POS > after.Bound {
			t.Errorf("%s: %d circles, POS %v of %v, without %v", name, circles, after.POS, after.Bound, before.POS)
		}
	}
	if same, err := k.WithOrbits(task, nil, a, 3, nil); err != nil || same != nil {
		t.Errorf("no route: %v, %v", same, err)
	}
}

// TestFoundByTheEndOfEachPeriod: it grows to what the whole routes find, and never beyond what the effort until then can.
func TestFoundByTheEndOfEachPeriod(t *testing.T) {
	t.Parallel()
	task := small()
	task.Length = 300 * geodesy.Kilometre
	a := Airspeed{Air: 90, Bank: 20}
	var flights []Flight
	var legs []Leg
	last := time.Duration(0)
	for k := range 2 {
		route := planned(t, task, uint64(k+1), 5000).Route(task)
		flights = append(flights, Flight{route, a, time.Duration(k) * 20 * time.Minute, k})
		legs = append(legs, route...)
		last = flights[k].Ends()
	}
	const n = 10
	every := last/n + 1
	found := Found(task, flights, every, n)
	for k, pos := range found {
		tasks := []Task{*task, *task}
		for i := range tasks {
			tasks[i].Length = a.Farthest(min(max(0, time.Duration(k+1)*every-flights[i].Begins), flights[i].Airspeed.Duration(flights[i].Legs)))
		}
		if bound := BoundUntil(tasks); pos > bound || k > 0 && pos < found[k-1] {
			t.Errorf("period %d: %v, before %v, bound %v", k, pos, found[max(0, k-1)], bound)
		}
	}
	if whole := task.Prior.POS(PODs(task.Prior, legs, task.Sweep, task.Detection)); math.Abs(whole-found[n-1]) > 1e-3 || found[0] >= found[n-1] {
		t.Errorf("%v at the end, %v in all", found[n-1], whole)
	}
}
