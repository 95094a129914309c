package archive

import (
	"encoding/hex"
	"fmt"
	"strings"

	"filippo.io/age"

	"overflight/evidence"
)

// key opens one segment. Its file can be given to age -i as it is.
type key struct {
	segment  ID
	sealed   evidence.Digest // of the file that it opens
	identity *age.X25519Identity
}

const maxKeyFile = 1 << 10

func encodeKey(k key) []byte {
	return []byte("# overflight segment key v1\n# segment: " + string(k.segment) + "\n# sealed: " + k.sealed.String() + "\n" +
		k.identity.String() + "\n")
}

// decodeKey reads a key file. It has one encoding: what does not encode back to itself is damaged.
func decodeKey(data []byte) (key, error) {
	var k key
	lines := strings.Split(string(data), "\n")
	if len(data) > maxKeyFile || len(lines) != 5 {
		return k, fmt.Errorf("not a key of four lines")
	}
	id, _ := strings.CutPrefix(lines[1], "# segment: ")
	k.segment = ID(id)
	if err := k.segment.Check(); err != nil {
		return k, err
	}
	digits, _ := strings.CutPrefix(lines[2], "# sealed: ")
	if len(digits) != hex.EncodedLen(len(k.sealed)) {
		return k, fmt.Errorf("digest of %d digits", len(digits))
	}
	if _, err := hex.Decode(k.sealed[:], []byte(digits)); err != nil {
		return k, fmt.Errorf("reading digest: %w", err)
	}
	identity, err := age.ParseX25519Identity(lines[3])
	if err != nil {
		// The error of age may quote the key.
		return k, fmt.Errorf("not an age identity")
	}
	k.identity = identity
	if string(encodeKey(k)) != string(data) {
		return k, fmt.Errorf("key is not in its one encoding")
	}
	return k, nil
}
