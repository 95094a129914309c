package authority

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
	"overflight/validity"
)

// ruleCase is one thing about the world that is otherwise, and what the rule then says.
type ruleCase struct {
	name    string
	rule    RuleID
	code    evidence.Code
	outcome Outcome
	change  func(*world)
}

func ruleCases() []ruleCase {
	mex := func(f func(*Requirements)) func(*world) { return func(w *world) { w.asks(f) } }
	given := func(f func(*ClearanceGiven)) func(*world) { return func(w *world) { change(w, f) } }
	attested := func(f func(*LoadoutAttested)) func(*world) { return func(w *world) { change(w, f) } }
	flownUnsure := func(w *world) { w.q.Flown, w.q.Crossings[0].Verdict = true, airspace.Unresolved }
	look := func(w *world) {
		w.q.LookIns = []LookIn{{State: "MEX", From: entered, To: left, Resolved: true, Ground: []geodesy.Position{{Lat: 28, Lon: -108}}}}
		change(w, func(c *ClearanceGiven) { c.Looks = true })
	}
	looks := func(f func(*world)) func(*world) { return func(w *world) { look(w); f(w) } }
	lookGiven := func(f func(*ClearanceGiven)) func(*world) { return looks(func(w *world) { change(w, f) }) }
	agreed := func(f func(*AgreementProposed)) func(*world) {
		return func(w *world) { w.agree(agreement("A-1", f), february) }
	}
	byAgreement := func(f func(*AgreementProposed)) func(*world) {
		return func(w *world) {
			w.agree(agreement("A-1", f), february)
			w.plan.Basis = []BasisRef{{Basis: UnderAgreement, ID: "A-1"}}
		}
	}
	// By points where the crossing of the world begins and ends, within 5 km.
	byPoints := func(f func(*world)) func(*world) {
		return func(w *world) {
			w.asks(func(r *Requirements) { r.PointsWithin = 5000 })
			change(w, func(n *NoticeSent) { n.Points = [][2]float64{{-109, 29}, {-107, 27}} })
			if f != nil {
				f(w)
			}
		}
	}
	// A quota, and a decision on record about a sortie that entered.
	authorised := func(quota int, sortie string, from time.Time, v Verdict) func(*world) {
		return func(w *world) {
			w.asks(func(r *Requirements) { r.Quota = quota })
			entry := Result{Rule: RuleClearance, Outcome: Pass, Code: CodeClearanceCovers, State: "MEX"}
			if v != Go {
				entry.Outcome = Fail
			}
			w.add(DecisionMade{ID: "D-0", By: "pat", Decision: Decision{Verdict: v, Results: []Result{entry}, From: from, To: from.Add(time.Hour), Known: from, Sortie: sortie}}, february)
		}
	}
	// Reports within three days, of a sortie from an instant on that was let enter; its report recorded and dated so, or none.
	reported := func(dated, from, recorded time.Time) func(*world) {
		return func(w *world) {
			authorised(0, "S-0", from, Go)(w)
			w.asks(func(r *Requirements) { r.ReportWithin = Duration(3 * day) })
			other := w.plan
			other.Sortie = "S-0"
			w.add(PlanFiled{other}, february)
			if dated.IsZero() {
				dated = recorded
			}
			if !recorded.IsZero() {
				w.add(PlanReported{Sortie: "S-0", State: "MEX", To: "MEX/SRE", At: dated, By: "pat", Document: paper}, recorded)
			}
		}
	}
	hostRequest := BasisStated{ID: "H-1", Basis: HostRequest, Issuer: "MEX/SRE", Reference: "nota 3", Period: year, Purposes: Purposes(), NoLethalForce: true, Document: paper}
	request := RequestMade{ID: "R-1", By: "MEX/SSPC", Question: "¿hay laboratorios?", Purpose: FindLaboratories, Area: square, Period: march}
	elsewhere := func(w *world) { w.q.Crossings[0].State = "GTM" }

	return []ruleCase{
		{"in scope", RuleScope, "designation.in_force", Pass, nil},
		{"not designated", RuleScope, "designation.none", Fail, func(w *world) {
			w.q.Designations = func(Organisation, validity.AsOf) Standing { return Standing{Outcome: Fail, Code: "designation.none"} }
		}},
		{"designation ends in flight", RuleScope, "designation.ended", Fail, func(w *world) {
			w.q.Designations = func(_ Organisation, q validity.AsOf) Standing {
				if q.Valid.Before(landing) {
					return Standing{Outcome: Pass, Code: "designation.in_force"}
				}
				return Standing{Outcome: Fail, Code: "designation.ended"}
			}
		}},
		{"no list", RuleScope, CodeScopeNoList, Unknown, func(w *world) { w.q.Designations = nil }},
		{"another programme", RuleScope, CodeScopeProgramme, Fail, func(w *world) { w.plan.Scope.Programme = "SDNTK" }},
		{"no organisation", RuleScope, CodeScopeNoOrganisation, Unknown, func(w *world) { w.plan.Scope.Organisations = nil }},
		{"by agreement", RuleScope, CodeScopeAgreement, Pass, func(w *world) { byAgreement(nil)(w); w.plan.Scope = Scope{By: "agreement"} }},
		{"by no agreement", RuleScope, CodeScopeNoAgreement, Unknown, func(w *world) { w.plan.Scope = Scope{By: "agreement"} }},
		{"by the basis of a host", RuleScope, CodeScopeHostRequest, Pass, func(w *world) {
			w.add(hostRequest, february)
			w.plan.Scope, w.plan.Basis = Scope{By: "host-request"}, []BasisRef{{HostRequest, "H-1"}}
		}},
		{"by a request of the host", RuleScope, CodeScopeHostRequest, Pass, func(w *world) {
			w.add(request, february)
			w.plan.Scope, w.plan.Requests = Scope{By: "host-request"}, []string{"R-1"}
		}},
		{"by a request of a state that is not entered", RuleScope, CodeScopeNoHostRequest, Unknown, func(w *world) {
			r := request
			r.By = "GTM/SRE"
			w.add(r, february)
			w.plan.Scope, w.plan.Requests = Scope{By: "host-request"}, []string{"R-1"}
		}},

		{"order in force", RuleBasis, CodeBasisInForce, Pass, nil},
		{"no basis", RuleBasis, CodeBasisNone, Fail, func(w *world) { w.plan.Basis = nil }},
		{"basis not on record", RuleBasis, CodeBasisUnknown, Unknown, func(w *world) { w.plan.Basis[0].ID = "O-2" }},
		{"basis of another kind", RuleBasis, CodeBasisUnknown, Unknown, func(w *world) { w.plan.Basis[0].Basis = HostRequest }},
		{"basis out of date", RuleBasis, CodeBasisNotInForce, Fail, func(w *world) { change(w, func(b *BasisStated) { b.Period.To = left }) }},
		{"basis recorded after take-off", RuleBasis, CodeBasisRecordedLate, Fail, func(w *world) { recorded[BasisStated](w, entered); w.q.Known = left }},
		{"own request as that of a host", RuleBasis, CodeBasisOwnRequest, Fail, func(w *world) {
			b := hostRequest
			b.Issuer = "USA/DOS"
			w.add(b, february)
			w.plan.Basis = []BasisRef{{HostRequest, "H-1"}}
		}},
		{"agreement in force", RuleBasis, CodeBasisInForce, Pass, byAgreement(nil)},
		{"agreement signed by one", RuleBasis, CodeBasisNotSigned, Unknown, func(w *world) {
			byAgreement(nil)(w)
			w.acts = w.acts[:len(w.acts)-1]
		}},
		{"agreement of others", RuleBasis, CodeBasisNotParty, Fail, byAgreement(func(a *AgreementProposed) { a.Parties[1] = "GTM" })},
		{"agreement without place in the line", RuleBasis, CodeBasisSuperseded, Fail, func(w *world) {
			w.agree(agreement("A-1", nil), february)
			w.add(agreement("A-2", nil), february)
			w.plan.Basis = []BasisRef{{UnderAgreement, "A-2"}}
		}},
		{"agreement amended since", RuleBasis, CodeBasisInForce, Pass, func(w *world) {
			byAgreement(nil)(w)
			w.agree(agreement("A-2", func(a *AgreementProposed) { a.Amends = "A-1" }), february)
		}},
		{"clearance as basis", RuleBasis, CodeBasisInForce, Pass, func(w *world) { w.plan.Basis = []BasisRef{{UnderClearance, "C-1"}} }},
		{"no such clearance as basis", RuleBasis, CodeBasisUnknown, Unknown, func(w *world) { w.plan.Basis = []BasisRef{{UnderClearance, "C-2"}} }},
		{"revoked clearance as basis", RuleBasis, CodeClearanceRevoked, Fail, func(w *world) {
			w.plan.Basis = []BasisRef{{UnderClearance, "C-1"}}
			w.add(ClearanceRevoked{Clearance: "C-1", By: "MEX/SRE", From: left, Reason: "withdrawn"}, february)
		}},

		{"purpose permitted", RulePurpose, CodePurposePermitted, Pass, nil},
		{"purpose not of the rule set", RulePurpose, CodePurposeRuleset, Fail, func(w *world) { w.set.Rules.Purposes = []Purpose{Ferry} }},
		{"purpose not of the basis", RulePurpose, CodePurposeBasis, Fail, func(w *world) { change(w, func(b *BasisStated) { b.Purposes = []Purpose{Ferry} }) }},
		{"purpose not of the agreement", RulePurpose, CodePurposeAgreement, Fail, agreed(func(a *AgreementProposed) { a.Terms.Purposes = []Purpose{Ferry} })},

		{"unarmed", RuleUnarmed, CodeUnarmedAttested, Pass, nil},
		{"unarmed and cited", RuleUnarmed, CodeUnarmedAttested, Pass, func(w *world) { w.plan.Loadout = "L-1" }},
		{"capable of being armed", RuleUnarmed, CodeUnarmedCapable, Pass, attested(func(l *LoadoutAttested) { l.Capable = true })},
		{"of a type that can be armed", RuleUnarmed, CodeUnarmedCapableType, Pass, func(w *world) { change(w, func(a *AirframeDescribed) { a.Airframe.Capable = true }) }},
		{"armed", RuleUnarmed, CodeUnarmedArmed, Fail, attested(func(l *LoadoutAttested) { l.Armed, l.Capable = true, true })},
		{"armed by a newer look", RuleUnarmed, CodeUnarmedArmed, Fail, func(w *world) {
			w.plan.Loadout = "L-1"
			w.add(LoadoutAttested{
				ID: "L-2", Tail: tail, Stations: []Station{{Station: "1", Carried: Armament}}, Armed: true, Capable: true, By: "lee",
				At: at("2025-03-10T09:00:00Z"), Period: Period{From: at("2025-03-10T09:00:00Z"), To: at("2025-03-10T10:00:00Z")},
			}, at("2025-03-10T09:00:00Z"), "lee")
		}},
		{"not attested", RuleUnarmed, CodeUnarmedUnknown, Unknown, func(w *world) { w.drop(KindLoadoutAttested) }},
		{"cited and not on record", RuleUnarmed, CodeUnarmedUnknown, Unknown, func(w *world) { w.plan.Loadout = "L-9" }},
		{"of another aircraft", RuleUnarmed, CodeUnarmedTail, Fail, func(w *world) {
			w.plan.Loadout = "L-1"
			change(w, func(l *LoadoutAttested) { l.Tail = "N701" })
		}},
		{"of another sortie", RuleUnarmed, CodeUnarmedSortie, Fail, func(w *world) {
			w.plan.Loadout = "L-1"
			change(w, func(l *LoadoutAttested) { l.Sortie = "S-2" })
		}},
		{"attested after take-off", RuleUnarmed, CodeUnarmedLate, Fail, func(w *world) { change(w, func(l *LoadoutAttested) { l.At = entered }); w.q.Known = left }},
		{"attestation recorded after take-off", RuleUnarmed, CodeUnarmedRecordedLate, Fail, func(w *world) { recorded[LoadoutAttested](w, entered); w.q.Known = left }},
		{"attestation too old", RuleUnarmed, CodeUnarmedOld, Fail, attested(func(l *LoadoutAttested) { l.At = takeOff.Add(-25 * time.Hour) })},
		{"attestation dated ahead of the look", RuleUnarmed, CodeUnarmedOld, Fail, func(w *world) { recorded[LoadoutAttested](w, takeOff.Add(-25*time.Hour)) }},
		{"attestation for half the flight", RuleUnarmed, CodeUnarmedPeriod, Fail, func(w *world) {
			w.plan.Loadout = "L-1"
			change(w, func(l *LoadoutAttested) { l.Period.To = left })
		}},
		{"contradicted by the stream", RuleUnarmed, CodeUnarmedContradicted, Fail, func(w *world) { w.q.Contradictions = []Contradiction{{At: entered, Item: "60", Value: "1"}} }},
		{"inspected", RuleUnarmed, CodeUnarmedInspected, Pass, func(w *world) {
			w.asks(func(r *Requirements) { r.Inspection = true })
			w.add(LoadoutInspected{Loadout: "L-1", Party: "MEX/SSPC", Inspector: "ivo", At: takeOff, Agrees: true}, takeOff, "ivo")
		}},
		{"not inspected", RuleUnarmed, CodeUnarmedNotInspected, Unknown, mex(func(r *Requirements) { r.Inspection = true })},
		{"inspector disagrees", RuleUnarmed, CodeUnarmedInspectorDisagrees, Fail, func(w *world) {
			w.asks(func(r *Requirements) { r.Inspection = true })
			w.add(LoadoutInspected{Loadout: "L-1", Party: "MEX/SSPC", Inspector: "ivo", At: takeOff, Remarks: "station 2 is closed"}, takeOff, "ivo")
		}},
		{"inspected after take-off", RuleUnarmed, CodeUnarmedInspectedLate, Fail, func(w *world) {
			w.asks(func(r *Requirements) { r.Inspection = true })
			w.add(LoadoutInspected{Loadout: "L-1", Party: "MEX/SSPC", Inspector: "ivo", At: takeOff, Agrees: true}, entered, "ivo")
			w.q.Known = left
		}},

		{"no lethal force in force", RuleNoLethalForce, CodeNoLethalForceInForce, Pass, nil},
		{"no lethal force unknown", RuleNoLethalForce, CodeNoLethalForceUnknown, Unknown, func(w *world) { change(w, func(b *BasisStated) { b.NoLethalForce = false }) }},
		{"not a rule of the set", RuleNoLethalForce, CodeNoLethalForceRuleset, Fail, func(w *world) { w.set.Rules.NoLethalForce = false }},
		{"not in the agreement", RuleNoLethalForce, CodeNoLethalForceAgreement, Fail, agreed(func(a *AgreementProposed) { a.Terms.NoLethalForce = false })},

		{"cleared", RuleClearance, CodeClearanceCovers, Pass, nil},
		{"cleared with conditions", RuleClearance, CodeClearanceCoversConditions, Pass, given(func(c *ClearanceGiven) { c.Conditions = []string{"transponder on"} })},
		{"cleared by one of two", RuleClearance, CodeClearanceCovers, Pass, func(w *world) {
			change(w, func(c *ClearanceGiven) { c.Aircraft = []string{"N1"} })
			w.add(clearance("C-2"), february)
		}},
		{"none on record", RuleClearance, CodeClearanceUnknown, Unknown, func(w *world) { w.drop(KindClearanceGiven) }},
		{"of another operator", RuleClearance, CodeClearanceUnknown, Unknown, given(func(c *ClearanceGiven) { c.Operator = "GTM" })},
		{"cited and not on record", RuleClearance, CodeClearanceCitedUnknown, Unknown, func(w *world) { w.plan.Clearance = []string{"C-9"} }},
		{"cited and revoked, another covers", RuleClearance, CodeClearanceRevoked, Fail, func(w *world) {
			w.plan.Clearance = []string{"C-1"}
			w.add(clearance("C-2"), february)
			w.add(ClearanceRevoked{Clearance: "C-1", By: "MEX/SRE", From: entered, Reason: "withdrawn"}, february)
		}},
		{"not for this aircraft", RuleClearance, CodeClearanceAircraft, Fail, given(func(c *ClearanceGiven) { c.Aircraft = []string{"N1"} })},
		{"not for this time", RuleClearance, CodeClearancePeriod, Fail, given(func(c *ClearanceGiven) { c.Period.To = left })},
		{"not for unmanned aircraft", RuleClearance, CodeClearanceUnmanned, Fail, given(func(c *ClearanceGiven) { c.Unmanned = false })},
		{"not for state aircraft", RuleClearance, CodeClearanceStateAircraft, Fail, given(func(c *ClearanceGiven) { c.StateAircraft = false })},
		{"revoked in flight", RuleClearance, CodeClearanceRevoked, Fail, func(w *world) {
			w.add(ClearanceRevoked{Clearance: "C-1", By: "MEX/SRE", From: left.Add(-time.Second), Reason: "withdrawn"}, february)
		}},
		{"revoked afterwards", RuleClearance, CodeClearanceCovers, Pass, func(w *world) {
			w.add(ClearanceRevoked{Clearance: "C-1", By: "MEX/SRE", From: left, Reason: "withdrawn"}, february)
		}},
		{"not for this sensor", RuleClearance, CodeClearanceSensor, Fail, given(func(c *ClearanceGiven) { c.Sensors = []string{"radar"} })},
		{"not for this area", RuleClearance, CodeClearanceArea, Fail, given(func(c *ClearanceGiven) { c.Area = Area{Polygon: [][2]float64{{-110, 28}, {-104, 28}, {-104, 30}}} })},
		{"not for this altitude", RuleClearance, CodeClearanceAltitude, Fail, given(func(c *ClearanceGiven) { c.Altitude = Band{Least: metresOf(7000), Datum: "MSL"} })},
		{"altitude in another datum", RuleClearance, CodeClearanceAltitudeUnknown, Unknown, given(func(c *ClearanceGiven) { c.Altitude = Band{Least: metresOf(5000), Datum: "HAE"} })},
		{"one may cover, one misses by an entry", RuleClearance, CodeClearanceAltitudeUnknown, Unknown, func(w *world) {
			change(w, func(c *ClearanceGiven) { c.Altitude = Band{Least: metresOf(5000), Datum: "HAE"} })
			w.add(clearance("C-2"), left)
			w.q.Known = landing
		}},
		{"deeper than permitted", RuleClearance, CodeClearanceDepth, Fail, given(func(c *ClearanceGiven) { c.Deepest = 50_000 })},
		{"depth not known", RuleClearance, CodeClearanceDepthUnknown, Unknown, func(w *world) {
			change(w, func(c *ClearanceGiven) { c.Deepest = 50_000 })
			w.q.Crossings[0].Depth = 0
		}},
		{"back-dated", RuleClearance, CodeClearanceAfterEntry, Fail, func(w *world) { recorded[ClearanceGiven](w, entered.Add(1)); w.q.Known = left }},
		{"no places", RuleClearance, CodeClearanceNoPlaces, Unknown, func(w *world) {
			change(w, func(c *ClearanceGiven) { c.Area = square })
			w.q.Crossings[0].Samples = nil
		}},
		{"entry without a beginning", RuleClearance, CodeClearanceEntryOpen, Unknown, func(w *world) { w.q.Crossings[0].From = time.Time{} }},
		{"entry not certain", RuleClearance, CodeClearanceEntryUnresolved, Unknown, func(w *world) {
			flownUnsure(w)
			change(w, func(c *ClearanceGiven) { c.Aircraft = []string{"N1"} })
		}},
		{"asks for none", RuleClearance, CodeClearanceNotRequired, Pass, mex(func(r *Requirements) { *r = Requirements{LooksIn: LooksPermitted} })},
		{"enters none", RuleClearance, CodeClearanceNoEntry, Pass, func(w *world) { w.q.Crossings = nil }},
		{"a state that the set does not name", RuleClearance, CodeClearanceUnknown, Unknown, elsewhere},

		{"looks into none", RuleLooksIn, CodeLooksNone, Pass, nil},
		{"looks into its own state", RuleLooksIn, CodeLooksNone, Pass, func(w *world) { w.q.LookIns = []LookIn{{State: "USA", From: entered, To: left}} }},
		{"look cleared", RuleLooksIn, CodeLooksCleared, Pass, look},
		{"look not cleared", RuleLooksIn, CodeLooksNotCleared, Unknown, lookGiven(func(c *ClearanceGiven) { c.Looks = false })},
		{"look cleared for another", RuleLooksIn, CodeLooksNotCleared, Unknown, lookGiven(func(c *ClearanceGiven) { c.Operator = "GTM" })},
		{"look by another aircraft", RuleLooksIn, CodeLooksAircraft, Fail, lookGiven(func(c *ClearanceGiven) { c.Aircraft = []string{"N1"} })},
		{"look at another time", RuleLooksIn, CodeLooksPeriod, Fail, lookGiven(func(c *ClearanceGiven) { c.Period.To = left })},
		{"look with another sensor", RuleLooksIn, CodeLooksSensor, Fail, lookGiven(func(c *ClearanceGiven) { c.Sensors = []string{"radar"} })},
		{"look at other ground", RuleLooksIn, CodeLooksArea, Fail, lookGiven(func(c *ClearanceGiven) { c.Area = Area{Line: [][2]float64{{-100, 28}, {-99, 28}}, HalfWidth: 5000} })},
		{"look at ground not known", RuleLooksIn, CodeLooksNoPlaces, Unknown, looks(func(w *world) {
			change(w, func(c *ClearanceGiven) { c.Area = square })
			w.q.LookIns[0].Ground = nil
		})},
		{"look without an end", RuleLooksIn, CodeLooksOpen, Unknown, looks(func(w *world) { w.q.LookIns[0].To = time.Time{} })},
		{"look cleared afterwards", RuleLooksIn, CodeLooksAfter, Fail, looks(func(w *world) { recorded[ClearanceGiven](w, left); w.q.Known = landing })},
		{"look revoked", RuleLooksIn, CodeLooksRevoked, Fail, looks(func(w *world) {
			w.add(ClearanceRevoked{Clearance: "C-1", By: "MEX/SRE", From: entered, Reason: "withdrawn"}, february)
		})},
		{"look permitted", RuleLooksIn, CodeLooksPermitted, Pass, looks(mex(func(r *Requirements) { r.LooksIn = LooksPermitted }))},
		{"look forbidden", RuleLooksIn, CodeLooksForbidden, Fail, looks(mex(func(r *Requirements) { r.LooksIn = LooksForbidden }))},
		{"look forbidden, not certain", RuleLooksIn, CodeLooksUnresolved, Unknown, looks(func(w *world) {
			w.asks(func(r *Requirements) { r.LooksIn = LooksForbidden })
			w.q.Flown, w.q.LookIns[0].Resolved = true, false
		})},
		{"look not spoken of", RuleLooksIn, CodeLooksUnsaid, Unknown, looks(mex(func(r *Requirements) { r.LooksIn = LooksUnsaid }))},

		{"no agreed area", RuleArea, CodeAreaNotRequired, Pass, nil},
		{"within an agreed area", RuleArea, CodeAreaWithin, Pass, agreed(func(a *AgreementProposed) { a.Terms.Areas = []Area{square} })},
		{"within two agreed areas together", RuleArea, CodeAreaWithin, Pass, agreed(func(a *AgreementProposed) {
			a.Terms.Areas = []Area{{Polygon: [][2]float64{{-110, 28}, {-104, 28}, {-104, 30}, {-110, 30}}}, {Polygon: [][2]float64{{-110, 24}, {-104, 24}, {-104, 28}, {-110, 28}}}}
		})},
		{"outside the agreed area", RuleArea, CodeAreaOutside, Fail, agreed(func(a *AgreementProposed) {
			a.Terms.Areas = []Area{{Polygon: [][2]float64{{-110, 28}, {-104, 28}, {-104, 30}}}}
		})},
		{"look outside the agreed area", RuleArea, CodeAreaOutside, Fail, looks(func(w *world) {
			agreed(func(a *AgreementProposed) { a.Terms.Areas = []Area{square} })(w)
			w.q.LookIns[0].Ground[0].Lat = 20
		})},
		{"perhaps outside the agreed area", RuleArea, CodeAreaUnresolved, Unknown, func(w *world) {
			agreed(func(a *AgreementProposed) {
				a.Terms.Areas = []Area{{Polygon: [][2]float64{{-110, 28}, {-104, 28}, {-104, 30}}}}
			})(w)
			flownUnsure(w)
		}},
		{"no places for the agreed area", RuleArea, CodeAreaNoPlaces, Unknown, func(w *world) {
			agreed(func(a *AgreementProposed) { a.Terms.Areas = []Area{square} })(w)
			w.q.Crossings[0].Samples = nil
		}},

		{"no line asked for", RuleBoundary, CodeBoundaryNotRequired, Pass, nil},
		{"by the state's line", RuleBoundary, CodeBoundarySame, Pass, func(w *world) {
			w.asks(func(r *Requirements) { r.BoundaryLine = "INEGI" })
			w.q.Crossings[0].Line = "INEGI"
		}},
		{"by another line", RuleBoundary, CodeBoundaryOther, Unknown, func(w *world) {
			w.asks(func(r *Requirements) { r.BoundaryLine = "INEGI" })
			w.q.Crossings[0].Line = "OSM"
		}},
		{"by a line not known", RuleBoundary, CodeBoundaryUnknown, Unknown, mex(func(r *Requirements) { r.BoundaryLine = "INEGI" })},
		{"look by another line", RuleBoundary, CodeBoundaryOther, Unknown, looks(func(w *world) {
			w.asks(func(r *Requirements) { r.BoundaryLine = "INEGI" })
			w.q.Crossings[0].Line, w.q.LookIns[0].Line = "INEGI", "OSM"
		})},
		{"stand-off by another line", RuleBoundary, CodeBoundaryOther, Unknown, func(w *world) {
			w.set.Rules.States["BLZ"] = Requirements{StandOff: 10_000, BoundaryLine: "BLZ-2"}
			w.q.Approaches = []Approach{{State: "BLZ", Nearest: 20_000, Line: "OSM"}}
		}},

		{"notice met", RuleNotice, CodeNoticeMet, Pass, nil},
		{"notice delivered", RuleNotice, CodeNoticeMet, Pass, func(w *world) {
			w.add(NoticeDelivered{Notice: "N-1", At: at("2025-03-05T02:00:00Z"), By: "registry"}, at("2025-03-05T03:00:00Z"))
		}},
		{"one of two notices", RuleNotice, CodeNoticeMet, Pass, func(w *world) {
			n := NoticeSent{ID: "N-0", State: "MEX", From: "USA/CBP", To: "MEX/AFAC", Period: march, Sent: entered, Means: "note"}
			w.acts = append([]recordedAct{{act: n, at: february}}, w.acts...)
		}},
		{"none sent", RuleNotice, CodeNoticeUnknown, Unknown, func(w *world) { w.drop(KindNoticeSent); w.drop(KindNoticeAcknowledged) }},
		{"sent by another", RuleNotice, CodeNoticeUnknown, Unknown, func(w *world) { change(w, func(n *NoticeSent) { n.From = "GTM" }) }},
		{"cited and not on record", RuleNotice, CodeNoticeCitedUnknown, Unknown, func(w *world) { w.plan.Notices = []string{"N-9"} }},
		{"for another time", RuleNotice, CodeNoticePeriod, Fail, func(w *world) { change(w, func(n *NoticeSent) { n.Sortie, n.Period.To = sortie, entered }) }},
		{"for the first entry only", RuleNotice, CodeNoticePeriod, Fail, func(w *world) {
			change(w, func(n *NoticeSent) { n.Sortie, n.Period.To = sortie, left })
			second := w.q.Crossings[0]
			second.From, second.To = left.Add(time.Hour), left.Add(2*time.Hour)
			w.q.Crossings = append(w.q.Crossings, second)
		}},
		{"for another area", RuleNotice, CodeNoticeArea, Fail, func(w *world) {
			change(w, func(n *NoticeSent) { n.Area = Area{Line: [][2]float64{{-109, 29}, {-108, 29}}, HalfWidth: 10_000} })
		}},
		{"for an area, no places", RuleNotice, CodeNoticeNoPlaces, Unknown, func(w *world) {
			change(w, func(n *NoticeSent) { n.Area = square })
			w.q.Crossings[0].Samples = nil
		}},
		{"sent late", RuleNotice, CodeNoticeLate, Fail, func(w *world) { change(w, func(n *NoticeSent) { n.Sent = entered.Add(-72*time.Hour + 1) }) }},
		{"on the last instant", RuleNotice, CodeNoticeMet, Pass, func(w *world) { change(w, func(n *NoticeSent) { n.Sent = entered.Add(-72 * time.Hour) }) }},
		{"dated earlier than recorded", RuleNotice, CodeNoticeRecordedLate, Unknown, func(w *world) { recorded[NoticeSent](w, entered.Add(-71*time.Hour)) }},
		{"disputed", RuleNotice, CodeNoticeDisputed, Unknown, func(w *world) {
			w.add(NoticeDisputed{Notice: "N-1", By: "MEX/AFAC", At: at("2025-03-07T00:00:00Z"), Says: "it never came"}, at("2025-03-07T00:00:00Z"))
		}},
		{"not acknowledged", RuleNotice, CodeNoticeNotAcknowledged, Unknown, func(w *world) { w.drop(KindNoticeAcknowledged) }},
		{"acknowledgement not asked for", RuleNotice, CodeNoticeMet, Pass, func(w *world) {
			w.drop(KindNoticeAcknowledged)
			w.asks(func(r *Requirements) { r.Acknowledgement = false })
		}},
		{"acknowledged late", RuleNotice, CodeNoticeAcknowledgedLate, Fail, func(w *world) { change(w, func(a *NoticeAcknowledged) { a.At = entered.Add(1) }) }},
		{"entry without a beginning", RuleNotice, CodeNoticeEntryOpen, Unknown, func(w *world) { w.q.Crossings[0].From = time.Time{} }},
		{"sent late, entry not certain", RuleNotice, CodeNoticeEntryUnresolved, Unknown, func(w *world) {
			flownUnsure(w)
			change(w, func(n *NoticeSent) { n.Sent = entered })
		}},
		{"no notice asked for", RuleNotice, CodeNoticeNotRequired, Pass, mex(func(r *Requirements) { r.Notice, r.NoticeLead, r.Acknowledgement = false, 0, false })},

		{"no stand-off", RuleStandOff, CodeStandOffNotRequired, Pass, nil},
		{"stand-off kept", RuleStandOff, CodeStandOffKept, Pass, func(w *world) {
			w.set.Rules.States["BLZ"] = Requirements{StandOff: 10_000}
			w.q.Approaches = []Approach{{State: "BLZ", Nearest: 10_000}}
		}},
		{"nearer", RuleStandOff, CodeStandOffNearer, Fail, func(w *world) {
			w.set.Rules.States["BLZ"] = Requirements{StandOff: 10_000}
			w.q.Approaches = []Approach{{State: "BLZ", Nearest: 9_999, At: entered}}
		}},
		{"nearness not a number", RuleStandOff, CodeStandOffUnknown, Unknown, func(w *world) {
			w.set.Rules.States["BLZ"] = Requirements{StandOff: 10_000}
			w.q.Approaches = []Approach{{State: "BLZ", Nearest: geodesy.Length(nan())}}
		}},
		{"entered, so no stand-off", RuleStandOff, CodeStandOffNotRequired, Pass, func(w *world) {
			w.asks(func(r *Requirements) { r.StandOff = 10_000 })
			w.q.Approaches = []Approach{{State: "MEX"}}
		}},

		{"no altitude asked for", RuleAltitude, CodeAltitudeNotRequired, Pass, nil},
		{"altitude kept", RuleAltitude, CodeAltitudeKept, Pass, mex(func(r *Requirements) { r.Altitude = Band{Least: metresOf(6000), Datum: "MSL"} })},
		{"too low", RuleAltitude, CodeAltitudeOutside, Fail, mex(func(r *Requirements) { r.Altitude = Band{Least: metresOf(6001), Datum: "MSL"} })},
		{"too low, entry not certain", RuleAltitude, CodeAltitudeUnresolved, Unknown, func(w *world) {
			w.asks(func(r *Requirements) { r.Altitude = Band{Least: metresOf(6001), Datum: "MSL"} })
			flownUnsure(w)
		}},
		{"altitude of no datum", RuleAltitude, CodeAltitudeUnknown, Unknown, mex(func(r *Requirements) { r.Altitude = Band{Most: metresOf(9000), Datum: "HAE"} })},
		{"altitude, no places", RuleAltitude, CodeAltitudeUnknown, Unknown, func(w *world) {
			w.asks(func(r *Requirements) { r.Altitude = Band{Most: metresOf(9000), Datum: "MSL"} })
			w.q.Crossings[0].Samples = nil
		}},

		{"no points asked for", RulePoints, CodePointsNotRequired, Pass, nil},
		{"by the notified points", RulePoints, CodePointsKept, Pass, byPoints(nil)},
		{"entered elsewhere", RulePoints, CodePointsEntered, Fail, byPoints(func(w *world) { w.q.Crossings[0].Samples[0].Position.Lat += 0.1 })},
		{"left elsewhere", RulePoints, CodePointsLeft, Fail, byPoints(func(w *world) { w.q.Crossings[0].Samples[1].Position.Lat -= 0.1 })},
		{"entered by a place that is no number", RulePoints, CodePointsEntered, Fail, byPoints(func(w *world) { w.q.Crossings[0].Samples[0].Position.Lat = geodesy.Angle(nan()) })},
		{"no notice of points", RulePoints, CodePointsNoNotice, Unknown, byPoints(func(w *world) { w.drop(KindNoticeSent); w.drop(KindNoticeAcknowledged) })},
		{"a notice without points", RulePoints, CodePointsNone, Unknown, byPoints(func(w *world) { change(w, func(n *NoticeSent) { n.Points = nil }) })},
		{"points, no places", RulePoints, CodePointsNoPlaces, Unknown, byPoints(func(w *world) { w.q.Crossings[0].Samples = nil })},
		{"elsewhere, entry not certain", RulePoints, CodePointsUnresolved, Unknown, byPoints(func(w *world) {
			w.q.Crossings[0].Samples[0].Position.Lat += 0.1
			flownUnsure(w)
		})},

		{"no distance asked for", RuleDistance, CodeDistanceNotRequired, Pass, nil},
		{"short enough", RuleDistance, CodeDistanceKept, Pass, mex(func(r *Requirements) { r.LongestWay = 300_000 })},
		{"too long a way", RuleDistance, CodeDistanceLonger, Fail, mex(func(r *Requirements) { r.LongestWay = 290_000 })},
		{"too long a way in two", RuleDistance, CodeDistanceLonger, Fail, func(w *world) {
			w.asks(func(r *Requirements) { r.LongestWay = 500_000 })
			w.q.Crossings = append(w.q.Crossings, w.q.Crossings[0])
		}},
		{"too long, entry not certain", RuleDistance, CodeDistanceUnresolved, Unknown, func(w *world) {
			w.asks(func(r *Requirements) { r.LongestWay = 290_000 })
			flownUnsure(w)
		}},
		{"distance, no places", RuleDistance, CodeDistanceUnknown, Unknown, func(w *world) {
			w.asks(func(r *Requirements) { r.LongestWay = 300_000 })
			w.q.Crossings[0].Samples = nil
		}},
		{"distance, not entered", RuleDistance, CodeDistanceNotRequired, Pass, looks(func(w *world) {
			w.asks(func(r *Requirements) { r.LongestWay = 1 })
			w.q.Crossings = nil
		})},

		{"no quota", RuleQuota, CodeQuotaNotRequired, Pass, nil},
		{"first of the year", RuleQuota, CodeQuotaWithin, Pass, mex(func(r *Requirements) { r.Quota = 1 })},
		{"second of the year", RuleQuota, CodeQuotaExceeded, Fail, authorised(1, "S-0", takeOff.AddDate(0, -1, 0), Go)},
		{"second of two", RuleQuota, CodeQuotaWithin, Pass, authorised(2, "S-0", takeOff.AddDate(0, -1, 0), Go)},
		{"one that takes off later", RuleQuota, CodeQuotaWithin, Pass, authorised(1, "S-0", takeOff.Add(time.Hour), Go)},
		{"one that takes off at the same time, decided before", RuleQuota, CodeQuotaExceeded, Fail, authorised(1, "S-0", takeOff, Go)},
		{"one of the year before", RuleQuota, CodeQuotaWithin, Pass, authorised(1, "S-0", takeOff.AddDate(-1, 0, 0), Go)},
		{"one that might not be flown", RuleQuota, CodeQuotaWithin, Pass, authorised(1, "S-0", takeOff.AddDate(0, -1, 0), NoGo)},
		{"the sortie itself", RuleQuota, CodeQuotaWithin, Pass, authorised(1, sortie, takeOff, Go)},
		{"one that was asked about for another day", RuleQuota, CodeQuotaWithin, Pass, func(w *world) {
			other := w.plan
			other.Sortie = "S-0"
			w.add(PlanFiled{other}, february)
			authorised(1, "S-0", takeOff.AddDate(0, -1, 0), Go)(w)
			change(w, func(a *DecisionMade) { a.Decision.Plan = digestOf(PlanFiled{other}) })
		}},

		{"no reports asked for", RuleReports, CodeReportsNotRequired, Pass, nil},
		{"no report due", RuleReports, CodeReportsDelivered, Pass, reported(time.Time{}, takeOff.Add(-time.Hour), time.Time{})},
		{"report given", RuleReports, CodeReportsDelivered, Pass, reported(time.Time{}, takeOff.AddDate(0, -1, 0), takeOff.AddDate(0, -1, 2))},
		{"report not given", RuleReports, CodeReportsDue, Fail, reported(time.Time{}, takeOff.AddDate(0, -1, 0), time.Time{})},
		{"no report of a sortie before that was asked for", RuleReports, CodeReportsDelivered, Pass, reported(time.Time{}, takeOff.AddDate(-1, 0, 0), time.Time{})},
		{"report given late", RuleReports, CodeReportsLate, Pass, reported(time.Time{}, takeOff.AddDate(0, -1, 0), takeOff.AddDate(0, 0, -1))},
		{"report dated earlier than recorded", RuleReports, CodeReportsLate, Pass, reported(takeOff.AddDate(0, -1, 1), takeOff.AddDate(0, -1, 0), takeOff.AddDate(0, 0, -1))},
		{"report not known yet", RuleReports, CodeReportsDue, Fail, reported(time.Time{}, takeOff.AddDate(0, -1, 0), landing)},

		{"no transponder asked for", RuleTransponder, CodeTransponderNotRequired, Pass, nil},
		{"transponder on", RuleTransponder, CodeTransponderOn, Pass, func(w *world) {
			w.asks(func(r *Requirements) { r.Transponder = true })
			w.plan.Transponder = "on"
		}},
		{"transponder off", RuleTransponder, CodeTransponderOff, Fail, func(w *world) {
			w.asks(func(r *Requirements) { r.Transponder = true })
			w.plan.Transponder = "off"
		}},
		{"transponder not stated", RuleTransponder, CodeTransponderUnknown, Unknown, mex(func(r *Requirements) { r.Transponder = true })},

		{"no flight plan asked for", RuleFlightPlan, CodeFlightPlanNotRequired, Pass, nil},
		{"flight plan filed", RuleFlightPlan, CodeFlightPlanFiled, Pass, func(w *world) {
			w.asks(func(r *Requirements) { r.FlightPlan = true })
			w.plan.FlightPlan = "FPL-7"
		}},
		{"flight plan not stated", RuleFlightPlan, CodeFlightPlanUnknown, Unknown, mex(func(r *Requirements) { r.FlightPlan = true })},

		{"no floor", RuleGround, CodeGroundNotRequired, Pass, nil},
		{"floor kept", RuleGround, CodeGroundKept, Pass, mex(func(r *Requirements) { r.FinestGround = 0.5 })},
		{"finer", RuleGround, CodeGroundFiner, Fail, mex(func(r *Requirements) { r.FinestGround = 0.51 })},
		{"fineness not stated", RuleGround, CodeGroundUnknown, Unknown, func(w *world) {
			w.asks(func(r *Requirements) { r.FinestGround = 0.5 })
			w.plan.Sensors[0].FinestGround = 0
		}},
		{"no sensor named", RuleGround, CodeGroundNoSensor, Unknown, func(w *world) {
			w.asks(func(r *Requirements) { r.FinestGround = 0.5 })
			w.plan.Sensors = nil
		}},
		{"sensors stowed", RuleGround, CodeGroundStowed, Pass, func(w *world) {
			w.asks(func(r *Requirements) { r.FinestGround = 0.5 })
			w.plan.Sensors, w.plan.Purpose = nil, Ferry
		}},

		{"retention kept", RuleRetention, CodeRetentionKept, Pass, nil},
		{"kept for longer", RuleRetention, CodeRetentionLonger, Fail, mex(func(r *Requirements) { r.Retention = Duration(7 * day) })},
		{"retention not stated", RuleRetention, CodeRetentionUnknown, Unknown, func(w *world) { w.plan.Retention = 0 }},

		{"no release asked for", RuleRelease, CodeReleaseNotRequired, Pass, nil},
		{"release delayed", RuleRelease, CodeReleaseDelayKept, Pass, func(w *world) {
			w.asks(func(r *Requirements) { r.ReleaseDelay = Duration(day) })
			w.plan.ReleaseDelay = Duration(day)
		}},
		{"released sooner", RuleRelease, CodeReleaseSooner, Fail, func(w *world) {
			w.asks(func(r *Requirements) { r.ReleaseDelay = Duration(day) })
			w.plan.ReleaseDelay = Duration(day - 1)
		}},
		{"delay not stated", RuleRelease, CodeReleaseDelayUnknown, Unknown, mex(func(r *Requirements) { r.ReleaseDelay = Duration(day) })},
		{"released coarsely", RuleRelease, CodeReleasePlaceKept, Pass, func(w *world) {
			w.asks(func(r *Requirements) { r.ReleasePlace = 100 })
			w.plan.ReleasePlace = 100
		}},
		{"released too finely", RuleRelease, CodeReleaseFiner, Fail, func(w *world) {
			w.asks(func(r *Requirements) { r.ReleasePlace = 100 })
			w.plan.ReleasePlace = 99
		}},
		{"precision not stated", RuleRelease, CodeReleasePlaceUnknown, Unknown, mex(func(r *Requirements) { r.ReleasePlace = 100 })},

		{"no request", RuleRequest, CodeRequestNone, Pass, nil},
		{"request answered", RuleRequest, CodeRequestAnswers, Pass, func(w *world) { w.add(request, february); w.plan.Requests = []string{"R-1"} }},
		{"request not on record", RuleRequest, CodeRequestUnknown, Unknown, func(w *world) { w.plan.Requests = []string{"R-1"} }},
		{"request for another time", RuleRequest, CodeRequestPeriod, Fail, func(w *world) {
			r := request
			r.Period.To = takeOff
			w.add(r, february)
			w.plan.Requests = []string{"R-1"}
		}},

		{"aircraft described", RuleAircraft, CodeAircraftDescribed, Pass, nil},
		{"aircraft not described", RuleAircraft, CodeAircraftUnknown, Unknown, func(w *world) { w.drop(KindAirframeDescribed) }},
		{"manned by the catalogue", RuleAircraft, CodeAircraftUnmanned, Fail, func(w *world) { change(w, func(a *AirframeDescribed) { a.Airframe.Unmanned = false }) }},
		{"too long", RuleAircraft, CodeAircraftEndurance, Fail, func(w *world) { change(w, func(a *AirframeDescribed) { a.Airframe.Endurance.Value = 10.9 }) }},
		{"long enough with the reserve", RuleAircraft, CodeAircraftDescribed, Pass, func(w *world) { change(w, func(a *AirframeDescribed) { a.Airframe.Endurance.Value = 11 }) }},
		{"endurance not known", RuleAircraft, CodeAircraftNoEndurance, Unknown, func(w *world) { change(w, func(a *AirframeDescribed) { a.Airframe.Endurance = Figure{} }) }},
		{"too high", RuleAircraft, CodeAircraftCeiling, Fail, func(w *world) { change(w, func(a *AirframeDescribed) { a.Airframe.Ceiling.Value = 5999 }) }},
		{"too high by the ellipsoid", RuleAircraft, CodeAircraftDescribed, Pass, func(w *world) {
			change(w, func(a *AirframeDescribed) { a.Airframe.Ceiling.Value = 5950 })
			w.plan.Route[1].Datum = "HAE"
		}},
		{"ceiling not known", RuleAircraft, CodeAircraftNoCeiling, Unknown, func(w *world) { change(w, func(a *AirframeDescribed) { a.Airframe.Ceiling = Figure{} }) }},
		{"too fast", RuleAircraft, CodeAircraftSpeed, Fail, func(w *world) { w.plan.Route[1].At = takeOff.Add(30 * time.Minute) }},

		{"approved by two", RuleApprovers, CodeApproversApproved, Pass, nil},
		{"approved by one of three", RuleApprovers, CodeApproversMissing, Unknown, func(w *world) { w.set.Rules.Approvers = 3 }},
	}
}

