package journal

// Kind is the word of an event in the encoding. A kind keeps its meaning for ever; one that must change gets a new
// version of the encoding.
type Kind string

// The kinds.
const (
	KindFlightOpened         Kind = "flight.opened"
	KindFlightClosed         Kind = "flight.closed"
	KindNoFlightDeclared     Kind = "flight.none"
	KindAirframeHoursRead    Kind = "airframe.hours"
	KindSourceStarted        Kind = "source.started"
	KindSourceStopped        Kind = "source.stopped"
	KindSourceStalled        Kind = "source.stalled"
	KindSegmentSealed        Kind = "segment.sealed"
	KindSegmentErased        Kind = "segment.erased"
	KindFixesRecorded        Kind = "fixes.recorded"
	KindFootprintsRecorded   Kind = "footprints.recorded"
	KindEntryFound           Kind = "entry.found"
	KindEntryUpdated         Kind = "entry.updated"
	KindGapFound             Kind = "gap.found"
	KindLookedInto           Kind = "looked.into"
	KindDefectsFound         Kind = "defects.found"
	KindMediaWithheld        Kind = "media.withheld"
	KindVMTIReportsCounted   Kind = "vmti.counted"
	KindLossDeclared         Kind = "loss.declared"
	KindEvidenceRead         Kind = "evidence.read"
	KindEvidenceExported     Kind = "evidence.exported"
	KindKeyRotated           Kind = "key.rotated"
	KindActRecorded          Kind = "act.recorded"
	KindObservationsRecorded Kind = "observations.recorded"
	KindOutcomeReported      Kind = "outcome.reported"
	KindSiteAttributed       Kind = "site.attributed"
	KindCheckpointPublished  Kind = "checkpoint.published"
	KindCheckpointCosigned   Kind = "checkpoint.cosigned"
	KindPadding              Kind = "padding"
)

// Kind implements Event.
func (FlightOpened) Kind() Kind { return KindFlightOpened }

// Kind implements Event.
func (FlightClosed) Kind() Kind { return KindFlightClosed }

// Kind implements Event.
func (NoFlightDeclared) Kind() Kind { return KindNoFlightDeclared }

// Kind implements Event.
func (AirframeHoursRead) Kind() Kind { return KindAirframeHoursRead }

// Kind implements Event.
func (SourceStarted) Kind() Kind { return KindSourceStarted }

// Kind implements Event.
func (SourceStopped) Kind() Kind { return KindSourceStopped }

// Kind implements Event.
func (SourceStalled) Kind() Kind { return KindSourceStalled }

// Kind implements Event.
func (SegmentSealed) Kind() Kind { return KindSegmentSealed }

// Kind implements Event.
func (SegmentErased) Kind() Kind { return KindSegmentErased }

// Kind implements Event.
func (FixesRecorded) Kind() Kind { return KindFixesRecorded }

// Kind implements Event.
func (FootprintsRecorded) Kind() Kind { return KindFootprintsRecorded }

// Kind implements Event.
func (EntryFound) Kind() Kind { return KindEntryFound }

// Kind implements Event.
func (EntryUpdated) Kind() Kind { return KindEntryUpdated }

// Kind implements Event.
func (GapFound) Kind() Kind { return KindGapFound }

// Kind implements Event.
func (LookedInto) Kind() Kind { return KindLookedInto }

// Kind implements Event.
func (DefectsFound) Kind() Kind { return KindDefectsFound }

// Kind implements Event.
func (MediaWithheld) Kind() Kind { return KindMediaWithheld }

// Kind implements Event.
func (VMTIReportsCounted) Kind() Kind { return KindVMTIReportsCounted }

// Kind implements Event.
func (LossDeclared) Kind() Kind { return KindLossDeclared }

// Kind implements Event.
func (EvidenceRead) Kind() Kind { return KindEvidenceRead }

// Kind implements Event.
func (EvidenceExported) Kind() Kind { return KindEvidenceExported }

// Kind implements Event.
func (KeyRotated) Kind() Kind { return KindKeyRotated }

// Kind implements Event.
func (ActRecorded) Kind() Kind { return KindActRecorded }

// Kind implements Event.
func (ObservationsRecorded) Kind() Kind { return KindObservationsRecorded }

// Kind implements Event.
func (OutcomeReported) Kind() Kind { return KindOutcomeReported }

// Kind implements Event.
func (SiteAttributed) Kind() Kind { return KindSiteAttributed }

// Kind implements Event.
func (CheckpointPublished) Kind() Kind { return KindCheckpointPublished }

// Kind implements Event.
func (CheckpointCosigned) Kind() Kind { return KindCheckpointCosigned }

// Kind implements Event.
func (Padding) Kind() Kind { return KindPadding }

// Kind implements Event. It is the kind as found.
func (u Unknown) Kind() Kind { return u.Name }

func (FlightOpened) event()         {}
func (FlightClosed) event()         {}
func (NoFlightDeclared) event()     {}
func (AirframeHoursRead) event()    {}
func (SourceStarted) event()        {}
func (SourceStopped) event()        {}
func (SourceStalled) event()        {}
func (SegmentSealed) event()        {}
func (SegmentErased) event()        {}
func (FixesRecorded) event()        {}
func (FootprintsRecorded) event()   {}
func (EntryFound) event()           {}
func (EntryUpdated) event()         {}
func (GapFound) event()             {}
func (LookedInto) event()           {}
func (DefectsFound) event()         {}
func (MediaWithheld) event()        {}
func (VMTIReportsCounted) event()   {}
func (LossDeclared) event()         {}
func (EvidenceRead) event()         {}
func (EvidenceExported) event()     {}
func (KeyRotated) event()           {}
func (ActRecorded) event()          {}
func (ObservationsRecorded) event() {}
func (OutcomeReported) event()      {}
func (SiteAttributed) event()       {}
func (CheckpointPublished) event()  {}
func (CheckpointCosigned) event()   {}
func (Padding) event()              {}
func (Unknown) event()              {}
