// Package archive keeps sealed segments: the bytes of a flight-minute as they were received,
// encrypted under a random key of their own, in two copies, content addressed.
//
// Two folders hold copies and two others hold keys; best on different disks. In each copy's folder:
//
//	archive                         what the folder is, and of which archive
//	data/<digest>.age               the encrypted file; the name is its SHA-256 digest
//	segments/<id>.segment           its record: digest and Merkle root of the plain bytes, counts, time range
//	tombstones/<id>.tombstone       that its key was destroyed, when, and why
//
// and in each key folder, files of mode 0600:
//
//	archive
//	<id>.key                        an age identity, and the digest of the file it opens
//
// The encrypted file is an age file (age-encryption.org/v1, X25519) of the bytes as received followed by an
// index of packets; `age -d -i key file | head -c size` gives the bytes back without this program.
// Each 64 KiB is authenticated on its own (STREAM, ChaCha20-Poly1305), so that byte ranges are read
// and checked without the rest. Neither half of a segment's key pair is kept anywhere else: once the
// key files are destroyed nobody can read the segment, and its digest and root stay.
//
// A segment comes into being in this order, each step durable before the next: encrypted file in
// both copies, key in both folders, record in both copies. The first durable key is the moment from
// which the segment exists: all else follows from key and encrypted file, and Open and Seal finish
// what a crash cut short. Encrypted files without a key can be read by nobody and are removed. An
// erasure begins with its tombstone and is finished in the same way.
//
// What it does not do: it says nothing of when a segment was sealed or that its record was not
// replaced together with the bytes. That is what the transparency log is for, which holds digest
// and root.
package archive

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"overflight/evidence"
	"overflight/internal/durable"
)

// Config says where an archive is.
type Config struct {
	Copies   [2]string // folders; best on two disks
	Keys     [2]string // folders; not below Copies
	MaxBytes int64     // of one segment as received; 0 is 256 MiB
	ReadOnly bool      // take no lock, heal nothing, write nothing
	FS       *durable.FS
}

const defaultMaxBytes = 256 << 20

func (c Config) checked() (Config, error) {
	if c.FS == nil {
		c.FS = durable.OS()
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultMaxBytes
	}
	if c.MaxBytes < 0 || c.MaxBytes > 1<<32 {
		return c, fmt.Errorf("archive: segments of at most %d bytes", c.MaxBytes)
	}
	folders := []*string{&c.Copies[0], &c.Copies[1], &c.Keys[0], &c.Keys[1]}
	for i, f := range folders {
		if *f == "" {
			return c, errors.New("archive: a folder is not named")
		}
		*f = filepath.Clean(*f)
		for _, other := range folders[:i] {
			if *f == *other {
				return c, fmt.Errorf("archive: %s is named twice", *f)
			}
		}
	}
	return c, nil
}

// Kinds of files, by the folder below a copy's and the end of the name.
const (
	dataFolder        = "data"
	segmentFolder     = "segments"
	tombstoneFolder   = "tombstones"
	dataSuffix        = ".age"
	segmentSuffix     = ".segment"
	tombstoneSuffix   = ".tombstone"
	keySuffix         = ".key"
	folderFile        = "archive"
	lockFile          = "lock"
	maxFolderFile     = 4 << 10
	permFolder        = fs.FileMode(0o700)
	permFile          = fs.FileMode(0o600)
	maxFindingsToTell = 1000
)

func (c Config) dataFile(i int, sealed evidence.Digest) string {
	return filepath.Join(c.Copies[i], dataFolder, sealed.String()+dataSuffix)
}

func (c Config) segmentFile(i int, id ID) string {
	return filepath.Join(c.Copies[i], segmentFolder, string(id)+segmentSuffix)
}

func (c Config) tombstoneFile(i int, id ID) string {
	return filepath.Join(c.Copies[i], tombstoneFolder, string(id)+tombstoneSuffix)
}

