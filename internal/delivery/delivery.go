// Package delivery takes what was released to a partner to the partner's own node, and brings its receipts and
// cosignatures back: bytes with a kind and an id, of whose meaning it knows nothing.
//
//	Origin.Send -> RELEASED_<code> on the operator's disk -> leaf link -> its copy on the partner's disk -> Partner.Items
//	Origin.Receipts <- its copy on the operator's disk <- leaf link <- RECEIPT_<code> on the partner's disk <- Partner.Answer
//
// Both ends keep what they say on their own disk first, so that each works with the link down, and the link carries it
// when it is up. Items of a partner are counted from 1 without gaps; an item is there once, by its kind and id, however
// often it is sent, and is handed on in order, once, also when either process is killed: what a crash can repeat is the
// one item whose handler had returned when the place was not yet on disk, so handlers go by kind and id too.
//
// A body longer than a message is cut into pieces, which are put together again and checked against a digest. What an
// item is and whether it may be sent is decided elsewhere; nothing here reads a body but that of a checkpoint.
package delivery

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"overflight/internal/jetstream"
)

// Item is one thing on its way.
type Item struct {
	Sequence uint64 // from 1, without gaps; each partner has its own count, and each direction
	Kind     string
	ID       string
	Body     []byte
}

// The kinds of items: those that the operator sends, and those that come back.
const (
	Product     = "product"
	Revoked     = "revoked"
	Placeholder = "placeholder"
	Checkpoint  = "checkpoint" // a transparency.Request: see Origin.SendCheckpoint

	Receipt     = "receipt"
	Cosignature = "cosignature" // an Answer to a checkpoint: see Cosign
)

// Bounds of an item.
const (
	MaxBody = 16 << 20 // bytes
	MaxID   = 200      // bytes
)

var (
	// ErrItem is returned for an item that cannot be sent: another kind, an id that is empty, too long or not printable, a
	// body that is too long.
	ErrItem = errors.New("delivery: not an item that can be sent")
	// ErrChanged is returned when another body was sent under the same kind and id.
	ErrChanged = errors.New("delivery: another body was sent under this kind and id")
	// ErrPartner is returned for a partner that is not one.
	ErrPartner = errors.New("delivery: no such partner")
	// ErrDamaged is returned when what came is not what was sent: nothing is handed on from there.
	ErrDamaged = errors.New("delivery: what came is not what was sent")
)

// Alarm says why somebody should look. Each is by age: a count alone tells nothing of a silent stall.
type Alarm string

// The alarms.
const (
	NotTaken Alarm = "not taken" // the oldest that the other node has not stored is older than allowed
	Silent   Alarm = "silent"    // the other node has not been heard for longer than allowed
	Behind   Alarm = "behind"    // the other node has more for us, and for longer than allowed nothing of it came
	Halted   Alarm = "halted"    // what came is damaged or missing, and nothing is handed on

	// Of an end whose folder was put back to an older copy, at the other end, or at that itself. Nothing is taken over between the two then.
	TheirsShorter Alarm = "the other node has less than this one once had of it"
	TheirsOther   Alarm = "the other node has something else than this one once had of it"
	OursOther     Alarm = "the other node has more or something else than this one sent"
)

// Status is how things stand with one neighbour.
type Status struct {
	Linked bool
	Sent   uint64 // last sequence on our disk
	Taken  uint64 // last sequence on the other's disk, as the transport says; no word of anybody
	Oldest time.Time
	// Handled is the sequence of the last item that was handed on here, and Last when.
	Handled uint64
	Last    time.Time
	Coming  uint64    // messages that the other node was known to have for us and that have not come
	Heard   time.Time // when the other node was last heard
	Alarms  []Alarm
	Since   time.Time // of the alarms; zero without
	// Refused is the last certificate under the partner's name that was not let in, at the operator's end.
	Refused *jetstream.Refusal
	// Fault is why nothing is handed on, for Halted; Trouble why copying stands still, nil while it goes on.
	Fault, Trouble error
}

// Config is what both ends have in common.
type Config struct {
	Conn *jetstream.Conn // with a Link that fits; MUST outlive what is made of it
	// Folder is where this end keeps how far it is; it is made. Its parent must be there.
	Folder string
	// Late is the age at which alarms are raised, Interval how often is looked, Window how many messages may be on their way
	// at once. 0 is DefaultLate, a second, jetstream.DefaultWindow.
	Late, Interval time.Duration
	Window         int
	// Kept is how many bytes are kept of what the other node sends; beyond it nothing more is taken. 0 is DefaultKept.
	Kept   uint64
	Logger *slog.Logger     // nil is nobody
	Now    func() time.Time // nil is the system's clock
}

// The defaults of a Config.
const (
	DefaultLate = 2 * time.Minute
	DefaultKept = 64 << 30
)

func (c Config) checked() Config {
	if c.Late <= 0 {
		c.Late = DefaultLate
	}
	if c.Kept == 0 {
		c.Kept = DefaultKept
	}
	if c.Interval <= 0 {
		c.Interval = time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// checkItem returns nil for what may be sent.
func checkItem(kinds []string, kind, id string, body []byte) error {
	known := false
	for _, k := range kinds {
		known = known || k == kind
	}
	switch {
	case !known:
		return fmt.Errorf("%w: kind %q: want one of %s", ErrItem, kind, strings.Join(kinds, ", "))
	case !validID(id):
		return fmt.Errorf("%w: id %.40q: want 1 to %d bytes without control characters", ErrItem, id, MaxID)
	case len(body) > MaxBody:
		return fmt.Errorf("%w: body of %d bytes: want at most %d", ErrItem, len(body), MaxBody)
	}
	return nil
}

func validID(id string) bool {
	return id != "" && len(id) <= MaxID && utf8.ValidString(id) &&
		!strings.ContainsFunc(id, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\u2028' || r == '\u2029' })
}
