package simulate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"overflight/format/mpegts"
)

// FindEncoder returns the path of an ffmpeg that can encode H.264 with libx264, or why there is none.
func FindEncoder(ctx context.Context) (string, error) {
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		return "", fmt.Errorf("looking for an H.264 encoder: %w", err)
	}
	out, err := exec.CommandContext(ctx, path, "-hide_banner", "-loglevel", "error", "-encoders").Output()
	if err != nil {
		return "", fmt.Errorf("asking %s for its encoders: %w", path, err)
	}
	if !bytes.Contains(out, []byte("libx264")) {
		return "", fmt.Errorf("looking for an H.264 encoder: %s has no libx264", path)
	}
	return path, nil
}

// film is the pictures of a sortie on their way into the stream: one encoder for each stretch.
type film struct {
	sortie    *Sortie
	encoder   string
	stretches []Video // not yet begun
	running   *encoding
	frames    int
	pictured  []Pictured // those with a mark
}

// upTo writes the pictures whose time has come.
func (f *film) upTo(ctx context.Context, at time.Duration, mux *mpegts.Muxer) error {
	for {
		if f.running == nil {
			if len(f.stretches) == 0 || f.stretches[0].From > at {
				return nil
			}
			e, err := f.begin(ctx, f.stretches[0])
			if err != nil {
				return err
			}
			f.running, f.stretches = e, f.stretches[1:]
		}
		e := f.running
		for len(e.due) > 0 && e.due[0] <= at {
			unit, ok := <-e.units
			if !ok {
				f.running = nil
				if err := e.wait(); err != nil {
					return err
				}
				return fmt.Errorf("encoding video: expected %d more pictures from %s", len(e.due), f.encoder)
			}
			t := f.sortie.stamp(f.sortie.Start.Add(e.due[0]))
			data, key := stamped(unit, t)
			if err := mux.WriteVideo(mpegts.Frame{PTS: pts(e.due[0] - f.sortie.Written.From), Key: key, Data: data}); err != nil {
				return fmt.Errorf("writing a sortie: %w", err)
			}
			if e.marked {
				frame := f.sortie.flight.At(e.due[0])
				f.pictured = append(f.pictured, pictured(&frame, e.number))
				e.number++
			}
			e.due = e.due[1:]
			f.frames++
		}
		if len(e.due) > 0 {
			return nil
		}
		f.running = nil
		if err := e.wait(); err != nil {
			return err
		}
	}
}

// close waits for an encoder that was interrupted; its context has been cancelled.
func (f *film) close() {
	if f.running != nil {
		for range f.running.units {
		}
		_ = f.running.wait()
		f.running = nil
	}
}

// encoding is one run of the encoder. A goroutine draws into its standard input, another cuts its
// output into access units; both have gone when wait returns.
type encoding struct {
	due    []time.Duration
	marked bool
	number int // of the next picture
	units  chan []byte
	cmd    *exec.Cmd
	work   sync.WaitGroup
	drawn  error
	cut    error
	stderr tail
}

// maxUnit bounds a coded picture.
const maxUnit = 8 << 20

