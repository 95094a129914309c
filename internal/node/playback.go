package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"overflight/internal/archive"
	"overflight/internal/durable"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/playback"
	"overflight/segment"
)

// indexes keeps how segments are played: in memory, and in files that may be deleted at any time, because a flight of twenty
// hours has 1,200 segments and each is read whole for it once.
type indexes struct {
	folder string
	mu     sync.Mutex // guards what follows
	known  map[journal.SegmentID]playback.Index
}

// mostIndexes bounds what is in memory: some three kilobytes each.
const mostIndexes = 8 << 10

// indexVersion is changed with what an index holds.
const indexVersion = 2

// indexFile is an index as it is kept. The digest is that of the segment's bytes: a file of another segment counts for nothing.
type indexFile struct {
	Version int            `json:"version"`
	Digest  string         `json:"sha256"`
	Index   playback.Index `json:"index"`
}

const maxIndexFile = 8 << 20

func (x *indexes) file(id journal.SegmentID) string {
	return filepath.Join(x.folder, string(id)+".json")
}

func (x *indexes) get(id journal.SegmentID, digest string) (playback.Index, bool) {
	x.mu.Lock()
	index, ok := x.known[id]
	x.mu.Unlock()
	if ok {
		return index, true
	}
	var f indexFile
	b, err := durable.OS().ReadFile(x.file(id), maxIndexFile)
	if err != nil || json.Unmarshal(b, &f) != nil || f.Version != indexVersion || f.Digest != digest {
		return playback.Index{}, false // it is made again
	}
	x.keep(id, f.Index)
	return f.Index, true
}

func (x *indexes) keep(id journal.SegmentID, index playback.Index) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.known == nil {
		x.known = map[journal.SegmentID]playback.Index{}
	}
	for k := range x.known {
		if len(x.known) < mostIndexes {
			break
		}
		delete(x.known, k)
	}
	x.known[id] = index
}

func (x *indexes) put(id journal.SegmentID, digest string, index playback.Index) error {
	x.keep(id, index)
	b, err := json.Marshal(indexFile{Version: indexVersion, Digest: digest, Index: index})
	if err != nil {
		return err
	}
	if err := durable.OS().Mkdir(x.folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	// Not made durable: what a crash leaves half written is not read, and made again.
	part := x.file(id) + ".part"
	if err := os.WriteFile(part, b, 0o600); err != nil {
		return err
	}
	return os.Rename(part, x.file(id))
}

// forget lets go of the index of a segment that was erased.
func (x *indexes) forget(id journal.SegmentID) error {
	x.mu.Lock()
	delete(x.known, id)
	x.mu.Unlock()
	err := durable.OS().Remove(x.file(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// headSize is how many of the first bytes tell the kind of a segment.
const headSize = 4096

// readPlayback reads a segment whole.
func (n *Node) readPlayback(id journal.SegmentID, visit func(*playback.Row)) (index playback.Index, digest string, err error) {
	reader, err := n.archive.Reader(archive.ID(id))
	if err != nil {
		return index, "", err
	}
	defer func() { _ = reader.Close() }() // it was only read
	head := make([]byte, min(headSize, reader.Size()))
	if _, err := reader.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return index, "", err
	}
	index, err = playback.Read(io.NewSectionReader(reader, 0, reader.Size()), segment.KindOf(head), "", n.geoid, visit)
	if err != nil {
		return index, "", fmt.Errorf("reading %s: %w", id, err)
	}
	return index, reader.Segment().Digest.String(), nil
}

// index returns how a segment is played.
func (n *Node) index(s *sqlite.Segment) (playback.Index, error) {
	id := s.Sealed.Segment
	if index, ok := n.indexes.get(id, s.Sealed.Plain.String()); ok {
		return index, nil
	}
	index, digest, err := n.readPlayback(id, nil)
	if err != nil {
		return index, err
	}
	if err := n.indexes.put(id, digest, index); err != nil {
		n.log.Warn("keeping how a segment is played", slog.String("segment", string(id)), slog.Any("error", err))
	}
	return index, nil
}

// indexSoon has a sealed segment read for how it is played, so that nobody waits for it who opens a flight of 1,200 of them. When
// more wait than may, it is read when somebody asks.
func (n *Node) indexSoon(e journal.SegmentSealed) {
	select {
	case n.toIndex <- sqlite.Segment{State: sqlite.Sealed, Sealed: e}:
	default:
	}
}

// indexSealed reads what indexSoon was told of, one after the other.
func (n *Node) indexSealed(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-n.toIndex:
			// What cannot be read is said to who asks for it, and to who verifies.
			if _, err := n.index(&s); err != nil {
				n.log.Debug("reading how a segment is played", slog.String("segment", string(s.Sealed.Segment)), slog.Any("error", err))
			}
		}
	}
}

// Playable is a segment and how it is played.
type Playable struct {
	sqlite.Segment
	Index playback.Index
}

// Playback lists the sealed segments of a flight that are still there, in their order, and how each is played.
func (n *Node) Playback(ctx context.Context, flight journal.Sortie) ([]Playable, error) {
	all, err := n.segments(ctx, flight)
	if err != nil {
		return nil, err
	}
	out := make([]Playable, 0, len(all))
	for i := range all {
		if all[i].State != sqlite.Sealed {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		index, err := n.index(&all[i])
		if errors.Is(err, archive.ErrErased) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Playable{all[i], index})
	}
	return out, nil
}

// Rows reads what each metadata packet of a segment says. That somebody reads is entered in the log, as of OpenSegment.
func (n *Node) Rows(ctx context.Context, id journal.SegmentID, who, purpose string, visit func(*playback.Row)) error {
	segment, err := n.Models().Segment(ctx, id)
	if err != nil {
		return err
	}
	if err := n.stateRead(ctx, who, "flight/"+segment.Flight.String(), purpose); err != nil {
		return err
	}
	_, _, err = n.readPlayback(id, visit)
	return err
}
