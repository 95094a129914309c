package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// browse asks the server that `ready` found, as a page does, and prints the status and the answer:
// `browse JAR METHOD PATH [BODY]`. The cookie of the session is kept in the file JAR.
func browse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: browse JAR METHOD PATH [BODY]")
	}
	var body string
	if len(args) == 4 {
		body = args[3]
	}
	at := ts.Getenv("SERVER")
	r, err := http.NewRequest(args[1], at+args[2], strings.NewReader(body))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", at)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	jar := ts.MkAbs(args[0])
	if b, err := os.ReadFile(jar); err == nil {
		r.Header.Set("Cookie", string(b))
	}
	answer, err := http.DefaultClient.Do(r)
	ts.Check(err)
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close() // it was only read
	ts.Check(err)
	for _, c := range answer.Cookies() {
		ts.Check(os.WriteFile(jar, []byte(c.Name+"="+c.Value), 0o600))
	}
	fmt.Fprintf(ts.Stdout(), "%d %s\n", answer.StatusCode, text)
}

// link reads the token of the set-up link that a file shows, or will show, into the variable LINK: `link FILE`. A server
// is ready a moment before it has said so.
func link(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: link FILE")
	}
	shown := regexp.MustCompile(`http://[^ ]+/#/setup\?token=([A-Za-z0-9_-]{43})\s`)
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if m := shown.FindStringSubmatch(ts.ReadFile(args[0])); m != nil {
			ts.Setenv("LINK", m[1])
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s shows no link", args[0])
		}
	}
}
