package share

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"overflight/format/kml"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/release"
)

// TestEveryFormatSaysWhatItIs: the marking, the mark of the copy, what it is not for, why something is withheld.
func TestEveryFormatSaysWhatItIs(t *testing.T) {
	t.Parallel()
	p := forOffice(t, sinaloa(t))
	for name, b := range formats(t, []*release.Product{p}, spanish(t)) {
		b = opened(t, name, b)
		for _, want := range []string{
			"RESTRICTED//REL TO MEX, USA//TLP:AMBER", p.Copy.Mark, "MEX/SEDENA", "No apto para designar blancos / Not for targeting", "A esta oficina no se le muestran lugares con m",
			"Ninguna regla permite mostrarlo a esta oficina", "S-0007",
		} {
			if name == "pdf" {
				want = strings.Split(want, " no se")[0] // lines are broken
			}
			if !bytes.Contains(b, []byte(want)) {
				t.Errorf("the %s lacks %q", name, want)
			}
		}
	}
}

// TestAgainAreTheSameBytes: nothing depends on when or in what order it was made.
func TestAgainAreTheSameBytes(t *testing.T) {
	t.Parallel()
	p := []*release.Product{forOffice(t, sinaloa(t)), whole(t, sinaloa(t))}
	first := everything(t, p, spanish(t))
	times := 1
	if os.Getenv("OVERFLIGHT_SOAK") == "1" {
		times = 50
	}
	for range times {
		for name, b := range everything(t, p, spanish(t)) {
			if !bytes.Equal(b, first[name]) {
				t.Errorf("the %s is another when it is made again", name)
			}
		}
	}
}