func (c Config) keyFile(i int, id ID) string {
	return filepath.Join(c.Keys[i], string(id)+keySuffix)
}

// Finding is a file that was not as it should be, and whether it is now.
type Finding struct {
	Segment ID
	Fault   Fault
	Healed  bool
}

// Archive may be used by several goroutines, and by one process: Open takes a lock.
type Archive struct {
	cfg  Config
	lock *durable.Lock

	// write is held while files of segments are named, replaced or destroyed. What it protects is on
	// the disk.
	write sync.Mutex

	found    sync.Mutex
	findings []Finding
	total    int
}

type folderLine struct {
	Archive string `json:"archive"` // random, the same in all four
	Folder  string `json:"folder"`
}

var folderNames = [4]string{"copy 1", "copy 2", "keys 1", "keys 2"}

// Create makes an archive, in folders which it makes below folders that exist. ErrExists if there is
// one: keys are made once, never by accident. A Create cut short by a crash is done again.
func Create(c Config) (*Archive, error) {
	c, err := c.checked()
	if err != nil {
		return nil, err
	}
	if c.ReadOnly {
		return nil, errors.New("archive: creating read only")
	}
	var b [16]byte
	rand.Read(b[:])
	name, there := hex.EncodeToString(b[:]), 0
	folders := c.folders()
	for i, folder := range folders {
		have, err := c.readFolder(i)
		if errors.Is(err, fs.ErrNotExist) {
			entries, err := c.FS.List(folder)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			for _, e := range entries {
				if strings.HasPrefix(e.Name, durable.StagedPrefix) || e.Folder && i < 2 && subfolder(e.Name) {
					continue // of a Create cut short
				}
				return nil, fmt.Errorf("archive: %s is not empty: it holds %s", folder, e.Name)
			}
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("archive: %s: %w", folder, errors.Join(ErrExists, err))
		}
		name, there = have, there+1
	}
	if there == len(folders) || there > 0 && !c.unused() {
		return nil, fmt.Errorf("archive: %s: %w", c.Copies[0], ErrExists)
	}
	for i, folder := range folders {
		if err := c.makeFolder(i, folder, name); err != nil {
			return nil, fmt.Errorf("archive: creating: %w", err)
		}
	}
	return Open(c)
}

// unused says whether nothing was ever sealed in the folders that are there: a Create was cut short,
// no disk is missing.
func (c Config) unused() bool {
	for _, copied := range c.Copies {
		if entries, err := c.FS.List(filepath.Join(copied, segmentFolder)); err == nil && len(entries) > 0 {
			return false
		}
	}
	for _, keys := range c.Keys {
		entries, err := c.FS.List(keys)
		for _, e := range entries {
			if err == nil && strings.HasSuffix(e.Name, keySuffix) {
				return false
			}
		}
	}
	return true
}

// Restore opens an archive of which folders were lost with their disks, and makes those anew, empty:
// VerifyAll then fills them from the others.
func Restore(c Config) (*Archive, error) {
	c, err := c.checked()
	if err != nil {
		return nil, err
	}
	if c.ReadOnly {
		return nil, errors.New("archive: restoring read only")
	}
	name := ""
	for i := range c.folders() {
		if have, err := c.readFolder(i); err == nil {
			name = have
		}
	}
	if name == "" {
		return nil, fmt.Errorf("archive: none of the folders is of an archive: %w", fs.ErrNotExist)
	}
	for i, folder := range c.folders() {
		if _, err := c.readFolder(i); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := c.makeFolder(i, folder, name); err != nil {
			return nil, fmt.Errorf("archive: restoring: %w", err)
		}
	}
	return Open(c)
}

func subfolder(name string) bool {
	return name == dataFolder || name == segmentFolder || name == tombstoneFolder
}

