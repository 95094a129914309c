package transparency

import (
	"crypto/ed25519"
	"fmt"
	"testing"
	"time"

	"filippo.io/torchwood"
	formats "github.com/transparency-dev/formats/note"
	formatsproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
)

// TestOthersVerifyOurs: what we write is accepted by torchwood, x/mod and transparency-dev.
func TestOthersVerifyOurs(t *testing.T) {
	t.Parallel()
	log, w1, w2 := newLog(t, origin), newWitness(t, "w1.example"), newWitness(t, "w2.example")
	leaves, all := entries(t, 37)
	text, err := FormatPolicy(log.key, []PolicyWitness{{Name: "w1", Key: w1.key}, {Name: "w2", Key: w2.key}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := torchwood.ParsePolicy(text)
	if err != nil {
		t.Fatalf("torchwood does not read our policy: %v", err)
	}
	s := signed(t, log, origin, all, noon, w1, w2)
	for i := range leaves {
		p := proven(t, s, all, uint64(i))
		p.HasExtra = i%2 == 1
		if err := torchwood.VerifyProof(theirs, tlog.RecordHash(leaves[i]), p.Bytes()); err != nil {
			t.Fatalf("torchwood refuses our proof %d: %v", i, err)
		}
		var q formatsproof.TLogProof
		if err := q.Unmarshal(p.Bytes()); err != nil || q.Index != uint64(i) || string(q.Checkpoint) != string(p.Checkpoint) {
			t.Fatalf("formats does not read our proof %d: %v", i, err)
		}
	}
	n, err := note.Open(s.Raw(), note.VerifierList(log.key.Verifier(), w1.key.Verifier(), w2.key.Verifier()))
	if err != nil || len(n.Sigs) != 3 {
		t.Fatalf("x/mod: %v", err)
	}
	if tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + n.Text[len(origin)+1:])); err != nil || tree.N != 37 {
		t.Errorf("x/mod reads %v, %v", tree, err)
	}
	at, err := torchwood.CosignatureTimestamp(n.Sigs[1])
	if err != nil || at != noon.Unix() {
		t.Errorf("torchwood reads the instant %d, %v", at, err)
	}
	// Both refuse what we refuse.
	if err := torchwood.VerifyProof(theirs, tlog.RecordHash(leaves[0]), proven(t, s, all, 1).Bytes()); err == nil {
		t.Error("torchwood accepts a wrong leaf")
	}
}

