package adsb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"overflight/evidence"
)

// columns are the names by which an export of the traffic library is known.
var columns = []string{"timestamp", "icao24", "latitude", "longitude", "altitude", "callsign", "groundspeed", "track", "vertical_rate", "squawk", "geoaltitude", "onground"}

// SniffTraffic reports whether b is the beginning of an export of the traffic library: a list of flat
// records, or an object of columns.
func SniffTraffic(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 {
		return false
	}
	if b[0] == '[' {
		rest := bytes.TrimLeft(b[1:], " \t\r\n")
		return len(rest) > 0 && rest[0] == '{' && bytes.Contains(rest, []byte(`"timestamp"`)) && bytes.Contains(rest, []byte(`"latitude"`)) ||
			len(rest) > 0 && rest[0] == ']' && len(bytes.TrimSpace(rest)) == 1
	}
	if b[0] != '{' {
		return false
	}
	rest := bytes.TrimLeft(b[1:], " \t\r\n")
	key, rest, ok := bytes.Cut(bytes.TrimPrefix(rest, []byte{'"'}), []byte{'"'})
	if !ok || !slices.Contains(columns, string(key)) {
		return false
	}
	rest = bytes.TrimLeft(rest, " \t\r\n:")
	return len(rest) > 0 && (rest[0] == '{' || rest[0] == '[')
}

// ReadTraffic reads an export of the traffic library and groups its records by address, in the order
// in which the addresses appear. Defects and errors are as in ReadTrace.
func ReadTraffic(src io.Reader, found func(evidence.Defect)) ([]Aircraft, error) {
	r := newReader(src, found)
	g := grouping{at: map[string]int{}}
	first, err := r.open('[', '{')
	if err != nil {
		return nil, err
	}
	if first == '{' {
		err = r.columns(&g)
	} else {
		err = r.records(&g)
	}
	return g.aircraft, err
}

// grouping collects reports by aircraft.
type grouping struct {
	aircraft []Aircraft
	at       map[string]int
}

func (g *grouping) add(address string, p Report) {
	i, ok := g.at[address]
	if !ok {
		i = len(g.aircraft)
		g.at[address] = i
		g.aircraft = append(g.aircraft, Aircraft{ICAO24: address})
	}
	a := &g.aircraft[i]
	if a.Callsign == "" {
		a.Callsign = p.Callsign
	}
	a.Reports = append(a.Reports, p)
}

// record is the raw values of one record by column.
type record [columnCount][]byte

const (
	colTime = iota
	colAddress
	colLatitude
	colLongitude
	colAltitude
	colGeoAltitude
	colGroundSpeed
	colTrack
	colVerticalRate
	colOnGround
	colCallsign
	columnCount
)

func column(name string) int {
	switch name {
	case "timestamp":
		return colTime
	case "icao24":
		return colAddress
	case "latitude":
		return colLatitude
	case "longitude":
		return colLongitude
	case "altitude":
		return colAltitude
	case "geoaltitude":
		return colGeoAltitude
	case "groundspeed":
		return colGroundSpeed
	case "track":
		return colTrack
	case "vertical_rate":
		return colVerticalRate
	case "onground":
		return colOnGround
	case "callsign":
		return colCallsign
	}
	return -1
}

func (r *reader) records(g *grouping) error {
	for i := 0; ; i++ {
		r.ahead()
		if !r.dec.More() {
			_, err := r.token()
			return r.fault(err)
		}
		raw, at, err := r.value()
		if err != nil {
			return r.fault(err)
		}
		if raw[0] != '{' {
			r.found(evidence.Defect{Code: CodeRow, Offset: at, Item: strconv.Itoa(i), Got: shown(raw), Want: "{"})
			continue
		}
		var rec record
		rest := inside(raw)
		for {
			key, after, ok := element(rest)
			if !ok || len(key) < 2 {
				break
			}
			value, after, ok := element(after)
			if !ok {
				break
			}
			rest = after
			if c := column(string(inside(key))); c >= 0 {
				rec[c] = value
			}
		}
		r.record(g, &rec, at, len(raw), i)
	}
}

