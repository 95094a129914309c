package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/journal"
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

// TestSightsOfFlights builds the index of flights of 20 hours at 1 Hz through the real path, from records as they lie in the
// journal, and asks it.
func TestSightsOfFlights(t *testing.T) {
	measuring(t)
	ctx := context.Background()
	m := open(t, filepath.Join(t.TempDir(), "m.db"))
	const many = 18
	r := rand.New(rand.NewPCG(1, 1))
	home := geodesy.Position{Lat: 28, Lon: -106}
	var all []coverage.Glimpse // of the first flights, for the scan
	var spent [many]time.Duration
	frames := 0
	for k := range many {
		corner, _ := geodesy.Direct(home, geodesy.Angle(360*r.Float64()), geodesy.Length(70_000*r.Float64()))
		a := newAuthor(uint64(k))
		a.at["EVT"] = uint64(frames / 60)
		var block journal.FootprintsRecorded
		lanes(corner, geodesy.Angle(360*r.Float64()), time.Second, func(i int, at geodesy.Position, heading geodesy.Angle) {
			p := at
			start := epoch.Add(time.Duration(k)*30*time.Hour + time.Duration(i)*time.Second)
			one := sweep(sortie(k+1), source(1), uint64(i), start, &p, heading, 3*geodesy.Kilometre, 1)
			if k < 3 {
				l := &one.Footprints[0]
				if g, ok := coverage.GlimpseOf(uint64(i), l.Sensor, l.Altitude, &l.Footprint); ok {
					all = append(all, g)
				}
			}
			if len(block.Footprints) == 0 {
				block = one
			} else {
				block.Footprints = append(block.Footprints, one.Footprints...)
			}
			if len(block.Footprints) == 60 {
				a.say("EVT", block)
				block = journal.FootprintsRecorded{}
			}
			frames++
		})
		for i := range a.events {
			b, err := journal.Encode(a.events[i].Record)
			if err != nil {
				t.Fatal(err)
			}
			a.events[i].Encoded, a.events[i].Record = b, journal.Record{}
		}
		began := time.Now()
		for i := range a.events {
			a.events[i].Record, _ = journal.Decode(a.events[i].Encoded)
		}
		apply(t, m, a.events)
		spent[k] = time.Since(began)
	}
	var whole, first, last time.Duration
	for k, d := range spent {
		whole += d
		if k < many/3 {
			first += d
		}
		if k >= many-many/3 {
			last += d
		}
	}
	t.Logf("FIGURE sights/built %.0f footprints/s", float64(frames)/whole.Seconds())
	t.Logf("FIGURE sights/slope %.3f of the first third's time a flight, for the last third", last.Seconds()/first.Seconds())

	size := func(of *table) (n float64) {
		if err := m.view(ctx, func(v *view) error {
			return v.each(of, "", nil, func(x row) error {
				n += float64(len(x.blob(of, "body")) + 32)
				return nil
			})
		}); err != nil {
			t.Fatal(err)
		}
		return n / (many * 20)
	}
	t.Logf("FIGURE sights/index-bytes %.0f a flight-hour", size(sights))
	t.Logf("FIGURE sights/frames-bytes %.0f a flight-hour", size(glimpses))

	var took []time.Duration
	looks := 0
	for i := range 1000 {
		at, _ := geodesy.Direct(home, geodesy.Angle(360*r.Float64()), geodesy.Length(60_000*r.Float64()))
		n := 0
		var scan int
		began := time.Now()
		err := m.GlimpsesAt(ctx, at, validity.Period{}, func(s Sighting) error {
			n++
			if s.Flight.Number <= 3 {
				scan++
			}
			return nil
		})
		took = append(took, time.Since(began))
		if err != nil {
			t.Fatal(err)
		}
		looks += n
		if i < 40 {
			want := 0
			for k := range all {
				if all[k].Holds(at) {
					want++
				}
			}
			if scan != want {
				t.Fatalf("at %v: %d frames of the first flights, the scan of all finds %d", at, scan, want)
			}
		}
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

	var took []time.Duration
	found := 0
	for i := range 1000 {
		at, _ := geodesy.Direct(home, geodesy.Angle(360*r.Float64()), geodesy.Length(within*r.Float64()))
		period := validity.Period{}
		if i%2 == 1 {
			period.From = epoch.Add(time.Duration(r.IntN(many)) * 3000 * time.Second)
		}
		var spans map[int64][]span
		began := time.Now()
		err := m.view(ctx, func(v *view) (err error) { spans, err = v.spansAt(at, period); return err })
		took = append(took, time.Since(began))
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
	t.Logf("%.0f intervals an answer", float64(found)/1000)
}
