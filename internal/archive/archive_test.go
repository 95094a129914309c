package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
	"overflight/internal/durable"
)

var (
	minute = time.Date(2026, 2, 23, 14, 21, 0, 0, time.UTC)
	later  = minute.Add(time.Minute)
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

// noise is bytes that are the same for the same seed.
func noise(seed uint64, n int) []byte {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	p := make([]byte, n)
	_, _ = rand.NewChaCha8(key).Read(p)
	return p
}

// memory is an archive on a file system that fails as it is told.
func memory(t testing.TB) (*durable.Faulty, Config) {
	t.Helper()
	faulty := durable.NewFaulty()
	c := Config{Copies: [2]string{"/a", "/b"}, Keys: [2]string{"/k", "/l"}, FS: faulty.FS()}
	a, err := Create(c)
	must(t, err)
	must(t, a.Close())
	return faulty, c
}

func open(t testing.TB, c Config) *Archive {
	t.Helper()
	a, err := Open(c)
	must(t, err)
	return a
}

// draft fills a writer with bytes in uneven pieces, packets of 1316 bytes and two runs of media.
func draft(t testing.TB, a *Archive, id ID, data []byte) *Writer {
	t.Helper()
	w, err := a.Writer(id)
	must(t, err)
	for rest := data; len(rest) > 0; {
		n := min(len(rest), 7001)
		_, err := w.Write(rest[:n])
		must(t, err)
		rest = rest[n:]
	}
	for _, r := range packets(len(data)) {
		must(t, w.Packet(r))
	}
	half := int64(len(data) / 2)
	must(t, w.Media("video", Range{0, half}))
	must(t, w.Media("video", Range{half, int64(len(data)) - half}))
	return w
}

func packets(size int) []Range {
	var all []Range
	for off := 0; off < size; off += 1316 {
		all = append(all, Range{int64(off), int64(min(1316, size-off))})
	}
	return all
}

func seal(t testing.TB, a *Archive, id ID, data []byte) Segment {
	t.Helper()
	s, err := draft(t, a, id, data).Seal(minute, later)
	must(t, err)
	return s
}

func readAll(t testing.TB, a *Archive, id ID) []byte {
	t.Helper()
	r, err := a.Reader(id)
	must(t, err)
	data, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
	must(t, err)
	must(t, r.Close())
	return data
}

func TestSealAndRead(t *testing.T) {
	t.Parallel()
	_, c := memory(t)
	a := open(t, c)
	for i, size := range []int{0, 1, 65535, 65536, 65537, 131072, 300000, blockSize - 1, blockSize + 1, 2*blockSize + 777} {
		id := ID("size-" + string(rune('a'+i)))
		data := noise(uint64(size), size)
		s := seal(t, a, id, data)
		if s.Digest != sha256.Sum256(data) || s.Size != int64(size) || s.Packets != int64(len(packets(size))) {
			t.Errorf("%d bytes: %+v", size, s)
		}
		again, err := a.Verify(id)
		must(t, err)
		if diff := cmp.Diff(s, again); diff != "" {
			t.Error(diff)
		}
		if !bytes.Equal(readAll(t, a, id), data) {
			t.Errorf("%d bytes: not what was sealed", size)
		}
		r, err := a.Reader(id)
		must(t, err)
		draw := rand.New(rand.NewPCG(1, uint64(size)))
		for range 50 {
			off, n := draw.Int64N(int64(size)+2), draw.Int64N(200000)
			p := make([]byte, n)
			got, err := r.ReadAt(p, off)
			want := []byte{}
			if off < int64(size) {
				want = data[off:min(int64(size), off+n)]
			}
			if !bytes.Equal(p[:got], want) || (err != nil) != (int64(got) < n) || err != nil && !errors.Is(err, io.EOF) {
				t.Fatalf("ReadAt(%d bytes, %d) of %d = %d, %v", n, off, size, got, err)
			}
		}
		if _, err := r.ReadAt(make([]byte, 1), -1); err == nil {
			t.Error("a negative offset was read")
		}
		must(t, r.Close())
	}
	v, err := a.VerifyAll(context.Background())
	must(t, err)
	if v.Segments != 10 || v.Erased != 0 || len(v.Lost) != 0 {
		t.Errorf("%+v", v)
	}
	if found, n := a.Findings(); n != 0 {
		t.Errorf("%v", found)
	}
}

// TestPacketProofs: every packet is proven by the hashes that x/mod/sumdb/tlog itself would ask for,
// across the writer's blocks too.
func TestPacketProofs(t *testing.T) {
	t.Parallel()
	_, c := memory(t)
	a := open(t, c)
	data := noise(7, blockSize+5000)
	s := seal(t, a, "x", data)
	r, err := a.Reader("x")
	must(t, err)
	hashes, err := r.RecordHashes()
	must(t, err)
	for i, where := range packets(len(data)) {
		p, err := r.Packet(int64(i))
		must(t, err)
		if !bytes.Equal(p, data[where.Offset:where.Offset+where.Length]) {
			t.Fatalf("packet %d is not what was sealed", i)
		}
		proof, h, err := r.ProvePacket(int64(i))
		must(t, err)
		if h != tlog.RecordHash(p) || h != hashes[i] {
			t.Fatalf("packet %d: hash %v, want %v", i, h, tlog.RecordHash(p))
		}
		must(t, tlog.CheckRecord(proof, s.Packets, s.Root, int64(i), tlog.RecordHash(p)))
		p[0] ^= 1
		if tlog.CheckRecord(proof, s.Packets, s.Root, int64(i), tlog.RecordHash(p)) == nil {
			t.Fatal("an altered packet was proven")
		}
	}
	for _, i := range []int64{-1, s.Packets} {
		_, _, err := r.ProvePacket(i)
		wantErr(t, err, ErrNotFound)
		_, err = r.Packet(i)
		wantErr(t, err, ErrNotFound)
	}
	for i, m := range s.Media {
		if m.Digest != sha256.Sum256(data[m.Offset:m.Offset+m.Length]) {
			t.Errorf("media %d has another digest", i)
		}
	}
	must(t, r.Close())
}

func TestSealAgain(t *testing.T) {
	t.Parallel()
	faulty, c := memory(t)
	a := open(t, c)
	data := noise(1, 100000)
	first := seal(t, a, "x", data)
	files := faulty.Files()
	second := seal(t, a, "x", data)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(files, faulty.Files()); diff != "" {
		t.Error("sealing again left files:\n" + diff)
	}
	var conflict *ConflictError
	_, err := draft(t, a, "x", data[1:]).Seal(minute, later)
	if !errors.As(err, &conflict) || conflict.Have.Digest != first.Digest {
		t.Errorf("other bytes: %v", err)
	}
	_, err = draft(t, a, "x", data).Seal(minute, later.Add(1))
	if !errors.As(err, &conflict) {
		t.Errorf("another time: %v", err)
	}
	if diff := cmp.Diff(files, faulty.Files()); diff != "" {
		t.Error("a refusal left files:\n" + diff)
	}
	// Equal bytes under another ID are another segment: its key is its own.
	other := seal(t, a, "y", data)
	if other.Digest != first.Digest || other.Sealed == first.Sealed {
		t.Error("two segments share an encrypted file")
	}
}

func TestSealTogether(t *testing.T) {
	t.Parallel()
	_, c := memory(t)
	a := open(t, c)
	data := noise(1, 200000)
	done := make(chan error)
	for range 4 {
		w := draft(t, a, "x", data)
		go func() {
			_, err := w.Seal(minute, later)
			done <- err
		}()
	}
	for range 4 {
		must(t, <-done)
	}
	ids, err := a.List()
	must(t, err)
	if !slices.Equal(ids, []ID{"x"}) {
		t.Errorf("%v", ids)
	}
	b, err := a.Budget(0)
	must(t, err)
	s, err := a.Verify("x")
	must(t, err)
	if b.Used != 2*s.SealedSize {
		t.Errorf("%d bytes used, want %d", b.Used, 2*s.SealedSize)
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	faulty, c := memory(t)
	a := open(t, c)
	data := noise(1, 100000)
	s := seal(t, a, "x", data)
	kept := seal(t, a, "y", data)
	at := later.Add(time.Hour)
	tomb, err := a.Erase("x", at, "orden judicial 12/2026")
	must(t, err)
	want := Tombstone{ID: "x", Digest: s.Digest, Packets: s.Packets, Root: s.Root, Sealed: s.Sealed, At: at, Reason: "orden judicial 12/2026"}
	if diff := cmp.Diff(want, tomb); diff != "" {
		t.Error(diff)
	}
	for _, f := range faulty.Files() {
		if strings.Contains(f, "x.key") || strings.Contains(f, s.Sealed.String()) {
			t.Errorf("%s is left", f)
		}
	}
	_, err = a.Reader("x")
	wantErr(t, err, ErrErased)
	if err.Error() != "segment x was erased at 2026-02-23T15:22:00Z: orden judicial 12/2026" {
		t.Errorf("%v", err)
	}
	_, err = draft(t, a, "x", data).Seal(minute, later)
	wantErr(t, err, ErrErased)
	again, err := a.Erase("x", at.Add(1), "other")
	must(t, err)
	if diff := cmp.Diff(tomb, again); diff != "" {
		t.Error(diff)
	}
	left, err := a.Segment("x")
	wantErr(t, err, ErrErased)
	if diff := cmp.Diff(s, left); diff != "" {
		t.Error("digest and root must stay:\n" + diff)
	}
	all, err := a.Tombstones()
	must(t, err)
	if diff := cmp.Diff([]Tombstone{tomb}, all); diff != "" {
		t.Error(diff)
	}
	n, err := a.Count()
	must(t, err)
	if n != (Count{Segments: 2, Erased: 1}) {
		t.Errorf("%+v", n)
	}
	v, err := a.VerifyAll(context.Background())
	must(t, err)
	if v.Segments != 1 || v.Erased != 1 || len(v.Lost) != 0 || v.Bytes != kept.Size {
		t.Errorf("%+v", v)
	}
	_, err = a.Erase("z", at, "r")
	wantErr(t, err, ErrNotFound)
	if _, err = a.Erase("y", at, strings.Repeat("x", maxReason+1)); err == nil {
		t.Error("a reason without end was kept")
	}
	_, err = a.Verify("y")
	must(t, err)
}

func TestBounds(t *testing.T) {
	t.Parallel()
	_, c := memory(t)
	c.MaxBytes = 1000
	a := open(t, c)
	for _, id := range []ID{"", ".x", "a/b", "a b", "ñ", ID(strings.Repeat("x", maxID+1))} {
		if _, err := a.Writer(id); err == nil {
			t.Errorf("segment %q was begun", id)
		}
		if _, err := a.Reader(id); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("segment %q: %v", id, err)
		}
	}
	w, err := a.Writer("x")
	must(t, err)
	_, err = w.Write(make([]byte, 999))
	must(t, err)
	_, err = w.Write(make([]byte, 2))
	wantErr(t, err, ErrTooLarge)
	_, err = w.Write(make([]byte, 1))
	must(t, err)
	for _, r := range []Range{{-1, 1}, {0, -1}, {0, 1001}, {1000, 1}, {1001, 0}, {math.MaxInt64, math.MaxInt64}} {
		if w.Packet(r) == nil || w.Media("m", r) == nil {
			t.Errorf("%+v was taken", r)
		}
	}
	if _, err := w.Seal(later, minute); err == nil {
		t.Error("time ran backwards")
	}
	_, err = w.Seal(minute, minute)
	must(t, err)
	_, err = w.Seal(minute, minute)
	wantErr(t, err, errSpent)
	_, err = w.Write(nil)
	wantErr(t, err, errSpent)
	_, err = a.Reader("never")
	wantErr(t, err, ErrNotFound)
	_, err = a.Verify("never")
	wantErr(t, err, ErrNotFound)
}

func TestCreateIsNotOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	c := Config{Copies: [2]string{at("a"), at("b")}, Keys: [2]string{at("k"), at("l")}}
	_, err := Open(c)
	wantErr(t, err, fs.ErrNotExist)
	a, err := Create(c)
	must(t, err)
	_, err = Open(c)
	wantErr(t, err, durable.ErrLocked)
	data := noise(3, 200000)
	s := seal(t, a, "x", data)
	must(t, a.Close())
	_, err = Create(c)
	wantErr(t, err, ErrExists)

	// A disk that is not mounted is not a reason to begin anew.
	must(t, os.Rename(at("b"), at("b.away")))
	_, err = Open(c)
	wantErr(t, err, fs.ErrNotExist)
	if !strings.Contains(err.Error(), at("b")+" is no folder of an archive") {
		t.Error(err)
	}
	_, err = Create(c)
	wantErr(t, err, ErrExists)

	// A lost disk is replaced by saying so.
	a, err = Restore(c)
	must(t, err)
	v, err := a.VerifyAll(context.Background())
	must(t, err)
	if v.Segments != 1 || len(v.Lost) != 0 {
		t.Errorf("%+v", v)
	}
	must(t, a.Close())
	must(t, os.RemoveAll(at("a")))
	must(t, os.RemoveAll(at("k")))
	a, err = Restore(c)
	must(t, err)
	if !bytes.Equal(readAll(t, a, "x"), data) {
		t.Error("not what was sealed")
	}
	must(t, a.Close())

	swapped := c
	swapped.Copies[0], swapped.Copies[1] = c.Copies[1], c.Copies[0]
	if _, err = Open(swapped); err == nil {
		t.Error("the copies can be swapped")
	}
	twice := c
	twice.Keys[1] = c.Keys[0] + "/"
	if _, err = Open(twice); err == nil {
		t.Error("one folder was taken for both")
	}

	// What the documents promise of the files.
	info, err := os.Stat(filepath.Join(at("k"), "x.key"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("key has mode %v", info.Mode())
	}
	key, err := os.Open(filepath.Join(at("k"), "x.key"))
	must(t, err)
	identities, err := age.ParseIdentities(key)
	must(t, err)
	must(t, key.Close())
	sealed, err := os.ReadFile(filepath.Join(at("a"), "data", s.Sealed.String()+".age"))
	must(t, err)
	if evidence.Digest(sha256.Sum256(sealed)) != s.Sealed {
		t.Error("the name is not the digest")
	}
	if bytes.Contains(sealed, data[1000:1032]) {
		t.Error("the copy is not encrypted")
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), identities...)
	must(t, err)
	got, err := io.ReadAll(plain)
	must(t, err)
	if !bytes.Equal(got[:s.Size], data) {
		t.Error("age alone does not give the bytes back")
	}
}

