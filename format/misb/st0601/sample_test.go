package st0601

import (
	"encoding/binary"
	"testing"

	"overflight/format/klv"
	"overflight/internal/recordings"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	return recordings.Read(t, "misb/"+name)
}

// packets returns the ST 0601 packets of one PID of a well-formed transport stream. It is
// independent of format/mpegts on purpose, and does nothing but join payloads.
func packets(t testing.TB, name string, pid uint16) [][]byte {
	t.Helper()
	var es []byte
	for ts := sample(t, name); len(ts) >= 188; ts = ts[188:] {
		p := ts[:188]
		if binary.BigEndian.Uint16(p[1:])&0x1FFF != pid || p[3]&0x10 == 0 {
			continue
		}
		start := 4
		if p[3]&0x20 != 0 {
			start += 1 + int(p[4])
		}
		payload := p[start:]
		if p[1]&0x40 != 0 {
			payload = payload[9+int(payload[8]):]
		}
		es = append(es, payload...)
	}
	var out [][]byte
	for len(es) > 20 {
		if klv.Key(es[:16]) != Key {
			t.Fatalf("%s: no key after %d packets", name, len(out))
		}
		n, size, err := klv.ParseLength(es[16:])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, es[:16+size+n])
		es = es[16+size+n:]
	}
	return out
}
