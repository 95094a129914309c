package tiles

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
	"overflight/transparency"
)

// Attach keeps the signature lines that witnesses returned over a checkpoint of this log, durably.
// Every line has to be of a witness of the policy and to fit; else nothing is kept. It returns the
// checkpoint with all cosignatures that are kept for it, and what the policy says of it.
func (l *Log) Attach(ctx context.Context, p *transparency.Policy, signed, lines []byte) (transparency.SignedCheckpoint, transparency.Verdict, error) {
	if err := ctx.Err(); err != nil {
		return transparency.SignedCheckpoint{}, transparency.Verdict{}, err
	}
	s, err := open(signed, l.key)
	if err != nil {
		return transparency.SignedCheckpoint{}, transparency.Verdict{}, err
	}
	with, err := s.AddSignatures(lines)
	if err != nil {
		return transparency.SignedCheckpoint{}, transparency.Verdict{}, fmt.Errorf("reading cosignatures: %w", err)
	}
	if err := recognised(p, l.key, with); err != nil {
		return transparency.SignedCheckpoint{}, transparency.Verdict{}, err
	}
	if err := l.own(ctx, s); err != nil {
		return transparency.SignedCheckpoint{}, transparency.Verdict{}, err
	}
	all, err := l.memory.attach(s, withoutText(with))
	if err != nil {
		return transparency.SignedCheckpoint{}, transparency.Verdict{}, err
	}
	return all, p.VerifyCheckpoint(all), nil
}

// own returns nil for a checkpoint of the history that the log has now. One that it signed may be of another: of a folder that was put back to
// an older copy since.
func (l *Log) own(ctx context.Context, s transparency.SignedCheckpoint) error {
	newest, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	if s.Size > newest.Size {
		return &transparency.InconsistencyError{Older: s, Newer: newest}
	}
	if s.Size == 0 {
		return nil
	}
	root, err := tlog.TreeHash(int64(s.Size), l.folder.hashes(treeOf(newest.Checkpoint)))
	if err != nil {
		return fmt.Errorf("comparing with a checkpoint of size %d: %w", s.Size, err)
	}
	if evidence.Digest(root) != s.Root {
		return &transparency.InconsistencyError{Older: s, Newer: newest}
	}
	return nil
}

// withoutText returns the signature lines of a checkpoint.
func withoutText(s transparency.SignedCheckpoint) []byte {
	return s.Raw()[len(s.Text())+1:]
}

// recognised returns nil where every signature is of the log or of a witness of the policy and fits.
func recognised(p *transparency.Policy, log transparency.Key, s transparency.SignedCheckpoint) error {
	v := p.VerifyCheckpoint(s)
	for _, c := range v.Checks {
		if c.Err != nil && c.Step != transparency.StepQuorum {
			return fmt.Errorf("checking cosignatures: %w", c.Err)
		}
	}
	known := map[string]bool{log.Name() + " " + number(uint64(log.ID())): true}
	for _, w := range p.Witnesses() {
		known[w.Key.Name()+" "+number(uint64(w.Key.ID()))] = true
	}
	for _, sig := range s.Signatures {
		if !known[sig.Name+" "+number(uint64(sig.ID))] {
			return transparency.NewFault(transparency.CodeNoSignature, sig.Name)
		}
	}
	return nil
}

// Standing is what witnesses have said about the log so far.
type Standing struct {
	Checkpoint transparency.SignedCheckpoint // the largest that satisfies the policy
	Cosigned   []transparency.Cosignature    // of that checkpoint
}

// Standing returns the largest checkpoint that satisfies the policy. transparency.ErrNotFound where
// none does: then every order that the log shows is the operator's word.
func (l *Log) Standing(ctx context.Context, p *transparency.Policy) (Standing, error) {
	return l.satisfying(ctx, p, l.memory.all)
}

// Covering returns the smallest checkpoint that covers the leaf at an index and satisfies the policy.
// transparency.ErrNotFound where none does yet.
func (l *Log) Covering(ctx context.Context, p *transparency.Policy, index uint64) (Standing, error) {
	return l.satisfying(ctx, p, func(visit func(transparency.SignedCheckpoint) bool) error {
		return l.memory.covering(index, visit)
	})
}

func (l *Log) satisfying(ctx context.Context, p *transparency.Policy, each func(func(transparency.SignedCheckpoint) bool) error) (Standing, error) {
	var out Standing
	err := each(func(s transparency.SignedCheckpoint) bool {
		if v := p.VerifyCheckpoint(s); v.OK() {
			out = Standing{Checkpoint: s, Cosigned: v.Cosigned}
		}
		return out.Checkpoint.Raw() == nil && ctx.Err() == nil
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return Standing{}, err
	}
	if out.Checkpoint.Raw() == nil {
		return Standing{}, fmt.Errorf("looking for a checkpoint that satisfies the policy: %w", transparency.ErrNotFound)
	}
	return out, nil
}

// OrderOf says what the witnesses of the policy tell about when the leaf at an index was entered,
// from all cosignatures that are kept.
func (l *Log) OrderOf(ctx context.Context, p *transparency.Policy, index uint64) (transparency.Order, error) {
	var cosigned []transparency.Cosignature
	// What counts is the first that covers the leaf and the last that does not.
	err := l.memory.covering(index, func(s transparency.SignedCheckpoint) bool {
		cosigned = append(cosigned, p.VerifyCheckpoint(s).Cosigned...)
		return len(cosigned) == 0 && ctx.Err() == nil
	})
	if err == nil {
		before := false
		err = l.memory.all(func(s transparency.SignedCheckpoint) bool {
			if s.Size <= index {
				got := p.VerifyCheckpoint(s).Cosigned
				before = len(got) > 0
				cosigned = append(cosigned, got...)
			}
			return !before && ctx.Err() == nil
		})
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return transparency.Order{}, fmt.Errorf("reading cosignatures: %w", err)
	}
	return transparency.OrderOf(index, cosigned), nil
}
