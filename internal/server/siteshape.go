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

// sitePartInput asks for more of what stands behind one site.
type sitePartInput struct {
	Page
	ID uint32 `path:"id" minimum:"1"`
}

// SiteFilter says which sites are asked for, and in what order.
type SiteFilter struct {
	Box       string    `query:"box" maxLength:"100" pattern:"^-?[0-9.]+(,-?[0-9.]+){3}$" doc:"west, south, east, north in degrees; a west beyond the east is a box across 180 degrees"`
	Class     []string  `query:"class" maxItems:"13" enum:"structure,tank,barrel-cluster,burn-pit,plume,gas-reading,hotspot,generator,vehicles,airstrip,track-in-vegetation,explosive-hazard,other" doc:"with a report of any of these, with commas between"`
	Outcome   []string  `query:"outcome" maxItems:"6" enum:"none,not-visited,confirmed-laboratory,other-use,empty,destroyed" doc:"of any of these; none where the host has said nothing"`
	List      string    `query:"list" maxLength:"32" doc:"said to be of a designation on this list: OFAC-SDN"`
	Number    string    `query:"number" maxLength:"32" doc:"with this number on the list"`
	Programme string    `query:"programme" maxLength:"64" doc:"under this programme"`
	Since     time.Time `query:"since" doc:"RFC 3339; with a report, an outcome or an attribution that was put on record from then on"`
	Order     string    `query:"order" enum:"number,laboratory,changed" default:"number" doc:"by number; the likeliest laboratory first; what was put on record last first"`
}

