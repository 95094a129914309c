package raster

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// SniffTIFF reports whether b begins as TIFF or BigTIFF does.
func SniffTIFF(b []byte) bool {
	return bytes.HasPrefix(b, []byte("II*\x00")) || bytes.HasPrefix(b, []byte("MM\x00*")) ||
		bytes.HasPrefix(b, []byte("II+\x00")) || bytes.HasPrefix(b, []byte("MM\x00+"))
}

// The tags that are read (TIFF 6.0; TIFF Technical Note 3 for predictor 3; OGC 19-008r4 for the places; GDAL's nodata).
const (
	tagImageWidth      = 256
	tagImageLength     = 257
	tagBitsPerSample   = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagStripOffsets    = 273
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripByteCounts = 279
	tagPlanarConfig    = 284
	tagPredictor       = 317
	tagTileWidth       = 322
	tagTileLength      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	tagSampleFormat    = 339
	tagPixelScale      = 33550
	tagTiepoint        = 33922
	tagTransformation  = 34264
	tagGeoKeys         = 34735
	tagMetadata        = 42112
	tagNoData          = 42113
)

var tagNames = map[uint16]string{
	tagImageWidth: "ImageWidth", tagImageLength: "ImageLength", tagBitsPerSample: "BitsPerSample", tagCompression: "Compression",
	tagPhotometric: "PhotometricInterpretation", tagFillOrder: "FillOrder", tagStripOffsets: "StripOffsets",
	tagSamplesPerPixel: "SamplesPerPixel", tagRowsPerStrip: "RowsPerStrip", tagStripByteCounts: "StripByteCounts",
	tagPlanarConfig: "PlanarConfiguration", tagPredictor: "Predictor", tagTileWidth: "TileWidth", tagTileLength: "TileLength",
	tagTileOffsets: "TileOffsets", tagTileByteCounts: "TileByteCounts", tagSampleFormat: "SampleFormat",
	tagPixelScale: "ModelPixelScaleTag", tagTiepoint: "ModelTiepointTag", tagTransformation: "ModelTransformationTag",
	tagGeoKeys: "GeoKeyDirectoryTag", tagMetadata: "GDAL_METADATA", tagNoData: "GDAL_NODATA",
}

// field is an entry of the directory: where its values stand.
type field struct {
	typ   uint16
	count uint64
	at    int64 // of the values
	entry int64
}

// typeSize is the bytes of a value, by type; 0 for a type that is not known.
var typeSize = [...]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// tiff is a file as it is read.
type tiff struct {
	b      []byte
	order  binary.ByteOrder
	big    bool
	fields map[uint16]field
}

func tiffFault(kind error, item string, at int64, got, want string) error {
	return &Error{Format: "GeoTIFF", Item: item, Offset: at, Got: got, Want: want, Kind: kind}
}

// ReadTIFF reads one band, counted from 1, of the first image of a TIFF or BigTIFF file. The error is an *Error.
//
// Strips and tiles; uncompressed, Deflate, LZW and PackBits; predictors 2 and 3; integers of 8 to 64 bits and floats of 32 and 64, bands
// together or apart. A value that GDAL_NODATA names, and a strip or tile that the file leaves out, is NaN where such a value is named.
func ReadTIFF(b []byte, band int) (*Raster, error) {
	t, l, r, err := headTIFF(b)
	if err != nil {
		return nil, err
	}
	if band < 1 || band > l.bands {
		return nil, tiffFault(ErrUnsupported, "band", t.fields[tagSamplesPerPixel].entry, strconv.Itoa(band), fmt.Sprintf("1 to %d", l.bands))
	}
	void, voids, err := t.noData(l.number)
	if err != nil {
		return nil, err
	}
	r.Values = make([]float64, l.width*l.height)
	if err := t.blocks(l, band-1, r, void); err != nil {
		return nil, err
	}
	if voids {
		voided(r.Values, void)
	}
	return r, nil
}

// HeadTIFF reads how large the first image of a file is and where it lies, and none of its values. The error is an *Error.
func HeadTIFF(b []byte) (*Raster, error) {
	_, _, r, err := headTIFF(b)
	return r, err
}

func headTIFF(b []byte) (*tiff, *layout, *Raster, error) {
	t, err := openTIFF(b)
	if err != nil {
		return nil, nil, nil, err
	}
	l, err := t.layout()
	if err != nil {
		return nil, nil, nil, err
	}
	r := &Raster{Columns: l.width, Rows: l.height, Bands: l.bands}
	if err := t.place(r); err != nil {
		return nil, nil, nil, err
	}
	return t, l, r, nil
}

