package st0903

import "overflight/format/misb/imapb"

// form is how the bytes of an item are to be read.
type form uint8

const (
	opaque form = iota
	unsigned
	mapped // IMAPB; in legacy sets see spec.legacy
	text
	timestamp
	enumeration
	color
	uuid
	location
	locations
	vector // velocity or acceleration
	fpa
	targets
	nested
	series // BER length + set, repeated
	pixels // BER length + pixel number, repeated
	runs   // pixel runs of a mask
)

// legacyForm is what a mapped item was before version 4.
type legacyForm uint8

const (
	linear legacyForm = iota // unsigned, the whole range of the integer
	steps                    // signed of minimal length, 0.075/32767 degrees a step
)

// spec describes one item.
type spec struct {
	name, unit string
	form       form
	size       int // largest length; of a mapped item the one that is written
	scales     *[9]imapb.Scale
	legacy     legacyForm
	codes      []string
	set        *schema
}

// schema describes one set; items are indexed by tag.
type schema struct {
	standard string
	items    []spec
}

var none spec

func (s *schema) spec(tag uint32) *spec {
	if tag < uint32(len(s.items)) {
		return &s.items[tag]
	}
	return &none
}

var (
	fieldOfView = imapb.Lengths(0, 180)
	offsets     = imapb.Lengths(-19.2, 19.2)
	heights     = imapb.Lengths(-900, 19000)
	percentages = imapb.Lengths(0, 100)

	latitude4   = imapb.New(-90, 90, 4)
	longitude4  = imapb.New(-180, 180, 4)
	height2     = imapb.New(-900, 19000, 2)
	sigma2      = imapb.New(0, 650, 2)
	rho2        = imapb.New(-1, 1, 2)
	component2  = imapb.New(-900, 900, 2)
	statusTexts = []string{"Inactive", "Active-Moving", "Dropped", "Active-Stopped", "Active-Coasting"}
)

var vmtiSchema = schema{"ST 0903", []spec{
	Checksum:        {name: "Checksum", form: unsigned, size: 2},
	Timestamp:       {name: "Precision Time Stamp", form: timestamp, size: 8},
	SystemName:      {name: "VMTI System Name", form: text, size: 32},
	Version:         {name: "VMTI LS Version Number", form: unsigned, size: 2},
	TargetsDetected: {name: "Total Number of Targets Detected", form: unsigned, size: 3},
	TargetsReported: {name: "Number of Reported Targets", form: unsigned, size: 3},
	FrameNumber:     {name: "Motion Imagery Frame Number", form: unsigned, size: 3},
	FrameWidth:      {name: "Frame Width", unit: "px", form: unsigned, size: 3},
	FrameHeight:     {name: "Frame Height", unit: "px", form: unsigned, size: 3},
	SourceSensor:    {name: "VMTI Source Sensor", form: text, size: 128},
	HorizontalFOV:   {name: "VMTI Horizontal FOV", unit: "deg", form: mapped, size: 2, scales: fieldOfView},
	VerticalFOV:     {name: "VMTI Vertical FOV", unit: "deg", form: mapped, size: 2, scales: fieldOfView},
	MIISID:          {name: "MIIS ID", form: opaque},
	TargetSeries:    {name: "VTarget Series", form: targets},
	AlgorithmSeries: {name: "Algorithm Series", form: series, set: &algorithmSchema},
	OntologySeries:  {name: "Ontology Series", form: series, set: &ontologySchema},
}}

