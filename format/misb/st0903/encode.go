package st0903

import (
	"encoding/binary"
	"math"

	"overflight/format/klv"
)

// AppendLocal appends the set as the value of ST 0601 Item 74: no key, no length, no checksum.
// Items go out in the order of their tags, integers and mapped values in the number of bytes they
// came in, new ones in the least or the usual number. What had no typed value goes out as it came.
func (s *Set) AppendLocal(dst []byte) []byte { return s.appendItems(dst, false) }

func (s *Set) appendItems(dst []byte, standalone bool) []byte {
	for tag := Timestamp; tag <= MIISID; tag++ {
		if i := textSlot(tag); i >= 0 {
			if s.sent>>i&1 != 0 {
				dst = klv.AppendItem(dst, uint32(tag), s.texts[i])
			}
			continue
		}
		dst = s.numbers.appendItem(dst, &vmtiSchema, tag, s.Legacy)
	}
	if len(s.Targets) > 0 {
		dst = s.appendSeries(dst, TargetSeries, len(s.Targets), func(b []byte, i int) []byte {
			return s.Targets[i].append(b, s.Legacy)
		})
	}
	if len(s.Algorithms) > 0 {
		dst = s.appendSeries(dst, AlgorithmSeries, len(s.Algorithms), func(b []byte, i int) []byte {
			return s.Algorithms[i].append(b)
		})
	}
	if len(s.Ontologies) > 0 {
		dst = s.appendSeries(dst, OntologySeries, len(s.Ontologies), func(b []byte, i int) []byte {
			return s.Ontologies[i].append(b)
		})
	}
	for _, o := range s.Others {
		if o.Tag != Checksum || !standalone {
			dst = klv.AppendItem(dst, o.Tag, o.Value)
		}
	}
	return dst
}

// AppendPacket appends the set as it stands alone: key, length, items, checksum.
func (s *Set) AppendPacket(dst []byte) []byte {
	value := s.appendItems(nil, true)
	start := len(dst)
	dst = append(dst, klv.KeyST0903[:]...)
	dst = klv.AppendLength(dst, len(value)+4)
	dst = append(dst, value...)
	dst = append(dst, Checksum, 2)
	return binary.BigEndian.AppendUint16(dst, klv.Checksum(dst[start:]))
}

// appendSeries appends a series of count entries, each with its BER length in front.
func (s *Set) appendSeries(dst []byte, tag uint32, count int, body func(b []byte, i int) []byte) []byte {
	var all, one []byte
	for i := range count {
		one = body(one[:0], i)
		all = append(klv.AppendLength(all, len(one)), one...)
	}
	return klv.AppendItem(dst, tag, all)
}

func (t *Target) append(dst []byte, legacy bool) []byte {
	dst = klv.AppendOID(dst, t.ID)
	for tag := Centroid; tag <= DetectionStatus; tag++ {
		switch tag {
		case TargetLocation:
			if t.rawLocation != nil {
				dst = klv.AppendItem(dst, TargetLocation, t.rawLocation)
			} else if t.hasLocation {
				var b [24]byte
				dst = klv.AppendItem(dst, TargetLocation, appendLocation(b[:0], &t.location, legacy))
			}
		case ContourSeries:
			if len(t.contour) > 0 {
				dst = klv.AppendItem(dst, ContourSeries, t.contour)
			}
		default:
			dst = t.numbers.appendItem(dst, &targetSchema, tag, legacy)
		}
	}
	for _, o := range t.Others {
		dst = klv.AppendItem(dst, o.Tag, o.Value)
	}
	return dst
}

