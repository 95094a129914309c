package sanctions

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"overflight/evidence"
)

// null is how the files of OFAC write an empty field; the blank belongs to it and is often lost.
const null = "-0-"

// endMark is the lone character with which a full file may end (CP/M).
const endMark = "\x1a"

// table reads one file of OFAC row by row.
type table struct {
	ledger
	b        *bufio.Reader
	columns  int
	names    []string // of the columns
	line     int
	at, next int64
	fields   []field
	rows     int
	ended    bool
}

type field struct {
	text   string
	quoted bool
}

func (f field) value() string {
	s := strings.TrimSpace(f.text)
	if s == null {
		return ""
	}
	return s
}

func newTable(src io.Reader, found func(Defect), names ...string) *table {
	return &table{
		ledger: ledger{found: found}, b: bufio.NewReaderSize(src, longestLine),
		columns: len(names), names: names,
	}
}

// defect places a finding in the row that is being read. Got must hold nothing of a row that may be
// anybody's: only a count, or a text of an organisation.
func (t *table) defect(code evidence.Code, column int, got, want string) Defect {
	d := Defect{Defect: evidence.Defect{Code: code, Offset: t.at, Got: got, Want: want}, Line: t.line, Column: column}
	if column > 0 && column <= len(t.names) {
		d.Item = t.names[column-1]
	}
	return d
}

// each hands over every row that has the columns of the file.
func (t *table) each(handle func() error) error {
	for {
		line, whole, err := t.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = t.row(line, whole, handle)
		}
		if err != nil {
			return t.close(err)
		}
	}
	if t.rows == 0 && t.lost == 0 {
		return t.close(t.lose(t.defect(CodeEmpty, 0, "0", "≥ 1")))
	}
	return t.close(nil)
}

// read returns the next line without its end, and whether it had one. A line that is too long is a
// defect and comes back empty.
func (t *table) read() (line []byte, whole bool, err error) {
	t.at = t.next
	line, err = t.b.ReadSlice('\n')
	t.next += int64(len(line))
	t.line++
	switch {
	case err == nil:
		return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), true, nil
	case errors.Is(err, io.EOF) && len(line) > 0:
		return line, false, nil
	case errors.Is(err, bufio.ErrBufferFull):
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = t.b.ReadSlice('\n')
			t.next += int64(len(line))
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, false, fmt.Errorf("reading line %d: %w", t.line, err)
		}
		return nil, true, t.lose(t.defect(CodeLine, 0, strconv.FormatInt(t.next-t.at, 10), "≤ "+strconv.Itoa(longestLine)))
	case errors.Is(err, io.EOF):
		return nil, false, io.EOF
	}
	return nil, false, fmt.Errorf("reading line %d: %w", t.line, err)
}

func (t *table) row(line []byte, whole bool, handle func() error) error {
	if t.line == 1 {
		line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
	}
	text := strings.TrimRight(string(line), " \t\r")
	switch {
	case text == "":
		return nil
	case text == endMark:
		t.ended = true
		return nil
	case t.ended:
		return t.lose(t.defect(CodeAfterEnd, 0, "", "0x1A"))
	case t.rows == mostRows:
		_ = t.lose(t.defect(CodeMany, 0, "", "≤ "+strconv.Itoa(mostRows)))
		return errEnough
	}
	t.rows++
	bad := t.split(string(line))
	if !whole && t.half(bad) {
		return t.lose(t.defect(CodeHalf, len(t.fields), strconv.Itoa(len(t.fields)), strconv.Itoa(t.columns)))
	}
	if bad > 0 {
		return t.lose(t.defect(CodeQuote, bad, "", `"`))
	}
	if len(t.fields) != t.columns {
		return t.lose(t.defect(CodeColumns, 0, strconv.Itoa(len(t.fields)), strconv.Itoa(t.columns)))
	}
	return handle()
}

// half reports whether the last line, which has no end, is a row that was cut: too few columns, an open
// quote, or a last field that can no longer be told from its beginning. A row cut exactly between its
// last field and the end of its line has lost nothing.
func (t *table) half(bad int) bool {
	if bad > 0 || len(t.fields) < t.columns {
		return true
	}
	last := t.fields[len(t.fields)-1]
	return !last.quoted && last.value() != ""
}

// split cuts a line into fields and returns the column whose quotes are wrong, 0 when none is. Fields do
// not span lines: none of these files has one that does.
func (t *table) split(line string) int {
	t.fields = t.fields[:0]
	for {
		rest := strings.TrimLeft(line, " ")
		if strings.HasPrefix(rest, `"`) {
			text, after, ok := quoted(rest[1:])
			t.fields = append(t.fields, field{text: text, quoted: true})
			after = strings.TrimLeft(after, " ")
			if !ok || after != "" && after[0] != ',' {
				return len(t.fields)
			}
			if after == "" {
				return 0
			}
			line = after[1:]
			continue
		}
		text, after, more := strings.Cut(line, ",")
		t.fields = append(t.fields, field{text: text})
		if strings.Contains(text, `"`) {
			return len(t.fields)
		}
		if !more {
			return 0
		}
		line = after
	}
}

// quoted returns a field up to its closing quote, doubled quotes made one, and what follows.
func quoted(s string) (text, rest string, ok bool) {
	end := 0
	for {
		i := strings.IndexByte(s[end:], '"')
		if i < 0 {
			return s, "", false
		}
		end += i
		if end+1 >= len(s) || s[end+1] != '"' {
			return strings.ReplaceAll(s[:end], `""`, `"`), s[end+1:], true
		}
		end += 2
	}
}

// number returns the number of the entry, which is the first column of all three files.
func (t *table) number() (string, bool) {
	id := t.fields[0].value()
	if id == "" || len(id) > 10 || strings.Trim(id, "0123456789") != "" {
		return "", false
	}
	return id, true
}

// name returns the name in a column.
func (t *table) name(column int) (string, bool) {
	name := t.fields[column-1].value()
	return name, goodName(name)
}

func goodName(name string) bool {
	return name != "" && len(name) <= longestName && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

// shown is a text as a defect may quote it: short, and one line.
func shown(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:37], "") + "..."
	}
	return s
}
