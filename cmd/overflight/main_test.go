package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"overflight/geodesy"
	"overflight/internal/client"
	"overflight/internal/jetstream/linktest"
)

// overflight is the real command for the stories.
func overflight() {
	os.Exit(run(context.Background(), os.Args[1:], terminal{out: os.Stdout, err: os.Stderr, getenv: os.Getenv}))
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"overflight": overflight, "overflight-verify": verifier})
}

// verifier is the offline checker, built as its users have it.
func verifier() {
	c := exec.Command(verifierPath(), os.Args[1:]...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	err := c.Run()
	var left *exec.ExitError
	switch {
	case errors.As(err, &left):
		os.Exit(left.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// verifierPath is where TestStories built overflight-verify.
func verifierPath() string { return os.Getenv("OVERFLIGHT_VERIFY_BINARY") }

// ready waits until the server of a data folder is ready: `ready DIR`.
func ready(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ready DIR")
	}
	deadline := time.Now().Add(5 * time.Minute)
	for last := ""; ; {
		var ticket client.Ticket
		b, err := os.ReadFile(filepath.Join(ts.MkAbs(args[0]), "server.json"))
		if err == nil {
			err = json.Unmarshal(b, &ticket)
		}
		if err == nil {
			var answer *http.Response
			if answer, err = http.Get("http://" + ticket.Address + "/readyz"); err == nil {
				text, _ := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if answer.StatusCode == http.StatusOK {
					ts.Setenv("SERVER", "http://"+ticket.Address)
					return
				}
				last = string(text)
			}
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the server of %s is not ready: %s %v", args[0], last, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// killed kills the server of a data folder with no warning, and waits until it is gone: `killed DIR`.
func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: killed DIR")
	}
	var ticket client.Ticket
	b, err := os.ReadFile(filepath.Join(ts.MkAbs(args[0]), "server.json"))
	ts.Check(errors.Join(err, json.Unmarshal(b, &ticket)))
	ts.Check(syscall.Kill(ticket.PID, syscall.SIGKILL))
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if _, err := http.Get("http://" + ticket.Address + "/healthz"); err != nil {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("process %d does not end", ticket.PID)
		}
	}
}

// paused stops the server of a data folder where it is: its connections stand, and it does nothing until `resumed DIR`, or the end of
// the story: `paused DIR`.
func paused(ts *testscript.TestScript, neg bool, args []string) {
	pid := signalled(ts, neg, args, syscall.SIGSTOP)
	ts.Defer(func() { _ = syscall.Kill(pid, syscall.SIGCONT) })
}

func resumed(ts *testscript.TestScript, neg bool, args []string) {
	signalled(ts, neg, args, syscall.SIGCONT)
}

func signalled(ts *testscript.TestScript, neg bool, args []string, s syscall.Signal) int {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: paused DIR or resumed DIR")
	}
	var ticket client.Ticket
	b, err := os.ReadFile(filepath.Join(ts.MkAbs(args[0]), "server.json"))
	ts.Check(errors.Join(err, json.Unmarshal(b, &ticket)))
	ts.Check(syscall.Kill(ticket.PID, s))
	return ticket.PID
}

// changes waits until a file is another than a second one: `changes FILE OLD`.
func changes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: changes FILE OLD")
	}
	old := ts.ReadFile(args[1])
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if b, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && string(b) != old {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s stays as it is", args[0])
		}
	}
}

// until runs a command until what it says matches: `until PATTERN COMMAND...`.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN COMMAND...")
	}
	want := regexp.MustCompile(args[0])
	for deadline := time.Now().Add(2 * 5 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		said := ts.ReadFile("stdout")
		if err == nil && want.MatchString(said) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%v: never said %s: %v\n%s", args[1:], want, err, said)
		}
	}
}

// hill writes an SRTM tile of even ground with one hill on it: `hill FILE LAT LON HEIGHT RADIUS GROUND`, metres all three.
func hill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 6 {
		ts.Fatalf("usage: hill FILE LAT LON HEIGHT RADIUS GROUND")
	}
	var v [5]float64
	for i := range v {
		var err error
		v[i], err = strconv.ParseFloat(args[i+1], 64)
		ts.Check(err)
	}
	const posts, degree = 1201, 111_195.0
	b := make([]byte, 0, posts*posts*2)
	for row := range posts {
		for column := range posts {
			lat := math.Floor(v[0]) + 1 - float64(row)/(posts-1)
			lon := math.Floor(v[1]) + float64(column)/(posts-1)
			d := math.Hypot(lat-v[0], (lon-v[1])*math.Cos(v[0]*math.Pi/180)) * degree / v[3]
			b = binary.BigEndian.AppendUint16(b, uint16(int16(v[4]+v[2]*math.Exp(-d*d))))
		}
	}
	file := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o750))
	ts.Check(os.WriteFile(file, b, 0o600))
}

// same holds two files to be equal but for what says when and where: `same A B`.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same A B")
	}
	if a, b := ts.ReadFile(args[0]), ts.ReadFile(args[1]); (a == b) == neg {
		ts.Fatalf("%s\n%s", a, b)
	}
}

