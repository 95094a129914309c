package authority

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/signature"
)

// documents has a document of each kind, with every member of it.
func documents() map[Kind]Act {
	w := newWorld()
	w.plan.Requests, w.plan.Loadout, w.plan.Notices, w.plan.Clearance = []string{"R-1"}, "L-1", []string{"N-1"}, []string{"C-1"}
	w.plan.ReleaseDelay, w.plan.ReleasePlace = Duration(day), 100
	w.plan.Looks = []LookPlan{{Area: square, From: entered, To: left}}
	full := mexico()
	full.StandOff, full.FinestGround, full.ReleasePlace, full.Retention, full.ReleaseDelay, full.Inspection, full.BoundaryLine = 10_000, 0.5, 100, Duration(day), Duration(day), true, "INEGI"
	full.ReportWithin, full.PointsWithin, full.LongestWay, full.Quota, full.Transponder, full.FlightPlan = Duration(3*day), 5000, 400_000, 12, true, true
	full.Altitude = Band{Least: metresOf(5000), Most: metresOf(9000), Datum: "MSL"}
	dated := Document{Title: "nota", Reference: "3/25", Dated: Date{at("2025-02-01T00:00:00Z")}, SHA256: &evidence.Digest{7}}
	d := newWorld()
	decision := Decision{
		Verdict: NoGo, From: takeOff, To: landing, Known: takeOff, Sortie: sortie, Plan: evidence.Digest{3}, RuleSet: "RS-1", Rules: evidence.Digest{4},
		Results: []Result{
			{Rule: RuleClearance, Outcome: Fail, Code: CodeClearanceArea, Args: []string{"C-1", "x", "y"}, State: "MEX", Entry: "a:1", Facts: []Fact{{Kind: KindClearanceGiven, ID: "C-1", Recorded: february, Sequence: 4}}},
			{Rule: RuleNotice, Outcome: Unknown, Code: CodeNoticeUnknown, Overridden: "ann, ben: relief"},
		},
		Changes: []Change{{Agreement: "A-2", Amends: "A-1", Loosens: []Condition{ConditionUnarmed}, Since: february, InEffect: true}},
	}
	given := clearance("C-1")
	given.Area, given.Altitude, given.Aircraft, given.Operator = square, Band{Most: metresOf(9000), Datum: "HAE"}, []string{tail}, "USA/CBP"
	given.Looks, given.Deepest, given.Sensors, given.Conditions, given.Document = true, 5000, []string{"video"}, []string{"on 121.5"}, dated
	all := []Act{
		RequestMade{ID: "R-1", By: "MEX/SSPC", Question: "¿hay pistas?", Purpose: FindAirstrips, Area: Area{Line: [][2]float64{{-110, 24}, {-104, 24}}, HalfWidth: 5000}, Period: march, Dated: Date{at("2025-02-01T00:00:00Z")}, Document: dated},
		AgreementProposed{ID: "A-2", Parties: [2]Party{"MEX/SRE", "USA/DOS"}, Amends: "A-1", Period: year, Document: dated, Terms: Terms{
			Purposes: Purposes(), NoLethalForce: true, Unarmed: true, Areas: []Area{square}, States: map[airspace.State]Requirements{"MEX": full}, Warning: Duration(10 * day),
		}},
		AgreementSigned{Agreement: "A-1", Text: evidence.Digest{1}, Party: "MEX/SRE", By: "ana", At: february},
		AgreementWarned{Agreement: "A-2", To: "MEX/SRE", Loosens: []Condition{ConditionPurpose}, Means: "note", At: february},
		BasisStated{ID: "O-1", Basis: Order, Issuer: "USA/DHS", Reference: "order 7", Period: year, Purposes: []Purpose{Ferry}, NoLethalForce: true, Document: dated},
		given,
		ClearanceRevoked{Clearance: "C-1", By: "MEX/SRE", From: february, Reason: "withdrawn", Document: dated},
		NoticeSent{ID: "N-1", State: "MEX", From: "USA/CBP", To: "MEX/AFAC", Sortie: sortie, Period: march, Area: square, Points: [][2]float64{{-109, 29}}, Sent: february, Means: "note", Document: dated},
		NoticeDelivered{Notice: "N-1", At: february, By: "registry", Document: dated},
		NoticeAcknowledged{Notice: "N-1", By: "MEX/AFAC", At: february, Document: dated},
		NoticeDisputed{Notice: "N-1", By: "MEX/AFAC", At: february, Says: "no llegó", Document: dated},
		LoadoutAttested{ID: "L-1", Tail: tail, Sortie: sortie, Stations: []Station{{Station: "1", Carried: Nothing, Item: "BRU-71", Release: true}}, Capable: true, At: february, Period: march, By: "lee", Papers: []Document{dated}, Inspector: "ivo"},
		LoadoutInspected{Loadout: "L-1", Party: "MEX/SSPC", Inspector: "ivo", At: february, Agrees: true, Remarks: "seen", Papers: []Document{dated}},
		PlanFiled{w.plan},
		PlanApproved{Sortie: sortie, Plan: evidence.Digest{1}, By: "ann", Role: "duty officer", At: february},
		RuleOverridden{Sortie: sortie, Plan: evidence.Digest{1}, Rule: RuleNotice, Reason: "relief", By: [2]string{"ann", "ben"}, At: february},
		d.set,
		AirframeDescribed{Airframe{
			Type: "mq-9a", Name: "MQ-9A", Endurance: Figure{27, "x"}, Cruise: Figure{80, "x"}, Fastest: Figure{120, "x"}, Ceiling: Figure{15240, "x"}, Unmanned: true, Capable: true,
			Sensors: map[string]Figures{"video": {"fitted": {1, "x"}}}, Description: "long",
		}},
		DecisionMade{ID: "D-1", By: "ann", Decision: decision},
		PlanReported{Sortie: sortie, State: "MEX", To: "MEX/SRE", At: february, By: "pat", Document: dated},
		ActCorrected{Of: KindNoticeSent, ID: "N-1", Reason: "typed wrong", By: "ann", Replacement: "N-2"},
	}
	out := map[Kind]Act{}
	for _, a := range all {
		out[a.Kind()] = a
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for kind, a := range documents() {
		document, err := Encode(a)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if canonical, err := signature.Canonical(document); err != nil || string(canonical) != string(document) {
			t.Errorf("%s is not in canonical form: %v", kind, err)
		}
		got, err := Decode(kind, document)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if d := cmp.Diff(a, got); d != "" {
			t.Errorf("%s (-written +read): %s", kind, d)
		}
	}
}

// TestDocumentsOfEveryKind: no kind is left out above.
func TestDocumentsOfEveryKind(t *testing.T) {
	t.Parallel()
	if n := len(documents()); n < 20 {
		t.Errorf("only %d kinds", n)
	}
	for kind, a := range documents() {
		if _, err := Decode(kind, []byte("{}")); errors.Is(err, ErrKind) || !errors.Is(err, ErrInput) {
			t.Errorf("%s: {} gives %v", kind, err)
		}
		if a.Ident() == "" {
			t.Errorf("%s has no identifier", kind)
		}
	}
}

// TestNoOtherMember: each member that a document has is refused under any other name, at every depth.
func TestNoOtherMember(t *testing.T) {
	t.Parallel()
	n := 0
	for kind, a := range documents() {
		document, err := Encode(a)
		must(t, err)
		text := string(document)
		for i := 0; i < len(text); i++ {
			// A name is a quoted word after "{" or ","; its first letter is made a capital.
			if text[i] != '"' || i == 0 || text[i-1] != '{' && text[i-1] != ',' {
				continue
			}
			end := strings.Index(text[i+1:], `"`) + i + 1
			name := text[i+1 : end]
			if text[end+1] != ':' || name[0] < 'a' || name[0] > 'z' || name == "fitted" {
				continue
			}
			n++
			changed := text[:i+1] + strings.ToUpper(name[:1]) + text[i+2:]
			if _, err := Decode(kind, []byte(changed)); !errors.Is(err, ErrInput) {
				t.Errorf("%s with %q for %q: %v", kind, strings.ToUpper(name[:1])+name[1:], name, err)
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d members tried", n)
	}
}

// badCase is a document that is not accepted, and the line that says why.
type badCase struct {
	kind     Kind
	document string
	want     string
}

func badDocuments() []badCase {
	return []badCase{
		{KindClearanceGiven, ``, `clearance.given/v1: not accepted: unexpected end of JSON input`},
		{KindClearanceGiven, `{} {}`, `clearance.given/v1: not accepted: invalid character '{' after top-level value`},
		{KindClearanceGiven, `[]`, `clearance.given/v1: not accepted: document.syntax: 0, {`},
		{KindNoticeDelivered, `{"notice": "N-1", "notice": "N-2"}`, `notice.delivered/v1: not accepted: document.twice: notice`},
		{KindNoticeDelivered, `{"notice": "N-1", "when": 1}`, `notice.delivered/v1: "when" is no member of it`},
		{KindNoticeDelivered, `{"notice": "N-1", "` + strings.Repeat("w", 5000) + `": 1}`, `notice.delivered/v1: "` + strings.Repeat("w", shown) + `…" is no member of it`},
		{KindNoticeDelivered, `{"Notice": "N-1"}`, `notice.delivered/v1: "Notice" is no member of it`},
		{KindNoticeDelivered, `{"notice": "N-1", "document": {"sha": ""}}`, `notice.delivered/v1: "document.sha" is no member of it`},
		{KindNoticeDelivered, `{"notice": 7}`, `notice.delivered/v1: notice is "7": expected a text`},
		{KindNoticeDelivered, `{"notice": null}`, `notice.delivered/v1: notice is "null": expected a text`},
		{KindNoticeDelivered, `{"notice": "N-1", "at": "yesterday"}`, `notice.delivered/v1: at is "yesterday": expected an instant, RFC 3339`},
		{KindNoticeDelivered, `{"notice": "N-1", "at": "2025-02-30T00:00:00Z"}`, `notice.delivered/v1: at is "2025-02-30T00:00:00Z": expected an instant, RFC 3339`},
		{KindNoticeDelivered, `{"notice": "N-1", "document": {"dated": "1 Feb"}}`, `notice.delivered/v1: document.dated is "1 Feb": expected YYYY-MM-DD`},
		{KindNoticeDelivered, `{"notice": "N-1", "document": {"sha256": "12"}}`, `notice.delivered/v1: document.sha256 is "12": expected 64 hexadecimal digits`},
		{KindNoticeDelivered, `{"notice": "N-1", "document": []}`, `notice.delivered/v1: document is "[]": expected an object with members`},
		{KindRuleOverridden, `{"by": ["ann"]}`, `rule.overridden/v1: by is "[\"ann\"]": expected a list of 2 values`},
		{KindRequestMade, `{"area": {"polygon": [[1, 2], [3]]}}`, `request.made/v1: area.polygon[1] is "[3]": expected a list of 2 values`},
		{KindRequestMade, `{"area": {"polygon": {}}}`, `request.made/v1: area.polygon is "{}": expected a list`},
		{KindRequestMade, `{"area": {"half_width_m": "wide"}}`, `request.made/v1: area.half_width_m is "wide": expected a number`},
		{KindLoadoutAttested, `{"armed": "no"}`, `loadout.attested/v1: armed is "no": expected true or false`},
		{KindRuleSetAdopted, `{"rules": {"states": {"MEX": {"notice_lead": "3 days"}}}}`, `ruleset.adopted/v1: rules.states.MEX.notice_lead is "3 days": expected a length of time such as "72h" or "30d"`},
		{KindRuleSetAdopted, `{"rules": {"retention": "12h1d"}}`, `ruleset.adopted/v1: rules.retention is "12h1d": expected a length of time such as "72h" or "30d"`},
		{KindRuleSetAdopted, `{"rules": {"retention": "-1h"}}`, `ruleset.adopted/v1: rules.retention is "-1h": expected a length of time such as "72h" or "30d"`},
		{KindRuleSetAdopted, `{"rules": {"retention": "99999999d"}}`, `ruleset.adopted/v1: rules.retention is "99999999d": expected a length of time such as "72h" or "30d"`},
		{KindRuleSetAdopted, `{"rules": {"approvers": 1.5}}`, `ruleset.adopted/v1: rules.approvers is "1.5": expected a number`},
		{KindDecisionMade, `{"decision": {"verdict": "MAYBE"}}`, `decision.made/v1: decision.verdict is "MAYBE": expected "GO", "NO-GO" or "INCOMPLETE"`},
		{KindDecisionMade, `{"decision": {"results": [{"outcome": "yes"}]}}`, `decision.made/v1: decision.results[0].outcome is "yes": expected "pass", "fail" or "unknown"`},
	}
}

func TestWhatIsNoDocument(t *testing.T) {
	t.Parallel()
	for _, c := range badDocuments() {
		_, err := Decode(c.kind, []byte(c.document))
		oneLine(t, err, ErrInput, c.want)
	}
	_, err := Decode("clearance.given/v2", []byte("{"))
	oneLine(t, err, ErrKind, `authority: unknown kind of act: "clearance.given/v2"`)
	_, err = Decode(KindNoticeDelivered, make([]byte, signature.MaxDocument+1))
	oneLine(t, err, ErrInput, `notice.delivered/v1: document is "262145 bytes": expected at most 262144 bytes`)
}

func TestADurationIsWrittenInDaysToo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"30d": 720 * time.Hour, "72h": 72 * time.Hour, "1h30m": 90 * time.Minute, "0d": 0} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || time.Duration(d) != want {
			t.Errorf("%s: %v %v", text, time.Duration(d), err)
		}
	}
}

