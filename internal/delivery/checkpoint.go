package delivery

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/transparency"
)

// A checkpoint goes out as the body of add-checkpoint (c2sp.org/tlog-witness): old size, consistency proof, checkpoint. The
// partner's witness cosigns it, or says from which size it has to be proven, or refuses it; each is an item of kind
// Cosignature, under the id of the checkpoint's.

// Outcome is what a witness answered.
type Outcome string

// The outcomes.
const (
	Cosigned Outcome = "cosigned" // Lines
	Stale    Outcome = "stale"    // Held: what the witness holds, from which it wants the proof
	Refused  Outcome = "refused"  // Code and Args, and for another history the checkpoint that was held
)

// Answer is the body of a Cosignature. All of it is a stranger's word until Origin.Settle has looked at it.
type Answer struct {
	Outcome    Outcome           `json:"outcome"`
	Checkpoint []byte            `json:"checkpoint"` // the signed note that was asked about
	Lines      []byte            `json:"lines,omitempty"`
	Held       uint64            `json:"held,omitempty"`
	Code       transparency.Code `json:"code,omitempty"`
	Args       []string          `json:"args,omitempty"`
	Older      []byte            `json:"older,omitempty"` // the signed note that the new one does not continue
}

const (
	maxAnswer = 512 << 10 // bytes: two notes, as base64, with their cosignatures
	maxArgs   = 8
)

// RefusedError says that a checkpoint was refused for what it is: a fork, a rollback, a proof that does not hold, a
// signature that does not fit. Older and Newer are signed notes; where both carry the log's signature and the code is
// that of a fork, they prove to anybody that the log showed two histories.
type RefusedError struct {
	By           string // partner whose witness it was
	Why          transparency.Code
	Reasons      []string
	Older, Newer []byte
}

var _ transparency.Coded = (*RefusedError)(nil)

// Code returns the reason.
func (e *RefusedError) Code() transparency.Code { return e.Why }

// Args returns the arguments of the reason.
func (e *RefusedError) Args() []string { return e.Reasons }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the witness of %s refused a checkpoint: %s", e.By, transparency.NewFault(e.Why, e.Reasons...))
}

// ErrAnswer is returned for an answer that nothing can be made of.
var ErrAnswer = errors.New("delivery: not an answer to a checkpoint of ours")

// ErrOvertaken is returned for a checkpoint that is smaller than one that was sent before: a witness would have to take it for
// a log that fell back.
var ErrOvertaken = errors.New("delivery: a larger checkpoint was sent already")

// Holder is the memory of a witness, as witness.Folder is.
type Holder interface {
	// Latest returns the checkpoint that is held of a log.
	Latest(ctx context.Context, origin string) ([]byte, error)
	// Keep MUST keep an inconsistency for good before it returns nil.
	Keep(e *transparency.InconsistencyError) error
}

// Cosign answers a Checkpoint item at an instant of the witness's own clock: the caller gives the body to Partner.Answer
// under the item's id. With a *RefusedError the body says so to the origin, and is to be sent as well; with any other
// error there is no answer, and the item is to be tried again.
func Cosign(ctx context.Context, w *transparency.Witness, held Holder, i Item, at time.Time) ([]byte, error) {
	request, err := transparency.ParseRequest(i.Body)
	if err != nil {
		return refusal(nil, nil, err)
	}
	lines, err := w.Update(ctx, request, at)
	var (
		stale *transparency.StaleError
		fork  *transparency.InconsistencyError
		coded transparency.Coded
	)
	if errors.As(err, &stale) {
		fork, err = fellBack(ctx, held, request, stale)
		if err == nil && fork == nil {
			return encode(Answer{Outcome: Stale, Checkpoint: request.Checkpoint, Held: stale.Held})
		}
	}
	switch {
	case fork != nil || errors.As(err, &fork):
		if err := held.Keep(fork); err != nil {
			return nil, fmt.Errorf("keeping a refused checkpoint: %w", err)
		}
		return refusal(fork.Newer.Raw(), fork.Older.Raw(), fork)
	case err == nil:
		return encode(Answer{Outcome: Cosigned, Checkpoint: request.Checkpoint, Lines: lines})
	case errors.As(err, &coded) && coded.Code() != transparency.CodeConflict:
		return refusal(request.Checkpoint, nil, coded)
	}
	return nil, fmt.Errorf("cosigning a checkpoint: %w", err)
}

// fellBack returns the inconsistency of a log that shows less than it once showed: nothing can be proven then from what
// the witness holds. nil where it does not.
func fellBack(ctx context.Context, held Holder, r transparency.Request, stale *transparency.StaleError) (*transparency.InconsistencyError, error) {
	newer, err := transparency.ParseUnverified(r.Checkpoint)
	if err != nil || stale.Held <= newer.Size {
		return nil, err
	}
	raw, err := held.Latest(ctx, newer.Origin)
	if err != nil {
		return nil, fmt.Errorf("reading the checkpoint that is held: %w", err)
	}
	older, err := transparency.ParseUnverified(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the checkpoint that is held: %w", err)
	}
	return &transparency.InconsistencyError{Older: older, Newer: newer, Proof: r.Proof}, nil
}

func refusal(newer, older []byte, why error) ([]byte, error) {
	code, args := transparency.CodeRequestSyntax, []string(nil)
	var coded transparency.Coded
	if errors.As(why, &coded) {
		code, args = coded.Code(), coded.Args()
	}
	body, err := encode(Answer{Outcome: Refused, Checkpoint: newer, Older: older, Code: code, Args: args})
	if err != nil {
		return nil, err
	}
	return body, &RefusedError{By: "this node", Why: code, Reasons: args, Older: older, Newer: newer}
}

