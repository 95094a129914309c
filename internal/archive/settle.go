package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"overflight/evidence"
)

// settle says what became of a segment, and finishes what a crash or an error cut short: ErrNotFound
// if it was never sealed, *ErasedError, *DamageError, or the segment whole. A copy that cannot be
// healed, on a full disk say, is an error only if it must be: what is left can still be read.
// a.write is held.
func (a *Archive) settle(id ID, must bool) (Segment, error) {
	tombs := a.tombstonePair(id)
	if i := tombs.any(); i >= 0 {
		t := tombs.value[i]
		err := errors.Join(heal(a, id, tombs, i), a.finishErase(t))
		if err != nil && must {
			return Segment{}, err
		}
		return Segment{}, &ErasedError{Tombstone: t}
	}
	records, keys := a.segmentPair(id), a.keyPair(id)
	if !tombs.absent() {
		return Segment{}, &DamageError{Segment: id, Faults: tombs.faults()}
	}
	if records.absent() && keys.absent() {
		return Segment{}, fmt.Errorf("segment %s: %w", id, ErrNotFound)
	}
	if keys.any() < 0 {
		return Segment{}, &DamageError{Segment: id, Faults: append(records.faults(), keys.faults()...)}
	}
	s, unhealed, err := a.settleRecord(id, records, keys)
	if err != nil {
		return Segment{}, err
	}
	i, err := a.settleKey(s, &keys)
	if err != nil {
		return Segment{}, err
	}
	unhealed = errors.Join(unhealed, heal(a, id, keys, i))
	if unhealed != nil && must {
		return Segment{}, unhealed
	}
	return s, nil
}

// settleRecord returns the record that stands, and makes both copies say so. Where the copies do not
// agree or are not there, the record sealed inside the encrypted file decides.
func (a *Archive) settleRecord(id ID, records pair[Segment], keys pair[key]) (s Segment, unhealed, err error) {
	if i := records.any(); i >= 0 && !records.differ() {
		return records.value[i], heal(a, id, records, i), nil
	}
	found, faults := a.sealedInside(id, keys)
	if found == nil {
		if records.differ() {
			faults = append(faults, Fault{File: records.name[0], Reason: "differs from " + records.name[1]})
		}
		return Segment{}, nil, &DamageError{Segment: id, Faults: append(records.faults(), faults...)}
	}
	raw, err := encodeSegment(*found)
	if err != nil {
		return Segment{}, nil, err
	}
	for i := range records.name {
		one := records
		one.raw[1-i] = raw
		unhealed = errors.Join(unhealed, heal(a, id, one, 1-i))
	}
	return *found, unhealed, nil
}

// sealedInside reads the record inside the encrypted file that a key names.
func (a *Archive) sealedInside(id ID, keys pair[key]) (*Segment, []Fault) {
	var faults []Fault
	for k := range keys.name {
		if keys.fault[k] != "" {
			faults = append(faults, Fault{File: keys.name[k], Reason: keys.fault[k]})
			continue
		}
		sealed := keys.value[k].sealed
		for i := range a.cfg.Copies {
			o, err := a.openCopy(i, sealed, keys.value[k].identity)
			if err == nil {
				var s Segment
				s, err = readInside(o, o.plain)
				err = errors.Join(err, o.file.Close())
				if err == nil && s.ID != id {
					err = fmt.Errorf("holds segment %s", s.ID)
				}
				if err == nil {
					s.Sealed, s.SealedSize = sealed, o.file.Size()
					return &s, nil
				}
			}
			faults = append(faults, Fault{File: a.cfg.dataFile(i, sealed), Reason: reason(err)})
		}
	}
	return nil, faults
}

// settleKey returns the index of the key that opens the segment, and sets the fault of one that does not.
func (a *Archive) settleKey(s Segment, keys *pair[key]) (int, error) {
	for i := range keys.name {
		if keys.fault[i] == "" && keys.value[i].sealed != s.Sealed {
			keys.fault[i] = "key of another encrypted file"
		}
	}
	i := keys.any()
	if i < 0 {
		return i, &DamageError{Segment: s.ID, Faults: keys.faults()}
	}
	if !keys.differ() {
		return i, nil
	}
	for k := range keys.name {
		for c := range a.cfg.Copies {
			o, err := a.openCopy(c, s.Sealed, keys.value[k].identity)
			if err == nil {
				return k, o.file.Close()
			}
		}
	}
	return -1, &DamageError{Segment: s.ID, Faults: []Fault{
		{File: keys.name[0], Reason: "differs from " + keys.name[1] + ", and neither opens the segment"},
	}}
}

