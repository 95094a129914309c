package jetstream

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"overflight/internal/durable"
)

// The test binary runs itself again as the process that is to be killed.
const (
	roleVar = "OVERFLIGHT_JOURNAL_ROLE"
	dirVar  = "OVERFLIGHT_JOURNAL_DIR"
	portVar = "OVERFLIGHT_JOURNAL_PORT"
)

func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(roleVar) {
	case "server":
		err = serveAlone(os.Getenv(dirVar), os.Getenv(portVar))
	case "writer":
		err = writeForEver(os.Getenv(dirVar))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serveAlone is a journal's server in a process of its own. It ends with its standard input.
func serveAlone(dir, port string) error {
	o := serverOptions(dir, 0)
	o.DontListen, o.Host = false, "127.0.0.1"
	var err error
	if o.Port, err = strconv.Atoi(port); err != nil {
		return err
	}
	s, err := server.NewServer(o)
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		return fmt.Errorf("not ready")
	}
	fmt.Println(s.ClientURL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	s.Shutdown()
	return nil
}

// writeForEver writes to an embedded journal and says what was acknowledged, a line each: message and sequence.
func writeForEver(dir string) error {
	ctx := context.Background()
	c, err := Open(Config{Dir: dir + "/journal"})
	if err != nil {
		return err
	}
	if err := c.EnsureStream(ctx, Events, StreamConfig{}); err != nil {
		return err
	}
	marks, err := NewMarkFiles(durable.OS(), dir+"/marks")
	if err != nil {
		return err
	}
	w, err := c.NewWriter(ctx, WriterConfig{Stream: Events, Producer: "child", Marks: marks, Flush: 1e6, Most: 50, Queue: 200})
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- w.Run(ctx) }()
	receipts := make(chan *Receipt, 400)
	go func() {
		out := bufio.NewWriter(os.Stdout)
		for r := range receipts {
			sequence, err := r.Wait(ctx)
			if err != nil {
				return
			}
			fmt.Fprintln(out, string(r.data), sequence, "whole")
			if len(receipts) == 0 {
				out.Flush()
			}
		}
	}()
	for i := 0; ; i++ {
		r, err := w.Publish(ctx, "evt.obs.flight", fmt.Appendf(nil, "%d-%d", os.Getpid(), i))
		if err != nil {
			return <-failed
		}
		receipts <- r
	}
}

// child is a process of the test binary in another role.
type child struct {
	cmd *exec.Cmd
	out *bufio.Scanner
	in  io.Closer
}

func start(t testing.TB, role, dir, port string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(exe)}
	c.cmd.Env = append(os.Environ(), roleVar+"="+role, dirVar+"="+dir, portVar+"="+port)
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewScanner(out)
	t.Cleanup(c.kill)
	return c
}

// kill is kill -9.
func (c *child) kill() {
	if c.cmd.ProcessState == nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
}

// line returns the next line that the child prints.
func (c *child) line(t testing.TB) string {
	t.Helper()
	if !c.out.Scan() {
		t.Fatalf("the child said no more: %v", c.out.Err())
	}
	return c.out.Text()
}

func portOf(t testing.TB, url string) string {
	t.Helper()
	return url[strings.LastIndexByte(url, ':')+1:]
}
