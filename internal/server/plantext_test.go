package server

import (
	"errors"
	"strings"
	"testing"
	"time"

	"overflight/authority"
	"overflight/internal/node"
)

const planYAML = `sortie: S-1
operator: USA/CBP
aircraft: {tail: N700, type: mq-9a, state_aircraft: true, unmanned: true}
planner: pat
purpose: survey-area
scope: {by: agreement}
basis: [{basis: order, id: O-1}]
route:
  - {lat: 31.5, lon: -110.3, altitude_m: 6000, datum: MSL, at: 2025-03-10T12:00:00Z}
  - {lat: 30.9, lon: -109.75, altitude_m: 6000, datum: MSL, at: "2025-03-10T13:00:00Z"}
`

// TestReadPlan: what the command reads from a file the page reads from a text, in YAML or JSON, whole or as the document of an act.
func TestReadPlan(t *testing.T) {
	t.Parallel()
	asJSON := `{"plan": {"sortie": "S-1", "operator": "USA/CBP", "aircraft": {"tail": "N700", "type": "mq-9a"}, "planner": "pat", "purpose": "survey-area", "scope": {"by": "agreement"},
		"basis": [{"basis": "order", "id": "O-1"}], "route": [{"lat": 1, "lon": 2, "altitude_m": 3, "datum": "MSL", "at": "2025-03-10T12:00:00Z"}, {"lat": 1, "lon": 3, "altitude_m": 3, "datum": "MSL", "at": "2025-03-10T13:00:00Z"}]}}`
	for _, text := range []string{planYAML, asJSON} {
		plan, err := readPlan(text)
		if err != nil {
			t.Fatal(err)
		}
		if plan.Sortie != "S-1" || plan.Aircraft.Tail != "N700" || len(plan.Route) != 2 || !plan.From().Equal(time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", plan)
		}
	}
}

// TestReadPlanRefuses: what is no plan is refused in one line, however it is nested, and at once.
func TestReadPlanRefuses(t *testing.T) {
	t.Parallel()
	many := mostPlanText / 4
	for name, tc := range map[string]struct {
		text string
		is   error
		says string
	}{
		"empty":           {"", authority.ErrInput, "plan"},
		"a list":          {"- 1\n- 2", node.ErrAct, "expected a plan"},
		"broken":          {"sortie: [", node.ErrAct, "expected a plan"},
		"an unknown word": {planYAML + "speed: 3\n", authority.ErrInput, "speed"},
		"aliases":         {"a: &a [x, x]\nb: [*a, *a]", node.ErrAct, errAlias.Error()},
		"merged":          {"a: 1\n<<: {b: 1}", node.ErrAct, errAlias.Error()},
		"deep brackets":   {strings.Repeat("[", many), node.ErrAct, errDeep.Error()},
		"deep braces":     {strings.Repeat("{a: ", many), node.ErrAct, errDeep.Error()},
		"deep marks":      {strings.Repeat("- ", many), node.ErrAct, errDeep.Error()},
		"deep keys":       {strings.Repeat("? ", many), node.ErrAct, errDeep.Error()},
		"deep tags":       {strings.Repeat("!!map ", many/2), node.ErrAct, errDeep.Error()},
		"deep stairs":     {stairs(600), authority.ErrInput, "depth"},
		"too long":        {strings.Repeat("#", mostPlanText+1), node.ErrAct, "at most"},
	} {
		_, err := readPlan(tc.text)
		if !errors.Is(err, tc.is) || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %.300v", name, err)
		}
	}
}

// stairs goes one space deeper with each line.
func stairs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}
