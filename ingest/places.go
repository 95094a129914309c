package ingest

import (
	"bytes"
	"slices"

	"overflight/format/misb/st0903"
	"overflight/geodesy"
	"overflight/sensor"
)

// Place is where a report of VMTI is: a position, or a place in the picture. Nothing says which report it was of, nor of what.
type Place struct {
	Position sensor.Optional[geodesy.Position]
	U, V     float64 // of the picture, from its upper left, 0 to 1; used where there is no position
}

// places appends where the reports of a set are. Its own position counts, then its offset from the frame centre, then its pixel.
func places(dst []Place, v *st0903.Set, centre sensor.Optional[geodesy.Position]) []Place {
	for i := range v.Targets {
		t := &v.Targets[i]
		if calls(t, peopleWords) {
			continue
		}
		if l, ok := t.Location(); ok {
			dst = append(dst, Place{Position: sensor.Known(geodesy.Position{Lat: geodesy.Angle(l.Lat), Lon: geodesy.Angle(l.Lon)})})
			continue
		}
		lat, lon, offset := t.Offset()
		if c, ok := centre.Get(); ok && offset {
			dst = append(dst, Place{Position: sensor.Known(geodesy.Position{Lat: c.Lat + geodesy.Angle(lat), Lon: c.Lon + geodesy.Angle(lon)})})
			continue
		}
		p, ok := v.CentroidPixel(t)
		if w, h := v.Context.FrameWidth, v.Context.FrameHeight; ok && w > 0 && h > 0 && p.Row <= h && p.Column <= w {
			dst = append(dst, Place{U: (float64(p.Column) - 0.5) / float64(w), V: (float64(p.Row) - 0.5) / float64(h)})
		}
	}
	return dst
}

// calls tells whether the stream's own ontology calls a report by one of the words.
func calls(t *st0903.Target, words [][]byte) bool {
	for _, e := range t.Others {
		if e.Tag != st0903.Object && e.Tag != st0903.ObjectSeries {
			continue
		}
		text := bytes.ToLower(e.Value)
		if slices.ContainsFunc(words, func(word []byte) bool { return bytes.Contains(text, word) }) {
			return true
		}
	}
	return false
}
