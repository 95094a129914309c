package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"overflight/internal/demo"
)

// receiver is the client of TAK that others wrote.
const receiver = "../../tools/tak/receive.js"

func hasReceiver() bool {
	_, node := exec.LookPath("node")
	_, modules := os.Stat(filepath.Join(filepath.Dir(receiver), "node_modules/@tak-ps/node-tak"))
	return node == nil && modules == nil
}

// certificates makes an authority, and certificates by it: `certificates FOLDER NAME...`. Their serial numbers are 2, 3, ...
func certificates(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: certificates FOLDER NAME...")
	}
	folder := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(folder, 0o700))
	write := func(name, kind string, b []byte) {
		ts.Check(os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600))
	}
	now := time.Now()
	var issuer *x509.Certificate
	var issuing *ecdsa.PrivateKey
	for i, name := range append([]string{"issuer"}, args[1:]...) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		ts.Check(err)
		c := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 1)), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}}
		if i == 0 {
			c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.ExtKeyUsage = true, true, x509.KeyUsageCertSign, nil
			issuer, issuing = c, key
		}
		der, err := x509.CreateCertificate(rand.Reader, c, issuer, &key.PublicKey, issuing)
		ts.Check(err)
		if i == 0 {
			issuer, err = x509.ParseCertificate(der)
			ts.Check(err)
		}
		private, err := x509.MarshalPKCS8PrivateKey(key)
		ts.Check(err)
		write(name+".pem", "CERTIFICATE", der)
		write(name+".key", "PRIVATE KEY", private)
	}
}

var takAddress = regexp.MustCompile(`TAK clients connect to (\S+)\n`)

// peer is node-tak, to be connected to the server whose words are in a file, with a certificate.
func peer(ctx context.Context, ts *testscript.TestScript, said, cert string) *exec.Cmd {
	var m []string
	for deadline := time.Now().Add(5 * time.Minute); m == nil; time.Sleep(5 * time.Millisecond) { // a server is ready a moment before it has said so
		if m = takAddress.FindStringSubmatch(ts.ReadFile(said)); time.Now().After(deadline) {
			ts.Fatalf("%s names no address", said)
		}
	}
	script, err := filepath.Abs(receiver)
	ts.Check(err)
	cert = ts.MkAbs(cert)
	return exec.CommandContext(ctx, "node", script, "ssl://"+m[1], cert, strings.TrimSuffix(cert, ".pem")+".key")
}

// listens connects node-tak as receives does, and puts what comes into a file until the story ends: `listens FILE SAID CERTIFICATE`.
func listens(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: listens FILE SAID CERTIFICATE")
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := peer(ctx, ts, args[1], args[2])
	to, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	var told strings.Builder
	c.Stdout, c.Stderr = to, &told
	ts.Check(c.Start())
	ts.Defer(func() {
		cancel()
		_ = c.Wait() // it was killed
		ts.Logf("%s: node-tak said on its error output: %q", args[0], told.String())
		ts.Check(to.Close())
	})
}

// heard are the lines of a file of listens that have all these.
func heard(ts *testscript.TestScript, file string, patterns ...string) (all []heardLine) {
	text := ts.ReadFile(file)
	for line := range strings.SplitSeq(text[:strings.LastIndexByte(text, '\n')+1], "\n") { // the last may be half written
		has := line != ""
		for _, p := range patterns {
			has = has && regexp.MustCompile(p).MatchString(line)
		}
		if has {
			x := heardLine{text: line}
			ts.Check(json.Unmarshal([]byte(line), &x))
			all = append(all, x)
		}
	}
	return all
}

// heardLine is what receive.js says of an event.
type heardLine struct {
	At    time.Time `json:"at"`
	Event struct {
		Attributes struct {
			Time time.Time `json:"time"`
		} `json:"_attributes"`
	} `json:"event"`
	text string
}

