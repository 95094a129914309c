package journal_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"time"

	"overflight/geodesy"
	"overflight/journal"
	"overflight/sensor"
)

// every holds one zero value of every variant that can be written.
var every = []journal.Event{
	journal.FlightOpened{},
	journal.FlightClosed{},
	journal.NoFlightDeclared{},
	journal.AirframeHoursRead{},
	journal.SourceStarted{},
	journal.SourceStopped{},
	journal.SourceStalled{},
	journal.SegmentSealed{},
	journal.SegmentErased{},
	journal.FixesRecorded{},
	journal.FootprintsRecorded{},
	journal.EntryFound{},
	journal.EntryUpdated{},
	journal.GapFound{},
	journal.LookedInto{},
	journal.DefectsFound{},
	journal.MediaWithheld{},
	journal.VMTIReportsCounted{},
	journal.LossDeclared{},
	journal.EvidenceRead{},
	journal.EvidenceExported{},
	journal.KeyRotated{},
	journal.ActRecorded{},
	journal.ObservationsRecorded{},
	journal.OutcomeReported{},
	journal.SiteAttributed{},
	journal.CheckpointPublished{},
	journal.CheckpointCosigned{},
	journal.Padding{},
}

// filler sets every field of a value, so that a field that the encoding forgets does not come back.
type filler struct {
	n      int
	random *rand.Rand // nil: the same values each time, none of them zero
}

func (f *filler) event(like journal.Event) journal.Event {
	v := reflect.New(reflect.TypeOf(like)).Elem()
	f.fill(v)
	return v.Interface().(journal.Event)
}

func (f *filler) absent() bool { return f.random != nil && f.random.IntN(4) == 0 }

func (f *filler) integer() int64 {
	f.n++
	if f.random == nil {
		return int64(f.n)
	}
	return int64(f.random.Uint64() >> f.random.IntN(64))
}

func (f *filler) real() float64 {
	f.n++
	if f.random == nil {
		return float64(f.n) + 0.1*float64(f.n%3)
	}
	switch f.random.IntN(5) {
	case 0:
		return float64(f.random.IntN(2000) - 1000)
	case 1:
		return math.Inf(1)
	case 2:
		return math.Ldexp(float64(f.random.IntN(4096)), f.random.IntN(64)-48)
	case 3:
		return float64(math.Float32frombits(f.random.Uint32() &^ (1 << 30)))
	}
	return -180 + 360*f.random.Float64()
}

func (f *filler) text() string {
	f.n++
	if f.random == nil {
		return fmt.Sprintf("text %d", f.n)
	}
	b := make([]byte, f.random.IntN(40))
	for i := range b {
		b[i] = byte(f.random.IntN(160))
	}
	return string(b)
}

func (f *filler) fill(v reflect.Value) {
	if f.absent() {
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		f.n++
		*p = time.Unix(1_700_000_000+int64(f.n), int64(f.n)*1000).UTC()
		if f.random != nil {
			*p = time.Unix(int64(f.random.Uint64()), int64(f.random.IntN(1e9))).UTC()
		}
		return
	case *journal.Sortie:
		f.n++
		*p = journal.Sortie{Operator: "A_9", Year: 2026, Number: uint32(f.n)}
		return
	case *journal.Day:
		f.n++
		*p = journal.Day{Year: 2024, Month: time.February, Day: 1 + f.n%29}
		return
	case *sensor.Optional[geodesy.Position]:
		*p = sensor.Known(geodesy.Position{Lat: geodesy.Angle(f.real()), Lon: geodesy.Angle(f.real())})
		return
	case *sensor.Optional[geodesy.Altitude]:
		*p = sensor.Known(geodesy.Altitude{Value: geodesy.Length(f.real()), Datum: geodesy.HAE})
		return
	case *sensor.Optional[geodesy.Length]:
		*p = sensor.Known(geodesy.Length(f.real()))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Slice:
		n := 2
		if f.random != nil {
			n = 1 + f.random.IntN(3)
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(v.Index(i))
		}
	case reflect.String:
		v.SetString(f.text())
	case reflect.Bool:
		v.SetBool(f.random == nil || f.random.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(f.integer())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(f.integer()))
	case reflect.Float64:
		v.SetFloat(f.real())
	default:
		panic("no filling for " + v.Type().String())
	}
}
