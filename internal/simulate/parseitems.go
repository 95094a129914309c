package simulate

import (
	"math"
	"strings"
	"time"

	"overflight/geodesy"
)

// whole reads a whole number.
func (t *table) whole(key string, low, high int, required bool, otherwise int) int {
	v := t.number(key, float64(low), float64(high), required, float64(otherwise), plainUnits...)
	if v != math.Trunc(v) {
		t.fail(t.line, "%s: expected a whole number, got %g", join(t.path, key), v)
	}
	return int(v)
}

func (s *Sortie) readMetadata(t *table) {
	s.Metadata = Metadata{Rate: 5, Carriage: SyncCarriage, Version: 19, Constants: 10 * time.Second, Corners: FullCorners, Reports: time.Second}
	m, ok := t.child("metadata")
	if !ok {
		return
	}
	s.Metadata = Metadata{
		Rate:      m.number("rate", 0.1, 60, false, 5, rateUnits...),
		Carriage:  Carriage(m.choice("carriage", string(SyncCarriage), string(SyncCarriage), string(AsyncCarriage), string(AsyncPTS))),
		Version:   uint8(m.whole("version", 17, 19, false, 19)),
		Constants: m.duration("constants", time.Second, 30*time.Second, false, 10*time.Second),
		MISP:      m.choice("time", "utc", "utc", "misp") == "misp",
		Corners: Corners(m.choice("corners", string(FullCorners),
			string(FullCorners), string(OffsetCorners), string(BothCorners), string(NoCorners))),
		Reports: m.duration("reports", 0, time.Minute, false, time.Second),
	}
	m.done("rate, carriage, version, constants, time, corners, reports")
}

// classifications in the order of ST 0102 item 1, which begins with 1.
var classifications = []string{"unclassified", "restricted", "confidential", "secret", "top secret"}

func (s *Sortie) readSecurity(t *table) {
	s.Security = Security{Classification: 1, Country: "USA"}
	c, ok := t.child("security")
	if !ok {
		return
	}
	word := c.choice("classification", "unclassified", classifications...)
	for i, w := range classifications {
		if w == word {
			s.Security.Classification = uint8(i + 1)
		}
	}
	s.Security.Country = c.code("country", "USA", 1)
	s.Security.Releasable = c.code("releasable", "", 20)
	s.Security.Caveats = c.text("caveats", 100, "")
	s.Security.Objects = c.code("objects", "", 20)
	c.done("classification, country, releasable, caveats, objects")
}

// code reads up to n three-letter codes of states, separated by one blank.
func (t *table) code(key, otherwise string, n int) string {
	v, line, ok := t.scalar(key, "three-letter codes", false)
	if !ok {
		return otherwise
	}
	words := strings.Split(v, " ")
	for _, w := range words {
		if len(w) != 3 || strings.ContainsFunc(w, func(r rune) bool { return r < 'A' || r > 'Z' }) || len(words) > n {
			t.fail(line, "%s: expected at most %d three-letter codes of states, got %q", join(t.path, key), n, v)
		}
	}
	return v
}

func (s *Sortie) readVideo(t *table) {
	v := Video{
		From: t.duration("from", 0, maxSortie, true, 0), To: t.duration("to", 0, maxSortie, true, 0),
		Rate:  t.whole("rate", 1, 30, false, 5),
		Width: t.whole("width", 64, 1280, false, 320), Height: t.whole("height", 48, 960, false, 240),
		Key: t.duration("key", time.Second, 10*time.Second, false, 2*time.Second), Quality: t.whole("quality", 15, 45, false, 27),
		Baseline: t.choice("profile", "high", "high", "baseline") == "baseline",
	}
	writing := t.choice("writing", "all", "all", "label", "mark")
	v.Label, v.Mark = writing != "all", writing == "mark"
	if v.Mark && v.Width < leastMarked {
		t.fail(t.line, "%s: expected a width of %d or more, so that the mark is read", t.path, leastMarked)
	}
	if v.To <= v.From || v.Width%16 != 0 || v.Height*4 != v.Width*3 {
		t.fail(t.line, "%s: expected from before to, and a 4:3 picture whose width is a multiple of 16", t.path)
	}
	if n := len(s.Video); n > 0 {
		first := s.Video[0]
		if s.Video[n-1].To > v.From || first.Rate != v.Rate || first.Width != v.Width || first.Height != v.Height {
			t.fail(t.line, "%s: expected stretches in order, of one rate and size", t.path)
		}
	}
	t.done("from, to, rate, width, height, key, quality, profile, writing")
	s.Video = append(s.Video, v)
}

func (s *Sortie) readTown(t *table) {
	w, ok := t.child("town")
	if !ok {
		return
	}
	s.Town = Town{
		Position: w.position(), Bearing: geodesy.Angle(w.number("bearing", 0, 360, false, 0, angleUnits...)),
		Rows: w.whole("rows", 1, 40, true, 0), Columns: w.whole("columns", 1, 40, true, 0),
		Block: geodesy.Length(w.number("block", 60, 300, false, 90, lengthUnits...)),
	}
	w.done("lat, lon, bearing, rows, columns, block")
}

func (s *Sortie) readBuilding(t *table, hasGeoid bool) {
	b := Building{
		Place: s.place(t, hasGeoid), Name: t.text("name", 64, ""),
		Length: geodesy.Length(t.number("length", 2, 500, true, 0, lengthUnits...)),
		Width:  geodesy.Length(t.number("width", 2, 500, true, 0, lengthUnits...)),
		Above:  geodesy.Length(t.number("above", 1, 200, false, 5, lengthUnits...)),
		// A compass bearing names a line both ways.
		Bearing: geodesy.Angle(t.number("bearing", 0, 360, false, 0, angleUnits...)),
		Roof:    t.choice("roof", "grey", "grey", "white", "red", "blue"),
	}
	if b.Length < b.Width {
		t.fail(t.line, "%s: expected a length that is no less than the width", t.path)
	}
	t.done("name, lat, lon, height, length, width, above, bearing, roof")
	s.Buildings = append(s.Buildings, b)
}

func (s *Sortie) readFault(t *table) {
	f := Fault{
		Kind: FaultKind(t.choice("kind", "", string(Silence), string(Drop), string(Checksum), string(ZeroLength),
			string(Backwards), string(Reserved), string(Flip))),
		From: t.duration("from", 0, maxSortie, true, 0), To: t.duration("to", 0, maxSortie, true, 0),
		Every: t.whole("every", 1, 1<<20, false, 1),
		Item:  uint32(t.whole("item", 3, 142, false, 0)),
		By:    t.duration("by", time.Microsecond, time.Hour, false, 0),
	}
	switch {
	case f.To <= f.From:
		t.fail(t.line, "%s: expected from before to", t.path)
	case (f.Kind == ZeroLength) != (f.Item != 0):
		t.fail(t.line, "%s: expected an item with zero-length and with nothing else", t.path)
	case (f.Kind == Backwards) != (f.By != 0):
		t.fail(t.line, "%s: expected by (a time) with backwards and with nothing else", t.path)
	}
	t.done("kind, from, to, every, item, by")
	s.Faults = append(s.Faults, f)
}
