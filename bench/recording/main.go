// Command recording writes a long flight: the clip of the demonstration, sent by its own player under a clock that is not the
// machine's. What it writes is what a recorder beside the demonstration would hold after so many hours, picture for picture.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"overflight/internal/demo"
)

func main() {
	out := flag.String("out", "", "file to write")
	long := flag.Duration("long", 20*time.Hour, "how long the flight is")
	flag.Parse()
	if err := run(*out, *long); err != nil {
		fmt.Fprintln(os.Stderr, "recording:", err)
		os.Exit(1)
	}
}

// step is how much is written at once: less than what a player takes for a machine that was asleep.
const step = time.Second

func run(out string, long time.Duration) error {
	clip, err := demo.OpenClip()
	if err != nil {
		return err
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	// The clock goes a step on whenever the player looks at it, which it does once a tick.
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time {
		now = now.Add(step)
		return now
	}
	tick := make(chan time.Time)
	player, err := demo.NewPlayer(demo.PlayerConfig{Clip: clip, Now: clock, Tick: tick, To: w})
	if err != nil {
		return errors.Join(err, f.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		defer close(tick)
		for range int(long / step) {
			select {
			case tick <- time.Time{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return errors.Join(player.Run(ctx), w.Flush(), f.Close())
}
