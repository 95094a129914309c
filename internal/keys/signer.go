package keys

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/note"

	"overflight/internal/durable"
	"overflight/signature"
)

// CreateSigner makes the key of a person and writes it, encrypted under a passphrase, to a file that is not there yet. It
// lies nowhere else: no folder of keys has one of its role.
func CreateSigner(file, name, passphrase string) (*Key, error) {
	return createSigner(file, name, passphrase, workFactor)
}

func createSigner(file, name, passphrase string, work int) (*Key, error) {
	if !signature.ValidName(name) {
		return nil, fmt.Errorf("name of a person's key is %q: no space, no plus, at most %d bytes", name, signature.MaxName)
	}
	a, err := Signer.algorithm()
	if err != nil {
		return nil, err
	}
	k, err := generate(Signer, a, name)
	if err != nil {
		return nil, err
	}
	return k, k.exportTo(file, passphrase, work)
}

// OpenSigner reads the key of a person out of its file. ErrPassphrase where the passphrase is wrong.
func OpenSigner(file, passphrase string) (*Key, error) {
	b, err := readExport(file)
	if err != nil {
		return nil, err
	}
	k, err := decrypt(b, passphrase)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if k.role != Signer {
		return nil, fmt.Errorf("%s holds the key of a %s, not a person's", file, k.role)
	}
	return k, nil
}

// SignAct signs a document; only a key of a person or of a node does. The document has to be in canonical form.
func (k *Key) SignAct(kind string, document []byte) (signature.Signed, error) {
	if k.role != Signer && k.role != Node {
		return signature.Signed{}, fmt.Errorf("key %s is a %s's and signs no documents", k.public.Name(), k.role)
	}
	s, err := note.NewSigner(k.private())
	if err != nil {
		return signature.Signed{}, fmt.Errorf("key %s cannot sign", k.public.Name()) // the cause could hold the key
	}
	return signature.Sign(kind, document, s)
}

// exportTo writes the key, encrypted, to a file that is not there yet.
func (k *Key) exportTo(file, passphrase string, work int) error {
	b, err := export(k, passphrase, work)
	if err != nil {
		return err
	}
	// What cannot be opened again is no copy.
	if _, err := decrypt(b, passphrase); err != nil {
		return fmt.Errorf("opening the export again: %w", err)
	}
	if err := durable.OS().CreateFile(file, b, 0o600); err != nil {
		return fmt.Errorf("writing the export: %w", err)
	}
	return nil
}

func readExport(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("reading the export: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxExport+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("reading the export: %w", err)
	}
	return b, nil
}
