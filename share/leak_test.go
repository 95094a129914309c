package share

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"index/suffixarray"
	"io"
	"math"
	"math/rand"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/release"
)

// formats are all that a product is written in.
func formats(t testing.TB, all []*release.Product, words Words) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, write := range map[string]func(io.Writer) error{
		"kml":     func(w io.Writer) error { return WriteKML(w, all, words) },
		"geojson": func(w io.Writer) error { return WriteGeoJSON(w, all, words) },
		"csv":     func(w io.Writer) error { return WriteCSV(w, all, words) },
		"parquet": func(w io.Writer) error { return WriteGeoParquet(w, all, words) },
		"html":    func(w io.Writer) error { return WriteHTML(w, all, words, nil) },
		"pdf":     func(w io.Writer) error { return WritePDF(w, all, words, Paper{}) },
		"page": func(w io.Writer) error {
			return everyAnswer(w, NewService(all, "MEX/SEDENA", "http://a.test/features", words))
		},
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = b.Bytes()
	}
	return out
}

// everything is all that leaves the node: what people read, and what programs do.
func everything(t testing.TB, all []*release.Product, words Words) map[string][]byte {
	t.Helper()
	out := formats(t, all, words)
	for name, write := range map[string]func(io.Writer) error{
		"cot": func(w io.Writer) error {
			return WriteCoT(w, all, all[0].Copy.Released, CoTOptions{Languages: cotLanguages()})
		},
		"frames": func(w io.Writer) error { return writeFrames(w, all) },
		"json": func(w io.Writer) error { // what is within the PDF, and what goes to a partner
			for _, p := range all {
				if _, err := p.WriteTo(w); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = b.Bytes()
	}
	return out
}

// writeFrames writes the events of products as the protocol of TAK has them, of what was and of what is seen now.
func writeFrames(w io.Writer, all []*release.Product) error {
	for _, p := range all {
		for _, live := range []bool{false, true} {
			events, err := Events(p, p.Copy.Released, CoTOptions{Languages: cotLanguages(), Live: live})
			if err != nil {
				return err
			}
			for _, e := range events {
				b, err := e.AppendOutgoingFrame(nil)
				if err != nil {
					return err
				}
				if _, err := w.Write(b); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// everyAnswer writes all that a service says, in all forms.
func everyAnswer(w io.Writer, s *Service) error {
	paths := [][]string{nil, {"conformance"}, {"api"}, {"collections"}}
	for _, id := range s.ids() {
		paths = append(paths, []string{"collections", id}, []string{"collections", id, "items"})
		for i := range s.sheets {
			for j := range s.sheets[i].rows {
				if r := &s.sheets[i].rows[j]; kindKey(r.kind) == id {
					paths = append(paths, []string{"collections", id, "items", s.sheets[i].fid(r)})
				}
			}
		}
	}
	for _, p := range paths {
		for _, f := range []string{"json", "html", "kml"} {
			a, err := s.Answer(Request{Path: p, Query: map[string][]string{"f": {f}}})
			var q *QueryError
			if errors.As(err, &q) && f != "json" {
				continue // not all are there in all forms
			}
			if err != nil {
				return fmt.Errorf("%v as %s: %w", p, f, err)
			}
			if _, err := w.Write(a.Body); err != nil {
				return err
			}
		}
	}
	return nil
}

// opened is a file with everything in it that is packed, laid open behind it.
func opened(t testing.TB, name string, b []byte) []byte {
	t.Helper()
	out := bytes.Clone(b)
	switch name {
	case "pdf":
		streams := 0
		for rest := b; ; {
			_, after, ok := bytes.Cut(rest, []byte("stream\n"))
			if !ok {
				break
			}
			rest = after
			r, err := zlib.NewReader(bytes.NewReader(after))
			if err != nil {
				continue // a stream that is not packed is in b
			}
			plain, err := io.ReadAll(r)
			if err != nil {
				t.Fatalf("a stream of the PDF: %v", err)
			}
			streams++
			// Texts are two bytes a character, some behind a backslash.
			out = append(append(out, plain...), bytes.ReplaceAll(bytes.ReplaceAll(plain, []byte("\\"), nil), []byte{0}, nil)...)
		}
		if streams < 4 {
			t.Fatalf("%d streams in a PDF", streams)
		}
	case "parquet":
		f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		// Pages are read below; packed, they are bytes by chance.
		for _, g := range f.Metadata().RowGroups {
			for _, c := range g.Columns {
				from := c.MetaData.DataPageOffset
				if d := c.MetaData.DictionaryPageOffset; d > 0 {
					from = min(from, d)
				}
				clear(out[from : from+c.MetaData.TotalCompressedSize])
			}
		}
		values := 0
		for _, g := range f.RowGroups() {
			for _, c := range g.ColumnChunks() {
				pages := c.Pages()
				for {
					p, err := pages.ReadPage()
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					read := make([]parquet.Value, p.NumValues())
					n, err := p.Values().ReadValues(read)
					if err != nil && !errors.Is(err, io.EOF) {
						t.Fatal(err)
					}
					for _, v := range read[:n] {
						out = append(append(v.AppendBytes(append(out, '\n')), '\n'), v.String()...)
						values++
					}
				}
				_ = pages.Close()
			}
		}
		if values < 50 {
			t.Fatalf("%d values in a file of Parquet", values)
		}
	}
	return out
}

// encodings are in what form bytes may be found again.
func encodings(s []byte) [][]byte {
	out := [][]byte{s, []byte(hex.EncodeToString(s)), []byte(strings.ToUpper(hex.EncodeToString(s))), []byte(url.QueryEscape(string(s))), []byte(url.PathEscape(string(s)))}
	var wide []byte
	for _, c := range s {
		wide = append(wide, 0, c)
	}
	out = append(out, wide, append(wide[1:], 0))
	backwards := bytes.Clone(s)
	slices.Reverse(backwards)
	out = append(out, backwards)
	for shift := range 3 { // base64 has three ways to begin; its ends depend on what is beside
		b := base64.StdEncoding.EncodeToString(append(make([]byte, shift), s...))
		from, to := (shift*8+5)/6, (shift+len(s))*8/6
		out = append(out, []byte(b[from:to]), []byte(base64.URLEncoding.EncodeToString(append(make([]byte, shift), s...))[from:to]))
	}
	return out
}

// secret is a form of something that a copy must not have.
type secret struct {
	what  string
	bytes []byte
}

func doubles(what string, v float64) []secret {
	n := math.Float64bits(v)
	return []secret{{what, binary.LittleEndian.AppendUint64(nil, n)}, {what, binary.BigEndian.AppendUint64(nil, n)}}
}

// secretsOf are all forms of what is finer than is granted of a value.
func secretsOf(t testing.TB, f release.Field, where geodesy.Position, digits int) []secret {
	t.Helper()
	v := f.Value
	what := fmt.Sprintf("%s (%d digits of it granted)", f.Name, digits)
	say := func(s string) secret { return secret{what, []byte(s)} }
	switch v.Kind {
	case release.Text, release.Code:
		if digits == 0 { // lines are broken at blanks
			first, rest, _ := strings.Cut(v.Text, " ñ ")
			return []secret{say(v.Text), say(first), say(max(rest, first))}
		}
	case release.Number:
		if digits == 0 {
			x, err := strconv.ParseFloat(v.Text, 64)
			if err != nil {
				t.Fatal(err)
			}
			whole, _, _ := strings.Cut(v.Text, ".")
			return append(doubles(what, x), say(v.Text), say(whole), say(grouped(whole)), say(strings.ReplaceAll(grouped(whole), "\u202F", "\u00A0")))
		}
	case release.Place:
		if digits >= len(v.Text) {
			return nil
		}
		out := []secret{say(v.Text), say(v.Text[:digits+1])}
		box, err := v.Box()
		if err != nil {
			t.Fatal(err)
		}
		// Digits of a coordinate as far as they say more than the edges of the cell do, and two more: fewer than four are found by chance.
		finest := 4
		var edges []geodesy.Angle
		if digits > 0 {
			cell, err := release.Value{Kind: release.Place, Text: v.Text[:digits]}.Box()
			if err != nil {
				t.Fatal(err)
			}
			finest = max(2, int(math.Ceil(-math.Log10(float64(cell.North-cell.South))))) + 2
			edges = []geodesy.Angle{cell.South, cell.West, cell.North, cell.East}
		}
		written := func(x geodesy.Angle) string {
			s := strconv.FormatFloat(math.Abs(float64(x)), 'f', 15, 64)
			return s[:strings.IndexByte(s, '.')+1+finest]
		}
		middle := box.Middle()
		for _, x := range []geodesy.Angle{where.Lat, where.Lon, middle.Lat, middle.Lon, box.South, box.West, box.North, box.East} {
			if slices.ContainsFunc(edges, func(e geodesy.Angle) bool { return written(e) == written(x) }) {
				continue // it is said with the edge that it is at
			}
			out = append(append(out, doubles(what, float64(x))...), say(written(x)))
		}
		return out
	case release.Instant:
		if digits >= len(v.Text) {
			return nil
		}
		from, _, err := v.Span()
		if err != nil {
			t.Fatal(err)
		}
		next := max(digits+1, 8)
		out := []secret{say(v.Text[:next])}
		for _, form := range []string{"2006-01-02T15:04:05.000", "2006-01-02 15:04:05.000"} {
			s := from.Format(form)
			n := 0
			for i, r := range s { // up to the first digit that is not granted
				if r >= '0' && r <= '9' {
					if n++; n == next {
						out = append(out, say(s[:i+1]))
					}
				}
			}
		}
		if digits < 14 {
			out = append(out, say(from.Format("15:04:05")))
		}
		for i, n := range []int64{from.Unix(), from.UnixMilli(), from.UnixMicro(), from.UnixNano()} {
			if i == 0 && digits >= 14 {
				continue // seconds are granted
			}
			out = append(out, say(strconv.FormatInt(n, 10)), secret{what, binary.LittleEndian.AppendUint64(nil, uint64(n))}, secret{what, binary.BigEndian.AppendUint64(nil, uint64(n))})
		}
		return out
	case release.Absent:
	}
	return nil
}

// distinct makes a report of values that are found nowhere by chance. It returns where its places are, too.
func distinct(t testing.TB, r *rand.Rand) (*release.Report, map[string]geodesy.Position) {
	t.Helper()
	out := &release.Report{ID: "R-1", Version: 1, Made: made}
	at := map[string]geodesy.Position{}
	instants := 0
	word := func() string {
		b := make([]byte, 11)
		for i := range b {
			b[i] = "ghijklmnopqrstuvwxyz"[r.Intn(20)]
		}
		return string(b)
	}
	for n, s := range release.Schemas() {
		for range 2 {
			values := map[string]release.Value{}
			for _, f := range s.Fields {
				switch f.Kind {
				case release.Text:
					values[f.Name] = text(word() + " ñ " + word())
				case release.Code:
					values[f.Name] = code(word())
				case release.Number:
					values[f.Name] = number(fmt.Sprintf("%d.%03d", 10_000_000+r.Intn(89_000_000), 101+r.Intn(898)))
				case release.Place:
					p := geodesy.Position{Lat: geodesy.Angle(r.Float64()*140 - 70), Lon: geodesy.Angle(r.Float64()*360 - 180)}
					values[f.Name], at[fmt.Sprint(len(out.Records), f.Name)] = release.PlaceValue(p), p
				case release.Instant:
					// Every one has a day of its own, and no digit is that of an edge of a span.
					d := func() int { return 3 + r.Intn(3) }
					day := time.Date(2025, 1, 3+17*instants, 0, 0, 0, 0, time.UTC)
					instants++
					for slices.Contains([]int{1, 9, 10, 19, 20, 28, 29, 30, 31}, day.Day()) {
						day = day.AddDate(0, 0, 1)
					}
					when := time.Date(2025, day.Month(), day.Day(), 10+d(), 10*d()+d(), 10*d()+d(), (100*d()+10*d()+d())*1e6, time.UTC)
					v, err := release.InstantValue(when)
					if err != nil {
						t.Fatal(err)
					}
					values[f.Name] = v
				case release.Absent:
				}
			}
			if n%2 == 1 {
				delete(values, s.Fields[len(s.Fields)-1].Name) // one has no value
			}
			out.Records = append(out.Records, record(t, s.Kind, values))
		}
	}
	return out, at
}

// TestNothingWithheldIsInAnyFormat: whatever is granted, no copy has more than that in any form.
func TestNothingWithheldIsInAnyFormat(t *testing.T) {
	t.Parallel()
	looked, rounds := 0, int64(4) // every record is withheld whole in one of four
	if os.Getenv("OVERFLIGHT_SOAK") == "1" {
		rounds = 200
	}
	for round := range rounds {
		r := rand.New(rand.NewSource(round))
		rep, at := distinct(t, r)
		asked, granted := map[string]int{}, map[string]int{}
		p, err := release.Redact(rep, seed, func(n int, s release.FieldSpec, f release.Field) release.Grant {
			digits := 0
			if n%4 != int(round%4) && r.Intn(3) > 0 {
				digits = 1 + r.Intn(max(1, f.Value.Kind.Whole()))
			}
			asked[fmt.Sprint(n, f.Name)] = digits
			return release.Grant{Digits: digits, Reasons: []string{"place-floor", "delay"}}
		}, copyFor("MEX/SEDENA", byte(round)))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
		for _, x := range p.Parts { // beside a coarse place an instant is coarser than what was granted of it, and nothing is ever finer
			for _, f := range x.Fields {
				if key := fmt.Sprint(x.Record, f.Name); f.Opening != nil {
					granted[key] = min(asked[key], max(1, len(f.Opening.Value.Text)))
				}
			}
		}
		files := everything(t, []*release.Product{p}, speak(t, catalogue.Languages()[round%2]))
		hunted := map[string]string{} // what every form is of
		for n, x := range rep.Records {
			for _, f := range x.Fields {
				key := fmt.Sprint(n, f.Name)
				for _, s := range secretsOf(t, f, at[key], granted[key]) {
					if len(s.bytes) <= least { // is found by chance
						continue
					}
					for _, form := range encodings(s.bytes) {
						looked++
						hunted[string(form)] = fmt.Sprintf("record %d, %s", n, s.what)
					}
				}
			}
		}
		for name, b := range files {
			told := map[string]bool{}
			index := suffixarray.New(opened(t, name, b))
			for form, what := range hunted {
				if !told[what] && len(index.Lookup([]byte(form), 1)) > 0 {
					told[what] = true
					t.Errorf("round %d: the %s has %q, of %s", round, name, form, what)
				}
			}
		}
	}
	if looked < 20_000 {
		t.Errorf("only %d forms were looked for", looked)
	}
}

const least = 4
