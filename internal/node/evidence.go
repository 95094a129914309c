package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"time"

	"overflight/bundle"
	"overflight/evidence"
	"overflight/internal/archive"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/transparency"
)

// readAgain is how long one statement that somebody reads evidence of a flight stands for.
const readAgain = time.Hour

// OpenSegment opens the bytes of a segment. That somebody reads the flight, and what for, is entered in the log: once an
// hour, for a player asks for many ranges.
func (n *Node) OpenSegment(ctx context.Context, id journal.SegmentID, who, purpose string) (*archive.Reader, error) {
	segment, err := n.Models().Segment(ctx, id)
	if err != nil {
		return nil, err
	}
	reader, err := n.archive.Reader(archive.ID(id))
	if err != nil {
		return nil, err
	}
	if err := n.stateRead(ctx, who, "flight/"+segment.Flight.String(), purpose); err != nil {
		return nil, errors.Join(err, reader.Close())
	}
	return reader, nil
}

func (n *Node) stateRead(ctx context.Context, who, what, purpose string) error {
	now, key := n.now(), who+"\x00"+what+"\x00"+purpose
	n.mu.Lock()
	last, said := n.recent[key]
	if said && now.Sub(last) < readAgain {
		n.mu.Unlock()
		return nil
	}
	n.recent[key] = now
	for k, t := range n.recent {
		if now.Sub(t) >= readAgain {
			delete(n.recent, k)
		}
	}
	n.mu.Unlock()
	if who == "" {
		who = "not signed in"
	}
	_, err := n.state(ctx, journal.EvidenceRead{Who: who, What: what, Purpose: purpose, At: now})
	return err
}

// BundleRequest asks for evidence of a flight.
type BundleRequest struct {
	Flight   journal.Sortie
	From, To time.Time // segments that overlap this time; zero is without a bound
	Segments bool      // with their bytes
	Who      string
	Purpose  string
}

// BundleResult says what is in a bundle.
type BundleResult struct {
	Entries  int
	Segments int // with their bytes
	Bytes    int64
	Digest   evidence.Digest
	Log      string
	Size     uint64 // leaves of the checkpoint
	Cosigned int    // witnesses of the policy that cosigned it
}

// mostBundled bounds the leaves of one bundle.
const mostBundled = 8000

// ErrBundle says that nothing of a flight is in the log.
var ErrBundle = errors.New("nothing of the flight is in the log yet")

// Bundle writes the evidence of a flight: its leaves, those of the acts that its permission rests on and of the keys of who
// signed them, with their openings and proofs, and where it is asked for the bytes of its segments. That it was taken out, by whom and what for, is entered in the log.
func (n *Node) Bundle(ctx context.Context, w io.Writer, q BundleRequest) (BundleResult, error) {
	if err := n.CaughtUp(ctx); err != nil {
		return BundleResult{}, err
	}
	if _, err := n.Models().Flight(ctx, q.Flight); err != nil {
		return BundleResult{}, err
	}
	leaves, segments, err := n.leavesOf(ctx, &q)
	if err != nil {
		return BundleResult{}, err
	}
	if len(leaves) == 0 {
		return BundleResult{}, fmt.Errorf("%w: %s", ErrBundle, q.Flight)
	}
	last := leaves[len(leaves)-1]
	checkpoint, cosigned, err := n.covering(ctx, last)
	if err != nil {
		return BundleResult{}, err
	}
	c := bundle.Contents{Flight: q.Flight.String(), Checkpoint: checkpoint.Raw()}
	if c.Policy, err = n.policyText(); err != nil {
		return BundleResult{}, err
	}
	for _, index := range leaves {
		x, err := n.bundled(ctx, checkpoint, index)
		if err != nil {
			return BundleResult{}, err
		}
		c.Entries = append(c.Entries, x)
	}
	result := BundleResult{Entries: len(c.Entries), Log: checkpoint.Origin, Size: checkpoint.Size, Cosigned: cosigned}
	var open []*archive.Reader
	defer func() {
		for _, r := range open {
			_ = r.Close() // it was only read
		}
	}()
	for _, s := range segments {
		if !q.Segments || s.State != sqlite.Sealed {
			continue
		}
		r, err := n.archive.Reader(archive.ID(s.Sealed.Segment))
		if err != nil {
			return BundleResult{}, err
		}
		open = append(open, r)
		packets, err := r.Packets()
		if err != nil {
			return BundleResult{}, err
		}
		lengths := make([]int, len(packets))
		for i, p := range packets {
			lengths[i] = int(p.Length)
		}
		c.Segments = append(c.Segments, bundle.Segment{Index: s.SealedAt.Leaf, Lengths: bundle.Runs(lengths), Bytes: io.NewSectionReader(r, 0, r.Size())})
		result.Segments++
	}
	sum := &summed{to: w, sum: sha256.New()}
	if err := bundle.Write(sum, c); err != nil {
		return BundleResult{}, err
	}
	result.Bytes, result.Digest = sum.bytes, evidence.Digest(sum.sum.Sum(nil))
	_, err = n.state(ctx, journal.EvidenceExported{
		Who: q.Who, What: "flight/" + q.Flight.String(), Purpose: q.Purpose, Digest: result.Digest, At: n.now(),
	})
	return result, err
}

// summed hashes what is written.
type summed struct {
	to    io.Writer
	sum   hash.Hash
	bytes int64
}

