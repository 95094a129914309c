// Package leaf says which events of the journal are entered in the transparency log, and as what: the body that a leaf
// commits to.
//
// Entered is what somebody may one day be held to: sorties and that there was none, sealed and erased segments, entries
// into airspace, what was withheld or lost, hours of airframes, keys, what persons signed, reports of places that a
// person or an outside detector made, what the host found, who takes a site for whose, and who read or took out evidence. Fixes, footprints,
// reports in a stream and findings are not: they follow from the segments, whose leaves commit to every byte.
package leaf

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
	"overflight/journal"
	"overflight/signature"
	"overflight/transparency"
)

// instant is how bodies write instants: UTC, to the microsecond.
const instant = "2006-01-02T15:04:05.000000Z"

// longest bounds each text that somebody typed, so that a body stays below transparency.MaxBody.
const longest = 160

// room is what a body has that is made of texts: half of a kilobyte of them says enough. What persons signed has as much as a
// body may have at all.
const room = 1024

// mostShown is the longest document that an act's body shows; of a longer one it has the digest.
const mostShown = 2048

// body is a JSON object; its members are written in the order of their names.
type body map[string]any

// Of returns what is entered of an event; false when nothing is. A body is canonical JSON of at most transparency.MaxBody
// bytes; a text that is longer than a body has room for is cut, and says so.
func Of(e journal.Event) (transparency.Kind, []byte, bool, error) {
	if a, ok := e.(journal.ActRecorded); ok {
		text, err := act(&a)
		if err != nil {
			return "", nil, false, fmt.Errorf("leaf of act %s: %w", a.ID, err)
		}
		return transparency.KindAuthorisation, text, true, nil
	}
	kind, b, entered := of(e)
	if !entered {
		return "", nil, false, nil
	}
	if s, ok := e.(journal.SegmentSealed); ok {
		text, err := segmentOf(&s).Body()
		if err != nil {
			return "", nil, false, fmt.Errorf("leaf of segment %s: %w", s.Segment, err)
		}
		return kind, text, true, nil
	}
	b["event"] = string(e.Kind())
	out, err := canonical(b)
	for most := longest; err == nil && len(out) > room && most > 0; most -= longest / 8 {
		for name, v := range b { // several long texts have less room each
			if s, ok := v.(string); ok && name != "flight" {
				b[name] = text(s, most)
			}
		}
		out, err = canonical(b)
	}
	if err == nil && kind == transparency.KindKey { // who checks signatures reads it
		out, err = signature.Canonical(out)
	}
	if err == nil && len(out) > room {
		err = fmt.Errorf("%d bytes, at most %d", len(out), room)
	}
	if err != nil {
		return "", nil, false, fmt.Errorf("leaf of %s: %w", e.Kind(), err)
	}
	return kind, out, true, nil
}

func of(e journal.Event) (transparency.Kind, body, bool) {
	switch e := e.(type) {
	case journal.FlightOpened:
		return transparency.KindSortie, body{"flight": e.Flight.String(), "source": text(e.Source, longest), "aircraft": text(e.Aircraft.Registration, longest), "at": at(e.At)}, true
	case journal.FlightClosed:
		return transparency.KindSortie, body{
			"flight": e.Flight.String(), "from": at(e.From), "to": at(e.To), "reason": e.Reason.String(), "segments": e.Segments, "fixes": e.Fixes, "at": at(e.At),
		}, true
	case journal.NoFlightDeclared:
		return transparency.KindNoFlight, body{"operator": e.Operator, "tail": text(e.Tail, longest), "day": e.Day.String(), "by": text(e.By, longest), "at": at(e.At)}, true
	case journal.AirframeHoursRead:
		return transparency.KindAirframe, body{"tail": text(e.Tail, longest), "total_s": int64(e.Total / time.Second), "by": text(e.By, longest), "at": at(e.At)}, true
	case journal.SegmentSealed:
		return transparency.KindSegment, nil, true
	case journal.SegmentErased:
		return transparency.KindErasure, body{
			"flight": e.Flight.String(), "segment": string(e.Segment), "plain": digest(e.Plain), "reason": text(e.Reason, longest), "by": text(e.By, longest), "erased": e.Erased, "at": at(e.At),
		}, true
	case journal.EntryFound:
		return transparency.KindAirspaceEntry, entry(e.Flight, e.Source, e.Number, &e.Entry, e.At), true
	case journal.EntryUpdated:
		// While it is open it changes every minute, and nothing is settled.
		return transparency.KindAirspaceEntry, entry(e.Flight, e.Source, e.Number, &e.Entry, e.At), !e.Open
	case journal.MediaWithheld:
		w := e.Withheld
		return transparency.KindWithheld, body{
			"flight": e.Flight.String(), "source": text(e.Source, longest), "reason": e.Reason, "packets": w.Packets, "bytes": w.Bytes, "duration_us": w.Duration.Microseconds(), "at": at(e.At),
		}, true
	case journal.LossDeclared:
		return transparency.KindGap, body{
			"flight": e.Flight.String(), "source": text(e.Source, longest), "stream": e.Stream, "first": e.First, "last": e.Last, "segment": string(e.Segment),
			"from": at(e.From), "to": at(e.To), "bytes": e.Bytes, "cause": text(e.Cause, longest), "by": text(e.By, longest), "at": at(e.At),
		}, true
	case journal.EvidenceRead:
		return transparency.KindRead, body{"who": text(e.Who, longest), "what": text(e.What, longest), "purpose": text(e.Purpose, longest), "at": at(e.At)}, true
	case journal.EvidenceExported:
		return transparency.KindExport, body{"who": text(e.Who, longest), "what": text(e.What, longest), "purpose": text(e.Purpose, longest), "digest": digest(e.Digest), "at": at(e.At)}, true
	case journal.ObservationsRecorded:
		if e.By == "" || len(e.Observations) != 1 { // those of a path follow from its segments
			return "", nil, false
		}
		return transparency.KindObservation, observation(&e), true
	case journal.OutcomeReported:
		f := &e.Found
		return transparency.KindOutcome, body{
			"site": f.Site, "observation": text(f.Founder, longest), "outcome": string(f.Outcome), "visited": at(f.Visited), "party": text(f.Party, longest),
			"note": text(f.Note, longest), "by": text(f.By, longest), "at": at(f.At),
		}, true
	case journal.SiteAttributed:
		a := &e.Attribution
		return transparency.KindAttribution, body{
			"id": text(a.ID, longest), "site": a.Site, "observation": text(a.Founder, longest), "designation": text(a.Key.String(), longest), "stance": string(a.Stance),
			"of": text(a.Of, longest), "who": text(a.Who, longest), "source": text(a.Source, longest), "grade": a.Grade(), "said": at(a.Said),
			"note": text(a.Note, longest), "by": text(a.By, longest), "at": at(a.At),
		}, true
	case journal.KeyRotated:
		return transparency.KindKey, body{"name": text(e.Name, longest), "use": e.Use, "old": text(e.Old, longest), "new": text(e.New, longest), "by": text(e.By, longest), "at": at(e.At)}, true
	default:
		return "", nil, false
	}
}

