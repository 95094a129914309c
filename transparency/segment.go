package transparency

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"overflight/evidence"
)

// Segment is the body of a KindSegment entry: one flight-minute of bytes as they were received. Root
// is over the packets, so that one packet can be proven with a dozen hashes; the packets follow each
// other without gaps, so that the root is over all bytes.
type Segment struct {
	Flight           string // sortie number
	Source           string // name of the source
	From, To         time.Time
	Clock            string        // whose clock From and To are of: "stream", "arrival"
	ClockUncertainty time.Duration // whole microseconds; negative: not known
	Stream           string        // where the packets were journalled
	First, Last      uint64        // their sequences there
	Packets          uint64
	Bytes            uint64
	Root             evidence.Digest // RFC 6962 root over the packets
	Media            []Media
}

// Media is a run of bytes of a segment with a digest of its own: a picture group, or all of the video.
type Media struct {
	Name   string
	Offset uint64 // from the start of the segment
	Bytes  uint64
	Digest evidence.Digest // SHA-256
}

// The members stand in alphabetical order (RFC 8785).
type segmentDocument struct {
	Bytes            uint64          `json:"bytes"`
	Clock            string          `json:"clock"`
	ClockUncertainty int64           `json:"clock_uncertainty_us"`
	First            uint64          `json:"first"`
	Flight           string          `json:"flight"`
	From             string          `json:"from"`
	Last             uint64          `json:"last"`
	Media            []mediaDocument `json:"media"`
	Packets          uint64          `json:"packets"`
	Root             []byte          `json:"root"`
	Source           string          `json:"source"`
	Stream           string          `json:"stream"`
	To               string          `json:"to"`
}

type mediaDocument struct {
	Bytes  uint64 `json:"bytes"`
	Digest []byte `json:"digest"`
	Name   string `json:"name"`
	Offset uint64 `json:"offset"`
}

const instantForm = "2006-01-02T15:04:05.000000Z"

// maxNumber is the largest integer that every JSON reader keeps exactly (RFC 8785, RFC 7493).
const maxNumber = 1<<53 - 1

// Body returns the segment as the canonical JSON (RFC 8785) that is committed to.
func (s Segment) Body() ([]byte, error) {
	d := segmentDocument{
		Bytes: s.Bytes, Clock: s.Clock, ClockUncertainty: s.ClockUncertainty.Microseconds(), First: s.First,
		Flight: s.Flight, From: s.From.UTC().Format(instantForm), Last: s.Last, Media: []mediaDocument{},
		Packets: s.Packets, Root: s.Root[:], Source: s.Source, Stream: s.Stream, To: s.To.UTC().Format(instantForm),
	}
	for _, m := range s.Media {
		d.Media = append(d.Media, mediaDocument{Bytes: m.Bytes, Digest: m.Digest[:], Name: m.Name, Offset: m.Offset})
	}
	if !d.valid() {
		return nil, fault(CodeBody, string(KindSegment))
	}
	b, err := canonical(d)
	if err != nil {
		return nil, fault(CodeBody, string(KindSegment))
	}
	if len(b) > MaxBody {
		return nil, fault(CodeBodySize, number(uint64(len(b))), number(MaxBody))
	}
	return b, nil
}

// ParseSegment reads the body of a KindSegment entry: canonical JSON and nothing else.
func ParseSegment(body []byte) (Segment, error) {
	bad := fault(CodeBody, string(KindSegment))
	var d segmentDocument
	if len(body) > MaxBody || json.Unmarshal(body, &d) != nil || !d.valid() {
		return Segment{}, bad
	}
	from, errFrom := time.Parse(instantForm, d.From)
	to, errTo := time.Parse(instantForm, d.To)
	if errFrom != nil || errTo != nil || len(d.Root) != len(evidence.Digest{}) {
		return Segment{}, bad
	}
	s := Segment{
		Flight: d.Flight, Source: d.Source, From: from, To: to, Clock: d.Clock,
		ClockUncertainty: time.Duration(d.ClockUncertainty) * time.Microsecond, Stream: d.Stream, First: d.First, Last: d.Last,
		Packets: d.Packets, Bytes: d.Bytes, Root: evidence.Digest(d.Root),
	}
	for _, m := range d.Media {
		if len(m.Digest) != len(evidence.Digest{}) {
			return Segment{}, bad
		}
		s.Media = append(s.Media, Media{Name: m.Name, Offset: m.Offset, Bytes: m.Bytes, Digest: evidence.Digest(m.Digest)})
	}
	if again, err := s.Body(); err != nil || !bytes.Equal(again, body) {
		return Segment{}, bad
	}
	return s, nil
}

func (d segmentDocument) valid() bool {
	const week = int64(7 * 24 * time.Hour / time.Microsecond)
	for _, n := range []uint64{d.Bytes, d.First, d.Last, d.Packets} {
		if n > maxNumber {
			return false
		}
	}
	for _, s := range []string{d.Clock, d.Flight, d.Source, d.Stream} {
		if !plain(s) {
			return false
		}
	}
	if d.First > d.Last || d.Packets > d.Bytes || (d.Packets == 0) != (d.Bytes == 0) || d.To < d.From || len(d.From) != len(instantForm) ||
		len(d.To) != len(instantForm) || d.ClockUncertainty > week || d.ClockUncertainty < -1 {
		return false
	}
	for _, m := range d.Media {
		if !plain(m.Name) || m.Offset > d.Bytes || m.Bytes > d.Bytes-m.Offset {
			return false
		}
	}
	return true
}

// plain reports whether a string has one spelling in JSON: no control characters, no line separators.
func plain(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return r < 0x20 || r == 0x7f || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
	}) < 0
}

// FlightOf returns the sortie number that a body names, where it is a JSON object with a member
// "flight".
func FlightOf(body []byte) (string, bool) {
	var d struct {
		Flight *string `json:"flight"`
	}
	if len(body) > MaxBody || json.Unmarshal(body, &d) != nil || d.Flight == nil {
		return "", false
	}
	return *d.Flight, true
}

// EncodeDigest returns a digest in base64, as proofs write it.
func EncodeDigest(d evidence.Digest) string { return base64.StdEncoding.EncodeToString(d[:]) }

// ParseDigest reads what EncodeDigest writes.
func ParseDigest(s string) (evidence.Digest, bool) { return parseHash(s) }
