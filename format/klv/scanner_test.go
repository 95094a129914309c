package klv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
)

func packet(key Key, value string) string {
	return string(key[:]) + string(AppendLength(nil, len(value))) + value
}

var (
	first  = packet(KeyST0601, "\x02\x01\x05")
	second = packet(KeyST0903, strings.Repeat("v", 200))
)

// streams are seeds of FuzzScanner, too.
var streams = []struct {
	name, bytes string
	offsets     []int64
	defects     []evidence.Defect
}{
	{name: "empty"},
	{name: "two packets", bytes: first + second, offsets: []int64{0, 20}},
	{
		name: "garbage before, between and behind", bytes: "abc" + first + "de\x06\x0E" + second + "\x06\x0E\x2B",
		offsets: []int64{3, 27},
		defects: []evidence.Defect{
			{Code: CodeSkipped, Offset: 0, Got: "3"},
			{Code: CodeSkipped, Offset: 23, Got: "4"},
			{Code: CodeSkipped, Offset: 245, Got: "3"},
		},
	},
	{name: "label inside a value", bytes: packet(KeyEG0104, first) + second, offsets: []int64{0, 37}},
	{
		name: "a length that lies", bytes: string(KeyST0601[:]) + "\x82\x7F\xFF" + second, offsets: []int64{19},
		defects: []evidence.Defect{
			{Code: CodeTruncated, Offset: 0, Got: "237", Want: "32786"},
			{Code: CodeSkipped, Offset: 0, Got: "19"},
		},
	},
	{
		name: "a length beyond the bound", bytes: string(KeyST0601[:]) + "\x84\xFF\xFF\xFF\xFF" + first, offsets: []int64{21},
		defects: []evidence.Defect{
			{Code: CodeLength, Offset: 0, Got: "4294967295", Want: "at most 65515"},
			{Code: CodeSkipped, Offset: 0, Got: "21"},
		},
	},
	{
		name: "indefinite length", bytes: string(KeyST0601[:]) + "\x80" + first, offsets: []int64{17},
		defects: []evidence.Defect{
			{Code: CodeLength, Offset: 0, Got: "80", Want: "BER length of 0 to 4 bytes"},
			{Code: CodeSkipped, Offset: 0, Got: "17"},
		},
	},
	{
		name: "length longer than needed", bytes: string(KeyST0601[:]) + "\x82\x00\x01x", offsets: []int64{0},
		defects: []evidence.Defect{{Code: CodePadded, Offset: 0, Got: "3", Want: "1"}},
	},
	{
		name:  "a length that swallows the next packet",
		bytes: string(KeyST0601[:]) + "\x18\x02\x01\x05" + first + first, offsets: []int64{20, 40},
		defects: []evidence.Defect{
			{Code: CodeLength, Offset: 0, Got: "24", Want: "end before the next packet"},
			{Code: CodeSkipped, Offset: 0, Got: "20"},
		},
	},
	{name: "a set inside one of its own kind", bytes: packet(KeyST0601, first) + first, offsets: []int64{0, 37}},
	{
		name: "ends in a value", bytes: first + second[:100], offsets: []int64{0},
		defects: []evidence.Defect{
			{Code: CodeTruncated, Offset: 20, Got: "100", Want: "218"},
			{Code: CodeSkipped, Offset: 20, Got: "100"},
		},
	},
	{
		name: "ends in a key", bytes: first + second[:9], offsets: []int64{0},
		defects: []evidence.Defect{
			{Code: CodeTruncated, Offset: 20, Got: "9", Want: "21"},
			{Code: CodeSkipped, Offset: 20, Got: "9"},
		},
	},
}

const testMax = 1 << 16

// scan runs the scanner over b in chunks of the given size.
func scan(b []byte, chunk int) (offsets []int64, packets []string, defects []evidence.Defect) {
	s := Scanner{
		Max: testMax,
		OnTriplet: func(t Triplet) {
			offsets = append(offsets, t.Offset)
			packets = append(packets, string(t.Packet))
		},
		OnDefect: func(d evidence.Defect) { defects = append(defects, d) },
	}
	for len(b) > 0 {
		n := min(chunk, len(b))
		s.Write(b[:n])
		b = b[n:]
	}
	s.Flush()
	return offsets, packets, defects
}

