// Package seeds keeps the seeds of reports: what all salts of a report follow from, random and derived from nothing that is kept.
//
// Each report has a file of its own in two folders, best on two disks, so that it can be destroyed by itself: its seed is overwritten and
// gone in both, and what was not shown of the report can be proven no more. A file is "OVFLSEED" version, the seed, and CRC-32C of both.
// What one copy has lost or damaged is put back from the other, unless the report was destroyed: a mark beside it says so, which is
// written first.
package seeds

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"overflight/internal/durable"
	"overflight/release"
)

// Config says where the copies are.
type Config struct {
	Folders [2]string   // made where they are not there; their parents MUST be
	FS      *durable.FS // nil is the operating system's
}

// What a caller tells apart.
var (
	ErrNotFound  = errors.New("no such seed")
	ErrDestroyed = errors.New("the seed was destroyed")
	ErrDamaged   = errors.New("the seed is damaged in both copies")
	ErrExists    = errors.New("another seed is kept for the report")
)

const (
	magic    = "OVFLSEED\x01"
	suffix   = ".seed"
	over     = ".destroyed"
	mostFile = 1 << 10
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	idForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)
)

// Store is open. It may be used by several goroutines.
type Store struct {
	folders [2]string
	fs      *durable.FS
	// mu is held by every method: who puts a copy right while another destroys it would bring it back.
	mu sync.Mutex
}

// Open makes the folders where they are not there, and destroys what was being destroyed when the program ended.
func Open(c Config) (*Store, error) {
	s := &Store{folders: c.Folders, fs: c.FS}
	if s.fs == nil {
		s.fs = durable.OS()
	}
	for _, folder := range s.folders {
		if err := s.fs.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if _, err := s.fs.Sweep(folder, true); err != nil {
			return nil, err
		}
	}
	for _, folder := range s.folders {
		all, err := s.fs.List(folder)
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			if id, ok := strings.CutSuffix(e.Name, over); ok && idForm.MatchString(id) {
				if err := s.Destroy(id); err != nil {
					return nil, err
				}
			}
		}
	}
	return s, nil
}

func (s *Store) path(copyOf int, id, suffix string) string {
	return filepath.Join(s.folders[copyOf], id+suffix)
}

func encode(seed release.Seed) []byte {
	b := append([]byte(magic), seed[:]...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func decode(b []byte) (release.Seed, bool) {
	n := len(magic) + len(release.Seed{})
	if len(b) != n+4 || string(b[:len(magic)]) != magic || binary.BigEndian.Uint32(b[n:]) != crc32.Checksum(b[:n], castagnoli) {
		return release.Seed{}, false
	}
	return release.Seed(b[len(magic):n]), true
}

// Put keeps the seed of a report, on stable storage in both copies when it returns. The same again changes nothing.
func (s *Store) Put(id string, seed release.Seed) error {
	if !idForm.MatchString(id) {
		return fmt.Errorf("keeping a seed: %q is no identifier of a report", id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch have, err := s.get(id); {
	case err == nil && have != seed:
		return fmt.Errorf("%w: %s", ErrExists, id)
	case err == nil:
		return nil
	case !errors.Is(err, ErrNotFound):
		return err
	}
	for i := range s.folders {
		if err := s.fs.WriteFile(s.path(i, id, suffix), encode(seed), 0o600); err != nil {
			return fmt.Errorf("keeping the seed of %s: %w", id, err)
		}
	}
	return nil
}

// Get returns the seed of a report, and puts a copy right that is not what the other is.
func (s *Store) Get(id string) (release.Seed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.get(id)
}

func (s *Store) get(id string) (release.Seed, error) {
	if !idForm.MatchString(id) {
		return release.Seed{}, fmt.Errorf("%w: %q", ErrNotFound, id)
	}
	gone, err := s.marked(id)
	if err != nil {
		return release.Seed{}, err
	}
	if gone {
		return release.Seed{}, fmt.Errorf("%w: %s", ErrDestroyed, id)
	}
	var seeds [2]release.Seed
	var good, there [2]bool
	for i := range s.folders {
		b, err := s.fs.ReadFile(s.path(i, id, suffix), mostFile)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			there[i] = true // it cannot be read; the other may
		default:
			there[i] = true
			seeds[i], good[i] = decode(b)
		}
	}
	switch {
	case good[0] && good[1] && seeds[0] == seeds[1]:
		return seeds[0], nil
	case good[0] && good[1]:
		return release.Seed{}, fmt.Errorf("%w: %s: the copies are of two seeds", ErrDamaged, id)
	case good[0]:
		return seeds[0], s.fs.WriteFile(s.path(1, id, suffix), encode(seeds[0]), 0o600)
	case good[1]:
		return seeds[1], s.fs.WriteFile(s.path(0, id, suffix), encode(seeds[1]), 0o600)
	case there[0] || there[1]:
		return release.Seed{}, fmt.Errorf("%w: %s", ErrDamaged, id)
	}
	return release.Seed{}, fmt.Errorf("%w: %s", ErrNotFound, id)
}

func (s *Store) marked(id string) (bool, error) {
	for i := range s.folders {
		_, err := s.fs.ReadFile(s.path(i, id, over), mostFile)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return false, nil
}

// Destroy overwrites the seed of a report in both copies and takes it away for good; that it was is kept. It may be called again.
func (s *Store) Destroy(id string) error {
	if !idForm.MatchString(id) {
		return fmt.Errorf("%w: %q", ErrNotFound, id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.folders { // from the first mark on nobody is given it, whatever happens
		if err := s.fs.CreateFile(s.path(i, id, over), []byte("destroyed\n"), 0o600); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("destroying the seed of %s: %w", id, err)
		}
	}
	for i := range s.folders {
		if err := s.fs.Destroy(s.path(i, id, suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("destroying the seed of %s: %w", id, err)
		}
	}
	return nil
}
