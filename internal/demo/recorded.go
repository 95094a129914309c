package demo

import (
	"context"
	_ "embed" // the sortie
	"fmt"
	"io"

	"overflight/format/mpegts"
	"overflight/internal/simulate"
)

// recorded is the same as examples/border-sortie.yaml, which lies where a package cannot embed it; a test
// holds the two together.
//
//go:embed recorded.yaml
var recorded []byte

// Recorded is a sortie that was flown some time ago.
func Recorded() (simulate.Sortie, error) { return simulate.Parse(recorded) }

// WriteRecorded writes the metadata of a sortie, packet after packet, without the transport stream
// about it, of which three bytes in four would be clock.
func WriteRecorded(ctx context.Context, s simulate.Sortie, w io.Writer) error {
	var failed error
	d := mpegts.NewDemuxer(&mpegts.Funcs{OnUnit: func(u *mpegts.Unit) {
		if failed == nil {
			_, failed = w.Write(u.Data)
		}
	}}, mpegts.Config{})
	if _, err := simulate.Write(ctx, s, d, simulate.Options{}); err != nil {
		return err
	}
	d.Flush()
	if failed != nil {
		return fmt.Errorf("writing a recorded sortie: %w", failed)
	}
	return nil
}
