package st0601

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"overflight/format/klv"
	"overflight/format/misb"
	"overflight/format/misb/imapb"
)

// Location is a place in a pack: degrees on WGS 84, metres above the ellipsoid.
type Location struct {
	Point
	Height    float64
	HasHeight bool
}

var (
	locationLat    = imapb.New(-90, 90, 4)
	locationLon    = imapb.New(-180, 180, 4)
	locationHeight = imapb.New(-900, 9000, 3)
	wavelength     = imapb.New(0, 1e9, 4)
	correlation    = imapb.Lengths(-1, 1)
)

func parseLocation(raw []byte) (l Location, ok bool) {
	if len(raw) != 8 && len(raw) != 11 {
		return l, false
	}
	var a, b, c imapb.Kind
	l.Lat, a = locationLat.Decode(raw[:4])
	l.Lon, b = locationLon.Decode(raw[4:8])
	if len(raw) == 11 {
		l.Height, c = locationHeight.Decode(raw[8:])
		l.HasHeight = c == imapb.Finite
	}
	return l, a == imapb.Finite && b == imapb.Finite
}

func (l Location) appendTo(dst []byte) []byte {
	dst = appendNearest(dst, &locationLat, l.Lat)
	dst = appendNearest(dst, &locationLon, l.Lon)
	if l.HasHeight {
		dst = appendNearest(dst, &locationHeight, l.Height)
	}
	return dst
}

func (l Location) describe() misb.Value {
	out := misb.List{unit("Latitude", "deg", misb.Real(l.Lat)), unit("Longitude", "deg", misb.Real(l.Lon))}
	if l.HasHeight {
		out = append(out, unit("Height Above Ellipsoid", "m", misb.Real(l.Height)))
	}
	return out
}

// Airbases is item 130. A place that is not known has its flag false.
type Airbases struct {
	TakeOff, Recovery       Location
	HasTakeOff, HasRecovery bool
}

// ParseAirbases reads item 130. A recovery location that is left out is that of the take-off.
func ParseAirbases(raw []byte) (a Airbases, ok bool) {
	value, raw, ok := lengthValue(raw)
	if !ok {
		return a, false
	}
	if len(value) > 0 {
		if a.TakeOff, a.HasTakeOff = parseLocation(value); !a.HasTakeOff {
			return a, false
		}
	}
	if len(raw) == 0 {
		a.Recovery, a.HasRecovery = a.TakeOff, a.HasTakeOff
		return a, true
	}
	if value, raw, ok = lengthValue(raw); !ok {
		return a, false
	}
	if len(value) > 0 {
		if a.Recovery, a.HasRecovery = parseLocation(value); !a.HasRecovery {
			return a, false
		}
	}
	return a, len(raw) == 0
}

// AppendTo appends the pack with both places.
func (a Airbases) AppendTo(dst []byte) []byte {
	for _, place := range [...]struct {
		at  Location
		has bool
	}{{a.TakeOff, a.HasTakeOff}, {a.Recovery, a.HasRecovery}} {
		if place.has {
			dst = appendValue(dst, place.at.appendTo(nil))
		} else {
			dst = append(dst, 0)
		}
	}
	return dst
}

func (a Airbases) describe() misb.Value {
	var out misb.List
	if a.HasTakeOff {
		out = append(out, named("Take-off Location", a.TakeOff.describe()))
	}
	if a.HasRecovery {
		out = append(out, named("Recovery Location", a.Recovery.describe()))
	}
	return out
}

// Command is item 115, which may occur several times.
type Command struct {
	ID      uint32
	Text    string
	Time    uint64 // microseconds, of the same scale as item 2
	HasTime bool
}

