package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"overflight/authority"
	"overflight/designation"
	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/airframes"
	"overflight/internal/designations"
	"overflight/internal/rulesets"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/signature"
	"overflight/statement"
)

// ErrAct says that an act was not put on record; what is wrapped says why, in one line.
var ErrAct = errors.New("not put on record")

// book is the fold of the acts of some kinds.
type book interface {
	// takes reports whether acts of a kind belong in the book.
	takes(kind string) bool
	// read decodes a document: its identifier, and the papers that it rests on.
	read(kind string, document []byte) (id string, papers []evidence.Digest, err error)
	// record puts an act on record, by stating it in the journal if it is admitted. The book is of no more use when it returns
	// errStale with what stating it came to.
	record(kind string, document []byte, rec authority.Recorded, state func() (uint64, error)) error
	// apply folds an act that is on record.
	apply(kind string, document []byte, rec authority.Recorded) error
}

// errStale says that a book has what the journal has not.
var errStale = errors.New("the book is ahead of the journal")

// acts are the books of a node: folds of what the journal has, made when somebody first asks.
type acts struct {
	mu     sync.RWMutex
	loaded bool
	books  []book

	authority    *authority.Register
	designations *designation.Register
	statements   *statement.Ledger
	sharing      *dissemination.Register
	plans        []PlanOnRecord
}

func (a *acts) book(kind string) (book, bool) {
	i := slices.IndexFunc(a.books, func(b book) bool { return b.takes(kind) })
	if i < 0 {
		return nil, false
	}
	return a.books[i], true
}

// folded is a register of acts that says beforehand whether it would take one.
type folded interface {
	Admit(a authority.Act, rec authority.Recorded) error
	Apply(a authority.Act, rec authority.Recorded) error
}

// foldBook is the book of such a register, with how its package reads acts.
type foldBook struct {
	folded
	known  func(authority.Kind) bool
	decode func(authority.Kind, []byte) (authority.Act, error)
	papers func(authority.Act) []evidence.Digest
}

func (b foldBook) takes(kind string) bool { return b.known(authority.Kind(kind)) }

func (b foldBook) read(kind string, document []byte) (string, []evidence.Digest, error) {
	a, err := b.decode(authority.Kind(kind), document)
	if err != nil {
		return "", nil, err
	}
	return a.Ident(), b.papers(a), nil
}

func (b foldBook) record(kind string, document []byte, rec authority.Recorded, state func() (uint64, error)) error {
	a, err := b.decode(authority.Kind(kind), document)
	if err != nil {
		return err
	}
	if err := b.Admit(a, rec); err != nil {
		return err
	}
	if rec.Sequence, err = state(); err != nil {
		return err
	}
	return b.Apply(a, rec)
}

func (b foldBook) apply(kind string, document []byte, rec authority.Recorded) error {
	a, err := b.decode(authority.Kind(kind), document)
	if err != nil {
		return err
	}
	return b.Apply(a, rec)
}

// designationBook keeps the acts of package designation.
type designationBook struct{ *designation.Register }

func (b designationBook) takes(kind string) bool {
	_, err := designation.Decode(designation.Kind(kind), nil)
	return !errors.Is(err, designation.ErrKind)
}

func (b designationBook) read(kind string, document []byte) (string, []evidence.Digest, error) {
	a, err := designation.Decode(designation.Kind(kind), document)
	if err != nil {
		return "", nil, err
	}
	return a.Ident(), nil, nil
}

// record applies first: an edition is checked against all that came before by folding it.
func (b designationBook) record(kind string, document []byte, rec authority.Recorded, state func() (uint64, error)) error {
	if err := b.apply(kind, document, rec); err != nil {
		return err
	}
	if _, err := state(); err != nil {
		return fmt.Errorf("%w: %w", errStale, err)
	}
	return nil
}

func (b designationBook) apply(kind string, document []byte, rec authority.Recorded) error {
	a, err := designation.Decode(designation.Kind(kind), document)
	if err != nil {
		return err
	}
	return b.Apply(a, rec.At)
}

// newBooks makes the books anew, without any act but what comes with the product: types of aircraft, and the rule sets that
// are in force while nobody adopts another. They are known since ever, and a decision says the digest of what it used.
func (a *acts) newBooks() error {
	a.authority = authority.NewRegister()
	a.designations = designation.New(designations.Shipped)
	a.statements = statement.NewLedger()
	a.sharing = dissemination.NewRegister()
	a.plans = nil
	a.books = []book{
		foldBook{a.authority, authority.Kind.Known, authority.Decode, authority.Documents},
		designationBook{a.designations},
		foldBook{a.statements, statement.Takes, statement.Decode, statement.Documents},
		foldBook{a.sharing, dissemination.Takes, dissemination.Decode, dissemination.Documents},
		planBook{&a.plans},
	}
	frames, err := airframes.Shipped()
	if err != nil {
		return err
	}
	var shipped []authority.Act
	for _, f := range frames {
		shipped = append(shipped, authority.AirframeDescribed{Airframe: f})
	}
	for _, read := range []func() (authority.RuleSetAdopted, error){rulesets.Operator, rulesets.Host} {
		r, err := read()
		if err != nil {
			return err
		}
		shipped = append(shipped, r)
	}
	for _, s := range shipped {
		document, err := authority.Encode(s)
		if err != nil {
			return err
		}
		if err := a.authority.Apply(s, authority.Recorded{Digest: sha256.Sum256(document)}); err != nil {
			return err
		}
	}
	return nil
}

