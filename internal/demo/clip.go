// Package demo makes a live flight where there is no aircraft: a clip of simulated ground, sent again
// and again with the time of day in it, and a recorded sortie that is simulated where it is needed.
//
// The clip (clip.ts) is one turn of an orbit about an invented town: H.264 with ST 0601 metadata and
// ST 0903 reports of places, made by scripts/clip from examples/orbit-clip.yaml. Its end joins its
// beginning, so that it can be repeated without a jump in geometry. What is true of it is beside it
// (clip.json), from the simulator's own geodesy. Positions are those of the clip; nothing is displaced.
package demo

import (
	"bytes"
	_ "embed" // the clip and what is true of it
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"time"

	"overflight/format/klv"
	"overflight/format/mpegts"
	"overflight/internal/simulate"
)

//go:embed clip.ts
var clipStream []byte

//go:embed clip.json
var clipTruth []byte

// Clip is a stretch of video and metadata that can be repeated.
type Clip struct {
	Truth simulate.Truth
	ticks int64 // its length
	parts []part
}

// part is one picture or one metadata packet, in the order in which it is sent.
type part struct {
	ticks int64 // from the beginning of the clip
	video bool
	key   bool   // decoding can start at this picture
	data  []byte // an access unit or a KLV triplet, as in the clip
	stamp int    // where its time stands in data
}

// Length is the time after which the clip begins again.
func (c *Clip) Length() time.Duration { return time.Duration(c.ticks) * time.Second / mpegts.Ticks }

// OpenClip reads the clip in this program.
func OpenClip() (*Clip, error) { return openClip(clipStream, clipTruth) }

func openClip(ts, truth []byte) (*Clip, error) {
	c := &Clip{}
	if err := json.Unmarshal(truth, &c.Truth); err != nil {
		return nil, fmt.Errorf("reading the truth of the clip: %w", err)
	}
	c.ticks = int64(math.Round(c.Truth.End.Sub(c.Truth.Start).Seconds() * mpegts.Ticks))
	var fault error
	fail := func(what string, offset int64) {
		if fault == nil {
			fault = fmt.Errorf("reading the clip: %s at byte %d", what, offset)
		}
	}
	v := video{pid: -1}
	d := mpegts.NewDemuxer(&mpegts.Funcs{
		OnPicture: func(p *mpegts.Picture) {
			v.pid = int(p.PID)
			c.parts = append(c.parts, part{ticks: p.PTS, video: true, key: p.RandomAccess})
		},
		OnUnit: func(u *mpegts.Unit) {
			p := part{ticks: u.PTS, data: bytes.Clone(u.Data)}
			if p.stamp = itemTwo(p.data); p.stamp < 0 {
				fail("no item 2 in front", u.Offset)
			}
			c.parts = append(c.parts, p)
		},
	}, mpegts.Config{Video: mpegts.VideoHeads})
	if _, err := d.Write(ts); err != nil {
		return nil, err
	}
	d.Flush()
	if fault != nil {
		return nil, fault
	}
	units := v.units(ts)
	pictures := 0
	for i := range c.parts {
		p := &c.parts[i]
		if !p.video {
			continue
		}
		if pictures == len(units) {
			break
		}
		p.data = units[pictures]
		if p.stamp = pictureTime(p.data); p.stamp < 0 {
			return nil, fmt.Errorf("reading the clip: picture %d has no time", pictures)
		}
		pictures++
	}
	if pictures == 0 || pictures != len(units) || pictures == len(c.parts) {
		return nil, fmt.Errorf("reading the clip: %d pictures, %d access units, %d parts in all", pictures, len(units), len(c.parts))
	}
	// Pictures go before the metadata of the same instant, as when the clip was made.
	sort.SliceStable(c.parts, func(i, j int) bool {
		a, b := &c.parts[i], &c.parts[j]
		return a.ticks < b.ticks || a.ticks == b.ticks && a.video && !b.video
	})
	first := c.parts[0].ticks
	for i := range c.parts {
		c.parts[i].ticks -= first
	}
	if last := c.parts[len(c.parts)-1].ticks; last >= c.ticks {
		return nil, fmt.Errorf("reading the clip: a part at %d, and it ends at %d", last, c.ticks)
	}
	return c, nil
}

// video gathers the access units of one PID. The demultiplexer reads the heads of pictures only; this
// reads a stream of our own making, in which a PES packet is a picture.
type video struct{ pid int }

func (v video) units(ts []byte) [][]byte {
	var units [][]byte
	for ; len(ts) >= 188; ts = ts[188:] {
		p := ts[:188]
		if int(p[1]&0x1F)<<8|int(p[2]) != v.pid || p[3]&0x10 == 0 {
			continue
		}
		body := p[4:]
		if p[3]&0x20 != 0 {
			body = body[min(1+int(body[0]), len(body)):]
		}
		if p[1]&0x40 != 0 {
			if len(body) < 9 {
				return nil
			}
			body = body[min(9+int(body[8]), len(body)):]
			units = append(units, nil)
		}
		if n := len(units); n > 0 {
			units[n-1] = append(units[n-1], body...)
		}
	}
	return units
}

// itemTwo is where the eight bytes of item 2 stand in a ST 0601 packet that begins with it; -1 where
// it does not.
func itemTwo(packet []byte) int {
	if len(packet) < 32 {
		return -1
	}
	at := 17
	if packet[16]&0x80 != 0 {
		at += int(packet[16] & 0x7F)
	}
	if at+10 > len(packet) || packet[at] != 2 || packet[at+1] != 8 {
		return -1
	}
	return at + 2
}

// pictureTime is where the time of ST 0604 stands in an access unit: eleven bytes, of which the third,
// sixth and ninth keep the rest from looking like a start code.
func pictureTime(unit []byte) int {
	i := bytes.Index(unit, []byte("MISPmicrosectime"))
	if i < 0 || i+17+11 > len(unit) {
		return -1
	}
	return i + 17
}

// at returns the data of a part with another time in it, in dst.
func (p *part) at(dst []byte, micros uint64) []byte {
	dst = append(dst[:0], p.data...)
	b := dst[p.stamp:]
	for i := range 8 {
		v := byte(micros >> (56 - 8*i))
		if p.video {
			b[i+i/2] = v
		} else {
			b[i] = v
		}
	}
	if !p.video {
		sum := klv.Checksum(dst[:len(dst)-2])
		dst[len(dst)-2], dst[len(dst)-1] = byte(sum>>8), byte(sum)
	}
	return dst
}
