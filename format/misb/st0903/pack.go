package st0903

import (
	"encoding/binary"
	"math"
	"strconv"

	"overflight/evidence"
	"overflight/format/klv"
)

// action is how numbers.plain reads a value.
type action uint8

const (
	count      action = iota
	degrees           // legacy, signed steps
	wholeRange        // legacy, the whole range of the integer
	byScale           // ST 1201
)

// line is a mapping of integers to numbers: (n - zero) * step + low.
type line struct{ step, zero float64 }

// reals are the mappings of an item by the length of its value.
type reals struct {
	lines     [8]line
	low, high float64
}

// table is all that numbers.plain knows of the items of a pack in one encoding.
type table struct {
	most   [lastNumber + 1]uint8 // largest length; 0 for an item that is none of plain's
	action [lastNumber + 1]action
	sizes  [8]struct{ mask, sign uint32 }
	reals  [lastNumber + 1]reals
}

// plainSize is the largest value of numbers.plain.
const plainSize = 4

var currentPack, legacyPack = newTable(&targetSchema, false), newTable(&targetSchema, true)

func newTable(sc *schema, legacy bool) *table {
	all := new(table)
	for n := 1; n <= plainSize; n++ {
		all.sizes[n].mask = math.MaxUint32 >> (32 - 8*n)
		all.sizes[n].sign = 1 << (8*n - 1)
	}
	for tag := range all.most {
		sp := &sc.items[tag]
		switch sp.form {
		case unsigned, color, enumeration:
			all.action[tag], all.most[tag] = count, uint8(min(sp.size, plainSize))
		case mapped:
			all.action[tag], all.most[tag] = all.reals[tag].fill(sp, legacy)
		case opaque, text, timestamp, uuid, location, locations, vector, fpa, targets, nested, series, pixels, runs:
		}
	}
	return all
}

func (r *reals) fill(sp *spec, legacy bool) (action, uint8) {
	r.low, r.high = sp.scales[1].Range()
	switch {
	case !legacy:
		for n := 1; n <= plainSize; n++ {
			r.lines[n].step = sp.scales[n].Step()
			if r.low < 0 && r.high > 0 {
				steps := r.low / r.lines[n].step // exact: a step is a power of two
				r.lines[n].zero = steps - math.Floor(steps)
			}
		}
		return byScale, plainSize
	case sp.legacy == steps:
		return degrees, legacySize
	}
	for n := 1; n <= legacySize; n++ {
		r.lines[n].step = linearStep(n, r.low, r.high)
	}
	return wholeRange, legacySize
}

// plain reads items of a pack from p on, which is behind its id, as long as they are numbers that
// need no finding, each for the first time. It returns where it stopped and what was seen, bits by
// tag. Nearly every item is read here: nothing is called, so that all stays in registers, and what
// depends on the length of a value is looked up, since no branch predictor can know it.
func (n *numbers) plain(all *table, pack []byte, p int, seen uint32) (next int, seenNow uint32) {
	_, _ = n.present, all.most // checked for nil here and not in the loop
	b := pack[:len(pack):len(pack)]
	for p < len(b)-2 {
		tag, size := b[p], b[p+1]
		next := p + 2 + int(size)
		if tag > lastNumber || seen>>tag&1 != 0 || size-1 >= all.most[tag] || next > len(b) {
			break
		}
		// These are the last bytes up to the end of the value. Of a short value the mask takes
		// away the length, the tag and what is before them, at least the last byte of the id.
		whole := &all.sizes[size&7]
		v := uint64(binary.BigEndian.Uint32(b[next-4:next:next]) & whole.mask)
		if how := all.action[tag]; how == degrees {
			v = math.Float64bits(float64(int32(uint32(v)^whole.sign)-int32(whole.sign)) * legacyDegreesPerStep)
		} else if how != count {
			if how == byScale && uint32(v) > whole.sign {
				break
			}
			item := &all.reals[tag]
			l := &item.lines[size&7]
			x := (float64(int64(v))-l.zero)*l.step + item.low
			if x < item.low || x > item.high {
				break
			}
			v = math.Float64bits(x)
		}
		n.bits[tag], n.size[tag] = v, size
		seen |= 1 << tag
		p = next
	}
	return p, seen
}

func (s *Set) readTargets(series span, embedded bool) {
	all := currentPack
	if s.Legacy {
		all = legacyPack
	}
	b := series.value
	for p := 0; p < len(b); {
		n, size := int(b[p]), 1
		if n >= 0x80 {
			var err error
			if n, size, err = klv.ParseLength(b[p:]); err != nil {
				s.brokenSeries(series, b[p:])
				return
			}
		}
		start := p + size
		if n > len(b)-start {
			s.brokenSeries(series, b[p:])
			return
		}
		p = start + n
		s.readTarget(all, b[start:p:p], series.at+start, embedded)
	}
}

// readTarget reads a pack; at is the offset of its first byte.
func (s *Set) readTarget(all *table, pack []byte, at int, embedded bool) {
	id, p, err := klv.ParseOID(pack)
	if err != nil {
		s.defect(evidence.Defect{Code: CodeSyntax, Offset: int64(at), Item: "101", Got: strconv.Itoa(len(pack))})
		return
	}
	t := s.addTarget(id)
	var seen uint32
	for {
		before := seen
		p, seen = t.numbers.plain(all, pack, p, seen)
		t.numbers.present |= seen &^ before
		if p >= len(pack) {
			break
		}
		// What usually stands between numbers is read without the long way, too.
		tag, size := pack[p], 0
		if p+1 < len(pack) {
			size = int(pack[p+1])
		}
		if next := p + 2 + size; size > 0 && size < 0x80 && next <= len(pack) {
			v := pack[p+2 : next : next]
			if tag == TargetLocation && seen>>TargetLocation&1 == 0 {
				s.readLocation(t, v, at+p)
				seen |= 1 << TargetLocation
				p = next
				continue
			}
			if tag >= Mask && tag <= ObjectSeries {
				t.Others = append(t.Others, Element{uint32(tag), v})
				p = next
				continue
			}
		}
		if p, seen = s.readItem(t, pack, p, at, seen); p < 0 {
			break
		}
	}
	s.checkTarget(t, at, embedded)
}

// readItem reads an item of any kind and returns where the next one is, -1 when none can be found.
func (s *Set) readItem(t *Target, pack []byte, p, at int, seen uint32) (next int, seenNow uint32) {
	it := klv.WalkItems(pack[p:])
	if !it.Next() {
		s.syntax(it.Err(), "101.", at+p)
		return -1, seen
	}
	if it.Padded {
		s.finding(CodePadded, at+p, "101.", it.Tag)
	}
	if it.Tag <= lastNumber {
		if seen>>it.Tag&1 != 0 {
			s.finding(CodeDuplicate, at+p, "101.", it.Tag)
		}
		seen |= 1 << it.Tag
	}
	s.targetItem(t, span{it.Tag, it.Value, at + p, at + p + it.Start})
	return p + it.Start + len(it.Value), seen
}
