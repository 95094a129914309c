package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"overflight/journal"
	"overflight/transparency"
)

// ErrNoPolicy says that nobody is named whose cosignature counts.
var ErrNoPolicy = errors.New("no policy names the witnesses of the log")

// Attach keeps what witnesses returned over a checkpoint of this log: the checkpoint as the log signed it, with their
// lines below. Every line has to be of a witness of the policy and to fit; else nothing is kept.
func (n *Node) Attach(ctx context.Context, note []byte) (transparency.Verdict, error) {
	if n.policy == nil {
		return transparency.Verdict{}, ErrNoPolicy
	}
	return n.attach(ctx, n.policy, note)
}

// attach keeps what witnesses of a policy returned.
func (n *Node) attach(ctx context.Context, policy *transparency.Policy, note []byte) (transparency.Verdict, error) {
	signed, lines, err := split(note, n.logKey.Name())
	if err != nil {
		return transparency.Verdict{}, err
	}
	all, verdict, err := n.tiles.Attach(ctx, policy, signed, lines)
	if err != nil {
		return verdict, err
	}
	for _, c := range verdict.Cosigned {
		for line := range bytes.Lines(lines) {
			if !bytes.HasPrefix(line, []byte("— "+c.Key.Name()+" ")) {
				continue
			}
			_, err := n.state(ctx, journal.CheckpointCosigned{
				Origin: all.Origin, Size: all.Size, Root: all.Root, Witness: c.Key.Name(), Independent: true, Signature: bytes.TrimRight(line, "\n"),
				Witnessed: c.At, At: n.now(),
			})
			if err != nil {
				return verdict, err
			}
		}
	}
	return verdict, nil
}

// split parts a note into what the log signed and the lines of others.
func split(note []byte, log string) (signed, lines []byte, err error) {
	text, signatures, ok := bytes.Cut(note, []byte("\n\n"))
	if !ok {
		return nil, nil, transparency.NewFault(transparency.CodeNoteSyntax)
	}
	signed = append(append(signed, text...), "\n\n"...)
	for line := range strings.Lines(string(signatures)) {
		if strings.HasPrefix(line, "— "+log+" ") {
			signed = append(signed, line...)
		} else {
			lines = append(lines, line...)
		}
	}
	if len(lines) == 0 {
		return nil, nil, fmt.Errorf("checkpoint without a cosignature: %w", transparency.NewFault(transparency.CodeNoSignature, log))
	}
	return signed, lines, nil
}
