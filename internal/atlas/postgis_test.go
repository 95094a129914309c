package atlas_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/atlas"
)

// postgis is a server of its own in a temporary directory, on a socket only.
type postgis struct {
	t      *testing.T
	bin    string
	socket string
	as     *syscall.Credential
}

func startPostGIS(t *testing.T) *postgis {
	t.Helper()
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	control, _ := filepath.Glob("/usr/share/postgresql/*/extension/postgis.control")
	if len(versions) == 0 || len(control) == 0 {
		lacking(t, "PostgreSQL with PostGIS")
	}
	dir, err := os.MkdirTemp("", "pg") // t.TempDir is too long a path for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	pg := &postgis{t: t, bin: filepath.Dir(versions[len(versions)-1]), socket: dir}
	if os.Getuid() == 0 { // the server refuses to run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			lacking(t, "the user postgres")
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		pg.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	pg.run(nil, "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--no-locale")
	pg.run(nil, "pg_ctl", "-D", data, "-w", "-t", "60", "-l", filepath.Join(dir, "log"), "-o",
		"-k "+dir+" -c listen_addresses= -c fsync=off -c max_wal_size=4GB -c work_mem=64MB -c jit=off", "start")
	t.Cleanup(func() { pg.run(nil, "pg_ctl", "-D", data, "-m", "immediate", "stop") })
	return pg
}

func (pg *postgis) run(in []byte, name string, args ...string) []byte {
	pg.t.Helper()
	cmd := exec.Command(filepath.Join(pg.bin, name), args...)
	cmd.Dir = pg.socket
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: pg.as}
	cmd.Stdin = bytes.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		pg.t.Fatalf("%s: %v\n%s", name, err, errs.Bytes())
	}
	return out.Bytes()
}

// spread is points over the world, over Mexico and its neighbours, and in a Gaussian of 3 km round the
// corners of all outlines.
func spread(t *testing.T, n int) []geodesy.Position {
	t.Helper()
	a := open(t)
	var theatre, world []geodesy.Position
	for _, s := range a.States() {
		for _, r := range a.Rings(s) {
			world = append(world, r...)
			if slices.Contains([]airspace.State{"MEX", "GTM", "BLZ"}, s) {
				theatre = append(theatre, r...)
			}
		}
	}
	r := rand.New(rand.NewPCG(21, 22))
	near := func(corners []geodesy.Position) geodesy.Position {
		c := corners[r.IntN(len(corners))]
		const m = 1 / 111195.0
		return geodesy.Position{
			Lat: geodesy.Angle(math.Max(-90, math.Min(90, float64(c.Lat)+3000*m*r.NormFloat64()))),
			Lon: geodesy.NormalizeLongitude(c.Lon + geodesy.Angle(3000*m/math.Max(0.02, math.Cos(c.Lat.Radians()))*r.NormFloat64())),
		}
	}
	out := make([]geodesy.Position, n)
	for i := range out {
		switch i % 4 {
		case 0:
			out[i] = at(180/math.Pi*math.Asin(2*r.Float64()-1), 360*r.Float64()-180)
		case 1:
			out[i] = at(13+21*r.Float64(), -120+35*r.Float64())
		case 2:
			out[i] = near(theatre)
		default:
			out[i] = near(world)
		}
	}
	return out
}

