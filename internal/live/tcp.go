package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// maxRead is the most that one read of a connection gives.
const maxRead = 64 << 10

// receiveTCP asks a sender.
func (s *Source) receiveTCP(ctx context.Context) error {
	d := net.Dialer{Timeout: s.config.Connect, KeepAlive: 15 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", s.address.HostPort())
	if err != nil {
		return unreachable(err)
	}
	return s.readTCP(ctx, conn)
}

// readTCP reads a connection to its end and closes it.
func (s *Source) readTCP(ctx context.Context, conn net.Conn) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()
	var dropped sync.Once
	given := false
	s.connected(conn.RemoteAddr().String(), true, func() {
		dropped.Do(func() { given = true })
		_ = conn.Close()
	}, nil)
	var room slab
	for {
		n, err := conn.Read(room.room(maxRead))
		s.take("", room.keep(n))
		if err == nil {
			continue
		}
		dropped.Do(func() {})
		switch {
		case given:
			return errDropped
		case errors.Is(err, io.EOF):
			return errors.New("ended by the sender")
		}
		return fmt.Errorf("reading: %w", err)
	}
}

// acceptTCP takes one sender after the other; a second one at the same time is turned away.
func (s *Source) acceptTCP(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.address.HostPort())
	if err != nil {
		return unreachable(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	s.config.Bound(l.Addr().String())
	var all sync.WaitGroup
	defer all.Wait()
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	free := make(chan struct{}, 1)
	free <- struct{}{}
	for {
		conn, err := l.Accept()
		if err != nil {
			return unreachable(err)
		}
		select {
		case <-free:
		default:
			s.find(Defect{Code: CodeSecond, Got: conn.RemoteAddr().String(), Want: s.monitor.peerNow()})
			_ = conn.Close()
			continue
		}
		all.Go(func() {
			err := s.readTCP(ctx, conn)
			s.again(ctx, err)
			free <- struct{}{}
		})
	}
}

// again says that a listener's connection ended and another one may come.
func (s *Source) again(ctx context.Context, err error) {
	s.disconnected()
	if ctx.Err() != nil {
		return
	}
	s.monitor.set(PhaseConnecting)
	s.monitor.reconnecting()
	s.find(defectOf(err))
}
