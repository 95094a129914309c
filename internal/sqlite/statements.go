package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"overflight/journal"
	"overflight/validity"
)

// Said is one statement of a kind that stands for itself, with its place.
type Said[E journal.Event] struct {
	Event E
	Statement
}

// NoFlight is the statement that an airframe did not fly on a day.
type NoFlight = Said[journal.NoFlightDeclared]

// Hours is a reading of an hour meter.
type Hours = Said[journal.AirframeHoursRead]

// Loss is a declared loss.
type Loss = Said[journal.LossDeclared]

// Read says who read evidence.
type Read = Said[journal.EvidenceRead]

// Export says who took evidence out.
type Export = Said[journal.EvidenceExported]

// Key is the rotation of a key.
type Key = Said[journal.KeyRotated]

// Act is a document that persons signed.
type Act = Said[journal.ActRecorded]

// StatementFilter chooses statements of one kind. Zero fields choose all. Subject is the tail of NoFlight and
// Hours, the source of Loss, what was read or exported, the name of a key, or the id of an act.
type StatementFilter struct {
	Subject string
	Period  validity.Period // of stating
}

func statement[E journal.Event](v *view) func(row) (Said[E], error) {
	return func(r row) (s Said[E], err error) {
		if s.Event, err = read[E](statements, r.blob(statements, "body")); err != nil {
			return s, err
		}
		s.Statement, err = v.stated(statements, r, "")
		return s, err
	}
}

func list[E journal.Event](ctx context.Context, m *Models, filter StatementFilter, page Page) ([]Said[E], string, error) {
	var (
		w              where
		like           E
		when, sequence int64
		stream         string
	)
	w.and("kind = ?", string(like.Kind()))
	if on, err := page.seek(&when, &stream, &sequence); err != nil {
		return nil, "", err
	} else if on {
		w.and("(time, stream, sequence) > (?, ?, ?)", when, stream, sequence)
	}
	if filter.Subject != "" {
		w.and("subject = ?", filter.Subject)
	}
	w.overlaps("time", "time", filter.Period)
	var out []Said[E]
	next := ""
	err := m.view(ctx, func(v *view) (err error) {
		next, err = v.paged(statements, &w, "time, stream, sequence", page, func(r row) string {
			return cursor(r.integer(statements, "time"), r.text(statements, "stream"), r.integer(statements, "sequence"))
		}, func(r row) error { return collect(&out, r, statement[E](v)) })
		return err
	})
	return out, next, err
}

// NoFlights lists the statements that an airframe did not fly, in the order of stating, like all lists below. Each
// returns the cursor of the next page, empty after the last.
func (m *Models) NoFlights(ctx context.Context, filter StatementFilter, page Page) ([]NoFlight, string, error) {
	return list[journal.NoFlightDeclared](ctx, m, filter, page)
}

// Losses lists declared losses.
func (m *Models) Losses(ctx context.Context, filter StatementFilter, page Page) ([]Loss, string, error) {
	return list[journal.LossDeclared](ctx, m, filter, page)
}

// Reads lists who read evidence.
func (m *Models) Reads(ctx context.Context, filter StatementFilter, page Page) ([]Read, string, error) {
	return list[journal.EvidenceRead](ctx, m, filter, page)
}

// Exports lists who took evidence out.
func (m *Models) Exports(ctx context.Context, filter StatementFilter, page Page) ([]Export, string, error) {
	return list[journal.EvidenceExported](ctx, m, filter, page)
}

// Keys lists rotations of keys.
func (m *Models) Keys(ctx context.Context, filter StatementFilter, page Page) ([]Key, string, error) {
	return list[journal.KeyRotated](ctx, m, filter, page)
}

// Acts lists what persons signed.
func (m *Models) Acts(ctx context.Context, filter StatementFilter, page Page) ([]Act, string, error) {
	return list[journal.ActRecorded](ctx, m, filter, page)
}

// HourReadings lists readings of hour meters.
func (m *Models) HourReadings(ctx context.Context, filter StatementFilter, page Page) ([]Hours, string, error) {
	return list[journal.AirframeHoursRead](ctx, m, filter, page)
}

// FlownHours returns how long the flights of a tail span that ended in a period, and how many they are: it stands
// beside the difference of two readings. A flight without instants counts with no time.
func (m *Models) FlownHours(ctx context.Context, tail string, period validity.Period) (flown time.Duration, sorties int, err error) {
	var w where
	w.and("registration = ? AND (opened IS NOT NULL OR closed IS NOT NULL)", tail)
	if !period.From.IsZero() {
		w.and("latest >= ?", period.From.UnixMicro())
	}
	if !period.To.IsZero() {
		w.and("latest < ?", period.To.UnixMicro())
	}
	err = m.view(ctx, func(v *view) error {
		return v.each(flights, w.String(), w.args, func(r row) error {
			sorties++
			from, to := instant(r, flights, "earliest"), instant(r, flights, "latest")
			if !from.IsZero() && !to.IsZero() {
				flown += to.Sub(from)
			}
			return nil
		})
	})
	return flown, sorties, err
}

// Witnessed returns a cosignature of an independent witness on the smallest checkpoint that covers a leaf,
// ErrNotFound while there is none: until then the order of the leaf is the operator's word.
func (m *Models) Witnessed(ctx context.Context, leaf uint64) (Said[journal.CheckpointCosigned], error) {
	var first Said[journal.CheckpointCosigned]
	errFound := errors.New("found")
	err := m.view(ctx, func(v *view) error {
		err := v.each(statements, "WHERE kind = ? AND subject > ? ORDER BY kind, subject, time, stream, sequence",
			[]any{string(journal.KindCheckpointCosigned), size(leaf)}, func(r row) error {
				s, err := statement[journal.CheckpointCosigned](v)(r)
				if err == nil && s.Event.Independent {
					first, err = s, errFound
				}
				return err
			})
		switch {
		case errors.Is(err, errFound):
			return nil
		case err == nil:
			return fmt.Errorf("%w: cosignature over leaf %d", ErrNotFound, leaf)
		}
		return err
	})
	return first, err
}
