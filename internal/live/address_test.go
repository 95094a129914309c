package live

import (
	"errors"
	"strings"
	"testing"
	"time"

	"overflight/evidence"
	"overflight/internal/spool"
)

var addresses = []struct {
	url  string
	want string // as it is shown; empty for refused
	code evidence.Code
	open bool // needs leave
}{
	{url: "udp://127.0.0.1:5000", want: "udp://127.0.0.1:5000"},
	{url: "udp://[::1]:0", want: "udp://[::1]:0"},
	{url: "udp://localhost:5000", want: "udp://localhost:5000"},
	{url: "udp://:5000", want: "udp://:5000", open: true},
	{url: "udp://0.0.0.0:5000", want: "udp://0.0.0.0:5000", open: true},
	{url: "udp://[::]:5000", want: "udp://[::]:5000", open: true},
	{url: "udp://10.0.0.1:5000", want: "udp://10.0.0.1:5000", open: true},
	{url: "udp://example.test:5000", want: "udp://example.test:5000", open: true},
	{url: "udp://239.1.2.3:5000", want: "udp://239.1.2.3:5000", open: true},
	{url: "udp://@239.1.2.3:5000", want: "udp://239.1.2.3:5000", open: true},
	{url: "udp://lo@239.1.2.3:5000", want: "udp://lo@239.1.2.3:5000"},
	{url: "udp://nosuch0@239.1.2.3:5000", want: "udp://nosuch0@239.1.2.3:5000", open: true},
	{url: "tcp://example.test:5000", want: "tcp://example.test:5000"},
	{url: "tcp+listen://127.0.0.1:0", want: "tcp+listen://127.0.0.1:0"},
	{url: "tcp+listen://:9000", want: "tcp+listen://:9000", open: true},
	{url: "srt://example.test:9000", want: "srt://example.test:9000?mode=caller"},
	{url: "srt://127.0.0.1:9000?mode=listener&latency=200&passphrase=correct%20horse&pbkeylen=32&streamid=x", want: "srt://127.0.0.1:9000?mode=listener"},
	{url: "srt://:9000?mode=listener", want: "srt://:9000?mode=listener", open: true},
	{url: "rtsp://example.test/a", want: "rtsp://example.test:554/a"},
	{url: "rtsp://u:secretword@example.test:8554/a?b=c", want: "rtsp://u:xxxxx@example.test:8554/a?b=c"},
	{url: "a.ts", want: "a.ts"},
	{url: "file:///a/b.ts", want: "/a/b.ts"},

	{url: "", code: CodeAddress},
	{url: "a\x00b", code: CodeAddress},
	{url: "file://host/a", code: CodeAddress},
	{url: "file://", code: CodeAddress},
	{url: "http://127.0.0.1:80/", code: CodeAddress},
	{url: "udp://127.0.0.1", code: CodeAddress},
	{url: "udp://127.0.0.1:70000", code: CodeAddress},
	{url: "udp://127.0.0.1:5000/x", code: CodeAddress},
	{url: "udp://127.0.0.1:5000?ttl=3", code: CodeAddress},
	{url: "udp://eth0@127.0.0.1:5000", code: CodeAddress},
	{url: "udp://a:secretword@239.0.0.1:5000", code: CodeAddress},
	{url: "udp://239.0.0.1:0", code: CodeAddress},
	{url: "tcp://:5000", code: CodeAddress},
	{url: "tcp://127.0.0.1:0", code: CodeAddress},
	{url: "tcp://u@127.0.0.1:5", code: CodeAddress},
	{url: "rtsp:///a", code: CodeAddress},
	{url: "srt://127.0.0.1:9000?mode=rendezvous", code: CodeAddress},
	{url: "srt://127.0.0.1:9000?passphrase=short", code: CodeAddress},
	{url: "srt://127.0.0.1:9000?passphrase=secretwordsecretword&pasphrase=x", code: CodeAddress},
	{url: "srt://127.0.0.1:9000?latency=99999", code: CodeAddress},
	{url: "srt://127.0.0.1:9000?latency=1&latency=2", code: CodeAddress},
	{url: "srt://127.0.0.1:9000?pbkeylen=17", code: CodeAddress},
	{url: "srt://127.0.0.1:9000?streamid=" + strings.Repeat("x", 513), code: CodeAddress},
	{url: "udp://::0", code: CodeAddress},
	{url: "udp://a b:1", code: CodeAddress},
	{url: "udp://%41%20:1", code: CodeAddress},
	{url: "srt://%zz:secretword@x", code: CodeAddress},
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, tc := range addresses {
		a, err := Parse(tc.url)
		if tc.code != "" {
			var r *Refusal
			if !errors.As(err, &r) || r.Defect.Code != tc.code {
				t.Errorf("%s: %v", tc.url, err)
			} else if strings.Contains(r.Error(), "secretword") || strings.Contains(r.Error(), "\n") {
				t.Errorf("%s: %q", tc.url, r)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tc.url, err)
			continue
		}
		if got := a.Redacted(); got != tc.want || a.Exposed() != tc.open {
			t.Errorf("%s is shown as %s, exposed %t", tc.url, got, a.Exposed())
		}
	}
	a, err := Parse("srt://h:1?latency=200&passphrase=correct%20horse&pbkeylen=32&streamid=x")
	if want := (SRTOptions{200 * time.Millisecond, "correct horse", 32, "x"}); err != nil || a.SRT != want {
		t.Errorf("%+v %v", a.SRT, err)
	}
}

func TestNothingListensBeyondThisMachineWithoutLeave(t *testing.T) {
	t.Parallel()
	for _, tc := range addresses {
		if !tc.open {
			continue
		}
		_, err := New(Config{Name: "x", URL: tc.url, Sink: newCollector(), Spool: spool.Config{Dir: t.TempDir()}})
		var r *Refusal
		if !errors.As(err, &r) || r.Defect.Code != CodeExposed || strings.Contains(r.Error(), "\n") {
			t.Errorf("%s: %v", tc.url, err)
		}
	}
	for _, c := range []Config{{URL: "udp://127.0.0.1:0", Sink: newCollector()}, {URL: "udp://127.0.0.1:0", Name: "x"}, {URL: "udp://127.0.0.1:0", Name: "x", Sink: newCollector()}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, tc := range addresses {
		f.Add(tc.url)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := Parse(s)
		if err != nil {
			var r *Refusal
			if !errors.As(err, &r) {
				t.Fatal(err)
			}
			return
		}
		if again, err := Parse(a.Redacted()); a.Scheme != SchemeFile && a.Scheme != SchemeRTSP && (err != nil || again.Host != a.Host || again.Port != a.Port || again.Listen != a.Listen) {
			t.Fatalf("%q is shown as %q: %v", s, a.Redacted(), err)
		}
	})
}
