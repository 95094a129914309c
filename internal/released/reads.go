package released

import (
	"context"
	"log/slog"
)

// mostReads bounds those that wait to be put on record.
const mostReads = 1024

// read is called where nobody may wait: when somebody is let in, and when something was written to them.
func (s *Service) read(office, who string) {
	if s.o.Read == nil {
		return
	}
	select {
	case s.reads <- [2]string{office, who}:
	default:
		s.o.Logger.Error("TAK: too many at once to put on record who is shown what", slog.String("who", who), slog.String("office", office))
	}
}

// stateReads puts on record who is shown what.
func (s *Service) stateReads(ctx context.Context) error {
	for {
		select {
		case x := <-s.reads:
			if err := s.o.Read(ctx, x[1]+" of "+x[0], "tak/"+x[0], s.o.Config.TAK.Purpose); err != nil && ctx.Err() == nil {
				s.o.Logger.Error("TAK: not put on record who is shown what", slog.String("who", x[1]), slog.String("office", x[0]), slog.Any("error", err))
			}
		case <-ctx.Done():
			return nil
		}
	}
}
