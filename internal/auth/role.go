package auth

import "slices"

// Role is one kind of work that a user may do. A user may have several.
type Role string

// The roles.
const (
	Planner       Role = "planner"
	Operator      Role = "operator"
	Analyst       Role = "analyst"
	Liaison       Role = "liaison"
	Partner       Role = "partner" // another state's reader
	Auditor       Role = "auditor"
	Administrator Role = "administrator"
)

// Roles are all there are, in the order in which they are kept and shown.
func Roles() []Role {
	return []Role{Planner, Operator, Analyst, Liaison, Partner, Auditor, Administrator}
}

// ordered returns each role once, in the order of Roles; false without any or with one that there is not.
func ordered(roles []Role) ([]Role, bool) {
	var out []Role
	for _, r := range Roles() {
		if slices.Contains(roles, r) {
			out = append(out, r)
		}
	}
	for _, r := range roles {
		if !slices.Contains(out, r) {
			return nil, false
		}
	}
	return out, len(out) > 0
}
