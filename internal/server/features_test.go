package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/internal/auth"
	"overflight/internal/catalogue"
	"overflight/release"
)

// shelf is what offices were given, in memory.
type shelf map[string][]*release.Product

func (s shelf) Products(_ context.Context, office string) ([]*release.Product, error) {
	return s[office], nil
}

var marked = release.Marking{
	Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX", "USA"}, Caveats: []string{}, Handling: release.Amber, Originator: "USA/OPS",
	Created: time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC),
}

// sitesProduct has so many sites along a line from the Gulf of California to beyond the antimeridian, one a day, of which each tenth is
// withheld whole; the organisation is withheld of all.
func sitesProduct(t *testing.T, id, office string, sites, digits int) *release.Product {
	t.Helper()
	r := &release.Report{ID: id, Version: 1, Made: marked.Created}
	for i := range sites {
		at, err := release.InstantValue(time.Date(2026, 1, 1, 12, 34, 56, 0, time.UTC).AddDate(0, 0, i))
		if err != nil {
			t.Fatal(err)
		}
		x, err := release.NewRecord("site/1", marked, map[string]release.Value{
			"site": {Kind: release.Text, Text: fmt.Sprintf("%s-%04d", id, i)}, "place": release.PlaceValue(geodesy.Position{Lat: 24.5, Lon: geodesy.Angle(-107.5 - float64(i))}),
			"last_seen": at, "organisation": {Kind: release.Text, Text: "OFAC-SDN 11440"},
		})
		if err != nil {
			t.Fatal(err)
		}
		r.Records = append(r.Records, x)
	}
	p, err := release.Redact(r, release.Seed{9}, func(n int, s release.FieldSpec, f release.Field) release.Grant {
		whole := max(1, f.Value.Kind.Whole())
		switch {
		case n%10 == 9 || s.Name == "organisation":
			return release.Grant{Reasons: []string{"compartment"}}
		case f.Value.Kind == release.Place:
			return release.Grant{Digits: min(digits, whole), Reasons: []string{"place-floor"}}
		}
		return release.Grant{Digits: whole}
	}, release.Copy{Office: office, State: "MEX", Mark: strings.Repeat("ab", 16), Released: marked.Created, Purpose: "find-laboratories", Caveats: []string{"not-for-targeting"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// library is a server that serves what two offices were given.
type library struct {
	*site
	now   *clock
	token string // of MEX/SEDENA
	pass  auth.Pass
	log   *logged
}

// logged is a log in memory.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// take is what was logged since it was last asked for.
func (l *logged) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}

// clock is one that is set by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// guarded is the API behind its guard, without what needs a node.
func guarded(c Config) http.Handler {
	mux := http.NewServeMux()
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	a := &api{Config: c, routes: mux}
	a.stated = stated(Describe(mux, c.Version, a))
	mux.HandleFunc("GET "+featuresPath+"/", a.features)
	return a.guard(mux)
}

func lend(t *testing.T, sites int) *library {
	t.Helper()
	users, err := auth.Open(auth.In(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	now := &clock{at: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}
	log := &logged{}
	s := httptest.NewServer(guarded(Config{Token: ownerToken, Users: users, Version: "1", Now: now.now, Logger: slog.New(slog.NewTextHandler(log, nil)), Released: shelf{
		"MEX/SEDENA": {sitesProduct(t, "A", "MEX/SEDENA", sites, 5)}, "MEX/FGR": {sitesProduct(t, "B", "MEX/FGR", 3, 12)},
	}}))
	t.Cleanup(s.Close)
	p, token, err := users.GivePass("MEX/SEDENA", catalogue.Spanish, 30*24*time.Hour, now.now())
	if err != nil {
		t.Fatal(err)
	}
	return &library{&site{t: t, users: users, at: s.URL}, now, token, p, log}
}

// read asks for what is below the address of the office's service.
func (l *library) read(path string, header ...string) reply {
	l.t.Helper()
	q := asking{method: http.MethodGet, path: passPath + l.token + path, header: map[string]string{}}
	for i := 0; i+1 < len(header); i += 2 {
		q.header[header[i]] = header[i+1]
	}
	return l.ask(q)
}

// pageOfItems is an answer of a collection.
type pageOfItems struct {
	Matched  int `json:"numberMatched"`
	Returned int `json:"numberReturned"`
	Notice   string
	Features []struct {
		ID         string
		Geometry   *struct{ Type string }
		Properties map[string]any
	}
	Links []struct{ Href, Rel, Type string }
}

func itemsOf(t *testing.T, r reply) pageOfItems {
	t.Helper()
	var out pageOfItems
	if err := json.Unmarshal([]byte(r.text), &out); err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%d: %v: %.300s", r.StatusCode, err, r.text)
	}
	return out
}

func TestFeaturesFilter(t *testing.T) {
	t.Parallel()
	l := lend(t, 100)
	for query, want := range map[string]int{
		"":                                   90,
		"?bbox=-180,-90,180,90":              90,
		"?bbox=-108,24,-107,25":              1,
		"?bbox=-108,24,0,-107,25,3000":       1,
		"?bbox=-107.495,24.5,-107.495,24.51": 1, // in the cell, and not at the place
		"?bbox=170,20,-175,30":               13,
		"?bbox=0,0,1,1":                      0,
		"?datetime=2026-01-03T12:34:56Z":     1,
		"?datetime=2026-01-03":               1,
		"?datetime=2026-01-03T00:00:00Z/2026-01-05T23:00:00Z":                      3,
		"?datetime=2026-01-03T00:00:00Z/..":                                        88,
		"?datetime=../2026-01-03T00:00:00Z":                                        2,
		"?datetime=/2026-01-03T00:00:00Z":                                          2,
		"?datetime=2026-01-03T00:00:00%2B06:00/2026-01-05T00:00:00Z":               2,
		"?bbox=-115,24,-107,25&datetime=2026-01-03T00:00:00Z/2026-01-05T23:00:00Z": 3,
	} {
		if got := itemsOf(t, l.read("/collections/site/items"+query)); got.Matched != want || got.Returned != want || len(got.Features) != want {
			t.Errorf("%s: %d matched, %d returned, want %d", query, got.Matched, got.Returned, want)
		}
	}
	if got := itemsOf(t, l.read("/collections/withheld/items")); got.Matched != 10 || got.Features[0].Geometry != nil || got.Features[0].Properties["withheld_whole"] != true {
		t.Errorf("withheld records: %+v", got)
	}
	if got := itemsOf(t, l.read("/collections/withheld/items?bbox=-180,-90,180,90")); got.Matched != 0 {
		t.Errorf("%d withheld records have a place", got.Matched)
	}
	one := l.read("/collections/site/items/A.1.0")
	if !strings.Contains(one.text, `"type":"Polygon"`) || strings.Contains(one.text, "11440") || !strings.Contains(one.text, "Pertenece a un compartimento que esta oficina no tiene.") {
		t.Errorf("a record: %s", one.text)
	}
}

// TestTheWholeWorldIsPaged: what is asked for without a bound comes in pages, by whose links everything is found once.
func TestTheWholeWorldIsPaged(t *testing.T) {
	t.Parallel()
	l := lend(t, 100)
	seen := map[string]bool{}
	path := "/collections/site/items?bbox=-180,-90,180,90&limit=7"
	pages := 0
	for path != "" {
		got := itemsOf(t, l.read(path))
		if pages++; got.Returned > 7 || got.Matched != 90 || pages > 20 {
			t.Fatalf("page %d: %d of %d", pages, got.Returned, got.Matched)
		}
		for _, f := range got.Features {
			if seen[f.ID] {
				t.Errorf("%s came twice", f.ID)
			}
			seen[f.ID] = true
		}
		path = ""
		for _, x := range got.Links {
			if !strings.HasPrefix(x.Href, l.at+passPath+l.token+"/") {
				t.Fatalf("a link leads to %s", x.Href)
			}
			if x.Rel == "next" {
				path = strings.TrimPrefix(x.Href, l.at+passPath+l.token)
			}
		}
	}
	if len(seen) != 90 || pages != 13 {
		t.Errorf("%d records in %d pages", len(seen), pages)
	}
	if got := l.log.take(); got != "" {
		t.Errorf("of pages in order is logged: %s", got)
	}
	// More than the most is the most, and no error, and is said.
	const many = "99999999999999999999"
	for _, box := range []string{"", "bbox=-180,-90,180,90&"} {
		r := l.read("/collections/site/items?" + box + "limit=" + many)
		if got := itemsOf(t, r); got.Returned != 90 || got.Notice != "Una página tiene 10000 registros a lo sumo; se pidieron "+many+". Lo que sigue está en el enlace «next»." || !strings.Contains(got.Links[0].Href, "limit=10000") {
			t.Errorf("%d returned: %s", got.Returned, got.Notice)
		}
		told := l.log.take()
		if strings.Count(told, "\n") != 1 || !strings.Contains(told, "more than a page") || !strings.Contains(told, "office=MEX/SEDENA pass="+l.pass.ID) || !strings.Contains(told, "path=/features/collections/site/items limit="+many+" most=10000") || strings.Contains(told, l.token) {
			t.Errorf("logged: %s", told)
		}
	}
	if r := l.read("/collections/site/items?f=html&limit=10001"); !strings.Contains(r.text, "se pidieron 10001") {
		t.Errorf("the page does not say it: %.300s", r.text)
	}
	if got := itemsOf(t, l.read("/collections/site/items?limit=10000")); got.Notice != "" {
		t.Errorf("of the most is said: %s", got.Notice)
	}
}

func TestFeaturesRefuse(t *testing.T) {
	t.Parallel()
	l := lend(t, 3)
	for path, want := range map[string]string{
		"/collections/site/items?colour=red":                                         "«red»",
		"/?colour=red":                                                               "«red»",
		"/collections?f=xml":                                                         "json | html",
		"/collections/site/items?f=shp":                                              "json | html | kml",
		"/collections/site/items?bbox=1,2,3":                                         "west,south,east,north",
		"/collections/site/items?bbox=1,2,3,x":                                       "west,south,east,north",
		"/collections/site/items?bbox=1,50,3,40":                                     "west,south,east,north",
		"/collections/site/items?bbox=-200,0,3,4":                                    "west,south,east,north",
		"/collections/site/items?bbox=NaN,0,3,4":                                     "west,south,east,north",
		"/collections/site/items?bbox=1,2,9,3,4,0":                                   "west,south,east,north",
		"/collections/site/items?limit=0":                                            ">= 1",
		"/collections/site/items?limit=-5":                                           ">= 1",
		"/collections/site/items?limit=ten":                                          ">= 1",
		"/collections/site/items?offset=-1":                                          ">= 0",
		"/collections/site/items?limit=1&limit=2":                                    "limit",
		"/collections/site/items?datetime=yesterday":                                 "2026-03-01T00:00:00Z",
		"/collections/site/items?datetime=../..":                                     "2026-03-01T00:00:00Z",
		"/collections/site/items?datetime=2026-03-02T00:00:00Z/2026-03-01T00:00:00Z": "2026-03-01T00:00:00Z",
		"/collections/site/items?bbox=%zz":                                           "a=b&c=d",
	} {
		if r := l.read(path); r.StatusCode != http.StatusBadRequest || r.code != "features-query" || !strings.Contains(r.text, strings.ReplaceAll(strings.ReplaceAll(want, ">", `\u003e`), "&", `\u0026`)) {
			t.Errorf("%s: %d %s: %s", path, r.StatusCode, r.code, r.text)
		}
	}
	for _, path := range []string{"/collections/cats", "/collections/site/items/A.1.9", "/collections/site/things", "/collections/site/items/A.1.0/x", "/x"} {
		if r := l.read(path); r.StatusCode != http.StatusNotFound || r.code != "features-path" {
			t.Errorf("%s: %d %s", path, r.StatusCode, r.code)
		}
	}
}

// TestRefusalsOfFeaturesAreLogged: each in one line that says who asked, for what and why it was refused; a pass is never in it, wherever it
// was written.
func TestRefusalsOfFeaturesAreLogged(t *testing.T) {
	t.Parallel()
	l := lend(t, 3)
	who := "office=MEX/SEDENA pass=" + l.pass.ID
	below := func(path string) asking { return asking{method: http.MethodGet, path: passPath + l.token + path} }
	plain := func(path, token string) asking {
		q := asking{method: http.MethodGet, path: featuresPath + path, header: map[string]string{}}
		if token != "" {
			q.header["Authorization"] = "Bearer " + token
		}
		return q
	}
	const items = "/collections/site/items"
	for _, x := range []struct {
		q    asking
		want []string
	}{
		{below(items + "?bbox=1,2,3"), []string{who, "path=/features" + items, "status=400", `bbox: \"1,2,3\": expected west,south,east,north`}},
		{below(items + "?limit=0"), []string{who, "status=400", `limit: \"0\": expected >= 1`}},
		{below(items + "?colour=red"), []string{who, "status=400", `parameter colour: \"…\": expected bbox, datetime, f, limit, offset`}},
		{below(items + "?bbox=%zz"), []string{who, "status=400"}},
		{below("/collections/cats"), []string{who, "path=/features/collections/cats", "status=404"}},
		{plain(items+"?bbox=1", l.token), []string{who, "path=/features" + items, "status=400"}},
		{plain("/"+l.token+items, l.token), []string{who, "path=/features/…" + items, "status=404"}},
		{plain(items+"?token="+l.token, l.token), []string{who, "parameter token:", "status=400"}},
		{plain(items+"?"+l.token, l.token), []string{who, "status=400"}},
		{plain(items+"?limit="+l.token, l.token), []string{who, "status=400"}},
		{plain(items, ""), []string{"path=/features/…", "status=401", "from=127.0.0.1:"}},
		{plain(items+"?token="+l.token, ""), []string{"path=/features/…", "status=401"}},
		{plain("/"+l.token+items, "never-given"), []string{"path=/features/…", "status=401"}},
		{asking{method: http.MethodGet, path: passPath + "never-given" + items}, []string{"path=/features/…", "status=401"}},
		{below("/" + strings.Repeat("x", 5000)), []string{who, "xxx…", "status=404"}},
	} {
		r := l.ask(x.q)
		told := l.log.take()
		if r.StatusCode < 400 || strings.Count(told, "\n") != 1 || !strings.Contains(told, `msg="features: a request was refused"`) || len(told) > 800 {
			t.Errorf("%s: %d, logged: %.1000s", x.q.path, r.StatusCode, told)
		}
		for _, want := range x.want {
			if !strings.Contains(told, want) {
				t.Errorf("%s: no %s in %.1000s", x.q.path, want, told)
			}
		}
		for _, secret := range []string{l.token, l.token[:20], "never-given", "A-0000"} {
			if strings.Contains(told, secret) {
				t.Errorf("%s: %s in %.1000s", x.q.path, secret, told)
			}
		}
	}
	itemsOf(t, l.read(items))
	if told := l.log.take(); told != "" {
		t.Errorf("of what was answered: %s", told)
	}
}

// TestAPassIsOfOneOffice: nobody reads without one, an office reads its own, and one that was revoked or is over lets nobody in.
func TestAPassIsOfOneOffice(t *testing.T) {
	t.Parallel()
	l := lend(t, 3)
	const items = "/collections/site/items"
	refused := func(what string, r reply) {
		t.Helper()
		if r.StatusCode != http.StatusUnauthorized || r.code != "pass" || strings.Contains(r.text, "A-0000") || r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s: %s", what, r.StatusCode, r.code, r.text)
		}
	}
	plain := func(authorization string) reply {
		return l.ask(asking{method: http.MethodGet, path: featuresPath + items, header: map[string]string{"Authorization": authorization}})
	}
	refused("without a pass", l.ask(asking{method: http.MethodGet, path: featuresPath + items}))
	refused("with the token of the data folder", plain("Bearer "+ownerToken))
	refused("with one that was never given", l.ask(asking{method: http.MethodGet, path: passPath + "x" + items}))
	for name, r := range map[string]reply{
		"in the path": l.read(items), "of a bearer": plain("Bearer " + l.token),
		"as a password": plain("Basic " + basic("qgis", l.token)),
	} {
		if got := itemsOf(t, r); got.Matched != 3 || got.Features[0].ID != "A.1.0" || r.Header.Get("Content-Language") != "es" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	owner := map[string]string{"Authorization": "Bearer " + ownerToken, "Content-Type": "application/json"}
	given := l.ask(asking{method: http.MethodPost, path: "/api/v1/passes", header: owner, body: `{"office":"MEX/FGR","language":"en","days":2}`})
	var other Given
	if err := json.Unmarshal([]byte(given.text), &other); err != nil || !other.Pass.Good {
		t.Fatalf("%v: %s", err, given.text)
	}
	another := l.ask(asking{method: http.MethodGet, path: other.Features + items})
	if got := itemsOf(t, another); got.Matched != 3 || got.Features[0].ID != "B.1.0" || strings.Contains(another.text, "A-0000") || !strings.Contains(another.text, "compartment that this office") {
		t.Errorf("another office: %s", another.text)
	}
	for body, code := range map[string]string{
		`{"office":"MEX","days":2}`: "pass-office", `{"office":"MEX/FGR","days":2,"language":"fr"}`: "user-language", `{"office":"MEX/FGR","days":0}`: "request",
	} {
		if r := l.ask(asking{method: http.MethodPost, path: "/api/v1/passes", header: owner, body: body}); r.code != code {
			t.Errorf("%s: %d %s", body, r.StatusCode, r.code)
		}
	}
	all := l.ask(asking{method: http.MethodGet, path: "/api/v1/passes", header: owner})
	if strings.Contains(all.text, l.token) || strings.Contains(all.text, other.Token) || strings.Count(all.text, `"good":true`) != 2 {
		t.Errorf("the passes: %s", all.text)
	}
	if r := l.ask(asking{method: http.MethodDelete, path: "/api/v1/passes/" + l.pass.ID, header: owner}); r.StatusCode != http.StatusOK || !strings.Contains(r.text, `"good":false`) {
		t.Fatalf("%d: %s", r.StatusCode, r.text)
	}
	refused("when it was revoked", l.read(items))
	l.now.set(l.now.now().AddDate(0, 0, 2))
	refused("when it is over", l.ask(asking{method: http.MethodGet, path: other.Features + items}))
	if r := l.ask(asking{method: http.MethodDelete, path: "/api/v1/passes/none", header: owner}); r.code != "no-pass" {
		t.Errorf("%d %s", r.StatusCode, r.code)
	}
}

func basic(user, password string) string {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.SetBasicAuth(user, password)
	_, out, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return out
}

// TestFeaturesAnswerInEveryForm: in the form that is asked for, in the language too, each with the marking.
func TestFeaturesAnswerInEveryForm(t *testing.T) {
	t.Parallel()
	l := lend(t, 3)
	const marking = "RESTRICTED//REL TO MEX, USA//TLP:AMBER"
	for _, x := range []struct{ path, accept, kind, has string }{
		{"", "", "application/json", `"rel":"service-desc"`},
		{"/", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8", `<html lang="es">`},
		{"/?f=kml", "", "application/vnd.google-earth.kml+xml", "<refreshMode>onInterval</refreshMode>"},
		{"/conformance", "", "application/json", "ogcapi-features-1/1.0/conf/oas30"},
		{"/api", "", "application/vnd.oai.openapi+json;version=3.0", `"openapi":"3.0.3"`},
		{"/collections", "", "application/json", `"interval":[["2026-01-01T12:34:00Z","2026-01-03T12:35:00Z"]]`},
		{"/collections/site", "", "application/json", `"itemType":"feature"`},
		{"/collections/site/items", "", "application/geo+json", `"numberMatched":3`},
		{"/collections/site/items?f=kml&limit=2", "", "application/vnd.google-earth.kml+xml", "offset=2"},
		{"/collections/site/items?f=html&limit=2", "", "text/html; charset=utf-8", `rel="next"`},
		{"/collections/site/items/A.1.1?f=html", "", "text/html; charset=utf-8", "No apto para designar blancos / Not for targeting"},
	} {
		r := l.read(x.path, "Accept", x.accept)
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != x.kind || !strings.Contains(r.text, x.has) {
			t.Errorf("%s: %d, %s: no %s in %.400s", x.path, r.StatusCode, r.Header.Get("Content-Type"), x.has, r.text)
		}
		if x.path != "/conformance" && !strings.Contains(r.text, marking) {
			t.Errorf("%s is not marked", x.path)
		}
	}
	if r := l.read("/collections/site/items/A.1.1?f=html", "Accept-Language", "en"); !strings.Contains(r.text, "Last seen") || r.Header.Get("Content-Language") != "en" {
		t.Errorf("in English: %.300s", r.text)
	}
	none := httptest.NewServer(guarded(Config{Token: ownerToken, Users: l.users, Version: "1"}))
	defer none.Close()
	if r := (&site{t: t, at: none.URL}).ask(asking{method: http.MethodGet, path: featuresPath + "/"}); r.StatusCode != http.StatusNotFound {
		t.Errorf("where nothing is released: %d", r.StatusCode)
	}
}

// TestGDALReadsTheFeatures: another program finds the collections by itself, counts their records, pages through them and filters.
func TestGDALReadsTheFeatures(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatal("no ogrinfo")
		}
		t.Skip("NOT CHECKED: no ogrinfo (Debian: gdal-bin)")
	}
	l := lend(t, 100)
	told := func(source string, args ...string) string {
		t.Helper()
		var stderr bytes.Buffer
		cmd := exec.CommandContext(t.Context(), "ogrinfo", append(append([]string{"-ro"}, args...), source)...)
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil || strings.Contains(stderr.String(), "ERROR") {
			t.Fatalf("ogrinfo: %v\n%s", err, stderr.Bytes())
		}
		return string(out)
	}
	counted := regexp.MustCompile(`(?s)Layer name: (\S+)\n.*?Feature Count: (\d+)`)
	source := "OAPIF:" + l.at + passPath + l.token
	got := map[string]string{}
	for _, m := range counted.FindAllStringSubmatch(told(source, "-al", "-so", "-oo", "PAGE_SIZE=7"), -1) {
		got[m[1]] = m[2]
	}
	if got["site"] != "90" || got["withheld"] != "10" || got["entry"] != "0" || len(got) != len(release.Schemas())+1 {
		t.Errorf("GDAL counts %v", got)
	}
	near := told(source, "-al", "-so", "-spat", "-108", "24", "-107", "25")
	if m := regexp.MustCompile(`(?s)Layer name: site\n.*?Feature Count: (\d+)`).FindStringSubmatch(near); m == nil || m[1] != "1" {
		t.Errorf("GDAL counts in a box: %v", m)
	}
	file := filepath.Join(t.TempDir(), "sitios.kml")
	if err := os.WriteFile(file, []byte(l.read("/collections/site/items?f=kml").text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := told(file, "-al", "-so"); !strings.Contains(out, "Feature Count: 90") {
		t.Errorf("GDAL reads of the KML: %s", out)
	}
}
