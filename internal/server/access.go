package server

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/internal/auth"
)

// anyone stands in the table for who is not signed in. It is no role that a user can have.
const anyone auth.Role = "anyone"

// Who may do what.
var (
	everybody = auth.Roles()
	readers   = []auth.Role{auth.Planner, auth.Operator, auth.Analyst, auth.Liaison, auth.Auditor, auth.Administrator}
	takers    = []auth.Role{auth.Analyst, auth.Liaison, auth.Auditor, auth.Administrator}
	watchers  = []auth.Role{auth.Operator, auth.Analyst, auth.Liaison, auth.Auditor, auth.Administrator}
	operators = []auth.Role{auth.Operator, auth.Administrator}
	auditors  = []auth.Role{auth.Auditor, auth.Administrator}
	planners  = []auth.Role{auth.Planner, auth.Operator, auth.Liaison, auth.Auditor, auth.Administrator}
	deciders  = []auth.Role{auth.Planner, auth.Operator, auth.Analyst, auth.Liaison, auth.Partner, auth.Administrator}
	governors = []auth.Role{auth.Administrator}
	keepers   = []auth.Role{auth.Planner, auth.Operator, auth.Administrator}

	observers   = []auth.Role{auth.Operator, auth.Analyst, auth.Administrator} // outside detectors and gas sensors, too
	markers     = []auth.Role{auth.Operator, auth.Analyst}
	hosts       = []auth.Role{auth.Liaison, auth.Partner} // what the host found is the host's to say
	attributers = []auth.Role{auth.Analyst, auth.Liaison, auth.Partner}
	releasers   = []auth.Role{auth.Analyst, auth.Liaison, auth.Administrator}
	sharers     = []auth.Role{auth.Analyst, auth.Liaison, auth.Auditor, auth.Administrator}
	officials   = []auth.Role{auth.Analyst, auth.Liaison, auth.Partner, auth.Auditor, auth.Administrator}
	receivers   = []auth.Role{auth.Liaison, auth.Partner, auth.Auditor, auth.Administrator} // at a partner's node
	answerers   = []auth.Role{auth.Liaison, auth.Partner, auth.Administrator}
	exporters   = []auth.Role{auth.Analyst, auth.Liaison, auth.Partner, auth.Administrator}
	passers     = []auth.Role{auth.Liaison, auth.Administrator} // who give passes to offices
	public      = []auth.Role{anyone}
)

// rolesOf says for every operation of the API which roles may call it. One that is missing is refused to every user, and
// fails a test. Who shows the token of the data folder may call all of them.
var rolesOf = map[string][]auth.Role{
	"list-flights":   everybody,
	"get-flight":     everybody,
	"list-fixes":     everybody,
	"list-entries":   everybody,
	"get-compliance": everybody,
	"list-looks":     everybody,
	"looks-in":       everybody,
	"nearest-look":   everybody,
	"get-coverage":   everybody,
	"all-coverage":   everybody,
	"get-airspace":   everybody,
	"get-position":   everybody,

	"list-sources":    readers,
	"await-source":    readers,
	"list-statements": readers,
	"list-persons":    readers,
	"airframe-hours":  readers,
	"get-health":      readers,
	"live":            readers,

	"get-bundle":    takers,
	"get-segment":   takers,
	"list-openings": takers,
	"get-playback":  takers,
	"get-playlist":  takers,
	"list-rows":     takers,
	"get-profile":   takers,

	"view-source": watchers,

	"add-source":        operators,
	"stop-source":       operators,
	"declare-no-flight": operators,
	"declare-hours":     operators,
	"declare-loss":      operators,
	"close-flight":      operators,

	"list-acts":     everybody,
	"get-authority": everybody,
	"list-said":     everybody,
	"get-said":      everybody,
	"get-tempo":     everybody,
	"act-text":      everybody,
	"record-act":    deciders, // and actRoles
	"authorise":     planners,
	"plan-text":     planners,
	"list-permits":  planners,

	"import-edition":      deciders, // and actRoles
	"search-designations": everybody,
	"get-designation":     everybody,

	"list-airframes": planners,
	"make-plan":      planners,
	"list-plans":     planners,
	"get-plan":       planners,
	"get-plan-file":  planners,
	"keep-plan":      keepers,

	"list-sites":             everybody,
	"list-site-observations": everybody,
	"list-site-looks":        everybody,
	"list-site-steps":        everybody,
	"map-sites":              everybody,
	"get-site-rates":         everybody,
	"get-site":               everybody,
	"map-site":               everybody,
	"add-observation":        observers,
	"add-mark":               markers,
	"report-outcome":         hosts,
	"attribute-site":         attributers,

	"draft-report":      releasers,
	"list-reports":      sharers,
	"get-report":        sharers,
	"preview-report":    sharers,
	"propose-release":   releasers,
	"erase-report":      governors,
	"export-report":     releasers,
	"export-release":    exporters, // each office its own
	"list-releases":     officials, // each office its own
	"get-release":       officials,
	"sign-release":      releasers,
	"drop-release":      releasers,
	"revoke-release":    releasers,
	"list-partners":     sharers,
	"describe-office":   governors,
	"revoke-office":     releasers,
	"list-views":        sharers,
	"list-withholdings": sharers,
	"list-exports":      sharers,

	"list-inbox":   receivers,
	"get-inbox":    receivers,
	"get-proof":    receivers,
	"export-inbox": answerers,
	"receipt-text": answerers,

	"verify": auditors,

	"erase-segment":   governors,
	"register-person": governors,
	"revoke-person":   governors,
	"list-users":      governors,
	"add-user":        governors,
	"link-user":       governors,
	"change-user":     governors,

	"list-passes": passers,
	"give-pass":   passers,
	"revoke-pass": passers,

	"sign-in":       public,
	"get-set-up":    public,
	"finish-set-up": public,
	"get-session":   everybody,
	"sign-out":      everybody,
}

