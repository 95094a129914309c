package st0903

import (
	"encoding/binary"
	"math"
	"strconv"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb/imapb"
)

// entry splits the first entry, BER length and bytes, off a series.
func entry(b []byte) (v, rest []byte, err error) {
	n, size, err := klv.ParseLength(b)
	if err != nil {
		return nil, b, err
	}
	if n > len(b)-size {
		return nil, b, klv.ErrOverrun
	}
	return b[size : size+n : size+n], b[size+n:], nil
}

// eachEntry hands every entry of a series to read with the offset of its first byte.
func (s *Set) eachEntry(series span, path string, read func(v []byte, at int)) {
	for b := series.value; len(b) > 0; {
		v, rest, err := entry(b)
		if err != nil {
			s.brokenSeries(series, b)
			return
		}
		read(v, series.at+len(series.value)-len(rest)-len(v))
		b = rest
	}
}

func (s *Set) brokenSeries(series span, rest []byte) {
	s.defect(evidence.Defect{
		Code: CodeSyntax, Offset: int64(series.at + len(series.value) - len(rest)),
		Item: strconv.FormatUint(uint64(series.tag), 10), Got: strconv.Itoa(len(rest)),
	})
}

func (s *Set) readTargets(series span, embedded bool) {
	raw := s.raw
	for b := series.value; len(b) > 0; {
		v, rest, err := entry(b)
		if err != nil {
			s.brokenSeries(series, b)
			break
		}
		s.readTarget(v, series.at+len(series.value)-len(rest)-len(v), embedded)
		b = rest
	}
	s.raw = raw
}

func (s *Set) readTarget(v []byte, at int, embedded bool) {
	id, size, err := klv.ParseOID(v)
	if err != nil {
		s.defect(evidence.Defect{Code: CodeSyntax, Offset: int64(at), Item: "101", Got: strconv.Itoa(len(v))})
		return
	}
	t := s.AddTarget(id)
	base := at + size
	pack := v[size:]
	var seen uint32
	for p := 0; p < len(pack); {
		// Nearly every item is a short number, seen for the first time.
		if p+2 < len(pack) && pack[p] <= lastNumber && pack[p+1] <= 4 {
			tag, n := uint32(pack[p]), int(pack[p+1])
			if end := p + 2 + n; end <= len(pack) && seen>>tag&1 == 0 && s.short(t, tag, pack[p+2:end]) {
				seen |= 1 << tag
				p = end
				continue
			}
		}
		it := klv.WalkItems(pack[p:])
		if !it.Next() {
			s.syntax(it.Err(), "101.", base+p)
			break
		}
		if it.Padded {
			s.finding(CodePadded, base+p, "101.", it.Tag)
		}
		if it.Tag <= lastNumber {
			if seen>>it.Tag&1 != 0 {
				s.finding(CodeDuplicate, base+p, "101.", it.Tag)
			}
			seen |= 1 << it.Tag
		}
		s.targetItem(t, span{it.Tag, it.Value, base + p, base + p + it.Start})
		p += it.Start + len(it.Value)
	}
	s.checkTarget(t, at, embedded)
}

// short reads a numeric item of at most four bytes. It returns false for whatever is not a plain
// number of its item; targetItem deals with that.
func (s *Set) short(t *Target, tag uint32, v []byte) bool {
	var u uint64
	switch len(v) {
	case 1:
		u = uint64(v[0])
	case 2:
		u = uint64(v[0])<<8 | uint64(v[1])
	case 3:
		u = uint64(v[0])<<16 | uint64(v[1])<<8 | uint64(v[2])
	case 4:
		u = uint64(binary.BigEndian.Uint32(v))
	default:
		return false
	}
	sp := &targetSchema.items[tag]
	switch {
	case sp.form == unsigned:
		if len(v) > sp.size {
			return false
		}
	case sp.form != mapped:
		return false
	case !s.Legacy:
		scale := &sp.scales[len(v)]
		x, kind := scale.DecodeBits(u << (64 - 8*uint(len(v))))
		if low, high := scale.Range(); kind != imapb.Finite || x < low || x > high {
			return false
		}
		u = math.Float64bits(x)
	case sp.legacy == steps:
		unused := 64 - 8*uint(len(v))
		u = math.Float64bits(float64(int64(u<<unused)>>unused) * legacyDegreesPerStep)
	default:
		low, high := sp.scales[1].Range()
		u = math.Float64bits(linearValue(u, len(v), low, high))
	}
	t.numbers.put(tag, u, len(v))
	return true
}

