// Package simulate makes flights with known truth: from a sortie in YAML it writes a transport
// stream with ST 0601, ST 0102 and ST 0903 metadata (carried as ST 1402 says) and, where an H.264
// encoder is at hand, video of the simulated ground; and it hands back what was true.
//
// The geometry is built the inverse way round to how it is read: the ground point is chosen first
// and the gimbal is solved to look at it. The package has its own small geodesy and imports neither
// sensor nor airspace, so that it can be the yardstick for them; testdata holds it to GeographicLib.
//
// It simulates places and an unarmed aircraft. Nothing in a simulated scene moves, and there are no
// persons or vehicles in it.
package simulate

import (
	"time"

	"overflight/geodesy"
)

// Sortie is a flight to simulate. Parse makes one from YAML; docs/simulate.md has the notation.
type Sortie struct {
	Title     string
	Aircraft  Aircraft
	Start     time.Time     // UTC
	Duration  time.Duration // never longer than the route
	Bank      geodesy.Angle // of every turn that states none
	Route     []Waypoint
	Wind      Wind
	Ground    Place // only its Height: the ground where no look says otherwise
	Geoid     geodesy.Length
	Looks     []Look
	Zooms     []Zoom
	Sites     []Site
	Town      Town
	Buildings []Building
	Metadata  Metadata
	Security  Security
	Video     []Video
	Faults    []Fault
	Written   Stretch // what is written of it; zero is all
	Still     bool    // the air is: without the small motions of pitch and roll, an orbit repeats exactly

	flight *Flight
}

// Aircraft is what items 3, 4, 10, 11 and 59 say.
type Aircraft struct{ Tail, Platform, Sensor, CallSign, Mission string }

// Place is a point of the ground.
type Place struct {
	geodesy.Position
	Height geodesy.Length // HAE
}

// Waypoint is a point of the route. Legs between waypoints are geodesics.
type Waypoint struct {
	geodesy.Position
	Height geodesy.Length // HAE, reached at this waypoint, held through its turn
	Speed  geodesy.Speed  // over ground, from this waypoint on
	Bank   geodesy.Angle
	Orbit  Orbit
	line   int
}

// Orbit flies a geodesic circle about the waypoint. A zero Radius is no orbit.
type Orbit struct {
	Radius geodesy.Length
	Turns  float64 // at least; the circle is left on the tangent to what follows
	Left   bool
}

// Wind blows from a bearing. It turns the heading away from the course.
type Wind struct {
	From  geodesy.Angle
	Speed geodesy.Speed
}

// LookKind says how the gimbal is driven.
type LookKind uint8

// The kinds of look.
const (
	Dwell   LookKind = iota + 1 // on a ground point
	Sweep                       // to and fro between two ground points, on the geodesic
	Abeam                       // at the ground at a distance to the left or right of the course
	Fixed                       // at relative angles, as if the gimbal were locked
	Horizon                     // along a bearing, at an elevation above or below the horizontal
)

// Look is one stretch of the gimbal plan. It lasts until the next begins.
type Look struct {
	From      time.Duration
	Kind      LookKind
	Point, To Place
	Period    time.Duration  // of a sweep, there and back
	Distance  geodesy.Length // of abeam; negative is left
	Bearing   geodesy.Angle  // of horizon; the relative azimuth of fixed
	Elevation geodesy.Angle  // above the horizontal; of fixed, above the body's plane
	Slew      time.Duration  // taken to come over from the look before
	line      int
}

// Zoom sets the horizontal field of view from an instant on; the vertical one follows from 4:3.
type Zoom struct {
	From time.Duration
	HFOV geodesy.Angle
}

// Site is a simulated place that can be reported by ST 0903: a building, a clearing. Places only.
type Site struct {
	Place
	ID     uint32
	Name   string
	Radius geodesy.Length
}

// Carriage says how metadata goes into the transport stream (ST 1402).
type Carriage string

// The carriages. AsyncPTS is asynchronous with a PTS on every PES: against the standard, and common.
const (
	SyncCarriage  Carriage = "sync"
	AsyncCarriage Carriage = "async"
	AsyncPTS      Carriage = "async-pts"
)

// Corners says which corner items are written.
type Corners string

// The choices: items 82-89, items 26-33, both, or none.
const (
	FullCorners   Corners = "full"
	OffsetCorners Corners = "offset"
	BothCorners   Corners = "both"
	NoCorners     Corners = "none"
)

// Metadata says what is written and how often.
type Metadata struct {
	Rate      float64 // packets a second
	Carriage  Carriage
	Version   uint8         // item 65
	Constants time.Duration // the period of items that do not change
	MISP      bool          // item 2 in MISP time with items 136; else UTC
	Corners   Corners
	Reports   time.Duration // the period of ST 0903 sets; zero is none
}

// Security is what ST 0102 in item 48 says.
type Security struct {
	Classification uint8  // 1 unclassified ... 5
	Country        string // GENC or ISO three letters
	Releasable     string
	Caveats        string
	Objects        string // states whose ground is in the product, by item 13
}

// Video is a stretch with a picture.
type Video struct {
	From, To      time.Duration
	Rate          int // frames a second
	Width, Height int
	Key           time.Duration // between pictures that decoding can start at
	Quality       int           // the encoder's constant rate factor: more is worse and smaller
	Baseline      bool          // in the constrained baseline profile, which every decoder has
	Label         bool          // nothing is written on it but that it is simulated
	Mark          bool          // and its number, in cells that a program reads
}

// Stretch is a part of a sortie, half open.
type Stretch struct{ From, To time.Duration }

// FaultKind names a kind of damage that is done on purpose.
type FaultKind string

// The faults. Each acts on the packets of its stretch.
const (
	Silence    FaultKind = "silence"     // nothing is sent
	Drop       FaultKind = "drop"        // every n-th packet is missing
	Checksum   FaultKind = "checksum"    // item 1 is wrong in every n-th packet
	ZeroLength FaultKind = "zero-length" // an item is sent without a value
	Backwards  FaultKind = "backwards"   // item 2 is earlier than it should be
	Reserved   FaultKind = "reserved"    // latitude of the sensor carries its reserved code
	Flip       FaultKind = "flip"        // one bit of every n-th packet is turned over
)

// Fault is damage done on purpose, so that readers can be tested.
type Fault struct {
	Kind     FaultKind
	From, To time.Duration
	Every    int
	Item     uint32
	By       time.Duration
}