func (s *summed) Write(p []byte) (int, error) {
	n, err := s.to.Write(p)
	s.bytes += int64(n)
	_, _ = s.sum.Write(p[:n]) // never fails
	return n, err
}

// CaughtUp waits until every event that the journal holds now is in the read models, and entered in the log where it is
// to be, and its leaf is there too.
func (n *Node) CaughtUp(ctx context.Context) error {
	if err := n.Caught(ctx); err != nil {
		return err
	}
	n.projected.mu.Lock()
	last := n.projected.through["EVT"]
	n.projected.mu.Unlock()
	if last == 0 {
		return nil
	}
	leaves, err := n.ledger.Entered(ctx, last)
	if err != nil {
		return err
	}
	return n.caught(ctx, "LEDGER", leaves)
}

// leavesOf lists the leaves of a flight in their order, those of what its permission rests on among them, and its segments in
// the time that is asked for.
func (n *Node) leavesOf(ctx context.Context, q *BundleRequest) ([]uint64, []sqlite.Segment, error) {
	all, err := n.segments(ctx, q.Flight)
	if err != nil {
		return nil, nil, err
	}
	wanted := map[uint64]bool{}
	var segments []sqlite.Segment
	for _, s := range all {
		if !s.SealedAt.Logged {
			continue
		}
		e := &s.Sealed
		if !q.To.IsZero() && !e.From.Before(q.To) || !q.From.IsZero() && !e.To.After(q.From) && !e.To.IsZero() {
			continue
		}
		wanted[s.SealedAt.Leaf] = true
		segments = append(segments, s)
	}
	rests, err := n.groundsOf(ctx, q.Flight)
	if err != nil {
		return nil, nil, err
	}
	var out []uint64
	flight := q.Flight.String()
	for index := range n.openings.Count() {
		r, err := n.openings.At(index)
		if err != nil {
			return nil, nil, err
		}
		if r.Event == 0 {
			continue
		}
		o, err := transparency.ParseOpening(r.Opening)
		if err != nil {
			return nil, nil, err
		}
		of, ok := transparency.FlightOf(o.Body)
		if ok && of == flight {
			if o.Kind == transparency.KindSegment && !wanted[index] {
				continue
			}
		} else if ok || !rests.has(r.Event, &o) {
			continue
		}
		if out = append(out, index); len(out) > mostBundled {
			return nil, nil, fmt.Errorf("%s has more than %d entries: ask for a part of its time", flight, mostBundled)
		}
	}
	return out, segments, nil
}

// covering returns the best checkpoint over a leaf: the largest that the policy is satisfied with, where it covers the
// leaf, else the newest; and how many witnesses of the policy cosigned it.
func (n *Node) covering(ctx context.Context, leaf uint64) (transparency.SignedCheckpoint, int, error) {
	if n.policy != nil {
		s, err := n.tiles.Standing(ctx, n.policy)
		if err == nil && s.Checkpoint.Size > leaf {
			return s.Checkpoint, len(s.Cosigned), nil
		}
		if err != nil && !errors.Is(err, transparency.ErrNotFound) {
			return transparency.SignedCheckpoint{}, 0, err
		}
	}
	s, err := n.tiles.Await(ctx, leaf+1)
	return s, 0, err
}

func (n *Node) bundled(ctx context.Context, at transparency.SignedCheckpoint, index uint64) (bundle.Entry, error) {
	proof, err := n.tiles.Inclusion(ctx, at, index)
	if err != nil {
		return bundle.Entry{}, err
	}
	r, err := n.openings.At(index)
	if err != nil {
		return bundle.Entry{}, err
	}
	o, err := transparency.ParseOpening(r.Opening)
	if err != nil {
		return bundle.Entry{}, err
	}
	e, err := o.Entry()
	if err != nil {
		return bundle.Entry{}, err
	}
	return bundle.Entry{Index: index, Leaf: e.Bytes(), Opening: &o, Proof: proof.Hashes}, nil
}

// policyText is the policy that goes into a bundle: that of the configuration, or one of the log alone.
func (n *Node) policyText() ([]byte, error) {
	if n.cfg.Log.Policy != "" {
		return os.ReadFile(n.cfg.Log.Policy)
	}
	return transparency.FormatPolicy(n.logKey, nil, 0)
}

// PolicyText is the policy of the log as it is handed to others.
func (n *Node) PolicyText() ([]byte, error) { return n.policyText() }

// LogFolder is the folder of the log's tiles, which may be served as it is.
func (n *Node) LogFolder() string { return placesOf(n.cfg.Config).log }

// Openings hands out what opens every leaf from one on, padding too: an auditor who has it sees that no leaf hides an event.
// That somebody took it out is entered in the log.
func (n *Node) Openings(ctx context.Context, from uint64, who, purpose string, yield func(leaf, event uint64, opening []byte) error) error {
	sum := sha256.New()
	for leaf := from; leaf < n.openings.Count(); leaf++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := n.openings.At(leaf)
		if err != nil {
			return err
		}
		_, _ = sum.Write(r.Opening) // never fails
		if err := yield(leaf, r.Event, r.Opening); err != nil {
			return err
		}
	}
	_, err := n.state(ctx, journal.EvidenceExported{
		Who: who, What: fmt.Sprintf("openings/%d", from), Purpose: purpose, Digest: evidence.Digest(sum.Sum(nil)), At: n.now(),
	})
	return err
}