// ParseCommand reads item 115.
func ParseCommand(raw []byte) (c Command, ok bool) {
	if c.ID, raw, ok = oid(raw); !ok {
		return c, false
	}
	value, raw, ok := lengthValue(raw)
	if !ok || !utf8.Valid(value) || len(raw) != 0 && len(raw) != 8 {
		return c, false
	}
	c.Text = string(value)
	if len(raw) == 8 {
		c.Time, c.HasTime = binary.BigEndian.Uint64(raw), true
	}
	return c, true
}

// AppendTo appends the pack.
func (c Command) AppendTo(dst []byte) []byte {
	dst = appendValue(klv.AppendOID(dst, c.ID), []byte(c.Text))
	if c.HasTime {
		dst = binary.BigEndian.AppendUint64(dst, c.Time)
	}
	return dst
}

func (c Command) describe() misb.Value {
	out := misb.List{named("ID", misb.Uint(c.ID)), named("Command", misb.Text(c.Text))}
	if c.HasTime {
		out = append(out, named("Time", instantValue(c.Time)))
	}
	return out
}

// Wavelength is a record of item 128: a band in nanometres.
type Wavelength struct {
	ID        uint32
	Low, High float64
	Name      string
}

// ParseWavelengths reads item 128.
func ParseWavelengths(raw []byte) ([]Wavelength, bool) {
	return records(raw, func(raw []byte) (w Wavelength, ok bool) {
		if w.ID, raw, ok = oid(raw); !ok || len(raw) < 8 || !utf8.Valid(raw[8:]) {
			return w, false
		}
		var a, b imapb.Kind
		w.Low, a = wavelength.Decode(raw[:4])
		w.High, b = wavelength.Decode(raw[4:8])
		w.Name = string(raw[8:])
		return w, a == imapb.Finite && b == imapb.Finite
	})
}

// AppendTo appends the record with its length.
func (w Wavelength) AppendTo(dst []byte) []byte {
	record := klv.AppendOID(nil, w.ID)
	record = appendNearest(record, &wavelength, w.Low)
	record = appendNearest(record, &wavelength, w.High)
	return appendValue(dst, append(record, w.Name...))
}

func (w Wavelength) describe() misb.Value {
	return misb.List{
		named("ID", misb.Uint(w.ID)), unit("Min", "nm", misb.Real(w.Low)), unit("Max", "nm", misb.Real(w.High)), named("Name", misb.Text(w.Name)),
	}
}

// Payload is a record of item 138.
type Payload struct {
	ID, Type uint32
	Name     string
}

// ParsePayloads reads item 138; total is how many payloads the aircraft has, of which the records
// in one packet may be a part.
func ParsePayloads(raw []byte) (total uint32, payloads []Payload, ok bool) {
	if total, raw, ok = oid(raw); !ok {
		return 0, nil, false
	}
	payloads, ok = records(raw, func(raw []byte) (p Payload, ok bool) {
		if p.ID, raw, ok = oid(raw); !ok {
			return p, false
		}
		if p.Type, raw, ok = oid(raw); !ok {
			return p, false
		}
		name, raw, ok := lengthValue(raw)
		p.Name = string(name)
		return p, ok && len(raw) == 0 && utf8.Valid(name)
	})
	return total, payloads, ok
}

// AppendPayloads appends item 138.
func AppendPayloads(dst []byte, total uint32, payloads []Payload) []byte {
	dst = klv.AppendOID(dst, total)
	for _, p := range payloads {
		record := klv.AppendOID(klv.AppendOID(nil, p.ID), p.Type)
		dst = appendValue(dst, appendValue(record, []byte(p.Name)))
	}
	return dst
}

func (p Payload) describe() misb.Value {
	return misb.List{named("ID", misb.Uint(p.ID)), named("Type", meaning(int64(p.Type), payloadType)), named("Name", misb.Text(p.Name))}
}

// Waypoint is a record of item 141. Order 0 is the present one, negative ones were passed, 32767
// is cancelled.
type Waypoint struct {
	ID          uint32
	Order       int16
	Info        uint8 // bit 0 manual mode, bit 1 ad hoc source
	At          Location
	HasInfo     bool
	HasLocation bool
}

