package release

import (
	"fmt"
	"math"
	"slices"
	"time"

	"overflight/evidence"
	"overflight/geodesy"
	"overflight/transparency"
)

// Copy says whose copy of a report this is. No two copies have the same mark: a leaked one says where it was.
type Copy struct {
	Office   string    `json:"office"`
	State    string    `json:"state"`
	Mark     string    `json:"mark"` // 128 random bits, hexadecimal
	Released time.Time `json:"released"`
	Purpose  string    `json:"purpose"`
	Caveats  []string  `json:"caveats"` // that bind the reader, as "not for targeting"
}

// Grant is how much of a field a recipient may have: nothing, all, or so many digits. Whoever grants says why it is not all.
type Grant struct {
	Digits  int // 0: nothing; for a value that is one piece 1 is all
	Reasons []string
}

// Granted is asked of every field. What it does not answer for is withheld.
type Granted func(record int, spec FieldSpec, f Field) Grant

// Shown is a field as a recipient has it.
type Shown struct {
	Name       string          `json:"name"`
	Commitment evidence.Digest `json:"commitment"`
	Opening    *Opening        `json:"opening,omitempty"` // nil: withheld
	Marking    *Marking        `json:"marking,omitempty"` // of what is shown
	Reasons    []string        `json:"reasons,omitempty"` // why it is withheld or coarse, in order; none where all is shown
}

// Coarse says whether the first digits are shown only.
func (s *Shown) Coarse() bool {
	return s.Opening != nil && s.Opening.Value.Kind.Whole() > len(s.Opening.Value.Text)
}

// Part is a record as a recipient has it.
type Part struct {
	Record int             `json:"record"`
	Leaf   evidence.Digest `json:"leaf"`
	Kind   string          `json:"kind,omitempty"`   // empty: the record is withheld whole, and is there to be counted
	Fields []Shown         `json:"fields,omitempty"` // by the schema; none where the record is withheld
}

// Product is what one recipient may have of a report, with what proves it. Every format is drawn from it and from nothing else.
type Product struct {
	Statement Statement `json:"statement"`
	Copy      Copy      `json:"copy"`
	Parts     []Part    `json:"records"` // every record
}

// ReasonPlace is why an instant is coarse where nothing else makes it so: with a fine one a coarse place could be told exactly, where the
// aircraft goes from one cell into the next.
const ReasonPlace = "release.coarse-place"

// ReasonNarrows is why a number is withheld beside a place that is coarse or withheld: by it the place could be known more finely.
const ReasonNarrows = "release.narrows-place"

// Fastest is the speed by which instants are made coarse beside coarse places: of aircraft of long endurance, with the wind behind them.
const Fastest geodesy.Speed = 150

// Redact makes a recipient's product of a report.
func Redact(r *Report, seed Seed, granted Granted, c Copy) (*Product, error) {
	s, err := r.State(seed)
	if err != nil {
		return nil, err
	}
	p := &Product{Statement: s, Copy: c}
	for n, x := range r.Records {
		commitments, err := r.commitments(seed, n)
		if err != nil {
			return nil, err
		}
		for _, f := range x.Fields {
			if err := f.Marking.Check(); err != nil {
				return nil, fmt.Errorf("record %d, %s: %w", n, f.Name, err)
			}
		}
		part := Part{Record: n, Leaf: RecordLeaf(n, x.Kind, commitments)}
		schema, _ := SchemaOf(x.Kind)
		grants := grantsOf(n, schema, x, granted)
		if slices.ContainsFunc(grants, func(g Grant) bool { return g.Digits > 0 }) {
			part.Kind = x.Kind
			for i, f := range x.Fields {
				shown := Shown{Name: f.Name, Commitment: commitments[i], Reasons: grants[i].Reasons}
				if d := grants[i].Digits; d > 0 {
					o, err := seed.Open(Where{n, f.Name}, f.Value, min(d, max(f.Value.Kind.Whole(), 1)))
					if err != nil {
						return nil, err
					}
					m := f.Marking
					shown.Opening, shown.Marking = &o, &m
				}
				part.Fields = append(part.Fields, shown)
			}
		}
		p.Parts = append(p.Parts, part)
	}
	return p, nil
}

