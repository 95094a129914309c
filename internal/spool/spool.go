// Package spool keeps what a live source received on disk until it is safe elsewhere.
//
// A Spool is an append-only queue of records for one source, in files of one folder. Append never
// waits for the disk nor for the consumer: a record is held in memory, written and fsynced in batches
// at most half a second apart, and handed to the one consumer at once. What is acknowledged is removed. Each
// record has an identity (Producer, Sequence) that is never given twice, not after a crash, a power
// loss or a deleted folder, so that a consumer can drop what it already has.
//
// What cannot be kept is a declared Loss: the bound on the disk was reached, the disk took no writes,
// bytes on it were damaged, or the machine stopped. Every sequence that the consumer does not get is
// inside one.
package spool

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"overflight/evidence"
)

// The findings.
const (
	// CodeTail: the last file ended within a record, as after a power loss; it was cut there.
	CodeTail evidence.Code = "spool.tail"
	// CodeDamaged: a stretch of a file is no record; reading went on behind it.
	CodeDamaged evidence.Code = "spool.damaged"
	// CodeForeign: a file of the folder that is none of this spool; it was left alone.
	CodeForeign evidence.Code = "spool.foreign"
	// CodeDisk: the disk does not take writes; records are held in memory.
	CodeDisk evidence.Code = "spool.disk"
	// CodeLoss: records were given up unacknowledged.
	CodeLoss evidence.Code = "spool.loss"
)

// Errors of Append and Next.
var (
	ErrTooLarge = errors.New("record larger than the spool takes")
	ErrClosed   = errors.New("spool is closed")
)

// MaxFlush is the most that a record waits to be written and fsynced while the disk takes writes.
const MaxFlush = 500 * time.Millisecond

// Config is of a spool; zero values are the defaults.
type Config struct {
	Dir    string // made when it is not there
	Source string // name of the source; a folder belongs to one source

	MaxBytes  int64         // on disk, 512 MiB: 200 s of 20 Mbit/s. The oldest file goes when it is exceeded
	FileBytes int64         // of one file, 8 MiB, at most an eighth of MaxBytes
	MaxRecord int           // bytes of one record, 1 MiB
	MaxMemory int           // bytes of records that are not on disk yet, 8 MiB
	Flush     time.Duration // between writes, MaxFlush and at most that

	// Create makes the file of a name anew, for appending; os by default. Tests have it fail.
	Create func(name string) (File, error)
	// Finding is told each finding, from whatever goroutine makes it; it must not call the spool.
	Finding func(evidence.Defect)
}

// File is what a spool writes to.
type File interface {
	Write(b []byte) (int, error)
	Sync() error
	Truncate(size int64) error
	Close() error
}

func createFile(name string) (File, error) {
	return os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
}

func (c *Config) fill() error {
	if c.Dir == "" {
		return errors.New("spool without a folder")
	}
	if c.Source == "" || len(c.Source) > maxSource {
		return fmt.Errorf("name of a source of %d bytes, want 1 to %d", len(c.Source), maxSource)
	}
	byDefault(&c.MaxBytes, 512<<20)
	byDefault(&c.FileBytes, 8<<20)
	byDefault(&c.MaxRecord, 1<<20)
	byDefault(&c.MaxMemory, 8<<20)
	byDefault(&c.Flush, MaxFlush)
	c.FileBytes = max(min(c.FileBytes, c.MaxBytes/8), 4<<10)
	c.Flush = min(c.Flush, MaxFlush)
	if c.Create == nil {
		c.Create = createFile
	}
	if c.Finding == nil {
		c.Finding = func(evidence.Defect) {}
	}
	return nil
}

