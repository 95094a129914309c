package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"overflight/internal/durable"
)

// tampered is a machine with two segments of which one is erased, closed.
func tampered(t testing.TB) (*durable.Faulty, Config, Segment, Segment) {
	t.Helper()
	faulty, c := memory(t)
	a := open(t, c)
	s := seal(t, a, "x", noise(9, 200000))
	gone := seal(t, a, "gone", noise(8, 3000))
	_, err := a.Erase("gone", later, "retention")
	must(t, err)
	must(t, a.Close())
	return faulty, c, s, gone
}

func cut(p []byte) []byte     { return p[:len(p)-1] }
func cutHalf(p []byte) []byte { return p[:len(p)/2] }
func cutAll([]byte) []byte    { return []byte{} }
func more(p []byte) []byte    { return append(p, 0) }
func remove([]byte) []byte    { return nil }

type alteration struct {
	file  string
	alter func([]byte) []byte
}

// TestTamper: each file altered, and each pair of files; {x} is the encrypted file of the live segment.
func TestTamper(t *testing.T) {
	t.Parallel()
	const (
		dataA, dataB     = "/a/data/{x}.age", "/b/data/{x}.age"
		recordA, recordB = "/a/segments/x.segment", "/b/segments/x.segment"
		keyA, keyB       = "/k/x.key", "/l/x.key"
		tombA, tombB     = "/a/tombstones/gone.tombstone", "/b/tombstones/gone.tombstone"
	)
	healed := func(id ID, file, reason string) []Finding {
		return []Finding{{Segment: id, Fault: Fault{File: file, Reason: reason}, Healed: true}}
	}
	middle := flip(8 * 100000)
	for _, c := range []struct {
		name   string
		alter  []alteration
		id     ID
		found  []Finding // when it is healed
		broken string    // when it is not
	}{
		{name: "nothing", id: "x"},

		{name: "bit in data", alter: []alteration{{dataA, middle}}, id: "x", found: healed("x", dataA, "has digest {a}")},
		{name: "bit in second copy", alter: []alteration{{dataB, middle}}, id: "x", found: healed("x", dataB, "has digest {b}")},
		{name: "bit in age header", alter: []alteration{{dataA, flip(8 * 30)}}, id: "x", found: healed("x", dataA, "has digest {a}")},
		{name: "tail of data", alter: []alteration{{dataA, cut}}, id: "x", found: healed("x", dataA, "{cut} bytes, want {size}")},
		{name: "data made empty", alter: []alteration{{dataB, cutAll}}, id: "x", found: healed("x", dataB, "0 bytes, want {size}")},
		{name: "data made longer", alter: []alteration{{dataB, more}}, id: "x", found: healed("x", dataB, "{more} bytes, want {size}")},
		{name: "data missing", alter: []alteration{{dataA, remove}}, id: "x", found: healed("x", dataA, "missing")},
		{
			name: "bits in both data", alter: []alteration{{dataA, middle}, {dataB, flip(77)}}, id: "x",
			broken: "segment x: both copies are damaged: " + dataA + ": has digest {a}; " + dataB + ": has digest {b}",
		},
		{
			name: "one data cut, the other missing", alter: []alteration{{dataA, remove}, {dataB, cut}}, id: "x",
			broken: "segment x: both copies are damaged: " + dataA + ": missing; " + dataB + ": {cut} bytes, want {size}",
		},

		{name: "bit in record", alter: []alteration{{recordA, flip(8 * 40)}}, id: "x", found: healed("x", recordA, "digest of the record does not match")},
		{name: "record cut", alter: []alteration{{recordB, cut}}, id: "x", found: healed("x", recordB, "not a record of three lines")},
		{name: "record empty", alter: []alteration{{recordB, cutAll}}, id: "x", found: healed("x", recordB, "not a record of three lines")},
		{name: "record missing", alter: []alteration{{recordA, remove}}, id: "x", found: healed("x", recordA, "missing")},
		{
			name: "record of a future version", id: "x",
			alter: []alteration{{recordA, func(p []byte) []byte { return bytes.Replace(p, []byte("/v1"), []byte("/v2"), 1) }}},
			found: healed("x", recordA, `record is "overflight-segment/v2", want "overflight-segment/v1"`),
		},
		{
			name: "both records, from inside", alter: []alteration{{recordA, flip(8 * 40)}, {recordB, remove}}, id: "x",
			found: append(healed("x", recordA, "digest of the record does not match"), healed("x", recordB, "missing")...),
		},
		{
			name: "record of another segment", id: "x",
			alter: []alteration{{recordA, forge(func(s *Segment) { s.ID = "y" })}},
			found: healed("x", recordA, "record of segment y"),
		},
		{
			name: "record forged", id: "x", alter: []alteration{{recordA, forge(func(s *Segment) { s.Root[0] ^= 1 })}},
			found: healed("x", recordA, "differs from its copy, which fits the encrypted file"),
		},
		{
			name: "both records forged", id: "x",
			alter:  []alteration{{recordA, forge(func(s *Segment) { s.Root[0] ^= 1 })}, {recordB, forge(func(s *Segment) { s.Root[0] ^= 1 })}},
			broken: "segment x: both copies are damaged: " + recordA + ": does not say what was sealed; " + recordB + ": does not say what was sealed",
		},
		{
			// A shorter record must not make a shorter answer.
			name: "both records forged in size", id: "x",
			alter: []alteration{
				{recordA, forge(func(s *Segment) { s.Size, s.Media = 1000, nil })}, {recordB, forge(func(s *Segment) { s.Size, s.Media = 1000, nil })},
			},
			broken: "segment x: both copies are damaged: " + recordA + ": does not say what was sealed; " + recordB + ": does not say what was sealed",
		},
		{
			name: "all records and data", id: "x",
			alter: []alteration{{recordA, remove}, {recordB, cut}, {dataA, remove}, {dataB, remove}},
			broken: "segment x: both copies are damaged: " + recordA + ": missing; " + recordB + ": not a record of three lines; " +
				dataA + ": missing; " + dataB + ": missing; " + dataA + ": missing; " + dataB + ": missing",
		},

		{name: "key cut", alter: []alteration{{keyA, cut}}, id: "x", found: healed("x", keyA, "not a key of four lines")},
		{name: "bit in key", alter: []alteration{{keyA, flip(8 * 130)}}, id: "x", found: healed("x", keyA, "not an age identity")},
		{name: "key missing", alter: []alteration{{keyB, remove}}, id: "x", found: healed("x", keyB, "missing")},
		{
			name: "keys missing", alter: []alteration{{keyA, remove}, {keyB, remove}}, id: "x",
			broken: "segment x: both copies are damaged: " + keyA + ": missing; " + keyB + ": missing",
		},
		{
			name: "bits in both keys", alter: []alteration{{keyA, flip(8 * 130)}, {keyB, cut}}, id: "x",
			broken: "segment x: both copies are damaged: " + keyA + ": not an age identity; " + keyB + ": not a key of four lines",
		},
		{
			name: "key replaced", alter: []alteration{{keyA, otherKey}}, id: "x",
			found: healed("x", keyA, "differs from its copy, which fits the encrypted file"),
		},

		{name: "erased", id: "gone", broken: "segment gone was erased at 2026-02-23T14:22:00Z: retention"},
		{
			name: "bit in tombstone", alter: []alteration{{tombA, flip(8 * 40)}}, id: "gone",
			found:  healed("gone", tombA, "digest of the record does not match"),
			broken: "segment gone was erased at 2026-02-23T14:22:00Z: retention",
		},
		{
			name: "tombstone missing", alter: []alteration{{tombB, remove}}, id: "gone",
			found:  healed("gone", tombB, "missing"),
			broken: "segment gone was erased at 2026-02-23T14:22:00Z: retention",
		},
		{
			name: "bits in both tombstones", alter: []alteration{{tombA, flip(8 * 40)}, {tombB, cut}}, id: "gone",
			broken: "segment gone: both copies are damaged: " + tombA + ": digest of the record does not match; " + tombB + ": not a record of three lines",
		},
		{
			name: "tombstones missing", alter: []alteration{{tombA, remove}, {tombB, remove}}, id: "gone",
			broken: "segment gone: both copies are damaged: /k/gone.key: missing; /l/gone.key: missing",
		},
		{
			name: "record of the erased forged", id: "gone",
			alter: []alteration{
				{"/a/segments/gone.segment", forge(func(s *Segment) { s.Root[0] ^= 1 })},
				{"/b/segments/gone.segment", remove},
			},
			broken: "segment gone was erased at 2026-02-23T14:22:00Z: retention\n" +
				"segment gone: both copies are damaged: /a/segments/gone.segment: does not say what the tombstone says",
		},

		{name: "folder damaged", alter: []alteration{{"/b/archive", flip(8 * 9)}}, id: "x", found: healed("", "/b/archive", `record is "overflighu-archive/v1", want "overflight-archive/v1"`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			faulty, cfg, s, _ := tampered(t)
			before := map[string][]byte{}
			for _, f := range faulty.Files() {
				before[f], _ = faulty.Contents(f)
			}
			words := []string{
				"{x}", s.Sealed.String(), "{size}", fmt.Sprint(s.SealedSize), "{cut}", fmt.Sprint(s.SealedSize - 1), "{more}", fmt.Sprint(s.SealedSize + 1),
			}
			for _, alt := range c.alter {
				if !faulty.Alter(strings.ReplaceAll(alt.file, "{x}", s.Sealed.String()), alt.alter) {
					t.Fatalf("no file %s", alt.file)
				}
			}
			for i, name := range []string{"{a}", "{b}"} {
				data, _ := faulty.Contents(cfg.dataFile(i, s.Sealed))
				sum := sha256.Sum256(data)
				words = append(words, name, hex.EncodeToString(sum[:]))
			}
			fill := strings.NewReplacer(words...)

			a := open(t, cfg)
			_, err := a.Verify(c.id)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if want := fill.Replace(c.broken); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if c.broken == "" {
				r, err := a.Reader(c.id)
				must(t, err)
				data, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
				must(t, err)
				if !bytes.Equal(data, noise(9, 200000)) {
					t.Error("not what was sealed")
				}
				must(t, r.Close())
			}
			if c.broken == "" || c.found != nil {
				for f, want := range before {
					if got, ok := faulty.Contents(f); !ok || !bytes.Equal(got, want) {
						t.Errorf("%s was not healed", f)
					}
				}
				for i := range c.found {
					c.found[i].Fault.File = fill.Replace(c.found[i].Fault.File)
					c.found[i].Fault.Reason = fill.Replace(c.found[i].Fault.Reason)
				}
				found, _ := a.Findings()
				if diff := cmp.Diff(c.found, found); diff != "" {
					t.Error(diff)
				}
			}
			if c.id == "x" && c.broken != "" {
				// Neither is it read: no short answer.
				r, err := a.Reader("x")
				if err == nil {
					_, err = io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
					must(t, r.Close())
				}
				if err == nil {
					t.Error("read as if nothing were")
				}
			}
		})
	}
}

