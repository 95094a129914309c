package spool

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"overflight/evidence"
)

// ErrSource is returned for a folder that is the spool of another source.
var ErrSource = errors.New("folder is the spool of another source")

// maxBase is more than can be counted to.
const maxBase = 1 << 62

// found is what a file held.
type found struct {
	extent
	head  head
	acked uint64
	ended uint64 // next sequence, when it ends with the mark of a stop in order
	at    time.Time
}

// recover reads the folder and begins a new file.
func (s *Spool) recover(now time.Time) error {
	if err := os.MkdirAll(s.config.Dir, 0o700); err != nil {
		return err
	}
	if err := s.readLosses(); err != nil {
		return err
	}
	torn, err := filepath.Glob(filepath.Join(s.config.Dir, "*"+newSuffix))
	if err != nil {
		return err
	}
	for _, name := range torn {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	names, err := filepath.Glob(filepath.Join(s.config.Dir, "*.spool"))
	if err != nil {
		return err
	}
	slices.Sort(names) // by base: the numbers have leading zeros
	var all []found
	for i, name := range names {
		f, ok, err := s.readFile(name, i == len(names)-1)
		if err != nil {
			return err
		}
		if ok {
			all = append(all, f)
		}
	}
	if err := s.resume(all, now); err != nil {
		return err
	}
	s.tailFrom = s.next
	s.disk.Lock()
	defer s.disk.Unlock()
	if err := s.saveLosses(); err != nil {
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	s.removeAcked()
	return nil
}

// readFile reads one file; ok is false for one that is none of this spool's.
func (s *Spool) readFile(path string, last bool) (found, bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return found{}, false, err
	}
	name := filepath.Base(path)
	// Batches are bounded by memory and files by their size; ten times that is nothing we wrote.
	if limit := 10 * (s.config.FileBytes + int64(s.config.MaxMemory) + int64(s.config.MaxRecord)); !info.Mode().IsRegular() || info.Size() > max(limit, 1<<30) {
		s.config.Finding(evidence.Defect{Code: CodeForeign, Item: name, Got: strconv.FormatInt(info.Size(), 10) + " B"})
		return found{}, false, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return found{}, false, err
	}
	h, start, err := parseHead(b)
	base, numErr := strconv.ParseUint(strings.TrimSuffix(name, ".spool"), 10, 64)
	if numErr != nil || base > maxBase || err == nil && h.base != base {
		s.config.Finding(evidence.Defect{Code: CodeForeign, Item: name})
		return found{}, false, nil
	}
	if err == nil && h.source != s.config.Source {
		return found{}, false, fmt.Errorf("%w: %q", ErrSource, h.source)
	}
	f := found{extent: extent{base: base, start: int64(start), size: int64(len(b)), path: path}, head: h}
	if err != nil {
		// The name still tells the base; the records can be found without the head.
		s.config.Finding(evidence.Defect{Code: CodeDamaged, Item: name, Got: "0", Want: magic})
	}
	end, skipped := walk(b[start:], s.config.MaxRecord, func(fr frame) {
		f.ended = 0
		switch fr.kind {
		case kindRecord:
			if f.last == 0 {
				f.arrival = fr.record.Arrival
			}
			f.last = max(f.last, fr.record.Sequence)
			f.at = fr.record.Arrival
		case kindAck:
			f.acked = max(f.acked, fr.record.Sequence)
		case kindEnd:
			f.ended = fr.record.Sequence
		}
	})
	for _, d := range skipped {
		s.config.Finding(evidence.Defect{Code: CodeDamaged, Item: name, Offset: int64(start) + d.offset, Got: strconv.FormatInt(d.length, 10) + " B"})
	}
	if rest := int64(len(b) - start - end); rest > 0 {
		code := CodeDamaged
		if last {
			code = CodeTail
			f.size = int64(start + end)
			if err := os.Truncate(path, f.size); err != nil {
				return found{}, false, fmt.Errorf("cutting the tail of %s: %w", name, err)
			}
		}
		s.config.Finding(evidence.Defect{Code: code, Item: name, Offset: int64(start + end), Got: strconv.FormatInt(rest, 10) + " B"})
	}
	return f, true, nil
}

// resume sets the sequences from what was found.
func (s *Spool) resume(all []found, now time.Time) error {
	s.next = 1
	var highest uint64
	var at time.Time
	known := false
	for _, f := range all {
		if f.head.producer != [16]byte{} {
			if known && f.head.producer != s.id {
				return fmt.Errorf("%w: two producers in one folder", ErrSource)
			}
			s.id, known = f.head.producer, true
		}
		s.acked = max(s.acked, f.acked)
		highest = max(highest, f.last)
		if f.at.After(at) {
			at = f.at
		}
		s.next = max(s.next, f.base, f.last+1)
	}
	if n := len(all); n > 0 {
		last := all[n-1]
		if last.ended > 0 {
			s.next = max(s.next, last.ended)
		} else {
			// Any sequence that was set aside may have been handed out and be lost with the memory.
			s.next = max(s.next, last.base+reserve)
			lost := Loss{
				Cause: CauseStopped, FirstSequence: max(highest, s.acked, last.base-1) + 1, LastSequence: s.next - 1,
				From: at, To: now.UTC(),
			}
			s.declare(lost)
			s.config.Finding(lost.finding())
		}
	}
	s.acked = min(s.acked, s.next-1)
	if !known {
		if _, err := rand.Read(s.id[:]); err != nil {
			return err
		}
	}
	for _, f := range all {
		if s.coveredByLoss(f.extent) {
			if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			continue
		}
		// The head goes for a file of the same base, in which there is nothing.
		if f.last > 0 {
			s.files = append(s.files, f.extent)
		} else if f.base != s.next {
			if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// coveredByLoss tells a file whose removal, already declared, a crash prevented.
func (s *Spool) coveredByLoss(f extent) bool {
	for _, l := range slices.Concat(s.losses, s.noted) {
		if l.Cause == CauseBound && f.last > 0 && l.FirstSequence <= max(f.base, s.acked+1) && f.last <= l.LastSequence {
			return true
		}
	}
	return false
}
