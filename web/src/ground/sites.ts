// Sites as the page asks for them and shows them: what a list is narrowed to, chances in words, and the way back to a frame.
import type { Client, Ellipse, Site, SiteReport, Sites } from '../api/client'
import { filterText, format, none, placeText } from '../lib/address'
import { parse as parseTime } from '../lib/time'
import { parse as parsePlace } from '../place/coordinates'
import { destination } from '../place/geodesy'
import type { Place } from '../place/place'
import { figure, thin } from '../place/units'
import type { LonLat } from '../map/shape'
import type { DrawnSite } from '../map/sites'
import { mainSign } from './signs'

export const outcomes = ['confirmed-laboratory', 'other-use', 'empty', 'destroyed', 'not-visited'] as const

/** Who may say what: as the server has it, so that nobody sees a form that would be refused. */
export const hosts = ['liaison', 'partner'] as const
export const attributers = ['analyst', 'liaison', 'partner'] as const
export const markers = ['operator', 'analyst'] as const

/** The Admiralty code: of the source, and of the information. */
export const reliabilities = ['A', 'B', 'C', 'D', 'E', 'F'] as const
export const credibilities = ['1', '2', '3', '4', '5', '6'] as const

/** What the list is narrowed to: the parts of the address, all texts as they were typed. */
export interface Narrowed {
  readonly class?: string
  readonly outcome?: string
  /** west, south, east, north; or two corners in any form of coordinates with a semicolon between */
  readonly area?: string
  /** an instant of record */
  readonly since?: string
  /** list, number on it, programme */
  readonly of?: string
  readonly order?: string
}

const degrees = /^(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)$/

/** An area as the server takes it; null where the text is none. */
export function boxOfText(text: string): string | null {
  const m = degrees.exec(text.trim())
  if (m) {
    const [w, s, e, n] = m.slice(1).map(Number) as [number, number, number, number]
    return Math.abs(w) <= 180 && Math.abs(e) <= 180 && s >= -90 && n <= 90 && s <= n ? `${w},${s},${e},${n}` : null
  }
  const [a, b, more] = text.split(';').map((part) => parsePlace(part.trim()))
  if (!a || !b || more) return null
  return [Math.min(a.lon, b.lon), Math.min(a.lat, b.lat), Math.max(a.lon, b.lon), Math.max(a.lat, b.lat)].map((x) => String(Number(x.toFixed(5)))).join(',')
}

export interface Question {
  readonly query: Readonly<Record<string, string>>
  /** the parts that say nothing that could be asked for */
  readonly wrong: readonly (keyof Narrowed)[]
}

/** The question to the server. A part that cannot be read is left out and named, so that nobody takes the rest for the answer to it. */
export function questionOf(n: Narrowed, now: number): Question {
  const query: Record<string, string> = { order: n.order || 'laboratory' }
  const wrong: (keyof Narrowed)[] = []
  if (n.class) query['class'] = n.class
  if (n.outcome) query['outcome'] = n.outcome
  if (n.area) {
    const box = boxOfText(n.area)
    if (box) query['box'] = box
    else wrong.push('area')
  }
  if (n.since) {
    const at = parseTime(n.since, now)
    if (at !== null) query['since'] = new Date(at).toISOString()
    else wrong.push('since')
  }
  if (n.of) {
    const [list, number, programme, more] = n.of.trim().split(/\s+/)
    if (list) query['list'] = list
    if (number) query['number'] = number
    if (programme) query['programme'] = programme
    if (more) wrong.push('of')
  }
  return { query, wrong }
}

/** As many sites as are wanted, part by part, with what is said of all of them. */
export async function someSites(client: Client, query: Readonly<Record<string, string>>, most: number): Promise<Sites> {
  let out: Sites | null = null
  for (let after: string | undefined; ; ) {
    const part: Sites = await client.get<Sites>('/sites', { ...query, limit: Math.min(1000, most - (out?.items ?? []).length), after })
    out = out ? { ...part, items: [...(out.items ?? []), ...(part.items ?? [])] } : part
    if (!part.next || (out.items ?? []).length >= most) return out
    after = part.next
  }
}

/** A chance as a person reads it: no more figures than it is worth, and never certain. */
export function chance(p: number): string {
  if (!Number.isFinite(p)) return '–'
  const percent = 100 * p
  if (percent > 0 && percent < 0.1) return `<${thin}0.1${thin}%`
  if (percent < 100 && percent > 99.9) return `>${thin}99.9${thin}%`
  return `${figure(percent, percent < 10 || percent > 90 ? 1 : 0)}${thin}%`
}

/** Where the ellipse runs on the ground, as a ring of places on the ellipsoid of the earth. */
export function ringOf(at: Place, e: Ellipse, points = 72): [number, number][] {
  const ring: [number, number][] = []
  const a = e.major_m, b = e.minor_m
  for (let i = 0; i <= points; i++) {
    const turn = (2 * Math.PI * (i % points)) / points
    const x = a * Math.cos(turn), y = b * Math.sin(turn) // along the greater axis, and to the right of it
    const p = destination(at, e.azimuth_deg + (Math.atan2(y, x) * 180) / Math.PI, Math.hypot(x, y))
    const before = ring[ring.length - 1]
    ring.push([before ? p.lon - 360 * Math.round((p.lon - before[0]) / 360) : p.lon, p.lat])
  }
  return ring
}

/** What is done with a site, for the map: nobody was there, it was what was searched for, or it was not. */
export type Visited = 'open' | 'found' | 'nothing'
export const visited = (s: Pick<Site, 'outcome'>): Visited => {
  const o = s.outcome?.outcome
  return o === 'confirmed-laboratory' || o === 'destroyed' ? 'found' : o === 'other-use' || o === 'empty' ? 'nothing' : 'open'
}

/** A stream is named with its packets' number behind it; the player knows it without. */
const streamOf = (source: string) => source.split('#')[0] ?? source

/** The address of Review at the very frame of a report, with its mark; empty where it leads to none. */
export function frameOf(r: SiteReport, site: number): string {
  if (!r.frame || !r.flight || !r.time) return ''
  return format({
    ...none, screen: 'review', flight: r.flight, source: streamOf(r.frame.source), at: Date.parse(r.time), place: placeText(r),
    filter: filterText({ site: String(site), report: r.id }),
  })
}

/** Whether a packet is the one that a report was made of. */
export const sameFrame = (r: SiteReport, source: string, offset: number): boolean => r.frame !== null && streamOf(r.frame.source) === source && r.frame.offset === offset

/** A site as the map draws it. */
export const drawnSite = (s: Site): DrawnSite => ({
  id: String(s.id), at: [s.lon, s.lat], ring: ringOf(s, s.ellipse), sign: mainSign((s.classes ?? []).map((c) => c.class)), visited: visited(s), chance: s.laboratory, label: String(s.id),
})

/** One place that was reported, or is about to be: its ellipse alone. */
export const drawnReport = (id: string, at: LonLat, e: Ellipse, sign = 'other', points?: number): DrawnSite => ({
  id, at, ring: ringOf({ lon: at[0], lat: at[1] }, e, points), sign: mainSign([sign]), visited: 'open', chance: 0, label: '', report: true,
})
