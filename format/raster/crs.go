package raster

import "math"

// CRS is a coordinate reference system by its EPSG code; 0 is none that is known.
type CRS int

// WGS84 is latitude and longitude on WGS 84, EPSG:4326.
const WGS84 CRS = 4326

// Geographic reports whether coordinates are degrees: of WGS 84, or of a datum that lies within two metres of it (NAD 83, ETRS 89,
// SIRGAS 2000, Mexico ITRF2008).
func (c CRS) Geographic() bool {
	switch c {
	case WGS84, 4269, 4258, 4674, 6365, 4979:
		return true
	}
	return false
}

// UTM is the zone of a Universal Transverse Mercator system: WGS 84 (326zz, 327zz), NAD 83 (269zz), ETRS 89 (258zz), SIRGAS 2000 (319zz)
// and Mexico ITRF2008 (6366 to 6371).
func (c CRS) UTM() (zone int, north, ok bool) {
	series, zone := c/100, int(c%100)
	switch {
	case series == 326 && zone >= 1 && zone <= 60:
		return zone, true, true
	case series == 327 && zone >= 1 && zone <= 60:
		return zone, false, true
	case series == 269 && zone >= 1 && zone <= 23:
		return zone, true, true
	case series == 258 && zone >= 28 && zone <= 38:
		return zone, true, true
	case series == 319 && zone >= 65 && zone <= 76: // 11N to 22N
		return zone - 54, true, true
	case series == 319 && zone >= 77 && zone <= 85: // 17S to 25S
		return zone - 60, false, true
	case c >= 6366 && c <= 6371: // 11N to 16N
		return int(c) - 6355, true, true
	}
	return 0, false, false
}

// The ellipsoid is WGS 84; GRS 80, that of the other datums, is the same to a tenth of a millimetre.
const (
	equator    = 6378137.0
	flattening = 1 / 298.257223563
	utmScale   = 0.9996
	utmEast    = 500000.0
	utmSouth   = 10000000.0
)

// third is n, the third flattening, by which the series go on.
const third = flattening / (2 - flattening)

// rectifying is the radius of the circle that is as long as the meridian.
const rectifying = equator / (1 + third) * (1 + third*third/4 + third*third*third*third/64 + third*third*third*third*third*third/256)

// krueger are the coefficients alpha 1 to 6 of Krüger's series in n (Karney 2011, "Transverse Mercator with an accuracy of a few
// nanometers", eq. 35).
var krueger = func() [6]float64 {
	n := third
	n2, n3, n4, n5, n6 := n*n, n*n*n, n*n*n*n, n*n*n*n*n, n*n*n*n*n*n
	return [6]float64{
		n/2 - 2*n2/3 + 5*n3/16 + 41*n4/180 - 127*n5/288 + 7891*n6/37800,
		13*n2/48 - 3*n3/5 + 557*n4/1440 + 281*n5/630 - 1983433*n6/1935360,
		61*n3/240 - 103*n4/140 + 15061*n5/26880 + 167603*n6/181440,
		49561*n4/161280 - 179*n5/168 + 6601661*n6/7257600,
		34729*n5/80640 - 3418889*n6/1995840,
		212378941 * n6 / 319334400,
	}
}()

// Project takes a place, in degrees, to coordinates of the system: longitude and latitude as they are, or metres east and north of a
// UTM zone. It is false for a system that is not known, and for a place more than 40 degrees of longitude from the middle of the zone,
// where nobody uses it.
func (c CRS) Project(latitude, longitude float64) (x, y float64, ok bool) {
	if c.Geographic() {
		return longitude, latitude, true
	}
	zone, north, ok := c.UTM()
	lambda := math.Remainder(longitude-float64(zone*6-183), 360)
	if !ok || !(math.Abs(lambda) <= 40) || !(math.Abs(latitude) <= 90) {
		return 0, 0, false
	}
	e := math.Sqrt(flattening * (2 - flattening))
	sin, cos := math.Sincos(latitude * math.Pi / 180)
	sl, cl := math.Sincos(lambda * math.Pi / 180)
	if math.Abs(latitude) == 90 {
		cos = 0
	}
	// The conformal latitude, by its tangent times cos: no division at the pole.
	sinh := math.Sinh(e * math.Atanh(e*sin))
	tau := sin*math.Hypot(1, sinh) - sinh // tan of the conformal latitude, times cos
	xi := math.Atan2(tau, cos*cl)
	eta := math.Asinh(cos * sl / math.Hypot(tau, cos*cl))
	xs, ys := eta, xi
	for j, a := range krueger {
		k := 2 * float64(j+1)
		ys += a * math.Sin(k*xi) * math.Cosh(k*eta)
		xs += a * math.Cos(k*xi) * math.Sinh(k*eta)
	}
	x, y = utmEast+utmScale*rectifying*xs, utmScale*rectifying*ys
	if !north {
		y += utmSouth
	}
	return x, y, true
}

// Unproject takes coordinates of the system to a place, in degrees: what Project leads from there. It is false for a system that is not
// known, and for coordinates that no place within its reach has. It is good to a tenth of a millimetre.
func (c CRS) Unproject(x, y float64) (latitude, longitude float64, ok bool) {
	if c.Geographic() {
		return y, x, true
	}
	zone, north, ok := c.UTM()
	if !ok {
		return 0, 0, false
	}
	up := y
	if !north {
		up -= utmSouth
	}
	// Metres a degree on a sphere, put right by what they miss: each step leaves a tenth or less.
	const degree = utmScale * rectifying * math.Pi / 180
	middle := float64(zone*6 - 183)
	latitude, longitude = up/degree, middle
	for range 60 {
		px, py, ok := c.Project(latitude, longitude)
		if !ok {
			return 0, 0, false
		}
		if math.Hypot(x-px, y-py) < 1e-4 {
			return latitude, math.Remainder(longitude, 360), true
		}
		latitude += (y - py) / degree
		longitude += (x - px) / (degree * math.Max(math.Cos(latitude*math.Pi/180), 0.05))
	}
	return 0, 0, false
}

// Sample is the value of the cell that holds a place, in degrees on WGS 84; false where the raster does not lie anywhere that is known,
// does not reach there, or has no data there.
func (r *Raster) Sample(latitude, longitude float64) (float64, bool) {
	if !r.Placed {
		return 0, false
	}
	x, y, ok := r.CRS.Project(latitude, longitude)
	if !ok {
		return 0, false
	}
	column, row, ok := r.Transform.Cell(x, y)
	if !ok || !(column >= 0 && column < float64(r.Columns) && row >= 0 && row < float64(r.Rows)) {
		return 0, false
	}
	v := r.At(int(column), int(row))
	return v, !math.IsNaN(v)
}
