package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"overflight/internal/auth"
)

// TestInvalidRequests: what the API's library refuses is refused in the language that is asked for, with a code and what was wrong.
func TestInvalidRequests(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	a := &api{Config: Config{Token: "right", Logger: slog.New(slog.DiscardHandler)}, routes: mux}
	a.stated = stated(Describe(mux, "", a))
	h := a.guard(mux)
	for _, tc := range []struct {
		method, path, body string
		status             int
		english, spanish   string
	}{
		{"GET", "/flights?entered=MX", "", 422, "entered: it does not have the expected form", "entered: no tiene la forma esperada"},
		{"GET", "/flights?state=flying", "", 422, "state: it has to be one of: open, closed, mentioned", "state: tiene que ser uno de: open, closed, mentioned"},
		{"GET", "/flights?limit=0", "", 422, "limit: it has to be at least 1", "limit: tiene que ser al menos 1"},
		{"GET", "/flights?limit=5000", "", 422, "limit: it has to be at most 1000", "limit: tiene que ser como máximo 1000"},
		{"GET", "/flights?limit=many", "", 422, "limit: a whole number is expected", "limit: se espera un número entero"},
		{"GET", "/looks?lat=x&lon=1", "", 422, "lat: a number is expected", "lat: se espera un número"},
		{"GET", "/looks?lat=1", "", 422, "lon: it is missing", "lon: falta"},
		{"POST", "/session", `{"name":"` + strings.Repeat("a", 300) + `","password":"b"}`, 422, "name: it has more than 256 characters", "name: tiene más de 256 caracteres"},
		{"POST", "/session", `{"name":"a"}`, 422, "password is missing", "falta password"},
		{"POST", "/session", `{"name":"a","password":"b","role":"c"}`, 422, "role: it is not known here", "role: no se conoce aquí"},
		{"POST", "/session", `{"name":7,"password":"b"}`, 422, "name: a text is expected", "name: se espera un texto"},
		{"POST", "/session", `{`, 400, "it cannot be read", "no se puede leer"},
		{"POST", "/session", ``, 400, "there is nothing in it", "no contiene nada"},
	} {
		for language, want := range map[string]string{"en": tc.english, "es-MX, en;q=0.5": tc.spanish} {
			r := httptest.NewRequest(tc.method, "http://127.0.0.1:1/api/v1"+tc.path, strings.NewReader(tc.body))
			r.Header.Set("Authorization", "Bearer right")
			r.Header.Set("Accept-Language", language)
			if tc.method != "GET" {
				r.Header.Set("Content-Type", "application/json")
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != tc.status || p.Status != tc.status || p.Code != "request" || len(p.Args) == 0 || !strings.Contains(p.Detail, want) {
				t.Errorf("%s %s %s: %d %s, want %q", tc.method, tc.path, language, w.Code, w.Body.String(), want)
			}
			if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" {
				t.Error(kind)
			}
		}
	}
}

// TestRolesAreNamed: a person is told roles by their names, a program by their codes.
func TestRolesAreNamed(t *testing.T) {
	t.Parallel()
	p := ProblemOf(&roleError{[]auth.Role{auth.Liaison, auth.Auditor}}, "es")
	if !strings.Contains(p.Detail, "oficial de enlace, auditor") || !slices.Equal(p.Args, []string{"liaison, auditor"}) || p.Status != http.StatusForbidden {
		t.Errorf("%+v", p)
	}
}
