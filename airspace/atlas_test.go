package airspace_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/topology"
)

// smallAtlas is an atlas file of two neighbours and an enclave.
func smallAtlas(t testing.TB) []byte {
	t.Helper()
	const d = 10_000_000
	in := &topology.Source{Codes: []string{"AAA", "BBB"}, Rings: []topology.Ring{
		{Feature: 0, Points: []topology.Point{{X: 0, Y: 0}, {X: d, Y: 1}, {X: d - 7, Y: d}, {X: 5, Y: d - 3}}},
		{Feature: 1, Points: []topology.Point{{X: d, Y: 1}, {X: 3 * d, Y: 0}, {X: 2 * d, Y: d}, {X: d - 7, Y: d}}},
		{Feature: 0, Points: []topology.Point{{X: d / 4, Y: d / 4}, {X: d / 4, Y: d / 2}, {X: d / 2, Y: d / 2}}},
	}}
	built, _, err := topology.Build(in, topology.Config{Snap: 25, Sliver: 50})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := topology.Write(&b, built, airspace.AtlasInfo{Name: "small", Version: "1"}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSmallAtlas(t *testing.T) {
	t.Parallel()
	a, err := airspace.OpenAtlas(smallAtlas(t), airspace.Tables{Sovereign: map[airspace.State]airspace.State{"BBB": "AAA"}})
	if err != nil {
		t.Fatal(err)
	}
	// The edge between a territory and its own sovereign is no limit.
	n, ok := a.Nearest("AAA", airspace.Limit, geodesy.Position{Lat: 0.9, Lon: 1}, 1e6)
	if !ok || n.Distance < 5e3 || n.Neighbour != "" {
		t.Errorf("%+v, %v", n, ok)
	}
	if _, ok := a.Nearest("AAA", airspace.LandBorder, geodesy.Position{Lat: 0.9, Lon: 1}, 1e6); ok {
		t.Error("AAA has a land border with itself")
	}
	if s, ok := a.Territory(geodesy.Position{Lat: 0.5, Lon: 1.5}); !ok || s != "BBB" {
		t.Errorf("territory %q", s)
	}
	if _, ok := a.Nearest("BBB", airspace.Limit, geodesy.Position{}, 1e6); ok {
		t.Error("a territory is asked for as a state")
	}
	for _, p := range []geodesy.Position{{Lat: 91}, {Lat: -91}, {Lon: 1e9}} {
		if s := a.StatesAt(p); s.Len() != 0 {
			t.Errorf("%v is in a state", p)
		}
	}
}

// FuzzOpenAtlas gives damaged bodies a right digest, so that the directory and the tiles get read.
func FuzzOpenAtlas(f *testing.F) {
	file := smallAtlas(f)
	const head = len(airspace.AtlasMagic) + 32
	f.Add(file[head:])
	for i := head; i < len(file); i += 7 {
		bad := bytes.Clone(file[head:])
		bad[i-head] ^= 0x10
		f.Add(bad)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		data := append(append([]byte(airspace.AtlasMagic), sum[:]...), body...)
		a, err := airspace.OpenAtlas(data, airspace.Tables{})
		if err != nil {
			if !errors.Is(err, airspace.ErrAtlas) {
				t.Fatalf("%v does not wrap ErrAtlas", err)
			}
			return
		}
		if err := a.Verify(); err != nil && !errors.Is(err, airspace.ErrAtlas) {
			t.Fatalf("%v does not wrap ErrAtlas", err)
		}
		for _, p := range []geodesy.Position{{Lat: 0.5, Lon: 0.5}, {Lat: 0.3, Lon: 1.2}, {Lat: 90, Lon: 180}} {
			a.StatesAt(p)
			for _, s := range a.States() {
				a.Nearest(s, airspace.Limit, p, 1e6)
				a.Rings(s)
			}
			a.StatesNear(nil, p, 1e5)
		}
	})
}