func nan() float64 { z := 0.0; return z / z }

func TestRules(t *testing.T) {
	t.Parallel()
	arguments := codeArguments(t)
	for _, c := range ruleCases() {
		t.Run(string(c.rule)+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			if c.change != nil {
				c.change(w)
			}
			must(t, w.set.Rules.check("rules"))
			checkResult(t, w.decide(t), c, arguments)
		})
	}
}

func checkResult(t *testing.T, d Decision, c ruleCase, arguments map[evidence.Code]int) {
	t.Helper()
	found := false
	for _, r := range d.Of(c.rule) {
		if n, ours := arguments[r.Code]; ours && len(r.Args) != n {
			t.Errorf("%s has %d arguments, %v", r.Code, n, r.Args)
		}
		found = found || r.Code == c.code && r.Outcome == c.outcome
	}
	if !found {
		t.Errorf("got %+v, want %s %s", d.Of(c.rule), c.code, c.outcome)
	}
	if d.Outcome(c.rule) != c.outcome {
		t.Errorf("the rule comes to %s, want %s: %+v", d.Outcome(c.rule), c.outcome, d.Of(c.rule))
	}
	for _, rule := range Rules() {
		if len(d.Of(rule)) == 0 {
			t.Errorf("rule %s says nothing", rule)
		}
	}
	switch {
	case c.outcome == Fail && d.Verdict != NoGo, c.outcome == Unknown && d.Verdict == Go:
		t.Errorf("%s of %s and the verdict is %s", c.outcome, c.rule, d.Verdict)
	}
}