// observation is what a person or an outside detector reported of a place. Degrees are in millionths and metres are whole: JSON has one
// form for those.
func observation(e *journal.ObservationsRecorded) body {
	o := &e.Observations[0]
	b := body{
		"id": text(o.ID, longest), "class": string(o.Class), "count": o.Count, "lat_e6": micro(o.Position.Lat), "lon_e6": micro(o.Position.Lon),
		"major_m": metres(float64(o.Spread.Ellipse().Major)), "time": at(o.At), "sensor": text(o.Sensor, longest), "origin": string(o.Origin),
		"note": text(o.Note, longest), "by": text(e.By, longest), "at": at(e.At),
	}
	if !e.Flight.IsZero() {
		b["flight"] = e.Flight.String()
	}
	return b
}

func micro(a geodesy.Angle) int64 { return int64(math.Round(a.Degrees() * 1e6)) }

func entry(flight journal.Sortie, source string, number uint64, e *airspace.Entry, when time.Time) body {
	b := body{
		"flight": flight.String(), "source": text(source, longest), "number": number, "state": string(e.State), "verdict": e.Verdict.String(), "fixes": e.Fixes,
		"entered": []string{at(e.Entered.Earliest), at(e.Entered.Latest)}, "left": []string{at(e.Left.Earliest), at(e.Left.Latest)},
		"boundary": text(e.Boundary.Source.Name, longest), "boundary_sha256": digest(e.Boundary.Source.Digest), "at": at(when),
	}
	if e.FromLimit.Known {
		b["depth_m"] = metres(float64(e.FromLimit.Nearest.Distance))
	}
	return b
}

// segmentOf is the body of a sealed segment. Its one run of media goes from the first key picture to the end.
func segmentOf(e *journal.SegmentSealed) transparency.Segment {
	s := transparency.Segment{
		Flight: e.Flight.String(), Source: e.Source, From: e.From, To: e.To, Clock: e.Clock.String(), ClockUncertainty: e.Uncertainty,
		First: e.First, Last: e.Last, Packets: e.Packets, Bytes: e.Bytes, Root: e.Root,
	}
	if e.Last > 0 {
		s.Stream = "RAW_FEED"
	}
	for _, m := range e.Media {
		s.Media = append(s.Media, transparency.Media{Name: m.Kind, Offset: e.Bytes - m.Bytes, Bytes: m.Bytes, Digest: m.Digest})
	}
	return s
}

// act is the body of what persons signed. Nothing of a signature is cut: it would be none.
func act(e *journal.ActRecorded) ([]byte, error) {
	b := body{"event": string(e.Kind()), "act": e.Act, "id": e.ID, "by": text(e.By, longest), "at": at(e.At)}
	signatures := []signature.Signed{}
	for _, s := range e.Signatures {
		signatures = append(signatures, signature.Signed{Name: s.Name, Line: s.Line})
	}
	b["signatures"] = signatures
	whole, err := signature.Canonical(e.Document)
	if err == nil && bytes.Equal(whole, e.Document) && len(whole) <= mostShown {
		b["document"] = json.RawMessage(whole)
		if out, err := signedForm(b); err == nil && len(out) <= transparency.MaxBody {
			return out, nil
		}
		delete(b, "document")
	}
	b["sha256"] = digest(sha256.Sum256(e.Document))
	out, err := signedForm(b)
	if err == nil && len(out) > transparency.MaxBody {
		err = fmt.Errorf("%d bytes, at most %d", len(out), transparency.MaxBody)
	}
	return out, err
}

// signedForm is canonical as signed documents are, whatever stands in the texts.
func signedForm(b body) ([]byte, error) {
	out, err := canonical(b)
	if err != nil {
		return nil, err
	}
	return signature.Canonical(out)
}

func at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(instant)
}

func digest(d evidence.Digest) string { return base64.StdEncoding.EncodeToString(d[:]) }

// metres are whole: JSON has one form for those.
func metres(v float64) int64 { return int64(math.Round(v)) }

// text cuts what somebody typed, and says that it did.
func text(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

func canonical(b body) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any(b)); err != nil { // members are sorted
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}