// besideAPI says the same of what is served beside the operations, by its pattern.
var besideAPI = map[string][]auth.Role{
	"/":                              everybody, // the page, or that there is no such thing
	"GET /features/":                 public,    // and a pass of an office
	"GET /api/v1/moving":             readers,
	"POST /api/v1/documents":         deciders,
	"GET /api/v1/documents/{sha256}": everybody,
	"GET /api/v1/openapi.json":       everybody,
	"GET /api/v1/openapi.yaml":       everybody,
	"GET /api/v1/openapi-3.0.json":   everybody,
	"GET /api/v1/openapi-3.0.yaml":   everybody,
}

// rolesKey is where the description of an operation says its roles.
const rolesKey = "x-roles"

// access is what the description says of who may call an operation.
func access(id string) (extensions map[string]any, security []map[string][]string) {
	roles := rolesOf[id]
	security = []map[string][]string{{"token": {}}, {"session": {}}}
	if slices.Contains(roles, anyone) {
		security = []map[string][]string{{}} // nothing is needed
	}
	return map[string]any{rolesKey: roles}, security
}

// stated gathers the roles of every route by its pattern, from the description and from besideAPI.
func stated(h huma.API) map[string][]auth.Role {
	out := map[string][]auth.Role{}
	for pattern, roles := range besideAPI {
		out[pattern] = roles
	}
	for path, item := range h.OpenAPI().Paths {
		for _, o := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch, item.Head, item.Options} {
			if o != nil {
				roles, _ := o.Extensions[rolesKey].([]auth.Role)
				out[o.Method+" "+path] = roles
			}
		}
	}
	return out
}

// officesMay are the operations that are left to who reads for an office of another state: signing in and out, and the office's own copies.
var officesMay = []string{"get-session", "sign-out", "list-releases", "get-release", "list-inbox", "get-inbox", "get-proof", "export-inbox", "export-release", "receipt-text", "act-text", "record-act"}

// forOffices are their routes by pattern.
func forOffices(h huma.API) map[string]bool {
	out := map[string]bool{"/": true, "GET /api/v1/documents/{sha256}": true}
	for path, item := range h.OpenAPI().Paths {
		for _, o := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch, item.Head, item.Options} {
			if o != nil && slices.Contains(officesMay, o.OperationID) {
				out[o.Method+" "+path] = true
			}
		}
	}
	return out
}

// caller is who asks.
type caller struct {
	session auth.Session // zero of the owner
	token   string       // of the session
	owner   bool
}

func (c *caller) name() string {
	if c.owner {
		return auth.Owner
	}
	return c.session.User.Name
}

func (c *caller) roles() []auth.Role {
	if c.owner {
		return everybody
	}
	return c.session.User.Roles
}

func (c *caller) may(roles []auth.Role) bool {
	return c.owner || slices.ContainsFunc(c.session.User.Roles, func(r auth.Role) bool { return slices.Contains(roles, r) })
}

// visit is what handlers know of who asks and how.
type visit struct {
	caller  *caller // nil where nobody is signed in
	host    string
	address string
	logger  *slog.Logger
}

type visitKey struct{}

func visitOf(ctx context.Context) visit {
	v, _ := ctx.Value(visitKey{}).(visit)
	return v
}

// ofOffice says which office's copies are all that who asks may see; false where there is no such bound. Who reads for another state and
// for none of its offices sees none.
func ofOffice(ctx context.Context) (office string, bound bool) {
	c := visitOf(ctx).caller
	if c == nil || c.owner {
		return "", false
	}
	if o := c.session.User.Office; o != "" {
		return o, true
	}
	return "", !c.may(sharers)
}

// byWhom is the name under which a statement is entered or evidence read: that of the user who is signed in. The owner of
// the data folder states one.
func byWhom(ctx context.Context, said string) string {
	v := visitOf(ctx)
	switch {
	case v.caller != nil && !v.caller.owner:
		return v.caller.name()
	case v.caller != nil && said == "":
		return auth.Owner
	}
	return said
}

