package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/journal"
	"overflight/sensor"
	"overflight/survey"
)

var epoch = time.Date(2025, 2, 24, 14, 0, 0, 0, time.UTC)

// author writes journals: every event follows in its stream, all from one seed.
type author struct {
	random   *rand.Rand
	events   []Positioned
	at       map[string]uint64
	fixes    map[pathKey]uint64
	frames   map[pathKey]uint64
	clock    time.Time
	segments int
}

func newAuthor(seed uint64) *author {
	return &author{
		random: rand.New(rand.NewPCG(seed, 7)), at: map[string]uint64{},
		fixes: map[pathKey]uint64{}, frames: map[pathKey]uint64{}, clock: epoch,
	}
}

func (a *author) say(stream string, e journal.Event) Place {
	a.at[stream]++
	p := Positioned{Place: Place{stream, a.at[stream]}, Record: journal.Record{Producer: "ingest", Sequence: a.at[stream], Event: e}}
	a.events = append(a.events, p)
	return p.Place
}

func (a *author) enter(commits Place) {
	a.at["LEDGER"]++
	a.events = append(a.events, Positioned{Place: Place{"LEDGER", a.at["LEDGER"]}, Commits: commits})
}

func sortie(n int) journal.Sortie {
	return journal.Sortie{Operator: "OPS", Year: 2025, Number: uint32(n)}
}

func source(n int) string { return fmt.Sprintf("udp://127.0.0.1:%d", 5000+n) }

var reaper = flight.Aircraft{Address: "ae1234", Registration: "N1", Callsign: "TROY", Type: "Q9"}

// block returns a second of fixes and footprints at 30 Hz around a place.
func (a *author) block(s journal.Sortie, source string, start time.Time, at geodesy.Position, n int) (journal.FixesRecorded, journal.FootprintsRecorded) {
	key := pathKey{s.String(), source}
	fr := journal.FixesRecorded{Flight: s, Aircraft: reaper, Source: source, Resolution: time.Microsecond, First: a.fixes[key], At: start.Add(time.Second)}
	fp := journal.FootprintsRecorded{Flight: s, Source: source, First: a.frames[key], At: start.Add(time.Second)}
	for i := range n {
		t := start.Add(time.Duration(i) * time.Second / time.Duration(n))
		p := geodesy.Position{Lat: at.Lat + geodesy.Angle(float64(i)*1e-5), Lon: at.Lon + geodesy.Angle(float64(i)*1.3e-5)}
		ref := evidence.Ref{Source: source, Offset: int64(a.fixes[key]) * 1316, Length: 190}
		fr.Fixes = append(fr.Fixes, flight.Fix{
			Time: t, Position: p, Altitude: geodesy.Altitude{Value: 6500.25, Datum: geodesy.HAE}, GroundSpeed: 92.1, Ref: ref,
		})
		f := sensor.Footprint{
			Time: t, Ref: ref, Method: sensor.CastRays, Uncertainty: 41.5, Datum: geodesy.HAE,
			SlantRange: sensor.Known(geodesy.Length(9000.123)),
		}
		for k, d := range [4][2]geodesy.Angle{{.011, -.01}, {.01, .011}, {-.01, .01}, {-.01, -.01}} {
			f.Corners[k] = geodesy.Position{Lat: p.Lat + d[0], Lon: wrap(p.Lon + d[1])}
		}
		f.Centre = sensor.Known(p)
		if a.random.IntN(50) == 0 {
			f = sensor.Footprint{Time: t, Ref: ref, Reason: sensor.AboveHorizon}
		}
		fp.Footprints = append(fp.Footprints, journal.Look{
			Sensor: sensor.Known(p), Altitude: sensor.Known(geodesy.Altitude{Value: 6500.25, Datum: geodesy.HAE}), Footprint: f,
		})
	}
	a.fixes[key] += uint64(n)
	a.frames[key] += uint64(n)
	return fr, fp
}

func wrap(a geodesy.Angle) geodesy.Angle {
	if a > 180 {
		return a - 360
	}
	if a < -180 {
		return a + 360
	}
	return a
}