// openTIFF reads the header and the first directory.
func openTIFF(b []byte) (*tiff, error) {
	t := &tiff{b: b, order: binary.LittleEndian, fields: map[uint16]field{}}
	if !SniffTIFF(b) {
		return nil, tiffFault(ErrSyntax, "header", 0, strconv.Quote(string(b[:min(len(b), 4)])), "II or MM, and 42 or 43")
	}
	if b[0] == 'M' {
		t.order = binary.BigEndian
	}
	t.big = t.order.Uint16(b[2:]) == 43
	// The number of entries, one entry, and what an entry holds in place of an offset.
	head, countSize, entrySize, inline := int64(4), int64(2), int64(12), uint64(4)
	if t.big {
		head, countSize, entrySize, inline = 8, 8, 20, 8
		if len(b) < 16 || t.order.Uint16(b[4:]) != 8 || t.order.Uint16(b[6:]) != 0 {
			return nil, tiffFault(ErrSyntax, "header", 4, "other sizes of offsets, or end of file", "8, 0 and an offset")
		}
	}
	at, ok := t.word(head)
	if !ok || at > uint64(len(b)) || int64(at)+countSize > int64(len(b)) {
		return nil, tiffFault(ErrSyntax, "offset of the first directory", head, strconv.FormatUint(at, 10), fmt.Sprintf("an offset within the %d bytes of the file", len(b)))
	}
	var entries uint64
	if t.big {
		entries = t.order.Uint64(b[at:])
	} else {
		entries = uint64(t.order.Uint16(b[at:]))
	}
	first := int64(at) + countSize
	if entries > uint64(int64(len(b))-first)/uint64(entrySize) {
		return nil, tiffFault(ErrSyntax, "directory", int64(at), strconv.FormatUint(entries, 10)+" entries", "as many as the file has room for")
	}
	for i := range int64(entries) {
		e := first + i*entrySize
		tag := t.order.Uint16(b[e:])
		if _, wanted := tagNames[tag]; !wanted {
			continue
		}
		f := field{typ: t.order.Uint16(b[e+2:]), entry: e, at: e + 8}
		if t.big {
			f.count, f.at = t.order.Uint64(b[e+4:]), e+12
		} else {
			f.count = uint64(t.order.Uint32(b[e+4:]))
		}
		if int(f.typ) >= len(typeSize) || typeSize[f.typ] == 0 || f.count == 0 {
			return nil, tiffFault(ErrSyntax, tagNames[tag], e, fmt.Sprintf("%d values of type %d", f.count, f.typ), "one value or more of a type that there is")
		}
		if f.count > uint64(len(b))/typeSize[f.typ] {
			return nil, tiffFault(ErrSyntax, tagNames[tag], e, fmt.Sprintf("%d values", f.count), "as many as the file has room for")
		}
		if size := f.count * typeSize[f.typ]; size > inline {
			to, ok := t.word(f.at)
			if !ok || to > uint64(len(b)) || size > uint64(len(b))-to {
				return nil, tiffFault(ErrSyntax, tagNames[tag], e, "values beyond the end of the file", "values within it")
			}
			f.at = int64(to)
		}
		if _, twice := t.fields[tag]; twice {
			return nil, tiffFault(ErrSyntax, tagNames[tag], e, "a second time", "one entry")
		}
		t.fields[tag] = f
	}
	return t, nil
}

// word is an offset as this kind of file has them.
func (t *tiff) word(at int64) (uint64, bool) {
	if t.big {
		if at+8 > int64(len(t.b)) {
			return 0, false
		}
		return t.order.Uint64(t.b[at:]), true
	}
	if at+4 > int64(len(t.b)) {
		return 0, false
	}
	return uint64(t.order.Uint32(t.b[at:])), true
}

// integer is value i of a field that holds whole numbers; false where it does not, or has not so many.
func (t *tiff) integer(f field, i uint64) (uint64, bool) {
	if i >= f.count {
		return 0, false
	}
	at := t.b[f.at+int64(i*typeSize[f.typ]):]
	switch f.typ {
	case 1, 7:
		return uint64(at[0]), true
	case 3:
		return uint64(t.order.Uint16(at)), true
	case 4, 13:
		return uint64(t.order.Uint32(at)), true
	case 16, 18:
		return t.order.Uint64(at), true
	}
	return 0, false
}

// one is the only value of a field, or a default where it is missing. Values of several bands must be the same.
func (t *tiff) one(tag uint16, missing uint64) (uint64, error) {
	f, ok := t.fields[tag]
	if !ok {
		return missing, nil
	}
	v, ok := t.integer(f, 0)
	if !ok {
		return 0, tiffFault(ErrSyntax, tagNames[tag], f.entry, fmt.Sprintf("type %d", f.typ), "whole numbers")
	}
	for i := uint64(1); i < f.count; i++ {
		if w, ok := t.integer(f, i); !ok || w != v {
			return 0, tiffFault(ErrUnsupported, tagNames[tag], f.entry, fmt.Sprintf("%d and %d", v, w), "the same for every band")
		}
	}
	return v, nil
}

// doubles are the values of a field of doubles.
func (t *tiff) doubles(tag uint16, atLeast int) ([]float64, error) {
	f, ok := t.fields[tag]
	if !ok {
		return nil, nil
	}
	if f.typ != 12 || f.count < uint64(atLeast) || f.count > 1<<16 {
		return nil, tiffFault(ErrSyntax, tagNames[tag], f.entry, fmt.Sprintf("%d values of type %d", f.count, f.typ), fmt.Sprintf("%d doubles or more", atLeast))
	}
	out := make([]float64, f.count)
	for i := range out {
		out[i] = math.Float64frombits(t.order.Uint64(t.b[f.at+int64(i)*8:]))
		if math.IsNaN(out[i]) || math.IsInf(out[i], 0) {
			return nil, tiffFault(ErrSyntax, tagNames[tag], f.at+int64(i)*8, "no number", "numbers")
		}
	}
	return out, nil
}

// noData is the value that stands for no data. For floats of 32 bits it is what that many bits make of the text.
func (t *tiff) noData(n number) (void float64, ok bool, err error) {
	f, ok := t.fields[tagNoData]
	if !ok {
		return 0, false, nil
	}
	if f.typ != 2 || f.count > 100 {
		return 0, false, tiffFault(ErrSyntax, tagNames[tagNoData], f.entry, fmt.Sprintf("%d values of type %d", f.count, f.typ), "a short text")
	}
	text := strings.Trim(string(t.b[f.at:f.at+int64(f.count)]), " \x00")
	void, e := strconv.ParseFloat(text, 64)
	if e != nil && !math.IsInf(void, 0) {
		return 0, false, tiffFault(ErrSyntax, tagNames[tagNoData], f.at, strconv.Quote(shown(text)), "a number")
	}
	if n == (number{'f', 4}) {
		void = float64(float32(void))
	}
	return void, true, nil
}
