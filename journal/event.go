package journal

import (
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/sensor"
	"overflight/survey"
)

// Event is one of the things that can be stated. The list is closed: only this package can add to it.
//
// The variants are FlightOpened, FlightClosed, NoFlightDeclared, AirframeHoursRead, SourceStarted, SourceStopped,
// SourceStalled, SegmentSealed, SegmentErased, FixesRecorded, FootprintsRecorded, EntryFound, EntryUpdated,
// GapFound, LookedInto, DefectsFound, MediaWithheld, VMTIReportsCounted, LossDeclared, EvidenceRead,
// EvidenceExported, KeyRotated, ActRecorded, ObservationsRecorded, OutcomeReported, SiteAttributed,
// CheckpointPublished, CheckpointCosigned, Padding and Unknown. Variants are values, not pointers.
type Event interface {
	// Kind is the word by which the encoding tells the variants apart.
	Kind() Kind
	event()
}

// FlightOpened gives a sortie its number and says which aircraft it is and which source opened it.
type FlightOpened struct {
	Flight   Sortie
	Aircraft flight.Aircraft
	Source   string
	At       time.Time
}

// FlightClosed ends a sortie. Segments is how many were sealed for it, Fixes how many were taken in,
// before any thinning.
type FlightClosed struct {
	Flight   Sortie
	At       time.Time
	Reason   CloseReason
	From, To time.Time // of fixes and frames together; zero when nothing had a time
	Segments uint64
	Fixes    uint64
}

// NoFlightDeclared is the operator's statement that an airframe did not fly on a day.
type NoFlightDeclared struct {
	Operator string
	Tail     string // empty: none of the operator's airframes
	Day      Day
	By       string
	At       time.Time
}

// AirframeHoursRead is a reading of the hour meter of one airframe.
type AirframeHoursRead struct {
	Tail  string
	Total time.Duration // since the meter stood at zero
	By    string
	At    time.Time
}

// SourceStarted says that bytes from a source began to arrive.
type SourceStarted struct {
	Flight  Sortie // zero while no sortie is open
	Source  string
	Address string // as configured, without any secret in it
	Live    bool
	At      time.Time
}

// SourceStopped says that a source ended and is not expected again.
type SourceStopped struct {
	Flight Sortie
	Source string
	Reason string // word, not prose: "end", "asked", "error"
	Bytes  uint64
	At     time.Time
}

// SourceStalled says that a source was silent for longer than it may be.
type SourceStalled struct {
	Flight Sortie
	Source string
	Silent time.Duration
	Last   time.Time // arrival of the last bytes; zero when none ever came
	At     time.Time
}

// SegmentSealed commits to one flight-minute of one source. Digests are over plain bytes.
type SegmentSealed struct {
	Flight      Sortie
	Segment     SegmentID
	Source      string
	Minute      time.Time // start of the minute by Clock, UTC
	From, To    time.Time // first and last instant by Clock; zero when nothing has one
	Clock       Clock
	Uncertainty time.Duration // of Clock; negative when not known
	First, Last uint64        // sequences in the raw stream, inclusive; zero when it never went through one
	Bytes       uint64
	Packets     uint64
	Plain       evidence.Digest // of the plain bytes as received
	Root        evidence.Digest // RFC 6962 root over the packets
	Media       []MediaDigest   // in the order of the streams in the segment
	Counts      SegmentCounts
	Withheld    Withheld
	At          time.Time // of sealing
}

// MediaDigest is the digest of one elementary stream's plain bytes within a segment.
type MediaDigest struct {
	PID    uint16 // ISO/IEC 13818-1 packet identifier; 0 for the whole of a stream that has none
	Kind   string // stream kind as the format names it: "klv", "h264"
	Bytes  uint64
	Digest evidence.Digest
}

// SegmentCounts is what was found in a segment.
type SegmentCounts struct {
	Fixes      uint64
	Frames     uint64
	Footprints uint64
	Defects    uint64
}

// Withheld counts what was not stored. It holds no positions and no bytes.
type Withheld struct {
	Packets  uint64
	Bytes    uint64
	Duration time.Duration
}

// SegmentErased is the tombstone of a segment whose key was destroyed. Erased counts the tombstones of the
// flight, this one included.
type SegmentErased struct {
	Flight  Sortie
	Segment SegmentID
	Plain   evidence.Digest
	Reason  string
	By      string
	Erased  uint64
	At      time.Time
}

// FixesRecorded is a block of consecutive fixes of one path. First is the number of the first of them in the
// path, from 0; it makes a lost or repeated block visible.
type FixesRecorded struct {
	Flight     Sortie
	Aircraft   flight.Aircraft
	Source     string
	Resolution time.Duration // step of the time stamps
	First      uint64
	Fixes      []flight.Fix
	At         time.Time
}

// FootprintsRecorded is a block of consecutive footprints of one path. First counts like that of FixesRecorded.
type FootprintsRecorded struct {
	Flight     Sortie
	Source     string
	First      uint64
	Footprints []Look
	At         time.Time
}

// Look is one frame's footprint, and where the sensor was.
type Look struct {
	Sensor    sensor.Optional[geodesy.Position]
	Altitude  sensor.Optional[geodesy.Altitude]
	Footprint sensor.Footprint
}