// TestCoarsePlacesAreCells: no format has a point where a cell is shown, and where all is shown it has points.
func TestCoarsePlacesAreCells(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		p              *release.Product
		points, shapes int
	}{
		"coarse": {forOffice(t, sinaloa(t)), 0, 3 + 2 + 2 + 2 + 3},
		"whole":  {whole(t, sinaloa(t)), 3 + 3 + 2 + 2 + 4, 0},
	} {
		var b bytes.Buffer
		if err := WriteKML(&b, []*release.Product{x.p}, spanish(t)); err != nil {
			t.Fatal(err)
		}
		if points, shapes := strings.Count(b.String(), "<Point>"), strings.Count(b.String(), "<Polygon>"); points != x.points || shapes != x.shapes {
			t.Errorf("%s: %d points and %d cells in the KML, want %d and %d", name, points, shapes, x.points, x.shapes)
		}
		if _, err := kml.Read(b.Bytes()); err != nil && name == "coarse" {
			t.Errorf("%s: %v", name, err)
		}
		b.Reset()
		if err := WriteGeoJSON(&b, []*release.Product{x.p}, spanish(t)); err != nil {
			t.Fatal(err)
		}
		var all struct {
			Features []struct {
				Geometry   *struct{ Type string }
				Properties map[string]any
			}
		}
		if err := json.Unmarshal(b.Bytes(), &all); err != nil {
			t.Fatal(err)
		}
		types := map[string]int{}
		for _, f := range all.Features {
			if f.Geometry == nil {
				types["none"]++
			} else {
				types[f.Geometry.Type]++
			}
		}
		want := map[string]int{"none": 3, "MultiPolygon": 1, "Polygon": 9}
		if name == "whole" {
			want = map[string]int{"none": 1, "MultiPoint": 1, "Point": 11}
		}
		if d := cmp.Diff(want, types); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestPropertiesOfAFeature: shown, coarse, withheld and absent are told apart.
func TestPropertiesOfAFeature(t *testing.T) {
	t.Parallel()
	s := sheets([]*release.Product{forOffice(t, sinaloa(t))}, speak(t, catalogue.English))
	b, err := json.Marshal(s[0].feature(&s[0].rows[5]))
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	const floor = "Places are shown to this office no finer than agreed."
	const later = "Instants are shown to this office no finer than agreed."
	const beside = "Beside a place that is coarse or withheld, this number could tell more closely where it is."
	const none = "No rule permits showing it to this office."
	if err := json.Unmarshal([]byte(`{"type":"Feature","id":"MEX-2026-7.2.5","bbox":[-107.4462890625,24.873046875,-107.40234375,24.9169921875],
		"geometry":{"type":"Polygon","coordinates":[[[-107.4462890625,24.873046875],[-107.40234375,24.873046875],[-107.40234375,24.9169921875],[-107.4462890625,24.9169921875],[-107.4462890625,24.873046875]]]},
		"properties":{"report":"MEX-2026-7","version":2,"record":5,"kind":"site","site":"S-0007","place":"9s7te","semi_major":null,"semi_minor":null,"azimuth":null,
			"signs":"structure, tank, plume","laboratory":0.71,"something":0.93,"notice":"explosive-hazard","first_seen":"2026-02-21T11:31:00Z/2026-02-21T11:32:00Z",
			"last_seen":"2026-03-01T12:41:00Z/2026-03-01T12:42:00Z","organisation":null,"grade":null,"outcome":null,
			"withheld_whole":false,"withheld":["semi_major","semi_minor","azimuth","organisation","grade"],"coarse":["place","first_seen","last_seen"],
			"reasons":{"place":["`+floor+`"],"semi_major":["`+beside+`"],"semi_minor":["`+beside+`"],"azimuth":["`+beside+`"],"first_seen":["`+later+`"],"last_seen":["`+later+`"],"organisation":["`+none+`"],"grade":["`+none+`"]},
			"time_start":"2026-02-21T11:31:00Z","time_end":"2026-03-01T12:42:00Z",
			"marking":"RESTRICTED//REL TO MEX, USA//TLP:AMBER","caveats":["Not for targeting / No apto para designar blancos"],"office":"MEX/SEDENA","copy":"`+s[0].Copy.Mark+`","root":"`+s[0].Statement.Root.String()+`"}}`), &want); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestCSVRunsNothing: what a spreadsheet takes for a formula is a text in it.
func TestCSVRunsNothing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+52": "'+52", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", " \t=1": "' \t=1", "\t1": "'\t1", "＝1": "'＝1", "|cmd": "'|cmd", "%x": "'%x", "plain = text": "plain = text", "": "",
		"a\u202eb\x00": "a\ufffdb\ufffd",
	} {
		if got := guarded(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	r := &release.Report{ID: "=R", Version: 1, Made: made}
	r.Records = append(r.Records, record(t, "observation/1", map[string]release.Value{"site": text("=HYPERLINK(\"http://a\")"), "note": text("a\r\nb \"c\", d"), "reading": number("-12.5")}))
	var b bytes.Buffer
	if err := WriteCSV(&b, []*release.Product{whole(t, r)}, spanish(t)); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 15 || lines[1][0] != "'=R" || lines[1][7] != `'=HYPERLINK("http://a")` || lines[10][7] != "-12.5" || lines[14][7] != "a\ufffd\nb \"c\", d" {
		t.Errorf("%q", lines)
	}
}

// TestParquetHasAColumnForEveryField: of the type of its values, so that no field is lost.
func TestParquetHasAColumnForEveryField(t *testing.T) {
	t.Parallel()
	schema := parquet.SchemaOf(parquetRow{})
	seen := map[string]release.Kind{}
	for _, s := range release.Schemas() {
		for _, f := range s.Fields {
			if k, ok := seen[f.Name]; ok && k != f.Kind {
				t.Errorf("%s is %s and %s", f.Name, k, f.Kind)
			}
			seen[f.Name] = f.Kind
			leaf, ok := schema.Lookup(f.Name)
			want := parquet.ByteArray
			switch f.Kind {
			case release.Number:
				want = parquet.Double
			case release.Instant:
				want = parquet.Int64
			}
			if !ok || leaf.Node.Type().Kind() != want {
				t.Errorf("no column for %s, %s", f.Name, f.Kind)
			}
		}
	}
	var b bytes.Buffer
	p := forOffice(t, sinaloa(t))
	if err := WriteGeoParquet(&b, []*release.Product{p}, spanish(t)); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]parquetRow, 20)
	n, err := parquet.NewGenericReader[parquetRow](f).Read(rows)
	if err != nil && !errors.Is(err, io.EOF) || n != len(p.Parts) {
		t.Fatalf("%d rows: %v", n, err)
	}
	site, hidden := rows[5], rows[3]
	if site.Kind != "site" || *site.Laboratory != 0.71 || *site.Place != "9s7te" || site.Organisation != nil || site.Box.XMin != -107.4462890625 || !site.FirstSeenUntil.After(*site.FirstSeen) ||
		site.Withheld != "semi_major,semi_minor,azimuth,organisation,grade" || site.Coarse != "place,first_seen,last_seen" {
		t.Errorf("%+v", site)
	}
	if hidden.Kind != "" || hidden.Geometry != nil || hidden.Start != nil || hidden.Box != nil {
		t.Errorf("a withheld record: %+v", hidden)
	}
	if v, ok := f.Lookup("overflight:marking"); !ok || v != "RESTRICTED//REL TO MEX, USA//TLP:AMBER" {
		t.Errorf("the file is marked %q", v)
	}
}

