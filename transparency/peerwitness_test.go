package transparency

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	formats "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/witness/persistence/inmemory"
	peer "github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"

	"overflight/evidence"
)

// TestWitnessAgreesWithPeer sends the same requests, honest and not, to the witness of transparency-dev and to
// ours: both accept the same ones, and a cosignature of either holds under our policy.
func TestWitnessAgreesWithPeer(t *testing.T) {
	t.Parallel()
	log, w1 := newLog(t, origin), newWitness(t, "w1.example")
	signer, err := formats.NewSignerForCosignatureV1(w1.private)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := peer.New(t.Context(), peer.Opts{
		Persistence: inmemory.New(),
		Signers:     []note.Signer{signer},
		VerifierForLog: func(_ context.Context, o string) (note.Verifier, bool, error) {
			return log.key.Verifier(), o == origin, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ours := watching(t, &memory{}, log, w1)
	p := policy(t, 1, log, w1)

	const top = 50
	_, all := entries(t, top)
	fork := append([]evidence.Digest{}, all...)
	fork[2] = evidence.Digest{1}
	r := rand.New(rand.NewPCG(1, 2))
	held, accepted, refused := 0, 0, 0
	for try := range 400 {
		history, older := all, held
		if try > 0 && r.IntN(4) == 0 {
			history = fork
		}
		if try > 0 && r.IntN(4) == 0 {
			older = r.IntN(held + 1)
		}
		newer := min(top, older+r.IntN(3))
		if try == 0 {
			newer = 5 // the peer takes any old size for the first checkpoint; the standard does not
		}
		req := request(t, log, history, older, newer)
		if len(req.Proof) > 0 && r.IntN(6) == 0 {
			req.Proof = req.Proof[1:]
		}
		var raw [][]byte
		for _, h := range req.Proof {
			raw = append(raw, h[:])
		}
		lines, size, errTheirs := theirs.Update(t.Context(), req.OldSize, req.Checkpoint, raw)
		own, errOurs := ours.Update(t.Context(), req, noon)
		if (errTheirs == nil) != (errOurs == nil) {
			t.Fatalf("try %d, %d to %d: they say %v, we say %v", try, older, newer, errTheirs, errOurs)
		}
		var stale *StaleError
		if errors.Is(errTheirs, peer.ErrCheckpointStale) && (!errors.As(errOurs, &stale) || stale.Held != size) {
			t.Fatalf("try %d: they hold %d, we say %v", try, size, errOurs)
		}
		if errOurs != nil {
			refused++
			continue
		}
		accepted++
		held = newer
		for _, l := range [][]byte{lines, own} {
			s, err := ParseUnverified(req.Checkpoint)
			if err == nil {
				s, err = s.AddSignatures(l)
			}
			if err != nil {
				t.Fatal(err)
			}
			if v := p.VerifyCheckpoint(s); !v.OK() {
				t.Fatal(v.Err())
			}
		}
	}
	if accepted < 50 || refused < 50 {
		t.Errorf("%d accepted, %d refused: the test tests little", accepted, refused)
	}
}
