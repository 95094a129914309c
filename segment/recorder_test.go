package segment_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/account"
	"overflight/airspace"
	"overflight/evidence"
	"overflight/format/mpegts"
	"overflight/geodesy"
	"overflight/internal/app"
	"overflight/internal/geoid"
	"overflight/internal/recordings"
	"overflight/internal/simulate"
	"overflight/journal"
	"overflight/segment"
)

var lines = sync.OnceValue(func() []airspace.DatedLine {
	l, err := app.Lines(nil)
	if err != nil {
		panic(err)
	}
	return l
})

// sortie is a simulated flight of two hours along and across a border, without video.
var sortie = sync.OnceValue(func() []byte {
	text, err := os.ReadFile("../examples/border-sortie.yaml")
	if err != nil {
		panic(err)
	}
	s, err := simulate.Parse(text)
	if err != nil {
		panic(err)
	}
	var b bytes.Buffer
	if _, err := simulate.Write(context.Background(), s, &b, simulate.Options{}); err != nil {
		panic(err)
	}
	return b.Bytes()
})

// pictured is eight minutes of metadata of the simulated flight under made-up video with a key picture every few seconds.
var pictured = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	mux, err := mpegts.NewMuxer(&out, mpegts.MuxConfig{Carriage: mpegts.Sync})
	if err != nil {
		panic(err)
	}
	first, n := int64(0), 0
	d := mpegts.NewDemuxer(&mpegts.Funcs{OnUnit: func(u *mpegts.Unit) {
		if n == 0 {
			first = u.PTS
		}
		if n++; n > 2400 {
			return
		}
		pts := u.PTS - first + mpegts.Ticks
		key := n%17 == 1
		nal := byte(0x41)
		if key {
			nal = 0x65
		}
		data := append([]byte{0, 0, 0, 1, nal}, bytes.Repeat([]byte{0x80 | byte(n)}, 700)...)
		if err := mux.WriteVideo(mpegts.Frame{PTS: pts, Key: key, Data: data}); err != nil {
			panic(err)
		}
		if err := mux.WriteMetadata(pts, u.Data); err != nil {
			panic(err)
		}
	}}, mpegts.Config{})
	if _, err := d.ReadFrom(bytes.NewReader(sortie())); err != nil {
		panic(err)
	}
	return out.Bytes()
})

func config(clock journal.Clock) segment.Config {
	return segment.Config{
		Sortie: journal.Sortie{Operator: "T", Year: 2026, Number: 1}, Source: "cam", Clock: clock, Lines: lines(), Geoid: geoid.EGM96(),
	}
}

var start = time.Date(2026, 5, 4, 10, 0, 13, 0, time.UTC)

// piece is bytes and when they arrived.
type piece struct {
	bytes []byte
	at    time.Time
}

// pieces parts a stream as it might arrive: over so long, in pieces of chance.
func pieces(b []byte, over time.Duration, rng *rand.Rand) []piece {
	var out []piece
	for at := 0; at < len(b); {
		n := min(1+rng.IntN(40_000), len(b)-at)
		out = append(out, piece{b[at : at+n], start.Add(time.Duration(float64(over) * float64(at) / float64(len(b))))})
		at += n
	}
	return out
}

func record(t testing.TB, c segment.Config, in []piece) []segment.Cut {
	t.Helper()
	r, err := segment.NewRecorder(c)
	if err != nil {
		t.Fatal(err)
	}
	var out []segment.Cut
	for _, p := range in {
		cuts, err := r.Take(p.bytes, p.at)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, cuts...)
	}
	cuts, err := r.Finish(in[len(in)-1].at)
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, cuts...)
	check(t, out)
	return out
}

