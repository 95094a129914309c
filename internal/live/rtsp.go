package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/liberrors"
	"github.com/pion/rtp"
)

// receiveRTSP plays a session with the packets interleaved in its connection, so that no port is
// opened here.
//
// The payloads are taken as they come: of MPEG-TS whole packets (RFC 2250), of KLV units in one or
// more pieces (RFC 6597, 4.2), which follow each other in the track and are joined by reading it.
func (s *Source) receiveRTSP(ctx context.Context) error {
	u, err := base.ParseURL(s.address.rtsp.String())
	if err != nil {
		return &fault{CodeConnect, errors.New("address that the protocol does not take")}
	}
	tcp := gortsplib.ProtocolTCP
	var lost atomic.Uint64 // the statistics go away with the session
	dialer := net.Dialer{Timeout: s.config.Connect}
	c := &gortsplib.Client{
		Scheme: u.Scheme, Host: u.Host, Protocol: &tcp, UserAgent: "overflight",
		DialContext: dialer.DialContext, WriteTimeout: s.config.Connect,
		ReadTimeout:   s.config.DropAfter, // of a session that stalls too
		OnPacketsLost: func(n uint64) { lost.Add(n) },
		OnDecodeError: func(err error) { s.find(Defect{Code: CodeProtocol, Got: err.Error()}) },
	}
	if err := c.Start(); err != nil {
		return unreachable(err)
	}
	stop := context.AfterFunc(ctx, c.Close)
	defer stop()
	defer c.Close()

	session, _, err := c.Describe(u)
	if err != nil {
		return rtspFault(err)
	}
	taken := 0
	for i, m := range session.Medias {
		track, ok := s.track(i, m)
		if !ok {
			continue
		}
		if _, err := c.Setup(session.BaseURL, m, 0, 0); err != nil {
			return rtspFault(err)
		}
		taken++
		var room slab
		for _, f := range m.Formats {
			name := track[f]
			if name == "" {
				continue
			}
			c.OnPacketRTP(m, f, func(p *rtp.Packet) { s.take(name, room.copy(p.Payload)) })
		}
	}
	if taken == 0 {
		return &fault{CodeTrack, errors.New("no track of MPEG-TS or KLV")}
	}
	dropped := make(chan struct{}, 1)
	s.connected(u.Host, false, func() {
		dropped <- struct{}{} // once: connected gives it away only once
		go c.Close()          // it waits for callbacks
	}, func() Loss {
		return Loss{Known: true, Packets: lost.Load()}
	})
	s.monitor.set(PhaseConnecting) // packets may come before the answer does
	if _, err := c.Play(nil); err != nil {
		return rtspFault(err)
	}
	s.monitor.set(PhaseConnected)
	err = c.Wait()
	select {
	case <-dropped:
		return errDropped
	default:
	}
	return fmt.Errorf("session ended: %w", err)
}

// track names the formats of a medium that are taken.
func (s *Source) track(i int, m *description.Media) (map[format.Format]string, bool) {
	names := map[format.Format]string{}
	for _, f := range m.Formats {
		kind, _, _ := strings.Cut(f.RTPMap(), "/")
		if f.PayloadType() == 33 {
			kind = "MP2T" // RFC 3551 needs no map for it
		}
		kind = strings.ToUpper(kind)
		if kind != "MP2T" && kind != "SMPTE336M" {
			s.find(Defect{Code: CodeTrack, Item: strconv.Itoa(i), Got: f.RTPMap(), Want: "MP2T | SMPTE336M"})
			continue
		}
		names[f] = strconv.Itoa(i) + "/" + kind
	}
	return names, len(names) > 0
}

// rtspFault tells a peer that answers what it should not from one that is not there.
func rtspFault(err error) error {
	var status liberrors.ErrClientBadStatusCode
	if errors.As(err, &status) {
		return unreachable(err)
	}
	var f interface{ Timeout() bool }
	if errors.As(err, &f) {
		return unreachable(err)
	}
	return &fault{CodeProtocol, err}
}
