// A sortie as it is planned, from fields.
import { parse as instantOf } from '../lib/time'
import type { Plan } from '../api/client'
import { documentOf, FieldError, written, type Field, type Form, type Value } from './document'
import { purposes } from './forms'

const f = (at: string, name: Field['name'], input: Field['input'] = 'text', more: Partial<Field> = {}): Field => ({ at, name, input, ...more })
const maybe = { optional: true } as const

export const planForm: Form = {
  kind: 'plan.filed/v1', name: 'page.authorise.new',
  fields: [
    f('sortie', 'page.act.sortie'), f('operator', 'page.act.operator', 'text', { hint: 'page.act.party.hint' }), f('aircraft.tail', 'page.act.tail'), f('aircraft.type', 'page.act.type', 'text', { value: 'mq-9a' }),
    f('aircraft.state_aircraft', 'page.act.stateaircraft', 'check', { optional: true, value: true }), f('aircraft.unmanned', 'page.act.unmanned', 'check', { optional: true, value: true }), f('planner', 'page.authorise.planner'),
    f('purpose', 'page.act.purpose', 'choice', { of: purposes, says: 'purpose.' }), f('scope.by', 'page.authorise.scope', 'choice', { of: ['designation', 'host-request', 'agreement'], says: `page.scope.` }),
    f('scope.list', 'page.act.list', 'text', { optional: true, value: 'OFAC-SDN' }), f('scope.programme', 'page.authorise.programme', 'text', { optional: true, value: 'FTO' }), f('scope.organisations', 'page.authorise.organisations', 'words', maybe),
    f('basis', 'page.authorise.bases', 'long', { hint: 'page.authorise.bases.hint' }), f('requests', 'page.authorise.requests', 'words', maybe), f('loadout', 'page.act.loadout.id', 'text', maybe), f('notices', 'page.authorise.notices', 'words', maybe),
    f('clearances', 'page.authorise.clearances', 'words', maybe), f('sensors', 'page.act.sensors', 'long', { optional: true, hint: 'page.authorise.sensors.hint' }), f('retention', 'page.authorise.retention', 'text', { optional: true, value: '30d', hint: 'page.act.duration.hint' }),
    f('release_delay', 'page.authorise.delay', 'text', maybe), f('release_place_m', 'page.authorise.place', 'number', maybe), f('route', 'page.authorise.route', 'long', { hint: 'page.authorise.route.hint' }),
  ],
}

const field = (at: string): Field => planForm.fields.find((x) => x.at === at)!
const lines = (text: string): string[] => text.split('\n').map((l) => l.trim()).filter((l) => l !== '')

/** One point a line: latitude, longitude, metres, datum, instant. */
export function routeOf(text: string): Plan['route'] {
  return lines(text).map((line) => {
    const [lat, lon, metres, datum, ...when] = line.split(/[,;]/).map((p) => p.trim())
    const at = instantOf(when.join(' '), NaN)
    if (at === null || ![lat, lon, metres].every((x) => x && Number.isFinite(Number(x))) || (datum !== 'MSL' && datum !== 'HAE')) throw new FieldError(field('route'), 'page.authorise.route.hint')
    return { lat: Number(lat), lon: Number(lon), altitude_m: Number(metres), datum, at: written(at) }
  })
}

export const routeLine = (p: NonNullable<Plan['route']>[number]): string => `${p.lat}, ${p.lon}, ${p.altitude_m}, ${p.datum}, ${p.at}`

/** The plan that was typed. Throws a FieldError. */
export function planOf(values: Readonly<Record<string, Value | undefined>>): Plan {
  const out = documentOf(planForm, values) as unknown as Plan & Record<string, unknown>
  const scope = out.scope as { by: string; list?: string; programme?: string; organisations?: string[] }
  if (scope.by !== 'designation') out.scope = { by: scope.by } as Plan['scope']
  out.basis = lines(String(values['basis'])).map((line) => {
    const [basis = '', id = '', ...rest] = line.split(/\s+/)
    if (!id || rest.length > 0) throw new FieldError(field('basis'), 'page.authorise.bases.hint')
    return { basis, id }
  })
  if (typeof values['sensors'] === 'string' && values['sensors'].trim()) {
    out.sensors = lines(values['sensors']).map((line) => {
      const m = /^(.*?)(?:\s+(\d+(?:\.\d+)?))?$/.exec(line)!
      return m[2] ? { name: m[1]!, finest_ground_m: Number(m[2]) } : { name: m[1]! }
    })
  }
  out.route = routeOf(String(values['route']))
  return out
}
