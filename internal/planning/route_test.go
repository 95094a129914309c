package planning

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/search"
)

// TestAPlanIsTakenUpWhereItWasLeft: of a plan that is written, read and taken up from a place on it, what remains is flown: the
// lane that the aircraft is on from the overlap before, and those after it. Where the route passes a place twice, the time tells
// at which pass it is.
func TestAPlanIsTakenUpWhereItWasLeft(t *testing.T) {
	t.Parallel()
	r := request()
	lanes := geodesy.Angle(0)
	r.Lanes, r.Iterations = &lanes, 500
	p, err := Make(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.WriteGeoJSON(&b, catalogue.Open(catalogue.English)); err != nil {
		t.Fatal(err)
	}
	route, err := ReadRoute(b.Bytes(), "a.geojson", 1)
	if err != nil || len(route.Legs) < len(p.Sorties[0].Legs)-1 {
		t.Fatalf("%d legs of %d: %v", len(route.Legs), len(p.Sorties[0].Legs), err)
	}
	// In the middle of a lane, half of the way.
	at, left := geodesy.Length(0), geodesy.Length(0)
	var stopped *search.Pose
	for i := range p.Sorties[0].Legs {
		l := &p.Sorties[0].Legs[i]
		n := l.Length()
		switch {
		case stopped != nil && l.Sensed:
			left += n
		case stopped == nil && l.Sensed && at > p.Sorties[0].Length/3:
			pose := l.At(n / 2)
			stopped, left = &pose, n/2
			at += n / 2
		}
		if stopped == nil {
			at += n
		}
	}
	here := p.Position(stopped.Point)
	ahead := search.Straight(*stopped, 1000)
	_, course, _ := geodesy.Inverse(here, p.Position(ahead.End().Point))
	again := request()
	again.Lanes, again.Start = &lanes, &Start{Position: here, Course: course}
	again.Resume = &Resume{Route: route, Elapsed: time.Duration(float64(at)/100) * time.Second, Overlap: 2000}
	again.Hours = 4 * time.Hour
	q, err := Make(t.Context(), again, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := q.Sorties[0].Sensed; math.Abs(float64(got-left-2000)) > 300 {
		t.Errorf("%v m are sensed, %v remain and 2000 overlap", got, left)
	}
	if q.POS > q.Bound || q.POS >= p.POS || q.Sorties[0].Duration > again.Hours-again.Reserve {
		t.Errorf("POS %v of %v, of the whole %v, %v in the air", q.POS, q.Bound, p.POS, q.Sorties[0].Duration)
	}
	// The places of the map twice: by its time the aircraft is on the second round.
	twice := append(append([]search.Leg{}, p.Sorties[0].Legs...), p.Sorties[0].Legs...)
	whole := p.Sorties[0].Length
	for _, round := range []geodesy.Length{0, whole} {
		if flown, off := along(twice, stopped.Point, 4000, at+round+3000); math.Abs(float64(flown-at-round)) > 2100 || off > 2000 {
			t.Errorf("%v m along, %v off; it is %v", flown, off, at+round)
		}
	}
	for want, change := range map[Code]func(*Request){
		CodeOffRoute: func(r *Request) { r.Start.Position = geodesy.Position{Lat: 26, Lon: -107} },
		CodeFlown:    func(r *Request) { r.Start.Position, r.Resume.Elapsed = r.Base, 100*time.Hour },
	} {
		x := *again
		start, resume := *again.Start, *again.Resume
		x.Start, x.Resume = &start, &resume
		change(&x)
		var f *Fault
		if _, err := Make(t.Context(), &x, nil); !errors.As(err, &f) || f.Code != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestWhatIsFoundIsNotLookedForAgain: the map around it is empty, the rest of it and of the world has grown.
func TestWhatIsFoundIsNotLookedForAgain(t *testing.T) {
	t.Parallel()
	r := request()
	m, err := survey(r)
	if err != nil {
		t.Fatal(err)
	}
	f, p, err := m.prior(r, 90)
	if err != nil {
		t.Fatal(err)
	}
	tip := geodesy.Position{Lat: 25.2, Lon: -106.2}
	r.Found = []Found{{tip, 20_000}}
	after, err := r.known(f, p)
	if err != nil {
		t.Fatal(err)
	}
	for c, m := range after.POC {
		q := p.Centre(c%p.Columns, c/p.Columns)
		if d := distance(q, f.plane(tip)); d < 19_999 && m != 0 || d > 20_001 && p.POC[c] > 0 && m <= p.POC[c] {
			t.Fatalf("%v m away: %v, before %v", d, m, p.POC[c])
		}
	}
	if after.Rest <= p.Rest || math.Abs(after.Mass()+after.Rest-1) > 1e-9 {
		t.Errorf("the rest of the world has %v, before %v", after.Rest, p.Rest)
	}
	r.Found = []Found{{tip, 500_000}}
	var fault *Fault
	if _, err := r.known(f, p); !errors.As(err, &fault) || fault.Code != CodeAllFound {
		t.Errorf("%v", err)
	}
}

// notRoutes are files that hold no route.
var notRoutes = []string{
	``, `{}`, `[]`, `{"features":[{}]}`, `{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]},"properties":{"sortie":2,"leg":1,"sensed":true}}]}`,
	`{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2]]},"properties":{"sortie":1,"leg":1,"sensed":true}}]}`,
	`{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2],[3]]},"properties":{"sortie":1,"leg":1,"sensed":true}}]}`,
	`{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2],[3,95]]},"properties":{"sortie":1,"leg":1,"sensed":true}}]}`,
	`{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]},"properties":{"sortie":1,"leg":0,"sensed":true}}]}`,
	`{"features":[{"geometry":{"type":"LineString","coordinates":"x"},"properties":{"sortie":1,"leg":1,"sensed":true}}]}`,
}

func TestFilesThatHoldNoRoute(t *testing.T) {
	t.Parallel()
	for _, text := range notRoutes {
		if r, err := ReadRoute([]byte(text), "a", 1); !errors.Is(err, ErrRoute) {
			t.Errorf("%s: %+v, %v", text, r, err)
		}
	}
}

func FuzzReadRoute(f *testing.F) {
	for _, text := range notRoutes {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2],[3,4,5]]},"properties":{"sortie":1,"leg":1,"sensed":true}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ReadRoute(b, "a", 1)
		if err != nil {
			return
		}
		if len(r.Legs) == 0 {
			t.Error("a route without legs")
		}
		for _, l := range r.plane(frame{origin: r.Legs[0].Points[0], axis: 90}) {
			if !(l.Length() > 0) {
				t.Errorf("%+v", l)
			}
		}
	})
}
