package segment

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"overflight/geodesy"
	"overflight/journal"
	"overflight/sensor"
	"overflight/survey"
)

// unplaced is the radius that holds a report's place 95 times in 100 where neither the stream nor a footprint says how sure it is.
const unplaced = 150 * geodesy.Metre

// sightsOf copies what a packet reports of places, with an error for those whose stream states none: that of the footprint's worst
// corner, which is the stated default of every frame.
func sightsOf(all []survey.Observation, f *sensor.Footprint) []survey.Observation {
	if len(all) == 0 {
		return nil
	}
	radius := unplaced
	if f.OnGround() {
		radius = f.Uncertainty
	}
	out := slices.Clone(all)
	for i := range out {
		if out[i].Assumed {
			out[i].Spread = survey.Circle(radius)
		}
	}
	return out
}

// observations states what was reported of places since the cut before, each under an identifier that no other has: the sortie,
// the path and the number in it. What the journal would not take of a report leaves that report out, and so does thinning: all are counted
// with the classes.
func (p *path) observations(at time.Time) []journal.Event {
	kept := p.sights[:0]
	for _, o := range p.sights {
		o.Flight = p.cfg.Sortie.String()
		o.ID = o.Flight + "/" + named(p.source) + "/" + strconv.FormatUint(p.firstSight+uint64(len(kept)), 10)
		if o.Check() == nil && len(kept) < mostSights && p.thin.fresh(&o) {
			kept = append(kept, o)
		}
	}
	var out []journal.Event
	for len(kept) > 0 {
		n := min(len(kept), sightBlock)
		out = append(out, journal.ObservationsRecorded{Flight: p.cfg.Sortie, Source: p.source, First: p.firstSight, Observations: slices.Clone(kept[:n]), At: at})
		kept, p.firstSight = kept[n:], p.firstSight+uint64(n)
	}
	return out
}

// named is the name of a path as part of an identifier: of one line, and not long.
func named(source string) string {
	const most = 64
	out := strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '_'
		}
		return r
	}, source)
	if out == source && len(out) <= most {
		return out
	}
	// Two sources that are alike but for what was left out keep apart.
	digest := sha256.Sum256([]byte(source))
	return out[max(0, len(out)-most):] + "~" + hex.EncodeToString(digest[:4])
}
