package statement

import (
	"strconv"
	"time"

	"overflight/authority"
)

// each sets a claim about every flight beside each flight of the scope that it applies to. One flight that shows the opposite
// contradicts it; one that is not known leaves it open; and where there is no flight, nothing is said.
type each struct {
	supported, contradicted, unknown int
	parts                            []Part
}

func (e *each) add(p Part) {
	switch p.Finding {
	case Supported:
		e.supported++
	case Contradicted:
		e.contradicted++
	case CannotBeDetermined, NotChecked:
		e.unknown++
	}
	e.parts = append(e.parts, p)
}

// codes are those of a value: when supported, contradicted, and open.
type codes struct{ supported, contradicted, open Code }

// close turns what was found of each flight into a value.
func (c *checker) close(e *each, of codes, args ...string) (value, error) {
	v := value{parts: e.parts}
	open, held, err := c.gaps(c.period)
	if err != nil {
		return v, err
	}
	switch {
	case e.contradicted > 0:
		v.finding, v.code, v.args = Contradicted, of.contradicted, append(args, strconv.Itoa(e.contradicted))
	case e.unknown > 0 || len(open) > 0 && e.supported > 0:
		v.code, v.args = of.open, append(args, strconv.Itoa(e.unknown))
		v.parts = append(v.parts, open...)
	case e.supported == 0:
		v.code, v.parts = CodeNoFlights, append(open, held...)
	default:
		v.finding, v.code, v.args = Supported, of.supported, append(args, strconv.Itoa(e.supported))
		v.parts = append(v.parts, held...)
	}
	return v, nil
}

func (c *checker) unarmed() (value, error) {
	papers, err := c.record.Papers()
	if err != nil {
		return value{}, err
	}
	var e each
	for i := range c.flights {
		if f := &c.flights[i]; f.meets(c.period) {
			e.add(c.loadout(f, &papers))
		}
	}
	return c.close(&e, codes{CodeUnarmed, CodeArmed, CodeMayBeArmed})
}

// loadout says of one flight whether it carried arms. What the stream of the flight says goes before any attestation, and is
// told with it.
func (c *checker) loadout(f *Flight, papers *Papers) Part {
	part := Part{Code: PartNotAttested, Flight: f.Number, From: f.From, To: f.To}
	disagrees := ""
	for _, a := range known(papers.Loadouts, c.known) {
		if !attests(&a.Act, f) {
			continue
		}
		part.Events = append(part.Events, eventOf(a))
		before := part.Args
		part.Args = []string{a.Act.By}
		switch {
		case a.Act.Armed:
			part.Finding, part.Code = Contradicted, PartAttestedArmed
		case part.Finding != CannotBeDetermined: // as by an attestation before this one
			part.Args = before
		case !f.From.IsZero() && a.Recorded.At.Before(f.From):
			part.Finding, part.Code = Supported, PartAttested
		default:
			part.Code = PartAttestedLate
		}
		for _, in := range known(papers.Inspected, c.known) {
			if in.Act.Loadout == a.Act.ID {
				part.Events = append(part.Events, eventOf(in))
				if !in.Act.Agrees {
					disagrees = in.Act.Inspector
				}
			}
		}
	}
	if disagrees != "" && part.Finding != Contradicted {
		part.Finding, part.Code, part.Args = CannotBeDetermined, PartDisagrees, []string{disagrees}
	}
	for _, arms := range f.Arms {
		if arms.Event.KnownAt(c.known) {
			part.Finding, part.Code, part.Args = Contradicted, PartArms, []string{arms.Item}
			part.Events = append(part.Events, arms.Event)
		}
	}
	if part.Code == PartNotAttested {
		part.Events = []Event{f.Opened}
	}
	return part
}

// attests reports whether a loadout is that of a flight.
func attests(a *authority.LoadoutAttested, f *Flight) bool {
	if a.Sortie != "" && a.Sortie != f.Number && a.Sortie != f.Mission {
		return false
	}
	if f.Tail == "" || a.Tail != f.Tail {
		return false
	}
	p := a.Period.Valid()
	return f.From.IsZero() || p.InForce(f.From) && (f.To.IsZero() || p.InForce(f.To))
}

func (c *checker) notified(of NotifiedBefore) (value, error) {
	papers, err := c.record.Papers()
	if err != nil {
		return value{}, err
	}
	var e each
	for i := range c.flights {
		f := &c.flights[i]
		sure := false
		for _, stay := range c.stayed(f, of.State, c.period) {
			if stay.surely(c.period) {
				sure = true
				e.add(c.notice(f, stay, &papers))
			}
		}
		if sure {
			continue
		}
		// Whether there was an entry to give notice of is not known.
		if _, parts := c.stays(f, of.State, c.period); len(parts) > 0 {
			e.add(parts[0])
			e.parts = append(e.parts, parts[1:]...)
		}
	}
	return c.close(&e, codes{CodeNotified, CodeNotNotified, CodeMayNotified}, string(of.State))
}

