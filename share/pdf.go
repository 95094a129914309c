package share

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"overflight/release"
)

// Attachment is a file within a PDF.
type Attachment struct {
	Name string
	Body []byte
}

// Paper is what a PDF has beside its products.
type Paper struct {
	Background Background // nil: none
	Proofs     []Attachment
}

// The page: A4, in millimetres.
const (
	pageWide, pageTall   = 210.0, 297.0
	margin               = 18.0
	bodyTop, bodyBottom  = 25.0, 24.0
	bodyWide             = pageWide - 2*margin
	line                 = 4.6
	nameWide             = 33.0
	columnWide           = bodyWide / 2
	mapTall              = 112.0
	regular, bold, fixed = "", "B", ""
	family, monospace    = "go", "gomono"
)

type colour struct{ r, g, b int }

var (
	ink   = colour{20, 32, 43}
	quiet = colour{75, 90, 103}
	faint = colour{201, 210, 217}
	wash  = colour{244, 246, 248}
	alarm = colour{156, 31, 23}
	amber = colour{138, 90, 0}
	white = colour{255, 255, 255}
)

func colourOf(hexadecimal string) colour {
	v, _ := strconv.ParseUint(hexadecimal, 16, 32) // of the table above
	return colour{int(v >> 16), int(v >> 8 & 0xff), int(v & 0xff)}
}

// WritePDF writes a report for print and file, on A4: the marking above and below on every page, a map, every record, and the files that
// prove it within. The same products, words, lines and proofs give the same bytes.
func WritePDF(w io.Writer, all []*release.Product, words Words, paper Paper) error {
	p, err := newPaper(all, words)
	if err != nil {
		return fmt.Errorf("making a PDF: %w", err)
	}
	files, err := attachments(all, paper.Proofs)
	if err != nil {
		return fmt.Errorf("making a PDF: %w", err)
	}
	p.SetAttachments(files)
	for i := range p.products {
		s := &p.products[i]
		p.report = s
		p.AddPage()
		p.begin(s)
		if i == 0 {
			p.chart(paper.Background)
		}
		for _, kind := range kinds() {
			p.kind(s, kind)
		}
	}
	p.proof(files)
	if err := p.Output(w); err != nil {
		return fmt.Errorf("writing a PDF: %w", err)
	}
	return nil
}

// sheetOfPaper is a PDF that is being made.
type sheetOfPaper struct {
	*fpdf.Fpdf
	words    Words
	products []sheet
	banner   string
	report   *sheet // whose pages these are
	glyphs   *sfnt.Font
	buffer   sfnt.Buffer
}

func newPaper(all []*release.Product, words Words) (*sheetOfPaper, error) {
	glyphs, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	p := &sheetOfPaper{Fpdf: fpdf.New("P", "mm", "A4", ""), words: words, products: sheets(all, words), glyphs: glyphs}
	p.banner = bannerOf(p.products, words)
	p.AliasNbPages("{nb}") // before the fonts, which then keep all digits
	// Copies: where it makes a font smaller, the library writes into the bytes that it was given.
	p.AddUTF8FontFromBytes(family, regular, bytes.Clone(goregular.TTF))
	p.AddUTF8FontFromBytes(family, bold, bytes.Clone(gobold.TTF))
	p.AddUTF8FontFromBytes(monospace, fixed, bytes.Clone(gomono.TTF))
	p.SetCatalogSort(true)
	var made time.Time
	titles := make([]string, len(p.products))
	for i := range p.products {
		titles[i] = p.products[i].title()
		if at := p.products[i].Copy.Released.UTC(); at.After(made) {
			made = at
		}
	}
	p.SetCreationDate(made)
	p.SetModificationDate(made)
	p.SetProducer("overflight", true)
	p.SetCreator("overflight", true)
	p.SetTitle(p.fit(strings.Join(titles, "; ")), true)
	p.SetSubject(p.fit(p.banner), true)
	p.SetKeywords(p.fit(words.Text("share.caveat.not-for-targeting")), true)
	p.SetLang(words.Tag())
	p.SetMargins(margin, bodyTop, margin)
	p.SetCellMargin(0)
	p.SetAutoPageBreak(true, bodyBottom)
	p.SetHeaderFunc(p.header)
	p.SetFooterFunc(p.footer)

	return p, nil
}