// record turns raw values into a report.
func (r *reader) record(g *grouping, rec *record, at int64, length, index int) {
	item := func() string { return strconv.Itoa(index) }
	p := Report{Offset: at, Length: int32(length)}
	t, ok := instant(rec[colTime])
	if !ok {
		r.found(evidence.Defect{Code: CodeTime, Offset: at, Item: item(), Got: shown(rec[colTime]), Want: "Unix ms"})
		return
	}
	p.Time = t
	if !r.place(&p, rec[colLatitude], rec[colLongitude], item) {
		return
	}
	address, ok := text(rec[colAddress])
	if address = strings.ToLower(strings.TrimSpace(address)); !ok || address == "" {
		r.found(evidence.Defect{Code: CodeAddress, Offset: at, Item: item(), Got: shown(rec[colAddress]), Want: "icao24"})
		return
	}
	value := func(name string, raw []byte, field Fields, to *float32) {
		v, ok, err := number(raw)
		if err != nil {
			r.found(evidence.Defect{Code: CodeValue, Offset: at, Item: item() + "." + name, Got: shown(raw)})
		} else if ok {
			*to = float32(v)
			p.Known |= field
		}
	}
	value("altitude", rec[colAltitude], Altitude, &p.Altitude)
	value("geoaltitude", rec[colGeoAltitude], GeometricHeight, &p.GeometricHeight)
	value("groundspeed", rec[colGroundSpeed], GroundSpeed, &p.GroundSpeed)
	value("track", rec[colTrack], Track, &p.Track)
	value("vertical_rate", rec[colVerticalRate], VerticalRate, &p.VerticalRate)
	p.OnGround = string(rec[colOnGround]) == "true"
	if s, ok := text(rec[colCallsign]); ok {
		s = strings.TrimSpace(s)
		if i, seen := g.at[address]; seen && g.aircraft[i].Callsign == s {
			s = g.aircraft[i].Callsign // one string for all the rows of an aircraft
		}
		p.Callsign = s
	}
	g.add(address, p)
}

// columns reads the column-oriented form: {"timestamp": {"0": ...} or [...], ...}. Records are found
// by their key, in the order of the first column.
func (r *reader) columns(g *grouping) error {
	type row struct {
		rec record
		at  int64
	}
	var rows []row
	index := map[string]int{}
	read, known := 0, 0
	for {
		name, ok, err := r.key()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		read++
		c := column(name)
		if c < 0 {
			if _, _, err := r.value(); err != nil {
				if err := r.fault(err); err != nil {
					return err
				}
				break
			}
			continue
		}
		known++
		t, err := r.token()
		if err != nil {
			if err := r.fault(err); err != nil {
				return err
			}
			break
		}
		list := t == json.Delim('[')
		if !list && t != json.Delim('{') {
			r.found(evidence.Defect{Code: CodeRow, Offset: r.dec.InputOffset(), Item: name, Got: fmt.Sprint(t), Want: "{"})
			return nil
		}
		broken := false
		for n := 0; ; n++ {
			r.ahead()
			if !r.dec.More() {
				if _, err := r.token(); err != nil {
					if err := r.fault(err); err != nil {
						return err
					}
					broken = true
				}
				break
			}
			i := n
			if !list {
				key, ok, err := r.key()
				if err != nil || !ok {
					return err
				}
				if i, ok = index[key]; !ok {
					i = len(rows)
					index[key] = i
				}
			}
			raw, at, err := r.value()
			if err != nil {
				if err := r.fault(err); err != nil {
					return err
				}
				broken = true
				break
			}
			if i == len(rows) {
				rows = append(rows, row{at: at})
			}
			if c == colTime {
				rows[i].at = at
			}
			rows[i].rec[c] = bytes.Clone(raw)
		}
		if broken {
			break
		}
	}
	if read > 0 && known == 0 {
		return fmt.Errorf("%w: a JSON object without the columns of an export", ErrFormat)
	}
	for i := range rows {
		r.record(g, &rows[i].rec, rows[i].at, len(rows[i].rec[colTime]), i)
	}
	return nil
}
