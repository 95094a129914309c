package search

import (
	"errors"
	"math"
	"time"

	"overflight/geodesy"
)

// Wind is where the air moves to, along x and y.
type Wind struct{ X, Y geodesy.Speed }

// Speed is how fast.
func (w Wind) Speed() geodesy.Speed { return geodesy.Speed(math.Hypot(float64(w.X), float64(w.Y))) }

// Over is the speed over the ground on a course, at a speed against the air: the aircraft points into the wind by so much
// that it keeps the course. It is 0 where it cannot.
func (w Wind) Over(air geodesy.Speed, course geodesy.Angle) geodesy.Speed {
	sin, cos := math.Sincos(course.Radians())
	along, across := float64(w.X)*cos+float64(w.Y)*sin, float64(w.Y)*cos-float64(w.X)*sin
	rest := float64(air)*float64(air) - across*across
	if rest <= 0 {
		return 0
	}
	return geodesy.Speed(max(0, along+math.Sqrt(rest)))
}

// Airspeed is how an aircraft flies a route: at a speed against the air, in a wind, with a bank that its turns keep to.
type Airspeed struct {
	Air  geodesy.Speed
	Wind Wind
	Bank geodesy.Angle
}

// ErrWind is a wind against which no course can be kept.
var ErrWind = errors.New("the wind is as fast as the aircraft")

// Check returns ErrWind where the aircraft cannot fly in every direction.
func (a Airspeed) Check() error {
	if !(a.Air > 0) || !(a.Wind.Speed() < a.Air) {
		return ErrWind
	}
	return nil
}

// Turn is the radius over the ground that can be kept on every course: that of the fastest speed over the ground.
func (a Airspeed) Turn() geodesy.Length { return TurnRadius(a.Air+a.Wind.Speed(), a.Bank) }

// Farthest is how far it can come over the ground in a time: with the wind behind it all the way. It goes into bounds.
func (a Airspeed) Farthest(d time.Duration) geodesy.Length {
	return geodesy.Length(float64(a.Air+a.Wind.Speed()) * d.Seconds())
}

// Time is how long a leg takes: turns are added up in parts of two degrees.
func (a Airspeed) Time(l *Link) time.Duration {
	if a.Wind == (Wind{}) {
		return seconds(float64(l.Length() / geodesy.Length(a.Air)))
	}
	sum, h := 0.0, float64(l.From.Heading)
	for i, part := range l.Parts {
		n := float64(part)
		if l.Word[i] == 'S' {
			sum += n / float64(a.Wind.Over(a.Air, geodesy.Angle(h)))
			continue
		}
		turned := n / float64(l.Turn) * 180 / math.Pi
		steps := int(turned/2) + 1
		if l.Word[i] == 'R' {
			turned = -turned
		}
		for k := range steps {
			sum += n / float64(steps) / float64(a.Wind.Over(a.Air, geodesy.Angle(h+turned*(float64(k)+0.5)/float64(steps))))
		}
		h += turned
	}
	return seconds(sum)
}

// Duration is how long a route takes.
func (a Airspeed) Duration(legs []Leg) time.Duration {
	sum := time.Duration(0)
	for i := range legs {
		sum += a.Time(&legs[i].Link)
	}
	return sum
}

func seconds(s float64) time.Duration {
	return time.Duration(min(s, 1e9) * float64(time.Second))
}

// At is where an aircraft is some time after the start of its route; at its end it stays there.
func (a Airspeed) At(legs []Leg, after time.Duration) Pose {
	for i := range legs {
		l := &legs[i].Link
		n := a.Time(l)
		if after < n {
			return l.At(l.Length() * geodesy.Length(float64(after)/float64(n)))
		}
		after -= n
	}
	return legs[len(legs)-1].End()
}
