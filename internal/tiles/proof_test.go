package tiles_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
	"overflight/internal/tiles"
	"overflight/transparency"
)

func policy(t testing.TB, key transparency.Key, need int, witnesses ...string) *transparency.Policy {
	t.Helper()
	var list []transparency.PolicyWitness
	for i, w := range witnesses {
		k, err := transparency.ParseWitnessKey(w)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, transparency.PolicyWitness{Name: string(rune('a' + i)), Key: k})
	}
	text, err := transparency.FormatPolicy(key, list, need)
	if err != nil {
		t.Fatal(err)
	}
	p, err := transparency.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProofs(t *testing.T) {
	t.Parallel()
	for _, size := range []uint64{1, 2, 255, 256, 257, 513, 1000} {
		cfg := grown(t, size)
		r := tiles.NewReader(cfg.Folder, cfg.Key)
		s, err := r.Checkpoint(within(t))
		if err != nil {
			t.Fatal(err)
		}
		p := policy(t, cfg.Key, 0)
		hashes := make([]evidence.Digest, size)
		for i := range hashes {
			hashes[i] = transparency.LeafHash(leaf(uint64(i)))
		}
		for index := uint64(0); index < size; index += 1 + size/37 {
			proof, err := r.Inclusion(within(t), s, index)
			if err != nil {
				t.Fatalf("size %d, leaf %d: %v", size, index, err)
			}
			back, err := transparency.ParseProof(proof.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if v := transparency.Verify(p, back, leaf(index)); !v.OK() {
				t.Fatalf("size %d, leaf %d: %v", size, index, v.Err())
			}
			if v := transparency.Verify(p, back, leaf(index+1)); v.OK() {
				t.Fatalf("size %d: the proof of leaf %d holds for another", size, index)
			}
			path, err := r.Consistency(within(t), index, s.Checkpoint)
			if err != nil {
				t.Fatal(err)
			}
			own, ok := transparency.ProveConsistency(hashes, index)
			if !ok || len(own) != len(path) {
				t.Fatalf("size %d from %d: %d hashes, want %d", size, index, len(path), len(own))
			}
			for i := range own {
				if own[i] != path[i] {
					t.Fatalf("size %d from %d: hash %d differs", size, index, i)
				}
			}
		}
		if _, err := r.Inclusion(within(t), s, size); err == nil {
			t.Errorf("size %d: a leaf that is not there was proven", size)
		}
		if _, err := r.Consistency(within(t), size+1, s.Checkpoint); err == nil {
			t.Errorf("size %d: consistency with a larger tree was proven", size)
		}
	}
}

// files reads tiles in the layout of c2sp.org/tlog-tiles for torchwood, which shares nothing with the
// code that wrote them.
type files struct{ dir string }

func (f files) ReadTiles(_ context.Context, list []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range list {
		b, err := os.ReadFile(filepath.Join(f.dir, torchwood.TilePath(tile)))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) ReadEndpoint(_ context.Context, path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(f.dir, path))
}

// TestThirdParty verifies our checkpoint, tiles, bundles and proofs with filippo.io/torchwood.
func TestThirdParty(t *testing.T) {
	t.Parallel()
	const size = 70_000 // three levels of tiles
	cfg := grown(t, size)
	signed, err := os.ReadFile(filepath.Join(cfg.Folder, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(cfg.Key.String())
	if err != nil {
		t.Fatal(err)
	}
	theirs := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(verifier))
	c, _, err := torchwood.VerifyCheckpoint(signed, theirs)
	if err != nil {
		t.Fatal(err)
	}
	if c.N != size || c.Origin != origin {
		t.Fatalf("checkpoint of %s, size %d", c.Origin, c.N)
	}
	client, err := torchwood.NewClient(files{cfg.Folder})
	if err != nil {
		t.Fatal(err)
	}
	next := int64(0)
	for i, entry := range client.AllEntries(within(t), c.Tree, 0) {
		if i != next || string(entry) != string(leaf(uint64(i))) {
			t.Fatalf("entry %d is not leaf %d", i, next)
		}
		next++
	}
	if err := client.Err(); err != nil {
		t.Fatal(err)
	}
	if next != size {
		t.Fatalf("%d entries of %d", next, size)
	}

	r := tiles.NewReader(cfg.Folder, cfg.Key)
	s, err := r.Checkpoint(within(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, index := range []uint64{0, 255, 256, 65535, 65536, size - 1} {
		proof, err := r.Inclusion(within(t), s, index)
		if err != nil {
			t.Fatal(err)
		}
		if err := torchwood.VerifyProof(theirs, tlog.RecordHash(leaf(index)), proof.Bytes()); err != nil {
			t.Errorf("proof of leaf %d: %v", index, err)
		}
	}
}

func BenchmarkProof(b *testing.B) {
	const size = 300_000
	cfg := grown(b, size)
	r := tiles.NewReader(cfg.Folder, cfg.Key)
	s, err := r.Checkpoint(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Run("inclusion", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := r.Inclusion(b.Context(), s, uint64(i)*7919%size); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("consistency", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := r.Consistency(b.Context(), uint64(i)*7919%size, s.Checkpoint); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	cfg := config(b, b.TempDir())
	l, err := tiles.Create(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	next := uint64(0)
	for b.Loop() {
		if err := l.Append(b.Context(), next, leaves(next, 512)); err != nil {
			b.Fatal(err)
		}
		next += 512
	}
	b.ReportMetric(float64(next)/b.Elapsed().Seconds(), "leaves/s")
	if err := l.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
}
