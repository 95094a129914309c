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
	words, office := a.reader(r, ""), ""
	answer, err := func() (*share.Answer, error) {
		if a.Released == nil {
			return nil, share.ErrNoSuch
		}
		path, below := strings.TrimPrefix(r.URL.EscapedPath(), featuresPath), featuresPath
		token := shownToken(r)
		if rest, ok := strings.CutPrefix(r.URL.EscapedPath(), passPath); ok {
			token, path, _ = strings.Cut(rest, "/")
			below = passPath + token
		}
		pass, err := a.Users.Pass(token, a.now())
		if err != nil {
			return nil, err
		}
		words, office = a.reader(r, pass.Language), pass.Office
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
		a.Logger.Warn("features refused", slog.String("office", office), slog.String("address", r.RemoteAddr), slog.Int("status", p.Status), slog.String("error", short(err)))
		writeProblem(w, p)
		return
	}
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", answer.ContentType)
	_, _ = w.Write(answer.Body) // who does not read any more is gone
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
