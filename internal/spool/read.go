package spool

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"overflight/evidence"
)

// readAhead is how much of a file is read at once.
const readAhead = 256 << 10

// reader is the consumer's place.
type reader struct {
	cursor uint64   // the next record has this sequence or a higher one
	batch  []Record // read from a file
	base   uint64   // file and place behind batch
	offset int64
}

// Rewind has Next begin again with the oldest record that is not acknowledged: for a consumer that
// lost what it had taken. It is for the goroutine that calls Next.
func (s *Spool) Rewind() { s.reader = reader{} }

// Next returns the next record in order of sequence: from the disk after an Open or when the consumer
// is far behind, else from memory. It waits for one until ctx ends or Run has returned, and then
// returns ErrClosed. The bytes are read only.
func (s *Spool) Next(ctx context.Context) (Record, error) {
	for {
		r, ok, wait, err := s.tryNext()
		if err != nil || ok {
			return r, err
		}
		if !wait {
			continue
		}
		if err := ctx.Err(); err != nil {
			return Record{}, err
		}
		select {
		case <-ctx.Done():
			return Record{}, ctx.Err()
		case <-s.arrived:
		}
	}
}

// tryNext returns a record, or whether to wait for one.
func (s *Spool) tryNext() (r Record, ok, wait bool, err error) {
	rd := &s.reader
	s.mu.Lock()
	if rd.cursor <= s.acked {
		rd.cursor = s.acked + 1
	}
	for len(rd.batch) > 0 && rd.batch[0].Sequence < rd.cursor {
		rd.batch = rd.batch[1:]
	}
	if len(rd.batch) > 0 {
		s.mu.Unlock()
		r, rd.batch = rd.batch[0], rd.batch[1:]
		rd.cursor = r.Sequence + 1
		return r, true, false, nil
	}
	if rd.cursor >= s.tailFrom {
		defer s.mu.Unlock()
		i, _ := slices.BinarySearchFunc(s.tail, rd.cursor, bySequence)
		if i < len(s.tail) && s.tail[i].Sequence < s.reserved {
			r = s.tail[i]
			s.passOver(rd.cursor, r.Sequence)
			rd.cursor = r.Sequence + 1
			return r, true, false, nil
		}
		if s.closed && i == len(s.tail) {
			return Record{}, false, false, ErrClosed
		}
		return Record{}, false, true, nil
	}
	var file extent
	for _, f := range s.files {
		if f.last >= rd.cursor {
			file = f
			break
		}
	}
	until := s.tailFrom
	s.mu.Unlock()
	if file.path == "" || file.base >= until {
		// Nothing between here and memory is on disk: acknowledged, declared or damaged.
		s.mu.Lock()
		s.passOver(rd.cursor, until)
		s.mu.Unlock()
		rd.cursor = until
		return Record{}, false, false, nil
	}
	return Record{}, false, false, s.readOn(file)
}

// readOn reads the next stretch of a file into the batch.
func (s *Spool) readOn(file extent) error {
	rd := &s.reader
	if rd.base != file.base || rd.offset < file.start {
		rd.base, rd.offset = file.base, file.start
	}
	if rd.offset >= file.size {
		// Its last records are not where they were.
		s.mu.Lock()
		s.passOver(rd.cursor, file.last+1)
		s.mu.Unlock()
		rd.cursor = file.last + 1
		return nil
	}
	f, err := os.Open(file.path)
	if os.IsNotExist(err) {
		// Gone meanwhile, by acknowledgement or by a declared loss; or by somebody else's hand.
		s.mu.Lock()
		gone := !slices.ContainsFunc(s.files, func(f extent) bool { return f.base == file.base })
		if !gone {
			s.config.Finding(evidence.Defect{Code: CodeDamaged, Item: filepath.Base(file.path), Got: "-"})
			s.passOver(rd.cursor, file.last+1)
		}
		s.mu.Unlock()
		rd.cursor = max(rd.cursor, file.last+1)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	for n := int64(readAhead); ; n *= 2 {
		b := make([]byte, min(n, file.size-rd.offset))
		got, err := f.ReadAt(b, rd.offset)
		if err != nil && err != io.EOF {
			return err
		}
		b = b[:got]
		whole := rd.offset+int64(got) >= file.size || int64(got) < min(n, file.size-rd.offset)
		used := s.parseBatch(b, file, whole || n > 4*int64(s.config.MaxRecord))
		rd.offset += int64(used)
		if got == 0 {
			rd.offset = file.size
		}
		if used > 0 || got == 0 {
			return nil
		}
	}
}

// parseBatch takes the frames of b into the batch and returns how much it used. When final, what is
// no frame up to the end is damage; else it may be the beginning of one.
func (s *Spool) parseBatch(b []byte, file extent, final bool) int {
	rd := &s.reader
	cursor := rd.cursor
	at := 0
	for at < len(b) {
		fr, err := parseFrame(b[at:], s.config.MaxRecord)
		if err == errShort && !final { //nolint:errorlint // parseFrame returns it as it is
			return at
		}
		if err != nil {
			next := nextMarker(b, at+1)
			if next < 0 {
				next = len(b)
				if !final {
					next = max(at+1, len(b)-3) // a marker may begin here
				}
			}
			s.config.Finding(evidence.Defect{
				Code: CodeDamaged, Item: filepath.Base(file.path), Offset: rd.offset + int64(at), Got: strconv.Itoa(next-at) + " B",
			})
			at = next
			continue
		}
		at += fr.length
		if fr.kind != kindRecord || fr.record.Sequence < cursor {
			continue
		}
		if fr.record.Sequence > cursor {
			s.mu.Lock()
			s.passOver(cursor, fr.record.Sequence)
			s.mu.Unlock()
		}
		rd.batch = append(rd.batch, fr.record)
		cursor = fr.record.Sequence + 1
	}
	return at
}
