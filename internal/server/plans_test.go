package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"overflight/format/geojson"
	"overflight/internal/auth"
	"overflight/internal/catalogue"
	"overflight/internal/planning"
)

const square = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"weight":3},"geometry":{"type":"Polygon","coordinates":[[[-107,25],[-106.4,25],[-106.4,25.5],[-107,25.5],[-107,25]]]}}]}`

// task is a small search, with some members changed.
func task(t *testing.T, change map[string]any) string {
	t.Helper()
	m := map[string]any{
		"aircraft": "mq-9a", "base": "24.8,-107.4", "hours": 4, "reserve_hours": 1, "sweep_km": 4, "detection": 0.6, "iterations": 100_000, "patterns": true,
		"prior": json.RawMessage(square),
	}
	for k, v := range change {
		if m[k] = v; v == nil {
			delete(m, k)
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// lines reads a stream of planning to its end.
func lines(t *testing.T, r io.Reader) []PlanLine {
	t.Helper()
	var out []PlanLine
	in := bufio.NewScanner(r)
	in.Buffer(nil, 32<<20)
	for in.Scan() {
		var l PlanLine
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	if err := in.Err(); err != nil {
		t.Fatalf("after %d lines: %v", len(out), err)
	}
	return out
}

func (s *site) post(ctx context.Context, t *testing.T, path, body, language string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.at+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+ownerToken)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", language)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// text is what the owner reads at a path.
func (s *site) text(path string) string {
	s.t.Helper()
	got := s.ask(asking{method: http.MethodGet, path: path, header: map[string]string{"Authorization": "Bearer " + ownerToken}})
	if got.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, got.StatusCode, got.text)
	}
	return got.text
}

func (s *site) read(path string, into any) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(s.text(path)), into); err != nil {
		s.t.Fatal(err)
	}
}

// TestAPlanIsMadeAndKept: lines come, each better than the one before and none above its bound; the same task gives the same figures;
// what is kept is read back as it was, and its files are those of the command.
func TestAPlanIsMadeAndKept(t *testing.T) {
	t.Parallel()
	s := serve(t)
	all := lines(t, s.post(t.Context(), t, "/api/v1/plans", task(t, nil), "en").Body)
	before, sheets := -1.0, 0
	for i, l := range all {
		if l.Problem != nil {
			t.Fatal(l.Problem)
		}
		if l.Sheet != nil {
			sheets++
		}
		if l.Figures == nil {
			continue
		}
		if f := l.Figures; f.POS < before || f.POS > f.Bound || f.POS == before && i < len(all)-1 {
			t.Errorf("line %d: POS %v after %v, bound %v", i, f.POS, before, f.Bound)
		}
		before = l.Figures.POS
	}
	last := all[len(all)-1]
	if len(all) < 3 || all[0].Figures == nil || all[0].Figures.POS >= last.Figures.POS || last.ID == "" || sheets != 1 || len(last.Files) != 5 || len(last.Figures.Patterns) == 0 || last.Asked == nil || last.Asked.AsOf.IsZero() {
		t.Fatalf("%d lines, %d maps; the last: %s %v", len(all), sheets, last.ID, last.Files)
	}
	again := lines(t, s.post(t.Context(), t, "/api/v1/plans", task(t, nil), "en").Body)
	if got := again[len(again)-1].Figures; got.POS != last.Figures.POS || got.Bound != last.Figures.Bound {
		t.Errorf("the same task: POS %v and %v", got.POS, last.Figures.POS)
	}

	if got := s.ask(asking{method: http.MethodGet, path: "/api/v1/plans/P-000000000000", header: map[string]string{"Authorization": "Bearer " + ownerToken}}); got.code != "no-plan" {
		t.Errorf("no plan: %d %s", got.StatusCode, got.code)
	}
	for range 2 { // once more changes nothing
		if answer := s.post(t.Context(), t, "/api/v1/plans/"+last.ID+"/keep", `{"name":"North face"}`, "en"); answer.StatusCode != http.StatusOK {
			b, _ := io.ReadAll(answer.Body)
			t.Fatalf("keeping: %d %s", answer.StatusCode, b)
		}
	}
	var kept struct{ Items []KeptSearch }
	s.read("/api/v1/plans", &kept)
	if len(kept.Items) != 1 || kept.Items[0].Name != "North face" || kept.Items[0].By != auth.Owner || kept.Items[0].POS != last.Figures.POS || kept.Items[0].Event == 0 {
		t.Fatalf("kept: %+v", kept.Items)
	}
	var plan SearchPlan
	s.read("/api/v1/plans/"+last.ID, &plan)
	if plan.Kept == nil || plan.Figures.POS != last.Figures.POS || string(plan.Route) != string(last.Route) || plan.Asked.Hours != 4 || plan.Sheet == nil {
		t.Errorf("read back: %+v", plan.Kept)
	}
	for file, holds := range map[string]string{
		"plan.txt": "probabilidad", "plan.json": `"search-plan/v1"`, "route.geojson": `"LineString"`, "route.kml": "opengis.net/kml", "mission-1.plan": `"QGroundControl"`,
	} {
		if b := s.text("/api/v1/plans/" + last.ID + "/files/" + file + "?lang=es"); !strings.Contains(strings.ToLower(b), strings.ToLower(holds)) {
			t.Errorf("%s: no %q in %.200s", file, holds, b)
		}
	}
}

// TestWhatCannotBePlannedSaysWhere: in the reader's language, and about which member of the request.
func TestWhatCannotBePlannedSaysWhere(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, c := range []struct {
		change           map[string]any
		field, en, spelt string
	}{
		{map[string]any{"hours": 1.2}, "hours", "“Hours in the air”", "“Horas en el aire”"},
		{map[string]any{"hours": 99}, "hours", "stays in the air", "permanece en el aire"},
		{map[string]any{"sweep_km": 0}, "sweep_km", "“Sweep width, km” 0: expected", "“Ancho de barrido, km” 0: se esperaba"},
		{map[string]any{"aircraft": "zeppelin"}, "aircraft", "there is no aircraft zeppelin", "no existe la aeronave zeppelin"},
		{map[string]any{"base": "nowhere"}, "base", "nowhere", "nowhere"},
		{map[string]any{"wind_m_s": 149}, "wind_m_s", "wind of 149 m/s", "viento de 149 m/s"},
		{map[string]any{"half_life_h": -1}, "half_life_h", "“Half-life of tips, hours” -1", "“Vida media de los avisos, horas” -1"},
		{map[string]any{"exclude": json.RawMessage(`{"type":"Polygon","coordinates":[[[-108,24],[-107,24],[-107,25],[-108,25],[-108,24]]]}`)}, "base", "the base", "la base"},
		{map[string]any{"prior": json.RawMessage(`{"type":"FeatureCollection","features":[]}`)}, "prior", "sum to 0", "suman 0"},
		{map[string]any{"prior": json.RawMessage(strings.ReplaceAll(square, `"weight":3`, `"weight":"much"`))}, "prior", "found much", "se encontró much"},
		{map[string]any{"states": []string{"GTM"}}, "base", "“Permitted states”", "“Estados permitidos”"},
		{map[string]any{"reach_km": -1}, "reach_km", "“Reach of the turret, km” -1", "“Alcance"},
		{map[string]any{"turnaround_h": -1}, "turnaround_h", "“Hours on the ground between sorties” -1", "-1"},
		{map[string]any{"others": []map[string]any{{"aircraft": "zeppelin"}}}, "others", "there is no aircraft zeppelin", "no existe la aeronave zeppelin"},
		{map[string]any{"others": []map[string]any{{"aircraft": "mq-9a", "hours": 99}}}, "others", "2: mq-9a: mq-9a stays in the air", "2: mq-9a: mq-9a permanece en el aire"},
		{map[string]any{"cleared": map[string]any{}}, "cleared", "nobody looked there", "nadie observó ahí"},
	} {
		for language, says := range map[string]string{"en": c.en, "es": c.spelt} {
			answer := s.post(t.Context(), t, "/api/v1/plans", task(t, c.change), language)
			var p Problem
			if err := json.NewDecoder(answer.Body).Decode(&p); err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != http.StatusUnprocessableEntity || p.Field != c.field || !strings.Contains(p.Detail, says) || strings.Contains(p.Detail, "--") {
				t.Errorf("%v, %s: %d, field %q, %q", c.change, language, answer.StatusCode, p.Field, p.Detail)
			}
		}
	}
}

// TestATaskWithEverything: what a person types in the page, each thing that they can say among it, comes to its end with every file.
func TestATaskWithEverything(t *testing.T) {
	t.Parallel()
	s := serve(t)
	area := `{"type":"Feature","properties":{"name":"Area 1","weight":1},"geometry":{"type":"Polygon","coordinates":[[[-107,24],[-106,24],[-106,25],[-107,25],[-107,24]]]}}`
	tip := `{"type":"Feature","properties":{"name":"Tip 1","weight":1,"sigma_m":5000},"geometry":{"type":"Point","coordinates":[-106.5000027,24.4999963]}}`
	zone := `{"type":"Feature","properties":{"name":"Zone 1"},"geometry":{"type":"Polygon","coordinates":[[[-106.6,24.4],[-106.4,24.4],[-106.4,24.6],[-106.6,24.4]]]}}`
	collection := func(features ...string) json.RawMessage {
		return json.RawMessage(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)
	}
	typed := map[string]any{
		"base": "24.6,-107.4", "hours": 5, "reserve_hours": 1, "iterations": 30000, "prior": collection(area, tip), "exclude": collection(zone),
		"bank_deg": 20, "wind_from_deg": 0, "wind_m_s": 0, "rest": 0.1, "half_life_h": 0, "sorties": 1, "seed": 1, "soonest": false, "field_deg": 180, "height_m": 4500, "reach_km": 0,
	}
	for name, change := range map[string]map[string]any{
		"typed": {}, "wind": {"wind_from_deg": 270, "wind_m_s": 12}, "soonest": {"soonest": true}, "turret": {"reach_km": 10}, "states": {"states": []string{"MEX"}},
		"sorties":    {"sorties": 3, "turnaround_h": 1.5, "take_off": "2026-03-01T06:00:00Z"},
		"fleet":      {"others": []map[string]any{{"aircraft": "mq-9a", "base": "24.9,-107.4", "hours": 4, "sorties": 2}}, "apart_km": 10, "reach_km": 8, "take_off": "2026-03-01T06:00:00Z"},
		"in the air": {"start": map[string]any{"place": "24.2,-106.8", "course_deg": 90}},
	} {
		t.Run(name, func(t *testing.T) {
			whole := maps.Clone(typed)
			maps.Copy(whole, change)
			all := lines(t, s.post(t.Context(), t, "/api/v1/plans", task(t, whole), "es").Body)
			last := all[len(all)-1]
			if last.ID == "" || last.Problem != nil {
				t.Fatalf("%d lines, the last: %+v", len(all), last.Problem)
			}
			for _, file := range last.Files {
				if s.text("/api/v1/plans/"+last.ID+"/files/"+file) == "" {
					t.Errorf("%s is empty", file)
				}
			}
			f := last.Figures
			switch name {
			case "turret":
				if f.Turret == nil || !slices.Contains(last.Files, "gimbal.csv") {
					t.Errorf("no turret: %v", last.Files)
				}
			case "sorties":
				// The one aircraft is turned around on the ground.
				if len(f.Sorties) != 3 || f.TakeOff == nil || math.Abs(f.Sorties[1].Begins-f.Sorties[0].Duration-1.5) > 1e-6 {
					t.Errorf("sorties: %+v, take-off %v", f.Sorties, f.TakeOff)
				}
			case "fleet":
				if len(f.Fleet) != 2 || len(f.Sorties) != 3 || f.Closest == nil || f.Closest.Distance < 9_000 || f.Sorties[1].Base != [2]float64{24.9, -107.4} {
					t.Errorf("fleet: %+v, closest %+v", f.Sorties, f.Closest)
				}
			}
		})
	}
}

// TestAPlanByClearances: what is on record of a sortie says where its plan may lead, and what is missing is said.
func TestAPlanByClearances(t *testing.T) {
	t.Parallel()
	s := serve(t)
	const filed = `{"act":"plan.filed/v1","document":{"plan":{"sortie":"S-1","operator":"USA/CBP","aircraft":{"tail":"OVF-01","type":"mq-9a","state_aircraft":true,"unmanned":true},
		"planner":"pat","purpose":"find-laboratories","scope":{"by":"designation","list":"OFAC-SDN","programme":"FTO","organisations":["11440"]},"basis":[{"basis":"order","id":"order-1"}],
		"retention":"30d","sensors":[{"name":"EO turret","finest_ground_m":0.5}],
		"route":[{"lat":31.6,"lon":-110.3,"altitude_m":6000,"datum":"MSL","at":"2026-03-01T06:00:00Z"},{"lat":31.55,"lon":-110.3,"altitude_m":6000,"datum":"MSL","at":"2026-03-01T12:00:00Z"}]}}}`
	if answer := s.post(t.Context(), t, "/api/v1/acts", filed, "en"); answer.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(answer.Body)
		t.Fatalf("filing: %d %s", answer.StatusCode, b)
	}
	square := func(south, north float64) json.RawMessage {
		return json.RawMessage(fmt.Sprintf(`{"type":"Feature","properties":{"weight":1},"geometry":{"type":"Polygon","coordinates":[[[-110.2,%[1]v],[-109.4,%[1]v],[-109.4,%[2]v],[-110.2,%[2]v],[-110.2,%[1]v]]]}}`, south, north))
	}
	change := map[string]any{"base": "31.6,-110.3", "hours": 5, "sweep_km": 2, "iterations": 500, "patterns": false, "lanes_deg": 0, "for": "S-1", "level_m": 6000, "level_datum": "MSL", "prior": square(30.7, 31.6)}
	all := lines(t, s.post(t.Context(), t, "/api/v1/plans", task(t, change), "en").Body)
	last := all[len(all)-1]
	if last.ID == "" || last.Figures.Airspace == nil || last.Figures.Airspace.Sortie != "S-1" || last.Asked.TakeOff.IsZero() || !last.Figures.Airspace.From.Equal(last.Asked.TakeOff) {
		t.Fatalf("%d lines, the last: %+v %+v", len(all), last, last.Problem)
	}
	i := slices.IndexFunc(last.Figures.Airspace.States, func(x planning.StateSummary) bool { return x.State == "MEX" })
	if i < 0 || last.Figures.Airspace.States[i].Enter == "pass" || len(last.Figures.Inputs) != 2 {
		t.Errorf("airspace %+v, inputs %+v", last.Figures.Airspace, last.Figures.Inputs)
	}
	// What the kept request states gives the same plan, at whatever instant it is asked for again.
	change["take_off"], change["as_of"] = last.Asked.TakeOff, last.Asked.AsOf
	again := lines(t, s.post(t.Context(), t, "/api/v1/plans", task(t, change), "en").Body)
	if got := again[len(again)-1]; got.Figures.POS != last.Figures.POS || string(got.Route) != string(last.Route) {
		t.Errorf("again: POS %v, was %v", got.Figures.POS, last.Figures.POS)
	}
	var p Problem
	change["for"] = "S-404"
	answer := s.post(t.Context(), t, "/api/v1/plans", task(t, change), "en")
	if err := json.NewDecoder(answer.Body).Decode(&p); err != nil || answer.StatusCode != http.StatusNotFound || p.Field != "for" || !strings.Contains(p.Detail, "S-404") {
		t.Errorf("no such sortie: %d %+v %v", answer.StatusCode, p, err)
	}
	change["for"], change["prior"] = "S-1", square(30.7, 31.0)
	answer = s.post(t.Context(), t, "/api/v1/plans", task(t, change), "en")
	if err := json.NewDecoder(answer.Body).Decode(&p); err != nil || answer.StatusCode != http.StatusUnprocessableEntity || p.Field != "for" || !strings.Contains(p.Detail, "No clearance of MEX") {
		t.Errorf("south: %d %+v %v", answer.StatusCode, p, err)
	}
}

// TestOnePlanAtATime: a user's second request ends the first one, and who goes away leaves nothing behind that works on.
func TestOnePlanAtATime(t *testing.T) {
	t.Parallel()
	s := serve(t)
	endless := task(t, map[string]any{"iterations": 20_000_000, "hours": 20})
	first := s.post(t.Context(), t, "/api/v1/plans", endless, "en")
	begun := bufio.NewReader(first.Body)
	if _, err := begun.ReadBytes('\n'); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	second := s.post(ctx, t, "/api/v1/plans", endless, "en")
	if _, err := second.Body.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	// The first one says why it comes to no end.
	rest := lines(t, begun)
	if n := len(rest); n == 0 || rest[n-1].ID != "" || rest[n-1].Problem == nil || rest[n-1].Problem.Code != "planning-replaced" {
		t.Errorf("the first ends with %+v", rest[max(0, n-1):])
	}
	leave()
	// The turn of the one that was left is free again: else this would not come to an end in time.
	last := lines(t, s.post(t.Context(), t, "/api/v1/plans", task(t, nil), "en").Body)
	if last[len(last)-1].ID == "" {
		t.Error("no plan after the one that was left")
	}
}

// TestAPlanOfAMap: a map that was built before brings its own rest of the world, whatever the request says, and no half-life.
func TestAPlanOfAMap(t *testing.T) {
	t.Parallel()
	s := serve(t)
	areas, err := geojson.ReadWeighted([]byte(square))
	if err != nil {
		t.Fatal(err)
	}
	asOf := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	m, err := (&planning.Sources{Areas: []planning.Areas{{Name: "square", Features: areas}}, Rest: 0.4, AsOf: asOf, Cell: 5000}).Build()
	if err != nil {
		t.Fatal(err)
	}
	var prior bytes.Buffer
	if err := m.WriteGeoJSON(&prior); err != nil {
		t.Fatal(err)
	}
	change := map[string]any{"prior": json.RawMessage(prior.Bytes()), "rest": 0.05, "iterations": 1000, "patterns": false}
	all := lines(t, s.post(t.Context(), t, "/api/v1/plans", task(t, change), "en").Body)
	last := all[len(all)-1]
	if last.Figures == nil || last.Asked == nil {
		t.Fatalf("%+v", last.Problem)
	}
	if last.Figures.Rest != 0.4 || last.Asked.Rest != 0.4 || !last.Asked.AsOf.Equal(asOf) || last.Figures.Bound > 0.6 {
		t.Errorf("rest %v, asked %v as of %v, bound %v: expected those of the map", last.Figures.Rest, last.Asked.Rest, last.Asked.AsOf, last.Figures.Bound)
	}
	change["half_life_h"] = 5
	answer := s.post(t.Context(), t, "/api/v1/plans", task(t, change), "en")
	var p Problem
	if err := json.NewDecoder(answer.Body).Decode(&p); err != nil || answer.StatusCode != http.StatusUnprocessableEntity || p.Field != "prior" {
		t.Errorf("a half-life beside a map: %d %+v %v", answer.StatusCode, p, err)
	}
}

// TestFaultsNameAMember: whatever a sentence about a plan is about is a member of the request that the page can mark, and no sentence names
// an option that only the command has.
func TestFaultsNameAMember(t *testing.T) {
	t.Parallel()
	// What only the command can be asked for: rasters, archives, typed tips, a route that is taken up again, a pattern alone, finds.
	elsewhere := []planning.Code{
		planning.CodeLayer, planning.CodePlace, planning.CodeLayerValue, planning.CodeLayerEmpty, planning.CodeLayerBounds, planning.CodeLayerBox, planning.CodeLayerPlaced,
		planning.CodeRecord, planning.CodeManyCells, planning.CodeCell, planning.CodeTipDate, planning.CodeTipSpread, planning.CodeTipWeight,
		planning.CodeKMLSyntax, planning.CodeKMLArchive, planning.CodeKMLMissing, planning.CodeKMLLarge, planning.CodeKMLGeometry, planning.CodeKMLProperty, planning.CodeKMLEmpty,
		planning.CodeOffRoute, planning.CodeFlown, planning.CodePattern, planning.CodeAllFound, planning.CodeTooHigh, planning.CodeSpent,
	}
	args := []any{"A", "B", "C", "D", "E"}
	for _, code := range planningCodes(t) {
		about, known := faultFields[code]
		switch {
		case code == planning.CodeRange: // about its first argument
		case slices.Contains(elsewhere, code) == known:
			t.Errorf("%s: a fault of a request here, or one of the command alone?", code)
		case known && planFields[about].field == "":
			t.Errorf("%s is about %s, which is no member", code, about)
		}
		for _, language := range []catalogue.Language{catalogue.English, catalogue.Spanish} {
			if detail, _ := planFault(&planning.Fault{Code: code, Args: args}, catalogue.Open(language)); known && code != planning.CodeNothing && code != planning.CodeWhole && strings.Contains(detail, "--") {
				t.Errorf("%s, %s: %s", code, language, detail)
			}
		}
	}
	words := catalogue.Open(catalogue.English)
	for _, c := range []struct {
		fault planning.Fault
		want  string
	}{
		{planning.Fault{Code: planning.CodeTooFar, Args: []any{"900", "20", "mq-9a", "14", "700"}}, "base"},
		{planning.Fault{Code: planning.CodeFuture, Args: []any{"Areas", "2027-01-01", "2026-01-01"}}, "prior"},
		{planning.Fault{Code: planning.CodeNoAirspace, Args: []any{1, "00:00", "01:00", "", "MEX"}}, "for"},
		{planning.Fault{Code: planning.CodeFile, Args: []any{"--exclude", "no JSON"}}, "exclude"},
		{planning.Fault{Code: planning.CodeRange, Args: []any{"--bank", "95", "1..60"}}, "bank_deg"},
		{planning.Fault{Code: planning.CodeRange, Args: []any{"--turnaround", "-1", "0..1000"}}, "turnaround_h"},
		{planning.Fault{Code: planning.CodeEndurance, Args: []any{"mq-9a", "30", "27"}, Of: "2: mq-9a"}, "others"},
	} {
		if detail, field := planFault(&c.fault, words); field != c.want || !strings.HasPrefix(detail, c.fault.Of) || detail == "" {
			t.Errorf("%s: field %q, %q", c.fault.Code, field, detail)
		}
	}
}

// planningCodes are the codes of faults, as they stand in the source of their package.
func planningCodes(t *testing.T) []planning.Code {
	t.Helper()
	files, err := filepath.Glob("../planning/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []planning.Code
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^\tCode\w+ +Code += "([a-z-]+)"`).FindAllSubmatch(b, -1) {
			out = append(out, planning.Code(m[1]))
		}
	}
	if len(out) < 40 {
		t.Fatalf("%d codes found", len(out))
	}
	return out
}