// sourceFeatures reads the published polygons, one JSON geometry a code; nil when they are not here.
func sourceFeatures(t *testing.T) map[airspace.State]json.RawMessage {
	t.Helper()
	name := os.Getenv("OVERFLIGHT_BOUNDARY_SOURCE")
	if name == "" {
		t.Log("OVERFLIGHT_BOUNDARY_SOURCE is not set: not compared with the published polygons")
		return nil
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Features []struct {
			Properties struct{ IsoA3 airspace.State }
			Geometry   struct{ Geometries []json.RawMessage }
		}
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	out := map[airspace.State]json.RawMessage{}
	for _, ft := range f.Features {
		if len(ft.Geometry.Geometries) != 1 {
			t.Fatalf("%s: %d geometries", ft.Properties.IsoA3, len(ft.Geometry.Geometries))
		}
		if ft.Properties.IsoA3 != "ATA" {
			out[ft.Properties.IsoA3] = ft.Geometry.Geometries[0]
		}
	}
	return out
}

// TestStatesAtAgainstPostGIS asks PostGIS the same questions: of the polygons that we export, where the
// answers may differ within 2 m of an edge only, and of the published ones, where they also differ in
// the slivers between neighbours.
func TestStatesAtAgainstPostGIS(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: not compared with PostGIS")
	}
	t.Parallel()
	n := 50000
	if s := os.Getenv("OVERFLIGHT_POSTGIS_POINTS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	pg := startPostGIS(t)
	a := open(t)
	points := spread(t, n)
	source := sourceFeatures(t)

	var script bytes.Buffer
	script.WriteString("CREATE EXTENSION postgis;\nCREATE TABLE raw(which int, state text, js text);\nCREATE TABLE pt(id int, lon float8, lat float8);\nCOPY raw FROM stdin;\n")
	for _, s := range a.States() {
		b, err := atlas.Feature(a, s).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var f struct{ Geometry json.RawMessage }
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&script, "0\t%s\t%s\n", s, f.Geometry)
	}
	for s, g := range source {
		fmt.Fprintf(&script, "1\t%s\t%s\n", s, g)
	}
	script.WriteString("\\.\nCOPY pt FROM stdin;\n")
	for i, p := range points {
		fmt.Fprintf(&script, "%d\t%v\t%v\n", i, float64(p.Lon), float64(p.Lat))
	}
	script.WriteString(`\.
CREATE TABLE point AS SELECT id, ST_MakePoint(lon, lat) AS geom FROM pt;
CREATE INDEX ON point USING gist(geom);
CREATE TABLE line AS SELECT which, state, ST_SetSRID(ST_GeomFromGeoJSON(js), 0) AS geom FROM raw;
ANALYZE;
COPY (SELECT 'invalid', state, 0 FROM line WHERE which = 0 AND NOT ST_IsValid(geom)) TO stdout;
COPY (SELECT which, state, x.id FROM line l, LATERAL (SELECT id FROM point p WHERE ST_Contains(l.geom, p.geom) OFFSET 0) x) TO stdout;
`)
	out := pg.run(script.Bytes(), "psql", "-h", pg.socket, "-U", "postgres", "-d", "postgres", "-q", "-v", "ON_ERROR_STOP=1")
	ours := make([][]airspace.State, n)
	published := make([][]airspace.State, n)
	sovereign, err := atlas.Sovereigns()
	if err != nil {
		t.Fatal(err)
	}
	for sc := bufio.NewScanner(bytes.NewReader(out)); sc.Scan(); {
		f := strings.Fields(sc.Text())
		if f[0] == "invalid" {
			t.Errorf("PostGIS finds the exported outline of %s not valid", f[1])
			continue
		}
		id, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatal(err)
		}
		if f[0] == "0" {
			ours[id] = append(ours[id], airspace.State(f[1]))
		} else if s := sovereign[airspace.State(f[1])]; !slices.Contains(published[id], s) {
			published[id] = append(published[id], s)
		}
	}
	differ, _, farthest, _ := disagreements(a, points, ours, func(s airspace.State, p geodesy.Position) float64 {
		d, _ := a.Nearest(s, airspace.Limit, p, 1e7)
		return float64(d.Distance)
	})
	t.Logf("exported outlines: %d of %d points differ, the farthest %.3f m from an edge", differ, n, farthest)
	t.Logf("FIGURE airspace/postgis-points %d", n)
	t.Logf("FIGURE airspace/postgis-differ %d", differ)
	t.Logf("FIGURE airspace/postgis-farthest %.3f m", farthest)
	if farthest > 2 {
		t.Errorf("a point %.1f m from an edge is on the other side in PostGIS", farthest)
	}
	if source == nil {
		return
	}
	edges := map[airspace.State][][2]geodesy.Position{}
	for code, g := range source {
		edges[sovereign[code]] = append(edges[sovereign[code]], edgesOf(t, g)...)
	}
	differ, torn, farthest, moved := disagreements(a, points, published, func(s airspace.State, p geodesy.Position) float64 {
		d, _ := a.Nearest(s, airspace.Limit, p, 1e7)
		return math.Min(float64(d.Distance), planar(p, edges[s]))
	})
	t.Logf("published outlines: %d of %d points differ, the farthest %.3f m from an edge of a neighbour; at %d of them the "+
		"published polygons leave a gap or overlap, at the others the farthest is %.3f m from an edge", differ, n, farthest, torn, moved)
	t.Logf("FIGURE airspace/postgis-published-differ %d", differ)
	t.Logf("FIGURE airspace/postgis-published-slivers %d", torn)
	t.Logf("FIGURE airspace/postgis-published-moved %.3f m", moved)
	t.Logf("FIGURE airspace/postgis-published-farthest %.3f m", farthest)
	if farthest > 50 {
		t.Errorf("a point %.1f m from an edge is on the other side in the published polygons", farthest)
	}
}

