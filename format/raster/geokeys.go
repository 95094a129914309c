package raster

import (
	"fmt"
	"strconv"
)

// The keys that are read (OGC 19-008r4, clause 7).
const (
	keyModelType     = 1024
	keyRasterType    = 1025
	keyGeodeticCRS   = 2048
	keyProjectedCRS  = 3072
	modelProjected   = 1
	modelGeographic  = 2
	pixelIsPoint     = 2
	leastUserDefined = 32767
)

// place reads where the raster lies.
func (t *tiff) place(r *Raster) error {
	keys, err := t.geoKeys()
	if err != nil {
		return err
	}
	switch keys[keyModelType] {
	case modelProjected:
		r.CRS = CRS(keys[keyProjectedCRS])
	case modelGeographic:
		r.CRS = CRS(keys[keyGeodeticCRS])
	}
	if r.CRS >= leastUserDefined {
		r.CRS = 0
	}
	matrix, err := t.doubles(tagTransformation, 16)
	if err != nil {
		return err
	}
	scale, err := t.doubles(tagPixelScale, 2)
	if err != nil {
		return err
	}
	tie, err := t.doubles(tagTiepoint, 6)
	if err != nil {
		return err
	}
	switch {
	case matrix != nil:
		r.Transform = Transform{matrix[3], matrix[0], matrix[1], matrix[7], matrix[4], matrix[5]}
	case scale != nil && tie != nil:
		r.Transform = Transform{tie[3] - tie[0]*scale[0], scale[0], 0, tie[4] + tie[1]*scale[1], 0, -scale[1]}
	default:
		return nil
	}
	if _, _, ok := r.Transform.Cell(0, 0); !ok {
		f := t.fields[tagPixelScale]
		if matrix != nil {
			f = t.fields[tagTransformation]
		}
		return tiffFault(ErrSyntax, "transform", f.entry, fmt.Sprint(r.Transform), "cells of some size")
	}
	r.Placed = true
	if keys[keyRasterType] == pixelIsPoint {
		// The place is that of a cell's middle: the corner is half a cell before it.
		r.Transform[0], r.Transform[3] = r.Transform.Position(-0.5, -0.5)
	}
	return nil
}

// geoKeys reads the keys that hold one short number.
func (t *tiff) geoKeys() (map[uint64]uint64, error) {
	f, ok := t.fields[tagGeoKeys]
	if !ok {
		return nil, nil
	}
	n, ok := t.integer(f, 3)
	if !ok || f.typ != 3 || n > (f.count-4)/4 {
		return nil, tiffFault(ErrSyntax, tagNames[tagGeoKeys], f.entry, strconv.FormatUint(n, 10)+" keys", "as many as the entry has room for")
	}
	keys := map[uint64]uint64{}
	for i := range n {
		key, _ := t.integer(f, 4+4*i)
		where, _ := t.integer(f, 5+4*i)
		value, _ := t.integer(f, 7+4*i)
		if where == 0 {
			keys[key] = value
		}
	}
	return keys, nil
}
