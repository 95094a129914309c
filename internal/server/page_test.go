package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

// TestPage: each reader gets the smallest copy of a file that it takes, and the file itself where it takes none.
func TestPage(t *testing.T) {
	t.Parallel()
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	serve := pageOf(fstest.MapFS{
		"index.html": file("plain page"), "index.html.br": file("br page"), "index.html.gz": file("gz page"),
		"assets/a.js": file("plain script"), "assets/a.js.gz": file("gz script"),
		"assets/f.woff2": file("font"), ".keep": file("hidden"),
	})
	for _, c := range []struct {
		path, accept, body, coding string
		status                     int
	}{
		{"/", "gzip, deflate, br, zstd", "br page", "br", 200},
		{"/", "gzip, deflate", "gz page", "gzip", 200},
		{"/", "br;q=0, GZIP;q=0.5", "gz page", "gzip", 200},
		{"/", "", "plain page", "", 200},
		{"/", "brotli, x-gzip", "plain page", "", 200},
		{"/assets/a.js", "br, gzip", "gz script", "gzip", 200},
		{"/assets/f.woff2", "br, gzip", "font", "", 200},
		{"/assets/", "br", "", "", 404},
		{"/.keep", "br", "", "", 404},
		{"/api/none", "br", "", "", 404},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		serve(w, r)
		h := w.Result().Header
		if w.Code != c.status || c.status == 200 && w.Body.String() != c.body || h.Get("Content-Encoding") != c.coding {
			t.Errorf("%s %q: %d %q %q", c.path, c.accept, w.Code, w.Body, h.Get("Content-Encoding"))
		}
		if c.status == 200 && (h.Get("Vary") != "Accept-Encoding" || h.Get("Content-Security-Policy") != policy) {
			t.Errorf("%s %q: %v", c.path, c.accept, h)
		}
	}
	w := httptest.NewRecorder()
	pageOf(nil)(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("without a page: %d", w.Code)
	}
}
