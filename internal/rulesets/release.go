package rulesets

import (
	"crypto/sha256"
	_ "embed"

	"overflight/release"
)

//go:embed release.cedar
var rules []byte

// Release returns the default rules of what is shown to other states' offices, and their text.
func Release() (*release.Policy, []byte, error) {
	p, err := release.ParsePolicy("release.cedar", rules, sha256.Sum256(rules))
	return p, rules, err
}
