package ingest

import (
	"fmt"
	"io"
	"time"

	"overflight/evidence"
	"overflight/flight"
	"overflight/format/adsb"
	"overflight/format/csvpath"
	"overflight/geodesy"
)

// Received is what a receiver's file or a table of positions holds: a path for each aircraft.
type Received struct {
	Paths   []flight.Path
	Defects Defects
}

// Receiver reads the kinds that hold positions: ReadsbTrace, TrafficJSON and CSVPath. Source is the
// name that the fixes are to carry. What was read before an error is returned with it.
func Receiver(r io.Reader, kind Kind, source string) (Received, error) {
	var out Received
	var err error
	switch kind {
	case ReadsbTrace:
		var a adsb.Aircraft
		a, err = adsb.ReadTrace(r, out.Defects.Add)
		out.addAircraft(&a, source)
	case TrafficJSON:
		var all []adsb.Aircraft
		all, err = adsb.ReadTraffic(r, out.Defects.Add)
		for i := range all {
			out.addAircraft(&all[i], source)
		}
	case CSVPath:
		err = out.readTable(r, source)
	case TransportStream, BareKLV:
		return out, fmt.Errorf("%s holds metadata packets, not positions", kind)
	}
	return out, err
}

func (out *Received) finish(b *PathBuilder) {
	out.Defects.Merge(b.Defects())
	out.Paths = append(out.Paths, b.Path())
}

func (out *Received) addAircraft(a *adsb.Aircraft, source string) {
	if len(a.Reports) == 0 {
		return
	}
	resolution := 10 * time.Millisecond // of readsb, and finer than any stamp with a fraction
	whole := true
	for i := range a.Reports {
		if a.Reports[i].Time.Nanosecond() != 0 {
			whole = false
			break
		}
	}
	if whole {
		resolution = time.Second
	}
	b := NewPathBuilder(source, flight.Aircraft{
		Address: a.ICAO24, Registration: a.Registration, Callsign: a.Callsign, Type: a.Type,
	}, resolution)
	for i := range a.Reports {
		b.Add(fixOf(&a.Reports[i], source))
	}
	out.finish(b)
}

func fixOf(r *adsb.Report, source string) flight.Fix {
	f := flight.Fix{
		Time:        r.Time.UTC(),
		Position:    geodesy.Position{Lat: geodesy.Angle(r.Latitude), Lon: geodesy.Angle(r.Longitude)},
		GroundSpeed: -1,
		OnGround:    r.OnGround,
		NewLeg:      r.NewLeg,
		Ref:         evidence.Ref{Source: source, Offset: r.Offset, Length: int64(r.Length)},
	}
	if r.Has(adsb.Altitude) {
		f.Altitude = geodesy.Altitude{Value: geodesy.Length(r.Altitude) * geodesy.Foot, Datum: geodesy.Barometric}
		if r.GeometricAltitude {
			f.Altitude.Datum = geodesy.HAE
		}
	}
	if r.Has(adsb.GroundSpeed) {
		f.GroundSpeed = geodesy.Speed(r.GroundSpeed) * geodesy.Knot
	}
	if r.Has(adsb.ContainmentRadius) {
		f.Radius = geodesy.Length(r.ContainmentRadius)
	}
	return f
}

func (out *Received) readTable(r io.Reader, source string) error {
	builders := map[string]*PathBuilder{}
	var order []string
	take := func(row csvpath.Row) error {
		b, ok := builders[row.ID]
		if !ok {
			b = NewPathBuilder(source, flight.Aircraft{Address: row.ID}, time.Second)
			builders[row.ID] = b
			order = append(order, row.ID)
		}
		f := flight.Fix{
			Time:        row.Time.UTC(),
			Position:    geodesy.Position{Lat: geodesy.Angle(row.Latitude), Lon: geodesy.Angle(row.Longitude)},
			GroundSpeed: -1,
			Ref:         evidence.Ref{Source: source, Offset: row.Offset, Length: row.Length},
		}
		if row.HasAltitude {
			f.Altitude = geodesy.Altitude{Value: geodesy.Length(row.Altitude), Datum: geodesy.Unstated}
		}
		b.Add(f)
		return nil
	}
	table, err := csvpath.Read(r, take, out.Defects.Add)
	for _, id := range order {
		b := builders[id]
		b.path.Resolution = table.Resolution
		for i := range b.path.Fixes {
			// The header named the datum, and not each row.
			if a := &b.path.Fixes[i].Altitude; a.Datum == geodesy.Unstated {
				a.Datum = datumOf(table.Datum)
			}
		}
		out.finish(b)
	}
	return err
}

func datumOf(d csvpath.Datum) geodesy.Datum {
	switch d {
	case csvpath.MSL:
		return geodesy.MSL
	case csvpath.HAE:
		return geodesy.HAE
	case csvpath.AGL:
		return geodesy.AGL
	case csvpath.Barometric:
		return geodesy.Barometric
	case csvpath.Unstated:
	}
	return geodesy.Unstated
}
