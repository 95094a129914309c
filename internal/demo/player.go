package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"overflight/format/mpegts"
)

// Datagram is seven transport packets: as many as an Ethernet frame takes.
const Datagram = 7 * 188

// slack is how far the player may be from the clock, because the machine was busy or asleep or its
// clock was set, before it begins anew where the clock is.
const slack = 2 * time.Second

// PlayerConfig configures a Player.
type PlayerConfig struct {
	Clip *Clip
	Now  func() time.Time
	Tick <-chan time.Time // each time, what has become due is sent
	// To takes datagrams: each Write is whole transport packets, seven at most. An error ends the player.
	To io.Writer
}

// Player sends a clip in real time, again and again. What it sends at an instant follows from the
// instant alone: the clip began at the Unix epoch and has been repeated since. So a player that was
// stopped goes on where the aircraft would be by then, and PTS and PCR, which count from the epoch
// too, go on with it. It is not safe for concurrent use.
type Player struct {
	c     PlayerConfig
	mux   *mpegts.Muxer
	out   datagrams
	data  []byte
	round int64 // repeats of the clip before the part that is next
	next  int
}

// NewPlayer returns a Player that has sent nothing.
func NewPlayer(c PlayerConfig) (*Player, error) {
	if c.Clip == nil || c.Now == nil || c.Tick == nil || c.To == nil {
		return nil, errors.New("playing: expected a clip, a clock, its ticks and somewhere to send to")
	}
	return &Player{c: c, out: datagrams{to: c.To}}, nil
}

// Run plays until the context ends, or what it sends is not taken any more.
func (p *Player) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-p.c.Tick:
			if !ok {
				return nil
			}
		}
		if err := p.send(p.c.Now()); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("sending the clip: %w", err)
		}
	}
}

// send sends what is due at an instant.
func (p *Player) send(now time.Time) error {
	t := ticksOf(now)
	const most = int64(slack/time.Second) * mpegts.Ticks
	if p.mux == nil || t-p.due() > most || p.due()-t > most {
		if err := p.begin(t); err != nil {
			return err
		}
	}
	for ; p.due() <= t; p.step() {
		due, part := p.due(), &p.c.Clip.parts[p.next]
		p.data = part.at(p.data, uint64(due)*100/9)
		var err error
		if part.video {
			err = p.mux.WriteVideo(mpegts.Frame{PTS: due, Key: part.key, Data: p.data})
		} else {
			err = p.mux.WriteMetadata(due, p.data)
		}
		if err != nil {
			return err
		}
	}
	return p.out.flush()
}

// begin finds the first key picture that is due from t on, and begins a stream there: decoders can start at
// it, and nothing that came before it would be of use.
func (p *Player) begin(t int64) error {
	p.round, p.next = t/p.c.Clip.ticks, 0
	for p.due() < t || !p.c.Clip.parts[p.next].key {
		p.step()
	}
	var err error
	p.mux, err = mpegts.NewMuxer(&p.out, mpegts.MuxConfig{Carriage: mpegts.Sync})
	return err
}

func (p *Player) due() int64 { return p.round*p.c.Clip.ticks + p.c.Clip.parts[p.next].ticks }

func (p *Player) step() {
	if p.next++; p.next == len(p.c.Clip.parts) {
		p.round, p.next = p.round+1, 0
	}
}

// ticksOf is an instant on the clock of PTS, counted from the Unix epoch. The muxer writes the 33 bits
// of it that a stream has room for.
func ticksOf(t time.Time) int64 {
	return t.Unix()*mpegts.Ticks + int64(t.Nanosecond())*9/100_000
}

// datagrams cuts a transport stream.
type datagrams struct {
	to   io.Writer
	held []byte
}

func (d *datagrams) Write(b []byte) (int, error) {
	d.held = append(d.held, b...)
	sent := 0
	for ; len(d.held)-sent >= Datagram; sent += Datagram {
		if _, err := d.to.Write(d.held[sent : sent+Datagram]); err != nil {
			return 0, err
		}
	}
	d.held = d.held[:copy(d.held, d.held[sent:])]
	return len(b), nil
}

// flush sends what is left, so that nobody waits for it.
func (d *datagrams) flush() error {
	if len(d.held) == 0 {
		return nil
	}
	_, err := d.to.Write(d.held)
	d.held = d.held[:0]
	return err
}

// Dial returns where a player may send to: "udp" or "tcp". Datagrams that nobody takes are lost, as on
// any network; a broken connection is an error of the player.
func Dial(ctx context.Context, network, address string) (io.WriteCloser, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("sending to %s: %w", address, err)
	}
	if network == "udp" {
		return lossy{conn}, nil
	}
	return conn, nil
}

type lossy struct{ net.Conn }

func (l lossy) Write(b []byte) (int, error) {
	if n, err := l.Conn.Write(b); errors.Is(err, net.ErrClosed) {
		return n, err
	}
	return len(b), nil
}
