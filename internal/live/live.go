// Package live receives from live sources: UDP and multicast, TCP, SRT, RTSP, and recordings from a
// file or a watched folder.
//
// A Source has an address, stamps the arrival instant of every piece of bytes once, and puts it into
// its spool before anything else, so that a slow or failing Sink never keeps it from its socket. What
// arrives is handed on as it was received: nothing is parsed, repaired or reordered here. Of RTSP that
// is the payload of each RTP packet, of UDP each datagram.
//
// A source that cannot be reached, breaks off, stalls or sends what it should not is a finding; it is
// tried again with growing pauses for as long as Run runs. Nothing listens beyond this machine
// unless AllowExposed is set.
//
// Recordings need no spool: their file is one. They are read no faster than the sink takes them.
package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"overflight/evidence"
	"overflight/internal/spool"
)

// The findings.
const (
	// CodeAddress: an address that is not understood; New refuses it.
	CodeAddress evidence.Code = "live.url"
	// CodeExposed: an address that listens beyond loopback without leave; New refuses it.
	CodeExposed evidence.Code = "live.exposed"
	// CodeConnect: the source cannot be reached, or its port not be opened.
	CodeConnect evidence.Code = "live.connect"
	// CodeAbandoned: a connection ended, by the peer or on the way.
	CodeAbandoned evidence.Code = "live.abandoned"
	// CodeStall: a connection is up and nothing arrives.
	CodeStall evidence.Code = "live.stall"
	// CodeContent: what arrives begins like neither a transport stream nor KLV; it is handed on.
	CodeContent evidence.Code = "live.content"
	// CodeProtocol: the peer does not speak its protocol.
	CodeProtocol evidence.Code = "live.protocol"
	// CodeSecond: a second sender. Of a connection it is turned away; its datagrams are taken.
	CodeSecond evidence.Code = "live.second"
	// CodeTrack: a track of an RTSP session that is neither MPEG-TS nor KLV.
	CodeTrack evidence.Code = "live.track"
	// CodeLoss: packets lost on the way, as the transport or the kernel counts them.
	CodeLoss evidence.Code = "live.loss"
	// CodeSink: the sink refuses; what it refuses stays in the spool and is offered again.
	CodeSink evidence.Code = "live.sink"
	// CodeFile: a file cannot be read, or not to its end.
	CodeFile evidence.Code = "live.file"
)

// ID names a chunk for ever: a consumer that has it already can drop it.
type ID struct {
	Source   string // Config.Name
	Producer string // who counts: the spool, or the file
	Sequence uint64 // 1 and up, without gaps but for the losses of the spool
}

// Chunk is a piece of what arrived: a datagram, what one read of a connection gave, the payload of an
// RTP packet, or 64 KiB of a file.
type Chunk struct {
	ID
	Arrival time.Time // UTC; stamped once, when the bytes were read from the socket or the file
	Track   string    // of RTSP "0/MP2T", "1/SMPTE336M"; of files the name; else empty
	First   bool      // the first of a connection, of a sender or of a file
	Last    bool      // the last of a file
	Bytes   []byte    // at most 64 KiB; read only
}

// Sink takes chunks.
//
// Deliver is called from one goroutine, in order of sequence. It may block: what arrives meanwhile
// waits in the spool. When it returns an error, the same chunk is offered again after a pause. When it
// returns nil the sink has the chunk, but the chunk MUST be taken for unsafe until Source.Ack: it comes
// again, with the same ID, after a restart. Deliver MUST return when ctx ends.
type Sink interface {
	Deliver(ctx context.Context, c Chunk) error
}

// Config is of a source; zero values are the defaults.
type Config struct {
	Name         string // of the source, for ID
	URL          string // see Parse
	AllowExposed bool   // may listen on other addresses than loopback
	Sink         Sink

	// Spool is where what is received waits, by default 512 MiB. Its Dir is needed, and one source's
	// alone; of a watched folder, what was picked from it is noted there.
	Spool spool.Config

	StallAfter time.Duration // without a byte, until that is a finding; 5 s
	DropAfter  time.Duration // without a byte, until a connection is given up; 30 s
	Connect    time.Duration // to reach a peer; 5 s
	FirstPause time.Duration // before trying again; 500 ms, doubling
	LastPause  time.Duration // that pauses grow to; 30 s
	Poll       time.Duration // between looks into a watched folder; 1 s
	Settle     time.Duration // that a file must have stayed the same; 2 s

	Clock  Clock                   // the system's by default
	Jitter func() float64          // in [0, 1), for the pauses; random by default
	Report func(time.Time, Defect) // is told each finding; must return soon
	Bound  func(address string)    // is told where a listener listens
}

// Defect is a finding of a source.
type Defect = evidence.Defect

