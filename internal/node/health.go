package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"overflight/internal/archive"
	"overflight/internal/durable"
	"overflight/internal/jetstream"
	"overflight/internal/ledger"
	"overflight/internal/live"
	"overflight/transparency"
)

// The parts of a node that can ail by themselves.
const (
	partArchive = "archive"
	partJournal = "journal"
	partLedger  = "ledger"
	partModels  = "models"
	partSources = "sources"
	partDisk    = "disk"
	partNode    = "node"
	partSharing = "sharing"
	partLink    = "link"
)

// ailing is what is wrong now and may pass.
type ailing struct {
	mu     sync.Mutex
	errors map[string]error
}

// ails notes what is wrong with a part; nil that nothing is any more.
func (n *Node) ails(part string, err error) {
	n.ailing.mu.Lock()
	defer n.ailing.mu.Unlock()
	if n.ailing.errors == nil {
		n.ailing.errors = map[string]error{}
	}
	if err == nil {
		delete(n.ailing.errors, part)
	} else {
		n.ailing.errors[part] = err
	}
}

func (n *Node) ailment(part string) error {
	n.ailing.mu.Lock()
	defer n.ailing.mu.Unlock()
	return n.ailing.errors[part]
}

// PartHealth is how one part is. Code names what is wrong in a word that the catalogue has, with its arguments.
type PartHealth struct {
	Name string   `json:"name"`
	OK   bool     `json:"ok"`
	Code string   `json:"code,omitempty"`
	Args []string `json:"args,omitempty"`
}

// Health is how the node is.
type Health struct {
	Ready  bool         `json:"ready"`
	OK     bool         `json:"ok"`
	Halted string       `json:"halted,omitempty"`
	Parts  []PartHealth `json:"parts"`

	Events, Ledger, Feed jetstream.State
	Entered              ledger.State
	Checkpoint           uint64 // leaves of the newest
	Standing             uint64 // leaves of the newest that the policy is satisfied with; 0 where none is
	Projected            uint64 // last event in the read models
	Segments             archive.Count
	Disk                 archive.Budget
	Rate                 float64 // bytes a second that sources send now
	Sources              int     // live, connected
	Behind               time.Duration
	Links                map[string]Link // to other nodes, by the state; at a partner's node by "origin"

	sources []Source
}

// Health asks every part.
func (n *Node) Health(ctx context.Context) Health {
	var h Health
	select {
	case <-n.ready:
		h.Ready = true
	default:
	}
	part := func(name, code string, err error) {
		p := PartHealth{Name: name, OK: err == nil}
		if err != nil {
			p.Code, p.Args = code, []string{err.Error()}
		}
		h.Parts = append(h.Parts, p)
	}
	n.mu.Lock()
	halted := n.halted
	n.mu.Unlock()
	if halted != nil {
		h.Halted = halted.Error()
	}
	part(partNode, "health.halted", halted)
	err := n.conn.Healthy(ctx)
	if err == nil {
		h.Events, err = n.conn.State(ctx, jetstream.Events)
	}
	if err == nil {
		h.Ledger, err = n.conn.State(ctx, jetstream.Ledger)
	}
	if err == nil {
		h.Feed, err = n.conn.State(ctx, rawFeed)
	}
	if err == nil && (h.Events.Deleted > 0 || h.Ledger.Deleted > 0) {
		err = fmt.Errorf("%d events and %d leaves are missing from their streams", h.Events.Deleted, h.Ledger.Deleted)
	}
	if err == nil {
		err = n.ailment(partJournal)
	}
	part(partJournal, "health.journal", err)
	part(partArchive, "health.archive", n.archiveHealth(&h))
	h.Entered = n.ledger.State()
	err = h.Entered.Err
	if err == nil {
		err = n.tiles.Err()
	}
	part(partLedger, "health.ledger", err)
	if c, err := n.tiles.Checkpoint(ctx); err == nil {
		h.Checkpoint = c.Size
	}
	if n.policy != nil {
		if s, err := n.tiles.Standing(ctx, n.policy); err == nil {
			h.Standing = s.Checkpoint.Size
		}
	}
	n.projected.mu.Lock()
	h.Projected, err = n.projected.through[jetstream.Events], n.projected.err
	n.projected.mu.Unlock()
	part(partModels, "health.models", err)
	n.sourcesHealth(&h, part)
	h.Disk, err = n.archive.Budget(h.Rate)
	if err == nil {
		err = n.diskHealth(&h)
	}
	part(partDisk, "health.disk", err)
	if n.shares() {
		part(partSharing, "health.sharing", n.ailment(partSharing))
	}
	h.OK = h.Ready
	for _, p := range h.Parts {
		h.OK = h.OK && p.OK
	}
	// Another's node that is away is to be looked at, and leaves this one fit for work.
	if h.Links = n.joined(); len(h.Links) > 0 {
		code, err := lateness(h.Links)
		part(partLink, code, err)
	}
	return h
}

