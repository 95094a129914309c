package raster

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// TIFFOptions say how WriteTIFF writes.
type TIFFOptions struct {
	Tile     int    // side of a tile, a multiple of 16; 0 writes strips
	Doubles  bool   // 64 bits a value, which keep it exactly, instead of 32
	Metadata []Item // as GDAL keeps it
}

// WrittenVoid is what WriteTIFF writes for NaN, and names as GDAL_NODATA.
const WrittenVoid = -9999

// WriteTIFF writes a raster on WGS 84 in degrees (EPSG:4326) as a GeoTIFF: floats of 32 or 64 bits, Deflate with predictor 3, north up. A
// raster that lies elsewhere or is turned is refused, and so is one that is too large for TIFF; the error says so.
func WriteTIFF(w io.Writer, r *Raster, o TIFFOptions) error {
	switch {
	case !r.Placed || r.CRS != WGS84:
		return fmt.Errorf("writing GeoTIFF: a raster in EPSG:%d: expected %d, degrees on WGS 84", r.CRS, WGS84)
	case r.Transform[2] != 0 || r.Transform[4] != 0 || !(r.Transform[1] > 0) || !(r.Transform[5] < 0):
		return fmt.Errorf("writing GeoTIFF: transform %v: expected north up, cells of some size", r.Transform)
	case r.Columns < 1 || r.Rows < 1 || r.Columns > MostCells || r.Rows > MostCells || r.Columns*r.Rows > MostCells || len(r.Values) != r.Columns*r.Rows:
		return fmt.Errorf("writing GeoTIFF: %d x %d cells with %d values: expected one for each, at most %d", r.Rows, r.Columns, len(r.Values), MostCells)
	case o.Tile < 0 || o.Tile%16 != 0 || o.Tile > 1<<12:
		return fmt.Errorf("writing GeoTIFF: tiles of %d: expected a multiple of 16, at most 4096", o.Tile)
	}
	size := 4
	if o.Doubles {
		size = 8
	}
	width, height := o.Tile, o.Tile
	if o.Tile == 0 {
		width, height = r.Columns, max(1, min(r.Rows, (64<<10)/(size*r.Columns)))
	}
	var data bytes.Buffer
	var offsets, counts []uint32
	const header = 8
	for y := 0; y < r.Rows; y += height {
		for x := 0; x < r.Columns; x += width {
			offsets = append(offsets, uint32(header+data.Len()))
			rows := height
			if o.Tile == 0 {
				rows = min(rows, r.Rows-y)
			}
			if err := writeBlock(&data, r, x, y, width, rows, size); err != nil {
				return fmt.Errorf("writing GeoTIFF: %w", err)
			}
			counts = append(counts, uint32(header+data.Len())-offsets[len(offsets)-1])
			if data.Len() > math.MaxInt32 {
				return fmt.Errorf("writing GeoTIFF: more than %d bytes: expected fewer", math.MaxInt32)
			}
		}
	}
	if data.Len()%2 == 1 {
		data.WriteByte(0)
	}
	d := &directory{}
	d.shorts(tagBitsPerSample, uint16(8*size))
	d.shorts(tagCompression, deflate)
	d.shorts(tagPhotometric, 1)
	d.shorts(tagSamplesPerPixel, 1)
	d.shorts(tagPlanarConfig, 1)
	d.shorts(tagPredictor, 3)
	d.shorts(tagSampleFormat, 3)
	d.longs(tagImageWidth, uint32(r.Columns))
	d.longs(tagImageLength, uint32(r.Rows))
	if o.Tile > 0 {
		d.longs(tagTileWidth, uint32(width))
		d.longs(tagTileLength, uint32(height))
		d.longs(tagTileOffsets, offsets...)
		d.longs(tagTileByteCounts, counts...)
	} else {
		d.longs(tagRowsPerStrip, uint32(height))
		d.longs(tagStripOffsets, offsets...)
		d.longs(tagStripByteCounts, counts...)
	}
	d.doubles(tagPixelScale, r.Transform[1], -r.Transform[5], 0)
	d.doubles(tagTiepoint, 0, 0, 0, r.Transform[0], r.Transform[3], 0)
	d.shorts(tagGeoKeys, 1, 1, 0, 3,
		keyModelType, 0, 1, modelGeographic,
		keyRasterType, 0, 1, 1,
		keyGeodeticCRS, 0, 1, uint16(WGS84))
	d.text(tagNoData, strconv.Itoa(WrittenVoid))
	if len(o.Metadata) > 0 {
		text, err := metadataText(o.Metadata)
		if err != nil {
			return fmt.Errorf("writing GeoTIFF: %w", err)
		}
		d.text(tagMetadata, text)
	}
	out := append([]byte("II*\x00"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(out[4:], uint32(header+data.Len()))
	if _, err := w.Write(out); err != nil {
		return err
	}
	if _, err := w.Write(data.Bytes()); err != nil {
		return err
	}
	_, err := w.Write(d.bytes(header + data.Len()))
	return err
}

// writeBlock writes one strip or tile of values of 4 or 8 bytes, what lies beyond the raster void.
func writeBlock(w io.Writer, r *Raster, x, y, width, rows, size int) error {
	z := zlib.NewWriter(w)
	line := make([]byte, size*width)
	for row := y; row < y+rows; row++ {
		for i := range width {
			v := float64(WrittenVoid)
			if column := x + i; column < r.Columns && row < r.Rows {
				if value := r.At(column, row); !math.IsNaN(value) {
					v = value
				}
			}
			bits := math.Float64bits(v)
			if size == 4 {
				bits = uint64(math.Float32bits(float32(v)))
			}
			// Predictor 3: the bytes of a value a row's width apart, the heaviest first.
			for k := range size {
				line[k*width+i] = byte(bits >> (8 * (size - 1 - k)))
			}
		}
		for i := len(line) - 1; i > 0; i-- {
			line[i] -= line[i-1]
		}
		if _, err := z.Write(line); err != nil {
			return err
		}
	}
	return z.Close()
}

// directory is an image file directory in the making.
type directory struct{ entries []entry }

type entry struct {
	tag, typ uint16
	count    int
	data     []byte
}

func (d *directory) shorts(tag uint16, v ...uint16) {
	e := entry{tag: tag, typ: 3, count: len(v)}
	for _, x := range v {
		e.data = binary.LittleEndian.AppendUint16(e.data, x)
	}
	d.entries = append(d.entries, e)
}

func (d *directory) longs(tag uint16, v ...uint32) {
	e := entry{tag: tag, typ: 4, count: len(v)}
	for _, x := range v {
		e.data = binary.LittleEndian.AppendUint32(e.data, x)
	}
	d.entries = append(d.entries, e)
}

func (d *directory) doubles(tag uint16, v ...float64) {
	e := entry{tag: tag, typ: 12, count: len(v)}
	for _, x := range v {
		e.data = binary.LittleEndian.AppendUint64(e.data, math.Float64bits(x))
	}
	d.entries = append(d.entries, e)
}

func (d *directory) text(tag uint16, s string) {
	d.entries = append(d.entries, entry{tag: tag, typ: 2, count: len(s) + 1, data: append([]byte(s), 0)})
}

// bytes are the directory as it stands at an offset of the file, with the values that have no room in it behind.
func (d *directory) bytes(at int) []byte {
	slices.SortFunc(d.entries, func(a, b entry) int { return cmp.Compare(a.tag, b.tag) })
	out := binary.LittleEndian.AppendUint16(nil, uint16(len(d.entries)))
	var behind []byte
	begin := at + 2 + 12*len(d.entries) + 4
	for _, e := range d.entries {
		out = binary.LittleEndian.AppendUint16(out, e.tag)
		out = binary.LittleEndian.AppendUint16(out, e.typ)
		out = binary.LittleEndian.AppendUint32(out, uint32(e.count))
		if len(e.data) <= 4 {
			out = append(out, append(slices.Clone(e.data), 0, 0, 0, 0)[:4]...)
			continue
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(begin+len(behind)))
		behind = append(behind, e.data...)
		if len(behind)%2 == 1 {
			behind = append(behind, 0)
		}
	}
	out = append(out, 0, 0, 0, 0)
	return append(out, behind...)
}
