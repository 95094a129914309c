package spool

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// crashDir makes the test binary, run again, the process that is killed.
const crashDir = "OVERFLIGHT_SPOOL_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := appendUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// appendUntilKilled has room in memory for what a slow disk leaves waiting, so that nothing is given
// up. It appends for ever and says which sequences were given out and which are on disk.
func appendUntilKilled(dir string) error {
	s, err := Open(Config{Dir: dir, Source: "feed", FileBytes: 64 << 10, Flush: 2 * time.Millisecond, MaxMemory: 256 << 20}, time.Now())
	if err != nil {
		return err
	}
	go func() { _ = s.Run(context.Background()) }()
	out := bufio.NewWriter(os.Stdout)
	for {
		for range 50 {
			st := s.State()
			n, err := s.Append(Record{Arrival: time.Now(), Bytes: body(int(st.Next) - 1)})
			if err != nil {
				return err
			}
			fmt.Fprintln(out, n, s.State().Durable)
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

func TestKilled(t *testing.T) {
	t.Parallel()
	rounds := 3
	if os.Getenv("OVERFLIGHT_SOAK") == "1" {
		rounds = 20
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	given := map[uint64]bool{}
	safe := map[uint64]bool{}
	var acked uint64
	for round := range rounds {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), crashDir+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		want := 500 + random.IntN(3000)
		sc := bufio.NewScanner(out)
		reached := 0
		for sc.Scan() {
			a, b, ok := strings.Cut(sc.Text(), " ")
			n, err1 := strconv.ParseUint(a, 10, 64)
			durable, err2 := strconv.ParseUint(b, 10, 64)
			if !ok || err1 != nil || err2 != nil {
				continue // the line in which it died
			}
			if given[n] {
				t.Fatalf("round %d: sequence %d was given twice", round, n)
			}
			given[n] = true
			for i := durable; i > acked && given[i] && !safe[i]; i-- {
				safe[i] = true
				reached++
			}
			if want > 0 && reached >= want {
				want = 0
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait() // killed

		s, f := open(t, Config{Dir: dir, FileBytes: 64 << 10})
		got := drain(t, s)
		came := map[uint64]bool{}
		for _, r := range got {
			if came[r.Sequence] || string(r.Bytes) != string(body(int(r.Sequence)-1)) {
				t.Fatalf("round %d: record %d came twice or changed", round, r.Sequence)
			}
			came[r.Sequence] = true
		}
		lost := 0
		for n := range safe {
			if n > acked && !came[n] {
				lost++
			}
		}
		if lost > 0 {
			t.Fatalf("round %d: %d of %d records on disk were lost; %v", round, lost, len(safe), f.codes())
		}
		account(t, got, s.Losses(), acked+1, s.State().Next-1)
		t.Logf("round %d: %d given in all, %d known to be on disk, %d came", round, len(given), len(safe), len(got))
		if len(got) > 0 {
			acked = got[len(got)/2].Sequence
			s.Ack(acked)
		}
		shut(t, s)
	}
	if len(safe) < 100 {
		t.Errorf("only %d records were known to be on disk: nothing was tried", len(safe))
	}
}