// TestStories runs the command as a user does. A story is one file: what is typed, what is expected,
// and the files that it needs.
func TestStories(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "overflight-verify")
	if out, err := exec.Command("go", "build", "-o", binary, "../overflight-verify").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	authority := linktest.New(t)
	origin, partner := authority.Issue(t, "operator.example", time.Hour), authority.Issue(t, "mexico.example", time.Hour)
	expired := authority.Issue(t, "mexico.example", -time.Hour)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") == "1",
		// [samples]: there are recordings made by others, or there must be. [node-tak]: the same of a client of TAK. [tool:NAME]: the same of a
		// program of others that reads what we write.
		Condition: func(condition string) (bool, error) {
			if name, ok := strings.CutPrefix(condition, "tool:"); ok {
				_, err := exec.LookPath(name)
				return err == nil || os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1", nil
			}
			switch condition {
			case "samples":
				return os.Getenv("OVERFLIGHT_SAMPLES") != "" || os.Getenv("OVERFLIGHT_REQUIRE_SAMPLES") == "1", nil
			case "node-tak":
				return hasReceiver() || os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1", nil
			}
			return false, fmt.Errorf("no condition %q", condition)
		},
		Setup: func(e *testscript.Env) error {
			examples, err := filepath.Abs("../../examples")
			if err != nil {
				return err
			}
			e.Setenv("EXAMPLES", examples)
			e.Setenv("LANG", "C")
			e.Setenv("USER", "tester")
			e.Setenv("YEAR", time.Now().UTC().Format("2006"))
			e.Setenv("OVERFLIGHT_VERIFY_BINARY", binary)
			for name, value := range map[string]string{
				"LINK_AUTHORITIES": authority.Path, "LINK_OPERATOR": origin.Path, "LINK_OPERATOR_KEY": origin.Key, "LINK_PARTNER": partner.Path, "LINK_PARTNER_KEY": partner.Key,
				"LINK_EXPIRED": expired.Path, "LINK_EXPIRED_KEY": expired.Key,
			} {
				e.Setenv(name, value)
			}
			// A port that is free now: both ends are told it before either begins.
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			e.Setenv("LINK", l.Addr().String())
			if err := l.Close(); err != nil {
				return err
			}
			e.Setenv("SAMPLES", os.Getenv("OVERFLIGHT_SAMPLES"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"damage": damage, "ready": ready, "killed": killed, "paused": paused, "resumed": resumed, "same": same, "changes": changes, "until": until,
			"browse": browse, "hill": hill, "link": link, "certificates": certificates, "receives": receives, "flies": flies,
			"listens": listens, "hears": hears, "again": hearsAgain, "behind": behind,
		},
	})
}

// damage copies a file and changes it: `damage FROM TO cut N` keeps N bytes, `flip N` turns a bit of the
// byte at N, `hex BYTES` writes these bytes alone.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: damage FROM TO cut|flip|append N")
	}
	b := []byte(ts.ReadFile(args[0]))
	switch args[2] {
	case "cut":
		b = b[:number(ts, args[3])]
	case "flip":
		b[number(ts, args[3])] ^= 0x10
	case "bytes":
		b = nil
		for s := range strings.SplitSeq(args[3], ",") {
			b = append(b, byte(number(ts, s)))
		}
	default:
		ts.Fatalf("no damage called %s", args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

func number(ts *testscript.TestScript, s string) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			ts.Fatalf("%q is no number", s)
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func TestSpeeds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]geodesy.Speed{
		"240kt": 240 * geodesy.Knot, "240": 240 * geodesy.Knot, "120 m/s": 120, "450km/h": 125, "36KMH": 10, "": 0,
	} {
		if got, err := parseSpeed(in); err != nil || got-want > 1e-9 || want-got > 1e-9 {
			t.Errorf("parseSpeed(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"fast", "-3kt", "0", "NaN", "Inf", "1e9kt"} {
		if _, err := parseSpeed(in); err == nil {
			t.Errorf("%q is taken as a speed", in)
		}
	}
}

// TestEveryCommandSpeaksSpanish: no help text falls back to a key.
func TestEveryCommandSpeaksSpanish(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"", "account", "inspect", "simulate", "demo", "version", "user", "user add", "user list", "user link", "user disable", "user enable", "sites", "site", "observation", "observation add",
		"report", "report draft", "report preview", "report erase", "release", "release sign", "release revoke", "partner", "partner add", "partner status", "partner withhold", "partner view", "inbox", "inbox parcel", "inbox check", "policy make", "open", "acknowledge", "dispute",
		"answer", "export",
	} {
		for _, lang := range []string{"en", "es"} {
			var out, err bytes.Buffer
			args := append(strings.Fields(command), "--help", "--lang", lang)
			if code := run(t.Context(), args, terminal{out: &out, err: &err, getenv: func(string) string { return "" }}); code != exitOK {
				t.Errorf("%v: exit %d: %s", args, code, err.String())
			}
			if strings.Contains(out.String(), "help.") {
				t.Errorf("%v: %s", args, out.String())
			}
		}
	}
}
