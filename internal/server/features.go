package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"overflight/internal/auth"
	"overflight/internal/catalogue"
	"overflight/internal/rulesets"
	"overflight/release"
	"overflight/share"
)

// Released gives what was released to an office.
type Released interface {
	// Products MUST be what the office may have now, in an order that stays as long as they do: pages are counted in it.
	Products(ctx context.Context, office string) ([]*release.Product, error)
}

// featuresPath is where what was released is served, as OGC API - Features. Programs that can show no token have it in the address.
const (
	featuresPath = "/features"
	passPath     = featuresPath + "/k/"
)

// features answers for the office whose pass is shown: in the header Authorization, as a bearer's token or the password of a user of any
// name, or in the path.
func (a *api) features(w http.ResponseWriter, r *http.Request) {
	words := a.reader(r, "")
	var pass auth.Pass
	var token, path string
	answer, err := func() (*share.Answer, error) {
		if a.Released == nil {
			return nil, share.ErrNoSuch
		}
		below := featuresPath
		path, token = strings.TrimPrefix(r.URL.EscapedPath(), featuresPath), shownToken(r)
		if rest, ok := strings.CutPrefix(r.URL.EscapedPath(), passPath); ok {
			token, path, _ = strings.Cut(rest, "/")
			below = passPath + token
		}
		var err error
		if pass, err = a.Users.Pass(token, a.now()); err != nil {
			return nil, err
		}
		words = a.reader(r, pass.Language)
		request := share.Request{Accept: r.Header.Get("Accept")}
		if request.Query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
			return nil, &share.QueryError{Parameter: "?", Got: "%", Want: "a=b&c=d"}
		}
		for part := range strings.SplitSeq(path, "/") {
			if part == "" {
				continue
			}
			plain, err := url.PathUnescape(part)
			if err != nil {
				return nil, share.ErrNoSuch
			}
			request.Path = append(request.Path, plain)
		}
		products, err := a.Released.Products(r.Context(), pass.Office)
		if err != nil {
			return nil, err
		}
		return share.NewService(products, pass.Office, origin(r)+below, words).Answer(request)
	}()
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Accept, Accept-Language, Authorization")
	h.Set("Content-Language", words.Tag())
	if err != nil {
		if errors.Is(err, auth.ErrPass) {
			h.Set("WWW-Authenticate", `Basic realm="overflight", charset="UTF-8"`) // what browsers and programs for maps ask by
		}
		p := ProblemOf(err, catalogue.Language(words.Tag()))
		a.Logger.Warn("features: a request was refused", append(whose(r, &pass, token, path), slog.Int("status", p.Status), slog.String("error", withoutPass(err, token)))...)
		writeProblem(w, p)
		return
	}
	if answer.Beyond != "" {
		a.Logger.Warn("features: more than a page was asked for", append(whose(r, &pass, token, path), slog.String("limit", answer.Beyond), slog.Int("most", share.MostPage))...)
	}
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", answer.ContentType)
	_, _ = w.Write(answer.Body) // who does not read any more is gone
}

// whose says for the log who asks and for what. Of who has no pass that holds it says no path: one that was written into a wrong place would
// be told.
func whose(r *http.Request, p *auth.Pass, token, path string) []any {
	if p.ID == "" {
		return []any{slog.String("from", r.RemoteAddr), slog.String("path", featuresPath+"/…")}
	}
	return []any{
		slog.String("from", r.RemoteAddr), slog.String("office", p.Office), slog.String("pass", p.ID),
		slog.String("path", featuresPath+"/"+bounded(strings.ReplaceAll(strings.TrimPrefix(path, "/"), token, "…"), 200)),
	}
}

// withoutPass says an error for the log. What somebody calls a parameter, and has in it, may be a pass that belongs elsewhere.
func withoutPass(err error, token string) string {
	text := err.Error()
	var q *share.QueryError
	if errors.As(err, &q) && !q.Known() {
		text = (&share.QueryError{Parameter: bounded(q.Parameter, 16), Got: "…", Want: q.Want}).Error()
	}
	if token != "" {
		text = strings.ReplaceAll(text, token, "…")
	}
	return text
}

// bounded is the first of a text, of so many bytes.
func bounded(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// shownToken is what the header Authorization has.
func shownToken(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}

// origin is how this server was asked: a name of its own, as the guard made sure.
func origin(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// reader is what an answer is written with: in the language that is asked for, else in the office's.
func (a *api) reader(r *http.Request, otherwise catalogue.Language) catalogue.Reader {
	language := languageOf(r.Header.Get("Accept-Language"))
	if otherwise != "" && r.Header.Get("Accept-Language") == "" {
		language = otherwise
	}
	return readerOf(catalogue.Open(language))
}

// readerOf is a catalogue with the reasons of the rules that come with the program.
func readerOf(c *catalogue.Catalogue) catalogue.Reader {
	rules, _, err := rulesets.Release()
	if err != nil {
		return c.Reader(nil) // a test reads them
	}
	return c.Reader(func(id string) (english, spanish string, ok bool) {
		rule, ok := rules.Rule(id)
		return rule.English, rule.Spanish, ok && rule.English != ""
	})
}
