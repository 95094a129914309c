package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/server"
	"overflight/signature"
)

// deed is a verb that puts one kind of act on record. What the act says comes from a file, YAML or JSON, and from flags,
// which go before the file.
type deed struct {
	use   string
	help  string
	kind  string
	about string // member that the first argument fills: the act that this one is about; empty: it takes a file
	flags []part
	now   string // member that is now unless it is said
}

// part is a flag that fills a member of the document.
type part struct {
	flag   string
	member string // with dots for members within members
	form   form
	help   string
}

// form says how the text of a flag becomes a member.
type form uint8

// The forms.
const (
	asText   form = iota // a text
	asList               // texts, parted by commas or given again
	asTruth              // a truth value
	asNumber             // a number
	asMoment             // an instant
	asPaper              // a file whose bytes are kept, and its digest
	asPapers             // several
	asArea               // a file of GeoJSON, or a text as in a document
)

func (d *deed) command(t *terminal) *cobra.Command {
	var f folder
	var keyFiles []string
	var by string
	var asJSON bool
	texts := map[string]*string{}
	lists := map[string]*[]string{}
	truths := map[string]*bool{}
	c := &cobra.Command{Use: d.use, Short: t.words.Text(d.help), Args: cobra.MaximumNArgs(1)}
	f.flags(t, c)
	for _, p := range d.flags {
		switch p.form {
		case asList, asPapers:
			lists[p.flag] = c.Flags().StringSlice(p.flag, nil, t.words.Text(p.help))
		case asTruth:
			truths[p.flag] = c.Flags().Bool(p.flag, false, t.words.Text(p.help))
		default:
			texts[p.flag] = c.Flags().String(p.flag, "", t.words.Text(p.help))
		}
	}
	c.Flags().StringSliceVar(&keyFiles, "key", nil, t.words.Text("help.act.key"))
	c.Flags().StringVar(&by, "recorded-by", "", t.words.Text("help.by"))
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	c.RunE = func(c *cobra.Command, args []string) error {
		document := map[string]any{}
		switch {
		case d.about != "" && len(args) != 1:
			return usage("%s", t.words.Text("error.arguments", c.UseLine()))
		case d.about != "":
			set(document, d.about, args[0])
		case len(args) == 1:
			var err error
			if document, err = readAct(args[0]); err != nil {
				return err
			}
		}
		return f.with(c.Context(), t, true, func(k *client.Client) error {
			if err := keepPapers(c.Context(), k, document, folderOf(args, d)); err != nil {
				return err
			}
			for _, p := range d.flags {
				if !c.Flags().Changed(p.flag) {
					continue
				}
				if err := d.fill(c.Context(), t, k, document, p, texts, lists, truths); err != nil {
					return err
				}
			}
			if d.now != "" && missing(document, d.now) {
				set(document, d.now, time.Now().UTC().Format(wireInstant))
			}
			return record(c.Context(), t, k, d.kind, document, keyFiles, who(by), asJSON)
		})
	}
	return c
}

func folderOf(args []string, d *deed) string {
	if d.about == "" && len(args) == 1 && args[0] != "-" {
		return filepath.Dir(args[0])
	}
	return ""
}

func (d *deed) fill(ctx context.Context, t *terminal, k *client.Client, document map[string]any, p part, texts map[string]*string, lists map[string]*[]string, truths map[string]*bool) error {
	switch p.form {
	case asList:
		set(document, p.member, *lists[p.flag])
	case asTruth:
		set(document, p.member, *truths[p.flag])
	case asText:
		set(document, p.member, *texts[p.flag])
	case asNumber:
		set(document, p.member, json.Number(*texts[p.flag]))
	case asMoment:
		at, err := instantFlag(t, *texts[p.flag])
		if err != nil {
			return err
		}
		set(document, p.member, at.UTC().Format(wireInstant))
	case asPaper:
		kept, err := keepPaper(ctx, k, *texts[p.flag])
		if err != nil {
			return err
		}
		set(document, p.member, kept)
	case asPapers:
		var all []any
		for _, name := range *lists[p.flag] {
			kept, err := keepPaper(ctx, k, name)
			if err != nil {
				return err
			}
			all = append(all, kept)
		}
		set(document, p.member, all)
	case asArea:
		a, err := readArea(*texts[p.flag])
		if err != nil {
			return err
		}
		set(document, p.member, a)
	}
	return nil
}

// set fills a member, within members that it makes.
func set(document map[string]any, member string, value any) {
	for {
		outer, inner, within := strings.Cut(member, ".")
		if !within {
			document[member] = value
			return
		}
		next, ok := document[outer].(map[string]any)
		if !ok {
			next = map[string]any{}
			document[outer] = next
		}
		document, member = next, inner
	}
}

func missing(document map[string]any, member string) bool {
	v, ok := document[member]
	return !ok || v == ""
}

// mostDocumentFile bounds a file that holds an act, in bytes.
const mostDocumentFile = 1 << 20

