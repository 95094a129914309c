package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"strings"

	"overflight/authority"
	"overflight/bundle"
	"overflight/coverage"
	"overflight/dissemination"
	"overflight/evidence"
	"overflight/format/sanctions"
	"overflight/geodesy"
	"overflight/internal/archive"
	"overflight/internal/auth"
	"overflight/internal/catalogue"
	"overflight/internal/durable"
	"overflight/internal/live"
	"overflight/internal/node"
	"overflight/internal/planning"
	"overflight/internal/source"
	"overflight/internal/sqlite"
	"overflight/internal/tiles"
	"overflight/journal"
	"overflight/share"
	"overflight/survey"
	"overflight/transparency"
)

// Problem is an answer that is a refusal or a failure (RFC 9457). Code is stable, and with Args it is what a text in any
// language is made from; Detail is that in the language of the request.
type Problem struct {
	Title  string   `json:"title"`
	Status int      `json:"status"`
	Detail string   `json:"detail"`
	Code   string   `json:"code"`
	Args   []string `json:"args"`
	Field  string   `json:"field,omitempty"` // the member of the request that it is about, where that is known

	headers http.Header // of the answer
}

// GetHeaders is for the API's library.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is for the API's library.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is for the API's library.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

type languageKey struct{}

// languageOf is the language of a request, English where it asks for none of ours.
func languageOf(header string) catalogue.Language {
	for part := range strings.SplitSeq(header, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		if l, ok := catalogue.Parse(tag); ok {
			return l
		}
	}
	return catalogue.English
}

