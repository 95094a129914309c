package st0601

import (
	"encoding/binary"
	"testing"

	"overflight/format/klv"
)

// The stream PIDs of the samples.
const (
	oshPID  = 257
	h264PID = 257
)

func run(b *testing.B, all [][]byte, read func([]byte)) {
	var bytes int64
	for _, p := range all {
		bytes += int64(len(p))
	}
	b.SetBytes(bytes / int64(len(all)))
	b.ReportAllocs()
	for _, p := range all {
		read(p)
	}
	i := 0
	for b.Loop() {
		read(all[i])
		if i++; i == len(all) {
			i = 0
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "packets/s")
}

// BenchmarkDecodeOSH is the full decode: checksum, typed values, nested VMTI.
func BenchmarkDecodeOSH(b *testing.B) {
	var d Decoder
	var s Set
	run(b, packets(b, "osh_sample-stream.ts", oshPID), func(p []byte) {
		if err := d.Decode(p, &s); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkFloorOSH is the least that a reader of the same packets can do: the checksum and one
// pass over the tags.
func BenchmarkFloorOSH(b *testing.B) {
	run(b, packets(b, "osh_sample-stream.ts", oshPID), func(p []byte) {
		if items, ok := floor(p); !ok || items == 0 {
			b.Fatal("not a packet")
		}
	})
}

func BenchmarkDecodeH264KLV(b *testing.B) {
	var d Decoder
	var s Set
	run(b, packets(b, "h264_klv.ts", h264PID), func(p []byte) {
		if err := d.Decode(p, &s); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkFloorH264KLV(b *testing.B) {
	run(b, packets(b, "h264_klv.ts", h264PID), func(p []byte) {
		if items, ok := floor(p); !ok || items == 0 {
			b.Fatal("not a packet")
		}
	})
}

// floor checks the key, the length and the checksum and counts the items.
func floor(p []byte) (items int, ok bool) {
	if len(p) < 20 || klv.Key(p[:16]) != Key {
		return 0, false
	}
	n, size, err := klv.ParseLength(p[16:])
	if err != nil || n != len(p)-16-size || klv.Checksum(p[:len(p)-2]) != binary.BigEndian.Uint16(p[len(p)-2:]) {
		return 0, false
	}
	for pos := 16 + size; pos < len(p)-1; items++ {
		tag, length := uint32(p[pos]), int(p[pos+1])
		pos += 2
		if (tag|uint32(length))&0x80 != 0 {
			_, width, err := klv.ParseOID(p[pos-2:])
			if err != nil {
				return items, false
			}
			pos += width - 2
			length, width, err = klv.ParseLength(p[pos:])
			if err != nil {
				return items, false
			}
			pos += width
		}
		if length > len(p)-pos {
			return items, false
		}
		pos += length
	}
	return items, true
}
