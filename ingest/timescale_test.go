package ingest

import (
	"testing"
	"time"
)

func TestTimeScale(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		scale TimeScale
		us    uint64
		want  string
	}{
		{UTC, 1_738_704_440_900_000, "2025-02-04T21:27:20.9Z"},
		{AutoScale, 1_738_704_440_900_000, "2025-02-04T21:27:20.9Z"},
		// 37 s of leap seconds less the 8.000082 s by which MISP time trails TAI.
		{MISP, 1_738_704_469_899_918, "2025-02-04T21:27:20.9Z"},
		{MISP, 0, "1970-01-01T00:00:00Z"},
		// The second before and the second of the last leap second's effect.
		{MISP, 1_483_228_826_999_918, "2016-12-31T23:59:59Z"},
		{MISP, 1_483_228_828_999_918, "2017-01-01T00:00:00Z"},
	} {
		if got := tc.scale.instant(tc.us).Format(time.RFC3339Nano); got != tc.want {
			t.Errorf("%s %d = %s, want %s", tc.scale, tc.us, got, tc.want)
		}
	}
}

func TestTimeScaleRoundTrip(t *testing.T) {
	t.Parallel()
	for _, s := range []TimeScale{UTC, MISP} {
		for _, l := range leapSeconds {
			for _, d := range []time.Duration{-2 * time.Second, 0, time.Microsecond, time.Hour} {
				at := time.Unix(l.from, 0).Add(d).UTC()
				if l.from == leapSeconds[0].from && d < 0 {
					continue // before 1972 UTC had no whole seconds of TAI
				}
				if got := s.instant(s.microseconds(at)); !got.Equal(at) {
					t.Errorf("%s %s comes back as %s", s, at, got)
				}
			}
		}
	}
}

// microseconds is the inverse of instant.
func (s TimeScale) microseconds(t time.Time) uint64 {
	if s == MISP {
		for i := len(leapSeconds) - 1; i >= 0; i-- {
			if l := leapSeconds[i]; t.Unix() >= l.from {
				t = t.Add(time.Duration(l.delta)*time.Second - mispOffset)
				break
			}
		}
	}
	return uint64(t.UnixMicro())
}
