package node

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/signature"
	"overflight/transparency"
)

func publicOf(t *testing.T, name, seed string) string {
	t.Helper()
	_, public, err := transparency.FormatKey(name, transparency.Ed25519, sha256.Sum256([]byte(seed)))
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func keyLabel(t *testing.T, public string) string {
	t.Helper()
	k, err := signature.ParseKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return signature.Label(k)
}

func faultOf(err error) SignatoryFault {
	var e *SignatoryError
	if errors.As(err, &e) {
		return e.Fault
	}
	if err != nil {
		return SignatoryFault(err.Error())
	}
	return ""
}

// TestWhose: whose key it was at an instant, as far as it was known at another.
func TestWhose(t *testing.T) {
	t.Parallel()
	hour := func(n int) time.Time { return time.Date(2026, 3, 1, n, 0, 0, 0, time.UTC) }
	ana, next, luis := publicOf(t, "ana", "1"), publicOf(t, "ana", "2"), publicOf(t, "luis", "3")
	var all Signatories
	for i, e := range []journal.KeyRotated{
		{Name: "ana", New: ana, By: "chief"},                    // 1
		{Name: "luis", New: luis, By: "chief"},                  // 2
		{Name: "ana", Old: ana, New: next, By: "ana"},           // 3
		{Name: "luis", Old: luis, By: "chief"},                  // 4
		{Name: "luis", New: luis, By: "chief"},                  // 5
		{Name: "luis", Old: ana, New: "not a key", By: "chief"}, // 6: says nothing that can be used
	} {
		e.At = hour(i + 1)
		all = all.add(&sqlite.Key{Event: e})
	}
	for _, tc := range []struct {
		public    string
		at, known int
		fault     SignatoryFault
		until     int // hour; 0: in force
	}{
		{ana, 1, 9, "", 3},
		{ana, 2, 9, "", 3},
		{ana, 2, 2, "", 0}, // nobody knew yet that it would end
		{ana, 3, 3, SignatoryEnded, 0},
		{ana, 8, 2, "", 0},
		{ana, 0, 9, SignatoryEarly, 0},
		{ana, 2, 0, SignatoryUnknown, 0},
		{next, 3, 9, "", 0},
		{next, 2, 9, SignatoryEarly, 0},
		{next, 3, 2, SignatoryUnknown, 0},
		{luis, 2, 9, "", 4},
		{luis, 4, 9, SignatoryEarly, 0}, // between two periods
		{luis, 4, 4, SignatoryEnded, 0},
		{luis, 7, 9, "", 0}, // in force once more
	} {
		name := fmt.Sprintf("%s at %d known at %d", keyLabel(t, tc.public), tc.at, tc.known)
		s, err := all.Whose(keyLabel(t, tc.public), hour(tc.at), hour(tc.known))
		if faultOf(err) != tc.fault {
			t.Errorf("%s: %v, want %q", name, err, tc.fault)
			continue
		}
		if err == nil && (s.Key.String() != tc.public || s.Until.IsZero() != (tc.until == 0) || tc.until != 0 && !s.Until.Equal(hour(tc.until))) {
			t.Errorf("%s: %v until %s", name, s.Key, s.Until)
		}
	}
	if _, err := all.Whose("eva+00000000", hour(2), hour(9)); faultOf(err) != SignatoryUnknown {
		t.Error(err)
	}
}
