package sqlite

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"time"

	"overflight/journal"
)

// row is the values of one row in the order of the table's columns, without the sum: nil, int64, float64, string or
// []byte.
type row []any

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sum is over the kind and the bytes of every value. SQLite has no checksums of its own: without this, a flipped bit
// in a value would be shown as the value.
func (r row) sum() int64 {
	var head [9]byte
	sum := uint32(0)
	for _, v := range r {
		switch v := v.(type) {
		case int64:
			head[0] = 'i'
			binary.LittleEndian.PutUint64(head[1:], uint64(v))
			sum = crc32.Update(sum, castagnoli, head[:])
		case float64:
			head[0] = 'f'
			binary.LittleEndian.PutUint64(head[1:], math.Float64bits(v))
			sum = crc32.Update(sum, castagnoli, head[:])
		case string:
			head[0] = 's'
			binary.LittleEndian.PutUint64(head[1:], uint64(len(v)))
			sum = crc32.Update(sum, castagnoli, head[:])
			sum = crc32.Update(sum, castagnoli, []byte(v))
		case []byte:
			head[0] = 'b'
			binary.LittleEndian.PutUint64(head[1:], uint64(len(v)))
			sum = crc32.Update(sum, castagnoli, head[:])
			sum = crc32.Update(sum, castagnoli, v)
		default:
			sum = crc32.Update(sum, castagnoli, []byte{'n'})
		}
	}
	return int64(sum)
}

// integer returns 0 for what is no integer: the sum has vouched for the row.
func (r row) integer(t *table, name string) int64 {
	n, _ := r[t.column(name)].(int64)
	return n
}

func (r row) text(t *table, name string) string {
	s, _ := r[t.column(name)].(string)
	return s
}

func (r row) blob(t *table, name string) []byte {
	b, _ := r[t.column(name)].([]byte)
	return b
}

func (r row) set(t *table, name string, v any) { r[t.column(name)] = v }

// add counts, and stays at the greatest number rather than going round.
func (r row) add(t *table, name string, n uint64) {
	was := r.integer(t, name)
	if n > uint64(math.MaxInt64-was) {
		r.set(t, name, int64(math.MaxInt64))
		return
	}
	r.set(t, name, was+int64(n))
}

// micros is the column of an instant, NULL for none.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// bounded is the column of an instant that bounds a filter: unknown is without bound.
func bounded(t time.Time, otherwise int64) int64 {
	if t.IsZero() {
		return otherwise
	}
	return t.UnixMicro()
}

// real64 is the column of a number: SQLite knows neither NaN nor a negative zero.
func real64(f float64) any {
	switch {
	case f != f:
		return nil
	case f == 0:
		return 0.0
	}
	return f
}

// count is the column of a count.
func count(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// body is the one form of a record.
func (p *Positioned) body() ([]byte, error) {
	if len(p.Encoded) > 0 {
		return p.Encoded, nil
	}
	return journal.Encode(p.Record)
}

// own is the producer of the parts of records that are kept by themselves.
const own journal.Producer = "readmodel"

func part(e journal.Event) ([]byte, error) {
	return journal.Encode(journal.Record{Producer: own, Sequence: 1, Event: e})
}

// read returns the event of a body, which must be an E.
func read[E journal.Event](t *table, b []byte) (E, error) {
	r, found := journal.Decode(b)
	e, ok := r.Event.(E)
	if !ok || len(found) != 0 {
		return e, &DamageError{What: "table " + t.name + ": body is no record"}
	}
	return e, nil
}
