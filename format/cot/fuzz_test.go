package cot

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// What is read can be written and read again as the same, in both encodings.
func FuzzXML(f *testing.F) {
	for _, s := range events {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseXML(b)
		if err != nil {
			return
		}
		if len(e.Detail) > 1<<12 {
			return
		}
		xmlAgain(t, e)
		protoAgain(t, e)
		// A stream is cut where the event ends.
		x, err := e.AppendXML(nil)
		if err != nil {
			t.Fatal(err)
		}
		r := NewReader(bytes.NewReader(append(x, x...)), 0)
		for range 2 {
			frame, err := r.Next()
			if err != nil {
				t.Fatalf("%s: %v", x, err)
			}
			if !bytes.Equal(frame.XML, x) {
				t.Fatalf("cut to %s, want %s", frame.XML, x)
			}
		}
	})
}

func FuzzMessage(f *testing.F) {
	for _, s := range events {
		e, err := ParseXML([]byte(s))
		if err != nil {
			f.Fatal(err)
		}
		b, err := (&Message{Event: e}).Append(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseMessage(b)
		if err != nil || m.Event == nil {
			return
		}
		xmlAgain(t, m.Event)
		protoAgain(t, m.Event)
	})
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(aircraft + aircraft))
	f.Add(AppendFrame([]byte(events[1]), []byte("abc")))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(bytes.NewReader(b), 1<<12)
		var last int64 = -1
		for {
			frame, err := r.Next()
			if err != nil {
				var syntax *SyntaxError
				if !errors.Is(err, io.EOF) && !errors.As(err, &syntax) {
					t.Fatal(err)
				}
				return
			}
			if frame.Offset <= last || len(frame.XML)+len(frame.Proto) > 1<<12 {
				t.Fatalf("a frame of %d bytes at %d after %d", len(frame.XML)+len(frame.Proto), frame.Offset, last)
			}
			last = frame.Offset
		}
	})
}
