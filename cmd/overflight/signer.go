package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"overflight/internal/client"
	"overflight/internal/keys"
	"overflight/internal/server"
	"overflight/signature"
)

// signerKey opens the file of a person's key, asking for its passphrase once; the key signs documents from then on. A verb that
// signs has a flag --key for the file and calls it once.
func signerKey(t *terminal, file string) (*keys.Key, error) {
	if file == "" {
		return nil, usage("%s", t.words.Text("error.no-key"))
	}
	if _, err := os.Stat(file); err != nil { // before anybody types a passphrase
		return nil, err
	}
	secret, err := passphrase(t)("")
	if err != nil {
		return nil, err
	}
	k, err := keys.OpenSigner(file, secret)
	if errors.Is(err, keys.ErrPassphrase) {
		return nil, errors.New(t.words.Text("error.wrong-passphrase", file))
	}
	return k, err
}

// newPassphrase asks twice on a terminal: a key under a passphrase with a slip of the finger is lost.
func newPassphrase(t *terminal) (string, error) {
	first, err := passphrase(t)("")
	if err != nil || t.getenv("OVERFLIGHT_PASSPHRASE_FILE") != "" {
		return first, err
	}
	fmt.Fprint(t.err, t.words.Text("key.passphrase.again")+" ")
	again, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(t.err)
	if err == nil && string(again) != first {
		err = errors.New(t.words.Text("error.passphrase.differs"))
	}
	return first, err
}

// readDocument reads a JSON document in whatever form, and puts it into the one that is signed.
func readDocument(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, signature.MaxDocument+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return signature.Canonical(b)
}

func newSign(t *terminal) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "sign KIND FILE.json --key FILE", Short: t.words.Text("help.sign"), Long: t.words.Text("help.sign") + "\n\n" + t.words.Text("help.sign.long"),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("%s", t.words.Text("error.arguments", c.UseLine()))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			document, err := readDocument(args[1])
			if err == nil {
				_, err = signature.Text(args[0], document) // before anybody types a passphrase
			}
			if err != nil {
				return err
			}
			k, err := signerKey(t, file)
			if err != nil {
				return err
			}
			s, err := k.SignAct(args[0], document)
			if err == nil {
				fmt.Fprintln(t.out, s.Line)
			}
			return err
		},
	}
	c.Flags().StringVar(&file, "key", "", t.words.Text("help.sign.key"))
	return c
}

func newKeySigner(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "person", Short: t.words.Text("help.key.person"), Args: noVerb(t), RunE: showHelp}
	c.AddCommand(newSignerCreate(t), newSignerShow(t), newSignerRegister(t), newSignerRevoke(t), newSignerList(t))
	return c
}

func newSignerCreate(t *terminal) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "create NAME -o FILE", Short: t.words.Text("help.key.person.create"), Args: one(t, "NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			if file == "" {
				return usage("%s", t.words.Text("error.arguments", c.UseLine()))
			}
			if !signature.ValidName(args[0]) {
				return usage("%s", t.words.Text("error.signer-name", args[0], signature.MaxName))
			}
			if _, err := os.Lstat(file); err == nil {
				return errors.New(t.words.Text("error.there-already", file))
			}
			secret, err := newPassphrase(t)
			if err != nil {
				return err
			}
			k, err := keys.CreateSigner(file, args[0], secret)
			if err == nil {
				fmt.Fprintln(t.out, k.Public())
			}
			return err
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "", t.words.Text("help.key.person.output"))
	return c
}

func newSignerShow(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "show FILE", Short: t.words.Text("help.key.person.show"), Args: one(t, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			k, err := signerKey(t, args[0])
			if err == nil {
				fmt.Fprintln(t.out, k.Public())
			}
			return err
		},
	}
}

// publicKey is a public key as it is written, or that of a file.
func publicKey(t *terminal, arg string) (string, error) {
	if _, err := signature.ParseKey(arg); err == nil {
		return arg, nil
	} else if _, missing := os.Stat(arg); missing != nil && strings.Contains(arg, "+") {
		return "", err // meant as a key
	}
	k, err := signerKey(t, arg)
	if err != nil {
		return "", err
	}
	return k.Public().String(), nil
}

func newSignerRegister(t *terminal) *cobra.Command {
	return stating(t, "register FILE|PUBLIC", "help.key.person.register", 1, func(args []string) (string, any, error) {
		public, err := publicKey(t, args[0])
		return "/persons", map[string]any{"key": public}, err
	})
}

func newSignerRevoke(t *terminal) *cobra.Command {
	return stating(t, "revoke NAME", "help.key.person.revoke", 1, func(args []string) (string, any, error) {
		return "/persons/" + url.PathEscape(args[0]) + "/revocation", map[string]any{}, nil
	})
}

func newSignerList(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: t.words.Text("help.key.person.list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error { return listSigners(c.Context(), t, k, asJSON) })
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

func listSigners(ctx context.Context, t *terminal, k *client.Client, asJSON bool) error {
	var all answer[server.Signatory]
	if err := k.JSON(ctx, http.MethodGet, "/persons", nil, nil, &all); err != nil {
		return err
	}
	if asJSON {
		return lines(t, all.Items)
	}
	if len(all.Items) == 0 {
		fmt.Fprintln(t.out, t.words.Text("person.none"))
	}
	for i := range all.Items {
		s := &all.Items[i]
		from := time.Time(*s.From).Format(time.RFC3339)
		if s.Until == nil {
			fmt.Fprintln(t.out, t.words.Text("person.in-force", s.Key, from, s.By))
		} else {
			fmt.Fprintln(t.out, t.words.Text("person.ended", s.Key, from, s.By, time.Time(*s.Until).Format(time.RFC3339), s.EndedBy))
		}
	}
	return nil
}
