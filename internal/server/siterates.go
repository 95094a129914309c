package server

import (
	"context"

	"overflight/internal/node"
)

type ratesInput struct{ Page }

// siteRates tells what chances are reckoned with, beside what they were reckoned with before any outcome.
func (a *api) siteRates(ctx context.Context, in *ratesInput) (*body[SiteRates], error) {
	w := words(ctx)
	var out SiteRates
	err := a.node.Survey(ctx, func(x *node.Surveyed) error {
		r := x.Rates()
		out = SiteRates{Outcomes: r.Outcomes, Places: []SiteShare{}, Signs: []SignRate{}, Sensors: []SensorRate{}, Host: r.Sureness()}
		out.Shift, out.Slope = r.Tempering()
		for _, p := range r.Places() {
			out.Places = append(out.Places, SiteShare{What: string(p.Place), Text: w.Text("siteplace." + string(p.Place)), Share: p.Share, Default: p.Default})
		}
		for _, s := range r.Signs() {
			out.Signs = append(out.Signs, SignRate{
				Class: string(s.Class), Text: w.Text("sign." + string(s.Class)),
				Laboratory: s.Laboratory.Mean, LaboratoryDefault: s.Laboratory.Default, LaboratoryCases: s.Laboratory.Cases,
				Other: s.OtherUse.Mean, OtherDefault: s.OtherUse.Default, OtherCases: s.OtherUse.Cases,
			})
		}
		part, next, err := partOf(in.Page, x.Sensors())
		for _, s := range part {
			out.Sensors = append(out.Sensors, SensorRate{
				Sensor: s.Sensor, Class: string(s.Class), Text: w.Text("sign." + string(s.Class)), Seen: s.Seen.Mean, SeenDefault: s.Seen.Default, SeenCases: s.Seen.Cases,
				Mistaken: s.Mistaken.Mean, MistakenDefault: s.Mistaken.Default, MistakenCases: s.Mistaken.Cases, Ratio: s.Ratio, RatioDefault: s.RatioDefault,
			})
		}
		out.Next = next
		return err
	})
	return &body[SiteRates]{out}, err
}
