package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
)

// header is a NumPy array of version 1.0 as bytes.
func npyOf(dict string, data ...byte) []byte {
	b := append([]byte(npyMagic), 1, 0, byte(len(dict)), byte(len(dict)>>8))
	return append(append(b, dict...), data...)
}

// entryOf is a directory entry for tiffOf; long values go behind.
type entryOf struct {
	tag, typ uint16
	values   []uint32
}

// tiffOf is a little-endian TIFF with its data from byte 8 on.
func tiffOf(data []byte, entries ...entryOf) []byte {
	d := &directory{}
	for _, e := range entries {
		switch e.typ {
		case 3:
			var v []uint16
			for _, x := range e.values {
				v = append(v, uint16(x))
			}
			d.shorts(e.tag, v...)
		default:
			d.longs(e.tag, e.values...)
			d.entries[len(d.entries)-1].typ = e.typ
		}
	}
	out := append([]byte("II*\x00"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(out[4:], uint32(8+len(data)))
	return append(append(out, data...), d.bytes(8+len(data))...)
}

// smallTIFF is two cells, 3 and 7, with entries put in place of its own.
func smallTIFF(other ...entryOf) []byte {
	all := []entryOf{
		{tagImageWidth, 3, []uint32{2}},
		{tagImageLength, 3, []uint32{1}},
		{tagBitsPerSample, 3, []uint32{8}},
		{tagStripOffsets, 4, []uint32{8}},
		{tagStripByteCounts, 4, []uint32{2}},
	}
	for _, o := range other {
		found := false
		for i := range all {
			if all[i].tag == o.tag {
				all[i], found = o, true
			}
		}
		if !found {
			all = append(all, o)
		}
	}
	var kept []entryOf
	for _, e := range all {
		if e.values != nil {
			kept = append(kept, e)
		}
	}
	return tiffOf([]byte{3, 7}, kept...)
}

// faults are files that are refused, and what is said of them.
var faults = []struct {
	name string
	b    []byte
	kind error
	said string
}{
	{"NumPy: nothing", nil, ErrSyntax, "magic at byte 0"},
	{"NumPy: a version that is none", append([]byte(npyMagic), 9, 0, 0, 0), ErrUnsupported, "version at byte 6: 9; expected 1, 2 or 3"},
	{"NumPy: a header longer than the file", append([]byte(npyMagic), 1, 0, 0xff, 0xff), ErrSyntax, "header length at byte 8: 65535; expected at most the 0 bytes"},
	{"NumPy: no dictionary", npyOf("[]"), ErrSyntax, "a dictionary"},
	{"NumPy: a record", npyOf("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}"), ErrSyntax, "records are not read here"},
	{"NumPy: complex", npyOf("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", 0, 0, 0, 0, 0, 0, 0, 0), ErrUnsupported, `descr at byte 10: "<c8"`},
	{"NumPy: no shape", npyOf("{'descr': '<f8', 'fortran_order': False}"), ErrSyntax, "descr, fortran_order and shape, and nothing"},
	{"NumPy: a key twice", npyOf("{'descr': '<f8', 'descr': '<f8', 'shape': (1,)}"), ErrSyntax, "once"},
	{"NumPy: three dimensions", npyOf("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1)}", 0), ErrUnsupported, "3 dimensions; expected 1 or 2"},
	{"NumPy: no cell", npyOf("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 5)}"), ErrSyntax, "0 x 5"},
	{"NumPy: more cells than bytes", npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 100000)}", 1), ErrSyntax, "100000 x 100000 of 8 bytes"},
	{"NumPy: one value too few", npyOf("{'descr': '<u2', 'fortran_order': False, 'shape': (2,)}", 1, 2, 3), ErrSyntax, "1 x 2 of 2 bytes; expected at least one cell, and no more than the 3 bytes"},
	{"NumPy: a length beyond all bounds", npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999, 1)}", 1), ErrSyntax, "a tuple of lengths"},

	{"TIFF: an offset beyond the file", []byte("II*\x00\xff\xff\xff\x7f"), ErrSyntax, "offset of the first directory at byte 4"},
	{"TIFF: cut off in the header", []byte("MM\x00*\x00"), ErrSyntax, "offset of the first directory"},
	{"BigTIFF: cut off in the header", []byte("II+\x00\x08\x00\x00\x00\x01"), ErrSyntax, "header at byte 4"},
	{"BigTIFF: an offset beyond all bounds", []byte("II+\x00\x08\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"), ErrSyntax, "offset of the first directory"},
	{"TIFF: more entries than bytes", []byte("II*\x00\x08\x00\x00\x00\xff\xff"), ErrSyntax, "65535 entries"},
	{"TIFF: no width", smallTIFF(entryOf{tagImageWidth, 3, nil}), ErrSyntax, "0 x 1"},
	{"TIFF: a width of values that there is no room for", smallTIFF(entryOf{tagImageWidth, 3, []uint32{4000000000 & 0xffff, 1}}), ErrUnsupported, "the same for every band"},
	{"TIFF: larger than the file can hold", smallTIFF(entryOf{tagImageWidth, 4, []uint32{8000}}, entryOf{tagImageLength, 4, []uint32{8000}}), ErrSyntax, "ImageWidth and ImageLength at byte"},
	{"TIFF: a tile larger than the file can hold", smallTIFF(entryOf{tagTileWidth, 4, []uint32{8192}}, entryOf{tagTileLength, 4, []uint32{8192}}, entryOf{tagTileOffsets, 4, []uint32{8}}, entryOf{tagTileByteCounts, 4, []uint32{2}}), ErrSyntax, "8192 x 8192 cells"},
	{"TIFF: no strips", smallTIFF(entryOf{tagStripOffsets, 4, nil}), ErrSyntax, "StripOffsets at byte 0: no entry"},
	{"TIFF: too few strips", smallTIFF(entryOf{tagImageLength, 3, []uint32{9}}, entryOf{tagRowsPerStrip, 3, []uint32{1}}), ErrSyntax, "1 values; expected 9"},
	{"TIFF: strips of no rows", smallTIFF(entryOf{tagRowsPerStrip, 3, []uint32{0}}), ErrSyntax, "RowsPerStrip"},
	{"TIFF: a strip beyond the file", smallTIFF(entryOf{tagStripOffsets, 4, []uint32{1 << 30}}), ErrSyntax, "strip or tile 0"},
	{"TIFF: a strip that is cut off", smallTIFF(entryOf{tagStripByteCounts, 4, []uint32{1}}), ErrSyntax, "1 bytes; expected 2 bytes"},
	{"TIFF: JPEG", smallTIFF(entryOf{tagCompression, 3, []uint32{7}}), ErrUnsupported, "Compression at byte"},
	{"TIFF: Deflate that is none", smallTIFF(entryOf{tagCompression, 3, []uint32{8}}), ErrSyntax, "strip or tile 0"},
	{"TIFF: LZW that is none", smallTIFF(entryOf{tagCompression, 3, []uint32{5}}), ErrSyntax, "strip or tile 0"},
	{"TIFF: PackBits cut off", smallTIFF(entryOf{tagCompression, 3, []uint32{32773}}), ErrSyntax, "a run cut off"},
	{"TIFF: one bit", smallTIFF(entryOf{tagBitsPerSample, 3, []uint32{1}}), ErrUnsupported, "8, 16, 32 or 64"},
	{"TIFF: floats of 16 bits", smallTIFF(entryOf{tagBitsPerSample, 3, []uint32{16}}, entryOf{tagSampleFormat, 3, []uint32{3}}), ErrUnsupported, "32 or 64 for floats"},
	{"TIFF: complex", smallTIFF(entryOf{tagSampleFormat, 3, []uint32{6}}), ErrUnsupported, "integers or floats"},
	{"TIFF: predictor 3 on integers", smallTIFF(entryOf{tagPredictor, 3, []uint32{3}}, entryOf{tagCompression, 3, []uint32{8}}), ErrUnsupported, "Predictor"},
	{"TIFF: bits from the other end", smallTIFF(entryOf{tagFillOrder, 3, []uint32{2}}), ErrUnsupported, "FillOrder"},
	{"TIFF: bands that are neither together nor apart", smallTIFF(entryOf{tagPlanarConfig, 3, []uint32{3}}), ErrSyntax, "PlanarConfiguration"},
	{"TIFF: more bands than there are", smallTIFF(entryOf{tagSamplesPerPixel, 4, []uint32{1 << 20}}), ErrUnsupported, "SamplesPerPixel"},
	{"TIFF: more keys than room", smallTIFF(entryOf{tagGeoKeys, 3, []uint32{1, 1, 0, 500}}), ErrSyntax, "500 keys"},
	{"TIFF: a scale of whole numbers", smallTIFF(entryOf{tagPixelScale, 4, []uint32{1, 1, 0}}), ErrSyntax, "ModelPixelScaleTag"},
}

