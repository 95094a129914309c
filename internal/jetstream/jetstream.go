// Package jetstream is the tail of the journal and its fan-out, on NATS JetStream: a server within the process or
// one elsewhere, by one code path.
//
// It is not the history. A server that finds a damaged block can go on without the messages that it held and tell
// nobody, so everything here is numbered twice, by the stream and by the producer, and whoever reads or writes
// keeps a durable mark of how far the stream once reached. What does not add up is a LossError, and it halts.
//
// Acknowledged means: the server said that the whole batch is stored, and with this package's own server that it was
// synced to disk. A server elsewhere must be configured so (jetstream { sync_interval: always }); a client cannot see it.
package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Config says where the journal is. URL and Dir exclude each other.
type Config struct {
	// Dir is the folder of the server within the process; nothing listens but what Link says.
	Dir string
	// Link joins that server to those of other states. A server elsewhere has its own configuration for that.
	Link Link
	// MaxStore bounds what that server may store, in bytes; 0 is what it finds sensible for the disk.
	MaxStore int64
	// URL is that of a server elsewhere, Credentials the file with which to log in there; empty is without.
	URL         string
	Credentials string
	// Logger is told what the server warns of and when a connection breaks; nil is nobody.
	Logger *slog.Logger
}

// Conn is a connection to a journal. It is safe for concurrent use.
type Conn struct {
	server *embedded // nil for a server elsewhere
	nc     *nats.Conn
	quick  *nats.Conn // of the live channel: what is stored on the other one keeps the server busy until it is synced
	js     jetstream.JetStream
	logger *slog.Logger

	listeners atomic.Int64 // of the live channel

	mu     sync.Mutex
	broken chan struct{} // closed when the connection breaks, then made anew
}

// ErrConfig is returned for a Config that names no journal, or two.
var ErrConfig = errors.New("jetstream: give either a folder or a URL")

// answerTimeout is how long one answer of the server is waited for.
const answerTimeout = 5 * time.Second

// Open starts the server of Dir, or connects to that of URL. A server elsewhere must be there; later the connection
// is restored as often as it breaks.
func Open(cfg Config) (*Conn, error) {
	if (cfg.Dir == "") == (cfg.URL == "") || cfg.URL != "" && (cfg.Link.Listen != "" || cfg.Link.Remote != "") {
		return nil, ErrConfig
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Conn{logger: cfg.Logger, broken: make(chan struct{})}
	// No buffer while disconnected: what is published then must fail, so that it is known not to be stored.
	options := []nats.Option{
		nats.Name("overflight"), nats.MaxReconnects(-1), nats.ReconnectBufSize(-1),
		nats.ReconnectWait(100 * time.Millisecond), nats.Timeout(answerTimeout),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			c.mu.Lock()
			close(c.broken)
			c.broken = make(chan struct{})
			c.mu.Unlock()
			if err != nil {
				c.logger.Warn("connection to the journal broke", slog.Any("error", err))
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			c.logger.Warn("connection to the journal", slog.Any("error", err))
		}),
	}
	url := cfg.URL
	if cfg.Dir != "" {
		server, err := startEmbedded(&cfg)
		if err != nil {
			return nil, err
		}
		c.server, url = server, ""
		options = append(options, nats.InProcessServer(server.server), nats.UserInfo(ownAccount, server.secret))
	}
	if cfg.Credentials != "" {
		options = append(options, nats.UserCredentials(cfg.Credentials))
	}
	var err error
	if c.nc, err = nats.Connect(url, options...); err == nil {
		c.js, err = jetstream.New(c.nc, jetstream.WithDefaultTimeout(answerTimeout))
	}
	if err == nil {
		c.quick, err = nats.Connect(url, append(options, nats.DisconnectErrHandler(nil))...)
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("connecting to the journal: %w", err)
	}
	return c, nil
}

// Close ends the connection, and the server within the process. Readers and writers MUST have returned.
func (c *Conn) Close() {
	if c.quick != nil {
		c.quick.Close()
	}
	if c.nc != nil {
		c.nc.Close()
	}
	if c.server != nil {
		c.server.stop()
	}
}

// Healthy reports what is wrong with the connection; nil when nothing is.
func (c *Conn) Healthy(ctx context.Context) error {
	if s := c.nc.Status(); s != nats.CONNECTED {
		return fmt.Errorf("connection to the journal is %s", s)
	}
	if _, err := c.js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("asking the journal: %w", err)
	}
	return nil
}

// attached returns a context that also ends when the connection breaks: an answer that was on its way never comes, and
// the client would wait its full time for it.
func (c *Conn) attached(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	c.mu.Lock()
	broken := c.broken
	c.mu.Unlock()
	go func() {
		select {
		case <-broken:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
