package spool

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func frames() [][]byte {
	whole := appendRecord(nil, Record{Sequence: 7, Arrival: start, Track: "0", First: true, Bytes: []byte("\x47abc")})
	two := appendMark(whole[:len(whole):len(whole)], kindAck, 6)
	flipped := bytes.Clone(two)
	flipped[20] ^= 1
	long := bytes.Clone(whole)
	binary.BigEndian.PutUint32(long[5:], 0xFFFFFFFF)
	return [][]byte{
		nil, whole, two, flipped, long, whole[:len(whole)-1], append([]byte("garbage"), two...),
		appendMark(nil, kindEnd, 9), appendFrame(nil, 9, func(b []byte) []byte { return append(b, make([]byte, 8)...) }),
		appendFrame(nil, kindRecord, func(b []byte) []byte { return append(b, make([]byte, 9)...) }),
		head{base: 5, source: "feed"}.append(nil),
	}
}

func TestFrameRoundTrip(t *testing.T) {
	t.Parallel()
	want := Record{Sequence: 1 << 60, Arrival: start, Track: "video", First: true, Bytes: []byte{0, 1, 2}}
	b := appendRecord(nil, want)
	if len(b) != want.size() {
		t.Errorf("%d bytes, counted as %d", len(b), want.size())
	}
	f, err := parseFrame(b, 100)
	if err != nil || f.length != len(b) || cmp.Diff(want, f.record) != "" {
		t.Errorf("%v %d %s", err, f.length, cmp.Diff(want, f.record))
	}
	if _, err := parseFrame(b, 0); err != nil { // track and head give it room
		t.Error(err)
	}
}

func FuzzFrames(f *testing.F) {
	for _, b := range frames() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		covered := 0
		end, skipped := walk(b, 1<<16, func(fr frame) {
			covered += fr.length
			var again []byte
			if fr.kind == kindRecord {
				again = appendRecord(nil, fr.record)
			} else {
				again = appendMark(nil, fr.kind, fr.record.Sequence)
			}
			if len(again) != fr.length || !bytes.Contains(b, again) && fr.kind != kindRecord {
				t.Fatalf("%d bytes read, %d written", fr.length, len(again))
			}
		})
		for _, s := range skipped {
			covered += int(s.length)
		}
		if end > len(b) || covered != end {
			t.Fatalf("%d of %d bytes accounted for", covered, end)
		}
		if h, n, err := parseHead(b); err == nil && !bytes.Equal(h.append(nil), b[:n]) {
			t.Fatal("the head is not what was read")
		}
	})
}
