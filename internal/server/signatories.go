package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/signature"
)

// Signatory is somebody's key, and when it was that.
type Signatory struct {
	Name    string          `json:"name"`
	Key     string          `json:"key"`   // public, NAME+ID+KEY of c2sp.org/signed-note
	Label   string          `json:"label"` // NAME+ID, as signatures name it
	From    *report.Instant `json:"from"`
	Until   *report.Instant `json:"until"` // when it was replaced or revoked; null while it is in force
	By      string          `json:"by"`
	EndedBy string          `json:"ended_by,omitempty"`
}

func signatoryOf(s *node.Signatory) Signatory {
	return Signatory{
		Name: s.Key.Name(), Key: s.Key.String(), Label: signature.Label(s.Key), From: stamp(s.From), Until: stamp(s.Until), By: s.By, EndedBy: s.EndedBy,
	}
}

type registerInput struct {
	Body struct {
		Key string `json:"key" maxLength:"512" doc:"public, NAME+ID+KEY of c2sp.org/signed-note with signature type 1"`
		By  string `json:"by,omitempty" doc:"who states it; of a user who is signed in, that user"`
	}
}

type revokeInput struct {
	Name string `path:"name"`
	Body struct {
		By string `json:"by,omitempty" doc:"who states it; of a user who is signed in, that user"`
	}
}

func (a *api) signatories(h huma.API) {
	get(h, "/persons", "list-persons", "Keys with which people sign, in the order of their registration", func(ctx context.Context, _ *struct{}) (*body[list[Signatory]], error) {
		all, err := a.node.Signatories(ctx)
		if err != nil {
			return nil, err
		}
		out := list[Signatory]{Items: []Signatory{}}
		for i := range all {
			out.Items = append(out.Items, signatoryOf(&all[i]))
		}
		return &body[list[Signatory]]{out}, nil
	})
	operation(h, http.MethodPost, "/persons", "register-person", "State whose key a public key is; it takes the place of the key of that name", func(ctx context.Context, in *registerInput) (*body[Stated], error) {
		return statedOf(a.node.RegisterSignatory(ctx, in.Body.Key, byWhom(ctx, in.Body.By)))
	})
	operation(h, http.MethodPost, "/persons/{name}/revocation", "revoke-person", "State that a key is no longer that of a person; what it signed before stays signed", func(ctx context.Context, in *revokeInput) (*body[Stated], error) {
		return statedOf(a.node.RevokeSignatory(ctx, in.Name, byWhom(ctx, in.Body.By)))
	})
}