// hears waits until a file of listens has a line with all these, and with ! holds it to have none: `hears FILE PATTERN...`.
func hears(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: [!] hears FILE PATTERN...")
	}
	if !neg {
		hearsMore(ts, args, 0)
	} else if all := heard(ts, args[0], args[1:]...); len(all) > 0 {
		ts.Fatalf("it came: %s", all[0].text)
	}
}

// hearsAgain waits until a file of listens has one more line with all these than it has now: `again FILE PATTERN...`.
func hearsAgain(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: again FILE PATTERN...")
	}
	hearsMore(ts, args, len(heard(ts, args[0], args[1:]...)))
}

func hearsMore(ts *testscript.TestScript, args []string, than int) {
	for deadline := time.Now().Add(5 * time.Minute); len(heard(ts, args[0], args[1:]...)) <= than; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			text := ts.ReadFile(args[0])
			ts.Fatalf("%s: no more of %q than %d came, after %d lines, the last of which are %s", args[0], args[1:], than, strings.Count(text, "\n"), text[max(0, len(text)-4000):])
		}
	}
}

// behind holds every line of a file of listens that has a pattern to have come so long after what it tells of, or not before the instant in a
// second file: `behind FILE PATTERN DURATION|FILE`.
func behind(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: behind FILE PATTERN DURATION|FILE")
	}
	delay, err := time.ParseDuration(args[2])
	var due time.Time
	if err != nil {
		due, err = time.Parse(time.RFC3339, strings.TrimSpace(ts.ReadFile(args[2])))
		ts.Check(err)
	}
	all := heard(ts, args[0], args[1])
	if len(all) == 0 {
		ts.Fatalf("%s: nothing of %s came", args[0], args[1])
	}
	for _, x := range all {
		if first := x.Event.Attributes.Time.Add(delay); x.At.Before(first) && due.IsZero() || x.At.Before(due) {
			ts.Fatalf("it came at %s, sooner than %s%s: %s", x.At, args[2], due.Format(" 15:04:05"), x.text)
		}
	}
}

// receives connects node-tak to the server whose words are in a file, with a certificate, until what came has had lines with all these, each
// by itself; with ! it has to be let go with nothing but an end: `receives SAID CERTIFICATE PATTERN...`.
func receives(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg != (len(args) == 2) {
		ts.Fatalf("usage: [!] receives SAID CERTIFICATE PATTERN...")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c := peer(ctx, ts, args[0], args[1])
	out, err := c.StdoutPipe()
	ts.Check(errors.Join(err, c.Start()))
	defer func() {
		cancel()
		_ = c.Wait() // it was killed
	}()
	var missing []*regexp.Regexp
	for _, p := range args[2:] {
		missing = append(missing, regexp.MustCompile(p))
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if neg && !strings.Contains(line, `"error"`) && !strings.Contains(line, `"end"`) {
			ts.Fatalf("it was let in: %s", line)
		}
		rest := missing[:0]
		for _, p := range missing {
			if !p.MatchString(line) {
				rest = append(rest, p)
			}
		}
		if missing = rest; len(missing) == 0 && !neg {
			return
		}
		if neg {
			return
		}
	}
	if len(missing) > 0 {
		ts.Fatalf("never came: %v", missing)
	}
}

// flies sends the flight of the demonstration to a port of this machine, of which it sets the address, until the story ends: `flies VARIABLE`.
func flies(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flies VARIABLE")
	}
	ctx, cancel := context.WithCancel(context.Background())
	address, err := freePort(ctx)
	ts.Check(err)
	clip, err := demo.OpenClip()
	ts.Check(err)
	to, err := demo.Dial(ctx, "udp", address)
	ts.Check(err)
	tick := time.NewTicker(20 * time.Millisecond)
	player, err := demo.NewPlayer(demo.PlayerConfig{Clip: clip, Now: time.Now, Tick: tick.C, To: to})
	ts.Check(err)
	landed := make(chan error, 1)
	go func() { landed <- player.Run(ctx) }()
	ts.Defer(func() {
		cancel()
		tick.Stop()
		ts.Check(errors.Join(<-landed, to.Close()))
	})
	ts.Setenv(args[0], address)
}
