package search

import (
	"errors"
	"math"
	"math/rand"
	"slices"
	"testing"

	"overflight/geodesy"
)

// instance is one of the three that planners are measured on.
type instance struct {
	name  string
	seed  int64
	hills int
	flat  float64
	bound float64 // B1 of 6,480 km
	top   float64
	i, j  int
}

var instances = []instance{
	{"s1", 1, 8, 0.1, 0.829805, 4.97708e-4, 26, 41},
	{"s2", 2, 8, 0.1, 0.861652, 9.28413e-4, 43, 60},
	{"s3", 3, 15, 0.2, 0.643826, 1.92186e-4, 24, 150},
}

func (in instance) prior() *Prior {
	return Modes(rand.New(rand.NewSource(in.seed)).Float64, in.hills, in.flat)
}

func TestInstancesAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	for _, in := range instances {
		p := in.prior()
		if got := p.Looks(Effort(4*geodesy.Kilometre)*Effort(6480*geodesy.Kilometre), []float64{0.6}); math.Abs(got-in.bound) > 5e-7 {
			t.Errorf("%s: B1 = %.6f, want %.6f", in.name, got, in.bound)
		}
		top := 0
		for c, m := range p.POC {
			if m > p.POC[top] {
				top = c
			}
		}
		if top%200 != in.i || top/200 != in.j || math.Abs(p.POC[top]-in.top) > 5e-10 {
			t.Errorf("%s: largest cell %g at (%d,%d), want %g at (%d,%d)", in.name, p.POC[top], top%200, top/200, in.top, in.i, in.j)
		}
	}
}

// TestBoundsAreTheSumOfTheLargest: against sorting every look.
func TestBoundsAreTheSumOfTheLargest(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(5))
	for round := range 20 {
		g := Grid{Columns: 1 + rng.Intn(12), Rows: 1 + rng.Intn(12), Cell: 100}
		w, q := make([]float64, g.Cells()), make([]float64, g.Cells())
		for c := range w {
			w[c], q[c] = rng.ExpFloat64(), rng.Float64()
			if rng.Intn(5) == 0 {
				w[c] = 0.25 // ties
				q[c] = 0.5
			}
		}
		w[0] = 1
		if round%4 == 0 {
			q = []float64{0.6}
		}
		if round%7 == 0 {
			q = []float64{1}
		}
		p, err := NewPrior(g, w, 0.2)
		if err != nil {
			t.Fatal(err)
		}
		var all []float64
		for c, m := range p.POC {
			d := q[min(c, len(q)-1)]
			for k := range 400 {
				all = append(all, m*d*math.Pow(1-d, float64(k)))
			}
		}
		slices.Sort(all)
		slices.Reverse(all)
		looks := rng.Float64() * 4 * float64(g.Cells())
		want := 0.0
		for k := 0; k < int(looks); k++ {
			want += all[k]
		}
		want += (looks - math.Floor(looks)) * all[int(looks)]
		if got := p.Looks(Effort(looks*p.Area()), q); math.Abs(got-want) > 1e-9 {
			t.Errorf("round %d: %v looks: %v, want %v", round, looks, got, want)
		}
	}
}

// TestBoundsOfMoreThanOne: pooled effort, dropped cells and weights.
func TestBoundsOfMoreThanOne(t *testing.T) {
	t.Parallel()
	if got := Pooled([]Sortie{{1000, 10, 100}, {500, 20, 300}, {2000, 5, 0}}); got != 800*10+0+2000*5 {
		t.Errorf("pooled effort %v", got)
	}
	p, err := NewPrior(Grid{2, 1, 1000}, []float64{1, 3}, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := p.Seen(func(column, _ int) bool { return column == 0 })
	if seen.Rest != 0.75 || seen.Looks(1e12, []float64{0.5}) > 0.25 {
		t.Errorf("%+v", seen)
	}
	if got := Weighted([]float64{1, 0.5, 0.25}, []float64{0.2, 0.5, 0.6}); math.Abs(got-(0.2+0.15+0.025)) > 1e-15 {
		t.Errorf("weighted %v", got)
	}
}

// TestStonesOptimumIsNoBound: effort that falls at random finds less than lanes do, so its optimum is none above them.
func TestStonesOptimumIsNoBound(t *testing.T) {
	t.Parallel()
	if Looks(0.6, 1) <= -math.Expm1(-0.6) {
		t.Error("one look finds no more than effort at random")
	}
}

func TestPriorsKeepTheRestOfTheWorld(t *testing.T) {
	t.Parallel()
	g := Grid{3, 2, 1000}
	p, err := NewPrior(g, []float64{1, 2, 3, 4, 0, 10}, 0.2)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(p.Mass()-0.8) > 1e-12 || math.Abs(p.POC[5]-0.4) > 1e-12 {
		t.Errorf("%+v", p)
	}
	after, err := p.Missed([]float64{0, 0, 0, 0, 0, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(after.Rest-0.2/0.8) > 1e-12 || math.Abs(after.POC[5]-0.2/0.8) > 1e-12 || math.Abs(after.Mass()+after.Rest-1) > 1e-12 {
		t.Errorf("after a miss: %+v", after)
	}
	nan := math.NaN()
	for _, c := range []struct {
		w    []float64
		rest float64
		want error
	}{
		{[]float64{0, 0, 0, 0, 0, 0}, 0, ErrEmpty},
		{[]float64{1, 2, nan, 0, 0, 0}, 0, ErrMass},
		{[]float64{1, 2, -1, 0, 0, 0}, 0, ErrMass},
		{[]float64{1, 2, 1, 0, 0, math.Inf(1)}, 0, ErrMass},
		{[]float64{1, 2, 1, 0, 0, 0}, 1, ErrMass},
		{[]float64{1, 2, 1, 0, 0, 0}, nan, ErrMass},
		{[]float64{1, 2}, 0, ErrGrid},
	} {
		if _, err := NewPrior(g, c.w, c.rest); !errors.Is(err, c.want) {
			t.Errorf("%v, %v: %v, want %v", c.w, c.rest, err, c.want)
		}
	}
	if p, err := NewPrior(g, []float64{1e308, 1e308, 1e308, 1e308, 1e308, 1e308}, 0); err != nil || math.Abs(p.Mass()-1) > 1e-12 {
		t.Errorf("weights whose sum is infinite: %+v, %v", p, err)
	}
	var which *MassError
	if _, err := NewPrior(g, []float64{1, 2, 3, 4, nan, 0}, 0); !errors.As(err, &which) || which.Column != 1 || which.Row != 1 {
		t.Errorf("%v", err)
	}
	sure, err := NewPrior(Grid{1, 1, 1}, []float64{1}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sure.Missed([]float64{1}); !errors.Is(err, ErrFound) {
		t.Errorf("a miss that cannot be: %v", err)
	}
}
