package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"overflight/evidence"
)

// Sync writes and fsyncs what is in memory, and removes what is acknowledged. When it returns nil,
// every record appended before the call is on disk, acknowledged or declared lost.
func (s *Spool) Sync(now time.Time) error {
	s.disk.Lock()
	defer s.disk.Unlock()
	return s.sync(now)
}

// sync is Sync with disk held.
func (s *Spool) sync(now time.Time) error {
	if s.finished {
		return ErrClosed
	}
	s.mu.Lock()
	until := s.next
	s.mu.Unlock()
	for {
		err := s.write()
		s.mu.Lock()
		first := s.failing == nil
		if s.failing = err; err != nil && first {
			s.failedAt = now
		}
		done := err != nil || s.durable()+1 >= until
		s.mu.Unlock()
		if err != nil && first {
			s.config.Finding(evidence.Defect{Code: CodeDisk, Item: s.config.Source, Got: err.Error()})
		}
		if done {
			return err
		}
	}
}

// write writes one batch. disk is held. Where it fails, nothing in memory changes, and the file ends
// with the batch before.
func (s *Spool) write() error {
	if err := s.saveLosses(); err != nil {
		return err
	}
	if s.file == nil {
		if err := s.begin(); err != nil {
			return err
		}
	}

	s.mu.Lock()
	b := s.buf[:0]
	acked := s.acked
	if acked > s.marked {
		b = appendMark(b, kindAck, acked)
	}
	last, arrival, end := uint64(0), time.Time{}, s.unsaved
	for ; end < len(s.tail) && (len(b) < s.config.MaxMemory/2 || last == 0); end++ {
		r := s.tail[end]
		b = appendRecord(b, r)
		if last == 0 {
			arrival = r.Arrival
		}
		last = r.Sequence
	}
	s.writing = last
	f := &s.files[len(s.files)-1]
	size := f.size
	s.mu.Unlock()
	if cap(b) <= 4<<20 {
		s.buf = b
	}

	if len(b) > 0 {
		_, err := s.file.Write(b)
		if err == nil {
			err = s.file.Sync()
		}
		if err != nil {
			s.abandon(size)
			s.mu.Lock()
			s.writing = 0
			s.mu.Unlock()
			return fmt.Errorf("writing spool: %w", err)
		}
	}

	s.mu.Lock()
	s.writing = 0
	s.marked = max(s.marked, acked)
	f = &s.files[len(s.files)-1]
	f.size += int64(len(b))
	if last > 0 {
		if f.last == 0 {
			f.arrival = arrival
		}
		f.last = last
		// What was acknowledged meanwhile is no longer in tail.
		saved, _ := slices.BinarySearchFunc(s.tail, last+1, bySequence)
		for _, r := range s.tail[min(s.unsaved, saved):saved] {
			s.pending -= r.size()
		}
		s.unsaved = saved
	}
	s.trimTail()
	full := f.size >= s.config.FileBytes || s.next-f.base > reserve/2
	s.mu.Unlock()

	if full {
		if err := s.begin(); err != nil {
			return err
		}
	}
	s.removeAcked()
	return s.boundDisk()
}

// trimTail keeps no more of what is on disk in memory than the consumer may soon want. mu is held.
func (s *Spool) trimTail() {
	n := 0
	for n < s.unsaved && s.held-s.pending > keepTail {
		s.held -= s.tail[n].size()
		s.tailFrom = s.tail[n].Sequence + 1
		n++
	}
	s.tail = slices.Delete(s.tail, 0, n)
	s.unsaved -= n
}

// abandon takes back what a failed write may have left. A file of which it cannot be taken back is
// written no more: its end is passed over in reading.
func (s *Spool) abandon(size int64) {
	if err := s.file.Truncate(size); err == nil {
		return
	}
	_ = s.file.Close()
	s.file = nil
}

