// Package adsb reads recorded ADS-B positions: readsb globe-history traces (README-json of readsb)
// and the JSON exports of the traffic library.
//
// It speaks the receivers' words and units: feet, knots, degrees. A row that is no position is a
// finding with the byte offset of the row, and the rows around it are still delivered. What only the
// order of rows can tell, repeats and time running backwards, is left to whoever builds a path of
// them.
package adsb

import (
	"errors"
	"time"

	"overflight/evidence"
)

// The findings. Offset is that of the row, or of the value when it belongs to none.
const (
	// CodeTruncated: the JSON ends, or stops being JSON, before its own end. What came before counts.
	CodeTruncated evidence.Code = "adsb.truncated"
	// CodeRow: a row that is not laid out as one.
	CodeRow evidence.Code = "adsb.row"
	// CodeNoPosition: a row whose latitude or longitude is null or missing.
	CodeNoPosition evidence.Code = "adsb.no-position"
	// CodeLatitude: a latitude outside [-90, 90] degrees.
	CodeLatitude evidence.Code = "adsb.latitude"
	// CodeLongitude: a longitude outside [-180, 180] degrees.
	CodeLongitude evidence.Code = "adsb.longitude"
	// CodeTime: a row whose instant is missing or none.
	CodeTime evidence.Code = "adsb.time"
	// CodeValue: another value of a row that is not what it should be; the row still counts.
	CodeValue evidence.Code = "adsb.value"
	// CodeAddress: a record that does not say which aircraft it is of.
	CodeAddress evidence.Code = "adsb.address"
)

// ErrFormat is returned for JSON that is not of the kind that was asked for.
var ErrFormat = errors.New("not of this format")

// ErrValueSize is returned for a single JSON value longer than 16 MiB, which no receiver writes.
var ErrValueSize = errors.New("JSON value longer than 16 MiB")

// Aircraft is what a file says of one aircraft, with its reports in the order of the file.
type Aircraft struct {
	ICAO24       string // 24-bit address, lower-case hexadecimal; readsb writes "~" before one that is not from ICAO
	Registration string
	Type         string // ICAO type designator
	Description  string
	Operator     string
	Callsign     string // the first one seen, without padding
	Reports      []Report
}

// Fields says which values of a report are known. Absent is not zero.
type Fields uint16

// The fields that a report may lack.
const (
	Altitude Fields = 1 << iota
	GroundSpeed
	Track
	VerticalRate
	GeometricHeight
	ContainmentRadius
	NIC
)

// Report is one position report.
type Report struct {
	Offset              int64 // bytes from the start of the JSON text
	Length              int32
	Known               Fields
	Time                time.Time
	Latitude, Longitude float64 // degrees, WGS 84

	Altitude          float32 // feet: pressure altitude, or above the ellipsoid when GeometricAltitude
	GeometricHeight   float32 // feet above the WGS 84 ellipsoid
	GroundSpeed       float32 // knots
	Track             float32 // degrees; true heading on the ground
	VerticalRate      float32 // feet a minute
	ContainmentRadius float32 // Rc in metres, as rounded up by the receiver
	NIC               uint8   // navigation integrity category, DO-260B

	GeometricAltitude bool // Altitude is geometric and not barometric
	OnGround          bool
	Stale             bool // the receiver had had no reliable position for longer than its limit
	NewLeg            bool // the receiver saw the start of another flight

	Source   string // "adsb_icao", "mlat", "tisb_icao" ...; empty when the file does not say
	Callsign string // as sent with this report, without padding; mostly empty
}

// Has reports whether every one of the fields is known.
func (r *Report) Has(f Fields) bool { return r.Known&f == f }
