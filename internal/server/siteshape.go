package server

import (
	"time"

	"overflight/designation"
	"overflight/internal/report"
)

// Ellipse holds a place 95 times in 100.
type Ellipse struct {
	Major   float64 `json:"major_m" doc:"greater half axis"`
	Minor   float64 `json:"minor_m" doc:"smaller half axis"`
	Azimuth float64 `json:"azimuth_deg" doc:"of the greater axis, from true north, 0 to 180"`
}

// Bytes say where a report is to be read.
type Bytes struct {
	Source  string `json:"source" maxLength:"200"`
	Offset  int64  `json:"offset" minimum:"0"`
	Length  int64  `json:"length" minimum:"0"`
	Segment string `json:"segment,omitempty" readOnly:"true" doc:"the sealed segment that holds the instant"`
}

type observationInput struct {
	Body struct {
		ID      string    `json:"id" maxLength:"128" doc:"yours: the same again changes nothing"`
		Class   string    `json:"class"`
		Count   uint64    `json:"count,omitempty" maximum:"1000000" doc:"1 when left out"`
		Lat     float64   `json:"lat"`
		Lon     float64   `json:"lon"`
		Ellipse *Ellipse  `json:"ellipse,omitempty" doc:"95 %; a stated default when left out"`
		Common  *float64  `json:"common,omitempty" doc:"share of the variance that all reports of one pass have in common, 0 to 1"`
		Time    time.Time `json:"time"`
		Sensor  string    `json:"sensor" maxLength:"64" doc:"rates are kept by it"`
		Flight  string    `json:"flight,omitempty"`
		Frame   *Bytes    `json:"frame,omitempty" doc:"the bytes that it was seen in"`
		Reading float64   `json:"reading,omitempty"`
		Unit    string    `json:"unit,omitempty" maxLength:"64"`
		Note    string    `json:"note,omitempty" maxLength:"400"`
		By      string    `json:"by,omitempty" doc:"who puts it on record; of a user who is signed in, that user"`
	}
}

type markInput struct {
	Body struct {
		ID      string    `json:"id" maxLength:"128" doc:"yours: the same again changes nothing"`
		Class   string    `json:"class"`
		Count   uint64    `json:"count,omitempty" maximum:"1000000"`
		Lat     float64   `json:"lat"`
		Lon     float64   `json:"lon"`
		Ellipse *Ellipse  `json:"ellipse,omitempty"`
		Time    time.Time `json:"time" doc:"of the frame, or of the mark on the map"`
		Flight  string    `json:"flight,omitempty"`
		Frame   *Bytes    `json:"frame,omitempty" doc:"the frame that was marked"`
		Note    string    `json:"note,omitempty" maxLength:"400"`
		By      string    `json:"by,omitempty" doc:"who marks it; of a user who is signed in, that user"`
	}
}

// Observed is what became of a report.
type Observed struct {
	Stated
	ID    string `json:"id"`
	Site  uint32 `json:"site"`  // 0: of none
	Known bool   `json:"known"` // it was on record before, word for word
}

type siteInput struct {
	ID uint32 `path:"id" minimum:"1"`
}

type outcomeInput struct {
	ID   uint32 `path:"id" minimum:"1"`
	Body struct {
		Outcome string    `json:"outcome"`
		Visited time.Time `json:"visited,omitempty" doc:"when people were there; left out of not-visited"`
		Party   string    `json:"party" maxLength:"64" doc:"who says so: MEX/SEDENA"`
		Note    string    `json:"note,omitempty" maxLength:"400"`
		By      string    `json:"by,omitempty" doc:"who puts it on record; of a user who is signed in, that user"`
	}
}

type attributionInput struct {
	ID   uint32 `path:"id" minimum:"1"`
	Body struct {
		ID          string          `json:"id,omitempty" maxLength:"128"`
		Designation designation.Key `json:"designation" doc:"by list, number on the list and programme; a name is none"`
		Stance      string          `json:"stance,omitempty" doc:"asserts, when left out, or contests"`
		Of          string          `json:"of,omitempty" maxLength:"128" doc:"the attribution that is contested"`
		Who         string          `json:"who" maxLength:"64" doc:"who says so"`
		Source      string          `json:"source" maxLength:"400" doc:"on what"`
		Reliability string          `json:"reliability" doc:"of the source, A to F (Admiralty code)"`
		Credibility uint8           `json:"credibility" doc:"of the information, 1 to 6 (Admiralty code)"`
		Said        time.Time       `json:"said"`
		Note        string          `json:"note,omitempty" maxLength:"400"`
		By          string          `json:"by,omitempty" doc:"who puts it on record; of a user who is signed in, that user"`
	}
}

// AttributedAs is where an attribution stands.
type AttributedAs struct {
	Stated
	ID string `json:"id"`
}

// SiteTally counts the reports of one class at a site.
type SiteTally struct {
	Class   string `json:"class"`
	Text    string `json:"text"`
	Reports int    `json:"reports"`
	Most    uint64 `json:"most"` // greatest count of one report
}