var targetSchema = schema{"ST 0903 VTarget", []spec{
	Centroid:             {name: "Target Centroid", unit: "px", form: unsigned, size: 6},
	BoxTopLeft:           {name: "Bounding Box Top Left Pixel", unit: "px", form: unsigned, size: 6},
	BoxBottomRight:       {name: "Bounding Box Bottom Right Pixel", unit: "px", form: unsigned, size: 6},
	Priority:             {name: "Target Priority", form: unsigned, size: 1},
	Confidence:           {name: "Target Confidence Level", unit: "%", form: unsigned, size: 1},
	History:              {name: "Target History", form: unsigned, size: 2},
	PixelPercentage:      {name: "Percentage of Target Pixels", unit: "%", form: unsigned, size: 1},
	Color:                {name: "Target Color", form: color, size: 3},
	Intensity:            {name: "Target Intensity", form: unsigned, size: 3},
	OffsetLatitude:       {name: "Target Location Offset Latitude", unit: "deg", form: mapped, size: 3, scales: offsets, legacy: steps},
	OffsetLongitude:      {name: "Target Location Offset Longitude", unit: "deg", form: mapped, size: 3, scales: offsets, legacy: steps},
	HeightAboveEllipsoid: {name: "Target Height Above Ellipsoid", unit: "m", form: mapped, size: 2, scales: heights},
	TopLeftLatitude:      {name: "Bounding Box Top Left Latitude Offset", unit: "deg", form: mapped, size: 3, scales: offsets, legacy: steps},
	TopLeftLongitude:     {name: "Bounding Box Top Left Longitude Offset", unit: "deg", form: mapped, size: 3, scales: offsets, legacy: steps},
	BottomRightLatitude:  {name: "Bounding Box Bottom Right Latitude Offset", unit: "deg", form: mapped, size: 3, scales: offsets, legacy: steps},
	BottomRightLongitude: {name: "Bounding Box Bottom Right Longitude Offset", unit: "deg", form: mapped, size: 3, scales: offsets, legacy: steps},
	TargetLocation:       {name: "Target Location", form: location},
	ContourSeries:        {name: "Geospatial Contour Series", form: locations},
	CentroidRow:          {name: "Centroid Pixel Row", unit: "px", form: unsigned, size: 4},
	CentroidColumn:       {name: "Centroid Pixel Column", unit: "px", form: unsigned, size: 4},
	FPAIndex:             {name: "FPA Index", form: fpa, size: 2},
	AlgorithmID:          {name: "Algorithm ID", form: unsigned, size: 3},
	DetectionStatus:      {name: "Detection Status", form: enumeration, size: 1, codes: statusTexts},
	Mask:                 {name: "VMask", form: nested, set: &maskSchema},
	Object:               {name: "VObject", form: nested, set: &objectSchema},
	Feature:              {name: "VFeature", form: nested, set: &featureSchema},
	Tracker:              {name: "VTracker", form: nested, set: &trackerSchema},
	Chip:                 {name: "VChip", form: nested, set: &chipSchema},
	ChipSeries:           {name: "VChip Series", form: series, set: &chipSchema},
	ObjectSeries:         {name: "VObject Series", form: series, set: &objectSchema},
}}

var algorithmSchema = schema{"ST 0903 Algorithm", []spec{
	1: {name: "ID", form: unsigned, size: 3},
	2: {name: "Name", form: text},
	3: {name: "Version", form: text},
	4: {name: "Class", form: text},
	5: {name: "Number of Frames", form: unsigned, size: 8},
}}

var ontologySchema = schema{"ST 0903 Ontology", []spec{
	1: {name: "ID", form: unsigned, size: 3},
	2: {name: "Parent ID", form: unsigned, size: 3},
	3: {name: "Ontology IRI", form: text},
	4: {name: "Entity IRI", form: text},
	5: {name: "Version IRI", form: text},
	6: {name: "Label", form: text},
}}

var maskSchema = schema{"ST 0903 VMask", []spec{
	1: {name: "Polygon", unit: "px", form: pixels},
	2: {name: "Bit Mask Series", form: runs},
}}

var objectSchema = schema{"ST 0903 VObject", []spec{
	1: {name: "Ontology", form: text},
	2: {name: "Ontology Class", form: text},
	3: {name: "Ontology ID", form: unsigned, size: 3},
	4: {name: "Confidence", unit: "%", form: mapped, size: 2, scales: percentages},
}}

var featureSchema = schema{"ST 0903 VFeature", []spec{
	1: {name: "Schema", form: text},
	2: {name: "Schema Feature", form: text},
}}

var trackerSchema = schema{"ST 0903 VTracker", []spec{
	1:  {name: "Track ID", form: uuid, size: 16},
	2:  {name: "Detection Status", form: enumeration, size: 1, codes: statusTexts},
	3:  {name: "Start Time", form: timestamp, size: 8},
	4:  {name: "End Time", form: timestamp, size: 8},
	5:  {name: "Boundary Series", form: locations},
	6:  {name: "Algorithm", form: text},
	7:  {name: "Confidence Level", unit: "%", form: unsigned, size: 1},
	8:  {name: "Number of Track Points", form: unsigned, size: 2},
	9:  {name: "Track History Series", form: locations},
	10: {name: "Velocity", unit: "m/s", form: vector},
	11: {name: "Acceleration", unit: "m/s2", form: vector},
	12: {name: "Algorithm ID", form: unsigned, size: 3},
}}

var chipSchema = schema{"ST 0903 VChip", []spec{
	1: {name: "Image Type", form: text},
	2: {name: "Image IRI", form: text},
	3: {name: "Embedded Image", form: opaque},
}}
