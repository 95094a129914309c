package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"overflight/geodesy"
)

// Truth is what was true of a sortie and what was written of it. It marshals to JSON: times in
// RFC 3339, angles in degrees, lengths in metres, heights above the ellipsoid.
type Truth struct {
	Title     string         `json:"title"`
	Tail      string         `json:"tail"`
	Start     time.Time      `json:"start"`
	End       time.Time      `json:"end"`
	Scale     string         `json:"time_scale"` // of item 2: "utc" or "misp"
	Carriage  Carriage       `json:"carriage"`
	Packets   int            `json:"packets"` // metadata packets written
	Bytes     int64          `json:"bytes"`
	Picture   Picture        `json:"video"`
	Every     float64        `json:"every_s"` // between the frames below
	Frames    []Seen         `json:"frames"`
	Silent    []Span         `json:"silent"`    // nothing sent
	NoGround  []Span         `json:"no_ground"` // the centre of the picture was in the sky
	Harmed    []HarmedPacket `json:"harmed"`    // at most 10,000 of them
	Buildings []Built        `json:"buildings,omitempty"`
	Pictures  []Pictured     `json:"pictures,omitempty"` // each picture that has a mark
}

// Pictured is a picture that has a mark: when it was taken, from where, and of which ground.
type Pictured struct {
	Number  int            `json:"number"` // in the mark: of the pictures of a stretch, from 0
	Time    time.Time      `json:"time"`
	Sensor  [2]float64     `json:"sensor"`  // [lat, lon]
	Corners [4]*[2]float64 `json:"corners"` // [lat, lon], upper left first, clockwise; null where there is sky
}

// Text is the truth as JSON, with a line for each picture.
func (t Truth) Text() ([]byte, error) {
	pictures := t.Pictures
	t.Pictures = nil
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the truth: %w", err)
	}
	if len(pictures) > 0 {
		b = append(bytes.TrimSuffix(b, []byte("\n}")), ",\n  \"pictures\": ["...)
		for i, p := range pictures {
			line, err := json.Marshal(p)
			if err != nil {
				return nil, fmt.Errorf("encoding the truth: %w", err)
			}
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(b, "\n    "...), line...)
		}
		b = append(b, "\n  ]\n}"...)
	}
	return append(b, '\n'), nil
}

// pictured notes what a picture with a mark shows, to a tenth of a millimetre.
func pictured(f *Frame, number int) Pictured {
	pair := func(p Place) [2]float64 {
		return [2]float64{math.Round(float64(p.Lat)*1e9) / 1e9, math.Round(float64(p.Lon)*1e9) / 1e9}
	}
	out := Pictured{Number: number, Time: f.Time, Sensor: pair(f.Platform)}
	for i, c := range f.Corner {
		if f.CornerInView[i] {
			at := pair(c)
			out.Corners[i] = &at
		}
	}
	return out
}

// Picture says what became of the video. State is "written", "none" (the sortie asks for none) or
// "no encoder".
type Picture struct {
	State   string `json:"state"`
	Encoder string `json:"encoder,omitempty"`
	Frames  int    `json:"frames"`
}

// Seen is a Frame as JSON shows it.
type Seen struct {
	Offset  float64       `json:"t_s"`
	Time    time.Time     `json:"time"`
	Lat     geodesy.Angle `json:"lat"`
	Lon     geodesy.Angle `json:"lon"`
	Height  float64       `json:"height_m"`
	Course  geodesy.Angle `json:"course"`
	Speed   float64       `json:"ground_speed_mps"`
	Heading geodesy.Angle `json:"heading"`
	Pitch   geodesy.Angle `json:"pitch"`
	Roll    geodesy.Angle `json:"roll"`
	HFOV    geodesy.Angle `json:"hfov"`
	VFOV    geodesy.Angle `json:"vfov"`
	Slant   float64       `json:"slant_m,omitempty"`
	// Centre and corners are [lat, lon, height]; null where the line of sight meets no ground.
	Centre  *[3]float64    `json:"centre"`
	Corners [4]*[3]float64 `json:"corners"`
}

// Span is a stretch of a sortie, half open.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// HarmedPacket is a packet on which a fault was at work.
type HarmedPacket struct {
	Number int         `json:"number"` // among those that would have been sent, from 0
	Time   time.Time   `json:"time"`
	Faults []FaultKind `json:"faults"`
}

const maxHarmed = 10000

func seen(f *Frame) Seen {
	triple := func(p Place) *[3]float64 { return &[3]float64{float64(p.Lat), float64(p.Lon), float64(p.Height)} }
	s := Seen{
		Offset: f.Offset.Seconds(), Time: f.Time, Lat: f.Platform.Lat, Lon: f.Platform.Lon, Height: float64(f.Platform.Height),
		Course: f.Course, Speed: float64(f.GroundSpeed), Heading: f.Heading, Pitch: f.Pitch, Roll: f.Roll, HFOV: f.HFOV, VFOV: f.VFOV,
	}
	if f.InView {
		s.Centre, s.Slant = triple(f.Centre), float64(f.Slant)
	}
	for i, c := range f.Corner {
		if f.CornerInView[i] {
			s.Corners[i] = triple(c)
		}
	}
	return s
}

// recorder keeps the truth while a sortie is written.
type recorder struct {
	truth  Truth
	every  time.Duration
	next   time.Duration
	inSky  bool
	silent bool
}

// frame notes the truth at a packet's instant.
func (r *recorder) frame(f *Frame, n int, h harm) {
	t := &r.truth
	if f.Offset >= r.next {
		r.next = f.Offset - f.Offset%r.every + r.every
		t.Frames = append(t.Frames, seen(f))
	}
	r.inSky = span(&t.NoGround, f.Time, r.inSky, !f.InView)
	quiet := false
	for _, k := range h.kinds {
		quiet = quiet || k == Silence
	}
	r.silent = span(&t.Silent, f.Time, r.silent, quiet)
	if len(h.kinds) > 0 && !quiet && len(t.Harmed) < maxHarmed {
		t.Harmed = append(t.Harmed, HarmedPacket{n, f.Time, h.kinds})
	}
	if !h.lost {
		t.Packets++
	}
}

// span begins or ends a stretch and returns whether one is open.
func span(list *[]Span, at time.Time, open, now bool) bool {
	switch {
	case now && !open:
		*list = append(*list, Span{From: at, To: at})
	case open:
		(*list)[len(*list)-1].To = at
	}
	return now
}
