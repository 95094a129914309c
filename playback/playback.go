// Package playback says how the sealed bytes of a flight-minute are played and what was seen in each of its pictures: where its
// key pictures begin, so that a player is served ranges of the very bytes that were hashed; what it is coded with and whether a
// browser can show that; and what each metadata packet says of the picture beside it.
//
// Nothing is decoded and nothing is written anew. Times are those of the stream: presentation and decoding time in ticks of
// 90 kHz (ISO/IEC 13818-1 2.4.3.7), unwrapped from 33 bits within the bytes that are read, beginning with the value that is sent.
package playback

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"overflight/format/mpegts"
	"overflight/geodesy"
	"overflight/ingest"
	"overflight/sensor"
)

// Verdict says whether a browser can show video, and if not, why. The catalogue has the texts.
type Verdict string

// The verdicts.
const (
	Plays      Verdict = "yes"
	NoVideo    Verdict = "none"      // there is none: metadata only
	NoKey      Verdict = "nokey"     // no key picture: nothing to begin with
	OtherCodec Verdict = "codec"     // browsers do not decode it
	Framed     Verdict = "framed"    // transport packets with a time before or parity behind: players take bare ones
	Broken     Verdict = "broken"    // parameter sets that the standard does not allow
	Unclocked  Verdict = "unclocked" // pictures without times
)

// Video is what is to be known of the pictures before they are played.
type Video struct {
	PID      int
	Coding   string // "H.264"
	Codec    string // as RFC 6381 has it: "avc1.42C01E"; empty when not known
	Width    int    // of the coded picture after cropping; 0 when not known
	Height   int
	Aspect   [2]int // width to height of one sample; 0 when not stated
	Pictures int
	Step     int64 // ticks of 90 kHz from a picture to the next; 0 when not known
	Verdict  Verdict
}

// Run is a range of bytes that begins with a key picture and is played by itself.
type Run struct {
	Offset, Length int64
	PTS, DTS       int64 // of its first picture
	Ticks          int64 // until the next run begins; of the last run, until its last picture is over
}

// Index is how a segment is played. Runs are those of its first video and follow each other without a gap; what lies before the
// first is not played.
type Index struct {
	Size  int64
	Video Video // Verdict says why there is none
	Runs  []Run
}

// Row is what one metadata packet says of the picture beside it.
type Row struct {
	PID       int
	Offset    int64 // of the packet in the segment
	PTS       int64
	HasPTS    bool
	Estimated bool // the packet has no time of its own and takes that of the picture before
	Time      time.Time
	Frame     sensor.Frame
	HasFix    bool
	Footprint sensor.Footprint
	Reports   int                // of VMTI, counted
	Places    []geodesy.Position // where reports are that the stream does not call people; rounded, and of none is said which it is
	Marking   *ingest.Marking    // nil where the stream says nothing of its handling
}

// Read reads a segment and calls visit for each metadata packet that tells of a frame, in the order of the bytes; visit may be
// nil. A Row is valid during the call.
func Read(r io.Reader, kind ingest.Kind, scale ingest.TimeScale, geoid *geodesy.Geoid, visit func(*Row)) (Index, error) {
	b := builder{geoid: geoid, visit: visit, size: &counting{from: r}, firsts: map[int]*first{}}
	v := ingest.Visitor{Picture: b.picture, Unit: b.unit}
	if visit != nil {
		v.Observation = b.observe
	}
	session, err := ingest.NewSession(kind, ingest.Options{Scale: scale, Heads: true, Places: true}, v)
	if err != nil {
		return Index{}, fmt.Errorf("playback: %w", err)
	}
	b.session = session
	if err := b.read(session); err != nil {
		return Index{}, fmt.Errorf("playback: %w", err)
	}
	if _, err := session.Flush(); err != nil {
		return Index{}, fmt.Errorf("playback: %w", err)
	}
	return b.index(kind), nil
}

// bufferSize is what is read at once, and how far the tables may lie from the beginning: ST 1402 wants them four times a second.
const bufferSize = 188 * 2048

