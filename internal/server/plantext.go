package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"overflight/authority"
	"overflight/internal/node"
)

const (
	mostPlanText = 256 << 10 // bytes: some thousand points of a route
	deepestPlan  = 32        // brackets and marks that are open at once; a plan has five
)

var (
	errDeep  = errors.New("it is nested too deeply")
	errAlias = errors.New("it has an anchor or alias, which is not read")
)

type planTextInput struct {
	Body struct {
		Text string `json:"text" maxLength:"262144" doc:"a plan in YAML or JSON, as overflight authorise reads it"`
	}
}

// planText reads a plan as the command does, for who has it in a file and not on record. Nothing is kept.
func (a *api) planText(_ context.Context, in *planTextInput) (*body[authority.Plan], error) {
	plan, err := readPlan(in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &body[authority.Plan]{*plan}, nil
}

func readPlan(text string) (*authority.Plan, error) {
	if len(text) > mostPlanText {
		return nil, fmt.Errorf("%w: a plan of %d bytes: expected at most %d", node.ErrAct, len(text), mostPlanText)
	}
	document := map[string]any{}
	err := harmless(text)
	if err == nil {
		err = yaml.Unmarshal([]byte(text), &document)
	}
	if err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(yaml.FormatError(err, false, false)), "\n")
		return nil, fmt.Errorf("%w: expected a plan in YAML or JSON: %s", node.ErrAct, line)
	}
	if _, whole := document["plan"]; !whole {
		document = map[string]any{"plan": document}
	}
	raw, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("%w: expected a plan in YAML or JSON: %w", node.ErrAct, err)
	}
	act, err := authority.Decode(authority.KindPlanFiled, raw)
	if err != nil {
		return nil, err
	}
	filed, _ := act.(authority.PlanFiled) // of that kind, or it is refused
	return &filed.Plan, nil
}

// harmless refuses what would be many times as large as its text, and what would be read by calls without end.
func harmless(text string) error {
	open, marks, line := 0, 0, 0
	for _, t := range lexer.Tokenize(text) {
		switch t.Type { //nolint:exhaustive // of the others none opens anything
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return errAlias
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open--
		case token.SequenceEntryType, token.MappingKeyType, token.TagType:
			if t.Position.Line != line {
				marks, line = 0, t.Position.Line
			}
			marks++
		}
		if open > deepestPlan || marks > deepestPlan {
			return errDeep
		}
	}
	return nil
}
