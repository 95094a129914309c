// Command traffic is the journal's server of a node that runs beside it, and sends on the node's live channel what a thousand
// aircraft with two hundred cameras would: the page is measured under it.
//
// It prints the address of the journal, takes one word a line on its standard input (nothing, ground, full), and ends with it.
// What is sent goes the way of every live frame: published on the channel, gathered by the node's server, sent to the page over
// its WebSocket. Only the decoding of a thousand streams is left out, which would be the machine's load and not the page's.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"overflight/internal/jetstream"
	"overflight/internal/node"
)

func main() {
	aircraft := flag.Int("aircraft", 1000, "how many fly")
	cameras := flag.Int("footprints", 200, "how many of them look at the ground")
	period := flag.Duration("period", 200*time.Millisecond, "from a frame of each to the next")
	flag.Parse()
	if err := run(*aircraft, *cameras, *period); err != nil {
		fmt.Fprintln(os.Stderr, "traffic:", err)
		os.Exit(1)
	}
}

func run(aircraft, cameras int, period time.Duration) error {
	folder, err := os.MkdirTemp("", "overflight-traffic-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // it is a temporary one
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, JetStream: true, StoreDir: folder, SyncAlways: true})
	if err != nil {
		return err
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		return fmt.Errorf("the journal's server is not ready")
	}
	conn, err := jetstream.Open(jetstream.Config{URL: s.ClientURL()})
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := fmt.Fprintln(os.Stdout, s.ClientURL()); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	words := make(chan string)
	go func() {
		defer cancel()
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			words <- lines.Text()
		}
	}()
	return send(ctx, conn, fleet(aircraft, cameras), period, words)
}

func send(ctx context.Context, conn *jetstream.Conn, all []craft, period time.Duration, words <-chan string) error {
	tick := time.NewTicker(period)
	defer tick.Stop()
	word := "nothing"
	for step := 0.0; ; step++ {
		select {
		case <-ctx.Done():
			return nil
		case word = <-words:
			continue
		case <-tick.C:
		}
		now := time.Now().UTC()
		for i := range all {
			f := all[i].at(now, step*period.Seconds())
			switch {
			case word == "nothing":
				continue
			case word == "ground" && i > 0:
				continue
			case word == "ground":
				// A picture in which nothing is to be drawn: what the ground alone costs.
				f = node.Frame{Flight: f.Flight, Source: f.Source, Time: now, Arrived: now, States: []string{}}
			}
			b, err := json.Marshal(&f)
			if err != nil {
				return err
			}
			if err := conn.PublishLive(jetstream.Provisional{Flight: f.Flight, Kind: "frame", At: now, Data: b}); err != nil {
				return err
			}
		}
	}
}

// craft is one that flies straight on, over Mexico and what is around it.
type craft struct {
	number             int
	lon, lat, heading  float64 // degrees
	speed              float64 // degrees a second: some are fast, so that something moves on the screen
	looks              bool
	distance, approach float64 // metres to a boundary, and how fast it comes nearer
}

// fleet is the same every time.
func fleet(aircraft, cameras int) []craft {
	r := rand.New(rand.NewPCG(20261128, 0))
	all := make([]craft, aircraft)
	for i := range all {
		all[i] = craft{
			number: i + 1, lon: -118 + 32*r.Float64(), lat: 15 + 18*r.Float64(), heading: 360 * r.Float64(), speed: 0.01 + 0.02*r.Float64(),
			looks: i < cameras, distance: 90e3 * r.Float64(), approach: 100 * r.Float64(),
		}
	}
	return all
}

func (c *craft) at(now time.Time, seconds float64) node.Frame {
	a := c.heading * math.Pi / 180
	lon, lat := c.lon+math.Sin(a)*c.speed*seconds, c.lat+math.Cos(a)*c.speed*seconds
	altitude, speed := 3000.0, 80.0
	f := node.Frame{
		Flight: fmt.Sprintf("BENCH-2026-%04d", c.number), Source: "bench", Registration: fmt.Sprintf("B-%04d", c.number), Type: "MQ-9",
		Time: now, Arrived: now, Position: &[2]float64{lon, lat}, Heading: &c.heading, Altitude: &altitude, Datum: "HAE", Speed: &speed, States: []string{"MEX"},
		// A node looks for the nearest boundary once a second.
		Boundary: &node.Approach{State: "MEX", Distance: math.Abs(c.distance - c.approach*math.Floor(seconds)), Inside: true},
	}
	if !c.looks {
		f.Reason = "no-angles"
		return f
	}
	at := [2]float64{lon + 0.5*math.Cos(a), lat - 0.5*math.Sin(a)}
	f.Centre, f.Doubt = &at, 30
	for _, d := range [][2]float64{{-0.2, -0.15}, {0.2, -0.15}, {0.3, 0.2}, {-0.3, 0.2}} {
		f.Footprint = append(f.Footprint, [2]float64{at[0] + d[0], at[1] + d[1]})
	}
	return f
}
