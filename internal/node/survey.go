package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"overflight/coverage"
	"overflight/designation"
	"overflight/geodesy"
	"overflight/internal/jetstream"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/survey"
	"overflight/validity"
)

// AnotherError says that an identifier is that of another observation or attribution that is on record.
type AnotherError struct{ ID string }

// Error implements error.
func (e *AnotherError) Error() string { return "another of this identifier is on record: " + e.ID }

// NoFlightError says that an observation names a flight that is not on record.
type NoFlightError struct{ Flight string }

// Error implements error.
func (e *NoFlightError) Error() string { return "no such flight: " + e.Flight }

// surveyed are the sites of a node: a fold of what the journal says of places, made when somebody first asks. What is reckoned of them
// follows the book and the footprints that come, site by site.
type surveyed struct {
	// reckoning is held by who brings assessed up to date, and taken before mu. What is on record of looks is read without mu, so that
	// nobody who reports something waits for it.
	reckoning sync.Mutex

	mu       sync.Mutex // guards what follows
	book     survey.Book
	through  uint64             // events that are folded
	recorded []recorded         // by sequence
	assessed *survey.Assessment // nil before somebody asks

	sighted sightings // for whoever applies events
}

// recorded is when a statement about places was put on record.
type recorded struct {
	sequence uint64
	at       time.Time
}

// foldSurvey takes what the journal has of places since it was folded last. n.survey.mu MUST be held.
func (n *Node) foldSurvey(ctx context.Context) error {
	if err := n.Caught(ctx); err != nil {
		return err
	}
	s := &n.survey
	for {
		part, err := n.Models().Surveyed(ctx, string(jetstream.Events), s.through)
		if err != nil || len(part) == 0 {
			return err
		}
		for i := range part {
			n.foldSaid(&part[i])
			s.through = part[i].Sequence
		}
	}
}

// foldSaid takes one event. What the book does not take stays in the journal and is said in the log of the program.
func (n *Node) foldSaid(x *sqlite.Surveyed) {
	s := &n.survey
	refused := func(what string, err error) {
		n.log.Warn("on record about places and not taken", slog.String("what", what), slog.Uint64("event", x.Sequence), slog.Any("error", err))
	}
	at := time.Time{}
	switch e := x.Event.(type) {
	case journal.ObservationsRecorded:
		at = e.At
		for i := range e.Observations {
			o := &e.Observations[i]
			if _, err := s.book.Observe(*o, x.Sequence); err != nil {
				refused(o.ID, err)
				continue
			}
			if e.Source != "" {
				s.book.Through(o.Flight, e.Source, o.Sensor)
			}
		}
	case journal.OutcomeReported:
		at = e.Found.At
		if err := s.book.Report(e.Found, x.Sequence); err != nil {
			refused(fmt.Sprint(e.Found.Site), err)
		}
	case journal.SiteAttributed:
		at = e.Attribution.At
		if err := s.book.Attribute(e.Attribution, x.Sequence); err != nil {
			refused(e.Attribution.ID, err)
		}
	default:
	}
	s.recorded = append(s.recorded, recorded{x.Sequence, at})
}

// Surveyed are the sites as they stand, for as long as Survey lets them be read.
type Surveyed struct {
	*survey.Assessment
	n *Node
}

// Hazards are the sites of which a mine or another explosive was reported, the newest first.
func (x *Surveyed) Hazards() []survey.HazardousSite { return x.n.survey.book.Hazards() }

// Hazards are the same, with what is closed when another such report comes.
func (n *Node) Hazards(ctx context.Context) ([]survey.HazardousSite, <-chan struct{}, error) {
	n.survey.mu.Lock()
	defer n.survey.mu.Unlock()
	changed := n.survey.sighted.warning() // before the book is read: what comes now is in both
	err := n.foldSurvey(ctx)
	return n.survey.book.Hazards(), changed, err
}

// Recorded is when the statement about places that the journal has at a sequence was put on record; zero where there is none.
func (x *Surveyed) Recorded(sequence uint64) time.Time {
	all := x.n.survey.recorded
	i, ok := slices.BinarySearchFunc(all, sequence, func(r recorded, s uint64) int { return cmp.Compare(r.sequence, s) })
	if !ok {
		return time.Time{}
	}
	return all[i].at
}

