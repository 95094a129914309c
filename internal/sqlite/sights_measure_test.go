package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/journal"
	"overflight/sensor"
	"overflight/validity"
)

// measuring skips a test that is only for figures: it takes a minute.
func measuring(t *testing.T) {
	t.Helper()
	if os.Getenv("OVERFLIGHT_MEASURE") != "1" {
		t.Skip("only measured when OVERFLIGHT_MEASURE=1")
	}
}

// lanes flies a flight of 20 hours at 90 m/s in lanes over a square of 60 km, and calls f every step with the middle of the picture.
func lanes(corner geodesy.Position, heading geodesy.Angle, step time.Duration, f func(i int, at geodesy.Position, heading geodesy.Angle)) {
	const side, spacing, speed = 60_000.0, 3000.0, 90.0
	at, lane, flown, h := corner, 0, 0.0, heading
	turn := geodesy.Angle(90)
	for i := range int(20 * time.Hour / step) {
		f(i, at, h)
		leg := speed * step.Seconds()
		if flown += leg; flown > side {
			flown = 0
			at, _ = geodesy.Direct(at, heading+turn, spacing)
			h += 180
			if lane++; lane%20 == 0 {
				turn += 180 // back over the same ground, between the lanes
				at, _ = geodesy.Direct(at, heading+turn, spacing/2)
			}
		}
		at, _ = geodesy.Direct(at, h, geodesy.Length(leg))
	}
}

func percentile(all []time.Duration, p float64) time.Duration {
	slices.Sort(all)
	return all[min(int(p*float64(len(all))), len(all)-1)]
}

// flightsBuilt is how many flights TestSightsOfFlights builds; OVERFLIGHT_FLIGHTS is another number.
const flightsBuilt = 300

// pattern is a flight of 20 hours at 1 Hz, in blocks of a minute.
func pattern(corner geodesy.Position, heading geodesy.Angle) []journal.FootprintsRecorded {
	var out []journal.FootprintsRecorded
	lanes(corner, heading, time.Second, func(i int, at geodesy.Position, heading geodesy.Angle) {
		p := at
		one := sweep(sortie(1), source(1), uint64(i), epoch.Add(time.Duration(i)*time.Second), &p, heading, 3*geodesy.Kilometre, 1)
		if i%60 == 0 {
			out = append(out, one)
			return
		}
		last := &out[len(out)-1]
		last.Footprints = append(last.Footprints, one.Footprints...)
	})
	return out
}

// flown is a block of a pattern as another flight flew it: later, and elsewhere on the same parallel, which changes no shape.
func flown(e journal.FootprintsRecorded, number int, east geodesy.Angle, later time.Duration) journal.FootprintsRecorded {
	move := func(p geodesy.Position) geodesy.Position {
		return geodesy.Position{Lat: p.Lat, Lon: geodesy.NormalizeLongitude(p.Lon + east)}
	}
	e.Flight, e.At = sortie(number), e.At.Add(later)
	e.Footprints = slices.Clone(e.Footprints)
	for i := range e.Footprints {
		l := &e.Footprints[i]
		if eye, ok := l.Sensor.Get(); ok {
			l.Sensor = sensor.Known(move(eye))
		}
		f := &l.Footprint
		if !f.Time.IsZero() {
			f.Time = f.Time.Add(later)
		}
		if c, ok := f.Centre.Get(); ok {
			f.Centre = sensor.Known(move(c))
		}
		for k := range f.Corners {
			f.Corners[k] = move(f.Corners[k])
		}
		f.Band = sensor.Band(1 + i/20%2)
	}
	return e
}

// resident is what the program holds, in megabytes: SQLite's pages are not on Go's heap.
func resident(t *testing.T) float64 {
	t.Helper()
	debug.FreeOSMemory()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), "VmRSS:")
	kilobytes, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes * 1024 / 1e6
}

