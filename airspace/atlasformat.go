package airspace

import "overflight/evidence"

// The atlas file
//
// One file holds every boundary line once. All integers are unsigned varints (encoding/binary)
// unless said otherwise; "zigzag" is a signed varint; text is its length and its bytes.
//
//	magic     8 bytes AtlasMagic
//	digest    SHA-256 of all that follows
//	lengths   directory: compressed, plain, both 4 bytes big endian
//	directory DEFLATE
//	tiles     DEFLATE each, in the order of the directory
//
//	directory = name version licence attribution recipe  (text)
//	            SHA-256 of the source file               (32 bytes)
//	            features: count, codes                   (3 bytes each)
//	            sets: count, then for each: count, features
//	            tiles: count, then for each:
//	              cell (difference to the last; row*360+column from 180 W 90 S)
//	              compressed length, plain length
//	              set that holds the reference corner of the cell
//	              outlines: count, then for each: feature, flags (1: part of it is shared),
//	                box west south east north in 1/255 of the cell (4 bytes)
//	            grid: runs of cells: length, 0 for tiles, set+1 for uniform cells; 64,800 cells
//
//	tile      = chains: count, then for each: left set, right set, vertices,
//	            then for each vertex x and y (zigzag, 1e-7 degree), against the vertex before or,
//	            for the first of a chain, against the reference corner
//
// A tile holds every edge that touches its cell, whole. The reference corner of a cell is its
// south-west corner; the reference point, of which the directory gives the claimants, lies half a
// unit north-east of it, so that no vertex shares a coordinate with it.
const (
	AtlasMagic   = "OVFLATL1"
	cellUnits    = 10_000_000 // one degree
	gridColumns  = 360
	gridRows     = 180
	gridCells    = gridColumns * gridRows
	maxLonUnits  = 180 * cellUnits
	maxLatUnits  = 90 * cellUnits
	maxTilePlain = 1 << 24 // no tile is larger when decoded: a bound for corrupt files
	maxDirectory = 1 << 24
)

// AtlasInfo says where an atlas is from.
type AtlasInfo struct {
	Name        string
	Version     string
	Licence     string
	Attribution string
	Recipe      string
	SourceHash  evidence.Digest // of the file that it was built from
	Hash        evidence.Digest // of the whole atlas file
}