// load folds what the journal has. An act that the books do not take any more stays in the journal and is said in the log of
// the program: it was admitted when it was recorded.
func (n *Node) loadActs(ctx context.Context) error {
	n.acts.mu.Lock()
	defer n.acts.mu.Unlock()
	if n.acts.loaded {
		return nil
	}
	if err := n.Caught(ctx); err != nil {
		return err
	}
	var all []sqlite.Act
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		part, next, err := n.Models().Acts(ctx, sqlite.StatementFilter{}, page)
		if err != nil {
			return err
		}
		all = append(all, part...)
		if next == "" {
			break
		}
		page.After = next
	}
	// The list goes by time; what counts is the order of the journal.
	slices.SortFunc(all, func(a, b sqlite.Act) int {
		switch {
		case a.Sequence < b.Sequence:
			return -1
		case a.Sequence > b.Sequence:
			return 1
		}
		return 0
	})
	if err := n.acts.newBooks(); err != nil {
		return err
	}
	for i := range all {
		e := &all[i].Event
		b, ok := n.acts.book(e.Act)
		if !ok {
			n.log.Warn("an act of a kind that this program does not know", slog.String("act", e.Act), slog.String("id", e.ID))
			continue
		}
		if err := b.apply(e.Act, e.Document, recordedOf(e, all[i].Sequence)); err != nil {
			n.log.Warn("an act on record is not taken", slog.String("act", e.Act), slog.String("id", e.ID), slog.Any("error", err))
		}
	}
	if err := n.stateShipped(ctx); err != nil {
		return err
	}
	n.acts.loaded = true
	return nil
}

// shippedBy is who puts the facts on record that come with the product.
const shippedBy = "overflight"

// stateShipped puts the designations on record that come with the product, each once. They count as known from when they
// were public; when this node learned them stays beside it.
func (n *Node) stateShipped(ctx context.Context) error {
	all, err := designations.Notices()
	if err != nil {
		return err
	}
	for _, a := range all {
		document, err := designation.Encode(a)
		if err != nil {
			return err
		}
		if document, err = signature.Canonical(document); err != nil {
			return err
		}
		e := journal.ActRecorded{Act: string(a.Kind()), ID: a.Ident(), Document: document, By: shippedBy, At: n.now()}
		if err := n.acts.designations.Apply(a, e.At); errors.Is(err, designation.ErrExists) {
			continue
		} else if err != nil {
			return err
		}
		if _, err := n.state(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func recordedOf(e *journal.ActRecorded, sequence uint64) authority.Recorded {
	r := authority.Recorded{At: e.At, By: e.By, Sequence: sequence, Digest: sha256.Sum256(e.Document)}
	for _, s := range e.Signatures {
		r.Signers = append(r.Signers, s.Name)
	}
	return r
}

// RecordAct puts a document on record: it is checked, its signatures are verified against the keys of persons that are
// registered, and it is stated in the journal before it has any effect. ErrAct where it is not admitted.
func (n *Node) RecordAct(ctx context.Context, kind string, document []byte, signatures []journal.Signature, by string) (Stated, error) {
	if err := named(by); err != nil {
		return Stated{}, err
	}
	if err := n.mayRecord(authority.Kind(kind)); err != nil {
		return Stated{}, err
	}
	document, err := signature.Canonical(document)
	if err != nil {
		return Stated{}, fmt.Errorf("%w: %s: %w", ErrAct, kind, err)
	}
	at := n.now()
	if kind == string(dissemination.KindReceipt) { // by the keys of the office, which are not persons of this node
		if err := n.checkReceipt(ctx, document, signatures); err != nil {
			return Stated{}, fmt.Errorf("%w: %s: %w", ErrAct, kind, err)
		}
	} else if len(signatures) > 0 {
		all, err := n.Signatories(ctx)
		if err != nil {
			return Stated{}, err
		}
		for _, s := range signatures {
			if err := signedBy(all, kind, document, s, at); err != nil {
				return Stated{}, fmt.Errorf("%w: %s: %w", ErrAct, kind, err)
			}
		}
	}
	if kind == string(dissemination.KindWithheld) {
		if err := n.withholds(ctx, document); err != nil {
			return Stated{}, err
		}
	}
	return n.putAct(ctx, journal.ActRecorded{Act: kind, Document: document, Signatures: signatures, By: by, At: at})
}

// withholds refuses to withhold a flight that is not on record: a placeholder for nothing could not be told from one for something.
func (n *Node) withholds(ctx context.Context, document []byte) error {
	a, err := dissemination.Decode(dissemination.KindWithheld, document)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAct, err)
	}
	w, _ := a.(dissemination.EntryWithheld) // of that kind it is
	if err := w.Check(); err != nil {
		return err
	}
	none := dissemination.NewFault(dissemination.CodeNoFlight, w.Flight)
	flight, err := journal.ParseSortie(w.Flight)
	if err != nil {
		return none
	}
	if err := n.Caught(ctx); err != nil {
		return err
	}
	if _, err := n.Models().Paths(ctx, flight); errors.Is(err, sqlite.ErrNotFound) {
		return none
	} else if err != nil {
		return err
	}
	return nil
}

// putAct puts an act on record whose signatures were verified.
func (n *Node) putAct(ctx context.Context, e journal.ActRecorded) (Stated, error) {
	if err := n.loadActs(ctx); err != nil {
		return Stated{}, err
	}
	sequence, err := n.admitAct(ctx, &e)
	if err != nil {
		return Stated{}, err
	}
	if dissemination.Takes(authority.Kind(e.Act)) {
		n.sharing.told()
	}
	return n.leafOf(ctx, sequence)
}

// admitAct states an act that the books admit. They are locked all the while: what was admitted is what is applied.
func (n *Node) admitAct(ctx context.Context, e *journal.ActRecorded) (uint64, error) {
	n.acts.mu.Lock()
	defer n.acts.mu.Unlock()
	b, ok := n.acts.book(e.Act)
	if !ok {
		return 0, fmt.Errorf("%w: %q is no kind of act", ErrAct, e.Act)
	}
	id, papers, err := b.read(e.Act, e.Document)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrAct, err)
	}
	for _, d := range papers {
		if err := n.hasDocument(d); err != nil {
			return 0, fmt.Errorf("%w: %s %s: %w", ErrAct, e.Act, id, err)
		}
	}
	e.ID = id
	var sequence uint64
	var failed error
	err = b.record(e.Act, e.Document, recordedOf(e, 0), func() (uint64, error) {
		sequence, failed = n.state(ctx, *e)
		return sequence, failed
	})
	switch {
	case errors.Is(err, errStale):
		n.acts.loaded = false
		return 0, failed
	case failed != nil:
		return 0, failed
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrAct, err)
	}
	return sequence, nil
}