// TestThePageIsOneFile: in its language, well formed, with nothing from elsewhere, everything with a name for who cannot see it.
func TestThePageIsOneFile(t *testing.T) {
	t.Parallel()
	for _, l := range catalogue.Languages() {
		var b bytes.Buffer
		r := sinaloa(t)
		r.Records[5].Fields[0].Value = text("<script>alert(1)</script>")
		if err := WriteHTML(&b, []*release.Product{forOffice(t, r), whole(t, sinaloa(t))}, speak(t, l), nil); err != nil {
			t.Fatal(err)
		}
		s := b.String()
		if !strings.Contains(s, `<html lang="`+string(l)+`">`) || strings.Contains(s, "<script") {
			t.Errorf("%s: not in its language, or a script: %.300s", l, s)
		}
		if m := regexp.MustCompile(`(src|href)="([^#"][^"]*)"|url\(["']?http|@import`).FindString(s); m != "" {
			t.Errorf("%s: the page fetches %s", l, m)
		}
		if note := speak(t, l).Text("share.map.lines"); strings.Contains(s, note) || strings.Contains(s, `class="sea"`) {
			t.Errorf("%s: a map without lines shows a sea, or says whose its lines are", l)
		}
		b.Reset()
		none := func(release.Box) (land, borders [][]geodesy.Position) { return nil, nil }
		if err := WriteHTML(&b, []*release.Product{forOffice(t, r)}, speak(t, l), none); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), speak(t, l).Text("share.map.lines")) || !strings.Contains(b.String(), `class="sea"`) {
			t.Errorf("%s: a map does not say whose its lines are, or has no sea", l)
		}
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(s, -1) {
			if ids[m[1]] {
				t.Errorf("%s: two parts are %s", l, m[1])
			}
			ids[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`(?:href="#|aria-labelledby=")([^"]+)"`).FindAllStringSubmatch(s, -1) {
			for id := range strings.FieldsSeq(m[1]) {
				if !ids[id] {
					t.Errorf("%s: nothing is %s", l, id)
				}
			}
		}
		d := xml.NewDecoder(strings.NewReader(strings.NewReplacer("<!DOCTYPE html>", "", `<meta charset="utf-8">`, "").Replace(regexp.MustCompile(`<meta [^>]*>`).ReplaceAllString(s, ""))))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", l, err)
			}
		}
	}
}

// TestAnyTextIsWritten: what was reported may hold anything, and no format is broken by it.
func TestAnyTextIsWritten(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("palabra larguísima ", 1000)
	r := &release.Report{ID: "R/1 <&>\"", Version: 1, Made: made}
	for _, s := range []string{
		"\x00\x01\x1b[31m\x7f", "]]></description><script>alert(1)</script>", "\u202egnorw\u202c", "日本語 😀 \U0010ffff\ufffe", long, strings.Repeat("x", 20_000), "a\r\nb\tc", "{{.}}", "${x}", "",
	} {
		r.Records = append(r.Records, record(t, "observation/1", map[string]release.Value{"site": text(s), "note": text(s), "class": code("x"), "place": place(24.5, -107.5)}),
			record(t, "fix/1", map[string]release.Value{"flight": text(s), "source": text(s), "place": place(24.5, -107.5)}))
	}
	for name, b := range formats(t, []*release.Product{whole(t, r)}, spanish(t)) {
		switch name {
		case "kml", "html":
			d := xml.NewDecoder(strings.NewReader(regexp.MustCompile(`<meta [^>]*>|<!DOCTYPE html>`).ReplaceAllString(string(b), "")))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		case "geojson":
			if !json.Valid(b) {
				t.Error("the GeoJSON is none")
			}
		case "csv":
			if _, err := csv.NewReader(bytes.NewReader(b)).ReadAll(); err != nil {
				t.Error(err)
			}
		}
		if name != "parquet" && name != "pdf" && (bytes.ContainsAny(b, "\x00\x1b") || bytes.Contains(b, []byte("<script>")) && name != "geojson" && name != "csv" && name != "page") {
			t.Errorf("the %s has what cannot be seen, or a script", name)
		}
	}
}

