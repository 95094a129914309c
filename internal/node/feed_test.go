package node

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/journal"
)

func parcels() []parcel {
	at := time.Date(2026, 5, 4, 3, 2, 1, 987654321, time.UTC)
	l := line{Sortie: journal.Sortie{Operator: "T", Year: 2026, Number: 7}, Source: "cam.1", Track: "0/MP2T"}
	return []parcel{
		{line: l, Producer: "p", Offset: 0, Pieces: []piece{{Sequence: 1, Arrival: at, Length: 5, Mark: first}}, Bytes: []byte("hello")},
		{line: l, Producer: "p", Offset: 1 << 40, Pieces: []piece{{1 << 50, at, 2, plain}, {2, at, 3, plain}}, Bytes: []byte("hello")},
		{line: l, Producer: ourselves, Offset: 9, Pieces: []piece{{Sequence: uint64(journal.ClosedAsked), Arrival: at, Mark: end}}, Bytes: []byte{}},
	}
}

func encoded(t testing.TB, p *parcel) []byte {
	t.Helper()
	b, err := p.head()
	if err != nil {
		t.Fatal(err)
	}
	return p.tail(append(b, p.Bytes...))
}

func TestParcel(t *testing.T) {
	t.Parallel()
	for _, p := range parcels() {
		b := encoded(t, &p)
		got, err := decodeParcel(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, got, cmp.AllowUnexported(parcel{}, line{})); diff != "" {
			t.Error(diff)
		}
		for i := range b {
			if _, err := decodeParcel(b[:i]); err == nil {
				t.Errorf("%d of %d bytes are a parcel, too", i, len(b))
			}
		}
	}
}

func FuzzParcel(f *testing.F) {
	for _, p := range parcels() {
		f.Add(encoded(f, &p))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := decodeParcel(b)
		if err != nil {
			return
		}
		again, err := decodeParcel(encoded(t, &p))
		if err != nil || !bytes.Equal(again.Bytes, p.Bytes) || len(again.Pieces) != len(p.Pieces) {
			t.Fatal(err)
		}
	})
}
