package live

import (
	"errors"

	"overflight/evidence"
)

// fault is why a connection did not come about or ended.
type fault struct {
	code evidence.Code
	err  error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// unreachable is CodeConnect unless it was found to be something else.
func unreachable(err error) error {
	var f *fault
	if errors.As(err, &f) {
		return err
	}
	return &fault{CodeConnect, err}
}

func defectOf(err error) Defect {
	code := CodeAbandoned
	var f *fault
	if errors.As(err, &f) {
		code = f.code
	}
	return Defect{Code: code, Got: err.Error()}
}

// slab gives room to read into, many pieces from one allocation. What was kept is never given again.
type slab struct{ b []byte }

const slabSize = 512 << 10

// room returns n bytes to read into.
func (s *slab) room(n int) []byte {
	if len(s.b) < n {
		s.b = make([]byte, max(slabSize, n))
	}
	return s.b[:n]
}

// keep returns the first n bytes of the room, for good.
func (s *slab) keep(n int) []byte {
	b := s.b[:n:n]
	s.b = s.b[n:]
	return b
}

// copy keeps a copy.
func (s *slab) copy(b []byte) []byte {
	copy(s.room(len(b)), b)
	return s.keep(len(b))
}
