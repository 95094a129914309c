package tiles_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/internal/tiles"
	"overflight/transparency"
)

const childEnv = "OVERFLIGHT_TILES_CHILD"

// child opens the log, or makes it where there is none, and enters leaves until it is killed. It
// says what it was told is durable, one number a line.
func child() int {
	private, public, err := transparency.FormatKey(origin, transparency.Ed25519, [32]byte{1})
	if err != nil {
		return 1
	}
	key, err := transparency.ParseLogKey(public)
	if err != nil {
		return 1
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return 1
	}
	dir := os.Getenv(childEnv)
	cfg := tiles.Config{
		Folder: dir + "/log", Memory: dir + "/memory", Key: key, Signer: signer,
		Interval: 100e6,
	}
	ctx := context.Background()
	l, err := tiles.Open(ctx, cfg)
	if errors.Is(err, tiles.ErrNoMemory) {
		l, err = tiles.Create(ctx, cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	err = l.Tail(ctx, said{ledger: ledger{end: 1 << 40}, from: l.Size()})
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// said prints the sequence before the one it is asked for: that one was acknowledged. What is read
// again to be compared is not printed.
type said struct {
	ledger
	from uint64
}

func (s said) Read(ctx context.Context, first uint64, limit int) ([][]byte, error) {
	if first > s.from {
		fmt.Println(first - 1)
	}
	return s.ledger.Read(ctx, first, 1+int(first%uint64(limit)))
}

// TestKill runs alone: a child that is just being started holds the locks of the tests beside it.
func TestKill(t *testing.T) {
	rounds := 3
	if os.Getenv("OVERFLIGHT_SOAK") == "1" {
		rounds = 20
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	cfg := config(t, t.TempDir())
	dir := cfg.Folder[:len(cfg.Folder)-len("/log")]
	var before uint64
	for round := range rounds {
		acked := killed(t, dir, 1+random.IntN(25), time.Duration(random.IntN(9000))*time.Microsecond)
		l, err := tiles.Open(within(t), cfg)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if l.Size() < acked {
			t.Fatalf("round %d: %d leaves were acknowledged, %d are there", round, acked, l.Size())
		}
		s, err := l.Await(within(t), l.Size())
		if err != nil {
			t.Fatal(err)
		}
		checkLeaves(t, l, s)
		if err := l.Close(within(t)); err != nil {
			t.Fatal(err)
		}
		report, err := tiles.Verify(within(t), cfg)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if report.Size <= before {
			t.Fatalf("round %d: nothing was entered", round)
		}
		before = report.Size
		t.Logf("round %d: %d acknowledged, %d there, %d files verified", round, acked, report.Size, report.Files)
	}
}

// killed runs a child until it has said so many lines, kills it that much later, in the middle of
// whatever it does then, and returns the last number it said.
func killed(t *testing.T, dir string, lines int, later time.Duration) uint64 {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acked uint64
	scan := bufio.NewScanner(out)
	for n := 0; scan.Scan(); n++ {
		if acked, err = strconv.ParseUint(scan.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
		if n == lines {
			time.AfterFunc(later, func() { _ = cmd.Process.Kill() }) // Wait says whether it was
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the child was not killed: %v", err)
	}
	return acked
}
