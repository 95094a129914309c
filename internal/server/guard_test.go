package server

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// TestGuard: who has no token gets nothing that is not public, and no page of another site gets anything.
func TestGuard(t *testing.T) {
	t.Parallel()
	a := &api{Config: Config{Token: "right", Hosts: []string{"overflight.example"}, Logger: slog.New(slog.DiscardHandler)}, routes: http.NewServeMux()}
	h := a.guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for _, tc := range []struct {
		host, path, token, origin, site string
		want                            int
	}{
		{"127.0.0.1:1", "/api/v1/flights", "right", "", "", http.StatusTeapot},
		{"localhost:1", "/api/v1/flights", "right", "http://localhost:1", "", http.StatusTeapot},
		{"[::1]:1", "/api/v1/flights", "right", "", "", http.StatusTeapot},
		{"127.0.0.1:1", "/api/v1/flights", "", "", "", http.StatusUnauthorized},
		{"127.0.0.1:1", "/api/v1/flights", "wrong", "", "", http.StatusUnauthorized},
		{"127.0.0.1:1", "/healthz", "", "", "", http.StatusTeapot},
		{"127.0.0.1:1", "/log/checkpoint", "", "", "", http.StatusTeapot},
		{"evil.example:1", "/healthz", "", "", "", http.StatusMisdirectedRequest},
		{"overflight.example", "/healthz", "", "https://overflight.example", "", http.StatusTeapot},
		{"evil.example:1", "/api/v1/flights", "right", "", "", http.StatusMisdirectedRequest},
		{"127.0.0.1:1", "/api/v1/flights", "right", "https://evil.example", "", http.StatusMisdirectedRequest},
		{"127.0.0.1:1", "/api/v1/flights", "right", "null", "", http.StatusMisdirectedRequest},
		{"127.0.0.1:1", "/api/v1/flights", "right", "", "cross-site", http.StatusMisdirectedRequest},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://"+tc.host+tc.path, nil)
		for name, value := range map[string]string{"Origin": tc.origin, "Sec-Fetch-Site": tc.site} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		if tc.token != "" {
			r.Header.Set("Authorization", "Bearer "+tc.token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tc.want {
			t.Errorf("%+v: %d", tc, w.Code)
		}
	}
}

// heads counts what is sent as the head of an answer.
type heads struct {
	http.ResponseWriter
	sent []int
}

func (h *heads) WriteHeader(code int) { h.sent = append(h.sent, code) }

// TestAnAnswerHasOneHead: however it begins, what ends it is remembered and not sent as another one.
func TestAnAnswerHasOneHead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		begin func(*statusWriter)
		sent  []int
	}{
		"nothing":     {func(*statusWriter) {}, []int{499}},
		"a head":      {func(w *statusWriter) { w.WriteHeader(http.StatusOK) }, []int{http.StatusOK}},
		"a hint":      {func(w *statusWriter) { w.WriteHeader(http.StatusEarlyHints) }, []int{http.StatusEarlyHints, 499}},
		"bytes":       {func(w *statusWriter) { _, _ = w.Write([]byte("x")) }, nil},
		"a flush":     {func(w *statusWriter) { w.Flush() }, nil},
		"head, bytes": {func(w *statusWriter) { w.WriteHeader(http.StatusCreated); _, _ = w.Write([]byte("x")) }, []int{http.StatusCreated}},
	} {
		below := &heads{ResponseWriter: httptest.NewRecorder()}
		w := &statusWriter{ResponseWriter: below, status: http.StatusOK}
		c.begin(w)
		w.WriteHeader(499) // as the API's library does when whoever asked went away
		if !slices.Equal(below.sent, c.sent) || w.status != 499 {
			t.Errorf("%s: heads %v, expected %v; status %d", name, below.sent, c.sent, w.status)
		}
	}
}

func TestByteRange(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		header   string
		from, to int64
		partial  bool
		ok       bool
	}{
		{"", 0, 100, false, true},
		{"bytes=0-9", 0, 10, true, true},
		{"bytes=90-", 90, 100, true, true},
		{"bytes=90-1000", 90, 100, true, true},
		{"bytes=-10", 90, 100, true, true},
		{"bytes=-1000", 0, 100, true, true},
		{"bytes=100-", 0, 0, false, false},
		{"bytes=5-4", 0, 0, false, false},
		{"bytes=x-4", 0, 0, false, false},
		{"bytes=-0", 0, 0, false, false},
		{"bytes=0-1,3-4", 0, 100, false, true},
		{"lines=0-1", 0, 100, false, true},
	} {
		from, to, partial, ok := byteRange(tc.header, 100)
		if from != tc.from || to != tc.to || partial != tc.partial || ok != tc.ok {
			t.Errorf("%q: %d %d %v %v", tc.header, from, to, partial, ok)
		}
	}
}

func FuzzByteRange(f *testing.F) {
	f.Add("bytes=0-9", int64(100))
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		if from, to, _, ok := byteRange(header, size); ok && (from < 0 || to < from || to > size) {
			t.Fatal(from, to)
		}
	})
}

// TestNotesHoldNoLinks: a set-up link that the program noted would be good for whoever reads its notes.
func TestNotesHoldNoLinks(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/api/v1/setup/abc": "/api/v1/setup/…", "//api/v1/setup/abc": "//api/v1/setup/…", "/api/v1/flights": "/api/v1/flights", "/api/v1/setup": "/api/v1/setup",
		"/features/k/abc/collections": "/features/k/…", "/features/collections": "/features/collections",
	} {
		if got := withoutSecrets(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
