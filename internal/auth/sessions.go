package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// How long a session lasts.
const (
	Idle     = 12 * time.Hour
	Absolute = 7 * 24 * time.Hour
	// saveAfter is how old the file of sessions may be about when each was last used. A crash loses so much of it, on the
	// strict side.
	saveAfter    = 10 * time.Minute
	mostSessions = 16 // of one user; another ends the one that was not used for the longest time
)

// Session is one signed-in browser.
type Session struct {
	User User
	Ends time.Time // at the latest
	// Alive ends with the session, and when what the user may do changes: what is under way must ask again.
	Alive context.Context
}

// kept is a session as the file has it.
type kept struct {
	Token digest    `json:"token"`
	User  string    `json:"user"`
	Epoch uint64    `json:"epoch"`
	Began time.Time `json:"began"`
	Used  time.Time `json:"used"`
}

func (k *kept) over(now time.Time) bool {
	return now.Sub(k.Used) >= Idle || now.Sub(k.Began) >= Absolute
}

type session struct {
	kept
	alive context.Context
	end   context.CancelFunc
}

func (k kept) open() *session {
	s := &session{kept: k}
	s.renew()
	return s
}

// renew ends what is under way in a session and lets it go on.
func (s *session) renew() {
	if s.end != nil {
		s.end()
	}
	s.alive, s.end = context.WithCancel(context.Background())
}

type sessionsFile struct {
	Version  int    `json:"version"`
	Sessions []kept `json:"sessions"`
}

func parseSessions(text []byte) ([]kept, error) {
	var f sessionsFile
	if err := strict(text, &f); err != nil {
		return nil, err
	}
	if f.Version != fileVersion {
		return nil, fmt.Errorf("version %d, this program knows %d", f.Version, fileVersion)
	}
	seen := map[digest]bool{}
	for i := range f.Sessions {
		k := &f.Sessions[i]
		k.Began, k.Used = k.Began.UTC(), k.Used.UTC()
		if seen[k.Token] || !goodName(k.User) || !goodInstant(k.Began) || !goodInstant(k.Used) || k.Used.Before(k.Began) {
			return nil, fmt.Errorf("session %d is none", i+1)
		}
		seen[k.Token] = true
	}
	return f.Sessions, nil
}

func encodeSessions(all []kept) ([]byte, error) {
	if all == nil {
		all = []kept{}
	}
	b, err := json.MarshalIndent(sessionsFile{fileVersion, all}, "", " ")
	return append(b, '\n'), err
}

// begin makes a session of a user that is active. It is on the disk before its token is told.
func (s *Store) begin(r *record, now time.Time) (string, Session, error) {
	token, d := newToken()
	old := s.mine(r.Name)
	slices.SortFunc(old, func(a, b *session) int { return a.Used.Compare(b.Used) })
	x := kept{Token: d, User: r.Name, Epoch: r.Epoch, Began: now, Used: now}.open()
	s.sessions[d] = x
	var ended *session
	if len(old) >= mostSessions {
		ended = old[0]
		delete(s.sessions, ended.Token)
	}
	if err := s.saveSessions(now); err != nil {
		delete(s.sessions, d)
		if ended != nil {
			s.sessions[ended.Token] = ended
		}
		return "", Session{}, err
	}
	if ended != nil {
		ended.end()
	}
	return token, x.session(r), nil
}

func (s *session) session(r *record) Session {
	return Session{User: r.user(), Ends: s.Began.Add(Absolute), Alive: s.alive}
}

func (s *Store) mine(name string) []*session {
	var out []*session
	for _, x := range s.sessions {
		if x.User == name {
			out = append(out, x)
		}
	}
	return out
}

// valid is the user of a session, if it is not over.
func (s *Store) valid(x *session, now time.Time) (*record, bool) {
	r := s.find(x.User)
	return r, r != nil && r.State == Active && r.Epoch == x.Epoch && !x.over(now)
}

// prune ends what is over.
func (s *Store) prune(now time.Time) {
	for d, x := range s.sessions {
		if _, ok := s.valid(x, now); !ok {
			x.end()
			delete(s.sessions, d)
		}
	}
}

func (s *Store) saveSessions(now time.Time) error {
	s.prune(now)
	all := make([]kept, 0, len(s.sessions))
	for _, x := range s.sessions {
		all = append(all, x.kept)
	}
	slices.SortFunc(all, func(a, b kept) int { return slices.Compare(a.Token[:], b.Token[:]) })
	b, err := encodeSessions(all)
	if err != nil {
		return err
	}
	if err := s.disk.WriteFile(s.sessionsName(), b, 0o600); err != nil {
		return err
	}
	s.saved = now
	return nil
}

// Session is whose session a token is, and notes that it was used. ErrSignedOut if it is nobody's. Any other error is of
// the note alone, and the session is good.
func (s *Store) Session(token string, now time.Time) (Session, error) {
	now = instant(now)
	d := digestOf(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.sessions[d]
	if x == nil {
		return Session{}, ErrSignedOut
	}
	r, ok := s.valid(x, now)
	if !ok {
		x.end()
		delete(s.sessions, d)
		return Session{}, ErrSignedOut
	}
	if now.After(x.Used) {
		x.Used = now
	}
	var err error
	if since := now.Sub(s.saved); since >= saveAfter || since < 0 {
		if err = s.saveSessions(now); err != nil {
			s.saved = now // the disk is asked again when the time has come, not at every request
		}
	}
	return x.session(r), err
}

// SignOut ends a session. After an error it is over for this process, but the disk may have it still.
func (s *Store) SignOut(token string, now time.Time) error {
	d := digestOf(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.sessions[d]
	if x == nil {
		return nil
	}
	x.end()
	delete(s.sessions, d)
	if err := s.saveSessions(instant(now)); err != nil {
		return errors.Join(errors.New("the session is over, but the disk has it still"), err)
	}
	return nil
}
