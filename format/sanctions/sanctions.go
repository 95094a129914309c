// Package sanctions reads the public lists of designated organisations: the delimited files of the
// United States Treasury's OFAC (SDN.CSV, ALT.CSV, ADD.CSV, no header) and the consolidated list of the
// United Nations Security Council (XML).
//
// Only organisations come out. Individuals, vessels and aircraft are counted and passed over; nothing of
// their rows is kept or shown, not even in a defect.
//
// The columns of the OFAC files, from 1:
//
//	SDN  1 number  2 name  3 type  4 programme  5 title  6 call sign  7 vessel type  8 tonnage
//	     9 gross tonnage  10 flag  11 owner  12 remarks
//	ALT  1 number of the entry  2 own number  3 kind  4 name  5 remarks
//	ADD  1 number of the entry  2 own number  3 address  4 city, state  5 country  6 remarks
//
// An empty field is "-0- ", an empty type is an organisation. Aliases are in ALT.CSV and in the remarks
// of SDN.CSV, some only there. SDN.CSV carries no date of any kind: when an entry came into force is not
// in it, and not in the name of the file either.
//
// Reading is streaming and bounded. Every defect is reported; a list with a row that cannot be read is
// refused as a whole at its end, because a row that was lost would look like one that was taken off.
package sanctions

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"overflight/evidence"
)

// The findings. Offset is that of the row, Item the column as the package comment names it.
const (
	// CodeHalf: the list breaks off within a row or an element.
	CodeHalf evidence.Code = "sanctions.half"
	// CodeColumns: a row with another number of columns than the file has.
	CodeColumns evidence.Code = "sanctions.columns"
	// CodeQuote: a quote that is never closed, or text before or after a quoted field.
	CodeQuote evidence.Code = "sanctions.quote"
	// CodeLine: a line or a text longer than is read.
	CodeLine evidence.Code = "sanctions.line"
	// CodeNumber: an entry whose number or reference is none.
	CodeNumber evidence.Code = "sanctions.number"
	// CodeName: an organisation without a name, or with one that is no UTF-8 or too long.
	CodeName evidence.Code = "sanctions.name"
	// CodeType: a type that is none of those of the list.
	CodeType evidence.Code = "sanctions.type"
	// CodeProgramme: a programme field that is not of the form A] [B] [C.
	CodeProgramme evidence.Code = "sanctions.programme"
	// CodeDate: a day of listing that is none.
	CodeDate evidence.Code = "sanctions.date"
	// CodeRemark: an alias in the remarks that is never closed. The row counts, without that alias.
	CodeRemark evidence.Code = "sanctions.remark"
	// CodeAfterEnd: a row after the end mark (0x1A).
	CodeAfterEnd evidence.Code = "sanctions.after-end"
	// CodeEmpty: a list without a single row.
	CodeEmpty evidence.Code = "sanctions.empty"
	// CodeMany: more rows than any list has.
	CodeMany evidence.Code = "sanctions.many"
	// CodeXML: text that is not well-formed XML, or not of the consolidated list.
	CodeXML evidence.Code = "sanctions.xml"
)

// The limits. The longest list has under 25,000 rows, its longest row under 4 KiB.
const (
	longestLine = 64 << 10
	longestName = 1 << 10
	mostRows    = 1 << 20
	mostAliases = 512 // of one entry
	mostDefects = 100 // after which reading stops
)

// Entry is one organisation of a list.
type Entry struct {
	Line       int // of the row, from 1
	Offset     int64
	Length     int64
	ID         string // number of the entry; REFERENCE_NUMBER in the list of the United Nations
	Name       string
	Programmes []string // UN_LIST_TYPE, one, in the list of the United Nations
	Aliases    []Alias  // from the remarks; ALIAS_NAME in the list of the United Nations
	Listed     Date     // LISTED_ON; zero in the lists of OFAC, which carry no dates
}

// Alias is another name of an organisation.
type Alias struct {
	ID   string // of the entry
	Kind string // as the list writes it: "aka", "a.k.a.", "fka", "Good"; may be empty
	Name string
}

// Address is where the list places an organisation. Any of the three may be empty.
type Address struct {
	ID      string // of the entry
	Street  string
	City    string // with state or province
	Country string
}

// Counts are the rows of a list.
type Counts struct {
	Rows          int
	Organisations int // handed over
	Individuals   int
	Vessels       int
	Aircraft      int
	Others        int // of ALT.CSV and ADD.CSV: rows of entries that are no organisations
}

// Date is a day as a list writes it. Most days come without a zone: when such a day begins is a
// convention, which the caller has to state.
type Date struct {
	Year   int
	Month  time.Month
	Day    int
	Zoned  bool
	Offset time.Duration // east of UTC, when Zoned
}

// IsZero reports whether no day is stated.
func (d Date) IsZero() bool { return d == Date{} }

// Begins returns the instant at which the day begins: in its own zone, else in the one given.
func (d Date) Begins(zone *time.Location) time.Time {
	if d.Zoned {
		zone = time.FixedZone("", int(d.Offset/time.Second))
	}
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone).UTC()
}

// ParseDate reads an xsd:date: 2006-01-02, with or without Z or an offset, as 2015-07-01-04:00.
func ParseDate(s string) (Date, bool) {
	for _, layout := range []string{"2006-01-02", "2006-01-02Z07:00"} {
		t, err := time.Parse(layout, s)
		if err != nil || t.Year() < 1 {
			continue
		}
		d := Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
		if len(s) > len("2006-01-02") {
			_, east := t.Zone()
			if east < -14*3600 || east > 14*3600 {
				return Date{}, false
			}
			d.Zoned, d.Offset = true, time.Duration(east)*time.Second
		}
		return d, true
	}
	return Date{}, false
}

// Defect is a finding with its place. Column counts the fields of a row from 1 and is zero when the
// defect is of the whole row; in XML it counts characters.
type Defect struct {
	evidence.Defect
	Line   int
	Column int
}

// String is for logs and test failures; what a reader of the page sees is made from the catalogue.
func (d Defect) String() string {
	s := "line " + strconv.Itoa(d.Line)
	if d.Column > 0 {
		s += ", column " + strconv.Itoa(d.Column)
	}
	return s + ": " + d.Defect.String()
}

// ErrRefused is wrapped by the error of a list that cannot be taken in as a whole. What was handed over
// before must be thrown away.
var ErrRefused = errors.New("the list is refused as a whole")

// RefusedError says why: the first defect that cost a row, and how many did.
type RefusedError struct {
	First Defect
	Count int
}

// Error is one line.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("%v: %s (rows that cannot be read: %d)", ErrRefused, e.First, e.Count)
}

// Unwrap returns ErrRefused.
func (e *RefusedError) Unwrap() error { return ErrRefused }

// ledger keeps the defects of one reading.
type ledger struct {
	found func(Defect)
	first Defect
	lost  int
}

var errEnough = errors.New("too many defects")

// lose reports a defect that costs a row, or the rest of the list.
func (l *ledger) lose(d Defect) error {
	if l.lost == 0 {
		l.first = d
	}
	l.lost++
	if l.found != nil {
		l.found(d)
	}
	if l.lost >= mostDefects {
		return errEnough
	}
	return nil
}

// close turns what was found into the error of the whole reading.
func (l *ledger) close(err error) error {
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if l.lost > 0 {
		return &RefusedError{First: l.first, Count: l.lost}
	}
	return nil
}
