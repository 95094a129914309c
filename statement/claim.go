package statement

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/authority"
)

// Claim is what a statement says that a record can show. The list is closed: only this package can add to it.
//
// The variants are FlightsOver, Unarmed, NotifiedBefore, DidNotEnter, LookedInFromOutside, AtRequestOf, BeganBy and
// SteppedUpSince. Variants are values. A zero period is that of what the statement is about.
type Claim interface {
	// Is is the word by which documents tell the variants apart.
	Is() Word
	claim()
	check() error
	// period is that of the claim itself, zero where it has none.
	period() authority.Period
	// needsPeriod reports whether the claim says nothing without one.
	needsPeriod() bool
}

// Word is the word of a claim.
type Word string

// The words.
const (
	WordFlightsOver    Word = "flights-over"
	WordUnarmed        Word = "unarmed"
	WordNotifiedBefore Word = "notified-before"
	WordDidNotEnter    Word = "did-not-enter"
	WordLookedIn       Word = "looked-in-from-outside"
	WordAtRequestOf    Word = "at-request-of"
	WordBeganBy        Word = "began-by"
	WordSteppedUp      Word = "stepped-up-since"
)

// FlightsOver says that there were flights in the airspace of a state: at least one where no number is given.
type FlightsOver struct {
	State   airspace.State   `json:"state"`
	Period  authority.Period `json:"period,omitzero"`
	AtLeast *int             `json:"at_least,omitempty"`
	AtMost  *int             `json:"at_most,omitempty"`
	Number  *int             `json:"number,omitempty"`
}

// Unarmed says that no flight carried arms.
type Unarmed struct {
	Period authority.Period `json:"period,omitzero"`
}

// NotifiedBefore says that a state had notice of each entry before it.
type NotifiedBefore struct {
	State  airspace.State   `json:"state"`
	Period authority.Period `json:"period,omitzero"`
}

// DidNotEnter says that the airspace of a state was not entered.
type DidNotEnter struct {
	State  airspace.State   `json:"state"`
	Period authority.Period `json:"period,omitzero"`
}

// LookedInFromOutside says that the ground of a state was imaged from outside its airspace.
type LookedInFromOutside struct {
	State  airspace.State   `json:"state"`
	Period authority.Period `json:"period,omitzero"`
}

// AtRequestOf says that the flights were at the request of a party.
type AtRequestOf struct {
	Party  authority.Party  `json:"party"`
	Period authority.Period `json:"period,omitzero"`
}

// BeganBy says that flights over a state had begun by the end of a day, UTC.
type BeganBy struct {
	Date  Day            `json:"date"`
	State airspace.State `json:"state"`
}

// SteppedUpSince says that there were more flights over a state since a day, UTC, than before: in as many days from it on as
// before it.
type SteppedUpSince struct {
	Date  Day            `json:"date"`
	State airspace.State `json:"state"`
	Days  int            `json:"days,omitempty"` // on either side; 0 is usualDays
}

// usualDays are the days on either side where a statement names none: four weeks, so that each day of the week counts alike.
const usualDays = 28

// mostDays bounds the days on either side.
const mostDays = 3660

func (FlightsOver) claim()         {}
func (Unarmed) claim()             {}
func (NotifiedBefore) claim()      {}
func (DidNotEnter) claim()         {}
func (LookedInFromOutside) claim() {}
func (AtRequestOf) claim()         {}
func (BeganBy) claim()             {}
func (SteppedUpSince) claim()      {}

// Is implements Claim.
func (FlightsOver) Is() Word { return WordFlightsOver }

// Is implements Claim.
func (Unarmed) Is() Word { return WordUnarmed }

// Is implements Claim.
func (NotifiedBefore) Is() Word { return WordNotifiedBefore }

// Is implements Claim.
func (DidNotEnter) Is() Word { return WordDidNotEnter }

// Is implements Claim.
func (LookedInFromOutside) Is() Word { return WordLookedIn }

// Is implements Claim.
func (AtRequestOf) Is() Word { return WordAtRequestOf }

// Is implements Claim.
func (BeganBy) Is() Word { return WordBeganBy }

// Is implements Claim.
func (SteppedUpSince) Is() Word { return WordSteppedUp }

func (c FlightsOver) period() authority.Period         { return c.Period }
func (c Unarmed) period() authority.Period             { return c.Period }
func (c NotifiedBefore) period() authority.Period      { return c.Period }
func (c DidNotEnter) period() authority.Period         { return c.Period }
func (c LookedInFromOutside) period() authority.Period { return c.Period }
func (c AtRequestOf) period() authority.Period         { return c.Period }
func (BeganBy) period() authority.Period               { return authority.Period{} }
func (SteppedUpSince) period() authority.Period        { return authority.Period{} }

func (FlightsOver) needsPeriod() bool         { return true }
func (Unarmed) needsPeriod() bool             { return true }
func (NotifiedBefore) needsPeriod() bool      { return true }
func (DidNotEnter) needsPeriod() bool         { return true }
func (LookedInFromOutside) needsPeriod() bool { return true }
func (AtRequestOf) needsPeriod() bool         { return true }
func (BeganBy) needsPeriod() bool             { return false }
func (SteppedUpSince) needsPeriod() bool      { return false }