// disagreements counts the points for which the atlas has other states, and measures the farthest of
// them to the outline of the state in question. Torn counts those of them at which the other side names
// not exactly one state as the atlas does; moved is the farthest of the rest.
func disagreements(a *airspace.Atlas, points []geodesy.Position, want [][]airspace.State, distance func(airspace.State, geodesy.Position) float64) (n, torn int, farthest, moved float64) {
	for i, p := range points {
		got := a.StatesAt(p)
		var odd []airspace.State
		for _, s := range want[i] {
			if !got.Has(s) {
				odd = append(odd, s)
			}
		}
		for k := range got.Len() {
			if !slices.Contains(want[i], got.At(k)) {
				odd = append(odd, got.At(k))
			}
		}
		if len(odd) == 0 {
			continue
		}
		n++
		single := len(want[i]) == 1 && got.Len() == 1
		if !single {
			torn++
		}
		for _, s := range odd {
			d := distance(s, p)
			farthest = math.Max(farthest, d)
			if single {
				moved = math.Max(moved, d)
			}
		}
	}
	return n, torn, farthest, moved
}

func edgesOf(t *testing.T, geometry json.RawMessage) [][2]geodesy.Position {
	t.Helper()
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal(geometry, &g); err != nil {
		t.Fatal(err)
	}
	var polygons [][][][2]float64
	if g.Type == "Polygon" {
		polygons = make([][][][2]float64, 1)
		if err := json.Unmarshal(g.Coordinates, &polygons[0]); err != nil {
			t.Fatal(err)
		}
	} else if err := json.Unmarshal(g.Coordinates, &polygons); err != nil {
		t.Fatal(err)
	}
	var out [][2]geodesy.Position
	for _, p := range polygons {
		for _, r := range p {
			for i := range len(r) - 1 {
				out = append(out, [2]geodesy.Position{at(r[i][1], r[i][0]), at(r[i+1][1], r[i+1][0])})
			}
		}
	}
	return out
}

// planar is the distance to the nearest edge on the plane tangent at p: for short distances.
func planar(p geodesy.Position, edges [][2]geodesy.Position) float64 {
	best := math.Inf(1)
	c := math.Cos(p.Lat.Radians())
	for _, e := range edges {
		ax, ay := float64(e[0].Lon-p.Lon)*c, float64(e[0].Lat-p.Lat)
		ux, uy := float64(e[1].Lon-e[0].Lon)*c, float64(e[1].Lat-e[0].Lat)
		k := 0.0
		if l := ux*ux + uy*uy; l > 0 {
			k = math.Max(0, math.Min(1, -(ax*ux+ay*uy)/l))
		}
		best = math.Min(best, math.Hypot(ax+k*ux, ay+k*uy)*111195)
	}
	return best
}
