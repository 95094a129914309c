package ingest

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"
	"time"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb/st0601"
	"overflight/geodesy"
	"overflight/sensor"
)

func readAll(t *testing.T, name string, kind Kind, visit Visitor) Metadata {
	t.Helper()
	m, err := ReadMetadata(sample(t, name), kind, Options{Source: name}, visit)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRecordings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file      string
		kind      Kind
		packets   int
		standard  string
		carriage  Carriage
		good      int
		fixes     int
		reports   int
		reason    string
		firstTime string
	}{
		{"misb/osh_sample-stream.ts", TransportStream, 277, "ST 0601", Async, 277, 277, 130, "", "2012-06-29T14:32:34.1"},
		{"misb/osh_sync.ts", TransportStream, 277, "ST 0601", Sync, 277, 277, 130, "", "2012-06-29T14:32:34.1"},
		{"misb/aphill_short.ts", TransportStream, 48, "EG 0104", Async, 0, 48, 0, "", "2008-09-15T21:46:59.35"},
		{"misb/jmisb_0903.bin", BareKLV, 5, "ST 0903", None, 5, 0, 10, "", ""},
		{"misb/DynamicOnlyMISMMSPacketData.bin", BareKLV, 1, "ST 0601", None, 1, 1, 0, "", ""},
		{"misb/DynamicConstantMISMMSPacketData.bin", BareKLV, 1, "ST 0601", None, 0, 0, 0, "", ""},
		{"misb/h264_no_klv.ts", TransportStream, 0, "", "", 0, 0, 0, "no metadata stream declared", ""},
		{"misb/h264_audio.ts", TransportStream, 0, "", "", 0, 0, 0, "no metadata stream declared", ""},
	} {
		t.Run(tc.file, func(t *testing.T) {
			t.Parallel()
			good, fixes, described := 0, 0, 0
			m := readAll(t, tc.file, tc.kind, Visitor{
				Packet: func(p *Packet) error {
					if p.Standard != tc.standard || p.Carriage != tc.carriage {
						t.Errorf("%s %s", p.Standard, p.Carriage)
					}
					if p.Checksum == Good {
						good++
					}
					if p.Set != nil && len(p.Set.Items) > 0 {
						described++
					}
					if described == 1 && tc.firstTime != "" && !bytes.HasPrefix([]byte(p.Time.Format("2006-01-02T15:04:05.000000")), []byte(tc.firstTime)) {
						t.Errorf("first time %s", p.Time)
					}
					return nil
				},
				Observation: func(o *Observation) error {
					if o.HasFix {
						fixes++
					}
					return nil
				},
			})
			if m.Packets != tc.packets || described != tc.packets || good != tc.good || fixes != tc.fixes || m.Reports != tc.reports {
				t.Errorf("%d packets, %d described, %d good, %d fixes, %d reports; want %+v", m.Packets, described, good, fixes, m.Reports, tc)
			}
			if string(m.Reason) != tc.reason {
				t.Errorf("reason %q, want %q", m.Reason, tc.reason)
			}
			if (tc.packets == 0) != (m.Defects.Total(CodeNoMetadata) == 1) {
				t.Errorf("%d findings of no metadata", m.Defects.Total(CodeNoMetadata))
			}
		})
	}
}

// The same recording carried both ways says the same of every frame.
func TestCarriageDoesNotMatter(t *testing.T) {
	t.Parallel()
	frames := func(file string) (all []sensor.Frame) {
		readAll(t, file, TransportStream, Visitor{Observation: func(o *Observation) error {
			f := o.Frame
			f.Ref = evidence.Ref{}
			all = append(all, f)
			return nil
		}})
		return all
	}
	a, b := frames("misb/osh_sample-stream.ts"), frames("misb/osh_sync.ts")
	if len(a) != 277 || len(b) != 277 {
		t.Fatalf("%d and %d frames", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("frame %d: %+v\n%+v", i, a[i], b[i])
		}
	}
}

// packet makes an ST 0601 packet out of items.
func packet(t *testing.T, items func(*st0601.Builder)) []byte {
	t.Helper()
	b := st0601.NewBuilder()
	b.SetTime(1_767_225_600_000_000)
	items(b)
	return b.Append(nil)
}

func real(t *testing.T, b *st0601.Builder, tag st0601.Tag, v float64) {
	t.Helper()
	if err := b.SetReal(tag, v); err != nil {
		t.Fatal(err)
	}
}

