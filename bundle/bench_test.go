package bundle_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"overflight/bundle"
	"overflight/bundle/bundletest"
)

// BenchmarkCheck checks a bundle with one segment of 64 MiB, of packets as a datagram carries them (7
// transport packets) and as metadata has them, beside SHA-256 over the same bytes in the same run. ratio
// is the rate of Check over that of SHA-256. A digest of the whole beside the tree is as much work again; it
// is done on a second core.
func BenchmarkCheck(b *testing.B) {
	for _, c := range []struct {
		length int
		media  bool
	}{{1316, false}, {1316, true}, {400, false}} {
		b.Run(fmt.Sprintf("packets=%d/digest=%v", c.length, c.media), func(b *testing.B) {
			l, err := bundletest.New(origin, "witness.example/mx")
			if err != nil {
				b.Fatal(err)
			}
			const size = 64 << 20
			packets := bundletest.Packets(64, c.length)
			for len(packets) < size/c.length {
				packets = append(packets, packets[:min(len(packets), size/c.length-len(packets))]...)
			}
			seal := l.Seal
			if !c.media {
				seal = l.SealWithoutDigest
			}
			index, err := seal(bundletest.Flight, packets)
			if err != nil {
				b.Fatal(err)
			}
			if err := l.Pad(1000); err != nil {
				b.Fatal(err)
			}
			data := written(b, contents(b, l, 1000, 1, index))
			p := policyOf(b, l, 1)
			plain := bytes.Join(packets, nil)
			b.SetBytes(int64(len(plain)))
			var own, floor time.Duration
			for b.Loop() {
				start := time.Now()
				sha256.Sum256(plain)
				floor += time.Since(start)
				start = time.Now()
				r := bundle.Check(bytes.NewReader(data), int64(len(data)), p)
				own += time.Since(start)
				if !r.Verified() {
					b.Fatal(r.Sentence("en"))
				}
			}
			b.ReportMetric(floor.Seconds()/own.Seconds(), "ratio")
			b.ReportMetric(float64(len(plain))*float64(b.N)/own.Seconds()/1e6, "check-MB/s")
		})
	}
}