// SurveyedSince is the place in the journal of the first statement about places that was put on record at an instant or later; beyond all
// of them where there is none.
func (n *Node) SurveyedSince(ctx context.Context, at time.Time) (uint64, error) {
	n.survey.mu.Lock()
	defer n.survey.mu.Unlock()
	if err := n.foldSurvey(ctx); err != nil {
		return 0, err
	}
	for _, r := range n.survey.recorded {
		if !r.at.Before(at) {
			return r.sequence, nil
		}
	}
	return math.MaxUint64, nil
}

// Survey lets f read the sites. It MUST keep nothing of them but copies.
func (n *Node) Survey(ctx context.Context, f func(*Surveyed) error) error {
	s := &n.survey
	s.reckoning.Lock()
	defer s.reckoning.Unlock()
	for read := false; !read; {
		questions, err := n.reckoned(ctx, func() error {
			read = true
			return f(&Surveyed{s.assessed, n})
		})
		if err != nil {
			return err
		}
		for part := range slices.Chunk(questions, placesAtOnce) {
			if err := n.answer(ctx, part); err != nil {
				return err // what was answered by then stays so
			}
		}
	}
	return nil
}

// placesAtOnce bounds the places that looks are read for at once, and fewPlaces how many of them are read for while reports wait: else
// reports that keep coming could put an answer off for ever.
const (
	placesAtOnce = 512
	fewPlaces    = 8
)

// reckoned lets f read the sites where all is known that they rest on. Else it returns the places that looks are to be read for, those
// near each other together.
func (n *Node) reckoned(ctx context.Context, f func() error) ([]survey.Question, error) {
	s := &n.survey
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := n.foldSurvey(ctx); err != nil {
		return nil, err
	}
	if s.assessed == nil {
		s.assessed = s.book.Assessment(n.Model())
	}
	if seen := s.sighted.take(); len(seen) > 0 { // before looks are read: what comes now is in both
		s.assessed.Sighted(func(at geodesy.Position) bool {
			return slices.ContainsFunc(seen, func(x sighted) bool { return x.holds(at) })
		})
	}
	questions := s.assessed.Questions()
	if len(questions) > fewPlaces {
		slices.SortStableFunc(questions, func(x, y survey.Question) int {
			return cmp.Compare(coverage.CellsAt(x.At)[0].Tile, coverage.CellsAt(y.At)[0].Tile)
		})
		return questions, nil
	}
	if len(questions) > 0 {
		looks, err := n.looksAt(ctx, questions)
		if err != nil {
			return nil, err
		}
		for i, q := range questions {
			s.assessed.Answer(q, looks[i])
		}
	}
	s.assessed.Renew()
	return nil, f()
}

// answer reads what looked at some places.
func (n *Node) answer(ctx context.Context, questions []survey.Question) error {
	looks, err := n.looksAt(ctx, questions)
	if err != nil {
		return err
	}
	n.survey.mu.Lock()
	defer n.survey.mu.Unlock()
	for i, q := range questions {
		n.survey.assessed.Answer(q, looks[i])
	}
	return nil
}

// watched is a place that is watched for looks.
type watched struct {
	*coverage.Watch
	of   []sqlite.Sighting // whose each visit is
	last sqlite.Sighting
}

func (w *watched) add(s sqlite.Sighting) {
	if s.Flight != w.last.Flight || s.Source != w.last.Source {
		w.Next()
	}
	w.last = s
	w.Add(s.Glimpse)
	for len(w.of) < w.Begun() {
		w.of = append(w.of, s)
	}
}

