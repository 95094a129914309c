package st0601

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"overflight/format/misb"
	"overflight/internal/recordings"
)

func timeMicro(v misb.Time) int64 { return time.Time(v).UnixMicro() }

// TestOSH reads 277 packets of a simulated flight, with legacy VMTI.
func TestOSH(t *testing.T) {
	t.Parallel()
	var d Decoder
	var s Set
	good, vmti, reports := 0, 0, 0
	all := packets(t, "osh_sample-stream.ts", oshPID)
	for i, p := range all {
		if err := d.Decode(p, &s); err != nil {
			t.Fatal(err)
		}
		if s.Checksum == ChecksumOK {
			good++
		}
		if v, ok := s.Version(); !ok || v != 4 {
			t.Errorf("packet %d: version %d %v", i, v, ok)
		}
		if inner, ok := s.VMTI(); ok {
			vmti++
			reports += len(inner.Targets)
		}
		for tag := TagSensorLatitude; tag <= TagOffsetCornerLongitudePoint4; tag++ {
			if _, ok := s.Real(tag); !ok {
				t.Errorf("packet %d: item %d is %v", i, tag, s.State(tag))
			}
		}
		if _, source, ok := s.Corners(); !ok || source != OffsetCorners {
			t.Errorf("packet %d: corners %v %v", i, source, ok)
		}
		if out := s.Append(nil); !bytes.Equal(out, p) {
			t.Errorf("packet %d encodes to\n% x, was\n% x", i, out, p)
		}
		for _, defect := range s.Defects {
			if strings.HasPrefix(string(defect.Code), "st0601.") {
				t.Errorf("packet %d: %v", i, defect)
			}
		}
	}
	if len(all) != 277 || good != 277 || vmti != 37 || reports != 130 {
		t.Errorf("%d packets, %d good, %d VMTI sets, %d reports; want 277, 277, 37, 130", len(all), good, vmti, reports)
	}
	us, _ := s.Time()
	if seen, ok := d.LastSeen(TagSensorLatitude); !ok || seen != us || !d.Current(TagSensorLatitude, us+RefreshPeriod) || d.Current(TagSensorLatitude, us+RefreshPeriod+1) {
		t.Errorf("latitude last seen %d %v, item 2 is %d", seen, ok, us)
	}
	if seen, ok := d.LastSeen(TagMissionID); !ok || seen > us {
		t.Errorf("mission last seen %d %v", seen, ok)
	}
	if _, ok := d.LastSeen(TagPlatformTailNumber); ok {
		t.Error("item 4 is in no packet")
	}
}

func TestH264EncodesTheSame(t *testing.T) {
	t.Parallel()
	var d Decoder
	var s Set
	for i, p := range packets(t, "h264_klv.ts", h264PID) {
		if err := d.Decode(p, &s); err != nil {
			t.Fatal(err)
		}
		out := s.Append(nil)
		if !bytes.Equal(out, p) {
			for j := range min(len(out), len(p)) {
				if out[j] != p[j] {
					t.Errorf("packet %d differs from byte %d: % x, was % x", i, j, out[j:min(j+12, len(out))], p[j:min(j+12, len(p))])
					break
				}
			}
		}
	}
}

func TestAnnexPackets(t *testing.T) {
	t.Parallel()
	var d Decoder
	var s Set
	if err := d.Decode(sample(t, "DynamicOnlyMISMMSPacketData.bin"), &s); err != nil || s.Checksum != ChecksumOK || s.Stored != 0xC850 {
		t.Errorf("dynamic only: %v, checksum %v %04X", err, s.Checksum, s.Stored)
	}
	if x, ok := s.Heading(); !ok || !near(x, 159.97436484321355) {
		t.Errorf("heading %v %v", x, ok)
	}
	if err := d.Decode(sample(t, "DynamicConstantMISMMSPacketData.bin"), &s); err != nil || s.Checksum != ChecksumBad || s.Stored != 0xAA43 || s.Computed != 0x3E1E {
		t.Errorf("dynamic and constant: %v, checksum %v %04X %04X", err, s.Checksum, s.Stored, s.Computed)
	}
	if x, ok := s.SensorLatitude(); !ok || !near(x, 60.176822966978335) {
		t.Errorf("latitude %v %v: a bad packet is read all the same", x, ok)
	}
	if _, ok := s.Identifier(); !ok {
		t.Error("no identifier")
	}
	if security, ok := s.Security(); !ok || len(security.Fields) == 0 {
		t.Error("no security set")
	}
	if us, ok := d.LastSeen(TagMIISCoreIdentifier); ok {
		t.Errorf("item 94 of a bad packet was noted at %d", us)
	}
}

