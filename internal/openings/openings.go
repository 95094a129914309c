// Package openings keeps what opens the leaves of the transparency log: for each leaf the salt, the kind and the body that
// it commits to, and the event of the journal that it is of.
//
// The salts are random and nowhere else: without them nobody can show what a leaf says. So there are two files, in two
// folders, best on two disks, and each record is on stable storage in both before its leaf is published. A file is
//
//	"OVFLOPEN" version
//	records: length of the rest (4 bytes, big-endian), CRC-32C of the rest (4), event (8), opening
//
// Open reads both files whole. A record that one file has and the other has not, or has damaged, is put back from the
// one; a record that is damaged in both is an error that names the place.
package openings

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"sync"

	"overflight/internal/durable"
)

// Config says where the copies are.
type Config struct {
	Folders  [2]string
	ReadOnly bool        // heals nothing and takes no lock: beside a process that appends
	FS       *durable.FS // nil is the operating system's
}

// Record is what opens one leaf.
type Record struct {
	Event   uint64 // sequence in the journal's stream of events; 0 is padding
	Opening []byte // transparency.Opening.Bytes
}

// What a caller tells apart.
var (
	ErrDamaged  = errors.New("openings are damaged in both copies")
	ErrConflict = errors.New("the copies of the openings contradict each other")
	ErrNotFound = errors.New("no such opening")
)

// Finding is a copy that was not what was written, and was put right.
type Finding struct{ File, Reason string }

const (
	file       = "openings"
	magic      = "OVFLOPEN\x01"
	frame      = 8
	mostRecord = 1 << 14
	mostFile   = 1 << 40
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Store is open. It may be used by several goroutines; one appends.
type Store struct {
	cfg   Config
	fs    *durable.FS
	locks []*durable.Lock

	mu     sync.RWMutex
	ends   []int64 // offset behind each record
	events []uint64
	last   uint64 // greatest event
	files  [2]*durable.Appender
	healed []Finding
}

func (c Config) checked() (Config, *durable.FS) {
	if c.FS == nil {
		c.FS = durable.OS()
	}
	return c, c.FS
}

func (c Config) path(i int) string { return filepath.Join(c.Folders[i], file) }

// Create makes a store without records. fs.ErrExist where there is one.
func Create(c Config) (*Store, error) {
	c, f := c.checked()
	for i, folder := range c.Folders {
		if err := f.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("making openings: %w", err)
		}
		if err := f.CreateFile(c.path(i), []byte(magic), 0o600); err != nil {
			if i == 1 && errors.Is(err, fs.ErrExist) {
				continue // a making that was cut short and done again
			}
			return nil, fmt.Errorf("making openings: %w", err)
		}
	}
	return Open(c)
}

// Open opens a store that Create made, and puts right what one copy has right.
func Open(c Config) (*Store, error) {
	c, f := c.checked()
	s := &Store{cfg: c, fs: f}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// copyOf is what one file holds: records up to where it is whole.
type copyOf struct {
	data   []byte
	ends   []int64
	events []uint64
	fault  string // why it is not whole; empty when it is
	gone   bool   // it is missing, or does not even begin as openings do
}

func (s *Store) open() error {
	if !s.cfg.ReadOnly {
		for _, folder := range s.cfg.Folders {
			lock, err := s.fs.Lock(filepath.Join(folder, "lock"))
			if err != nil {
				return fmt.Errorf("openings %s: %w", folder, err)
			}
			s.locks = append(s.locks, lock)
		}
	}
	var copies [2]copyOf
	for i := range copies {
		b, err := s.fs.ReadFile(s.cfg.path(i), mostFile)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			copies[i] = copyOf{fault: "is missing", gone: true}
		case err != nil:
			copies[i] = copyOf{fault: err.Error(), gone: true}
		default:
			copies[i] = parse(b)
		}
	}
	switch {
	case copies[0].gone && copies[1].gone && len(copies[0].data)+len(copies[1].data) > 0:
		return fmt.Errorf("%w: %s %s, %s %s", ErrDamaged, s.cfg.path(0), copies[0].fault, s.cfg.path(1), copies[1].fault)
	case copies[0].gone && copies[1].gone:
		return fmt.Errorf("openings: neither %s nor %s is there: %w", s.cfg.path(0), s.cfg.path(1), fs.ErrNotExist)
	}
	data, err := s.merge(&copies)
	if err != nil {
		return err
	}
	whole := parse(data)
	s.ends, s.events = whole.ends, whole.events
	for _, e := range s.events {
		s.last = max(s.last, e)
	}
	if s.cfg.ReadOnly {
		return nil
	}
	return s.reopen()
}

