package authority

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/evidence"
)

// Recorded says when an act was put on record and by whose signatures. At and Sequence are the log's: they decide what
// came first, whatever date a document bears.
type Recorded struct {
	At       time.Time       `json:"at"`
	By       string          `json:"-"` // who put it on record
	Sequence uint64          `json:"event"`
	Digest   evidence.Digest `json:"sha256"`            // of the document's bytes
	Signers  []string        `json:"signers,omitempty"` // names whose signatures under it were verified
}

// What Apply refuses. Each is wrapped in one line that says which act and why.
var (
	ErrExists    = errors.New("authority: on record already, and different")
	ErrNoSuch    = errors.New("authority: not on record")
	ErrSignature = errors.New("authority: signature is missing")
	ErrOverlap   = errors.New("authority: overlaps what is in force")
)

// Register is the fold of acts in the order in which they were recorded. Nothing in it is overwritten: a question names
// the instant by whose knowledge it is answered, and gets the same answer for ever. Any number may read it at once while
// nobody writes; who writes is alone.
type Register struct {
	requests   shelf[RequestMade]
	agreements shelf[AgreementProposed]
	signed     shelf[AgreementSigned]
	warned     shelf[AgreementWarned]
	bases      shelf[BasisStated]
	clearances shelf[ClearanceGiven]
	revoked    shelf[ClearanceRevoked]
	notices    shelf[NoticeSent]
	delivered  shelf[NoticeDelivered]
	received   shelf[NoticeAcknowledged]
	disputed   shelf[NoticeDisputed]
	loadouts   shelf[LoadoutAttested]
	inspected  shelf[LoadoutInspected]
	plans      shelf[PlanFiled]
	approved   shelf[PlanApproved]
	flown      shelf[PlanFlown]
	reported   shelf[PlanReported]
	overridden shelf[RuleOverridden]
	ruleSets   shelf[RuleSetAdopted]
	airframes  shelf[AirframeDescribed]
	decisions  shelf[DecisionMade]
	corrected  shelf[ActCorrected]

	byState  map[airspace.State][]int // clearances
	byTail   map[string][]int         // loadouts
	bySortie map[string][]int         // approvals
	index    index
	dry      bool // only asked whether an act would be admitted
}

// NewRegister returns a register without acts.
func NewRegister() *Register {
	return &Register{byState: map[airspace.State][]int{}, byTail: map[string][]int{}, bySortie: map[string][]int{}, index: newIndex()}
}

// Admit reports whether Apply would put an act on record, and changes nothing.
func (r *Register) Admit(a Act, rec Recorded) error {
	asked := *r
	asked.dry = true
	return asked.Apply(a, rec)
}

// shelf holds the acts of one kind in the order in which they were recorded.
type shelf[A Act] struct {
	all []Entry[A]
	ids map[string][]int
}

// Entry is an act on record.
type Entry[A Act] struct {
	Act      A        `json:"act"`
	Recorded Recorded `json:"recorded"`
	// Corrected is when it was taken back; zero when it was not.
	Corrected time.Time `json:"corrected,omitzero"`

	fact Fact // that names it, where it is on a shelf
}

// KnownAt reports whether the act was on record at an instant and not taken back by then.
func (e *Entry[A]) KnownAt(k time.Time) bool {
	return !e.Recorded.At.After(k) && (e.Corrected.IsZero() || k.Before(e.Corrected))
}

// Fact names the act as what a result rests on.
func (e *Entry[A]) Fact() Fact {
	if e.fact.Kind != "" {
		return e.fact
	}
	return Fact{Kind: e.Act.Kind(), ID: e.Act.Ident(), Recorded: e.Recorded.At, Sequence: e.Recorded.Sequence}
}

func (s *shelf[A]) add(a A, r Recorded) int {
	if s.ids == nil {
		s.ids = map[string][]int{}
	}
	s.all = append(s.all, Entry[A]{Act: a, Recorded: r})
	i := len(s.all) - 1
	s.all[i].fact = s.all[i].Fact()
	s.ids[a.Ident()] = append(s.ids[a.Ident()], i)
	return i
}

