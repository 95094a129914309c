package cot

import (
	"math"
	"strconv"
	"time"
)

// The types by which a server and a client agree on protobuf, keep a connection and take back what was sent.
const (
	TypeSupport  = "t-x-takp-v" // server: what it speaks
	TypeRequest  = "t-x-takp-q" // client: which of these it wants
	TypeResponse = "t-x-takp-r" // server: whether it has it
	TypePing     = "t-x-c-t"
	TypePong     = "t-x-c-t-r"
	TypeDelete   = "t-x-d-d"
)

// control is an event about the connection, nowhere in particular.
func control(uid, kind, detail string, at time.Time, life time.Duration) *Event {
	return &Event{
		UID: uid, Type: kind, How: "m-g", Time: at, Start: at, Stale: at.Add(life),
		HAE: math.NaN(), CE: math.NaN(), LE: math.NaN(), Detail: []byte(detail),
	}
}

// Support offers version 1 of the protobuf, once on a connection. The three events of a negotiation share one uid.
func Support(uid, server string, at time.Time) *Event {
	d := []byte(`<TakControl><TakProtocolSupport version="1"/><TakServerVersionInfo serverVersion="`)
	d = AppendEscaped(d, server)
	d = append(d, `" apiVersion="3"/></TakControl>`...)
	return control(uid, TypeSupport, string(d), at, time.Minute)
}

// Request asks for version 1. Its sender sends nothing more until it is answered.
func Request(uid string, at time.Time) *Event {
	return control(uid, TypeRequest, `<TakControl><TakRequest version="1"/></TakControl>`, at, time.Minute)
}

// Response answers a request. After one that agrees both sides send frames of protobuf only.
func Response(uid string, agreed bool, at time.Time) *Event {
	return control(uid, TypeResponse, `<TakControl><TakResponse status="`+strconv.FormatBool(agreed)+`"/></TakControl>`, at, time.Minute)
}

// Wanted is the version that a request asks for; 0 where an event is none.
func (e *Event) Wanted() int { return e.version(TypeRequest, "TakRequest") }

// Offered says whether an event offers version 1.
func (e *Event) Offered() bool {
	return e.version(TypeSupport, "TakProtocolSupport") == 1
}

// Agreed says whether an event is a response, and whether it agrees.
func (e *Event) Agreed() (answer, agreed bool) {
	if e.Type != TypeResponse {
		return false, false
	}
	s, _ := e.inControl("TakResponse", "status")
	return true, s == "true"
}

// version is the one that an event of a type names in a child of its <TakControl>; 0 where it is none.
func (e *Event) version(kind, child string) int {
	if e.Type != kind {
		return 0
	}
	s, _ := e.inControl(child, "version")
	v, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0
	}
	return int(v)
}

// inControl returns an attribute of a child of <TakControl>.
func (e *Event) inControl(child, attribute string) (string, bool) {
	c, ok := e.Child("TakControl")
	if !ok || c.Leaf {
		return "", false
	}
	inside := Event{Detail: c.inside()}
	x, ok := inside.Child(child)
	if !ok {
		return "", false
	}
	return x.Attribute(attribute)
}

// Pong answers a ping.
func Pong(uid string, at time.Time) *Event { return control(uid, TypePong, "", at, 20*time.Second) }

// Delete takes back what was sent under a uid.
func Delete(uid, of, kind string, at time.Time, life time.Duration) *Event {
	d := []byte(`<link uid="`)
	d = AppendEscaped(d, of)
	d = append(d, `" type="`...)
	d = AppendEscaped(d, kind)
	d = append(d, `" relation="p-p"/>`...)
	return control(uid, TypeDelete, string(d), at, life)
}