// merge returns the bytes that both copies should hold, and writes them where they are not.
func (s *Store) merge(copies *[2]copyOf) ([]byte, error) {
	a, b := &copies[0], &copies[1]
	best, other, name := a, b, s.cfg.path(1)
	if len(b.ends) > len(a.ends) && !b.gone || a.gone {
		best, other, name = b, a, s.cfg.path(0)
	}
	end := end(best.ends)
	common := end
	if n := len(other.ends); n < len(best.ends) {
		common = int64(len(magic))
		if n > 0 {
			common = other.ends[n-1]
		}
	}
	if !other.gone && len(other.ends) > 0 && string(best.data[:common]) != string(other.data[:common]) {
		return nil, fmt.Errorf("%w: before byte %d", ErrConflict, common)
	}
	// A record is written to the first copy, then to the second. One that is torn in the one and absent in the other was
	// never acknowledged; one that is broken in both was.
	if best.fault != "" && other.fault != "" && !other.gone && len(best.ends) == len(other.ends) && best.longer() && other.longer() {
		return nil, fmt.Errorf("%w: %s at byte %d: %s", ErrDamaged, name, end, other.fault)
	}
	data := best.data[:end]
	for i, c := range []*copyOf{a, b} {
		if !c.gone && int64(len(c.data)) == end && c.fault == "" && len(c.ends) == len(best.ends) {
			continue
		}
		reason := c.fault
		if reason == "" {
			reason = fmt.Sprintf("has %d of %d records", len(c.ends), len(best.ends))
		}
		s.healed = append(s.healed, Finding{File: s.cfg.path(i), Reason: reason})
		if s.cfg.ReadOnly {
			continue
		}
		if err := s.fs.WriteFile(s.cfg.path(i), data, 0o600); err != nil {
			return nil, fmt.Errorf("putting openings right: %w", err)
		}
	}
	return data, nil
}

// longer tells whether bytes follow the last whole record.
func (c *copyOf) longer() bool { return int64(len(c.data)) > end(c.ends) }

func end(ends []int64) int64 {
	if len(ends) == 0 {
		return int64(len(magic))
	}
	return ends[len(ends)-1]
}

// parse reads records up to the first that is none.
func parse(b []byte) copyOf {
	c := copyOf{data: b}
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		c.fault, c.gone = "does not begin as openings do", true
		return c
	}
	for at := len(magic); at < len(b); {
		if len(b)-at < frame {
			c.fault = fmt.Sprintf("ends within a record at byte %d", at)
			return c
		}
		n, sum := int(binary.BigEndian.Uint32(b[at:])), binary.BigEndian.Uint32(b[at+4:])
		if n < 8 || n > mostRecord || n > len(b)-at-frame {
			c.fault = fmt.Sprintf("length of %d at byte %d", n, at)
			return c
		}
		rest := b[at+frame : at+frame+n]
		if crc32.Checksum(rest, castagnoli) != sum {
			c.fault = fmt.Sprintf("checksum at byte %d", at)
			return c
		}
		at += frame + n
		c.ends = append(c.ends, int64(at))
		c.events = append(c.events, binary.BigEndian.Uint64(rest))
	}
	return c
}

// reopen opens both files at the end of what is known. What an append that failed left behind is cut off.
func (s *Store) reopen() error {
	for i := range s.files {
		if s.files[i] != nil {
			_ = s.files[i].Close() // it is dead or about to be replaced
			s.files[i] = nil
		}
		a, err := s.fs.OpenAppend(s.cfg.path(i), 0o600)
		if err != nil {
			return fmt.Errorf("opening openings: %w", err)
		}
		s.files[i] = a
		if a.Size() > end(s.ends) {
			if err := a.Truncate(end(s.ends)); err != nil {
				return fmt.Errorf("opening openings: %w", err)
			}
		}
	}
	return nil
}

