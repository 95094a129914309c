// Package airframes has the catalogue of aircraft that is shipped: long-endurance and small unmanned types, each figure with
// the page it was read in. A figure for which no page was found is left out: what depends on it is unknown, and whoever flies
// the type describes it with a source of their own. How a type was equipped on a page is no word on one aircraft; what an
// aircraft carries is attested before each sortie.
package airframes

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"overflight/authority"
)

//go:embed airframes.json
var catalogue []byte

// Shipped returns the types of the catalogue, in the order of the file.
func Shipped() ([]authority.Airframe, error) { return read(catalogue) }

func read(document []byte) ([]authority.Airframe, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(document, &raw); err != nil {
		return nil, fmt.Errorf("shipped airframes: %w", err)
	}
	seen := map[string]bool{}
	out := make([]authority.Airframe, 0, len(raw))
	for i, r := range raw {
		// Read as it would be when recorded: the same members, the same checks.
		document, err := json.Marshal(map[string]json.RawMessage{"airframe": r})
		if err != nil {
			return nil, fmt.Errorf("shipped airframe %d: %w", i, err)
		}
		a, err := authority.Decode(authority.KindAirframeDescribed, document)
		if err != nil {
			return nil, fmt.Errorf("shipped airframe %d: %w", i, err)
		}
		described, ok := a.(authority.AirframeDescribed)
		if !ok || seen[described.Airframe.Type] {
			return nil, fmt.Errorf("shipped airframe %d: %q is there twice: %w", i, a.Ident(), authority.ErrExists)
		}
		seen[described.Airframe.Type] = true
		out = append(out, described.Airframe)
	}
	return out, nil
}
