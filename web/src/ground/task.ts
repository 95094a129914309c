// What a plan is asked for, as a person draws and types it: shapes on the map and fields beside them, and the request that they make.
// Nothing here knows of a screen.
import type { components } from '../api/schema'
import { parse as parsePlace, print, type Form } from '../place/coordinates'
import { area } from '../place/geodesy'
import type { Place } from '../place/place'

export type Asked = components['schemas']['PlanAsked']

export type ShapeKind = 'area' | 'tip' | 'zone'

export interface Shape {
  readonly id: string
  readonly kind: ShapeKind
  readonly name: string
  /** corners without the first repeated; of a tip the one place */
  readonly points: readonly Place[]
  /** rings that are cut out; they come from files only */
  readonly holes: readonly (readonly Place[])[]
  readonly weight: number
  /** of a tip: kilometres within which it is about two times out of five */
  readonly sigma: number
  /** of a tip: 2026-03-01, or empty */
  readonly date: string
}

/** The fields as they are typed. */
export interface Fields {
  aircraft: string
  base: string
  hours: string
  reserve: string
  speed: string
  bank: string
  windFrom: string
  wind: string
  sweep: string
  detection: string
  rest: string
  halfLife: string
  lanes: string
  sorties: string
  turnaround: string
  apart: string
  departs: string
  /** the sortie by whose permits it is planned, or nothing */
  permitted: string
  level: string
  seed: string
  iterations: string
  states: string
  reach: string
  turretField: string
  height: string
  cleared: '' | 'all' | 'flight'
  clearedSince: string
  clearedUntil: string
  flight: string
  /** the hours of the whole flight, while a part of it is planned anew */
  wholeHours: string
  startPlace: string
  startCourse: string
  soonest: boolean
  patterns: boolean
}

/** An aircraft beside the first one, as it is typed. */
export interface Other {
  readonly aircraft: string
  readonly base: string
  readonly hours: string
  readonly sorties: string
}

export interface Draft {
  readonly shapes: readonly Shape[]
  readonly fields: Fields
  readonly others: readonly Other[]
}

/** No plan has more aircraft beside the first. */
export const mostOthers = 9

export const noFields: Fields = {
  aircraft: 'mq-9a', base: '', hours: '20', reserve: '1', speed: '', bank: '20', windFrom: '', wind: '', sweep: '4', detection: '0.6', rest: '0.1', halfLife: '', lanes: '',
  sorties: '1', turnaround: '2', apart: '5', departs: '', permitted: '', level: '', seed: '1', iterations: '1000000', states: '', reach: '', turretField: '180', height: '4500',
  cleared: '', clearedSince: '', clearedUntil: '', flight: '', wholeHours: '', startPlace: '', startCourse: '', soonest: false, patterns: true,
}

/** A field that does not say what it needs to: which, by the name of the request's member, and what was expected. */
export class FieldFault extends Error {
  constructor(
    readonly field: string,
    readonly expected: 'number' | 'place' | 'instant' | 'areas' | 'corners' | 'states' | 'level',
  ) {
    super(`${field}: ${expected}`)
  }
}

/** A number as it is typed: a comma between digits is a point. */
export function numberOf(text: string): number {
  const s = text.trim().replace(/^([+-]?\d*),(\d+)$/, '$1.$2')
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(s) ? Number(s) : NaN
}

const round = (v: number) => Math.round(v * 1e7) / 1e7

function ring(points: readonly Place[]): [number, number][] {
  let before = points[0]!.lon
  const out = points.map((p): [number, number] => {
    before = p.lon - 360 * Math.round((p.lon - before) / 360)
    return [round(before), round(p.lat)]
  })
  // GeoJSON has outer rings go anticlockwise; who reads it by even and odd does not mind
  return [...out, out[0]!]
}

export function featureOf(s: Shape): GeoJSON.Feature {
  if (s.kind === 'tip') {
    return {
      type: 'Feature', properties: { name: s.name, weight: s.weight, sigma_m: s.sigma * 1000, ...(s.date ? { date: s.date } : {}) },
      geometry: { type: 'Point', coordinates: [round(s.points[0]!.lon), round(s.points[0]!.lat)] },
    }
  }
  return { type: 'Feature', properties: { name: s.name, ...(s.kind === 'area' ? { weight: s.weight } : {}) }, geometry: { type: 'Polygon', coordinates: [ring(s.points), ...s.holes.map(ring)] } }
}

