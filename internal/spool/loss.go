package spool

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"overflight/evidence"
)

// Cause is why records were given up.
type Cause string

// The causes.
const (
	CauseBound   Cause = "bound"   // more than MaxBytes were waiting
	CauseDisk    Cause = "disk"    // the disk took no writes and memory was full
	CauseDamage  Cause = "damage"  // bytes on the disk were not what had been written
	CauseStopped Cause = "stopped" // the process or the machine stopped without closing
)

// Loss is a stretch of sequences that the consumer does not get. Some of it the consumer may have
// taken and not acknowledged.
type Loss struct {
	ID            uint64    `json:"id"` // for Noted
	Cause         Cause     `json:"cause"`
	FirstSequence uint64    `json:"first_sequence"`
	LastSequence  uint64    `json:"last_sequence"`
	Counted       bool      `json:"counted"` // Records and Bytes are known: after a stop and in damage they are not
	Records       uint64    `json:"records"`
	Bytes         uint64    `json:"bytes"`
	From          time.Time `json:"from"` // arrival of the first; of the last before it when that is not known
	To            time.Time `json:"to"`   // arrival of the last; of the first after it when that is not known
}

// add counts a record in.
func (l *Loss) add(r Record) {
	if l.Records == 0 {
		l.FirstSequence, l.From = r.Sequence, r.Arrival
	}
	l.Counted = true
	l.LastSequence, l.To = r.Sequence, r.Arrival
	l.Records++
	l.Bytes += uint64(len(r.Bytes))
}

func (l *Loss) finding() evidence.Defect {
	got := fmt.Sprintf("%d–%d", l.FirstSequence, l.LastSequence)
	if l.Counted {
		got += fmt.Sprintf(" (%d, %d B)", l.Records, l.Bytes)
	}
	return evidence.Defect{Code: CodeLoss, Item: string(l.Cause), Got: got, Want: "0"}
}

// maxLosses bounds what is kept when nobody takes note of losses: then neighbours are joined.
const maxLosses = 256

// declare notes a loss; the disk gets it with the next write. mu is held.
func (s *Spool) declare(l Loss) {
	s.lossNew = true
	if n := len(s.losses); n > 0 {
		last := &s.losses[n-1]
		joins := last.Cause == l.Cause && last.LastSequence+1 == l.FirstSequence && last.Counted == l.Counted
		if joins || n >= maxLosses {
			last.LastSequence = max(last.LastSequence, l.LastSequence)
			last.Records += l.Records
			last.Bytes += l.Bytes
			last.To = l.To
			last.Counted = last.Counted && l.Counted
			// Who has noted it as it was must note it again.
			s.lossID++
			last.ID = s.lossID
			return
		}
	}
	s.lossID++
	l.ID = s.lossID
	s.losses = append(s.losses, l)
}

// Losses returns what was lost and not yet noted, in the order in which it was found out.
func (s *Spool) Losses() []Loss {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.losses)
}

// Noted says that a loss is entered elsewhere: Losses does not return it any more.
func (s *Spool) Noted(id uint64) {
	s.mu.Lock()
	for i, l := range s.losses {
		if l.ID == id {
			s.losses = slices.Delete(s.losses, i, i+1)
			s.noted = append(s.noted, l)
			s.lossNew = true
			break
		}
	}
	// A gap is told from a declared loss by these, as long as the consumer may come upon it.
	s.noted = slices.DeleteFunc(s.noted, func(l Loss) bool { return l.LastSequence <= s.acked })
	if n := len(s.noted); n > maxLosses {
		s.noted = slices.Delete(s.noted, 0, n-maxLosses)
	}
	s.mu.Unlock()
	signal(s.wake)
}

// passOver declares the sequences from first to before end that are neither acknowledged nor
// declared: whatever happened to them, they were on the disk and are not. mu is held.
func (s *Spool) passOver(first, end uint64) {
	first = max(first, s.acked+1)
	for first < end {
		gap, behind := end, uint64(0)
		for _, all := range [2][]Loss{s.losses, s.noted} {
			for _, l := range all {
				switch {
				case l.FirstSequence <= first && first <= l.LastSequence:
					behind = max(behind, l.LastSequence+1)
				case l.FirstSequence > first:
					gap = min(gap, l.FirstSequence)
				}
			}
		}
		if behind > 0 {
			first = behind
			continue
		}
		l := Loss{Cause: CauseDamage, FirstSequence: first, LastSequence: gap - 1}
		s.declare(l)
		s.config.Finding(l.finding())
		signal(s.wake)
		first = gap
	}
}

const (
	lossFile = "losses.json"
	// newSuffix is of files that are not whole yet.
	newSuffix = ".new"
)

// lossState is the file of losses.
type lossState struct {
	LastID uint64 `json:"last_id"`
	Losses []Loss `json:"losses"`
	Noted  []Loss `json:"noted"`
}

func (s *Spool) readLosses() error {
	b, err := os.ReadFile(filepath.Join(s.config.Dir, lossFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading losses: %w", err)
	}
	var st lossState
	if err := json.Unmarshal(b, &st); err != nil || len(st.Losses) > maxLosses || len(st.Noted) > maxLosses {
		s.config.Finding(evidence.Defect{Code: CodeDamaged, Item: lossFile, Got: strconv.Itoa(len(b)) + " B", Want: "JSON"})
		return nil
	}
	s.losses, s.noted, s.lossID = st.Losses, st.Noted, st.LastID
	return nil
}

// saveLosses writes the losses when they changed. disk is held, mu is not.
func (s *Spool) saveLosses() error {
	s.mu.Lock()
	if !s.lossNew {
		s.mu.Unlock()
		return nil
	}
	st := lossState{s.lossID, slices.Clone(s.losses), slices.Clone(s.noted)}
	s.lossNew = false
	s.mu.Unlock()
	err := s.replace(lossFile, st)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		s.lossNew = true
	case s.lossID == st.LastID:
		s.lossFrom = 0
	}
	return err
}

// replace writes a file under another name, fsyncs it and renames it, so that a crash leaves the old
// one or the new one.
func (s *Spool) replace(name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	path := filepath.Join(s.config.Dir, name)
	f, err := s.config.Create(path + newSuffix)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(path+newSuffix, path)
	}
	if err == nil {
		err = syncDir(s.config.Dir)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
