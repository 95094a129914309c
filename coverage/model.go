package coverage

import (
	"fmt"
	"math"

	"overflight/geodesy"
	"overflight/sensor"
)

// Model is how a look becomes a probability of detection (POD): that a place which is there is recognised in the picture by
// who looks at it. It is a product of three, each with its source, under a ceiling:
//
//   - Resolution. Johnson's criteria (Johnson, Analysis of Image Forming Systems, 1958): with N cycles on the least side of an
//     object, half of the observers do a task at N50 cycles; elsewhere the target transfer function of the Night Vision
//     Laboratory's static performance model (Ratches and others, 1975), (N/N50)^E / (1 + (N/N50)^E) with E = 2.7 + 0.7 N/N50.
//     A cycle is two picture elements on the ground. A thermal picture does with fewer, ThermalCycles: what is warm stands out.
//   - Canopy. Beer and Lambert's law for leaves (Monsi and Saeki, 1953): exp(-k LAI / sin(grazing)), the share of the
//     ground that shows between leaves; k is 0.5 for leaves that stand in every direction alike.
//   - Terrain, where there is a height model: a place that it masks was not seen.
//
// A frame of the visible band of ground without light adds nothing, nor does one of radar, for which there is no law here. A frame of an
// unknown band needs Cycles, and is not taken for dark. What it cannot know, such as smoke, camouflage, a roof or
// whether anybody watched, is what the ceilings are for: FrameCap of one frame, WholeCap of all.
type Model struct {
	Size   geodesy.Length // least side of what is looked for
	Cycles float64        // N50: 1 to tell that something is there, 4 to recognise it, 6.4 to identify it
	// ThermalCycles is N50 in the thermal band.
	ThermalCycles float64
	Columns       int // of the picture, where the stream does not tell
	Rows          int
	LeafArea      float64 // leaf area index of the canopy over the place; 0 is none
	Extinction    float64 // k
	FrameCap      float64
	WholeCap      float64
}

// The ceilings that hold unless a node is configured otherwise, here and for what sites are believed by.
const (
	FrameCap = 0.85
	WholeCap = 0.90
)

// DefaultModel looks for a shed of 4 m, to be recognised, under an open wood, in a picture of standard definition: what is not
// known is taken for the worse. Thermal pictures are given 0.4 of the cycles: the more cautious end of what tools of search and rescue ask of
// them, 6 to 25 cm a picture element where visible ones want 2 to 10.
func DefaultModel() Model {
	return Model{
		Size: 4 * geodesy.Metre, Cycles: 4, ThermalCycles: 1.6, Columns: 640, Rows: 480, LeafArea: 1, Extinction: 0.5, FrameCap: FrameCap, WholeCap: WholeCap,
	}
}

// ModelError says which number of a model cannot be, and what it may be.
type ModelError struct{ Field, Got, Want string }

// Error implements error.
func (e *ModelError) Error() string {
	return fmt.Sprintf("model of detection: %s is %s, expected %s", e.Field, e.Got, e.Want)
}

// Check returns a ModelError for a model that has a number which cannot be.
func (m *Model) Check() error {
	for _, f := range []struct {
		name      string
		v         float64
		low, high float64
	}{
		{"size", float64(m.Size), 0.1, 1000},
		{"cycles", m.Cycles, 0.5, 20},
		{"thermal_cycles", m.ThermalCycles, 0.2, 20},
		{"columns", float64(m.Columns), 16, 65536},
		{"rows", float64(m.Rows), 16, 65536},
		{"leaf_area", m.LeafArea, 0, 12},
		{"extinction", m.Extinction, 0, 1},
		{"frame_cap", m.FrameCap, 0, 0.99},
		{"whole_cap", m.WholeCap, 0, 0.99},
	} {
		if !(f.v >= f.low && f.v <= f.high) {
			return &ModelError{Field: f.name, Got: fmt.Sprint(f.v), Want: fmt.Sprintf("%v to %v", f.low, f.high)}
		}
	}
	return nil
}

// Detection is the POD of a look, with what it is the product of.
type Detection struct {
	POD        float64 // under FrameCap
	Resolution float64
	Canopy     float64
	Why        Nothing // why POD is 0
}

