package main

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/server"
)

func showRates(c *cobra.Command, t *terminal, k *client.Client, as written) error {
	var r server.SiteRates
	for query := (url.Values{"limit": {strconv.Itoa(mostInPart)}}); ; query.Set("after", r.Next) {
		var part server.SiteRates
		if err := k.JSON(c.Context(), http.MethodGet, "/sites/rates", query, nil, &part); err != nil {
			return err
		}
		part.Sensors = append(r.Sensors, part.Sensors...)
		if r = part; r.Next == "" {
			break
		}
	}
	switch {
	case as.json:
		return lines(t, []server.SiteRates{r})
	case as.csv:
		return writeRatesCSV(t, r.Sensors)
	}
	return writeRates(t, &r)
}

func writeRates(t *terminal, r *server.SiteRates) error {
	fmt.Fprintln(t.out, t.words.Count("rates.head", r.Outcomes))
	fmt.Fprintln(t.out)
	g := grid(t, "column.place-is", "column.share", "column.before")
	for _, p := range r.Places {
		cells(g, p.Text, percent(p.Share), percent(p.Default))
	}
	if err := g.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t.out)
	g = grid(t, "column.sign", "column.at-laboratory", "column.before", "column.at-other", "column.before")
	for _, s := range r.Signs {
		cells(g, s.Text, percent(s.Laboratory), percent(s.LaboratoryDefault), percent(s.Other), percent(s.OtherDefault))
	}
	if err := g.Flush(); err != nil {
		return err
	}
	if len(r.Sensors) > 0 {
		fmt.Fprintln(t.out)
		g = grid(t, "column.sensor", "column.sign", "column.seen", "column.before", "column.mistaken", "column.before", "column.cases", "column.ratio", "column.before")
		for _, s := range r.Sensors {
			cells(g, s.Sensor, s.Text, percent(s.Seen), percent(s.SeenDefault), percent(s.Mistaken), percent(s.MistakenDefault), fmt.Sprintf("%.1f", s.SeenCases+s.MistakenCases),
				fmt.Sprintf("%.1f", s.Ratio), fmt.Sprintf("%.1f", s.RatioDefault))
		}
		if err := g.Flush(); err != nil {
			return err
		}
	}
	fmt.Fprintln(t.out, t.words.Text("rates.tempered", fmt.Sprintf("%+.2f", r.Shift), fmt.Sprintf("%.2f", r.Slope), percent(r.Host)))
	return nil
}

func writeRatesCSV(t *terminal, all []server.SensorRate) error {
	w := csv.NewWriter(t.out)
	rows := [][]string{{"sensor", "class", "seen", "seen_default", "seen_cases", "mistaken", "mistaken_default", "mistaken_cases", "likelihood_ratio", "likelihood_ratio_default"}}
	for i := range all {
		s := &all[i]
		rows = append(rows, []string{
			s.Sensor, s.Class, number3(s.Seen), number3(s.SeenDefault), number3(s.SeenCases), number3(s.Mistaken), number3(s.MistakenDefault), number3(s.MistakenCases),
			number3(s.Ratio), number3(s.RatioDefault),
		})
	}
	return w.WriteAll(rows)
}