// TestBitFlips turns one bit in each of 2,000 packets: none must pass for good.
func TestBitFlips(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	all := packets(t, "osh_sample-stream.ts", oshPID)
	found := 0
	var d Decoder
	var s Set
	for i := range 2000 {
		p := bytes.Clone(all[i%len(all)])
		bit := random.IntN(8 * len(p))
		p[bit/8] ^= 1 << (bit % 8)
		if err := d.Decode(p, &s); err != nil || s.Checksum != ChecksumOK {
			found++
		} else {
			t.Errorf("packet %d with bit %d turned passes", i, bit)
		}
		if err := d.Decode(all[i%len(all)], &s); err != nil || s.Checksum != ChecksumOK {
			t.Fatalf("the packet after is not good: %v", err)
		}
	}
	t.Logf("FIGURE st0601/flips-detected %d", found)
}

func TestNoAllocation(t *testing.T) {
	all := packets(t, "osh_sample-stream.ts", oshPID)
	var d Decoder
	var s Set
	pass := func() {
		for _, p := range all {
			if err := d.Decode(p, &s); err != nil {
				t.Fatal(err)
			}
		}
	}
	pass()
	if n := testing.AllocsPerRun(10, pass); n != 0 {
		t.Errorf("%v allocations in %d packets", n, len(all))
	}
}

// TestExiftool compares 20 items with exiftool, which reads synchronous streams.
func TestExiftool(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("exiftool")
	if err != nil {
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatal("OVERFLIGHT_REQUIRE_ORACLES is 1 and exiftool is not installed")
		}
		t.Skip("NOT CHECKED: exiftool is not installed: no second opinion on osh_sync.ts")
	}
	out, err := exec.Command(tool, "-ee", "-j", "-n", "-G3", "-api", "LargeFileSupport=1", recordings.Path(t, "misb/osh_sync.ts")).Output()
	if err != nil {
		t.Fatalf("exiftool: %v", err)
	}
	var files []map[string]any
	if err := json.Unmarshal(out, &files); err != nil || len(files) == 0 {
		t.Fatalf("exiftool: %v", err)
	}
	names := map[string]Tag{
		"GPSTrack": 5, "PitchAngle": 6, "RollAngle": 7, "GPSLatitude": 13, "GPSLongitude": 14, "GPSAltitude": 15,
		"HorizontalFieldOfView": 16, "VerticalFieldOfView": 17, "SensorRelativeAzimuthAngle": 18,
		"SensorRelativeElevationAngle": 19, "SensorRelativeRollAngle": 20, "SlantRange": 21, "TargetWidth": 22,
		"FrameCenterLatitude": 23, "FrameCenterLongitude": 24, "FrameCenterElevation": 25,
		"OffsetCornerLatitude1": 26, "OffsetCornerLongitude1": 27, "OffsetCornerLatitude3": 30, "OffsetCornerLongitude3": 31,
	}
	var d Decoder
	var s Set
	compared := 0
	for i, p := range packets(t, "osh_sample-stream.ts", oshPID) {
		if err := d.Decode(p, &s); err != nil {
			t.Fatal(err)
		}
		for name, tag := range names {
			var want float64
			switch v := files[0]["Doc"+decimal(i+1)+":"+name].(type) {
			case float64:
				want = v
			case string:
				if want, err = strconv.ParseFloat(v, 64); err != nil {
					t.Fatal(err)
				}
			default:
				t.Fatalf("packet %d: exiftool has no %s", i, name)
			}
			if got, ok := s.Real(tag); !ok || math.Abs(got-want) > 5e-12*math.Max(1, math.Abs(want)) {
				t.Errorf("packet %d %s: %v, exiftool has %v", i, name, got, want)
			}
			compared++
		}
	}
	t.Logf("%d values compared", compared)
	if compared != 277*20 {
		t.Errorf("%d values compared, want 20 in each of 277 packets", compared)
	}
}
