// Package config reads the one configuration file of the server. None is needed: the zero file is Default.
//
// The reader is strict. A field that nobody knows, a number without its unit, a path that would put secrets beside
// what they protect: each is one *Error of one line with the place in the file, and nothing starts.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"overflight/coverage"
	"overflight/geodesy"
)

// Config is everything that can be set. It is comparable: a part that is equal after the file was read again need not be
// restarted.
type Config struct {
	Data     string // folder of everything that has no folder of its own
	Operator string // of sortie numbers: letters, digits, underscores
	Party    string // whose flights these are: a state by its ISO 3166-1 alpha-3 letters, or an office of it, "USA/DEA"; empty is not said
	Language string // "en" or "es", of what the server says without being asked in a language
	Role     string // Operator, or Partner: the node of a state that others release to

	Server   Server
	Archive  Archive
	Journal  Journal
	Log      Log
	Spool    Spool
	Sorties  Sorties
	Area     Area
	Disk     Disk
	Sources  Sources
	Interval Interval

	Detection Detection
	Marking   Marking
	Origin    Origin
	Link      Link
	Terrain   string // folder of heights of the ground; empty is none
	TAK       TAK
}

// Server is the HTTP side.
type Server struct {
	Listen  string // host:port; port 0 is any that is free
	Exposed bool   // Listen may be beyond loopback
	Name    string // by which browsers know it besides its addresses: what a proxy with TLS in front is called
}

// Archive is where sealed segments lie. Folders are two, best on two disks; keys are never below a copy.
type Archive struct {
	Copy, SecondCopy string
	Keys, SecondKeys string
	Largest          int64 // bytes of one segment as received
}

// Journal is the server of the journal's tail.
type Journal struct {
	URL         string // nats:// or tls:// of a server elsewhere; empty is the one in the process
	Credentials string // file to log in there with; empty is none
	MostStored  int64  // bytes that the one in the process may store; 0 is what suits the disk
}

// Log is the transparency log.
type Log struct {
	Origin     string // name in checkpoints, c2sp.org/tlog-checkpoint; empty until it is created
	Policy     string // file that names log and witness keys, c2sp.org/tlog-policy; empty is none
	Checkpoint time.Duration
	PerDay     int // leaves a day, padding included, at which the log grows; 0 is no padding
}

// Spool is where a source waits for the journal.
type Spool struct {
	Holds time.Duration // what it must be able to hold at the source's rate before the disk warning
	Most  int64         // bytes on disk for one source
}

// Sorties says when a flight ends by itself.
type Sorties struct {
	Silence time.Duration // without bytes, after which a sortie is closed
	Stall   time.Duration // without bytes, after which a source is said to be silent
}

// Area is the authorised area. Video outside it and Margin is not stored. File empty: all is stored.
type Area struct {
	File   string // GeoJSON polygons
	Margin geodesy.Length
}

// Disk says when to warn.
type Disk struct {
	Warn time.Duration // less than this left at the present rate
	Free int64         // bytes that are never used
}

// Interval is how often things are done.
type Interval struct {
	Flush  time.Duration // batches of the journal: a message waits no longer
	Verify time.Duration // between two readings of everything sealed; 0 is never
}

// Detection is the model by which a look becomes a probability of detection: package coverage says what the numbers mean, and which
// may be. Reason says why they are these; it is shown with every answer.
type Detection struct {
	coverage.Model
	Reason string
}

// The roles of a node.
const (
	Operator = "operator" // flies, and releases to others
	Partner  = "partner"  // holds what was released to its state's offices, and answers
)

// Marking is that of reports which say no other. Lists are sorted.
type Marking struct {
	Policy         string // whose words these are; empty is the state of Party
	Classification string
	ReleasableTo   List // ISO 3166-1 alpha-3; empty: nobody but the originator
	Caveats        List // compartments
	Handling       string
	Review         time.Duration // after which it is looked at again; 0 is never
}

// Origin is whose products a partner's node takes.
type Origin struct {
	Policy string // file that names the log's key, c2sp.org/tlog-policy
}

// Link joins the node to those of other states, over TLS in which both sides show a certificate. The zero Link joins none.
type Link struct {
	Listen string // of an operator: where partners' nodes come to, host:port

	Remote string // of a partner: where the operator's node is, host:port
	Name   string // by which the operator's certificate knows it; empty: the host of Remote
	Code   string // the partner's own: the state's letters

	Certificate, Key, Authorities, Revoked string // PEM files; Revoked may be empty

	Late time.Duration // after how long without progress somebody should look; 0 is what is usual

	list [MostPartners]LinkPartner
	n    int
}