func (c FlightsOver) check() error {
	if c.Number != nil && (c.AtLeast != nil || c.AtMost != nil) {
		return fault("claim.number", fmt.Sprint(*c.Number), "a number, or at least and at most, not both")
	}
	for _, x := range []struct {
		field string
		n     *int
	}{{"claim.number", c.Number}, {"claim.at_least", c.AtLeast}, {"claim.at_most", c.AtMost}} {
		if x.n != nil && (*x.n < 0 || *x.n > 1_000_000) {
			return fault(x.field, fmt.Sprint(*x.n), "a number of flights from 0 to 1000000")
		}
	}
	if c.AtLeast != nil && c.AtMost != nil && *c.AtLeast > *c.AtMost {
		return fault("claim.at_most", fmt.Sprint(*c.AtMost), fmt.Sprintf("no less than at_least, %d", *c.AtLeast))
	}
	return placed(c.State, c.Period)
}

func (c Unarmed) check() error             { return order("claim.period", c.Period) }
func (c NotifiedBefore) check() error      { return placed(c.State, c.Period) }
func (c DidNotEnter) check() error         { return placed(c.State, c.Period) }
func (c LookedInFromOutside) check() error { return placed(c.State, c.Period) }
func (c BeganBy) check() error {
	return first(wantState("claim.state", c.State), wantDate("claim.date", c.Date))
}

func (c AtRequestOf) check() error {
	return first(wantParty("claim.party", c.Party), order("claim.period", c.Period))
}

func (c SteppedUpSince) check() error {
	if c.Days < 0 || c.Days > mostDays {
		return fault("claim.days", fmt.Sprint(c.Days), fmt.Sprintf("days from 1 to %d", mostDays))
	}
	return first(wantState("claim.state", c.State), wantDate("claim.date", c.Date))
}

func placed(s airspace.State, p authority.Period) error {
	return first(wantState("claim.state", s), order("claim.period", p))
}

// Checkable is a Claim in a document: its members, and the member "is" with its word. The zero Checkable is none.
type Checkable struct{ Claim }

// IsZero reports whether there is no claim.
func (c Checkable) IsZero() bool { return c.Claim == nil }

// MarshalJSON writes the claim.
func (c Checkable) MarshalJSON() ([]byte, error) {
	if c.Claim == nil {
		return []byte("null"), nil
	}
	b, err := json.Marshal(c.Claim)
	if err != nil {
		return nil, err
	}
	is, err := json.Marshal(c.Is())
	if err != nil {
		return nil, err
	}
	out := append([]byte(`{"is":`), is...)
	if len(b) > len("{}") {
		out = append(out, ',')
	}
	return append(out, b[1:]...), nil
}

// UnmarshalJSON reads what MarshalJSON wrote. A member that the claim does not have is refused.
func (c *Checkable) UnmarshalJSON(b []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return fault("claim", string(b), "an object with the member is")
	}
	if members == nil {
		*c = Checkable{}
		return nil
	}
	var is Word
	if raw, ok := members["is"]; ok {
		if err := json.Unmarshal(raw, &is); err != nil {
			return fault("claim.is", string(raw), "the word of a claim")
		}
	}
	delete(members, "is")
	rest, err := json.Marshal(members)
	if err != nil {
		return fault("claim", string(b), "an object")
	}
	c.Claim, err = readClaim(is, rest)
	return err
}

func readClaim(is Word, b []byte) (Claim, error) {
	switch is {
	case WordFlightsOver:
		return members[FlightsOver](b)
	case WordUnarmed:
		return members[Unarmed](b)
	case WordNotifiedBefore:
		return members[NotifiedBefore](b)
	case WordDidNotEnter:
		return members[DidNotEnter](b)
	case WordLookedIn:
		return members[LookedInFromOutside](b)
	case WordAtRequestOf:
		return members[AtRequestOf](b)
	case WordBeganBy:
		return members[BeganBy](b)
	case WordSteppedUp:
		return members[SteppedUpSince](b)
	}
	return nil, fault("claim.is", string(is), fmt.Sprintf("one of %v", Words()))
}

// Words lists the words of claims.
func Words() []Word {
	return []Word{
		WordFlightsOver, WordUnarmed, WordNotifiedBefore, WordDidNotEnter, WordLookedIn, WordAtRequestOf, WordBeganBy, WordSteppedUp,
	}
}

func members[C Claim](b []byte) (Claim, error) {
	var c C
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, unread("claim.", err)
	}
	return c, nil
}

// unread says in one line what of a document could not be read.
func unread(within string, err error) error {
	var typed *json.UnmarshalTypeError
	var instant *time.ParseError
	switch {
	case errors.Is(err, authority.ErrInput): // said already
		return err
	case errors.As(err, &instant):
		return fault(cmp.Or(strings.TrimSuffix(within, "."), "document"), instant.Value, "an instant, as 2025-02-20T05:00:00Z")
	case errors.As(err, &typed):
		return fault(within+typed.Field, typed.Value, typed.Type.String())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault(within+"document", "an end", "a whole JSON object")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fault(within+strings.Trim(name, `"`), "", "no such member")
	}
	return fault(within+"document", err.Error(), "a whole JSON object")
}
