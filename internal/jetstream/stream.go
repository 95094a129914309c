package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Stream is the name of a stream.
type Stream string

// The streams that hold evidence: kept for ever, nothing in them can be deleted or purged.
const (
	Events Stream = "EVT"    // evt.<what>.<flight>
	Ledger Stream = "LEDGER" // ledger; message n is leaf n-1
)

// Raw returns the stream of packets of a kind, letters and digits: "klv" is RAW_KLV with raw.klv.<platform>.<flight>.
func Raw(kind string) Stream { return Stream("RAW_" + strings.ToUpper(kind)) }

// kind returns the kind of a raw stream.
func (s Stream) kind() (string, bool) {
	k, ok := strings.CutPrefix(string(s), "RAW_")
	if !ok || k == "" {
		return "", false
	}
	for _, c := range k {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return "", false
		}
	}
	return strings.ToLower(k), true
}

// StreamConfig is what may differ between deployments.
type StreamConfig struct {
	Replicas int // 0 is 1
	// MaxBytes bounds a raw stream: beyond it publishing is refused, nothing is dropped. 0 is unbounded. Streams of
	// evidence have no bound.
	MaxBytes int64
}

var (
	// ErrStream is returned for the name of a stream that is none of ours.
	ErrStream = errors.New("jetstream: no such kind of stream")
	// ErrUnsafe is returned when a stream that exists may lose what it holds.
	ErrUnsafe = errors.New("jetstream: stream is not configured to keep what it holds")
)

// dedupWindow is how long the server remembers message ids: a quarter kilobyte each.
const dedupWindow = 2 * time.Minute

// EnsureStream creates the stream when it is not there. One that is there is never changed: what matters is compared.
func (c *Conn) EnsureStream(ctx context.Context, name Stream, cfg StreamConfig) error {
	want, err := streamConfig(name, cfg)
	if err != nil {
		return err
	}
	s, err := c.js.Stream(ctx, string(name))
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s, err = c.js.CreateStream(ctx, want)
	}
	if err != nil {
		return fmt.Errorf("opening stream %s: %w", name, err)
	}
	got := s.CachedInfo().Config
	for _, must := range []struct {
		what string
		ok   bool
	}{
		{"file storage", got.Storage == jetstream.FileStorage},
		{"limits retention", got.Retention == jetstream.LimitsPolicy},
		{"no age limit", got.MaxAge == 0},
		{"no limit of messages", got.MaxMsgs <= 0 && got.MaxMsgsPerSubject <= 0},
		{"refusal when full", got.Discard == jetstream.DiscardNew || got.MaxBytes <= 0},
		{"no limit of bytes", got.MaxBytes <= 0 || !want.DenyPurge},
		{"no rollup", !got.AllowRollup},
		{"no times to live", !got.AllowMsgTTL},
		{"synchronous storage", got.PersistMode == jetstream.DefaultPersistMode},
		{"atomic batches", got.AllowAtomicPublish},
		{"denied deletion", got.DenyDelete},
		{"denied purge", got.DenyPurge || !want.DenyPurge},
		{"its subjects", strings.Join(got.Subjects, " ") == strings.Join(want.Subjects, " ")},
	} {
		if !must.ok {
			return fmt.Errorf("%w: %s lacks %s", ErrUnsafe, name, must.what)
		}
	}
	return nil
}

func streamConfig(name Stream, cfg StreamConfig) (jetstream.StreamConfig, error) {
	s := jetstream.StreamConfig{
		Name: string(name), Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		Replicas: max(1, cfg.Replicas), Duplicates: dedupWindow, DenyDelete: true, AllowAtomicPublish: true,
	}
	channel, sent := name.channel()
	switch kind, raw := name.kind(); {
	case name == Events:
		s.Subjects, s.DenyPurge = []string{"evt.>"}, true
	case name == Ledger:
		s.Subjects, s.DenyPurge = []string{"ledger"}, true
	case raw:
		// Purge up to a sequence must stay possible, for what is sealed and verified.
		s.Subjects, s.MaxBytes = []string{"raw." + kind + ".>"}, cfg.MaxBytes
	case sent:
		s.Subjects, s.DenyPurge = []string{channel.subjects}, true
	default:
		return s, fmt.Errorf("%w: %q", ErrStream, string(name))
	}
	return s, nil
}

// State is what a server says of a stream. It is not to be believed: Deleted other than 0 is a loss, and so is Last
// below what it once was.
type State struct {
	First, Last uint64 // sequences; First is Last+1 when there is nothing
	Messages    uint64
	Bytes       uint64
	Deleted     uint64 // sequences between First and Last without a message
}

// State asks for the state of a stream.
func (c *Conn) State(ctx context.Context, name Stream) (State, error) {
	s, err := c.js.Stream(ctx, string(name))
	if err != nil {
		return State{}, fmt.Errorf("asking for stream %s: %w", name, err)
	}
	i := s.CachedInfo().State
	return State{First: i.FirstSeq, Last: i.LastSeq, Messages: i.Msgs, Bytes: i.Bytes, Deleted: uint64(i.NumDeleted)}, nil
}

// Trim lets go of a raw stream's messages up to and including a sequence. They MUST be sealed and verified: nothing
// here can tell. Streams of evidence refuse it.
func (c *Conn) Trim(ctx context.Context, name Stream, through uint64) error {
	if _, raw := name.kind(); !raw {
		return fmt.Errorf("%w: %s is never trimmed", ErrStream, name)
	}
	s, err := c.js.Stream(ctx, string(name))
	if err == nil {
		err = s.Purge(ctx, jetstream.WithPurgeSequence(through+1))
	}
	if err != nil {
		return fmt.Errorf("trimming %s through %d: %w", name, through, err)
	}
	return nil
}
