package node_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/internal/auth"
	"overflight/internal/node"
	"overflight/internal/server"
	"overflight/journal"
	"overflight/sensor"
	"overflight/survey"
)

var (
	spring   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	highland = geodesy.Position{Lat: 25, Lon: -106}
)

// east is a place so many metres east and north of the highland.
func east(e, n float64) geodesy.Position {
	p, _ := geodesy.Direct(highland, geodesy.Angle(math.Atan2(e, n)*180/math.Pi), geodesy.Length(math.Hypot(e, n)))
	return p
}

func reported(id string, class survey.Class, at geodesy.Position, sensorName string, when time.Time) survey.Observation {
	return survey.Observation{
		ID: id, Class: class, Count: 1, Position: at, Spread: survey.Circle(30), Common: 0.5, At: when, Sensor: sensorName, Origin: survey.FromDetector,
	}
}

// over are footprints of a square of so many metres, a second apart, over places in a row.
func over(number uint32, first uint64, start time.Time, size geodesy.Length, places ...geodesy.Position) journal.FootprintsRecorded {
	e := journal.FootprintsRecorded{Flight: journal.Sortie{Operator: "LOCAL", Year: 2026, Number: number}, Source: "cam", First: first, At: start.Add(time.Minute)}
	for i, at := range places {
		fp := sensor.Footprint{
			Time: start.Add(time.Duration(i) * time.Second), Method: sensor.CastRays, Uncertainty: 30, Centre: sensor.Known(at), SlantRange: sensor.Known(geodesy.Length(8000)),
		}
		for k := range fp.Corners {
			fp.Corners[k], _ = geodesy.Direct(at, geodesy.Angle(45+90*k), size*geodesy.Length(math.Sqrt2/2))
		}
		eye, _ := geodesy.Direct(at, 270, 5000)
		e.Footprints = append(e.Footprints, journal.Look{Sensor: sensor.Known(eye), Altitude: sensor.Known(geodesy.Altitude{Value: 7000, Datum: geodesy.HAE}), Footprint: fp})
	}
	return e
}

