package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"overflight/account"
	"overflight/authority"
	"overflight/ingest"
	"overflight/internal/jetstream"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/statement"
	"overflight/validity"
)

// record is the journal as statements are set beside it: the read models, and for what they have replaced since the instant
// that is asked for, the journal itself. It is for one answer.
type record struct {
	ctx      context.Context
	n        *Node
	known    time.Time
	papers   statement.Papers
	complete []authority.Entry[statement.Complete]
	plan     func(f *statement.Flight) string // of which a flight is

	numbers []sqlite.Flight // of the operator, by their numbers; read once
	read    map[string]statement.Flight
}

// newRecord reads what was said by an instant; flights are read when they are asked for.
func (n *Node) newRecord(ctx context.Context, known time.Time) (*record, error) {
	if err := n.loadActs(ctx); err != nil {
		return nil, err
	}
	if err := n.Caught(ctx); err != nil {
		return nil, err
	}
	r := &record{ctx: ctx, n: n, known: known, read: map[string]statement.Flight{}}
	n.acts.mu.RLock()
	defer n.acts.mu.RUnlock()
	on := n.acts.authority
	r.papers = statement.Papers{
		Notices: on.Notices(known), Delivered: on.Deliveries(known), Acknowledged: on.Acknowledgements(known), Disputed: on.Disputes(known),
		Loadouts: on.Loadouts(known), Inspected: on.Inspections(known), Requests: on.Requests(known), Bases: on.Bases(known),
	}
	r.complete = n.acts.statements.Complete(known)
	plans := on.Plans(known)
	r.plan = func(f *statement.Flight) string {
		n.acts.mu.RLock()
		defer n.acts.mu.RUnlock()
		if len(plans) == 0 {
			return ""
		}
		p, ok := on.PlanOf(f.Number, f.Tail, f.From, f.To, known)
		if !ok {
			return ""
		}
		return p.Act.Plan.Sortie
	}
	return r, nil
}

// Papers implements statement.Record.
func (r *record) Papers() (statement.Papers, error) { return r.papers, nil }

