package adsb

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/internal/recordings"
)

func samples(t *testing.T, name string) string {
	t.Helper()
	return recordings.Path(t, name)
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

var traces = []struct {
	name, in string
	want     Aircraft
	defects  []evidence.Defect
	err      error
}{
	{
		name: "rows of every shape",
		in: `{"icao":"AB12CD","r":"XA-TST","t":"B350","desc":"a twin","ownOp":"nobody","year":"2000","timestamp":1700000000.250,"trace":[
[0.00,20.5,-100.25,32000,478.6,327.8,1,0,null,"adsb_icao",33825,32,280,0.0],
[8.96,20.6,-100.35,"ground",null,null,2,null,{"type":"adsb_icao","flight":"TST1    ","nic":8,"rc":186}],
[10.5,20.7,-100.45,500,0,0,8,-64,{"rc":0,"nic":0,"alt_geom":700},"mlat"],
[11,20.8,-100.55,null,1,2,0,null,null,"strange",null]]}`,
		want: Aircraft{
			ICAO24: "ab12cd", Registration: "XA-TST", Type: "B350", Description: "a twin", Operator: "nobody", Callsign: "TST1",
			Reports: []Report{
				{
					Offset: 125, Length: 75, Time: at("2023-11-14T22:13:20.25Z"), Latitude: 20.5, Longitude: -100.25, Altitude: 32000, GroundSpeed: 478.6, Track: 327.8,
					GeometricHeight: 33825, Known: Altitude | GroundSpeed | Track | VerticalRate | GeometricHeight, Stale: true, Source: "adsb_icao",
				},
				{
					Offset: 202, Length: 103, Time: at("2023-11-14T22:13:29.21Z"), Latitude: 20.6, Longitude: -100.35, OnGround: true, NewLeg: true, Source: "adsb_icao",
					Callsign: "TST1", NIC: 8, ContainmentRadius: 186, Known: NIC | ContainmentRadius,
				},
				{
					Offset: 307, Length: 72, Time: at("2023-11-14T22:13:30.75Z"), Latitude: 20.7, Longitude: -100.45, Altitude: 500, GeometricAltitude: true, VerticalRate: -64,
					GeometricHeight: 700, Known: Altitude | GroundSpeed | Track | VerticalRate | GeometricHeight | NIC, Source: "mlat",
				},
				{
					Offset: 381, Length: 53, Time: at("2023-11-14T22:13:31.25Z"), Latitude: 20.8, Longitude: -100.55, GroundSpeed: 1, Track: 2,
					Known: GroundSpeed | Track, Source: "strange",
				},
			},
		},
	},
	{
		name: "rows that are none",
		in:   `{"icao":"ab12cd","timestamp":1700000000,"trace":[[0,91,1,null],[1,null,1,null],[2,1,181,null],[3],["x",1,1,1],7,[4,1,1,"high",{},0,999],[5,2,2]]}`,
		want: Aircraft{ICAO24: "ab12cd", Reports: []Report{
			{Offset: 112, Length: 23, Time: at("2023-11-14T22:13:24Z"), Latitude: 1, Longitude: 1, Known: Track},
			{Offset: 136, Length: 7, Time: at("2023-11-14T22:13:25Z"), Latitude: 2, Longitude: 2},
		}},
		defects: []evidence.Defect{
			{Code: CodeLatitude, Offset: 49, Item: "trace.0", Got: "91", Want: "-90..90"},
			{Code: CodeNoPosition, Offset: 63, Item: "trace.1", Got: "null, 1"},
			{Code: CodeLongitude, Offset: 79, Item: "trace.2", Got: "181", Want: "-180..180"},
			{Code: CodeRow, Offset: 94, Item: "trace.3", Got: "[3]", Want: "≥ 3"},
			{Code: CodeTime, Offset: 98, Item: "trace.4", Got: `"x"`, Want: "s"},
			{Code: CodeRow, Offset: 110, Item: "trace.5", Got: "7", Want: "["},
			{Code: CodeValue, Offset: 112, Item: "trace.6.altitude", Got: `"high"`},
			{Code: CodeValue, Offset: 112, Item: "trace.6.groundspeed", Got: `{}`},
			{Code: CodeValue, Offset: 112, Item: "trace.6.flags", Got: `999`},
		},
	},
	{
		name:    "cut in a row",
		in:      `{"icao":"ab12cd","timestamp":1700000000,"trace":[[0,1,1,null],[1,1`,
		want:    Aircraft{ICAO24: "ab12cd", Reports: []Report{{Offset: 49, Length: 12, Time: at("2023-11-14T22:13:20Z"), Latitude: 1, Longitude: 1}}},
		defects: []evidence.Defect{{Code: CodeTruncated, Offset: 66, Want: "JSON"}},
	},
	{
		name:    "broken in a row",
		in:      `{"icao":"ab12cd","timestamp":1700000000,"trace":[[0,1,1,null],[1,1,}]]}`,
		want:    Aircraft{ICAO24: "ab12cd", Reports: []Report{{Offset: 49, Length: 12, Time: at("2023-11-14T22:13:20Z"), Latitude: 1, Longitude: 1}}},
		defects: []evidence.Defect{{Code: CodeTruncated, Offset: 62, Got: "invalid character '}' looking for beginning of value", Want: "JSON"}},
	},
	{
		name: "the rows before their instant",
		in:   `{"icao":"ab12cd","trace":[[1.5,1,1,null]],"timestamp":1700000000}`,
		want: Aircraft{ICAO24: "ab12cd", Reports: []Report{{Offset: 26, Length: 14, Time: at("2023-11-14T22:13:21.5Z"), Latitude: 1, Longitude: 1}}},
	},
	{
		name:    "no instant at all",
		in:      `{"icao":"ab12cd","trace":[[1.5,1,1,null]]}`,
		want:    Aircraft{ICAO24: "ab12cd"},
		defects: []evidence.Defect{{Code: CodeTime, Item: "timestamp", Want: "Unix seconds"}},
	},
	{name: "another object", in: `{"a":1}`, err: ErrFormat},
	{name: "a list", in: `[1]`, err: ErrFormat},
	{name: "nothing", in: ``, defects: []evidence.Defect{{Code: CodeTruncated, Want: "JSON"}}, err: ErrFormat},
}

func TestReadTrace(t *testing.T) {
	t.Parallel()
	for _, tc := range traces {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, src := range []io.Reader{strings.NewReader(tc.in), iotest.OneByteReader(strings.NewReader(tc.in))} {
				var defects []evidence.Defect
				got, err := ReadTrace(src, func(d evidence.Defect) { defects = append(defects, d) })
				if !errors.Is(err, tc.err) {
					t.Errorf("error %v, want %v", err, tc.err)
				}
				if d := cmp.Diff(tc.want, got); d != "" {
					t.Error(d)
				}
				if d := cmp.Diff(tc.defects, defects); d != "" {
					t.Error(d)
				}
				for _, p := range got.Reports {
					if row := tc.in[p.Offset : p.Offset+int64(p.Length)]; row[0] != '[' || row[len(row)-1] != ']' {
						t.Errorf("offset %d, length %d is %q and no row", p.Offset, p.Length, row)
					}
				}
			}
		})
	}
}

