package survey

import (
	"fmt"
	"math"

	"overflight/geodesy"
)

// Quantiles of the chi-square distribution with two degrees of freedom, -2 ln(1 - p).
const (
	chi95  = 5.991464547107979
	chi999 = 13.815510557964274
)

// Covariance is that of a horizontal position, in m²: of east with itself, of east with north, of north with itself.
type Covariance struct{ EE, EN, NN float64 }

// Ellipse is what holds a position 95 times in 100: half axes, and the direction of the greater from true north, 0 to 180°.
type Ellipse struct {
	Major, Minor geodesy.Length
	Azimuth      geodesy.Angle
}

// Circle is the covariance of a position that lies within a radius 95 times in 100.
func Circle(radius geodesy.Length) Covariance {
	v := float64(radius) * float64(radius) / chi95
	return Covariance{EE: v, NN: v}
}

// Sigmas is the covariance of standard deviations east and north, metres, and their correlation.
func Sigmas(east, north, rho float64) Covariance {
	return Covariance{EE: east * east, EN: rho * east * north, NN: north * north}
}

// Check returns what is wrong with the covariance in one line. Axes of the 95 % ellipse are 0.1 m to 100 km.
func (c Covariance) Check() error {
	e := c.Ellipse()
	// The bounds leave room for what rounding makes of an ellipse at them.
	if !(c.EE > 0 && c.NN > 0 && c.det() > 0) || !(e.Minor >= 0.099 && e.Major <= 1.001*mostDistance) {
		return fault("ellipse", fmt.Sprintf("%.4g m by %.4g m", e.Major, e.Minor), WantEllipse)
	}
	return nil
}

// Ellipse returns the 95 % ellipse.
func (c Covariance) Ellipse() Ellipse {
	mean, half := (c.EE+c.NN)/2, math.Hypot((c.EE-c.NN)/2, c.EN)
	azimuth := geodesy.Angle(math.Atan2(2*c.EN, c.NN-c.EE) / 2 * 180 / math.Pi)
	switch {
	case half <= 1e-9*mean: // a circle has no direction
		azimuth = 0
	case azimuth < 0:
		azimuth += 180
	}
	return Ellipse{
		Major: geodesy.Length(math.Sqrt(chi95 * (mean + half))), Minor: geodesy.Length(math.Sqrt(chi95 * math.Max(0, mean-half))), Azimuth: azimuth,
	}
}

// Check returns what is wrong with the ellipse in one line.
func (e Ellipse) Check() error {
	if !(e.Minor >= 0.1 && e.Major >= e.Minor && e.Major <= mostDistance && e.Azimuth >= 0 && e.Azimuth <= 180) {
		return fault("ellipse", fmt.Sprintf("%g m by %g m at %g°", e.Major, e.Minor, e.Azimuth), WantEllipse)
	}
	return nil
}

// Covariance is the inverse of Covariance.Ellipse.
func (e Ellipse) Covariance() Covariance {
	a, b := float64(e.Major)*float64(e.Major)/chi95, float64(e.Minor)*float64(e.Minor)/chi95
	s, c := math.Sincos(e.Azimuth.Radians())
	return Covariance{EE: a*s*s + b*c*c, EN: (a - b) * s * c, NN: a*c*c + b*s*s}
}

func (c Covariance) det() float64 { return c.EE*c.NN - c.EN*c.EN }

func (c Covariance) plus(d Covariance) Covariance {
	return Covariance{c.EE + d.EE, c.EN + d.EN, c.NN + d.NN}
}

func (c Covariance) times(k float64) Covariance { return Covariance{k * c.EE, k * c.EN, k * c.NN} }

// inverse is that of a positive definite one.
func (c Covariance) inverse() Covariance {
	d := c.det()
	return Covariance{c.NN / d, -c.EN / d, c.EE / d}
}

// of is the product with a vector.
func (c Covariance) of(v offset) offset { return offset{c.EE*v.e + c.EN*v.n, c.EN*v.e + c.NN*v.n} }

// mahalanobis is vᵀ c⁻¹ v.
func (c Covariance) mahalanobis(v offset) float64 {
	return (c.NN*v.e*v.e - 2*c.EN*v.e*v.n + c.EE*v.n*v.n) / c.det()
}

// widest is the greatest standard deviation.
func (c Covariance) widest() float64 {
	return math.Sqrt((c.EE+c.NN)/2 + math.Hypot((c.EE-c.NN)/2, c.EN))
}

// offset is a place in the plane that touches the ellipsoid at an anchor: metres east and north along the geodesic to it.
type offset struct{ e, n float64 }

func (v offset) minus(w offset) offset { return offset{v.e - w.e, v.n - w.n} }

func offsetOf(anchor, p geodesy.Position) offset {
	s, azimuth, _ := geodesy.Inverse(anchor, p)
	sin, cos := math.Sincos(azimuth.Radians())
	return offset{float64(s) * sin, float64(s) * cos}
}

func (v offset) position(anchor geodesy.Position) geodesy.Position {
	if v == (offset{}) {
		return anchor
	}
	azimuth := geodesy.Angle(math.Atan2(v.e, v.n) * 180 / math.Pi)
	p, _ := geodesy.Direct(anchor, azimuth, geodesy.Length(math.Hypot(v.e, v.n)))
	return p
}