// check holds cuts to what must be true of all.
func check(t testing.TB, cuts []segment.Cut) {
	t.Helper()
	firstFix, firstLook, firstSight := map[string]uint64{}, map[string]uint64{}, map[string]uint64{}
	for i, c := range cuts {
		at := int64(0)
		for _, p := range c.Packets {
			if p.Offset != at || p.Length <= 0 {
				t.Fatalf("cut %d: packet at %d of %d bytes, want at %d", i, p.Offset, p.Length, at)
			}
			at += p.Length
		}
		if at != c.Size || c.To.Before(c.From) {
			t.Fatalf("cut %d: packets to %d of %d, from %s to %s", i, at, c.Size, c.From, c.To)
		}
		for _, e := range c.Events {
			if _, err := journal.Encode(journal.Record{Producer: "t", Sequence: 1, Event: e}); err != nil {
				t.Fatalf("cut %d: %s: %v", i, e.Kind(), err)
			}
			switch e := e.(type) {
			case journal.FixesRecorded:
				if e.First != firstFix[e.Source] {
					t.Fatalf("cut %d: fixes from %d, want %d", i, e.First, firstFix[e.Source])
				}
				firstFix[e.Source] += uint64(len(e.Fixes))
			case journal.FootprintsRecorded:
				if e.First != firstLook[e.Source] {
					t.Fatalf("cut %d: footprints from %d, want %d", i, e.First, firstLook[e.Source])
				}
				firstLook[e.Source] += uint64(len(e.Footprints))
			case journal.ObservationsRecorded:
				if e.First != firstSight[e.Source] || e.By != "" {
					t.Fatalf("cut %d: observations from %d, want %d; by %q", i, e.First, firstSight[e.Source], e.By)
				}
				firstSight[e.Source] += uint64(len(e.Observations))
			}
		}
	}
}

func joined(cuts []segment.Cut) []byte {
	var all []byte
	for _, c := range cuts {
		all = append(all, c.Bytes()...)
	}
	return all
}

// result is what the events of a recording say in the end, as an account says it.
type result struct {
	Fixes   int
	Entries map[uint64]airspace.Entry
	Gaps    []airspace.Gap
	Looks   map[string]account.Look
}

func resultOf(cuts []segment.Cut, source string) result {
	r := result{Entries: map[uint64]airspace.Entry{}, Looks: map[string]account.Look{}}
	for _, c := range cuts {
		for _, e := range c.Events {
			switch e := e.(type) {
			case journal.FixesRecorded:
				if e.Source == source {
					r.Fixes += len(e.Fixes)
				}
			case journal.EntryFound:
				if e.Source == source {
					r.Entries[e.Number] = e.Entry
				}
			case journal.EntryUpdated:
				if e.Source == source {
					r.Entries[e.Number] = e.Entry
				}
			case journal.GapFound:
				r.Gaps = append(r.Gaps, e.Gap)
			case journal.LookedInto:
				r.Looks[string(e.Look.State)+"/"+e.Look.From.String()] = e.Look
			}
		}
	}
	return r
}

// TestEndsAsAccount: what was found minute by minute is in the end what `account` finds on the whole recording.
func TestEndsAsAccount(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*testing.T) []byte{
		"simulated":             func(*testing.T) []byte { return sortie() },
		"pictured":              func(*testing.T) []byte { return pictured() },
		"osh_sample-stream.ts":  func(t *testing.T) []byte { return recordings.Read(t, "misb/osh_sample-stream.ts") },
		"aphill_short.ts":       func(t *testing.T) []byte { return recordings.Read(t, "misb/aphill_short.ts") },
		"h264_klv.ts":           func(t *testing.T) []byte { return recordings.Read(t, "misb/h264_klv.ts") },
		"DynamicOnlyMISMMS.bin": func(t *testing.T) []byte { return recordings.Read(t, "misb/DynamicOnlyMISMMSPacketData.bin") },
		"h264_no_klv.ts":        func(t *testing.T) []byte { return recordings.Read(t, "misb/h264_no_klv.ts") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := read(t)
			for _, clock := range []journal.Clock{journal.StreamClock, journal.ArrivalClock} {
				cuts := record(t, config(clock), pieces(b, 10*time.Minute, rand.New(rand.NewPCG(1, 2))))
				if !bytes.Equal(joined(cuts), b) {
					t.Fatal("the bytes of the cuts are not the bytes that came")
				}
				file := filepath.Join(t.TempDir(), "recording")
				if err := os.WriteFile(file, b, 0o600); err != nil {
					t.Fatal(err)
				}
				told, err := app.Paths(app.Request{Files: []string{file}})
				if err != nil {
					t.Fatal(err)
				}
				for i, p := range told {
					if i > 0 {
						continue // of further PIDs: the sources here have one
					}
					got, want := resultOf(cuts, "cam"), result{Fixes: p.Airspace.Fixes, Entries: map[uint64]airspace.Entry{}, Gaps: p.Airspace.Gaps, Looks: map[string]account.Look{}}
					for k, e := range p.Airspace.Entries {
						want.Entries[uint64(k+1)] = e
					}
					for _, l := range p.LookedInto {
						want.Looks[string(l.State)+"/"+l.From.String()] = l
					}
					ignore := cmp.Transformer("ref", func(evidence.Ref) int { return 0 }) // the name of the source is another
					if diff := cmp.Diff(want, got, ignore); diff != "" {
						t.Errorf("%s: %s", clock, diff)
					}
				}
				if name == "simulated" && clock == journal.StreamClock && (len(cuts) < 118 || len(cuts) > 121) {
					t.Errorf("%d cuts of two hours, two minutes of them silent", len(cuts))
				}
			}
		})
	}
}

