package st0903

import (
	"bytes"
	"math"
	"slices"

	"overflight/evidence"
	"overflight/format/klv"
)

// Integrity is what the checksum of a standalone set says.
type Integrity uint8

// The results. An embedded set has no checksum of its own.
const (
	Unchecked Integrity = iota // embedded
	Good
	Bad
	Absent
)

// Set is one VMTI set. Slices in it are parts of the bytes it was decoded from and are valid as
// long as those are; the set itself is reused by the next decode into it.
type Set struct {
	Targets    []Target
	Algorithms []Algorithm
	Ontologies []Ontology
	// Others are the items without a typed value, as they came: unknown tags, special values,
	// zero-length and malformed items.
	Others  []Element
	Defects []evidence.Defect
	// Context is what the stream has said by the end of this set, this set included.
	Context Context
	// Legacy says that the encodings are those of version 3 and earlier, Assumed that this was
	// not said by the stream but concluded from the values.
	Legacy, Assumed bool
	Integrity       Integrity

	numbers numbers
	texts   [3][]byte // 3, 10, 13
	sent    uint8     // bits of texts
	raw     []byte    // value; nil in a set that was not decoded
	base    int       // of raw in the packet
}

// Context holds the items that are sent seldom. Zero and empty mean never sent.
type Context struct {
	Version                 int
	SystemName              string
	FrameWidth, FrameHeight int // pixels
}

// Element is an item as it came.
type Element struct {
	Tag   uint32
	Value []byte
}

// Algorithm is a set of the algorithm series. HasFrames tells 0 frames from none stated.
type Algorithm struct {
	ID                   uint32
	Name, Version, Class []byte // UTF-8
	Frames               uint64
	HasFrames            bool
	Others               []Element
}

// Ontology is a set of the ontology series.
type Ontology struct {
	ID, Parent                  uint32
	HasParent                   bool
	IRI, Entity, Version, Label []byte // UTF-8
	Others                      []Element
}

// Pixel is a place in the frame, both counted from 1 at the top left.
type Pixel struct{ Row, Column int }

// Location is a position on WGS 84, height above the ellipsoid in metres, with the standard
// deviations in metres (east, north, up) and correlations (east-north, east-up, north-up) where
// they were sent. A correlation is only sent after the deviations.
type Location struct {
	Lat, Lon, HAE            float64
	HasHAE, HasSigma, HasRho bool
	Sigma, Rho               [3]float64
}

// Target is one VTarget pack.
type Target struct {
	ID     uint32
	Others []Element // see Set.Others; masks, objects, features, trackers and chips are here too

	numbers     numbers
	location    Location
	hasLocation bool
	rawLocation []byte // when a component is not a number, or legacy with more than the position
	contour     []byte
}

// numbers holds the numeric items of a set by tag.
type numbers struct {
	present uint32
	bits    [lastNumber + 1]uint64
	size    [lastNumber + 1]uint8 // bytes it was sent in
}

func (n *numbers) has(tag int) bool {
	return tag >= 0 && tag <= lastNumber && n.present>>uint(tag)&1 != 0
}

func (n *numbers) put(tag uint32, bits uint64, size int) {
	n.present |= 1 << tag
	n.bits[tag] = bits
	n.size[tag] = uint8(size)
}

func (n *numbers) drop(tag int) { n.present &^= 1 << uint(tag) }

func (n *numbers) uint(s *schema, tag int) (uint64, bool) {
	if !n.has(tag) || s.items[tag].form == mapped {
		return 0, false
	}
	return n.bits[tag], true
}

func (n *numbers) real(s *schema, tag int) (float64, bool) {
	if !n.has(tag) || s.items[tag].form != mapped {
		return 0, false
	}
	return math.Float64frombits(n.bits[tag]), true
}

func (n *numbers) setUint(s *schema, tag int, v uint64) bool {
	if tag < 1 || tag > lastNumber || tag >= len(s.items) || !s.items[tag].form.counts() {
		return false
	}
	if size := s.items[tag].size; size < 8 && v >= 1<<(8*uint(size)) {
		return false
	}
	n.put(uint32(tag), v, 0)
	return true
}

