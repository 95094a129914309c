package ingest

import "time"

// TimeScale is what the microseconds of ST 0601 item 2 are taken to count. The standard says MISP
// time (ST 0603): TAI less 8.000082 s, without leap seconds. Many producers write UTC. The
// difference is 29 s since 2017, about 2 km of flight, so what was assumed is always printed.
type TimeScale string

// The scales. Auto is MISP where the stream carries the leap seconds of its date in item 136, else UTC.
const (
	AutoScale TimeScale = "auto"
	UTC       TimeScale = "utc"
	MISP      TimeScale = "misp"
)

// leapSeconds are the instants (UTC) from which TAI-UTC has the value, since 1972 (IERS Bulletin C).
var leapSeconds = []struct {
	from  int64 // Unix seconds
	delta int64 // TAI-UTC, s
}{
	{63072000, 10},   // 1972-01-01
	{78796800, 11},   // 1972-07-01
	{94694400, 12},   // 1973-01-01
	{126230400, 13},  // 1974-01-01
	{157766400, 14},  // 1975-01-01
	{189302400, 15},  // 1976-01-01
	{220924800, 16},  // 1977-01-01
	{252460800, 17},  // 1978-01-01
	{283996800, 18},  // 1979-01-01
	{315532800, 19},  // 1980-01-01
	{362793600, 20},  // 1981-07-01
	{394329600, 21},  // 1982-07-01
	{425865600, 22},  // 1983-07-01
	{489024000, 23},  // 1985-07-01
	{567993600, 24},  // 1988-01-01
	{631152000, 25},  // 1990-01-01
	{662688000, 26},  // 1991-01-01
	{709948800, 27},  // 1992-07-01
	{741484800, 28},  // 1993-07-01
	{773020800, 29},  // 1994-07-01
	{820454400, 30},  // 1996-01-01
	{867715200, 31},  // 1997-07-01
	{915148800, 32},  // 1999-01-01
	{1136073600, 33}, // 2006-01-01
	{1230768000, 34}, // 2009-01-01
	{1341100800, 35}, // 2012-07-01
	{1435708800, 36}, // 2015-07-01
	{1483228800, 37}, // 2017-01-01
}

// mispOffset is TAI less MISP time (ST 0603).
const mispOffset = 8000082 * time.Microsecond

// instant turns microseconds of the scale into UTC.
func (s TimeScale) instant(us uint64) time.Time {
	t := time.UnixMicro(int64(us)).UTC()
	if s != MISP {
		return t
	}
	tai := t.Add(mispOffset)
	for i := len(leapSeconds) - 1; i >= 0; i-- {
		l := leapSeconds[i]
		utc := tai.Add(-time.Duration(l.delta) * time.Second)
		if utc.Unix() >= l.from {
			return utc
		}
	}
	return t
}
