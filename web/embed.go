// Package web holds the page as it was built: HTML, scripts, styles and fonts. Without `npm run build` it holds nothing but
// a file that keeps the folder.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var files embed.FS

// Files is the page; Built is false where it was not built.
func Files() (page fs.FS, built bool) {
	page, err := fs.Sub(files, "dist")
	if err != nil {
		panic(err) // the folder is named above
	}
	_, err = fs.Stat(page, "index.html")
	return page, err == nil
}
