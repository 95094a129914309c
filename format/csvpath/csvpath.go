// Package csvpath reads positions from comma-separated text (RFC 4180) with a header line.
//
// The header names the columns, in any order and in any case; columns with other names are ignored:
//
//	time, timestamp, utc               RFC 3339, or Unix seconds, or Unix milliseconds (1e11 and up)
//	lat, latitude                      degrees north, WGS 84
//	lon, lng, long, longitude          degrees east, WGS 84
//	alt, altitude (optional)           with unit and datum in the name, in this order and joined by
//	                                   "_": alt_m, alt_ft, alt_msl, alt_msl_ft, alt_hae_m,
//	                                   alt_baro_ft, alt_agl_m. Without a unit metres are meant,
//	                                   without a datum none is known.
//	id, icao24, hex, aircraft (optional)   several aircraft in one file
//
// Semicolons and tabs separate as well, when the header uses them.
package csvpath

import (
	"errors"
	"time"

	"overflight/evidence"
)

// The findings. Offset is that of the row.
const (
	// CodeColumns: a row with fewer fields than the header names.
	CodeColumns evidence.Code = "csv.columns"
	// CodeTime: a time that is none.
	CodeTime evidence.Code = "csv.time"
	// CodeNoPosition: a latitude or longitude that is empty or no number.
	CodeNoPosition evidence.Code = "csv.no-position"
	// CodeLatitude: a latitude outside [-90, 90] degrees.
	CodeLatitude evidence.Code = "csv.latitude"
	// CodeLongitude: a longitude outside [-180, 180] degrees.
	CodeLongitude evidence.Code = "csv.longitude"
	// CodeAltitude: an altitude that is no number; the row still counts.
	CodeAltitude evidence.Code = "csv.altitude"
	// CodeLine: a line longer than 64 KiB; it is left out.
	CodeLine evidence.Code = "csv.line"
	// CodeTruncated: the source broke off before its end. What came before counts.
	CodeTruncated evidence.Code = "csv.truncated"
	// CodeQuote: a quote that is never closed; the row is left out.
	CodeQuote evidence.Code = "csv.quote"
)

// ErrHeader is returned for text whose first line does not name time, lat and lon.
var ErrHeader = errors.New("the first line does not name time, lat and lon")

// Datum is what the name of the altitude column says of its zero.
type Datum uint8

// The datums.
const (
	Unstated Datum = iota
	MSL
	HAE
	AGL
	Barometric
)

// Row is one position.
type Row struct {
	Offset, Length      int64 // of the line, without its end
	Time                time.Time
	Latitude, Longitude float64 // degrees, WGS 84
	Altitude            float64 // metres
	HasAltitude         bool
	ID                  string // of the aircraft; empty when the file has no such column
}

// Table says how a file is laid out.
type Table struct {
	Datum      Datum
	Feet       bool          // the altitudes were in feet; Row has metres
	Resolution time.Duration // finest step seen in the time stamps: 1 s when none has a fraction
}
