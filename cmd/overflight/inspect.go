package main

import (
	"bufio"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"overflight/evidence"
	"overflight/ingest"
	"overflight/internal/report"
	"overflight/internal/source"
)

func newInspect(t *terminal) *cobra.Command {
	asJSON, scale := false, ""
	c := &cobra.Command{
		Use:   "inspect FILE",
		Short: t.words.Text("help.inspect"),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("%s", t.words.Text("error.one-file", c.CommandPath()))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := parseScale(scale)
			if err != nil {
				return usage("%s", t.words.Text("error.time-scale", scale))
			}
			return doInspect(t, args[0], asJSON, s)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.inspect.json"))
	c.Flags().StringVar(&scale, "time-scale", string(ingest.AutoScale), t.words.Text("help.time-scale"))
	return c
}

func doInspect(t *terminal, file string, asJSON bool, scale ingest.TimeScale) error {
	var show source.Progress
	if t.errIsTerminal && !t.outIsTerminal && !asJSON {
		bar := newProgress(t, file)
		defer bar.clear()
		show = bar.source()
	}
	in, err := source.Open(file, show)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	if !in.Kind.Metadata() {
		return &exit{code: exitError, err: fmt.Errorf("%s", t.words.Text("inspect.positions", file, in.Kind))}
	}
	w := bufio.NewWriterSize(t.out, 1<<16)
	p := &printer{t: t, w: w, json: asJSON}
	sum, err := ingest.ReadMetadata(in, in.Kind, ingest.Options{Source: file, Scale: scale}, ingest.Visitor{Packet: p.packet})
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		return err
	}
	return p.conclude(file, &sum)
}

// printer writes packets as they come.
type printer struct {
	t     *terminal
	w     io.Writer
	json  bool
	count int
	lost  bool
	buf   []byte
}

func (p *printer) packet(x *ingest.Packet) error {
	p.count++
	if p.json {
		p.buf = report.PacketJSON(p.buf[:0], x)
	} else {
		p.buf = report.PacketText(p.buf[:0], p.count, x, p.t.words)
	}
	p.lost = p.lost || x.Checksum == ingest.Bad || report.Lossy(x.Defects) || x.Set != nil && report.Lossy(x.Set.Defects)
	_, err := p.w.Write(p.buf)
	return err
}

// conclude sums up on the error stream: in --json every line of standard output is a packet.
func (p *printer) conclude(file string, sum *ingest.Metadata) error {
	words := p.t.words
	lost := p.lost
	if !p.json && sum.Packets > 0 {
		fmt.Fprintf(p.t.err, "%s: %s, %s: %s\n", file, words.Count("inspect.total", sum.Packets),
			words.Count("inspect.quarantined", sum.Quarantined), words.Text("table.time-scale", words.Text("scale."+string(sum.Scale))))
	}
	said := map[evidence.Code]bool{}
	for _, d := range sum.Defects.List() {
		if !report.Loses(d.Code) {
			continue
		}
		lost = true
		if said[d.Code] {
			continue
		}
		said[d.Code] = true
		line := words.Defect(file, report.Explained(d, words))
		if n := sum.Defects.Total(d.Code); n > 1 {
			line += " " + words.Count("finding.more", n-1)
		}
		fmt.Fprintf(p.t.err, "overflight: %s\n", line)
	}
	if lost {
		return &exit{code: exitIncomplete}
	}
	return nil
}
