package ingest

import (
	"os"
	"strings"
	"testing"
	"time"

	"overflight/evidence"
	"overflight/geodesy"
	"overflight/internal/recordings"
)

func sample(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(recordings.Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestReadsbTraceKeepsEveryFix(t *testing.T) {
	t.Parallel()
	got, err := Receiver(sample(t, "tracks/trace_full_ac671b.json"), ReadsbTrace, "trace")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Paths) != 1 || len(got.Paths[0].Fixes) != 2500 {
		t.Fatalf("%d paths, %d fixes", len(got.Paths), len(got.Paths[0].Fixes))
	}
	p := got.Paths[0]
	if p.Aircraft.Address != "ac671b" || p.Aircraft.Type != "B739" {
		t.Errorf("aircraft %+v", p.Aircraft)
	}
	f := p.Fixes[29]
	if f.Time.Format(time.TimeOnly) != "21:27:20" || f.Altitude != (geodesy.Altitude{Value: 32000 * geodesy.Foot, Datum: geodesy.Barometric}) {
		t.Errorf("fix 29: %+v", f)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	const text = "time,lat,lon,alt\n" +
		"2026-01-01T00:00:00Z,31.0,-110.0,6000\n" +
		"2026-01-01T00:00:10Z,91.0,-110.0,6000\n" +
		"2026-01-01T00:00:20Z,31.2,-110.0,\n" +
		"2026-01-01T00:00:20Z,31.2,-110.0,\n" +
		"2026-01-01T00:00:15Z,31.3,-110.0,1\n"
	got, err := Receiver(strings.NewReader(text), CSVPath, "x.csv")
	if err != nil {
		t.Fatal(err)
	}
	fixes := got.Paths[0].Fixes
	if len(fixes) != 2 || fixes[0].Altitude.Datum != geodesy.Unstated || fixes[1].Altitude.Datum != geodesy.UnknownDatum {
		t.Errorf("fixes %+v", fixes)
	}
	for code, want := range map[evidence.Code]int{CodeDuplicate: 1, CodeTimeBackwards: 1, "csv.latitude": 1} {
		if n := got.Defects.Total(code); n != want {
			t.Errorf("%s: %d, want %d", code, n, want)
		}
	}
}

func TestReceiverRefusesMetadata(t *testing.T) {
	t.Parallel()
	if _, err := Receiver(strings.NewReader(""), BareKLV, "x"); err == nil {
		t.Error("no error")
	}
}
