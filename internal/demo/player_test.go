package demo

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"overflight/evidence"
	"overflight/format/misb/st0601"
	"overflight/format/mpegts"
)

func clip(t testing.TB) *Clip {
	t.Helper()
	c, err := OpenClip()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sink keeps what was sent.
type sink struct {
	sizes []int
	bytes.Buffer
}

func (s *sink) Write(b []byte) (int, error) {
	s.sizes = append(s.sizes, len(b))
	return s.Buffer.Write(b)
}

// play runs a player from an instant on, in ticks that come as fast as it takes them.
func play(t testing.TB, c *Clip, from time.Time, long, every time.Duration) *sink {
	t.Helper()
	var at atomic.Int64
	out, tick, done := &sink{}, make(chan time.Time), make(chan error, 1)
	p, err := NewPlayer(PlayerConfig{Clip: c, Now: func() time.Time { return from.Add(time.Duration(at.Load())) }, Tick: tick, To: out})
	if err != nil {
		t.Fatal(err)
	}
	go func() { done <- p.Run(t.Context()) }()
	for d := time.Duration(0); d <= long; d += every {
		at.Store(int64(d))
		tick <- from
	}
	close(tick)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return out
}

// unit is a metadata packet as it was received.
type unit struct {
	pts    int64
	micros uint64
	data   []byte
	places int // that ST 0903 reports
}

type received struct {
	units    []unit
	pictures []mpegts.Picture
	access   [][]byte
	defects  []evidence.Defect
}

func receive(t testing.TB, ts []byte) received {
	t.Helper()
	var r received
	var set st0601.Set
	var dec st0601.Decoder
	d := mpegts.NewDemuxer(&mpegts.Funcs{
		OnUnit: func(u *mpegts.Unit) {
			if err := dec.Decode(u.Data, &set); err != nil || set.Checksum != st0601.ChecksumOK || len(set.Defects) > 0 || !u.HasPTS || u.Estimated {
				t.Fatalf("packet at byte %d: %v, checksum %v, %v, PTS %v", u.Offset, err, set.Checksum, set.Defects, u.HasPTS)
			}
			us, ok := set.Time()
			if !ok {
				t.Fatalf("packet at byte %d has no time", u.Offset)
			}
			got := unit{pts: u.PTS, micros: us, data: bytes.Clone(u.Data)}
			if v, ok := set.VMTI(); ok {
				got.places = len(v.Targets)
			}
			r.units = append(r.units, got)
		},
		OnPicture: func(p *mpegts.Picture) { r.pictures = append(r.pictures, *p) },
		OnDefect:  func(d evidence.Defect) { r.defects = append(r.defects, d) },
	}, mpegts.Config{Video: mpegts.VideoHeads})
	if _, err := d.ReadFrom(bytes.NewReader(ts)); err != nil {
		t.Fatal(err)
	}
	if len(r.pictures) > 0 {
		r.access = video{pid: int(r.pictures[0].PID)}.units(ts)
	}
	return r
}

// beforeWrap is an instant some time before the 33 bits of PTS begin anew.
func beforeWrap(d time.Duration) time.Time {
	const wrap = int64(1) << 33
	from := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ticks := (ticksOf(from)/wrap+1)*wrap - int64(d.Seconds()*mpegts.Ticks)
	return time.Unix(ticks/mpegts.Ticks, ticks%mpegts.Ticks*100_000/9)
}

// TestThreeRepeats plays the clip a little more than three times across the wrap of PTS, and holds what
// arrives to the clip and to the clock.
func TestThreeRepeats(t *testing.T) {
	t.Parallel()
	c := clip(t)
	from := beforeWrap(100 * time.Second)
	out := play(t, c, from, 3*c.Length()+5*time.Second, 20*time.Millisecond)
	for i, n := range out.sizes {
		if n > Datagram || n%188 != 0 || n == 0 {
			t.Fatalf("datagram %d has %d bytes", i, n)
		}
	}
	r := receive(t, out.Bytes())
	for _, d := range r.defects {
		t.Errorf("finding %v", d)
	}
	if n, least := len(r.units), 3*900; n < least || len(r.pictures) < 3*900 {
		t.Fatalf("%d packets, %d pictures", n, len(r.pictures))
	}
	reports, longest := 0, 0
	since := 0
	for i, u := range r.units {
		if i > 0 {
			before := r.units[i-1]
			if d := u.micros - before.micros; u.pts-before.pts != mpegts.Ticks/15 || d < 66_666 || d > 66_667 {
				t.Fatalf("packet %d comes %d ticks and %d us after the one before it", i, u.pts-before.pts, u.micros-before.micros)
			}
		}
		if late := from.Add(time.Second).UnixMicro() - int64(r.units[0].micros); i == 0 && (late < 0 || late > 1_000_000) {
			t.Errorf("the first packet says %d, it was sent from %v on", u.micros, from)
		}
		if since++; u.places > 0 {
			reports, since = reports+1, 0
		}
		longest = max(longest, since)
		// But for its time and its sum, a packet is the one of the clip.
		want := c.packet(u.micros)
		if want == nil || !bytes.Equal(blank(want.data, want), blank(u.data, want)) {
			t.Fatalf("packet %d at %d us is not that of the clip", i, u.micros)
		}
	}
	if reports < 180 || longest > 15 {
		t.Errorf("%d packets report places, at most %d in a row do not", reports, longest)
	}
	micros := map[int64]uint64{}
	for _, u := range r.units {
		micros[u.pts] = u.micros
	}
	tied := 0
	for i, p := range r.pictures {
		if i > 0 && p.PTS-r.pictures[i-1].PTS != mpegts.Ticks/15 {
			t.Fatalf("picture %d comes %d ticks after the one before it", i, p.PTS-r.pictures[i-1].PTS)
		}
		if p.RandomAccess != (i%15 == 0) {
			t.Fatalf("picture %d: key %v", i, p.RandomAccess)
		}
		if us, ok := micros[p.PTS]; ok {
			tied++
			if !p.HasTime || us != p.Time.Micros() {
				t.Fatalf("picture %d says %d, the metadata of its PTS %d", i, p.Time.Micros(), us)
			}
		}
	}
	if tied < len(r.units)-1 {
		t.Errorf("%d of %d packets have a picture of their time", tied, len(r.units))
	}
	if len(r.access) != len(r.pictures) {
		t.Fatalf("%d access units, %d pictures", len(r.access), len(r.pictures))
	}
	for i, got := range r.access {
		want := c.picture(r.pictures[i].Time.Micros())
		if want == nil || !bytes.Equal(blank(got, want), blank(want.data, want)) {
			t.Fatalf("access unit %d is not that of the clip", i)
		}
	}
}

// part of the clip that is due at an instant.
func (c *Clip) due(micros uint64, video bool) *part {
	i := slices.IndexFunc(c.parts, func(p part) bool {
		// Ticks are nine hundredths of a microsecond: the instant was cut to whole ones.
		off := (int64(micros)*9/100 - p.ticks) % c.ticks
		return p.video == video && (off <= 1 || off >= c.ticks-1)
	})
	if i < 0 {
		return nil
	}
	return &c.parts[i]
}

func (c *Clip) packet(micros uint64) *part  { return c.due(micros, false) }
func (c *Clip) picture(micros uint64) *part { return c.due(micros, true) }

// blank returns data without its time, and a packet without its sum.
func blank(data []byte, p *part) []byte {
	b := bytes.Clone(data)
	if len(b) < p.stamp+11 {
		return b
	}
	if p.video {
		for i := range 8 {
			b[p.stamp+i+i/2] = 0
		}
		return b
	}
	clear(b[p.stamp : p.stamp+8])
	clear(b[len(b)-2:])
	return b
}

// TestPicksUp sees that a player which was stopped, was asleep, or whose clock was set, begins at a key
// picture where the clock is.
func TestPicksUp(t *testing.T) {
	t.Parallel()
	c := clip(t)
	from := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	first := receive(t, play(t, c, from, 3*time.Second, 20*time.Millisecond).Bytes())
	later := receive(t, play(t, c, from.Add(47*time.Second), 3*time.Second, 20*time.Millisecond).Bytes())
	if d := later.units[0].micros - first.units[0].micros; d != 47_000_000 || !later.pictures[0].RandomAccess {
		t.Errorf("after 47 s it went on %d us later, at a key picture: %v", d, later.pictures[0].RandomAccess)
	}
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 3 * time.Second} {
		out, now := &sink{}, from
		p, err := NewPlayer(PlayerConfig{Clip: c, Now: func() time.Time { return now }, Tick: make(chan time.Time), To: out})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 200 {
			now = now.Add(20 * time.Millisecond)
			if i == 100 {
				now = now.Add(jump)
			}
			if err := p.send(now); err != nil {
				t.Fatal(err)
			}
		}
		r := receive(t, out.Bytes())
		last := r.units[len(r.units)-1]
		if off := now.UnixMicro() - int64(last.micros); off < 0 || off > 100_000 {
			t.Errorf("after a jump of %v the last packet is %d us old", jump, off)
		}
		if len(r.units) > 60 {
			t.Errorf("after a jump of %v it sent %d packets", jump, len(r.units))
		}
	}
}

