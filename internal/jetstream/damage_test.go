package jetstream

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overflight/journal"
)

// A stream with a small bound has blocks of 32 kB: 140 messages of 600 bytes and their headers are four.
const (
	damaged     Stream = "RAW_DAMAGED"
	damageBound int64  = 127_000
	damageCount int    = 140
)

// filled makes a journal of several blocks and closes it. It returns the blocks in the order of their numbers.
func filled(t *testing.T, dir string) []string {
	t.Helper()
	c, err := Open(Config{Dir: filepath.Join(dir, "journal")})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ensure(t, c, damaged, StreamConfig{MaxBytes: damageBound})
	w, stop := run(t, c, WriterConfig{Stream: damaged, Producer: "p", Marks: marksIn(t, dir), Most: 40})
	write(t, w, "raw.damaged.x.y", damageCount, func(i int) []byte {
		return append(fmt.Appendf(nil, "message %d ", i), bytes.Repeat([]byte{'x'}, 600)...)
	})
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	return blocks(t, dir)
}

func blocks(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join(dir, "journal"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".blk") && strings.Contains(path, string(damaged)) {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b string) int {
		var x, y int
		fmt.Sscanf(filepath.Base(a), "%d.blk", &x)
		fmt.Sscanf(filepath.Base(b), "%d.blk", &y)
		return x - y
	})
	return out
}

func alter(t *testing.T, name string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDamage alters the server's files while it is down. Whatever it makes of them, reading ends in a LossError:
// never in fewer messages than were acknowledged.
func TestDamage(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	flip := func(from, to float64) func(*rand.Rand, []byte) []byte {
		return func(r *rand.Rand, b []byte) []byte {
			at := int(float64(len(b)) * (from + (to-from)*r.Float64()))
			b[at] ^= 1 << r.IntN(8)
			return b
		}
	}
	cut := func(keep float64) func(*rand.Rand, []byte) []byte {
		return func(_ *rand.Rand, b []byte) []byte { return b[:int(float64(len(b))*keep)] }
	}
	for i, tc := range []struct {
		name   string
		block  int // from the end when negative
		index  bool
		change func(*rand.Rand, []byte) []byte // nil removes the file
	}{
		{"bit in a first block", 0, true, flip(0.4, 0.6)},
		{"bit in a first block, index lost", 0, false, flip(0.4, 0.6)},
		{"bit in the last block", -1, true, flip(0.1, 0.9)},
		{"bit in the last block, index lost", -1, false, flip(0.1, 0.9)},
		{"last block cut short", -1, true, cut(0.7)},
		{"last block cut short, index lost", -1, false, cut(0.7)},
		{"last message cut", -1, false, func(_ *rand.Rand, b []byte) []byte { return b[:len(b)-1] }},
		{"last block empty, index lost", -1, false, cut(0)},
		{"last block missing", -1, true, nil},
		{"last block missing, index lost", -1, false, nil},
		{"block in the middle missing", 1, false, nil},
	} {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			all := filled(t, dir)
			if len(all) < 3 {
				t.Fatalf("%d blocks", len(all))
			}
			block := all[(tc.block+len(all))%len(all)]
			if tc.change == nil {
				if err := os.Remove(block); err != nil {
					t.Fatal(err)
				}
			} else {
				alter(t, block, func(b []byte) []byte { return tc.change(random, b) })
			}
			if !tc.index {
				if err := os.Remove(filepath.Join(filepath.Dir(block), "index.db")); err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Fatal(err)
				}
			}
			halts(t, dir)
		})
	}
}