func observe(t *testing.T, data []byte) ([]Observation, Metadata) {
	t.Helper()
	var all []Observation
	m, err := ReadMetadata(bytes.NewReader(data), BareKLV, Options{Source: "x"}, Visitor{Observation: func(o *Observation) error {
		all = append(all, *o)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return all, m
}

func position(t *testing.T, b *st0601.Builder) {
	real(t, b, st0601.TagSensorLatitude, 31)
	real(t, b, st0601.TagSensorLongitude, -110)
}

func TestQuarantine(t *testing.T) {
	t.Parallel()
	p := packet(t, func(b *st0601.Builder) { position(t, b) })
	p[len(p)-1] ^= 1
	got, m := observe(t, p)
	if len(got) != 1 || got[0].HasFix || !got[0].Frame.Quarantined || m.Quarantined != 1 || m.Defects.Total(CodeQuarantined) != 1 {
		t.Errorf("%+v %+v", got, m)
	}
}

func TestHeldItemsLastThirtySeconds(t *testing.T) {
	t.Parallel()
	at := func(seconds uint64, fov bool) []byte {
		return packet(t, func(b *st0601.Builder) {
			b.SetTime(1_767_225_600_000_000 + seconds*1e6)
			position(t, b)
			if fov {
				real(t, b, st0601.TagSensorHorizontalFieldOfView, 3)
			}
		})
	}
	var data []byte
	for _, x := range []struct {
		s   uint64
		fov bool
	}{{0, true}, {30, false}, {31, false}} {
		data = append(data, at(x.s, x.fov)...)
	}
	got, _ := observe(t, data)
	for i, want := range []bool{true, true, false} {
		if v, ok := got[i].Frame.HFOV.Get(); ok != want || ok && math.Abs(v.Degrees()-3) > 0.01 {
			t.Errorf("packet %d: %v %v", i, v, ok)
		}
	}
}

// The sensor's name is held as long as other items that do not change; the size of a picture is the newest that VMTI told.
func TestBandOfAStream(t *testing.T) {
	t.Parallel()
	at := func(seconds uint64, name string) []byte {
		return packet(t, func(b *st0601.Builder) {
			b.SetTime(1_767_225_600_000_000 + seconds*1e6)
			position(t, b)
			if name != "" {
				if err := b.SetText(st0601.TagImageSourceSensor, name); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	var data []byte
	for _, p := range [][]byte{at(0, "IR turret"), at(20, ""), at(25, "EO Nose"), at(54, ""), at(56, ""), at(57, "EO/IR"), at(58, "")} {
		data = append(data, p...)
	}
	got, _ := observe(t, data)
	for i, want := range []sensor.Band{sensor.Thermal, sensor.Thermal, sensor.Visible, sensor.Visible, sensor.UnknownBand, sensor.UnknownBand, sensor.UnknownBand} {
		if got[i].Frame.Band != want {
			t.Errorf("packet %d: %v, want %v", i, got[i].Frame.Band, want)
		}
	}
}

func TestFixesThatCannotFollow(t *testing.T) {
	t.Parallel()
	at := func(seconds uint64, timed bool) []byte {
		return packet(t, func(b *st0601.Builder) {
			b.Reset()
			if timed {
				b.SetTime(1_767_225_600_000_000 + seconds*1e6)
			}
			position(t, b)
		})
	}
	var data []byte
	for _, p := range [][]byte{at(10, true), at(10, true), at(5, true), at(0, false), at(11, true)} {
		data = append(data, p...)
	}
	got, m := observe(t, data)
	for i, want := range []bool{true, false, false, false, true} {
		if got[i].HasFix != want {
			t.Errorf("packet %d: %v", i, got[i].HasFix)
		}
	}
	for _, code := range []evidence.Code{CodeDuplicate, CodeTimeBackwards, CodeNoTime} {
		if m.Defects.Total(code) != 1 {
			t.Errorf("%s: %d", code, m.Defects.Total(code))
		}
	}
}

func TestHeightsKeepTheirDatum(t *testing.T) {
	t.Parallel()
	got, _ := observe(t, packet(t, func(b *st0601.Builder) {
		position(t, b)
		real(t, b, st0601.TagSensorTrueAltitude, 5000)
		real(t, b, st0601.TagSensorEllipsoidHeightExtended, 4970)
	}))
	a, ok := got[0].Frame.Altitude.Get()
	if !ok || a.Datum != geodesy.HAE || math.Abs(a.Value.Metres()-4970) > 0.1 || got[0].Fix.Altitude != a {
		t.Errorf("%+v", a)
	}
}

func TestLeapSecondsOfTheStream(t *testing.T) {
	t.Parallel()
	for leap, findings := range map[int64]int{-29: 0, 29: 1, -28: 1} {
		got, m := observe(t, packet(t, func(b *st0601.Builder) {
			b.SetTime(MISP.microseconds(time.Date(2026, 1, 1, 0, 0, 0, 123456000, time.UTC)))
			position(t, b)
			if err := b.SetInt(st0601.TagLeapSeconds, leap); err != nil {
				t.Fatal(err)
			}
		}))
		want := MISP
		if findings > 0 {
			want = UTC
		}
		if m.Scale != want || m.Defects.Total(CodeLeapSeconds) != findings {
			t.Errorf("%d: scale %s, %v", leap, m.Scale, m.Defects.List())
		}
		if s := got[0].Fix.Time.Format(time.RFC3339Nano); findings == 0 && s != "2026-01-01T00:00:00.123456Z" {
			t.Errorf("time %s", s)
		}
	}
}

func TestStoresContradict(t *testing.T) {
	t.Parallel()
	_, m := observe(t, packet(t, func(b *st0601.Builder) {
		position(t, b)
		if err := b.SetUint(st0601.TagWeaponLoad, 0x1234); err != nil {
			t.Fatal(err)
		}
	}))
	if m.Defects.Total(CodeContradicts) != 1 {
		t.Errorf("%v", m.Defects.List())
	}
}

// TestALaserIsNoArms: the code of a laser is a finding about the sensor, and contradicts nobody's word about arms.
func TestALaserIsNoArms(t *testing.T) {
	t.Parallel()
	_, m := observe(t, packet(t, func(b *st0601.Builder) {
		position(t, b)
		if err := b.SetUint(st0601.TagLaserPRFCode, 1688); err != nil {
			t.Fatal(err)
		}
	}))
	if m.Defects.Total(CodeLaser) != 1 || m.Defects.Total(CodeContradicts) != 0 {
		t.Errorf("%v", m.Defects.List())
	}
}

func TestUnknownSetIsNamed(t *testing.T) {
	t.Parallel()
	key := klv.Key{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x0B, 0x01, 0x01, 0x0E, 0x01, 0x03, 0x7F, 0x7F}
	data := append(key[:], 3, 1, 2, 3)
	var seen []Packet
	m, err := ReadMetadata(bytes.NewReader(data), BareKLV, Options{}, Visitor{Packet: func(p *Packet) error {
		seen = append(seen, *p)
		return nil
	}})
	if err != nil || len(seen) != 1 || seen[0].Standard != key.String() || m.Unknown != 1 || m.Defects.Total(CodeUnknownSet) != 1 {
		t.Errorf("%v %+v %+v", err, seen, m)
	}
}

func TestVisitorEndsTheReading(t *testing.T) {
	t.Parallel()
	n := 0
	_, err := ReadMetadata(sample(t, "misb/osh_sample-stream.ts"), TransportStream, Options{}, Visitor{Packet: func(*Packet) error {
		n++
		return io.ErrClosedPipe
	}})
	if !errors.Is(err, io.ErrClosedPipe) || n != 1 {
		t.Errorf("%v after %d packets", err, n)
	}
}

func FuzzReadMetadata(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x06\x0E\x2B\x34\x02\x0B\x01\x01\x0E\x01\x03\x01\x01\x00\x00\x00\x0E\x02\x08\x00\x04\x59\xF4\xA6\xAA\x4A\xA8\x01\x02\x00\x00"))
	f.Add([]byte("\x06\x0E\x2B\x34\x02\x01\x01\x01\x0E\x01\x01\x02\x01\x01\x00\x00\x02\x00\x00"))
	f.Add([]byte("\x06\x0E\x2B\x34\x02\x0B\x01\x01\x0E\x01\x03\x03\x06\x00\x00\x00\x04\x01\x02\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, k := range []Kind{BareKLV, TransportStream} {
			packets := 0
			m, err := ReadMetadata(bytes.NewReader(data), k, Options{}, Visitor{
				Packet:      func(*Packet) error { packets++; return nil },
				Observation: func(o *Observation) error { _ = sensor.Compute(&o.Frame, sensor.Options{}); return nil },
			})
			if err != nil || m.Packets != packets {
				t.Errorf("%v: %d packets of %d", err, packets, m.Packets)
			}
		}
	})
}