func read(b []byte) (*Raster, error) {
	if SniffTIFF(b) {
		return ReadTIFF(b, 1)
	}
	return ReadNPY(b)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range faults {
		_, err := read(tc.b)
		var e *Error
		if !errors.Is(err, tc.kind) || !errors.As(err, &e) || !strings.Contains(err.Error(), tc.said) {
			t.Errorf("%s: %v; want %v with %q", tc.name, err, tc.kind, tc.said)
			continue
		}
		if strings.ContainsAny(err.Error(), "\n\x00") {
			t.Errorf("%s: not one line: %q", tc.name, err)
		}
	}
}

func TestSmallTIFF(t *testing.T) {
	t.Parallel()
	r, err := ReadTIFF(smallTIFF(), 1)
	if err != nil || r.Columns != 2 || r.Rows != 1 || r.At(0, 0) != 3 || r.At(1, 0) != 7 || r.Placed {
		t.Errorf("%+v, %v", r, err)
	}
	for _, band := range []int{0, 2} {
		if _, err := ReadTIFF(smallTIFF(), band); !errors.Is(err, ErrUnsupported) {
			t.Errorf("band %d: %v", band, err)
		}
	}
	// Packed: a run of two sevens.
	b := tiffOf([]byte{0xff, 7}, entryOf{tagImageWidth, 3, []uint32{2}}, entryOf{tagImageLength, 3, []uint32{1}}, entryOf{tagBitsPerSample, 3, []uint32{8}},
		entryOf{tagStripOffsets, 4, []uint32{8}}, entryOf{tagStripByteCounts, 4, []uint32{2}}, entryOf{tagCompression, 3, []uint32{32773}})
	if r, err := ReadTIFF(b, 1); err != nil || r.At(0, 0) != 7 || r.At(1, 0) != 7 {
		t.Errorf("PackBits: %+v, %v", r, err)
	}
}

