package bundle

import (
	"slices"

	"overflight/transparency"
)

// Acted is an act that is in the log: a clearance, an approval, a decision.
type Acted struct {
	Index    uint64
	Act, ID  string
	Signed   int  // signatures that it carries
	Earlier  bool // it is in the log before everything of the flight itself
	Document bool // what it says is shown; else the log has its digest
}

// Acts lists the acts that a bundle shows, in the order of the log; and the index of the first entry of the flight itself, false
// where none is opened. Of a report that failed nothing is listed. That one entry is before another holds as far as the order of
// the log does: without a witness it is the operator's word.
func (r Report) Acts() (acts []Acted, began uint64, ok bool) {
	if !r.Verified() {
		return nil, 0, false
	}
	// Entries are in the order of the log.
	first := slices.IndexFunc(r.Entries, func(e Shown) bool {
		flight, named := transparency.FlightOf(e.Body)
		return e.Opened && named && flight == r.Flight
	})
	if first >= 0 {
		began, ok = r.Entries[first].Index, true
	}
	for _, e := range r.Entries {
		if !e.Opened || e.Kind != transparency.KindAuthorisation {
			continue
		}
		members, canonical := membersOf(e.Body)
		if !canonical {
			continue
		}
		a, wrong := actOf(members)
		if wrong != "" {
			continue // an authorisation that is no act
		}
		id, _ := textOf(members["id"])
		_, shown := members["document"]
		acts = append(acts, Acted{
			Index: e.Index, Act: a.kind, ID: transparency.Excerpt(id), Signed: len(a.signed), Earlier: ok && e.Index < began, Document: shown,
		})
	}
	return acts, began, ok
}
