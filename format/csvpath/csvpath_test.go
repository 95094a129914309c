package csvpath

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

var noon = at("2026-05-01T12:00:00Z")

var tables = []struct {
	name, in string
	want     []Row
	table    Table
	defects  []evidence.Defect
	err      error
}{
	{
		name:  "the plain form",
		in:    "time,lat,lon,alt\n2026-05-01T12:00:00Z,32.5,-110,3000\n2026-05-01T12:00:10+00:00,32.4,-110.1,\n",
		table: Table{Resolution: time.Second},
		want: []Row{
			{Offset: 17, Length: 35, Time: noon, Latitude: 32.5, Longitude: -110, Altitude: 3000, HasAltitude: true},
			{Offset: 53, Length: 38, Time: noon.Add(10 * time.Second), Latitude: 32.4, Longitude: -110.1},
		},
	},
	{
		name:  "other order, case, separator, unit, quotes, line ends, a mark and more columns",
		in:    "\xEF\xBB\xBFNote;Alt_MSL_ft;LONGITUDE;\"Latitude\";Timestamp;ICAO24\r\n\"a;\"\"b\"\"\";10000;-110;32.5;1777636800.25;ab12cd\r\n\r\nx;;-110;32.5;1777636801;ab12cd",
		table: Table{Datum: MSL, Feet: true, Resolution: 10 * time.Millisecond},
		want: []Row{
			{Offset: 58, Length: 46, Time: noon.Add(250 * time.Millisecond), Latitude: 32.5, Longitude: -110, Altitude: 3048, HasAltitude: true, ID: "ab12cd"},
			{Offset: 108, Length: 30, Time: noon.Add(time.Second), Latitude: 32.5, Longitude: -110, ID: "ab12cd"},
		},
	},
	{
		name:  "rows that are none",
		in:    "time,lat,lon,alt_hae\n1777636800000,91,0,1\n1777636800000,0,-181,1\nnoon,0,0,1\n1777636800000,,0,1\n1777636800000,0,NaN,1\n1777636800000\n\"1777636800000,1,1,1\n1777636800000,1,1,high\n",
		table: Table{Datum: HAE, Resolution: time.Millisecond},
		want:  []Row{{Offset: 152, Length: 22, Time: noon, Latitude: 1, Longitude: 1}},
		defects: []evidence.Defect{
			{Code: CodeLatitude, Offset: 21, Item: "lat", Got: "91", Want: "-90..90"},
			{Code: CodeLongitude, Offset: 42, Item: "lon", Got: "-181", Want: "-180..180"},
			{Code: CodeTime, Offset: 65, Item: "time", Got: "noon", Want: "RFC 3339 | Unix s | Unix ms"},
			{Code: CodeNoPosition, Offset: 76, Item: "lat", Want: "deg"},
			{Code: CodeNoPosition, Offset: 95, Item: "lon", Got: "NaN", Want: "deg"},
			{Code: CodeColumns, Offset: 117, Got: "1", Want: "≥ 3"},
			{Code: CodeQuote, Offset: 131, Got: `"1777636800000,1,1,1`, Want: `"`},
			{Code: CodeAltitude, Offset: 152, Item: "alt", Got: "high", Want: "m"},
		},
	},
	{
		name:    "a line without end",
		in:      "time,lat,lon\n" + strings.Repeat("1", 2*longestLine) + "\n1777636800,1,2\n",
		table:   Table{Resolution: time.Second},
		want:    []Row{{Offset: 13 + 2*longestLine + 1, Length: 14, Time: noon, Latitude: 1, Longitude: 2}},
		defects: []evidence.Defect{{Code: CodeLine, Offset: 13, Got: "131073", Want: "≤ 65536"}},
	},
	{name: "only a header", in: "time,lat,lon", table: Table{Resolution: time.Second}},
	{name: "no header", in: "1,2,3\n", err: ErrHeader},
	{name: "nothing", in: "", err: io.EOF},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tc := range tables {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, src := range []io.Reader{strings.NewReader(tc.in), iotest.OneByteReader(strings.NewReader(tc.in))} {
				var rows []Row
				var defects []evidence.Defect
				table, err := Read(src, func(r Row) error { rows = append(rows, r); return nil }, func(d evidence.Defect) { defects = append(defects, d) })
				if !errors.Is(err, tc.err) {
					t.Errorf("error %v, want %v", err, tc.err)
				}
				if d := cmp.Diff(tc.want, rows); d != "" {
					t.Error(d)
				}
				if d := cmp.Diff(tc.defects, defects); d != "" {
					t.Error(d)
				}
				if d := cmp.Diff(tc.table, table); d != "" {
					t.Error(d)
				}
				if got, want := Sniff([]byte(tc.in)), tc.err == nil; got != want {
					t.Errorf("Sniff = %v, want %v", got, want)
				}
			}
		})
	}
}

func TestASourceThatBreaksOff(t *testing.T) {
	t.Parallel()
	src := io.MultiReader(strings.NewReader("time,lat,lon\n1777636800,1,2\n1777636801,"), iotest.ErrReader(io.ErrUnexpectedEOF))
	var rows []Row
	var defects []evidence.Defect
	_, err := Read(src, func(r Row) error { rows = append(rows, r); return nil }, func(d evidence.Defect) { defects = append(defects, d) })
	if err != nil || len(rows) != 1 {
		t.Errorf("%d rows, error %v", len(rows), err)
	}
	if d := cmp.Diff([]evidence.Defect{{Code: CodeTruncated, Offset: 39}}, defects); d != "" {
		t.Error(d)
	}
}

func TestAltitudeColumns(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Table{
		"alt": {}, "altitude": {}, "alt_m": {}, "alt_ft": {Feet: true}, "alt_msl_m": {Datum: MSL}, "alt_hae_m": {Datum: HAE},
		"alt_geom_ft": {Datum: HAE, Feet: true}, "alt_baro_ft": {Datum: Barometric, Feet: true}, "alt_agl": {Datum: AGL},
	} {
		h, ok := parseHeader("time,lat,lon," + name)
		if !ok || h.alt != 3 || h.table != want {
			t.Errorf("%s: column %d, %+v", name, h.alt, h.table)
		}
	}
	for _, name := range []string{"alt_x", "alt_m_ft", "alt_ft_msl", "altimeter"} {
		if h, _ := parseHeader("time,lat,lon," + name); h.alt >= 0 {
			t.Errorf("%s is read as an altitude", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, tc := range tables {
		if len(tc.in) < 1000 {
			f.Add([]byte(tc.in))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = Read(bytes.NewReader(b), func(r Row) error {
			if r.Offset < 0 || r.Offset+r.Length > int64(len(b)) || !(r.Latitude >= -90 && r.Latitude <= 90) || !(r.Longitude >= -180 && r.Longitude <= 180) {
				t.Errorf("%+v cannot be", r)
			}
			return nil
		}, func(d evidence.Defect) {
			if d.Offset < 0 || d.Offset > int64(len(b)) {
				t.Errorf("%v lies outside the %d bytes", d, len(b))
			}
		})
	})
}
