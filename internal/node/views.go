package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"overflight/authority"
	"overflight/dissemination"
	"overflight/internal/config"
	"overflight/internal/durable"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// viewsEvery is how often is looked for flights that a state is to be shown by a view that was agreed.
const viewsEvery = 10 * time.Second

// shown is a flight that an office was shown by a view.
type shown struct{ office, flight string }

// showViews drafts and releases, for each view in force, the flights that entered its state or looked into it and were closed since it was
// agreed: when the delay of the office is over, and unless two persons withheld them.
func (n *Node) showViews(ctx context.Context) error {
	if n.only(config.Operator) != nil {
		return nil
	}
	n.sharing.viewing.Lock()
	defer n.sharing.viewing.Unlock()
	var views []dissemination.View
	var releases []dissemination.Release
	delays, withheld := map[string]time.Duration{}, map[string]bool{}
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, v := range r.Views() {
			if o, err := r.Office(v.Act.Office); err == nil && v.Ended == nil && o.Revoked == nil {
				views = append(views, v)
				delays[v.Act.Office] = time.Duration(o.Act.Delay) * time.Second
			}
		}
		for _, w := range r.Withheld("") {
			withheld[w.Act.State+" "+w.Act.Flight] = true
		}
		releases = r.Releases()
		return nil
	})
	if err != nil || len(views) == 0 {
		return err
	}
	subjects, err := n.subjects(ctx)
	if err != nil {
		return err
	}
	done := map[shown]bool{}
	for i := range releases {
		if a := &releases[i].Act; a.Standing != "" { // whatever became of it
			done[shown{a.Office, subjects[a.Report].Flight}] = true
		}
	}
	var faults []error
	for i := range views {
		v := &views[i]
		state := dissemination.State(v.Act.Office)
		due, err := n.viewed(ctx, state, v.Recorded.At, n.now().Add(-delays[v.Act.Office]))
		if err != nil {
			return err
		}
		for _, flight := range due {
			x := shown{v.Act.Office, flight.String()}
			if withheld[state+" "+x.flight] || done[x] {
				continue
			}
			if before, err := n.shownBefore(x); err != nil {
				return err
			} else if before {
				continue
			}
			if err := n.showFlight(ctx, v, flight, subjects); err != nil { // one that cannot be shown keeps nothing from the others
				faults = append(faults, fmt.Errorf("showing %s to %s: %w", flight, v.Act.Office, err))
			}
		}
	}
	return errors.Join(faults...)
}

// tellViews notes in the program's log what keeps a flight from being shown, once as long as it is the same.
func (n *Node) tellViews(ctx context.Context, err error) {
	said := ""
	if err != nil && ctx.Err() == nil {
		said = err.Error()
		if said != n.sharing.warned {
			n.log.Warn("showing states what concerns them", slog.Any("error", err))
		}
	}
	n.sharing.warned = said
}

// subjects are what the reports on record are of, by their identifier. Of one that was erased that is not known any more.
func (n *Node) subjects(ctx context.Context) (map[string]Subject, error) {
	var reports []dissemination.Report
	if err := n.Dissemination(ctx, func(r *dissemination.Register) error { reports = r.Reports(); return nil }); err != nil {
		return nil, err
	}
	if n.sharing.subjects == nil {
		n.sharing.subjects = map[string]Subject{}
	}
	for i := range reports {
		x := &reports[i]
		if _, known := n.sharing.subjects[x.ID]; known || x.Erased != nil {
			continue
		}
		k, err := n.readReport(x.ID, 1)
		if errors.Is(err, fs.ErrNotExist) { // what it says is lost: that keeps nothing else from a state
			continue
		}
		if err != nil {
			return nil, err
		}
		n.sharing.subjects[x.ID] = k.Subject
	}
	return n.sharing.subjects, nil
}

