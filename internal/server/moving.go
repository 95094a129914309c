package server

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"

	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/survey"
)

// The moving picture goes over a WebSocket: what moves as binary messages, each the whole picture so that any may be lost, and
// what it is called as JSON, when that changes: {"names": [...]}. So do safety notices about places, all that stand, when one comes:
// {"names": [], "notices": [...]}. Little endian:
//
//	"OVL1" | sequence u32 | instant of sending i64 | aircraft u32 | footprints u32
//	each aircraft: id u32 | flags u8 | 3 zero | instant i64 | longitude i32 | latitude i32 | heading f32 | altitude f32
//	each footprint: id u32 | flags u8 | 3 zero | instant i64 | 4 corners of longitude i32, latitude i32 | centre the same | doubt f32 | 4 zero
//
// The page answers each picture, when it takes it up, with its sequence (u32, binary). No more than two are under way to it: a page or
// a connection that is slow gets fewer pictures, never old ones.
//
// Instants are microseconds since 1970, positions 1e-7 degrees, heading degrees from true north, lengths metres; NaN and, of
// positions, the flag say that something is not known. It is for screens: evidence never goes this way.
const (
	pictureMagic  = "OVL1"
	pictureHead   = 24
	aircraftSize  = 32
	footprintSize = 64
	perDegree     = 1e7
)

// The flags.
const (
	flagProvisional = 1 << iota // its minute is not sealed
	flagNowhere                 // its position is not known
)

// How often a picture is sent at most, how long one may take to be written, and after how long a silent aircraft is left out.
const (
	pictureEvery = 100 * time.Millisecond
	pictureWait  = 5 * time.Second
	silentFor    = 10 * time.Minute
	mostUnderWay = 2
)

// Named is what a number of the picture stands for.
type Named struct {
	ID           uint32         `json:"id"`
	Flight       string         `json:"flight"`
	Source       string         `json:"source"`
	Registration string         `json:"registration,omitempty"`
	Callsign     string         `json:"callsign,omitempty"`
	Type         string         `json:"type,omitempty"`
	Datum        string         `json:"datum,omitempty"`
	Reason       string         `json:"reason,omitempty"` // why there is no footprint
	States       []string       `json:"states"`
	Boundary     *node.Approach `json:"boundary,omitempty"`
	Speed        *float64       `json:"speed,omitempty"`
	Marking      *node.Marking  `json:"marking,omitempty"`
}

// Notice warns people on the ground of a place where a mine or another explosive was reported. Its text is the page's.
type Notice struct {
	Site    uint32          `json:"site"`
	Lat     float64         `json:"lat"`
	Lon     float64         `json:"lon"`
	Ellipse Ellipse         `json:"ellipse"`
	Reports int             `json:"reports"`
	At      *report.Instant `json:"at"`    // of the newest report
	Event   uint64          `json:"event"` // that put it on record
}

// noticesOf are the newest, no more than a list of sites has.
func noticesOf(all []survey.HazardousSite) []Notice {
	out := []Notice{}
	for i := range all[:min(len(all), mostNotices)] {
		h := &all[i]
		out = append(out, Notice{
			Site: uint32(h.ID), Lat: float64(h.Position.Lat), Lon: float64(h.Position.Lon), Ellipse: ellipseOf(h.Ellipse), Reports: h.Reports, At: stamp(h.Latest.At), Event: h.Latest.Sequence,
		})
	}
	return out
}

// picture is the newest of all that moves.
type picture struct {
	ids     map[string]uint32 // by flight and source
	newest  map[uint32]*node.Frame
	came    map[uint32]time.Time
	named   map[uint32][]byte // as it was sent
	changed map[uint32]bool
	buffer  []byte
	number  uint32
}

func newPicture() *picture {
	return &picture{
		ids: map[string]uint32{}, newest: map[uint32]*node.Frame{}, came: map[uint32]time.Time{}, named: map[uint32][]byte{}, changed: map[uint32]bool{},
	}
}

