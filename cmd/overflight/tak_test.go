package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
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

// receives connects node-tak to the server whose words are in a file, with a certificate, until what came has had lines with all these, each
// by itself; with ! it has to be let go with nothing but an end: `receives SAID CERTIFICATE PATTERN...`.
func receives(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg != (len(args) == 2) {
		ts.Fatalf("usage: [!] receives SAID CERTIFICATE PATTERN...")
	}
	var m []string
	for deadline := time.Now().Add(time.Minute); m == nil; time.Sleep(5 * time.Millisecond) { // a server is ready a moment before it has said so
		if m = takAddress.FindStringSubmatch(ts.ReadFile(args[0])); time.Now().After(deadline) {
			ts.Fatalf("%s names no address", args[0])
		}
	}
	script, err := filepath.Abs(receiver)
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cert := ts.MkAbs(args[1])
	c := exec.CommandContext(ctx, "node", script, "ssl://"+m[1], cert, strings.TrimSuffix(cert, ".pem")+".key")
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