func encode(a Answer) ([]byte, error) {
	b, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("writing an answer: %w", err)
	}
	return b, nil
}

// ParseAnswerUnverified reads the body of a Cosignature.
func ParseAnswerUnverified(body []byte) (Answer, error) {
	var a Answer
	if len(body) > maxAnswer {
		return a, fmt.Errorf("%w: %d bytes: want at most %d", ErrAnswer, len(body), maxAnswer)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return a, fmt.Errorf("%w: more than one", ErrAnswer)
	}
	if len(a.Args) > maxArgs {
		return a, fmt.Errorf("%w: %d arguments", ErrAnswer, len(a.Args))
	}
	return a, nil
}

// SendCheckpoint asks a partner's witness to cosign. The same request is asked once; ErrOvertaken for a checkpoint that is
// smaller than one that this Origin sent.
func (o *Origin) SendCheckpoint(ctx context.Context, partner string, r transparency.Request) (uint64, error) {
	e, err := o.end(partner)
	if err != nil {
		return 0, err
	}
	c, err := transparency.ParseUnverified(r.Checkpoint)
	if err != nil {
		return 0, fmt.Errorf("sending a checkpoint: %w", err)
	}
	body := r.Bytes()
	sum := sha256.Sum256(body)
	// They are sent in the order of their sizes, so the largest is held until the item has its place.
	select {
	case e.checkpoints <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { <-e.checkpoints }()
	if c.Size < e.largest {
		return 0, ErrOvertaken
	}
	sequence, err := o.Send(ctx, partner, Checkpoint, hex.EncodeToString(sum[:16]), body)
	if err == nil {
		e.largest = c.Size
	}
	return sequence, err
}

// Log is the log whose checkpoints are cosigned.
type Log struct {
	Key transparency.Key
	// Attach keeps signature lines over a checkpoint of the log, durably, as tiles.Log.Attach does: every line MUST be checked
	// against the witnesses' keys first.
	Attach func(ctx context.Context, signed, lines []byte) error
	// Request proves the newest checkpoint from a size, as tiles.Reader.Request does.
	Request func(ctx context.Context, older uint64) (transparency.Request, error)
}

// Settle does what a partner's Cosignature asks for. Cosigned: the lines are checked and attached. Stale: the newest
// checkpoint is proven from what the witness holds and sent. Refused: *RefusedError with its reason, of which nothing is
// verified but that the checkpoint is the log's. What is not an answer to a checkpoint of the log is ErrAnswer. Any
// other error means again later.
func (o *Origin) Settle(ctx context.Context, partner string, i Item, l Log) (Answer, error) {
	a, err := ParseAnswerUnverified(i.Body)
	if err != nil {
		return a, err
	}
	var asked transparency.SignedCheckpoint
	// A request that the partner could not read has no checkpoint.
	if len(a.Checkpoint) > 0 || a.Outcome != Refused {
		if asked, err = l.own(a.Checkpoint); err != nil {
			return a, fmt.Errorf("%w: %w", ErrAnswer, err)
		}
	}
	// A refusal beside a history that the log did not sign proves nothing, and is a refusal all the same.
	if _, err := l.own(a.Older); err != nil {
		a.Older = nil
	}
	switch a.Outcome {
	case Cosigned:
		if len(a.Lines) == 0 {
			return a, fmt.Errorf("%w: cosigned without a line", ErrAnswer)
		}
		var coded transparency.Coded
		if err := l.Attach(ctx, a.Checkpoint, a.Lines); errors.As(err, &coded) {
			return a, fmt.Errorf("%w: %w", ErrAnswer, err)
		} else if err != nil {
			return a, fmt.Errorf("attaching a cosignature: %w", err)
		}
		return a, nil
	case Stale:
		if a.Held > asked.Size {
			return a, &RefusedError{By: partner, Why: transparency.CodeRollback, Reasons: []string{fmt.Sprint(a.Held), fmt.Sprint(asked.Size)}, Newer: a.Checkpoint}
		}
		r, err := l.Request(ctx, a.Held)
		if err != nil {
			return a, fmt.Errorf("proving from %d: %w", a.Held, err)
		}
		if _, err = o.SendCheckpoint(ctx, partner, r); errors.Is(err, ErrOvertaken) {
			err = nil // its answer says from where to prove
		}
		return a, err
	case Refused:
		return a, &RefusedError{By: partner, Why: a.Code, Reasons: transparency.NewFault(a.Code, a.Args...).Args(), Older: a.Older, Newer: a.Checkpoint}
	}
	return a, fmt.Errorf("%w: outcome %.20q", ErrAnswer, string(a.Outcome))
}

// own reads a note that the log signed.
func (l Log) own(signed []byte) (transparency.SignedCheckpoint, error) {
	if _, err := note.Open(signed, note.VerifierList(l.Key.Verifier())); err != nil {
		return transparency.SignedCheckpoint{}, fmt.Errorf("checking the signature of %s: %w", l.Key.Name(), err)
	}
	s, err := transparency.ParseUnverified(signed)
	if err == nil && s.Origin != l.Key.Name() {
		err = transparency.NewFault(transparency.CodeOrigin, s.Origin, l.Key.Name())
	}
	return s, err
}
