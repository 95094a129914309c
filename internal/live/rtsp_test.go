package live

import (
	"bytes"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/pion/rtp"
)

// publisher is an RTSP server with one session.
type publisher struct {
	server *gortsplib.Server
	stream *gortsplib.ServerStream
	desc   *description.Session
	plays  chan *gortsplib.ServerSession

	mu    sync.Mutex
	ready bool
}

func (p *publisher) OnDescribe(*gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ready {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, p.stream, nil
}

func (p *publisher) OnSetup(*gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	return &base.Response{StatusCode: base.StatusOK}, p.stream, nil
}

func (p *publisher) OnPlay(c *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	p.plays <- c.Session
	return &base.Response{StatusCode: base.StatusOK}, nil
}

func (p *publisher) set(ready bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready = ready
}

// publish starts a server on loopback and returns its address.
func publish(t *testing.T, medias ...*description.Media) (*publisher, string) {
	t.Helper()
	p := &publisher{desc: &description.Session{Medias: medias}, plays: make(chan *gortsplib.ServerSession, 8), ready: true}
	var at string
	p.server = &gortsplib.Server{
		Handler: p, RTSPAddress: "127.0.0.1:0",
		Listen: func(network, address string) (net.Listener, error) {
			l, err := net.Listen(network, address)
			if err == nil {
				at = l.Addr().String()
			}
			return l, err
		},
	}
	if err := p.server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.server.Close)
	p.stream = &gortsplib.ServerStream{Server: p.server, Desc: p.desc}
	if err := p.stream.Initialize(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stream.Close)
	return p, at
}

// write sends one RTP packet; every packet has its own number.
func (p *publisher) write(t *testing.T, track int, number int, marker bool, payload []byte) {
	t.Helper()
	m := p.desc.Medias[track]
	err := p.stream.WritePacketRTP(m, &rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: m.Formats[0].PayloadType(), SequenceNumber: uint16(number), Timestamp: uint32(number) * 3600, SSRC: 7, Marker: marker},
		Payload: payload,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func tracks() []*description.Media {
	return []*description.Media{
		{Type: description.MediaTypeVideo, Formats: []format.Format{&format.MPEGTS{}}},
		{Type: description.MediaTypeApplication, Formats: []format.Format{&format.KLV{PayloadTyp: 97}}},
		{Type: description.MediaTypeAudio, Formats: []format.Format{&format.Opus{PayloadTyp: 98, ChannelCount: 2}}},
	}
}

func TestRTSP(t *testing.T) {
	t.Parallel()
	p, at := publish(t, tracks()...)
	p.set(false)
	r := run(t, Config{URL: "rtsp://" + at + "/feed"})
	r.wait("a finding", func() bool { return r.has(CodeConnect) }) // 404
	p.set(true)
	session := <-p.plays
	r.waitPhase(PhaseConnected)
	if !r.has(CodeTrack) {
		t.Errorf("the sound is not mentioned: %v", r.codes())
	}

	ts := stream(t, 1, 2000)
	var metadata []byte
	sent := 0
	publishAll := func() {
		n := 0
		for from := 0; from < len(ts); from += 1316 {
			b := ts[from:min(from+1316, len(ts))]
			p.write(t, 0, n, false, b)
			sent += len(b)
			if n%2 == 0 {
				// A unit in two pieces (RFC 6597, 4.2).
				unit := packet336(n)
				p.write(t, 1, n, false, unit[:10])
				p.write(t, 1, n+1, true, unit[10:])
				metadata = append(metadata, unit...)
				sent += len(unit)
			}
			n++
			if n%20 == 0 {
				r.waitBytes(sent)
			}
		}
		r.waitBytes(sent)
	}
	publishAll()
	if st := r.State(); !st.Loss.Known || st.Loss.Packets != 0 || st.URL != "rtsp://"+at+"/feed" {
		t.Errorf("%+v", st)
	}
	// The session is taken down, and comes back.
	session.Close()
	r.wait("the end", func() bool { return r.has(CodeAbandoned) })
	<-p.plays
	r.waitPhase(PhaseConnected)
	publishAll()
	if !bytes.Equal(r.sink.received("0/MP2T"), append(ts[:len(ts):len(ts)], ts...)) || !bytes.Equal(r.sink.received("1/SMPTE336M"), metadata) {
		t.Error("what came is not what was sent")
	}
	if got := len(r.sink.received("*")); got != sent {
		t.Errorf("%d bytes came, %d were sent", got, sent)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

func TestRTSPLossIsCounted(t *testing.T) {
	t.Parallel()
	p, at := publish(t, tracks()[:1]...)
	r := run(t, Config{URL: "rtsp://" + at + "/feed"})
	session := <-p.plays
	r.waitPhase(PhaseConnected)
	packet := bytes.Repeat([]byte{0x47}, 188)
	for i, n := range []int{1, 2, 3, 8, 9} {
		p.write(t, 0, n, false, packet)
		r.waitBytes(188 * (i + 1))
	}
	if st := r.State(); st.Loss.Packets != 4 {
		t.Errorf("%+v, want 4 lost", st.Loss)
	}
	session.Close()
	r.wait("a finding", func() bool { return r.has(CodeLoss) })
	if st := r.State(); st.Loss.Packets != 4 {
		t.Errorf("%+v, want 4 lost", st.Loss)
	}
}

func TestRTSPWithNothingOfUse(t *testing.T) {
	t.Parallel()
	_, at := publish(t, tracks()[2:]...)
	r := run(t, Config{URL: "rtsp://" + at + "/feed"})
	r.wait("findings", func() bool { return len(r.codes()) >= 4 })
	if codes := r.codes(); slices.ContainsFunc(codes, func(c string) bool { return c != string(CodeTrack) }) {
		t.Error(codes)
	}
}

func TestRTSPServerThatIsNone(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"another protocol": "SSH-2.0-OpenSSH_9.6\r\n",
		"an endless line":  string(bytes.Repeat([]byte("x"), 1<<20)),
		"nothing":          "",
		"a broken session": "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99999999999\r\n\r\n",
	} {
		l := listenTCP(t)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = c.Read(make([]byte, 4096))
				_, _ = c.Write([]byte(answer))
				_ = c.Close()
			}
		}()
		r := run(t, Config{URL: "rtsp://" + l.Addr().String() + "/feed"})
		r.wait(name, func() bool { return r.has(CodeProtocol) || r.has(CodeConnect) })
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	}
}
