package released

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"

	"overflight/internal/tak"
)

// Client is somebody of an office, by the name of a certificate, or a feed, and what was written to it since the program began. Written is
// no receipt: nobody need have seen it.
type Client struct {
	Office, Who string
	Connected   int        // connections that are open
	Since       time.Time  // when the newest began
	Written     uint64     // items
	Passed      uint64     // items that were passed over for newer ones of the same uid
	Waiting     int        // items that open connections have not been written yet
	Lost        uint64     // items that were not written when their connection ended
	Ended       tak.Reason // of the connection that ended last
}

// account is a client with what of it is on record.
type account struct {
	Client                           // of connections that have ended
	letIn       bool                 // since it was looked at last
	endings     uint64               // connections that have ended
	endingsSaid uint64               // how many of these had when what was written went on record
	shown       map[string]time.Time // by release, or none: when it went on record that it is shown that
	said        time.Time            // when what was written did
	record      struct{ w, p, l uint64 }
}

// How often what goes on record: that somebody is shown what is flown now, what was written to a connection that goes on, and to one that
// has ended, for a client may come and go.
const (
	readAgain    = time.Hour
	writtenAgain = time.Hour
	endedAgain   = time.Minute
)

// account returns that of somebody. The lock is held.
func (s *Service) account(office, who string) *account {
	key := [2]string{office, who}
	a := s.accounts[key]
	if a == nil {
		a = &account{Client: Client{Office: office, Who: who}, shown: map[string]time.Time{}}
		s.accounts[key] = a
	}
	return a
}

// begins notes that somebody was let in. The lock is held.
func (s *Service) begins(office, who string) {
	s.account(office, who).letIn = true
	s.wake()
}

func (s *Service) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// ends counts a connection that has ended.
func (s *Service) ends(d *tak.Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(d.Class, d.Who)
	a.Written += d.Written
	a.Passed += d.Passed
	a.Lost += uint64(d.Waiting)
	a.Since, a.Ended = d.Since, d.Reason
	a.endings++
	s.wake()
}

