package playback

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/ingest"
	"overflight/internal/geoid"
	"overflight/internal/recordings"
)

func read(t testing.TB, b []byte, visit func(*Row)) Index {
	t.Helper()
	x, err := Read(bytes.NewReader(b), ingest.TransportStream, "", geoid.EGM96(), visit)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestSamples: sizes, codings and key pictures are those that ffprobe finds, and the verdicts those of browsers.
func TestSamples(t *testing.T) {
	t.Parallel()
	square := [2]int{1, 1}
	for name, c := range map[string]struct {
		video      Video
		runs, rows int
	}{
		"osh_sample-stream.ts": {Video{256, "H.264", "avc1.42C01E", 640, 480, square, 277, 3000, Plays}, 28, 277},
		"aphill_short.ts":      {Video{256, "H.264", "avc1.4D4029", 720, 480, square, 96, 1501, Plays}, 3, 48}, // a picture a field
		"h264_klv.ts":          {Video{256, "H.264", "avc1.F40015", 160, 120, [2]int{}, 30, 3000, Plays}, 1, 30},
		"h264_no_klv.ts":       {Video{256, "H.264", "avc1.F40015", 160, 120, [2]int{}, 30, 3000, Plays}, 1, 0},
		"h264_audio.ts":        {Video{PID: 256, Coding: "MPEG-2", Pictures: 29, Step: 30000, Verdict: OtherCodec}, 3, 0},
		"osh_sync.ts":          {Video{PID: 256, Coding: "H.264", Pictures: 277, Step: 3000, Verdict: Broken}, 277, 277},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := recordings.Read(t, "misb/"+name)
			var rows []Row
			x := read(t, b, func(r *Row) { rows = append(rows, *r) })
			if diff := cmp.Diff(c.video, x.Video); diff != "" {
				t.Error(diff)
			}
			if len(x.Runs) != c.runs || len(rows) != c.rows || x.Size != int64(len(b)) {
				t.Errorf("%d runs, %d rows, %d bytes; want %d, %d, %d", len(x.Runs), len(rows), x.Size, c.runs, c.rows, len(b))
			}
			for i, r := range x.Runs {
				if i > 0 && (r.Offset != x.Runs[i-1].Offset+x.Runs[i-1].Length || r.PTS != x.Runs[i-1].PTS+x.Runs[i-1].Ticks) || b[r.Offset] != 0x47 {
					t.Errorf("run %d %+v does not follow the one before", i, r)
				}
			}
			for i := range rows {
				if r := &rows[i]; !r.HasPTS || i > 0 && r.Offset <= rows[i-1].Offset || b[r.Offset] != 0x47 {
					t.Errorf("row %d: %+v", i, r)
				}
			}
		})
	}
}

// TestPlaylistPlays has a decoder play the ranges of a recording that was cut in two: every picture comes out.
func TestPlaylistPlays(t *testing.T) {
	t.Parallel()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatal("OVERFLIGHT_REQUIRE_ORACLES is 1 and ffmpeg is not installed")
		}
		t.Skip("NOT CHECKED: ffmpeg is not installed: nothing plays the playlist")
	}
	b := recordings.Read(t, "misb/osh_sample-stream.ts")
	cut := read(t, b, nil).Runs[11].Offset
	dir := t.TempDir()
	var parts []Part
	for i, half := range [][]byte{b[:cut], b[cut:]} {
		name := strconv.Itoa(i) + ".ts"
		if err := os.WriteFile(filepath.Join(dir, name), half, 0o600); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, Part{URI: name, From: time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC), Index: read(t, half, nil)})
	}
	list := Playlist(parts, true, false)
	if n := strings.Count(string(list), "#EXTINF"); n != 3 || bytes.Contains(list, []byte("DISCONTINUITY")) {
		t.Fatalf("%d entries:\n%s", n, list)
	}
	name := filepath.Join(dir, "list.m3u8")
	if err := os.WriteFile(name, list, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(ffmpeg, "-v", "error", "-i", name, "-map", "0:v", "-f", "framecrc", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %.400s", err, out)
	}
	frames := 0
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			frames++
		}
	}
	// What lies before the first key picture is not played: this recording begins with one.
	if frames != 277 {
		t.Errorf("%d of 277 pictures: %.300s", frames, out)
	}
}