// TestChunksDoNotMatter: a recording gives the same cuts and events however it is read.
func TestChunksDoNotMatter(t *testing.T) {
	t.Parallel()
	for _, b := range [][]byte{sortie(), pictured()} {
		var want []segment.Cut
		for seed := range uint64(3) {
			in := pieces(b, 0, rand.New(rand.NewPCG(seed, 1)))
			got := record(t, config(journal.StreamClock), in)
			if seed == 0 {
				want = got
				continue
			}
			if diff := cmp.Diff(digests(want), digests(got)); diff != "" {
				t.Fatal(diff)
			}
		}
	}
}

// digest is a cut with its bytes and events hashed.
type digest struct {
	Bytes, Events evidence.Digest
	From, To      time.Time
	Packets       int
	Media         []segment.Media
	Consumed      int64
}

func digests(cuts []segment.Cut) []digest {
	out := make([]digest, len(cuts))
	for i, c := range cuts {
		h := sha256.New()
		for _, e := range c.Events {
			if _, ok := e.(journal.DefectsFound); ok {
				continue // found up to where the cut was told, which may lie behind its end
			}
			b, err := journal.Encode(journal.Record{Producer: "t", Sequence: 1, Event: e})
			if err != nil {
				panic(err)
			}
			h.Write(b)
		}
		out[i] = digest{
			Bytes: sha256.Sum256(c.Bytes()), Events: evidence.Digest(h.Sum(nil)), From: c.From, To: c.To, Packets: len(c.Packets), Media: c.Media, Consumed: c.Consumed,
		}
	}
	return out
}

// TestBeginsAgain: from sealed segments and what came after them a Recorder goes on as if it had never stopped.
func TestBeginsAgain(t *testing.T) {
	t.Parallel()
	whole := area(31.2, 31.5, -111.2, -110.6)
	for name, a := range map[string]*segment.Area{"all": nil, "area": whole} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(8) {
				rng := rand.New(rand.NewPCG(seed, 3))
				b := pictured()
				if seed%2 == 1 {
					b = sortie()[:6_000_000]
				}
				in := pieces(b, 8*time.Minute, rng)
				c := config(journal.ArrivalClock)
				c.Area = a
				want := record(t, c, in)
				k := rng.IntN(len(want))
				r, err := segment.NewRecorder(c)
				if err != nil {
					t.Fatal(err)
				}
				consumed := int64(0)
				for _, s := range want[:k] {
					sealed := journal.SegmentSealed{From: s.From, To: s.To, Minute: s.Minute, Withheld: s.Withheld, Clock: s.Clock}
					if err := r.Resume(s.Bytes(), sealed); err != nil {
						t.Fatal(err)
					}
					consumed += s.Consumed
				}
				got := slices.Clone(want[:k])
				at := int64(0)
				for _, p := range in {
					done := min(max(consumed-at, 0), int64(len(p.bytes)))
					at += int64(len(p.bytes))
					if done == int64(len(p.bytes)) {
						continue
					}
					cuts, err := r.Take(p.bytes[done:], p.at)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, cuts...)
				}
				cuts, err := r.Finish(in[len(in)-1].at)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, cuts...)
				if diff := cmp.Diff(digests(want), digests(got)); diff != "" {
					t.Fatalf("seed %d, after %d of %d cuts: %s", seed, k, len(want), diff)
				}
			}
		})
	}
}

func area(south, north, west, east geodesy.Angle) *segment.Area {
	return segment.NewArea([][]geodesy.Position{{{Lat: south, Lon: west}, {Lat: south, Lon: east}, {Lat: north, Lon: east}, {Lat: north, Lon: west}}}, 2*geodesy.Kilometre)
}

