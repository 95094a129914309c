package sensor

import (
	"math"

	"overflight/geodesy"
)

// Cast returns the footprint by rays alone: from the sensor through the middle and the four corners of
// the picture to the surface at the frame-centre elevation. Nothing that the stream says of the ground
// is used but that elevation, so that the two can be held against each other.
//
// With R = Rz(heading) Ry(pitch) Rx(roll) Rz(relative azimuth) Ry(relative elevation) Rx(relative
// roll) in the local north, east, down at the sensor, the line of sight is R (1, 0, 0) and the corners
// are R (1, ±tan(HFOV/2), ±tan(VFOV/2)).
func Cast(f *Frame, o Options) Footprint {
	fp := Footprint{Time: f.Time, Ref: f.Ref, Band: f.Band, Picture: f.Picture}
	if f.Quarantined {
		fp.refuse(Quarantined, NoField)
		return fp
	}
	r, field := attitude(f)
	if field == NoField {
		field = opening(f)
	}
	if field != NoField {
		fp.refuse(MissingField, field)
		return fp
	}
	h, _ := f.HFOV.Get()
	v, _ := f.VFOV.Get()
	if field := impossible(f); field != NoField {
		fp.refuse(Invalid, field)
		return fp
	}
	eye, ground, ok := fp.heights(f, &o)
	if !ok {
		fp.refuse(Unconvertible, FieldAltitude)
		return fp
	}
	at, _ := f.Position.Get()
	ned := geodesy.NEDAt(at)
	if _, height := geodesy.FromECEF(eye); !(height-ground >= leastHeight) {
		fp.refuse(BelowGround, NoField)
		return fp
	}
	most := o.maxSlantRange()
	sight := geodesy.Ray{Origin: eye, Direction: ned.ToECEF(r.column())}
	p, slant, ok := sight.Intersect(ground)
	middleFar := ok && slant > most
	if ok && !middleFar {
		centre, _ := geodesy.FromECEF(p)
		fp.Centre, fp.SlantRange = Known(centre), Known(slant)
	}
	middleOn := ok

	th, tv := math.Tan(h.Radians()/2), math.Tan(v.Radians()/2)
	sky, far := false, false
	for i, c := range [4][2]float64{UpperLeft: {-th, -tv}, UpperRight: {th, -tv}, LowerRight: {th, tv}, LowerLeft: {-th, tv}} {
		ray := geodesy.Ray{Origin: eye, Direction: ned.ToECEF(r.times(geodesy.Vector{X: 1, Y: c[0], Z: c[1]}))}
		p, slant, ok := ray.Intersect(ground)
		if !ok {
			sky = true
			continue
		}
		far = far || slant > most
		fp.Corners[i], _ = geodesy.FromECEF(p)
	}
	switch {
	case !middleOn:
		fp.refuse(AboveHorizon, NoField)
	case sky:
		fp.refuse(HorizonInView, NoField)
	case far || middleFar:
		fp.refuse(TooFar, NoField)
	default:
		fp.Method = CastRays
		fp.Uncertainty = o.Errors.worst(eye, &fp.Corners, ground)
	}
	return fp
}

// leastHeight is how far above the ground a sensor must be for its rays to mean anything: the step of
// the two-byte altitudes of ST 0601 is 0.3 m.
const leastHeight = 0.3 * geodesy.Metre

// opening names the first field other than angles of attitude that rays lack.
func opening(f *Frame) Field {
	switch {
	case !f.Position.Known():
		return FieldPosition
	case !f.Altitude.Known():
		return FieldAltitude
	case !f.HFOV.Known():
		return FieldHFOV
	case !f.VFOV.Known():
		return FieldVFOV
	case !f.CentreElevation.Known():
		return FieldCentreElevation
	}
	return NoField
}

// impossible names a field of those that rays use whose value cannot be.
func impossible(f *Frame) Field {
	at, _ := f.Position.Get()
	alt, _ := f.Altitude.Get()
	elevation, _ := f.CentreElevation.Get()
	h, _ := f.HFOV.Get()
	v, _ := f.VFOV.Get()
	switch {
	case !valid(at):
		return FieldPosition
	case !plausible(alt.Value):
		return FieldAltitude
	case !plausible(elevation.Value):
		return FieldCentreElevation
	case !(h > 0 && h < 180):
		return FieldHFOV
	case !(v > 0 && v < 180):
		return FieldVFOV
	}
	return NoField
}

// plausible bounds a height by more than any ground or aircraft, against values that are no heights.
func plausible(h geodesy.Length) bool {
	return h >= -12*geodesy.Kilometre && h <= 100*geodesy.Kilometre
}

// attitude returns the rotation from the picture's axes (forward, right, down) to north, east, down,
// or the first field that it lacks.
func attitude(f *Frame) (rotation, Field) {
	roll, okRoll := f.RelativeRoll.Get()
	azimuth, okAzimuth := f.RelativeAzimuth.Get()
	elevation, okElevation := f.RelativeElevation.Get()
	if !okAzimuth || !okElevation {
		if a, ok := f.SightAzimuth.Get(); ok {
			if e, ok := f.SightElevation.Get(); ok {
				return turned(a, e, roll), NoField // roll is 0 where the source has none
			}
		}
	}
	heading, okHeading := f.Heading.Get()
	pitch, okPitch := f.Pitch.Get()
	bank, okBank := f.Roll.Get()
	switch {
	case !okHeading:
		return rotation{}, FieldHeading
	case !okPitch:
		return rotation{}, FieldPitch
	case !okBank:
		return rotation{}, FieldRoll
	case !okAzimuth:
		return rotation{}, FieldRelativeAzimuth
	case !okElevation:
		return rotation{}, FieldRelativeElevation
	case !okRoll:
		return rotation{}, FieldRelativeRoll
	}
	platform, gimbal := turned(heading, pitch, bank), turned(azimuth, elevation, roll)
	return platform.of(&gimbal), NoField
}

// rotation is a rotation matrix, by rows.
type rotation [3]geodesy.Vector

// turned is Rz(azimuth) Ry(elevation) Rx(roll).
func turned(azimuth, elevation, roll geodesy.Angle) rotation {
	sa, ca := math.Sincos(azimuth.Radians())
	se, ce := math.Sincos(elevation.Radians())
	sr, cr := math.Sincos(roll.Radians())
	return rotation{
		{X: ca * ce, Y: ca*se*sr - sa*cr, Z: ca*se*cr + sa*sr},
		{X: sa * ce, Y: sa*se*sr + ca*cr, Z: sa*se*cr - ca*sr},
		{X: -se, Y: ce * sr, Z: ce * cr},
	}
}

// of returns the product r q.
func (r *rotation) of(q *rotation) rotation {
	var p rotation
	for i := range r {
		p[i] = q[0].Times(r[i].X).Plus(q[1].Times(r[i].Y)).Plus(q[2].Times(r[i].Z))
	}
	return p
}

func (r *rotation) times(v geodesy.Vector) geodesy.Vector {
	return geodesy.Vector{X: r[0].Dot(v), Y: r[1].Dot(v), Z: r[2].Dot(v)}
}

// column is the line of sight, r (1, 0, 0).
func (r *rotation) column() geodesy.Vector {
	return geodesy.Vector{X: r[0].X, Y: r[1].X, Z: r[2].X}
}
