package geodesy

import (
	"math"
	"strings"
)

// The military grid reference system (NGA.STND.0037, 2014): zones and bands of the universal transverse Mercator grid from 80 S
// to 84 N, and of the universal polar stereographic grid beyond.

const (
	mgrsBands   = "CDEFGHJKLMNPQRSTUVWX"     // of 8 degrees from 80 S; X has 12
	mgrsRows    = "ABCDEFGHJKLMNPQRSTUV"     // every 2,000 km
	polarRows   = "ABCDEFGHJKLMNPQRSTUVWXYZ" // from the lowest of the pole's grid
	hundredKm   = 100_000.0
	fullDigits  = 5
	falseEast   = 500_000.0
	falseSouth  = 10_000_000.0
	polarOrigin = 2_000_000.0
	scaleUTM    = 0.9996
	scaleUPS    = 0.994
)

var (
	mgrsColumns = [3]string{"STUVWXYZ", "ABCDEFGH", "JKLMNPQR"} // by the zone's rest by 3
	polarWest   = map[bool]string{false: "JKLPQRSTUXYZ", true: "RSTUXYZ"}
	polarEast   = map[bool]string{false: "ABCFGHJKLPQR", true: "ABCFGHJ"}
)

// parseMGRS reads a reference. is says that the text has the form of one: zone and three letters, or three letters of a pole.
func parseMGRS(text string) (p Position, fault CoordinateFault, is bool) {
	s := strings.ToUpper(strings.Join(strings.Fields(text), ""))
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if digits > 2 || len(s) < digits+3 || strings.Trim(s[digits:digits+3], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return p, "", false
	}
	if digits == 0 && (!strings.ContainsRune("ABYZ", rune(s[0])) || strings.Trim(s[3:], "0123456789") != "") {
		return p, "", false
	}
	if f := strings.Fields(text); len(f) > 1 && len(f[len(f)-1]) != len(f[len(f)-2]) && strings.Trim(f[len(f)-1]+f[len(f)-2], "0123456789") == "" {
		return p, BadDigits, true
	}
	zone := 0
	for _, c := range s[:digits] {
		zone = 10*zone + int(c-'0')
	}
	band, column, row, rest := s[digits], s[digits+1], s[digits+2], s[digits+3:]
	if len(rest)%2 != 0 || len(rest) > 2*fullDigits || strings.Trim(rest, "0123456789") != "" {
		return p, BadDigits, true
	}
	size := hundredKm
	east, north := 0.0, 0.0
	for i := range len(rest) / 2 {
		size /= 10
		east += size * float64(rest[i]-'0')
		north += size * float64(rest[len(rest)/2+i]-'0')
	}
	east, north = east+size/2, north+size/2
	if digits == 0 {
		p, fault = polarSquare(band, column, row, east, north)
		return p, fault, true
	}
	p, fault = zoneSquare(zone, band, column, row, east, north)
	return p, fault, true
}

func zoneSquare(zone int, band, column, row byte, east, north float64) (Position, CoordinateFault) {
	b := strings.IndexByte(mgrsBands, band)
	if zone < 1 || zone > 60 || b < 0 {
		return Position{}, BadZone
	}
	c, r := strings.IndexByte(mgrsColumns[zone%3], column), strings.IndexByte(mgrsRows, row)
	if c < 0 || r < 0 {
		return Position{}, BadSquare
	}
	if zone%2 == 0 {
		r = (r + len(mgrsRows) - 5) % len(mgrsRows)
	}
	south, top := float64(8*b-80), float64(8*b-72)
	if band == 'X' {
		top = 84
	}
	x := hundredKm*float64(c+1) + east - falseEast
	// Rows repeat every 2,000 km, 18 degrees: the one counts that lies in the band, or with a part of its square.
	for k := range 6 {
		y := hundredKm*float64(r) + north + 2_000_000*float64(k)
		if b < 10 {
			y -= falseSouth
		}
		p := transverse(x, y)
		p.Lon = NormalizeLongitude(p.Lon + Angle(6*zone-183))
		if lat := float64(p.Lat); lat >= south-1 && lat <= top+1 {
			return p, ""
		}
	}
	return Position{}, BadSquare
}

