// Command overflight-boundaries builds the embedded boundary file from its published source. The
// same source gives the same bytes.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/internal/topology"
)

// sourceHash is the digest of borders.geo.json of npm @osm_borders/maritime_10m 1.1.0.
const sourceHash = "a1aaf348a83087e9c210fc673a2226c0193aa41178b0ea53b4f79460d76eb7e4"

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "overflight-boundaries:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	fs := flag.NewFlagSet("overflight-boundaries", flag.ContinueOnError)
	source := fs.String("source", "", "borders.geo.json of npm @osm_borders/maritime_10m 1.1.0")
	out := fs.String("out", "internal/atlas/boundaries.bin", "file to write")
	snap := fs.Float64("snap", 25, "lines of neighbours closer than this many metres become one")
	sliver := fs.Float64("sliver", 50, "faces of a lesser mean width in metres are given to a neighbour")
	compare := fs.String("compare", "", "another extract, map.geo.json of npm @geo-maps/countries-maritime-10m 0.6.0: print how far its lines are from the embedded ones")
	export := fs.String("geojson", "", "folder to write the embedded outlines to, a GeoJSON file a state")
	if err := fs.Parse(args); err != nil {
		return err
	}
	switch {
	case *compare != "":
		return compareWith(*compare, topology.Config{Snap: *snap, Sliver: *sliver}, stdout)
	case *export != "":
		return exportTo(*export)
	}
	raw, err := os.ReadFile(*source)
	if err != nil {
		return fmt.Errorf("reading source: %w", err)
	}
	sum := evidence.Digest(sha256.Sum256(raw))
	if sum.String() != sourceHash {
		return fmt.Errorf("%s has SHA-256 %s, want %s", *source, sum, sourceHash)
	}
	src, err := topology.Read(bytes.NewReader(raw), "ATA") // Antarctica is no state's
	if err != nil {
		return err
	}
	t, rep, err := topology.Build(src, topology.Config{Snap: *snap, Sliver: *sliver})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := topology.Write(&b, t, airspace.AtlasInfo{
		Name:        "OpenStreetMap maritime borders, npm @osm_borders/maritime_10m",
		Version:     "1.1.0",
		Licence:     "ODbL-1.0",
		Attribution: "(c) OpenStreetMap contributors, ODbL 1.0",
		Recipe:      fmt.Sprintf("overflight-boundaries -snap %g -sliver %g", *snap, *sliver),
		SourceHash:  sum,
	}); err != nil {
		return err
	}
	if err := os.WriteFile(*out, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing atlas: %w", err)
	}
	hash := sha256.Sum256(b.Bytes())
	fmt.Fprintf(stdout, "%s: %d bytes, SHA-256 %s\n", *out, b.Len(), hex.EncodeToString(hash[:]))
	rep.Print(stdout)
	return nil
}