// open are the connections that go on.
func (s *Service) open() (all []tak.Delivery) {
	if s.server != nil {
		all = s.server.Sessions()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.feeding {
		all = append(all, f())
	}
	return all
}

// Clients are those that were let in since the program began, by office and name. A nil service has none.
func (s *Service) Clients() []Client {
	if s == nil {
		return nil
	}
	now := s.open()
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Client
	for _, a := range s.accounts {
		out = append(out, a.with(now))
	}
	slices.SortFunc(out, func(a, b Client) int { return cmp.Or(cmp.Compare(a.Office, b.Office), cmp.Compare(a.Who, b.Who)) })
	return out
}

// with adds the connections that are open.
func (a *account) with(open []tak.Delivery) Client {
	c := a.Client
	for i := range open {
		if d := &open[i]; d.Class == c.Office && d.Who == c.Who {
			c.Connected++
			c.Written += d.Written
			c.Passed += d.Passed
			c.Waiting += d.Waiting
			if d.Since.After(c.Since) {
				c.Since = d.Since
			}
		}
	}
	return c
}

// WriteMetrics writes what was given to whom as Prometheus reads it. A nil service has nothing to tell.
func (s *Service) WriteMetrics(w io.Writer) error {
	if s == nil {
		return nil
	}
	var errs []error
	put := func(name, kind, help, labels string, v uint64) {
		if help != "" {
			_, err := fmt.Fprintf(w, "# HELP overflight_tak_%s %s\n# TYPE overflight_tak_%s %s\n", name, help, name, kind)
			errs = append(errs, err)
		}
		_, err := fmt.Fprintf(w, "overflight_tak_%s%s %d\n", name, labels, v)
		errs = append(errs, err)
	}
	put("refused", "counter", "events that may not go out", "", s.gate.Refused())
	put("turned_away", "counter", "connections that were not let in", "", s.turnedAway.Load())
	all := s.Clients()
	for _, x := range []struct {
		name, kind, help string
		of               func(*Client) uint64
	}{
		{"connections", "gauge", "connections that are open", func(c *Client) uint64 { return uint64(c.Connected) }},
		{"written", "counter", "items written to somebody", func(c *Client) uint64 { return c.Written }},
		{"passed", "counter", "items passed over for newer ones", func(c *Client) uint64 { return c.Passed }},
		{"lost", "counter", "items that waited when a connection ended", func(c *Client) uint64 { return c.Lost }},
		{"waiting", "gauge", "items not written yet", func(c *Client) uint64 { return uint64(c.Waiting) }},
	} {
		help := x.help
		for i := range all {
			put(x.name, x.kind, help, fmt.Sprintf("{office=%q,who=%q}", all[i].Office, all[i].Who), x.of(&all[i]))
			help = ""
		}
	}
	return errors.Join(errs...)
}

// statement is something that goes on record, and what is noted when it is.
type statement struct {
	who, what string
	stated    func()
}

// due are the statements to be made now. last is for the end, when everything is.
func (s *Service) due(now time.Time, last bool) (all []statement) {
	open := s.open()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range slices.SortedFunc(maps.Keys(s.accounts), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		a := s.accounts[key]
		c, who, what := a.with(open), a.Who+" of "+a.Office, "tak/"+a.Office
		if a.letIn || c.Connected > 0 {
			all = append(all, a.reads(who, what, s.standing[a.Office], now)...)
		}
		w, p, l := c.Written-min(a.record.w, c.Written), c.Passed-min(a.record.p, c.Passed), c.Lost-min(a.record.l, c.Lost)
		over, since := a.endings > a.endingsSaid, a.said
		wait := endedAgain
		if !over {
			wait, since = writtenAgain, later(a.said, c.Since)
		}
		if w+p+l == 0 || !last && now.Sub(since) < wait {
			continue
		}
		how, endings := "open", a.endings
		if c.Connected == 0 {
			how = string(c.Ended)
		}
		all = append(all, statement{who, fmt.Sprintf("%s/written/%d/passed/%d/lost/%d/%s", what, w, p, l, how), func() {
			a.record.w, a.record.p, a.record.l = a.record.w+w, a.record.p+p, a.record.l+l
			a.said, a.endingsSaid = now, endings
		}})
	}
	return all
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// reads are the statements of what is shown: what is flown now, once an hour, and each release once.
func (a *account) reads(who, what string, standing []string, now time.Time) (all []statement) {
	a.letIn = false
	for release := range a.shown {
		if release != "" && !slices.Contains(standing, release) {
			delete(a.shown, release)
		}
	}
	for _, release := range append([]string{""}, standing...) {
		at, stated := a.shown[release]
		if stated && (release != "" || now.Sub(at) < readAgain) {
			continue
		}
		x := statement{who, what, func() { a.shown[release] = now }}
		if release != "" {
			x.what += "/" + release
		}
		all = append(all, x)
	}
	return all
}

// stateEvery is how often is looked for what is to go on record.
const stateEvery = time.Second

// stateReads puts on record who is shown what, and how much of it was written.
func (s *Service) stateReads(ctx context.Context) error {
	t := time.NewTicker(stateEvery)
	defer t.Stop()
	said := ""
	for {
		err := s.state(ctx, false)
		if err == nil {
			said = ""
		} else if ctx.Err() == nil && err.Error() != said {
			said = err.Error()
			s.o.Logger.Error("TAK: not put on record who is shown what", slog.Any("error", err))
		}
		select {
		case <-t.C:
		case <-s.woken:
		case <-ctx.Done():
			return nil
		}
	}
}

// state makes the statements that are due. What could not be put on record stays due.
func (s *Service) state(ctx context.Context, last bool) error {
	for _, x := range s.due(s.o.Now(), last) {
		if err := s.o.Read(ctx, x.who, x.what, s.o.Config.TAK.Purpose); err != nil {
			return fmt.Errorf("%s: %s: %w", x.who, x.what, err)
		}
		s.mu.Lock()
		x.stated()
		s.mu.Unlock()
	}
	return nil
}
