package cot

import (
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Message is a TakMessage: an event, what the sender speaks, or both.
type Message struct {
	Control              *Control // nil: none
	Event                *Event   // nil: none
	Submission, Creation time.Time
}

// Control says which versions of the protocol a sender reads; 0 means 1.
type Control struct {
	Least, Most uint32
}

// Numbers of the fields, as the protocol's own table has them.
const (
	fieldControl    = 1
	fieldEvent      = 2
	fieldSubmission = 3
	fieldCreation   = 4

	fieldType         = 1
	fieldAccess       = 2
	fieldQoS          = 3
	fieldOpex         = 4
	fieldUID          = 5
	fieldSend         = 6
	fieldStart        = 7
	fieldStale        = 8
	fieldHow          = 9
	fieldLat          = 10
	fieldLon          = 11
	fieldHAE          = 12
	fieldCE           = 13
	fieldLE           = 14
	fieldDetail       = 15
	fieldCaveat       = 16
	fieldReleasableTo = 17 // spelt releaseableTo there

	fieldXMLDetail = 1
)

// ParseMessage reads a TakMessage. Fields that it does not know are passed over; what could not be written as XML is an error.
func ParseMessage(b []byte) (*Message, error) {
	if len(b) > MostBytes {
		return nil, wrong(0, "%d bytes: expected at most %d", len(b), MostBytes)
	}
	m := &Message{}
	err := eachField(b, 0, func(n protowire.Number, v value) error {
		switch int(n) {
		case fieldControl:
			c := &Control{}
			m.Control = c
			return eachField(v.bytes, v.at, func(n protowire.Number, v value) error {
				switch int(n) {
				case 1:
					c.Least = uint32(v.number)
				case 2:
					c.Most = uint32(v.number)
				}
				return nil
			})
		case fieldEvent:
			if m.Event == nil {
				m.Event = &Event{}
			}
			return m.Event.merge(v)
		case fieldSubmission:
			return v.instant(&m.Submission)
		case fieldCreation:
			return v.instant(&m.Creation)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if m.Event != nil {
		if err := m.Event.check(); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (e *Event) merge(v value) error {
	// A field that is missing is 0, which is when and where nothing is: an event has all of them.
	e.Time, e.Start, e.Stale = time.UnixMilli(0).UTC(), time.UnixMilli(0).UTC(), time.UnixMilli(0).UTC()
	return eachField(v.bytes, v.at, func(n protowire.Number, v value) error {
		switch int(n) {
		case fieldType:
			return v.text(&e.Type)
		case fieldAccess:
			return v.text(&e.Access)
		case fieldQoS:
			return v.text(&e.QoS)
		case fieldOpex:
			return v.text(&e.Opex)
		case fieldUID:
			return v.text(&e.UID)
		case fieldSend:
			return v.instant(&e.Time)
		case fieldStart:
			return v.instant(&e.Start)
		case fieldStale:
			return v.instant(&e.Stale)
		case fieldHow:
			return v.text(&e.How)
		case fieldLat:
			e.Lat = v.double()
		case fieldLon:
			e.Lon = v.double()
		case fieldHAE:
			e.HAE = known(v.double())
		case fieldCE:
			e.CE = known(v.double())
		case fieldLE:
			e.LE = known(v.double())
		case fieldDetail:
			return e.mergeDetail(v)
		case fieldCaveat:
			return v.text(&e.Caveat)
		case fieldReleasableTo:
			return v.text(&e.ReleasableTo)
		}
		return nil
	})
}

// value is a field as it stands on the wire.
type value struct {
	at     int64
	number uint64
	bytes  []byte
}

func (v value) double() float64 { return math.Float64frombits(v.number) }

func (v value) text(to *string) error {
	*to = string(v.bytes)
	return text(*to)
}

func (v value) instant(to *time.Time) error {
	if v.number > lastInstant {
		return wrong(v.at, "an instant of %d ms since 1970: expected one up to the year 9999", v.number)
	}
	*to = time.UnixMilli(int64(v.number)).UTC()
	return nil
}

// eachField reads the fields of a message, of which b is the whole and from its place in what was given.
func eachField(b []byte, from int64, field func(protowire.Number, value) error) error {
	whole := len(b)
	for len(b) > 0 {
		at := from + int64(whole-len(b))
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return &SyntaxError{Offset: at, What: "no field of a message", Err: protowire.ParseError(size)}
		}
		b = b[size:]
		v := value{at: at}
		switch kind {
		case protowire.VarintType:
			v.number, size = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			v.number, size = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			v.bytes, size = protowire.ConsumeBytes(b)
			v.at += int64(size - len(v.bytes))
		default:
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return &SyntaxError{Offset: at, What: "a field that does not end", Err: protowire.ParseError(size)}
		}
		b = b[size:]
		if err := field(n, v); err != nil {
			return err
		}
	}
	return nil
}

// Append appends the message.
func (m *Message) Append(b []byte) ([]byte, error) {
	if c := m.Control; c != nil {
		var x []byte
		x = appendNumber(x, 1, uint64(c.Least))
		x = appendNumber(x, 2, uint64(c.Most))
		b = appendBytes(b, fieldControl, x)
	}
	if m.Event != nil {
		x, err := m.Event.appendMessage(nil)
		if err != nil {
			return b, err
		}
		b = appendBytes(b, fieldEvent, x)
	}
	for _, x := range [...]struct {
		field protowire.Number
		at    time.Time
	}{{fieldSubmission, m.Submission}, {fieldCreation, m.Creation}} {
		if ms := x.at.UnixMilli(); ms > 0 {
			b = appendNumber(b, x.field, uint64(ms))
		}
	}
	return b, nil
}

func (e *Event) appendMessage(b []byte) ([]byte, error) {
	if err := e.check(); err != nil {
		return b, err
	}
	detail, err := e.appendDetail(nil)
	if err != nil {
		return b, err
	}
	b = appendText(b, fieldType, e.Type)
	b = appendText(b, fieldAccess, e.Access)
	b = appendText(b, fieldQoS, e.QoS)
	b = appendText(b, fieldOpex, e.Opex)
	b = appendText(b, fieldUID, e.UID)
	b = appendNumber(b, fieldSend, uint64(e.Time.UnixMilli()))
	b = appendNumber(b, fieldStart, uint64(e.Start.UnixMilli()))
	b = appendNumber(b, fieldStale, uint64(e.Stale.UnixMilli()))
	b = appendText(b, fieldHow, e.How)
	b = appendDouble(b, fieldLat, e.Lat)
	b = appendDouble(b, fieldLon, e.Lon)
	b = appendDouble(b, fieldHAE, unknown(e.HAE, unknownProto))
	b = appendDouble(b, fieldCE, unknown(e.CE, unknownProto))
	b = appendDouble(b, fieldLE, unknown(e.LE, unknownProto))
	if len(detail) > 0 {
		b = appendBytes(b, fieldDetail, detail)
	}
	b = appendText(b, fieldCaveat, e.Caveat)
	return appendText(b, fieldReleasableTo, e.ReleasableTo), nil
}

// As proto3 has it, what is empty or 0 is not written.

func appendText(b []byte, n protowire.Number, s string) []byte {
	if s == "" {
		return b
	}
	b = protowire.AppendTag(b, n, protowire.BytesType)
	return protowire.AppendString(b, s)
}

func appendBytes(b []byte, n protowire.Number, x []byte) []byte {
	b = protowire.AppendTag(b, n, protowire.BytesType)
	return protowire.AppendBytes(b, x)
}

func appendNumber(b []byte, n protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	b = protowire.AppendTag(b, n, protowire.VarintType)
	return protowire.AppendVarint(b, v)
}

func appendDouble(b []byte, n protowire.Number, v float64) []byte {
	if math.Float64bits(v) == 0 {
		return b
	}
	b = protowire.AppendTag(b, n, protowire.Fixed64Type)
	return protowire.AppendFixed64(b, math.Float64bits(v))
}
