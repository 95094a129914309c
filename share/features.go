package share

import (
	"bytes"
	"html/template"
	"slices"
	"strings"
	"time"

	"overflight/release"
)

// Refresh is how often viewers of KML ask anew.
const Refresh = time.Minute

// Service answers what is asked of OGC API - Features - Part 1: Core (OGC 17-069r3) for one office: a collection for every kind of
// record, and one for those that are withheld whole. Whose it is who asks is for the caller to know. Its answers are in CRS84, which is
// longitude and latitude.
type Service struct {
	base   string
	words  Words
	office string
	sheets []sheet
	banner string
}

// NewService is the service of what one office was given, at an address that does not end in a slash.
func NewService(all []*release.Product, office, base string, words Words) *Service {
	s := &Service{base: base, words: words, office: clean(office), sheets: sheets(all, words)}
	s.banner = bannerOf(s.sheets, words)
	return s
}

// Request is what is asked: the parts of the path below the address of the service, decoded, the parameters, and what the client would
// rather have (the header Accept).
type Request struct {
	Path   []string
	Query  map[string][]string
	Accept string
}

// Answer is what is answered.
type Answer struct {
	ContentType string
	Body        []byte
	Beyond      string // the records a page that were asked for, where these are more than MostPage, which is answered; else empty
}

// The kinds of answers.
const (
	asJSON    = "application/json"
	asGeoJSON = "application/geo+json"
	asHTML    = "text/html; charset=utf-8"
	asKML     = "application/vnd.google-earth.kml+xml"
	asOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
)

var mediaTypes = map[string]string{"json": asJSON, "html": "text/html", "kml": asKML}

// link is after RFC 8288.
type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// format is in what form is answered.
func (r *Request) format(allowed ...string) (string, error) {
	if f, ok := r.Query["f"]; ok {
		if len(f) != 1 || !slices.Contains(allowed, f[0]) {
			return "", &QueryError{"f", short(strings.Join(f, " ")), strings.Join(allowed, " | ")}
		}
		return f[0], nil
	}
	// Browsers name HTML, programs for maps name JSON or nothing.
	first := len(r.Accept) + 1
	out := "json"
	for _, f := range allowed {
		if i := strings.Index(r.Accept, mediaTypes[f]); i >= 0 && i < first {
			first, out = i, f
		}
	}
	return out, nil
}

// Answer answers. The error is a *QueryError or ErrNoSuch, or a fault of the program.
func (s *Service) Answer(r Request) (*Answer, error) {
	p := r.Path
	switch {
	case len(p) == 0:
		return s.landing(&r)
	case len(p) == 1 && p[0] == "conformance":
		return s.conformance(&r)
	case len(p) == 1 && p[0] == "api":
		return s.api(&r)
	case len(p) == 1 && p[0] == "collections":
		return s.collections(&r)
	case p[0] != "collections" || len(p) > 4 || !slices.Contains(s.ids(), p[1]):
		return nil, ErrNoSuch
	case len(p) == 2:
		return s.collection(&r, p[1])
	case p[2] != "items":
		return nil, ErrNoSuch
	case len(p) == 3:
		return s.items(&r, p[1])
	}
	return s.item(&r, p[1], p[3])
}

// ids of the collections.
func (s *Service) ids() []string {
	var out []string
	for _, kind := range kinds() {
		out = append(out, kindKey(kind))
	}
	return out
}

func kindOf(id string) string {
	if id == "withheld" {
		return ""
	}
	return id
}

// plain answers with JSON or with a page that has the same links.
func (s *Service) plain(r *Request, title string, v *members, links []link) (*Answer, error) {
	if err := one(r.Query, ofAll); err != nil {
		return nil, err
	}
	f, err := r.format("json", "html")
	if err != nil {
		return nil, err
	}
	return s.inForm(f, title, v, links)
}

func (s *Service) inForm(f, title string, v *members, links []link) (*Answer, error) {
	if f == "html" {
		return s.page(title, servicePage{Links: links})
	}
	return answerJSON(asJSON, v)
}

func answerJSON(kind string, v *members) (*Answer, error) {
	b, err := encoded(v)
	if err != nil {
		return nil, err
	}
	return &Answer{ContentType: kind, Body: append(b, '\n')}, nil
}

