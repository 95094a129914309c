package tiles

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"sort"
	"sync"

	"overflight/internal/durable"
	"overflight/transparency"
)

// memory is the folder with what was signed and cosigned. The file "signed" holds the checkpoint that
// was signed last; "cosigned" is appended to, one record a checkpoint and cosignature: the length of
// the note, the CRC-32C of these four bytes and that of the note, each in four bytes, big-endian, and
// the note. Where one size has several records, the last holds all that came before.
type memory struct {
	dir string
	key transparency.Key

	mu    sync.Mutex
	file  *durable.Appender // nil where the memory is only read
	from  contents
	notes []record // by size, one a size
}

// contents is a file that is read by offset.
type contents interface {
	ReadAt(p []byte, off int64) (int, error)
	Size() int64
}

type record struct {
	size   uint64
	offset int64 // of the note
	length int
}

const (
	cosignedFile = "cosigned"
	recordHead   = 12
	maxCosigned  = 1 << 32
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func openMemory(cfg Config) (*memory, error) {
	m := &memory{dir: cfg.Memory, key: cfg.Key}
	if _, err := durable.OS().Sweep(cfg.Memory, false); err != nil {
		return nil, fmt.Errorf("clearing %s: %w", cfg.Memory, err)
	}
	a, err := durable.OS().OpenAppend(filepath.Join(cfg.Memory, cosignedFile), 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the cosignatures: %w", err)
	}
	m.file, m.from = a, a
	if err := m.scan(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return m, nil
}

// readMemory reads the cosignatures and changes nothing.
func readMemory(cfg Config) (*memory, func() error, error) {
	f, err := durable.OS().Open(filepath.Join(cfg.Memory, cosignedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return &memory{dir: cfg.Memory, key: cfg.Key}, func() error { return nil }, nil
	}
	if err != nil {
		return nil, nil, damaged(filepath.Join(cfg.Memory, cosignedFile), "cannot be read", err)
	}
	m := &memory{dir: cfg.Memory, key: cfg.Key, from: f}
	if err := m.scan(); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return m, f.Close, nil
}

func (m *memory) close() error { return m.file.Close() }

// scan reads all records; signatures are checked where one is used. A record cut short at the end is
// what a crash leaves, before anybody was told that it is kept: it is cut away. Anything else that
// does not fit is damage.
func (m *memory) scan() error {
	end := m.from.Size()
	name := filepath.Join(m.dir, cosignedFile)
	if end > maxCosigned {
		return damaged(name, "is larger than allowed", nil)
	}
	for off := int64(0); off < end; {
		note, err := m.note(off, end)
		if errors.Is(err, errCut) && m.file == nil {
			return nil
		}
		if errors.Is(err, errCut) {
			if err := m.file.Truncate(off); err != nil {
				return fmt.Errorf("cutting an unfinished record away: %w", err)
			}
			return nil
		}
		if err != nil {
			return damaged(name, fmt.Sprintf("record at offset %d", off), err)
		}
		s, err := transparency.ParseUnverified(note)
		if err != nil {
			return damaged(name, fmt.Sprintf("record at offset %d", off), err)
		}
		m.keep(record{size: s.Size, offset: off + recordHead, length: len(note)})
		off += recordHead + int64(len(note))
	}
	return nil
}

var errCut = errors.New("record is cut short")

func (m *memory) note(off, end int64) ([]byte, error) {
	if off+recordHead > end {
		return nil, errCut
	}
	var head [recordHead]byte
	if _, err := m.from.ReadAt(head[:], off); err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	if head == [recordHead]byte{} && m.zeroes(off, end) {
		return nil, errCut // the size reached the disk, the bytes did not
	}
	length := int64(binary.BigEndian.Uint32(head[:]))
	if crc32.Checksum(head[:4], castagnoli) != binary.BigEndian.Uint32(head[4:]) || length == 0 || length > maxCheckpoint {
		return nil, errors.New("head does not fit its checksum")
	}
	if off+recordHead+length > end {
		return nil, errCut
	}
	b := make([]byte, length)
	if _, err := m.from.ReadAt(b, off+recordHead); err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	if crc32.Checksum(b, castagnoli) != binary.BigEndian.Uint32(head[8:]) {
		// A note ends with a newline: zeroes at the very end are bytes that never reached the disk.
		if off+recordHead+length == end && b[length-1] == 0 {
			return nil, errCut
		}
		return nil, errors.New("note does not fit its checksum")
	}
	return b, nil
}

// zeroes reports whether the file holds nothing but zeroes from an offset to its end, and not more of
// them than one record has.
func (m *memory) zeroes(off, end int64) bool {
	if end-off > recordHead+maxCheckpoint {
		return false
	}
	b := make([]byte, end-off)
	if _, err := m.from.ReadAt(b, off); err != nil {
		return false
	}
	return len(bytes.Trim(b, "\x00")) == 0
}

func (m *memory) keep(r record) {
	i := sort.Search(len(m.notes), func(i int) bool { return m.notes[i].size >= r.size })
	if i < len(m.notes) && m.notes[i].size == r.size {
		m.notes[i] = r
		return
	}
	m.notes = append(m.notes, record{})
	copy(m.notes[i+1:], m.notes[i:])
	m.notes[i] = r
}

// at reads the note of a record. The caller holds mu.
func (m *memory) at(r record) (transparency.SignedCheckpoint, error) {
	b, err := m.note(r.offset-recordHead, m.from.Size())
	if err == nil && len(b) != r.length {
		err = errors.New("length has changed")
	}
	if err != nil {
		return transparency.SignedCheckpoint{}, damaged(filepath.Join(m.dir, cosignedFile), fmt.Sprintf("record of size %d", r.size), err)
	}
	return open(b, m.key)
}

// attach adds signature lines to what is kept of a checkpoint and returns the whole.
func (m *memory) attach(s transparency.SignedCheckpoint, lines []byte) (transparency.SignedCheckpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := sort.Search(len(m.notes), func(i int) bool { return m.notes[i].size >= s.Size })
	var kept []byte
	if i < len(m.notes) && m.notes[i].size == s.Size {
		k, err := m.at(m.notes[i])
		if err != nil {
			return transparency.SignedCheckpoint{}, err
		}
		if k.Text() != s.Text() {
			return transparency.SignedCheckpoint{}, &transparency.InconsistencyError{Older: k, Newer: s}
		}
		s, kept = k, k.Raw()
	}
	s, err := s.AddSignatures(lines)
	if err != nil {
		return transparency.SignedCheckpoint{}, fmt.Errorf("adding cosignatures: %w", err)
	}
	if bytes.Equal(s.Raw(), kept) {
		return s, nil
	}
	raw := s.Raw()
	off := m.from.Size()
	if err := m.file.Append(framed(raw)); err != nil {
		return transparency.SignedCheckpoint{}, fmt.Errorf("keeping cosignatures: %w", err)
	}
	m.keep(record{size: s.Size, offset: off + recordHead, length: len(raw)})
	return s, nil
}

// framed puts the head of a record in front of a note.
func framed(note []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(note)))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(note, castagnoli))
	return append(b, note...)
}

