package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/auth"
	"overflight/internal/client"
	"overflight/internal/config"
	"overflight/internal/geoid"
	"overflight/internal/node"
	"overflight/internal/released"
	"overflight/internal/rulesets"
	"overflight/internal/server"
)

func newServe(t *terminal) *cobra.Command {
	var f folder
	var listen, role string
	c := &cobra.Command{
		Use:   "serve",
		Short: t.words.Text("help.serve"),
		Long:  t.words.Text("help.serve") + "\n\n" + t.words.Text("help.serve.long"),
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return doServe(c.Context(), t, &f, listen, role) },
	}
	f.flags(t, c)
	c.Flags().StringVar(&listen, "listen", "", t.words.Text("help.listen"))
	c.Flags().StringVar(&role, "role", "", t.words.Text("help.serve.role"))
	return c
}

func doServe(ctx context.Context, t *terminal, f *folder, listen, role string) error {
	c, err := f.settings(t)
	if err != nil {
		return err
	}
	switch role {
	case "":
	case config.Operator, config.Partner:
		c.Role = role
	default:
		return usage("%s", t.words.Text("error.role", role, config.Operator, config.Partner))
	}
	if listen != "" {
		c.Server.Listen = listen
	}
	c.Logger = logger(t.err)
	n, err := openOrCreate(ctx, t, c)
	if err != nil {
		return err
	}
	err = serve(ctx, t, n, c)
	return errors.Join(err, n.Close())
}

// openOrCreate opens a data folder and makes it where there is none.
func openOrCreate(ctx context.Context, t *terminal, c node.Config) (*node.Node, error) {
	there, err := node.Exists(c.Config)
	if err != nil {
		return nil, err
	}
	if !there {
		if err := server.MayListen(c.Server.Listen, nil); err != nil {
			return nil, err
		}
		if err := node.Create(ctx, c); err != nil {
			return nil, err
		}
		fmt.Fprintln(t.out, t.words.Text("serve.created", c.Data))
	}
	return node.Open(ctx, c)
}

func serve(ctx context.Context, t *terminal, n *node.Node, c node.Config) error {
	users, err := auth.Open(auth.In(c.Data))
	if err != nil {
		return err
	}
	if err := users.Finding(); err != nil {
		c.Logger.Warn("everybody has to sign in again", slog.Any("error", err))
	}
	if err := server.MayListen(c.Server.Listen, users); err != nil {
		return err
	}
	offices, err := openTAK(n, c)
	if err != nil {
		return err
	}
	l, err := server.Listen(ctx, c.Server.Listen, c.Server.Exposed)
	if err != nil {
		return errors.Join(err, offices.Close())
	}
	token := make([]byte, 32)
	rand.Read(token)
	ticket := client.Ticket{Address: l.Addr().String(), Token: hex.EncodeToString(token), PID: os.Getpid()}
	var hosts []string
	if c.Server.Name != "" {
		hosts = []string{c.Server.Name}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ran, served, shown := make(chan error, 1), make(chan error, 1), make(chan error, 1)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	go func() { ran <- n.Run(running) }()
	go func() {
		err := offices.Run(ctx)
		if err != nil {
			cancel()
		}
		<-ctx.Done()
		stop() // the node ends after it: what was shown until now goes on record
		shown <- err
	}()
	go func() {
		served <- server.Serve(ctx, l, server.New(server.Config{Node: n, Token: ticket.Token, Users: users, Released: n, TAK: offices, Hosts: hosts, Version: version(), Logger: c.Logger}))
	}()
	if err := client.WriteTicket(c.Data, ticket); err != nil {
		cancel()
		return errors.Join(err, <-ran, <-served, <-shown)
	}
	fmt.Fprintln(t.out, t.words.Text("serve.address", "http://"+ticket.Address))
	if address := offices.Address(); address != "" {
		fmt.Fprintln(t.out, t.words.Text("serve.tak", address))
	}
	if token, ok := users.FirstLink(time.Now()); ok {
		fmt.Fprintln(t.out, t.words.Text("serve.first", "http://"+ticket.Address+server.SetUpPath(token)))
	}
	var failure error
	select {
	case failure = <-ran:
		cancel()
		err = <-served
	case err = <-served:
		cancel()
		failure = <-ran
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(failure, err, <-shown, client.RemoveTicket(c.Data))
}

// openTAK opens what shows offices what is flown now; nothing where the configuration names none.
func openTAK(n *node.Node, c node.Config) (*released.Service, error) {
	if !c.TAK.On() {
		return nil, nil
	}
	policy, _, err := rulesets.Release()
	if err != nil {
		return nil, err
	}
	return released.Open(released.Options{
		Config: c.Config, Policy: policy, Geoid: geoid.EGM96(), Languages: server.CoTLanguages(), Logger: c.Logger, Now: time.Now, Frames: released.FramesOf(n), Register: n, Read: n.StateRead,
	})
}
