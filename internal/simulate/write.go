package simulate

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"overflight/format/mpegts"
)

// Options of Write. The zero value writes metadata without video.
type Options struct {
	Encoder  string                          // an ffmpeg with libx264, see FindEncoder; empty is no video
	Every    time.Duration                   // between the frames of Truth; default 10 s
	Progress func(done, whole time.Duration) // called about once a simulated minute
	Observe  func(*Frame)                    // called for every metadata packet that is written, before it is
}

// firstPTS is where the stream's clock starts, so that the PCR before it is not negative.
const firstPTS = mpegts.Ticks

func pts(offset time.Duration) int64 {
	return firstPTS + int64(math.Round(offset.Seconds()*mpegts.Ticks))
}

// Write writes the transport stream of a parsed sortie to w and returns what was true. Without
// video the same sortie gives the same bytes. Memory does not grow with the stream but by the
// frames and marked pictures that Truth keeps.
func Write(ctx context.Context, s Sortie, w io.Writer, o Options) (Truth, error) {
	if s.flight == nil {
		return Truth{}, errors.New("writing a sortie: expected one that Parse returned")
	}
	// The flight keeps the copy that was checked: that is what is flown.
	p := s.flight.sortie
	out := &counter{w: bufio.NewWriterSize(w, 256<<10)}
	r := recorder{every: o.Every, truth: Truth{
		Title: p.Title, Tail: p.Aircraft.Tail, Start: p.Start, End: p.Start.Add(p.Duration), Scale: "utc",
		Carriage: p.Metadata.Carriage, Frames: []Seen{}, Silent: []Span{}, NoGround: []Span{}, Harmed: []HarmedPacket{},
	}}
	if p.Written.To > 0 {
		r.truth.Start, r.truth.End = p.Start.Add(p.Written.From), p.Start.Add(p.Written.To)
	}
	for _, b := range p.Buildings {
		r.truth.Buildings = append(r.truth.Buildings, b.built())
	}
	if r.every <= 0 {
		r.every = 10 * time.Second
	}
	r.truth.Every = r.every.Seconds()
	if p.Metadata.MISP {
		r.truth.Scale = "misp"
	}
	film := film{sortie: p, encoder: o.Encoder}
	switch {
	case len(p.Video) == 0:
		r.truth.Picture.State = "none"
	case o.Encoder == "":
		r.truth.Picture.State = "no encoder"
	default:
		r.truth.Picture = Picture{State: "written", Encoder: o.Encoder}
		film.stretches = p.Video
	}
	carriage := mpegts.Async
	if p.Metadata.Carriage == SyncCarriage {
		carriage = mpegts.Sync
	}
	mux, err := mpegts.NewMuxer(out, mpegts.MuxConfig{
		NoVideo: len(film.stretches) == 0, Carriage: carriage, AsyncPTS: p.Metadata.Carriage == AsyncPTS,
	})
	if err != nil {
		return Truth{}, fmt.Errorf("writing a sortie: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel() // ends an encoder that is still running
		film.close()
	}()
	err = p.write(ctx, mux, &film, &r, o)
	if flushed := out.w.Flush(); err == nil && flushed != nil {
		err = fmt.Errorf("writing a sortie: %w", flushed)
	}
	r.truth.Bytes = out.n
	r.truth.Picture.Frames, r.truth.Pictures = film.frames, film.pictured
	return r.truth, err
}

// write goes through the sortie packet by packet; pictures up to the instant of a packet go before it.
func (s *Sortie) write(ctx context.Context, mux *mpegts.Muxer, film *film, r *recorder, o Options) error {
	p := newPackets(s)
	minute := time.Duration(-1)
	for n := 0; ; n++ {
		at := time.Duration(math.Round(float64(n)/s.Metadata.Rate*1e6)) * time.Microsecond
		if at < s.Written.From {
			continue
		}
		if at > s.Duration || s.Written.To > 0 && at >= s.Written.To {
			break
		}
		if m := at / time.Minute; m != minute {
			minute = m
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("writing a sortie: %w", err)
			}
			if o.Progress != nil {
				o.Progress(at, s.Duration)
			}
		}
		if err := film.upTo(ctx, at, mux); err != nil {
			return err
		}
		f, h := s.flight.At(at), s.harm(at, n)
		r.frame(&f, n, h)
		if h.lost {
			continue
		}
		if o.Observe != nil {
			o.Observe(&f)
		}
		if err := mux.WriteMetadata(pts(at-s.Written.From), p.packet(&f, h)); err != nil {
			return fmt.Errorf("writing a sortie: %w", err)
		}
	}
	end := s.Duration
	if s.Written.To > 0 {
		end = s.Written.To - 1
	}
	if err := film.upTo(ctx, end, mux); err != nil {
		return err
	}
	if o.Progress != nil {
		o.Progress(s.Duration, s.Duration)
	}
	return nil
}

// counter counts what goes through it.
type counter struct {
	w *bufio.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