// Flights implements statement.Record.
func (r *record) Flights(p validity.Period) ([]statement.Flight, error) {
	all, err := r.list(sqlite.FlightFilter{Period: validity.Period{To: p.To}})
	if err != nil {
		return nil, err
	}
	var out []statement.Flight
	for i := range all {
		if f := &all[i]; !f.To.IsZero() && !p.From.IsZero() && f.To.Before(p.From) && f.State == sqlite.Closed && !f.Closed.At.After(r.known) {
			continue
		}
		f, err := r.flight(all[i].Sortie)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// list returns flights by their numbers.
func (r *record) list(filter sqlite.FlightFilter) ([]sqlite.Flight, error) {
	var out []sqlite.Flight
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		part, next, err := r.n.Models().Flights(r.ctx, filter, page)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
		if next == "" {
			break
		}
		page.After = next
	}
	slices.Reverse(out) // the latest comes first
	return out, nil
}

// Flight implements statement.Record.
func (r *record) Flight(number string) (statement.Flight, error) {
	sortie, err := journal.ParseSortie(number)
	if err != nil {
		return statement.Flight{}, fmt.Errorf("%w: flight %s", authority.ErrNoSuch, number)
	}
	f, err := r.flight(sortie)
	if errors.Is(err, sqlite.ErrNotFound) {
		err = fmt.Errorf("%w: flight %s", authority.ErrNoSuch, number)
	}
	return f, err
}

func (r *record) flight(sortie journal.Sortie) (statement.Flight, error) {
	number := sortie.String()
	if f, ok := r.read[number]; ok {
		return f, nil
	}
	whole, err := r.n.Models().Flight(r.ctx, sortie)
	if err != nil {
		return statement.Flight{}, err
	}
	f := statement.Flight{
		Number: number, Tail: whole.Registration, From: whole.From, To: whole.To,
		Opened: statement.Event{Kind: string(journal.KindFlightOpened), ID: number, Recorded: whole.Opened.At, Sequence: whole.OpenedAt.Sequence},
	}
	if whole.State == sqlite.Closed {
		f.Closed = &statement.Event{Kind: string(journal.KindFlightClosed), ID: number, Recorded: whole.Closed.At, Sequence: whole.ClosedAt.Sequence}
	}
	for i := range whole.Paths {
		p := &whole.Paths[i]
		f.Fixes, f.Frames, f.Seen = f.Fixes+p.Fixes, f.Frames+p.Frames, f.Seen+p.Looked
	}
	replaced, end := false, whole.ClosedAt.Sequence // since the instant that is asked for, and the last event that is of the flight
	for i := range whole.Entries {
		e := &whole.Entries[i]
		kind := journal.KindEntryFound
		if e.Latest.Sequence != e.FoundAt.Sequence {
			kind = journal.KindEntryUpdated
			replaced = replaced || e.At.After(r.known)
		}
		end = max(end, e.Latest.Sequence)
		f.Entries = append(f.Entries, stayOf(number, e, kind, e.Latest.Sequence))
	}
	for i := range whole.Looked {
		l := &whole.Looked[i]
		replaced, end = replaced || l.At.After(r.known), max(end, l.Sequence)
		f.Looks = append(f.Looks, looksOf(number, &l.LookedInto, l.Sequence)...)
	}
	for i := range whole.Defects {
		d := &whole.Defects[i]
		if arms(d.Example.Item) && d.Example.Code == ingest.CodeContradicts {
			f.Arms = append(f.Arms, statement.Arms{Item: d.Example.Item, Event: statement.Event{
				Kind: string(journal.KindDefectsFound), ID: number, Recorded: d.First, Sequence: d.Latest.Sequence,
			}})
		}
	}
	for i := range whole.Losses {
		l := &whole.Losses[i]
		f.Lost = append(f.Lost, lossOf(&l.Event, l.Sequence))
	}
	f.Mission = r.plan(&f)
	if replaced && !f.Opened.Recorded.After(r.known) {
		if err := r.before(sortie, &f, end); err != nil {
			return statement.Flight{}, err
		}
	}
	r.read[number] = f
	return f, nil
}

// arms reports whether an item of ST 0601 says that an aircraft carries arms: weapon load, weapon fired, weapons stores. A laser
// pulse code, item 62, does not.
func arms(item string) bool { return item == "60" || item == "61" || item == "140" }

func lossOf(e *journal.LossDeclared, sequence uint64) statement.Event {
	return statement.Event{Kind: string(journal.KindLossDeclared), ID: e.Source, Recorded: e.At, Sequence: sequence}
}

func stayOf(number string, e *sqlite.Entry, kind journal.Kind, sequence uint64) statement.Stay {
	x := &e.Entry
	s := statement.Stay{
		State: x.State, Verdict: x.Verdict, Entered: x.Entered, Left: x.Left, Depth: x.FromLimit.Nearest.Distance, DepthKnown: x.FromLimit.Known,
		Event: statement.Event{Kind: string(kind), ID: entryID(number, e.Source, e.Number), Recorded: e.At, Sequence: sequence},
	}
	if x.Fixes > 0 {
		s.First, s.Last = x.First.Time, x.Last.Time
	}
	return s
}

func entryID(number, source string, n uint64) string {
	return fmt.Sprintf("%s/%s:%d", number, source, n)
}

// looksOf returns a look for each interval. The whole of them is resolved by its deepest point, which lies in one.
func looksOf(number string, e *journal.LookedInto, sequence uint64) []statement.Look {
	look := statement.Look{
		State: e.Look.State, Event: statement.Event{Kind: string(journal.KindLookedInto), ID: lookID(number, e), Recorded: e.At, Sequence: sequence},
	}
	if look.State == "" {
		return nil
	}
	switch e.Look.From {
	case account.Inside:
		look.From = statement.Inside
	case account.Outside:
		look.From = statement.Outside
	case account.Unplaced:
		look.From = statement.Unplaced
	}
	if len(e.Look.Intervals) == 0 {
		look.Resolved = e.Look.Resolved
		return []statement.Look{look}
	}
	var out []statement.Look
	for _, i := range e.Look.Intervals {
		look.Begin, look.End = i.From, i.To
		deepest := e.Look.Deepest.Time
		look.Resolved = e.Look.Resolved && (len(e.Look.Intervals) == 1 || !deepest.Before(i.From) && !deepest.After(i.To))
		out = append(out, look)
	}
	return out
}

func lookID(number string, e *journal.LookedInto) string {
	return strings.Join([]string{number, e.Source, string(e.Look.State), e.Look.From.String()}, "/")
}

var errEnough = errors.New("read as far as is asked for")

// before reads the entries and looks of a flight as the journal stated them, one after another: the read models have only the
// latest. It reads from the opening of the flight through its last event.
func (r *record) before(sortie journal.Sortie, f *statement.Flight, end uint64) error {
	f.Entries, f.Looks = nil, nil
	stayed, looked := map[string]int{}, map[string][]int{}
	reader := r.n.conn.NewReader(jetstream.ReaderConfig{Stream: jetstream.Events, Name: "history", Marks: r.n.marks, From: f.Opened.Sequence, ToEnd: true})
	err := reader.Run(r.ctx, func(m jetstream.Message) error {
		x, _ := m.Record()
		var entry sqlite.Entry
		switch e := x.Event.(type) {
		case journal.EntryFound:
			entry = sqlite.Entry{Flight: e.Flight, Source: e.Source, Number: e.Number, Entry: e.Entry, At: e.At}
		case journal.EntryUpdated:
			entry = sqlite.Entry{Flight: e.Flight, Source: e.Source, Number: e.Number, Entry: e.Entry, At: e.At}
		case journal.LookedInto:
			if e.Flight != sortie {
				break
			}
			id := lookID(f.Number, &e)
			for _, i := range looked[id] {
				f.Looks[i].Replaced = e.At
			}
			looked[id] = nil
			for _, l := range looksOf(f.Number, &e, m.Sequence) {
				looked[id] = append(looked[id], len(f.Looks))
				f.Looks = append(f.Looks, l)
			}
		}
		if entry.Flight == sortie {
			s := stayOf(f.Number, &entry, x.Event.Kind(), m.Sequence)
			if i, ok := stayed[s.Event.ID]; ok {
				f.Entries[i].Replaced = s.Event.Recorded
			}
			stayed[s.Event.ID] = len(f.Entries)
			f.Entries = append(f.Entries, s)
		}
		if m.Sequence >= end {
			return errEnough
		}
		return r.ctx.Err()
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// prompt is how soon after its first fix a flight is opened that is recorded as it is flown. The numbers of flights that were
// read from files say nothing of when they were flown.
const prompt = time.Hour

// Extent implements statement.Record.
func (r *record) Extent(p validity.Period) (statement.Extent, error) {
	var out statement.Extent
	operator := r.n.cfg.Operator
	if r.numbers == nil {
		var err error
		if r.numbers, err = r.list(sqlite.FlightFilter{Operator: operator}); err != nil {
			return out, err
		}
	}
	out.Covered = runs(operator, r.numbers)
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		days, next, err := r.n.Models().NoFlights(r.ctx, sqlite.StatementFilter{}, page)
		if err != nil {
			return out, err
		}
		for i := range days {
			e := &days[i].Event
			if e.Tail != "" || e.Operator != operator {
				continue // of one aircraft: the others may have flown
			}
			from := time.Date(e.Day.Year, e.Day.Month, e.Day.Day, 0, 0, 0, 0, time.UTC)
			out.Covered = append(out.Covered, statement.Coverage{
				Operator: e.Operator, Period: validity.Period{From: from, To: from.AddDate(0, 0, 1)}, How: statement.NoFlight,
				Event: statement.Event{Kind: string(journal.KindNoFlightDeclared), ID: e.Day.String(), Recorded: e.At, Sequence: days[i].Sequence},
			})
		}
		if page.After = next; next == "" {
			break
		}
	}
	for i := range r.complete {
		e := &r.complete[i]
		out.Covered = append(out.Covered, statement.Coverage{
			Operator: e.Act.Operator, Period: e.Act.Period.Valid(), How: statement.Stated, Flights: e.Act.Flights,
			Event: statement.Event{Kind: string(e.Act.Kind()), ID: e.Act.ID, Recorded: e.Recorded.At, Sequence: e.Recorded.Sequence},
		})
	}
	page = sqlite.Page{Limit: sqlite.MostInPage}
	for {
		losses, next, err := r.n.Models().Losses(r.ctx, sqlite.StatementFilter{}, page)
		if err != nil {
			return out, err
		}
		for i := range losses {
			if e := &losses[i].Event; e.Flight.IsZero() {
				out.Holes = append(out.Holes, statement.Hole{Period: validity.Period{From: e.From, To: e.To}, Event: lossOf(e, losses[i].Sequence)})
			}
		}
		if page.After = next; next == "" {
			break
		}
	}
	return out, nil
}

// runs returns the times between flights whose numbers follow each other: none was flown there, by the operator's word that
// flights are numbered without gaps as they are flown.
func runs(operator string, all []sqlite.Flight) []statement.Coverage {
	var out []statement.Coverage
	live := func(f *sqlite.Flight) bool {
		return !f.From.IsZero() && !f.To.IsZero() && f.State == sqlite.Closed && f.Opened.At.Sub(f.From).Abs() <= prompt
	}
	for i := range all {
		f := &all[i]
		if !live(f) {
			continue
		}
		c := statement.Coverage{
			Operator: operator, Period: validity.Period{From: f.From, To: f.To}, How: statement.Numbered,
			Event: statement.Event{Kind: string(journal.KindFlightClosed), ID: f.Sortie.String(), Recorded: f.Closed.At, Sequence: f.ClosedAt.Sequence},
		}
		if !c.Period.Empty() {
			out = append(out, c)
		}
		if i+1 < len(all) && live(&all[i+1]) && all[i+1].Sortie.Year == f.Sortie.Year && all[i+1].Sortie.Number == f.Sortie.Number+1 {
			next := &all[i+1]
			c.Period.To = next.From
			c.Event = statement.Event{Kind: string(journal.KindFlightOpened), ID: next.Sortie.String(), Recorded: next.Opened.At, Sequence: next.OpenedAt.Sequence}
			if !c.Period.Empty() {
				out = append(out, c)
			}
		}
	}
	return out
}
