package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/server"
)

func newDeclare(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "declare", Short: t.words.Text("help.declare"), Args: noVerb(t), RunE: showHelp}
	c.AddCommand(newNoFlight(t), newHours(t), newLoss(t))
	return c
}

// stating is a verb that states something, by somebody, and says where it stands.
func stating(t *terminal, use, help string, count int, path func(args []string) (string, any, error)) *cobra.Command {
	var f folder
	c := &cobra.Command{Use: use, Short: t.words.Text(help)}
	by := c.Flags().String("by", "", t.words.Text("help.by"))
	f.flags(t, c)
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) != count {
			return usage("%s", t.words.Text("error.arguments", c.UseLine()))
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		where, in, err := path(args)
		if err != nil {
			return err
		}
		in.(map[string]any)["by"] = who(*by)
		return f.with(c.Context(), t, false, func(k *client.Client) error {
			var s server.Stated
			if err := k.JSON(c.Context(), http.MethodPost, where, nil, in, &s); err != nil {
				return err
			}
			if s.Leaf != nil {
				fmt.Fprintln(t.out, t.words.Text("stated.leaf", fmt.Sprint(s.Event), fmt.Sprint(*s.Leaf)))
			} else {
				fmt.Fprintln(t.out, t.words.Text("stated.event", fmt.Sprint(s.Event)))
			}
			return nil
		})
	}
	return c
}

func newNoFlight(t *terminal) *cobra.Command {
	return stating(t, "no-flight TAIL|all YYYY-MM-DD", "help.declare.no-flight", 2, func(args []string) (string, any, error) {
		tail := args[0]
		if tail == "all" {
			tail = ""
		}
		if _, err := time.Parse(time.DateOnly, args[1]); err != nil {
			return "", nil, usage("%s", t.words.Text("error.day", args[1]))
		}
		return "/statements/no-flight", map[string]any{"tail": tail, "day": args[1]}, nil
	})
}

func newHours(t *terminal) *cobra.Command {
	return stating(t, "hours TAIL HOURS", "help.declare.hours", 2, func(args []string) (string, any, error) {
		hours, err := strconv.ParseFloat(args[1], 64)
		if err != nil {
			return "", nil, usage("%s", t.words.Text("error.hours", args[1]))
		}
		return "/statements/hours", map[string]any{"tail": args[0], "hours": hours}, nil
	})
}

func newLoss(t *terminal) *cobra.Command {
	return stating(t, "loss FLIGHT SOURCE CAUSE", "help.declare.loss", 3, func(args []string) (string, any, error) {
		return "/statements/loss", map[string]any{"flight": args[0], "source": args[1], "cause": args[2]}, nil
	})
}

func newErase(t *terminal) *cobra.Command {
	return stating(t, "erase SEGMENT REASON", "help.erase", 2, func(args []string) (string, any, error) {
		return "/segments/" + url.PathEscape(args[0]) + "/erasure", map[string]any{"reason": args[1]}, nil
	})
}

func newClose(t *terminal) *cobra.Command {
	return stating(t, "close FLIGHT", "help.close", 1, func(args []string) (string, any, error) {
		return "/flights/" + url.PathEscape(args[0]) + "/end", map[string]any{}, nil
	})
}
