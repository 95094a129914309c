package bench

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/survey"
)

// The truth of these instances comes from Earth-centred coordinates with a conversion of their own, so that an error in the
// product's geodesics is not in both. Nothing of the model is set here: families differ in what the country is like, and the model
// learns of that only what hosts would tell.

// ecef are Earth-centred, Earth-fixed metres on WGS 84.
type ecef [3]float64

const (
	wgsA  = 6378137.0
	wgsF  = 1 / 298.257223563
	wgsE2 = wgsF * (2 - wgsF)
)

func toECEF(p geodesy.Position) ecef {
	sp, cp := math.Sincos(float64(p.Lat) * math.Pi / 180)
	sl, cl := math.Sincos(float64(p.Lon) * math.Pi / 180)
	n := wgsA / math.Sqrt(1-wgsE2*sp*sp)
	return ecef{n * cp * cl, n * cp * sl, n * (1 - wgsE2) * sp}
}

// toPosition is the fixed-point iteration on latitude.
func toPosition(x ecef) geodesy.Position {
	r := math.Hypot(x[0], x[1])
	lat := math.Atan2(x[2], r*(1-wgsE2))
	for range 12 {
		s := math.Sin(lat)
		n := wgsA / math.Sqrt(1-wgsE2*s*s)
		lat = math.Atan2(x[2]+wgsE2*n*s, r)
	}
	return geodesy.Position{Lat: geodesy.Angle(lat * 180 / math.Pi), Lon: geodesy.Angle(math.Atan2(x[1], x[0]) * 180 / math.Pi)}
}

// moved is a place so many metres east and north of another.
func moved(p geodesy.Position, east, north float64) geodesy.Position {
	sp, cp := math.Sincos(float64(p.Lat) * math.Pi / 180)
	sl, cl := math.Sincos(float64(p.Lon) * math.Pi / 180)
	x := toECEF(p)
	return toPosition(ecef{x[0] - east*sl - north*sp*cl, x[1] + east*cl - north*sp*sl, x[2] + north*cp})
}

// between is from p to q in metres east and north of p.
func between(p, q geodesy.Position) (east, north float64) {
	sp, cp := math.Sincos(float64(p.Lat) * math.Pi / 180)
	sl, cl := math.Sincos(float64(p.Lon) * math.Pi / 180)
	a, b := toECEF(p), toECEF(q)
	d := ecef{b[0] - a[0], b[1] - a[1], b[2] - a[2]}
	return -d[0]*sl + d[1]*cl, -d[0]*sp*cl - d[1]*sp*sl + d[2]*cp
}

// holds reports whether an ellipse round a place holds another.
func holds(at geodesy.Position, e survey.Ellipse, p geodesy.Position) bool {
	east, north := between(at, p)
	s, c := math.Sincos(float64(e.Azimuth) * math.Pi / 180)
	along, across := east*s+north*c, east*c-north*s
	return sq(along/float64(e.Major))+sq(across/float64(e.Minor)) <= 1
}

func sq(x float64) float64 { return x * x }

// What a place is.
const (
	isLaboratory = iota
	isOther
	isNothing
)

// country is what one family of instances is like.
type country struct {
	name       string
	places     int
	spacing    float64 // metres between neighbours; less is drawn as it falls
	cluster    int     // places that lie so near each other
	near       [2]float64
	share      [3]float64 // of laboratories, other uses, nothing
	fleeting   float64    // false reports at places of no other report, of the places
	spread     [2]float64 // metres, standard deviation of a report
	common     float64    // share of variance that a pass has in common
	passes     int
	looked     float64 // of the places, a pass
	seen       [2]float64
	mistaken   [2]float64
	laboratory map[survey.Class]float64
	other      map[survey.Class]float64
	visited    float64
	classes    []survey.Class
	sensors    int
	latitude   float64
	elongated  float64 // greater axis over smaller
	reports    int     // of a class a pass, at most
	extent     float64
}

var (
	signs = []survey.Class{survey.Structure, survey.Barrels, survey.BurnPit, survey.Generator}
	// How often a sign is at a laboratory and at another use, in two kinds of country; neither is what the model begins with.
	highland = [2]map[survey.Class]float64{
		{survey.Structure: 0.8, survey.Barrels: 0.75, survey.BurnPit: 0.6, survey.Generator: 0.5},
		{survey.Structure: 0.85, survey.Barrels: 0.15, survey.BurnPit: 0.15, survey.Generator: 0.4},
	}
	lowland = [2]map[survey.Class]float64{
		{survey.Structure: 0.95, survey.Barrels: 0.5, survey.BurnPit: 0.35, survey.Generator: 0.7},
		{survey.Structure: 0.7, survey.Barrels: 0.05, survey.BurnPit: 0.3, survey.Generator: 0.25},
	}
)

