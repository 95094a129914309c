package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/server"
	"overflight/signature"
	"overflight/transparency"
)

func newPolicy(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "policy", Short: t.words.Text("help.policy"), Args: noVerb(t), RunE: showHelp}
	var f folder
	var out string
	var need int
	var people []string
	make := &cobra.Command{
		Use:   "make [WITNESS-KEY]...",
		Short: t.words.Text("help.policy.make"),
		RunE: func(c *cobra.Command, args []string) error {
			var witnesses []transparency.PolicyWitness
			for i, a := range args {
				k, err := transparency.ParseWitnessKey(a)
				if err != nil {
					return err
				}
				witnesses = append(witnesses, transparency.PolicyWitness{Name: fmt.Sprintf("w%d", i+1), Key: k})
			}
			var signatories []transparency.Key
			for _, p := range people {
				k, err := signature.ParseKey(strings.TrimSpace(p))
				if err != nil {
					return err
				}
				signatories = append(signatories, k)
			}
			if need < 0 {
				need = len(witnesses)
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var h server.Health
				if err := k.JSON(c.Context(), http.MethodGet, "/health", nil, nil, &h); err != nil {
					return err
				}
				log, err := transparency.ParseLogKey(h.Log.Key)
				if err != nil {
					return err
				}
				text, err := transparency.FormatPolicy(log, witnesses, need, signatories...)
				if err != nil {
					return err
				}
				if out == "" {
					_, err = t.out.Write(text)
					return err
				}
				return os.WriteFile(out, text, 0o600)
			})
		},
	}
	f.flags(t, make)
	make.Flags().StringVarP(&out, "output", "o", "", t.words.Text("help.output"))
	make.Flags().IntVar(&need, "need", -1, t.words.Text("help.policy.need"))
	make.Flags().StringArrayVar(&people, "person", nil, t.words.Text("help.policy.person"))
	c.AddCommand(make)
	return c
}