// shownMark is the file that says that an office was shown a flight: what the report was of is not known any more once it is erased, and
// it is not to be made again.
func (n *Node) shownMark(x shown) string {
	return filepath.Join(placesOf(n.cfg.Config).outbox, "view."+strings.ReplaceAll(x.office, "/", ".")+"."+x.flight)
}

func (n *Node) shownBefore(x shown) (bool, error) {
	_, err := durable.OS().ReadFile(n.shownMark(x), 1)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// viewed are the flights that have to do with a state and were closed from an instant on and up to another.
func (n *Node) viewed(ctx context.Context, state string, from, to time.Time) ([]journal.Sortie, error) {
	if err := n.Caught(ctx); err != nil {
		return nil, err
	}
	var out []journal.Sortie
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		part, next, err := n.Models().Flights(ctx, sqlite.FlightFilter{State: sqlite.Closed.String()}, page)
		if err != nil {
			return nil, err
		}
		for i := range part {
			if at := part[i].Closed.At; at.Before(from) || at.After(to) {
				continue
			}
			states, known := n.sharing.concerned[part[i].Sortie]
			if !known {
				whole, err := n.Models().Flight(ctx, part[i].Sortie)
				if err != nil {
					return nil, err
				}
				if n.sharing.concerned == nil {
					n.sharing.concerned = map[journal.Sortie][]string{}
				}
				states = concerned(&whole)
				n.sharing.concerned[part[i].Sortie] = states // it is closed: no more comes
			}
			if slices.Contains(states, state) {
				out = append(out, part[i].Sortie)
			}
		}
		if page.After = next; next == "" {
			return out, nil
		}
	}
}

// concerned are the states that a flight entered, may have entered, or looked into.
func concerned(whole *sqlite.Whole) []string {
	var out []string
	for i := range whole.Entries {
		out = append(out, string(whole.Entries[i].Entry.State))
	}
	for i := range whole.Looked {
		out = append(out, string(whole.Looked[i].Look.State))
	}
	return out
}

// showFlight releases what a flight has to do with a state to the office of a view, by the report that there is of it or a new one.
func (n *Node) showFlight(ctx context.Context, v *dissemination.View, flight journal.Sortie, subjects map[string]Subject) error {
	by, state := "view "+v.Act.ID, dissemination.State(v.Act.Office)
	subject, report := Subject{Flight: flight.String(), State: state}, ""
	for id, s := range subjects {
		if s == subject {
			report = id
		}
	}
	if report == "" {
		x, _, err := n.Draft(ctx, DraftRequest{Subject: subject, Marking: MarkingRequest{ReleasableTo: []string{state}}, By: by})
		if err != nil {
			return err
		}
		report = x.ID
	}
	n.drafting.Lock()
	defer n.drafting.Unlock()
	// Two persons may have withheld it while the report was made.
	withheld := false
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		withheld = slices.ContainsFunc(r.Withheld(state), func(w authority.Entry[dissemination.EntryWithheld]) bool { return w.Act.Flight == subject.Flight })
		return nil
	})
	if err != nil || withheld {
		return err
	}
	p, product, err := n.propose(ctx, &ReleaseRequest{Report: report, Office: v.Act.Office, Purpose: v.Act.Purpose}, v.Act.ID, by)
	if err != nil {
		return err
	}
	if _, err := n.KeepDocument(bytes.NewReader(product)); err != nil {
		return errors.Join(err, n.destroyDocument(p.Release.Product))
	}
	_, err = n.putAct(ctx, journal.ActRecorded{Act: string(dissemination.KindReleased), Document: p.Document, By: by, At: n.now()})
	if errors.Is(err, ErrAct) { // refused, and so not on record
		return errors.Join(err, n.destroyDocument(p.Release.Product))
	}
	if err != nil {
		return err
	}
	files, mark := durable.OS(), n.shownMark(shown{v.Act.Office, flight.String()})
	if err := files.Mkdir(filepath.Dir(mark), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return files.WriteFile(mark, nil, 0o600)
}
