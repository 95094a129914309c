// Package designations holds the designations that are shipped with the product: a cited file of facts, with what
// is not established said in the file.
package designations

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"overflight/designation"
	"overflight/evidence"
)

//go:embed us-2025-02-20.json
var file []byte

// File returns the fact file as it is shipped.
func File() []byte { return bytes.Clone(file) }

// Digest is that of the fact file.
func Digest() evidence.Digest { return sha256.Sum256(file) }

// Shipped reports whether a digest is of a fact file of this product. A version that ships another file keeps the
// digests of the earlier ones here: what was recorded under them stays known from when it was public.
func Shipped(d evidence.Digest) bool { return d == Digest() }

// facts is the form of the file.
type facts struct {
	Title string           `json:"title"`
	Scope string           `json:"scope"`
	List  designation.List `json:"list"`
	Dates struct {
		Signed    string `json:"signed"`
		Published string `json:"published"`
		Effective string `json:"effective"`
		Public    string `json:"public"`
	} `json:"dates"`
	Offset         string            `json:"offset"`
	Convention     string            `json:"convention"`
	Citation       string            `json:"citation"`
	Document       string            `json:"document"`
	Sources        map[string]string `json:"sources"`
	NotEstablished []string          `json:"not_established"`
	Programmes     []struct {
		Programme string `json:"programme"`
		Basis     string `json:"basis"`
	} `json:"programmes"`
	Organisations []struct {
		ID      string   `json:"id"`
		Name    string   `json:"name"`
		Aliases []string `json:"aliases"`
	} `json:"organisations"`
}

// Notices returns the notices of the fact file, one for each organisation and programme, in its order. Each is
// known from its public date, which only a shipped file may claim.
func Notices() ([]designation.Noticed, error) { return notices(file) }

func notices(b []byte) ([]designation.Noticed, error) {
	var f facts
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("reading the fact file of designations: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading the fact file of designations: more than one object")
	}
	var at [4]time.Time
	for i, day := range []string{f.Dates.Signed, f.Dates.Published, f.Dates.Effective, f.Dates.Public} {
		t, err := time.Parse("2006-01-02Z07:00", day+f.Offset)
		if err != nil {
			return nil, fmt.Errorf("reading the fact file of designations: %w", err)
		}
		at[i] = t.UTC()
	}
	var out []designation.Noticed
	for _, o := range f.Organisations {
		for _, p := range f.Programmes {
			n := designation.Noticed{
				ID:       "us-fr-" + f.Document + "/" + o.ID + "/" + p.Programme,
				Relation: designation.RelationDesignated,
				Key:      designation.Key{List: f.List, ID: o.ID, Programme: p.Programme},
				Signed:   at[0], Published: at[1], Effective: at[2], Public: at[3],
				Convention: f.Convention,
				Name:       o.Name,
				Citation:   f.Citation + "; " + p.Basis,
				Document:   designation.Document{Reference: f.Document},
				FactFile:   sha256.Sum256(b),
			}
			for _, a := range o.Aliases {
				n.Aliases = append(n.Aliases, designation.Name{Text: a, Kind: "a.k.a."})
			}
			if err := n.Check(); err != nil {
				return nil, fmt.Errorf("reading the fact file of designations: %s: %w", n.ID, err)
			}
			out = append(out, n)
		}
	}
	return out, nil
}