func families() []country {
	base := country{
		places: 300, spacing: 3000, share: [3]float64{0.3, 0.4, 0.3}, fleeting: 0.1, spread: [2]float64{10, 45}, common: 0.6, passes: 7, looked: 0.7,
		seen: [2]float64{0.6, 0.95}, mistaken: [2]float64{0.02, 0.08}, laboratory: highland[0], other: highland[1], visited: 0.4, classes: signs, sensors: 3,
		latitude: 25, elongated: 2, reports: 4, extent: survey.Extent,
	}
	sparse, dense, crowded, biased, clutter, coarse, north := base, base, base, base, base, base, base
	sparse.name = "sparse"
	dense.name, dense.cluster, dense.near, dense.spread = "dense", 3, [2]float64{150, 400}, [2]float64{8, 25}
	dense.laboratory, dense.other = lowland[0], lowland[1]
	crowded.name, crowded.cluster, crowded.near, crowded.spread = "crowded", 3, [2]float64{60, 150}, [2]float64{8, 25}
	biased.name, biased.common, biased.spread = "biased sensors", 0.92, [2]float64{20, 80}
	clutter.name, clutter.share, clutter.fleeting, clutter.mistaken = "clutter", [3]float64{0.12, 0.28, 0.6}, 1.0, [2]float64{0.05, 0.2}
	coarse.name, coarse.spread, coarse.spacing, coarse.passes = "coarse", [2]float64{100, 300}, 6000, 5
	coarse.laboratory, coarse.other = lowland[0], lowland[1]
	north.name, north.latitude, north.elongated, north.common, north.share = "far north, long ellipses", 68, 5, 0.3, [3]float64{0.5, 0.35, 0.15}
	return []country{sparse, dense, crowded, biased, clutter, coarse, north}
}

type truth struct {
	at       geodesy.Position
	is       int
	signs    map[survey.Class]bool
	fleeting int // the pass in which alone it is reported, from 1; 0 is a place like others
	looks    []survey.Look
}

type instance struct {
	places []truth
	all    []survey.Observation
	of     map[string]int // place of an observation
}