// EntryFound states an entry for the first time. Number counts the entries of one source of a flight from 1 in
// the order of finding.
type EntryFound struct {
	Flight Sortie
	Source string
	Number uint64
	Entry  airspace.Entry
	At     time.Time
}

// EntryUpdated replaces what was stated of the entry of the same flight, source and number.
type EntryUpdated struct {
	Flight Sortie
	Source string
	Number uint64
	Entry  airspace.Entry
	Open   bool // the last fix so far is inside
	At     time.Time
}

// GapFound states a silence between two fixes.
type GapFound struct {
	Flight Sortie
	Source string
	Gap    airspace.Gap
	At     time.Time
}

// LookedInto summarises so far what one source saw of the ground of one state from one vantage. It replaces what
// was stated before of the same flight, source, state and vantage.
type LookedInto struct {
	Flight Sortie
	Source string
	Look   account.Look
	At     time.Time
}

// DefectsFound counts findings of one kind since the event of that flight, source and code before. Example is
// one of them.
type DefectsFound struct {
	Flight  Sortie // zero when it is of no sortie
	Source  string
	Example evidence.Defect
	Count   uint64
	At      time.Time
}

// MediaWithheld counts what was not stored since the event of that flight and source before, and why. It
// holds no positions.
type MediaWithheld struct {
	Flight   Sortie
	Source   string
	Reason   string // word: "outside-area"
	Withheld Withheld
	At       time.Time
}

// VMTIReportsCounted counts ST 0903 target reports by their class. Nothing else is kept of a person.
type VMTIReportsCounted struct {
	Flight   Sortie
	Source   string
	Segment  SegmentID // empty when counted over more than one
	People   uint64
	Vehicles uint64
	Others   uint64 // any other class, or none
	At       time.Time
}

// LossDeclared says in the open that data which was taken in is no longer there.
type LossDeclared struct {
	Flight      Sortie // zero when it is of no sortie
	Source      string
	Stream      string // journal stream that lost messages; empty when none did
	First, Last uint64 // sequences there, inclusive
	Segment     SegmentID
	From, To    time.Time // what the lost data was of; zero when not known
	Bytes       uint64    // 0 when not known
	Cause       string
	By          string
	At          time.Time
}

// EvidenceRead says who looked at what, and what for.
type EvidenceRead struct {
	Who     string
	What    string // "flight/..", "segment/..", "tak/OFFICE" with a release or counts behind it
	Purpose string
	At      time.Time
}

// EvidenceExported says who took what out, and what for. Digest is of the file that left.
type EvidenceExported struct {
	Who     string
	What    string
	Purpose string
	Digest  evidence.Digest
	At      time.Time
}

// KeyRotated says that a public key replaces another under a name. Old is empty for the first.
type KeyRotated struct {
	Name string
	Use  string // word: "log", "witness", "archive"
	Old  string // public keys in their own text form
	New  string
	By   string
	At   time.Time
}

// ActRecorded is a document that persons signed: an attestation, an approval, an override, a statement.
// docs/signature.md says what exactly is signed.
type ActRecorded struct {
	Act        string // what the document is, with its version: "loadout.attested/v1"
	ID         string // of the act, which later acts name
	Document   []byte // canonical JSON (RFC 8785), byte for byte as it was signed
	Signatures []Signature
	By         string
	At         time.Time
}

// Signature is a signature line of c2sp.org/signed-note, without its newline, and the name of the key in it.
type Signature struct {
	Name string
	Line string
}

// ObservationsRecorded is a block of reports of places: of one path, or one that an analyst or an outside detector made.
// First counts those of a path from 0 like that of FixesRecorded; it is 0 elsewhere.
type ObservationsRecorded struct {
	Flight       Sortie // zero when they are of no sortie
	Source       string // of the path; empty elsewhere
	First        uint64
	Observations []survey.Observation
	By           string // who put it on record; empty of a path
	At           time.Time
}

// OutcomeReported is what the host found at a site.
type OutcomeReported struct {
	Found survey.Found
}

// SiteAttributed says who takes a site for that of a designated organisation, or contests that.
type SiteAttributed struct {
	Attribution survey.Attribution
}

// CheckpointPublished is a checkpoint of our log as it was signed.
type CheckpointPublished struct {
	Origin string
	Size   uint64
	Root   evidence.Digest
	Note   []byte // the signed note, byte for byte
	At     time.Time
}

// CheckpointCosigned is a cosignature of one of our checkpoints.
type CheckpointCosigned struct {
	Origin      string
	Size        uint64
	Root        evidence.Digest
	Witness     string // name of the witness's key
	Independent bool   // by a party other than the operator, as the policy says
	Signature   []byte // the signature line, byte for byte
	Witnessed   time.Time
	At          time.Time
}

// Padding says nothing. It keeps the rate of the ledger constant; Salt makes its commitment unguessable and is
// what an auditor is shown.
type Padding struct {
	Salt [32]byte
	At   time.Time
}

// Unknown is a record that this program cannot read: of a later version, of a kind that it does not know, or
// malformed. Bytes is the whole record as it was, so that nothing is lost by passing it on.
type Unknown struct {
	Name    Kind   // as found; empty when malformed
	Version uint64 // as found; 0 when malformed
	Bytes   []byte
}
