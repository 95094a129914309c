// Command build makes land.bin, the compact form of Natural Earth's land at 1:10 million, from the npm
// package world-atlas, which holds it as TopoJSON. See ../README.md.
//
//	npm pack world-atlas@2.0.2
//	go run ./internal/basemap/build -in world-atlas-2.0.2.tgz -out internal/basemap/land.bin
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	in := flag.String("in", "world-atlas-2.0.2.tgz", "the npm package, packed, or the TopoJSON file in it")
	out := flag.String("out", "internal/basemap/land.bin", "the file to write")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "building the basemap:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	source, err := open(in)
	if err != nil {
		return fmt.Errorf("reading %s: %w", in, err)
	}
	b, sum, err := pack(source)
	if err != nil {
		return fmt.Errorf("reading %s: %w", in, err)
	}
	if err := os.WriteFile(out, b, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d rings, %d corners, %d bytes\n", out, sum.rings, sum.corners, len(b))
	return nil
}