// TestEveryByteOfSmallFiles: no flipped bit of a record, key or tombstone goes unseen, and each is
// healed; one bit of each byte here, all with OVERFLIGHT_SOAK=1.
func TestEveryByteOfSmallFiles(t *testing.T) {
	t.Parallel()
	faulty, c, _, _ := tampered(t)
	a := open(t, c)
	for _, f := range []struct {
		file string
		id   ID
	}{{"/a/segments/x.segment", "x"}, {"/k/x.key", "x"}, {"/b/tombstones/gone.tombstone", "gone"}} {
		whole, _ := faulty.Contents(f.file)
		step := 9
		if os.Getenv("OVERFLIGHT_SOAK") == "1" {
			step = 1
		}
		for bit := 0; bit < 8*len(whole); bit += step {
			faulty.Alter(f.file, flip(bit))
			_, before := a.Findings()
			if _, err := a.Segment(f.id); err != nil && !errors.Is(err, ErrErased) {
				t.Fatal(err)
			}
			found, after := a.Findings()
			if after != before+1 || found[len(found)-1].Fault.File != f.file || !found[len(found)-1].Healed {
				t.Fatalf("%s: bit %d was not seen", f.file, bit)
			}
			if now, _ := faulty.Contents(f.file); !bytes.Equal(now, whole) {
				t.Fatalf("%s: bit %d was not healed", f.file, bit)
			}
		}
	}
}