// processor is the time that the program has used of processors: another program's share of them does not count.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestSightsOfFlights builds the index of flights of 20 hours at 1 Hz through the real path, from records as they lie in the
// journal to read models on the disk, and asks it. Neither the time that a flight takes nor the memory may grow with the flights before.
func TestSightsOfFlights(t *testing.T) {
	measuring(t)
	ctx := context.Background()
	many := flightsBuilt
	if n, err := strconv.Atoi(os.Getenv("OVERFLIGHT_FLIGHTS")); err == nil && n >= 6 {
		many = n
	}
	m := open(t, filepath.Join(t.TempDir(), "m.db"))
	r := rand.New(rand.NewPCG(1, 1))
	var patterns [4][]journal.FootprintsRecorded
	for k := range patterns {
		patterns[k] = pattern(geodesy.Position{Lat: 27.2 + geodesy.Angle(k)*0.5, Lon: -106}, geodesy.Angle(360*r.Float64()))
	}
	var all []coverage.Glimpse // of the first flights, for the scan
	spent, worked := make([]time.Duration, many), make([]time.Duration, many)
	// Four flights a place: so many degrees of longitude for so many flights.
	wide := 12 * float64(many) / flightsBuilt
	frames, early := 0, 0.0
	number := uint64(0)
	for k := range many {
		east, later := geodesy.Angle(wide*(r.Float64()-0.5)), time.Duration(k)*30*time.Hour
		var encoded [][]byte
		for _, block := range patterns[k%len(patterns)] {
			e := flown(block, k+1, east, later)
			if k < 3 {
				for i := range e.Footprints {
					l := &e.Footprints[i]
					if g, ok := coverage.GlimpseOf(e.First+uint64(i), l.Sensor, l.Altitude, &l.Footprint); ok {
						all = append(all, g)
					}
				}
			}
			frames += len(e.Footprints)
			b, err := journal.Encode(journal.Record{Producer: "ingest", Sequence: number + uint64(len(encoded)) + 1, Event: e})
			if err != nil {
				t.Fatal(err)
			}
			encoded = append(encoded, b)
		}
		began, before := time.Now(), processor(t)
		events := make([]Positioned, len(encoded))
		for i, b := range encoded {
			number++
			record, _ := journal.Decode(b)
			events[i] = Positioned{Place: Place{"EVT", number}, Record: record, Encoded: b}
		}
		apply(t, m, events)
		spent[k], worked[k] = time.Since(began), processor(t)-before
		if k == min(17, many/2) {
			early = resident(t)
		}
	}
	sum := func(all []time.Duration) (d time.Duration) {
		for _, x := range all {
			d += x
		}
		return d
	}
	some := max(min(many/3, 60), 1)
	t.Logf("FIGURE sights/flights %d", many)
	t.Logf("FIGURE sights/built %.0f footprints/s", float64(frames)/sum(spent).Seconds())
	t.Logf("FIGURE sights/built-core %.0f footprints/s of one core's time, without what the disk and other programs take", float64(frames)/sum(worked).Seconds())
	t.Logf("FIGURE sights/slope %.3f of the time that a flight of the first took, for one of the last", sum(spent[many-some:]).Seconds()/sum(spent[:some]).Seconds())
	t.Logf("FIGURE sights/slope-processor %.3f the same of the processors' time", sum(worked[many-some:]).Seconds()/sum(worked[:some]).Seconds())
	t.Logf("FIGURE sights/memory-MB %.1f more after %d flights than after 18, %.1f", resident(t)-early, many, early)
	runtime.KeepAlive(patterns)

	size := func(of *table) (n float64) {
		if err := m.view(ctx, func(v *view) error {
			return v.each(of, "", nil, func(x row) error {
				n += float64(len(x.blob(of, "body")) + 32)
				return nil
			})
		}); err != nil {
			t.Fatal(err)
		}
		return n / float64(many*20)
	}
	t.Logf("FIGURE sights/index-bytes %.0f a flight-hour", size(sights))
	t.Logf("FIGURE sights/frames-bytes %.0f a flight-hour", size(glimpses))

	var took []time.Duration
	model := coverage.DefaultModel()
	looks, found := 0, 0
	for i := range 1000 {
		at := geodesy.Position{Lat: 27.2 + geodesy.Angle(2*r.Float64()), Lon: -106 + geodesy.Angle(wide*(r.Float64()-0.5))}
		n := 0
		var scan int
		began := time.Now()
		watch := coverage.NewWatch(&model, at, nil)
		err := m.GlimpsesAt(ctx, at, validity.Period{}, func(s Sighting) error {
			if watch.Add(s.Glimpse) {
				if n++; s.Flight.Number <= 3 {
					scan++
				}
			}
			return nil
		})
		watch.Visits()
		took = append(took, time.Since(began))
		if err != nil {
			t.Fatal(err)
		}
		looks += n
		if i < 100 {
			want := 0
			for k := range all {
				if all[k].Holds(at) {
					want++
				}
			}
			if found += want; scan != want {
				t.Fatalf("at %v: %d frames of the first flights, the scan of all finds %d", at, scan, want)
			}
		}
	}
	if found == 0 {
		t.Error("no place of those was seen by the first flights")
	}
	t.Logf("FIGURE sights/answer-p99-ms %.2f", percentile(took, 0.99).Seconds()*1e3)
	t.Logf("%d frames; half of the answers within %v, of %.0f frames each", frames, percentile(took, 0.5), float64(looks)/1000)
}