func polarSquare(band, column, row byte, east, north float64) (Position, CoordinateFault) {
	northern, eastern := band >= 'Y', band == 'B' || band == 'Z'
	lowest, c, r := 8, 0, strings.IndexByte(polarRows, row)
	if northern {
		lowest = 13
	}
	if eastern {
		c = strings.IndexByte(polarEast[northern], column)
	} else {
		c = strings.IndexByte(polarWest[northern], column)
	}
	if c < 0 || r < 0 || northern && r >= 14 {
		return Position{}, BadSquare
	}
	if eastern {
		c += 20
	} else {
		c += lowest
	}
	return stereographic(hundredKm*float64(c)+east-polarOrigin, hundredKm*float64(r+lowest)+north-polarOrigin, northern), ""
}

// transverse is the inverse of the transverse Mercator projection by Krüger's series to the sixth order (Karney 2011),
// longitude from the central meridian.
func transverse(x, y float64) Position {
	const n = thirdFlat
	const n2, n3, n4, n5, n6 = n * n, n * n * n, n * n * n * n, n * n * n * n * n, n * n * n * n * n * n
	const radius = semiMajor / (1 + n) * (1 + n2/4 + n4/64 + n6/256) * scaleUTM
	beta := [6]float64{
		n/2 - 2*n2/3 + 37*n3/96 - n4/360 - 81*n5/512 + 96199*n6/604800,
		n2/48 + n3/15 - 437*n4/1440 + 46*n5/105 - 1118711*n6/3870720,
		17*n3/480 - 37*n4/840 - 209*n5/4480 + 5569*n6/90720,
		4397*n4/161280 - 11*n5/504 - 830251*n6/7257600,
		4583*n5/161280 - 108847*n6/3991680,
		20648693 * n6 / 638668800,
	}
	xi, eta := y/radius, x/radius
	xi1, eta1 := xi, eta
	for j, b := range beta {
		k := 2 * float64(j+1)
		xi1 -= b * math.Sin(k*xi) * math.Cosh(k*eta)
		eta1 -= b * math.Cos(k*xi) * math.Sinh(k*eta)
	}
	sinh, cos := math.Sinh(eta1), math.Cos(xi1)
	return Position{
		Lat: Angle(geographic(math.Sin(xi1)/math.Hypot(sinh, cos)) * (180 / math.Pi)),
		Lon: Angle(math.Atan2(sinh, cos) * (180 / math.Pi)),
	}
}

// geographic is the latitude whose conformal latitude has this tangent, by Newton's rule (Karney 2011, equations 19 to 21).
func geographic(conformal float64) float64 {
	e := math.Sqrt(ecc2)
	tau := conformal / (1 - e*e)
	for range 5 {
		sigma := math.Sinh(e * math.Atanh(e*tau/math.Hypot(1, tau)))
		t := tau*math.Hypot(1, sigma) - sigma*math.Hypot(1, tau)
		tau += (conformal - t) / math.Hypot(1, t) * (1 + (1-e*e)*tau*tau) / ((1 - e*e) * math.Hypot(1, tau))
	}
	return math.Atan(tau)
}

// stereographic is the inverse of the polar stereographic projection (Snyder 1987, equations 20-18, 21-33 and 21-39).
func stereographic(x, y float64, northern bool) Position {
	e := math.Sqrt(ecc2)
	rho := math.Hypot(x, y)
	t := rho * math.Sqrt(math.Pow(1+e, 1+e)*math.Pow(1-e, 1-e)) / (2 * semiMajor * scaleUPS)
	p := Position{Lat: 90}
	if t > 0 {
		p.Lat = Angle(geographic((1/t-t)/2) * (180 / math.Pi))
	}
	p.Lon = Angle(math.Atan2(x, -y) * (180 / math.Pi))
	if !northern {
		p.Lat, p.Lon = -p.Lat, Angle(math.Atan2(x, y)*(180/math.Pi))
	}
	return p
}
