package transparency

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	formats "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"overflight/evidence"
)

// party is a log or a witness with fixed keys, so that what tests write is the same every time.
type party struct {
	key      Key
	signer   note.Signer // of a log
	cosigner *Cosigner   // of a witness
	private  string
}

func seed(name string) [32]byte { return sha256.Sum256([]byte("test key of " + name)) }

func newLog(t testing.TB, name string) party {
	t.Helper()
	private, public, err := FormatKey(name, Ed25519, seed(name))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseLogKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return party{key: key, signer: signer, private: private}
}

func newWitness(t testing.TB, name string) party {
	t.Helper()
	private, public, err := FormatKey(name, Ed25519Cosignature, seed(name))
	if err != nil {
		t.Fatal(err)
	}
	return witnessFrom(t, private, public)
}

func witnessFrom(t testing.TB, private, public string) party {
	t.Helper()
	cosigner, err := ParseCosigner(private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseWitnessKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return party{key: key, cosigner: cosigner, private: private}
}

func newMLDSA(t testing.TB, name string) party {
	t.Helper()
	private, public, err := formats.GenerateMLDSAKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return witnessFrom(t, private, public)
}

func policy(t testing.TB, need int, log party, witnesses ...party) *Policy {
	t.Helper()
	var named []PolicyWitness
	for i, w := range witnesses {
		named = append(named, PolicyWitness{Name: fmt.Sprintf("w%d", i+1), Key: w.key})
	}
	b, err := FormatPolicy(log.key, named, need)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParsePolicy(b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// entries returns leaves of a small log, and their hashes.
func entries(t testing.TB, n int) (leaves [][]byte, all []evidence.Digest) {
	t.Helper()
	for i := range n {
		digest := sha256.Sum256(fmt.Appendf(nil, "salt %d", i))
		e, err := Opening{Salt: Salt(digest[:16]), Kind: KindGap, Body: fmt.Appendf(nil, `{"n":%d}`, i)}.Entry()
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, e.Bytes())
		all = append(all, LeafHash(e.Bytes()))
	}
	return leaves, all
}

func signed(t testing.TB, log party, origin string, leaves []evidence.Digest, at time.Time, witnesses ...party) SignedCheckpoint {
	t.Helper()
	b, err := Checkpoint{Origin: origin, Size: uint64(len(leaves)), Root: Root(leaves)}.Sign(log.signer)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseUnverified(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range witnesses {
		line, err := w.cosigner.Cosign(s.Checkpoint, at)
		if err != nil {
			t.Fatal(err)
		}
		if s, err = s.AddSignatures(line); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func proven(t testing.TB, s SignedCheckpoint, leaves []evidence.Digest, index uint64) Proof {
	t.Helper()
	h, ok := ProveInclusion(leaves, index)
	if !ok {
		t.Fatalf("no leaf %d", index)
	}
	return Proof{Index: index, Hashes: h, Checkpoint: s.Raw()}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const origin = "overflight.example/log"
