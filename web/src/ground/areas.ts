// Areas that are asked about: read from a file, drawn on the map, and kept in the address.
import { placeOf } from '../lib/address'
import type { Key } from '../lib/words.svelte'
import type { Place } from '../place/place'
import type { Planned } from './raster'

/** No file of areas is larger, and no area has more corners. */
export const mostBytes = 16 << 20
const mostCorners = 10_000

export type Fault = 'large' | 'json' | 'polygon' | 'corners'
/** What each is told by; gone is a file that was kept in another sitting. */
export const faultKeys: Readonly<Record<Fault | 'gone', Key>> = {
  large: 'page.coverage.file.large', json: 'page.coverage.file.json', polygon: 'page.coverage.file.polygon', corners: 'page.coverage.file.corners', gone: 'page.coverage.file.gone',
}

/** The polygons of a GeoJSON text (RFC 7946), as `overflight coverage --plan` reads them: lines and points, such as those of a route, are left out. */
export function readPlan(text: string): { plan: Planned[]; fault?: undefined } | { fault: Fault; plan?: undefined } {
  if (text.length > mostBytes) return { fault: 'large' }
  let whole: unknown
  try {
    whole = JSON.parse(text)
  } catch {
    return { fault: 'json' }
  }
  const features = isObject(whole) && whole['type'] === 'FeatureCollection' && Array.isArray(whole['features']) ? whole['features'] : [whole]
  const plan: Planned[] = []
  let corners = 0
  for (const f of features as unknown[]) {
    const geometry = isObject(f) && f['type'] === 'Feature' ? f['geometry'] : f
    if (!isObject(geometry)) continue
    const pod = isObject(f) && isObject(f['properties']) && typeof f['properties']['pod'] === 'number' ? f['properties']['pod'] : NaN
    const polygons = geometry['type'] === 'Polygon' ? [geometry['coordinates']] : geometry['type'] === 'MultiPolygon' && Array.isArray(geometry['coordinates']) ? geometry['coordinates'] : []
    const rings: [number, number][][] = []
    for (const polygon of polygons as unknown[]) {
      if (!Array.isArray(polygon)) return { fault: 'corners' }
      for (const ring of polygon as unknown[]) {
        const r = ringOf(ring)
        corners += r?.length ?? 0
        if (!r || corners > mostCorners) return { fault: 'corners' }
        rings.push(r)
      }
    }
    if (rings.length > 0) plan.push({ rings, pod: pod >= 0 && pod <= 1 ? pod : NaN })
  }
  return plan.length > 0 ? { plan } : { fault: 'polygon' }
}

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)

function ringOf(ring: unknown): [number, number][] | undefined {
  if (!Array.isArray(ring)) return undefined
  const out: [number, number][] = []
  for (const p of ring as unknown[]) {
    if (!Array.isArray(p)) return undefined
    const [lon, lat] = p as unknown[]
    if (typeof lon !== 'number' || typeof lat !== 'number' || !(Math.abs(lon) <= 180) || !(Math.abs(lat) <= 90)) return undefined
    out.push([lon, lat])
  }
  const [a, b] = [out[0], out[out.length - 1]]
  if (out.length > 1 && a![0] === b![0] && a![1] === b![1]) out.pop()
  return out.length >= 3 ? out : undefined
}

/** A drawn area as it stands in the address: "lat,lon lat,lon …", to a metre. */
export const areaText = (corners: readonly Place[]): string => corners.map((p) => `${Number(p.lat.toFixed(5))},${Number(p.lon.toFixed(5))}`).join(' ')

/** The corners that a text of the address names; undefined where it names none. */
export function areaOf(text: string): [number, number][] | undefined {
  if (text.length > 40 * 200) return undefined
  return ringOf(text.trim().split(/\s+/).map((p) => {
    const at = placeOf(p)
    return at && [at.lon, at.lat]
  }))
}

/** West, south, east and north of areas, the shorter way round, as the server takes them: west from -180 on, east above it. */
export function boundsOf(plan: readonly Planned[]): [number, number, number, number] | undefined {
  let box: [number, number, number, number] | undefined
  for (const ring of plan.flatMap((p) => p.rings)) {
    let before = ring[0]![0], west = before, east = before, south = ring[0]![1], north = south
    for (const [lon, lat] of ring) {
      before = lon - 360 * Math.round((lon - before) / 360)
      west = Math.min(west, before)
      east = Math.max(east, before)
      south = Math.min(south, lat)
      north = Math.max(north, lat)
    }
    if (!box) box = [west, south, east, north]
    else {
      const turn = 360 * Math.round(((box[0] + box[2]) / 2 - (west + east) / 2) / 360)
      box = [Math.min(box[0], west + turn), Math.min(box[1], south), Math.max(box[2], east + turn), Math.max(box[3], north)]
    }
  }
  if (!box) return undefined
  if (box[2] - box[0] >= 360) return [-180, box[1], 180, box[3]]
  const turn = box[0] < -180 ? 360 : box[0] > 180 ? -360 : 0
  return [box[0] + turn, box[1], box[2] + turn, box[3]]
}

// A file cannot stand in the address: what was chosen is kept for the sitting, under what it is called in the address.
const shelf = 'overflight.plan.'
export function keep(name: string, text: string): string {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0
  const id = `${name.slice(0, 60)}~${h.toString(16).padStart(8, '0')}`
  held.set(id, text)
  try {
    sessionStorage.setItem(shelf + id, text)
  } catch {
    // a file too large for the browser to keep is there until the page is left
  }
  return id
}
const held = new Map<string, string>()
const kept = (id: string): string | null => held.get(id) ?? sessionStorage.getItem(shelf + id)
export const nameOf = (id: string): string => id.replace(/~[0-9a-f]{8}$/, '')

/** The areas that are asked about: a drawn one before a file, by what it is called in the address. Neither is no area. */
export function areasOf(drawn: [number, number][] | undefined, file: string): { plan: Planned[]; fault?: undefined } | { fault: Fault | 'gone'; plan?: undefined } {
  if (drawn) return { plan: [{ rings: [drawn], pod: NaN }] }
  if (!file) return { plan: [] }
  const text = kept(file)
  return text === null ? { fault: 'gone' } : readPlan(text)
}