// said tells what is wrong by its code: status, and arguments of the text.
func said(err error) (status int, code string, args []string) {
	var (
		refusal    *live.Refusal
		before     *node.IngestedError
		erased     *archive.ErasedError
		damage     *archive.DamageError
		version    *node.VersionError
		rollback   *tiles.RollbackError
		coded      transparency.Coded
		input      *source.Error
		role       *roleError
		slow       *auth.ThrottledError
		users      *auth.FileError
		nobody     *NobodyError
		signer     *node.SignatoryError
		list       *sanctions.RefusedError
		place      *survey.Fault
		another    *node.AnotherError
		flight     *node.NoFlightError
		coordinate *geodesy.CoordinateError
		fine       *coverage.FineError
		plan       *planning.Fault
		sharing    *dissemination.Fault
		query      *share.QueryError
		office     *auth.OfficeError
	)
	switch {
	case errors.As(err, &sharing):
		return sharingStatus(sharing.Code), "sharing", append([]string{string(sharing.Code)}, sharing.Args...)
	case errors.As(err, &query):
		return http.StatusBadRequest, "features-query", []string{query.Parameter, query.Got, query.Want}
	case errors.As(err, &office):
		return http.StatusUnprocessableEntity, "pass-office", []string{office.Office}
	case errors.Is(err, auth.ErrPassLasts):
		return http.StatusUnprocessableEntity, "pass-lasts", []string{fmt.Sprint(auth.MostPassDays)}
	case errors.Is(err, auth.ErrPassesFull):
		return http.StatusConflict, "passes-full", []string{fmt.Sprint(auth.MostPasses)}
	case errors.As(err, &list):
		d := &list.First
		return http.StatusUnprocessableEntity, "list-refused", []string{listFile(err), fmt.Sprint(d.Line), fmt.Sprint(d.Column), string(d.Code), d.Got, d.Want}
	case errors.As(err, &plan):
		args := []string{string(plan.Code)}
		for _, a := range plan.Args {
			args = append(args, fmt.Sprint(a))
		}
		return http.StatusUnprocessableEntity, "planning", args
	case errors.As(err, &coordinate):
		return http.StatusUnprocessableEntity, "coordinate", []string{coordinate.Text, string(coordinate.Fault)}
	case errors.As(err, &fine):
		return http.StatusUnprocessableEntity, "fine", []string{fmt.Sprintf("%.0f", fine.Cells), fmt.Sprintf("%.0f", float64(fine.Cell)), fmt.Sprint(fine.Most)}
	case errors.As(err, &signer) && signer.Fault == node.SignatoryUnknown:
		return http.StatusNotFound, string(signer.Fault), signer.Args
	case errors.As(err, &signer):
		return http.StatusConflict, string(signer.Fault), signer.Args
	case errors.As(err, &place):
		return http.StatusUnprocessableEntity, "survey", append([]string{place.Where, place.Got, string(place.Want)}, place.Args...)
	case errors.As(err, &another):
		return http.StatusConflict, "another-observation", []string{another.ID}
	case errors.As(err, &flight):
		return http.StatusUnprocessableEntity, "no-such-flight", []string{flight.Flight}
	case errors.As(err, &refusal):
		return http.StatusUnprocessableEntity, "source-address", []string{refusal.URL, string(refusal.Defect.Code), refusal.Defect.Got, refusal.Defect.Want}
	case errors.As(err, &before):
		return http.StatusConflict, "ingested-before", []string{before.File, before.Flight.String()}
	case errors.As(err, &input):
		return http.StatusUnprocessableEntity, "input", []string{input.File, string(input.Defect.Code), input.Defect.Got, input.Defect.Want}
	case errors.As(err, &erased):
		return http.StatusGone, "erased", []string{string(erased.Tombstone.ID), erased.Tombstone.Reason}
	case errors.As(err, &damage):
		return http.StatusInternalServerError, "damaged", []string{string(damage.Segment)}
	case errors.As(err, &version):
		return http.StatusConflict, "version", []string{version.Folder, fmt.Sprint(version.Have), fmt.Sprint(version.Knows)}
	case errors.As(err, &rollback):
		return http.StatusConflict, "rolled-back", []string{rollback.Folder, fmt.Sprint(rollback.Remembered.Size), fmt.Sprint(rollback.Found)}
	case errors.As(err, &role):
		return http.StatusForbidden, "role", []string{strings.Join(names(role.roles), ", ")}
	case errors.As(err, &slow):
		return http.StatusTooManyRequests, "too-many", []string{fmt.Sprint(int(math.Ceil(slow.Wait.Seconds())))}
	case errors.As(err, &nobody):
		return http.StatusUnprocessableEntity, "nobody", []string{nobody.Address}
	case errors.As(err, &users):
		return http.StatusInternalServerError, "users-file", []string{users.File, users.Err.Error()}
	case errors.Is(err, auth.ErrPassword):
		return http.StatusUnprocessableEntity, "password", []string{fmt.Sprint(auth.LeastPassword)}
	case errors.Is(err, auth.ErrRoles):
		return http.StatusUnprocessableEntity, "user-roles", []string{strings.Join(names(auth.Roles()), ", ")}
	case errors.Is(err, node.ErrNoPolicy):
		return http.StatusConflict, "no-policy", nil
	case errors.As(err, &coded):
		return http.StatusUnprocessableEntity, "proof", append([]string{string(coded.Code())}, coded.Args()...)
	}
	for _, x := range []struct {
		err    error
		status int
		code   string
	}{
		{sqlite.ErrNotFound, http.StatusNotFound, "no-flight"},
		{archive.ErrNotFound, http.StatusNotFound, "no-segment"},
		{node.ErrNoSource, http.StatusNotFound, "no-source"},
		{node.ErrNowhere, http.StatusNotFound, "nowhere"},
		{node.ErrNoSortie, http.StatusNotFound, "no-open-flight"},
		{journal.ErrSortie, http.StatusUnprocessableEntity, "sortie"},
		{node.ErrSourceName, http.StatusUnprocessableEntity, "source-name"},
		{node.ErrSourceBusy, http.StatusConflict, "source-busy"},
		{node.ErrNoDocument, http.StatusUnprocessableEntity, "no-document"},
		{errNoOrganisation, http.StatusNotFound, "no-organisation"},
		{node.ErrNoPlan, http.StatusNotFound, "no-plan"},
		{errBusy, http.StatusServiceUnavailable, "planning-busy"},
		{errReplaced, http.StatusConflict, "planning-replaced"},
		{errLong, http.StatusUnprocessableEntity, "planning-long"},
		{survey.ErrNoSite, http.StatusNotFound, "no-site"},
		{survey.ErrCursor, http.StatusUnprocessableEntity, "cursor"},
		{node.ErrAct, http.StatusUnprocessableEntity, "act"},
		{node.ErrNoRules, http.StatusConflict, "no-rules"},
		{authority.ErrNoSuch, http.StatusNotFound, "act"},
		{authority.ErrInput, http.StatusUnprocessableEntity, "act"},
		{node.ErrStatement, http.StatusUnprocessableEntity, "statement"},
		{node.ErrOpen, http.StatusConflict, "open"},
		{node.ErrBundle, http.StatusConflict, "not-entered"},
		{sqlite.ErrCursor, http.StatusUnprocessableEntity, "cursor"},
		{node.ErrHalted, http.StatusServiceUnavailable, "halted"},
		{node.ErrStopped, http.StatusServiceUnavailable, "stopped"},
		{node.ErrNoFolder, http.StatusNotFound, "no-folder"},
		{node.ErrTaken, http.StatusConflict, "taken"},
		{durable.ErrLocked, http.StatusConflict, "locked"},
		{ErrExposed, http.StatusUnprocessableEntity, "exposed"},
		{errNotJSON, http.StatusUnsupportedMediaType, "not-json"},
		{errElseSite, http.StatusForbidden, "other-site"},
		{auth.ErrSignedOut, http.StatusUnauthorized, "signed-out"},
		{auth.ErrSignIn, http.StatusUnauthorized, "sign-in"},
		{auth.ErrLink, http.StatusGone, "set-up-link"},
		{auth.ErrNoUser, http.StatusNotFound, "no-user"},
		{auth.ErrName, http.StatusUnprocessableEntity, "user-name"},
		{auth.ErrOffice, http.StatusUnprocessableEntity, "user-office"},
		{auth.ErrTaken, http.StatusConflict, "user-taken"},
		{auth.ErrLanguage, http.StatusUnprocessableEntity, "user-language"},
		{auth.ErrDisabled, http.StatusConflict, "user-disabled"},
		{auth.ErrAdministrator, http.StatusConflict, "last-administrator"},
		{auth.ErrFull, http.StatusConflict, "users-full"},
		{auth.ErrPass, http.StatusUnauthorized, "pass"},
		{auth.ErrNoPass, http.StatusNotFound, "no-pass"},
		{share.ErrNoSuch, http.StatusNotFound, "features-path"},
		{node.ErrPeriod, http.StatusUnprocessableEntity, "period"},
		{sqlite.ErrManyLooks, http.StatusUnprocessableEntity, "many-looks"},
		{coverage.ErrEmpty, http.StatusNotFound, "no-ground"},
		{coverage.ErrArea, http.StatusUnprocessableEntity, "area"},
		{fs.ErrNotExist, http.StatusUnprocessableEntity, "no-file"},
		{context.DeadlineExceeded, http.StatusGatewayTimeout, "late"},
	} {
		if errors.Is(err, x.err) {
			return x.status, x.code, []string{err.Error()}
		}
	}
	return http.StatusInternalServerError, "error", []string{err.Error()}
}

