package report

import (
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/format/misb"
	"overflight/ingest"
	"overflight/internal/catalogue"
)

// PacketJSON appends one metadata packet as one JSON object and a line end: the form that
// docs/json.md describes. It is written by hand because a day of packets is millions of items.
func PacketJSON(dst []byte, p *ingest.Packet) []byte {
	w := packetWriter{b: dst, words: catalogue.Open(catalogue.English)}
	w.packet(p)
	return append(w.b, '\n')
}

// packetWriter appends JSON. Texts are English in JSON whatever the language of the rest is.
type packetWriter struct {
	b     []byte
	words *catalogue.Catalogue
}

func (w *packetWriter) packet(p *ingest.Packet) {
	w.raw(`{"pid":`)
	if p.PID >= 0 {
		w.b = strconv.AppendInt(w.b, int64(p.PID), 10)
	} else {
		w.raw("null")
	}
	w.raw(`,"offset":`)
	w.b = strconv.AppendInt(w.b, p.Offset, 10)
	w.raw(`,"pts":`)
	if p.HasPTS {
		w.b = strconv.AppendInt(w.b, p.PTS, 10)
	} else {
		w.raw("null")
	}
	w.raw(`,"carriage":`)
	w.text(string(p.Carriage))
	w.raw(`,"standard":`)
	w.text(p.Standard)
	w.raw(`,"checksum":`)
	w.text(string(p.Checksum))
	w.raw(`,"time":`)
	if p.HasTime {
		w.time(p.Time)
	} else {
		w.raw("null")
	}
	w.raw(`,"items":`)
	var items []misb.Item
	defects := p.Defects
	if p.Set != nil {
		items = p.Set.Items
		defects = allDefects(p)
	}
	w.items(items)
	w.raw(`,"defects":`)
	w.defects(defects)
	if p.Estimated {
		w.raw(`,"pts_estimated":`)
		w.b = strconv.AppendInt(w.b, p.PTS, 10)
	}
	w.b = append(w.b, '}')
}

