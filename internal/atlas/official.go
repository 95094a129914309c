package atlas

import (
	"crypto/sha256"
	"fmt"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/validity"
)

// Official makes lines of a GeoJSON file of official boundaries: one for each period that the file names,
// in the order of the file. The name goes into errors and, where no feature names a source, into the
// lines. A file with a ring that is not valid is refused whole: the error wraps an
// *airspace.RingError.
func Official(name string, data []byte) ([]*airspace.OfficialLine, error) {
	boundaries, err := geojson.ReadBoundaries(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	doubt, err := Uncertainties()
	if err != nil {
		return nil, err
	}
	digest := evidence.Digest(sha256.Sum256(data))
	var configs []*airspace.OfficialConfig
	for _, b := range boundaries {
		valid := validity.Period{From: b.Valid[0], To: b.Valid[1]}
		var c *airspace.OfficialConfig
		for _, x := range configs {
			if x.Valid.From.Equal(valid.From) && x.Valid.To.Equal(valid.To) {
				c = x
			}
		}
		if c == nil {
			c = &airspace.OfficialConfig{
				Source: airspace.Source{Name: name, Digest: digest},
				Valid:  valid,
				// What the file does not say is no better than the default line.
				Uncertainty: doubt.Least,
			}
			configs = append(configs, c)
		}
		if b.Source != "" {
			c.Source.Name = b.Source
		}
		o := airspace.Outline{
			State: airspace.State(b.State), Feature: b.Feature,
			Uncertainty: geodesy.Length(b.Uncertainty), Certain: b.Certain,
		}
		for _, p := range b.Polygons {
			var rings [][]geodesy.Position
			for _, r := range p {
				ring := make([]geodesy.Position, len(r))
				for i, x := range r {
					ring[i] = geodesy.Position{Lat: geodesy.Angle(x[1]), Lon: geodesy.Angle(x[0])}
				}
				rings = append(rings, ring)
			}
			o.Polygons = append(o.Polygons, rings)
		}
		c.Outlines = append(c.Outlines, o)
	}
	var out []*airspace.OfficialLine
	for _, c := range configs {
		l, err := airspace.NewOfficialLine(*c)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		out = append(out, l)
	}
	return out, nil
}

// Feature returns the outline of s as GeoJSON.
func Feature(a *airspace.Atlas, s airspace.State) geojson.Feature {
	var g geojson.MultiPolygon
	for _, polygon := range a.Polygons(s) {
		var p geojson.Polygon
		for _, ring := range polygon {
			r := make(geojson.Ring, len(ring))
			for i, x := range ring {
				r[i] = geojson.Position{float64(x.Lon), float64(x.Lat)}
			}
			p = append(p, r)
		}
		g = append(g, p)
	}
	return geojson.Feature{Geometry: g, Properties: map[string]string{
		"state": string(s), "source": a.Info().Name + " " + a.Info().Version, "licence": Attribution,
	}}
}