// targetItem reads an item of any kind and length.
func (s *Set) targetItem(t *Target, it span) {
	if len(it.value) == 0 {
		t.Others = append(t.Others, Element{it.tag, it.value})
		s.finding(CodeCleared, it.offset, "101.", it.tag)
		return
	}
	switch it.tag {
	case TargetLocation:
		s.readLocation(t, it.value, it.offset)
	case ContourSeries:
		t.contour = it.value
	case Mask, Object, Feature, Tracker, Chip, ChipSeries, ObjectSeries:
		t.Others = append(t.Others, Element{it.tag, it.value})
	default:
		if it.tag == 0 || it.tag > lastNumber {
			t.Others = append(t.Others, Element{it.tag, it.value})
			s.finding(CodeUnknown, it.offset, "101.", it.tag)
			return
		}
		s.number(&t.numbers, &targetSchema, it, "101.", &t.Others)
	}
}

// checkTarget compares what the pack says twice, and what it may not say.
func (s *Set) checkTarget(t *Target, at int, embedded bool) {
	const embeddedOnly = 1<<OffsetLatitude | 1<<OffsetLongitude |
		1<<TopLeftLatitude | 1<<TopLeftLongitude | 1<<BottomRightLatitude | 1<<BottomRightLongitude
	if !embedded && t.numbers.present&embeddedOnly != 0 {
		s.finding(CodeEmbedded, at, "101.", OffsetLatitude)
	}
	const places = 1<<Centroid | 1<<CentroidRow | 1<<CentroidColumn
	w, h := uint64(s.Context.FrameWidth), uint64(s.Context.FrameHeight)
	if w == 0 {
		return
	}
	n := t.numbers.bits[Centroid]
	row, column := t.numbers.bits[CentroidRow], t.numbers.bits[CentroidColumn]
	if t.numbers.present&places == places && (row-1)*w+column != n || h != 0 && t.numbers.has(Centroid) && n > w*h {
		s.finding(CodeOutside, at, "101.", Centroid)
	}
}

// number reads one numeric item into n, or keeps its bytes in others with a finding.
func (s *Set) number(n *numbers, sc *schema, item span, path string, others *[]Element) {
	sp := &sc.items[item.tag]
	v := item.value
	code := CodeLength
	if sp.form == mapped {
		if x, why := sp.real(v, s.Legacy); why == readable {
			n.put(item.tag, math.Float64bits(x), len(v))
			return
		} else if why == special {
			code = CodeSpecial
		}
	} else if u, ok := parseUint(v, sp.size); ok && (sp.form != fpa || len(v) == 2) {
		n.put(item.tag, u, len(v))
		return
	}
	n.drop(int(item.tag))
	*others = append(*others, Element{item.tag, v})
	f := evidence.Defect{Code: code, Offset: int64(item.offset), Item: path + strconv.FormatUint(uint64(item.tag), 10)}
	f.Got = strconv.Itoa(len(v))
	if code == CodeSpecial {
		f.Got = strconv.FormatUint(uint64(v[0]), 16)
	}
	s.defect(f)
}

// reading is how well bytes could be read.
type reading uint8

const (
	unreadable reading = iota
	special            // a part of it is a special value or beyond its range
	readable
)

// real reads a mapped value.
func (sp *spec) real(v []byte, legacy bool) (float64, reading) {
	if len(v) == 0 || len(v) > 8 {
		return 0, unreadable
	}
	if legacy {
		return sp.legacyReal(v)
	}
	x, kind := sp.scales[len(v)].Decode(v)
	low, high := sp.scales[len(v)].Range()
	if kind != imapb.Finite || x < low || x > high {
		return x, special
	}
	return x, readable
}

const (
	positionSize  = 10
	deviationSize = 6
)

func (s *Set) readLocation(t *Target, v []byte, offset int) {
	l, how := parseLocation(v, s.Legacy)
	if how == unreadable {
		t.Others = append(t.Others, Element{TargetLocation, v})
		t.hasLocation = false
		if len(v) < positionSize {
			s.wrongLength(offset, "101.", TargetLocation, len(v))
			return
		}
		s.finding(CodeSpecial, offset, "101.", TargetLocation)
		return
	}
	t.location, t.hasLocation, t.rawLocation = l, true, nil
	if how == special {
		t.rawLocation = v
		s.finding(CodeSpecial, offset, "101.", TargetLocation)
	}
}

