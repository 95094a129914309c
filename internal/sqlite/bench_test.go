package sqlite

import (
	"path/filepath"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/journal"
)

// BenchmarkRebuild applies ten minutes of four feeds of 30 frames a second, in blocks of one second of
// fixes and one of footprints, with the events around them, from an empty file to a closed one. frames/s counts
// frames, each of which is a fix and a footprint.
func BenchmarkRebuild(b *testing.B) {
	for _, decode := range []bool{false, true} {
		name := "decoded"
		if decode {
			name = "records"
		}
		b.Run(name, func(b *testing.B) { benchmarkRebuild(b, decode) })
	}
}

func benchmarkRebuild(b *testing.B, decode bool) {
	const feeds, seconds, rate = 4, 600, 30
	a := newAuthor(1)
	for s := range seconds {
		a.clock = epoch.Add(time.Duration(s) * time.Second)
		for k := range feeds {
			at := geodesy.Position{Lat: 24 + geodesy.Angle(k), Lon: -107 + geodesy.Angle(float64(s)*0.001)}
			fr, fp := a.block(sortie(k+1), source(k+1), a.clock, at, rate)
			a.say("EVT", fr)
			a.say("EVT", fp)
		}
		if s%60 == 59 {
			a.write(4)
		}
	}
	records := make([][]byte, len(a.events))
	for i := range a.events {
		if a.events[i].Record.Event != nil {
			var err error
			if records[i], err = journal.Encode(a.events[i].Record); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ResetTimer()
	for range b.N {
		m := open(b, filepath.Join(b.TempDir(), "m.db"))
		events := a.events
		if decode {
			events = make([]Positioned, len(a.events))
			for i := range events {
				events[i] = a.events[i]
				if records[i] != nil {
					events[i].Record, _ = journal.Decode(records[i])
					events[i].Encoded = records[i]
				}
			}
		}
		apply(b, m, events)
		if err := m.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(feeds*seconds*rate*b.N)/b.Elapsed().Seconds(), "frames/s")
}
