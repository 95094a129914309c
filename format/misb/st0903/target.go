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

// readLocation reads item 17 in place: a Location is too large to be handed around for every pack.
func (s *Set) readLocation(t *Target, v []byte, offset int) {
	how := t.location.parse(v, s.Legacy)
	t.hasLocation = how != unreadable
	if how == readable {
		t.rawLocation = nil
		return
	}
	if how == special {
		t.rawLocation = v
		s.finding(CodeSpecial, offset, "101.", TargetLocation)
		return
	}
	t.Others = append(t.Others, Element{TargetLocation, v})
	if len(v) < positionSize {
		s.wrongLength(offset, "101.", TargetLocation, len(v))
		return
	}
	s.finding(CodeSpecial, offset, "101.", TargetLocation)
}

// parse reads a location pack. It is unreadable without latitude and longitude, special when
// something else in it is no number or is left over.
func (l *Location) parse(v []byte, legacy bool) reading {
	*l = Location{}
	if len(v) < positionSize {
		return unreadable
	}
	if legacy {
		l.Lat = -90 + float64(binary.BigEndian.Uint32(v))*(180.0/math.MaxUint32)
		l.Lon = -180 + float64(binary.BigEndian.Uint32(v[4:]))*(360.0/math.MaxUint32)
		l.HAE = -900 + float64(binary.BigEndian.Uint16(v[8:]))*(19900.0/math.MaxUint16)
		l.HasHAE = true
		if len(v) > positionSize {
			return special
		}
		return readable
	}
	lat, kindLat := latitude4.DecodeBits(uint64(binary.BigEndian.Uint32(v)) << 32)
	lon, kindLon := longitude4.DecodeBits(uint64(binary.BigEndian.Uint32(v[4:])) << 32)
	hae, kindHAE := height2.DecodeBits(uint64(binary.BigEndian.Uint16(v[8:])) << 48)
	if kindLat != imapb.Finite || kindLon != imapb.Finite || math.Abs(lat) > 90 || math.Abs(lon) > 180 {
		return unreadable
	}
	how := readable
	l.Lat, l.Lon = lat, lon
	if kindHAE == imapb.Finite && hae <= 19000 {
		l.HAE, l.HasHAE = hae, true
	} else {
		how = special
	}
	if len(v) > positionSize && !l.parseDeviations(v[positionSize:]) {
		how = special
	}
	return how
}

// parseDeviations reads what follows the position and reports whether all of it was a number.
func (l *Location) parseDeviations(v []byte) (whole bool) {
	whole = true
	if len(v) >= deviationSize {
		l.HasSigma = three(&l.Sigma, v, &sigma2)
		whole = l.HasSigma
		v = v[deviationSize:]
	}
	if len(v) >= deviationSize {
		l.HasRho = three(&l.Rho, v, &rho2)
		whole = whole && l.HasRho && l.HasSigma
		v = v[deviationSize:]
	}
	return whole && len(v) == 0
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
