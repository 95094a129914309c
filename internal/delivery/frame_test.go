package delivery

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// messages are pieces of items as they may come: the table of TestAssembly and the seeds of FuzzAssembly.
func messages() (first, second Item, good [][]byte) {
	first = Item{Sequence: 1, Kind: Product, ID: "OVF-2026-0007/1", Body: bytes.Repeat([]byte("ab"), pieceSize)}
	second = Item{Sequence: 2, Kind: Revoked, ID: "x"}
	for _, i := range []Item{first, second} {
		good = append(good, frames(i, digestOf(i.Kind, i.ID, i.Body))...)
	}
	return first, second, good
}

// TestAssembly: items come out as they went in, from whichever piece a sender had to begin anew; anything else is refused
// at the piece that is wrong, and the item is not handed on.
func TestAssembly(t *testing.T) {
	t.Parallel()
	first, second, good := messages()
	if len(good) != 3 {
		t.Fatalf("%d pieces", len(good))
	}
	changed := func(n, at int, b ...byte) []byte {
		c := bytes.Clone(good[n])
		copy(c[at:], b)
		return c
	}
	longer := func(n int) []byte { return append(bytes.Clone(good[n]), 0) }
	huge := changed(0, 44, binary.BigEndian.AppendUint32(nil, MaxBody+1)...)
	for name, tc := range map[string]struct {
		in   [][]byte
		want []Item
		bad  bool
	}{
		"in order":            {good, []Item{first, second}, false},
		"begun anew":          {[][]byte{good[0], good[0], good[1], good[2]}, []Item{first, second}, false},
		"nothing":             {[][]byte{nil}, nil, true},
		"cut head":            {[][]byte{good[2][:frameHead-1]}, nil, true},
		"other magic":         {[][]byte{changed(0, 3, '2')}, nil, true},
		"second first":        {[][]byte{good[2]}, nil, true},
		"piece missing":       {[][]byte{good[1]}, nil, true},
		"piece twice":         {[][]byte{good[0], good[1], good[1]}, []Item{first}, true},
		"item missing a part": {[][]byte{good[0], good[2]}, nil, true},
		"again":               {[][]byte{good[0], good[1], good[0]}, []Item{first}, true},
		"flipped body":        {[][]byte{good[0], changed(1, len(good[1])-1, 'x')}, nil, true},
		"flipped digest":      {[][]byte{good[0], changed(1, 12, good[1][12]^1)}, nil, true},
		"flipped id":          {[][]byte{good[0], good[1], changed(2, frameHead+len(Revoked), 'y')}, []Item{first}, true},
		"sequence 0":          {[][]byte{changed(2, 11, 0)}, nil, true},
		"more than it says":   {[][]byte{good[0], good[1], longer(2)}, []Item{first}, true},
		"longer than allowed": {[][]byte{huge}, nil, true},
		"no kind":             {[][]byte{changed(0, 52, 0)}, nil, true},
		"kind past the end":   {[][]byte{changed(2, 52, 255)}, nil, true},
		"id past the end":     {[][]byte{changed(2, 53, 255)}, nil, true},
		"id of two lines":     {[][]byte{changed(0, frameHead+len(Product), '\n')}, nil, true},
	} {
		a := assembly{next: 1}
		var got []Item
		var err error
		for _, b := range tc.in {
			var i *Item
			if i, err = a.add(b); err != nil {
				break
			}
			if i != nil {
				got = append(got, *i)
			}
		}
		if errors.Is(err, ErrDamaged) != tc.bad || err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(len(tc.want), len(got)); d != "" {
			t.Errorf("%s: %s", name, d)
			continue
		}
		for n := range got {
			if line(got[n]) != line(tc.want[n]) {
				t.Errorf("%s: %s came, want %s", name, line(got[n]), line(tc.want[n]))
			}
		}
	}
}

// FuzzAssembly: no message panics or makes more memory than it has bytes, and what is put together cuts into what came.
func FuzzAssembly(f *testing.F) {
	_, _, good := messages()
	small := frames(Item{Sequence: 1, Kind: Receipt, ID: "1", Body: []byte("body")}, digestOf(Receipt, "1", []byte("body")))[0]
	f.Add(small)
	f.Add(good[0][:frameHead+100])
	f.Add(good[2])
	f.Add([]byte(frameMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		a := assembly{next: 1}
		i, err := a.add(b)
		if cap(a.body) > 2*len(b)+64 {
			t.Fatalf("%d bytes held for %d", cap(a.body), len(b))
		}
		if err != nil || i == nil {
			return
		}
		again := frames(*i, digestOf(i.Kind, i.ID, i.Body))
		if len(again) != 1 || !bytes.Equal(again[0], b) {
			t.Fatalf("%x becomes %x", b, again)
		}
	})
}

// TestCursor: a place is there after the file was closed, and after an end at any byte of what was not synced; a file that
// has grown begins anew; a damaged one is not gone on from.
func TestCursor(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "place")
	opened := func() *cursor {
		t.Helper()
		c, err := openCursor(name)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := opened()
	if c.place != (place{}) {
		t.Errorf("a new place is %v", c.place)
	}
	const n = mostPlaces + 10
	for i := uint64(1); i <= n; i++ {
		if err := c.store(place{i, 2 * i}, false); err != nil {
			t.Fatal(err)
		}
	}
	if c.size > (mostPlaces+1)*placeSize {
		t.Errorf("the file has %d bytes", c.size)
	}
	// As a kill leaves it: written, not closed.
	if again := opened(); again.place != (place{n, 2 * n}) {
		t.Errorf("after a kill the place is %v", again.place)
	} else if err := again.close(); err != nil {
		t.Error(err)
	}
	if err := c.close(); err != nil {
		t.Error(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 1; cut < placeSize; cut++ {
		if err := os.WriteFile(name, whole[:len(whole)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		c := opened()
		if c.place != (place{n - 1, 2*n - 2}) {
			t.Errorf("cut by %d bytes the place is %v", cut, c.place)
		}
		if err := errors.Join(c.store(place{n, 2 * n}, true), c.close()); err != nil {
			t.Error(err)
		}
		if c := opened(); c.place != (place{n, 2 * n}) {
			t.Errorf("written again the place is %v", c.place)
		}
	}
	whole[0] ^= 1
	if err := os.WriteFile(name, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openCursor(name); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged place: %v", err)
	}
}

// TestIndexThrough: which item is taken when the transport says up to which message.
func TestIndexThrough(t *testing.T) {
	t.Parallel()
	x, err := openIndex(filepath.Join(t.TempDir(), "index"))
	if err != nil {
		t.Fatal(err)
	}
	for i, end := range []uint64{1, 4, 5} {
		x.add(entry{end: end, at: int64(i+1) * 1000})
	}
	for end, want := range []uint64{0, 1, 1, 1, 2, 3, 3} {
		item, next := x.through(uint64(end))
		if item != want || next.IsZero() != (want == 3) || want < 3 && next.Unix() != int64(want+1) {
			t.Errorf("through message %d: item %d, the next of %s", end, item, next)
		}
	}
}
