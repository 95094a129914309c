// The acts that a person puts on record from the page, with their fields as the packages authority, designation and statement
// name them. Lists are closed where theirs are.
import type { Key } from '../lib/words.svelte'
import type { Field, Form, Input, Value } from './document'

export const purposes = ['find-laboratories', 'find-airstrips', 'survey-area', 'confirm-site', 'disaster-relief', 'ferry', 'calibrate-sensor', 'train-without-views'] as const
export const rules = ['scope', 'basis', 'purpose', 'clearance', 'looks-in', 'area', 'boundary', 'notice', 'stand-off', 'altitude', 'ground-resolution', 'retention', 'release', 'request', 'aircraft', 'approvers'] as const
export const carried = ['nothing', 'sensor', 'fuel', 'link', 'ballast', 'armament'] as const
export const manners = ['claims', 'denies', 'cannot-say', 'did-not-address'] as const
export const claims = ['flights-over', 'did-not-enter', 'looked-in-from-outside', 'unarmed', 'notified-before', 'at-request-of', 'began-by', 'stepped-up-since'] as const

const f = (at: string, name: Key, input: Input = 'text', more: Partial<Field> = {}): Field => ({ at, name, input, ...more })
const id = f('id', 'page.act.id')
const maybe = { optional: true } as const
const period = (needed = true): Field[] => [
  f('period.from', 'page.act.from', 'instant', needed ? {} : maybe),
  f('period.to', 'page.act.to', 'instant', { optional: true, hint: 'page.act.to.open' }),
]
const area = f('area.polygon', 'page.act.area', 'places', { optional: true, hint: 'page.act.area.hint' })
const purpose = f('purpose', 'page.act.purpose', 'choice', { of: purposes, says: 'purpose.' })
const allPurposes = (at: string) => f(at, 'page.act.purposes', 'choices', { of: purposes, says: 'purpose.' })
const paper = (needed = true) => f('document', 'page.act.paper', 'paper', needed ? {} : maybe)
const at = f('at', 'page.act.at', 'instant')
const by = f('by', 'page.act.by')
const party = f('party', 'page.act.party', 'text', { hint: 'page.act.party.hint' })

const asks = `{
  "MEX": {"clearance": true, "state_aircraft": true, "unmanned": true, "notice": true, "notice_lead": "72h",
          "acknowledgement": true, "looks_in": "with-clearance"},
  "USA": {"clearance": false, "looks_in": "permitted"}
}`
const parameters = `{
  "programmes": ["OFAC-SDN:FTO"],
  "purposes": ["find-laboratories", "survey-area"],
  "states": {"MEX": {"clearance": true, "notice": true, "notice_lead": "72h", "looks_in": "with-clearance"}},
  "elsewhere": {"clearance": true, "looks_in": "with-clearance"},
  "approvers": 2, "retention": "30d", "no_lethal_force": true, "reserve": "1h", "attested_within": "24h"
}`