// TestEveryRuleKept: the world that every case changes may be flown.
func TestEveryRuleKept(t *testing.T) {
	t.Parallel()
	d := newWorld().decide(t)
	if d.Verdict != Go || d.Overridden() || len(d.Changes) != 0 || d.Sortie != sortie || d.RuleSet != "RS-1" {
		t.Errorf("%+v", d)
	}
}

// codeArguments reads out of the list of codes how many arguments each has.
func codeArguments(t *testing.T) map[evidence.Code]int {
	t.Helper()
	b, err := os.ReadFile("codes.go")
	must(t, err)
	out := map[evidence.Code]int{}
	for _, m := range regexp.MustCompile(`(?m)^\tCode\w+ +evidence\.Code = "([a-z_.]+)"(?: +// (.*))?$`).FindAllStringSubmatch(string(b), -1) {
		n := 0
		if m[2] != "" {
			n = strings.Count(m[2], ", ") + 1
		}
		out[evidence.Code(m[1])] = n
	}
	if len(out) < 130 {
		t.Fatalf("only %d codes in the list", len(out))
	}
	return out
}

// elsewhere are the cases of codes that take more than a change of the world.
var elsewhere = []evidence.Code{
	CodeApproversLate, CodeApproversOtherPlan, // TestApprovals
}

