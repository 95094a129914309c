package st0601

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"testing"

	"overflight/format/misb"
)

// reals collects what another decoder has as {length, value}, and every other number but those
// that describe the encoding, by item. Sets come sorted by tag there.
func reals(v any, lengthy, bare *[]float64) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			reals(e, lengthy, bare)
		}
	case float64:
		*bare = append(*bare, v)
	case map[string]any:
		if x, ok := v["value"].(float64); ok && v["length"] != nil {
			*lengthy = append(*lengthy, x)
			return
		}
		if v["hex"] != nil && v["bytes"] != nil {
			return
		}
		if n, ok := v["integer"].(float64); ok {
			*bare = append(*bare, n)
			return
		}
		for key, e := range v {
			switch key {
			case "key", "sizes", "element-size", "apa", "apa-params-length", "imap-params", "semi-length",
				"sigma-length", "rho-length", "value-unparsed-bytes":
				continue
			}
			reals(e, lengthy, bare)
		}
	}
}

// ours collects the numbers of the neutral form.
func ours(v misb.Value, all *[]float64) {
	switch v := v.(type) {
	case misb.Real:
		*all = append(*all, float64(v))
	case misb.Int:
		*all = append(*all, float64(v))
	case misb.Uint:
		*all = append(*all, float64(v))
	case misb.Enum:
		*all = append(*all, float64(v.Code))
	case misb.Time:
		*all = append(*all, float64(timeMicro(v)))
	case misb.Flags:
		for i := range 64 {
			if v.Bits>>i&1 != 0 {
				*all = append(*all, float64(i))
			}
		}
	case misb.List:
		for _, e := range v {
			ours(e, all)
		}
	case misb.Field:
		ours(v.Value, all)
	case *misb.Set:
		for _, item := range v.Items {
			ours(item.Value, all)
		}
	}
}

func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b))
}

// TestGold holds every number of h264_klv.ts against the decode of another program.
func TestGold(t *testing.T) {
	t.Parallel()
	var gold []struct {
		Value []struct {
			Key struct {
				Integer int
				String  string
			}
			Value any
		}
	}
	if err := json.Unmarshal(sample(t, "video_stream_klv.gold.json"), &gold); err != nil {
		t.Fatal(err)
	}
	all := packets(t, "h264_klv.ts", h264PID)
	if len(all) != 30 || len(gold) != 30 {
		t.Fatalf("%d packets and %d expected", len(all), len(gold))
	}
	var d Decoder
	var s Set
	lengthy, compared, items := 0, 0, 0
	for i, p := range all {
		if err := d.Decode(p, &s); err != nil {
			t.Fatal(err)
		}
		if s.Checksum != ChecksumOK {
			t.Errorf("packet %d: checksum %v", i, s.Checksum)
		}
		tree := s.Describe()
		values := map[string]misb.Item{}
		for _, item := range tree.Items {
			values[item.Key] = item
		}
		for _, want := range gold[i].Value {
			items++
			var a, b, got []float64
			reals(want.Value, &a, &b)
			lengthy += len(a)
			item, ok := values[strconv.Itoa(want.Key.Integer)]
			if !ok {
				t.Errorf("packet %d: item %d is absent", i, want.Key.Integer)
				continue
			}
			ours(item.Value, &got)
			// Text that the other side has as text has no numbers on either side.
			expected := append(a, b...)
			slices.Sort(expected)
			slices.Sort(got)
			if !slices.EqualFunc(expected, got, near) {
				t.Errorf("packet %d item %d %s:\n got %v\nwant %v", i, want.Key.Integer, want.Key.String, got, expected)
			}
			compared += len(got)
			if text, ok := want.Value.(string); ok && item.Value != misb.Text(text) {
				t.Errorf("packet %d item %d: %q, want %q", i, want.Key.Integer, item.Value, text)
			}
		}
	}
	t.Logf("FIGURE st0601/gold-numbers %d", compared)
	t.Logf("%d items, %d numbers, %d of them {length, value}", items, compared, lengthy)
	if lengthy != 3810 {
		t.Errorf("%d {length, value} compared, want 3810", lengthy)
	}
}
