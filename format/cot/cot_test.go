package cot

import (
	"bytes"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const aircraft = `<event version="2.0" uid="LOCAL-1.own" type="a-f-A-M-F-Q" time="2026-03-01T10:00:00.000Z" start="2026-03-01T10:00:00.000Z" stale="2026-03-01T10:01:00.000Z" how="m-g" access="Undefined" qos="1-r-c" opex="e-exercise" caveat="NOT FOR PUBLIC" releasableTo="MEX,USA"><point lat="24.6" lon="-107.5" hae="4500.5" ce="12.0" le="9999999.0"/><detail>` +
	`<contact endpoint="*:-1:stcp" callsign="TROY701"/><track speed="92.5" course="270.0"/><remarks>TLP:AMBER rel MEX &amp; USA</remarks><sensor azimuth="0.01" fov="2"/></detail></event>`

// events are what tests and fuzzers begin with: valid ones as they are in the field.
var events = []string{
	aircraft,
	`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<event version='2.0' uid='a' type='t-x-d-d' time='2026-03-01T10:00:00Z' start='2026-03-01T10:00:00Z' stale='2026-03-01T10:00:20Z' how='h-g-i-g-o'><detail><link uid="b" type="a-u-G" relation="p-p"/></detail><point le="9999999.0" ce="9999999" hae="NaN" lon="0" lat="0"/></event>`,
	`<event version="2.0" uid="b" type="u-d-f" how="m-g" time="2026-03-01T10:00:00.123456Z" start="2026-03-01T10:00:00Z" stale="2026-03-02T10:00:00+02:00" extra="1"><point lat="-90" lon="180" hae="0" ce="0" le="0"/><detail/></event>`,
	`<event version="2.0" uid="c" type="b-m-p-s-m" how="m-g" time="2026-03-01T10:00:00Z" start="2026-03-01T10:00:00Z" stale="2026-03-01T10:00:00Z"><point lat="1" lon="1" hae="1" ce="1" le="1"/></event>`,
	`<event version="2.0" uid="d" type="a-f-G" how="m-g" time="2026-03-01T10:00:00Z" start="2026-03-01T10:00:00Z" stale="2026-03-01T10:00:00Z"><point lat="1" lon="1" hae="1" ce="1" le="1"/><detail>` +
		`<track speed="1" course="2" slope="3"/><contact callsign="x" phone="1"/><status battery="85"/><status readiness="true"/><takv device="D" platform="P" os="1" version="2"/><__group name="Cyan" role="Team Member"/>` +
		`<precisionlocation altsrc="GPS" geopointsrc="GPS"/><!-- a > b --><remarks source="a"><![CDATA[</detail></event><event>]]></remarks><x a="/event>" b='>'/>loose text</detail></event>`,
}

var near = cmp.Options{cmpopts.EquateNaNs(), cmpopts.EquateEmpty()}

func TestXML(t *testing.T) {
	t.Parallel()
	e, err := ParseXML([]byte(aircraft))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	want := &Event{
		UID: "LOCAL-1.own", Type: "a-f-A-M-F-Q", How: "m-g", Access: "Undefined", QoS: "1-r-c", Opex: "e-exercise", Caveat: "NOT FOR PUBLIC", ReleasableTo: "MEX,USA",
		Time: at, Start: at, Stale: at.Add(time.Minute), Lat: 24.6, Lon: -107.5, HAE: 4500.5, CE: 12, LE: math.NaN(), Detail: e.Detail,
	}
	if d := cmp.Diff(want, e, near); d != "" {
		t.Error(d)
	}
	b, err := e.AppendXML(nil)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != aircraft {
		t.Errorf("written as\n%s\nwant\n%s", b, aircraft)
	}
	for i, s := range events {
		e, err := ParseXML([]byte(s))
		if err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		xmlAgain(t, e)
	}
}

func xmlAgain(t *testing.T, e *Event) {
	t.Helper()
	b, err := e.AppendXML(nil)
	if err != nil {
		t.Fatalf("%+v: %v", e, err)
	}
	again, err := ParseXML(b)
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if d := cmp.Diff(e, again, near); d != "" {
		t.Errorf("%s: %s", b, d)
	}
}

func TestBadXML(t *testing.T) {
	t.Parallel()
	change := func(from, to string) string { return strings.Replace(aircraft, from, to, 1) }
	for _, x := range []struct{ xml, want string }{
		{"", "no <event>"},
		{"<auth/>", "<auth>: expected one <event>"},
		{change(`version="2.0"`, `version="3"`), `version "3": expected "2.0"`},
		{change(`uid="LOCAL-1.own" `, ""), "the event has no uid"},
		{change(`how="m-g"`, `how="m-g" how="h"`), "how twice in <event>"},
		{change(`time="2026-03-01T10:00:00.000Z"`, `time="yesterday"`), `time "yesterday": expected an instant`},
		{change(`lat="24.6"`, `lat="91"`), "latitude 91"},
		{change(`lat="24.6"`, `lat="NaN"`), "latitude NaN"},
		{change(`lat="24.6" `, ``), "<point> without lat and lon"},
		{change(`hae="4500.5"`, `hae="high"`), `hae "high": expected a number`},
		{change(`le="9999999.0"`, `le="9999999.0" me="1"`), "me in <point>"},
		{change(`<point`, `<area/><point`), "<area> in the event"},
		{change(`</event>`, ``), "no well-formed XML"},
		{change(`</event>`, `</event><event/>`), "<event>: expected one <event>"},
		{change(`</detail>`, `</detail><detail/>`), "<detail> in the event"},
		{change(`<contact`, `<!DOCTYPE a><contact`), "document type"},
		{change(`&amp;`, `&more;`), "no well-formed XML"},
		{`<?xml version="1.0" encoding="UTF-16"?>` + aircraft, "expected UTF-8"},
		{change(`<point lat="24.6" lon="-107.5" hae="4500.5" ce="12.0" le="9999999.0"/>`, ""), "no <point>"},
		{strings.Repeat(" ", MostBytes) + aircraft, "expected at most 1048576"},
	} {
		_, err := ParseXML([]byte(x.xml))
		var syntax *SyntaxError
		if err == nil || !errors.As(err, &syntax) || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%.80q: %v, want %q", x.xml, err, x.want)
		}
	}
}

