package ingest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
)

func TestPathBuilder(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	fix := func(offset int64, s int, lat, lon float64) flight.Fix {
		return flight.Fix{
			Time: at.Add(time.Duration(s) * time.Second), Position: geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)},
			Ref: evidence.Ref{Offset: offset},
		}
	}
	b := NewPathBuilder("x", flight.Aircraft{}, time.Second)
	b.Add(fix(0, 0, 10, 20))
	b.Add(fix(1, 1, 91, 20))
	b.Add(fix(2, 2, 10, 20.1))
	b.Add(fix(3, 2, 10, 20.1)) // the same fix again
	b.Add(fix(4, 2, 10, 20.2)) // another place at the same instant stays
	b.Add(fix(5, 1, 10, 20.3))
	b.Add(flight.Fix{Position: geodesy.Position{Lat: 1, Lon: 1}, Ref: evidence.Ref{Offset: 6}})
	b.Add(fix(7, 3, 10, 20.4))

	var kept []int64
	for _, f := range b.Path().Fixes {
		kept = append(kept, f.Ref.Offset)
	}
	if d := cmp.Diff([]int64{0, 2, 4, 7}, kept); d != "" {
		t.Error(d)
	}
	want := []evidence.Defect{
		{Code: CodePosition, Offset: 1, Got: "91, 20", Want: "-90..90, -180..180"},
		{Code: CodeDuplicate, Offset: 3, Got: "2026-01-01T00:00:02Z"},
		{Code: CodeTimeBackwards, Offset: 5, Got: "2026-01-01T00:00:01Z", Want: "≥ 2026-01-01T00:00:02Z"},
		{Code: CodeNoTime, Offset: 6},
	}
	if d := cmp.Diff(want, b.Defects().List()); d != "" {
		t.Error(d)
	}
}

func TestDefectsAreBoundedAndCounted(t *testing.T) {
	t.Parallel()
	var d Defects
	for i := range 3 * keptDefects {
		d.Add(evidence.Defect{Code: "a", Offset: int64(i)})
	}
	d.Add(evidence.Defect{Code: "b"})
	if len(d.List()) != keptDefects+1 || d.Total("a") != 3*keptDefects || d.Total("b") != 1 {
		t.Errorf("kept %d, counted %d and %d", len(d.List()), d.Total("a"), d.Total("b"))
	}
}
