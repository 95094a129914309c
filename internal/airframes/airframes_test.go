package airframes

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"overflight/authority"
)

func TestEveryFigureHasItsSource(t *testing.T) {
	t.Parallel()
	all, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	capable, figures := 0, 0
	for i := range all {
		a := &all[i]
		types = append(types, a.Type)
		if a.Capable {
			capable++
		}
		if a.Endurance.Value == 0 {
			t.Errorf("%s: without an endurance nothing can be planned with it", a.Type)
		}
		check := func(name string, f authority.Figure) {
			if f == (authority.Figure{}) {
				return
			}
			figures++
			if f.Value == 0 || !strings.Contains(f.Source, ".") && !strings.Contains(f.Source, "Database") {
				t.Errorf("%s %s: %+v", a.Type, name, f)
			}
		}
		// Every figure, whatever its name.
		v := reflect.ValueOf(*a)
		for k := range v.NumField() {
			if f, ok := v.Field(k).Interface().(authority.Figure); ok {
				check(v.Type().Field(k).Name, f)
			}
		}
		for kind, figures := range a.Sensors {
			for _, name := range slices.Sorted(maps.Keys(figures)) {
				check(kind+"."+name, figures[name])
			}
		}
	}
	if len(all) < 10 || types[0] != "mq-9a" || capable < 3 || figures < 40 {
		t.Errorf("%d types, %v; %d capable of being armed; %d figures", len(all), types, capable, figures)
	}
}

func TestWhatIsNotAccepted(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]error{
		`[{"type": "x", "name": "X", "ceiling_m": {"value": 10}, "unmanned": true, "capable": false}]`:                                     authority.ErrInput, // no source
		`[{"type": "x", "name": "X", "range": 1, "unmanned": true, "capable": false}]`:                                                     authority.ErrInput,
		`[{"type": "x", "name": "X", "unmanned": true, "capable": false}, {"type": "x", "name": "X", "unmanned": true, "capable": false}]`: authority.ErrExists,
	} {
		if _, err := read([]byte(document)); !errors.Is(err, want) {
			t.Errorf("%s: %v", document, err)
		}
	}
	var syntax *json.SyntaxError
	if _, err := read([]byte(`[`)); !errors.As(err, &syntax) {
		t.Errorf("half a file: %v", err)
	}
}