type sitesInput struct {
	Page
	SiteFilter
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

// SiteClaimed is what a site is said to be of, shortly.
type SiteClaimed struct {
	Designation designation.Key `json:"designation"`
	Grade       string          `json:"grade"`     // Admiralty code
	Contested   bool            `json:"contested"` // somebody disagrees
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
	Claimed    []SiteClaimed   `json:"attributed_to"`
	Changed    *report.Instant `json:"changed"`       // when the newest report, outcome or attribution was put on record
	Event      uint64          `json:"changed_event"` // in the journal
}

// SiteSafety is a notice for people on the ground: a mine or another explosive was reported.
type SiteSafety struct {
	Site    uint32          `json:"site"`
	Lat     float64         `json:"lat"`
	Lon     float64         `json:"lon"`
	Ellipse Ellipse         `json:"ellipse"`
	Text    string          `json:"text"`
	Reports int             `json:"reports"` // of it
	At      *report.Instant `json:"at"`      // of the newest of them
	Event   uint64          `json:"event"`   // that put it on record
}

// Sites are a part of the sites, and what was left out of them. The safety notices are of all sites, whatever is asked for.
type Sites struct {
	Items    []Site       `json:"items"`
	Next     string       `json:"next"`
	Total    int          `json:"total"`  // sites that the question holds, in all parts
	Safety   []SiteSafety `json:"safety"` // the newest first, 100 at most
	Hazards  int          `json:"safety_total"`
	LeftOut  uint64       `json:"left_out"` // reports of streams that say of themselves that they are of a human
	Text     string       `json:"text"`     // of left_out, in words; empty where it is 0
	Outcomes int          `json:"outcomes"` // that the chances have learned from
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
	Best   *report.Instant `json:"best_time"` // when it saw best; null where that is not known
	POD    float64         `json:"pod"`
	Saw    bool            `json:"saw"` // it reported something of the site
}

// SiteStep is how the chances stood after something that moved them, by the rates of now.
type SiteStep struct {
	At         *report.Instant `json:"at"`
	What       string          `json:"what" enum:"report,pass,look,outcome" doc:"report: the first of a class by a sensor in its pass; pass: it was over, and what it did not report counts; look: that saw nothing; outcome: the host's word"`
	Text       string          `json:"text"`
	Flight     string          `json:"flight"`
	Sensor     string          `json:"sensor"`
	Saw        bool            `json:"saw"`
	Class      string          `json:"class"`       // of a report
	Report     string          `json:"observation"` // id of the report
	POD        *float64        `json:"pod"`         // of a look
	Outcome    string          `json:"outcome"`     // of an outcome
	Laboratory float64         `json:"laboratory"`
	Something  float64         `json:"something"`
	Event      uint64          `json:"event"` // in the journal; 0 of a pass and of a look
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
	Of          string          `json:"of"`           // the attribution that is contested
	Contested   []string        `json:"contested_by"` // attributions that contest this one
	Who         string          `json:"who"`
	Source      string          `json:"source"`
	Grade       string          `json:"grade"` // Admiralty code
	GradeText   string          `json:"grade_text"`
	Said        *report.Instant `json:"said"`
	Note        string          `json:"note"`
	By          string          `json:"by"`
	At          *report.Instant `json:"at"`
	Event       uint64          `json:"event"`
	InForce     []SiteStanding  `json:"in_force"` // look by look, those one after the other that have one answer taken together
}

// SiteStanding is whether the designation of a claim was in force at looks one after the other.
type SiteStanding struct {
	From     *report.Instant `json:"from"` // when the first of them began
	To       *report.Instant `json:"to"`   // when the last of them began
	Looks    int             `json:"looks"`
	Then     string          `json:"as_known_then" enum:"in,not-in,unknown"`
	Now      string          `json:"as_known_now" enum:"in,not-in,unknown"`
	ThenText string          `json:"then_text"`
	NowText  string          `json:"now_text"`
}

// WholeSite is a site with everything behind it. Of reports, looks and steps it has the first hundred; the cursors lead to more.
type WholeSite struct {
	Site
	Asked            uint32        `json:"asked"` // the number that was asked for: another, where that site was merged into this one
	Observations     []SiteReport  `json:"observations"`
	ObservationsNext string        `json:"observations_next"` // for /sites/{id}/observations
	Looks            []SiteLook    `json:"looks"`
	LooksNext        string        `json:"looks_next"`  // for /sites/{id}/looks
	LooksTotal       int           `json:"looks_total"` // in sight, whether it was reported or not
	Steps            []SiteStep    `json:"steps"`
	StepsNext        string        `json:"steps_next"` // for /sites/{id}/steps
	StepsTotal       int           `json:"steps_total"`
	History          []SiteChange  `json:"history"`
	Said             []SiteOutcome `json:"outcomes"`
	Claims           []SiteClaim   `json:"attributions"`
}

// SiteShare is how places divide.
type SiteShare struct {
	What    string  `json:"what" enum:"laboratory,other-use,nothing"`
	Text    string  `json:"text"`
	Share   float64 `json:"share"`
	Default float64 `json:"default"`
}

// SignRate is how often a sign is at a place.
type SignRate struct {
	Class             string  `json:"class"`
	Text              string  `json:"text"`
	Laboratory        float64 `json:"laboratory"`
	LaboratoryDefault float64 `json:"laboratory_default"`
	LaboratoryCases   float64 `json:"laboratory_cases"` // that outcomes added, expected
	Other             float64 `json:"other_use"`
	OtherDefault      float64 `json:"other_use_default"`
	OtherCases        float64 `json:"other_use_cases"`
}

// SensorRate is how often a sensor reports a sign.
type SensorRate struct {
	Sensor          string  `json:"sensor"`
	Class           string  `json:"class"`
	Text            string  `json:"text"`
	Seen            float64 `json:"seen"` // that it reports one that is there and in sight
	SeenDefault     float64 `json:"seen_default"`
	SeenCases       float64 `json:"seen_cases"` // that outcomes added, expected
	Mistaken        float64 `json:"mistaken"`   // that it reports one that is not there
	MistakenDefault float64 `json:"mistaken_default"`
	MistakenCases   float64 `json:"mistaken_cases"`
	Ratio           float64 `json:"likelihood_ratio"` // of one report at a place of which nothing else is known
	RatioDefault    float64 `json:"likelihood_ratio_default"`
}

// SiteRates are what chances are reckoned with after the outcomes on record, beside what they were before any.
type SiteRates struct {
	Outcomes int          `json:"outcomes"` // that moved them: sites of which the host said what they are
	Places   []SiteShare  `json:"places"`
	Signs    []SignRate   `json:"signs"`
	Sensors  []SensorRate `json:"sensors"` // by sensor and class
	Next     string       `json:"next"`    // of sensors
	Shift    float64      `json:"shift"`   // of log-odds, with which what few outcomes overstate is taken back
	Slope    float64      `json:"slope"`
	Host     float64      `json:"host_is_right"` // how often the host's word on the site itself is taken to be right
}
