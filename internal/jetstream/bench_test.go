package jetstream

import (
	"bytes"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// BenchmarkPublish compares a writer's batches, with the mark of each synced, with publishing one by one to the same
// server, which syncs every message.
func BenchmarkPublish(b *testing.B) {
	data := bytes.Repeat([]byte{'x'}, 200)
	c := open(b, Config{Dir: b.TempDir()})
	name := Raw("bench")
	ensure(b, c, name, StreamConfig{})
	rate := func(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s") }

	n := uint64(0)
	b.Run("single", func(b *testing.B) {
		ctx := patience(b)
		for b.Loop() {
			n++
			if _, err := c.js.Publish(ctx, "raw.bench.x.y", data, jetstream.WithMsgID(messageID("p", n))); err != nil {
				b.Fatal(err)
			}
		}
		rate(b)
	})
	ensure(b, c, Raw("batch"), StreamConfig{})
	b.Run("batches", func(b *testing.B) {
		w, stop := run(b, c, WriterConfig{Stream: Raw("batch"), Producer: "p", Marks: marksIn(b, b.TempDir()), Flush: 100 * time.Millisecond, Shared: true})
		ctx := patience(b)
		var last *Receipt
		for b.Loop() {
			var err error
			if last, err = w.Publish(ctx, "raw.batch.x.y", data); err != nil {
				b.Fatal(err)
			}
		}
		if err := stop(); err != nil {
			b.Fatal(err)
		}
		if _, err := last.Wait(ctx); err != nil {
			b.Fatal(err)
		}
		rate(b)
	})
}

// BenchmarkRead reads a stream from its beginning.
func BenchmarkRead(b *testing.B) {
	data := bytes.Repeat([]byte{'x'}, 200)
	c := open(b, Config{Dir: b.TempDir()})
	name := Raw("read")
	ensure(b, c, name, StreamConfig{})
	marks := marksIn(b, b.TempDir())
	w, stop := run(b, c, WriterConfig{Stream: name, Producer: "p", Marks: marks})
	const n = 100_000
	write(b, w, "raw.read.x.y", n, func(int) []byte { return data })
	if err := stop(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		got := 0
		err := c.NewReader(ReaderConfig{Stream: name, Name: "bench", Marks: marks, ToEnd: true}).Run(patience(b), func(Message) error {
			got++
			return nil
		})
		if err != nil || got != n {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "messages/s")
}
