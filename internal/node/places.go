package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"overflight/internal/archive"
	"overflight/internal/config"
	"overflight/internal/durable"
	"overflight/internal/keys"
	"overflight/internal/openings"
	"overflight/internal/seeds"
	"overflight/internal/tiles"
)

// places are the folders and files below the data folder.
type places struct {
	data      string
	lock      string
	marker    string // says whose folder this is; written when everything was made
	making    string // written before anything is made
	journal   string // of the server in the process
	marks     string
	log       string // tiles: may be served as they are
	logMemory string // what was signed: precious
	logKeys   string
	spools    string
	sources   string // addresses with their secrets, of sources that are to run again
	taken     string // how far each source was taken in
	schedule  string // since when the log grows at its rate
	playback  string // how segments are played: may be deleted
	reports   string // what reports say
	proposals string // releases that a second person is to sign
	outbox    string // what goes to other nodes, and what has gone
	delivery  string // how far the exchange with other nodes is
	witness   string // what a partner's node cosigned of the origin's log: precious
	nodeKeys  string // of a partner's node
}

func placesOf(c config.Config) places {
	in := func(name string) string { return filepath.Join(c.Data, name) }
	return places{
		data: c.Data, lock: in("lock"), marker: in("overflight.json"), making: in("overflight.making"), journal: in("journal"),
		marks: in("marks"), log: in("log"), logMemory: in("log-memory"), logKeys: in("log-keys"), spools: in("spool"),
		sources: in("sources.json"), taken: in("taken.json"), schedule: in("schedule.json"),
		playback: in("playback"), reports: in("reports"), proposals: in("proposals"), outbox: in("outbox"), delivery: in("delivery"), witness: in("witness"),
		nodeKeys: in("node-keys"),
	}
}

// cosigned says when a partner's node cosigned last.
func (p places) cosigned() string { return filepath.Join(p.delivery, "cosigned") }

func (p places) archive(c *Config) archive.Config {
	return archive.Config{
		Copies: [2]string{c.Archive.Copy, c.Archive.SecondCopy}, Keys: [2]string{c.Archive.Keys, c.Archive.SecondKeys},
		MaxBytes: c.Archive.Largest, FS: c.disk,
	}
}

// openings open the leaves of the log to whoever has them: they lie beside the keys of the segments, one copy each.
func (p places) openings(c *Config) openings.Config {
	return openings.Config{Folders: [2]string{filepath.Join(c.Archive.Keys, "openings"), filepath.Join(c.Archive.SecondKeys, "openings")}, FS: c.disk}
}

// seeds open reports to whoever has them, and lie where openings do.
func (p places) seeds(c *Config) seeds.Config {
	return seeds.Config{Folders: [2]string{filepath.Join(c.Archive.Keys, "seeds"), filepath.Join(c.Archive.SecondKeys, "seeds")}, FS: c.disk}
}

// marker is what the file of that name says.
type marker struct {
	Version int    `json:"version"`
	Origin  string `json:"origin"`
}

const (
	folderVersion = 1
	maxMarker     = 1 << 12
)

// VersionError is a data folder that a later program made.
type VersionError struct {
	Folder      string
	Have, Knows int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("data folder %s is of version %d, this program knows %d", e.Folder, e.Have, e.Knows)
}

// checkFolder tells whether the folder was made by Create, by a program no later than this one.
func checkFolder(c config.Config) error {
	p := placesOf(c)
	b, err := durable.OS().ReadFile(p.marker, maxMarker)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrNoFolder, c.Data)
	}
	var m marker
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", p.marker, err)
	}
	if m.Version != folderVersion {
		return &VersionError{Folder: c.Data, Have: m.Version, Knows: folderVersion}
	}
	return nil
}

// Exists tells whether Create made the folder.
func Exists(c config.Config) (bool, error) {
	err := checkFolder(c)
	if errors.Is(err, ErrNoFolder) {
		return false, nil
	}
	return err == nil, err
}

// ErrTaken says that the folder holds something else.
var ErrTaken = errors.New("folder is not empty and not a data folder")

// Create makes a data folder: archive, keys, log. Once: fs.ErrExist where there is one. A Create that a crash cut short
// may be repeated; until it is done nothing was sealed or signed.
func Create(ctx context.Context, c Config) error {
	c = c.checked()
	there, err := Exists(c.Config)
	if err != nil {
		return err
	}
	if there {
		return fmt.Errorf("data folder %s: %w", c.Data, fs.ErrExist)
	}
	p, files := placesOf(c.Config), durable.OS()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("making data folder: %w", err)
	}
	lock, err := files.Lock(p.lock)
	if err != nil {
		return fmt.Errorf("data folder %s: %w", c.Data, err)
	}
	defer func() { _ = lock.Unlock() }()
	if err := claim(files, p); err != nil {
		return err
	}
	folders := []string{p.journal, p.spools}
	if c.disk == nil {
		folders = append(folders, filepath.Dir(c.Archive.Copy), filepath.Dir(c.Archive.SecondCopy), filepath.Dir(c.Archive.Keys), filepath.Dir(c.Archive.SecondKeys))
	}
	for _, folder := range folders {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("making data folder: %w", err)
		}
	}
	origin, err := createLog(ctx, c, p)
	if err != nil {
		return err
	}
	b, err := json.Marshal(marker{Version: folderVersion, Origin: origin})
	if err != nil {
		return err
	}
	if err := files.WriteFile(p.marker, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("making data folder: %w", err)
	}
	return files.Remove(p.making)
}

// claim says that the folder is being made. What is in it from before must be of a making that was cut short.
func claim(files *durable.FS, p places) error {
	list, err := files.List(p.data)
	if err != nil {
		return err
	}
	making, others := false, 0
	for _, e := range list {
		switch e.Name {
		case filepath.Base(p.making):
			making = true
		case filepath.Base(p.lock):
		default:
			others++
		}
	}
	if others > 0 && !making {
		return fmt.Errorf("%w: %s", ErrTaken, p.data)
	}
	return files.WriteFile(p.making, nil, 0o600)
}

// createLog makes the archive, the key of the log and the log.
func createLog(ctx context.Context, c Config, p places) (origin string, err error) {
	a, err := archive.Create(p.archive(&c))
	if errors.Is(err, archive.ErrExists) {
		a, err = archive.Open(p.archive(&c))
	}
	if err != nil {
		return "", err
	}
	if err := a.Close(); err != nil {
		return "", err
	}
	o, err := openings.Create(p.openings(&c))
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	if o != nil {
		if err := o.Close(); err != nil {
			return "", err
		}
	}
	key, err := keys.Create(p.logKeys, keys.Log, originOf(&c.Config))
	if errors.Is(err, keys.ErrExists) {
		key, err = keys.Open(p.logKeys, keys.Log)
	}
	if err != nil {
		return "", err
	}
	signer, err := key.Signer()
	if err != nil {
		return "", err
	}
	tc := tiles.Config{Folder: p.log, Memory: p.logMemory, Key: key.Public(), Signer: signer, Interval: c.Log.Checkpoint}
	l, err := tiles.Create(ctx, tc)
	if errors.Is(err, tiles.ErrExists) {
		l, err = tiles.Open(ctx, tc)
	}
	if err != nil {
		return "", err
	}
	return key.Public().Name(), l.Close(ctx)
}

// originOf is the name of the log in checkpoints: that of the configuration, or one that nobody else has.
func originOf(c *config.Config) string {
	if c.Log.Origin != "" {
		return c.Log.Origin
	}
	return "overflight.local/" + c.Operator + "/" + random(8)
}
