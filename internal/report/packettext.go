package report

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"overflight/evidence"
	"overflight/format/misb"
	"overflight/ingest"
	"overflight/internal/catalogue"
)

// PacketText appends one metadata packet as a block of text for people.
func PacketText(dst []byte, number int, p *ingest.Packet, words *catalogue.Catalogue) []byte {
	head := []string{"#" + strconv.Itoa(number)}
	if p.HasTime {
		head = append(head, p.Time.UTC().Format(stampLayout))
	} else {
		head = append(head, words.Text("inspect.no-time"))
	}
	head = append(head, words.Text("inspect.byte", p.Offset))
	if p.PID >= 0 {
		head = append(head, fmt.Sprintf("PID %d", p.PID))
	}
	if p.HasPTS {
		head = append(head, fmt.Sprintf("PTS %d", p.PTS))
	}
	if p.Carriage != ingest.None && p.Carriage != "" {
		head = append(head, words.Text("inspect.carriage."+string(p.Carriage)))
	}
	head = append(head, p.Standard, words.Text("inspect.checksum."+string(p.Checksum)))
	dst = append(dst, strings.Join(head, "  ")...)
	dst = append(dst, '\n')
	if p.Set != nil {
		dst = textItems(dst, p.Set, 1, words)
	}
	for _, d := range allDefects(p) {
		dst = textDefect(dst, d, 1, words)
	}
	return append(dst, '\n')
}

func textItems(dst []byte, s *misb.Set, depth int, words *catalogue.Catalogue) []byte {
	wide, key := 0, 3
	for i := range s.Items {
		wide = max(wide, min(len(s.Items[i].Name), 40))
		if k := s.Items[i].Key; k != s.Items[i].Name {
			key = max(key, len(k))
		}
	}
	for i := range s.Items {
		it := &s.Items[i]
		dst = indent(dst, depth)
		if it.Key != it.Name { // universal sets key their items by name
			dst = fmt.Appendf(dst, "%*s  ", key, it.Key)
		}
		dst = append(dst, it.Name...)
		dst = pad(dst, max(0, wide-len(it.Name))+2)
		dst = textValue(dst, it.Value, it.Unit, depth+1, words)
	}
	return dst
}

func textDefect(dst []byte, d evidence.Defect, depth int, words *catalogue.Catalogue) []byte {
	dst = indent(dst, depth)
	dst = append(dst, "! "...)
	dst = append(dst, words.Defect("", d)...)
	return append(dst, '\n')
}

// textValue appends a value and the end of its line; what is nested follows on lines of its own.
func textValue(dst []byte, v misb.Value, unit string, depth int, words *catalogue.Catalogue) []byte {
	switch v := v.(type) {
	case *misb.Set:
		if v == nil {
			return append(dst, "-\n"...)
		}
		dst = append(dst, v.Standard...)
		dst = append(dst, '\n')
		dst = textItems(dst, v, depth+1, words)
		for _, d := range v.Defects {
			dst = textDefect(dst, d, depth+1, words)
		}
		return dst
	case misb.List:
		if plain(v) {
			for i, e := range v {
				if i > 0 {
					dst = append(dst, ", "...)
				}
				dst = textScalar(dst, e, unit, words)
			}
			return append(dst, '\n')
		}
		dst = fmt.Appendf(dst, "[%d]\n", len(v))
		for i, e := range v {
			dst = indent(dst, depth)
			if f, ok := e.(misb.Field); ok {
				dst = append(dst, f.Name...)
				dst = append(dst, "  "...)
				dst = textValue(dst, f.Value, f.Unit, depth+1, words)
				continue
			}
			dst = fmt.Appendf(dst, "[%d]  ", i)
			dst = textValue(dst, e, unit, depth+1, words)
		}
		return dst
	}
	dst = textScalar(dst, v, unit, words)
	return append(dst, '\n')
}

// plain reports whether a list has nothing nested and fits a line.
func plain(l misb.List) bool {
	for _, e := range l {
		switch e.(type) {
		case misb.List, misb.Field, *misb.Set:
			return false
		}
	}
	return len(l) <= 16
}

func textScalar(dst []byte, v misb.Value, unit string, words *catalogue.Catalogue) []byte {
	switch v := v.(type) {
	case misb.Real:
		dst = strconv.AppendFloat(dst, float64(v), 'g', -1, 64)
	case misb.Int:
		dst = strconv.AppendInt(dst, int64(v), 10)
	case misb.Uint:
		dst = strconv.AppendUint(dst, uint64(v), 10)
	case misb.Text:
		return append(dst, shownText(string(v))...)
	case misb.Time:
		return time.Time(v).UTC().AppendFormat(dst, stampLayout)
	case misb.Enum:
		if v.Text == "" {
			return fmt.Appendf(dst, "%s (%d)", words.Text("reason."+string(misb.Undefined)), v.Code)
		}
		return fmt.Appendf(dst, "%s (%d)", v.Text, v.Code)
	case misb.Flags:
		return fmt.Appendf(dst, "%s (0x%X)", strings.Join(v.Set, ", "), v.Bits)
	case misb.Bytes:
		return append(dst, shownBytes(v)...)
	case misb.Unknown:
		return fmt.Appendf(dst, "%s: %s", words.Text("inspect.unknown"), words.Text("reason."+string(v.Reason)))
	case misb.Field:
		dst = append(dst, v.Name...)
		dst = append(dst, ' ')
		return textScalar(dst, v.Value, v.Unit, words)
	default:
		return append(dst, '-')
	}
	if unit != "" {
		dst = append(dst, ' ')
		dst = append(dst, unit...)
	}
	return dst
}

// shownText escapes what would move the cursor of a terminal.
func shownText(s string) string {
	q := strconv.Quote(s)
	if q == `"`+s+`"` {
		return s
	}
	return q
}

// shownBytes is the start of opaque bytes; inspect --json has them all.
func shownBytes(b []byte) string {
	const most = 32
	if len(b) <= most {
		return hex.EncodeToString(b)
	}
	return fmt.Sprintf("%s... (%d)", hex.EncodeToString(b[:most]), len(b))
}

func indent(dst []byte, depth int) []byte { return pad(dst, 4*depth) }

func pad(dst []byte, n int) []byte {
	for range max(0, n) {
		dst = append(dst, ' ')
	}
	return dst
}