func (n *numbers) setReal(s *schema, tag int, v float64) bool {
	if tag < 1 || tag > lastNumber || tag >= len(s.items) || s.items[tag].form != mapped {
		return false
	}
	low, high := s.items[tag].scales[1].Range()
	if !(v >= low && v <= high) {
		return false
	}
	n.put(uint32(tag), math.Float64bits(v), 0)
	return true
}

// counts says whether the form is kept as an unsigned integer.
func (f form) counts() bool {
	switch f {
	case unsigned, timestamp, enumeration, color, fpa:
		return true
	case opaque, mapped, text, uuid, location, locations, vector, targets, nested, series, pixels, runs:
	}
	return false
}

// Uint returns an integer item of this set: 2 and 4 to 9.
func (s *Set) Uint(tag int) (uint64, bool) { return s.numbers.uint(&vmtiSchema, tag) }

// Real returns item 11 or 12, the fields of view in degrees.
func (s *Set) Real(tag int) (float64, bool) { return s.numbers.real(&vmtiSchema, tag) }

// SetUint sets an integer item and reports whether the item exists and holds so large a number.
// The version decides how the set is encoded: 3 and less is legacy.
func (s *Set) SetUint(tag int, v uint64) bool {
	if !s.numbers.setUint(&vmtiSchema, tag, v) {
		return false
	}
	if tag == Version {
		s.Legacy, s.Assumed = v <= lastLegacyVersion, false
	}
	s.raw = nil
	return true
}

// SetReal sets a field of view in degrees and reports whether it is in the range of the item.
func (s *Set) SetReal(tag int, v float64) bool {
	s.raw = nil
	return s.numbers.setReal(&vmtiSchema, tag, v)
}

func textSlot(tag int) int {
	switch tag {
	case SystemName:
		return 0
	case SourceSensor:
		return 1
	case MIISID:
		return 2
	}
	return -1
}

// Bytes returns the bytes of item 3, 10 (UTF-8) or 13 (ST 1204 identifier).
func (s *Set) Bytes(tag int) ([]byte, bool) {
	i := textSlot(tag)
	if i < 0 || s.sent>>i&1 == 0 {
		return nil, false
	}
	return s.texts[i], true
}

// SetBytes sets item 3, 10 or 13 and reports whether it is one of them. The bytes are not copied.
func (s *Set) SetBytes(tag int, v []byte) bool {
	i := textSlot(tag)
	if i < 0 {
		return false
	}
	s.texts[i], s.raw = v, nil
	s.sent |= 1 << i
	return true
}

// Time returns item 2 in microseconds since 1970, on the producer's time scale.
func (s *Set) Time() (microseconds uint64, ok bool) { return s.Uint(Timestamp) }

// Detected and Reported return the counts of items 5 and 6. Reports may be fewer than detections,
// and a missing report is no removal.
func (s *Set) Detected() (int, bool) { return s.count(TargetsDetected) }

// Reported returns item 6.
func (s *Set) Reported() (int, bool) { return s.count(TargetsReported) }

func (s *Set) count(tag int) (int, bool) {
	v, ok := s.Uint(tag)
	return int(v), ok
}

// Pixel returns the place of a pixel number. Without the frame width, in this set or earlier in
// the stream, a pixel number says nothing.
func (s *Set) Pixel(number uint64) (Pixel, bool) { return s.Context.pixel(number) }

func (c *Context) pixel(number uint64) (Pixel, bool) {
	if c.FrameWidth <= 0 || number == 0 || number >= 1<<48 {
		return Pixel{}, false
	}
	w := uint64(c.FrameWidth)
	return Pixel{Row: int((number-1)/w) + 1, Column: int((number-1)%w) + 1}, true
}

// Uint returns an integer item of the pack.
func (t *Target) Uint(tag int) (uint64, bool) { return t.numbers.uint(&targetSchema, tag) }

// Real returns item 10 to 16: degrees, or metres for 12.
func (t *Target) Real(tag int) (float64, bool) { return t.numbers.real(&targetSchema, tag) }

// SetUint sets an integer item and reports whether the item exists and holds so large a number.
func (t *Target) SetUint(tag int, v uint64) bool { return t.numbers.setUint(&targetSchema, tag, v) }

