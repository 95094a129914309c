// Command sarenv plans over a public search benchmark, SAREnv, without a turn radius: a folder of heat maps (NAME.npy or NAME/heatmap.npy) and of
// published results (CSV). It flies the published patterns again, says how far they are from what was published, and prints the
// area-true score of each beside that of our plan and beside its bound. docs/sarenv.md says what the columns mean.
//
//	go run ./sarenv DIR
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	tries := flag.Int("trials", trials, "changes that the planner tries on its best beginning")
	seed := flag.Uint64("seed", 1, "of the planner's draws")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: sarenv [-trials N] [-seed N] DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *tries < 0 {
		flag.Usage()
		os.Exit(2)
	}
	w := bufio.NewWriter(os.Stdout)
	if err := run(w, flag.Arg(0), *tries, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "sarenv:", err)
		os.Exit(1)
	}
	if err := w.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "sarenv:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, dir string, trials int, seed uint64) error {
	f, err := readFolder(dir)
	if err != nil {
		return err
	}
	c, err := compare(f, trials, seed)
	if err != nil {
		return err
	}
	c.print(w)
	return nil
}
