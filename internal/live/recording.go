package live

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// chunkSize is how files are cut: always the same way, so that a chunk has the same ID whenever the
// file is read.
const chunkSize = 64 << 10

// maxEntries bounds a watched folder.
const maxEntries = 100_000

// runRecordings delivers a file, or watches a folder until ctx ends.
func (s *Source) runRecordings(ctx context.Context) error {
	defer s.picked.close()
	s.monitor.set(PhaseConnecting)
	info, err := os.Stat(s.address.Path)
	if err != nil {
		s.find(Defect{Code: CodeFile, Got: err.Error()})
		return err
	}
	if info.IsDir() {
		s.watchFolder(ctx)
		return nil
	}
	return s.deliverFile(ctx, s.address.Path, stamp(info))
}

// fileStamp is what tells one state of a file from another.
type fileStamp struct {
	Name     string `json:"name"`
	Size     int64  `json:"size"`
	Modified int64  `json:"modified"` // nanoseconds since 1970
}

func stamp(info os.FileInfo) fileStamp {
	return fileStamp{info.Name(), info.Size(), info.ModTime().UnixNano()}
}

// producer names the file in IDs.
func (f fileStamp) producer() string {
	sum := sha256.Sum256([]byte(f.Name + "\x00" + strconv.FormatInt(f.Size, 10) + "\x00" + strconv.FormatInt(f.Modified, 10)))
	return "file-" + hex.EncodeToString(sum[:16])
}

// deliverFile delivers a file at the pace of the sink. What follows behind the size that it had when
// it was picked is another state of it.
func (s *Source) deliverFile(ctx context.Context, path string, f fileStamp) error {
	file, err := os.Open(path)
	if err != nil {
		s.find(Defect{Code: CodeFile, Item: f.Name, Got: err.Error()})
		return err
	}
	defer func() { _ = file.Close() }()
	s.monitor.connected(s.now(), "", true, nil)
	defer s.monitor.disconnected()
	if f.Size == 0 {
		s.find(Defect{Code: CodeFile, Item: f.Name, Got: "0 B"})
		s.picked.delivered(ID{s.config.Name, f.producer(), 0}, f)
		s.picked.ack(ID{s.config.Name, f.producer(), 0})
		return nil
	}
	c := Chunk{ID: ID{Source: s.config.Name, Producer: f.producer()}, Track: f.Name}
	for at := int64(0); at < f.Size; {
		b := make([]byte, min(chunkSize, f.Size-at))
		n, err := io.ReadFull(file, b)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			s.find(Defect{Code: CodeFile, Item: f.Name, Offset: at, Got: err.Error()})
			return err
		}
		if n < len(b) {
			s.find(Defect{
				Code: CodeFile, Item: f.Name, Offset: at + int64(n),
				Got: strconv.FormatInt(at+int64(n), 10) + " B", Want: strconv.FormatInt(f.Size, 10) + " B",
			})
			return fmt.Errorf("%s: %w", f.Name, io.ErrUnexpectedEOF)
		}
		at += int64(n)
		c.Sequence++
		c.Arrival, c.First, c.Last, c.Bytes = s.now(), c.Sequence == 1, at >= f.Size, b
		if _, _, odd := s.monitor.take(c.Arrival, b, true); odd {
			s.find(Defect{Code: CodeContent, Item: f.Name, Got: fmt.Sprintf("% X", b[:min(len(b), 8)]), Want: "47 | 06 0E 2B 34"})
		}
		if c.Last {
			// Before it is with the sink, which may acknowledge at once.
			s.picked.delivered(c.ID, f)
		}
		if !s.deliver(ctx, c) {
			s.picked.forget(c.ID)
			return ctx.Err()
		}
	}
	return nil
}

// watchFolder picks the files of a folder as they settle.
func (s *Source) watchFolder(ctx context.Context) {
	var seen settling
	broken := false
	for {
		ready, err := seen.look(s.address.Path, s.now(), s.config.Settle, s.picked.has)
		if err != nil && !broken {
			s.find(Defect{Code: CodeFile, Got: err.Error()})
		}
		broken = err != nil
		for _, f := range ready {
			if ctx.Err() != nil {
				return
			}
			if err := s.deliverFile(ctx, filepath.Join(s.address.Path, f.Name), f); err != nil {
				seen.again(f) // when it has settled once more
			}
		}
		s.monitor.set(PhaseWaiting)
		if !s.sleep(ctx, s.config.Poll) {
			return
		}
	}
}

// settling remembers since when each file of a folder has been as it is.
type settling map[string]sighting

type sighting struct {
	fileStamp
	since time.Time
}

// look returns the files that have stayed the same for as long as settle, oldest first, without those
// that were picked. A name that begins with a dot is of a file that is still being made.
func (w *settling) look(dir string, now time.Time, settle time.Duration, picked func(fileStamp) bool) ([]fileStamp, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	entries, err := d.ReadDir(maxEntries)
	_ = d.Close()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	next := settling{}
	var ready []fileStamp
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // gone meanwhile
		}
		f := stamp(info)
		if picked(f) {
			continue
		}
		was, ok := (*w)[f.Name]
		if !ok || was.fileStamp != f {
			was = sighting{f, now}
		}
		next[f.Name] = was
		if ok && now.Sub(was.since) >= settle {
			ready = append(ready, f)
		}
	}
	*w = next
	slices.SortFunc(ready, func(a, b fileStamp) int {
		return cmp.Or(cmp.Compare(a.Modified, b.Modified), cmp.Compare(a.Name, b.Name))
	})
	return ready, nil
}

func (w *settling) again(f fileStamp) { delete(*w, f.Name) }
