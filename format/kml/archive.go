package kml

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// SniffArchive reports whether b begins as a KMZ archive does.
func SniffArchive(b []byte) bool { return bytes.HasPrefix(b, []byte("PK\x03\x04")) }

// mostEntries bounds the directory of an archive.
const mostEntries = 10_000

// unpack takes the main document out of an archive: doc.kml at its root, else the first file that ends in .kml. What it unpacks to is
// bounded whatever the archive says of it.
func unpack(b []byte) ([]byte, error) {
	fault := func(c Code, item, got, want string) ([]byte, error) {
		return nil, &Error{Code: c, Placemark: -1, Item: item, Got: got, Want: want}
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return fault(Archive, "KMZ", shown(err.Error()), "")
	}
	if len(z.File) > mostEntries {
		return fault(Large, "KMZ", fmt.Sprintf("%d files", len(z.File)), fmt.Sprintf("<= %d", mostEntries))
	}
	var main *zip.File
	for _, f := range z.File {
		if f.Name == "doc.kml" {
			main = f
			break
		}
		if main == nil && strings.HasSuffix(strings.ToLower(f.Name), ".kml") {
			main = f
		}
	}
	if main == nil {
		return fault(Missing, "KMZ", fmt.Sprintf("%d files", len(z.File)), "doc.kml")
	}
	r, err := main.Open()
	if err != nil {
		return fault(Archive, shown(main.Name), shown(err.Error()), "")
	}
	var out bytes.Buffer
	n, err := out.ReadFrom(io.LimitReader(r, MostBytes+1))
	if n > MostBytes {
		return fault(Large, shown(main.Name), fmt.Sprintf("> %d bytes", MostBytes), fmt.Sprintf("<= %d", MostBytes))
	}
	if err != nil {
		return fault(Archive, shown(main.Name), shown(err.Error()), "")
	}
	return out.Bytes(), nil
}
