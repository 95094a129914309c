package statement

// Code says in one word why a result or a part of it is what it is. The texts, English and Spanish, are in the catalogue.
type Code string

// The codes of results. The comment gives the arguments.
const (
	CodeNoClaim Code = "no-claim" // -

	CodeCounted      Code = "counted"        // state, how many flights surely, how many at most
	CodeCountedLeast Code = "counted.least"  // state, how many flights surely
	CodeEntered      Code = "entered"        // state, how many flights
	CodeNotEntered   Code = "not-entered"    // state
	CodeMayEnter     Code = "may-have"       // state, how many flights
	CodeNoneOnRecord Code = "none-on-record" // state

	CodeLooked    Code = "looked"          // state, how many flights
	CodeNotLooked Code = "not-looked"      // state
	CodeMayLook   Code = "may-have-looked" // state
	CodeBegan     Code = "began"           // state, day of the first flight on record
	CodeNotBegan  Code = "not-begun"       // state, day
	CodeMayBegin  Code = "may-have-begun"  // state, day
	CodeMore      Code = "more"            // state, days, before at most, since at least
	CodeNotMore   Code = "not-more"        // state, days, before at least, since at most
	CodeMayBeMore Code = "may-be-more"     // state, days, before at least, since at least

	CodeUnarmed      Code = "unarmed"          // how many flights
	CodeArmed        Code = "armed"            // how many flights
	CodeMayBeArmed   Code = "may-be-armed"     // how many flights are not known
	CodeNotified     Code = "notified"         // state, how many flights
	CodeNotNotified  Code = "not-notified"     // state, how many flights
	CodeMayNotified  Code = "may-be-notified"  // state, how many flights are not known
	CodeRequested    Code = "requested"        // party, how many flights
	CodeNotRequested Code = "not-requested"    // party, how many flights
	CodeMayRequest   Code = "may-be-requested" // party, how many flights are not known
	CodeNoFlights    Code = "no-flights"       // -
)

// The codes of parts.
const (
	PartEntry       Code = "part.entry"        // state, from, to, depth in km
	PartEntryFlat   Code = "part.entry.flat"   // state, from, to
	PartPossible    Code = "part.possible"     // state, verdict of the entry
	PartLook        Code = "part.look"         // state, from, to
	PartLookDoubt   Code = "part.look.doubt"   // state
	PartNotLooked   Code = "part.not-looked"   // state: the flight did not look into it from outside
	PartClear       Code = "part.clear"        // state: the flight did not enter
	PartOpen        Code = "part.open"         // the flight was not ended
	PartLost        Code = "part.lost"         // data of the flight is lost
	PartNoFixes     Code = "part.no-fixes"     // no position of the flight is on record
	PartNoViews     Code = "part.no-views"     // what its sensors saw is not, or not all, on record
	PartNoFlight    Code = "part.no-flight"    // number
	PartNotComplete Code = "part.not-complete" // from, to
	PartOtherNumber Code = "part.other-number" // how many are stated, from, to
	PartComplete    Code = "part.complete"     // operator, how, from, to

	PartAttested      Code = "part.attested"       // who attested
	PartAttestedArmed Code = "part.attested.armed" // who attested
	PartAttestedLate  Code = "part.attested.late"  // who attested
	PartNotAttested   Code = "part.not-attested"   // -
	PartDisagrees     Code = "part.disagrees"      // inspector
	PartArms          Code = "part.arms"           // item

	PartAcknowledged Code = "part.acknowledged" // notice, when
	PartDelivered    Code = "part.delivered"    // notice, when
	PartSent         Code = "part.sent"         // notice, when: without a receipt
	PartSentLate     Code = "part.sent.late"    // notice, when it says, when it was recorded
	PartSentAfter    Code = "part.sent.after"   // notice, when
	PartDisputed     Code = "part.disputed"     // notice, by whom
	PartNoNotice     Code = "part.no-notice"    // state

	PartRequest      Code = "part.request"       // identifier, party
	PartRequestLate  Code = "part.request.late"  // identifier, party, when it was recorded
	PartRequestAfter Code = "part.request.after" // identifier, party, its day
	PartNoRequest    Code = "part.no-request"    // party
)
