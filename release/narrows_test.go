package release

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/geodesy"
)

// placed is a record of a kind with a value in every field.
func placed(t *testing.T, s Schema) Record {
	t.Helper()
	values := map[string]Value{}
	for _, f := range s.Fields {
		switch f.Kind {
		case Place:
			values[f.Name] = PlaceValue(geodesy.Position{Lat: 24.61, Lon: -107.53})
		case Instant:
			values[f.Name] = instant(t, "2026-03-01T10:00:00.123Z")
		case Number:
			values[f.Name] = Value{Number, "41.5"}
		default:
			values[f.Name] = Value{f.Kind, "x"}
		}
	}
	x, err := NewRecord(s.Kind, marking(), values)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Every number of every kind of record is judged: beside a place that is coarse or withheld those stay that say nothing of where.
func TestNumbersBesideCoarsePlaces(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"flight/1": nil, "entry/1": {"depth", "dwell", "altitude"}, "look/1": {"range", "grazing", "gsd", "pod"}, "site/1": {"semi_major", "semi_minor", "azimuth"},
		"observation/1": {"semi_major", "semi_minor", "azimuth"}, "fix/1": {"altitude", "course", "speed"}, "footprint/1": {"doubt"},
	}
	got := map[string][]string{}
	for _, s := range Schemas() {
		full := placed(t, s)
		var places []string
		for _, f := range s.Fields {
			if f.Kind == Place {
				places = append(places, f.Name)
			}
		}
		// Any one of its places is enough, and so is one that is withheld; whether it has a value does not show.
		for _, which := range append(places, "") {
			for _, digits := range []int{0, 1, placeDigits - 1} {
				for _, absent := range []bool{false, true} {
					r := &Report{ID: "t", Version: 1, Made: made, Records: []Record{full}}
					if absent && digits == 0 && which != "" {
						r.Records[0].Fields = slices.Clone(full.Fields)
						i := slices.IndexFunc(s.Fields, func(f FieldSpec) bool { return f.Name == which })
						r.Records[0].Fields[i].Value = Value{Absent, ""}
					}
					p, err := Redact(r, seed, func(_ int, f FieldSpec, x Field) Grant {
						if f.Name == which {
							return Grant{Digits: digits}
						}
						return Grant{Digits: max(1, x.Value.Kind.Whole())}
					}, toOffice)
					if err != nil {
						t.Fatal(err)
					}
					if err := p.Check(); err != nil {
						t.Fatal(err)
					}
					var out []string
					for _, f := range p.Parts[0].Fields {
						if f.Opening == nil && f.Name != which {
							out = append(out, f.Name)
							if d := cmp.Diff([]string{ReasonNarrows}, f.Reasons); d != "" {
								t.Errorf("%s, %s: %s", s.Kind, f.Name, d)
							}
						}
					}
					if which == "" {
						if len(out) > 0 {
							t.Errorf("%s: with all places whole %q are withheld", s.Kind, out)
						}
						continue
					}
					if was, ok := got[s.Kind]; ok && !slices.Equal(was, out) {
						t.Errorf("%s: beside %s in %d digits %q are withheld, and beside another %q", s.Kind, which, digits, out, was)
					}
					got[s.Kind] = out
				}
			}
		}
		if len(places) == 0 {
			got[s.Kind] = nil
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// adversary is who has a product and a map of borders: of the place that is shown coarsely he keeps what is as far from the border as the
// product says. What he is left with is in square metres.
func adversary(t *testing.T, p *Product, border geodesy.Angle) (kept, inferred float64) {
	t.Helper()
	all := Infer(p)
	i := slices.IndexFunc(all, func(x Inferred) bool { return x.Field == "deepest" })
	if i < 0 {
		t.Fatal("the deepest place is not shown")
	}
	box, depth := all[i].Box, -1.0
	for _, f := range p.Parts[0].Fields {
		if f.Name == "depth" && f.Opening != nil {
			d, err := strconv.ParseFloat(f.Opening.Value.Text, 64)
			if err != nil {
				t.Fatal(err)
			}
			depth = d
		}
	}
	const steps = 100
	high, wide := (box.North-box.South)/steps, (box.East-box.West)/steps
	for row := range steps {
		for column := range steps {
			at := geodesy.Position{Lat: box.South + (geodesy.Angle(row)+0.5)*high, Lon: box.West + (geodesy.Angle(column)+0.5)*wide}
			// The border is a meridian: the nearest of it is due east or west, to the width of a patch.
			across := geodesy.Distance(at, geodesy.Position{Lat: at.Lat, Lon: at.Lon + wide})
			area := float64(across * geodesy.Distance(at, geodesy.Position{Lat: at.Lat + high, Lon: at.Lon}))
			inferred += area
			if away := geodesy.Distance(at, geodesy.Position{Lat: at.Lat, Lon: border}); depth < 0 || math.Abs(float64(away)-depth) <= float64(across) {
				kept += area
			}
		}
	}
	return kept, inferred
}

func TestDepthAndBorder(t *testing.T) {
	t.Parallel()
	const border = -107.9
	at := geodesy.Position{Lat: 24.61, Lon: -107.53}
	depth := geodesy.Distance(at, geodesy.Position{Lat: at.Lat, Lon: border})
	x, err := NewRecord("entry/1", marking(), map[string]Value{
		"flight": {Text, "F"}, "state": {Code, "MEX"}, "entered": instant(t, "2026-03-01T10:00:00Z"), "deepest": PlaceValue(at), "depth": {Number, strconv.FormatFloat(float64(depth), 'f', 0, 64)},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &Report{ID: "t", Version: 1, Made: made, Records: []Record{x}}
	p := fine(t, r, 5, false)
	if kept, inferred := adversary(t, p, border); kept < inferred*0.999 {
		t.Errorf("as released the border leaves %.0f m²: expected the %.0f m² that can be inferred", kept, inferred)
	}
	// What a release must not do: with the depth hardly anything of the cell is left.
	i := slices.IndexFunc(x.Fields, func(f Field) bool { return f.Name == "depth" })
	o, err := seed.Open(Where{0, "depth"}, x.Fields[i].Value, 1)
	if err != nil {
		t.Fatal(err)
	}
	p.Parts[0].Fields[i].Opening = &o
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	if kept, inferred := adversary(t, p, border); kept == 0 || kept > inferred*0.05 {
		t.Errorf("with the depth %.0f of %.0f m² are left: expected a strip along the border", kept, inferred)
	}
}
