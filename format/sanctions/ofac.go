package sanctions

import (
	"io"
	"strings"
	"unicode/utf8"
)

// ReadSDN reads SDN.CSV and hands over every organisation. The error wraps ErrRefused, or is that of the
// source or of handle.
func ReadSDN(src io.Reader, handle func(Entry) error, found func(Defect)) (Counts, error) {
	t := newTable(src, found, "number", "name", "type", "programme", "title", "call sign",
		"vessel type", "tonnage", "gross tonnage", "flag", "owner", "remarks")
	var n Counts
	err := t.each(func() error {
		n.Rows++
		id, ok := t.number()
		if !ok {
			return t.lose(t.defect(CodeNumber, 1, "", "0-9"))
		}
		switch strings.ToLower(t.fields[2].value()) {
		case "":
		case "individual":
			n.Individuals++
			return nil
		case "vessel":
			n.Vessels++
			return nil
		case "aircraft":
			n.Aircraft++
			return nil
		default:
			return t.lose(t.defect(CodeType, 3, "", null+" | individual | vessel | aircraft"))
		}
		e := Entry{Line: t.line, Offset: t.at, Length: t.next - t.at, ID: id}
		if e.Name, ok = t.name(2); !ok {
			return t.lose(t.defect(CodeName, 2, shown(e.Name), "UTF-8"))
		}
		if e.Programmes, ok = SplitProgrammes(t.fields[3].value()); !ok {
			return t.lose(t.defect(CodeProgramme, 4, shown(t.fields[3].value()), "A] [B] [C"))
		}
		if e.Aliases, ok = remarkAliases(id, t.fields[11].value()); !ok && found != nil {
			found(t.defect(CodeRemark, 12, "", "a.k.a. '…'"))
		}
		n.Organisations++
		return handle(e)
	})
	return n, err
}

// ReadALT reads ALT.CSV and hands over the aliases of organisations. The file does not say what an entry
// is: organisation is asked for each number, and a row of anything else is only counted.
func ReadALT(src io.Reader, organisation func(id string) bool, handle func(Alias) error, found func(Defect)) (Counts, error) {
	t := newTable(src, found, "number", "own number", "kind", "name", "remarks")
	return t.belonging(organisation, func(id string) error {
		a := Alias{ID: id, Kind: t.fields[2].value()}
		var ok bool
		if a.Name, ok = t.name(4); !ok {
			return t.lose(t.defect(CodeName, 4, shown(a.Name), "UTF-8"))
		}
		if len(a.Kind) > 16 || !utf8.ValidString(a.Kind) {
			return t.lose(t.defect(CodeType, 3, shown(a.Kind), "aka | fka | nka"))
		}
		return handle(a)
	})
}

// ReadADD reads ADD.CSV and hands over the addresses of organisations, as ReadALT does the aliases.
func ReadADD(src io.Reader, organisation func(id string) bool, handle func(Address) error, found func(Defect)) (Counts, error) {
	t := newTable(src, found, "number", "own number", "address", "city", "country", "remarks")
	return t.belonging(organisation, func(id string) error {
		a := Address{ID: id, Street: t.fields[2].value(), City: t.fields[3].value(), Country: t.fields[4].value()}
		for i, s := range []string{a.Street, a.City, a.Country} {
			if s != "" && !goodName(s) {
				return t.lose(t.defect(CodeName, 3+i, shown(s), "UTF-8"))
			}
		}
		return handle(a)
	})
}

// belonging reads a file whose rows belong to entries of SDN.CSV.
func (t *table) belonging(organisation func(id string) bool, handle func(id string) error) (Counts, error) {
	var n Counts
	err := t.each(func() error {
		n.Rows++
		id, ok := t.number()
		if !ok {
			return t.lose(t.defect(CodeNumber, 1, "", "0-9"))
		}
		if !organisation(id) {
			n.Others++
			return nil
		}
		n.Organisations++
		return handle(id)
	})
	return n, err
}

// SplitProgrammes reads a programme field. It is written without its outer brackets: SDNTK] [FTO] [SDGT.
// Programmes are of letters, digits and " -.", as "CAATSA - RUSSIA" is.
func SplitProgrammes(s string) ([]string, bool) {
	if s == "" || len(s) > longestName {
		return nil, false
	}
	all := strings.Split(s, "] [")
	for i, p := range all {
		if !goodProgramme(p) {
			return nil, false
		}
		for _, earlier := range all[:i] {
			if p == earlier {
				return nil, false
			}
		}
	}
	return all, true
}

func goodProgramme(p string) bool {
	if p == "" || len(p) > 64 || strings.Trim(p, " -.") != p {
		return false
	}
	for _, r := range p {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune(" -.", r) {
			return false
		}
	}
	return true
}

// remarkAliases finds a.k.a. 'X', f.k.a. 'X' and n.k.a. 'X' in remarks; false when one is never closed.
// A quote closes where the list goes on or ends after it, so that names may hold an apostrophe.
func remarkAliases(id, remarks string) ([]Alias, bool) {
	var out []Alias
	for {
		i := strings.Index(remarks, ".k.a. '")
		if i < 0 || len(out) == mostAliases {
			return out, true
		}
		kind := ""
		if i > 0 && strings.ContainsRune("afn", rune(remarks[i-1])) {
			kind = remarks[i-1:i] + ".k.a."
		}
		remarks = remarks[i+len(".k.a. '"):]
		end := 0
		for {
			j := strings.IndexByte(remarks[end:], '\'')
			if j < 0 {
				return out, false
			}
			end += j
			if after := remarks[end+1:]; after == "" || strings.ContainsRune(";.,)", rune(after[0])) || strings.HasPrefix(after, " (") {
				break
			}
			end++
		}
		if name := strings.TrimSpace(remarks[:end]); kind != "" && goodName(name) {
			out = append(out, Alias{ID: id, Kind: kind, Name: name})
		}
		remarks = remarks[end+1:]
	}
}