// ProblemOf says an error in a language.
func ProblemOf(err error, language catalogue.Language) *Problem {
	var already *Problem
	if errors.As(err, &already) {
		return already
	}
	status, code, args := said(err)
	words := catalogue.Open(language)
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a
	}
	detail, field := words.Text("problem."+code, values...), ""
	var member *fieldError
	if errors.As(err, &member) {
		field = member.field
	}
	switch code {
	case "planning":
		var fault *planning.Fault
		if errors.As(err, &fault) {
			said, about := planFault(fault, words)
			detail, field = words.Text("problem.planning", said), cmp.Or(field, about)
		}
	case "role": // who names roles for a user types their codes
		said := strings.Split(args[0], ", ")
		for i, role := range said {
			said[i] = words.Text("role." + role)
		}
		detail = words.Text("problem."+code, strings.Join(said, ", "))
	case "sharing":
		detail = words.Text("problem.sharing", sharingText(words, args[0], args[1:]))
	case "act", "statement", "no-document":
		detail = words.Text("problem."+code, words.Refusal(args[0]))
	case "survey":
		rest := values[3:]
		found := words.Text("finding.nothing")
		if args[1] != "" {
			found = args[1]
		}
		detail = words.Text("problem.survey", args[0], found, words.Text("wanted."+args[2], rest...))
	case "coordinate":
		detail = words.Text("problem.coordinate", args[0], words.Text("coordinate."+args[1]))
	case "proof":
		detail = words.Text("problem.proof", bundle.Say(string(language), bundle.Line{Code: transparency.Code(args[0]), Args: args[1:]}))
	case "list-refused":
		detail = words.Text("problem."+code, args[0], args[1], args[2], words.Finding(evidence.Defect{Code: evidence.Code(args[3]), Got: args[4], Want: args[5]}))
	case "source-address", "input":
		detail = words.Defect(args[0], evidence.Defect{Code: evidence.Code(args[1]), Got: args[2], Want: args[3]})
	}
	if args == nil {
		args = []string{}
	}
	p := &Problem{Title: http.StatusText(status), Status: status, Detail: detail, Code: code, Args: args, Field: field}
	if code == "too-many" {
		p.headers = http.Header{"Retry-After": {args[0]}}
	}
	return p
}

