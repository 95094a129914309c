package keys

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Console is what the verbs need of the world.
type Console struct {
	Folder     string                               // of the keys
	Now        time.Time                            // stamped by who runs the verb
	Passphrase func(purpose string) (string, error) // asks for one; MUST NOT echo it
	Out        io.Writer

	work int // of scrypt; 0 is the default
}

// ErrUsage says that a verb was not understood.
var ErrUsage = errors.New("usage: key create ROLE NAME | show | export ROLE FILE | restore FILE | rotate ROLE")

// Run does one verb of `overflight key`, as docs/keys.md has them:
//
//	create ROLE NAME     makes a key, once
//	show                 prints the public keys
//	export ROLE FILE     writes a key, encrypted under a passphrase, to a file that is not there yet
//	restore FILE         puts an exported key back where there is none
//	rotate ROLE          makes the next key and prints the record
func Run(c Console, args []string) error {
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	switch {
	case verb == "create" && len(args) == 2:
		k, err := Create(c.Folder, Role(args[0]), args[1])
		return c.say(k, err)
	case verb == "show" && len(args) == 0:
		return c.show()
	case verb == "export" && len(args) == 2:
		return c.export(Role(args[0]), args[1])
	case verb == "restore" && len(args) == 1:
		return c.restore(args[0])
	case verb == "rotate" && len(args) == 1:
		_, r, err := Rotate(c.Folder, Role(args[0]), c.Now)
		if err != nil {
			return err
		}
		_, err = c.Out.Write(r.Bytes())
		return err
	}
	return ErrUsage
}

func (c Console) say(k *Key, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Out, "%s %s\n", k.Role(), k.Public())
	return err
}

func (c Console) show() error {
	for _, role := range Roles() {
		k, err := Open(c.Folder, role)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err := c.say(k, err); err != nil {
			return err
		}
	}
	return nil
}

func (c Console) export(role Role, file string) error {
	k, err := Open(c.Folder, role)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("writing the export: %s is there already", file)
	}
	passphrase, err := c.Passphrase("to encrypt the key with")
	if err != nil {
		return fmt.Errorf("asking for a passphrase: %w", err)
	}
	work := workFactor
	if c.work != 0 {
		work = c.work
	}
	if err := k.exportTo(file, passphrase, work); err != nil {
		return err
	}
	return c.say(k, nil)
}

func (c Console) restore(file string) error {
	b, err := readExport(file)
	if err != nil {
		return err
	}
	passphrase, err := c.Passphrase("that the key was encrypted with")
	if err != nil {
		return fmt.Errorf("asking for a passphrase: %w", err)
	}
	k, err := Restore(c.Folder, b, passphrase)
	return c.say(k, err)
}