export const forms: readonly Form[] = [
  { kind: 'request.made/v1', name: 'page.act.request', fields: [id, f('by', 'page.act.askedby'), f('question', 'page.act.question', 'long'), purpose, area, ...period(), f('dated', 'page.act.dated', 'day', maybe), paper(false)] },
  {
    kind: 'agreement.proposed/v1', name: 'page.act.agreement',
    fields: [
      id, f('parties.0', 'page.act.party.first'), f('parties.1', 'page.act.party.second'), f('amends', 'page.act.amends', 'text', maybe), allPurposes('terms.purposes'),
      f('terms.no_lethal_force', 'page.act.nolethal', 'check', { value: true }), f('terms.unarmed', 'page.act.unarmed', 'check', { value: true }),
      f('terms.states', 'page.act.asks', 'json', { value: asks }), f('terms.warning', 'page.act.warning', 'text', { optional: true, hint: 'page.act.duration.hint' }), ...period(), paper(false),
    ],
  },
  { kind: 'agreement.signed/v1', name: 'page.act.agreement.sign', fields: [f('agreement', 'page.act.agreement.id'), f('text', 'page.act.digest'), party, by, at] },
  {
    kind: 'agreement.warned/v1', name: 'page.act.agreement.warn',
    fields: [f('agreement', 'page.act.agreement.id'), f('to', 'page.act.warned'), f('loosens', 'page.act.loosens', 'choices', { of: ['purpose', 'no-lethal-force', 'unarmed'], says: 'condition.' }), f('means', 'page.act.means'), at],
  },
  {
    kind: 'basis.stated/v1', name: 'page.act.basis',
    fields: [id, f('basis', 'page.act.basis.kind', 'choice', { of: ['order', 'host-request'], says: 'permission.' }), f('issuer', 'page.act.issuer'), f('reference', 'page.act.reference'), ...period(), allPurposes('purposes'), f('no_lethal_force', 'page.act.nolethal', 'check', { value: true }), paper()],
  },
  {
    kind: 'clearance.given/v1', name: 'page.act.clearance',
    fields: [
      id, f('state', 'page.act.state'), f('issuer', 'page.act.issuer'), f('reference', 'page.act.reference'), f('issued', 'page.act.issued', 'instant'), ...period(), area,
      f('altitude.least_m', 'page.act.least', 'number', maybe), f('altitude.most_m', 'page.act.most', 'number', maybe), f('altitude.datum', 'page.act.datum', 'choice', { optional: true, of: ['HAE', 'MSL'] }),
      f('aircraft', 'page.act.tails', 'words', maybe), f('operator', 'page.act.operator', 'text', maybe), f('state_aircraft', 'page.act.stateaircraft', 'check', maybe), f('unmanned', 'page.act.unmanned', 'check', maybe),
      f('looks', 'page.act.looks', 'check', maybe), f('deepest_m', 'page.act.deepest', 'number', maybe), f('sensors', 'page.act.sensors', 'words', maybe), f('conditions', 'page.act.conditions', 'words', maybe), paper(),
    ],
  },
  { kind: 'clearance.revoked/v1', name: 'page.act.clearance.revoke', fields: [f('clearance', 'page.act.clearance.id'), f('by', 'page.act.revokedby'), f('from', 'page.act.from', 'instant'), f('reason', 'page.act.reason', 'long'), paper(false)] },
  { kind: 'notice.sent/v1', name: 'page.act.notice', fields: [id, f('state', 'page.act.state'), f('from', 'page.act.sender'), f('to', 'page.act.receiver'), f('sortie', 'page.act.sortie', 'text', maybe), ...period(), area, f('sent', 'page.act.sent', 'instant'), f('means', 'page.act.means'), paper(false)] },
  { kind: 'notice.delivered/v1', name: 'page.act.notice.deliver', fields: [f('notice', 'page.act.notice.id'), at, by, paper(false)] },
  { kind: 'notice.acknowledged/v1', name: 'page.act.notice.acknowledge', fields: [f('notice', 'page.act.notice.id'), f('by', 'page.act.party'), at, paper(false)] },
  { kind: 'notice.disputed/v1', name: 'page.act.notice.dispute', fields: [f('notice', 'page.act.notice.id'), f('by', 'page.act.party'), at, f('says', 'page.act.says', 'long'), paper(false)] },
  {
    kind: 'loadout.attested/v1', name: 'page.act.loadout',
    fields: [
      id, f('tail', 'page.act.tail'), f('sortie', 'page.act.sortie', 'text', maybe), f('stations', 'page.act.stations', 'stations'), f('capable', 'page.act.capable', 'check'), f('armed', 'page.act.armed', 'check'), at, ...period(), by,
      f('papers', 'page.act.papers', 'papers', maybe), f('inspector', 'page.act.inspector', 'text', maybe),
    ],
  },
  { kind: 'loadout.inspected/v1', name: 'page.act.loadout.inspect', fields: [f('loadout', 'page.act.loadout.id'), party, f('inspector', 'page.act.inspector'), at, f('agrees', 'page.act.agrees', 'check'), f('remarks', 'page.act.remarks', 'long', maybe), f('papers', 'page.act.papers', 'papers', maybe)] },
  { kind: 'plan.approved/v1', name: 'page.act.approve', fields: [f('sortie', 'page.act.sortie'), f('plan', 'page.act.digest'), by, f('role', 'page.act.role'), at] },
  { kind: 'plan.flown/v1', name: 'page.act.flown', fields: [f('sortie', 'page.act.sortie'), f('flight', 'page.column.flight'), by] },
  { kind: 'rule.overridden/v1', name: 'page.act.override', fields: [f('sortie', 'page.act.sortie'), f('plan', 'page.act.digest'), f('rule', 'page.act.rule', 'choice', { of: rules, says: 'rule.' }), f('reason', 'page.act.reason', 'long'), f('by.0', 'page.act.by.first'), f('by.1', 'page.act.by.second'), at] },
  { kind: 'ruleset.adopted/v1', name: 'page.act.ruleset', fields: [id, party, ...period(), f('rules', 'page.act.parameters', 'json', { value: parameters })] },
  {
    kind: 'airframe.described/v1', name: 'page.act.airframe',
    fields: [
      f('airframe.type', 'page.act.type'), f('airframe.name', 'page.name'), f('airframe.unmanned', 'page.act.unmanned', 'check'), f('airframe.capable', 'page.act.capable', 'check'),
      f('airframe.endurance_h.value', 'page.act.endurance', 'number', maybe), f('airframe.endurance_h.source', 'page.act.endurance.source', 'text', maybe),
      f('airframe.ceiling_m.value', 'page.act.ceiling', 'number', maybe), f('airframe.ceiling_m.source', 'page.act.ceiling.source', 'text', maybe), f('airframe.description', 'page.act.description', 'long', maybe),
    ],
  },
  { kind: 'act.corrected/v1', name: 'page.act.correct', fields: [f('of', 'page.act.kind'), id, f('reason', 'page.act.reason', 'long'), by, f('replacement', 'page.act.replacement', 'text', maybe)] },
  { kind: 'designation.picked/v1', name: 'page.act.pick', fields: [id, f('typed', 'page.act.typed'), f('entity.list', 'page.act.list'), f('entity.id', 'page.act.listid'), f('reason', 'page.act.reason', 'long'), by] },
  {
    kind: 'statement.made/v1', name: 'page.act.statement',
    fields: [
      id, party, f('speaker.name', 'page.act.speaker', 'text', maybe), f('speaker.office', 'page.act.office', 'text', maybe), f('speaker.unnamed', 'page.act.unnamed', 'text', maybe), f('date', 'page.act.date', 'day'),
      f('source', 'page.act.source', 'paper'), f('language', 'page.act.language', 'text', { optional: true, hint: 'page.act.language.hint' }), f('quotation', 'page.act.quotation', 'long', maybe), f('paraphrase', 'page.act.paraphrase', 'check', maybe),
      f('kind', 'page.act.manner', 'choice', { of: manners, says: 'manner.' }), f('about.flights', 'page.act.about.flights', 'words', maybe), f('about.period.from', 'page.act.about.from', 'instant', maybe), f('about.period.to', 'page.act.about.to', 'instant', maybe),
      f('claim.is', 'page.act.claim', 'choice', { optional: true, of: claims, says: `page.claim.` }), f('claim.state', 'page.act.claim.state', 'text', maybe), f('claim.party', 'page.act.claim.party', 'text', maybe), f('claim.date', 'page.act.claim.date', 'day', maybe),
      f('claim.at_least', 'page.act.claim.least', 'number', maybe), f('claim.at_most', 'page.act.claim.most', 'number', maybe), f('claim.number', 'page.act.claim.number', 'number', maybe),
      f('relays.0.by', 'page.act.relay', 'text', maybe), f('relays.0.date', 'page.act.relay.date', 'day', maybe), f('answers', 'page.act.answers', 'text', maybe), f('supersedes', 'page.act.supersedes', 'text', maybe),
    ],
  },
  { kind: 'statement.corrected/v1', name: 'page.act.statement.correct', fields: [f('statement', 'page.act.statement.id'), f('reason', 'page.act.reason', 'long'), by, f('replacement', 'page.act.replacement', 'text', maybe)] },
  { kind: 'statement.complete/v1', name: 'page.act.complete', fields: [id, f('operator', 'page.act.numbered'), ...period(false), f('flights', 'page.act.flights', 'number'), by] },
]

