package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/coverage"
	"overflight/geodesy"
)

const full = `# everything
data: /var/lib/overflight
operator: OPS_1
party: USA/DEA
language: es
role: partner
server: {listen: "0.0.0.0:80", exposed: true, name: overflight.example}
archive:
  copy: /disk1/segments
  second_copy: /disk2/segments
  keys: /disk3/keys
  second_keys: /disk4/keys
  largest: 64 MiB
journal: {url: "nats://10.0.0.2:4222", credentials: /etc/overflight/journal.creds}
log: {origin: log.example.org/ops, policy: /etc/overflight/policy, checkpoint: 2s, leaves_per_day: 1440}
spool: {holds: 2m, most: 1 GiB}
sorties: {silence: 15m, stall: 3s}
area: {file: area.geojson, margin: 3 NM}
disk: {warn: 72h, free: 2.5 GB}
interval: {flush: 100ms, verify: 0s}
detection: {size_m: 6, cycles: 1, thermal_cycles: 0.5, columns: 1920, rows: 1080, leaf_area: 2.5, extinction: 0.4, frame_cap: 0.7, whole_cap: 0.8, reason: pine and oak}
marking: {policy: USA, classification: CONFIDENTIAL, releasable_to: [MEX, GTM], caveats: [SIERRA], handling: "TLP:GREEN", review: 720h}
origin: {policy: /etc/overflight/origin}
terrain: /srv/heights
sources:
  - name: troy-1
    url: srt://10.1.1.1:7001?passphrase=secret
    aircraft: 12-4200
  - {name: incoming, url: /srv/incoming}
`

func TestFull(t *testing.T) {
	t.Parallel()
	got, err := Parse([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Data: "/var/lib/overflight", Operator: "OPS_1", Party: "USA/DEA", Language: "es", Role: Partner,
		Server: Server{"0.0.0.0:80", true, "overflight.example"},
		Archive: Archive{
			Copy: "/disk1/segments", SecondCopy: "/disk2/segments", Keys: "/disk3/keys", SecondKeys: "/disk4/keys", Largest: 64 << 20,
		},
		Journal:  Journal{URL: "nats://10.0.0.2:4222", Credentials: "/etc/overflight/journal.creds"},
		Log:      Log{"log.example.org/ops", "/etc/overflight/policy", 2 * time.Second, 1440},
		Spool:    Spool{2 * time.Minute, 1 << 30},
		Sorties:  Sorties{15 * time.Minute, 3 * time.Second},
		Area:     Area{"area.geojson", 3 * geodesy.NauticalMile},
		Disk:     Disk{72 * time.Hour, 2500000000},
		Interval: Interval{100 * time.Millisecond, 0},

		Detection: Detection{
			Model: coverage.Model{
				Size: 6, Cycles: 1, ThermalCycles: 0.5, Columns: 1920, Rows: 1080, LeafArea: 2.5, Extinction: 0.4, FrameCap: 0.7, WholeCap: 0.8,
			},
			Reason: "pine and oak",
		},
		Marking: Marking{"USA", "CONFIDENTIAL", "GTM,MEX", "SIERRA", "TLP:GREEN", 720 * time.Hour},
		Origin:  Origin{"/etc/overflight/origin"},
		Terrain: "/srv/heights",
	}
	want.Sources.list[0] = Source{"troy-1", "srt://10.1.1.1:7001?passphrase=secret", "12-4200", false}
	want.Sources.list[1] = Source{Name: "incoming", URL: "/srv/incoming"}
	want.Sources.n = 2
	if got != want {
		t.Error(cmp.Diff(want, got, cmp.AllowUnexported(Sources{})))
	}
	if again, err := Parse([]byte(full)); err != nil || again != got {
		t.Errorf("read twice it is another: %v", err)
	}
	if got.Sources.Len() != 2 || got.Sources.At(1).Name != "incoming" {
		t.Error("sources")
	}
	if got.ReadModels() != "/var/lib/overflight/readmodels.db" {
		t.Error(got.ReadModels())
	}
}

func TestNoneNeeded(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "# nothing\n", "---\n", "\xEF\xBB\xBF", "data: overflight-data\n", "journal: {url: embedded}\n"} {
		got, err := Parse([]byte(text))
		if err != nil || got != Default() {
			t.Errorf("%q: %v %s", text, err, cmp.Diff(Default(), got, cmp.AllowUnexported(Sources{})))
		}
	}
	if c, err := Read(""); err != nil || c != Default() {
		t.Error(err)
	}
	moved, err := Parse([]byte("data: /x\n"))
	if err != nil || moved.Archive.Keys != "/x/keys" || moved.Archive.SecondCopy != "/x/segments-second" {
		t.Errorf("%v %+v", err, moved.Archive)
	}
}