// joined says how the ways to other nodes stand, in whichever role.
func (n *Node) joined() map[string]Link {
	n.mu.Lock()
	in := n.sharing.in
	n.mu.Unlock()
	if in != nil {
		return map[string]Link{"origin": in.Link()}
	}
	var states []string
	for _, p := range n.conn.Partners() {
		states = append(states, string(p.Code))
	}
	return n.Links(states)
}

// lateness says which links stand still, and by which message: first those on which waiting does not help.
func lateness(links map[string]Link) (code string, err error) {
	var late, apart []string
	for _, name := range slices.Sorted(maps.Keys(links)) {
		switch l := links[name]; {
		case l.Apart != "":
			apart = append(apart, name)
		case l.Late:
			late = append(late, fmt.Sprintf("%s: %d/%d, %s", name, l.Taken, l.Sent, l.Since.UTC().Format("2006-01-02 15:04Z")))
		}
	}
	switch {
	case len(apart) > 0:
		return "health.link.apart", errors.New(strings.Join(append(apart, late...), "; "))
	case len(late) > 0:
		return "health.link", errors.New(strings.Join(late, "; "))
	}
	return "", nil
}

func (n *Node) archiveHealth(h *Health) error {
	var err error
	if h.Segments, err = n.archive.Count(); err != nil {
		return err
	}
	if err := n.ailment(partArchive); err != nil {
		return err
	}
	if findings, total := n.archive.Findings(); total > 0 {
		for _, f := range findings {
			if !f.Healed {
				return fmt.Errorf("%s: %s", f.Segment, f.Fault)
			}
		}
	}
	return nil
}

func (n *Node) sourcesHealth(h *Health, part func(string, string, error)) {
	var err error
	h.sources = n.Sources()
	for i := range h.sources {
		s := &h.sources[i]
		if !s.Live || s.Ended {
			continue
		}
		h.Rate += float64(s.Rate)
		if s.Phase == live.PhaseConnected {
			h.Sources++
		}
		if s.Spool.Failing != nil {
			err = fmt.Errorf("spool of %s: %w", s.Source, s.Spool.Failing)
		}
		if s.Spool.Waiting > 0 && !s.Spool.Oldest.IsZero() {
			h.Behind = max(h.Behind, n.now().Sub(s.Spool.Oldest))
		}
	}
	part(partSources, "health.sources", err)
}

// ErrSpace says that the disk is about to be full.
var ErrSpace = fmt.Errorf("the disk is nearly full")

func (n *Node) diskHealth(h *Health) error {
	for i, free := range h.Disk.Free {
		if free < n.cfg.Disk.Free {
			return fmt.Errorf("%w: %d MB are left under copy %d", ErrSpace, free>>20, i+1)
		}
	}
	if h.Rate > 0 && h.Disk.Hours < n.cfg.Disk.Warn.Hours() {
		return fmt.Errorf("%w: %.1f hours are left at the present rate", ErrSpace, h.Disk.Hours)
	}
	if s, err := durable.OS().Space(n.cfg.Data); err == nil && s.Free < n.cfg.Disk.Free {
		return fmt.Errorf("%w: %d MB are left under %s", ErrSpace, s.Free>>20, n.cfg.Data)
	}
	return nil
}

