package share

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"overflight/format/geoparquet"
	"overflight/release"
)

// parquetRow is a record as a row. Every field of every kind has a column of its name, null where it is withheld or has no value, as
// "withheld" says; an instant has the first one that it stands for, and the first after that, which is the same where it is fine.
type parquetRow struct {
	Geometry []byte          `parquet:"geometry,optional"`
	Box      *geoparquet.Box `parquet:"bbox,optional"`
	Report   string          `parquet:"report,dict"`
	Version  int32           `parquet:"version"`
	Record   int32           `parquet:"record"`
	Kind     string          `parquet:"kind,dict"` // empty: withheld whole
	Start    *time.Time      `parquet:"time_start,optional,timestamp(millisecond)"`
	End      *time.Time      `parquet:"time_end,optional,timestamp(millisecond)"`
	Withheld string          `parquet:"withheld"` // names with commas between them
	Coarse   string          `parquet:"coarse"`
	Reasons  string          `parquet:"reasons"`
	Marking  string          `parquet:"marking,dict"`
	Caveats  string          `parquet:"caveats,dict"`
	Office   string          `parquet:"office,dict"`
	Copy     string          `parquet:"copy,dict"`
	Root     string          `parquet:"root,dict"`

	Aircraft         *string    `parquet:"aircraft,optional"`
	Altitude         *float64   `parquet:"altitude,optional"`
	At               *time.Time `parquet:"at,optional,timestamp(millisecond)"`
	AtUntil          *time.Time `parquet:"at_until,optional,timestamp(millisecond)"`
	Azimuth          *float64   `parquet:"azimuth,optional"`
	Band             *string    `parquet:"band,optional"`
	Basis            *string    `parquet:"basis,optional"`
	Boundary         *string    `parquet:"boundary,optional"`
	Callsign         *string    `parquet:"callsign,optional"`
	Centre           *string    `parquet:"centre,optional"`
	Class            *string    `parquet:"class,optional"`
	Corner1          *string    `parquet:"corner_1,optional"`
	Corner2          *string    `parquet:"corner_2,optional"`
	Corner3          *string    `parquet:"corner_3,optional"`
	Corner4          *string    `parquet:"corner_4,optional"`
	Count            *float64   `parquet:"count,optional"`
	Course           *float64   `parquet:"course,optional"`
	Datum            *string    `parquet:"datum,optional"`
	Deepest          *string    `parquet:"deepest,optional"`
	Depth            *float64   `parquet:"depth,optional"`
	Doubt            *float64   `parquet:"doubt,optional"`
	Dwell            *float64   `parquet:"dwell,optional"`
	Entered          *time.Time `parquet:"entered,optional,timestamp(millisecond)"`
	EnteredUntil     *time.Time `parquet:"entered_until,optional,timestamp(millisecond)"`
	FirstSeen        *time.Time `parquet:"first_seen,optional,timestamp(millisecond)"`
	FirstSeenUntil   *time.Time `parquet:"first_seen_until,optional,timestamp(millisecond)"`
	Flight           *string    `parquet:"flight,optional"`
	Frame            *string    `parquet:"frame,optional"`
	From             *time.Time `parquet:"from,optional,timestamp(millisecond)"`
	FromUntil        *time.Time `parquet:"from_until,optional,timestamp(millisecond)"`
	Grade            *string    `parquet:"grade,optional"`
	Grazing          *float64   `parquet:"grazing,optional"`
	GSD              *float64   `parquet:"gsd,optional"`
	Laboratory       *float64   `parquet:"laboratory,optional"`
	LastSeen         *time.Time `parquet:"last_seen,optional,timestamp(millisecond)"`
	LastSeenUntil    *time.Time `parquet:"last_seen_until,optional,timestamp(millisecond)"`
	Leave            *string    `parquet:"leave,optional"`
	Left             *time.Time `parquet:"left,optional,timestamp(millisecond)"`
	LeftUntil        *time.Time `parquet:"left_until,optional,timestamp(millisecond)"`
	Light            *string    `parquet:"light,optional"`
	Lost             *float64   `parquet:"lost_s,optional"`
	Note             *string    `parquet:"note,optional"`
	Notice           *string    `parquet:"notice,optional"`
	Operator         *string    `parquet:"operator,optional"`
	Organisation     *string    `parquet:"organisation,optional"`
	Outcome          *string    `parquet:"outcome,optional"`
	Place            *string    `parquet:"place,optional"`
	PlaceIn          *string    `parquet:"place_in,optional"`
	PlaceOut         *string    `parquet:"place_out,optional"`
	POD              *float64   `parquet:"pod,optional"`
	Purpose          *string    `parquet:"purpose,optional"`
	Range            *float64   `parquet:"range,optional"`
	Reading          *float64   `parquet:"reading,optional"`
	Segments         *float64   `parquet:"segments,optional"`
	SemiMajor        *float64   `parquet:"semi_major,optional"`
	SemiMinor        *float64   `parquet:"semi_minor,optional"`
	Sensor           *string    `parquet:"sensor,optional"`
	SensorPlace      *string    `parquet:"sensor_place,optional"`
	Signs            *string    `parquet:"signs,optional"`
	Site             *string    `parquet:"site,optional"`
	Something        *float64   `parquet:"something,optional"`
	Source           *string    `parquet:"source,optional"`
	Speed            *float64   `parquet:"speed,optional"`
	State            *string    `parquet:"state,optional"`
	StatesEntered    *string    `parquet:"states_entered,optional"`
	StatesLookedInto *string    `parquet:"states_looked_into,optional"`
	Terrain          *string    `parquet:"terrain,optional"`
	To               *time.Time `parquet:"to,optional,timestamp(millisecond)"`
	ToUntil          *time.Time `parquet:"to_until,optional,timestamp(millisecond)"`
	Unarmed          *string    `parquet:"unarmed,optional"`
	Unit             *string    `parquet:"unit,optional"`
	Verdict          *string    `parquet:"verdict,optional"`
	WithheldTime     *float64   `parquet:"withheld_s,optional"`
}