func (s *Service) landing(r *Request) (*Answer, error) {
	if err := one(r.Query, ofAll); err != nil {
		return nil, err
	}
	f, err := r.format("json", "html", "kml")
	if err != nil {
		return nil, err
	}
	w := s.words
	if f == "kml" {
		var all []Link
		for _, id := range s.ids() {
			all = append(all, Link{w.Text("share.kinds." + id), s.base + "/collections/" + id + "/items?f=kml"})
		}
		var b bytes.Buffer
		if err := WriteNetworkLinks(&b, s.banner, all, Refresh, w); err != nil {
			return nil, err
		}
		return &Answer{ContentType: asKML, Body: b.Bytes()}, nil
	}
	links := []link{
		{s.base + "/?f=json", "self", asJSON, w.Text("share.features.title")},
		{s.base + "/?f=html", "alternate", "text/html", w.Text("share.features.title")},
		{s.base + "/?f=kml", "alternate", asKML, w.Text("share.features.kml")},
		{s.base + "/api", "service-desc", asOpenAPI, w.Text("share.features.api")},
		{s.base + "/conformance", "conformance", asJSON, w.Text("share.features.conformance")},
		{s.base + "/collections", "data", asJSON, w.Text("share.features.collections")},
	}
	m := &members{}
	m.set("title", w.Text("share.features.title"))
	m.set("description", w.Text("share.features.about", s.office))
	m.set("marking", s.banner)
	m.set("links", links)
	return s.inForm(f, w.Text("share.features.title"), m, links[2:])
}

func (s *Service) conformance(r *Request) (*Answer, error) {
	m := &members{}
	const classes = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
	all := []string{classes + "core", classes + "oas30", classes + "html", classes + "geojson"}
	m.set("conformsTo", all)
	var links []link
	for _, c := range all {
		links = append(links, link{Href: c, Title: c})
	}
	return s.plain(r, s.words.Text("share.features.conformance"), m, links)
}

func (s *Service) collections(r *Request) (*Answer, error) {
	w := s.words
	self := s.base + "/collections"
	all := make([]*members, 0, len(kinds()))
	var shown []link
	for _, id := range s.ids() {
		all = append(all, s.describe(id))
		shown = append(shown, link{Href: self + "/" + id + "/items?f=html", Title: w.Text("share.kinds." + id)})
	}
	m := &members{}
	m.set("links", []link{{self + "?f=json", "self", asJSON, w.Text("share.features.collections")}, {self + "?f=html", "alternate", "text/html", w.Text("share.features.collections")}})
	m.set("collections", all)
	return s.plain(r, w.Text("share.features.collections"), m, shown)
}

func (s *Service) collection(r *Request, id string) (*Answer, error) {
	title := s.words.Text("share.kinds." + id)
	return s.plain(r, title, s.describe(id), []link{{Href: s.base + "/collections/" + id + "/items?f=html", Title: s.words.Text("share.features.items", title)}})
}

// describe is a collection after 7.13 to 7.14.
func (s *Service) describe(id string) *members {
	title := s.words.Text("share.kinds." + id)
	self := s.base + "/collections/" + id
	m := &members{}
	m.set("id", id)
	m.set("title", title)
	m.set("description", s.words.Text("share.features.items", title)+". "+s.banner)
	m.set("links", []link{
		{self + "?f=json", "self", asJSON, title},
		{self + "/items?f=json", "items", asGeoJSON, title},
		{self + "/items?f=html", "items", "text/html", title},
		{self + "/items?f=kml", "items", asKML, title},
	})
	if extent := s.extent(kindOf(id)); extent != nil {
		m.set("extent", extent)
	}
	m.set("itemType", "feature")
	m.set("crs", []string{crs84})
	return m
}

const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

func (s *Service) extent(kind string) *members {
	var box [4]float64
	var first, last time.Time
	boxed, dated := false, false
	s.each(kind, func(_ *sheet, r *row) {
		shape := r.shape()
		if b, ok := shape.bounds(); ok {
			if !boxed {
				box = b
			}
			box = [4]float64{min(box[0], b[0]), min(box[1], b[1]), max(box[2], b[2]), max(box[3], b[3])}
			boxed = true
		}
		if from, to, ok := r.during(); ok {
			if !dated || from.Before(first) {
				first = from
			}
			if !dated || to.After(last) {
				last = to
			}
			dated = true
		}
	})
	if !boxed && !dated {
		return nil
	}
	m, part := &members{}, &members{}
	if boxed {
		part.set("bbox", [][4]float64{box})
		part.set("crs", crs84)
		m.set("spatial", part)
	}
	if dated {
		part = &members{}
		part.set("interval", [][2]string{{stamp(first), stamp(last)}})
		m.set("temporal", part)
	}
	return m
}

func (s *Service) each(kind string, f func(*sheet, *row)) {
	for i := range s.sheets {
		for j := range s.sheets[i].rows {
			if r := &s.sheets[i].rows[j]; r.kind == kind {
				f(&s.sheets[i], r)
			}
		}
	}
}

// found is a record that is asked for.
type found struct {
	s *sheet
	r *row
}

func (s *Service) items(r *Request, id string) (*Answer, error) {
	q, err := parseQuery(r.Query)
	if err != nil {
		return nil, err
	}
	f, err := r.format("json", "html", "kml")
	if err != nil {
		return nil, err
	}
	out, err := s.part(r, id, &q, f)
	if err != nil {
		return nil, err
	}
	out.Beyond = q.beyond
	return out, nil
}

