package authority

import (
	"time"

	"overflight/designation"
	"overflight/evidence"
	"overflight/validity"
)

// DesignatedBy answers from a register of designations. Codes are "inforce." and a designation.Reason; their arguments are the
// organisation's name at the instant, and the instant.
func DesignatedBy(r *designation.Register) Designations {
	return func(o Organisation, at validity.AsOf) Standing {
		of := designation.Entity{List: designation.List(o.List), ID: o.ID}
		answer := r.InForce(designation.Key{List: of.List, ID: of.ID, Programme: o.Programme}, at)
		out := Standing{Outcome: Unknown, Code: evidence.Code("inforce." + string(answer.Reason))}
		switch answer.Standing {
		case designation.In:
			out.Outcome = Pass
		case designation.NotIn:
			out.Outcome = Fail
		case designation.Unknown:
		}
		name, _ := r.NameAt(of, at)
		out.Args = []string{name, at.Valid.UTC().Format(time.RFC3339)}
		for _, u := range answer.Used {
			out.Facts = append(out.Facts, Fact{Kind: Kind(u.Act.Kind()), ID: u.Act.Ident(), Recorded: u.Recorded})
		}
		return out
	}
}
