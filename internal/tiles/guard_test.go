package tiles

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"overflight/evidence"
	"overflight/transparency"
)

// TestGuard offers the guard what a library that went wrong would have signed.
func TestGuard(t *testing.T) {
	t.Parallel()
	const origin = "example.org/log"
	private, _, err := transparency.FormatKey(origin, transparency.Ed25519, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	var remembered []string
	var broken error
	g := newGuard(signer, frontier{}, transparency.Checkpoint{Origin: origin, Root: transparency.Root(nil)},
		func(b []byte) error { remembered = append(remembered, string(b)); return broken })
	roots := []evidence.Digest{transparency.Root(nil)}
	var own frontier
	for i := range 6 {
		leaf := transparency.LeafHash([]byte{byte(i)})
		own.append(leaf)
		roots = append(roots, own.root())
		g.add(leaf)
	}
	sign := func(size uint64, root evidence.Digest) error {
		_, err := g.Sign([]byte(transparency.Checkpoint{Origin: origin, Size: size, Root: root}.Text()))
		return err
	}
	if err := sign(3, roots[4]); !errors.Is(err, ErrNotOurs) {
		t.Errorf("another root: %v", err)
	}
	if err := sign(7, roots[6]); !errors.Is(err, ErrNotOurs) {
		t.Errorf("a size that the ledger has not: %v", err)
	}
	if g.failure() == nil {
		t.Error("a refusal is not reported")
	}
	if len(remembered) != 0 {
		t.Fatalf("remembered what was refused: %q", remembered)
	}
	broken = errors.New("disk is full")
	if err := sign(4, roots[4]); !errors.Is(err, broken) {
		t.Errorf("signed what is not remembered: %v", err)
	}
	broken = nil
	if err := sign(4, roots[4]); err != nil {
		t.Fatal(err)
	}
	if last := remembered[len(remembered)-1]; !strings.HasPrefix(last, origin+"\n4\n") || !strings.Contains(last, "— "+origin) {
		t.Errorf("remembered %q", last)
	}
	var coded transparency.Coded
	if err := sign(3, roots[3]); !errors.As(err, &coded) || coded.Code() != transparency.CodeRollback {
		t.Errorf("a smaller tree: %v", err)
	}
	if err := sign(4, roots[5]); !errors.As(err, &coded) || coded.Code() != transparency.CodeFork {
		t.Errorf("another tree of the same size: %v", err)
	}
	if err := sign(4, roots[4]); err != nil {
		t.Errorf("the same again: %v", err)
	}
	if err := sign(6, roots[6]); err != nil {
		t.Error(err)
	}
	if len(g.roots) != 1 {
		t.Errorf("%d roots are kept", len(g.roots))
	}
	g.close()
	if err := sign(6, roots[6]); err == nil {
		t.Error("signed after the end")
	}
}
