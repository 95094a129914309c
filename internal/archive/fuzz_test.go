package archive

import (
	"bytes"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
)

func sampleSegment() Segment {
	return Segment{
		ID: "N-1-klv-20260223T1421", Start: minute, End: later.Add(7 * time.Nanosecond), Size: 3000, Digest: evidence.Digest{1}, Packets: 2,
		Root: tlog.Hash{2}, Media: []Media{{Name: "vídeo <1>", Offset: 5, Length: 2995, Digest: evidence.Digest{3}}},
		Sealed: evidence.Digest{4}, SealedSize: 4000,
	}
}

// FuzzRecord: the small files in both folders. What is read is what would be written, byte for byte.
func FuzzRecord(f *testing.F) {
	s := sampleSegment()
	for _, s := range []Segment{s, s.inside(), {ID: "x", Start: minute, End: minute}} {
		data, err := encodeSegment(s)
		must(f, err)
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	tomb := Tombstone{ID: "x", Digest: evidence.Digest{1}, Packets: 3, Root: tlog.Hash{2}, Sealed: evidence.Digest{3}, At: minute, Reason: "orden \"12\""}
	data, err := encodeTombstone(tomb)
	must(f, err)
	f.Add(data)
	identity, err := age.GenerateX25519Identity()
	must(f, err)
	f.Add(encodeKey(key{segment: "x", sealed: evidence.Digest{9}, identity: identity}))
	f.Add([]byte("overflight-segment/v1\n{}\nsha256 00\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := decodeSegment(data); err == nil {
			again, err := encodeSegment(s)
			must(t, err)
			if !bytes.Equal(again, data) {
				t.Errorf("segment: %q became %q", data, again)
			}
		}
		if s, err := decodeTombstone(data); err == nil {
			again, err := encodeTombstone(s)
			must(t, err)
			if !bytes.Equal(again, data) {
				t.Errorf("tombstone: %q became %q", data, again)
			}
		}
		if k, err := decodeKey(data); err == nil {
			if again := encodeKey(k); !bytes.Equal(again, data) {
				t.Errorf("key: %q became %q", data, again)
			}
		}
	})
}

// FuzzIndex: the part of the encrypted file that is not bytes as received.
func FuzzIndex(f *testing.F) {
	s := sampleSegment().inside()
	data, err := encodeIndex(index{segment: s, packets: []Range{{0, 1316}, {1316, 1684}}, hashes: make([]tlog.Hash, 2)})
	must(f, err)
	f.Add(data)
	f.Add(data[:len(data)-1])
	s.Packets, s.Media = 0, nil
	data, err = encodeIndex(index{segment: s})
	must(f, err)
	f.Add(data)
	f.Add([]byte(indexMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		if x, err := readIndex(bytes.NewReader(data), int64(len(data))); err == nil && x.segment.Size > int64(len(data)) {
			t.Errorf("%d bytes hold a segment of %d", len(data), x.segment.Size)
		}
		x, err := decodeIndex(data)
		if err != nil {
			return
		}
		again, err := encodeIndex(x)
		must(t, err)
		back, err := decodeIndex(again)
		must(t, err)
		if diff := cmp.Diff(x, back, cmp.AllowUnexported(index{})); diff != "" {
			t.Error(diff)
		}
	})
}