// parseLocation reads a location pack. It is unreadable without latitude and longitude, special
// when something else in it is no number or is left over.
func parseLocation(v []byte, legacy bool) (l Location, how reading) {
	if len(v) < positionSize {
		return l, unreadable
	}
	if legacy {
		l.Lat = linearValue(uint64(binary.BigEndian.Uint32(v)), 4, -90, 90)
		l.Lon = linearValue(uint64(binary.BigEndian.Uint32(v[4:])), 4, -180, 180)
		l.HAE, l.HasHAE = linearValue(uint64(binary.BigEndian.Uint16(v[8:])), 2, -900, 19000), true
		if len(v) > positionSize {
			return l, special
		}
		return l, readable
	}
	var lat, lon, hae imapb.Kind
	l.Lat, lat = latitude4.DecodeBits(uint64(binary.BigEndian.Uint32(v)) << 32)
	l.Lon, lon = longitude4.DecodeBits(uint64(binary.BigEndian.Uint32(v[4:])) << 32)
	l.HAE, hae = height2.DecodeBits(uint64(binary.BigEndian.Uint16(v[8:])) << 48)
	if lat != imapb.Finite || lon != imapb.Finite || math.Abs(l.Lat) > 90 || math.Abs(l.Lon) > 180 {
		return Location{}, unreadable
	}
	how = readable
	if l.HasHAE = hae == imapb.Finite && l.HAE <= 19000; !l.HasHAE {
		l.HAE, how = 0, special
	}
	v = v[positionSize:]
	if len(v) >= deviationSize {
		if l.HasSigma = three(&l.Sigma, v, &sigma2); !l.HasSigma {
			how = special
		}
		v = v[deviationSize:]
	}
	if len(v) >= deviationSize {
		if l.HasRho = three(&l.Rho, v, &rho2); !l.HasRho {
			how = special
		}
		v = v[deviationSize:]
	}
	if len(v) > 0 || l.HasRho && !l.HasSigma {
		how = special
	}
	return l, how
}

// three reads three values of two bytes; all must be numbers.
func three(dst *[3]float64, v []byte, scale *imapb.Scale) bool {
	for i := range dst {
		x, kind := scale.Decode(v[2*i : 2*i+2])
		if low, high := scale.Range(); kind != imapb.Finite || x < low || x > high {
			*dst = [3]float64{}
			return false
		}
		dst[i] = x
	}
	return true
}

func (s *Set) readAlgorithm(v []byte, at int) {
	s.Algorithms = grow(s.Algorithms)
	a := &s.Algorithms[len(s.Algorithms)-1]
	*a = Algorithm{Others: a.Others[:0]}
	it := klv.WalkItems(v)
	for it.Next() {
		u, whole := parseUint(it.Value, 8)
		switch {
		case it.Tag == 1 && whole && len(it.Value) <= 3:
			a.ID = uint32(u)
		case it.Tag == 2:
			a.Name = it.Value
		case it.Tag == 3:
			a.Version = it.Value
		case it.Tag == 4:
			a.Class = it.Value
		case it.Tag == 5 && whole:
			a.Frames, a.HasFrames = u, true
		default:
			a.Others = append(a.Others, Element{it.Tag, it.Value})
			s.finding(CodeLength, at+it.Offset, "102.", it.Tag)
		}
	}
	if err := it.Err(); err != nil {
		s.syntax(err, "102.", at)
	}
}

func (s *Set) readOntology(v []byte, at int) {
	s.Ontologies = grow(s.Ontologies)
	o := &s.Ontologies[len(s.Ontologies)-1]
	*o = Ontology{Others: o.Others[:0]}
	it := klv.WalkItems(v)
	for it.Next() {
		u, whole := parseUint(it.Value, 3)
		switch {
		case it.Tag == 1 && whole:
			o.ID = uint32(u)
		case it.Tag == 2 && whole:
			o.Parent, o.HasParent = uint32(u), true
		case it.Tag == 3:
			o.IRI = it.Value
		case it.Tag == 4:
			o.Entity = it.Value
		case it.Tag == 5:
			o.Version = it.Value
		case it.Tag == 6:
			o.Label = it.Value
		default:
			o.Others = append(o.Others, Element{it.Tag, it.Value})
			s.finding(CodeLength, at+it.Offset, "103.", it.Tag)
		}
	}
	if err := it.Err(); err != nil {
		s.syntax(err, "103.", at)
	}
}
