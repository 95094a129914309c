// Package node runs one data folder: it takes in what sources send, seals it, states what follows from it in the journal,
// enters the evidence in the log, and keeps the read models.
//
//	live.Source -> spool -> feeder -> parcels in RAW_FEED   (acknowledged: the spool lets go)
//	                          |
//	                          +-> segment.Recorder -> cuts -> archive, then events -> EVT -> ledger -> LEDGER -> tiles
//	                          |                                                      -> read models
//	                          +-> live channel, provisional
//
// What follows from bytes is a function of the bytes and of when they arrived. After a crash the same bytes are recorded
// again, from the sealed segments and from RAW_FEED behind them, and of the events that come out as many are left
// out as the journal has: so nothing is lost, and nothing is there twice.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/archive"
	"overflight/internal/config"
	"overflight/internal/durable"
	"overflight/internal/geoid"
	"overflight/internal/jetstream"
	"overflight/internal/keys"
	"overflight/internal/ledger"
	"overflight/internal/live"
	"overflight/internal/openings"
	"overflight/internal/seeds"
	"overflight/internal/sqlite"
	"overflight/internal/terrain"
	"overflight/internal/tiles"
	"overflight/journal"
	"overflight/segment"
	"overflight/transparency"
)

// Config is what a node is run with.
type Config struct {
	config.Config
	Logger *slog.Logger     // nil is nobody
	Now    func() time.Time // nil is the system's clock

	disk *durable.FS // of the archive; nil is the operating system's
}

func (c Config) checked() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// What callers tell apart.
var (
	// ErrNoFolder: the data folder is not there, or not one of ours.
	ErrNoFolder = errors.New("no data folder")
	// ErrHalted: the integrity of the journal or of the log is in doubt, and nothing goes on from it.
	ErrHalted = errors.New("halted")
	// ErrStopped: the node does not run.
	ErrStopped = errors.New("the node does not run")
)

// Node is an open data folder. Its methods may be called by several goroutines.
type Node struct {
	cfg  Config
	log  *slog.Logger
	lock *durable.Lock

	conn     *jetstream.Conn
	marks    *jetstream.MarkFiles
	archive  *archive.Archive
	openings *openings.Store
	seeds    *seeds.Store
	indexes  indexes
	tiles    *tiles.Log
	ledger   *ledger.Ledger
	logKey   transparency.Key
	policy   *transparency.Policy
	models   atomic.Pointer[sqlite.Models]

	events *jetstream.Writer // of EVT
	raw    *jetstream.Writer // of rawFeed

	lines []airspace.DatedLine
	geoid *geodesy.Geoid
	area  *segment.Area
	// terrain is nil where no heights are given.
	terrain *terrain.Model

	ready    chan struct{} // closed when what was open before is open again
	running  context.Context
	sealing  sync.WaitGroup      // sources and lines
	turns    chan struct{}       // of capacity 1: live lines at the archive
	fatal    chan error          // of capacity 1: what ends Run
	toIndex  chan sqlite.Segment // sealed, and not yet read for how they are played
	rawAcked atomic.Uint64       // greatest sequence of rawFeed that was acknowledged

	findingsTold atomic.Int64 // of the archive, in verifications

	projected projection
	ailing    ailing
	acts      acts
	survey    surveyed
	sharing   sharing
	drafting  sync.Mutex // reports and releases: each looks at those before
	lag       histogram  // from arrival to the journal's acknowledgement
	opening   sync.Mutex // of sorties
	trimming  sync.Mutex

	registering sync.Mutex // keys of people: each looks at those before

	takenMu sync.Mutex
	taken   takenFile

	// heard is told what was taken from a source and what was acknowledged, where a test asks for it.
	heard struct {
		took  func(live.Chunk)
		acked func(live.ID)
	}

	mu      sync.Mutex // guards what follows
	stopped bool
	halted  error
	feeders map[string]*feeder
	sorties map[journal.Sortie]*sortie
	numbers map[int]uint32                  // last sortie number, by year
	resumes map[string]map[string]*resuming // what was open before and is not again, by source and name of the line
	recent  map[string]time.Time            // reads of evidence that were stated, by who, what for and what
}

