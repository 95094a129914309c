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
	"overflight/internal/atlas"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/release"
	"overflight/share"
)

// format is how a product is written as a file.
type format struct {
	extension string
	write     func(w io.Writer, p *release.Product, words share.Words) error
}

// formats are drawn from the product and from nothing else. One of them is the product itself, which can be checked.
var formats = map[string]format{
	"json": {"json", func(w io.Writer, p *release.Product, _ share.Words) error {
		_, err := p.WriteTo(w)
		return err
	}},
	"kml":        {"kml", of(share.WriteKML)},
	"geojson":    {"geojson", of(share.WriteGeoJSON)},
	"geoparquet": {"parquet", of(share.WriteGeoParquet)},
	"csv":        {"csv", of(share.WriteCSV)},
	"html": {"html", func(w io.Writer, p *release.Product, words share.Words) error {
		lines, err := behind()
		if err != nil {
			return err
		}
		return share.WriteHTML(w, []*release.Product{p}, words, lines)
	}},
	"pdf": {"pdf", func(w io.Writer, p *release.Product, words share.Words) error {
		lines, err := behind()
		if err != nil {
			return err
		}
		return share.WritePDF(w, []*release.Product{p}, words, share.Paper{Background: lines})
	}},
	// Whoever is shown it in a client of TAK reads either language, and it is shown from when the copy was made.
	"cot": {"cot", func(w io.Writer, p *release.Product, _ share.Words) error {
		return share.WriteCoT(w, []*release.Product{p}, p.Copy.Released, share.CoTOptions{Languages: CoTLanguages()})
	}},
}

func of(write func(io.Writer, []*release.Product, share.Words) error) func(io.Writer, *release.Product, share.Words) error {
	return func(w io.Writer, p *release.Product, words share.Words) error {
		return write(w, []*release.Product{p}, words)
	}
}

// behind is what is behind the places of a map.
func behind() (share.Background, error) {
	lines, err := atlas.Open()
	if err != nil {
		return nil, err
	}
	return report.Behind(lines), nil
}

// CoTLanguages are those that the remarks of Cursor on Target are in: all of them, for it is not known who reads.
func CoTLanguages() []share.CoTLanguage {
	var out []share.CoTLanguage
	for _, l := range catalogue.Languages() {
		out = append(out, share.CoTLanguage{Code: string(l), Words: catalogue.Open(l)})
	}
	return out
}

// Formats are the words of the formats, in order.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

func (a *api) exportReport(ctx context.Context, in *exportInput) (*body[ExportedFile], error) {
	b := &in.Body
	return exported(ctx, in.ID, b.Format, func(draw drawing) ([]byte, node.Stated, error) {
		return a.node.Export(ctx, node.ReleaseRequest{Report: in.ID, Office: b.Office, Purpose: b.Purpose}, draw, b.Format, byWhom(ctx, b.By))
	})
}

// exportRelease writes a copy that was released, for who may see it here.
func (a *api) exportRelease(ctx context.Context, in *exportCopyInput) (*body[ExportedFile], error) {
	if _, err := a.release(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.exportCopy(ctx, in, in.ID)
}

// exportArrived writes a copy that arrived, for who may open it.
func (a *api) exportArrived(ctx context.Context, in *exportCopyInput) (*body[ExportedFile], error) {
	x, err := a.arrived(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return a.exportCopy(ctx, in, x.Act.Release)
}

func (a *api) exportCopy(ctx context.Context, in *exportCopyInput, id string) (*body[ExportedFile], error) {
	b := &in.Body
	return exported(ctx, id, b.Format, func(draw drawing) ([]byte, node.Stated, error) {
		return a.node.ExportCopy(ctx, id, b.Purpose, draw, b.Format, byWhom(ctx, b.By))
	})
}

// drawing writes a product as a file.
type drawing = func(*release.Product) ([]byte, error)

// exported answers with a file in a format, in the language of the request.
func exported(ctx context.Context, id, name string, write func(drawing) ([]byte, node.Stated, error)) (*body[ExportedFile], error) {
	f, ok := formats[name]
	if !ok {
		return nil, dissemination.NewFault(dissemination.CodeFormat, name, strings.Join(Formats(), ", "))
	}
	w := readerOf(words(ctx))
	content, s, err := write(func(p *release.Product) ([]byte, error) {
		var out bytes.Buffer
		err := f.write(&out, p, w)
		return out.Bytes(), err
	})
	stated, err := statedOf(s, err)
	if err != nil {
		return nil, err
	}
	return &body[ExportedFile]{ExportedFile{Stated: stated.Body, Name: id + "." + f.extension, SHA256: evidence.Digest(sha256.Sum256(content)).String(), Content: content}}, nil
}
