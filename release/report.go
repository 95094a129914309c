package release

import (
	"fmt"
	"time"

	"overflight/evidence"
	"overflight/transparency"
)

// MostRecords bounds a report.
const MostRecords = 1 << 20

// Report is what a recipient's copy is made of.
type Report struct {
	ID         string
	Version    int // from 1
	Made       time.Time
	Supersedes evidence.Digest // root of the version before; zero: none
	Records    []Record
}

// Record is one thing that is reported.
type Record struct {
	Kind   string  // of a [Schema]
	Fields []Field // in the order of the schema, every one of them
}

// Field is a value with its marking.
type Field struct {
	Name    string
	Value   Value
	Marking Marking
}

// NewRecord puts values into the order of a schema. What is not given is absent; what the schema does not have is an error.
func NewRecord(kind string, m Marking, values map[string]Value) (Record, error) {
	s, ok := SchemaOf(kind)
	if !ok {
		return Record{}, fmt.Errorf("record of kind %q: expected one that has a schema", kind)
	}
	r := Record{Kind: kind}
	taken := 0
	for _, f := range s.Fields {
		v, ok := values[f.Name]
		switch {
		case !ok:
			v = Value{Kind: Absent}
		case v.Kind != f.Kind && v.Kind != Absent:
			return Record{}, fmt.Errorf("%s of a record %s is %s: expected %s", f.Name, kind, v.Kind, f.Kind)
		}
		if ok {
			taken++
		}
		r.Fields = append(r.Fields, Field{f.Name, v, m})
	}
	if taken != len(values) {
		return Record{}, fmt.Errorf("record %s: %d values, of which it has %d", kind, len(values), taken)
	}
	return r, nil
}

// commitments of the fields of a record.
func (r *Report) commitments(seed Seed, n int) ([]evidence.Digest, error) {
	x := r.Records[n]
	s, ok := SchemaOf(x.Kind)
	if !ok || len(s.Fields) != len(x.Fields) {
		return nil, fmt.Errorf("record %d is of kind %q with %d fields: no schema has that", n, x.Kind, len(x.Fields))
	}
	out := make([]evidence.Digest, len(x.Fields))
	for i, f := range x.Fields {
		if f.Name != s.Fields[i].Name || f.Value.Kind != s.Fields[i].Kind && f.Value.Kind != Absent {
			return nil, fmt.Errorf("record %d: field %d is %s, %s: expected %s, %s", n, i, f.Name, f.Value.Kind, s.Fields[i].Name, s.Fields[i].Kind)
		}
		var err error
		if out[i], err = seed.Commit(Where{n, f.Name}, f.Value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Statement is what is entered in the log of a report: nothing in it can be read but how many records there are.
type Statement struct {
	ID         string          `json:"id"`
	Version    int             `json:"version"`
	Made       time.Time       `json:"made"`
	Records    int             `json:"records"`
	Root       evidence.Digest `json:"root"`
	Supersedes evidence.Digest `json:"supersedes"`
}

// State commits to a report.
func (r *Report) State(seed Seed) (Statement, error) {
	if len(r.Records) == 0 || len(r.Records) > MostRecords {
		return Statement{}, fmt.Errorf("report %s has %d records: expected 1 to %d", r.ID, len(r.Records), MostRecords)
	}
	leaves := make([]evidence.Digest, len(r.Records))
	for n, x := range r.Records {
		c, err := r.commitments(seed, n)
		if err != nil {
			return Statement{}, fmt.Errorf("report %s: %w", r.ID, err)
		}
		leaves[n] = RecordLeaf(n, x.Kind, c)
	}
	return Statement{ID: r.ID, Version: r.Version, Made: r.Made.UTC(), Records: len(r.Records), Root: transparency.Root(leaves), Supersedes: r.Supersedes}, nil
}
