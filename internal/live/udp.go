package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
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
	batch := newBatch(conn)
	for {
		n, err := batch.read()
		if err != nil {
			return fmt.Errorf("reading datagrams: %w", err)
		}
		for i := range n {
			b, from := batch.datagram(i)
			if from != peer {
				if peer.IsValid() {
					s.find(Defect{Code: CodeSecond, Got: from.String(), Want: peer.String()})
				}
				peer = from
				s.monitor.sender(from.String())
			}
			s.take("", room.keep(copy(room.room(len(b)), b)))
		}
	}
}

// batchSize is how many datagrams one call of the system may give: at a few megabits a second two or three have come
// when somebody looks.
const batchSize = 8

// batch reads datagrams several at a time (recvmmsg where the system has it).
type batch struct {
	conn     *ipv4.PacketConn
	messages []ipv4.Message
}

func newBatch(conn *net.UDPConn) *batch {
	// Of ipv4 only the reading of plain messages is used, which is the same for both families.
	b := &batch{conn: ipv4.NewPacketConn(conn), messages: make([]ipv4.Message, batchSize)}
	for i := range b.messages {
		b.messages[i].Buffers = [][]byte{make([]byte, maxDatagram)}
	}
	return b
}

func (b *batch) read() (int, error) { return b.conn.ReadBatch(b.messages, 0) }

func (b *batch) datagram(i int) ([]byte, netip.AddrPort) {
	m := &b.messages[i]
	var from netip.AddrPort
	if a, ok := m.Addr.(*net.UDPAddr); ok {
		from = a.AddrPort()
	}
	return m.Buffers[0][:m.N], from
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
