package cot

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// RefusedError says that an event may not go out, and by which rule. It is refused whole: no event is made harmless in silence.
type RefusedError struct {
	UID, Type string
	Rule      string // as Refusal returns it
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("event %s of type %q may not go out: %s", e.UID, e.Type, e.Rule)
}

// form is how every type is written. Anything else could be read by somebody as a type that is refused.
var form = regexp.MustCompile(`^[A-Za-z](-[A-Za-z0-9]+)*$`)

// The rules, as they are shown.
const (
	RuleForm       = "no type"    // not letters and digits between hyphens
	RuleTargets    = "b-m-p-t*"   // points of targets
	RuleDesignated = "b-m-p-a*"   // points to be struck
	RuleTasking    = "t-k*"       // orders to strike
	RuleHostile    = "a-h-*"      // hostile things
	RulePeople     = "a-*-G-U-C*" // where people and their devices are
)

// Refusal says whether an event of a type is never sent to anybody, and by which rule. Capital letters make no difference: what some
// reader could take for a refused type is refused.
func Refusal(kind string) (rule string, refused bool) {
	if !form.MatchString(kind) {
		return RuleForm, true
	}
	rule = refusal(kind)
	return rule, rule != ""
}

func refusal(kind string) string {
	k := strings.ToLower(kind)
	for _, r := range []string{RuleTargets, RuleDesignated, RuleTasking} {
		if strings.HasPrefix(k, strings.TrimSuffix(r, "*")) {
			return r
		}
	}
	parts := strings.Split(k, "-")
	switch {
	case parts[0] != "a" || len(parts) < 2:
		return ""
	case parts[1] == "h":
		return RuleHostile
	case len(parts) >= 5 && parts[2] == "g" && parts[3] == "u" && strings.HasPrefix(parts[4], "c"):
		return RulePeople
	}
	return ""
}

// Outgoing refuses an event that may not go out: by its own type, and by any type that its detail names, as that of a link.
func (e *Event) Outgoing() error {
	if rule, refused := Refusal(e.Type); refused {
		return &RefusedError{e.UID, e.Type, rule}
	}
	d := newDecoder(e.Detail)
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &SyntaxError{Offset: d.InputOffset(), What: "no well-formed detail", Err: err}
		}
		x, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range x.Attr {
			if rule := refusal(strings.TrimSpace(a.Value)); rule != "" && strings.EqualFold(a.Name.Local, "type") {
				return &RefusedError{e.UID, a.Value, rule}
			}
		}
	}
}

// AppendOutgoingXML appends an event that goes out, as [Event.AppendXML] does, or refuses it.
func (e *Event) AppendOutgoingXML(b []byte) ([]byte, error) {
	if err := e.Outgoing(); err != nil {
		return b, err
	}
	return e.AppendXML(b)
}

// AppendOutgoingFrame appends an event that goes out as a frame of a stream, or refuses it.
func (e *Event) AppendOutgoingFrame(b []byte) ([]byte, error) {
	if err := e.Outgoing(); err != nil {
		return b, err
	}
	m, err := (&Message{Event: e}).Append(nil)
	if err != nil {
		return b, err
	}
	return AppendFrame(b, m), nil
}
