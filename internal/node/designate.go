package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"overflight/designation"
	"overflight/evidence"
	"overflight/format/sanctions"
	"overflight/ingest"
	"overflight/journal"
	"overflight/signature"
	"overflight/validity"
)

// Designations lets f read the designations on record. f must not keep the register.
func (n *Node) Designations(ctx context.Context, f func(*designation.Register) error) error {
	if err := n.loadActs(ctx); err != nil {
		return err
	}
	n.acts.mu.RLock()
	defer n.acts.mu.RUnlock()
	return f(n.acts.designations)
}

// EditionRequest is an edition of a list that is to be imported. The files are among the kept documents.
type EditionRequest struct {
	List        designation.List
	Main        evidence.Digest // SDN.CSV, or the consolidated list of the United Nations
	Alt, Add    evidence.Digest // zero: not given
	Document    time.Time       // date of the content
	Published   time.Time
	Effective   time.Time
	Convention  string
	Corrects    string
	By          string
	Zone        *time.Location // of days without a zone in the United Nations' list; nil is UTC
	OnlyCompare bool           // report, and put nothing on record
}

// ImportedEdition is what an edition changed.
type ImportedEdition struct {
	Report  designation.Report
	Edition string
	Defects []sanctions.Defect
	Skipped int // rows that are no organisations: counted, never named
	Stated  Stated
}

// mostDefects bounds the findings about an edition that are reported one by one.
const mostDefects = 100

// ImportEdition puts an edition of a list on record: all of it or nothing. The same edition again changes nothing.
func (n *Node) ImportEdition(ctx context.Context, q EditionRequest) (*ImportedEdition, error) {
	if err := named(q.By); err != nil {
		return nil, err
	}
	if err := n.loadActs(ctx); err != nil {
		return nil, err
	}
	out := &ImportedEdition{}
	listed, sources, err := n.readEdition(&q, out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAct, err)
	}
	out.Skipped = listed.Main.Rows - listed.Main.Organisations
	e := designation.Edition{
		List: q.List, Document: q.Document.UTC(), Published: q.Published.UTC(), Effective: q.Effective.UTC(), Convention: q.Convention, Sources: sources, Corrects: q.Corrects, By: q.By,
	}
	n.acts.mu.Lock()
	defer n.acts.mu.Unlock()
	acts, report, err := n.acts.designations.Import(listed.All, e)
	out.Report, out.Edition = report, e.Ident()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAct, err)
	}
	if q.OnlyCompare {
		return out, nil
	}
	for _, a := range acts {
		if err := n.stateDesignation(ctx, a, q.By, &out.Stated); err != nil {
			// What was stated of it counts for nothing without its last part.
			n.acts.loaded = false
			return nil, err
		}
	}
	return out, nil
}

func (n *Node) stateDesignation(ctx context.Context, a designation.Act, by string, stated *Stated) error {
	document, err := designation.Encode(a)
	if err != nil {
		return err
	}
	if document, err = signature.Canonical(document); err != nil {
		return err
	}
	e := journal.ActRecorded{Act: string(a.Kind()), ID: a.Ident(), Document: document, By: by, At: n.now()}
	if err := n.acts.designations.Apply(a, e.At); err != nil {
		return fmt.Errorf("%w: %w", ErrAct, err)
	}
	sequence, err := n.state(ctx, e)
	stated.Sequence = sequence
	return err
}

func (n *Node) readEdition(q *EditionRequest, out *ImportedEdition) (ingest.Listed, []designation.Source, error) {
	var sources []designation.Source
	open := func(name string, d evidence.Digest) (io.Reader, error) {
		if d == (evidence.Digest{}) {
			return nil, nil
		}
		b, err := n.Document(d)
		if err != nil {
			return nil, err
		}
		sources = append(sources, designation.Source{Name: name, Digest: d})
		return bytes.NewReader(b), nil
	}
	found := func(_ string, d sanctions.Defect) {
		if len(out.Defects) < mostDefects {
			out.Defects = append(out.Defects, d)
		}
	}
	if q.List == designation.UN {
		r, err := open("consolidated.xml", q.Main)
		if err != nil {
			return ingest.Listed{}, nil, err
		}
		zone := q.Zone
		if zone == nil {
			zone = time.UTC
		}
		l, err := ingest.UnitedNations(r, zone, found)
		return l, rows(sources, l), err
	}
	sdn, err := open("SDN.CSV", q.Main)
	alt, errAlt := open("ALT.CSV", q.Alt)
	add, errAdd := open("ADD.CSV", q.Add)
	if err := errors.Join(err, errAlt, errAdd); err != nil {
		return ingest.Listed{}, nil, err
	}
	l, err := ingest.OFAC(sdn, alt, add, found)
	return l, rows(sources, l), err
}

func rows(sources []designation.Source, l ingest.Listed) []designation.Source {
	if len(sources) > 0 {
		sources[0].Rows = len(l.Rows)
	}
	return sources
}

// Designated is what was on record about one organisation.
type Designated struct {
	Entity  designation.Entity
	Name    string // at the instant
	Names   []designation.Naming
	Answers []designation.Answer
	Acts    []designation.Record
	Picks   []designation.Record
}

// DesignatedAt answers for every programme under which an organisation was ever on record.
func (n *Node) DesignatedAt(ctx context.Context, of designation.Entity, at validity.AsOf) (*Designated, error) {
	out := &Designated{Entity: of}
	err := n.Designations(ctx, func(r *designation.Register) error {
		out.Name, _ = r.NameAt(of, at)
		out.Names = r.Names(of, at.Known)
		out.Picks = r.Picks(of)
		for _, k := range r.Keys(of) {
			out.Answers = append(out.Answers, r.InForce(k, at))
			out.Acts = append(out.Acts, r.Acts(k)...)
		}
		return nil
	})
	return out, err
}
