package jetstream

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// embedded is the server within the process. Nobody logs in there but this process: its secret is made anew at every
// start and is on no disk.
type embedded struct {
	server *server.Server
	secret string
	link   Link
	tls    *handshakes
}

// startTimeout is generous: after a kill the server reads its blocks again, millions of messages in seconds.
const startTimeout = 2 * time.Minute

// serverOptions are those of every server of ours.
func serverOptions(dir string, maxStore int64) *server.Options {
	return &server.Options{
		ServerName: "overflight",
		DontListen: true,
		NoSigs:     true,
		JetStream:  true,
		StoreDir:   dir,
		SyncAlways: true, // the default acknowledges up to two minutes before it syncs

		JetStreamMaxMemory:     64 << 20,
		JetStreamMaxStore:      maxStore,
		DisableJetStreamBanner: true,
		// Said and not left to the release: release notes and code have disagreed on the default.
		FeatureFlags: map[string]bool{server.FeatureFlagJsAckFormatV2: false},
	}
}

func startEmbedded(cfg *Config) (*embedded, error) {
	if err := ownedBefore(cfg.Dir); err != nil {
		return nil, err
	}
	e := &embedded{secret: newSecret(), link: cfg.Link, tls: newHandshakes()}
	options := serverOptions(cfg.Dir, cfg.MaxStore)
	if err := e.link.apply(options, e.secret, e.tls); err != nil {
		return nil, err
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("setting up the journal's server: %w", err)
	}
	var gaveUp atomic.Pointer[string]
	s.SetLoggerV2(serverLog{cfg.Logger, &gaveUp}, false, false, false)
	s.Start()
	e.server = s
	if text := gaveUp.Load(); text != nil { // it says so to its log only, and stands still
		e.stop()
		return nil, fmt.Errorf("starting the journal's server in %s: %s", cfg.Dir, *text)
	}
	if !s.ReadyForConnections(startTimeout) {
		e.stop()
		return nil, errors.New("starting the journal's server: not ready in time")
	}
	if !s.JetStreamEnabled() {
		e.stop()
		return nil, fmt.Errorf("starting the journal's server: no storage in %s", cfg.Dir)
	}
	return e, nil
}

// ownedBefore moves the streams of a folder that was made when the server had no accounts into the one that is ours.
func ownedBefore(dir string) error {
	stores := filepath.Join(dir, "jetstream")
	before, now := filepath.Join(stores, "$G"), filepath.Join(stores, ownAccount)
	if _, err := os.Stat(now); err == nil {
		return nil
	}
	err := os.Rename(before, now)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = syncFolder(stores)
	}
	if err != nil {
		return fmt.Errorf("moving the journal into its account: %w", err)
	}
	return nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (e *embedded) stop() {
	e.server.Shutdown()
	e.server.WaitForShutdown()
}

// serverLog passes on what the server warns of.
type serverLog struct {
	logger *slog.Logger
	gaveUp *atomic.Pointer[string]
}

func (l serverLog) Noticef(string, ...any) {}
func (l serverLog) Debugf(string, ...any)  {}
func (l serverLog) Tracef(string, ...any)  {}

func (l serverLog) Warnf(format string, args ...any) {
	l.logger.Warn("journal server", slog.String("text", fmt.Sprintf(format, args...)))
}

func (l serverLog) Errorf(format string, args ...any) {
	l.logger.Error("journal server", slog.String("text", fmt.Sprintf(format, args...)))
}

func (l serverLog) Fatalf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	l.gaveUp.Store(&text)
	l.logger.Error("journal server gave up", slog.String("text", text))
}
