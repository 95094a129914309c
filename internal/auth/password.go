package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// work is what one hash of a password costs.
type work struct {
	time    uint32
	memory  uint32 // KiB
	threads uint8
}

// usual is the second choice of RFC 9106 section 4, for machines that cannot spare 2 GiB a sign-in.
var usual = work{time: 3, memory: 64 << 10, threads: 4}

// Bounds of a password and of what a file may ask this machine to compute.
const (
	LeastPassword = 12   // characters
	MostPassword  = 1024 // bytes
	saltSize      = 16
	keySize       = 32
	mostTime      = 16
	mostMemory    = 256 << 10
	mostThreads   = 16
)

// sealed is a password as it is kept.
type sealed struct {
	work
	salt [saltSize]byte
	key  [keySize]byte
}

func seal(password string, w work) sealed {
	s := sealed{work: w}
	rand.Read(s.salt[:])
	copy(s.key[:], s.derive(password))
	return s
}

// decoy is of no password. It costs what a real one does, so that the time of an answer does not tell whether there is
// such a user.
func decoy(w work) sealed {
	s := sealed{work: w}
	rand.Read(s.salt[:])
	rand.Read(s.key[:])
	return s
}

func (s *sealed) derive(password string) []byte {
	return argon2.IDKey([]byte(password), s.salt[:], s.time, s.memory, s.threads, keySize)
}

func (s *sealed) opens(password string) bool {
	return subtle.ConstantTimeCompare(s.derive(password), s.key[:]) == 1
}

// String writes the form that other programs know: PHC.
func (s *sealed) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, s.memory, s.time, s.threads, b64.EncodeToString(s.salt[:]), b64.EncodeToString(s.key[:]))
}

// parseSealed reads what String wrote and nothing else.
func parseSealed(text string) (sealed, error) {
	wrong := fmt.Errorf("password: expected an Argon2id hash of at most %d KiB, %d rounds and %d threads", mostMemory, mostTime, mostThreads)
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return sealed{}, wrong
	}
	var s sealed
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &s.memory, &s.time, &s.threads); err != nil {
		return sealed{}, wrong
	}
	if s.time < 1 || s.time > mostTime || s.threads < 1 || s.threads > mostThreads || s.memory < 8*uint32(s.threads) || s.memory > mostMemory {
		return sealed{}, wrong
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) != saltSize || len(key) != keySize {
		return sealed{}, wrong
	}
	copy(s.salt[:], salt)
	copy(s.key[:], key)
	if s.String() != text {
		return sealed{}, wrong
	}
	return s, nil
}

// checkPassword holds a new password to the bounds. There is no rule about kinds of characters: length is what
// counts, and what is one character or one's name again and again is not long.
func checkPassword(password, name string) error {
	if !utf8.ValidString(password) || len(password) > MostPassword || utf8.RuneCountInString(password) < LeastPassword {
		return ErrPassword
	}
	first, _ := utf8.DecodeRuneInString(password)
	if strings.Trim(password, string(first)) == "" || strings.ReplaceAll(strings.ToLower(password), name, "") == "" {
		return ErrPassword
	}
	return nil
}
