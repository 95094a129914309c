package tak

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"time"
)

// FeedConfig is what a feed into another server needs.
type FeedConfig struct {
	Name    string
	Address string // host:port
	TLS     *tls.Config
	Class   string
	Hub     *Hub
	// Told is called when a connection was made and ended, and when none could be made.
	Told func(Delivery, error)
	// Began is called when a connection was made, with what tells how it stands; nil: nobody. Told is called after it.
	Began func(func() Delivery)
	Now   func() time.Time
	// Least and Most are between attempts: 5 s to 2 min, by a fifth longer or shorter at random. 0: these.
	Least, Most time.Duration
	Steady      time.Duration // a connection that lasted so long begins anew with Least; 0: 5 min
	Write, Idle time.Duration
}

// Feed feeds a hub into a server until the context ends: one recipient, of one release class, whatever that server makes of it. What was
// published while there was no connection arrives as the picture that it has come to.
func Feed(ctx context.Context, c FeedConfig) error {
	if c.TLS == nil || len(c.TLS.Certificates) == 0 || c.TLS.InsecureSkipVerify {
		return errors.New("a feed needs a certificate of its own, and has to verify the server's")
	}
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		return err
	}
	if c.Least == 0 {
		c.Least = 5 * time.Second
	}
	if c.Most == 0 {
		c.Most = 2 * time.Minute
	}
	if c.Steady == 0 {
		c.Steady = 5 * time.Minute
	}
	if c.Write == 0 {
		c.Write = time.Minute
	}
	if c.Idle == 0 {
		c.Idle = 24 * time.Hour // a server need not say anything
	}
	wait := c.Least
	for ctx.Err() == nil {
		began := c.Now()
		d, err := c.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		c.Told(d, err)
		if c.Now().Sub(began) >= c.Steady {
			wait = c.Least
		}
		t := time.NewTimer(wait*4/5 + rand.N(wait*2/5))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
		wait = min(2*wait, c.Most)
	}
	return nil
}

func (c FeedConfig) once(ctx context.Context) (Delivery, error) {
	d := Delivery{Who: c.Name, Class: c.Class, Remote: c.Address, Since: c.Now()}
	dialer := tls.Dialer{Config: c.TLS}
	hello, cancel := context.WithTimeout(ctx, handshake)
	conn, err := dialer.DialContext(hello, "tcp", c.Address)
	cancel()
	if err != nil {
		return d, err
	}
	s := &session{conn: conn, r: c.Hub.read(), now: c.Now, name: c.Name, waits: waits{c.Write, c.Idle}, feeding: true}
	if c.Began != nil {
		began := d
		c.Began(func() Delivery { return s.delivery(began) })
	}
	reason, err := s.run(ctx)
	d = s.delivery(d)
	d.Ended, d.Reason = c.Now(), reason
	return d, err
}
