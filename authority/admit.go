package authority

import (
	"fmt"
	"slices"
	"time"
)

// What is refused because of what is on record already.

// signable refuses a signature under another text, by a state that is no party or by one person for both, and one that would
// put two agreements of the same states in force at once where neither amends the other: nobody could tell which holds.
func (r *Register) signable(a *AgreementSigned, rec Recorded) error {
	p, err := cited(&r.agreements, KindAgreementProposed, a.Agreement)
	switch {
	case err != nil:
		return err
	case p.Recorded.Digest != a.Text:
		return fmt.Errorf("%s: %w", a.Kind(), fault("text", a.Text.String(), "the digest of the text on record, "+p.Recorded.Digest.String()))
	case !p.Act.party(a.Party.State()):
		return fmt.Errorf("%s: %w", a.Kind(), fault("party", string(a.Party), "a party of "+a.Agreement))
	}
	other := p.Act.other(a.Party.State())
	s, ok := r.signed.standing(signedBy(p.Act.ID, other))
	switch {
	case !ok:
		return nil
	case s.Act.By == a.By:
		return fmt.Errorf("%s: %w", a.Kind(), fault("by", a.By, "somebody else than who signed for "+string(other)))
	}
	for i := range r.agreements.all {
		e := &r.agreements.all[i]
		if e.Act.ID == p.Act.ID || !e.Corrected.IsZero() || !between(&e.Act, a.Party.State(), other) || !e.Act.Period.overlaps(p.Act.Period) {
			continue
		}
		if r.bothSigned(&e.Act) && !r.replaces(&p.Act, e.Act.ID, rec.At) && !r.replaces(&e.Act, p.Act.ID, rec.At) {
			return fmt.Errorf("%w: %s %s and %s of the same states; let one amend the other", ErrOverlap, p.Act.Kind(), p.Act.ID, e.Act.ID)
		}
	}
	return nil
}

func (r *Register) bothSigned(a *AgreementProposed) bool {
	for _, p := range a.Parties {
		if _, ok := r.signed.standing(signedBy(a.ID, p.State())); !ok {
			return false
		}
	}
	return true
}

// replaces reports whether an agreement amends another, by however many steps and by what was known at k. What was taken
// back is still what it was.
func (r *Register) replaces(a *AgreementProposed, id string, k time.Time) bool {
	for range len(r.agreements.all) {
		if a.Amends == "" || a.Amends == id {
			return a.Amends == id && id != ""
		}
		before := r.agreements.asOf(a.Amends, k)
		if before < 0 {
			return false
		}
		a = &r.agreements.all[before].Act
	}
	return false
}

// adoptable refuses a rule set that shares its time with another of the same party in a way that does not say which of them
// counts. One that begins later takes the place of one without an end.
func (r *Register) adoptable(a *RuleSetAdopted) error {
	for i := range r.ruleSets.all {
		e := &r.ruleSets.all[i]
		if e.Act.ID == a.ID || !e.Corrected.IsZero() || e.Act.Party.State() != a.Party.State() || !e.Act.Period.overlaps(a.Period) {
			continue
		}
		earlier, later := e.Act.Period, a.Period
		if later.From.Before(earlier.From) {
			earlier, later = later, earlier
		}
		if !earlier.To.IsZero() || earlier.From.Equal(later.From) {
			return fmt.Errorf("%w: %s %s and %s of %s; end one before the other begins", ErrOverlap, a.Kind(), a.ID, e.Act.ID, a.Party.State())
		}
	}
	return nil
}

// takeBack refuses a correction that is not whose word it was, and one of what both parties signed.
func (r *Register) takeBack(a *ActCorrected, rec Recorded) error {
	var signed []string
	var both *AgreementProposed
	switch a.Of {
	case KindAgreementProposed:
		if e, ok := r.agreements.standing(a.ID); ok {
			both = &e.Act
		}
	case KindAgreementSigned:
		if e, ok := r.signed.standing(a.ID); ok {
			signed = Signers(e.Act)
			if p, ok := r.agreements.standing(e.Act.Agreement); ok {
				both = &p.Act
			}
		}
	case KindLoadoutAttested:
		if e, ok := r.loadouts.standing(a.ID); ok {
			signed = Signers(e.Act)
		}
	case KindLoadoutInspected:
		if e, ok := r.inspected.standing(a.ID); ok {
			signed = Signers(e.Act)
		}
	case KindPlanApproved:
		if e, ok := r.approved.standing(a.ID); ok {
			signed = Signers(e.Act)
		}
	case KindRuleOverridden:
		// Either of the two can take it back: it needs both.
		if e, ok := r.overridden.standing(a.ID); ok && !slices.ContainsFunc(e.Act.By[:], func(name string) bool { return slices.Contains(rec.Signers, name) }) {
			return fmt.Errorf("%w: %s of %s %s is signed by neither %s nor %s", ErrSignature, a.Kind(), a.Of, a.ID, e.Act.By[0], e.Act.By[1])
		}
	default:
	}
	if both != nil && r.bothSigned(both) {
		return fmt.Errorf("%s: %w", a.Kind(), fault("id", a.ID, "what not both parties have signed; what both have is amended by both"))
	}
	for _, name := range signed {
		if !slices.Contains(rec.Signers, name) {
			return fmt.Errorf("%w: %s of %s %s is not signed by %s, whose word it takes back", ErrSignature, a.Kind(), a.Of, a.ID, name)
		}
	}
	return nil
}
