package sqlite

import (
	"context"

	"overflight/journal"
)

// surveyed writes what an event says of places, as it was said.
func (w *writer) surveyed(at *Positioned) error {
	b, err := at.body()
	if err != nil {
		return err
	}
	return w.put(surveyed, row{at.Stream, count(at.Sequence), string(at.Record.Event.Kind()), b})
}

// Surveyed is an event about places with its place in the journal: ObservationsRecorded, OutcomeReported or SiteAttributed.
type Surveyed struct {
	Event journal.Event
	Statement
}

// Surveyed lists what a stream says of places after a sequence, in its order, at most MostInPage at once.
func (m *Models) Surveyed(ctx context.Context, stream string, after uint64) ([]Surveyed, error) {
	var out []Surveyed
	err := m.view(ctx, func(v *view) error {
		return v.each(surveyed, "WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT ?", []any{stream, count(after), int64(MostInPage)}, func(r row) error {
			s := Surveyed{}
			var err error
			switch journal.Kind(r.text(surveyed, "kind")) {
			case journal.KindOutcomeReported:
				s.Event, err = read[journal.OutcomeReported](surveyed, r.blob(surveyed, "body"))
			case journal.KindSiteAttributed:
				s.Event, err = read[journal.SiteAttributed](surveyed, r.blob(surveyed, "body"))
			default:
				s.Event, err = read[journal.ObservationsRecorded](surveyed, r.blob(surveyed, "body"))
			}
			if err != nil {
				return err
			}
			if s.Statement, err = v.stated(surveyed, r, ""); err != nil {
				return err
			}
			out = append(out, s)
			return nil
		})
	})
	return out, err
}

// LeftOut counts the reports of all paths whose class means a human.
func (m *Models) LeftOut(ctx context.Context) (uint64, error) {
	sum := uint64(0)
	err := m.view(ctx, func(v *view) error {
		return v.each(reports, "ORDER BY flight, source", nil, func(r row) error {
			sum += uint64(r.integer(reports, "persons"))
			return nil
		})
	})
	return sum, err
}
