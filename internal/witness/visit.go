package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
	"overflight/transparency"
)

// Bounds of what a stranger's server may answer.
const (
	maxCheckpoint = 64 << 10
	maxTile       = 256 * tlog.HashSize
	maxRefusal    = 4 << 10
	visitTimeout  = 20 * time.Second
)

// Visit reads the checkpoint of a log over HTTP (c2sp.org/tlog-tiles below url), proves from its tiles that it continues what
// the witness holds, cosigns it at an instant, and hands the signature lines to <url>/cosignatures. Nothing that the
// server says is believed: the checkpoint is the log's by its signature, and tiles count as far as they lead to it. A
// log that shows another history is refused as by Look.
func (w *Folder) Visit(ctx context.Context, by *transparency.Witness, log transparency.Key, url string, at time.Time) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, visitTimeout)
	defer cancel()
	url = strings.TrimRight(url, "/")
	raw, err := fetch(ctx, url+"/checkpoint", maxCheckpoint)
	if err != nil {
		return Answer{}, fmt.Errorf("reading %s: %w", log.Name(), err)
	}
	s, err := transparency.ParseUnverified(raw)
	if err != nil {
		return Answer{}, fmt.Errorf("reading %s: %w", log.Name(), err)
	}
	r := transparency.Request{Checkpoint: raw}
	held, err := w.Latest(ctx, log.Name())
	switch {
	case errors.Is(err, transparency.ErrNotFound):
	case err != nil:
		return Answer{}, err
	default:
		if r.OldSize, err = sizeOf(log.Name(), held); err != nil {
			return Answer{}, err
		}
	}
	if r.OldSize > 0 && s.Size > r.OldSize {
		if r.Proof, err = proveOver(ctx, url, r.OldSize, s.Checkpoint); err != nil {
			return Answer{}, fmt.Errorf("reading %s: %w", log.Name(), err)
		}
	}
	lines, err := by.Update(ctx, r, at)
	var fork *transparency.InconsistencyError
	if errors.As(err, &fork) {
		return Answer{}, errors.Join(err, w.Keep(fork))
	}
	if err != nil {
		return Answer{}, fmt.Errorf("cosigning %s: %w", log.Name(), err)
	}
	if err := hand(ctx, url+"/cosignatures", append(append([]byte{}, raw...), lines...)); err != nil {
		return Answer{}, fmt.Errorf("handing the cosignature to %s: %w", log.Name(), err)
	}
	return Answer{Checkpoint: s, Lines: lines}, nil
}

// proveOver makes the consistency proof out of the tiles that a server has. A tree that does not fit its tiles gives an
// empty proof, which the witness refuses together with both checkpoints.
func proveOver(ctx context.Context, url string, older uint64, newer transparency.Checkpoint) ([]evidence.Digest, error) {
	tree := tlog.Tree{N: int64(newer.Size), Hash: tlog.Hash(newer.Root)}
	tiles := &served{ctx: ctx, url: url}
	proof, err := tlog.ProveTree(tree.N, int64(older), tlog.TileHashReader(tree, tiles))
	if err != nil && tiles.err != nil {
		return nil, tiles.err
	}
	if err != nil {
		return nil, nil //nolint:nilerr // tiles that contradict the checkpoint prove nothing
	}
	out := make([]evidence.Digest, len(proof))
	for i, h := range proof {
		out[i] = evidence.Digest(h)
	}
	return out, nil
}

// served is the tiles of a log on a server.
type served struct {
	ctx context.Context
	url string
	err error // of the way there
}

// Height implements tlog.TileReader.
func (s *served) Height() int { return 8 }

// SaveTiles implements tlog.TileReader: nothing is kept.
func (s *served) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles implements tlog.TileReader.
func (s *served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		// tlog writes the height into the path, c2sp.org/tlog-tiles has one height and does not.
		b, err := fetch(s.ctx, s.url+"/"+strings.Replace(t.Path(), "tile/8/", "tile/", 1), maxTile)
		if err != nil {
			s.err = err
			return nil, err
		}
		out[i] = b
	}
	return out, nil
}

// fetch reads a bounded answer.
func fetch(ctx context.Context, url string, most int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, answer.Status)
	}
	b, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%s answers with more than %d bytes", url, most)
	}
	return b, err
}

func hand(ctx context.Context, url string, note []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(note))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	if answer.StatusCode >= http.StatusBadRequest {
		b, _ := io.ReadAll(io.LimitReader(answer.Body, maxRefusal)) // what it says beside its status is a help and no more
		return fmt.Errorf("%s: %s", answer.Status, strings.TrimSpace(string(b)))
	}
	return nil
}