func TestADayIsWrittenAsADay(t *testing.T) {
	t.Parallel()
	document, err := Encode(RequestMade{ID: "R-1", By: "MEX", Question: "?", Purpose: Ferry, Period: march, Dated: Date{at("2025-02-01T00:00:00Z")}})
	if err != nil || !strings.Contains(string(document), `"dated":"2025-02-01"`) {
		t.Errorf("%s %v", document, err)
	}
}

// checkCase is an act of which one member is at fault.
type checkCase struct {
	act  Act
	want string
}

// broken takes the full document of its kind and spoils it.
func broken[A Act](all map[Kind]Act, want string, spoil func(*A)) checkCase {
	var zero A
	a, ok := all[zero.Kind()].(A)
	if !ok {
		panic(zero.Kind())
	}
	spoil(&a)
	return checkCase{a, want}
}

func checkCases() []checkCase {
	d := documents()
	inverted := Period{From: left, To: entered}
	long := strings.Repeat("x", mostText+1)
	shownLong := strings.Repeat("x", shown) + "…"
	return []checkCase{
		broken(d, `id is missing: expected 1 to 64 letters, digits, dots, hyphens and underscores`, func(a *RequestMade) { a.ID = "" }),
		broken(d, `id is "a b": expected 1 to 64 letters, digits, dots, hyphens and underscores`, func(a *RequestMade) { a.ID = "a b" }),
		broken(d, `by is "Mexico": expected a state by its three letters, or an office of it: "MEX", "USA/DEA"`, func(a *RequestMade) { a.By = "Mexico" }),
		broken(d, `by is "XYZ": expected a state by the three letters of ISO 3166-1`, func(a *RequestMade) { a.By = "XYZ/OFFICE" }),
		broken(d, `question is missing: expected a text`, func(a *RequestMade) { a.Question = "  " }),
		broken(d, `question is "`+shownLong+`": expected at most 2000 bytes`, func(a *RequestMade) { a.Question = long }),
		broken(d, `question is "two\nlines": expected a text of one line, in UTF-8`, func(a *RequestMade) { a.Question = "two\nlines" }),
		broken(d, `question is "\xff": expected a text of one line, in UTF-8`, func(a *RequestMade) { a.Question = "\xff" }),
		broken(d, `purpose is "follow": expected one of [find-laboratories find-airstrips survey-area confirm-site disaster-relief ferry calibrate-sensor train-without-views]`, func(a *RequestMade) { a.Purpose = "follow" }),
		broken(d, `area.half_width_m is "0": expected more than 0 and at most 500000 metres`, func(a *RequestMade) { a.Area.HalfWidth = 0 }),
		broken(d, `area is "both": expected a polygon or a line, not both`, func(a *RequestMade) { a.Area.Polygon = square.Polygon; a.Area.HalfWidth = 0 }),
		broken(d, `area.half_width_m is "5": expected a line; a polygon has no width`, func(a *RequestMade) { a.Area = square; a.Area.HalfWidth = 5 }),
		broken(d, `area.line is missing: expected the line that half_width_m is the half width of`, func(a *RequestMade) { a.Area = Area{HalfWidth: 5} }),
		broken(d, `area.polygon is "2 points": expected 3 to 2000 points`, func(a *RequestMade) { a.Area = Area{Polygon: square.Polygon[:2]} }),
		broken(d, `area.line[1] is "[200 0]": expected longitude and latitude in degrees`, func(a *RequestMade) { a.Area.Line = [][2]float64{{0, 0}, {200, 0}} }),
		broken(d, `period.from is missing: expected an instant, RFC 3339`, func(a *RequestMade) { a.Period = Period{} }),
		broken(d, `period.to is missing: expected an instant, RFC 3339`, func(a *RequestMade) { a.Period.To = time.Time{} }),
		broken(d, `period is "2025-03-10T18:00:00Z to 2025-03-10T14:00:00Z": expected an end after its beginning`, func(a *RequestMade) { a.Period = inverted }),
		broken(d, `document.title is "a\tb": expected a text of one line, in UTF-8`, func(a *RequestMade) { a.Document.Title = "a\tb" }),

		broken(d, `parties is "MEX/SRE and MEX": expected two states`, func(a *AgreementProposed) { a.Parties[1] = "MEX" }),
		broken(d, `period.from is missing: expected an instant, RFC 3339`, func(a *AgreementProposed) { a.Period.From = time.Time{} }),
		broken(d, `period is "2025-03-10T18:00:00Z to 2025-03-10T14:00:00Z": expected an end after its beginning`, func(a *AgreementProposed) { a.Period = inverted }),
		broken(d, `amends is "A-2": expected another agreement`, func(a *AgreementProposed) { a.Amends = "A-2" }),
		broken(d, `amends is "?": expected 1 to 64 letters, digits, dots, hyphens and underscores`, func(a *AgreementProposed) { a.Amends = "?" }),
		broken(d, `terms.purposes is missing: expected some of [find-laboratories find-airstrips survey-area confirm-site disaster-relief ferry calibrate-sensor train-without-views]`, func(a *AgreementProposed) { a.Terms.Purposes = nil }),
		broken(d, `terms.purposes[0] is "spy": expected one of [find-laboratories find-airstrips survey-area confirm-site disaster-relief ferry calibrate-sensor train-without-views]`, func(a *AgreementProposed) { a.Terms.Purposes = []Purpose{"spy"} }),
		broken(d, `terms.areas[0].polygon is "1 points": expected 3 to 2000 points`, func(a *AgreementProposed) { a.Terms.Areas = []Area{{Polygon: square.Polygon[:1]}} }),
		broken(d, `terms.areas is "101": expected at most 100`, func(a *AgreementProposed) { a.Terms.Areas = make([]Area, 101) }),
		broken(d, `terms.states is "GTM": expected a party of the agreement`, func(a *AgreementProposed) { a.Terms.States = map[airspace.State]Requirements{"GTM": {}} }),
		broken(d, `terms.warning is "-1s": expected a length of time from 0 to 36525 days`, func(a *AgreementProposed) { a.Terms.Warning = Duration(-time.Second) }),
		terms(d, `terms.states.MEX.looks_in is "maybe": expected "permitted", "with-clearance" or "forbidden"`, func(r *Requirements) { r.LooksIn = "maybe" }),
		terms(d, `terms.states.MEX.points_within_m is "5": expected notice to be true where points of it are asked for`, func(r *Requirements) { *r = Requirements{PointsWithin: 5} }),
		terms(d, `terms.states.MEX.longest_way_m is "-1": expected metres from 0 to 100000000`, func(r *Requirements) { r.LongestWay = -1 }),
		terms(d, `terms.states.MEX.quota is "-1": expected sorties a year, 0 to 10000`, func(r *Requirements) { r.Quota = -1 }),
		terms(d, `terms.states.MEX.stand_off_m is "-1": expected metres from 0 to 250000`, func(r *Requirements) { r.StandOff = -1 }),
		terms(d, `terms.states.MEX.finest_ground_m is "NaN": expected metres from 0 to 250000`, func(r *Requirements) { r.FinestGround = nan() }),
		terms(d, `terms.states.MEX.release_place_m is "+Inf": expected metres from 0 to 250000`, func(r *Requirements) { r.ReleasePlace = 1 / zero() }),
		terms(d, `terms.states.MEX.notice_lead is "72h0m0s": expected notice to be true where a lead is asked for`, func(r *Requirements) { r.Notice = false }),
		terms(d, `terms.states.MEX.acknowledgement is "true": expected notice to be true where its acknowledgement is asked for`, func(r *Requirements) { r.Notice, r.NoticeLead = false, 0 }),
		terms(d, `terms.states.MEX.clearance is "false": expected true where it has to name state or unmanned aircraft`, func(r *Requirements) { r.Clearance = false }),
		terms(d, `terms.states.MEX.retention is "-1s": expected a length of time from 0 to 36525 days`, func(r *Requirements) { r.Retention = Duration(-time.Second) }),
		terms(d, `terms.states.MEX.altitude.datum is "AGL": expected "HAE" or "MSL"`, func(r *Requirements) { r.Altitude.Datum = "AGL" }),
		terms(d, `terms.states.MEX.altitude is "no end": expected a lower end, an upper end, or both`, func(r *Requirements) { r.Altitude = Band{Datum: "MSL"} }),
		terms(d, `terms.states.MEX.altitude is "60000": expected metres from -1000 to 50000`, func(r *Requirements) { r.Altitude.Most = metresOf(60_000) }),
		terms(d, `terms.states.MEX.altitude is "9000 to 5000": expected an upper end above the lower`, func(r *Requirements) { r.Altitude.Least, r.Altitude.Most = r.Altitude.Most, r.Altitude.Least }),
		terms(d, `terms.states.MEX.boundary_line is "`+shownLong+`": expected at most 2000 bytes`, func(r *Requirements) { r.BoundaryLine = long }),

		broken(d, `agreement is missing: expected 1 to 64 letters, digits, dots, hyphens and underscores`, func(a *AgreementSigned) { a.Agreement = "" }),
		broken(d, `text is missing: expected the SHA-256 of the proposed text`, func(a *AgreementSigned) { a.Text = evidence.Digest{} }),
		broken(d, `party is missing: expected a state by its three letters, or an office of it: "MEX", "USA/DEA"`, func(a *AgreementSigned) { a.Party = "" }),
		broken(d, `by is missing: expected a text`, func(a *AgreementSigned) { a.By = "" }),
		broken(d, `at is missing: expected an instant, RFC 3339`, func(a *AgreementSigned) { a.At = time.Time{} }),
		broken(d, `loosens is missing: expected the conditions that are loosened`, func(a *AgreementWarned) { a.Loosens = nil }),
		broken(d, `loosens[0] is "price": expected "purpose", "no-lethal-force" or "unarmed"`, func(a *AgreementWarned) { a.Loosens = []Condition{"price"} }),
		broken(d, `means is missing: expected a text`, func(a *AgreementWarned) { a.Means = "" }),

		broken(d, `basis is "agreement": expected "order" or "host-request"`, func(a *BasisStated) { a.Basis = UnderAgreement }),
		broken(d, `purposes is missing: expected some of [find-laboratories find-airstrips survey-area confirm-site disaster-relief ferry calibrate-sensor train-without-views]`, func(a *BasisStated) { a.Purposes = nil }),
		broken(d, `reference is missing: expected a text`, func(a *BasisStated) { a.Reference = "" }),
		broken(d, `document is missing: expected a document: a title or a reference, and the SHA-256 of its bytes`, func(a *BasisStated) { a.Document = Document{} }),
		broken(d, `document.sha256 is missing: expected the SHA-256 of the document's bytes`, func(a *BasisStated) { a.Document.SHA256 = nil }),

		broken(d, `state is "XXX": expected a state by the three letters of ISO 3166-1`, func(a *ClearanceGiven) { a.State = "XXX" }),
		broken(d, `issuer is "USA/DOS": expected an office of MEX, whose airspace it clears`, func(a *ClearanceGiven) { a.Issuer = "USA/DOS" }),
		broken(d, `issued is missing: expected an instant, RFC 3339`, func(a *ClearanceGiven) { a.Issued = time.Time{} }),
		broken(d, `period is "2025-03-10T18:00:00Z to 2025-03-10T14:00:00Z": expected an end after its beginning`, func(a *ClearanceGiven) { a.Period = inverted }),
		broken(d, `operator is "us": expected a state by its three letters, or an office of it: "MEX", "USA/DEA"`, func(a *ClearanceGiven) { a.Operator = "us" }),
		broken(d, `deepest_m is "-1": expected metres from 0 to 10000000`, func(a *ClearanceGiven) { a.Deepest = -1 }),
		broken(d, `aircraft is "201": expected at most 200`, func(a *ClearanceGiven) { a.Aircraft = make([]string, 201) }),
		broken(d, `aircraft[0] is missing: expected a text`, func(a *ClearanceGiven) { a.Aircraft = []string{""} }),
		broken(d, `sensors[0] is missing: expected a text`, func(a *ClearanceGiven) { a.Sensors = []string{""} }),
		broken(d, `conditions is "51": expected at most 50`, func(a *ClearanceGiven) { a.Conditions = make([]string, 51) }),
		broken(d, `document is missing: expected a document: a title or a reference, and the SHA-256 of its bytes`, func(a *ClearanceGiven) { a.Document = Document{} }),
		broken(d, `from is missing: expected an instant, RFC 3339`, func(a *ClearanceRevoked) { a.From = time.Time{} }),
		broken(d, `reason is missing: expected a text`, func(a *ClearanceRevoked) { a.Reason = "" }),

		broken(d, `to is "USA/DOS": expected an office of MEX`, func(a *NoticeSent) { a.To = "USA/DOS" }),
		broken(d, `sent is missing: expected an instant, RFC 3339`, func(a *NoticeSent) { a.Sent = time.Time{} }),
		broken(d, `points[1] is "[0 91]": expected longitude and latitude in degrees`, func(a *NoticeSent) { a.Points = [][2]float64{{0, 0}, {0, 91}} }),
		broken(d, `points is "2001": expected at most 2000`, func(a *NoticeSent) { a.Points = make([][2]float64, 2001) }),
		broken(d, `means is missing: expected a text`, func(a *NoticeSent) { a.Means = "" }),
		broken(d, `by is missing: expected a text`, func(a *NoticeDelivered) { a.By = "" }),
		broken(d, `by is missing: expected a state by its three letters, or an office of it: "MEX", "USA/DEA"`, func(a *NoticeAcknowledged) { a.By = "" }),
		broken(d, `says is missing: expected a text`, func(a *NoticeDisputed) { a.Says = "" }),

		broken(d, `stations is "0": expected each station of the aircraft, 1 to 50`, func(a *LoadoutAttested) { a.Stations = nil }),
		broken(d, `stations[0].carried is "bomb": expected "nothing", "sensor", "fuel", "link", "ballast" or "armament"`, func(a *LoadoutAttested) { a.Stations = []Station{{Station: "1", Carried: "bomb"}} }),
		broken(d, `stations[0].station is missing: expected a text`, func(a *LoadoutAttested) { a.Stations = []Station{{Carried: Fuel}} }),
		broken(d, `stations[1].station is "1": expected each station once`, func(a *LoadoutAttested) {
			a.Stations = []Station{{Station: "1", Carried: Fuel}, {Station: "1", Carried: Link}}
		}),
		broken(d, `armed is "false": expected true, as a station carries armament`, func(a *LoadoutAttested) { a.Stations = []Station{{Station: "1", Carried: Armament}} }),
		broken(d, `capable is "false": expected true, as a station can release or carries armament`, func(a *LoadoutAttested) { a.Capable = false }),
		broken(d, `papers is "101": expected at most 100`, func(a *LoadoutAttested) { a.Papers = make([]Document, 101) }),
		broken(d, `papers[0].sha256 is missing: expected the SHA-256 of the document's bytes`, func(a *LoadoutAttested) { a.Papers = []Document{{Title: "photograph 1"}} }),
		broken(d, `tail is missing: expected a text`, func(a *LoadoutAttested) { a.Tail = "" }),
		broken(d, `remarks is missing: expected what the inspector does not agree with`, func(a *LoadoutInspected) { a.Agrees, a.Remarks = false, "" }),
		broken(d, `papers[0].sha256 is missing: expected the SHA-256 of the document's bytes`, func(a *LoadoutInspected) { a.Papers = []Document{{Title: "photograph 1"}} }),
		broken(d, `inspector is missing: expected a text`, func(a *LoadoutInspected) { a.Inspector = "" }),

		broken(d, `sortie is missing: expected 1 to 64 letters, digits, dots, hyphens and underscores`, func(a *PlanFiled) { a.Plan.Sortie = "" }),
		broken(d, `operator is missing: expected a state by its three letters, or an office of it: "MEX", "USA/DEA"`, func(a *PlanFiled) { a.Plan.Operator = "" }),
		broken(d, `aircraft.tail is missing: expected a text`, func(a *PlanFiled) { a.Plan.Aircraft.Tail = "" }),
		broken(d, `scope.by is "name": expected "designation", "host-request" or "agreement"`, func(a *PlanFiled) { a.Plan.Scope.By = "name" }),
		broken(d, `scope.organisations is "0": expected 1 to 100 identifiers of a list`, func(a *PlanFiled) { a.Plan.Scope.Organisations = nil }),
		broken(d, `scope.programme is missing: expected a text`, func(a *PlanFiled) { a.Plan.Scope.Programme = "" }),
		broken(d, `basis[0].basis is "designation": expected "host-request", "agreement", "order" or "clearance"; a designation is none: it says who is in scope`, func(a *PlanFiled) { a.Plan.Basis = []BasisRef{{"designation", "x"}} }),
		broken(d, `basis[0].id is missing: expected 1 to 64 letters, digits, dots, hyphens and underscores`, func(a *PlanFiled) { a.Plan.Basis = []BasisRef{{Order, ""}} }),
		broken(d, `basis is "21": expected at most 20`, func(a *PlanFiled) { a.Plan.Basis = make([]BasisRef, 21) }),
		broken(d, `loadout is "/": expected 1 to 64 letters, digits, dots, hyphens and underscores`, func(a *PlanFiled) { a.Plan.Loadout = "/" }),
		broken(d, `sensors is "51": expected at most 50`, func(a *PlanFiled) { a.Plan.Sensors = make([]SensorUse, 51) }),
		broken(d, `sensors[0].finest_ground_m is "-1": expected metres`, func(a *PlanFiled) { a.Plan.Sensors = []SensorUse{{"video", -1}} }),
		broken(d, `retention is "-1s": expected a length of time from 0 to 36525 days`, func(a *PlanFiled) { a.Plan.Retention = Duration(-time.Second) }),
		broken(d, `release_place_m is "-1": expected metres from 0 to 250000`, func(a *PlanFiled) { a.Plan.ReleasePlace = -1 }),
		broken(d, `route is "1 points": expected 2 to 2000 points`, func(a *PlanFiled) { a.Plan.Route = a.Plan.Route[:1] }),
		route(d, `route[1] is "91, -107": expected latitude and longitude in degrees`, func(w *Waypoint) { w.Lat = 91 }),
		route(d, `route[1].datum is "AGL": expected "HAE" or "MSL"`, func(w *Waypoint) { w.Datum = "AGL" }),
		route(d, `route[1].altitude_m is "60000": expected metres from -1000 to 50000`, func(w *Waypoint) { w.Altitude = 60_000 }),
		route(d, `route[1].at is missing: expected an instant, RFC 3339`, func(w *Waypoint) { w.At = time.Time{} }),
		route(d, `route[1].at is "2025-03-10T12:00:00Z": expected an instant after 2025-03-10T12:00:00Z, that of the point before`, func(w *Waypoint) { w.At = takeOff }),
		broken(d, `looks[0].area is missing: expected a polygon or a line`, func(a *PlanFiled) { a.Plan.Looks = []LookPlan{{From: entered, To: left}} }),
		broken(d, `looks[0] is "2025-03-10T18:00:00Z to 2025-03-10T14:00:00Z": expected an end after its beginning`, func(a *PlanFiled) { a.Plan.Looks = []LookPlan{{square, left, entered}} }),
		broken(d, `looks is "501": expected at most 500`, func(a *PlanFiled) { a.Plan.Looks = make([]LookPlan, 501) }),

		broken(d, `to is "USA": expected an office of MEX`, func(a *PlanReported) { a.To = "USA" }),
		broken(d, `state is "MXX": expected a state by the three letters of ISO 3166-1`, func(a *PlanReported) { a.State = "MXX" }),
		broken(d, `document is missing: expected a document: a title or a reference, and the SHA-256 of its bytes`, func(a *PlanReported) { a.Document = Document{} }),
		broken(d, `transponder is "maybe": expected "on" or "off"`, func(a *PlanFiled) { a.Plan.Transponder = "maybe" }),

		broken(d, `plan is missing: expected the SHA-256 of the filed plan`, func(a *PlanApproved) { a.Plan = evidence.Digest{} }),
		broken(d, `role is missing: expected a text`, func(a *PlanApproved) { a.Role = "" }),
		broken(d, `plan is missing: expected the SHA-256 of the filed plan`, func(a *RuleOverridden) { a.Plan = evidence.Digest{} }),
		broken(d, `rule is "unarmed": expected a rule that may be overridden; unarmed and no-lethal-force never may`, func(a *RuleOverridden) { a.Rule = RuleUnarmed }),
		broken(d, `rule is "no-lethal-force": expected a rule that may be overridden; unarmed and no-lethal-force never may`, func(a *RuleOverridden) { a.Rule = RuleNoLethalForce }),
		broken(d, `by is "ann and ann": expected two persons`, func(a *RuleOverridden) { a.By[1] = "ann" }),
		broken(d, `reason is missing: expected a text`, func(a *RuleOverridden) { a.Reason = "" }),

		broken(d, `period.from is missing: expected an instant, RFC 3339`, func(a *RuleSetAdopted) { a.Period = Period{} }),
		broken(d, `period is "2025-03-10T18:00:00Z to 2025-03-10T14:00:00Z": expected an end after its beginning`, func(a *RuleSetAdopted) { a.Period = inverted }),
		broken(d, `rules.purposes is missing: expected some of [find-laboratories find-airstrips survey-area confirm-site disaster-relief ferry calibrate-sensor train-without-views]`, func(a *RuleSetAdopted) { a.Rules.Purposes = nil }),
		broken(d, `rules.programmes[0] is missing: expected a text`, func(a *RuleSetAdopted) { a.Rules.Programmes = []string{""} }),
		broken(d, `rules.states is "mex": expected a state by the three letters of ISO 3166-1`, func(a *RuleSetAdopted) { a.Rules.States = map[airspace.State]Requirements{"mex": {}} }),
		broken(d, `rules.elsewhere.looks_in is "?": expected "permitted", "with-clearance" or "forbidden"`, func(a *RuleSetAdopted) { a.Rules.Elsewhere.LooksIn = "?" }),
		broken(d, `rules.approvers is "0": expected 1 to 10; two is the rule`, func(a *RuleSetAdopted) { a.Rules.Approvers = 0 }),
		broken(d, `rules.retention is missing: expected a length of time such as "30d"`, func(a *RuleSetAdopted) { a.Rules.Retention = 0 }),
		broken(d, `rules.attested_within is missing: expected a length of time such as "24h"`, func(a *RuleSetAdopted) { a.Rules.AttestedWithin = 0 }),
		broken(d, `rules.reserve is "-1s": expected a length of time from 0 to 36525 days`, func(a *RuleSetAdopted) { a.Rules.Reserve = Duration(-time.Second) }),

		broken(d, `airframe.name is missing: expected a text`, func(a *AirframeDescribed) { a.Airframe.Name = "" }),
		broken(d, `airframe.endurance_h is "-1": expected more than 0 and at most 1000`, func(a *AirframeDescribed) { a.Airframe.Endurance.Value = -1 }),
		broken(d, `airframe.ceiling_m.source is missing: expected a text`, func(a *AirframeDescribed) { a.Airframe.Ceiling.Source = "" }),
		broken(d, `airframe.sensors is "sonar": expected some of [video infrared radar gas]`, func(a *AirframeDescribed) { a.Airframe.Sensors = map[string]Figures{"sonar": nil} }),
		broken(d, `airframe.sensors.gas is "0": expected 1 to 20 figures, each with its source`, func(a *AirframeDescribed) { a.Airframe.Sensors = map[string]Figures{"gas": nil} }),
		broken(d, `airframe.sensors.gas.fitted.source is missing: expected a text`, func(a *AirframeDescribed) { a.Airframe.Sensors = map[string]Figures{"gas": {"fitted": {1, ""}}} }),

		broken(d, `decision.verdict is "GO": expected NO-GO, to which its results come`, func(a *DecisionMade) { a.Decision.Verdict = Go }),
		broken(d, `decision.results[0].rule is "luck": expected one of [scope basis purpose unarmed no-lethal-force clearance looks-in area boundary notice points stand-off altitude distance quota reports transponder flight-plan ground-resolution retention release request aircraft approvers]`, func(a *DecisionMade) { a.Decision.Results = []Result{{Rule: "luck"}} }),
		broken(d, `decision.results[0].overridden is "ann": expected nothing: nobody may override unarmed`, func(a *DecisionMade) { a.Decision.Results = []Result{{Rule: RuleUnarmed, Overridden: "ann"}} }),
		broken(d, `decision.sortie is missing: expected 1 to 64 letters, digits, dots, hyphens and underscores`, func(a *DecisionMade) { a.Decision.Sortie = "" }),
		broken(d, `of is "plan.filed/v1": expected an act that can be taken back: a plan is filed anew, a decision stays`, func(a *ActCorrected) { a.Of = KindPlanFiled }),
		broken(d, `of is "nothing": expected an act that can be taken back: a plan is filed anew, a decision stays`, func(a *ActCorrected) { a.Of = "nothing" }),
		broken(d, `id is missing: expected the identifier of an act`, func(a *ActCorrected) { a.ID = "" }),
		broken(d, `reason is missing: expected a text`, func(a *ActCorrected) { a.Reason = "" }),
	}
}