// TestSightsOfTenThousandFlights asks the index of 10,000 flights of 20 hours, whose intervals are generated: fifty flights as the index
// enters them, each laid down two hundred times elsewhere, by whole tiles, and at another time.
func TestSightsOfTenThousandFlights(t *testing.T) {
	measuring(t)
	t.Run("1,000 km", func(t *testing.T) { tenThousand(t, "ten-thousand", 100, 400_000) })
	t.Run("400 km", func(t *testing.T) { tenThousand(t, "ten-thousand-dense", 40, 160_000) })
}

// tenThousand lays the flights within so many tiles of the middle, and asks for places within so many metres of it.
func tenThousand(t *testing.T, name string, reach int, within float64) {
	ctx := context.Background()
	m := open(t, filepath.Join(t.TempDir(), "m.db"))
	const kinds, many = 50, 10_000
	r := rand.New(rand.NewPCG(2, 2))
	home := geodesy.Position{Lat: 28, Lon: -106}
	var patterns [kinds]map[coverage.Tile][]coverage.Run
	tiles := map[coverage.Tile]bool{}
	for k := range patterns {
		patterns[k] = map[coverage.Tile][]coverage.Run{}
		var cells []coverage.Located
		lanes(home, geodesy.Angle(360*r.Float64()), 5*time.Second, func(i int, at geodesy.Position, heading geodesy.Angle) {
			g := coverage.Glimpse{Number: uint64(5 * i)}
			for c := range g.Corners {
				g.Corners[c], _ = geodesy.Direct(at, heading+geodesy.Angle(45+90*c), 2100)
			}
			cells = g.AppendCells(cells[:0])
			for _, c := range cells {
				patterns[k][c.Tile] = coverage.Extend(patterns[k][c.Tile], c.Cell, g.Number, epoch.Add(time.Duration(5*i)*time.Second))
				tiles[c.Tile] = true
			}
		})
	}
	type laid struct {
		pattern int
		shift   coverage.Tile
		later   int64
	}
	var flights [many]laid
	shifts := map[coverage.Tile]bool{}
	for i := range flights {
		x, y := r.IntN(2*reach+1)-reach, r.IntN(2*reach+1)-reach
		flights[i] = laid{r.IntN(kinds), coverage.Tile(uint32(x<<11 + y)), int64(i) * 3000}
		shifts[flights[i].shift] = true
	}
	w := m.w
	if _, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	for i := range flights {
		if err := w.put(paths, row{fmt.Sprintf("OPS-2025-%04d", i+1), "s", int64(i + 1), int64(72000), int64(72000), int64(72000), nil, nil, nil, nil, int64(0)}); err != nil {
			t.Fatal(err)
		}
	}
	targets := map[coverage.Tile]bool{}
	for s := range shifts {
		for k := range tiles {
			targets[k+s] = true
		}
	}
	order := make([]coverage.Tile, 0, len(targets))
	for k := range targets {
		order = append(order, k)
	}
	slices.Sort(order)
	bytes, rows := 0, 0
	for _, tile := range order {
		for i, f := range flights {
			runs := slices.Clone(patterns[f.pattern][tile-f.shift])
			for n := range runs {
				runs[n].From, runs[n].To = runs[n].From+f.later, runs[n].To+f.later
			}
			for len(runs) > 0 {
				n := min(len(runs), coverage.MostRuns)
				x := &piece{first: runs[0].First, runs: runs[:n]}
				if err := w.putPiece(pieceKey{tile, int64(i + 1)}, x); err != nil {
					t.Fatal(err)
				}
				bytes, rows = bytes+len(coverage.AppendRuns(nil, x.runs))+32, rows+1
				runs = runs[n:]
			}
		}
	}
	if _, err := w.conn.ExecContext(ctx, "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil { // no node ever writes so much at once
		t.Fatal(err)
	}
	t.Logf("FIGURE sights/%s-bytes %.0f a flight-hour, %d rows", name, float64(bytes)/(many*20), rows)

	var took, worked []time.Duration
	found := 0
	for i := range 1000 {
		at, _ := geodesy.Direct(home, geodesy.Angle(360*r.Float64()), geodesy.Length(within*r.Float64()))
		period := validity.Period{}
		if i%2 == 1 {
			period.From = epoch.Add(time.Duration(r.IntN(many)) * 3000 * time.Second)
		}
		var spans map[int64][]span
		began, before := time.Now(), processor(t)
		err := m.view(ctx, func(v *view) (err error) { spans, err = v.spansAt(at, period); return err })
		took, worked = append(took, time.Since(began)), append(worked, processor(t)-before)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range spans {
			found += len(s)
		}
		if i < 30 { // every flight's intervals, one after another
			from, to := seconds(period)
			for k, f := range flights {
				want := 0
				for _, c := range coverage.CellsAt(at) {
					for _, x := range patterns[f.pattern][c.Tile-f.shift] {
						x.From, x.To = x.From+f.later, x.To+f.later
						if x.Cell == c.Cell && x.During(from, to) {
							want++
						}
					}
				}
				if len(spans[int64(k+1)]) != want {
					t.Fatalf("at %v: %d intervals of flight %d, want %d", at, len(spans[int64(k+1)]), k+1, want)
				}
			}
		}
	}
	t.Logf("FIGURE sights/%s-p99-ms %.2f", name, percentile(took, 0.99).Seconds()*1e3)
	t.Logf("FIGURE sights/%s-p50-ms %.2f", name, percentile(took, 0.5).Seconds()*1e3)
	t.Logf("%.0f intervals an answer; of the processors' time 99 in 100 take %v, half %v", float64(found)/1000, percentile(worked, 0.99), percentile(worked, 0.5))
}

