package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// maxDatagram is the most that UDP carries: a datagram is never cut by the room for it.
const maxDatagram = 65535

// socketRoom is asked of the system for what arrives while nobody reads; it may give less.
const socketRoom = 4 << 20

// receiveUDP reads datagrams until ctx ends or the socket breaks.
func (s *Source) receiveUDP(ctx context.Context) error {
	conn, err := s.openUDP(ctx)
	if err != nil {
		return unreachable(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadBuffer(socketRoom) // less is counted when it is too little
	s.config.Bound(conn.LocalAddr().String())

	// Leaving and joining again makes routers ask anew; a unicast port cannot be opened any better.
	var drop func()
	if s.address.Multicast() {
		drop = func() { _ = conn.Close() }
	}
	s.connected("", false, drop, kernelDrops(conn))
	var peer netip.AddrPort
	var room slab
	for {
		n, from, err := conn.ReadFromUDPAddrPort(room.room(maxDatagram))
		if err != nil {
			return fmt.Errorf("reading datagrams: %w", err)
		}
		if from != peer {
			if peer.IsValid() {
				s.find(Defect{Code: CodeSecond, Got: from.String(), Want: peer.String()})
			}
			peer = from
			s.monitor.sender(from.String())
		}
		s.take("", room.keep(n))
	}
}

func (s *Source) openUDP(ctx context.Context) (*net.UDPConn, error) {
	if !s.address.Multicast() {
		var lc net.ListenConfig
		conn, err := lc.ListenPacket(ctx, "udp", s.address.HostPort())
		if err != nil {
			return nil, err
		}
		u, ok := conn.(*net.UDPConn)
		if !ok {
			return nil, errors.Join(fmt.Errorf("socket is a %T", conn), conn.Close())
		}
		return u, nil
	}
	var by *net.Interface
	if s.address.Interface != "" {
		i, err := net.InterfaceByName(s.address.Interface)
		if err != nil {
			return nil, fmt.Errorf("interface %s: %w", s.address.Interface, err)
		}
		by = i
	}
	group, err := net.ResolveUDPAddr("udp", s.address.HostPort())
	if err != nil {
		return nil, err
	}
	return net.ListenMulticastUDP("udp", by, group)
}
