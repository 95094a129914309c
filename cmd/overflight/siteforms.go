package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"overflight/internal/report"
	"overflight/internal/server"
)

func writeSitesCSV(t *terminal, all []server.Site) error {
	w := csv.NewWriter(t.out)
	rows := [][]string{{"site", "lat", "lon", "major_m", "minor_m", "azimuth_deg", "laboratory", "something", "reported", "signs", "reports", "passes", "unseen", "from", "to", "hazard", "outcome"}}
	for i := range all {
		s := &all[i]
		outcome, signs := "", []string{}
		if s.Outcome != nil {
			outcome = s.Outcome.Outcome
		}
		for _, c := range s.Classes {
			signs = append(signs, fmt.Sprintf("%s:%d", c.Class, c.Reports))
		}
		rows = append(rows, []string{
			strconv.Itoa(int(s.ID)), number7(s.Lat), number7(s.Lon), number3(s.Ellipse.Major), number3(s.Ellipse.Minor), number3(s.Ellipse.Azimuth), number3(s.Laboratory),
			number3(s.Something), number3(s.Reported), strings.Join(signs, " "), strconv.Itoa(s.Reports), strconv.Itoa(s.Passes), strconv.Itoa(s.Unseen),
			csvInstant(s.From), csvInstant(s.To), strconv.FormatBool(s.Safety != ""), outcome,
		})
	}
	return w.WriteAll(rows)
}

func writeReportsCSV(t *terminal, all []server.SiteReport) error {
	w := csv.NewWriter(t.out)
	rows := [][]string{{"id", "time", "class", "count", "lat", "lon", "major_m", "minor_m", "azimuth_deg", "assumed", "sensor", "origin", "flight", "source", "offset", "length", "segment", "reading", "unit", "event"}}
	for i := range all {
		o := &all[i]
		frame := []string{"", "", "", ""}
		if f := o.Frame; f != nil {
			frame = []string{f.Source, strconv.FormatInt(f.Offset, 10), strconv.FormatInt(f.Length, 10), f.Segment}
		}
		row := []string{
			o.ID, csvInstant(o.Time), o.Class, strconv.FormatUint(o.Count, 10), number7(o.Lat), number7(o.Lon), number3(o.Ellipse.Major), number3(o.Ellipse.Minor),
			number3(o.Ellipse.Azimuth), strconv.FormatBool(o.Assumed), o.Sensor, o.Origin, o.Flight,
		}
		reading := ""
		if o.Unit != "" {
			reading = strconv.FormatFloat(o.Reading, 'g', -1, 64)
		}
		rows = append(rows, append(append(row, frame...), reading, o.Unit, strconv.FormatUint(o.Event, 10)))
	}
	return w.WriteAll(rows)
}

func number7(v float64) string { return strconv.FormatFloat(v, 'f', 7, 64) }
func number3(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

func csvInstant(i *report.Instant) string {
	if i == nil {
		return ""
	}
	return time.Time(*i).UTC().Format(time.RFC3339Nano)
}