// recover finishes, for every segment, what a crash cut short. Segments whose files are all there
// are not read.
func (a *Archive) recover() error {
	var sealed [2]map[ID]bool
	var dead, keys [2]map[ID]bool
	for i := range 2 {
		for _, sub := range []string{dataFolder, segmentFolder, tombstoneFolder, ""} {
			if _, err := a.cfg.FS.Sweep(filepath.Join(a.cfg.Copies[i], sub), false); err != nil {
				return err
			}
		}
		if _, err := a.cfg.FS.Sweep(a.cfg.Keys[i], true); err != nil {
			return err
		}
		var err error
		if sealed[i], err = a.ids(filepath.Join(a.cfg.Copies[i], segmentFolder), segmentSuffix); err != nil {
			return err
		}
		if dead[i], err = a.ids(filepath.Join(a.cfg.Copies[i], tombstoneFolder), tombstoneSuffix); err != nil {
			return err
		}
		if keys[i], err = a.ids(a.cfg.Keys[i], keySuffix); err != nil {
			return err
		}
	}
	all := map[ID]bool{}
	for _, set := range []map[ID]bool{sealed[0], sealed[1], dead[0], dead[1], keys[0], keys[1]} {
		for id := range set {
			all[id] = true
		}
	}
	alive := 0
	for _, id := range sorted(all) {
		recorded := sealed[0][id] && sealed[1][id]
		if recorded && keys[0][id] && keys[1][id] && !dead[0][id] && !dead[1][id] {
			alive++
			continue
		}
		if recorded && !keys[0][id] && !keys[1][id] && dead[0][id] && dead[1][id] {
			continue
		}
		_, err := a.settle(id, false)
		if err == nil {
			alive++
		} else if !errors.Is(err, ErrErased) {
			// The others must not suffer for it: said here, and again by whoever asks for it.
			a.report(id, "", err.Error(), false)
		}
	}
	return a.sweepUnreadable(alive)
}

// sweepUnreadable removes encrypted files that no key and no record names: nobody can read them. It
// does not judge while a key or a record cannot be read.
func (a *Archive) sweepUnreadable(alive int) error {
	var data [2][]string
	same := true
	for i := range 2 {
		entries, err := a.cfg.FS.List(filepath.Join(a.cfg.Copies[i], dataFolder))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name, dataSuffix) {
				data[i] = append(data[i], e.Name)
			}
		}
		same = same && len(data[i]) <= alive
	}
	if same {
		return nil
	}
	named := map[string]bool{}
	ids, err := a.allIDs()
	if err != nil {
		return err
	}
	for _, id := range ids {
		records, keys := a.segmentPair(id), a.keyPair(id)
		if records.any() < 0 && !records.absent() || keys.any() < 0 && !keys.absent() {
			return nil
		}
		for i := range 2 {
			named[records.value[i].Sealed.String()+dataSuffix] = true
			named[keys.value[i].sealed.String()+dataSuffix] = true
		}
	}
	for i := range data {
		for _, name := range data[i] {
			if named[name] {
				continue
			}
			if err := a.cfg.FS.Remove(filepath.Join(a.cfg.Copies[i], dataFolder, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// ids lists the segments named in a folder. Names of other forms are nobody's business.
func (a *Archive) ids(folder, suffix string) (map[ID]bool, error) {
	entries, err := a.cfg.FS.List(folder)
	if err != nil {
		return nil, err
	}
	ids := map[ID]bool{}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name, suffix)
		if id := ID(name); ok && !e.Folder && id.Check() == nil {
			ids[id] = true
		}
	}
	return ids, nil
}

// allIDs lists every segment that any file names, sorted.
func (a *Archive) allIDs() ([]ID, error) {
	all := map[ID]bool{}
	for i := range 2 {
		for _, f := range []struct{ folder, suffix string }{
			{filepath.Join(a.cfg.Copies[i], segmentFolder), segmentSuffix},
			{filepath.Join(a.cfg.Copies[i], tombstoneFolder), tombstoneSuffix},
			{a.cfg.Keys[i], keySuffix},
		} {
			ids, err := a.ids(f.folder, f.suffix)
			if err != nil {
				return nil, err
			}
			for id := range ids {
				all[id] = true
			}
		}
	}
	return sorted(all), nil
}

func sorted(ids map[ID]bool) []ID {
	all := make([]ID, 0, len(ids))
	for id := range ids {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

// reason is an error in few words for a Fault.
func reason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return missing
	}
	return err.Error()
}

// identities are the keys that fit the encrypted file.
func identities(keys pair[key], sealed evidence.Digest) []age.Identity {
	var all []age.Identity
	for i := range keys.name {
		if keys.fault[i] == "" && keys.value[i].sealed == sealed {
			all = append(all, keys.value[i].identity)
		}
	}
	return all
}
