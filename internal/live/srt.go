package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	srt "github.com/datarhei/gosrt"
	"github.com/datarhei/gosrt/circular"
	"github.com/datarhei/gosrt/packet"
)

// rejected is a handshake that the peer refused: it will refuse the next one too.
type rejected struct{ err error }

func (r *rejected) Error() string { return r.err.Error() }
func (r *rejected) Unwrap() error { return r.err }

func (s *Source) srtConfig() srt.Config {
	c := srt.DefaultConfig()
	o := s.address.SRT
	c.Latency = o.Latency
	c.ReceiverLatency = o.Latency
	c.Passphrase = o.Passphrase
	c.PBKeylen = o.KeyLength
	c.StreamId = o.StreamID
	c.ConnectionTimeout = s.config.Connect
	c.EnforcedEncryption = true
	return c
}

// callSRT asks a sender.
func (s *Source) callSRT(ctx context.Context) error {
	// The library's Dial can neither be stopped nor fail without leaving a goroutine behind, so it is
	// called only once somebody has answered. What is left is a peer that answers and then refuses:
	// the pauses after that are long.
	if err := s.probeSRT(ctx); err != nil {
		return unreachable(err)
	}
	conn, err := srt.Dial("srt", s.address.HostPort(), s.srtConfig())
	if err != nil {
		return &fault{CodeConnect, &rejected{err}}
	}
	err = s.readSRT(ctx, conn)
	drainSRT(conn)
	return err
}

// drainSRT takes the last error of the library's reader, which waits for somebody to do so for ever. It comes as soon as
// that has noticed that its socket is closed; it may also have been taken before, and then there is nothing to wait for.
func drainSRT(conn srt.Conn) {
	for until := time.Now().Add(time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		if _, last := conn.Read(nil); errors.Is(last, srt.ErrClientClosed) || errors.Is(last, net.ErrClosed) {
			return
		}
	}
}

// probeSRT sends the first message of a handshake (draft-sharabayko-srt-01, 4.3.1.1) until there is an
// answer. A listener keeps nothing of it.
func (s *Source) probeSRT(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Connect)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", s.address.HostPort())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	hello, err := induction(conn)
	if err != nil {
		return err
	}
	answer := make([]byte, maxDatagram)
	for {
		if _, err := conn.Write(hello); err != nil {
			return s.probeError(ctx, err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(250 * time.Millisecond)); err != nil {
			return s.probeError(ctx, err)
		}
		n, err := conn.Read(answer)
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			continue
		}
		if err != nil {
			return s.probeError(ctx, err)
		}
		if p, err := packet.NewPacketFromData(conn.RemoteAddr(), answer[:n]); err == nil &&
			p.Header().IsControlPacket && p.Header().ControlType == packet.CTRLTYPE_HANDSHAKE {
			return nil
		}
		return &fault{CodeProtocol, fmt.Errorf("answer of %d bytes is no handshake", n)}
	}
}

func (s *Source) probeError(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer for %s", s.config.Connect)
	}
	return err
}

func induction(conn net.Conn) ([]byte, error) {
	p := packet.NewPacket(conn.RemoteAddr())
	h := p.Header()
	h.IsControlPacket = true
	h.ControlType = packet.CTRLTYPE_HANDSHAKE
	cif := &packet.CIFHandshake{
		IsRequest: true, Version: 4, ExtensionField: 2,
		InitialPacketSequenceNumber: circular.New(0, packet.MAX_SEQUENCENUMBER),
		MaxTransmissionUnitSize:     srt.MAX_MSS_SIZE, MaxFlowWindowSize: 25600,
		HandshakeType: packet.HSTYPE_INDUCTION, SRTSocketId: 1,
	}
	cif.PeerIP.FromNetAddr(conn.LocalAddr())
	p.MarshalCIF(cif)
	var b bytes.Buffer
	if err := p.Marshal(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// readSRT reads a connection to its end and closes it.
func (s *Source) readSRT(ctx context.Context, conn srt.Conn) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()
	s.connected(conn.RemoteAddr().String(), false, func() { _ = conn.Close() }, func() Loss {
		var st srt.Statistics
		conn.Stats(&st)
		return Loss{Known: true, Packets: st.Accumulated.PktRecvDrop, Recovered: st.Accumulated.PktRecvRetrans}
	})
	var room slab
	for {
		n, err := conn.Read(room.room(maxRead))
		if err != nil {
			return fmt.Errorf("reading: %w", err)
		}
		s.take("", room.keep(n))
	}
}

// acceptSRT takes one sender after the other; a second one at the same time is turned away.
func (s *Source) acceptSRT(ctx context.Context) error {
	l, err := srt.Listen("srt", s.address.HostPort(), s.srtConfig())
	if err != nil {
		return unreachable(err)
	}
	stop := context.AfterFunc(ctx, l.Close)
	defer stop()
	s.config.Bound(l.Addr().String())
	var all sync.WaitGroup
	defer all.Wait()
	defer l.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	free := make(chan struct{}, 1)
	free <- struct{}{}
	for {
		req, err := l.Accept2()
		if err != nil {
			return unreachable(err)
		}
		if d, reason, ok := s.admit(req); !ok {
			s.find(d)
			req.Reject(reason)
			continue
		}
		select {
		case <-free:
		default:
			s.find(Defect{Code: CodeSecond, Got: req.RemoteAddr().String(), Want: s.monitor.peerNow()})
			req.Reject(srt.REJ_RESOURCE)
			continue
		}
		conn, err := req.Accept()
		if err != nil {
			s.find(Defect{Code: CodeProtocol, Item: req.RemoteAddr().String(), Got: err.Error()})
			free <- struct{}{}
			continue
		}
		all.Go(func() {
			err := s.readSRT(ctx, conn)
			s.again(ctx, err)
			free <- struct{}{}
		})
	}
}

// admit checks what a sender brings.
func (s *Source) admit(req srt.ConnRequest) (Defect, srt.RejectionReason, bool) {
	peer, o := req.RemoteAddr().String(), s.address.SRT
	switch {
	case o.StreamID != "" && req.StreamId() != o.StreamID:
		return Defect{Code: CodeProtocol, Item: peer, Got: "streamid", Want: o.StreamID}, srt.REJ_PEER, false
	case o.Passphrase == "" && req.IsEncrypted():
		return Defect{Code: CodeProtocol, Item: peer, Got: "encryption", Want: "-"}, srt.REJ_UNSECURE, false
	case o.Passphrase == "":
		return Defect{}, 0, true
	case !req.IsEncrypted():
		return Defect{Code: CodeProtocol, Item: peer, Got: "-", Want: "encryption"}, srt.REJ_UNSECURE, false
	}
	if err := req.SetPassphrase(o.Passphrase); err != nil {
		return Defect{Code: CodeProtocol, Item: peer, Got: "passphrase"}, srt.REJ_BADSECRET, false
	}
	return Defect{}, 0, true
}
