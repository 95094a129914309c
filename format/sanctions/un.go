package sanctions

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"overflight/evidence"
)

// The limits of XML: no list nests deeper than 5, and its longest text is under 16 KiB.
const (
	longestToken = 1 << 20
	deepest      = 32
)

var errToken = errors.New("a text is longer than " + strconv.Itoa(longestToken) + " bytes")

// budget stops a source that yields more than one token may have, before the parser holds it.
type budget struct {
	src  io.Reader
	left int
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errToken
	}
	n, err := b.src.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// ReadUN reads the consolidated list and hands over every ENTITY. The error is as that of ReadSDN.
func ReadUN(src io.Reader, handle func(Entry) error, found func(Defect)) (Counts, error) {
	b := &budget{src: src, left: longestToken}
	u := &consolidated{ledger: ledger{found: found}, b: b, d: xml.NewDecoder(b), handle: handle}
	return u.n, u.close(u.read())
}

// consolidated reads one list; path is the elements that are open.
type consolidated struct {
	ledger
	b      *budget
	d      *xml.Decoder
	handle func(Entry) error
	n      Counts
	path   []string
	text   strings.Builder
	entry  Entry
	alias  Alias
	date   string
	types  string
}

func (u *consolidated) defect(code evidence.Code, item, got, want string) Defect {
	line, column := u.d.InputPos()
	return Defect{Defect: evidence.Defect{Code: code, Offset: u.d.InputOffset(), Item: item, Got: got, Want: want}, Line: line, Column: column}
}

// stop is a defect after which nothing can be read.
func (u *consolidated) stop(code evidence.Code, got, want string) error {
	_ = u.lose(u.defect(code, "", got, want))
	return errEnough
}

func (u *consolidated) read() error {
	root := false
	for {
		u.b.left = longestToken
		token, err := u.d.Token()
		switch {
		case errors.Is(err, io.EOF) && root:
			if u.n.Rows == 0 {
				return u.stop(CodeEmpty, "0", "≥ 1")
			}
			return nil
		case errors.Is(err, errToken):
			return u.stop(CodeLine, "", "≤ "+strconv.Itoa(longestToken))
		case errors.Is(err, io.EOF):
			return u.stop(CodeXML, "", "CONSOLIDATED_LIST")
		case err != nil:
			return u.broken(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(u.path) == 0 && (root || token.Name.Local != "CONSOLIDATED_LIST") {
				return u.stop(CodeXML, "", "CONSOLIDATED_LIST")
			}
			root = true
			if len(u.path) == deepest {
				return u.stop(CodeXML, strconv.Itoa(deepest+1), "≤ "+strconv.Itoa(deepest))
			}
			u.path = append(u.path, token.Name.Local)
			err = u.open()
		case xml.CharData:
			if u.within("ENTITIES") && u.text.Len()+len(token) <= longestToken {
				u.text.Write(token)
			}
		case xml.EndElement:
			err = u.end()
			u.path = u.path[:len(u.path)-1]
		}
		if err != nil {
			return err
		}
	}
}

// broken tells a list that breaks off from one that is no XML, and a fault of the source from both.
func (u *consolidated) broken(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF"), errors.Is(err, io.ErrUnexpectedEOF):
		return u.stop(CodeHalf, "", "</CONSOLIDATED_LIST>")
	case errors.As(err, &syntax):
		return u.stop(CodeXML, "", "XML 1.0")
	case strings.HasPrefix(err.Error(), "xml:"):
		return u.stop(CodeXML, "", "UTF-8")
	}
	return err
}

func (u *consolidated) within(section string) bool { return len(u.path) > 2 && u.path[1] == section }

func (u *consolidated) is(path ...string) bool {
	if len(u.path) != len(path)+2 || u.path[1] != "ENTITIES" {
		return false
	}
	for i, p := range path {
		if u.path[i+2] != p {
			return false
		}
	}
	return true
}

func (u *consolidated) open() error {
	u.text.Reset()
	switch {
	case len(u.path) == 3 && u.path[1] == "INDIVIDUALS" && u.path[2] == "INDIVIDUAL":
		u.n.Rows++
		u.n.Individuals++
	case u.is("ENTITY"):
		u.n.Rows++
		line, _ := u.d.InputPos()
		u.entry = Entry{Line: line, Offset: u.d.InputOffset() - int64(len("<ENTITY>"))}
		u.date, u.types = "", ""
	case u.is("ENTITY", "ENTITY_ALIAS"):
		u.alias = Alias{}
	}
	if u.n.Rows > mostRows {
		return u.stop(CodeMany, "", "≤ "+strconv.Itoa(mostRows))
	}
	return nil
}

func (u *consolidated) end() error {
	text := strings.TrimSpace(u.text.String())
	u.text.Reset()
	e := &u.entry
	switch {
	case u.is("ENTITY", "FIRST_NAME"):
		e.Name = text
	case u.is("ENTITY", "REFERENCE_NUMBER"):
		e.ID = text
	case u.is("ENTITY", "UN_LIST_TYPE"):
		u.types = text
	case u.is("ENTITY", "LISTED_ON"):
		u.date = text
	case u.is("ENTITY", "ENTITY_ALIAS", "QUALITY"):
		u.alias.Kind = text
	case u.is("ENTITY", "ENTITY_ALIAS", "ALIAS_NAME"):
		u.alias.Name = text
	case u.is("ENTITY", "ENTITY_ALIAS"):
		// The list has an empty alias where there is none.
		if u.alias.Name != "" && len(e.Aliases) < mostAliases {
			e.Aliases = append(e.Aliases, u.alias)
		}
	case u.is("ENTITY"):
		return u.whole()
	}
	return nil
}

// whole checks an entity that is complete and hands it over.
func (u *consolidated) whole() error {
	e := &u.entry
	e.Length = u.d.InputOffset() - e.Offset
	if e.ID == "" || len(e.ID) > 32 || strings.ContainsAny(e.ID, " \t\r\n") {
		return u.lose(u.defect(CodeNumber, "REFERENCE_NUMBER", shown(e.ID), "CDe.001"))
	}
	if !goodName(e.Name) {
		return u.lose(u.defect(CodeName, "FIRST_NAME", shown(e.Name), "≤ "+strconv.Itoa(longestName)))
	}
	if !goodProgramme(u.types) {
		return u.lose(u.defect(CodeProgramme, "UN_LIST_TYPE", shown(u.types), "A"))
	}
	e.Programmes = []string{u.types}
	var ok bool
	if e.Listed, ok = ParseDate(u.date); !ok {
		return u.lose(u.defect(CodeDate, "LISTED_ON", shown(u.date), "2006-01-02[Z07:00]"))
	}
	for i := range e.Aliases {
		if a := &e.Aliases[i]; !goodName(a.Name) || len(a.Kind) > 16 {
			return u.lose(u.defect(CodeName, "ALIAS_NAME", shown(a.Name), "≤ "+strconv.Itoa(longestName)))
		} else {
			a.ID = e.ID
		}
	}
	u.n.Organisations++
	return u.handle(*e)
}