// A header that lies costs no more than the file that it stands in.
func TestLyingHeadersAllocateNothing(t *testing.T) {
	for _, tc := range faults {
		if !strings.Contains(tc.name, "than the file can hold") && !strings.Contains(tc.name, "than bytes") && !strings.Contains(tc.name, "bounds") {
			continue
		}
		const times = 20
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range times {
			_, _ = read(tc.b)
		}
		runtime.ReadMemStats(&after)
		if n := (after.TotalAlloc - before.TotalAlloc) / times; n > 64<<10 {
			t.Errorf("%s: %d bytes allocated for a file of %d", tc.name, n, len(tc.b))
		}
	}
}

func TestWriteTIFFComesBack(t *testing.T) {
	t.Parallel()
	for _, tile := range []int{0, 16, 128} {
		r := sample(77, 131)
		var b bytes.Buffer
		if err := WriteTIFF(&b, r, TIFFOptions{Tile: tile}); err != nil {
			t.Fatal(err)
		}
		back, err := ReadTIFF(b.Bytes(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := same(back.Values, r.Values, nil); err != nil || back.CRS != r.CRS || !near(back.Transform, r.Transform) || !back.Placed {
			t.Errorf("tiles of %d: %v, EPSG:%d, %v", tile, err, back.CRS, back.Transform)
		}
	}
}

func TestWriteTIFFRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Raster, *TIFFOptions){
		"EPSG:32613":       func(r *Raster, _ *TIFFOptions) { r.CRS = 32613 },
		"EPSG:4326":        func(r *Raster, _ *TIFFOptions) { r.Placed = false },
		"north up":         func(r *Raster, _ *TIFFOptions) { r.Transform[2] = 1 },
		"one for each":     func(r *Raster, _ *TIFFOptions) { r.Rows++ },
		"a multiple of 16": func(_ *Raster, o *TIFFOptions) { o.Tile = 100 },
	} {
		r, o := sample(3, 4), TIFFOptions{}
		change(r, &o)
		var b bytes.Buffer
		if err := WriteTIFF(&b, r, o); err == nil || !strings.Contains(err.Error(), name) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
}

func TestHGTNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]float64{
		"N19W099.hgt": {19, -99}, "s01e006.HGT": {-1, 6}, "a/b/N00E000.SRTMGL1.hgt": {0, 0}, `c:\N89E179.hgt`: {89, 179}, "S90W180.hgt": {-90, -180},
	} {
		if s, w, ok := corner(name); !ok || s != want[0] || w != want[1] {
			t.Errorf("%s: %v %v %v, want %v", name, s, w, ok, want)
		}
	}
	for _, name := range []string{"", "N19W099", "N19W99.hgt", "X19W099.hgt", "N19X099.hgt", "N90W099.hgt", "N19E180.hgt", "N-1W099.hgt", "N19W181.hgt", "N1+W099.hgt"} {
		if _, _, ok := corner(name); ok {
			t.Errorf("%q is taken for a tile's name", name)
		}
	}
	if _, err := ReadHGT(make([]byte, 1201*1201*2), "height.hgt"); !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), "N19W099.hgt") {
		t.Error(err)
	}
	if _, err := ReadHGT(make([]byte, 100), "N19W099.hgt"); !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), "100 bytes") {
		t.Error(err)
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	r := &Raster{Columns: 2, Rows: 2, Values: []float64{1, 2, 3, math.NaN()}, Placed: true, CRS: WGS84, Transform: Transform{-100, 0.5, 0, 20, 0, -0.5}}
	for _, tc := range []struct {
		lat, lon, want float64
		ok             bool
	}{
		{19.75, -99.75, 1, true},
		{19.75, -99.25, 2, true},
		{19.25, -99.75, 3, true},
		{19.25, -99.25, 0, false}, // void
		{20.01, -99.75, 0, false},
		{19.75, -100.01, 0, false},
		{math.NaN(), -99.75, 0, false},
	} {
		if v, ok := r.Sample(tc.lat, tc.lon); ok != tc.ok || ok && v != tc.want {
			t.Errorf("%v %v: %v %v, want %v %v", tc.lat, tc.lon, v, ok, tc.want, tc.ok)
		}
	}
	r.CRS, r.Transform = 32614, Transform{400000, 1000, 0, 2200000, 0, -1000}
	x, y, _ := r.CRS.Project(19.89, -99.95)
	column, row, _ := r.Transform.Cell(x, y)
	if v, ok := r.Sample(19.89, -99.95); !ok || v != r.At(int(column), int(row)) {
		t.Errorf("in a UTM zone: %v %v, cell %v %v", v, ok, column, row)
	}
	r.Placed = false
	if _, ok := r.Sample(19.89, -99.95); ok {
		t.Error("a raster that lies nowhere has a value somewhere")
	}
}

