package authority

import "overflight/airspace"

// index finds acts by what is asked of them. Each list is in the order of recording.
type index struct {
	// Clearances by the state and the aircraft that they name; under no tail those of any aircraft.
	clear   map[cleared][]int
	windows []window // of the clearances, in their order
	// Notices by the state and the sortie that they name; under no sortie those of all.
	notices map[noticed][]int
	// Agreements by the two states, in the order of their codes, and those that amend another.
	between  map[[2]airspace.State][]int
	amending []int
	accords  map[string]*accord
	of       []*accord // of the agreements, in their order
	// How many signatures and warnings are in the accords.
	signed, warned int
	// Decisions by the states that they let a sortie enter, and how many were looked at.
	entering map[airspace.State][]int
	decided  int
}

type cleared struct {
	state airspace.State
	tail  string
}

type noticed struct {
	state  airspace.State
	sortie string
}

// window is a period in whole seconds since 1970, to tell at a glance which clearances may cover a crossing.
type window struct{ from, to int64 }

// accord is who signed, and was warned of, the agreements of one identifier.
type accord struct{ signed, warned []partyAct }

// partyAct is an act of one party, by its place on the shelf.
type partyAct struct {
	party airspace.State
	at    int
}

func newIndex() index {
	return index{clear: map[cleared][]int{}, notices: map[noticed][]int{}, between: map[[2]airspace.State][]int{}, accords: map[string]*accord{}, entering: map[airspace.State][]int{}}
}

func pair(s, t airspace.State) [2]airspace.State {
	if t < s {
		s, t = t, s
	}
	return [2]airspace.State{s, t}
}

// clearances adds what the shelf has more than the index.
func (x *index) clearances(s *shelf[ClearanceGiven]) {
	for i := len(x.windows); i < len(s.all); i++ {
		a := &s.all[i].Act
		x.windows = append(x.windows, window{a.Period.From.Unix(), a.Period.To.Unix()})
		if len(a.Aircraft) == 0 {
			x.clear[cleared{a.State, ""}] = append(x.clear[cleared{a.State, ""}], i)
		}
		for _, tail := range a.Aircraft {
			k := cleared{a.State, tail}
			if of := x.clear[k]; len(of) == 0 || of[len(of)-1] != i { // a tail may be named twice
				x.clear[k] = append(of, i)
			}
		}
	}
}

func (x *index) accord(agreement string) *accord {
	a := x.accords[agreement]
	if a == nil {
		a = &accord{}
		x.accords[agreement] = a
	}
	return a
}

func (x *index) agreements(s *shelf[AgreementProposed]) {
	for i := len(x.of); i < len(s.all); i++ {
		a := &s.all[i].Act
		x.of = append(x.of, x.accord(a.ID))
		k := pair(a.Parties[0].State(), a.Parties[1].State())
		x.between[k] = append(x.between[k], i)
		if a.Amends != "" {
			x.amending = append(x.amending, i)
		}
	}
}

func (x *index) signatures(s *shelf[AgreementSigned]) {
	for ; x.signed < len(s.all); x.signed++ {
		a := &s.all[x.signed].Act
		of := x.accord(a.Agreement)
		of.signed = append(of.signed, partyAct{a.Party.State(), x.signed})
	}
}

func (x *index) warnings(s *shelf[AgreementWarned]) {
	for ; x.warned < len(s.all); x.warned++ {
		a := &s.all[x.warned].Act
		of := x.accord(a.Agreement)
		of.warned = append(of.warned, partyAct{a.To.State(), x.warned})
	}
}

// inOrder takes the first of two lists of places on a shelf, and leaves the rest of both.
func inOrder(a, b []int) (i int, restA, restB []int) {
	if len(b) == 0 || len(a) > 0 && a[0] <= b[0] {
		return a[0], a[1:], b
	}
	return b[0], a, b[1:]
}

// decisions adds those by which a sortie may be flown as it is planned: not what was asked about another day.
func (x *index) decisions(s *shelf[DecisionMade], plans *shelf[PlanFiled]) {
	for ; x.decided < len(s.all); x.decided++ {
		a := &s.all[x.decided].Act.Decision
		if a.Verdict != Go || !planned(a, plans) {
			continue
		}
		for i := range a.Results {
			r := &a.Results[i]
			if of := x.entering[r.State]; r.Rule == RuleClearance && r.State != "" && (len(of) == 0 || of[len(of)-1] != x.decided) {
				x.entering[r.State] = append(of, x.decided)
			}
		}
	}
}

func planned(a *Decision, plans *shelf[PlanFiled]) bool {
	for _, i := range plans.ids[a.Sortie] {
		if e := &plans.all[i]; e.Recorded.Digest == a.Plan {
			return e.Act.Plan.From().Equal(a.From)
		}
	}
	return true // filed nowhere: it was asked about as it stands
}
