package delivery

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"overflight/evidence"
	"overflight/internal/durable"
)

// index knows by kind and id what a sender's stream holds, for as long as the stream is kept. Its file is a copy of what
// the stream says, written now and then: what is missing or damaged at its end is read from the stream again.
//
// Its methods are called by one goroutine at a time.
type index struct {
	file    *durable.Appender
	entries []entry // entry n is item n+1
	byKey   map[key]uint64
	written int // entries that are in the file
}

type key [16]byte

func keyOf(kind, id string) key {
	sum := sha256.Sum256([]byte(kind + "\x00" + id))
	return key(sum[:16])
}

type entry struct {
	key    key
	digest [8]byte // of the item's digest: enough to tell another body by mistake
	end    uint64  // sequence of its last message in the stream
	at     int64   // when it was stored, Unix milliseconds
}

const (
	entrySize  = 8 + 8 + 16 + 8 + 8
	writeEvery = 256
)

func (e entry) encode(sequence uint64) []byte {
	b := make([]byte, 0, entrySize)
	b = binary.BigEndian.AppendUint64(b, e.end)
	b = binary.BigEndian.AppendUint64(b, uint64(e.at))
	b = append(b, e.key[:]...)
	b = append(b, e.digest[:]...)
	return append(b, seal(sequence, b)...)
}

// seal is a short checksum that also fits the place.
func seal(n uint64, b []byte) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(append([]byte{}, b...), n))
	return sum[:8]
}

// openIndex reads what the file has, up to the first record that is not whole.
func openIndex(name string) (*index, error) {
	f, err := durable.OS().OpenAppend(name, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the index of items: %w", err)
	}
	x := &index{file: f, byKey: map[key]uint64{}}
	b := make([]byte, entrySize)
	for n := int64(0); (n+1)*entrySize <= f.Size(); n++ {
		if _, err := f.ReadAt(b, n*entrySize); err != nil {
			return nil, errors.Join(fmt.Errorf("reading the index of items: %w", err), f.Close())
		}
		body := b[:entrySize-8]
		if string(seal(uint64(n+1), body)) != string(b[entrySize-8:]) {
			break
		}
		x.add(entry{
			end: binary.BigEndian.Uint64(body), at: int64(binary.BigEndian.Uint64(body[8:])), key: key(body[16:32]), digest: [8]byte(body[32:40]),
		})
	}
	x.written = len(x.entries)
	if err := f.Truncate(int64(x.written) * entrySize); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return x, nil
}

func (x *index) add(e entry) {
	x.entries = append(x.entries, e)
	x.byKey[e.key] = uint64(len(x.entries))
}

// last returns the sequence of the last item, and where it ends in the stream.
func (x *index) last() (item, end uint64) {
	if n := len(x.entries); n > 0 {
		return uint64(n), x.entries[n-1].end
	}
	return 0, 0
}

// through returns the last item that ends at or before a sequence of the stream, and when the next was stored; zero where
// there is none.
func (x *index) through(end uint64) (item uint64, next time.Time) {
	lo, hi := 0, len(x.entries)
	for lo < hi {
		if mid := (lo + hi) / 2; x.entries[mid].end <= end {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(x.entries) {
		next = time.UnixMilli(x.entries[lo].at).UTC()
	}
	return uint64(lo), next
}

// write brings the file up to date, or waits until it is worth it.
func (x *index) write(all bool) error {
	due := x.entries[x.written:]
	if len(due) == 0 || !all && len(due) < writeEvery {
		return nil
	}
	b := make([]byte, 0, len(due)*entrySize)
	for i, e := range due {
		b = append(b, e.encode(uint64(x.written+i+1))...)
	}
	if err := x.file.Append(b); err != nil {
		return fmt.Errorf("writing the index of items: %w", err)
	}
	x.written = len(x.entries)
	return nil
}

func (x *index) close() error { return errors.Join(x.write(true), x.file.Close()) }

func short(d evidence.Digest) [8]byte { return [8]byte(d[:8]) }