func TestCreateAfterCrash(t *testing.T) {
	t.Parallel()
	c := Config{Copies: [2]string{"/a", "/b"}, Keys: [2]string{"/k", "/l"}}
	faulty := durable.NewFaulty()
	c.FS = faulty.FS()
	_, err := Create(c)
	must(t, err)
	for point := range faulty.Points() {
		for _, loss := range []durable.Loss{durable.LoseNothing, durable.LosePower, durable.LoseSome} {
			faulty := durable.NewFaulty()
			c.FS = faulty.FS()
			faulty.Plan(point+1, durable.CrashAfter, nil)
			_, err := Create(c)
			if err == nil {
				continue // crashed in what needs no success
			}
			faulty.Restart(loss, uint64(point))
			a, err := Create(c)
			if errors.Is(err, ErrExists) {
				a, err = Open(c)
			}
			if err != nil {
				t.Fatalf("point %d loss %d: %v", point, loss, err)
			}
			seal(t, a, "x", []byte("bytes"))
		}
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	faulty, c := memory(t)
	a := open(t, c)
	data := noise(1, 100000)
	s := seal(t, a, "x", data)
	faulty.Alter(c.dataFile(0, s.Sealed), flip(70000))
	faulty.Alter(c.keyFile(0, "x"), flip(3))
	c.ReadOnly = true
	reader := open(t, c) // beside the writer
	faulty.Plan(1, durable.CrashBefore, nil)
	if !bytes.Equal(readAll(t, reader, "x"), data) {
		t.Error("not what was sealed")
	}
	_, err := reader.Verify("x")
	must(t, err)
	if found, _ := reader.Findings(); len(found) == 0 || found[0].Healed {
		t.Errorf("%v", found)
	}
	_, err = reader.Writer("y")
	wantErr(t, err, errReadOnly)
	_, err = reader.Erase("x", later, "r")
	wantErr(t, err, errReadOnly)
	if faulty.Crashed() {
		t.Error("a read-only archive was written to")
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	faulty, c := memory(t)
	a := open(t, c)
	s := seal(t, a, "x", noise(1, 100000))
	faulty.SetRoom(7200 * 250000)
	b, err := a.Budget(250000 / 2)
	must(t, err)
	// Both copies are on one device here: every byte counts twice.
	if b.Used != 2*s.SealedSize || b.Hours != 2 {
		t.Errorf("%+v", b)
	}
	b, err = a.Budget(0)
	must(t, err)
	if !math.IsInf(b.Hours, 1) {
		t.Errorf("%+v", b)
	}
}
