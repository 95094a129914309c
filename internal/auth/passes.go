package auth

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"overflight/internal/catalogue"
)

// Pass lets programs of one office read what was released to it: those that know no sign-in, as viewers of KML. It is good until it ends
// or is revoked, and for that office alone.
type Pass struct {
	ID       string // tells passes apart; opens nothing
	Office   string // as "MEX/SEDENA"
	Language catalogue.Language
	Created  time.Time
	Ends     time.Time
	Revoked  time.Time // zero: it was not
}

// Good tells whether a pass lets anybody in.
func (p *Pass) Good(now time.Time) bool { return p.Revoked.IsZero() && now.Before(p.Ends) }

// The bounds of passes.
const (
	MostPasses   = 1000
	LeastPass    = time.Hour
	MostPassDays = 366
)

// What a caller tells apart about passes.
var (
	ErrPass       = errors.New("the pass was revoked, is over or was never given")
	ErrNoPass     = errors.New("no such pass")
	ErrPassOffice = errors.New("not an office")
	ErrPassLasts  = errors.New("a pass does not last so long")
	ErrPassesFull = errors.New("too many passes")
)

// OfficeError names what is no office.
type OfficeError struct{ Office string }

// Error implements error.
func (e *OfficeError) Error() string { return fmt.Sprintf("%v: %q", ErrPassOffice, e.Office) }

// Unwrap is ErrPassOffice.
func (e *OfficeError) Unwrap() error { return ErrPassOffice }

var office = regexp.MustCompile(`^[A-Z]{3}/[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)

// keptPass is a pass as the file has it.
type keptPass struct {
	ID       string             `json:"id"`
	Token    digest             `json:"token"`
	Office   string             `json:"office"`
	Language catalogue.Language `json:"language"`
	Created  time.Time          `json:"created"`
	Ends     time.Time          `json:"ends"`
	Revoked  time.Time          `json:"revoked,omitzero"`
}

func (k *keptPass) pass() Pass {
	return Pass{ID: k.ID, Office: k.Office, Language: k.Language, Created: k.Created, Ends: k.Ends, Revoked: k.Revoked}
}

type passesFile struct {
	Version int        `json:"version"`
	Passes  []keptPass `json:"passes"`
}

func (s *Store) passesName() string { return filepath.Join(s.folder, "passes.json") }

// parsePasses reads the file of passes, in the order in which they were given.
func parsePasses(text []byte) ([]keptPass, error) {
	var f passesFile
	if err := strict(text, &f); err != nil {
		return nil, err
	}
	if f.Version != fileVersion {
		return nil, fmt.Errorf("version %d, this program knows %d", f.Version, fileVersion)
	}
	if len(f.Passes) > MostPasses {
		return nil, fmt.Errorf("%d passes, at most %d", len(f.Passes), MostPasses)
	}
	seen := map[digest]bool{}
	ids := map[string]bool{}
	for i := range f.Passes {
		k := &f.Passes[i]
		k.Created, k.Ends = k.Created.UTC(), k.Ends.UTC()
		if !k.Revoked.IsZero() {
			k.Revoked = k.Revoked.UTC()
		}
		if seen[k.Token] || ids[k.ID] || k.ID == "" || !office.MatchString(k.Office) || !slices.Contains(catalogue.Languages(), k.Language) || !goodInstant(k.Created) || !k.Ends.After(k.Created) {
			return nil, fmt.Errorf("pass %d is none", i+1)
		}
		seen[k.Token], ids[k.ID] = true, true
	}
	return f.Passes, nil
}

// savePasses puts them on the disk; only then do they count.
func (s *Store) savePasses(all []keptPass) error {
	b, err := json.MarshalIndent(passesFile{fileVersion, all}, "", " ")
	if err != nil {
		return err
	}
	if err := s.disk.WriteFile(s.passesName(), append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("keeping passes: %w", err)
	}
	s.passes = all
	return nil
}

// Passes are all that are kept, in the order in which they were given.
func (s *Store) Passes() []Pass {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Pass, len(s.passes))
	for i := range s.passes {
		out[i] = s.passes[i].pass()
	}
	return out
}

// GivePass makes a pass of an office, and returns its token, which is told once.
func (s *Store) GivePass(to string, language catalogue.Language, lasts time.Duration, now time.Time) (Pass, string, error) {
	now = instant(now)
	switch {
	case !office.MatchString(to):
		return Pass{}, "", &OfficeError{to}
	case !slices.Contains(catalogue.Languages(), language):
		return Pass{}, "", fmt.Errorf("%w: %q", ErrLanguage, language)
	case lasts < LeastPass || lasts > MostPassDays*24*time.Hour:
		return Pass{}, "", fmt.Errorf("%w: %v", ErrPassLasts, lasts)
	}
	token, d := newToken()
	id := make([]byte, 8)
	rand.Read(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.passes)
	if len(all) >= MostPasses { // those that are over make room
		all = slices.DeleteFunc(all, func(k keptPass) bool { p := k.pass(); return !p.Good(now) })
	}
	if len(all) >= MostPasses {
		return Pass{}, "", ErrPassesFull
	}
	k := keptPass{ID: hex.EncodeToString(id), Token: d, Office: to, Language: language, Created: now, Ends: now.Add(lasts)}
	if err := s.savePasses(append(all, k)); err != nil {
		return Pass{}, "", err
	}
	return k.pass(), token, nil
}

// RevokePass ends a pass. One that is over stays as it was.
func (s *Store) RevokePass(id string, now time.Time) (Pass, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.passes, func(k keptPass) bool { return k.ID == id })
	if i < 0 {
		return Pass{}, fmt.Errorf("%w: %q", ErrNoPass, id)
	}
	if p := s.passes[i].pass(); !p.Good(now) {
		return p, nil
	}
	all := slices.Clone(s.passes)
	all[i].Revoked = instant(now)
	if err := s.savePasses(all); err != nil {
		return Pass{}, err
	}
	return all[i].pass(), nil
}

// Pass is the pass of a token; ErrPass where it lets nobody in.
func (s *Store) Pass(token string, now time.Time) (Pass, error) {
	d := digestOf(token) // what is compared is no secret, however long that takes
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.passes {
		if p := s.passes[i].pass(); s.passes[i].Token == d && p.Good(now) {
			return p, nil
		}
	}
	return Pass{}, ErrPass
}
