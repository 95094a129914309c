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
	"overflight/evidence"
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
	// admit says whether an act would be put on record, and its identifier; it changes nothing.
	admit(kind string, document []byte, rec authority.Recorded) (id string, documents []evidence.Digest, err error)
	// apply puts an act on record that was admitted.
	apply(kind string, document []byte, rec authority.Recorded) error
}

// acts are the books of a node: folds of what the journal has, made when somebody first asks.
type acts struct {
	mu     sync.RWMutex
	loaded bool
	books  []book

	authority  *authority.Register
	statements *statement.Ledger
}

func (a *acts) book(kind string) (book, bool) {
	i := slices.IndexFunc(a.books, func(b book) bool { return b.takes(kind) })
	if i < 0 {
		return nil, false
	}
	return a.books[i], true
}

// authorityBook keeps the acts of package authority.
type authorityBook struct{ *authority.Register }

func (b authorityBook) takes(kind string) bool { return authority.Kind(kind).Known() }

func (b authorityBook) admit(kind string, document []byte, rec authority.Recorded) (string, []evidence.Digest, error) {
	a, err := authority.Decode(authority.Kind(kind), document)
	if err != nil {
		return "", nil, err
	}
	return a.Ident(), authority.Documents(a), b.Admit(a, rec)
}

func (b authorityBook) apply(kind string, document []byte, rec authority.Recorded) error {
	a, err := authority.Decode(authority.Kind(kind), document)
	if err != nil {
		return err
	}
	return b.Apply(a, rec)
}

// newBooks makes the books anew, without acts.
func (a *acts) newBooks() {
	a.authority = authority.NewRegister()
	a.statements = statement.NewLedger()
	a.books = []book{authorityBook{a.authority}, statementBook{a.statements}}
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
	n.acts.newBooks()
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
	n.acts.loaded = true
	return nil
}

func recordedOf(e *journal.ActRecorded, sequence uint64) authority.Recorded {
	r := authority.Recorded{At: e.At, Sequence: sequence, Digest: sha256.Sum256(e.Document)}
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
	if err := n.loadActs(ctx); err != nil {
		return Stated{}, err
	}
	document, err := signature.Canonical(document)
	if err != nil {
		return Stated{}, fmt.Errorf("%w: %s: %w", ErrAct, kind, err)
	}
	at := n.now()
	for _, s := range signatures {
		if err := n.signedBy(ctx, kind, document, s, at); err != nil {
			return Stated{}, fmt.Errorf("%w: %s: %w", ErrAct, kind, err)
		}
	}
	e := journal.ActRecorded{Act: kind, Document: document, Signatures: signatures, By: by, At: at}
	sequence, err := n.admitAct(ctx, &e)
	if err != nil {
		return Stated{}, err
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
	rec := recordedOf(e, 0)
	id, documents, err := b.admit(e.Act, e.Document, rec)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrAct, err)
	}
	for _, d := range documents {
		if err := n.hasDocument(d); err != nil {
			return 0, fmt.Errorf("%w: %s %s: %w", ErrAct, e.Act, id, err)
		}
	}
	e.ID = id
	if rec.Sequence, err = n.state(ctx, *e); err != nil {
		return 0, err
	}
	if err := b.apply(e.Act, e.Document, rec); err != nil {
		return 0, err
	}
	return rec.Sequence, nil
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
func (n *Node) signedBy(ctx context.Context, kind string, document []byte, s journal.Signature, at time.Time) error {
	if err := n.Caught(ctx); err != nil {
		return err
	}
	all, _, err := n.Models().Keys(ctx, sqlite.StatementFilter{Subject: s.Name}, sqlite.Page{Limit: sqlite.MostInPage})
	if err != nil {
		return err
	}
	text := ""
	for i := range all {
		if k := &all[i].Event; k.Use == "person" && !k.At.After(at) {
			text = k.New
		}
	}
	if text == "" {
		return fmt.Errorf("no key of %q is registered", s.Name)
	}
	key, err := signature.ParseKey(text)
	if err != nil {
		return err
	}
	return signature.Verify(kind, document, signature.Signed{Name: s.Name, Line: s.Line}, key)
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
