package st0903

import (
	"bytes"
	"testing"

	"overflight/format/klv"
	"overflight/internal/recordings"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	return recordings.Read(t, "misb/"+name)
}

// packets returns the ST 0601 packets in one PID of a well-formed transport stream.
func packets(t testing.TB, stream []byte, pid int) [][]byte {
	t.Helper()
	var payload []byte
	for ; len(stream) >= 188; stream = stream[188:] {
		p := stream[:188]
		if p[0] != 0x47 || int(p[1]&0x1F)<<8|int(p[2]) != pid || p[3]&0x10 == 0 {
			continue
		}
		rest := p[4:]
		if p[3]&0x20 != 0 {
			rest = rest[1+rest[0]:]
		}
		if p[1]&0x40 != 0 {
			rest = rest[9+int(rest[8]):]
		}
		payload = append(payload, rest...)
	}
	var out [][]byte
	for {
		i := bytes.Index(payload, klv.KeyST0601[:])
		if i < 0 {
			return out
		}
		payload = payload[i:]
		n, size, err := klv.ParseLength(payload[16:])
		if err != nil || 16+size+n > len(payload) {
			return out
		}
		out = append(out, payload[:16+size+n])
		payload = payload[16+size+n:]
	}
}

// parent is what an ST 0601 packet says around its VMTI set.
type parent struct {
	vmti   []byte
	centre FrameCentre
}

func parents(t testing.TB, list [][]byte) []parent {
	t.Helper()
	var out []parent
	for _, p := range list {
		_, size, err := klv.ParseLength(p[16:])
		if err != nil {
			t.Fatal(err)
		}
		var one parent
		for it := klv.WalkItems(p[16+size:]); it.Next(); {
			switch it.Tag {
			case 23:
				one.centre.Lat = angle(it.Value, 90)
			case 24:
				one.centre.Lon, one.centre.Known = angle(it.Value, 180), true
			case 74:
				one.vmti = it.Value
			}
		}
		if one.vmti != nil {
			out = append(out, one)
		}
	}
	return out
}

func angle(v []byte, full float64) float64 {
	n := int32(v[0])<<24 | int32(v[1])<<16 | int32(v[2])<<8 | int32(v[3])
	return float64(n) * (full / (1<<31 - 1))
}
