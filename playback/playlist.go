package playback

import (
	"bytes"
	"fmt"
	"time"
)

// Part is a segment in a playlist.
type Part struct {
	URI   string
	From  time.Time // zero when it has none
	Index Index
}

// wrap is where presentation times begin again (ISO/IEC 13818-1 2.4.3.7).
const wrap = 1 << 33

// seam is how far the times of two segments may lie apart and still follow each other.
const seam = 9000

// Playlist writes a media playlist (RFC 8216) whose entries are byte ranges of the sealed segments, cut at key pictures. Parts
// without anything to play are left out, and where times do not go on it says so. complete says that nothing will follow; fine, that
// every range which begins with a key picture is an entry of its own.
// Durations have six decimals: what is rounded adds up, and a player that starts in the middle takes the sum for a time.
func Playlist(parts []Part, complete, fine bool) []byte {
	var b, body bytes.Buffer
	longest, expected, began := int64(0), int64(-1), false
	for i := range parts {
		p := &parts[i]
		if p.Index.Video.Verdict != Plays || len(p.Index.Runs) == 0 {
			expected = -1
			continue
		}
		if d := (p.Index.Runs[0].DTS - expected) & (wrap - 1); began && (expected < 0 || d > seam && d < wrap-seam) {
			body.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		began = true
		if !p.From.IsZero() {
			fmt.Fprintf(&body, "#EXT-X-PROGRAM-DATE-TIME:%s\n", p.From.UTC().Format("2006-01-02T15:04:05.000Z"))
		}
		runs := p.Index.Runs
		if !fine {
			runs = entries(runs)
		}
		for _, r := range runs {
			longest = max(longest, r.Ticks)
			fmt.Fprintf(&body, "#EXTINF:%d.%06d,\n#EXT-X-BYTERANGE:%d@%d\n%s\n", r.Ticks/90000, r.Ticks%90000*100/9, r.Length, r.Offset, p.URI)
			expected = (r.DTS + r.Ticks) & (wrap - 1)
		}
	}
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n", (longest+89999)/90000)
	if complete {
		b.WriteString("#EXT-X-PLAYLIST-TYPE:VOD\n")
	} else {
		b.WriteString("#EXT-X-PLAYLIST-TYPE:EVENT\n")
	}
	b.WriteString("#EXT-X-INDEPENDENT-SEGMENTS\n")
	b.Write(body.Bytes())
	if complete {
		b.WriteString("#EXT-X-ENDLIST\n")
	}
	return b.Bytes()
}

// entryTicks is how long an entry of a playlist is at least: a flight of twenty hours has a key picture every second, and as many
// entries as that make a player slow to begin and to seek.
const entryTicks = 4 * 90000

// entries joins runs that follow each other, as long as an entry is not long enough.
func entries(runs []Run) []Run {
	out := make([]Run, 0, len(runs))
	for _, r := range runs {
		if n := len(out); n > 0 && out[n-1].Ticks < entryTicks {
			out[n-1].Length += r.Length
			out[n-1].Ticks += r.Ticks
			continue
		}
		out = append(out, r)
	}
	return out
}
