package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
)

const missing = "missing"

// pair is a small file and its copy.
type pair[T any] struct {
	name  [2]string
	raw   [2][]byte
	value [2]T
	fault [2]string // why there is no value; "" if there is one
}

// readPair reads both; decode says what is wrong with one.
func readPair[T any](c Config, limit int64, name func(i int) string, decode func([]byte) (T, error)) pair[T] {
	var p pair[T]
	for i := range p.name {
		p.name[i] = name(i)
		data, err := c.FS.ReadFile(p.name[i], limit)
		switch {
		case err != nil:
		case i == 1 && p.fault[0] == "" && bytes.Equal(data, p.raw[0]):
			p.raw[i], p.value[i] = data, p.value[0]
		default:
			p.raw[i] = data
			p.value[i], err = decode(data)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			p.fault[i] = missing
		case err != nil:
			p.fault[i] = err.Error()
		}
	}
	return p
}

// absent says that neither file is there.
func (p pair[T]) absent() bool { return p.fault == [2]string{missing, missing} }

// any returns the index of one that is good, or -1.
func (p pair[T]) any() int {
	for i, f := range p.fault {
		if f == "" {
			return i
		}
	}
	return -1
}

// differ says that both are good and not the same.
func (p pair[T]) differ() bool {
	return p.fault == [2]string{} && !bytes.Equal(p.raw[0], p.raw[1])
}

func (p pair[T]) faults() []Fault {
	var all []Fault
	for i, f := range p.fault {
		if f != "" {
			all = append(all, Fault{File: p.name[i], Reason: f})
		}
	}
	return all
}

// heal makes the copy that is not like the good one like it.
func heal[T any](a *Archive, id ID, p pair[T], good int) error {
	bad := 1 - good
	if bytes.Equal(p.raw[bad], p.raw[good]) && p.fault[bad] == "" {
		return nil
	}
	reason := p.fault[bad]
	if reason == "" {
		reason = "differs from its copy, which fits the encrypted file"
	}
	if a.cfg.ReadOnly {
		a.report(id, p.name[bad], reason, false)
		return nil
	}
	if err := a.cfg.FS.WriteFile(p.name[bad], p.raw[good], permFile); err != nil {
		a.report(id, p.name[bad], reason, false)
		return fmt.Errorf("healing %s: %w", p.name[bad], err)
	}
	a.report(id, p.name[bad], reason, true)
	return nil
}

func (a *Archive) segmentPair(id ID) pair[Segment] {
	return readPair(a.cfg, maxRecord, func(i int) string { return a.cfg.segmentFile(i, id) }, func(data []byte) (Segment, error) {
		s, err := decodeSegment(data)
		switch {
		case err != nil:
		case s.ID != id:
			err = fmt.Errorf("record of segment %s", s.ID)
		case s.SealedSize == 0:
			err = errors.New("record does not name the encrypted file")
		}
		return s, err
	})
}

func (a *Archive) tombstonePair(id ID) pair[Tombstone] {
	return readPair(a.cfg, maxRecord, func(i int) string { return a.cfg.tombstoneFile(i, id) }, func(data []byte) (Tombstone, error) {
		t, err := decodeTombstone(data)
		if err == nil && t.ID != id {
			err = fmt.Errorf("tombstone of segment %s", t.ID)
		}
		return t, err
	})
}

func (a *Archive) keyPair(id ID) pair[key] {
	return readPair(a.cfg, maxKeyFile, func(i int) string { return a.cfg.keyFile(i, id) }, func(data []byte) (key, error) {
		k, err := decodeKey(data)
		if err == nil && k.segment != id {
			err = fmt.Errorf("key of segment %s", k.segment)
		}
		return k, err
	})
}