func (c Config) makeFolder(i int, folder, name string) error {
	want := []string{folder}
	if i < 2 {
		for _, sub := range []string{dataFolder, segmentFolder, tombstoneFolder} {
			want = append(want, filepath.Join(folder, sub))
		}
	}
	for _, f := range want {
		if err := c.FS.Mkdir(f, permFolder); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return c.writeFolder(i, name)
}

func (c Config) writeFolder(i int, name string) error {
	data, err := encodeRecord(folderRecord, &folderLine{Archive: name, Folder: folderNames[i]})
	if err != nil {
		return err
	}
	return c.FS.WriteFile(filepath.Join(c.folders()[i], folderFile), data, permFile)
}

func (c Config) folders() [4]string {
	return [4]string{c.Copies[0], c.Copies[1], c.Keys[0], c.Keys[1]}
}

var errOtherFolder = errors.New("this is another folder of an archive")

// readFolder returns the name of the archive that a folder is of.
func (c Config) readFolder(i int) (string, error) {
	data, err := c.FS.ReadFile(filepath.Join(c.folders()[i], folderFile), maxFolderFile)
	if err != nil {
		return "", err
	}
	var l folderLine
	if err := decodeRecord(folderRecord, data, &l); err != nil {
		return "", err
	}
	if l.Folder != folderNames[i] {
		return "", fmt.Errorf("%w: it is %s, not %s", errOtherFolder, l.Folder, folderNames[i])
	}
	return l.Archive, nil
}

// Open opens an archive and finishes what a crash cut short. It never makes one: a folder that is
// missing is more likely a disk that is not mounted. durable.ErrLocked if another process has it.
func Open(c Config) (*Archive, error) {
	c, err := c.checked()
	if err != nil {
		return nil, err
	}
	a := &Archive{cfg: c}
	var names [4]string
	var faults [4]error
	name := ""
	for i, folder := range c.folders() {
		names[i], faults[i] = c.readFolder(i)
		if errors.Is(faults[i], fs.ErrNotExist) {
			return nil, fmt.Errorf("archive: %s is no folder of an archive: %w", folder, faults[i])
		}
		switch {
		case errors.Is(faults[i], errOtherFolder):
			return nil, fmt.Errorf("archive: %s: %w", folder, faults[i])
		case faults[i] != nil: // damaged; the others say what it was
		case name == "":
			name = names[i]
		case names[i] != name:
			return nil, fmt.Errorf("archive: %s belongs to another archive than the folders before it", folder)
		}
	}
	if name == "" {
		return nil, fmt.Errorf("archive: %w", errors.Join(faults[:]...))
	}
	if c.ReadOnly {
		return a, nil
	}
	if a.lock, err = c.FS.Lock(filepath.Join(c.Copies[0], lockFile)); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	for i, fault := range faults {
		if fault == nil {
			continue
		}
		if err = c.writeFolder(i, name); err != nil {
			break
		}
		a.report("", filepath.Join(c.folders()[i], folderFile), fault.Error(), true)
	}
	if err == nil {
		err = a.recover()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("archive: %w", err), a.Close())
	}
	return a, nil
}

// Close gives the lock back. What is sealed is durable already.
func (a *Archive) Close() error {
	if a.lock == nil {
		return nil
	}
	err := a.lock.Unlock()
	a.lock = nil
	return err
}

// Findings returns what was found damaged since Open, the latest thousand, and how many that were.
func (a *Archive) Findings() (latest []Finding, total int) {
	a.found.Lock()
	defer a.found.Unlock()
	return append([]Finding(nil), a.findings...), a.total
}

func (a *Archive) report(id ID, file, reason string, healed bool) {
	a.found.Lock()
	defer a.found.Unlock()
	a.total++
	if len(a.findings) == maxFindingsToTell {
		a.findings = append(a.findings[:0], a.findings[1:]...)
	}
	a.findings = append(a.findings, Finding{Segment: id, Fault: Fault{File: file, Reason: reason}, Healed: healed})
}

// errReadOnly is for what would have to write.
var errReadOnly = errors.New("the archive is open read only")
