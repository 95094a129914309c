package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

const (
	// exportHeader begins what is inside an export; the role and the key follow, a line each.
	exportHeader = "overflight key v1"

	// MinPassphrase is the fewest characters that a passphrase may have: an export is made to lie
	// where its owner cannot watch it.
	MinPassphrase = 16

	maxExport  = 16 << 10
	workFactor = 18 // of scrypt, about a second; age's own default
	maxWork    = 20
)

// ErrPassphrase says that an export could not be opened with a passphrase.
var ErrPassphrase = errors.New("passphrase does not open this export")

// Export returns the key encrypted under a passphrase, as an armored age file
// (c2sp.org/age, scrypt recipient). `age -d` opens it, too.
func Export(k *Key, passphrase string) ([]byte, error) { return export(k, passphrase, workFactor) }

func export(k *Key, passphrase string, work int) ([]byte, error) {
	if len([]rune(passphrase)) < MinPassphrase {
		return nil, fmt.Errorf("passphrase is shorter than %d characters", MinPassphrase)
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fmt.Errorf("encrypting a key: %w", err)
	}
	to.SetWorkFactor(work)
	var out bytes.Buffer
	a := armor.NewWriter(&out)
	w, err := age.Encrypt(a, to)
	if err != nil {
		return nil, fmt.Errorf("encrypting a key: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s\n%s\n%s\n", exportHeader, k.role, k.private())
	if err := errors.Join(err, w.Close(), a.Close()); err != nil {
		return nil, fmt.Errorf("encrypting a key: %w", err)
	}
	return out.Bytes(), nil
}

// Restore puts an exported key into a folder. ErrExists where its role has a key there already: a
// restored key never replaces one. ErrPassphrase where the passphrase is wrong.
func Restore(folder string, exported []byte, passphrase string) (*Key, error) {
	k, err := decrypt(exported, passphrase)
	if err != nil {
		return nil, err
	}
	if err := k.role.inFolder(); err != nil {
		return nil, err
	}
	if err := prepare(folder); err != nil {
		return nil, err
	}
	return k, k.write(Path(folder, k.role))
}

func decrypt(exported []byte, passphrase string) (*Key, error) {
	if len(exported) > maxExport {
		return nil, fmt.Errorf("export is larger than %d bytes", maxExport)
	}
	from, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, fmt.Errorf("decrypting a key: %w", err)
	}
	from.SetMaxWorkFactor(maxWork)
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(exported)), from)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("decrypting a key: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(r, maxKey+1))
	if err != nil {
		return nil, fmt.Errorf("decrypting a key: %w", err)
	}
	lines := strings.Split(string(b), "\n")
	if len(b) > maxKey || len(lines) != 4 || lines[3] != "" || lines[0] != exportHeader {
		return nil, fmt.Errorf("export holds something else than %q", exportHeader)
	}
	return parse(Role(lines[1]), lines[2])
}
