package server

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/report"
)

// PlanPath names a plan.
type PlanPath struct {
	ID string `path:"id" maxLength:"64"`
}

type keepInput struct {
	PlanPath
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"100"`
		By   string `json:"by,omitempty" doc:"who keeps it; of a user who is signed in, that user"`
	}
}

type planFileInput struct {
	PlanPath
	File string `path:"file" maxLength:"32"`
	Lang string `query:"lang" enum:",en,es" doc:"of what is in words"`
}

// KeptSearch is a plan that was kept.
type KeptSearch struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	By       string          `json:"by"`
	At       *report.Instant `json:"at"`
	Event    uint64          `json:"event"`
	SHA256   string          `json:"sha256"` // of the kept document, GET /documents/{sha256}
	Aircraft string          `json:"aircraft"`
	Sorties  int             `json:"sorties"`
	Hours    float64         `json:"hours"`
	POS      float64         `json:"pos"`
	Bound    float64         `json:"bound"`
}

// SearchPlan is a plan with all that its page shows. Without kept it is only remembered until the server ends.
type SearchPlan struct {
	ID      string          `json:"id"`
	Kept    *KeptSearch     `json:"kept"`
	Asked   PlanAsked       `json:"asked"`
	Figures PlanFigures     `json:"figures"`
	Route   json.RawMessage `json:"route"`
	Sheet   *PlanSheet      `json:"sheet"`
	Files   []string        `json:"files"`
}

// names are the files of a plan, without the languages of those in words.
func (f *planFile) names() []string {
	var out []string
	for name := range f.Files {
		_, bare, worded := strings.Cut(name, "/")
		if !worded {
			bare = name
		}
		out = append(out, bare)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func keptOf(k *node.PlanOnRecord) *KeptSearch {
	return &KeptSearch{
		ID: k.ID, Name: k.Name, By: k.By, At: stamp(k.At), Event: k.Sequence, SHA256: k.Document.String(), Aircraft: k.Aircraft, Sorties: k.Sorties,
		Hours: k.Hours, POS: k.POS, Bound: k.Bound,
	}
}

func (a *api) listPlans(ctx context.Context, _ *struct{}) (*body[list[KeptSearch]], error) {
	all, err := a.node.PlansOnRecord(ctx)
	if err != nil {
		return nil, err
	}
	out := list[KeptSearch]{Items: []KeptSearch{}}
	for i := range all {
		out.Items = append(out.Items, *keptOf(&all[i]))
	}
	return &body[list[KeptSearch]]{out}, nil
}

// planOf finds a plan that whoever asks has just made, or one that was kept.
func (a *api) planOf(ctx context.Context, p *planner, id string) (*planFile, *KeptSearch, error) {
	kept, err := a.node.PlanOnRecord(ctx, id)
	if err != nil {
		if m := p.find(byWhom(ctx, ""), id); m != nil {
			return &m.file, nil, nil
		}
		return nil, nil, err
	}
	b, err := a.node.Document(kept.Document)
	if err != nil {
		return nil, nil, err
	}
	var f planFile
	if err := json.Unmarshal(b, &f); err != nil || f.Kind != planOfAPage {
		return nil, nil, fmt.Errorf("%w: the document of %s is another", node.ErrNoPlan, id)
	}
	return &f, keptOf(&kept), nil
}

func (a *api) onePlan(ctx context.Context, p *planner, in *PlanPath) (*body[SearchPlan], error) {
	f, kept, err := a.planOf(ctx, p, in.ID)
	if err != nil {
		return nil, err
	}
	language, _ := ctx.Value(languageKey{}).(catalogue.Language)
	figures, ok := f.Figures[language]
	if !ok {
		figures = f.Figures[catalogue.English]
	}
	return &body[SearchPlan]{SearchPlan{ID: in.ID, Kept: kept, Asked: f.Asked, Figures: figures, Route: f.Route, Sheet: f.Sheet, Files: f.names()}}, nil
}

func (a *api) keepPlan(ctx context.Context, p *planner, in *keepInput) (*body[KeptSearch], error) {
	by := byWhom(ctx, in.Body.By)
	m := p.find(byWhom(ctx, ""), in.ID)
	if m == nil {
		kept, err := a.node.PlanOnRecord(ctx, in.ID) // kept before
		if err != nil {
			return nil, err
		}
		return &body[KeptSearch]{*keptOf(&kept)}, nil
	}
	file := m.file
	file.Name = in.Body.Name
	document, err := json.Marshal(file)
	if err != nil {
		return nil, err
	}
	figures := file.Figures[catalogue.English]
	kept, err := a.node.KeepPlan(ctx, node.KeptPlan{
		ID: m.id, Name: in.Body.Name, Aircraft: figures.Aircraft, Sorties: len(figures.Sorties), Hours: figures.Hours, POS: figures.POS, Bound: figures.Bound,
	}, document, by)
	if err != nil {
		return nil, err
	}
	return &body[KeptSearch]{*keptOf(&kept)}, nil
}

// planKinds are the media types of the files of a plan.
var planKinds = map[string]string{
	".txt": "text/plain; charset=utf-8", ".json": "application/json", ".geojson": "application/geo+json", ".kml": "application/vnd.google-earth.kml+xml",
	".plan": "application/json", ".csv": "text/csv; charset=utf-8",
}

func (a *api) planFileOf(ctx context.Context, p *planner, in *planFileInput) (*huma.StreamResponse, error) {
	f, _, err := a.planOf(ctx, p, in.ID)
	if err != nil {
		return nil, err
	}
	language := in.Lang
	if language == "" {
		language = string(words(ctx).Language())
	}
	text, ok := f.Files[in.File]
	if !ok {
		if text, ok = f.Files[language+"/"+in.File]; !ok {
			return nil, fmt.Errorf("%w: it has no file %.40q", node.ErrNoPlan, in.File)
		}
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", planKinds[in.File[strings.LastIndexByte(in.File, '.'):]])
		c.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": in.ID + "-" + in.File}))
		c.SetHeader("Cache-Control", "no-store")
		_, _ = c.BodyWriter().Write([]byte(text)) // nobody is left to tell
	}}, nil
}