func (p *picture) take(f *node.Frame, now time.Time) {
	key := f.Flight + "\x00" + f.Source
	id, ok := p.ids[key]
	if !ok {
		id = uint32(len(p.ids)) + 1
		p.ids[key] = id
	}
	p.newest[id], p.came[id], p.changed[id] = f, now, true
}

// names returns what is to be told anew of the names, as one message; nil where nothing has changed.
func (p *picture) names() ([]byte, error) {
	var out []json.RawMessage
	for _, id := range slices.Sorted(maps.Keys(p.changed)) {
		f := p.newest[id]
		n := Named{
			ID: id, Flight: f.Flight, Source: f.Source, Registration: f.Registration, Callsign: f.Callsign, Type: f.Type, Datum: f.Datum,
			Reason: f.Reason, States: f.States, Boundary: f.Boundary, Speed: f.Speed, Marking: f.Marking,
		}
		b, err := json.Marshal(n)
		if err != nil {
			return nil, err
		}
		if string(b) != string(p.named[id]) {
			p.named[id] = b
			out = append(out, b)
		}
	}
	clear(p.changed)
	if len(out) == 0 {
		return nil, nil
	}
	return json.Marshal(map[string]any{"names": out})
}

// encode returns the picture as it is now. It is valid until the next call.
func (p *picture) encode(now time.Time) []byte {
	le := binary.LittleEndian
	aircraft, footprints := uint32(0), uint32(0)
	b := append(p.buffer[:0], make([]byte, pictureHead)...)
	ids := slices.Sorted(maps.Keys(p.newest))
	for _, id := range ids {
		f := p.newest[id]
		if now.Sub(p.came[id]) > silentFor {
			delete(p.newest, id)
			delete(p.named, id)
			continue
		}
		flags := byte(flagProvisional)
		var at [2]float64
		if f.Position != nil {
			at = *f.Position
		} else {
			flags |= flagNowhere
		}
		b = le.AppendUint32(b, id)
		b = append(b, flags, 0, 0, 0)
		b = le.AppendUint64(b, uint64(micros(f)))
		b = point(b, at)
		b = le.AppendUint32(b, math.Float32bits(orNaN(f.Heading)))
		b = le.AppendUint32(b, math.Float32bits(orNaN(f.Altitude)))
		aircraft++
	}
	for _, id := range ids {
		f := p.newest[id]
		if f == nil || len(f.Footprint) != 4 {
			continue
		}
		b = le.AppendUint32(b, id)
		b = append(b, flagProvisional, 0, 0, 0)
		b = le.AppendUint64(b, uint64(micros(f)))
		for _, c := range f.Footprint {
			b = point(b, c)
		}
		centre := f.Footprint[0]
		if f.Centre != nil {
			centre = *f.Centre
		}
		b = point(b, centre)
		b = le.AppendUint32(b, math.Float32bits(float32(f.Doubt)))
		b = append(b, 0, 0, 0, 0)
		footprints++
	}
	copy(b, pictureMagic)
	p.number++
	le.PutUint32(b[4:], p.number)
	le.PutUint64(b[8:], uint64(now.UnixMicro()))
	le.PutUint32(b[16:], aircraft)
	le.PutUint32(b[20:], footprints)
	p.buffer = b
	return b
}

// micros is the instant of a frame: of its packet, or else of its arrival.
func micros(f *node.Frame) int64 {
	if f.Time.IsZero() {
		return f.Arrived.UnixMicro()
	}
	return f.Time.UnixMicro()
}

func point(b []byte, p [2]float64) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(p[0]*perDegree))))
	return binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(p[1]*perDegree))))
}

func orNaN(v *float64) float32 {
	if v == nil {
		return float32(math.NaN())
	}
	return float32(*v)
}