// Append adds records, and returns when they are on stable storage in both copies. After an error none of them counts, and
// the same may be appended again.
func (s *Store) Append(records []Record) error {
	if len(records) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var b []byte
	at := end(s.ends)
	ends, events := s.ends, s.events
	for _, r := range records {
		n := 8 + len(r.Opening)
		if n > mostRecord {
			return fmt.Errorf("opening of %d bytes, at most %d", n, mostRecord)
		}
		begin := len(b)
		b = append(b, make([]byte, frame+8)...)
		binary.BigEndian.PutUint32(b[begin:], uint32(n))
		binary.BigEndian.PutUint64(b[begin+frame:], r.Event)
		b = append(b, r.Opening...)
		binary.BigEndian.PutUint32(b[begin+4:], crc32.Checksum(b[begin+frame:], castagnoli))
		ends, events = append(ends, at+int64(len(b))), append(events, r.Event)
	}
	for _, f := range s.files {
		if f == nil {
			if err := s.reopen(); err != nil {
				return err
			}
			break
		}
	}
	for i, f := range s.files {
		if f.Size() != at {
			if err := s.reopen(); err != nil {
				return err
			}
			f = s.files[i]
		}
		if err := f.Append(b); err != nil {
			for k := range s.files {
				_ = s.files[k].Close() // reopened, and cut, by the next
				s.files[k] = nil
			}
			return fmt.Errorf("appending openings: %w", err)
		}
	}
	s.ends, s.events = ends, events
	for _, r := range records {
		s.last = max(s.last, r.Event)
	}
	return nil
}

// Count is how many leaves have their opening.
func (s *Store) Count() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return uint64(len(s.ends))
}

// LastEvent is the sequence of the last event that has a leaf, 0 when none has.
func (s *Store) LastEvent() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.last
}

// Event is the sequence of the event of a leaf, 0 of padding.
func (s *Store) Event(leaf uint64) (uint64, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if leaf >= uint64(len(s.events)) {
		return 0, fmt.Errorf("%w: leaf %d of %d", ErrNotFound, leaf, len(s.events))
	}
	return s.events[leaf], nil
}

// At returns what opens a leaf, from whichever copy has it right.
func (s *Store) At(leaf uint64) (Record, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if leaf >= uint64(len(s.ends)) {
		return Record{}, fmt.Errorf("%w: leaf %d of %d", ErrNotFound, leaf, len(s.ends))
	}
	from := int64(len(magic))
	if leaf > 0 {
		from = s.ends[leaf-1]
	}
	b := make([]byte, s.ends[leaf]-from)
	var faults []error
	for i := range s.cfg.Folders {
		if err := s.readAt(i, b, from); err != nil {
			faults = append(faults, err)
			continue
		}
		if crc32.Checksum(b[frame:], castagnoli) == binary.BigEndian.Uint32(b[4:]) {
			return Record{Event: binary.BigEndian.Uint64(b[frame:]), Opening: b[frame+8:]}, nil
		}
		faults = append(faults, fmt.Errorf("%s: checksum at byte %d", s.cfg.path(i), from))
	}
	return Record{}, fmt.Errorf("%w: %w", ErrDamaged, errors.Join(faults...))
}

func (s *Store) readAt(i int, b []byte, at int64) error {
	f, err := s.fs.Open(s.cfg.path(i))
	if err != nil {
		return err
	}
	_, err = f.ReadAt(b, at)
	return errors.Join(err, f.Close())
}

// Healed lists what Open put right.
func (s *Store) Healed() []Finding { return s.healed }

// Verify reads both files again and names what is wrong with them; it changes nothing.
func (s *Store) Verify() []Finding {
	s.mu.RLock()
	want, count := end(s.ends), len(s.ends)
	s.mu.RUnlock()
	var out []Finding
	for i := range s.cfg.Folders {
		b, err := s.fs.ReadFile(s.cfg.path(i), mostFile)
		if err != nil {
			out = append(out, Finding{s.cfg.path(i), err.Error()})
			continue
		}
		c := parse(b[:min(int64(len(b)), want)])
		switch {
		case c.fault != "":
			out = append(out, Finding{s.cfg.path(i), c.fault})
		case len(c.ends) < count:
			out = append(out, Finding{s.cfg.path(i), fmt.Sprintf("has %d of %d records", len(c.ends), count)})
		}
	}
	return out
}

// Close gives the files and the locks back.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for i, f := range s.files {
		if f != nil {
			errs = append(errs, f.Close())
			s.files[i] = nil
		}
	}
	for _, l := range s.locks {
		errs = append(errs, l.Unlock())
	}
	s.locks = nil
	return errors.Join(errs...)
}
