package sensor

import (
	"math"

	"overflight/geodesy"
)

// DefaultMaxSlantRange is how far a ray is followed when Options says nothing. Beyond it the ground is
// so near the horizon that a tenth of a degree moves it by tens of kilometres.
const DefaultMaxSlantRange = 300 * geodesy.Kilometre

// Options are the assumptions behind a footprint. The zero value has no geoid and the default errors.
type Options struct {
	// Geoid brings MSL and HAE together. Without one, heights on mixed datums give no footprint.
	Geoid *geodesy.Geoid
	// MaxSlantRange is how far a ray is followed; 0 is DefaultMaxSlantRange.
	MaxSlantRange geodesy.Length
	// Errors of what a stream says; a zero field takes its default.
	Errors Errors
}

func (o *Options) maxSlantRange() geodesy.Length {
	if o.MaxSlantRange > 0 {
		return o.MaxSlantRange
	}
	return DefaultMaxSlantRange
}

// Compute returns the footprint of a frame by the best method that it allows: full corners, offset
// corners, cast rays, centre and width. What the stream says of its own corners comes first, also when
// it says that they are off the Earth. A picture with the horizon in it has no footprint: ground is
// never made up for the part that is sky.
func Compute(f *Frame, o Options) Footprint {
	fp := Footprint{Time: f.Time, Ref: f.Ref, Centre: f.Centre, SlantRange: f.SlantRange, Band: f.Band, Picture: f.Picture}
	if f.Quarantined {
		fp.Centre, fp.SlantRange = Optional[geodesy.Position]{}, Optional[geodesy.Length]{}
		fp.refuse(Quarantined, NoField)
		return fp
	}
	if c, ok := f.Centre.Get(); ok && !valid(c) {
		fp.Centre = Optional[geodesy.Position]{}
		fp.refuse(Invalid, FieldCentre)
		return fp
	}
	if fromCorners(f, &o, &fp) {
		return fp
	}
	if f.OffEarth {
		fp.refuse(OffEarth, NoField)
		return fp
	}
	if f.Horizon {
		fp.refuse(HorizonInView, NoField)
		return fp
	}
	cast := Cast(f, o)
	if f.Centre.Known() {
		cast.Centre = f.Centre // the stream's own word on it comes first
	}
	if f.SlantRange.Known() {
		cast.SlantRange = f.SlantRange
	}
	if cast.OnGround() {
		return cast
	}
	// What is missing for rays may not be needed for less; a horizon in view rules out the rest as well.
	if cast.Reason != MissingField && cast.Reason != Unconvertible {
		return cast
	}
	if fromWidth(f, &o, &fp) {
		return fp
	}
	if !f.Centre.Known() && cast.Reason == MissingField && !f.Position.Known() {
		cast.refuse(NoCentre, NoField)
	}
	return cast
}

func valid(p geodesy.Position) bool {
	return math.Abs(float64(p.Lat)) <= 90 && math.Abs(float64(p.Lon)) <= 180
}

// fromCorners takes the stream's own corners. True means that fp is final, with a footprint or not.
func fromCorners(f *Frame, o *Options, fp *Footprint) bool {
	var n int
	for i := range f.Corners {
		p, ok := f.Corners[i].Get()
		if !ok {
			continue
		}
		if !valid(p) {
			fp.refuse(Invalid, FieldCorners)
			return true
		}
		fp.Corners[i] = p
		n++
	}
	if n == 4 {
		fp.Method = FullCorners
		fp.settle(f, o)
		return true
	}
	centre, ok := f.Centre.Get()
	if !ok {
		return false
	}
	n = 0
	for i := range f.CornerOffsets {
		d, ok := f.CornerOffsets[i].Get()
		if !ok {
			continue
		}
		p := geodesy.Position{Lat: centre.Lat + d.Lat, Lon: geodesy.NormalizeLongitude(centre.Lon + d.Lon)}
		if !valid(p) {
			fp.refuse(Invalid, FieldCornerOffsets)
			return true
		}
		fp.Corners[i] = p
		n++
	}
	if n == 4 {
		fp.Method = OffsetCorners
		fp.settle(f, o)
		return true
	}
	return false
}