func (f *film) begin(ctx context.Context, v Video) (*encoding, error) {
	e := &encoding{due: v.due(f.sortie.Duration), marked: v.Mark, units: make(chan []byte, 8)}
	if len(e.due) == 0 {
		close(e.units)
		return e, nil
	}
	rate, profile := strconv.Itoa(v.Rate), "high"
	if v.Baseline {
		profile = "baseline"
	}
	every := strconv.Itoa(int(v.Key.Seconds() * float64(v.Rate)))
	e.cmd = exec.CommandContext(ctx, f.encoder, "-hide_banner", "-loglevel", "error", "-nostdin",
		"-f", "rawvideo", "-pix_fmt", "rgb24", "-s", fmt.Sprintf("%dx%d", v.Width, v.Height), "-r", rate, "-i", "pipe:0",
		"-an", "-c:v", "libx264", "-preset", "veryslow", "-profile:v", profile, "-bf", "0", "-g", every, "-keyint_min", every,
		// One thread: how a picture is cut into slices must not depend on the machine.
		"-threads", "1", "-crf", strconv.Itoa(v.Quality), "-pix_fmt", "yuv420p", "-x264-params", // Key pictures as good as the rest do not pulse, and drawn ground gains nothing from being sharpened for the eye.
		"aud=1:repeat-headers=1:scenecut=0:ipratio=1.0:psy=0", "-f", "h264", "pipe:1")
	e.cmd.Stderr = &e.stderr
	e.cmd.WaitDelay = 5 * time.Second
	in, err := e.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("encoding video: %w", err)
	}
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("encoding video: %w", err)
	}
	if err := e.cmd.Start(); err != nil {
		return nil, fmt.Errorf("encoding video: %w", err)
	}
	due := e.due
	e.work.Go(func() {
		p := newPicture(f.sortie, v)
		for _, at := range due {
			frame := f.sortie.flight.At(at)
			p.draw(&frame)
			if _, e.drawn = in.Write(p.pix); e.drawn != nil {
				break
			}
		}
		e.drawn = errors.Join(e.drawn, in.Close())
	})
	e.work.Go(func() {
		defer close(e.units)
		e.cut = cutUnits(ctx, out, e.units)
	})
	return e, nil
}

func (e *encoding) wait() error {
	if e.cmd == nil {
		return nil
	}
	for range e.units { // more pictures than were asked for
	}
	e.work.Wait()
	err := e.cmd.Wait()
	if err == nil {
		err = errors.Join(e.drawn, e.cut)
	}
	if err != nil {
		return fmt.Errorf("encoding video: %w%s", err, e.stderr.String())
	}
	return nil
}

// tail keeps the first lines that an encoder complains with.
type tail struct{ text []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b[:min(len(b), 500-min(500, len(t.text)))]...)
	return len(b), nil
}

func (t *tail) String() string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(t.text)), "\n")
	if line == "" {
		return ""
	}
	return ": " + line
}

var delimiter = []byte{0, 0, 0, 1, 9}

// cutUnits cuts an Annex B stream at its access unit delimiters.
func cutUnits(ctx context.Context, r io.Reader, units chan<- []byte) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 256<<10), maxUnit)
	s.Split(func(data []byte, end bool) (int, []byte, error) {
		if len(data) == 0 {
			return 0, nil, nil
		}
		if i := bytes.Index(data[1:], delimiter); i >= 0 {
			return i + 1, data[:i+1], nil
		}
		if end {
			return len(data), data, nil
		}
		return 0, nil, nil
	})
	for s.Scan() {
		select {
		case units <- bytes.Clone(s.Bytes()):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("reading access units: %w", err)
	}
	return nil
}

// stamped puts the time of ST 0604 before the first slice of an access unit, and reports whether
// decoding can start at it.
func stamped(unit []byte, micros uint64) (data []byte, key bool) {
	for i := 0; i+3 < len(unit); i++ {
		if unit[i] != 0 || unit[i+1] != 0 || unit[i+2] != 1 {
			continue
		}
		kind := unit[i+3] & 0x1F
		if kind < 1 || kind > 5 {
			continue
		}
		if i > 0 && unit[i-1] == 0 {
			i--
		}
		// Status 0x1F: locked to a reference, neither discontinuous nor backward.
		sei := append([]byte{0, 0, 0, 1, 6, 5, 28}, "MISPmicrosectime\x1F"...)
		t := binary.BigEndian.AppendUint64(nil, micros)
		sei = append(sei, t[0], t[1], 0xFF, t[2], t[3], 0xFF, t[4], t[5], 0xFF, t[6], t[7], 0x80)
		data = append(append(append(make([]byte, 0, len(unit)+len(sei)), unit[:i]...), sei...), unit[i:]...)
		return data, kind == 5
	}
	return unit, false
}
