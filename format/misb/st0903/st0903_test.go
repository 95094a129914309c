package st0903

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overflight/format/klv"
	"overflight/format/misb"
)

// same compares what two sets say, not where it stood nor what was wrong with the bytes.
var same = cmp.Options{
	cmp.AllowUnexported(Set{}, Target{}),
	cmpopts.IgnoreFields(Set{}, "Defects", "raw", "base", "Integrity", "Assumed"),
	cmpopts.EquateEmpty(),
	cmpopts.SortSlices(func(a, b Element) bool { return a.Tag < b.Tag }),
	cmp.Transformer("numbers", func(n numbers) map[int]uint64 {
		m := map[int]uint64{}
		for tag := range n.bits {
			if n.has(tag) {
				m[tag] = n.bits[tag]
			}
		}
		return m
	}),
	cmp.Transformer("texts", func(t [3][]byte) []string {
		return []string{string(t[0]), string(t[1]), string(t[2])}
	}),
}

func TestLegacyStream(t *testing.T) {
	t.Parallel()
	all := parents(t, packets(t, sample(t, "osh_sample-stream.ts"), 257))
	if len(all) != 37 {
		t.Fatalf("%d VMTI sets, want 37", len(all))
	}
	var d Decoder
	var s Set
	reports, whole, checked := 0, 0, 0
	for _, p := range all {
		d.FrameCentre = p.centre
		d.DecodeLocal(p.vmti, &s)
		if !s.Legacy || s.Assumed || s.Context.Version != 3 || s.Context.FrameWidth != 640 || s.Context.FrameHeight != 480 {
			t.Errorf("context %+v legacy %v assumed %v", s.Context, s.Legacy, s.Assumed)
		}
		if s.Context.SystemName != "TASS_EAP_1.3.0.32295" {
			t.Errorf("system name %q", s.Context.SystemName)
		}
		for _, f := range s.Defects {
			t.Errorf("defect %v", f)
		}
		if got := s.AppendLocal(nil); !bytes.Equal(got, p.vmti) {
			t.Errorf("written back as\n%x, was\n%x", got, p.vmti)
		}
		for i := range s.Targets {
			g := &s.Targets[i]
			reports++
			row, okRow := g.Uint(CentroidRow)
			column, okColumn := g.Uint(CentroidColumn)
			n, okPixel := g.Uint(Centroid)
			if okRow && okColumn && okPixel {
				checked++
				if pixel, ok := s.Pixel(n); !ok || uint64(pixel.Row) != row || uint64(pixel.Column) != column {
					t.Errorf("pixel %d is %v %v, rows and columns say %d %d", n, pixel, ok, row, column)
				}
			}
			lat, lon, okOffset := g.Offset()
			l, ok := g.Location()
			if !ok || !okOffset {
				continue
			}
			whole++
			dLat, dLon := p.centre.Lat+lat-l.Lat, p.centre.Lon+lon-l.Lon
			if math.Abs(dLat) < 8.6e-5 || math.Abs(dLat) > 1.13e-4 || math.Abs(dLon) < 1.6e-4 || math.Abs(dLon) > 2.3e-4 {
				t.Errorf("offset and location differ by %g %g", dLat, dLon)
			}
			if hae, ok := g.HAE(); !ok || hae != l.HAE {
				t.Errorf("height %v, in location %v", hae, l.HAE)
			}
		}
	}
	if reports != 130 || whole != 129 || checked != 129 {
		t.Errorf("%d reports, %d with both positions, %d with both pixel forms; want 130, 129, 129", reports, whole, checked)
	}
}

func TestLegacyIsRecognisedWithoutVersion(t *testing.T) {
	t.Parallel()
	for _, p := range parents(t, packets(t, sample(t, "osh_sample-stream.ts"), 257)) {
		var said, guessed Decoder
		said.context.Version = 3
		var a, b Set
		said.DecodeLocal(p.vmti, &a)
		if _, ok := a.Uint(Version); ok || len(a.Targets) == 0 {
			continue
		}
		guessed.DecodeLocal(p.vmti, &b)
		if !b.Assumed || !b.Legacy || len(b.Defects) == 0 || b.Defects[0].Code != CodeAssumed {
			t.Errorf("assumed %v legacy %v defects %v", b.Assumed, b.Legacy, b.Defects)
		}
		b.Context = a.Context
		if diff := cmp.Diff(&a, &b, same); diff != "" {
			t.Error(diff)
		}
	}
}

