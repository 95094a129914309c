package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/internal/catalogue"
	"overflight/internal/durable"
)

// cheap keeps tests fast: what a hash costs is not what they are about.
var cheap = work{time: 1, memory: 64, threads: 1}

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

const secret = "correct horse battery"

func open(t *testing.T, m *durable.Faulty) *Store {
	t.Helper()
	s, err := Open(Config{Folder: "/users", FS: m.FS(), work: cheap})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// enter adds a user and sets them up.
func enter(t *testing.T, s *Store, name string, roles ...Role) string {
	t.Helper()
	_, link, err := s.Add(name, roles, catalogue.English, noon)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Finish(t.Context(), link, "", secret, "", noon)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestNames(t *testing.T) {
	t.Parallel()
	s := open(t, durable.NewFaulty())
	for _, name := range []string{"ann", "a", "a.b_c-d@mx", "0x", strings.Repeat("a", MostName)} {
		if _, _, err := s.Add(name, []Role{Analyst}, catalogue.Spanish, noon); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "Ann", "ann b", "anñ", ".ann", "@", Owner, strings.Repeat("a", MostName+1), "a\x00", "аnn"} {
		if _, _, err := s.Add(name, []Role{Analyst}, catalogue.Spanish, noon); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, tc := range []struct {
		name     string
		roles    []Role
		language catalogue.Language
		want     error
	}{
		{"ann", []Role{Analyst}, catalogue.English, ErrTaken},
		{"bob", nil, catalogue.English, ErrRoles},
		{"bob", []Role{"king"}, catalogue.English, ErrRoles},
		{"bob", []Role{Analyst, "anyone"}, catalogue.English, ErrRoles},
		{"bob", []Role{Analyst}, "fr", ErrLanguage},
	} {
		if _, _, err := s.Add(tc.name, tc.roles, tc.language, noon); !errors.Is(err, tc.want) {
			t.Errorf("%+v: %v", tc, err)
		}
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	for password, good := range map[string]bool{
		secret: true, "ñandú ñandú ñ": true, strings.Repeat("ab", 512): true,
		"": false, "elevenchars": false, "aaaaaaaaaaaaaaaa": false, "ñññññññññññññ": false, "annannannann": false, "AnnAnnAnnAnn": false,
		strings.Repeat("ab", 513): false, "invalid utf \xff\xff": false,
	} {
		if err := checkPassword(password, "ann"); (err == nil) != good || err != nil && !errors.Is(err, ErrPassword) {
			t.Errorf("%q: %v", password, err)
		}
	}
	p := seal(secret, cheap)
	again, err := parseSealed(p.String())
	if err != nil || !again.opens(secret) || again.opens(secret+" ") {
		t.Error(err)
	}
	for _, text := range []string{
		"", "x", strings.Replace(p.String(), "m=64", "m=999999999", 1), strings.Replace(p.String(), "t=1", "t=0", 1), strings.Replace(p.String(), "t=1", "t=01", 1),
		strings.Replace(p.String(), "p=1", "p=0", 1), strings.Replace(p.String(), "argon2id", "argon2i", 1), strings.Replace(p.String(), "v=19", "v=16", 1),
		p.String() + "A", p.String()[:len(p.String())-1], p.String() + "$",
	} {
		if _, err := parseSealed(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestFirst: the first administrator comes in by a link of the process, once, and then there is none.
func TestFirst(t *testing.T) {
	t.Parallel()
	s := open(t, durable.NewFaulty())
	old, ok := s.FirstLink(noon)
	link, again := s.FirstLink(noon)
	if !ok || !again || s.Active() {
		t.Fatal("no link for the first")
	}
	for _, tc := range []struct {
		what, token, name, password string
		at                          time.Time
		want                        error
	}{
		{"replaced", old, "ann", secret, noon, ErrLink},
		{"none", "", "ann", secret, noon, ErrLink},
		{"too late", link, "ann", secret, noon.Add(LinkLasts), ErrLink},
		{"no name", link, "", secret, noon, ErrName},
		{"short", link, "ann", "short", noon, ErrPassword},
		{"good", link, " Ann ", secret, noon.Add(LinkLasts - time.Second), nil},
		{"used", link, "bob", secret, noon, ErrLink},
	} {
		if _, _, err := s.Finish(t.Context(), tc.token, tc.name, tc.password, catalogue.Spanish, tc.at); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", tc.what, err)
		}
	}
	want := []User{{
		Name: "ann", Roles: []Role{Administrator}, Language: catalogue.Spanish, State: Active,
		Created: noon.Add(LinkLasts - time.Second), Changed: noon.Add(LinkLasts - time.Second),
	}}
	if d := cmp.Diff(want, s.Users()); d != "" {
		t.Error(d)
	}
	if _, ok := s.FirstLink(noon); ok {
		t.Error("there is a second first")
	}
}

// TestLinks: a link is good once, for its time, until the next.
func TestLinks(t *testing.T) {
	t.Parallel()
	s := open(t, durable.NewFaulty())
	_, link, err := s.Add("ann", []Role{Auditor, Analyst, Auditor}, catalogue.English, noon)
	if err != nil {
		t.Fatal(err)
	}
	if u, err := s.SetUp(link, noon); err != nil || u.Name != "ann" || !cmp.Equal(u.Roles, []Role{Analyst, Auditor}) {
		t.Errorf("%+v, %v", u, err)
	}
	if _, err := s.SetUp(link, noon.Add(LinkLasts)); !errors.Is(err, ErrLink) {
		t.Error(err)
	}
	_, second, err := s.Link("ann", noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetUp(link, noon); !errors.Is(err, ErrLink) {
		t.Error(err)
	}
	// A name that is sent with a user's link changes nothing.
	token, x, err := s.Finish(t.Context(), second, "mallory", secret, "", noon)
	if err != nil || x.User.Name != "ann" {
		t.Fatal(x, err)
	}
	// The password stays until a later link is used; then every session from before is over.
	_, third, err := s.Link("ann", noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(token, noon); err != nil {
		t.Error(err)
	}
	fresh, _, err := s.Finish(t.Context(), third, "", secret+"!", catalogue.Spanish, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(token, noon); !errors.Is(err, ErrSignedOut) {
		t.Error(err)
	}
	if x.Alive.Err() == nil {
		t.Error("what was under way goes on")
	}
	if _, err := s.Session(fresh, noon); err != nil {
		t.Error(err)
	}
	if _, _, err := s.SignIn(t.Context(), "ann", secret, "127.0.0.1:1", noon); !errors.Is(err, ErrSignIn) {
		t.Error(err)
	}
	if _, _, err := s.Link("bob", noon); !errors.Is(err, ErrNoUser) {
		t.Error(err)
	}
}

// TestSessions: how long a session lasts, and what ends it.
func TestSessions(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, tc := range []struct {
		what string
		do   func(*Store, string) error
		at   []time.Duration // after noon, at which it is used
		want error           // of the last
	}{
		{"fresh", nil, []time.Duration{0}, nil},
		{"nearly idle", nil, []time.Duration{Idle - time.Second}, nil},
		{"idle", nil, []time.Duration{Idle}, ErrSignedOut},
		{"used", nil, []time.Duration{Idle - time.Second, 2*Idle - 2*time.Second}, nil},
		{"too long", nil, hours(11, int(Absolute/time.Hour)+11), ErrSignedOut},
		{"clock put back", nil, []time.Duration{time.Hour, -time.Hour, time.Hour}, nil},
		{"signed out", func(s *Store, token string) error { return s.SignOut(token, noon) }, []time.Duration{0}, ErrSignedOut},
		{"disabled", func(s *Store, _ string) error {
			_, err := s.Change("ann", Change{Disabled: &yes}, true, noon)
			return err
		}, []time.Duration{0}, ErrSignedOut},
		{"disabled and enabled", func(s *Store, _ string) error {
			_, err := s.Change("ann", Change{Disabled: &yes}, true, noon)
			_, err2 := s.Change("ann", Change{Disabled: &no}, true, noon)
			return errors.Join(err, err2)
		}, []time.Duration{0}, ErrSignedOut},
		{"other roles", func(s *Store, _ string) error {
			_, err := s.Change("ann", Change{Roles: []Role{Partner}}, true, noon)
			return err
		}, []time.Duration{0}, nil},
		{"many of one user", func(s *Store, _ string) error {
			for i := range mostSessions {
				if _, _, err := s.SignIn(context.Background(), "ann", secret, "127.0.0.1:1", noon.Add(time.Duration(i+1)*time.Second)); err != nil {
					return err
				}
			}
			return nil
		}, []time.Duration{time.Minute}, ErrSignedOut},
	} {
		m := durable.NewFaulty()
		s := open(t, m)
		token := enter(t, s, "ann", Administrator)
		if tc.do != nil {
			if err := tc.do(s, token); err != nil {
				t.Fatal(tc.what, err)
			}
		}
		var err error
		for _, d := range tc.at {
			_, err = s.Session(token, noon.Add(d))
		}
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", tc.what, err)
		}
		// The same after the power was lost.
		m.Restart(durable.LosePower, 1)
		if _, err = open(t, m).Session(token, noon.Add(tc.at[len(tc.at)-1])); !errors.Is(err, tc.want) && tc.what != "used" {
			t.Errorf("%s, restarted: %v", tc.what, err)
		}
	}
}

func hours(step, to int) []time.Duration {
	var out []time.Duration
	for h := step; h <= to; h += step {
		out = append(out, time.Duration(h)*time.Hour)
	}
	return out
}

// TestUseIsKept: when a session was used is on the disk, about.
func TestUseIsKept(t *testing.T) {
	t.Parallel()
	m := durable.NewFaulty()
	s := open(t, m)
	token := enter(t, s, "ann", Analyst)
	m.Trace()
	for i := range 60 {
		if _, err := s.Session(token, noon.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(strings.Join(m.Trace(), "\n"), "rename"); n != 5 {
		t.Errorf("the file was written %d times in an hour", n)
	}
	m.Restart(durable.LosePower, 1)
	if _, err := open(t, m).Session(token, noon.Add(Idle+49*time.Minute)); err != nil {
		t.Error(err)
	}
	// A disk that takes no note of it keeps nobody out.
	m.SetRoom(0)
	if x, err := s.Session(token, noon.Add(2*time.Hour)); err == nil || x.Alive == nil {
		t.Error(x, err)
	}
	if x, err := s.Session(token, noon.Add(2*time.Hour+time.Second)); err != nil || x.Alive == nil {
		t.Error(x, err)
	}
}

// TestAdministrators: one is left, but for the owner of the folder.
func TestAdministrators(t *testing.T) {
	t.Parallel()
	s := open(t, durable.NewFaulty())
	enter(t, s, "ann", Administrator)
	yes := true
	for _, c := range []Change{{Disabled: &yes}, {Roles: []Role{Analyst}}} {
		if _, err := s.Change("ann", c, false, noon); !errors.Is(err, ErrAdministrator) {
			t.Error(err)
		}
	}
	if _, _, err := s.Add("bob", []Role{Administrator}, catalogue.English, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Change("ann", Change{Disabled: &yes}, false, noon); !errors.Is(err, ErrAdministrator) {
		t.Error("one who is only invited governs nothing: ", err)
	}
	enter(t, s, "carl", Administrator, Partner)
	if _, err := s.Change("ann", Change{Disabled: &yes}, false, noon); err != nil {
		t.Error(err)
	}
	if _, err := s.Change("carl", Change{Disabled: &yes}, true, noon); err != nil || s.Active() {
		t.Error(err)
	}
	if _, _, err := s.Link("carl", noon); !errors.Is(err, ErrDisabled) {
		t.Error(err)
	}
	if _, err := s.Change("dora", Change{}, true, noon); !errors.Is(err, ErrNoUser) {
		t.Error(err)
	}
	if _, err := s.Change("bob", Change{Roles: []Role{}}, true, noon); !errors.Is(err, ErrRoles) {
		t.Error(err)
	}
}

// TestSignIn: who gets in, and that nobody learns why not.
func TestSignIn(t *testing.T) {
	t.Parallel()
	s := open(t, durable.NewFaulty())
	enter(t, s, "ann", Analyst)
	enter(t, s, "out", Analyst)
	yes := true
	if _, err := s.Change("out", Change{Disabled: &yes}, false, noon); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Add("new", []Role{Analyst}, catalogue.English, noon); err != nil {
		t.Fatal(err)
	}
	for i, tc := range []struct {
		name, password string
		want           error
	}{
		{"ann", secret, nil},
		{" ANN", secret, nil},
		{"ann", secret + "x", ErrSignIn},
		{"ann", "", ErrSignIn},
		{"out", secret, ErrSignIn},
		{"new", secret, ErrSignIn},
		{"new", "", ErrSignIn},
		{"nobody", secret, ErrSignIn},
		{"", "", ErrSignIn},
		{strings.Repeat("a", 1000), secret, ErrSignIn},
		{"ann", strings.Repeat("a", MostPassword+1), ErrSignIn},
	} {
		token, x, err := s.SignIn(t.Context(), tc.name, tc.password, fmt.Sprintf("10.0.0.%d:1", i), noon)
		if !errors.Is(err, tc.want) || err != nil && err.Error() != ErrSignIn.Error() {
			t.Errorf("%+v: %v", tc, err)
		}
		if err == nil {
			if _, err := s.Session(token, noon); err != nil || x.User.Name != "ann" {
				t.Error(err)
			}
		}
	}
}

// TestUnknownNamesTakeAsLong compares what is computed for a name that nobody has with what is for one that somebody has.
func TestUnknownNamesTakeAsLong(t *testing.T) {
	t.Parallel()
	s := open(t, durable.NewFaulty())
	enter(t, s, "ann", Analyst)
	kept, err := parseSealed(s.find("ann").Password)
	if err != nil || s.decoy.work != kept.work {
		t.Errorf("%+v for nobody, %+v for a user, %v", s.decoy.work, kept.work, err)
	}
}

// TestThrottle: failures slow down what follows, by name and by address, alike for names that there are and are not.
func TestThrottle(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ann", "nobody"} {
		s := open(t, durable.NewFaulty())
		enter(t, s, "ann", Analyst)
		var waits []time.Duration
		for i := range freeByName + 9 {
			_, _, err := s.SignIn(t.Context(), name, "wrong wrong wrong", fmt.Sprintf("10.0.%d.1:1", i), noon)
			var slow *ThrottledError
			if errors.As(err, &slow) {
				waits = append(waits, slow.Wait)
			} else if !errors.Is(err, ErrSignIn) {
				t.Fatal(err)
			}
		}
		if len(waits) != 9 || waits[0] != time.Second {
			t.Errorf("%s: %v", name, waits)
		}
	}
	// By address, whatever the name; another address is free, and the same network of IPv6 is one.
	s := open(t, durable.NewFaulty())
	enter(t, s, "ann", Analyst)
	for i := range freeByAddress {
		if _, _, err := s.SignIn(t.Context(), fmt.Sprint("nobody", i), "x", fmt.Sprintf("[2001:db8::%x]:1", i), noon); !errors.Is(err, ErrSignIn) {
			t.Fatal(err)
		}
	}
	var slow *ThrottledError
	if _, _, err := s.SignIn(t.Context(), "ann", secret, "[2001:db8::ffff]:9", noon); !errors.As(err, &slow) {
		t.Error(err)
	}
	if _, _, err := s.SignIn(t.Context(), "ann", secret, "[2001:db8:0:1::1]:9", noon); err != nil {
		t.Error(err)
	}
	if _, _, err := s.SignIn(t.Context(), "ann", secret, "[2001:db8::ffff]:9", noon.Add(slow.Wait)); err != nil {
		t.Error(err)
	}
}

// TestPauses: the pauses grow to an end, and are forgotten.
func TestPauses(t *testing.T) {
	t.Parallel()
	th, now := newThrottle(2), noon
	var got []time.Duration
	for range 12 {
		w := th.wait("k", now)
		got = append(got, w/time.Second)
		now = now.Add(w)
		th.count("k", now)
	}
	if d := cmp.Diff([]time.Duration{0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60}, got); d != "" {
		t.Error(d)
	}
	if w := th.wait("k", now.Add(-time.Hour)); w > mostPause {
		t.Error("the clock was put back: ", w)
	}
	if w := th.wait("k", now.Add(forgotten)); w != 0 {
		t.Error(w)
	}
	for i := range 100_000 {
		th.count(fmt.Sprint(i), now)
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1", "[::ffff:10.0.0.1]:80": "10.0.0.1", "[2001:db8::1]:80": "2001:db8::/64", "[fe80::1%eth0]:1": "fe80::/64", "pipe": "pipe",
	} {
		if got := network(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