// notice says of one entry whether the state had notice of it before. The order of the record decides, not the date on the
// paper: only the state's own word that it had the notice carries a date of its own. Without any paper nothing is known: notice
// may have been given that is not on record.
func (c *checker) notice(f *Flight, stay *Stay, papers *Papers) Part {
	at := stay.First
	if !stay.Entered.Earliest.IsZero() {
		at = stay.Entered.Earliest
	}
	part := Part{Code: PartNoNotice, Args: []string{string(stay.State)}, Flight: f.Number, From: stay.First, To: stay.Last, Events: []Event{stay.Event}}
	best := 0
	for _, n := range known(papers.Notices, c.known) {
		a := &n.Act
		if a.State != stay.State || a.Sortie != "" && a.Sortie != f.Number && a.Sortie != f.Mission || !a.Period.Valid().InForce(stay.First) {
			continue
		}
		rank, finding, code, args, events := c.standing(n, at, papers)
		part.Events = append(append(part.Events, eventOf(n)), events...)
		if rank > best {
			best = rank
			part.Finding, part.Code, part.Args = finding, code, append([]string{a.ID}, args...)
		}
	}
	return part
}

// standing says what one notice shows of an entry at an instant, and how much that weighs.
func (c *checker) standing(n *authority.Entry[authority.NoticeSent], at time.Time, papers *Papers) (rank int, f Finding, code Code, args []string, events []Event) {
	a := &n.Act
	switch {
	case !a.Sent.Before(at):
		rank, f, code, args = 1, Contradicted, PartSentAfter, []string{when(a.Sent)}
	case !n.Recorded.At.Before(at):
		rank, code, args = 2, PartSentLate, []string{when(a.Sent), when(n.Recorded.At)}
	default:
		rank, code, args = 3, PartSent, []string{when(a.Sent)}
	}
	for _, d := range known(papers.Delivered, c.known) {
		if d.Act.Notice == a.ID {
			events = append(events, eventOf(d))
			if d.Act.At.Before(at) && d.Recorded.At.Before(at) && rank == 3 {
				rank, f, code, args = 4, Supported, PartDelivered, []string{when(d.Act.At)}
			}
		}
	}
	for _, d := range known(papers.Disputed, c.known) {
		if d.Act.Notice == a.ID {
			events = append(events, eventOf(d))
			rank, f, code, args = 5, CannotBeDetermined, PartDisputed, []string{string(d.Act.By)}
		}
	}
	for _, k := range known(papers.Acknowledged, c.known) {
		if k.Act.Notice == a.ID && k.Act.By.State() == a.State {
			events = append(events, eventOf(k))
			if k.Act.At.Before(at) && rank != 5 {
				rank, f, code, args = 6, Supported, PartAcknowledged, []string{when(k.Act.At)}
			}
		}
	}
	return rank, f, code, args, events
}

func (c *checker) requested(of AtRequestOf) (value, error) {
	papers, err := c.record.Papers()
	if err != nil {
		return value{}, err
	}
	var e each
	for i := range c.flights {
		if f := &c.flights[i]; f.meets(c.period) {
			e.add(c.request(f, of.Party, &papers))
		}
	}
	return c.close(&e, codes{CodeRequested, CodeNotRequested, CodeMayRequest}, string(of.Party))
}

// request says of one flight whether a party had asked for it: by a request, or by the request of the host state as a basis.
// A request that was recorded after the flight is the operator's word for its date; one that is itself dated on a later day was
// not what the flight answered.
func (c *checker) request(f *Flight, by authority.Party, papers *Papers) Part {
	part := Part{Code: PartNoRequest, Args: []string{string(by)}, Flight: f.Number, From: f.From, To: f.To, Events: []Event{f.Opened}}
	best := 0
	add := func(id string, of authority.Party, p authority.Period, dated authority.Date, event Event) {
		if of != by && by != authority.Party(of.State()) {
			return
		}
		if f.From.IsZero() || f.To.IsZero() || !p.Valid().InForce(f.From) || !p.Valid().InForce(f.To) {
			return
		}
		rank, finding, code, args := 3, Supported, PartRequest, []string{id, string(of)}
		switch {
		case !dated.IsZero() && dated.After(f.To):
			rank, finding, code, args = 1, Contradicted, PartRequestAfter, append(args, dated.Format(time.DateOnly))
		case !event.Recorded.Before(f.From):
			rank, finding, code, args = 2, CannotBeDetermined, PartRequestLate, append(args, when(event.Recorded))
		}
		part.Events = append(part.Events, event)
		if rank > best {
			best, part.Finding, part.Code, part.Args = rank, finding, code, args
		}
	}
	for _, r := range known(papers.Requests, c.known) {
		add(r.Act.ID, r.Act.By, r.Act.Period, r.Act.Dated, eventOf(r))
	}
	for _, b := range known(papers.Bases, c.known) {
		if b.Act.Basis == authority.HostRequest {
			add(b.Act.ID, b.Act.Issuer, b.Act.Period, b.Act.Document.Dated, eventOf(b))
		}
	}
	return part
}