// ParseWaypoints reads item 141.
func ParseWaypoints(raw []byte) ([]Waypoint, bool) {
	return records(raw, func(raw []byte) (w Waypoint, ok bool) {
		if w.ID, raw, ok = oid(raw); !ok || len(raw) < 2 {
			return w, false
		}
		w.Order = int16(binary.BigEndian.Uint16(raw))
		if raw = raw[2:]; len(raw) == 0 {
			return w, true
		}
		w.Info, w.HasInfo = raw[0], true
		if raw = raw[1:]; len(raw) == 0 {
			return w, true
		}
		w.At, w.HasLocation = parseLocation(raw)
		return w, w.HasLocation
	})
}

// AppendTo appends the record with its length.
func (w Waypoint) AppendTo(dst []byte) []byte {
	record := binary.BigEndian.AppendUint16(klv.AppendOID(nil, w.ID), uint16(w.Order))
	if w.HasInfo || w.HasLocation {
		record = append(record, w.Info)
	}
	if w.HasLocation {
		record = w.At.appendTo(record)
	}
	return appendValue(dst, record)
}

func (w Waypoint) describe() misb.Value {
	out := misb.List{named("ID", misb.Uint(w.ID)), named("Prosecution Order", misb.Int(w.Order))}
	if w.HasInfo {
		out = append(out, named("Info", flagged(uint64(w.Info), waypointInfo)))
	}
	if w.HasLocation {
		out = append(out, named("Location", w.At.describe()))
	}
	return out
}

// Store is a record of item 140. It is evidence that the stream reports stores, no more.
type Store struct {
	Station, Hardpoint, Carriage, ID uint32
	Status                           uint32 // low byte the general status, then the engagement bits
	Type                             string
}

// ParseStores reads item 140.
func ParseStores(raw []byte) ([]Store, bool) {
	return records(raw, func(raw []byte) (s Store, ok bool) {
		for _, to := range [...]*uint32{&s.Station, &s.Hardpoint, &s.Carriage, &s.ID, &s.Status} {
			if *to, raw, ok = oid(raw); !ok {
				return s, false
			}
		}
		name, raw, ok := lengthValue(raw)
		s.Type = string(name)
		return s, ok && len(raw) == 0 && utf8.Valid(name)
	})
}

func (s Store) describe() misb.Value {
	return misb.List{
		named("Station ID", misb.Uint(s.Station)), named("Hardpoint ID", misb.Uint(s.Hardpoint)),
		named("Carriage ID", misb.Uint(s.Carriage)), named("Store ID", misb.Uint(s.ID)),
		named("General Status", meaning(int64(s.Status&0xFF), storeStatus)),
		named("Engagement Status", flagged(uint64(s.Status>>8), storeEngagement)),
		named("Type", misb.Text(s.Type)),
	}
}

// ParseIDs reads items 116 and 121: BER-OID numbers one after the other.
func ParseIDs(raw []byte) (ids []uint32, ok bool) {
	for len(raw) > 0 {
		var id uint32
		if id, raw, ok = oid(raw); !ok {
			return ids, false
		}
		ids = append(ids, id)
	}
	return ids, true
}

// AppendIDs appends items 116 and 121.
func AppendIDs(dst []byte, ids []uint32) []byte {
	for _, id := range ids {
		dst = klv.AppendOID(dst, id)
	}
	return dst
}

// ParseActivePayloads reads item 139: the ids of item 138 that are in use, bit n for id n.
func ParseActivePayloads(raw []byte) []uint32 {
	var ids []uint32
	for i := range 8 * len(raw) {
		if raw[len(raw)-1-i/8]>>(i%8)&1 != 0 {
			ids = append(ids, uint32(i))
		}
	}
	return ids
}