// oracle runs another program, or says that it is not there.
func oracle(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatalf("no %s", name)
		}
		t.Skipf("NOT CHECKED: no %s", name)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.Bytes())
	}
	return string(out)
}

// TestPopplerReadsThePDF: the Spanish and every value that is shown are there as text, nothing that is withheld is, the marking is above
// and below on every page, and the file within is the product that can be checked.
func TestPopplerReadsThePDF(t *testing.T) {
	t.Parallel()
	p := forOffice(t, sinaloa(t))
	dir := t.TempDir()
	file := filepath.Join(dir, "informe.pdf")
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := WritePDF(w, []*release.Product{p}, spanish(t), Paper{Proofs: []Attachment{{"inclusion proof.txt", []byte("leaf 7\n")}}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	out := oracle(t, "pdftotext", "-layout", file, "-")
	for _, want := range []string{
		"Informe MEX-2026-7, versión 2", "Cómo comprobar este informe", "Resultado de la visita", "Mostrado con menos detalle: Lugar", "techo de lámina al norte del cañón",
		"No apto para designar blancos / Not for targeting", "S-0007", p.Statement.Root.String(), p.Copy.Mark, "24.8730° N – 24.9170° N",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in the text", want)
		}
	}
	for _, hidden := range []string{"AE1234", "SALSA", "OFAC", "6512", "9120.5", "maritime", "24.9131", "107.4178", "12:41:37", "11:31:22"} {
		if strings.Contains(out, hidden) {
			t.Errorf("the text has %q", hidden)
		}
	}
	pages := strings.Split(strings.TrimSuffix(out, "\f"), "\f")
	if len(pages) < 3 {
		t.Errorf("%d pages", len(pages))
	}
	for i, page := range pages {
		lines := strings.Split(strings.TrimSpace(page), "\n")
		if n := len(lines); !strings.Contains(lines[0], "RESTRICTED//REL TO MEX, USA//TLP:AMBER") || !strings.Contains(lines[n-1], "RESTRICTED//REL TO MEX, USA//TLP:AMBER") {
			t.Errorf("page %d is not marked above and below: %q, %q", i+1, lines[0], lines[n-1])
		}
	}
	oracle(t, "pdfdetach", "-saveall", "-o", dir, file)
	b, err := os.ReadFile(filepath.Join(dir, "MEX-2026-7-2.json"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := release.ParseUnverified(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Check(); err != nil || again.Statement != p.Statement {
		t.Errorf("the file within: %v, %+v", err, again.Statement)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "inclusion-proof.txt")); err != nil || string(b) != "leaf 7\n" {
		t.Errorf("the proof within: %q, %v", b, err)
	}
}

// TestGDALReadsTheKML: every record is a feature in the layer of its kind, and coarse places are polygons.
func TestGDALReadsTheKML(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "informe.kml")
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteKML(w, []*release.Product{forOffice(t, sinaloa(t))}, spanish(t)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	out := oracle(t, "ogrinfo", "-ro", "-al", "-so", file)
	for _, m := range regexp.MustCompile(`(?s)Layer name: ([^\n]+)\n.*?Feature Count: (\d+)`).FindAllStringSubmatch(out, -1) {
		if m[2] != "0" { // a folder of folders
			got[m[1]] = m[2]
		}
	}
	if d := cmp.Diff(map[string]string{"Vuelos": "1", "Ingresos": "1", "Observaciones del terreno": "2", "Sitios": "2", "Observaciones reportadas": "2", "Posiciones": "3", "Registros reservados": "2"}, got); d != "" {
		t.Errorf("%s\n%s", d, out)
	}
}