// attachments are the products as they are verified, and the proofs that go with them.
func attachments(all []*release.Product, proofs []Attachment) ([]fpdf.Attachment, error) {
	var out []fpdf.Attachment
	for _, x := range all {
		var b bytes.Buffer
		if _, err := x.WriteTo(&b); err != nil {
			return nil, err
		}
		out = append(out, fpdf.Attachment{Content: b.Bytes(), Filename: fileName(fmt.Sprintf("%s-%d", x.Statement.ID, x.Statement.Version)) + ".json"})
	}
	for _, f := range proofs {
		out = append(out, fpdf.Attachment{Content: f.Body, Filename: fileName(f.Name)})
	}
	return out, nil
}

// fileName leaves of a text what every system takes for a name.
func fileName(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '-'
	}, s), ".")
}

// fit makes a text of what the font has; a character that it does not have is named.
func (p *sheetOfPaper) fit(s string) string {
	var b strings.Builder
	for _, r := range clean(s) {
		if r == '\u202F' {
			r = '\u00A0'
		}
		if i, err := p.glyphs.GlyphIndex(&p.buffer, r); r != '\n' && (r > 0xFFFF || err != nil || i == 0) {
			fmt.Fprintf(&b, "[U+%04X]", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (p *sheetOfPaper) say(style string, size float64, c colour) {
	p.SetFont(family, style, size)
	p.SetTextColor(c.r, c.g, c.b)
}

func (p *sheetOfPaper) draw(c colour, wide float64) {
	p.SetDrawColor(c.r, c.g, c.b)
	p.SetLineWidth(wide)
}

func (p *sheetOfPaper) fill(c colour) { p.SetFillColor(c.r, c.g, c.b) }

// mark writes the marking across the page.
func (p *sheetOfPaper) markAt(y float64) {
	p.SetXY(margin, y)
	p.fill(ink)
	p.say(bold, 9, white)
	text := p.fit(p.banner)
	for size := 9.0; p.GetStringWidth(text) > bodyWide-4 && size > 5; size -= 0.5 {
		p.SetFontSize(size)
	}
	p.CellFormat(bodyWide, 6, text, "", 0, "C", true, 0, "")
}

func (p *sheetOfPaper) header() {
	p.markAt(10)
	p.SetXY(margin, bodyTop)
}

func (p *sheetOfPaper) footer() {
	s := p.report
	p.SetXY(margin, pageTall-21)
	p.say(regular, 7.5, quiet)
	p.CellFormat(bodyWide*0.8, 4, p.fit(s.title()+" · "+p.words.Text("share.copy", clean(s.Copy.Office), clean(s.Copy.Mark))), "", 0, "L", false, 0, "")
	p.CellFormat(bodyWide*0.2, 4, p.words.Text("share.page", p.PageNo(), "{nb}"), "", 0, "R", false, 0, "")
	p.markAt(pageTall - 16)
}

// room begins a page where less than so much is left.
func (p *sheetOfPaper) room(tall float64) {
	if p.GetY()+tall > pageTall-bodyBottom {
		p.AddPage()
	}
}

// begin says what a product is.
func (p *sheetOfPaper) begin(s *sheet) {
	p.Bookmark(p.fit(s.title()), 0, -1)
	p.say(bold, 19, ink)
	p.MultiCell(bodyWide, 8, p.fit(s.title()), "", "L", false)
	p.say(regular, 10.5, quiet)
	p.MultiCell(bodyWide, 5.4, p.fit(p.words.Text("share.subtitle", clean(s.Copy.Office))), "", "L", false)
	p.Ln(2)
	for _, c := range s.caveats(nil) {
		p.caveat(c)
	}
	p.Ln(1)
	for _, x := range s.head() {
		p.wide(x, 46)
	}
	p.Ln(1)
	p.say(regular, 9.5, ink)
	p.MultiCell(bodyWide, line, p.fit(s.hidden()), "", "L", false)
	p.Ln(2)
}

// caveat is a text in a frame.
func (p *sheetOfPaper) caveat(text string) {
	p.say(bold, 9, alarm)
	p.draw(alarm, 0.4)
	text = p.fit(text)
	p.SetX(margin)
	p.CellFormat(min(p.GetStringWidth(text)+5, bodyWide), 6, text, "1", 1, "C", false, 0, "")
	p.Ln(1.2)
}

// wide writes a pair across the page.
func (p *sheetOfPaper) wide(x pair, names float64) {
	p.room(line)
	y, page := p.GetY(), p.PageNo()
	p.SetX(margin)
	p.say(regular, 8.5, quiet)
	p.MultiCell(names-2, line, p.fit(x.Name), "", "L", false)
	below := p.GetY()
	if p.PageNo() != page { // the name went over the edge: its value begins where it ended
		y, page = below-line, p.PageNo()
	}
	p.SetXY(margin+names, y)
	p.value(x)
	p.MultiCell(bodyWide-names, line, p.fit(x.Text), "", "L", false)
	if p.PageNo() == page {
		p.SetY(max(p.GetY(), below))
	}
}

// value sets the font of a value by what it is.
func (p *sheetOfPaper) value(x pair) {
	switch x.State {
	case "code":
		p.SetFont(monospace, fixed, 7.6)
		p.SetTextColor(ink.r, ink.g, ink.b)
	case stateWords[absent]:
		p.say(regular, 9, quiet)
	case stateWords[coarse]:
		p.say(regular, 9, amber)
	default:
		p.say(regular, 9, ink)
	}
}

// kind writes the records of a kind.
func (p *sheetOfPaper) kind(s *sheet, kind string) {
	if slices.Contains(tabled, kind) {
		if t := s.table("", kind); t != nil {
			p.room(40)
			p.heading(1, p.words.Text("share.kinds."+kind))
			p.table(t)
		}
		return
	}
	begun := false
	for i := range s.rows {
		if kind == "" || s.rows[i].kind != kind {
			continue
		}
		r := s.pageRecord("", &s.rows[i])
		tall := p.tall(&r)
		if !begun {
			begun = true
			p.room(min(tall, 120) + 14)
			p.heading(1, p.words.Text("share.kinds."+kind))
		}
		p.room(min(tall, pageTall-bodyTop-bodyBottom))
		p.record(&r)
	}
}

// heading begins a part, and names it in the outline.
func (p *sheetOfPaper) heading(level int, text string) {
	p.Bookmark(p.fit(text), level, -1)
	p.Ln(3)
	p.say(bold, 13, ink)
	p.MultiCell(bodyWide, 7, p.fit(text), "", "L", false)
	p.draw(ink, 0.5)
	p.Line(margin, p.GetY(), margin+bodyWide, p.GetY())
	p.Ln(2.5)
}

// short is where the value of a pair begins when it has room in half of the page; false when it has not.
func (p *sheetOfPaper) short(x *pair) (names float64, ok bool) {
	p.say(regular, 8.5, quiet)
	names = max(nameWide, p.GetStringWidth(p.fit(x.Name))+2.5)
	p.value(*x)
	return names, !strings.Contains(x.Text, "\n") && names+p.GetStringWidth(p.fit(x.Text)) < columnWide-2
}

// tall is about how much of the page a record takes.
func (p *sheetOfPaper) tall(r *pageRecord) float64 {
	lines, half := 0.0, false
	for i := range r.Pairs {
		x := r.Pairs[i]
		if _, ok := p.short(&x); ok {
			if !half {
				lines++
			}
			half = !half
			continue
		}
		half = false
		p.value(x)
		values := len(p.SplitText(p.fit(x.Text), bodyWide-nameWide))
		p.say(regular, 8.5, quiet)
		lines += float64(max(values, len(p.SplitText(p.fit(x.Name), nameWide-2))))
	}
	p.say(regular, 8.5, ink)
	for _, n := range r.Notes {
		lines += float64(len(p.SplitText(p.fit(n), bodyWide-5))) + 0.3
	}
	return lines*line + 9 + 8*float64(len(r.Caveats))
}

func (p *sheetOfPaper) record(r *pageRecord) {
	p.say(bold, 10.5, ink)
	name := p.fit(r.Name)
	p.SetX(margin)
	p.CellFormat(p.GetStringWidth(name)+2, 5.5, name, "", 0, "L", false, 0, "")
	p.say(regular, 8.5, quiet)
	p.CellFormat(20, 5.5, p.fit("("+r.Number+")"), "", 0, "L", false, 0, "")
	p.say(bold, 7, quiet)
	p.SetX(margin)
	p.CellFormat(bodyWide, 5.5, p.fit(r.Marking), "", 1, "R", false, 0, "")
	p.Ln(0.6)
	for _, c := range r.Caveats {
		p.caveat(c)
	}
	held := false // a pair stands on the left, with nothing beside it yet
	for i := range r.Pairs {
		x := r.Pairs[i]
		if x.Marking != "" {
			x.Text += " (" + x.Marking + ")"
		}
		names, ok := p.short(&x)
		if !ok {
			if held {
				p.Ln(line)
				held = false
			}
			p.wide(x, nameWide)
			continue
		}
		left := margin
		if held {
			left += columnWide
		} else {
			p.room(line)
		}
		p.SetX(left)
		p.say(regular, 8.5, quiet)
		p.CellFormat(names, line, p.fit(x.Name), "", 0, "L", false, 0, "")
		p.value(x)
		p.CellFormat(columnWide-names, line, p.fit(x.Text), "", 0, "L", false, 0, "")
		if held {
			p.Ln(line)
		}
		held = !held
	}
	if held {
		p.Ln(line)
	}
	for _, n := range r.Notes {
		p.note(n)
	}
	p.Ln(1.4)
	p.draw(faint, 0.2)
	p.Line(margin, p.GetY(), margin+bodyWide, p.GetY())
	p.Ln(2.4)
}

// note is a text on a ground of its own, with a bar before it.
func (p *sheetOfPaper) note(text string) {
	p.Ln(0.7)
	p.say(regular, 8.5, ink)
	text = p.fit(text)
	tall := line * float64(len(p.SplitText(text, bodyWide-5)))
	p.room(tall)
	p.fill(wash)
	p.Rect(margin, p.GetY(), bodyWide, tall, "F")
	p.fill(amber)
	p.Rect(margin, p.GetY(), 1, tall, "F")
	p.SetX(margin + 3)
	p.MultiCell(bodyWide-4, line, text, "", "L", false)
}

// proof says how the report is checked, and names the files within by their digests.
func (p *sheetOfPaper) proof(files []fpdf.Attachment) {
	p.room(70)
	p.heading(0, p.words.Text("share.proof"))
	p.say(regular, 9.5, ink)
	p.MultiCell(bodyWide, line, p.fit(p.words.Text("share.proof.about")), "", "L", false)
	p.Ln(2)
	for i, f := range files {
		name := p.words.Text("share.head.document")
		if i >= len(p.products) {
			name = p.words.Text("share.head.proof")
		}
		sum := sha256.Sum256(f.Content)
		p.wide(pair{Name: name, Text: f.Filename + "\n" + hex.EncodeToString(sum[:]), State: "code"}, 46)
	}
	for i := range p.products {
		p.wide(pair{Name: p.words.Text("share.head.root"), Text: p.products[i].Statement.Root.String(), State: "code"}, 46)
	}
}
