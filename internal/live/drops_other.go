//go:build !linux

package live

import "net"

// kernelDrops is not known here.
func kernelDrops(*net.UDPConn) func() Loss { return nil }
