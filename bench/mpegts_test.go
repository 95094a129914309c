package bench

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/asticode/go-astits"

	"overflight/evidence"
	"overflight/format/mpegts"
	"overflight/internal/recordings"
)

// TestTSAgreesWithAstits holds the bytes of every metadata unit and its time against those that
// go-astits puts together.
func TestTSAgreesWithAstits(t *testing.T) {
	t.Parallel()
	for file, cell := range map[string]int{"osh_sample-stream.ts": 0, "osh_sync.ts": 5, "h264_klv.ts": 0, "aphill_short.ts": 0} {
		b := recordings.Read(t, "misb/"+file)
		type unit struct {
			data []byte
			pts  int64
		}
		var ours, theirs []unit
		d := mpegts.NewDemuxer(&mpegts.Funcs{
			OnUnit: func(u *mpegts.Unit) {
				pts := u.PTS
				if u.Estimated {
					pts = -1
				}
				ours = append(ours, unit{bytes.Clone(u.Data), pts})
			},
			OnDefect: func(evidence.Defect) {},
		}, mpegts.Config{})
		if _, err := d.ReadFrom(bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		peer := astits.NewDemuxer(context.Background(), bytes.NewReader(b), astits.DemuxerOptPacketSize(188))
		for {
			data, err := peer.NextData()
			if errors.Is(err, astits.ErrNoMorePackets) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if data.PES == nil || data.PID != metadataPID {
				continue
			}
			pts := int64(-1)
			if o := data.PES.Header.OptionalHeader; o != nil && o.PTS != nil {
				pts = o.PTS.Base
			}
			theirs = append(theirs, unit{data.PES.Data[cell:], pts})
		}
		if len(ours) != len(theirs) || len(ours) == 0 {
			t.Errorf("%s: %d units, go-astits %d", file, len(ours), len(theirs))
			continue
		}
		for i := range ours {
			if !bytes.Equal(ours[i].data, theirs[i].data) || ours[i].pts != theirs[i].pts {
				t.Errorf("%s: unit %d: %d B at %d, go-astits %d B at %d", file, i, len(ours[i].data), ours[i].pts, len(theirs[i].data), theirs[i].pts)
				break
			}
		}
	}
}
