package live

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ffmpegSends has ffmpeg send a file as it is, byte for byte, or skips when there is none that can.
func ffmpegSends(t *testing.T, protocol string, arguments ...string) {
	t.Helper()
	name, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	out, err := exec.Command(name, "-hide_banner", "-protocols").Output()
	if err != nil || !strings.Contains(string(out), "  "+protocol+"\n") {
		t.Skipf("this ffmpeg does not speak %s", protocol)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, append([]string{"-hide_banner", "-nostdin", "-loglevel", "error"}, arguments...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() && said.Len() > 0 {
			t.Logf("ffmpeg: %s", said.String())
		}
	})
}

func streamFile(t *testing.T, ts []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "feed.ts")
	if err := os.WriteFile(path, ts, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// There is no such test of RTSP: ffmpeg packs neither KLV nor a transport stream into an RTSP session.

// asItIs are the arguments by which ffmpeg passes a file on without looking into it.
func asItIs(path, url string) []string {
	return []string{"-f", "data", "-i", path, "-map", "0", "-c", "copy", "-f", "data", url}
}

func TestFFmpegSendsUDP(t *testing.T) {
	t.Parallel()
	ts := stream(t, 1, 1500)
	ts = ts[:min(len(ts), 60*1316)] // the socket has room for all of it
	r := run(t, Config{URL: "udp://127.0.0.1:0"})
	ffmpegSends(t, "udp", asItIs(streamFile(t, ts), "udp://"+<-r.bound+"?pkt_size=1316&bitrate=16000000")...)
	r.waitBytes(len(ts))
	if !bytes.Equal(r.sink.received(""), ts) {
		t.Error("what came is not what was sent")
	}
}

func TestFFmpegSendsTCP(t *testing.T) {
	t.Parallel()
	ts := stream(t, 4, 20000)
	r := run(t, Config{URL: "tcp+listen://127.0.0.1:0"})
	ffmpegSends(t, "tcp", asItIs(streamFile(t, ts), "tcp://"+<-r.bound)...)
	r.waitBytes(len(ts))
	r.wait("the end", func() bool { return r.has(CodeAbandoned) })
	if !bytes.Equal(r.sink.received(""), ts) {
		t.Error("what came is not what was sent")
	}
}

func TestFFmpegSendsSRT(t *testing.T) {
	t.Parallel()
	ts := stream(t, 1, 1500)
	ts = ts[:min(len(ts), 60*1316)]
	for _, query := range []string{"", "&passphrase=correct-horse&pbkeylen=32"} {
		r := run(t, Config{URL: "srt://127.0.0.1:0?mode=listener&latency=50" + query})
		ffmpegSends(t, "srt", asItIs(streamFile(t, ts), "srt://"+<-r.bound+"?mode=caller&pkt_size=1316&linger=5&latency=50000"+query)...)
		r.waitBytes(len(ts))
		if !bytes.Equal(r.sink.received(""), ts) {
			t.Error("what came is not what was sent")
		}
	}
}
