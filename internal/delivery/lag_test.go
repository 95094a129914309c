package delivery

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"overflight/internal/jetstream"
)

// TestSilentLag: links that stand and carry nothing. Neither end's server says that anything is wrong; both ends raise an
// alarm by age, say so once in the log, and say when it is over.
func TestSilentLag(t *testing.T) {
	t.Parallel()
	late := func(c *Config) { c.Late = 300 * time.Millisecond }
	has := func(s Status, a Alarm) bool { return slices.Contains(s.Alarms, a) && !s.Since.IsZero() }

	t.Run("nobody takes", func(t *testing.T) {
		t.Parallel()
		// The partner's server is there, and nothing at its node asks for what it has.
		s := newSite(t)
		o, on := s.origin(t, late)
		idle := open(t, s, "inside", s.partnerLink(on.address(t)))
		t.Cleanup(idle.Close)
		until(t, "the nodes are linked", func() bool { return o.Status(mx).Linked })
		if _, err := o.Send(t.Context(), mx, Product, "1", nil); err != nil {
			t.Fatal(err)
		}
		until(t, "the operator's alarm", func() bool { s := o.Status(mx); return s.Linked && has(s, NotTaken) && has(s, Silent) })
		if n := len(s.log.with("deliveries stand still")); n == 0 || n > 3 {
			t.Errorf("the log says so %d times", n)
		}
	})
	t.Run("nobody sends", func(t *testing.T) {
		t.Parallel()
		// The operator's server is there, and has no consumer for the partner, or does not let it through.
		s := newSite(t)
		c := open(t, s, "origin", s.operatorLink())
		t.Cleanup(c.Close)
		at, _ := c.LinkAddress()
		p, _ := s.inProcess(t, at, late)
		if err := p.Answer(t.Context(), Receipt, "1", nil); err != nil {
			t.Fatal(err)
		}
		until(t, "the partner's alarm", func() bool { s := p.Status(); return s.Linked && has(s, Silent) && has(s, NotTaken) })
	})
	t.Run("frozen", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		o, on := s.origin(t, late)
		w := newWire(t, on.address(t))
		p, _ := s.inProcess(t, w.address(), late)
		stop := reading(func(ctx context.Context) error { return p.Items(ctx, func(Item) error { return nil }) })
		if _, err := o.Send(t.Context(), mx, Product, "1", nil); err != nil {
			t.Fatal(err)
		}
		until(t, "an item comes", func() bool { return o.Status(mx).Taken == 1 && p.Status().Handled == 1 && len(p.Status().Alarms) == 0 })
		w.freeze(true)
		if _, err := o.Send(t.Context(), mx, Product, "2", nil); err != nil {
			t.Fatal(err)
		}
		until(t, "both alarms", func() bool { return has(o.Status(mx), NotTaken) && has(p.Status(), Silent) })
		if !o.Status(mx).Linked || !p.Status().Linked {
			t.Log("a server has noticed: the alarm is not the only sign")
		}
		w.freeze(false)
		until(t, "it goes on", func() bool {
			return o.Status(mx).Taken == 2 && p.Status().Handled == 2 && len(o.Status(mx).Alarms)+len(p.Status().Alarms) == 0
		})
		if len(s.log.with("deliveries go on")) == 0 {
			t.Error("the log does not say that it goes on")
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestAlarms: each by its age, and none before.
func TestAlarms(t *testing.T) {
	t.Parallel()
	began := noon
	now := began.Add(time.Hour)
	e := end{cfg: Config{Late: time.Minute}, began: began, moved: now}
	for name, tc := range map[string]struct {
		status Status
		moved  time.Time
		want   []Alarm
	}{
		"well":                  {Status{Heard: now}, now, nil},
		"just sent":             {Status{Heard: now, Oldest: now.Add(-59 * time.Second)}, now, nil},
		"not taken":             {Status{Heard: now, Oldest: now.Add(-61 * time.Second)}, now, []Alarm{NotTaken}},
		"silent":                {Status{Heard: now.Add(-61 * time.Second)}, now, []Alarm{Silent}},
		"never heard":           {Status{}, now, []Alarm{Silent}},
		"coming":                {Status{Heard: now, Coming: 7}, now.Add(-59 * time.Second), nil},
		"stalled":               {Status{Heard: now, Coming: 7}, now.Add(-61 * time.Second), []Alarm{Behind}},
		"nothing more to come":  {Status{Heard: now}, now.Add(-61 * time.Second), nil},
		"halted":                {Status{Heard: now, Fault: ErrDamaged}, now, []Alarm{Halted}},
		"everything goes wrong": {Status{Oldest: began, Coming: 1, Fault: ErrDamaged}, began, []Alarm{NotTaken, Silent, Behind, Halted}},
	} {
		e.moved = tc.moved
		if got := e.alarms(tc.status, now); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	e.began = now.Add(-time.Second)
	if got := e.alarms(Status{}, now); got != nil {
		t.Errorf("just begun: %v", got)
	}
}

// TestRefusedPartner: the status names the certificate that was not let in.
func TestRefusedPartner(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o, on := s.origin(t, nil)
	s.partner = s.authority.Issue(t, partnerName, -time.Hour)
	c, err := jetstream.Open(jetstream.Config{Dir: t.TempDir(), Link: s.partnerLink(on.address(t))})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	until(t, "the refusal", func() bool {
		r := o.Status(mx).Refused
		return r != nil && errors.Is(r.Reason, jetstream.ErrCertificateExpired) && r.Name == partnerName
	})
	if o.Status("US").Refused != nil || o.Status(mx).Linked {
		t.Errorf("%+v", o.Status("US"))
	}
}