// Nothing says why a look adds nothing.
type Nothing uint8

// The reasons.
const (
	Something    Nothing = iota
	NoGeometry           // from where is not known, so the resolution is not either
	BehindGround         // masked by the height model
	WithoutDay           // the visible band, and the place dark
	WithoutLaw           // radar
	TooCoarse            // the product is below 1 in 1,000
)

// String returns the word of a reason.
func (n Nothing) String() string {
	switch n {
	case NoGeometry:
		return "no-geometry"
	case BehindGround:
		return "masked"
	case WithoutDay:
		return "dark"
	case WithoutLaw:
		return "no-law"
	case TooCoarse:
		return "too-coarse"
	case Something:
	}
	return ""
}

// least is the POD below which a look is not counted.
const least = 1e-3

// Detect returns the POD of a look.
func (m *Model) Detect(l *Look) Detection {
	if !l.Known {
		return Detection{Why: NoGeometry}
	}
	return m.detect(float64(l.Resolution), math.Sin(l.Grazing.Radians()), l.Band, l.Light, l.Masking)
}

func (m *Model) detect(sample, sine float64, b sensor.Band, l Light, masking Masking) Detection {
	if masking == Masked {
		return Detection{Why: BehindGround}
	}
	if b == sensor.Visible && l == Night {
		return Detection{Why: WithoutDay}
	}
	if b == sensor.Radar {
		return Detection{Why: WithoutLaw}
	}
	cycles := m.Cycles
	if b == sensor.Thermal {
		cycles = m.ThermalCycles
	}
	d := Detection{Resolution: m.resolves(sample, cycles), Canopy: math.Exp(-m.Extinction * m.LeafArea / sine)}
	d.POD = min(d.Resolution*d.Canopy, m.FrameCap)
	if !(d.POD >= least) {
		d.POD, d.Why = 0, TooCoarse
	}
	return d
}

// resolves is the target transfer function for a ground sample distance in metres.
func (m *Model) resolves(sample, cycles float64) float64 {
	n := float64(m.Size) / (2 * sample) / cycles
	if n > 20 {
		return 1
	}
	e := math.Exp((2.7 + 0.7*n) * math.Log(n))
	return e / (1 + e)
}

// Group is what looks have in common that may have made all of them miss: from where, by what light, in which band. Looks of one
// group are taken for one, looks of different groups for independent. What is not known of a look may be what is known of another: see
// joined.
type Group uint16

// From above vertical, one bin; below it eight directions, each high or low.
const (
	vertical   = 0.8660254037844386 // sine of 60 degrees
	low        = 0.5                // of 30
	directions = 8
	angles     = 1 + 2*directions
	perAngle   = int(sensor.Bands) * int(lights)
	groups     = angles * int(sensor.Bands) * int(lights)
)

// Group returns the group of a look.
func (l *Look) Group() Group {
	if !l.Known {
		return groupOf(1, 0, l.Band, l.Light)
	}
	return groupOf(math.Sin(l.Grazing.Radians()), l.Azimuth.Radians(), l.Band, l.Light)
}

func groupOf(sine, azimuth float64, b sensor.Band, l Light) Group {
	bin := 0
	if sine < vertical {
		bin = 1 + 2*(int(azimuth*(directions/(2*math.Pi))+directions)%directions)
		if sine < low {
			bin++
		}
	}
	return Group((bin*int(sensor.Bands)+int(b))*int(lights) + int(l))
}

// mayBe reports whether two groups may be one and the same, for all that is known: from one side, and of neither band nor light another.
func (g Group) mayBe(o Group) bool {
	if g/Group(perAngle) != o/Group(perAngle) {
		return false
	}
	b, l := g.band(), g.light()
	return (b == o.band() || b == sensor.UnknownBand || o.band() == sensor.UnknownBand) &&
		(l == o.light() || l == UnknownLight || o.light() == UnknownLight)
}

func (g Group) band() sensor.Band { return sensor.Band(int(g) % perAngle / int(lights)) }
func (g Group) light() Light      { return Light(int(g) % int(lights)) }

// sure reports whether band and light of a group are known.
func (g Group) sure() bool { return g.band() != sensor.UnknownBand && g.light() != UnknownLight }