func TestSampleAllocatesNothing(t *testing.T) {
	r := sample(3, 4)
	r.CRS, r.Transform = 32614, Transform{400000, 1000, 0, 2200000, 0, -1000}
	if n := testing.AllocsPerRun(100, func() { r.Sample(19.89, -99.95) }); n != 0 {
		t.Errorf("%v allocations a sample", n)
	}
}

func TestProjectRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		c        CRS
		lat, lon float64
	}{{0, 0, 0}, {3857, 0, 0}, {32613, 0, 0}, {32613, math.NaN(), -105}, {32613, 91, -105}, {32661, 80, 0}} {
		if x, y, ok := tc.c.Project(tc.lat, tc.lon); ok {
			t.Errorf("EPSG:%d %v %v: %v %v", tc.c, tc.lat, tc.lon, x, y)
		}
	}
	if x, y, ok := CRS(32631).Project(90, 3); !ok || math.Abs(x-500000) > 1e-6 || math.Abs(y-9997964.943) > 1e-2 {
		t.Errorf("the pole: %v %v %v", x, y, ok)
	}
}

// whatever is read is whole, and no value is lost.
func check(t *testing.T, r *Raster, err error, b []byte) {
	var e *Error
	switch {
	case err != nil && !errors.As(err, &e):
		t.Errorf("%T: %v", err, err)
	case err != nil && (e.Offset < 0 || strings.Contains(err.Error(), "\n")):
		t.Errorf("%q", err)
	case err == nil && (r.Columns < 1 || r.Rows < 1 || len(r.Values) != r.Columns*r.Rows || !bounded(int64(r.Columns), int64(r.Rows), 1, int64(len(b)))):
		t.Errorf("%d x %d with %d values from %d bytes", r.Rows, r.Columns, len(r.Values), len(b))
	}
}

func FuzzReadNPY(f *testing.F) {
	for _, tc := range faults {
		if !SniffTIFF(tc.b) {
			f.Add(tc.b)
		}
	}
	f.Add(npyOf("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }  \n", 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ReadNPY(b)
		check(t, r, err, b)
	})
}

func FuzzReadTIFF(f *testing.F) {
	for _, tc := range faults {
		if SniffTIFF(tc.b) {
			f.Add(tc.b)
		}
	}
	f.Add(smallTIFF())
	for _, tile := range []int{0, 16} {
		var b bytes.Buffer
		if err := WriteTIFF(&b, sample(5, 7), TIFFOptions{Tile: tile, Doubles: tile > 0, Metadata: []Item{{"a", "<b>"}}}); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := TIFFMetadata(b); err != nil {
			check(t, nil, err, b)
		}
		r, err := ReadTIFF(b, 1)
		check(t, r, err, b)
		if err != nil {
			return
		}
		for i, v := range r.Values {
			if v != v || v != float64(float32(v)) || v == WrittenVoid {
				r.Values[i] = math.NaN()
			}
		}
		r.Placed, r.CRS, r.Transform = true, WGS84, Transform{0, 1, 0, 0, 0, -1}
		var out bytes.Buffer
		if len(r.Values) > 1<<16 || WriteTIFF(&out, r, TIFFOptions{Tile: 16}) != nil {
			return
		}
		back, err := ReadTIFF(out.Bytes(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := same(back.Values, r.Values, nil); err != nil {
			t.Error(err)
		}
	})
}
