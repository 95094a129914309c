package jetstream

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
)

// DefaultWindow is how many messages may be on their way to a receiver.
const DefaultWindow = 16 << 10

// EnsureSender makes the stream of a channel and the consumer by which its receiver reads. window 0 is DefaultWindow.
func (c *Conn) EnsureSender(ctx context.Context, ch Channel, window int) error {
	if window <= 0 {
		window = DefaultWindow
	}
	if err := c.EnsureStream(ctx, ch.Stream, StreamConfig{}); err != nil {
		return err
	}
	_, err := c.js.CreateOrUpdateConsumer(ctx, string(ch.Stream), jetstream.ConsumerConfig{
		Durable: ch.consumer, DeliverPolicy: jetstream.DeliverAllPolicy, AckPolicy: jetstream.AckAllPolicy, AckWait: ackWait,
		MaxAckPending: window, MaxDeliver: -1, MaxRequestBatch: mostAsked, MaxWaiting: mostWaiting,
	})
	if err != nil {
		return fmt.Errorf("opening the consumer of %s: %w", ch.Stream, err)
	}
	return nil
}

// Taken is the sequence up to which a channel's receiver has stored what was sent, as its node says. It is no word of
// anybody that something arrived: signed receipts are. same is false where it says that it has more of the stream than there is, or other.
func (c *Conn) Taken(ctx context.Context, ch Channel) (taken uint64, same bool, err error) {
	p, err := c.js.Consumer(ctx, string(ch.Stream), ch.consumer)
	if err != nil {
		return 0, false, fmt.Errorf("asking for the consumer of %s: %w", ch.Stream, err)
	}
	s, err := c.State(ctx, ch.Stream) // after it: the stream only grows
	if err != nil {
		return 0, false, err
	}
	if taken = p.CachedInfo().AckFloor.Stream; taken > s.Last {
		return 0, false, nil
	}
	return taken, true, nil
}

// Linked reports whether the node of a partner is joined now, at the partner's end whether the operator's is.
func (c *Conn) Linked(code Code) bool {
	leaves := c.leaves(linkAccount + string(code))
	return len(leaves) > 0
}

// Recheck ends the links of nodes whose certificate was revoked or has expired since they came. It is to be called now and
// then.
func (c *Conn) Recheck() {
	if c.server == nil || c.server.link.Listen == "" {
		return
	}
	present, ids := map[string]bool{}, map[string]uint64{}
	for _, l := range c.leaves("") {
		at := net.JoinHostPort(l.IP, strconv.Itoa(l.Port))
		present[at], ids[at] = true, l.ID
	}
	for at, reason := range c.server.tls.recheck(present) {
		c.logger.Error("ending a link", slog.String("address", at), slog.Any("reason", reason))
		if err := c.server.server.DisconnectClientByID(ids[at]); err != nil {
			c.logger.Warn("ending a link", slog.Any("error", err)) // it has just ended by itself
		}
	}
}

func (c *Conn) leaves(account string) []*server.LeafInfo {
	if c.server == nil {
		return nil
	}
	z, err := c.server.server.Leafz(&server.LeafzOptions{Account: account})
	if err != nil {
		return nil
	}
	return z.Leafs
}

// LinkAddress is where the node waits for those of its partners; false where it does not.
func (c *Conn) LinkAddress() (string, bool) {
	if c.server == nil || c.server.link.Listen == "" {
		return "", false
	}
	host, _, err := net.SplitHostPort(c.server.link.Listen)
	v, asked := c.server.server.Varz(nil)
	if err != nil || asked != nil {
		return "", false
	}
	return net.JoinHostPort(host, strconv.Itoa(v.LeafNode.Port)), true
}

// Refusals are the certificates that were not let in, the last under each name.
func (c *Conn) Refusals() []Refusal {
	if c.server == nil {
		return nil
	}
	h := c.server.tls
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Refusal(nil), h.refused...)
}

// Partners are those of the Link.
func (c *Conn) Partners() []Partner {
	if c.server == nil {
		return nil
	}
	return c.server.link.Partners
}

// OwnCode is that of the Link, at a partner's node.
func (c *Conn) OwnCode() (Code, bool) {
	if c.server == nil || c.server.link.Remote == "" {
		return "", false
	}
	return c.server.link.Code, true
}

// Names reports whether a partner's certificate is for a name; at a partner's node there is one name, the operator's.
func (c *Conn) Names(code Code, name string) bool {
	if c.server == nil {
		return false
	}
	for _, p := range c.server.link.Partners {
		if p.Code == code {
			return p.Name == name
		}
	}
	return c.server.link.Remote != ""
}