// bad is what must be refused, and how.
var bad = map[string]struct{ text, want string }{
	"numbers, no reason":  {"detection: {cycles: 6.4}", "configuration line 1: detection: missing reason, expected a sentence that says why these numbers"},
	"number beyond":       {"detection: {frame_cap: 1, reason: sure}", `configuration line 1: detection.frame_cap: expected a number from 0 to 0.99, got "1"`},
	"no number":           {"detection: {leaf_area: dense, reason: x}", `configuration line 1: detection.leaf_area: expected a number from 0 to 12, got "dense"`},
	"unknown field":       {"dta: x\n", "configuration line 1: dta: unknown field, expected one of data, operator, party, language, role, server, archive, journal, log, spool, sorties, area, disk, interval, detection, marking, origin, link, terrain, sources"},
	"no state":            {"marking: {releasable_to: [Mexico]}", `configuration line 1: marking.releasable_to: expected states by their three letters, such as [GTM, MEX], each once, got "Mexico"`},
	"a caveat twice":      {"marking: {caveats: [SIERRA, SIERRA]}", `configuration line 1: marking.caveats: expected compartments in capital letters, such as [SIERRA], each once, got "SIERRA"`},
	"a list as a text":    {"marking: {caveats: SIERRA}", "configuration line 1: marking.caveats: expected at most 32 compartments in capital letters, such as [SIERRA]"},
	"no handling":         {"marking: {handling: TLP-BLUE}", `configuration line 1: marking.handling: expected one of TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:AMBER+STRICT, TLP:RED, got "TLP-BLUE"`},
	"link without keys":   {"link: {listen: 127.0.0.1:1}", "configuration line 1: link: expected certificate, key and authorities"},
	"link of a partner":   {"link: {remote: a.example:1, code: MEX, certificate: a, key: b, authorities: c}", "configuration line 1: link: expected listen and partners at an operator's node"},
	"link to nowhere":     {"role: partner\nlink: {listen: 127.0.0.1:1, certificate: a, key: b, authorities: c}", "configuration line 2: link: expected remote and code at a partner's node"},
	"link without a port": {"link: {listen: nowhere}", `configuration line 1: link.listen: expected an address and port such as "192.0.2.1:7422", got "nowhere"`},
	"partner twice":       {"link: {listen: 127.0.0.1:1, certificate: a, key: b, authorities: c, partners: [{code: MEX, name: a.example}, {code: MEX, name: b.example}]}", "configuration line 1: link.partners[2]: expected each code and name once"},
	"partner of no state": {"link: {listen: 127.0.0.1:1, certificate: a, key: b, authorities: c, partners: [{code: Mexico, name: a.example}]}", `configuration line 1: link.partners[1].code: expected a state by its three letters, got "Mexico"`},
	"no role":             {"role: both", `configuration line 1: role: expected one of operator, partner, got "both"`},
	"origin of operator":  {"origin: {policy: x}", "configuration line 1: origin: expected role: partner, and the policy of the log that products come from"},
	"unknown inner field": {"data: x\nserver:\n  listen: 127.0.0.1:1\n  port: 3\n", "configuration line 4: server.port: unknown field, expected one of listen, exposed, name"},
	"twice":               {"data: x\ndata: y\n", ""},
	"not a mapping":       {"- data\n", "configuration line 1: configuration: expected fields with names"},
	"text":                {"hello\n", "configuration line 1: configuration: expected fields with names"},
	"two documents":       {"data: x\n---\ndata: y\n", "configuration line 3: expected one document"},
	"no YAML":             {"data: [x\n", ""},
	"tab":                 {"server:\n\tlisten: x\n", ""},
	"deep":                {strings.Repeat("[", 40), "configuration line 1: expected at most 16 levels"},
	"long":                {"# " + strings.Repeat("x", mostText), "configuration line 1: expected at most 1048576 bytes"},
	"a key of lines":      {"&\x1c\x00 UUUUU\r\r\r\r\r\r\rUs\x0f{\xd4:", ""},
	"a key that is long":  {strings.Repeat("k", 100) + ": x\n", ""},
	"a key with a break":  {"\"a\\nb\": x\n", ""},
	"no value":            {"data:\n", "configuration line 1: data: expected a value"},
	"empty data":          {"data: \"\"\n", "configuration line 1: data: expected printable text of 1 to 1024 bytes"},
	"list for a text":     {"data: [a]\n", "configuration line 1: data: expected printable text of 1 to 1024 bytes"},
	"party":               {"party: us\n", `configuration line 1: party: expected a state by its three letters, or an office of it like "USA/DEA", got "us"`},
	"operator":            {"operator: OPS-1\n", `configuration line 1: operator: expected 1 to 32 of letters, digits and underscores, got "OPS-1"`},
	"language":            {"language: fr\n", `configuration line 1: language: expected one of en, es, got "fr"`},
	"exposed":             {"server: {listen: \"0.0.0.0:80\"}\n", `configuration line 1: server.listen: expected a loopback address, or exposed: true beside it, got "0.0.0.0:80"`},
	"every address":       {"server: {listen: \":80\"}\n", `configuration line 1: server.listen: expected a loopback address, or exposed: true beside it, got ":80"`},
	"name with a port":    {"server: {name: \"overflight.example:443\"}\n", `configuration line 1: server.name: expected 1 to 253 of letters, digits, "." and "-", got "overflight.example:443"`},
	"not yes":             {"server: {exposed: yes}\n", `configuration line 1: server.exposed: expected one of true, false, got "yes"`},
	"no port":             {"server: {listen: localhost}\n", `configuration line 1: server.listen: expected an address and port such as "127.0.0.1:8470", got "localhost"`},
	"port":                {"server: {listen: \"localhost:65536\"}\n", `configuration line 1: server.listen: expected an address and port such as "127.0.0.1:8470", got "localhost:65536"`},
	"one place":           {"archive:\n  copy: /a\n  second_copy: /a/\n", `configuration line 2: archive.second_copy: expected a folder apart from archive.copy "/a", got "/a/"`},
	"keys beside":         {"archive: {copy: /a, keys: /a/keys}\n", `configuration line 1: archive.keys: expected a folder apart from archive.copy "/a", got "/a/keys"`},
	"copy below keys":     {"archive: {copy: /k/c, second_keys: /k}\n", `configuration line 1: archive.second_keys: expected a folder apart from archive.copy "/k/c", got "/k"`},
	"no unit":             {"archive: {largest: 64}\n", `configuration line 1: archive.largest: expected a size of 1 MiB to 4 GiB, such as "512 MiB", got "64"`},
	"too large":           {"archive: {largest: 5 GiB}\n", `configuration line 1: archive.largest: expected a size of 1 MiB to 4 GiB, such as "512 MiB", got "5 GiB"`},
	"not a number":        {"spool: {most: NaN MiB}\n", `configuration line 1: spool.most: expected a size of 16 MiB to 1 TiB, such as "512 MiB", got "NaN MiB"`},
	"journal":             {"journal: {url: \"http://x\"}\n", `configuration line 1: journal.url: expected "embedded" or a server such as "nats://127.0.0.1:4222"`},
	"password":            {"journal: {url: \"nats://a:hunter2@x:1\"}\n", "configuration line 1: journal.url: expected no user or password in it, name a file in journal.credentials"},
	"credentials":         {"journal: {credentials: f}\n", "configuration line 1: journal.credentials: expected journal.url of a server beside it"},
	"most stored":         {"journal: {url: \"nats://x:1\", most_stored: 1 GiB}\n", "configuration line 1: journal.most_stored: expected only for the embedded server"},
	"origin":              {"log: {origin: \"a b\"}\n", `configuration line 1: log.origin: expected 1 to 128 of a name without spaces or plus signs, got "a b"`},
	"checkpoint":          {"log: {checkpoint: 1ms}\n", `configuration line 1: log.checkpoint: expected a time of 100ms to 1m0s, such as "12m30s", got "1ms"`},
	"leaves":              {"log: {leaves_per_day: -1}\n", `configuration line 1: log.leaves_per_day: expected a whole number from 0 to 1000000, got "-1"`},
	"spool":               {"spool: {holds: 59s}\n", `configuration line 1: spool.holds: expected a time of 1m0s to 24h0m0s, such as "12m30s", got "59s"`},
	"duration":            {"sorties: {silence: 600}\n", `configuration line 1: sorties.silence: expected a time of 10s to 24h0m0s, such as "12m30s", got "600"`},
	"stall":               {"sorties: {silence: 10s, stall: 20s}\n", "configuration line 1: sorties.stall: expected less than the silence of 10s, got 20s"},
	"area":                {"area: {margin: 1 km}\n", "configuration line 1: area: missing file, expected the name of a GeoJSON file"},
	"margin":              {"area: {file: x, margin: 3 mi}\n", `configuration line 1: area.margin: expected a distance of 0 to 200 km, such as "5 km", got "3 mi"`},
	"sources":             {"sources: {name: x}\n", "configuration line 1: sources: expected a list"},
	"source":              {"sources: [udp]\n", "configuration line 1: sources[1]: expected fields with names"},
	"no name":             {"sources: [{url: x}]\n", "configuration line 1: sources[1].name: missing, expected a name"},
	"name":                {"sources: [{name: a b, url: x}]\n", `configuration line 1: sources[1].name: expected 1 to 64 of letters, digits, ".", "_" and "-", got "a b"`},
	"same name":           {"sources:\n- {name: a, url: x}\n- {name: a, url: y}\n", `configuration line 3: sources[2].name: expected each name once, got "a" again`},
	"no url":              {"sources: [{name: a}]\n", `configuration line 1: sources[1].url: missing, expected an address such as "udp://127.0.0.1:5001", or a file or folder`},
	"scheme":              {"sources: [{name: a, url: \"http://u:hunter2@x/\"}]\n", `configuration line 1: sources[1].url: expected one of udp://, tcp://, tcp+listen://, srt://, rtsp://, file://, got "http://"`},
	"too many":            {"sources:\n" + strings.Repeat("- {name: a, url: x}\n", MostSources+1), "configuration line 2: sources: expected at most 64, got 65"},
}

