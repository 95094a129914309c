package bench

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the reader that users of such files have

	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/release"
	"overflight/share"
)

// TestReleasedParquetInDuckDB asks another program, with nothing added to it, what was seen where and when: by the boxes of places and by
// instants, and what is withheld of it. The answers are counted here from the same records.
func TestReleasedParquetInDuckDB(t *testing.T) {
	made := time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC)
	m := release.Marking{Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX"}, Caveats: []string{}, Handling: release.Amber, Originator: "USA/OPS", Created: made}
	r := &release.Report{ID: "R", Version: 1, Made: made}
	const sites = 2000
	var inside, probable int
	for i := range sites {
		lat, lon, at := 20+float64(i%100)/10, -110+float64(i%70)/10, made.AddDate(0, 0, -i%60).Add(-time.Hour)
		seen, err := release.InstantValue(at)
		if err != nil {
			t.Fatal(err)
		}
		x, err := release.NewRecord("site/1", m, map[string]release.Value{
			"site": {Kind: release.Text, Text: fmt.Sprintf("S-%04d", i)}, "place": release.PlaceValue(geodesy.Position{Lat: geodesy.Angle(lat + 0.003), Lon: geodesy.Angle(lon + 0.003)}),
			"last_seen": seen, "laboratory": {Kind: release.Number, Text: fmt.Sprintf("0.%02d", 10+i%90)}, "organisation": {Kind: release.Text, Text: "OFAC-SDN 11440"},
		})
		if err != nil {
			t.Fatal(err)
		}
		r.Records = append(r.Records, x)
		if i%10 == 9 { // withheld whole
			continue
		}
		// Cells have sides of 0.0439 degrees: the box keeps away from where it would cut one.
		if lat > 24.95 && lat < 26.95 && lon > -108.05 && lon < -105.95 && !at.Before(made.AddDate(0, 0, -20)) {
			inside++
			if 10+i%90 >= 50 {
				probable++
			}
		}
	}
	p, err := release.Redact(r, release.Seed{5}, func(n int, s release.FieldSpec, f release.Field) release.Grant {
		switch {
		case n%10 == 9 || s.Name == "organisation":
			return release.Grant{Reasons: []string{"compartment"}}
		case f.Value.Kind == release.Place:
			return release.Grant{Digits: 5, Reasons: []string{"place-floor"}}
		}
		return release.Grant{Digits: max(1, f.Value.Kind.Whole())}
	}, release.Copy{Office: "MEX/SEDENA", State: "MEX", Mark: "00", Released: made, Purpose: "find-laboratories", Caveats: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sites.parquet")
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := share.WriteGeoParquet(w, []*release.Product{p}, catalogue.Open(catalogue.Spanish).Reader(nil)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	one := func(query string, into ...any) {
		t.Helper()
		if err := db.QueryRow(query, file).Scan(into...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	var found, likely, points, hidden, leaked int
	one(`SELECT count(*), count(*) FILTER (laboratory >= 0.5) FROM read_parquet(?)
		WHERE kind = 'site' AND bbox.xmax >= -108.05 AND bbox.xmin <= -105.95 AND bbox.ymax >= 24.95 AND bbox.ymin <= 26.95 AND last_seen >= TIMESTAMP '2026-02-28 08:00:00'`, &found, &likely)
	if found != inside || likely != probable || inside < 20 {
		t.Errorf("DuckDB finds %d sites, %d of them likely; there are %d and %d", found, likely, inside, probable)
	}
	one(`SELECT count(*) FILTER (starts_with(geometry::VARCHAR, 'POINT')), count(*) FILTER (kind = '' AND geometry IS NULL AND last_seen IS NULL), count(*) FILTER (organisation IS NOT NULL) FROM read_parquet(?)`, &points, &hidden, &leaked)
	if points != 0 || hidden != sites/10 || leaked != 0 {
		t.Errorf("%d coarse places are points, %d records are withheld, %d organisations are there", points, hidden, leaked)
	}
	var key, marking string
	one(`SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'geo'`, &key)
	one(`SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'overflight:marking'`, &marking)
	if marking != "RESTRICTED//REL TO MEX//TLP:AMBER" || len(key) < 100 {
		t.Errorf("marked %q, key %s", marking, key)
	}
}