// known returns the newest act of an identifier that was on record at an instant.
func (s *shelf[A]) known(id string, k time.Time) (*Entry[A], bool) {
	of := s.ids[id]
	for i := len(of) - 1; i >= 0; i-- {
		if e := &s.all[of[i]]; e.KnownAt(k) {
			return e, true
		}
	}
	return nil, false
}

// asOf returns the place of the newest act of an identifier that was on record at an instant, taken back or not; -1 when none
// was.
func (s *shelf[A]) asOf(id string, k time.Time) int {
	for _, i := range slices.Backward(s.ids[id]) {
		if !s.all[i].Recorded.At.After(k) {
			return i
		}
	}
	return -1
}

// standing returns the act of an identifier that was not taken back.
func (s *shelf[A]) standing(id string) (*Entry[A], bool) {
	of := s.ids[id]
	for i := len(of) - 1; i >= 0; i-- {
		if e := &s.all[of[i]]; e.Corrected.IsZero() {
			return e, true
		}
	}
	return nil, false
}

// list returns the acts that were on record at an instant.
func (s *shelf[A]) list(k time.Time) []Entry[A] {
	var out []Entry[A]
	for i := range s.all {
		if s.all[i].KnownAt(k) {
			out = append(out, s.all[i])
		}
	}
	return out
}

// correct takes back the act of an identifier that stands; a zero instant only asks whether there is one.
func (s *shelf[A]) correct(id string, at time.Time) bool {
	e, ok := s.standing(id)
	if ok && !at.IsZero() {
		e.Corrected = at
	}
	return ok
}

// Signers returns the names whose signatures an act needs. Two-person steps need two.
func Signers(a Act) []string {
	switch a := a.(type) {
	case AgreementSigned:
		return []string{a.By}
	case LoadoutAttested:
		return []string{a.By}
	case LoadoutInspected:
		return []string{a.Inspector}
	case PlanApproved:
		return []string{a.By}
	case RuleOverridden:
		return a.By[:]
	default:
		return nil
	}
}

