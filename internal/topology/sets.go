package topology

import (
	"encoding/binary"
	"slices"
)

// setID names an interned set of features; 0 is the empty set.
type setID int32

// setTable interns sets of features, each sorted.
type setTable struct {
	list  [][]uint16
	ids   map[string]setID
	pairs map[[2]setID]setID
}

func newSetTable() *setTable {
	t := &setTable{ids: map[string]setID{}, pairs: map[[2]setID]setID{}}
	t.intern(nil)
	return t
}

func (t *setTable) intern(s []uint16) setID {
	var key []byte
	for _, f := range s {
		key = binary.BigEndian.AppendUint16(key, f)
	}
	if id, ok := t.ids[string(key)]; ok {
		return id
	}
	id := setID(len(t.list))
	t.list = append(t.list, slices.Clone(s))
	t.ids[string(key)] = id
	return id
}

func (t *setTable) single(f int) setID { return t.intern([]uint16{uint16(f)}) }

func (t *setTable) xor(a, b setID) setID {
	switch {
	case a == b:
		return 0
	case a == 0:
		return b
	case b == 0:
		return a
	}
	if id, ok := t.pairs[[2]setID{a, b}]; ok {
		return id
	}
	var s []uint16
	for _, f := range t.list[a] {
		if !slices.Contains(t.list[b], f) {
			s = append(s, f)
		}
	}
	for _, f := range t.list[b] {
		if !slices.Contains(t.list[a], f) {
			s = append(s, f)
		}
	}
	slices.Sort(s)
	id := t.intern(s)
	t.pairs[[2]setID{a, b}] = id
	return id
}

func (t *setTable) and(a, b setID) setID {
	if a == b {
		return a
	}
	var s []uint16
	for _, f := range t.list[a] {
		if slices.Contains(t.list[b], f) {
			s = append(s, f)
		}
	}
	return t.intern(s)
}

// within reports whether a is a subset of b.
func (t *setTable) within(a, b setID) bool { return t.and(a, b) == a }
