package main

import (
	"fmt"
	"io"
	"math"
	"syscall"
	"time"
)

// line is one set in one configuration.
type line struct {
	set string
	configuration
	truth    map[string]float64 // area-true, of each pattern that can be flown again
	plan     plan
	bound    float64
	mass     float64
	ours     published // of the plan
	best     float64   // published, of all algorithms
	bestName string
	// Of lanes every three rows along their middles, which is what the published score pays best; of one drone only.
	gamed      published
	gamedTruth float64
	took       time.Duration // of the processor, for the plan
}

// pattern is the area-true score of the best pattern.
func (l *line) pattern() float64 {
	best := 0.0
	for _, v := range l.truth {
		best = math.Max(best, v)
	}
	return best
}

// beaten is the plan over the best pattern.
func (l *line) beaten() float64 { return l.plan.seen / l.pattern() }

// comparison is everything that is printed.
type comparison struct {
	sets  []string
	fits  map[string]*fitted
	lines []line
}

func compare(f *folder, trials int, seed uint64) (*comparison, error) {
	out := &comparison{sets: f.names, fits: map[string]*fitted{}}
	flown := &flights{known: map[string]*flight{}}
	for _, set := range f.names {
		d, err := fit(f.maps[set], set, f.results, flown)
		if err != nil {
			return nil, fmt.Errorf("set %s: %w", set, err)
		}
		out.fits[set] = d
	}
	for _, c := range f.configurations() {
		for _, set := range f.names {
			d := out.fits[set].disc
			l := line{set: set, configuration: c, truth: map[string]float64{}, mass: d.total()}
			for _, p := range patterns {
				l.truth[p.name] = d.credit(flown.of(p.name, c).swept)
			}
			for _, r := range f.results {
				if r.set == set && r.configuration == c && r.likelihood > l.best {
					l.best, l.bestName = r.likelihood, r.algorithm
				}
			}
			before := processor()
			l.plan = newPlan(d, c.budget, c.drones, trials, seed)
			l.took = processor() - before
			l.bound = d.bound(c.budget, c.drones)
			l.ours, _ = d.score(l.plan.paths)
			if c.drones == 1 {
				rows := lanes(d, c.budget, 3*cellSize, 0, 1)
				l.gamed, _ = d.score([]path{rows})
				l.gamedTruth = d.credit(swept([]path{rows}))
			}
			if l.plan.seen > l.bound*(1+1e-12) {
				return nil, fmt.Errorf("set %s, %v: the plan sees %v, above its bound of %v: one of them is wrong", set, c, l.plan.seen, l.bound)
			}
			out.lines = append(out.lines, l)
		}
	}
	return out, nil
}

// processor is the time that this process has had a processor.
func processor() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func (c *comparison) print(w io.Writer) {
	fmt.Fprintf(w, "patterns flown again, beside what was published: largest differences\n\n")
	fmt.Fprintf(w, "| set | crop, lean | rows | likelihood | rim taken in whole | time-discounted | length, km | area, relative | mass in the disc |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, set := range c.sets {
		f := c.fits[set]
		fmt.Fprintf(w, "| %s | %v | %d | %.1e | %.1e | %.1e | %.1e | %.1e | %.5f |\n", set, f.crop, f.rows, f.likelihood, f.naive, f.discounted, f.length, f.area, f.total())
	}
	var last configuration
	for i := range c.lines {
		l := &c.lines[i]
		if l.configuration != last {
			last = l.configuration
			fmt.Fprintf(w, "\n%v: area-true score; published score beside\n\n", last)
			fmt.Fprintf(w, "| set | Spiral | Concentric | Pizza | plan | of the bound | over the best pattern | bound | begun with | length, km | published: best | published: plan | processor, s |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
		}
		fmt.Fprintf(w, "| %s | %.5f | %.5f | %.5f | %.5f | %.2f %% | %+.2f %% | %.5f | %s %.5f | %.1f | %.5f %s | %.5f | %.2f |\n", l.set,
			l.truth["Spiral"], l.truth["Concentric"], l.truth["Pizza"], l.plan.seen, 100*l.plan.seen/l.bound, 100*(l.beaten()-1), l.bound,
			l.plan.begun, l.plan.begin, l.ours.length, l.best, l.bestName, l.ours.likelihood, l.took.Seconds())
		if i+1 == len(c.lines) || c.lines[i+1].configuration != last {
			m := c.summary(last)
			fmt.Fprintf(w, "| mean | %.5f | %.5f | %.5f | %.5f | %.2f %% | least %+.2f %% | %.5f | | | %.5f | %.5f | most %.2f |\n",
				m.truth["Spiral"], m.truth["Concentric"], m.truth["Pizza"], m.seen, 100*m.seen/m.bound, 100*(m.least-1), m.bound, m.best, m.ours, m.took.Seconds())
			if last.drones == 1 {
				fmt.Fprintf(w, "\nlanes every 90 m along the middles of rows, mean: published score %.5f, area-true %.5f\n", m.gamed, m.gamedTruth)
			}
		}
	}
}

// summary are means over the sets, the least of what the plan is over the best pattern, and the most that a set took.
type summary struct {
	truth             map[string]float64
	seen, bound       float64
	pattern           float64 // of the best pattern for each set
	best, ours, least float64
	gamed, gamedTruth float64
	most              float64 // of the bound
	took              time.Duration
}

func (c *comparison) summary(of configuration) summary {
	s := summary{truth: map[string]float64{}, least: math.Inf(1)}
	n := 0.0
	for i := range c.lines {
		l := &c.lines[i]
		if l.configuration != of {
			continue
		}
		n++
		for name, v := range l.truth {
			s.truth[name] += v
		}
		s.seen += l.plan.seen
		s.bound += l.bound
		s.pattern += l.pattern()
		s.best += l.best
		s.ours += l.ours.likelihood
		s.gamed += l.gamed.likelihood
		s.gamedTruth += l.gamedTruth
		s.least = math.Min(s.least, l.beaten())
		s.most = math.Max(s.most, l.plan.seen/l.bound)
		s.took = max(s.took, l.took)
	}
	for name := range s.truth {
		s.truth[name] /= n
	}
	s.gamed, s.gamedTruth = s.gamed/n, s.gamedTruth/n
	s.seen, s.bound, s.pattern, s.best, s.ours = s.seen/n, s.bound/n, s.pattern/n, s.best/n, s.ours/n
	return s
}