var exports = []struct {
	name, in string
	want     []Aircraft
	defects  []evidence.Defect
	err      error
}{
	{
		name: "two aircraft in turn",
		in: `[{"timestamp":1522081475000,"icao24":"0B206F","latitude":14.5,"longitude":-90.5,"groundspeed":147,"track":19,"vertical_rate":1152,"callsign":"TST1","altitude":4925},
{"timestamp":1522081475500,"icao24":"ab12cd","latitude":1,"longitude":2,"altitude":12716.67,"onground":true,"squawk":"0"},
{"timestamp":1522081480000,"icao24":"0b206f","latitude":14.6,"longitude":-90.4,"altitude":null}]`,
		want: []Aircraft{
			{ICAO24: "0b206f", Callsign: "TST1", Reports: []Report{
				{
					Offset: 1, Length: 163, Time: at("2018-03-26T16:24:35Z"), Latitude: 14.5, Longitude: -90.5, Altitude: 4925, GroundSpeed: 147, Track: 19, VerticalRate: 1152,
					Known: Altitude | GroundSpeed | Track | VerticalRate, Callsign: "TST1",
				},
				{Offset: 289, Length: 95, Time: at("2018-03-26T16:24:40Z"), Latitude: 14.6, Longitude: -90.4},
			}},
			{ICAO24: "ab12cd", Reports: []Report{
				{Offset: 166, Length: 121, Time: at("2018-03-26T16:24:35.5Z"), Latitude: 1, Longitude: 2, Altitude: 12716.67, Known: Altitude, OnGround: true},
			}},
		},
	},
	{
		name: "records that are none",
		in:   `[7,{"timestamp":null,"icao24":"a","latitude":1,"longitude":1},{"timestamp":1522081475000,"icao24":"a","latitude":91,"longitude":1},{"timestamp":1522081475000,"latitude":1,"longitude":1},{"timestamp":1522081475000,"icao24":"a","latitude":1,"longitude":1,"altitude":"x"}]`,
		want: []Aircraft{{ICAO24: "a", Reports: []Report{{Offset: 186, Length: 82, Time: at("2018-03-26T16:24:35Z"), Latitude: 1, Longitude: 1}}}},
		defects: []evidence.Defect{
			{Code: CodeRow, Offset: 1, Item: "0", Got: "7", Want: "{"},
			{Code: CodeTime, Offset: 3, Item: "1", Got: "null", Want: "Unix ms"},
			{Code: CodeLatitude, Offset: 62, Item: "2", Got: "91", Want: "-90..90"},
			{Code: CodeAddress, Offset: 131, Item: "3", Want: "icao24"},
			{Code: CodeValue, Offset: 186, Item: "4.altitude", Got: `"x"`},
		},
	},
	{
		name: "columns of objects",
		in:   `{"timestamp":{"0":1522081475000,"7":"2018-03-26 16:24:40"},"icao24":{"0":"a","7":"a"},"squawk":{"0":"7000","7":null},"latitude":{"0":1,"7":2},"longitude":{"0":3,"7":4}}`,
		want: []Aircraft{{ICAO24: "a", Reports: []Report{
			{Offset: 18, Length: 13, Time: at("2018-03-26T16:24:35Z"), Latitude: 1, Longitude: 3},
			{Offset: 36, Length: 21, Time: at("2018-03-26T16:24:40Z"), Latitude: 2, Longitude: 4},
		}}},
	},
	{
		name: "columns of lists",
		in:   `{"icao24":["a","a"],"timestamp":[1522081475000,1522081480000],"latitude":[1,2],"longitude":[3,null]}`,
		want: []Aircraft{{ICAO24: "a", Reports: []Report{
			{Offset: 33, Length: 13, Time: at("2018-03-26T16:24:35Z"), Latitude: 1, Longitude: 3},
		}}},
		defects: []evidence.Defect{{Code: CodeNoPosition, Offset: 47, Item: "1", Got: "2, null"}},
	},
	{
		name:    "cut in a record",
		in:      `[{"timestamp":1522081475000,"icao24":"a","latitude":1,"longitude":1},{"timest`,
		want:    []Aircraft{{ICAO24: "a", Reports: []Report{{Offset: 1, Length: 67, Time: at("2018-03-26T16:24:35Z"), Latitude: 1, Longitude: 1}}}},
		defects: []evidence.Defect{{Code: CodeTruncated, Offset: 77, Want: "JSON"}},
	},
	{name: "another object", in: `{"a":{}}`, err: ErrFormat},
	{name: "an empty list", in: `[]`},
}