// What is in a detail cannot end the event and begin another one.
func TestDetailIsClosed(t *testing.T) {
	t.Parallel()
	for _, detail := range []string{
		`</detail></event><event>`, `<a>`, `<a></b>`, `<a`, `<!-- `, `<![CDATA[`, `<?xml version="1.0"?>`, `<a b="1" b="2"/>`, `<!DOCTYPE x>`, "\x00", "<a>\xff</a>", `&nbsp;`,
	} {
		e, err := ParseXML([]byte(aircraft))
		if err != nil {
			t.Fatal(err)
		}
		e.Detail = []byte(detail)
		if b, err := e.AppendXML(nil); err == nil {
			t.Errorf("%q was written as %s", detail, b)
		}
		if _, err := (&Message{Event: e}).Append(nil); err == nil {
			t.Errorf("%q was put into a message", detail)
		}
		message := appendBytes(nil, fieldEvent, appendBytes(appendText(appendText(appendText(nil, fieldType, "a"), fieldUID, "b"), fieldHow, "c"), fieldDetail, appendText(nil, fieldXMLDetail, detail)))
		if m, err := ParseMessage(message); err == nil {
			t.Errorf("%q was read as %q", detail, m.Event.Detail)
		}
	}
}

// Whatever has no message of its own goes through as the bytes that came.
func TestUnknownDetail(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ detail, xml string }{
		{`<contact callsign="A" endpoint="B"/>`, ``},
		{`<contact callsign="A"/><zz  a='1'/>`, `<zz  a='1'/>`},
		{`<contact callsign="A" phone="1"/>`, `<contact callsign="A" phone="1"/>`},
		{`<contact callsign=""/>`, `<contact callsign=""/>`},
		{`<contact callsign="A"><b/></contact>`, `<contact callsign="A"><b/></contact>`},
		{`<contact callsign="A"> </contact>`, `<contact callsign="A"> </contact>`},
		{`<contact callsign="A"/><contact callsign="B"/>`, `<contact callsign="A"/><contact callsign="B"/>`},
		{`<track course="1"/>`, `<track course="1"/>`},
		{`<track course="NaN" speed="1"/>`, `<track course="NaN" speed="1"/>`},
		{`<status battery="85"/>`, ``},
		{`<status battery="8.5"/>`, `<status battery="8.5"/>`},
		{`<status battery="-1"/>`, `<status battery="-1"/>`},
		{`<contact xmlns="urn:x" callsign="A"/>`, `<contact xmlns="urn:x" callsign="A"/>`},
		{`a<zz/>b`, `a<zz/>b`},
	} {
		e, err := ParseXML([]byte(strings.Replace(events[3], "</event>", "<detail>"+x.detail+"</detail></event>", 1)))
		if err != nil {
			t.Fatalf("%s: %v", x.detail, err)
		}
		detail, err := e.appendDetail(nil)
		if err != nil {
			t.Fatal(err)
		}
		var rest string
		if err := eachField(detail, 0, func(n protoNumber, v value) error {
			if n == fieldXMLDetail {
				rest = string(v.bytes)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if rest != x.xml {
			t.Errorf("%s: XML of the message %q, want %q", x.detail, rest, x.xml)
		}
		protoAgain(t, e)
	}
}

// protoAgain holds that a message says what its event says: the elements of the detail may stand in another order.
func protoAgain(t *testing.T, e *Event) {
	t.Helper()
	b, err := (&Message{Event: e}).Append(nil)
	if err != nil {
		t.Fatalf("%+v: %v", e, err)
	}
	m, err := ParseMessage(b)
	if err != nil {
		t.Fatalf("%x: %v", b, err)
	}
	want := *e
	want.Attributes = nil // XML only
	for _, at := range []*time.Time{&want.Time, &want.Start, &want.Stale} {
		*at = at.Truncate(time.Millisecond)
	}
	if d := cmp.Diff(&want, m.Event, near, cmpopts.IgnoreFields(Event{}, "Detail")); d != "" {
		t.Error(d)
	}
	if a, b := meaning(t, e), meaning(t, m.Event); !slices.Equal(a, b) {
		t.Errorf("detail %q, want %q", b, a)
	}
	again, err := (&Message{Event: m.Event}).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, again) {
		t.Errorf("written again as\n%x\nwant\n%x", again, b)
	}
}

// meaning is what a detail says: elements that a message can be made of by their values, all others by their bytes.
func meaning(t *testing.T, e *Event) []string {
	t.Helper()
	var out []string
	for x, err := range e.Children() {
		if err != nil {
			t.Fatal(err)
		}
		if m := elementOf(x.Name); m != nil {
			if b, ok := m.message(x); ok {
				out = append(out, x.Name+string(b))
				continue
			}
		}
		out = append(out, string(x.Raw))
	}
	slices.Sort(out)
	return out
}

func TestMessages(t *testing.T) {
	t.Parallel()
	for _, s := range events {
		e, err := ParseXML([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		protoAgain(t, e)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	e, err := ParseXML([]byte(aircraft))
	if err != nil {
		t.Fatal(err)
	}
	message, err := (&Message{Event: e, Control: &Control{Least: 1, Most: 1}, Creation: e.Time}).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	auth := `<auth><cot username="u" password="p" uid="x"/></auth>`
	var stream []byte
	var want []string
	add := func(s string) { stream, want = append(stream, s...), append(want, s) }
	add(auth)
	for _, s := range events {
		stream = append(stream, "\n<?xml version=\"1.0\"?> <!-- <event> -->"...)
		add(s[strings.Index(s, "<event"):])
	}
	stream = AppendFrame(stream, message)
	want = append(want, string(message))
	add(events[3])

	for _, size := range []int{1, 7, 1 << 20} {
		r := NewReader(&piecewise{stream, size}, 0)
		var got []string
		for {
			f, err := r.Next()
			if err != nil {
				if err.Error() != "EOF" {
					t.Fatal(err)
				}
				break
			}
			got = append(got, string(f.XML)+string(f.Proto))
			if f.Proto != nil {
				again, err := f.Event()
				if err != nil {
					t.Fatal(err)
				}
				if again.UID != e.UID {
					t.Errorf("uid %q, want %q", again.UID, e.UID)
				}
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("by %d bytes: %s", size, d)
		}
	}
	for cut := range stream {
		r := NewReader(bytes.NewReader(stream[:cut]), 0)
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
	}
}

type piecewise struct {
	b    []byte
	size int
}

func (p *piecewise) Read(to []byte) (int, error) {
	if len(p.b) == 0 {
		return 0, errEOF
	}
	n := copy(to, p.b[:min(p.size, len(p.b))])
	p.b = p.b[n:]
	return n, nil
}

// A length that lies, and what never ends, cost no more than their limit.
func TestBounded(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ stream, want string }{
		{"\xbf\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "a message of at least"},
		{"\xbf\x80\x80\x80\x80\x80\x00", "a message of at least"},
		{"\xbf\xff\xff\x03abc", "the stream ends within a frame"},
		{"\xbf", "the stream ends within a frame"},
		{"<event" + strings.Repeat(" ", 1<<16), "an event of more than 65536 bytes"},
		{"<event><detail><a/>", "the stream ends within a frame"},
		{"<event a='>", "the stream ends within a frame"},
		{"<!DOCTYPE a>", "document type"},
		{"hello", "byte 0x68 between frames"},
		{strings.Repeat("<?a?>", 1<<16) + "x", "byte 0x78 between frames"},
	} {
		r := NewReader(strings.NewReader(x.stream), 1<<16)
		_, err := r.Next()
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%.40q: %v, want %q", x.stream, err, x.want)
		}
	}
}

func TestLengthThatLies(t *testing.T) {
	liar := []byte("\xbf\xff\xff\x3f" + "abc")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := NewReader(bytes.NewReader(liar), MostBytes).Next(); err == nil {
		t.Fatal("read")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 128<<10 {
		t.Errorf("%d bytes for three", n)
	}
}

func TestNegotiation(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	again := func(e *Event) *Event {
		t.Helper()
		b, err := e.AppendXML(nil)
		if err != nil {
			t.Fatal(err)
		}
		e, err = ParseXML(b)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	if !again(Support("u", `a"<b`, at)).Offered() {
		t.Error("no offer")
	}
	if v := again(Request("u", at)).Wanted(); v != 1 {
		t.Errorf("version %d wanted", v)
	}
	for _, want := range []bool{true, false} {
		if answer, agreed := again(Response("u", want, at)).Agreed(); !answer || agreed != want {
			t.Errorf("answer %v, agreed %v", answer, agreed)
		}
	}
	if e := again(Support("u", "v", at)); e.Wanted() != 0 {
		t.Error("an offer is taken for a request")
	}
	d := again(Delete("x", "gone", "u-d-f", at, time.Minute))
	link, ok := d.Child("link")
	if of, _ := link.Attribute("uid"); !ok || of != "gone" || d.Type != TypeDelete {
		t.Errorf("%s", d.Detail)
	}
}
