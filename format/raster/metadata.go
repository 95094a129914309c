package raster

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
)

// Item is a name and a text that a file carries beside its values, in the tag in which GDAL keeps such (GDAL_METADATA).
type Item struct {
	Name  string
	Value string // unauthenticated, from the file
}

// mostMetadata bounds the text of all items, in bytes.
const mostMetadata = 4 << 20

// metadata is the tag's text.
type metadata struct {
	XMLName xml.Name `xml:"GDALMetadata"`
	Items   []struct {
		Name   string `xml:"name,attr"`
		Sample string `xml:"sample,attr,omitempty"`
		Text   string `xml:",chardata"`
	} `xml:"Item"`
}

var errLongMetadata = errors.New("metadata is too long")

// metadataText writes the items as GDAL does: the texts are escaped before they are put into XML, where they are escaped again.
func metadataText(items []Item) (string, error) {
	var m metadata
	m.Items = make([]struct {
		Name   string `xml:"name,attr"`
		Sample string `xml:"sample,attr,omitempty"`
		Text   string `xml:",chardata"`
	}, len(items))
	for i, it := range items {
		var once strings.Builder
		if err := xml.EscapeText(&once, []byte(it.Value)); err != nil {
			return "", err
		}
		m.Items[i].Name, m.Items[i].Text = it.Name, once.String()
	}
	b, err := xml.MarshalIndent(m, "", "  ")
	if err != nil {
		return "", err
	}
	if len(b) > mostMetadata {
		return "", fmt.Errorf("%w: %d bytes, at most %d", errLongMetadata, len(b), mostMetadata)
	}
	return string(b) + "\n", nil
}

// TIFFMetadata reads the items that are about the whole file. A file without any has none. The error is an *Error.
func TIFFMetadata(b []byte) ([]Item, error) {
	t, err := openTIFF(b)
	if err != nil {
		return nil, err
	}
	f, ok := t.fields[tagMetadata]
	if !ok {
		return nil, nil
	}
	if f.typ != 2 || f.count > mostMetadata+1 {
		return nil, tiffFault(ErrSyntax, tagNames[tagMetadata], f.entry, fmt.Sprintf("%d values of type %d", f.count, f.typ), fmt.Sprintf("a text of at most %d bytes", mostMetadata))
	}
	var m metadata
	if err := xml.Unmarshal([]byte(strings.TrimRight(string(t.b[f.at:f.at+int64(f.count)]), "\x00")), &m); err != nil {
		return nil, tiffFault(ErrSyntax, tagNames[tagMetadata], f.at, shown(err.Error()), "XML as GDAL writes it")
	}
	var out []Item
	for _, it := range m.Items {
		if it.Sample == "" {
			out = append(out, Item{it.Name, unescaped(it.Text)})
		}
	}
	return out, nil
}

// unescaped takes the inner escapes off. A text of a writer that knows of one only stays as it is.
func unescaped(s string) string {
	var once struct {
		Text string `xml:",chardata"`
	}
	if xml.Unmarshal([]byte("<a>"+s+"</a>"), &once) != nil {
		return s
	}
	return once.Text
}
