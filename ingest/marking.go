package ingest

import (
	"bytes"

	"overflight/format/misb/st0102"
)

// Marking is what a stream says of its own handling (ST 0102), in its own words. It is shown as it was sent: whether something
// may be released is decided elsewhere.
type Marking struct {
	Classification string // the standard's word
	Country        string // that classified
	Caveats        string
	Releasable     []string // countries
}

// marked holds the newest marking of a stream. A stream repeats the same bytes with every packet: they are read when they change.
type marked struct {
	raw    []byte
	newest *Marking
}

func (m *marked) read(raw []byte) {
	if m.newest != nil && bytes.Equal(raw, m.raw) {
		return
	}
	m.raw = append(m.raw[:0], raw...)
	s := st0102.Decode(m.raw)
	class, ok := s.Classification()
	if !ok {
		return // the item is mandatory: without it the set says nothing that could be shown
	}
	// A new one each time: who was given the one before still has it.
	one := Marking{Classification: class.String()}
	one.Country, _ = s.ClassifyingCountry()
	one.Caveats, _ = s.Text(st0102.TagCaveats)
	one.Releasable, _ = s.ReleasableTo()
	m.newest = &one
}