// looksAt lists who had each of some places in sight, and what they could have seen there: the looks of one path with less than
// survey.PassGap between them are one, as good as the best of them.
func (n *Node) looksAt(ctx context.Context, questions []survey.Question) ([][]survey.Look, error) {
	m, heights := n.Model(), n.heights()
	places, watches := make([]geodesy.Position, len(questions)), make([]watched, len(questions))
	for i, q := range questions {
		places[i], watches[i].Watch = q.At, coverage.NewWatch(&m, q.At, heights)
	}
	if err := n.Models().GlimpsesNear(ctx, places, func(place int, s sqlite.Sighting) error { watches[place].add(s); return nil }); err != nil {
		return nil, err
	}
	out := make([][]survey.Look, len(watches))
	for i := range watches {
		out[i] = watches[i].looks()
	}
	return out, nil
}

func (w *watched) looks() (out []survey.Look) {
	visits, _ := w.Visits()
	for i := range visits {
		l := &visits[i]
		if l.From.IsZero() || l.To.IsZero() {
			continue // when it was is not known: it cannot be told from that which saw something
		}
		look := survey.Look{Flight: w.of[i].Flight.String(), Path: w.of[i].Source, From: l.From, To: l.To, Best: l.Best.Time, POD: l.POD}
		if k := len(out) - 1; k >= 0 && out[k].Flight == look.Flight && out[k].Path == look.Path && !look.From.After(out[k].To.Add(survey.PassGap)) && !look.To.Before(out[k].From) {
			last := &out[k]
			if look.To.After(last.To) {
				last.To = look.To
			}
			if look.POD > last.POD {
				last.POD, last.Best = look.POD, look.Best
			}
			continue
		}
		out = append(out, look)
	}
	return out
}

// Observed is what became of an observation.
type Observed struct {
	Stated
	ID    string
	Site  survey.SiteID // 0: of none
	Known bool          // it was on record before, word for word
}

// Observe puts an observation of an analyst or an outside detector on record. The same again changes nothing; ErrAnother where the
// identifier is that of another.
func (n *Node) Observe(ctx context.Context, o survey.Observation, by string) (Observed, error) {
	if err := named(by); err != nil {
		return Observed{}, err
	}
	if err := o.Check(); err != nil {
		return Observed{}, err
	}
	// Reports of a recording are named after it: one that is filed beforehand would keep out the recording's own.
	if flight, _, of := strings.Cut(o.ID, "/"); of {
		if _, err := journal.ParseSortie(flight); err == nil {
			return Observed{}, &survey.Fault{Where: "id", Got: o.ID, Want: survey.WantOwnID}
		}
	}
	if o.Reading != 0 && o.Unit == "" { // what is on record already stays readable: it is refused here and not when it is read
		return Observed{}, &survey.Fault{Where: "unit", Want: survey.WantUnit}
	}
	out := Observed{ID: o.ID}
	var err error
	out.Stated, err = n.stateOfPlace(ctx, func() (uint64, error) {
		if was, sequence, ok := n.survey.book.Observation(o.ID); ok {
			if !same(&was, &o) {
				return 0, &AnotherError{o.ID}
			}
			out.Known, out.Site = true, n.survey.book.Holder(o.ID)
			return sequence, nil
		}
		e := journal.ObservationsRecorded{Observations: []survey.Observation{o}, By: by, At: n.now()}
		if o.Flight != "" {
			if e.Flight, err = journal.ParseSortie(o.Flight); err != nil {
				return 0, err
			}
			if _, err := n.Models().Paths(ctx, e.Flight); errors.Is(err, sqlite.ErrNotFound) {
				return 0, &NoFlightError{o.Flight}
			} else if err != nil {
				return 0, err
			}
		}
		sequence, err := n.state(ctx, e)
		if err != nil {
			return 0, err
		}
		err = n.foldSurvey(ctx)
		out.Site = n.survey.book.Holder(o.ID)
		return sequence, err
	})
	return out, err
}

// stateOfPlace lets f put something on record with the book as it stands, and waits for its leaf when others may go on.
func (n *Node) stateOfPlace(ctx context.Context, f func() (uint64, error)) (Stated, error) {
	sequence, err := func() (uint64, error) {
		n.survey.mu.Lock()
		defer n.survey.mu.Unlock()
		if err := n.foldSurvey(ctx); err != nil {
			return 0, err
		}
		return f()
	}()
	if err != nil {
		return Stated{}, err
	}
	return n.leafOf(ctx, sequence)
}

