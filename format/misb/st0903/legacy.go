package st0903

import (
	"encoding/binary"
	"math"

	"overflight/evidence"
	"overflight/format/klv"
)

// legacyReal reads a value as versions before 4 sent it.
func (sp *spec) legacyReal(v []byte) (float64, reading) {
	switch sp.legacy {
	case steps:
		if len(v) > legacySize {
			return 0, unreadable
		}
		n := int64(int8(v[0]))
		for _, c := range v[1:] {
			n = n<<8 | int64(c)
		}
		return float64(n) * legacyDegreesPerStep, readable
	case linear:
		u, ok := parseUint(v, legacySize)
		if !ok {
			return 0, unreadable
		}
		low, high := sp.scales[1].Range()
		return linearValue(u, len(v), low, high), readable
	}
	return 0, unreadable
}

// linearValue spreads the whole range of an unsigned integer over [low, high].
func linearValue(u uint64, size int, low, high float64) float64 {
	return low + float64(u)*linearStep(size, low, high)
}

func linearStep(size int, low, high float64) float64 {
	return (high - low) / float64(uint64(1)<<(8*uint(size))-1)
}

func linearBits(x float64, size int, low, high float64) uint64 {
	return uint64(math.Round((x - low) / (high - low) * float64(uint64(1)<<(8*uint(size))-1)))
}

// decideVersion settles which encodings the set has. A version that was sent decides, in this set
// or earlier in the stream. Otherwise the values do, and the set says that it is an assumption.
func (d *Decoder) decideVersion(dst *Set) {
	if v := dst.Context.Version; v != 0 {
		dst.Legacy = v <= lastLegacyVersion
		return
	}
	for _, s := range d.series {
		if s.tag != TargetSeries {
			continue
		}
		legacy, decided := d.looksLegacy(s.value)
		if !decided && len(s.value) == 0 {
			continue
		}
		dst.Legacy, dst.Assumed = legacy, true
		f := evidence.Defect{Code: CodeAssumed, Offset: int64(s.offset), Item: "4", Got: ">= 4"}
		if legacy {
			f.Got = "<= 3"
		}
		dst.defect(f)
		return
	}
}

// looksLegacy goes through the packs of a series until one of them tells.
func (d *Decoder) looksLegacy(packs []byte) (legacy, decided bool) {
	for len(packs) > 0 {
		v, rest, err := entry(packs)
		if err != nil {
			return false, false
		}
		packs = rest
		_, size, err := klv.ParseOID(v)
		if err != nil {
			continue
		}
		for it := klv.WalkItems(v[size:]); it.Next(); {
			switch it.Tag {
			case OffsetLatitude, OffsetLongitude, TopLeftLatitude, TopLeftLongitude, BottomRightLatitude, BottomRightLongitude:
				// Three bytes is the fixed length of the current encoding; the legacy one
				// needs them only beyond 0.075 degrees.
				if n := len(it.Value); n == 1 || n == 2 {
					return true, true
				}
			case HeightAboveEllipsoid:
				if len(it.Value) == 2 && binary.BigEndian.Uint16(it.Value) > 19900 {
					return true, true
				}
			case TargetLocation:
				if legacy, decided := d.locationLooksLegacy(it.Value); decided {
					return legacy, true
				}
			}
		}
	}
	return false, false
}

// locationLooksLegacy compares both readings with the globe, then with the frame centre.
func (d *Decoder) locationLooksLegacy(v []byte) (legacy, decided bool) {
	if len(v) < positionSize {
		return false, false
	}
	var current, old Location
	if current.parse(v, false) == unreadable {
		return true, true
	}
	if !d.FrameCentre.Known {
		return false, false
	}
	old.parse(v, true)
	return d.FrameCentre.far(old) < d.FrameCentre.far(current), true
}

// far is a measure for comparison only.
func (c FrameCentre) far(l Location) float64 {
	return math.Hypot(l.Lat-c.Lat, math.Remainder(l.Lon-c.Lon, 360))
}
