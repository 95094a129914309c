package share

import (
	"io"
	"strings"
	"time"

	"overflight/format/kml"
	"overflight/release"
)

// WriteKML writes a folder for every product, in it one for every kind of record. A record without a place is there without a shape, and
// one that is withheld whole too.
func WriteKML(w io.Writer, all []*release.Product, words Words) error {
	products := sheets(all, words)
	k := beginKML(w, words.Text("share.document"), bannerOf(products, words))
	for i := range products {
		s := &products[i]
		k.Begin("Folder")
		k.Text("name", s.title())
		k.Text("description", s.note(nil))
		for _, kind := range kinds() {
			var folder bool
			for j := range s.rows {
				if s.rows[j].kind != kind {
					continue
				}
				if !folder {
					folder = true
					k.Begin("Folder")
					k.Text("name", words.Text("share.kinds."+kindKey(kind)))
				}
				placemark(k, s, &s.rows[j])
			}
			if folder {
				k.End()
			}
		}
		k.End()
	}
	return k.Close()
}

// kinds of records in the order in which they are written; the last is of those that are withheld whole.
func kinds() []string {
	var out []string
	for _, s := range release.Schemas() {
		kind, _, _ := strings.Cut(s.Kind, "/")
		out = append(out, kind)
	}
	return append(out, "")
}

// colours of what is drawn, by kind: KML writes aabbggrr.
var colours = map[string]string{"flight": "3d5a73", "entry": "1c5aa6", "look": "b06f00", "footprint": "2f7d5b", "site": "b3261e", "observation": "7a3fb5", "fix": "33475b"}

func beginKML(w io.Writer, name, banner string) *kml.Writer {
	k := kml.NewWriter(w)
	k.Begin("Document")
	k.Text("name", name+" – "+banner)
	k.Text("open", "1")
	for _, kind := range kinds() {
		c, ok := colours[kind]
		if !ok {
			continue
		}
		turned := c[4:6] + c[2:4] + c[0:2]
		k.Begin("Style", "id", kind)
		k.Begin("IconStyle")
		k.Text("color", "ff"+turned)
		k.End()
		k.Begin("LineStyle")
		k.Text("color", "ff"+turned)
		k.Text("width", "2")
		k.End()
		k.Begin("PolyStyle")
		k.Text("color", "40"+turned)
		k.End()
		k.End()
	}
	return k
}

// note is what is said of a record, or of the whole product, before everything else.
func (s *sheet) note(r *row) string {
	marking := s.banner
	var lines []string
	if r != nil && r.marking != "" {
		marking = r.marking
	}
	lines = append(lines, marking)
	lines = append(lines, s.caveats(r)...)
	if r != nil {
		for _, b := range r.groups(coarse, s.words) {
			lines = append(lines, s.words.Text("share.coarse-because", strings.Join(b.names, ", "), strings.Join(b.reasons, " ")))
		}
		for _, b := range r.groups(withheld, s.words) {
			lines = append(lines, s.words.Text("share.withheld-because", strings.Join(b.names, ", "), strings.Join(b.reasons, " ")))
		}
		if r.kind == "" {
			lines = append(lines, s.words.Text("share.withheld-whole"))
		}
	}
	return strings.Join(append(lines, s.words.Text("share.copy", clean(s.Copy.Office), clean(s.Copy.Mark))), "\n")
}

func placemark(k *kml.Writer, s *sheet, r *row) {
	k.Begin("Placemark", "id", s.fid(r))
	k.Text("name", r.name(s.words))
	k.Text("description", s.note(r))
	if from, to, ok := r.during(); ok {
		k.Span(from, to)
	}
	if _, ok := colours[r.kind]; ok {
		k.Text("styleUrl", "#"+r.kind)
	}
	k.Begin("ExtendedData")
	k.Data("report", s.words.Text("share.column.report"), s.title())
	k.Data("record", s.words.Text("share.column.record"), s.words.Text("share.number", r.record))
	for i := range r.fields {
		f := &r.fields[i]
		k.Data(f.spec.Name, fieldText(f.spec.Name, s.words), f.text(s.words))
	}
	k.Data("marking", s.words.Text("share.column.marking"), r.marking)
	k.Data("caveats", s.words.Text("share.column.caveats"), strings.Join(s.caveats(r), " "))
	k.End()
	shape := r.shape()
	var points []kml.Position
	var polygons []kml.Polygon
	for _, p := range shape.points {
		points = append(points, kml.Position(p))
	}
	for _, closed := range shape.polygons() {
		var one kml.Ring
		for _, p := range closed {
			one = append(one, kml.Position(p))
		}
		polygons = append(polygons, kml.Polygon{one})
	}
	k.Shapes(points, polygons)
	k.End()
}

// Link is a document of KML that a viewer fetches anew.
type Link struct{ Name, Address string }

// WriteNetworkLinks writes a document that names others, each of which is fetched every so often.
func WriteNetworkLinks(w io.Writer, banner string, links []Link, every time.Duration, words Words) error {
	k := beginKML(w, words.Text("share.document"), banner)
	for _, l := range links {
		k.Link(l.Name, l.Address, every)
	}
	return k.Close()
}
