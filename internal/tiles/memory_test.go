package tiles

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"overflight/transparency"
)

// held is a file of cosignatures in memory.
type held []byte

func (h held) Size() int64 { return int64(len(h)) }

func (h held) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(h)) {
		return 0, io.EOF
	}
	n := copy(p, h[off:])
	if n < len(p) {
		return n, io.ErrUnexpectedEOF
	}
	return n, nil
}

// FuzzCosigned reads any bytes as the file of cosignatures: it is read, cut or refused, every record
// that is kept can be read again, and what follows a whole file does not change it.
func FuzzCosigned(f *testing.F) {
	private, public, err := transparency.FormatKey("example.org/log", transparency.Ed25519, [32]byte{1})
	if err != nil {
		f.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		f.Fatal(err)
	}
	key, err := transparency.ParseLogKey(public)
	if err != nil {
		f.Fatal(err)
	}
	signed, err := transparency.Checkpoint{Origin: "example.org/log", Root: transparency.Root(nil)}.Sign(signer)
	if err != nil {
		f.Fatal(err)
	}
	one := framed(signed)
	f.Add(one)
	f.Add(append(bytes.Clone(one), one[:40]...))
	f.Add(append(bytes.Clone(one), make([]byte, 100)...))
	f.Add(bytes.Repeat([]byte{0xff}, 64))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &memory{dir: "memory", key: key, from: held(b)}
		if err := m.scan(); err != nil {
			var d *DamageError
			if !errors.As(err, &d) {
				t.Errorf("refused without a name: %v", err)
			}
			return
		}
		for _, r := range m.notes {
			if _, err := m.note(r.offset-recordHead, int64(len(b))); err != nil {
				t.Errorf("a record that was kept cannot be read: %v", err)
			}
		}
		after := &memory{dir: "memory", key: key, from: held(append(bytes.Clone(one), b...))}
		if err := after.scan(); err != nil || len(after.notes) == 0 {
			t.Errorf("a record in front of it was lost: %v", err)
		}
	})
}