func TestBad(t *testing.T) {
	t.Parallel()
	for name, test := range bad {
		c, err := Parse([]byte(test.text))
		var wrong *Error
		if !errors.As(err, &wrong) || c != (Config{}) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text := err.Error()
		if test.want != "" && text != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, text, test.want)
		}
		if strings.ContainsAny(text, "\n\r") || strings.Contains(text, "hunter2") || len(text) > 400 {
			t.Errorf("%s: not one clear line: %q", name, text)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "overflight.yaml")
	if _, err := Read(file); err == nil || err.Error() != file+":1: reading the configuration: no such file or directory" {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte("data: x\nserver: {lisen: y}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(file); err == nil || err.Error() != file+":2: server.lisen: unknown field, expected one of listen, exposed, name" {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte(full), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := Read(file); err != nil || c.Operator != "OPS_1" {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(full)
	for _, test := range bad {
		if len(test.text) < 1000 {
			f.Add(test.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse([]byte(text))
		var wrong *Error
		switch {
		case err == nil:
			if c.Data == "" || c.Operator == "" || c.Archive.Keys == "" || c.Archive.Copy == c.Archive.SecondCopy || c.Spool.Holds < time.Minute {
				t.Errorf("%+v", c)
			}
			if again, err := Parse([]byte(text)); err != nil || again != c {
				t.Error("read twice it is another")
			}
		case !errors.As(err, &wrong) || wrong.Line < 1 || strings.ContainsAny(err.Error(), "\n\r"):
			t.Errorf("%q", err)
		}
	})
}