// Apply puts an act on record. It changes nothing when it returns an error; the same document recorded again is none.
func (r *Register) Apply(a Act, rec Recorded) error {
	if err := a.Check(); err != nil {
		return fmt.Errorf("%s: %w", a.Kind(), err)
	}
	for _, name := range Signers(a) {
		if !slices.Contains(rec.Signers, name) {
			return fmt.Errorf("%w: %s %s is not signed by %s", ErrSignature, a.Kind(), a.Ident(), name)
		}
	}
	switch a := a.(type) {
	case RequestMade:
		return once(r, &r.requests, a, rec)
	case AgreementProposed:
		if a.Amends != "" {
			before, err := cited(&r.agreements, KindAgreementProposed, a.Amends)
			if err != nil {
				return err
			}
			if !between(&before.Act, a.Parties[0].State(), a.Parties[1].State()) {
				return fmt.Errorf("%s: %w", a.Kind(), fault("amends", a.Amends, "an agreement between the same states"))
			}
			if r.replaces(&before.Act, a.ID, rec.At) {
				return fmt.Errorf("%s: %w", a.Kind(), fault("amends", a.Amends, "an agreement that does not itself amend "+a.ID))
			}
		}
		err := once(r, &r.agreements, a, rec)
		r.index.agreements(&r.agreements)
		return err
	case AgreementSigned:
		if err := r.signable(&a, rec); err != nil {
			return err
		}
		err := once(r, &r.signed, a, rec)
		r.index.signatures(&r.signed)
		return err
	case AgreementWarned:
		p, err := cited(&r.agreements, KindAgreementProposed, a.Agreement)
		switch {
		case err != nil:
			return err
		case p.Act.Amends == "":
			return fmt.Errorf("%s: %w", a.Kind(), fault("agreement", a.Agreement, "an agreement that amends another"))
		case !p.Act.party(a.To.State()):
			return fmt.Errorf("%s: %w", a.Kind(), fault("to", string(a.To), "a party of "+a.Agreement))
		}
		err = once(r, &r.warned, a, rec)
		r.index.warnings(&r.warned)
		return err
	case BasisStated:
		return once(r, &r.bases, a, rec)
	case ClearanceGiven:
		err := indexed(r, &r.clearances, a, rec, r.byState, a.State)
		r.index.clearances(&r.clearances)
		return err
	case ClearanceRevoked:
		c, err := cited(&r.clearances, KindClearanceGiven, a.Clearance)
		if err != nil {
			return err
		}
		if a.By.State() != c.Act.State {
			return fmt.Errorf("%s: %w", a.Kind(), fault("by", string(a.By), "an office of "+string(c.Act.State)+", which gave it"))
		}
		return once(r, &r.revoked, a, rec)
	case NoticeSent:
		return indexed(r, &r.notices, a, rec, r.index.notices, noticed{a.State, a.Sortie})
	case NoticeDelivered:
		return onNotice(r, &r.delivered, a, a.Notice, "", rec)
	case NoticeAcknowledged:
		return onNotice(r, &r.received, a, a.Notice, a.By, rec)
	case NoticeDisputed:
		return onNotice(r, &r.disputed, a, a.Notice, a.By, rec)
	case LoadoutAttested:
		return indexed(r, &r.loadouts, a, rec, r.byTail, a.Tail)
	case LoadoutInspected:
		l, err := cited(&r.loadouts, KindLoadoutAttested, a.Loadout)
		switch {
		case err != nil:
			return err
		case l.Act.By == a.Inspector:
			return fmt.Errorf("%s: %w", a.Kind(), fault("inspector", a.Inspector, "somebody else than who attested the loadout"))
		}
		return once(r, &r.inspected, a, rec)
	case PlanFiled:
		put(r, &r.plans, a, rec)
		return nil
	case PlanApproved:
		if err := r.filed(a.Sortie, a.Plan); err != nil {
			return err
		}
		return indexed(r, &r.approved, a, rec, r.bySortie, a.Sortie)
	case PlanFlown:
		if _, err := cited(&r.plans, KindPlanFiled, a.Sortie); err != nil {
			return err
		}
		return once(r, &r.flown, a, rec)
	case PlanReported:
		if _, err := cited(&r.plans, KindPlanFiled, a.Sortie); err != nil {
			return err
		}
		return once(r, &r.reported, a, rec)
	case RuleOverridden:
		if err := r.filed(a.Sortie, a.Plan); err != nil {
			return err
		}
		put(r, &r.overridden, a, rec)
		return nil
	case RuleSetAdopted:
		if err := r.adoptable(&a); err != nil {
			return err
		}
		return once(r, &r.ruleSets, a, rec)
	case AirframeDescribed:
		put(r, &r.airframes, a, rec) // a newer description takes the place of an older from when it is known
		return nil
	case DecisionMade:
		err := once(r, &r.decisions, a, rec)
		r.index.decisions(&r.decisions, &r.plans)
		return err
	case ActCorrected:
		return r.correct(a, rec)
	}
	return fmt.Errorf("%w: %s", ErrKind, a.Kind())
}

// once adds an act whose identifier is new. The same document again changes nothing.
func once[A Act](r *Register, s *shelf[A], a A, rec Recorded) error {
	if e, ok := s.standing(a.Ident()); ok {
		if e.Recorded.Digest == rec.Digest {
			return nil
		}
		return fmt.Errorf("%w: %s %s; take it back first, or give it another identifier", ErrExists, a.Kind(), a.Ident())
	}
	if !r.dry {
		s.add(a, rec)
	}
	return nil
}

// indexed is once for acts that are found by what they are about.
func indexed[A Act, K comparable](r *Register, s *shelf[A], a A, rec Recorded, index map[K][]int, key K) error {
	before := len(s.all)
	if err := once(r, s, a, rec); err != nil || len(s.all) == before {
		return err
	}
	index[key] = append(index[key], before)
	return nil
}