// TestDoor: video that shows ground outside the area is not stored and is counted; metadata is; video comes back at a key
// picture.
func TestDoor(t *testing.T) {
	t.Parallel()
	b := pictured()
	kinds := func(ts []byte) (pictures, keys, units int, first bool) {
		d := mpegts.NewDemuxer(&mpegts.Funcs{OnUnit: func(*mpegts.Unit) { units++ }, OnPicture: func(p *mpegts.Picture) {
			if pictures == 0 {
				first = p.RandomAccess
			}
			pictures++
			if p.RandomAccess {
				keys++
			}
		}}, mpegts.Config{Video: mpegts.VideoHeads})
		if _, err := d.ReadFrom(bytes.NewReader(ts)); err != nil {
			t.Fatal(err)
		}
		return
	}
	allPictures, _, allUnits, _ := kinds(b)
	for name, tc := range map[string]struct {
		area       *segment.Area
		none, some bool
	}{
		"elsewhere": {area(10, 11, 10, 11), true, false},
		"all of it": {area(30, 33, -113, -108), false, false},
		"a part":    {area(31.2, 31.5, -111.2, -110.45), false, true},
	} {
		c := config(journal.StreamClock)
		c.Area = tc.area
		cuts := record(t, c, pieces(b, 0, rand.New(rand.NewPCG(1, 1))))
		pictures, _, units, first := kinds(joined(cuts))
		if units != allUnits || !tc.none && !first {
			t.Errorf("%s: %d of %d metadata packets; begins with a key picture: %v", name, units, allUnits, first)
		}
		var withheld, stated uint64
		consumed := int64(0)
		for _, x := range cuts {
			withheld += x.Withheld.Bytes
			consumed += x.Consumed
			for _, e := range x.Events {
				if w, ok := e.(journal.MediaWithheld); ok {
					stated += w.Withheld.Bytes
				}
			}
		}
		if consumed != int64(len(b)) || stated != withheld || uint64(len(joined(cuts)))+withheld != uint64(len(b)) {
			t.Errorf("%s: %d consumed of %d, %d withheld, %d stated", name, consumed, len(b), withheld, stated)
		}
		switch {
		case tc.none && pictures > 0, tc.some && (pictures == 0 || pictures > allPictures*9/10), !tc.none && !tc.some && pictures < allPictures*9/10:
			t.Errorf("%s: %d of %d pictures", name, pictures, allPictures)
		}
	}
}

// TestGarbageIsKept: what is no stream at all is stored as it came, with findings.
func TestGarbageIsKept(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	b := make([]byte, 300_000)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	for _, in := range [][]byte{b, b[:3], append(slices.Clone(b[:1000]), pictured()[:400_000]...), pictured()[100:200_000]} {
		cuts := record(t, config(journal.ArrivalClock), pieces(in, 5*time.Minute, rng))
		if !bytes.Equal(joined(cuts), in) {
			t.Fatal("bytes were lost")
		}
	}
}

// TestTick: a minute ends although nothing comes any more.
func TestTick(t *testing.T) {
	t.Parallel()
	r, err := segment.NewRecorder(config(journal.ArrivalClock))
	if err != nil {
		t.Fatal(err)
	}
	if cuts, err := r.Take(pictured()[:100_000], start); err != nil || len(cuts) != 0 {
		t.Fatal(cuts, err)
	}
	if cuts, err := r.Take(nil, start.Add(30*time.Second)); err != nil || len(cuts) != 0 {
		t.Fatalf("%d cuts within the minute, %v", len(cuts), err)
	}
	cuts, err := r.Take(nil, start.Add(2*time.Minute))
	if err != nil || len(cuts) != 1 || cuts[0].Size != 100_000 {
		t.Fatalf("%d cuts after it, %v", len(cuts), err)
	}
	if cuts, err := r.Take(nil, start.Add(4*time.Minute)); err != nil || len(cuts) != 0 {
		t.Fatalf("%d cuts of nothing, %v", len(cuts), err)
	}
}

func FuzzRecorder(f *testing.F) {
	f.Add([]byte{0x47, 0x40, 0, 0x10}, uint16(7))
	f.Add(pictured()[:4000], uint16(100))
	f.Fuzz(func(t *testing.T, b []byte, step uint16) {
		r, err := segment.NewRecorder(config(journal.ArrivalClock))
		if err != nil {
			t.Fatal(err)
		}
		var cuts []segment.Cut
		at := start
		for i := 0; i < len(b); {
			n := min(1+int(step)%5000, len(b)-i)
			out, err := r.Take(b[i:i+n], at)
			if err != nil {
				t.Fatal(err)
			}
			cuts, i, at = append(cuts, out...), i+n, at.Add(7*time.Second)
		}
		out, err := r.Finish(at)
		if err != nil {
			t.Fatal(err)
		}
		if cuts = append(cuts, out...); !bytes.Equal(joined(cuts), b) {
			t.Fatal("bytes were lost")
		}
		check(t, cuts)
	})
}

func BenchmarkRecord(b *testing.B) {
	in := bytes.Repeat(pictured(), 1)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		record(b, config(journal.StreamClock), pieces(in, 0, rand.New(rand.NewPCG(1, 1))))
	}
}
