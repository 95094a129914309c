package csvpath

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"overflight/evidence"
)

const (
	longestLine = 64 << 10
	foot        = 0.3048 // metres, exactly
)

// Sniff reports whether b begins with a header line that names time, lat and lon.
func Sniff(b []byte) bool {
	line, _, _ := bytes.Cut(trimMark(b), []byte{'\n'})
	if len(line) > 4096 {
		return false
	}
	_, ok := parseHeader(string(line))
	return ok
}

// trimMark takes away the byte order mark that spreadsheets write.
func trimMark(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF")) }

// header is where the columns are; -1 is nowhere.
type header struct {
	time, lat, lon, alt, id int
	most                    int // the last column that is needed
	comma                   byte
	table                   Table
}

func parseHeader(line string) (header, bool) {
	line = strings.TrimRight(line, "\r")
	h := header{time: -1, lat: -1, lon: -1, alt: -1, id: -1, comma: ','}
	for _, c := range []byte{';', '\t'} {
		if strings.Count(line, string(c)) > strings.Count(line, string(h.comma)) {
			h.comma = c
		}
	}
	for i, name := range strings.Split(line, string(h.comma)) {
		name = strings.ToLower(strings.Trim(name, "\" \t"))
		to := (*int)(nil)
		switch name {
		case "time", "timestamp", "utc":
			to = &h.time
		case "lat", "latitude":
			to = &h.lat
		case "lon", "lng", "long", "longitude":
			to = &h.lon
		case "id", "icao24", "hex", "aircraft":
			to = &h.id
		default:
			words := strings.Split(name, "_")
			if (words[0] == "alt" || words[0] == "altitude") && h.alt < 0 && h.altitude(words[1:]) {
				to = &h.alt
			}
		}
		if to != nil && *to < 0 {
			*to = i
		}
	}
	h.most = max(h.time, h.lat, h.lon)
	return h, h.time >= 0 && h.lat >= 0 && h.lon >= 0
}

// altitude reads the datum and the unit that the name of a column adds.
func (h *header) altitude(words []string) bool {
	var t Table
	for i, w := range words {
		switch {
		case w == "ft" && i == len(words)-1:
			t.Feet = true
		case w == "m" && i == len(words)-1:
		case i > 0:
			return false
		case w == "msl":
			t.Datum = MSL
		case w == "hae", w == "geom":
			t.Datum = HAE
		case w == "agl":
			t.Datum = AGL
		case w == "baro":
			t.Datum = Barometric
		default:
			return false
		}
	}
	h.table = t
	return true
}

// Read reads every row and hands it over; a row is valid only during the call. What is no position goes
// to found. The error is ErrHeader, that of the source, or that of handle.
func Read(src io.Reader, handle func(Row) error, found func(evidence.Defect)) (Table, error) {
	r := &reader{b: bufio.NewReaderSize(src, longestLine), found: found}
	line, err := r.line()
	if err != nil {
		return Table{}, err
	}
	h, ok := parseHeader(string(trimMark(line)))
	if !ok {
		return Table{}, fmt.Errorf("%w: %q", ErrHeader, shown(line))
	}
	h.table.Resolution = time.Second
	for {
		line, err := r.line()
		if errors.Is(err, io.EOF) {
			return h.table, nil
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			found(evidence.Defect{Code: CodeTruncated, Offset: r.next})
			return h.table, nil
		}
		if err != nil {
			return h.table, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		row, ok := r.row(&h, line)
		if !ok {
			continue
		}
		if err := handle(row); err != nil {
			return h.table, err
		}
	}
}

type reader struct {
	b      *bufio.Reader
	at     int64 // of the line
	next   int64
	fields [][]byte
	id     string // the latest, so that one aircraft costs one string
	found  func(evidence.Defect)
}

// line returns the next line without its end. A line that does not fit is a finding and is passed over.
func (r *reader) line() ([]byte, error) {
	for {
		r.at = r.next
		line, err := r.b.ReadSlice('\n')
		r.next += int64(len(line))
		switch {
		case err == nil, errors.Is(err, io.EOF) && len(line) > 0:
			return bytes.TrimRight(line, "\r\n"), nil
		case errors.Is(err, bufio.ErrBufferFull):
			for errors.Is(err, bufio.ErrBufferFull) {
				line, err = r.b.ReadSlice('\n')
				r.next += int64(len(line))
			}
			r.found(evidence.Defect{Code: CodeLine, Offset: r.at, Got: strconv.FormatInt(r.next-r.at, 10), Want: "≤ " + strconv.Itoa(longestLine)})
			if err != nil {
				return nil, wrap(err, r.next)
			}
		default:
			return nil, wrap(err, r.next)
		}
	}
}

func wrap(err error, at int64) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("reading CSV at byte %d: %w", at, err)
}

// row reads one line; false when it is no position, which has become a finding.
func (r *reader) row(h *header, line []byte) (Row, bool) {
	row := Row{Offset: r.at, Length: int64(len(line))}
	defect := func(code evidence.Code, item string, got []byte, want string) {
		r.found(evidence.Defect{Code: code, Offset: r.at, Item: item, Got: shown(got), Want: want})
	}
	if !r.split(line, h.comma) {
		defect(CodeQuote, "", line, `"`)
		return row, false
	}
	if len(r.fields) <= h.most {
		defect(CodeColumns, "", []byte(strconv.Itoa(len(r.fields))), "≥ "+strconv.Itoa(h.most+1))
		return row, false
	}
	t, fine, ok := instant(r.fields[h.time])
	if !ok {
		defect(CodeTime, "time", r.fields[h.time], "RFC 3339 | Unix s | Unix ms")
		return row, false
	}
	row.Time = t
	h.table.Resolution = min(h.table.Resolution, fine)
	lat, okLat := number(r.fields[h.lat])
	lon, okLon := number(r.fields[h.lon])
	switch {
	case !okLat:
		defect(CodeNoPosition, "lat", r.fields[h.lat], "deg")
		return row, false
	case !okLon:
		defect(CodeNoPosition, "lon", r.fields[h.lon], "deg")
		return row, false
	case lat < -90 || lat > 90:
		defect(CodeLatitude, "lat", r.fields[h.lat], "-90..90")
		return row, false
	case lon < -180 || lon > 180:
		defect(CodeLongitude, "lon", r.fields[h.lon], "-180..180")
		return row, false
	}
	row.Latitude, row.Longitude = lat, lon
	if h.alt >= 0 && h.alt < len(r.fields) && len(r.fields[h.alt]) > 0 {
		if row.Altitude, row.HasAltitude = number(r.fields[h.alt]); !row.HasAltitude {
			defect(CodeAltitude, "alt", r.fields[h.alt], unit(h.table.Feet))
		} else if h.table.Feet {
			row.Altitude *= foot
		}
	}
	if h.id >= 0 && h.id < len(r.fields) {
		if id := r.fields[h.id]; string(id) != r.id {
			r.id = strings.ToValidUTF8(string(id), "\uFFFD")
		}
		row.ID = r.id
	}
	return row, true
}

func unit(feet bool) string {
	if feet {
		return "ft"
	}
	return "m"
}

// split cuts a line into fields, quotes taken away; false for a quote that is never closed. Fields
// do not span lines here: no column that is read has a reason to.
func (r *reader) split(line []byte, comma byte) bool {
	r.fields = r.fields[:0]
	for {
		line = bytes.TrimLeft(line, " ")
		var field []byte
		if len(line) > 0 && line[0] == '"' {
			end := 1
			for {
				i := bytes.IndexByte(line[end:], '"')
				if i < 0 {
					return false
				}
				end += i + 1
				if end >= len(line) || line[end] != '"' {
					break
				}
				end++
			}
			field = line[1 : end-1]
			if bytes.Contains(field, []byte(`""`)) {
				field = bytes.ReplaceAll(field, []byte(`""`), []byte(`"`))
			}
			line = line[end:]
			_, rest, more := bytes.Cut(line, []byte{comma})
			r.fields = append(r.fields, bytes.TrimSpace(field))
			if !more {
				return true
			}
			line = rest
			continue
		}
		field, rest, more := bytes.Cut(line, []byte{comma})
		r.fields = append(r.fields, bytes.TrimSpace(field))
		if !more {
			return true
		}
		line = rest
	}
}

func number(b []byte) (float64, bool) {
	v, err := strconv.ParseFloat(string(b), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// lastInstant is the end of the year 9999 in Unix seconds: what RFC 3339 can still write.
const lastInstant = 253402300799

// instant reads a time stamp and how fine it is written.
func instant(b []byte) (t time.Time, fine time.Duration, ok bool) {
	s := string(b)
	if whole, fraction, _ := strings.Cut(s, "."); whole != "" && digits(whole) && digits(fraction) && len(whole) < 19 {
		n, err := strconv.ParseInt(whole, 10, 64)
		if err != nil {
			return time.Time{}, 0, false
		}
		if n < 1e11 {
			t, fine = time.Unix(n, nano(fraction)), step(len(fraction))
		} else {
			t, fine = time.UnixMilli(n), time.Millisecond
		}
		return t.UTC(), fine, t.Unix() <= lastInstant
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			fraction := ""
			if _, after, has := strings.Cut(s, "."); has {
				fraction = after[:len(after)-len(strings.TrimLeft(after, "0123456789"))]
			}
			return t.UTC(), step(len(fraction)), t.Year() > 0 && t.Unix() <= lastInstant
		}
	}
	return time.Time{}, 0, false
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func nano(fraction string) int64 {
	fraction = (fraction + "000000000")[:9]
	n, _ := strconv.ParseInt(fraction, 10, 64)
	return n
}

// step is the step of a time stamp written with so many decimals of a second.
func step(decimals int) time.Duration {
	d := time.Second
	for range min(decimals, 9) {
		d /= 10
	}
	return d
}

func shown(b []byte) string {
	if len(b) > 40 {
		return strings.ToValidUTF8(string(b[:37]), "") + "..."
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
