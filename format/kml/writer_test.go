package kml

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// What is written is read again as it was.
func TestWriter(t *testing.T) {
	t.Parallel()
	square := Polygon{{{-110, 30}, {-109, 30}, {-109, 31}, {-110, 31}, {-110, 30}}, {{-109.8, 30.2}, {-109.8, 30.4}, {-109.6, 30.4}, {-109.8, 30.2}}}
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	k := NewWriter(&b)
	k.Begin("Document")
	k.Begin("Placemark", "id", `a"1`)
	k.Text("name", "a < b & ñ")
	k.Span(at, at)
	k.Shapes([]Position{{-107.5, 24.6}}, nil)
	k.End()
	k.Begin("Placemark")
	k.Text("name", "cells")
	k.Span(at, at.Add(time.Hour))
	k.Begin("ExtendedData")
	k.Data("weight", "Weight", "2.5")
	k.End()
	k.Shapes(nil, []Polygon{square, square})
	k.End()
	k.Begin("Placemark")
	k.Text("name", "nowhere")
	k.Shapes(nil, nil)
	k.End()
	k.Link("more", "https://example.test/?a=1&b=2", time.Minute)
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := Read(b.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, b.Bytes())
	}
	want := []Placemark{
		{Number: 0, Name: "a < b & ñ", Point: Position{-107.5, 24.6}, Weight: 1, Date: at},
		{Number: 1, Name: "cells", Polygons: []Polygon{square, square}, Weight: 2.5, Date: at.Add(time.Hour)},
	}
	if !reflect.DeepEqual(f.Placemarks, want) {
		t.Errorf("%+v", f.Placemarks)
	}
	for _, s := range []string{`id="a&#34;1"`, "<href>https://example.test/?a=1&amp;b=2</href>", "<refreshInterval>60</refreshInterval>"} {
		if !strings.Contains(b.String(), s) {
			t.Errorf("no %s in\n%s", s, b.String())
		}
	}
}

type broken struct{}

var errBroken = errors.New("no room")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

// A fault of where it is written to is told at the end.
func TestWriterTellsOfFaults(t *testing.T) {
	t.Parallel()
	k := NewWriter(broken{})
	for range 10_000 {
		k.Text("name", "long enough to leave the buffer")
	}
	if err := k.Close(); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}
