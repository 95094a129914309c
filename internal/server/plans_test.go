package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
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

// TestOnePlanAtATime: a user's second request ends the first one, and who goes away leaves nothing behind that works on.
func TestOnePlanAtATime(t *testing.T) {
	t.Parallel()
	s := serve(t)
	endless := task(t, map[string]any{"iterations": 20_000_000, "hours": 20})
	first := s.post(t.Context(), t, "/api/v1/plans", endless, "en")
	if _, err := first.Body.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	second := s.post(ctx, t, "/api/v1/plans", endless, "en")
	if _, err := second.Body.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(first.Body)
	if err != nil || strings.Contains(string(rest), `"id":"P-`) {
		t.Errorf("the first goes on: %v", err)
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

// TestFaultsNameAMember: whatever a sentence about a plan is about is a member of the request that the page can mark.
func TestFaultsNameAMember(t *testing.T) {
	t.Parallel()
	words := catalogue.Open(catalogue.English)
	for code, option := range faultFields {
		if planFields[option].field == "" {
			t.Errorf("%s is about %s, which is no member", code, option)
		}
	}
	for _, c := range []struct {
		code planning.Code
		args []any
		want string
	}{
		{planning.CodeTooFar, []any{"900", "20", "mq-9a", "14", "700"}, "base"},
		{planning.CodeFuture, []any{"Areas", "2027-01-01", "2026-01-01"}, "prior"},
		{planning.CodePolar, []any{"88.0", 85}, "prior"},
		{planning.CodeSum, []any{"Areas", 0.3, 0.1}, "prior"},
		{planning.CodeClearedTwice, []any{"F-1", "F-1"}, "cleared"},
		{planning.CodeNoAirspace, []any{1, "00:00", "01:00", "", "MEX"}, "states"},
		{planning.CodeFile, []any{"--exclude", "no JSON"}, "exclude"},
		{planning.CodeRange, []any{"--bank", "95", "1..60"}, "bank_deg"},
	} {
		if detail, field := planFault(&planning.Fault{Code: c.code, Args: c.args}, words); field != c.want || detail == "" {
			t.Errorf("%s: field %q, %q", c.code, field, detail)
		}
	}
}
