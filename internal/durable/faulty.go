package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"syscall"
)

// ErrCrashed is what every step returns between a planned crash and Restart.
var ErrCrashed = errors.New("the machine has stopped")

// Fault says what goes wrong at a write point. A write point is a step that changes something:
// creating, writing, fsync, truncating, link, rename, unlink, mkdir, fsync of a folder; numbered
// from 1 in the order in which they are done.
type Fault uint8

const (
	// CrashBefore stops the machine before the step.
	CrashBefore Fault = iota + 1
	// CrashAfter stops the machine after the step, whose success nobody hears of.
	CrashAfter
	// FailBefore fails one step, which does nothing; the process goes on.
	FailBefore
	// FailAfter does one step and reports a failure; the process goes on.
	FailAfter
	// ShortWrite writes the first half and reports no space; a step that is no write is FailBefore.
	ShortWrite
)

// Loss says what a stopped machine still has when it starts again.
type Loss uint8

const (
	// LoseNothing is the end of the process alone: the kernel writes all it was given.
	LoseNothing Loss = iota + 1
	// LosePower drops all that was not fsynced: bytes of files, and names whose folder was not.
	LosePower
	// LoseSome keeps a random part of what LosePower drops: a first part of the changes of names, in
	// order, and of each file's unsynced bytes a first part, or holes.
	LoseSome
)

// Faulty is a file system in memory that fails as it is told and knows what is durable. Its FS is
// for tests of all that writes through this package.
type Faulty struct {
	mu      sync.Mutex
	live    map[string]*node // by cleaned path
	kept    map[string]*node // as it would be found after LosePower
	pending []change         // from kept to live, in order
	point   int              // write points passed
	plan    map[int]plan
	crashed bool
	life    int // handles of an earlier life are dead
	room    int64
	trace   []string
}

type plan struct {
	fault Fault
	err   error
}

// node is a file or a folder, whatever its names are.
type node struct {
	folder bool
	perm   fs.FileMode
	data   []byte
	synced []byte
	locked bool
	lost   bool // an fsync failed: what was dirty then never gets there
}

// change is a name that came to stand for a node, or for none.
type change struct {
	name string
	node *node
}

// NewFaulty returns an empty file system with the folder "/".
func NewFaulty() *Faulty {
	root := &node{folder: true, perm: 0o755}
	return &Faulty{
		live: map[string]*node{"/": root}, kept: map[string]*node{"/": root},
		plan: map[int]plan{}, room: 1 << 40,
	}
}

// Clone returns a machine that stands as this one does, without its plan. Files that are open are open
// on this one only.
func (f *Faulty) Clone() *Faulty {
	f.mu.Lock()
	defer f.mu.Unlock()
	nodes := map[*node]*node{}
	copied := func(n *node) *node {
		if n != nil && nodes[n] == nil {
			c := *n
			c.data, c.synced, c.locked = clone(n.data), clone(n.synced), false
			nodes[n] = &c
		}
		return nodes[n]
	}
	g := &Faulty{
		live: map[string]*node{}, kept: map[string]*node{},
		plan: map[int]plan{}, crashed: f.crashed, life: f.life, room: f.room,
	}
	for name, n := range f.live {
		g.live[name] = copied(n)
	}
	for name, n := range f.kept {
		g.kept[name] = copied(n)
	}
	for _, c := range f.pending {
		g.pending = append(g.pending, change{name: c.name, node: copied(c.node)})
	}
	return g
}

// FS is the file system to write through. It stays the same over Restart.
func (f *Faulty) FS() *FS { return &FS{sys: faultySystem{f}} }

// Points is the number of write points passed since the last Plan or Restart.
func (f *Faulty) Points() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.point
}

// Plan makes the n'th write point from now fail, n counted from 1, and counts points anew. A nil
// error is EIO. Plan(0, ...) only counts.
func (f *Faulty) Plan(n int, fault Fault, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		err = syscall.EIO
	}
	f.point = 0
	f.plan = map[int]plan{n: {fault: fault, err: err}}
}

// Crashed reports whether a planned crash has come.
func (f *Faulty) Crashed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.crashed
}

