package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/auth"
	"overflight/internal/client"
	"overflight/internal/server"
)

func newUser(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "user", Short: t.words.Text("help.user"), Args: noVerb(t), RunE: showHelp}
	c.AddCommand(
		newUserAdd(t), newUserList(t), newUserLink(t),
		newUserDisable(t, "disable NAME", "help.user.disable", true), newUserDisable(t, "enable NAME", "help.user.enable", false),
	)
	return c
}

// userVerb is a verb about one user.
func userVerb(t *terminal, use, help string, do func(ctx context.Context, f *folder, name string, asJSON bool) error) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: use, Short: t.words.Text(help), Args: one(t, "NAME"),
		RunE: func(c *cobra.Command, args []string) error { return do(c.Context(), &f, args[0], asJSON) },
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

func newUserAdd(t *terminal) *cobra.Command {
	var roles []string
	var lang, office string
	c := userVerb(t, "add NAME --role ROLE...", "help.user.add", func(ctx context.Context, f *folder, name string, asJSON bool) error {
		in := map[string]any{"name": name, "roles": roles, "language": lang, "office": office}
		return invite(ctx, t, f, "/users", in, asJSON)
	})
	c.Flags().StringSliceVar(&roles, "role", []string{}, t.words.Text("help.user.role"))
	c.Flags().StringVar(&office, "office", "", t.words.Text("help.user.office"))
	c.Flags().StringVar(&lang, "language", string(t.words.Language()), t.words.Text("help.user.language"))
	return c
}

func newUserLink(t *terminal) *cobra.Command {
	return userVerb(t, "link NAME", "help.user.link", func(ctx context.Context, f *folder, name string, asJSON bool) error {
		return invite(ctx, t, f, "/users/"+url.PathEscape(name)+"/link", nil, asJSON)
	})
}

// invitation is a set-up link with the address of the server.
type invitation struct {
	server.Link
	URL string `json:"link"`
}

func invite(ctx context.Context, t *terminal, f *folder, path string, in any, asJSON bool) error {
	settings, err := f.settings(t)
	if err != nil {
		return err
	}
	return f.with(ctx, t, false, func(k *client.Client) error {
		var out invitation
		if err := k.JSON(ctx, http.MethodPost, path, nil, in, &out.Link); err != nil {
			return err
		}
		at := k.Address()
		if k.Local {
			at = "http://" + settings.Server.Listen // where the server will be
		}
		out.URL = at + out.Path
		if asJSON {
			return lines(t, []invitation{out})
		}
		fmt.Fprintln(t.out, t.words.Text("user.link", out.User.Name, time.Time(*out.User.LinkEnds).Format(time.RFC3339), out.URL))
		return nil
	})
}

func newUserDisable(t *terminal, use, help string, disabled bool) *cobra.Command {
	return userVerb(t, use, help, func(ctx context.Context, f *folder, name string, asJSON bool) error {
		return f.with(ctx, t, false, func(k *client.Client) error {
			var u server.User
			if err := k.JSON(ctx, http.MethodPut, "/users/"+url.PathEscape(name), nil, map[string]any{"disabled": disabled}, &u); err != nil {
				return err
			}
			if asJSON {
				return lines(t, []server.User{u})
			}
			fmt.Fprintln(t.out, t.words.Text("user.changed", u.Name, t.words.Text("user.state."+u.State)))
			return nil
		})
	})
}

func newUserList(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: t.words.Text("help.user.list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var all answer[server.User]
				if err := k.JSON(c.Context(), http.MethodGet, "/users", nil, nil, &all); err != nil {
					return err
				}
				if asJSON {
					return lines(t, all.Items)
				}
				if len(all.Items) == 0 {
					fmt.Fprintln(t.out, t.words.Text("user.none"))
				}
				for i := range all.Items {
					u := &all.Items[i]
					fmt.Fprintf(t.out, "%s  %s  %s\n", u.Name, t.words.Text("user.state."+u.State), strings.Join(roleNames(u.Roles), ", "))
				}
				return nil
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

func roleNames(roles []auth.Role) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return out
}
