package auth

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/internal/catalogue"
	"overflight/internal/durable"
)

const hash = "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// user is a user of a file with something replaced.
func user(pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(
		`{"name":"ann","roles":["analyst","auditor"],"language":"es","state":"active","password":"` + hash +
			`","epoch":1,"created":"2026-11-28T12:00:00Z","changed":"2026-11-28T12:00:00Z"}`)
}

func usersText(users ...string) string {
	return `{"version":1,"users":[` + strings.Join(users, ",") + `]}`
}

// files are files of users, and whether they are ones.
var files = []struct {
	what, text string
	good       bool
}{
	{"none", usersText(), true},
	{"one", usersText(user()), true},
	{"two", usersText(user(), user("ann", "bob")), true},
	{"in another zone", usersText(user("12:00:00Z", "12:00:00.5+05:30")), true},
	{"invited", usersText(user(`"password":"`+hash+`",`, `"link":"`+strings.Repeat("0f", 32)+`","link_ends":"2026-11-30T12:00:00Z",`, "active", "invited")), true},
	{"invited without a link", usersText(user(`"password":"`+hash+`",`, "", "active", "invited")), true},
	{"disabled", usersText(user("active", "disabled")), true},

	{"empty", "", false},
	{"null", "null", false},
	{"cut", usersText(user())[:100], false},
	{"two values", usersText() + "{}", false},
	{"later version", strings.Replace(usersText(), "1", "2", 1), false},
	{"unknown field", usersText(user(`"epoch"`, `"admin":true,"epoch"`)), false},
	{"unsorted", usersText(user("ann", "bob"), user()), false},
	{"twice", usersText(user(), user()), false},
	{"bad name", usersText(user(`"ann"`, `"Ann"`)), false},
	{"owner", usersText(user(`"ann"`, `"owner"`)), false},
	{"no role", usersText(user(`["analyst","auditor"]`, `[]`)), false},
	{"unknown role", usersText(user("auditor", "king")), false},
	{"roles out of order", usersText(user(`["analyst","auditor"]`, `["auditor","analyst"]`)), false},
	{"unknown language", usersText(user(`"es"`, `"fr"`)), false},
	{"unknown state", usersText(user(`"active"`, `"root"`)), false},
	{"active without a password", usersText(user(hash, "")), false},
	{"invited with a password", usersText(user("active", "invited")), false},
	{"costly hash", usersText(user("m=64", "m=4194304")), false},
	{"link without an end", usersText(user(`"epoch"`, `"link":"`+strings.Repeat("0f", 32)+`","epoch"`)), false},
	{"end without a link", usersText(user(`"epoch"`, `"link_ends":"2026-11-30T12:00:00Z","epoch"`)), false},
	{"short link", usersText(user(`"epoch"`, `"link":"0f","link_ends":"2026-11-30T12:00:00Z","epoch"`)), false},
	{"no instant", usersText(user(`"2026-11-28T12:00:00Z"`, `"0001-01-01T00:00:00Z"`)), false},
	{"instant that cannot be written", usersText(user(`"2026-11-28T12:00:00Z"`, `"9999-12-31T23:59:59-01:00"`)), false},
}

func TestFiles(t *testing.T) {
	t.Parallel()
	for _, tc := range files {
		if _, err := parseUsers([]byte(tc.text)); (err == nil) != tc.good {
			t.Errorf("%s: %v", tc.what, err)
		}
		m := durable.NewFaulty()
		fs := m.FS()
		if err := errors.Join(fs.Mkdir("/users", 0o700), fs.WriteFile("/users/users.json", []byte(tc.text), 0o600)); err != nil {
			t.Fatal(err)
		}
		_, err := Open(Config{Folder: "/users", FS: fs, work: cheap})
		var wrong *FileError
		if (err == nil) != tc.good || err != nil && !errors.As(err, &wrong) {
			t.Errorf("%s: %v", tc.what, err)
		}
	}
}

// FuzzUsers: what is taken is written as it was read, and holds only good users.
func FuzzUsers(f *testing.F) {
	for _, tc := range files {
		f.Add([]byte(tc.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		users, err := parseUsers(text)
		if err != nil {
			return
		}
		b, err := encodeUsers(users)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseUsers(b)
		if err != nil {
			t.Fatal(err)
		}
		c, err := encodeUsers(again)
		if err != nil || !bytes.Equal(b, c) {
			t.Fatalf("%s\n%s\n%v", b, c, err)
		}
		for _, r := range again {
			if r.State == Active && r.Password == "" || !goodName(r.Name) || len(r.Roles) == 0 {
				t.Fatalf("%+v", r)
			}
		}
	})
}

const sessionText = `{"token":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f","user":"ann","epoch":1,"began":"2026-11-28T12:00:00Z","used":"2026-11-28T13:00:00Z"}`

var sessionFiles = map[string]bool{
	`{"version":1,"sessions":[]}`:                                                                             true,
	`{"version":1,"sessions":[` + sessionText + `]}`:                                                          true,
	`{"version":1,"sessions":[` + sessionText + `,` + sessionText + `]}`:                                      false,
	`{"version":2,"sessions":[]}`:                                                                             false,
	`{"version":1,"sessions":[` + strings.Replace(sessionText, "13:00", "11:00", 1) + `]}`:                    false,
	`{"version":1,"sessions":[` + strings.Replace(sessionText, `"ann"`, `""`, 1) + `]}`:                       false,
	`{"version":1,"sessions":[` + strings.Replace(sessionText, `"user"`, `"roles":["king"],"user"`, 1) + `]}`: false,
	``: false,
}

// TestSessionFiles: a file that is none signs everybody out, and says so.
func TestSessionFiles(t *testing.T) {
	t.Parallel()
	for text, good := range sessionFiles {
		if _, err := parseSessions([]byte(text)); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
		m := durable.NewFaulty()
		token := enter(t, open(t, m), "ann", Analyst)
		m.Alter("/users/sessions.json", func([]byte) []byte { return []byte(text) })
		s := open(t, m)
		if (s.Finding() == nil) != good {
			t.Errorf("%s: %v", text, s.Finding())
		}
		if _, err := s.Session(token, noon); !errors.Is(err, ErrSignedOut) {
			t.Error(err)
		}
	}
}

func FuzzSessions(f *testing.F) {
	for text := range sessionFiles {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := parseSessions(text)
		if err != nil {
			return
		}
		b, err := encodeSessions(all)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseSessions(b)
		if err != nil || len(again) != len(all) {
			t.Fatal(err)
		}
	})
}