// same compares what two observations say. Instants are compared as such.
func same(a, b *survey.Observation) bool {
	x, y := *a, *b
	if !x.At.Equal(y.At) {
		return false
	}
	x.At, y.At = time.Time{}, time.Time{}
	return x == y
}

// ReportOutcome puts the host's word on a site on record.
func (n *Node) ReportOutcome(ctx context.Context, f survey.Found) (Stated, error) {
	if err := named(f.By); err != nil {
		return Stated{}, err
	}
	return n.stateOfPlace(ctx, func() (uint64, error) {
		f.At = n.now()
		if err := f.Check(); err != nil {
			return 0, err
		}
		var err error
		if f.Site, f.Founder, err = n.survey.book.Founder(f.Site); err != nil {
			return 0, err
		}
		return n.state(ctx, journal.OutcomeReported{Found: f})
	})
}

// AttributeSite puts on record who takes a site for whose, or contests that. The designation must be on record by list, number and
// programme: a name is none.
func (n *Node) AttributeSite(ctx context.Context, a survey.Attribution) (string, Stated, error) {
	if err := named(a.By); err != nil {
		return "", Stated{}, err
	}
	if err := n.loadActs(ctx); err != nil {
		return "", Stated{}, err
	}
	stated, err := n.stateOfPlace(ctx, func() (uint64, error) {
		var err error
		if a.Site, a.Founder, err = n.survey.book.Founder(a.Site); err != nil {
			return 0, err
		}
		a.At = n.now()
		if a.ID == "" {
			a.ID = n.survey.book.FreeID(a.Site)
		}
		switch err := n.survey.book.Admits(&a); {
		case errors.Is(err, survey.ErrExists):
			return 0, &AnotherError{a.ID}
		case err != nil:
			return 0, err
		}
		n.acts.mu.RLock()
		known := slices.Contains(n.acts.designations.Keys(a.Key.Entity()), a.Key)
		n.acts.mu.RUnlock()
		if !known {
			return 0, &survey.Fault{Where: "designation", Got: a.Key.String(), Want: survey.WantOnRecord}
		}
		return n.state(ctx, journal.SiteAttributed{Attribution: a})
	})
	return a.ID, stated, err
}

// ThenAndNow is whether a designation was in force at an instant: as it was known then, and as it is known now.
type ThenAndNow struct {
	At        time.Time
	Then, Now designation.Answer
}

// InForceAt asks whether a designation was in force at each of some instants.
func (n *Node) InForceAt(ctx context.Context, k designation.Key, instants []time.Time) ([]ThenAndNow, error) {
	var out []ThenAndNow
	err := n.Designations(ctx, func(r *designation.Register) error {
		for _, at := range instants {
			out = append(out, ThenAndNow{
				At: at, Then: r.InForce(k, validity.AsOf{Valid: at, Known: at}), Now: r.InForce(k, validity.AsOf{Valid: at, Known: n.now()}),
			})
		}
		return nil
	})
	return out, err
}

// SegmentFinder returns what finds the sealed segment of a path that holds an instant; it finds "" while there is none. It reads the
// segments of each flight once, and is for one request.
func (n *Node) SegmentFinder() func(ctx context.Context, flight, source string, at time.Time) (journal.SegmentID, error) {
	read := map[string][]sqlite.Segment{}
	return func(ctx context.Context, flight, source string, at time.Time) (journal.SegmentID, error) {
		all, known := read[flight]
		if !known {
			number, err := journal.ParseSortie(flight)
			if err != nil {
				return "", err
			}
			if all, err = n.segments(ctx, number); err != nil {
				return "", err
			}
			read[flight] = all
		}
		base, _, _ := strings.Cut(source, "#")
		for i := range all {
			if e := &all[i].Sealed; e.Source == base && !at.Before(e.From) && !at.After(e.To) {
				return e.Segment, nil
			}
		}
		return "", nil
	}
}

// LeftOut counts the reports of streams that say of themselves that they are of a human: no observation is made of them.
func (n *Node) LeftOut(ctx context.Context) (uint64, error) { return n.Models().LeftOut(ctx) }
