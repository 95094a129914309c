// Command performance runs every benchmark and every test that prints a figure, and writes
// docs/performance.md from what they printed. Nothing in that file is typed by hand.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func main() {
	out := flag.String("out", "../docs/performance.md", "file to write")
	count := flag.Int("count", 5, "runs of each benchmark; the best counts, as the machine is shared")
	only := flag.String("only", "", "run the suites whose name this regular expression finds, and print their rows instead of writing the file")
	again := flag.Bool("again", false, "with -only: also put these rows into the file in the place of what was measured before")
	flag.Parse()
	if err := run(*out, *count, *only, *again); err != nil {
		fmt.Fprintln(os.Stderr, "performance:", err)
		os.Exit(1)
	}
}

func run(out string, count int, only string, again bool) error {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	m := measurements{}
	var failed error // a suite that fails takes no other's figures with it
	for _, s := range suites {
		if !chosen.MatchString(s.String()) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s measuring %s\n", time.Now().UTC().Format(time.TimeOnly), s)
		if err := s.measure(m, count); err != nil {
			fmt.Fprintln(os.Stderr, "FAILED:", err)
			failed = errors.Join(failed, err)
		}
	}
	var b bytes.Buffer
	if only != "" {
		render(&b, m, measuredOnly(m))
		_, err := b.WriteTo(os.Stdout)
		if again && err == nil {
			err = renewFile(out, m, only)
		}
		return errors.Join(failed, err)
	}
	render(&b, m, sections)
	return errors.Join(failed, os.WriteFile(out, b.Bytes(), 0o644))
}

// suite is one run of go test: benchmarks, or tests that print figures. Or it is one of vitest, in the page's folder: tests in
// a browser that print figures.
type suite struct {
	dir, pkg    string
	bench, test string
	page        string // the file of vitest
	env         []string
}

func (s suite) String() string {
	return strings.Join(strings.Fields(s.dir+" "+s.pkg+" "+s.bench+s.test+s.page), " ")
}

func (s suite) command(count int) []string {
	if s.page != "" {
		return []string{"npx", "vitest", "run", "--config", "bench/config.ts", s.page}
	}
	args := []string{"go", "test", s.pkg, "-timeout", "30m"}
	if s.bench != "" {
		return append(args, "-run", "^$", "-bench", s.bench, "-benchmem", "-count", strconv.Itoa(count))
	}
	return append(args, "-count", "1", "-v", "-run", s.test)
}

func (s suite) measure(m measurements, count int) error {
	if s.page != "" && !browses() {
		fmt.Fprintln(os.Stderr, "NOT MEASURED: the page, for want of npm or of Chromium")
		return nil
	}
	command := s.command(count)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), s.env...)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	text := &strings.Builder{}
	m.read(io.TeeReader(pipe, text))
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %s: %w\n%s", s.dir, strings.Join(command, " "), err, text)
	}
	return nil
}

// browses tells whether there is what drives the page in a browser.
func browses() bool {
	browser := os.Getenv("CHROMIUM")
	if browser == "" {
		browser = "/usr/bin/chromium"
	}
	_, npx := exec.LookPath("npx")
	_, chromium := exec.LookPath(browser)
	return npx == nil && chromium == nil
}

// measurements are the best values seen, by "Benchmark/unit" or by the name of a figure.
type measurements map[string]float64

// figure is a line that a test prints: FIGURE name value unit.
var figure = regexp.MustCompile(`FIGURE (\S+) (\S+)`)

func (m measurements) read(r io.Reader) {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		line := sc.Text()
		if f := figure.FindStringSubmatch(line); f != nil {
			if v, err := strconv.ParseFloat(f[2], 64); err == nil {
				m[f[1]] = v
			}
			continue
		}
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		name := f[0]
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i]
		}
		for i := 2; i+1 < len(f); i += 2 {
			v, err := strconv.ParseFloat(f[i], 64)
			if err != nil {
				break
			}
			m.keep(name+" "+f[i+1], v)
		}
	}
}

// keep keeps the better of two values: a rate that is higher, a time or a count that is lower.
func (m measurements) keep(key string, v float64) {
	old, seen := m[key]
	higher := strings.HasSuffix(key, "/s")
	if !seen || (higher && v > old) || (!higher && v < old) {
		m[key] = v
	}
}

func machine() string {
	name := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.SplitSeq(string(text), "\n") {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				name = strings.TrimSpace(v)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s", name, runtime.NumCPU(), runtime.Version())
}

// commit is the one that is measured. The document itself does not count among what was changed since.
func commit() string {
	out, err := exec.Command("git", "describe", "--always").Output()
	if err != nil {
		return "unknown"
	}
	name := strings.TrimSpace(string(out))
	changed, err := exec.Command("git", "status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)docs/performance.md").Output()
	if err != nil || len(changed) > 0 {
		name += "-dirty"
	}
	return name
}

func today() string { return time.Now().UTC().Format(time.DateOnly) }