/** Whether a shape has the corners that it needs. */
export const whole = (s: Shape) => s.points.length >= (s.kind === 'tip' ? 1 : 3)

/** The request of a draft; FieldFault where a field does not say what it needs to. `instantOf` reads what is typed as a time. */
export function askedOf(d: Draft, instantOf: (text: string) => number | null): Asked {
  const f = d.fields
  const number = (field: string, text: string, otherwise?: number): number => {
    if (text.trim() === '' && otherwise !== undefined) return otherwise
    const v = numberOf(text)
    if (Number.isNaN(v)) throw new FieldFault(field, 'number')
    return v
  }
  const place = (field: string, text: string): string => {
    const p = parsePlace(text)
    if (!p) throw new FieldFault(field, 'place')
    return `${round(p.lat)},${round(p.lon)}`
  }
  const instant = (field: string, text: string): string | undefined => {
    if (text.trim() === '') return undefined
    const at = instantOf(text)
    if (at === null) throw new FieldFault(field, 'instant')
    return new Date(at).toISOString()
  }
  const prior = d.shapes.filter((s) => s.kind !== 'zone')
  if (prior.length === 0) throw new FieldFault('prior', 'areas')
  if (!prior.every(whole)) throw new FieldFault('prior', 'corners')
  const zones = d.shapes.filter((s) => s.kind === 'zone')
  if (!zones.every(whole)) throw new FieldFault('exclude', 'corners')
  const states = f.states.split(/[\s,;]+/).filter((s) => s !== '').map((s) => s.toUpperCase())
  if (!states.every((s) => /^[A-Z]{3}$/.test(s))) throw new FieldFault('states', 'states')
  const level = /^(\S+)\s*(MSL|HAE)$/i.exec(f.level.trim())
  if (f.level.trim() !== '' && !(level && numberOf(level[1]!) >= 0)) throw new FieldFault('level_m', 'level')
  const takeOff = instant('take_off', f.departs)
  const since = f.cleared ? instant('cleared', f.clearedSince) : undefined
  const until = f.cleared ? instant('cleared', f.clearedUntil) : undefined
  return {
    aircraft: f.aircraft, base: place('base', f.base), hours: number('hours', f.hours), reserve_hours: number('reserve_hours', f.reserve, 0),
    ...(f.speed.trim() ? { speed_m_s: number('speed_m_s', f.speed) } : {}),
    bank_deg: number('bank_deg', f.bank, 20), wind_from_deg: number('wind_m_s', f.windFrom, 0), wind_m_s: number('wind_m_s', f.wind, 0),
    sweep_km: number('sweep_km', f.sweep), detection: number('detection', f.detection), rest: number('rest', f.rest, 0.1), half_life_h: number('half_life_h', f.halfLife, 0),
    ...(f.lanes.trim() ? { lanes_deg: number('lanes_deg', f.lanes) } : {}),
    sorties: number('sorties', f.sorties, 1), turnaround_h: number('turnaround_h', f.turnaround, 2), apart_km: number('apart_km', f.apart, 5), ...(takeOff ? { take_off: takeOff } : {}),
    ...(d.others.length > 0 ? { others: d.others.map((o) => ({
      aircraft: o.aircraft, sorties: number('others', o.sorties, 1), ...(o.base.trim() ? { base: place('others', o.base) } : {}), ...(o.hours.trim() ? { hours: number('others', o.hours) } : {}),
    })) } : {}),
    ...(f.permitted.trim() ? { for: f.permitted.trim(), ...(level ? { level_m: numberOf(level[1]!), level_datum: level[2]!.toUpperCase() as 'MSL' | 'HAE' } : {}) } : {}),
    seed: number('seed', f.seed, 1), iterations: number('iterations', f.iterations, 1_000_000),
    soonest: f.soonest, patterns: f.patterns, reach_km: number('reach_km', f.reach, 0), field_deg: number('field_deg', f.turretField, 180), height_m: number('height_m', f.height, 4500),
    ...(states.length > 0 ? { states } : {}),
    prior: { type: 'FeatureCollection', features: prior.map(featureOf) },
    ...(zones.length > 0 ? { exclude: { type: 'FeatureCollection', features: zones.map(featureOf) } } : {}),
    ...(f.cleared ? { cleared: { ...(f.cleared === 'flight' && f.flight ? { flight: f.flight } : {}), ...(since ? { since } : {}), ...(until ? { until } : {}) } } : {}),
    ...(f.startPlace.trim() ? { start: { place: place('start', f.startPlace), course_deg: number('start', f.startCourse) } } : {}),
  }
}