// TestEveryCodeHasItsCase: what the package can say is said in some test.
func TestEveryCodeHasItsCase(t *testing.T) {
	t.Parallel()
	said := map[evidence.Code]bool{}
	for _, c := range ruleCases() {
		said[c.code] = true
	}
	for _, c := range elsewhere {
		said[c] = true
	}
	for c := range codeArguments(t) {
		if !said[c] {
			t.Errorf("no case says %s", c)
		}
	}
}

func TestApprovals(t *testing.T) {
	t.Parallel()
	early, late := at("2025-03-09T00:00:00Z"), entered
	type approval struct {
		by    string
		at    time.Time
		other bool // of another version of the plan
	}
	for name, c := range map[string]struct {
		approvals []approval
		code      evidence.Code
		outcome   Outcome
	}{
		"two":                  {[]approval{{"ann", early, false}, {"ben", early, false}}, CodeApproversApproved, Pass},
		"none":                 {nil, CodeApproversMissing, Unknown},
		"one":                  {[]approval{{"ann", early, false}}, CodeApproversMissing, Unknown},
		"the planner is none":  {[]approval{{"ann", early, false}, {"pat", early, false}}, CodeApproversMissing, Unknown},
		"one after take-off":   {[]approval{{"ann", early, false}, {"ben", late, false}}, CodeApproversLate, Fail},
		"of another version":   {[]approval{{"ann", early, true}, {"ben", early, true}}, CodeApproversOtherPlan, Unknown},
		"one of each version":  {[]approval{{"ann", early, true}, {"ben", early, false}}, CodeApproversMissing, Unknown},
		"two, and another one": {[]approval{{"ann", early, false}, {"ben", early, false}, {"cy", late, false}}, CodeApproversApproved, Pass},
	} {
		w := newWorld()
		r := w.register(t)
		other := w.plan
		other.Purpose = SurveyArea
		digest := digestOf(PlanFiled{other})
		must(t, r.Apply(PlanFiled{other}, Recorded{At: early, Digest: digest}))
		w.file(t, r)
		for _, a := range c.approvals {
			p := PlanApproved{Sortie: sortie, Plan: w.q.Digest, By: a.by, Role: "duty officer", At: early}
			if a.other {
				p.Plan = digest
			}
			must(t, r.Apply(p, Recorded{At: a.at, Digest: digestOf(p), Signers: []string{a.by}}))
		}
		w.q.Known = left
		d := r.Decide(w.question())
		if got := d.Of(RuleApprovers); len(got) != 1 || got[0].Code != c.code || got[0].Outcome != c.outcome {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