// begin starts the next file. Its head is on disk, with the folder's entry, before a sequence that it
// sets aside is handed out. disk is held.
func (s *Spool) begin() error {
	s.mu.Lock()
	h := head{producer: s.id, base: s.next, source: s.config.Source}
	if s.unsaved < len(s.tail) {
		h.base = s.tail[s.unsaved].Sequence
	}
	// The acknowledgement goes along, since the files that have it will be removed.
	b := appendMark(h.append(nil), kindAck, s.acked)
	acked := s.acked
	s.mu.Unlock()

	// Renamed when it is whole: a file of this base may lie there whose write failed.
	path := filepath.Join(s.config.Dir, fileName(h.base))
	file, err := s.config.Create(path + newSuffix)
	if err != nil {
		return fmt.Errorf("beginning a spool file: %w", err)
	}
	_, err = file.Write(b)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = os.Rename(path+newSuffix, path)
	}
	if err == nil {
		err = syncDir(s.config.Dir)
	}
	if err != nil {
		_ = os.Remove(path + newSuffix) // opening removes it otherwise
		return errors.Join(fmt.Errorf("beginning a spool file: %w", err), file.Close())
	}
	if s.file != nil {
		_ = s.file.Close() // all of it is fsynced
	}
	s.file = file
	s.mu.Lock()
	// A file that was abandoned with nothing in it had the same base.
	s.files = slices.DeleteFunc(s.files, func(f extent) bool { return f.base == h.base })
	s.files = append(s.files, extent{base: h.base, start: int64(len(b)), size: int64(len(b)), path: path})
	s.reserved = h.base + reserve
	s.marked = max(s.marked, acked)
	s.mu.Unlock()
	signal(s.arrived)
	return nil
}

func fileName(base uint64) string { return fmt.Sprintf("%020d.spool", base) }

// removeAcked removes files of which all is acknowledged: whole ones, never the one being written.
func (s *Spool) removeAcked() {
	s.mu.Lock()
	var gone []string
	keep := s.files[:0]
	for i, f := range s.files {
		if i < len(s.files)-1 && f.last <= s.acked {
			gone = append(gone, f.path)
			continue
		}
		keep = append(keep, f)
	}
	s.files = keep
	s.mu.Unlock()
	for _, path := range gone {
		_ = os.Remove(path) // what stays is passed over: its records are acknowledged
	}
}

// boundDisk gives up the oldest files when there are too many bytes. The loss is on disk before the
// file goes: a crash between the two leaves a file that the loss covers, which opening removes.
func (s *Spool) boundDisk() error {
	for {
		s.mu.Lock()
		var total int64
		for _, f := range s.files {
			total += f.size
		}
		if total <= s.config.MaxBytes || len(s.files) < 2 {
			s.mu.Unlock()
			return nil
		}
		oldest, acked := s.files[0], s.acked
		s.mu.Unlock()

		lost := Loss{Cause: CauseBound}
		b, err := os.ReadFile(oldest.path)
		if err == nil {
			walk(b[min(oldest.start, int64(len(b))):], s.config.MaxRecord, func(f frame) {
				if f.kind == kindRecord && f.record.Sequence > acked && f.record.Sequence >= oldest.base {
					lost.add(f.record)
				}
			})
		}
		if err != nil || lost.LastSequence < oldest.last && oldest.last > acked {
			// It cannot be counted, but its extent is known.
			lost.Counted = false
			lost.FirstSequence, lost.LastSequence = max(oldest.base, acked+1), oldest.last
		}
		s.mu.Lock()
		if lost.LastSequence > 0 {
			s.declare(lost)
		}
		s.mu.Unlock()
		if err := s.saveLosses(); err != nil {
			return err
		}
		s.mu.Lock()
		s.files = slices.DeleteFunc(s.files, func(f extent) bool { return f.base == oldest.base })
		// What is declared lost does not come from memory either.
		n, _ := slices.BinarySearchFunc(s.tail[:s.unsaved], oldest.last+1, bySequence)
		for _, r := range s.tail[:n] {
			s.held -= r.size()
		}
		s.tail = slices.Delete(s.tail, 0, n)
		s.unsaved -= n
		s.tailFrom = max(s.tailFrom, oldest.last+1)
		s.mu.Unlock()
		if err := os.Remove(oldest.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing the oldest of the spool: %w", err)
		}
		if lost.LastSequence > 0 {
			s.config.Finding(lost.finding())
		}
	}
}

// close writes what is left and the mark of a stop in order.
func (s *Spool) close(now time.Time) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	signal(s.arrived)
	s.disk.Lock()
	defer s.disk.Unlock()
	err := s.sync(now)
	s.finished = true
	s.mu.Lock()
	next, size := s.next, int64(0)
	if len(s.files) > 0 {
		size = s.files[len(s.files)-1].size
	}
	s.mu.Unlock()
	if s.file == nil {
		return err
	}
	if err == nil {
		_, err = s.file.Write(appendMark(nil, kindEnd, next))
		if err == nil {
			err = s.file.Sync()
		}
		if err != nil {
			_ = s.file.Truncate(size)
			err = fmt.Errorf("closing spool: %w", err)
		}
	}
	err = errors.Join(err, s.file.Close())
	s.file = nil
	return err
}
