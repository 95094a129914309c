package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"overflight/internal/keys"
)

func newKey(t *terminal) *cobra.Command {
	var f folder
	var dir string
	c := &cobra.Command{
		Use:   "key create ROLE NAME | show | export ROLE FILE | restore FILE | rotate ROLE",
		Short: t.words.Text("help.key"),
		Long:  t.words.Text("help.key") + "\n\n" + t.words.Text("help.key.long"),
		RunE: func(_ *cobra.Command, args []string) error {
			if dir == "" {
				c, err := f.settings(t)
				if err != nil {
					return err
				}
				dir = filepath.Join(c.Data, "log-keys")
			}
			err := keys.Run(keys.Console{Folder: dir, Now: time.Now(), Passphrase: passphrase(t), Out: t.out}, args)
			if errors.Is(err, keys.ErrUsage) {
				return usage("%s", err)
			}
			return err
		},
	}
	f.flags(t, c)
	c.Flags().StringVar(&dir, "keys", "", t.words.Text("help.keys"))
	c.AddCommand(newKeySigner(t))
	return c
}

// passphrase asks on the terminal without echoing, or reads it from the file that OVERFLIGHT_PASSPHRASE_FILE names: it is
// never on a command line, which others can see.
func passphrase(t *terminal) func(string) (string, error) {
	return func(string) (string, error) {
		if name := t.getenv("OVERFLIGHT_PASSPHRASE_FILE"); name != "" {
			b, err := os.ReadFile(name)
			for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
				b = b[:len(b)-1]
			}
			return string(b), err
		}
		if !t.errIsTerminal || !term.IsTerminal(int(os.Stdin.Fd())) {
			return "", errors.New(t.words.Text("error.passphrase"))
		}
		fmt.Fprint(t.err, t.words.Text("key.passphrase")+" ")
		b, err := term.ReadPassword(int(os.Stdin.Fd()))
		fmt.Fprintln(t.err)
		return string(b), err
	}
}