func TestScanner(t *testing.T) {
	t.Parallel()
	for _, c := range streams {
		for _, chunk := range []int{1, 2, 7, 1 << 20} {
			t.Run(fmt.Sprintf("%s in %d", c.name, chunk), func(t *testing.T) {
				t.Parallel()
				offsets, _, defects := scan([]byte(c.bytes), chunk)
				if diff := cmp.Diff(c.offsets, offsets); diff != "" {
					t.Errorf("offsets (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.defects, defects); diff != "" {
					t.Errorf("defects (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func FuzzScanner(f *testing.F) {
	for _, c := range streams {
		f.Add([]byte(c.bytes), 3)
	}
	f.Fuzz(func(t *testing.T, b []byte, chunk int) {
		chunk = 1 + chunk&0xFF
		offsets, packets, defects := scan(b, chunk)
		again, packetsAgain, defectsAgain := scan(b, max(len(b), 1))
		if diff := cmp.Diff([]any{offsets, packets, defects}, []any{again, packetsAgain, defectsAgain}); diff != "" {
			t.Errorf("chunks of %d and whole differ:\n%s", chunk, diff)
		}
		// Every byte is in a packet or in a finding.
		total := 0
		for i, p := range packets {
			total += len(p)
			if !bytes.Equal(b[offsets[i]:offsets[i]+int64(len(p))], []byte(p)) {
				t.Errorf("packet at %d is not what stands there", offsets[i])
			}
		}
		for _, d := range defects {
			if d.Code == CodeSkipped {
				n := 0
				fmt.Sscan(d.Got, &n)
				total += n
			}
		}
		if total != len(b) {
			t.Errorf("%d of %d bytes accounted for", total, len(b))
		}
		for rest := b; len(rest) > 0; {
			_, after, err := Next(rest)
			if len(after) >= len(rest) {
				t.Fatalf("no progress: %v", err)
			}
			rest = after
		}
		Sniff(b)
	})
}

func TestNext(t *testing.T) {
	t.Parallel()
	b := []byte("xy" + first + second)
	a, rest, err := Next(b)
	if err != nil || a.Offset != 2 || a.Key != KeyST0601 || string(a.Value) != "\x02\x01\x05" || string(rest) != second {
		t.Errorf("%+v %v", a, err)
	}
	for _, c := range []struct {
		bytes string
		want  error
	}{
		{"no label here", ErrNoKey},
		{first[:10], ErrTruncated},
		{first[:16], ErrTruncated},
		{first[:19], ErrTruncated},
		{first[:16] + "\x80", ErrLength},
	} {
		if _, _, err := Next([]byte(c.bytes)); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.bytes, err, c.want)
		}
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bytes string
		want  bool
	}{
		{first, true},
		{second[:40], true},
		{"noise" + first + second, true},
		{strings.Repeat("G", 188), false},
		{"{\"timestamp\":1}", false},
		{first[:8], false},
		{"", false},
	} {
		if _, ok := Sniff([]byte(c.bytes)); ok != c.want {
			t.Errorf("%q: %v", c.bytes, ok)
		}
	}
}

func TestStandard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key  string
		want string
	}{
		{"060e2b34020b01010e01030101000000", "ST 0601"},
		{"060e2b34020b01010e01030306000000", "ST 0903"},
		{"060e2b34020301010e01030302000000", "ST 0102"},
		{"060e2b34020101010e01010201010000", "EG 0104"},
		{"060e2b34020b01010e01030102000000", "ST 0806"},
		{"060e2b34010101010e01040503000000", "ST 1204"},
		{"060e2b34020b01010e01030108000000", ""},
	} {
		var k Key
		fmt.Sscanf(c.key, "%x", sliceOf(&k))
		if k.String() != c.key {
			t.Fatalf("key %s reads back as %s", c.key, k)
		}
		if got, ok := Standard(k); got != c.want || ok != (c.want != "") {
			t.Errorf("%s is %q, want %q", c.key, got, c.want)
		}
	}
}

func sliceOf(k *Key) *hexKey { return (*hexKey)(k) }

type hexKey Key

// Scan reads 32 hexadecimal digits.
func (k *hexKey) Scan(state fmt.ScanState, _ rune) error {
	var hi, lo uint64
	if _, err := fmt.Fscanf(state, "%16x%16x", &hi, &lo); err != nil {
		return err
	}
	binary.BigEndian.PutUint64(k[:8], hi)
	binary.BigEndian.PutUint64(k[8:], lo)
	return nil
}

var walks = []struct {
	name, bytes string
	tags        []uint32
	err         error
}{
	{"empty", "", nil, nil},
	{"short forms", "\x02\x01\x05\x7F\x00", []uint32{2, 127}, nil},
	{"two-byte tag", "\x81\x02\x01\x05", []uint32{130}, nil},
	{"long length", "\x02\x81\x01\x05", []uint32{2}, nil},
	{"value cut", "\x02\x01\x05\x03\x02\x01", []uint32{2}, ErrOverrun},
	{"length missing", "\x02", nil, ErrTruncated},
	{"length cut", "\x02\x82\x01", nil, ErrTruncated},
	{"indefinite", "\x02\x80\x01", nil, ErrLength},
	{"tag cut", "\x81", nil, ErrTruncated},
	{"tag too wide", "\x81\x81\x81\x81\x81\x81\x01", nil, ErrOID},
	{"length of 4 GiB", "\x02\x84\xFF\xFF\xFF\xFF\x01", nil, ErrOverrun},
}

func TestItems(t *testing.T) {
	t.Parallel()
	for _, c := range walks {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var tags []uint32
			it := WalkItems([]byte(c.bytes))
			for it.Next() {
				tags = append(tags, it.Tag)
			}
			if diff := cmp.Diff(c.tags, tags); diff != "" {
				t.Error(diff)
			}
			if c.err == nil {
				if it.Err() != nil {
					t.Error(it.Err())
				}
				return
			}
			if it.Err() == nil || !errors.Is(it.Err(), c.err) {
				t.Errorf("error %v, want %v", it.Err(), c.err)
			}
		})
	}
}

func FuzzItems(f *testing.F) {
	for _, c := range walks {
		f.Add([]byte(c.bytes))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		it := WalkItems(b)
		end, padded := 0, false
		var out []byte
		for it.Next() {
			if it.Offset != end || it.Start <= it.Offset || it.Start+len(it.Value) > len(b) {
				t.Fatalf("item at %d, value at %d of %d, after %d", it.Offset, it.Start, len(it.Value), end)
			}
			end = it.Start + len(it.Value)
			padded = padded || it.Padded
			out = AppendItem(out, it.Tag, it.Value)
		}
		if it.Err() == nil && end != len(b) {
			t.Errorf("clean end at %d of %d", end, len(b))
		}
		if it.Err() != nil && (it.Err().Offset != end || len(it.Rest()) != len(b)-end || it.Err().Error() == "") {
			t.Errorf("error at %d, items end at %d", it.Err().Offset, end)
		}
		if !padded && !bytes.Equal(out, b[:end]) {
			t.Errorf("written back: %x, want %x", out, b[:end])
		}
		if padded != (len(out) < end) {
			t.Errorf("padded %v, %d bytes written back for %d", padded, len(out), end)
		}
	})
}