var began = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func (w *country) make(seed uint64) *instance {
	r := rand.New(rand.NewPCG(seed, 99))
	in := &instance{of: map[string]int{}}
	side := int(math.Ceil(math.Sqrt(float64(w.places) * (1 + w.fleeting))))
	corner := geodesy.Position{Lat: geodesy.Angle(w.latitude), Lon: -106}
	cells := r.Perm(side * side)
	spot := func(cell int) geodesy.Position {
		return moved(corner, (float64(cell%side)+0.3*r.Float64())*w.spacing, (float64(cell/side)+0.3*r.Float64())*w.spacing)
	}
	kind := func() int {
		u := r.Float64()
		switch {
		case u < w.share[0]:
			return isLaboratory
		case u < w.share[0]+w.share[1]:
			return isOther
		}
		return isNothing
	}
	cell := 0
	for len(in.places) < w.places {
		at := spot(cells[cell])
		cell++
		for k := range max(1, w.cluster) {
			p := truth{at: at, is: kind(), signs: map[survey.Class]bool{}}
			if k > 0 {
				turn, far := 2*math.Pi*(float64(k)/float64(w.cluster)+0.1*r.Float64()), w.near[0]+(w.near[1]-w.near[0])*r.Float64()
				p.at = moved(at, far*math.Sin(turn), far*math.Cos(turn))
			}
			for _, c := range w.classes {
				switch p.is {
				case isLaboratory:
					p.signs[c] = r.Float64() < w.laboratory[c]
				case isOther:
					p.signs[c] = r.Float64() < w.other[c]
				}
			}
			in.places = append(in.places, p)
		}
	}
	for range int(w.fleeting * float64(w.places)) {
		if cell == len(cells) {
			break
		}
		in.places = append(in.places, truth{at: spot(cells[cell]), is: isNothing, signs: map[survey.Class]bool{}, fleeting: 1 + r.IntN(w.passes)})
		cell++
	}
	type ability struct{ seen, mistaken map[survey.Class]float64 }
	between := func(x [2]float64) float64 { return x[0] + (x[1]-x[0])*r.Float64() }
	var able []ability
	for range w.sensors {
		a := ability{map[survey.Class]float64{}, map[survey.Class]float64{}}
		for _, c := range w.classes {
			a.seen[c], a.mistaken[c] = between(w.seen), between(w.mistaken)
		}
		able = append(able, a)
	}
	for pass := range w.passes {
		sensor := pass % w.sensors
		flight := fmt.Sprintf("F-%d", pass)
		start := began.Add(time.Duration(pass) * 24 * time.Hour)
		for i := range in.places {
			p := &in.places[i]
			at := start.Add(time.Duration(i) * 30 * time.Second)
			if p.fleeting != pass+1 && r.Float64() >= w.looked {
				continue
			}
			pod := 0.3 + 0.55*r.Float64()
			p.looks = append(p.looks, survey.Look{Flight: flight, Sensor: fmt.Sprintf("S%d", sensor), From: at.Add(-10 * time.Second), To: at.Add(10 * time.Second), POD: pod})
			// What the sensor states of its error, and the error that the pass has by it.
			sigma := between(w.spread)
			stated := survey.Ellipse{
				Major: geodesy.Length(sigma * math.Sqrt(5.991464547)), Minor: geodesy.Length(sigma / w.elongated * math.Sqrt(5.991464547)), Azimuth: geodesy.Angle(180 * r.Float64()),
			}
			drawn := func(share float64) (east, north float64) {
				s, c := math.Sincos(float64(stated.Azimuth) * math.Pi / 180)
				u, v := sigma*math.Sqrt(share)*r.NormFloat64(), sigma/w.elongated*math.Sqrt(share)*r.NormFloat64()
				return u*s + v*c, u*c - v*s
			}
			biasE, biasN := drawn(w.common)
			biasE, biasN = biasE+w.extent*r.NormFloat64(), biasN+w.extent*r.NormFloat64()
			for k, c := range w.classes {
				hit := r.Float64() < able[sensor].mistaken[c]
				if p.signs[c] {
					hit = r.Float64() < pod*able[sensor].seen[c]
				}
				if p.fleeting > 0 {
					hit = p.fleeting == pass+1 && k == i%len(w.classes)
				}
				if !hit {
					continue
				}
				for n := range 1 + r.IntN(w.reports) {
					e, nn := drawn(1 - w.common)
					o := survey.Observation{
						ID: fmt.Sprintf("%s/%d/%s/%d", flight, i, c, n), Class: c, Count: 1, Position: moved(p.at, e+biasE, nn+biasN), Spread: stated.Covariance(),
						Common: w.common, At: at, Sensor: fmt.Sprintf("S%d", sensor), Origin: survey.FromDetector, Flight: flight,
					}
					in.of[o.ID] = i
					in.all = append(in.all, o)
				}
			}
		}
	}
	return in
}

// looksOf are those of the nearest place, as footprints would have them.
func (in *instance) looksOf(p geodesy.Position) []survey.Look {
	best, at := math.Inf(1), -1
	for i := range in.places {
		if math.Abs(float64(in.places[i].at.Lat-p.Lat)) > 0.02 {
			continue
		}
		e, n := between(p, in.places[i].at)
		if d := math.Hypot(e, n); d < best {
			best, at = d, i
		}
	}
	if at < 0 {
		return nil
	}
	return in.places[at].looks
}

// scores are what is counted over instances.
type scores struct {
	sites, held           int
	mixed, doubled, found int
	errors                []float64
	said                  []float64 // chances of a laboratory of sites that nobody visited
	was                   []bool
}

