package live

import (
	"bytes"
	"strconv"
	"sync"
	"time"

	"overflight/format/klv"
	"overflight/internal/spool"
)

// Phase is what a source is doing.
type Phase string

// The phases.
const (
	PhaseIdle       Phase = "idle"       // not running yet
	PhaseConnecting Phase = "connecting" // or listening, and nobody has come
	PhaseConnected  Phase = "connected"
	PhaseStalled    Phase = "stalled" // connected, and nothing arrives
	PhaseWaiting    Phase = "waiting" // before it tries again
	PhaseEnded      Phase = "ended"
)

// BytesPerSecond is a rate.
type BytesPerSecond float64

// Loss counts packets that did not arrive.
type Loss struct {
	Known     bool   // the transport counts: SRT, RTP, and UDP where the kernel tells; false of TCP and files
	Packets   uint64 // that were not delivered; of UDP those that this machine had no room for
	Recovered uint64 // that SRT sent again
}

func (l Loss) plus(m Loss) Loss {
	return Loss{l.Known || m.Known, l.Packets + m.Packets, l.Recovered + m.Recovered}
}

func lossDefect(n uint64) Defect {
	return Defect{Code: CodeLoss, Got: strconv.FormatUint(n, 10), Want: "0"}
}

// State is how a source stands at an instant. Counts are since New.
type State struct {
	Source   string
	Producer string
	URL      string // without secrets
	Phase    Phase
	Peer     string    // address of the peer, while connected and where it has one
	Since    time.Time // connected since; zero while it is not
	LastByte time.Time // arrival of the newest byte; zero before the first
	Age      time.Duration
	Bytes    uint64
	Chunks   uint64
	Rate     BytesPerSecond // over the last five whole seconds
	Loss     Loss
	Delivery uint64 // sequence of the last chunk that the sink took

	Reconnects   uint64
	Findings     uint64
	LastDefect   Defect // the newest finding; zero before the first
	LastDefectAt time.Time

	Spool spool.State // zero of recordings
}

// window is the seconds over which the rate is taken.
const window = 5

type monitor struct {
	mu       sync.Mutex
	phase    Phase
	peer     string
	since    time.Time
	last     time.Time
	begin    time.Time // of waiting for a byte: the later of since and last
	nbytes   uint64
	chunks   uint64
	seconds  [window + 2]struct{ second, bytes int64 }
	loss     func() Loss
	before   Loss // of earlier connections
	told     uint64
	delivery uint64

	reconnects uint64
	findings   uint64
	defect     Defect
	defectAt   time.Time

	first  bool // the next chunk is the first of a connection
	stream bool // chunks begin anywhere
	odd    bool // something that came on this connection was of no kind known
}

func (m *monitor) set(p Phase) {
	m.mu.Lock()
	m.phase = p
	m.mu.Unlock()
}

func (m *monitor) find(at time.Time, d Defect) {
	m.mu.Lock()
	m.findings++
	m.defect, m.defectAt = d, at
	m.mu.Unlock()
}

func (m *monitor) bytes() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.nbytes
}

func (m *monitor) reconnecting() {
	m.mu.Lock()
	m.reconnects++
	m.mu.Unlock()
}

func (m *monitor) delivered(n uint64) {
	m.mu.Lock()
	m.delivery = n
	m.mu.Unlock()
}

func (m *monitor) connected(at time.Time, peer string, stream bool, loss func() Loss) {
	m.mu.Lock()
	m.phase, m.peer, m.since, m.begin, m.loss = PhaseConnected, peer, at, at, loss
	m.first, m.odd, m.stream = true, false, stream
	m.mu.Unlock()
}

// sender says that another one sends from here on.
func (m *monitor) sender(peer string) {
	m.mu.Lock()
	m.peer, m.first = peer, true
	m.mu.Unlock()
}

// disconnected returns the loss that nobody was told of.
func (m *monitor) disconnected() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.loss != nil {
		m.before = m.before.plus(m.loss())
	}
	m.peer, m.since, m.loss = "", time.Time{}, nil
	return m.newLoss(m.before)
}

func (m *monitor) newLoss(l Loss) uint64 {
	n := l.Packets - min(m.told, l.Packets)
	m.told = max(m.told, l.Packets)
	return n
}

// take counts a chunk. It returns whether it is the first of its connection, whether it ends a stall,
// and whether it is the first of a kind that is not known. Tracks have a kind by declaration.
func (m *monitor) take(at time.Time, b []byte, sniff bool) (first, resumed, odd bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last, m.begin = at, at
	m.nbytes += uint64(len(b))
	m.chunks++
	sec := at.Unix()
	slot := &m.seconds[uint64(sec)%uint64(len(m.seconds))]
	if slot.second != sec {
		slot.second, slot.bytes = sec, 0
	}
	slot.bytes += int64(len(b))
	first = m.first
	m.first = false
	resumed = m.phase == PhaseStalled
	if sniff && !m.odd && (first || !m.stream) {
		odd = !plausible(b)
		m.odd = odd
	}
	return first, resumed, odd
}

// check returns how long nothing has come, whether that has just become a stall, and the loss that
// nobody was told of.
func (m *monitor) check(now time.Time, stallAfter time.Duration) (idle time.Duration, stalls bool, lost uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.since.IsZero() {
		return 0, false, 0
	}
	if m.loss != nil {
		lost = m.newLoss(m.before.plus(m.loss()))
	}
	idle = max(now.Sub(m.begin), 0)
	if idle >= stallAfter && m.phase == PhaseConnected {
		m.phase = PhaseStalled
		stalls = true
	}
	return idle, stalls, lost
}

func (m *monitor) state(now time.Time) State {
	m.mu.Lock()
	defer m.mu.Unlock()
	st := State{
		Phase: m.phase, Peer: m.peer, Since: m.since, LastByte: m.last, Bytes: m.nbytes, Chunks: m.chunks,
		Loss: m.before, Delivery: m.delivery, Reconnects: m.reconnects, Findings: m.findings, LastDefect: m.defect, LastDefectAt: m.defectAt,
	}
	if !m.last.IsZero() {
		st.Age = max(now.Sub(m.last), 0)
	}
	if m.loss != nil {
		st.Loss = st.Loss.plus(m.loss())
	}
	var sum int64
	for _, s := range m.seconds {
		if ago := now.Unix() - s.second; ago >= 1 && ago <= window {
			sum += s.bytes
		}
	}
	st.Rate = BytesPerSecond(float64(sum) / window)
	return st
}

// plausible tells whether a datagram, or what a connection gives at first, begins like a transport
// stream of 188 or 192 bytes a packet or like KLV.
func plausible(b []byte) bool {
	if b[0] == 0x47 || len(b) > 4 && b[4] == 0x47 {
		return true
	}
	return bytes.HasPrefix(b, klv.Prefix[:min(len(b), len(klv.Prefix))])
}

func (m *monitor) peerNow() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.peer
}
