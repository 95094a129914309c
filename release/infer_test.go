package release

import (
	"testing"
	"time"

	"overflight/geodesy"
)

// track is a flight due east at 100 m/s with a fix every step.
func track(t *testing.T, fixes int, step time.Duration) *Report {
	t.Helper()
	r := &Report{ID: "t", Version: 1, Made: made}
	for n := range fixes {
		at := made.Add(time.Duration(n) * step)
		v, err := InstantValue(at)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := geodesy.Direct(geodesy.Position{Lat: 24.61, Lon: -107.53}, 90, geodesy.Length(100*step.Seconds()*float64(n)))
		x, err := NewRecord("fix/1", marking(), map[string]Value{"flight": {Text, "F"}, "at": v, "place": PlaceValue(p)})
		if err != nil {
			t.Fatal(err)
		}
		r.Records = append(r.Records, x)
	}
	return r
}

// fine shows places of so many digits beside exact instants: what a release must not do, and what [Redact] keeps it from.
func fine(t *testing.T, r *Report, digits int, instants bool) *Product {
	t.Helper()
	p, err := Redact(r, seed, func(_ int, s FieldSpec, f Field) Grant {
		if s.Kind == Place {
			return Grant{Digits: digits}
		}
		return Grant{Digits: max(1, f.Value.Kind.Whole())}
	}, toOffice)
	if err != nil {
		t.Fatal(err)
	}
	if instants {
		for n := range p.Parts {
			o, err := seed.Open(Where{n, "at"}, r.Records[n].Fields[1].Value, instantDigits)
			if err != nil {
				t.Fatal(err)
			}
			p.Parts[n].Fields[1].Opening = &o
		}
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestInference(t *testing.T) {
	t.Parallel()
	r := track(t, 300, time.Second)
	least := func(p *Product) geodesy.Length {
		out := geodesy.Length(1e9)
		for _, x := range Infer(p) {
			at := r.Records[x.Record].Fields[2].Value
			exact, err := at.Box()
			if err != nil {
				t.Fatal(err)
			}
			if m := exact.Middle(); m.Lat < x.Box.South || m.Lat > x.Box.North || m.Lon < x.Box.West || m.Lon > x.Box.East {
				t.Fatalf("record %d is not where it is inferred to be", x.Record)
			}
			out = min(out, x.Radius)
		}
		return out
	}
	// Coarse cells every second give the place away where one goes over into the next: the cell is 4.5 km wide here, and what is left of
	// it at the crossing is 2 seconds of flight.
	whole := geodesy.Length(3300)
	if got := least(fine(t, r, 5, true)); got > whole*0.9 {
		t.Errorf("exact instants leave a disc of %.0f m: expected less than the cell's %.0f", got, whole)
	}
	// As it is released, instants are as coarse as the places, and nothing is left to infer.
	if got := least(fine(t, r, 5, false)); got < whole*0.95 {
		t.Errorf("as released a disc of %.0f m can be inferred: expected the cell's %.0f", got, whole)
	}
}