// settle completes a footprint whose corners the stream gave: its centre and its uncertainty.
func (fp *Footprint) settle(f *Frame, o *Options) {
	eye, ground, ok := fp.heights(f, o)
	if !fp.Centre.Known() {
		fp.Centre = Known(middle(&fp.Corners))
	}
	if !ok {
		fp.Uncertainty = blind(&fp.Corners)
		return
	}
	fp.Uncertainty = o.Errors.worst(eye, &fp.Corners, ground)
	if !fp.SlantRange.Known() {
		c, _ := fp.Centre.Get()
		fp.SlantRange = Known(geodesy.Length(geodesy.ToECEF(c, ground).Minus(eye).Norm()))
	}
}

// middle is the mean of the corners in space, brought back to the ellipsoid.
func middle(corners *[4]geodesy.Position) geodesy.Position {
	var sum geodesy.Vector
	for _, c := range corners {
		sum = sum.Plus(geodesy.ToECEF(c, 0))
	}
	p, _ := geodesy.FromECEF(sum.Times(0.25))
	return p
}

// heights returns the sensor's place and the height of the ground, both above the ellipsoid or both
// above mean sea level: rays only care for the difference. It refuses when it cannot.
func (fp *Footprint) heights(f *Frame, o *Options) (eye geodesy.Vector, ground geodesy.Length, ok bool) {
	at, okAt := f.Position.Get()
	alt, okAlt := f.Altitude.Get()
	elevation, okGround := f.CentreElevation.Get()
	if !okAt || !okAlt || !okGround || !valid(at) {
		return eye, 0, false
	}
	if !common(alt.Datum, elevation.Datum) {
		if o.Geoid == nil {
			return eye, 0, false
		}
		var okA, okE bool
		alt, okA = o.Geoid.ToHAE(at, alt)
		near := at
		if c, ok := f.Centre.Get(); ok && valid(c) {
			near = c
		}
		elevation, okE = o.Geoid.ToHAE(near, elevation)
		if !okA || !okE {
			return eye, 0, false
		}
		fp.Converted = true
	}
	fp.Datum = alt.Datum
	eye = geodesy.ToECEF(at, alt.Value)
	return eye, elevation.Value, plausible(alt.Value) && plausible(elevation.Value)
}

// common reports whether two heights may be used together as they are. Two heights above mean sea
// level are: the geoid differs by a few centimetres between the sensor and the ground it sees.
func common(a, b geodesy.Datum) bool {
	return a == b && (a == geodesy.HAE || a == geodesy.MSL)
}

// fromWidth makes a footprint from the frame centre and the width of the picture. Where the sensor's
// place is known, the picture is turned to the line of sight and stretched by its slant.
func fromWidth(f *Frame, o *Options, fp *Footprint) bool {
	centre, ok := f.Centre.Get()
	width, okWidth := f.Width.Get()
	if !ok || !okWidth || !(width > 0) || !(width <= 2*o.maxSlantRange()) {
		return false
	}
	aspect := 0.75
	if h, ok := f.HFOV.Get(); ok {
		if v, ok := f.VFOV.Get(); ok && h > 0 && v > 0 && h < 180 && v < 180 {
			aspect = math.Tan(v.Radians()/2) / math.Tan(h.Radians()/2)
		}
	}
	depth := float64(width) * aspect
	var azimuth geodesy.Angle
	eye, ground, sighted := fp.heights(f, o)
	if at, ok := f.Position.Get(); ok && valid(at) && at != centre {
		_, _, azimuth = geodesy.Inverse(at, centre)
		if sighted {
			depth /= math.Max(0.1, grazing(eye, centre, ground))
		}
	} else if h, ok := f.Heading.Get(); ok {
		azimuth = h
	}
	half, across := geodesy.Length(math.Hypot(depth, float64(width))/2), math.Atan2(float64(width), depth)*(180/math.Pi)
	for i, turn := range [4]float64{-across, across, 180 - across, 180 + across} {
		fp.Corners[i], _ = geodesy.Direct(centre, azimuth+geodesy.Angle(turn), half)
	}
	fp.Method = CentreWidth
	// The shape is an assumption: any corner may be as far off as half the picture.
	fp.Uncertainty = half
	if sighted {
		fp.Uncertainty = max(fp.Uncertainty, o.Errors.worst(eye, &fp.Corners, ground))
	}
	return true
}
