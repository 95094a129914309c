package designation

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"overflight/evidence"
)

// Edition is a list as it was on a day. Document is the date of its content, as the one who imports it states
// and answers for: neither the name nor the time stamp of a file says it.
type Edition struct {
	List      List      `json:"list"`
	Document  time.Time `json:"document"`
	Published time.Time `json:"published,omitzero"`
	// Effective, where the issuer states one for the edition as a whole, is from when it counts in the place of
	// Document.
	Effective  time.Time `json:"effective,omitzero"`
	Convention string    `json:"convention,omitempty"` // how a day became an instant
	Sources    []Source  `json:"sources"`
	By         string    `json:"by"`
}

// Source is one file of an edition.
type Source struct {
	Name   string          `json:"name"`
	Digest evidence.Digest `json:"sha256"`
	Rows   int             `json:"rows"`
}

// From is the instant from which the edition says what stands on the list.
func (e *Edition) From() time.Time {
	if !e.Effective.IsZero() {
		return e.Effective
	}
	return e.Document
}

// Ident names the edition by its list, its dates and the bytes of its files.
func (e *Edition) Ident() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", e.List, e.Document.UTC().Format(time.RFC3339Nano), e.From().UTC().Format(time.RFC3339Nano))
	for _, d := range e.digests() {
		fmt.Fprintln(h, d)
	}
	return fmt.Sprintf("%s/%s/%x", e.List, e.Document.UTC().Format(time.DateOnly), h.Sum(nil)[:8])
}

// digests are those of the files in a fixed order.
func (e *Edition) digests() []string {
	var out []string
	for _, s := range e.Sources {
		out = append(out, s.Digest.String())
	}
	slices.Sort(out)
	return out
}

// Check returns what is wrong with the edition in one line.
func (e *Edition) Check() error {
	if err := (Entity{List: e.List, ID: "-"}).Check(); err != nil {
		return err
	}
	if err := checkInstant("document date", e.Document, true); err != nil {
		return err
	}
	if err := checkInstant("published", e.Published, false); err != nil {
		return err
	}
	if err := checkInstant("effective", e.Effective, false); err != nil {
		return err
	}
	if err := checkText("convention", e.Convention, longestText, false); err != nil {
		return err
	}
	if len(e.Sources) == 0 || len(e.Sources) > 8 {
		return fault("sources", fmt.Sprint(len(e.Sources)), "1 to 8 files")
	}
	for _, s := range e.Sources {
		if err := checkText("source", s.Name, longestName, true); err != nil {
			return err
		}
		if s.Digest == (evidence.Digest{}) || s.Rows < 0 {
			return fault("source "+s.Name, "", "its sha256 and how many rows it has")
		}
	}
	return checkText("by", e.By, longestName, true)
}

// Row is one organisation of an edition.
type Row struct {
	ID         string    `json:"id"`
	Name       string    `json:"name,omitempty"`
	Aliases    []Name    `json:"aliases,omitempty"`
	Programmes []string  `json:"programmes,omitempty"`
	Places     []string  `json:"places,omitempty"` // where the list places it; shown beside look-alikes
	Since      time.Time `json:"since,omitzero"`   // begin of the day of listing, where the list states one
}

const mostRowBytes = 64 << 10