// Authority lets f read what is on record about authority. f must not keep the register.
func (n *Node) Authority(ctx context.Context, f func(*authority.Register) error) error {
	if err := n.loadActs(ctx); err != nil {
		return err
	}
	n.acts.mu.RLock()
	defer n.acts.mu.RUnlock()
	return f(n.acts.authority)
}

// signedBy verifies one signature by the key that its name had at an instant.
func signedBy(all Signatories, kind string, document []byte, s journal.Signature, at time.Time) error {
	signed := signature.Signed{Name: s.Name, Line: s.Line}
	label, err := signed.Key()
	if err != nil {
		return err
	}
	whose, err := all.Whose(label, at, at)
	if err != nil {
		return err
	}
	return signature.Verify(kind, document, signed, whose.Key)
}

// Signing is what a person is to sign of an act.
type Signing struct {
	ID       string
	Document []byte // canonical
	Text     []byte
	Signers  []string // whose signatures the act needs
}

// ToSign says what a person is to sign of an act. It asks nothing of what is on record.
func ToSign(kind string, document []byte) (*Signing, error) {
	document, err := signature.Canonical(document)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrAct, kind, err)
	}
	out := &Signing{Document: document}
	if authority.Kind(kind).Known() {
		a, err := authority.Decode(authority.Kind(kind), document)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrAct, err)
		}
		out.ID, out.Signers = a.Ident(), authority.Signers(a)
	}
	if statement.Takes(authority.Kind(kind)) {
		a, err := statement.Decode(authority.Kind(kind), document)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrAct, err)
		}
		out.ID = a.Ident()
	}
	if dissemination.Takes(authority.Kind(kind)) {
		a, err := dissemination.Decode(authority.Kind(kind), document)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrAct, err)
		}
		out.ID, out.Signers = a.Ident(), dissemination.Signers(a)
	}
	out.Text, err = signature.Text(kind, document)
	return out, err
}

// DigestOf is the digest of a document in its canonical form.
func DigestOf(document []byte) evidence.Digest { return sha256.Sum256(document) }

// Acts lists acts on record whose kinds begin with a word, in the order of their recording.
func (n *Node) Acts(ctx context.Context, kind, id string, page sqlite.Page) ([]sqlite.Act, string, error) {
	if err := n.Caught(ctx); err != nil {
		return nil, "", err
	}
	all, next, err := n.Models().Acts(ctx, sqlite.StatementFilter{Subject: id}, page)
	return slices.DeleteFunc(all, func(a sqlite.Act) bool { return !strings.HasPrefix(a.Event.Act, kind) }), next, err
}