// TestNoSecretsInFiles: neither a password nor a token can be read out of what is on the disk, which is the owner's alone.
func TestNoSecretsInFiles(t *testing.T) {
	t.Parallel()
	m := durable.NewFaulty()
	s := open(t, m)
	token := enter(t, s, "ann", Analyst)
	_, link, err := s.Link("ann", noon)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"/users/sessions.json", "/users/users.json"}, m.Files()); d != "" {
		t.Error(d)
	}
	for _, name := range m.Files() {
		b, _ := m.Contents(name)
		for _, x := range []string{token, link, secret} {
			if bytes.Contains(b, []byte(x)) {
				t.Errorf("%s is in %s", x, name)
			}
		}
		if perm, _ := m.Perm(name); perm != 0o600 {
			t.Errorf("%s: %o", name, perm)
		}
	}
	if perm, _ := m.Perm("/users"); perm != 0o700 {
		t.Errorf("%o", perm)
	}
}

// TestEveryWritePoint fails and crashes at every step of every change. After it a user is as before the change or as after
// it, never in between; what was acknowledged is there; and nobody who was shut out is let in.
func TestEveryWritePoint(t *testing.T) {
	t.Parallel()
	yes := true
	type state struct {
		link, token string
	}
	changes := []struct {
		what string
		do   func(*Store, *state) error
		held func(*Store, *state) bool // the change is there
	}{
		{"add", func(s *Store, _ *state) error {
			_, _, err := s.Add("bob", []Role{Partner}, catalogue.English, noon)
			return err
		}, func(s *Store, _ *state) bool { return s.find("bob") != nil }},
		{"link", func(s *Store, _ *state) error {
			_, _, err := s.Link("new", noon)
			return err
		}, func(s *Store, x *state) bool { _, err := s.SetUp(x.link, noon); return err != nil }},
		{"finish", func(s *Store, x *state) error {
			_, _, err := s.Finish(t.Context(), x.link, "", secret, "", noon)
			return err
		}, func(s *Store, _ *state) bool { return s.find("new").State == Active }},
		{"disable", func(s *Store, _ *state) error {
			_, err := s.Change("ann", Change{Disabled: &yes}, true, noon)
			return err
		}, func(s *Store, x *state) bool { _, err := s.Session(x.token, noon); return err != nil }},
		{"roles", func(s *Store, _ *state) error {
			_, err := s.Change("ann", Change{Roles: []Role{Partner}}, true, noon)
			return err
		}, func(s *Store, x *state) bool {
			v, err := s.Session(x.token, noon)
			return err == nil && cmp.Equal(v.User.Roles, []Role{Partner})
		}},
		{"sign in", func(s *Store, _ *state) error {
			_, _, err := s.SignIn(t.Context(), "ann", secret, "127.0.0.1:1", noon)
			return err
		}, func(s *Store, _ *state) bool { return len(s.sessions) > 1 }},
		{
			"sign out", func(s *Store, x *state) error { return s.SignOut(x.token, noon) },
			func(s *Store, x *state) bool { _, err := s.Session(x.token, noon); return err != nil },
		},
	}
	for _, c := range changes {
		for _, fault := range []durable.Fault{durable.CrashBefore, durable.CrashAfter, durable.FailBefore, durable.FailAfter, durable.ShortWrite} {
			for _, loss := range []durable.Loss{durable.LoseNothing, durable.LosePower, durable.LoseSome} {
				for point := 1; ; point++ {
					m := durable.NewFaulty()
					s := open(t, m)
					x := &state{token: enter(t, s, "ann", Administrator)}
					var err error
					if _, x.link, err = s.Add("new", []Role{Analyst}, catalogue.English, noon); err != nil {
						t.Fatal(err)
					}
					m.Plan(point, fault, nil)
					did := c.do(s, x)
					if m.Points() < point {
						if did != nil {
							t.Fatal(c.what, did)
						}
						break
					}
					if did == nil && !c.held(s, x) {
						t.Fatalf("%s, fault %d at %d: done, and not there", c.what, fault, point)
					}
					m.Restart(loss, uint64(point))
					again, err := Open(Config{Folder: "/users", FS: m.FS(), work: cheap})
					if err != nil {
						t.Fatalf("%s, fault %d at %d, loss %d: %v", c.what, fault, point, loss, err)
					}
					if again.Finding() != nil {
						t.Fatal(again.Finding())
					}
					if did == nil && !c.held(again, x) {
						t.Fatalf("%s, fault %d at %d, loss %d: acknowledged, and gone", c.what, fault, point, loss)
					}
					for _, f := range m.Files() {
						if f != "/users/users.json" && f != "/users/sessions.json" {
							t.Fatal(f)
						}
					}
					// It goes on, whatever was left.
					if again.find("carl") == nil {
						enter(t, again, "carl", Analyst)
					}
				}
			}
		}
	}
}