// LinkPartner is a partner whose node may come.
type LinkPartner struct {
	Code string // the state's letters
	Name string // DNS name that its certificate is for
}

// MostPartners is how many partners' nodes one operator's node lets in.
const MostPartners = 32

// Partners are those whose nodes may come.
func (l *Link) Partners() []LinkPartner { return l.list[:l.n] }

// Source is one live or recorded source.
type Source struct {
	Name     string // letters, digits, "._-"; unique
	URL      string // as `overflight ingest` takes it; may hold a secret
	Aircraft string // registration; empty is what the stream says
	Exposed  bool   // may listen beyond loopback
	Video    string // where offices that may see it play it; empty is nowhere
}

// MostSources is how many sources one server has.
const MostSources = 64

// Sources is a list of sources that can be compared.
type Sources struct {
	list [MostSources]Source
	n    int
}

// Len returns how many there are.
func (s *Sources) Len() int { return s.n }

// At returns source i, in the order of the file.
func (s *Sources) At(i int) Source { return s.list[:s.n][i] }

// Default is the configuration without a file.
func Default() Config {
	return Config{
		Data: "overflight-data", Operator: "LOCAL", Language: "en", Role: Operator,
		Server:    Server{Listen: "127.0.0.1:8470"},
		Archive:   Archive{Largest: 256 << 20},
		Log:       Log{Checkpoint: time.Second, PerDay: 2880},
		Spool:     Spool{Holds: time.Minute, Most: 512 << 20},
		Sorties:   Sorties{Silence: 10 * time.Minute, Stall: 5 * time.Second},
		Area:      Area{Margin: 5 * geodesy.Kilometre},
		Disk:      Disk{Warn: 48 * time.Hour, Free: 1 << 30},
		Interval:  Interval{Flush: 200 * time.Millisecond, Verify: 24 * time.Hour},
		Detection: Detection{Model: coverage.DefaultModel()},
		Marking:   Marking{Classification: "RESTRICTED", Handling: "TLP:AMBER"},
	}.placed()
}

// placed puts the folders that were not named below Data. Keys stand apart from both copies: what is copied or served
// with a copy never has them in it.
func (c Config) placed() Config {
	for _, f := range []struct {
		folder *string
		name   string
	}{
		{&c.Archive.Copy, "segments"},
		{&c.Archive.SecondCopy, "segments-second"},
		{&c.Archive.Keys, "keys"},
		{&c.Archive.SecondKeys, "keys-second"},
	} {
		if *f.folder == "" {
			*f.folder = filepath.Join(c.Data, f.name)
		}
	}
	return c
}

// ReadModels is the file of the read models.
func (c *Config) ReadModels() string { return filepath.Join(c.Data, "readmodels.db") }

// Error is what is wrong, in one line, and where.
type Error struct {
	File string // empty when the text is of no file
	Line int    // from 1
	What string
}

// Error implements error.
func (e *Error) Error() string {
	if e.File == "" {
		return fmt.Sprintf("configuration line %d: %s", e.Line, e.What)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What)
}

// Read reads a file; the empty name is Default.
func Read(file string) (Config, error) {
	if file == "" {
		return Default(), nil
	}
	f, err := os.Open(file)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return Config{}, &Error{File: file, Line: 1, What: "reading the configuration: " + err.Error()}
	}
	text, err := io.ReadAll(io.LimitReader(f, mostText+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return Config{}, fmt.Errorf("reading the configuration: %w", err)
	}
	c, err := Parse(text)
	var wrong *Error
	if errors.As(err, &wrong) {
		wrong.File = file
	}
	return c, err
}

// In is the configuration with another data folder: what lay below the old one lies below the new one.
func (c Config) In(data string) Config {
	for _, folder := range []*string{&c.Archive.Copy, &c.Archive.SecondCopy, &c.Archive.Keys, &c.Archive.SecondKeys} {
		if below, err := filepath.Rel(c.Data, *folder); err == nil && filepath.IsLocal(below) {
			*folder = filepath.Join(data, below)
		}
	}
	c.Data = data
	return c
}
