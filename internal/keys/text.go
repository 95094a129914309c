package keys

import (
	"encoding/base64"
	"strings"

	"overflight/transparency"
)

const privatePrefix = "PRIVATE+KEY+"

// seedOf takes the name and the seed out of PRIVATE+KEY+NAME+ID+KEY of one signature type.
func seedOf(text string, a transparency.Algorithm) (seed [32]byte, name string, ok bool) {
	rest, ok := strings.CutPrefix(text, privatePrefix)
	if !ok || len(text) > maxKey {
		return seed, "", false
	}
	name, rest, _ = strings.Cut(rest, "+")
	_, key, _ := strings.Cut(rest, "+")
	b, err := base64.StdEncoding.Strict().DecodeString(key)
	if err != nil || len(b) != 1+len(seed) || transparency.Algorithm(b[0]) != a {
		return seed, "", false
	}
	copy(seed[:], b[1:])
	return seed, name, true
}