export const formOf = (kind: string): Form => forms.find((x) => x.kind === kind)!

/** Which roles put which acts on record: as the server has it (internal/server, actRoles), which refuses the others. */
const roles: Record<string, readonly string[]> = {
  request: ['planner', 'liaison', 'partner'], agreement: ['liaison', 'partner', 'administrator'], basis: ['liaison', 'administrator'], clearance: ['liaison'], notice: ['liaison', 'partner'],
  loadout: ['operator', 'liaison', 'partner'], plan: ['planner', 'operator', 'liaison', 'administrator'], rule: ['planner', 'liaison', 'administrator'], ruleset: ['administrator', 'partner'],
  airframe: ['planner', 'administrator'], act: ['planner', 'liaison', 'administrator'], designation: ['planner', 'analyst', 'liaison', 'administrator'], statement: ['analyst', 'liaison', 'partner', 'administrator'],
}
export const rolesFor = (kind: string): readonly string[] => roles[kind.split('.')[0]!] ?? []

/** Whose signatures an act needs are the names in these fields: filled with who is signed in. */
export const signers: Record<string, readonly string[]> = {
  'agreement.signed/v1': ['by'], 'loadout.attested/v1': ['by'], 'loadout.inspected/v1': ['inspector'], 'plan.approved/v1': ['by'], 'rule.overridden/v1': ['by.0'],
}

export type Prefill = Readonly<Record<string, Value>>
