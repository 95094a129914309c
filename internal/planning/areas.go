package planning

import (
	"bytes"
	"errors"

	"overflight/format/geojson"
	"overflight/format/kml"
	"overflight/format/raster"
)

// Prior is what a file that `plan --prior` takes has: a whole map, or areas and tips to build one of.
type Prior struct {
	Map      *Map // nil: none
	Features []geojson.Weighted
	Skipped  []kml.Skipped // of a KML document, what has no area
}

// ReadPrior reads one: a GeoTIFF or GeoJSON file that `prior build` wrote, or areas and tips in GeoJSON, KML or KMZ. They are told apart by
// content. The error is a *Fault.
func ReadPrior(name string, b []byte) (*Prior, error) {
	switch {
	case raster.SniffTIFF(b):
		m, err := readMapTIFF(name, b)
		return &Prior{Map: m}, err
	case kml.Sniff(b):
		f, err := kml.Read(b)
		if err != nil {
			return nil, kmlFault(name, err)
		}
		return kmlPrior(name, f)
	}
	if m, err := readMapJSON(name, b); m != nil || err != nil {
		return &Prior{Map: m}, err
	}
	var weight *geojson.WeightError
	features, err := geojson.ReadWeighted(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	switch {
	case errors.As(err, &weight):
		return nil, fault(CodeWeight, name, weight.Feature, weight.Property, weight.Got, weight.Want)
	case err != nil:
		return nil, fault(CodeFile, name, err)
	}
	return &Prior{Features: features}, nil
}

// kmlPrior takes placemarks as features.
func kmlPrior(name string, f *kml.File) (*Prior, error) {
	out := &Prior{Skipped: f.Skipped}
	for _, p := range f.Placemarks {
		w := geojson.Weighted{Feature: p.Number, Weight: p.Weight, Sigma: p.Sigma, Date: p.Date, Point: geojson.Position(p.Point)}
		for _, polygon := range p.Polygons {
			var rings geojson.Polygon
			for _, r := range polygon {
				ring := make(geojson.Ring, len(r))
				for i, c := range r {
					ring[i] = geojson.Position(c)
				}
				rings = append(rings, ring)
			}
			w.Polygons = append(w.Polygons, rings)
		}
		if len(w.Polygons) == 0 && w.Sigma <= 0 {
			return nil, kmlFault(name, &kml.Error{Code: kml.Property, Placemark: p.Number, Name: p.Name, Item: "sigma_m", Got: "0", Want: "> 0"})
		}
		out.Features = append(out.Features, w)
	}
	return out, nil
}

// kmlCodes are those of planning, by those of the format.
var kmlCodes = map[kml.Code]Code{
	kml.Syntax: CodeKMLSyntax, kml.Archive: CodeKMLArchive, kml.Missing: CodeKMLMissing, kml.Large: CodeKMLLarge,
	kml.Geometry: CodeKMLGeometry, kml.Property: CodeKMLProperty, kml.Empty: CodeKMLEmpty,
}

func kmlFault(name string, err error) error {
	var e *kml.Error
	if !errors.As(err, &e) {
		return fault(CodeFile, name, err)
	}
	return fault(kmlCodes[e.Code], name, e.Where(), e.Got, e.Want)
}
