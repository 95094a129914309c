package raster

import (
	"fmt"
	"strconv"
)

// The compressions that are read.
const (
	plain      = 1
	lzwCoded   = 5
	deflate    = 8
	packBits   = 32773
	oldDeflate = 32946
)

var compressionNames = map[uint64]string{
	2: "CCITT", 3: "CCITT", 4: "CCITT", 6: "JPEG", 7: "JPEG", 34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA", 50000: "Zstandard",
	50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}

// layout is how the cells lie in the file.
type layout struct {
	width, height           int
	bands                   int
	apart                   bool // each band for itself
	number                  number
	compression             uint64
	predictor               uint64
	blockWidth, blockHeight int
	across, down            int  // blocks
	tiled                   bool // else strips, the last of which is as high as what is left
	offsets, counts         field
}

// layout reads it, and holds every length against what the file can hold.
func (t *tiff) layout() (*layout, error) {
	var err error
	one := func(tag uint16, missing uint64) uint64 {
		v, e := t.one(tag, missing)
		if e != nil && err == nil {
			err = e
		}
		return v
	}
	width, height := one(tagImageWidth, 0), one(tagImageLength, 0)
	bits, format := one(tagBitsPerSample, 1), one(tagSampleFormat, 1)
	compression, fill := one(tagCompression, plain), one(tagFillOrder, 1)
	bands, planar := one(tagSamplesPerPixel, 1), one(tagPlanarConfig, 1)
	predictor := one(tagPredictor, 1)
	if err != nil {
		return nil, err
	}
	fault := func(kind error, tag uint16, got uint64, want string) (*layout, error) {
		return nil, tiffFault(kind, tagNames[tag], t.fields[tag].entry, strconv.FormatUint(got, 10), want)
	}
	l := &layout{apart: planar == 2, compression: compression, predictor: predictor}
	switch {
	case bands < 1 || bands > 1<<12:
		return fault(ErrUnsupported, tagSamplesPerPixel, bands, "1 to 4096")
	case planar != 1 && planar != 2:
		return fault(ErrSyntax, tagPlanarConfig, planar, "1 or 2")
	case fill != 1:
		return fault(ErrUnsupported, tagFillOrder, fill, "1")
	case bits%8 != 0 || bits > 64:
		return fault(ErrUnsupported, tagBitsPerSample, bits, "8, 16, 32 or 64")
	}
	l.bands = int(bands)
	switch format {
	case 1, 4: // 4 is undefined: taken as GDAL takes it
		l.number = number{'u', int(bits / 8)}
	case 2:
		l.number = number{'i', int(bits / 8)}
	case 3:
		l.number = number{'f', int(bits / 8)}
	default:
		return fault(ErrUnsupported, tagSampleFormat, format, "1, 2 or 3: integers or floats")
	}
	if !l.number.known() {
		return fault(ErrUnsupported, tagBitsPerSample, bits, "8, 16, 32 or 64 for integers, 32 or 64 for floats")
	}
	switch compression {
	case plain, lzwCoded, deflate, oldDeflate, packBits:
	default:
		name := compressionNames[compression]
		return nil, tiffFault(ErrUnsupported, tagNames[tagCompression], t.fields[tagCompression].entry, fmt.Sprint(compression, " ", name), "none, LZW, Deflate or PackBits")
	}
	switch {
	case predictor == 1, predictor == 2, predictor == 3 && l.number.kind == 'f':
	default:
		return fault(ErrUnsupported, tagPredictor, predictor, "1, 2, or 3 with floats")
	}
	if compression == plain || compression == packBits {
		l.predictor = 1 // it goes with LZW and Deflate only
	}
	if width > MostCells || height > MostCells || !bounded(int64(width), int64(height), int64(l.number.size), int64(len(t.b))) {
		return nil, tiffFault(ErrSyntax, "ImageWidth and ImageLength", t.fields[tagImageWidth].entry, fmt.Sprintf("%d x %d", width, height),
			fmt.Sprintf("at least one cell, at most %d, and no more than a file of %d bytes can hold", MostCells, len(t.b)))
	}
	l.width, l.height = int(width), int(height)
	return l, t.divide(l)
}

// divide reads how the image is divided into strips or tiles.
func (t *tiff) divide(l *layout) error {
	const most = 1 << 30 // bytes of a block
	offsets, counts := uint16(tagStripOffsets), uint16(tagStripByteCounts)
	if _, l.tiled = t.fields[tagTileWidth]; l.tiled {
		offsets, counts = tagTileOffsets, tagTileByteCounts
		w, err := t.one(tagTileWidth, 0)
		if err != nil {
			return err
		}
		h, err := t.one(tagTileLength, 0)
		if err != nil {
			return err
		}
		if w < 1 || h < 1 || w > 1<<16 || h > 1<<16 {
			return tiffFault(ErrSyntax, "TileWidth and TileLength", t.fields[tagTileWidth].entry, fmt.Sprintf("%d x %d", w, h), "1 to 65536 each")
		}
		l.blockWidth, l.blockHeight = int(w), int(h)
	} else {
		h, err := t.one(tagRowsPerStrip, uint64(l.height))
		if err != nil {
			return err
		}
		if h < 1 {
			return tiffFault(ErrSyntax, tagNames[tagRowsPerStrip], t.fields[tagRowsPerStrip].entry, "0", "1 or more")
		}
		l.blockWidth, l.blockHeight = l.width, int(min(h, uint64(l.height)))
	}
	l.across = (l.width + l.blockWidth - 1) / l.blockWidth
	l.down = (l.height + l.blockHeight - 1) / l.blockHeight
	var ok bool
	if l.offsets, ok = t.fields[offsets]; !ok {
		return tiffFault(ErrSyntax, tagNames[offsets], 0, "no entry", "one")
	}
	if l.counts, ok = t.fields[counts]; !ok {
		return tiffFault(ErrSyntax, tagNames[counts], 0, "no entry", "one")
	}
	blocks := uint64(l.across) * uint64(l.down)
	if l.apart {
		blocks *= uint64(l.bands)
	}
	for _, f := range []struct {
		tag uint16
		field
	}{{offsets, l.offsets}, {counts, l.counts}} {
		if f.count < blocks {
			return tiffFault(ErrSyntax, tagNames[f.tag], f.entry, fmt.Sprintf("%d values", f.count), fmt.Sprintf("%d, one for each strip or tile", blocks))
		}
		if _, ok := t.integer(f.field, 0); !ok {
			return tiffFault(ErrSyntax, tagNames[f.tag], f.entry, fmt.Sprintf("type %d", f.typ), "whole numbers")
		}
	}
	// A tile may be larger than the image; what it unpacks to is bounded as the image is.
	if size := int64(l.blockWidth) * int64(l.blockHeight) * int64(l.pixel()); size > most || !bounded(int64(l.blockWidth)*int64(l.blockHeight), 1, int64(l.number.size), int64(len(t.b))) || size > 1<<24 && size/4096 > int64(len(t.b)) {
		return tiffFault(ErrSyntax, "strip or tile", l.offsets.entry, fmt.Sprintf("%d x %d cells of %d bytes", l.blockWidth, l.blockHeight, l.pixel()), fmt.Sprintf("no more than a file of %d bytes can hold", len(t.b)))
	}
	return nil
}

// pixel is the bytes of a cell in a block: of all bands where they stand together.
func (l *layout) pixel() int {
	if l.apart {
		return l.number.size
	}
	return l.number.size * l.bands
}