// all calls visit with every cosigned checkpoint, the largest first, until it returns false.
func (m *memory) all(visit func(transparency.SignedCheckpoint) bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := len(m.notes) - 1; i >= 0; i-- {
		s, err := m.at(m.notes[i])
		if err != nil {
			return err
		}
		if !visit(s) {
			return nil
		}
	}
	return nil
}

// covering calls visit with every cosigned checkpoint that covers the leaf at an index, the smallest
// first, until it returns false.
func (m *memory) covering(index uint64, visit func(transparency.SignedCheckpoint) bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := sort.Search(len(m.notes), func(i int) bool { return m.notes[i].size > index }); i < len(m.notes); i++ {
		s, err := m.at(m.notes[i])
		if err != nil {
			return err
		}
		if !visit(s) {
			return nil
		}
	}
	return nil
}

func (m *memory) remember(signed []byte) error {
	return durable.OS().WriteFile(filepath.Join(m.dir, rememberedFile), signed, 0o600)
}

// signed returns the checkpoint that was signed last.
func (m *memory) signed() (transparency.SignedCheckpoint, error) {
	return signedLast(m.dir, m.key)
}

func signedLast(dir string, key transparency.Key) (transparency.SignedCheckpoint, error) {
	name := filepath.Join(dir, rememberedFile)
	b, err := durable.OS().ReadFile(name, maxCheckpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return transparency.SignedCheckpoint{}, fmt.Errorf("%w: %s is missing", ErrNoMemory, name)
	}
	if err != nil {
		return transparency.SignedCheckpoint{}, damaged(name, "cannot be read", err)
	}
	s, err := open(b, key)
	if err != nil {
		return transparency.SignedCheckpoint{}, damaged(name, "is not what the log signed", err)
	}
	return s, nil
}

// Remember puts a checkpoint of the log into a memory that was lost or damaged: the largest that
// anybody has, a witness above all. It is refused where a larger one is remembered.
func Remember(cfg Config, signed []byte) error {
	cfg, err := cfg.validate()
	if err != nil {
		return err
	}
	s, err := open(signed, cfg.Key)
	if err != nil {
		return err
	}
	if err := durable.OS().Mkdir(cfg.Memory, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the memory of a log: %w", err)
	}
	l, err := lock(cfg)
	if err != nil {
		return err
	}
	m := &memory{dir: cfg.Memory, key: cfg.Key}
	last, err := m.signed()
	var damage *DamageError
	switch {
	case err == nil && last.Size > s.Size:
		err = transparency.NewFault(transparency.CodeRollback, number(last.Size), number(s.Size))
	case err == nil && last.Size == s.Size && last.Root != s.Root:
		err = &transparency.InconsistencyError{Older: last, Newer: s}
	case err == nil || errors.Is(err, ErrNoMemory) || errors.As(err, &damage):
		err = m.remember(signed)
	}
	return errors.Join(err, l.release())
}