// sharingText says a fault of what is shared.
func sharingText(words *catalogue.Catalogue, code string, args []string) string {
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a
	}
	switch c := dissemination.Code(code); {
	case (c == dissemination.CodeAnswer || c == dissemination.CodeWhy) && len(args) > 0 && words.Has("receipt."+args[0]):
		values[0] = words.Text("receipt." + args[0])
	case c == dissemination.CodeBrokenField && len(args) > 1 && words.Has("share.field."+args[1]):
		values[1] = words.Text("share.field." + args[1])
	case c == dissemination.CodeParcel && len(args) > 1:
		part := args[0]
		if words.Has("sharing.part." + part) {
			part = words.Text("sharing.part." + part)
		}
		if why := "sharing." + args[1]; words.Has(why) {
			return words.Text("sharing.parcel", part, sharingText(words, args[1], args[2:]))
		}
		return words.Text("sharing.parcel", part, bundle.Say(string(words.Language()), bundle.Line{Code: transparency.Code(args[1]), Args: args[2:]}))
	}
	return words.Text("sharing."+code, values...)
}

// refusalOf says why something that came from another node was refused.
func refusalOf(words *catalogue.Catalogue, a *dissemination.ItemRefused) string {
	if len(a.Why) == 0 || !words.Has("sharing."+a.Why[0]) {
		return a.Reason
	}
	return sharingText(words, a.Why[0], a.Why[1:])
}

// sharingStatus parts what is not there and what is over from what is wrong.
func sharingStatus(c dissemination.Code) int {
	switch c {
	case dissemination.CodeNoOffice, dissemination.CodeNoReport, dissemination.CodeNoRelease, dissemination.CodeNoProposal, dissemination.CodeNoSubject,
		dissemination.CodeNoFlight:
		return http.StatusNotFound
	case dissemination.CodeErased:
		return http.StatusGone
	case dissemination.CodeExists, dissemination.CodeReleased, dissemination.CodeOfficeRevoked, dissemination.CodeOfficeChanged, dissemination.CodeReleaseRevoked,
		dissemination.CodeOnlyOperator, dissemination.CodeOnlyPartner, dissemination.CodeOnlyNode, dissemination.CodeTooSoon:
		return http.StatusConflict
	default:
		return http.StatusUnprocessableEntity
	}
}

// listFile is the file of a list that an error names before it says that the list is refused.
func listFile(err error) string {
	before, _, _ := strings.Cut(err.Error(), ": "+sanctions.ErrRefused.Error())
	return before[strings.LastIndexByte(before, ' ')+1:]
}

func names(roles []auth.Role) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return out
}

// fail answers with a problem in the language of the request.
func fail(ctx context.Context, err error) error { return problemIn(ctx, err) }

func problemIn(ctx context.Context, err error) *Problem {
	language, _ := ctx.Value(languageKey{}).(catalogue.Language)
	if language == "" {
		language = catalogue.English
	}
	return ProblemOf(err, language)
}

// logRefusal notes in the program's log what was asked for and refused of what is shared and of acts, and who asked.
func logRefusal(ctx context.Context, operation string, err error) {
	var sharing *dissemination.Fault
	v := visitOf(ctx)
	if v.logger == nil || !errors.As(err, &sharing) && !errors.Is(err, node.ErrAct) {
		return
	}
	who := ""
	if v.caller != nil {
		who = v.caller.name()
	}
	v.logger.Warn("refused", slog.String("operation", operation), slog.String("by", who), slog.String("address", v.address), slog.String("error", short(err)))
}

// mostLogged bounds what a line of the log repeats of a request, in bytes.
const mostLogged = 300

func short(err error) string {
	s := err.Error()
	if len(s) > mostLogged {
		s = strings.ToValidUTF8(s[:mostLogged], "") + "…"
	}
	return s
}

// words is the catalogue of the language that is asked for.
func words(ctx context.Context) *catalogue.Catalogue {
	language, _ := ctx.Value(languageKey{}).(catalogue.Language)
	return catalogue.Open(language)
}