// What the guard refuses.
var (
	errNotJSON  = errors.New("not JSON")
	errElseSite = errors.New("another site's page")
)

// roleError says which roles would have been allowed.
type roleError struct{ roles []auth.Role }

func (e *roleError) Error() string { return fmt.Sprintf("needs one of the roles %v", e.roles) }

// admit lets a request through to its route, or says why not: the one place where roles are enforced. The context that it
// returns ends with the session.
func (a *api) admit(r *http.Request) (*http.Request, context.CancelFunc, error) {
	v := visit{host: r.Host, address: r.RemoteAddr, logger: a.Logger}
	var err error
	if v.caller, err = a.identify(r); err != nil && !errors.Is(err, auth.ErrSignedOut) {
		return nil, nil, err
	}
	ctx, end := context.WithCancelCause(context.WithValue(r.Context(), visitKey{}, v))
	cancel := func() { end(nil) }
	if v.caller != nil && !v.caller.owner {
		stop := context.AfterFunc(v.caller.session.Alive, func() { end(auth.ErrSignedOut) })
		limited, done := context.WithDeadlineCause(ctx, v.caller.session.Ends, auth.ErrSignedOut)
		ctx = limited
		cancel = func() { stop(); done(); end(nil) }
	}
	if err := a.permit(r, v.caller); err != nil {
		cancel()
		return nil, nil, err
	}
	return r.WithContext(ctx), cancel, nil
}

func (a *api) permit(r *http.Request, c *caller) error {
	if open(r) || c != nil && c.owner {
		return nil
	}
	_, pattern := a.routes.Handler(r)
	roles, known := a.stated[pattern]
	free := slices.Contains(roles, anyone)
	switch {
	case c == nil && !free:
		return auth.ErrSignedOut
	case pattern == "":
		return nil // there is no such thing: the mux says so
	case !free && (!known || !c.may(roles)):
		return &roleError{roles}
	case !free && c.session.User.Office != "" && !a.offices[pattern]:
		return &roleError{readers}
	}
	return fromOurPage(r)
}

// fromOurPage holds what changes something to what only a page of this very origin can send without asking first: a form
// of another site has none of these kinds of content.
func fromOurPage(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return nil
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return errElseSite
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && (kind != "application/octet-stream" || r.URL.Path != "/api/v1/documents") {
		return errNotJSON
	}
	return nil
}

// identify tells who asks: by the token of the data folder, or by the cookie of a session.
func (a *api) identify(r *http.Request) (*caller, error) {
	if token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); bearer {
		if subtle.ConstantTimeCompare([]byte(token), []byte(a.Token)) != 1 {
			return nil, auth.ErrSignedOut
		}
		return &caller{owner: true}, nil
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil || a.Users == nil {
		return nil, auth.ErrSignedOut
	}
	s, err := a.Users.Session(cookie.Value, a.now())
	if s.Alive == nil {
		return nil, err
	}
	if err != nil {
		a.Logger.Warn("session", slog.Any("error", err))
	}
	return &caller{session: s, token: cookie.Value}, nil
}

// now is the instant at which a request is looked at.
func (a *api) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// refuse answers a request that does not reach its route.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := ProblemOf(err, languageOf(r.Header.Get("Accept-Language")))
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Cache-Control", "no-store")
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // nobody is left to tell
}

// cookieName is that of the cookie of a session.
const cookieName = "overflight-session"

// cookie is that of a session; without a token it takes one back. A name of this machine has no TLS; every other is asked
// to keep the cookie to it.
func cookie(ctx context.Context, token string, ends time.Time) http.Cookie {
	c := http.Cookie{
		Name: cookieName, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: !loopback(visitOf(ctx).host), Expires: ends,
	}
	if token == "" {
		c.Expires, c.MaxAge = time.Time{}, -1
	}
	return c
}

// loopback tells whether a host, with a port or without one, is this machine.
func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// NobodyError says that a server would listen beyond this machine before anybody can sign in.
type NobodyError struct{ Address string }

// Error implements error.
func (e *NobodyError) Error() string {
	return e.Address + " listens beyond this machine, and nobody can sign in"
}

// MayListen refuses an address beyond this machine until somebody can sign in, whatever leave was given. Without users
// nobody can.
func MayListen(address string, users *auth.Store) error {
	if loopback(address) || users != nil && users.Active() {
		return nil
	}
	return &NobodyError{address}
}

// withoutSecrets is a path for the program's own notes: a set-up link is good for whoever reads it, and so is a pass.
func withoutSecrets(path string) string {
	for _, before := range []string{"/setup/", passPath} {
		if first, _, found := strings.Cut(path, before); found {
			return first + before + "…"
		}
	}
	return path
}