/** The corners that are typed, one a line; the number of the first line that is no place, from 1. */
export function cornersOf(text: string): Place[] | number {
  const out: Place[] = []
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    if (lines[i]!.trim() === '') continue
    const p = parsePlace(lines[i]!)
    if (!p) return i + 1
    out.push({ lon: p.lon, lat: p.lat })
  }
  // a ring that is typed closed is the same ring
  const first = out[0], last = out[out.length - 1]
  if (out.length > 3 && first && last && first.lon === last.lon && first.lat === last.lat) out.pop()
  return out
}

export const cornersText = (points: readonly Place[], form: Form, language: 'en' | 'es') =>
  points.map((p) => print(p, form, language) ?? print(p, 'DD', language) ?? '').join('\n')

let made = 0
const identity = () => `s${Date.now().toString(36)}${(made++).toString(36)}`

export function newShape(kind: ShapeKind, name: string, points: readonly Place[] = []): Shape {
  return { id: identity(), kind, name, points, holes: [], weight: 1, sigma: 5, date: '' }
}

/** More shapes than a request has room for are more than a person draws. */
export const mostShapes = 2000

/** The shapes of a GeoJSON file. A weight over several polygons is shared out by their areas, as it would lie evenly over all. */
export function shapesOfGeoJSON(text: string, kind: 'area' | 'zone', nameOf: (i: number) => string): Shape[] {
  const json = JSON.parse(text) as GeoJSON.GeoJSON
  const features: GeoJSON.Feature[] = json.type === 'FeatureCollection' ? json.features : json.type === 'Feature' ? [json] : [{ type: 'Feature', properties: {}, geometry: json as GeoJSON.Geometry }]
  const out: Shape[] = []
  for (const f of features) {
    const p = (f.properties ?? {}) as Record<string, unknown>
    const weight = typeof p.weight === 'number' && p.weight >= 0 ? p.weight : 1
    const name = typeof p.name === 'string' && p.name ? p.name.slice(0, 80) : nameOf(out.length + 1)
    out.push(...shapesOfGeometry(f.geometry, kind, name, weight, p))
    if (out.length > mostShapes) throw new RangeError(String(mostShapes))
  }
  return out
}

const places = (r: GeoJSON.Position[]): Place[] => {
  const out = r.map(([lon, lat]) => {
    if (!(Number.isFinite(lon) && Math.abs(lat!) <= 90)) throw new SyntaxError('no place')
    return { lon: lon!, lat: lat! }
  })
  const a = out[0], b = out[out.length - 1]
  return out.length > 1 && a && b && a.lon === b.lon && a.lat === b.lat ? out.slice(0, -1) : out
}

function shapesOfGeometry(g: GeoJSON.Geometry | null, kind: 'area' | 'zone', name: string, weight: number, p: Record<string, unknown>): Shape[] {
  const base = newShape(kind, name)
  switch (g?.type) {
    case 'Polygon':
    case 'MultiPolygon': {
      const polygons = g.type === 'Polygon' ? [g.coordinates] : g.coordinates
      const sizes = polygons.map((rings) => rings.reduce((sum, r, i) => sum + (i === 0 ? 1 : -1) * Math.abs(area(places(r))), 0))
      const sum = sizes.reduce((a, b) => a + b, 0)
      return polygons.map((rings, i) => ({
        ...base, id: identity(), name: polygons.length > 1 ? `${name} ${i + 1}` : name, points: places(rings[0]!), holes: rings.slice(1).map(places),
        weight: polygons.length > 1 && sum > 0 ? (weight * sizes[i]!) / sum : weight,
      }))
    }
    case 'Point':
      if (kind === 'zone') return []
      return [{ ...base, kind: 'tip', points: places([g.coordinates]), weight, sigma: typeof p.sigma_m === 'number' ? p.sigma_m / 1000 : 5, date: typeof p.date === 'string' ? p.date.slice(0, 10) : '' }]
    case 'GeometryCollection':
      return g.geometries.flatMap((x) => shapesOfGeometry(x, kind, name, weight, p))
    default:
      return []
  }
}