// Source is one live source. Run may be called once; all else at any time from any goroutine.
type Source struct {
	config  Config
	address Address
	clock   Clock
	spool   *spool.Spool // nil of recordings
	monitor monitor
	picked  *picked // of recordings

	mu   sync.Mutex
	drop func() // gives the connection up; nil when there is none to give up
}

// New returns the source of an address. It opens the spool and starts nothing; Run must follow, since
// it closes it. An address that is refused is a *Refusal.
func New(config Config) (*Source, error) {
	address, err := Parse(config.URL)
	if err != nil {
		return nil, err
	}
	if address.Exposed() && !config.AllowExposed {
		return nil, &Refusal{URL: address.Redacted(), Defect: Defect{Code: CodeExposed, Item: string(address.Scheme), Got: address.HostPort(), Want: "127.0.0.1 | ::1"}}
	}
	if config.Sink == nil || config.Name == "" {
		return nil, errors.New("source without a name or a sink")
	}
	byDefault(&config.StallAfter, 5*time.Second)
	byDefault(&config.DropAfter, 30*time.Second)
	byDefault(&config.Connect, 5*time.Second)
	byDefault(&config.FirstPause, 500*time.Millisecond)
	byDefault(&config.LastPause, 30*time.Second)
	byDefault(&config.Poll, time.Second)
	byDefault(&config.Settle, 2*time.Second)
	if config.Clock == nil {
		config.Clock = System{}
	}
	if config.Jitter == nil {
		config.Jitter = rand.Float64
	}
	if config.Report == nil {
		config.Report = func(time.Time, Defect) {}
	}
	if config.Bound == nil {
		config.Bound = func(string) {}
	}
	s := &Source{config: config, address: address, clock: config.Clock}
	s.monitor.phase = PhaseIdle
	sc := config.Spool
	sc.Source = config.Name
	sc.Finding = s.find
	if address.Scheme == SchemeFile {
		s.picked, err = openPicked(sc.Dir, s.find)
	} else {
		s.spool, err = spool.Open(sc, s.now())
	}
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", config.Name, err)
	}
	return s, nil
}

func byDefault(v *time.Duration, d time.Duration) {
	if *v <= 0 {
		*v = d
	}
}

// now is the instant as it is kept: without what only this process could read.
func (s *Source) now() time.Time { return s.clock.Now().UTC().Round(0) }

func (s *Source) find(d Defect) {
	at := s.now()
	s.monitor.find(at, d)
	s.config.Report(at, d)
}

// Run receives until ctx ends, or of a file until it was delivered, and returns when its goroutines are
// gone and the spool is closed. The error is one that trying again would not mend: of a file that is
// not there, or of the spool's disk at the end.
func (s *Source) Run(ctx context.Context) error {
	defer s.monitor.set(PhaseEnded)
	if s.spool == nil {
		return s.runRecordings(ctx)
	}
	var all sync.WaitGroup
	var spoolErr error
	// The spool is closed after the last that could append to it.
	spoolCtx, closeSpool := context.WithCancel(context.WithoutCancel(ctx))
	defer closeSpool()
	all.Go(func() { spoolErr = s.spool.Run(spoolCtx) })
	var users sync.WaitGroup
	users.Go(func() { s.pump(ctx) })
	users.Go(func() { s.watch(ctx) })
	s.receiveAll(ctx)
	users.Wait()
	closeSpool()
	all.Wait()
	return spoolErr
}

// errDropped is of a connection that was given up because nothing came.
var errDropped = errors.New("nothing arrives")

// receiveAll connects again and again.
func (s *Source) receiveAll(ctx context.Context) {
	pause := s.config.FirstPause
	for ctx.Err() == nil {
		s.monitor.set(PhaseConnecting)
		before := s.monitor.bytes()
		err := s.receive(ctx)
		s.disconnected()
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.find(defectOf(err))
		}
		if s.monitor.bytes() > before {
			pause = s.config.FirstPause
		}
		s.monitor.set(PhaseWaiting)
		wait := pause
		var turned *rejected
		if errors.As(err, &turned) {
			wait = max(wait, 4*s.config.LastPause)
		}
		// Between half and the whole, so that many sources do not come back at once.
		if !s.sleep(ctx, wait/2+time.Duration(s.config.Jitter()*float64(wait/2))) {
			return
		}
		pause = min(2*pause, s.config.LastPause)
		s.monitor.reconnecting()
	}
}

func (s *Source) receive(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	switch s.address.Scheme {
	case SchemeUDP:
		return s.receiveUDP(ctx)
	case SchemeTCP:
		return s.receiveTCP(ctx)
	case SchemeTCPListen:
		return s.acceptTCP(ctx)
	case SchemeSRT:
		if s.address.Listen {
			return s.acceptSRT(ctx)
		}
		return s.callSRT(ctx)
	case SchemeRTSP:
		return s.receiveRTSP(ctx)
	case SchemeFile: // it has no connections
	}
	return fmt.Errorf("receiving from %s", s.address.Scheme)
}