func zero() float64 { return 0 }

func terms(d map[Kind]Act, want string, spoil func(*Requirements)) checkCase {
	return broken(d, want, func(a *AgreementProposed) {
		r := a.Terms.States["MEX"]
		spoil(&r)
		a.Terms.States = map[airspace.State]Requirements{"MEX": r}
	})
}

func route(d map[Kind]Act, want string, spoil func(*Waypoint)) checkCase {
	return broken(d, want, func(a *PlanFiled) {
		a.Plan.Route = slices.Clone(a.Plan.Route)
		spoil(&a.Plan.Route[1])
	})
}

func TestWhatIsWrongWithADocument(t *testing.T) {
	t.Parallel()
	tried := map[Kind]bool{}
	for _, c := range checkCases() {
		tried[c.act.Kind()] = true
		oneLine(t, c.act.Check(), ErrInput, c.want)
		if _, err := Encode(c.act); !errors.Is(err, ErrInput) {
			t.Errorf("%s: written all the same: %v", c.want, err)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(documents())) {
		if !tried[kind] {
			t.Errorf("no bad %s", kind)
		}
	}
}

func TestTheCodesOfStates(t *testing.T) {
	t.Parallel()
	for s, want := range map[airspace.State]bool{"MEX": true, "ZWE": true, "ABW": true, "XKX": false, "mex": false, "": false, "EX ": false, "X A": false, "MEXUSA": false} {
		if known(s) != want {
			t.Errorf("%q is known: %v", s, !want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for kind, a := range documents() {
		document, err := Encode(a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(kind), document)
	}
	for _, c := range badDocuments() {
		f.Add(string(c.kind), []byte(c.document))
	}
	f.Fuzz(func(t *testing.T, kind string, document []byte) {
		a, err := Decode(Kind(kind), document)
		if err != nil {
			if !errors.Is(err, ErrInput) && !errors.Is(err, ErrKind) || strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("%q", err)
			}
			return
		}
		// What was read can be written, and reads as the same.
		written, err := Encode(a)
		if err != nil {
			t.Fatalf("read and not written: %v", err)
		}
		b, err := Decode(a.Kind(), written)
		if err != nil {
			t.Fatalf("written and not read: %v", err)
		}
		again, err := Encode(b)
		if err != nil || string(again) != string(written) {
			t.Errorf("%s\nis written again as\n%s (%v)", written, again, err)
		}
	})
}
