package raster

import (
	"encoding/binary"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
)

// srtmVoid is the height that says that none was measured.
const srtmVoid = -32768

// ReadHGT reads a tile of the Shuttle Radar Topography Mission: 1201 x 1201 posts three arc seconds apart, or 3601 x 3601 one apart, as
// big-endian integers, the northern row first. Heights are metres above mean sea level (EGM96), places WGS 84. The tile does not say
// where it lies; its name does: N19W099.hgt has its south-western post at 19 N 99 W. Posts lie on the edges of the tile, so that cells
// about them reach half a cell beyond. Voids are NaN. The error is an *Error.
func ReadHGT(b []byte, name string) (*Raster, error) {
	r, err := HeadHGT(int64(len(b)), name)
	if err != nil {
		return nil, err
	}
	r.Values = make([]float64, r.Columns*r.Rows)
	number{'i', 2}.read(r.Values, b, 2, binary.BigEndian)
	voided(r.Values, srtmVoid)
	return r, nil
}

// HeadHGT tells how large a tile of so many bytes is and where it lies, without its heights. The error is an *Error.
func HeadHGT(size int64, name string) (*Raster, error) {
	fault := func(item, got, want string) (*Raster, error) {
		return nil, &Error{Format: "SRTM", Item: item, Got: got, Want: want, Kind: ErrSyntax}
	}
	var posts int
	switch size {
	case 1201 * 1201 * 2:
		posts = 1201
	case 3601 * 3601 * 2:
		posts = 3601
	default:
		return fault("length", strconv.FormatInt(size, 10)+" bytes", fmt.Sprintf("%d or %d", 1201*1201*2, 3601*3601*2))
	}
	south, west, ok := corner(name)
	if !ok {
		return fault("name", strconv.Quote(shown(path.Base(name))), "the south-western corner, as in N19W099.hgt")
	}
	step := 1 / float64(posts-1)
	return &Raster{
		Columns: posts, Rows: posts, Bands: 1, Placed: true, CRS: WGS84,
		Transform: Transform{west - step/2, step, 0, south + 1 + step/2, 0, -step},
	}, nil
}

// corner reads the corner that a tile's name gives, in degrees: of N19W099.hgt, and of N19W099.SRTMGL1.hgt, in any case.
func corner(name string) (south, west float64, ok bool) {
	s := strings.ToUpper(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if s, _, ok = strings.Cut(s, "."); !ok || len(s) != 7 {
		return 0, 0, false
	}
	lat, err1 := strconv.ParseUint(s[1:3], 10, 8)
	lon, err2 := strconv.ParseUint(s[4:], 10, 16)
	south, west = float64(lat), float64(lon)
	switch s[0] {
	case 'N':
	case 'S':
		south = -south
	default:
		return 0, 0, false
	}
	switch s[3] {
	case 'E':
	case 'W':
		west = -west
	default:
		return 0, 0, false
	}
	ok = err1 == nil && err2 == nil && south >= -90 && south <= 89 && west >= -180 && west <= 179
	return math.Max(south, -90), west, ok
}
