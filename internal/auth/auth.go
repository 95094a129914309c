// Package auth keeps who may sign in to a server, and who has: a file of users and a file of sessions in the data folder.
//
// A user is added by name and roles and gets a link, once, to choose a password. Passwords are kept as Argon2id hashes
// (RFC 9106), tokens of links and sessions as SHA-256 of 256 random bits: what is in the files signs nobody in. A change
// is on the disk before it counts, and the file of users alone says which sessions are over: a crash between the two
// files lets nobody in again.
//
// Tries that fail slow down what follows, by name and by address, and a name that nobody has is answered as late and
// with the same words as a wrong password. What an instant is the caller says.
//
// It leaves out, on purpose: names of another alphabet (a name that evidence is recorded under must look like no other),
// recovery by mail (an administrator, or who owns the data folder, makes a new link).
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"overflight/internal/catalogue"
	"overflight/internal/durable"
)

// What a caller tells apart.
var (
	ErrSignIn        = errors.New("no active user has this name and password")
	ErrSignedOut     = errors.New("nobody is signed in")
	ErrLink          = errors.New("the link was used, replaced or is too old")
	ErrNoUser        = errors.New("no such user")
	ErrName          = errors.New("not a name")
	ErrTaken         = errors.New("the name is taken")
	ErrPassword      = errors.New("the password is too short or too simple")
	ErrRoles         = errors.New("not roles")
	ErrOffice        = errors.New("not an office, or of another role than partner")
	ErrLanguage      = errors.New("not a language")
	ErrDisabled      = errors.New("the user is disabled")
	ErrAdministrator = errors.New("no administrator would be left")
	ErrFull          = errors.New("too many users")
)

// ThrottledError says that too many tries failed.
type ThrottledError struct{ Wait time.Duration }

// Error implements error.
func (e *ThrottledError) Error() string { return fmt.Sprintf("too many tries: wait %v", e.Wait) }

// LinkLasts is how long a set-up link is good.
const LinkLasts = 48 * time.Hour

// hashings is how many passwords are hashed at a time: each takes 64 MiB.
const hashings = 2

// Config says where the files are.
type Config struct {
	Folder string      // made if it is not there; its parent must be
	FS     *durable.FS // nil is the operating system's

	work work // zero is usual; tests spare theirs
}

// In is the configuration of a data folder.
func In(data string) Config { return Config{Folder: filepath.Join(data, "users")} }

// Store is the users and sessions of one data folder. It may be used by several goroutines; the folder has one writer.
type Store struct {
	folder  string
	disk    *durable.FS
	work    work
	decoy   sealed
	hashing chan struct{}
	finding error // why the file of sessions was let go of

	mu        sync.Mutex // guards what follows
	users     []record   // sorted by name, never changed in place
	sessions  map[digest]*session
	saved     time.Time // of the file of sessions
	first     *digest   // of the link that makes the first administrator
	firstEnds time.Time
	names     *throttle
	addresses *throttle
}

// Open reads the files, or makes their folder. A file of users that cannot be read is a *FileError, and nobody gets in; a
// file of sessions that cannot be read is let go of: everybody signs in again.
func Open(c Config) (*Store, error) {
	if c.FS == nil {
		c.FS = durable.OS()
	}
	if c.work == (work{}) {
		c.work = usual
	}
	s := &Store{
		folder: c.Folder, disk: c.FS, work: c.work, decoy: decoy(c.work), hashing: make(chan struct{}, hashings),
		sessions: map[digest]*session{}, names: newThrottle(freeByName), addresses: newThrottle(freeByAddress),
	}
	if err := s.disk.Mkdir(c.Folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if _, err := s.disk.Sweep(c.Folder, true); err != nil {
		return nil, err
	}
	text, err := s.disk.ReadFile(s.usersName(), mostFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, &FileError{s.usersName(), err}
	default:
		if s.users, err = parseUsers(text); err != nil {
			return nil, &FileError{s.usersName(), err}
		}
	}
	s.readSessions()
	return s, nil
}

func (s *Store) readSessions() {
	text, err := s.disk.ReadFile(s.sessionsName(), mostFile)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var all []kept
	if err == nil {
		all, err = parseSessions(text)
	}
	if err != nil {
		s.finding = &FileError{s.sessionsName(), err}
		return
	}
	for _, k := range all {
		s.sessions[k.Token] = k.open()
		if k.Used.After(s.saved) {
			s.saved = k.Used
		}
	}
}

// Finding is why the sessions of before are not known any more; nil if they are.
func (s *Store) Finding() error { return s.finding }

func (s *Store) usersName() string { return filepath.Join(s.folder, "users.json") }

func (s *Store) sessionsName() string { return filepath.Join(s.folder, "sessions.json") }

func newToken() (string, digest) {
	b := make([]byte, 32)
	rand.Read(b)
	token := base64.RawURLEncoding.EncodeToString(b)
	return token, digestOf(token)
}

func digestOf(token string) digest { return sha256.Sum256([]byte(token)) }

// instant is an instant as it is kept.
func instant(t time.Time) time.Time { return t.UTC().Round(time.Millisecond) }

func (s *Store) find(name string) *record {
	i, ok := slices.BinarySearchFunc(s.users, name, func(r record, name string) int { return strings.Compare(r.Name, name) })
	if !ok {
		return nil
	}
	return &s.users[i]
}

// put writes a user, new or changed. Only when the file is on the disk does it count.
func (s *Store) put(r record) error {
	i, there := slices.BinarySearchFunc(s.users, r.Name, func(r record, name string) int { return strings.Compare(r.Name, name) })
	users := slices.Clone(s.users)
	if there {
		users[i] = r
	} else {
		users = slices.Insert(users, i, r)
	}
	b, err := encodeUsers(users)
	if err != nil {
		return err
	}
	if err := s.disk.WriteFile(s.usersName(), b, 0o600); err != nil {
		return fmt.Errorf("keeping user %s: %w", r.Name, err)
	}
	s.users = users
	return nil
}

func (s *Store) active() bool {
	return slices.ContainsFunc(s.users, func(r record) bool { return r.State == Active })
}

// Active tells whether anybody can sign in.
func (s *Store) Active() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active()
}

