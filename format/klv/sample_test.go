package klv

import (
	"strings"
	"testing"

	"overflight/evidence"
	"overflight/internal/recordings"
)

// TestBareFile reads five standalone sets from a file, and the same with a damaged key.
func TestBareFile(t *testing.T) {
	t.Parallel()
	b := recordings.Read(t, "misb/jmisb_0903.bin")
	if known, ok := Sniff(b); !known || !ok {
		t.Errorf("known %v, KLV %v", known, ok)
	}
	offsets, _, defects := scan(b, 100)
	if len(offsets) != 5 || len(defects) != 0 {
		t.Errorf("%d sets, %v", len(offsets), defects)
	}
	b[130] ^= 1
	offsets, _, defects = scan(b, 100)
	if len(offsets) != 4 || len(defects) != 1 ||
		defects[0] != (evidence.Defect{Code: CodeSkipped, Offset: 130, Got: "130"}) {
		t.Errorf("damaged key: sets at %v, %v", offsets, defects)
	}
}

func BenchmarkScanner(b *testing.B) {
	data := []byte(strings.Repeat(packet(KeyST0601, strings.Repeat("v", 240)), 1000))
	n := 0
	s := Scanner{OnTriplet: func(Triplet) { n++ }, OnDefect: func(evidence.Defect) {}}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		s.Write(data)
	}
}

func BenchmarkItems(b *testing.B) {
	data := []byte(strings.Repeat("\x05\x04abcd", 32))
	n := 0
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		for it := WalkItems(data); it.Next(); {
			n += len(it.Value)
		}
	}
}
