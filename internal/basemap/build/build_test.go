package main

import (
	"bytes"
	"os"
	"testing"

	"overflight/internal/basemap"
)

// An island that two arcs bound, one of them backwards, and one that crosses the antimeridian by a jump.
const source = `{"type":"Topology","transform":{"scale":[1,1],"translate":[-180,-90]},
"objects":{"land":{"type":"GeometryCollection","geometries":[{"type":"MultiPolygon","arcs":[[[0,-2]],[[2]],[[3]]]}]}},
"arcs":[[[10,100],[10,0],[0,10]],[[10,100],[0,10],[10,0]],[[355,90],[4,0],[-354,0],[0,5],[350,0],[0,-5]],[[50,50],[0,0],[0,0]]]}`

func TestPack(t *testing.T) {
	t.Parallel()
	b, n, err := pack([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if n != (counts{rings: 2, corners: 4 + 5}) {
		t.Errorf("packed %+v", n)
	}
	land, err := basemap.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	var got int
	for r := range land.Near(basemap.Box{South: 1, West: 179, North: 2, East: 181}) {
		got++
		for _, p := range r {
			if p.Lon < 175 || p.Lon > 185 {
				t.Errorf("a corner at %v: the ring is not in one piece", p)
			}
		}
	}
	if got != 1 {
		t.Errorf("%d rings across the antimeridian", got)
	}
}

func TestPackRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"no JSON":             {`{"type":"Topology"`, `"`},
		"no transform":        {`"transform"`, `"other"`},
		"an unknown geometry": {"MultiPolygon", "Point"},
		"an arc that is none": {"[[2]]", "[[9]]"},
		"an arc far back":     {"[[2]]", "[[-9]]"},
		"half a point":        {"[4,0]", "[4]"},
		"no land":             {`"arcs":[[[0,-2]],[[2]],[[3]]]`, `"arcs":[]`},
		"off the Earth":       {"[0,10]],[[10,100]", "[0,99]],[[10,100]"},
	} {
		changed := bytes.Replace([]byte(source), []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(changed, []byte(source)) {
			t.Fatalf("%s: nothing changed", name)
		}
		if _, _, err := pack(changed); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestSameBytes builds the embedded file again from its source.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	name := os.Getenv("OVERFLIGHT_BASEMAP_SOURCE")
	if name == "" {
		t.Skip("OVERFLIGHT_BASEMAP_SOURCE is not set: name world-atlas-2.0.2.tgz or the land-10m.json in it (see ../README.md)")
	}
	topojson, err := open(name)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := pack(topojson)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../land.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("built %d bytes that are not the %d of land.bin", len(got), len(want))
	}
}

// TestThePlaceWithoutAPosition: the square at 0 N 0 E is left out, an island beside it is not.
func TestThePlaceWithoutAPosition(t *testing.T) {
	t.Parallel()
	grid := basemap.Grid{West: -180, South: -90, StepLon: 0.01, StepLat: 0.01}
	square := func(x, y int32) []basemap.Corner {
		return []basemap.Corner{{X: x, Y: y}, {X: x + 2, Y: y}, {X: x + 2, Y: y + 2}, {X: x, Y: y + 2}}
	}
	if !placeholder(grid, square(17999, 8999)) || placeholder(grid, square(18003, 8999)) {
		t.Error("the wrong square is left out")
	}
}
