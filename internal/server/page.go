package server

import (
	"bytes"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"overflight/web"
)

// policy is what the page may do: nothing but what this server gives it. Media is played from memory that the page fills with
// ranges of sealed bytes, for which browsers use blob addresses, and the player empties a video with an address of data.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; " +
	"media-src 'self' blob: data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page serves the page as it was built.
func page(mux *http.ServeMux) {
	files, built := web.Files()
	if !built {
		files = nil
	}
	mux.HandleFunc("/", pageOf(files))
}

// pageOf serves the files of a page; nil where it was not built.
func pageOf(files fs.FS) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead || strings.HasPrefix(r.URL.Path, "/api/") {
			http.NotFound(w, r)
			return
		}
		if files == nil {
			http.Error(w, "this program was built without its page: make build", http.StatusNotFound)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if name == "" {
			name = "index.html"
		}
		if info, err := fs.Stat(files, name); err != nil || info.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if strings.HasPrefix(name, "assets/") { // their names are made of what they hold
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
		h.Set("Vary", "Accept-Encoding")
		for _, c := range codings {
			if !accepts(r.Header.Get("Accept-Encoding"), c.name) {
				continue
			}
			smaller, err := fs.ReadFile(files, name+c.suffix)
			if err != nil {
				continue // the build found it not worth one
			}
			h.Set("Content-Encoding", c.name)
			h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
			http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(smaller))
			return
		}
		http.ServeFileFS(w, r, files, name)
	}
}

// codings are those in which the build of the page leaves a copy beside a file, the smallest first. Browsers take the first
// only from this machine or over TLS.
var codings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// accepts tells whether a header Accept-Encoding (RFC 9110 12.5.3) names a coding and does not rule it out.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, weighed := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		return !weighed || err == nil && q > 0
	}
	return false
}
