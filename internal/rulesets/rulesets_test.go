package rulesets

import (
	"errors"
	"slices"
	"testing"
	"time"

	"overflight/authority"
)

func TestTheOperatorsDefault(t *testing.T) {
	t.Parallel()
	set, err := Operator()
	if err != nil {
		t.Fatal(err)
	}
	r := &set.Rules
	mex, usa := r.States["MEX"], r.States["USA"]
	switch {
	case !slices.Equal(r.Programmes, []string{"OFAC-SDN:FTO", "OFAC-SDN:SDGT"}):
		t.Errorf("programmes %v", r.Programmes)
	case r.Approvers != 2 || !r.NoLethalForce || time.Duration(r.Retention) != 30*24*time.Hour:
		t.Errorf("%d approvers, no lethal force %v, retention %v", r.Approvers, r.NoLethalForce, time.Duration(r.Retention))
	case !mex.Clearance || !mex.StateAircraft || !mex.Unmanned || !mex.Notice || time.Duration(mex.NoticeLead) != 72*time.Hour || !mex.Acknowledgement || mex.LooksIn != authority.LooksCleared:
		t.Errorf("Mexico %+v", mex)
	case usa.Clearance || usa.Notice:
		t.Errorf("own state %+v", usa)
	case r.Elsewhere != mex:
		t.Errorf("elsewhere asks for less than Mexico: %+v", r.Elsewhere)
	}
}

// TestBothCanBeAdopted: an operator and a host each have their own, and nothing stands in the way of recording them.
func TestBothCanBeAdopted(t *testing.T) {
	t.Parallel()
	register := authority.NewRegister()
	at := time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC)
	for i, open := range []func() (authority.RuleSetAdopted, error){Operator, Host} {
		set, err := open()
		if err != nil {
			t.Fatal(err)
		}
		if err := register.Apply(set, authority.Recorded{At: at, Sequence: uint64(i + 1), Digest: [32]byte{byte(i)}}); err != nil {
			t.Error(err)
		}
		if got, ok := register.RuleSetOf(set.Party, at, at); !ok || got.Act.ID != set.ID {
			t.Errorf("of %s: %q %v", set.Party, got.Act.ID, ok)
		}
	}
}

func TestABrokenSetIsSaidToBe(t *testing.T) {
	t.Parallel()
	if _, err := read("x.json", []byte(`{"id": "x", "party": "USA", "period": {"from": "2025-01-01T00:00:00Z"}}`)); !errors.Is(err, authority.ErrInput) {
		t.Errorf("%v", err)
	}
}