// SiteOutcome is what the host found.
type SiteOutcome struct {
	Outcome string          `json:"outcome"`
	Text    string          `json:"text"`
	Visited *report.Instant `json:"visited"`
	Party   string          `json:"party"`
	Note    string          `json:"note"`
	By      string          `json:"by"`
	At      *report.Instant `json:"at"`
	Event   uint64          `json:"event"`
}

// Site is a place that was reported.
type Site struct {
	ID         uint32          `json:"id"`
	Lat        float64         `json:"lat"`
	Lon        float64         `json:"lon"`
	Ellipse    Ellipse         `json:"ellipse"`
	Laboratory float64         `json:"laboratory"` // chance that people who go there find what is searched for
	Something  float64         `json:"something"`  // chance that they find anything
	Reported   float64         `json:"reported"`   // laboratory, without the host's word on this site
	Classes    []SiteTally     `json:"classes"`
	From       *report.Instant `json:"from"`
	To         *report.Instant `json:"to"`
	Reports    int             `json:"reports"`
	Passes     int             `json:"passes"`  // that reported it
	Unseen     int             `json:"unseen"`  // looks that reported nothing of it
	Safety     string          `json:"safety"`  // a notice for people on the ground; empty where there is none
	Outcome    *SiteOutcome    `json:"outcome"` // null while the host has said nothing
	Claimed    []string        `json:"attributed_to"`
}

// Sites are the sites, and what was left out of them.
type Sites struct {
	Items    []Site `json:"items"`
	LeftOut  uint64 `json:"left_out"` // reports of streams that say of themselves that they are of a human
	Text     string `json:"text"`     // of left_out, in words; empty where it is 0
	Outcomes int    `json:"outcomes"` // that the chances have learned from
}

// SiteReport is one observation of a site.
type SiteReport struct {
	ID      string          `json:"id"`
	Class   string          `json:"class"`
	Count   uint64          `json:"count"`
	Lat     float64         `json:"lat"`
	Lon     float64         `json:"lon"`
	Ellipse Ellipse         `json:"ellipse"`
	Common  float64         `json:"common"`
	Assumed bool            `json:"ellipse_assumed"`
	Time    *report.Instant `json:"time"`
	Sensor  string          `json:"sensor"`
	Origin  string          `json:"origin"`
	Flight  string          `json:"flight"`
	Frame   *Bytes          `json:"frame"` // null where it leads to none
	Reading float64         `json:"reading"`
	Unit    string          `json:"unit"`
	Note    string          `json:"note"`
	Pass    int             `json:"pass"`
	Event   uint64          `json:"event"`
	Ratio   float64         `json:"likelihood_ratio"` // of one such report at a place of which nothing else is known
}

// SiteLook is one time that a sensor had the site in sight.
type SiteLook struct {
	Flight string          `json:"flight"`
	Sensor string          `json:"sensor"`
	From   *report.Instant `json:"from"`
	To     *report.Instant `json:"to"`
	POD    float64         `json:"pod"`
	Saw    bool            `json:"saw"` // it reported something of the site
}

// SiteStep is how the chance of a laboratory stood after a pass or a look.
type SiteStep struct {
	At         *report.Instant `json:"at"`
	Sensor     string          `json:"sensor"`
	Saw        bool            `json:"saw"`
	Laboratory float64         `json:"laboratory"`
}

// SiteChange is an event in the life of a site.
type SiteChange struct {
	Change  string          `json:"change" enum:"founded,merged,split"`
	Text    string          `json:"text"`
	Other   uint32          `json:"other"`
	At      *report.Instant `json:"at"`
	Event   uint64          `json:"event"`
	Reports int             `json:"reports"`
}

// SiteClaim is somebody's word on whose a site is.
type SiteClaim struct {
	ID          string          `json:"id"`
	Designation designation.Key `json:"designation"`
	Name        string          `json:"name"` // of the organisation on the list, now
	Stance      string          `json:"stance" enum:"asserts,contests"`
	Of          string          `json:"of"`
	Who         string          `json:"who"`
	Source      string          `json:"source"`
	Grade       string          `json:"grade"` // Admiralty code
	Said        *report.Instant `json:"said"`
	Note        string          `json:"note"`
	By          string          `json:"by"`
	At          *report.Instant `json:"at"`
	Event       uint64          `json:"event"`
	InForce     []SiteStanding  `json:"in_force"` // at each pass and look
}

// SiteStanding is whether the designation of a claim was in force at an instant.
type SiteStanding struct {
	At       *report.Instant `json:"at"`
	Then     string          `json:"as_known_then" enum:"in,not-in,unknown"`
	Now      string          `json:"as_known_now" enum:"in,not-in,unknown"`
	ThenText string          `json:"then_text"`
	NowText  string          `json:"now_text"`
}

// WholeSite is a site with everything behind it.
type WholeSite struct {
	Site
	Asked        uint32        `json:"asked"` // the number that was asked for: another, where that site was merged into this one
	Observations []SiteReport  `json:"observations"`
	Looks        []SiteLook    `json:"looks"`
	Steps        []SiteStep    `json:"steps"`
	History      []SiteChange  `json:"history"`
	Said         []SiteOutcome `json:"outcomes"`
	Claims       []SiteClaim   `json:"attributions"`
}
