package report

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/format/misb"
	"overflight/ingest"
	"overflight/internal/catalogue"
)

func packet() *ingest.Packet {
	return &ingest.Packet{
		PID: 257, Offset: 1234, PTS: 90000, HasPTS: true, Carriage: ingest.Sync, Standard: "ST 0601", Checksum: ingest.Bad, Time: noon, HasTime: true,
		Defects: []evidence.Defect{{Code: "st0601.checksum", Offset: 1234, Item: "1", Got: "AA43", Want: "3E1E"}},
		Set: &misb.Set{
			Standard: "ST 0601",
			Defects:  []evidence.Defect{{Code: "st0601.checksum", Offset: 1234, Item: "1", Got: "AA43", Want: "3E1E"}, {Code: "st0601.trailing", Offset: 1300}},
			Items: []misb.Item{
				{Key: "2", Name: "Time", Value: misb.Time(noon)},
				{Key: "13", Name: "Sensor Latitude", Unit: "deg", Value: misb.Real(60.17)},
				{Key: "14", Name: "Sensor Longitude", Unit: "deg", Raw: []byte{0x80, 0}, Value: misb.Unknown{Reason: misb.OutOfRange}},
				{Key: "10", Name: "Platform \"x\"", Value: misb.Text("A\x00é\xff\n")},
				{Key: "34", Name: "Icing", Value: misb.Enum{Code: 2, Text: "none"}},
				{Key: "63", Name: "Field of View", Value: misb.Enum{Code: 209}},
				{Key: "47", Name: "Flags", Value: misb.Flags{Bits: 5, Set: []string{"a", "b"}}},
				{Key: "96", Name: "Width", Unit: "m", Value: misb.Real(math.Inf(1))},
				{Key: "103", Name: "Density", Value: misb.Real(math.NaN())},
				{Key: "66", Name: "Raw", Value: misb.Bytes{1, 0xAB}},
				{Key: "81", Name: "Pack", Value: misb.List{misb.Field{Name: "x", Unit: "%", Value: misb.Uint(3)}, misb.Field{Name: "y", Value: misb.Unknown{Reason: misb.Special}}, misb.Int(-4)}},
				{Key: "48", Name: "Security", Value: &misb.Set{Standard: "ST 0102", Items: []misb.Item{{Key: "1", Name: "Class", Value: misb.Enum{Code: 1, Text: "UNCLASSIFIED"}}}}},
				{Key: "100", Name: "Segment", Value: misb.Uint(1)},
				{Key: "100", Name: "Segment", Value: misb.Uint(2)},
			},
		},
	}
}

func TestPacketJSON(t *testing.T) {
	t.Parallel()
	got := string(PacketJSON(nil, packet()))
	want := `{"pid":257,"offset":1234,"pts":90000,"carriage":"sync","standard":"ST 0601","checksum":"bad","time":"2026-05-01T12:00:00.000000Z","items":{` +
		`"2":{"name":"Time","value":1777636800000000,"unit":"us","time":"2026-05-01T12:00:00.000000Z"},` +
		`"13":{"name":"Sensor Latitude","value":60.17,"unit":"deg"},` +
		`"14":{"name":"Sensor Longitude","value":null,"reason":"out of range","raw":"8000","unit":"deg"},` +
		`"10":{"name":"Platform \"x\"","value":"A\u0000é�\n"},` +
		`"34":{"name":"Icing","value":{"code":2,"text":"none"}},` +
		`"63":{"name":"Field of View","value":{"code":209,"text":null}},` +
		`"47":{"name":"Flags","value":{"bits":5,"set":["a","b"]}},` +
		`"96":{"name":"Width","value":"Infinity","unit":"m"},` +
		`"103":{"name":"Density","value":"NaN"},` +
		`"66":{"name":"Raw","value":"01ab"},` +
		`"81":{"name":"Pack","value":[{"name":"x","value":3,"unit":"%"},{"name":"y","value":null,"reason":"special"},-4]},` +
		`"48":{"name":"Security","value":{"standard":"ST 0102","items":{"1":{"name":"Class","value":{"code":1,"text":"UNCLASSIFIED"}}},"defects":[]}},` +
		`"100":{"name":"Segment","value":[1,2],"repeated":2}},"defects":[` +
		`{"item":"1","offset":1234,"reason":"bad checksum: found AA43, expected 3E1E","code":"st0601.checksum"},` +
		`{"item":null,"offset":1300,"reason":"bytes after the end of the packet","code":"st0601.trailing"}]}` + "\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !json.Valid([]byte(got)) {
		t.Error("not JSON")
	}
}

func TestPacketJSONWithoutAnything(t *testing.T) {
	t.Parallel()
	got := string(PacketJSON(nil, &ingest.Packet{PID: -1, Offset: 7, Carriage: ingest.None, Standard: "060e", Checksum: ingest.Absent}))
	want := `{"pid":null,"offset":7,"pts":null,"carriage":"none","standard":"060e","checksum":"absent","time":null,"items":{},"defects":[]}` + "\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestPacketText(t *testing.T) {
	t.Parallel()
	got := string(PacketText(nil, 3, packet(), catalogue.Open(catalogue.Spanish)))
	for _, want := range []string{
		"#3  2026-05-01T12:00:00.000000Z  byte 1234  PID 257  PTS 90000  síncrono  ST 0601  SUMA DE COMPROBACIÓN INCORRECTA\n",
		"13  Sensor Latitude   60.17 deg\n", "desconocido: fuera de rango\n", `"A\x00é\xff\n"`, "UNCLASSIFIED (1)", "  ! byte 1234: elemento 1: suma",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.ContainsRune(got, 0) {
		t.Error("a control character reaches the terminal")
	}
}

func BenchmarkPacketJSON(b *testing.B) {
	p := packet()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = PacketJSON(buf[:0], p)
	}
	b.SetBytes(int64(len(buf)))
}

// A time that was estimated is never in the place of one that was sent.
func TestEstimatedTimeStandsApart(t *testing.T) {
	t.Parallel()
	got := string(PacketJSON(nil, &ingest.Packet{PID: 257, PTS: 90000, Estimated: true, Carriage: ingest.Async}))
	if !strings.Contains(got, `"pts":null,`) || !strings.HasSuffix(got, `,"pts_estimated":90000}`+"\n") {
		t.Errorf("got %s", got)
	}
}