// Users are all, by name.
func (s *Store) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]User, len(s.users))
	for i := range s.users {
		out[i] = s.users[i].user()
	}
	return out
}

// Add adds a user and returns the token of their set-up link.
func (s *Store) Add(name string, roles []Role, language catalogue.Language, now time.Time) (User, string, error) {
	return s.AddOf("", name, roles, language, now)
}

// AddOf is Add of a user who reads for an office of another state, and sees the copies of that office alone.
func (s *Store) AddOf(office, name string, roles []Role, language catalogue.Language, now time.Time) (User, string, error) {
	now = instant(now)
	kept, ok := ordered(roles)
	switch {
	case !goodName(name):
		return User{}, "", fmt.Errorf("%w: %q", ErrName, name)
	case !ok:
		return User{}, "", fmt.Errorf("%w: %q", ErrRoles, roles)
	case !goodOffice(office, kept):
		return User{}, "", fmt.Errorf("%w: %q", ErrOffice, office)
	case !slices.Contains(catalogue.Languages(), language):
		return User{}, "", fmt.Errorf("%w: %q", ErrLanguage, language)
	}
	token, d := newToken()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.find(name) != nil:
		return User{}, "", fmt.Errorf("%w: %s", ErrTaken, name)
	case len(s.users) >= MostUsers:
		return User{}, "", ErrFull
	}
	r := record{Name: name, Roles: kept, Office: office, Language: language, State: Invited, Link: &d, Ends: now.Add(LinkLasts), Created: now, Changed: now}
	if err := s.put(r); err != nil {
		return User{}, "", err
	}
	return r.user(), token, nil
}

// Link makes a new set-up link for a user and returns its token; the one before is good no more. The password stays until
// the link is used.
func (s *Store) Link(name string, now time.Time) (User, string, error) {
	now = instant(now)
	token, d := newToken()
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.copy(name)
	if err != nil {
		return User{}, "", err
	}
	if r.State == Disabled {
		return User{}, "", fmt.Errorf("%w: %s", ErrDisabled, name)
	}
	r.Link, r.Ends, r.Changed = &d, now.Add(LinkLasts), now
	if err := s.put(r); err != nil {
		return User{}, "", err
	}
	return r.user(), token, nil
}

func (s *Store) copy(name string) (record, error) {
	r := s.find(name)
	if r == nil {
		return record{}, fmt.Errorf("%w: %s", ErrNoUser, name)
	}
	return *r, nil
}

// Change is what is to change about a user.
type Change struct {
	Roles    []Role // nil leaves them
	Disabled *bool  // nil leaves it
}

// Change changes a user. What the user has under way ends, and with being disabled every session. Unless last is set, an
// active administrator is left: who owns the data folder needs none.
func (s *Store) Change(name string, c Change, last bool, now time.Time) (User, error) {
	now = instant(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.copy(name)
	if err != nil {
		return User{}, err
	}
	was := r
	if c.Roles != nil {
		roles, ok := ordered(c.Roles)
		if !ok {
			return User{}, fmt.Errorf("%w: %q", ErrRoles, c.Roles)
		}
		if !goodOffice(r.Office, roles) {
			return User{}, fmt.Errorf("%w: %q", ErrOffice, r.Office)
		}
		r.Roles = roles
	}
	if c.Disabled != nil {
		switch {
		case *c.Disabled && r.State != Disabled:
			r.State, r.Link, r.Ends, r.Epoch = Disabled, nil, time.Time{}, r.Epoch+1
		case !*c.Disabled && r.State == Disabled && r.Password != "":
			r.State = Active
		case !*c.Disabled && r.State == Disabled:
			r.State = Invited // needs a new link
		}
	}
	if !last && was.governs() && !r.governs() && !slices.ContainsFunc(s.users, func(o record) bool { return o.Name != name && o.governs() }) {
		return User{}, ErrAdministrator
	}
	if r.State == was.State && slices.Equal(r.Roles, was.Roles) {
		return r.user(), nil
	}
	r.Changed = now
	if err := s.put(r); err != nil {
		return User{}, err
	}
	for _, x := range s.mine(name) {
		x.renew()
	}
	s.prune(now)
	return r.user(), nil
}

func (r *record) governs() bool { return r.State == Active && slices.Contains(r.Roles, Administrator) }

// FirstLink makes the link that makes the first administrator and returns its token; false where somebody can sign in
// already. It is of this process: the next makes another.
func (s *Store) FirstLink(now time.Time) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active() {
		return "", false
	}
	token, d := newToken()
	s.first, s.firstEnds = &d, instant(now).Add(LinkLasts)
	return token, true
}