func (n *numbers) appendItem(dst []byte, sc *schema, tag int, legacy bool) []byte {
	if !n.has(tag) {
		return dst
	}
	sp := &sc.items[tag]
	var b [8]byte
	var v []byte
	switch {
	case sp.form != mapped:
		size := int(n.size[tag])
		if size == 0 && (sp.form == color || sp.form == fpa || sp.form == timestamp) {
			size = sp.size
		}
		v = appendUint(b[:0], n.bits[tag], size)
	case legacy:
		v = sp.appendLegacy(b[:0], math.Float64frombits(n.bits[tag]), int(n.size[tag]))
	default:
		size := int(n.size[tag])
		if size == 0 {
			size = sp.size
		}
		scale := &sp.scales[size]
		// The nearest integer: what was decoded goes out as it came.
		u, _ := scale.Quantize(math.Float64frombits(n.bits[tag]))
		v = appendUint(b[:0], u, size)
	}
	return klv.AppendItem(dst, uint32(tag), v)
}

// appendUint appends u in size bytes, or in as many as it needs.
func appendUint(dst []byte, u uint64, size int) []byte {
	for size < 8 && (size == 0 || u>>(8*uint(size)) != 0) {
		size++
	}
	for i := size - 1; i >= 0; i-- {
		dst = append(dst, byte(u>>(8*uint(i))))
	}
	return dst
}

func (sp *spec) appendLegacy(dst []byte, x float64, size int) []byte {
	if sp.legacy == steps {
		n := int64(math.Round(x / legacyDegreesPerStep))
		for size = max(size, 1); size < 4 && (n >= 1<<(8*uint(size)-1) || n < -1<<(8*uint(size)-1)); size++ {
		}
		return appendUint(dst, uint64(n)&(1<<(8*uint(size))-1), size)
	}
	if size == 0 {
		size = sp.size
	}
	low, high := sp.scales[1].Range()
	return appendUint(dst, linearBits(x, size, low, high), size)
}

func appendLocation(dst []byte, l *Location, legacy bool) []byte {
	if legacy {
		dst = appendUint(dst, linearBits(l.Lat, 4, -90, 90), 4)
		dst = appendUint(dst, linearBits(l.Lon, 4, -180, 180), 4)
		return appendUint(dst, linearBits(l.HAE, 2, -900, 19000), 2)
	}
	lat, _ := latitude4.Quantize(l.Lat)
	lon, _ := longitude4.Quantize(l.Lon)
	dst = appendUint(appendUint(dst, lat, 4), lon, 4)
	if l.HasHAE {
		hae, _ := height2.Quantize(l.HAE)
		dst = appendUint(dst, hae, 2)
	} else {
		// The pack has no place for an absent height: quiet NaN.
		dst = append(dst, 0xD0, 0)
	}
	if !l.HasSigma {
		return dst
	}
	for _, x := range l.Sigma {
		u, _ := sigma2.Quantize(x)
		dst = appendUint(dst, u, 2)
	}
	if !l.HasRho {
		return dst
	}
	for _, x := range l.Rho {
		u, _ := rho2.Quantize(x)
		dst = appendUint(dst, u, 2)
	}
	return dst
}

func (a *Algorithm) append(dst []byte) []byte {
	dst = klv.AppendItem(dst, 1, appendUint(nil, uint64(a.ID), 0))
	dst = appendText(dst, 2, a.Name)
	dst = appendText(dst, 3, a.Version)
	dst = appendText(dst, 4, a.Class)
	if a.HasFrames {
		dst = klv.AppendItem(dst, 5, appendUint(nil, a.Frames, 0))
	}
	return appendOthers(dst, a.Others)
}

func (o *Ontology) append(dst []byte) []byte {
	dst = klv.AppendItem(dst, 1, appendUint(nil, uint64(o.ID), 0))
	if o.HasParent {
		dst = klv.AppendItem(dst, 2, appendUint(nil, uint64(o.Parent), 0))
	}
	dst = appendText(dst, 3, o.IRI)
	dst = appendText(dst, 4, o.Entity)
	dst = appendText(dst, 5, o.Version)
	dst = appendText(dst, 6, o.Label)
	return appendOthers(dst, o.Others)
}

func appendText(dst []byte, tag uint32, v []byte) []byte {
	if len(v) == 0 {
		return dst
	}
	return klv.AppendItem(dst, tag, v)
}

func appendOthers(dst []byte, others []Element) []byte {
	for _, o := range others {
		dst = klv.AppendItem(dst, o.Tag, o.Value)
	}
	return dst
}
