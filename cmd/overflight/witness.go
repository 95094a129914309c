package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/durable"
	"overflight/internal/keys"
	"overflight/internal/witness"
	"overflight/transparency"
)

// witnessFolder is where a witness keeps its key and its memory: its own, never that of the log's operator.
type witnessFolder struct{ dir string }

func (w *witnessFolder) keys() string   { return filepath.Join(w.dir, "keys") }
func (w *witnessFolder) memory() string { return filepath.Join(w.dir, "memory") }

func newWitness(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "witness",
		Short: t.words.Text("help.witness"),
		Long:  t.words.Text("help.witness") + "\n\n" + t.words.Text("help.witness.long"),
		Args:  noVerb(t), RunE: showHelp,
	}
	var w witnessFolder
	c.PersistentFlags().StringVar(&w.dir, "folder", "witness", t.words.Text("help.witness.folder"))
	c.AddCommand(newWitnessCreate(t, &w), newWitnessShow(t, &w), newWitnessLook(t, &w), newWitnessFollow(t, &w))
	return c
}

func newWitnessCreate(t *terminal, w *witnessFolder) *cobra.Command {
	return &cobra.Command{
		Use:   "create NAME",
		Short: t.words.Text("help.witness.create"),
		Args:  one(t, "NAME"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(w.dir, 0o700); err != nil {
				return err
			}
			k, err := keys.Create(w.keys(), keys.Witness, args[0])
			if err != nil {
				return err
			}
			memory, err := witness.Create(durable.OS(), w.memory())
			if err != nil {
				return err
			}
			fmt.Fprintln(t.out, k.Public())
			return memory.Close()
		},
	}
}

func newWitnessShow(t *terminal, w *witnessFolder) *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: t.words.Text("help.witness.show"),
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := keys.Open(w.keys(), keys.Witness)
			if err != nil {
				return err
			}
			fmt.Fprintln(t.out, k.Public())
			memory, err := witness.Open(durable.OS(), w.memory())
			if err != nil {
				return err
			}
			for _, origin := range memory.Logs() {
				held, err := memory.Latest(c.Context(), origin)
				if err != nil {
					return errors.Join(err, memory.Close())
				}
				s, err := transparency.ParseUnverified(held)
				if err != nil {
					return errors.Join(err, memory.Close())
				}
				fmt.Fprintln(t.out, t.words.Text("witness.holds", origin, fmt.Sprint(s.Size)))
			}
			return memory.Close()
		},
	}
}

// open opens the witness for one log.
func (w *witnessFolder) open(log string) (*witness.Folder, *transparency.Witness, transparency.Key, error) {
	key, err := transparency.ParseLogKey(log)
	if err != nil {
		return nil, nil, key, err
	}
	k, err := keys.Open(w.keys(), keys.Witness)
	if err != nil {
		return nil, nil, key, err
	}
	cosigner, err := k.Cosigner()
	if err != nil {
		return nil, nil, key, err
	}
	memory, err := witness.Open(durable.OS(), w.memory())
	if err != nil {
		return nil, nil, key, err
	}
	by, err := transparency.NewWitness([]transparency.Key{key}, []*transparency.Cosigner{cosigner}, memory)
	if err != nil {
		return nil, nil, key, errors.Join(err, memory.Close())
	}
	return memory, by, key, nil
}

func newWitnessLook(t *terminal, w *witnessFolder) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "look LOG-KEY FOLDER -o FILE",
		Short: t.words.Text("help.witness.look"),
		Args:  two(t),
		RunE: func(c *cobra.Command, args []string) error {
			memory, by, key, err := w.open(args[0])
			if err != nil {
				return err
			}
			a, err := memory.Look(c.Context(), by, key, args[1], time.Now())
			if err = errors.Join(refused(err), memory.Close()); err != nil {
				return err
			}
			note := append(append([]byte{}, a.Checkpoint.Raw()...), a.Lines...)
			if out != "" {
				if err := os.WriteFile(out, note, 0o600); err != nil {
					return err
				}
			}
			fmt.Fprintln(t.out, t.words.Text("witness.cosigned", key.Name(), fmt.Sprint(a.Checkpoint.Size)))
			return nil
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", t.words.Text("help.output"))
	return c
}

// refused gives a history that does not continue the exit code of a verification that failed.
func refused(err error) error {
	var fork *transparency.InconsistencyError
	if errors.As(err, &fork) {
		return &exit{code: exitVerify, err: err}
	}
	return err
}

func two(t *terminal) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usage("%s", t.words.Text("error.arguments", c.UseLine()))
		}
		return nil
	}
}

func newWitnessFollow(t *terminal, w *witnessFolder) *cobra.Command {
	var once bool
	var every time.Duration
	c := &cobra.Command{
		Use:   "follow LOG-KEY URL",
		Short: t.words.Text("help.witness.follow"),
		Args:  two(t),
		RunE: func(c *cobra.Command, args []string) error {
			memory, by, key, err := w.open(args[0])
			if err != nil {
				return err
			}
			err = follow(c.Context(), t, memory, by, key, args[1], once, every)
			return errors.Join(refused(err), memory.Close())
		},
	}
	c.Flags().BoolVar(&once, "once", false, t.words.Text("help.witness.once"))
	c.Flags().DurationVar(&every, "every", time.Minute, t.words.Text("help.witness.every"))
	return c
}

func follow(ctx context.Context, t *terminal, memory *witness.Folder, by *transparency.Witness, key transparency.Key, url string, once bool, every time.Duration) error {
	for {
		a, err := memory.Visit(ctx, by, key, url, time.Now())
		var fork *transparency.InconsistencyError
		switch {
		case err == nil:
			fmt.Fprintln(t.out, t.words.Text("witness.cosigned", key.Name(), fmt.Sprint(a.Checkpoint.Size)))
		case once || errors.As(err, &fork): // what was shown is proof: nothing is signed after it
			return err
		default:
			fmt.Fprintf(t.err, "overflight: %s\n", t.say(err))
		}
		if once {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}