// halts opens a damaged journal and asserts that nobody goes on from it.
func halts(t *testing.T, dir string) {
	t.Helper()
	var log bytes.Buffer
	c := open(t, Config{Dir: filepath.Join(dir, "journal"), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	got, err := readAll(t, c, ReaderConfig{Stream: damaged, Marks: marksIn(t, dir)})
	var loss *LossError
	if !errors.As(err, &loss) {
		t.Fatalf("%d of %d messages, %v\n%s", len(got), damageCount, err, log.String())
	}
	t.Logf("%d of %d messages, then: %v", len(got), damageCount, err)
	for i, m := range got {
		if want := fmt.Sprintf("message %d ", i); m.Sequence != uint64(i+1) || !bytes.HasPrefix(m.Data, []byte(want)) {
			t.Fatalf("message %d is %.20q at %d", i, m.Data, m.Sequence)
		}
	}
	// A writer either finds the loss too, or the loss is one that only readers meet, before its mark.
	w, err := c.NewWriter(patience(t), WriterConfig{Stream: damaged, Producer: "p", Marks: marksIn(t, dir)})
	if err == nil && w.next != uint64(damageCount)+1 || err != nil && !errors.Is(err, ErrLoss) {
		t.Errorf("writer: %v", err)
	}
	// Still there at the next attempt, for a reader that begins beyond it as well: nothing was made good in silence.
	if _, err := readAll(t, c, ReaderConfig{Stream: damaged, Marks: marksIn(t, dir)}); !errors.Is(err, ErrLoss) {
		t.Errorf("second reading: %v", err)
	}
}

// TestHistoryStandsInForDamage reads over a damaged block that is sealed.
func TestHistoryStandsInForDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	all := filled(t, dir)
	marks := marksIn(t, dir)
	c := open(t, Config{Dir: filepath.Join(dir, "journal")})
	whole, err := readAll(t, c, ReaderConfig{Stream: damaged, Marks: marks})
	if err != nil || len(whole) != damageCount {
		t.Fatalf("%d, %v", len(whole), err)
	}
	c.Close()
	alter(t, all[0], func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
	c = open(t, Config{Dir: filepath.Join(dir, "journal")})
	if _, err := readAll(t, c, ReaderConfig{Stream: damaged, Marks: marks}); !errors.Is(err, ErrLoss) {
		t.Fatalf("without history: %v", err)
	}
	got, err := readAll(t, c, ReaderConfig{Stream: damaged, Marks: marks, History: sealedRange{messages: whole[:100]}})
	if err != nil || len(got) != damageCount {
		t.Fatalf("%d, %v", len(got), err)
	}
	for i := range got {
		if !bytes.Equal(got[i].Data, whole[i].Data) {
			t.Fatalf("message %d differs", i)
		}
	}
	if r, defects := whole[0].Record(); len(defects) != 1 || defects[0].Code != journal.CodeMalformed {
		t.Errorf("%v, %v", r, defects)
	}
}

// TestAnyBit flips single bits anywhere in the server's files. Either everything is read as it was, or the journal
// does not open, or reading ends in an error.
func TestAnyBit(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 3))
	made := t.TempDir()
	filled(t, made)
	outcomes := map[string]int{}
	for range 5 * rounds() {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(made)); err != nil {
			t.Fatal(err)
		}
		var files []string
		err := filepath.WalkDir(filepath.Join(dir, "journal"), func(path string, d fs.DirEntry, err error) error {
			if info, _ := d.Info(); err == nil && !d.IsDir() && info.Size() > 0 {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		name := files[random.IntN(len(files))]
		at := -1
		alter(t, name, func(b []byte) []byte {
			at = random.IntN(len(b))
			b[at] ^= 1 << random.IntN(8)
			return b
		})
		c, err := Open(Config{Dir: filepath.Join(dir, "journal")})
		if err != nil {
			outcomes["does not open"]++
			continue
		}
		got, err := readAll(t, c, ReaderConfig{Stream: damaged, Marks: marksIn(t, dir)})
		c.Close()
		if err != nil {
			outcomes["error"]++
		} else {
			outcomes["whole"]++
		}
		if err == nil && len(got) != damageCount {
			t.Errorf("byte %d of %s: %d messages without an error", at, strings.TrimPrefix(name, dir), len(got))
		}
		for i, m := range got {
			if want := fmt.Sprintf("message %d ", i); m.Sequence != uint64(i+1) || !bytes.HasPrefix(m.Data, []byte(want)) || !bytes.HasSuffix(m.Data, bytes.Repeat([]byte{'x'}, 600)) {
				t.Fatalf("byte %d of %s: message %d is %.20q at %d", at, strings.TrimPrefix(name, dir), i, m.Data, m.Sequence)
			}
		}
	}
	t.Log(outcomes)
}