func (w *country) score(t *testing.T, seed uint64, s *scores) {
	t.Helper()
	in := w.make(seed)
	var b survey.Book
	for i := range in.all {
		if _, err := b.Observe(in.all[i], uint64(i+1)); err != nil {
			t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(seed, 100))
	main := map[survey.SiteID]int{}
	sequence := uint64(len(in.all))
	ofPlace := map[int]int{}
	for _, x := range b.Assess(nil).Sites() {
		votes := map[int]int{}
		for i := range x.Sightings {
			votes[in.of[x.Sightings[i].ID]]++
		}
		best := -1
		for place, n := range votes {
			if best < 0 || n > votes[best] || n == votes[best] && place < best {
				best = place
			}
		}
		main[x.ID] = best
		p := &in.places[best]
		s.sites++
		ofPlace[best]++
		if len(votes) > 1 {
			s.mixed++
		}
		if holds(x.Position, x.Ellipse, p.at) {
			s.held++
		}
		e, n := between(p.at, x.Position)
		s.errors = append(s.errors, math.Hypot(e, n))
		if r.Float64() < w.visited {
			sequence++
			outcome := [3]survey.Outcome{survey.Confirmed, survey.OtherUse, survey.Empty}[p.is]
			at := began.Add(100 * 24 * time.Hour)
			if err := b.Report(survey.Found{Site: x.ID, Founder: x.Founder, Outcome: outcome, Visited: at, Party: "MEX", By: "host", At: at.Add(time.Hour)}, sequence); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, n := range ofPlace {
		s.found++
		if n > 1 {
			s.doubled++
		}
	}
	for _, x := range b.Assess(in.looksOf).Sites() {
		if len(x.Outcomes) == 0 {
			s.said = append(s.said, x.Laboratory)
			s.was = append(s.was, in.places[main[x.ID]].is == isLaboratory)
		}
	}
}

// diagonal is the reliability plot: chances by tenths, mean said, share that was, and how many.
func diagonal(said []float64, was []bool) (points [][3]float64) {
	order := make([]int, len(said))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(said[a], said[b]) })
	for k := range 10 {
		sum, yes, n := 0.0, 0.0, 0.0
		for _, i := range order {
			if int(math.Min(9, said[i]*10)) == k {
				sum, n = sum+said[i], n+1
				if was[i] {
					yes++
				}
			}
		}
		if n > 0 {
			points = append(points, [3]float64{sum / n, yes / n, n})
		}
	}
	return points
}

// TestSurveyCalibration holds sites to their truth: ellipses, chances, errors, merges.
func TestSurveyCalibration(t *testing.T) {
	measured(t)
	var all scores
	worst := 0.0
	least, most := 1.0, 0.0
	family, crowded := 0.0, 0.0
	for k, w := range families() {
		var s scores
		for seed := range uint64(16) {
			w.score(t, uint64(1000*k)+seed, &s)
		}
		held := float64(s.held) / float64(s.sites)
		least, most = min(least, held), max(most, held)
		slices.Sort(s.errors)
		t.Logf("%s: %d sites, ellipses hold %.1f %%, error %.1f m median %.1f m of 95 in 100, mixed %.2f %%, doubled %.2f %%", w.name, s.sites, 100*held,
			s.errors[len(s.errors)/2], s.errors[len(s.errors)*95/100], 100*float64(s.mixed)/float64(s.sites), 100*float64(s.doubled)/float64(s.found))
		for _, p := range diagonal(s.said, s.was) {
			t.Logf("  said %.3f was %.3f of %.0f", p[0], p[1], p[2])
			if p[2] >= 200 {
				family = max(family, math.Abs(p[0]-p[1]))
			}
		}
		crowded = max(crowded, float64(s.mixed)/float64(s.sites))
		all.sites, all.held = all.sites+s.sites, all.held+s.held
		all.mixed, all.doubled, all.found = all.mixed+s.mixed, all.doubled+s.doubled, all.found+s.found
		all.errors = append(all.errors, s.errors...)
		all.said, all.was = append(all.said, s.said...), append(all.was, s.was...)
	}
	for _, p := range diagonal(all.said, all.was) {
		t.Logf("said %.3f was %.3f of %.0f", p[0], p[1], p[2])
		worst = max(worst, math.Abs(p[0]-p[1]))
	}
	slices.Sort(all.errors)
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"sites", float64(all.sites)},
		{"held", float64(all.held) / float64(all.sites)},
		{"held-least", least},
		{"held-most", most},
		{"chances", float64(len(all.said))},
		{"diagonal-worst", worst},
		{"diagonal-family", family},
		{"false-crowded", crowded},
		{"error-95", all.errors[len(all.errors)*95/100]},
		{"error-median", all.errors[len(all.errors)/2]},
		{"false-merges", float64(all.mixed) / float64(all.sites)},
		{"missed-merges", float64(all.doubled) / float64(all.found)},
	} {
		fmt.Printf("FIGURE survey/%s %g\n", f.name, f.value)
	}
}
