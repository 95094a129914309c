package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// DocumentKind is what a product says that it is.
const DocumentKind = "overflight.product/1"

// MostDocument bounds the document of a product, in bytes.
const MostDocument = 1 << 30

type document struct {
	Document string `json:"document"`
	*Product
}

// WriteTo writes the product as its recipient keeps it: JSON, in one line, the same bytes for the same product.
func (p *Product) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(document{DocumentKind, p}); err != nil {
		return 0, fmt.Errorf("writing a product: %w", err)
	}
	return b.WriteTo(w)
}

// ParseUnverified reads a product. Nothing in it is believed before [Product.Check], and then only what its statement commits to.
func ParseUnverified(b []byte) (*Product, error) {
	if len(b) > MostDocument {
		return nil, fmt.Errorf("reading a product: %d bytes: expected at most %d", len(b), MostDocument)
	}
	d := document{Product: &Product{}}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("reading a product: at byte %d: %w", dec.InputOffset(), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading a product: more follows at byte %d", dec.InputOffset())
	}
	if d.Document != DocumentKind {
		return nil, fmt.Errorf("reading a product: document %q: expected %q", d.Document, DocumentKind)
	}
	if n := d.Statement.Records; n < 1 || n > MostRecords {
		return nil, fmt.Errorf("reading a product: %d records: expected 1 to %d", n, MostRecords)
	}
	// Names in another case, names twice and numbers in another form say the same to some readers and not to others.
	var again bytes.Buffer
	if _, err := d.WriteTo(&again); err != nil {
		return nil, err
	}
	if !bytes.Equal(bytes.TrimSpace(b), bytes.TrimSpace(again.Bytes())) {
		return nil, errors.New("reading a product: it is not written in the one way in which a product is written")
	}
	return d.Product, nil
}
