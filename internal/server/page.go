package server

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
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
	serve := http.FileServerFS(files)
	small := &compressed{files: map[string][]byte{}}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead || strings.HasPrefix(r.URL.Path, "/api/") {
			http.NotFound(w, r)
			return
		}
		if !built {
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
		if smaller, ok := small.of(files, name); ok && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			h.Set("Vary", "Accept-Encoding")
			h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
			http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(smaller))
			return
		}
		serve.ServeHTTP(w, r)
	})
}

// compressed keeps what of the page is worth it compressed, each file once.
type compressed struct {
	mu    sync.Mutex // guards what follows
	files map[string][]byte
}

// worth are the kinds of files that become smaller.
var worth = map[string]bool{".html": true, ".js": true, ".css": true, ".json": true, ".svg": true}

func (c *compressed) of(files fs.FS, name string) ([]byte, bool) {
	if !worth[path.Ext(name)] {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, ok := c.files[name]; ok {
		return b, true
	}
	plain, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, false
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, false
	}
	c.files[name] = b.Bytes()
	return b.Bytes(), true
}
