package sqlite

import "overflight/geodesy"

func place(lat, lon float64) geodesy.Position {
	return geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)}
}
