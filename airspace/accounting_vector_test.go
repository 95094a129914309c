package airspace

import (
	"math/rand/v2"
	"testing"

	"overflight/geodesy"
)

func TestSurface(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var s surface
		p := geodesy.Position{Lat: geodesy.Angle(r.Float64()*180 - 90), Lon: geodesy.Angle(r.Float64()*360 - 180)}
		for range 100 {
			if d := s.at(p).Minus(geodesy.ToECEF(p, 0)).Norm(); d > 5e-9 {
				t.Fatalf("%v: %v m apart", p, d)
			}
			p.Lat = min(90, max(-90, p.Lat+geodesy.Angle(r.Float64()-0.5)*0.01))
			p.Lon = geodesy.NormalizeLongitude(p.Lon + geodesy.Angle(r.Float64()-0.5)*0.01)
		}
	}
}
