package adsb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"overflight/evidence"
)

// The elements of a trace row, from 0.
const (
	rowSeconds = iota
	rowLatitude
	rowLongitude
	rowAltitude // feet, "ground" or null
	rowGroundSpeed
	rowTrack
	rowFlags
	rowVerticalRate
	rowDetails
	rowSource // files of 2022 and later
	rowGeometricHeight
	rowLength // what comes after is not read
)

// The bits of the flags element.
const (
	flagStale = 1 << iota
	flagNewLeg
	flagGeometricRate
	flagGeometricAltitude
)

// SniffTrace reports whether b is the beginning of a readsb trace.
func SniffTrace(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && b[0] == '{' && bytes.Contains(b, []byte(`"icao"`)) && (bytes.Contains(b, []byte(`"trace"`)) || bytes.Contains(b, []byte(`"timestamp"`)))
}

// ReadTrace reads one readsb trace file. Every defect goes to found, in the order of the file. The
// error is ErrFormat, or whatever kept the source from being read; what was read before it is
// returned as well.
func ReadTrace(src io.Reader, found func(evidence.Defect)) (Aircraft, error) {
	r := newReader(src, found)
	var a Aircraft
	if _, err := r.open('{'); err != nil {
		return a, err
	}
	var base time.Time
	var waiting []time.Duration // of reports that came before the instant they count from
	known, isTrace := false, false
	for {
		key, ok, err := r.key()
		if err != nil {
			return a, err
		}
		if !ok {
			break
		}
		switch key {
		case "trace":
			isTrace = true
			if done, err := r.rows(&a, base, known, &waiting); err != nil || !done {
				return r.finish(a, base, known, waiting), err
			}
			continue
		case "timestamp":
			raw, at, err := r.value()
			if err != nil {
				return r.finish(a, base, known, waiting), r.fault(err)
			}
			if base, known = instant(raw); !known {
				found(evidence.Defect{Code: CodeTime, Offset: at, Item: "timestamp", Got: shown(raw), Want: "Unix seconds"})
			}
			continue
		}
		raw, _, err := r.value()
		if err != nil {
			return r.finish(a, base, known, waiting), r.fault(err)
		}
		s, _ := text(raw)
		switch key {
		case "icao":
			isTrace = true
			a.ICAO24 = strings.ToLower(s)
		case "r":
			a.Registration = s
		case "t":
			a.Type = s
		case "desc":
			a.Description = s
		case "ownOp":
			a.Operator = s
		}
	}
	if !isTrace {
		return a, fmt.Errorf("%w: a JSON object without icao and trace", ErrFormat)
	}
	return r.finish(a, base, known, waiting), nil
}

// finish dates the reports that came before the instant they count from.
func (r *reader) finish(a Aircraft, base time.Time, known bool, waiting []time.Duration) Aircraft {
	if len(waiting) == 0 {
		return a
	}
	if !known {
		r.found(evidence.Defect{Code: CodeTime, Item: "timestamp", Want: "Unix seconds"})
		a.Reports = nil
		return a
	}
	for i, d := range waiting {
		a.Reports[i].Time = base.Add(d)
	}
	return a
}

// rows reads the array of rows; false when it breaks off.
func (r *reader) rows(a *Aircraft, base time.Time, known bool, waiting *[]time.Duration) (bool, error) {
	t, err := r.token()
	if err != nil {
		return false, r.fault(err)
	}
	if t != json.Delim('[') {
		r.found(evidence.Defect{Code: CodeRow, Offset: r.dec.InputOffset(), Item: "trace", Got: fmt.Sprint(t), Want: "["})
		return false, nil
	}
	for i := 0; ; i++ {
		r.ahead()
		if !r.dec.More() {
			_, err := r.token()
			if err != nil {
				return false, r.fault(err)
			}
			return true, nil
		}
		raw, at, err := r.value()
		if err != nil {
			return false, r.fault(err)
		}
		p, since, ok := r.row(raw, at, i)
		if !ok {
			continue
		}
		if known {
			p.Time = base.Add(since)
		} else {
			*waiting = append(*waiting, since)
		}
		if a.Callsign == "" {
			a.Callsign = p.Callsign
		}
		a.Reports = append(a.Reports, p)
	}
}

