package journal

import (
	"fmt"
	"strconv"

	"overflight/evidence"
)

// What a Checker finds. Offset is the sequence in the stream.
const (
	// CodeSequence: a sequence of the stream is not one more than that before.
	CodeSequence evidence.Code = "journal.sequence"
	// CodeProducerSequence: a producer's sequence is not one more than that before; Item is the producer.
	CodeProducerSequence evidence.Code = "journal.producer_sequence"
	// CodeSegmentTwice: a segment was sealed a second time; Item is the segment.
	CodeSegmentTwice evidence.Code = "journal.segment_twice"
	// CodeSortieNumber: a sortie's number is not one more than that before in its year; Item is the sortie.
	CodeSortieNumber evidence.Code = "journal.sortie_number"
	// CodeErasedUnsealed: a tombstone of a segment that was never sealed; Item is the segment.
	CodeErasedUnsealed evidence.Code = "journal.erased_unsealed"
)

// Checker holds a stream of records, read from its beginning, to what must be true of every journal: sequences of
// the stream and of each producer without gaps, each segment sealed once and erased only after, sorties numbered
// from 1 without gaps for one operator and year. The zero Checker is at the beginning of a stream. It is for one
// goroutine.
type Checker struct {
	sequence  uint64
	producers map[Producer]uint64
	sealed    map[SegmentID]struct{}
	sorties   map[Sortie]uint32 // key without Number
}

// Add checks the record with a sequence of the stream, which begin at 1. After a gap it goes on from what it was
// given, so that one loss is found once.
func (k *Checker) Add(sequence uint64, r Record) []evidence.Defect {
	var found []evidence.Defect
	find := func(code evidence.Code, item string, got, want uint64) {
		d := evidence.Defect{Code: code, Offset: int64(sequence), Item: item}
		if want != 0 {
			d.Got, d.Want = strconv.FormatUint(got, 10), strconv.FormatUint(want, 10)
		}
		found = append(found, d)
	}
	if k.producers == nil {
		k.producers, k.sealed, k.sorties = map[Producer]uint64{}, map[SegmentID]struct{}{}, map[Sortie]uint32{}
	}
	if sequence != k.sequence+1 {
		find(CodeSequence, "", sequence, k.sequence+1)
	}
	k.sequence = sequence
	if r.Producer != "" {
		if last := k.producers[r.Producer]; r.Sequence != last+1 {
			find(CodeProducerSequence, string(r.Producer), r.Sequence, last+1)
		}
		k.producers[r.Producer] = r.Sequence
	}
	switch e := r.Event.(type) {
	case SegmentSealed:
		if _, twice := k.sealed[e.Segment]; twice {
			find(CodeSegmentTwice, string(e.Segment), 0, 0)
		}
		k.sealed[e.Segment] = struct{}{}
	case SegmentErased:
		if _, ok := k.sealed[e.Segment]; !ok {
			find(CodeErasedUnsealed, string(e.Segment), 0, 0)
		}
	case FlightOpened:
		year := e.Flight
		year.Number = 0
		if last := k.sorties[year]; e.Flight.Number != last+1 {
			find(CodeSortieNumber, e.Flight.String(), uint64(e.Flight.Number), uint64(last)+1)
		}
		k.sorties[year] = e.Flight.Number
	default: // the other events hold by themselves
	}
	return found
}

// Sequence returns the last sequence that was checked, 0 before the first.
func (k *Checker) Sequence() uint64 { return k.sequence }

// String is for logs.
func (k *Checker) String() string {
	return fmt.Sprintf("%d records of %d producers", k.sequence, len(k.producers))
}
