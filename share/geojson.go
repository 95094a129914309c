package share

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"overflight/release"
)

// members are those of a JSON object, in the order in which they are set.
type members struct {
	b   bytes.Buffer
	err error
}

func (m *members) set(name string, value any) {
	if m.err != nil {
		return
	}
	key, err := encoded(name)
	if err == nil {
		var v []byte
		if v, err = encoded(value); err == nil {
			m.b.WriteByte("{,"[min(m.b.Len(), 1)])
			m.b.Write(key)
			m.b.WriteByte(':')
			m.b.Write(v)
		}
	}
	m.err = err
}

// MarshalJSON writes the object.
func (m *members) MarshalJSON() ([]byte, error) {
	if m.err != nil || m.b.Len() == 0 {
		return []byte("{}"), m.err
	}
	return append(bytes.Clone(m.b.Bytes()), '}'), nil
}

// encoded leaves <, > and & as they are: nothing of it stands in a page.
func encoded(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// fid is the identifier of a record among all that are shared.
func (s *sheet) fid(r *row) string {
	return s.Statement.ID + "." + strconv.Itoa(s.Statement.Version) + "." + strconv.Itoa(r.record)
}

// properties are those of a feature: every field by its name, null where it is withheld or has no value; what is withheld or coarse and
// why; the marking and what binds the reader. An instant is RFC 3339, a coarse one the interval that it stands for (ISO 8601); a place is
// its geohash.
func (s *sheet) properties(r *row) *members {
	m := &members{}
	m.set("report", s.Statement.ID)
	m.set("version", s.Statement.Version)
	m.set("record", r.record)
	m.set("kind", r.kind)
	var hidden, rough []string
	why := &members{}
	for i := range r.fields {
		f := &r.fields[i]
		var v any
		if text := f.plain(); f.state == shown || f.state == coarse {
			v = text
			if f.value.Kind == release.Number {
				v = json.Number(text)
			}
		}
		m.set(f.spec.Name, v)
		switch f.state {
		case withheld:
			hidden = append(hidden, f.spec.Name)
			why.set(f.spec.Name, reasonTexts(f.reasons, s.words))
		case coarse:
			rough = append(rough, f.spec.Name)
			why.set(f.spec.Name, reasonTexts(f.reasons, s.words))
		case shown, absent:
		}
	}
	m.set("withheld_whole", r.kind == "")
	m.set("withheld", orNone(hidden))
	m.set("coarse", orNone(rough))
	m.set("reasons", why)
	if from, to, ok := r.during(); ok {
		m.set("time_start", stamp(from))
		m.set("time_end", stamp(to))
	} else {
		m.set("time_start", nil)
		m.set("time_end", nil)
	}
	m.set("marking", r.marking)
	m.set("caveats", s.caveats(r))
	m.set("office", s.Copy.Office)
	m.set("copy", s.Copy.Mark)
	m.set("root", s.Statement.Root)
	return m
}

func orNone(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// feature is a record after RFC 7946.
func (s *sheet) feature(r *row) *members {
	m, shape := &members{}, r.shape()
	m.set("type", "Feature")
	m.set("id", s.fid(r))
	if b, ok := shape.bounds(); ok {
		m.set("bbox", b)
	}
	m.set("geometry", &shape)
	m.set("properties", s.properties(r))
	return m
}

// WriteGeoJSON writes every record as a feature, one a line.
func WriteGeoJSON(w io.Writer, all []*release.Product, words Words) error {
	products := sheets(all, words)
	head := &members{}
	head.set("type", "FeatureCollection")
	head.set("marking", bannerOf(products, words))
	head.set("language", words.Tag())
	b, err := head.MarshalJSON()
	if err != nil {
		return fmt.Errorf("writing GeoJSON: %w", err)
	}
	b = append(b[:len(b)-1], `,"features":[`...)
	comma := "\n"
	for i := range products {
		s := &products[i]
		for j := range s.rows {
			f, err := encoded(s.feature(&s.rows[j]))
			if err != nil {
				return fmt.Errorf("writing GeoJSON: %w", err)
			}
			b = append(append(b, comma...), f...)
			comma = ",\n"
			if len(b) > 1<<16 {
				if _, err := w.Write(b); err != nil {
					return fmt.Errorf("writing GeoJSON: %w", err)
				}
				b = b[:0]
			}
		}
	}
	if _, err := w.Write(append(b, "\n]}\n"...)); err != nil {
		return fmt.Errorf("writing GeoJSON: %w", err)
	}
	return nil
}
