package live

import (
	"bufio"
	"bytes"
	"net"
	"os"
	"strconv"
	"syscall"
)

// kernelDrops counts the datagrams that a socket had no room for, by the last column of
// /proc/net/udp. It is nil when the socket is not to be found there.
func kernelDrops(conn *net.UDPConn) func() Loss {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	var inode uint64
	err = raw.Control(func(fd uintptr) {
		var st syscall.Stat_t
		if syscall.Fstat(int(fd), &st) == nil {
			inode = st.Ino
		}
	})
	if err != nil || inode == 0 {
		return nil
	}
	var last Loss
	return func() Loss {
		for _, name := range []string{"/proc/net/udp", "/proc/net/udp6"} {
			if n, ok := dropsOf(name, inode); ok {
				last = Loss{Known: true, Packets: n}
			}
		}
		return last
	}
}

// dropsOf finds a socket's line: local and remote address, ..., inode as the tenth field, drops last.
func dropsOf(name string, inode uint64) (uint64, bool) {
	f, err := os.Open(name)
	if err != nil {
		return 0, false
	}
	defer func() { _ = f.Close() }()
	want := strconv.AppendUint(nil, inode, 10)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := bytes.Fields(lines.Bytes())
		if len(fields) >= 13 && bytes.Equal(fields[9], want) {
			n, err := strconv.ParseUint(string(fields[len(fields)-1]), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
