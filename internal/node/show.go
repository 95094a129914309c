package node

import (
	"encoding/json"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/ingest"
	"overflight/internal/jetstream"
	"overflight/segment"
	"overflight/sensor"
)

// Frame is what the live channel carries: provisional until its minute is sealed. Angles are degrees, lengths metres.
type Frame struct {
	Flight       string       `json:"flight"`
	Source       string       `json:"source"`
	Registration string       `json:"registration,omitempty"`
	Callsign     string       `json:"callsign,omitempty"`
	Type         string       `json:"type,omitempty"`
	Time         time.Time    `json:"time"`               // of the packet; zero when it has none
	Arrived      time.Time    `json:"arrived"`            // at this machine
	Position     *[2]float64  `json:"position,omitempty"` // longitude, latitude
	Heading      *float64     `json:"heading,omitempty"`  // from true north
	Altitude     *float64     `json:"altitude,omitempty"`
	Datum        string       `json:"datum,omitempty"`
	Speed        *float64     `json:"speed,omitempty"` // m/s over ground
	Footprint    [][2]float64 `json:"footprint,omitempty"`
	Centre       *[2]float64  `json:"centre,omitempty"`
	Doubt        float64      `json:"doubt,omitempty"`  // of the worst corner
	Reason       string       `json:"reason,omitempty"` // why there is no footprint
	States       []string     `json:"states"`           // whose airspace
	Boundary     *Approach    `json:"boundary,omitempty"`
	Marking      *Marking     `json:"marking,omitempty"`
}

// Marking is what the stream says of its own handling.
type Marking struct {
	Classification string   `json:"classification" doc:"UNCLASSIFIED, RESTRICTED, CONFIDENTIAL, SECRET or TOP SECRET"`
	Country        string   `json:"country,omitempty" doc:"that classified"`
	Caveats        string   `json:"caveats,omitempty"`
	Releasable     []string `json:"releasable,omitempty" doc:"countries"`
}

// MarkingOf is a marking as it is told; nil where there is none.
func MarkingOf(m *ingest.Marking) *Marking {
	if m == nil {
		return nil
	}
	return &Marking{Classification: m.Classification, Country: m.Country, Caveats: m.Caveats, Releasable: m.Releasable}
}

// Approach is the nearest boundary of a state's airspace.
type Approach struct {
	State    string  `json:"state"` // that lies across it, or that is left
	Distance float64 `json:"distance"`
	Inside   bool    `json:"inside"` // of State now
	// By which boundary, and how far it may be off.
	Source      string  `json:"source"`
	Version     string  `json:"version"`
	Uncertainty float64 `json:"uncertainty"`
}

// kindFrame is the kind of a Frame on the live channel.
const kindFrame = "frame"

// show sends what is newest of a line to whoever listens. The lock of the line is held.
func (n *Node) show(r *recording) {
	if !n.conn.Heard() {
		return
	}
	r.newest = r.rec.Provisional(r.newest[:0])
	for i := range r.newest {
		f := r.frame(&r.newest[i])
		b, err := json.Marshal(&f)
		if err != nil {
			continue // a number that JSON does not have: the next frame is another
		}
		// Nobody may be listening, and nobody has to hear it.
		_ = n.conn.PublishLive(jetstream.Provisional{Flight: f.Flight, Kind: kindFrame, At: r.arrival, Data: b})
	}
}

// frame is what a path told last. The lock of the line is held.
func (r *recording) frame(p *segment.Provisional) Frame {
	f := Frame{
		Flight: r.sortie.number.String(), Source: p.Source, Registration: p.Aircraft.Registration, Callsign: p.Aircraft.Callsign, Type: p.Aircraft.Type,
		Time: p.Frame.UTC(), Arrived: r.arrival, States: []string{},
	}
	if at, ok := p.Sensor.Get(); ok {
		f.Position = pair(at)
		r.approach(p.Source, at, &f)
	}
	if h, ok := p.Heading.Get(); ok {
		v := float64(h)
		f.Heading = &v
	}
	if a, ok := p.Altitude.Get(); ok {
		v := float64(a.Value)
		f.Altitude, f.Datum = &v, a.Datum.String()
	}
	if p.HasFix && p.Fix.GroundSpeed >= 0 {
		v := float64(p.Fix.GroundSpeed)
		f.Speed = &v
	}
	ground(&p.Footprint, &f)
	f.Marking = MarkingOf(p.Marking)
	return f
}

// Newest is what every open live flight told last, however long ago: who begins to listen, and all after a restart, would else
// see nothing of a flight that is silent.
func (n *Node) Newest() []Frame {
	var out []Frame
	for _, f := range n.allFeeders() {
		if !f.live {
			continue
		}
		for _, r := range f.recordings() {
			r.mu.Lock()
			if !r.ended && !r.arrival.IsZero() {
				for _, p := range r.rec.Latest(nil) {
					out = append(out, r.frame(&p))
				}
			}
			r.mu.Unlock()
		}
	}
	return out
}

func pair(p geodesy.Position) *[2]float64 { return &[2]float64{float64(p.Lon), float64(p.Lat)} }

func ground(fp *sensor.Footprint, f *Frame) {
	if c, ok := fp.Centre.Get(); ok {
		f.Centre = pair(c)
	}
	if !fp.OnGround() {
		f.Reason = fp.Reason.String()
		return
	}
	for _, c := range fp.Corners {
		f.Footprint = append(f.Footprint, *pair(c))
	}
	f.Doubt = float64(fp.Uncertainty)
}

// near is what was found about the airspace of a path, and when: the search costs more than a frame is worth.
type near struct {
	at       time.Time
	approach *Approach
}

// Boundaries are looked for once a second and as far as a quarter of an hour's flight.
const (
	approachEvery                = time.Second
	approachReach geodesy.Length = 100 * geodesy.Kilometre
)

func (r *recording) approach(source string, at geodesy.Position, f *Frame) {
	line := r.n.lines[0]
	states := line.StatesAt(at)
	for i := range states.Len() {
		f.States = append(f.States, string(states.At(i)))
	}
	if r.near == nil {
		r.near = map[string]near{}
	}
	x := r.near[source]
	if r.arrival.Sub(x.at) >= approachEvery || r.arrival.Before(x.at) {
		x = near{at: r.arrival}
		reach := approachReach
		for _, s := range line.StatesNear(nil, at, approachReach) {
			if d, ok := line.Nearest(s, airspace.Limit, at, reach); ok {
				reach = d.Distance
				x.approach = &Approach{
					State: string(s), Distance: float64(d.Distance), Inside: states.Has(s), Source: line.Source().Name, Version: line.Source().Version,
					Uncertainty: float64(d.Uncertainty),
				}
			}
		}
		r.near[source] = x
	}
	f.Boundary = x.approach
}

// Live listens to one flight, or to all when it is empty. The caller MUST call Close.
func (n *Node) Live(flight string) (*jetstream.Live, error) { return n.conn.SubscribeLive(flight) }