// SetUp is whose a set-up link is. The first administrator has no name yet.
func (s *Store) SetUp(token string, now time.Time) (User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, first := s.invited(digestOf(token), instant(now))
	switch {
	case first:
		return User{Roles: []Role{Administrator}, Language: catalogue.English, State: Invited, LinkEnds: s.firstEnds}, nil
	case r == nil:
		return User{}, ErrLink
	}
	return r.user(), nil
}

// invited is whose link it is: a user's, or that of who is to be the first administrator.
func (s *Store) invited(d digest, now time.Time) (r *record, first bool) {
	for i := range s.users {
		if r := &s.users[i]; r.Link != nil && *r.Link == d && now.Before(r.Ends) {
			return r, false
		}
	}
	return nil, s.first != nil && *s.first == d && now.Before(s.firstEnds) && !s.active()
}

// Finish uses a set-up link: the user has a password from now on, every session from before is over, and one begins. The
// name is asked of the first administrator alone.
func (s *Store) Finish(ctx context.Context, token, name, password string, language catalogue.Language, now time.Time) (string, Session, error) {
	now = instant(now)
	u, err := s.SetUp(token, now)
	if err != nil {
		return "", Session{}, err
	}
	if u.Name == "" {
		u.Name = folded(name)
	}
	if language == "" {
		language = u.Language
	}
	switch {
	case !goodName(u.Name):
		return "", Session{}, fmt.Errorf("%w: %q", ErrName, name)
	case !slices.Contains(catalogue.Languages(), language):
		return "", Session{}, fmt.Errorf("%w: %q", ErrLanguage, language)
	}
	if err := checkPassword(password, u.Name); err != nil {
		return "", Session{}, err
	}
	var hash sealed
	if err := s.hash(ctx, func() { hash = seal(password, s.work) }); err != nil {
		return "", Session{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// The link may have been used, and the user changed, while the password was hashed.
	old, first := s.invited(digestOf(token), now)
	var r record
	switch {
	case first && s.find(u.Name) != nil:
		return "", Session{}, fmt.Errorf("%w: %s", ErrTaken, u.Name)
	case first:
		r = record{Name: u.Name, Roles: u.Roles, Created: now}
	case old == nil:
		return "", Session{}, ErrLink
	default:
		r = *old
	}
	r.Language, r.State, r.Password, r.Link, r.Ends, r.Changed = language, Active, hash.String(), nil, time.Time{}, now
	r.Epoch++
	if err := s.put(r); err != nil {
		return "", Session{}, err
	}
	s.first = nil
	s.prune(now)
	s.names.forget(r.Name, now)
	return s.begin(&r, now)
}

// hash runs what takes the memory of a hash, when there is room for it.
func (s *Store) hash(ctx context.Context, do func()) error {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.hashing }()
	do()
	return nil
}

// folded is a name as a person types it.
func folded(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// SignIn begins a session and returns its token. The address is that of who asks, host:port. ErrSignIn tells nobody whether
// there is such a user; a *ThrottledError comes before the password is looked at.
func (s *Store) SignIn(ctx context.Context, name, password, address string, now time.Time) (string, Session, error) {
	now, name, address = instant(now), folded(name), network(address)
	if len(name) > MostName || len(password) > MostPassword {
		name, password = "", "" // of nobody, and as late
	}
	s.mu.Lock()
	if wait := max(s.names.wait(name, now), s.addresses.wait(address, now)); wait > 0 {
		s.mu.Unlock()
		return "", Session{}, &ThrottledError{wait}
	}
	s.names.count(name, now)
	s.addresses.count(address, now)
	hash, text := s.decoy, ""
	if r := s.find(name); r != nil && r.State == Active {
		if kept, err := parseSealed(r.Password); err == nil {
			hash, text = kept, r.Password
		}
	}
	s.mu.Unlock()
	opens := false
	if err := s.hash(ctx, func() { opens = hash.opens(password) }); err != nil {
		return "", Session{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(name)
	if !opens || r == nil || r.State != Active || r.Password != text {
		return "", Session{}, ErrSignIn
	}
	s.names.forget(name, now)
	s.addresses.forgive(address, now)
	return s.begin(r, now)
}
