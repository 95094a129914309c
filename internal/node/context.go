package node

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"

	"overflight/airspace"
	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/internal/app"
	"overflight/internal/config"
	"overflight/internal/durable"
	"overflight/segment"
	"overflight/transparency"
)

// random returns n random bytes in hexadecimal.
func random(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// boundaries are the lines that a flight is told by, as `account` has them.
func boundaries() ([]airspace.DatedLine, error) { return app.Lines(nil) }

// maxArea bounds the file of the authorised area.
const maxArea = 16 << 20

// readArea reads the authorised area; nil where none is set.
func readArea(c config.Area) (*segment.Area, error) {
	if c.File == "" {
		return nil, nil
	}
	b, err := durable.OS().ReadFile(c.File, maxArea)
	if err != nil {
		return nil, fmt.Errorf("reading the authorised area: %w", err)
	}
	polygons, err := geojson.ReadPolygons(b)
	if err != nil {
		return nil, fmt.Errorf("authorised area %s: %w", c.File, err)
	}
	var rings [][]geodesy.Position
	for _, p := range polygons {
		for _, ring := range p {
			var r []geodesy.Position
			for _, x := range ring {
				r = append(r, geodesy.Position{Lon: geodesy.Angle(x[0]), Lat: geodesy.Angle(x[1])})
			}
			rings = append(rings, r)
		}
	}
	return segment.NewArea(rings, c.Margin), nil
}

// readPolicy reads the policy of the log; nil where none is set.
func readPolicy(file string) (*transparency.Policy, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the policy: %w", err)
	}
	p, err := transparency.ParsePolicy(b)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", file, err)
	}
	return p, nil
}

// OriginPolicy is the policy by which a partner's node knows the log that products come from; empty where none is named.
func (n *Node) OriginPolicy() (string, error) {
	if n.cfg.Origin.Policy == "" {
		return "", nil
	}
	b, err := os.ReadFile(n.cfg.Origin.Policy)
	return string(b), err
}
