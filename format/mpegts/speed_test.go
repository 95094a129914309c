package mpegts

import (
	"bytes"
	"testing"

	"overflight/evidence"
)

// counter is a Handler that keeps nothing.
type counter struct{ units, pictures, defects int }

func (c *counter) Unit(*Unit)             { c.units++ }
func (c *counter) Picture(*Picture)       { c.pictures++ }
func (c *counter) Defect(evidence.Defect) { c.defects++ }

// TestNoAllocation holds that a stream costs memory once, not by its length.
func TestNoAllocation(t *testing.T) {
	for name, c := range map[string]MuxConfig{
		"async": {}, "async in pieces": {PESSize: 77}, "sync": {Carriage: Sync}, "sync in fragments": {Carriage: Sync, CellSize: 50},
	} {
		for _, video := range []Video{VideoClock, VideoHeads, VideoFull} {
			ts, _ := film(t, c, 600, 400)
			h := &counter{}
			half := len(ts) / 2 / 188 * 188
			d := NewDemuxer(h, Config{Video: video})
			d.Write(ts[:half])
			parts := [][]byte{ts[half : half+half/3], ts[half+half/3 : half+half/2], ts[half+half/2:]}
			i := 0
			n := testing.AllocsPerRun(len(parts)-1, func() {
				d.Write(parts[i])
				i++
			})
			if n > 0 {
				t.Errorf("%s: %v allocations in %d packets", name, n, half/188/3)
			}
		}
	}
}

func BenchmarkDemuxer(b *testing.B) {
	for name, c := range map[string]MuxConfig{"async": {}, "sync": {Carriage: Sync}} {
		for video, mode := range []string{"clock", "heads", "full"} {
			b.Run(name+"/"+mode, func(b *testing.B) {
				ts := longFilm(b, c)
				b.SetBytes(int64(len(ts)))
				b.ReportAllocs()
				for b.Loop() {
					d := NewDemuxer(&counter{}, Config{Video: Video(video)})
					d.Write(ts)
					d.Flush()
				}
			})
		}
	}
}

// longFilm is a stream of some megabits a second: 8 kB a frame, 400 B of metadata.
func longFilm(b *testing.B, c MuxConfig) []byte {
	b.Helper()
	var out bytes.Buffer
	m, err := NewMuxer(&out, c)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 2000 {
		pts := int64(i * frameTicks)
		if err := m.WriteVideo(Frame{PTS: pts, Key: i%30 == 0, Data: frame(i, 8000, i%30 == 0)}); err != nil {
			b.Fatal(err)
		}
		if err := m.WriteMetadata(pts, triplet(i, 400)); err != nil {
			b.Fatal(err)
		}
	}
	return out.Bytes()
}