// Restart starts the machine again with what the loss left, without further faults. The random part
// of LoseSome is drawn from the seed.
func (f *Faulty) Restart(loss Loss, seed uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch loss {
	case LoseNothing:
	case LosePower:
		f.live = f.kept
		f.revert(func(n *node) []byte { return n.synced })
	case LoseSome:
		draw := rand.New(rand.NewPCG(seed, 0x6c6f7373))
		for _, c := range f.pending[:draw.IntN(len(f.pending)+1)] {
			apply(f.kept, c)
		}
		f.live = f.kept
		f.revert(func(n *node) []byte { return partOf(n, draw) })
	}
	f.kept = map[string]*node{}
	for name, n := range f.live {
		f.kept[name] = n
		n.synced = clone(n.data)
		n.locked, n.lost = false, false
	}
	f.pending, f.plan, f.point, f.crashed = nil, map[int]plan{}, 0, false
	f.life++
}

// revert gives every file the bytes that are found of it, in the order of names so that a seed is a
// seed.
func (f *Faulty) revert(found func(*node) []byte) {
	done := map[*node]bool{}
	for _, name := range sortedNames(f.live) {
		if n := f.live[name]; !n.folder && !done[n] {
			done[n] = true
			n.data = clone(found(n))
		}
	}
}

// partOf draws what is found of a file whose last bytes were not synced.
func partOf(n *node, draw *rand.Rand) []byte {
	if draw.IntN(2) == 0 {
		return n.synced
	}
	size := draw.IntN(len(n.data) + 1)
	data := clone(n.data[:size])
	const page = 4096
	for off := 0; off < len(data); off += page {
		end := min(off+page, len(data))
		if draw.IntN(3) > 0 {
			continue
		}
		clear(data[off:end]) // the size was written, this page was not
		if off < len(n.synced) {
			copy(data[off:end], n.synced[off:])
		}
	}
	if size < len(n.synced) {
		data = append(data, n.synced[size:]...)
	}
	return data
}

// SetRoom sets how many more bytes can be written; beyond it a write is short, with ENOSPC.
func (f *Faulty) SetRoom(bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.room = bytes
}

// Trace returns the steps done so far and forgets them: "create", "write" with the number of bytes,
// "fsync", "rename", "link", "unlink", "mkdir", "truncate", each with the name it was done to; the
// random part of staged names is left out.
func (f *Faulty) Trace() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.trace
	f.trace = nil
	return t
}

// Alter replaces the bytes of a file behind everybody's back, durably: what a failing disk does. A
// nil result removes the file. It reports whether there was such a file.
func (f *Faulty) Alter(name string, alter func([]byte) []byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	n, ok := f.live[name]
	if !ok || n.folder {
		return false
	}
	data := alter(clone(n.data))
	if data == nil {
		delete(f.live, name)
		delete(f.kept, name)
		return true
	}
	n.data, n.synced = data, clone(data)
	return true
}

// Files lists the names of all files, sorted.
func (f *Faulty) Files() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var files []string
	for _, name := range sortedNames(f.live) {
		if !f.live[name].folder {
			files = append(files, name)
		}
	}
	return files
}

// Contents returns the bytes of a file, or false.
func (f *Faulty) Contents(name string) ([]byte, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.live[filepath.Clean(name)]
	if !ok || n.folder {
		return nil, false
	}
	return clone(n.data), true
}

// Perm returns the permissions a file was made with, or false.
func (f *Faulty) Perm(name string) (fs.FileMode, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.live[filepath.Clean(name)]
	if !ok {
		return 0, false
	}
	return n.perm, true
}

// step does one write point. do does the first part of it when half is set.
func (f *Faulty) step(what string, do func(half bool) error) error {
	if f.crashed {
		return ErrCrashed
	}
	f.point++
	p := f.plan[f.point]
	switch p.fault {
	case CrashBefore:
		f.crashed = true
		return ErrCrashed
	case CrashAfter:
		f.crashed = true
		if err := do(false); err != nil {
			return err
		}
		return ErrCrashed
	case FailBefore:
		return fmt.Errorf("%s: %w", what, p.err)
	case ShortWrite:
		if err := do(true); err != nil {
			return err
		}
		return fmt.Errorf("%s: %w", what, syscall.ENOSPC)
	case FailAfter:
		if err := do(false); err != nil {
			return err
		}
		return fmt.Errorf("%s: %w", what, p.err)
	default:
		if err := do(false); err != nil {
			return err
		}
		f.trace = append(f.trace, what)
		return nil
	}
}

func apply(names map[string]*node, c change) {
	if c.node == nil {
		delete(names, c.name)
	} else {
		names[c.name] = c.node
	}
}
