// Package tiles keeps the transparency log on disk: tiles and entry bundles in the layout of
// c2sp.org/tlog-tiles, signed checkpoints, cosignatures, and proofs made from them. The tree is
// grown by github.com/transparency-dev/tessera on POSIX files; its directories are fsynced there.
//
// The tiles are a read model of one ordered ledger: the leaf at index i is the message of sequence
// i+1, and Rebuild makes the same tree from the ledger again. What no rebuild brings back is the
// memory of what was signed and cosigned: it lies in a second folder, Config.Memory, and Open refuses
// a tree that is older than what is remembered or of another history.
//
// One process writes a log, and in it one goroutine appends. Leaves are commitments
// (transparency.Entry); anything else is refused, because tiles are public.
package tiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"

	"overflight/internal/durable"
	"overflight/transparency"
)

// What a caller tells apart. A folder that was rolled back is a *RollbackError, one with damage a
// *DamageError, another history a *transparency.InconsistencyError.
var (
	ErrExists   = errors.New("log exists already")
	ErrNoMemory = errors.New("what the log signed last is not remembered here")
	ErrStopped  = errors.New("log has stopped")
)

// Config says where a log lies and how it is grown.
type Config struct {
	Folder string // of the tiles; a read model that may be served as it is
	Memory string // another folder: what was signed and cosigned; precious, private

	Key    transparency.Key // of the log; its name is the origin
	Signer note.Signer      // signs as Key; only Create, Open and Rebuild need it

	Interval time.Duration // between checkpoints; 0 is one second, at least 100 ms
}

const (
	minInterval = 100 * time.Millisecond // the library's

	// never is an age and an interval that no process reaches. The library puts a batch that its timer
	// closed behind one that was closed later, now and then, and a later batch in the place of one that
	// it lost. So batches are closed by their size alone, and each is durable or refused before the
	// next is offered.
	never = 10 * 365 * 24 * time.Hour

	batch = 256 // leaves outstanding at most

	lockFile       = "lock"
	rememberedFile = "signed"
)

func (c Config) validate() (Config, error) {
	if c.Interval == 0 {
		c.Interval = time.Second
	}
	switch {
	case c.Folder == "" || c.Memory == "":
		return c, errors.New("a log needs a folder and a memory")
	case filepath.Clean(c.Folder) == filepath.Clean(c.Memory):
		return c, errors.New("the memory of a log must not lie in its folder")
	case c.Interval < minInterval:
		return c, fmt.Errorf("checkpoint interval of %s is below %s", c.Interval, minInterval)
	case c.Key.Verifier() == nil:
		return c, errors.New("a log needs a key")
	}
	return c, nil
}

func (c Config) signs() error {
	if c.Signer == nil || c.Signer.Name() != c.Key.Name() || c.Signer.KeyHash() != c.Key.ID() {
		return fmt.Errorf("signer is not that of the key %s+%08x", c.Key.Name(), c.Key.ID())
	}
	return nil
}

// RollbackError says that the folder holds fewer leaves than were signed: an older copy was put in
// its place, or its end was lost.
type RollbackError struct {
	Folder     string
	Remembered transparency.SignedCheckpoint
	Found      uint64 // leaves
}

func (e *RollbackError) Error() string {
	return fmt.Sprintf("%s holds %d leaves, but a checkpoint of %d leaves was signed: the folder was rolled back",
		e.Folder, e.Found, e.Remembered.Size)
}

// Unwrap returns the reason by its code.
func (e *RollbackError) Unwrap() error {
	return transparency.NewFault(transparency.CodeRollback, number(e.Remembered.Size), number(e.Found))
}

// Log is a log that grows. Its methods may be called by several goroutines; Append, Tail and Resume
// by one.
type Log struct {
	*Reader
	cfg    Config
	lock   *durable.Lock
	memory *memory
	healed []*DamageError

	// Of the goroutine that appends, under mu.
	mu       sync.Mutex
	guard    *guard
	appender [len(sizes)]*tessera.Appender
	shutdown func(context.Context) error
	cancel   context.CancelFunc
	next     uint64 // index of the next leaf
	err      error  // why it stopped; nil while it runs
}

// Create makes a log without leaves and returns it open. ErrExists where there is one, or part of
// one: a log is made once. A Create that a crash cut short may be repeated.
func Create(ctx context.Context, cfg Config) (*Log, error) {
	quiet()
	cfg, err := cfg.validate()
	if err != nil {
		return nil, err
	}
	if err := cfg.signs(); err != nil {
		return nil, err
	}
	for _, dir := range []struct {
		name string
		perm fs.FileMode
	}{{cfg.Memory, 0o700}, {cfg.Folder, 0o755}} {
		if err := durable.OS().Mkdir(dir.name, dir.perm); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("making the folder of a log: %w", err)
		}
	}
	l, err := lock(cfg)
	if err != nil {
		return nil, err
	}
	if err := l.create(ctx); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