// TestEntries: runs are joined until they are long enough to be an entry, and nothing of them is lost.
func TestEntries(t *testing.T) {
	t.Parallel()
	var runs []Run
	at, from := int64(100), int64(1000)
	for range 20 * 60 {
		runs = append(runs, Run{Offset: at, Length: 188, PTS: from + 6000, DTS: from, Ticks: 90000})
		at, from = at+188, from+90000
	}
	runs = append(runs, Run{Offset: at, Length: 376, PTS: from + 6000, DTS: from, Ticks: 45000})
	got := entries(runs)
	if len(got) != 301 || len(runs) != 1201 {
		t.Fatalf("%d entries of %d runs", len(got), len(runs))
	}
	next, ticks := int64(100), int64(0)
	for _, r := range got {
		if r.Offset != next || r.DTS != 1000+ticks || r.PTS != r.DTS+6000 || r.Ticks != 4*90000 && r != got[300] {
			t.Fatalf("%+v where %d is next, %d ticks on", r, next, ticks)
		}
		next, ticks = next+r.Length, ticks+r.Ticks
	}
	if next != at+376 || ticks != 1200*90000+45000 {
		t.Errorf("%d bytes, %d ticks", next, ticks)
	}
	if runs[0].Length != 188 {
		t.Error("the runs that were given are changed")
	}
}

func TestPlaylist(t *testing.T) {
	t.Parallel()
	video := Video{Verdict: Plays}
	part := func(uri string, dts, ticks int64) Part {
		return Part{URI: uri, Index: Index{Video: video, Runs: []Run{{Offset: 188, Length: 376, PTS: dts, DTS: dts, Ticks: ticks}}}}
	}
	got := string(Playlist([]Part{
		part("a", 1<<33-90000, 90000),
		part("b", 0, 30000),
		part("c", 900000, 3003),
		{URI: "none", Index: Index{Video: Video{Verdict: NoVideo}}},
		part("d", 903003, 3003),
	}, false, false))
	want := `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:1
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-INDEPENDENT-SEGMENTS
#EXTINF:1.000000,
#EXT-X-BYTERANGE:376@188
a
#EXTINF:0.333333,
#EXT-X-BYTERANGE:376@188
b
#EXT-X-DISCONTINUITY
#EXTINF:0.033366,
#EXT-X-BYTERANGE:376@188
c
#EXT-X-DISCONTINUITY
#EXTINF:0.033366,
#EXT-X-BYTERANGE:376@188
d
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte{0x47}, true)
	f.Add(bytes.Repeat([]byte{0x47, 0x41, 0x00, 0x10}, 188), true)
	f.Add([]byte{0x06, 0x0E, 0x2B, 0x34}, false)
	f.Fuzz(func(t *testing.T, b []byte, stream bool) {
		kind := ingest.BareKLV
		if stream {
			kind = ingest.TransportStream
		}
		x, err := Read(bytes.NewReader(b), kind, "", nil, func(*Row) {})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range x.Runs {
			if r.Offset < 0 || r.Length < 0 || r.Offset+r.Length > int64(len(b)) || r.Ticks < 0 {
				t.Fatalf("%+v of %d bytes", r, len(b))
			}
		}
		Playlist([]Part{{URI: "x", Index: x}}, true, false)
	})
}

func FuzzSequence(f *testing.F) {
	for _, unit := range [][]byte{
		{0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x3D, 0xA1, 0x00, 0x00, 0x03, 0x00, 0x01}, {0x67, 0xF4, 0, 0x15, 0x91, 0x9B}, {0x67},
	} {
		f.Add(unit)
	}
	f.Fuzz(func(t *testing.T, unit []byte) {
		if len(unit) == 0 {
			return
		}
		if s, ok := parseSequence(unit); ok && (s.width <= 0 || s.height <= 0 || s.width > mostSamples || s.height > 2*mostSamples) {
			t.Fatalf("%+v", s)
		}
	})
}