// sleep waits on the clock; false when ctx ended first.
func (s *Source) sleep(ctx context.Context, d time.Duration) bool {
	t := s.clock.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C():
		return true
	}
}

// connected says that bytes may come, on a stream without bounds of its own or not. drop gives the
// connection up, nil where that would not help; loss counts what the transport knows of, nil where it
// knows nothing.
func (s *Source) connected(peer string, stream bool, drop func(), loss func() Loss) {
	s.mu.Lock()
	s.drop = drop
	s.mu.Unlock()
	s.monitor.connected(s.now(), peer, stream, loss)
}

func (s *Source) disconnected() {
	s.mu.Lock()
	s.drop = nil
	s.mu.Unlock()
	if lost := s.monitor.disconnected(); lost > 0 {
		s.find(lossDefect(lost))
	}
}

// take stamps what arrived and puts it into the spool; b is not used again by the caller.
func (s *Source) take(track string, b []byte) {
	if len(b) == 0 {
		return
	}
	at := s.now()
	first, resumed, odd := s.monitor.take(at, b, track == "")
	if odd {
		s.find(Defect{Code: CodeContent, Got: fmt.Sprintf("% X", b[:min(len(b), 8)]), Want: "47 | 06 0E 2B 34"})
	}
	if resumed {
		s.monitor.set(PhaseConnected)
	}
	// All that is read is within the bound of the spool, and it is open as long as this can be called.
	_, _ = s.spool.Append(spool.Record{Arrival: at, Track: track, First: first, Bytes: b})
}

// watch looks for stalls.
func (s *Source) watch(ctx context.Context) {
	wait := s.config.StallAfter
	for s.sleep(ctx, wait) {
		now := s.now()
		idle, stalls, lost := s.monitor.check(now, s.config.StallAfter)
		if lost > 0 {
			s.find(lossDefect(lost))
		}
		if stalls {
			s.find(Defect{Code: CodeStall, Got: idle.Round(time.Second).String(), Want: s.config.StallAfter.String()})
		}
		wait = s.config.StallAfter
		switch {
		case idle < s.config.StallAfter:
			wait -= idle
		case idle < s.config.DropAfter:
			wait = min(wait, s.config.DropAfter-idle)
		default:
			s.mu.Lock()
			drop := s.drop
			s.drop = nil
			s.mu.Unlock()
			if drop != nil {
				drop()
			}
		}
		wait = max(wait, time.Millisecond)
	}
}

// pump hands what is in the spool to the sink.
func (s *Source) pump(ctx context.Context) {
	producer := s.spool.Producer()
	for {
		r, err := s.spool.Next(ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, spool.ErrClosed) {
			s.find(Defect{Code: spool.CodeDisk, Got: err.Error()})
			if s.sleep(ctx, s.config.LastPause) {
				continue
			}
		}
		if err != nil {
			return
		}
		c := Chunk{
			ID:      ID{Source: s.config.Name, Producer: producer, Sequence: r.Sequence},
			Arrival: r.Arrival, Track: r.Track, First: r.First, Bytes: r.Bytes,
		}
		if !s.deliver(ctx, c) {
			return
		}
	}
}

// deliver offers a chunk until the sink takes it; false when ctx ended first.
func (s *Source) deliver(ctx context.Context, c Chunk) bool {
	pause := s.config.FirstPause
	for {
		err := s.config.Sink.Deliver(ctx, c)
		if err == nil {
			s.monitor.delivered(c.Sequence)
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		s.find(Defect{Code: CodeSink, Got: err.Error()})
		if !s.sleep(ctx, pause) {
			return false
		}
		pause = min(2*pause, s.config.LastPause)
	}
}

// Ack says that a chunk and all before it of the same producer are safe elsewhere.
func (s *Source) Ack(id ID) {
	switch {
	case id.Source != s.config.Name:
	case s.spool == nil:
		s.picked.ack(id)
	case id.Producer == s.spool.Producer():
		s.spool.Ack(id.Sequence)
	}
}

// Losses returns what the spool had to give up and nobody has noted; see spool.Loss.
func (s *Source) Losses() []spool.Loss {
	if s.spool == nil {
		return nil
	}
	return s.spool.Losses()
}

// Noted says that a loss is entered elsewhere.
func (s *Source) Noted(id uint64) {
	if s.spool != nil {
		s.spool.Noted(id)
	}
}

// State returns how the source stands.
func (s *Source) State() State {
	st := s.monitor.state(s.now())
	st.Source, st.URL = s.config.Name, s.address.Redacted()
	if s.spool != nil {
		st.Spool = s.spool.State()
		st.Producer = s.spool.Producer()
	}
	return st
}
