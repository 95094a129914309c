// Package server is the HTTP side of a node: the API that the commands and the page speak, the log for witnesses, health
// and metrics.
//
// It listens beyond this machine only when it is told to. Whoever changes something or reads evidence shows the token
// that the server made when it began, which only the owner of the data folder can read, or is signed in and has a role
// that may. A request for another host's name, or from another site's page, is refused: a browser on this machine is no
// way in.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"overflight/internal/released"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"overflight/internal/auth"
	"overflight/internal/node"
)

// Config is that of a Server.
type Config struct {
	Node  *node.Node
	Token string      // who shows it may do everything
	Users *auth.Store // MUST be there
	// Released is what offices were given; nil: nothing is served of it.
	Released Released
	// TAK is what offices are shown in TAK; nil: nobody is shown anything there.
	TAK     TAK
	Now     func() time.Time // nil is the system's clock
	Hosts   []string
	Version string
	Logger  *slog.Logger
}

// TAK tells what was written to whom. A service of package released is one.
type TAK interface {
	Clients() []released.Client
	WriteMetrics(w io.Writer) error
}

// Bounds of a request.
const (
	maxBody       = 1 << 20
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
)

// api is what the handlers share.
type api struct {
	Config
	node    *node.Node
	routes  *http.ServeMux
	stated  map[string][]auth.Role // by the pattern of the route
	answers answers
	offices map[string]bool // routes that who reads for an office may take
}

// New returns the handler of everything.
func New(c Config) http.Handler {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	a := &api{Config: c, node: c.Node, routes: mux}
	h := Describe(mux, c.Version, a)
	a.stated, a.offices = stated(h), forOffices(h)
	a.plain(mux)
	return a.guard(mux)
}

// Describe registers the operations of the API on a mux and returns their description.
func Describe(mux *http.ServeMux, version string, a *api) huma.API {
	config := huma.DefaultConfig("Overflight", version)
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/v1/openapi", "", ""
	config.CreateHooks = nil // no $schema in answers
	config.Transformers = []huma.Transformer{inOurWords}
	config.Info.Description = "What was flown, seen and sealed, and the proof of it."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer"}, "session": {Type: "apiKey", In: "cookie", Name: cookieName},
	}
	h := humago.New(mux, config)
	a.flights(h)
	a.sights(h)
	a.permits(h)
	a.sources(h)
	a.statements(h)
	a.signatories(h)
	a.evidence(h)
	a.health(h)
	a.live(h)
	a.playback(h)
	a.profile(h)
	a.airspace(h)
	a.users(h)
	a.acts(h)
	a.designations(h)
	a.said(h)
	a.compliance(h)
	a.sites(h)
	a.plans(h)
	a.reports(h)
	a.inbox(h)
	a.passes(h)
	return h
}

// plain registers what is no API: health for machines, metrics, the log.
func (a *api) plain(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		if h := a.node.Health(r.Context()); h.Halted != "" {
			http.Error(w, h.Halted, http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if h := a.node.Health(r.Context()); !h.OK {
			http.Error(w, notReady(&h), http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "ready")
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		err := a.node.WriteMetrics(r.Context(), w)
		if err == nil && a.TAK != nil {
			err = a.TAK.WriteMetrics(w)
		}
		if err != nil {
			a.Logger.Warn("metrics", slog.Any("error", err))
		}
	})
	mux.Handle("/log/", http.StripPrefix("/log", a.logHandler()))
	mux.HandleFunc("GET /api/v1/moving", a.moving)
	mux.HandleFunc("GET /features/", a.features)
	a.documents(mux)
	page(mux)
}

func notReady(h *node.Health) string {
	if !h.Ready {
		return "recovering"
	}
	for _, p := range h.Parts {
		if !p.OK {
			return p.Name + ": " + strings.Join(p.Args, " ")
		}
	}
	return "not ready"
}

// open are the paths beside the API that nobody signs in for: nothing secret is told there.
func open(r *http.Request) bool {
	return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || r.URL.Path == "/metrics" || strings.HasPrefix(r.URL.Path, "/log/") ||
		!strings.HasPrefix(r.URL.Path, "/api/") && r.Method == http.MethodGet // the page itself
}

// guard holds every request to what is said of the package.
func (a *api) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		if !a.known(r.Host) || !a.sameSite(r) {
			http.Error(w, "this address is served under another name", http.StatusMisdirectedRequest)
			return
		}
		admitted, done, err := a.admit(r)
		if err != nil {
			refuse(w, r, err)
			return
		}
		defer done()
		r = admitted
		most := int64(maxBody)
		if r.URL.Path == "/api/v1/documents" {
			most = node.MostDocument + 1
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		r = r.WithContext(context.WithValue(r.Context(), languageKey{}, languageOf(r.Header.Get("Accept-Language"))))
		began := time.Now()
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		a.Logger.LogAttrs(r.Context(), slog.LevelDebug, "request", slog.String("method", r.Method), slog.String("path", withoutSecrets(r.URL.Path)),
			slog.Int("status", seen.status), slog.Duration("took", time.Since(began)))
	})
}

// known tells whether a request names this server by a name that is its own: an IP address, localhost, or one that was
// configured. A name that somebody else's server resolves to this machine is none (DNS rebinding).
func (a *api) known(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	if host == "localhost" || net.ParseIP(strings.Trim(host, "[]")) != nil {
		return true
	}
	for _, h := range a.Hosts {
		if strings.EqualFold(h, host) {
			return true
		}
	}
	return false
}

// sameSite refuses what a browser sends for another site's page.
func (a *api) sameSite(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return r.Header.Get("Sec-Fetch-Site") != "cross-site"
	}
	_, host, ok := strings.Cut(origin, "://")
	return ok && host == r.Host
}

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
	begun  bool
}

// WriteHeader sends the first status. A later one only says how the answer ended: the API's library gives 499 where whoever asked went
// away in the middle of one.
func (w *statusWriter) WriteHeader(code int) {
	w.status = code
	if !w.begun {
		w.begun = code >= http.StatusOK || code == http.StatusSwitchingProtocols
		w.ResponseWriter.WriteHeader(code)
	}
}

func (w *statusWriter) Write(b []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// Flush sends what is there: streams go through here.
func (w *statusWriter) Flush() {
	w.begun = true
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// ErrExposed says that a server would listen beyond this machine without having been told to.
var ErrExposed = errors.New("listens beyond this machine")

// Listen opens the address of a server. Without leave it is one of this machine.
func Listen(ctx context.Context, address string, exposed bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	if ip := net.ParseIP(host); !exposed && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s %w", address, ErrExposed)
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", address)
}

// Serve serves until the context ends, and then what is under way for a few seconds more.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(last); err != nil {
		_ = s.Close() // what is under way has had its time
	}
	<-done
	return nil
}