// said is what a node says of all sites, and of each with its steps.
func said(t *testing.T, n *node.Node) string {
	t.Helper()
	var out []survey.Site
	err := n.Survey(t.Context(), func(x *node.Surveyed) error {
		for _, s := range x.Sites() {
			whole, err := x.Site(s.ID)
			if err != nil {
				return err
			}
			out = append(out, whole)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestSitesFollowTheJournal: a node that is asked after every event says what one says that is asked for the first time; a look at one place
// moves that place, and what was asked before it moves it too.
func TestSitesFollowTheJournal(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := settings(t.TempDir())
	n := start(t, c)
	state := func(e journal.Event) {
		t.Helper()
		if err := n.State(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	unseen := func() (out []int) {
		t.Helper()
		if err := n.Survey(ctx, func(x *node.Surveyed) error {
			for _, s := range x.Sites() {
				out = append(out, len(s.Unseen))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for i := range 4 {
		at := spring.Add(time.Duration(i) * time.Hour)
		state(journal.ObservationsRecorded{Observations: []survey.Observation{reported(fmt.Sprint("o", i), survey.Tank, east(2000*float64(i), 0), "nose", at)}, By: "ana", At: at})
	}
	if got := unseen(); !slices.Equal(got, []int{0, 0, 0, 0}) {
		t.Fatalf("before any look: %v", got)
	}
	state(over(1, 0, spring.Add(24*time.Hour), 600, east(2000, 0)))
	if got := unseen(); !slices.Equal(got, []int{0, 1, 0, 0}) {
		t.Fatalf("after a look at the second: %v", got)
	}
	// A path turns out to have a detector: what it looked at before counts for what it can report.
	before := said(t, n.Node)
	flight := journal.Sortie{Operator: "LOCAL", Year: 2026, Number: 1}
	o := reported("d", survey.Barrels, east(9000, 0), "vmti", spring.Add(25*time.Hour))
	o.Origin, o.Flight = survey.FromStream, flight.String()
	state(journal.ObservationsRecorded{Flight: flight, Source: "cam", Observations: []survey.Observation{o}, At: spring.Add(26 * time.Hour)})
	after := said(t, n.Node)
	if before == after {
		t.Error("a report of the path that looked changed nothing")
	}
	state(over(2, 0, spring.Add(30*time.Hour), 5000, east(4000, 0)))
	state(journal.OutcomeReported{Found: survey.Found{Site: 1, Founder: "o0", Outcome: survey.Empty, Visited: spring, Party: "MEX", By: "ana", At: spring.Add(40 * time.Hour)}})
	if got := unseen(); !slices.Equal(got, []int{0, 2, 1, 1, 0}) {
		t.Fatalf("after a wide look: %v", got)
	}
	whole := said(t, n.Node)
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if again := said(t, start(t, c).Node); again != whole {
		t.Errorf("asked for the first time:\n%s\nafter every event:\n%s", again, whole)
	}
}

// TestSitesFollowWhileReportsCome: places that are reported, fused and flown over while others read leave a node that says what one says
// that is asked for the first time.
func TestSitesFollowWhileReportsCome(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := settings(t.TempDir())
	n := start(t, c)
	// Forty places 400 m apart in each batch, so that most looks are read for while reports go on.
	batch := func(k int) journal.ObservationsRecorded {
		e := journal.ObservationsRecorded{By: "ana", At: spring}
		for i := range 40 {
			at := east(400*float64(i%8)+30*float64(k), 400*float64(i/8)+10*float64(k*i%7))
			e.Observations = append(e.Observations, reported(fmt.Sprint("o", k, "-", i), survey.Classes()[(i+k)%7], at, fmt.Sprint("S", k%3), spring.Add(time.Duration(60*k+i)*time.Minute)))
		}
		return e
	}
	done := make(chan error, 1)
	go func() {
		for k := range 8 {
			row := make([]geodesy.Position, 30)
			for i := range row {
				row[i] = east(90*float64(i), 250*float64(k))
			}
			err := n.State(ctx, batch(k))
			if err == nil {
				err = n.State(ctx, over(uint32(1+k%3), uint64(30*k), spring.Add(time.Duration(k)*time.Hour), 900, row...))
			}
			if err == nil {
				_, err = n.Observe(ctx, reported(fmt.Sprint("late", k), survey.Tank, east(7000+500*float64(k), 0), "nose", spring), "ana")
			}
			if err == nil && k == 3 {
				_, err = n.ReportOutcome(ctx, survey.Found{Site: 1, Outcome: survey.Empty, Visited: spring.AddDate(-3, 0, 0), Party: "MEX", By: "ana"})
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for going := true; going; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			going = false
		default:
		}
		said(t, n.Node)
	}
	whole := said(t, n.Node)
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if again := said(t, start(t, c).Node); again != whole {
		t.Errorf("asked for the first time:\n%s\nwhile reports came:\n%s", again, whole)
	}
}

// TestAHazardIsToldAtOnce: who waits for safety notices hears of one when it is on record.
func TestAHazardIsToldAtOnce(t *testing.T) {
	t.Parallel()
	n := start(t, settings(t.TempDir()))
	all, changed, err := n.Hazards(t.Context())
	if err != nil || len(all) != 0 {
		t.Fatalf("%v, %v", all, err)
	}
	bare := reported("g", survey.GasReading, highland, "nose", spring)
	bare.Reading = 12.5
	var fault *survey.Fault
	if _, err := n.Observe(t.Context(), bare, "ana"); !errors.As(err, &fault) || fault.Where != "unit" {
		t.Errorf("a reading without a unit: %v", err)
	}
	if _, err := n.Observe(t.Context(), reported("t", survey.Tank, highland, "nose", spring), "ana"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
		t.Fatal("a tank is no hazard")
	default:
	}
	if _, err := n.Observe(t.Context(), reported("m", survey.Hazard, highland, "nose", spring), "ana"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
	case <-time.After(waiting):
		t.Fatal("nobody was told")
	}
	if all, _, err = n.Hazards(t.Context()); err != nil || len(all) != 1 || all[0].ID != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestSitesMeasure measures a list of sites over HTTP, 10,000 of them and 100,000 footprints on record, after an event of each kind.
func TestSitesMeasure(t *testing.T) {
	if os.Getenv("OVERFLIGHT_MEASURE") != "1" {
		t.Skip("only measured when OVERFLIGHT_MEASURE=1")
	}
	const many, frames, block = 10_000, 100_000, 50
	ctx := t.Context()
	c := settings(t.TempDir())
	n := start(t, c)
	r := rand.New(rand.NewPCG(7, 7))
	// Places 500 m apart in a square of 50 km, of which each has a report or two.
	place := func(i int) geodesy.Position {
		return east(500*float64(i%100)+40*r.Float64(), 500*float64(i/100)+40*r.Float64())
	}
	for i := 0; i < many; i += 100 {
		var e journal.ObservationsRecorded
		e.By, e.At = "ana", spring
		for k := i; k < i+100; k++ {
			e.Observations = append(e.Observations, reported(fmt.Sprint("o", k), survey.Classes()[k%7], place(k), fmt.Sprint("S", k%9), spring.Add(time.Duration(k)*time.Minute)))
		}
		if err := n.State(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < frames; i += block {
		var row []geodesy.Position
		y := 50_000 * r.Float64()
		x := 45_000 * r.Float64()
		for k := range block {
			row = append(row, east(x+90*float64(k), y))
		}
		if err := n.State(ctx, over(uint32(1+i/5000), uint64(i%5000), spring.Add(time.Duration(i)*time.Second), 1500, row...)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 200 {
		f := survey.Found{Site: survey.SiteID(1 + 40*i), Outcome: survey.Outcomes()[i%3], Visited: spring, Party: "MEX", By: "ana", At: spring.Add(time.Hour)}
		if err := n.State(ctx, journal.OutcomeReported{Found: f}); err != nil {
			t.Fatal(err)
		}
	}
	users, err := auth.Open(auth.In(c.Data))
	if err != nil {
		t.Fatal(err)
	}
	h := server.New(server.Config{Node: n.Node, Token: "token", Users: users, Version: "1"})
	ask := func() (time.Duration, server.Sites) {
		t.Helper()
		q := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/api/v1/sites?limit=100&order=laboratory", http.NoBody)
		q.Header.Set("Authorization", "Bearer token")
		w := httptest.NewRecorder()
		began := time.Now()
		h.ServeHTTP(w, q)
		took := time.Since(began)
		var out server.Sites
		b, _ := io.ReadAll(w.Body)
		if w.Code != http.StatusOK || json.Unmarshal(b, &out) != nil || len(out.Items) != 100 {
			t.Fatalf("%d: %.300s", w.Code, b)
		}
		return took, out
	}
	if err := n.Caught(ctx); err != nil {
		t.Fatal(err)
	}
	first, all := ask()
	t.Logf("FIGURE sites/many %d", all.Total)
	t.Logf("FIGURE sites/first-ms %.0f", ms(first))
	still, _ := ask()
	t.Logf("FIGURE sites/still-ms %.2f", ms(still))
	after := func(name string, e func(k int) journal.Event) {
		var took []time.Duration
		for k := range 20 {
			if err := n.State(ctx, e(k)); err != nil {
				t.Fatal(err)
			}
			if err := n.Caught(ctx); err != nil {
				t.Fatal(err)
			}
			d, _ := ask()
			took = append(took, d)
		}
		slices.Sort(took)
		t.Logf("FIGURE sites/after-%s-ms %.2f", name, ms(took[len(took)-1]))
		t.Logf("%s: median %s", name, took[len(took)/2])
	}
	after("report", func(k int) journal.Event {
		return journal.ObservationsRecorded{Observations: []survey.Observation{reported(fmt.Sprint("n", k), survey.Tank, place(77*k+1), "S1", spring)}, By: "ana", At: spring}
	})
	after("minute", func(k int) journal.Event {
		var row []geodesy.Position
		for i := range 60 {
			row = append(row, east(90*float64(i)+1000*float64(k), 20_000))
		}
		return over(900, uint64(60*k), spring.Add(time.Duration(60*k)*time.Second), 1500, row...)
	})
	after("outcome", func(k int) journal.Event {
		return journal.OutcomeReported{Found: survey.Found{Site: survey.SiteID(7 + 41*k), Outcome: survey.Empty, Visited: spring, Party: "MEX", By: "ana", At: spring.Add(time.Hour)}}
	})
	after("other", func(k int) journal.Event {
		return journal.LossDeclared{Cause: fmt.Sprint(k), By: "ana", At: spring}
	})
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }
