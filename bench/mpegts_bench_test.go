package bench

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/asticode/go-astits"

	"overflight/evidence"
	"overflight/format/mpegts"
)

// The stream: a recording made longer by repeating it with its counters and clocks running on, or
// without the outside samples one of our own writing.
const (
	streamSize  = 240 << 20
	chunkSize   = 1 << 20
	metadataPID = 257
)

var stream = sync.OnceValues(func() ([]byte, int) {
	dir := os.Getenv("OVERFLIGHT_SAMPLES")
	if dir == "" {
		return written()
	}
	b, err := os.ReadFile(filepath.Join(dir, "misb", "osh_sample-stream.ts"))
	if err != nil {
		panic(err)
	}
	return repeated(b, 277, 277*3000)
})

// written returns a stream of our Muxer and how many units it holds.
func written() ([]byte, int) {
	var out bytes.Buffer
	m, err := mpegts.NewMuxer(&out, mpegts.MuxConfig{MetadataPID: metadataPID, VideoPID: 256, AsyncPTS: true})
	if err != nil {
		panic(err)
	}
	video := append([]byte{0, 0, 0, 1, 9, 0xF0, 0, 0, 0, 1, 0x41}, bytes.Repeat([]byte{0x55}, 7000)...)
	set := append([]byte{6, 0x0E, 0x2B, 0x34, 2, 0x0B, 1, 1, 0x0E, 1, 3, 1, 1, 0, 0, 0, 0x81, 240}, make([]byte, 240)...)
	n := 0
	for ; out.Len() < streamSize; n++ {
		if err := errors.Join(m.WriteVideo(mpegts.Frame{PTS: int64(n) * 3000, Key: n%30 == 0, Data: video}), m.WriteMetadata(int64(n)*3000, set)); err != nil {
			panic(err)
		}
	}
	return out.Bytes(), n
}

// repeated writes b again and again: continuity counters go on, clocks go on by ticks each time.
func repeated(b []byte, units int, ticks int64) ([]byte, int) {
	var next [8192]byte
	times := streamSize / len(b)
	out := make([]byte, 0, times*len(b))
	for n := range times {
		for i := 0; i+188 <= len(b); i += 188 {
			out = append(out, b[i:i+188]...)
			p := out[len(out)-188:]
			pid := int(p[1]&0x1F)<<8 | int(p[2])
			if p[3]&0x10 != 0 {
				p[3] = p[3]&0xF0 | next[pid]
				next[pid] = (next[pid] + 1) & 0xF
			}
			delay(p, int64(n)*ticks)
		}
	}
	return out, times * units
}

// delay adds ticks to the PCR, PTS and DTS of a packet.
func delay(p []byte, ticks int64) {
	at := 4
	if p[3]&0x20 != 0 {
		at = 5 + int(p[4])
		if p[4] >= 7 && p[5]&0x10 != 0 {
			t := int64(p[6])<<25 | int64(p[7])<<17 | int64(p[8])<<9 | int64(p[9])<<1 | int64(p[10]>>7)
			t += ticks
			p[6], p[7], p[8], p[9], p[10] = byte(t>>25), byte(t>>17), byte(t>>9), byte(t>>1), p[10]&0x7F|byte(t<<7)
		}
	}
	if p[1]&0x40 == 0 || at+19 > len(p) || p[at] != 0 || p[at+1] != 0 || p[at+2] != 1 {
		return
	}
	for i, flag := range []byte{0x80, 0x40} {
		if p[at+7]&flag == 0 {
			continue
		}
		s := p[at+9+5*i:]
		t := int64(s[0]>>1&7)<<30 | int64(s[1])<<22 | int64(s[2]>>1)<<15 | int64(s[3])<<7 | int64(s[4]>>1)
		t += ticks
		s[0], s[1], s[2], s[3], s[4] = s[0]&0xF1|byte(t>>29)&0x0E, byte(t>>22), byte(t>>14)|1, byte(t>>7), byte(t<<1)|1
	}
}

// onDisk writes the stream to a file, which its writing leaves in the page cache.
func onDisk(b *testing.B) (path string, size, units int) {
	b.Helper()
	ts, units := stream()
	path = filepath.Join(b.TempDir(), "stream.ts")
	if err := os.WriteFile(path, ts, 0o600); err != nil {
		b.Fatal(err)
	}
	return path, len(ts), units
}

// read hands the file to f in chunks of one reused buffer.
func read(b *testing.B, path string, buf []byte, f func([]byte)) {
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	for {
		n, err := io.ReadFull(file, buf)
		f(buf[:n])
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func chunks(ts []byte, f func([]byte)) {
	for len(ts) > 0 {
		n := min(chunkSize, len(ts))
		f(ts[:n])
		ts = ts[n:]
	}
}

type counter struct{ units, pictures int }

func (c *counter) Unit(*mpegts.Unit)       { c.units++ }
func (c *counter) Picture(*mpegts.Picture) { c.pictures++ }
func (c *counter) Defect(evidence.Defect)  {}

// BenchmarkTSIndex finds every metadata unit and every picture with time and offset, and checks the
// stream while it does.
func BenchmarkTSIndex(b *testing.B) {
	for name, video := range map[string]mpegts.Video{"clock": mpegts.VideoClock, "heads": mpegts.VideoHeads} {
		b.Run("file/"+name, func(b *testing.B) {
			path, size, units := onDisk(b)
			buf := make([]byte, chunkSize)
			b.SetBytes(int64(size))
			for b.Loop() {
				c := &counter{}
				d := mpegts.NewDemuxer(c, mpegts.Config{Video: video})
				read(b, path, buf, func(p []byte) { d.Write(p) })
				d.Flush()
				if c.units != units {
					b.Fatalf("%d units, want %d", c.units, units)
				}
			}
		})
		b.Run("memory/"+name, func(b *testing.B) {
			ts, units := stream()
			b.SetBytes(int64(len(ts)))
			for b.Loop() {
				c := &counter{}
				d := mpegts.NewDemuxer(c, mpegts.Config{Video: video})
				chunks(ts, func(p []byte) { d.Write(p) })
				d.Flush()
				if c.units != units {
					b.Fatalf("%d units, want %d", c.units, units)
				}
			}
		})
	}
}

// bare puts together the PES packets of one PID that is known before, and does nothing else: no
// tables, no continuity, no other PID, whole packets only.
type bare struct {
	pes   []byte
	count int
}

func (s *bare) write(b []byte) {
	for i := 0; i+188 <= len(b); i += 188 {
		p := b[i : i+188]
		if int(p[1]&0x1F)<<8|int(p[2]) != metadataPID {
			continue
		}
		at := 4
		if p[3]&0x20 != 0 {
			at += 1 + int(p[4])
		}
		if p[1]&0x40 != 0 {
			if len(s.pes) > 0 {
				s.count++
			}
			s.pes = s.pes[:0]
		}
		if at < len(p) {
			s.pes = append(s.pes, p[at:]...)
		}
	}
}

// BenchmarkTSBareScan is the floor of BenchmarkTSIndex.
func BenchmarkTSBareScan(b *testing.B) {
	b.Run("file", func(b *testing.B) {
		path, size, units := onDisk(b)
		buf := make([]byte, 188*(chunkSize/188))
		b.SetBytes(int64(size))
		for b.Loop() {
			s := &bare{}
			read(b, path, buf, s.write)
			if s.count != units-1 {
				b.Fatalf("%d PES packets, want %d", s.count, units-1)
			}
		}
	})
	b.Run("memory", func(b *testing.B) {
		ts, units := stream()
		b.SetBytes(int64(len(ts)))
		for b.Loop() {
			s := &bare{}
			s.write(ts)
			if s.count != units-1 {
				b.Fatalf("%d PES packets, want %d", s.count, units-1)
			}
		}
	})
}

// BenchmarkTSAstits is the peer: github.com/asticode/go-astits, all PIDs, and with the video skipped.
func BenchmarkTSAstits(b *testing.B) {
	skip := astits.DemuxerOptPacketSkipper(func(p *astits.Packet) bool { return p.Header.PID == 256 })
	for name, options := range map[string][]func(*astits.Demuxer){
		"all": {astits.DemuxerOptPacketSize(188)}, "metadata": {astits.DemuxerOptPacketSize(188), skip},
	} {
		b.Run(name, func(b *testing.B) {
			path, size, units := onDisk(b)
			b.SetBytes(int64(size))
			for b.Loop() {
				file, err := os.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				d := astits.NewDemuxer(context.Background(), file, options...)
				n := 0
				for {
					data, err := d.NextData()
					if errors.Is(err, astits.ErrNoMorePackets) {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					if data.PES != nil && data.PID == metadataPID {
						n++
					}
				}
				if err := file.Close(); err != nil {
					b.Fatal(err)
				}
				if n != units {
					b.Fatalf("%d PES packets, want %d", n, units)
				}
			}
		})
	}
}