// TestWeVerifyOthers: what torchwood and x/mod write is accepted by us.
func TestWeVerifyOthers(t *testing.T) {
	t.Parallel()
	log := newLog(t, origin)
	leaves, all := entries(t, 50)
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range at {
			out = append(out, stored[i])
		}
		return out, nil
	})
	for i, l := range leaves {
		h, err := tlog.StoredHashes(int64(i), l, read)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, h...)
	}
	root, err := tlog.TreeHash(50, read)
	if err != nil {
		t.Fatal(err)
	}
	private := seed("w1.example")
	witness, err := torchwood.NewCosignatureSigner("w1.example", ed25519.NewKeyFromSeed(private[:]))
	if err != nil {
		t.Fatal(err)
	}
	body := torchwood.Checkpoint{Origin: origin, Tree: tlog.Tree{N: 50, Hash: root}, Extension: "an extension\n"}
	raw, err := note.Sign(&note.Note{Text: body.String()}, log.signer, witness)
	if err != nil {
		t.Fatal(err)
	}
	// The text of the vkey is theirs, too.
	p, err := ParsePolicy(fmt.Appendf(nil, "log %s\nwitness w %s\nquorum w\n", log.key, witness.Verifier()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range leaves {
		rp, err := tlog.ProveRecord(50, int64(i), read)
		if err != nil {
			t.Fatal(err)
		}
		q, err := ParseProof(torchwood.FormatProofWithExtraData(int64(i), []byte("extra"), rp, raw))
		if err != nil {
			t.Fatal(err)
		}
		if v := Verify(p, q, leaves[i]); !v.OK() || len(v.Cosigned) != 1 || time.Since(v.Cosigned[0].At).Abs() > time.Hour {
			t.Fatalf("leaf %d: %v", i, v.Err())
		}
		own, _ := ProveInclusion(all, uint64(i))
		if len(own) != len(rp) {
			t.Fatalf("leaf %d: %d hashes, x/mod has %d", i, len(own), len(rp))
		}
	}
}

// TestMLDSAWithOthers: ML-DSA-44 cosignatures of formats hold here, and ours hold there.
func TestMLDSAWithOthers(t *testing.T) {
	t.Parallel()
	log := newLog(t, origin)
	leaves, all := entries(t, 12)
	private, public, err := formats.GenerateMLDSAKey("w.example")
	if err != nil {
		t.Fatal(err)
	}
	ours := witnessFrom(t, private, public)
	p := policy(t, 1, log, ours)
	bare := signed(t, log, origin, all, noon)

	signer, err := formats.NewSignerForCosignatureV1(private)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := note.Sign(&note.Note{Text: bare.Text()}, log.signer, signer)
	if err != nil {
		t.Fatal(err)
	}
	proof := proven(t, bare, all, 4)
	proof.Checkpoint = theirs
	if v := Verify(p, proof, leaves[4]); !v.OK() || len(v.Cosigned) != 1 {
		t.Errorf("we refuse theirs: %v", v.Err())
	}

	verifier, err := formats.NewVerifierForCosignatureV1(public)
	if err != nil {
		t.Fatal(err)
	}
	s := signed(t, log, origin, all, noon, ours)
	n, err := note.Open(s.Raw(), note.VerifierList(verifier))
	if err != nil || len(n.Sigs) != 1 {
		t.Fatalf("they refuse ours: %v", err)
	}
	if at, err := formats.CoSigV1Timestamp(n.Sigs[0]); err != nil || !at.Equal(noon) {
		t.Errorf("they read the instant %v, %v", at, err)
	}

	// A log may sign so, too.
	logPrivate, logPublic, err := formats.GenerateMLDSAKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseLogKey(logPublic)
	if err != nil {
		t.Fatal(err)
	}
	logSigner, err := formats.NewSignerForCosignatureV1(logPrivate)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := bare.Checkpoint.Sign(logSigner)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseUnverified(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&Policy{logs: []Key{key}}).CheckLog(again); err != nil {
		t.Error(err)
	}
}

// TestTreesAgree holds roots and both kinds of proof against transparency-dev/merkle for every size
// and index, made by us and checked by them and the other way round.
func TestTreesAgree(t *testing.T) {
	t.Parallel()
	const top = 40
	_, all := entries(t, top)
	raw := func(d []evidence.Digest) [][]byte {
		out := make([][]byte, len(d))
		for i := range d {
			out[i] = d[i][:]
		}
		return out
	}
	var grown Tree
	for n := uint64(1); n <= top; n++ {
		grown.Append(all[n-1])
		root := Root(all[:n])
		if grown.Root() != root || grown.Size() != n {
			t.Fatalf("size %d: the growing tree differs", n)
		}
		newer := SignedCheckpoint{Checkpoint: Checkpoint{Size: n, Root: root}}
		for i := range n {
			p, _ := ProveInclusion(all[:n], i)
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, i, n, all[i][:], raw(p), root[:]); err != nil {
				t.Fatalf("merkle refuses inclusion %d of %d: %v", i, n, err)
			}
			if err := CheckInclusion(newer.Checkpoint, i, all[i], p); err != nil {
				t.Fatal(err)
			}
		}
		for m := uint64(1); m <= n; m++ {
			older := SignedCheckpoint{Checkpoint: Checkpoint{Size: m, Root: Root(all[:m])}}
			p, _ := ProveConsistency(all[:n], m)
			if err := proof.VerifyConsistency(rfc6962.DefaultHasher, m, n, raw(p), older.Root[:], root[:]); err != nil {
				t.Fatalf("merkle refuses consistency %d to %d: %v", m, n, err)
			}
			if err := CheckConsistency(older, newer, p); err != nil {
				t.Fatal(err)
			}
			for i := range p {
				p[i][0] ^= 1
				if err := CheckConsistency(older, newer, p); err == nil {
					t.Fatalf("consistency %d to %d holds with hash %d changed", m, n, i)
				}
				p[i][0] ^= 1
			}
		}
	}
	if got, want := Root(nil), rfc6962.DefaultHasher.EmptyRoot(); string(got[:]) != string(want) {
		t.Errorf("empty root %v", got)
	}
	if _, ok := ProveInclusion(all, top); ok {
		t.Error("a proof of a leaf that is not there")
	}
	if _, ok := ProveConsistency(all, top+1); ok {
		t.Error("a proof from a size that is not there")
	}
}
