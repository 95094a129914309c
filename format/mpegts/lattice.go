package mpegts

import "bytes"

const (
	packetSize = 188 // bytes of a transport packet (ISO/IEC 13818-1 clause 2.4.3.2)
	syncByte   = 0x47
	latticeLen = 5 // sync bytes in step that make a lattice
)

// strides are the distances between sync bytes that are in use: bare packets, packets after an
// arrival time, packets before parity.
var strides = [...]int{188, 192, 204}

// window is the look-ahead that decides on a lattice at one place.
const window = (latticeLen-1)*204 + 1

// lattice reports whether sync bytes stand at o and at every stride after it: latticeLen of them,
// or in a shorter rest as many as have room, and how many that were.
func lattice(b []byte, o, stride int) (n int, ok bool) {
	for ; n < latticeLen && o < len(b); n++ {
		if b[o] != syncByte {
			return n, false
		}
		o += stride
	}
	return n, true
}

// findLattice returns the first place of b at which a lattice starts. Unless last, places that
// have less than window behind them are left for later: then from is where to go on, and the
// answer does not depend on how the stream was cut into chunks.
func findLattice(b []byte, last bool) (at, stride, from int) {
	for {
		i := bytes.IndexByte(b[from:], syncByte)
		if i < 0 {
			return -1, 0, len(b)
		}
		from += i
		if !last && len(b)-from < window {
			return -1, 0, from
		}
		for _, s := range strides {
			n, ok := lattice(b, from, s)
			// A rest too short for a lattice counts only where a file would begin.
			if ok && len(b)-from >= packetSize && (n >= 3 || from == 0 || from == 4 && s == 192) {
				return from, s, from
			}
		}
		from++
	}
}

// goesOn reports whether the lattice goes on after the packet at the start of b: of the next sync
// bytes at most one may be bad, and one must be good.
func goesOn(b []byte, stride int) bool {
	good, bad := 0, 0
	for i := stride; i < len(b); i += stride {
		if b[i] == syncByte {
			good++
		} else {
			bad++
		}
	}
	return len(b) >= packetSize && good > bad && bad <= 1
}

// Sniff tells by content whether the first bytes of a file, a kilobyte or more, are a transport
// stream, and the size of its packets: 188, 192 or 204. It allows a cut first packet.
func Sniff(b []byte) (size int, ok bool) {
	if len(b) > 16<<10 {
		b = b[:16<<10]
	}
	at, stride, _ := findLattice(b, true)
	if at < 0 || at >= 2*204 {
		return 0, false
	}
	return stride, true
}
