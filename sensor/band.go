package sensor

// Band is the part of the spectrum that a frame was taken in.
type Band uint8

// The bands. A stream that does not say, or says two, is UnknownBand.
const (
	UnknownBand Band = iota
	Visible          // reflected light: there has to be some
	Thermal          // what warm things give off, from 3 to 14 µm
	Radar
	Bands // how many there are
)

// String returns the word of a band.
func (b Band) String() string {
	switch b {
	case Visible:
		return "visible"
	case Thermal:
		return "thermal"
	case Radar:
		return "radar"
	case UnknownBand, Bands:
	}
	return "unknown"
}

// Picture is the size of a frame in picture elements; zero where the stream does not say.
type Picture struct{ Columns, Rows uint16 }

// Known reports whether the stream says it.
func (p Picture) Known() bool { return p.Columns > 0 && p.Rows > 0 }