// now is the instant as it is kept: UTC, and without what only this process could read.
func (n *Node) now() time.Time { return n.cfg.Now().UTC().Round(0) }

// Ready is closed when everything that was open before the node stopped is open again.
func (n *Node) Ready() <-chan struct{} { return n.ready }

// Models are the read models.
func (n *Node) Models() *sqlite.Models { return n.models.Load() }

// LogKey is the public key of the log; its name is the log's origin.
func (n *Node) LogKey() transparency.Key { return n.logKey }

// Policy names the log and its witnesses; nil where the configuration names none.
func (n *Node) Policy() *transparency.Policy { return n.policy }

// Config is what the node was opened with.
func (n *Node) Config() config.Config { return n.cfg.Config }

// Open takes the folder's lock and opens everything in it. It starts nothing: Run does. durable.ErrLocked where another
// process has the folder, ErrNoFolder where Create never made one.
func Open(ctx context.Context, c Config) (*Node, error) {
	c = c.checked()
	n := &Node{
		cfg: c, log: c.Logger, turns: make(chan struct{}, 1), toIndex: make(chan sqlite.Segment, mostIndexes), ready: make(chan struct{}), fatal: make(chan error, 1),
		feeders: map[string]*feeder{}, sorties: map[journal.Sortie]*sortie{}, numbers: map[int]uint32{},
		resumes: map[string]map[string]*resuming{}, recent: map[string]time.Time{}, sharing: sharing{wake: make(chan struct{}, 1)},
	}
	if err := n.open(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Node) open(ctx context.Context) error {
	if err := checkFolder(n.cfg.Config); err != nil {
		return err
	}
	files := durable.OS()
	p := placesOf(n.cfg.Config)
	n.indexes.folder = p.playback
	var err error
	if n.lock, err = files.Lock(p.lock); err != nil {
		return fmt.Errorf("data folder %s: %w", n.cfg.Data, err)
	}
	if err := n.context(); err != nil {
		return err
	}
	if n.archive, err = archive.Open(p.archive(&n.cfg)); err != nil {
		return err
	}
	if n.marks, err = jetstream.NewMarkFiles(files, p.marks); err != nil {
		return err
	}
	if err := n.openLog(ctx, p); err != nil {
		return err
	}
	if err := n.openJournal(ctx, p); err != nil {
		return err
	}
	return n.openModels(ctx)
}

// context opens what an account rests on beside the bytes.
func (n *Node) context() error {
	var err error
	if n.lines, err = boundaries(); err != nil {
		return err
	}
	n.geoid = geoid.EGM96()
	if n.area, err = readArea(n.cfg.Area); err != nil {
		return err
	}
	if n.cfg.Terrain != "" {
		if n.terrain, err = terrain.Open(n.cfg.Terrain, func(e *terrain.Error) { n.log.Error("heights of the ground", slog.Any("error", e)) }); err != nil {
			return err
		}
	}
	n.policy, err = readPolicy(n.cfg.Log.Policy)
	return err
}

func (n *Node) openLog(ctx context.Context, p places) error {
	c, err := n.logConfig()
	if err != nil {
		return err
	}
	n.logKey = c.Key
	if n.openings, err = openings.Open(p.openings(&n.cfg)); err != nil {
		return err
	}
	if n.seeds, err = seeds.Open(p.seeds(&n.cfg)); err != nil {
		return err
	}
	n.tiles, err = tiles.Open(ctx, c)
	return err
}

func (n *Node) logConfig() (tiles.Config, error) {
	p := placesOf(n.cfg.Config)
	key, err := keys.Open(p.logKeys, keys.Log)
	if err != nil {
		return tiles.Config{}, fmt.Errorf("key of the log: %w", err)
	}
	signer, err := key.Signer()
	return tiles.Config{Folder: p.log, Memory: p.logMemory, Key: key.Public(), Signer: signer, Interval: n.cfg.Log.Checkpoint}, err
}

func (n *Node) openJournal(ctx context.Context, p places) error {
	jc := jetstream.Config{URL: n.cfg.Journal.URL, Credentials: n.cfg.Journal.Credentials, MaxStore: n.cfg.Journal.MostStored, Logger: n.log}
	if jc.URL == "" {
		jc.Dir, jc.Link = p.journal, linkOf(&n.cfg.Link)
	}
	var err error
	if n.conn, err = jetstream.Open(jc); err != nil {
		return err
	}
	for _, s := range []jetstream.Stream{jetstream.Events, jetstream.Ledger, rawFeed} {
		if err := n.conn.EnsureStream(ctx, s, jetstream.StreamConfig{}); err != nil {
			return err
		}
	}
	flush := n.cfg.Interval.Flush
	if n.events, err = n.conn.NewWriter(ctx, jetstream.WriterConfig{Stream: jetstream.Events, Producer: "node", Marks: n.marks, Flush: flush / 4}); err != nil {
		return err
	}
	if n.raw, err = n.conn.NewWriter(ctx, jetstream.WriterConfig{Stream: rawFeed, Producer: "feed", Marks: n.marks, Flush: flush * 3 / 8}); err != nil {
		return err
	}
	n.ledger, err = ledger.New(ctx, ledger.Config{
		Conn: n.conn, Marks: n.marks, Openings: n.openings, Tiles: n.tiles, PerDay: n.cfg.Log.PerDay, Schedule: p.schedule, Policy: n.policy,
		State: n.state, Now: n.now, Logger: n.log,
	})
	return err
}

// Close gives everything back. Run MUST have returned.
func (n *Node) Close() error {
	var errs []error
	if m := n.models.Load(); m != nil {
		errs = append(errs, m.Close())
	}
	if n.conn != nil {
		n.conn.Close()
	}
	if n.tiles != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeWait)
		errs = append(errs, n.tiles.Close(ctx))
		cancel()
	}
	if n.openings != nil {
		errs = append(errs, n.openings.Close())
	}
	if n.archive != nil {
		errs = append(errs, n.archive.Close())
	}
	if n.lock != nil {
		errs = append(errs, n.lock.Unlock())
	}
	return errors.Join(errs...)
}