func byDefault[T int | int64 | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// reserve is how many sequences the head of a file sets aside. After a stop without a closing mark
// counting goes on behind them, since any of them may have been handed out.
const reserve = 1 << 20

// keepTail is how many bytes of records that are on disk are kept in memory for the consumer.
const keepTail = 1 << 20

// Spool is safe for one goroutine in Run, any number in Append, Ack and State, and one in Next.
type Spool struct {
	config Config
	id     [16]byte

	disk sync.Mutex // held over all that touches the files but reading; before mu
	file File       // owned by disk: the last of files
	buf  []byte     // owned by disk

	finished bool // owned by disk: closed for good

	mu       sync.Mutex
	next     uint64   // sequence of the next record
	acked    uint64   // all up to this need no keeping
	marked   uint64   // acked as the disk knows it
	reserved uint64   // sequences from here on may not be handed out yet
	files    []extent // in order of base; the last is being written
	tail     []Record // newest records; the consumer reads these without the disk
	tailFrom uint64   // every record kept from here on is in tail
	unsaved  int      // index in tail of the first that is not on disk
	writing  uint64   // up to this, records are being written
	pending  int      // bytes of tail[unsaved:]
	held     int      // bytes of tail
	losses   []Loss
	noted    []Loss
	lossID   uint64
	lossNew  bool   // losses differ from the disk's
	lossFrom uint64 // the first sequence given up in memory of which the disk does not know; 0 for none
	failing  error
	failedAt time.Time
	closed   bool

	wake    chan struct{} // to Run: there is something to write
	urgent  chan struct{} // to Run: there is much to write
	arrived chan struct{} // to Next

	reader reader // owned by Next
}

// extent is what is known of a file.
type extent struct {
	base    uint64
	last    uint64 // highest sequence in it; 0 when it holds none
	start   int64  // of the first frame
	size    int64
	arrival time.Time // of the first record
	path    string
}

// Open opens the spool of a folder, or makes it, at the instant now. It reads all that is there: what
// is not acknowledged comes again from Next.
func Open(config Config, now time.Time) (*Spool, error) {
	if err := config.fill(); err != nil {
		return nil, err
	}
	s := &Spool{
		config: config,
		wake:   make(chan struct{}, 1), urgent: make(chan struct{}, 1), arrived: make(chan struct{}, 1),
	}
	if err := s.recover(now); err != nil {
		return nil, fmt.Errorf("opening spool %s: %w", config.Dir, err)
	}
	return s, nil
}

// Producer names who gives the sequences: made at random with the folder, so that a folder made anew
// never gives an identity a second time.
func (s *Spool) Producer() string { return hex.EncodeToString(s.id[:]) }

// Append takes a record and returns its sequence. It does not wait for the disk; the record may be
// with the consumer before it is on it. r.Bytes must not be changed afterwards.
func (s *Spool) Append(r Record) (uint64, error) {
	if len(r.Bytes) > s.config.MaxRecord || len(r.Track) > maxTrack {
		return 0, fmt.Errorf("%w: %d bytes, track of %d", ErrTooLarge, len(r.Bytes), len(r.Track))
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return 0, ErrClosed
	}
	r.Sequence = s.next
	s.next++
	s.tail = append(s.tail, r)
	n := r.size()
	s.held += n
	s.pending += n
	lost := s.boundMemory()
	much := s.pending > s.config.MaxMemory/4
	s.mu.Unlock()
	signal(s.wake)
	signal(s.arrived)
	if much {
		signal(s.urgent)
	}
	if lost != nil {
		s.config.Finding(lost.finding())
	}
	return r.Sequence, nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// boundMemory gives up the oldest records that are not on disk when there are too many. mu is held.
func (s *Spool) boundMemory() *Loss {
	if s.pending <= s.config.MaxMemory {
		return nil
	}
	// A quarter at once, so that each loss is a stretch and not a record; never what is being written.
	var lost Loss
	from, _ := slices.BinarySearchFunc(s.tail, s.writing+1, bySequence)
	from = max(from, s.unsaved)
	end := from
	for end < len(s.tail)-1 && s.pending > s.config.MaxMemory*3/4 {
		r := s.tail[end]
		lost.add(r)
		s.pending -= r.size()
		s.held -= r.size()
		end++
	}
	if lost.Records == 0 {
		return nil
	}
	lost.Cause = CauseDisk
	if s.lossFrom == 0 {
		s.lossFrom = lost.FirstSequence
	}
	s.tail = slices.Delete(s.tail, from, end)
	s.declare(lost)
	return &lost
}

// Ack says that every record up to a sequence is safe elsewhere: it is removed, and does not come
// again after a restart.
func (s *Spool) Ack(sequence uint64) {
	s.mu.Lock()
	sequence = min(sequence, s.next-1)
	if sequence <= s.acked {
		s.mu.Unlock()
		return
	}
	s.acked = sequence
	n, _ := slices.BinarySearchFunc(s.tail, sequence+1, bySequence)
	for i, r := range s.tail[:n] {
		s.held -= r.size()
		if i >= s.unsaved {
			s.pending -= r.size()
		}
	}
	s.tail = slices.Delete(s.tail, 0, n)
	s.unsaved = max(s.unsaved-n, 0)
	s.tailFrom = max(s.tailFrom, sequence+1)
	s.mu.Unlock()
	signal(s.wake)
}

func bySequence(r Record, sequence uint64) int {
	switch {
	case r.Sequence < sequence:
		return -1
	case r.Sequence > sequence:
		return 1
	}
	return 0
}

// State is how a spool stands.
type State struct {
	Next    uint64    // sequence of the next record
	Acked   uint64    // every record up to this is safe elsewhere
	Durable uint64    // every record up to this is on disk, safe elsewhere or in a loss that is on disk
	Waiting uint64    // sequences after Acked, those declared lost among them
	Oldest  time.Time // arrival of the oldest record kept; zero when there is none
	Disk    int64     // bytes on disk
	Memory  int64     // bytes of records that are not on disk
	Lost    uint64    // records in losses that nobody has taken note of
	Failing error     // why the disk takes no writes; nil while it does
	Since   time.Time // when it began to fail
}

// State returns how the spool stands.
func (s *Spool) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := State{
		Next: s.next, Acked: s.acked, Durable: s.durable(), Waiting: s.next - 1 - s.acked,
		Memory: int64(s.pending), Failing: s.failing, Since: s.failedAt,
	}
	for _, l := range s.losses {
		st.Lost += l.Records
	}
	for _, f := range s.files {
		st.Disk += f.size
		if f.last > s.acked && st.Oldest.IsZero() {
			st.Oldest = f.arrival
		}
	}
	if len(s.tail) > 0 && (st.Oldest.IsZero() || s.tail[0].Arrival.Before(st.Oldest)) {
		st.Oldest = s.tail[0].Arrival
	}
	return st
}

func (s *Spool) durable() uint64 {
	d := s.next - 1
	if s.unsaved < len(s.tail) {
		d = s.tail[s.unsaved].Sequence - 1
	}
	if s.lossFrom > 0 {
		d = min(d, max(s.lossFrom-1, s.acked))
	}
	return d
}

// Run writes what is appended until ctx ends; then it writes what is left, closes the files and returns.
// The error is of the disk, when records in memory could not be written at the end.
func (s *Spool) Run(ctx context.Context) error {
	timer := time.NewTimer(s.config.Flush)
	defer timer.Stop()
	var w waiting
	for {
		select {
		case <-ctx.Done():
			return s.close(time.Now())
		case <-s.wake:
		}
		w.begin(time.Now(), s)
		for again := true; again; {
			timer.Reset(w.pause(s))
			urgent := false
			select {
			case <-ctx.Done():
				return s.close(time.Now())
			case <-timer.C:
			case <-s.urgent:
				urgent = true
			}
			now := time.Now()
			if urgent || w.due(now, s) {
				if err := s.Sync(now); err != nil {
					signal(s.wake) // again after a while
				}
				w.begin(now, s)
			}
			again = !w.idle(s)
		}
	}
}

// waiting knows how long records have waited at most. What the consumer acknowledges soon is never written: the disk is
// for what waits longer than it usually takes.
type waiting struct {
	marks  []appended
	synced time.Time
}

// appended says that records before a sequence were appended before an instant.
type appended struct {
	at   time.Time
	next uint64
}

// markAge is how long an acknowledgement may be remembered in memory alone: after a stop its records come again.
const markAge = 2 * time.Second

func (w *waiting) begin(now time.Time, s *Spool) {
	first, _, _ := s.standing()
	w.marks = append(w.marks[:0], appended{now, first})
	w.synced = now
}

// pause is how long to wait before looking again.
func (w *waiting) pause(s *Spool) time.Duration {
	if _, unsaved, _ := s.standing(); unsaved {
		return s.config.Flush / 4
	}
	return markAge / 4
}

// due tells whether a record may have waited so long that it has to be written now.
func (w *waiting) due(now time.Time, s *Spool) bool {
	first, unsaved, unmarked := s.standing()
	if !unsaved {
		return unmarked && now.Sub(w.synced) >= markAge
	}
	for len(w.marks) > 1 && w.marks[1].next <= first {
		w.marks = w.marks[1:]
	}
	s.mu.Lock()
	w.marks = append(w.marks, appended{now, s.next})
	s.mu.Unlock()
	return now.Sub(w.marks[0].at) >= s.config.Flush*3/4
}

func (w *waiting) idle(s *Spool) bool {
	_, unsaved, unmarked := s.standing()
	return !unsaved && !unmarked
}

// standing returns the first record that is not on disk, whether there is one, and whether an acknowledgement is not.
func (s *Spool) standing() (first uint64, unsaved, unmarked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unsaved < len(s.tail) {
		return s.tail[s.unsaved].Sequence, true, s.acked > s.marked
	}
	return s.next, false, s.acked > s.marked
}