func TestReadTraffic(t *testing.T) {
	t.Parallel()
	for _, tc := range exports {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var defects []evidence.Defect
			got, err := ReadTraffic(strings.NewReader(tc.in), func(d evidence.Defect) { defects = append(defects, d) })
			if !errors.Is(err, tc.err) {
				t.Errorf("error %v, want %v", err, tc.err)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tc.defects, defects); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in             string
		trace, traffic bool
	}{
		{traces[0].in, true, false},
		{exports[0].in, false, true},
		{exports[2].in, false, true},
		{exports[3].in, false, true},
		{" \n[]", false, true},
		{`{"type":"FeatureCollection"}`, false, false},
		{`[1,2]`, false, false},
		{``, false, false},
		{`time,lat,lon`, false, false},
	} {
		if got := SniffTrace([]byte(tc.in)); got != tc.trace {
			t.Errorf("SniffTrace(%.40q) = %v", tc.in, got)
		}
		if got := SniffTraffic([]byte(tc.in)); got != tc.traffic {
			t.Errorf("SniffTraffic(%.40q) = %v", tc.in, got)
		}
	}
}

// endless is a JSON string that never ends.
type endless struct{ begun bool }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	if !e.begun {
		e.begun = true
		copy(p, `["`)
	}
	return len(p), nil
}