func (l *Log) create(ctx context.Context) error {
	if err := l.vacant(); err != nil {
		return err
	}
	var err error
	if l.memory, err = openMemory(l.cfg); err != nil {
		return err
	}
	// The library signs the empty tree here, and the guard remembers it: from then on Open works.
	return l.start(ctx, &frontier{}, transparency.Checkpoint{Origin: l.cfg.Key.Name(), Root: transparency.Root(nil)})
}

// vacant reports whether nothing but what an interrupted Create leaves is there.
func (l *Log) vacant() error {
	entries, err := durable.OS().List(l.cfg.Memory)
	if err != nil {
		return fmt.Errorf("looking for a log: %w", err)
	}
	for _, e := range entries {
		if e.Name == rememberedFile || e.Name == cosignedFile {
			return fmt.Errorf("%w: %s", ErrExists, filepath.Join(l.cfg.Memory, e.Name))
		}
	}
	if entries, err = durable.OS().List(l.cfg.Folder); err != nil {
		return fmt.Errorf("looking for a log: %w", err)
	}
	for _, e := range entries {
		if e.Name != ".state" {
			return fmt.Errorf("%w: %s", ErrExists, filepath.Join(l.cfg.Folder, e.Name))
		}
	}
	return nil
}

// Open opens a log that Create made, checks what is on the disk against what was signed, and goes on
// where it was. A checkpoint that is missing or damaged is put back from memory: see Healed.
func Open(ctx context.Context, cfg Config) (*Log, error) {
	quiet()
	cfg, err := cfg.validate()
	if err != nil {
		return nil, err
	}
	if err := cfg.signs(); err != nil {
		return nil, err
	}
	l, err := lock(cfg)
	if err != nil {
		return nil, err
	}
	if l.memory, err = openMemory(cfg); err == nil {
		err = l.resume(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

func lock(cfg Config) (*Log, error) {
	k, err := durable.OS().Lock(filepath.Join(cfg.Memory, lockFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is missing", ErrNoMemory, cfg.Memory)
	}
	if err != nil {
		return nil, fmt.Errorf("opening a log: %w", err)
	}
	return &Log{Reader: NewReader(cfg.Folder, cfg.Key), cfg: cfg, lock: k}, nil
}

// resume loads what is on the disk and starts the library on it.
func (l *Log) resume(ctx context.Context) error {
	last, err := l.memory.signed()
	if err != nil {
		return err
	}
	f, err := l.load(last)
	if err != nil {
		return err
	}
	return l.start(ctx, f, last.Checkpoint)
}

// load checks the folder against the checkpoint that was signed last and returns the right edge of
// the tree that the library has integrated.
func (l *Log) load(last transparency.SignedCheckpoint) (*frontier, error) {
	now, err := l.folder.state()
	if err != nil {
		return nil, err
	}
	if now.size < last.Size {
		return nil, &RollbackError{Folder: l.cfg.Folder, Remembered: last, Found: now.size}
	}
	base := last
	published, err := l.folder.checkpoint(l.cfg.Key)
	var damage *DamageError
	switch {
	case errors.As(err, &damage):
		if err := durable.OS().WriteFile(filepath.Join(l.cfg.Folder, checkpointFile), last.Raw(), 0o644); err != nil {
			return nil, fmt.Errorf("putting the checkpoint back: %w", err)
		}
		l.healed = append(l.healed, damage)
	case err != nil:
		return nil, err
	case published.Size > now.size:
		return nil, &RollbackError{Folder: l.cfg.Folder, Remembered: published, Found: now.size}
	case published.Size == last.Size && published.Root != last.Root:
		return nil, &transparency.InconsistencyError{Older: last, Newer: published}
	case published.Size != last.Size:
		older, newer := published, last
		if older.Size > newer.Size {
			older, newer = newer, older
		}
		base = newer
		if err := l.continues(older, newer); err != nil {
			return nil, err
		}
	}
	f, err := l.folder.frontier(treeOf(base.Checkpoint))
	if err != nil {
		return nil, err
	}
	return f, l.replay(f, now)
}

func (l *Log) continues(older, newer transparency.SignedCheckpoint) error {
	path, err := l.Consistency(context.Background(), older.Size, newer.Checkpoint)
	if err != nil {
		return err
	}
	if err := transparency.CheckConsistency(older, newer, path); err != nil {
		return fmt.Errorf("comparing with what was signed: %w", err)
	}
	return nil
}

// replay adds the leaves that were integrated and not signed yet.
func (l *Log) replay(f *frontier, now tree) error {
	for f.size < now.size {
		index, skip := f.size/bundleWidth, f.size%bundleWidth
		width := min(bundleWidth, now.size-index*bundleWidth)
		leaves, _, err := l.folder.bundle(index, int(width))
		if err != nil {
			return err
		}
		for _, leaf := range leaves[skip:] {
			f.append(transparency.LeafHash(leaf))
		}
	}
	if f.root() != now.root {
		return damaged(stateFile, fmt.Sprintf("states another root at size %d than the leaves have", now.size), nil)
	}
	return nil
}

// sizes are those of the batches, the smallest first.
var sizes = [...]uint{1, 16, batch}

// start hands the folder to the library. The context given to it ends with Close, not with the caller's.
func (l *Log) start(ctx context.Context, f *frontier, last transparency.Checkpoint) error {
	driver, err := posix.New(ctx, posix.Config{Path: l.cfg.Folder})
	if err != nil {
		return fmt.Errorf("opening the tiles: %w", err)
	}
	g := newGuard(l.cfg.Signer, *f, last, l.memory.remember)
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var appender [len(sizes)]*tessera.Appender
	var shutdown func(context.Context) error
	var logReader tessera.LogReader
	// The first publishes checkpoints; the others, on the same files, find them younger than never.
	for i, size := range sizes {
		opts := tessera.NewAppendOptions().
			WithCheckpointSigner(g).
			WithCheckpointInterval(never).
			WithCheckpointRepublishInterval(0).
			WithGarbageCollectionInterval(0).
			WithBatching(size, never)
		if i == 0 {
			opts.WithCheckpointInterval(l.cfg.Interval).WithGarbageCollectionInterval(tessera.DefaultGarbageCollectionInterval)
		}
		a, stop, r, err := tessera.NewAppender(own, driver, opts)
		if err != nil {
			cancel()
			return fmt.Errorf("opening the tiles: %w", err)
		}
		appender[i] = a
		if i == 0 {
			shutdown, logReader = stop, r
		}
	}
	size, err := logReader.IntegratedSize(ctx)
	if err == nil && size != f.size {
		err = fmt.Errorf("the library is at size %d, the tiles are at %d", size, f.size)
	}
	if err != nil {
		cancel()
		return fmt.Errorf("resuming: %w", err)
	}
	l.guard, l.appender, l.shutdown, l.cancel = g, appender, shutdown, cancel
	l.next, l.err = size, nil
	return nil
}

// Healed lists what Open found damaged and put back.
func (l *Log) Healed() []*DamageError { return l.healed }

// Size returns how many leaves are durable in the tree, signed for or not.
func (l *Log) Size() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next
}

// Err returns what keeps the log from growing or from being signed, nil where nothing does.
func (l *Log) Err() error {
	l.mu.Lock()
	err, g := l.err, l.guard
	l.mu.Unlock()
	if err != nil {
		return err
	}
	if g != nil {
		return g.failure()
	}
	return nil
}

// Close waits until a checkpoint covers every leaf, or the context ends, and lets go of the folder.
// A log that has stopped is closed at once.
func (l *Log) Close(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lock == nil {
		return nil
	}
	var err error
	if l.err == nil {
		// Each of the library's appenders waits for its own leaves only.
		if err = l.settle(ctx); err == nil {
			err = l.shutdown(ctx)
		}
		if err != nil {
			err = fmt.Errorf("waiting for the last checkpoint: %w", err)
		}
	}
	l.halt(ErrStopped)
	return errors.Join(err, l.release())
}

// settle waits until a checkpoint covers every leaf. The caller holds mu.
func (l *Log) settle(ctx context.Context) error {
	for {
		s, err := l.Checkpoint(ctx)
		if err != nil || s.Size >= l.next {
			return err
		}
		if err := l.guard.failure(); err != nil {
			return err
		}
		if err := l.pause(ctx); err != nil {
			return err
		}
	}
}

// halt ends the library's work on the folder. Nothing is outstanding: Append waits for every leaf.
func (l *Log) halt(reason error) {
	l.guard.close()
	l.cancel()
	l.err = reason
}

func (l *Log) release() error {
	var err error
	if l.memory != nil {
		err = l.memory.close()
	}
	k := l.lock
	l.lock = nil
	return errors.Join(err, k.Unlock())
}
