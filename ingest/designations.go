package ingest

import (
	"fmt"
	"io"
	"slices"
	"time"

	"overflight/designation"
	"overflight/format/sanctions"
)

// Listed is the organisations of an edition, and what its files held beside them.
type Listed struct {
	Rows                   []designation.Row
	Main, Aliases, Address sanctions.Counts // of the files that were read
}

// All hands over the rows as Register.Import takes them.
func (l *Listed) All(yield func(designation.Row, error) bool) {
	for _, r := range l.Rows {
		if !yield(r, nil) {
			return
		}
	}
}

// OFAC reads SDN.CSV and, where they are given, ALT.CSV and ADD.CSV of one edition. All of them or none: a file
// that is refused refuses the edition, and the error names it. Defects go to found with the name of the file.
func OFAC(sdn, alt, add io.Reader, found func(file string, d sanctions.Defect)) (Listed, error) {
	var l Listed
	at := map[string]int{}
	in := func(file string) func(sanctions.Defect) {
		return func(d sanctions.Defect) {
			if found != nil {
				found(file, d)
			}
		}
	}
	var err error
	l.Main, err = sanctions.ReadSDN(sdn, func(e sanctions.Entry) error {
		if _, twice := at[e.ID]; twice {
			return fmt.Errorf("line %d: number %s is there twice, expected once", e.Line, e.ID)
		}
		at[e.ID] = len(l.Rows)
		l.Rows = append(l.Rows, row(e, nil))
		return nil
	}, in("SDN"))
	if err != nil {
		return Listed{}, fmt.Errorf("SDN: %w", err)
	}
	organisation := func(id string) bool { _, ok := at[id]; return ok }
	if alt != nil {
		l.Aliases, err = sanctions.ReadALT(alt, organisation, func(a sanctions.Alias) error {
			r := &l.Rows[at[a.ID]]
			r.Aliases = append(r.Aliases, designation.Name{Text: a.Name, Kind: a.Kind})
			return nil
		}, in("ALT"))
		if err != nil {
			return Listed{}, fmt.Errorf("ALT: %w", err)
		}
	}
	if add != nil {
		l.Address, err = sanctions.ReadADD(add, organisation, func(a sanctions.Address) error {
			r := &l.Rows[at[a.ID]]
			if p := town(a); p != "" && !slices.Contains(r.Places, p) {
				r.Places = append(r.Places, p)
			}
			return nil
		}, in("ADD"))
		if err != nil {
			return Listed{}, fmt.Errorf("ADD: %w", err)
		}
	}
	return l, nil
}

// town is the town and the country: the street is of no use beside a look-alike, and is not kept.
func town(a sanctions.Address) string {
	switch {
	case a.City == "":
		return a.Country
	case a.Country == "":
		return a.City
	}
	return a.City + ", " + a.Country
}

// UnitedNations reads the entities of the consolidated list. Days of listing without a zone begin in the one given:
// that is a convention, which belongs into the edition.
func UnitedNations(src io.Reader, zone *time.Location, found func(file string, d sanctions.Defect)) (Listed, error) {
	var l Listed
	var err error
	l.Main, err = sanctions.ReadUN(src, func(e sanctions.Entry) error {
		l.Rows = append(l.Rows, row(e, zone))
		return nil
	}, func(d sanctions.Defect) {
		if found != nil {
			found("UN", d)
		}
	})
	if err != nil {
		return Listed{}, fmt.Errorf("UN: %w", err)
	}
	return l, nil
}

func row(e sanctions.Entry, zone *time.Location) designation.Row {
	r := designation.Row{ID: e.ID, Name: e.Name, Programmes: e.Programmes}
	if !e.Listed.IsZero() {
		r.Since = e.Listed.Begins(zone)
	}
	for _, a := range e.Aliases {
		r.Aliases = append(r.Aliases, designation.Name{Text: a.Name, Kind: a.Kind})
	}
	return r
}