// Check returns what is wrong with the row in one line.
func (r *Row) Check() error {
	if err := (Entity{List: "-", ID: r.ID}).Check(); err != nil {
		return err
	}
	if err := checkText("name", r.Name, longestName, true); err != nil {
		return fmt.Errorf("row %s: %w", r.ID, err)
	}
	if err := checkNames(r.Name, r.Aliases); err != nil {
		return fmt.Errorf("row %s: %w", r.ID, err)
	}
	if len(r.Programmes) == 0 || len(r.Programmes) > 64 || len(r.Places) > 256 {
		return fault("row "+r.ID, fmt.Sprintf("%d programmes, %d places", len(r.Programmes), len(r.Places)), "1 to 64 and 0 to 256")
	}
	for i, p := range r.Programmes {
		if err := checkProgramme(p); err != nil {
			return fmt.Errorf("row %s: %w", r.ID, err)
		}
		if slices.Contains(r.Programmes[:i], p) {
			return fault("row "+r.ID, p, "each programme once")
		}
	}
	size := len(r.Name)
	for _, a := range r.Aliases {
		size += len(a.Text) + len(a.Kind)
	}
	for _, p := range r.Places {
		if err := checkText("place", p, longestName, true); err != nil {
			return fmt.Errorf("row %s: %w", r.ID, err)
		}
		size += len(p)
	}
	if size > mostRowBytes {
		return fault("row "+r.ID, fmt.Sprintf("%d bytes", size), fmt.Sprintf("at most %d", mostRowBytes))
	}
	return checkInstant("since", r.Since, false)
}

// normal returns the row with its parts in a fixed order, so that two rows that say the same are the same.
func (r Row) normal() Row {
	r.Aliases = slices.Clone(r.Aliases)
	slices.SortFunc(r.Aliases, func(a, b Name) int { return strings.Compare(a.Text+"\x00"+a.Kind, b.Text+"\x00"+b.Kind) })
	r.Aliases = slices.Compact(r.Aliases)
	r.Programmes = slices.Clone(r.Programmes)
	slices.Sort(r.Programmes)
	r.Places = slices.Clone(r.Places)
	slices.Sort(r.Places)
	r.Places = slices.Compact(r.Places)
	r.Since = r.Since.UTC()
	return r
}

func (r *Row) equal(o *Row) bool {
	return r.ID == o.ID && r.Name == o.Name && slices.Equal(r.Aliases, o.Aliases) && slices.Equal(r.Programmes, o.Programmes) &&
		slices.Equal(r.Places, o.Places) && r.Since.Equal(o.Since)
}

// Op is what an edition does to a row.
type Op string

// The operations.
const (
	OpAdded   Op = "added"
	OpChanged Op = "changed" // the row as it is now, whole
	OpRemoved Op = "removed" // the number only
)

// Change is one row by which an edition differs from the one recorded before it.
type Change struct {
	Op  Op  `json:"op"`
	Row Row `json:"row"`
}

// Imported is an edition of a list, or a part of one: an edition counts from its closing part on, the last of
// Parts, and not at all without it. Base is the edition of the list recorded before, against which Changes are;
// empty for the first.
type Imported struct {
	Edition Edition  `json:"edition"`
	Base    string   `json:"base,omitempty"`
	Part    int      `json:"part"` // from 1
	Parts   int      `json:"parts"`
	Listed  int      `json:"listed"` // organisations in the edition
	Changes []Change `json:"changes,omitempty"`
}

// Ident implements Act.
func (i Imported) Ident() string { return fmt.Sprintf("%s#%d/%d", i.Edition.Ident(), i.Part, i.Parts) }

// mostParts bounds an edition to over 4 GiB of changes.
const mostParts = 10_000

// Check implements Act.
func (i Imported) Check() error {
	if err := i.Edition.Check(); err != nil {
		return err
	}
	if i.Part < 1 || i.Part > i.Parts || i.Parts > mostParts {
		return fault("part", fmt.Sprintf("%d of %d", i.Part, i.Parts), fmt.Sprintf("1 to parts, and these at most %d", mostParts))
	}
	if i.Listed < 0 {
		return fault("listed", fmt.Sprint(i.Listed), "a count")
	}
	if err := checkText("base", i.Base, longestName, false); err != nil {
		return err
	}
	for n := range i.Changes {
		c := &i.Changes[n]
		switch c.Op {
		case OpAdded, OpChanged:
			if err := c.Row.Check(); err != nil {
				return err
			}
		case OpRemoved:
			if err := (Entity{List: "-", ID: c.Row.ID}).Check(); err != nil {
				return err
			}
		default:
			return fault("op", string(c.Op), "added, changed or removed")
		}
	}
	return nil
}
