package journal

// write writes the fields of an event. Its switch names every variant.
func (c *coder) write(event Event) {
	switch e := event.(type) {
	case FlightOpened:
		e.fields(c)
	case FlightClosed:
		e.fields(c)
	case NoFlightDeclared:
		e.fields(c)
	case AirframeHoursRead:
		e.fields(c)
	case SourceStarted:
		e.fields(c)
	case SourceStopped:
		e.fields(c)
	case SourceStalled:
		e.fields(c)
	case SegmentSealed:
		e.fields(c)
	case SegmentErased:
		e.fields(c)
	case FixesRecorded:
		e.fields(c)
	case FootprintsRecorded:
		e.fields(c)
	case EntryFound:
		e.fields(c)
	case EntryUpdated:
		e.fields(c)
	case GapFound:
		e.fields(c)
	case LookedInto:
		e.fields(c)
	case DefectsFound:
		e.fields(c)
	case MediaWithheld:
		e.fields(c)
	case VMTIReportsCounted:
		e.fields(c)
	case LossDeclared:
		e.fields(c)
	case EvidenceRead:
		e.fields(c)
	case EvidenceExported:
		e.fields(c)
	case KeyRotated:
		e.fields(c)
	case ActRecorded:
		e.fields(c)
	case ObservationsRecorded:
		e.fields(c)
	case OutcomeReported:
		e.fields(c)
	case SiteAttributed:
		e.fields(c)
	case CheckpointPublished:
		e.fields(c)
	case CheckpointCosigned:
		e.fields(c)
	case Padding:
		e.fields(c)
	case Unknown:
		c.buf = append(c.buf, e.Bytes...)
	default:
		c.fail(errType)
	}
}

// read reads the fields of an event of a kind; false when there is no such kind.
func (c *coder) read(kind Kind) (Event, bool) {
	switch kind {
	case KindFlightOpened:
		return value[FlightOpened](c), true
	case KindFlightClosed:
		return value[FlightClosed](c), true
	case KindNoFlightDeclared:
		return value[NoFlightDeclared](c), true
	case KindAirframeHoursRead:
		return value[AirframeHoursRead](c), true
	case KindSourceStarted:
		return value[SourceStarted](c), true
	case KindSourceStopped:
		return value[SourceStopped](c), true
	case KindSourceStalled:
		return value[SourceStalled](c), true
	case KindSegmentSealed:
		return value[SegmentSealed](c), true
	case KindSegmentErased:
		return value[SegmentErased](c), true
	case KindFixesRecorded:
		return value[FixesRecorded](c), true
	case KindFootprintsRecorded:
		return value[FootprintsRecorded](c), true
	case KindEntryFound:
		return value[EntryFound](c), true
	case KindEntryUpdated:
		return value[EntryUpdated](c), true
	case KindGapFound:
		return value[GapFound](c), true
	case KindLookedInto:
		return value[LookedInto](c), true
	case KindDefectsFound:
		return value[DefectsFound](c), true
	case KindMediaWithheld:
		return value[MediaWithheld](c), true
	case KindVMTIReportsCounted:
		return value[VMTIReportsCounted](c), true
	case KindLossDeclared:
		return value[LossDeclared](c), true
	case KindEvidenceRead:
		return value[EvidenceRead](c), true
	case KindEvidenceExported:
		return value[EvidenceExported](c), true
	case KindKeyRotated:
		return value[KeyRotated](c), true
	case KindActRecorded:
		return value[ActRecorded](c), true
	case KindObservationsRecorded:
		return value[ObservationsRecorded](c), true
	case KindOutcomeReported:
		return value[OutcomeReported](c), true
	case KindSiteAttributed:
		return value[SiteAttributed](c), true
	case KindCheckpointPublished:
		return value[CheckpointPublished](c), true
	case KindCheckpointCosigned:
		return value[CheckpointCosigned](c), true
	case KindPadding:
		return value[Padding](c), true
	}
	return nil, false
}

func value[E Event, P interface {
	*E
	fields(*coder)
}](c *coder) Event {
	var e E
	P(&e).fields(c)
	return e
}

func (e *FlightOpened) fields(c *coder) {
	c.array(4)
	sortie(c, &e.Flight)
	aircraft(c, &e.Aircraft)
	text(c, &e.Source)
	c.instant(&e.At)
}

func (e *FlightClosed) fields(c *coder) {
	c.array(7)
	sortie(c, &e.Flight)
	c.instant(&e.At)
	unsigned(c, &e.Reason)
	c.instant(&e.From)
	c.instant(&e.To)
	unsigned(c, &e.Segments)
	unsigned(c, &e.Fixes)
}

func (e *NoFlightDeclared) fields(c *coder) {
	c.array(5)
	text(c, &e.Operator)
	text(c, &e.Tail)
	day(c, &e.Day)
	text(c, &e.By)
	c.instant(&e.At)
}

func (e *AirframeHoursRead) fields(c *coder) {
	c.array(4)
	text(c, &e.Tail)
	signed(c, &e.Total)
	text(c, &e.By)
	c.instant(&e.At)
}

func (e *SourceStarted) fields(c *coder) {
	c.array(5)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	text(c, &e.Address)
	c.boolean(&e.Live)
	c.instant(&e.At)
}

func (e *SourceStopped) fields(c *coder) {
	c.array(5)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	text(c, &e.Reason)
	unsigned(c, &e.Bytes)
	c.instant(&e.At)
}

func (e *SourceStalled) fields(c *coder) {
	c.array(5)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	signed(c, &e.Silent)
	c.instant(&e.Last)
	c.instant(&e.At)
}