// TestRefuses: what is missing, and a clip that is not one.
func TestRefuses(t *testing.T) {
	t.Parallel()
	if _, err := NewPlayer(PlayerConfig{}); err == nil {
		t.Error("a player of nothing was made")
	}
	for name, ts := range map[string][]byte{"empty": nil, "cut": clipStream[:188*40], "other": bytes.Repeat([]byte{0x47}, 1880)} {
		if c, err := openClip(ts, clipTruth); err == nil && name != "cut" {
			t.Errorf("%s: %d parts", name, len(c.parts))
		}
	}
	if _, err := openClip(clipStream, []byte("{")); err == nil {
		t.Error("a truth that is none was read")
	}
	short := bytes.Replace(clipTruth, []byte("16:02:00Z"), []byte("16:01:30Z"), 1)
	if _, err := openClip(clipStream, short); err == nil {
		t.Error("a clip longer than its truth was read")
	}
}

// TestDestinations sends to a socket, to a port where nobody is, and down a connection that breaks.
func TestDestinations(t *testing.T) {
	t.Parallel()
	c := clip(t)
	from := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	run := func(to io.Writer) error {
		now := from
		p, err := NewPlayer(PlayerConfig{Clip: c, Now: func() time.Time { return now }, Tick: make(chan time.Time), To: to})
		for i := 0; err == nil && i < 300; i++ {
			now = now.Add(20 * time.Millisecond)
			err = p.send(now)
		}
		return err
	}
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to, err := Dial(t.Context(), "udp", l.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.Write(make([]byte, Datagram)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 2*Datagram)
	if n, _, err := l.ReadFrom(b); err != nil || n != Datagram {
		t.Errorf("%d bytes came: %v", n, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := run(to); err != nil {
		t.Errorf("with nobody there: %v", err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	if err := run(to); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after it was closed: %v", err)
	}

	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	to, err = Dial(t.Context(), "tcp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	conn, err := tcp.Accept()
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan []byte, 1)
	go func() {
		b := make([]byte, 100*188)
		n, _ := io.ReadFull(conn, b)
		_ = conn.Close() // with bytes unread, which resets it
		got <- b[:n]
	}()
	// The system takes some until it knows.
	err = nil
	for deadline := time.Now().Add(5 * time.Minute); err == nil; err = run(to) {
		if time.Now().After(deadline) {
			t.Fatal("a broken connection was not noticed")
		}
	}
	if b := <-got; len(b) != 100*188 || b[0] != 0x47 {
		t.Errorf("%d bytes came", len(b))
	}
	if _, err := Dial(t.Context(), "tcp", tcp.Addr().String()[:5]); err == nil {
		t.Error("an address that is none was dialled")
	}
}