// part is the page of a collection that is asked for.
func (s *Service) part(r *Request, id string, q *query, f string) (*Answer, error) {
	matched := 0
	var page []found
	s.each(kindOf(id), func(p *sheet, r *row) {
		if q.takes(r) {
			if matched >= q.offset && len(page) < q.limit {
				page = append(page, found{p, r})
			}
			matched++
		}
	})
	title := s.words.Text("share.kinds." + id)
	self := s.base + "/collections/" + id + "/items"
	next := ""
	if q.offset+len(page) < matched {
		next = self + q.parameters(r.Query, q.offset+len(page), f)
	}
	notice := ""
	if q.beyond != "" {
		notice = s.words.Text("share.features.most", MostPage, q.beyond)
	}
	switch f {
	case "kml":
		return s.placemarks(title, page, next)
	case "html":
		count := strings.TrimSpace(s.words.Text("share.features.count", len(page), matched) + " " + notice)
		return s.records(s.words.Text("share.features.items", title), page, count, next)
	}
	links := []link{
		{self + q.parameters(r.Query, q.offset, "json"), "self", asGeoJSON, title},
		{self + q.parameters(r.Query, q.offset, "html"), "alternate", "text/html", title},
		{self + q.parameters(r.Query, q.offset, "kml"), "alternate", asKML, title},
	}
	if next != "" {
		links = append(links, link{next, "next", asGeoJSON, s.words.Text("share.features.next")})
	}
	all := make([]*members, len(page))
	for i, x := range page {
		all[i] = x.s.feature(x.r)
	}
	m := &members{}
	m.set("type", "FeatureCollection")
	m.set("links", links)
	m.set("numberMatched", matched)
	m.set("numberReturned", len(page))
	if notice != "" {
		m.set("notice", notice)
	}
	m.set("marking", s.banner)
	m.set("features", all)
	return answerJSON(asGeoJSON, m)
}

func (s *Service) placemarks(title string, page []found, next string) (*Answer, error) {
	var b bytes.Buffer
	k := beginKML(&b, title, s.banner)
	for _, x := range page {
		placemark(k, x.s, x.r)
	}
	if next != "" {
		k.Link(s.words.Text("share.features.next"), next, Refresh)
	}
	if err := k.Close(); err != nil {
		return nil, err
	}
	return &Answer{ContentType: asKML, Body: b.Bytes()}, nil
}

func (s *Service) item(r *Request, id, fid string) (*Answer, error) {
	if err := one(r.Query, ofAll); err != nil {
		return nil, err
	}
	f, err := r.format("json", "html", "kml")
	if err != nil {
		return nil, err
	}
	var page []found
	s.each(kindOf(id), func(p *sheet, r *row) {
		if len(page) == 0 && p.fid(r) == fid {
			page = []found{{p, r}}
		}
	})
	if len(page) == 0 {
		return nil, ErrNoSuch
	}
	title := page[0].r.name(s.words)
	switch f {
	case "kml":
		return s.placemarks(title, page, "")
	case "html":
		return s.records(title, page, "", "")
	}
	self := s.base + "/collections/" + id + "/items/" + escape(fid, "")
	m := page[0].s.feature(page[0].r)
	m.set("links", []link{
		{self + "?f=json", "self", asGeoJSON, title},
		{self + "?f=html", "alternate", "text/html", title},
		{self + "?f=kml", "alternate", asKML, title},
		{s.base + "/collections/" + id, "collection", asJSON, s.words.Text("share.kinds." + id)},
	})
	return answerJSON(asGeoJSON, m)
}

// servicePage is what a page of the service is filled with.
type servicePage struct {
	Words
	Title, Banner, Home string
	Caveat, About       string
	Links               []link
	Count, Next         string
	Records             []pageRecord
}

func (s *Service) records(title string, page []found, count, next string) (*Answer, error) {
	out := servicePage{Count: count, Next: next}
	for _, x := range page {
		r := x.s.pageRecord(fileName(x.s.fid(x.r)), x.r)
		if x.r.kind == "" {
			r.Notes = append(r.Notes, s.words.Text("share.withheld-whole"))
		}
		out.Records = append(out.Records, r)
	}
	return s.page(title, out)
}

func (s *Service) page(title string, p servicePage) (*Answer, error) {
	t, err := template.New("service").Parse(serviceText)
	if err != nil {
		return nil, err
	}
	p.Words, p.Title, p.Banner, p.Home = s.words, title, s.banner, s.base+"/?f=html"
	p.Caveat, p.About = s.words.Text("share.caveat.not-for-targeting"), s.words.Text("share.features.about", s.office)
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, err
	}
	return &Answer{ContentType: asHTML, Body: b.Bytes()}, nil
}