// put adds an act beside those of the same identifier, unless it is the very one that stands.
func put[A Act](r *Register, s *shelf[A], a A, rec Recorded) {
	if e, ok := s.standing(a.Ident()); ok && e.Recorded.Digest == rec.Digest || r.dry {
		return
	}
	s.add(a, rec)
}

func cited[A Act](s *shelf[A], kind Kind, id string) (*Entry[A], error) {
	e, ok := s.standing(id)
	if !ok {
		return nil, fmt.Errorf("%w: %s %s", ErrNoSuch, kind, id)
	}
	return e, nil
}

// onNotice adds what became of a notice. A state speaks for itself only.
func onNotice[A Act](r *Register, s *shelf[A], a A, notice string, by Party, rec Recorded) error {
	n, err := cited(&r.notices, KindNoticeSent, notice)
	if err != nil {
		return err
	}
	if by != "" && by.State() != n.Act.State {
		return fmt.Errorf("%s: %w", a.Kind(), fault("by", string(by), "an office of "+string(n.Act.State)+", which the notice is to"))
	}
	return once(r, s, a, rec)
}

// filed says whether a plan with a digest is on record.
func (r *Register) filed(sortie string, plan evidence.Digest) error {
	for _, i := range r.plans.ids[sortie] {
		if r.plans.all[i].Recorded.Digest == plan {
			return nil
		}
	}
	return fmt.Errorf("%w: a plan of %s with the digest %s", ErrNoSuch, sortie, plan)
}

// correct takes an act back. Whose signed word it was, theirs it is to take back; what both parties signed is amended.
func (r *Register) correct(a ActCorrected, rec Recorded) error {
	if slices.ContainsFunc(r.corrected.all, func(e Entry[ActCorrected]) bool { return e.Recorded.Digest == rec.Digest && e.Act == a }) {
		return nil
	}
	if err := r.takeBack(&a, rec); err != nil {
		return err
	}
	done := false
	at := rec.At
	if r.dry {
		at = time.Time{}
	}
	switch a.Of {
	case KindRequestMade:
		done = r.requests.correct(a.ID, at)
	case KindAgreementProposed:
		done = r.agreements.correct(a.ID, at)
	case KindAgreementSigned:
		done = r.signed.correct(a.ID, at)
	case KindAgreementWarned:
		done = r.warned.correct(a.ID, at)
	case KindBasisStated:
		done = r.bases.correct(a.ID, at)
	case KindClearanceGiven:
		done = r.clearances.correct(a.ID, at)
	case KindClearanceRevoked:
		done = r.revoked.correct(a.ID, at)
	case KindNoticeSent:
		done = r.notices.correct(a.ID, at)
	case KindNoticeDelivered:
		done = r.delivered.correct(a.ID, at)
	case KindNoticeAcknowledged:
		done = r.received.correct(a.ID, at)
	case KindNoticeDisputed:
		done = r.disputed.correct(a.ID, at)
	case KindLoadoutAttested:
		done = r.loadouts.correct(a.ID, at)
	case KindLoadoutInspected:
		done = r.inspected.correct(a.ID, at)
	case KindPlanApproved:
		done = r.approved.correct(a.ID, at)
	case KindPlanFlown:
		done = r.flown.correct(a.ID, at)
	case KindPlanReported:
		done = r.reported.correct(a.ID, at)
	case KindRuleOverridden:
		done = r.overridden.correct(a.ID, at)
	case KindRuleSetAdopted:
		done = r.ruleSets.correct(a.ID, at)
	case KindAirframeDescribed:
		done = r.airframes.correct(a.ID, at)
	default: // Check refuses the kinds that nobody takes back
	}
	if !done {
		return fmt.Errorf("%w: %s %s", ErrNoSuch, a.Of, a.ID)
	}
	put(r, &r.corrected, a, rec)
	return nil
}