// allDefects are those of the packet and those of its set, each once.
func allDefects(p *ingest.Packet) []evidence.Defect {
	if p.Set == nil || len(p.Set.Defects) == 0 {
		return p.Defects
	}
	all := slices.Clone(p.Defects)
	for _, d := range p.Set.Defects {
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

// items writes an object with a member an item, in the order of the stream. An item that occurs more
// than once is one member whose value is the array of its occurrences.
func (w *packetWriter) items(items []misb.Item) {
	w.b = append(w.b, '{')
	first := true
	for i := range items {
		it := &items[i]
		n, before := 0, false
		for k := range items {
			if items[k].Key == it.Key {
				n++
				before = before || k < i
			}
		}
		if before {
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		w.text(it.Key)
		w.raw(`:{"name":`)
		w.text(it.Name)
		if n == 1 {
			w.member(it.Value)
			switch v := it.Value.(type) {
			case misb.Unknown:
				w.raw(`,"raw":`)
				w.hex(it.Raw)
			case misb.Time:
				// The number is what was sent; which scale it counts on is the packet's affair.
				w.raw(`,"unit":"us","time":`)
				w.time(time.Time(v))
			}
		} else {
			w.raw(`,"value":[`)
			for k := i; k < len(items); k++ {
				if items[k].Key != it.Key {
					continue
				}
				if k > i {
					w.b = append(w.b, ',')
				}
				w.value(items[k].Value)
			}
			w.raw(`],"repeated":`)
			w.b = strconv.AppendInt(w.b, int64(n), 10)
		}
		if it.Unit != "" {
			w.raw(`,"unit":`)
			w.text(it.Unit)
		}
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, '}')
}

// member writes the value of an item, with the reason when it is unknown.
func (w *packetWriter) member(v misb.Value) {
	w.raw(`,"value":`)
	if u, ok := v.(misb.Unknown); ok {
		w.raw(`null,"reason":`)
		w.text(string(u.Reason))
		return
	}
	w.value(v)
}

func (w *packetWriter) value(v misb.Value) {
	switch v := v.(type) {
	case misb.Real:
		w.real(float64(v))
	case misb.Int:
		w.b = strconv.AppendInt(w.b, int64(v), 10)
	case misb.Uint:
		w.b = strconv.AppendUint(w.b, uint64(v), 10)
	case misb.Text:
		w.text(string(v))
	case misb.Time:
		w.b = strconv.AppendInt(w.b, time.Time(v).UnixMicro(), 10)
	case misb.Enum:
		w.raw(`{"code":`)
		w.b = strconv.AppendInt(w.b, v.Code, 10)
		w.raw(`,"text":`)
		if v.Text == "" {
			w.raw("null")
		} else {
			w.text(v.Text)
		}
		w.b = append(w.b, '}')
	case misb.Flags:
		w.raw(`{"bits":`)
		w.b = strconv.AppendUint(w.b, v.Bits, 10)
		w.raw(`,"set":[`)
		for i, s := range v.Set {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.text(s)
		}
		w.raw("]}")
	case misb.Bytes:
		w.hex(v)
	case misb.List:
		w.b = append(w.b, '[')
		for i, e := range v {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.value(e)
		}
		w.b = append(w.b, ']')
	case misb.Field:
		w.raw(`{"name":`)
		w.text(v.Name)
		w.member(v.Value)
		if v.Unit != "" {
			w.raw(`,"unit":`)
			w.text(v.Unit)
		}
		w.b = append(w.b, '}')
	case *misb.Set:
		w.set(v)
	case misb.Unknown:
		w.raw(`{"value":null,"reason":`)
		w.text(string(v.Reason))
		w.b = append(w.b, '}')
	default:
		w.raw("null")
	}
}

func (w *packetWriter) set(s *misb.Set) {
	if s == nil {
		w.raw("null")
		return
	}
	w.raw(`{"standard":`)
	w.text(s.Standard)
	w.raw(`,"items":`)
	w.items(s.Items)
	w.raw(`,"defects":`)
	w.defects(s.Defects)
	w.b = append(w.b, '}')
}

func (w *packetWriter) defects(ds []evidence.Defect) {
	w.b = append(w.b, '[')
	for i, d := range ds {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.raw(`{"item":`)
		if d.Item == "" {
			w.raw("null")
		} else {
			w.text(d.Item)
		}
		w.raw(`,"offset":`)
		w.b = strconv.AppendInt(w.b, d.Offset, 10)
		w.raw(`,"reason":`)
		w.text(w.words.Finding(d))
		w.raw(`,"code":`)
		w.text(string(d.Code))
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ']')
}

func (w *packetWriter) raw(s string) { w.b = append(w.b, s...) }

func (w *packetWriter) real(f float64) {
	switch {
	case math.IsNaN(f):
		w.raw(`"NaN"`)
	case math.IsInf(f, 1):
		w.raw(`"Infinity"`)
	case math.IsInf(f, -1):
		w.raw(`"-Infinity"`)
	default:
		w.b = strconv.AppendFloat(w.b, f, 'g', -1, 64)
	}
}

// stampLayout is RFC 3339 with microseconds, always six digits.
const stampLayout = "2006-01-02T15:04:05.000000Z"

func (w *packetWriter) time(t time.Time) {
	w.b = append(w.b, '"')
	w.b = t.UTC().AppendFormat(w.b, stampLayout)
	w.b = append(w.b, '"')
}

func (w *packetWriter) hex(b []byte) {
	w.b = append(w.b, '"')
	w.b = hex.AppendEncode(w.b, b)
	w.b = append(w.b, '"')
}

const digits = "0123456789abcdef"

// text writes a JSON string. What is not UTF-8 becomes U+FFFD; the bytes themselves are in the input.
func (w *packetWriter) text(s string) {
	w.b = append(w.b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' && c != 0x7F {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				w.raw(s[from:i])
				w.raw("\uFFFD")
				from = i + 1
			}
			i += n
			continue
		}
		w.raw(s[from:i])
		switch c {
		case '"', '\\':
			w.b = append(w.b, '\\', c)
		case '\n':
			w.raw(`\n`)
		case '\t':
			w.raw(`\t`)
		case '\r':
			w.raw(`\r`)
		default:
			w.b = append(w.b, `\u00`...)
			w.b = append(w.b, digits[c>>4], digits[c&15])
		}
		i++
		from = i
	}
	w.raw(s[from:])
	w.b = append(w.b, '"')
}