// SetReal sets item 10 to 16 and reports whether it is in the range of the item.
func (t *Target) SetReal(tag int, v float64) bool { return t.numbers.setReal(&targetSchema, tag, v) }

// Offset returns items 10 and 11: degrees from the frame centre of the ST 0601 set around.
func (t *Target) Offset() (lat, lon float64, ok bool) {
	lat, okLat := t.Real(OffsetLatitude)
	lon, okLon := t.Real(OffsetLongitude)
	return lat, lon, okLat && okLon
}

// HAE returns item 12, metres above the WGS 84 ellipsoid.
func (t *Target) HAE() (float64, bool) { return t.Real(HeightAboveEllipsoid) }

// Location returns item 17.
func (t *Target) Location() (Location, bool) { return t.location, t.hasLocation }

// SetLocation sets item 17.
func (t *Target) SetLocation(l Location) {
	t.location, t.hasLocation, t.rawLocation = l, true, nil
}

// AppendContour appends the vertices of item 18 that are positions.
func (s *Set) AppendContour(dst []Location, t *Target) []Location {
	for b := t.contour; len(b) > 0; {
		v, rest, err := entry(b)
		if err != nil {
			return dst
		}
		var l Location
		if l.parse(v, s.Legacy) != unreadable {
			dst = append(dst, l)
		}
		b = rest
	}
	return dst
}

// SetContour sets item 18 from vertices, in the encodings of version 4 and later.
func (t *Target) SetContour(vertices []Location) {
	t.contour = make([]byte, 0, 24*len(vertices))
	for i := range vertices {
		var b [24]byte
		v := appendLocation(b[:0], &vertices[i], false)
		t.contour = append(klv.AppendLength(t.contour, len(v)), v...)
	}
}

// CentroidPixel returns the centroid from items 19 and 20, else from item 1.
func (s *Set) CentroidPixel(t *Target) (Pixel, bool) {
	row, okRow := t.Uint(CentroidRow)
	column, okColumn := t.Uint(CentroidColumn)
	if okRow && okColumn {
		return Pixel{int(row), int(column)}, true
	}
	n, ok := t.Uint(Centroid)
	if !ok {
		return Pixel{}, false
	}
	return s.Pixel(n)
}

// Box returns items 2 and 3 as pixels.
func (s *Set) Box(t *Target) (topLeft, bottomRight Pixel, ok bool) {
	a, okA := t.Uint(BoxTopLeft)
	b, okB := t.Uint(BoxBottomRight)
	if !okA || !okB {
		return Pixel{}, Pixel{}, false
	}
	topLeft, okA = s.Pixel(a)
	bottomRight, okB = s.Pixel(b)
	return topLeft, bottomRight, okA && okB
}

// Reset empties the set and keeps its memory.
func (s *Set) Reset() {
	s.Targets, s.Algorithms, s.Ontologies = s.Targets[:0], s.Algorithms[:0], s.Ontologies[:0]
	s.Others, s.Defects = s.Others[:0], s.Defects[:0]
	s.Context, s.Legacy, s.Assumed, s.Integrity = Context{}, false, false, Unchecked
	s.numbers.present, s.raw, s.base = 0, nil, 0
	if s.sent != 0 {
		s.sent, s.texts = 0, [3][]byte{}
	}
}

// AddTarget appends an empty target, on the memory of one that Reset let go, and returns it.
func (s *Set) AddTarget(id uint32) *Target {
	s.raw = nil
	return s.addTarget(id)
}

// addTarget leaves what only counts together with its flag.
func (s *Set) addTarget(id uint32) *Target {
	n := len(s.Targets)
	if n == cap(s.Targets) {
		s.Targets = append(s.Targets, Target{})
	} else {
		s.Targets = s.Targets[:n+1]
	}
	t := &s.Targets[n]
	t.ID = id
	t.Others = t.Others[:0]
	t.numbers.present, t.hasLocation, t.rawLocation, t.contour = 0, false, nil, nil
	return t
}

func grow[T any](s []T) []T {
	s = slices.Grow(s, 1)
	return s[:len(s)+1]
}

func (c *Context) name(v []byte) {
	if string(v) != c.SystemName {
		c.SystemName = string(bytes.ToValidUTF8(v, []byte("\uFFFD")))
	}
}