// WriteMetrics writes the health as Prometheus reads it (text exposition format 0.0.4).
func (n *Node) WriteMetrics(ctx context.Context, w io.Writer) error {
	h := n.Health(ctx)
	flag := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	var err error
	put := func(name, help, kind, labels string, v float64) {
		if err == nil {
			if help != "" {
				family := strings.TrimSuffix(name, "_bucket")
				_, err = fmt.Fprintf(w, "# HELP overflight_%s %s\n# TYPE overflight_%s %s\n", family, help, family, kind)
			}
			if err == nil {
				_, err = fmt.Fprintf(w, "overflight_%s%s %g\n", name, labels, v)
			}
		}
	}
	put("ready", "1 when what was open before is open again", "gauge", "", flag(h.Ready))
	help := "1 when the part is well"
	for _, p := range h.Parts {
		put("part_ok", help, "gauge", fmt.Sprintf("{part=%q}", p.Name), flag(p.OK))
		help = ""
	}
	put("events", "events in the journal", "counter", "", float64(h.Events.Last))
	put("events_projected", "events in the read models", "counter", "", float64(h.Projected))
	put("leaves", "leaves of the log", "counter", "", float64(h.Entered.Leaves))
	put("checkpoint_leaves", "leaves of the newest checkpoint", "gauge", "", float64(h.Checkpoint))
	put("standing_leaves", "leaves of the newest checkpoint that the policy is satisfied with", "gauge", "", float64(h.Standing))
	put("feed_messages", "messages that are not sealed", "gauge", "", float64(h.Feed.Messages))
	put("segments", "sealed segments", "counter", "", float64(h.Segments.Segments))
	put("segments_erased", "erased segments", "counter", "", float64(h.Segments.Erased))
	put("archive_bytes", "bytes of both copies", "gauge", "", float64(h.Disk.Used))
	put("disk_hours", "hours until the disk is full at the present rate", "gauge", "", h.Disk.Hours)
	put("receive_bytes_per_second", "what live sources send", "gauge", "", h.Rate)
	put("spool_oldest_seconds", "age of the oldest bytes that the journal does not have", "gauge", "", h.Behind.Seconds())
	help = "bytes received from a source"
	for i := range h.sources {
		put("source_bytes", help, "counter", fmt.Sprintf("{source=%q}", h.sources[i].Source), float64(h.sources[i].Bytes))
		help = ""
	}
	names := slices.Sorted(maps.Keys(h.Links))
	for _, x := range []struct {
		name, help string
		of         func(Link) float64
	}{
		{"link_up", "1 when another's node is joined", func(l Link) float64 { return flag(l.Up) }},
		{"link_late", "1 when nothing has moved on a link for longer than it may", func(l Link) float64 { return flag(l.Late) }},
		{"link_waiting", "items that another's node has not taken over", func(l Link) float64 { return float64(l.Sent - l.Taken) }},
	} {
		for _, name := range names {
			put(x.name, x.help, "gauge", fmt.Sprintf("{to=%q}", name), x.of(h.Links[name]))
			x.help = ""
		}
	}
	bounds, counts, sum := n.lag.read()
	help = "from the arrival of bytes to the journal's acknowledgement"
	for i, b := range bounds {
		put("journalled_seconds_bucket", help, "histogram", fmt.Sprintf("{le=\"%g\"}", b), float64(counts[i]))
		help = ""
	}
	put("journalled_seconds_bucket", "", "", `{le="+Inf"}`, float64(counts[len(bounds)]))
	put("journalled_seconds_sum", "", "", "", sum)
	put("journalled_seconds_count", "", "", "", float64(counts[len(bounds)]))
	return err
}

// Standing is the newest checkpoint that the policy is satisfied with. transparency.ErrNotFound where none is: then every
// order is the operator's word.
func (n *Node) Standing(ctx context.Context) (transparency.SignedCheckpoint, error) {
	if n.policy == nil {
		return transparency.SignedCheckpoint{}, transparency.ErrNotFound
	}
	s, err := n.tiles.Standing(ctx, n.policy)
	return s.Checkpoint, err
}
