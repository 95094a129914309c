package server

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"overflight/internal/catalogue"
)

// A request that is not as the description of the API says is refused by the API's library, in its own English. What it says is
// told apart by its own templates, and said in the language of the request.

// invalid are the templates of the library that can come up here, and what they are called in our catalogue.
var invalid = []struct{ template, name string }{
	{validation.MsgExpectedMatchPattern, "form"},
	{validation.MsgExpectedOneOf, "one-of"},
	{validation.MsgExpectedMinimumNumber, "least"},
	{validation.MsgExpectedMaximumNumber, "most"},
	{validation.MsgExpectedMinLength, "short"},
	{validation.MsgExpectedMaxLength, "long"},
	{validation.MsgExpectedRequiredProperty, "property"},
	{validation.MsgUnexpectedProperty, "unexpected"},
	{validation.MsgExpectedBoolean, "boolean"},
	{validation.MsgExpectedNumber, "number"},
	{validation.MsgExpectedInteger, "integer"},
	{validation.MsgExpectedString, "string"},
	{validation.MsgExpectedArray, "list"},
	{validation.MsgExpectedObject, "object"},
	{"required %s parameter is missing", "missing"},
	{"invalid boolean", "boolean"},
	{"invalid integer", "integer"},
	{"invalid floating value", "number"},
	{"invalid float", "number"},
	{"request body is required", "body"},
}

// place is where an argument stands in a template.
var place = regexp.MustCompile(`%[a-z]`)

// told finds what a message of the library says.
func told(message string) (name string, args []any) {
	for _, x := range invalid {
		parts := place.Split(x.template, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		m := regexp.MustCompile("(?s)^" + strings.Join(parts, "(.*)") + "$").FindStringSubmatch(message)
		if m == nil {
			continue
		}
		for _, a := range m[1:] {
			args = append(args, a)
		}
		return x.name, args
	}
	return "", nil
}

// inOurWords makes a refusal of the API's library one of ours.
func inOurWords(c huma.Context, _ string, answer any) (any, error) {
	e, ok := answer.(*huma.ErrorModel)
	if !ok {
		return answer, nil
	}
	return requestProblem(c.Context(), e), nil
}

func requestProblem(ctx context.Context, e *huma.ErrorModel) *Problem {
	language, _ := ctx.Value(languageKey{}).(catalogue.Language)
	if language == "" {
		language = catalogue.English
	}
	words := catalogue.Open(language)
	details := slices.DeleteFunc(slices.Clone(e.Errors), func(d *huma.ErrorDetail) bool { return d == nil })
	if len(details) == 0 {
		details = []*huma.ErrorDetail{{Message: e.Detail}}
	}
	var said, args []string
	for _, d := range details {
		where := d.Location[strings.LastIndex(d.Location, ".")+1:]
		args = append(args, strings.TrimSpace(d.Location+" "+d.Message))
		what := words.Text("invalid.other")
		if name, values := told(d.Message); name != "" {
			what = words.Text("invalid."+name, values...)
		}
		if where != "" && where != "body" {
			what = where + ": " + what
		}
		said = append(said, what)
	}
	p := &Problem{Title: http.StatusText(e.Status), Status: e.Status, Code: "request", Args: args, Detail: words.Text("problem.request", strings.Join(said, "; "))}
	switch e.Status {
	case http.StatusRequestEntityTooLarge:
		p.Code, p.Detail = "request-large", words.Text("problem.request-large")
	case http.StatusUnsupportedMediaType:
		p.Code, p.Detail = "not-json", words.Text("problem.not-json")
	case http.StatusInternalServerError:
		p.Code, p.Detail = "error", words.Text("problem.error", strings.Join(args, "; "))
	}
	return p
}