// WKB implements geoparquet.Row.
func (r parquetRow) WKB() []byte { return r.Geometry }

// parquetColumns is where the column of a name is in a parquetRow.
func parquetColumns() map[string]int {
	out := map[string]int{}
	t := reflect.TypeFor[parquetRow]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("parquet"), ",")
		out[name] = i
	}
	return out
}

// WriteGeoParquet writes a row for every record. The markings, whose copy it is and the roots in the log are in the file's keys too.
func WriteGeoParquet(w io.Writer, all []*release.Product, words Words) error {
	products := sheets(all, words)
	keys := map[string]string{
		"overflight:marking": bannerOf(products, words), "overflight:caveats": words.Text("share.caveat.not-for-targeting"), "overflight:language": words.Tag(),
	}
	for i := range products {
		s := &products[i]
		keys["overflight:product:"+strconv.Itoa(i)] = fmt.Sprintf("%s %d; %s; %s; root %s", clean(s.Statement.ID), s.Statement.Version, s.copied(), s.banner, s.Statement.Root)
	}
	out, err := geoparquet.NewWriter[parquetRow](w, geoparquet.Config{Column: "geometry", Covering: "bbox", Metadata: keys})
	if err != nil {
		return fmt.Errorf("writing GeoParquet: %w", err)
	}
	at := parquetColumns()
	for i := range products {
		s := &products[i]
		for j := range s.rows {
			if err := out.Write(s.parquet(&s.rows[j], at)); err != nil {
				return fmt.Errorf("writing GeoParquet: record %d of %s: %w", j, s.Statement.ID, err)
			}
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("writing GeoParquet: %w", err)
	}
	return nil
}

func (s *sheet) parquet(r *row, at map[string]int) parquetRow {
	shape := r.shape()
	out := parquetRow{
		Geometry: shape.wkb(), Report: s.Statement.ID, Version: int32(s.Statement.Version), Record: int32(r.record), Kind: r.kind,
		Marking: r.marking, Caveats: strings.Join(s.caveats(r), "; "), Office: s.Copy.Office, Copy: s.Copy.Mark, Root: s.Statement.Root.String(),
	}
	if b, ok := shape.bounds(); ok {
		out.Box = &geoparquet.Box{XMin: b[0], YMin: b[1], XMax: b[2], YMax: b[3]}
	}
	if from, to, ok := r.during(); ok {
		out.Start, out.End = &from, &to
	}
	var hidden, rough, why []string
	columns := reflect.ValueOf(&out).Elem()
	for i := range r.fields {
		f := &r.fields[i]
		switch f.state {
		case withheld:
			hidden = append(hidden, f.spec.Name)
		case coarse:
			rough = append(rough, f.spec.Name)
		case shown, absent:
		}
		if len(f.reasons) > 0 {
			why = append(why, f.spec.Name+": "+strings.Join(reasonTexts(f.reasons, s.words), " "))
		}
		if f.state == shown || f.state == coarse {
			setColumn(columns, at, f)
		}
	}
	out.Withheld, out.Coarse, out.Reasons = strings.Join(hidden, ","), strings.Join(rough, ","), strings.Join(why, "; ")
	return out
}

func setColumn(columns reflect.Value, at map[string]int, f *field) {
	name := f.spec.Name
	switch f.value.Kind {
	case release.Number:
		if v, err := strconv.ParseFloat(f.value.Text, 64); err == nil {
			columns.Field(at[name]).Set(reflect.ValueOf(&v))
		}
	case release.Instant:
		from, to, ok := span(f.value)
		if !ok {
			return
		}
		if f.state == shown {
			to = from
		}
		columns.Field(at[name]).Set(reflect.ValueOf(&from))
		columns.Field(at[name+"_until"]).Set(reflect.ValueOf(&to))
	case release.Text, release.Code, release.Place:
		text := f.value.Text
		columns.Field(at[name]).Set(reflect.ValueOf(&text))
	case release.Absent:
	}
}
