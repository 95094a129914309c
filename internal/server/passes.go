package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/internal/auth"
	"overflight/internal/catalogue"
	"overflight/internal/report"
)

// Pass lets programs of one office read what was released to it.
type Pass struct {
	ID       string          `json:"id"`
	Office   string          `json:"office"`
	Language string          `json:"language"`
	Created  *report.Instant `json:"created"`
	Ends     *report.Instant `json:"ends"`
	Revoked  *report.Instant `json:"revoked"` // null: it was not
	Good     bool            `json:"good"`
}

func passOf(p *auth.Pass, now time.Time) Pass {
	return Pass{
		ID: p.ID, Office: p.Office, Language: string(p.Language), Created: stamp(p.Created), Ends: stamp(p.Ends), Revoked: stamp(p.Revoked), Good: p.Good(now),
	}
}

// Given is a pass with its token, which is told once.
type Given struct {
	Pass     Pass   `json:"pass"`
	Token    string `json:"token"`
	Features string `json:"features"` // path below the address of the server: OGC API Features
	KML      string `json:"kml"`      // the same for viewers of KML, which ask again by themselves
}

type givePassInput struct {
	Body struct {
		Office   string `json:"office" doc:"as MEX/SEDENA"`
		Language string `json:"language,omitempty" doc:"of what is served where a program asks for none"`
		Days     int    `json:"days" minimum:"1" maximum:"366"`
	}
}

type passInput struct {
	ID string `path:"id"`
}

func (a *api) passes(h huma.API) {
	get(h, "/passes", "list-passes", "The passes of offices, in the order in which they were given", func(context.Context, *struct{}) (*body[list[Pass]], error) {
		out := list[Pass]{Items: []Pass{}}
		for _, p := range a.Users.Passes() {
			out.Items = append(out.Items, passOf(&p, a.now()))
		}
		return &body[list[Pass]]{out}, nil
	})
	operation(h, http.MethodPost, "/passes", "give-pass", "Give an office a pass to read what was released to it; its token is told once", func(ctx context.Context, in *givePassInput) (*body[Given], error) {
		language := catalogue.Language(in.Body.Language)
		if language == "" {
			language = catalogue.Spanish
		}
		p, token, err := a.Users.GivePass(in.Body.Office, language, time.Duration(in.Body.Days)*24*time.Hour, a.now())
		if err != nil {
			return nil, err
		}
		a.Logger.Info("pass given", slog.String("office", p.Office), slog.String("pass", p.ID), slog.String("by", visitOf(ctx).caller.name()))
		return &body[Given]{Given{Pass: passOf(&p, a.now()), Token: token, Features: passPath + token, KML: passPath + token + "/?f=kml"}}, nil
	})
	operation(h, http.MethodDelete, "/passes/{id}", "revoke-pass", "Revoke a pass", func(ctx context.Context, in *passInput) (*body[Pass], error) {
		p, err := a.Users.RevokePass(in.ID, a.now())
		if err != nil {
			return nil, err
		}
		a.Logger.Info("pass revoked", slog.String("office", p.Office), slog.String("pass", p.ID), slog.String("by", visitOf(ctx).caller.name()))
		return &body[Pass]{passOf(&p, a.now())}, nil
	})
}
