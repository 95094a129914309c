package source

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overflight/evidence"
	"overflight/ingest"
	"overflight/internal/recordings"
)

func samples(t *testing.T, name string) string {
	t.Helper()
	return recordings.Path(t, name)
}

// stream is a transport stream of null packets.
func stream(size, lead int) string {
	packet := strings.Repeat("\xFF", 188)
	return strings.Repeat(strings.Repeat("\x01", lead)+"\x47\x1F\xFF\x10"+packet[4:]+strings.Repeat("\x00", size-188-lead), 20)
}

func squeezed(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

const (
	trace   = `{"icao":"ab12cd","timestamp":1700000000,"trace":[]}`
	traffic = `[{"timestamp":1700000000000,"icao24":"ab12cd","latitude":1,"longitude":2}]`
	csv     = "time,lat,lon\n"
	key     = "\x06\x0E\x2B\x34\x02\x0B\x01\x01\x0E\x01\x03\x01\x01\x00\x00\x00"
)

var inputs = []struct {
	name, in string
	kind     ingest.Kind
	code     evidence.Code
	got      string
}{
	{name: "188", in: stream(188, 0), kind: ingest.TransportStream},
	{name: "192", in: stream(192, 4), kind: ingest.TransportStream},
	{name: "klv", in: key + "\x02\x00\x00", kind: ingest.BareKLV},
	{name: "klv after a cut", in: strings.Repeat("x\x00", 100) + key, kind: ingest.BareKLV},
	{name: "trace", in: trace, kind: ingest.ReadsbTrace},
	{name: "traffic", in: traffic, kind: ingest.TrafficJSON},
	{name: "csv", in: csv, kind: ingest.CSVPath},
	{name: "gzip of traffic", in: squeezed(traffic), kind: ingest.TrafficJSON},
	{name: "gzip of a stream", in: squeezed(stream(188, 0)), kind: ingest.TransportStream},
	{name: "empty", in: "", code: CodeEmpty},
	{name: "gzip of nothing", in: squeezed(""), code: CodeEmpty},
	{name: "pdf", in: "%PDF-1.7 and more", code: CodeForeign, got: "PDF"},
	{name: "png", in: "\x89PNG\r\n\x1a\n", code: CodeForeign, got: "PNG"},
	{name: "mp4", in: "\x00\x00\x00\x20ftypisom" + key, code: CodeForeign, got: "MP4"},
	{name: "zip", in: "PK\x03\x04", code: CodeForeign, got: "zip"},
	{name: "pcap", in: "\xD4\xC3\xB2\xA1\x02\x00", code: CodeForeign, got: "pcap"},
	{name: "gzip of gzip", in: squeezed(squeezed(csv)), code: CodeForeign, got: "gzip × 2"},
	{name: "broken gzip", in: "\x1F\x8Bnot so", code: CodeGzip, got: "1F 8B 6E 6F 74 20 73 6F"},
	{name: "geojson", in: `{"type":"FeatureCollection"}`, code: CodeForeign, got: "GeoJSON"},
	{name: "other json", in: `{"a":1}`, code: CodeForeign, got: "JSON"},
	{name: "text", in: "hello\nworld", code: CodeForeign, got: `"hello"`},
	{name: "noise", in: "\x01\x02\x03\xFE", code: CodeKind, got: "01 02 03 FE"},
	{name: "beast", in: "\x1A2\x00\x00", code: CodeForeign, got: "Beast"},
}

func TestKindsAreToldByContent(t *testing.T) {
	t.Parallel()
	for _, tc := range inputs {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			// The name says something else on purpose.
			file := filepath.Join(t.TempDir(), "x.mp4")
			if err := os.WriteFile(file, []byte(tc.in), 0o600); err != nil {
				t.Fatal(err)
			}
			in, err := Open(file, nil)
			if tc.code != "" {
				var refusal *Error
				if !errors.As(err, &refusal) || refusal.Defect.Code != tc.code || refusal.Defect.Got != tc.got || refusal.File != file {
					t.Fatalf("error %v, want %s %q", err, tc.code, tc.got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if in.Kind != tc.kind || in.Size != int64(len(tc.in)) {
				t.Errorf("kind %q of %d bytes, want %q of %d", in.Kind, in.Size, tc.kind, len(tc.in))
			}
			b, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			if !in.Compressed && string(b) != tc.in {
				t.Error("the content is not what was written")
			}
			digest, err := in.Digest()
			if err != nil || digest != sha256.Sum256([]byte(tc.in)) {
				t.Errorf("digest %v, %v", digest, err)
			}
			if err := in.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDigestOfWhatWasNotRead(t *testing.T) {
	t.Parallel()
	in, err := New("x", io.NopCloser(strings.NewReader(csv+strings.Repeat("x", 3*window))), -1, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := sha256.Sum256([]byte(csv + strings.Repeat("x", 3*window)))
	if got, err := in.Digest(); err != nil || got != want {
		t.Errorf("digest %v, %v", got, err)
	}
}

func TestAFileThatSwellsIsRefused(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(csv))
	zeros := make([]byte, 1<<20)
	for range 100 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	in, err := New("x", io.NopCloser(&b), -1, nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, in)
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Defect.Code != CodeSwell || n > allowance+2*window {
		t.Errorf("%d bytes came out, error %v", n, err)
	}
}

func TestACutGzipGivesWhatItHas(t *testing.T) {
	t.Parallel()
	long := csv + strings.Repeat("1777636800,1,2\n", 100000)
	z := squeezed(long)
	in, err := New("x", io.NopCloser(strings.NewReader(z[:len(z)/2])), -1, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(in)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(b) < window || !strings.HasPrefix(long, string(b)) {
		t.Errorf("%d bytes, error %v", len(b), err)
	}
}

func TestProgressEndsWithTheSize(t *testing.T) {
	t.Parallel()
	text := csv + strings.Repeat("1777636800,1,2\n", 300000)
	var told []int64
	in, err := New("x", io.NopCloser(strings.NewReader(text)), int64(len(text)), func(n, size int64) {
		if size != int64(len(text)) {
			t.Errorf("size %d", size)
		}
		told = append(told, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		t.Fatal(err)
	}
	if len(told) < 4 || told[len(told)-1] != int64(len(text)) {
		t.Errorf("told %v of %d", told, len(text))
	}
}

func TestRecordings(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]ingest.Kind{
		"misb/osh_sample-stream.ts":            ingest.TransportStream,
		"misb/aphill_short.ts":                 ingest.TransportStream,
		"misb/jmisb_0903.bin":                  ingest.BareKLV,
		"misb/DynamicOnlyMISMMSPacketData.bin": ingest.BareKLV,
		"tracks/trace_full_ac671b.json":        ingest.ReadsbTrace,
		"tracks/border_control.json.gz":        ingest.TrafficJSON,
		"tracks/noisy_time_issue.json.gz":      ingest.TrafficJSON,
		"tracks/switzerland_map.json.gz":       ingest.TrafficJSON,
	} {
		in, err := Open(filepath.Join(samples(t, ""), file), nil)
		if err != nil {
			t.Error(err)
			continue
		}
		if in.Kind != want {
			t.Errorf("%s is %s, want %s", file, in.Kind, want)
		}
		_ = in.Close()
	}
}

func FuzzSniff(f *testing.F) {
	for _, tc := range inputs {
		f.Add([]byte(tc.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := New("x", io.NopCloser(bytes.NewReader(b)), int64(len(b)), nil)
		if err != nil {
			var refusal *Error
			if !errors.As(err, &refusal) {
				t.Errorf("%v is no refusal", err)
			}
			return
		}
		_, _ = io.Copy(io.Discard, in)
	})
}