func grantsOf(n int, s Schema, x Record, granted Granted) []Grant {
	out := make([]Grant, len(x.Fields))
	coarsest, fine := placeDigits, true
	for i, f := range x.Fields {
		g := granted(n, s.Fields[i], f)
		whole := max(f.Value.Kind.Whole(), 1)
		g.Digits = min(max(g.Digits, 0), whole)
		slices.Sort(g.Reasons)
		g.Reasons = slices.Compact(g.Reasons)
		if g.Digits == whole {
			g.Reasons = nil
		}
		out[i] = g
		if s.Fields[i].Kind == Place && g.Digits < whole { // one without a value too: it is nobody's to tell
			fine = false
		}
		if f.Value.Kind == Place && g.Digits > 0 {
			coarsest = min(coarsest, g.Digits)
		}
	}
	for i, f := range x.Fields {
		if !fine && s.Fields[i].Narrows() && out[i].Digits > 0 {
			out[i] = Grant{0, []string{ReasonNarrows}}
		}
		if most := instantsBeside(coarsest); f.Value.Kind == Instant && out[i].Digits > most {
			out[i] = Grant{most, append(slices.Clone(out[i].Reasons), ReasonPlace)}
			slices.Sort(out[i].Reasons)
		}
	}
	return out
}

// instantsBeside is how many digits an instant may have beside a place of so many: it stands for at least as long as the fastest
// aircraft takes across the cell at the equator, where cells are widest.
func instantsBeside(place int) int {
	if place >= placeDigits {
		return instantDigits
	}
	lonBits := (5*place + 1) / 2
	across := geodesy.Length(360/math.Exp2(float64(lonBits))*111_320) * geodesy.Metre
	least := time.Duration(float64(across) / float64(Fastest) * float64(time.Second))
	for digits := instantDigits; digits > 8; digits-- {
		if spans[digits] >= least {
			return digits
		}
	}
	return 8
}

// CheckError names what of a product is not what was logged.
type CheckError struct {
	Record int    // -1: the report
	Field  string // empty: the record
	What   string
}

func (e *CheckError) Error() string {
	switch {
	case e.Record < 0:
		return "report: " + e.What
	case e.Field == "":
		return fmt.Sprintf("record %d: %s", e.Record, e.What)
	}
	return fmt.Sprintf("record %d, %s: %s", e.Record, e.Field, e.What)
}

// Check says whether all that a product shows is what its statement commits to, and that no record is missing. That the statement is in
// the log is for the log's proof.
func (p *Product) Check() error {
	if len(p.Parts) != p.Statement.Records {
		return &CheckError{-1, "", fmt.Sprintf("%d records of %d that were logged", len(p.Parts), p.Statement.Records)}
	}
	leaves := make([]evidence.Digest, len(p.Parts))
	for n, x := range p.Parts {
		if x.Record != n {
			return &CheckError{n, "", fmt.Sprintf("it has the number %d", x.Record)}
		}
		leaves[n] = x.Leaf
		if x.Kind == "" {
			if len(x.Fields) > 0 {
				return &CheckError{n, "", "fields of a record that is withheld"}
			}
			continue
		}
		s, ok := SchemaOf(x.Kind)
		if !ok || len(s.Fields) != len(x.Fields) {
			return &CheckError{n, "", fmt.Sprintf("kind %q with %d fields: no schema has that", x.Kind, len(x.Fields))}
		}
		commitments := make([]evidence.Digest, len(x.Fields))
		for i, f := range x.Fields {
			if f.Name != s.Fields[i].Name {
				return &CheckError{n, f.Name, fmt.Sprintf("in the place of %s", s.Fields[i].Name)}
			}
			commitments[i] = f.Commitment
			if f.Opening == nil {
				continue
			}
			if k := f.Opening.Value.Kind; k != s.Fields[i].Kind && k != Absent {
				return &CheckError{n, f.Name, fmt.Sprintf("it is %s: expected %s", k, s.Fields[i].Kind)}
			}
			c, err := f.Opening.Commitment(Where{n, f.Name})
			if err != nil {
				return &CheckError{n, f.Name, err.Error()}
			}
			if c != f.Commitment {
				return &CheckError{n, f.Name, "what is shown is not what was committed to"}
			}
		}
		if RecordLeaf(n, x.Kind, commitments) != x.Leaf {
			return &CheckError{n, "", "its commitments are not those of its leaf"}
		}
	}
	if transparency.Root(leaves) != p.Statement.Root {
		return &CheckError{-1, "", "its records do not lead to the root that was logged"}
	}
	return nil
}
