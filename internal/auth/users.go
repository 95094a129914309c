package auth

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"overflight/internal/catalogue"
)

// State is where a user stands.
type State string

// The states.
const (
	Invited  State = "invited"  // has a link, no password
	Active   State = "active"   // may sign in
	Disabled State = "disabled" // may not, and nothing of theirs is valid
)

// User is a user without secrets.
type User struct {
	Name     string
	Roles    []Role
	Office   string // of another state, whose copies are all that the user sees; empty: of none
	Language catalogue.Language
	State    State
	Created  time.Time
	Changed  time.Time
	LinkEnds time.Time // of the set-up link that is out; zero without one
}

// Bounds of the files.
const (
	MostUsers    = 1000
	MostName     = 64
	mostFile     = 8 << 20
	fileVersion  = 1
	digestLength = 32
)

// Owner is who shows the token of the data folder, and so no name of a user.
const Owner = "owner"

// digest is the SHA-256 of a random token: the file alone opens nothing.
type digest [digestLength]byte

// MarshalText implements encoding.TextMarshaler.
func (d digest) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(d[:])), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *digest) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(d)) {
		return errors.New("expected a SHA-256 in hexadecimal")
	}
	_, err := hex.Decode(d[:], text)
	return err
}

// record is a user as the file has them.
type record struct {
	Name     string             `json:"name"`
	Roles    []Role             `json:"roles"`
	Office   string             `json:"office,omitempty"`
	Language catalogue.Language `json:"language"`
	State    State              `json:"state"`
	Password string             `json:"password,omitempty"`
	// Epoch counts what ends all sessions: a new password, being disabled. A session is of one epoch, so the file of users
	// alone says which are over, wherever a crash fell.
	Epoch   uint64    `json:"epoch"`
	Link    *digest   `json:"link,omitempty"`
	Ends    time.Time `json:"link_ends,omitzero"`
	Created time.Time `json:"created"`
	Changed time.Time `json:"changed"`
}

func (r *record) user() User {
	return User{
		Name: r.Name, Roles: slices.Clone(r.Roles), Office: r.Office, Language: r.Language, State: r.State,
		Created: r.Created, Changed: r.Changed, LinkEnds: r.Ends,
	}
}

type usersFile struct {
	Version int      `json:"version"`
	Users   []record `json:"users"`
}

// FileError says what is wrong with a file of this package. Nothing is guessed: nobody gets in until it is put right.
type FileError struct {
	File string
	Err  error
}

// Error implements error.
func (e *FileError) Error() string { return e.File + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

// strict reads one JSON value that has no field that out has not, and nothing after it.
func strict(text []byte, out any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands after its end")
	}
	return nil
}

// parseUsers reads the file of users: sorted by name, each whole.
func parseUsers(text []byte) ([]record, error) {
	var f usersFile
	if err := strict(text, &f); err != nil {
		return nil, err
	}
	if f.Version != fileVersion {
		return nil, fmt.Errorf("version %d, this program knows %d", f.Version, fileVersion)
	}
	if len(f.Users) > MostUsers {
		return nil, fmt.Errorf("%d users, at most %d", len(f.Users), MostUsers)
	}
	for i := range f.Users {
		r := &f.Users[i]
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("user %d: %w", i+1, err)
		}
		if i > 0 && f.Users[i-1].Name >= r.Name {
			return nil, fmt.Errorf("user %d: %q stands after %q", i+1, r.Name, f.Users[i-1].Name)
		}
	}
	return f.Users, nil
}

func (r *record) check() error {
	if !goodName(r.Name) {
		return fmt.Errorf("%q is no name", r.Name)
	}
	roles, ok := ordered(r.Roles)
	if !ok || !slices.Equal(roles, r.Roles) {
		return fmt.Errorf("roles %q: expected some of %q, in this order", r.Roles, Roles())
	}
	if !goodOffice(r.Office, r.Roles) {
		return fmt.Errorf("office %q of roles %q: expected one as MEX/SEDENA, of the role %q alone", r.Office, r.Roles, Partner)
	}
	if !slices.Contains(catalogue.Languages(), r.Language) {
		return fmt.Errorf("language %q: expected one of %q", r.Language, catalogue.Languages())
	}
	if r.Password != "" {
		if _, err := parseSealed(r.Password); err != nil {
			return err
		}
	}
	if (r.Link == nil) != r.Ends.IsZero() {
		return errors.New("a link and its end: expected both or neither")
	}
	switch {
	case r.State == Invited && r.Password == "", r.State == Active && r.Password != "", r.State == Disabled && r.Link == nil:
	default:
		return fmt.Errorf("state %q: expected %q without a password, %q with one, or %q without a link", r.State, Invited, Active, Disabled)
	}
	r.Created, r.Changed, r.Ends = r.Created.UTC(), r.Changed.UTC(), r.Ends.UTC()
	if !goodInstant(r.Created) || !goodInstant(r.Changed) || r.Link != nil && !goodInstant(r.Ends) {
		return errors.New("created, changed, link_ends: expected instants")
	}
	return nil
}

func encodeUsers(users []record) ([]byte, error) {
	if users == nil {
		users = []record{}
	}
	b, err := json.MarshalIndent(usersFile{fileVersion, users}, "", " ")
	return append(b, '\n'), err
}

// goodName holds a name to letters that look like no others: it is what evidence is recorded under.
func goodName(name string) bool {
	if name == "" || len(name) > MostName || name == Owner || strings.ContainsRune("._-@", rune(name[0])) {
		return false
	}
	for _, c := range []byte(name) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("._-@", c) >= 0) {
			return false
		}
	}
	return true
}

var officeForm = regexp.MustCompile(`^[A-Z]{3}/[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)

// goodOffice holds who reads for an office of another state to that role: any other would see more than the office may.
func goodOffice(office string, roles []Role) bool {
	return office == "" || officeForm.MatchString(office) && len(roles) == 1 && roles[0] == Partner
}

// goodInstant is one that can be written again.
func goodInstant(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 9999 }
