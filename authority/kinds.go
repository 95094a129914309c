package authority

import "errors"

// correctable reports whether an act of the kind can be taken back. A plan is filed anew, a decision and a correction stay.
func (k Kind) correctable() bool {
	if k == KindPlanFiled || k == KindDecisionMade || k == KindActCorrected {
		return false
	}
	_, err := Decode(k, nil)
	return !errors.Is(err, ErrKind)
}

// Known reports whether the kind is one of those of this package.
func (k Kind) Known() bool {
	_, err := Decode(k, nil)
	return !errors.Is(err, ErrKind)
}