// TestReadAroundDamage: a byte range is served from the copy that is good there, even where each copy
// is damaged somewhere, and never wrongly.
func TestReadAroundDamage(t *testing.T) {
	t.Parallel()
	faulty, c, s, _ := tampered(t)
	data := noise(9, 200000)
	faulty.Alter(c.dataFile(0, s.Sealed), flip(8*1000))
	faulty.Alter(c.dataFile(1, s.Sealed), flip(8*150000))
	a := open(t, c)
	r, err := a.Reader("x")
	must(t, err)
	if !bytes.Equal(readSome(t, r, 100, 500), data[100:600]) || !bytes.Equal(readSome(t, r, 149000, 2000), data[149000:151000]) {
		t.Error("not what was sealed")
	}
	must(t, r.Close())
	// The whole is no copy's digest, so neither heals the other.
	found, _ := a.Findings()
	if len(found) == 0 || found[0].Healed || found[0].Fault.File != c.dataFile(0, s.Sealed) {
		t.Errorf("%+v", found)
	}
	_, err = a.Verify("x")
	wantErr(t, err, ErrDamaged)

	// Damage in the same place of both is an error with no byte.
	faulty.Alter(c.dataFile(1, s.Sealed), flip(8*1001))
	r, err = a.Reader("x")
	must(t, err)
	n, err := r.ReadAt(make([]byte, 70000), 0)
	wantErr(t, err, ErrDamaged)
	if n != 0 {
		t.Errorf("%d bytes were given", n)
	}
	want := "segment x: both copies are damaged: " + c.dataFile(0, s.Sealed) +
		": failed to decrypt and authenticate chunk at offset 0; " + c.dataFile(1, s.Sealed) + ": failed to decrypt and authenticate chunk at offset 0"
	if strings.ReplaceAll(err.Error(), ": chacha20poly1305: message authentication failed", "") != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	must(t, r.Close())
}