func (e *SegmentSealed) fields(c *coder) {
	c.array(18)
	sortie(c, &e.Flight)
	text(c, &e.Segment)
	text(c, &e.Source)
	c.instant(&e.Minute)
	c.instant(&e.From)
	c.instant(&e.To)
	unsigned(c, &e.Clock)
	signed(c, &e.Uncertainty)
	unsigned(c, &e.First)
	unsigned(c, &e.Last)
	unsigned(c, &e.Bytes)
	unsigned(c, &e.Packets)
	c.digest(&e.Plain)
	c.digest(&e.Root)
	list(c, &e.Media, media)
	counts(c, &e.Counts)
	withheld(c, &e.Withheld)
	c.instant(&e.At)
}

func (e *SegmentErased) fields(c *coder) {
	c.array(7)
	sortie(c, &e.Flight)
	text(c, &e.Segment)
	c.digest(&e.Plain)
	text(c, &e.Reason)
	text(c, &e.By)
	unsigned(c, &e.Erased)
	c.instant(&e.At)
}

func (e *FixesRecorded) fields(c *coder) {
	c.array(7)
	sortie(c, &e.Flight)
	aircraft(c, &e.Aircraft)
	text(c, &e.Source)
	signed(c, &e.Resolution)
	unsigned(c, &e.First)
	list(c, &e.Fixes, fix)
	c.instant(&e.At)
}

func (e *FootprintsRecorded) fields(c *coder) {
	c.array(5)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	unsigned(c, &e.First)
	list(c, &e.Footprints, look)
	c.instant(&e.At)
}

func (e *EntryFound) fields(c *coder) {
	c.array(5)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	unsigned(c, &e.Number)
	entry(c, &e.Entry)
	c.instant(&e.At)
}

func (e *EntryUpdated) fields(c *coder) {
	c.array(6)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	unsigned(c, &e.Number)
	entry(c, &e.Entry)
	c.boolean(&e.Open)
	c.instant(&e.At)
}

func (e *GapFound) fields(c *coder) {
	c.array(4)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	gap(c, &e.Gap)
	c.instant(&e.At)
}

func (e *LookedInto) fields(c *coder) {
	c.array(4)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	summary(c, &e.Look)
	c.instant(&e.At)
}

func (e *DefectsFound) fields(c *coder) {
	c.array(5)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	defect(c, &e.Example)
	unsigned(c, &e.Count)
	c.instant(&e.At)
}

func (e *MediaWithheld) fields(c *coder) {
	c.array(5)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	text(c, &e.Reason)
	withheld(c, &e.Withheld)
	c.instant(&e.At)
}

func (e *VMTIReportsCounted) fields(c *coder) {
	c.array(7)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	text(c, &e.Segment)
	unsigned(c, &e.People)
	unsigned(c, &e.Vehicles)
	unsigned(c, &e.Others)
	c.instant(&e.At)
}

func (e *LossDeclared) fields(c *coder) {
	c.array(12)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	text(c, &e.Stream)
	unsigned(c, &e.First)
	unsigned(c, &e.Last)
	text(c, &e.Segment)
	c.instant(&e.From)
	c.instant(&e.To)
	unsigned(c, &e.Bytes)
	text(c, &e.Cause)
	text(c, &e.By)
	c.instant(&e.At)
}

func (e *EvidenceRead) fields(c *coder) {
	c.array(4)
	text(c, &e.Who)
	text(c, &e.What)
	text(c, &e.Purpose)
	c.instant(&e.At)
}

func (e *EvidenceExported) fields(c *coder) {
	c.array(5)
	text(c, &e.Who)
	text(c, &e.What)
	text(c, &e.Purpose)
	c.digest(&e.Digest)
	c.instant(&e.At)
}

func (e *KeyRotated) fields(c *coder) {
	c.array(6)
	text(c, &e.Name)
	text(c, &e.Use)
	text(c, &e.Old)
	text(c, &e.New)
	text(c, &e.By)
	c.instant(&e.At)
}

func (e *ActRecorded) fields(c *coder) {
	c.array(6)
	text(c, &e.Act)
	text(c, &e.ID)
	c.bytes(&e.Document)
	list(c, &e.Signatures, signature)
	text(c, &e.By)
	c.instant(&e.At)
}

func (e *ObservationsRecorded) fields(c *coder) {
	c.array(6)
	sortie(c, &e.Flight)
	text(c, &e.Source)
	unsigned(c, &e.First)
	list(c, &e.Observations, observation)
	text(c, &e.By)
	c.instant(&e.At)
}

func (e *OutcomeReported) fields(c *coder) {
	c.array(1)
	found(c, &e.Found)
}

func (e *SiteAttributed) fields(c *coder) {
	c.array(1)
	attribution(c, &e.Attribution)
}

func (e *CheckpointPublished) fields(c *coder) {
	c.array(5)
	text(c, &e.Origin)
	unsigned(c, &e.Size)
	c.digest(&e.Root)
	c.bytes(&e.Note)
	c.instant(&e.At)
}

func (e *CheckpointCosigned) fields(c *coder) {
	c.array(8)
	text(c, &e.Origin)
	unsigned(c, &e.Size)
	c.digest(&e.Root)
	text(c, &e.Witness)
	c.boolean(&e.Independent)
	c.bytes(&e.Signature)
	c.instant(&e.Witnessed)
	c.instant(&e.At)
}

func (e *Padding) fields(c *coder) {
	c.array(2)
	c.fixed(e.Salt[:])
	c.instant(&e.At)
}
