// Package bundletest makes a small log with fixed keys and bundles of it, so that tests and vectors are
// the same bytes every time. Its keys are known to everybody: it is for tests alone.
package bundletest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/bundle"
	"overflight/evidence"
	"overflight/transparency"
)

// Flight is the sortie number of everything in the log.
const Flight = "OVF-2026-0007"

// Start is the instant of the first packet.
var Start = time.Date(2026, 3, 1, 21, 27, 0, 0, time.UTC)

// Log is a log that keeps everything in memory.
type Log struct {
	Origin    string
	Key       transparency.Key
	signer    note.Signer
	witnesses []witness
	leaves    [][]byte
	hashes    []evidence.Digest
	openings  []transparency.Opening
	packets   map[uint64][][]byte
}

type witness struct {
	name     string
	key      transparency.Key
	cosigner *transparency.Cosigner
}

// Seed returns the private key that goes with a name.
func Seed(name string) [32]byte { return sha256.Sum256([]byte("overflight test key of " + name)) }

// New makes an empty log and its witnesses.
func New(origin string, witnesses ...string) (*Log, error) {
	private, public, err := transparency.FormatKey(origin, transparency.Ed25519, Seed(origin))
	if err != nil {
		return nil, err
	}
	l := &Log{Origin: origin, packets: map[uint64][][]byte{}}
	if l.signer, err = note.NewSigner(private); err != nil {
		return nil, err
	}
	if l.Key, err = transparency.ParseLogKey(public); err != nil {
		return nil, err
	}
	for i, name := range witnesses {
		private, public, err := transparency.FormatKey(name, transparency.Ed25519Cosignature, Seed(name))
		if err != nil {
			return nil, err
		}
		w := witness{name: fmt.Sprintf("w%d", i+1)}
		if w.key, err = transparency.ParseWitnessKey(public); err != nil {
			return nil, err
		}
		if w.cosigner, err = transparency.ParseCosigner(private); err != nil {
			return nil, err
		}
		l.witnesses = append(l.witnesses, w)
	}
	return l, nil
}

// Policy returns a policy file that wants need of the witnesses.
func (l *Log) Policy(need int) ([]byte, error) {
	var named []transparency.PolicyWitness
	for _, w := range l.witnesses {
		named = append(named, transparency.PolicyWitness{Name: w.name, Key: w.key})
	}
	return transparency.FormatPolicy(l.Key, named, need)
}

// Size returns the number of entries.
func (l *Log) Size() uint64 { return uint64(len(l.leaves)) }

// Hashes returns the leaf hashes.
func (l *Log) Hashes() []evidence.Digest { return l.hashes }

// Leaf returns the leaf at an index.
func (l *Log) Leaf(index uint64) []byte { return l.leaves[index] }

// Append enters a body under a salt that follows from the origin and the index.
func (l *Log) Append(kind transparency.Kind, body []byte) (uint64, error) {
	digest := sha256.Sum256(fmt.Appendf(nil, "salt %d of %s", len(l.leaves), l.Origin))
	o := transparency.Opening{Salt: transparency.Salt(digest[:16]), Kind: kind, Body: body}
	e, err := o.Entry()
	if err != nil {
		return 0, err
	}
	l.leaves = append(l.leaves, e.Bytes())
	l.hashes = append(l.hashes, transparency.LeafHash(e.Bytes()))
	l.openings = append(l.openings, o)
	return l.Size() - 1, nil
}

// Pad enters padding.
func (l *Log) Pad(n int) error {
	for range n {
		if _, err := l.Append(transparency.KindPadding, nil); err != nil {
			return err
		}
	}
	return nil
}

// Seal enters a segment of these packets, the whole of which is one run of media.
func (l *Log) Seal(flight string, packets [][]byte) (uint64, error) {
	all := bytes.Join(packets, nil)
	return l.seal(flight, packets, uint64(len(all)), transparency.Media{Name: "stream", Bytes: uint64(len(all)), Digest: sha256.Sum256(all)})
}

// SealWithoutDigest enters a segment that has the root of its packets only.
func (l *Log) SealWithoutDigest(flight string, packets [][]byte) (uint64, error) {
	size := 0
	for _, p := range packets {
		size += len(p)
	}
	return l.seal(flight, packets, uint64(size))
}