// write adds n steps of a life with several flights.
func (a *author) write(n int) {
	const evt = "EVT"
	for range n {
		a.clock = a.clock.Add(time.Second)
		k := 1 + a.random.IntN(3)
		s, src := sortie(k), source(k)
		sample := func() airspace.Sample {
			i := a.random.IntN(1000)
			return airspace.Sample{Index: i, Time: epoch.Add(time.Duration(i) * time.Second), Position: geodesy.Position{Lat: 30, Lon: -110}}
		}
		switch a.random.IntN(20) {
		case 0:
			a.enter(a.say(evt, journal.FlightOpened{Flight: s, Aircraft: reaper, Source: src, At: a.clock}))
		case 1:
			a.say(evt, journal.FlightClosed{Flight: s, At: a.clock, Reason: journal.ClosedEnd, From: epoch, To: a.clock, Segments: 3, Fixes: 7})
		case 2:
			a.segments++
			id := journal.SegmentID(fmt.Sprintf("seg-%d", a.segments))
			p := a.say(evt, journal.SegmentSealed{
				Flight: s, Segment: id, Source: src, Minute: a.clock.Truncate(time.Minute), From: a.clock.Add(-time.Minute), To: a.clock,
				Clock: journal.StreamClock, Bytes: 1 << 20, Plain: evidence.Digest{byte(a.segments)}, At: a.clock,
			})
			a.enter(p)
			if a.random.IntN(4) == 0 {
				a.say(evt, journal.SegmentErased{Flight: s, Segment: id, Reason: "court", By: "ana", Erased: 1, At: a.clock})
			}
		case 3:
			e := airspace.Entry{State: "MEX", Verdict: airspace.Entered, First: sample(), Last: sample(), Fixes: 4, Others: []airspace.State{"USA"}}
			number := uint64(1 + a.random.IntN(3))
			if a.random.IntN(2) == 0 {
				a.say(evt, journal.EntryFound{Flight: s, Source: src, Number: number, Entry: e, At: a.clock})
			} else {
				a.say(evt, journal.EntryUpdated{Flight: s, Source: src, Number: number, Entry: e, Open: a.random.IntN(2) == 0, At: a.clock})
			}
		case 4:
			a.say(evt, journal.GapFound{Flight: s, Source: src, Gap: airspace.Gap{From: sample(), To: sample(), Duration: time.Minute}, At: a.clock})
		case 5:
			a.say(evt, journal.LookedInto{Flight: s, Source: src, Look: account.Look{State: "GTM", From: account.Outside, Frames: k, Resolved: true}, At: a.clock})
		case 6:
			a.say(evt, journal.DefectsFound{Flight: s, Source: src, Example: evidence.Defect{Code: "klv.checksum", Got: "1", Want: "2"}, Count: uint64(k), At: a.clock})
		case 7:
			a.say(evt, journal.MediaWithheld{Flight: s, Source: src, Reason: "outside-area", Withheld: journal.Withheld{Packets: 3, Bytes: 188, Duration: time.Second}, At: a.clock})
			a.say(evt, journal.VMTIReportsCounted{Flight: s, Source: src, People: 2, Vehicles: 1, At: a.clock})
		case 8:
			a.enter(a.say(evt, journal.NoFlightDeclared{Operator: "OPS", Tail: "N2", Day: journal.Day{Year: 2025, Month: 2, Day: 24}, By: "ana", At: a.clock}))
			a.say(evt, journal.AirframeHoursRead{Tail: "N1", Total: time.Hour, By: "ana", At: a.clock})
		case 9:
			a.say(evt, journal.LossDeclared{Flight: s, Source: src, Stream: "RAW", First: 4, Last: 9, Cause: "flip", By: "ops", At: a.clock})
			a.say(evt, journal.EvidenceRead{Who: "ana", What: "flight/" + s.String(), Purpose: "review", At: a.clock})
			a.say(evt, journal.EvidenceExported{Who: "ana", What: "flight/" + s.String(), Purpose: "court", At: a.clock})
		case 10:
			a.say(evt, journal.SourceStarted{Flight: s, Source: src, Address: src, Live: true, At: a.clock})
			a.say(evt, journal.SourceStalled{Source: src, Silent: time.Second, At: a.clock})
			a.say(evt, journal.SourceStopped{Source: src, Reason: "end", At: a.clock})
		case 11:
			a.say(evt, journal.KeyRotated{Name: "log", Use: "log", New: "k", By: "ana", At: a.clock})
			a.say(evt, journal.ActRecorded{Act: "loadout.attested/v1", ID: "act-1", Document: []byte("{}"), Signatures: []journal.Signature{{Name: "ana", Line: "— ana x"}}, By: "ana", At: a.clock})
			a.say(evt, journal.ObservationsRecorded{Flight: s, Source: src, Observations: []survey.Observation{{
				ID: fmt.Sprintf("o-%d", a.clock.Unix()), Class: survey.Tank, Count: 1, Position: geodesy.Position{Lat: 25, Lon: -105}, Spread: survey.Circle(30), At: a.clock, Sensor: "vmti", Origin: survey.FromStream,
			}}, At: a.clock})
			a.say(evt, journal.OutcomeReported{Found: survey.Found{Site: 1, Outcome: survey.Empty, Party: "MEX", By: "ana", At: a.clock}})
			a.say(evt, journal.SiteAttributed{Attribution: survey.Attribution{ID: "x", Site: 1, Who: "ana", By: "ana", At: a.clock}})
			a.say(evt, journal.CheckpointPublished{Origin: "o", Size: 9, Note: []byte("n"), At: a.clock})
			a.say(evt, journal.CheckpointCosigned{Origin: "o", Size: 9, Witness: "w", Independent: true, Signature: []byte("s"), At: a.clock})
			a.say(evt, journal.Padding{At: a.clock})
		case 12: // blocks that repeat, or that do not follow
			fr, fp := a.block(s, src, a.clock, geodesy.Position{Lat: 25, Lon: -105}, 10)
			if a.random.IntN(2) == 0 {
				fr.First += uint64(a.random.IntN(30))
				fp.First -= min(fp.First, uint64(a.random.IntN(30)))
			}
			a.say(evt, fr)
			a.say(evt, fp)
			if a.random.IntN(2) == 0 {
				a.say(evt, fr)
			}
		case 13:
			a.say(evt, journal.Unknown{Name: "later.kind", Version: 1, Bytes: []byte{1}})
			a.say(evt, journal.Unknown{Bytes: []byte{2}})
		default:
			at := geodesy.Position{Lat: geodesy.Angle(20 + a.random.Float64()*10), Lon: geodesy.Angle(-110 + a.random.Float64())}
			if a.random.IntN(10) == 0 {
				at.Lon = 179.995
			}
			fr, fp := a.block(s, src, a.clock, at, 30)
			a.say(evt, fr)
			a.say(evt, fp)
		}
	}
}

func open(t testing.TB, file string) *Models {
	t.Helper()
	m, err := Open(context.Background(), Config{File: file, Ledger: "LEDGER"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func fresh(t testing.TB) *Models { return open(t, filepath.Join(t.TempDir(), "read models?%20.db")) }

func apply(t testing.TB, m *Models, events []Positioned) {
	t.Helper()
	if err := m.Apply(context.Background(), events); err != nil {
		t.Fatal(err)
	}
}

func dumpOf(t testing.TB, m *Models) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.Dump(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
