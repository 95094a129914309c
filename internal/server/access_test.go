package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/internal/auth"
	"overflight/internal/catalogue"
	"overflight/internal/config"
	"overflight/internal/node"
)

const (
	ownerToken = "the token of the ticket"
	secret     = "correct horse battery"
)

// site is a real server of a node that runs.
type site struct {
	t     *testing.T
	users *auth.Store
	at    string
}

func serve(t *testing.T) *site {
	t.Helper()
	dir := t.TempDir()
	c := config.Default().In(filepath.Join(dir, "node"))
	c.Log.PerDay, c.Disk.Free = 0, 1<<20
	settings := node.Config{Config: c}
	if err := node.Create(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	n, err := node.Open(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	users, err := auth.Open(auth.In(c.Data))
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(t.Context(), "127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := n.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	done.Go(func() {
		if err := Serve(ctx, l, New(Config{Node: n, Token: ownerToken, Users: users, Released: n, Version: "1"})); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		done.Wait()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	select {
	case <-n.Ready():
	case <-time.After(5 * time.Minute):
		t.Fatal("the node is not ready")
	}
	return &site{t: t, users: users, at: "http://" + l.Addr().String()}
}

// enter makes a user and returns the token of a session.
func (s *site) enter(name string, roles ...auth.Role) string {
	s.t.Helper()
	_, link, err := s.users.Add(name, roles, catalogue.English, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	token, _, err := s.users.Finish(s.t.Context(), link, "", secret, "", time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// asking is a request of a browser.
type asking struct {
	method, path, cookie, body string
	header                     map[string]string
	host                       string
}

// reply is an answer: of a stream its head alone.
type reply struct {
	*http.Response
	text string
	code string // of a problem
}

func (s *site) ask(q asking) reply {
	s.t.Helper()
	answer := s.open(q)
	defer func() { _ = answer.Body.Close() }()
	out := reply{Response: answer}
	if answer.StatusCode < http.StatusBadRequest && strings.Contains(answer.Header.Get("Content-Type"), "ndjson") {
		return out
	}
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	out.text = string(b)
	var p Problem
	if answer.Header.Get("Content-Type") == "application/problem+json" && json.Unmarshal(b, &p) == nil {
		out.code = p.Code
	}
	return out
}

func (s *site) open(q asking) *http.Response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), q.method, s.at+q.path, bytes.NewReader([]byte(q.body)))
	if err != nil {
		s.t.Fatal(err)
	}
	if q.method != http.MethodGet {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.cookie != "" {
		r.AddCookie(&http.Cookie{Name: cookieName, Value: q.cookie})
	}
	for name, value := range q.header {
		r.Header.Set(name, value)
		if value == "" {
			r.Header.Del(name)
		}
	}
	if q.host != "" {
		r.Host = q.host
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// operations are all of the API, by their id.
func operations() map[string]*huma.Operation {
	out := map[string]*huma.Operation{}
	for _, item := range Describe(http.NewServeMux(), "1", &api{}).OpenAPI().Paths {
		for _, o := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch, item.Head, item.Options, item.Trace} {
			if o != nil {
				out[o.OperationID] = o
			}
		}
	}
	return out
}

// TestEveryOperationStatesItsRoles: what states none is open to nobody, and is a mistake.
func TestEveryOperationStatesItsRoles(t *testing.T) {
	t.Parallel()
	all := operations()
	for id, o := range all {
		roles, _ := o.Extensions[rolesKey].([]auth.Role)
		if len(roles) == 0 {
			t.Errorf("%s states no roles: say in rolesOf who may call it", id)
		}
		for _, r := range roles {
			if r != anyone && !slices.Contains(auth.Roles(), r) {
				t.Errorf("%s: there is no role %q", id, r)
			}
		}
	}
	for id := range rolesOf {
		if all[id] == nil {
			t.Errorf("rolesOf has %s, which is no operation", id)
		}
	}
}

// table says who may do what, as people agreed on it: planner, operator, analyst, liaison, partner, auditor, administrator.
// A * is for everybody, signed in or not.
const table = `
list-flights       +++++++
get-flight         +++++++
list-fixes         +++++++
list-entries       +++++++
get-compliance     +++++++
list-looks         +++++++
looks-in           +++++++
nearest-look       +++++++
get-coverage       +++++++
all-coverage       +++++++
get-airspace       +++++++
get-position       +++++++
list-sources       ++++-++
await-source       ++++-++
list-statements    ++++-++
list-persons       ++++-++
airframe-hours     ++++-++
get-health         ++++-++
live               ++++-++
get-bundle         --++-++
get-segment        --++-++
list-openings      --++-++
get-playback       --++-++
get-playlist       --++-++
list-rows          --++-++
get-profile        --++-++
view-source        -+++-++
add-source         -+----+
stop-source        -+----+
declare-no-flight  -+----+
declare-hours      -+----+
declare-loss       -+----+
close-flight       -+----+
list-acts          +++++++
get-authority      +++++++
list-said          +++++++
get-said           +++++++
get-tempo          +++++++
act-text           +++++++
record-act         +++++-+
authorise          ++-+-++
draft-report       --++--+
list-reports       --++-++
get-report         --++-++
preview-report     --++-++
propose-release    --++--+
erase-report       ------+
export-report      --++--+
export-release     --+++-+
list-releases      --+++++
get-release        --+++++
sign-release       --++--+
drop-release       --++--+
revoke-release     --++--+
list-partners      --++-++
describe-office    ------+
revoke-office      --++--+
list-views         --++-++
list-withholdings  --++-++
list-exports       --++-++
list-inbox         ---++++
get-inbox          ---++++
get-proof          ---++++
export-inbox       ---++-+
receipt-text       ---++-+
plan-text          ++-+-++
list-permits       ++-+-++
import-edition     +++++-+
search-designations +++++++
get-designation    +++++++
list-airframes     ++-+-++
make-plan          ++-+-++
list-plans         ++-+-++
get-plan           ++-+-++
get-plan-file      ++-+-++
keep-plan          ++----+
list-sites         +++++++
get-site           +++++++
map-sites          +++++++
map-site           +++++++
get-site-rates     +++++++
list-site-observations +++++++
list-site-looks    +++++++
list-site-steps    +++++++
add-observation    -++---+
add-mark           -++----
report-outcome     ---++--
attribute-site     --+++--
verify             -----++
erase-segment      ------+
register-person    ------+
revoke-person      ------+
list-users         ------+
add-user           ------+
link-user          ------+
change-user        ------+
list-passes        ---+--+
give-pass          ---+--+
revoke-pass        ---+--+
sign-in            *******
get-set-up         *******
finish-set-up      *******
get-session        +++++++
sign-out           +++++++
`

// TestEveryOperationWithEveryRole asks a real server for everything, as everybody.
func TestEveryOperationWithEveryRole(t *testing.T) {
	t.Parallel()
	s := serve(t)
	all := operations()
	sessions := map[auth.Role]string{}
	for _, r := range auth.Roles() {
		sessions[r] = s.enter("the-"+string(r), r)
	}
	places := strings.NewReplacer("{flight}", "LOCAL-2026-0001", "{id}", "LOCAL-2026-0001.sortie.000001", "{name}", "nobody", "{tail}", "OVF-01", "{kind}", "hours", "{token}", "none", "{list}", "OFAC-SDN")
	seen := map[string]bool{}
	for line := range strings.Lines(strings.TrimSpace(table)) { // signing out is last
		id, marks, _ := strings.Cut(strings.TrimSpace(line), " ")
		marks = strings.TrimSpace(marks)
		o := all[id]
		if o == nil || len(marks) != len(auth.Roles()) {
			t.Fatalf("%q of the table", line)
		}
		seen[id] = true
		q := asking{method: o.Method, path: places.Replace(o.Path)}
		if o.Method != http.MethodGet && o.Method != http.MethodDelete {
			q.body = "{}"
		}
		if id == "list-looks" || id == "nearest-look" {
			q.path += "?lat=20&lon=-90"
		}
		if id == "search-designations" {
			q.path += "?name=cartel"
		}
		if id == "get-airspace" {
			q.path += "?states=MCO"
		}
		if id == "get-playlist" {
			q.path += "?source=sortie"
		}
		if a := s.ask(q); (a.code == "signed-out") == (marks[0] == '*') || a.code == "signed-out" && a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s, signed out: %d %s", id, a.StatusCode, a.text)
		}
		q.header = map[string]string{"Authorization": "Bearer " + ownerToken}
		if a := s.ask(q); a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusUnauthorized {
			t.Errorf("%s, the owner: %d %s", id, a.StatusCode, a.text)
		}
		q.header = nil
		for i, r := range auth.Roles() {
			q.cookie = sessions[r]
			a := s.ask(q)
			refused := a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusUnauthorized
			if refused != (marks[i] == '-') || refused && a.code != "role" {
				t.Errorf("%s, %s: %d %s", id, r, a.StatusCode, a.text)
			}
		}
	}
	for id := range all {
		if !seen[id] {
			t.Errorf("%s is not in the table", id)
		}
	}
	// The table of the code is this one.
	if len(rolesOf) != len(seen) {
		t.Error(slices.Sorted(maps.Keys(rolesOf)))
	}
}

// TestWhatIsOpen: who is not signed in reads what machines and witnesses do, and nothing else.
func TestWhatIsOpen(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token := s.enter("ann", auth.Partner)
	for _, tc := range []struct {
		path         string
		open, signed int
	}{
		{"/healthz", 200, 200},
		{"/readyz", 200, 200},
		{"/metrics", 200, 200},
		{"/log/checkpoint", 200, 200},
		{"/api/v1/openapi.json", 401, 200},
		{"/api/v1/openapi.yaml", 401, 200},
		{"/api/v1/nothing", 401, 404},
		{"/api/v1/../v1/flights", 401, 200},
		{"//api/v1/flights", 401, 200},
		{"/%61pi/v1/flights", 401, 200},
		{"/log/..%2fapi/v1/flights", 404, 404},
		{"/log/%2e%2e/api/v1/flights", 404, 404},
		{"/api/v1/session", 401, 200},
	} {
		if a := s.ask(asking{method: http.MethodGet, path: tc.path}); a.StatusCode != tc.open {
			t.Errorf("%s, signed out: %d %s", tc.path, a.StatusCode, a.text)
		}
		if a := s.ask(asking{method: http.MethodGet, path: tc.path, cookie: token}); a.StatusCode != tc.signed {
			t.Errorf("%s, signed in: %d %s", tc.path, a.StatusCode, a.text)
		}
	}
	for _, header := range []string{"Bearer", "Bearer ", "Bearer x", "Bearer " + token, "Basic YW5uOng="} {
		if a := s.ask(asking{method: http.MethodGet, path: "/api/v1/flights", header: map[string]string{"Authorization": header}}); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%q: %d", header, a.StatusCode)
		}
	}
	// A wrong token is no way around a session either, and no session is one around a wrong token.
	if a := s.ask(asking{method: http.MethodGet, path: "/api/v1/flights", cookie: token, header: map[string]string{"Authorization": "Bearer x"}}); a.StatusCode != http.StatusUnauthorized {
		t.Error(a.StatusCode)
	}
}

// TestOtherSites: a session cannot be used by another site's page.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token := s.enter("ann", auth.Administrator)
	for _, tc := range []struct {
		what   string
		header map[string]string
		want   int
	}{
		{"our page", map[string]string{"Origin": s.at, "Sec-Fetch-Site": "same-origin"}, 200},
		{"a program", nil, 200},
		{"a charset", map[string]string{"Content-Type": "application/json; charset=utf-8"}, 200},
		{"a form", map[string]string{"Content-Type": "text/plain"}, 415},
		{"a form like JSON", map[string]string{"Content-Type": "text/plain; application/json"}, 415},
		{"no kind", map[string]string{"Content-Type": ""}, 415},
		{"another site", map[string]string{"Origin": "https://evil.example"}, 421},
		{"another port", map[string]string{"Origin": "http://127.0.0.1:1"}, 421},
		{"a sandbox", map[string]string{"Origin": "null"}, 421},
		{"another site without an origin", map[string]string{"Sec-Fetch-Site": "cross-site"}, 421},
		{"a neighbour", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"typed", map[string]string{"Sec-Fetch-Site": "none"}, 403},
	} {
		a := s.ask(asking{method: http.MethodPost, path: "/api/v1/users/ann/link", cookie: token, header: tc.header})
		if a.StatusCode != tc.want {
			t.Errorf("%s: %d %s", tc.what, a.StatusCode, a.text)
		}
	}
	// Signing in is held to the same: nobody is signed in as somebody else by a form.
	in := asking{method: http.MethodPost, path: "/api/v1/session", body: `{"name":"ann","password":"` + secret + `"}`}
	if a := s.ask(in); a.StatusCode != 200 {
		t.Error(a.StatusCode, a.text)
	}
	in.header = map[string]string{"Content-Type": "text/plain"}
	if a := s.ask(in); a.StatusCode != http.StatusUnsupportedMediaType {
		t.Error(a.StatusCode, a.text)
	}
}

// TestCookie: no script reads it, no other site sends it, and beyond this machine it keeps to TLS.
func TestCookie(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.enter("ann", auth.Analyst)
	for host, secure := range map[string]bool{"": false, "localhost:1": false, "[::1]:1": false, "192.0.2.7": true, "192.0.2.7:443": true} {
		a := s.ask(asking{method: http.MethodPost, path: "/api/v1/session", body: `{"name":"ann","password":"` + secret + `"}`, host: host})
		if len(a.Cookies()) != 1 {
			t.Fatalf("%q: %d %s", host, a.StatusCode, a.text)
		}
		c := a.Cookies()[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure != secure || len(c.Value) < 43 || c.Domain != "" {
			t.Errorf("%q: %v", host, c)
		}
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Error(a.Header)
		}
		out := s.ask(asking{method: http.MethodDelete, path: "/api/v1/session", cookie: c.Value})
		if got := out.Cookies(); len(got) != 1 || got[0].MaxAge >= 0 || got[0].Value != "" {
			t.Errorf("%d %v", out.StatusCode, got)
		}
		if a := s.ask(asking{method: http.MethodGet, path: "/api/v1/session", cookie: c.Value}); a.StatusCode != http.StatusUnauthorized {
			t.Error("signed out, and in: ", a.StatusCode)
		}
	}
}

// TestRefusalsOfSigningIn: what is said, in both languages, and that it is the same of a name that nobody has.
func TestRefusalsOfSigningIn(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.enter("ann", auth.Analyst)
	token := s.enter("root", auth.Administrator)
	try := func(name, language string) reply {
		return s.ask(asking{
			method: http.MethodPost, path: "/api/v1/session", body: `{"name":"` + name + `","password":"not the password"}`,
			header: map[string]string{"Accept-Language": language},
		})
	}
	for _, language := range []string{"en", "es"} {
		known, unknown := try("ann", language), try("nobody", language)
		want := catalogue.Open(catalogue.Language(language)).Text("problem.sign-in")
		if known.StatusCode != http.StatusUnauthorized || known.text != unknown.text || !strings.Contains(known.text, want) {
			t.Errorf("%d %s / %s", known.StatusCode, known.text, unknown.text)
		}
		none := s.ask(asking{method: http.MethodGet, path: "/api/v1/session", header: map[string]string{"Accept-Language": language}})
		if none.code != "signed-out" || !strings.Contains(none.text, catalogue.Open(catalogue.Language(language)).Text("problem.signed-out")) {
			t.Error(none.text)
		}
	}
	var last reply
	for range 8 {
		last = try("nobody", "en")
	}
	if last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" || last.code != "too-many" {
		t.Error(last.StatusCode, last.Header, last.text)
	}
	for body, code := range map[string]string{
		`{"name":"ann","roles":["analyst"]}`:                 "user-taken",
		`{"name":"Bob","roles":["analyst"]}`:                 "user-name",
		`{"name":"bob","roles":[]}`:                          "user-roles",
		`{"name":"bob","roles":["king"]}`:                    "user-roles",
		`{"name":"bob","roles":["analyst"],"language":"fr"}`: "user-language",
	} {
		if a := s.ask(asking{method: http.MethodPost, path: "/api/v1/users", body: body, cookie: token}); a.code != code {
			t.Errorf("%s: %d %s", body, a.StatusCode, a.text)
		}
	}
	for _, body := range []string{`{"disabled":true}`, `{"roles":["analyst"]}`} {
		if a := s.ask(asking{method: http.MethodPut, path: "/api/v1/users/root", body: body, cookie: token}); a.code != "last-administrator" {
			t.Errorf("%s: %d %s", body, a.StatusCode, a.text)
		}
	}
}

// TestStatementsNameTheUser: what a user states is entered under the user's name, whatever the request says.
func TestStatementsNameTheUser(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token := s.enter("ann", auth.Operator)
	if a := s.ask(asking{method: http.MethodPost, path: "/api/v1/statements/hours", body: `{"tail":"OVF-01","hours":3,"by":"mallory"}`, cookie: token}); a.StatusCode != 200 {
		t.Fatal(a.StatusCode, a.text)
	}
	for body, by := range map[string]string{`{"tail":"OVF-02","hours":3,"by":"Capt. Test"}`: "Capt. Test", `{"tail":"OVF-03","hours":3}`: auth.Owner} {
		a := s.ask(asking{method: http.MethodPost, path: "/api/v1/statements/hours", body: body, header: map[string]string{"Authorization": "Bearer " + ownerToken}})
		if a.StatusCode != 200 {
			t.Fatal(by, a.StatusCode, a.text)
		}
	}
	deadline := time.Now().Add(5 * time.Minute)
	for {
		a := s.ask(asking{method: http.MethodGet, path: "/api/v1/statements/hours", cookie: token})
		if strings.Contains(a.text, "mallory") {
			t.Fatal(a.text)
		}
		if strings.Contains(a.text, `"ann"`) && strings.Contains(a.text, `"Capt. Test"`) && strings.Contains(a.text, `"owner"`) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(a.text)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestStreamsEnd: what a user has under way ends when the user is disabled, or may do less.
func TestStreamsEnd(t *testing.T) {
	t.Parallel()
	yes := true
	for name, c := range map[string]auth.Change{"out": {Disabled: &yes}, "less": {Roles: []auth.Role{auth.Partner}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			token := s.enter("ann", auth.Analyst)
			stream := s.open(asking{method: http.MethodGet, path: "/api/v1/live", cookie: token})
			defer func() { _ = stream.Body.Close() }()
			if stream.StatusCode != 200 {
				t.Fatal(stream.StatusCode)
			}
			if _, err := s.users.Change("ann", c, true, time.Now()); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() {
				_, err := io.Copy(io.Discard, stream.Body)
				ended <- err
			}()
			select {
			case <-ended:
			case <-time.After(5 * time.Minute):
				t.Fatal("the stream goes on")
			}
		})
	}
}

// TestSetUp: the first administrator comes in by the link of the process, adds a user, who comes in by theirs.
func TestSetUp(t *testing.T) {
	t.Parallel()
	s := serve(t)
	link, ok := s.users.FirstLink(time.Now())
	if !ok {
		t.Fatal("no link")
	}
	var setUp SetUp
	a := s.ask(asking{method: http.MethodGet, path: "/api/v1/setup/" + link})
	if err := json.Unmarshal([]byte(a.text), &setUp); err != nil || !setUp.First || setUp.Name != "" {
		t.Fatal(a.text, err)
	}
	if a := s.ask(asking{method: http.MethodPost, path: "/api/v1/setup/" + link, body: `{"name":"ann","password":"short"}`}); a.code != "password" {
		t.Error(a.StatusCode, a.text)
	}
	a = s.ask(asking{method: http.MethodPost, path: "/api/v1/setup/" + link, body: `{"name":"ann","password":"` + secret + `","language":"es"}`})
	if a.StatusCode != 200 || len(a.Cookies()) != 1 {
		t.Fatal(a.StatusCode, a.text)
	}
	token := a.Cookies()[0].Value
	if a := s.ask(asking{method: http.MethodPost, path: "/api/v1/setup/" + link, body: `{"name":"eve","password":"` + secret + `"}`}); a.code != "set-up-link" || a.StatusCode != http.StatusGone {
		t.Error(a.StatusCode, a.text)
	}
	var who Session
	if a := s.ask(asking{method: http.MethodGet, path: "/api/v1/session", cookie: token}); json.Unmarshal([]byte(a.text), &who) != nil || who.Name != "ann" || who.Language != "es" {
		t.Error(a.text)
	}
	var made Link
	a = s.ask(asking{method: http.MethodPost, path: "/api/v1/users", cookie: token, body: `{"name":"bob","roles":["partner"]}`})
	if err := json.Unmarshal([]byte(a.text), &made); err != nil || made.User.State != "invited" || made.Path != "/#/setup?token="+made.Token {
		t.Fatal(a.StatusCode, a.text)
	}
	a = s.ask(asking{method: http.MethodPost, path: "/api/v1/setup/" + made.Token, body: `{"password":"` + secret + `"}`})
	if a.StatusCode != 200 || !strings.Contains(a.text, `"bob"`) {
		t.Fatal(a.StatusCode, a.text)
	}
	if a := s.ask(asking{method: http.MethodGet, path: "/api/v1/health", cookie: a.Cookies()[0].Value}); a.code != "role" {
		t.Error(a.StatusCode, a.text)
	}
}

// TestMayListen: until somebody can sign in, only this machine is listened on.
func TestMayListen(t *testing.T) {
	t.Parallel()
	users, err := auth.Open(auth.In(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	addresses := map[string]bool{
		"127.0.0.1:1": true, "127.1.2.3:1": true, "[::1]:1": true, "localhost:1": true,
		"0.0.0.0:1": false, "[::]:1": false, ":1": false, "192.0.2.1:1": false, "overflight.example:1": false,
	}
	for address, local := range addresses {
		var nobody *NobodyError
		for _, u := range []*auth.Store{nil, users} {
			if err := MayListen(address, u); (err == nil) != local || err != nil && !errors.As(err, &nobody) {
				t.Errorf("%s: %v", address, err)
			}
		}
	}
	_, link, err := users.Add("ann", []auth.Role{auth.Partner}, catalogue.English, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if MayListen(":1", users) == nil {
		t.Error("somebody who is only invited is taken for one who can sign in")
	}
	if _, _, err := users.Finish(t.Context(), link, "", secret, "", time.Now()); err != nil {
		t.Fatal(err)
	}
	for address := range addresses {
		if err := MayListen(address, users); err != nil {
			t.Error(err)
		}
	}
}