/** A KML file as GeoJSON text: placemarks with polygons and points, and what their ExtendedData says of weight, sigma_m and date. */
export function geoJSONOfKML(doc: Document): string {
  if (doc.getElementsByTagName('parsererror').length > 0) throw new SyntaxError('no XML')
  const coordinates = (e: Element | undefined): GeoJSON.Position[] =>
    (e?.getElementsByTagNameNS('*', 'coordinates')[0]?.textContent ?? '').trim().split(/\s+/).filter((x) => x).map((x) => x.split(',').slice(0, 2).map(Number))
  const features: GeoJSON.Feature[] = []
  for (const mark of doc.getElementsByTagNameNS('*', 'Placemark')) {
    const properties: Record<string, unknown> = { name: mark.getElementsByTagNameNS('*', 'name')[0]?.textContent?.trim() ?? '' }
    for (const d of [...mark.getElementsByTagNameNS('*', 'Data'), ...mark.getElementsByTagNameNS('*', 'SimpleData')]) {
      const name = d.getAttribute('name') ?? ''
      const text = (d.getElementsByTagNameNS('*', 'value')[0]?.textContent ?? d.textContent ?? '').trim()
      if (name === 'weight' || name === 'sigma_m') properties[name] = Number(text)
      if (name === 'date') properties[name] = text
    }
    const polygons = [...mark.getElementsByTagNameNS('*', 'Polygon')].map((p) => [
      coordinates(p.getElementsByTagNameNS('*', 'outerBoundaryIs')[0]), ...[...p.getElementsByTagNameNS('*', 'innerBoundaryIs')].map(coordinates),
    ])
    if (polygons.length > 0) features.push({ type: 'Feature', properties, geometry: { type: 'MultiPolygon', coordinates: polygons } })
    for (const p of mark.getElementsByTagNameNS('*', 'Point')) features.push({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: coordinates(p)[0] ?? [NaN, NaN] } })
  }
  return JSON.stringify({ type: 'FeatureCollection', features })
}

/** What a kept plan was asked for, as a draft that can be gone on with. */
export function draftOf(a: Asked, nameOf: (i: number) => string): Draft {
  const say = (v: number | undefined, otherwise = '') => (v === undefined || v === 0 ? otherwise : String(v))
  const shapes = [...shapesOfGeoJSON(JSON.stringify(a.prior), 'area', nameOf), ...(a.exclude ? shapesOfGeoJSON(JSON.stringify(a.exclude), 'zone', nameOf) : [])]
  return {
    shapes,
    others: (a.others ?? []).map((o) => ({ aircraft: o.aircraft, base: o.base ?? '', hours: say(o.hours), sorties: String(o.sorties ?? 1) })),
    fields: {
      ...noFields, aircraft: a.aircraft, base: a.base, hours: String(a.hours), reserve: String(a.reserve_hours ?? 0), speed: say(a.speed_m_s), bank: say(a.bank_deg, '20'),
      windFrom: say(a.wind_from_deg), wind: say(a.wind_m_s), sweep: String(a.sweep_km), detection: String(a.detection), rest: String(a.rest ?? 0.1), halfLife: say(a.half_life_h),
      lanes: a.lanes_deg === undefined ? '' : String(a.lanes_deg), sorties: String(a.sorties ?? 1), turnaround: String(a.turnaround_h ?? 0), apart: String(a.apart_km ?? 0), departs: a.take_off ?? '',
      permitted: a.for ?? '', level: a.level_m === undefined ? '' : `${a.level_m} ${a.level_datum || 'MSL'}`, seed: String(a.seed ?? 1), iterations: String(a.iterations ?? 1_000_000),
      states: (a.states ?? []).join(', '), reach: say(a.reach_km), turretField: say(a.field_deg, '180'), height: say(a.height_m, '4500'),
      cleared: a.cleared ? (a.cleared.flight ? 'flight' : 'all') : '', clearedSince: a.cleared?.since ?? '', clearedUntil: a.cleared?.until ?? '', flight: a.cleared?.flight ?? '',
      startPlace: a.start?.place ?? '', startCourse: a.start ? String(a.start.course_deg) : '', soonest: a.soonest ?? false, patterns: a.patterns ?? false,
    },
  }
}
