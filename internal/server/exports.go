package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"maps"
	"slices"
	"strings"

	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/release"
)

// format is how a product is written as a file.
type format struct {
	extension string
	write     func(w io.Writer, all []*release.Product, words *catalogue.Catalogue) error
}

// formats are drawn from the product and from nothing else. The first is the product itself, which can be checked.
var formats = map[string]format{
	"json": {"json", func(w io.Writer, all []*release.Product, _ *catalogue.Catalogue) error {
		for _, p := range all {
			if _, err := p.WriteTo(w); err != nil {
				return err
			}
		}
		return nil
	}},
}

// Formats are the words of the formats, in order.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

func (a *api) exportReport(ctx context.Context, in *exportInput) (*body[ExportedFile], error) {
	b := &in.Body
	f, ok := formats[b.Format]
	if !ok {
		return nil, dissemination.NewFault(dissemination.CodeFormat, b.Format, strings.Join(Formats(), ", "))
	}
	w := words(ctx)
	content, s, err := a.node.Export(ctx, node.ReleaseRequest{Report: in.ID, Office: b.Office, Purpose: b.Purpose}, func(p *release.Product) ([]byte, error) {
		var out bytes.Buffer
		err := f.write(&out, []*release.Product{p}, w)
		return out.Bytes(), err
	}, b.Format, byWhom(ctx, b.By))
	stated, err := statedOf(s, err)
	if err != nil {
		return nil, err
	}
	return &body[ExportedFile]{ExportedFile{Stated: stated.Body, Name: in.ID + "." + f.extension, SHA256: evidence.Digest(sha256.Sum256(content)).String(), Content: content}}, nil
}