func TestStandalone(t *testing.T) {
	t.Parallel()
	b := sample(t, "jmisb_0903.bin")
	var d Decoder
	var s, again Set
	for n := range 5 {
		if len(b) < 130 {
			t.Fatalf("%d bytes left before set %d", len(b), n)
		}
		if err := d.DecodePacket(b[:130], &s); err != nil {
			t.Fatal(err)
		}
		if v, _ := s.Uint(Version); v != 4 || s.Integrity != Good || len(s.Targets) != 2 || s.Legacy {
			t.Errorf("set %d: version %d, integrity %v, %d targets, legacy %v", n, v, s.Integrity, len(s.Targets), s.Legacy)
		}
		for _, f := range s.Defects {
			if f.Code != CodeCleared && f.Code != CodeEmbedded {
				t.Errorf("set %d: %v", n, f)
			}
		}
		if err := d.DecodePacket(s.AppendPacket(nil), &again); err != nil || again.Integrity != Good {
			t.Errorf("set %d encoded: %v, %v", n, err, again.Integrity)
		}
		if diff := cmp.Diff(&s, &again, same); diff != "" {
			t.Error(diff)
		}
		for bit := range 8 * 130 {
			c := bytes.Clone(b[:130])
			c[bit/8] ^= 1 << (bit % 8)
			if err := d.DecodePacket(c, &again); err == nil && again.Integrity == Good {
				t.Errorf("set %d: flip of bit %d not noticed", n, bit)
			}
		}
		b = b[130:]
	}
}

// TestGold compares all that another decoder, KWIVER, reads in Item 74.
func TestGold(t *testing.T) {
	t.Parallel()
	all := parents(t, packets(t, sample(t, "h264_klv.ts"), metadataPID(t)))
	var gold []struct {
		Value []goldItem `json:"value"`
	}
	if err := json.Unmarshal(sample(t, "video_stream_klv.gold.json"), &gold); err != nil {
		t.Fatal(err)
	}
	if len(all) != 30 || len(gold) != 30 {
		t.Fatalf("%d sets, %d expected, want 30", len(all), len(gold))
	}
	var d Decoder
	var s, again Set
	c := comparison{t: t}
	for i, p := range all {
		d.DecodeLocal(p.vmti, &s)
		for _, item := range gold[i].Value {
			if item.Key.Integer == 74 {
				c.set(s.Describe(), item.Value)
			}
		}
		d.DecodeLocal(s.AppendLocal(nil), &again)
		if diff := cmp.Diff(&s, &again, same); diff != "" {
			t.Fatal(diff)
		}
		if again.Targets[1].SetReal(OffsetLatitude, 12.5); again.Targets[1].numbers.size[OffsetLatitude] != 0 {
			t.Error("a set value keeps the size of the old one")
		}
	}
	t.Logf("%d numbers compared", c.numbers)
	if c.numbers < 30*50 {
		t.Errorf("%d numbers compared, want at least %d", c.numbers, 30*50)
	}
}

type goldItem struct {
	Key struct {
		Integer uint32 `json:"integer"`
		String  string `json:"string"`
	} `json:"key"`
	Value json.RawMessage `json:"value"`
}

type comparison struct {
	t       *testing.T
	numbers int
}

func (c *comparison) set(s *misb.Set, raw json.RawMessage) {
	c.t.Helper()
	var items []goldItem
	if err := json.Unmarshal(raw, &items); err != nil {
		c.t.Fatal(err)
	}
	mine := s.Items
	if len(mine) > 0 && mine[0].Key == "id" {
		mine = mine[1:]
	}
	if len(mine) != len(items) {
		c.t.Fatalf("%s: %d items, want %d", s.Standard, len(mine), len(items))
	}
	for i, item := range items {
		if key := mine[i].Key; key != jsonNumber(item.Key.Integer) {
			c.t.Fatalf("item %s, want %d", key, item.Key.Integer)
		}
		if _, ok := mine[i].Value.(misb.Bytes); ok && string(item.Value) == "null" {
			continue
		}
		c.value(s.Standard+" "+mine[i].Name, mine[i].Value, item.Value)
	}
}