// readAct reads an act out of a file, YAML or JSON; "-" is the standard input.
func readAct(name string) (map[string]any, error) {
	b, err := readBounded(name, mostDocumentFile)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if err := yaml.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("%s: expected YAML or JSON: %s", name, firstLine(yaml.FormatError(err, false, false)))
	}
	return out, nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

func readBounded(name string, most int64) ([]byte, error) {
	f := os.Stdin
	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // it was only read
	}
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(f, most+1))
	if err == nil && n > most {
		err = fmt.Errorf("%s: larger than %d bytes", name, most)
	}
	return b.Bytes(), err
}

// keepPapers keeps the files that a document names as {file: NAME} and puts their digests in their place. Names are
// relative to the document's folder.
func keepPapers(ctx context.Context, k *client.Client, v any, folder string) error {
	switch v := v.(type) {
	case map[string]any:
		if name, ok := v["file"].(string); ok {
			if !filepath.IsAbs(name) {
				name = filepath.Join(folder, name)
			}
			kept, err := keepPaper(ctx, k, name)
			if err != nil {
				return err
			}
			delete(v, "file")
			v["sha256"] = kept["sha256"]
			if v["title"] == nil && v["reference"] == nil {
				v["title"] = kept["title"]
			}
		}
		for _, m := range v {
			if err := keepPapers(ctx, k, m, folder); err != nil {
				return err
			}
		}
	case []any:
		for _, m := range v {
			if err := keepPapers(ctx, k, m, folder); err != nil {
				return err
			}
		}
	}
	return nil
}

func keepPaper(ctx context.Context, k *client.Client, name string) (map[string]any, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	var out struct {
		SHA256 string `json:"sha256"`
	}
	if err := k.Send(ctx, "/documents", f, &out); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return map[string]any{"title": filepath.Base(name), "sha256": out.SHA256}, nil
}

// readArea reads a polygon or a line out of GeoJSON: a geometry, or a feature, or the one feature of a collection.
func readArea(name string) (map[string]any, error) {
	b, err := readBounded(name, mostDocumentFile)
	if err != nil {
		return nil, err
	}
	var g struct {
		Type        string            `json:"type"`
		Geometry    json.RawMessage   `json:"geometry"`
		Features    []json.RawMessage `json:"features"`
		Coordinates json.RawMessage   `json:"coordinates"`
	}
	for range 3 {
		g.Geometry, g.Features, g.Coordinates = nil, nil, nil
		if err := json.Unmarshal(b, &g); err != nil {
			return nil, fmt.Errorf("%s: expected GeoJSON: %w", name, err)
		}
		switch {
		case g.Type == "FeatureCollection" && len(g.Features) == 1:
			b = g.Features[0]
			continue
		case g.Type == "Feature":
			b = g.Geometry
			continue
		}
		break
	}
	var rings [][][]float64
	var points [][]float64
	switch g.Type {
	case "Polygon":
		if err := json.Unmarshal(g.Coordinates, &rings); err == nil && len(rings) == 1 {
			return map[string]any{"polygon": flat(rings[0])}, nil
		}
	case "LineString":
		if err := json.Unmarshal(g.Coordinates, &points); err == nil {
			return map[string]any{"line": flat(points), "half_width_m": 5000}, nil
		}
	}
	return nil, fmt.Errorf("%s: got %q, expected one Polygon without holes, or one LineString", name, g.Type)
}

// flat leaves heights out.
func flat(points [][]float64) [][]float64 {
	for i, p := range points {
		if len(p) > 2 {
			points[i] = p[:2]
		}
	}
	return points
}

// record signs a document with the keys of persons, and puts it on record.
func record(ctx context.Context, t *terminal, k *client.Client, kind string, document map[string]any, keyFiles []string, by string, asJSON bool) error {
	var sign server.ToSign
	if err := k.JSON(ctx, http.MethodPost, "/acts/text", nil, map[string]any{"act": kind, "document": document}, &sign); err != nil {
		return err
	}
	// What is signed is the canonical form, whatever the way here made of it.
	canonical, err := signature.Canonical(sign.Document)
	if err != nil {
		return err
	}
	var signatures []server.Signature
	for _, name := range keyFiles {
		key, err := signerKey(t, name)
		if err != nil {
			return err
		}
		s, err := key.SignAct(kind, canonical)
		if err != nil {
			return err
		}
		signatures = append(signatures, server.Signature{Name: s.Name, Line: s.Line})
	}
	var s server.Stated
	in := map[string]any{"act": kind, "document": sign.Document, "signatures": signatures, "by": by}
	if err := k.JSON(ctx, http.MethodPost, "/acts", nil, in, &s); err != nil {
		return err
	}
	if asJSON {
		return lines(t, []any{map[string]any{"act": kind, "id": sign.ID, "document": sign.Document, "event": s.Event, "leaf": s.Leaf}})
	}
	if s.Leaf != nil {
		fmt.Fprintln(t.out, t.words.Text("act.recorded.leaf", kind, sign.ID, fmt.Sprint(s.Event), fmt.Sprint(*s.Leaf)))
	} else {
		fmt.Fprintln(t.out, t.words.Text("act.recorded", kind, sign.ID, fmt.Sprint(s.Event)))
	}
	return nil
}