// BenchmarkManyLooks asks for a place that 225 flights saw seven times each, from the index to what all looks come to.
func BenchmarkManyLooks(b *testing.B) {
	ctx := context.Background()
	m := open(b, filepath.Join(b.TempDir(), "m.db"))
	a := newAuthor(48)
	home := geodesy.Position{Lat: 28, Lon: -106}
	const flown, passes = 225, 7
	for k := range flown {
		for i := range passes {
			heading := geodesy.Angle(37 * (k + i))
			at, _ := geodesy.Direct(home, heading+180, 2700)
			start := epoch.Add(time.Duration(k*30+i) * time.Hour)
			e := sweep(sortie(k+1), source(1), uint64(60*i), start, &at, heading, 3*geodesy.Kilometre, 60)
			for n := range e.Footprints { // every frame has a time, so that a pass is one look
				e.Footprints[n].Footprint.Time = start.Add(time.Duration(n) * time.Second)
			}
			a.say("EVT", e)
		}
	}
	apply(b, m, a.events)
	model := coverage.DefaultModel()
	b.ResetTimer()
	for range b.N {
		watch := coverage.NewWatch(&model, home, nil)
		var last journal.Sortie
		if err := m.GlimpsesAt(ctx, home, validity.Period{}, func(s Sighting) error {
			if s.Flight != last {
				watch.Next()
				last = s.Flight
			}
			watch.Add(s.Glimpse)
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		if _, sum := watch.Visits(); sum.Looks != flown*passes {
			b.Fatalf("%d looks", sum.Looks)
		}
	}
}