// moving serves the moving picture: the newest, never a backlog.
func (a *api) moving(w http.ResponseWriter, r *http.Request) {
	l, err := a.node.Live("")
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer func() { _ = l.Close() }() // nobody is left to tell
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it has answered
	}
	defer func() { _ = c.CloseNow() }()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	taken := make(chan uint32)
	go func() {
		defer cancel()
		acknowledged(ctx, c, taken)
	}()
	frames := make(chan *node.Frame, 256)
	go func() {
		defer cancel()
		for _, f := range a.node.Newest() { // asked for after listening began: nothing falls between
			select {
			case frames <- &f:
			case <-ctx.Done():
				return
			}
		}
		for {
			p, err := l.Next(ctx)
			if err != nil {
				return
			}
			f := &node.Frame{}
			if json.Unmarshal(p.Data, f) != nil {
				continue // not of this program
			}
			select {
			case frames <- f:
			case <-ctx.Done():
				return
			}
		}
	}()
	notices := make(chan []Notice)
	go func() {
		defer cancel()
		if err := a.warn(ctx, notices); err != nil && ctx.Err() == nil {
			a.Logger.Warn("safety notices", slog.Any("error", err))
		}
	}()
	if err := show(ctx, c, incoming{frames, notices, taken}, time.Now); err != nil && ctx.Err() == nil {
		a.Logger.Debug("moving picture", slog.Any("error", err))
	}
}

// warn gives out the safety notices that stand, if there are any, and again when one comes.
func (a *api) warn(ctx context.Context, to chan<- []Notice) error {
	for first := true; ; first = false {
		all, changed, err := a.node.Hazards(ctx)
		if err != nil {
			return err
		}
		if len(all) > 0 || !first {
			select {
			case to <- noticesOf(all):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// incoming is what a socket is fed from.
type incoming struct {
	frames  <-chan *node.Frame
	notices <-chan []Notice
	taken   <-chan uint32
}

// acknowledged tells which pictures a page has taken up, until it is gone or says something else.
func acknowledged(ctx context.Context, c *websocket.Conn, taken chan<- uint32) {
	for {
		kind, b, err := c.Read(ctx)
		if err != nil || kind != websocket.MessageBinary || len(b) != 4 {
			return
		}
		select {
		case taken <- binary.LittleEndian.Uint32(b):
		case <-ctx.Done():
			return
		}
	}
}

// show writes pictures to a socket until the context ends.
func show(ctx context.Context, c *websocket.Conn, in incoming, clock func() time.Time) error {
	p := newPicture()
	var last uint32 // that was taken up
	tick := time.NewTicker(pictureEvery)
	defer tick.Stop()
	dirty := true // the first says that there is nothing, where there is nothing
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case f := <-in.frames:
			p.take(f, f.Arrived)
			dirty = true
			continue
		case n := <-in.taken:
			last = min(n, p.number)
			continue
		case n := <-in.notices: // at once, however slow the page: they are few and are for people's lives
			if err := writeNotices(ctx, c, n); err != nil {
				return err
			}
			continue
		case <-tick.C:
		}
		if !dirty || p.number-last >= mostUnderWay {
			continue
		}
		dirty = false
		names, err := p.names()
		if err != nil {
			return err
		}
		write, cancel := context.WithTimeout(ctx, pictureWait)
		if names != nil {
			err = c.Write(write, websocket.MessageText, names)
		}
		if err == nil {
			err = c.Write(write, websocket.MessageBinary, p.encode(clock()))
		}
		cancel()
		if err != nil {
			return err
		}
	}
}

func writeNotices(ctx context.Context, c *websocket.Conn, n []Notice) error {
	b, err := json.Marshal(map[string]any{"names": []Named{}, "notices": n})
	if err != nil {
		return err
	}
	write, cancel := context.WithTimeout(ctx, pictureWait)
	defer cancel()
	return c.Write(write, websocket.MessageText, b)
}
