package archive

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"filippo.io/age"
)

// benchSize is a flight-minute of video at 2 Mbit/s and its metadata.
const benchSize = 16 << 20

func onDisk(b *testing.B) *Archive {
	b.Helper()
	dir := b.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	a, err := Create(Config{Copies: [2]string{at("a"), at("b")}, Keys: [2]string{at("k"), at("l")}})
	must(b, err)
	b.Cleanup(func() { must(b, a.Close()) })
	return a
}

// BenchmarkSeal is all of sealing: taking the bytes, digest, packet tree, media digests, encryption,
// digest of the encrypted file, two copies, keys, records.
func BenchmarkSeal(b *testing.B) {
	a := onDisk(b)
	data := noise(1, benchSize)
	b.SetBytes(benchSize)
	for i := 0; b.Loop(); i++ {
		_, err := draft(b, a, ID("x"+strconv.Itoa(i)), data).Seal(minute, later)
		must(b, err)
	}
}

// BenchmarkSealFloor hashes and encrypts the same bytes and writes them twice with fsync, and does
// nothing else.
func BenchmarkSealFloor(b *testing.B) {
	dir := b.TempDir()
	data := noise(1, benchSize)
	b.SetBytes(benchSize)
	for i := 0; b.Loop(); i++ {
		sealFloor(b, filepath.Join(dir, strconv.Itoa(i)), data)
	}
}

// BenchmarkSealAgainstFloor does both in turn, so that a noisy machine is as noisy for either, and
// reports what part of the floor's rate sealing has.
func BenchmarkSealAgainstFloor(b *testing.B) {
	a, dir := onDisk(b), b.TempDir()
	data := noise(1, benchSize)
	var sealing, floor time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		_, err := draft(b, a, ID("x"+strconv.Itoa(i)), data).Seal(minute, later)
		must(b, err)
		sealing += time.Since(start)
		start = time.Now()
		sealFloor(b, filepath.Join(dir, strconv.Itoa(i)), data)
		floor += time.Since(start)
	}
	b.ReportMetric(float64(floor)/float64(sealing), "of-floor-rate")
}

func sealFloor(b *testing.B, name string, data []byte) {
	b.Helper()
	sha256.Sum256(data)
	var files [2]*os.File
	for k := range files {
		f, err := os.Create(name + "-" + strconv.Itoa(k))
		must(b, err)
		files[k] = f
	}
	identity, err := age.GenerateX25519Identity()
	must(b, err)
	enc, err := age.Encrypt(io.MultiWriter(files[0], files[1]), identity.Recipient())
	must(b, err)
	_, err = enc.Write(data)
	must(b, err)
	must(b, enc.Close())
	for _, f := range files {
		must(b, f.Sync())
		must(b, f.Close())
	}
}

func BenchmarkRead(b *testing.B) {
	a := onDisk(b)
	seal(b, a, "x", noise(1, benchSize))
	b.SetBytes(benchSize)
	p := make([]byte, 1<<20)
	for b.Loop() {
		r, err := a.Reader("x")
		must(b, err)
		for off := int64(0); off < r.Size(); off += int64(len(p)) {
			_, err := r.ReadAt(p, off)
			must(b, err)
		}
		must(b, r.Close())
	}
}

func BenchmarkVerify(b *testing.B) {
	a := onDisk(b)
	seal(b, a, "x", noise(1, benchSize))
	b.SetBytes(benchSize)
	for b.Loop() {
		_, err := a.Verify("x")
		must(b, err)
	}
}

// BenchmarkProve opens the segment and proves one packet of 12753.
func BenchmarkProve(b *testing.B) {
	a := onDisk(b)
	s := seal(b, a, "x", noise(1, benchSize))
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			r, err := a.Reader("x")
			must(b, err)
			_, _, err = r.ProvePacket(s.Packets / 3)
			must(b, err)
			must(b, r.Close())
		}
	})
	b.Run("open", func(b *testing.B) {
		r, err := a.Reader("x")
		must(b, err)
		for b.Loop() {
			_, _, err = r.ProvePacket(s.Packets / 3)
			must(b, err)
		}
		must(b, r.Close())
	})
}