func TestAValueWithoutEndIsRefused(t *testing.T) {
	t.Parallel()
	_, err := ReadTraffic(&endless{}, func(evidence.Defect) {})
	if !errors.Is(err, ErrValueSize) {
		t.Errorf("error %v, want %v", err, ErrValueSize)
	}
}

func TestRecordings(t *testing.T) {
	t.Parallel()
	dir := samples(t, "tracks")
	f, err := os.ReadFile(filepath.Join(dir, "trace_full_ac671b.json"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := ReadTrace(bytes.NewReader(f), func(d evidence.Defect) { t.Error(d) })
	if err != nil {
		t.Fatal(err)
	}
	ground, noSpeed := 0, 0
	var legs []int
	for i, p := range a.Reports {
		if f[p.Offset] != '[' || f[p.Offset+int64(p.Length)-1] != ']' {
			t.Fatalf("report %d does not lead back to its row", i)
		}
		if p.OnGround {
			ground++
		}
		if !p.Has(GroundSpeed) {
			noSpeed++
		}
		if p.NewLeg {
			legs = append(legs, i)
		}
	}
	if len(a.Reports) != 2500 || ground != 394 || noSpeed != 25 || !cmp.Equal(legs, []int{770, 1332, 1806}) {
		t.Errorf("%d reports, %d on the ground, %d without speed, new legs %v", len(a.Reports), ground, noSpeed, legs)
	}
	if !a.Reports[103].Time.Equal(a.Reports[104].Time) {
		t.Error("rows 103 and 104 are not at one instant")
	}
	for _, tc := range []struct {
		file string
		want map[string]int
	}{
		{"border_control.json.gz", map[string]int{"407918": 1465}},
		{"guatemala.json.gz", map[string]int{"0b206f": 1855}},
		{"texas.json.gz", map[string]int{"a54ee2": 703}},
		{"switzerland_map.json.gz", map[string]int{"4b1c22": 1882, "4b088c": 1952}},
		{"noisy_time_issue.json.gz", map[string]int{"4b1815": 8294}},
	} {
		f, err := os.Open(filepath.Join(dir, tc.file))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		all, err := ReadTraffic(z, func(d evidence.Defect) { t.Error(tc.file, d) })
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, a := range all {
			got[a.ICAO24] = len(a.Reports)
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.file, d)
		}
		_ = f.Close()
	}
}

func FuzzReadTrace(f *testing.F) {
	for _, tc := range traces {
		f.Add([]byte(tc.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, _ := ReadTrace(bytes.NewReader(b), func(d evidence.Defect) {
			if d.Offset < 0 || d.Offset > int64(len(b)) {
				t.Errorf("%v lies outside the %d bytes", d, len(b))
			}
		})
		check(t, a, len(b))
	})
}

func FuzzReadTraffic(f *testing.F) {
	for _, tc := range exports {
		f.Add([]byte(tc.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		all, _ := ReadTraffic(bytes.NewReader(b), func(d evidence.Defect) {
			if d.Offset < 0 || d.Offset > int64(len(b)) {
				t.Errorf("%v lies outside the %d bytes", d, len(b))
			}
		})
		for _, a := range all {
			check(t, a, len(b))
		}
	})
}

func check(t *testing.T, a Aircraft, size int) {
	t.Helper()
	for _, p := range a.Reports {
		if p.Offset < 0 || p.Offset+int64(p.Length) > int64(size) || p.Time.IsZero() || !(p.Latitude >= -90 && p.Latitude <= 90) || !(p.Longitude >= -180 && p.Longitude <= 180) {
			t.Errorf("%+v cannot be", p)
		}
	}
}

func BenchmarkReadTrace(b *testing.B) {
	var s strings.Builder
	s.WriteString(`{"icao":"ab12cd","timestamp":1700000000,"trace":[[0,1,1,1]`)
	for range 86400 {
		s.WriteString(",\n" + `[57.89,16.898788,-88.084259,32000,483.6,340.5,0,0,null,"adsb_icao",33825,0,280,-0.7]`)
	}
	s.WriteString("]}")
	b.SetBytes(int64(s.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadTrace(strings.NewReader(s.String()), func(evidence.Defect) {}); err != nil {
			b.Fatal(err)
		}
	}
}