func TestReaderHeals(t *testing.T) {
	t.Parallel()
	faulty, c, s, _ := tampered(t)
	whole, _ := faulty.Contents(c.dataFile(0, s.Sealed))
	for _, alter := range []func([]byte) []byte{flip(8 * 1000), flip(8), cut, cutHalf, cutAll, more, remove} {
		faulty.Alter(c.dataFile(0, s.Sealed), alter)
		a := open(t, c)
		if !bytes.Equal(readAll(t, a, "x"), noise(9, 200000)) {
			t.Error("not what was sealed")
		}
		if now, _ := faulty.Contents(c.dataFile(0, s.Sealed)); !bytes.Equal(now, whole) {
			t.Error("not healed")
		}
		must(t, a.Close())
	}
}

func readSome(t *testing.T, r *Reader, off, n int64) []byte {
	t.Helper()
	p := make([]byte, n)
	got, err := r.ReadAt(p, off)
	must(t, err)
	return p[:got]
}

// forge makes a record that is in order and not what was sealed.
func forge(change func(*Segment)) func([]byte) []byte {
	return func(data []byte) []byte {
		s, err := decodeSegment(data)
		if err != nil {
			panic(err)
		}
		change(&s)
		if data, err = encodeSegment(s); err != nil {
			panic(err)
		}
		return data
	}
}

// otherKey is a key file in order that opens nothing.
func otherKey(data []byte) []byte {
	k, err := decodeKey(data)
	if err != nil {
		panic(err)
	}
	if k.identity, err = age.GenerateX25519Identity(); err != nil {
		panic(err)
	}
	return encodeKey(k)
}
