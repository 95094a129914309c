package archive

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
)

// Bounds of one segment.
const (
	MaxPackets = 1 << 20
	MaxMedia   = 1 << 13
	maxName    = 200
	maxReason  = 1000
	maxID      = 120
)

// ErrNotFound is returned for a segment that was never sealed here.
var ErrNotFound = errors.New("no such segment")

// ErrExists is returned by Create where an archive is already.
var ErrExists = errors.New("there is an archive already")

// ErrErased is returned for a segment whose key was destroyed; as *ErasedError where the tombstone
// is known.
var ErrErased = errors.New("the segment was erased")

// ErrDamaged is returned, as *DamageError, when neither copy can answer.
var ErrDamaged = errors.New("both copies are damaged")

// ErrTooLarge is returned when a segment would outgrow its bounds.
var ErrTooLarge = errors.New("segment is too large")

// ID names a segment: 1 to 120 of the letters a-z, A-Z, the digits and "._-", not beginning with a
// full stop. Who seals says what it means; a source, a flight and a minute make a good one.
type ID string

// Check returns an error if the ID is not of that form.
func (id ID) Check() error {
	if len(id) == 0 || len(id) > maxID || id[0] == '.' {
		return fmt.Errorf("segment id %.130q is not 1 to %d letters, digits or ._- ", string(id), maxID)
	}
	for _, c := range []byte(id) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("._-", rune(c)) {
			return fmt.Errorf("segment id %.130q holds %q", string(id), c)
		}
	}
	return nil
}

// Range is bytes of a segment as they were received.
type Range struct {
	Offset int64
	Length int64
}

// Media is a run of one kind of media in a segment, for example the video from one key frame to the
// next, and its digest.
type Media struct {
	Name   string
	Offset int64
	Length int64
	Digest evidence.Digest
}

// Segment is what is known of sealed bytes without opening them. It stays when they are erased.
type Segment struct {
	ID      ID
	Start   time.Time       // UTC; of the first byte, as the sealer says
	End     time.Time       // UTC; the time range is half open
	Size    int64           // bytes as received
	Digest  evidence.Digest // SHA-256 of them
	Packets int64
	Root    tlog.Hash // RFC 6962 tree head of the packets, in the order given
	Media   []Media

	Sealed     evidence.Digest // SHA-256 of the encrypted file, which is its name
	SealedSize int64           // bytes of the encrypted file
}

// Tombstone is what is left of an erased segment beside its Segment.
type Tombstone struct {
	ID      ID
	Digest  evidence.Digest
	Packets int64
	Root    tlog.Hash
	Sealed  evidence.Digest
	At      time.Time // UTC
	Reason  string
}

// ErasedError is ErrErased with the tombstone.
type ErasedError struct{ Tombstone Tombstone }

func (e *ErasedError) Error() string {
	return fmt.Sprintf("segment %s was erased at %s: %s", e.Tombstone.ID, e.Tombstone.At.Format(time.RFC3339), e.Tombstone.Reason)
}

// Is makes it an ErrErased.
func (e *ErasedError) Is(target error) bool { return target == ErrErased }

// Fault is one file that is not as it should be.
type Fault struct {
	File   string
	Reason string
}

func (f Fault) String() string { return f.File + ": " + f.Reason }

// DamageError is ErrDamaged with what is wrong with each file.
type DamageError struct {
	Segment ID
	Faults  []Fault
}

func (e *DamageError) Error() string {
	parts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		parts[i] = f.String()
	}
	return "segment " + string(e.Segment) + ": both copies are damaged: " + strings.Join(parts, "; ")
}

// Is makes it an ErrDamaged.
func (e *DamageError) Is(target error) bool { return target == ErrDamaged }

// ConflictError is returned when other bytes are sealed under an ID that is taken.
type ConflictError struct{ Have, Got Segment }

func (e *ConflictError) Error() string {
	return fmt.Sprintf("segment %s is sealed with digest %v, root %v; refusing digest %v, root %v",
		e.Have.ID, e.Have.Digest, evidence.Digest(e.Have.Root), e.Got.Digest, evidence.Digest(e.Got.Root))
}
