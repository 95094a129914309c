// Command overflight-verify checks an evidence bundle offline: a verdict sentence first, then every
// check. It needs no configuration, reads no clock and opens no connection; all that it rests on is
// the policy that it is given.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, os.Getenv))
}