// row reads one row; false when it is no position, which has become a finding.
func (r *reader) row(raw []byte, at int64, index int) (Report, time.Duration, bool) {
	item := func() string { return "trace." + strconv.Itoa(index) }
	defect := func(code evidence.Code, got []byte, want string) {
		r.found(evidence.Defect{Code: code, Offset: at, Item: item(), Got: shown(got), Want: want})
	}
	p := Report{Offset: at, Length: int32(len(raw))}
	if raw[0] != '[' {
		defect(CodeRow, raw, "[")
		return p, 0, false
	}
	var e [rowLength][]byte
	n := 0
	for rest := inside(raw); n < rowLength; n++ {
		v, after, ok := element(rest)
		if !ok {
			break
		}
		e[n], rest = v, after
	}
	if n <= rowLongitude {
		defect(CodeRow, raw, "≥ 3")
		return p, 0, false
	}
	since, ok := seconds(e[rowSeconds])
	if !ok {
		defect(CodeTime, e[rowSeconds], "s")
		return p, 0, false
	}
	if !r.place(&p, e[rowLatitude], e[rowLongitude], item) {
		return p, 0, false
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
	if string(e[rowAltitude]) == `"ground"` {
		p.OnGround = true
	} else {
		value("altitude", e[rowAltitude], Altitude, &p.Altitude)
	}
	value("groundspeed", e[rowGroundSpeed], GroundSpeed, &p.GroundSpeed)
	value("track", e[rowTrack], Track, &p.Track)
	value("rate", e[rowVerticalRate], VerticalRate, &p.VerticalRate)
	value("alt_geom", e[rowGeometricHeight], GeometricHeight, &p.GeometricHeight)
	if f, ok, err := number(e[rowFlags]); err != nil || ok && (f < 0 || f > 255) {
		r.found(evidence.Defect{Code: CodeValue, Offset: at, Item: item() + ".flags", Got: shown(e[rowFlags])})
	} else {
		bits := int(f)
		p.Stale = bits&flagStale != 0
		p.NewLeg = bits&flagNewLeg != 0
		p.GeometricAltitude = bits&flagGeometricAltitude != 0
	}
	p.Source = source(e[rowSource])
	if d := e[rowDetails]; len(d) > 0 && d[0] == '{' {
		r.details(&p, d, at, item)
	}
	return p, since, true
}

// place reads and judges the position of a row.
func (r *reader) place(p *Report, latitude, longitude []byte, item func() string) bool {
	lat, okLat, errLat := number(latitude)
	lon, okLon, errLon := number(longitude)
	d := evidence.Defect{Offset: p.Offset, Item: item()}
	switch {
	case errLat != nil || errLon != nil || !okLat || !okLon:
		d.Code, d.Got = CodeNoPosition, shown(latitude)+", "+shown(longitude)
	case lat < -90 || lat > 90:
		d.Code, d.Got, d.Want = CodeLatitude, shown(latitude), "-90..90"
	case lon < -180 || lon > 180:
		d.Code, d.Got, d.Want = CodeLongitude, shown(longitude), "-180..180"
	default:
		p.Latitude, p.Longitude = lat, lon
		return true
	}
	r.found(d)
	return false
}

// details reads what the object of every few rows adds.
func (r *reader) details(p *Report, raw []byte, at int64, item func() string) {
	rest := inside(raw)
	for {
		key, after, ok := element(rest)
		if !ok {
			return
		}
		value, after, ok := element(after)
		if !ok {
			return
		}
		rest = after
		var to *float32
		var field Fields
		nic := float32(0)
		switch string(key) {
		case `"flight"`:
			s, _ := text(value)
			p.Callsign = strings.TrimSpace(s)
			continue
		case `"type"`:
			if p.Source == "" {
				p.Source = source(value)
			}
			continue
		case `"rc"`:
			to, field = &p.ContainmentRadius, ContainmentRadius
		case `"nic"`:
			to, field = &nic, NIC
		case `"alt_geom"`:
			if p.Has(GeometricHeight) {
				continue
			}
			to, field = &p.GeometricHeight, GeometricHeight
		default:
			continue
		}
		v, known, err := number(value)
		if err != nil || known && field == NIC && (v < 0 || v > 15) || known && field == ContainmentRadius && v < 0 {
			r.found(evidence.Defect{Code: CodeValue, Offset: at, Item: item() + "." + strings.Trim(string(key), `"`), Got: shown(value)})
			continue
		}
		// A containment radius of 0 is how the receiver says that there is none.
		if !known || field == ContainmentRadius && v == 0 {
			continue
		}
		*to = float32(v)
		p.NIC = max(p.NIC, uint8(nic))
		p.Known |= field
	}
}

// source returns a source type without allocating for those that receivers write.
func source(raw []byte) string {
	switch string(raw) {
	case `"adsb_icao"`:
		return "adsb_icao"
	case `"adsb_icao_nt"`:
		return "adsb_icao_nt"
	case `"adsr_icao"`:
		return "adsr_icao"
	case `"tisb_icao"`:
		return "tisb_icao"
	case `"adsc"`:
		return "adsc"
	case `"mlat"`:
		return "mlat"
	case `"other"`:
		return "other"
	case `"mode_s"`:
		return "mode_s"
	}
	s, _ := text(raw)
	return s
}
