package node

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"overflight/evidence"
	"overflight/internal/durable"
)

// MostDocument bounds one document that an act rests on, in bytes.
const MostDocument = 64 << 20

// ErrNoDocument says that a document is not in the folder.
var ErrNoDocument = errors.New("no such document")

func (n *Node) documentPath(d evidence.Digest) string {
	return filepath.Join(n.cfg.Data, "documents", d.String())
}

// KeepDocument keeps the bytes of a document under their digest, as they came. The same bytes again change nothing.
func (n *Node) KeepDocument(r io.Reader) (evidence.Digest, error) {
	b, err := io.ReadAll(io.LimitReader(r, MostDocument+1))
	if err != nil {
		return evidence.Digest{}, fmt.Errorf("reading a document: %w", err)
	}
	switch {
	case len(b) == 0:
		return evidence.Digest{}, fmt.Errorf("%w: it is empty", ErrNoDocument)
	case len(b) > MostDocument:
		return evidence.Digest{}, fmt.Errorf("%w: it is larger than %d bytes", ErrNoDocument, MostDocument)
	}
	d := evidence.Digest(sha256.Sum256(b))
	path := n.documentPath(d)
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, b) {
		return d, nil
	}
	files := durable.OS()
	if err := files.Mkdir(filepath.Dir(path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return evidence.Digest{}, err
	}
	return d, files.WriteFile(path, b, 0o600)
}

// Document returns the bytes of a document. What does not have its digest any more is not returned.
func (n *Node) Document(d evidence.Digest) ([]byte, error) {
	b, err := os.ReadFile(n.documentPath(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoDocument, d)
	}
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(b) != d {
		return nil, fmt.Errorf("document %s has other bytes than when it was kept", d)
	}
	return b, nil
}

// destroyDocument overwrites a document and takes it away. One that is gone already is as it was to be.
func (n *Node) destroyDocument(d evidence.Digest) error {
	if err := durable.OS().Destroy(n.documentPath(d)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (n *Node) hasDocument(d evidence.Digest) error {
	if _, err := os.Stat(n.documentPath(d)); err != nil {
		return fmt.Errorf("%w: %s; keep its bytes first", ErrNoDocument, d)
	}
	return nil
}