func jsonNumber(v any) string { b, _ := json.Marshal(v); return string(b) }

func (c *comparison) value(where string, v misb.Value, raw json.RawMessage) {
	c.t.Helper()
	number := func(got float64, raw json.RawMessage) {
		c.t.Helper()
		var want float64
		if err := json.Unmarshal(raw, &want); err != nil {
			c.t.Fatalf("%s: %v in %s", where, err, raw)
		}
		c.numbers++
		if math.Abs(got-want) > 1e-9*math.Abs(want) {
			c.t.Errorf("%s: %v, want %v", where, got, want)
		}
	}
	object := func() map[string]json.RawMessage {
		m := map[string]json.RawMessage{}
		if err := json.Unmarshal(raw, &m); err != nil {
			c.t.Fatalf("%s: %v in %s", where, err, raw)
		}
		return m
	}
	switch v := v.(type) {
	case misb.Real:
		number(float64(v), object()["value"])
	case misb.Uint:
		number(float64(v), raw)
	case misb.Time:
		number(float64(time.Time(v).UnixMicro()), raw)
	case misb.Enum:
		number(float64(v.Code), object()["integer"])
	case misb.Text:
		if s := string(raw); s != jsonNumber(string(v)) &&
			!strings.Contains(strings.ReplaceAll(s, "-", ""), strings.ReplaceAll(string(v), "-", "")) {
			c.t.Errorf("%s: %q, want %s", where, v, raw)
		}
	case misb.Unknown:
		if string(raw) != "null" {
			c.t.Errorf("%s: unknown %v, want %s", where, v.Reason, raw)
		}
	case *misb.Set:
		if m := map[string]json.RawMessage{}; json.Unmarshal(raw, &m) == nil {
			c.value(where, v.Items[0].Value, m["id"])
			raw = m["set"]
		}
		c.set(v, raw)
	case misb.List:
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil {
			if len(v) != len(list) {
				c.t.Fatalf("%s: %d values, want %d", where, len(v), len(list))
			}
			for i := range v {
				c.value(where, v[i], list[i])
			}
			return
		}
		m := object()
		for _, f := range v {
			field := f.(misb.Field)
			key := strings.ToLower(field.Name)
			if key == "height above ellipsoid" {
				key = "altitude"
			}
			switch value := field.Value.(type) {
			case misb.Real:
				number(float64(value), m[key])
			case misb.Uint:
				number(float64(value), m[key])
			default:
				c.t.Errorf("%s %s: %v", where, field.Name, value)
			}
		}
	case misb.Int, misb.Flags, misb.Bytes, misb.Field:
		c.t.Errorf("%s: %T not expected", where, v)
	}
}

func TestNoAllocation(t *testing.T) {
	all := parents(t, packets(t, sample(t, "osh_sample-stream.ts"), 257))
	var d Decoder
	var s Set
	run := func() {
		for _, p := range all {
			d.FrameCentre = p.centre
			d.DecodeLocal(p.vmti, &s)
		}
	}
	run()
	if n := testing.AllocsPerRun(20, run); n != 0 {
		t.Errorf("%v allocations for %d sets", n, len(all))
	}
}

func BenchmarkDecodeLocal(b *testing.B) {
	all := parents(b, packets(b, sample(b, "osh_sample-stream.ts"), 257))
	var d Decoder
	var s Set
	bytes, reports := 0, 0
	for b.Loop() {
		for _, p := range all {
			d.DecodeLocal(p.vmti, &s)
			bytes += len(p.vmti)
			reports += len(s.Targets)
		}
	}
	b.SetBytes(int64(bytes / b.N))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(reports), "ns/report")
}

func metadataPID(t testing.TB) int {
	t.Helper()
	stream := sample(t, "h264_klv.ts")
	i := bytes.Index(stream, klv.KeyST0601[:])
	p := stream[i/188*188:]
	return int(p[1]&0x1F)<<8 | int(p[2])
}
