package sanctions

import (
	"bytes"
	"errors"
	"testing"
	"unicode/utf8"
)

// checkEntry holds what every entry that comes out must be, whatever went in.
func checkEntry(t *testing.T, e Entry, size int) {
	t.Helper()
	if e.ID == "" || !goodName(e.Name) || len(e.Programmes) == 0 || len(e.Aliases) > mostAliases || e.Line < 1 ||
		e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > int64(size) {
		t.Errorf("%+v of %d bytes", e, size)
	}
	for _, a := range e.Aliases {
		if a.ID != e.ID || !goodName(a.Name) {
			t.Errorf("%+v", a)
		}
	}
}

// checkEnd: a list is accepted without a lost row, or refused with the place of the first.
func checkEnd(t *testing.T, err error, defects int) {
	t.Helper()
	var refused *RefusedError
	if err == nil {
		return
	}
	if !errors.As(err, &refused) || refused.First.Line < 1 || refused.First.Want == "" || defects == 0 {
		t.Errorf("%v after %d defects", err, defects)
	}
	if bytes.ContainsAny([]byte(err.Error()), "\n\r") || !utf8.ValidString(err.Error()) {
		t.Errorf("not one line: %q", err)
	}
}

func FuzzSDN(f *testing.F) {
	for _, tc := range lists {
		if len(tc.text) < 4096 {
			f.Add([]byte(tc.text))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		defects := 0
		n, err := ReadSDN(bytes.NewReader(b), func(e Entry) error { checkEntry(t, e, len(b)); return nil }, func(Defect) { defects++ })
		checkEnd(t, err, defects)
		if err == nil && n.Rows != n.Organisations+n.Individuals+n.Vessels+n.Aircraft {
			t.Errorf("%+v", n)
		}
	})
}

func FuzzALT(f *testing.F) {
	f.Add([]byte("11440,1,\"aka\",\"CARTEL DE SINALOA\",-0- \r\n"))
	f.Add([]byte("7,2,\"aka\",\"A\",-0- \n\x1a"))
	f.Add([]byte("7,2,\"aka\",\"A"))
	f.Fuzz(func(t *testing.T, b []byte) {
		defects := 0
		_, err := ReadALT(bytes.NewReader(b), func(id string) bool { return id != "7" }, func(a Alias) error {
			if a.ID == "7" || !goodName(a.Name) {
				t.Errorf("%+v", a)
			}
			return nil
		}, func(Defect) { defects++ })
		checkEnd(t, err, defects)
		defects = 0
		_, err = ReadADD(bytes.NewReader(b), func(string) bool { return true }, func(Address) error { return nil }, func(Defect) { defects++ })
		checkEnd(t, err, defects)
	})
}

func FuzzUN(f *testing.F) {
	for _, tc := range consolidateds {
		if len(tc.text) < 4096 {
			f.Add([]byte(tc.text))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		defects := 0
		_, err := ReadUN(bytes.NewReader(b), func(e Entry) error { checkEntry(t, e, len(b)); return nil }, func(Defect) { defects++ })
		checkEnd(t, err, defects)
	})
}