// read reads everything. A segment begins at a key picture, and the tables that say what its PID holds come a little later or were
// in the segment before: they are read first, as players do.
func (b *builder) read(session *ingest.Session) error {
	buffer := make([]byte, bufferSize)
	n, err := io.ReadFull(b.size, buffer)
	first := tables(buffer[:n])
	b.ahead = int64(len(first))
	if _, err := session.Write(first); err != nil {
		return err
	}
	for ; n > 0; n, err = io.ReadFull(b.size, buffer) {
		_, _ = b.head.Write(buffer[:n]) // never fails
		if _, err := session.Write(buffer[:n]); err != nil {
			return err
		}
		if err != nil {
			break
		}
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return nil
}

// tables returns the first transport packets of the program association and of the program map that it names; none where
// they are not at hand or the packets are not bare.
func tables(b []byte) []byte {
	if size, ok := mpegts.Sniff(b); !ok || size != packetSize || b[0] != 0x47 {
		return nil
	}
	var association []byte
	program := -1
	for ; len(b) >= packetSize && b[0] == 0x47; b = b[packetSize:] {
		p := b[:packetSize]
		pid := int(p[1]&0x1F)<<8 | int(p[2])
		if p[1]&0x40 == 0 || p[3]&0x30 != 0x10 {
			continue
		}
		switch {
		case association == nil && pid == 0:
			// ISO/IEC 13818-1 2.4.4.3: pointer, table, length, stream, version, section, last section, then programs.
			section := p[4:]
			if skip := 1 + int(section[0]); skip+12 <= len(section) && section[skip] == 0 {
				for e := section[skip+8:]; len(e) >= 8 && program < 0; e = e[4:] {
					if e[0] != 0 || e[1] != 0 { // not the network
						program = int(e[2]&0x1F)<<8 | int(e[3])
					}
				}
				association = p
			}
		case association != nil && pid == program:
			return slices.Concat(association, p)
		}
	}
	return nil
}

// counting counts what is read.
type counting struct {
	from io.Reader
	n    int64
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.n += int64(n)
	return n, err
}

// builder builds an Index while a segment is read.
type builder struct {
	geoid   *geodesy.Geoid
	visit   func(*Row)
	session *ingest.Session
	size    *counting
	head    parameters
	videos  []ingest.Video
	firsts  map[int]*first
	order   []int // PIDs of pictures, as they came
	ahead   int64 // bytes of tables that were read before the segment
	unitOf  ingest.Unit
	places  []geodesy.Position
}

// first is what was seen of the pictures of a PID.
type first struct {
	codec    string
	pictures int
	timed    int
	runs     []Run
	last     int64 // greatest PTS
	step     int64 // least distance of two pictures in decoding time, for how long the last one is shown
	dts      int64
}

func (b *builder) picture(p *ingest.Picture) {
	f := b.firsts[p.PID]
	if f == nil {
		f = &first{codec: p.Codec}
		b.firsts[p.PID] = f
		b.order = append(b.order, p.PID)
	}
	f.pictures++
	if !p.HasPTS {
		return
	}
	if f.timed > 0 && p.DTS > f.dts && (f.step == 0 || p.DTS-f.dts < f.step) {
		f.step = p.DTS - f.dts
	}
	f.timed++
	f.dts, f.last = p.DTS, max(f.last, p.PTS)
	if f.timed == 1 {
		f.last = p.PTS
	}
	if p.Key {
		f.runs = append(f.runs, Run{Offset: p.Offset - b.ahead, PTS: p.PTS, DTS: p.DTS})
		if len(f.runs) == 1 {
			b.head.want(p.PID, p.Offset-b.ahead)
		}
	}
}

func (b *builder) unit(u *ingest.Unit) { b.unitOf = *u }

func (b *builder) observe(o *ingest.Observation) error {
	u := &b.unitOf
	o.Frame.Ref.Offset -= b.ahead
	footprint := sensor.Compute(&o.Frame, sensor.Options{Geoid: b.geoid})
	b.places = places(b.places[:0], o.Places, &footprint)
	b.visit(&Row{
		PID: o.PID, Offset: u.Offset - b.ahead, PTS: u.PTS, HasPTS: u.HasPTS, Estimated: u.Estimated, Time: o.Frame.Time, Frame: o.Frame, HasFix: o.HasFix,
		Footprint: footprint, Reports: o.Reports, Places: b.places, Marking: o.Marking,
	})
	return nil
}

// index is what was found. The first PID with pictures counts: the tables of a surveillance stream declare one.
func (b *builder) index(kind ingest.Kind) Index {
	x := Index{Size: b.size.n, Video: Video{PID: -1, Verdict: NoVideo}}
	if kind != ingest.TransportStream {
		return x
	}
	if len(b.order) == 0 {
		// Tables may declare a coding whose pictures are not found.
		if all := b.session.Videos(nil); len(all) > 0 {
			x.Video = Video{PID: all[0].PID, Coding: all[0].Codec, Verdict: OtherCodec}
		}
		return x
	}
	pid := b.order[0]
	f := b.firsts[pid]
	x.Video = Video{PID: pid, Coding: f.codec, Pictures: f.pictures, Step: f.step, Verdict: Plays}
	set, found, sound := b.head.found()
	h264 := f.codec == mpegts.H264.String()
	if found && h264 {
		x.Video.Codec, x.Video.Width, x.Video.Height, x.Video.Aspect = set.codec(), set.width, set.height, set.aspect
	}
	switch {
	case !h264:
		x.Video.Verdict = OtherCodec
	case f.timed == 0:
		x.Video.Verdict = Unclocked
	case len(f.runs) == 0:
		x.Video.Verdict = NoKey
	case b.head.stride != packetSize:
		x.Video.Verdict = Framed
	case !found || !sound:
		x.Video.Verdict = Broken
	}
	for i := range f.runs {
		r := &f.runs[i]
		end, over := x.Size, f.last+f.step
		if i+1 < len(f.runs) {
			end, over = f.runs[i+1].Offset, f.runs[i+1].PTS
		}
		r.Length, r.Ticks = end-r.Offset, max(over-r.PTS, 0)
	}
	x.Runs = f.runs
	return x
}

const packetSize = 188
