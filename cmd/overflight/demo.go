package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/config"
	"overflight/internal/demo"
	"overflight/internal/node"
	"overflight/internal/simulate"
	"overflight/internal/sqlite"
)

// The demonstration's sources, its folder inside the data folder, and the operator of its sorties, so
// that nobody takes a number of it for one of a flight.
const (
	demoSource   = "simulated-live"
	demoRecorded = "simulated-recorded"
	demoFolder   = "demo"
	demoOperator = "DEMO"
)

func newDemo(t *terminal) *cobra.Command {
	var data, listen string
	c := &cobra.Command{
		Use:   "demo",
		Short: t.words.Text("help.demo"),
		Long:  t.words.Text("help.demo") + "\n\n" + t.words.Text("help.demo.long"),
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return doDemo(c.Context(), t, data, listen) },
	}
	c.Flags().StringVar(&data, "data", "", t.words.Text("help.demo.data"))
	c.Flags().StringVar(&listen, "listen", "", t.words.Text("help.listen"))
	return c
}

func doDemo(ctx context.Context, t *terminal, data, listen string) error {
	if data == "" {
		data = "overflight-demo"
	}
	// Neither the configuration file nor OVERFLIGHT_DATA counts here: both may name the folder of real flights.
	c := node.Config{Config: config.Default().In(data), Logger: logger(t.err)}
	c.Operator = demoOperator
	if listen != "" {
		c.Server.Listen = listen
	}
	clip, err := demo.OpenClip()
	if err != nil {
		return err
	}
	n, err := openForDemo(ctx, t, c)
	if err != nil {
		return err
	}
	flying, land := context.WithCancel(ctx)
	flown := make(chan error, 1)
	go func() {
		err := fly(flying, t, n, clip)
		if err != nil { // said now: the server goes on until somebody ends it
			c.Logger.Error("live flight", slog.Any("error", err))
		}
		flown <- err
	}()
	go func() {
		// A fault here does not end the demonstration: the live flight is what it is for.
		if err := takeRecorded(flying, t, n); err != nil && flying.Err() == nil {
			c.Logger.Error("recorded sortie", slog.Any("error", err))
		}
		flown <- nil
	}()
	err = serve(ctx, t, n, c)
	land()
	return errors.Join(err, <-flown, <-flown, n.Close())
}

// openForDemo opens a data folder of the demonstration, or makes one. A folder that was made for something else is
// refused.
func openForDemo(ctx context.Context, t *terminal, c node.Config) (*node.Node, error) {
	there, err := node.Exists(c.Config)
	if err != nil {
		return nil, err
	}
	own := filepath.Join(c.Data, demoFolder)
	if there {
		if _, err := os.Stat(own); errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New(t.words.Text("demo.folder", c.Data))
		}
	}
	n, err := openOrCreate(ctx, t, c)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(own, 0o700); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// fly adds the live source and sends it the clip until the context ends.
func fly(ctx context.Context, t *terminal, n *node.Node, clip *demo.Clip) error {
	select {
	case <-n.Ready():
	case <-ctx.Done():
		return nil
	}
	address, err := freePort(ctx)
	if err != nil {
		return err
	}
	s, err := n.AddSource(ctx, node.SourceRequest{Name: demoSource, URL: "udp://" + address})
	if err != nil {
		return err
	}
	to, err := demo.Dial(ctx, "udp", address)
	if err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	player, err := demo.NewPlayer(demo.PlayerConfig{Clip: clip, Now: time.Now, Tick: tick.C, To: to})
	if err != nil {
		return errors.Join(err, to.Close())
	}
	fmt.Fprintln(t.out, t.words.Text("demo.live", s.Source, s.URL))
	return errors.Join(player.Run(ctx), to.Close())
}

// freePort is an address of this machine on which nobody receives.
func freePort(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.ListenPacket(ctx, "udp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.LocalAddr().String(), l.Close()
}

// takeRecorded simulates a sortie that was flown some time ago and ingests it, once for a data folder.
func takeRecorded(ctx context.Context, t *terminal, n *node.Node) error {
	select {
	case <-n.Ready():
	case <-ctx.Done():
		return nil
	}
	sortie, err := demo.Recorded()
	if err != nil {
		return err
	}
	if err := underWay(ctx, n); err != nil {
		return err
	}
	name, err := filepath.Abs(filepath.Join(n.Config().Data, demoFolder, "recorded.klv"))
	if err != nil {
		return err
	}
	// An ingest that a crash broke off has been taken up by now, and reads the file that it began with.
	takenUp := slices.ContainsFunc(n.Sources(), func(s node.Source) bool { return s.Source == demoRecorded })
	if !takenUp {
		before, _, err := n.Models().Flights(ctx, sqlite.FlightFilter{Aircraft: sortie.Aircraft.Tail}, sqlite.Page{Limit: 1})
		if err != nil || len(before) > 0 {
			return err
		}
		if err := writeRecorded(ctx, sortie, name); err != nil {
			return err
		}
		if _, err := n.AddSource(ctx, node.SourceRequest{Name: demoRecorded, URL: name}); err != nil {
			return err
		}
	}
	s, err := n.WaitSource(ctx, demoRecorded)
	if err := errors.Join(err, s.Err); err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.words.Text("demo.recorded", s.Sortie.String()))
	return os.Remove(name)
}

// underWay waits until the live flight has its number, so that it is the first in a new folder.
func underWay(ctx context.Context, n *node.Node) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, s := range n.Sources() {
			if s.Source == demoSource && !s.Sortie.IsZero() {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func writeRecorded(ctx context.Context, sortie simulate.Sortie, name string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	return errors.Join(demo.WriteRecorded(ctx, sortie, w), w.Flush(), f.Close())
}
