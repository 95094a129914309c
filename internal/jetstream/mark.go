package jetstream

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"overflight/evidence"
	"overflight/internal/durable"
)

// Mark is how far a stream was known to reach.
type Mark struct {
	Sequence uint64          // of the stream
	Digest   evidence.Digest // of the data of that message
	// ProducerSequence is the last acknowledged of the producer that holds the mark, 0 when a reader holds it.
	ProducerSequence uint64
}

// Marks keeps marks by stream and by who holds them, a reader's or writer's name. Store MUST return only when the
// mark is on stable storage, and MUST leave the mark before it or the new one whatever happens. Load returns false
// only for what was never stored: a mark that cannot be read is an error.
type Marks interface {
	Load(s Stream, holder string) (Mark, bool, error)
	Store(s Stream, holder string, m Mark) error
	// Highest returns the mark of the stream with the greatest sequence, whoever holds it.
	Highest(s Stream) (Mark, bool, error)
}

// MarkFiles keeps marks in one file each. It is safe for concurrent use by one process.
type MarkFiles struct {
	files *durable.FS
	dir   string
	mu    sync.Mutex
}

// ErrMark is returned for a file that is not a whole mark.
var ErrMark = errors.New("jetstream: mark cannot be read")

// NewMarkFiles returns the marks of a folder, which it makes.
func NewMarkFiles(files *durable.FS, dir string) (*MarkFiles, error) {
	if err := files.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("making the folder of marks: %w", err)
	}
	if _, err := files.Sweep(dir, false); err != nil {
		return nil, fmt.Errorf("sweeping the folder of marks: %w", err)
	}
	return &MarkFiles{files: files, dir: dir}, nil
}

const (
	markSuffix = ".mark"
	markLimit  = 1 << 10
	markForm   = "overflight mark 1\n%d %d %s\n"
)

// name is one to one: names of streams have no "@", those of producers no "~".
func (f *MarkFiles) name(s Stream, holder string) string {
	return filepath.Join(f.dir, string(s)+"@"+strings.ReplaceAll(holder, "/", "~")+markSuffix)
}

// Load implements Marks.
func (f *MarkFiles) Load(s Stream, holder string) (Mark, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.load(f.name(s, holder))
}

func (f *MarkFiles) load(name string) (Mark, bool, error) {
	b, err := f.files.ReadFile(name, markLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return Mark{}, false, nil
	}
	if err != nil {
		return Mark{}, false, fmt.Errorf("reading a mark: %w", err)
	}
	var (
		m      Mark
		digest string
	)
	if _, err := fmt.Sscanf(string(b), markForm, &m.Sequence, &m.ProducerSequence, &digest); err != nil {
		return Mark{}, false, fmt.Errorf("%w: %s: %w", ErrMark, name, err)
	}
	raw, err := hex.DecodeString(digest)
	if err != nil || copy(m.Digest[:], raw) != len(m.Digest) || string(b) != encodeMark(m) {
		return Mark{}, false, fmt.Errorf("%w: %s", ErrMark, name)
	}
	return m, true, nil
}

// encodeMark ends with a digest of what stands before it, so that a flipped bit is not another mark.
func encodeMark(m Mark) string {
	s := fmt.Sprintf(markForm, m.Sequence, m.ProducerSequence, m.Digest)
	return s + fmt.Sprintf("%x\n", sha256.Sum256([]byte(s)))
}

// Store implements Marks.
func (f *MarkFiles) Store(s Stream, holder string, m Mark) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.files.WriteFile(f.name(s, holder), []byte(encodeMark(m)), 0o600); err != nil {
		return fmt.Errorf("storing the mark of %s: %w", s, err)
	}
	return nil
}

// Highest implements Marks.
func (f *MarkFiles) Highest(s Stream) (Mark, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	entries, err := f.files.List(f.dir)
	if err != nil {
		return Mark{}, false, fmt.Errorf("listing marks: %w", err)
	}
	var (
		highest Mark
		found   bool
	)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name, string(s)+"@") || !strings.HasSuffix(e.Name, markSuffix) {
			continue
		}
		m, ok, err := f.load(filepath.Join(f.dir, e.Name))
		if err != nil {
			return Mark{}, false, err
		}
		if ok && (!found || m.Sequence > highest.Sequence) {
			highest, found = m, true
		}
	}
	return highest, found, nil
}