// Covariance is item 102, the standard deviations and correlation coefficients (ST 1010 SDCC-FLP)
// of the items just before it.
type Covariance struct {
	Tags  []Tag     // the items, in their order
	Sigma []float64 // standard deviations in the items' units; nil when not sent, NaN when not a number
	Rho   []float64 // correlations, the upper triangle row by row; nil when not sent
}

// maxCovariance bounds the matrix: no packet has more items to describe.
const maxCovariance = 256

// ParseCovariance reads item 102; before are the tags that came before it in its set. Only Mode 2
// parse control (two bytes) says how long deviations are written as IMAPB, and ST 0601 gives no
// ranges for that: such packs are refused.
func ParseCovariance(raw []byte, before []Tag) (c Covariance, ok bool) {
	size, raw, ok := oid(raw)
	if !ok || size < 1 || size > maxCovariance || int(size) > len(before) || len(raw) == 0 {
		return c, false
	}
	n := int(size)
	c.Tags = append([]Tag(nil), before[len(before)-n:]...)
	var sigmaLength, rhoLength int
	var sparse, mappedSigma bool
	mappedRho := true
	if raw[0] < 0x80 {
		sigmaLength, sparse, rhoLength = int(raw[0]>>4), raw[0]>>3&1 != 0, int(raw[0]&7)
		raw = raw[1:]
	} else {
		if len(raw) < 2 {
			return c, false
		}
		control := uint(raw[0]&0x7F)<<7 | uint(raw[1]&0x7F)
		sparse, mappedRho, rhoLength = control>>12&1 != 0, control>>11&1 != 0, int(control>>7&15)
		mappedSigma, sigmaLength = control>>4&1 != 0, int(control&15)
		raw = raw[2:]
	}
	pairs := n * (n - 1) / 2
	present := raw
	if sparse {
		if len(raw) < (pairs+7)/8 {
			return c, false
		}
		raw = raw[(pairs+7)/8:]
	}
	if mappedSigma || sigmaLength > 8 || rhoLength > 8 || sigmaLength > 0 && len(raw) < n*sigmaLength {
		return c, false
	}
	for i := 0; sigmaLength > 0 && i < n; i++ {
		x, ok := float(raw[:sigmaLength])
		if !ok {
			return c, false
		}
		c.Sigma, raw = append(c.Sigma, x), raw[sigmaLength:]
	}
	for i := 0; rhoLength > 0 && i < pairs; i++ {
		if sparse && present[i/8]>>(7-i%8)&1 == 0 {
			c.Rho = append(c.Rho, 0)
			continue
		}
		if len(raw) < rhoLength {
			return c, false
		}
		x, ok := float(raw[:rhoLength])
		if mappedRho {
			var kind imapb.Kind
			if x, kind = correlation[rhoLength].Decode(raw[:rhoLength]); kind != imapb.Finite {
				x = math.NaN()
			}
		} else if !ok {
			return c, false
		}
		c.Rho, raw = append(c.Rho, x), raw[rhoLength:]
	}
	return c, len(raw) == 0
}

func (c Covariance) describe() misb.Value {
	var tags, sigma, rho misb.List
	for _, tag := range c.Tags {
		tags = append(tags, misb.Uint(tag))
	}
	for _, x := range c.Sigma {
		sigma = append(sigma, misb.Real(x))
	}
	for _, x := range c.Rho {
		rho = append(rho, misb.Real(x))
	}
	return misb.List{named("Items", tags), named("Standard Deviations", sigma), named("Correlation Coefficients", rho)}
}

// Covariances returns every item 102 of the packet that can be read.
func (s *Set) Covariances() []Covariance {
	var out []Covariance
	var before []Tag
	for tag, raw := range s.Items() {
		if tag == TagSDCCFLP && len(raw) > 0 {
			if c, ok := ParseCovariance(raw, before); ok {
				out = append(out, c)
			}
		}
		before = append(before, tag)
	}
	return out
}
