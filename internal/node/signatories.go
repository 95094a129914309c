package node

import (
	"context"
	"strings"
	"time"

	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/signature"
	"overflight/transparency"
)

// useOfSignatory is what the journal says that the key of a person is for.
const useOfSignatory = "person"

// SignatoryFault is the word for why a key is not that of a person, or cannot become it.
type SignatoryFault string

// The faults. The comment gives the arguments; a label is the name and identifier of a key.
const (
	SignatoryUnknown SignatoryFault = "person-unknown" // label or name
	SignatoryEarly   SignatoryFault = "person-early"   // label, registered at, asked about
	SignatoryEnded   SignatoryFault = "person-ended"   // label, until, asked about
	SignatoryTaken   SignatoryFault = "person-taken"   // label, name under which the key is known
	SignatoryAgain   SignatoryFault = "person-again"   // label
	SignatoryLetters SignatoryFault = "person-letters" // name, name that is known
)

// SignatoryError says that a key is not that of a person, or cannot become it.
type SignatoryError struct {
	Fault SignatoryFault
	Args  []string
}

func (e *SignatoryError) Error() string {
	return string(e.Fault) + ": " + strings.Join(e.Args, ", ")
}

func signatoryFault(f SignatoryFault, args ...string) error { return &SignatoryError{f, args} }

// Signatory is a person's key, and when it was one.
type Signatory struct {
	Key     transparency.Key
	From    time.Time // when it was registered
	Until   time.Time // when it was replaced or revoked; zero while it is in force
	By      string
	EndedBy string
	Stated  sqlite.Statement // its registration
}

// InForce tells whether the key was in force at an instant.
func (s *Signatory) InForce(at time.Time) bool {
	return !at.Before(s.From) && (s.Until.IsZero() || at.Before(s.Until))
}

// Signatories are all keys of people that were ever registered, in the order of their registration.
type Signatories []Signatory

// Whose returns who held a key, by its name and identifier as signature.Label has them, at an instant, as far as it was known
// at another one. A key that ends later than that is not known to end. A *SignatoryError says what else: SignatoryUnknown where
// nothing of it was known, SignatoryEarly and SignatoryEnded where it was not in force.
func (all Signatories) Whose(label string, at, known time.Time) (Signatory, error) {
	err := signatoryFault(SignatoryUnknown, label)
	for i := range all {
		s := all[i]
		if signature.Label(s.Key) != label || s.From.After(known) {
			continue
		}
		if s.Until.After(known) {
			s.Until, s.EndedBy = time.Time{}, ""
		}
		if s.InForce(at) {
			return s, nil
		}
		if at.Before(s.From) {
			err = signatoryFault(SignatoryEarly, label, second(s.From), second(at))
		} else {
			err = signatoryFault(SignatoryEnded, label, second(s.Until), second(at))
		}
	}
	return Signatory{}, err
}

func second(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// current returns the place of the key that is in force under a name, in whatever letters; -1 where none is.
func (all Signatories) current(name string) int {
	for i := range all {
		if all[i].Until.IsZero() && strings.EqualFold(all[i].Key.Name(), name) {
			return i
		}
	}
	return -1
}

// add takes the next statement about the key of a person. A key that cannot be read ends the one before all the same.
func (all Signatories) add(s *sqlite.Key) Signatories {
	e := &s.Event
	if i := all.current(e.Name); i >= 0 && all[i].Key.String() == e.Old {
		all[i].Until, all[i].EndedBy = e.At, e.By
	}
	if k, err := signature.ParseKey(e.New); err == nil {
		all = append(all, Signatory{Key: k, From: e.At, By: e.By, Stated: s.Statement})
	}
	return all
}

// Signatories returns everybody's keys.
func (n *Node) Signatories(ctx context.Context) (Signatories, error) {
	if err := n.Caught(ctx); err != nil {
		return nil, err
	}
	var all Signatories
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		part, next, err := n.Models().Keys(ctx, sqlite.StatementFilter{}, page)
		if err != nil {
			return nil, err
		}
		for i := range part {
			if part[i].Event.Use == useOfSignatory {
				all = all.add(&part[i])
			}
		}
		if next == "" {
			return all, nil
		}
		page.After = next
	}
}

// RegisterSignatory states whose key a public key is. It takes the place of the key that was in force under its name.
func (n *Node) RegisterSignatory(ctx context.Context, public, by string) (Stated, error) {
	if err := named(by); err != nil {
		return Stated{}, err
	}
	k, err := signature.ParseKey(strings.TrimSpace(public))
	if err != nil {
		return Stated{}, err
	}
	n.registering.Lock()
	defer n.registering.Unlock()
	all, err := n.Signatories(ctx)
	if err != nil {
		return Stated{}, err
	}
	for i := range all {
		// Who it was once may not become somebody else: old signatures would change hands.
		if other := all[i].Key; other.SamePublic(k) && other.Name() != k.Name() {
			return Stated{}, signatoryFault(SignatoryTaken, signature.Label(k), other.Name())
		}
	}
	e := journal.KeyRotated{Name: k.Name(), Use: useOfSignatory, New: k.String(), By: by, At: n.now()}
	if i := all.current(k.Name()); i >= 0 {
		switch before := all[i].Key; {
		case before.SamePublic(k):
			return Stated{}, signatoryFault(SignatoryAgain, signature.Label(k))
		case before.Name() != k.Name():
			return Stated{}, signatoryFault(SignatoryLetters, k.Name(), before.Name())
		default:
			e.Old = before.String()
		}
	}
	return n.stateLogged(ctx, e)
}

// RevokeSignatory states that the key in force under a name is no longer that of the person. What it signed until then stays
// signed. SignatoryUnknown where none is in force.
func (n *Node) RevokeSignatory(ctx context.Context, name, by string) (Stated, error) {
	if err := named(by); err != nil {
		return Stated{}, err
	}
	n.registering.Lock()
	defer n.registering.Unlock()
	all, err := n.Signatories(ctx)
	if err != nil {
		return Stated{}, err
	}
	i := all.current(name)
	if i < 0 || all[i].Key.Name() != name {
		return Stated{}, signatoryFault(SignatoryUnknown, name)
	}
	return n.stateLogged(ctx, journal.KeyRotated{Name: name, Use: useOfSignatory, Old: all[i].Key.String(), By: by, At: n.now()})
}
