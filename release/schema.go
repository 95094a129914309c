package release

import "slices"

// Class is what a field tells of, which is what a recipient may have or not.
type Class string

// The closed list of classes.
const (
	Identity  Class = "identity"  // which flight, which site
	Platform  Class = "platform"  // what flew, and how it was called
	Authority Class = "authority" // by what leave
	Time      Class = "time"
	Position  Class = "position"
	Sensing   Class = "sensing" // from where and how well it was seen
	Finding   Class = "finding" // what was seen, and how sure that is
	Claim     Class = "claim"   // who is said to be behind it
	Outcome   Class = "outcome" // what the host found
	Source    Class = "source"  // which bytes it rests on
)

// FieldSpec is a field of a kind of record.
type FieldSpec struct {
	Name  string
	Class Class
	Kind  Kind   // of its value where it has one
	Unit  string // of a number; empty: none
}

// Schema is what a kind of record consists of. All its fields are in every record of the kind: which have a value is nobody's to count.
type Schema struct {
	Kind   string
	Fields []FieldSpec
}

// Schemas returns the kinds of records, in the order in which a report has them. A field is never taken out, renamed or put elsewhere:
// another kind is made.
func Schemas() []Schema {
	return []Schema{
		{"flight/1", []FieldSpec{
			{"flight", Identity, Text, ""},
			{"aircraft", Platform, Code, ""},
			{"callsign", Platform, Text, ""},
			{"operator", Authority, Code, ""},
			{"purpose", Authority, Code, ""},
			{"basis", Authority, Text, ""},
			{"unarmed", Authority, Code, ""},
			{"from", Time, Instant, ""},
			{"to", Time, Instant, ""},
			{"states_entered", Position, Text, ""},
			{"states_looked_into", Position, Text, ""},
			{"segments", Source, Number, ""},
			{"withheld_s", Source, Number, "s"},
			{"lost_s", Source, Number, "s"},
		}},
		{"entry/1", []FieldSpec{
			{"flight", Identity, Text, ""},
			{"state", Position, Code, ""},
			{"verdict", Authority, Code, ""},
			{"leave", Authority, Code, ""},
			{"entered", Time, Instant, ""},
			{"left", Time, Instant, ""},
			{"place_in", Position, Place, ""},
			{"place_out", Position, Place, ""},
			{"deepest", Position, Place, ""},
			{"depth", Position, Number, "m"},
			{"dwell", Time, Number, "s"},
			{"altitude", Sensing, Number, "m"},
			{"datum", Sensing, Code, ""},
			{"boundary", Source, Text, ""},
		}},
		{"look/1", []FieldSpec{
			{"flight", Identity, Text, ""},
			{"state", Position, Code, ""},
			{"from", Time, Instant, ""},
			{"to", Time, Instant, ""},
			{"place", Position, Place, ""},
			{"sensor_place", Sensing, Place, ""},
			{"range", Sensing, Number, "m"},
			{"grazing", Sensing, Number, "deg"},
			{"gsd", Sensing, Number, "m"},
			{"band", Sensing, Code, ""},
			{"light", Sensing, Code, ""},
			{"terrain", Sensing, Code, ""},
			{"pod", Finding, Number, ""},
			{"source", Source, Text, ""},
		}},
		{"site/1", []FieldSpec{
			{"site", Identity, Text, ""},
			{"place", Position, Place, ""},
			{"semi_major", Position, Number, "m"},
			{"semi_minor", Position, Number, "m"},
			{"azimuth", Position, Number, "deg"},
			{"signs", Finding, Text, ""},
			{"laboratory", Finding, Number, ""},
			{"something", Finding, Number, ""},
			{"notice", Finding, Code, ""},
			{"first_seen", Time, Instant, ""},
			{"last_seen", Time, Instant, ""},
			{"organisation", Claim, Text, ""},
			{"grade", Claim, Code, ""},
			{"outcome", Outcome, Code, ""},
		}},
		{"observation/1", []FieldSpec{
			{"site", Identity, Text, ""},
			{"flight", Identity, Text, ""},
			{"class", Finding, Code, ""},
			{"at", Time, Instant, ""},
			{"place", Position, Place, ""},
			{"semi_major", Position, Number, "m"},
			{"semi_minor", Position, Number, "m"},
			{"azimuth", Position, Number, "deg"},
			{"sensor", Sensing, Text, ""},
			{"reading", Finding, Number, ""},
			{"unit", Finding, Text, ""},
			{"count", Finding, Number, ""},
			{"frame", Source, Text, ""},
			{"note", Finding, Text, ""},
		}},
		{"fix/1", []FieldSpec{
			{"flight", Identity, Text, ""},
			{"at", Time, Instant, ""},
			{"place", Position, Place, ""},
			{"altitude", Position, Number, "m"},
			{"datum", Position, Code, ""},
			{"course", Position, Number, "deg"},
			{"speed", Position, Number, "m/s"},
			{"source", Source, Text, ""},
		}},
		{"footprint/1", []FieldSpec{
			{"flight", Identity, Text, ""},
			{"at", Time, Instant, ""},
			{"corner_1", Position, Place, ""},
			{"corner_2", Position, Place, ""},
			{"corner_3", Position, Place, ""},
			{"corner_4", Position, Place, ""},
			{"centre", Position, Place, ""},
			{"sensor_place", Sensing, Place, ""},
			{"doubt", Sensing, Number, "m"},
			{"source", Source, Text, ""},
		}},
	}
}

// unplaced are the numbers that say nothing of where: counts, chances that rest on many looks, and the concentration that a gas sensor read.
var unplaced = []string{"segments", "withheld_s", "lost_s", "laboratory", "something", "reading", "count"}

// Narrows says whether a field is a number by which, with what everybody has, a place beside it can be known more finely than it is shown.
// A depth is a line along a border, and a short dwell lies close to it; an altitude leaves out the ground that is higher; a range, an
// angle, a resolution, a chance of detection by the published formula or the size of a doubt is a ring or a line from where the sensor
// was; course and speed bind one place to the next. A number that nobody has judged does.
func (f FieldSpec) Narrows() bool {
	return f.Kind == Number && !slices.Contains(unplaced, f.Name)
}

// SchemaOf returns the schema of a kind.
func SchemaOf(kind string) (Schema, bool) {
	for _, s := range Schemas() {
		if s.Kind == kind {
			return s, true
		}
	}
	return Schema{}, false
}