func (l *Log) seal(flight string, packets [][]byte, size uint64, media ...transparency.Media) (uint64, error) {
	var tree transparency.Tree
	for _, p := range packets {
		tree.Append(transparency.LeafHash(p))
	}
	body, err := transparency.Segment{
		Flight: flight, Source: "udp://239.1.2.3:5000", From: Start, To: Start.Add(time.Minute), Clock: "stream",
		ClockUncertainty: time.Millisecond, Stream: "RAW_ts", First: 1, Last: uint64(len(packets)),
		Packets: uint64(len(packets)), Bytes: size, Root: tree.Root(),
		Media: media,
	}.Body()
	if err != nil {
		return 0, err
	}
	index, err := l.Append(transparency.KindSegment, body)
	l.packets[index] = packets
	return index, err
}

// Packets makes packets that follow from their number.
func Packets(n, length int) [][]byte {
	var out [][]byte
	for i := range n {
		b := make([]byte, 0, length+sha256.Size)
		for len(b) < length {
			digest := sha256.Sum256(fmt.Appendf(nil, "packet %d %d", i, len(b)))
			b = append(b, digest[:]...)
		}
		out = append(out, b[:length])
	}
	return out
}

// Checkpoint signs the tree of the first size entries; the first cosigned of the witnesses cosign it.
func (l *Log) Checkpoint(size uint64, cosigned int, at time.Time) ([]byte, error) {
	if size > l.Size() || cosigned > len(l.witnesses) {
		return nil, errors.New("no such checkpoint")
	}
	c := transparency.Checkpoint{Origin: l.Origin, Size: size, Root: transparency.Root(l.hashes[:size])}
	b, err := c.Sign(l.signer)
	if err != nil {
		return nil, err
	}
	for _, w := range l.witnesses[:cosigned] {
		line, err := w.cosigner.Cosign(c, at)
		if err != nil {
			return nil, err
		}
		b = append(b, line...)
	}
	return b, nil
}

// Contents returns a bundle of entries under a checkpoint: all opened, with the bytes of the segments
// and the third packet of each.
func (l *Log) Contents(checkpoint []byte, indexes ...uint64) (bundle.Contents, error) {
	policy, err := l.Policy(len(l.witnesses))
	if err != nil {
		return bundle.Contents{}, err
	}
	s, err := transparency.ParseUnverified(checkpoint)
	if err != nil {
		return bundle.Contents{}, err
	}
	c := bundle.Contents{Flight: Flight, Policy: policy, Checkpoint: checkpoint}
	for from := uint64(1); from < s.Size; from++ {
		if proof, ok := transparency.ProveConsistency(l.hashes[:s.Size], from); ok && from&(from-1) == 0 {
			c.Consistency = append(c.Consistency, bundle.Consistency{From: from, Proof: proof})
		}
	}
	for _, i := range indexes {
		proof, ok := transparency.ProveInclusion(l.hashes[:s.Size], i)
		if !ok {
			return c, fmt.Errorf("no entry %d under %d", i, s.Size)
		}
		c.Entries = append(c.Entries, bundle.Entry{Index: i, Leaf: l.leaves[i], Opening: &l.openings[i], Proof: proof})
		packets, ok := l.packets[i]
		if !ok {
			continue
		}
		var lengths []int
		var hashes []evidence.Digest
		for _, p := range packets {
			lengths = append(lengths, len(p))
			hashes = append(hashes, transparency.LeafHash(p))
		}
		c.Segments = append(c.Segments, bundle.Segment{
			Index: i, Lengths: bundle.Runs(lengths), Bytes: bytes.NewReader(bytes.Join(packets, nil)),
		})
		if proof, ok := transparency.ProveInclusion(hashes, 2); ok {
			c.Packets = append(c.Packets, bundle.Packet{Index: i, Number: 2, Bytes: packets[2], Proof: proof})
		}
	}
	return c, nil
}

// Sortie makes the log that most tests use: 20 entries of a flight with a segment at 5 and at 9, and
// padding.
func Sortie(origin string, witnesses ...string) (*Log, error) {
	l, err := New(origin, witnesses...)
	if err != nil {
		return nil, err
	}
	for i := range 20 {
		switch i {
		case 5, 9:
			_, err = l.Seal(Flight, Packets(40+i, 1316))
		case 2:
			_, err = l.Append(transparency.KindSortie, fmt.Appendf(nil, `{"flight":%q}`, Flight))
		default:
			err = l.Pad(1)
		}
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}
