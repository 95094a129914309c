package authority

import (
	"fmt"
	"time"
)

// Carried says what kind of thing a station of an aircraft carries.
type Carried string

// The kinds. Armament is named so that it can be attested to be absent, and refused when it is not.
const (
	Nothing  Carried = "nothing"
	Sensor   Carried = "sensor"
	Fuel     Carried = "fuel"
	Link     Carried = "link" // data link, relay
	Ballast  Carried = "ballast"
	Armament Carried = "armament"
)

// Station is one place under an aircraft where something can be carried.
type Station struct {
	Station string  `json:"station"`
	Carried Carried `json:"carried"`
	Item    string  `json:"item,omitempty"` // type and serial number
	// Release says that what is on the station could be dropped or fired from it: a rack, a launcher. An aircraft is
	// capable of being armed by what it has, and armed by what is on it; these are two facts.
	Release bool `json:"release,omitempty"`
}

// LoadoutAttested is a person's word on what an aircraft carries, given before take-off.
type LoadoutAttested struct {
	ID        string     `json:"id"`
	Tail      string     `json:"tail"`
	Sortie    string     `json:"sortie,omitempty"` // of the plan; empty: every sortie in the period
	Stations  []Station  `json:"stations"`
	Capable   bool       `json:"capable"` // of being armed
	Armed     bool       `json:"armed"`
	At        time.Time  `json:"at"`     // of the look at the aircraft
	Period    Period     `json:"period"` // in which it may be relied on
	By        string     `json:"by"`
	Papers    []Document `json:"papers,omitempty"` // photographs and forms, by digest
	Inspector string     `json:"inspector,omitempty"`
}

// Kind implements Act.
func (LoadoutAttested) Kind() Kind { return KindLoadoutAttested }

// Ident implements Act.
func (a LoadoutAttested) Ident() string { return a.ID }

// Check implements Act.
func (a LoadoutAttested) Check() error {
	if len(a.Stations) == 0 || len(a.Stations) > 50 {
		return fault("stations", fmt.Sprint(len(a.Stations)), "each station of the aircraft, 1 to 50")
	}
	armed, racks := false, false
	seen := map[string]bool{}
	for i, s := range a.Stations {
		field := fmt.Sprintf("stations[%d]", i)
		switch s.Carried {
		case Nothing, Sensor, Fuel, Link, Ballast, Armament:
		default:
			return fault(field+".carried", string(s.Carried), `"nothing", "sensor", "fuel", "link", "ballast" or "armament"`)
		}
		if err := first(wantText(field+".station", s.Station), shortText(field+".item", s.Item)); err != nil {
			return err
		}
		if seen[s.Station] {
			return fault(field+".station", s.Station, "each station once")
		}
		seen[s.Station] = true
		armed = armed || s.Carried == Armament
		racks = racks || s.Release
	}
	switch {
	case armed && !a.Armed:
		return fault("armed", "false", "true, as a station carries armament")
	case (armed || racks || a.Armed) && !a.Capable:
		return fault("capable", "false", "true, as a station can release or carries armament")
	case len(a.Papers) > 100:
		return fault("papers", fmt.Sprint(len(a.Papers)), "at most 100")
	}
	for i := range a.Papers {
		if err := a.Papers[i].check(fmt.Sprintf("papers[%d]", i), true); err != nil {
			return err
		}
	}
	return first(wantID("id", a.ID), wantText("tail", a.Tail), wantInstant("at", a.At), a.Period.bounds("period"), wantText("by", a.By), shortText("inspector", a.Inspector))
}

// LoadoutInspected is the host state's inspector's word on an attested loadout.
type LoadoutInspected struct {
	Loadout   string     `json:"loadout"`
	Party     Party      `json:"party"`
	Inspector string     `json:"inspector"`
	At        time.Time  `json:"at"`
	Agrees    bool       `json:"agrees"`
	Remarks   string     `json:"remarks,omitempty"`
	Papers    []Document `json:"papers,omitempty"`
}

// Kind implements Act.
func (LoadoutInspected) Kind() Kind { return KindLoadoutInspected }

// Ident implements Act.
func (a LoadoutInspected) Ident() string { return a.Loadout + ":" + string(a.Party.State()) }

// Check implements Act.
func (a LoadoutInspected) Check() error {
	if !a.Agrees && a.Remarks == "" {
		return fault("remarks", "", "what the inspector does not agree with")
	}
	if len(a.Papers) > 100 {
		return fault("papers", fmt.Sprint(len(a.Papers)), "at most 100")
	}
	for i := range a.Papers {
		if err := a.Papers[i].check(fmt.Sprintf("papers[%d]", i), true); err != nil {
			return err
		}
	}
	return first(wantID("loadout", a.Loadout), wantParty("party", a.Party), wantText("inspector", a.Inspector), wantInstant("at", a.At), shortText("remarks", a.Remarks))
}