const closeWait = 5 * time.Second

// Run recovers what was open, then takes in, seals, states, enters and projects until the context ends. The error is what
// nothing can go on from; integrity in doubt is ErrHalted.
func (n *Node) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Writers outlive the sources, so that what was taken in is also written.
	late, endLate := context.WithCancel(context.WithoutCancel(ctx))
	defer endLate()
	var writers, users sync.WaitGroup
	n.running = ctx
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"events", n.events.Run}, {"feed", n.raw.Run}, {"ledger", n.ledger.Run}, {"read models", n.project},
	} {
		writers.Go(func() {
			if err := part.run(late); err != nil {
				n.halt(fmt.Errorf("%s: %w", part.name, err))
			}
		})
	}
	err := n.recover(ctx)
	if err == nil {
		n.startConfigured() // before ready: what is added from then on is run by who adds it, and nobody else
		close(n.ready)
		users.Go(func() { n.tickers(ctx) })
		users.Go(func() { n.indexSealed(ctx) })
		users.Go(func() { n.carry(ctx) })
		select {
		case <-ctx.Done():
		case err = <-n.fatal:
		}
	} else if ctx.Err() != nil {
		err = nil
	}
	cancel()
	n.stopFeeders()
	users.Wait()
	endLate()
	writers.Wait()
	select { // a part that failed while all ended
	case late := <-n.fatal:
		err = errors.Join(err, late)
	default:
	}
	return err
}

// halt ends the node: nothing may be built on what it has.
func (n *Node) halt(err error) {
	var loss *jetstream.LossError
	if errors.As(err, &loss) || errors.Is(err, sqlite.ErrHalted) {
		err = fmt.Errorf("%w: %w", ErrHalted, err)
	}
	n.mu.Lock()
	if n.halted == nil {
		n.halted = err
	}
	n.mu.Unlock()
	n.log.Error("the node stops", slog.Any("error", err))
	select {
	case n.fatal <- err:
	default:
	}
}

// state states an event and waits until the journal has it.
func (n *Node) state(ctx context.Context, e journal.Event) (uint64, error) {
	r, err := n.events.State(ctx, subject(e), e)
	if err != nil {
		return 0, fmt.Errorf("stating %s: %w", e.Kind(), err)
	}
	return r.Wait(ctx)
}
