package authority

import "overflight/evidence"

// The codes of what rules say, each with its arguments in their order. Their texts are in the catalogue. Instants are as
// stamp writes them, places are latitude and longitude in degrees, lengths are in metres. Those of the rule of scope that
// speak of a designation are of whoever keeps the designations.
const (
	CodeAircraftCeiling     evidence.Code = "authority.aircraft.ceiling"      // type, metres planned, ceiling in metres
	CodeAircraftDescribed   evidence.Code = "authority.aircraft.described"    // type, name
	CodeAircraftEndurance   evidence.Code = "authority.aircraft.endurance"    // type, hours needed with the reserve, endurance in hours
	CodeAircraftNoCeiling   evidence.Code = "authority.aircraft.no_ceiling"   // type
	CodeAircraftNoEndurance evidence.Code = "authority.aircraft.no_endurance" // type
	CodeAircraftSpeed       evidence.Code = "authority.aircraft.speed"        // type, metres a second over ground, fastest of the type, when
	CodeAircraftUnknown     evidence.Code = "authority.aircraft.unknown"      // type
	CodeAircraftUnmanned    evidence.Code = "authority.aircraft.unmanned"     // type

	CodeAltitudeKept        evidence.Code = "authority.altitude.kept" // state
	CodeAltitudeNotRequired evidence.Code = "authority.altitude.not_required"
	CodeAltitudeOutside     evidence.Code = "authority.altitude.outside"    // state, metres, datum, when
	CodeAltitudeUnknown     evidence.Code = "authority.altitude.unknown"    // state, datum asked for
	CodeAltitudeUnresolved  evidence.Code = "authority.altitude.unresolved" // state, verdict on the entry

	CodeApproversApproved  evidence.Code = "authority.approvers.approved"   // approvals, needed
	CodeApproversLate      evidence.Code = "authority.approvers.late"       // approvals before take-off, needed, take-off
	CodeApproversMissing   evidence.Code = "authority.approvers.missing"    // approvals, needed
	CodeApproversOtherPlan evidence.Code = "authority.approvers.other_plan" // approvals, needed

	CodeAreaNoPlaces    evidence.Code = "authority.area.no_places" // agreement
	CodeAreaNotRequired evidence.Code = "authority.area.not_required"
	CodeAreaOutside     evidence.Code = "authority.area.outside"    // agreement, place
	CodeAreaUnresolved  evidence.Code = "authority.area.unresolved" // agreement, place
	CodeAreaWithin      evidence.Code = "authority.area.within"     // agreement

	CodeBasisInForce      evidence.Code = "authority.basis.in_force" // basis, identifier, from, to
	CodeBasisNone         evidence.Code = "authority.basis.none"
	CodeBasisNotInForce   evidence.Code = "authority.basis.not_in_force"  // basis, identifier, from, to
	CodeBasisNotParty     evidence.Code = "authority.basis.not_party"     // agreement, state
	CodeBasisNotSigned    evidence.Code = "authority.basis.not_signed"    // agreement
	CodeBasisOwnRequest   evidence.Code = "authority.basis.own_request"   // identifier, issuer
	CodeBasisRecordedLate evidence.Code = "authority.basis.recorded_late" // basis, identifier, recorded, take-off
	CodeBasisSuperseded   evidence.Code = "authority.basis.superseded"    // agreement cited, agreement in force
	CodeBasisUnknown      evidence.Code = "authority.basis.unknown"       // basis, identifier

	CodeBoundaryNotRequired evidence.Code = "authority.boundary.not_required"
	CodeBoundaryOther       evidence.Code = "authority.boundary.other"   // state, its line, line used
	CodeBoundarySame        evidence.Code = "authority.boundary.same"    // state, line
	CodeBoundaryUnknown     evidence.Code = "authority.boundary.unknown" // state, its line

	CodeClearanceAfterEntry       evidence.Code = "authority.clearance.after_entry"       // clearance, date it bears, recorded, entry
	CodeClearanceAircraft         evidence.Code = "authority.clearance.aircraft"          // clearance, tail
	CodeClearanceAltitude         evidence.Code = "authority.clearance.altitude"          // clearance, metres, datum, when
	CodeClearanceAltitudeUnknown  evidence.Code = "authority.clearance.altitude_unknown"  // clearance, datum
	CodeClearanceArea             evidence.Code = "authority.clearance.area"              // clearance, place, when
	CodeClearanceCitedUnknown     evidence.Code = "authority.clearance.cited_unknown"     // clearance
	CodeClearanceCovers           evidence.Code = "authority.clearance.covers"            // clearance, reference, issuer
	CodeClearanceCoversConditions evidence.Code = "authority.clearance.covers_conditions" // clearance, reference, issuer, conditions in the issuer's words
	CodeClearanceDepth            evidence.Code = "authority.clearance.depth"             // clearance, metres inside, most in metres
	CodeClearanceDepthUnknown     evidence.Code = "authority.clearance.depth_unknown"     // clearance
	CodeClearanceEntryOpen        evidence.Code = "authority.clearance.entry_open"        // clearance
	CodeClearanceEntryUnresolved  evidence.Code = "authority.clearance.entry_unresolved"  // state, verdict on the entry
	CodeClearanceNoEntry          evidence.Code = "authority.clearance.no_entry"
	CodeClearanceNoPlaces         evidence.Code = "authority.clearance.no_places"      // clearance
	CodeClearanceNotRequired      evidence.Code = "authority.clearance.not_required"   // state
	CodeClearancePeriod           evidence.Code = "authority.clearance.period"         // clearance, from, to, entry, exit
	CodeClearanceRevoked          evidence.Code = "authority.clearance.revoked"        // clearance, from, reason
	CodeClearanceSensor           evidence.Code = "authority.clearance.sensor"         // clearance, sensor
	CodeClearanceStateAircraft    evidence.Code = "authority.clearance.state_aircraft" // clearance
	CodeClearanceUnknown          evidence.Code = "authority.clearance.unknown"        // state
	CodeClearanceUnmanned         evidence.Code = "authority.clearance.unmanned"       // clearance

	CodeDistanceKept        evidence.Code = "authority.distance.kept"   // state, metres of the way, most
	CodeDistanceLonger      evidence.Code = "authority.distance.longer" // state, metres of the way, most
	CodeDistanceNotRequired evidence.Code = "authority.distance.not_required"
	CodeDistanceUnknown     evidence.Code = "authority.distance.unknown"    // state, most
	CodeDistanceUnresolved  evidence.Code = "authority.distance.unresolved" // state, metres of the way, most

	CodeFlightPlanFiled       evidence.Code = "authority.flight_plan.filed" // state, reference
	CodeFlightPlanNotRequired evidence.Code = "authority.flight_plan.not_required"
	CodeFlightPlanUnknown     evidence.Code = "authority.flight_plan.unknown" // state

	CodeGroundFiner       evidence.Code = "authority.ground.finer"     // sensor, metres planned, floor in metres, state
	CodeGroundKept        evidence.Code = "authority.ground.kept"      // floor in metres, state
	CodeGroundNoSensor    evidence.Code = "authority.ground.no_sensor" // floor in metres, state
	CodeGroundNotRequired evidence.Code = "authority.ground.not_required"
	CodeGroundStowed      evidence.Code = "authority.ground.stowed"  // state
	CodeGroundUnknown     evidence.Code = "authority.ground.unknown" // sensor, floor in metres, state

	CodeLooksAfter      evidence.Code = "authority.looks.after"     // state, clearance, date it bears, recorded, look
	CodeLooksAircraft   evidence.Code = "authority.looks.aircraft"  // state, clearance, tail
	CodeLooksArea       evidence.Code = "authority.looks.area"      // state, clearance, place
	CodeLooksCleared    evidence.Code = "authority.looks.cleared"   // state, clearance
	CodeLooksForbidden  evidence.Code = "authority.looks.forbidden" // state, from, to
	CodeLooksNoPlaces   evidence.Code = "authority.looks.no_places" // state, clearance
	CodeLooksNone       evidence.Code = "authority.looks.none"
	CodeLooksNotCleared evidence.Code = "authority.looks.not_cleared" // state
	CodeLooksOpen       evidence.Code = "authority.looks.open"        // state, clearance
	CodeLooksPeriod     evidence.Code = "authority.looks.period"      // state, clearance, from, to, look from, look to
	CodeLooksPermitted  evidence.Code = "authority.looks.permitted"   // state
	CodeLooksRevoked    evidence.Code = "authority.looks.revoked"     // state, clearance, from, reason
	CodeLooksSensor     evidence.Code = "authority.looks.sensor"      // state, clearance, sensor
	CodeLooksUnresolved evidence.Code = "authority.looks.unresolved"  // state, from, to
	CodeLooksUnsaid     evidence.Code = "authority.looks.unsaid"      // state

	CodeNoLethalForceAgreement evidence.Code = "authority.no_lethal_force.agreement" // agreement
	CodeNoLethalForceInForce   evidence.Code = "authority.no_lethal_force.in_force"  // basis
	CodeNoLethalForceRuleset   evidence.Code = "authority.no_lethal_force.ruleset"   // rule set
	CodeNoLethalForceUnknown   evidence.Code = "authority.no_lethal_force.unknown"

	CodeNoticeAcknowledgedLate evidence.Code = "authority.notice.acknowledged_late" // notice, acknowledged, entry
	CodeNoticeArea             evidence.Code = "authority.notice.area"              // notice, place, when
	CodeNoticeCitedUnknown     evidence.Code = "authority.notice.cited_unknown"     // notice
	CodeNoticeDisputed         evidence.Code = "authority.notice.disputed"          // notice, by, what it says
	CodeNoticeEntryOpen        evidence.Code = "authority.notice.entry_open"        // notice
	CodeNoticeEntryUnresolved  evidence.Code = "authority.notice.entry_unresolved"  // state, verdict on the entry
	CodeNoticeLate             evidence.Code = "authority.notice.late"              // notice, sent, deadline
	CodeNoticeMet              evidence.Code = "authority.notice.met"               // notice, sent
	CodeNoticeNoPlaces         evidence.Code = "authority.notice.no_places"         // notice
	CodeNoticeNotAcknowledged  evidence.Code = "authority.notice.not_acknowledged"  // notice, state
	CodeNoticeNotRequired      evidence.Code = "authority.notice.not_required"
	CodeNoticePeriod           evidence.Code = "authority.notice.period"        // notice, entry
	CodeNoticeRecordedLate     evidence.Code = "authority.notice.recorded_late" // notice, date it bears, recorded
	CodeNoticeUnknown          evidence.Code = "authority.notice.unknown"       // state

	CodePointsEntered     evidence.Code = "authority.points.entered"   // state, notice, place, metres from the nearest point, most
	CodePointsKept        evidence.Code = "authority.points.kept"      // state, notice
	CodePointsLeft        evidence.Code = "authority.points.left"      // state, notice, place, metres from the nearest point, most
	CodePointsNoNotice    evidence.Code = "authority.points.no_notice" // state
	CodePointsNoPlaces    evidence.Code = "authority.points.no_places" // state
	CodePointsNone        evidence.Code = "authority.points.none"      // state, notice
	CodePointsNotRequired evidence.Code = "authority.points.not_required"
	CodePointsUnresolved  evidence.Code = "authority.points.unresolved" // state, verdict on the entry

	CodePurposeAgreement evidence.Code = "authority.purpose.agreement" // purpose, agreement
	CodePurposeBasis     evidence.Code = "authority.purpose.basis"     // purpose, basis
	CodePurposePermitted evidence.Code = "authority.purpose.permitted" // purpose
	CodePurposeRuleset   evidence.Code = "authority.purpose.ruleset"   // purpose, rule set

	CodeQuotaExceeded    evidence.Code = "authority.quota.exceeded" // state, sorties authorised before, most, year
	CodeQuotaNotRequired evidence.Code = "authority.quota.not_required"
	CodeQuotaWithin      evidence.Code = "authority.quota.within" // state, sorties authorised before, most, year

	CodeReleaseDelayKept    evidence.Code = "authority.release.delay_kept"    // state, delay planned, delay asked for
	CodeReleaseDelayUnknown evidence.Code = "authority.release.delay_unknown" // state, delay asked for
	CodeReleaseFiner        evidence.Code = "authority.release.finer"         // state, metres planned, metres asked for
	CodeReleaseNotRequired  evidence.Code = "authority.release.not_required"
	CodeReleasePlaceKept    evidence.Code = "authority.release.place_kept"    // state, metres planned, metres asked for
	CodeReleasePlaceUnknown evidence.Code = "authority.release.place_unknown" // state, metres asked for
	CodeReleaseSooner       evidence.Code = "authority.release.sooner"        // state, delay planned, delay asked for

	CodeReportsDelivered   evidence.Code = "authority.reports.delivered" // state, reports
	CodeReportsDue         evidence.Code = "authority.reports.due"       // state, sortie, due
	CodeReportsLate        evidence.Code = "authority.reports.late"      // state, sortie, due, recorded
	CodeReportsNotRequired evidence.Code = "authority.reports.not_required"

	CodeRequestAnswers evidence.Code = "authority.request.answers" // request, by
	CodeRequestNone    evidence.Code = "authority.request.none"
	CodeRequestPeriod  evidence.Code = "authority.request.period"  // request, from, to
	CodeRequestUnknown evidence.Code = "authority.request.unknown" // request

	CodeRetentionKept    evidence.Code = "authority.retention.kept"    // days planned, most days
	CodeRetentionLonger  evidence.Code = "authority.retention.longer"  // days planned, most days
	CodeRetentionUnknown evidence.Code = "authority.retention.unknown" // most days

	CodeScopeAgreement      evidence.Code = "authority.scope.agreement"    // agreement
	CodeScopeHostRequest    evidence.Code = "authority.scope.host_request" // request
	CodeScopeNoAgreement    evidence.Code = "authority.scope.no_agreement"
	CodeScopeNoHostRequest  evidence.Code = "authority.scope.no_host_request"
	CodeScopeNoList         evidence.Code = "authority.scope.no_list"         // list, organisation, programme
	CodeScopeNoOrganisation evidence.Code = "authority.scope.no_organisation" // list, programme
	CodeScopeProgramme      evidence.Code = "authority.scope.programme"       // list and programme, rule set

	CodeStandOffKept        evidence.Code = "authority.stand_off.kept"   // state, metres, least
	CodeStandOffNearer      evidence.Code = "authority.stand_off.nearer" // state, metres, least, when
	CodeStandOffNotRequired evidence.Code = "authority.stand_off.not_required"
	CodeStandOffUnknown     evidence.Code = "authority.stand_off.unknown" // state, least

	CodeTransponderNotRequired evidence.Code = "authority.transponder.not_required"
	CodeTransponderOff         evidence.Code = "authority.transponder.off"     // state
	CodeTransponderOn          evidence.Code = "authority.transponder.on"      // state
	CodeTransponderUnknown     evidence.Code = "authority.transponder.unknown" // state

	CodeUnarmedArmed              evidence.Code = "authority.unarmed.armed"               // loadout, by
	CodeUnarmedAttested           evidence.Code = "authority.unarmed.attested"            // loadout, by, when
	CodeUnarmedCapable            evidence.Code = "authority.unarmed.capable"             // loadout, by, when
	CodeUnarmedCapableType        evidence.Code = "authority.unarmed.capable_type"        // loadout, by, when, type
	CodeUnarmedContradicted       evidence.Code = "authority.unarmed.contradicted"        // item of ST 0601, value, when
	CodeUnarmedInspected          evidence.Code = "authority.unarmed.inspected"           // loadout, inspector
	CodeUnarmedInspectedLate      evidence.Code = "authority.unarmed.inspected_late"      // loadout, when
	CodeUnarmedInspectorDisagrees evidence.Code = "authority.unarmed.inspector_disagrees" // loadout, inspector, remarks
	CodeUnarmedLate               evidence.Code = "authority.unarmed.late"                // loadout, attested, take-off
	CodeUnarmedNotInspected       evidence.Code = "authority.unarmed.not_inspected"       // loadout, state
	CodeUnarmedOld                evidence.Code = "authority.unarmed.old"                 // loadout, attested, within
	CodeUnarmedPeriod             evidence.Code = "authority.unarmed.period"              // loadout, from, to
	CodeUnarmedRecordedLate       evidence.Code = "authority.unarmed.recorded_late"       // loadout, recorded, take-off
	CodeUnarmedSortie             evidence.Code = "authority.unarmed.sortie"              // loadout, sortie
	CodeUnarmedTail               evidence.Code = "authority.unarmed.tail"                // loadout, its tail, tail planned
	CodeUnarmedUnknown            evidence.Code = "authority.unarmed.unknown"             // tail
)
